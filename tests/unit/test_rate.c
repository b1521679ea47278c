/* Rates, second by second. */
#include "ui/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define WIDTH 8

/* @seconds seconds of @per_second each, from where @r is. */
static void add(rate *r, int64_t *count, double *at, unsigned seconds, int64_t per_second)
{
    for (unsigned i = 0; i < seconds; i++) {
        *count += per_second;
        *at += 1;
        rate_add(r, *count, *at);
    }
}

static void one_value_a_second(void **state)
{
    (void)state;
    rate *r = rate_new();
    double values[WIDTH];
    int64_t count = 500;
    double at = 3;
    rate_add(r, count, at);
    assert_int_equal(rate_values(r, values, WIDTH), 0);
    add(r, &count, &at, 2, 10);
    add(r, &count, &at, 1, 30);
    assert_int_equal(rate_values(r, values, WIDTH), 3);
    assert_true(values[0] == 10 && values[1] == 10 && values[2] == 30);
    assert_true(rate_recent(r, 1) == 30);
    assert_true(rate_recent(r, 2) == 20);
    rate_free(r);
}

static void a_long_step_fills_its_seconds_and_a_short_one_waits(void **state)
{
    (void)state;
    rate *r = rate_new();
    double values[WIDTH];
    rate_add(r, 0, 0);
    rate_add(r, 30, 3);
    assert_int_equal(rate_values(r, values, WIDTH), 3);
    assert_true(values[2] == 10);
    rate_add(r, 31, 3.2);
    assert_int_equal(rate_values(r, values, WIDTH), 3);
    rate_add(r, 50, 4);
    assert_int_equal(rate_values(r, values, WIDTH), 4);
    assert_true(values[3] == 20);
    rate_free(r);
}

/* Only the end of the line changes until it is full; then it is halved. */
static void the_whole_time_fits_any_width(void **state)
{
    (void)state;
    rate *r = rate_new();
    double values[WIDTH], before[WIDTH];
    int64_t count = 0;
    double at = 0;
    rate_add(r, 0, 0);
    add(r, &count, &at, WIDTH, 100);
    assert_int_equal(rate_values(r, before, WIDTH), WIDTH);
    add(r, &count, &at, 1, 700);
    assert_int_equal(rate_values(r, values, WIDTH), WIDTH / 2 + 1);
    assert_true(values[0] == 100 && values[WIDTH / 2] == 700);
    add(r, &count, &at, 100000, 100);
    unsigned n = rate_values(r, values, WIDTH);
    assert_true(n > WIDTH / 2 && n <= WIDTH);
    assert_int_equal(rate_values(r, values, 1), 1);
    assert_int_equal(rate_values(r, values, 0), 0);
    rate_free(r);
}

static void a_new_attempt_begins_anew_without_a_rate_below_zero(void **state)
{
    (void)state;
    rate *r = rate_new();
    double values[WIDTH];
    rate_add(r, 1000, 10);
    rate_add(r, 2000, 11);
    rate_add(r, 5, 0.5);
    rate_add(r, 15, 1.5);
    assert_int_equal(rate_values(r, values, WIDTH), 2);
    assert_true(values[0] == 1000 && values[1] == 10);
    rate_free(r);
    rate_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_a_second),
        cmocka_unit_test(a_long_step_fills_its_seconds_and_a_short_one_waits),
        cmocka_unit_test(the_whole_time_fits_any_width),
        cmocka_unit_test(a_new_attempt_begins_anew_without_a_rate_below_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
