/* The corpus of spec/presql-guard.md, and what the guard makes of it. */
#include "guard_corpus.h"
#include "guard_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <glib/gstdio.h>

/* --- dialects ------------------------------------------------------------- */

typedef struct {
    dialect *dialects[N_DIALECTS];
} fixture;

static dialect *load_changed(const char *name, const char *from, const char *to)
{
    g_autoptr(error) e = NULL;
    g_autofree char *path = g_strdup_printf("%s/data/dialects/%s.ini", SRCDIR, name);
    dialect *d;
    if (from == NULL) {
        d = dialect_load_file(path, &e);
    } else {
        g_autofree char *text = NULL;
        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_autoptr(GString) changed = g_string_new(text);
        assert_int_equal(g_string_replace(changed, from, to, 0), 1);
        g_autofree char *folder = g_dir_make_tmp("guard-XXXXXX", NULL);
        g_autofree char *copy = g_build_filename(folder, "mysql.ini", NULL);
        assert_true(g_file_set_contents(copy, changed->str, -1, NULL));
        d = dialect_load_file(copy, &e);
        g_unlink(copy);
        g_rmdir(folder);
    }
    if (d == NULL)
        fail_msg("%s", e->message);
    return d;
}

static int set_up(void **state)
{
    fixture *f = g_new0(fixture, 1);
    f->dialects[0] = load_changed("postgresql", NULL, NULL);
    f->dialects[1] = load_changed("sqlite", NULL, NULL);
    f->dialects[2] = load_changed("mysql", NULL, NULL);
    f->dialects[3] = load_changed("mysql", "escapes = backslashes", "escapes = quotes");
    f->dialects[4] = load_changed("mysql", "double_quoted_text", "double_quoted_names");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < N_DIALECTS; i++)
        dialect_free(f->dialects[i]);
    g_free(f);
    return 0;
}

/* T, as each catalogue would spell what T finds there. */
static guard_target target_of(const dialect *d)
{
    return fixture_target("s", strcmp(dialect_name(d), "postgresql") == 0 ? "t" : "T");
}

static guard_statement *check(const dialect *d, const char *text, size_t size, char *reason,
                              error **err)
{
    guard_target target = target_of(d);
    const guard_options options = { .expand = fixture_expand };
    return guard_check(d, &target, text, size, &options, reason, err);
}

/* --- the corpus ----------------------------------------------------------- */

static void check_row(const dialect *d, const corpus_row *row)
{
    g_autoptr(error) e = NULL;
    char reason = '?';
    g_autoptr(guard_statement) s = check(d, row->text, row->size, &reason, &e);
    if (s == NULL && row->verdict == 'A')
        fail_msg("%d %s: \"%s\" was refused: %c %s", row->number, dialect_name(d), row->text,
                 reason, e->message);
    if (s != NULL && row->verdict != 'A')
        fail_msg("%d %s: \"%s\" was accepted: %s", row->number, dialect_name(d), row->text, s->sql);
    if (s == NULL && reason != row->verdict)
        fail_msg("%d %s: \"%s\": %c instead of %c: %s", row->number, dialect_name(d), row->text,
                 reason, row->verdict, e->message);
    if (s == NULL) {
        assert_int_equal(e->code, ERROR_DOCUMENT);
        assert_true(g_str_has_prefix(e->message, "line "));
        return;
    }
    if (row->sql != NULL && strcmp(dialect_name(d), "sqlite") == 0)
        assert_string_equal(s->predicate, row->sql);
}

static void the_corpus_gets_its_verdicts(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(corpus); i++)
        for (int j = 0; j < N_DIALECTS; j++)
            if ((corpus[i].dialects & (1 << j)) != 0)
                check_row(f->dialects[j], &corpus[i]);
}

/* --- what depends on the target ------------------------------------------- */

static void check_target(const dialect *d, const guard_target *target, const char *text,
                         char verdict)
{
    g_autoptr(error) e = NULL;
    char reason = 0;
    const guard_options options = { .expand = fixture_expand };
    g_autoptr(guard_statement) s =
        guard_check(d, target, text, strlen(text), &options, &reason, &e);
    if ((s != NULL ? 'A' : reason) != verdict)
        fail_msg("%s: \"%s\" on %s: %c instead of %c: %s", dialect_name(d), text, target->name,
                 s != NULL ? 'A' : reason, verdict, s != NULL ? s->sql : e->message);
}

static void a_table_is_found_by_its_bytes(void **state)
{
    const fixture *f = *state;
    guard_target target = fixture_target(NULL, "T");
    check_target(f->dialects[0], &target, "DELETE FROM t WHERE id=1", 'Q'); /* 94 */
    check_target(f->dialects[0], &target, "DELETE FROM T WHERE id=1", 'Q');
    check_target(f->dialects[0], &target, "DELETE FROM \"T\" WHERE id=1", 'A');
    check_target(f->dialects[1], &target, "DELETE FROM t WHERE id=1", 'A');
    check_target(f->dialects[1], &target, "DELETE FROM \"t\" WHERE id=1", 'Q');
    check_target(f->dialects[1], &target, "DELETE FROM main.T WHERE id=1", 'T');
    check_target(f->dialects[2], &target, "DELETE FROM t WHERE id=1", 'Q'); /* 95 */
    check_target(f->dialects[2], &target, "DELETE FROM `T` WHERE ID=1", 'A');
    check_target(f->dialects[0], &target, "DELETE FROM \"T\" WHERE \"ID\"=1", 'Q');

    /* 70: the quoted name of another table */
    check_target(f->dialects[1], &target, "DELETE FROM \"T\"\"; DROP TABLE V--\"", 'T');
    check_target(f->dialects[1], &target, "DELETE FROM [T]]; DROP TABLE V--]", 'L');

    /* 97: é as one character and as two */
    target.name = "caf\u00e9";
    check_target(f->dialects[0], &target, "DELETE FROM caf\u00e9 WHERE id=1", 'A');
    check_target(f->dialects[0], &target, "DELETE FROM cafe\u0301 WHERE id=1", 'T');
    check_target(f->dialects[0], &target, "DELETE FROM \"cafe\u0301\" WHERE id=1", 'T');

    /* 98: what PostgreSQL would cut to 63 bytes */
    g_autofree char *name = g_strnfill(63, 'a');
    g_autofree char *text = g_strdup_printf("DELETE FROM %sx WHERE id=1", name);
    target.name = name;
    check_target(f->dialects[0], &target, text, 'Q');

    /* 96 once more, quoted; a name that needs its quotes */
    target.name = "a \"b\u3000";
    check_target(f->dialects[0], &target, "DELETE FROM \"a \"\"b\u3000\" WHERE id=1", 'A');
}

static void an_unqualified_name_may_mean_another_table(void **state)
{
    const fixture *f = *state;
    guard_target target = fixture_target("sales", "orders");
    target.schema_is_default = false;
    check_target(f->dialects[0], &target, "DELETE FROM orders WHERE id=1", 'T');
    check_target(f->dialects[0], &target, "DELETE FROM sales.orders WHERE id=1", 'A');
    check_target(f->dialects[0], &target, "DELETE FROM Sales.Orders WHERE id=1", 'A');
    check_target(f->dialects[0], &target, "DELETE FROM \"Sales\".orders WHERE id=1", 'Q');
}

static void a_column_named_like_a_word_of_sql_needs_its_quotes(void **state)
{
    const fixture *f = *state;
    static const char *const columns[] = { "option" };
    guard_target target = fixture_target(NULL, "t");
    target.columns = columns;
    target.n_columns = 1;
    check_target(f->dialects[1], &target, "DELETE FROM t WHERE \"option\" = 1", 'A');
    const char *text = "DELETE FROM t WHERE option = 1";
    const guard_options options = { 0 };
    g_autoptr(error) e = NULL;
    char reason;
    assert_null(guard_check(f->dialects[1], &target, text, strlen(text), &options, &reason, &e));
    assert_string_equal(e->hint, "write \"option\" for the column");
}

/* 124: views, rules, cascades; what the catalogue said is passed on. */
static void a_table_with_effects_is_refused(void **state)
{
    const fixture *f = *state;
    guard_target target = fixture_target(NULL, "t");
    target.refused = "a rule rewrites the delete";
    check_target(f->dialects[1], &target, "DELETE FROM t WHERE id=1", 'T');
    check_target(f->dialects[1], &target, "TRUNCATE t", 'T');
    check_target(f->dialects[1], &target, "DROP TABLE t", 'K');
}

static void options_allow_what_they_say(void **state)
{
    const fixture *f = *state;
    guard_target target = target_of(f->dialects[0]);
    const guard_options options = { .allow_full_delete = true, .allow_truncate_restart = true };
    g_autoptr(error) e = NULL;
    char reason;
    const char *all = "DELETE FROM t;", *restart = "TRUNCATE t RESTART IDENTITY",
               *macro = "DELETE FROM t WHERE d = '${n}'";
    g_autoptr(guard_statement) a =
        guard_check(f->dialects[0], &target, all, strlen(all), &options, &reason, NULL);
    assert_non_null(a);
    assert_false(a->truncate);
    assert_null(a->predicate);
    assert_string_equal(a->sql, "DELETE FROM \"s\".\"t\"");
    g_autoptr(guard_statement) b =
        guard_check(f->dialects[0], &target, restart, strlen(restart), &options, &reason, NULL);
    assert_non_null(b);
    assert_true(b->truncate);
    assert_string_equal(b->shown, "TRUNCATE TABLE \"s\".\"t\"");
    assert_null(guard_check(f->dialects[0], &target, macro, strlen(macro), &options, &reason, &e));
    assert_int_equal(reason, 'L');
    assert_string_equal(e->message, "line 1, column 25: parameters are not possible here");
}

/* --- values, words -------------------------------------------------------- */

static void values_are_bound_as_their_column(void **state)
{
    const fixture *f = *state;
    static const char text[] =
        "DELETE FROM T WHERE day < '2026-01-01' AND id = '7' AND d = 'it''s ${evil}' AND n < 1.005"
        " AND at < {{{today}}} AND flag = 'yes' AND d = '${empty}'";
    static const value_kind kinds[] = { VALUE_DATE,      VALUE_INT,  VALUE_TEXT, VALUE_DECIMAL,
                                        VALUE_TIMESTAMP, VALUE_BOOL, VALUE_TEXT };
    g_autoptr(error) e = NULL;
    char reason;
    g_autoptr(guard_statement) s = check(f->dialects[0], text, sizeof text - 1, &reason, &e);
    assert_non_null(s);
    assert_int_equal(s->values->len, G_N_ELEMENTS(kinds));
    for (unsigned i = 0; i < s->values->len; i++)
        assert_int_equal(g_array_index(s->values, value, i).kind, kinds[i]);
    const value *bound = &g_array_index(s->values, value, 2);
    assert_int_equal(bound->size, strlen("it's ' OR 1=1 --"));
    assert_memory_equal(bound->data, "it's ' OR 1=1 --", bound->size);
    assert_string_equal(s->sql, "DELETE FROM \"s\".\"t\" WHERE (\"day\" < $1 AND \"id\" = $2 AND "
                                "\"d\" = $3 AND \"n\" < $4 AND \"at\" < $5 AND \"flag\" = $6 AND "
                                "\"d\" = $7)");
    assert_string_equal(
        s->shown, "DELETE FROM \"s\".\"t\" WHERE (\"day\" < DATE '2026-01-01' AND \"id\" = 7 AND "
                  "\"d\" = 'it''s '' OR 1=1 --' AND \"n\" < 1.005 AND "
                  "\"at\" < TIMESTAMP '2026-01-31 00:00:00' AND \"flag\" = true AND \"d\" = '')");
}

static void what_people_see_cannot_turn_around(void **state)
{
    const fixture *f = *state;
    static const char text[] = "DELETE FROM T WHERE d = '\u202ex'";
    char reason;
    g_autoptr(guard_statement) s = check(f->dialects[1], text, sizeof text - 1, &reason, NULL);
    assert_non_null(s);
    assert_non_null(strstr(s->shown, "<U+202E>"));
}

static void a_refusal_says_what_where_and_what_instead(void **state)
{
    const fixture *f = *state;
    static const struct {
        int dialect;
        const char *text, *message, *hint;
    } cases[] = {
        { 0, "DELETE FROM \"V\"",
          "line 1, column 13: only the target \"s.t\" may be deleted from, not \"V\"",
          "write \"s\".\"t\"; to change another table, make it the target of its own task" },
        { 2, "DELETE FROM T\nWHERE \"date\" <= \"2026-01-01\"",
          "line 2, column 7: this is a text in MySQL, not a column",
          "write `date` for the column" },
        { 1, "DELETE FROM T WHERE é = 1", "line 1, column 21: the target has no column \"é\"",
          "texts are written in single quotes" },
        { 0, "DELETE FROM T WHERE dat = 1", "line 1, column 21: the target has no column \"dat\"",
          "did you mean \"day\"? texts are written in single quotes" },
        { 1, "DELETE FROM T WHERE day < 'soon'",
          "line 1, column 27: column \"day\": text \"soon\" is not a date", NULL },
        { 0, "DELETE FROM T WHERE d = E'x'",
          "line 1, column 25: texts and names with a prefix are not possible",
          "write them in plain quotes, with a blank before" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(error) e = NULL;
        char reason;
        assert_null(check(f->dialects[cases[i].dialect], cases[i].text, strlen(cases[i].text),
                          &reason, &e));
        assert_string_equal(e->message, cases[i].message);
        if (cases[i].hint != NULL)
            assert_string_equal(e->hint, cases[i].hint);
        else
            assert_null(e->hint);
    }
}

/* --- limits --------------------------------------------------------------- */

static char verdict_of(const dialect *d, const GString *text)
{
    char reason = 'A';
    g_autoptr(guard_statement) s = check(d, text->str, text->len, &reason, NULL);
    return s != NULL ? 'A' : reason;
}

static char nested(const dialect *d, const char *open, const char *close, unsigned depth)
{
    g_autoptr(GString) text = g_string_new("DELETE FROM T WHERE ");
    for (unsigned i = 0; i < depth; i++)
        g_string_append(text, open);
    g_string_append(text, "id = 1");
    for (unsigned i = 0; i < depth; i++)
        g_string_append(text, close);
    return verdict_of(d, text);
}

static GString *repeated(const char *start, const char *item, const char *between, const char *end,
                         unsigned n)
{
    GString *text = g_string_new(start);
    for (unsigned i = 0; i < n; i++) {
        g_string_append(text, i > 0 ? between : "");
        g_string_append(text, item);
    }
    return g_string_append(text, end);
}

static char list_of(const dialect *d, const char *start, const char *item, const char *between,
                    const char *end, unsigned n)
{
    g_autoptr(GString) text = repeated(start, item, between, end, n);
    return verdict_of(d, text);
}

static void limits_hold_exactly(void **state)
{
    const fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        const dialect *d = f->dialects[i];
        assert_int_equal(nested(d, "(", ")", 32), 'A');
        assert_int_equal(nested(d, "(", ")", 33), 'L');
        assert_int_equal(nested(d, "NOT ", "", 32), 'A');
        assert_int_equal(nested(d, "NOT ", "", 33), 'L');
        assert_int_equal(nested(d, "abs(", "", 33), 'L');
        assert_int_equal(list_of(d, "DELETE FROM T WHERE id IN (", "1", ",", ")", 1000), 'A');
        assert_int_equal(list_of(d, "DELETE FROM T WHERE id IN (", "1", ",", ")", 1001), 'L');
        assert_int_equal(list_of(d, "DELETE FROM T WHERE ", "id=1", " OR ", "", 500), 'A');
        assert_int_equal(list_of(d, "DELETE FROM T WHERE ", "id=1", " OR ", "", 501), 'L');
        unsigned blanks = 65536 - (unsigned)strlen("DELETE FROM T WHERE id=1");
        assert_int_equal(list_of(d, "DELETE FROM T WHERE id=1", " ", "", "", blanks), 'A');
        assert_int_equal(list_of(d, "DELETE FROM T WHERE id=1", " ", "", "", blanks + 1), 'L');
    }
}

/* 120, generously: the fastest of three within a quarter of a second, with
 * sanitizers and a busy machine in mind. */
static void hostile_sizes_are_refused_at_once(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *start, *item;
        unsigned n;
    } cases[] = {
        { "DELETE FROM T WHERE id = 1", "x", 66560 },
        { "DELETE FROM T WHERE ", "(", 10000 },
        { "DELETE FROM T WHERE ", "(", 65000 },
        { "DELETE FROM T WHERE id IN (", "1,", 1000000 },
        { "DELETE FROM T WHERE ", "NOT ", 16000 },
        { "DELETE FROM T WHERE d = ", "'", 65501 },
        { "", "/*", 32000 },
        { "", "/**/", 16000 },
        { "DELETE FROM T WHERE d = ", "$a", 32000 },
        { "DELETE FROM T WHERE d = '", "${", 32000 },
        { "DELETE FROM T WHERE d = '", "{{{a", 16000 },
        { "DELETE FROM T WHERE ", "{{{{", 16000 },
        { "DELETE FROM T WHERE id = 1", "- 1", 20000 },
        { "DELETE FROM ", "a.", 32000 },
        { "DELETE FROM T WHERE id = ", "1e999 ", 10000 },
    };
    for (int i = 0; i < 3; i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(cases); j++) {
            g_autoptr(GString) text = repeated(cases[j].start, cases[j].item, "", "", cases[j].n);
            int64_t fastest = INT64_MAX;
            for (int run = 0; run < 3; run++) {
                int64_t start = g_get_monotonic_time();
                char verdict = verdict_of(f->dialects[i], text);
                fastest = MIN(fastest, g_get_monotonic_time() - start);
                if (verdict == 'A')
                    fail_msg("case %zu was accepted", j);
            }
            if (fastest > 250000)
                fail_msg("case %zu took %" G_GINT64_FORMAT " us", j, fastest);
        }
    }
}

/* --- the lists ------------------------------------------------------------ */

static void at_most_forty_functions_are_permitted(void **state)
{
    const fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        const char *const *names = guard_functions(f->dialects[i]);
        unsigned n = 0;
        for (; names[n] != NULL; n++)
            assert_null(strpbrk(names[n], "(). "));
        assert_in_range(n, 20, 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corpus_gets_its_verdicts),
        cmocka_unit_test(a_table_is_found_by_its_bytes),
        cmocka_unit_test(an_unqualified_name_may_mean_another_table),
        cmocka_unit_test(a_column_named_like_a_word_of_sql_needs_its_quotes),
        cmocka_unit_test(a_table_with_effects_is_refused),
        cmocka_unit_test(options_allow_what_they_say),
        cmocka_unit_test(values_are_bound_as_their_column),
        cmocka_unit_test(what_people_see_cannot_turn_around),
        cmocka_unit_test(a_refusal_says_what_where_and_what_instead),
        cmocka_unit_test(limits_hold_exactly),
        cmocka_unit_test(hostile_sizes_are_refused_at_once),
        cmocka_unit_test(at_most_forty_functions_are_permitted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
