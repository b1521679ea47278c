#include "sqlite_fixture.h"

#include "link/sqlite.h"

#include <sys/stat.h>
#include <unistd.h>

#define TOKEN "0123456789abcdef"

static table_info *describe_t(session *s)
{
    error *err = NULL;
    table_name t = { NULL, (char *)"t" };
    table_info *info = s->ops->describe(s, &t, &err);
    expect_ok(info != NULL, err);
    return info;
}

static char **staging_sql(session *s, const char *const *columns, unsigned flags)
{
    error *err = NULL;
    g_autoptr(table_info) t = describe_t(s);
    g_autoptr(table_name) name = s->ops->staging_name(s, t->name, TOKEN);
    char **sql = s->ops->staging_sql(s, t, name, columns, flags, &err);
    expect_ok(sql != NULL, err);
    return sql;
}

/* Every shape of constraint in a definition that searching could not change. */
#define FULL_TABLE                                                                                 \
    "CREATE TABLE \"t\" (id INTEGER PRIMARY KEY AUTOINCREMENT, /* t( */ [na me] VARCHAR(5) NOT"    \
    " NULL COLLATE NOCASE CHECK (length(\"t\".[na me]) < 6), amount NUMERIC(12,2) DEFAULT (1 + 1)" \
    " CHECK (amount >= 0), parent REFERENCES p(x), extra TEXT NOT NULL, flag INT NOT NULL DEFAULT" \
    " 7, CONSTRAINT c1 UNIQUE (amount, flag) ON CONFLICT REPLACE CHECK (flag > amount - 100)"      \
    " FOREIGN KEY (parent) REFERENCES p(x));"                                                      \
    "CREATE UNIQUE INDEX i1 ON t(lower([na me])) WHERE amount > 1;"                                \
    "CREATE INDEX i2 ON t(extra);"

static void staging_is_made_from_the_definition_of_the_target(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE p(x PRIMARY KEY);" FULL_TABLE);
    session *s = open_session(f, true);
    const char *const columns[] = { "id", "na me", "amount", "parent", NULL };
    g_auto(GStrv) sql = staging_sql(s, columns, 0);
    assert_int_equal(g_strv_length(sql), 2);
    assert_string_equal(
        sql[0],
        "CREATE TABLE \"rf_staging\".\"rf_" TOKEN "_t\" (\"id\" INTEGER PRIMARY KEY , \"na me\""
        " VARCHAR(5) NOT NULL COLLATE NOCASE, \"amount\" NUMERIC(12,2) DEFAULT (1 + 1), \"parent\""
        " , \"flag\" INT NOT NULL DEFAULT 7, CHECK (length([na me]) < 6), CHECK (amount >= 0),"
        " UNIQUE (amount, flag), CHECK (flag > amount - 100))");
    assert_string_equal(sql[1], "CREATE UNIQUE INDEX \"rf_staging\".\"rf_key_1\" ON \"rf_" TOKEN
                                "_t\" (lower([na me])) WHERE amount > 1");
    g_auto(GStrv) without = staging_sql(s, columns, STAGING_WITHOUT_KEYS);
    assert_int_equal(g_strv_length(without), 1);
    assert_string_equal(
        without[0],
        "CREATE TABLE \"rf_staging\".\"rf_" TOKEN "_t\" (\"id\" INTEGER, \"na me\" VARCHAR(5) NOT"
        " NULL COLLATE NOCASE, \"amount\" NUMERIC(12,2) DEFAULT (1 + 1), \"parent\" ,"
        " CHECK (length([na me]) < 6), CHECK (amount >= 0))");
    sqlite_link.close(s);
}

static void done(void *user, batch *b)
{
    (void)user, (void)b;
}

/* Load pairs (a, b) into staging; returns how many were rejects. */
static unsigned load_pairs(session *s, const table_name *staging, const int64_t (*pairs)[2],
                           unsigned n)
{
    error *err = NULL;
    const char *const columns[] = { "a", "b" }, *const texts[] = { "INTEGER", "INTEGER" };
    const data_type types[2] = { { .kind = TYPE_INT }, { .kind = TYPE_INT } };
    write_request request = { .table = staging,
                              .columns = columns,
                              .types = types,
                              .type_texts = texts,
                              .n_columns = 2,
                              .isolate = true,
                              .done = done };
    g_autoptr(batch) b = batch_new(0, 2);
    b->n_rows = n;
    for (unsigned i = 0; i < n; i++)
        for (unsigned c = 0; c < 2; c++)
            b->target[c][i] = value_int(pairs[i][c]);
    expect_ok(s->ops->begin(s, staging, &err), err);
    writer *w = s->ops->write_open(s, &request, &err);
    expect_ok(w != NULL, err);
    expect_ok(s->ops->write(w, b, &err), err);
    expect_ok(s->ops->write_flush(w, &err), err);
    s->ops->write_close(w);
    assert_int_equal(s->ops->commit(s, &err), COMMIT_DONE);
    for (guint i = 0; i < b->rejects->len; i++)
        assert_null(strstr(g_array_index(b->rejects, reject_reason, i).message, "rf_"));
    return b->n_rejected;
}

static void make_staging(session *s, const char *const *columns, unsigned flags, table_name **out)
{
    error *err = NULL;
    g_auto(GStrv) sql = staging_sql(s, columns, flags);
    table_name t = { NULL, (char *)"t" };
    *out = s->ops->staging_name(s, &t, TOKEN);
    expect_ok(s->ops->staging_create(s, *out, TOKEN, sql, &err), err);
}

static void loading_staging_never_locks_the_target_and_publishing_enforces_it(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE p(x PRIMARY KEY); INSERT INTO p VALUES (1), (2);"
                 "CREATE TABLE t(a INTEGER PRIMARY KEY, b INTEGER REFERENCES p(x) CHECK (b < 10));"
                 "INSERT INTO t VALUES (77, 1)");
    session *s = open_session(f, false);
    error *err = NULL;
    /* somebody else writes the target all the time */
    sqlite3 *other = plain_open(f);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    g_autoptr(table_name) staging = NULL;
    const char *const columns[] = { "a", "b", NULL };
    make_staging(s, columns, 0, &staging);
    static const int64_t pairs[][2] = { { 1, 1 }, { 2, 2 }, { 2, 1 }, { 3, 11 }, { 4, 9 } };
    assert_int_equal(load_pairs(s, staging, pairs, 5), 2);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    /* foreign keys are off for staging only */
    assert_false(s->ops->execute(s, "INSERT INTO t VALUES (5, 5)", NULL, 0, NULL, &err));
    expect_error(&err, ERROR_DATA, "could not run");

    g_autofree char *path = g_strconcat(f->c.path, "-rf-" TOKEN, NULL);
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);

    /* another session of the run publishes */
    session *publisher = open_session(f, false);
    expect_ok(publisher->ops->staging_open(publisher, staging, TOKEN, &err), err);
    expect_ok(publisher->ops->staging_open(publisher, staging, TOKEN, &err), err);
    table_name t = { (char *)"main", (char *)"t" };
    expect_ok(publisher->ops->begin_publish(publisher, &t, true, &err), err);
    int64_t rows = 0;
    assert_true(publisher->ops->execute(publisher, "DELETE FROM main.t", NULL, 0, &rows, &err));
    assert_int_equal(rows, 1);
    /* rows that others refer to may go and come back: judged at the commit */
    assert_true(publisher->ops->execute(
        publisher, "INSERT INTO main.t SELECT a, b FROM rf_staging.rf_" TOKEN "_t", NULL, 0, &rows,
        &err));
    assert_int_equal(publisher->ops->commit(publisher, &err), COMMIT_FAILED);
    expect_error(&err, ERROR_DATA, "could not");
    publisher->ops->rollback(publisher);
    expect_ok(publisher->ops->begin_publish(publisher, &t, true, &err), err);
    assert_true(publisher->ops->execute(publisher, "DELETE FROM main.t", NULL, 0, &rows, &err));
    assert_int_equal(rows, 1);
    assert_true(publisher->ops->execute(
        publisher, "INSERT INTO main.t SELECT a, b FROM rf_staging.rf_" TOKEN "_t WHERE b < 9",
        NULL, 0, &rows, &err));
    assert_int_equal(rows, 2);
    assert_int_equal(publisher->ops->commit(publisher, &err), COMMIT_DONE);
    expect_cell(publisher, "SELECT group_concat(a || b) FROM t", "11,22");
    sqlite_link.close(publisher);

    g_autoptr(GPtrArray) tokens = s->ops->staging_list(s, &t, &err);
    assert_int_equal(tokens->len, 1);
    assert_string_equal(g_ptr_array_index(tokens, 0), TOKEN);
    expect_ok(s->ops->staging_drop(s, staging, TOKEN, &err), err);
    expect_ok(s->ops->staging_drop(s, staging, TOKEN, &err), err);
    assert_int_not_equal(access(path, F_OK), 0);
    g_autoptr(GPtrArray) none = s->ops->staging_list(s, &t, &err);
    assert_int_equal(none->len, 0);
    sqlite_link.close(s);
}

static void staging_can_be_dropped_after_a_cancel_in_the_middle_of_a_load(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a INTEGER, b INTEGER)");
    session *s = open_session(f, false);
    error *err = NULL;
    g_autoptr(table_name) staging = NULL;
    const char *const columns[] = { "a", "b", NULL };
    make_staging(s, columns, STAGING_WITHOUT_KEYS, &staging);
    expect_ok(s->ops->begin(s, staging, &err), err);
    assert_true(s->ops->execute(s, "INSERT INTO rf_staging.rf_" TOKEN "_t VALUES (1, 2)", NULL, 0,
                                NULL, &err));
    s->ops->cancel(s);
    assert_false(s->ops->execute(s, "SELECT 1", NULL, 0, NULL, &err));
    expect_error(&err, ERROR_CANCELLED, "cancelled");
    s->ops->rollback(s);
    expect_ok(s->ops->staging_drop(s, staging, TOKEN, &err), err);
    sqlite_link.close(s);
    g_autoptr(GDir) entries = g_dir_open(f->folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(entries)) != NULL)
        assert_string_equal(name, "data.db");
}

static void staging_of_another_run_is_never_taken_over(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a INTEGER, b INTEGER)");
    session *s = open_session(f, false);
    error *err = NULL;
    g_autofree char *path = g_strconcat(f->c.path, "-rf-" TOKEN, NULL);
    g_file_set_contents(path, "x", 1, NULL);
    table_name staging = { (char *)"rf_staging", (char *)"s" };
    char *none[] = { NULL };
    assert_false(s->ops->staging_create(s, &staging, TOKEN, none, &err));
    expect_error(&err, ERROR_IO, "File exists");
    static const char *const bad[] = { "", "../../etc/passwd", "0123456789ABCDEF",
                                       "0123456789abcde/" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(s->ops->staging_drop(s, &staging, bad[i], &err));
        expect_error(&err, ERROR_INTERNAL, "token");
    }
    sqlite_link.close(s);
}

/* Definitions that staging must carry over so that SQLite takes them. */
static void staging_of_every_kind_of_table_can_be_made(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *ddl, *columns[4];
    } cases[] = {
        { FULL_TABLE, { "id", "na me", "amount", NULL } },
        { "CREATE TABLE t(a INT, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID, STRICT",
          { "a", "b", NULL } },
        { "CREATE TABLE t(a INT, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID", { "a", NULL } },
        { "CREATE TABLE t(a CHECK (a <> \"x\"), b GENERATED ALWAYS AS (a || c) STORED UNIQUE, c)",
          { "a", NULL } },
        { "CREATE TABLE t(a, b); ALTER TABLE t ADD COLUMN c DEFAULT 'x,y)' CHECK (c > b)",
          { "c", NULL } },
        { "CREATE TABLE t AS SELECT 1 AS a, 'x' AS \"b c\"", { "b c", NULL } },
        { "CREATE TABLE t(\"select\" PRIMARY KEY, \"a\"\"b\" UNIQUE)", { "select", "a\"b", NULL } },
        { "CREATE VIRTUAL TABLE t USING rtree(id, a, b)", { "id", "a", NULL } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_remove(f->c.path);
        sqlite3 *db = plain_open(f);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 1, NULL);
        assert_int_equal(sqlite3_exec(db, cases[i].ddl, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        for (unsigned flags = 0; flags <= STAGING_WITHOUT_KEYS; flags++) {
            session *s = open_session(f, false);
            error *err = NULL;
            g_autoptr(table_name) staging = NULL;
            make_staging(s, cases[i].columns, flags, &staging);
            g_autoptr(table_info) made = s->ops->describe(s, staging, &err);
            expect_ok(made != NULL, err);
            for (const char *const *c = cases[i].columns; *c != NULL; c++)
                assert_true(table_info_column(made, *c) >= 0);
            if (flags == STAGING_WITHOUT_KEYS)
                assert_int_equal(made->keys->len, 0);
            expect_ok(s->ops->staging_drop(s, staging, TOKEN, &err), err);
            sqlite_link.close(s);
        }
    }
}

static void a_target_that_is_yet_to_be_made_is_staged_by_its_description(void **state)
{
    fixture *f = *state;
    session *s = open_session(f, false);
    error *err = NULL;
    table_name name = { (char *)"main", (char *)"new one" };
    g_autoptr(table_info) t = table_info_new(&name);
    column_info *c = g_new0(column_info, 1);
    c->name = g_strdup("a \"b\"");
    c->type_text = g_strdup("VARCHAR(9)");
    c->not_null = true;
    c->default_text = g_strdup("'x'");
    g_ptr_array_add(t->columns, c);
    g_autoptr(table_name) staging = s->ops->staging_name(s, &name, TOKEN);
    const char *const columns[] = { "a \"b\"", NULL };
    g_auto(GStrv) sql = s->ops->staging_sql(s, t, staging, columns, 0, &err);
    expect_ok(sql != NULL, err);
    assert_string_equal(sql[0], "CREATE TABLE \"rf_staging\".\"rf_" TOKEN "_new one\""
                                " (\"a \"\"b\"\"\" VARCHAR(9) NOT NULL DEFAULT ('x'))");
    sqlite_link.close(s);
}

/* ---- the second lock of the pre-SQL guard -------------------------------- */

static void the_guard_lets_only_the_delete_pass(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a INTEGER PRIMARY KEY, d TEXT);"
                 "CREATE TABLE v(a REFERENCES t(a)); CREATE TABLE w(a);"
                 "INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z'); INSERT INTO w VALUES (1)");
    session *s = open_session(f, false);
    error *err = NULL;
    g_autoptr(table_info) t = describe_t(s);
    static const char *const refused[] = {
        "DELETE FROM w",
        "DELETE FROM w WHERE a = 1",
        "DROP TABLE t",
        "UPDATE t SET d = 1",
        "INSERT INTO t VALUES (9, 9)",
        "DELETE FROM t RETURNING a",
        "SELECT a FROM t",
        "DELETE FROM t WHERE a IN (SELECT a FROM w)",
        "DELETE FROM t WHERE a IN w",
        "DELETE FROM t WHERE EXISTS (SELECT 1)",
        "WITH x AS (DELETE FROM w) DELETE FROM t",
        "DELETE FROM t WHERE random() > 0",
        "DELETE FROM t WHERE load_extension('x')",
        "ATTACH 'x' AS y",
        "PRAGMA writable_schema = 1",
        "DELETE FROM sqlite_schema",
        "DELETE FROM temp.t",
        "DELETE FROM t; DELETE FROM w",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT x",
        "VACUUM",
        "REINDEX",
        "ANALYZE",
        "EXPLAIN DELETE FROM t",
        "DELETE FROM t WHERE \"nosuch\" = 'x'",
        "CREATE TABLE z(a)",
        "ALTER TABLE t RENAME TO u",
        "CREATE TEMP TRIGGER y AFTER DELETE ON t BEGIN DELETE FROM w; END",
        "",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        if (s->ops->guarded_delete(s, t, refused[i], NULL, 0, NULL, &err))
            fail_msg("ran: %s", refused[i]);
        assert_non_null(err);
        error_free(err);
        err = NULL;
    }
    expect_cell(s, "SELECT (SELECT count(*) FROM t) || (SELECT count(*) FROM w)", "31");
    value parameter = value_span(VALUE_TEXT, "y", 1);
    int64_t affected = 0;
    expect_ok(s->ops->guarded_delete(s, t, "DELETE FROM \"main\".\"t\" WHERE lower(\"d\") <= ?",
                                     &parameter, 1, &affected, &err),
              err);
    assert_int_equal(affected, 2);
    expect_ok(s->ops->guarded_delete(s, t, "DELETE FROM t WHERE d LIKE 'q%' OR d < CURRENT_DATE",
                                     NULL, 0, &affected, &err),
              err);
    assert_int_equal(affected, 0);
    expect_ok(s->ops->guarded_delete(s, t, "DELETE FROM t", NULL, 0, &affected, &err), err);
    assert_int_equal(affected, 1);
    /* afterwards the session is as free as before */
    expect_cell(s, "SELECT count(*) FROM w", "1");
    sqlite_link.close(s);
}

static void the_guard_stops_what_a_delete_would_set_off(void **state)
{
    fixture *f = *state;
    static const char *const effects[] = {
        "CREATE TABLE v(a REFERENCES t(a) ON DELETE CASCADE)",
        "CREATE TABLE v(a REFERENCES t(a) ON DELETE SET NULL)",
        "CREATE TABLE v(a); CREATE TRIGGER x AFTER DELETE ON t BEGIN DELETE FROM v; END",
        "CREATE TABLE v(a); CREATE TRIGGER x AFTER DELETE ON t BEGIN DELETE FROM t; END",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(effects); i++) {
        g_remove(f->c.path);
        plain_run(f, "CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
        plain_run(f, effects[i]);
        plain_run(f, "INSERT INTO v VALUES (1)");
        session *s = open_session(f, false);
        error *err = NULL;
        g_autoptr(table_info) t = describe_t(s);
        assert_int_equal(t->delete_effects->len, 1);
        assert_false(s->ops->guarded_delete(s, t, "DELETE FROM t", NULL, 0, NULL, &err));
        expect_error(&err, ERROR_PERMISSION, "pre-SQL");
        expect_cell(s, "SELECT a FROM v", "1");
        sqlite_link.close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(staging_is_made_from_the_definition_of_the_target),
        fixture_test(loading_staging_never_locks_the_target_and_publishing_enforces_it),
        fixture_test(staging_can_be_dropped_after_a_cancel_in_the_middle_of_a_load),
        fixture_test(staging_of_another_run_is_never_taken_over),
        fixture_test(staging_of_every_kind_of_table_can_be_made),
        fixture_test(a_target_that_is_yet_to_be_made_is_staged_by_its_description),
        fixture_test(the_guard_lets_only_the_delete_pass),
        fixture_test(the_guard_stops_what_a_delete_would_set_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
