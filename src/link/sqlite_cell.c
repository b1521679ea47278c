#include "link/sqlite_cell.h"

#include "base/intl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* More significant digits than this never come back from a double. */
#define DOUBLE_DIGITS 17
/* Decimals up to this many digits always do. */
#define SAFE_MANTISSA 1000000000000000LL /* 10^15 */

static bool holds_word(const char *text, const char *word)
{
    size_t size = strlen(word);
    for (; *text != '\0'; text++)
        if (g_ascii_strncasecmp(text, word, size) == 0)
            return true;
    return false;
}

sqlite_affinity sqlite_affinity_of(const char *type_text)
{
    if (type_text == NULL || type_text[0] == '\0')
        return AFFINITY_BLOB;
    if (holds_word(type_text, "int"))
        return AFFINITY_INTEGER;
    if (holds_word(type_text, "char") || holds_word(type_text, "clob") ||
        holds_word(type_text, "text"))
        return AFFINITY_TEXT;
    if (holds_word(type_text, "blob"))
        return AFFINITY_BLOB;
    if (holds_word(type_text, "real") || holds_word(type_text, "floa") ||
        holds_word(type_text, "doub"))
        return AFFINITY_REAL;
    return AFFINITY_NUMERIC;
}

/* ---- decimals ------------------------------------------------------------ */

/* A number as 0.DIGITS × 10^exponent without zeros at either end. */
typedef struct {
    bool negative;
    int n;
    int exponent;
    char digits[DOUBLE_DIGITS];
} exact_digits;

/* False when there are more digits than a double can tell apart. */
static bool digits_read(const char *text, size_t size, exact_digits *out)
{
    *out = (exact_digits){ 0 };
    bool after_point = false;
    int zeros = 0; /* met since the last other digit */
    size_t i = 0;
    if (size > 0 && (text[0] == '-' || text[0] == '+'))
        out->negative = text[i++] == '-';
    for (; i < size && text[i] != 'e'; i++) {
        if (text[i] == '.') {
            after_point = true;
            continue;
        }
        if (out->n == 0 && text[i] == '0') {
            out->exponent -= after_point;
            continue;
        }
        out->exponent += !after_point;
        if (text[i] == '0') {
            zeros++;
            continue;
        }
        if (out->n + zeros >= DOUBLE_DIGITS)
            return false;
        for (; zeros > 0; zeros--)
            out->digits[out->n++] = '0';
        out->digits[out->n++] = text[i];
    }
    if (i < size)
        out->exponent += atoi(text + i + 1);
    if (out->n == 0)
        out->exponent = 0;
    return true;
}

static bool digits_equal(const exact_digits *a, const exact_digits *b)
{
    return a->n == b->n && a->exponent == b->exponent &&
           (a->negative == b->negative || a->n == 0) && memcmp(a->digits, b->digits, a->n) == 0;
}

/* The double whose shortest text is this decimal, if there is one. */
static bool exact_double(const char *text, size_t size, double *out)
{
    exact_digits wanted, found;
    if (!digits_read(text, size, &wanted))
        return false;
    char plain[48];
    snprintf(plain, sizeof plain, "%s0.%.*se%d", wanted.negative ? "-" : "", wanted.n,
             wanted.digits, wanted.exponent);
    *out = g_ascii_strtod(plain, NULL);
    if (!isfinite(*out))
        return false;
    const char *const formats[] = { "%.14e", "%.15e", "%.16e" };
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        char shortest[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(shortest, sizeof shortest, formats[i], *out);
        if (g_ascii_strtod(shortest, NULL) == *out)
            return digits_read(shortest, strlen(shortest), &found) && digits_equal(&wanted, &found);
    }
    return false;
}

static bool int_survives_as_double(int64_t i)
{
    double f = (double)i;
    return f < 9223372036854775808.0 && (int64_t)f == i;
}

static bool refuse(convert_error *why, reject_class class, const value *v, const char *what)
{
    if (why == NULL)
        return false;
    char buffer[VALUE_TEXT_MAX];
    size_t size = 0;
    const char *text = value_to_text(v, buffer, &size);
    why->class = class;
    snprintf(why->message, sizeof why->message, "%s \"%.*s%s\" %s", value_kind_name(v->kind),
             (int)MIN(size, (size_t)40), text, size > 40 ? "…" : "", what);
    return false;
}

static bool give_int(int64_t i, sqlite_affinity affinity, sqlite_cell *cell)
{
    cell->type = SQLITE_INTEGER;
    cell->i = i;
    return affinity != AFFINITY_REAL || int_survives_as_double(i);
}

static bool give_float(double f, sqlite_cell *cell)
{
    cell->type = SQLITE_FLOAT;
    cell->f = f;
    return true;
}

/* A decimal for a column that keeps numbers. */
static bool give_decimal(const value *v, sqlite_affinity affinity, sqlite_cell *cell)
{
    static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                     1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18 };
    int64_t mantissa = v->i;
    unsigned scale = v->scale;
    while (scale > 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        scale--;
    }
    if (scale == 0)
        return give_int(mantissa, affinity, cell);
    /* Both operands are exact, so the quotient is the nearest double. */
    if (mantissa > -SAFE_MANTISSA && mantissa < SAFE_MANTISSA)
        return give_float((double)mantissa / powers[scale], cell);
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text = value_to_text(v, buffer, &size);
    double f;
    return exact_double(text, size, &f) && give_float(f, cell);
}

static bool give_digits(const value *v, sqlite_affinity affinity, sqlite_cell *cell)
{
    bool negative = v->size > 0 && v->data[0] == '-';
    if (v->size > (size_t)negative && v->data[negative] == 'I')
        return give_float(negative ? -INFINITY : INFINITY, cell);
    if (v->size > 0 && v->data[0] == 'N')
        return false;
    size_t size = v->size;
    if (memchr(v->data, '.', size) != NULL) {
        while (v->data[size - 1] == '0')
            size--;
        if (v->data[size - 1] == '.')
            size--;
    }
    int64_t i;
    if (parse_int(v->data, size, &i) && give_int(i, affinity, cell))
        return true;
    double f;
    return exact_double(v->data, v->size, &f) && give_float(f, cell);
}

/* ---- cells --------------------------------------------------------------- */

static bool give_text(const value *v, char *buffer, sqlite_cell *cell)
{
    size_t size;
    cell->type = SQLITE_TEXT;
    cell->data = value_to_text(v, buffer, &size);
    cell->size = (uint32_t)size;
    return true;
}

static const char *not_exact(void)
{
    return _("has more digits than the column keeps (SQLite stores it as a floating-point number)");
}

bool sqlite_cell_make(const value *v, sqlite_affinity affinity, char *buffer, sqlite_cell *cell,
                      convert_error *why)
{
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        cell->type = SQLITE_NULL;
        return true;
    case VALUE_BOOL:
    case VALUE_INT:
        return give_int(v->i, affinity, cell) || refuse(why, REJECT_RANGE, v, not_exact());
    case VALUE_FLOAT:
        if (isnan(v->f))
            return refuse(why, REJECT_RANGE, v, _("cannot be stored: SQLite would make it NULL"));
        /* SQLite prints a float for a text column with 15 digits only. */
        return affinity == AFFINITY_TEXT ? give_text(v, buffer, cell) : give_float(v->f, cell);
    case VALUE_DECIMAL:
        if (affinity == AFFINITY_TEXT)
            return give_text(v, buffer, cell);
        return give_decimal(v, affinity, cell) || refuse(why, REJECT_RANGE, v, not_exact());
    case VALUE_DIGITS:
        if (affinity == AFFINITY_TEXT)
            return give_text(v, buffer, cell);
        return give_digits(v, affinity, cell) || refuse(why, REJECT_RANGE, v, not_exact());
    case VALUE_BYTES:
        cell->type = SQLITE_BLOB;
        cell->data = v->data;
        cell->size = v->size;
        return true;
    case VALUE_TEXT:
    case VALUE_JSON:
        cell->type = SQLITE_TEXT;
        cell->data = v->data;
        cell->size = v->size;
        return true;
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
        return give_text(v, buffer, cell);
    }
    g_assert_not_reached();
}

bool sqlite_text_survives(const value *v)
{
    const char *text = v->data;
    size_t size = v->size;
    if (size == 0 || strchr("+-.0123456789 \t\n\v\f\r", text[0]) == NULL || text[0] == '\0')
        return true;
    /* SQLite reads a number around which there are blanks. */
    while (size > 0 && g_ascii_isspace(text[0])) {
        text++;
        size--;
    }
    while (size > 0 && g_ascii_isspace(text[size - 1]))
        size--;
    value number;
    double f;
    if (parse_int(text, size, &number.i))
        number = value_int(number.i);
    else if (parse_float(text, size, &f))
        number = value_float(f);
    else
        return true;
    char buffer[VALUE_TEXT_MAX];
    size_t back;
    const char *again = value_to_text(&number, buffer, &back);
    return back == v->size && memcmp(again, v->data, back) == 0;
}
