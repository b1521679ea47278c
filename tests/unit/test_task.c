#include "base/document.h"
#include "ferry/task.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_json(const char *text)
{
    error *err = NULL;
    json_t *document = document_read("test", text, strlen(text), &err);
    if (document == NULL)
        fail_msg("%s in %s", err->message, text);
    return document;
}

static task *parse(const char *text)
{
    json_t *document = read_json(text);
    error *err = NULL;
    task *t = task_parse(document, &err);
    json_decref(document);
    if (t == NULL)
        fail_msg("%s in %s", err->message, text);
    return t;
}

/* A task with @source and @target (objects without braces) and more keys. */
static char *whole(const char *source, const char *target, const char *more)
{
    return g_strdup_printf("{\"name\": \"t\", \"source\": {%s}, \"target\": {%s}%s%s}", source,
                           target, *more != '\0' ? ", " : "", more);
}

#define FROM "\"connection\": \"a\", \"table\": \"s\""
#define TO   "\"connection\": \"b\", \"table\": \"d\", \"mode\": "

/* The example of the design, every key of it. */
static const char full[] =
    "{\"name\": \"daily_orders\", \"description\": \"orders of the day\", \"source\": {"
    "\"connection\": \"warehouse\", \"table\": \"mart.daily_orders\", \"filter\": {\"all\": ["
    "{\"field\": \"day\", \"op\": \">=\", \"value\": \"{{{today-1days}}}\"}, {\"any\": [{"
    "\"field\": \"status\", \"op\": \"in\", \"value\": [\"paid\", \"sent\"]}]}]}, \"split\": {"
    "\"column\": \"order_id\", \"segments\": 4}}, \"target\": {\"connection\": \"erp\", "
    "\"table\": \"sales.daily_orders\", \"mode\": \"upsert\", \"key\": [\"order_id\"], "
    "\"pre_sql\": \"DELETE FROM sales.daily_orders WHERE day <= '{{{today-30days}}}'\"}, "
    "\"mapping\": {\"by\": \"name\", \"columns\": [{\"target\": \"loaded_at\", \"parameter\": "
    "\"start_time\"}, {\"target\": \"origin\", \"constant\": \"bi\"}, {\"target\": \"note\", "
    "\"source\": \"remark\", \"replace\": [{\"find\": \"\\t\", \"with\": \" \"}]}]}, "
    "\"rejects\": {\"limit\": 100}, \"limits\": {\"rows_per_second\": 0, "
    "\"bytes_per_second\": 0, \"timeout_minutes\": 120}, \"parameters\": {\"region\": \"north\"},"
    " \"time_zone\": \"Asia/Shanghai\"}";

static void every_key_of_the_example_is_read(void **state)
{
    (void)state;
    g_autoptr(task) t = parse(full);
    assert_string_equal(t->name, "daily_orders");
    assert_string_equal(t->source.connection, "warehouse");
    assert_string_equal(t->source.table->schema, "mart");
    assert_string_equal(t->source.table->name, "daily_orders");
    assert_true(json_is_object(t->source.filter));
    assert_string_equal(t->source.split_column, "order_id");
    assert_int_equal(t->source.split_segments, 4);
    assert_int_equal(t->target.mode, MODE_UPSERT);
    assert_string_equal(t->target.key[0], "order_id");
    assert_null(t->target.key[1]);
    assert_false(t->target.create);
    assert_non_null(strstr(t->target.pre_sql, "{{{today-30days}}}"));
    assert_int_equal(t->mapping.columns->len, 3);
    const mapped_column *note = t->mapping.columns->pdata[2];
    assert_int_equal(note->origin, COLUMN_SOURCE);
    assert_string_equal(note->source, "remark");
    assert_string_equal(((replace_rule *)note->replace->pdata[0])->find, "\t");
    assert_int_equal(t->rejects.limit, 100);
    assert_true(t->rejects.percent < 0);
    assert_string_equal(g_hash_table_lookup(t->parameters, "region"), "north");
    assert_string_equal(t->time_zone, "Asia/Shanghai");
}

static void defaults_depend_on_the_mode(void **state)
{
    (void)state;
    static const struct {
        const char *mode;
        bool create;
        empty_source empty;
    } cases[] = {
        { TO "\"append\"", true, EMPTY_KEEP },
        { TO "\"overwrite\"", true, EMPTY_FAIL },
        { TO "\"upsert\", \"key\": [\"k\"]", false, EMPTY_KEEP },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = whole(FROM, cases[i].mode, "");
        g_autoptr(task) t = parse(text);
        assert_int_equal(t->target.create, cases[i].create);
        assert_int_equal(t->target.empty, cases[i].empty);
        assert_true(t->target.check_types);
        assert_int_equal(t->limits.timeout_minutes, 120);
        assert_int_equal(t->rejects.limit, 0);
        assert_int_equal(t->retry_interval_minutes, 5);
        assert_int_equal(t->mapping.by, MAPPING_BY_NAME);
    }
}

static void rejects_may_be_a_number_a_share_or_words(void **state)
{
    (void)state;
    static const struct {
        const char *limit;
        int64_t rows;
        double percent;
    } cases[] = {
        { "0", 0, -1 }, { "\"none\"", 0, -1 },   { "\"unlimited\"", -1, -1 },
        { "7", 7, -1 }, { "\"0.5%\"", -1, 0.5 }, { "\"100%\"", -1, 100 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *more = g_strdup_printf("\"rejects\": {\"limit\": %s}", cases[i].limit);
        g_autofree char *text = whole(FROM, TO "\"append\"", more);
        g_autoptr(task) t = parse(text);
        assert_int_equal(t->rejects.limit, cases[i].rows);
        assert_true(t->rejects.percent == cases[i].percent);
    }
}

static void a_table_name_splits_at_its_single_dot(void **state)
{
    (void)state;
    static const struct {
        const char *table, *schema, *name;
    } cases[] = {
        { "\"orders\"", NULL, "orders" },
        { "\"sales.orders\"", "sales", "orders" },
        { "\"My Schema.Order Details\"", "My Schema", "Order Details" },
        { "[\"s.x\", \"odd.name\"]", "s.x", "odd.name" },
        { "[\"odd.name\"]", NULL, "odd.name" },
        { "\"t_${bizdate}\"", NULL, "t_${bizdate}" },
        { "\"s.t_$[yyyy.mm]\"", "s", "t_$[yyyy.mm]" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *source =
            g_strdup_printf("\"connection\": \"a\", \"table\": %s", cases[i].table);
        g_autofree char *text = whole(source, TO "\"append\"", "");
        g_autoptr(task) t = parse(text);
        if (cases[i].schema == NULL)
            assert_null(t->source.table->schema);
        else
            assert_string_equal(t->source.table->schema, cases[i].schema);
        assert_string_equal(t->source.table->name, cases[i].name);
    }
}

static void shards_and_patterns_are_kept_as_written(void **state)
{
    (void)state;
    g_autofree char *text =
        whole("\"connections\": [\"a\", \"b\"], \"tables\": \"db1.t[1-3],more_[01-02]\"",
              TO "\"append\"", "");
    g_autoptr(task) t = parse(text);
    assert_string_equal(t->source.connection, "a");
    assert_string_equal(t->source.connections[1], "b");
    assert_int_equal(t->source.tables->len, 2);
    const table_name *first = t->source.tables->pdata[0];
    assert_string_equal(first->schema, "db1");
    assert_string_equal(first->name, "t[1-3]");
}

static void a_slice_is_a_value_or_a_range(void **state)
{
    (void)state;
    g_autofree char *text = whole(
        FROM, TO "\"overwrite\", \"slice\": {\"column\": \"day\", \"value\": \"${bizdate}\"}", "");
    g_autoptr(task) t = parse(text);
    assert_string_equal(t->target.slice->column, "day");
    assert_string_equal(json_string_value(t->target.slice->value), "${bizdate}");
    g_autofree char *range = whole(
        FROM, TO "\"overwrite\", \"slice\": {\"column\": \"n\", \"from\": 1, \"until\": 9}", "");
    g_autoptr(task) r = parse(range);
    assert_null(r->target.slice->value);
    assert_int_equal(json_integer_value(r->target.slice->until), 9);
}

static void a_file_target_keeps_the_dots_of_its_name(void **state)
{
    (void)state;
    g_autofree char *text =
        whole("\"connection\": \"a\", \"file\": \"*.csv.gz\"",
              "\"connection\": \"b\", \"file\": \"out.csv.gz\", \"mode\": \"overwrite\"", "");
    g_autoptr(task) t = parse(text);
    assert_string_equal(t->source.file, "*.csv.gz");
    assert_null(t->target.table->schema);
    assert_string_equal(t->target.table->name, "out.csv.gz");
}

static void wrong_documents_say_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *source, *target, *more, *message;
    } cases[] = {
        { "\"connection\": \"a\", \"tabel\": \"s\"", TO "\"append\"", "",
          "task \"t\": unknown key \"tabel\" in source; did you mean \"table\"?" },
        { FROM, TO "\"append\"", "\"sorce\": 1",
          "task \"t\": unknown key \"sorce\"; did you mean \"source\"?" },
        { "\"table\": \"s\"", TO "\"append\"", "",
          "task \"t\": source needs one of: connection, connections" },
        { "\"connection\": \"a\"", TO "\"append\"", "",
          "task \"t\": source needs one of: table, tables, query, file" },
        { FROM ", \"query\": \"SELECT 1\"", TO "\"append\"", "",
          "task \"t\": source has both \"table\" and \"query\": only one is allowed" },
        { FROM ", \"connections\": [\"b\"]", TO "\"append\"", "",
          "task \"t\": source has both \"connection\" and \"connections\": only one is allowed" },
        { "\"connections\": [\"a\"], \"table\": \"s\"", TO "\"append\"", "",
          "task \"t\": source.connections needs \"tables\" beside it" },
        { FROM ", \"where\": \"1\", \"filter\": {\"all\": []}", TO "\"append\"", "", NULL },
        { "\"connection\": \"a\", \"file\": \"x\", \"where\": \"1\"", TO "\"append\"", "",
          "task \"t\": source.where is SQL and cannot be used on a file" },
        { "\"connection\": \"a\", \"table\": \"a.b.c\"", TO "\"append\"", "",
          "task \"t\": source.table \"a.b.c\" is neither name nor schema.name" },
        { "\"connection\": \"a\", \"table\": 7", TO "\"append\"", "",
          "task \"t\": source.table must be \"name\", \"schema.name\" or [\"schema\", \"name\"]" },
        { "\"connection\": \"a\", \"tables\": [\"t[1-3]\", \"t2\"]", TO "\"append\"", "",
          "task \"t\": source.tables[1] names table \"t2\" twice" },
        { "\"connection\": \"a\", \"tables\": \"t[1-20000]\"", TO "\"append\"", "",
          "task \"t\": source.tables: the pattern names more than 10000 tables" },
        { FROM ", \"watermark\": {}", TO "\"append\"", "",
          "task \"t\": source.watermark is not in this version" },
        { FROM ", \"time_zone\": \"12\"", TO "\"append\"", "", NULL },
        { FROM, "\"connection\": \"b\", \"mode\": \"append\"", "",
          "task \"t\": target needs one of: table, file" },
        { FROM, "\"connection\": \"b\", \"table\": \"d\"", "",
          "task \"t\": target.mode is missing" },
        { FROM, TO "\"upsrt\"", "",
          "task \"t\": target.mode cannot be \"upsrt\"; did you mean \"upsert\"?" },
        { FROM, TO "\"upsert\"", "", "task \"t\": target.key is missing" },
        { FROM, TO "\"append\", \"slice\": {\"column\": \"d\", \"value\": 1}", "",
          "task \"t\": target.slice cannot be used with mode \"append\"" },
        { FROM, TO "\"overwrite\", \"slice\": {\"column\": \"d\", \"from\": 1}", "",
          "task \"t\": target.slice needs either \"value\" or \"from\" and \"until\"" },
        { FROM, TO "\"append\", \"commit\": \"segment\"", "",
          "task \"t\": target.commit \"segment\" is not in this version" },
        { FROM, TO "\"overwrite\", \"undo_hours\": 3", "",
          "task \"t\": target.undo_hours is not in this version" },
        { FROM, TO "\"append\"", "\"depends_on\": []",
          "task \"t\": depends_on is not in this version" },
        { FROM, TO "\"append\"", "\"schedule\": {\"kind\": \"clock\", \"cron\": \"* * * * *\"}",
          "task \"t\": schedule.kind \"clock\" is not in this version" },
        { FROM, TO "\"append\"", "\"limits\": {\"timeout_minutes\": 301}",
          "task \"t\": limits.timeout_minutes must be a whole number from 1 to 300" },
        { FROM, TO "\"append\"", "\"limits\": {\"streams\": 17}",
          "task \"t\": limits.streams must be a whole number from 1 to 16" },
        { FROM, TO "\"append\"", "\"rejects\": {\"limit\": \"many\"}",
          "task \"t\": rejects.limit must be a number of rows, a percentage such as \"0.5%\", "
          "\"none\" or \"unlimited\"" },
        { FROM, TO "\"append\"", "\"mapping\": {\"by\": \"custom\"}",
          "task \"t\": mapping.by \"custom\" maps only what mapping.columns lists, and it lists "
          "nothing" },
        { FROM, TO "\"append\"", "\"mapping\": {\"columns\": [{\"target\": \"x\"}]}",
          "task \"t\": mapping.columns[0] needs exactly one of: source, constant, parameter, "
          "skip" },
        { FROM, TO "\"append\"",
          "\"mapping\": {\"columns\": [{\"target\": \"x\", \"source\": \"a\"}, "
          "{\"target\": \"x\", \"source\": \"b\"}]}",
          "task \"t\": mapping.columns[1] maps target column \"x\" again" },
        { FROM, TO "\"append\"",
          "\"mapping\": {\"columns\": [{\"target\": \"x\", \"constant\": 1, \"replace\": "
          "[{\"find\": \"a\", \"with\": \"b\"}]}]}",
          "task \"t\": mapping.columns[0].replace works on a source column only" },
        { FROM, TO "\"append\"",
          "\"mapping\": {\"columns\": [{\"target\": \"x\", \"replace\": [{\"find\": \"(\", "
          "\"with\": \"\", \"regex\": true}]}]}",
          NULL },
        { FROM, TO "\"append\"", "\"parameters\": {\"a b\": 1}",
          "task \"t\": parameters: \"a b\" is not a name of letters, digits and _" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = whole(cases[i].source, cases[i].target, cases[i].more);
        json_t *document = read_json(text);
        error *err = NULL;
        g_autoptr(task) t = task_parse(document, &err);
        if (t != NULL)
            fail_msg("accepted: %s", text);
        assert_int_equal(err->code, ERROR_DOCUMENT);
        if (cases[i].message != NULL)
            assert_string_equal(err->message, cases[i].message);
        error_free(err);
        json_decref(document);
    }
}

static void a_manual_schedule_is_accepted(void **state)
{
    (void)state;
    g_autofree char *text = whole(FROM, TO "\"append\"", "\"schedule\": {\"kind\": \"manual\"}");
    task_free(parse(text));
}

static void export_saved_and_exported_again_is_identical(void **state)
{
    (void)state;
    json_t *document = read_json(full);
    char *first = task_export(document);
    json_t *again = read_json(first);
    char *second = task_export(again);
    assert_string_equal(first, second);
    assert_true(json_equal(document, again));
    assert_true(g_str_has_prefix(first, "{\n  \"name\": \"daily_orders\",\n  \"description\""));
    assert_true(g_str_has_suffix(first, "\"time_zone\": \"Asia/Shanghai\"\n}\n"));
    free(first);
    free(second);
    json_decref(again);
    json_decref(document);
}

static void the_order_of_keys_does_not_matter_for_export(void **state)
{
    (void)state;
    json_t *a = read_json("{\"target\": {\"mode\": \"append\", \"table\": \"d\", \"connection\": "
                          "\"b\"}, \"source\": {\"table\": \"s\", \"connection\": \"a\"}, "
                          "\"name\": \"t\", \"parameters\": {\"z\": 1, \"a\": 2}}");
    json_t *b = read_json("{\"name\": \"t\", \"source\": {\"connection\": \"a\", \"table\": \"s\"},"
                          " \"target\": {\"connection\": \"b\", \"table\": \"d\", \"mode\": "
                          "\"append\"}, \"parameters\": {\"a\": 2, \"z\": 1}}");
    char *x = task_export(a), *y = task_export(b);
    assert_string_equal(x, y);
    free(x);
    free(y);
    json_decref(a);
    json_decref(b);
}

static void a_mapping_is_confirmed_again_after_its_ends_changed(void **state)
{
    (void)state;
    static const struct {
        const char *what, *source, *target, *more;
        bool confirm;
    } cases[] = {
        { "nothing changed", FROM, TO "\"append\"", "", false },
        { "source table", "\"connection\": \"a\", \"table\": \"s2\"", TO "\"append\"", "", true },
        { "source columns", FROM ", \"columns\": [\"x\"]", TO "\"append\"", "", true },
        { "table to query", "\"connection\": \"a\", \"query\": \"SELECT 1\"", TO "\"append\"", "",
          true },
        { "target table", FROM, "\"connection\": \"b\", \"table\": \"e\", \"mode\": \"append\"", "",
          true },
        { "target connection", FROM,
          "\"connection\": \"c\", \"table\": \"d\", \"mode\": \"append\"", "", true },
        { "mode", FROM, TO "\"overwrite\"", "", false },
        { "where", FROM ", \"where\": \"x > 1\"", TO "\"append\"", "", false },
        { "table and mapping", "\"connection\": \"a\", \"table\": \"s2\"", TO "\"append\"",
          "\"mapping\": {\"by\": \"position\"}", false },
        { "another spelling", "\"connection\": \"a\", \"table\": [\"s\"]", TO "\"append\"", "",
          false },
    };
    g_autofree char *text = whole(FROM, TO "\"append\"", "");
    json_t *before = read_json(text);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *other = whole(cases[i].source, cases[i].target, cases[i].more);
        json_t *after = read_json(other);
        if (task_needs_confirm(before, after) != cases[i].confirm)
            fail_msg("%s", cases[i].what);
        json_decref(after);
    }
    json_decref(before);
}

static void patterns_name_the_tables_of_the_rule_book(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        unsigned n;
        const char *first, *last, *all;
    } cases[] = {
        { "order_[01-10]", 10, "order_01", "order_10", NULL },
        { "table_[0-99]", 100, "table_0", "table_99", NULL },
        { "t[00-99]", 100, "t00", "t99", NULL },
        { "t[0-2]more", 3, "t0more", "t2more", "t0more t1more t2more" },
        { "db1.t[1-3]", 3, "db1.t1", "db1.t3", "db1.t1 db1.t2 db1.t3" },
        { "t[10-8]", 3, "t8", "t10", "t8 t9 t10" },
        { "t[08-11]", 4, "t08", "t11", "t08 t09 t10 t11" },
        { "t[8-011]", 4, "t8", "t11", "t8 t9 t10 t11" },
        { "a,b_[0-1]", 3, "a", "b_1", "a b_0 b_1" },
        { "table_00[0-9],table_0[10-99],table_[100-999]", 1000, "table_000", "table_999", NULL },
        { "plain", 1, "plain", "plain", "plain" },
        { "t[a-b]", 1, "t[a-b]", "t[a-b]", "t[a-b]" },
        { "t[1-2][3-4]", 1, "t[1-2][3-4]", "t[1-2][3-4]", NULL },
        { "t_$[yyyymmdd-1]", 1, "t_$[yyyymmdd-1]", "t_$[yyyymmdd-1]", NULL },
        { "t[1-10000]", 10000, "t1", "t10000", NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        error *err = NULL;
        g_auto(GStrv) names = table_pattern_expand(cases[i].pattern, &err);
        assert_non_null(names);
        assert_int_equal(g_strv_length(names), cases[i].n);
        assert_string_equal(names[0], cases[i].first);
        assert_string_equal(names[cases[i].n - 1], cases[i].last);
        if (cases[i].all != NULL) {
            g_autofree char *all = g_strjoinv(" ", names);
            assert_string_equal(all, cases[i].all);
        }
    }
}

static void patterns_that_cannot_be_meant_are_refused(void **state)
{
    (void)state;
    static const char *const patterns[] = { "",    "a,,b",     "t[1-10001]", "t[0-99999999999]",
                                            "a,a", "t[1-3],t2" };
    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
        error *err = NULL;
        assert_null(table_pattern_expand(patterns[i], &err));
        assert_int_equal(err->code, ERROR_DOCUMENT);
        error_free(err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_the_example_is_read),
        cmocka_unit_test(defaults_depend_on_the_mode),
        cmocka_unit_test(rejects_may_be_a_number_a_share_or_words),
        cmocka_unit_test(a_table_name_splits_at_its_single_dot),
        cmocka_unit_test(shards_and_patterns_are_kept_as_written),
        cmocka_unit_test(a_slice_is_a_value_or_a_range),
        cmocka_unit_test(a_file_target_keeps_the_dots_of_its_name),
        cmocka_unit_test(wrong_documents_say_what_is_wrong),
        cmocka_unit_test(a_manual_schedule_is_accepted),
        cmocka_unit_test(export_saved_and_exported_again_is_identical),
        cmocka_unit_test(the_order_of_keys_does_not_matter_for_export),
        cmocka_unit_test(a_mapping_is_confirmed_again_after_its_ends_changed),
        cmocka_unit_test(patterns_name_the_tables_of_the_rule_book),
        cmocka_unit_test(patterns_that_cannot_be_meant_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
