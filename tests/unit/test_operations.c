/* The operations as a door calls them, over a store of their own and real
 * SQLite databases. */
#include "base/document.h"
#include "base/secret.h"
#include "service/operation.h"
#include "service/recovery.h"
#include "service/runner.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct {
    char *folder, *source, *target;
} fixture;

/* --- help --- */

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t read_number(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

static engine *open_engine(void)
{
    error *err = NULL;
    engine *e = engine_new(&err);
    if (e == NULL)
        fail_msg("%s", err->message);
    e->quiet = true;
    return e;
}

/* Call "noun verb" with @input; the error, or NULL. */
static error *call(engine *e, const char *name, const char *input, json_t **out)
{
    g_auto(GStrv) parts = g_strsplit(name, " ", 2);
    const operation *o = parts[1] != NULL ? operation_find(parts[0], parts[1])
                                          : operation_find_noun(parts[0])->operations;
    assert_non_null(o);
    error *err = NULL;
    json_t *in = document_read("input", input, strlen(input), &err);
    json_t *result = NULL;
    if (in == NULL)
        fail_msg("%s", err->message);
    bool done = o->handler(e, in, &result, &err);
    assert_int_equal(done, err == NULL);
    json_decref(in);
    if (out != NULL)
        *out = result;
    else
        json_decref(result);
    return err;
}

static json_t *succeed(engine *e, const char *name, const char *input)
{
    json_t *out;
    error *err = call(e, name, input, &out);
    if (err != NULL)
        fail_msg("%s: %s", name, err->message);
    assert_non_null(out);
    return out;
}

static void do_it(engine *e, const char *name, const char *input)
{
    json_decref(succeed(e, name, input));
}

static void refuse(engine *e, const char *name, const char *input, int status, const char *part)
{
    error *err = call(e, name, input, NULL);
    assert_non_null(err);
    if (strstr(err->message, part) == NULL)
        fail_msg("\"%s\" does not hold \"%s\"", err->message, part);
    assert_int_equal(error_exit_status(err->code), status);
    error_free(err);
}

static void save_connections(engine *e, const fixture *f)
{
    g_autofree char *source = g_strdup_printf(
        "{\"document\": {\"name\": \"a\", \"type\": \"sqlite\", \"path\": \"%s\"}}", f->source);
    g_autofree char *target = g_strdup_printf(
        "{\"document\": {\"name\": \"b\", \"type\": \"sqlite\", \"path\": \"%s\"}}", f->target);
    do_it(e, "connection save", source);
    do_it(e, "connection save", target);
}

#define COPY(name, mode)                                                                      \
    "{\"document\": {\"name\": \"" name "\", \"source\": {\"connection\": \"a\", \"table\": " \
    "\"orders\"}, \"target\": {\"connection\": \"b\", \"table\": \"orders\", \"mode\": " mode \
    "}}}"

/* --- tests --- */

static void a_saved_connection_is_shown_without_its_secret(void **state)
{
    (void)state;
    g_autoptr(engine) e = open_engine();
    do_it(e, "connection save",
          "{\"document\": {\"name\": \"pg\", \"type\": \"postgresql\", \"host\": \"h\", "
          "\"password\": \"correct horse\"}}");
    json_t *shown = succeed(e, "connection show", "{\"name\": \"pg\"}");
    assert_string_equal(document_get_text(shown, "password"), "sealed");
    /* What was shown can be saved again and keeps the secret. */
    json_t *again = json_pack("{s:O}", "document", shown);
    char *text = json_dumps(again, 0);
    do_it(e, "connection save", text);
    error *err = NULL;
    const connection *c = engine_connection(e, "pg", &err);
    assert_non_null(c);
    g_autoptr(secret) s = connection_password(c, &err);
    assert_string_equal(secret_text(s), "correct horse");
    free(text);
    json_decref(again);
    json_decref(shown);
}

static void a_task_is_checked_when_it_is_saved(void **state)
{
    g_autoptr(engine) e = open_engine();
    save_connections(e, *state);
    refuse(e, "task save",
           "{\"document\": {\"name\": \"t\", \"source\": {\"connection\": \"nope\", \"table\": "
           "\"x\"}, \"target\": {\"connection\": \"b\", \"table\": \"x\", \"mode\": \"append\"}}}",
           2, "source.connection");
    refuse(e, "task save",
           "{\"document\": {\"name\": \"t\", \"source\": {\"connection\": \"a\", \"table\": "
           "\"x\", \"where\": \"d = '${nope}'\"}, \"target\": {\"connection\": \"b\", \"table\": "
           "\"x\", \"mode\": \"append\"}}}",
           2, "source.where");
    refuse(e, "task save",
           "{\"document\": {\"name\": \"t\", \"source\": {\"connection\": \"a\", \"tabel\": "
           "\"x\"}, \"target\": {\"connection\": \"b\", \"table\": \"x\", \"mode\": \"append\"}}}",
           2, "did you mean \"table\"");
    refuse(e, "task show", "{\"name\": \"t\"}", 2, "\"t\"");
}

static void a_run_copies_and_says_what_it_did(void **state)
{
    const fixture *f = *state;
    g_autoptr(engine) e = open_engine();
    save_connections(e, f);
    do_it(e, "task save", COPY("copy", "\"overwrite\""));
    json_t *result = succeed(e, "task run", "{\"name\": \"copy\", \"date\": \"2026-03-01\"}");
    assert_string_equal(document_get_text(result, "state"), "succeeded");
    assert_string_equal(document_get_text(result, "business_date"), "2026-03-01");
    assert_int_equal(document_get_integer(result, "rows_read", 0), 100);
    assert_int_equal(document_get_integer(result, "rows_written", 0), 100);
    assert_true(json_is_null(json_object_get(result, "error")));
    assert_true(json_is_null(json_object_get(result, "reject_file")));
    static const char *const fields[] = { "run",
                                          "task",
                                          "rows_rejected",
                                          "rows_filtered",
                                          "rows_inserted",
                                          "rows_updated",
                                          "bytes",
                                          "rows_unchanged",
                                          "seconds",
                                          "queue_seconds",
                                          "segments",
                                          "waits",
                                          "log" };
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        assert_non_null(json_object_get(result, fields[i]));
    json_decref(result);
    assert_int_equal(read_number(f->target, "SELECT count(*) FROM orders"), 100);
    json_t *runs = succeed(e, "task history", "{\"name\": \"copy\"}");
    assert_int_equal(json_array_size(json_object_get(runs, "runs")), 1);
    json_decref(runs);
}

static void a_range_of_dates_runs_each_date(void **state)
{
    g_autoptr(engine) e = open_engine();
    save_connections(e, *state);
    do_it(e, "task save", COPY("copy", "\"overwrite\""));
    json_t *out =
        succeed(e, "task run", "{\"name\": \"copy\", \"date\": \"2026-02-27..2026-03-01\"}");
    const json_t *runs = json_object_get(out, "runs");
    assert_int_equal(json_array_size(runs), 3);
    assert_string_equal(document_get_text(json_array_get(runs, 1), "business_date"), "2026-02-28");
    json_decref(out);
}

static void a_changed_target_waits_for_confirmation(void **state)
{
    g_autoptr(engine) e = open_engine();
    save_connections(e, *state);
    do_it(e, "task save", COPY("copy", "\"overwrite\""));
    json_t *saved = succeed(
        e, "task save",
        "{\"document\": {\"name\": \"copy\", \"source\": {\"connection\": \"a\", \"table\": "
        "\"orders\"}, \"target\": {\"connection\": \"b\", \"table\": \"other\", \"mode\": "
        "\"overwrite\"}}}");
    assert_false(document_get_flag(saved, "confirmed", true));
    json_decref(saved);
    refuse(e, "task run", "{\"name\": \"copy\"}", 2, "not confirmed");
    do_it(e, "task confirm", "{\"name\": \"copy\"}");
    do_it(e, "task run", "{\"name\": \"copy\"}");
    /* Back to the version that was confirmed before: nothing to confirm. */
    saved = succeed(e, "task save", COPY("copy", "\"append\""));
    assert_false(document_get_flag(saved, "confirmed", true));
    json_decref(saved);
}

static void export_and_save_make_no_new_version(void **state)
{
    g_autoptr(engine) e = open_engine();
    save_connections(e, *state);
    do_it(e, "task save", COPY("copy", "\"overwrite\""));
    json_t *document = succeed(e, "task export", "{\"name\": \"copy\"}");
    json_t *in = json_pack("{s:o}", "document", document);
    char *text = json_dumps(in, 0);
    json_t *saved = succeed(e, "task save", text);
    assert_int_equal(document_get_integer(saved, "version", 0), 1);
    free(text);
    json_decref(saved);
    json_decref(in);
}

static void a_failed_run_gives_its_result_and_its_error(void **state)
{
    const fixture *f = *state;
    g_autoptr(engine) e = open_engine();
    save_connections(e, f);
    run_sql(f->target, "CREATE TABLE narrow (id INTEGER, note VARCHAR(3))");
    do_it(e, "task save",
          "{\"document\": {\"name\": \"n\", \"source\": {\"connection\": \"a\", \"query\": "
          "\"SELECT id, note FROM orders\"}, \"target\": {\"connection\": \"b\", \"table\": "
          "\"narrow\", \"mode\": \"append\"}}}");
    json_t *result;
    error *err = call(e, "task run", "{\"name\": \"n\"}", &result);
    assert_non_null(err);
    assert_string_equal(document_get_text(result, "state"), "failed");
    assert_string_equal(document_get_text(json_object_get(result, "error"), "code"),
                        error_code_name(err->code));
    assert_int_equal(read_number(f->target, "SELECT count(*) FROM narrow"), 0);
    error_free(err);
    json_decref(result);
}

static void rejects_are_listed_edited_and_replayed_once(void **state)
{
    const fixture *f = *state;
    g_autoptr(engine) e = open_engine();
    save_connections(e, f);
    run_sql(f->target, "CREATE TABLE narrow (id INTEGER, note VARCHAR(6))");
    do_it(e, "task save",
          "{\"document\": {\"name\": \"n\", \"source\": {\"connection\": \"a\", \"query\": "
          "\"SELECT id, note FROM orders\"}, \"target\": {\"connection\": \"b\", \"table\": "
          "\"narrow\", \"mode\": \"append\"}, \"rejects\": {\"limit\": 5}}}");
    do_it(e, "task run", "{\"name\": \"n\"}");
    assert_int_equal(read_number(f->target, "SELECT count(*) FROM narrow"), 99);
    json_t *list = succeed(e, "reject list", "{\"run\": 1}");
    assert_int_equal(json_array_size(json_object_get(list, "rejects")), 1);
    json_decref(list);
    do_it(e, "reject replay", "{\"run\": 1}"); /* rejected again: stays open */
    assert_int_equal(read_number(f->target, "SELECT count(*) FROM narrow"), 99);
    do_it(e, "reject edit", "{\"run\": 1, \"number\": 1, \"set\": {\"note\": \"fits\"}}");
    do_it(e, "reject replay", "{\"run\": 1, \"numbers\": [1]}");
    assert_int_equal(
        read_number(f->target, "SELECT count(*) FROM narrow WHERE id = 100 AND note = 'fits'"), 1);
    refuse(e, "reject replay", "{\"run\": 1}", 2, "no open reject");
    refuse(e, "reject replay", "{\"run\": 1, \"numbers\": [1]}", 2, "replayed already");
    refuse(e, "reject replay", "{\"run\": 1, \"numbers\": [2]}", 2, "no reject");
}

static void parameters_are_checked_and_previewed(void **state)
{
    (void)state;
    g_autoptr(engine) e = open_engine();
    refuse(e, "parameter set", "{\"name\": \"bizdate\", \"value\": \"x\"}", 2, "built-in");
    refuse(e, "parameter set", "{\"name\": \"a b\", \"value\": \"x\"}", 2, "not a name");
    refuse(e, "parameter set", "{\"name\": \"p\", \"value\": \"${nope}\"}", 2, "nope");
    do_it(e, "parameter set", "{\"name\": \"day\", \"value\": \"${yyyy-mm-dd-1}\"}");
    json_t *out =
        succeed(e, "parameter preview",
                "{\"text\": \"${day} {{{today}}} ${x}\", \"date\": \"2026-03-01\", \"param\": "
                "{\"x\": \"y\"}}");
    assert_string_equal(document_get_text(out, "value"), "2026-02-28 2026-03-02 y");
    json_decref(out);
    do_it(e, "parameter unset", "{\"name\": \"day\"}");
    refuse(e, "parameter unset", "{\"name\": \"day\"}", 2, "day");
}

static void kill_at(const char *point)
{
    pid_t child = fork();
    if (child == 0) {
        g_setenv("ROWFERRY_TEST_KILL_AT", point, TRUE);
        g_autoptr(engine) e = open_engine();
        call(e, "task run", "{\"name\": \"copy\"}", NULL);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static unsigned count_leftovers(const fixture *f)
{
    unsigned n = 0;
    g_autoptr(GDir) folder = g_dir_open(f->folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(folder)) != NULL;)
        n += strstr(name, "-rf-") != NULL;
    return n;
}

static void a_killed_run_is_settled_by_the_next_one(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *point, *settled;
        int64_t rows;
    } cases[] = {
        { "K2", "failed", 1 },  { "K6", "failed", 1 },       { "K13", "failed", 1 },
        { "K16", "failed", 1 }, { "K17", "succeeded", 100 },
    };
    run_sql(f->target, "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT)");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        run_sql(f->target, "DELETE FROM orders; INSERT INTO orders VALUES (-1, 'old')");
        {
            g_autoptr(engine) before = open_engine();
            save_connections(before, f);
            do_it(before, "task save", COPY("copy", "\"overwrite\""));
        }
        kill_at(cases[i].point);
        assert_int_equal(read_number(f->target, "SELECT count(*) FROM orders"), cases[i].rows);
        g_autoptr(engine) e = open_engine();
        do_it(e, "task run", "{\"name\": \"copy\"}");
        g_autofree char *input = g_strdup_printf("{\"run\": %d}", (int)(2 * i + 1));
        json_t *dead = succeed(e, "run show", input);
        assert_string_equal(document_get_text(dead, "state"), cases[i].settled);
        json_decref(dead);
        assert_int_equal(read_number(f->target, "SELECT count(*) FROM orders"), 100);
        assert_int_equal(count_leftovers(f), 0);
    }
}

static void a_run_is_cancelled_by_a_signal(void **state)
{
    const fixture *f = *state;
    g_autoptr(engine) e = open_engine();
    save_connections(e, f);
    do_it(e, "task save", COPY("copy", "\"overwrite\""));
    volatile sig_atomic_t interrupts = 1;
    e->interrupts = &interrupts;
    json_t *result;
    error *err = call(e, "task run", "{\"name\": \"copy\"}", &result);
    assert_int_equal(error_exit_status(err->code), 5);
    assert_string_equal(document_get_text(result, "state"), "cancelled");
    error_free(err);
    json_decref(result);
    refuse(e, "run cancel", "{\"run\": 1}", 2, "1");
}

static void the_doctor_finds_everything_in_order(void **state)
{
    g_autoptr(engine) e = open_engine();
    save_connections(e, *state);
    json_t *out = succeed(e, "doctor", "{}");
    assert_true(document_get_flag(out, "ok", false));
    json_decref(out);
}

/* --- fixture --- */

static int set_up(void **state)
{
    fixture *f = g_new0(fixture, 1);
    f->folder = g_dir_make_tmp("rowferry-test-XXXXXX", NULL);
    f->source = g_build_filename(f->folder, "a.db", NULL);
    f->target = g_build_filename(f->folder, "b.db", NULL);
    g_autofree char *home = g_build_filename(f->folder, "home", NULL);
    g_setenv("ROWFERRY_HOME", home, TRUE);
    g_setenv("ROWFERRY_DIALECTS", SRCDIR "/data/dialects", FALSE);
    run_sql(f->source, "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);"
                       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100)"
                       "INSERT INTO orders SELECT i, 'note' || i FROM n");
    run_sql(f->target, "CREATE TABLE witness (id INTEGER)");
    *state = f;
    return 0;
}

static void remove_all(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    for (const char *name; folder != NULL && (name = g_dir_read_name(folder)) != NULL;) {
        g_autofree char *whole = g_build_filename(path, name, NULL);
        if (g_file_test(whole, G_FILE_TEST_IS_DIR))
            remove_all(whole);
        else
            g_unlink(whole);
    }
    if (folder != NULL)
        g_dir_close(folder);
    g_rmdir(path);
}

static int tear_down(void **state)
{
    fixture *f = *state;
    remove_all(f->folder);
    g_free(f->folder);
    g_free(f->source);
    g_free(f->target);
    g_free(f);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_saved_connection_is_shown_without_its_secret),
        TEST(a_task_is_checked_when_it_is_saved),
        TEST(a_run_copies_and_says_what_it_did),
        TEST(a_range_of_dates_runs_each_date),
        TEST(a_changed_target_waits_for_confirmation),
        TEST(export_and_save_make_no_new_version),
        TEST(a_failed_run_gives_its_result_and_its_error),
        TEST(rejects_are_listed_edited_and_replayed_once),
        TEST(parameters_are_checked_and_previewed),
        TEST(a_killed_run_is_settled_by_the_next_one),
        TEST(a_run_is_cancelled_by_a_signal),
        TEST(the_doctor_finds_everything_in_order),
    };
    error *err = NULL;
    if (!process_harden(&err)) {
        g_printerr("%s\n", err->message);
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
