/* The typed literal printer. Every text passes append_escaped(), every other
 * kind is printed by us from its binary form, so that no byte of a value is
 * ever read as SQL. */
#include "sql/dialect_private.h"

#include "base/intl.h"
#include "row/convert.h"

#include <math.h>
#include <string.h>

static char *fill(const dialect *d, literal_form form, const char *text)
{
    GString *out = g_string_new(NULL);
    template_expand(out, d->literals[form], (template_variable[]){{"value", text}, {NULL, NULL}},
                    NULL);
    return g_string_free(out, FALSE);
}

static char *missing(const dialect *d, const char *what, error **err)
{
    error_set(err, ERROR_PLAN, _("%s has no literal for %s"), d->title, what);
    return NULL;
}

/* A literal without a value in it: true, NaN, Infinity. */
static char *fixed(const dialect *d, literal_form form, const char *what, error **err)
{
    return d->literals[form] != NULL ? g_strdup(d->literals[form]) : missing(d, what, err);
}

static char *escaped_text(const dialect *d, literal_form form, const value *v, error **err)
{
    if (memchr(v->data, '\0', v->size) != NULL) {
        error_set(err, ERROR_DATA, _("a text with a NUL byte cannot be written as SQL"));
        return NULL;
    }
    if (!g_utf8_validate(v->data, v->size, NULL)) {
        error_set(err, ERROR_DATA, _("a text that is not valid UTF-8 cannot be written as SQL"));
        return NULL;
    }
    g_autoptr(GString) text = g_string_sized_new(v->size);
    for (uint32_t i = 0; i < v->size; i++) {
        char c = v->data[i];
        /* Quotes are doubled, never escaped: that holds in every mode of a server. */
        if (c == '\'' || (c == '\\' && d->backslashes))
            g_string_append_c(text, c);
        g_string_append_c(text, c);
    }
    return fill(d, form, text->str);
}

static char *bytes_literal(const dialect *d, const value *v)
{
    g_autofree char *hex = g_malloc(2 * (size_t)v->size + 1);
    bytes_to_hex(v->data, v->size, hex);
    hex[2 * (size_t)v->size] = '\0';
    return fill(d, LITERAL_BYTES, hex);
}

/* The value's own canonical text, terminated. */
static char *plain_text(const value *v)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text = value_to_text(v, buffer, &size);
    return g_strndup(text, size);
}

static char *float_literal(const dialect *d, const value *v, error **err)
{
    if (isnan(v->f))
        return fixed(d, LITERAL_NAN, "NaN", err);
    if (isinf(v->f))
        return fixed(d, v->f > 0 ? LITERAL_INFINITY : LITERAL_MINUS_INFINITY, "Infinity", err);
    g_autofree char *text = plain_text(v);
    return fill(d, LITERAL_FLOAT, text);
}

static bool is_plain_decimal(const char *text)
{
    text += *text == '-' ? 1 : 0;
    size_t whole = strspn(text, "0123456789");
    text += whole;
    if (*text == '.')
        return whole > 0 && text[1] != '\0' && text[1 + strspn(text + 1, "0123456789")] == '\0';
    return whole > 0 && *text == '\0';
}

static char *digits_literal(const dialect *d, const value *v, error **err)
{
    g_autofree char *text = g_strndup(v->data, v->size);
    if (strcmp(text, "NaN") == 0)
        return fixed(d, LITERAL_DECIMAL_NAN, "NaN", err);
    if (strcmp(text, "Infinity") == 0)
        return fixed(d, LITERAL_DECIMAL_INFINITY, "Infinity", err);
    if (strcmp(text, "-Infinity") == 0)
        return fixed(d, LITERAL_DECIMAL_MINUS_INFINITY, "Infinity", err);
    /* strlen: a NUL inside would hide what follows. */
    if (strlen(text) != v->size || !is_plain_decimal(text)) {
        error_set(err, ERROR_DATA, _("a decimal value is not a plain number"));
        return NULL;
    }
    return fill(d, LITERAL_DECIMAL, text);
}

#define DAY_US (INT64_C(86400) * 1000000)

/* Systems that count years with four digits have no infinity either. */
static bool year_exists(const dialect *d, const value *v)
{
    if (!d->has_years)
        return true;
    if (v->i == VALUE_INFINITY || v->i == VALUE_MINUS_INFINITY)
        return false;
    int64_t days = v->i;
    if (v->kind != VALUE_DATE)
        days = v->i >= 0 ? v->i / DAY_US : -((-(v->i + 1)) / DAY_US) - 1;
    int64_t year;
    int month, day;
    civil_from_days(days, &year, &month, &day);
    return year >= d->first_year && year <= d->last_year;
}

static char *date_literal(const dialect *d, literal_form form, const value *v, error **err)
{
    g_autofree char *text = plain_text(v);
    if (!year_exists(d, v)) {
        error_set(err, ERROR_DATA, _("%s has no date %s"), d->title, text);
        return NULL;
    }
    return fill(d, form, text);
}

/* {utc} is the same moment as {value} for systems that name no zone. */
static char *instant_literal(const dialect *d, const value *v, error **err)
{
    if (d->literals[LITERAL_INSTANT] == NULL)
        return missing(d, "a timestamp with time zone", err);
    if (!year_exists(d, v))
        return date_literal(d, LITERAL_INSTANT, v, err);
    value without_zone = *v;
    without_zone.kind = VALUE_TIMESTAMP;
    g_autofree char *text = plain_text(v);
    g_autofree char *utc = plain_text(&without_zone);
    GString *out = g_string_new(NULL);
    template_expand(out, d->literals[LITERAL_INSTANT],
                    (template_variable[]){{"value", text}, {"utc", utc}, {NULL, NULL}}, NULL);
    return g_string_free(out, FALSE);
}

static char *plain_literal(const dialect *d, literal_form form, const value *v)
{
    g_autofree char *text = plain_text(v);
    return fill(d, form, text);
}

char *dialect_literal(const dialect *d, const value *v, error **err)
{
    /* Without SQL there are no literals, and nobody should ask for one. */
    g_assert(d->literals[LITERAL_TEXT] != NULL);
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        return g_strdup("NULL");
    case VALUE_BOOL:
        return g_strdup(d->literals[v->i != 0 ? LITERAL_TRUE : LITERAL_FALSE]);
    case VALUE_INT:
        return plain_text(v);
    case VALUE_FLOAT:
        return float_literal(d, v, err);
    case VALUE_DECIMAL:
        return plain_literal(d, LITERAL_DECIMAL, v);
    case VALUE_DIGITS:
        return digits_literal(d, v, err);
    case VALUE_TEXT:
        return escaped_text(d, LITERAL_TEXT, v, err);
    case VALUE_BYTES:
        return bytes_literal(d, v);
    case VALUE_DATE:
        return date_literal(d, LITERAL_DATE, v, err);
    case VALUE_TIME:
        return plain_literal(d, LITERAL_TIME, v);
    case VALUE_TIMESTAMP:
        return date_literal(d, LITERAL_TIMESTAMP, v, err);
    case VALUE_INSTANT:
        return instant_literal(d, v, err);
    case VALUE_UUID:
        return d->literals[LITERAL_UUID] == NULL ? missing(d, "a uuid", err)
                                                 : plain_literal(d, LITERAL_UUID, v);
    case VALUE_JSON:
        return d->literals[LITERAL_JSON] == NULL ? missing(d, "JSON", err)
                                                 : escaped_text(d, LITERAL_JSON, v, err);
    }
    g_assert_not_reached();
}
