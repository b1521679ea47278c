/* Timestamps between time zones. */
#include "ferry/zone_step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *source, *target;
    value_kind from;
    type_kind to;
    const char *in, *want; /* want NULL: refused */
} cases[] = {
    { "Europe/Berlin", "UTC", VALUE_TIMESTAMP, TYPE_TIMESTAMP, "2026-01-15 12:00:00",
      "2026-01-15 11:00:00" },
    { "Europe/Berlin", "UTC", VALUE_TIMESTAMP, TYPE_TIMESTAMP, "2026-07-15 12:00:00.123456",
      "2026-07-15 10:00:00.123456" },
    { "Asia/Shanghai", "America/New_York", VALUE_TIMESTAMP, TYPE_TIMESTAMP, "2026-03-01 00:30:00",
      "2026-02-28 11:30:00" },
    { "Asia/Shanghai", "UTC", VALUE_TIMESTAMP, TYPE_INSTANT, "2026-03-01 08:00:00",
      "2026-03-01 00:00:00+00" },
    { "UTC", "Asia/Shanghai", VALUE_INSTANT, TYPE_TIMESTAMP, "2026-03-01 00:00:00",
      "2026-03-01 08:00:00" },
    { "Asia/Shanghai", "Europe/Berlin", VALUE_INSTANT, TYPE_INSTANT, "2026-03-01 00:00:00",
      "2026-03-01 00:00:00+00" },
    /* clocks go back: the first of the two */
    { "Europe/Berlin", "UTC", VALUE_TIMESTAMP, TYPE_TIMESTAMP, "2026-10-25 02:30:00",
      "2026-10-25 00:30:00" },
    /* clocks go forward: there is no such time */
    { "Europe/Berlin", "UTC", VALUE_TIMESTAMP, TYPE_TIMESTAMP, "2026-03-29 02:30:00", NULL },
    { "UTC", "UTC", VALUE_TIMESTAMP, TYPE_TIMESTAMP, "1969-12-31 23:59:59.999999",
      "1969-12-31 23:59:59.999999" },
};

static void a_timestamp_keeps_its_place_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(zone) source = zone_open(cases[i].source, NULL);
        g_autoptr(zone) target = zone_open(cases[i].target, NULL);
        int64_t at;
        assert_true(parse_timestamp(cases[i].in, strlen(cases[i].in), &at));
        value v = value_of_kind(cases[i].from, at);
        convert_error why = { 0 };
        bool done = zone_step(source, target, cases[i].to, &v, &why);
        assert_int_equal(done, cases[i].want != NULL);
        if (!done) {
            assert_non_null(strstr(why.message, cases[i].source));
            continue;
        }
        char buffer[VALUE_TEXT_MAX];
        size_t size;
        const char *text = value_to_text(&v, buffer, &size);
        g_autofree char *got = g_strndup(text, size);
        assert_string_equal(got, cases[i].want);
    }
}

static void infinity_is_in_every_zone(void **state)
{
    (void)state;
    g_autoptr(zone) berlin = zone_open("Europe/Berlin", NULL);
    convert_error why;
    value v = value_of_kind(VALUE_TIMESTAMP, VALUE_INFINITY);
    assert_true(zone_step(berlin, berlin, TYPE_INSTANT, &v, &why));
    assert_int_equal(v.kind, VALUE_INSTANT);
    assert_true(v.i == VALUE_INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timestamp_keeps_its_place_in_time),
        cmocka_unit_test(infinity_is_in_every_zone),
    };
    return cmocka_run_group_tests_name("zone_step", tests, NULL, NULL);
}
