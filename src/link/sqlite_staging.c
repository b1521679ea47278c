/* Staging of a SQLite target is one table in a file of its own beside the
 * database, attached while it is used: loading it never locks the target, and
 * removing it gives the space back at once.
 *
 * The file keeps an ordinary rollback journal, which a refused statement needs
 * to undo itself, but is never synced: staging outlives the death of a
 * process, not that of the machine. */
#include "link/sqlite_ddl.h"
#include "link/sqlite_private.h"

#include "base/intl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TOKEN_SIZE 16
#define FILE_MARK  "-rf-"

/* ---- names --------------------------------------------------------------- */

static bool is_token(const char *text)
{
    return text != NULL && strlen(text) == TOKEN_SIZE &&
           strspn(text, "0123456789abcdef") == TOKEN_SIZE;
}

static char *staging_path(const sqlite_session *s, const char *token)
{
    return g_strconcat(s->path, FILE_MARK, token, NULL);
}

table_name *sqlite_staging_name(session *base, const table_name *target, const char *token)
{
    int64_t limit = dialect_limit(base->connection->dialect, "identifier_bytes");
    g_autofree char *name = g_strconcat("rf_", token, "_", target->name, NULL);
    if (limit > 0 && strlen(name) > (size_t)limit) {
        const char *cut = name + limit;
        while (((unsigned char)*cut & 0xc0) == 0x80)
            cut--;
        name[cut - name] = '\0';
    }
    return table_name_new(SQLITE_STAGING, name);
}

/* ---- the table ----------------------------------------------------------- */

typedef struct {
    const ddl_table *table;
    const char *const *mapped;
    bool *kept; /* [columns]: mapped, or needed by a clause that is kept */
    bool without_keys;
    GString *body; /* column definitions and constraints, ", " between */
} staging_writer;

static bool is_in(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (g_ascii_strcasecmp(*names, name) == 0)
            return true;
    return false;
}

static const ddl_column *column_at(const ddl_table *t, guint i)
{
    return g_ptr_array_index(t->columns, i);
}

/* A clause is carried over when it speaks of a mapped column. Where it speaks
 * of others too, a new row gets their defaults, so they come along; for an
 * upsert the others keep their values in the target, and only the publish can
 * tell. */
static bool clause_applies(const staging_writer *w, const sql_span *text)
{
    bool mapped = false, other = false;
    for (guint i = 0; i < w->table->columns->len; i++) {
        const char *name = column_at(w->table, i)->name;
        if (sql_span_mentions(text, name))
            *(is_in(w->mapped, name) ? &mapped : &other) = true;
    }
    return mapped && !(other && w->without_keys);
}

static bool is_key(clause_kind kind)
{
    return kind == CLAUSE_PRIMARY_KEY || kind == CLAUSE_UNIQUE;
}

static void keep_mentioned(staging_writer *w, const sql_span *text)
{
    for (guint i = 0; i < w->table->columns->len; i++)
        if (sql_span_mentions(text, column_at(w->table, i)->name))
            w->kept[i] = true;
}

static void keep_for_clauses(staging_writer *w, const GArray *clauses)
{
    for (guint i = 0; i < clauses->len; i++) {
        const ddl_clause *c = &g_array_index(clauses, ddl_clause, i);
        bool counts = c->kind == CLAUSE_CHECK || (is_key(c->kind) && !w->without_keys);
        if (counts && clause_applies(w, &c->text))
            keep_mentioned(w, &c->text);
    }
}

/* A generated column that is kept needs those that it is made from. */
static void keep_for_generated(staging_writer *w)
{
    for (guint round = 0; round < w->table->columns->len; round++)
        for (guint i = 0; i < w->table->columns->len; i++) {
            const GArray *clauses = column_at(w->table, i)->clauses;
            for (guint j = 0; w->kept[i] && j < clauses->len; j++) {
                const ddl_clause *c = &g_array_index(clauses, ddl_clause, j);
                if (c->kind == CLAUSE_GENERATED)
                    keep_mentioned(w, &c->text);
            }
        }
}

static void choose_columns(staging_writer *w, GPtrArray *index_lists)
{
    for (guint i = 0; i < w->table->columns->len; i++) {
        w->kept[i] = is_in(w->mapped, column_at(w->table, i)->name);
        keep_for_clauses(w, column_at(w->table, i)->clauses);
    }
    keep_for_clauses(w, w->table->clauses);
    for (guint i = 0; i < index_lists->len; i++) {
        const sql_span *list = g_ptr_array_index(index_lists, i);
        if (clause_applies(w, list))
            keep_mentioned(w, list);
    }
    keep_for_generated(w);
}

static bool has_clause(const ddl_column *c, clause_kind kind)
{
    for (guint i = 0; i < c->clauses->len; i++)
        if (g_array_index(c->clauses, ddl_clause, i).kind == kind)
            return true;
    return false;
}

static void write_name(GString *out, const char *name)
{
    char *quoted = sqlite3_mprintf("\"%w\"", name);
    g_string_append(out, quoted);
    sqlite3_free(quoted);
}

static void write_clause(staging_writer *w, const char *word, const sql_span *text)
{
    g_string_append(w->body, word);
    sql_span_write(text, w->table->name, "AUTOINCREMENT", w->body);
}

static void write_column_clause(staging_writer *w, const ddl_column *column, const ddl_clause *c)
{
    bool mapped = is_in(w->mapped, column->name);
    switch (c->kind) {
    case CLAUSE_NOT_NULL:
        /* A column that the load leaves out is NULL here unless it has a default. */
        if (mapped || has_clause(column, CLAUSE_DEFAULT) || has_clause(column, CLAUSE_GENERATED))
            g_string_append(w->body, " NOT NULL");
        break;
    case CLAUSE_DEFAULT:
        write_clause(w, " DEFAULT ", &c->text);
        break;
    case CLAUSE_COLLATE:
        write_clause(w, " COLLATE ", &c->text);
        break;
    case CLAUSE_GENERATED:
        write_clause(w, " GENERATED ALWAYS ", &c->text);
        break;
    case CLAUSE_PRIMARY_KEY:
        if (!w->without_keys && mapped)
            write_clause(w, " PRIMARY KEY ", &c->text);
        break;
    case CLAUSE_UNIQUE:
        if (!w->without_keys && mapped)
            g_string_append(w->body, " UNIQUE");
        break;
    case CLAUSE_CHECK:
        break; /* written with those of the table: it may name any column */
    }
}

static void write_columns(staging_writer *w)
{
    for (guint i = 0; i < w->table->columns->len; i++) {
        const ddl_column *column = column_at(w->table, i);
        if (!w->kept[i])
            continue;
        if (w->body->len > 0)
            g_string_append(w->body, ", ");
        write_name(w->body, column->name);
        write_clause(w, " ", &column->type);
        for (guint j = 0; j < column->clauses->len; j++)
            write_column_clause(w, column, &g_array_index(column->clauses, ddl_clause, j));
    }
}

static bool write_constraints(staging_writer *w, const GArray *clauses, bool of_table)
{
    bool primary = false;
    for (guint i = 0; i < clauses->len; i++) {
        const ddl_clause *c = &g_array_index(clauses, ddl_clause, i);
        bool wanted = c->kind == CLAUSE_CHECK || (of_table && is_key(c->kind) && !w->without_keys);
        if (!wanted || !clause_applies(w, &c->text))
            continue;
        primary |= c->kind == CLAUSE_PRIMARY_KEY;
        write_clause(w,
                     c->kind == CLAUSE_CHECK    ? ", CHECK "
                     : c->kind == CLAUSE_UNIQUE ? ", UNIQUE "
                                                : ", PRIMARY KEY ",
                     &c->text);
    }
    return primary;
}

static char *table_statement(staging_writer *w, const table_name *staging)
{
    bool primary = false;
    write_columns(w);
    for (guint i = 0; i < w->table->columns->len; i++) {
        const ddl_column *c = column_at(w->table, i);
        primary |= w->kept[i] && is_in(w->mapped, c->name) && !w->without_keys &&
                   has_clause(c, CLAUSE_PRIMARY_KEY);
        write_constraints(w, c->clauses, false);
    }
    primary |= write_constraints(w, w->table->clauses, true);
    g_autoptr(GString) sql = g_string_new("CREATE TABLE ");
    write_name(sql, staging->schema);
    g_string_append_c(sql, '.');
    write_name(sql, staging->name);
    g_string_append_printf(sql, " (%s)", w->body->str);
    if (w->table->strict)
        g_string_append(sql, " STRICT");
    if (w->table->without_rowid && primary)
        g_string_append(sql, w->table->strict ? ", WITHOUT ROWID" : " WITHOUT ROWID");
    return g_strdup(sql->str);
}

/* ---- what the catalogue says --------------------------------------------- */

/* Texts of the target (kind "table": at most one; "index": unique ones made by
 * CREATE UNIQUE INDEX). NULL with *err set. */
static GPtrArray *schema_texts(sqlite_session *s, const table_info *target, const char *kind,
                               error **err)
{
    sqlite3_stmt *q = sqlite_prepare(
        s,
        "SELECT m.sql FROM main.sqlite_schema AS m WHERE m.type = ?1 AND m.sql IS NOT NULL"
        " AND m.tbl_name = ?2 COLLATE NOCASE AND (m.type = 'table' OR m.name IN (SELECT name"
        " FROM pragma_index_list(?2, 'main') WHERE \"unique\")) ORDER BY m.name",
        _("read the catalogue"), err);
    if (q == NULL)
        return NULL;
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    sqlite3_bind_text(q, 1, kind, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(q, 2, target->name->name, -1, SQLITE_TRANSIENT);
    int code;
    while ((code = sqlite3_step(q)) == SQLITE_ROW)
        g_ptr_array_add(texts, g_strdup((const char *)sqlite3_column_text(q, 0)));
    if (code != SQLITE_DONE) {
        sqlite_fail(s, err, _("read the catalogue"));
        g_clear_pointer(&texts, g_ptr_array_unref);
    }
    sqlite3_finalize(q);
    return g_steal_pointer(&texts);
}

/* A CREATE TABLE for a target that is not in the catalogue yet, or is a
 * virtual table: what its description tells. */
static char *text_of_description(const table_info *target)
{
    g_autoptr(GString) sql = g_string_new("CREATE TABLE ");
    write_name(sql, target->name->name);
    for (guint i = 0; i < target->columns->len; i++) {
        const column_info *c = g_ptr_array_index(target->columns, i);
        g_string_append(sql, i == 0 ? " (" : ", ");
        write_name(sql, c->name);
        g_string_append_printf(sql, " %s%s", c->type_text == NULL ? "" : c->type_text,
                               c->not_null ? " NOT NULL" : "");
        if (c->default_text != NULL)
            g_string_append_printf(sql, " DEFAULT (%s)", c->default_text);
    }
    for (guint i = 0; i < target->keys->len; i++) {
        const key_info *k = g_ptr_array_index(target->keys, i);
        if (!k->plain)
            continue;
        g_string_append(sql, k->primary ? ", PRIMARY KEY (" : ", UNIQUE (");
        for (guint j = 0; k->columns[j] != NULL; j++) {
            g_string_append(sql, j == 0 ? "" : ", ");
            write_name(sql, k->columns[j]);
        }
        g_string_append_c(sql, ')');
    }
    g_string_append_c(sql, ')');
    return g_strdup(sql->str);
}

static GPtrArray *index_lists_of(const GPtrArray *texts)
{
    GPtrArray *lists = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < texts->len; i++) {
        sql_span list;
        if (ddl_index_read(g_ptr_array_index(texts, i), &list))
            g_ptr_array_add(lists, g_memdup2(&list, sizeof list));
    }
    return lists;
}

static void add_indexes(const staging_writer *w, const GPtrArray *lists, const table_name *staging,
                        GPtrArray *statements)
{
    for (guint i = 0; i < lists->len; i++) {
        const sql_span *list = g_ptr_array_index(lists, i);
        if (!clause_applies(w, list))
            continue;
        g_autoptr(GString) sql = g_string_new("CREATE UNIQUE INDEX ");
        write_name(sql, staging->schema);
        g_string_append_printf(sql, ".\"rf_key_%u\" ON ", i + 1);
        write_name(sql, staging->name);
        g_string_append_c(sql, ' ');
        sql_span_write(list, w->table->name, NULL, sql);
        g_ptr_array_add(statements, g_strdup(sql->str));
    }
}

char **sqlite_staging_sql(session *base, const table_info *target, const table_name *staging,
                          const char *const *columns, unsigned flags, error **err)
{
    sqlite_session *s = sqlite_of(base);
    bool without_keys = (flags & STAGING_WITHOUT_KEYS) != 0;
    g_autoptr(GPtrArray) texts = schema_texts(s, target, "table", err);
    g_autoptr(GPtrArray) indexes = texts == NULL ? NULL : schema_texts(s, target, "index", err);
    if (indexes == NULL)
        return NULL;
    if (without_keys)
        g_ptr_array_set_size(indexes, 0);
    if (texts->len == 0 || target->kind == TABLE_VIRTUAL) {
        g_ptr_array_set_size(texts, 0);
        g_ptr_array_add(texts, text_of_description(target));
    }
    g_autoptr(ddl_table) table = ddl_table_read(g_ptr_array_index(texts, 0));
    if (table == NULL) {
        error_set(err, ERROR_PLAN, _("cannot read the definition of table \"%s\""),
                  target->name->name);
        error_detail(err, "%s", (const char *)g_ptr_array_index(texts, 0));
        return NULL;
    }
    g_autoptr(GPtrArray) lists = index_lists_of(indexes);
    g_autofree bool *kept = g_new0(bool, table->columns->len);
    g_autoptr(GString) body = g_string_new(NULL);
    staging_writer w = { table, columns, kept, without_keys, body };
    choose_columns(&w, lists);
    GPtrArray *statements = g_ptr_array_new();
    g_ptr_array_add(statements, table_statement(&w, staging));
    add_indexes(&w, lists, staging, statements);
    g_ptr_array_add(statements, NULL);
    return (char **)g_ptr_array_free(statements, FALSE);
}

/* ---- the file ------------------------------------------------------------ */

static bool create_staging_file(const char *path, error **err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    int reason = errno;
    return error_set(err,
                     reason == ENOSPC || reason == EDQUOT                     ? ERROR_DISK
                     : reason == EACCES || reason == EROFS || reason == EPERM ? ERROR_RIGHTS
                                                                              : ERROR_IO,
                     _("could not create staging file \"%s\": %s"), path, g_strerror(reason));
}

static bool attach(sqlite_session *s, const char *path, error **err)
{
    sqlite3_stmt *q =
        sqlite_prepare(s, "ATTACH ?1 AS " SQLITE_STAGING, _("open the staging file"), err);
    if (q == NULL)
        return false;
    sqlite3_bind_text(q, 1, path, -1, SQLITE_TRANSIENT);
    bool ok = sqlite3_step(q) == SQLITE_DONE || sqlite_fail(s, err, _("open the staging file"));
    sqlite3_finalize(q);
    if (ok)
        s->staging_path = g_strdup(path);
    return ok && sqlite_run(s,
                            "PRAGMA " SQLITE_STAGING ".synchronous = OFF;"
                            "PRAGMA " SQLITE_STAGING ".cache_size = -8192",
                            _("open the staging file"), err);
}

static bool check_token(const char *token, error **err)
{
    return is_token(token) || error_set(err, ERROR_INTERNAL, "bad run token \"%s\"", token);
}

bool sqlite_staging_create(session *base, const table_name *staging, const char *token,
                           char *const *statements, error **err)
{
    (void)staging;
    sqlite_session *s = sqlite_of(base);
    g_autofree char *path = staging_path(s, token);
    if (!check_token(token, err) || !sqlite_check(s, err) || !create_staging_file(path, err) ||
        !attach(s, path, err))
        return false;
    /* The target's own definition may hold "text" in the wrong quotes. */
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 1, NULL);
    bool ok = true;
    for (; ok && *statements != NULL; statements++)
        ok = sqlite_run(s, *statements, _("create the staging table"), err);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    return ok;
}

bool sqlite_staging_open(session *base, const table_name *staging, const char *token, error **err)
{
    (void)staging;
    sqlite_session *s = sqlite_of(base);
    g_autofree char *path = staging_path(s, token);
    if (!check_token(token, err))
        return false;
    if (g_strcmp0(s->staging_path, path) == 0)
        return true;
    if (access(path, F_OK) != 0)
        return error_set(err, ERROR_IO, _("could not open staging file \"%s\": %s"), path,
                         g_strerror(errno));
    return attach(s, path, err);
}

bool sqlite_staging_drop(session *base, const table_name *staging, const char *token, error **err)
{
    (void)staging;
    sqlite_session *s = sqlite_of(base);
    if (!check_token(token, err))
        return false;
    g_autofree char *path = staging_path(s, token);
    if (g_strcmp0(s->staging_path, path) == 0) {
        if (!sqlite_run(s, "DETACH " SQLITE_STAGING, _("close the staging file"), err))
            return false;
        g_clear_pointer(&s->staging_path, g_free);
    }
    g_autofree char *journal = g_strconcat(path, "-journal", NULL);
    const char *const files[] = { path, journal };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        if (unlink(files[i]) != 0 && errno != ENOENT)
            return error_set(err, ERROR_IO, _("could not remove staging file \"%s\": %s"), files[i],
                             g_strerror(errno));
    return true;
}

GPtrArray *sqlite_staging_list(session *base, const table_name *target, error **err)
{
    (void)target;
    sqlite_session *s = sqlite_of(base);
    g_autofree char *folder = g_path_get_dirname(s->path);
    g_autofree char *file = g_path_get_basename(s->path);
    g_autofree char *prefix = g_strconcat(file, FILE_MARK, NULL);
    g_autoptr(GError) why = NULL;
    g_autoptr(GDir) entries = g_dir_open(folder, 0, &why);
    if (entries == NULL) {
        error_set(err, ERROR_IO, _("could not read folder \"%s\": %s"), folder, why->message);
        return NULL;
    }
    GPtrArray *tokens = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while ((name = g_dir_read_name(entries)) != NULL)
        if (g_str_has_prefix(name, prefix) && is_token(name + strlen(prefix)))
            g_ptr_array_add(tokens, g_strdup(name + strlen(prefix)));
    return tokens;
}
