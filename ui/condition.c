#include "ui/condition.h"

#include "base/intl.h"
#include "ui/answer.h"
#include "ui/expansions.h"
#include "ui/form_view.h"

#include <string.h>

#define FORM_AT   2
#define FORM_ROWS 3

typedef struct {
    screen base;
    screen *below;
    form_view *form;
    filter_row *before;           /* or NULL: a new one */
    json_t *columns, *parameters; /* or NULL */
    expansions today;
    answer macros;
    void (*done)(screen *below, filter_row *row);
} condition;

static const char *const no_operators[] = { "=", NULL };

static const form_field form_fields[] = {
    { .id = "field",
      .kind = FIELD_TEXT,
      .label = N_("Column"),
      .help = N_("F4 chooses from the columns of the source") },
    { .id = "op",
      .kind = FIELD_CHOICE,
      .label = N_("Operator"),
      .choices = no_operators,
      .width = 14,
      .help = N_("Space changes it, F4 lists all") },
    { .id = "value",
      .kind = FIELD_TEXT,
      .label = N_("Value"),
      .help = N_("F4 puts in a date or a parameter, such as {{{yesterday}}}") },
    { .id = NULL },
};

static condition *condition_of(screen *s)
{
    return (condition *)s;
}

static const char *typed(const condition *v, const char *id)
{
    return form_view_get(v->form, id);
}

static operand_kind operand_of(const condition *v)
{
    return filter_row_operand(typed(v, "op"));
}

/* --- what is said below the fields --------------------------------------------- */

static const char *column_type(const condition *v)
{
    size_t i;
    json_t *row;
    json_array_foreach(v->columns, i, row) if (strcmp(row_text(row, "name"), typed(v, "field")) ==
                                               0) return row_text(row, "type");
    return NULL;
}

static void remark_field(condition *v)
{
    const char *type = column_type(v);
    bool unknown = type == NULL && v->columns != NULL && typed(v, "field")[0] != '\0';
    if (unknown)
        form_view_remark(v->form, "field", LOOK_WARNING, _("no such column"));
    else
        form_view_remark(v->form, "field", LOOK_QUIET, type);
}

static const char *how_to_write(operand_kind operand)
{
    switch (operand) {
    case OPERAND_NONE:
        return N_("takes no value");
    case OPERAND_ONE:
        return N_("One value. 12 is a number, \"12\" a text.");
    case OPERAND_TEXT:
        return N_("A text, just as it stands.");
    case OPERAND_LIST:
        return N_("Values with commas between; in quotes where one holds a comma.");
    case OPERAND_PAIR:
        return N_("Two values with a comma between; both belong to the range.");
    }
    g_assert_not_reached();
}

static void changed(screen *s, const char *id)
{
    condition *v = condition_of(s);
    if (strcmp(id, "op") == 0)
        form_view_show(v->form, "value", operand_of(v) != OPERAND_NONE);
    remark_field(v);
}

/* --- choosing -------------------------------------------------------------------- */

static void column_chosen(screen *s, int index, void *user)
{
    (void)user;
    condition *v = condition_of(s);
    const json_t *row = index >= 0 ? json_array_get(v->columns, (size_t)index) : NULL;
    if (row == NULL)
        return;
    form_view_set(v->form, "field", row_text(row, "name"));
    remark_field(v);
}

static void choose_column(condition *v)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    int current = 0;
    size_t i;
    json_t *row;
    json_array_foreach(v->columns, i, row)
    {
        if (strcmp(row_text(row, "name"), typed(v, "field")) == 0)
            current = (int)i;
        g_ptr_array_add(names, (gpointer)row_text(row, "name"));
    }
    g_ptr_array_add(names, NULL);
    app_choose(v->base.app, &v->base, _("Column"), (const char *const *)names->pdata, current,
               column_chosen, NULL);
}

static void macro_chosen(screen *s, int index, void *user)
{
    (void)user;
    condition *v = condition_of(s);
    const json_t *macros = answer_list(&v->macros, "macros");
    const json_t *row = index >= 0 ? json_array_get(macros, (size_t)index) : NULL;
    if (row == NULL)
        return;
    const char *before = typed(v, "value");
    bool list = operand_of(v) == OPERAND_LIST || operand_of(v) == OPERAND_PAIR;
    g_autofree char *value =
        g_strconcat(before, list && before[0] != '\0' ? ", " : "", row_text(row, "text"), NULL);
    form_view_set(v->form, "value", value);
}

static void macros_arrived(screen *s)
{
    condition *v = condition_of(s);
    if (v->macros.failure != NULL) {
        app_say_error(s->app, v->macros.failure);
        return;
    }
    g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    json_t *row;
    json_array_foreach(answer_list(&v->macros, "macros"), i, row) g_ptr_array_add(
        titles, g_strdup_printf("%-34s %s", row_text(row, "text"), row_text(row, "value")));
    g_ptr_array_add(titles, NULL);
    app_choose(s->app, s, _("What stands for a date, and for which today"),
               (const char *const *)titles->pdata, 0, macro_chosen, NULL);
}

static void pressed(screen *s, const char *id)
{
    condition *v = condition_of(s);
    if (strcmp(id, "value") == 0) {
        v->macros.arrived = macros_arrived;
        answer_ask(&v->macros, s, "parameter.macros", NULL);
    } else if (json_array_size(v->columns) > 0) {
        choose_column(v);
    } else {
        app_say(s->app, LOOK_WARNING, _("the columns are known when one table is read"));
    }
}

/* --- done -------------------------------------------------------------------------- */

/* What was not touched goes back as it came. */
static json_t *value_of(const condition *v, const char *op)
{
    const filter_row *before = v->before;
    if (before != NULL && filter_row_operand(before->op) == filter_row_operand(op)) {
        g_autofree char *text = filter_value_text(before->op, before->value);
        if (strcmp(text, typed(v, "value")) == 0)
            return json_incref(before->value);
    }
    return filter_value_read(op, typed(v, "value"));
}

static const char *wrong_value(operand_kind operand, const json_t *value)
{
    size_t n = json_array_size(value);
    if (operand == OPERAND_LIST && n == 0)
        return N_("at least one value is needed");
    if (operand == OPERAND_PAIR && n != 2)
        return N_("two values are needed, with a comma between");
    return NULL;
}

static void done(screen *s)
{
    condition *v = condition_of(s);
    app *a = s->app;
    const char *op = NULL;
    for (const char *const *known = filter_row_operators(); *known != NULL; known++)
        if (strcmp(*known, typed(v, "op")) == 0)
            op = *known;
    json_t *value = value_of(v, op);
    const char *wrong =
        typed(v, "field")[0] == '\0' ? N_("a column is needed") : wrong_value(operand_of(v), value);
    if (wrong != NULL) {
        json_decref(value);
        app_say(a, LOOK_BAD, "%s", _(wrong));
        return;
    }
    filter_row *row = filter_row_new(ROW_TEST, typed(v, "field"), op, value);
    v->done(v->below, row);
    app_close(a, s);
}

static const action actions[] = {
    { "condition.done", K_F(2), N_("Take it"), N_("Put the condition into the filter"), NULL,
      ACTION_IN_TEXT, done, NULL },
    { .id = NULL },
};

/* --- the screen ---------------------------------------------------------------------- */

static void size(screen *s, int rows, int columns, int *height, int *width)
{
    (void)s;
    *height = MIN(rows, FORM_AT + FORM_ROWS + 6);
    *width = MIN(columns, 78); /* over the marks of the list below */
}

static void draw_today(condition *v, canvas *c, int y)
{
    const char *text = typed(v, "value");
    canvas_text(c, y, 4, -1, LOOK_QUIET, _(how_to_write(operand_of(v))));
    if (operand_of(v) == OPERAND_NONE || !expansions_has_any(text))
        return;
    bool wrong = false;
    const char *today = expansions_get(&v->today, v->parameters, text, &wrong);
    if (wrong)
        canvas_wrap(c, y + 1, 4, canvas_width(c) - 5, 2, LOOK_BAD, today);
    else
        canvas_format(c, y + 1, 4, -1, LOOK_PLAIN, _("today: %s"), today != NULL ? today : "...");
}

static void draw(screen *s, canvas *c)
{
    condition *v = condition_of(s);
    canvas_text(c, 0, 4, -1, LOOK_STRONG,
                v->before != NULL ? _("Change the condition") : _("New condition"));
    form_view_draw(v->form, c, FORM_AT, FORM_ROWS, true);
    draw_today(v, c, FORM_AT + FORM_ROWS + 1);
}

static bool key(screen *s, ui_key k)
{
    condition *v = condition_of(s);
    if (k == K_ENTER && g_strcmp0(form_view_focus(v->form), "value") == 0) {
        done(s);
        return true;
    }
    return form_view_key(v->form, k);
}

static bool in_text(screen *s)
{
    return form_view_in_text(condition_of(s)->form);
}

static void free_screen(screen *s)
{
    condition *v = condition_of(s);
    form_view_free(v->form);
    filter_row_free(v->before);
    json_decref(v->columns);
    json_decref(v->parameters);
    expansions_clear(&v->today);
    answer_clear(&v->macros);
    g_free(v);
}

const screen_ops condition_ops = {
    .id = "condition",
    .title = N_("Condition"),
    .summary = N_("One condition on a column; rows for which it does not hold are not read."),
    .actions = actions,
    .box = true,
    .draw = draw,
    .size = size,
    .key = key,
    .in_text = in_text,
    .free = free_screen,
};

static filter_row *copy_of(const filter_row *row)
{
    return row != NULL ? filter_row_new(row->kind, row->field, row->op, json_incref(row->value))
                       : NULL;
}

screen *condition_new(app *a, screen *below, const filter_row *row, const json_t *columns,
                      const json_t *parameters, void (*taken)(screen *below, filter_row *row))
{
    condition *v = g_new0(condition, 1);
    v->base = (screen){ &condition_ops, a };
    v->below = below;
    v->before = copy_of(row);
    v->columns = json_incref((json_t *)columns);
    v->parameters = json_incref((json_t *)parameters);
    v->done = taken;
    v->form = form_view_new(a, &v->base, form_fields, changed, pressed);
    form_view_set_choices(v->form, "op", filter_row_operators());
    expansions_init(&v->today, &v->base);
    g_autofree char *value = row != NULL ? filter_value_text(row->op, row->value) : g_strdup("");
    form_view_set(v->form, "field", row != NULL ? row->field : "");
    form_view_set(v->form, "op", row != NULL ? row->op : "=");
    form_view_set(v->form, "value", value);
    changed(&v->base, "op");
    if (row != NULL)
        form_view_set_focus(v->form, "value");
    return &v->base;
}
