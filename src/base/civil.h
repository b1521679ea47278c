/* civil.h - civil time: dates, clock times and zones behind an injectable clock.
 *
 * Pure functions and immutable objects; a zone may be shared by threads. An
 * instant is microseconds since 1970-01-01T00:00:00Z. Dates are proleptic
 * Gregorian; a civil_time holds years 1 to 9999.
 */
#ifndef ROWFERRY_BASE_CIVIL_H
#define ROWFERRY_BASE_CIVIL_H

#include "base/error.h"

#include <stdint.h>

/* Civil date and time without a zone. */
typedef struct {
    int year, month, day, hour, minute, second;
} civil_time;

/* Where the present comes from; tests bring their own. */
struct clock {
    int64_t (*now_us)(void *user);
    void *user;
};

/* The present instant; @clock NULL is the system's clock. */
int64_t clock_now(const struct clock *clock);

/* Days since 1970-01-01 of a date (year 0 is 1 BC), and back. Any year. */
int64_t civil_day_number(int64_t year, int month, int day);
void civil_of_day_number(int64_t days, int64_t *year, int *month, int *day);

int civil_days_in_month(int64_t year, int month);
/* 0 is Monday. */
int civil_weekday(const civil_time *t);
/* Years 1 to 9999, a day of the calendar, a time up to 23:59:59. */
bool civil_is_valid(const civil_time *t);
/* Negative, 0, positive. */
int civil_compare(const civil_time *a, const civil_time *b);

/* Seconds since 1970-01-01 00:00:00 as if the civil time were UTC, and back.
 * Back returns false when the year leaves 1 to 9999. */
int64_t civil_seconds(const civil_time *t);
bool civil_of_seconds(int64_t seconds, civil_time *out);

/* *t moved in place. False, *t untouched, when the result leaves the years 1
 * to 9999 or the addition overflows. Months keep the day of the month,
 * clamped to the month's last day. */
bool civil_add_seconds(civil_time *t, int64_t seconds);
bool civil_add_days(civil_time *t, int64_t days);
bool civil_add_months(civil_time *t, int64_t months);

/* "YYYY-MM-DD", nothing before or after it. ERROR_USAGE. */
bool civil_parse_date(const char *text, civil_time *out, error **err);
/* "YYYY-MM-DD" or "YYYY-MM-DD..YYYY-MM-DD", both ends included, first not
 * after last. ERROR_USAGE. */
bool civil_parse_range(const char *text, civil_time *first, civil_time *last, error **err);
/* "2026-03-01" and "2026-03-01 02:30:00". Caller frees. */
char *civil_format_date(const civil_time *t);
char *civil_format(const civil_time *t);

/* A time zone of the zone database. */
typedef struct zone zone;

/* ERROR_DOCUMENT when @name is not in the zone database; NULL or "" is the
 * system's own zone. Free with zone_free(). */
zone *zone_open(const char *name, error **err);
void zone_free(zone *z);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(zone, zone_free)
/* Borrowed. */
const char *zone_name(const zone *z);

/* Name of the system's zone: TZ, the /etc/localtime link, /etc/timezone, else
 * "UTC". Caller frees. */
char *zone_system_name(void);

/* The zone's offset east of UTC at @instant_us, in seconds. */
int zone_offset(const zone *z, int64_t instant_us);
/* The local time at @instant_us. False when its year leaves 1 to 9999. */
bool zone_local(const zone *z, int64_t instant_us, civil_time *out);
/* The local time now, by @clock (NULL: the system's). */
void zone_now(const zone *z, const struct clock *clock, civil_time *out);

typedef enum {
    LOCAL_ONCE,  /* the usual case */
    LOCAL_TWICE, /* clocks went back: two instants */
    LOCAL_NEVER, /* clocks went forward: no instant */
} local_kind;

/* The instants of a local time: *first is the earliest valid one and *last the
 * latest; in a gap both are the first valid instant after it (rulings.md 25).
 * @local must be valid. */
local_kind zone_instants(const zone *z, const civil_time *local, int64_t *first, int64_t *last);
/* *first of zone_instants(). */
int64_t zone_instant(const zone *z, const civil_time *local);

/* RFC 3339 with the zone's offset: "2026-03-02T00:00:05+01:00", six digits of
 * a second only when they are not zero. @z NULL is UTC ("Z"). Caller frees. */
char *instant_format(const zone *z, int64_t instant_us);
/* The same back; 'T' or ' ', 'Z' or an offset is required. ERROR_USAGE. */
bool instant_parse(const char *text, int64_t *instant_us, error **err);

#endif
