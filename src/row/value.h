/* value.h - one value of a row, and the logical type of a column.
 *
 * A value is 16 bytes whatever it holds; a column of a batch is an array of
 * them. A value never owns memory: text, bytes and long decimals point into
 * the batch (or buffer) that the value belongs to. A column's values are of
 * the kind its type asks for, or NULL; in a column of TYPE_ANY (SQLite, where
 * every cell has a storage class of its own) each value has its own kind.
 */
#ifndef ROWFERRY_ROW_VALUE_H
#define ROWFERRY_ROW_VALUE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    VALUE_NULL = 0,
    VALUE_BOOL,      /* i: 0 or 1 */
    VALUE_INT,       /* i */
    VALUE_FLOAT,     /* f, NaN and infinities included */
    VALUE_DECIMAL,   /* i × 10^-scale, 0 <= scale <= 18 */
    VALUE_DIGITS,    /* a decimal too long for VALUE_DECIMAL: data/size is plain text
                        "-123.4500" without exponent, or "NaN", "Infinity", "-Infinity" */
    VALUE_TEXT,      /* data/size: UTF-8, not terminated; may hold NUL */
    VALUE_BYTES,     /* data/size */
    VALUE_DATE,      /* i: days since 1970-01-01, proleptic Gregorian */
    VALUE_TIME,      /* i: microseconds since midnight, 0 … 86400000000 */
    VALUE_TIMESTAMP, /* i: microseconds since 1970-01-01 00:00:00, no zone */
    VALUE_INSTANT,   /* i: microseconds since 1970-01-01 00:00:00 UTC (timestamp with zone) */
    VALUE_UUID,      /* data: 16 bytes */
    VALUE_JSON,      /* data/size: UTF-8 text as the source spelled it */
} value_kind;

/* i of a VALUE_DATE, VALUE_TIMESTAMP, VALUE_INSTANT for PostgreSQL's
 * infinity and -infinity. */
#define VALUE_INFINITY       INT64_MAX
#define VALUE_MINUS_INFINITY INT64_MIN

typedef struct {
    union {
        int64_t i;
        double f;
        const char *data;
    };
    uint32_t size;
    uint8_t kind;  /* value_kind */
    uint8_t scale; /* of VALUE_DECIMAL */
    uint16_t unused;
} value;

_Static_assert(sizeof(value) == 16, "a value is two machine words");

typedef enum {
    TYPE_ANY, /* each value has its own kind */
    TYPE_BOOL,
    TYPE_INT,
    TYPE_FLOAT,
    TYPE_DECIMAL,
    TYPE_TEXT,
    TYPE_BYTES,
    TYPE_DATE,
    TYPE_TIME,
    TYPE_TIMESTAMP,
    TYPE_INSTANT,
    TYPE_UUID,
    TYPE_JSON,
    TYPE_OTHER, /* travels as text in the system's own spelling; the system casts it back */
} type_kind;

typedef struct {
    type_kind kind;
    bool is_unsigned;     /* TYPE_INT */
    bool length_in_bytes; /* length counts bytes, not characters */
    bool fixed_length;    /* char(n): the system pads with blanks */
    int16_t bits;         /* TYPE_INT 8/16/24/32/64, TYPE_FLOAT 32/64; 0 unknown */
    int16_t precision;    /* TYPE_DECIMAL: all digits; 0: not limited */
    int16_t scale;        /* TYPE_DECIMAL: digits after the point */
    int16_t fraction;     /* times: digits of a second, 0 … 6; -1: not limited */
    int64_t length;       /* TYPE_TEXT, TYPE_BYTES: longest; 0: not limited */
} data_type;

static inline value value_null(void)
{
    return (value){ .kind = VALUE_NULL };
}
static inline value value_int(int64_t i)
{
    return (value){ .i = i, .kind = VALUE_INT };
}
static inline value value_of_kind(value_kind kind, int64_t i)
{
    return (value){ .i = i, .kind = (uint8_t)kind };
}
static inline value value_float(double f)
{
    return (value){ .f = f, .kind = VALUE_FLOAT };
}
static inline value value_decimal(int64_t mantissa, uint8_t scale)
{
    return (value){ .i = mantissa, .kind = VALUE_DECIMAL, .scale = scale };
}
static inline value value_span(value_kind kind, const char *data, uint32_t size)
{
    return (value){ .data = data, .size = size, .kind = (uint8_t)kind };
}

/* Whether a value of this kind points to bytes outside itself. */
static inline bool value_kind_has_data(value_kind kind)
{
    return kind == VALUE_DIGITS || kind == VALUE_TEXT || kind == VALUE_BYTES ||
           kind == VALUE_UUID || kind == VALUE_JSON;
}

/* The word for a kind or type in messages ("text", "integer", "timestamp" …):
 * borrowed, never translated. */
const char *value_kind_name(value_kind kind);
const char *type_kind_name(type_kind kind);

/* "decimal(12,2)", "text(40)", "integer(32)": for plans and messages.
 * Caller frees. */
char *data_type_to_string(const data_type *type);

#endif
