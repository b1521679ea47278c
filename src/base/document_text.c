#include "base/document.h"

#include "base/intl.h"

#include <stdlib.h>
#include <string.h>

enum {
    DOUBLE_DIGITS = 17, /* enough to tell any two doubles apart */
    SAFE_DIGITS = 15,   /* so many always survive */
};

/* --- reading --- */

/* Significant digits of a JSON number, without leading and trailing zeros. */
static char *significant_digits(const char *number, size_t length)
{
    GString *digits = g_string_sized_new(length);
    for (size_t i = 0; i < length && number[i] != 'e' && number[i] != 'E'; i++)
        if (g_ascii_isdigit(number[i]) && (digits->len > 0 || number[i] != '0'))
            g_string_append_c(digits, number[i]);
    while (digits->len > 0 && digits->str[digits->len - 1] == '0')
        g_string_truncate(digits, digits->len - 1);
    return g_string_free(digits, FALSE);
}

static bool fits_a_double(const char *number, size_t length)
{
    g_autofree char *digits = significant_digits(number, length);
    size_t n = strlen(digits);
    if (n <= SAFE_DIGITS)
        return true;
    if (n > DOUBLE_DIGITS)
        return false;
    g_autofree char *text = g_strndup(number, length);
    char printed[64];
    g_ascii_formatd(printed, sizeof printed, n == 16 ? "%.15e" : "%.16e",
                    g_ascii_strtod(text, NULL));
    g_autofree char *kept = significant_digits(printed, strlen(printed));
    return strcmp(digits, kept) == 0;
}

/* The parser reads 1234567890.123456789 as the nearest double without a word,
 * so numbers with a fraction or an exponent are looked at in the text. */
static bool check_numbers(const char *subject, const char *text, size_t length, error **err)
{
    unsigned line = 1;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            line++;
        } else if (text[i] == '"') {
            for (i++; i < length && text[i] != '"'; i++)
                if (text[i] == '\\')
                    i++;
        } else if (text[i] == '-' || g_ascii_isdigit(text[i])) {
            size_t start = i;
            while (i + 1 < length && (g_ascii_isdigit(text[i + 1]) || strchr("+-.eE", text[i + 1])))
                i++;
            size_t n = i + 1 - start;
            bool whole = memchr(text + start, '.', n) == NULL &&
                         memchr(text + start, 'e', n) == NULL &&
                         memchr(text + start, 'E', n) == NULL;
            if (whole || fits_a_double(text + start, n))
                continue;
            document_error(err, subject, _("line %u: the number %.*s cannot be kept exactly"), line,
                           (int)MIN(n, 60), text + start);
            return error_hint(err, _("write it as a string"));
        }
    }
    return true;
}

json_t *document_read(const char *subject, const char *text, size_t length, error **err)
{
    json_error_t problem;
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    if (document == NULL) {
        document_error(err, subject, _("line %d, column %d: %s"), problem.line, problem.column,
                       problem.text);
        enum json_error_code code = json_error_code(&problem);
        if (code == json_error_numeric_overflow)
            error_hint(err, _("write numbers of this size as strings"));
        return NULL;
    }
    if (!check_numbers(subject, text, length, err)) {
        json_decref(document);
        return NULL;
    }
    return document;
}

/* --- order --- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *sorted_map(const json_t *map)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)map, name, value) g_ptr_array_add(names, (void *)name);
    g_ptr_array_sort(names, compare_names);
    json_t *sorted = json_object();
    for (guint i = 0; i < names->len; i++)
        json_object_set(sorted, names->pdata[i], json_object_get(map, names->pdata[i]));
    return sorted;
}

static json_t *ordered_value(const json_t *value, const document_field *field)
{
    if (field->kind == FIELD_OBJECT)
        return document_ordered(value, field->fields);
    if (field->kind == FIELD_MAP)
        return sorted_map(value);
    if (field->kind != FIELD_OBJECTS)
        return json_incref((json_t *)value);
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(value); i++)
        json_array_append_new(list, document_ordered(json_array_get(value, i), field->fields));
    return list;
}

json_t *document_ordered(const json_t *object, const document_field *fields)
{
    json_t *ordered = json_object();
    for (; fields->key != NULL; fields++) {
        const json_t *value = json_object_get(object, fields->key);
        if (value != NULL)
            json_object_set_new(ordered, fields->key, ordered_value(value, fields));
    }
    return ordered;
}

/* --- writing --- */

static void write_real(GString *out, double number)
{
    char text[64];
    static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, sizeof text, formats[i], number);
        if (g_ascii_strtod(text, NULL) == number)
            break;
    }
    g_string_append(out, text);
    if (strpbrk(text, ".e") == NULL)
        g_string_append(out, ".0"); /* reads back as a real */
}

static void write_string(GString *out, const json_t *string)
{
    char *text = json_dumps(string, JSON_ENCODE_ANY);
    g_string_append(out, text);
    free(text);
}

static bool all_scalars(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *element = json_array_get(list, i);
        if (json_is_object(element) || json_is_array(element))
            return false;
    }
    return true;
}

static void write_value(GString *out, const json_t *value, unsigned depth);

static void new_line(GString *out, unsigned depth)
{
    g_string_append_printf(out, "\n%*s", (int)(2 * depth), "");
}

static void write_list(GString *out, const json_t *list, unsigned depth)
{
    bool one_line = all_scalars(list);
    g_string_append_c(out, '[');
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i > 0)
            g_string_append(out, one_line ? ", " : ",");
        if (!one_line)
            new_line(out, depth + 1);
        write_value(out, json_array_get(list, i), depth + 1);
    }
    if (!one_line)
        new_line(out, depth);
    g_string_append_c(out, ']');
}

static void write_object(GString *out, const json_t *object, unsigned depth)
{
    if (json_object_size(object) == 0) {
        g_string_append(out, "{}");
        return;
    }
    g_string_append_c(out, '{');
    bool first = true;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!first)
            g_string_append_c(out, ',');
        first = false;
        new_line(out, depth + 1);
        json_t *name = json_string(key);
        write_string(out, name);
        json_decref(name);
        g_string_append(out, ": ");
        write_value(out, value, depth + 1);
    }
    new_line(out, depth);
    g_string_append_c(out, '}');
}

static void write_value(GString *out, const json_t *value, unsigned depth)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(out, value, depth);
        break;
    case JSON_ARRAY:
        write_list(out, value, depth);
        break;
    case JSON_STRING:
        write_string(out, value);
        break;
    case JSON_INTEGER:
        g_string_append_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        write_real(out, json_real_value(value));
        break;
    case JSON_TRUE:
        g_string_append(out, "true");
        break;
    case JSON_FALSE:
        g_string_append(out, "false");
        break;
    case JSON_NULL:
        g_string_append(out, "null");
        break;
    }
}

char *document_write(const json_t *document)
{
    GString *out = g_string_new(NULL);
    write_value(out, document, 0);
    g_string_append_c(out, '\n');
    char *text = strdup(out->str);
    g_string_free(out, TRUE);
    return text;
}
