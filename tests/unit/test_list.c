/* Lists: which columns, which rows, what is found. */
#include "ui/list.h"

#include "ui/columns.h"
#include "ui/matcher.h"
#include "ui/scroll.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_canvas.h"

/* --- columns --------------------------------------------------------------- */

static const list_column home[] = {
    { "Task", 12, 24, 0, TEXT_LEFT },
    { "Route", 15, 30, 2, TEXT_LEFT },
    { "Rows", 9, 13, 3, TEXT_RIGHT },
    { "Last runs", 13, 13, 1, TEXT_LEFT },
    { "State", 9, 0, 0, TEXT_LEFT },
    { "Changed by", 10, 20, 4, TEXT_LEFT },
    { .title = NULL },
};

/* "Task 12, State 9": what is shown, with widths. */
static char *placed(const list_column *columns, int width)
{
    unsigned n = columns_count(columns);
    g_autofree column_place *places = g_new0(column_place, n);
    columns_place(columns, n, 4, width, places);
    GString *out = g_string_new(NULL);
    int x = 4;
    for (unsigned i = 0; i < n; i++) {
        if (places[i].width == 0)
            continue;
        assert_int_equal(places[i].x, x);
        x += places[i].width + COLUMN_GAP;
        assert_true(places[i].x + places[i].width <= 4 + width);
        g_string_append_printf(out, "%s%s %d", out->len > 0 ? ", " : "", columns[i].title,
                               places[i].width);
    }
    return g_string_free(out, FALSE);
}

static void columns_appear_by_priority_as_there_is_room(void **state)
{
    (void)state;
    static const struct {
        int width;
        const char *want;
    } cases[] = {
        { 23, "Task 12, State 9" },
        { 35, "Task 18, State 15" },
        { 55, "Task 12, Route 15, Last runs 13, State 9" },           /* 60 columns */
        { 75, "Task 15, Route 17, Rows 11, Last runs 13, State 11" }, /* 80 */
        { 127, "Task 24, Route 27, Rows 13, Last runs 13, State 20, Changed by 20" },
        { 195, "Task 24, Route 30, Rows 13, Last runs 13, State 85, Changed by 20" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = placed(home, cases[i].width);
        assert_string_equal(got, cases[i].want);
    }
}

static void what_is_always_shown_shrinks_when_it_must(void **state)
{
    (void)state;
    static const list_column columns[] = { { "Key", 8, 8, 0, TEXT_LEFT },
                                           { "What", 40, 0, 0, TEXT_LEFT },
                                           { .title = NULL } };
    g_autofree char *got = placed(columns, 35);
    assert_string_equal(got, "Key 8, What 25");
    g_autofree char *tiny = placed(columns, 7);
    assert_string_equal(tiny, "Key 4, What 1");
    for (int width = 0; width < 60; width++) {
        g_autofree char *any = placed(columns, width);
        assert_non_null(any);
    }
}

static void columns_without_a_most_take_all_that_is_left(void **state)
{
    (void)state;
    static const list_column columns[] = { { "A", 5, 0, 0, TEXT_LEFT },
                                           { "B", 5, 7, 0, TEXT_LEFT },
                                           { "C", 5, 0, 0, TEXT_LEFT },
                                           { .title = NULL } };
    g_autofree char *got = placed(columns, 100);
    assert_string_equal(got, "A 45, B 7, C 44");
}

/* --- scroll ---------------------------------------------------------------- */

static void the_selected_row_is_always_in_sight(void **state)
{
    (void)state;
    static const struct {
        int64_t count;
        const char *keys; /* u d p n h e: up, down, page up, page down, home, end */
        int64_t at, first;
    } cases[] = {
        { 0, "", 0, 0 },
        { 0, "udpnhe", 0, 0 },
        { 1, "udpne", 0, 0 },
        { 50, "ddd", 3, 0 },
        { 50, "u", 0, 0 },
        { 50, "e", 49, 40 },
        { 50, "eu", 48, 40 },
        { 50, "n", 9, 9 },
        { 50, "nn", 18, 18 },
        { 50, "nnp", 9, 9 },
        { 50, "nnnnnnnn", 49, 40 },
        { 50, "ep", 40, 31 },
        { 50, "eh", 0, 0 },
        { 50, "dddddddddd", 10, 1 },
        { 1000000, "e", 999999, 999990 },
        { 1000000, "ep", 999990, 999981 },
        { 1000000, "nnnd", 28, 27 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        scroll s = { 0 };
        scroll_fit(&s, 10, cases[i].count);
        for (const char *k = cases[i].keys; *k != '\0'; k++)
            assert_true(scroll_key(&s,
                                   *k == 'u'   ? K_UP
                                   : *k == 'd' ? K_DOWN
                                   : *k == 'p' ? K_PAGE_UP
                                   : *k == 'n' ? K_PAGE_DOWN
                                   : *k == 'h' ? K_HOME
                                               : K_END,
                                   cases[i].count));
        assert_int_equal(s.at, cases[i].at);
        assert_int_equal(s.first, cases[i].first);
    }
}

static void the_place_survives_any_size_and_any_count(void **state)
{
    (void)state;
    static const ui_key keys[] = { K_UP, K_DOWN, K_PAGE_UP, K_PAGE_DOWN, K_HOME, K_END, 'j', 'k' };
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    scroll s = { 0 };
    for (int i = 0; i < 20000; i++) {
        int64_t count = g_rand_int_range(random, 0, 60);
        int height = g_rand_int_range(random, 0, 20);
        scroll_key(&s, keys[g_rand_int_range(random, 0, G_N_ELEMENTS(keys))], count);
        if (i % 7 == 0)
            scroll_to(&s, g_rand_int_range(random, -5, 80), count);
        scroll_fit(&s, height, count);
        assert_in_range(s.at, 0, MAX(count - 1, 0));
        assert_in_range(s.first, 0, s.at);
        assert_true(s.at < s.first + MAX(height, 1));
        assert_true(s.first == 0 || s.first + MAX(height, 1) <= count);
    }
}

/* --- lists ----------------------------------------------------------------- */

typedef struct {
    int64_t count;
    int64_t asked_first, asked_last; /* rows that were announced */
    int64_t cells;                   /* asked for */
} rows;

static int64_t count_rows(void *user)
{
    return ((rows *)user)->count;
}

static void row_cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    rows *r = user;
    r->cells++;
    /* Only announced rows may be asked for. */
    assert_in_range(row, r->asked_first, r->asked_last);
    if (column == 0)
        g_string_append_printf(text, "task_%" G_GINT64_FORMAT, row);
    else if (column == 1)
        g_string_append(text, row == 7 ? "Straße \xff\x1b[2J" : "名前の長い値です");
    else
        g_string_append_printf(text, "hidden.%" G_GINT64_FORMAT, row * 2);
    if (row == 1) {
        style->look = LOOK_BAD;
        style->mark = '!';
    }
}

static void need_rows(void *user, int64_t first, int64_t n)
{
    rows *r = user;
    assert_true(n > 0 && first >= 0 && first + n <= r->count);
    r->asked_first = first;
    r->asked_last = first + n - 1;
}

static const list_column row_columns[] = {
    { "Task", 12, 12, 0, TEXT_LEFT },
    { "Value", 7, 7, 0, TEXT_RIGHT },
    { "Hidden", 30, 0, 9, TEXT_LEFT },
    { .title = NULL },
};
static const list_source source = { count_rows, row_cell, need_rows };

static void a_list_shows_marks_titles_and_the_selected_row(void **state)
{
    (void)state;
    rows r = { .count = 50 };
    g_autoptr(list) l = list_new(row_columns, &source, &r);
    fake_screen screen;
    canvas c = fake_canvas(&screen, 6, 30);
    list_key(l, K_DOWN);
    list_draw(l, &c, 1, 4, true);
    static const char *const want[] = { "",
                                        "    Task            Value",
                                        "    task_0        名前の~",
                                        " >! task_1        名前の~",
                                        "    task_2        名前の~",
                                        "" };
    for (int y = 0; y < 6; y++) {
        g_autofree char *row = fake_row(&screen, y);
        assert_string_equal(row, want[y]);
    }
    assert_int_equal(screen.cursor_y, 3);
    assert_int_equal(screen.cursor_x, 1);
    assert_int_equal(screen.looks[3][0], LOOK_SELECTED);
    assert_int_equal(screen.looks[3][29], LOOK_SELECTED);
    assert_int_equal(screen.looks[3][4], LOOK_BAD | LOOK_SELECTED);
    assert_int_equal(screen.looks[2][4], LOOK_PLAIN);
}

static void a_list_without_focus_has_no_cursor_and_no_reverse(void **state)
{
    (void)state;
    rows r = { .count = 3 };
    g_autoptr(list) l = list_new(row_columns, &source, &r);
    fake_screen screen;
    canvas c = fake_canvas(&screen, 6, 30);
    list_draw(l, &c, 0, 6, false);
    assert_int_equal(screen.cursor_y, -1);
    for (int y = 0; y < 6; y++)
        for (int x = 0; x < 30; x++)
            assert_int_equal(screen.looks[y][x] & LOOK_SELECTED, 0);
}

static void a_million_rows_cost_what_fifty_cost(void **state)
{
    (void)state;
    int64_t cells[2];
    for (int i = 0; i < 2; i++) {
        rows r = { .count = i == 0 ? 50 : 1000000 };
        g_autoptr(list) l = list_new(row_columns, &source, &r);
        fake_screen screen;
        canvas c = fake_canvas(&screen, 20, 80);
        list_draw(l, &c, 0, 20, true);
        list_key(l, K_END);
        list_draw(l, &c, 0, 20, true);
        assert_int_equal(list_selected(l), r.count - 1);
        cells[i] = r.cells;
    }
    assert_int_equal(cells[0], cells[1]);
}

static void a_list_survives_losing_its_rows(void **state)
{
    (void)state;
    rows r = { .count = 50 };
    g_autoptr(list) l = list_new(row_columns, &source, &r);
    fake_screen screen;
    canvas c = fake_canvas(&screen, 10, 40);
    list_draw(l, &c, 0, 10, true);
    list_select(l, 40);
    r.count = 20;
    assert_int_equal(list_selected(l), 19);
    list_draw(l, &c, 0, 10, true);
    r.count = 0;
    assert_int_equal(list_selected(l), -1);
    list_draw(l, &c, 0, 10, true);
    assert_int_equal(screen.cursor_y, 1);
    assert_false(list_find(l, "task", 1, false));
    r.count = 1;
    assert_int_equal(list_selected(l), 0);
    for (int height = 0; height < 4; height++)
        list_draw(l, &c, 0, height, true);
}

static void find_looks_in_all_columns_from_the_selected_row_on(void **state)
{
    (void)state;
    static const struct {
        int64_t from;
        const char *text;
        int step;
        bool from_next;
        int64_t want; /* -1: not found, the row stays */
    } cases[] = {
        { 0, "task_4", 1, false, 4 },     { 4, "task_4", 1, false, 4 },
        { 4, "task_4", 1, true, 40 },     { 40, "task_4", -1, true, 4 },
        { 4, "task_4", -1, true, 49 },    { 49, "task_4", 1, true, 4 }, /* around the end */
        { 0, "hidden.62", 1, false, 31 }, /* a column that is not shown */
        { 0, "TASK_4", 1, false, -1 },    { 0, "/k_4[0-9]/", 1, false, 40 },
        { 0, "/k_4[0-9/", 1, false, -1 }, { 0, "k_4[", 1, false, -1 },
        { 0, "straße", 1, false, 7 },     { 0, "STRASSE", 1, false, -1 },
        { 0, "の長い", 1, true, 1 },      { 0, "/_\\S$/", -1, true, 9 },
        { 0, "", 1, false, -1 },          { 0, "\\xFF␛[2J", 1, false, 7 }, /* as it is shown */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        rows r = { .count = 50 };
        g_autoptr(list) l = list_new(row_columns, &source, &r);
        list_select(l, cases[i].from);
        bool found = list_find(l, cases[i].text, cases[i].step, cases[i].from_next);
        assert_int_equal(found, cases[i].want >= 0);
        assert_int_equal(list_selected(l), cases[i].want >= 0 ? cases[i].want : cases[i].from);
    }
}

static void find_gives_up_after_ten_thousand_rows(void **state)
{
    (void)state;
    rows r = { .count = 1000000 };
    g_autoptr(list) l = list_new(row_columns, &source, &r);
    assert_false(list_find(l, "task_10000", 1, false));
    assert_int_equal(r.cells, 10000 * 3);
    assert_true(list_find(l, "task_9999", 1, false));
    assert_int_equal(list_selected(l), 9999);
    list_select(l, 0);
    assert_true(list_find(l, "task_999999", -1, true));
    assert_int_equal(list_selected(l), 999999);
}

/* --- what find looks for --------------------------------------------------- */

static void case_counts_only_when_a_capital_is_typed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *in;
        int start, end; /* -1: not found */
    } cases[] = {
        { "abc", "xABCabc", 1, 4 },   { "Abc", "xABCAbc", 4, 7 },
        { "a.c", "abc a.c", 4, 7 },   { "/a.c/", "abc a.c", 0, 3 },
        { "/\\S+$/", "ab cd", 3, 5 }, { "/\\Sb/", "AB", 0, 2 },
        { "/x*/", "abc", -1, -1 },    { "/", "a/b", 1, 2 },
        { "//", "a//b", 1, 3 },       { "größe", "GRÖSSE GRÖßE", 8, 15 },
        { "日本", "x日本語", 1, 7 },  { "(*LIMIT", "a(*limit (*LIMIT", 9, 16 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(error) wrong = NULL;
        g_autoptr(matcher) m = matcher_new(cases[i].text, &wrong);
        assert_non_null(m);
        size_t start = 0, end = 0;
        bool found = matcher_find(m, cases[i].in, -1, 0, &start, &end);
        assert_int_equal(found, cases[i].start >= 0);
        if (found) {
            assert_int_equal(start, cases[i].start);
            assert_int_equal(end, cases[i].end);
        }
    }
    g_autoptr(error) wrong = NULL;
    assert_null(matcher_new("/(/", &wrong));
    assert_non_null(wrong);
}

static void backwards_finds_the_last_one_before(void **state)
{
    (void)state;
    g_autoptr(error) wrong = NULL;
    g_autoptr(matcher) m = matcher_new("ab", &wrong);
    size_t start, end;
    assert_true(matcher_find_last(m, "ab ab ab", -1, 6, &start, &end));
    assert_int_equal(start, 3);
    assert_true(matcher_find_last(m, "ab ab ab", -1, 99, &start, &end));
    assert_int_equal(start, 6);
    assert_false(matcher_find_last(m, "ab ab ab", -1, 0, &start, &end));
}

static void a_pattern_that_explodes_does_not_hold_the_keys_up(void **state)
{
    (void)state;
    g_autoptr(error) wrong = NULL;
    g_autoptr(matcher) m = matcher_new("/(a+)+$/", &wrong);
    gint64 start = g_get_monotonic_time();
    for (int i = 0; i < 20; i++)
        assert_false(
            matcher_find(m, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", -1, 0, NULL, NULL));
    assert_true(g_get_monotonic_time() - start < 2 * G_USEC_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_appear_by_priority_as_there_is_room),
        cmocka_unit_test(what_is_always_shown_shrinks_when_it_must),
        cmocka_unit_test(columns_without_a_most_take_all_that_is_left),
        cmocka_unit_test(the_selected_row_is_always_in_sight),
        cmocka_unit_test(the_place_survives_any_size_and_any_count),
        cmocka_unit_test(a_list_shows_marks_titles_and_the_selected_row),
        cmocka_unit_test(a_list_without_focus_has_no_cursor_and_no_reverse),
        cmocka_unit_test(a_million_rows_cost_what_fifty_cost),
        cmocka_unit_test(a_list_survives_losing_its_rows),
        cmocka_unit_test(find_looks_in_all_columns_from_the_selected_row_on),
        cmocka_unit_test(find_gives_up_after_ten_thousand_rows),
        cmocka_unit_test(case_counts_only_when_a_capital_is_typed),
        cmocka_unit_test(backwards_finds_the_last_one_before),
        cmocka_unit_test(a_pattern_that_explodes_does_not_hold_the_keys_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
