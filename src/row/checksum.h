/* checksum.h - order-independent checksums of rows (rulings.md 15).
 *
 * SipHash-128 with a fixed key of the canonical row as it is meant for the
 * target, summed modulo 2^128, and one such sum per column to name the
 * culprit. Not a defence against an adversary: a defence against lost,
 * doubled or changed rows. Kept per thread, added at the end.
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

/* Add the row made of columns[0..n][row]. Canonical form: kinds that a target
 * may give back in another kind meet in one: integers, booleans and decimals
 * and integral floats as plain decimal text without trailing zeros; other
 * floats as their shortest text; dates, times, timestamps, instants, text,
 * json and uuid as the text of value_to_text(); bytes as they are; NULL apart. */
void row_checksum_add(row_checksum *c, value *const *columns, unsigned row);
void row_checksum_add_all(row_checksum *c, const row_checksum *other);

int64_t row_checksum_rows(const row_checksum *c);
checksum128 row_checksum_total(const row_checksum *c);
/* The first column whose sums differ, or -1 when all are equal. */
int row_checksum_first_difference(const row_checksum *a, const row_checksum *b);
/* 32 hex digits; caller frees. */
char *checksum128_to_string(checksum128 sum);

#endif
