/* The PostgreSQL link against a real server, started in a temporary folder. */
#include "link/link.h"
#include "link/links.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SERVER_PROGRAMS "/usr/lib/postgresql/15/bin"
#define TOKEN           "0123456789abcdef"

typedef struct {
    char *folder;
    pid_t server;
    connection *connection;
    session *s; /* for preparing and looking */
} fixture;

/* --- the server -------------------------------------------------------------- */

/* PostgreSQL refuses to run as root: then as the user of its package. */
static const struct passwd *server_user(void)
{
    return geteuid() == 0 ? getpwnam("postgres") : getpwuid(geteuid());
}

static pid_t start(const fixture *f, const char *const *argv)
{
    const struct passwd *user = server_user();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    if (geteuid() == 0 &&
        (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    /* The server ends with the test, however that ends. */
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (chdir(f->folder) != 0)
        _exit(126);
    int log = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

static bool run(const fixture *f, const char *const *argv)
{
    int status = -1;
    pid_t pid = start(f, argv);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static connection *make_connection(const char *text)
{
    json_t *document = json_loads(text, 0, NULL);
    error *err = NULL;
    connection *c = connection_parse(document, &err);
    json_decref(document);
    if (c == NULL)
        fail_msg("%s", err->message);
    return c;
}

static session *open_session(const connection *c, session_options options)
{
    error *err = NULL;
    session *s = session_open(c, &options, &err);
    if (s == NULL)
        fail_msg("%s: %s", err->message, err->detail);
    return s;
}

static bool start_server(fixture *f)
{
    const char *initdb[] = {
        SERVER_PROGRAMS "/initdb", "-D", "data", "-A", "trust", "-U", "tester", "-E", "UTF8", "-N",
        "--locale=C.UTF-8",        NULL
    };
    const char *postgres[] = { SERVER_PROGRAMS "/postgres",
                               "-D",
                               "data",
                               "-k",
                               f->folder,
                               "-c",
                               "listen_addresses=",
                               "-c",
                               "fsync=off",
                               "-c",
                               "shared_buffers=16MB",
                               NULL };
    if (!run(f, initdb))
        return false;
    f->server = start(f, postgres);
    session_options options = { 0 };
    for (int i = 0; i < 200; i++) {
        f->s = session_open(f->connection, &options, NULL);
        if (f->s != NULL)
            return true;
        g_usleep(50000);
    }
    return false;
}

static int group_setup(void **state)
{
    fixture *f = g_new0(fixture, 1);
    *state = f;
    if (!g_file_test(SERVER_PROGRAMS "/postgres", G_FILE_TEST_IS_EXECUTABLE) ||
        server_user() == NULL) {
        print_message("# no server in %s\n", SERVER_PROGRAMS);
        return 0;
    }
    f->folder = g_dir_make_tmp("rowferry-pg-XXXXXX", NULL);
    if (geteuid() == 0 && chown(f->folder, server_user()->pw_uid, server_user()->pw_gid) != 0)
        return -1;
    g_autofree char *text =
        g_strdup_printf("{\"name\": \"here\", \"type\": \"postgresql\", \"host\": \"%s\","
                        " \"database\": \"postgres\", \"user\": \"tester\"}",
                        f->folder);
    f->connection = make_connection(text);
    return start_server(f) ? 0 : -1;
}

static int group_teardown(void **state)
{
    fixture *f = *state;
    session_close(f->s);
    connection_free(f->connection);
    if (f->server > 0) {
        kill(f->server, SIGQUIT);
        waitpid(f->server, NULL, 0);
    }
    if (f->folder != NULL) {
        const char *remove[] = { "/bin/rm", "-rf", "--", "data", "log", NULL };
        run(f, remove);
        g_rmdir(f->folder);
    }
    g_free(f->folder);
    g_free(f);
    return 0;
}

/* --- short words ------------------------------------------------------------- */

static void need_ok(bool ok, error *err)
{
    if (!ok)
        fail_msg("%s: %s", err->message, err->detail != NULL ? err->detail : "");
}

static void sql(session *s, const char *statement)
{
    error *err = NULL;
    need_ok(s->ops->execute(s, statement, NULL, 0, NULL, &err), err);
}

/* Several statements, one a line. */
static void script(session *s, const char *statements)
{
    g_auto(GStrv) lines = g_strsplit(statements, ";\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (*g_strstrip(lines[i]) != '\0')
            sql(s, lines[i]);
    }
}

static char *one(session *s, const char *query)
{
    error *err = NULL;
    g_autoptr(query_result) r = s->ops->query(s, query, NULL, 0, &err);
    need_ok(r != NULL, err);
    assert_int_equal(r->rows->len, 1);
    char **row = g_ptr_array_index(r->rows, 0);
    return g_strdup(row[0]);
}

#define assert_one(s, query, want)                  \
    do {                                            \
        g_autofree char *found = one((s), (query)); \
        assert_string_equal(found, (want));         \
    } while (0)

static fixture *begin_test(void **state)
{
    fixture *f = *state;
    if (f->s == NULL)
        skip();
    script(f->s, "DROP SCHEMA IF EXISTS w CASCADE;\nCREATE SCHEMA w;\n");
    return f;
}

static table_info *describe(session *s, const char *schema, const char *name)
{
    error *err = NULL;
    g_autoptr(table_name) t = table_name_new(schema, name);
    table_info *info = s->ops->describe(s, t, &err);
    need_ok(info != NULL, err);
    return info;
}

static bool holds(const GPtrArray *sentences, const char *part)
{
    for (guint i = 0; i < sentences->len; i++) {
        if (strstr(g_ptr_array_index(sentences, i), part) != NULL)
            return true;
    }
    return false;
}

/* --- sessions ---------------------------------------------------------------- */

static void the_session_tells_what_it_measured(void **state)
{
    fixture *f = begin_test(state);
    g_autofree char *security = NULL;
    error *err = NULL;
    g_autofree char *version = f->s->ops->version(f->s, &security, &err);
    assert_true(g_str_has_prefix(version, "PostgreSQL 15."));
    assert_null(strchr(version, '('));
    assert_string_equal(security, "plaintext");
    session *s = open_session(f->connection, (session_options){ .run_token = TOKEN });
    assert_one(s, "SHOW application_name", "rowferry " TOKEN);
    assert_one(s, "SHOW TimeZone", "UTC");
    assert_one(s, "SHOW standard_conforming_strings", "on");
    assert_one(s, "SHOW search_path", "public, pg_temp");
    assert_one(s, "SHOW lock_timeout", "5s");
    session_close(s);
}

static void a_server_that_is_not_there_is_an_error_of_connecting(void **state)
{
    begin_test(state);
    g_autoptr(connection) c =
        make_connection("{\"name\": \"gone\", \"type\": \"postgresql\", \"host\": \"/nonexistent\","
                        " \"database\": \"x\", \"user\": \"tester\"}");
    g_autoptr(error) err = NULL;
    session_options options = { 0 };
    assert_null(session_open(c, &options, &err));
    assert_int_equal(err->code, ERROR_CONNECT);
    assert_non_null(strstr(err->message, "gone"));
}

static void a_read_only_session_refuses_to_write(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (i int)");
    session *s = open_session(f->connection, (session_options){ .read_only = true });
    g_autoptr(error) err = NULL;
    assert_false(s->ops->execute(s, "INSERT INTO w.t VALUES (1)", NULL, 0, NULL, &err));
    assert_string_equal(err->sqlstate, "25006");
    g_autoptr(error) second = NULL;
    need_ok(s->ops->begin(s, NULL, &second), second);
    assert_false(s->ops->execute(s, "INSERT INTO w.t VALUES (1)", NULL, 0, NULL, &second));
    session_close(s);
}

static void statements_take_bound_values_and_count_rows(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (i int, b bytea, t text, d date)");
    value values[] = { value_int(1), value_span(VALUE_BYTES, "\0\xff", 2),
                       value_span(VALUE_TEXT, "it's; --", 8), value_null() };
    int64_t affected = 0;
    error *err = NULL;
    need_ok(f->s->ops->execute(f->s, "INSERT INTO w.t VALUES ($1, $2, $3, $4)", values, 4,
                               &affected, &err),
            err);
    assert_int_equal(affected, 1);
    assert_one(f->s, "SELECT i || b::text || t || (d IS NULL) FROM w.t", "1\\x00ffit's; --true");
    g_autoptr(error) two = NULL;
    assert_false(f->s->ops->execute(f->s, "SELECT 1; DROP TABLE w.t", NULL, 0, NULL, &two));
    g_autoptr(error) copy = NULL;
    assert_false(f->s->ops->execute(f->s, "COPY w.t TO STDOUT", NULL, 0, NULL, &copy));
    g_autoptr(error) nul = NULL;
    value bad = value_span(VALUE_TEXT, "a\0b", 3);
    assert_false(f->s->ops->execute(f->s, "SELECT $1::text", &bad, 1, NULL, &nul));
    assert_int_equal(nul->code, ERROR_DATA);
    assert_one(f->s, "SELECT count(*) FROM w.t", "1");
}

static void a_query_with_too_many_rows_is_refused(void **state)
{
    fixture *f = begin_test(state);
    g_autoptr(error) err = NULL;
    assert_null(f->s->ops->query(f->s, "SELECT generate_series(1, 10000000)", NULL, 0, &err));
    assert_int_equal(err->code, ERROR_PLAN);
    error *none = NULL;
    g_autoptr(query_result) r =
        f->s->ops->query(f->s, "SELECT i, NULL FROM generate_series(1, 10000) i", NULL, 0, &none);
    need_ok(r != NULL, none);
    assert_int_equal(r->rows->len, 10000);
    assert_null(((char **)g_ptr_array_index(r->rows, 9999))[1]);
}

/* --- catalogues -------------------------------------------------------------- */

static void a_description_has_all_that_the_plan_needs(void **state)
{
    fixture *f = begin_test(state);
    script(
        f->s,
        "CREATE DOMAIN w.price AS numeric(12,2) NOT NULL;\n"
        "CREATE TABLE w.parent (a int, b int, PRIMARY KEY (b, a));\n"
        "CREATE TABLE w.\"Odd \"\"one\" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " a int, b int, p w.price, \"T\" varchar(40) DEFAULT 'x', g int GENERATED ALWAYS AS (a + 1)"
        " STORED, gone int, UNIQUE (b, a), FOREIGN KEY (b, a) REFERENCES w.parent);\n"
        "ALTER TABLE w.\"Odd \"\"one\" DROP COLUMN gone;\n"
        "CREATE UNIQUE INDEX half ON w.\"Odd \"\"one\" (a) WHERE a > 0;\n"
        "CREATE UNIQUE INDEX nullsame ON w.\"Odd \"\"one\" (a, \"T\") NULLS NOT DISTINCT;\n"
        "CREATE VIEW w.v AS SELECT a FROM w.\"Odd \"\"one\";\n"
        "CREATE TABLE w.child (o bigint REFERENCES w.\"Odd \"\"one\" ON DELETE CASCADE);\n"
        "CREATE FUNCTION w.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';\n"
        "CREATE TRIGGER tr AFTER DELETE ON w.\"Odd \"\"one\" FOR EACH ROW EXECUTE FUNCTION w.f();\n"
        "CREATE RULE ru AS ON DELETE TO w.\"Odd \"\"one\" DO ALSO SELECT 1;\n"
        "GRANT SELECT ON w.\"Odd \"\"one\" TO public;\n");
    g_autoptr(table_info) t = describe(f->s, "w", "Odd \"one");
    assert_int_equal(t->kind, TABLE_PLAIN);
    assert_int_equal(t->columns->len, 6);
    const column_info *id = g_ptr_array_index(t->columns, 0);
    assert_true(id->not_null && id->has_default && id->identity_always && !id->generated);
    assert_int_equal(id->type.kind, TYPE_INT);
    const column_info *price = g_ptr_array_index(t->columns, 3);
    assert_string_equal(price->type_text, "w.price");
    assert_int_equal(price->type.kind, TYPE_DECIMAL);
    assert_int_equal(price->type.scale, 2);
    assert_true(price->not_null);
    const column_info *text = g_ptr_array_index(t->columns, table_info_column(t, "T"));
    assert_int_equal(text->type.length, 40);
    assert_string_equal(text->default_text, "'x'::character varying");
    assert_true(((column_info *)g_ptr_array_index(t->columns, 5))->generated);

    assert_int_equal(t->keys->len, 4);
    const key_info *primary = g_ptr_array_index(t->keys, 0);
    assert_true(primary->primary && primary->plain);
    assert_string_equal(primary->columns[0], "id");
    const key_info *unique = g_ptr_array_index(t->keys, 1);
    assert_string_equal(unique->columns[0], "b");
    assert_string_equal(unique->columns[1], "a");
    assert_null(unique->columns[2]);
    assert_false(((key_info *)g_ptr_array_index(t->keys, 2))->plain);
    const key_info *same = g_ptr_array_index(t->keys, 3);
    assert_true(same->plain && !same->nulls_distinct && unique->nulls_distinct);

    assert_int_equal(t->foreign_keys->len, 1);
    const foreign_key_info *k = g_ptr_array_index(t->foreign_keys, 0);
    assert_string_equal(k->references->name, "parent");
    assert_string_equal(k->columns[0], "b");
    assert_string_equal(k->referenced_columns[0], "b");

    assert_true(holds(t->dependents, "view \"w.v\""));
    assert_true(holds(t->dependents, "\"w.child\""));
    assert_true(holds(t->dependents, "trigger \"tr\""));
    assert_true(holds(t->dependents, "rule \"ru\""));
    assert_true(holds(t->dependents, "\"public\""));
    assert_false(holds(t->dependents, "owner"));
    assert_int_equal(t->delete_effects->len, 3);
    assert_true(holds(t->delete_effects, "deletes rows of table \"w.child\""));
    assert_true(t->can_select && t->can_insert && t->can_truncate && t->can_create);
    assert_int_equal(t->row_estimate, -1);
}

static void names_are_looked_up_as_the_server_does(void **state)
{
    fixture *f = begin_test(state);
    script(f->s, "DROP TABLE IF EXISTS public.\"Both\";\nCREATE TABLE public.\"Both\" (i int);\n"
                 "CREATE TABLE w.\"Both\" (i int);\nCREATE VIEW w.v AS SELECT 1;\n"
                 "CREATE TABLE w.p (i int) PARTITION BY RANGE (i);\n"
                 "CREATE TABLE w.p1 PARTITION OF w.p DEFAULT;\n");
    g_autoptr(table_info) t = describe(f->s, NULL, "Both");
    assert_string_equal(t->name->schema, "public");
    g_autoptr(table_info) view = describe(f->s, "w", "v");
    assert_int_equal(view->kind, TABLE_VIEW);
    g_autoptr(table_info) partitioned = describe(f->s, "w", "p");
    assert_int_equal(partitioned->kind, TABLE_PARTITIONED);
    g_autoptr(table_info) partition = describe(f->s, "w", "p1");
    assert_int_equal(partition->kind, TABLE_PARTITION);
    g_autoptr(table_info) system = describe(f->s, NULL, "pg_class");
    assert_int_equal(system->kind, TABLE_SYSTEM);
    error *err = NULL;
    g_autoptr(table_name) none = table_name_new("w", "both");
    assert_null(f->s->ops->describe(f->s, none, &err));
    assert_null(err);

    g_autoptr(GPtrArray) tables = f->s->ops->list_tables(f->s, "W.", &err);
    assert_int_equal(tables->len, 4);
    assert_string_equal(((table_name *)g_ptr_array_index(tables, 0))->name, "Both");
    sql(f->s, "DROP TABLE public.\"Both\"");
}

static void only_one_select_is_a_source_query(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (i int, n numeric(9,3), c char(3), x interval)");
    error *err = NULL;
    g_autoptr(GPtrArray) columns =
        f->s->ops->describe_query(f->s, "SELECT *, 1 AS \"i\" FROM w.t -- all", NULL, 0, &err);
    need_ok(columns != NULL, err);
    assert_int_equal(columns->len, 5);
    const column_info *n = g_ptr_array_index(columns, 1);
    assert_string_equal(n->type_text, "numeric(9,3)");
    assert_int_equal(n->type.scale, 3);
    assert_int_equal(((column_info *)g_ptr_array_index(columns, 3))->type.kind, TYPE_OTHER);
    assert_string_equal(((column_info *)g_ptr_array_index(columns, 4))->name, "i");
    static const char *const refused[] = {
        "SELECT 1; DROP TABLE w.t",
        "DELETE FROM w.t RETURNING i",
        "WITH d AS (DELETE FROM w.t RETURNING i) SELECT * FROM d",
        "SELECT 1) q; DROP TABLE w.t --",
        "SELECT 1) TO PROGRAM 'true' --",
        "COPY w.t TO STDOUT",
        "",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(error) why = NULL;
        assert_null(f->s->ops->describe_query(f->s, refused[i], NULL, 0, &why));
        assert_int_equal(why->code, ERROR_PLAN);
    }
    assert_one(f->s, "SELECT count(*) FROM w.t", "0");
}

/* --- moving rows ------------------------------------------------------------- */

typedef struct {
    GPtrArray *batches; /* given back, with their marks */
} basket;

static void give_back(void *user, batch *b)
{
    basket *k = user;
    g_ptr_array_add(k->batches, b);
}

/* Copy the rows of @query into table w.@target, all columns by position. False
 * with *err set when the write fails. Batches land in @k either way. */
static bool move_rows(fixture *f, const char *query, const char *target, bool isolate, basket *k,
                      error **err)
{
    k->batches = g_ptr_array_new_with_free_func((GDestroyNotify)batch_free);
    error *local = NULL;
    session *from = open_session(f->connection, (session_options){ .read_only = true });
    session *to = f->s;
    g_autoptr(GPtrArray) columns = from->ops->describe_query(from, query, NULL, 0, &local);
    need_ok(columns != NULL, local);
    g_autoptr(table_info) t = describe(to, "w", target);
    unsigned n = columns->len;
    assert_int_equal(n, t->columns->len);
    g_autofree data_type *source_types = g_new0(data_type, n);
    g_autofree data_type *types = g_new0(data_type, n);
    g_autofree const char **names = g_new0(const char *, n);
    for (unsigned i = 0; i < n; i++) {
        source_types[i] = ((column_info *)g_ptr_array_index(columns, i))->type;
        const column_info *c = g_ptr_array_index(t->columns, i);
        types[i] = c->type;
        names[i] = c->name;
    }
    read_request reading = { .sql = query, .segment = 3 };
    reader *r = from->ops->read_open(from, &reading, source_types, n, &local);
    need_ok(r != NULL, local);
    need_ok(to->ops->begin(to, t->name, &local), local);
    write_request writing = { .table = t->name,
                              .columns = names,
                              .types = types,
                              .n_columns = n,
                              .isolate = isolate,
                              .done = give_back,
                              .user = k };
    writer *w = to->ops->write_open(to, &writing, &local);
    need_ok(w != NULL, local);
    bool ok = true;
    unsigned taken = 0;
    int64_t position = 1;
    while (ok) {
        batch *b = batch_new(n, n);
        read_outcome outcome = from->ops->read_next(r, b, &local);
        if (outcome != READ_ROWS) {
            need_ok(outcome == READ_END, local);
            batch_free(b);
            break;
        }
        assert_int_equal(b->segment, 3);
        assert_int_equal(b->first_position, position);
        position += b->n_rows;
        for (unsigned i = 0; i < n; i++)
            b->target[i] = b->source[i];
        taken++;
        ok = to->ops->write(w, b, err);
    }
    ok = ok && to->ops->write_flush(w, err);
    assert_int_equal(k->batches->len, taken);
    to->ops->write_close(w);
    if (ok)
        assert_int_equal(to->ops->commit(to, &local), COMMIT_DONE);
    else
        to->ops->rollback(to);
    from->ops->read_close(r);
    session_close(from);
    return ok;
}

static void basket_clear(basket *k)
{
    g_ptr_array_unref(k->batches);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(basket, basket_clear)

static unsigned rejected(const basket *k)
{
    unsigned n = 0;
    for (guint i = 0; i < k->batches->len; i++)
        n += ((batch *)g_ptr_array_index(k->batches, i))->n_rejected;
    return n;
}

/* The reason of the row whose first column is @id, or NULL. */
static const reject_reason *reason_of(const basket *k, int64_t id)
{
    for (guint i = 0; i < k->batches->len; i++) {
        const batch *b = g_ptr_array_index(k->batches, i);
        for (unsigned row = 0; row < b->n_rows; row++) {
            if (b->source[0][row].i == id && b->status[row] == ROW_REJECTED)
                return batch_reason(b, row);
        }
    }
    return NULL;
}

static void same_rows(session *s, const char *a, const char *b)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT (SELECT count(*) FROM (SELECT x::text FROM %s x EXCEPT ALL"
        " SELECT x::text FROM %s x) d) + (SELECT count(*) FROM (SELECT x::text FROM %s x"
        " EXCEPT ALL SELECT x::text FROM %s x) d)",
        a, b, b, a);
    assert_one(s, query, "0");
}

static void every_type_arrives_exactly(void **state)
{
    fixture *f = begin_test(state);
    script(
        f->s,
        "CREATE TABLE w.a (i int, b bool, i2 int2, i8 int8, o oid, f4 float4, f8 float8,"
        " n numeric, n2 numeric(30,10), t text, v varchar(20), c char(5), by bytea, d date,"
        " ti time,"
        " ts timestamp, tz timestamptz, u uuid, j json, jb jsonb, na name);\n"
        "CREATE TABLE w.b (LIKE w.a);\n"
        "INSERT INTO w.a SELECT g, g % 2 = 0, -g, 9223372036854775807 - g, 4294967295, 0.1 * g,"
        " 0.1::float8 / g, (g * 1.000001) ^ 7, -1234567890.0123456789 * g, repeat('ä', g % 90),"
        " E'tab\\tnew\\nback\\\\' || g, 'ab', decode(repeat('00ff', g % 9), 'hex'),"
        " date '4713-01-01 BC' + g * 300, time '23:59:59.999999', timestamp '1066-10-14' + g *"
        " interval '1 day 1 microsecond', timestamptz 'epoch' - g * interval '1 hour',"
        " md5(g::text)::uuid, '{ \"a\" : 1 }', '{\"b\": [1, null, \"ü\"]}', 'na'"
        " FROM generate_series(1, 5000) g;\n"
        "INSERT INTO w.a (i) VALUES (0);\n"
        "INSERT INTO w.a (f4, f8, n, d, ts, tz, t, by, ti) VALUES ('NaN', '-Infinity', 'NaN',"
        " 'infinity', '-infinity', 'infinity', '', '', '24:00'), ('Infinity', 5e-324, 'Infinity',"
        " '-infinity', '294246-01-01', '4713-01-01 BC', '\\N', '\\x5c', '00:00'),"
        " ('-0', '-0', 1e-30, '5874897-12-31', 'infinity', '-infinity', '\\.', '\\x00',"
        " '12:00');\n");
    g_auto(basket) k = { 0 };
    error *err = NULL;
    need_ok(move_rows(f, "SELECT * FROM w.a", "b", false, &k, &err), err);
    same_rows(f->s, "w.a", "w.b");
    assert_one(f->s, "SELECT count(*) FROM w.b", "5004");
    assert_int_equal(rejected(&k), 0);

    /* The same with a type that has no binary form here: all by text. */
    script(f->s,
           "ALTER TABLE w.a ADD COLUMN x interval;\nALTER TABLE w.a ADD COLUMN y text[];\n"
           "UPDATE w.a SET x = i * interval '1 month 3 days', y = array['a', '\\', NULL, '\"'];\n"
           "CREATE TYPE w.mood AS ENUM ('so so', 'fine');\nALTER TABLE w.a ADD z w.mood;\n"
           "UPDATE w.a SET z = 'so so';\nCREATE TABLE w.c (LIKE w.a);\n");
    g_auto(basket) second = { 0 };
    need_ok(move_rows(f, "SELECT * FROM w.a", "c", false, &second, &err), err);
    same_rows(f->s, "w.a", "w.c");
}

static void an_empty_source_ends_at_once(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (i int)");
    g_auto(basket) k = { 0 };
    error *err = NULL;
    need_ok(move_rows(f, "SELECT 1 WHERE false", "t", true, &k, &err), err);
    assert_int_equal(k.batches->len, 0);
}

static void rows_that_the_server_refuses_are_marked_and_all_others_stored(void **state)
{
    fixture *f = begin_test(state);
    script(f->s,
           "CREATE TABLE w.p (id int PRIMARY KEY);\nINSERT INTO w.p VALUES (1);\n"
           "CREATE TABLE w.t (id int PRIMARY KEY, n int NOT NULL, c int CHECK (c > 0),"
           " v varchar(3), p int REFERENCES w.p, d int UNIQUE DEFERRABLE INITIALLY IMMEDIATE);\n"
           "CREATE TABLE w.s (k int, id int, n int, c int, v text, p int, d int);\n"
           "INSERT INTO w.s SELECT g, g, 1, 1, 'abc', 1, g FROM generate_series(1, 30000) g;\n"
           "UPDATE w.s SET n = NULL WHERE k = 17;\nUPDATE w.s SET c = 0 WHERE k IN (18, 9000);\n"
           "UPDATE w.s SET v = 'abcd' WHERE k = 29999;\nUPDATE w.s SET id = 5 WHERE k = 20000;\n"
           "UPDATE w.s SET p = 2 WHERE k IN (1, 12000);\nUPDATE w.s SET d = 7 WHERE k = 15000;\n");
    g_auto(basket) k = { 0 };
    error *err = NULL;
    need_ok(move_rows(f, "SELECT id, n, c, v, p, d FROM w.s ORDER BY k", "t", true, &k, &err), err);
    static const struct {
        int64_t id;
        reject_class class;
        int column;
        const char *sqlstate;
    } wanted[] = {
        { 17, REJECT_NULL, 1, "23502" },
        { 18, REJECT_CHECK, 2, "23514" },
        { 9000, REJECT_CHECK, 2, "23514" },
        { 29999, REJECT_LENGTH, 3, "22001" },
        { 5, REJECT_KEY, 0, "23505" },
        { 1, REJECT_FOREIGN_KEY, 4, "23503" },
        { 12000, REJECT_FOREIGN_KEY, 4, "23503" },
        { 15000, REJECT_KEY, 5, "23505" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        const reject_reason *why = reason_of(&k, wanted[i].id);
        if (why == NULL)
            fail_msg("row %d was not rejected", (int)wanted[i].id);
        assert_int_equal(why->class, wanted[i].class);
        assert_int_equal(why->column, wanted[i].column);
        assert_string_equal(why->sqlstate, wanted[i].sqlstate);
    }
    assert_int_equal(rejected(&k), G_N_ELEMENTS(wanted));
    assert_one(f->s, "SELECT count(*) FROM w.t", "29992");
    assert_one(f->s,
               "SELECT count(*) FROM w.t WHERE id IN (17, 18, 9000, 29999, 20000, 1, 12000,"
               " 15000)",
               "0");
}

static void many_bad_rows_are_all_found(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (id int PRIMARY KEY, c int CHECK (c <> 0))");
    g_auto(basket) k = { 0 };
    error *err = NULL;
    gint64 before = g_get_monotonic_time();
    need_ok(move_rows(f, "SELECT g, g % 3 FROM generate_series(1, 6000) g", "t", true, &k, &err),
            err);
    assert_int_equal(rejected(&k), 2000);
    assert_one(f->s, "SELECT count(*) || ' ' || sum(id) FROM w.t", "4000 12000000");
    assert_true(g_get_monotonic_time() - before < 20 * G_USEC_PER_SEC);
}

static void without_isolation_the_first_refused_row_is_marked_and_ends_the_load(void **state)
{
    fixture *f = begin_test(state);
    script(f->s, "CREATE TABLE w.p (id int PRIMARY KEY);\nCREATE TABLE w.t (id int PRIMARY KEY,"
                 " c int CHECK (c > 0), p int REFERENCES w.p);\n");
    g_auto(basket) k = { 0 };
    g_autoptr(error) err = NULL;
    assert_false(move_rows(f, "SELECT g, 5000 - g, NULL::int FROM generate_series(1, 9000) g", "t",
                           false, &k, &err));
    assert_int_equal(err->code, ERROR_DATA);
    assert_string_equal(err->sqlstate, "23514");
    assert_int_equal(rejected(&k), 1);
    assert_non_null(reason_of(&k, 5000));
    /* Foreign keys are told without a line. */
    g_auto(basket) second = { 0 };
    g_autoptr(error) key = NULL;
    assert_false(move_rows(f,
                           "SELECT g, 1, CASE WHEN g = 4321 THEN 9 END"
                           " FROM generate_series(1, 9000) g",
                           "t", false, &second, &key));
    assert_string_equal(key->sqlstate, "23503");
    assert_non_null(reason_of(&second, 4321));
    assert_one(f->s, "SELECT count(*) FROM w.t", "0");
}

static void a_table_that_refers_to_itself_is_loaded_in_one_piece(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (id int PRIMARY KEY, boss int REFERENCES w.t)");
    g_auto(basket) k = { 0 };
    error *err = NULL;
    need_ok(move_rows(f, "SELECT g, 30000 FROM generate_series(1, 30000) g", "t", false, &k, &err),
            err);
    assert_one(f->s, "SELECT count(*) FROM w.t", "30000");
    sql(f->s, "TRUNCATE w.t");
    g_auto(basket) second = { 0 };
    g_autoptr(error) why = NULL;
    assert_false(move_rows(f,
                           "SELECT CASE g WHEN 30000 THEN 1 ELSE g END, NULL::int"
                           " FROM generate_series(1, 30000) g",
                           "t", false, &second, &why));
    assert_int_equal(why->code, ERROR_DATA);
    assert_int_equal(rejected(&second), 1);
}

/* A batch of ids and texts. */
static batch *text_batch(unsigned n_rows)
{
    batch *b = batch_new(2, 2);
    b->n_rows = n_rows;
    for (unsigned row = 0; row < n_rows; row++) {
        b->source[0][row] = value_int(row + 1);
        b->source[1][row] = value_span(VALUE_TEXT, "text", 4);
    }
    b->target[0] = b->source[0];
    b->target[1] = b->source[1];
    return b;
}

static writer *open_text_writer(session *s, basket *k, bool isolate, const table_name *t)
{
    static const char *const columns[] = { "id", "t" };
    static const data_type types[] = { { .kind = TYPE_INT, .bits = 32 }, { .kind = TYPE_TEXT } };
    k->batches = g_ptr_array_new_with_free_func((GDestroyNotify)batch_free);
    write_request request = { .table = t,
                              .columns = columns,
                              .types = types,
                              .n_columns = 2,
                              .isolate = isolate,
                              .done = give_back,
                              .user = k };
    error *err = NULL;
    need_ok(s->ops->begin(s, t, &err), err);
    writer *w = s->ops->write_open(s, &request, &err);
    need_ok(w != NULL, err);
    return w;
}

static void text_with_nul_is_refused_before_it_is_sent(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (id int, t text)");
    g_autoptr(table_name) t = table_name_new("w", "t");
    g_auto(basket) k = { 0 };
    error *err = NULL;
    writer *w = open_text_writer(f->s, &k, true, t);
    batch *b = text_batch(10);
    b->source[1][4] = value_span(VALUE_TEXT, "a\0b", 3);
    b->source[1][7] = value_span(VALUE_TEXT, "\xff", 1);
    need_ok(f->s->ops->write(w, b, &err) && f->s->ops->write_flush(w, &err), err);
    assert_int_equal(reason_of(&k, 5)->class, REJECT_ENCODING);
    assert_int_equal(reason_of(&k, 5)->column, 1);
    assert_int_equal(reason_of(&k, 8)->class, REJECT_ENCODING);
    f->s->ops->write_close(w);
    assert_int_equal(f->s->ops->commit(f->s, &err), COMMIT_DONE);
    assert_one(f->s, "SELECT count(*) FROM w.t", "8");

    g_auto(basket) second = { 0 };
    w = open_text_writer(f->s, &second, true, t);
    b = text_batch(3);
    b->source[0][1] = value_span(VALUE_TEXT, "2", 1);
    g_autoptr(error) kind = NULL;
    assert_false(f->s->ops->write(w, b, &kind));
    assert_int_equal(kind->code, ERROR_DATA);
    assert_int_equal(second.batches->len, 1);
    f->s->ops->write_close(w);
    f->s->ops->rollback(f->s);
}

static void closing_a_writer_early_stores_nothing_and_gives_back(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (id int, t text)");
    g_autoptr(table_name) t = table_name_new("w", "t");
    g_auto(basket) k = { 0 };
    error *err = NULL;
    writer *w = open_text_writer(f->s, &k, true, t);
    need_ok(f->s->ops->write(w, text_batch(10), &err), err);
    assert_int_equal(k.batches->len, 0);
    f->s->ops->write_close(w);
    assert_int_equal(k.batches->len, 1);
    f->s->ops->rollback(f->s);
    assert_one(f->s, "SELECT count(*) FROM w.t", "0");
}

static void a_reader_closed_early_leaves_the_session_usable(void **state)
{
    fixture *f = begin_test(state);
    session *s = open_session(f->connection, (session_options){ .read_only = true });
    data_type type = { .kind = TYPE_INT, .bits = 32 };
    read_request request = { .sql = "SELECT generate_series(1, 100000000)" };
    error *err = NULL;
    reader *r = s->ops->read_open(s, &request, &type, 1, &err);
    need_ok(r != NULL, err);
    g_autoptr(batch) b = batch_new(1, 1);
    assert_int_equal(s->ops->read_next(r, b, &err), READ_ROWS);
    assert_int_equal(b->n_rows, BATCH_MAX_ROWS);
    s->ops->read_close(r);
    assert_one(s, "SELECT 1", "1");
    session_close(s);
}

static void sessions_share_a_snapshot(void **state)
{
    fixture *f = begin_test(state);
    script(f->s, "CREATE TABLE w.t (i int);\nINSERT INTO w.t VALUES (1);\n");
    session *first = open_session(f->connection, (session_options){ .read_only = true });
    session *second = open_session(f->connection, (session_options){ .read_only = true });
    error *err = NULL;
    g_autofree char *snapshot = first->ops->snapshot_export(first, &err);
    need_ok(snapshot != NULL, err);
    sql(f->s, "INSERT INTO w.t VALUES (2)");
    data_type type = { .kind = TYPE_INT, .bits = 32 };
    read_request request = { .sql = "SELECT i FROM w.t", .snapshot = snapshot };
    session *readers[] = { second, first };
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
        session *s = readers[i];
        reader *r = s->ops->read_open(s, &request, &type, 1, &err);
        need_ok(r != NULL, err);
        g_autoptr(batch) b = batch_new(1, 1);
        assert_int_equal(s->ops->read_next(r, b, &err), READ_ROWS);
        assert_int_equal(b->n_rows, 1);
        batch_reset(b);
        assert_int_equal(s->ops->read_next(r, b, &err), READ_END);
        s->ops->read_close(r);
    }
    session_close(second);
    session_close(first);
}

static void a_failing_query_fails_the_read_with_the_servers_words(void **state)
{
    fixture *f = begin_test(state);
    session *s = open_session(f->connection, (session_options){ .read_only = true });
    data_type type = { .kind = TYPE_INT, .bits = 32 };
    read_request request = { .sql = "SELECT 1 / (20000 - g) FROM generate_series(1, 30000) g" };
    error *err = NULL;
    reader *r = s->ops->read_open(s, &request, &type, 1, &err);
    need_ok(r != NULL, err);
    g_autoptr(batch) b = batch_new(1, 1);
    read_outcome outcome;
    int64_t rows = 0;
    while ((outcome = s->ops->read_next(r, b, &err)) == READ_ROWS) {
        rows += b->n_rows;
        batch_reset(b);
    }
    assert_int_equal(outcome, READ_FAILED);
    assert_string_equal(err->sqlstate, "22012");
    assert_true(rows < 20000);
    error_free(err);
    s->ops->read_close(r);
    session_close(s);
}

/* --- transactions ------------------------------------------------------------ */

static void a_publish_is_exclusive_and_names_its_holder(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (i int)");
    session *a = open_session(f->connection, (session_options){ .run_token = TOKEN });
    session *b = open_session(f->connection, (session_options){ .lock_timeout_seconds = 1 });
    g_autoptr(table_name) t = table_name_new("w", "t");
    error *err = NULL;
    need_ok(a->ops->begin_publish(a, t, true, &err), err);
    g_autoptr(error) busy = NULL;
    assert_false(b->ops->begin_publish(b, t, false, &busy));
    assert_int_equal(busy->code, ERROR_BUSY);
    assert_non_null(strstr(busy->message, "rowferry " TOKEN));
    assert_non_null(strstr(busy->message, "tester"));
    /* Other writers are out, readers are not. */
    g_autoptr(error) locked = NULL;
    assert_false(b->ops->execute(b, "INSERT INTO w.t VALUES (1)", NULL, 0, NULL, &locked));
    assert_int_equal(locked->code, ERROR_LOCK);
    assert_one(b, "SELECT count(*) FROM w.t", "0");
    sql(a, "INSERT INTO w.t VALUES (2)");
    assert_int_equal(a->ops->commit(a, &err), COMMIT_DONE);
    need_ok(b->ops->begin_publish(b, t, true, &err), err);
    b->ops->rollback(b);
    assert_one(b, "SELECT sum(i) FROM w.t", "2");
    session_close(a);
    session_close(b);
}

static void a_lost_answer_to_commit_is_unknown_and_a_lost_session_before_it_failed(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (i int)");
    session *s = open_session(f->connection, (session_options){ 0 });
    g_autofree char *pid = one(s, "SELECT pg_backend_pid()");
    g_autofree char *end = g_strdup_printf("SELECT pg_terminate_backend(%s, 5000)", pid);
    error *err = NULL;
    need_ok(s->ops->begin(s, NULL, &err), err);
    sql(s, "INSERT INTO w.t VALUES (1)");
    sql(f->s, end);
    /* The session has not noticed yet: COMMIT leaves it. */
    assert_int_equal(s->ops->commit(s, &err), COMMIT_UNKNOWN);
    assert_int_equal(err->code, ERROR_UNRESOLVED);
    g_clear_pointer(&err, error_free);
    assert_int_equal(s->ops->commit(s, &err), COMMIT_FAILED);
    assert_int_equal(err->code, ERROR_CONNECT);
    error_free(err);
    s->ops->rollback(s);
    session_close(s);
}

static void a_commit_of_a_failed_transaction_has_failed(void **state)
{
    fixture *f = begin_test(state);
    error *err = NULL;
    need_ok(f->s->ops->begin(f->s, NULL, &err), err);
    assert_false(f->s->ops->execute(f->s, "SELECT 1 / 0", NULL, 0, NULL, NULL));
    assert_int_equal(f->s->ops->commit(f->s, &err), COMMIT_FAILED);
    error_free(err);
    assert_one(f->s, "SELECT 1", "1");
}

static void the_guarded_delete_deletes_from_the_target_only(void **state)
{
    fixture *f = begin_test(state);
    script(f->s, "CREATE TABLE w.t (i int, d date);\nCREATE TABLE w.o (i int);\n"
                 "INSERT INTO w.t SELECT g, date '2026-01-01' + g FROM generate_series(1, 10) g;\n"
                 "INSERT INTO w.o VALUES (1);\n"
                 "CREATE TABLE w.p (i int) PARTITION BY RANGE (i);\n"
                 "CREATE TABLE w.p1 PARTITION OF w.p DEFAULT;\nINSERT INTO w.p VALUES (1);\n");
    g_autoptr(table_info) t = describe(f->s, "w", "t");
    value day = value_of_kind(VALUE_DATE, 20459); /* 2026-01-06 */
    int64_t affected = 0;
    error *err = NULL;
    need_ok(f->s->ops->guarded_delete(f->s, t, "DELETE FROM \"w\".\"t\" WHERE \"d\" <= $1", &day, 1,
                                      &affected, &err),
            err);
    assert_int_equal(affected, 5);
    need_ok(f->s->ops->guarded_delete(f->s, t, "DELETE FROM w.t WHERE i < 0 AND 1 = 0", NULL, 0,
                                      &affected, &err),
            err);
    assert_int_equal(affected, 0);
    g_autoptr(table_info) p = describe(f->s, "w", "p");
    need_ok(f->s->ops->guarded_delete(f->s, p, "DELETE FROM w.p", NULL, 0, &affected, &err), err);
    assert_int_equal(affected, 1);
    static const char *const refused[] = {
        "DELETE FROM w.o",
        "WITH x AS (DELETE FROM w.o RETURNING 1) DELETE FROM w.t",
        "UPDATE w.t SET i = 1",
        "INSERT INTO w.t SELECT 1",
        "SELECT 1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(error) why = NULL;
        assert_false(f->s->ops->guarded_delete(f->s, t, refused[i], NULL, 0, NULL, &why));
        assert_int_equal(why->code, ERROR_PERMISSION);
    }
    sql(f->s, "CREATE RULE r AS ON DELETE TO w.t DO ALSO DELETE FROM w.o");
    g_autoptr(error) rule = NULL;
    assert_false(f->s->ops->guarded_delete(f->s, t, "DELETE FROM w.t", NULL, 0, NULL, &rule));
    assert_int_equal(rule->code, ERROR_PERMISSION);
    assert_one(f->s, "SELECT (SELECT count(*) FROM w.t) || ' ' || (SELECT count(*) FROM w.o)",
               "5 1");
}

/* --- staging ----------------------------------------------------------------- */

static void staging_has_the_targets_rules_and_goes_without_a_trace(void **state)
{
    fixture *f = begin_test(state);
    script(
        f->s,
        "CREATE TABLE w.t (id int GENERATED BY DEFAULT AS IDENTITY, a int NOT NULL CHECK (a > 0),"
        " b text DEFAULT 'x', g int GENERATED ALWAYS AS (a * 2) STORED, PRIMARY KEY (id));\n"
        "CREATE UNIQUE INDEX \"odd USING x\" ON w.t (lower(b) text_pattern_ops) WHERE a > 5;\n"
        "CREATE INDEX plain ON w.t (b);\n");
    g_autoptr(table_info) t = describe(f->s, "w", "t");
    g_autoptr(table_name) staging = f->s->ops->staging_name(f->s, t->name, TOKEN);
    assert_string_equal(staging->name, "rf_" TOKEN "_t");
    assert_string_equal(staging->schema, "w");
    const char *columns[] = { "a", "b", NULL };
    error *err = NULL;
    g_auto(GStrv) statements = f->s->ops->staging_sql(f->s, t, staging, columns, 0, &err);
    need_ok(statements != NULL, err);
    need_ok(f->s->ops->staging_create(f->s, staging, TOKEN, statements, &err), err);
    need_ok(f->s->ops->staging_open(f->s, staging, TOKEN, &err), err);
    g_autoptr(table_info) made = describe(f->s, "w", staging->name);
    assert_int_equal(made->keys->len, 2);
    sql(f->s, "INSERT INTO w.rf_" TOKEN "_t (a, b) VALUES (6, 'A'), (1, 'a'), (2, DEFAULT)");
    assert_one(f->s, "SELECT count(DISTINCT id) || ' ' || sum(g) FROM w.rf_" TOKEN "_t", "3 18");
    g_autoptr(error) key = NULL;
    assert_false(f->s->ops->execute(f->s, "INSERT INTO w.rf_" TOKEN "_t (a, b) VALUES (7, 'a')",
                                    NULL, 0, NULL, &key));
    assert_int_equal(key->code, ERROR_DATA);
    assert_one(f->s, "SELECT relpersistence FROM pg_class WHERE relname = 'rf_" TOKEN "_t'", "p");

    g_autoptr(GPtrArray) tokens = f->s->ops->staging_list(f->s, t->name, &err);
    assert_int_equal(tokens->len, 1);
    assert_string_equal(g_ptr_array_index(tokens, 0), TOKEN);
    need_ok(f->s->ops->staging_drop(f->s, staging, TOKEN, &err), err);
    need_ok(f->s->ops->staging_drop(f->s, staging, TOKEN, &err), err);
    assert_one(f->s, "SELECT count(*) FROM pg_class WHERE relname LIKE 'rf%'", "0");

    g_auto(GStrv) bare =
        f->s->ops->staging_sql(f->s, t, staging, columns, STAGING_WITHOUT_KEYS, &err);
    /* The table and its check, but no key. */
    assert_int_equal(g_strv_length(bare), 2);
}

static void staging_names_fit_and_are_cut_between_characters(void **state)
{
    fixture *f = begin_test(state);
    /* 43 bytes are left after "rf_TOKEN_": the 15th of these does not fit. */
    g_autofree char *name = g_strdup("中中中中中中中中中中中中中中中中中中中中");
    g_autoptr(table_name) target = table_name_new("w", name);
    g_autoptr(table_name) staging = f->s->ops->staging_name(f->s, target, TOKEN);
    assert_int_equal(strlen(staging->name), 20 + 14 * 3);
    assert_true(g_utf8_validate(staging->name, -1, NULL));
    g_autofree char *create = g_strdup_printf("CREATE TABLE w.\"%s\" (i int)", staging->name);
    sql(f->s, create);
    error *err = NULL;
    g_autoptr(GPtrArray) tokens = f->s->ops->staging_list(f->s, target, &err);
    assert_int_equal(tokens->len, 1);
    g_autoptr(table_name) other = table_name_new("w", "other");
    g_autoptr(GPtrArray) none = f->s->ops->staging_list(f->s, other, &err);
    assert_int_equal(none->len, 0);
}

/* --- cancel ------------------------------------------------------------------ */

static gpointer cancel_soon(gpointer data)
{
    session *s = data;
    g_usleep(300000);
    s->ops->cancel(s);
    return NULL;
}

static void assert_gone_soon(fixture *f, const char *pid)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND state <> 'idle'", pid);
    for (int i = 0; i < 50; i++) {
        g_autofree char *n = one(f->s, query);
        if (strcmp(n, "0") == 0)
            return;
        g_usleep(100000);
    }
    fail_msg("the server still works for the cancelled session");
}

static void a_cancel_ends_a_query(void **state)
{
    fixture *f = begin_test(state);
    session *s = open_session(f->connection, (session_options){ 0 });
    g_autofree char *pid = one(s, "SELECT pg_backend_pid()");
    GThread *thread = g_thread_new("cancel", cancel_soon, s);
    gint64 before = g_get_monotonic_time();
    g_autoptr(error) err = NULL;
    assert_false(s->ops->execute(s, "SELECT pg_sleep(60)", NULL, 0, NULL, &err));
    g_thread_join(thread);
    assert_int_equal(err->code, ERROR_CANCELLED);
    assert_true(g_get_monotonic_time() - before < 3 * G_USEC_PER_SEC);
    assert_gone_soon(f, pid);
    /* It stays cancelled. */
    g_autoptr(error) again = NULL;
    assert_false(s->ops->execute(s, "SELECT 1", NULL, 0, NULL, &again));
    assert_int_equal(again->code, ERROR_CANCELLED);
    session_close(s);
}

static void a_cancel_ends_a_read(void **state)
{
    fixture *f = begin_test(state);
    session *s = open_session(f->connection, (session_options){ .read_only = true });
    g_autofree char *pid = one(s, "SELECT pg_backend_pid()");
    data_type type = { .kind = TYPE_TEXT };
    /* The server sends nothing before it has filled its buffer. */
    read_request request = { .sql = "SELECT repeat('x', 20000) FROM generate_series(1, 10) g"
                                    " WHERE g < 5 OR pg_sleep(60) IS NULL" };
    error *err = NULL;
    reader *r = s->ops->read_open(s, &request, &type, 1, &err);
    need_ok(r != NULL, err);
    GThread *thread = g_thread_new("cancel", cancel_soon, s);
    g_autoptr(batch) b = batch_new(1, 1);
    assert_int_equal(s->ops->read_next(r, b, &err), READ_FAILED);
    g_thread_join(thread);
    assert_int_equal(err->code, ERROR_CANCELLED);
    error_free(err);
    s->ops->read_close(r);
    assert_gone_soon(f, pid);
    session_close(s);
}

static void a_cancel_ends_a_write_that_waits_for_a_lock(void **state)
{
    fixture *f = begin_test(state);
    sql(f->s, "CREATE TABLE w.t (id int PRIMARY KEY, t text)");
    g_autoptr(table_name) t = table_name_new("w", "t");
    session *s = open_session(f->connection, (session_options){ .lock_timeout_seconds = 60 });
    session *holder = open_session(f->connection, (session_options){ 0 });
    g_autofree char *pid = one(s, "SELECT pg_backend_pid()");
    error *err = NULL;
    need_ok(holder->ops->begin(holder, t, &err), err);
    sql(holder, "INSERT INTO w.t VALUES (5, 'first')");
    g_auto(basket) k = { 0 };
    writer *w = open_text_writer(s, &k, true, t);
    need_ok(s->ops->write(w, text_batch(10), &err), err);
    GThread *thread = g_thread_new("cancel", cancel_soon, s);
    gint64 before = g_get_monotonic_time();
    assert_false(s->ops->write_flush(w, &err));
    g_thread_join(thread);
    assert_int_equal(err->code, ERROR_CANCELLED);
    error_free(err);
    assert_true(g_get_monotonic_time() - before < 5 * G_USEC_PER_SEC);
    assert_int_equal(k.batches->len, 1);
    assert_int_equal(rejected(&k), 0);
    s->ops->write_close(w);
    s->ops->rollback(s);
    assert_gone_soon(f, pid);
    holder->ops->rollback(holder);
    assert_one(f->s, "SELECT count(*) FROM w.t", "0");
    session_close(holder);
    session_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_session_tells_what_it_measured),
        cmocka_unit_test(a_server_that_is_not_there_is_an_error_of_connecting),
        cmocka_unit_test(a_read_only_session_refuses_to_write),
        cmocka_unit_test(statements_take_bound_values_and_count_rows),
        cmocka_unit_test(a_query_with_too_many_rows_is_refused),
        cmocka_unit_test(a_description_has_all_that_the_plan_needs),
        cmocka_unit_test(names_are_looked_up_as_the_server_does),
        cmocka_unit_test(only_one_select_is_a_source_query),
        cmocka_unit_test(every_type_arrives_exactly),
        cmocka_unit_test(an_empty_source_ends_at_once),
        cmocka_unit_test(rows_that_the_server_refuses_are_marked_and_all_others_stored),
        cmocka_unit_test(many_bad_rows_are_all_found),
        cmocka_unit_test(without_isolation_the_first_refused_row_is_marked_and_ends_the_load),
        cmocka_unit_test(a_table_that_refers_to_itself_is_loaded_in_one_piece),
        cmocka_unit_test(text_with_nul_is_refused_before_it_is_sent),
        cmocka_unit_test(closing_a_writer_early_stores_nothing_and_gives_back),
        cmocka_unit_test(a_reader_closed_early_leaves_the_session_usable),
        cmocka_unit_test(sessions_share_a_snapshot),
        cmocka_unit_test(a_failing_query_fails_the_read_with_the_servers_words),
        cmocka_unit_test(a_publish_is_exclusive_and_names_its_holder),
        cmocka_unit_test(a_lost_answer_to_commit_is_unknown_and_a_lost_session_before_it_failed),
        cmocka_unit_test(a_commit_of_a_failed_transaction_has_failed),
        cmocka_unit_test(the_guarded_delete_deletes_from_the_target_only),
        cmocka_unit_test(staging_has_the_targets_rules_and_goes_without_a_trace),
        cmocka_unit_test(staging_names_fit_and_are_cut_between_characters),
        cmocka_unit_test(a_cancel_ends_a_query),
        cmocka_unit_test(a_cancel_ends_a_read),
        cmocka_unit_test(a_cancel_ends_a_write_that_waits_for_a_lock),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
