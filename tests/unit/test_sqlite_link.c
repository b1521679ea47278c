#include "sqlite_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- opening ------------------------------------------------------------- */

static session *try_open(const fixture *f, bool read_only, error **err)
{
    return sqlite_link.open(
        &f->c, &(session_options){ .read_only = read_only, .lock_timeout_seconds = 1 }, err);
}

static void a_missing_file_is_an_error_for_a_source_and_made_for_a_target(void **state)
{
    fixture *f = *state;
    error *err = NULL;
    assert_null(try_open(f, true, &err));
    expect_error(&err, ERROR_CONNECT, "No such file");
    session *s = open_session(f, false);
    struct stat file;
    assert_int_equal(stat(f->c.path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    sqlite_link.close(s);
    g_free(f->c.path);
    f->c.path = g_build_filename(f->folder, "no", "data.db", NULL);
    assert_null(try_open(f, false, &err));
    expect_error(&err, ERROR_CONNECT, "could not create");
}

static void what_is_no_database_is_refused(void **state)
{
    fixture *f = *state;
    error *err = NULL;
    g_file_set_contents(f->c.path, "this is not a database, whatever its name says", -1, NULL);
    assert_null(try_open(f, true, &err));
    expect_error(&err, ERROR_CONNECT, f->c.path);
    g_remove(f->c.path);
    assert_int_equal(mkfifo(f->c.path, 0600), 0);
    assert_null(try_open(f, true, &err));
    expect_error(&err, ERROR_CONNECT, "not a file");
}

static void names_of_files_are_never_special(void **state)
{
    fixture *f = *state;
    g_autofree char *here = g_get_current_dir();
    assert_int_equal(chdir(f->folder), 0);
    const char *const names[] = { ":memory:", "file:x?mode=memory" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_free(f->c.path);
        f->c.path = g_strdup(names[i]);
        session *s = open_session(f, false);
        assert_int_equal(access(names[i], F_OK), 0);
        sqlite_link.close(s);
    }
    assert_int_equal(chdir(here), 0);
}

static void a_read_only_session_cannot_write(void **state)
{
    fixture *f = *state;
    error *err = NULL;
    plain_run(f, "CREATE TABLE t(a)");
    session *s = open_session(f, true);
    assert_false(s->ops->execute(s, "INSERT INTO t VALUES (1)", NULL, 0, NULL, &err));
    expect_error(&err, ERROR_RIGHTS, "could not run");
    sqlite_link.close(s);
}

static void a_read_only_folder_is_named(void **state)
{
    fixture *f = *state;
    error *err = NULL;
    plain_run(f, "CREATE TABLE t(a)");
    if (geteuid() == 0) {
        /* root may write into any folder; not into one mounted read-only */
        if (mount(f->folder, f->folder, NULL, MS_BIND, NULL) != 0)
            skip();
        if (mount(NULL, f->folder, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) != 0) {
            umount(f->folder);
            skip();
        }
    } else {
        chmod(f->folder, 0500);
    }
    session *writing = try_open(f, false, &err);
    session *reading = open_session(f, true);
    sqlite_link.close(reading);
    if (geteuid() == 0)
        umount(f->folder);
    else
        chmod(f->folder, 0700);
    assert_null(writing);
    expect_error(&err, ERROR_RIGHTS, "for writing");
}

static void what_a_killed_writer_left_is_rolled_back_by_a_reader(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a); INSERT INTO t VALUES ('old')");
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *db;
        sqlite3_open(f->c.path, &db);
        sqlite3_exec(db,
                     "PRAGMA cache_size = 5; BEGIN; DELETE FROM t; WITH RECURSIVE n(i) AS (SELECT 1"
                     " UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT"
                     " randomblob(1000) FROM n",
                     NULL, NULL, NULL);
        raise(SIGKILL);
    }
    int status;
    waitpid(child, &status, 0);
    g_autofree char *journal = g_strconcat(f->c.path, "-journal", NULL);
    assert_int_equal(access(journal, F_OK), 0);
    session *s = open_session(f, true);
    expect_cell(s, "SELECT group_concat(a) FROM t", "old");
    error *err = NULL;
    assert_false(s->ops->execute(s, "DELETE FROM t", NULL, 0, NULL, &err));
    expect_error(&err, ERROR_RIGHTS, "could not run");
    sqlite_link.close(s);
}

static void a_database_in_wal_mode_is_read_while_it_is_written(void **state)
{
    fixture *f = *state;
    plain_run(f, "PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    session *reading = open_session(f, true);
    expect_cell(reading, "SELECT count(*) FROM t", "1");
    session *writing = open_session(f, false);
    error *err = NULL;
    expect_ok(writing->ops->begin(writing, NULL, &err), err);
    expect_ok(writing->ops->execute(writing, "DELETE FROM t", NULL, 0, NULL, &err), err);
    expect_cell(reading, "SELECT count(*) FROM t", "1");
    assert_int_equal(writing->ops->commit(writing, &err), COMMIT_DONE);
    expect_cell(reading, "SELECT count(*) FROM t", "0");
    expect_cell(writing, "PRAGMA main.journal_mode", "wal");
    sqlite_link.close(writing);
    sqlite_link.close(reading);
}

/* ---- the catalogue ------------------------------------------------------- */

static const key_info *key_at(const table_info *t, guint i)
{
    assert_true(i < t->keys->len);
    return g_ptr_array_index(t->keys, i);
}

static table_info *describe(session *s, const char *name)
{
    error *err = NULL;
    table_name wanted = { NULL, (char *)name };
    table_info *t = s->ops->describe(s, &wanted, &err);
    expect_ok(err == NULL, err);
    return t;
}

static bool says(const GPtrArray *sentences, const char *part)
{
    for (guint i = 0; i < sentences->len; i++)
        if (strstr(g_ptr_array_index(sentences, i), part) != NULL)
            return true;
    return false;
}

static void a_table_is_described_with_its_keys_and_what_hangs_on_it(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE Parent(id INTEGER PRIMARY KEY, code VARCHAR(5) NOT NULL UNIQUE,"
                 " name TEXT COLLATE NOCASE, amount NUMERIC(12,2) DEFAULT 1.5,"
                 " twice GENERATED ALWAYS AS (amount * 2));"
                 "CREATE UNIQUE INDEX by_name ON Parent(name);"
                 "CREATE UNIQUE INDEX by_binary ON Parent(name COLLATE BINARY);"
                 "CREATE UNIQUE INDEX partial ON Parent(amount) WHERE amount > 3;"
                 "CREATE UNIQUE INDEX expression ON Parent(code, lower(name));"
                 "CREATE INDEX plain_one ON Parent(amount);"
                 "CREATE TABLE child(a REFERENCES parent ON DELETE CASCADE, b INT, c INT,"
                 " FOREIGN KEY (b, c) REFERENCES pair(x, y));"
                 "CREATE TABLE pair(x, y, PRIMARY KEY (x, y)) WITHOUT ROWID;"
                 "CREATE TABLE desk(id INTEGER PRIMARY KEY DESC);"
                 "CREATE VIEW reads AS SELECT id FROM \"parent\";"
                 "CREATE VIEW other AS SELECT 'parent' AS x;"
                 "CREATE TRIGGER gone AFTER DELETE ON Parent BEGIN SELECT 1; END;"
                 "CREATE TRIGGER came AFTER INSERT ON Parent BEGIN SELECT 1; END;"
                 "INSERT INTO Parent(id, code) VALUES (41, 'a');");
    session *s = open_session(f, true);
    g_autoptr(table_info) t = describe(s, "PARENT");
    assert_non_null(t);
    assert_string_equal(t->name->schema, "main");
    assert_string_equal(t->name->name, "Parent");
    assert_string_equal(t->identity, "main.Parent");
    assert_int_equal(t->kind, TABLE_PLAIN);
    assert_int_equal(t->columns->len, 5);
    const column_info *code = g_ptr_array_index(t->columns, 1);
    assert_true(code->not_null && code->type.kind == TYPE_TEXT && code->type.length == 5);
    const column_info *id = g_ptr_array_index(t->columns, 0);
    assert_true(id->has_default);
    assert_true(((column_info *)g_ptr_array_index(t->columns, 4))->generated);
    assert_int_equal(table_info_column(t, "amount"), 3);
    assert_int_equal(table_info_column(t, "Amount"), -1);

    static const struct {
        const char *name, *first;
        bool primary, plain;
    } keys[] = { { NULL, "id", true, true },
                 { "by_binary", "name", false, false },
                 { "by_name", "name", false, true },
                 { "expression", "code", false, false },
                 { "partial", "amount", false, false },
                 { "sqlite_autoindex_Parent_1", "code", false, true } };
    assert_int_equal(t->keys->len, G_N_ELEMENTS(keys));
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        const key_info *k = key_at(t, i);
        if (g_strcmp0(k->name, keys[i].name) != 0 || strcmp(k->columns[0], keys[i].first) != 0 ||
            k->primary != keys[i].primary || k->plain != keys[i].plain)
            fail_msg("key %u: %s", i, k->name);
    }
    assert_true(says(t->dependents, "view \"reads\""));
    assert_false(says(t->dependents, "other"));
    assert_true(says(t->dependents, "\"came\" runs on INSERT"));
    assert_true(says(t->dependents, "table \"child\""));
    assert_true(says(t->delete_effects, "ON DELETE CASCADE"));
    assert_true(says(t->delete_effects, "\"gone\""));
    assert_int_equal(t->delete_effects->len, 2);
    assert_int_equal(t->row_estimate, 41);
    assert_true(t->can_insert && t->can_create && !t->can_truncate);

    g_autoptr(table_info) child = describe(s, "child");
    assert_int_equal(child->foreign_keys->len, 2);
    bool found = false;
    for (guint i = 0; i < 2; i++) {
        const foreign_key_info *k = g_ptr_array_index(child->foreign_keys, i);
        if (g_strv_length(k->columns) == 1) {
            assert_string_equal(k->referenced_columns[0], "id");
            found = true;
        } else {
            assert_string_equal(k->references->name, "pair");
            assert_string_equal(k->referenced_columns[1], "y");
        }
    }
    assert_true(found);
    g_autoptr(table_info) pair = describe(s, "pair");
    assert_true(key_at(pair, 0)->primary && g_strv_length(key_at(pair, 0)->columns) == 2);
    g_autoptr(table_info) desk = describe(s, "desk");
    assert_non_null(key_at(desk, 0)->name);
    sqlite_link.close(s);
}

static void kinds_of_tables_are_told_apart(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a); CREATE VIEW v AS SELECT a FROM t;"
                 "CREATE VIRTUAL TABLE r USING rtree(id, a, b);");
    session *s = open_session(f, true);
    static const struct {
        const char *name;
        table_kind kind;
    } cases[] = { { "t", TABLE_PLAIN },
                  { "v", TABLE_VIEW },
                  { "r", TABLE_VIRTUAL },
                  { "r_node", TABLE_SYSTEM },
                  { "sqlite_schema", TABLE_SYSTEM } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(table_info) t = describe(s, cases[i].name);
        if (t == NULL || t->kind != cases[i].kind)
            fail_msg("%s", cases[i].name);
    }
    assert_null(describe(s, "nosuch"));
    error *err = NULL;
    g_autoptr(GPtrArray) all = s->ops->list_tables(s, NULL, &err);
    assert_int_equal(all->len, 3);
    g_autoptr(GPtrArray) some = s->ops->list_tables(s, "MAIN.T", &err);
    assert_int_equal(some->len, 1);
    sqlite_link.close(s);
}

static void only_one_query_is_described(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a VARCHAR(7), b INTEGER)");
    session *s = open_session(f, true);
    error *err = NULL;
    g_autoptr(GPtrArray) columns = s->ops->describe_query(
        s, "WITH x AS (SELECT a, b FROM t WHERE b > ?) SELECT a, b + 1 AS c FROM x; -- end", NULL,
        0, &err);
    expect_ok(columns != NULL, err);
    assert_int_equal(columns->len, 2);
    assert_int_equal(((column_info *)g_ptr_array_index(columns, 0))->type.length, 7);
    assert_int_equal(((column_info *)g_ptr_array_index(columns, 1))->type.kind, TYPE_ANY);
    assert_string_equal(((column_info *)g_ptr_array_index(columns, 1))->name, "c");
    static const struct {
        const char *sql;
        error_code code;
    } refused[] = { { "SELECT 1; SELECT 2", ERROR_PLAN },
                    { "", ERROR_PLAN },
                    { "-- nothing", ERROR_PLAN },
                    { "DELETE FROM t", ERROR_PLAN },
                    { "DELETE FROM t RETURNING a", ERROR_PLAN },
                    { "PRAGMA user_version", ERROR_PLAN },
                    { "ATTACH 'x' AS y", ERROR_PLAN },
                    { "EXPLAIN SELECT 1", ERROR_PLAN },
                    { "EXPLAIN QUERY PLAN SELECT 1", ERROR_PLAN },
                    { "BEGIN", ERROR_PLAN },
                    { "SELECT nosuch FROM t", ERROR_SQL },
                    { "SELECT \"nosuch\" FROM t", ERROR_SQL } };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        if (s->ops->describe_query(s, refused[i].sql, NULL, 0, &err) != NULL)
            fail_msg("accepted: %s", refused[i].sql);
        expect_error(&err, refused[i].code, "");
    }
    sqlite_link.close(s);
}

/* ---- reading ------------------------------------------------------------- */

static void every_cell_arrives_in_its_storage_class(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a, b)");
    session *s = open_session(f, true);
    error *err = NULL;
    value parameter = value_decimal(250, 2);
    read_request request = { .sql = "SELECT 1, -2.5, 'é'||char(0)||'x', x'00ff', NULL, '', x'', ?",
                             .parameters = &parameter,
                             .n_parameters = 1,
                             .segment = 3 };
    data_type types[8] = { { 0 } };
    reader *r = s->ops->read_open(s, &request, types, 8, &err);
    expect_ok(r != NULL, err);
    g_autoptr(batch) b = batch_new(8, 0);
    assert_int_equal(s->ops->read_next(r, b, &err), READ_ROWS);
    static const value_kind kinds[] = { VALUE_INT,  VALUE_FLOAT, VALUE_TEXT,  VALUE_BYTES,
                                        VALUE_NULL, VALUE_TEXT,  VALUE_BYTES, VALUE_FLOAT };
    assert_int_equal(b->n_rows, 1);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(b->source[i][0].kind, kinds[i]);
    assert_int_equal(b->source[2][0].size, 4);
    assert_memory_equal(b->source[2][0].data, "é\0x", 4);
    assert_memory_equal(b->source[3][0].data, "\0\xff", 2);
    assert_true(b->source[7][0].f == 2.5);
    assert_int_equal(b->segment, 3);
    assert_int_equal(b->first_position, 1);
    batch_reset(b);
    assert_int_equal(s->ops->read_next(r, b, &err), READ_END);
    s->ops->read_close(r);
    assert_null(s->ops->read_open(s, &request, types, 7, &err));
    expect_error(&err, ERROR_PLAN, "8 columns");
    sqlite_link.close(s);
}

static gpointer cancel_soon(gpointer data)
{
    session *s = data;
    g_usleep(100000);
    s->ops->cancel(s);
    return NULL;
}

static void a_long_read_ends_when_it_is_cancelled(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a)");
    session *s = open_session(f, true);
    error *err = NULL;
    read_request request = { .sql =
                                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                                 " SELECT i FROM n WHERE i < 0" };
    data_type type = { 0 };
    reader *r = s->ops->read_open(s, &request, &type, 1, &err);
    g_autoptr(batch) b = batch_new(1, 0);
    GThread *thread = g_thread_new("cancel", cancel_soon, s);
    gint64 start = g_get_monotonic_time();
    assert_int_equal(s->ops->read_next(r, b, &err), READ_FAILED);
    assert_true(g_get_monotonic_time() - start < 2 * G_USEC_PER_SEC);
    g_thread_join(thread);
    expect_error(&err, ERROR_CANCELLED, "cancelled");
    assert_int_equal(s->ops->read_next(r, b, &err), READ_FAILED);
    expect_error(&err, ERROR_CANCELLED, "cancelled");
    s->ops->read_close(r);
    sqlite_link.close(s);
}

/* ---- locks --------------------------------------------------------------- */

static void a_locked_database_is_waited_for_and_its_holder_named(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a)");
    table_name t = { (char *)"main", (char *)"t" };
    error *err = NULL;
    int ready[2], stop[2];
    assert_true(pipe(ready) == 0 && pipe(stop) == 0);
    pid_t child = fork();
    if (child == 0) {
        char byte = 0;
        sqlite3 *db;
        sqlite3_open(f->c.path, &db);
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        if (write(ready[1], &byte, 1) != 1 || read(stop[0], &byte, 1) != 1)
            _exit(1);
        _exit(0);
    }
    char byte = 0;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    session *s = open_session(f, false);
    gint64 start = g_get_monotonic_time();
    assert_false(s->ops->begin(s, &t, &err));
    gint64 waited = g_get_monotonic_time() - start;
    assert_true(waited >= G_USEC_PER_SEC * 9 / 10 && waited < 5 * G_USEC_PER_SEC);
    assert_true(err->retryable);
    expect_error(&err, ERROR_LOCK, "is locked by");
    assert_false(s->ops->begin_publish(s, &t, true, &err));
    g_autofree char *holder = g_strdup_printf("process %d", (int)child);
    expect_error(&err, ERROR_BUSY, access("/proc/locks", R_OK) == 0 ? holder : "locked");
    /* a cancel ends the wait */
    GThread *thread = g_thread_new("cancel", cancel_soon, s);
    start = g_get_monotonic_time();
    assert_false(s->ops->begin(s, &t, &err));
    assert_true(g_get_monotonic_time() - start < G_USEC_PER_SEC * 9 / 10);
    expect_error(&err, ERROR_CANCELLED, "cancelled");
    g_thread_join(thread);
    sqlite_link.close(s);
    assert_int_equal(write(stop[1], &byte, 1), 1);
    waitpid(child, NULL, 0);
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(stop[i]);
    }
}

static void a_commit_that_readers_block_fails_and_can_be_rolled_back(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    sqlite3 *other = plain_open(f);
    sqlite3_stmt *reading;
    sqlite3_prepare_v2(other, "SELECT a FROM t", -1, &reading, NULL);
    sqlite3_step(reading);
    session *s = open_session(f, false);
    error *err = NULL;
    assert_true(s->ops->begin(s, NULL, &err));
    int64_t affected = 0;
    assert_true(s->ops->execute(s, "DELETE FROM t", NULL, 0, &affected, &err));
    assert_int_equal(affected, 2);
    assert_int_equal(s->ops->commit(s, &err), COMMIT_FAILED);
    expect_error(&err, ERROR_LOCK, "locked");
    s->ops->rollback(s);
    sqlite3_finalize(reading);
    sqlite3_close(other);
    expect_cell(s, "SELECT count(*) FROM t", "2");
    sqlite_link.close(s);
}

/* ---- writing ------------------------------------------------------------- */

static void count_done(void *user, batch *b)
{
    (void)b;
    ++*(int *)user;
}

typedef struct {
    session *s;
    writer *w;
    batch *b;
    int done;
    table_name table;
    const char *columns[3], *texts[3];
    data_type types[3];
} load;

static void load_open(load *l, const fixture *f, bool isolate)
{
    error *err = NULL;
    *l = (load){ .s = open_session(f, false),
                 .b = batch_new(0, 3),
                 .table = { (char *)"main", (char *)"t" },
                 .columns = { "id", "name", "amount" } };
    g_autoptr(table_info) t = l->s->ops->describe(l->s, &l->table, &err);
    for (unsigned i = 0; i < 3; i++) {
        const column_info *c = g_ptr_array_index(t->columns, table_info_column(t, l->columns[i]));
        l->types[i] = c->type;
        l->texts[i] = g_intern_string(c->type_text);
    }
    expect_ok(l->s->ops->begin(l->s, &l->table, &err), err);
    write_request request = { .table = &l->table,
                              .columns = l->columns,
                              .types = l->types,
                              .type_texts = l->texts,
                              .n_columns = 3,
                              .isolate = isolate,
                              .done = count_done,
                              .user = &l->done };
    l->w = l->s->ops->write_open(l->s, &request, &err);
    expect_ok(l->w != NULL, err);
}

static void load_add(load *l, value id, const char *name, value amount)
{
    unsigned row = l->b->n_rows++;
    l->b->target[0][row] = id;
    l->b->target[1][row] =
        name == NULL ? value_null() : batch_copy_value(l->b, VALUE_TEXT, name, strlen(name));
    l->b->target[2][row] = amount;
}

static void load_close(load *l)
{
    l->s->ops->write_close(l->w);
    batch_free(l->b);
    l->s->ops->close(l->s);
}

static void expect_reject(const load *l, unsigned row, reject_class class, int column,
                          const char *message)
{
    const reject_reason *r = batch_reason(l->b, row);
    if (r == NULL)
        fail_msg("row %u was taken", row);
    if (r->class != class || r->column != column || strstr(r->message, message) == NULL)
        fail_msg("row %u: class %s, column %d: %s", row, reject_class_name(r->class), r->column,
                 r->message);
}

static void rows_that_break_a_constraint_are_rejects_and_all_others_are_stored(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE p(x PRIMARY KEY); INSERT INTO p VALUES ('a'), ('b');"
                 "CREATE TABLE t(id INTEGER PRIMARY KEY ON CONFLICT REPLACE,"
                 " name TEXT NOT NULL ON CONFLICT IGNORE REFERENCES p(x),"
                 " amount NUMERIC CHECK (amount >= 0), UNIQUE (amount, name) ON CONFLICT IGNORE);"
                 "INSERT INTO t VALUES (5, 'a', 99)");
    load l;
    error *err = NULL;
    load_open(&l, f, true);
    load_add(&l, value_int(1), "a", value_int(1));
    load_add(&l, value_int(2), NULL, value_int(1));
    load_add(&l, value_int(3), "b", value_int(-1));
    load_add(&l, value_int(1), "b", value_int(7));
    load_add(&l, value_int(4), "nobody", value_int(8));
    load_add(&l, value_int(5), "b", value_int(8));
    load_add(&l, value_int(6), "b", value_decimal(123456789012345678, 2));
    load_add(&l, value_null(), "b", value_int(8));
    load_add(&l, value_int(8), "a", value_int(1));
    load_add(&l, value_int(9), "b", value_decimal(1250, 2));
    expect_ok(l.s->ops->write(l.w, l.b, &err), err);
    assert_int_equal(l.done, 1);
    assert_int_equal(l.b->n_rejected, 8);
    expect_reject(&l, 1, REJECT_NULL, 1, "NOT NULL constraint failed: name");
    expect_reject(&l, 2, REJECT_CHECK, -1, "amount >= 0");
    expect_reject(&l, 3, REJECT_KEY, 0, "UNIQUE constraint failed: id");
    expect_reject(&l, 4, REJECT_FOREIGN_KEY, -1, "FOREIGN KEY");
    expect_reject(&l, 5, REJECT_KEY, 0, "id");
    expect_reject(&l, 6, REJECT_RANGE, 2, "digits");
    expect_reject(&l, 7, REJECT_NULL, 0, "id");
    expect_reject(&l, 8, REJECT_KEY, 2, "amount, name");
    assert_string_equal(batch_reason(l.b, 3)->sqlstate, "1555");
    assert_int_equal(l.s->ops->commit(l.s, &err), COMMIT_DONE);
    expect_cell(l.s, "SELECT group_concat(id || name || amount) FROM t", "1a1,5a99,9b12.5");
    load_close(&l);
}

static void the_first_bad_row_fails_a_load_without_rejects(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT NOT NULL, amount)");
    load l;
    error *err = NULL;
    load_open(&l, f, false);
    l.b->first_position = 101;
    for (int i = 0; i < 50; i++)
        load_add(&l, value_int(i), i == 20 || i == 33 ? NULL : "x", value_null());
    assert_false(l.s->ops->write(l.w, l.b, &err));
    assert_int_equal(l.done, 1);
    assert_int_equal(l.b->n_rejected, 1);
    expect_reject(&l, 20, REJECT_NULL, 1, "NOT NULL");
    assert_string_equal(err->sqlstate, "1299");
    expect_error(&err, ERROR_DATA, "row 121");
    l.s->ops->rollback(l.s);
    expect_cell(l.s, "SELECT count(*) FROM t", "0");
    load_close(&l);
}

static int count_statements(unsigned type, void *user, void *statement, void *text)
{
    (void)type, (void)statement;
    /* a trigger that starts shows itself as a comment */
    *(int *)user += strncmp(text, "INSERT", 6) == 0;
    return 0;
}

/* The session's connection stands behind the session (sqlite_private.h). */
static sqlite3 *connection_of(session *s)
{
    return *(sqlite3 **)(s + 1);
}

static void finding_bad_rows_costs_few_statements(void **state)
{
    fixture *f = *state;
    /* a foreign key is checked at the end of the statement, so it must be
     * found by halving; a key is named by the row the statement stood at */
    static const struct {
        const char *ddl;
        int most; /* for three bad rows among 2048 */
    } cases[] = {
        { "CREATE TABLE p(x PRIMARY KEY); INSERT INTO p VALUES ('good');"
          "CREATE TABLE t(id INTEGER, name TEXT REFERENCES p(x), amount)",
          1 + 3 * 2 * 11 },
        { "CREATE TABLE t(id INTEGER, name TEXT CHECK (name = 'good'), amount)", 1 + 3 * 3 },
        { "CREATE TABLE t(id INTEGER, name TEXT, amount); CREATE TRIGGER r BEFORE INSERT ON t"
          " WHEN new.name <> 'good' BEGIN SELECT raise(IGNORE); END",
          1 + 3 * 2 * 11 },
        { "CREATE TABLE t(id INTEGER, name TEXT, amount); CREATE TRIGGER r AFTER INSERT ON t"
          " WHEN new.name <> 'good' BEGIN SELECT raise(FAIL, 'no'); END",
          1 + 3 * 2 * 11 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        plain_run(f, "DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS p");
        plain_run(f, cases[i].ddl);
        load l;
        error *err = NULL;
        int statements = 0;
        load_open(&l, f, true);
        sqlite3_trace_v2(connection_of(l.s), SQLITE_TRACE_STMT, count_statements, &statements);
        for (int row = 0; row < BATCH_MAX_ROWS; row++)
            load_add(&l, value_int(row), row == 0 || row == 777 || row == 2047 ? "bad" : "good",
                     value_null());
        expect_ok(l.s->ops->write(l.w, l.b, &err), err);
        sqlite3_trace_v2(connection_of(l.s), 0, NULL, NULL);
        assert_int_equal(l.b->n_rejected, 3);
        assert_int_equal(l.s->ops->commit(l.s, &err), COMMIT_DONE);
        expect_cell(l.s, "SELECT count(*) || ' ' || sum(id) FROM t", "2045 2093304");
        load_close(&l);
        if (statements > cases[i].most)
            fail_msg("case %zu: %d statements", i, statements);
    }
}

static void a_batch_of_only_bad_rows_is_taken_apart(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(id INTEGER, name TEXT, amount CHECK (amount > 0))");
    load l;
    error *err = NULL;
    load_open(&l, f, true);
    for (int i = 0; i < BATCH_MAX_ROWS; i++)
        load_add(&l, value_int(i), "x", value_int(-i));
    expect_ok(l.s->ops->write(l.w, l.b, &err), err);
    assert_int_equal(l.b->n_rejected, BATCH_MAX_ROWS);
    load_close(&l);
}

static void rows_that_are_rejects_already_are_left_out(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(id INTEGER PRIMARY KEY, name STRING, amount TEXT)");
    load l;
    error *err = NULL;
    load_open(&l, f, true);
    for (int i = 0; i < 5; i++)
        load_add(&l, value_int(1 + i % 2 * i), "x", value_float(0.1 + 0.2));
    batch_reject(l.b, 0, REJECT_TYPE, 0, NULL, "before");
    batch_filter(l.b, 2);
    batch_filter(l.b, 4);
    expect_ok(l.s->ops->write(l.w, l.b, &err), err);
    expect_ok(l.s->ops->write_flush(l.w, &err), err);
    assert_int_equal(l.s->ops->commit(l.s, &err), COMMIT_DONE);
    expect_cell(l.s, "SELECT group_concat(id || amount) FROM t",
                "20.30000000000000004,40.30000000000000004");
    load_close(&l);
}

static void a_trigger_that_rolls_back_ends_the_load(void **state)
{
    fixture *f = *state;
    plain_run(f, "CREATE TABLE t(id INTEGER, name TEXT, amount); CREATE TRIGGER r BEFORE INSERT"
                 " ON t WHEN new.id = 2 BEGIN SELECT raise(ROLLBACK, 'all of it'); END");
    load l;
    error *err = NULL;
    load_open(&l, f, true);
    for (int i = 0; i < 5; i++)
        load_add(&l, value_int(i), "x", value_null());
    assert_false(l.s->ops->write(l.w, l.b, &err));
    expect_error(&err, ERROR_SQL, "rolled the whole transaction back");
    l.s->ops->rollback(l.s);
    expect_cell(l.s, "SELECT count(*) FROM t", "0");
    load_close(&l);
}

static void a_full_disk_is_a_failure_and_never_a_reject(void **state)
{
    fixture *f = *state;
    if (geteuid() != 0 || mount("none", f->folder, "tmpfs", 0, "size=256k") != 0)
        skip();
    plain_run(f, "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, amount)");
    load l;
    error *err = NULL;
    load_open(&l, f, true);
    g_autofree char *wide = g_strnfill(1000, 'x');
    bool ok = true;
    for (int round = 0; ok && round < 50; round++) {
        batch_reset(l.b);
        for (int i = 0; i < 500; i++)
            load_add(&l, value_int(round * 500 + i), wide, value_null());
        ok = l.s->ops->write(l.w, l.b, &err);
    }
    unsigned rejected = l.b->n_rejected;
    l.s->ops->rollback(l.s);
    g_autofree char *left = ask_cell(l.s, "SELECT count(*) FROM t");
    load_close(&l);
    umount2(f->folder, MNT_DETACH);
    assert_false(ok);
    expect_error(&err, ERROR_DISK, "could not write");
    assert_int_equal(rejected, 0);
    assert_string_equal(left, "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_missing_file_is_an_error_for_a_source_and_made_for_a_target),
        fixture_test(what_is_no_database_is_refused),
        fixture_test(names_of_files_are_never_special),
        fixture_test(a_read_only_session_cannot_write),
        fixture_test(a_read_only_folder_is_named),
        fixture_test(what_a_killed_writer_left_is_rolled_back_by_a_reader),
        fixture_test(a_database_in_wal_mode_is_read_while_it_is_written),
        fixture_test(a_table_is_described_with_its_keys_and_what_hangs_on_it),
        fixture_test(kinds_of_tables_are_told_apart),
        fixture_test(only_one_query_is_described),
        fixture_test(every_cell_arrives_in_its_storage_class),
        fixture_test(a_long_read_ends_when_it_is_cancelled),
        fixture_test(a_locked_database_is_waited_for_and_its_holder_named),
        fixture_test(a_commit_that_readers_block_fails_and_can_be_rolled_back),
        fixture_test(rows_that_break_a_constraint_are_rejects_and_all_others_are_stored),
        fixture_test(the_first_bad_row_fails_a_load_without_rejects),
        fixture_test(finding_bad_rows_costs_few_statements),
        fixture_test(a_batch_of_only_bad_rows_is_taken_apart),
        fixture_test(rows_that_are_rejects_already_are_left_out),
        fixture_test(a_trigger_that_rolls_back_ends_the_load),
        fixture_test(a_full_disk_is_a_failure_and_never_a_reject),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
