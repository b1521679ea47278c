/* What was written as a value, and what it is as a value of its column. */
#include "sql/guard_private.h"

#include "base/intl.h"
#include "base/text.h"
#include "row/convert.h"

#include <string.h>

/* Longer numbers, and exponents of more digits, are a mistake or an attack. */
#define NUMBER_BYTES 100
#define EXPONENT_DIGITS 3

/* --- parameters ----------------------------------------------------------- */

static bool append_parameter(guard_parser *p, GString *out, const char *macro, size_t size,
                             size_t at)
{
    g_autofree char *written = g_strndup(macro, size);
    g_autoptr(error) local = NULL;
    g_autofree char *text =
        p->options->expand != NULL ? p->options->expand(p->options->user, written, &local) : NULL;
    if (text == NULL) {
        guard_refuse(p, 'L', at, "%s", local != NULL ? local->message
                                                     : _("parameters are not possible here"));
        return local != NULL && local->hint != NULL && guard_hint(p, "%s", local->hint);
    }
    if (!g_utf8_validate(text, -1, NULL))
        return guard_refuse(p, 'P', at, _("the value of a parameter is not valid UTF-8"));
    g_string_append(out, text);
    return true;
}

/* Replace the parameters in @text, which began at @at. "$${" is "${". */
static bool expand(guard_parser *p, const char *text, size_t size, size_t at, GString *out,
                   bool *any)
{
    const char *end = text + size;
    *any = false;
    while (text < end) {
        bool closed;
        size_t length = macro_length(text, end, &closed);
        if (length > 0 && !closed)
            return guard_refuse(p, 'L', at,
                                _("a parameter is not closed, or holds another one"));
        if (length > 0) {
            if (!append_parameter(p, out, text, length, at))
                return false;
            *any = true;
            text += length;
            continue;
        }
        if (end - text > 2 && text[0] == '$' && text[1] == '$' &&
            (text[2] == '{' || text[2] == '[')) {
            text++;
            g_string_append_len(out, text++, 1);
        }
        g_string_append_c(out, *text++);
    }
    return true;
}

bool guard_has_macro(const guard_parser *p, const token *t)
{
    const char *end = p->lexer.text + t->body + t->body_size;
    bool closed;
    for (const char *c = p->lexer.text + t->body; c < end; c++)
        if (macro_length(c, end, &closed) > 0)
            return true;
    return false;
}

/* --- as written ----------------------------------------------------------- */

static bool read_text(guard_parser *p, const token *t, guard_node *n)
{
    size_t size;
    g_autofree char *decoded = token_decode(&p->lexer, t, &size);
    if (strlen(decoded) != size)
        return guard_refuse(p, 'L', t->at, _("a text holds a NUL character"));
    g_autoptr(GString) text = g_string_sized_new(size);
    if (!expand(p, decoded, size, t->at, text, &n->is_parameter))
        return false;
    n->form = VALUE_AS_TEXT;
    n->v = batch_copy_value(p->memory, VALUE_TEXT, text->str, text->len);
    if (t->quote == '"' && !n->is_parameter)
        n->named_column = guard_find_column(p, true, decoded);
    return true;
}

static bool read_macro(guard_parser *p, const token *t, guard_node *n)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (!append_parameter(p, text, p->lexer.text + t->at, t->size, t->at))
        return false;
    n->form = VALUE_AS_MACRO;
    n->is_parameter = true;
    n->v = batch_copy_value(p->memory, VALUE_TEXT, text->str, text->len);
    return true;
}

static bool read_bytes(guard_parser *p, const token *t, guard_node *n)
{
    char *bytes = batch_alloc(p->memory, t->body_size / 2);
    if (!parse_hex(p->lexer.text + t->body, t->body_size, (uint8_t *)bytes))
        return guard_refuse(p, 'L', t->at, _("bytes are pairs of hexadecimal digits"));
    n->form = VALUE_AS_BYTES;
    n->v = value_span(VALUE_BYTES, bytes, (uint32_t)(t->body_size / 2));
    return true;
}

static bool read_number(guard_parser *p, const token *t, bool negative, guard_node *n)
{
    g_autofree char *digits = g_strdup_printf("%s%.*s", negative ? "-" : "", (int)t->size,
                                              p->lexer.text + t->at);
    const char *exponent = strpbrk(digits, "eE");
    size_t size = strlen(digits);
    const char *kept = batch_copy(p->memory, digits, size);
    int64_t i;
    n->form = VALUE_AS_NUMBER;
    if (parse_int(kept, size, &i)) {
        n->v = value_int(i);
        return true;
    }
    bool fits = size <= NUMBER_BYTES &&
                (exponent == NULL || strspn(exponent, "eE+-0") + EXPONENT_DIGITS >=
                                         strlen(exponent));
    return (fits && parse_decimal(kept, size, p->memory, &n->v)) ||
           guard_refuse(p, 'L', t->at, _("this number is not possible"));
}

guard_node *guard_read_value(guard_parser *p, const token *t, bool negative)
{
    guard_node *n = guard_node_new(p, NODE_VALUE, t->at);
    bool fine = t->kind == TOKEN_NUMBER  ? read_number(p, t, negative, n)
                : t->kind == TOKEN_BYTES ? read_bytes(p, t, n)
                : t->kind == TOKEN_MACRO ? read_macro(p, t, n)
                                         : read_text(p, t, n);
    return fine ? n : NULL;
}

/* --- as the column's ------------------------------------------------------ */

/* "20260301" → "2026-03-01": how ${bizdate} and ${yyyymmdd} are spelled. */
static value spread_date(guard_parser *p, const value *v)
{
    if (v->size != 8)
        return *v;
    for (uint32_t i = 0; i < v->size; i++)
        if (!g_ascii_isdigit(v->data[i]))
            return *v;
    g_autofree char *text = g_strdup_printf("%.4s-%.2s-%.2s", v->data, v->data + 4, v->data + 6);
    return batch_copy_value(p->memory, VALUE_TEXT, text, strlen(text));
}

/* What may be compared; limits on what can be stored do not matter. But a
 * server types the bound value like its column: integers keep their range. */
static data_type compared_type(const data_type *type)
{
    data_type wide = {
        .kind = type->kind,
        .is_unsigned = type->is_unsigned,
        .bits = type->bits,
        .fraction = -1,
    };
    return wide;
}

static bool refuse_value(guard_parser *p, const guard_node *n, size_t column, const char *why)
{
    g_autofree char *name = text_safe(p->target->columns[column], -1);
    return guard_refuse(p, 'P', n->at, _("column \"%s\": %s"), name, why);
}

bool guard_convert(guard_parser *p, const guard_node *n, size_t column, value *out)
{
    const data_type *type = &p->target->types[column];
    if (type->kind == TYPE_JSON) {
        refuse_value(p, n, column, _("JSON cannot be compared"));
        return guard_hint(p, _("use LIKE or IS NULL"));
    }
    if (type->kind == TYPE_TEXT && n->form == VALUE_AS_NUMBER) {
        refuse_value(p, n, column, _("a number is compared with a text column"));
        return guard_hint(p, _("write the number in single quotes"));
    }
    value in = n->v;
    if (in.kind == VALUE_TEXT && (type->kind == TYPE_DATE || type->kind == TYPE_TIMESTAMP))
        in = spread_date(p, &in);
    const data_type wide = compared_type(type);
    /* A float column takes the nearest float, as a literal in SQL does. */
    const convert_options options = {.round = type->kind == TYPE_FLOAT};
    convert_error why;
    if (convert_value(&in, &wide, &options, p->memory, out, &why))
        return true;
    refuse_value(p, n, column, why.message);
    return type->kind == TYPE_INSTANT &&
           guard_hint(p, _("write date, time and zone: '{{{today-30days}}} 00:00:00+08:00'"));
}
