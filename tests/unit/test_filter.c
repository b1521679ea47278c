/* Filters as SQL, as a program of our own, and both against SQLite. */
#include "sql/filter.h"

#include "row/convert.h"
#include "sql/like_pattern.h"
#include "sql/value_compare.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

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

static filter *parse(const char *text, error **err)
{
    json_error_t where;
    json_t *json = json_loads(text, JSON_DECODE_ANY, &where);
    if (json == NULL)
        fail_msg("bad JSON in the test: %s: %s", text, where.text);
    filter *f = filter_parse(json, err);
    json_decref(json);
    return f;
}

static filter *parse_fine(const char *text)
{
    g_autoptr(error) e = NULL;
    filter *f = parse(text, &e);
    if (f == NULL)
        fail_msg("%s: %s", text, e->message);
    return f;
}

static const char *const names[] = { "id", "amount", "long", "name", "code", "day",    "at",
                                     "ok", "share",  "doc",  "mood", "uid",  "moment", NULL };
static const data_type types[] = {
    { .kind = TYPE_INT, .bits = 32 },
    { .kind = TYPE_DECIMAL, .precision = 12, .scale = 2 },
    { .kind = TYPE_DECIMAL, .precision = 20, .scale = 2 },
    { .kind = TYPE_TEXT, .length = 5 },
    { .kind = TYPE_TEXT, .length = 3, .fixed_length = true },
    { .kind = TYPE_DATE },
    { .kind = TYPE_TIMESTAMP, .fraction = 0 },
    { .kind = TYPE_BOOL },
    { .kind = TYPE_FLOAT, .bits = 64 },
    { .kind = TYPE_JSON },
    { .kind = TYPE_OTHER },
    { .kind = TYPE_UUID },
    { .kind = TYPE_INSTANT, .fraction = -1 },
};

static const data_type *lookup(void *user, const char *field)
{
    (void)user;
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], field) == 0)
            return &types[i];
    return NULL;
}

/* --- SQL ------------------------------------------------------------------ */

static const struct {
    const char *json, *sqlite, *postgresql;
} texts[] = {
    { "{\"field\":\"id\",\"op\":\"=\",\"value\":7}", "\"id\" = 7", "\"id\" = 7" },
    { "{\"field\":\"id\",\"op\":\"!=\",\"value\":\"7\"}", "\"id\" <> 7", "\"id\" <> 7" },
    { "{\"field\":\"id\",\"op\":\"in\",\"value\":[1,-2,3]}", "\"id\" IN (1, -2, 3)",
      "\"id\" IN (1, -2, 3)" },
    { "{\"field\":\"name\",\"op\":\"not in\",\"value\":[\"a\"]}", "\"name\" NOT IN ('a')",
      "\"name\" NOT IN ('a')" },
    { "{\"field\":\"id\",\"op\":\"between\",\"value\":[1,5]}", "\"id\" BETWEEN 1 AND 5",
      "\"id\" BETWEEN 1 AND 5" },
    { "{\"field\":\"id\",\"op\":\"is null\"}", "\"id\" IS NULL", "\"id\" IS NULL" },
    { "{\"field\":\"long\",\"op\":\"is not null\"}", "\"long\" IS NOT NULL",
      "\"long\" IS NOT NULL" },
    { "{\"field\":\"amount\",\"op\":\">=\",\"value\":1.005}", "\"amount\" >= 1.005",
      "\"amount\" >= 1.005" },
    { "{\"field\":\"long\",\"op\":\"<\",\"value\":\"12345678901234567890.5\"}",
      "CAST(\"long\" AS NUMERIC) < 12345678901234567890.5", "\"long\" < 12345678901234567890.5" },
    { "{\"field\":\"day\",\"op\":\">=\",\"value\":\"2026-01-01\"}", "\"day\" >= '2026-01-01'",
      "\"day\" >= DATE '2026-01-01'" },
    { "{\"field\":\"day\",\"op\":\"=\",\"value\":\"20260101\"}", "\"day\" = '2026-01-01'",
      "\"day\" = DATE '2026-01-01'" },
    { "{\"field\":\"at\",\"op\":\"<\",\"value\":\"2026-01-01\"}", "\"at\" < '2026-01-01 00:00:00'",
      "\"at\" < TIMESTAMP '2026-01-01 00:00:00'" },
    { "{\"field\":\"at\",\"op\":\"<\",\"value\":\"2026-01-01T10:00:00.5\"}",
      "\"at\" < '2026-01-01 10:00:00.5'", "\"at\" < TIMESTAMP '2026-01-01 10:00:00.5'" },
    { "{\"field\":\"moment\",\"op\":\">\",\"value\":\"2026-01-01 08:00:00+08:00\"}",
      "\"moment\" > '2026-01-01 00:00:00+00'",
      "\"moment\" > TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00+00'" },
    { "{\"field\":\"ok\",\"op\":\"=\",\"value\":true}", "\"ok\" = 1", "\"ok\" = true" },
    { "{\"field\":\"share\",\"op\":\">\",\"value\":0.1}", "\"share\" > 0.1",
      "\"share\" > '0.1'::float8" },
    { "{\"field\":\"mood\",\"op\":\"=\",\"value\":\"happy\"}", "\"mood\" = 'happy'",
      "\"mood\" = 'happy'" },
    { "{\"field\":\"name\",\"op\":\"contains\",\"value\":\"50%_!*[?\"}",
      "\"name\" GLOB '*50%_![*][[][?]*'", "\"name\" LIKE '%50!%!_!!*[?%' ESCAPE '!'" },
    { "{\"field\":\"name\",\"op\":\"starts with\",\"value\":\"O'\"}", "\"name\" GLOB 'O''*'",
      "\"name\" LIKE 'O''%' ESCAPE '!'" },
    { "{\"field\":\"code\",\"op\":\"ends with\",\"value\":\"x\"}",
      "CAST(\"code\" AS TEXT) GLOB '*x'", "CAST(\"code\" AS text) LIKE '%x' ESCAPE '!'" },
    { "{\"field\":\"name\",\"op\":\"like\",\"value\":\"a%_\\\\%\"}", "\"name\" GLOB 'a*?%'",
      "\"name\" LIKE 'a%_!%' ESCAPE '!'" },
    { "{\"field\":\"name\",\"op\":\"=\",\"value\":\"a longer text than fits\"}",
      "\"name\" = 'a longer text than fits'", "\"name\" = 'a longer text than fits'" },
    { "{\"all\":[{\"field\":\"id\",\"op\":\">\",\"value\":1},"
      "{\"any\":[{\"field\":\"id\",\"op\":\"<\",\"value\":9},"
      "{\"not\":{\"field\":\"name\",\"op\":\"is null\"}}]}]}",
      "(\"id\" > 1 AND (\"id\" < 9 OR NOT (\"name\" IS NULL)))",
      "(\"id\" > 1 AND (\"id\" < 9 OR NOT (\"name\" IS NULL)))" },
    /* What looks like SQL stays text. */
    { "{\"field\":\"name\",\"op\":\"=\",\"value\":\"' OR 1=1; --\"}", "\"name\" = ''' OR 1=1; --'",
      "\"name\" = ''' OR 1=1; --'" },
    { "{\"field\":\"name\",\"op\":\"=\",\"value\":\"\\\\' OR 1=1\"}", "\"name\" = '\\'' OR 1=1'",
      "\"name\" = '\\'' OR 1=1'" },
    { "{\"field\":\"name\",\"op\":\"contains\",\"value\":\"' ESCAPE '' OR '{column}\"}",
      "\"name\" GLOB '*'' ESCAPE '''' OR ''{column}*'",
      "\"name\" LIKE '%'' ESCAPE '''' OR ''{column}%' ESCAPE '!'" },
};

static void conditions_become_sql_of_the_dialect(void **state)
{
    (void)state;
    g_autoptr(dialect) sqlite = load("sqlite"), postgresql = load("postgresql");
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(filter) f = parse_fine(texts[i].json);
        const dialect *const dialects[] = { sqlite, postgresql };
        const char *const wants[] = { texts[i].sqlite, texts[i].postgresql };
        for (size_t d = 0; d < G_N_ELEMENTS(dialects); d++) {
            g_autoptr(error) e = NULL;
            g_autoptr(GString) sql = g_string_new(NULL);
            g_autoptr(batch) memory = batch_new(0, 0);
            if (!filter_to_sql(f, dialects[d], lookup, NULL, sql, NULL, memory, &e))
                fail_msg("%s: %s", texts[i].json, e->message);
            assert_string_equal(sql->str, wants[d]);
        }
    }
}

static void bound_values_are_typed_and_numbered_on(void **state)
{
    (void)state;
    g_autoptr(dialect) d = load("postgresql");
    g_autoptr(filter) f =
        parse_fine("{\"all\":[{\"field\":\"day\",\"op\":\"=\",\"value\":\"2026-01-01\"},"
                   "{\"field\":\"id\",\"op\":\"in\",\"value\":[\"4\",5]}]}");
    g_autoptr(GString) sql = g_string_new("x = $1 AND ");
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(value));
    const value first = value_int(1);
    g_array_append_val(values, first);
    g_autoptr(batch) memory = batch_new(0, 0);
    assert_true(filter_to_sql(f, d, lookup, NULL, sql, values, memory, NULL));
    assert_string_equal(sql->str, "x = $1 AND (\"day\" = $2 AND \"id\" IN ($3, $4))");
    assert_int_equal(values->len, 4);
    assert_int_equal(g_array_index(values, value, 1).kind, VALUE_DATE);
    assert_int_equal(g_array_index(values, value, 1).i, 20454);
    assert_int_equal(g_array_index(values, value, 2).kind, VALUE_INT);
    assert_int_equal(g_array_index(values, value, 2).i, 4);
}

static void what_cannot_be_compared_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *json, *want;
    } cases[] = {
        { "{\"field\":\"amuont\",\"op\":\"=\",\"value\":1}",
          "column \"amuont\" is not in the source" },
        { "{\"field\":\"id\",\"op\":\"=\",\"value\":\"1 OR 1=1\"}", "is not an integer" },
        { "{\"field\":\"day\",\"op\":\"=\",\"value\":\"2026-02-30\"}", "is not a date" },
        { "{\"field\":\"moment\",\"op\":\"=\",\"value\":\"2026-02-03\"}", "with time zone" },
        { "{\"field\":\"id\",\"op\":\"contains\",\"value\":\"1\"}",
          "cannot be asked of column \"id\"" },
        { "{\"field\":\"doc\",\"op\":\"=\",\"value\":\"{}\"}",
          "cannot be asked of column \"doc\"" },
        { "{\"field\":\"name\",\"op\":\">\",\"value\":5}", "cannot be compared with a number" },
        { "{\"field\":\"name\",\"op\":\"like\",\"value\":\"a\\\\\"}", "ends with a single \\" },
        { "{\"all\":[{\"field\":\"id\",\"op\":\"=\",\"value\":1},"
          "{\"field\":\"id\",\"op\":\"=\",\"value\":\"x\"}]}",
          "filter.all[1]: column \"id\"" },
    };
    g_autoptr(dialect) d = load("sqlite");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(filter) f = parse_fine(cases[i].json);
        g_autoptr(GString) sql = g_string_new("before");
        g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(value));
        g_autoptr(batch) memory = batch_new(0, 0);
        g_autoptr(error) e = NULL;
        assert_false(filter_to_sql(f, d, lookup, NULL, sql, values, memory, &e));
        assert_int_equal(e->code, ERROR_PLAN);
        if (strstr(e->message, cases[i].want) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", e->message, cases[i].want);
        assert_string_equal(sql->str, "before");
        assert_int_equal(values->len, 0);
    }
}

static void unknown_fields_name_the_nearest(void **state)
{
    (void)state;
    g_autoptr(filter) f = parse_fine("{\"field\":\"amuont\",\"op\":\"=\",\"value\":1}");
    g_autoptr(error) e = NULL;
    assert_false(filter_check_fields(f, names, &e));
    assert_int_equal(e->code, ERROR_PLAN);
    assert_string_equal(e->hint, "did you mean \"amount\"?");
    g_autoptr(error) again = NULL;
    assert_null(filter_compile(f, names, types, &again));
    assert_string_equal(again->hint, "did you mean \"amount\"?");
}

static void more_values_than_the_system_binds_are_refused(void **state)
{
    (void)state;
    g_autoptr(dialect) d = load("sqlite");
    GString *json = g_string_new("{\"field\":\"id\",\"op\":\"in\",\"value\":[0");
    for (int i = 0; i < 32766; i++)
        g_string_append(json, ",1");
    g_string_append(json, "]}");
    g_autofree char *text = g_string_free(json, FALSE);
    g_autoptr(filter) f = parse_fine(text);
    g_autoptr(GString) sql = g_string_new(NULL);
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(value));
    g_autoptr(batch) memory = batch_new(0, 0);
    g_autoptr(error) e = NULL;
    assert_false(filter_to_sql(f, d, lookup, NULL, sql, values, memory, &e));
    assert_int_equal(e->code, ERROR_PLAN);
}

/* --- form ----------------------------------------------------------------- */

static void a_wrong_form_names_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *json, *message, *hint;
    } cases[] = {
        { "[]", "filter: must be an object", NULL },
        { "{}", "filter: must hold \"all\", \"any\", \"not\" or \"field\"", NULL },
        { "{\"al\":[]}", "filter: unknown key \"al\"", "did you mean \"all\"?" },
        { "{\"all\":[]}", "filter.all: must be a list with at least one condition", NULL },
        { "{\"all\":{}}", "filter.all: must be a list with at least one condition", NULL },
        { "{\"all\":[{\"field\":\"a\",\"op\":\"is null\"}],\"any\":[]}",
          "filter: unknown key \"any\"", NULL },
        { "{\"not\":[]}", "filter.not: must be an object", NULL },
        { "{\"all\":[{\"field\":\"a\",\"op\":\"is null\"},"
          "{\"field\":\"a\",\"op\":\"contain\",\"value\":1}]}",
          "filter.all[1].op: unknown operator \"contain\"", "did you mean \"contains\"?" },
        { "{\"field\":\"a\",\"value\":1}", "filter.op: an operator is missing", NULL },
        { "{\"op\":\"=\",\"value\":1}", "filter.field: the name of a column is missing", NULL },
        { "{\"field\":\"a\",\"op\":\"=\"}", "filter: the key \"value\" is missing", NULL },
        { "{\"field\":\"a\",\"op\":\"=\",\"valeu\":1}", "filter: unknown key \"valeu\"",
          "did you mean \"value\"?" },
        { "{\"field\":\"a\",\"op\":\"=\",\"value\":null}",
          "filter.value: a comparison with null is never true",
          "use the operators \"is null\" and \"is not null\"" },
        { "{\"field\":\"a\",\"op\":\"=\",\"value\":[1]}",
          "filter.value: must be text, a number or true or false", NULL },
        { "{\"field\":\"a\",\"op\":\"in\",\"value\":[]}",
          "filter.value: \"in\" needs a list with at least one value", NULL },
        { "{\"field\":\"a\",\"op\":\"in\",\"value\":[1,{}]}",
          "filter.value[1]: must be text, a number or true or false", NULL },
        { "{\"field\":\"a\",\"op\":\"between\",\"value\":[1]}",
          "filter.value: \"between\" needs a list of two values", NULL },
        { "{\"field\":\"a\",\"op\":\"is null\",\"value\":1}",
          "filter.value: \"is null\" takes no value", NULL },
        { "{\"field\":\"a\",\"op\":\"contains\",\"value\":1}",
          "filter.value: \"contains\" needs a text", NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(error) e = NULL;
        g_autoptr(filter) f = parse(cases[i].json, &e);
        assert_null(f);
        assert_int_equal(e->code, ERROR_DOCUMENT);
        assert_string_equal(e->message, cases[i].message);
        if (cases[i].hint != NULL)
            assert_string_equal(e->hint, cases[i].hint);
    }
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    GString *json = g_string_new(NULL);
    for (int i = 0; i < 40; i++)
        g_string_append(json, "{\"not\":");
    g_string_append(json, "{\"field\":\"a\",\"op\":\"is null\"}");
    for (int i = 0; i < 40; i++)
        g_string_append_c(json, '}');
    g_autofree char *text = g_string_free(json, FALSE);
    g_autoptr(error) e = NULL;
    assert_null(parse(text, &e));
    assert_non_null(strstr(e->message, "nested more than 32 deep"));
}

static void words_for_people_keep_the_grouping(void **state)
{
    (void)state;
    static const struct {
        const char *json, *want;
    } cases[] = {
        { "{\"all\":[{\"field\":\"day\",\"op\":\">=\",\"value\":\"2026-01-01\"},"
          "{\"any\":[{\"field\":\"status\",\"op\":\"in\",\"value\":[\"paid\",\"sent\"]}]}]}",
          "day >= '2026-01-01' and (status in ('paid', 'sent'))" },
        { "{\"not\":{\"any\":[{\"field\":\"a\",\"op\":\"=\",\"value\":1.5},"
          "{\"field\":\"b\",\"op\":\"=\",\"value\":\"it's\"}]}}",
          "not (a = 1.5 or b = 'it''s')" },
        { "{\"field\":\"a\",\"op\":\"between\",\"value\":[1,true]}", "a between 1 and true" },
        { "{\"field\":\"a\",\"op\":\"is not null\"}", "a is not null" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(filter) f = parse_fine(cases[i].json);
        g_autofree char *text = filter_to_text(f);
        assert_string_equal(text, cases[i].want);
    }
}

static char *expand(void *user, const char *text, error **err)
{
    (void)user;
    if (strcmp(text, "${bad}") == 0) {
        error_set(err, ERROR_DOCUMENT, "unknown parameter \"bad\"");
        return NULL;
    }
    return g_strdup(strcmp(text, "${x}") == 0 ? "' OR 1=1 --" : text);
}

static void parameters_are_values_never_sql(void **state)
{
    (void)state;
    g_autoptr(dialect) d = load("postgresql");
    g_autoptr(filter) f =
        parse_fine("{\"any\":[{\"field\":\"name\",\"op\":\"in\",\"value\":[\"${x}\",\"y\"]}]}");
    assert_true(filter_expand(f, expand, NULL, NULL));
    g_autoptr(GString) sql = g_string_new(NULL);
    g_autoptr(batch) memory = batch_new(0, 0);
    assert_true(filter_to_sql(f, d, lookup, NULL, sql, NULL, memory, NULL));
    assert_string_equal(sql->str, "(\"name\" IN (''' OR 1=1 --', 'y'))");

    g_autoptr(filter) bad =
        parse_fine("{\"any\":[{\"field\":\"name\",\"op\":\"=\",\"value\":\"${bad}\"}]}");
    g_autoptr(error) e = NULL;
    assert_false(filter_expand(bad, expand, NULL, &e));
    assert_string_equal(e->message, "filter.any[0].value: unknown parameter \"bad\"");
}

static void fields_are_listed_once_in_order(void **state)
{
    (void)state;
    g_autoptr(filter) f = parse_fine("{\"all\":[{\"field\":\"b\",\"op\":\"is null\"},"
                                     "{\"not\":{\"field\":\"a\",\"op\":\"is null\"}},"
                                     "{\"field\":\"b\",\"op\":\"is null\"}]}");
    g_auto(GStrv) fields = filter_fields(f);
    assert_int_equal(g_strv_length(fields), 2);
    assert_string_equal(fields[0], "b");
    assert_string_equal(fields[1], "a");
}

/* --- comparing values ----------------------------------------------------- */

#define DIGITS(t)                                              \
    {                                                          \
        .data = t, .size = sizeof(t) - 1, .kind = VALUE_DIGITS \
    }
#define TEXT(t)                                              \
    {                                                        \
        .data = t, .size = sizeof(t) - 1, .kind = VALUE_TEXT \
    }
#define DECIMAL(m, s)                             \
    {                                             \
        .i = m, .scale = s, .kind = VALUE_DECIMAL \
    }
#define INT(n)                    \
    {                             \
        .i = n, .kind = VALUE_INT \
    }
#define FLOAT(x)                    \
    {                               \
        .f = x, .kind = VALUE_FLOAT \
    }

static void numbers_compare_exactly(void **state)
{
    (void)state;
    static const struct {
        value a, b;
        int order;
    } cases[] = {
        { INT(1), INT(2), -1 },
        { INT(INT64_MIN), INT(INT64_MAX), -1 },
        { DECIMAL(150, 2), DECIMAL(15, 1), 0 },
        { DECIMAL(-1, 18), INT(0), -1 },
        { INT(INT64_MAX), DECIMAL(1, 18), 1 },
        { DIGITS("123456789012345678901234.50"), DIGITS("123456789012345678901234.5"), 0 },
        { DIGITS("-123456789012345678901234"), DIGITS("-123456789012345678901235"), 1 },
        { DIGITS("0000000000000000000000000000.1"), DECIMAL(1, 1), 0 },
        { DIGITS("-0.0000000000000000000"), INT(0), 0 },
        { DIGITS("99999999999999999999"), INT(INT64_MAX), 1 },
        { DIGITS("NaN"), DIGITS("Infinity"), 1 },
        { DIGITS("-Infinity"), DECIMAL(1, 0), -1 },
        { FLOAT(0.5), DECIMAL(5, 1), 0 },
        { FLOAT(9007199254740992.0), INT(INT64_C(9007199254740993)), -1 },
        { FLOAT(NAN), FLOAT(INFINITY), 1 },
        { FLOAT(NAN), FLOAT(NAN), 0 },
        { TEXT("a"), TEXT("ab"), -1 },
        { TEXT(""), TEXT(""), 0 },
        { TEXT("é"), TEXT("z"), 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int order;
        assert_true(value_compare(&cases[i].a, &cases[i].b, false, &order));
        assert_int_equal((order > 0) - (order < 0), cases[i].order);
        assert_true(value_compare(&cases[i].b, &cases[i].a, false, &order));
        assert_int_equal((order > 0) - (order < 0), -cases[i].order);
    }
    const value number = INT(1), text = TEXT("1"), null = { 0 };
    int order;
    assert_false(value_compare(&number, &text, false, &order));
    assert_true(value_compare(&number, &text, true, &order));
    assert_true(order < 0);
    assert_false(value_compare(&null, &null, true, &order));
}

static void texts_of_a_file_compare_as_numbers_when_asked(void **state)
{
    (void)state;
    static const struct {
        const char *text; /* NULL: a NULL */
        const char *json;
        filter_truth want;
    } cases[] = {
        { "9", "{\"field\":\"a\",\"op\":\"<\",\"value\":10}", FILTER_TRUE },
        { "9", "{\"field\":\"a\",\"op\":\"<\",\"value\":\"10\"}", FILTER_FALSE },
        { "10.0", "{\"field\":\"a\",\"op\":\"=\",\"value\":10}", FILTER_TRUE },
        { "10.0", "{\"field\":\"a\",\"op\":\"=\",\"value\":\"10\"}", FILTER_FALSE },
        { "1e1", "{\"field\":\"a\",\"op\":\"between\",\"value\":[10,10.5]}", FILTER_TRUE },
        { "ten", "{\"field\":\"a\",\"op\":\"!=\",\"value\":10}", FILTER_UNKNOWN },
        { "004", "{\"field\":\"a\",\"op\":\"in\",\"value\":[\"4\"]}", FILTER_FALSE },
        { NULL, "{\"field\":\"a\",\"op\":\"!=\",\"value\":\"x\"}", FILTER_UNKNOWN },
        { NULL, "{\"not\":{\"field\":\"a\",\"op\":\"in\",\"value\":[\"x\"]}}", FILTER_UNKNOWN },
        { NULL, "{\"field\":\"a\",\"op\":\"is null\"}", FILTER_TRUE },
        { "", "{\"field\":\"a\",\"op\":\"is null\"}", FILTER_FALSE },
        { "", "{\"field\":\"a\",\"op\":\"contains\",\"value\":\"\"}", FILTER_TRUE },
        { "日本語", "{\"field\":\"a\",\"op\":\"like\",\"value\":\"_本_\"}", FILTER_TRUE },
        { "日本語", "{\"field\":\"a\",\"op\":\"like\",\"value\":\"__\"}", FILTER_FALSE },
        { "Case", "{\"field\":\"a\",\"op\":\"starts with\",\"value\":\"case\"}", FILTER_FALSE },
    };
    static const char *const one[] = { "a", NULL };
    static const data_type text_type[] = { { .kind = TYPE_TEXT } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(filter) f = parse_fine(cases[i].json);
        g_autoptr(filter_program) p = filter_compile(f, one, text_type, NULL);
        assert_non_null(p);
        value v = value_null();
        if (cases[i].text != NULL)
            v = value_span(VALUE_TEXT, cases[i].text, (uint32_t)strlen(cases[i].text));
        value *const columns[] = { &v };
        if (filter_match(p, columns, 0) != cases[i].want)
            fail_msg("row %zu: %s", i, cases[i].json);
    }
}

static void a_row_with_its_date_in_range_passes(void **state)
{
    (void)state;
    static const char *const one[] = { "day", NULL };
    static const data_type date_type[] = { { .kind = TYPE_DATE } };
    g_autoptr(filter) f = parse_fine(
        "{\"field\":\"day\",\"op\":\"between\",\"value\":[\"20260101\",\"2026-01-31\"]}");
    g_autoptr(filter_program) p = filter_compile(f, one, date_type, NULL);
    value days[] = { value_of_kind(VALUE_DATE, 20453), value_of_kind(VALUE_DATE, 20454),
                     value_of_kind(VALUE_DATE, 20484), value_of_kind(VALUE_DATE, 20485),
                     value_of_kind(VALUE_DATE, VALUE_INFINITY) };
    static const filter_truth wants[] = { FILTER_FALSE, FILTER_TRUE, FILTER_TRUE, FILTER_FALSE,
                                          FILTER_FALSE };
    value *const columns[] = { days };
    for (unsigned row = 0; row < G_N_ELEMENTS(days); row++)
        assert_int_equal(filter_match(p, columns, row), wants[row]);
}

/* --- against SQLite ------------------------------------------------------- */

/* Random rows and conditions over columns of every class that SQLite knows;
 * the rows that it selects must be the ones that we match. */

#define ROWS    60
#define COLUMNS 4

static const char *const random_names[] = { "n", "x", "t", "v", NULL };
static const data_type random_types[] = { { .kind = TYPE_INT, .bits = 64 },
                                          { .kind = TYPE_FLOAT, .bits = 64 },
                                          { .kind = TYPE_TEXT },
                                          { .kind = TYPE_ANY } };
static const char *const random_texts[] = { "",  "a",  "A",    "ab", "b%", "a_b", "*", "[a]",
                                            "é", "éa", "日本", "1",  "10", "a!b", "'", "\\" };

static value random_value(GRand *r, unsigned column)
{
    if (g_rand_int_range(r, 0, 5) == 0)
        return value_null();
    unsigned kind = column == 3 ? (unsigned)g_rand_int_range(r, 0, 3) : column;
    const char *text = random_texts[g_rand_int_range(r, 0, G_N_ELEMENTS(random_texts))];
    switch (kind) {
    case 0:
        return value_int(g_rand_int_range(r, -3, 12));
    case 1:
        return value_float(g_rand_int_range(r, -6, 24) / 2.0);
    default:
        return value_span(VALUE_TEXT, text, (uint32_t)strlen(text));
    }
}

static json_t *random_operand(GRand *r, unsigned column)
{
    value v = random_value(r, column);
    if (v.kind == VALUE_TEXT)
        return json_stringn(v.data, v.size);
    if (column == 2)
        return json_string("a");
    return v.kind == VALUE_FLOAT ? json_real(v.f) : json_integer(v.kind == VALUE_INT ? v.i : 4);
}

static json_t *random_text_operand(GRand *r)
{
    static const char *const patterns[] = { "a%", "%b", "_", "%", "", "a\\_b", "__", "%\\%", "é_" };
    int i = g_rand_int_range(r, 0, G_N_ELEMENTS(patterns) + G_N_ELEMENTS(random_texts) - 1);
    if (i < (int)G_N_ELEMENTS(patterns))
        return json_string(patterns[i]);
    return json_string(random_texts[i - (int)G_N_ELEMENTS(patterns)]);
}

static json_t *random_test(GRand *r)
{
    static const char *const plain[] = { "=", "!=", "<", "<=", ">", ">=" };
    static const char *const like[] = { "contains", "starts with", "ends with", "like" };
    unsigned column = (unsigned)g_rand_int_range(r, 0, COLUMNS);
    json_t *test = json_pack("{s:s}", "field", random_names[column]);
    switch (g_rand_int_range(r, 0, column == 2 ? 5 : 4)) {
    case 0:
        json_object_set_new(test, "op", json_string(plain[g_rand_int_range(r, 0, 6)]));
        json_object_set_new(test, "value", random_operand(r, column));
        break;
    case 1:
        json_object_set_new(test, "op", json_string(g_rand_boolean(r) ? "in" : "not in"));
        json_object_set_new(
            test, "value",
            json_pack("[o,o]", random_operand(r, column), random_operand(r, column)));
        break;
    case 2:
        json_object_set_new(test, "op", json_string("between"));
        json_object_set_new(
            test, "value",
            json_pack("[o,o]", random_operand(r, column), random_operand(r, column)));
        break;
    case 3:
        json_object_set_new(test, "op", json_string(g_rand_boolean(r) ? "is null" : "is not null"));
        break;
    default:
        json_object_set_new(test, "op", json_string(like[g_rand_int_range(r, 0, 4)]));
        json_object_set_new(test, "value", random_text_operand(r));
    }
    return test;
}

static json_t *random_filter(GRand *r, int depth)
{
    int kind = depth == 0 ? 3 : g_rand_int_range(r, 0, 4);
    if (kind == 3)
        return random_test(r);
    if (kind == 2)
        return json_pack("{s:o}", "not", random_filter(r, depth - 1));
    return json_pack("{s:[o,o]}", kind == 0 ? "all" : "any", random_filter(r, depth - 1),
                     random_filter(r, depth - 1));
}

static void bind(sqlite3_stmt *s, int at, const value *v)
{
    switch (v->kind) {
    case VALUE_NULL:
        sqlite3_bind_null(s, at);
        break;
    case VALUE_FLOAT:
        sqlite3_bind_double(s, at, v->f);
        break;
    case VALUE_TEXT:
        sqlite3_bind_text(s, at, v->data, (int)v->size, SQLITE_TRANSIENT);
        break;
    default:
        sqlite3_bind_int64(s, at, v->i);
    }
}

static void fill(sqlite3 *db, value **columns)
{
    sqlite3_stmt *insert;
    assert_int_equal(
        sqlite3_prepare_v2(db, "INSERT INTO r VALUES (?, ?, ?, ?, ?)", -1, &insert, NULL),
        SQLITE_OK);
    for (int row = 0; row < ROWS; row++) {
        sqlite3_bind_int(insert, 1, row);
        for (int c = 0; c < COLUMNS; c++)
            bind(insert, c + 2, &columns[c][row]);
        assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
}

static const data_type *random_lookup(void *user, const char *field)
{
    (void)user;
    for (unsigned i = 0; i < COLUMNS; i++)
        if (strcmp(random_names[i], field) == 0)
            return &random_types[i];
    return NULL;
}

/* 1, 0 or 2 for NULL, one per row. */
static void ask_sqlite(sqlite3 *db, const char *condition, const GArray *values, int *truths)
{
    g_autofree char *sql = g_strdup_printf("SELECT %s FROM r ORDER BY id", condition);
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    for (guint i = 0; values != NULL && i < values->len; i++)
        bind(s, (int)i + 1, &g_array_index(values, value, i));
    for (int row = 0; row < ROWS; row++) {
        assert_int_equal(sqlite3_step(s), SQLITE_ROW);
        truths[row] = sqlite3_column_type(s, 0) == SQLITE_NULL ? FILTER_UNKNOWN
                      : sqlite3_column_int(s, 0) != 0          ? FILTER_TRUE
                                                               : FILTER_FALSE;
    }
    sqlite3_finalize(s);
}

static void matching_agrees_with_sqlite_on_random_data(void **state)
{
    (void)state;
    const guint32 seed = 20260301;
    g_autoptr(GRand) r = g_rand_new_with_seed(seed);
    g_autoptr(dialect) d = load("sqlite");
    g_autoptr(batch) rows = batch_new(COLUMNS, 0);
    for (unsigned c = 0; c < COLUMNS; c++)
        for (unsigned row = 0; row < ROWS; row++)
            rows->source[c][row] = random_value(r, c);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TABLE r (id INTEGER PRIMARY KEY, n INTEGER, x REAL, "
                                  "t TEXT, v)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    fill(db, rows->source);
    unsigned passed[3] = { 0 };
    for (int round = 0; round < 3000; round++) {
        json_t *json = random_filter(r, 3);
        g_autoptr(error) e = NULL;
        g_autoptr(filter) f = filter_parse(json, &e);
        char *text = json_dumps(json, 0);
        json_decref(json);
        g_autoptr(GString) sql = g_string_new(NULL);
        g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(value));
        g_autoptr(batch) memory = batch_new(0, 0);
        bool bound = round % 2 == 0;
        if (f == NULL)
            fail_msg("%s: %s", text, e->message);
        bool written =
            filter_to_sql(f, d, random_lookup, NULL, sql, bound ? values : NULL, memory, &e);
        g_autoptr(error) refused = NULL;
        g_autoptr(filter_program) p = filter_compile(f, random_names, random_types, &refused);
        if (!written || p == NULL) {
            /* 2.5 is no value of an integer column: both say so. */
            assert_false(written);
            assert_null(p);
            assert_string_equal(e->message, refused->message);
            free(text);
            continue;
        }
        int truths[ROWS];
        ask_sqlite(db, sql->str, values, truths);
        for (unsigned row = 0; row < ROWS; row++) {
            filter_truth ours = filter_match(p, rows->source, row);
            if ((int)ours != truths[row])
                fail_msg("seed %u, row %u: %s is %d, SQLite says %d to %s", seed, row, text, ours,
                         truths[row], sql->str);
            passed[ours]++;
        }
        free(text);
    }
    sqlite3_close(db);
    /* Otherwise the comparison would prove nothing. */
    for (int i = 0; i < 3; i++)
        assert_true(passed[i] > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_become_sql_of_the_dialect),
        cmocka_unit_test(bound_values_are_typed_and_numbered_on),
        cmocka_unit_test(what_cannot_be_compared_is_refused_and_leaves_nothing),
        cmocka_unit_test(unknown_fields_name_the_nearest),
        cmocka_unit_test(more_values_than_the_system_binds_are_refused),
        cmocka_unit_test(a_wrong_form_names_its_place),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(words_for_people_keep_the_grouping),
        cmocka_unit_test(parameters_are_values_never_sql),
        cmocka_unit_test(fields_are_listed_once_in_order),
        cmocka_unit_test(numbers_compare_exactly),
        cmocka_unit_test(texts_of_a_file_compare_as_numbers_when_asked),
        cmocka_unit_test(a_row_with_its_date_in_range_passes),
        cmocka_unit_test(matching_agrees_with_sqlite_on_random_data),
    };
    return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
