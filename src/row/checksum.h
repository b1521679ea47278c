/* checksum.h - order-independent checksums of rows (rulings.md 15).
 *
 * SipHash-128 with fixed keys of the canonical row as it is meant for the
 * target, summed modulo 2^128, and one such sum per column to name the
 * culprit. Not a defence against an adversary: a defence against lost,
 * doubled or changed rows. Kept per thread, added at the end.
 *
 * Canonical form. A value is a class and the bytes of that class:
 *   null    nothing
 *   number  booleans (1, 0), integers, decimals and floats: plain decimal text
 *           without exponent, plus sign, negative zero or zeros at the end of
 *           a fraction; a float is the shortest decimal that reads back as
 *           it; else "NaN", "Infinity", "-Infinity". So 5, 5.00, 5.0 and 5e0
 *           are one number, true is 1, and 1e-7 is 0.0000001.
 *   text    text and json as they are; dates, times, timestamps, instants and
 *           uuids as the text of value_to_text(). So a system without such
 *           types gives the same sum when it stores that text. Text that
 *           looks like a number stays text.
 *   bytes   as they are
 * Each class has its own key, so that NULL, empty text and empty bytes differ.
 * A column's sum adds the hashes of its values; the total adds, for each row,
 * the hash (with a key of its own) of its values' hashes in order: neither
 * moving bytes from one column to the next nor exchanging values between rows
 * leaves it as it was.
 */
#ifndef ROWFERRY_ROW_CHECKSUM_H
#define ROWFERRY_ROW_CHECKSUM_H

#include "row/batch.h"

typedef struct {
    uint64_t low, high;
} checksum128;

typedef struct row_checksum row_checksum;

row_checksum *row_checksum_new(unsigned n_columns);
void row_checksum_free(row_checksum *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(row_checksum, row_checksum_free)

/* The column's type pads with blanks (char(n)): blanks at the end of its text
 * do not count. */
void row_checksum_set_padded(row_checksum *c, unsigned column);

/* Add the row made of columns[0..n][row]. */
void row_checksum_add(row_checksum *c, value *const *columns, unsigned row);
/* Add all that @other, which has as many columns, has summed. */
void row_checksum_add_all(row_checksum *c, const row_checksum *other);

int64_t row_checksum_rows(const row_checksum *c);
checksum128 row_checksum_total(const row_checksum *c);
/* The first column whose sums differ, or -1 when all are equal. */
int row_checksum_first_difference(const row_checksum *a, const row_checksum *b);
/* 32 hex digits; caller frees. */
char *checksum128_to_string(checksum128 sum);

#endif
