#include "ui/json_place.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define MOST_DEPTH 64
#define AROUND     2

typedef struct {
    bool list;
    unsigned index;     /* of the element, in a list */
    size_t path_length; /* of the container's own path */
} level;

typedef struct {
    const char *at;
    unsigned line;
    GString *path;
    level levels[MOST_DEPTH];
    unsigned depth;
    const char *wanted;
    size_t best;    /* length of the longest beginning of wanted found */
    unsigned found; /* its line */
} reader;

/* Whether @path is @wanted or an object or list around it. */
static bool leads_to(const char *path, const char *wanted)
{
    size_t n = strlen(path);
    return strncmp(path, wanted, n) == 0 && strchr(".[", wanted[n]) != NULL;
}

static void look_at_path(reader *r)
{
    if (r->path->len > r->best && leads_to(r->path->str, r->wanted)) {
        r->best = r->path->len;
        r->found = r->line;
    }
}

/* Past a string whose quote is at r->at; its text as written. */
static char *take_string(reader *r)
{
    const char *start = ++r->at;
    while (*r->at != '\0' && *r->at != '"') {
        if (*r->at == '\n')
            r->line++;
        if (*r->at == '\\' && r->at[1] != '\0')
            r->at++;
        r->at++;
    }
    char *text = g_strndup(start, (gsize)(r->at - start));
    if (*r->at == '"')
        r->at++;
    return text;
}

static bool is_key(const reader *r)
{
    const char *next = r->at + strspn(r->at, " \t\r\n");
    return r->depth > 0 && !r->levels[r->depth - 1].list && *next == ':';
}

static void enter_element(reader *r)
{
    level *l = &r->levels[r->depth - 1];
    g_string_truncate(r->path, l->path_length);
    g_string_append_printf(r->path, "[%u]", l->index);
    look_at_path(r);
}

static void open_container(reader *r, bool list)
{
    r->levels[r->depth++] = (level){ .list = list, .path_length = r->path->len };
    r->at++;
    if (list) {
        /* The line of an element is that of its first character. */
        while (g_ascii_isspace(*r->at))
            r->line += *r->at++ == '\n';
        enter_element(r);
    }
}

static void take_comma(reader *r)
{
    r->at++;
    if (r->depth == 0 || !r->levels[r->depth - 1].list)
        return;
    r->levels[r->depth - 1].index++;
    while (g_ascii_isspace(*r->at))
        r->line += *r->at++ == '\n';
    enter_element(r);
}

static void take_text(reader *r)
{
    unsigned line = r->line;
    g_autofree char *text = take_string(r);
    if (!is_key(r))
        return;
    g_string_truncate(r->path, r->levels[r->depth - 1].path_length);
    g_string_append_printf(r->path, "%s%s", r->path->len > 0 ? "." : "", text);
    unsigned after = r->line;
    r->line = line;
    look_at_path(r);
    r->line = after;
}

unsigned json_place_line(const char *text, const char *path)
{
    g_autoptr(GString) at = g_string_new(NULL);
    reader r = { .at = text, .line = 1, .path = at, .wanted = path };
    while (*r.at != '\0') {
        switch (*r.at) {
        case '"':
            take_text(&r);
            break;
        case '{':
        case '[':
            if (r.depth == MOST_DEPTH)
                return r.found;
            open_container(&r, *r.at == '[');
            break;
        case '}':
        case ']':
            if (r.depth > 0)
                g_string_truncate(r.path, r.levels[--r.depth].path_length);
            r.at++;
            break;
        case ',':
            take_comma(&r);
            break;
        default:
            r.line += *r.at++ == '\n';
        }
    }
    return r.found;
}

char *json_place_excerpt(const char *text, unsigned line)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    unsigned first = line > AROUND ? line - AROUND : 1;
    GString *shown = g_string_new(NULL);
    for (unsigned i = 1; i <= line + AROUND && lines[i - 1] != NULL; i++)
        if (i >= first)
            g_string_append_printf(shown, "%c %4u  %s\n", i == line ? '>' : ' ', i, lines[i - 1]);
    return g_string_free(shown, FALSE);
}
