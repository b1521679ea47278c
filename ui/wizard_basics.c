/* Step 1: name, description, time zone, parameters. */
#include "base/civil.h"
#include "base/intl.h"
#include "ui/expansions.h"
#include "ui/grid.h"
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
    grid *grid;
    bool in_list; /* the parameters have the focus, not the form */
    bool adding;  /* the last row is new: its name is being edited */
    bool named;   /* it has got one: its value comes next */
    expansions today;
    unsigned loaded; /* wizard_changes() that the form shows */
} basics;

static const form_field form_fields[] = {
    { .id = "name",
      .kind = FIELD_TEXT,
      .label = N_("Name"),
      .width = 30,
      .help = N_("What the task is called, in lists and on the command line") },
    { .id = "description",
      .kind = FIELD_TEXT,
      .label = N_("Description"),
      .help = N_("For people: what is moved, and for whom") },
    { .id = "time_zone",
      .kind = FIELD_TEXT,
      .label = N_("Time zone"),
      .width = 30,
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
    json_array_foreach(w->tasks, i,
                       row) if (g_strcmp0(json_string_value(json_object_get(row, "name")), name) ==
                                0) return true;
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

static void stop_editing(basics *b)
{
    grid_cancel(b->grid);
    b->adding = b->named = false;
}

static void load(basics *b, const wizard *w)
{
    stop_editing(b);
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
    const basics *b = user;
    return (int64_t)json_object_size(parameters_of(b)) + (b->adding ? 1 : 0);
}

/* The name of parameter @row, NULL when there is none or it is new: borrowed. */
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
    if (name == NULL)
        return;
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

static cell_kind kind(void *user, int64_t row, unsigned column)
{
    (void)user;
    (void)row;
    return column == COLUMN_TODAY ? CELL_STATIC : CELL_TEXT;
}

static void set_parameter(basics *b, const char *name, json_t *value)
{
    wizard *w = b->step.wizard;
    g_autofree char *path = g_strconcat("parameters.", name, NULL);
    wizard_change(w, path, value);
    b->loaded = wizard_changes(w);
}

static void rename_parameter(basics *b, const char *from, const char *to)
{
    wizard *w = b->step.wizard;
    json_t *all = json_object();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)parameters_of(b), name, value)
        json_object_set(all, strcmp(name, from) == 0 ? to : name, value);
    wizard_change(w, "parameters", all);
    b->loaded = wizard_changes(w);
}

static bool is_parameter_name(const char *name)
{
    if (!g_ascii_isalpha(name[0]) && name[0] != '_')
        return false;
    return name[strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_")] == '\0';
}

/* @before is NULL for a new one; a new one without a name is none. */
static bool set_name(basics *b, const char *before, const char *name, char **message)
{
    if (before == NULL && name[0] == '\0') {
        b->adding = false;
        return true;
    }
    if (g_strcmp0(before, name) == 0)
        return true;
    if (!is_parameter_name(name)) {
        *message = g_strdup_printf(_("\"%s\" is not a name of letters, digits and _"), name);
        return false;
    }
    if (json_object_get(parameters_of(b), name) != NULL) {
        *message = g_strdup_printf(_("there is a parameter %s already"), name);
        return false;
    }
    if (before != NULL) {
        rename_parameter(b, before, name);
        return true;
    }
    b->adding = false;
    b->named = true;
    set_parameter(b, name, json_string(""));
    return true;
}

static bool set_cell(void *user, int64_t row, unsigned column, const char *text, char **message)
{
    basics *b = user;
    const char *name = parameter_at(b, row);
    if (column == COLUMN_NAME)
        return set_name(b, name, text, message);
    g_autoptr(GString) before = g_string_new(NULL);
    append_value(before, json_object_get(parameters_of(b), name));
    /* A number that was not touched stays a number. */
    if (strcmp(before->str, text) != 0)
        set_parameter(b, name, json_string(text));
    return true;
}

static const grid_source source = {
    .count = count_rows,
    .cell = cell,
    .kind = kind,
    .set = set_cell,
};

static const char *selected(const basics *b)
{
    return b->in_list ? parameter_at(b, grid_row(b->grid)) : NULL;
}

static bool settle(screen *s)
{
    basics *b = basics_of(s);
    bool kept = grid_end(b->grid);
    b->named = false;
    return kept;
}

static bool grid_pressed(basics *b, ui_key k)
{
    bool taken = grid_key(b->grid, k);
    if (b->named && (k == K_ENTER || k == K_TAB)) {
        grid_select(b->grid, count_rows(b) - 1, COLUMN_VALUE);
        grid_begin(b->grid);
    }
    b->named = false;
    return taken;
}

/* --- actions ---------------------------------------------------------------- */

static const char *none_selected(screen *s)
{
    const basics *b = basics_of(s);
    if (!b->in_list)
        return N_("the parameters do not have the focus: Tab goes there");
    return selected(b) == NULL ? N_("no parameter is selected") : NULL;
}

static const char *being_read(screen *s)
{
    return wizard_of(s)->loading ? N_("the task is being read") : NULL;
}

static void add_parameter(screen *s)
{
    basics *b = basics_of(s);
    if (!settle(s))
        return;
    b->in_list = b->adding = true;
    grid_select(b->grid, count_rows(b) - 1, COLUMN_NAME);
    grid_begin(b->grid);
}

static void change_parameter(screen *s)
{
    basics *b = basics_of(s);
    if (!grid_begin(b->grid)) {
        grid_select(b->grid, grid_row(b->grid), COLUMN_VALUE);
        grid_begin(b->grid);
    }
}

static void delete_parameter(screen *s)
{
    basics *b = basics_of(s);
    g_autofree char *name = g_strdup(selected(b));
    set_parameter(b, name, NULL);
    app_say(s->app, LOOK_PLAIN, _("%s is gone; F3 brings it back"), name);
}

static const action actions[] = {
    { "wizard.parameter.change", K_ENTER, N_("Change"), N_("Change the parameter where it stands"),
      NULL, 0, change_parameter, none_selected },
    { "wizard.parameter.add", K_F(6), N_("Add parameter"),
      N_("Add a parameter that texts of this task may use as ${name}"), NULL, ACTION_IN_TEXT,
      add_parameter, being_read },
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
        grid_draw(b->grid, c, y, height, b->in_list);
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
        grid_select(b->grid, MAX(grid_row(b->grid), 0), COLUMN_VALUE);
        return true;
    }
    if (!b->in_list)
        return form_view_key(b->form, k);
    bool at_top = k == K_UP && grid_row(b->grid) <= 0 && !grid_in_text(b->grid);
    if (!at_top && grid_pressed(b, k))
        return true;
    if (!at_top && k != K_TAB && k != K_BACKTAB)
        return false;
    b->in_list = false;
    form_view_set_focus(b->form, k == K_TAB ? "name" : "time_zone");
    return true;
}

static bool in_text(screen *s)
{
    const basics *b = basics_of(s);
    if (b->in_list)
        return grid_in_text(b->grid);
    return !b->step.wizard->loading && form_view_in_text(b->form);
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
    stop_editing(b);
    b->in_list = g_str_has_prefix(path, "parameters");
    wizard_fields_focus(b->form, w, values);
}

static bool leave(screen *s)
{
    basics *b = basics_of(s);
    if (!grid_in_text(b->grid))
        return wizard_leave(s);
    stop_editing(b);
    return false;
}

static void free_screen(screen *s)
{
    basics *b = basics_of(s);
    form_view_free(b->form);
    grid_free(b->grid);
    expansions_clear(&b->today);
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
    .leave = leave,
    .rescue = wizard_rescue,
    .free = free_screen,
};

wizard_step *wizard_basics_new(app *a, wizard *w)
{
    (void)w;
    basics *b = g_new0(basics, 1);
    b->step.base = (screen){ &wizard_basics_ops, a };
    b->form = form_view_new(a, &b->step.base, form_fields, changed, NULL);
    b->step.settle = settle;
    b->grid = grid_new(a, &b->step.base, columns, &source, b);
    expansions_init(&b->today, &b->step.base);
    return &b->step;
}
