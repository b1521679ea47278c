/* Rejects by reason, and one of them beside what the target would get. */
#include "ui/reject_cells.h"
#include "ui/reject_groups.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *read_json(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    return json;
}

static void most_frequent_reason_first_and_equal_ones_as_they_came(void **state)
{
    (void)state;
    json_t *rejects =
        read_json("[{\"number\": 1, \"class\": \"null\", \"column\": \"a\", \"time\": \"t1\"},"
                  " {\"number\": 2, \"class\": \"type\", \"column\": \"b\", \"closed\": true},"
                  " {\"number\": 3, \"class\": \"other\", \"message\": \"the server said no\"},"
                  " {\"number\": 4, \"class\": \"type\", \"column\": \"b\", \"edited\": true},"
                  " {\"number\": 5, \"class\": \"type\", \"column\": \"c\"}]");
    g_autoptr(GPtrArray) groups = reject_groups_of(rejects);
    static const struct {
        const char *words;
        guint rows;
        unsigned open, edited;
    } want[] = {
        { "b: not a value of its type", 2, 1, 1 },
        { "a: NULL, but a value is needed", 1, 1, 0 },
        { "the server said no", 1, 1, 0 },
        { "c: not a value of its type", 1, 1, 0 },
    };
    assert_int_equal(groups->len, G_N_ELEMENTS(want));
    for (unsigned i = 0; i < groups->len; i++) {
        const reject_group *g = groups->pdata[i];
        assert_string_equal(g->words, want[i].words);
        assert_int_equal(g->rows->len, want[i].rows);
        assert_int_equal(g->open, want[i].open);
        assert_int_equal(g->edited, want[i].edited);
    }
    json_decref(rejects);
}

static const char mapping_text[] =
    "[{\"target\": \"key\", \"type\": \"INTEGER\", \"source\": \"id\", \"carried\": \"checked\"},"
    " {\"target\": \"day\", \"type\": \"DATE\", \"source\": \"when\", \"carried\": \"converted\"},"
    " {\"target\": \"amount\", \"type\": \"NUMERIC\", \"source\": \"sum\","
    "  \"carried\": \"converted\"},"
    " {\"target\": \"origin\", \"type\": \"TEXT\", \"constant\": \"bi\"}]";

static const char values_text[] = "{\"id\": {\"i\": 7}, \"when\": {\"t\": \"31.02.\"},"
                                  " \"sum\": {\"n\": \"1.50\"}, \"note\": null}";

static void check_cells(const char *more, const char *day)
{
    const struct {
        const char *source, *target, *text, *would;
        bool refused;
    } want[] = {
        { "id", "key", "7", "7", false },
        { "when", "day", "31.02.", day, true },
        { "sum", "amount", "1.50", "1.50  (as NUMERIC)", false },
        { NULL, "origin", NULL, "bi", false },
        { "note", NULL, NULL, "not carried", false },
    };
    g_autofree char *text =
        g_strdup_printf("{\"class\": \"type\", \"column\": \"day\", \"message\": \"column "
                        "\\\"day\\\": no date\", \"values\": %s%s}",
                        values_text, more);
    json_t *reject = read_json(text), *mapping = read_json(mapping_text);
    g_autoptr(GPtrArray) cells = reject_cells_of(reject, mapping);
    assert_int_equal(cells->len, G_N_ELEMENTS(want));
    for (unsigned i = 0; i < cells->len; i++) {
        const reject_cell *c = cells->pdata[i];
        assert_int_equal(g_strcmp0(c->source, want[i].source), 0);
        assert_int_equal(g_strcmp0(c->target, want[i].target), 0);
        assert_int_equal(g_strcmp0(c->text, want[i].text), 0);
        assert_string_equal(c->would, want[i].would);
        assert_int_equal(c->refused, want[i].refused);
    }
    json_decref(reject);
    json_decref(mapping);
}

static void the_refused_value_is_judged_by_what_happened_since(void **state)
{
    (void)state;
    check_cells("", "nothing: no date");
    check_cells(", \"edited\": true", "31.02.  (checked when sent)");
    check_cells(", \"edited\": true, \"closed\": true", "31.02.  (as DATE)");
}

static void without_a_plan_names_are_taken_as_equal(void **state)
{
    (void)state;
    json_t *reject = read_json("{\"column\": \"b\", \"message\": \"no\","
                               " \"values\": {\"a\": \"1\", \"b\": true}}");
    g_autoptr(GPtrArray) cells = reject_cells_of(reject, NULL);
    assert_int_equal(cells->len, 2);
    const reject_cell *second = cells->pdata[1];
    assert_string_equal(second->text, "true");
    assert_string_equal(second->would, "nothing: no");
    json_decref(reject);
}

static void a_line_that_is_no_row_has_no_cells_but_gets_its_columns(void **state)
{
    (void)state;
    json_t *reject = read_json("{\"class\": \"malformed\", \"raw\": \"a;b\", \"values\": null}");
    g_autoptr(GPtrArray) cells = reject_cells_of(reject, NULL);
    assert_int_equal(cells->len, 0);
    g_autofree char *text = g_strdup_printf(
        "{\"mapping\": %s, \"source\": {\"ignored_columns\": [\"note\"]}}", mapping_text);
    json_t *plan = read_json(text), *row = reject_empty_row(plan);
    json_t *want = read_json("{\"id\": \"\", \"when\": \"\", \"sum\": \"\", \"note\": \"\"}");
    assert_true(json_equal(row, want));
    json_decref(reject);
    json_decref(plan);
    json_decref(row);
    json_decref(want);
}

static void an_edited_value_is_text_but_bytes_stay_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *before, *typed, *after;
    } cases[] = {
        { "null", "x", "\"x\"" },
        { "{\"i\": 5}", "6", "\"6\"" },
        { "{\"t\": \"a\"}", "", "\"\"" },
        { "{\"b\": \"00ff\"}", "01", "{\"b\": \"01\"}" },
        { "{\"t_hex\": \"00\"}", "41", "{\"t_hex\": \"41\"}" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *before = read_json(cases[i].before), *want = read_json(cases[i].after);
        json_t *after = reject_value_from_text(before, cases[i].typed);
        assert_true(json_equal(after, want));
        json_decref(before);
        json_decref(want);
        json_decref(after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_frequent_reason_first_and_equal_ones_as_they_came),
        cmocka_unit_test(the_refused_value_is_judged_by_what_happened_since),
        cmocka_unit_test(without_a_plan_names_are_taken_as_equal),
        cmocka_unit_test(a_line_that_is_no_row_has_no_cells_but_gets_its_columns),
        cmocka_unit_test(an_edited_value_is_text_but_bytes_stay_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
