#include "ui/typed_value.h"

#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_json(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    if (json == NULL)
        fail_msg("%s is no JSON", text);
    return json;
}

static const struct {
    const char *json, *typed;
} scalars[] = {
    { "\"bi\"", "bi" },
    { "\"\"", "" },
    { "\"12\"", "\"12\"" },
    { "12", "12" },
    { "-3", "-3" },
    { "0.5", "0.5" },
    { "0.12345678901234566", "0.12345678901234566" },
    { "\"0.50\"", "0.50" },
    { "\"007\"", "007" },
    { "true", "true" },
    { "\"true\"", "\"true\"" },
    { "null", "null" },
    { "\"null\"", "\"null\"" },
    { "\"\\\"quoted\\\"\"", "\"\\\"quoted\\\"\"" },
    { "\"half \\\"\"", "half \"" },
    { "\"12345678901234567890\"", "12345678901234567890" },
    { "\"${yyyy-mm-dd}\"", "${yyyy-mm-dd}" },
    { "\"[1]\"", "[1]" },
};

static void a_scalar_is_the_same_after_it_was_typed(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(scalars); i++) {
        json_t *json = read_json(scalars[i].json);
        g_autofree char *typed = typed_scalar(json);
        assert_string_equal(typed, scalars[i].typed);
        json_t *back = typed_scalar_read(typed);
        if (!json_equal(json, back))
            fail_msg("%s became another value by %s", scalars[i].json, typed);
        json_decref(json);
        json_decref(back);
    }
}

static const struct {
    const char *json, *typed;
} lists[] = {
    { "[\"id\"]", "id" },
    { "[\"id\", \"odd name\"]", "id, odd name" },
    { "[\"a,b\", \" c\", \"\\\"d\", \"\", \"e\\\"\"]", "\"a,b\", \" c\", \"\\\"d\", \"\", e\"" },
    { "[\"[x]\", \"a\\\\\"]", "\"[x]\", a\\" },
};

static void a_list_is_the_same_after_it_was_typed(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        json_t *json = read_json(lists[i].json);
        g_autofree char *typed = typed_texts(json);
        assert_string_equal(typed, lists[i].typed);
        json_t *back = typed_texts_read(typed);
        if (!json_equal(json, back))
            fail_msg("%s became another list by %s", lists[i].json, typed);
        json_decref(json);
        json_decref(back);
    }
    assert_null(typed_texts_read(" , ,"));
    json_t *open = typed_texts_read("a, \"b, c");
    json_t *want = read_json("[\"a\", \"\\\"b\", \"c\"]");
    assert_true(json_equal(open, want));
    json_decref(open);
    json_decref(want);
}

static void a_table_is_the_same_after_it_was_typed(void **state)
{
    (void)state;
    static const char *const tables[] = { "\"orders\"", "\"sales.orders\"",
                                          "[\"sales\", \"odd.name\"]", "[\"odd.name\"]" };
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        json_t *json = read_json(tables[i]);
        g_autofree char *typed = typed_table(json);
        json_t *back = typed_table_read(typed);
        assert_true(json_equal(json, back));
        json_decref(json);
        json_decref(back);
    }
}

static void what_is_no_number_is_kept_as_it_was_typed(void **state)
{
    (void)state;
    json_t *number = typed_integer_read(" 12 "), *word = typed_integer_read("12x");
    assert_int_equal(json_integer_value(number), 12);
    assert_string_equal(json_string_value(word), "12x");
    g_autofree char *typed = typed_integer(word);
    assert_string_equal(typed, "12x");
    json_decref(number);
    json_decref(word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scalar_is_the_same_after_it_was_typed),
        cmocka_unit_test(a_list_is_the_same_after_it_was_typed),
        cmocka_unit_test(a_table_is_the_same_after_it_was_typed),
        cmocka_unit_test(what_is_no_number_is_kept_as_it_was_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
