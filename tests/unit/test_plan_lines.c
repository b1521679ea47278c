#include "ui/canvas.h"
#include "ui/plan_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_json(const char *text)
{
    json_error_t wrong;
    json_t *json = json_loads(text, 0, &wrong);
    if (json == NULL)
        fail_msg("%s in %s", wrong.text, text);
    return json;
}

/* The text of the first line with @label, NULL when there is none. */
static const plan_line *find(const GPtrArray *lines, const char *label)
{
    for (guint i = 0; i < lines->len; i++)
        if (strcmp(((const plan_line *)lines->pdata[i])->label, label) == 0)
            return lines->pdata[i];
    return NULL;
}

static bool has_text(const GPtrArray *lines, const char *text)
{
    for (guint i = 0; i < lines->len; i++)
        if (strcmp(((const plan_line *)lines->pdata[i])->text, text) == 0)
            return true;
    return false;
}

static const char plan[] =
    "{\"task\": \"t\", \"business_date\": \"2026-03-01\", \"mode\": \"append\","
    " \"readers_see\": \"all\", \"reject_limit\": 10, \"warnings\": [\"w1\", \"w2\"],"
    " \"confirmed\": false,"
    " \"source\": {\"connection\": \"s\", \"type\": \"sqlite\", \"row_estimate\": 12000,"
    "  \"filter\": \"a = 1\", \"ignored_columns\": [\"x\"]},"
    " \"target\": {\"connection\": \"d\", \"type\": \"sqlite\", \"table\": \"t\","
    "  \"created\": false, \"slice\": null},"
    " \"mapping\": [{\"target\": \"a\", \"type\": \"INT\", \"source\": \"b\","
    "   \"source_type\": \"TEXT\", \"carried\": \"checked\"},"
    "  {\"target\": \"c\", \"type\": \"INT\", \"constant\": \"7\"},"
    "  {\"target\": \"e\", \"type\": \"INT\", \"constant\": null}],"
    " \"segments\": [{\"segment\": 0, \"what\": \"all\", \"sql\": \"SELECT\\n1\", \"file\": null}],"
    " \"statements\": {\"publish\": [\"INSERT 1\", \"INSERT 2\"], \"odd\": \"SOMETHING\"}}";

static void everything_of_a_plan_has_its_line(void **state)
{
    (void)state;
    json_t *json = read_json(plan);
    g_autoptr(GPtrArray) lines = plan_lines(json);
    static const char *const texts[] = {
        "s (sqlite)",
        "about 12,000 rows",
        "a = 1",
        "d: t (sqlite)",
        "append",
        "all",
        "up to 10",
        "a INT from b TEXT, checked",
        "c INT always '7'",
        "e INT always NULL",
        "x",
        "SELECT 1",
        "INSERT 1",
        "INSERT 2",
        "SOMETHING",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
        if (!has_text(lines, texts[i]))
            fail_msg("no line says %s", texts[i]);
    assert_int_equal(find(lines, "Warning")->look, LOOK_WARNING);
    assert_true(find(lines, "Writing")->is_title);
    json_decref(json);
}

static void a_plan_with_nothing_in_it_is_shown_all_the_same(void **state)
{
    (void)state;
    json_t *json = json_object();
    g_autoptr(GPtrArray) lines = plan_lines(json);
    assert_non_null(find(lines, "What happens"));
    json_decref(json);
}

static void what_comes_from_a_server_is_made_safe(void **state)
{
    (void)state;
    json_t *json = read_json("{\"segments\": [{\"what\": \"a\\u001b[2Jb\\u202e\"}]}");
    g_autoptr(GPtrArray) lines = plan_lines(json);
    const char *text = find(lines, "Segment 1")->text;
    assert_null(strchr(text, 27));
    assert_non_null(strstr(text, "<U+202E>"));
    json_decref(json);
}

static const struct {
    const char *plan, *want;
} consequences[] = {
    { "{\"mode\": \"append\", \"target\": {\"connection\": \"d\", \"table\": \"t\"}}",
      "Rows are added to d: t; those that are there stay." },
    { "{\"mode\": \"overwrite\", \"target\": {\"connection\": \"d\", \"table\": \"t\"}}",
      "All rows of d: t are replaced." },
    { "{\"mode\": \"overwrite\","
      " \"target\": {\"connection\": \"d\", \"table\": \"t\", \"slice\": \"day = 1\"}}",
      "The rows of the slice day = 1 in d: t are replaced." },
    { "{\"mode\": \"overwrite\","
      " \"target\": {\"connection\": \"d\", \"table\": \"t\", \"created\": true}}",
      "d: t is made and filled." },
    { "{\"mode\": \"upsert\", \"target\": {\"connection\": \"d\", \"table\": \"t\"}}",
      "Rows with a known key are changed in d: t, new ones are added, others stay." },
};

static void the_question_names_what_is_lost(void **state)
{
    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(consequences); i++) {
        json_t *json = read_json(consequences[i].plan);
        g_autofree char *got = plan_consequence(json);
        assert_string_equal(got, consequences[i].want);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_of_a_plan_has_its_line),
        cmocka_unit_test(a_plan_with_nothing_in_it_is_shown_all_the_same),
        cmocka_unit_test(what_comes_from_a_server_is_made_safe),
        cmocka_unit_test(the_question_names_what_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
