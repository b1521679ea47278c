/* What is drawn stays inside its canvas, safe and aligned. */
#include "ui/canvas_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

static struct {
    FILE *nowhere;
    SCREEN *screen;
    canvas_style style;
} fixture;

static int open_screen(void **state)
{
    (void)state;
    fixture.nowhere = fopen("/dev/null", "r+");
    fixture.screen = newterm("vt100", fixture.nowhere, fixture.nowhere);
    assert_non_null(fixture.screen);
    look_prepare(&fixture.style.looks, LOOK_NO_COLOURS);
    return 0;
}

static int close_screen(void **state)
{
    (void)state;
    endwin();
    delscreen(fixture.screen);
    fclose(fixture.nowhere);
    return 0;
}

static canvas *blank(int height, int width, bool utf8)
{
    fixture.style.utf8 = utf8;
    return canvas_new(newpad(height, width), &fixture.style);
}

static void discard(canvas *c)
{
    delwin(c->window);
    canvas_free(c);
}

/* Row @y in UTF-8, without the blanks at its end. */
static char *row(const canvas *c, int y)
{
    wchar_t text[500];
    assert_true(mvwinnwstr(c->window, y, 0, text, G_N_ELEMENTS(text) - 1) >= 0);
    g_autofree char *utf8 = g_ucs4_to_utf8((const gunichar *)text, -1, NULL, NULL, NULL);
    return g_strdup(g_strchomp(utf8));
}

static void assert_row(const canvas *c, int y, const char *want)
{
    g_autofree char *got = row(c, y);
    assert_string_equal(got, want);
}

static const struct {
    const char *what, *text;
    int x, width;
    const char *want;
    int used;
} texts[] = {
    { "fits", "abc", 0, -1, "abc", 3 },
    { "fits to the last column", "abcdefghij", 0, -1, "abcdefghij", 10 },
    { "is cut", "abcdefghijk", 0, -1, "abcdefghi~", 10 },
    { "is cut at its width", "abcdef", 2, 4, "  abc~", 4 },
    { "a width beyond the edge", "abcdef", 6, 100, "      abc~", 4 },
    { "nothing", NULL, 0, -1, "", 0 },
    { "outside on the right", "abc", 10, -1, "", 0 },
    { "outside on the left", "abc", -1, -1, "", 0 },
    { "no width", "abc", 0, 0, "", 0 },
    { "wide characters", "日本語", 0, -1, "日本語", 6 },
    { "a wide character that does not fit is left out", "日本語日本語", 0, 6, "日本~", 5 },
    { "marks stay with their base",
      "e\xCC\x81"
      "e",
      0, 2,
      "e\xCC\x81"
      "e",
      2 },
    { "a line end is shown", "a\nb", 0, -1, "a␊b", 3 },
    { "escape is shown", "\033[2J", 0, -1, "␛[2J", 4 },
    { "bytes that are no text", "a\xFF", 0, -1, "a\\xFF", 5 },
    { "what turns text round", "a\xE2\x80\xAE", 0, -1, "a<U+202E>", 9 },
    { "a percent sign is no format", "%s%n", 0, -1, "%s%n", 4 },
};

static void text_is_safe_and_clipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        canvas *c = blank(2, 10, false);
        int used = canvas_text(c, 0, texts[i].x, texts[i].width, LOOK_PLAIN, texts[i].text);
        g_autofree char *got = row(c, 0);
        if (strcmp(got, texts[i].want) != 0 || used != texts[i].used)
            fail_msg("%s: got \"%s\" (%d), want \"%s\" (%d)", texts[i].what, got, used,
                     texts[i].want, texts[i].used);
        assert_row(c, 1, "");
        discard(c);
    }
}

static const struct {
    const char *text;
    int width;
    const char *rows[4];
} wraps[] = {
    { "one two three", 7, { "one two", "three" } },
    { "one two three", 8, { "one two", "three" } },
    { "one\ntwo\n\nend", 8, { "one", "two", "", "end" } },
    { "abcdefghij", 4, { "abcd", "efgh", "ij" } },
    { "日本語の文", 5, { "日本", "語の", "文" } },
    { "a\tb", 8, { "a b" } },
    { "日本", 1, { "~", "~" } },
    { "", 5, { NULL } },
};

static void words_are_wrapped(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(wraps); i++) {
        canvas *c = blank(5, 20, false);
        int rows = 0;
        while (rows < 4 && wraps[i].rows[rows] != NULL)
            rows++;
        assert_int_equal(canvas_wrap(c, 0, 0, wraps[i].width, 4, LOOK_PLAIN, wraps[i].text), rows);
        for (int y = 0; y < rows; y++)
            assert_row(c, y, wraps[i].rows[y]);
        discard(c);
    }
}

static void a_part_clips_to_itself_and_to_the_whole(void **state)
{
    (void)state;
    canvas *c = blank(4, 10, false);
    g_autoptr(canvas) part = canvas_part(c, 1, 2, 2, 5);
    canvas_text(part, 0, 0, -1, LOOK_PLAIN, "abcdefgh");
    canvas_text(part, 2, 0, -1, LOOK_PLAIN, "below");
    assert_row(c, 1, "  abcd~");
    assert_row(c, 3, "");
    g_autoptr(canvas) larger = canvas_part(part, 1, 3, 100, 100);
    assert_int_equal(canvas_height(larger), 1);
    assert_int_equal(canvas_width(larger), 2);
    g_autoptr(canvas) outside = canvas_part(c, -5, 50, 3, 3);
    assert_int_equal(canvas_width(outside), 0);
    canvas_text(outside, 0, 0, -1, LOOK_PLAIN, "never");
    canvas_box(outside);
    canvas_cursor(outside, 0, 0);
    discard(c);
}

static void no_half_of_a_wide_character_stays_beside_a_filled_part(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int x, width;
        const char *want;
    } fills[] = {
        { "between two", 2, 2, "日  語" },    { "over the right half", 1, 3, "    語" },
        { "over the left half", 2, 3, "日" }, { "over both", 1, 4, "" },
        { "to the last column", 3, 7, "日" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(fills); i++) {
        canvas *c = blank(1, 10, false);
        canvas_text(c, 0, 0, -1, LOOK_PLAIN, "日本語");
        g_autoptr(canvas) part = canvas_part(c, 0, fills[i].x, 1, fills[i].width);
        canvas_fill(part, 0, 0, -1, LOOK_PLAIN);
        g_autofree char *got = row(c, 0);
        if (strcmp(got, fills[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", fills[i].what, got, fills[i].want);
        discard(c);
    }
}

static void right_alignment_counts_columns(void **state)
{
    (void)state;
    canvas *c = blank(3, 10, false);
    canvas_right(c, 0, 0, 8, LOOK_PLAIN, "1,234");
    canvas_right(c, 1, 0, 8, LOOK_PLAIN, "日本");
    canvas_right(c, 2, 0, 4, LOOK_PLAIN, "12345");
    assert_row(c, 0, "   1,234");
    assert_row(c, 1, "    日本");
    assert_row(c, 2, "123~");
    discard(c);
}

static void bars_and_sparklines_take_any_number(void **state)
{
    (void)state;
    static const double shares[] = { -1, 0, 0.5, 1, 7, NAN };
    static const char *const bars[] = { "[........]", "[........]", "[####....]",
                                        "[########]", "[########]", "[........]" };
    canvas *c = blank(2, 10, false);
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
        canvas_bar(c, 0, 0, -1, shares[i]);
        assert_row(c, 0, bars[i]);
    }
    static const double values[] = { 9, 0, INFINITY, NAN, -3, 2 };
    canvas_sparkline(c, 1, 0, 5, values, G_N_ELEMENTS(values));
    assert_row(c, 1, "_|___");
    canvas_sparkline(c, 1, 0, 5, values, 0);
    discard(c);

    c = blank(1, 4, true);
    canvas_bar(c, 0, 0, -1, 0.6);
    assert_row(c, 0, "██▍─");
    discard(c);
}

int main(void)
{
    /* Widths come from the locale. */
    if (setlocale(LC_ALL, "C.UTF-8") == NULL)
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_safe_and_clipped),
        cmocka_unit_test(words_are_wrapped),
        cmocka_unit_test(a_part_clips_to_itself_and_to_the_whole),
        cmocka_unit_test(no_half_of_a_wide_character_stays_beside_a_filled_part),
        cmocka_unit_test(right_alignment_counts_columns),
        cmocka_unit_test(bars_and_sparklines_take_any_number),
    };
    return cmocka_run_group_tests(tests, open_screen, close_screen);
}
