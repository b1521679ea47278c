/* The live log of a run, and long texts as rows. */
#include "ui/log_view.h"

#include "ui/text_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_canvas.h"

/* --- log ------------------------------------------------------------------- */

/* Lines @from to @until: every 10th a warning, every 100th an error. */
static void feed(log_view *v, int from, int until)
{
    for (int i = from; i <= until; i++) {
        char message[32];
        snprintf(message, sizeof message, "chunk %d", i);
        log_view_add(v, "14:00:00",
                     i % 100 == 0  ? "error"
                     : i % 10 == 0 ? "warning"
                                   : "info",
                     message);
    }
}

static void draw(log_view *v, fake_screen *screen, int height)
{
    canvas c = fake_canvas(screen, height, 80);
    log_view_draw(v, &c, 0, height, true);
}

static void assert_line(const log_view *v, const char *end)
{
    g_autofree char *line = log_view_line(v);
    assert_non_null(line);
    if (!g_str_has_suffix(line, end))
        fail_msg("\"%s\" does not end in \"%s\"", line, end);
}

static void assert_state(const log_view *v, const char *want)
{
    g_autofree char *got = log_view_state(v);
    assert_string_equal(got, want);
}

static void an_empty_log_can_be_shown_and_moved_in(void **state)
{
    (void)state;
    g_autoptr(log_view) v = log_view_new();
    fake_screen screen;
    draw(v, &screen, 5);
    assert_int_equal(screen.cursor_y, 0);
    assert_null(log_view_line(v));
    assert_true(log_view_key(v, K_UP));
    assert_true(log_view_key(v, K_END));
    assert_false(log_view_find(v, "x", 1, false));
    log_view_set_level(v, LOG_VIEW_ERROR);
    draw(v, &screen, 1);
    draw(v, &screen, 0);
}

static void it_follows_the_end(void **state)
{
    (void)state;
    g_autoptr(log_view) v = log_view_new();
    fake_screen screen;
    for (int i = 1; i <= 30; i++) {
        feed(v, i, i);
        draw(v, &screen, 5);
    }
    assert_state(v, "following");
    g_autofree char *top = fake_row(&screen, 0);
    assert_true(g_str_has_prefix(top, "    Log       following  "));
    assert_true(g_str_has_suffix(top, "  all levels, 30 lines"));
    assert_int_equal(strlen(top), 79);
    g_autofree char *last = fake_row(&screen, 4);
    assert_string_equal(last, " >! 14:00:00  warning  chunk 30");
    assert_int_equal(screen.cursor_y, 4);
}

static void any_move_up_holds_it_until_end(void **state)
{
    (void)state;
    static const ui_key up[] = { K_UP, 'k', K_PAGE_UP, K_HOME, 'g' };
    static const ui_key end[] = { K_END, 'G' };
    for (size_t i = 0; i < G_N_ELEMENTS(up); i++) {
        g_autoptr(log_view) v = log_view_new();
        fake_screen screen;
        feed(v, 1, 50);
        draw(v, &screen, 11);
        log_view_key(v, up[i]);
        assert_true(log_view_is_held(v));
        g_autofree char *before = log_view_line(v);
        draw(v, &screen, 11);
        g_autofree char *first = fake_row(&screen, 1);
        feed(v, 51, 264);
        draw(v, &screen, 11);
        g_autofree char *after = log_view_line(v);
        assert_string_equal(after, before);
        g_autofree char *still = fake_row(&screen, 1);
        assert_string_equal(still, first);
        assert_state(v, "held, 214 new");
        assert_true(fake_shows(&screen, "held, 214 new"));
        log_view_key(v, K_DOWN);
        assert_true(log_view_is_held(v));
        log_view_key(v, end[i % 2]);
        assert_state(v, "following");
        assert_line(v, "chunk 264");
    }
}

static void the_level_filter_keeps_the_place(void **state)
{
    (void)state;
    g_autoptr(log_view) v = log_view_new();
    fake_screen screen;
    feed(v, 1, 1000);
    draw(v, &screen, 11);
    assert_true(log_view_find(v, "chunk 525", 1, false));
    feed(v, 1001, 1100);
    log_view_set_level(v, LOG_VIEW_WARNING);
    assert_line(v, "chunk 520");
    assert_int_equal(log_view_count(v), 110);
    assert_state(v, "held, 10 new");
    log_view_set_level(v, LOG_VIEW_ERROR);
    assert_line(v, "chunk 500");
    assert_state(v, "held, 1 new");
    log_view_set_level(v, LOG_VIEW_INFO);
    assert_line(v, "chunk 500");
    assert_int_equal(log_view_count(v), 1100);
    draw(v, &screen, 11);
    g_autofree char *row = fake_row(&screen, screen.cursor_y);
    assert_string_equal(row, " >! 14:00:00  error    chunk 500");
    log_view_hold(v, false);
    log_view_set_level(v, LOG_VIEW_ERROR);
    assert_line(v, "chunk 1100");
    assert_state(v, "following");
}

static void only_the_last_lines_are_kept_and_it_says_so(void **state)
{
    (void)state;
    g_autoptr(log_view) v = log_view_new();
    fake_screen screen;
    feed(v, 1, LOG_VIEW_LINES);
    assert_state(v, "following");
    feed(v, LOG_VIEW_LINES + 1, LOG_VIEW_LINES + 3000);
    assert_int_equal(log_view_count(v), LOG_VIEW_LINES);
    assert_state(v, "following, 3,000 oldest dropped");
    log_view_key(v, K_HOME);
    assert_line(v, "chunk 3001");
    draw(v, &screen, 5);
    feed(v, LOG_VIEW_LINES + 3001, 3 * LOG_VIEW_LINES);
    draw(v, &screen, 5);
    assert_int_equal(log_view_count(v), LOG_VIEW_LINES);
    assert_line(v, "chunk 40001"); /* the held line itself was dropped: the oldest left */
    log_view_set_level(v, LOG_VIEW_ERROR);
    assert_int_equal(log_view_count(v), 200);
    feed(v, 3 * LOG_VIEW_LINES + 1, 3 * LOG_VIEW_LINES + 1000);
    assert_int_equal(log_view_count(v), 200);
    log_view_key(v, K_HOME);
    assert_line(v, "chunk 41100");
    log_view_clear(v);
    assert_int_equal(log_view_count(v), 0);
    assert_state(v, "following");
}

static void a_held_line_stays_while_older_ones_are_dropped(void **state)
{
    (void)state;
    g_autoptr(log_view) v = log_view_new();
    fake_screen screen;
    feed(v, 1, LOG_VIEW_LINES);
    draw(v, &screen, 11);
    assert_true(log_view_find(v, "/chunk 15000$/", 1, false));
    draw(v, &screen, 11);
    int at = screen.cursor_y;
    feed(v, LOG_VIEW_LINES + 1, LOG_VIEW_LINES + 9000);
    draw(v, &screen, 11);
    assert_line(v, "chunk 15000");
    assert_int_equal(screen.cursor_y, at);
    assert_state(v, "held, 9,000 new, 9,000 oldest dropped");
}

static void find_goes_both_ways_in_what_is_shown(void **state)
{
    (void)state;
    g_autoptr(log_view) v = log_view_new();
    feed(v, 1, 300);
    assert_true(log_view_find(v, "CHUNK", 1, false) == false);
    assert_true(log_view_find(v, "error", -1, true));
    assert_line(v, "chunk 200");
    assert_true(log_view_is_held(v));
    assert_true(log_view_find(v, "error", -1, true));
    assert_line(v, "chunk 100");
    assert_true(log_view_find(v, "error", -1, true));
    assert_line(v, "chunk 300");
    log_view_set_level(v, LOG_VIEW_ERROR);
    assert_false(log_view_find(v, "chunk 150", 1, false));
}

static void sideways_shows_the_rest_of_a_line(void **state)
{
    (void)state;
    g_autoptr(log_view) v = log_view_new();
    fake_screen screen;
    log_view_add(v, "14:00:00", "info", "名前の長い値です abc\x1b[2J");
    draw(v, &screen, 3);
    g_autofree char *whole = fake_row(&screen, 1);
    assert_string_equal(whole, " >  14:00:00  info     名前の長い値です abc␛[2J");
    for (int i = 0; i < 3; i++)
        log_view_key(v, K_RIGHT); /* 24 columns: in the middle of the third letter */
    draw(v, &screen, 3);
    g_autofree char *rest = fake_row(&screen, 1);
    assert_string_equal(rest, " >   長い値です abc␛[2J");
    assert_true(fake_shows(&screen, "from column 25"));
    for (int i = 0; i < 30; i++)
        log_view_key(v, K_RIGHT);
    draw(v, &screen, 3);
    for (int i = 0; i < 40; i++)
        log_view_key(v, K_LEFT);
    draw(v, &screen, 3);
    g_autofree char *again = fake_row(&screen, 1);
    assert_string_equal(again, whole);
}

/* --- rows of a text -------------------------------------------------------- */

static void a_text_is_cut_into_rows(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
        const char *want; /* rows, each ended by '|' */
    } cases[] = {
        { "", 10, "|" },
        { "\n", 10, "|" },
        { "a\nb", 10, "a|b|" },
        { "a\n\nb\n", 0, "a||b|" },
        { "one two three", 8, "one two|three|" },
        { "one two three", 7, "one two|three|" },
        { "one two three", 0, "one two three|" },
        { "abcdefghij", 4, "abcd|efgh|ij|" },
        { "名前の長い", 5, "名前|の長|い|" },
        { "ab名前", 3, "ab|名|前|" },
        { "名", 1, "名|" },
        { "e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301|e\u0301|" },
        { "a    b", 2, "a|b|" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(text_rows) r =
            text_rows_new(cases[i].text, strlen(cases[i].text), cases[i].width);
        g_autoptr(GString) got = g_string_new(NULL);
        for (int64_t row = 0; row < text_rows_count(r); row++) {
            size_t start, end;
            text_rows_get(r, row, &start, &end);
            g_string_append_len(got, cases[i].text + start, (gssize)(end - start));
            g_string_append_c(got, '|');
            assert_int_equal(text_rows_find(r, start), row);
        }
        assert_string_equal(got->str, cases[i].want);
    }
}

static void rows_know_their_line(void **state)
{
    (void)state;
    const char *text = "one two three\nfour\n\nfive";
    g_autoptr(text_rows) r = text_rows_new(text, strlen(text), 5);
    static const int64_t lines[] = { 1, 1, 1, 2, 3, 4 };
    assert_int_equal(text_rows_count(r), 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(text_rows_line(r, i), lines[i]);
    assert_int_equal(text_rows_lines(r), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_log_can_be_shown_and_moved_in),
        cmocka_unit_test(it_follows_the_end),
        cmocka_unit_test(any_move_up_holds_it_until_end),
        cmocka_unit_test(the_level_filter_keeps_the_place),
        cmocka_unit_test(only_the_last_lines_are_kept_and_it_says_so),
        cmocka_unit_test(a_held_line_stays_while_older_ones_are_dropped),
        cmocka_unit_test(find_goes_both_ways_in_what_is_shown),
        cmocka_unit_test(sideways_shows_the_rest_of_a_line),
        cmocka_unit_test(a_text_is_cut_into_rows),
        cmocka_unit_test(rows_know_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
