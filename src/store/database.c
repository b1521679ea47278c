#include "store/database.h"

#include "base/intl.h"

#include <string.h>
#include <unistd.h>

static bool is_busy(int code)
{
    return (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
}

bool store_fail(store *s, const char *what, error **err)
{
    int code = sqlite3_extended_errcode(s->db);
    const char *words = sqlite3_errmsg(s->db);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        error_set(err, ERROR_STORE, _("could not %s: the store \"%s\" was busy for %d seconds"),
                  what, s->path, s->options.busy_seconds);
        error_hint(err, _("Another process is writing to it or was stopped while reading it; "
                          "try again."));
        if (err != NULL)
            (*err)->retryable = true;
        return false;
    case SQLITE_FULL:
        error_set(err, ERROR_STORE, _("could not %s: no space left for the store \"%s\""), what,
                  s->path);
        return error_hint(err, _("Free some space on that file system and try again."));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        error_set(err, ERROR_STORE, _("cannot %s: the store \"%s\" is damaged"), what, s->path);
        error_detail(err, "SQLite: %s (%d)", words, code);
        return error_hint(err, _("Stop all runs, move the file aside and put the newest file of "
                                 "the folder \"backups\" in its place."));
    case SQLITE_READONLY:
        error_set(err, ERROR_STORE, _("could not %s: the store \"%s\" cannot be written"), what,
                  s->path);
        error_detail(err, "SQLite: %s (%d)", words, code);
        return error_hint(err, _("Check the owner and mode of the file and its folder."));
    default:
        error_set(err, ERROR_STORE, _("could not %s in the store \"%s\""), what, s->path);
        return error_detail(err, "SQLite: %s (%d)", words, code);
    }
}

/* Other writers are waited for by SQLite's own busy handler and, because that
 * one gives up at once where it sees a deadlock, by retries of ours. */
static int64_t deadline_of(const store *s)
{
    return g_get_monotonic_time() + (int64_t)s->options.busy_seconds * G_USEC_PER_SEC;
}

static bool wait_for_others(int64_t deadline)
{
    if (g_get_monotonic_time() >= deadline)
        return false;
    g_usleep((gulong)g_random_int_range(2000, 30000));
    return true;
}

bool store_exec(store *s, const char *sql, error **err)
{
    int64_t deadline = deadline_of(s);
    int code;
    do
        code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    while (is_busy(code) && wait_for_others(deadline));
    return code == SQLITE_OK || store_fail(s, _("write"), err);
}

bool query_prepare(query *q, store *s, const char *sql, error **err)
{
    g_assert(q->statement == NULL);
    q->s = s;
    int64_t deadline = deadline_of(s);
    int code;
    do
        code = sqlite3_prepare_v2(s->db, sql, -1, &q->statement, NULL);
    while (is_busy(code) && wait_for_others(deadline));
    return code == SQLITE_OK || store_fail(s, _("prepare a statement"), err);
}

void query_clear(query *q)
{
    sqlite3_finalize(q->statement);
    *q = (query){ 0 };
}

void query_put_text(query *q, const char *text)
{
    int code = sqlite3_bind_text(q->statement, ++q->bound, text, -1, SQLITE_TRANSIENT);
    g_assert(code == SQLITE_OK);
}

void query_put_int(query *q, int64_t value)
{
    int code = sqlite3_bind_int64(q->statement, ++q->bound, value);
    g_assert(code == SQLITE_OK);
}

void query_put_optional(query *q, int64_t value)
{
    if (value != 0)
        query_put_int(q, value);
    else
        q->bound++;
}

int query_step(query *q, error **err)
{
    int64_t deadline = deadline_of(q->s);
    for (;;) {
        int code = sqlite3_step(q->statement);
        q->column = 0;
        if (code == SQLITE_ROW)
            return 1;
        if (code == SQLITE_DONE)
            return 0;
        /* Inside our own transaction nobody else is in the way. */
        if (!is_busy(code) || q->s->depth > 0 || !wait_for_others(deadline)) {
            store_fail(q->s, sqlite3_stmt_readonly(q->statement) ? _("read") : _("write"), err);
            return -1;
        }
        sqlite3_reset(q->statement);
    }
}

bool query_run(query *q, int *changes, error **err)
{
    int step;
    while ((step = query_step(q, err)) == 1)
        continue;
    if (changes != NULL)
        *changes = step == 0 ? sqlite3_changes(q->s->db) : 0;
    return step == 0;
}

char *query_take_text(query *q)
{
    return g_strdup((const char *)sqlite3_column_text(q->statement, q->column++));
}

int64_t query_take_int(query *q)
{
    return sqlite3_column_int64(q->statement, q->column++);
}

bool query_take_bool(query *q)
{
    return query_take_int(q) != 0;
}

error *query_take_error(query *q, char **code)
{
    *code = query_take_text(q);
    g_autofree char *message = query_take_text(q);
    g_autofree char *detail = query_take_text(q);
    g_autofree char *hint = query_take_text(q);
    g_autofree char *sqlstate = query_take_text(q);
    if (*code == NULL)
        return NULL;
    error_code known = error_code_from_name(*code);
    error *e = NULL;
    error_set(&e, known != 0 ? known : ERROR_INTERNAL, "%s", message != NULL ? message : *code);
    if (detail != NULL)
        error_detail(&e, "%s", detail);
    if (hint != NULL)
        error_hint(&e, "%s", hint);
    if (sqlstate != NULL)
        error_sqlstate(&e, sqlstate);
    return e;
}

void query_put_error(query *q, const error *e)
{
    query_put_text(q, e != NULL ? error_code_name(e->code) : NULL);
    query_put_text(q, e != NULL ? e->message : NULL);
    query_put_text(q, e != NULL ? e->detail : NULL);
    query_put_text(q, e != NULL ? e->hint : NULL);
    query_put_text(q, e != NULL && e->sqlstate[0] != '\0' ? e->sqlstate : NULL);
}

bool store_read_int(store *s, const char *sql, int64_t *value, error **err)
{
    g_auto(query) q = { 0 };
    *value = 0;
    if (!query_prepare(&q, s, sql, err))
        return false;
    int step = query_step(&q, err);
    if (step == 1)
        *value = query_take_int(&q);
    return step >= 0;
}

bool store_begin(store *s, error **err)
{
    g_assert(s->self.pid == getpid()); /* a handle does not survive fork() */
    if (s->depth == 0) {
        if (!store_exec(s, "BEGIN IMMEDIATE", err))
            return false;
        s->doomed = false;
    }
    s->depth++;
    return true;
}

static void end_transaction(store *s)
{
    s->depth = 0;
    s->doomed = false;
    /* SQLite rolls back by itself on some errors (disk full, I/O). */
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

bool store_commit(store *s, error **err)
{
    g_assert(s->depth > 0);
    if (s->depth > 1) {
        s->depth--;
        return !s->doomed ||
               error_set(err, ERROR_INTERNAL, _("cannot commit: a part of the transaction failed"));
    }
    if (s->doomed) {
        end_transaction(s);
        return error_set(err, ERROR_INTERNAL, _("cannot commit: a part of the transaction failed"));
    }
    if (!store_exec(s, "COMMIT", err)) {
        end_transaction(s);
        return false;
    }
    s->depth = 0;
    return true;
}

void store_rollback(store *s)
{
    g_assert(s->depth > 0);
    if (s->depth > 1) {
        s->depth--;
        s->doomed = true;
    } else {
        end_transaction(s);
    }
}

bool store_end(store *s, bool ok, error **err)
{
    if (ok)
        return store_commit(s, err);
    store_rollback(s);
    return false;
}

bool store_meta_get(store *s, const char *key, char **value, error **err)
{
    g_auto(query) q = { 0 };
    *value = NULL;
    if (!query_prepare(&q, s, "SELECT value FROM meta WHERE key = ?", err))
        return false;
    query_put_text(&q, key);
    int step = query_step(&q, err);
    if (step == 1)
        *value = query_take_text(&q);
    return step >= 0;
}

bool store_meta_set(store *s, const char *key, const char *value, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT INTO meta (key, value) VALUES (?, ?)"
                       " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                       err))
        return false;
    query_put_text(&q, key);
    query_put_text(&q, value);
    return query_run(&q, NULL, err);
}
