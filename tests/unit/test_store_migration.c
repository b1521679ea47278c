#include "store_fixture.h"

#include "store/runs.h"
#include "store/schema.h"

#include <signal.h>
#include <sys/wait.h>

/* Steps that are not released: they show that the way works. */
static const char step_2[] = "ALTER TABLE parameter ADD COLUMN note TEXT NOT NULL DEFAULT 'x';"
                             "CREATE TABLE label (name TEXT PRIMARY KEY) STRICT";
static const char step_3[] = "INSERT INTO label SELECT name FROM parameter";

static store_options with_steps(const store_step *steps, size_t n)
{
    store_options options = local_options;
    options.steps = steps;
    options.n_steps = n;
    return options;
}

static size_t backups(const fixture *f)
{
    g_autofree char *data = g_path_get_dirname(f->path);
    g_autofree char *folder = g_build_filename(data, "backups", NULL);
    GDir *dir = g_dir_open(folder, 0, NULL);
    size_t n = 0;
    while (dir != NULL && g_dir_read_name(dir) != NULL)
        n++;
    if (dir != NULL)
        g_dir_close(dir);
    return n;
}

/* The schema of version 1 as it was released, with data. */
static void make_version_1(fixture *f)
{
    static const char fixture_sql[] = SRCDIR "/tests/unit/data/store_v1.sql";
    g_autofree char *sql = NULL;
    g_autofree char *folder = g_path_get_dirname(f->path);
    assert_true(g_file_get_contents(fixture_sql, &sql, NULL, NULL));
    assert_int_equal(g_mkdir(folder, 0700), 0);
    raw_sql(f, sql);
}

static void version_1_of_old_is_opened_by_this_program(void **state)
{
    fixture *f = *state;
    make_version_1(f);
    fixture_reopen(f);
    must(store_check(f->s, true, &f->err), f->err);
    g_autoptr(task_record) task = store_task_get(f->s, "orders", 0, &f->err);
    must(task != NULL, f->err);
    assert_string_equal(task->document, "{\"name\": \"orders\"}\n");
    assert_string_equal(task->last_state, "succeeded");
    g_autoptr(global_parameter) p = store_parameter_get(f->s, "region", &f->err);
    must(p != NULL, f->err);
    assert_string_equal(p->expression, "north");
    assert_int_equal(store_schema_version(f->s), schema_steps[schema_n_steps - 1].version);
    /* What is counted by triggers counts the runs from before them too. */
    const run_filter all = { 0 };
    int64_t total = 0;
    g_autoptr(GPtrArray) runs = store_run_page(f->s, &all, 0, &total, &f->err);
    must(runs != NULL, f->err);
    assert_int_equal(total, raw_int(f, "SELECT count(*) FROM run"));
    assert_int_equal(runs->len, total);
}

static void older_schema_is_backed_up_and_brought_forward(void **state)
{
    fixture *f = *state;
    make_version_1(f);
    const store_step steps[] = { schema_steps[0], { 2, step_2 }, { 3, step_3 } };
    store_options options = with_steps(steps, 3);
    f->s = store_open(f->path, &options, &f->err);
    must(f->s != NULL, f->err);
    assert_int_equal(store_schema_version(f->s), 3);
    assert_int_equal(raw_int(f, "PRAGMA user_version"), 3);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM label WHERE name = 'region'"), 1);
    assert_int_equal(backups(f), 1);
    store_close(f->s);
    f->s = store_open(f->path, &options, &f->err);
    must(f->s != NULL, f->err);
    assert_int_equal(backups(f), 1);
}

static void only_three_backups_are_kept(void **state)
{
    fixture *f = *state;
    make_version_1(f);
    g_autofree char *data = g_path_get_dirname(f->path);
    g_autofree char *folder = g_build_filename(data, "backups", NULL);
    assert_int_equal(g_mkdir(folder, 0700), 0);
    for (int i = 0; i < 5; i++) {
        g_autofree char *path =
            g_strdup_printf("%s/store-2020010%dT000000.000000Z-v001-1.db", folder, i);
        assert_true(g_file_set_contents(path, "", 0, NULL));
    }
    const store_step steps[] = { schema_steps[0], { 2, step_2 } };
    store_options options = with_steps(steps, 2);
    f->s = store_open(f->path, &options, &f->err);
    must(f->s != NULL, f->err);
    assert_int_equal(backups(f), 3);
}

static void step_that_fails_leaves_the_old_version(void **state)
{
    fixture *f = *state;
    make_version_1(f);
    static const char *const bad[] = {
        "CREATE TABLE label (name TEXT); SELECT nonsense",
        "CREATE TABLE label (name TEXT); DELETE FROM task", /* leaves keys that point nowhere */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        const store_step steps[] = { schema_steps[0], { 2, bad[i] } };
        store_options options = with_steps(steps, 2);
        must_fail(store_open(f->path, &options, &f->err) != NULL, &f->err, ERROR_STORE);
        assert_int_equal(raw_int(f, "PRAGMA user_version"), 1);
        assert_int_equal(raw_int(f, "SELECT count(*) FROM sqlite_schema WHERE name = 'label'"), 0);
        assert_int_equal(raw_int(f, "SELECT count(*) FROM task"), 1);
    }
    fixture_reopen(f);
}

static void newer_schema_is_refused_and_untouched(void **state)
{
    fixture *f = *state;
    make_version_1(f);
    raw_sql(f, "PRAGMA user_version = 99");
    f->s = store_open(f->path, &local_options, &f->err);
    assert_null(f->s);
    assert_non_null(strstr(f->err->message, "99"));
    assert_int_equal(error_exit_status(f->err->code), 7);
    must_fail(false, &f->err, ERROR_STORE);
    assert_int_equal(raw_int(f, "PRAGMA user_version"), 99);
}

static void keys_hold_again_after_a_migration(void **state)
{
    fixture *f = *state;
    make_version_1(f);
    const store_step steps[] = { schema_steps[0], { 2, step_2 } };
    store_options options = with_steps(steps, 2);
    f->s = store_open(f->path, &options, &f->err);
    must(f->s != NULL, f->err);
    const run_new r = { .kind = RUN_UPSTREAM,
                        .state = RUN_QUEUED,
                        .parent = 4711,
                        .task_id = "00000000-0000-4000-8000-000000000001",
                        .business_date = "2026-03-01" };
    int64_t id;
    must_fail(store_run_create(f->s, &r, &id, NULL, &f->err), &f->err, ERROR_STORE);
}

/* A step that takes a while, so that kills hit all of it. */
static char *slow_step(void)
{
    GString *sql = g_string_new("CREATE TABLE label (n INTEGER);");
    for (int i = 0; i < 300; i++)
        g_string_append_printf(sql, "INSERT INTO label VALUES (%d);CREATE TABLE t%d (x);", i, i);
    return g_string_free(sql, false);
}

static void killed_migration_leaves_the_old_or_the_new_version(void **state)
{
    fixture *f = *state;
    make_version_1(f);
    g_autofree char *sql = slow_step();
    const store_step steps[] = { schema_steps[0], { 2, sql } };
    store_options options = with_steps(steps, 2);
    int64_t version = 1;
    for (int round = 0; round < 60 && version == 1; round++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            store *s = store_open(f->path, &options, NULL);
            _exit(s != NULL ? 0 : 1);
        }
        g_usleep((gulong)(round * 700));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        version = raw_int(f, "PRAGMA user_version");
        int64_t tables = raw_int(f, "SELECT count(*) FROM sqlite_schema WHERE name GLOB 't[0-9]*'");
        assert_int_equal(tables, version == 1 ? 0 : 300);
    }
    f->s = store_open(f->path, &options, &f->err);
    must(f->s != NULL, f->err);
    must(store_check(f->s, true, &f->err), f->err);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM label"), 300);
}

int main(void)
{
#define CLOSED(test) cmocka_unit_test_setup_teardown(test, setup_closed, teardown)
    const struct CMUnitTest tests[] = {
        CLOSED(version_1_of_old_is_opened_by_this_program),
        CLOSED(older_schema_is_backed_up_and_brought_forward),
        CLOSED(only_three_backups_are_kept),
        CLOSED(step_that_fails_leaves_the_old_version),
        CLOSED(newer_schema_is_refused_and_untouched),
        CLOSED(keys_hold_again_after_a_migration),
        CLOSED(killed_migration_leaves_the_old_or_the_new_version),
    };
    return cmocka_run_group_tests_name("store_migration", tests, NULL, NULL);
}
