#include "sql/filter.h"
#include "ui/filter_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_json(const char *text)
{
    json_error_t wrong;
    json_t *json = json_loads(text, JSON_DECODE_ANY, &wrong);
    if (json == NULL)
        fail_msg("%s in %s", wrong.text, text);
    return json;
}

static GPtrArray *rows_of(const char *text)
{
    json_t *json = read_json(text);
    GPtrArray *rows = filter_rows_read(json);
    json_decref(json);
    return rows;
}

static void expect_rows(const GPtrArray *rows, const char *want)
{
    json_t *got = filter_rows_write(rows), *expected = want != NULL ? read_json(want) : NULL;
    char *shown = got != NULL ? json_dumps(got, JSON_ENCODE_ANY) : NULL;
    if (got != expected && !json_equal(got, expected))
        fail_msg("got %s, want %s", shown != NULL ? shown : "nothing", want);
    free(shown);
    json_decref(got);
    json_decref(expected);
}

/* --- the round trip ------------------------------------------------------------ */

static const char *const documents[] = {
    "{\"field\": \"day\", \"op\": \"=\", \"value\": \"${bizdate}\"}",
    "{\"field\": \"day\", \"op\": \"is null\"}",
    "{\"not\": {\"field\": \"day\", \"op\": \"is null\"}}",
    "{\"not\": {\"not\": {\"any\": [{\"field\": \"a\", \"op\": \"in\", \"value\": [1, \"2\"]}]}}}",
    ("{\"all\": [{\"any\": [{\"field\": \"a\", \"op\": \"<\", \"value\": 1.5}]},"
     " {\"field\": \"b\", \"op\": \"between\", \"value\": [true, false]}]}"),
    /* What the engine would refuse is kept all the same. */
    "{\"all\": []}",
    "{\"all\": [{\"field\": \"a\", \"op\": \"near\", \"value\": 3}, 7]}",
    "{\"field\": \"a\", \"op\": \"=\", \"value\": null}",
    "{\"field\": \"a\", \"op\": \"is null\", \"value\": {\"x\": [1]}}",
    "{\"all\": [{\"field\": \"a\", \"op\": \"=\", \"value\": 1}], \"any\": []}",
    "{\"field\": \"a\", \"op\": \"=\", \"value\": 1, \"more\": 2}",
    "{\"not\": []}",
    "{}",
};

static void any_document_goes_to_rows_and_back_unchanged(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(documents); i++) {
        g_autoptr(GPtrArray) rows = rows_of(documents[i]);
        expect_rows(rows, documents[i]);
    }
}

static json_t *random_scalar(GRand *r)
{
    static const char *const texts[] = { "",
                                         "a",
                                         "a, b",
                                         "\"q\"",
                                         " x ",
                                         "12",
                                         "true",
                                         "{{{today-7days}}}",
                                         "a(b",
                                         "null",
                                         "$[add_months(yyyymmdd,-1)]",
                                         "\xe6\x97\xa5",
                                         "\\",
                                         "a\nb",
                                         "[1]" };
    switch (g_rand_int_range(r, 0, 4)) {
    case 0:
        return json_integer(g_rand_int_range(r, -1000, 1000));
    case 1:
        return json_real(g_rand_double_range(r, -10, 10));
    case 2:
        return json_boolean(g_rand_boolean(r));
    default:
        return json_string(texts[g_rand_int_range(r, 0, (int)G_N_ELEMENTS(texts))]);
    }
}

static json_t *random_value(GRand *r, const char *op)
{
    switch (filter_row_operand(op)) {
    case OPERAND_NONE:
        return NULL;
    case OPERAND_TEXT:
        return json_string("50%_\\, x");
    case OPERAND_ONE:
        return random_scalar(r);
    case OPERAND_LIST:
    case OPERAND_PAIR:
        break;
    }
    json_t *list = json_array();
    int n = filter_row_operand(op) == OPERAND_PAIR ? 2 : g_rand_int_range(r, 1, 5);
    while (n-- > 0)
        json_array_append_new(list, random_scalar(r));
    return list;
}

static json_t *random_filter(GRand *r, int depth)
{
    int kind = depth > 4 ? 0 : g_rand_int_range(r, 0, 5);
    if (kind == 1)
        return json_pack("{s:o}", "not", random_filter(r, depth + 1));
    if (kind == 2 || kind == 3) {
        json_t *members = json_array();
        for (int n = g_rand_int_range(r, 1, 4); n > 0; n--)
            json_array_append_new(members, random_filter(r, depth + 1));
        return json_pack("{s:o}", kind == 2 ? "all" : "any", members);
    }
    unsigned n = g_strv_length((char **)filter_row_operators());
    const char *op = filter_row_operators()[g_rand_int_range(r, 0, (int)n)];
    json_t *test = json_pack("{s:s, s:s}", "field", "f", "op", op);
    json_t *operand = random_value(r, op);
    if (operand != NULL)
        json_object_set_new(test, "value", operand);
    return test;
}

static void random_filters_go_to_rows_and_back_unchanged(void **state)
{
    (void)state;
    g_autoptr(GRand) r = g_rand_new_with_seed(20260317);
    for (int i = 0; i < 2000; i++) {
        json_t *json = random_filter(r, 0);
        char *text = json_dumps(json, JSON_REAL_PRECISION(17));
        json_t *again = read_json(text);
        g_autoptr(GPtrArray) rows = filter_rows_read(again);
        expect_rows(rows, text);
        free(text);
        json_decref(again);
        json_decref(json);
    }
}

static void random_values_go_to_a_line_and_back_unchanged(void **state)
{
    (void)state;
    g_autoptr(GRand) r = g_rand_new_with_seed(7);
    unsigned n = g_strv_length((char **)filter_row_operators());
    for (int i = 0; i < 5000; i++) {
        const char *op = filter_row_operators()[g_rand_int_range(r, 0, (int)n)];
        json_t *operand = random_value(r, op);
        g_autofree char *line = filter_value_text(op, operand);
        json_t *again = filter_value_read(op, line);
        if (again != operand && !json_equal(again, operand))
            fail_msg("%s %s", op, line);
        json_decref(operand);
        json_decref(again);
    }
}

static void every_operator_of_the_engine_is_there(void **state)
{
    (void)state;
    for (const char *const *op = filter_row_operators(); *op != NULL; op++) {
        json_t *test = json_pack("{s:s, s:s}", "field", "f", "op", *op);
        json_t *operand = filter_value_read(*op, "a, b");
        if (operand != NULL)
            json_object_set_new(test, "value", operand);
        error *wrong = NULL;
        filter *f = filter_parse(test, &wrong);
        if (f == NULL)
            fail_msg("%s: %s", *op, wrong->message);
        filter_free(f);
        json_decref(test);
    }
    error *wrong = NULL;
    json_t *test = json_pack("{s:s, s:s}", "field", "f", "op", "no such");
    assert_null(filter_parse(test, &wrong));
    /* Its hint names them all: as many as we have. */
    unsigned commas = 0;
    for (const char *at = strchr(wrong->hint, ','); at != NULL; at = strchr(at + 1, ','))
        commas++;
    assert_int_equal(commas + 1, g_strv_length((char **)filter_row_operators()));
    error_free(wrong);
    json_decref(test);
}

static void a_list_is_split_at_commas_but_not_inside_of_brackets(void **state)
{
    (void)state;
    json_t *list = filter_value_read("in", "paid , $[add_months(yyyymmdd,-1)],, \"a, b\", 12");
    json_t *want = read_json("[\"paid\", \"$[add_months(yyyymmdd,-1)]\", \"a, b\", 12]");
    assert_true(json_equal(list, want));
    json_decref(list);
    json_decref(want);
}

/* --- changing ------------------------------------------------------------------ */

#define A "{\"field\": \"a\", \"op\": \"is null\"}"
#define B "{\"field\": \"b\", \"op\": \"is null\"}"
#define C "{\"field\": \"c\", \"op\": \"is null\"}"

static filter_row *test_row(const char *field)
{
    return filter_row_new(ROW_TEST, field, "is null", NULL);
}

static void a_second_condition_makes_an_all_group(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) rows = filter_rows_read(NULL);
    filter_rows_add(rows, 0, test_row("a"));
    expect_rows(rows, A);
    filter_rows_add(rows, 0, test_row("b"));
    expect_rows(rows, "{\"all\": [" A ", " B "]}");
    filter_rows_add(rows, 1, test_row("c"));
    expect_rows(rows, "{\"all\": [" A ", " C ", " B "]}");
}

static void a_not_with_several_has_an_all_group_in_it(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) rows = rows_of("{\"not\": " A "}");
    filter_rows_add(rows, 0, test_row("b"));
    expect_rows(rows, "{\"not\": {\"all\": [" A ", " B "]}}");
    assert_true(filter_rows_cycle(rows, 0));
    expect_rows(rows, "{\"all\": [" A ", " B "]}");
    assert_true(filter_rows_cycle(rows, 0));
    expect_rows(rows, "{\"any\": [" A ", " B "]}");
    assert_true(filter_rows_cycle(rows, 0));
    expect_rows(rows, "{\"not\": {\"all\": [" A ", " B "]}}");
    assert_false(filter_rows_cycle(rows, 2));
}

static void rows_go_into_groups_and_out_again(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) rows = rows_of("{\"all\": [" A ", " B ", " C "]}");
    filter_rows_in(rows, 2);
    expect_rows(rows, "{\"all\": [" A ", {\"any\": [" B "]}, " C "]}");
    filter_rows_in(rows, 4);
    expect_rows(rows, "{\"all\": [" A ", {\"any\": [" B ", " C "]}]}");
    assert_true(filter_rows_out(rows, 3));
    expect_rows(rows, "{\"all\": [" A ", {\"any\": [" C "]}, " B "]}");
    assert_false(filter_rows_out(rows, 4));
    assert_false(filter_rows_out(rows, 0));
}

static void groups_move_with_their_members(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) rows = rows_of("{\"all\": [" A ", {\"any\": [" B ", " C "]}]}");
    assert_true(filter_rows_move(rows, 2, -1));
    expect_rows(rows, "{\"all\": [{\"any\": [" B ", " C "]}, " A "]}");
    assert_false(filter_rows_move(rows, 1, -1));
    assert_true(filter_rows_move(rows, 1, 1));
    expect_rows(rows, "{\"all\": [" A ", {\"any\": [" B ", " C "]}]}");
    assert_true(filter_rows_move(rows, 3, 1));
    expect_rows(rows, "{\"all\": [" A ", {\"any\": [" C ", " B "]}]}");
}

static void removing_a_group_removes_its_members(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) rows = rows_of("{\"all\": [" A ", {\"any\": [" B ", " C "]}]}");
    filter_rows_remove(rows, 2);
    expect_rows(rows, "{\"all\": [" A "]}");
    filter_rows_remove(rows, 1);
    expect_rows(rows, NULL);
    filter_rows_remove(rows, 0);
    assert_int_equal(rows->len, 0);
}

/* Whatever is done, what comes out is what the engine takes. */
static void random_edits_give_filters_that_parse(void **state)
{
    (void)state;
    g_autoptr(GRand) r = g_rand_new_with_seed(42);
    g_autoptr(GPtrArray) rows = filter_rows_read(NULL);
    for (int i = 0; i < 5000; i++) {
        unsigned at = rows->len > 0 ? (unsigned)g_rand_int_range(r, 0, (int)rows->len) : 0;
        int what = g_rand_int_range(r, 0, 8);
        if (rows->len == 0 || (what < 2 && rows->len < 12))
            filter_rows_add(rows, at,
                            what == 0 ? filter_row_new(ROW_ANY, NULL, NULL, NULL) : test_row("x"));
        else if (what == 3 && rows->len > 8)
            filter_rows_remove(rows, at);
        else if (what == 4 && ((filter_row *)rows->pdata[at])->depth < 8)
            filter_rows_in(rows, at);
        else if (what == 5)
            filter_rows_out(rows, at);
        else if (what == 6)
            filter_rows_move(rows, at, g_rand_boolean(r) ? 1 : -1);
        else if (what == 7)
            filter_rows_cycle(rows, at);
        json_t *json = filter_rows_write(rows);
        error *wrong = NULL;
        filter *f = json != NULL ? filter_parse(json, &wrong) : NULL;
        if (json != NULL && f == NULL && strstr(wrong->message, "nested") == NULL)
            fail_msg("%s", wrong->message);
        error_free(wrong);
        filter_free(f);
        json_decref(json);
        if (rows->len > 40)
            g_ptr_array_set_size(rows, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_document_goes_to_rows_and_back_unchanged),
        cmocka_unit_test(random_filters_go_to_rows_and_back_unchanged),
        cmocka_unit_test(random_values_go_to_a_line_and_back_unchanged),
        cmocka_unit_test(every_operator_of_the_engine_is_there),
        cmocka_unit_test(a_list_is_split_at_commas_but_not_inside_of_brackets),
        cmocka_unit_test(a_second_condition_makes_an_all_group),
        cmocka_unit_test(a_not_with_several_has_an_all_group_in_it),
        cmocka_unit_test(rows_go_into_groups_and_out_again),
        cmocka_unit_test(groups_move_with_their_members),
        cmocka_unit_test(removing_a_group_removes_its_members),
        cmocka_unit_test(random_edits_give_filters_that_parse),
    };
    return cmocka_run_group_tests_name("filter_rows", tests, NULL, NULL);
}
