#include "service/scope.h"

#include "base/document.h"
#include "base/intl.h"
#include "store/parameters.h"

#include <inttypes.h>
#include <string.h>

static bool load_globals(run_scope *s, engine *e, error **err)
{
    s->globals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    store *handle = engine_store(e, err);
    g_autoptr(GPtrArray) list = handle != NULL ? store_parameter_list(handle, err) : NULL;
    if (list == NULL)
        return false;
    for (guint i = 0; i < list->len; i++) {
        const global_parameter *p = list->pdata[i];
        g_hash_table_insert(s->globals, g_strdup(p->name), g_strdup(p->expression));
    }
    return true;
}

static void load_overrides(run_scope *s, const json_t *overrides)
{
    s->overrides = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *name;
    json_t *expression;
    json_object_foreach((json_t *)overrides, name, expression)
        g_hash_table_insert(s->overrides, g_strdup(name), document_scalar_text(expression));
}

/* The business date as asked, else the day before the present one; the run is
 * scheduled for the midnight after it. */
static bool set_dates(run_scope *s, const engine *e, const zone *z, const scope_request *r,
                      error **err)
{
    zone_now(z, e->clock, &s->scope.now);
    if (r->business_date != NULL) {
        if (!civil_parse_date(r->business_date, &s->scope.business_date, err))
            return false;
    } else {
        s->scope.business_date = s->scope.now;
        s->scope.business_date.hour = s->scope.business_date.minute =
            s->scope.business_date.second = 0;
        civil_add_days(&s->scope.business_date, -1);
    }
    s->business_date = civil_format_date(&s->scope.business_date);
    s->scope.scheduled = s->scope.business_date;
    return civil_add_days(&s->scope.scheduled, 1) ||
           error_set(err, ERROR_USAGE, _("business date %s is too late"), s->business_date);
}

run_scope *run_scope_new(engine *e, const scope_request *r, error **err)
{
    const char *zone_of_task =
        r->task != NULL && r->task->time_zone != NULL ? r->task->time_zone : e->config->time_zone;
    g_autoptr(zone) z = zone_open(zone_of_task, err);
    g_autoptr(run_scope) s = g_new0(run_scope, 1);
    if (z == NULL || !load_globals(s, e, err) || !set_dates(s, e, z, r, err))
        return NULL;
    load_overrides(s, r->overrides);
    civil_time start = s->scope.now;
    if (r->started_at != 0)
        zone_local(z, r->started_at * 1000, &start);
    s->start_time = civil_format(&start);
    s->job_name = g_strdup(r->task != NULL ? r->task->name : "");
    s->task_id = g_strdup(r->task_id != NULL ? r->task_id : "");
    s->instance_id = g_strdup_printf("%" PRId64, r->run);
    s->scope.start_time = s->start_time;
    s->scope.job_name = s->job_name;
    /* A task is its own workflow with a single node. */
    s->scope.task_id = s->scope.workflow_id = s->scope.node_id = s->task_id;
    s->scope.instance_id = s->instance_id;
    s->scope.task = r->task != NULL ? r->task->parameters : NULL;
    s->scope.global = s->globals;
    s->scope.overrides = s->overrides;
    return g_steal_pointer(&s);
}

void run_scope_free(run_scope *s)
{
    if (s == NULL)
        return;
    g_free(s->business_date);
    g_free(s->start_time);
    g_free(s->job_name);
    g_free(s->task_id);
    g_free(s->instance_id);
    g_clear_pointer(&s->globals, g_hash_table_unref);
    g_clear_pointer(&s->overrides, g_hash_table_unref);
    g_free(s);
}

/* --- checking a task --- */

static bool check_text(const run_scope *s, const task *t, const char *path, const char *text,
                       error **err)
{
    error *local = NULL;
    if (text == NULL || parameter_check(&s->scope, text, &local))
        return true;
    return error_prefix(err, &local, _("task \"%s\": %s"), t->name, path);
}

/* Every string below @given, for filters, slices and constants. */
static bool check_json(const run_scope *s, const task *t, const char *path, const json_t *given,
                       error **err)
{
    if (json_is_string(given))
        return check_text(s, t, path, json_string_value(given), err);
    size_t i;
    json_t *element;
    json_array_foreach(given, i, element) if (!check_json(s, t, path, element, err)) return false;
    const char *key;
    json_object_foreach((json_t *)given, key,
                        element) if (!check_json(s, t, path, element, err)) return false;
    return true;
}

static bool check_table(const run_scope *s, const task *t, const char *path,
                        const table_name *table, error **err)
{
    return table == NULL ||
           (check_text(s, t, path, table->schema, err) && check_text(s, t, path, table->name, err));
}

static bool check_mapping(const run_scope *s, const task *t, error **err)
{
    for (guint i = 0; i < t->mapping.columns->len; i++) {
        const mapped_column *c = t->mapping.columns->pdata[i];
        g_autofree char *path = g_strdup_printf("mapping.columns[%u]", i);
        if (!check_json(s, t, path, c->constant, err))
            return false;
        g_autofree char *reference =
            c->parameter != NULL ? g_strdup_printf("${%s}", c->parameter) : NULL;
        if (!check_text(s, t, path, reference, err))
            return false;
    }
    return true;
}

bool scope_check_task(const run_scope *s, const task *t, error **err)
{
    const struct {
        const char *path, *text;
    } texts[] = {
        { "source.query", t->source.query },       { "source.file", t->source.file },
        { "source.where", t->source.where },       { "target.pre_sql", t->target.pre_sql },
        { "target.post_sql", t->target.post_sql },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (!check_text(s, t, texts[i].path, texts[i].text, err))
            return false;
    for (guint i = 0; t->source.tables != NULL && i < t->source.tables->len; i++)
        if (!check_table(s, t, "source.tables", t->source.tables->pdata[i], err))
            return false;
    GHashTableIter iter;
    gpointer name, expression;
    g_hash_table_iter_init(&iter, t->parameters);
    while (g_hash_table_iter_next(&iter, &name, &expression)) {
        g_autofree char *path = g_strdup_printf("parameters.%s", (char *)name);
        if (!check_text(s, t, path, expression, err))
            return false;
    }
    const slice_spec *slice = t->target.slice;
    return check_table(s, t, "source.table", t->source.table, err) &&
           check_table(s, t, "target.table", t->target.table, err) &&
           check_json(s, t, "source.filter", t->source.filter, err) &&
           (slice == NULL || (check_json(s, t, "target.slice", slice->value, err) &&
                              check_json(s, t, "target.slice", slice->from, err) &&
                              check_json(s, t, "target.slice", slice->until, err))) &&
           check_mapping(s, t, err);
}
