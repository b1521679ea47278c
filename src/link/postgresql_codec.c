#include "link/postgresql_codec.h"

#include "base/intl.h"
#include "link/postgresql_bytes.h"
#include "link/postgresql_numeric.h"
#include "row/convert.h"

#include <math.h>

/* Oids of built-in types; they never change. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_OID = 26,
    OID_JSON = 114,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_TIME = 1083,
    OID_TIMESTAMP = 1114,
    OID_TIMESTAMPTZ = 1184,
    OID_NUMERIC = 1700,
    OID_UUID = 2950,
    OID_JSONB = 3802,
};

/* From 1970-01-01 to 2000-01-01. */
#define EPOCH_DAYS         INT64_C(10957)
#define EPOCH_MICROSECONDS INT64_C(946684800000000)
/* What the server's types hold, on its own scale: 4713 BC up to and without
 * the year 5874898 (dates), 294277 (timestamps). */
#define FIRST_DATE       INT64_C(-2451545)
#define END_DATE         INT64_C(2145031949)
#define FIRST_TIMESTAMP  INT64_C(-211813488000000000)
#define END_TIMESTAMP    INT64_C(9223371331200000000)
#define DAY_MICROSECONDS INT64_C(86400000000)

#define JSONB_VERSION 1

const char pg_copy_header[PG_COPY_HEADER_SIZE] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";

pg_form pg_form_of(unsigned oid)
{
    switch (oid) {
    case OID_BOOL:
        return PG_FORM_BOOL;
    case OID_BYTEA:
        return PG_FORM_BYTEA;
    case OID_INT8:
        return PG_FORM_INT8;
    case OID_INT2:
        return PG_FORM_INT2;
    case OID_INT4:
        return PG_FORM_INT4;
    case OID_OID:
        return PG_FORM_OID;
    case OID_TEXT:
    case OID_VARCHAR:
    case OID_BPCHAR:
    case OID_NAME:
        return PG_FORM_TEXT;
    case OID_JSON:
        return PG_FORM_JSON;
    case OID_JSONB:
        return PG_FORM_JSONB;
    case OID_FLOAT4:
        return PG_FORM_FLOAT4;
    case OID_FLOAT8:
        return PG_FORM_FLOAT8;
    case OID_DATE:
        return PG_FORM_DATE;
    case OID_TIME:
        return PG_FORM_TIME;
    case OID_TIMESTAMP:
        return PG_FORM_TIMESTAMP;
    case OID_TIMESTAMPTZ:
        return PG_FORM_TIMESTAMPTZ;
    case OID_NUMERIC:
        return PG_FORM_NUMERIC;
    case OID_UUID:
        return PG_FORM_UUID;
    default:
        return PG_FORM_NONE;
    }
}

type_kind pg_form_kind(pg_form form)
{
    switch (form) {
    case PG_FORM_NONE:
        return TYPE_OTHER;
    case PG_FORM_BOOL:
        return TYPE_BOOL;
    case PG_FORM_INT2:
    case PG_FORM_INT4:
    case PG_FORM_INT8:
    case PG_FORM_OID:
        return TYPE_INT;
    case PG_FORM_FLOAT4:
    case PG_FORM_FLOAT8:
        return TYPE_FLOAT;
    case PG_FORM_NUMERIC:
        return TYPE_DECIMAL;
    case PG_FORM_TEXT:
        return TYPE_TEXT;
    case PG_FORM_BYTEA:
        return TYPE_BYTES;
    case PG_FORM_DATE:
        return TYPE_DATE;
    case PG_FORM_TIME:
        return TYPE_TIME;
    case PG_FORM_TIMESTAMP:
        return TYPE_TIMESTAMP;
    case PG_FORM_TIMESTAMPTZ:
        return TYPE_INSTANT;
    case PG_FORM_UUID:
        return TYPE_UUID;
    case PG_FORM_JSON:
    case PG_FORM_JSONB:
        return TYPE_JSON;
    }
    g_assert_not_reached();
}

/* --- decoding ---------------------------------------------------------------- */

static double double_of_bits(uint64_t bits)
{
    double f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static double float_of_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return (double)f;
}

static value decode_date(int32_t days)
{
    if (days == INT32_MAX)
        return value_of_kind(VALUE_DATE, VALUE_INFINITY);
    if (days == INT32_MIN)
        return value_of_kind(VALUE_DATE, VALUE_MINUS_INFINITY);
    return value_of_kind(VALUE_DATE, days + EPOCH_DAYS);
}

static bool decode_timestamp(value_kind kind, int64_t microseconds, value *out)
{
    if (microseconds == INT64_MAX)
        *out = value_of_kind(kind, VALUE_INFINITY);
    else if (microseconds == INT64_MIN)
        *out = value_of_kind(kind, VALUE_MINUS_INFINITY);
    else if (microseconds > INT64_MAX - EPOCH_MICROSECONDS)
        return false; /* beyond 1970-based microseconds: the year 294246 */
    else
        *out = value_of_kind(kind, microseconds + EPOCH_MICROSECONDS);
    return true;
}

bool pg_decode(pg_form form, const char *data, uint32_t size, batch *b, value *out)
{
    switch (form) {
    case PG_FORM_NONE:
    case PG_FORM_TEXT:
        *out = value_span(VALUE_TEXT, data, size);
        return true;
    case PG_FORM_BYTEA:
        *out = value_span(VALUE_BYTES, data, size);
        return true;
    case PG_FORM_JSON:
        *out = value_span(VALUE_JSON, data, size);
        return true;
    case PG_FORM_JSONB:
        if (size < 1 || data[0] != JSONB_VERSION)
            return false;
        *out = value_span(VALUE_JSON, data + 1, size - 1);
        return true;
    case PG_FORM_UUID:
        *out = value_span(VALUE_UUID, data, size);
        return size == 16;
    case PG_FORM_BOOL:
        if (size != 1)
            return false;
        *out = value_of_kind(VALUE_BOOL, data[0] != 0);
        return true;
    case PG_FORM_INT2:
        if (size != 2)
            return false;
        *out = value_int((int16_t)get16(data));
        return true;
    case PG_FORM_INT4:
        if (size != 4)
            return false;
        *out = value_int((int32_t)get32(data));
        return true;
    case PG_FORM_OID:
        if (size != 4)
            return false;
        *out = value_int(get32(data));
        return true;
    case PG_FORM_INT8:
        if (size != 8)
            return false;
        *out = value_int((int64_t)get64(data));
        return true;
    case PG_FORM_FLOAT4:
        if (size != 4)
            return false;
        *out = value_float(float_of_bits(get32(data)));
        return true;
    case PG_FORM_FLOAT8:
        if (size != 8)
            return false;
        *out = value_float(double_of_bits(get64(data)));
        return true;
    case PG_FORM_NUMERIC:
        return pg_numeric_decode(data, size, b, out);
    case PG_FORM_DATE:
        if (size != 4)
            return false;
        *out = decode_date((int32_t)get32(data));
        return true;
    case PG_FORM_TIME:
        if (size != 8)
            return false;
        *out = value_of_kind(VALUE_TIME, (int64_t)get64(data));
        return true;
    case PG_FORM_TIMESTAMP:
        return size == 8 && decode_timestamp(VALUE_TIMESTAMP, (int64_t)get64(data), out);
    case PG_FORM_TIMESTAMPTZ:
        return size == 8 && decode_timestamp(VALUE_INSTANT, (int64_t)get64(data), out);
    }
    g_assert_not_reached();
}

/* --- encoding ---------------------------------------------------------------- */

void pg_buffer_clear(pg_buffer *b)
{
    g_free(b->data);
    *b = (pg_buffer){ 0 };
}

void pg_buffer_grow(pg_buffer *b, size_t size)
{
    b->capacity = MAX(b->size + size, 2 * b->capacity);
    b->data = g_realloc(b->data, b->capacity);
}

static bool wrong_kind(pg_refusal *why)
{
    *why = (pg_refusal){ .class = REJECT_TYPE, .wrong_kind = true };
    return false;
}

static bool out_of_range(pg_refusal *why)
{
    *why = (pg_refusal){ .class = REJECT_RANGE,
                         .message = _("this is out of the range of the column's type") };
    return false;
}

static void append_bytes(pg_buffer *b, const char *data, size_t size)
{
    pg_buffer_reserve(b, 4 + size);
    char *p = b->data + b->size;
    put32(p, (uint32_t)size);
    if (size > 0)
        memcpy(p + 4, data, size);
    b->size += 4 + size;
}

static bool append16(pg_buffer *b, uint16_t n)
{
    pg_buffer_reserve(b, 6);
    put32(b->data + b->size, 2);
    put16(b->data + b->size + 4, n);
    b->size += 6;
    return true;
}

static bool append32(pg_buffer *b, uint32_t n)
{
    pg_buffer_reserve(b, 8);
    put32(b->data + b->size, 4);
    put32(b->data + b->size + 4, n);
    b->size += 8;
    return true;
}

static bool append64(pg_buffer *b, uint64_t n)
{
    pg_buffer_reserve(b, 12);
    put32(b->data + b->size, 8);
    put64(b->data + b->size + 4, n);
    b->size += 12;
    return true;
}

/* PostgreSQL's text cannot hold it; the server would refuse the whole COPY. */
static bool has_nul(const value *v, pg_refusal *why)
{
    if (v->size == 0 || memchr(v->data, '\0', v->size) == NULL)
        return false;
    *why = (pg_refusal){ .class = REJECT_ENCODING,
                         .message = _("text with a NUL character cannot be stored in PostgreSQL") };
    return true;
}

static bool encode_text(pg_buffer *b, const value *v, pg_refusal *why)
{
    if (v->kind != VALUE_TEXT && v->kind != VALUE_JSON)
        return wrong_kind(why);
    if (has_nul(v, why))
        return false;
    append_bytes(b, v->data, v->size);
    return true;
}

static bool encode_jsonb(pg_buffer *b, const value *v, pg_refusal *why)
{
    if (v->kind != VALUE_JSON && v->kind != VALUE_TEXT)
        return wrong_kind(why);
    if (has_nul(v, why))
        return false;
    size_t size = (size_t)v->size + 1;
    pg_buffer_reserve(b, 4 + size);
    char *p = b->data + b->size;
    put32(p, (uint32_t)size);
    p[4] = JSONB_VERSION;
    if (v->size > 0)
        memcpy(p + 5, v->data, v->size);
    b->size += 4 + size;
    return true;
}

static bool encode_date(pg_buffer *b, const value *v, pg_refusal *why)
{
    if (v->kind != VALUE_DATE)
        return wrong_kind(why);
    if (v->i == VALUE_INFINITY)
        return append32(b, (uint32_t)INT32_MAX);
    if (v->i == VALUE_MINUS_INFINITY)
        return append32(b, (uint32_t)INT32_MIN);
    if (v->i < FIRST_DATE + EPOCH_DAYS || v->i >= END_DATE + EPOCH_DAYS)
        return out_of_range(why);
    return append32(b, (uint32_t)(int32_t)(v->i - EPOCH_DAYS));
}

static bool encode_timestamp(pg_buffer *b, value_kind kind, const value *v, pg_refusal *why)
{
    if (v->kind != kind)
        return wrong_kind(why);
    if (v->i == VALUE_INFINITY || v->i == VALUE_MINUS_INFINITY)
        return append64(b, (uint64_t)v->i);
    if (v->i < FIRST_TIMESTAMP + EPOCH_MICROSECONDS || v->i - EPOCH_MICROSECONDS >= END_TIMESTAMP)
        return out_of_range(why);
    return append64(b, (uint64_t)(v->i - EPOCH_MICROSECONDS));
}

static bool encode_float4(pg_buffer *b, const value *v, pg_refusal *why)
{
    if (v->kind != VALUE_FLOAT)
        return wrong_kind(why);
    float f = (float)v->f;
    if (isinf(f) && !isinf(v->f))
        return out_of_range(why);
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return append32(b, bits);
}

static bool encode_float8(pg_buffer *b, const value *v, pg_refusal *why)
{
    if (v->kind != VALUE_FLOAT)
        return wrong_kind(why);
    uint64_t bits;
    memcpy(&bits, &v->f, sizeof bits);
    return append64(b, bits);
}

bool pg_encode(pg_buffer *b, pg_form form, const value *v, pg_refusal *why)
{
    if (v->kind == VALUE_NULL) {
        pg_buffer_reserve(b, 4);
        put32(b->data + b->size, UINT32_MAX);
        b->size += 4;
        return true;
    }
    switch (form) {
    case PG_FORM_NONE:
        return wrong_kind(why);
    case PG_FORM_TEXT:
    case PG_FORM_JSON:
        return encode_text(b, v, why);
    case PG_FORM_JSONB:
        return encode_jsonb(b, v, why);
    case PG_FORM_BYTEA:
        if (v->kind != VALUE_BYTES)
            return wrong_kind(why);
        append_bytes(b, v->data, v->size);
        return true;
    case PG_FORM_UUID:
        if (v->kind != VALUE_UUID)
            return wrong_kind(why);
        append_bytes(b, v->data, 16);
        return true;
    case PG_FORM_BOOL:
        if (v->kind != VALUE_BOOL)
            return wrong_kind(why);
        append_bytes(b, v->i != 0 ? "\1" : "\0", 1);
        return true;
    case PG_FORM_INT2:
        if (v->kind != VALUE_INT)
            return wrong_kind(why);
        if (v->i != (int16_t)v->i)
            return out_of_range(why);
        return append16(b, (uint16_t)v->i);
    case PG_FORM_INT4:
        if (v->kind != VALUE_INT)
            return wrong_kind(why);
        if (v->i != (int32_t)v->i)
            return out_of_range(why);
        return append32(b, (uint32_t)v->i);
    case PG_FORM_OID:
        if (v->kind != VALUE_INT)
            return wrong_kind(why);
        if (v->i != (uint32_t)v->i)
            return out_of_range(why);
        return append32(b, (uint32_t)v->i);
    case PG_FORM_INT8:
        if (v->kind != VALUE_INT)
            return wrong_kind(why);
        return append64(b, (uint64_t)v->i);
    case PG_FORM_FLOAT4:
        return encode_float4(b, v, why);
    case PG_FORM_FLOAT8:
        return encode_float8(b, v, why);
    case PG_FORM_NUMERIC:
        return pg_numeric_encode(b, v, why);
    case PG_FORM_DATE:
        return encode_date(b, v, why);
    case PG_FORM_TIME:
        if (v->kind != VALUE_TIME)
            return wrong_kind(why);
        if (v->i < 0 || v->i > DAY_MICROSECONDS)
            return out_of_range(why);
        return append64(b, (uint64_t)v->i);
    case PG_FORM_TIMESTAMP:
        return encode_timestamp(b, VALUE_TIMESTAMP, v, why);
    case PG_FORM_TIMESTAMPTZ:
        return encode_timestamp(b, VALUE_INSTANT, v, why);
    }
    g_assert_not_reached();
}

/* --- text COPY --------------------------------------------------------------- */

static char escaped(char c)
{
    switch (c) {
    case '\\':
        return '\\';
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\v':
        return 'v';
    default:
        return 0;
    }
}

static void append_escaped(pg_buffer *b, const char *text, size_t size)
{
    pg_buffer_reserve(b, 2 * size);
    char *p = b->data + b->size;
    for (size_t i = 0; i < size; i++) {
        char letter = escaped(text[i]);
        if (letter != 0) {
            *p++ = '\\';
            *p++ = letter;
        } else {
            *p++ = text[i];
        }
    }
    b->size = (size_t)(p - b->data);
}

static void append_plain(pg_buffer *b, const char *text, size_t size)
{
    pg_buffer_reserve(b, size);
    memcpy(b->data + b->size, text, size);
    b->size += size;
}

bool pg_encode_text(pg_buffer *b, const value *v, pg_refusal *why)
{
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        append_plain(b, "\\N", 2);
        return true;
    case VALUE_TEXT:
    case VALUE_JSON:
        if (has_nul(v, why))
            return false;
        append_escaped(b, v->data, v->size);
        return true;
    case VALUE_BYTES:
        /* The backslash of bytea's \x is itself escaped. */
        append_plain(b, "\\\\x", 3);
        pg_buffer_reserve(b, 2 * (size_t)v->size);
        bytes_to_hex(v->data, v->size, b->data + b->size);
        b->size += 2 * (size_t)v->size;
        return true;
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_FLOAT:
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID: {
        char buffer[VALUE_TEXT_MAX];
        size_t size;
        const char *text = value_to_text(v, buffer, &size);
        append_plain(b, text, size);
        return true;
    }
    }
    return wrong_kind(why);
}
