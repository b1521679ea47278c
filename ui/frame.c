/* The frame around every screen: where am I, a rule, the content, one message,
 * the keys (screens.md section 2). */
#include "ui/app_private.h"

#include "base/civil.h"
#include "base/intl.h"
#include "base/text.h"
#include "service/engine.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#define LEAST_ROWS     10
#define LEAST_COLUMNS  40
#define FOOTER_ACTIONS 6

/* --- header ---------------------------------------------------------------- */

static char *crumb(screen *s)
{
    if (s->ops->name != NULL)
        return s->ops->name(s);
    return g_strdup(_(s->ops->title));
}

/* "Tasks > orders > Runs"; the first ones give way when there is no room. */
static char *crumbs(const app *a, int width)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < a->stack->len; i++) {
        screen *s = a->stack->pdata[i];
        if (!s->ops->box)
            g_ptr_array_add(names, crumb(s));
    }
    for (guint first = 0;; first++) {
        g_autoptr(GString) line = g_string_new(first > 0 ? "... > " : NULL);
        for (guint i = first; i < names->len; i++) {
            if (i > first)
                g_string_append(line, " > ");
            text_append_safe(line, names->pdata[i], -1);
        }
        if (text_width(line->str) <= width || first + 1 >= names->len)
            return g_string_free(g_steal_pointer(&line), FALSE);
    }
}

/* Golden screens must not depend on the machine. */
static const char *host_name(void)
{
    const char *name = g_getenv("ROWFERRY_TEST_HOST");
    return name != NULL ? name : g_get_host_name();
}

static void draw_header(app *a, canvas *c)
{
    int width = canvas_width(c);
    civil_time now;
    zone_now(a->engine->zone, a->engine->clock, &now);
    a->clock_minute = now.minute;
    g_autofree char *right =
        width >= 60
            ? g_strdup_printf("%s%s  %02d:%02d", host_name(),
                              app_is_readonly(a) ? _("  read-only") : "", now.hour, now.minute)
            : g_strdup_printf("%02d:%02d", now.hour, now.minute);
    int used = MIN(text_width(right), width / 2);
    canvas_right(c, 0, width - 1 - used, used, LOOK_QUIET, right);
    g_autofree char *left = crumbs(a, width - used - 4);
    canvas_text(c, 0, 1, width - used - 4, LOOK_ACCENT | LOOK_STRONG, left);
    canvas_rule(c, 1, 0, width);
}

/* --- footer ---------------------------------------------------------------- */

static int draw_action(canvas *c, int y, int x, int room, ui_key key, const char *label)
{
    g_autofree char *name = key_label(key);
    int width = text_width(name) + 1 + text_width(label);
    if (width > room)
        return 0;
    canvas_text(c, y, x, room, LOOK_STRONG, name);
    canvas_text(c, y, x + text_width(name) + 1, room, LOOK_QUIET, label);
    return width;
}

static void draw_footer(app *a, canvas *c, int y)
{
    screen *top = app_top(a);
    g_autoptr(GArray) all = actions_for(a, top);
    bool in_text = top->ops->in_text != NULL && top->ops->in_text(top);
    int right = canvas_width(c) - 1, x = 1, shown = 0;
    for (guint i = 0; i < all->len; i++) {
        const action_entry *e = &g_array_index(all, action_entry, i);
        if (strcmp(e->action->id, in_text ? "help.text" : "help") != 0)
            continue;
        const char *label = _(e->action->label);
        g_autofree char *name = key_label(e->key);
        int width = text_width(name) + 1 + text_width(label);
        right -= width + 2;
        draw_action(c, y, right + 2, width, e->key, label);
    }
    for (guint i = 0; i < all->len && shown < FOOTER_ACTIONS; i++) {
        const action_entry *e = &g_array_index(all, action_entry, i);
        if (e->action->label == NULL || e->key == K_NONE ||
            g_str_has_prefix(e->action->id, "help") ||
            (in_text && (e->action->flags & ACTION_IN_TEXT) == 0) || action_refused(e) != NULL)
            continue;
        int width = draw_action(c, y, x, right - x, e->key, _(e->action->label));
        if (width == 0)
            break;
        x += width + 2;
        shown++;
    }
}

static void draw_message(app *a, canvas *c, int y)
{
    if (a->asking != NULL)
        prompt_draw(a, c, y);
    else if (a->message != NULL)
        canvas_text(c, y, 1, canvas_width(c) - 2, a->message_look, a->message);
    else
        canvas_text(c, y, 1, canvas_width(c) - 2, LOOK_QUIET, a->hint);
}

/* --- all of it ------------------------------------------------------------- */

static void draw_box(screen *s, const canvas *content)
{
    int height = 0, width = 0;
    int rows = canvas_height(content), columns = canvas_width(content);
    s->ops->size(s, rows, columns, &height, &width);
    height = MIN(height, rows);
    width = MIN(width, columns);
    g_autoptr(canvas) box =
        canvas_part(content, (rows - height) / 2, (columns - width) / 2, height, width);
    for (int y = 0; y < height; y++)
        canvas_fill(box, y, 0, width, LOOK_PLAIN);
    canvas_box(box);
    g_autoptr(canvas) inside = canvas_part(box, 1, 2, height - 2, width - 4);
    s->ops->draw(s, inside);
}

static void draw_too_small(canvas *c)
{
    g_autofree char *line = g_strdup_printf(_("%dx%d is needed"), LEAST_COLUMNS, LEAST_ROWS);
    canvas_text(c, 0, 0, canvas_width(c), LOOK_PLAIN, line);
}

void frame_draw(app *a)
{
    terminal_begin(a->terminal);
    canvas *c = terminal_canvas(a->terminal);
    int rows = canvas_height(c), columns = canvas_width(c);
    screen *top = app_top(a);
    terminal_accept_paste(a->terminal, a->asking != NULL ||
                                           (top->ops->in_text != NULL && top->ops->in_text(top)));
    if (rows < LEAST_ROWS || columns < LEAST_COLUMNS) {
        draw_too_small(c);
    } else {
        draw_header(a, c);
        g_autoptr(canvas) content = canvas_part(c, 2, 0, rows - 4, columns);
        guint base = a->stack->len - 1;
        while (base > 0 && ((screen *)a->stack->pdata[base])->ops->box)
            base--;
        for (guint i = base; i < a->stack->len; i++) {
            screen *s = a->stack->pdata[i];
            app_hint(a, NULL);
            if (s->ops->box)
                draw_box(s, content);
            else
                s->ops->draw(s, content);
        }
        draw_message(a, c, rows - 2);
        draw_footer(a, c, rows - 1);
    }
    terminal_end(a->terminal);
    a->changed = false;
}
