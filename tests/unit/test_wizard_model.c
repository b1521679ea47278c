#include "ui/json_place.h"
#include "ui/wizard_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_document(const wizard *w, const char *want)
{
    char *got = json_dumps(wizard_document(w), JSON_COMPACT);
    assert_string_equal(got, want);
    free(got);
}

static void values_are_put_and_taken_away_by_path(void **state)
{
    (void)state;
    wizard *w = wizard_new(NULL, NULL);
    wizard_change(w, "source.split.column", json_string("id"));
    wizard_change(w, "mapping.columns[0].target", json_string("a"));
    wizard_change(w, "mapping.columns[1].target", json_string("b"));
    expect_document(w, "{\"source\":{\"split\":{\"column\":\"id\"}},"
                       "\"mapping\":{\"columns\":[{\"target\":\"a\"},{\"target\":\"b\"}]}}");
    assert_string_equal(wizard_text(w, "mapping.columns[1].target"), "b");
    assert_string_equal(wizard_text(w, "mapping.columns[2].target"), "");
    assert_string_equal(wizard_text(w, "source.split"), "");
    assert_null(wizard_value(w, "target.mode"));
    wizard_change(w, "source.split.column", NULL);
    wizard_change(w, "mapping.columns[0].target", NULL);
    expect_document(w, "{\"mapping\":{\"columns\":[{\"target\":\"b\"}]}}");
    wizard_change(w, "mapping.columns[0].target", NULL);
    expect_document(w, "{}");
    wizard_unhold(w);
}

static void every_change_is_taken_back_in_turn(void **state)
{
    (void)state;
    wizard *w = wizard_new(NULL, NULL);
    assert_false(wizard_undo(w));
    wizard_change(w, "target.mode", json_string("append"));
    wizard_change(w, "target.round", json_true());
    wizard_change(w, "target.mode", NULL);
    assert_true(wizard_undo(w));
    expect_document(w, "{\"target\":{\"mode\":\"append\",\"round\":true}}");
    assert_true(wizard_undo(w));
    expect_document(w, "{\"target\":{\"mode\":\"append\"}}");
    assert_true(wizard_undo(w));
    expect_document(w, "{}");
    assert_false(wizard_undo(w));
    wizard_unhold(w);
}

static void the_letters_of_a_text_are_one_undo(void **state)
{
    (void)state;
    wizard *w = wizard_new(NULL, NULL);
    wizard_change(w, "description", json_string("x"));
    wizard_change(w, "name", json_string("o"));
    wizard_change(w, "name", json_string("or"));
    wizard_change(w, "name", json_string("ord"));
    assert_true(wizard_undo(w));
    expect_document(w, "{\"description\":\"x\"}");
    wizard_unhold(w);
}

static void the_same_value_again_is_no_change(void **state)
{
    (void)state;
    wizard *w = wizard_new(NULL, NULL);
    wizard_change(w, "name", json_string("orders"));
    unsigned changes = wizard_changes(w);
    wizard_change(w, "name", json_string("orders"));
    wizard_change(w, "target.table", NULL);
    assert_int_equal(wizard_changes(w), changes);
    assert_true(wizard_undo(w));
    assert_false(wizard_undo(w));
    assert_int_not_equal(wizard_changes(w), changes);
    wizard_unhold(w);
}

static void only_what_differs_from_what_was_read_is_dirty(void **state)
{
    (void)state;
    wizard *w = wizard_new(NULL, "orders");
    wizard_set_opened(w, json_pack("{s:s}", "name", "orders"));
    assert_false(wizard_is_dirty(w));
    wizard_change(w, "name", json_string("others"));
    assert_true(wizard_is_dirty(w));
    wizard_undo(w);
    assert_false(wizard_is_dirty(w));
    wizard_replace(w, json_pack("{s:s}", "name", "third"));
    assert_true(wizard_is_dirty(w));
    assert_true(wizard_undo(w));
    assert_string_equal(wizard_text(w, "name"), "orders");
    wizard_unhold(w);
}

static void a_draft_is_taken_up_where_something_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *document;
        step_number want;
    } cases[] = {
        { "{}", STEP_BASICS },
        { "{\"name\": \"x\"}", STEP_SOURCE },
        { "{\"name\": \"x\", \"source\": {\"connection\": \"a\"}}", STEP_SOURCE },
        { "{\"name\": \"x\", \"source\": {\"connection\": \"a\", \"query\": \"q\"}}", STEP_TARGET },
        { "{\"name\": \"x\", \"source\": {\"connections\": [\"a\"], \"tables\": \"t[0-9]\"},"
          " \"target\": {\"connection\": \"b\", \"file\": \"f\"}}",
          STEP_TARGET },
        { "{\"name\": \"x\", \"source\": {\"connection\": \"a\", \"table\": \"t\"},"
          " \"target\": {\"connection\": \"b\", \"table\": \"t\", \"mode\": \"append\"}}",
          STEP_REVIEW },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *document = json_loads(cases[i].document, 0, NULL);
        assert_int_equal(wizard_first_open(document), cases[i].want);
        json_decref(document);
    }
}

static const struct {
    const char *message, *path;
    step_number step;
} messages[] = {
    { "task \"x\": name is missing", "name", STEP_BASICS },
    { "task \"target.mode\": source.split.column must be a string", "source.split.column",
      STEP_SOURCE },
    { "task \"x\": target.mode cannot be \"source.table\"; did you mean \"append\"?", "target.mode",
      STEP_TARGET },
    { "task \"x\": source.filter: filter.all[1].op: unknown operator \"ni\"", "source.filter",
      STEP_FILTER },
    { "task \"x\": source.where is SQL and cannot be used on a file", "source.where", STEP_FILTER },
    { "task \"x\": unknown key \"tabel\" in source; did you mean \"table\"?", "source",
      STEP_SOURCE },
    { "task \"x\": mapping.columns[12].replace[0]: no", "mapping.columns[12].replace[0]",
      STEP_MAPPING },
    { "task \"x\": mapping.columns[2].replace works on a source column only",
      "mapping.columns[2].replace", STEP_MAPPING },
    { "task \"x\": limits.streams must be a whole number from 1 to 16", "limits.streams",
      STEP_LIMITS },
    { "task \"x\": rejects.limit must be a number of rows", "rejects.limit", STEP_LIMITS },
    { "task \"x\": the name must not hold \"/\" or control characters", "name", STEP_BASICS },
    { "task \"x\": parameters: \"1a\" is not a name of letters, digits and _", "parameters",
      STEP_BASICS },
    { "\xe4\xbb\xbb\xe5\x8a\xa1 \"x\": \xe7\xbc\xba\xe5\xb0\x91 target.key", "target.key",
      STEP_TARGET },
    { "could not open the store", NULL, STEP_REVIEW },
    { "task \"source.table", NULL, STEP_REVIEW },
    { "", NULL, STEP_REVIEW },
};

static void an_error_leads_to_the_step_that_it_is_about(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        g_autofree char *path = wizard_path_in(messages[i].message);
        if (g_strcmp0(path, messages[i].path) != 0)
            fail_msg("%s: %s", messages[i].message, path != NULL ? path : "no path");
        assert_int_equal(wizard_step_of(path), messages[i].step);
    }
}

static void a_complaint_holds_until_the_next_change(void **state)
{
    (void)state;
    wizard *w = wizard_new(NULL, NULL);
    const char *path = "";
    assert_null(wizard_complaint(w, &path));
    assert_null(path);
    error *e = NULL;
    error_set(&e, ERROR_DOCUMENT, "task \"x\": target.key is missing");
    wizard_complain(w, e);
    error_free(e);
    assert_non_null(wizard_complaint(w, &path));
    assert_string_equal(path, "target.key");
    wizard_change(w, "target.key[0]", json_string("id"));
    assert_null(wizard_complaint(w, &path));
    wizard_unhold(w);
}

/* --- places in JSON texts -------------------------------------------------------- */

static const char text[] = "{\n"                                      /* 1 */
                           "  \"name\": \"source.table\",\n"          /* 2 */
                           "  \"source\": { \"connection\": \"a\",\n" /* 3 */
                           "    \"table\": [\"s\", \"t{\"],\n"        /* 4 */
                           "    \"filter\": { \"all\": [\n"           /* 5 */
                           "      { \"field\": \"x\" },\n"            /* 6 */
                           "      { \"op\": \"\\\"}\",\n"             /* 7 */
                           "        \"field\": \"y\" } ] } },\n"      /* 8 */
                           "  \"target\": {}\n"                       /* 9 */
                           "}\n";

static void the_place_of_a_path_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        unsigned line;
    } cases[] = {
        { "name", 2 },
        { "source", 3 },
        { "source.connection", 3 },
        { "source.table", 4 },
        { "source.filter.all[0].field", 6 },
        { "source.filter.all[1].op", 7 },
        { "source.filter.all[1].field", 8 },
        { "source.filter.all[1].value", 7 }, /* it is missing in there */
        { "source.filter.all[7]", 5 },
        { "target.mode", 9 },
        { "nowhere", 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        if (json_place_line(text, cases[i].path) != cases[i].line)
            fail_msg("%s: %u", cases[i].path, json_place_line(text, cases[i].path));
}

static void broken_texts_are_survived(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof text; n++) {
        g_autofree char *part = g_strndup(text, n);
        assert_true(json_place_line(part, "source.filter.all[1].op") <= 8);
    }
    g_autofree char *deep = g_strnfill(1000, '[');
    assert_int_equal(json_place_line(deep, "a"), 0);
    assert_int_equal(json_place_line("]}]\",[", "a"), 0);
}

static void an_excerpt_marks_the_line(void **state)
{
    (void)state;
    g_autofree char *shown = json_place_excerpt("a\nb\nc\nd\ne\nf\n", 3);
    assert_string_equal(shown, "     1  a\n     2  b\n>    3  c\n     4  d\n     5  e\n");
    g_autofree char *last = json_place_excerpt("a", 9);
    assert_string_equal(last, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_put_and_taken_away_by_path),
        cmocka_unit_test(every_change_is_taken_back_in_turn),
        cmocka_unit_test(the_letters_of_a_text_are_one_undo),
        cmocka_unit_test(the_same_value_again_is_no_change),
        cmocka_unit_test(only_what_differs_from_what_was_read_is_dirty),
        cmocka_unit_test(a_draft_is_taken_up_where_something_is_missing),
        cmocka_unit_test(an_error_leads_to_the_step_that_it_is_about),
        cmocka_unit_test(a_complaint_holds_until_the_next_change),
        cmocka_unit_test(the_place_of_a_path_is_found),
        cmocka_unit_test(broken_texts_are_survived),
        cmocka_unit_test(an_excerpt_marks_the_line),
    };
    return cmocka_run_group_tests_name("wizard_model", tests, NULL, NULL);
}
