/* Which runs the list shows. */
#include "ui/run_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *typed;
    const char *since, *until; /* NULL, NULL and no words: refused, or all */
    const char *words;
    bool refused;
} dates[] = {
    { "2026-03-01", "2026-03-01", "2026-03-01", "2026-03-01", false },
    { " 2026-03-01..2026-03-07 ", "2026-03-01", "2026-03-07", "2026-03-01 to 2026-03-07", false },
    { "2026-03-01..", "2026-03-01", NULL, "from 2026-03-01", false },
    { "..2026-03-07", NULL, "2026-03-07", "until 2026-03-07", false },
    { "", NULL, NULL, NULL, false },
    { "..", NULL, NULL, NULL, false },
    { "2026-02-30", NULL, NULL, NULL, true },
    { "yesterday", NULL, NULL, NULL, true },
    { "2026-03-07..2026-03-01", NULL, NULL, NULL, true },
    { "2026-03-01..x", NULL, NULL, NULL, true },
};

static void assert_text(const char *got, const char *want)
{
    if (want == NULL)
        assert_null(got);
    else
        assert_string_equal(got, want);
}

static void dates_are_taken_with_open_ends(void **state)
{
    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(dates); i++) {
        run_list_filter f = { 0 };
        g_autoptr(error) wrong = NULL;
        assert_int_equal(run_list_filter_set_dates(&f, dates[i].typed, &wrong), !dates[i].refused);
        assert_int_equal(wrong != NULL, dates[i].refused);
        assert_text(f.since, dates[i].since);
        assert_text(f.until, dates[i].until);
        g_autofree char *words = run_list_filter_words(&f);
        assert_text(words, dates[i].words);
        run_list_filter_clear(&f);
    }
}

static void a_refused_date_leaves_the_filter_as_it_was(void **state)
{
    (void)state;
    run_list_filter f = { 0 };
    g_autoptr(error) wrong = NULL;
    assert_true(run_list_filter_set_dates(&f, "2026-03-01..2026-03-07", NULL));
    assert_false(run_list_filter_set_dates(&f, "2026-03-09..1", &wrong));
    g_autofree char *shown = run_list_filter_dates(&f);
    assert_string_equal(shown, "2026-03-01..2026-03-07");
    run_list_filter_clear(&f);
    assert_false(run_list_filter_is_set(&f));
}

static void the_operation_gets_what_is_set_and_nothing_else(void **state)
{
    (void)state;
    run_list_filter f = { .task = g_strdup("orders"), .state = g_strdup("failed,held") };
    json_t *in = run_list_filter_input(&f);
    json_t *want = json_pack("{s:s, s:s}", "task", "orders", "state", "failed,held");
    assert_true(json_equal(in, want));
    g_autofree char *words = run_list_filter_words(&f);
    assert_string_equal(words, "orders, failed or held");
    json_decref(in);
    json_decref(want);
    run_list_filter_clear(&f);
}

static void each_word_is_said_once(void **state)
{
    (void)state;
    run_list_filter f = { .state = g_strdup("waiting_time,waiting_upstream,running"),
                          .kind = g_strdup("replay") };
    g_autofree char *words = run_list_filter_words(&f);
    assert_string_equal(words, "waiting or running, replay");
    run_list_filter_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_taken_with_open_ends),
        cmocka_unit_test(a_refused_date_leaves_the_filter_as_it_was),
        cmocka_unit_test(the_operation_gets_what_is_set_and_nothing_else),
        cmocka_unit_test(each_word_is_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
