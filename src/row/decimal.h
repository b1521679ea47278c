/* decimal.h - fitting exact decimals into a scale and a precision, for the
 * files of row/ only.
 *
 * A decimal is a VALUE_DECIMAL or a VALUE_DIGITS. Memory that a longer result
 * needs comes from the batch.
 */
#ifndef ROWFERRY_ROW_DECIMAL_H
#define ROWFERRY_ROW_DECIMAL_H

#include "row/batch.h"

typedef enum {
    DECIMAL_FITS,
    DECIMAL_ROUNDED,  /* digits would be lost, and @round was false */
    DECIMAL_OVERFLOW, /* more digits before the point than precision - scale */
} decimal_outcome;

/* Whether @v is NaN or an infinity. */
bool decimal_is_special(const value *v);

/* @in with at most @scale digits after the point; a negative @scale means
 * zeros before it. Zeros are cut freely, other digits only with @round, half
 * away from zero. @in must not be special; @out may be @in. */
decimal_outcome decimal_to_scale(const value *in, int scale, bool round, batch *b, value *out);

/* The same, and the result must have at most @precision - @scale digits
 * before the point. */
decimal_outcome decimal_fit(const value *in, int precision, int scale, bool round, batch *b,
                            value *out);

#endif
