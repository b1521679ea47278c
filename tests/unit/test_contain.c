/* The operator's own SQL stays where it is put, in every dialect. */
#include "sql/contain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PG = 1, LITE = 2, MY = 4, ALL = 7 };

static const char *const names[] = { "postgresql", "sqlite", "mysql" };

typedef struct {
    int dialects;
    const char *text;
    const char *want;  /* what is copied; NULL: the text itself */
    const char *error; /* part of the message, or NULL: accepted */
} contained_case;

#define FINE(dialects, text)       \
    {                              \
        dialects, text, NULL, NULL \
    }
#define CUT(dialects, text, want)  \
    {                              \
        dialects, text, want, NULL \
    }
#define BAD(dialects, text, error)  \
    {                               \
        dialects, text, NULL, error \
    }

static const contained_case cases[] = {
    FINE(ALL, "a = 1"),
    FINE(ALL, "a = 1 -- x"),
    FINE(ALL, "(a = 1) OR (b IN (1, 2))"),
    FINE(ALL, "a = ';' AND b = ')'"),
    FINE(ALL, "a = 'it''s )'"),
    FINE(ALL, "/* ; ) */ a = 1"),
    FINE(ALL, "a = 1 -- ; )\nAND b = 2"),
    FINE(ALL, "名 = '値'"),
    CUT(ALL, "SELECT 1;", "SELECT 1"),
    CUT(ALL, "SELECT 1 ; -- the end", "SELECT 1 "),
    BAD(ALL, "1=1) OR (1=1", "line 1, column 4: \")\" closes what was not opened here"),
    BAD(ALL, "a = 1)", "column 6"),
    BAD(ALL, "(a = 1", "line 1, column 1: \"(\" is not closed"),
    BAD(ALL, "a = (1) AND (b\n", "line 1, column 13"),
    BAD(ALL, "a = 1; DROP TABLE v", "line 1, column 8: only one statement"),
    BAD(ALL, "SELECT 1;;", "line 1, column 10: only one statement"),
    BAD(ALL, "a = 'x", "line 1, column 5: a text is not closed"),
    BAD(ALL, "a = 1\n/* x", "line 2, column 1: a comment is not closed"),
    BAD(ALL, "", "there is no SQL in it"),
    BAD(ALL, " -- nothing", "there is no SQL in it"),
    BAD(ALL, "a = '\xC0\xA7'", "line 1, column 6: not valid UTF-8"),
    BAD(ALL, "é = \xFF", "line 1, column 5: not valid UTF-8"),

    /* Where a name ends. */
    FINE(PG | LITE, "\"a)\" = 1"),
    FINE(MY, "`a)` = \"b)\""),
    FINE(LITE, "[a)] = 1 AND `b;` = 2"),
    BAD(PG, "`a)`", "closes"),
    BAD(MY | PG, "[a)]", "closes"),
    BAD(PG | LITE, "\"a", "a quoted name is not closed"),
    FINE(ALL, "\"a\"\")\" = 1"),

    /* Comments inside comments. */
    BAD(PG, "/* a /* b */ c = 1", "a comment is not closed"),
    FINE(PG, "/* a /* b */ ) */ c = 1"),
    BAD(LITE | MY, "/* a /* b */ ) */ c = 1", "closes"),
    FINE(MY, "a = 1 # ) x"),
    BAD(PG, "a = 1 # ) x", "closes"),
    BAD(MY, "a = 1 --)", "closes"),
    FINE(PG | LITE, "a = 1 --)"),
    BAD(PG, "a = 1 -- x\r) OR (1=1", "closes"),
    FINE(LITE, "a = 1 -- x\r) OR (1=1"),
    BAD(MY, "a = 1 /*! ) OR (1=1 */", "the server would execute this comment"),
    BAD(MY, "a = 1 /*M!100000 OR 1=1 */", "the server would execute this comment"),
    BAD(MY, "SELECT 1; /*! DROP TABLE v */", "the server would execute this comment"),
    FINE(PG | LITE, "a = 1 /*! ) */"),

    /* Backslashes and other kinds of text. */
    FINE(MY, "a = '\\') OR (1=1' "),
    BAD(PG | LITE, "a = '\\') OR (1=1", "closes"),
    BAD(MY, "a = '\\'", "a text is not closed"),
    FINE(PG | LITE, "a = '\\'"),
    FINE(PG, "a = E'\\') OR (1=1'"),
    BAD(PG, "a = E'x' '\\') OR (1=1'", "a text directly after another one"),
    BAD(PG, "a = E'x'\n'\\') OR (1=1'", "a text directly after another one"),
    FINE(PG, "a = 1E'x\\')'"),
    BAD(PG, "a = somee'x\\') OR ('1'='1'", "closes"),
    FINE(PG, "a = $$;)$$ AND b = $t$ $$ ) $t$"),
    BAD(PG, "a = $t$ ) $x$", "a text is not closed"),
    BAD(PG, "a$b$ = 1) OR (a$b$ = 1", "closes"),
    BAD(MY, "a = $$)$$", "closes"),

    /* "$a(')" is one variable of SQLite. */
    BAD(LITE, "a = $a(') OR (1=1 --')", "variables and placeholders"),
    BAD(LITE, "a = :b", "variables and placeholders"),
    BAD(LITE, "a = @b", "variables and placeholders"),
    FINE(PG, "a::text = ':b'"),
};

static dialect *load(const char *name)
{
    g_autoptr(error) e = NULL;
    g_autofree char *path = g_strdup_printf("%s/data/dialects/%s.ini", SRCDIR, name);
    dialect *d = dialect_load_file(path, &e);
    if (d == NULL)
        fail_msg("%s", e->message);
    return d;
}

static void check_case(const dialect *d, const contained_case *c)
{
    g_autoptr(error) e = NULL;
    g_autofree char *got = sql_contain(d, c->text, "source.where", &e);
    if (c->error == NULL) {
        if (got == NULL)
            fail_msg("%s: \"%s\" was refused: %s", dialect_name(d), c->text, e->message);
        assert_string_equal(got, c->want != NULL ? c->want : c->text);
        return;
    }
    if (got != NULL)
        fail_msg("%s: \"%s\" was taken as \"%s\"", dialect_name(d), c->text, got);
    if (strstr(e->message, c->error) == NULL || !g_str_has_prefix(e->message, "source.where: "))
        fail_msg("%s: \"%s\": %s", dialect_name(d), c->text, e->message);
    assert_int_equal(e->code, ERROR_DOCUMENT);
}

static void sql_stays_where_it_is_put(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        g_autoptr(dialect) d = load(names[i]);
        for (size_t j = 0; j < G_N_ELEMENTS(cases); j++)
            if ((cases[j].dialects & (1 << i)) != 0)
                check_case(d, &cases[j]);
    }
}

static void a_system_without_sql_takes_none(void **state)
{
    (void)state;
    g_autoptr(dialect) d = load("file");
    g_autoptr(error) e = NULL;
    assert_null(sql_contain(d, "a = 1", "source.where", &e));
    assert_string_equal(e->message, "source.where: Files has no SQL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sql_stays_where_it_is_put),
        cmocka_unit_test(a_system_without_sql_takes_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
