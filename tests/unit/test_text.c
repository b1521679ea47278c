/* Text for people: nothing from a database moves the cursor or lies. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void unsafe_text_is_shown_not_obeyed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        gssize size;
        const char *want;
    } cases[] = {
        { "plain, größer, 日本語, ☃", -1, "plain, größer, 日本語, ☃" },
        { NULL, -1, "" },
        { "\x1b]52;c;aGk=\x07", -1, "␛]52;c;aGk=␇" },
        { "a\nb\rc\td\be", -1, "a␊b␍c␉d␈e" },
        { "x\x7fy", -1, "x␡y" },
        { "a\0b", 3, "a␀b" },
        { "\xc2\x9b"
          "31m",
          -1, "\\x9B31m" },
        { "\x9b"
          "31m",
          -1, "\\x9B31m" },
        { "\xff\xfe", -1, "\\xFF\\xFE" },
        { "cut \xe2\x98", -1, "cut \\xE2\\x98" },
        { "\xc0\xaf", -1, "\\xC0\\xAF" },
        { "\xed\xa0\x80", -1, "\\xED\\xA0\\x80" },
        { "abc\u202edef", -1, "abc<U+202E>def" },
        { "\u2066\u2069\u061c\u200e\u200f", -1, "<U+2066><U+2069><U+061C><U+200E><U+200F>" },
        { "a\u200bb\u200dc\u2060d\ufeff", -1, "a<U+200B>b<U+200D>c<U+2060>d<U+FEFF>" },
        { "\U000e0041\u2028\u2029", -1, "<U+E0041><U+2028><U+2029>" },
        { "\u3164\u00ad", -1, "<U+3164><U+00AD>" },
        { "e\u0301\u0301\u0301\u0301\u0301", -1, "e\u0301\u0301\u0301\u0301<U+0301>" },
        { "\u0301x", -1, "<U+0301>x" },
        { "\n\u0301", -1, "␊<U+0301>" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = text_safe(cases[i].text, cases[i].size);
        assert_string_equal(got, cases[i].want);
        assert_true(text_is_safe(got, -1));
        g_autofree char *again = text_safe(got, -1);
        assert_string_equal(again, got);
        if (cases[i].text != NULL && cases[i].size < 0)
            assert_int_equal(text_is_safe(cases[i].text, -1),
                             strcmp(cases[i].text, cases[i].want) == 0);
    }
}

static void random_bytes_become_one_safe_line(void **state)
{
    (void)state;
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (int i = 0; i < 20000; i++) {
        char bytes[24];
        for (size_t n = 0; n < sizeof bytes; n++)
            bytes[n] = (char)g_rand_int_range(random, 0, 256);
        g_autofree char *got = text_safe(bytes, g_rand_int_range(random, 0, sizeof bytes + 1));
        assert_true(g_utf8_validate(got, -1, NULL));
        assert_true(text_is_safe(got, -1));
        for (const char *p = got; *p != '\0'; p++)
            assert_false(g_ascii_iscntrl(*p));
    }
}

static void cells_have_exactly_their_columns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int columns;
        text_side side;
        const char *want;
    } cases[] = {
        { "abc", 5, TEXT_LEFT, "abc  " },
        { "abc", 5, TEXT_RIGHT, "  abc" },
        { "abcdef", 5, TEXT_LEFT, "abcd…" },
        { "abcde", 5, TEXT_LEFT, "abcde" },
        { "日本語", 6, TEXT_LEFT, "日本語" },
        { "日本語", 5, TEXT_LEFT, "日本…" },
        { "日本語", 4, TEXT_LEFT, "日… " },
        { "日", 1, TEXT_LEFT, "…" },
        { "e\u0301a", 2, TEXT_LEFT, "e\u0301a" },
        { "e\u0301ab", 2, TEXT_LEFT, "e\u0301…" },
        { "", 3, TEXT_LEFT, "   " },
        { "abc", 0, TEXT_LEFT, "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        text_append_cell(out, cases[i].text, cases[i].columns, cases[i].side);
        assert_string_equal(out->str, cases[i].want);
        assert_int_equal(text_width(out->str), cases[i].columns);
    }
}

static void a_misspelt_word_finds_its_neighbour(void **state)
{
    (void)state;
    static const char *const known[] = { "source", "target",    "mapping", "rejects",
                                         "limits", "time_zone", "id",      NULL };
    static const struct {
        const char *word, *want;
    } cases[] = {
        { "soruce", "source" },
        { "Target", "target" },
        { "maping", "mapping" },
        { "reject", "rejects" },
        { "timezone", "time_zone" },
        { "colour", NULL },
        { "", NULL },
        { "x", NULL },
        { "limit", "limits" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *got = text_nearest(cases[i].word, known);
        if (g_strcmp0(got, cases[i].want) != 0)
            fail_msg("%s: got %s", cases[i].word, got == NULL ? "nothing" : got);
    }
    g_autofree char *very_long = g_strnfill(500, 'a');
    assert_null(text_nearest(very_long, known));
}

static void numbers_are_written_for_people(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *count, *bytes;
    } sizes[] = {
        { 0, "0", "0 B" },
        { 999, "999", "999 B" },
        { 1000, "1,000", "1.0 kB" },
        { 1234567, "1,234,567", "1.2 MB" },
        { 999949, "999,949", "999.9 kB" },
        { 999950, "999,950", "1.0 MB" },
        { -1234, "-1,234", "-1.2 kB" },
        { INT64_MAX, "9,223,372,036,854,775,807", "9.2 EB" },
        { INT64_MIN, "-9,223,372,036,854,775,808", "-9.2 EB" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *count = text_count(sizes[i].n);
        g_autofree char *bytes = text_bytes(sizes[i].n);
        assert_string_equal(count, sizes[i].count);
        assert_string_equal(bytes, sizes[i].bytes);
    }
    static const struct {
        double seconds;
        const char *want;
    } durations[] = {
        { 0, "0.00s" },     { 0.424, "0.42s" }, { 0.996, "1.0s" }, { 12.34, "12.3s" },
        { 59.94, "59.9s" }, { 59.96, "1m00s" }, { 65, "1m05s" },   { 3599.6, "1h00m" },
        { 7500, "2h05m" },  { 90000, "1d01h" }, { -1, "0.00s" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(durations); i++) {
        g_autofree char *got = text_duration(durations[i].seconds);
        assert_string_equal(got, durations[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unsafe_text_is_shown_not_obeyed),
        cmocka_unit_test(random_bytes_become_one_safe_line),
        cmocka_unit_test(cells_have_exactly_their_columns),
        cmocka_unit_test(a_misspelt_word_finds_its_neighbour),
        cmocka_unit_test(numbers_are_written_for_people),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
