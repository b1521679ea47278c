/* sqlite_fixture.h - a temporary folder with a database, for the tests of the
 * SQLite link. Each test has its own. */
#ifndef ROWFERRY_TESTS_SQLITE_FIXTURE_H
#define ROWFERRY_TESTS_SQLITE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "link/link.h"
#include "link/links.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *folder;
    connection c;
} fixture;

static inline int fixture_open(void **state)
{
    fixture *f = g_new0(fixture, 1);
    error *err = NULL;
    f->folder = g_dir_make_tmp("rf-sqlite-XXXXXX", NULL);
    f->c = (connection){ .name = (char *)"test", .type = (char *)"sqlite" };
    f->c.path = g_build_filename(f->folder, "data.db", NULL);
    f->c.dialect = dialect_load_file(SRCDIR "/data/dialects/sqlite.ini", &err);
    if (f->c.dialect == NULL)
        fail_msg("%s", err->message);
    *state = f;
    return 0;
}

/* The tests leave nothing but files in the folder. */
static inline int fixture_close(void **state)
{
    fixture *f = *state;
    GDir *entries = g_dir_open(f->folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(f->folder, name, NULL);
        g_remove(path);
    }
    g_dir_close(entries);
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->c.path);
    dialect_free(f->c.dialect);
    g_free(f);
    return 0;
}

static inline sqlite3 *plain_open(const fixture *f)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->c.path, &db), SQLITE_OK);
    return db;
}

static inline void plain_run(const fixture *f, const char *sql)
{
    sqlite3 *db = plain_open(f);
    char *message = NULL;
    sqlite3_exec(db, sql, NULL, NULL, &message);
    if (message != NULL)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

static inline session *open_session(const fixture *f, bool read_only)
{
    error *err = NULL;
    session *s = sqlite_link.open(
        &f->c, &(session_options){ .read_only = read_only, .lock_timeout_seconds = 1 }, &err);
    if (s == NULL)
        fail_msg("%s", err->message);
    return s;
}

/* A macro: the call that sets @err stands among its arguments. */
#define expect_ok(call, err)                                    \
    do {                                                        \
        bool went_well = (call);                                \
        if (!went_well)                                         \
            fail_msg("%s (%s)", (err)->message, (err)->detail); \
    } while (0)

static inline void expect_error(error **err, error_code code, const char *part)
{
    assert_non_null(*err);
    if ((*err)->code != code || strstr((*err)->message, part) == NULL)
        fail_msg("%s: %s (%s)", error_code_name((*err)->code), (*err)->message, (*err)->detail);
    error_free(*err);
    *err = NULL;
}

/* One cell of a query; caller frees. */
static inline char *ask_cell(session *s, const char *sql)
{
    error *err = NULL;
    g_autoptr(query_result) r = s->ops->query(s, sql, NULL, 0, &err);
    expect_ok(r != NULL, err);
    assert_true(r->rows->len > 0);
    return g_strdup(((char **)g_ptr_array_index(r->rows, 0))[0]);
}

static inline void expect_cell(session *s, const char *sql, const char *want)
{
    g_autofree char *cell = ask_cell(s, sql);
    assert_string_equal(cell == NULL ? "NULL" : cell, want);
}

#define fixture_test(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)

#endif
