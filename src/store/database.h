/* database.h - inside the store: the handle, prepared statements, transactions.
 * Only for the files of this folder. */
#ifndef ROWFERRY_STORE_DATABASE_H
#define ROWFERRY_STORE_DATABASE_H

#include "store/process.h"
#include "store/store.h"

#include <sqlite3.h>

struct store {
    sqlite3 *db;
    char *path;
    char *uuid;
    int version;
    store_options options;
    store_actor actor;
    process_identity self;
    int depth;   /* of nested transactions */
    bool doomed; /* something inside the open transaction failed */
};

/* Set *err from SQLite's last error on @s; @what says what was being done, in
 * the form "save task \"x\"". Returns false. */
bool store_fail(store *s, const char *what, error **err);

/* SQL without parameters; waits for other processes. */
bool store_exec(store *s, const char *sql, error **err);
/* One integer; 0 when there is no row. */
bool store_read_int(store *s, const char *sql, int64_t *value, error **err);

/* The end of a write: commit when @ok, else roll back. Returns whether the
 * write stands. */
bool store_end(store *s, bool ok, error **err);

/* meta: NULL without an error when there is no such key. */
bool store_meta_get(store *s, const char *key, char **value, error **err);
bool store_meta_set(store *s, const char *key, const char *value, error **err);

/* A prepared statement; values are bound and read in order. */
typedef struct {
    store *s;
    sqlite3_stmt *statement;
    int bound;
    int column;
} query;

bool query_prepare(query *q, store *s, const char *sql, error **err);
void query_clear(query *q);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(query, query_clear)

/* Bind the next value. Texts are copied; NULL is NULL. */
void query_put_text(query *q, const char *text);
void query_put_int(query *q, int64_t value);
/* 0 becomes NULL. */
void query_put_optional(query *q, int64_t value);

/* 1: a row; 0: no more; -1: failed, *err is set. */
int query_step(query *q, error **err);
/* Step to the end; *changes (may be NULL) is the number of rows changed. */
bool query_run(query *q, int *changes, error **err);

/* The next column: yours, NULL for NULL; 0 for NULL. */
char *query_take_text(query *q);
int64_t query_take_int(query *q);
bool query_take_bool(query *q);
/* Five columns error_code, _message, _detail, _hint, _sqlstate: an error or
 * NULL; *code (yours) is the code's name. */
error *query_take_error(query *q, char **code);
/* Bind the five. @e may be NULL. */
void query_put_error(query *q, const error *e);

/* migrate.c, journal.c, backup.c: steps of opening. */
bool store_migrate(store *s, const char *marker, bool had_marker, error **err);
bool store_choose_journal(store *s, bool first, error **err);
bool store_backup_before_migration(store *s, error **err);

/* Whether this version of SQLite may use WAL with several processes. */
bool sqlite_wal_is_safe(int version);

#endif
