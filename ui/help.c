#include "ui/help.h"

#include "base/intl.h"
#include "ui/action_list.h"
#include "ui/editor.h"

#define TEXT_AT     4
#define MARGIN      1
#define ROOMY       12 /* rows from which on there is room for blanks and detail */
#define DETAIL_ROWS 4

typedef struct {
    screen base;
    screen *below;
    action_list *actions;
    editor *filter;
    bool typing; /* the filter has the focus */
} help;

static const list_column columns[] = {
    { N_("Key"), 6, 8, 0, TEXT_LEFT },
    { N_("What it does"), 36, 0, 0, TEXT_LEFT },
    { N_("Where"), 10, 16, 2, TEXT_LEFT },
    { N_("From a shell"), 24, 44, 1, TEXT_LEFT },
    { .title = NULL },
};
static const action_part parts[] = { SHOW_KEY, SHOW_HELP, SHOW_WHERE, SHOW_COMMAND };

/* --- drawing --------------------------------------------------------------- */

static void draw_filter(help *h, canvas *c, int y)
{
    int width = canvas_width(c) - TEXT_AT - MARGIN, half = width / 2;
    const char *text = editor_text(h->filter);
    g_autofree char *extent = action_list_extent(h->actions);
    canvas_right(c, y, TEXT_AT + half, width - half, LOOK_QUIET, extent);
    if (!h->typing && text[0] == '\0')
        return;
    canvas_text(c, y, TEXT_AT, 1, LOOK_ACCENT, "/");
    editor_draw(h->filter, c, y, TEXT_AT + 1, 1, half - 2, LOOK_PLAIN, h->typing);
}

static void help_draw(screen *s, canvas *c)
{
    help *h = (help *)s;
    int height = canvas_height(c), y = 0, end = height - 1;
    const char *summary = h->below->ops->summary;
    if (height >= ROOMY) {
        if (summary != NULL)
            y += 1 + canvas_wrap(c, 0, TEXT_AT, canvas_width(c) - TEXT_AT - MARGIN, 2, LOOK_PLAIN,
                                 _(summary));
        end -= DETAIL_ROWS;
        action_list_draw_detail(h->actions, c, end, DETAIL_ROWS);
        end--;
    }
    list_draw(action_list_rows(h->actions), c, y, end - y, true);
    draw_filter(h, c, height - 1);
}

/* --- actions --------------------------------------------------------------- */

static void perform(screen *s)
{
    help *h = (help *)s;
    app *a = s->app;
    const action_entry *selected = action_list_selected(h->actions);
    const char *why = selected != NULL ? action_refused(selected) : _("no action has these words");
    if (selected == NULL || why != NULL) {
        app_say(a, LOOK_WARNING, "%s", why);
        return;
    }
    action_entry chosen = *selected;
    app_close(a, s);
    action_perform(a, &chosen);
}

static void type(screen *s)
{
    ((help *)s)->typing = true;
}

static void leave_help(screen *s)
{
    app_close(s->app, s);
}

static bool help_leave(screen *s)
{
    help *h = (help *)s;
    if (!h->typing)
        return true;
    h->typing = false;
    editor_set(h->filter, "");
    action_list_filter(h->actions, "", false);
    return false;
}

static bool help_in_text(screen *s)
{
    return ((help *)s)->typing;
}

static bool help_key(screen *s, ui_key k)
{
    help *h = (help *)s;
    bool moves = k == K_UP || k == K_DOWN || k == K_PAGE_UP || k == K_PAGE_DOWN;
    if (!h->typing || moves)
        return list_key(action_list_rows(h->actions), k);
    if (!editor_key(h->filter, k, app_pasted(s->app)))
        return false;
    action_list_filter(h->actions, editor_text(h->filter), false);
    return true;
}

static void help_free(screen *s)
{
    help *h = (help *)s;
    action_list_free(h->actions);
    editor_free(h->filter);
    g_free(h);
}

static const action help_actions[] = {
    { "help.perform", K_ENTER, N_("Do it"), N_("Close the help and do what is selected"), NULL,
      ACTION_IN_TEXT, perform, NULL },
    { "help.find", '/', N_("Find"), N_("Show only the actions with the words that you type"), NULL,
      0, type, NULL },
    { "help.close", '?', NULL, N_("Close the help"), NULL, 0, leave_help, NULL },
    { .id = NULL },
};

const screen_ops help_ops = {
    .id = "help",
    .title = N_("Help"),
    .summary = N_("All that can be done, with its key and its command line."),
    .actions = help_actions,
    .draw = help_draw,
    .key = help_key,
    .in_text = help_in_text,
    .leave = help_leave,
    .free = help_free,
};

screen *help_new(app *a, screen *below)
{
    help *h = g_new0(help, 1);
    h->base.ops = &help_ops;
    h->base.app = a;
    h->below = below;
    h->actions = action_list_new(a, below, columns, parts);
    h->filter = editor_new("", false, false);
    return &h->base;
}
