#include "service/task_view.h"

#include "base/document.h"
#include "service/recovery.h"
#include "service/run_view.h"
#include "store/drafts.h"

#include <string.h>

enum { RECENT = 13 };

json_t *task_row(const engine *e, const task_record *r)
{
    json_t *row =
        json_pack("{s:s, s:I, s:b, s:o}", "name", r->name, "version", (json_int_t)r->version,
                  "confirmed", r->confirmed, "saved_at", engine_time(e, r->saved_at));
    bool ran = r->last_run != 0;
    json_object_set_new(row, "last_run", ran ? json_integer(r->last_run) : json_null());
    json_object_set_new(row, "last_state", ran ? json_string(r->last_state) : json_null());
    json_object_set_new(row, "last_business_date",
                        ran ? json_string(r->last_business_date) : json_null());
    json_object_set_new(row, "last_at", engine_time(e, r->last_at));
    return row;
}

/* --- the route --- */

/* "orders", "sales.orders", "orders_[01-16], …", "orders_*.csv", "SQL". */
static char *object_of(const json_t *side)
{
    if (json_object_get(side, "query") != NULL)
        return g_strdup("SQL");
    const json_t *tables = json_object_get(side, "tables");
    const json_t *given = json_object_get(side, "table");
    if (given == NULL)
        given = json_object_get(side, "file");
    if (tables != NULL)
        given = json_is_array(tables) ? json_array_get(tables, 0) : tables;
    const char *more = json_array_size(tables) > 1 ? ", …" : "";
    if (json_is_string(given))
        return g_strconcat(json_string_value(given), more, NULL);
    const char *schema = json_string_value(json_array_get(given, 0));
    const char *name = json_string_value(json_array_get(given, 1));
    return g_strdup_printf("%s.%s%s", schema != NULL ? schema : "", name != NULL ? name : "", more);
}

static json_t *side_of(const json_t *document, const char *key)
{
    const json_t *side = json_object_get(document, key);
    const json_t *name = json_object_get(side, "connection");
    const json_t *several = json_object_get(side, "connections");
    if (several != NULL)
        name = json_array_get(several, 0);
    g_autofree char *object = object_of(side);
    return json_pack("{s:s?, s:s}", "connection", json_string_value(name), "object", object);
}

static void add_route(json_t *row, const task_record *r)
{
    json_t *document = json_loads(r->document, 0, NULL);
    json_object_set_new(row, "source", side_of(document, "source"));
    json_object_set_new(row, "target", side_of(document, "target"));
    const char *mode = document_get_text(json_object_get(document, "target"), "mode");
    json_object_set_new(row, "mode", mode != NULL ? json_string(mode) : json_null());
    const char *description = document_get_text(document, "description");
    json_object_set_new(row, "description",
                        description != NULL ? json_string(description) : json_null());
    json_decref(document);
}

/* --- runs --- */

/* The states of the newest runs of the task, from *at of @recent on. */
static json_t *take_recent(const GPtrArray *recent, guint *at, const char *task_id)
{
    json_t *states = json_array();
    for (; *at < recent->len; (*at)++) {
        const task_run *run = recent->pdata[*at];
        if (strcmp(run->task_id, task_id) != 0)
            break;
        json_array_append_new(states, json_string(run->state));
    }
    return states;
}

static json_t *percent_of(const run_record *r)
{
    json_t *counters = r->counters != NULL ? json_loads(r->counters, 0, NULL) : NULL;
    int64_t expected = json_integer_value(json_object_get(counters, "rows_expected"));
    int64_t read = json_integer_value(json_object_get(counters, "rows_read"));
    json_decref(counters);
    return expected > 0 ? json_real(CLAMP(100.0 * (double)read / (double)expected, 0, 100))
                        : json_null();
}

static void add_last(json_t *row, const engine *e, const run_record *r)
{
    bool live = r != NULL && run_state_is_live(r->state);
    json_object_set_new(row, "last", r != NULL ? run_row(e, r) : json_null());
    json_object_set_new(row, "live_run", live ? json_integer(r->id) : json_null());
    json_object_set_new(row, "percent", live ? percent_of(r) : json_null());
}

static GPtrArray *last_runs(store *s, const GPtrArray *tasks, error **err)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (guint i = 0; i < tasks->len; i++) {
        const task_record *t = tasks->pdata[i];
        if (t->last_run != 0)
            g_array_append_val(ids, t->last_run);
    }
    return store_run_list_of(s, ids, err);
}

static const run_record *run_of(const GPtrArray *runs, int64_t id)
{
    for (guint i = 0; i < runs->len; i++)
        if (((const run_record *)runs->pdata[i])->id == id)
            return runs->pdata[i];
    return NULL;
}

/* --- drafts --- */

/* The newest draft of the caller for the task, or null. */
static json_t *draft_of(store *s, const GPtrArray *drafts, const char *name)
{
    for (guint i = 0; i < drafts->len; i++) {
        const draft_record *d = drafts->pdata[i];
        if (d->owner == store_get_actor(s)->uid && strcmp(d->kind, "task") == 0 &&
            strcmp(d->subject, name) == 0)
            return json_integer(d->id);
    }
    return json_null();
}

bool task_list(engine *e, const json_t *in, json_t **out, error **err)
{
    (void)in;
    store *s = recovery_reap(e, err) ? engine_store(e, err) : NULL;
    g_autoptr(GPtrArray) tasks = s != NULL ? store_task_list(s, err) : NULL;
    g_autoptr(GPtrArray) recent = tasks != NULL ? store_task_recent(s, RECENT, err) : NULL;
    g_autoptr(GPtrArray) runs = recent != NULL ? last_runs(s, tasks, err) : NULL;
    g_autoptr(GPtrArray) drafts = runs != NULL ? store_draft_list(s, err) : NULL;
    if (drafts == NULL)
        return false;
    json_t *rows = json_array();
    guint at = 0;
    for (guint i = 0; i < tasks->len; i++) {
        const task_record *t = tasks->pdata[i];
        json_t *row = task_row(e, t);
        add_route(row, t);
        json_object_set_new(row, "needs_confirm", json_boolean(!t->confirmed));
        json_object_set_new(row, "recent", take_recent(recent, &at, t->id));
        add_last(row, e, run_of(runs, t->last_run));
        json_object_set_new(row, "draft", draft_of(s, drafts, t->name));
        json_array_append_new(rows, row);
    }
    *out = json_pack("{s:o}", "tasks", rows);
    return true;
}
