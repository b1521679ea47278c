/* Parameters and macros: every example of spec/parameters.md, and their edges. */
#include "param/parameter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static civil_time civil(const char *text)
{
    civil_time t = { 0 };
    int count =
        sscanf(text, "%d-%d-%d %d:%d:%d", &t.year, &t.month, &t.day, &t.hour, &t.minute, &t.second);
    assert_true(count == 3 || count == 6);
    assert_true(civil_is_valid(&t));
    return t;
}

static parameter_scope scope_at(const char *business_date, const char *scheduled)
{
    return (parameter_scope){
        .business_date = civil(business_date),
        .scheduled = civil(scheduled),
        .now = civil(scheduled),
        .start_time = "2025-11-01 02:30:51",
        .job_name = "daily_orders",
        .task_id = "17",
        .workflow_id = "700",
        .node_id = "71",
        .instance_id = "9001",
    };
}

static void expect(const parameter_scope *scope, const char *text, const char *want)
{
    g_autoptr(error) err = NULL;
    g_autofree char *got = parameter_expand(scope, text, &err);
    if (got == NULL)
        fail_msg("%s: %s", text, err->message);
    if (strcmp(got, want) != 0)
        fail_msg("%s: got \"%s\", want \"%s\"", text, got, want);
}

static void expect_error(const parameter_scope *scope, const char *text, const char *want)
{
    g_autoptr(error) err = NULL;
    g_autofree char *got = parameter_expand(scope, text, &err);
    if (got != NULL)
        fail_msg("%s: got \"%s\", want an error", text, got);
    assert_int_equal(err->code, ERROR_DOCUMENT);
    if (strcmp(err->message, want) != 0)
        fail_msg("%s: got error \"%s\", want \"%s\"", text, err->message, want);
}

static const struct {
    const char *business_date, *scheduled, *text, *want;
} examples[] = {
#define D "2025-10-31"
#define T "2025-11-01 02:30:45"
    /* 1.1 */
    { "2025-03-15", "2025-03-16 00:00:00", "${yyyymmdd}", "20250315" },
    { "2025-03-15", "2025-03-16 00:00:00", "$[yyyymmddhh24miss]", "20250316000000" },
    { "2025-07-19", "2025-07-20 10:30:00", "$[yyyy-mm-dd] $[hh24:mi:ss]", "2025-07-20 10:30:00" },
    /* 1.2 */
    { D, T, "${bizdate}", "20251031" },
    { D, T, "${cyctime}", "20251101023045" },
    { D, T, "${gmtdate}", "20251101" },
    { D, T, "${bizmonth}", "202510" },
    { "2025-11-19", "2025-11-20 00:00:00", "${bizmonth}", "202510" },
    { "2025-01-14", "2025-01-15 00:00:00", "${bizmonth}", "202412" },
    { "2024-11-19", "2025-11-20 00:00:00", "${bizmonth}", "202411" },
    { D, T, "${jobid} ${nodeid} ${taskid}", "700 71 9001" },
    { D, T, "${start_time}|${task_job_name}|${task_id}", "2025-11-01 02:30:51|daily_orders|17" },
    /* 1.3 */
    { D, T, "${yyyy}", "2025" },
    { D, T, "$[yyyy]", "2025" },
    { D, T, "${yy}", "25" },
    { D, T, "$[yy]", "25" },
    { D, T, "${mm}", "10" },
    { D, T, "$[mm]", "11" },
    { D, T, "${dd}", "31" },
    { D, T, "$[dd]", "01" },
    { D, T, "$[hh24]", "02" },
    { D, T, "$[hh]", "02" },
    { D, T, "$[hh12]", "02" },
    { D, T, "$[mi]", "30" },
    { D, T, "$[ss]", "45" },
    { D, T, "${yyyy-mm-dd}", "2025-10-31" },
    { D, T, "$[hh24:mi:ss]", "02:30:45" },
    { D, T, "${yyyymm}", "202510" },
    { D, T, "$[hh24miss]", "023045" },
    { D, T, "$[yyyymmddhh24miss]", "20251101023045" },
    /* 1.4 */
    { D, T, "${yyyy-1}", "2024" },
    { D, T, "${yy-1}", "24" },
    { D, T, "${yyyymm-1}", "202509" },
    { D, T, "${yyyymm}01", "20251001" },
    { D, T, "${yyyymmdd-1}", "20251030" },
    { D, T, "${yyyymmdd-7*1}", "20251024" },
    { D, T, "${yyyymmdd+1}", "20251101" },
    { D, T, "${yyyy-mm-dd-1}", "2025-10-30" },
    { "2025-07-19", "2025-07-20 10:30:00", "${yyyy-mm-dd-29}", "2025-06-20" },
    { "2025-07-19", "2025-07-20 10:30:00", "${yyyy-mm-dd-364}", "2024-07-20" },
    /* 1.5 */
    { D, T, "$[yyyymmdd]", "20251101" },
    { D, T, "$[yyyymmdd-1]", "20251031" },
    { D, T, "$[yyyymmdd-7*1]", "20251025" },
    { D, T, "$[yyyy-mm-dd-1]", "2025-10-31" },
    { D, T, "$[yyyymmddhh24miss-1/24]", "20251101013045" },
    { D, T, "$[hh24-1/24]", "01" },
    { D, T, "$[hh24-3/24]", "23" },
    { D, T, "$[yyyymmdd-3/24]", "20251031" },
    { D, T, "$[hh24miss-15/24/60]", "021545" },
    { D, T, "$[mi-15/24/60]", "15" },
    { D, T, "$[yyyymmdd-1-1/24]", "20251031" },
    { D, T, "$[yyyymmddhh24miss-1-1/24]", "20251031013045" },
    { D, T, "$[add_months(yyyymmdd,-1)]", "20251001" },
    { D, T, "$[add_months(yyyymmdd,-12)]", "20241101" },
    { D, T, "$[add_months(yyyymm,-1)]", "202510" },
    { D, T, "$[mm-1/24]", "11" },
    { "2025-10-31", "2025-11-01 00:30:00", "$[mm-1/24]", "10" },
    { D, T, "$[add_months(yyyymmddhh24miss,12*1)-30/24/60]", "20261101020045" },
    { "2025-03-30", "2025-03-31 00:00:00", "$[add_months(yyyymmdd,-1)]", "20250228" },
    { "2025-07-19", "2025-07-20 10:30:00", "$[hh24:mi:ss-1/24/60]", "10:29:00" },
    { "2025-07-19", "2025-07-20 10:30:00", "$[hh24:mi:ss-1/24]", "09:30:00" },
    { "2025-07-19", "2025-07-20 10:30:00", "$[yyyy-mm-dd-1]", "2025-07-19" },
#undef D
#undef T
/* 2.1, and today is the date of the scheduled time */
#define D "2026-03-30"
#define T "2026-03-31 04:05:06"
    { D, T, "{{{today}}}", "2026-03-31" },
    { D, T, "{{{yesterday}}}", "2026-03-30" },
    { D, T, "{{{tomorrow}}}", "2026-04-01" },
    { D, T, "{{{today-30days}}}", "2026-03-01" },
    { D, T, "{{{today - 1 days}}}", "2026-03-30" },
    { D, T, "{{{yesterday - 6 days}}}", "2026-03-24" },
    { D, T, "{{{first day of last month}}}", "2026-02-01" },
    { D, T, "{{{last day of last month}}}", "2026-02-28" },
    { D, T, "{{{first day of this quarter}}}", "2026-01-01" },
    { D, T, "{{{last day of this year}}}", "2026-12-31" },
    { D, T, "{{{Monday last week}}}", "2026-03-23" },
    { D, T, "{{{first day of last month - 1 days}}}", "2026-01-31" },
    { D, T, "{{{last day of last month -1 months}}}", "2026-01-28" },
};

static void every_example_of_the_specification_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
        parameter_scope scope = scope_at(examples[i].business_date, examples[i].scheduled);
        expect(&scope, examples[i].text, examples[i].want);
    }
}

static void edges_of_calendar_and_clock_hold(void **state)
{
    (void)state;
    static const struct {
        const char *business_date, *scheduled, *text, *want;
    } cases[] = {
        { "2024-02-28", "2024-02-29 00:00:00", "${yyyymmdd+1}", "20240229" },
        { "2023-02-28", "2023-03-01 00:00:00", "${yyyymmdd+1}", "20230301" },
        { "2024-02-29", "2024-03-01 00:00:00", "${yyyy-1}", "2023" },
        { "2024-02-29", "2024-03-01 00:00:00", "${yyyymm+12}", "202502" },
        { "2024-01-31", "2024-01-31 00:00:00", "$[add_months(yyyy-mm-dd,+1)]", "2024-02-29" },
        { "2024-01-31", "2024-01-31 00:00:00", "$[add_months( yyyy-mm-dd , 1 )]", "2024-02-29" },
        { "2024-01-31", "2024-01-31 00:00:00", "$[add_months(yyyy-mm-dd,1)+1]", "2024-03-01" },
        { "2024-02-29", "2024-02-29 00:00:00", "$[add_months(yyyymmdd,12)]", "20250228" },
        { "2024-12-31", "2025-01-01 00:00:00", "${yyyymmdd+1}", "20250101" },
        { "9999-12-31", "9999-12-31 23:59:59", "${yyyymmdd} $[ss]", "99991231 59" },
        { "9999-12-30", "9999-12-31 23:59:58", "$[yyyymmddhh24miss+1/24/60/60]", "99991231235959" },
        { "0001-01-02", "0001-01-03 00:00:00", "${yyyymmdd-1}", "00010101" },
        { "2025-01-01", "2025-01-01 00:00:00", "$[hh] $[hh12] $[hh24]", "12 12 00" },
        { "2025-01-01", "2025-01-01 12:00:00", "$[hh12] $[hh24]", "12 12" },
        { "2025-01-01", "2025-01-01 13:00:00", "$[hh12:mi]", "01:00" },
        { "2025-01-01", "2025-01-01 23:59:59", "$[hh12]", "11" },
        { "2025-01-01", "2025-01-01 00:00:00", "$[yyyymmdd-1+1]", "20250101" },
        { "2025-01-01", "2025-01-01 00:00:00", "$[yyyymmdd+7*2*2]", "20250129" },
        { "2025-01-01", "2025-01-01 00:00:00", "$[yyyy/mm/dd hh24:mi]", "2025/01/01 00:00" },
        { "2000-01-05", "2000-01-05 00:00:00", "${yy}", "00" },
        { "2026-03-30", "2026-03-31 00:00:00", "{{{ TODAY+1YEARS }}}", "2027-03-31" },
        { "2026-03-30", "2026-03-31 00:00:00", "{{{today-1month}}}", "2026-02-28" },
        { "2026-03-30", "2026-03-31 00:00:00", "{{{today + 2 weeks}}}", "2026-04-14" },
        { "2026-03-30", "2026-03-31 00:00:00", "{{{SundayThisWeek}}}", "2026-04-05" },
        { "2026-03-30", "2026-03-31 00:00:00", "{{{friday next week-1 days}}}", "2026-04-09" },
        { "2026-03-30", "2026-03-31 00:00:00", "{{{last day of next quarter}}}", "2026-06-30" },
        { "2026-03-30", "2026-01-31 00:00:00", "{{{first day of last quarter}}}", "2025-10-01" },
        { "2026-03-30", "2026-01-31 00:00:00", "{{{last day of next month}}}", "2026-02-28" },
        { "2026-03-30", "2026-11-30 00:00:00", "{{{first day of next year}}}", "2027-01-01" },
        { "2026-03-30", "2026-03-29 00:00:00", "{{{monday this week}}}", "2026-03-23" },
        { "2026-03-30", "2028-02-29 00:00:00", "{{{today - 1 years}}}", "2027-02-28" },
        { "2026-03-30", "2026-03-31 00:00:00", "{{{{today}}}}", "{2026-03-31}" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        parameter_scope scope = scope_at(cases[i].business_date, cases[i].scheduled);
        expect(&scope, cases[i].text, cases[i].want);
    }
}

static void text_without_parameters_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",          "$1 $2",   "$bizdate", "a = '$'",  "$",        "$$",
        "{{today}}", "{ } } ]", "100 %",    "$$body$$", "größer ☃",
    };
    parameter_scope scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        expect(&scope, texts[i], texts[i]);
    expect(&scope, "a $${yyyy} b", "a ${yyyy} b");
    expect(&scope, "json_extract(x, '$$[0]')", "json_extract(x, '$[0]')");
}

static void mistakes_are_errors_with_their_position(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "${yyyy-mm-dd-1/24}", "the business date takes only whole offsets at position 13" },
        { "${hh24}", "the business date has no time of day at position 3" },
        { "${yyyymmddhh24}", "the business date has no time of day at position 3" },
        { "${YYYYMMDD}", "unknown parameter \"YYYYMMDD\" at position 3" },
        { "${YYYY-MM-DD}", "unknown format letter \"Y\" at position 3" },
        { "ä ${nosuch}", "unknown parameter \"nosuch\" at position 5" },
        { "${yyyy-mm-q}", "unknown format letter \"q\" at position 11" },
        { "${yyyy-mm-01}", "offset begins with 0 at position 11" },
        { "${yyyymmdd-1-1}", "offset is not understood at position 13" },
        { "${yyyymmdd-0.5}", "offset is not understood at position 13" },
        { "${}", "date format is missing at position 3" },
        { "${-1}", "date format is missing at position 3" },
        { "$[]", "date format is missing at position 3" },
        { "x ${yyyy", "\"${\" without \"}\" at position 3" },
        { "$[yyyy", "\"$[\" without \"]\" at position 1" },
        { "{{{today}}", "\"{{{\" without \"}}}\" at position 1" },
        { "${a${yyyy}}", "\"${\" without \"}\" at position 1" },
        { "$[yyyy\n]", "\"$[\" without \"]\" at position 1" },
        { "$[foo]", "unknown format letter \"f\" at position 3" },
        { "$[bizdate]", "unknown format letter \"b\" at position 3" },
        { "$[yyyy-1]", "offsets of $[…] are days, not months or years at position 7" },
        { "$[mm-1]", "offsets of $[…] are days, not months or years at position 5" },
        { "$[yyyymmdd-1/0]", "offset is divided by 0 at position 14" },
        { "$[yyyymmdd-1/7]", "offset is not a whole number of seconds at position 11" },
        { "$[yyyymmdd-0.5]", "offset is not understood at position 13" },
        { "$[yyyymmdd-1)]", "offset is not understood at position 13" },
        { "$[yyyymmdd-99999999999999999999]", "number is too large at position 12" },
        { "$[yyyymmdd-9223372036854775807]", "offset is too large at position 11" },
        { "$[yyyymmdd-9999999*9999999999999]", "offset is too large at position 11" },
        { "${yyyymmdd-9223372036854775807}",
          "offset leads outside the years 1 to 9999 at position 11" },
        { "${yyyy-9223372036854775807}", "offset is too large at position 7" },
        { "${yyyy-2025}", "offset leads outside the years 1 to 9999 at position 7" },
        { "${yyyymm+99999}", "offset leads outside the years 1 to 9999 at position 9" },
        { "$[add_months(yyyymmdd)]",
          "add_months takes a format, a comma and a number of months at position 22" },
        { "$[add_months(yyyymmdd,)]", "number is missing at position 23" },
        { "$[add_months(yyyymmdd,-1]",
          "\")\" is missing after the number of months at position 25" },
        { "$[add_months(add_months(yyyy,1),1)]", "unknown format letter \"a\" at position 14" },
        { "$[add_months yyyymmdd]", "\"(\" is missing after add_months at position 14" },
        { "$[add_months(yyyymmdd,-99999)]",
          "offset leads outside the years 1 to 9999 at position 13" },
        { "$[add_months(yyyymmdd,-1)x]", "offset is not understood at position 26" },
        { "{{{now}}}", "macro is not understood at position 4" },
        { "{{{}}}", "macro is not understood at position 4" },
        { "{{{today - 1}}}", "unit is missing after the number at position 13" },
        { "{{{today - days}}}", "number is missing after the sign at position 12" },
        { "{{{today - 1 hours}}}", "unit is missing after the number at position 14" },
        { "{{{today - 1 days - 1 days}}}", "macro goes on where it should end at position 19" },
        { "{{{today - 99999999999999999999 days}}}", "number is too large at position 12" },
        { "{{{today + 8000 years}}}", "macro leads outside the years 1 to 9999 at position 4" },
        { "{{{first day of month}}}", "\"last\", \"this\" or \"next\" is missing at position 17" },
        { "{{{first day of last week}}}",
          "\"month\", \"quarter\" or \"year\" is missing at position 22" },
        { "{{{monday}}}", "\"last\", \"this\" or \"next\" is missing at position 10" },
        { "{{{monday last month}}}", "\"week\" is missing at position 16" },
    };
    parameter_scope scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        expect_error(&scope, cases[i].text, cases[i].want);
}

static GHashTable *table(const char *first, ...)
{
    GHashTable *t = g_hash_table_new(g_str_hash, g_str_equal);
    va_list args;
    va_start(args, first);
    for (const char *name = first; name != NULL; name = va_arg(args, const char *))
        g_hash_table_insert(t, (char *)name, va_arg(args, char *));
    va_end(args);
    return t;
}

static void overrides_win_over_task_over_global_over_builtin(void **state)
{
    (void)state;
    parameter_scope scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    g_autoptr(GHashTable) global =
        table("a", "global", "b", "global", "c", "global", "bizdate", "global", NULL);
    g_autoptr(GHashTable) task = table("a", "task", "b", "task", NULL);
    g_autoptr(GHashTable) overrides = table("a", "override", NULL);
    scope.global = global;
    scope.task = task;
    scope.overrides = overrides;
    expect(&scope, "${a} ${b} ${c} ${bizdate} ${cyctime}",
           "override task global global 20251101023045");
}

static void a_parameter_may_be_an_expression(void **state)
{
    (void)state;
    parameter_scope scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    g_autoptr(GHashTable) task = table(
        "day", "${yyyymmdd-1}", "hour", "$[hh24:mi:ss-1/24]", "biz", "$bizdate", "bizdate",
        "$bizdate", "path", "/in/$cyctime/x-$yyyy$mm.csv", "file", "${path}?${day}", "price", "$5",
        "from", "{{{today}}}", "region", "north east", "empty", "", "when", "$dd", NULL);
    scope.task = task;
    expect(&scope, "${day}", "20251030");
    expect(&scope, "${hour}", "01:30:45");
    expect(&scope, "${biz} ${bizdate}", "20251031 20251031");
    expect(&scope, "${file}", "/in/20251101023045/x-202510.csv?20251030");
    expect(&scope, "${price}|${region}|${empty}|", "$5|north east||");
    expect(&scope, "${from} ${when}", "2025-11-01 31");
    g_autofree char *value = parameter_value(&scope, "file", NULL);
    assert_string_equal(value, "/in/20251101023045/x-202510.csv?20251030");
}

static void parameters_that_do_not_end_are_errors(void **state)
{
    (void)state;
    parameter_scope scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    g_autoptr(GHashTable) task = table("self", "${self}", "a", "x${b}", "b", "${a}", "bad",
                                       "12 ${yyyyq}", "bare", "$nosuch", NULL);
    scope.task = task;
    expect_error(&scope, "${self}",
                 "parameter \"self\" at position 1: parameter \"self\" refers to itself at "
                 "position 3");
    expect_error(&scope, "${bad}",
                 "parameter \"bad\" at position 1: unknown parameter \"yyyyq\" at position 6");
    expect_error(&scope, "a ${bare}",
                 "parameter \"bare\" at position 3: unknown parameter \"nosuch\" at position 1");
    g_autoptr(error) err = NULL;
    assert_null(parameter_expand(&scope, "${a}", &err));
    assert_non_null(strstr(err->message, "\"a\" refers to itself"));

    /* Each of 20 refers to the next: too deep. */
    g_autoptr(GHashTable) deep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (int i = 0; i < 20; i++)
        g_hash_table_insert(deep, g_strdup_printf("p%d", i), g_strdup_printf("${p%d}", i + 1));
    scope.task = deep;
    g_autoptr(error) too_deep = NULL;
    assert_null(parameter_expand(&scope, "${p0}", &too_deep));
    assert_non_null(strstr(too_deep->message, "more than 16 deep"));

    /* Each of ten holds the next ten times and the last is empty: no text, but
     * 10^10 steps. */
    g_autoptr(GHashTable) wide = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (int i = 0; i < 10; i++) {
        GString *ten = g_string_new(NULL);
        for (int n = 0; n < 10; n++)
            g_string_append_printf(ten, "${p%d}", i + 1);
        g_hash_table_insert(wide, g_strdup_printf("p%d", i), g_string_free(ten, FALSE));
    }
    g_hash_table_insert(wide, g_strdup("p10"), g_strdup(""));
    scope.task = wide;
    g_autoptr(error) too_wide = NULL;
    assert_null(parameter_expand(&scope, "${p0}", &too_wide));
    assert_non_null(strstr(too_wide->message, "too long"));
}

static void an_unknown_name_brings_the_nearest_known_one(void **state)
{
    (void)state;
    parameter_scope scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    g_autoptr(GHashTable) task = table("region", "north", NULL);
    scope.task = task;
    g_autoptr(error) err = NULL;
    assert_null(parameter_expand(&scope, "${regoin}", &err));
    assert_string_equal(err->hint, "Did you mean \"region\"?");
}

static void values_can_be_told_from_text(void **state)
{
    (void)state;
    parameter_scope scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    const char *text = "d >= '${bizdate}' and e = $${x}{{{today}}}$[mi]";
    static const struct {
        bool is_value;
        const char *text, *original;
    } want[] = {
        { false, "d >= '", "d >= '" },
        { true, "20251031", "${bizdate}" },
        { false, "' and e = ${x}", "' and e = $${x}" },
        { true, "2025-11-01", "{{{today}}}" },
        { true, "30", "$[mi]" },
    };
    g_autoptr(GPtrArray) pieces = parameter_split(&scope, text, NULL);
    assert_non_null(pieces);
    assert_int_equal(pieces->len, G_N_ELEMENTS(want));
    for (size_t i = 0; i < pieces->len; i++) {
        const parameter_piece *piece = g_ptr_array_index(pieces, i);
        assert_int_equal(piece->is_value, want[i].is_value);
        assert_string_equal(piece->text, want[i].text);
        assert_int_equal(piece->length, strlen(want[i].original));
        assert_memory_equal(text + piece->offset, want[i].original, piece->length);
    }
}

static void a_check_needs_no_date_and_no_run(void **state)
{
    (void)state;
    parameter_scope scope = { 0 };
    assert_true(parameter_check(&scope, "${start_time} ${jobid} ${yyyymmdd-1} $[hh24-1/24]", NULL));
    g_autoptr(error) err = NULL;
    assert_false(parameter_check(&scope, "${nosuch}", &err));
    assert_int_equal(err->code, ERROR_DOCUMENT);
    scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    scope.start_time = NULL;
    expect_error(&scope, "${start_time}",
                 "parameter \"start_time\" has no value here at position 3");
}

static void every_builtin_is_explained(void **state)
{
    (void)state;
    parameter_scope scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    size_t count = 0;
    for (const char *const *p = parameter_builtins(); *p != NULL; p += 2, count++) {
        g_autofree char *value = parameter_value(&scope, p[0], NULL);
        assert_non_null(value);
        assert_true(*p[1] != '\0');
    }
    assert_int_equal(count, 10);
}

static void going_back_and_forth_by_days_returns(void **state)
{
    (void)state;
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int i = 0; i < 2000; i++) {
        civil_time day;
        assert_true(civil_of_seconds(
            (civil_day_number(1000, 1, 1) + g_rand_int_range(random, 0, 2900000)) * 86400, &day));
        int days = g_rand_int_range(random, 0, 30000);
        parameter_scope scope = { .business_date = day, .scheduled = day, .now = day };
        g_autofree char *there = g_strdup_printf("${yyyy-mm-dd-%d}", days);
        g_autofree char *same = g_strdup_printf("$[yyyy-mm-dd-%d]", days);
        g_autofree char *macro = g_strdup_printf("{{{today - %d days}}}", days);
        g_autofree char *a = parameter_expand(&scope, there, NULL);
        expect(&scope, same, a);
        expect(&scope, macro, a);
        scope.business_date = civil(a);
        g_autofree char *back = g_strdup_printf("${yyyy-mm-dd+%d}", days);
        g_autofree char *want = civil_format_date(&day);
        expect(&scope, back, want);
    }
}

static void months_never_leave_the_month_meant(void **state)
{
    (void)state;
    g_autoptr(GRand) random = g_rand_new_with_seed(11);
    for (int i = 0; i < 2000; i++) {
        civil_time day;
        assert_true(civil_of_seconds(
            (civil_day_number(1500, 1, 1) + g_rand_int_range(random, 0, 1000000)) * 86400, &day));
        int months = g_rand_int_range(random, -5000, 5000);
        parameter_scope scope = { .business_date = day, .scheduled = day, .now = day };
        int total = day.year * 12 + day.month - 1 + months;
        int last = civil_days_in_month(total / 12, total % 12 + 1);
        g_autofree char *text = g_strdup_printf("$[add_months(yyyy-mm-dd,%d)]", months);
        g_autofree char *want =
            g_strdup_printf("%04d-%02d-%02d", total / 12, total % 12 + 1, MIN(day.day, last));
        expect(&scope, text, want);
    }
}

static void random_text_never_crashes(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "${",          "}",    "$[",    "]",     "{{{",     "}}}",  "yyyy", "mm",
        "dd",          "hh24", "mi",    "-",     "+",       "1",    "7*1",  "/24",
        "add_months(", ",",    ")",     "today", "monday",  "last", "week", "$",
        "$$",          " ",    "99999", "a",     "bizdate", "é",    "\n",
    };
    parameter_scope scope = scope_at("2025-10-31", "2025-11-01 02:30:45");
    g_autoptr(GHashTable) task = table("a", "${bizdate}$[mm]", NULL);
    scope.task = task;
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    for (int i = 0; i < 20000; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int n = g_rand_int_range(random, 1, 10); n > 0; n--)
            g_string_append(text, parts[g_rand_int_range(random, 0, G_N_ELEMENTS(parts))]);
        g_autoptr(error) err = NULL;
        g_autofree char *got = parameter_expand(&scope, text->str, &err);
        assert_true((got == NULL) == (err != NULL));
        if (err != NULL)
            assert_non_null(strstr(err->message, "position"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_specification_holds),
        cmocka_unit_test(edges_of_calendar_and_clock_hold),
        cmocka_unit_test(text_without_parameters_stays_as_it_is),
        cmocka_unit_test(mistakes_are_errors_with_their_position),
        cmocka_unit_test(overrides_win_over_task_over_global_over_builtin),
        cmocka_unit_test(a_parameter_may_be_an_expression),
        cmocka_unit_test(parameters_that_do_not_end_are_errors),
        cmocka_unit_test(an_unknown_name_brings_the_nearest_known_one),
        cmocka_unit_test(values_can_be_told_from_text),
        cmocka_unit_test(a_check_needs_no_date_and_no_run),
        cmocka_unit_test(every_builtin_is_explained),
        cmocka_unit_test(going_back_and_forth_by_days_returns),
        cmocka_unit_test(months_never_leave_the_month_meant),
        cmocka_unit_test(random_text_never_crashes),
    };
    return cmocka_run_group_tests_name("parameter", tests, NULL, NULL);
}
