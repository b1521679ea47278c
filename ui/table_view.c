#include "ui/table_view.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/answer.h"
#include "ui/columns.h"
#include "ui/list.h"

#include <string.h>

#define LIST_AT     2
#define CELLS_AT    4 /* as list.h draws them */
#define MARGIN      1
#define FIRST_ROWS  100
#define LEAST_WIDTH 4
#define FAIR_WIDTH  12 /* what a column of long values gets when there is little room */
#define MOST_WIDTH  40

typedef struct {
    screen base;
    char *connection, *table;
    bool rows_shown;
    answer columns_answer, rows_answer;
    list *columns; /* one row for each column */
    list *rows;    /* or NULL: the first rows are not there */
    list_column *places;
    unsigned n, left; /* columns of the first rows; the first one shown */
} table_view;

static answer *shown_answer(table_view *v)
{
    return v->rows_shown ? &v->rows_answer : &v->columns_answer;
}

static list *shown_list(table_view *v)
{
    return v->rows_shown ? v->rows : v->columns;
}

/* --- columns --------------------------------------------------------------- */

static const list_column columns_columns[] = {
    { N_("Column"), 16, 40, 0, TEXT_LEFT },  { N_("Type"), 14, 30, 0, TEXT_LEFT },
    { N_("Key"), 4, 8, 1, TEXT_LEFT },       { N_("Null"), 8, 10, 2, TEXT_LEFT },
    { N_("Default"), 12, 0, 3, TEXT_LEFT },  { NULL, 0, 0, 0, TEXT_LEFT },
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
    const json_t *row =
        json_array_get(answer_list(&v->columns_answer, "columns"), (size_t)number);
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

/* --- first rows ------------------------------------------------------------ */

static int64_t count_rows(void *user)
{
    table_view *v = user;
    return (int64_t)json_array_size(answer_list(&v->rows_answer, "rows"));
}

static const char *column_name(const table_view *v, unsigned column)
{
    const json_t *one = json_array_get(answer_list(&v->rows_answer, "columns"), column);
    return json_is_string(one) ? json_string_value(one) : row_text(one, "name");
}

static const json_t *value_at(const table_view *v, int64_t row, unsigned column)
{
    const json_t *values = json_array_get(answer_list(&v->rows_answer, "rows"), (size_t)row);
    return json_array_get(values, column);
}

/* Append a value; false for NULL. */
static bool append_value(GString *text, const json_t *one)
{
    if (one == NULL || json_is_null(one)) {
        g_string_append(text, "NULL");
        return false;
    }
    if (json_is_string(one)) {
        g_string_append_len(text, json_string_value(one), (gssize)json_string_length(one));
        return true;
    }
    char *dumped = json_dumps(one, JSON_ENCODE_ANY | JSON_COMPACT);
    g_string_append(text, dumped);
    free(dumped);
    return true;
}

static void row_cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    table_view *v = user;
    if (!append_value(text, value_at(v, number, column + v->left)))
        style->look = LOOK_QUIET;
}

static const list_source rows_source = { .count = count_rows, .cell = row_cell };

static int widest(const table_view *v, unsigned column)
{
    g_autofree char *title = text_safe(column_name(v, column), -1);
    int width = MAX(text_width(title), LEAST_WIDTH);
    g_autoptr(GString) text = g_string_new(NULL);
    for (int64_t row = 0; row < count_rows((void *)v) && width < MOST_WIDTH; row++) {
        g_string_truncate(text, 0);
        append_value(text, value_at(v, row, column));
        g_autofree char *safe = text_safe(text->str, MIN((gssize)text->len, 4 * MOST_WIDTH));
        width = MAX(width, text_width(safe));
    }
    return MIN(width, MOST_WIDTH);
}

/* Lay the columns out from v->left on; the leftmost are the last to be dropped. */
static void make_rows_list(table_view *v)
{
    int64_t selected = v->rows != NULL ? list_selected(v->rows) : 0;
    g_clear_pointer(&v->rows, list_free);
    g_free(v->places);
    unsigned shown = v->n - v->left;
    v->places = g_new0(list_column, shown + 1);
    for (unsigned i = 0; i < shown; i++) {
        int width = widest(v, v->left + i);
        /* Titles are drawn by draw_titles(): names of columns are not for translation. */
        v->places[i] = (list_column){ "", MIN(width, FAIR_WIDTH), width, (int)i, TEXT_LEFT };
    }
    v->rows = list_new(v->places, &rows_source, v);
    list_select(v->rows, MAX(selected, 0));
}

static void rows_arrived(screen *s)
{
    table_view *v = (table_view *)s;
    v->n = (unsigned)json_array_size(answer_list(&v->rows_answer, "columns"));
    v->left = 0;
    if (v->rows_answer.failure == NULL)
        make_rows_list(v);
}

/* --- drawing --------------------------------------------------------------- */

static unsigned draw_titles(const table_view *v, canvas *c, int y)
{
    unsigned n = v->n - v->left, shown = 0;
    g_autofree column_place *places = g_new0(column_place, n);
    columns_place(v->places, n, CELLS_AT, MAX(canvas_width(c) - CELLS_AT - MARGIN, 0), places);
    for (unsigned i = 0; i < n; i++) {
        if (places[i].width == 0)
            continue;
        canvas_text(c, y, places[i].x, places[i].width, LOOK_QUIET, column_name(v, v->left + i));
        shown++;
    }
    return shown;
}

static void draw_rows(table_view *v, canvas *c)
{
    unsigned long n = (unsigned long)count_rows(v);
    if (n == 0) {
        canvas_text(c, 0, CELLS_AT, -1, LOOK_PLAIN, _("no rows"));
        canvas_text(c, LIST_AT, CELLS_AT, -1, LOOK_QUIET, _("The table is empty."));
        return;
    }
    list_draw(v->rows, c, LIST_AT, canvas_height(c) - LIST_AT, true);
    unsigned shown = draw_titles(v, c, LIST_AT);
    g_autofree char *rows =
        is_set(v->rows_answer.out, "more")
            ? g_strdup_printf(ngettext("first %lu row, more exist", "first %lu rows, more exist", n),
                              n)
            : g_strdup_printf(ngettext("%lu row, all there is", "%lu rows, all there are", n), n);
    int used = canvas_text(c, 0, CELLS_AT, -1, LOOK_PLAIN, rows);
    if (shown < v->n)
        canvas_format(c, 0, CELLS_AT + used + 3, -1, LOOK_ACCENT,
                      _("columns %u to %u of %u, Left and Right move"), v->left + 1,
                      v->left + shown, v->n);
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
    return v->rows_shown && v->rows_answer.out != NULL && count_rows(v) > 0
               ? NULL
               : N_("no row is selected");
}

/* "name: value" for each column; a value of several lines stands below its name. */
static char *row_in_words(const table_view *v, int64_t row)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; i < v->n; i++) {
        g_autoptr(GString) one = g_string_new(NULL);
        append_value(one, value_at(v, row, i));
        g_string_append_printf(text, "%s:%s%s\n", column_name(v, i),
                               strchr(one->str, '\n') != NULL ? "\n" : " ", one->str);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void view_row(screen *s)
{
    table_view *v = (table_view *)s;
    int64_t row = list_selected(v->rows);
    g_autofree char *text = row_in_words(v, row);
    g_autofree char *title = g_strdup_printf(_("row %lu"), (unsigned long)row + 1);
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

static bool move_sideways(table_view *v, ui_key k)
{
    if (v->rows == NULL || (k != K_LEFT && k != K_RIGHT))
        return false;
    if (k == K_LEFT && v->left > 0)
        v->left--;
    else if (k == K_RIGHT && v->left + 1 < v->n)
        v->left++;
    make_rows_list(v);
    return true;
}

static bool key(screen *s, ui_key k)
{
    table_view *v = (table_view *)s;
    if (shown_list(v) == NULL || shown_answer(v)->out == NULL)
        return false;
    return (v->rows_shown && move_sideways(v, k)) || list_key(shown_list(v), k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    list *l = shown_list((table_view *)s);
    return l != NULL && list_find(l, text, step, from_next);
}

/* Of the leftmost column: Left and Right choose it. */
static char *value(screen *s)
{
    table_view *v = (table_view *)s;
    list *l = shown_list(v);
    int64_t row = l != NULL ? list_selected(l) : -1;
    if (row < 0)
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    if (v->rows_shown)
        append_value(text, value_at(v, row, v->left));
    else
        g_string_append(text, row_text(json_array_get(answer_list(&v->columns_answer, "columns"),
                                                      (size_t)row),
                                       "name"));
    return g_string_free(g_steal_pointer(&text), FALSE);
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
    list_free(v->rows);
    g_free(v->places);
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
    v->rows_answer.arrived = rows_arrived;
    return &v->base;
}
