#include "base/document.h"

#include "base/intl.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

bool document_error(error **err, const char *subject, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set(err, ERROR_DOCUMENT, "%s: %s", subject, text);
}

static const document_field *find_field(const document_field *fields, const char *key)
{
    for (; fields->key != NULL; fields++)
        if (strcmp(fields->key, key) == 0)
            return fields;
    return NULL;
}

static bool unknown_key(const char *subject, const char *path, const char *key,
                        const document_field *fields, error **err)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (; fields->key != NULL; fields++)
        if (fields->kind != FIELD_LATER)
            g_ptr_array_add(known, (void *)fields->key);
    g_ptr_array_add(known, NULL);
    const char *near = text_nearest(key, (const char *const *)known->pdata);
    g_autofree char *place = path[0] == '\0' ? g_strdup("") : g_strdup_printf(_(" in %s"), path);
    g_autofree char *guess =
        near == NULL ? g_strdup("") : g_strdup_printf(_("; did you mean \"%s\"?"), near);
    document_error(err, subject, _("unknown key \"%s\"%s%s"), key, place, guess);
    if (near == NULL) {
        g_autofree char *list = g_strjoinv(", ", (char **)known->pdata);
        error_hint(err, _("known keys here: %s"), list);
    }
    return false;
}

static bool check_word(const char *subject, const char *path, const char *text,
                       const char *const *words, error **err)
{
    if (g_strv_contains(words, text))
        return true;
    const char *near = text_nearest(text, words);
    g_autofree char *list = g_strjoinv(", ", (char **)words);
    if (near != NULL)
        document_error(err, subject, _("%s cannot be \"%s\"; did you mean \"%s\"?"), path, text,
                       near);
    else
        document_error(err, subject, _("%s cannot be \"%s\""), path, text);
    return error_hint(err, _("one of: %s"), list);
}

static bool check_text(const char *subject, const char *path, const json_t *value,
                       const document_field *field, error **err)
{
    if (!json_is_string(value))
        return document_error(err, subject, _("%s must be a string"), path);
    if (json_string_length(value) == 0 && (field->flags & FIELD_EMPTY) == 0)
        return document_error(err, subject, _("%s must not be empty"), path);
    if (field->words != NULL)
        return check_word(subject, path, json_string_value(value), field->words, err);
    return true;
}

static bool check_number(const char *subject, const char *path, const json_t *value,
                         const document_field *field, error **err)
{
    bool whole = field->kind == FIELD_INTEGER;
    if (whole ? json_is_integer(value) : json_is_number(value)) {
        double number = json_number_value(value);
        if (whole
                ? json_integer_value(value) >= field->min && json_integer_value(value) <= field->max
                : number >= (double)field->min && number <= (double)field->max)
            return true;
    }
    const char *what = whole ? _("a whole number") : _("a number");
    if (field->max == INT64_MAX)
        return document_error(err, subject, _("%s must be %s, at least %" PRId64), path, what,
                              field->min);
    return document_error(err, subject, _("%s must be %s from %" PRId64 " to %" PRId64), path, what,
                          field->min, field->max);
}

static bool check_texts(const char *subject, const char *path, const json_t *value, error **err)
{
    if (!json_is_array(value) || json_array_size(value) == 0)
        return document_error(err, subject, _("%s must be a list of strings"), path);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    size_t i;
    json_t *element;
    json_array_foreach(value, i, element)
    {
        if (json_string_length(element) == 0)
            return document_error(err, subject, _("%s[%zu] must be a string that is not empty"),
                                  path, i);
        if (!g_hash_table_add(seen, (void *)json_string_value(element)))
            return document_error(err, subject, _("%s names \"%s\" twice"), path,
                                  json_string_value(element));
    }
    return true;
}

static bool check_objects(const char *subject, const char *path, const json_t *value,
                          const document_field *field, error **err)
{
    if (!json_is_array(value))
        return document_error(err, subject, _("%s must be a list of objects"), path);
    size_t i;
    json_t *element;
    json_array_foreach(value, i, element)
    {
        g_autofree char *place = g_strdup_printf("%s[%zu]", path, i);
        if (!document_check(subject, place, element, field->fields, err))
            return false;
    }
    return true;
}

static bool check_map(const char *subject, const char *path, const json_t *value, error **err)
{
    if (!json_is_object(value))
        return document_error(err, subject, _("%s must be an object"), path);
    const char *name;
    json_t *element;
    json_object_foreach((json_t *)value, name, element) if (
        !json_is_string(element) && !json_is_number(element) &&
        !json_is_boolean(
            element)) return document_error(err, subject,
                                            _("%s.%s must be a string, number or boolean"), path,
                                            name);
    return true;
}

static bool check_field(const char *subject, const char *path, const json_t *value,
                        const document_field *field, error **err)
{
    switch (field->kind) {
    case FIELD_TEXT:
        return check_text(subject, path, value, field, err);
    case FIELD_FLAG:
        return json_is_boolean(value) ||
               document_error(err, subject, _("%s must be true or false"), path);
    case FIELD_INTEGER:
    case FIELD_NUMBER:
        return check_number(subject, path, value, field, err);
    case FIELD_SCALAR:
        return !(json_is_object(value) || json_is_array(value)) ||
               document_error(err, subject, _("%s must be a string, number, boolean or null"),
                              path);
    case FIELD_TEXTS:
        return check_texts(subject, path, value, err);
    case FIELD_OBJECT:
        return document_check(subject, path, value, field->fields, err);
    case FIELD_OBJECTS:
        return check_objects(subject, path, value, field, err);
    case FIELD_MAP:
        return check_map(subject, path, value, err);
    case FIELD_ANY:
        return true;
    case FIELD_LATER:
        return document_error(err, subject, _("%s is not in this version"), path);
    }
    g_assert_not_reached();
}

bool document_check(const char *subject, const char *path, const json_t *object,
                    const document_field *fields, error **err)
{
    if (!json_is_object(object)) {
        if (path[0] == '\0')
            return document_error(err, subject, _("the document must be a JSON object"));
        return document_error(err, subject, _("%s must be an object"), path);
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        const document_field *field = find_field(fields, key);
        if (field == NULL)
            return unknown_key(subject, path, key, fields, err);
        g_autofree char *place =
            path[0] == '\0' ? g_strdup(key) : g_strdup_printf("%s.%s", path, key);
        if (!check_field(subject, place, value, field, err))
            return false;
    }
    for (; fields->key != NULL; fields++)
        if ((fields->flags & FIELD_REQUIRED) != 0 && json_object_get(object, fields->key) == NULL)
            return document_error(err, subject, _("%s%s%s is missing"), path,
                                  path[0] == '\0' ? "" : ".", fields->key);
    return true;
}

const char *document_get_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

int64_t document_get_integer(const json_t *object, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(object, key);
    return value != NULL ? json_integer_value(value) : fallback;
}

double document_get_number(const json_t *object, const char *key, double fallback)
{
    const json_t *value = json_object_get(object, key);
    return value != NULL ? json_number_value(value) : fallback;
}

bool document_get_flag(const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);
    return value != NULL ? json_is_true(value) : fallback;
}

char **document_get_texts(const json_t *object, const char *key)
{
    const json_t *list = json_object_get(object, key);
    if (list == NULL)
        return NULL;
    char **texts = g_new0(char *, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++)
        texts[i] = g_strdup(json_string_value(json_array_get(list, i)));
    return texts;
}

char *document_scalar_text(const json_t *scalar)
{
    if (json_is_string(scalar))
        return g_strdup(json_string_value(scalar));
    g_autofree char *line = NULL;
    char *text = document_write(scalar);
    line = g_strchomp(g_strdup(text));
    free(text);
    return g_steal_pointer(&line);
}
