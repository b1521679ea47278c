#include "param/expression.h"
#include "base/intl.h"

#include <string.h>

#define DAY_SECONDS 86400

typedef enum {
    TOKEN_YEAR,
    TOKEN_SHORT_YEAR,
    TOKEN_MONTH,
    TOKEN_DAY,
    TOKEN_HOUR,
    TOKEN_HALF_HOUR, /* of the 12-hour clock */
    TOKEN_MINUTE,
    TOKEN_SECOND,
} token;

/* Longer spellings first. */
static const struct {
    const char *text;
    token token;
} tokens[] = {
    {"yyyy", TOKEN_YEAR},      {"yy", TOKEN_SHORT_YEAR},   {"mm", TOKEN_MONTH},
    {"dd", TOKEN_DAY},         {"hh24", TOKEN_HOUR},       {"hh12", TOKEN_HALF_HOUR},
    {"hh", TOKEN_HALF_HOUR},   {"mi", TOKEN_MINUTE},       {"ss", TOKEN_SECOND},
};

static const char separators[] = "-:/._, ";

typedef struct {
    const char *text;
    const char *p;
    size_t *where;
    error **err;
} cursor;

/* What a format holds, and where it stands in the text. */
typedef struct {
    const char *begin, *end;
    unsigned tokens; /* bit set of token */
} format;

#define HAS(f, token) (((f)->tokens & 1u << (token)) != 0)
#define TIME_TOKENS                                                                                \
    (1u << TOKEN_HOUR | 1u << TOKEN_HALF_HOUR | 1u << TOKEN_MINUTE | 1u << TOKEN_SECOND)

/* The index in tokens[] of what stands at @p, or -1. */
static int token_at(const char *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tokens); i++)
        if (g_str_has_prefix(p, tokens[i].text))
            return (int)i;
    return -1;
}

bool expression_is_format(const char *text)
{
    do {
        int i = token_at(text);
        if (i < 0)
            return false;
        text += strlen(tokens[i].text);
    } while (*text != '\0');
    return true;
}

static bool fail(cursor *c, const char *at, const char *message, const char *hint)
{
    *c->where = (size_t)(at - c->text);
    error_set(c->err, ERROR_DOCUMENT, "%s", message);
    return hint == NULL ? false : error_hint(c->err, "%s", hint);
}

static bool at_offset(const char *p)
{
    return (*p == '+' || *p == '-') && g_ascii_isdigit(p[1]);
}

/* Read tokens and separators up to the end, an offset or one of @stops. */
static bool read_format(cursor *c, const char *stops, format *f)
{
    *f = (format){.begin = c->p};
    while (*c->p != '\0' && strchr(stops, *c->p) == NULL && !at_offset(c->p)) {
        int i = token_at(c->p);
        if (i >= 0) {
            f->tokens |= 1u << tokens[i].token;
            c->p += strlen(tokens[i].text);
        } else if (strchr(separators, *c->p) != NULL) {
            c->p++;
        } else {
            const char *next = g_utf8_find_next_char(c->p, NULL);
            g_autofree char *shown = g_strndup(c->p, (size_t)(next - c->p));
            g_autofree char *message = g_strdup_printf(_("unknown format letter \"%s\""), shown);
            return fail(c, c->p, message,
                        _("Formats are made of yyyy, yy, mm, dd, hh24, hh12, mi, ss and "
                          "separators, in small letters."));
        }
    }
    f->end = c->p;
    if (f->tokens == 0)
        return fail(c, f->begin, _("date format is missing"), _("Write for example yyyymmdd."));
    return true;
}

static void write_format(const format *f, const civil_time *t, GString *out)
{
    for (const char *p = f->begin; p < f->end;) {
        int i = token_at(p);
        if (i < 0) {
            g_string_append_c(out, *p++);
            continue;
        }
        p += strlen(tokens[i].text);
        switch (tokens[i].token) {
        case TOKEN_YEAR:
            g_string_append_printf(out, "%04d", t->year);
            break;
        case TOKEN_SHORT_YEAR:
            g_string_append_printf(out, "%02d", t->year % 100);
            break;
        case TOKEN_MONTH:
            g_string_append_printf(out, "%02d", t->month);
            break;
        case TOKEN_DAY:
            g_string_append_printf(out, "%02d", t->day);
            break;
        case TOKEN_HOUR:
            g_string_append_printf(out, "%02d", t->hour);
            break;
        case TOKEN_HALF_HOUR:
            g_string_append_printf(out, "%02d", (t->hour + 11) % 12 + 1);
            break;
        case TOKEN_MINUTE:
            g_string_append_printf(out, "%02d", t->minute);
            break;
        case TOKEN_SECOND:
            g_string_append_printf(out, "%02d", t->second);
            break;
        }
    }
}

static bool read_number(cursor *c, int64_t *number)
{
    const char *start = c->p;
    if (!g_ascii_isdigit(*start))
        return fail(c, start, _("number is missing"), NULL);
    *number = 0;
    for (; g_ascii_isdigit(*c->p); c->p++)
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, *c->p - '0', number))
            return fail(c, start, _("number is too large"), NULL);
    /* "${yyyy-mm-01}" means the first of the month, not one month less. */
    if (*start == '0' && c->p - start > 1)
        return fail(c, start, _("offset begins with 0"),
                    _("A fixed text stands outside the brackets, as in ${yyyy-mm}-01."));
    return true;
}

/* A sign where @c stands, then numbers joined by '*' and, with @parts not NULL,
 * divided by others: @number of @parts. */
static bool read_term(cursor *c, int64_t *number, int64_t *parts)
{
    const char *start = c->p;
    bool negative = *c->p == '-';
    if (*c->p == '-' || *c->p == '+')
        c->p++;
    if (!read_number(c, number))
        return false;
    if (parts != NULL)
        *parts = 1;
    while (*c->p == '*' || (*c->p == '/' && parts != NULL)) {
        int64_t *into = *c->p++ == '*' ? number : parts;
        int64_t next;
        if (!read_number(c, &next))
            return false;
        if (into == parts && next == 0)
            return fail(c, c->p - 1, _("offset is divided by 0"), NULL);
        if (__builtin_mul_overflow(*into, next, into))
            return fail(c, start, _("offset is too large"), NULL);
    }
    if (negative)
        *number = -*number;
    return true;
}

/* Sum of "-1-1/24" and the like up to the end, in seconds. *whole_days is
 * false when a term has a fraction. */
static bool read_day_offsets(cursor *c, int64_t *seconds, bool *whole_days)
{
    *seconds = 0;
    *whole_days = true;
    while (at_offset(c->p)) {
        const char *start = c->p;
        int64_t number, parts, term;
        if (!read_term(c, &number, &parts))
            return false;
        if (__builtin_mul_overflow(number, (int64_t)DAY_SECONDS, &term))
            return fail(c, start, _("offset is too large"), NULL);
        if (term % parts != 0)
            return fail(c, start, _("offset is not a whole number of seconds"), NULL);
        if (__builtin_add_overflow(*seconds, term / parts, seconds))
            return fail(c, start, _("offset is too large"), NULL);
        *whole_days = *whole_days && parts == 1;
    }
    if (*c->p != '\0')
        return fail(c, c->p, _("offset is not understood"),
                    _("Offsets are days: -1, -7*2, -1/24 (an hour), -15/24/60 (minutes)."));
    return true;
}

static bool out_of_range(cursor *c, const char *at)
{
    return fail(c, at, _("offset leads outside the years 1 to 9999"), NULL);
}

bool expression_business(const char *text, const civil_time *date, GString *out, size_t *where,
                         error **err)
{
    cursor c = {text, text, where, err};
    format f;
    if (!read_format(&c, "", &f))
        return false;
    if ((f.tokens & TIME_TOKENS) != 0)
        return fail(&c, f.begin, _("the business date has no time of day"),
                    _("Use $[…], which computes from the scheduled time."));
    civil_time t = *date;
    if (*c.p != '\0') {
        const char *start = c.p;
        int64_t number;
        if (!read_term(&c, &number, NULL))
            return false;
        if (*c.p == '/')
            return fail(&c, start, _("the business date takes only whole offsets"),
                        _("Hours and minutes need $[…], which computes from the scheduled "
                          "time."));
        if (*c.p != '\0')
            return fail(&c, c.p, _("offset is not understood"),
                        _("One whole number stands at the end: -1, +1, -7*2."));
        if (!HAS(&f, TOKEN_DAY) && !HAS(&f, TOKEN_MONTH) &&
            __builtin_mul_overflow(number, 12, &number))
            return fail(&c, start, _("offset is too large"), NULL);
        bool done = HAS(&f, TOKEN_DAY) ? civil_add_days(&t, number) : civil_add_months(&t, number);
        if (!done)
            return out_of_range(&c, start);
    }
    write_format(&f, &t, out);
    return true;
}

static void skip_spaces(cursor *c)
{
    while (*c->p == ' ')
        c->p++;
}

/* "(yyyymmdd,-1)" after the word add_months. */
static bool read_add_months(cursor *c, format *f, int64_t *months)
{
    skip_spaces(c);
    if (*c->p++ != '(')
        return fail(c, c->p - 1, _("\"(\" is missing after add_months"), NULL);
    skip_spaces(c);
    if (!read_format(c, ",)", f))
        return false;
    while (f->end > f->begin && f->end[-1] == ' ')
        f->end--;
    if (*c->p != ',')
        return fail(c, c->p, _("add_months takes a format, a comma and a number of months"),
                    _("Write for example $[add_months(yyyymmdd,-1)]."));
    c->p++;
    skip_spaces(c);
    if (!read_term(c, months, NULL))
        return false;
    skip_spaces(c);
    if (*c->p != ')')
        return fail(c, c->p, _("\")\" is missing after the number of months"), NULL);
    c->p++;
    return true;
}

bool expression_scheduled(const char *text, const civil_time *time, GString *out, size_t *where,
                          error **err)
{
    static const char add_months[] = "add_months";
    cursor c = {text, text, where, err};
    format f;
    civil_time t = *time;
    bool by_months = g_str_has_prefix(text, add_months);
    if (by_months) {
        c.p += strlen(add_months);
        const char *start = c.p;
        int64_t months = 0;
        if (!read_add_months(&c, &f, &months))
            return false;
        if (!civil_add_months(&t, months))
            return out_of_range(&c, start);
    } else if (!read_format(&c, "", &f)) {
        return false;
    }
    const char *start = c.p;
    int64_t seconds;
    bool whole_days;
    if (!read_day_offsets(&c, &seconds, &whole_days))
        return false;
    /* "$[yyyy-1]" is meant as last year, but the unit is days. */
    bool single = f.tokens == 1u << TOKEN_YEAR || f.tokens == 1u << TOKEN_SHORT_YEAR ||
                  f.tokens == 1u << TOKEN_MONTH;
    if (!by_months && single && c.p > start && whole_days)
        return fail(&c, start, _("offsets of $[…] are days, not months or years"),
                    _("Use add_months(format, N); years are 12*N."));
    if (!civil_add_seconds(&t, seconds))
        return out_of_range(&c, start);
    write_format(&f, &t, out);
    return true;
}
