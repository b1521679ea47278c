/* What the guard accepts is run by SQLite itself: only T may change. */
#include "guard_corpus.h"
#include "guard_fixture.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "row/convert.h"

#include <cmocka.h>

/* Mutants at ROWFERRY_TEST_SCALE 1; never fewer than a fifth of it. */
#define MUTANTS 100000

typedef struct {
    dialect *d;
    sqlite3 *db;
    char denied[80]; /* what the authorizer refused last */
    unsigned accepted, refused, broken;
} fixture;

static const char schema[] =
    "CREATE TABLE T (id INTEGER, d TEXT, day DATE, n NUMERIC(10,2), \"date\" DATE, flag BOOLEAN,"
    " b BLOB, at TIMESTAMP);"
    "CREATE TABLE V (id INTEGER, d TEXT, day DATE);"
    "CREATE TABLE \"T' OR 1=1 --\" (id INTEGER);"
    "INSERT INTO V VALUES (1, 'a', '2026-01-01'), (2, 'x', '2025-01-01');"
    "INSERT INTO \"T' OR 1=1 --\" VALUES (1);";

static const char rows[] =
    "INSERT INTO T VALUES"
    " (1, 'a', '2026-01-01', 1.5, '2026-01-01', 1, x'00ff', '2026-01-01 10:00:00'),"
    " (2, 'x', '2020-01-01', -3, '2020-01-01', 0, NULL, NULL),"
    " (3, ''' OR 1=1 --', '2030-01-01', NULL, NULL, NULL, x'', '2030-01-01 00:00:00'),"
    " (4, NULL, NULL, 0, '2026-02-01', 1, NULL, '2026-01-31 00:00:00');";

/* --- the second lock, as the link sets it ---------------------------------- */

static bool is_permitted(const fixture *f, const char *function)
{
    for (const char *const *name = guard_functions(f->d); *name != NULL; name++)
        if (g_ascii_strcasecmp(*name, function) == 0)
            return true;
    return false;
}

static int authorize(void *user, int action, const char *one, const char *two, const char *schema_,
                     const char *trigger)
{
    fixture *f = user;
    (void)schema_;
    bool fine = trigger == NULL &&
                (((action == SQLITE_DELETE || action == SQLITE_READ) && g_strcmp0(one, "T") == 0) ||
                 (action == SQLITE_FUNCTION && is_permitted(f, two)));
    if (!fine)
        g_snprintf(f->denied, sizeof f->denied, "action %d on %s", action, two != NULL ? two : one);
    return fine ? SQLITE_OK : SQLITE_DENY;
}

/* --- life ----------------------------------------------------------------- */

static void run(const fixture *f, const char *sql)
{
    if (sqlite3_exec(f->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(f->db));
}

static int set_up(void **state)
{
    g_autoptr(error) e = NULL;
    g_autofree char *path = g_strdup_printf("%s/data/dialects/sqlite.ini", SRCDIR);
    fixture *f = g_new0(fixture, 1);
    f->d = dialect_load_file(path, &e);
    assert_non_null(f->d);
    assert_int_equal(sqlite3_open(":memory:", &f->db), SQLITE_OK);
    run(f, schema);
    run(f, rows);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    sqlite3_close(f->db);
    dialect_free(f->d);
    g_free(f);
    return 0;
}

/* --- running -------------------------------------------------------------- */

/* Everything outside of T, and how many rows T has. */
static char *everything_else(const fixture *f)
{
    static const char sql[] = "SELECT (SELECT group_concat(sql || rootpage) FROM sqlite_master) ||"
                              " (SELECT group_concat(id || d || day) FROM V) ||"
                              " (SELECT group_concat(id) FROM \"T' OR 1=1 --\")";
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_prepare_v2(f->db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    char *text = g_strdup((const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return text;
}

static int64_t rows_of_t(const fixture *f)
{
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_prepare_v2(f->db, "SELECT count(*) FROM T", -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return n;
}

static void bind(sqlite3_stmt *s, int i, const value *v)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    switch ((value_kind)v->kind) {
    case VALUE_BOOL:
    case VALUE_INT:
        sqlite3_bind_int64(s, i, v->i);
        return;
    case VALUE_FLOAT:
        sqlite3_bind_double(s, i, v->f);
        return;
    case VALUE_BYTES:
        sqlite3_bind_blob(s, i, v->size > 0 ? v->data : "", (int)v->size, SQLITE_STATIC);
        return;
    case VALUE_NULL:
        sqlite3_bind_null(s, i);
        return;
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
    case VALUE_TEXT:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
    case VALUE_JSON: {
        const char *text = value_to_text(v, buffer, &size);
        sqlite3_bind_text(s, i, text, (int)size, SQLITE_TRANSIENT);
        return;
    }
    }
}

/* Run what was accepted, undo it. Rows deleted, or -1 when SQLite finds that a
 * function has the wrong arguments. */
static int64_t run_accepted(fixture *f, const guard_statement *s, const char *text)
{
    sqlite3_stmt *statement = NULL;
    const char *rest = NULL;
    int64_t deleted = -1;
    g_autofree char *before = everything_else(f);
    run(f, "SAVEPOINT one");
    f->denied[0] = '\0';
    sqlite3_set_authorizer(f->db, authorize, f);
    int code = sqlite3_prepare_v2(f->db, s->sql, -1, &statement, &rest);
    if (f->denied[0] != '\0')
        fail_msg("\"%s\" became \"%s\": denied: %s", text, s->sql, f->denied);
    if (code == SQLITE_OK) {
        if (*rest != '\0')
            fail_msg("\"%s\" became two statements: \"%s\"", text, s->sql);
        if (sqlite3_bind_parameter_count(statement) != (int)s->values->len)
            fail_msg("\"%s\": %d placeholders for %u values", s->sql,
                     sqlite3_bind_parameter_count(statement), s->values->len);
        for (unsigned i = 0; i < s->values->len; i++)
            bind(statement, (int)i + 1, &g_array_index(s->values, value, i));
        code = sqlite3_step(statement);
        deleted = code == SQLITE_DONE ? sqlite3_changes64(f->db) : -1;
        sqlite3_finalize(statement);
    } else if (strstr(sqlite3_errmsg(f->db), "wrong number of arguments") == NULL) {
        fail_msg("\"%s\" became \"%s\": %s", text, s->sql, sqlite3_errmsg(f->db));
    }
    sqlite3_set_authorizer(f->db, NULL, NULL);
    g_autofree char *after = everything_else(f);
    if (strcmp(before, after) != 0)
        fail_msg("\"%s\" became \"%s\", which changed more than T", text, s->sql);
    if (deleted >= 0)
        assert_int_equal(rows_of_t(f), 4 - deleted);
    run(f, "ROLLBACK TO one");
    run(f, "RELEASE one");
    return deleted;
}

static guard_statement *check(const fixture *f, const char *text, size_t size)
{
    const guard_target target = fixture_target(NULL, "T");
    const guard_options options = { .expand = fixture_expand, .allow_full_delete = true };
    char reason;
    g_autoptr(error) e = NULL;
    guard_statement *s = guard_check(f->d, &target, text, size, &options, &reason, &e);
    assert_true((s == NULL) == (e != NULL));
    assert_true((s == NULL) == (reason != 0));
    return s;
}

static void accepted_rows_of_the_corpus_change_only_the_target(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(corpus); i++) {
        g_autoptr(guard_statement) s = check(f, corpus[i].text, corpus[i].size);
        if (s != NULL)
            run_accepted(f, s, corpus[i].text);
    }
}

static void statements_delete_the_rows_that_they_say(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *text;
        int64_t deleted;
    } cases[] = {
        { "DELETE FROM T WHERE d = 'a'", 1 },
        { "DELETE FROM T WHERE d = ${evil}", 1 },
        { "DELETE FROM T WHERE day <= '{{{today-30days}}}'", 2 },
        { "DELETE FROM T WHERE \"date\" <= \"{{{today-30days}}}\"", 2 },
        { "DELETE FROM T WHERE day < CURRENT_DATE - 30", 2 },
        { "DELETE FROM T WHERE id IN (1, '2', ${n})", 2 },
        { "DELETE FROM T WHERE id NOT BETWEEN 2 AND 3", 2 },
        { "DELETE FROM T WHERE d IS NULL OR NOT id < 4", 1 },
        { "DELETE FROM T WHERE n > 1.25", 1 },
        { "DELETE FROM T WHERE n = -3.00 AND flag = FALSE", 1 },
        { "DELETE FROM T WHERE b = X'00FF'", 1 },
        { "DELETE FROM T WHERE at >= '${bizdate}'", 2 },
        { "DELETE FROM T WHERE d LIKE '%!%%' ESCAPE '!'", 0 },
        { "DELETE FROM T WHERE day LIKE '2026-%'", 1 },
        { "DELETE FROM T WHERE length(d) > 5", 1 },
        { "DELETE FROM T WHERE strftime('%Y', day) = '2020'", 1 },
        { "DELETE FROM T", 4 },
        { "TRUNCATE TABLE T", 4 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(guard_statement) s = check(f, cases[i].text, strlen(cases[i].text));
        if (s == NULL)
            fail_msg("\"%s\" was refused", cases[i].text);
        int64_t deleted = run_accepted(f, s, cases[i].text);
        if (deleted != cases[i].deleted)
            fail_msg("\"%s\" became \"%s\" and deleted %" G_GINT64_FORMAT " rows", cases[i].text,
                     s->shown, deleted);
    }
}

/* --- mutants -------------------------------------------------------------- */

static const char *const words[] = {
    "DELETE FROM T WHERE ",
    "DELETE FROM V",
    " OR ",
    " AND ",
    " NOT ",
    "V",
    "T",
    "\"T\"",
    "[T]",
    "main.",
    ".",
    "(",
    ")",
    "'",
    "\"",
    "`",
    "[",
    "]",
    "--",
    "/*",
    "*/",
    ";",
    "\n",
    "\\",
    "1=1",
    "d",
    "id",
    "day",
    " = ",
    " < ",
    " IN (",
    "SELECT * FROM V",
    " LIKE ",
    " ESCAPE '!'",
    " NULL",
    " IS ",
    " BETWEEN ",
    "1",
    "-",
    "+",
    "1e5",
    ".5",
    "X'00'",
    "'a'",
    ",",
    "lower(",
    "max(",
    "load_extension('x')",
    "CAST(",
    " AS ",
    "text",
    "CURRENT_DATE",
    " - 30",
    "{{{today}}}",
    "${evil}",
    "'${evil}'",
    "$${",
    "RETURNING *",
    " LIMIT 1",
    "$x",
    "?1",
    "::",
    "||",
    "TRUNCATE ",
    "sqlite_master",
    "rowid",
    "coalesce(",
    "\u00a0",
    "'\u202e'",
    "\xff",
};

/* Half of the places are just behind a blank, where tokens begin. */
static gsize random_place(GRand *r, const GString *text)
{
    gsize at = (gsize)g_rand_int_range(r, 0, (gint)text->len + 1);
    const char *blank = g_rand_boolean(r) ? strchr(text->str + at, ' ') : NULL;
    return blank != NULL ? (gsize)(blank + 1 - text->str) : at;
}

/* Most mutants of what is refused are refused: prefer the others. */
static const corpus_row *random_row(GRand *r)
{
    const corpus_row *row;
    do
        row = &corpus[g_rand_int_range(r, 0, G_N_ELEMENTS(corpus))];
    while (row->verdict != 'A' && g_rand_int_range(r, 0, 12) > 0);
    return row;
}

/* What another row of the corpus asks, as one more condition. */
static void append_condition(GRand *r, GString *text)
{
    const char *where = strstr(random_row(r)->text, "WHERE ");
    if (where == NULL)
        return;
    g_string_append(text, g_rand_boolean(r) ? " OR " : " AND NOT ");
    g_string_append(text, where + strlen("WHERE "));
}

static void mutate_once(GRand *r, GString *text)
{
    gsize at = random_place(r, text);
    gsize left = text->len - at;
    gsize span = (gsize)g_rand_int_range(r, 1, 12);
    span = MIN(left, span);
    g_autofree char *copy = g_strndup(text->str + at, span);
    switch (g_rand_int_range(r, 0, 8)) {
    case 0:
        g_string_erase(text, (gssize)at, (gssize)span);
        break;
    case 1:
        g_string_insert(text, (gssize)at, copy);
        break;
    case 2:
        if (left > 0)
            text->str[at] = (char)g_rand_int_range(r, 0, 256);
        break;
    case 3:
    case 4:
        append_condition(r, text);
        break;
    default:
        g_string_insert(text, (gssize)at, words[g_rand_int_range(r, 0, G_N_ELEMENTS(words))]);
    }
}

static void no_mutant_changes_more_than_the_target(void **state)
{
    fixture *f = *state;
    const char *scale_text = g_getenv("ROWFERRY_TEST_SCALE");
    const char *seed_text = g_getenv("ROWFERRY_TEST_SEED");
    double scale = scale_text != NULL ? g_ascii_strtod(scale_text, NULL) : 0.2;
    guint32 seed = seed_text != NULL ? (guint32)strtoul(seed_text, NULL, 10) : 20260131;
    unsigned n = (unsigned)(MUTANTS * MAX(scale, 0.2));
    GRand *r = g_rand_new_with_seed(seed);
    print_message("# %u mutants, ROWFERRY_TEST_SEED=%u\n", n, seed);
    for (unsigned i = 0; i < n; i++) {
        const corpus_row *row = random_row(r);
        g_autoptr(GString) text = g_string_new_len(row->text, (gssize)row->size);
        for (int change = g_rand_int_range(r, 1, 4); change > 0; change--)
            mutate_once(r, text);
        g_autoptr(guard_statement) s = check(f, text->str, text->len);
        if (s == NULL)
            f->refused++;
        else if (run_accepted(f, s, text->str) < 0)
            f->broken++;
        else
            f->accepted++;
    }
    g_rand_free(r);
    print_message("# %u run, %u refused, %u that SQLite refused for their arguments\n", f->accepted,
                  f->refused, f->broken);
    /* A guard that refuses everything proves nothing. */
    assert_true(f->accepted > n / 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted_rows_of_the_corpus_change_only_the_target),
        cmocka_unit_test(statements_delete_the_rows_that_they_say),
        cmocka_unit_test(no_mutant_changes_more_than_the_target),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
