/* What the dialect files say, and how a broken one is told. */
#include "sql/dialect.h"

#include "row/batch.h"
#include "row/convert.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static dialect *load(const char *name)
{
    g_autoptr(error) e = NULL;
    g_autofree char *path = g_strdup_printf("%s/data/dialects/%s.ini", SRCDIR, name);
    dialect *d = dialect_load_file(path, &e);
    if (d == NULL)
        fail_msg("%s", e->message);
    return d;
}

/* --- types ---------------------------------------------------------------- */

static void check_type(const dialect *d, const char *spelling, const data_type *want)
{
    data_type got = dialect_read_type(d, spelling);
    if (got.kind == want->kind && got.bits == want->bits && got.is_unsigned == want->is_unsigned &&
        got.precision == want->precision && got.scale == want->scale &&
        got.length == want->length && got.fixed_length == want->fixed_length &&
        got.length_in_bytes == want->length_in_bytes && got.fraction == want->fraction)
        return;
    g_autofree char *got_text = data_type_to_string(&got);
    g_autofree char *want_text = data_type_to_string(want);
    fail_msg("%s: \"%s\" is %s (fraction %d), not %s (fraction %d)", dialect_name(d), spelling,
             got_text, got.fraction, want_text, want->fraction);
}

#define T(k, ...)                                       \
    {                                                   \
        .kind = TYPE_##k, .fraction = -1, ##__VA_ARGS__ \
    }
#define T_TIME(k, f)                    \
    {                                   \
        .kind = TYPE_##k, .fraction = f \
    }

static const struct {
    const char *dialect, *spelling;
    data_type want;
} readings[] = {
    { "postgresql", "integer", T(INT, .bits = 32) },
    { "postgresql", "bigint", T(INT, .bits = 64) },
    { "postgresql", "character varying(40)", T(TEXT, .length = 40) },
    { "postgresql", "character varying", T(TEXT) },
    { "postgresql", "character(3)", T(TEXT, .length = 3, .fixed_length = true) },
    { "postgresql", "numeric(12,2)", T(DECIMAL, .precision = 12, .scale = 2) },
    { "postgresql", "numeric", T(DECIMAL) },
    { "postgresql", "numeric(5,-2)", T(DECIMAL) },
    { "postgresql", "timestamp(3) with time zone", T_TIME(INSTANT, 3) },
    { "postgresql", "timestamp without time zone", T(TIMESTAMP) },
    { "postgresql", "time with time zone", T(OTHER) },
    { "postgresql", "double precision", T(FLOAT, .bits = 64) },
    { "postgresql", "bit(3)", T(OTHER) },
    { "postgresql", "integer[]", T(OTHER) },
    { "postgresql", "character varying(40)[]", T(OTHER) },
    { "postgresql", "interval", T(OTHER) },
    { "postgresql", "mood", T(OTHER) },
    { "postgresql", "jsonb", T(JSON) },
    { "postgresql", "bytea", T(BYTES) },
    { "sqlite", "NVARCHAR(160)", T(TEXT, .length = 160) },
    { "sqlite", "DATETIME", T(TIMESTAMP) },
    { "sqlite", "NUMERIC(10,2)", T(DECIMAL, .precision = 10, .scale = 2) },
    { "sqlite", "numeric ( 10 , 2 )", T(DECIMAL, .precision = 10, .scale = 2) },
    { "sqlite", "INTEGER", T(INT, .bits = 64) },
    { "sqlite", "int(11)", T(INT, .bits = 64) },
    { "sqlite", "UNSIGNED  BIG INT", T(INT, .bits = 64) },
    { "sqlite", "BOOLEAN", T(BOOL) },
    { "sqlite", "DATE", T(DATE) },
    { "sqlite", "TIMESTAMP", T(TIMESTAMP) },
    { "sqlite", "JSON", T(JSON) },
    { "sqlite", "UUID", T(UUID) },
    { "sqlite", "BLOB", T(BYTES) },
    { "sqlite", "", T(ANY) },
    { "sqlite", "MONEY", T(ANY) },
    { "sqlite", "VARYING CHARACTER(255)", T(TEXT, .length = 255) },
    { "sqlite", "LONGTEXT", T(TEXT) },
    { "sqlite", "FLOAT(7,4)", T(FLOAT, .bits = 64) },
    { "sqlite", "VARCHAR(99999999999999999999)", T(TEXT, .length = INT64_MAX) },
    { "mysql", "tinyint(1)", T(INT, .bits = 8) },
    { "mysql", "int(10) unsigned", T(INT, .bits = 32, .is_unsigned = true) },
    { "mysql", "bigint(20) unsigned zerofill", T(INT, .bits = 64, .is_unsigned = true) },
    { "mysql", "enum('a','it''s (b)')", T(TEXT) },
    { "mysql", "datetime(6)", T_TIME(TIMESTAMP, 6) },
    { "mysql", "datetime", T_TIME(TIMESTAMP, 0) },
    { "mysql", "timestamp", T_TIME(INSTANT, 0) },
    { "mysql", "text", T(TEXT, .length = 65535, .length_in_bytes = true) },
    { "mysql", "geometry", T(OTHER) },
    { "file", "integer", T(INT, .bits = 64) },
    { "file", "whatever", T(TEXT) },
};

static void catalogue_spellings_mean_logical_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(readings); i++) {
        g_autoptr(dialect) d = load(readings[i].dialect);
        check_type(d, readings[i].spelling, &readings[i].want);
    }
}

static const struct {
    const char *dialect;
    data_type type;
    const char *want;
} writings[] = {
    { "postgresql", T(INT, .bits = 16), "smallint" },
    { "postgresql", T(INT, .bits = 8), "smallint" },
    { "postgresql", T(INT, .bits = 24), "integer" },
    { "postgresql", T(INT), "bigint" },
    { "postgresql", T(INT, .bits = 32, .is_unsigned = true), "bigint" },
    { "postgresql", T(INT, .bits = 64, .is_unsigned = true), "numeric(20,0)" },
    { "postgresql", T(TEXT, .length = 40), "character varying(40)" },
    { "postgresql", T(TEXT, .length = 3, .fixed_length = true), "character(3)" },
    { "postgresql", T(TEXT, .length = 4294967295), "text" },
    { "postgresql", T(DECIMAL, .precision = 12, .scale = 2), "numeric(12,2)" },
    { "postgresql", T(DECIMAL), "numeric" },
    { "postgresql", T_TIME(INSTANT, 3), "timestamp(3) with time zone" },
    { "postgresql", T(BYTES, .length = 20), "bytea" },
    { "postgresql", T(JSON), "jsonb" },
    { "postgresql", T(OTHER), "text" },
    { "sqlite", T(INT, .bits = 32), "INTEGER" },
    { "sqlite", T(INT, .bits = 16), "SMALLINT" },
    { "sqlite", T(DECIMAL, .precision = 15, .scale = 2), "NUMERIC(15,2)" },
    { "sqlite", T(DECIMAL, .precision = 16, .scale = 2), "DECIMAL_TEXT(16,2)" },
    { "sqlite", T(TEXT, .length = 40), "VARCHAR(40)" },
    { "sqlite", T(ANY), "" },
    { "sqlite", T(UUID), "UUID" },
    { "sqlite", T(TIMESTAMP), "TIMESTAMP" },
    { "mysql", T(BOOL), "TINYINT(1)" },
    { "mysql", T(INT, .bits = 64, .is_unsigned = true), "BIGINT UNSIGNED" },
    { "mysql", T(TEXT, .length = 20000), "LONGTEXT" },
    { "mysql", T(TIMESTAMP), "DATETIME(6)" },
    { "file", T(INT, .bits = 64, .is_unsigned = true), "decimal(20,0)" },
};

static void logical_types_have_their_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(writings); i++) {
        g_autoptr(dialect) d = load(writings[i].dialect);
        g_autoptr(error) e = NULL;
        g_autofree char *got = dialect_write_type(d, &writings[i].type, &e);
        assert_non_null(got);
        assert_string_equal(got, writings[i].want);
    }
}

static void a_type_the_system_lacks_is_said(void **state)
{
    (void)state;
    g_autoptr(dialect) d = load("mysql");
    data_type wide = T(DECIMAL, .precision = 70, .scale = 2);
    g_autoptr(error) e = NULL;
    assert_null(dialect_write_type(d, &wide, &e));
    assert_int_equal(e->code, ERROR_PLAN);
    assert_non_null(strstr(e->message, "MySQL has no type for decimal(70,2)"));
}

/* A table that we create must read back with room for every value. */
static void written_types_read_back_as_the_same_kind(void **state)
{
    (void)state;
    static const data_type types[] = {
        T(BOOL),
        T(INT, .bits = 16),
        T(INT, .bits = 32),
        T(INT, .bits = 64),
        T(FLOAT, .bits = 64),
        T(DECIMAL, .precision = 12, .scale = 2),
        T(DECIMAL, .precision = 30, .scale = 4),
        T(DECIMAL),
        T(TEXT),
        T(TEXT, .length = 40),
        T(BYTES),
        T(DATE),
        T(TIME),
        T_TIME(TIME, 3),
        T(TIMESTAMP),
        T_TIME(TIMESTAMP, 3),
        T(INSTANT),
        T_TIME(INSTANT, 0),
        T(UUID),
        T(JSON),
    };
    static const char *const names[] = { "sqlite", "postgresql" };
    for (size_t n = 0; n < G_N_ELEMENTS(names); n++) {
        g_autoptr(dialect) d = load(names[n]);
        for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
            g_autofree char *spelling = dialect_write_type(d, &types[i], NULL);
            assert_non_null(spelling);
            data_type got = dialect_read_type(d, spelling);
            assert_int_equal(got.kind, types[i].kind);
            assert_true(got.length == types[i].length);
            assert_int_equal(got.precision, types[i].precision);
            assert_int_equal(got.scale, types[i].scale);
            assert_int_equal(got.fraction, types[i].fraction);
            assert_true(got.bits >= types[i].bits);
        }
    }
}

/* --- identifiers ---------------------------------------------------------- */

static void identifiers_cannot_break_out(void **state)
{
    (void)state;
    static const struct {
        const char *dialect, *name, *want;
    } cases[] = {
        { "postgresql", "plain", "\"plain\"" },
        { "postgresql", "a\"; DROP TABLE t; --", "\"a\"\"; DROP TABLE t; --\"" },
        { "sqlite", "\"", "\"\"\"\"" },
        { "mysql", "a`b", "`a``b`" },
        { "mysql", "a\"b", "`a\"b`" },
        { "postgresql", "größe 日本", "\"größe 日本\"" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(dialect) d = load(cases[i].dialect);
        g_autofree char *got = dialect_quote(d, cases[i].name, NULL);
        assert_string_equal(got, cases[i].want);
    }
    g_autoptr(dialect) d = load("postgresql");
    g_autofree char *table = dialect_quote_table(d, "s", "t.u", NULL);
    assert_string_equal(table, "\"s\".\"t.u\"");
    const char *const names[] = { "a", "b\"c", NULL };
    g_autofree char *list = dialect_quoted_list(d, names);
    assert_string_equal(list, "\"a\", \"b\"\"c\"");
}

static void bad_identifiers_are_refused(void **state)
{
    (void)state;
    g_autoptr(dialect) d = load("postgresql");
    /* 64 bytes, 62 characters */
    static const char *const bad[] = {
        "", "\xff", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaéé"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(error) e = NULL;
        assert_null(dialect_quote(d, bad[i], &e));
        assert_int_equal(e->code, ERROR_DOCUMENT);
        g_autoptr(error) again = NULL;
        assert_null(dialect_quote_table(d, bad[i], "t", &again));
    }
}

/* --- literals ------------------------------------------------------------- */

#define SPAN(k, text)                                             \
    {                                                             \
        .data = text, .size = sizeof(text) - 1, .kind = VALUE_##k \
    }

static const struct {
    const char *dialect;
    value v;
    const char *want; /* NULL: refused */
} literals[] = {
    { "postgresql", { .kind = VALUE_NULL }, "NULL" },
    { "postgresql", { .kind = VALUE_BOOL, .i = 1 }, "true" },
    { "sqlite", { .kind = VALUE_BOOL, .i = 1 }, "1" },
    { "postgresql", { .kind = VALUE_INT, .i = INT64_MIN }, "-9223372036854775808" },
    { "postgresql", SPAN(TEXT, "it's"), "'it''s'" },
    { "postgresql", SPAN(TEXT, ""), "''" },
    { "postgresql", SPAN(TEXT, "\\'; DROP TABLE t; --"), "'\\''; DROP TABLE t; --'" },
    { "sqlite", SPAN(TEXT, "'); --"), "'''); --'" },
    { "mysql", SPAN(TEXT, "\\'; DROP TABLE t; --"), "'\\\\''; DROP TABLE t; --'" },
    { "postgresql", SPAN(TEXT, "{value}"), "'{value}'" },
    { "postgresql", SPAN(TEXT, "a\0b"), NULL },
    { "postgresql", SPAN(TEXT, "\xff'"), NULL },
    { "postgresql", SPAN(JSON, "{\"a\":\"'\"}"), "'{\"a\":\"''\"}'" },
    { "postgresql", SPAN(BYTES, "\0\xff'"), "'\\x00ff27'::bytea" },
    { "sqlite", SPAN(BYTES, "\0\xff"), "X'00ff'" },
    { "postgresql", { .kind = VALUE_DECIMAL, .i = -1250, .scale = 2 }, "-12.50" },
    { "postgresql", SPAN(DIGITS, "1234567890123456789012.5"), "1234567890123456789012.5" },
    { "postgresql", SPAN(DIGITS, "NaN"), "'NaN'::numeric" },
    { "sqlite", SPAN(DIGITS, "NaN"), NULL },
    { "postgresql", SPAN(DIGITS, "1; DROP TABLE t"), NULL },
    { "postgresql", SPAN(DIGITS, "1\0; DROP TABLE t"), NULL },
    { "postgresql", SPAN(DIGITS, "1--2"), NULL },
    { "postgresql", SPAN(DIGITS, "-"), NULL },
    { "postgresql", { .kind = VALUE_FLOAT, .f = NAN }, "'NaN'::float8" },
    { "postgresql", { .kind = VALUE_FLOAT, .f = -INFINITY }, "'-Infinity'::float8" },
    { "sqlite", { .kind = VALUE_FLOAT, .f = NAN }, NULL },
    { "sqlite", { .kind = VALUE_FLOAT, .f = INFINITY }, "9e999" },
    { "sqlite", { .kind = VALUE_FLOAT, .f = 0.1 }, "0.1" },
    { "postgresql", { .kind = VALUE_DATE, .i = 20454 }, "DATE '2026-01-01'" },
    { "sqlite", { .kind = VALUE_DATE, .i = 20454 }, "'2026-01-01'" },
    { "postgresql", { .kind = VALUE_DATE, .i = VALUE_INFINITY }, "DATE 'infinity'" },
    { "postgresql", { .kind = VALUE_DATE, .i = VALUE_MINUS_INFINITY }, "DATE '-infinity'" },
    { "postgresql", { .kind = VALUE_DATE, .i = -735160 }, "DATE '0044-03-15 BC'" },
    { "mysql", { .kind = VALUE_DATE, .i = -735160 }, NULL },
    { "mysql", { .kind = VALUE_DATE, .i = VALUE_INFINITY }, NULL },
    { "mysql",
      { .kind = VALUE_TIMESTAMP, .i = INT64_C(253402300799999999) },
      "TIMESTAMP '9999-12-31 23:59:59.999999'" },
    { "mysql", { .kind = VALUE_TIMESTAMP, .i = INT64_C(253402300800000000) }, NULL },
    { "postgresql", { .kind = VALUE_TIME, .i = 45296000000 }, "TIME '12:34:56'" },
    { "postgresql", { .kind = VALUE_TIMESTAMP, .i = 1 }, "TIMESTAMP '1970-01-01 00:00:00.000001'" },
    { "postgresql",
      { .kind = VALUE_INSTANT, .i = 0 },
      "TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00'" },
    { "mysql", { .kind = VALUE_INSTANT, .i = 0 }, "TIMESTAMP '1970-01-01 00:00:00'" },
    { "postgresql", SPAN(UUID, "\x12\x3e\x45\x67\xe8\x9b\x12\xd3\xa4\x56\x42\x66\x14\x17\x40\x00"),
      "UUID '123e4567-e89b-12d3-a456-426614174000'" },
};

static void literals_are_exact_and_cannot_break_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(literals); i++) {
        g_autoptr(dialect) d = load(literals[i].dialect);
        g_autoptr(error) e = NULL;
        g_autofree char *got = dialect_literal(d, &literals[i].v, &e);
        if (literals[i].want == NULL) {
            if (got != NULL)
                fail_msg("row %zu should have been refused: %s", i, got);
            assert_non_null(e);
        } else {
            assert_non_null(got);
            assert_string_equal(got, literals[i].want);
        }
    }
}

/* --- statements, expressions, errors -------------------------------------- */

static void templates_take_variables_and_placeholders(void **state)
{
    (void)state;
    g_autoptr(dialect) d = load("postgresql");
    const template_variable names[] = { { "table", "\"t\"" },
                                        { "predicate", "{table} = 1" },
                                        { NULL, NULL } };
    g_autofree char *delete = dialect_statement(d, "delete_where", names);
    assert_string_equal(delete, "DELETE FROM \"t\" WHERE {table} = 1");
    const template_variable ledger[] = { { "ledger", "l" }, { NULL, NULL } };
    g_autofree char *select = dialect_statement(d, "ledger_select", ledger);
    assert_non_null(strstr(select, "WHERE run_token = $1 ORDER"));
    g_autofree char *begin = dialect_statement(d, "commit", NULL);
    assert_string_equal(begin, "COMMIT");
    assert_false(dialect_has_statement(d, "swap"));

    g_autoptr(dialect) lite = load("sqlite");
    g_autofree char *insert = dialect_statement(lite, "ledger_insert", ledger);
    assert_non_null(strstr(insert, "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    assert_string_equal(dialect_expression(lite, "is_distinct"), "IS NOT");
    assert_null(dialect_expression(d, "decimal_order"));

    g_autoptr(dialect) my = load("mysql");
    const template_variable column[] = { { "column", "`a`" }, { NULL, NULL } };
    g_autofree char *new_value = dialect_expression_text(my, "new_value", column);
    assert_string_equal(new_value, "VALUES(`a`)");
    assert_null(dialect_expression(my, "is_distinct"));
}

static void error_codes_have_classes(void **state)
{
    (void)state;
    static const struct {
        const char *dialect, *code;
        sql_error_class want;
    } cases[] = {
        { "postgresql", "23505", SQL_ERROR_DATA },
        { "postgresql", "22P02", SQL_ERROR_DATA },
        { "postgresql", "08006", SQL_ERROR_CONNECTION },
        { "postgresql", "57P01", SQL_ERROR_CONNECTION },
        { "postgresql", "57014", SQL_ERROR_CANCELLED },
        { "postgresql", "40P01", SQL_ERROR_LOCK },
        { "postgresql", "42501", SQL_ERROR_RIGHTS },
        { "postgresql", "42601", SQL_ERROR_OTHER },
        { "postgresql", "53100", SQL_ERROR_DISK },
        { "postgresql", "", SQL_ERROR_OTHER },
        { "sqlite", "5", SQL_ERROR_LOCK },
        { "sqlite", "2067", SQL_ERROR_DATA },
        { "sqlite", "13", SQL_ERROR_DISK },
        { "sqlite", "9", SQL_ERROR_CANCELLED },
        { "sqlite", "1", SQL_ERROR_OTHER },
        { "sqlite", "8", SQL_ERROR_RIGHTS },
        { "mysql", "1062", SQL_ERROR_DATA },
        { "mysql", "2013", SQL_ERROR_CONNECTION },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(dialect) d = load(cases[i].dialect);
        assert_int_equal(dialect_error_class(d, cases[i].code), cases[i].want);
    }
}

static void features_and_limits_are_read(void **state)
{
    (void)state;
    g_autoptr(dialect) d = load("sqlite");
    assert_string_equal(dialect_name(d), "sqlite");
    assert_string_equal(dialect_title(d), "SQLite");
    assert_string_equal(dialect_link(d), "sqlite");
    assert_true(dialect_has(d, "staging_file"));
    assert_false(dialect_has(d, "multiple_writers"));
    assert_int_equal(dialect_limit(d, "statement_parameters"), 32766);
    assert_int_equal(dialect_limit(d, "identifier_bytes"), 0);
}

/* Every statement of sqlite.ini does what its name says, in this SQLite. */
static void statements_of_sqlite_are_valid(void **state)
{
    (void)state;
    g_autoptr(dialect) d = load("sqlite");
    sqlite3 *db;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    static const template_variable variables[] = { { "table", "\"t\"" },
                                                   { "staging", "\"g\"" },
                                                   { "columns", "\"a\", \"b\"" },
                                                   { "select", "s.\"a\", s.\"b\"" },
                                                   { "key", "\"a\"" },
                                                   { "on", "t.\"a\" = s.\"a\"" },
                                                   { "assignments", "\"b\" = 1" },
                                                   { "predicate", "\"a\" = 1" },
                                                   { "name", "p" },
                                                   { "ledger", "\"l\"" },
                                                   { NULL, NULL } };
    static const char *const names[] = {
        "ledger_create", "begin",         "savepoint",     "rollback_to",       "release",
        "commit",        "begin_publish", "delete_all",    "delete_where",      "truncate",
        "insert_select", "upsert",        "upsert_update", "upsert_insert_new", "count",
        "ledger_select", "analyze",       "rollback",      "begin_read",        "commit",
        "drop_table"
    };
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TABLE t (a INTEGER PRIMARY KEY, b); INSERT INTO t "
                                  "VALUES (1, 1); CREATE TABLE g (a, b)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *sql = dialect_statement(d, names[i], variables);
        if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
            fail_msg("%s: %s: %s", names[i], sql, sqlite3_errmsg(db));
    }
    g_autofree char *insert = dialect_statement(d, "ledger_insert", variables);
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_prepare_v2(db, insert, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_parameter_count(s), 8);
    sqlite3_finalize(s);
    sqlite3_close(db);
}

/* --- broken files --------------------------------------------------------- */

static void a_broken_file_names_line_and_reason(void **state)
{
    (void)state;
    static const struct {
        const char *line; /* put in as line 3 of a file */
        const char *want;
    } cases[] = {
        { "[colours]\nred = 1", ":4: unknown section [colours]" },
        { "titel = x", ":3: unknown key \"titel\" in section [dialect]" },
        { "title = again", ":3: the key \"title\" stands in section [dialect] already, on line 2" },
        { "nonsense", ":3: this is neither" },
        { "[features]\nschemas = maybe", ":4: \"schemas\" must be yes or no" },
        { "[limits]\nidentifier_bytes = -1", ":4: \"identifier_bytes\" must be a whole number" },
        { "[types.read]\na = integer", ":4: \"integer\" is not a logical type" },
        { "[types.read]\na(n) = decimal(p,s)", ":4: the variable p is not in \"a(n)\"" },
        { "[types.read]\na = int 17", ":4: \"17\" cannot stand in a type \"int\"" },
        { "[types.read]\na(n) = text(n)\nA( n ) = text(n)", ":5: \"A( n )\" has the same form" },
        { "[types.write]\ntext(n) = varchar({p})", ":4: the variable {p} is not in \"text(n)\"" },
        { "[types.write]\ntext(n = varchar", ":4: \"text(n\" lacks a closing parenthesis" },
        { "[types.write]\ndecimal(p) = x", ":4: wrong number of arguments in \"(p)\"" },
        { "[types.write]\ntext(x) = y", ":4: \"x\" is neither a number nor" },
        { "[literals]\nescapes = both", ":4: \"escapes\" must be quotes or backslashes" },
        { "[literals]\ntext = '{text}'", ":4: unknown variable {text} in \"text\"" },
        { "[statements]\ncount = SELECT {tabel}", ":4: unknown variable {tabel} in \"count\"" },
        { "[statements]\ncount = SELECT {p1}", ":4: unknown variable {p1} in \"count\"" },
        { "[statements]\ncount = a\n    b {x}", ":4: unknown variable {x} in \"count\"" },
        { "[statements]\ncount =", ":4: the key \"count\" has no value" },
        { "[statements]\ncuont = x", ":4: unknown key \"cuont\" in section [statements]" },
        { "[errors]\ndata = 2*3", ":4: \"2*3\" is not an error code" },
        { "link = x", ":3: the key \"verified\" is missing in section [dialect]" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = NULL;
        int fd = g_file_open_tmp("dialect-XXXXXX.ini", &path, NULL);
        assert_true(fd >= 0);
        close(fd);
        g_autofree char *text = g_strdup_printf("[dialect]\ntitle = T\n%s\n", cases[i].line);
        assert_true(g_file_set_contents(path, text, -1, NULL));
        g_autoptr(error) e = NULL;
        g_autoptr(dialect) d = dialect_load_file(path, &e);
        unlink(path);
        assert_null(d);
        assert_int_equal(e->code, ERROR_DOCUMENT);
        assert_non_null(e->hint);
        g_autofree char *want = g_strconcat(path, cases[i].want, NULL);
        if (!g_str_has_prefix(e->message, want))
            fail_msg("\"%s\" does not begin with \"%s\"", e->message, want);
    }
}

static void every_missing_key_of_a_sql_dialect_is_said(void **state)
{
    (void)state;
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(SRCDIR "/data/dialects/sqlite.ini", &text, NULL, NULL));
    static const char *const keys[] = { "\ntitle =",   "\nopen =",    "\nplaceholder =",
                                        "\nschemas =", "\nis_same =", "\ntimestamp = '" };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *without = g_strdup(text);
        char *at = strstr(without, keys[i]);
        assert_non_null(at);
        at[1] = '#';
        g_autofree char *path = NULL;
        int fd = g_file_open_tmp("dialect-XXXXXX.ini", &path, NULL);
        assert_true(fd >= 0);
        close(fd);
        assert_true(g_file_set_contents(path, without, -1, NULL));
        g_autoptr(error) e = NULL;
        g_autoptr(dialect) d = dialect_load_file(path, &e);
        unlink(path);
        assert_null(d);
        assert_non_null(strstr(e->message, "is missing in section"));
    }
}

static void a_line_that_is_too_long_is_said(void **state)
{
    (void)state;
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("dialect-XXXXXX.ini", &path, NULL);
    assert_true(fd >= 0);
    close(fd);
    g_autofree char *blanks = g_strnfill(300, 'x');
    g_autofree char *text = g_strconcat("[dialect]\ntitle = ", blanks, "\n", NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_autoptr(error) e = NULL;
    g_autoptr(dialect) d = dialect_load_file(path, &e);
    unlink(path);
    assert_null(d);
    assert_non_null(strstr(e->message, ":2: the line is longer than"));
}

/* --- finding -------------------------------------------------------------- */

static void dialects_are_found_by_name_and_others_suggested(void **state)
{
    (void)state;
    g_setenv("ROWFERRY_DIALECTS", SRCDIR "/data/dialects", TRUE);
    g_auto(GStrv) all = dialect_list();
    assert_true(g_strv_contains((const char *const *)all, "file"));
    assert_true(g_strv_contains((const char *const *)all, "postgresql"));
    for (char **name = all; *name != NULL; name++) {
        g_autoptr(error) e = NULL;
        g_autoptr(dialect) d = dialect_load(*name, &e);
        if (d == NULL)
            fail_msg("%s", e->message);
    }
    g_autoptr(error) e = NULL;
    assert_null(dialect_load("postgres", &e));
    assert_int_equal(e->code, ERROR_NOT_FOUND);
    assert_string_equal(e->hint, "did you mean \"postgresql\"?");
    static const char *const bad[] = { "../dialects/sqlite", "", "SQLITE", "sqlite.ini" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(error) refused = NULL;
        assert_null(dialect_load(bad[i], &refused));
        assert_int_equal(refused->code, ERROR_NOT_FOUND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catalogue_spellings_mean_logical_types),
        cmocka_unit_test(logical_types_have_their_spelling),
        cmocka_unit_test(a_type_the_system_lacks_is_said),
        cmocka_unit_test(written_types_read_back_as_the_same_kind),
        cmocka_unit_test(identifiers_cannot_break_out),
        cmocka_unit_test(bad_identifiers_are_refused),
        cmocka_unit_test(literals_are_exact_and_cannot_break_out),
        cmocka_unit_test(templates_take_variables_and_placeholders),
        cmocka_unit_test(statements_of_sqlite_are_valid),
        cmocka_unit_test(error_codes_have_classes),
        cmocka_unit_test(features_and_limits_are_read),
        cmocka_unit_test(a_broken_file_names_line_and_reason),
        cmocka_unit_test(every_missing_key_of_a_sql_dialect_is_said),
        cmocka_unit_test(a_line_that_is_too_long_is_said),
        cmocka_unit_test(dialects_are_found_by_name_and_others_suggested),
    };
    return cmocka_run_group_tests_name("dialect", tests, NULL, NULL);
}
