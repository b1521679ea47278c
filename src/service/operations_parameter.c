/* operations_parameter.c - parameter set|list|unset|preview|macros */
#include "base/document.h"
#include "base/intl.h"
#include "base/text.h"
#include "service/parameter_macros.h"
#include "service/scope.h"
#include "store/parameters.h"

static bool is_name(const char *name)
{
    if (!g_ascii_isalpha(name[0]) && name[0] != '_')
        return false;
    for (const char *p = name; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && *p != '_')
            return false;
    return true;
}

static json_t *parameter_row(const engine *e, const global_parameter *p)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", p->name, "value", p->expression, "type",
                     p->type, "description", p->description, "updated_at",
                     engine_time(e, p->updated_at));
}

/* A value that cannot be evaluated is refused here, not at night. */
static bool check_value(engine *e, const char *name, const char *text, error **err)
{
    const scope_request asked = { 0 };
    g_autoptr(run_scope) scope = run_scope_new(e, &asked, err);
    if (scope == NULL)
        return false;
    if (!is_name(name))
        return error_set(err, ERROR_USAGE, _("\"%s\" is not a name of letters, digits and _"),
                         name);
    for (const char *const *known = parameter_builtins(); *known != NULL; known += 2)
        if (g_strcmp0(*known, name) == 0)
            return error_set(err, ERROR_USAGE, _("\"%s\" is a built-in parameter: %s"), name,
                             _(known[1]));
    error *local = NULL;
    return parameter_check(&scope->scope, text, &local) ||
           error_prefix(err, &local, _("parameter \"%s\""), name);
}

static bool on_set(engine *e, const json_t *in, json_t **out, error **err)
{
    const char *type = document_get_text(in, "type");
    const char *description = document_get_text(in, "description");
    const global_parameter p = {
        .name = (char *)document_get_text(in, "name"),
        .expression = (char *)document_get_text(in, "value"),
        .type = (char *)type,
        .description = (char *)description,
    };
    store *s = engine_store(e, err);
    if (s == NULL || !check_value(e, p.name, p.expression, err) || !store_parameter_set(s, &p, err))
        return false;
    g_autoptr(global_parameter) saved = store_parameter_get(s, p.name, err);
    if (saved != NULL)
        *out = parameter_row(e, saved);
    return saved != NULL;
}

static char *tell_set(const json_t *out)
{
    return g_strdup_printf(_("parameter \"%s\" is now %s"), document_get_text(out, "name"),
                           document_get_text(out, "value"));
}

static bool on_list(engine *e, const json_t *in, json_t **out, error **err)
{
    (void)in;
    store *s = engine_store(e, err);
    g_autoptr(GPtrArray) list = s != NULL ? store_parameter_list(s, err) : NULL;
    if (list == NULL)
        return false;
    json_t *rows = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(rows, parameter_row(e, list->pdata[i]));
    *out = json_pack("{s:o}", "parameters", rows);
    return true;
}

static bool on_unset(engine *e, const json_t *in, json_t **out, error **err)
{
    const char *name = document_get_text(in, "name");
    store *s = engine_store(e, err);
    if (s == NULL || !store_parameter_unset(s, name, err))
        return false;
    *out = json_pack("{s:s, s:b}", "name", name, "deleted", true);
    return true;
}

static char *tell_unset(const json_t *out)
{
    return g_strdup_printf(_("parameter \"%s\" deleted"), document_get_text(out, "name"));
}

static bool on_preview(engine *e, const json_t *in, json_t **out, error **err)
{
    const char *name = document_get_text(in, "task");
    g_autoptr(task_record) record = NULL;
    g_autoptr(task) t = name != NULL ? engine_task(e, name, 0, &record, err) : NULL;
    if (name != NULL && t == NULL)
        return false;
    const scope_request asked = {
        .task = t,
        .task_id = record != NULL ? record->id : NULL,
        .business_date = document_get_text(in, "date"),
        .overrides = json_object_get(in, "param"),
    };
    g_autoptr(run_scope) scope = run_scope_new(e, &asked, err);
    const char *text = document_get_text(in, "text");
    g_autofree char *expanded = scope != NULL ? parameter_expand(&scope->scope, text, err) : NULL;
    if (expanded == NULL)
        return false;
    g_autofree char *scheduled = civil_format(&scope->scope.scheduled);
    *out = json_pack("{s:s, s:s, s:s, s:s}", "text", text, "value", expanded, "business_date",
                     scope->business_date, "scheduled", scheduled);
    return true;
}

static char *tell_preview(const json_t *out)
{
    return text_safe(document_get_text(out, "value"), -1);
}

#define END_FIELD                             \
    {                                         \
        NULL, INPUT_TEXT, 0, NULL, NULL, NULL \
    }
#define NAME_FIELD                                                     \
    {                                                                  \
        "name", INPUT_TEXT, INPUT_REQUIRED | INPUT_POSITIONAL, "NAME", \
            N_("name of the parameter"), "parameter"                   \
    }

static const input_field set_fields[] = {
    NAME_FIELD,
    { "value", INPUT_TEXT, INPUT_REQUIRED | INPUT_POSITIONAL, "VALUE",
      N_("text; may use other parameters and macros"), NULL },
    { "type", INPUT_TEXT, 0, "TYPE", N_("a word for people: text, number, date"),
      "text number date" },
    { "description", INPUT_TEXT, 0, "TEXT", N_("what it is for"), NULL },
    END_FIELD,
};
static const input_field name_fields[] = { NAME_FIELD, END_FIELD };
static const input_field no_fields[] = { END_FIELD };
static const input_field preview_fields[] = {
    { "text", INPUT_TEXT, INPUT_REQUIRED | INPUT_POSITIONAL, "TEXT", N_("text to expand"), NULL },
    { "task", INPUT_TEXT, 0, "TASK", N_("with the parameters and time zone of this task"), "task" },
    { "date", INPUT_TEXT, 0, "DATE", N_("business date YYYY-MM-DD; default: yesterday"), NULL },
    { "param", INPUT_PAIRS, 0, "NAME=VALUE", N_("set a parameter for this preview"), NULL },
    END_FIELD,
};
static const input_field macros_fields[] = {
    { "task", INPUT_TEXT, 0, "TASK", N_("with the parameters and time zone of this task"), "task" },
    { "date", INPUT_TEXT, 0, "DATE", N_("business date YYYY-MM-DD; default: yesterday"), NULL },
    END_FIELD,
};
static const output_column macros_columns[] = {
    { "text", N_("TEXT"), CELL_TEXT },
    { "value", N_("VALUE"), CELL_TEXT },
    { "meaning", N_("MEANING"), CELL_TEXT },
    { NULL, NULL, CELL_TEXT },
};
static const output_column columns[] = {
    { "name", N_("NAME"), CELL_TEXT }, { "value", N_("VALUE"), CELL_TEXT },
    { "type", N_("TYPE"), CELL_TEXT }, { "description", N_("DESCRIPTION"), CELL_TEXT },
    { NULL, NULL, CELL_TEXT },
};

const operation parameter_operations[] = {
    { .name = "parameter.set",
      .summary = N_("Set a global parameter"),
      .needs = RIGHT_EDIT,
      .fields = set_fields,
      .tell = tell_set,
      .handler = on_set,
      .example = "rowferry parameter set region north" },
    { .name = "parameter.list",
      .summary = N_("List the global parameters"),
      .needs = RIGHT_VIEW,
      .fields = no_fields,
      .list = "parameters",
      .columns = columns,
      .handler = on_list },
    { .name = "parameter.unset",
      .summary = N_("Delete a global parameter"),
      .needs = RIGHT_EDIT,
      .fields = name_fields,
      .tell = tell_unset,
      .handler = on_unset },
    { .name = "parameter.preview",
      .summary = N_("Show what a text with parameters and macros becomes"),
      .needs = RIGHT_VIEW,
      .fields = preview_fields,
      .tell = tell_preview,
      .handler = on_preview,
      .example = "rowferry parameter preview 'day=${yyyy-mm-dd-1}' --date 2026-03-01" },
    { .name = "parameter.macros",
      .summary = N_("List what may stand in a text, with its value on a day"),
      .needs = RIGHT_VIEW,
      .fields = macros_fields,
      .list = "macros",
      .columns = macros_columns,
      .handler = parameter_macros,
      .example = "rowferry parameter macros --date 2026-03-01" },
    { .name = NULL },
};
