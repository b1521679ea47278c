/* Errors: filled once, prefixed on the way up, with an exit status each. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void an_error_keeps_what_was_said(void **state)
{
    (void)state;
    g_autoptr(error) err = NULL;
    assert_false(error_set(&err, ERROR_SQL, "table \"%s\" is missing", "t"));
    assert_false(error_detail(&err, "detail %d", 1));
    assert_false(error_hint(&err, "old"));
    assert_false(error_hint(&err, "new"));
    assert_false(error_sqlstate(&err, "42P01"));
    assert_int_equal(err->code, ERROR_SQL);
    assert_string_equal(err->message, "table \"t\" is missing");
    assert_string_equal(err->detail, "detail 1");
    assert_string_equal(err->hint, "new");
    assert_string_equal(err->sqlstate, "42P01");
    g_autoptr(error) copy = error_copy(err);
    assert_string_equal(copy->message, err->message);
    assert_ptr_not_equal(copy->message, err->message);
}

static void a_prefix_stands_before_the_message(void **state)
{
    (void)state;
    g_autoptr(error) err = NULL, local = NULL;
    error_set(&local, ERROR_IO, "disk is full");
    assert_false(error_prefix(&err, &local, "cannot plan task \"%s\"", "a"));
    assert_null(local);
    assert_string_equal(err->message, "cannot plan task \"a\": disk is full");
}

static void nobody_needs_to_listen(void **state)
{
    (void)state;
    g_autoptr(error) local = NULL;
    assert_false(error_set(NULL, ERROR_IO, "lost"));
    assert_false(error_hint(NULL, "lost"));
    error_set(&local, ERROR_IO, "lost");
    assert_false(error_propagate(NULL, &local));
    assert_null(local);
    assert_null(error_copy(NULL));
}

static void every_code_has_a_name_of_its_own_and_a_status(void **state)
{
    (void)state;
    for (int code = ERROR_USAGE; code <= ERROR_INTERNAL; code++) {
        assert_int_equal(error_code_from_name(error_code_name((error_code)code)), code);
        assert_in_range(error_exit_status((error_code)code), 1, 11);
    }
    assert_int_equal(error_code_from_name("nosuch"), 0);
    assert_int_equal(error_exit_status(ERROR_BUSY), 4);
    assert_int_equal(error_exit_status(ERROR_HELD), 8);
    assert_int_equal(error_exit_status(ERROR_VERIFY), 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_keeps_what_was_said),
        cmocka_unit_test(a_prefix_stands_before_the_message),
        cmocka_unit_test(nobody_needs_to_listen),
        cmocka_unit_test(every_code_has_a_name_of_its_own_and_a_status),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
