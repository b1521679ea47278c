#include "row/number_text.h"

#include "row/convert.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Longest number that is handed to the C library; longer ones cannot be a
 * float that anybody wrote. */
#define NUMBER_TEXT_LIMIT      1100
#define DECIMAL_EXPONENT_LIMIT 1000
#define DECIMAL_DIGITS         18

const int64_t number_powers[19] = { 1,
                                    10,
                                    100,
                                    1000,
                                    10000,
                                    100000,
                                    1000000,
                                    10000000,
                                    100000000,
                                    1000000000,
                                    10000000000,
                                    100000000000,
                                    1000000000000,
                                    10000000000000,
                                    100000000000000,
                                    1000000000000000,
                                    10000000000000000,
                                    100000000000000000,
                                    1000000000000000000 };

/* Powers of ten that a double holds exactly. */
static const double exact_powers[23] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                         1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                         1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
#define EXACT_INTEGER_LIMIT (INT64_C(1) << 53)

const char number_pairs[200] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546"
    "4748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293"
    "949596979899";

/* --- writing --- */

static size_t write_unsigned(uint64_t u, char *out)
{
    char digits[20];
    char *p = digits + sizeof digits;
    while (u >= 100) {
        p -= 2;
        memcpy(p, number_pairs + u % 100 * 2, 2);
        u /= 100;
    }
    if (u >= 10) {
        p -= 2;
        memcpy(p, number_pairs + u * 2, 2);
    } else {
        *--p = (char)('0' + u);
    }
    size_t size = (size_t)(digits + sizeof digits - p);
    memcpy(out, p, size);
    return size;
}

size_t number_write_int(int64_t i, char *out)
{
    if (i >= 0)
        return write_unsigned((uint64_t)i, out);
    *out = '-';
    return 1 + write_unsigned(-(uint64_t)i, out + 1);
}

size_t number_write_decimal(int64_t mantissa, unsigned scale, char *out)
{
    if (scale == 0)
        return number_write_int(mantissa, out);
    g_assert(scale <= DECIMAL_DIGITS);
    char *p = out;
    uint64_t u = (uint64_t)mantissa;
    if (mantissa < 0) {
        *p++ = '-';
        u = -u;
    }
    uint64_t power = (uint64_t)number_powers[scale];
    uint64_t whole = u / power, fraction = u % power;
    p += write_unsigned(whole, p);
    *p++ = '.';
    unsigned left = scale;
    for (; left >= 2; left -= 2) {
        memcpy(p + left - 2, number_pairs + fraction % 100 * 2, 2);
        fraction /= 100;
    }
    if (left == 1)
        *p = (char)('0' + fraction);
    return (size_t)(p - out) + scale;
}

/* Put a point into, or an exponent behind, the @n significant @digits of a
 * number d.ddd × 10^@exponent. */
static size_t place_point(const char *digits, int n, int exponent, char *out)
{
    char *p = out;
    if (exponent < -5 || exponent > 16) {
        *p++ = digits[0];
        if (n > 1) {
            *p++ = '.';
            memcpy(p, digits + 1, (size_t)n - 1);
            p += n - 1;
        }
        *p++ = 'e';
        return (size_t)(p - out) + number_write_int(exponent, p);
    }
    if (exponent < 0) {
        memcpy(p, "0.0000", 6);
        p += 1 - exponent;
        memcpy(p, digits, (size_t)n);
        return (size_t)(p - out) + (size_t)n;
    }
    int whole = exponent + 1;
    int copied = n < whole ? n : whole;
    memcpy(p, digits, (size_t)copied);
    memset(p + copied, '0', (size_t)(whole - copied));
    p += whole;
    *p++ = '.';
    if (n <= whole) {
        *p++ = '0';
    } else {
        memcpy(p, digits + whole, (size_t)(n - whole));
        p += n - whole;
    }
    return (size_t)(p - out);
}

/* Significant digits of @f > 0 with @precision, without trailing zeros. */
static int take_digits(double f, int precision, char *digits, int *exponent)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE], format[8];
    g_snprintf(format, sizeof format, "%%.%de", precision - 1);
    g_ascii_formatd(text, sizeof text, format, f);
    const char *e = strchr(text, 'e');
    *exponent = (int)g_ascii_strtoll(e + 1, NULL, 10);
    int n = 0;
    for (const char *p = text; p < e; p++)
        if (*p != '.')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return n;
}

/* Beyond the range of take_shortest(): try, and read back. */
static int try_digits(double f, char *digits, int *exponent)
{
    /* Any double that a number of up to 15 digits names gives that number
     * back; only subnormal ones may need fewer. */
    for (int precision = f < 0x1p-1022 ? 1 : 15;; precision++) {
        char text[40];
        int n = take_digits(f, precision, digits, exponent);
        g_snprintf(text, sizeof text, "%.1s.%.*se%d", digits, n - 1, digits + 1, *exponent);
        if (precision == 17 || g_ascii_strtod(text, NULL) == f)
            return n;
    }
}

/* 5^27 is the highest below 2^63. */
#define FIVES 28
static const uint64_t fives[FIVES] = { UINT64_C(1),
                                       UINT64_C(5),
                                       UINT64_C(25),
                                       UINT64_C(125),
                                       UINT64_C(625),
                                       UINT64_C(3125),
                                       UINT64_C(15625),
                                       UINT64_C(78125),
                                       UINT64_C(390625),
                                       UINT64_C(1953125),
                                       UINT64_C(9765625),
                                       UINT64_C(48828125),
                                       UINT64_C(244140625),
                                       UINT64_C(1220703125),
                                       UINT64_C(6103515625),
                                       UINT64_C(30517578125),
                                       UINT64_C(152587890625),
                                       UINT64_C(762939453125),
                                       UINT64_C(3814697265625),
                                       UINT64_C(19073486328125),
                                       UINT64_C(95367431640625),
                                       UINT64_C(476837158203125),
                                       UINT64_C(2384185791015625),
                                       UINT64_C(11920928955078125),
                                       UINT64_C(59604644775390625),
                                       UINT64_C(298023223876953125),
                                       UINT64_C(1490116119384765625),
                                       UINT64_C(7450580596923828125) };

/* The integer nearest to f × 10^power for f = mantissa × 2^binary and
 * 0 <= power < FIVES, all of it exact: the product of mantissa and 5^power has
 * at most 116 bits. @reads_back says whether the result over 10^power is
 * nearer to f than to any other double. */
static uint64_t scale_exactly(uint64_t mantissa, int binary, int power, bool *reads_back)
{
    unsigned __int128 product = (unsigned __int128)mantissa * fives[power];
    int shift = -(binary + power);
    if (shift <= 0) {
        *reads_back = true;
        return (uint64_t)(product << -shift);
    }
    unsigned __int128 half = (unsigned __int128)1 << (shift - 1);
    unsigned __int128 rest = product & ((half << 1) - 1);
    uint64_t nearest = (uint64_t)(product >> shift);
    bool up = rest > half || (rest == half && nearest % 2 == 1);
    unsigned __int128 distance = up ? (half << 1) - rest : rest;
    /* One unit of the mantissa is 5^power here. */
    *reads_back = distance * 2 < fives[power];
    return nearest + up;
}

static unsigned cut_zeros(uint64_t *number)
{
    static const struct {
        uint32_t power;
        unsigned zeros;
    } steps[] = { { 100000000, 8 }, { 10000, 4 }, { 100, 2 }, { 10, 1 } };
    unsigned zeros = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++)
        if (*number % steps[i].power == 0) {
            *number /= steps[i].power;
            zeros += steps[i].zeros;
        }
    return zeros;
}

/* The shortest digits that read back as @f, for about 1e-10 <= f < 1e16, in
 * integers; false outside, and for powers of two, whose neighbours are not
 * equally far. */
static bool take_shortest(double f, char *digits, int *n, int *exponent)
{
    uint64_t bits;
    memcpy(&bits, &f, sizeof bits);
    int binary = (int)(bits >> 52) - 1075;
    uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
    if (mantissa == 0 || binary < -88 || binary > 0)
        return false;
    mantissa |= UINT64_C(1) << 52;
    /* floor(log10(2^(binary + 52))), or one less than that of f. */
    int decimal = (int)floor((binary + 52) * (1233 / 4096.0));
    bool reads_back = false;
    uint64_t number = scale_exactly(mantissa, binary, 15 - decimal, &reads_back);
    if (number >= (uint64_t)number_powers[16])
        decimal++;
    if (decimal > 15)
        return false;
    for (int precision = MAX(15, decimal + 1); precision <= 17; precision++) {
        int power = precision - 1 - decimal;
        if (power >= FIVES)
            return false;
        number = scale_exactly(mantissa, binary, power, &reads_back);
        if (!reads_back)
            continue;
        /* 9.99… may have become 10. */
        if (number >= (uint64_t)number_powers[precision])
            decimal++;
        cut_zeros(&number);
        *n = (int)write_unsigned(number, digits);
        *exponent = decimal;
        return true;
    }
    return false;
}

size_t number_write_float(double f, char *out)
{
    if (isnan(f)) {
        memcpy(out, "NaN", 3);
        return 3;
    }
    char *p = out;
    if (signbit(f)) {
        *p++ = '-';
        f = -f;
    }
    if (isinf(f)) {
        memcpy(p, "Infinity", 8);
        return (size_t)(p - out) + 8;
    }
    /* Whole numbers, powers of two among them. */
    if (f < 1e15 && f == (double)(int64_t)f) {
        p += write_unsigned((uint64_t)f, p);
        memcpy(p, ".0", 2);
        return (size_t)(p - out) + 2;
    }
    /* Amounts and the like: m / 10^s with both exact in a double is the double
     * nearest to that decimal, and of decimals with so few digits no other
     * has the same double. */
    for (unsigned scale = 1; f < 1e10 && f >= 1 && scale <= 3; scale++) {
        int64_t mantissa = (int64_t)(f * exact_powers[scale] + 0.5);
        if ((double)mantissa / exact_powers[scale] == f)
            return (size_t)(p - out) + number_write_decimal(mantissa, scale, p);
    }
    char digits[24];
    int n = 0, exponent = 0;
    if (!take_shortest(f, digits, &n, &exponent))
        n = try_digits(f, digits, &exponent);
    return (size_t)(p - out) + place_point(digits, n, exponent, p);
}

/* --- reading --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number as it is spelled: sign, digits with at most one point, exponent. */
typedef struct {
    bool negative;
    const char *whole; /* n_whole digits, leading zeros skipped */
    size_t n_whole;
    const char *fraction; /* n_fraction digits after the point */
    size_t n_fraction;
    int exponent; /* limited to ±100000 */
    bool plain;   /* spelled like VALUE_DIGITS: no plus, no needless zeros, no exponent */
} number_spelling;

static bool spell(const char *text, size_t size, number_spelling *out)
{
    const char *p = text, *end = text + size;
    *out = (number_spelling){ .plain = true };
    if (p < end && (*p == '-' || *p == '+')) {
        out->negative = *p == '-';
        out->plain = *p == '-';
        p++;
    }
    const char *start = p;
    while (p < end && is_digit(*p))
        p++;
    size_t n_digits = (size_t)(p - start);
    out->whole = start;
    out->n_whole = n_digits;
    while (out->n_whole > 0 && *out->whole == '0') {
        out->whole++;
        out->n_whole--;
    }
    size_t zeros = n_digits - out->n_whole;
    if (n_digits == 0 || (zeros > 0 && (zeros > 1 || out->n_whole > 0)))
        out->plain = false;
    if (p < end && *p == '.') {
        out->fraction = ++p;
        while (p < end && is_digit(*p))
            p++;
        out->n_fraction = (size_t)(p - out->fraction);
        n_digits += out->n_fraction;
        if (out->n_fraction == 0)
            out->plain = false;
    }
    if (n_digits == 0)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        out->plain = false;
        p++;
        bool minus = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+'))
            p++;
        start = p;
        int exponent = 0;
        for (; p < end && is_digit(*p); p++)
            if (exponent < 10000)
                exponent = exponent * 10 + (*p - '0');
        if (p == start)
            return false;
        out->exponent = minus ? -exponent : exponent;
    }
    return p == end;
}

bool number_parse_special(const char *text, size_t size, double *out)
{
    bool negative = size > 0 && text[0] == '-';
    bool sign = size > 0 && (text[0] == '-' || text[0] == '+');
    const char *word = text + sign;
    size_t length = size - sign;
    if (length == 3 && !sign && g_ascii_strncasecmp(word, "nan", 3) == 0) {
        *out = (double)NAN;
        return true;
    }
    if ((length == 3 && g_ascii_strncasecmp(word, "inf", 3) == 0) ||
        (length == 8 && g_ascii_strncasecmp(word, "infinity", 8) == 0)) {
        *out = negative ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    return false;
}

bool parse_int(const char *text, size_t size, int64_t *out)
{
    const char *p = text, *end = text + size;
    bool negative = false;
    if (p < end && (*p == '-' || *p == '+'))
        negative = *p++ == '-';
    if (p == end)
        return false;
    if (end - p <= 18) {
        uint64_t u = 0;
        for (; p < end; p++) {
            unsigned digit = (unsigned char)*p - '0';
            if (digit > 9)
                return false;
            u = u * 10 + digit;
        }
        *out = negative ? -(int64_t)u : (int64_t)u;
        return true;
    }
    int64_t i = 0;
    for (; p < end; p++) {
        if (!is_digit(*p) || __builtin_mul_overflow(i, 10, &i))
            return false;
        int digit = *p - '0';
        if (negative ? __builtin_sub_overflow(i, digit, &i) : __builtin_add_overflow(i, digit, &i))
            return false;
    }
    *out = i;
    return true;
}

bool parse_float(const char *text, size_t size, double *out)
{
    number_spelling n;
    if (size > NUMBER_TEXT_LIMIT)
        return false;
    if (!spell(text, size, &n))
        return number_parse_special(text, size, out);
    bool zero = true;
    if (n.n_whole + n.n_fraction <= DECIMAL_DIGITS) {
        int64_t mantissa = 0;
        for (size_t i = 0; i < n.n_whole; i++)
            mantissa = mantissa * 10 + (n.whole[i] - '0');
        for (size_t i = 0; i < n.n_fraction; i++)
            mantissa = mantissa * 10 + (n.fraction[i] - '0');
        int exponent = n.exponent - (int)n.n_fraction;
        zero = mantissa == 0;
        /* Both sides exact: one operation, correctly rounded. */
        if (zero || (mantissa <= EXACT_INTEGER_LIMIT && exponent >= -22 && exponent <= 22)) {
            double f = (double)mantissa;
            if (!zero)
                f = exponent < 0 ? f / exact_powers[-exponent] : f * exact_powers[exponent];
            *out = n.negative ? -f : f;
            return true;
        }
    } else {
        zero = n.n_whole == 0;
        for (size_t i = 0; zero && i < n.n_fraction; i++)
            zero = n.fraction[i] == '0';
    }
    char copy[NUMBER_TEXT_LIMIT + 1];
    memcpy(copy, text, size);
    copy[size] = '\0';
    double f = g_ascii_strtod(copy, NULL);
    if (isinf(f) || (f == 0 && !zero))
        return false;
    *out = f;
    return true;
}

/* The significant digits of @n, without zeros at either end. */
static size_t significant_digits(const number_spelling *n, char *out)
{
    size_t size = 0;
    memcpy(out, n->whole, n->n_whole);
    size = n->n_whole;
    if (n->n_fraction > 0)
        memcpy(out + size, n->fraction, n->n_fraction);
    size += n->n_fraction;
    size_t zeros = 0;
    while (zeros < size && out[zeros] == '0')
        zeros++;
    size -= zeros;
    memmove(out, out + zeros, size);
    while (size > 0 && out[size - 1] == '0')
        size--;
    return size;
}

bool number_survives(const char *text, size_t size, double f)
{
    number_spelling n;
    char want[NUMBER_TEXT_LIMIT], got[NUMBER_TEXT_LIMIT + 32], digits[NUMBER_TEXT_LIMIT + 32];
    if (!isfinite(f))
        return false;
    if (size > NUMBER_TEXT_LIMIT || !spell(text, size, &n))
        return false;
    size_t n_want = significant_digits(&n, want);
    if (n_want == 0 || f == 0)
        return n_want == 0 && f == 0;
    char format[16];
    g_snprintf(format, sizeof format, "%%.%zue", n_want - 1);
    g_ascii_formatd(got, sizeof got, format, f);
    number_spelling printed;
    g_assert(spell(got, strlen(got), &printed));
    size_t n_got = significant_digits(&printed, digits);
    if (n_got != n_want || memcmp(digits, want, n_want) != 0 || printed.negative != n.negative)
        return false;
    /* The same digits at another power of ten would be another number, as
     * when 9.99 is printed for 9.996. */
    double again;
    return parse_float(got, strlen(got), &again) && parse_float(text, size, &f) && again == f;
}

/* The digits of @n as one string, with zeros around it. */
static char digit_at(const number_spelling *n, int64_t i)
{
    int64_t whole = (int64_t)n->n_whole;
    if (i < 0 || i >= whole + (int64_t)n->n_fraction)
        return '0';
    return i < whole ? n->whole[i] : n->fraction[i - whole];
}

/* Digits of @n with the exponent carried out, as plain text in @b's memory. */
static value plain_digits(const number_spelling *n, batch *b)
{
    int64_t size = (int64_t)(n->n_whole + n->n_fraction);
    int64_t point = (int64_t)n->n_whole + n->exponent; /* digits before the point */
    int64_t first = 0;
    while (first < point && digit_at(n, first) == '0')
        first++;
    char *out = batch_alloc(b, (size_t)(size + ABS(point) + 4));
    char *p = out;
    if (n->negative)
        *p++ = '-';
    for (int64_t i = first; i < point; i++)
        *p++ = digit_at(n, i);
    if (point <= first)
        *p++ = '0';
    if (size > point) {
        *p++ = '.';
        for (int64_t i = point; i < size; i++)
            *p++ = digit_at(n, i);
    }
    return value_span(VALUE_DIGITS, out, (uint32_t)(p - out));
}

static bool parse_special_decimal(const char *text, size_t size, value *out)
{
    double f;
    if (!number_parse_special(text, size, &f))
        return false;
    const char *word = isnan(f) ? "NaN" : f > 0 ? "Infinity" : "-Infinity";
    *out = value_span(VALUE_DIGITS, word, (uint32_t)strlen(word));
    return true;
}

bool parse_decimal(const char *text, size_t size, batch *b, value *out)
{
    /* The common case in one pass: up to 18 digits, a point or none. */
    if (size > 0 && size <= DECIMAL_DIGITS) {
        const char *p = text, *end = text + size, *point = NULL;
        bool negative = *p == '-';
        if (*p == '-' || *p == '+')
            p++;
        const char *start = p;
        int64_t mantissa = 0;
        for (; p < end; p++) {
            unsigned digit = (unsigned char)*p - '0';
            if (digit <= 9)
                mantissa = mantissa * 10 + digit;
            else if (*p == '.' && point == NULL)
                point = p;
            else
                break;
        }
        if (p == end && p - start > (point != NULL)) {
            *out = value_decimal(negative ? -mantissa : mantissa,
                                 point != NULL ? (uint8_t)(end - point - 1) : 0);
            return true;
        }
    }

    number_spelling n;
    if (size > UINT32_MAX || !spell(text, size, &n))
        return parse_special_decimal(text, size, out);
    if (abs(n.exponent) > DECIMAL_EXPONENT_LIMIT)
        return false;
    int64_t scale = (int64_t)n.n_fraction - n.exponent;
    size_t leading = 0;
    if (n.n_whole == 0)
        while (leading < n.n_fraction && n.fraction[leading] == '0')
            leading++;
    size_t n_digits = n.n_whole + n.n_fraction - leading;
    if (n_digits == 0 && scale < 0)
        scale = 0;
    int64_t zeros = scale < 0 ? -scale : 0; /* to be appended */
    if ((int64_t)n_digits + zeros <= DECIMAL_DIGITS && scale <= DECIMAL_DIGITS) {
        int64_t mantissa = 0;
        for (size_t i = 0; i < n.n_whole; i++)
            mantissa = mantissa * 10 + (n.whole[i] - '0');
        for (size_t i = leading; i < n.n_fraction; i++)
            mantissa = mantissa * 10 + (n.fraction[i] - '0');
        mantissa *= number_powers[zeros];
        *out = value_decimal(n.negative ? -mantissa : mantissa, scale > 0 ? (uint8_t)scale : 0);
        return true;
    }
    if (n.plain)
        *out = value_span(VALUE_DIGITS, text, (uint32_t)size);
    else
        *out = plain_digits(&n, b);
    return true;
}
