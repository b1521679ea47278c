#include "service/command_line.h"
#include "service/help.h"
#include "service/output.h"
#include "service/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const operation *find(const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, " ", 2);
    const operation *o = operation_find(parts[0], parts[1]);
    assert_non_null(o);
    return o;
}

/* --- reading words --- */

static void words_become_the_input_of_an_operation(void **state)
{
    (void)state;
    static const struct {
        const char *operation, *words, *input;
        bool json, quiet;
    } cases[] = {
        { "task show", "orders", "{\"name\": \"orders\"}", false, false },
        { "task show", "orders --version 3 --json", "{\"name\": \"orders\", \"version\": 3}", true,
          false },
        { "task show", "--version=3 --quiet orders", "{\"name\": \"orders\", \"version\": 3}",
          false, true },
        { "task run", "o --date 2026-03-01..2026-03-02 --param a=1 --param b=x=y --verify",
          "{\"name\": \"o\", \"date\": \"2026-03-01..2026-03-02\", \"param\": {\"a\": \"1\", "
          "\"b\": \"x=y\"}, \"verify\": true}",
          false, false },
        { "task run", "o --attempt-limit 2", "{\"name\": \"o\", \"attempt_limit\": 2}", false,
          false },
        { "reject replay", "12 1 4 9", "{\"run\": 12, \"numbers\": [1, 4, 9]}", false, false },
        { "task show", "-- --odd", "{\"name\": \"--odd\"}", false, false },
        { "parameter set", "p --description=", NULL, false, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) words = g_strsplit(cases[i].words, " ", -1);
        bool json, quiet, help;
        error *err = NULL;
        json_t *in =
            command_line_input(find(cases[i].operation), words, &json, &quiet, &help, &err);
        if (cases[i].input == NULL) {
            assert_null(in);
            error_free(err);
            continue;
        }
        assert_non_null(in);
        json_t *want = json_loads(cases[i].input, 0, NULL);
        assert_true(json_equal(in, want));
        assert_int_equal(json, cases[i].json);
        assert_int_equal(quiet, cases[i].quiet);
        assert_false(help);
        json_decref(want);
        json_decref(in);
    }
}

static void wrong_words_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *operation, *words, *message;
    } cases[] = {
        { "task show", "", "TASK is missing" },
        { "task show", "a b", "too many arguments: \"b\"" },
        { "task show", "a --vresion 1",
          "unknown option \"--vresion\"; did you mean \"--version\"?" },
        { "task show", "a --version", "--version needs a value: N" },
        { "task show", "a --version x", "N must be a number, not \"x\"" },
        { "task show", "a --version -1", "N must be a number, not \"-1\"" },
        { "task show", "a --version 1 --version 2", "--version is given twice" },
        { "task run", "a --verify=1", "--verify takes no value" },
        { "task run", "a --param b", "--param takes NAME=VALUE, not \"b\"" },
        { "task run", "a --resume", "--resume is not in this version" },
        { "task run", "a --env prod", "--env is not in this version" },
        { "task save", "/nonexistent/file",
          "could not open \"/nonexistent/file\": No such file or directory" },
        { "run show", "twelve", "RUN must be a number, not \"twelve\"" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) words = g_strsplit(cases[i].words, " ", -1);
        if (*cases[i].words == '\0')
            words[0] = NULL;
        error *err = NULL;
        assert_null(command_line_input(find(cases[i].operation), words, NULL, NULL, NULL, &err));
        assert_string_equal(err->message, cases[i].message);
        assert_int_equal(error_exit_status(err->code), 2);
        error_free(err);
    }
}

static void help_wins_over_what_is_wrong_and_json_is_seen(void **state)
{
    (void)state;
    g_auto(GStrv) words = g_strsplit("--nonsense --json --help", " ", -1);
    bool json, help;
    error *err = NULL;
    json_t *in = command_line_input(find("task show"), words, &json, NULL, &help, &err);
    assert_non_null(in);
    assert_true(help);
    assert_true(json);
    json_decref(in);
}

/* --- the table --- */

static void every_operation_is_complete(void **state)
{
    (void)state;
    for (const operation_noun *n = operation_nouns(); n->name != NULL; n++) {
        for (const operation *o = n->operations; o->name != NULL; o++) {
            assert_non_null(o->summary);
            assert_non_null(o->fields);
            assert_non_null(o->handler);
            assert_int_equal(o->list != NULL, o->columns != NULL);
            g_autofree char *help = help_operation(n, o);
            for (const input_field *f = o->fields; f->name != NULL; f++) {
                g_autofree char *option = help_option(f->name);
                const char *shown = (f->flags & INPUT_POSITIONAL) != 0 ? f->shown : option;
                assert_non_null(f->help);
                assert_int_equal(strstr(help, shown) != NULL, f->kind != INPUT_LATER);
            }
        }
    }
}

static void completion_knows_every_verb(void **state)
{
    (void)state;
    static const char *const shells[] = { "bash", "zsh" };
    assert_null(completion_script("fish"));
    for (size_t i = 0; i < G_N_ELEMENTS(shells); i++) {
        g_autofree char *script = completion_script(shells[i]);
        for (const operation_noun *n = operation_nouns(); n->name != NULL; n++)
            for (const operation *o = n->operations; o->name != NULL; o++)
                assert_non_null(strstr(script, operation_verb(o)));
    }
}

/* --- output --- */

static void tables_are_aligned_and_safe(void **state)
{
    (void)state;
    json_t *out =
        json_loads("{\"connections\": ["
                   "{\"name\": \"a\", \"type\": \"sqlite\", \"address\": \"/x\", "
                   "\"protected\": true, \"updated_at\": \"2026-03-02T00:00:05+01:00\"},"
                   "{\"name\": \"数据\", \"type\": \"file\", \"address\": \"\\u001b[31m\","
                   " \"protected\": false, \"updated_at\": null}]}",
                   0, NULL);
    g_autofree char *text = output_table(find("connection list"), out, false, 0);
    assert_string_equal(text, "NAME  TYPE    ADDRESS  PROTECTED  TASKS  SAVED\n"
                              "a     sqlite  /x       yes               2026-03-02 00:00:05\n"
                              "数据  file    ␛[31m\n");
    json_decref(out);
}

static void only_the_last_column_gives_way_on_a_narrow_terminal(void **state)
{
    (void)state;
    json_t *out = json_loads("{\"tables\": [{\"schema\": \"main\", \"name\": "
                             "\"a_table_with_a_name_that_is_rather_long\"}]}",
                             0, NULL);
    g_autofree char *text = output_table(find("connection tables"), out, false, 30);
    assert_string_equal(text, "SCHEMA  NAME\nmain    a_table_with_a_name_t…\n");
    json_decref(out);
}

static void states_are_coloured_only_when_asked(void **state)
{
    (void)state;
    json_t *out = json_loads("{\"checks\": [{\"check\": \"store\", \"state\": \"failed\", "
                             "\"detail\": \"x\"}]}",
                             0, NULL);
    const operation *doctor = operation_find_noun("doctor")->operations;
    g_autofree char *plain = output_table(doctor, out, false, 0);
    g_autofree char *coloured = output_table(doctor, out, true, 0);
    assert_null(strchr(plain, '\033'));
    assert_non_null(strstr(coloured, "\033[31mfailed"));
    json_decref(out);
}

static void a_progress_line_says_rows_rate_rejects_and_time_left(void **state)
{
    (void)state;
    const run_counters now = { .phase = "load",
                               .rows_read = 50000,
                               .rows_expected = 100000,
                               .rows_rejected = 3,
                               .seconds = 5 };
    g_autofree char *line = progress_line("orders", &now, 200);
    assert_string_equal(line, "orders: load   50 % [##########..........]  50,000 rows  10,000/s"
                              "  3 rejects  5.0s left");
    g_autofree char *narrow = progress_line("orders", &now, 20);
    assert_string_equal(narrow, "orders: load   50 %…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_the_input_of_an_operation),
        cmocka_unit_test(wrong_words_are_named),
        cmocka_unit_test(help_wins_over_what_is_wrong_and_json_is_seen),
        cmocka_unit_test(every_operation_is_complete),
        cmocka_unit_test(completion_knows_every_verb),
        cmocka_unit_test(tables_are_aligned_and_safe),
        cmocka_unit_test(only_the_last_column_gives_way_on_a_narrow_terminal),
        cmocka_unit_test(states_are_coloured_only_when_asked),
        cmocka_unit_test(a_progress_line_says_rows_rate_rejects_and_time_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
