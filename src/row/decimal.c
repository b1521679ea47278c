#include "row/decimal.h"

#include "row/convert.h"
#include "row/number_text.h"

#include <string.h>

bool decimal_is_special(const value *v)
{
    if (v->kind != VALUE_DIGITS)
        return false;
    char last = v->data[v->size - 1];
    return last < '0' || last > '9';
}

static value reparse(const char *text, size_t size, batch *b)
{
    value v = value_null();
    g_assert(parse_decimal(text, size, b, &v));
    return v;
}

static decimal_outcome short_to_scale(const value *in, int scale, bool round, batch *b, value *out)
{
    int excess = in->scale - scale;
    if (excess <= 0) {
        *out = *in;
        return DECIMAL_FITS;
    }
    int64_t kept = 0, cut = in->i;
    if (excess <= 18) {
        int64_t power = number_powers[excess];
        kept = in->i / power;
        cut = in->i % power;
        /* Half of the power is exact: it is even from 10 on. */
        if (cut != 0 && ABS(cut) >= power / 2)
            kept += round ? (cut < 0 ? -1 : 1) : 0;
    }
    if (cut != 0 && !round)
        return DECIMAL_ROUNDED;
    if (scale >= 0) {
        *out = value_decimal(kept, (uint8_t)scale);
        return DECIMAL_FITS;
    }
    char *text = batch_alloc(b, VALUE_TEXT_MAX);
    size_t size = number_write_int(kept, text);
    text[size++] = 'e';
    size += number_write_int(-scale, text + size);
    *out = reparse(text, size, b);
    return DECIMAL_FITS;
}

/* @digits as an integer plus one; @digits[-1] takes the carry. Returns where
 * the number now begins. */
static char *add_one(char *digits, size_t n)
{
    char *p = digits + n;
    while (p > digits)
        if (*--p == '9') {
            *p = '0';
        } else {
            ++*p;
            return digits;
        }
    *--p = '1';
    return p;
}

static decimal_outcome long_to_scale(const value *in, int scale, bool round, batch *b, value *out)
{
    bool negative = in->data[0] == '-';
    const char *text = in->data + negative;
    size_t size = in->size - negative;
    const char *point = memchr(text, '.', size);
    int64_t whole = point != NULL ? point - text : (int64_t)size;
    int64_t n = point != NULL ? (int64_t)size - 1 : (int64_t)size;
    int64_t kept = whole + scale;
    if (kept >= n) {
        *out = *in;
        return DECIMAL_FITS;
    }
    /* "-", the carry, all digits, zeros for a negative scale, the point. */
    char *place = batch_alloc(b, (size_t)(n + ABS(scale) + 4));
    char *digits = place + 2;
    memcpy(digits, text, (size_t)whole);
    if (point != NULL)
        memcpy(digits + whole, point + 1, (size_t)(n - whole));

    bool exact = true;
    for (int64_t i = kept > 0 ? kept : 0; exact && i < n; i++)
        exact = digits[i] == '0';
    if (!exact && !round)
        return DECIMAL_ROUNDED;
    bool up = !exact && kept >= 0 && digits[kept] >= '5';
    int64_t length = kept > 0 ? kept : 0;
    char *start = up ? add_one(digits, (size_t)length) : digits;
    char *end = digits + length;
    if (start == end)
        *end++ = '0';
    if (scale < 0) {
        memset(end, '0', (size_t)-scale);
        end -= scale;
    } else if (scale > 0) {
        memmove(end - scale + 1, end - scale, (size_t)scale);
        *(end - scale) = '.';
        end++;
    }
    if (negative)
        *--start = '-';
    *out = reparse(start, (size_t)(end - start), b);
    return DECIMAL_FITS;
}

decimal_outcome decimal_to_scale(const value *in, int scale, bool round, batch *b, value *out)
{
    return in->kind == VALUE_DECIMAL ? short_to_scale(in, scale, round, b, out)
                                     : long_to_scale(in, scale, round, b, out);
}

/* The power of ten above the first significant digit: 3 for 123.4, -1 for
 * 0.012; INT_MIN for zero. */
static int digits_before_point(const value *v)
{
    const char *p = v->data + (v->data[0] == '-'), *end = v->data + v->size;
    const char *point = memchr(p, '.', (size_t)(end - p));
    const char *whole_end = point != NULL ? point : end;
    while (p < whole_end && *p == '0')
        p++;
    if (p < whole_end)
        return (int)(whole_end - p);
    if (point == NULL)
        return INT_MIN;
    p = point + 1;
    while (p < end && *p == '0')
        p++;
    return p < end ? (int)(point + 1 - p) : INT_MIN;
}

decimal_outcome decimal_fit(const value *in, int precision, int scale, bool round, batch *b,
                            value *out)
{
    decimal_outcome outcome = decimal_to_scale(in, scale, round, b, out);
    if (outcome != DECIMAL_FITS)
        return outcome;
    bool fits;
    if (out->kind == VALUE_DECIMAL) {
        int limit = precision - scale + out->scale;
        int64_t power = number_powers[CLAMP(limit, 0, 18)];
        fits = out->i == 0 || limit > 18 || (out->i > -power && out->i < power);
    } else {
        fits = digits_before_point(out) <= precision - scale;
    }
    return fits ? DECIMAL_FITS : DECIMAL_OVERFLOW;
}
