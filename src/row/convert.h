/* convert.h - values from one kind to another, exactly or not at all.
 *
 * Every function is pure and may be called from any thread. A conversion that
 * would lose anything (digits, fractions of a second, range, a zone) fails
 * with the reason; nothing is rounded unless `round` is set (rulings.md 10).
 */
#ifndef ROWFERRY_ROW_CONVERT_H
#define ROWFERRY_ROW_CONVERT_H

#include "row/batch.h"
#include "row/value.h"

/* Why a value was refused; filled on failure. The message is in the form
 * "text \"abc\" is not an integer" (values longer than 40 bytes are cut). */
typedef struct {
    reject_class class;
    char message[160];
} convert_error;

typedef struct {
    bool round;         /* round excess digits half away from zero instead of refusing */
    bool empty_is_null; /* empty text into a non-text column becomes NULL */
    bool compact_dates; /* text "20260301" is the date 2026-03-01: ${bizdate} is spelled so */
} convert_options;

/* Convert @in to what a column of @to takes. TYPE_ANY and TYPE_OTHER take
 * anything as it is. Bytes that the result needs and @in does not hold are
 * allocated in @b; otherwise *out points where *in does. NULL stays NULL.
 * Checks range, length (in characters or bytes), digits, UTF-8 and NUL for
 * text. TYPE_TEXT accepts every kind (see value_to_text); TYPE_INT accepts
 * integers, integral floats and decimals, booleans as 0/1, and text that is
 * wholly a number (blanks around it are not accepted). TYPE_BOOL accepts
 * 0/1 and the text 1, 0, t, f, true, false, yes, no, on, off (any case).
 * VALUE_FLOAT into TYPE_DECIMAL takes the shortest decimal that reads back as
 * the same double; a float whose shortest form has more digits than the scale
 * is refused (a SQLite numeric(12,2) stored as REAL therefore fits).
 * TYPE_FLOAT takes a number when printing the float with as many digits as
 * the number has gives the number back (0.1 fits, 9007199254740993 does not;
 * @out is then what 32 bits hold, for such a column). An integer of an
 * unsigned 64-bit column beyond int64 stays a VALUE_DIGITS. NaN fits any
 * decimal, infinities only one without limits. char(n) loses blanks beyond its
 * length. Text of a date fits TYPE_TIMESTAMP, and text or a timestamp of
 * midnight TYPE_DATE. Bytes are never text; text gives its UTF-8
 * bytes, or those that "\x" and hexadecimal digits stand for.
 * TYPE_TIMESTAMP from VALUE_INSTANT and back are refused here: only the
 * mapping may convert between them, when both zones are named. @out may be
 * @in; @why may be NULL. */
bool convert_value(const value *in, const data_type *to, const convert_options *options, batch *b,
                   value *out, convert_error *why);

/* Parse text (not terminated). All return false when the whole of it is not
 * such a value. Forms: dates "2026-01-31" with 4-6 digit years and an optional
 * " BC"; "infinity", "-infinity"; times "12:34[:56[.ffffff]]"; timestamps
 * with ' ' or 'T' between; instants with Z, ±hh, ±hhmm, ±hh:mm (@instant out
 * is UTC microseconds). More than six digits of a second fail unless the rest
 * is zeros. */
bool parse_int(const char *text, size_t size, int64_t *out);
bool parse_float(const char *text, size_t size, double *out);
/* A VALUE_DECIMAL when the digits fit 18, else VALUE_DIGITS whose bytes are
 * @text itself when it is plain already, else allocated in @b. Accepts an
 * exponent up to ±1000. */
bool parse_decimal(const char *text, size_t size, batch *b, value *out);
bool parse_bool(const char *text, size_t size, bool *out);
bool parse_date(const char *text, size_t size, int64_t *days);
bool parse_time(const char *text, size_t size, int64_t *microseconds);
bool parse_timestamp(const char *text, size_t size, int64_t *microseconds);
bool parse_instant(const char *text, size_t size, int64_t *microseconds);
bool parse_uuid(const char *text, size_t size, uint8_t out[16]);
bool parse_hex(const char *text, size_t size, uint8_t *out); /* size/2 bytes */

/* The longest text that value_to_text() writes for kinds without data. */
#define VALUE_TEXT_MAX 64

/* Write the value's text into @buffer (at least VALUE_TEXT_MAX bytes) or
 * return the value's own bytes. Returns the text's start, its size in *size;
 * not terminated. Integers and decimals plain ("-12.50": scale kept), floats
 * in the shortest form that reads back, always with '.' or 'e' or a digit
 * only as "1.0"; bool "true"/"false"; dates "2026-01-31"; timestamps
 * "2026-01-31 12:34:56[.ffffff]" with trailing zeros of the fraction cut;
 * instants the same in UTC with "+00" after it; uuid with hyphens. Bytes are
 * not text: *size is set and the raw bytes are returned; callers that need
 * hex use bytes_to_hex(). NULL returns NULL. */
const char *value_to_text(const value *v, char *buffer, size_t *size);
/* Lower-case hex of @size bytes into @out (2 × size, not terminated). */
void bytes_to_hex(const char *data, size_t size, char *out);

/* Days of a proleptic Gregorian date (year 0 is 1 BC) and back. */
int64_t days_from_civil(int64_t year, int month, int day);
void civil_from_days(int64_t days, int64_t *year, int *month, int *day);

/* Number of characters of valid UTF-8, or -1 when it is not valid. */
int64_t utf8_length(const char *data, size_t size);

#endif
