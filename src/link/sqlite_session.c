#include "link/sqlite_cell.h"
#include "link/sqlite_private.h"

#include "base/intl.h"
#include "link/links.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_LOCK_TIMEOUT_SECONDS 10
#define QUERY_MAX_ROWS               10000
/* Steps of SQLite's machine between two looks at the cancel flag: an
 * interrupt that comes just before a statement starts is forgotten by SQLite. */
#define PROGRESS_STEPS 20000

/* ---- opening ------------------------------------------------------------- */

static bool is_cancelled(sqlite_session *s)
{
    if (g_atomic_int_get(&s->cancelled) == 0 && session_is_asked_to_stop(&s->base))
        g_atomic_int_set(&s->cancelled, 1);
    return g_atomic_int_get(&s->cancelled) != 0;
}

static int on_busy(void *user, int n)
{
    sqlite_session *s = user;
    gint64 now = g_get_monotonic_time();
    if (n == 0)
        s->waiting_since = now;
    if (is_cancelled(s) || now - s->waiting_since >= s->lock_timeout)
        return 0;
    g_usleep(n < 5 ? 1000UL << n : 25000);
    return 1;
}

static int on_progress(void *user)
{
    sqlite_session *s = user;
    return is_cancelled(s);
}

static bool create_file(const char *path, error **err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    int reason = errno;
    if (reason == EEXIST)
        return true;
    error_set(err,
              reason == EACCES || reason == EROFS || reason == EPERM ? ERROR_RIGHTS
              : reason == ENOSPC || reason == EDQUOT                 ? ERROR_DISK
                                                                     : ERROR_CONNECT,
              _("could not create database \"%s\": %s"), path, g_strerror(reason));
    if (reason == ENOENT)
        error_hint(err, _("The folder must exist before"));
    return false;
}

/* The file must be there (for writing it is made), be a file, and a writer
 * needs its folder too, where the journal stands. */
static bool check_file(const char *path, bool read_only, error **err)
{
    struct stat file;
    if (stat(path, &file) != 0) {
        int reason = errno;
        if (reason == ENOENT && !read_only)
            return create_file(path, err);
        error_set(err, reason == EACCES ? ERROR_RIGHTS : ERROR_CONNECT,
                  _("could not open database \"%s\": %s"), path, g_strerror(reason));
        if (reason == ENOENT)
            error_hint(err, _("Check the connection's \"path\""));
        return false;
    }
    if (!S_ISREG(file.st_mode))
        return error_set(err, ERROR_CONNECT, _("could not open database \"%s\": not a file"), path);
    if (access(path, R_OK) != 0)
        return error_set(err, ERROR_RIGHTS, _("could not open database \"%s\": %s"), path,
                         g_strerror(errno));
    if (read_only)
        return true;
    g_autofree char *folder = g_path_get_dirname(path);
    const char *const places[] = { path, folder };
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        if (access(places[i], W_OK) != 0) {
            error_set(err, ERROR_RIGHTS,
                      _("could not open database \"%s\" for writing: \"%s\": %s"), path, places[i],
                      g_strerror(errno));
            return error_hint(err, _("SQLite writes the file and keeps its journal in the folder"));
        }
    return true;
}

static bool connect_file(sqlite_session *s, bool read_only, error **err)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    const char *opened = s->is_missing ? ":memory:" : s->path;
    if (sqlite3_open_v2(opened, &s->db, flags, NULL) != SQLITE_OK)
        return sqlite_fail(s, err, _("open it"));
    sqlite3 *db = s->db;
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, !read_only, NULL);
    sqlite3_busy_handler(db, on_busy, s);
    sqlite3_progress_handler(db, PROGRESS_STEPS, on_progress, s);
    /* Temporary files, not memory: a statement that replaces a large table
     * keeps the old pages there until it ends. */
    return sqlite_run(s,
                      "PRAGMA cell_size_check = 1;"
                      "PRAGMA mmap_size = 0;"
                      "PRAGMA temp_store = FILE",
                      _("open it"), err) &&
           sqlite_run(s, read_only ? "PRAGMA query_only = 1" : "PRAGMA main.cache_size = -8192",
                      _("open it"), err);
}

static void disconnect(sqlite_session *s)
{
    sqlite3_close_v2(s->db);
    s->db = NULL;
}

/* Read the first page, which shows a file that is no database and applies or
 * rolls back what a process that died has left. */
static int touch(sqlite_session *s)
{
    return sqlite3_exec(s->db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
}

static bool connect_and_touch(sqlite_session *s, error **err)
{
    if (!connect_file(s, s->read_only, err))
        return false;
    int code = touch(s);
    int primary = code & 0xff;
    if (code == SQLITE_OK)
        return true;
    /* A journal left by a crash, or WAL files to make: somebody who may write
     * has to open the database once. */
    if (s->read_only && (primary == SQLITE_READONLY || primary == SQLITE_CANTOPEN) &&
        access(s->path, W_OK) == 0) {
        disconnect(s);
        if (!connect_file(s, false, err))
            return false;
        if (touch(s) != SQLITE_OK)
            return sqlite_fail(s, err, _("recover it after a crash"));
        if (sqlite3_db_readonly(s->db, "main") == 0)
            return sqlite_run(s, "PRAGMA query_only = 1", _("open it"), err);
    }
    return sqlite_fail(s, err, _("read it"));
}

static session *sqlite_open(const connection *c, const session_options *options, error **err)
{
    g_autofree char *path = g_canonicalize_filename(c->path, NULL);
    bool is_missing = options->read_only && options->may_be_missing && access(path, F_OK) != 0;
    if (!is_missing && !check_file(path, options->read_only, err))
        return NULL;
    int64_t seconds = options->lock_timeout_seconds;
    if (seconds <= 0)
        seconds = dialect_limit(c->dialect, "lock_timeout_seconds");
    sqlite_session *s = g_new0(sqlite_session, 1);
    s->base = (session){ .ops = &sqlite_link,
                         .connection = c,
                         .cancelled = options->cancelled,
                         .cancel_user = options->cancel_user };
    s->path = g_steal_pointer(&path);
    s->read_only = options->read_only;
    s->is_missing = is_missing;
    s->lock_timeout = (seconds > 0 ? seconds : DEFAULT_LOCK_TIMEOUT_SECONDS) * G_USEC_PER_SEC;
    if (connect_and_touch(s, err))
        return &s->base;
    s->base.ops->close(&s->base);
    return NULL;
}

static void sqlite_close(session *base)
{
    sqlite_session *s = sqlite_of(base);
    disconnect(s);
    g_clear_pointer(&s->guard.children, g_ptr_array_unref);
    g_free(s->staging_path);
    g_free(s->path);
    g_free(s);
}

static void sqlite_cancel(session *base)
{
    sqlite_session *s = sqlite_of(base);
    g_atomic_int_set(&s->cancelled, 1);
    sqlite3_interrupt(s->db);
}

bool sqlite_check(sqlite_session *s, error **err)
{
    if (!is_cancelled(s))
        return true;
    return error_set(err, ERROR_CANCELLED, _("database \"%s\": cancelled"), s->path);
}

static char *sqlite_version(session *base, char **security, error **err)
{
    (void)base, (void)err;
    if (security != NULL)
        *security = g_strdup("local file");
    return g_strdup_printf("SQLite %s", sqlite3_libversion());
}

/* ---- statements ---------------------------------------------------------- */

bool sqlite_run(sqlite_session *s, const char *sql, const char *doing, error **err)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || sqlite_fail(s, err, doing);
}

/* Whether anything but blanks and comments is left. */
static bool is_rest_empty(sqlite_session *s, const char *tail)
{
    sqlite3_stmt *more = NULL;
    while (*tail != '\0') {
        if (sqlite3_prepare_v2(s->db, tail, -1, &more, &tail) != SQLITE_OK || more != NULL) {
            sqlite3_finalize(more);
            return false;
        }
    }
    return true;
}

sqlite3_stmt *sqlite_prepare(sqlite_session *s, const char *sql, const char *doing, error **err)
{
    sqlite3_stmt *statement = NULL;
    const char *tail = NULL;
    if (!sqlite_check(s, err))
        return NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &statement, &tail) != SQLITE_OK) {
        sqlite_fail(s, err, doing);
        return NULL;
    }
    if (statement != NULL && is_rest_empty(s, tail))
        return statement;
    sqlite3_finalize(statement);
    error_set(err, ERROR_PLAN, _("database \"%s\": could not %s: the text is not one statement"),
              s->path, doing);
    return NULL;
}

sqlite3_stmt *sqlite_prepare_select(sqlite_session *s, const char *sql, error **err)
{
    error *local = NULL;
    sqlite3_set_authorizer(s->db, sqlite_authorize_select, NULL);
    sqlite3_stmt *statement = sqlite_prepare(s, sql, _("prepare the query"), &local);
    sqlite3_set_authorizer(s->db, NULL, NULL);
    if (statement != NULL &&
        (sqlite3_column_count(statement) == 0 || !sqlite3_stmt_readonly(statement) ||
         sqlite3_stmt_isexplain(statement) != 0)) {
        sqlite3_finalize(statement);
        statement = NULL;
        error_set(&local, ERROR_PLAN, _("database \"%s\": the text is not a query"), s->path);
    }
    if (local == NULL)
        return statement;
    if (local->code == ERROR_PERMISSION) {
        local->code = ERROR_PLAN;
        error_hint(&local, _("Only one SELECT is possible here"));
    }
    error_propagate(err, &local);
    return NULL;
}

static int bind_cell(sqlite3_stmt *statement, int at, const sqlite_cell *cell)
{
    switch (cell->type) {
    case SQLITE_INTEGER:
        return sqlite3_bind_int64(statement, at, cell->i);
    case SQLITE_FLOAT:
        return sqlite3_bind_double(statement, at, cell->f);
    case SQLITE_TEXT:
        return sqlite3_bind_text64(statement, at, cell->data, cell->size, SQLITE_TRANSIENT,
                                   SQLITE_UTF8);
    case SQLITE_BLOB:
        return cell->size == 0
                   ? sqlite3_bind_zeroblob(statement, at, 0)
                   : sqlite3_bind_blob64(statement, at, cell->data, cell->size, SQLITE_TRANSIENT);
    default:
        return sqlite3_bind_null(statement, at);
    }
}

bool sqlite_bind(sqlite_session *s, sqlite3_stmt *statement, const value *parameters, unsigned n,
                 error **err)
{
    for (unsigned i = 0; i < n; i++) {
        const value *v = &parameters[i];
        bool is_decimal = v->kind == VALUE_DECIMAL || v->kind == VALUE_DIGITS;
        char buffer[VALUE_TEXT_MAX];
        sqlite_cell cell;
        convert_error why;
        /* A decimal that no double holds is compared as text: exact or unequal. */
        if (!sqlite_cell_make(v, AFFINITY_NUMERIC, buffer, &cell, &why) &&
            (!is_decimal || !sqlite_cell_make(v, AFFINITY_TEXT, buffer, &cell, &why)))
            return error_set(err, ERROR_DATA, _("parameter %u: %s"), i + 1, why.message);
        if (bind_cell(statement, (int)i + 1, &cell) != SQLITE_OK)
            return sqlite_fail(s, err, _("bind the parameters"));
    }
    return true;
}

static bool sqlite_execute(session *base, const char *sql, const value *parameters,
                           unsigned n_parameters, int64_t *affected, error **err)
{
    sqlite_session *s = sqlite_of(base);
    sqlite3_stmt *statement = sqlite_prepare(s, sql, _("run a statement"), err);
    if (statement == NULL)
        return false;
    bool is_change = !sqlite3_stmt_readonly(statement);
    sqlite3_int64 before = sqlite3_total_changes64(s->db);
    bool ok = sqlite_bind(s, statement, parameters, n_parameters, err);
    int code = SQLITE_ROW;
    while (ok && code == SQLITE_ROW)
        code = sqlite3_step(statement);
    if (ok && code != SQLITE_DONE)
        ok = sqlite_fail(s, err, _("run a statement"));
    if (ok && affected != NULL)
        *affected = !is_change                                 ? -1
                    : sqlite3_total_changes64(s->db) == before ? 0
                                                               : sqlite3_changes64(s->db);
    sqlite3_finalize(statement);
    return ok;
}

/* SQLite's own text of a float has 15 digits; ours reads back the same. */
static char *column_text(sqlite3_stmt *statement, int column)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    value v;
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
        return NULL;
    case SQLITE_FLOAT:
        v = value_float(sqlite3_column_double(statement, column));
        const char *text = value_to_text(&v, buffer, &size);
        return g_strndup(text, size);
    case SQLITE_BLOB:
        size = (size_t)sqlite3_column_bytes(statement, column);
        char *hex = g_malloc0(2 * size + 1);
        if (size > 0)
            bytes_to_hex(sqlite3_column_blob(statement, column), size, hex);
        return hex;
    default:
        return g_strdup((const char *)sqlite3_column_text(statement, column));
    }
}

static query_result *sqlite_query(session *base, const char *sql, const value *parameters,
                                  unsigned n_parameters, error **err)
{
    sqlite_session *s = sqlite_of(base);
    sqlite3_stmt *statement = sqlite_prepare(s, sql, _("run a query"), err);
    if (statement == NULL)
        return NULL;
    g_autoptr(query_result) result = g_new0(query_result, 1);
    result->n_columns = (unsigned)sqlite3_column_count(statement);
    result->rows = g_ptr_array_new();
    bool ok = sqlite_bind(s, statement, parameters, n_parameters, err);
    int code = SQLITE_DONE;
    while (ok && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        char **row = g_new0(char *, result->n_columns + 1);
        for (unsigned c = 0; c < result->n_columns; c++)
            row[c] = column_text(statement, (int)c);
        g_ptr_array_add(result->rows, row);
        if (result->rows->len > QUERY_MAX_ROWS)
            ok = error_set(err, ERROR_PLAN, _("database \"%s\": a query gave more than %d rows"),
                           s->path, QUERY_MAX_ROWS);
    }
    if (ok && code != SQLITE_DONE)
        ok = sqlite_fail(s, err, _("run a query"));
    sqlite3_finalize(statement);
    return ok ? g_steal_pointer(&result) : NULL;
}

/* ---- transactions -------------------------------------------------------- */

/* Foreign keys hold in the target, not in staging, where the parents are
 * missing: they are off while a transaction loads staging. */
static bool enforce_foreign_keys(sqlite_session *s, bool on, error **err)
{
    return sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, on, NULL) == SQLITE_OK ||
           sqlite_fail(s, err, _("set foreign keys"));
}

/* A load into the target locks it at once, so that it never has to wait with
 * half its rows written. A load into staging must not lock the target. */
static bool sqlite_begin(session *base, const table_name *table, error **err)
{
    sqlite_session *s = sqlite_of(base);
    bool is_staging = table != NULL && g_strcmp0(table->schema, SQLITE_STAGING) == 0;
    bool immediate = !s->read_only && !is_staging;
    return sqlite_check(s, err) && enforce_foreign_keys(s, immediate, err) &&
           sqlite_run(s, immediate ? "BEGIN IMMEDIATE" : "BEGIN", _("begin a transaction"), err);
}

static bool sqlite_begin_publish(session *base, const table_name *table, bool lock_table,
                                 error **err)
{
    (void)lock_table; /* a SQLite database has one writer at a time anyway */
    sqlite_session *s = sqlite_of(base);
    error *local = NULL;
    if (sqlite_check(s, err) && enforce_foreign_keys(s, true, err)) {
        /* Rows that others refer to may go and come back within it. */
        if (sqlite_run(s, "BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = 1", _("begin to publish"),
                       &local))
            return true;
        if (local->code == ERROR_LOCK) {
            local->code = ERROR_BUSY;
            return error_prefix(err, &local, _("table \"%s\" is being written"), table->name);
        }
        return error_propagate(err, &local);
    }
    return false;
}

static commit_outcome sqlite_commit(session *base, error **err)
{
    sqlite_session *s = sqlite_of(base);
    if (!sqlite_check(s, err))
        return COMMIT_FAILED;
    session_commit_sent(base);
    /* While readers are in the file the busy handler waits here too. */
    int code = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        enforce_foreign_keys(s, !s->read_only, NULL);
        return COMMIT_DONE;
    }
    if ((code & 0xff) != SQLITE_IOERR) {
        sqlite_fail(s, err, _("commit"));
        return COMMIT_FAILED;
    }
    /* The journal may or may not be gone: the next one to open the file knows. */
    sqlite_fail(s, err, _("commit"));
    return COMMIT_UNKNOWN;
}

static void sqlite_rollback(session *base)
{
    sqlite_session *s = sqlite_of(base);
    /* An interrupt lasts until no statement runs any more; without this it
     * would stop the rollback itself. */
    for (sqlite3_stmt *running = sqlite3_next_stmt(s->db, NULL); running != NULL;
         running = sqlite3_next_stmt(s->db, running))
        sqlite3_reset(running);
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    enforce_foreign_keys(s, !s->read_only, NULL);
}

/* Without WAL and a special build no snapshot of SQLite can be shared. */
static char *sqlite_snapshot_export(session *base, error **err)
{
    (void)base, (void)err;
    return NULL;
}

const link_ops sqlite_link = {
    .name = "sqlite",
    .capabilities = LINK_SQL | LINK_BIND | LINK_STAGING_FILE | LINK_LOOSE_VALUES,
    .open = sqlite_open,
    .close = sqlite_close,
    .cancel = sqlite_cancel,
    .version = sqlite_version,
    .list_tables = sqlite_list_tables,
    .describe = sqlite_describe,
    .describe_query = sqlite_describe_query,
    .execute = sqlite_execute,
    .guarded_delete = sqlite_guarded_delete,
    .query = sqlite_query,
    .begin = sqlite_begin,
    .begin_publish = sqlite_begin_publish,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .staging_name = sqlite_staging_name,
    .staging_sql = sqlite_staging_sql,
    .staging_create = sqlite_staging_create,
    .staging_open = sqlite_staging_open,
    .staging_drop = sqlite_staging_drop,
    .staging_list = sqlite_staging_list,
    .snapshot_export = sqlite_snapshot_export,
    .read_open = sqlite_read_open,
    .read_next = sqlite_read_next,
    .read_close = sqlite_read_close,
    .write_open = sqlite_write_open,
    .write = sqlite_write,
    .write_flush = sqlite_write_flush,
    .write_close = sqlite_write_close,
};
