#include "row/checksum.h"

#include "row/convert.h"
#include "row/number_text.h"

#include <math.h>
#include <sodium.h>
#include <string.h>

#define HASH_BYTES crypto_shorthash_siphashx24_BYTES

typedef enum { CLASS_NULL, CLASS_NUMBER, CLASS_TEXT, CLASS_BYTES, CLASS_ROW } hash_class;

/* A float's plain digits: at most 309 before the point, or 324 zeros and 17
 * digits behind it. */
#define PLAIN_FLOAT_MAX 360

struct row_checksum {
    unsigned n_columns;
    int64_t rows;
    checksum128 total;
    checksum128 *sums;
    bool *padded;
    unsigned char *hashes; /* of the values of one row */
};

_Static_assert(HASH_BYTES == sizeof(checksum128), "a sum holds one hash");
_Static_assert(G_BYTE_ORDER == G_LITTLE_ENDIAN, "hashes are read as little-endian words");

row_checksum *row_checksum_new(unsigned n_columns)
{
    row_checksum *c = g_new0(row_checksum, 1);
    c->n_columns = n_columns;
    c->sums = g_new0(checksum128, n_columns + 1);
    c->padded = g_new0(bool, n_columns + 1);
    c->hashes = g_malloc((size_t)HASH_BYTES * n_columns + 1);
    return c;
}

void row_checksum_free(row_checksum *c)
{
    if (c == NULL)
        return;
    g_free(c->sums);
    g_free(c->padded);
    g_free(c->hashes);
    g_free(c);
}

void row_checksum_set_padded(row_checksum *c, unsigned column)
{
    g_assert(column < c->n_columns);
    c->padded[column] = true;
}

static void hash(hash_class class, const void *data, size_t size, unsigned char *out)
{
    unsigned char key[crypto_shorthash_siphashx24_KEYBYTES] = "rowferry rows 0";
    key[sizeof key - 1] = (unsigned char)class;
    static const unsigned char nothing[1];
    crypto_shorthash_siphashx24(out, data != NULL ? data : nothing, size, key);
}

static void add(checksum128 *sum, checksum128 term)
{
    sum->low += term.low;
    sum->high += term.high + (sum->low < term.low);
}

static void add_hash(checksum128 *sum, const unsigned char *bytes)
{
    checksum128 term;
    memcpy(&term, bytes, sizeof term);
    add(sum, term);
}

/* Without zeros at the end of the fraction and without negative zero. */
static void hash_decimal(const char *text, size_t size, unsigned char *out)
{
    if (size > 0 && memchr(text, '.', size) != NULL) {
        while (text[size - 1] == '0')
            size--;
        if (text[size - 1] == '.')
            size--;
    }
    if (size == 2 && memcmp(text, "-0", 2) == 0) {
        text++;
        size--;
    }
    hash(CLASS_NUMBER, text, size, out);
}

/* @text, d.ddde±x as number_write_float() spells it, without the exponent. */
static size_t spread_exponent(const char *text, size_t size, char *out)
{
    const char *e = memchr(text, 'e', size);
    int64_t exponent = 0;
    g_assert(parse_int(e + 1, (size_t)(text + size - e) - 1, &exponent));
    char digits[32];
    int n = 0;
    char *p = out;
    for (const char *from = text; from < e; from++)
        if (*from == '-')
            *p++ = '-';
        else if (*from != '.')
            digits[n++] = *from;
    if (exponent < 0) {
        memcpy(p, "0.", 2);
        memset(p + 2, '0', (size_t)-exponent - 1);
        p += 1 - exponent;
        memcpy(p, digits, (size_t)n);
        return (size_t)(p - out) + (size_t)n;
    }
    /* Exponents are written from 17 on: no digit is left for a fraction. */
    g_assert(exponent + 1 >= n);
    memcpy(p, digits, (size_t)n);
    memset(p + n, '0', (size_t)(exponent + 1 - n));
    return (size_t)(p - out) + (size_t)exponent + 1;
}

static void hash_float(double f, unsigned char *out)
{
    char text[VALUE_TEXT_MAX], plain[PLAIN_FLOAT_MAX];
    size_t size = number_write_float(f, text);
    if (isfinite(f) && memchr(text, 'e', size) != NULL) {
        size = spread_exponent(text, size, plain);
        hash_decimal(plain, size, out);
        return;
    }
    hash_decimal(text, size, out);
}

static void hash_value(const value *v, bool padded, unsigned char *out)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text;
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        hash(CLASS_NULL, NULL, 0, out);
        return;
    case VALUE_BOOL:
        hash(CLASS_NUMBER, v->i != 0 ? "1" : "0", 1, out);
        return;
    case VALUE_INT:
        hash(CLASS_NUMBER, buffer, number_write_int(v->i, buffer), out);
        return;
    case VALUE_FLOAT:
        hash_float(v->f, out);
        return;
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
        text = value_to_text(v, buffer, &size);
        hash_decimal(text, size, out);
        return;
    case VALUE_TEXT:
        size = v->size;
        while (padded && size > 0 && v->data[size - 1] == ' ')
            size--;
        hash(CLASS_TEXT, v->data, size, out);
        return;
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
    case VALUE_JSON:
        text = value_to_text(v, buffer, &size);
        hash(CLASS_TEXT, text, size, out);
        return;
    case VALUE_BYTES:
        hash(CLASS_BYTES, v->data, v->size, out);
        return;
    }
    g_assert_not_reached();
}

void row_checksum_add(row_checksum *c, value *const *columns, unsigned row)
{
    for (unsigned i = 0; i < c->n_columns; i++) {
        unsigned char *place = c->hashes + (size_t)i * HASH_BYTES;
        hash_value(&columns[i][row], c->padded[i], place);
        add_hash(&c->sums[i], place);
    }
    unsigned char whole[HASH_BYTES];
    hash(CLASS_ROW, c->hashes, (size_t)c->n_columns * HASH_BYTES, whole);
    add_hash(&c->total, whole);
    c->rows++;
}

void row_checksum_add_all(row_checksum *c, const row_checksum *other)
{
    g_assert(c->n_columns == other->n_columns);
    for (unsigned i = 0; i < c->n_columns; i++)
        add(&c->sums[i], other->sums[i]);
    add(&c->total, other->total);
    c->rows += other->rows;
}

int64_t row_checksum_rows(const row_checksum *c)
{
    return c->rows;
}

checksum128 row_checksum_total(const row_checksum *c)
{
    return c->total;
}

int row_checksum_first_difference(const row_checksum *a, const row_checksum *b)
{
    g_assert(a->n_columns == b->n_columns);
    for (unsigned i = 0; i < a->n_columns; i++)
        if (a->sums[i].low != b->sums[i].low || a->sums[i].high != b->sums[i].high)
            return (int)i;
    return -1;
}

char *checksum128_to_string(checksum128 sum)
{
    return g_strdup_printf("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", sum.high,
                           sum.low);
}
