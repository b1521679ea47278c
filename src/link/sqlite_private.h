/* sqlite_private.h - what the files of the SQLite link share. */
#ifndef ROWFERRY_LINK_SQLITE_PRIVATE_H
#define ROWFERRY_LINK_SQLITE_PRIVATE_H

#include "link/link.h"

#include <sqlite3.h>

/* The schema name under which a staging file is attached. */
#define SQLITE_STAGING "rf_staging"

typedef struct {
    const char *table; /* NULL: no guard */
    const char *const *functions;
    GPtrArray *children; /* of char*: table, column, table, column … of foreign keys to it */
    bool saw_delete;
} sqlite_guard;

typedef struct {
    session base;
    sqlite3 *db;
    char *path; /* absolute: never taken for a URI or ":memory:" */
    bool is_missing; /* the file does not exist yet: an empty one in memory stands for it */
    bool read_only;
    char *staging_path;   /* of the attached staging file, or NULL */
    gint64 lock_timeout;  /* µs */
    gint64 waiting_since; /* of the busy handler */
    gint cancelled;       /* atomic, sticky */
    sqlite_guard guard;
} sqlite_session;

static inline sqlite_session *sqlite_of(session *s)
{
    return (sqlite_session *)s;
}

/* --- sqlite_error.c --- */
/* Turn the connection's last error into ours: "database "x": could not DOING".
 * Returns false. */
bool sqlite_fail(const sqlite_session *s, error **err, const char *doing);
/* The same for a result code without a connection that remembers it. */
bool sqlite_fail_code(const sqlite_session *s, error **err, const char *doing, int code,
                      const char *message);
/* Who keeps the database file locked now: " by process 12 (sqlite3)", or
 * " by another process" when the kernel does not say. Caller frees. */
char *sqlite_lock_holder(const sqlite_session *s);

/* --- sqlite_session.c --- */
/* False with ERROR_CANCELLED when the session was cancelled. */
bool sqlite_check(sqlite_session *s, error **err);
/* Run statements without results. */
bool sqlite_run(sqlite_session *s, const char *sql, const char *doing, error **err);
/* Prepare exactly one statement; NULL with *err set. */
sqlite3_stmt *sqlite_prepare(sqlite_session *s, const char *sql, const char *doing, error **err);
/* Prepare one that must be a SELECT and nothing else (ERROR_PLAN). */
sqlite3_stmt *sqlite_prepare_select(sqlite_session *s, const char *sql, error **err);
/* Bind the parameters of a statement in order; ERROR_DATA for one that SQLite cannot hold. */
bool sqlite_bind(sqlite_session *s, sqlite3_stmt *statement, const value *parameters, unsigned n,
                 error **err);

/* --- sqlite_guard.c --- */
/* Authorizer that lets only SELECT pass; user data unused. */
int sqlite_authorize_select(void *user, int action, const char *one, const char *two,
                            const char *schema, const char *trigger);
bool sqlite_guarded_delete(session *s, const table_info *target, const char *sql,
                           const value *parameters, unsigned n, int64_t *affected, error **err);

/* --- sqlite_catalogue.c --- */
GPtrArray *sqlite_list_tables(session *s, const char *pattern, error **err);
table_info *sqlite_describe(session *s, const table_name *name, error **err);
GPtrArray *sqlite_describe_query(session *s, const char *sql, const value *parameters,
                                 unsigned n_parameters, error **err);
/* The column that is another name of the rowid, or NULL (also when the
 * catalogue cannot be read). Caller frees. */
char *sqlite_rowid_column(sqlite_session *s, const char *schema, const char *table);

/* Tables and their columns that refer to main.@table: table, column, table,
 * column … of char*. Empty when the catalogue cannot be read. */
GPtrArray *sqlite_child_columns(sqlite_session *s, const char *table);

/* --- sqlite_read.c --- */
reader *sqlite_read_open(session *s, const read_request *request, const data_type *types,
                         unsigned n_columns, error **err);
read_outcome sqlite_read_next(reader *r, batch *b, error **err);
void sqlite_read_close(reader *r);

/* --- sqlite_write.c --- */
writer *sqlite_write_open(session *s, const write_request *request, error **err);
bool sqlite_write(writer *w, batch *b, error **err);
bool sqlite_write_flush(writer *w, error **err);
void sqlite_write_close(writer *w);

/* --- sqlite_staging.c --- */
table_name *sqlite_staging_name(session *s, const table_name *target, const char *token);
char **sqlite_staging_sql(session *s, const table_info *target, const table_name *staging,
                          const char *const *columns, unsigned flags, error **err);
bool sqlite_staging_create(session *s, const table_name *staging, const char *token,
                           char *const *statements, error **err);
bool sqlite_staging_open(session *s, const table_name *staging, const char *token, error **err);
bool sqlite_staging_drop(session *s, const table_name *staging, const char *token, error **err);
GPtrArray *sqlite_staging_list(session *s, const table_name *target, error **err);

#endif
