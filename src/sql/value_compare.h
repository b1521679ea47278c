/* value_compare.h - order and equality of two values, as SQL has them.
 *
 * Numbers compare exactly whatever their kinds, NaN equals itself and is the
 * greatest (PostgreSQL's rule); texts and bytes compare by their bytes. Pure,
 * allocates nothing.
 */
#ifndef ROWFERRY_SQL_VALUE_COMPARE_H
#define ROWFERRY_SQL_VALUE_COMPARE_H

#include "row/value.h"

/* Set *order to a negative number, 0 or a positive one. False when the two
 * have no order: one is NULL, or their kinds are strangers (a date and a
 * number). With @mixed strangers order as in SQLite: numbers, text, bytes. */
bool value_compare(const value *a, const value *b, bool mixed, int *order);

#endif
