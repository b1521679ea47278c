/* Global parameters with today's values; below them what is built in. */
#include "ui/screens.h"

#include "base/intl.h"
#include "ui/answer.h"
#include "ui/list.h"
#include "ui/parameter_edit.h"

#include <string.h>

#define LIST_AT 3

typedef struct {
    screen base;
    list *list;
    answer global;  /* parameter.list */
    answer builtin; /* parameter.macros */
    json_t *today;  /* name → what a global parameter is today */
    size_t at;      /* the one whose value is asked for */
    job *asking;    /* or NULL */
    char *tried;    /* the text tried last, or NULL */
} parameters;

static int64_t globals(const parameters *v)
{
    return (int64_t)json_array_size(answer_list(&v->global, "parameters"));
}

static bool is_global(const parameters *v, int64_t row)
{
    return row >= 0 && row < globals(v);
}

static const json_t *row_at(const parameters *v, int64_t row)
{
    if (row < 0)
        return NULL;
    if (is_global(v, row))
        return json_array_get(answer_list(&v->global, "parameters"), (size_t)row);
    return json_array_get(answer_list(&v->builtin, "macros"), (size_t)(row - globals(v)));
}

/* --- rows ------------------------------------------------------------------- */

enum { COLUMN_NAME, COLUMN_VALUE, COLUMN_TODAY, COLUMN_KIND, COLUMN_DESCRIPTION };

static const list_column columns[] = {
    { N_("Parameter"), 18, 32, 0, TEXT_LEFT }, { N_("Value"), 12, 30, 2, TEXT_LEFT },
    { N_("Today"), 14, 30, 0, TEXT_LEFT },     { N_("Kind"), 8, 10, 1, TEXT_LEFT },
    { N_("Meaning"), 12, 0, 3, TEXT_LEFT },    { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    parameters *v = user;
    return globals(v) + (int64_t)json_array_size(answer_list(&v->builtin, "macros"));
}

static void global_cell(const parameters *v, const json_t *row, unsigned column, GString *text,
                        list_style *style)
{
    const json_t *today = json_object_get(v->today, row_text(row, "name"));
    switch (column) {
    case COLUMN_NAME:
        g_string_append(text, row_text(row, "name"));
        break;
    case COLUMN_VALUE:
        g_string_append(text, row_text(row, "value"));
        style->look = LOOK_QUIET;
        break;
    case COLUMN_TODAY:
        g_string_append(text, json_is_null(today) ? _("cannot be evaluated")
                                                  : row_text(v->today, row_text(row, "name")));
        style->look = json_is_null(today) ? LOOK_BAD : LOOK_PLAIN;
        break;
    case COLUMN_KIND:
        g_string_append(text, row_text(row, "type")[0] != '\0' ? row_text(row, "type") : _("own"));
        break;
    default:
        g_string_append(text, row_text(row, "description"));
        style->look = LOOK_QUIET;
        break;
    }
}

static void builtin_cell(const json_t *row, unsigned column, GString *text, list_style *style)
{
    static const char *const keys[] = { [COLUMN_NAME] = "text",
                                        [COLUMN_TODAY] = "value",
                                        [COLUMN_DESCRIPTION] = "description" };
    style->look = column == COLUMN_TODAY ? LOOK_PLAIN : LOOK_QUIET;
    if (column == COLUMN_KIND)
        g_string_append(text, _("built-in"));
    else if (column != COLUMN_VALUE)
        g_string_append(text, row_text(row, keys[column]));
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    parameters *v = user;
    const json_t *row = row_at(v, number);
    if (is_global(v, number))
        global_cell(v, row, column, text, style);
    else
        builtin_cell(row, column, text, style);
}

static const list_source source = { .count = count_rows, .cell = cell };

/* --- today's values, one after the other ------------------------------------- */

static void ask_value(parameters *v);

static void got_value(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    parameters *v = (parameters *)s;
    const json_t *row = row_at(v, (int64_t)v->at);
    v->asking = NULL;
    json_object_set_new(v->today, row_text(row, "name"),
                        failure == NULL ? json_string(row_text(out, "value")) : json_null());
    v->at++;
    ask_value(v);
}

static void ask_value(parameters *v)
{
    if (!is_global(v, (int64_t)v->at))
        return;
    const json_t *row = row_at(v, (int64_t)v->at);
    v->asking = app_run(v->base.app, &v->base, "parameter.preview",
                        json_pack("{s:s}", "text", row_text(row, "value")), got_value, NULL);
}

static void arrived(screen *s)
{
    parameters *v = (parameters *)s;
    job_cancel(g_steal_pointer(&v->asking));
    v->at = 0;
    ask_value(v);
}

/* --- drawing ---------------------------------------------------------------- */

static void draw(screen *s, canvas *c)
{
    parameters *v = (parameters *)s;
    int height = canvas_height(c), at = LIST_AT;
    screens_draw_line(c, 0, "parameters");
    if (answer_draw_state(&v->global, c, LIST_AT, _("Reading the parameters ...")))
        return;
    unsigned long n = (unsigned long)globals(v);
    canvas_format(c, 1, 4, -1, LOOK_PLAIN,
                  ngettext("%lu parameter of your own", "%lu parameters of your own", n), n);
    if (n == 0)
        at += 1 + canvas_wrap(c, LIST_AT, 4, canvas_width(c) - 8, height - LIST_AT, LOOK_PLAIN,
                              _("A parameter is a text with a name that tasks use as ${name}: a "
                                "region, a folder, a date. a makes one. Below is what is there "
                                "without it."));
    list_draw(v->list, c, at, height - at, true);
}

/* --- actions ---------------------------------------------------------------- */

static const char *no_global(screen *s)
{
    parameters *v = (parameters *)s;
    return is_global(v, list_selected(v->list)) ? NULL
                                                : N_("no parameter of your own is selected");
}

static const char *not_there(screen *s)
{
    return ((parameters *)s)->global.out == NULL ? N_("the parameters are not read yet") : NULL;
}

static void open_edit(parameters *v, const json_t *row)
{
    app_open(v->base.app,
             parameter_edit_new(v->base.app, row, answer_list(&v->global, "parameters")));
}

static void edit(screen *s)
{
    parameters *v = (parameters *)s;
    open_edit(v, row_at(v, list_selected(v->list)));
}

static void make(screen *s)
{
    open_edit((parameters *)s, NULL);
}

static void deleted(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    if (failure != NULL)
        app_say_error(s->app, failure);
    else
        app_say(s->app, LOOK_PLAIN, _("Parameter %s is deleted."), row_text(out, "name"));
    answer_refresh(&((parameters *)s)->global);
}

static void delete_answered(screen *s, bool yes, void *user)
{
    g_autofree char *name = user;
    if (yes)
        app_run(s->app, s, "parameter.unset", json_pack("{s:s}", "name", name), deleted, NULL);
}

static void delete_parameter(screen *s)
{
    parameters *v = (parameters *)s;
    const char *name = row_text(row_at(v, list_selected(v->list)), "name");
    g_autofree char *title = g_strdup_printf(_("Delete parameter %s?"), name);
    const question q = { .title = title,
                         .text = _("A task that uses it and does not set it itself fails from now "
                                   "on."),
                         .yes = _("Delete"),
                         .no = _("Keep") };
    app_ask(s->app, s, &q, delete_answered, g_strdup(name));
}

static void tried(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    if (failure != NULL)
        app_say_error(s->app, failure);
    else
        app_say(s->app, LOOK_PLAIN, _("%s   (business date %s)"), row_text(out, "value"),
                row_text(out, "business_date"));
}

static void text_entered(screen *s, const char *text, void *user)
{
    (void)user;
    parameters *v = (parameters *)s;
    if (text == NULL || text[0] == '\0')
        return;
    g_free(v->tried);
    v->tried = g_strdup(text);
    app_run(s->app, s, "parameter.preview", json_pack("{s:s}", "text", text), tried, NULL);
}

static void try_text(screen *s)
{
    app_prompt(s->app, s, _("Text with parameters and macros"), ((parameters *)s)->tried,
               text_entered, NULL);
}

static const char *no_builtin(screen *s)
{
    parameters *v = (parameters *)s;
    int64_t row = list_selected(v->list);
    return row >= globals(v) ? NULL : N_("no built-in is selected");
}

static void try_builtin(screen *s)
{
    parameters *v = (parameters *)s;
    app_prompt(s->app, s, _("Text with parameters and macros"),
               row_text(row_at(v, list_selected(v->list)), "text"), text_entered, NULL);
}

static const action actions[] = {
    { "parameter.edit", K_ENTER, N_("Edit"), N_("Change the parameter"),
      "rowferry parameter set NAME VALUE", ACTION_WRITES, edit, no_global },
    { "parameter.edit.e", 'e', NULL, N_("Change the parameter"), NULL, ACTION_WRITES, edit,
      no_global },
    { "parameter.try.this", K_ENTER, N_("Try"), N_("Try the macro in a text"), NULL, 0,
      try_builtin, no_builtin },
    { "parameter.new", 'a', N_("New"), N_("Make a parameter"), "rowferry parameter set NAME VALUE",
      ACTION_WRITES, make, not_there },
    { "parameter.try", 'v', N_("Try a text"), N_("Show what a text with parameters becomes today"),
      "rowferry parameter preview TEXT", 0, try_text, NULL },
    { "parameter.delete", 'D', N_("Delete"), N_("Delete the parameter"),
      "rowferry parameter unset NAME", ACTION_WRITES, delete_parameter, no_global },
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------- */

static bool key(screen *s, ui_key k)
{
    return list_key(((parameters *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(((parameters *)s)->list, text, step, from_next);
}

static char *value(screen *s)
{
    parameters *v = (parameters *)s;
    int64_t at = list_selected(v->list);
    const json_t *row = row_at(v, at);
    if (row == NULL)
        return NULL;
    return g_strdup(is_global(v, at) ? row_text(v->today, row_text(row, "name"))
                                     : row_text(row, "value"));
}

static void refresh(screen *s)
{
    parameters *v = (parameters *)s;
    answer_refresh(&v->global);
}

static void resume(screen *s)
{
    parameters *v = (parameters *)s;
    answer_ask(&v->global, s, "parameter.list", NULL);
    answer_ask(&v->builtin, s, "parameter.macros", NULL);
}

static void free_parameters(screen *s)
{
    parameters *v = (parameters *)s;
    list_free(v->list);
    answer_clear(&v->global);
    answer_clear(&v->builtin);
    json_decref(v->today);
    g_free(v->tried);
    g_free(v);
}

const screen_ops parameters_ops = {
    .id = "parameters",
    .title = N_("Parameters"),
    .summary = N_("Texts with a name that tasks use, and what they are today."),
    .actions = actions,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .resume = resume,
    .find = find,
    .value = value,
    .free = free_parameters,
};

screen *parameters_new(app *a)
{
    parameters *v = g_new0(parameters, 1);
    v->base = (screen){ &parameters_ops, a };
    v->list = list_new(columns, &source, v);
    v->global.arrived = arrived;
    v->today = json_object();
    return &v->base;
}
