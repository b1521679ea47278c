/* time_text.h - dates and times written as text, for the files of row/ only.
 *
 * The writers put no terminator and return the number of bytes; @out has room
 * for VALUE_TEXT_MAX bytes.
 */
#ifndef ROWFERRY_ROW_TIME_TEXT_H
#define ROWFERRY_ROW_TIME_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define MICROSECONDS_PER_SECOND INT64_C(1000000)
#define MICROSECONDS_PER_DAY    INT64_C(86400000000)

size_t time_write_date(int64_t days, char *out);
size_t time_write_time(int64_t microseconds, char *out);
size_t time_write_timestamp(int64_t microseconds, char *out);
size_t time_write_instant(int64_t microseconds, char *out);

#endif
