#include "row/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define DAY INT64_C(86400000000)

/* "kind text" of a value: what a test row can be compared with. */
static char *show(const value *v)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    if (v->kind == VALUE_NULL)
        return g_strdup("null");
    if (v->kind == VALUE_BYTES) {
        g_autofree char *hex = g_malloc0(2 * (size_t)v->size + 1);
        bytes_to_hex(v->data, v->size, hex);
        return g_strdup_printf("bytes %s", hex);
    }
    const char *text = value_to_text(v, buffer, &size);
    return g_strdup_printf("%s %.*s", v->kind == VALUE_DIGITS ? "digits" : value_kind_name(v->kind),
                           (int)size, text);
}

/* --- reading text --- */

typedef struct {
    const char *text;
    bool good;
    int64_t want;
} int_case;

static void integers_are_read_whole_or_not_at_all(void **state G_GNUC_UNUSED)
{
    static const int_case cases[] = {
        { "0", true, 0 },
        { "-0", true, 0 },
        { "+7", true, 7 },
        { "007", true, 7 },
        { "000000000000000000000000000007", true, 7 },
        { "9223372036854775807", true, INT64_MAX },
        { "-9223372036854775808", true, INT64_MIN },
        { "9223372036854775808", false, 0 },
        { "-9223372036854775809", false, 0 },
        { "99999999999999999999", false, 0 },
        { "", false, 0 },
        { "-", false, 0 },
        { "+-1", false, 0 },
        { " 1", false, 0 },
        { "1 ", false, 0 },
        { "1.0", false, 0 },
        { "1e5", false, 0 },
        { "0x10", false, 0 },
        { "1_000", false, 0 },
        { "1,000", false, 0 },
        { "\xd9\xa1", false, 0 }, /* an Arabic digit */
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t got = 0;
        bool good = parse_int(cases[i].text, strlen(cases[i].text), &got);
        if (good != cases[i].good || got != cases[i].want)
            fail_msg("\"%s\"", cases[i].text);
    }
}

static void decimals_keep_every_digit(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "0.10", "decimal 0.10" },
        { "-0", "decimal 0" },
        { "-0.00", "decimal 0.00" },
        { "+5", "decimal 5" },
        { ".5", "decimal 0.5" },
        { "-.5", "decimal -0.5" },
        { "5.", "decimal 5" },
        { "007.50", "decimal 7.50" },
        { "1e5", "decimal 100000" },
        { "1E+5", "decimal 100000" },
        { "1.5e1", "decimal 15" },
        { "1.50e1", "decimal 15.0" },
        { "1e-5", "decimal 0.00001" },
        { "0e500", "decimal 0" },
        { "123456789012345678", "decimal 123456789012345678" },
        { "-0.123456789012345678", "decimal -0.123456789012345678" },
        { "999999999999999999", "decimal 999999999999999999" },
        { "1000000000000000000", "digits 1000000000000000000" },
        { "1234567890123456789", "digits 1234567890123456789" },
        { "0.1234567890123456789", "digits 0.1234567890123456789" },
        { "0.0000000000000000000", "digits 0.0000000000000000000" },
        { "0.000000000000000001", "decimal 0.000000000000000001" },
        { "0.0000000000000000001", "digits 0.0000000000000000001" },
        { "00000000000000000000000012.50", "decimal 12.50" },
        { "1e18", "digits 1000000000000000000" },
        { "1.234567890123456789e3", "digits 1234.567890123456789" },
        { "12e-25", "digits 0.0000000000000000000000012" },
        { "+12345678901234567890.5", "digits 12345678901234567890.5" },
        { ".12345678901234567890", "digits 0.12345678901234567890" },
        { "nan", "digits NaN" },
        { "Infinity", "digits Infinity" },
        { "-inf", "digits -Infinity" },
        { "1e1001", NULL },
        { "1e-1001", NULL },
        { "1e99999999999999999999", NULL },
        { "", NULL },
        { ".", NULL },
        { "-", NULL },
        { "1e", NULL },
        { "1e+", NULL },
        { "1.2.3", NULL },
        { "--1", NULL },
        { " 1.5", NULL },
        { "1.5 ", NULL },
        { "1,5", NULL },
        { "0x1p3", NULL },
        { "-nan", NULL },
        { "infinit", NULL },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(batch) b = batch_new(0, 0);
        value v = value_null();
        bool good = parse_decimal(cases[i].text, strlen(cases[i].text), b, &v);
        g_autofree char *got = show(&v);
        if (good != (cases[i].want != NULL) || (good && strcmp(got, cases[i].want) != 0))
            fail_msg("\"%s\" gave %s", cases[i].text, good ? got : "nothing");
    }
    g_autoptr(batch) b = batch_new(0, 0);
    value v;
    assert_true(parse_decimal("1e1000", 6, b, &v));
    assert_int_equal(v.size, 1001);
}

static void a_plain_long_decimal_is_not_copied(void **state G_GNUC_UNUSED)
{
    static const char text[] = "-123456789012345678901234567890.50";
    g_autoptr(batch) b = batch_new(0, 0);
    value v;
    assert_true(parse_decimal(text, strlen(text), b, &v));
    assert_ptr_equal(v.data, text);
}

static void floats_are_read_exactly(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text;
        bool good;
        double want;
    } cases[] = {
        { "0.1", true, 0.1 },
        { "-0", true, -0.0 },
        { "1e5", true, 1e5 },
        { "1e22", true, 1e22 },
        { "1e23", true, 1e23 },
        { "123456789012345678", true, 123456789012345678.0 },
        { "0.30000000000000004", true, 0.30000000000000004 },
        { "9007199254740993", true, 9007199254740992.0 },
        { "1.7976931348623157e308", true, DBL_MAX },
        { "5e-324", true, 5e-324 },
        { "2.2250738585072011e-308", true, 2.2250738585072011e-308 },
        { "0e999", true, 0 },
        { "0.000000000000000000000000000000", true, 0 },
        { "inf", true, (double)INFINITY },
        { "-Infinity", true, -(double)INFINITY },
        { "1.8e308", false, 0 },
        { "1e-400", false, 0 },
        { "", false, 0 },
        { "0x1p3", false, 0 },
        { "0x10", false, 0 },
        { " 1", false, 0 },
        { "1 ", false, 0 },
        { "1,5", false, 0 },
        { "1d5", false, 0 },
        { "nan(1)", false, 0 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        double got = 0;
        bool good = parse_float(cases[i].text, strlen(cases[i].text), &got);
        if (good != cases[i].good || got != cases[i].want || signbit(got) != signbit(cases[i].want))
            fail_msg("\"%s\" gave %.17g", cases[i].text, got);
    }
    double f;
    assert_true(parse_float("NaN", 3, &f));
    assert_true(isnan(f));
}

static void booleans_have_ten_spellings(void **state G_GNUC_UNUSED)
{
    static const char *const yes[] = { "1", "t", "T", "true", "TRUE", "yes", "Yes", "on", "ON" };
    static const char *const no[] = { "0", "f", "F", "false", "False", "no", "NO", "off", "Off" };
    static const char *const neither[] = { "", "2", "tr", "y", "n", " 1", "true ", "truetrue" };
    bool b;
    for (unsigned i = 0; i < G_N_ELEMENTS(yes); i++)
        assert_true(parse_bool(yes[i], strlen(yes[i]), &b) && b);
    for (unsigned i = 0; i < G_N_ELEMENTS(no); i++)
        assert_true(parse_bool(no[i], strlen(no[i]), &b) && !b);
    for (unsigned i = 0; i < G_N_ELEMENTS(neither); i++)
        assert_false(parse_bool(neither[i], strlen(neither[i]), &b));
}

typedef bool (*parse_function)(const char *text, size_t size, int64_t *out);

static void check_moments(parse_function parse, const int_case *cases, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        int64_t got = 0;
        bool good = parse(cases[i].text, strlen(cases[i].text), &got);
        if (good != cases[i].good || (good && got != cases[i].want))
            fail_msg("\"%s\" gave %s %" G_GINT64_FORMAT, cases[i].text, good ? "good" : "bad", got);
    }
}

static void dates_are_days_of_the_gregorian_calendar(void **state G_GNUC_UNUSED)
{
    static const int_case cases[] = {
        { "1970-01-01", true, 0 },
        { "1969-12-31", true, -1 },
        { "2000-02-29", true, 11016 },
        { "2024-02-29", true, 19782 },
        { "9999-12-31", true, 2932896 },
        { "10000-01-01", true, 2932897 },
        { "294247-01-10", true, 106751991 },
        { "294276-12-31", true, 106762939 },
        { "0001-01-01", true, -719162 },
        { "0001-12-31 BC", true, -719163 },
        { "0001-02-29 BC", true, -719469 },
        { "4713-01-01 BC", true, -2440550 },
        { "infinity", true, VALUE_INFINITY },
        { "-Infinity", true, VALUE_MINUS_INFINITY },
        { "1900-02-29", false, 0 },
        { "2023-02-29", false, 0 },
        { "2023-04-31", false, 0 },
        { "0000-00-00", false, 0 },
        { "0000-01-01", false, 0 },
        { "2026-00-10", false, 0 },
        { "2026-13-10", false, 0 },
        { "2026-01-00", false, 0 },
        { "2026-01-32", false, 0 },
        { "26-01-01", false, 0 },
        { "2026-1-1", false, 0 },
        { "02026-01-01", false, 0 },
        { "1000000-01-01", false, 0 },
        { "-2026-01-01", false, 0 },
        { "2026/01/01", false, 0 },
        { "20260101", false, 0 },
        { "2026-01-01 ", false, 0 },
        { " 2026-01-01", false, 0 },
        { "2026-01-01 AD", false, 0 },
        { "2026-01-01BC", false, 0 },
        { "2026-01-01 00:00:00", false, 0 },
        { "", false, 0 },
        { "infinity ", false, 0 },
        { "+infinity", false, 0 },
    };
    check_moments(parse_date, cases, G_N_ELEMENTS(cases));
}

static void times_end_with_the_day(void **state G_GNUC_UNUSED)
{
    static const int_case cases[] = {
        { "00:00", true, 0 },
        { "12:34", true, INT64_C(45240000000) },
        { "12:34:56", true, INT64_C(45296000000) },
        { "12:34:56.7", true, INT64_C(45296700000) },
        { "12:34:56.123456", true, INT64_C(45296123456) },
        { "12:34:56.1234560", true, INT64_C(45296123456) },
        { "12:34:56.1234560000000000", true, INT64_C(45296123456) },
        { "24:00:00", true, DAY },
        { "12:34:56.1234567", false, 0 },
        { "12:34:56.0000001", false, 0 },
        { "24:00:00.000001", false, 0 },
        { "24:00:01", false, 0 },
        { "25:00:00", false, 0 },
        { "12:60:00", false, 0 },
        { "23:59:60", false, 0 }, /* a leap second */
        { "1:02:03", false, 0 },
        { "12:34:5", false, 0 },
        { "12:34:", false, 0 },
        { "12:34:56.", false, 0 },
        { "12:34:56,5", false, 0 },
        { "12:34.5", false, 0 },
        { "-12:34:56", false, 0 },
        { "12:34:56 ", false, 0 },
        { "12:34:56Z", false, 0 },
        { "", false, 0 },
        { "12", false, 0 },
    };
    check_moments(parse_time, cases, G_N_ELEMENTS(cases));
}

static void timestamps_have_no_zone(void **state G_GNUC_UNUSED)
{
    static const int_case cases[] = {
        { "1970-01-01 00:00:00", true, 0 },
        { "1970-01-01T00:00:01.5", true, 1500000 },
        { "1970-01-01 00:01", true, 60000000 },
        { "1969-12-31 23:59:59.999999", true, -1 },
        { "2000-02-29 12:00:00", true, INT64_C(951825600000000) },
        { "1970-01-01 24:00:00", true, DAY },
        { "10000-01-01 00:00:00", true, INT64_C(253402300800000000) },
        { "0001-01-01 00:00:00 BC", true, -(INT64_C(719528) * DAY) },
        { "294247-01-10 04:00:54.775806", true, INT64_MAX - 1 },
        { "infinity", true, VALUE_INFINITY },
        { "294247-01-10 04:00:54.775807", false, 0 }, /* would be infinity */
        { "294247-01-10 04:00:54.775808", false, 0 },
        { "999999-12-31 00:00:00", false, 0 },
        { "1970-01-01", false, 0 },
        { "1970-01-01 00:00:00Z", false, 0 },
        { "1970-01-01 00:00:00+00", false, 0 },
        { "1970-01-01 23:59:60", false, 0 },
        { "1970-01-01  00:00:00", false, 0 },
        { "1970-01-01t00:00:00", false, 0 },
        { "1900-02-29 00:00:00", false, 0 },
        { "2026-01-01 00:00:00.1234567", false, 0 },
        { "2026-01-01 ", false, 0 },
    };
    check_moments(parse_timestamp, cases, G_N_ELEMENTS(cases));
}

static void instants_need_a_zone(void **state G_GNUC_UNUSED)
{
    static const int_case cases[] = {
        { "1970-01-01 00:00:00Z", true, 0 },
        { "1970-01-01T00:00:00.000001Z", true, 1 },
        { "1970-01-01 00:00:00+00", true, 0 },
        { "1970-01-01 01:00:00+01", true, 0 },
        { "1970-01-01 05:45:00+0545", true, 0 },
        { "1970-01-01 05:45:00+05:45", true, 0 },
        { "1969-12-31 20:30:00-03:30", true, 0 },
        { "1900-01-01 08:05:43+08:05:43", true, INT64_C(-25567) * DAY },
        { "0001-01-01 00:00:00+00 BC", true, INT64_C(-719528) * DAY },
        { "infinity", true, VALUE_INFINITY },
        { "1970-01-01 00:00:00", false, 0 },
        { "1970-01-01 00:00:00+", false, 0 },
        { "1970-01-01 00:00:00+1", false, 0 },
        { "1970-01-01 00:00:00+16", false, 0 },
        { "1970-01-01 00:00:00+01:60", false, 0 },
        { "1970-01-01 00:00:00+01:", false, 0 },
        { "1970-01-01 00:00:00 UTC", false, 0 },
        { "1970-01-01 00:00:00 +01", false, 0 },
        { "1970-01-01 00:00:00z", false, 0 },
        { "1970-01-01Z", false, 0 },
    };
    check_moments(parse_instant, cases, G_N_ELEMENTS(cases));
}

static void uuids_and_hex_are_read_in_both_cases(void **state G_GNUC_UNUSED)
{
    static const char *const good[] = {
        "123e4567-e89b-12d3-a456-426614174000",
        "123E4567-E89B-12D3-A456-426614174000",
        "123e4567e89b12d3a456426614174000",
    };
    static const char *const bad[] = {
        "",
        "123e4567-e89b-12d3-a456-42661417400",
        "123e4567-e89b-12d3-a456-42661417400g",
        "123e4567e-89b-12d3-a456-426614174000",
        "{123e4567-e89b-12d3-a456-426614174000}",
        "123e4567-e89b-12d3-a456-4266141740-0",
        "123e4567 e89b 12d3 a456 426614174000",
    };
    static const uint8_t want[16] = { 0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3,
                                      0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0x00 };
    uint8_t got[16];
    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++) {
        assert_true(parse_uuid(good[i], strlen(good[i]), got));
        assert_memory_equal(got, want, 16);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_false(parse_uuid(bad[i], strlen(bad[i]), got));
    assert_true(parse_hex("00fF", 4, got));
    assert_memory_equal(got, "\0\xff", 2);
    assert_true(parse_hex("", 0, got));
    assert_false(parse_hex("0", 1, got));
    assert_false(parse_hex("0g", 2, got));
}

static void utf8_is_counted_in_characters_or_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text;
        int64_t want;
    } cases[] = {
        { "", 0 },
        { "abc", 3 },
        { "abcdefghijklmnop", 16 },
        { "\xc3\xa9", 1 },
        { "\xe2\x82\xac", 1 },
        { "\xf0\x9f\x98\x80", 1 },
        { "ab\xf0\x9f\x98\x80"
          "cdefghijk\xc3\xa9",
          13 },
        { "\xf4\x8f\xbf\xbf", 1 },
        { "\xef\xbf\xbe", 1 },
        { "\xf4\x90\x80\x80", -1 },     /* beyond U+10FFFF */
        { "\xf8\x88\x80\x80\x80", -1 }, /* five bytes */
        { "\xc0\x80", -1 },             /* overlong */
        { "\xc1\xbf", -1 },
        { "\xe0\x80\x80", -1 },
        { "\xe0\x9f\xbf", -1 },
        { "\xf0\x80\x80\x80", -1 },
        { "\xf0\x8f\xbf\xbf", -1 },
        { "\xed\xa0\x80", -1 }, /* surrogates */
        { "\xed\xbf\xbf", -1 },
        { "\xed\x9f\xbf", 1 },
        { "\x80", -1 },
        { "\xff", -1 },
        { "a\xc3", -1 },
        { "abcdefgh\xe2\x82", -1 },
        { "\xc3(", -1 },
        { "\xe2\x82(", -1 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        if (utf8_length(cases[i].text, strlen(cases[i].text)) != cases[i].want)
            fail_msg("case %u", i);
    assert_int_equal(utf8_length("a\0b", 3), 3);
}

/* --- writing text --- */

static void values_have_one_spelling(void **state G_GNUC_UNUSED)
{
    const struct {
        value v;
        const char *want;
    } cases[] = {
        { value_int(INT64_MIN), "-9223372036854775808" },
        { value_int(INT64_MAX), "9223372036854775807" },
        { value_int(0), "0" },
        { value_int(-7), "-7" },
        { value_int(1000), "1000" },
        { value_decimal(-1250, 2), "-12.50" },
        { value_decimal(5, 2), "0.05" },
        { value_decimal(-5, 3), "-0.005" },
        { value_decimal(0, 2), "0.00" },
        { value_decimal(100, 0), "100" },
        { value_decimal(999999999999999999, 18), "0.999999999999999999" },
        { value_decimal(INT64_MIN, 18), "-9.223372036854775808" },
        { value_float(0), "0.0" },
        { value_float(-0.0), "-0.0" },
        { value_float(1), "1.0" },
        { value_float(0.1), "0.1" },
        { value_float(-1234.5), "-1234.5" },
        { value_float(0.30000000000000004), "0.30000000000000004" },
        { value_float(1e16), "10000000000000000.0" },
        { value_float(1e17), "1e17" },
        { value_float(0.00001), "0.00001" },
        { value_float(0.000001), "1e-6" },
        { value_float(5e-324), "5e-324" },
        { value_float(DBL_MAX), "1.7976931348623157e308" },
        { value_float((double)NAN), "NaN" },
        { value_float(-(double)NAN), "NaN" },
        { value_float(-(double)INFINITY), "-Infinity" },
        { value_of_kind(VALUE_BOOL, 1), "true" },
        { value_of_kind(VALUE_BOOL, 0), "false" },
        { value_of_kind(VALUE_DATE, 11016), "2000-02-29" },
        { value_of_kind(VALUE_DATE, 2932897), "10000-01-01" },
        { value_of_kind(VALUE_DATE, -719163), "0001-12-31 BC" },
        { value_of_kind(VALUE_DATE, -719162), "0001-01-01" },
        { value_of_kind(VALUE_DATE, VALUE_INFINITY), "infinity" },
        { value_of_kind(VALUE_TIME, 0), "00:00:00" },
        { value_of_kind(VALUE_TIME, DAY), "24:00:00" },
        { value_of_kind(VALUE_TIME, 1), "00:00:00.000001" },
        { value_of_kind(VALUE_TIMESTAMP, -1), "1969-12-31 23:59:59.999999" },
        { value_of_kind(VALUE_TIMESTAMP, 120000), "1970-01-01 00:00:00.12" },
        { value_of_kind(VALUE_TIMESTAMP, INT64_MAX - 1), "294247-01-10 04:00:54.775806" },
        { value_of_kind(VALUE_TIMESTAMP, VALUE_MINUS_INFINITY), "-infinity" },
        { value_of_kind(VALUE_INSTANT, 0), "1970-01-01 00:00:00+00" },
        { value_of_kind(VALUE_INSTANT, INT64_C(-719528) * DAY), "0001-01-01 00:00:00+00 BC" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        char buffer[VALUE_TEXT_MAX];
        size_t size;
        const char *text = value_to_text(&cases[i].v, buffer, &size);
        assert_true(size < VALUE_TEXT_MAX);
        g_autofree char *got = g_strndup(text, size);
        assert_string_equal(got, cases[i].want);
    }
    value null = value_null();
    size_t size = 1;
    char buffer[VALUE_TEXT_MAX];
    assert_null(value_to_text(&null, buffer, &size));
    assert_int_equal(size, 0);
    for (int64_t i = INT64_MIN; i < INT64_MIN + 3; i++) {
        value extreme[] = { value_of_kind(VALUE_DATE, i), value_of_kind(VALUE_TIMESTAMP, i),
                            value_of_kind(VALUE_DATE, -(i + 1)) };
        for (unsigned k = 0; k < G_N_ELEMENTS(extreme); k++) {
            value_to_text(&extreme[k], buffer, &size);
            assert_true(size > 0 && size <= VALUE_TEXT_MAX);
        }
    }
}

static void what_is_written_reads_back(void **state G_GNUC_UNUSED)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20260131);
    g_autoptr(batch) b = batch_new(0, 0);
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
        bits >>= g_rand_int_range(random, 0, 64);
        if (g_rand_boolean(random))
            bits = -bits;
        int64_t number, wanted;
        double f, again;
        value v = value_int((int64_t)bits);
        const char *text = value_to_text(&v, buffer, &size);
        assert_true(parse_int(text, size, &number) && number == v.i);

        v = value_decimal((int64_t)bits % 1000000000000000000, (uint8_t)(g_rand_int(random) % 19));
        value decimal;
        text = value_to_text(&v, buffer, &size);
        assert_true(parse_decimal(text, size, b, &decimal));
        assert_int_equal(decimal.kind, VALUE_DECIMAL);
        assert_true(decimal.i == v.i && decimal.scale == v.scale);

        uint64_t pattern = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
        memcpy(&f, &pattern, sizeof f);
        if (i % 2 == 0)
            f = (double)(g_rand_int_range(random, -1000000, 1000000)) / 100;
        v = value_float(f);
        text = value_to_text(&v, buffer, &size);
        assert_true(parse_float(text, size, &again));
        assert_true(memcmp(&again, &f, sizeof f) == 0 || (isnan(again) && isnan(f)));

        wanted = (int64_t)bits % (INT64_C(100000000) * DAY);
        v = value_of_kind(VALUE_TIMESTAMP, wanted);
        text = value_to_text(&v, buffer, &size);
        assert_true(parse_timestamp(text, size, &number) && number == wanted);
        v.kind = VALUE_INSTANT;
        text = value_to_text(&v, buffer, &size);
        assert_true(parse_instant(text, size, &number) && number == wanted);
        v = value_of_kind(VALUE_DATE, wanted / DAY);
        text = value_to_text(&v, buffer, &size);
        assert_true(parse_date(text, size, &number) && number == wanted / DAY);
        v = value_of_kind(VALUE_TIME, ABS(wanted) % (DAY + 1));
        text = value_to_text(&v, buffer, &size);
        assert_true(parse_time(text, size, &number) && number == v.i);
    }
}

static void the_calendar_agrees_with_glib(void **state G_GNUC_UNUSED)
{
    GDate date;
    g_date_clear(&date, 1);
    for (unsigned julian = 1; julian < 1100000; julian += 97) {
        g_date_set_julian(&date, julian);
        int64_t days = (int64_t)julian - 719163, year;
        int month, day;
        civil_from_days(days, &year, &month, &day);
        assert_int_equal(year, g_date_get_year(&date));
        assert_int_equal(month, g_date_get_month(&date));
        assert_int_equal(day, g_date_get_day(&date));
        assert_int_equal(days_from_civil(year, month, day), days);
    }
}

/* --- conversion --- */

static const data_type any = { .kind = TYPE_ANY }, boolean = { .kind = TYPE_BOOL },
                       int8 = { .kind = TYPE_INT, .bits = 8 },
                       int64 = { .kind = TYPE_INT, .bits = 64 },
                       uint8 = { .kind = TYPE_INT, .bits = 8, .is_unsigned = true },
                       uint64 = { .kind = TYPE_INT, .bits = 64, .is_unsigned = true },
                       integer = { .kind = TYPE_INT }, float64 = { .kind = TYPE_FLOAT, .bits = 64 },
                       float32 = { .kind = TYPE_FLOAT, .bits = 32 },
                       decimal = { .kind = TYPE_DECIMAL },
                       decimal_5_2 = { .kind = TYPE_DECIMAL, .precision = 5, .scale = 2 },
                       decimal_2_5 = { .kind = TYPE_DECIMAL, .precision = 2, .scale = 5 },
                       decimal_3_m2 = { .kind = TYPE_DECIMAL, .precision = 3, .scale = -2 },
                       decimal_38_10 = { .kind = TYPE_DECIMAL, .precision = 38, .scale = 10 },
                       text = { .kind = TYPE_TEXT }, text_3 = { .kind = TYPE_TEXT, .length = 3 },
                       text_3_bytes = { .kind = TYPE_TEXT, .length = 3, .length_in_bytes = true },
                       char_3 = { .kind = TYPE_TEXT, .length = 3, .fixed_length = true },
                       bytes = { .kind = TYPE_BYTES },
                       bytes_2 = { .kind = TYPE_BYTES, .length = 2 }, date = { .kind = TYPE_DATE },
                       time6 = { .kind = TYPE_TIME, .fraction = -1 }, time0 = { .kind = TYPE_TIME },
                       timestamp = { .kind = TYPE_TIMESTAMP, .fraction = -1 },
                       timestamp3 = { .kind = TYPE_TIMESTAMP, .fraction = 3 },
                       timestamp0 = { .kind = TYPE_TIMESTAMP },
                       instant = { .kind = TYPE_INSTANT, .fraction = 6 },
                       uuid = { .kind = TYPE_UUID }, json = { .kind = TYPE_JSON },
                       other = { .kind = TYPE_OTHER };

#define T(s)            value_span(VALUE_TEXT, s, sizeof s - 1)
#define D(s)            value_span(VALUE_DIGITS, s, sizeof s - 1)
#define J(s)            value_span(VALUE_JSON, s, sizeof s - 1)
#define B(s)            value_span(VALUE_BYTES, s, sizeof s - 1)
#define U               value_span(VALUE_UUID, "0123456789abcdef", 16)
#define TRUE_VALUE      value_of_kind(VALUE_BOOL, 1)
#define MOMENT(kind, i) value_of_kind(VALUE_##kind, i)
#define NOT_A_NUMBER    value_float((double)NAN)
#define INFINITE        value_float((double)INFINITY)

typedef struct {
    value in;
    const data_type *to;
    const char *want; /* kind and text, or the class of the reject in capitals */
} conversion_case;

static void check_conversions(const conversion_case *cases, unsigned n, convert_options options)
{
    for (unsigned i = 0; i < n; i++) {
        g_autoptr(batch) b = batch_new(0, 0);
        value out = value_null();
        convert_error why = { .class = REJECT_OTHER };
        g_autofree char *from = show(&cases[i].in);
        g_autofree char *type = data_type_to_string(cases[i].to);
        g_autofree char *got = NULL;
        if (convert_value(&cases[i].in, cases[i].to, &options, b, &out, &why)) {
            got = show(&out);
        } else {
            got = g_ascii_strup(reject_class_name(why.class), -1);
            assert_true(g_utf8_validate(why.message, -1, NULL));
            assert_true(strlen(why.message) > 10);
        }
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%u: %s into %s: got %s, want %s (%s)", i, from, type, got, cases[i].want,
                     why.message);
    }
}

static void numbers_convert_exactly_or_not_at_all(void **state G_GNUC_UNUSED)
{
    const conversion_case cases[] = {
        { value_null(), &int8, "null" },
        { value_int(127), &int8, "integer 127" },
        { value_int(128), &int8, "RANGE" },
        { value_int(-128), &int8, "integer -128" },
        { value_int(-129), &int8, "RANGE" },
        { value_int(255), &uint8, "integer 255" },
        { value_int(256), &uint8, "RANGE" },
        { value_int(-1), &uint8, "RANGE" },
        { value_int(-1), &uint64, "RANGE" },
        { T("18446744073709551615"), &uint64, "digits 18446744073709551615" },
        { T("18446744073709551616"), &uint64, "RANGE" },
        { T("9223372036854775808"), &int64, "RANGE" },
        { T("9223372036854775807"), &int64, "integer 9223372036854775807" },
        { T("-9223372036854775808"), &integer, "integer -9223372036854775808" },
        { D("-9223372036854775808.00"), &integer, "integer -9223372036854775808" },
        { T("12"), &int64, "integer 12" },
        { T("12.0"), &int64, "integer 12" },
        { T("1e5"), &int64, "integer 100000" },
        { T("12.5"), &int64, "RANGE" },
        { T("0x10"), &int64, "TYPE" },
        { T(" 12"), &int64, "TYPE" },
        { T("12 "), &int64, "TYPE" },
        { T(""), &int64, "TYPE" },
        { T("NaN"), &int64, "TYPE" },
        { T("12abc"), &int64, "TYPE" },
        { TRUE_VALUE, &int64, "integer 1" },
        { value_float(5), &int64, "integer 5" },
        { value_float(-0.0), &int64, "integer 0" },
        { value_float(5.5), &int64, "RANGE" },
        { value_float(9223372036854775808.0), &int64, "RANGE" },
        { value_float(-9223372036854775808.0), &int64, "integer -9223372036854775808" },
        { value_float(1234567890123456768.0), &int64, "integer 1234567890123456768" },
        { value_float(9223372036854775808.0), &uint64, "digits 9223372036854775808" },
        { value_float(18446744073709551616.0), &uint64, "RANGE" },
        { value_float(-9223372036854777856.0), &int64, "RANGE" },
        { NOT_A_NUMBER, &int64, "RANGE" },
        { INFINITE, &int64, "RANGE" },
        { value_decimal(500, 2), &int64, "integer 5" },
        { value_decimal(550, 2), &int64, "RANGE" },
        { D("12345678901234567890.0"), &int64, "RANGE" },
        { B("5"), &int64, "TYPE" },
        { MOMENT(DATE, 5), &int64, "TYPE" },

        { value_int(5), &decimal_5_2, "decimal 5" },
        { value_int(999), &decimal_5_2, "decimal 999" },
        { value_int(1000), &decimal_5_2, "RANGE" },
        { value_int(INT64_MIN), &decimal_38_10, "digits -9223372036854775808" },
        { value_decimal(99999, 2), &decimal_5_2, "decimal 999.99" },
        { value_decimal(-99999, 2), &decimal_5_2, "decimal -999.99" },
        { value_decimal(100000, 2), &decimal_5_2, "RANGE" },
        { value_decimal(1005, 3), &decimal_5_2, "RANGE" },
        { value_decimal(1500, 3), &decimal_5_2, "decimal 1.50" },
        { value_decimal(10, 2), &decimal_5_2, "decimal 0.10" },
        { value_decimal(10, 2), &decimal, "decimal 0.10" },
        { value_float(0.1), &decimal_5_2, "decimal 0.1" },
        { value_float(123.45), &decimal_5_2, "decimal 123.45" },
        { value_float(7), &decimal_5_2, "decimal 7" },
        { value_float(0.30000000000000004), &decimal_5_2, "RANGE" },
        { value_float(0.30000000000000004), &decimal, "decimal 0.30000000000000004" },
        { value_float(1e20), &decimal, "digits 100000000000000000000" },
        { value_float(-1234567.1234567891), &decimal, "decimal -1234567.1234567892" },
        { D("123456789012345678901234567.1234567890"), &decimal_38_10,
          "digits 123456789012345678901234567.1234567890" },
        { D("123456789012345678901234567.12345678900"), &decimal_38_10,
          "digits 123456789012345678901234567.1234567890" },
        { D("123456789012345678901234567.12345678901"), &decimal_38_10, "RANGE" },
        { D("12345678901234567890123456789"), &decimal_38_10, "RANGE" },
        { D("0.0000000000000000000"), &decimal_5_2, "decimal 0.00" },
        { T("0.10"), &decimal_5_2, "decimal 0.10" },
        { T("1e2"), &decimal_5_2, "decimal 100" },
        { T("1.005"), &decimal_5_2, "RANGE" },
        { T("abc"), &decimal_5_2, "TYPE" },
        { T(""), &decimal, "TYPE" },
        { T("NaN"), &decimal_5_2, "digits NaN" },
        { T("Infinity"), &decimal_5_2, "RANGE" },
        { T("-Infinity"), &decimal, "digits -Infinity" },
        { NOT_A_NUMBER, &decimal, "digits NaN" },
        { T("0.00012"), &decimal_2_5, "decimal 0.00012" },
        { T("0.001"), &decimal_2_5, "RANGE" },
        { T("0"), &decimal_2_5, "decimal 0" },
        { value_int(12300), &decimal_3_m2, "decimal 12300" },
        { value_int(99900), &decimal_3_m2, "decimal 99900" },
        { value_int(100000), &decimal_3_m2, "RANGE" },
        { value_int(12350), &decimal_3_m2, "RANGE" },

        { value_int(1), &float64, "float 1.0" },
        { value_int(INT64_C(9007199254740993)), &float64, "RANGE" },
        { value_int(INT64_C(9007199254740992)), &float64, "float 9007199254740992.0" },
        { value_int(INT64_MIN), &float64, "float -9.223372036854776e18" },
        { value_decimal(1, 1), &float64, "float 0.1" },
        { value_decimal(12345, 2), &float64, "float 123.45" },
        { D("0.1234567890123456789"), &float64, "RANGE" },
        { D("0.1000000000000000055511151231257827021181583404541015625"), &float64, "float 0.1" },
        { D("Infinity"), &float64, "float Infinity" },
        { T("0.1"), &float64, "float 0.1" },
        { T("0.10000000000000001"), &float64, "float 0.1" },
        { T("9007199254740993"), &float64, "RANGE" },
        { T("1e400"), &float64, "RANGE" },
        { T("1e-400"), &float64, "RANGE" },
        { T("4.9406564584124654e-324"), &float64, "float 5e-324" },
        { T("1.2345e-322"), &float64, "RANGE" },
        { T("nan"), &float64, "float NaN" },
        { T("x"), &float64, "TYPE" },
        { T("0x1p3"), &float64, "TYPE" },
        { T(""), &float64, "TYPE" },
        { value_float(0.5), &float32, "float 0.5" },
        { value_float(0.1), &float32, "float 0.10000000149011612" },
        { value_float(0.30000000000000004), &float32, "RANGE" },
        { value_float(16777217), &float32, "RANGE" },
        { value_int(16777217), &float32, "RANGE" },
        { value_float(1e300), &float32, "RANGE" },
        { value_float(1e-300), &float32, "RANGE" },
        { INFINITE, &float32, "float Infinity" },
        { T("1.1"), &float32, "float 1.100000023841858" },

        { value_int(1), &boolean, "boolean true" },
        { value_int(0), &boolean, "boolean false" },
        { value_int(2), &boolean, "TYPE" },
        { value_float(1), &boolean, "boolean true" },
        { value_decimal(100, 2), &boolean, "boolean true" },
        { value_decimal(110, 2), &boolean, "TYPE" },
        { T("YES"), &boolean, "boolean true" },
        { T("y"), &boolean, "TYPE" },
        { T(""), &boolean, "TYPE" },
        { NOT_A_NUMBER, &boolean, "TYPE" },
    };
    check_conversions(cases, G_N_ELEMENTS(cases), (convert_options){ .round = false });
}

static void rounding_goes_away_from_zero_and_only_when_asked(void **state G_GNUC_UNUSED)
{
    const conversion_case cases[] = {
        { value_decimal(1005, 3), &decimal_5_2, "decimal 1.01" },
        { value_decimal(-1005, 3), &decimal_5_2, "decimal -1.01" },
        { value_decimal(1004, 3), &decimal_5_2, "decimal 1.00" },
        { value_decimal(-1004, 3), &decimal_5_2, "decimal -1.00" },
        { value_decimal(999995, 3), &decimal_5_2, "RANGE" },
        { T("2.5"), &int64, "integer 3" },
        { T("-2.5"), &int64, "integer -3" },
        { T("2.4"), &int64, "integer 2" },
        { T("0.49999999999999999999"), &int64, "integer 0" },
        { T("0.5000000000000000000"), &int64, "integer 1" },
        { T("-0.9999999999999999999"), &int64, "integer -1" },
        { T("9.9999999999999999999"), &decimal_5_2, "decimal 10.00" },
        { T("99999999999999999999.96"), &(data_type){ TYPE_DECIMAL, .precision = 30, .scale = 1 },
          "digits 100000000000000000000.0" },
        { T("127.5"), &int8, "RANGE" },
        { value_float(2.5), &int64, "integer 3" },
        { value_float(-0.5), &int64, "integer -1" },
        { value_float(0.30000000000000004), &decimal_5_2, "decimal 0.30" },
        { value_float(1.005), &decimal_5_2, "decimal 1.01" },
        { value_int(12350), &decimal_3_m2, "decimal 12400" },
        { value_int(49), &decimal_3_m2, "decimal 0" },
        { value_int(99999), &decimal_3_m2, "RANGE" },
        { D("12345678901234567890123.5"),
          &(data_type){ TYPE_DECIMAL, .precision = 30, .scale = -3 },
          "digits 12345678901234567890000" },
        { D("12345678901234567890500"), &(data_type){ TYPE_DECIMAL, .precision = 30, .scale = -3 },
          "digits 12345678901234567891000" },
        { T("0.1234567890123456789"), &float64, "float 0.12345678901234568" },
        { value_int(INT64_C(9007199254740993)), &float64, "float 9007199254740992.0" },
        { value_float(16777217), &float32, "float 16777216.0" },
        { value_float(1e300), &float32, "RANGE" },
        { MOMENT(TIMESTAMP, 1500), &timestamp3, "timestamp 1970-01-01 00:00:00.002" },
        { MOMENT(TIMESTAMP, 1499), &timestamp3, "timestamp 1970-01-01 00:00:00.001" },
        { MOMENT(TIMESTAMP, -500000), &timestamp0, "timestamp 1970-01-01 00:00:00" },
        { MOMENT(TIMESTAMP, -500001), &timestamp0, "timestamp 1969-12-31 23:59:59" },
        { MOMENT(TIME, DAY - 1), &time0, "time 24:00:00" },
        { MOMENT(TIMESTAMP, INT64_MAX - 1), &timestamp0, "RANGE" },
        { T("2026-01-01 00:00:01"), &date, "RANGE" },
        { T("abcd"), &text_3, "LENGTH" },
    };
    check_conversions(cases, G_N_ELEMENTS(cases), (convert_options){ .round = true });
}

static void text_and_bytes_keep_every_byte(void **state G_GNUC_UNUSED)
{
    const conversion_case cases[] = {
        { T("abc"), &text_3, "text abc" },
        { T("abcd"), &text_3, "LENGTH" },
        { T("abc "), &text_3, "LENGTH" },
        { T("\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"), &text_3,
          "text \xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80" },
        { T("\xf0\x9f\x98\x80"), &text_3_bytes, "LENGTH" },
        { T("\xc3\xa9"
            "a"),
          &text_3_bytes,
          "text \xc3\xa9"
          "a" },
        { T("abc   "), &char_3, "text abc" },
        { T("ab    "), &char_3, "text ab " },
        { T("abc  x"), &char_3, "LENGTH" },
        { T("\xc3\xa9\xc3\xa9\xc3\xa9  "), &char_3, "text \xc3\xa9\xc3\xa9\xc3\xa9" },
        { T("a"), &char_3, "text a" },
        { T(""), &text, "text " },
        { T("a\0b"), &text, "ENCODING" },
        { T("a\0b"), &other, "text a" },
        { T("\xc0\x80"), &text, "ENCODING" },
        { T("\xed\xa0\x80"), &text, "ENCODING" },
        { T("a\xff"), &text, "ENCODING" },
        { J("{\"a\": 1}"), &text, "text {\"a\": 1}" },
        { value_int(-5), &text, "text -5" },
        { value_int(1234), &text_3, "LENGTH" },
        { value_decimal(1250, 2), &text, "text 12.50" },
        { value_float(0.1), &text, "text 0.1" },
        { D("123456789012345678901234567890"), &text, "text 123456789012345678901234567890" },
        { TRUE_VALUE, &text, "text true" },
        { MOMENT(DATE, 0), &text, "text 1970-01-01" },
        { MOMENT(INSTANT, 0), &text, "text 1970-01-01 00:00:00+00" },
        { U, &text, "text 30313233-3435-3637-3839-616263646566" },
        { B("abc"), &text, "TYPE" },
        { B("a\xff"), &bytes, "bytes 61ff" },
        { B("abc"), &bytes_2, "LENGTH" },
        { T("\xc3\xa9"), &bytes, "bytes c3a9" },
        { T(""), &bytes, "bytes " },
        { T("\\x00fF"), &bytes, "bytes 00ff" },
        { T("\\x"), &bytes, "bytes " },
        { T("\\x0"), &bytes, "bytes 5c7830" },
        { T("\\x0g"), &bytes, "bytes 5c783067" },
        { T("\\x010203"), &bytes_2, "LENGTH" },
        { value_int(5), &bytes, "TYPE" },
        { U, &uuid, "uuid 30313233-3435-3637-3839-616263646566" },
        { B("0123456789abcdef"), &uuid, "uuid 30313233-3435-3637-3839-616263646566" },
        { B("0123456789abcde"), &uuid, "TYPE" },
        { T("123e4567-e89b-12d3-a456-426614174000"), &uuid,
          "uuid 123e4567-e89b-12d3-a456-426614174000" },
        { T("123e4567"), &uuid, "TYPE" },
        { T("{\"a\": [1, null, \"x\"]}"), &json, "json {\"a\": [1, null, \"x\"]}" },
        { T("5"), &json, "json 5" },
        { T("123456789012345678901234567890"), &json, "json 123456789012345678901234567890" },
        { T("\"x\""), &json, "json \"x\"" },
        { T("null"), &json, "json null" },
        { T("{a: 1}"), &json, "TYPE" },
        { T("{} x"), &json, "TYPE" },
        { T(""), &json, "TYPE" },
        { value_int(5), &json, "json 5" },
        { TRUE_VALUE, &json, "json true" },
        { NOT_A_NUMBER, &json, "TYPE" },
        { D("NaN"), &json, "TYPE" },
        { B("{}"), &json, "TYPE" },
        { B("x"), &any, "bytes 78" },
        { T("a\xff"), &any, "text a\xff" },
    };
    check_conversions(cases, G_N_ELEMENTS(cases), (convert_options){ .round = false });
}

static void dates_and_times_convert_only_without_loss(void **state G_GNUC_UNUSED)
{
    const conversion_case cases[] = {
        { T("2000-02-29"), &date, "date 2000-02-29" },
        { T("1900-02-29"), &date, "TYPE" },
        { T("0000-00-00"), &date, "TYPE" },
        { T("2000-02-29 00:00:00"), &date, "date 2000-02-29" },
        { T("2000-02-29 00:00:00.000001"), &date, "RANGE" },
        { T(""), &date, "TYPE" },
        { MOMENT(TIMESTAMP, 2 * DAY), &date, "date 1970-01-03" },
        { MOMENT(TIMESTAMP, -DAY), &date, "date 1969-12-31" },
        { MOMENT(TIMESTAMP, 2 * DAY + 1), &date, "RANGE" },
        { MOMENT(TIMESTAMP, VALUE_INFINITY), &date, "date infinity" },
        { MOMENT(INSTANT, 0), &date, "TYPE" },
        { value_int(0), &date, "TYPE" },
        { MOMENT(DATE, 1), &timestamp, "timestamp 1970-01-02 00:00:00" },
        { MOMENT(DATE, VALUE_MINUS_INFINITY), &timestamp, "timestamp -infinity" },
        { MOMENT(DATE, INT64_MAX - 1), &timestamp, "RANGE" },
        { T("1970-01-02"), &timestamp, "timestamp 1970-01-02 00:00:00" },
        { T("1970-01-02T03:04"), &timestamp, "timestamp 1970-01-02 03:04:00" },
        { T("1970-01-02 03:04:05Z"), &timestamp, "TYPE" },
        { MOMENT(INSTANT, 0), &timestamp, "TYPE" },
        { MOMENT(TIMESTAMP, 0), &instant, "TYPE" },
        { MOMENT(DATE, 0), &instant, "TYPE" },
        { T("1970-01-01 00:00:00"), &instant, "TYPE" },
        { T("1970-01-01 01:00:00+01"), &instant, "instant 1970-01-01 00:00:00+00" },
        { MOMENT(TIMESTAMP, 1000), &timestamp3, "timestamp 1970-01-01 00:00:00.001" },
        { MOMENT(TIMESTAMP, 1001), &timestamp3, "RANGE" },
        { MOMENT(TIMESTAMP, -1), &timestamp0, "RANGE" },
        { MOMENT(TIMESTAMP, VALUE_INFINITY), &timestamp0, "timestamp infinity" },
        { T("2026-01-01 00:00:00.0000000"), &timestamp0, "timestamp 2026-01-01 00:00:00" },
        { T("2026-01-01 00:00:00.0000001"), &timestamp0, "TYPE" },
        { T("24:00:00"), &time6, "time 24:00:00" },
        { T("12:34:56.5"), &time0, "RANGE" },
        { T("12:34:60"), &time6, "TYPE" },
        { MOMENT(TIMESTAMP, 0), &time6, "TYPE" },
    };
    check_conversions(cases, G_N_ELEMENTS(cases), (convert_options){ .round = false });
}

static void empty_text_is_null_only_when_asked_and_never_in_text(void **state G_GNUC_UNUSED)
{
    const conversion_case cases[] = {
        { T(""), &int64, "null" }, { T(""), &date, "null" },   { T(""), &boolean, "null" },
        { T(""), &json, "null" },  { T(""), &text, "text " },  { T(""), &bytes, "bytes " },
        { T(""), &any, "text " },  { T(" "), &int64, "TYPE" }, { T(""), &decimal_5_2, "null" },
    };
    check_conversions(cases, G_N_ELEMENTS(cases), (convert_options){ .empty_is_null = true });
}

static void messages_name_the_value_and_the_reason(void **state G_GNUC_UNUSED)
{
    static const convert_options exact = { .round = false };
    const struct {
        value in;
        const data_type *to;
        const char *want;
    } cases[] = {
        { T("abc"), &int64, "text \"abc\" is not an integer" },
        { value_int(300), &int8, "integer 300 is out of range for integer(8)" },
        { value_decimal(1005, 3), &decimal_5_2, "decimal 1.005 would lose digits in decimal(5,2)" },
        { T("abcd"), &text_3, "text \"abcd\" is longer than text(3)" },
        { T("a\nb\xff"), &int64, "text \"a\\x0ab\\xff\" is not an integer" },
        { T("{type}{value}"), &int8, "text \"{type}{value}\" is not an integer" },
        { T("aaaaaaaaaabbbbbbbbbbccccccccccddddddddd\xc3\xa9"
            "ee"),
          &int64, "text \"aaaaaaaaaabbbbbbbbbbccccccccccddddddddd…\" is not an integer" },
        { B("\x01\xff"), &int64, "bytes \\x01\\xff is not an integer" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(batch) b = batch_new(0, 0);
        value out;
        convert_error why;
        assert_false(convert_value(&cases[i].in, cases[i].to, &exact, b, &out, &why));
        assert_string_equal(why.message, cases[i].want);
    }
}

static void what_needs_no_new_bytes_is_not_copied(void **state G_GNUC_UNUSED)
{
    static const convert_options exact = { .round = false };
    g_autoptr(batch) b = batch_new(0, 0);
    const struct {
        value in;
        const data_type *to;
    } cases[] = { { T("abc"), &text },
                  { T("abc   "), &char_3 },
                  { T("abc"), &bytes },
                  { T("{}"), &json },
                  { D("1234567890123456789012"), &decimal },
                  { TRUE_VALUE, &text } };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        value out;
        assert_true(convert_value(&cases[i].in, cases[i].to, &exact, b, &out, NULL));
        if (cases[i].in.kind != VALUE_BOOL)
            assert_ptr_equal(out.data, cases[i].in.data);
    }
    assert_int_equal(batch_memory(b), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_whole_or_not_at_all),
        cmocka_unit_test(decimals_keep_every_digit),
        cmocka_unit_test(a_plain_long_decimal_is_not_copied),
        cmocka_unit_test(floats_are_read_exactly),
        cmocka_unit_test(booleans_have_ten_spellings),
        cmocka_unit_test(dates_are_days_of_the_gregorian_calendar),
        cmocka_unit_test(times_end_with_the_day),
        cmocka_unit_test(timestamps_have_no_zone),
        cmocka_unit_test(instants_need_a_zone),
        cmocka_unit_test(uuids_and_hex_are_read_in_both_cases),
        cmocka_unit_test(utf8_is_counted_in_characters_or_refused),
        cmocka_unit_test(values_have_one_spelling),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(the_calendar_agrees_with_glib),
        cmocka_unit_test(numbers_convert_exactly_or_not_at_all),
        cmocka_unit_test(rounding_goes_away_from_zero_and_only_when_asked),
        cmocka_unit_test(text_and_bytes_keep_every_byte),
        cmocka_unit_test(dates_and_times_convert_only_without_loss),
        cmocka_unit_test(empty_text_is_null_only_when_asked_and_never_in_text),
        cmocka_unit_test(messages_name_the_value_and_the_reason),
        cmocka_unit_test(what_needs_no_new_bytes_is_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
