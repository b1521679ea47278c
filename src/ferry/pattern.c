/* pattern.c - names of tables in a task: "schema.name", lists, and patterns
 * such as "order_[01-16]" (spec/datax.md section 6). */
#include "base/intl.h"
#include "ferry/task_private.h"

#include <inttypes.h>
#include <string.h>

enum { MOST_TABLES = 10000, MOST_DIGITS = 9 };

/* --- patterns --- */

typedef struct {
    const char *start, *end; /* the digits */
    size_t start_length, end_length;
    const char *suffix;
} bracket;

static size_t count_digits(const char *text)
{
    size_t n = 0;
    while (g_ascii_isdigit(text[n]))
        n++;
    return n;
}

/* Find "[12-34]", the only bracket pair of @part. */
static bool find_bracket(const char *part, bracket *b)
{
    const char *open = strchr(part, '[');
    if (open == NULL || strchr(open + 1, '[') != NULL)
        return false;
    b->start = open + 1;
    b->start_length = count_digits(b->start);
    const char *dash = b->start + b->start_length;
    if (b->start_length == 0 || *dash != '-')
        return false;
    b->end = dash + 1;
    b->end_length = count_digits(b->end);
    const char *close = b->end + b->end_length;
    if (b->end_length == 0 || *close != ']')
        return false;
    b->suffix = close + 1;
    return strchr(b->suffix, ']') == NULL;
}

static bool add_name(GPtrArray *names, GHashTable *seen, char *name, error **err)
{
    if (names->len >= MOST_TABLES) {
        g_free(name);
        return error_set(err, ERROR_DOCUMENT, _("the pattern names more than %d tables"),
                         MOST_TABLES);
    }
    if (g_hash_table_contains(seen, name)) {
        error_set(err, ERROR_DOCUMENT, _("the pattern names table \"%s\" twice"), name);
        g_free(name);
        return false;
    }
    g_hash_table_add(seen, name);
    g_ptr_array_add(names, name);
    return true;
}

static bool add_part(GPtrArray *names, GHashTable *seen, const char *part, error **err)
{
    bracket b;
    if (!find_bracket(part, &b))
        return add_name(names, seen, g_strdup(part), err);
    if (b.start_length > MOST_DIGITS || b.end_length > MOST_DIGITS)
        return error_set(err, ERROR_DOCUMENT, _("the numbers in \"%s\" are too long"), part);
    gint64 first = g_ascii_strtoll(b.start, NULL, 10), last = g_ascii_strtoll(b.end, NULL, 10);
    if (first > last) {
        gint64 number = first;
        first = last;
        last = number;
        b.start = b.end;
        b.start_length = b.end_length;
    }
    int width = b.start[0] == '0' ? (int)b.start_length : 1;
    int prefix = (int)(strchr(part, '[') - part);
    for (gint64 n = first; n <= last; n++)
        if (!add_name(names, seen,
                      g_strdup_printf("%.*s%0*" PRId64 "%s", prefix, part, width, n, b.suffix),
                      err))
            return false;
    return true;
}

char **table_pattern_expand(const char *pattern, error **err)
{
    g_auto(GStrv) parts = g_strsplit(pattern, ",", -1);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (char **part = parts; *part != NULL; part++) {
        g_strstrip(*part);
        if (**part == '\0') {
            error_set(err, ERROR_DOCUMENT, _("the pattern \"%s\" has an empty part"), pattern);
            return NULL;
        }
        if (!add_part(names, seen, *part, err))
            return NULL;
    }
    if (names->len == 0) {
        error_set(err, ERROR_DOCUMENT, _("the pattern is empty"));
        return NULL;
    }
    g_ptr_array_set_free_func(names, NULL);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

/* --- names --- */

/* Where a parameter or macro that begins at @text ends, or @text itself. */
static const char *skip_parameter(const char *text)
{
    static const struct {
        const char *open, *close;
    } forms[] = { { "{{{", "}}}" }, { "${", "}" }, { "$[", "]" } };
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        const char *end;
        if (g_str_has_prefix(text, forms[i].open) && (end = strstr(text, forms[i].close)) != NULL)
            return end + strlen(forms[i].close);
    }
    return text;
}

static table_name *name_from_text(const char *subject, const char *what, const char *text,
                                  error **err)
{
    const char *dot = NULL;
    unsigned dots = 0;
    for (const char *p = text; *p != '\0';) {
        const char *next = skip_parameter(p);
        if (next == p && *next++ == '.') {
            dots++;
            dot = p;
        }
        p = next;
    }
    if (dots > 1 || dot == text || (dot != NULL && dot[1] == '\0')) {
        document_error(err, subject, _("%s \"%s\" is neither name nor schema.name"), what, text);
        error_hint(err, _("write a name that holds a dot as a list: [\"schema\", \"odd.name\"]"));
        return NULL;
    }
    if (dot == NULL)
        return table_name_new(NULL, text);
    g_autofree char *schema = g_strndup(text, dot - text);
    return table_name_new(schema, dot + 1);
}

table_name *task_table(const char *subject, const char *what, const json_t *given, error **err)
{
    if (json_string_length(given) > 0)
        return name_from_text(subject, what, json_string_value(given), err);
    size_t n = json_array_size(given);
    const char *name = json_string_value(json_array_get(given, n == 2));
    const char *schema = n == 2 ? json_string_value(json_array_get(given, 0)) : NULL;
    if (n < 1 || n > 2 || name == NULL || *name == '\0' ||
        (n == 2 && (schema == NULL || *schema == '\0'))) {
        document_error(err, subject,
                       _("%s must be \"name\", \"schema.name\" or [\"schema\", \"name\"]"), what);
        return NULL;
    }
    return table_name_new(schema, name);
}

static bool add_table(const char *subject, const char *what, const json_t *given, GPtrArray *tables,
                      GHashTable *seen, error **err)
{
    g_autoptr(table_name) table = task_table(subject, what, given, err);
    if (table == NULL)
        return false;
    error *local = NULL;
    g_auto(GStrv) names = table_pattern_expand(table->name, &local);
    if (names == NULL)
        return error_prefix(err, &local, "%s: %s", subject, what);
    for (char **name = names; *name != NULL; name++) {
        char *whole =
            g_strdup_printf("%s\x1f%s", table->schema != NULL ? table->schema : "", *name);
        if (!g_hash_table_add(seen, whole))
            return document_error(err, subject, _("%s names table \"%s\" twice"), what, *name);
    }
    if (g_hash_table_size(seen) > MOST_TABLES)
        return document_error(err, subject, _("%s names more than %d tables"), what, MOST_TABLES);
    g_ptr_array_add(tables, g_steal_pointer(&table));
    return true;
}

static bool add_text(const char *subject, const char *what, const char *text, GPtrArray *tables,
                     GHashTable *seen, error **err)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (char **part = parts; *part != NULL; part++) {
        json_t *given = json_string(g_strstrip(*part));
        bool ok = add_table(subject, what, given, tables, seen, err);
        json_decref(given);
        if (!ok)
            return false;
    }
    return true;
}

bool task_tables(const char *subject, const json_t *given, GPtrArray *tables, error **err)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (json_is_string(given))
        return add_text(subject, "source.tables", json_string_value(given), tables, seen, err);
    if (json_array_size(given) == 0)
        return document_error(err, subject,
                              _("source.tables must be a pattern or a list of tables"));
    size_t i;
    json_t *element;
    json_array_foreach(given, i, element)
    {
        g_autofree char *what = g_strdup_printf("source.tables[%zu]", i);
        bool ok = json_is_string(element)
                      ? add_text(subject, what, json_string_value(element), tables, seen, err)
                      : add_table(subject, what, element, tables, seen, err);
        if (!ok)
            return false;
    }
    return true;
}
