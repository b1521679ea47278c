#include "link/postgresql_numeric.h"

#include "row/number_text.h"

#include "base/intl.h"
#include "link/postgresql_bytes.h"

/* On the wire: number of groups, weight of the first (in powers of 10000),
 * sign, scale in decimal digits, then the groups. */
#define HEADER_SIZE  8
#define GROUP_DIGITS 4
#define GROUP_BASE   10000

enum {
    SIGN_PLUS = 0,
    SIGN_MINUS = 0x4000,
    SIGN_NAN = 0xC000,
    SIGN_PLUS_INFINITY = 0xD000,
    SIGN_MINUS_INFINITY = 0xF000
};

/* Limits of the server's type. */
#define MAX_INTEGER_DIGITS 131072
#define MAX_SCALE          16383

#define MAX_DECIMAL_SCALE 18

typedef unsigned __int128 wide;

/* --- decoding ---------------------------------------------------------------- */

typedef struct {
    int n, weight, sign, scale;
    const char *groups;
} numeric;

static unsigned group(const numeric *x, int i)
{
    return i >= 0 && i < x->n ? get16(x->groups + 2 * i) : 0;
}

/* The digits as a whole number × 10^-scale, when it has at most 18 digits. */
static bool fits_decimal(const numeric *x, int64_t *mantissa)
{
    /* 18 digits touch six groups at most, wherever the point stands. */
    if (x->n > 6 || x->scale > MAX_DECIMAL_SCALE)
        return false;
    wide m = 0;
    for (int i = 0; i < x->n; i++)
        m = m * GROUP_BASE + group(x, i);
    int missing = x->scale - GROUP_DIGITS * (x->n - 1 - x->weight);
    if (m == 0) {
        *mantissa = 0;
        return true;
    }
    if (missing < -MAX_DECIMAL_SCALE || missing > MAX_DECIMAL_SCALE)
        return false;
    if (missing >= 0) {
        if (m >= (uint64_t)number_powers[18])
            return false;
        m *= (uint64_t)number_powers[missing];
    } else {
        uint64_t divisor = (uint64_t)number_powers[-missing];
        wide quotient = m <= UINT64_MAX ? (uint64_t)m / divisor : m / divisor;
        if (quotient * divisor != m)
            return false;
        m = quotient;
    }
    if (m >= (uint64_t)number_powers[18])
        return false;
    *mantissa = x->sign == SIGN_MINUS ? -(int64_t)m : (int64_t)m;
    return true;
}

static void write_group(char *out, unsigned digits)
{
    out[0] = (char)('0' + digits / 1000 % 10);
    out[1] = (char)('0' + digits / 100 % 10);
    out[2] = (char)('0' + digits / 10 % 10);
    out[3] = (char)('0' + digits % 10);
}

static value write_digits(const numeric *x, batch *b)
{
    int integer_groups = MAX(x->weight + 1, 1);
    int fraction_groups = (x->scale + GROUP_DIGITS - 1) / GROUP_DIGITS;
    char *text = batch_alloc(b, (size_t)(integer_groups + fraction_groups) * GROUP_DIGITS + 2);
    char *end = text;
    if (x->sign == SIGN_MINUS)
        *end++ = '-';
    char *integer = end;
    for (int i = 0; i < integer_groups; i++, end += GROUP_DIGITS)
        write_group(end, group(x, x->weight < 0 ? -1 : i));
    /* Without leading zeros, but with one digit before the point. */
    size_t zeros = 0;
    while (integer + zeros + 1 < end && integer[zeros] == '0')
        zeros++;
    memmove(integer, integer + zeros, (size_t)(end - integer) - zeros);
    end -= zeros;
    if (x->scale > 0) {
        *end++ = '.';
        char *fraction = end;
        for (int i = 0; i < fraction_groups; i++, end += GROUP_DIGITS)
            write_group(end, group(x, x->weight + 1 + i));
        end = fraction + x->scale;
    }
    return value_span(VALUE_DIGITS, text, (uint32_t)(end - text));
}

bool pg_numeric_decode(const char *data, uint32_t size, batch *b, value *out)
{
    if (size < HEADER_SIZE)
        return false;
    numeric x = { .n = (int16_t)get16(data),
                  .weight = (int16_t)get16(data + 2),
                  .sign = get16(data + 4),
                  .scale = get16(data + 6),
                  .groups = data + HEADER_SIZE };
    switch (x.sign) {
    case SIGN_NAN:
        *out = value_span(VALUE_DIGITS, "NaN", 3);
        return true;
    case SIGN_PLUS_INFINITY:
        *out = value_span(VALUE_DIGITS, "Infinity", 8);
        return true;
    case SIGN_MINUS_INFINITY:
        *out = value_span(VALUE_DIGITS, "-Infinity", 9);
        return true;
    case SIGN_PLUS:
    case SIGN_MINUS:
        break;
    default:
        return false;
    }
    if (x.n < 0 || size != HEADER_SIZE + 2 * (uint32_t)x.n || x.scale > MAX_SCALE)
        return false;
    for (int i = 0; i < x.n; i++) {
        if (group(&x, i) >= GROUP_BASE)
            return false;
    }
    int64_t mantissa;
    if (fits_decimal(&x, &mantissa))
        *out = value_decimal(mantissa, (uint8_t)x.scale);
    else
        *out = write_digits(&x, b);
    return true;
}

/* --- encoding ---------------------------------------------------------------- */

/* Append a field of @n groups, which the caller wrote behind the header at the
 * buffer's end; zero groups at both ends are left out, as the server does. */
static void finish(pg_buffer *b, int n, int weight, int sign, int scale)
{
    char *field = b->data + b->size;
    char *groups = field + 4 + HEADER_SIZE;
    int first = 0;
    while (first < n && get16(groups + 2 * first) == 0)
        first++;
    while (n > first && get16(groups + 2 * (n - 1)) == 0)
        n--;
    n -= first;
    if (first > 0)
        memmove(groups, groups + 2 * first, 2 * (size_t)n);
    if (n == 0 && (sign == SIGN_PLUS || sign == SIGN_MINUS)) {
        weight = first;
        sign = SIGN_PLUS;
    }
    put32(field, HEADER_SIZE + 2 * (uint32_t)n);
    put16(field + 4, (uint16_t)n);
    put16(field + 6, (uint16_t)(weight - first));
    put16(field + 8, (uint16_t)sign);
    put16(field + 10, (uint16_t)scale);
    b->size += 4 + HEADER_SIZE + 2 * (size_t)n;
}

/* 19 digits before the point and 18 after it. */
#define DECIMAL_GROUPS 10

static void encode_decimal(pg_buffer *b, int64_t mantissa, unsigned scale)
{
    pg_buffer_reserve(b, 4 + HEADER_SIZE + 2 * DECIMAL_GROUPS);
    char *groups = b->data + b->size + 4 + HEADER_SIZE;
    uint64_t absolute = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    uint64_t integer = absolute;
    uint64_t fraction = 0;
    if (scale > 0) {
        integer = absolute / (uint64_t)number_powers[scale];
        fraction = absolute - integer * (uint64_t)number_powers[scale];
    }

    unsigned reversed[DECIMAL_GROUPS];
    int n = 0;
    for (; integer > 0; integer /= GROUP_BASE)
        reversed[n++] = (unsigned)(integer % GROUP_BASE);
    int weight = n - 1;
    for (int i = 0; i < n; i++)
        put16(groups + 2 * i, (uint16_t)reversed[n - 1 - i]);

    /* The fraction from the point on, four digits at a time. */
    for (unsigned left = scale; fraction > 0;) {
        unsigned digits;
        if (left >= GROUP_DIGITS) {
            left -= GROUP_DIGITS;
            digits = (unsigned)(fraction / (uint64_t)number_powers[left]);
            fraction %= (uint64_t)number_powers[left];
        } else {
            digits = (unsigned)(fraction * (uint64_t)number_powers[GROUP_DIGITS - left]);
            fraction = 0;
        }
        put16(groups + 2 * n++, (uint16_t)digits);
    }
    finish(b, n, weight, mantissa < 0 ? SIGN_MINUS : SIGN_PLUS, (int)scale);
}

static bool is_plain(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!g_ascii_isdigit(text[i]))
            return false;
    }
    return true;
}

static bool encode_special(pg_buffer *b, const char *text, size_t size)
{
    static const struct {
        const char *text;
        int sign;
    } specials[] = {
        { "NaN", SIGN_NAN },
        { "Infinity", SIGN_PLUS_INFINITY },
        { "-Infinity", SIGN_MINUS_INFINITY },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(specials); i++) {
        if (size == strlen(specials[i].text) && memcmp(text, specials[i].text, size) == 0) {
            pg_buffer_reserve(b, 4 + HEADER_SIZE);
            finish(b, 0, 0, specials[i].sign, 0);
            return true;
        }
    }
    return false;
}

static bool encode_digits(pg_buffer *b, const char *text, size_t size, pg_refusal *why)
{
    if (encode_special(b, text, size))
        return true;
    int sign = SIGN_PLUS;
    if (size > 0 && (*text == '-' || *text == '+')) {
        if (*text == '-')
            sign = SIGN_MINUS;
        text++;
        size--;
    }
    const char *point = memchr(text, '.', size);
    size_t n_integer = point != NULL ? (size_t)(point - text) : size;
    const char *fraction = point != NULL ? point + 1 : text + size;
    size_t n_fraction = (size_t)(text + size - fraction);
    if (n_integer + n_fraction == 0 || !is_plain(text, n_integer) ||
        !is_plain(fraction, n_fraction)) {
        *why = (pg_refusal){ .class = REJECT_TYPE, .message = _("this is not a decimal number") };
        return false;
    }
    while (n_integer > 0 && *text == '0') {
        text++;
        n_integer--;
    }
    if (n_integer > MAX_INTEGER_DIGITS || n_fraction > MAX_SCALE) {
        *why = (pg_refusal){ .class = REJECT_RANGE,
                             .message = _("this has more digits than PostgreSQL's numeric holds") };
        return false;
    }

    size_t integer_groups = (n_integer + GROUP_DIGITS - 1) / GROUP_DIGITS;
    size_t fraction_groups = (n_fraction + GROUP_DIGITS - 1) / GROUP_DIGITS;
    pg_buffer_reserve(b, 4 + HEADER_SIZE + 2 * (integer_groups + fraction_groups));
    char *groups = b->data + b->size + 4 + HEADER_SIZE;
    size_t taken = 0;
    for (size_t i = 0; i < integer_groups; i++) {
        size_t until = n_integer - (integer_groups - 1 - i) * GROUP_DIGITS;
        unsigned digits = 0;
        for (; taken < until; taken++)
            digits = digits * 10 + (unsigned)(text[taken] - '0');
        put16(groups + 2 * i, (uint16_t)digits);
    }
    for (size_t i = 0; i < fraction_groups; i++) {
        unsigned digits = 0;
        for (size_t j = i * GROUP_DIGITS; j < (i + 1) * GROUP_DIGITS; j++)
            digits = digits * 10 + (j < n_fraction ? (unsigned)(fraction[j] - '0') : 0);
        put16(groups + 2 * (integer_groups + i), (uint16_t)digits);
    }
    finish(b, (int)(integer_groups + fraction_groups), (int)integer_groups - 1, sign,
           (int)n_fraction);
    return true;
}

bool pg_numeric_encode(pg_buffer *b, const value *v, pg_refusal *why)
{
    if (v->kind == VALUE_DECIMAL && v->scale <= MAX_DECIMAL_SCALE) {
        encode_decimal(b, v->i, v->scale);
        return true;
    }
    if (v->kind == VALUE_INT) {
        encode_decimal(b, v->i, 0);
        return true;
    }
    if (v->kind == VALUE_DIGITS)
        return encode_digits(b, v->data, v->size, why);
    *why = (pg_refusal){ .class = REJECT_TYPE, .wrong_kind = true };
    return false;
}
