#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "link/sqlite_cell.h"
#include "link/sqlite_ddl.h"

#include <math.h>
#include <string.h>

static char *clause_text(const GArray *clauses, guint i)
{
    GString *out = g_string_new(NULL);
    sql_span_write(&g_array_index(clauses, ddl_clause, i).text, "t", NULL, out);
    return g_string_free(out, FALSE);
}

static void a_definition_is_cut_into_columns_and_clauses(void **state)
{
    (void)state;
    const char *sql =
        "CREATE TABLE \"t\" (\n"
        "  [a id] INTEGER PRIMARY KEY AUTOINCREMENT, -- a comment, with a comma\n"
        "  `b` NUMERIC ( 12 , 2 ) NOT NULL ON CONFLICT FAIL DEFAULT -1.5e+3 CHECK (t.b > 0),\n"
        "  c DOUBLE PRECISION CONSTRAINT cc REFERENCES p(x) ON DELETE SET NULL NOT DEFERRABLE"
        " INITIALLY IMMEDIATE UNIQUE DEFAULT x'0a' COLLATE nocase,\n"
        "  d DEFAULT ('a,(''b') /* ) */ NOT NULL, e GENERATED ALWAYS AS (\"t\".b * 2) STORED,\n"
        "  f, CONSTRAINT u UNIQUE (b, c) CHECK (length(c) < 9 /* x */ OR c IN (1,2))\n"
        "  FOREIGN KEY (c) REFERENCES p ON UPDATE NO ACTION MATCH FULL, PRIMARY KEY (f DESC)\n"
        ") STRICT, WITHOUT ROWID";
    g_autoptr(ddl_table) t = ddl_table_read(sql);
    assert_non_null(t);
    assert_string_equal(t->name, "t");
    assert_true(t->strict && t->without_rowid);
    static const struct {
        const char *name;
        guint n_clauses;
    } columns[] = { { "a id", 1 }, { "b", 3 }, { "c", 3 }, { "d", 2 }, { "e", 1 }, { "f", 0 } };
    assert_int_equal(t->columns->len, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        const ddl_column *c = g_ptr_array_index(t->columns, i);
        assert_string_equal(c->name, columns[i].name);
        assert_int_equal(c->clauses->len, columns[i].n_clauses);
    }
    const ddl_column *b = g_ptr_array_index(t->columns, 1);
    const ddl_column *c = g_ptr_array_index(t->columns, 2);
    const ddl_column *e = g_ptr_array_index(t->columns, 4);
    g_autofree char *b_default = clause_text(b->clauses, 1);
    g_autofree char *b_check = clause_text(b->clauses, 2);
    g_autofree char *c_default = clause_text(c->clauses, 1);
    g_autofree char *made = clause_text(e->clauses, 0);
    assert_string_equal(b_default, "-1.5e+3");
    assert_string_equal(b_check, "(b > 0)");
    assert_string_equal(c_default, "x'0a'");
    assert_string_equal(made, "AS (b * 2) STORED");
    assert_int_equal(t->clauses->len, 3);
    g_autofree char *check = clause_text(t->clauses, 1);
    assert_string_equal(check, "(length(c) < 9 OR c IN (1,2))");
}

static void what_is_no_definition_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "",
                                         "CREATE",
                                         "CREATE TABLE t",
                                         "CREATE TABLE t (",
                                         "CREATE TABLE t (a CHECK (b",
                                         "CREATE TABLE t (a DEFAULT",
                                         "CREATE TABLE t (a) GARBAGE",
                                         "CREATE VIEW v AS SELECT 1",
                                         "CREATE TABLE t (a NOT",
                                         "CREATE TABLE t (a, UNIQUE",
                                         "CREATE TABLE t (\"a" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(ddl_table) t = ddl_table_read(texts[i]);
        if (t != NULL)
            fail_msg("accepted: %s", texts[i]);
    }
}

static void events_of_triggers_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *event;
    } cases[] = {
        { "CREATE TRIGGER x AFTER DELETE ON t BEGIN SELECT 1; END", "DELETE" },
        { "create trigger if not exists main.\"delete\" before insert on t begin select 1; end",
          "INSERT" },
        { "CREATE TEMP TRIGGER y INSTEAD OF UPDATE OF a ON v BEGIN SELECT 1; END", "UPDATE" },
        { "CREATE TRIGGER z DELETE ON t BEGIN SELECT 1; END", "DELETE" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_string_equal(ddl_trigger_event(cases[i].sql), cases[i].event);
}

static void mentions_are_names_not_text(void **state)
{
    (void)state;
    const char *text = "a + \"B b\" /* c */ || 'd' || [e]";
    sql_span span = { text, text + strlen(text) };
    assert_true(sql_span_mentions(&span, "A"));
    assert_true(sql_span_mentions(&span, "b b"));
    assert_true(sql_span_mentions(&span, "e"));
    assert_false(sql_span_mentions(&span, "b"));
    assert_false(sql_span_mentions(&span, "c"));
    assert_false(sql_span_mentions(&span, "d"));
}

static void declared_types_have_the_affinity_that_sqlite_gives_them(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        sqlite_affinity affinity;
    } cases[] = {
        { "", AFFINITY_BLOB },
        { "BLOB", AFFINITY_BLOB },
        { "bigint", AFFINITY_INTEGER },
        { "VARCHAR(3)", AFFINITY_TEXT },
        { "CLOB", AFFINITY_TEXT },
        { "POINT", AFFINITY_INTEGER },
        { "CHARINT", AFFINITY_INTEGER },
        { "DOUBLE", AFFINITY_REAL },
        { "float", AFFINITY_REAL },
        { "STRING", AFFINITY_NUMERIC },
        { "DATE", AFFINITY_NUMERIC },
        { "BOOLEAN", AFFINITY_NUMERIC },
        { "DECIMAL_TEXT(20,0)", AFFINITY_TEXT },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(sqlite_affinity_of(cases[i].type), cases[i].affinity);
}

static value digits(const char *text)
{
    return value_span(VALUE_DIGITS, text, (uint32_t)strlen(text));
}

static void a_value_is_kept_exactly_or_refused(void **state)
{
    (void)state;
    const struct {
        value v;
        sqlite_affinity affinity;
        int type; /* 0: refused */
        double number;
    } cases[] = {
        { value_decimal(1250, 2), AFFINITY_NUMERIC, SQLITE_FLOAT, 12.5 },
        { value_decimal(1200, 2), AFFINITY_NUMERIC, SQLITE_INTEGER, 12 },
        { value_decimal(-1, 18), AFFINITY_NUMERIC, SQLITE_FLOAT, -1e-18 },
        { value_decimal(1234567812345678, 8), AFFINITY_NUMERIC, SQLITE_FLOAT, 12345678.12345678 },
        { value_decimal(123456789012345678, 2), AFFINITY_NUMERIC, 0, 0 },
        { value_decimal(123456789012345678, 2), AFFINITY_TEXT, SQLITE_TEXT, 0 },
        { value_decimal(9007199254740993, 0), AFFINITY_NUMERIC, SQLITE_INTEGER, 9007199254740992. },
        { value_decimal(9007199254740993, 0), AFFINITY_REAL, 0, 0 },
        { value_int(9007199254740993), AFFINITY_REAL, 0, 0 },
        { value_int(INT64_MAX), AFFINITY_REAL, 0, 0 },
        { value_int(INT64_MIN), AFFINITY_REAL, SQLITE_INTEGER, -9223372036854775808. },
        { value_int(INT64_MAX), AFFINITY_INTEGER, SQLITE_INTEGER, 9223372036854775807. },
        { value_float(NAN), AFFINITY_REAL, 0, 0 },
        { value_float(INFINITY), AFFINITY_REAL, SQLITE_FLOAT, INFINITY },
        { value_float(0.1 + 0.2), AFFINITY_TEXT, SQLITE_TEXT, 0 },
        { digits("12345678901234567890"), AFFINITY_NUMERIC, 0, 0 },
        { digits("100000000000000000000"), AFFINITY_NUMERIC, SQLITE_FLOAT, 1e20 },
        { digits("0.0000000000000000000000123"), AFFINITY_NUMERIC, SQLITE_FLOAT, 1.23e-23 },
        { digits("7.0000000000000000000000"), AFFINITY_INTEGER, SQLITE_INTEGER, 7 },
        { digits("-Infinity"), AFFINITY_NUMERIC, SQLITE_FLOAT, -INFINITY },
        { digits("NaN"), AFFINITY_NUMERIC, 0, 0 },
        { digits("NaN"), AFFINITY_TEXT, SQLITE_TEXT, 0 },
        { value_of_kind(VALUE_BOOL, 1), AFFINITY_NUMERIC, SQLITE_INTEGER, 1 },
        { value_of_kind(VALUE_DATE, 0), AFFINITY_NUMERIC, SQLITE_TEXT, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char buffer[VALUE_TEXT_MAX];
        sqlite_cell cell;
        convert_error why = { 0 };
        bool ok = sqlite_cell_make(&cases[i].v, cases[i].affinity, buffer, &cell, &why);
        if (ok != (cases[i].type != 0) || (ok && cell.type != cases[i].type))
            fail_msg("case %zu", i);
        if (!ok)
            assert_true(why.message[0] != '\0' && why.class == REJECT_RANGE);
        if (ok && cell.type == SQLITE_FLOAT)
            assert_true(cell.f == cases[i].number);
        if (ok && cell.type == SQLITE_INTEGER)
            assert_true((double)cell.i == cases[i].number);
    }
}

static void text_that_sqlite_would_respell_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool survives;
    } cases[] = { { "", true },     { "abc", true },       { "12", true },   { "004", false },
                  { "1e5", false }, { " 7", false },       { "-0", false },  { "+1", false },
                  { "1.5", true },  { "1.50", false },     { "0x10", true }, { "-", true },
                  { "1 2", true },  { "2026-01-01", true } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        value v = value_span(VALUE_TEXT, cases[i].text, (uint32_t)strlen(cases[i].text));
        if (sqlite_text_survives(&v) != cases[i].survives)
            fail_msg("\"%s\"", cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_definition_is_cut_into_columns_and_clauses),
        cmocka_unit_test(what_is_no_definition_is_refused),
        cmocka_unit_test(events_of_triggers_are_found),
        cmocka_unit_test(mentions_are_names_not_text),
        cmocka_unit_test(declared_types_have_the_affinity_that_sqlite_gives_them),
        cmocka_unit_test(a_value_is_kept_exactly_or_refused),
        cmocka_unit_test(text_that_sqlite_would_respell_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
