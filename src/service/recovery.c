#include "service/recovery.h"

#include "base/intl.h"
#include "ferry/run.h"
#include "link/link.h"
#include "store/runs.h"

#include <inttypes.h>
#include <string.h>

/* --- staging --- */

typedef struct {
    const connection *connection; /* borrowed from the engine */
    table_name *table;
} target;

static void target_clear(target *t)
{
    g_clear_pointer(&t->table, table_name_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(target, target_clear)

static void sweep(engine *e, const target *t, const char *token)
{
    g_autoptr(error) why = NULL;
    g_autofree char *name = table_name_to_string(t->table);
    if (run_sweep(t->connection, t->table, token, &why))
        engine_note(e, _("removed what a dead run left beside \"%s\""), name);
    else
        engine_note(e, _("could not remove what a dead run left beside \"%s\": %s"), name,
                    why->message);
}

/* The plan names its target as people read it; schemas with dots in their name
 * are swept by the next run on that target. */
static table_name *table_of(const connection *c, const char *text)
{
    const link_ops *ops = link_find(c, NULL);
    const char *dot = strchr(text, '.');
    if (dot == NULL || ops == NULL || (ops->capabilities & LINK_SQL) == 0)
        return table_name_new(NULL, text);
    g_autofree char *schema = g_strndup(text, dot - text);
    return table_name_new(schema, dot + 1);
}

static bool read_target(engine *e, const json_t *plan_json, target *t, error **err)
{
    const json_t *json = json_object_get(plan_json, "target");
    const char *name = json_string_value(json_object_get(json, "connection"));
    const char *table = json_string_value(json_object_get(json, "table"));
    if (name == NULL || table == NULL)
        return error_set(err, ERROR_STORE, _("the stored plan names no target"));
    t->connection = engine_connection(e, name, err);
    if (t->connection == NULL)
        return false;
    t->table = table_of(t->connection, table);
    return true;
}

static const char *ledger_of(const json_t *plan_json)
{
    return json_string_value(json_object_get(json_object_get(plan_json, "target"), "ledger"));
}

static void sweep_reaped(engine *e, const reaped_run *r)
{
    if (r->plan == NULL)
        return; /* it died before it touched the target */
    json_t *json = json_loads(r->plan, 0, NULL);
    g_autoptr(error) why = NULL;
    g_auto(target) t = { 0 };
    if (read_target(e, json, &t, &why))
        sweep(e, &t, r->token);
    else
        engine_note(e, _("run %" PRId64 ": could not clean up: %s"), r->run, why->message);
    json_decref(json);
}

/* Tokens of all staging beside @t. */
static GPtrArray *list_staging(const target *t, error **err)
{
    const link_ops *ops = link_find(t->connection, err);
    if (ops == NULL)
        return NULL;
    if (ops->staging_list == NULL)
        return g_ptr_array_new();
    const session_options options = { .read_only = true, .may_be_missing = true };
    g_autoptr(session) s = session_open(t->connection, &options, err);
    return s != NULL ? ops->staging_list(s, t->table, err) : NULL;
}

/* Whether our own store knows that the run of @token is over. */
static bool is_dead(store *s, const char *token)
{
    g_autoptr(error) why = NULL;
    g_autoptr(run_record) r = store_run_get_by_token(s, token, &why);
    return r != NULL && run_state_is_terminal(r->state) && r->pid == 0;
}

void recovery_sweep_target(engine *e, const planned_task *p, const char *token)
{
    g_autoptr(error) why = NULL;
    g_auto(target) t = { 0 };
    store *s = engine_store(e, &why);
    json_t *json = plan_to_json(p->plan);
    bool known = s != NULL && read_target(e, json, &t, &why);
    json_decref(json);
    g_autoptr(GPtrArray) tokens = known ? list_staging(&t, &why) : NULL;
    if (tokens == NULL) {
        engine_note(e, _("could not look for leftovers of dead runs: %s"), why->message);
        return;
    }
    for (guint i = 0; i < tokens->len; i++)
        if (strcmp(tokens->pdata[i], token) != 0 && is_dead(s, tokens->pdata[i]))
            sweep(e, &t, tokens->pdata[i]);
}

GPtrArray *recovery_unknown_staging(engine *e, const char *connection_name, const table_name *table,
                                    error **err)
{
    store *s = engine_store(e, err);
    g_auto(target) t = { .table = table_name_copy(table) };
    t.connection = s != NULL ? engine_connection(e, connection_name, err) : NULL;
    g_autoptr(GPtrArray) tokens = t.connection != NULL ? list_staging(&t, err) : NULL;
    if (tokens == NULL)
        return NULL;
    GPtrArray *unknown = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < tokens->len; i++) {
        g_autoptr(error) why = NULL;
        g_autoptr(run_record) r = store_run_get_by_token(s, tokens->pdata[i], &why);
        if (r == NULL)
            g_ptr_array_add(unknown, g_strdup(tokens->pdata[i]));
    }
    return unknown;
}

/* --- runs --- */

bool recovery_resolve(engine *e, int64_t id, error **err)
{
    store *s = engine_store(e, err);
    g_autoptr(run_record) r = s != NULL ? store_run_get(s, id, err) : NULL;
    if (r == NULL)
        return false;
    if (r->state != RUN_UNRESOLVED)
        return true;
    g_auto(target) t = { 0 };
    json_t *json = r->plan != NULL ? json_loads(r->plan, 0, NULL) : NULL;
    bool known = read_target(e, json, &t, err);
    const run_proof proof = {
        .target = t.connection, .table = t.table, .ledger = ledger_of(json), .token = r->token
    };
    int committed = known ? run_resolve(&proof, err) : -1;
    json_decref(json);
    if (committed < 0)
        return false;
    const char *reason = committed ? "the target proves the commit" : "the target has no commit";
    if (!store_run_decide(s, id, r->epoch, committed ? RUN_SUCCEEDED : RUN_FAILED, committed,
                          reason, err))
        return false;
    engine_note(e,
                committed ? _("run %" PRId64 ": its commit took place")
                          : _("run %" PRId64 ": its commit did not take place"),
                id);
    sweep(e, &t, r->token);
    return true;
}

static bool resolve_all(engine *e, store *s, error **err)
{
    const run_filter unresolved = { .states = 1u << RUN_UNRESOLVED };
    g_autoptr(GPtrArray) runs = store_run_list(s, &unresolved, err);
    if (runs == NULL)
        return false;
    for (guint i = 0; i < runs->len; i++) {
        const run_record *r = runs->pdata[i];
        g_autoptr(error) why = NULL;
        if (r->pid == 0 && !recovery_resolve(e, r->id, &why))
            engine_note(e, _("run %" PRId64 " stays unresolved: %s"), r->id, why->message);
    }
    return true;
}

static void settle(engine *e, const reaped_run *r)
{
    if (r->finding == LEASE_EXPIRED) {
        /* It lives but does not renew: it must not come back and publish. */
        engine_note(e,
                    _("run %" PRId64 " of task \"%s\": process %" PRId64
                      " no longer renews its lease and is told to stop"),
                    r->run, r->task_name, r->pid);
        kill((pid_t)r->pid, SIGTERM);
        return;
    }
    engine_note(
        e, _("run %" PRId64 " of task \"%s\": its process %" PRId64 " died; the run is now %s"),
        r->run, r->task_name, r->pid, r->state);
    if (strcmp(r->state, run_state_name(RUN_UNRESOLVED)) != 0)
        sweep_reaped(e, r);
}

bool recovery_reap(engine *e, error **err)
{
    store *s = engine_store(e, err);
    g_autoptr(GPtrArray) reaped = s != NULL ? store_lease_reap(s, err) : NULL;
    if (reaped == NULL)
        return false;
    for (guint i = 0; i < reaped->len; i++)
        settle(e, reaped->pdata[i]);
    return true;
}

bool recovery_run(engine *e, error **err)
{
    return recovery_reap(e, err) && resolve_all(e, e->store, err);
}
