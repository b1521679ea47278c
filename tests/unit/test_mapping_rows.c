#include "base/document.h"
#include "ferry/task.h"
#include "ui/mapping_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_json(const char *text)
{
    json_error_t wrong;
    json_t *json = json_loads(text, JSON_DECODE_ANY, &wrong);
    if (json == NULL)
        fail_msg("%s in %s", wrong.text, text);
    return json;
}

static GPtrArray *columns_of(const char *text)
{
    json_t *json = read_json(text);
    GPtrArray *columns = table_columns_from_json(json);
    json_decref(json);
    return columns;
}

static void append_row(GString *out, const mapping_row *r)
{
    static const char *const rules[] = { "copy", "constant",  "parameter", "skip",
                                         "none", "generated", "unused",    "unknown" };
    static const char *const problems[] = { "",         " !target", " !source",   " !ambiguous",
                                            " !needed", " !twice",  " !nottaken", " !malformed" };
    g_string_append_printf(out, "%s%s %s%s%s%s\n", r->target != NULL ? r->target : "-",
                           r->own != NULL ? "*" : "", rules[r->rule], r->source != NULL ? " " : "",
                           r->source != NULL ? r->source : "", problems[r->problem]);
}

#define SOURCES "[{\"name\": \"id\"}, {\"name\": \"Note\"}, {\"name\": \"extra\"}]"
#define TARGETS                                                                      \
    "[{\"name\": \"id\", \"key\": true, \"not_null\": true}, {\"name\": \"note\"}, " \
    "{\"name\": \"origin\", \"not_null\": true}, {\"name\": \"made\", \"generated\": true}]"

static const struct {
    const char *mapping, *sources, *targets, *want;
} cases[] = {
    { "null", SOURCES, TARGETS,
      "id copy id\nnote copy Note\norigin none !needed\nmade generated\n- unused extra\n" },
    { "{\"by\": \"custom\", \"columns\": [{\"target\": \"id\", \"source\": \"ID\"}]}", SOURCES,
      TARGETS,
      "id* copy id\nnote none\norigin none !needed\nmade generated\n- unused Note\n"
      "- unused extra\n" },
    { "{\"by\": \"position\"}", SOURCES, TARGETS,
      "id copy id\nnote copy Note\norigin copy extra\nmade generated\n" },
    { "{\"by\": \"position\", \"columns\": [{\"target\": \"note\", \"skip\": true}]}", SOURCES,
      TARGETS, "id copy id\nnote* skip\norigin copy Note\nmade generated\n- unused extra\n" },
    { "{\"columns\": [{\"target\": \"origin\", \"constant\": \"bi\"}, "
      "{\"target\": \"note\", \"replace\": [{\"find\": \"a\", \"with\": \"b\"}]}, "
      "{\"target\": \"gone\", \"parameter\": \"bizdate\"}]}",
      SOURCES, TARGETS,
      "id copy id\nnote* copy Note\norigin* constant\nmade generated\n"
      "gone* parameter !target\n- unused extra\n" },
    { "{\"columns\": [{\"target\": \"made\", \"constant\": 1}, {\"target\": \"id\", "
      "\"source\": \"no\"}]}",
      SOURCES, TARGETS,
      "id* copy no !source\nnote copy Note\norigin none !needed\nmade* constant !nottaken\n"
      "- unused id\n- unused extra\n" },
    { "{\"columns\": [{\"target\": \"id\", \"source\": \"extra\"}, {\"target\": \"id\", "
      "\"constant\": null}, {\"target\": \"note\"}, {\"source\": \"id\"}]}",
      SOURCES, TARGETS,
      "id* copy extra\nnote* unknown !malformed\norigin none !needed\nmade generated\n"
      "id* constant !twice\n-* unknown !malformed\n- unused id\n- unused Note\n" },
    { "null", "[{\"name\": \"a\"}, {\"name\": \"A\"}]", "[{\"name\": \"Ä\"}, {\"name\": \"a\"}]",
      "Ä none\na copy a\n- unused A\n" },
    { "null", "[{\"name\": \"nO\"}, {\"name\": \"No\"}]", "[{\"name\": \"no\"}]",
      "no copy no !ambiguous\n- unused nO\n- unused No\n" },
};

static void each_target_column_gets_what_the_plan_gives_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *mapping = read_json(cases[i].mapping);
        g_autoptr(GPtrArray) sources = columns_of(cases[i].sources);
        g_autoptr(GPtrArray) targets = columns_of(cases[i].targets);
        g_autoptr(mapping_rows) m = mapping_rows_new(mapping, sources, targets, false);
        g_autoptr(GString) got = g_string_new(NULL);
        for (unsigned k = 0; k < mapping_rows_count(m); k++)
            append_row(got, mapping_rows_get(m, k));
        if (strcmp(got->str, cases[i].want) != 0)
            fail_msg("%s:\n%s\nnot\n%s", cases[i].mapping, got->str, cases[i].want);
        json_decref(mapping);
    }
}

static void a_new_table_gets_the_columns_of_the_source_and_the_listed_ones(void **state)
{
    (void)state;
    json_t *mapping =
        read_json("{\"columns\": [{\"target\": \"at\", \"parameter\": \"start_time\"}, "
                  "{\"target\": \"Note\", \"skip\": true}]}");
    g_autoptr(GPtrArray) sources = columns_of(SOURCES);
    g_autoptr(mapping_rows) m = mapping_rows_new(mapping, sources, NULL, true);
    g_autoptr(GString) got = g_string_new(NULL);
    for (unsigned k = 0; k < mapping_rows_count(m); k++)
        append_row(got, mapping_rows_get(m, k));
    assert_string_equal(got->str,
                        "id copy id\nNote* skip\nextra copy extra\nat* parameter\n- unused Note\n");
    json_decref(mapping);
}

static void unequal_numbers_by_position_are_told(void **state)
{
    (void)state;
    json_t *mapping = read_json("{\"by\": \"position\"}");
    g_autoptr(GPtrArray) sources = columns_of(SOURCES);
    g_autoptr(GPtrArray) targets = columns_of("[{\"name\": \"a\"}, {\"name\": \"b\"}]");
    g_autoptr(mapping_rows) m = mapping_rows_new(mapping, sources, targets, false);
    unsigned from, to;
    assert_true(mapping_rows_differ(m, &from, &to));
    assert_int_equal(from, 3);
    assert_int_equal(to, 2);
    json_decref(mapping);
}

/* --- random documents ------------------------------------------------------ */

static const char *const names[] = { "id", "note", "NOTE", "origin", "made", "extra", "ä", "x.y" };

static const char *pick(GRand *dice)
{
    return names[g_rand_int_range(dice, 0, G_N_ELEMENTS(names))];
}

static json_t *random_columns(GRand *dice)
{
    json_t *list = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_rand_boolean(dice))
            json_array_append_new(list, json_pack("{s:s, s:b, s:b}", "name", names[i], "not_null",
                                                  g_rand_boolean(dice), "generated",
                                                  g_rand_int_range(dice, 0, 4) == 0));
    return list;
}

static json_t *random_rule(GRand *dice)
{
    switch (g_rand_int_range(dice, 0, 6)) {
    case 0:
        return json_pack("{s:s}", "source", pick(dice));
    case 1:
        return json_pack("{s:o}", "constant", json_real(0.5));
    case 2:
        return json_pack("{s:n}", "constant");
    case 3:
        return json_pack("{s:s}", "parameter", "start_time");
    case 4:
        return json_pack("{s:b}", "skip", 1);
    default:
        return json_pack("{s:s, s:[{s:s, s:s, s:b}]}", "source", pick(dice), "replace", "find",
                         "\t", "with", "", "regex", g_rand_boolean(dice));
    }
}

/* A mapping that a task document may hold. */
static json_t *random_mapping(GRand *dice)
{
    static const char *const bys[] = { "name", "position", "custom" };
    json_t *mapping = json_object();
    if (g_rand_boolean(dice))
        json_object_set_new(mapping, "by", json_string(bys[g_rand_int_range(dice, 0, 3)]));
    if (g_rand_boolean(dice))
        json_object_set_new(mapping, "unmapped",
                            json_string(g_rand_boolean(dice) ? "null" : "default"));
    json_t *columns = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        size_t at = (i * 3 + 1) % G_N_ELEMENTS(names);
        if (g_rand_boolean(dice))
            continue;
        json_t *entry = json_pack("{s:s}", "target", names[at]), *rule = random_rule(dice);
        json_object_update(entry, rule);
        json_decref(rule);
        json_array_append_new(columns, entry);
    }
    if (json_array_size(columns) > 0)
        json_object_set(mapping, "columns", columns);
    json_decref(columns);
    return mapping;
}

/* The columns of the document as the rows hold them. */
static json_t *columns_in_rows(const mapping_rows *m, const json_t *mapping)
{
    json_t *list = json_array();
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(mapping, "columns"), i, entry)
    {
        unsigned found = 0;
        for (unsigned k = 0; k < mapping_rows_count(m); k++) {
            const mapping_row *r = mapping_rows_get(m, k);
            if (r->own == NULL || !json_equal((json_t *)r->own, entry))
                continue;
            found++;
            json_array_append_new(list, json_deep_copy(r->own));
        }
        assert_int_equal(found, 1);
    }
    return list;
}

static void assert_same(const json_t *got, const json_t *want)
{
    if (got == want || json_equal((json_t *)got, (json_t *)want))
        return;
    g_autofree char *a = got != NULL ? json_dumps(got, 0) : g_strdup("nothing");
    g_autofree char *b = want != NULL ? json_dumps(want, 0) : g_strdup("nothing");
    fail_msg("%s is not %s", a, b);
}

/* A rule that comes and goes leaves no trace; another one keeps its place. */
static void check_changes(const json_t *mapping, const mapping_rows *m, GRand *dice)
{
    for (unsigned i = 0; i < mapping_rows_count(m); i++) {
        const mapping_row *r = mapping_rows_get(m, i);
        if (r->target == NULL)
            continue;
        json_t *changed = mapping_with_rule(mapping, r->target, random_rule(dice));
        json_t *back =
            mapping_with_rule(changed, r->target, r->own != NULL ? json_deep_copy(r->own) : NULL);
        const json_t *want = json_object_size(mapping) > 0 ? mapping : NULL;
        assert_same(back, want);
        json_t *less = mapping_without_own(m, i);
        json_t *again = mapping_with_rule(mapping, r->target, NULL);
        assert_same(less, again);
        json_decref(changed);
        json_decref(back);
        json_decref(less);
        json_decref(again);
    }
}

/* What is written out as rules maps the same. */
static void check_frozen(const mapping_rows *m, const GPtrArray *sources, const GPtrArray *targets,
                         bool is_new)
{
    json_t *frozen = mapping_frozen(m);
    g_autoptr(mapping_rows) again = mapping_rows_new(frozen, sources, targets, is_new);
    for (unsigned i = 0; i < mapping_rows_count(m); i++) {
        const mapping_row *r = mapping_rows_get(m, i);
        if (r->target == NULL || r->rule != RULE_COPY || r->problem != MAPPING_FINE)
            continue;
        int k = mapping_rows_find(again, r->target);
        assert_true(k >= 0);
        assert_string_equal(mapping_rows_get(again, (unsigned)k)->source, r->source);
    }
    json_decref(frozen);
}

/* The document of a task with @mapping, as `task save` takes it. */
static void check_valid(const json_t *mapping)
{
    json_t *document = read_json("{\"name\": \"t\", \"source\": {\"connection\": \"a\", "
                                 "\"table\": \"s\"}, \"target\": {\"connection\": \"b\", "
                                 "\"table\": \"d\", \"mode\": \"append\"}}");
    if (mapping != NULL)
        json_object_set_new(document, "mapping", json_deep_copy(mapping));
    error *err = NULL;
    g_autoptr(task) t = task_parse(document, &err);
    if (t == NULL)
        fail_msg("%s", err->message);
    json_decref(document);
}

static void nothing_of_a_document_is_lost(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 2000; seed++) {
        GRand *dice = g_rand_new_with_seed(seed);
        json_t *from = random_columns(dice), *to = random_columns(dice);
        json_t *mapping = random_mapping(dice);
        bool is_new = g_rand_boolean(dice);
        g_autoptr(GPtrArray) sources = table_columns_from_json(from);
        g_autoptr(GPtrArray) targets = table_columns_from_json(to);
        g_autoptr(mapping_rows) m = mapping_rows_new(mapping, sources, targets, is_new);
        json_t *kept = columns_in_rows(m, mapping);
        if (json_array_size(kept) > 0)
            assert_same(kept, json_object_get(mapping, "columns"));
        check_changes(mapping, m, dice);
        check_frozen(m, sources, targets, is_new);
        bool custom = g_strcmp0(json_string_value(json_object_get(mapping, "by")), "custom") == 0;
        if (!custom || json_array_size(kept) > 0)
            check_valid(mapping);
        json_decref(kept);
        json_decref(from);
        json_decref(to);
        json_decref(mapping);
        g_rand_free(dice);
    }
}

static void the_default_of_a_key_is_no_key(void **state)
{
    (void)state;
    json_t *mapping = read_json("{\"by\": \"position\", \"unmapped\": \"null\", \"columns\": "
                                "[{\"target\": \"a\", \"skip\": true}]}");
    json_t *by = mapping_with_by(mapping, NULL, true);
    assert_same(json_object_get(by, "columns"), json_object_get(mapping, "columns"));
    json_t *unmapped = mapping_with_unmapped(by, NULL);
    assert_int_equal(json_object_size(unmapped), 1);
    assert_null(mapping_with_by(unmapped, NULL, false));
    json_decref(mapping);
    json_decref(by);
    json_decref(unmapped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_target_column_gets_what_the_plan_gives_it),
        cmocka_unit_test(a_new_table_gets_the_columns_of_the_source_and_the_listed_ones),
        cmocka_unit_test(unequal_numbers_by_position_are_told),
        cmocka_unit_test(nothing_of_a_document_is_lost),
        cmocka_unit_test(the_default_of_a_key_is_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
