/* rowferry.conf: defaults, values, and errors with file, line and a neighbour. */
#include "base/config.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static config *load(const char *text, error **err)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("rowferry-conf-XXXXXX", &path, NULL);
    assert_true(fd >= 0);
    close(fd);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    config *c = config_load(path, err);
    g_unlink(path);
    return c;
}

static void a_missing_file_means_the_defaults(void **state)
{
    (void)state;
    g_autoptr(config) c = config_load("/nonexistent/rowferry.conf", NULL);
    assert_non_null(c);
    assert_string_equal(c->time_zone, "");
    assert_int_equal(c->streams, 0);
    assert_false(c->allow_network);
}

static void every_key_can_be_set(void **state)
{
    (void)state;
    g_autoptr(error) err = NULL;
    g_autoptr(config) c = load("# comment\n[run]\ntime_zone = Asia/Shanghai ; here\nstreams=4\n"
                               "\n[store]\nallow_network = yes\n",
                               &err);
    if (c == NULL)
        fail_msg("%s", err->message);
    assert_string_equal(c->time_zone, "Asia/Shanghai");
    assert_int_equal(c->streams, 4);
    assert_true(c->allow_network);
}

static void mistakes_name_line_and_neighbour(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        { "[run]\nstreems = 4\n", ":2: unknown key \"streems\" in section [run]",
          "Did you mean \"streams\"?" },
        { "\n[rum]\nstreams = 4\n", ":3: unknown section [rum]", "Did you mean \"run\"?" },
        { "streams = 4\n", ":1: key \"streams\" stands before the first section", "above it" },
        { "[run]\nstreams = 17\n", ":2: [run] streams: \"17\" is not a number from 0 to 16", NULL },
        { "[run]\nstreams = many\n", ":2: [run] streams: \"many\" is not a number", NULL },
        { "[run]\ntime_zone = Mars/Base\n", ":2: [run] time_zone: time zone \"Mars/Base\"", "UTC" },
        { "[store]\nallow_network = maybe\n",
          ":2: [store] allow_network: \"maybe\" is neither yes nor no", NULL },
        { "[run]\n\nnonsense\n", ":3: neither [section] nor", NULL },
        { "[run\n", ":1: neither [section] nor", NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(error) err = NULL;
        g_autoptr(config) c = load(cases[i].text, &err);
        if (c != NULL)
            fail_msg("accepted: %s", cases[i].text);
        assert_int_equal(err->code, ERROR_DOCUMENT);
        if (strstr(err->message, cases[i].message) == NULL)
            fail_msg("got \"%s\", want \"%s\"", err->message, cases[i].message);
        if (cases[i].hint != NULL)
            assert_non_null(strstr(err->hint, cases[i].hint));
    }
}

static void a_line_that_is_too_long_is_an_error(void **state)
{
    (void)state;
    g_autofree char *filler = g_strnfill(5000, 'x');
    g_autofree char *text = g_strconcat("[run]\ntime_zone = ", filler, "\n", NULL);
    g_autoptr(error) err = NULL;
    assert_null(load(text, &err));
    assert_non_null(strstr(err->message, ":2: "));
}

static void the_table_lists_every_key_with_a_summary(void **state)
{
    (void)state;
    size_t count = 0;
    for (const config_key *k = config_keys(); k->section != NULL; k++, count++)
        assert_true(*k->key != '\0' && *k->values != '\0' && *k->summary != '\0');
    assert_int_equal(count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_means_the_defaults),
        cmocka_unit_test(every_key_can_be_set),
        cmocka_unit_test(mistakes_name_line_and_neighbour),
        cmocka_unit_test(a_line_that_is_too_long_is_an_error),
        cmocka_unit_test(the_table_lists_every_key_with_a_summary),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
