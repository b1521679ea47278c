#include "row/convert.h"

#include "base/intl.h"
#include "row/decimal.h"
#include "row/number_text.h"
#include "row/time_text.h"

#include <glib.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

typedef struct {
    const value *in;
    const data_type *to;
    const convert_options *options;
    batch *b;
    value *out;
    convert_error *why;
} conversion;

/* --- reasons --- */

#define SHOWN_BYTES 40

/* The value for a message: kind, and the text in quotes, cut and without
 * anything that is not printable. */
static void show_value(const value *v, GString *out)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size = 0;
    const char *text = value_to_text(v, buffer, &size);
    bool quoted = v->kind == VALUE_TEXT || v->kind == VALUE_JSON;
    bool cut = size > SHOWN_BYTES;
    g_string_append_printf(out, "%s %s", value_kind_name(v->kind), quoted ? "\"" : "");
    const char *end = text + MIN(size, SHOWN_BYTES);
    while (text < end) {
        gunichar c = g_utf8_get_char_validated(text, end - text);
        bool valid = v->kind != VALUE_BYTES && c < 0x110000;
        if (!valid && cut && c == (gunichar)-2)
            break; /* a character that the cut goes through */
        if (valid && g_unichar_isprint(c)) {
            g_string_append_unichar(out, c);
            text = g_utf8_next_char(text);
        } else {
            g_string_append_printf(out, "\\x%02x", (unsigned char)*text++);
        }
    }
    g_string_append_printf(out, "%s%s", cut ? "…" : "", quoted ? "\"" : "");
}

/* Copy without leaving half of a character at the end. */
static void set_message(convert_error *why, const char *message)
{
    g_strlcpy(why->message, message, sizeof why->message);
    const char *end;
    if (!g_utf8_validate(why->message, -1, &end))
        why->message[end - why->message] = '\0';
}

/* Fail with a sentence in which {value} and {type} stand for the value and
 * the column's type. */
static bool refuse(const conversion *c, reject_class class, const char *sentence)
{
    if (c->why == NULL)
        return false;
    g_autoptr(GString) shown = g_string_new(NULL);
    show_value(c->in, shown);
    g_autofree char *type = data_type_to_string(c->to);
    g_autoptr(GString) message = g_string_new(sentence);
    g_string_replace(message, "{type}", type, 1);
    g_string_replace(message, "{value}", shown->str, 1);
    c->why->class = class;
    set_message(c->why, message->str);
    return false;
}

static bool refuse_type(const conversion *c)
{
    switch (c->to->kind) {
    case TYPE_BOOL:
        return refuse(c, REJECT_TYPE, _("{value} is not a boolean"));
    case TYPE_INT:
        return refuse(c, REJECT_TYPE, _("{value} is not an integer"));
    case TYPE_FLOAT:
    case TYPE_DECIMAL:
        return refuse(c, REJECT_TYPE, _("{value} is not a number"));
    case TYPE_TEXT:
        return refuse(c, REJECT_TYPE, _("{value} is not text"));
    case TYPE_BYTES:
        return refuse(c, REJECT_TYPE, _("{value} is not bytes"));
    case TYPE_DATE:
        return refuse(c, REJECT_TYPE, _("{value} is not a date"));
    case TYPE_TIME:
        return refuse(c, REJECT_TYPE, _("{value} is not a time of day"));
    case TYPE_TIMESTAMP:
        return refuse(c, REJECT_TYPE, _("{value} is not a timestamp without time zone"));
    case TYPE_INSTANT:
        return refuse(c, REJECT_TYPE, _("{value} is not a timestamp with time zone"));
    case TYPE_UUID:
        return refuse(c, REJECT_TYPE, _("{value} is not a uuid"));
    case TYPE_JSON:
        return refuse(c, REJECT_TYPE, _("{value} is not JSON"));
    case TYPE_ANY:
    case TYPE_OTHER:
        break;
    }
    g_assert_not_reached();
}

static bool refuse_range(const conversion *c)
{
    return refuse(c, REJECT_RANGE, _("{value} is out of range for {type}"));
}

static bool refuse_rounding(const conversion *c)
{
    return refuse(c, REJECT_RANGE, _("{value} would lose digits in {type}"));
}

static bool set(const conversion *c, value v)
{
    *c->out = v;
    return true;
}

/* --- numbers --- */

/* Any number but a float as a decimal; false when @in is none. */
static bool read_decimal(const conversion *c, value *out)
{
    const value *in = c->in;
    switch ((value_kind)in->kind) {
    case VALUE_BOOL:
        *out = value_decimal(in->i, 0);
        return true;
    case VALUE_INT:
        if (ABS(in->i / 10) < number_powers[17]) {
            *out = value_decimal(in->i, 0);
        } else {
            char *digits = batch_alloc(c->b, VALUE_TEXT_MAX);
            *out = value_span(VALUE_DIGITS, digits, (uint32_t)number_write_int(in->i, digits));
        }
        return true;
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
        *out = *in;
        return true;
    case VALUE_TEXT:
        return parse_decimal(in->data, in->size, c->b, out);
    case VALUE_FLOAT: {
        char buffer[VALUE_TEXT_MAX];
        size_t size = number_write_float(in->f, buffer);
        /* "12.0" is how a float is spelled; as a decimal it is 12. */
        if (size > 2 && memcmp(buffer + size - 2, ".0", 2) == 0)
            size -= 2;
        g_assert(parse_decimal(buffer, size, c->b, out));
        if (out->kind == VALUE_DIGITS && out->data == buffer)
            *out = batch_copy_value(c->b, VALUE_DIGITS, buffer, size);
        return true;
    }
    case VALUE_NULL:
    case VALUE_BYTES:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
    case VALUE_JSON:
        return false;
    }
    g_assert_not_reached();
}

static int int_bits(const data_type *type)
{
    return type->bits > 0 && type->bits < 64 ? type->bits : 64;
}

static bool set_int(const conversion *c, int64_t i)
{
    int bits = int_bits(c->to);
    int64_t highest = INT64_MAX, lowest = INT64_MIN;
    if (bits < 64) {
        highest = (INT64_C(1) << (bits - !c->to->is_unsigned)) - 1;
        lowest = -highest - 1;
    }
    if (c->to->is_unsigned)
        lowest = 0;
    if (i < lowest || i > highest)
        return refuse_range(c);
    return set(c, value_int(i));
}

/* An unsigned integer beyond int64 stays a VALUE_DIGITS. */
static bool set_long_int(const conversion *c, const value *digits)
{
    static const char highest[] = "18446744073709551615";
    const size_t length = sizeof highest - 1;
    bool fits = c->to->is_unsigned && int_bits(c->to) == 64 && digits->data[0] != '-' &&
                (digits->size < length ||
                 (digits->size == length && memcmp(digits->data, highest, length) <= 0));
    return fits ? set(c, *digits) : refuse_range(c);
}

/* A float is exactly the integer it holds, beyond 2^53 too. */
static bool float_to_int(const conversion *c)
{
    double f = round(c->in->f);
    if (!isfinite(f))
        return refuse_range(c);
    if (f != c->in->f && !c->options->round)
        return refuse_rounding(c);
    static const double two_to_63 = 9223372036854775808.0;
    if (f >= -two_to_63 && f < two_to_63)
        return set_int(c, (int64_t)f);
    if (f < 0 || f >= 2 * two_to_63)
        return refuse_range(c);
    char *digits = batch_alloc(c->b, VALUE_TEXT_MAX);
    int size = g_snprintf(digits, VALUE_TEXT_MAX, "%" G_GUINT64_FORMAT, (uint64_t)f);
    return set_long_int(c,
                        &(value){ .data = digits, .size = (uint32_t)size, .kind = VALUE_DIGITS });
}

static bool to_int(const conversion *c)
{
    const value *in = c->in;
    int64_t i;
    if (in->kind == VALUE_INT || in->kind == VALUE_BOOL)
        return set_int(c, in->i);
    if (in->kind == VALUE_FLOAT)
        return float_to_int(c);
    if (in->kind == VALUE_TEXT && parse_int(in->data, in->size, &i))
        return set_int(c, i);
    value v;
    if (!read_decimal(c, &v))
        return refuse_type(c);
    if (decimal_is_special(&v))
        return in->kind == VALUE_TEXT ? refuse_type(c) : refuse_range(c);
    if (decimal_to_scale(&v, 0, c->options->round, c->b, &v) != DECIMAL_FITS)
        return refuse_rounding(c);
    if (v.kind == VALUE_DECIMAL)
        return set_int(c, v.i);
    return parse_int(v.data, v.size, &i) ? set_int(c, i) : set_long_int(c, &v);
}

static bool to_decimal(const conversion *c)
{
    value v;
    if (!read_decimal(c, &v))
        return refuse_type(c);
    if (c->to->precision <= 0)
        return set(c, v);
    if (decimal_is_special(&v))
        /* A limit on digits excludes infinities, as in PostgreSQL. */
        return v.data[0] == 'N' ? set(c, v) : refuse_range(c);
    switch (decimal_fit(&v, c->to->precision, c->to->scale, c->options->round, c->b, &v)) {
    case DECIMAL_FITS:
        return set(c, v);
    case DECIMAL_ROUNDED:
        return refuse_rounding(c);
    case DECIMAL_OVERFLOW:
        return refuse_range(c);
    }
    g_assert_not_reached();
}

/* @f is the double nearest to the number that @text spells. */
static bool set_float(const conversion *c, double f, const char *text, size_t size)
{
    if (isfinite(f)) {
        bool exact = c->in->kind == VALUE_FLOAT;
        if (c->to->bits == 32) {
            double narrow = (double)(float)f;
            if (isinf(narrow))
                return refuse_range(c);
            exact = exact && narrow == f;
            f = narrow;
        } else if (size <= 15 && (f == 0 || fabs(f) >= 0x1p-1022)) {
            exact = true; /* a double holds any 15 digits */
        }
        if (!exact && !c->options->round && !number_survives(text, size, f))
            return refuse_rounding(c);
    }
    return set(c, value_float(f));
}

static bool to_float(const conversion *c)
{
    const value *in = c->in;
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    value ignored;
    double f;
    switch ((value_kind)in->kind) {
    case VALUE_FLOAT:
        if (c->to->bits != 32)
            return set(c, *in);
        size = number_write_float(in->f, buffer);
        return set_float(c, in->f, buffer, size);
    case VALUE_BOOL:
        return set(c, value_float((double)in->i));
    case VALUE_INT:
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
    case VALUE_TEXT: {
        const char *text = value_to_text(in, buffer, &size);
        if (parse_float(text, size, &f))
            return set_float(c, f, text, size);
        /* A number, but none that a double can hold. */
        if (parse_decimal(text, size, c->b, &ignored))
            return refuse_range(c);
        return refuse_type(c);
    }
    case VALUE_NULL:
    case VALUE_BYTES:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
    case VALUE_JSON:
        return refuse_type(c);
    }
    g_assert_not_reached();
}

static bool to_bool(const conversion *c)
{
    const value *in = c->in;
    bool is_true;
    value v;
    if (in->kind == VALUE_BOOL)
        return set(c, *in);
    if (in->kind == VALUE_TEXT)
        return parse_bool(in->data, in->size, &is_true) ? set(c, value_of_kind(VALUE_BOOL, is_true))
                                                        : refuse_type(c);
    if (!read_decimal(c, &v) || decimal_is_special(&v) ||
        decimal_to_scale(&v, 0, false, c->b, &v) != DECIMAL_FITS || v.kind != VALUE_DECIMAL ||
        v.i < 0 || v.i > 1)
        return refuse_type(c);
    return set(c, value_of_kind(VALUE_BOOL, v.i));
}

/* --- text and bytes --- */

static bool check_length(const conversion *c, value v, int64_t length)
{
    int64_t limit = c->to->length;
    if (limit > 0 && length > limit) {
        /* char(n): blanks beyond the length are no content (SQL's rule). */
        uint32_t excess = (uint32_t)(length - limit);
        bool blank = c->to->kind == TYPE_TEXT && c->to->fixed_length;
        for (uint32_t i = 0; blank && i < excess; i++)
            blank = v.data[v.size - 1 - i] == ' ';
        if (!blank)
            return refuse(c, REJECT_LENGTH, _("{value} is longer than {type}"));
        v.size -= excess;
    }
    return set(c, v);
}

static bool to_text(const conversion *c)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size = 0;
    if (c->in->kind == VALUE_BYTES)
        return refuse_type(c);
    const char *text = value_to_text(c->in, buffer, &size);
    int64_t length = (int64_t)size;
    if (c->in->kind == VALUE_TEXT || c->in->kind == VALUE_JSON) {
        length = utf8_length(text, size);
        if (length < 0)
            return refuse(c, REJECT_ENCODING, _("{value} is not valid UTF-8"));
        if (memchr(text, '\0', size) != NULL)
            return refuse(c, REJECT_ENCODING, _("{value} holds a NUL character"));
    }
    if (c->to->length_in_bytes)
        length = (int64_t)size;
    if (text == buffer)
        text = batch_copy(c->b, buffer, size);
    return check_length(c, value_span(VALUE_TEXT, text, (uint32_t)size), length);
}

/* "\\x" and hexadecimal digits: how files hold bytes. */
static bool read_hex(const conversion *c, value *out)
{
    const value *in = c->in;
    if (in->kind != VALUE_TEXT || in->size < 2 || memcmp(in->data, "\\x", 2) != 0)
        return false;
    uint32_t size = (in->size - 2) / 2;
    char *bytes = batch_alloc(c->b, size);
    *out = value_span(VALUE_BYTES, bytes, size);
    return parse_hex(in->data + 2, in->size - 2, (uint8_t *)bytes);
}

static bool to_bytes(const conversion *c)
{
    const value *in = c->in;
    value bytes;
    if (read_hex(c, &bytes))
        return check_length(c, bytes, bytes.size);
    if (in->kind == VALUE_UUID)
        return check_length(c, value_span(VALUE_BYTES, in->data, 16), 16);
    if (in->kind != VALUE_BYTES && in->kind != VALUE_TEXT && in->kind != VALUE_JSON)
        return refuse_type(c);
    return check_length(c, value_span(VALUE_BYTES, in->data, in->size), in->size);
}

static bool to_uuid(const conversion *c)
{
    const value *in = c->in;
    if (in->kind == VALUE_UUID || (in->kind == VALUE_BYTES && in->size == 16))
        return set(c, value_span(VALUE_UUID, in->data, 16));
    if (in->kind != VALUE_TEXT)
        return refuse_type(c);
    uint8_t bytes[16];
    if (!parse_uuid(in->data, in->size, bytes))
        return refuse_type(c);
    return set(c, batch_copy_value(c->b, VALUE_UUID, (const char *)bytes, sizeof bytes));
}

static bool to_json(const conversion *c)
{
    const value *in = c->in;
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    switch ((value_kind)in->kind) {
    case VALUE_JSON:
        return set(c, *in);
    case VALUE_TEXT: {
        json_t *document = json_loadb(
            in->data, in->size, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
        if (document == NULL)
            return refuse_type(c);
        json_decref(document);
        return set(c, value_span(VALUE_JSON, in->data, in->size));
    }
    case VALUE_FLOAT:
        if (!isfinite(in->f))
            return refuse_type(c);
        break;
    case VALUE_DIGITS:
        if (decimal_is_special(in))
            return refuse_type(c);
        break;
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_DECIMAL:
        break;
    case VALUE_NULL:
    case VALUE_BYTES:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
        return refuse_type(c);
    }
    const char *text = value_to_text(in, buffer, &size);
    return set(c, batch_copy_value(c->b, VALUE_JSON, text, size));
}

/* --- dates and times --- */

static bool is_infinite(int64_t i)
{
    return i == VALUE_INFINITY || i == VALUE_MINUS_INFINITY;
}

/* Only the digits of a second that the column keeps; a half goes up, away
 * from zero for the digits that are cut. */
static bool set_moment(const conversion *c, value_kind kind, int64_t microseconds)
{
    int fraction = c->to->fraction;
    if (fraction >= 0 && fraction < 6 && !is_infinite(microseconds)) {
        int64_t unit = number_powers[6 - fraction];
        int64_t cut = microseconds % unit;
        if (cut < 0)
            cut += unit;
        if (cut != 0 && !c->options->round)
            return refuse_rounding(c);
        if (__builtin_add_overflow(microseconds, cut >= unit / 2 && cut != 0 ? unit - cut : -cut,
                                   &microseconds) ||
            is_infinite(microseconds))
            return refuse_range(c);
    }
    return set(c, value_of_kind(kind, microseconds));
}

static bool set_date_of(const conversion *c, int64_t microseconds)
{
    if (is_infinite(microseconds))
        return set(c, value_of_kind(VALUE_DATE, microseconds));
    if (microseconds % MICROSECONDS_PER_DAY != 0)
        return refuse(c, REJECT_RANGE, _("{value} has a time of day"));
    return set(c, value_of_kind(VALUE_DATE, microseconds / MICROSECONDS_PER_DAY));
}

static bool read_date(const conversion *c, int64_t *days)
{
    const value *in = c->in;
    if (parse_date(in->data, in->size, days))
        return true;
    if (!c->options->compact_dates || in->size != 8)
        return false;
    char text[10];
    memcpy(text, in->data, 4);
    memcpy(text + 5, in->data + 4, 2);
    memcpy(text + 8, in->data + 6, 2);
    text[4] = text[7] = '-';
    return parse_date(text, sizeof text, days);
}

static bool to_date(const conversion *c)
{
    const value *in = c->in;
    int64_t i;
    if (in->kind == VALUE_DATE)
        return set(c, *in);
    if (in->kind == VALUE_TIMESTAMP)
        return set_date_of(c, in->i);
    if (in->kind != VALUE_TEXT)
        return refuse_type(c);
    if (read_date(c, &i))
        return set(c, value_of_kind(VALUE_DATE, i));
    return parse_timestamp(in->data, in->size, &i) ? set_date_of(c, i) : refuse_type(c);
}

static bool to_time(const conversion *c)
{
    const value *in = c->in;
    int64_t i;
    if (in->kind == VALUE_TIME)
        return set_moment(c, VALUE_TIME, in->i);
    if (in->kind == VALUE_TEXT && parse_time(in->data, in->size, &i))
        return set_moment(c, VALUE_TIME, i);
    return refuse_type(c);
}

static bool set_midnight_of(const conversion *c, int64_t days)
{
    int64_t microseconds = days;
    if (!is_infinite(days) && (__builtin_mul_overflow(days, MICROSECONDS_PER_DAY, &microseconds) ||
                               is_infinite(microseconds)))
        return refuse_range(c);
    return set(c, value_of_kind(VALUE_TIMESTAMP, microseconds));
}

static bool to_timestamp(const conversion *c)
{
    const value *in = c->in;
    int64_t i;
    if (in->kind == VALUE_TIMESTAMP)
        return set_moment(c, VALUE_TIMESTAMP, in->i);
    if (in->kind == VALUE_DATE)
        return set_midnight_of(c, in->i);
    if (in->kind != VALUE_TEXT)
        return refuse_type(c);
    if (parse_timestamp(in->data, in->size, &i))
        return set_moment(c, VALUE_TIMESTAMP, i);
    return read_date(c, &i) ? set_midnight_of(c, i) : refuse_type(c);
}

static bool to_instant(const conversion *c)
{
    const value *in = c->in;
    int64_t i;
    if (in->kind == VALUE_INSTANT)
        return set_moment(c, VALUE_INSTANT, in->i);
    if (in->kind == VALUE_TEXT && parse_instant(in->data, in->size, &i))
        return set_moment(c, VALUE_INSTANT, i);
    return refuse_type(c);
}

/* --- the way in --- */

static bool as_it_is(const conversion *c)
{
    return set(c, *c->in);
}

static const struct {
    bool (*convert)(const conversion *c);
    bool takes_empty_text;
} converters[] = {
    [TYPE_ANY] = { as_it_is, true },        [TYPE_BOOL] = { to_bool, false },
    [TYPE_INT] = { to_int, false },         [TYPE_FLOAT] = { to_float, false },
    [TYPE_DECIMAL] = { to_decimal, false }, [TYPE_TEXT] = { to_text, true },
    [TYPE_BYTES] = { to_bytes, true },      [TYPE_DATE] = { to_date, false },
    [TYPE_TIME] = { to_time, false },       [TYPE_TIMESTAMP] = { to_timestamp, false },
    [TYPE_INSTANT] = { to_instant, false }, [TYPE_UUID] = { to_uuid, false },
    [TYPE_JSON] = { to_json, false },       [TYPE_OTHER] = { as_it_is, true },
};

bool convert_value(const value *in, const data_type *to, const convert_options *options, batch *b,
                   value *out, convert_error *why)
{
    conversion c = { in, to, options, b, out, why };
    if (in->kind == VALUE_NULL ||
        (in->kind == VALUE_TEXT && in->size == 0 && options->empty_is_null &&
         !converters[to->kind].takes_empty_text))
        return set(&c, value_null());
    return converters[to->kind].convert(&c);
}
