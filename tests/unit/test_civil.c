/* Civil time: calendar arithmetic, and local times around changes of clocks. */
#include "base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void day_numbers_go_there_and_back(void **state)
{
    (void)state;
    assert_int_equal(civil_day_number(1970, 1, 1), 0);
    assert_int_equal(civil_day_number(2000, 3, 1), 11017);
    assert_int_equal(civil_day_number(1969, 12, 31), -1);
    for (int64_t days = -1000000; days < 4000000; days += 37) {
        int64_t year;
        int month, day;
        civil_of_day_number(days, &year, &month, &day);
        assert_in_range(month, 1, 12);
        assert_in_range(day, 1, civil_days_in_month(year, month));
        assert_int_equal(civil_day_number(year, month, day), days);
    }
}

static void weekdays_are_known(void **state)
{
    (void)state;
    assert_int_equal(civil_weekday(&(civil_time){ 2026, 3, 31, 0, 0, 0 }), 1);
    assert_int_equal(civil_weekday(&(civil_time){ 2024, 2, 29, 0, 0, 0 }), 3);
    assert_int_equal(civil_weekday(&(civil_time){ 1, 1, 1, 0, 0, 0 }), 0);
    assert_int_equal(civil_weekday(&(civil_time){ 1969, 12, 28, 0, 0, 0 }), 6);
}

static void additions_stop_at_the_years_1_and_9999(void **state)
{
    (void)state;
    civil_time t = { 9999, 12, 31, 23, 59, 59 };
    assert_false(civil_add_seconds(&t, 1));
    assert_false(civil_add_days(&t, INT64_MAX));
    assert_false(civil_add_months(&t, 1));
    assert_false(civil_add_months(&t, INT64_MAX));
    assert_int_equal(t.second, 59);
    t = (civil_time){ 1, 1, 1, 0, 0, 0 };
    assert_false(civil_add_seconds(&t, -1));
    assert_false(civil_add_months(&t, INT64_MIN));
    assert_true(civil_add_months(&t, 9998 * 12 + 11));
    assert_int_equal(t.year, 9999);
    assert_int_equal(t.month, 12);
}

static void dates_are_read_strictly(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026-3-1",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "2026/03/01",
        "2026-03-01 ",
        " 2026-03-01",
        "2026-03-01x",
        "today",
        "10000-01-01",
        "2026-03-1\x01",
    };
    civil_time t, last;
    assert_true(civil_parse_date("2024-02-29", &t, NULL));
    assert_int_equal(t.day, 29);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(error) err = NULL;
        assert_false(civil_parse_date(bad[i], &t, &err));
        assert_int_equal(err->code, ERROR_USAGE);
        g_autoptr(error) range_err = NULL;
        assert_false(civil_parse_range(bad[i], &t, &last, &range_err));
    }
    assert_true(civil_parse_range("2026-03-01..2026-04-02", &t, &last, NULL));
    assert_int_equal(t.month, 3);
    assert_int_equal(last.month, 4);
    assert_true(civil_parse_range("2026-03-01", &t, &last, NULL));
    assert_int_equal(civil_compare(&t, &last), 0);
    assert_true(civil_parse_range("2026-03-01..2026-03-01", &t, &last, NULL));
    assert_false(civil_parse_range("2026-03-02..2026-03-01", &t, &last, NULL));
    assert_false(civil_parse_range("2026-03-02..", &t, &last, NULL));
    assert_false(civil_parse_range("2026-03-02,,2026-03-01", &t, &last, NULL));
}

static void instants_are_written_and_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t instant_us;
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2026-03-02 00:00:05+01:00", INT64_C(1772406005000000) },
        { "1969-12-31T23:59:59.999999Z", -1 },
        { "2026-03-02T00:00:05.25-00:30", INT64_C(1772411405250000) },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t got;
        assert_true(instant_parse(cases[i].text, &got, NULL));
        assert_int_equal(got, cases[i].instant_us);
        g_autofree char *text = instant_format(NULL, got);
        int64_t again;
        assert_true(instant_parse(text, &again, NULL));
        assert_int_equal(again, got);
    }
    g_autoptr(zone) berlin = zone_open("Europe/Berlin", NULL);
    g_autofree char *local = instant_format(berlin, cases[1].instant_us);
    assert_string_equal(local, "2026-03-02T00:00:05+01:00");
    g_autofree char *before = instant_format(NULL, -1);
    assert_string_equal(before, "1969-12-31T23:59:59.999999Z");
    g_autoptr(zone) john = zone_open("America/St_Johns", NULL);
    g_autofree char *west = instant_format(john, 0);
    assert_string_equal(west, "1969-12-31T20:30:00-03:30");
    static const char *const bad[] = { "2026-03-02T00:00:05",      "2026-03-02",
                                       "2026-03-02T24:00:00Z",     "2026-03-02T00:00:05.Z",
                                       "2026-03-02T00:00:05+1:00", "2026-03-02T00:00:05+01:00x" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        int64_t got;
        assert_false(instant_parse(bad[i], &got, NULL));
    }
}

static void only_names_of_the_zone_database_are_zones(void **state)
{
    (void)state;
    static const char *const good[] = { "Europe/Berlin", "UTC", "Etc/GMT+5",
                                        "America/Port-au-Prince",
                                        "America/Argentina/Buenos_Aires" };
    static const char *const bad[] = {
        "12",
        "+01:00",
        "Foo/Bar",
        "europe",
        "Europe",
        "EST5EDT,M3.2.0,M11.1.0",
        "../etc/passwd",
        "Europe/../UTC",
        "/usr/share/zoneinfo/UTC",
        "Europe/Berlin ",
        "tzdata.zi",
        "right/UTC",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(zone) z = zone_open(good[i], NULL);
        if (z == NULL)
            fail_msg("%s is refused", good[i]);
        assert_string_equal(zone_name(z), good[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(error) err = NULL;
        g_autoptr(zone) z = zone_open(bad[i], &err);
        if (z != NULL)
            fail_msg("%s is accepted", bad[i]);
        assert_int_equal(err->code, ERROR_DOCUMENT);
    }
}

static void the_system_zone_follows_tz(void **state)
{
    (void)state;
    g_autofree char *saved = g_strdup(g_getenv("TZ"));
    static const char *const cases[][2] = {
        { "Asia/Tokyo", "Asia/Tokyo" },
        { ":Asia/Tokyo", "Asia/Tokyo" },
        { "/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_setenv("TZ", cases[i][0], TRUE);
        g_autofree char *name = zone_system_name();
        assert_string_equal(name, cases[i][1]);
    }
    g_setenv("TZ", "nonsense", TRUE);
    g_autoptr(zone) z = zone_open(NULL, NULL);
    assert_non_null(z);
    if (saved != NULL)
        g_setenv("TZ", saved, TRUE);
    else
        g_unsetenv("TZ");
}

static void local_times_around_changes_have_the_instants_ruled(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        civil_time local;
        local_kind kind;
        const char *first, *last;
    } cases[] = {
        { "Europe/Berlin", { 2026, 3, 29, 2, 30, 0 }, LOCAL_NEVER, "2026-03-29T01:00:00Z", NULL },
        { "Europe/Berlin", { 2026, 3, 29, 2, 0, 0 }, LOCAL_NEVER, "2026-03-29T01:00:00Z", NULL },
        { "Europe/Berlin", { 2026, 3, 29, 1, 59, 59 }, LOCAL_ONCE, "2026-03-29T00:59:59Z", NULL },
        { "Europe/Berlin", { 2026, 3, 29, 3, 0, 0 }, LOCAL_ONCE, "2026-03-29T01:00:00Z", NULL },
        { "Europe/Berlin",
          { 2026, 10, 25, 2, 30, 0 },
          LOCAL_TWICE,
          "2026-10-25T00:30:00Z",
          "2026-10-25T01:30:00Z" },
        { "Europe/Berlin", { 2026, 10, 25, 3, 0, 0 }, LOCAL_ONCE, "2026-10-25T02:00:00Z", NULL },
        /* Standard time is summer time there: GLib would answer otherwise. */
        { "Europe/Dublin",
          { 2026, 10, 25, 1, 30, 0 },
          LOCAL_TWICE,
          "2026-10-25T00:30:00Z",
          "2026-10-25T01:30:00Z" },
        { "Europe/Dublin", { 2026, 3, 29, 1, 30, 0 }, LOCAL_NEVER, "2026-03-29T01:00:00Z", NULL },
        /* The 30th does not exist. */
        { "Pacific/Apia", { 2011, 12, 30, 2, 30, 0 }, LOCAL_NEVER, "2011-12-30T10:00:00Z", NULL },
        { "Pacific/Apia", { 2011, 12, 29, 23, 59, 59 }, LOCAL_ONCE, "2011-12-30T09:59:59Z", NULL },
        { "Pacific/Apia", { 2011, 12, 31, 0, 0, 0 }, LOCAL_ONCE, "2011-12-30T10:00:00Z", NULL },
        { "Pacific/Kwajalein",
          { 1993, 8, 21, 12, 0, 0 },
          LOCAL_NEVER,
          "1993-08-21T12:00:00Z",
          NULL },
        /* Half an hour. */
        { "Australia/Lord_Howe",
          { 2026, 10, 4, 2, 15, 0 },
          LOCAL_NEVER,
          "2026-10-03T15:30:00Z",
          NULL },
        { "Australia/Lord_Howe",
          { 2026, 4, 5, 1, 45, 0 },
          LOCAL_TWICE,
          "2026-04-04T14:45:00Z",
          "2026-04-04T15:15:00Z" },
        /* At midnight. */
        { "Africa/Cairo", { 2026, 4, 24, 0, 0, 0 }, LOCAL_NEVER, "2026-04-23T22:00:00Z", NULL },
        { "America/Sao_Paulo",
          { 2018, 11, 4, 0, 0, 0 },
          LOCAL_NEVER,
          "2018-11-04T03:00:00Z",
          NULL },
        { "Asia/Shanghai", { 1988, 4, 17, 2, 30, 0 }, LOCAL_NEVER, "1988-04-16T18:00:00Z", NULL },
        { "Antarctica/Troll", { 2026, 3, 29, 2, 0, 0 }, LOCAL_NEVER, "2026-03-29T01:00:00Z", NULL },
        { "Africa/Casablanca",
          { 2026, 2, 15, 2, 30, 0 },
          LOCAL_TWICE,
          "2026-02-15T01:30:00Z",
          "2026-02-15T02:30:00Z" },
        { "America/Caracas", { 2016, 5, 1, 2, 45, 0 }, LOCAL_NEVER, "2016-05-01T07:00:00Z", NULL },
        { "America/New_York", { 2038, 1, 19, 3, 14, 8 }, LOCAL_ONCE, "2038-01-19T08:14:08Z", NULL },
        /* Far years keep the zone's last rule. */
        { "Europe/Berlin", { 2499, 7, 1, 12, 0, 0 }, LOCAL_ONCE, "2499-07-01T10:00:00Z", NULL },
        { "Europe/Berlin", { 2500, 7, 1, 12, 0, 0 }, LOCAL_ONCE, "2500-07-01T10:00:00Z", NULL },
        { "Europe/Berlin", { 9998, 7, 1, 12, 0, 0 }, LOCAL_ONCE, "9998-07-01T10:00:00Z", NULL },
        { "Europe/Berlin", { 9999, 12, 31, 23, 59, 59 }, LOCAL_ONCE, "9999-12-31T22:59:59Z", NULL },
        { "Asia/Tokyo", { 1, 1, 1, 12, 0, 0 }, LOCAL_ONCE, "0001-01-01T02:41:01Z", NULL },
        { "UTC", { 2026, 1, 1, 0, 0, 0 }, LOCAL_ONCE, "2026-01-01T00:00:00Z", NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(zone) z = zone_open(cases[i].zone, NULL);
        assert_non_null(z);
        int64_t first, last;
        local_kind kind = zone_instants(z, &cases[i].local, &first, &last);
        g_autofree char *first_text = instant_format(NULL, first);
        g_autofree char *last_text = instant_format(NULL, last);
        const char *want_last = cases[i].last != NULL ? cases[i].last : cases[i].first;
        if (kind != cases[i].kind || strcmp(first_text, cases[i].first) != 0 ||
            strcmp(last_text, want_last) != 0)
            fail_msg("%s row %zu: kind %d, %s, %s", cases[i].zone, i, kind, first_text, last_text);
        if (kind != LOCAL_NEVER) {
            civil_time back;
            assert_true(zone_local(z, last, &back));
            assert_int_equal(civil_compare(&back, &cases[i].local), 0);
        }
    }
}

/* For every hour of some years: what zone_instants() says agrees with what the
 * zone shows at those instants. */
static void every_local_hour_is_consistent(void **state)
{
    (void)state;
    static const char *const names[] = { "Europe/Berlin",     "Europe/Dublin",
                                         "Pacific/Apia",      "Australia/Lord_Howe",
                                         "Africa/Casablanca", "America/New_York",
                                         "Asia/Kolkata" };
    for (size_t n = 0; n < G_N_ELEMENTS(names); n++) {
        g_autoptr(zone) z = zone_open(names[n], NULL);
        civil_time local = { 2011, 1, 1, 0, 30, 0 };
        int64_t previous = INT64_MIN;
        for (int i = 0; i < 24 * 366 * 2; i++, civil_add_seconds(&local, 3600)) {
            int64_t first, last;
            civil_time back;
            local_kind kind = zone_instants(z, &local, &first, &last);
            assert_true(first <= last);
            assert_true(first >= previous);
            previous = first;
            assert_true((kind == LOCAL_TWICE) == (first < last));
            assert_true(zone_local(z, first, &back));
            int order = civil_compare(&back, &local);
            assert_true(kind == LOCAL_NEVER ? order > 0 : order == 0);
        }
    }
}

static int64_t fixed_now(void *user)
{
    return *(int64_t *)user;
}

static void the_clock_can_be_replaced(void **state)
{
    (void)state;
    int64_t now = INT64_C(1772406005000000);
    struct clock clock = { fixed_now, &now };
    assert_int_equal(clock_now(&clock), now);
    g_autoptr(zone) z = zone_open("Asia/Shanghai", NULL);
    civil_time t;
    zone_now(z, &clock, &t);
    g_autofree char *text = civil_format(&t);
    assert_string_equal(text, "2026-03-02 07:00:05");
    assert_true(clock_now(NULL) > now - INT64_C(86400000000) * 3650);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(day_numbers_go_there_and_back),
        cmocka_unit_test(weekdays_are_known),
        cmocka_unit_test(additions_stop_at_the_years_1_and_9999),
        cmocka_unit_test(dates_are_read_strictly),
        cmocka_unit_test(instants_are_written_and_read),
        cmocka_unit_test(only_names_of_the_zone_database_are_zones),
        cmocka_unit_test(the_system_zone_follows_tz),
        cmocka_unit_test(local_times_around_changes_have_the_instants_ruled),
        cmocka_unit_test(every_local_hour_is_consistent),
        cmocka_unit_test(the_clock_can_be_replaced),
    };
    return cmocka_run_group_tests_name("civil", tests, NULL, NULL);
}
