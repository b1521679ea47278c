/* postgresql_private.h - what the files of the PostgreSQL link share.
 *
 * A session belongs to one thread. The connection is non-blocking: every wait
 * goes through this header's functions, which also watch the session's wake
 * descriptor, so that a cancel from another thread ends them.
 */
#ifndef ROWFERRY_LINK_POSTGRESQL_PRIVATE_H
#define ROWFERRY_LINK_POSTGRESQL_PRIVATE_H

#include "base/intl.h"
#include "link/link.h"
#include "link/links.h"

#include <libpq-fe.h>

typedef struct {
    session base;
    PGconn *conn;
    int wake;      /* eventfd: readable from the cancel on */
    int cancelled; /* atomic */
    bool read_only;
    bool broken;       /* given up: the socket is shut down */
    bool tls_verified; /* the handshake proved the server's name */
    int lock_timeout_seconds;
} pg_session;

static inline pg_session *pg_of(session *s)
{
    return (pg_session *)s;
}

typedef PGresult pg_result;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pg_result, PQclear)

/* --- waits (postgresql_wire.c) --------------------------------------------- */

/* No deadline: the wait ends by its event, a lost connection or a cancel. */
#define PG_NO_DEADLINE (-1)
/* How long a server may take to answer a cancel or a rollback before the
 * socket is shut down (rulings.md 24). */
#define PG_GRACE_SECONDS 5

/* How often a wait asks whether it is still wanted. */
#define PG_ASK_MILLISECONDS 100

/* Asked to stop, by pg_cancel() or by the session's own question. */
bool pg_is_cancelled(pg_session *s);
/* Fails with ERROR_CANCELLED once the session is cancelled, and with
 * ERROR_CONNECT once it is broken. */
bool pg_check(pg_session *s, error **err);

typedef enum { PG_READY, PG_TIMED_OUT, PG_CANCELLED, PG_LOST } pg_wait_outcome;

/* Wait until the socket can be read (or, with @writing, also written).
 * @deadline is in microseconds of g_get_monotonic_time() or PG_NO_DEADLINE. */
pg_wait_outcome pg_wait(pg_session *s, bool writing, gint64 deadline);

/* Sleep, or less if cancelled. */
void pg_pause(pg_session *s, int milliseconds);

/* Send everything that libpq holds. */
bool pg_flush(pg_session *s, const char *doing, error **err);

/* The next result of what was sent: NULL at its end. False when the
 * connection was lost or the session cancelled; the server's answer has then
 * been waited for and discarded. */
bool pg_next_result(pg_session *s, PGresult **result, const char *doing, error **err);

/* End whatever runs on the connection and read it out: COPY in either
 * direction, a query. With @cancel the server is asked to stop. After the
 * grace time the connection is broken. */
void pg_drain(pg_session *s, bool cancel);

/* --- errors and statements ------------------------------------------------- */

/* Set *err from a failed result (or, when NULL, from the connection). @doing
 * completes "could not …". */
bool pg_fail(pg_session *s, const PGresult *result, const char *doing, error **err);

/* The SQLSTATE of a result, "" when it has none. */
const char *pg_sqlstate(const PGresult *result);

/* Run one statement with text parameters through the extended protocol. NULL
 * with *err set unless it ended well. */
PGresult *pg_query(pg_session *s, const char *sql, int n, const char *const *values,
                   const char *doing, error **err);
/* The same with our own fixed text of one or more statements; the last
 * result is returned. */
PGresult *pg_script(pg_session *s, const char *sql, const char *doing, error **err);
bool pg_do(pg_session *s, const char *sql, const char *doing, error **err);

/* What a SELECT gives, without running it; NULL with *err set. */
PGresult *pg_describe_statement(pg_session *s, const char *sql, const char *doing, error **err);

/* Values as parameters in text form. */
typedef struct {
    GPtrArray *texts; /* of char*, NULL for NULL */
} pg_parameters;
bool pg_parameters_init(pg_parameters *p, const value *values, unsigned n, error **err);
void pg_parameters_clear(pg_parameters *p);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(pg_parameters, pg_parameters_clear)

/* "schema"."name", quoted. Caller frees. */
char *pg_quoted_table(const pg_session *s, const table_name *t);

static inline const char *pg_text(const PGresult *r, int row, int column)
{
    return PQgetisnull(r, row, column) ? NULL : PQgetvalue(r, row, column);
}
static inline bool pg_true(const PGresult *r, int row, int column)
{
    return PQgetvalue(r, row, column)[0] == 't';
}

/* --- the slots of link_ops, by file ---------------------------------------- */

/* postgresql_session.c */
session *pg_open(const connection *c, const session_options *options, error **err);
void pg_close(session *s);
void pg_cancel(session *s);
char *pg_version(session *s, char **security, error **err);

/* postgresql_wire.c */
bool pg_execute(session *s, const char *sql, const value *parameters, unsigned n_parameters,
                int64_t *affected, error **err);
query_result *pg_small_query(session *s, const char *sql, const value *parameters,
                             unsigned n_parameters, error **err);

/* postgresql_catalog.c */
GPtrArray *pg_list_tables(session *s, const char *pattern, error **err);
table_info *pg_describe(session *s, const table_name *name, error **err);
GPtrArray *pg_describe_query(session *s, const char *sql, const value *parameters,
                             unsigned n_parameters, error **err);

/* postgresql_publish.c */
bool pg_begin(session *s, const table_name *table, error **err);
bool pg_begin_publish(session *s, const table_name *table, bool lock_table, error **err);
commit_outcome pg_commit(session *s, error **err);
void pg_rollback(session *s);
bool pg_guarded_delete(session *s, const table_info *target, const char *sql,
                       const value *parameters, unsigned n, int64_t *affected, error **err);

/* postgresql_staging.c */
table_name *pg_staging_name(session *s, const table_name *target, const char *token);
char **pg_staging_sql(session *s, const table_info *target, const table_name *staging,
                      const char *const *columns, unsigned flags, error **err);
bool pg_staging_create(session *s, const table_name *staging, const char *token,
                       char *const *statements, error **err);
bool pg_staging_open(session *s, const table_name *staging, const char *token, error **err);
bool pg_staging_drop(session *s, const table_name *staging, const char *token, error **err);
GPtrArray *pg_staging_list(session *s, const table_name *target, error **err);

/* postgresql_read.c */
char *pg_snapshot_export(session *s, error **err);
reader *pg_read_open(session *s, const read_request *request, const data_type *types,
                     unsigned n_columns, error **err);
read_outcome pg_read_next(reader *r, batch *b, error **err);
void pg_read_close(reader *r);

/* postgresql_write.c */
writer *pg_write_open(session *s, const write_request *request, error **err);
bool pg_write(writer *w, batch *b, error **err);
bool pg_write_flush(writer *w, error **err);
void pg_write_close(writer *w);

#endif
