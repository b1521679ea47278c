#include "sql/syntax.h"

#include "base/intl.h"
#include "base/text.h"

#include <string.h>

static const struct {
    const char *name;
    syntax_form form;
} forms[] = {
    {"double_quoted_names", FORM_DOUBLE_QUOTED_NAMES},
    {"double_quoted_text", FORM_DOUBLE_QUOTED_TEXT},
    {"backquoted_names", FORM_BACKQUOTED_NAMES},
    {"bracketed_names", FORM_BRACKETED_NAMES},
    {"line_comments", FORM_LINE_COMMENTS},
    {"blank_line_comments", FORM_BLANK_LINE_COMMENTS},
    {"hash_comments", FORM_HASH_COMMENTS},
    {"cr_ends_comments", FORM_CR_ENDS_COMMENTS},
    {"nested_comments", FORM_NESTED_COMMENTS},
    {"executed_comments", FORM_EXECUTED_COMMENTS},
    {"escape_text", FORM_ESCAPE_TEXT},
    {"dollar_text", FORM_DOLLAR_TEXT},
    {"byte_text", FORM_BYTE_TEXT},
    {"variables", FORM_VARIABLES},
    {"typed_text", FORM_TYPED_TEXT},
    {"interval_text", FORM_INTERVAL_TEXT},
    {"interval_units", FORM_INTERVAL_UNITS},
    {"truncate_wait", FORM_TRUNCATE_WAIT},
};

static const char *const name_rules[] = {
    [NAMES_EXACT] = "exact", [NAMES_LOWER] = "lower", [NAMES_ANY_CASE] = "any_case", NULL};

static const char *const keys[] = {"forms", "table_names", "column_names", "functions",
                                   "cast_types", NULL};

static char *unknown(const char *what, const char *word, const char *const *known)
{
    const char *nearest = text_nearest(word, known);
    return nearest != NULL
               ? g_strdup_printf(_("unknown %s \"%s\"; did you mean \"%s\"?"), what, word, nearest)
               : g_strdup_printf(_("unknown %s \"%s\""), what, word);
}

/* The words of @text with @separators between them, without empty ones. */
static char **split(const char *text, const char *separators)
{
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();
    g_auto(GStrv) parts = g_strsplit_set(text, separators, -1);
    for (char **part = parts; *part != NULL; part++)
        if (*g_strstrip(*part) != '\0')
            g_strv_builder_add(out, *part);
    return g_strv_builder_end(out);
}

static bool take_forms(sql_syntax *s, const char *text, char **why)
{
    const char *known[G_N_ELEMENTS(forms) + 1] = {NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
        known[i] = forms[i].name;
    g_auto(GStrv) words = split(text, " ,");
    for (char **word = words; *word != NULL; word++) {
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], *word) != 0)
            i++;
        if (known[i] == NULL) {
            *why = unknown(_("form"), *word, known);
            return false;
        }
        s->forms |= forms[i].form;
    }
    return true;
}

static bool take_name_rule(name_rule *rule, const char *text, char **why)
{
    for (int i = 0; name_rules[i] != NULL; i++) {
        if (strcmp(name_rules[i], text) == 0) {
            *rule = (name_rule)i;
            return true;
        }
    }
    *why = unknown(_("rule"), text, name_rules);
    return false;
}

/* Behind the schema: "lower()" of "pg_catalog.lower()". */
static const char *plain_name(const char *function)
{
    const char *dot = strrchr(function, '.');
    return dot == NULL ? function : dot + 1;
}

static void take_functions(sql_syntax *s, const char *text)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    s->functions = split(text, " ,");
    for (char **function = s->functions; *function != NULL; function++) {
        const char *name = plain_name(*function);
        char *plain = g_strndup(name, strcspn(name, "("));
        /* "current_date" and "current_date()" have one name. */
        if (g_ptr_array_find_with_equal_func(names, plain, g_str_equal, NULL))
            g_free(plain);
        else
            g_ptr_array_add(names, plain);
    }
    g_ptr_array_add(names, NULL);
    s->function_names = (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

bool sql_syntax_take(sql_syntax *s, const char *key, const char *text, char **why)
{
    if (strcmp(key, "forms") == 0)
        return take_forms(s, text, why);
    if (strcmp(key, "table_names") == 0)
        return take_name_rule(&s->tables, text, why);
    if (strcmp(key, "column_names") == 0)
        return take_name_rule(&s->columns, text, why);
    if (strcmp(key, "functions") == 0) {
        take_functions(s, text);
        return true;
    }
    if (strcmp(key, "cast_types") == 0) {
        s->cast_types = split(text, ",");
        return true;
    }
    *why = unknown(_("key"), key, keys);
    return false;
}

void sql_syntax_free(sql_syntax *s)
{
    if (s == NULL)
        return;
    g_strfreev(s->functions);
    g_strfreev(s->function_names);
    g_strfreev(s->cast_types);
    g_free(s);
}

char *sql_syntax_function(const sql_syntax *s, const char *name, bool called)
{
    for (int i = 0; s->functions != NULL && s->functions[i] != NULL; i++) {
        const char *function = s->functions[i], *plain = plain_name(function);
        size_t length = strcspn(plain, "(");
        if ((plain[length] == '(') == called && strlen(name) == length &&
            g_ascii_strncasecmp(plain, name, length) == 0)
            return g_strndup(function, (size_t)(plain - function) + length);
    }
    return NULL;
}
