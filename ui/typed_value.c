#include "ui/typed_value.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* @json in one line, numbers as short as they read back equal. */
static char *dumped(const json_t *json)
{
    for (size_t digits = 15;; digits++) {
        char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
        json_t *again = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        bool same = json_equal(again, (json_t *)json);
        json_decref(again);
        if (same || digits == 17) {
            char *copy = g_strdup(text);
            free(text);
            return copy;
        }
        free(text);
    }
}

/* @text as JSON when that is a scalar which is written just so. */
static json_t *read_exactly(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (json == NULL || json_is_array(json) || json_is_object(json)) {
        json_decref(json);
        return NULL;
    }
    g_autofree char *again = dumped(json);
    if (json_is_string(json) || strcmp(again, text) == 0)
        return json;
    json_decref(json);
    return NULL;
}

char *typed_scalar(const json_t *scalar)
{
    if (scalar == NULL)
        return g_strdup("");
    if (!json_is_string(scalar))
        return dumped(scalar);
    json_t *other = read_exactly(json_string_value(scalar));
    bool plain = other == NULL;
    json_decref(other);
    return plain ? g_strdup(json_string_value(scalar)) : dumped(scalar);
}

json_t *typed_scalar_read(const char *text)
{
    json_t *json = read_exactly(text);
    return json != NULL ? json : json_string(text);
}

/* --- lists ----------------------------------------------------------------- */

/* Whether @text stands for itself between commas. */
static bool is_plain(const char *text)
{
    size_t n = strlen(text);
    return n > 0 && strchr(text, ',') == NULL && text[0] != '"' && text[0] != '[' &&
           !g_ascii_isspace(text[0]) && !g_ascii_isspace(text[n - 1]);
}

char *typed_texts(const json_t *texts)
{
    if (texts == NULL)
        return g_strdup("");
    GString *line = g_string_new(NULL);
    size_t i;
    json_t *one;
    json_array_foreach(texts, i, one)
    {
        const char *text = json_string_value(one);
        g_autofree char *quoted = text != NULL && is_plain(text) ? g_strdup(text) : dumped(one);
        g_string_append_printf(line, "%s%s", i > 0 ? ", " : "", quoted);
    }
    if (json_is_array(texts))
        return g_string_free(line, FALSE);
    g_string_free(line, TRUE);
    return dumped(texts);
}

/* One quoted text at the beginning of @text; *end is behind it. NULL: none. */
static json_t *read_quoted(const char *text, const char **end)
{
    size_t n = 1;
    while (text[n] != '\0' && text[n] != '"')
        n += text[n] == '\\' && text[n + 1] != '\0' ? 2 : 1;
    if (text[n] == '\0')
        return NULL;
    *end = text + n + 1;
    return json_loadb(text, n + 1, JSON_DECODE_ANY, NULL);
}

json_t *typed_texts_read(const char *line)
{
    json_t *list = json_array();
    const char *at = line;
    while (*at != '\0') {
        at += strspn(at, " \t");
        const char *end = NULL;
        json_t *quoted = *at == '"' ? read_quoted(at, &end) : NULL;
        if (quoted == NULL)
            end = at + strcspn(at, ",");
        g_autofree char *text = g_strndup(at, (gsize)(end - at));
        g_strchomp(text);
        if (quoted != NULL)
            json_array_append_new(list, quoted);
        else if (text[0] != '\0')
            json_array_append_new(list, json_string(text));
        at = end + strspn(end, " \t");
        at += *at == ',';
    }
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return NULL;
}

/* --- tables and numbers ---------------------------------------------------- */

char *typed_table(const json_t *table)
{
    if (table == NULL)
        return g_strdup("");
    return json_is_string(table) ? g_strdup(json_string_value(table)) : dumped(table);
}

json_t *typed_table_read(const char *text)
{
    json_t *list = text[0] == '[' ? json_loads(text, 0, NULL) : NULL;
    return list != NULL ? list : json_string(text);
}

char *typed_integer(const json_t *number)
{
    if (number == NULL)
        return g_strdup("");
    return json_is_string(number) ? g_strdup(json_string_value(number)) : dumped(number);
}

json_t *typed_integer_read(const char *text)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    gint64 number;
    if (g_ascii_string_to_signed(trimmed, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return json_integer(number);
    return json_string(text);
}
