/* operations_task.c - task save|confirm|list|show|delete|plan|run|export|versions|history */
#include "base/document.h"
#include "base/intl.h"
#include "base/text.h"
#include "service/operation.h"
#include "service/planning.h"
#include "service/run_command.h"
#include "service/run_view.h"
#include "service/scope.h"
#include "service/task_view.h"

#include <inttypes.h>
#include <string.h>

/* --- save --- */

static bool check_connection(engine *e, const task *t, const char *path, const char *name,
                             error **err)
{
    error *local = NULL;
    if (engine_connection(e, name, &local) != NULL)
        return true;
    if (local->code == ERROR_NOT_FOUND)
        local->code = ERROR_DOCUMENT;
    return error_prefix(err, &local, _("task \"%s\": %s"), t->name, path);
}

/* The names a task uses, each once, NULL-terminated; borrowed from the task. */
static const char **connections_of(const task *t)
{
    GPtrArray *names = g_ptr_array_new();
    for (char **c = t->source.connections; c != NULL && *c != NULL; c++)
        g_ptr_array_add(names, *c);
    if (t->source.connections == NULL)
        g_ptr_array_add(names, t->source.connection);
    g_ptr_array_add(names, t->target.connection);
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, FALSE);
}

static bool check_task(engine *e, const task *t, error **err)
{
    for (char **c = t->source.connections; c != NULL && *c != NULL; c++)
        if (!check_connection(e, t, "source.connections", *c, err))
            return false;
    if (!check_connection(e, t, "source.connection", t->source.connection, err) ||
        !check_connection(e, t, "target.connection", t->target.connection, err))
        return false;
    const scope_request asked = { .task = t };
    g_autoptr(run_scope) scope = run_scope_new(e, &asked, err);
    return scope != NULL && scope_check_task(scope, t, err);
}

/* Whether the mapping of @document may be used without being confirmed: it is
 * new, or nothing it rests on changed since it was confirmed (rulings.md 16). */
static bool is_confirmed(store *s, const char *name, const json_t *document)
{
    g_autoptr(error) why = NULL;
    g_autoptr(GPtrArray) versions = store_task_versions(s, name, &why);
    for (guint i = 0; versions != NULL && i < versions->len; i++) {
        const task_record *v = versions->pdata[i];
        g_autoptr(error) unread = NULL;
        g_autoptr(task_record) r =
            v->confirmed ? store_task_get(s, name, v->version, &unread) : NULL;
        if (r == NULL)
            continue;
        json_t *before = json_loads(r->document, 0, NULL);
        bool needs = before != NULL && task_needs_confirm(before, document);
        json_decref(before);
        return !needs;
    }
    return true;
}

static json_t *saved_row(engine *e, const char *name, error **err)
{
    g_autoptr(task_record) r = store_task_get(e->store, name, 0, err);
    return r != NULL ? task_row(e, r) : NULL;
}

static bool on_save(engine *e, const json_t *in, json_t **out, error **err)
{
    const json_t *document = json_object_get(in, "document");
    g_autoptr(task) t = task_parse(document, err);
    store *s = t != NULL ? engine_store(e, err) : NULL;
    if (s == NULL || !check_task(e, t, err))
        return false;
    char *text = task_export(document);
    g_autofree const char **connections = connections_of(t);
    const task_save asked = {
        .name = t->name,
        .document = text,
        .connections = connections,
        .confirmed = document_get_flag(in, "confirm", false) || is_confirmed(s, t->name, document),
        .expected_version = TASK_ANY_VERSION,
    };
    bool saved = store_task_save(s, &asked, NULL, err);
    free(text);
    return saved && (*out = saved_row(e, t->name, err)) != NULL;
}

static char *tell_saved(const json_t *out)
{
    gint64 version = document_get_integer(out, "version", 0);
    const char *name = document_get_text(out, "name");
    if (document_get_flag(out, "confirmed", true))
        return g_strdup_printf(_("task \"%s\" saved as version %" PRId64), name, version);
    return g_strdup_printf(_("task \"%s\" saved as version %" PRId64 "; its source or target "
                             "changed:\nlook at \"rowferry --plan %s\", then \"rowferry task "
                             "confirm %s\""),
                           name, version, name, name);
}

static bool on_confirm(engine *e, const json_t *in, json_t **out, error **err)
{
    const char *name = document_get_text(in, "name");
    store *s = engine_store(e, err);
    return s != NULL && store_task_confirm(s, name, 0, err) &&
           (*out = saved_row(e, name, err)) != NULL;
}

static char *tell_confirmed(const json_t *out)
{
    return g_strdup_printf(_("version %" PRId64 " of task \"%s\" confirmed"),
                           document_get_integer(out, "version", 0), document_get_text(out, "name"));
}

/* --- looking --- */

static bool on_versions(engine *e, const json_t *in, json_t **out, error **err)
{
    store *s = engine_store(e, err);
    g_autoptr(GPtrArray) list =
        s != NULL ? store_task_versions(s, document_get_text(in, "name"), err) : NULL;
    if (list == NULL)
        return false;
    json_t *rows = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(rows, task_row(e, list->pdata[i]));
    *out = json_pack("{s:o}", "versions", rows);
    return true;
}

static bool get_document(engine *e, const json_t *in, task_record **record, json_t **document,
                         error **err)
{
    store *s = engine_store(e, err);
    *record = s != NULL ? store_task_get(s, document_get_text(in, "name"),
                                         document_get_integer(in, "version", 0), err)
                        : NULL;
    if (*record == NULL)
        return false;
    *document =
        document_read((*record)->name, (*record)->document, strlen((*record)->document), err);
    return *document != NULL;
}

static bool on_show(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autoptr(task_record) record = NULL;
    if (!get_document(e, in, &record, out, err))
        return false;
    json_t *row = task_row(e, record);
    json_object_update_missing(*out, row);
    json_decref(row);
    return true;
}

static bool on_export(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autoptr(task_record) record = NULL;
    return get_document(e, in, &record, out, err);
}

static char *tell_export(const json_t *out)
{
    char *text = task_export(out);
    char *copy = g_strdup(text);
    free(text);
    return g_strchomp(copy);
}

static bool on_delete(engine *e, const json_t *in, json_t **out, error **err)
{
    const char *name = document_get_text(in, "name");
    store *s = engine_store(e, err);
    if (s == NULL || !store_task_delete(s, name, err))
        return false;
    *out = json_pack("{s:s, s:b}", "name", name, "deleted", true);
    return true;
}

static char *tell_deleted(const json_t *out)
{
    return g_strdup_printf(_("task \"%s\" deleted; its runs are kept"),
                           document_get_text(out, "name"));
}

static bool on_history(engine *e, const json_t *in, json_t **out, error **err)
{
    const run_filter filter = { .task_name = document_get_text(in, "name"),
                                .limit = (int)document_get_integer(in, "limit", 0) };
    store *s = engine_store(e, err);
    g_autoptr(GPtrArray) list = s != NULL ? store_run_list(s, &filter, err) : NULL;
    if (list == NULL)
        return false;
    if (list->len == 0) {
        g_autoptr(task_record) known = store_task_get(s, filter.task_name, 0, err);
        if (known == NULL)
            return false;
    }
    json_t *rows = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(rows, run_row(e, list->pdata[i]));
    *out = json_pack("{s:o}", "runs", rows);
    return true;
}

/* --- plan and run --- */

static json_t *plan_once(engine *e, const json_t *in, const char *date, error **err)
{
    const run_request asked = run_request_from_input(in);
    store *s = engine_store(e, err);
    g_autoptr(task_record) record = s != NULL ? store_task_get(s, asked.task, 0, err) : NULL;
    if (record == NULL)
        return NULL;
    const planning_request r = { .business_date = date, .options = asked.options };
    g_autoptr(planned_task) p = planned_task_new(e, record, &r, err);
    if (p == NULL)
        return NULL;
    json_t *json = plan_to_json(p->plan);
    g_autofree char *text = plan_to_text(p->plan);
    json_object_set_new(json, "plan_hash", json_string(plan_hash(p->plan)));
    json_object_set_new(json, "confirmed", json_boolean(record->confirmed));
    json_object_set_new(json, "text", json_string(text));
    return json;
}

static bool on_plan(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autoptr(GPtrArray) dates = run_dates(in, err);
    if (dates == NULL)
        return false;
    if (dates->len == 1)
        return (*out = plan_once(e, in, dates->pdata[0], err)) != NULL;
    json_t *plans = json_array();
    for (guint i = 0; i < dates->len; i++) {
        json_t *plan_json = plan_once(e, in, dates->pdata[i], err);
        if (plan_json == NULL) {
            json_decref(plans);
            return false;
        }
        json_array_append_new(plans, plan_json);
    }
    *out = json_pack("{s:o}", "plans", plans);
    return true;
}

static void tell_one_plan(GString *text, const json_t *out)
{
    const char *plan_text = document_get_text(out, "text");
    g_auto(GStrv) lines = g_strsplit(plan_text != NULL ? plan_text : "", "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (line[1] == NULL && **line == '\0')
            break;
        text_append_safe(text, *line, -1);
        g_string_append_c(text, '\n');
    }
    if (!document_get_flag(out, "confirmed", true))
        g_string_append_printf(text, _("The mapping waits for \"rowferry task confirm %s\".\n"),
                               document_get_text(out, "task"));
}

static char *tell_plan(const json_t *out)
{
    GString *text = g_string_new(NULL);
    const json_t *plans = json_object_get(out, "plans");
    if (plans == NULL)
        tell_one_plan(text, out);
    for (size_t i = 0; i < json_array_size(plans); i++) {
        if (i > 0)
            g_string_append_c(text, '\n');
        tell_one_plan(text, json_array_get(plans, i));
    }
    return g_strchomp(g_string_free(text, FALSE));
}

/* --- the table --- */

#define NAME_FIELD                                                                             \
    {                                                                                          \
        "name", INPUT_TEXT, INPUT_REQUIRED | INPUT_POSITIONAL, "TASK", N_("name of the task"), \
            "task"                                                                             \
    }
#define VERSION_FIELD                                                                       \
    {                                                                                       \
        "version", INPUT_INTEGER, 0, "N", N_("an older version; default: the latest"), NULL \
    }
#define END_FIELD                             \
    {                                         \
        NULL, INPUT_TEXT, 0, NULL, NULL, NULL \
    }

static const input_field save_fields[] = {
    { "document", INPUT_DOCUMENT, INPUT_REQUIRED | INPUT_POSITIONAL, "FILE",
      N_("JSON document; - reads standard input"), "file" },
    { "confirm", INPUT_FLAG, 0, NULL, N_("the mapping is right as it is"), NULL },
    END_FIELD,
};
static const input_field no_fields[] = { END_FIELD };
static const input_field name_fields[] = { NAME_FIELD, END_FIELD };
static const input_field version_fields[] = { NAME_FIELD, VERSION_FIELD, END_FIELD };
static const input_field run_fields[] = { NAME_FIELD, RUN_FIELDS, END_FIELD };
static const input_field history_fields[] = {
    NAME_FIELD,
    { "limit", INPUT_INTEGER, 0, "N", N_("at most N runs; default: 200"), NULL },
    END_FIELD,
};

static const output_column task_columns[] = {
    { "name", N_("NAME"), CELL_TEXT },
    { "version", N_("VERSION"), CELL_NUMBER },
    { "confirmed", N_("CONFIRMED"), CELL_FLAG },
    { "last_state", N_("LAST RUN"), CELL_STATE },
    { "last_business_date", N_("DATE"), CELL_TEXT },
    { "last_at", N_("AT"), CELL_TIME },
    { NULL, NULL, CELL_TEXT },
};
static const output_column version_columns[] = {
    { "version", N_("VERSION"), CELL_NUMBER },
    { "confirmed", N_("CONFIRMED"), CELL_FLAG },
    { "saved_at", N_("SAVED"), CELL_TIME },
    { NULL, NULL, CELL_TEXT },
};
static const output_column history_columns[] = {
    { "run", N_("RUN"), CELL_NUMBER },
    { "business_date", N_("DATE"), CELL_TEXT },
    { "kind", N_("KIND"), CELL_TEXT },
    { "state", N_("STATE"), CELL_STATE },
    { "attempt", N_("ATTEMPT"), CELL_NUMBER },
    { "started_at", N_("STARTED"), CELL_TIME },
    { "finished_at", N_("FINISHED"), CELL_TIME },
    { "error", N_("ERROR"), CELL_TEXT },
    { NULL, NULL, CELL_TEXT },
};

const operation task_operations[] = {
    { .name = "task.save",
      .summary = N_("Create or replace a task from a JSON document"),
      .needs = RIGHT_EDIT,
      .fields = save_fields,
      .tell = tell_saved,
      .handler = on_save,
      .example = "cat > orders.json <<'END'\n"
                 "{\n"
                 "  \"name\": \"orders\",\n"
                 "  \"source\": {\"connection\": \"warehouse\", \"table\": \"orders\"},\n"
                 "  \"target\": {\"connection\": \"shop\", \"table\": \"orders\",\n"
                 "             \"mode\": \"upsert\", \"key\": [\"id\"]}\n"
                 "}\n"
                 "END\n"
                 "rowferry task save orders.json\n"
                 "rowferry --plan orders\n"
                 "rowferry --run orders" },
    { .name = "task.confirm",
      .summary = N_("Confirm the mapping after source or target changed"),
      .needs = RIGHT_EDIT,
      .fields = name_fields,
      .tell = tell_confirmed,
      .handler = on_confirm },
    { .name = "task.list",
      .summary = N_("List the tasks and how they ran last"),
      .needs = RIGHT_VIEW,
      .fields = no_fields,
      .list = "tasks",
      .columns = task_columns,
      .handler = task_list },
    { .name = "task.show",
      .summary = N_("Print a task with what the store knows about it"),
      .needs = RIGHT_VIEW,
      .fields = version_fields,
      .handler = on_show },
    { .name = "task.delete",
      .summary = N_("Delete a task; its versions and runs are kept"),
      .needs = RIGHT_EDIT,
      .fields = name_fields,
      .tell = tell_deleted,
      .handler = on_delete },
    { .name = "task.plan",
      .summary = N_("Print what a run would do; change nothing"),
      .needs = RIGHT_VIEW,
      .fields = run_fields,
      .tell = tell_plan,
      .handler = on_plan,
      .example = "rowferry --plan orders --date 2026-03-01" },
    { .name = "task.run",
      .summary = N_("Run a task now and wait for its end"),
      .needs = RIGHT_RUN,
      .fields = run_fields,
      .tell = tell_results,
      .handler = run_now,
      .example = "rowferry --run orders --date 2026-03-01..2026-03-07 --param region=north" },
    { .name = "task.export",
      .summary = N_("Print a task's document as `task save` reads it"),
      .needs = RIGHT_VIEW,
      .fields = version_fields,
      .tell = tell_export,
      .handler = on_export,
      .example = "rowferry task export orders > orders.json" },
    { .name = "task.versions",
      .summary = N_("List the saved versions of a task"),
      .needs = RIGHT_VIEW,
      .fields = name_fields,
      .list = "versions",
      .columns = version_columns,
      .handler = on_versions },
    { .name = "task.history",
      .summary = N_("List the runs of a task"),
      .needs = RIGHT_VIEW,
      .fields = history_fields,
      .list = "runs",
      .columns = history_columns,
      .handler = on_history },
    { .name = NULL },
};
