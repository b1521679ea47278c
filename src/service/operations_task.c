/* operations_task.c - task save|confirm|list|show|delete|plan|check|preview|suggest|run|
 * export|versions|history */
#include "base/document.h"
#include "base/intl.h"
#include "base/text.h"
#include "service/operation.h"
#include "service/run_command.h"
#include "service/run_view.h"
#include "service/task_document.h"
#include "service/task_look.h"
#include "service/task_view.h"

#include <inttypes.h>
#include <string.h>

/* --- save --- */

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
    if (s == NULL || !task_document_check(e, t, err))
        return false;
    char *text = task_export(document);
    g_autofree const char **connections = connections_of(t);
    const task_save asked = {
        .name = t->name,
        .document = text,
        .connections = connections,
        .confirmed = document_get_flag(in, "confirm", false) ||
                     task_document_is_confirmed(s, t->name, document),
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
/* clang-format off */
#define LOOK_FIELDS                                                                          \
    { "date", INPUT_TEXT, 0, "DATE",                                                         \
      N_("business date YYYY-MM-DD; default: yesterday"), NULL },                            \
    { "param", INPUT_PAIRS, 0, "NAME=VALUE", N_("set a parameter for this look"), NULL }
#define SAVED_OR_NOT_FIELDS                                                                  \
    { "document", INPUT_DOCUMENT, INPUT_POSITIONAL, "FILE",                                  \
      N_("JSON document, saved or not; - reads standard input"), "file" },                   \
    { "name", INPUT_TEXT, 0, "TASK", N_("a saved task instead of a document"), "task" },     \
    LOOK_FIELDS
/* clang-format on */
static const input_field check_fields[] = {
    { "document", INPUT_DOCUMENT, INPUT_REQUIRED | INPUT_POSITIONAL, "FILE",
      N_("JSON document, saved or not; - reads standard input"), "file" },
    LOOK_FIELDS,
    END_FIELD,
};
static const input_field preview_fields[] = {
    SAVED_OR_NOT_FIELDS,
    { "limit", INPUT_INTEGER, 0, "N", N_("at most N rows; default: 100"), NULL },
    END_FIELD,
};
static const input_field suggest_fields[] = { SAVED_OR_NOT_FIELDS, END_FIELD };
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
      .handler = task_plan,
      .example = "rowferry --plan orders --date 2026-03-01" },
    { .name = "task.check",
      .summary = N_("Print what a document would do that is not saved yet"),
      .needs = RIGHT_VIEW,
      .fields = check_fields,
      .tell = tell_plan,
      .handler = task_check,
      .example = "rowferry task check orders.json" },
    { .name = "task.preview",
      .summary = N_("Show the first rows of a task's source and count them"),
      .needs = RIGHT_CONNECT,
      .fields = preview_fields,
      .tell = tell_preview,
      .handler = task_preview,
      .example = "rowferry task preview orders.json --limit 10" },
    { .name = "task.suggest",
      .summary = N_("Show the mapping that a task would have, and what is wrong with it"),
      .needs = RIGHT_CONNECT,
      .fields = suggest_fields,
      .tell = tell_suggestion,
      .handler = task_suggest,
      .example = "rowferry task suggest orders.json" },
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
