#include "ui/palette.h"

#include "base/intl.h"
#include "ui/action_list.h"
#include "ui/editor.h"

#include <string.h>

#define TEXT_AT      4
#define PROMPT_AT    1
#define MARGIN       1
#define ROOMY        12 /* rows from which on there is room for blanks and detail */
#define DETAIL_ROWS  4
#define HISTORY_MOST 100

typedef struct {
    screen base;
    action_list *actions;
    editor *text;
    guint at;    /* the entry of the history that is shown; its length: none */
    bool chosen; /* something was typed or moved to: Enter may act */
} palette;

static const list_column columns[] = {
    { N_("Action"), 18, 24, 0, TEXT_LEFT }, { N_("What it does"), 24, 0, 0, TEXT_LEFT },
    { N_("Key"), 6, 8, 1, TEXT_LEFT },      { N_("Where"), 10, 18, 3, TEXT_LEFT },
    { N_("Changes"), 7, 9, 2, TEXT_LEFT },  { .title = NULL },
};
static const action_part parts[] = { SHOW_ID, SHOW_HELP, SHOW_KEY, SHOW_WHERE, SHOW_WRITES };

/* --- drawing --------------------------------------------------------------- */

static void palette_draw(screen *s, canvas *c)
{
    palette *p = (palette *)s;
    int width = canvas_width(c), height = canvas_height(c), y = 0, end = height - 1;
    if (height >= ROOMY) {
        g_autofree char *extent = action_list_extent(p->actions);
        canvas_text(c, 0, TEXT_AT, width - TEXT_AT - MARGIN, LOOK_QUIET, extent);
        y = 2;
        end -= DETAIL_ROWS;
        action_list_draw_detail(p->actions, c, end, DETAIL_ROWS - 1);
        end--;
    }
    list_draw(action_list_rows(p->actions), c, y, end - y, true);
    canvas_text(c, height - 1, PROMPT_AT, 1, LOOK_ACCENT, ":");
    editor_draw(p->text, c, height - 1, PROMPT_AT + 1, 1, width - PROMPT_AT - 1 - MARGIN,
                LOOK_PLAIN, true);
}

/* --- text and history ------------------------------------------------------ */

static void filter(palette *p)
{
    const char *text = editor_text(p->text);
    action_list_filter(p->actions, text, true);
    p->chosen = text[0] != '\0';
}

static void put(palette *p, const char *text)
{
    editor_set(p->text, text);
    filter(p);
}

/* The last time counts: an id is in the history once. */
static void remember(GPtrArray *history, const char *id)
{
    for (guint i = 0; i < history->len; i++)
        if (strcmp(history->pdata[i], id) == 0) {
            g_ptr_array_remove_index(history, i);
            break;
        }
    g_ptr_array_add(history, g_strdup(id));
    if (history->len > HISTORY_MOST)
        g_ptr_array_remove_index(history, 0);
}

static void older(screen *s)
{
    palette *p = (palette *)s;
    GPtrArray *history = app_history(s->app);
    if (list_selected(action_list_rows(p->actions)) > 0)
        list_key(action_list_rows(p->actions), K_UP);
    else if (p->at > 0)
        put(p, history->pdata[--p->at]);
    else
        app_say(s->app, LOOK_QUIET, "%s", _("there is nothing older"));
}

static void newer(palette *p)
{
    GPtrArray *history = app_history(p->base.app);
    if (p->at < history->len) {
        p->at++;
        put(p, p->at < history->len ? history->pdata[p->at] : "");
        return;
    }
    list_key(action_list_rows(p->actions), K_DOWN);
    p->chosen = true;
}

/* --- actions --------------------------------------------------------------- */

static void perform(screen *s)
{
    palette *p = (palette *)s;
    app *a = s->app;
    const action_entry *selected = action_list_selected(p->actions);
    const char *why = selected == NULL ? _("there is no such action")
                      : !p->chosen     ? _("type an action, or move to it with Down")
                                       : action_refused(selected);
    if (selected == NULL || why != NULL) {
        app_say(a, LOOK_WARNING, "%s", why);
        return;
    }
    action_entry chosen = *selected;
    remember(app_history(a), chosen.action->id);
    app_close(a, s);
    action_perform(a, &chosen);
}

static void complete(screen *s)
{
    palette *p = (palette *)s;
    g_autofree char *more = action_list_complete(p->actions, editor_text(p->text));
    const action_entry *selected = action_list_selected(p->actions);
    if (more != NULL)
        put(p, more);
    else if (selected != NULL)
        put(p, selected->action->id);
}

static void close_palette(screen *s)
{
    app_close(s->app, s);
}

static bool palette_in_text(screen *s)
{
    (void)s;
    return true;
}

static bool palette_key(screen *s, ui_key k)
{
    palette *p = (palette *)s;
    if (k == K_DOWN) {
        newer(p);
        return true;
    }
    if (k == K_PAGE_UP || k == K_PAGE_DOWN) {
        p->chosen = true;
        return list_key(action_list_rows(p->actions), k);
    }
    if (!editor_key(p->text, k, app_pasted(s->app)))
        return false;
    p->at = app_history(s->app)->len;
    filter(p);
    return true;
}

static void palette_free(screen *s)
{
    palette *p = (palette *)s;
    action_list_free(p->actions);
    editor_free(p->text);
    g_free(p);
}

static const action palette_actions[] = {
    { "palette.perform", K_ENTER, N_("Do it"), N_("Do the selected action"), NULL, ACTION_IN_TEXT,
      perform, NULL },
    { "palette.complete", K_TAB, N_("Complete"), N_("Complete the name of the action"), NULL,
      ACTION_IN_TEXT, complete, NULL },
    { "palette.older", K_UP, N_("Older"), N_("Go up, and then to what was done before"), NULL,
      ACTION_IN_TEXT, older, NULL },
    { "palette.close", K_ESCAPE, N_("Close"), N_("Close the palette"), NULL, ACTION_IN_TEXT,
      close_palette, NULL },
    { "palette.toggle", KEY_CONTROL('P'), NULL, N_("Close the palette with the key that opened it"),
      NULL, ACTION_IN_TEXT, close_palette, NULL },
    { .id = NULL },
};

const screen_ops palette_ops = {
    .id = "palette",
    .title = N_("Actions"),
    .summary = N_("Every action by its name; key file and tests use the same names."),
    .actions = palette_actions,
    .draw = palette_draw,
    .key = palette_key,
    .in_text = palette_in_text,
    .free = palette_free,
};

screen *palette_new(app *a, screen *below)
{
    palette *p = g_new0(palette, 1);
    p->base.ops = &palette_ops;
    p->base.app = a;
    p->actions = action_list_new(a, below, columns, parts);
    p->text = editor_new("", false, false);
    p->at = app_history(a)->len;
    return &p->base;
}
