/* Secrets: found by reference, sealed to their place, taken out of texts. */
#include "base/secret.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int make_folder(void **state)
{
    *state = g_dir_make_tmp("rowferry-secret-XXXXXX", NULL);
    return *state == NULL;
}

static int remove_folder(void **state)
{
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", (char *)*state);
    g_free(*state);
    return g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL) ? 0 : 1;
}

static const secret_place erp = { "erp", "password", NULL };

/* Resolve @json (a JSON value); NULL with *err set when that fails. */
static secret *resolve(const char *json, error **err)
{
    json_t *reference = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(reference);
    secret *s = NULL;
    bool done = secret_resolve(reference, &erp, &s, err);
    assert_true(done == (s != NULL));
    json_decref(reference);
    return s;
}

static void expect_secret(const char *json, const char *want)
{
    g_autoptr(error) err = NULL;
    g_autoptr(secret) s = resolve(json, &err);
    if (s == NULL)
        fail_msg("%s: %s", json, err->message);
    assert_string_equal(secret_text(s), want);
    assert_int_equal(secret_size(s), strlen(want));
}

static void expect_refusal(const char *json, error_code code, const char *words)
{
    g_autoptr(error) err = NULL;
    g_autoptr(secret) s = resolve(json, &err);
    if (s != NULL)
        fail_msg("%s: resolved", json);
    assert_int_equal(err->code, code);
    if (strstr(err->message, words) == NULL)
        fail_msg("%s: got \"%s\", want \"%s\"", json, err->message, words);
}

static void a_variable_is_found(void **state)
{
    (void)state;
    g_setenv("ROWFERRY_TEST_SECRET", "variable-value", TRUE);
    expect_secret("\"env:ROWFERRY_TEST_SECRET\"", "variable-value");
    expect_refusal("\"env:ROWFERRY_TEST_NONE\"", ERROR_CONNECT, "ROWFERRY_TEST_NONE");
}

static void a_file_is_read_only_when_it_is_private(void **state)
{
    g_autofree char *path = g_build_filename(*state, "password", NULL);
    g_autofree char *json = g_strdup_printf("\"file:%s\"", path);
    expect_refusal(json, ERROR_CONNECT, "could not open");
    assert_true(g_file_set_contents(path, "file-value\n", -1, NULL));
    assert_int_equal(chmod(path, 0644), 0);
    expect_refusal(json, ERROR_CONNECT, "open to other users");
    assert_int_equal(chmod(path, 0600), 0);
    expect_secret(json, "file-value");
    assert_true(g_file_set_contents(path, "\n", -1, NULL));
    assert_int_equal(chmod(path, 0600), 0);
    expect_refusal(json, ERROR_CONNECT, "is empty");
    g_autofree char *large = g_strnfill(SECRET_MAX + 1, 'x');
    assert_true(g_file_set_contents(path, large, -1, NULL));
    assert_int_equal(chmod(path, 0600), 0);
    expect_refusal(json, ERROR_CONNECT, "longer than 64 KiB");
    g_autofree char *link = g_build_filename(*state, "link", NULL);
    g_autofree char *link_json = g_strdup_printf("\"file:%s\"", link);
    assert_int_equal(symlink(path, link), 0);
    expect_refusal(link_json, ERROR_CONNECT, "symbolic link");
}

static void a_credential_is_read_from_its_directory(void **state)
{
    g_unsetenv("CREDENTIALS_DIRECTORY");
    expect_refusal("\"credential:db\"", ERROR_CONNECT, "there are none here");
    g_autofree char *path = g_build_filename(*state, "db", NULL);
    assert_true(g_file_set_contents(path, "credential-value", -1, NULL));
    g_setenv("CREDENTIALS_DIRECTORY", *state, TRUE);
    expect_secret("\"credential:db\"", "credential-value");
    g_unsetenv("CREDENTIALS_DIRECTORY");
}

static void pgpass_is_left_to_the_driver(void **state)
{
    (void)state;
    json_t *reference = json_string("pgpass");
    secret *s = NULL;
    assert_true(secret_resolve(reference, &erp, &s, NULL));
    assert_null(s);
    json_decref(reference);
}

static void a_command_answers_in_time_and_measure(void **state)
{
    (void)state;
    expect_secret("{\"command\": [\"printf\", \"%s\\\\n\", \"a b;$HOME\"]}", "a b;$HOME");
    expect_refusal("{\"command\": [\"false\"]}", ERROR_CONNECT, "exit status 1");
    expect_refusal("{\"command\": [\"rowferry-no-such-program\"]}", ERROR_CONNECT,
                   "could not start");
    expect_refusal("{\"command\": [\"head\", \"-c\", \"70000\", \"/dev/zero\"]}", ERROR_CONNECT,
                   "printed more than");
    expect_refusal("{\"command\": [\"true\"]}", ERROR_CONNECT, "is empty");
    expect_refusal("{\"command\": [\"printf\", \"a\\\\000b\"]}", ERROR_CONNECT, "zero byte");
    int64_t start = g_get_monotonic_time();
    expect_refusal("{\"command\": [\"sh\", \"-c\", \"sleep 30 & sleep 30\"]}", ERROR_CONNECT,
                   "did not end within 5 seconds");
    assert_true(g_get_monotonic_time() - start < 8 * G_USEC_PER_SEC);
}

static void malformed_references_are_refused_without_being_shown(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\"hunter2-literal\"",
        "\"env:\"",
        "\"env:1A\"",
        "\"env:A B\"",
        "\"file:relative\"",
        "\"file:~\"",
        "\"credential:\"",
        "\"credential:../x\"",
        "\"sealed:\"",
        "\"sealed:v1:hunter2\"",
        "\"sealed:v2:AAAA\"",
        "17",
        "null",
        "{}",
        "{\"command\": []}",
        "{\"command\": \"ls\"}",
        "{\"command\": [1]}",
        "{\"command\": [\"\"]}",
        "{\"command\": [\"a\"], \"x\": 1}",
        "[\"command\"]",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(error) err = NULL;
        assert_null(resolve(bad[i], &err));
        assert_int_equal(err->code, ERROR_DOCUMENT);
        assert_null(strstr(err->message, "hunter2"));
    }
}

static void references_are_told_from_literals(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool is_reference;
        const char *description;
    } cases[] = {
        { "\"env:A\"", true, "env:A" },
        { "\"pgpass\"", true, "pgpass" },
        { "\"sealed:v1:abc\"", true, "sealed" },
        { "{\"command\": [\"pass\", \"x\"]}", true, "command pass" },
        { "\"hunter2\"", false, "literal" },
        { "\"\"", false, "literal" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *reference = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
        assert_int_equal(secret_is_reference(reference), cases[i].is_reference);
        g_autofree char *description = secret_describe(reference);
        assert_string_equal(description, cases[i].description);
        json_decref(reference);
    }
}

static void a_sealed_value_opens_only_in_its_place(void **state)
{
    g_autofree char *key = g_build_filename(*state, "keys", "secret.key", NULL);
    secret_place place = { "erp", "password", key };
    g_autofree char *sealed = secret_seal("pass wörd", &place, NULL);
    g_autofree char *again = secret_seal("pass wörd", &place, NULL);
    assert_true(g_str_has_prefix(sealed, "sealed:v1:"));
    assert_string_not_equal(sealed, again);
    struct stat info;
    assert_int_equal(stat(key, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0400);
    assert_int_equal(info.st_size, 32);

    json_t *reference = json_string(sealed);
    {
        g_autoptr(secret) s = NULL;
        assert_true(secret_resolve(reference, &place, &s, NULL));
        assert_string_equal(secret_text(s), "pass wörd");
    }
    static const secret_place others[] = { { "crm", "password", NULL }, { "erp", "user", NULL } };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        secret_place other = others[i];
        other.key_path = key;
        secret *s = NULL;
        g_autoptr(error) err = NULL;
        assert_false(secret_resolve(reference, &other, &s, &err));
        assert_int_equal(err->code, ERROR_CONNECT);
        assert_null(s);
    }
    json_decref(reference);

    /* One changed character, and a missing key. */
    size_t middle = strlen(sealed) / 2;
    sealed[middle] = sealed[middle] == 'A' ? 'B' : 'A';
    reference = json_string(sealed);
    secret *s = NULL;
    assert_false(secret_resolve(reference, &place, &s, NULL));
    assert_int_equal(unlink(key), 0);
    g_autoptr(error) err = NULL;
    assert_false(secret_resolve(reference, &place, &s, &err));
    assert_int_equal(err->code, ERROR_CONNECT);
    assert_non_null(err->hint);
    json_decref(reference);
}

static void known_secrets_are_taken_out_of_texts(void **state)
{
    (void)state;
    static const char value[] = "p@ss'w\"o\\rd {7}!";
    secret_free(secret_new(value, strlen(value)));
    static const char *const forms[] = {
        "p@ss'w\"o\\rd {7}!",
        "p%40ss%27w%22o%5Crd%20%7B7%7D%21",
        "p%40ss%27w%22o%5crd%20%7b7%7d%21",
        "p%40ss%27w%22o%5Crd+%7B7%7D%21",
        "p@ss''w\"o\\rd {7}!",
        "p@ss'w\"\"o\\rd {7}!",
        "p@ss'w\"o\\rd {7}}!",
        "p@ss\\'w\"o\\\\rd {7}!",
        "p@ss'w\\\"o\\\\rd {7}!",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *text = g_strdup_printf("login %s failed, %s", forms[i], forms[i]);
        g_autofree char *got = text_redact(text);
        assert_string_equal(got, "login *** failed, ***");
    }
    for (size_t phase = 0; phase < 4; phase++) {
        g_autofree char *plain = g_strdup_printf("%.*s%s:x", (int)phase, "user", value);
        g_autofree char *text = g_base64_encode((const guchar *)plain, strlen(plain));
        g_autofree char *got = text_redact(text);
        assert_non_null(strstr(got, "***"));
        assert_true(strlen(got) < 14);
    }
    /* Too short to be taken out; and nothing else is touched. */
    secret_free(secret_new("abc", 3));
    g_autofree char *same = text_redact("abc größer %40");
    assert_string_equal(same, "abc größer %40");
    assert_null(text_redact(NULL));
}

static gpointer add_and_redact(gpointer data)
{
    for (int i = 0; i < 50; i++) {
        g_autofree char *value = g_strdup_printf("thread-%d-%d", GPOINTER_TO_INT(data), i);
        secret_free(secret_new(value, strlen(value)));
        g_autofree char *got = text_redact(value);
        g_assert_cmpstr(got, ==, "***");
    }
    return NULL;
}

static void threads_may_add_and_redact_at_once(void **state)
{
    (void)state;
    GThread *threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = g_thread_new("redact", add_and_redact, GINT_TO_POINTER(i + 1));
    for (int i = 0; i < 4; i++)
        g_thread_join(threads[i]);
}

static void a_hardened_process_leaves_no_core(void **state)
{
    (void)state;
    assert_true(process_harden(NULL));
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_cur, 0);
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    assert_int_equal(umask(077), 077);
    /* The leak checker at the end needs to look at us. */
    prctl(PR_SET_DUMPABLE, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variable_is_found),
        cmocka_unit_test(a_file_is_read_only_when_it_is_private),
        cmocka_unit_test(a_credential_is_read_from_its_directory),
        cmocka_unit_test(pgpass_is_left_to_the_driver),
        cmocka_unit_test(a_command_answers_in_time_and_measure),
        cmocka_unit_test(malformed_references_are_refused_without_being_shown),
        cmocka_unit_test(references_are_told_from_literals),
        cmocka_unit_test(a_sealed_value_opens_only_in_its_place),
        cmocka_unit_test(known_secrets_are_taken_out_of_texts),
        cmocka_unit_test(threads_may_add_and_redact_at_once),
        cmocka_unit_test(a_hardened_process_leaves_no_core),
    };
    return cmocka_run_group_tests_name("secret", tests, make_folder, remove_folder);
}
