#include "store_fixture.h"

#include "store/database.h"

#include <sys/stat.h>

static mode_t mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 0777;
}

static void folder_and_files_are_closed_to_others(void **state)
{
    fixture *f = *state;
    umask(0);
    fixture_reopen(f);
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autofree char *marker = g_strconcat(f->path, ".made", NULL);
    assert_int_equal(mode_of(folder), 0700);
    assert_int_equal(mode_of(f->path), 0600);
    assert_int_equal(mode_of(marker), 0600);
    chmod(f->path, 0644);
    fixture_reopen(f);
    assert_int_equal(mode_of(f->path), 0600);
}

static const char *on_nfs(const char *folder)
{
    (void)folder;
    return "NFS";
}

static void network_file_system_is_refused_by_name(void **state)
{
    fixture *f = *state;
    store_options options = { .network_file_system = on_nfs };
    f->s = store_open(f->path, &options, &f->err);
    assert_null(f->s);
    assert_non_null(strstr(f->err->message, "NFS"));
    assert_non_null(f->err->hint);
    assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
    must_fail(false, &f->err, ERROR_STORE);

    options.allow_network = true;
    f->s = store_open(f->path, &options, &f->err);
    must(f->s != NULL, f->err);
    g_clear_pointer(&f->s, store_close);
    raw_sql(f, "UPDATE meta SET value = 'other' WHERE key = 'host'");
    must_fail(store_open(f->path, &options, &f->err) != NULL, &f->err, ERROR_STORE);
}

static void missing_or_empty_store_is_not_made_again(void **state)
{
    fixture *f = *state;
    fixture_reopen(f);
    g_clear_pointer(&f->s, store_close);
    assert_int_equal(truncate(f->path, 0), 0);
    must_fail(store_open(f->path, &local_options, &f->err) != NULL, &f->err, ERROR_STORE);
    assert_int_equal(g_remove(f->path), 0);
    must_fail(store_open(f->path, &local_options, &f->err) != NULL, &f->err, ERROR_STORE);
    assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
}

static void must_exist_makes_nothing(void **state)
{
    fixture *f = *state;
    store_options options = local_options;
    options.must_exist = true;
    must_fail(store_open(f->path, &options, &f->err) != NULL, &f->err, ERROR_STORE);
    assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
}

static void damaged_file_says_so(void **state)
{
    fixture *f = *state;
    fixture_reopen(f);
    g_clear_pointer(&f->s, store_close);
    assert_true(g_file_set_contents(f->path,
                                    "not a database, but long enough to be looked at "
                                    "as one by a reader that wants a header of 100 bytes",
                                    -1, NULL));
    f->s = store_open(f->path, &local_options, &f->err);
    assert_null(f->s);
    assert_non_null(strstr(f->err->message, "damaged"));
    assert_non_null(strstr(f->err->message, f->path));
    must_fail(false, &f->err, ERROR_STORE);
}

static void damaged_page_is_found_by_the_check(void **state)
{
    fixture *f = *state;
    fixture_reopen(f);
    must(store_check(f->s, true, &f->err), f->err);
    g_clear_pointer(&f->s, store_close);
    int64_t page = raw_int(f, "SELECT rootpage FROM sqlite_schema WHERE name = 'audit_at'");
    FILE *file = fopen(f->path, "r+b");
    assert_non_null(file);
    fseek(file, (page - 1) * 4096, SEEK_SET);
    assert_int_equal(fwrite("\xff\xff\xff\xff\xff\xff\xff\xff", 1, 8, file), 8);
    fclose(file);
    f->s = store_open(f->path, &local_options, &f->err);
    must(f->s != NULL, f->err);
    must_fail(store_check(f->s, false, &f->err), &f->err, ERROR_STORE);
}

static void somebody_elses_database_is_left_alone(void **state)
{
    fixture *f = *state;
    g_autofree char *folder = g_path_get_dirname(f->path);
    assert_int_equal(g_mkdir(folder, 0700), 0);
    raw_sql(f, "CREATE TABLE mine (x)");
    must_fail(store_open(f->path, &local_options, &f->err) != NULL, &f->err, ERROR_STORE);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM sqlite_schema"), 1);
}

static void pragmas_are_set(void **state)
{
    fixture *f = *state;
    assert_int_equal(raw_int(f, "PRAGMA application_id"), 0x52774679);
    assert_int_equal(raw_int(f, "PRAGMA user_version"), 2);
    assert_int_equal(raw_int(f, "PRAGMA auto_vacuum"), 2);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main'"
                                " AND name NOT LIKE 'sqlite_%' AND strict = 0"),
                     0);
    assert_string_equal(store_path(f->s), f->path);
    assert_int_equal(strlen(store_uuid(f->s)), 36);
}

static void wal_is_for_versions_without_the_race(void **state)
{
    (void)state;
    static const struct {
        int version;
        bool safe;
    } cases[] = {
        { 3040001, false }, { 3044005, false }, { 3044006, true },  { 3044999, true },
        { 3045000, false }, { 3049001, false }, { 3050006, false }, { 3050007, true },
        { 3051002, false }, { 3051003, true },  { 3052000, false }, { 3053000, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(sqlite_wal_is_safe(cases[i].version), cases[i].safe);
}

static void journal_suits_the_library(void **state)
{
    fixture *f = *state;
    bool safe = sqlite_wal_is_safe(sqlite3_libversion_number());
    int64_t synchronous;
    must(store_read_int(f->s, "PRAGMA synchronous", &synchronous, &f->err), f->err);
    assert_int_equal(synchronous, safe ? 2 : 3);
    g_clear_pointer(&f->s, store_close);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM meta WHERE key = 'unsafe_sqlite'"), !safe);
    /* A file left in WAL mode by another library is brought back. */
    raw_sql(f, "PRAGMA journal_mode = WAL");
    fixture_reopen(f);
    assert_int_equal(raw_int(f, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), safe);
}

static void busy_store_is_given_up_after_its_time(void **state)
{
    fixture *f = *state;
    store_options options = local_options;
    options.busy_seconds = 1;
    must(store_begin(f->s, &f->err), f->err);
    g_autoptr(store) other = store_open(f->path, &options, &f->err);
    must(other != NULL, f->err);
    int64_t before = g_get_monotonic_time();
    bool ok = store_connection_save(other, "erp", "{}", &f->err);
    assert_false(ok);
    assert_true(f->err->retryable);
    assert_int_equal(error_exit_status(f->err->code), 7);
    must_fail(ok, &f->err, ERROR_STORE);
    assert_in_range(g_get_monotonic_time() - before, 900000, 5000000);
    must(store_commit(f->s, &f->err), f->err);
    must(store_connection_save(other, "erp", "{}", &f->err), f->err);
}

static void transaction_is_all_or_nothing(void **state)
{
    fixture *f = *state;
    must(store_begin(f->s, &f->err), f->err);
    must(store_connection_save(f->s, "a", "{}", &f->err), f->err);
    must_fail(store_connection_delete(f->s, "none", &f->err), &f->err, ERROR_NOT_FOUND);
    must_fail(store_commit(f->s, &f->err), &f->err, ERROR_INTERNAL);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM connection"), 0);
    must(store_begin(f->s, &f->err), f->err);
    must(store_connection_save(f->s, "a", "{}", &f->err), f->err);
    must(store_connection_save(f->s, "b", "{}", &f->err), f->err);
    must(store_commit(f->s, &f->err), f->err);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM connection"), 2);
}

static void change_by_another_handle_is_noticed(void **state)
{
    fixture *f = *state;
    int64_t seen = 0;
    assert_true(store_changed(f->s, &seen));
    assert_false(store_changed(f->s, &seen));
    g_autoptr(store) other = store_open(f->path, &local_options, &f->err);
    must(store_connection_save(other, "erp", "{}", &f->err), f->err);
    assert_true(store_changed(f->s, &seen));
    assert_false(store_changed(f->s, &seen));
}

static void backup_is_a_store_of_its_own(void **state)
{
    fixture *f = *state;
    must(store_connection_save(f->s, "erp", "{\"x\":1}", &f->err), f->err);
    g_autofree char *path = g_build_filename(f->folder, "copy.db", NULL);
    must(store_backup(f->s, path, &f->err), f->err);
    assert_int_equal(mode_of(path), 0600);
    g_autoptr(store) copy = store_open(path, &local_options, &f->err);
    must(copy != NULL, f->err);
    g_autoptr(connection_record) r = store_connection_get(copy, "erp", &f->err);
    must(r != NULL, f->err);
    assert_string_equal(r->document, "{\"x\":1}");
    assert_false(store_backup(f->s, path, &f->err));
    assert_non_null(f->err);
}

static void task_keeps_every_version_byte_for_byte(void **state)
{
    fixture *f = *state;
    static const char *const documents[] = { "{ }\n", "{\"a\": \"\xc3\xa4\\t\"}\n", "{ }\n" };
    int64_t version = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(documents); i++) {
        const task_save t = { .name = "orders", .document = documents[i] };
        must(store_task_save(f->s, &t, &version, &f->err), f->err);
        assert_int_equal(version, i + 1);
        must(store_task_save(f->s, &t, &version, &f->err), f->err);
        assert_int_equal(version, i + 1);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(documents); i++) {
        g_autoptr(task_record) r = store_task_get(f->s, "orders", (int64_t)i + 1, &f->err);
        must(r != NULL, f->err);
        assert_string_equal(r->document, documents[i]);
        assert_int_equal(r->is_latest, i == 2);
    }
    g_autoptr(GPtrArray) versions = store_task_versions(f->s, "orders", &f->err);
    must(versions != NULL, f->err);
    assert_int_equal(versions->len, 3);
    assert_int_equal(((task_record *)versions->pdata[0])->version, 3);
    must_fail(store_task_get(f->s, "orders", 4, &f->err) != NULL, &f->err, ERROR_NOT_FOUND);
    must_fail(store_task_get(f->s, "other", 0, &f->err) != NULL, &f->err, ERROR_NOT_FOUND);
}

static void save_over_a_change_of_another_is_refused(void **state)
{
    fixture *f = *state;
    task_save t = { .name = "orders", .document = "1", .expected_version = TASK_MUST_BE_NEW };
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    must_fail(store_task_save(f->s, &t, NULL, &f->err), &f->err, ERROR_DOCUMENT);
    t.expected_version = 1;
    t.document = "2";
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    t.document = "3";
    must_fail(store_task_save(f->s, &t, NULL, &f->err), &f->err, ERROR_DOCUMENT);
    g_autoptr(task_record) r = store_task_get(f->s, "orders", 0, &f->err);
    assert_string_equal(r->document, "2");
}

static void task_can_be_renamed_but_not_onto_another(void **state)
{
    fixture *f = *state;
    task_save t = { .name = "orders", .document = "{}" };
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    t.name = "other";
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    g_autoptr(task_record) r = store_task_get(f->s, "orders", 0, &f->err);
    t.id = r->id;
    must_fail(store_task_save(f->s, &t, NULL, &f->err), &f->err, ERROR_DOCUMENT);
    t.name = "sales";
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    g_autoptr(task_record) renamed = store_task_get(f->s, "sales", 0, &f->err);
    must(renamed != NULL, f->err);
    assert_string_equal(renamed->id, r->id);
    must_fail(store_task_get(f->s, "orders", 0, &f->err) != NULL, &f->err, ERROR_NOT_FOUND);
}

static void version_stays_unconfirmed_until_confirmed(void **state)
{
    fixture *f = *state;
    task_save t = { .name = "orders", .document = "{}" };
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    g_autoptr(task_record) before = store_task_get(f->s, "orders", 0, &f->err);
    assert_false(before->confirmed);
    must(store_task_confirm(f->s, "orders", 0, &f->err), f->err);
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    g_autoptr(task_record) after = store_task_get(f->s, "orders", 0, &f->err);
    assert_true(after->confirmed);
}

static void deleted_task_keeps_its_history_and_frees_its_name(void **state)
{
    fixture *f = *state;
    int64_t run = queued_run(f);
    must_fail(store_task_delete(f->s, "orders", &f->err), &f->err, ERROR_BUSY);
    must(store_run_request_cancel(f->s, run, &f->err), f->err);
    must(store_task_delete(f->s, "orders", &f->err), f->err);
    must_fail(store_task_get(f->s, "orders", 0, &f->err) != NULL, &f->err, ERROR_NOT_FOUND);
    const task_save t = { .name = "orders", .document = "{}" };
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    const run_filter filter = { .task_name = "orders" };
    g_autoptr(GPtrArray) runs = store_run_list(f->s, &filter, &f->err);
    assert_int_equal(runs->len, 1);
    g_autoptr(GPtrArray) tasks = store_task_list(f->s, &f->err);
    assert_int_equal(tasks->len, 1);
    assert_int_equal(((task_record *)tasks->pdata[0])->last_run, 0);
}

static void connection_in_use_is_not_deleted(void **state)
{
    fixture *f = *state;
    const char *uses[] = { "erp", "erp", NULL };
    const task_save t = { .name = "orders", .document = "{}", .connections = uses };
    must(store_connection_save(f->s, "erp", "{}", &f->err), f->err);
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    assert_false(store_connection_delete(f->s, "erp", &f->err));
    assert_non_null(strstr(f->err->message, "\"orders\""));
    must_fail(false, &f->err, ERROR_DOCUMENT);
    must(store_task_delete(f->s, "orders", &f->err), f->err);
    must(store_connection_delete(f->s, "erp", &f->err), f->err);
    must_fail(store_connection_get(f->s, "erp", &f->err) != NULL, &f->err, ERROR_NOT_FOUND);
}

static void connection_keeps_its_id_when_saved_again(void **state)
{
    fixture *f = *state;
    must(store_connection_save(f->s, "erp", "1", &f->err), f->err);
    g_autoptr(connection_record) first = store_connection_get(f->s, "erp", &f->err);
    must(store_connection_save(f->s, "erp", "2", &f->err), f->err);
    g_autoptr(connection_record) second = store_connection_get(f->s, "erp", &f->err);
    assert_string_equal(first->id, second->id);
    assert_string_equal(second->document, "2");
    assert_int_equal(second->created_at, first->created_at);
    g_autoptr(GPtrArray) list = store_connection_list(f->s, &f->err);
    assert_int_equal(list->len, 1);
}

static void parameter_is_set_replaced_and_unset(void **state)
{
    fixture *f = *state;
    global_parameter p = { .name = (char *)"region", .expression = (char *)"north" };
    must(store_parameter_set(f->s, &p, &f->err), f->err);
    p.expression = (char *)"$[yyyymmdd-1]";
    p.type = (char *)"date";
    p.default_value = (char *)"";
    must(store_parameter_set(f->s, &p, &f->err), f->err);
    g_autoptr(global_parameter) r = store_parameter_get(f->s, "region", &f->err);
    must(r != NULL, f->err);
    assert_string_equal(r->expression, "$[yyyymmdd-1]");
    assert_string_equal(r->type, "date");
    assert_string_equal(r->description, "");
    assert_string_equal(r->default_value, "");
    g_autoptr(GPtrArray) list = store_parameter_list(f->s, &f->err);
    assert_int_equal(list->len, 1);
    must(store_parameter_unset(f->s, "region", &f->err), f->err);
    must_fail(store_parameter_unset(f->s, "region", &f->err), &f->err, ERROR_NOT_FOUND);
}

static void draft_lives_until_deleted(void **state)
{
    fixture *f = *state;
    int64_t id = 0;
    must(store_draft_save(f->s, &id, "task", "", "{", 0, &f->err), f->err);
    assert_true(id > 0);
    must(store_draft_save(f->s, &id, "task", "orders", "{}", 3, &f->err), f->err);
    fixture_reopen(f);
    g_autoptr(draft_record) r = store_draft_get(f->s, id, &f->err);
    must(r != NULL, f->err);
    assert_string_equal(r->subject, "orders");
    assert_string_equal(r->document, "{}");
    assert_int_equal(r->base_version, 3);
    g_autoptr(GPtrArray) list = store_draft_list(f->s, &f->err);
    assert_int_equal(list->len, 1);
    must(store_draft_delete(f->s, id, &f->err), f->err);
    must_fail(store_draft_save(f->s, &id, "task", "", "{", 0, &f->err), &f->err, ERROR_NOT_FOUND);
}

/* --- audit --- */

static int64_t old_clock(void)
{
    return INT64_C(1577836800000); /* 2020-01-01 */
}

static void audit_rows_are_fixed_and_prunable_when_old(void **state)
{
    fixture *f = *state;
    store_options options = local_options;
    options.wall_ms = old_clock;
    g_autoptr(store) old = store_open(f->path, &options, &f->err);
    must(old != NULL, f->err);
    must(store_begin(old, &f->err), f->err);
    for (int i = 0; i < 600; i++)
        must(store_audit_add(old, "reject.edit", "1", NULL, NULL, NULL, &f->err), f->err);
    must(store_commit(old, &f->err), f->err);
    must(store_audit_add(f->s, "reject.edit", "2", "a", "b", "c", &f->err), f->err);

    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE audit SET uid = 0", NULL, NULL, NULL),
                     SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM audit WHERE object = '2'", NULL, NULL, NULL),
                     SQLITE_CONSTRAINT);
    sqlite3_close(db);

    int deleted = 0;
    must_fail(store_audit_prune(f->s, 29, &deleted, &f->err), &f->err, ERROR_USAGE);
    must(store_audit_prune(f->s, 30, &deleted, &f->err), f->err);
    assert_int_equal(deleted, 500);
    must(store_audit_prune(f->s, 30, &deleted, &f->err), f->err);
    assert_int_equal(deleted, 100);
    g_autoptr(GPtrArray) left = store_audit_list(f->s, "reject.edit", NULL, 0, 10, &f->err);
    assert_int_equal(left->len, 1);
    const audit_record *r = left->pdata[0];
    assert_string_equal(r->object, "2");
    assert_string_equal(r->old_hash, "a");
    assert_int_equal(r->uid, getuid());
}

static void every_mutation_leaves_an_audit_row(void **state)
{
    fixture *f = *state;
    store_set_actor(f->s, &(store_actor){ .uid = 4711, .login_uid = 42 });
    global_parameter p = { .name = (char *)"region", .expression = (char *)"north" };
    must(store_parameter_set(f->s, &p, &f->err), f->err);
    must(store_parameter_unset(f->s, "region", &f->err), f->err);
    must(store_connection_save(f->s, "erp", "1", &f->err), f->err);
    must(store_connection_save(f->s, "erp", "1", &f->err), f->err); /* no change, no row */
    must(store_connection_save(f->s, "erp", "2", &f->err), f->err);
    must(store_connection_delete(f->s, "erp", &f->err), f->err);
    task_save t = { .name = "orders", .document = "[]" };
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    must(store_task_confirm(f->s, "orders", 0, &f->err), f->err);
    int64_t run = queued_run(f);
    store_lease lease = started(f, run, "t", "", false);
    must(store_run_set_state(f->s, &lease, RUN_RUNNING, NULL, &f->err), f->err);
    must(store_run_request_cancel(f->s, run, &f->err), f->err);
    must(store_run_committing(f->s, &lease, &f->err), f->err);
    must(store_run_committed(f->s, &lease, &f->err), f->err);
    finished(f, &lease, RUN_FAILED, true);
    must(store_run_again(f->s, run, &f->err), f->err);
    lease = acquired(f, run);
    must(store_lease_release(f->s, &lease, &f->err), f->err);
    must(store_run_request_cancel(f->s, run, &f->err), f->err);
    must(store_task_delete(f->s, "orders", &f->err), f->err);

    static const char *const want[] = {
        "parameter.set",     "parameter.unset", "connection.save", "connection.save",
        "connection.delete", "task.save",       "task.confirm",    "run.create",
        "run.acquire",       "run.state",       "run.state",       "run.cancel",
        "run.commit",        "run.commit",      "run.state",       "run.state",
        "run.acquire",       "run.release",     "run.state",       "task.delete",
    };
    g_autoptr(GPtrArray) rows = store_audit_list(f->s, NULL, NULL, 0, 100, &f->err);
    must(rows != NULL, f->err);
    /* The first row is the fixture's own task, written as ourselves. */
    assert_int_equal(rows->len, G_N_ELEMENTS(want) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
        const audit_record *r = rows->pdata[G_N_ELEMENTS(want) - 1 - i];
        assert_string_equal(r->operation, want[i]);
        assert_int_equal(r->uid, 4711);
        assert_int_equal(r->login_uid, 42);
    }
    const audit_record *second_save = rows->pdata[G_N_ELEMENTS(want) - 1 - 3];
    assert_string_equal(second_save->object, "erp");
    assert_int_equal(strlen(second_save->old_hash), 64);
    assert_string_not_equal(second_save->old_hash, second_save->new_hash);
}

int main(void)
{
#define CLOSED(test) cmocka_unit_test_setup_teardown(test, setup_closed, teardown)
#define OPEN(test)   cmocka_unit_test_setup_teardown(test, setup_open, teardown)
#define TASK(test)   cmocka_unit_test_setup_teardown(test, setup_task, teardown)
    const struct CMUnitTest tests[] = {
        CLOSED(folder_and_files_are_closed_to_others),
        CLOSED(network_file_system_is_refused_by_name),
        CLOSED(missing_or_empty_store_is_not_made_again),
        CLOSED(must_exist_makes_nothing),
        CLOSED(damaged_file_says_so),
        CLOSED(damaged_page_is_found_by_the_check),
        CLOSED(somebody_elses_database_is_left_alone),
        OPEN(pragmas_are_set),
        cmocka_unit_test(wal_is_for_versions_without_the_race),
        OPEN(journal_suits_the_library),
        OPEN(busy_store_is_given_up_after_its_time),
        OPEN(transaction_is_all_or_nothing),
        OPEN(change_by_another_handle_is_noticed),
        OPEN(backup_is_a_store_of_its_own),
        OPEN(task_keeps_every_version_byte_for_byte),
        OPEN(save_over_a_change_of_another_is_refused),
        OPEN(task_can_be_renamed_but_not_onto_another),
        OPEN(version_stays_unconfirmed_until_confirmed),
        TASK(deleted_task_keeps_its_history_and_frees_its_name),
        OPEN(connection_in_use_is_not_deleted),
        OPEN(connection_keeps_its_id_when_saved_again),
        OPEN(parameter_is_set_replaced_and_unset),
        OPEN(draft_lives_until_deleted),
        OPEN(audit_rows_are_fixed_and_prunable_when_old),
        TASK(every_mutation_leaves_an_audit_row),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
