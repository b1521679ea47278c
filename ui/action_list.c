#include "ui/action_list.h"

#include "base/intl.h"

#include <string.h>

#define TEXT_AT 4
#define MARGIN  1

struct action_list {
    GArray *all;   /* of action_entry */
    GArray *shown; /* of guint: places in @all */
    const action_part *parts;
    list *rows;
};

static const action_entry *entry_of(const action_list *l, int64_t row)
{
    return &g_array_index(l->all, action_entry, g_array_index(l->shown, guint, (guint)row));
}

static const char *help_of(const action_entry *e)
{
    return e->action->help != NULL ? _(e->action->help) : e->action->id;
}

/* --- rows ------------------------------------------------------------------ */

static int64_t count(void *user)
{
    const action_list *l = user;
    return l->shown->len;
}

static void append_part(const action_entry *e, action_part part, GString *text)
{
    switch (part) {
    case SHOW_ID:
        g_string_append(text, e->action->id);
        break;
    case SHOW_KEY:
        if (e->key != K_NONE) {
            g_autofree char *name = key_label(e->key);
            g_string_append(text, name);
        }
        break;
    case SHOW_HELP:
        g_string_append(text, help_of(e));
        break;
    case SHOW_WHERE:
        if (e->where != NULL)
            g_string_append(text, _(e->where));
        break;
    case SHOW_WRITES:
        g_string_append(text, (e->action->flags & ACTION_WRITES) != 0 ? _("yes") : _("no"));
        break;
    case SHOW_COMMAND:
        if (e->action->command != NULL)
            g_string_append(text, e->action->command);
        break;
    }
}

static void cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    const action_list *l = user;
    const action_entry *e = entry_of(l, row);
    append_part(e, l->parts[column], text);
    if (action_refused(e) != NULL)
        style->look = LOOK_QUIET;
    else if (l->parts[column] == SHOW_KEY)
        style->look = LOOK_STRONG;
}

action_list *action_list_new(app *a, screen *below, const list_column *columns,
                             const action_part *parts)
{
    static const list_source source = { .count = count, .cell = cell };
    action_list *l = g_new0(action_list, 1);
    l->all = actions_for(a, below);
    l->shown = g_array_new(FALSE, FALSE, sizeof(guint));
    l->parts = parts;
    l->rows = list_new(columns, &source, l);
    action_list_filter(l, "", false);
    return l;
}

void action_list_free(action_list *l)
{
    if (l == NULL)
        return;
    list_free(l->rows);
    g_array_unref(l->all);
    g_array_unref(l->shown);
    g_free(l);
}

list *action_list_rows(action_list *l)
{
    return l->rows;
}

const action_entry *action_list_selected(const action_list *l)
{
    int64_t row = list_selected(l->rows);
    return row < 0 ? NULL : entry_of(l, row);
}

/* --- filter ---------------------------------------------------------------- */

/* All that is said about @e, ready to be searched. */
static char *words_of(const action_entry *e)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (action_part part = SHOW_ID; part <= SHOW_COMMAND; part++) {
        if (part != SHOW_WRITES)
            append_part(e, part, text);
        g_string_append_c(text, '\n');
    }
    return g_utf8_casefold(text->str, (gssize)text->len);
}

static bool has_words(const action_entry *e, const char *const *words)
{
    g_autofree char *text = words_of(e);
    for (; *words != NULL; words++)
        if (strstr(text, *words) == NULL)
            return false;
    return true;
}

/* 0: the id itself, 1: it begins with @text, 2: something else matched. */
static int distance(const action_entry *e, const char *text)
{
    if (strcmp(e->action->id, text) == 0)
        return 0;
    return g_str_has_prefix(e->action->id, text) ? 1 : 2;
}

void action_list_filter(action_list *l, const char *text, bool by_id)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    g_auto(GStrv) words = g_strsplit(folded, " ", -1);
    g_array_set_size(l->shown, 0);
    for (int near = 0; near <= 2; near++)
        for (guint i = 0; i < l->all->len; i++) {
            const action_entry *e = &g_array_index(l->all, action_entry, i);
            int far = by_id ? distance(e, text) : 0;
            if (far == near && has_words(e, (const char *const *)words))
                g_array_append_val(l->shown, i);
        }
    list_select(l->rows, 0);
}

char *action_list_extent(const action_list *l)
{
    return g_strdup_printf(ngettext("%u of %u action", "%u of %u actions", l->all->len),
                           l->shown->len, l->all->len);
}

char *action_list_complete(const action_list *l, const char *text)
{
    g_autofree char *agreed = NULL;
    for (guint i = 0; i < l->shown->len; i++) {
        const char *id = entry_of(l, i)->action->id;
        if (!g_str_has_prefix(id, text))
            continue;
        if (agreed == NULL) {
            agreed = g_strdup(id);
            continue;
        }
        size_t same = 0;
        while (agreed[same] != '\0' && agreed[same] == id[same])
            same++;
        agreed[same] = '\0';
    }
    if (agreed == NULL || strlen(agreed) <= strlen(text))
        return NULL;
    return g_steal_pointer(&agreed);
}

/* --- the selected one ------------------------------------------------------ */

void action_list_draw_detail(const action_list *l, canvas *c, int y, int height)
{
    const action_entry *e = action_list_selected(l);
    int width = canvas_width(c) - TEXT_AT - MARGIN, end = y + height;
    if (e == NULL || height <= 0)
        return;
    y += canvas_wrap(c, y, TEXT_AT, width, end - y, LOOK_PLAIN, help_of(e));
    const char *why = action_refused(e);
    if (why != NULL && y < end) {
        g_autofree char *reason = g_strdup_printf(_("Not now: %s"), why);
        y += canvas_wrap(c, y, TEXT_AT, width, end - y, LOOK_WARNING, reason);
    }
    if (e->action->command != NULL && y < end) {
        g_autofree char *shell = g_strdup_printf(_("From a shell: %s"), e->action->command);
        canvas_wrap(c, y, TEXT_AT, width, end - y, LOOK_QUIET, shell);
    }
}
