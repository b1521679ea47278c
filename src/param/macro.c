#include "param/macro.h"
#include "base/intl.h"

#include <string.h>

typedef struct {
    const char *text;
    const char *p;
    size_t *where;
    error **err;
} cursor;

static bool fail(const cursor *c, const char *at, const char *message, const char *hint)
{
    *c->where = (size_t)(at - c->text);
    error_set(c->err, ERROR_DOCUMENT, "%s", message);
    return hint == NULL ? false : error_hint(c->err, "%s", hint);
}

static void skip_spaces(cursor *c)
{
    while (g_ascii_isspace(*c->p))
        c->p++;
}

/* Take @word if it comes next, in any case, and the spaces after it. */
static bool take(cursor *c, const char *word)
{
    if (g_ascii_strncasecmp(c->p, word, strlen(word)) != 0)
        return false;
    c->p += strlen(word);
    skip_spaces(c);
    return true;
}

/* The index of the NULL-ended list's word that comes next, taken; -1: none. */
static int take_one(cursor *c, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (take(c, words[i]))
            return i;
    return -1;
}

/* last, this, next as -1, 0, 1. */
static bool take_which(cursor *c, int *which)
{
    static const char *const words[] = {"last", "this", "next", NULL};
    const char *start = c->p;
    int index = take_one(c, words);
    if (index < 0)
        return fail(c, start, _("\"last\", \"this\" or \"next\" is missing"), NULL);
    *which = index - 1;
    return true;
}

static bool out_of_range(const cursor *c)
{
    return fail(c, c->text, _("macro leads outside the years 1 to 9999"), NULL);
}

/* "day of last month" after first or last: the period of @unit months that
 * holds *t, moved by whole periods. */
static bool read_period(cursor *c, bool last_day, civil_time *t)
{
    static const char *const names[] = {"month", "quarter", "year", NULL};
    static const int months[] = {1, 3, 12};
    int which;
    if (!take(c, "day") || !take(c, "of"))
        return fail(c, c->p, _("\"day of\" is missing"),
                    _("Write for example {{{first day of last month}}}."));
    if (!take_which(c, &which))
        return false;
    int unit = take_one(c, names);
    if (unit < 0)
        return fail(c, c->p, _("\"month\", \"quarter\" or \"year\" is missing"), NULL);
    t->day = 1;
    t->month -= (t->month - 1) % months[unit];
    if (!civil_add_months(t, which * months[unit] + (last_day ? months[unit] - 1 : 0)))
        return out_of_range(c);
    if (last_day)
        t->day = civil_days_in_month(t->year, t->month);
    return true;
}

/* "last week" after the name of the @weekday (0 is Monday, where weeks begin). */
static bool read_week(cursor *c, int weekday, civil_time *t)
{
    int which;
    if (!take_which(c, &which))
        return false;
    if (!take(c, "week"))
        return fail(c, c->p, _("\"week\" is missing"), NULL);
    return civil_add_days(t, weekday - civil_weekday(t) + 7 * which) || out_of_range(c);
}

static bool read_point(cursor *c, civil_time *t)
{
    static const char *const days[] = {"yesterday", "today", "tomorrow", NULL};
    static const char *const weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                           "friday", "saturday", "sunday",    NULL};
    int index = take_one(c, days);
    if (index >= 0)
        return civil_add_days(t, index - 1) || out_of_range(c);
    if (take(c, "first"))
        return read_period(c, false, t);
    if (take(c, "last"))
        return read_period(c, true, t);
    index = take_one(c, weekdays);
    if (index >= 0)
        return read_week(c, index, t);
    return fail(c, c->p, _("macro is not understood"),
                _("Macros begin with today, yesterday, tomorrow, \"first day of …\", "
                  "\"last day of …\" or a weekday's name."));
}

static bool read_number(cursor *c, int64_t *number)
{
    const char *start = c->p;
    for (*number = 0; g_ascii_isdigit(*c->p); c->p++)
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, *c->p - '0', number))
            return fail(c, start, _("number is too large"), NULL);
    if (c->p == start)
        return fail(c, start, _("number is missing after the sign"), NULL);
    skip_spaces(c);
    return true;
}

/* "- 1 days", or nothing. */
static bool read_offset(cursor *c, civil_time *t)
{
    static const char *const units[] = {"days", "day", "weeks", "week", "months",
                                        "month", "years", "year", NULL};
    static const struct {
        int days, months;
    } sizes[] = {{1, 0}, {7, 0}, {0, 1}, {0, 12}};
    if (*c->p != '+' && *c->p != '-')
        return true;
    bool negative = *c->p++ == '-';
    skip_spaces(c);
    int64_t number, total;
    const char *start = c->p;
    if (!read_number(c, &number))
        return false;
    int unit = take_one(c, units);
    if (unit < 0)
        return fail(c, c->p, _("unit is missing after the number"),
                    _("Units are days, weeks, months and years."));
    int days = sizes[unit / 2].days, months = sizes[unit / 2].months;
    if (__builtin_mul_overflow(negative ? -number : number, (int64_t)(days + months), &total))
        return fail(c, start, _("number is too large"), NULL);
    if (!(days != 0 ? civil_add_days(t, total) : civil_add_months(t, total)))
        return out_of_range(c);
    return true;
}

bool macro_evaluate(const char *text, const civil_time *today, GString *out, size_t *where,
                    error **err)
{
    cursor c = {text, text, where, err};
    civil_time t = {.year = today->year, .month = today->month, .day = today->day};
    skip_spaces(&c);
    if (!read_point(&c, &t) || !read_offset(&c, &t))
        return false;
    if (*c.p != '\0')
        return fail(&c, c.p, _("macro goes on where it should end"),
                    _("After the day at most one offset stands: - 1 days."));
    g_autofree char *date = civil_format_date(&t);
    g_string_append(out, date);
    return true;
}
