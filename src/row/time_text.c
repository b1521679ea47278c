#include "row/time_text.h"

#include "row/convert.h"
#include "row/number_text.h"

#include <glib.h>
#include <string.h>

#define DAYS_PER_ERA 146097 /* 400 years */
/* From 0000-03-01, where an era begins, to 1970-01-01. */
#define EPOCH_DAYS 719468

/* --- calendar --- */

/* Years begin in March here, so that the leap day is the last of its year. */
int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    unsigned year_of_era = (unsigned)(year - era * 400);
    unsigned month_from_march = (unsigned)(month > 2 ? month - 3 : month + 9);
    unsigned day_of_year = (153 * month_from_march + 2) / 5 + (unsigned)day - 1;
    unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - EPOCH_DAYS;
}

void civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    int64_t era = days / DAYS_PER_ERA;
    int64_t rest = days % DAYS_PER_ERA + EPOCH_DAYS % DAYS_PER_ERA;
    era += EPOCH_DAYS / DAYS_PER_ERA;
    if (rest < 0) {
        rest += DAYS_PER_ERA;
        era--;
    } else if (rest >= DAYS_PER_ERA) {
        rest -= DAYS_PER_ERA;
        era++;
    }
    unsigned day_of_era = (unsigned)rest;
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month_from_march = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

/* --- writing --- */

static char *put_pair(char *p, unsigned number)
{
    memcpy(p, number_pairs + number * 2, 2);
    return p + 2;
}

/* Year, month and day; sets whether " BC" must follow. */
static char *put_date(char *p, int64_t days, bool *bc)
{
    int64_t year;
    int month, day;
    civil_from_days(days, &year, &month, &day);
    *bc = year <= 0;
    uint64_t shown = *bc ? 1 - (uint64_t)year : (uint64_t)year;
    if (shown <= 9999) {
        p = put_pair(p, (unsigned)shown / 100);
        p = put_pair(p, (unsigned)shown % 100);
    } else {
        p += number_write_int((int64_t)shown, p);
    }
    *p++ = '-';
    p = put_pair(p, (unsigned)month);
    *p++ = '-';
    return put_pair(p, (unsigned)day);
}

static char *put_time(char *p, int64_t microseconds)
{
    unsigned fraction = (unsigned)(microseconds % MICROSECONDS_PER_SECOND);
    unsigned seconds = (unsigned)(microseconds / MICROSECONDS_PER_SECOND);
    p = put_pair(p, seconds / 3600);
    *p++ = ':';
    p = put_pair(p, seconds / 60 % 60);
    *p++ = ':';
    p = put_pair(p, seconds % 60);
    if (fraction == 0)
        return p;
    *p++ = '.';
    p = put_pair(p, fraction / 10000);
    p = put_pair(p, fraction / 100 % 100);
    p = put_pair(p, fraction % 100);
    while (p[-1] == '0')
        p--;
    return p;
}

static size_t put_infinity(int64_t i, char *out)
{
    bool negative = i == VALUE_MINUS_INFINITY;
    memcpy(out, negative ? "-infinity" : "infinity", negative ? 9 : 8);
    return negative ? 9 : 8;
}

static bool is_infinite(int64_t i)
{
    return i == VALUE_INFINITY || i == VALUE_MINUS_INFINITY;
}

static char *put_bc(char *p, bool bc)
{
    if (!bc)
        return p;
    memcpy(p, " BC", 3);
    return p + 3;
}

size_t time_write_date(int64_t days, char *out)
{
    if (is_infinite(days))
        return put_infinity(days, out);
    bool bc;
    char *p = put_date(out, days, &bc);
    return (size_t)(put_bc(p, bc) - out);
}

size_t time_write_time(int64_t microseconds, char *out)
{
    g_assert(microseconds >= 0 && microseconds <= MICROSECONDS_PER_DAY);
    return (size_t)(put_time(out, microseconds) - out);
}

static size_t write_timestamp(int64_t microseconds, const char *zone, size_t zone_size, char *out)
{
    if (is_infinite(microseconds))
        return put_infinity(microseconds, out);
    int64_t days = microseconds / MICROSECONDS_PER_DAY;
    int64_t time = microseconds % MICROSECONDS_PER_DAY;
    if (time < 0) {
        time += MICROSECONDS_PER_DAY;
        days--;
    }
    bool bc;
    char *p = put_date(out, days, &bc);
    *p++ = ' ';
    p = put_time(p, time);
    memcpy(p, zone, zone_size);
    return (size_t)(put_bc(p + zone_size, bc) - out);
}

size_t time_write_timestamp(int64_t microseconds, char *out)
{
    return write_timestamp(microseconds, "", 0, out);
}

size_t time_write_instant(int64_t microseconds, char *out)
{
    return write_timestamp(microseconds, "+00", 3, out);
}

/* --- reading: each step takes what it knows from *p and moves it on --- */

static bool take_char(const char **p, const char *end, char c)
{
    if (*p == end || **p != c)
        return false;
    (*p)++;
    return true;
}

static bool take_pair(const char **p, const char *end, unsigned *out)
{
    if (end - *p < 2)
        return false;
    unsigned tens = (unsigned char)(*p)[0] - '0', ones = (unsigned char)(*p)[1] - '0';
    if (tens > 9 || ones > 9)
        return false;
    *out = tens * 10 + ones;
    *p += 2;
    return true;
}

typedef struct {
    unsigned year, month, day;
} civil_date;

static bool take_date(const char **p, const char *end, civil_date *out)
{
    const char *start = *p;
    unsigned year = 0;
    while (*p < end && *p - start < 6) {
        unsigned digit = (unsigned char)**p - '0';
        if (digit > 9)
            break;
        year = year * 10 + digit;
        (*p)++;
    }
    ptrdiff_t n = *p - start;
    if (n < 4 || year == 0 || (n > 4 && *start == '0'))
        return false;
    out->year = year;
    return take_char(p, end, '-') && take_pair(p, end, &out->month) && take_char(p, end, '-') &&
           take_pair(p, end, &out->day);
}

/* Digits of a second after the point. */
static bool take_fraction(const char **p, const char *end, unsigned *out)
{
    const char *start = *p;
    unsigned fraction = 0, unit = 100000;
    for (; *p < end; (*p)++) {
        unsigned digit = (unsigned char)**p - '0';
        if (digit > 9)
            break;
        if (unit == 0 && digit != 0)
            return false;
        fraction += digit * unit;
        unit /= 10;
    }
    *out = fraction;
    return *p > start;
}

typedef struct {
    unsigned hour, minute, second, fraction;
} clock_time;

static bool clock_to_microseconds(const clock_time *t, int64_t *out)
{
    /* No leap second: microseconds since midnight have no place for it. */
    if (t->hour > 24 || t->minute > 59 || t->second > 59)
        return false;
    unsigned seconds = (t->hour * 60 + t->minute) * 60 + t->second;
    *out = seconds * MICROSECONDS_PER_SECOND + t->fraction;
    return *out <= MICROSECONDS_PER_DAY;
}

static bool take_time(const char **p, const char *end, clock_time *out)
{
    *out = (clock_time){ 0 };
    if (!take_pair(p, end, &out->hour) || !take_char(p, end, ':') ||
        !take_pair(p, end, &out->minute))
        return false;
    if (!take_char(p, end, ':'))
        return true;
    return take_pair(p, end, &out->second) &&
           (!take_char(p, end, '.') || take_fraction(p, end, &out->fraction));
}

static unsigned pair_at(const char *p, unsigned *wrong)
{
    unsigned tens = (unsigned char)p[0] - '0', ones = (unsigned char)p[1] - '0';
    *wrong |= (tens > 9) | (ones > 9);
    return tens * 10 + ones;
}

/* "2026-01-31 12:34:56[.f]", which nearly all timestamps are, without looking
 * for the ends of its parts: twice as fast. What is otherwise is left alone. */
static bool take_usual(const char **p, const char *end, civil_date *date, clock_time *t)
{
    const char *s = *p;
    if (end - s < 19 || s[4] != '-' || s[7] != '-' || (s[10] != ' ' && s[10] != 'T') ||
        s[13] != ':' || s[16] != ':')
        return false;
    unsigned wrong = 0;
    date->year = pair_at(s, &wrong) * 100 + pair_at(s + 2, &wrong);
    date->month = pair_at(s + 5, &wrong);
    date->day = pair_at(s + 8, &wrong);
    t->hour = pair_at(s + 11, &wrong);
    t->minute = pair_at(s + 14, &wrong);
    t->second = pair_at(s + 17, &wrong);
    t->fraction = 0;
    if (wrong || date->year == 0)
        return false;
    s += 19;
    if (s < end && *s == '.') {
        s++;
        if (!take_fraction(&s, end, &t->fraction))
            return false;
    }
    *p = s;
    return true;
}

/* Hours, minutes and seconds east of UTC; PostgreSQL writes seconds for the
 * local mean times of long ago. */
static bool take_zone(const char **p, const char *end, int *seconds)
{
    *seconds = 0;
    if (take_char(p, end, 'Z'))
        return true;
    bool west = take_char(p, end, '-');
    if (!west && !take_char(p, end, '+'))
        return false;
    unsigned hour, minute = 0, second = 0;
    if (!take_pair(p, end, &hour))
        return false;
    bool colon = take_char(p, end, ':');
    if ((colon || (*p < end && **p != ' ')) && !take_pair(p, end, &minute))
        return false;
    if (colon && take_char(p, end, ':') && !take_pair(p, end, &second))
        return false;
    if (hour > 15 || minute > 59 || second > 59)
        return false;
    *seconds = (int)((hour * 60 + minute) * 60 + second);
    if (west)
        *seconds = -*seconds;
    return true;
}

/* What may follow everything else: " BC". */
static bool take_end(const char *p, const char *end, bool *bc)
{
    *bc = end - p == 3 && memcmp(p, " BC", 3) == 0;
    return *bc || p == end;
}

static bool date_to_days(const civil_date *date, bool bc, int64_t *days)
{
    static const uint8_t month_days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t year = bc ? 1 - (int64_t)date->year : (int64_t)date->year;
    if (date->month < 1 || date->month > 12 || date->day < 1)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    unsigned longest = month_days[date->month - 1] + (date->month == 2 && leap);
    if (date->day > longest)
        return false;
    *days = days_from_civil(year, (int)date->month, (int)date->day);
    return true;
}

static bool parse_infinity(const char *text, size_t size, int64_t *out)
{
    bool negative = size == 9 && text[0] == '-';
    if (!negative && size != 8)
        return false;
    if (g_ascii_strncasecmp(text + negative, "infinity", 8) != 0)
        return false;
    *out = negative ? VALUE_MINUS_INFINITY : VALUE_INFINITY;
    return true;
}

bool parse_date(const char *text, size_t size, int64_t *days)
{
    const char *p = text, *end = text + size;
    civil_date date;
    bool bc;
    if (!take_date(&p, end, &date))
        return parse_infinity(text, size, days);
    return take_end(p, end, &bc) && date_to_days(&date, bc, days);
}

bool parse_time(const char *text, size_t size, int64_t *microseconds)
{
    const char *p = text, *end = text + size;
    clock_time t;
    return take_time(&p, end, &t) && p == end && clock_to_microseconds(&t, microseconds);
}

static bool parse_moment(const char *text, size_t size, bool with_zone, int64_t *microseconds)
{
    const char *p = text, *end = text + size;
    civil_date date;
    clock_time t;
    int64_t time, days;
    int offset = 0;
    bool bc;
    if (!take_usual(&p, end, &date, &t)) {
        if (!take_date(&p, end, &date))
            return parse_infinity(text, size, microseconds);
        if ((!take_char(&p, end, ' ') && !take_char(&p, end, 'T')) || !take_time(&p, end, &t))
            return false;
    }
    if ((with_zone && !take_zone(&p, end, &offset)) || !take_end(p, end, &bc) ||
        !clock_to_microseconds(&t, &time) || !date_to_days(&date, bc, &days))
        return false;
    time -= offset * MICROSECONDS_PER_SECOND;
    int64_t moment;
    if (__builtin_mul_overflow(days, MICROSECONDS_PER_DAY, &moment) ||
        __builtin_add_overflow(moment, time, &moment) || is_infinite(moment))
        return false;
    *microseconds = moment;
    return true;
}

bool parse_timestamp(const char *text, size_t size, int64_t *microseconds)
{
    return parse_moment(text, size, false, microseconds);
}

bool parse_instant(const char *text, size_t size, int64_t *microseconds)
{
    return parse_moment(text, size, true, microseconds);
}
