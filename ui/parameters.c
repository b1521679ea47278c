/* Parameters: one's own with today's values, below them what is built in. */
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
    answer global; /* parameter.list: what can be changed */
    answer macros; /* parameter.macros: all there is, with today's values */
    char *tried;   /* the text tried last, or NULL */
} parameters;

static const json_t *row_at(const parameters *v, int64_t row)
{
    return row < 0 ? NULL : json_array_get(answer_list(&v->macros, "macros"), (size_t)row);
}

static const json_t *selected(const parameters *v)
{
    return row_at(v, list_selected(v->list));
}

/* The parameter of one's own that @row is about; NULL when it is built in. */
static const json_t *global_of(const parameters *v, const json_t *row)
{
    if (strcmp(row_text(row, "sort"), "global") != 0)
        return NULL;
    size_t i;
    json_t *one;
    json_array_foreach(answer_list(&v->global, "parameters"), i, one)
    {
        g_autofree char *text = g_strdup_printf("${%s}", row_text(one, "name"));
        if (strcmp(text, row_text(row, "text")) == 0)
            return one;
    }
    return NULL;
}

static bool is_global(const parameters *v)
{
    return global_of(v, selected(v)) != NULL;
}

/* --- rows ------------------------------------------------------------------- */

enum { COLUMN_TEXT, COLUMN_TODAY, COLUMN_SORT, COLUMN_WRITTEN, COLUMN_MEANING };

static const list_column columns[] = {
    { N_("Parameter"), 20, 28, 0, TEXT_LEFT }, { N_("Today"), 16, 22, 0, TEXT_LEFT },
    { N_("Kind"), 8, 8, 2, TEXT_LEFT },        { N_("Written as"), 12, 20, 3, TEXT_LEFT },
    { N_("Meaning"), 16, 0, 1, TEXT_LEFT },    { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    parameters *v = user;
    return (int64_t)json_array_size(answer_list(&v->macros, "macros"));
}

static const char *sort_word(const char *sort)
{
    return strcmp(sort, "global") == 0     ? _("own")
           : strcmp(sort, "built-in") == 0 ? _("built-in")
           : strcmp(sort, "macro") == 0    ? _("macro")
                                           : sort;
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    parameters *v = user;
    const json_t *row = row_at(v, number), *global = global_of(v, row);
    bool failed = row_text(row, "error")[0] != '\0';
    style->look = LOOK_QUIET;
    switch (column) {
    case COLUMN_TEXT:
        g_string_append(text, row_text(row, "text"));
        style->look = global != NULL ? LOOK_STRONG : LOOK_PLAIN;
        style->mark = global != NULL && failed ? '!' : ' ';
        break;
    case COLUMN_TODAY:
        g_string_append(text, failed ? (global != NULL ? row_text(row, "error") : "-")
                                     : row_text(row, "value"));
        style->look = failed && global != NULL ? LOOK_BAD : LOOK_PLAIN;
        break;
    case COLUMN_SORT:
        g_string_append(text, sort_word(row_text(row, "sort")));
        break;
    case COLUMN_WRITTEN:
        g_string_append(text, row_text(global, "value"));
        break;
    default:
        g_string_append(text, row_text(row, "meaning"));
        break;
    }
}

static const list_source source = { .count = count_rows, .cell = cell };

/* --- drawing ---------------------------------------------------------------- */

static void draw(screen *s, canvas *c)
{
    parameters *v = (parameters *)s;
    int height = canvas_height(c), at = LIST_AT;
    screens_draw_line(c, 0, "parameters");
    if (answer_draw_state(&v->macros, c, LIST_AT, _("Reading the parameters ...")) ||
        answer_draw_state(&v->global, c, LIST_AT, _("Reading the parameters ...")))
        return;
    unsigned long n = (unsigned long)json_array_size(answer_list(&v->global, "parameters"));
    int x = 4 + canvas_format(
                    c, 1, 4, -1, LOOK_PLAIN,
                    ngettext("%lu parameter of your own", "%lu parameters of your own", n), n);
    canvas_format(c, 1, x + 3, -1, LOOK_QUIET, _("values for business date %s"),
                  row_text(v->macros.out, "business_date"));
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
    return is_global((parameters *)s) ? NULL : N_("no parameter of your own is selected");
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
    open_edit(v, global_of(v, selected(v)));
}

static void make(screen *s)
{
    open_edit((parameters *)s, NULL);
}

static void load(screen *s)
{
    parameters *v = (parameters *)s;
    answer_ask(&v->global, s, "parameter.list", NULL);
    answer_ask(&v->macros, s, "parameter.macros", NULL);
}

static void deleted(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    if (failure != NULL)
        app_say_error(s->app, failure);
    else
        app_say(s->app, LOOK_PLAIN, _("Parameter %s is deleted."), row_text(out, "name"));
    load(s);
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
    const char *name = row_text(global_of(v, selected(v)), "name");
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
    return selected(v) != NULL && !is_global(v) ? NULL : N_("no built-in is selected");
}

static void try_builtin(screen *s)
{
    parameters *v = (parameters *)s;
    app_prompt(s->app, s, _("Text with parameters and macros"), row_text(selected(v), "text"),
               text_entered, NULL);
}

static const action actions[] = {
    { "parameter.edit", K_ENTER, N_("Edit"), N_("Change the parameter"),
      "rowferry parameter set NAME VALUE", ACTION_WRITES, edit, no_global },
    { "parameter.edit.e", 'e', NULL, N_("Change the parameter"), NULL, ACTION_WRITES, edit,
      no_global },
    { "parameter.try.this", K_ENTER, N_("Try"), N_("Try the macro in a text"), NULL, 0, try_builtin,
      no_builtin },
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
    const json_t *row = selected((parameters *)s);
    return row != NULL ? g_strdup(row_text(row, "value")) : NULL;
}

static void refresh(screen *s)
{
    parameters *v = (parameters *)s;
    answer_refresh(&v->global);
    answer_refresh(&v->macros);
}

static void free_parameters(screen *s)
{
    parameters *v = (parameters *)s;
    list_free(v->list);
    answer_clear(&v->global);
    answer_clear(&v->macros);
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
    .resume = load,
    .find = find,
    .value = value,
    .free = free_parameters,
};

screen *parameters_new(app *a)
{
    parameters *v = g_new0(parameters, 1);
    v->base = (screen){ &parameters_ops, a };
    v->list = list_new(columns, &source, v);
    return &v->base;
}
