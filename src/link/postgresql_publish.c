#include "link/postgresql_private.h"

#include <jansson.h>
#include <string.h>

/* Tries to lock the target, each as long as the session's lock_timeout; in
 * between, those who queued behind us get their turn. */
#define LOCK_TRIES              20
#define LOCK_PAUSE_MILLISECONDS 250

/* How long a COMMIT that was sent may take once the run is cancelled. */
#define COMMIT_GRACE_SECONDS 10

/* @statement by its name in the dialect; the isolation level is always said,
 * because a role may have another default. */
static bool begin(pg_session *s, const char *statement, error **err)
{
    const template_variable none[] = { { NULL, NULL } };
    g_autofree char *sql = dialect_statement(s->base.connection->dialect, statement, none);
    return pg_do(s, sql, _("begin a transaction"), err);
}

bool pg_begin(session *base, const table_name *table, error **err)
{
    pg_session *s = pg_of(base);
    (void)table; /* nothing is locked before it is written to */
    return begin(s, s->read_only ? "begin_read" : "begin", err);
}

void pg_rollback(session *base)
{
    pg_session *s = pg_of(base);
    if (s->broken || PQstatus(s->conn) != CONNECTION_OK)
        return;
    pg_drain(s, true);
    if (s->broken || PQtransactionStatus(s->conn) == PQTRANS_IDLE)
        return;
    /* Also on a cancelled session, so not by pg_do(). */
    if (PQsendQuery(s->conn, "ROLLBACK"))
        pg_drain(s, false);
}

/* --- the publish transaction ------------------------------------------------- */

/* The target's schema as the server finds it; NULL without an error for a
 * table that is still to be made in no known schema. */
static bool resolve_schema(pg_session *s, const table_name *table, char **schema, error **err)
{
    if (table->schema != NULL) {
        *schema = g_strdup(table->schema);
        return true;
    }
    const char *values[] = { table->name };
    g_autoptr(pg_result) result =
        pg_query(s,
                 "SELECT coalesce((SELECT n.nspname FROM pg_catalog.pg_class c"
                 " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                 " WHERE c.oid = pg_catalog.to_regclass(pg_catalog.quote_ident($1))),"
                 " pg_catalog.current_schema())",
                 1, values, _("find the target table"), err);
    if (result == NULL)
        return false;
    *schema = g_strdup(pg_text(result, 0, 0));
    return true;
}

/* The same for all stores that publish into this table: its full name. Taken
 * by name, not by oid, so that it also covers a table that is still to be
 * made, or that a swap replaces. */
static gint64 lock_key(const char *schema, const char *name)
{
    g_autoptr(GChecksum) hash = g_checksum_new(G_CHECKSUM_SHA256);
    static const guchar purpose[] = "rowferry publish";
    g_checksum_update(hash, purpose, sizeof purpose);
    if (schema != NULL)
        g_checksum_update(hash, (const guchar *)schema, (gssize)strlen(schema) + 1);
    g_checksum_update(hash, (const guchar *)name, (gssize)strlen(name) + 1);
    guint8 digest[32];
    gsize size = sizeof digest;
    g_checksum_get_digest(hash, digest, &size);
    gint64 key;
    memcpy(&key, digest, sizeof key);
    return GINT64_FROM_BE(key);
}

/* "process 4711 (rowferry 0123456789abcdef, user loader)" of those that @sql
 * finds, or NULL. */
static char *name_holders(pg_session *s, const char *sql, const char *about)
{
    const char *values[] = { about };
    g_autoptr(pg_result) result = pg_query(s, sql, 1, values, "", NULL);
    if (result == NULL || PQntuples(result) == 0)
        return NULL;
    g_autoptr(GPtrArray) holders = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < PQntuples(result); i++) {
        const char *application = pg_text(result, i, 1);
        const char *user = pg_text(result, i, 2);
        g_ptr_array_add(holders,
                        g_strdup_printf(_("process %s (%s, user %s)"), pg_text(result, i, 0),
                                        application != NULL && *application != '\0'
                                            ? application
                                            : _("unnamed program"),
                                        user != NULL ? user : "?"));
    }
    g_ptr_array_add(holders, NULL);
    return g_strjoinv(", ", (char **)holders->pdata);
}

static bool busy(const table_name *table, const char *holders, error **err)
{
    g_autofree char *name = table_name_to_string(table);
    if (holders != NULL)
        error_set(err, ERROR_BUSY, _("table \"%s\" is being written by %s"), name, holders);
    else
        error_set(err, ERROR_BUSY, _("table \"%s\" is being written by somebody else"), name);
    if (err != NULL)
        (*err)->retryable = true;
    return false;
}

static bool try_advisory_lock(pg_session *s, const char *key, bool *taken, error **err)
{
    const char *values[] = { key };
    g_autoptr(pg_result) result =
        pg_query(s, "SELECT pg_catalog.pg_try_advisory_xact_lock($1::bigint)", 1, values,
                 _("lock the target"), err);
    if (result == NULL)
        return false;
    *taken = pg_true(result, 0, 0);
    return true;
}

static char *name_advisory_holders(pg_session *s, const char *key)
{
    return name_holders(s,
                        "SELECT l.pid, a.application_name, a.usename FROM pg_catalog.pg_locks l"
                        " LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
                        " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
                        " AND l.database = (SELECT oid FROM pg_catalog.pg_database"
                        "  WHERE datname = pg_catalog.current_database())"
                        " AND l.classid::bigint = ($1::bigint >> 32) & 4294967295"
                        " AND l.objid::bigint = $1::bigint & 4294967295",
                        key);
}

static bool take_advisory_lock(pg_session *s, const table_name *table, error **err)
{
    g_autofree char *schema = NULL;
    if (!resolve_schema(s, table, &schema, err))
        return false;
    g_autofree char *key = g_strdup_printf("%" G_GINT64_FORMAT, lock_key(schema, table->name));
    for (int i = 0; i < LOCK_TRIES; i++) {
        bool taken;
        if (!try_advisory_lock(s, key, &taken, err))
            return false;
        if (taken)
            return true;
        g_autofree char *holders = name_advisory_holders(s, key);
        if (holders != NULL)
            return busy(table, holders, err);
        /* Nobody: it was let go meanwhile. */
    }
    return busy(table, NULL, err);
}

static char *name_lock_holders(pg_session *s, const char *quoted)
{
    return name_holders(s,
                        "SELECT DISTINCT l.pid, a.application_name, a.usename"
                        " FROM pg_catalog.pg_locks l"
                        " LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
                        " WHERE l.locktype = 'relation' AND l.granted"
                        " AND l.pid <> pg_catalog.pg_backend_pid()"
                        " AND l.relation = pg_catalog.to_regclass($1)"
                        " AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock',"
                        " 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',"
                        " 'AccessExclusiveLock')",
                        quoted);
}

static bool lock_table_once(pg_session *s, const char *quoted, error **err)
{
    g_autofree char *sql = g_strdup_printf(
        "SAVEPOINT rowferry_lock; LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE", quoted);
    return pg_do(s, sql, _("lock the target"), err);
}

static bool lock_other_writers_out(pg_session *s, const table_name *table, error **err)
{
    g_autofree char *quoted = pg_quoted_table(s, table);
    for (int i = 1;; i++) {
        g_autoptr(error) local = NULL;
        if (lock_table_once(s, quoted, &local))
            return true;
        if (local->code != ERROR_LOCK)
            return error_propagate(err, &local);
        if (!pg_do(s, "ROLLBACK TO SAVEPOINT rowferry_lock", _("lock the target"), err))
            return false;
        if (i == LOCK_TRIES) {
            g_autofree char *holders = name_lock_holders(s, quoted);
            return busy(table, holders, err);
        }
        pg_pause(s, LOCK_PAUSE_MILLISECONDS);
    }
}

bool pg_begin_publish(session *base, const table_name *table, bool lock_table, error **err)
{
    pg_session *s = pg_of(base);
    if (!begin(s, "begin_publish", err))
        return false;
    if (take_advisory_lock(s, table, err) && (!lock_table || lock_other_writers_out(s, table, err)))
        return true;
    pg_rollback(base);
    return false;
}

/* --- commit ------------------------------------------------------------------ */

static commit_outcome unknown(pg_session *s, error **err)
{
    s->broken = true; /* nothing more may be sent here as if all were well */
    error_set(err, ERROR_UNRESOLVED,
              _("connection \"%s\": the answer to COMMIT was lost; it is not known whether it took "
                "effect"),
              s->base.connection->name);
    return COMMIT_UNKNOWN;
}

/* Once COMMIT is on its way only its answer counts: no cancel is sent, the
 * wait merely gets an end. */
static bool await_commit(pg_session *s)
{
    gint64 deadline = PG_NO_DEADLINE;
    bool sent = false;
    for (;;) {
        int left = PQflush(s->conn);
        if (left < 0)
            return false;
        if (left == 0 && !sent)
            session_commit_sent(&s->base);
        sent |= left == 0;
        if (left == 0 && !PQisBusy(s->conn))
            return true;
        pg_wait_outcome outcome = pg_wait(s, left > 0, deadline);
        if (outcome == PG_CANCELLED)
            deadline = g_get_monotonic_time() + COMMIT_GRACE_SECONDS * G_USEC_PER_SEC;
        else if (outcome != PG_READY)
            return false;
        else if (!PQconsumeInput(s->conn))
            return false;
    }
}

/* A FATAL comes from outside of the statement: the session was ended by an
 * operator or a shutdown, and may have been committed before. */
static bool is_answer(const PGresult *result)
{
    if (PQresultStatus(result) == PGRES_COMMAND_OK)
        return true;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity != NULL && strcmp(severity, "ERROR") == 0;
}

commit_outcome pg_commit(session *base, error **err)
{
    pg_session *s = pg_of(base);
    const char *doing = _("commit");
    if (!pg_check(s, err))
        return COMMIT_FAILED;
    if (!PQsendQuery(s->conn, "COMMIT") || !await_commit(s)) {
        pg_drain(s, false);
        return unknown(s, err);
    }
    g_autoptr(pg_result) result = PQgetResult(s->conn);
    if (result == NULL || !is_answer(result))
        return unknown(s, err);
    pg_drain(s, false);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        pg_fail(s, result, doing, err);
        return COMMIT_FAILED;
    }
    /* A transaction that had failed before ends with this tag. */
    if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        error_set(err, ERROR_SQL,
                  _("connection \"%s\": the transaction had failed and was rolled back"),
                  s->base.connection->name);
        return COMMIT_FAILED;
    }
    return COMMIT_DONE;
}

/* --- the guard's second lock ------------------------------------------------- */

static bool is_text(const json_t *node, const char *key, const char *want)
{
    const char *text = json_string_value(json_object_get(node, key));
    return text != NULL && strcmp(text, want) == 0;
}

/* Count the writing nodes below @node, and those that are the delete meant. */
static void count_writes(const json_t *node, const table_name *target, int *writes, int *deletes)
{
    if (is_text(node, "Node Type", "ModifyTable")) {
        (*writes)++;
        if (is_text(node, "Operation", "Delete") && is_text(node, "Schema", target->schema) &&
            is_text(node, "Relation Name", target->name))
            (*deletes)++;
    }
    const json_t *children = json_object_get(node, "Plans");
    for (size_t i = 0; i < json_array_size(children); i++)
        count_writes(json_array_get(children, i), target, writes, deletes);
}

static bool is_one_delete(const char *explained, const table_name *target)
{
    json_t *plans = json_loads(explained, 0, NULL);
    int writes = 0, deletes = 0;
    /* A rule adds statements: each has its own plan. */
    bool one = json_array_size(plans) == 1;
    if (one)
        count_writes(json_object_get(json_array_get(plans, 0), "Plan"), target, &writes, &deletes);
    json_decref(plans);
    return one && writes == 1 && deletes == 1;
}

bool pg_guarded_delete(session *base, const table_info *target, const char *sql,
                       const value *parameters, unsigned n, int64_t *affected, error **err)
{
    pg_session *s = pg_of(base);
    g_auto(pg_parameters) texts = { 0 };
    if (!pg_parameters_init(&texts, parameters, n, err))
        return false;
    g_autofree char *explain = g_strconcat("EXPLAIN (VERBOSE, FORMAT JSON) ", sql, NULL);
    g_autoptr(pg_result) result = pg_query(
        s, explain, (int)n, (const char *const *)texts.texts->pdata, _("check the pre-SQL"), err);
    if (result == NULL)
        return false;
    const char *explained = PQntuples(result) == 1 ? pg_text(result, 0, 0) : NULL;
    if (explained == NULL || !is_one_delete(explained, target->name)) {
        g_autofree char *name = table_name_to_string(target->name);
        error_set(err, ERROR_PERMISSION,
                  _("the pre-SQL would do more than delete from table \"%s\""), name);
        return error_detail(err, _("The server's plan for it is not one delete on that table."));
    }
    return pg_execute(base, sql, parameters, n, affected, err);
}
