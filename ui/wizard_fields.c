#include "ui/wizard_fields.h"

#include "ui/typed_value.h"

#include <string.h>

static char *to_text(const json_t *value, value_kind kind)
{
    switch (kind) {
    case VALUE_TEXT:
    case VALUE_TABLE:
        return typed_table(value);
    case VALUE_INTEGER:
        return typed_integer(value);
    case VALUE_SCALAR:
        return typed_scalar(value);
    case VALUE_TEXTS:
        return typed_texts(value);
    case VALUE_FLAG:
        return g_strdup(json_is_true(value) ? "yes" : "");
    case VALUE_FLAG_ON:
        return g_strdup(json_is_false(value) ? "" : "yes");
    }
    g_assert_not_reached();
}

static json_t *from_text(const char *text, value_kind kind)
{
    switch (kind) {
    case VALUE_FLAG:
        return text[0] != '\0' ? json_true() : NULL;
    case VALUE_FLAG_ON:
        return text[0] == '\0' ? json_false() : NULL;
    case VALUE_TEXTS:
        return typed_texts_read(text);
    case VALUE_TEXT:
    case VALUE_TABLE:
    case VALUE_INTEGER:
    case VALUE_SCALAR:
        break;
    }
    if (text[0] == '\0')
        return NULL;
    return kind == VALUE_TABLE     ? typed_table_read(text)
           : kind == VALUE_INTEGER ? typed_integer_read(text)
           : kind == VALUE_SCALAR  ? typed_scalar_read(text)
                                   : json_string(text);
}

void wizard_fields_load(form_view *f, const wizard *w, const wizard_field *fields)
{
    for (; fields->id != NULL; fields++) {
        g_autofree char *text = to_text(wizard_value(w, fields->path), fields->kind);
        form_view_set(f, fields->id, text);
    }
}

bool wizard_fields_store(const form_view *f, wizard *w, const wizard_field *fields, const char *id)
{
    while (fields->id != NULL && strcmp(fields->id, id) != 0)
        fields++;
    if (fields->id == NULL)
        return false;
    const char *text = form_view_get(f, id);
    g_autofree char *before = to_text(wizard_value(w, fields->path), fields->kind);
    if (strcmp(before, text) != 0)
        wizard_change(w, fields->path, from_text(text, fields->kind));
    return true;
}

static bool begins(const char *path, const char *beginning)
{
    size_t n = strlen(beginning);
    return strncmp(path, beginning, n) == 0 && strchr(".[", path[n]) != NULL;
}

void wizard_fields_focus(form_view *f, const wizard *w, const wizard_field *fields)
{
    const char *path = NULL;
    if (wizard_complaint(w, &path) == NULL || path == NULL)
        return;
    /* About this value or a part of it; else about all of which it is one. */
    for (const wizard_field *one = fields; one->id != NULL; one++)
        if (begins(path, one->path)) {
            form_view_set_focus(f, one->id);
            return;
        }
    for (const wizard_field *one = fields; one->id != NULL; one++)
        if (begins(one->path, path)) {
            form_view_set_focus(f, one->id);
            return;
        }
}
