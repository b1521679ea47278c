/* Step 1: name, description, time zone, parameters. */
#include "base/civil.h"
#include "base/intl.h"
#include "ui/expansions.h"
#include "ui/list.h"
#include "ui/wizard_fields.h"
#include "ui/wizard_private.h"

#include <string.h>

#define LONGEST_NAME 128
#define FORM_AT      2
#define FORM_ROWS    3
#define LIST_AT      (FORM_AT + FORM_ROWS + 2)

typedef struct {
    wizard_step step;
    form_view *form;
    list *list;
    bool in_list; /* the parameters have the focus, not the form */
    expansions today;
    unsigned loaded; /* wizard_changes() that the form shows */
    char *new_name;  /* of a parameter that is being added */
} basics;

static const form_field form_fields[] = {
    { .id = "name", .kind = FIELD_TEXT, .label = N_("Name"), .width = 30,
      .help = N_("What the task is called, in lists and on the command line") },
    { .id = "description", .kind = FIELD_TEXT, .label = N_("Description"),
      .help = N_("For people: what is moved, and for whom") },
    { .id = "time_zone", .kind = FIELD_TEXT, .label = N_("Time zone"), .width = 30,
      .help = N_("Says which day yesterday is; a name such as Europe/Berlin") },
    { .id = NULL },
};

static const wizard_field values[] = {
    { "name", "name", VALUE_TEXT },
    { "description", "description", VALUE_TEXT },
    { "time_zone", "time_zone", VALUE_TEXT },
    { NULL, NULL, VALUE_TEXT },
};

static basics *basics_of(screen *s)
{
    return (basics *)s;
}

static wizard *wizard_of(screen *s)
{
    return basics_of(s)->step.wizard;
}

/* --- what is said beside the fields ----------------------------------------- */

static const char *wrong_with_name(const char *name)
{
    if (name[0] == '\0')
        return N_("needed");
    if (strlen(name) > LONGEST_NAME)
        return N_("too long: 128 bytes at most");
    if (name[0] == '-')
        return N_("must not begin with -");
    if (g_ascii_isspace(name[0]) || g_ascii_isspace(name[strlen(name) - 1]))
        return N_("has a space at an end");
    for (const char *p = name; *p != '\0'; p++)
        if (g_ascii_iscntrl(*p) || *p == '/')
            return N_("must not hold / or control characters");
    return NULL;
}

static bool is_taken(const wizard *w, const char *name)
{
    size_t i;
    json_t *row;
    if (g_strcmp0(name, w->task) == 0)
        return false;
    json_array_foreach (w->tasks, i, row)
        if (g_strcmp0(json_string_value(json_object_get(row, "name")), name) == 0)
            return true;
    return false;
}

static void remark_name(basics *b, const wizard *w)
{
    const char *name = form_view_get(b->form, "name");
    const char *wrong = wrong_with_name(name);
    if (wrong != NULL)
        form_view_remark(b->form, "name", name[0] != '\0' ? LOOK_BAD : LOOK_QUIET, _(wrong));
    else if (is_taken(w, name))
        form_view_remark(b->form, "name", LOOK_WARNING, _("a task has this name"));
    else if (w->task != NULL && strcmp(name, w->task) != 0)
        form_view_remark(b->form, "name", LOOK_WARNING, _("saves as a new task"));
    else
        form_view_remark(b->form, "name", LOOK_PLAIN, NULL);
}

static void remark_zone(basics *b)
{
    const char *name = form_view_get(b->form, "time_zone");
    g_autoptr(error) wrong = NULL;
    g_autoptr(zone) z = name[0] != '\0' ? zone_open(name, &wrong) : NULL;
    if (name[0] == '\0')
        form_view_remark(b->form, "time_zone", LOOK_QUIET, _("that of the system"));
    else if (z == NULL)
        form_view_remark(b->form, "time_zone", LOOK_BAD, _("there is no such zone"));
    else
        form_view_remark(b->form, "time_zone", LOOK_PLAIN, NULL);
}

static void load(basics *b, const wizard *w)
{
    wizard_fields_load(b->form, w, values);
    b->loaded = wizard_changes(w);
    remark_name(b, w);
    remark_zone(b);
}

static void changed(screen *s, const char *id)
{
    basics *b = basics_of(s);
    wizard *w = wizard_of(s);
    wizard_fields_store(b->form, w, values, id);
    b->loaded = wizard_changes(w);
    remark_name(b, w);
    remark_zone(b);
}

/* --- parameters ------------------------------------------------------------- */

enum { COLUMN_NAME, COLUMN_VALUE, COLUMN_TODAY };

static const list_column columns[] = {
    { N_("Parameter"), 12, 24, 0, TEXT_LEFT },
    { N_("Value"), 12, 0, 0, TEXT_LEFT },
    { N_("Stands for today"), 12, 0, 1, TEXT_LEFT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};

static const json_t *parameters_of(const basics *b)
{
    return wizard_value(b->step.wizard, "parameters");
}

static int64_t count_rows(void *user)
{
    return (int64_t)json_object_size(parameters_of(user));
}

/* The name of parameter @row, NULL when there is none: borrowed. */
static const char *parameter_at(const basics *b, int64_t row)
{
    void *at = json_object_iter((json_t *)parameters_of(b));
    for (; at != NULL && row > 0; row--)
        at = json_object_iter_next((json_t *)parameters_of(b), at);
    return at != NULL && row == 0 ? json_object_iter_key(at) : NULL;
}

static void append_value(GString *text, const json_t *value)
{
    if (json_is_string(value)) {
        g_string_append(text, json_string_value(value));
        return;
    }
    char *other = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    g_string_append(text, other != NULL ? other : "");
    free(other);
}

static void cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    basics *b = user;
    const char *name = parameter_at(b, row);
    if (column == COLUMN_NAME) {
        g_string_append(text, name);
        return;
    }
    if (column == COLUMN_VALUE) {
        append_value(text, json_object_get(parameters_of(b), name));
        return;
    }
    bool wrong = false;
    g_autofree char *used = g_strdup_printf("${%s}", name);
    const char *today = expansions_get(&b->today, parameters_of(b), used, &wrong);
    g_string_append(text, today != NULL ? today : "...");
    style->look = wrong ? LOOK_BAD : LOOK_QUIET;
}

static const list_source source = { .count = count_rows, .cell = cell };

static const char *selected(const basics *b)
{
    return b->in_list ? parameter_at(b, list_selected(b->list)) : NULL;
}

static void set_parameter(screen *s, const char *name, json_t *value)
{
    basics *b = basics_of(s);
    g_autofree char *path = g_strconcat("parameters.", name, NULL);
    wizard_change(wizard_of(s), path, value);
    b->loaded = wizard_changes(wizard_of(s));
}

static void value_entered(screen *s, const char *text, void *user)
{
    (void)user;
    basics *b = basics_of(s);
    g_autofree char *name = g_steal_pointer(&b->new_name);
    if (text == NULL || name == NULL)
        return;
    set_parameter(s, name, json_string(text));
    for (int64_t i = 0; i < count_rows(b); i++)
        if (strcmp(parameter_at(b, i), name) == 0)
            list_select(b->list, i);
}

static void ask_value(screen *s, const char *name)
{
    basics *b = basics_of(s);
    g_free(b->new_name);
    b->new_name = g_strdup(name);
    g_autoptr(GString) value = g_string_new(NULL);
    const json_t *before = json_object_get(parameters_of(b), name);
    if (before != NULL)
        append_value(value, before);
    g_autofree char *label = g_strdup_printf(_("Value of %s"), name);
    app_prompt(s->app, s, label, value->str, value_entered, NULL);
}

static bool is_parameter_name(const char *name)
{
    if (!g_ascii_isalpha(name[0]) && name[0] != '_')
        return false;
    return name[strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_")] == '\0';
}

static void name_entered(screen *s, const char *text, void *user)
{
    (void)user;
    if (text == NULL || text[0] == '\0')
        return;
    if (is_parameter_name(text))
        ask_value(s, text);
    else
        app_say(s->app, LOOK_BAD, _("\"%s\" is not a name of letters, digits and _"), text);
}

/* --- actions ---------------------------------------------------------------- */

static const char *none_selected(screen *s)
{
    const basics *b = basics_of(s);
    if (!b->in_list)
        return N_("the parameters do not have the focus: Tab goes there");
    return selected(b) == NULL ? N_("no parameter is selected") : NULL;
}

static void add_parameter(screen *s)
{
    basics_of(s)->in_list = true;
    app_prompt(s->app, s, _("Name of the parameter"), "", name_entered, NULL);
}

static void change_parameter(screen *s)
{
    g_autofree char *name = g_strdup(selected(basics_of(s)));
    ask_value(s, name);
}

static void delete_parameter(screen *s)
{
    g_autofree char *name = g_strdup(selected(basics_of(s)));
    set_parameter(s, name, NULL);
    app_say(s->app, LOOK_PLAIN, _("%s is gone; F3 brings it back"), name);
}

static const action actions[] = {
    { "wizard.parameter.change", K_ENTER, N_("Change"), N_("Change the value of the parameter"),
      NULL, 0, change_parameter, none_selected },
    { "wizard.parameter.add", K_F(6), N_("Add parameter"),
      N_("Add a parameter that texts of this task may use as ${name}"), NULL, ACTION_IN_TEXT,
      add_parameter, NULL },
    { "wizard.parameter.delete", 'd', N_("Delete"), N_("Delete the parameter from the task"), NULL,
      0, delete_parameter, none_selected },
    WIZARD_ACTIONS,
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------- */

static void draw_parameters(basics *b, canvas *c, int y)
{
    int height = canvas_height(c) - y;
    if (count_rows(b) > 0) {
        list_draw(b->list, c, y, height, b->in_list);
        return;
    }
    int width = canvas_width(c) - 8;
    if (b->in_list)
        canvas_cursor(c, y, 4);
    y += canvas_wrap(c, y, 4, width, height, LOOK_PLAIN, _("No parameters."));
    canvas_wrap(c, y, 4, width, height - 1, LOOK_QUIET,
                _("A parameter is a value with a name: F6 adds one, and filter, query and "
                  "pre-SQL use it as ${name}. Dates such as ${bizdate} are there without it."));
}

static void draw(screen *s, canvas *c)
{
    basics *b = basics_of(s);
    wizard_draw_steps(&b->step, c, 0);
    if (b->step.wizard->loading) {
        canvas_text(c, FORM_AT, 4, -1, LOOK_QUIET, _("Reading the task ..."));
        return;
    }
    form_view_draw(b->form, c, FORM_AT, FORM_ROWS + 1, !b->in_list);
    draw_parameters(b, c, LIST_AT);
}

static bool key(screen *s, ui_key k)
{
    basics *b = basics_of(s);
    if (b->step.wizard->loading)
        return true;
    bool down = k == K_TAB || k == K_DOWN;
    if (!b->in_list && down && g_strcmp0(form_view_focus(b->form), "time_zone") == 0) {
        b->in_list = true;
        return true;
    }
    if (!b->in_list)
        return form_view_key(b->form, k);
    if (k == K_BACKTAB || (k == K_UP && list_selected(b->list) <= 0)) {
        b->in_list = false;
        form_view_set_focus(b->form, "time_zone");
        return true;
    }
    if (k == K_TAB) {
        b->in_list = false;
        form_view_set_focus(b->form, "name");
        return true;
    }
    return list_key(b->list, k);
}

static bool in_text(screen *s)
{
    const basics *b = basics_of(s);
    return !b->in_list && !b->step.wizard->loading && form_view_in_text(b->form);
}

static void resume(screen *s)
{
    basics *b = basics_of(s);
    const wizard *w = wizard_of(s);
    if (b->loaded != wizard_changes(w))
        load(b, w);
    const char *path = NULL;
    if (wizard_complaint(w, &path) == NULL || path == NULL)
        return;
    b->in_list = g_str_has_prefix(path, "parameters");
    wizard_fields_focus(b->form, w, values);
}

static void free_screen(screen *s)
{
    basics *b = basics_of(s);
    form_view_free(b->form);
    list_free(b->list);
    expansions_clear(&b->today);
    g_free(b->new_name);
    wizard_release(&b->step);
    g_free(b);
}

const screen_ops wizard_basics_ops = {
    .id = "wizard.basics",
    .title = N_("Task: basics"),
    .summary = N_("A task says what is moved and how. It is made in seven steps, in any order."),
    .actions = actions,
    .name = wizard_crumb,
    .draw = draw,
    .key = key,
    .in_text = in_text,
    .resume = resume,
    .leave = wizard_leave,
    .rescue = wizard_rescue,
    .free = free_screen,
};

wizard_step *wizard_basics_new(app *a, wizard *w)
{
    (void)w;
    basics *b = g_new0(basics, 1);
    b->step.base = (screen){ &wizard_basics_ops, a };
    b->form = form_view_new(a, &b->step.base, form_fields, changed, NULL);
    b->list = list_new(columns, &source, b);
    expansions_init(&b->today, &b->step.base);
    return &b->step;
}
