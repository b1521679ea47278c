#include "base/document.h"
#include "base/secret.h"
#include "link/connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

static json_t *read_json(const char *text)
{
    error *err = NULL;
    json_t *document = document_read("test", text, strlen(text), &err);
    if (document == NULL)
        fail_msg("%s in %s", err->message, text);
    return document;
}

static connection *parse(const char *text)
{
    json_t *document = read_json(text);
    error *err = NULL;
    connection *c = connection_parse(document, &err);
    json_decref(document);
    if (c == NULL)
        fail_msg("%s in %s", err->message, text);
    return c;
}

static void a_server_has_all_its_keys(void **state)
{
    (void)state;
    g_autoptr(connection) c =
        parse("{\"name\": \"erp\", \"type\": \"postgresql\", \"host\": \"db1\", \"port\": 5433, "
              "\"database\": \"erp\", \"user\": \"loader\", \"password\": \"env:ERP_PASSWORD\", "
              "\"tls\": \"verify-full\", \"ledger_schema\": \"ferry\", \"protected\": true, "
              "\"max_connections\": 4}");
    assert_string_equal(c->host, "db1");
    assert_int_equal(c->port, 5433);
    assert_int_equal(c->tls, TLS_VERIFY_FULL);
    assert_string_equal(json_string_value(c->password), "env:ERP_PASSWORD");
    assert_string_equal(c->ledger_schema, "ferry");
    assert_true(c->is_protected);
    assert_int_equal(c->max_connections, 4);
    assert_int_equal(c->connect_timeout_seconds, 10);
    assert_string_equal(dialect_name(c->dialect), "postgresql");
}

static void file_formats_have_their_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *format, *name;
        char delimiter, quote;
        bool header;
        const char *null_text;
        bool null_is_empty;
    } cases[] = {
        { "", "csv", ',', '"', true, "", true },
        { ", \"format\": \"csv\"", "csv", ',', '"', true, "", true },
        { ", \"format\": \"tsv\"", "tsv", '\t', 0, true, "\\N", false },
        { ", \"format\": {\"type\": \"csv\", \"delimiter\": \";\", \"header\": false, \"null\": "
          "\"\\\\N\"}",
          "csv", ';', '"', false, "\\N", false },
        { ", \"format\": {\"type\": \"csv\", \"quote\": \"'\", \"null\": \"\"}", "csv", ',', '\'',
          true, "", true },
        { ", \"format\": \"jsonl\"", "jsonl", ',', '"', false, "", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            "{\"name\": \"f\", \"type\": \"file\", \"path\": \"/data\"%s}", cases[i].format);
        g_autoptr(connection) c = parse(text);
        assert_string_equal(c->format->format, cases[i].name);
        assert_int_equal(c->format->delimiter, cases[i].delimiter);
        assert_int_equal(c->format->quote, cases[i].quote);
        assert_int_equal(c->format->header, cases[i].header);
        assert_string_equal(c->format->null_text, cases[i].null_text);
        assert_int_equal(c->format->null_is_empty_unquoted, cases[i].null_is_empty);
    }
}

static void a_path_may_begin_at_home(void **state)
{
    (void)state;
    g_autoptr(connection) c =
        parse("{\"name\": \"s\", \"type\": \"sqlite\", \"path\": \"~/x.db\"}");
    g_autofree char *want = g_strconcat(g_get_home_dir(), "/x.db", NULL);
    assert_string_equal(c->path, want);
}

static void wrong_documents_say_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *message;
    } cases[] = {
        { "\"type\": \"sqlite\"", "connection \"c\": path is missing" },
        { "\"type\": \"sqlite\", \"path\": \"x\", \"host\": \"h\"",
          "connection \"c\": a connection of type \"sqlite\" has no \"host\"" },
        { "\"type\": \"postgresql\", \"path\": \"x\"",
          "connection \"c\": a connection of type \"postgresql\" has no \"path\"" },
        { "\"type\": \"sqlite\", \"pth\": \"x\"",
          "connection \"c\": unknown key \"pth\"; did you mean \"path\"?" },
        { "\"type\": \"postgresq\"", NULL },
        { "\"type\": \"file\", \"path\": \"sftp://host/x\"",
          "connection \"c\": path: sftp:// is not in this version" },
        { "\"type\": \"postgresql\", \"tunnel\": {}",
          "connection \"c\": tunnel is not in this version" },
        { "\"type\": \"postgresql\", \"environments\": {}",
          "connection \"c\": environments is not in this version" },
        { "\"type\": \"postgresql\", \"password\": \"hunter2\"",
          "connection \"c\": password is neither a reference nor sealed" },
        { "\"type\": \"postgresql\", \"password\": {\"command\": []}", NULL },
        { "\"type\": \"postgresql\", \"port\": 65536",
          "connection \"c\": port must be a whole number from 1 to 65535" },
        { "\"type\": \"postgresql\", \"tls\": \"prefer\"",
          "connection \"c\": tls cannot be \"prefer\"" },
        { "\"type\": \"file\", \"path\": \"x\", \"format\": {\"type\": \"csv\", \"delimiter\": "
          "\"ab\"}",
          "connection \"c\": format.delimiter must be one ASCII character" },
        { "\"type\": \"file\", \"path\": \"x\", \"format\": {\"type\": \"csv\", \"delimiter\": "
          "\"\\\"\"}",
          "connection \"c\": format.delimiter and format.quote must be different" },
        { "\"type\": \"file\", \"path\": \"x\", \"format\": {\"type\": \"jsonl\", "
          "\"header\": true}",
          "connection \"c\": format.header cannot be used with jsonl" },
        { "\"type\": \"file\", \"path\": \"x\", \"format\": \"xls\"", NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("{\"name\": \"c\", %s}", cases[i].keys);
        json_t *document = read_json(text);
        error *err = NULL;
        g_autoptr(connection) c = connection_parse(document, &err);
        if (c != NULL)
            fail_msg("accepted: %s", text);
        assert_int_equal(err->code, ERROR_DOCUMENT);
        assert_null(strstr(err->message, "hunter2"));
        if (cases[i].message != NULL && strcmp(err->message, cases[i].message) != 0 &&
            !g_str_has_prefix(err->message, cases[i].message))
            fail_msg("%s instead of %s", err->message, cases[i].message);
        error_free(err);
        json_decref(document);
    }
}

static void a_literal_password_is_sealed_to_its_connection(void **state)
{
    (void)state;
    json_t *document = read_json("{\"name\": \"erp\", \"type\": \"postgresql\", \"password\": "
                                 "\"correct horse\"}");
    error *err = NULL;
    json_t *sealed = connection_seal(document, &err);
    assert_non_null(sealed);
    char *text = connection_export(sealed);
    assert_null(strstr(text, "horse"));
    assert_true(
        g_str_has_prefix(json_string_value(json_object_get(sealed, "password")), "sealed:"));
    g_autoptr(connection) c = connection_parse(sealed, &err);
    g_autoptr(secret) s = connection_password(c, &err);
    assert_string_equal(secret_text(s), "correct horse");
    json_object_set_new(sealed, "name", json_string("other"));
    g_autoptr(connection) moved = connection_parse(sealed, &err);
    assert_null(connection_password(moved, &err));
    assert_non_null(err);
    assert_null(strstr(err->message, "horse"));
    error_free(err);
    free(text);
    json_decref(sealed);
    json_decref(document);
}

static void references_are_not_sealed_and_unknown_schemes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *password;
        bool kept;
    } cases[] = {
        { "\"env:X\"", true },
        { "\"file:/x\"", true },
        { "\"credential:x\"", true },
        { "\"pgpass\"", true },
        { "{\"command\": [\"pass\", \"x\"]}", true },
        { "\"command:pass x\"", false },
        { "\"cred:x\"", false },
        { "\"\"", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            "{\"name\": \"c\", \"type\": \"postgresql\", \"password\": %s}", cases[i].password);
        json_t *document = read_json(text);
        error *err = NULL;
        json_t *sealed = connection_seal(document, &err);
        assert_int_equal(sealed != NULL, cases[i].kept);
        if (sealed != NULL)
            assert_true(json_equal(sealed, document));
        json_decref(sealed);
        if (err != NULL)
            error_free(err);
        json_decref(document);
    }
}

static int own_home(void **state)
{
    char *folder = g_dir_make_tmp("rowferry-test-XXXXXX", NULL);
    g_setenv("ROWFERRY_HOME", folder, TRUE);
    g_setenv("ROWFERRY_DIALECTS", SRCDIR "/data/dialects", FALSE);
    error *err = NULL;
    if (!process_harden(&err))
        fail_msg("%s", err->message);
    *state = folder;
    return 0;
}

static int remove_home(void **state)
{
    g_autofree char *config = g_build_filename(*state, "config", NULL);
    g_autofree char *keys[] = { g_build_filename(config, "secret.key", NULL),
                                g_build_filename(*state, "secret.key", NULL) };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        g_unlink(keys[i]);
    g_free(keys[1]);
    g_rmdir(config);
    g_rmdir(*state);
    g_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_has_all_its_keys),
        cmocka_unit_test(file_formats_have_their_defaults),
        cmocka_unit_test(a_path_may_begin_at_home),
        cmocka_unit_test(wrong_documents_say_what_is_wrong),
        cmocka_unit_test(a_literal_password_is_sealed_to_its_connection),
        cmocka_unit_test(references_are_not_sealed_and_unknown_schemes_are_refused),
    };
    return cmocka_run_group_tests(tests, own_home, remove_home);
}
