#include "ui/matcher.h"

#include "base/intl.h"

#include <string.h>

/* Steps of one match: a pattern that explodes must not hold the keys up. */
#define STEPS "(*LIMIT_MATCH=20000)"

struct matcher {
    GRegex *regex;
};

static bool has_capital(const char *text, bool pattern)
{
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        if (pattern && *p == '\\' && p[1] != '\0')
            p = g_utf8_next_char(p); /* \S is not a capital S */
        else if (g_unichar_isupper(g_utf8_get_char(p)))
            return true;
    }
    return false;
}

matcher *matcher_new(const char *text, error **err)
{
    size_t size = strlen(text);
    if (size == 0 || !g_utf8_validate(text, -1, NULL)) {
        error_set(err, ERROR_USAGE, _("there is nothing to look for"));
        return NULL;
    }
    bool pattern = size > 2 && text[0] == '/' && text[size - 1] == '/';
    g_autofree char *inner =
        pattern ? g_strndup(text + 1, size - 2) : g_regex_escape_string(text, -1);
    g_autofree char *whole = g_strconcat(STEPS, inner, NULL);
    bool exact = has_capital(pattern ? inner : text, pattern);
    g_autoptr(GError) wrong = NULL;
    GRegex *regex = g_regex_new(whole, exact ? 0 : G_REGEX_CASELESS, 0, &wrong);
    if (regex == NULL) {
        error_set(err, ERROR_USAGE, _("the pattern %s cannot be used: %s"), text, wrong->message);
        return NULL;
    }
    matcher *m = g_new0(matcher, 1);
    m->regex = regex;
    return m;
}

void matcher_free(matcher *m)
{
    if (m == NULL)
        return;
    g_regex_unref(m->regex);
    g_free(m);
}

/* The first match from @from on; with @before also the ones after it, up to
 * there, of which the last is told. */
static bool look(const matcher *m, const char *text, gssize size, size_t from, const size_t *before,
                 size_t *start, size_t *end)
{
    g_autoptr(GMatchInfo) info = NULL;
    bool found = false;
    bool more =
        g_regex_match_full(m->regex, text, size, (int)from, G_REGEX_MATCH_NOTEMPTY, &info, NULL);
    for (; more; more = g_match_info_next(info, NULL)) {
        int first, last;
        if (!g_match_info_fetch_pos(info, 0, &first, &last))
            break;
        if (before != NULL && (size_t)first >= *before)
            break;
        found = true;
        if (start != NULL)
            *start = (size_t)first;
        if (end != NULL)
            *end = (size_t)last;
        if (before == NULL)
            break;
    }
    return found;
}

bool matcher_find(const matcher *m, const char *text, gssize size, size_t from, size_t *start,
                  size_t *end)
{
    if (from > (size < 0 ? strlen(text) : (size_t)size))
        return false;
    return look(m, text, size, from, NULL, start, end);
}

bool matcher_find_last(const matcher *m, const char *text, gssize size, size_t before,
                       size_t *start, size_t *end)
{
    return look(m, text, size, 0, &before, start, end);
}
