/* Step 3: which rows are read; conditions as rows, or SQL text. */
#include "base/intl.h"
#include "ui/answer.h"
#include "ui/condition.h"
#include "ui/editor.h"
#include "ui/expansions.h"
#include "ui/list.h"
#include "ui/preview.h"
#include "ui/wizard.h"

#include <stdlib.h>
#include <string.h>

#define TITLE_AT 2
#define LIST_AT  4

typedef struct {
    wizard_step step;
    GPtrArray *rows; /* of filter_row* */
    list *list;
    editor *where;
    bool sql;            /* the text is edited, not the conditions */
    const void *changed; /* the row that the box is open for, NULL: a new one */
    expansions today;
    answer columns;  /* connection.columns, when one table or file is read */
    unsigned loaded; /* wizard_changes() that rows and where show */
} filter_step;

static filter_step *step_of(screen *s)
{
    return (filter_step *)s;
}

static wizard *wizard_of(screen *s)
{
    return step_of(s)->step.wizard;
}

static const filter_row *row_at(const filter_step *p, int64_t at)
{
    return at >= 0 && at < (int64_t)p->rows->len ? p->rows->pdata[at] : NULL;
}

static const filter_row *selected(const filter_step *p)
{
    return p->sql ? NULL : row_at(p, list_selected(p->list));
}

/* --- rows -------------------------------------------------------------------- */

enum { COLUMN_FIELD, COLUMN_OPERATOR, COLUMN_VALUE, COLUMN_TODAY };

static const list_column columns[] = {
    { N_("Column"), 16, 32, 0, TEXT_LEFT }, { N_("Operator"), 11, 11, 0, TEXT_LEFT },
    { N_("Value"), 12, 0, 0, TEXT_LEFT },   { N_("Today"), 12, 0, 1, TEXT_LEFT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    const filter_step *p = user;
    return p->rows->len;
}

static void append_first(GString *text, const filter_row *r, list_style *style)
{
    static const char *const groups[] = {
        [ROW_ALL] = N_("all of these"), [ROW_ANY] = N_("any of these"), [ROW_NOT] = N_("not")
    };
    g_string_append_printf(text, "%*s", (int)r->depth * 2, "");
    if (r->kind == ROW_TEST) {
        g_string_append(text, r->field);
    } else if (r->kind == ROW_OTHER) {
        char *json = json_dumps(r->value, JSON_ENCODE_ANY | JSON_COMPACT);
        g_string_append(text, json != NULL ? json : "");
        free(json);
        style->look = LOOK_WARNING;
    } else {
        g_string_append(text, _(groups[r->kind]));
        style->look = LOOK_ACCENT;
    }
}

static void append_today(filter_step *p, const char *value, GString *text, list_style *style)
{
    bool wrong = false;
    if (!expansions_has_any(value))
        return;
    const char *today =
        expansions_get(&p->today, wizard_value(p->step.wizard, "parameters"), value, &wrong);
    g_string_append(text, today != NULL ? today : "...");
    style->look = wrong ? LOOK_BAD : LOOK_QUIET;
}

static void cell(void *user, int64_t at, unsigned column, GString *text, list_style *style)
{
    filter_step *p = user;
    const filter_row *r = row_at(p, at);
    if (column == COLUMN_FIELD) {
        append_first(text, r, style);
        return;
    }
    if (r->kind != ROW_TEST)
        return;
    if (column == COLUMN_OPERATOR) {
        g_string_append(text, r->op);
        return;
    }
    g_autofree char *value = filter_value_text(r->op, r->value);
    if (column == COLUMN_VALUE)
        g_string_append(text, value);
    else
        append_today(p, value, text, style);
}

static const list_source source = { .count = count_rows, .cell = cell };

/* --- from and to the document -------------------------------------------------- */

static void load(filter_step *p)
{
    const wizard *w = p->step.wizard;
    int64_t at = MAX(list_selected(p->list), 0);
    g_ptr_array_unref(p->rows);
    p->rows = filter_rows_read(wizard_value(w, "source.filter"));
    list_select(p->list, MIN(at, (int64_t)p->rows->len - 1));
    const char *where = wizard_text(w, "source.where");
    if (strcmp(editor_text(p->where), where) != 0)
        editor_set(p->where, where);
    if (where[0] != '\0')
        p->sql = true;
    else if (p->rows->len > 0)
        p->sql = false;
    p->loaded = wizard_changes(w);
}

/* The rows as they are now, @keep selected. */
static void store(filter_step *p, const void *keep)
{
    guint at = 0;
    wizard *w = p->step.wizard;
    wizard_change(w, "source.filter", filter_rows_write(p->rows));
    p->loaded = wizard_changes(w);
    if (!g_ptr_array_find(p->rows, keep, &at))
        at = MIN((guint)MAX(list_selected(p->list), 0), MAX(p->rows->len, 1) - 1);
    list_select(p->list, p->rows->len > 0 ? (int64_t)at : -1);
    app_changed(p->step.base.app);
}

static bool reads_file(const filter_step *p)
{
    return wizard_value(p->step.wizard, "source.file") != NULL;
}

static void ask_columns(filter_step *p)
{
    const wizard *w = p->step.wizard;
    const json_t *table = wizard_value(w, reads_file(p) ? "source.file" : "source.table");
    const char *connection = wizard_text(w, "source.connection");
    if (table == NULL || connection[0] == '\0' || p->columns.operation != NULL)
        return;
    char *parts = json_is_array(table) ? json_dumps(table, JSON_COMPACT) : NULL;
    const char *name = parts != NULL ? parts : json_string_value(table);
    if (name != NULL && !expansions_has_any(name) &&
        (!reads_file(p) || strpbrk(name, "*?[") == NULL))
        answer_ask(&p->columns, &p->step.base, "connection.columns",
                   json_pack("{s:s, s:s}", "name", connection, "table", name));
    free(parts);
}

/* --- actions -------------------------------------------------------------------- */

static const char *not_conditions(screen *s)
{
    return step_of(s)->sql ? N_("the filter is SQL text now: F6 goes to the conditions") : NULL;
}

static const char *none_selected(screen *s)
{
    const char *why = not_conditions(s);
    return why == NULL && selected(step_of(s)) == NULL ? N_("there is no condition yet") : why;
}

static const char *cannot_change(screen *s)
{
    const char *why = none_selected(s);
    if (why != NULL)
        return why;
    return selected(step_of(s))->kind == ROW_OTHER ? N_("only the JSON editor, ^E, changes this")
                                                   : NULL;
}

static const char *no_group(screen *s)
{
    const char *why = none_selected(s);
    if (why != NULL)
        return why;
    filter_row_kind kind = selected(step_of(s))->kind;
    return kind == ROW_TEST || kind == ROW_OTHER ? N_("only a group is all, any or not") : NULL;
}

static unsigned place(const filter_step *p)
{
    return (unsigned)MAX(list_selected(p->list), 0);
}

static void condition_taken(screen *s, filter_row *row)
{
    filter_step *p = step_of(s);
    guint at;
    if (p->changed == NULL) {
        filter_rows_add(p->rows, place(p), row);
    } else if (g_ptr_array_find(p->rows, p->changed, &at)) {
        row->depth = row_at(p, at)->depth;
        filter_row_free(p->rows->pdata[at]);
        p->rows->pdata[at] = row;
    } else {
        filter_row_free(row);
        return;
    }
    store(p, row);
}

static void open_box(screen *s, const filter_row *row)
{
    filter_step *p = step_of(s);
    p->changed = row;
    app_open(s->app, condition_new(s->app, s, row, answer_list(&p->columns, "columns"),
                                   wizard_value(wizard_of(s), "parameters"), condition_taken));
}

static void add_condition(screen *s)
{
    open_box(s, NULL);
}

static void cycle_group(screen *s)
{
    filter_step *p = step_of(s);
    const void *row = selected(p);
    if (filter_rows_cycle(p->rows, place(p)))
        store(p, row);
}

static void change_row(screen *s)
{
    const filter_row *row = selected(step_of(s));
    if (row->kind == ROW_TEST)
        open_box(s, row);
    else
        cycle_group(s);
}

static void add_group(screen *s)
{
    filter_step *p = step_of(s);
    filter_row *group = filter_row_new(ROW_ANY, NULL, NULL, NULL);
    filter_rows_add(p->rows, place(p), group);
    store(p, group);
    app_say(s->app, LOOK_PLAIN, _("a puts conditions into the group, m makes it all, any or not"));
}

static void delete_row(screen *s)
{
    filter_step *p = step_of(s);
    filter_rows_remove(p->rows, place(p));
    store(p, NULL);
    app_say(s->app, LOOK_PLAIN, _("deleted; F3 brings it back"));
}

static void move_in(screen *s)
{
    filter_step *p = step_of(s);
    const void *row = selected(p);
    filter_rows_in(p->rows, place(p));
    store(p, row);
}

static void move_out(screen *s)
{
    filter_step *p = step_of(s);
    const void *row = selected(p);
    if (filter_rows_out(p->rows, place(p)))
        store(p, row);
    else
        app_say(s->app, LOOK_WARNING, _("it is in the outermost group already"));
}

static void move(screen *s, int step)
{
    filter_step *p = step_of(s);
    const void *row = selected(p);
    if (filter_rows_move(p->rows, place(p), step))
        store(p, row);
}

static void move_up(screen *s)
{
    move(s, -1);
}

static void move_down(screen *s)
{
    move(s, 1);
}

static const char *cannot_switch(screen *s)
{
    const filter_step *p = step_of(s);
    return !p->sql && reads_file(p) ? N_("files know no SQL: the conditions are applied here")
                                    : NULL;
}

/* A task has conditions or SQL text, not both. */
static void switch_kind(screen *s)
{
    filter_step *p = step_of(s);
    wizard *w = wizard_of(s);
    const char *other = p->sql ? "source.where" : "source.filter";
    bool lost = wizard_value(w, other) != NULL;
    p->sql = !p->sql;
    wizard_change(w, other, NULL);
    load(p);
    if (lost)
        app_say(s->app, LOOK_WARNING, "%s",
                p->sql ? _("the conditions are taken away; F3 brings them back")
                       : _("the SQL text is taken away; F3 brings it back"));
}

static const char *cannot_preview(screen *s)
{
    return wizard_value(wizard_of(s), "source") == NULL ? N_("say first what is to be read: F9")
                                                        : NULL;
}

static void preview(screen *s)
{
    app_open(s->app, preview_new(s->app, wizard_document(wizard_of(s))));
}

static const action actions[] = {
    { "wizard.condition.change", K_ENTER, N_("Change"),
      N_("Change the condition, or what the group means"), NULL, 0, change_row, cannot_change },
    { "wizard.condition.add", 'a', N_("Add"),
      N_("Add a condition, into the group or behind the row"), NULL, 0, add_condition,
      not_conditions },
    { "wizard.condition.group", 'g', N_("Group"),
      N_("Add a group of which all, any or none must hold"), NULL, 0, add_group, not_conditions },
    { "wizard.condition.delete", 'd', N_("Delete"), N_("Delete the condition or the whole group"),
      NULL, 0, delete_row, none_selected },
    { "wizard.preview", K_F(5), N_("Preview"),
      N_("Look at the first rows that the task would read"), "rowferry task preview FILE",
      ACTION_IN_TEXT, preview, cannot_preview },
    { "wizard.filter.sql", K_F(6), N_("SQL or conditions"),
      N_("Change between conditions and SQL text"), NULL, ACTION_IN_TEXT, switch_kind,
      cannot_switch },
    { "wizard.condition.means", 'm', NULL, N_("Change a group between all, any and not"), NULL, 0,
      cycle_group, no_group },
    { "wizard.condition.in", '>', NULL, N_("Move the row into the group before it, or a new one"),
      NULL, 0, move_in, none_selected },
    { "wizard.condition.out", '<', NULL, N_("Move the row out of its group"), NULL, 0, move_out,
      none_selected },
    { "wizard.condition.up", 'K', NULL, N_("Move the row up in its group"), NULL, 0, move_up,
      none_selected },
    { "wizard.condition.down", 'J', NULL, N_("Move the row down in its group"), NULL, 0, move_down,
      none_selected },
    { "wizard.filter.undo", 'u', NULL, N_("Take back the last change"), NULL, 0, wizard_take_back,
      wizard_cannot_take_back },
    WIZARD_ACTIONS,
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------------- */

static void draw_conditions(filter_step *p, canvas *c)
{
    int height = canvas_height(c) - LIST_AT, width = canvas_width(c) - 8;
    canvas_text(c, TITLE_AT, 4, -1, LOOK_PLAIN, _("Only rows are read for which this holds"));
    if (p->rows->len > 0) {
        list_draw(p->list, c, LIST_AT, height, true);
        return;
    }
    canvas_cursor(c, LIST_AT, 4);
    int used = canvas_wrap(c, LIST_AT, 4, width, height, LOOK_PLAIN,
                           _("No conditions: all rows are read."));
    canvas_wrap(c, LIST_AT + used + 1, 4, width, height - used - 1, LOOK_QUIET,
                reads_file(p)
                    ? _("a adds a condition, such as day >= {{{yesterday}}}.")
                    : _("a adds a condition, such as day >= {{{yesterday}}}. F6 takes a condition "
                        "in the database's own SQL instead."));
}

static void draw_sql(filter_step *p, canvas *c)
{
    enum { NOTE_ROWS = 2 };
    int height = canvas_height(c) - LIST_AT, width = canvas_width(c) - 8;
    canvas_text(c, TITLE_AT, 4, -1, LOOK_PLAIN,
                _("A condition in the database's own SQL, without the word WHERE"));
    editor_draw(p->where, c, LIST_AT, 4, MAX(height - NOTE_ROWS - 1, 1), width, LOOK_PLAIN, true);
    canvas_wrap(c, canvas_height(c) - NOTE_ROWS, 4, width, NOTE_ROWS, LOOK_QUIET,
                _("Parameters are put in as text, the quotes are yours: day = '${yyyy-mm-dd}'"));
}

static void draw(screen *s, canvas *c)
{
    filter_step *p = step_of(s);
    wizard_draw_steps(&p->step, c, 0);
    if (p->sql)
        draw_sql(p, c);
    else
        draw_conditions(p, c);
}

static bool key(screen *s, ui_key k)
{
    filter_step *p = step_of(s);
    if (!p->sql)
        return list_key(p->list, k);
    if (!editor_key(p->where, k, app_pasted(s->app)))
        return false;
    wizard *w = wizard_of(s);
    const char *text = editor_text(p->where);
    wizard_change(w, "source.where", text[0] != '\0' ? json_string(text) : NULL);
    p->loaded = wizard_changes(w);
    return true;
}

static bool in_text(screen *s)
{
    return step_of(s)->sql;
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(step_of(s)->list, text, step, from_next);
}

static void resume(screen *s)
{
    filter_step *p = step_of(s);
    if (p->loaded != wizard_changes(wizard_of(s)))
        load(p);
    ask_columns(p);
}

static void free_screen(screen *s)
{
    filter_step *p = step_of(s);
    g_ptr_array_unref(p->rows);
    list_free(p->list);
    editor_free(p->where);
    expansions_clear(&p->today);
    answer_clear(&p->columns);
    wizard_release(&p->step);
    g_free(p);
}

const screen_ops wizard_filter_ops = {
    .id = "wizard.filter",
    .title = N_("Task: filter"),
    .summary = N_("Which rows are read. Dates such as {{{yesterday}}} are those of the run."),
    .actions = actions,
    .name = wizard_crumb,
    .draw = draw,
    .key = key,
    .in_text = in_text,
    .resume = resume,
    .leave = wizard_leave,
    .rescue = wizard_rescue,
    .find = find,
    .free = free_screen,
};

wizard_step *wizard_filter_new(app *a, wizard *w)
{
    (void)w;
    filter_step *p = g_new0(filter_step, 1);
    p->step.base = (screen){ &wizard_filter_ops, a };
    p->rows = filter_rows_read(NULL);
    p->list = list_new(columns, &source, p);
    p->where = editor_new("", true, false);
    expansions_init(&p->today, &p->step.base);
    return &p->step;
}
