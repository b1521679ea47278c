/* number_text.h - numbers written as text, for the files of row/ only.
 *
 * The writers put no terminator and return the number of bytes; @out has room
 * for VALUE_TEXT_MAX bytes.
 */
#ifndef ROWFERRY_ROW_NUMBER_TEXT_H
#define ROWFERRY_ROW_NUMBER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 10^n for 0 <= n <= 18. */
extern const int64_t number_powers[19];

size_t number_write_int(int64_t i, char *out);
size_t number_write_decimal(int64_t mantissa, unsigned scale, char *out);
size_t number_write_float(double f, char *out);

/* "00" to "99" one after another. */
extern const char number_pairs[200];

/* Whether the number that @text spells (digits with a point or an exponent,
 * as parse_float() takes it) can be read back from @f: @f printed with as
 * many digits as @text has gives the same digits. So 0.1 survives in a double
 * and 9007199254740993 does not. */
bool number_survives(const char *text, size_t size, double f);

/* Whether the text is one of the spellings of not-a-number or infinity that
 * parse_float() and parse_decimal() take (any case; "inf", "infinity" with a
 * sign or "nan"). */
bool number_parse_special(const char *text, size_t size, double *out);

#endif
