/* A table whose cells are edited, over an app that only remembers. */
#include "ui/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fake_canvas.h"

struct app {
    char *hint;
    int current; /* of the last list of choices */
    void (*chosen)(screen *s, int index, void *user);
    void *user;
};

void app_say(app *a, unsigned look, const char *format, ...)
{
    (void)a;
    (void)look;
    (void)format;
}

void app_hint(app *a, const char *text)
{
    g_free(a->hint);
    a->hint = g_strdup(text);
}

const char *app_pasted(app *a)
{
    (void)a;
    return "pasted";
}

void app_choose(app *a, screen *s, const char *title, const char *const *choices, int current,
                void (*chosen)(screen *s, int index, void *user), void *user)
{
    (void)s;
    assert_string_equal(title, "Operator");
    assert_string_equal(choices[1], ">");
    a->current = current;
    a->chosen = chosen;
    a->user = user;
}

/* --- conditions: a field that is given, an operator, a value ---------------------- */

#define MOST 40

typedef struct {
    int n;
    char *operators[MOST], *values[MOST];
    app app;
    grid *grid;
    fake_screen screen;
} table;

static const list_column columns[] = {
    { "Field", 8, 10, 0, TEXT_LEFT },
    { "Operator", 8, 10, 2, TEXT_LEFT },
    { "Value", 8, 12, 1, TEXT_LEFT },
    { .title = NULL },
};

static int64_t count(void *user)
{
    return ((const table *)user)->n;
}

static void cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    const table *t = user;
    (void)style;
    if (column == 0)
        g_string_append_printf(text, "field%d", (int)row);
    else
        g_string_append(text, (column == 1 ? t->operators : t->values)[row]);
}

static cell_kind kind(void *user, int64_t row, unsigned column)
{
    (void)user;
    (void)row;
    return column == 0 ? CELL_STATIC : column == 1 ? CELL_CHOICE : CELL_TEXT;
}

static char **choices(void *user, int64_t row, unsigned column, int *current)
{
    const table *t = user;
    assert_int_equal(column, 1);
    *current = strcmp(t->operators[row], "=") == 0 ? 0 : 1;
    return g_strsplit("= >", " ", -1);
}

static bool set(void *user, int64_t row, unsigned column, const char *text, char **message)
{
    table *t = user;
    if (strcmp(text, "bad") == 0) {
        *message = g_strdup("bad is no value");
        return false;
    }
    char **to = column == 1 ? &t->operators[row] : &t->values[row];
    g_free(*to);
    *to = g_strdup(text);
    return true;
}

static const grid_source source = {
    .count = count, .cell = cell, .kind = kind, .choices = choices, .set = set
};

static table *table_new(int n)
{
    table *t = g_new0(table, 1);
    t->n = n;
    for (int i = 0; i < n; i++) {
        t->operators[i] = g_strdup("=");
        t->values[i] = g_strdup_printf("v%d", i);
    }
    t->grid = grid_new(&t->app, NULL, columns, &source, t);
    return t;
}

static void table_free(table *t)
{
    grid_free(t->grid);
    for (int i = 0; i < MOST; i++) {
        g_free(t->operators[i]);
        g_free(t->values[i]);
    }
    g_free(t->app.hint);
    g_free(t);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(table, table_free)

static void press(table *t, const ui_key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_true(grid_key(t->grid, keys[i]));
}

#define PRESS(t, ...)                          \
    do {                                       \
        const ui_key keys[] = { __VA_ARGS__ }; \
        press(t, keys, G_N_ELEMENTS(keys));    \
    } while (0)

static void draw(table *t, int height, int width)
{
    canvas c = fake_canvas(&t->screen, height, width);
    grid_draw(t->grid, &c, 0, height, true);
}

static void expect_row(const table *t, int y, const char *want)
{
    g_autofree char *row = fake_row(&t->screen, y);
    assert_string_equal(row, want);
}

/* --- tests -------------------------------------------------------------------------- */

static void enter_begins_and_ends_editing(void **state)
{
    (void)state;
    g_autoptr(table) t = table_new(3);
    PRESS(t, K_DOWN, K_RIGHT, K_RIGHT, K_ENTER);
    assert_true(grid_in_text(t->grid));
    PRESS(t, 'x', 'j', K_PASTE);
    assert_string_equal(t->values[1], "v1");
    PRESS(t, K_ENTER);
    assert_false(grid_in_text(t->grid));
    assert_string_equal(t->values[1], "v1xjpasted");
    assert_int_equal(grid_row(t->grid), 1);
}

static void escape_keeps_what_was(void **state)
{
    (void)state;
    g_autoptr(table) t = table_new(1);
    assert_false(grid_cancel(t->grid));
    PRESS(t, K_RIGHT, K_RIGHT, K_ENTER, 'x', K_ESCAPE);
    assert_string_equal(t->values[0], "v0");
    PRESS(t, K_ENTER, 'x');
    assert_true(grid_cancel(t->grid));
    assert_false(grid_in_text(t->grid));
    assert_string_equal(t->values[0], "v0");
}

static void tab_goes_to_the_next_cell_that_can_be_edited(void **state)
{
    (void)state;
    g_autoptr(table) t = table_new(2);
    static const int way[][2] = { { 0, 1 }, { 0, 2 }, { 1, 1 }, { 1, 2 } };
    for (size_t i = 0; i < G_N_ELEMENTS(way); i++) {
        PRESS(t, K_TAB);
        assert_int_equal(grid_row(t->grid), way[i][0]);
        assert_int_equal(grid_column(t->grid), way[i][1]);
    }
    assert_false(grid_key(t->grid, K_TAB));
    for (size_t i = G_N_ELEMENTS(way) - 1; i-- > 0;) {
        PRESS(t, K_BACKTAB);
        assert_int_equal(grid_row(t->grid), way[i][0]);
        assert_int_equal(grid_column(t->grid), way[i][1]);
    }
    assert_false(grid_key(t->grid, K_BACKTAB));
}

static void a_move_keeps_what_was_typed(void **state)
{
    (void)state;
    static const ui_key moves[] = { K_TAB, K_BACKTAB, K_UP, K_DOWN };
    for (size_t i = 0; i < G_N_ELEMENTS(moves); i++) {
        g_autoptr(table) t = table_new(3);
        grid_select(t->grid, 1, 2);
        PRESS(t, K_ENTER, '!', moves[i]);
        assert_string_equal(t->values[1], "v1!");
        assert_false(grid_in_text(t->grid));
    }
}

static void a_choice_is_made_in_a_box(void **state)
{
    (void)state;
    g_autoptr(table) t = table_new(2);
    PRESS(t, K_RIGHT, K_SPACE);
    assert_int_equal(t->app.current, 0);
    t->app.chosen(NULL, 1, t->app.user);
    assert_string_equal(t->operators[0], ">");
    PRESS(t, K_F(4));
    assert_int_equal(t->app.current, 1);
    t->app.chosen(NULL, -1, t->app.user);
    assert_string_equal(t->operators[0], ">");
    /* The row may be gone by then. */
    PRESS(t, K_DOWN, K_ENTER);
    t->n = 1;
    t->app.chosen(NULL, 1, t->app.user);
    assert_string_equal(t->operators[1], "=");
}

static void what_is_only_shown_is_not_edited(void **state)
{
    (void)state;
    g_autoptr(table) t = table_new(1);
    assert_false(grid_begin(t->grid));
    assert_false(grid_key(t->grid, K_ENTER));
    assert_false(grid_key(t->grid, K_SPACE));
    t->n = 0;
    assert_int_equal(grid_row(t->grid), -1);
    grid_select(t->grid, 5, 2);
    assert_false(grid_begin(t->grid));
    assert_false(grid_key(t->grid, K_TAB));
    draw(t, 5, 60);
}

static void a_wrong_value_is_told_below_its_row_and_traps_nobody(void **state)
{
    (void)state;
    g_autoptr(table) t = table_new(3);
    PRESS(t, K_RIGHT, K_RIGHT, K_ENTER, KEY_CONTROL('U'), 'b', 'a', 'd', K_ENTER);
    assert_true(grid_in_text(t->grid));
    draw(t, 6, 60);
    expect_row(t, 1, " >  field0      =           bad");
    expect_row(t, 2, "  ! bad is no value");
    expect_row(t, 3, "    field1      =           v1");
    /* Without a row for it the message line tells. */
    draw(t, 2, 60);
    expect_row(t, 1, " >  field0      =           bad");
    assert_string_equal(t->app.hint, "bad is no value");
    assert_true(grid_cancel(t->grid));
    PRESS(t, K_DOWN);
    assert_string_equal(t->values[0], "v0");
    draw(t, 6, 60);
    expect_row(t, 2, " >  field1      =           v1");
}

static void the_selected_column_is_never_left_out(void **state)
{
    (void)state;
    g_autoptr(table) t = table_new(1);
    draw(t, 4, 24);
    expect_row(t, 0, "    Field      Value");
    PRESS(t, K_RIGHT);
    draw(t, 4, 24);
    expect_row(t, 0, "    Field      Operator");
    PRESS(t, K_RIGHT);
    draw(t, 4, 24);
    expect_row(t, 0, "    Field      Value");
    assert_int_equal(t->screen.cursor_y, 1);
    assert_int_equal(t->screen.cursor_x, 15);
}

static void every_size_has_the_cursor_on_the_selected_row(void **state)
{
    (void)state;
    g_autoptr(table) t = table_new(MOST);
    for (int height = 1; height < 12; height++)
        for (int width = 1; width < 90; width++) {
            grid_select(t->grid, (height * width) % MOST, (unsigned)width % 3);
            draw(t, height, width);
            assert_in_range(t->screen.cursor_y, 0, height - 1);
            if (grid_begin(t->grid))
                draw(t, height, width);
            g_autofree char *row = fake_row(&t->screen, t->screen.cursor_y);
            assert_true(width < 2 || row[1] == '>');
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enter_begins_and_ends_editing),
        cmocka_unit_test(escape_keeps_what_was),
        cmocka_unit_test(tab_goes_to_the_next_cell_that_can_be_edited),
        cmocka_unit_test(a_move_keeps_what_was_typed),
        cmocka_unit_test(a_choice_is_made_in_a_box),
        cmocka_unit_test(what_is_only_shown_is_not_edited),
        cmocka_unit_test(a_wrong_value_is_told_below_its_row_and_traps_nobody),
        cmocka_unit_test(the_selected_column_is_never_left_out),
        cmocka_unit_test(every_size_has_the_cursor_on_the_selected_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
