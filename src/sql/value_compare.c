#include "sql/value_compare.h"

#include "row/convert.h"

#include <math.h>
#include <string.h>

static int sign_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_bytes(const value *a, const value *b)
{
    uint32_t shorter = a->size < b->size ? a->size : b->size;
    int order = shorter == 0 ? 0 : memcmp(a->data, b->data, shorter);
    return order != 0 ? order : sign_of(a->size, b->size);
}

/* --- numbers -------------------------------------------------------------- */

static __int128 scaled(const value *v, unsigned scale)
{
    __int128 result = v->i;
    for (unsigned i = v->kind == VALUE_DECIMAL ? v->scale : 0; i < scale; i++)
        result *= 10;
    return result;
}

static int compare_decimals(const value *a, const value *b)
{
    unsigned scale_a = a->kind == VALUE_DECIMAL ? a->scale : 0;
    unsigned scale_b = b->kind == VALUE_DECIMAL ? b->scale : 0;
    unsigned scale = scale_a > scale_b ? scale_a : scale_b;
    __int128 left = scaled(a, scale), right = scaled(b, scale);
    return (left > right) - (left < right);
}

/* -1 -Infinity, 0 finite, 1 Infinity, 2 NaN */
static int special_rank(const char *text, size_t size)
{
    if (size == 3 && memcmp(text, "NaN", 3) == 0)
        return 2;
    if (size == 8 && memcmp(text, "Infinity", 8) == 0)
        return 1;
    return size == 9 && memcmp(text, "-Infinity", 9) == 0 ? -1 : 0;
}

typedef struct {
    const char *whole, *fraction; /* without leading and trailing zeros */
    size_t n_whole, n_fraction;
    bool negative;
} digits;

static digits split_digits(const char *text, size_t size)
{
    digits d = {.negative = size > 0 && *text == '-'};
    const char *end = text + size;
    text += d.negative ? 1 : 0;
    while (text < end && *text == '0')
        text++;
    d.whole = text;
    while (text < end && *text != '.')
        text++;
    d.n_whole = (size_t)(text - d.whole);
    d.fraction = text < end ? text + 1 : end;
    while (end > d.fraction && end[-1] == '0')
        end--;
    d.n_fraction = (size_t)(end - d.fraction);
    d.negative = d.negative && d.n_whole + d.n_fraction > 0;
    return d;
}

static int compare_magnitudes(const digits *a, const digits *b)
{
    if (a->n_whole != b->n_whole)
        return a->n_whole > b->n_whole ? 1 : -1;
    int order = memcmp(a->whole, b->whole, a->n_whole);
    if (order != 0)
        return order;
    size_t shorter = a->n_fraction < b->n_fraction ? a->n_fraction : b->n_fraction;
    order = memcmp(a->fraction, b->fraction, shorter);
    return order != 0 ? order : sign_of((int64_t)a->n_fraction, (int64_t)b->n_fraction);
}

static int compare_digits(const value *a, const value *b)
{
    char buffer_a[VALUE_TEXT_MAX], buffer_b[VALUE_TEXT_MAX];
    size_t size_a, size_b;
    const char *text_a = value_to_text(a, buffer_a, &size_a);
    const char *text_b = value_to_text(b, buffer_b, &size_b);
    int rank_a = special_rank(text_a, size_a), rank_b = special_rank(text_b, size_b);
    if (rank_a != 0 || rank_b != 0)
        return sign_of(rank_a, rank_b);
    const digits left = split_digits(text_a, size_a), right = split_digits(text_b, size_b);
    if (left.negative != right.negative)
        return left.negative ? -1 : 1;
    return left.negative ? compare_magnitudes(&right, &left) : compare_magnitudes(&left, &right);
}

static int compare_floats(long double a, long double b)
{
    if (isnan(a) || isnan(b))
        return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

/* A long double holds any int64. */
static long double as_float(const value *v)
{
    double f = 0;
    if (v->kind == VALUE_FLOAT)
        return v->f;
    if (v->kind == VALUE_DIGITS)
        return parse_float(v->data, v->size, &f) ? f : (v->data[0] == '-' ? -INFINITY : INFINITY);
    long double result = (long double)v->i;
    for (unsigned i = 0; v->kind == VALUE_DECIMAL && i < v->scale; i++)
        result /= 10;
    return result;
}

static int compare_numbers(const value *a, const value *b)
{
    if (a->kind == VALUE_FLOAT || b->kind == VALUE_FLOAT)
        return compare_floats(as_float(a), as_float(b));
    if (a->kind == VALUE_DIGITS || b->kind == VALUE_DIGITS)
        return compare_digits(a, b);
    return compare_decimals(a, b);
}

/* --- kinds ---------------------------------------------------------------- */

typedef enum { FAMILY_NULL, FAMILY_NUMBER, FAMILY_TEXT, FAMILY_BYTES, FAMILY_OWN } family;

static family family_of(const value *v)
{
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        return FAMILY_NULL;
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_FLOAT:
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
        return FAMILY_NUMBER;
    case VALUE_TEXT:
    case VALUE_JSON:
        return FAMILY_TEXT;
    case VALUE_BYTES:
        return FAMILY_BYTES;
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
        return FAMILY_OWN;
    }
    return FAMILY_NULL;
}

bool value_compare(const value *a, const value *b, bool mixed, int *order)
{
    family left = family_of(a), right = family_of(b);
    if (left == FAMILY_NULL || right == FAMILY_NULL)
        return false;
    if (left != right) {
        *order = (int)left - (int)right;
        return mixed && left != FAMILY_OWN && right != FAMILY_OWN;
    }
    if (left == FAMILY_NUMBER) {
        *order = compare_numbers(a, b);
    } else if (left == FAMILY_OWN) {
        if (a->kind != b->kind)
            return false;
        *order = a->kind == VALUE_UUID ? memcmp(a->data, b->data, 16) : sign_of(a->i, b->i);
    } else {
        *order = compare_bytes(a, b);
    }
    return true;
}
