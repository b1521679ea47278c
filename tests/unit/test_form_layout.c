/* Where the fields of a form stand, at every size. */
#include "ui/form_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MOST 60

static form_item field(const char *label, int wish)
{
    return (form_item){ .kind = ITEM_FIELD, .label = label, .wish = wish, .needs = 1 };
}

static form_item remarked(const char *remark, int needs)
{
    return (form_item){ .kind = ITEM_FIELD, .label = "L", .needs = needs, .remark = remark };
}

static void a_value_stands_at_21_and_ends_at_the_edge(void **state)
{
    (void)state;
    static const struct {
        int wish, width, x, columns, y;
    } cases[] = {
        { 0, 80, 20, 59, 0 },
        { 30, 80, 20, 30, 0 },
        { 30, 132, 20, 30, 0 },
        { 0, 132, 20, 111, 0 },
        { 30, 40, 20, 19, 0 },
        { 0, 60, 20, 39, 0 },
        /* A label has a row of its own where there is no room beside it. */
        { 0, 39, 3, 35, 1 },
        { 10, 20, 3, 10, 1 },
        { 10, 3, 3, 1, 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        form_item item = field("Name", cases[i].wish);
        form_place p;
        assert_int_equal(form_layout(&item, 1, 20, cases[i].width, &p), 1);
        assert_int_equal(p.x, cases[i].x);
        assert_int_equal(p.y, cases[i].y);
        assert_int_equal(p.width, cases[i].columns);
        assert_int_equal(p.height, 1);
    }
}

static void a_remark_is_beside_where_there_is_room_else_below(void **state)
{
    (void)state;
    static const char long_one[] = "a remark of more words than the room beside a value has";
    static const struct {
        const char *remark;
        int needs, height, width, x, y, rows, value_width;
    } cases[] = {
        { "short", 5, 20, 80, 52, 0, 1, 30 },  { "short", 30, 20, 80, 52, 0, 1, 30 },
        { "short", 31, 20, 80, 20, 1, 1, 59 }, { "short", 5, 20, 60, 20, 1, 1, 39 },
        { long_one, 5, 20, 80, 20, 1, 1, 59 }, { long_one, 5, 20, 132, 52, 0, 1, 30 },
        { long_one, 5, 20, 60, 20, 1, 2, 39 }, { "one\ntwo", 5, 20, 80, 20, 1, 2, 59 },
        { "short", 5, 5, 60, 0, 0, 0, 39 }, /* the message line has it */
        { "short", 5, 5, 80, 52, 0, 1, 30 },   { "", 5, 20, 80, 0, 0, 0, 59 },
        { NULL, 5, 20, 80, 0, 0, 0, 59 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        form_item item = remarked(cases[i].remark, cases[i].needs);
        form_place p;
        form_layout(&item, 1, cases[i].height, cases[i].width, &p);
        assert_int_equal(p.remark_rows, cases[i].rows);
        assert_int_equal(p.width, cases[i].value_width);
        if (p.remark_rows > 0) {
            assert_int_equal(p.remark_x, cases[i].x);
            assert_int_equal(p.remark_y, cases[i].y);
        }
    }
}

static void what_does_not_fit_goes_to_the_next_page(void **state)
{
    (void)state;
    form_item items[10];
    form_place places[10];
    for (int i = 0; i < 10; i++)
        items[i] = field("F", 10);
    assert_int_equal(form_layout(items, 10, 10, 80, places), 1);
    assert_int_equal(places[9].y, 9);
    /* The last row is for the number of the page. */
    assert_int_equal(form_layout(items, 10, 6, 80, places), 2);
    assert_int_equal(places[4].page, 0);
    assert_int_equal(places[4].y, 4);
    assert_int_equal(places[5].page, 1);
    assert_int_equal(places[5].y, 0);
    assert_int_equal(form_layout(items, 10, 1, 80, places), 10);
}

static void gaps_only_part_what_is_seen(void **state)
{
    (void)state;
    form_item gap = { .kind = ITEM_GAP }, one = field("One", 0), two = field("Two", 0);
    form_item hidden = two;
    hidden.hidden = true;
    form_item items[] = { gap, one, gap, hidden, gap, two, gap, hidden };
    form_place places[8];
    assert_int_equal(form_layout(items, 8, 20, 80, places), 1);
    assert_int_equal(places[0].page, -1);
    assert_int_equal(places[1].y, 0);
    assert_int_equal(places[2].page, -1);
    assert_int_equal(places[3].page, -1);
    assert_int_equal(places[4].y, 1);
    assert_int_equal(places[5].y, 2);
    assert_int_equal(places[6].page, -1);
    assert_int_equal(form_layout(items, 0, 20, 80, places), 1);
}

static void lines_take_the_rows_that_are_left(void **state)
{
    (void)state;
    form_item lines = { .kind = ITEM_LINES, .label = "SQL", .needs = 1 };
    form_item items[] = { field("One", 0), lines, field("Two", 0) };
    form_place places[3];
    assert_int_equal(form_layout(items, 3, 20, 80, places), 1);
    assert_int_equal(places[1].height, 18);
    assert_int_equal(places[2].y, 19);
    assert_int_equal(form_layout(items, 3, 5, 80, places), 1);
    assert_int_equal(places[1].height, 3);
    assert_int_equal(form_layout(items, 3, 2, 80, places), 3);
    assert_int_equal(places[1].height, 2);
}

static void static_texts_are_wrapped(void **state)
{
    (void)state;
    form_item text = { .kind = ITEM_STATIC, .text = "words that are wrapped into rows" };
    form_place p;
    form_layout(&text, 1, 20, 80, &p);
    assert_int_equal(p.x, 4); /* without a label it begins where labels do */
    assert_int_equal(p.height, 1);
    text.label = "Note";
    form_layout(&text, 1, 20, 41, &p);
    assert_int_equal(p.x, 20);
    assert_int_equal(p.height, 2);
    form_item heading = { .kind = ITEM_STATIC, .label = "A heading over many columns", .text = "" };
    form_layout(&heading, 1, 20, 80, &p);
    assert_int_equal(p.label_width, 75);
}

static void words_are_whole_where_they_fit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
        const char *want;
    } cases[] = {
        { "", 10, "" },
        { "one two three", 10, "one two/three" },
        { "one two", 7, "one two" },
        { "one two", 6, "one/two" },
        { "abcdefghij", 4, "abcd/efgh/ij" },
        { "a\nb\n\nc", 10, "a/b//c" },
        { "日本語日本語", 5, "日本/語日/本語" },
        { "日", 1, "日" },
        { "a\x1b[2Jb", 10, "a␛[2Jb" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) rows = form_wrap(cases[i].text, cases[i].width);
        g_autofree char *got = g_strjoinv("/", rows);
        assert_string_equal(got, cases[i].want);
    }
}

/* Rows of the page, each used once at most, and everything inside. */
static void expect_sound(const form_item *items, unsigned n, int height, int width,
                         const form_place *places, int pages)
{
    g_autofree bool *used = g_new0(bool, (unsigned)(pages * height));
    for (unsigned i = 0; i < n; i++) {
        const form_place *p = &places[i];
        assert_true(items[i].hidden || items[i].kind == ITEM_GAP || p->page >= 0);
        if (p->page < 0)
            continue;
        assert_in_range(p->page, 0, pages - 1);
        assert_true(p->width > 0 && p->height > 0);
        assert_true(p->x + p->width <= MAX(width, p->x + 1));
        assert_true(p->y >= 0 && p->y + p->height <= height);
        for (int y = p->y; y < p->y + p->height; y++) {
            assert_false(used[p->page * height + y]);
            used[p->page * height + y] = true;
        }
        for (int y = p->remark_y; y < p->remark_y + p->remark_rows; y++) {
            assert_true(y < height);
            assert_true(y == p->y || !used[p->page * height + y]);
            used[p->page * height + y] = true;
        }
    }
}

static void every_field_is_somewhere_at_every_size(void **state)
{
    (void)state;
    static const char *const texts[] = { NULL, "", "short",
                                         "a b c d e f g h i j k l m n o p q r "
                                         "s t u v w x y z and once again" };
    g_autoptr(GRand) random = g_rand_new_with_seed(11);
    for (int round = 0; round < 4000; round++) {
        form_item items[MOST];
        form_place places[MOST];
        unsigned n = (unsigned)g_rand_int_range(random, 0, MOST);
        for (unsigned i = 0; i < n; i++)
            items[i] = (form_item){ .kind = (form_item_kind)g_rand_int_range(random, 0, 4),
                                    .hidden = g_rand_int_range(random, 0, 4) == 0,
                                    .wish = g_rand_int_range(random, 0, 100),
                                    .needs = g_rand_int_range(random, 0, 100),
                                    .text = texts[g_rand_int_range(random, 1, 4)],
                                    .label = texts[g_rand_int_range(random, 0, 3)],
                                    .remark = texts[g_rand_int_range(random, 0, 4)] };
        int height = g_rand_int_range(random, 1, 30), width = g_rand_int_range(random, 1, 140);
        int pages = form_layout(items, n, height, width, places);
        expect_sound(items, n, height, width, places, pages);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_stands_at_21_and_ends_at_the_edge),
        cmocka_unit_test(a_remark_is_beside_where_there_is_room_else_below),
        cmocka_unit_test(what_does_not_fit_goes_to_the_next_page),
        cmocka_unit_test(gaps_only_part_what_is_seen),
        cmocka_unit_test(lines_take_the_rows_that_are_left),
        cmocka_unit_test(static_texts_are_wrapped),
        cmocka_unit_test(words_are_whole_where_they_fit),
        cmocka_unit_test(every_field_is_somewhere_at_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
