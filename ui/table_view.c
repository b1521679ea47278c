#include "ui/table_view.h"

#include "base/intl.h"
#include "ui/answer.h"
#include "ui/list.h"
#include "ui/rows_view.h"

#define LIST_AT    2
#define CELLS_AT   4 /* as list.h draws them */
#define FIRST_ROWS 100

typedef struct {
    screen base;
    char *connection, *table;
    bool rows_shown;
    answer columns_answer, rows_answer;
    list *columns; /* one row for each column */
    rows_view *rows;
} table_view;

static answer *shown_answer(table_view *v)
{
    return v->rows_shown ? &v->rows_answer : &v->columns_answer;
}

/* --- columns --------------------------------------------------------------- */

static const list_column columns_columns[] = {
    { N_("Column"), 16, 40, 0, TEXT_LEFT }, { N_("Type"), 14, 30, 0, TEXT_LEFT },
    { N_("Key"), 4, 8, 1, TEXT_LEFT },      { N_("Null"), 8, 10, 2, TEXT_LEFT },
    { N_("Default"), 12, 0, 3, TEXT_LEFT }, { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_columns(void *user)
{
    table_view *v = user;
    return (int64_t)json_array_size(answer_list(&v->columns_answer, "columns"));
}

static bool is_set(const json_t *row, const char *key)
{
    return json_is_true(json_object_get(row, key));
}

static void column_cell(void *user, int64_t number, unsigned column, GString *text,
                        list_style *style)
{
    table_view *v = user;
    const json_t *row = json_array_get(answer_list(&v->columns_answer, "columns"), (size_t)number);
    switch (column) {
    case 0:
        g_string_append(text, row_text(row, "name"));
        break;
    case 1:
        g_string_append(text, row_text(row, "type"));
        break;
    case 2:
        g_string_append(text, is_set(row, "key") ? _("key") : "");
        style->look = LOOK_ACCENT;
        break;
    case 3:
        g_string_append(text, is_set(row, "not_null") ? _("not null") : "");
        break;
    default:
        g_string_append(text, is_set(row, "generated") ? _("generated") : row_text(row, "default"));
        style->look = LOOK_QUIET;
        break;
    }
}

static const list_source columns_source = { .count = count_columns, .cell = column_cell };

static void rows_arrived(screen *s)
{
    table_view *v = (table_view *)s;
    rows_view_set(v->rows, v->rows_answer.failure == NULL ? v->rows_answer.out : NULL);
}

/* --- drawing --------------------------------------------------------------- */

static void draw_rows(table_view *v, canvas *c)
{
    unsigned long n = (unsigned long)rows_view_count(v->rows);
    if (n == 0) {
        canvas_text(c, 0, CELLS_AT, -1, LOOK_PLAIN, _("no rows"));
        canvas_text(c, LIST_AT, CELLS_AT, -1, LOOK_QUIET, _("The table is empty."));
        return;
    }
    rows_view_draw(v->rows, c, LIST_AT, canvas_height(c) - LIST_AT);
    g_autofree char *rows =
        is_set(v->rows_answer.out, "more")
            ? g_strdup_printf(
                  ngettext("first %lu row, more exist", "first %lu rows, more exist", n), n)
            : g_strdup_printf(ngettext("%lu row, all there is", "%lu rows, all there are", n), n);
    int used = canvas_text(c, 0, CELLS_AT, -1, LOOK_PLAIN, rows);
    g_autofree char *columns = rows_view_columns(v->rows);
    if (columns != NULL)
        canvas_text(c, 0, CELLS_AT + used + 3, -1, LOOK_ACCENT, columns);
}

static void draw_columns(table_view *v, canvas *c)
{
    unsigned long n = (unsigned long)count_columns(v);
    canvas_format(c, 0, CELLS_AT, -1, LOOK_PLAIN, ngettext("%lu column", "%lu columns", n), n);
    list_draw(v->columns, c, LIST_AT, canvas_height(c) - LIST_AT, true);
}

static void draw(screen *s, canvas *c)
{
    table_view *v = (table_view *)s;
    if (answer_draw_state(shown_answer(v), c, LIST_AT,
                          v->rows_shown ? _("Reading the first rows ...")
                                        : _("Reading the columns ...")))
        return;
    if (v->rows_shown)
        draw_rows(v, c);
    else
        draw_columns(v, c);
}

/* --- actions --------------------------------------------------------------- */

static json_t *question_of(const table_view *v)
{
    return json_pack("{s:s, s:s}", "name", v->connection, "table", v->table);
}

static void load(table_view *v)
{
    json_t *in = question_of(v);
    if (v->rows_shown)
        json_object_set_new(in, "limit", json_integer(FIRST_ROWS));
    answer_ask(shown_answer(v), &v->base, v->rows_shown ? "connection.rows" : "connection.columns",
               in);
}

static void show(table_view *v, bool rows)
{
    v->rows_shown = rows;
    if (shown_answer(v)->operation == NULL)
        load(v);
    app_changed(v->base.app);
}

static void show_columns(screen *s)
{
    show((table_view *)s, false);
}

static void show_rows(screen *s)
{
    show((table_view *)s, true);
}

static const char *columns_shown(screen *s)
{
    return ((table_view *)s)->rows_shown ? NULL : N_("the columns are shown already");
}

static const char *rows_shown(screen *s)
{
    return ((table_view *)s)->rows_shown ? N_("the first rows are shown already") : NULL;
}

static void reload(screen *s)
{
    table_view *v = (table_view *)s;
    g_clear_pointer(&shown_answer(v)->out, json_decref);
    if (v->rows_shown)
        rows_view_set(v->rows, NULL);
    load(v);
}

static const char *not_waiting(screen *s)
{
    return answer_waits(shown_answer((table_view *)s)) ? NULL : N_("nothing is being read");
}

static void give_up(screen *s)
{
    answer_cancel(shown_answer((table_view *)s));
}

static const char *no_row(screen *s)
{
    table_view *v = (table_view *)s;
    return v->rows_shown && rows_view_count(v->rows) > 0 ? NULL : N_("no row is selected");
}

static void view_row(screen *s)
{
    table_view *v = (table_view *)s;
    g_autofree char *text = rows_view_row(v->rows);
    g_autofree char *title =
        g_strdup_printf(_("row %lu"), (unsigned long)rows_view_selected(v->rows) + 1);
    app_view(s->app, title, text);
}

static const action actions[] = {
    { "table.cancel", K_ESCAPE, N_("Give up"), N_("Give up reading"), NULL, 0, give_up,
      not_waiting },
    { "table.row", K_ENTER, N_("Whole row"), N_("Show all values of the row in full"), NULL, 0,
      view_row, no_row },
    { "table.rows", 'p', N_("First rows"), N_("Look at the first rows of the table"),
      "rowferry connection rows NAME TABLE", 0, show_rows, rows_shown },
    { "table.columns", 'c', N_("Columns"), N_("Look at the columns of the table"),
      "rowferry connection columns NAME TABLE", 0, show_columns, columns_shown },
    { "table.reload", K_F(5), N_("Again"), N_("Read it again"), NULL, 0, reload, NULL },
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------ */

static char *name(screen *s)
{
    return g_strdup(((table_view *)s)->table);
}

static bool key(screen *s, ui_key k)
{
    table_view *v = (table_view *)s;
    if (shown_answer(v)->out == NULL)
        return false;
    return v->rows_shown ? rows_view_key(v->rows, k) : list_key(v->columns, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    table_view *v = (table_view *)s;
    return v->rows_shown ? rows_view_find(v->rows, text, step, from_next)
                         : list_find(v->columns, text, step, from_next);
}

/* Of the leftmost column: Left and Right choose it. */
static char *value(screen *s)
{
    table_view *v = (table_view *)s;
    if (v->rows_shown)
        return rows_view_value(v->rows);
    int64_t row = list_selected(v->columns);
    const json_t *columns = answer_list(&v->columns_answer, "columns");
    return row < 0 ? NULL : g_strdup(row_text(json_array_get(columns, (size_t)row), "name"));
}

static bool wants_tick(screen *s)
{
    return answer_waits(shown_answer((table_view *)s));
}

static void refresh(screen *s)
{
    if (wants_tick(s))
        app_changed(s->app);
}

static void resume(screen *s)
{
    table_view *v = (table_view *)s;
    show(v, v->rows_shown);
}

static void free_table_view(screen *s)
{
    table_view *v = (table_view *)s;
    answer_clear(&v->columns_answer);
    answer_clear(&v->rows_answer);
    list_free(v->columns);
    rows_view_free(v->rows);
    g_free(v->connection);
    g_free(v->table);
    g_free(v);
}

const screen_ops table_view_ops = {
    .id = "table",
    .title = N_("Table"),
    .summary = N_("One table: its columns, or its first rows."),
    .actions = actions,
    .name = name,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .find = find,
    .value = value,
    .free = free_table_view,
};

screen *table_view_new(app *a, const char *connection, const char *table, bool rows)
{
    table_view *v = g_new0(table_view, 1);
    v->base = (screen){ &table_view_ops, a };
    v->connection = g_strdup(connection);
    v->table = g_strdup(table);
    v->rows_shown = rows;
    v->columns = list_new(columns_columns, &columns_source, v);
    v->rows = rows_view_new();
    v->rows_answer.arrived = rows_arrived;
    return &v->base;
}
