/* store_fixture.h - a store in a folder of its own, for the store's tests. */
#ifndef ROWFERRY_TESTS_STORE_FIXTURE_H
#define ROWFERRY_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/audit.h"
#include "store/connections.h"
#include "store/drafts.h"
#include "store/parameters.h"
#include "store/runs.h"
#include "store/store.h"
#include "store/tasks.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *folder, *path;
    store *s;
    error *err;
    /* The task that runs are made of. */
    char *task_id;
} fixture;

static inline const char *on_local_disk(const char *folder)
{
    (void)folder;
    return NULL;
}

static const store_options local_options = { .network_file_system = on_local_disk };

/* Say what went wrong before failing. */
static inline void must(bool ok, error *err)
{
    if (!ok && err != NULL)
        print_error("%s: %s %s\n", error_code_name(err->code), err->message,
                    err->detail != NULL ? err->detail : "");
    assert_true(ok);
    assert_null(err);
}

/* The call failed with @code. */
static inline void must_fail(bool ok, error **err, error_code code)
{
    assert_false(ok);
    assert_non_null(*err);
    if ((*err)->code != code)
        print_error("%s: %s\n", error_code_name((*err)->code), (*err)->message);
    assert_int_equal((*err)->code, code);
    g_clear_pointer(err, error_free);
}

static inline fixture *fixture_new_closed(void)
{
    fixture *f = g_new0(fixture, 1);
    f->folder = g_dir_make_tmp("rowferry-store-XXXXXX", NULL);
    assert_non_null(f->folder);
    f->path = g_build_filename(f->folder, "data", "store.db", NULL);
    return f;
}

static inline void fixture_reopen(fixture *f)
{
    store_close(f->s);
    f->s = store_open(f->path, &local_options, &f->err);
    must(f->s != NULL, f->err);
}

static inline int setup_closed(void **state)
{
    *state = fixture_new_closed();
    return 0;
}

static inline int setup_open(void **state)
{
    fixture *f = fixture_new_closed();
    *state = f;
    fixture_reopen(f);
    return 0;
}

static inline int setup_task(void **state)
{
    setup_open(state);
    fixture *f = *state;
    const task_save t = { .name = "orders", .document = "{}", .confirmed = true };
    must(store_task_save(f->s, &t, NULL, &f->err), f->err);
    g_autoptr(task_record) r = store_task_get(f->s, "orders", 0, &f->err);
    must(r != NULL, f->err);
    f->task_id = g_strdup(r->id);
    return 0;
}

static inline void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    if (dir != NULL) {
        const char *name;
        while ((name = g_dir_read_name(dir)) != NULL) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            remove_tree(child);
        }
        g_dir_close(dir);
    }
    g_remove(path);
}

static inline int teardown(void **state)
{
    fixture *f = *state;
    store_close(f->s);
    error_free(f->err);
    remove_tree(f->folder);
    g_free(f->folder);
    g_free(f->path);
    g_free(f->task_id);
    g_free(f);
    return 0;
}

/* SQL behind the store's back, through a handle of its own. */
static inline void raw_sql(const fixture *f, const char *sql)
{
    sqlite3 *db;
    char *words = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    int code = sqlite3_exec(db, sql, NULL, NULL, &words);
    if (code != SQLITE_OK)
        print_error("%s: %s\n", sql, words);
    assert_int_equal(code, SQLITE_OK);
    sqlite3_close(db);
}

static inline int64_t raw_int(const fixture *f, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

/* A manual run of the fixture's task in state queued. */
static inline int64_t queued_run(fixture *f)
{
    const run_new r = { .kind = RUN_MANUAL,
                        .state = RUN_QUEUED,
                        .task_id = f->task_id,
                        .business_date = "2026-03-01" };
    int64_t id = 0;
    must(store_run_create(f->s, &r, &id, NULL, &f->err), f->err);
    return id;
}

static inline store_lease acquired(fixture *f, int64_t run)
{
    store_lease lease;
    must(store_lease_acquire(f->s, run, &lease, &f->err), f->err);
    return lease;
}

static inline store_lease started(fixture *f, int64_t run, const char *target, const char *slice,
                                  bool shared)
{
    store_lease lease = acquired(f, run);
    const run_claim claim = { "{}", "hash", target, slice, shared };
    must(store_run_start(f->s, &lease, &claim, NULL, &f->err), f->err);
    return lease;
}

static inline void finished(fixture *f, const store_lease *lease, run_state state, bool published)
{
    const run_outcome o = { .state = state, .published = published };
    must(store_run_finish(f->s, lease, &o, &f->err), f->err);
}

static inline run_state state_of(fixture *f, int64_t run)
{
    g_autoptr(run_record) r = store_run_get(f->s, run, &f->err);
    must(r != NULL, f->err);
    return r->state;
}

#endif
