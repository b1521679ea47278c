#include "base/civil.h"
#include "base/intl.h"
#include "base/text.h"

#include <string.h>

#define DAY_SECONDS 86400
#define FIRST_YEAR 1
#define LAST_YEAR 9999

/* ROWFERRY_TEST_CLOCK in the environment is an instant ("2026-03-17T13:05:00Z")
 * at which the clock stands still, for tests of what is shown. */
static int64_t test_now_us(void)
{
    const char *text = g_getenv("ROWFERRY_TEST_CLOCK");
    g_autoptr(GDateTime) at = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;
    return at != NULL ? g_date_time_to_unix(at) * G_USEC_PER_SEC : 0;
}

static int64_t system_now_us(void *user)
{
    static gsize known;
    static int64_t fixed_us;
    (void)user;
    if (g_once_init_enter(&known)) {
        fixed_us = test_now_us();
        g_once_init_leave(&known, 1);
    }
    return fixed_us != 0 ? fixed_us : g_get_real_time();
}

int64_t clock_now(const struct clock *clock)
{
    static const struct clock system_clock = {system_now_us, NULL};
    if (clock == NULL)
        clock = &system_clock;
    return clock->now_us(clock->user);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Counted in years that begin in March, so that the leap day comes last. */
int64_t civil_day_number(int64_t year, int month, int day)
{
    if (month <= 2)
        year--;
    int64_t era = floor_divide(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void civil_of_day_number(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = floor_divide(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
    *month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    *year = era * 400 + year_of_era + (*month <= 2 ? 1 : 0);
}

int civil_days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    g_assert(month >= 1 && month <= 12);
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

int civil_weekday(const civil_time *t)
{
    /* 1970-01-01 was a Thursday. */
    int64_t days = civil_day_number(t->year, t->month, t->day) + 3;
    return (int)(days - floor_divide(days, 7) * 7);
}

bool civil_is_valid(const civil_time *t)
{
    return t->year >= FIRST_YEAR && t->year <= LAST_YEAR && t->month >= 1 && t->month <= 12 &&
           t->day >= 1 && t->day <= civil_days_in_month(t->year, t->month) && t->hour >= 0 &&
           t->hour <= 23 && t->minute >= 0 && t->minute <= 59 && t->second >= 0 &&
           t->second <= 59;
}

int64_t civil_seconds(const civil_time *t)
{
    return civil_day_number(t->year, t->month, t->day) * DAY_SECONDS + t->hour * 3600 +
           t->minute * 60 + t->second;
}

bool civil_of_seconds(int64_t seconds, civil_time *out)
{
    int64_t days = floor_divide(seconds, DAY_SECONDS);
    int rest = (int)(seconds - days * DAY_SECONDS);
    if (days < civil_day_number(FIRST_YEAR, 1, 1) || days > civil_day_number(LAST_YEAR, 12, 31))
        return false;
    int64_t year;
    civil_of_day_number(days, &year, &out->month, &out->day);
    out->year = (int)year;
    out->hour = rest / 3600;
    out->minute = rest / 60 % 60;
    out->second = rest % 60;
    return true;
}

int civil_compare(const civil_time *a, const civil_time *b)
{
    int64_t x = civil_seconds(a), y = civil_seconds(b);
    return x < y ? -1 : x > y;
}

bool civil_add_seconds(civil_time *t, int64_t seconds)
{
    int64_t sum;
    return !__builtin_add_overflow(civil_seconds(t), seconds, &sum) && civil_of_seconds(sum, t);
}

bool civil_add_days(civil_time *t, int64_t days)
{
    int64_t seconds;
    return !__builtin_mul_overflow(days, (int64_t)DAY_SECONDS, &seconds) &&
           civil_add_seconds(t, seconds);
}

bool civil_add_months(civil_time *t, int64_t months)
{
    int64_t sum;
    if (__builtin_add_overflow((int64_t)t->year * 12 + t->month - 1, months, &sum))
        return false;
    int64_t year = floor_divide(sum, 12);
    if (year < FIRST_YEAR || year > LAST_YEAR)
        return false;
    t->year = (int)year;
    t->month = (int)(sum - year * 12) + 1;
    t->day = MIN(t->day, civil_days_in_month(year, t->month));
    return true;
}

/* Read exactly @count digits; -1 when they are not. */
static int read_digits(const char *text, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!g_ascii_isdigit(text[i]))
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* The ten characters of a date at @text. */
static bool read_date(const char *text, civil_time *out)
{
    if (strnlen(text, 10) < 10 || text[4] != '-' || text[7] != '-')
        return false;
    *out = (civil_time){.year = read_digits(text, 4),
                        .month = read_digits(text + 5, 2),
                        .day = read_digits(text + 8, 2)};
    return civil_is_valid(out);
}

/* What may be shown of a text that a person typed. */
static char *excerpt(const char *text)
{
    g_autofree char *safe = text_safe(text, -1);
    return text_clip(safe, 40);
}

bool civil_parse_date(const char *text, civil_time *out, error **err)
{
    if (strlen(text) == 10 && read_date(text, out))
        return true;
    g_autofree char *shown = excerpt(text);
    error_set(err, ERROR_USAGE, _("\"%s\" is not a date"), shown);
    return error_hint(err, _("Write a date as YYYY-MM-DD, for example 2026-03-01."));
}

bool civil_parse_range(const char *text, civil_time *first, civil_time *last, error **err)
{
    size_t size = strlen(text);
    if (size == 10 && read_date(text, first)) {
        *last = *first;
        return true;
    }
    g_autofree char *shown = excerpt(text);
    if (size != 22 || strncmp(text + 10, "..", 2) != 0 || !read_date(text, first) ||
        !read_date(text + 12, last)) {
        error_set(err, ERROR_USAGE, _("\"%s\" is not a date or a range of dates"), shown);
        return error_hint(err, _("Write YYYY-MM-DD or YYYY-MM-DD..YYYY-MM-DD."));
    }
    if (civil_compare(first, last) > 0) {
        error_set(err, ERROR_USAGE, _("range \"%s\" ends before it begins"), shown);
        return error_hint(err, _("Write the earlier date first."));
    }
    return true;
}

char *civil_format_date(const civil_time *t)
{
    return g_strdup_printf("%04d-%02d-%02d", t->year, t->month, t->day);
}

char *civil_format(const civil_time *t)
{
    return g_strdup_printf("%04d-%02d-%02d %02d:%02d:%02d", t->year, t->month, t->day, t->hour,
                           t->minute, t->second);
}

char *instant_format(const zone *z, int64_t instant_us)
{
    civil_time t;
    int64_t seconds = floor_divide(instant_us, G_USEC_PER_SEC);
    int fraction = (int)(instant_us - seconds * G_USEC_PER_SEC);
    int offset = z == NULL ? 0 : zone_offset(z, instant_us);
    if (!civil_of_seconds(seconds + offset, &t)) {
        offset = 0;
        if (!civil_of_seconds(seconds, &t))
            return g_strdup_printf("@%" G_GINT64_FORMAT, seconds);
    }
    GString *out = g_string_new(NULL);
    g_string_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", t.year, t.month, t.day, t.hour,
                    t.minute, t.second);
    if (fraction != 0)
        g_string_append_printf(out, ".%06d", fraction);
    if (z == NULL)
        g_string_append_c(out, 'Z');
    else
        g_string_append_printf(out, "%c%02d:%02d", offset < 0 ? '-' : '+', ABS(offset) / 3600,
                               ABS(offset) / 60 % 60);
    return g_string_free(out, FALSE);
}

/* "Z" or "±hh:mm" to the end of @text. */
static bool read_offset(const char *text, int *seconds)
{
    *seconds = 0;
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return false;
    int hours = read_digits(text + 1, 2), minutes = read_digits(text + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *seconds = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
    return true;
}

static bool read_instant(const char *text, int64_t *instant_us)
{
    civil_time t;
    if (strnlen(text, 19) < 19 || !read_date(text, &t) || strchr("Tt ", text[10]) == NULL ||
        text[13] != ':' || text[16] != ':')
        return false;
    t.hour = read_digits(text + 11, 2);
    t.minute = read_digits(text + 14, 2);
    t.second = read_digits(text + 17, 2);
    if (!civil_is_valid(&t))
        return false;
    text += 19;
    int64_t fraction = 0;
    if (*text == '.') {
        int64_t unit = G_USEC_PER_SEC / 10;
        const char *digits = ++text;
        for (; g_ascii_isdigit(*text); text++, unit /= 10)
            fraction += unit * (*text - '0');
        if (text == digits)
            return false;
    }
    int offset;
    if (!read_offset(text, &offset))
        return false;
    *instant_us = (civil_seconds(&t) - offset) * G_USEC_PER_SEC + fraction;
    return true;
}

bool instant_parse(const char *text, int64_t *instant_us, error **err)
{
    if (read_instant(text, instant_us))
        return true;
    g_autofree char *shown = excerpt(text);
    error_set(err, ERROR_USAGE, _("\"%s\" is not a point in time"), shown);
    return error_hint(err, _("Write it as 2026-03-01T02:30:00+01:00 or 2026-03-01T01:30:00Z."));
}
