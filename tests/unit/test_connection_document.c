#include "ui/connection_document.h"

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

static void expect_json(json_t *got, const char *want)
{
    json_t *expected = read_json(want);
    char *shown = got != NULL ? json_dumps(got, JSON_ENCODE_ANY) : NULL;
    if (!json_equal(got, expected))
        fail_msg("got %s, want %s", shown != NULL ? shown : "nothing", want);
    free(shown);
    json_decref(expected);
}

/* --- the round trip ------------------------------------------------------------ */

static const char *const documents[] = {
    "{\"name\": \"a\", \"type\": \"sqlite\", \"path\": \"/x.db\"}",
    "{\"name\": \"a\", \"type\": \"sqlite\", \"path\": \"/x.db\", \"description\": \"d\","
    " \"protected\": true, \"max_connections\": 4, \"connect_timeout_seconds\": 20}",
    "{\"name\": \"a\", \"type\": \"postgresql\"}",
    "{\"name\": \"a\", \"type\": \"postgresql\", \"host\": \"h\", \"port\": 1, \"database\": \"b\","
    " \"user\": \"u\", \"password\": \"sealed\", \"tls\": \"verify-full\", \"tls_ca\": \"/c\","
    " \"staging_schema\": \"s\", \"ledger_schema\": \"l\"}",
    "{\"name\": \"a\", \"type\": \"postgresql\", \"password\": \"pgpass\"}",
    "{\"name\": \"a\", \"type\": \"postgresql\", \"password\": \"env:A\"}",
    "{\"name\": \"a\", \"type\": \"postgresql\", \"password\": \"file:/run/secret\"}",
    "{\"name\": \"a\", \"type\": \"postgresql\", \"password\": \"credential:erp\"}",
    "{\"name\": \"a\", \"type\": \"postgresql\","
    " \"password\": {\"command\": [\"pass\", \"a b\", \"it's\", \"\", \"$x\"]}}",
    "{\"name\": \"a\", \"type\": \"file\", \"path\": \"/x\"}",
    "{\"name\": \"a\", \"type\": \"file\", \"path\": \"/x\", \"format\": \"csv\"}",
    "{\"name\": \"a\", \"type\": \"file\", \"path\": \"/x\", \"format\": \"jsonl\"}",
    "{\"name\": \"a\", \"type\": \"file\", \"path\": \"/x\","
    " \"format\": {\"type\": \"csv\", \"delimiter\": \"\\t\", \"quote\": \"\", \"header\": false,"
    " \"null\": \"NULL\", \"encoding\": \"utf-8\"}}",
    "{\"name\": \"a\", \"type\": \"file\", \"path\": \"/x\","
    " \"format\": {\"type\": \"tsv\", \"null\": \"\"}}",
    /* What no field shows is kept: a later version's keys, mistyped ones. */
    "{\"name\": \"a\", \"type\": \"sqlite\", \"path\": \"/x.db\", \"tunnel\": {\"host\": \"j\"}}",
    "{\"name\": \"a\", \"type\": \"mysql\", \"host\": \"h\"}",
};

static void a_document_that_is_only_looked_at_stays_as_it_is(void **state)
{
    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(documents); i++) {
        json_t *document = read_json(documents[i]), *values = connection_values(document);
        error *wrong = NULL;
        json_t *again = connection_from_values(values, document, &wrong);
        assert_null(wrong);
        expect_json(again, documents[i]);
        json_decref(again);
        json_decref(values);
        json_decref(document);
    }
}

/* --- what a form says ----------------------------------------------------------- */

static const struct {
    const char *why, *base, *id, *value, *want;
} changes[] = {
    { "an empty field is left out", "{\"type\": \"postgresql\", \"host\": \"h\"}", "host", "",
      "{\"type\": \"postgresql\"}" },
    { "another type takes the keys that it does not have away",
      "{\"type\": \"sqlite\", \"path\": \"/x\"}", "type", "postgresql",
      "{\"type\": \"postgresql\"}" },
    { "a number that is none stays a text, to be refused with its name",
      "{\"type\": \"postgresql\"}", "port", "12x",
      "{\"type\": \"postgresql\", \"port\": \"12x\"}" },
    { "a typed password replaces the sealed one",
      "{\"type\": \"postgresql\", \"password\": \"sealed\"}", "password", "new",
      "{\"type\": \"postgresql\", \"password\": \"new\"}" },
    { "no password any more", "{\"type\": \"postgresql\", \"password\": \"sealed\"}",
      "password_from", "none", "{\"type\": \"postgresql\"}" },
    { "a flag that is off is left out", "{\"type\": \"sqlite\", \"protected\": true}", "protected",
      "", "{\"type\": \"sqlite\"}" },
    { "no header", "{\"type\": \"file\"}", "header", "",
      "{\"type\": \"file\", \"format\": {\"type\": \"csv\", \"header\": false}}" },
    { "the tab has a name", "{\"type\": \"file\"}", "delimiter", "\\t",
      "{\"type\": \"file\", \"format\": {\"type\": \"csv\", \"delimiter\": \"\\t\"}}" },
    { "no quotes", "{\"type\": \"file\"}", "quote", "none",
      "{\"type\": \"file\", \"format\": {\"type\": \"csv\", \"quote\": \"\"}}" },
    { "JSON Lines have neither delimiter nor header",
      "{\"type\": \"file\", \"format\": {\"type\": \"csv\", \"delimiter\": \";\","
      " \"header\": false}}",
      "format", "jsonl", "{\"type\": \"file\", \"format\": \"jsonl\"}" },
};

static void a_changed_field_changes_its_key(void **state)
{
    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(changes); i++) {
        print_message("%s\n", changes[i].why);
        json_t *base = read_json(changes[i].base), *values = connection_values(base);
        json_object_set_new(values, changes[i].id, json_string(changes[i].value));
        json_t *document = connection_from_values(values, base, NULL);
        expect_json(document, changes[i].want);
        json_decref(document);
        json_decref(values);
        json_decref(base);
    }
}

static void a_command_that_cannot_be_split_is_an_error_of_its_field(void **state)
{
    (void)state;
    json_t *values = read_json("{\"type\": \"postgresql\", \"password_from\": \"command\","
                               " \"reference\": \"pass 'x\"}");
    error *wrong = NULL;
    assert_null(connection_from_values(values, NULL, &wrong));
    assert_string_equal(connection_error_field(wrong), "password");
    error_free(wrong);
    json_decref(values);
}

static void a_typed_password_is_not_shown_but_references_are(void **state)
{
    static const char *const cases[][2] = {
        { "{\"password\": \"typed\"}", "{\"password\": \"sealed\"}" },
        { "{\"password\": \"env:A\"}", "{\"password\": \"env:A\"}" },
        { "{\"password\": {\"command\": [\"x\"]}}", "{\"password\": {\"command\": [\"x\"]}}" },
        { "{\"host\": \"h\"}", "{\"host\": \"h\"}" },
    };
    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *document = read_json(cases[i][0]);
        json_t *open = connection_without_secret(document);
        expect_json(open, cases[i][1]);
        json_decref(open);
        json_decref(document);
    }
}

/* --- errors --------------------------------------------------------------------- */

static const struct {
    const char *message, *field, *reason;
} errors[] = {
    { "connection \"x\": port must be a whole number from 1 to 65535", "port",
      "must be a whole number from 1 to 65535" },
    { "connection \"x\": path is missing", "path", "is missing" },
    { "connection \"x\": format.quote must be one ASCII character", "quote",
      "must be one ASCII character" },
    { "connection \"x\": format.type cannot be \"xml\"", "format", "cannot be \"xml\"" },
    { "connection \"x\": password: \"cmd:\" is not a known kind of reference", "password",
      "\"cmd:\" is not a known kind of reference" },
    { "connection \"a\": b\": the name must not hold \"/\"", NULL,
      "b\": the name must not hold \"/\"" },
    { "connection \"x\": the name must not hold \"/\"", "name", "the name must not hold \"/\"" },
    { "connection \"x\": unknown key \"hots\"", NULL, "unknown key \"hots\"" },
    { "the store is locked", NULL, "the store is locked" },
    { "", NULL, "" },
};

static void an_error_finds_its_field(void **state)
{
    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(errors); i++) {
        error *e = NULL;
        error_set(&e, ERROR_DOCUMENT, "%s", errors[i].message);
        const char *field = connection_error_field(e);
        if (g_strcmp0(field, errors[i].field) != 0)
            fail_msg("%s: got field %s", errors[i].message, field != NULL ? field : "none");
        assert_string_equal(connection_error_reason(e), errors[i].reason);
        error_free(e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_that_is_only_looked_at_stays_as_it_is),
        cmocka_unit_test(a_changed_field_changes_its_key),
        cmocka_unit_test(a_command_that_cannot_be_split_is_an_error_of_its_field),
        cmocka_unit_test(a_typed_password_is_not_shown_but_references_are),
        cmocka_unit_test(an_error_finds_its_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
