#include "base/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const colours[] = { "red", "green", NULL };
static const document_field wheel_fields[] = {
    { .key = "size", .kind = FIELD_INTEGER, .flags = FIELD_REQUIRED, .min = 1, .max = 9 },
    { .key = NULL },
};
static const document_field fields[] = {
    { .key = "name", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { .key = "colour", .kind = FIELD_TEXT, .words = colours },
    { .key = "note", .kind = FIELD_TEXT, .flags = FIELD_EMPTY },
    { .key = "fast", .kind = FIELD_FLAG },
    { .key = "share", .kind = FIELD_NUMBER, .min = 0, .max = 100 },
    { .key = "rows", .kind = FIELD_INTEGER, .min = 0, .max = INT64_MAX },
    { .key = "tags", .kind = FIELD_TEXTS },
    { .key = "given", .kind = FIELD_SCALAR },
    { .key = "front", .kind = FIELD_OBJECT, .fields = wheel_fields },
    { .key = "wheels", .kind = FIELD_OBJECTS, .fields = wheel_fields },
    { .key = "names", .kind = FIELD_MAP },
    { .key = "later", .kind = FIELD_LATER },
    { .key = NULL },
};

static json_t *read_json(const char *text)
{
    error *err = NULL;
    json_t *document = document_read("test", text, strlen(text), &err);
    if (document == NULL)
        fail_msg("%s", err->message);
    return document;
}

static void what_is_wrong_is_named_with_its_path(void **state)
{
    (void)state;
    static const struct {
        const char *document, *message;
    } cases[] = {
        { "[]", "car: the document must be a JSON object" },
        { "{}", "car: name is missing" },
        { "{\"name\": 1}", "car: name must be a string" },
        { "{\"name\": \"\"}", "car: name must not be empty" },
        { "{\"name\": \"x\", \"colur\": \"red\"}",
          "car: unknown key \"colur\"; did you mean \"colour\"?" },
        { "{\"name\": \"x\", \"front\": {\"sise\": 1}}",
          "car: unknown key \"sise\" in front; did you mean \"size\"?" },
        { "{\"name\": \"x\", \"qqqqqqqq\": 1}", "car: unknown key \"qqqqqqqq\"" },
        { "{\"name\": \"x\", \"colour\": \"gren\"}",
          "car: colour cannot be \"gren\"; did you mean \"green\"?" },
        { "{\"name\": \"x\", \"fast\": 1}", "car: fast must be true or false" },
        { "{\"name\": \"x\", \"share\": 100.5}", "car: share must be a number from 0 to 100" },
        { "{\"name\": \"x\", \"rows\": -1}", "car: rows must be a whole number, at least 0" },
        { "{\"name\": \"x\", \"rows\": 1.5}", "car: rows must be a whole number, at least 0" },
        { "{\"name\": \"x\", \"tags\": []}", "car: tags must be a list of strings" },
        { "{\"name\": \"x\", \"tags\": [\"a\", \"a\"]}", "car: tags names \"a\" twice" },
        { "{\"name\": \"x\", \"tags\": [\"a\", 1]}",
          "car: tags[1] must be a string that is not empty" },
        { "{\"name\": \"x\", \"given\": []}",
          "car: given must be a string, number, boolean or null" },
        { "{\"name\": \"x\", \"front\": {}}", "car: front.size is missing" },
        { "{\"name\": \"x\", \"front\": 1}", "car: front must be an object" },
        { "{\"name\": \"x\", \"wheels\": [{\"size\": 1}, {\"size\": 10}]}",
          "car: wheels[1].size must be a whole number from 1 to 9" },
        { "{\"name\": \"x\", \"names\": {\"a\": null}}",
          "car: names.a must be a string, number or boolean" },
        { "{\"name\": \"x\", \"later\": 1}", "car: later is not in this version" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *document = read_json(cases[i].document);
        error *err = NULL;
        assert_false(document_check("car", "", document, fields, &err));
        assert_int_equal(err->code, ERROR_DOCUMENT);
        assert_string_equal(err->message, cases[i].message);
        error_free(err);
        json_decref(document);
    }
}

static void text_that_is_not_json_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "{\"a\": 1,\n\"a\": 2}", "line 2" },
        { "{\"a\": ", "line 1" },
        { "{\"a\": 99999999999999999999}", "too big integer" },
        { "{\"a\":\n 1234567890123456.78}", "line 2: the number 1234567890123456.78" },
        { "{\"a\": \"\\\"1.5\", \"b\": 0.12345678901234567890}", "the number 0.123456789" },
        { "{\"a\": 1e999}", "real number overflow" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        error *err = NULL;
        assert_null(document_read("x.json", cases[i].text, strlen(cases[i].text), &err));
        assert_int_equal(err->code, ERROR_DOCUMENT);
        assert_true(g_str_has_prefix(err->message, "x.json: "));
        assert_non_null(strstr(err->message, cases[i].part));
        error_free(err);
    }
}

static void numbers_that_a_double_holds_are_accepted(void **state)
{
    (void)state;
    static const char *const texts[] = { "0.1",    "-12.50",
                                         "1e10",   "123456789012.345",
                                         "5e-324", "0.30000000000000004",
                                         "1.0",    "9007199254740993" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = g_strdup_printf("[%s]", texts[i]);
        json_decref(read_json(text));
    }
}

static void written_documents_have_one_form(void **state)
{
    (void)state;
    json_t *document = read_json("{\"wheels\":[{\"size\":2},{\"size\":3}],\"names\":{\"b\":1,"
                                 "\"a\":0.1},\"tags\":[\"x\",\"\\u00e9\"],\"given\":2.0,"
                                 "\"name\":\"n\",\"front\":{\"size\":1}}");
    json_t *ordered = document_ordered(document, fields);
    char *text = document_write(ordered);
    assert_string_equal(text, "{\n"
                              "  \"name\": \"n\",\n"
                              "  \"tags\": [\"x\", \"é\"],\n"
                              "  \"given\": 2.0,\n"
                              "  \"front\": {\n"
                              "    \"size\": 1\n"
                              "  },\n"
                              "  \"wheels\": [\n"
                              "    {\n"
                              "      \"size\": 2\n"
                              "    },\n"
                              "    {\n"
                              "      \"size\": 3\n"
                              "    }\n"
                              "  ],\n"
                              "  \"names\": {\n"
                              "    \"a\": 0.1,\n"
                              "    \"b\": 1\n"
                              "  }\n"
                              "}\n");
    json_t *again = read_json(text);
    char *second = document_write(again);
    assert_string_equal(second, text);
    free(second);
    free(text);
    json_decref(again);
    json_decref(ordered);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_named_with_its_path),
        cmocka_unit_test(text_that_is_not_json_is_refused_with_its_line),
        cmocka_unit_test(numbers_that_a_double_holds_are_accepted),
        cmocka_unit_test(written_documents_have_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
