#include "ui/log_view.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/matcher.h"
#include "ui/scroll.h"
#include "ui/text_rows.h"

#include <string.h>

#define SELECTED_AT 1
#define MARK_AT     2
#define TEXT_AT     4
#define STATE_AT    14 /* of the state, after the label */
#define MARGIN      1
#define SIDE_STEP   8

typedef struct {
    char *text; /* "14:04:31  info  chunk 413", safe; NULL: empty place */
    log_view_level level;
} log_line;

struct log_view {
    log_line *ring;   /* LOG_VIEW_LINES of them; line @n is at n % LOG_VIEW_LINES */
    int64_t total;    /* lines ever added: the next one's number */
    GArray *shown;    /* of int64_t: numbers of the lines that pass @least, ascending */
    guint shown_from; /* entries of @shown before it are lines that were dropped */
    log_view_level least;
    bool held;
    int64_t arrived; /* lines shown that came while held */
    scroll scroll;
    int left;
};

static const char *const levels[] = {
    [LOG_VIEW_INFO] = N_("info"), [LOG_VIEW_WARNING] = N_("warning"), [LOG_VIEW_ERROR] = N_("error")
};

log_view *log_view_new(void)
{
    log_view *v = g_new0(log_view, 1);
    v->ring = g_new0(log_line, LOG_VIEW_LINES);
    v->shown = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return v;
}

void log_view_clear(log_view *v)
{
    for (int i = 0; i < LOG_VIEW_LINES; i++)
        g_clear_pointer(&v->ring[i].text, g_free);
    g_array_set_size(v->shown, 0);
    v->shown_from = 0;
    v->total = v->arrived = 0;
    v->held = false;
    v->scroll = (scroll){ .height = v->scroll.height };
}

void log_view_free(log_view *v)
{
    if (v == NULL)
        return;
    log_view_clear(v);
    g_array_unref(v->shown);
    g_free(v->ring);
    g_free(v);
}

/* --- lines ----------------------------------------------------------------- */

int64_t log_view_count(const log_view *v)
{
    return v->shown->len - v->shown_from;
}

static int64_t number_of(const log_view *v, int64_t row)
{
    return g_array_index(v->shown, int64_t, v->shown_from + (guint)row);
}

static const log_line *line_of(const log_view *v, int64_t row)
{
    return &v->ring[number_of(v, row) % LOG_VIEW_LINES];
}

static int64_t dropped(const log_view *v)
{
    return MAX(v->total - LOG_VIEW_LINES, 0);
}

/* The oldest line left: the rows move up by one, the place on the screen stays. */
static void forget_oldest(log_view *v)
{
    if (log_view_count(v) == 0 || number_of(v, 0) >= dropped(v))
        return;
    v->shown_from++;
    v->scroll.at = MAX(v->scroll.at - 1, 0);
    v->scroll.first = MAX(v->scroll.first - 1, 0);
    if (v->shown_from > LOG_VIEW_LINES) {
        g_array_remove_range(v->shown, 0, v->shown_from);
        v->shown_from = 0;
    }
}

static void follow(log_view *v)
{
    scroll_to(&v->scroll, G_MAXINT64, log_view_count(v));
}

static log_view_level level_of(const char *name)
{
    for (log_view_level level = LOG_VIEW_WARNING; level < LOG_VIEW_LEVELS; level++)
        if (name != NULL && strcmp(name, levels[level]) == 0)
            return level;
    return LOG_VIEW_INFO;
}

void log_view_add(log_view *v, const char *time, const char *level, const char *message)
{
    log_line *line = &v->ring[v->total % LOG_VIEW_LINES];
    log_view_level kind = level_of(level);
    GString *text = g_string_new(NULL);
    text_append_safe(text, time, -1);
    g_string_append(text, "  ");
    text_append_cell(text, _(levels[kind]), 7, TEXT_LEFT);
    g_string_append(text, "  ");
    text_append_safe(text, message, -1);
    g_free(line->text);
    *line = (log_line){ .text = g_string_free(text, FALSE), .level = kind };
    int64_t number = v->total++;
    forget_oldest(v);
    if (kind < v->least)
        return;
    g_array_append_val(v->shown, number);
    if (v->held)
        v->arrived++;
    else
        follow(v);
}

void log_view_set_level(log_view *v, log_view_level least)
{
    int64_t place = log_view_count(v) > 0 ? number_of(v, v->scroll.at) : 0;
    int64_t below = v->scroll.at - v->scroll.first; /* rows above the place on the screen */
    int64_t seen = v->total;
    if (v->held && v->arrived > 0 && v->arrived <= log_view_count(v))
        seen = number_of(v, log_view_count(v) - v->arrived);
    v->least = least;
    g_array_set_size(v->shown, 0);
    v->shown_from = 0;
    v->arrived = 0;
    int64_t row = 0;
    for (int64_t n = dropped(v); n < v->total; n++) {
        if (v->ring[n % LOG_VIEW_LINES].level < least)
            continue;
        if (n <= place)
            row = v->shown->len;
        if (v->held && n >= seen)
            v->arrived++;
        g_array_append_val(v->shown, n);
    }
    v->scroll.at = row;
    v->scroll.first = row - below;
    scroll_fit(&v->scroll, v->scroll.height, log_view_count(v));
    if (!v->held)
        follow(v);
}

log_view_level log_view_get_level(const log_view *v)
{
    return v->least;
}

bool log_view_is_held(const log_view *v)
{
    return v->held;
}

void log_view_hold(log_view *v, bool hold)
{
    v->held = hold;
    if (hold)
        return;
    v->arrived = 0;
    follow(v);
}

/* --- keys ------------------------------------------------------------------ */

bool log_view_key(log_view *v, ui_key k)
{
    if (k == K_LEFT || k == K_RIGHT) {
        v->left = MAX(v->left + (k == K_RIGHT ? SIDE_STEP : -SIDE_STEP), 0);
        return true;
    }
    if (!scroll_key(&v->scroll, k, log_view_count(v)))
        return false;
    if (k == K_END || k == 'G')
        log_view_hold(v, false);
    else if (k != K_DOWN && k != 'j' && k != K_PAGE_DOWN)
        v->held = true; /* upwards, even where there is nothing above */
    return true;
}

bool log_view_find(log_view *v, const char *text, int step, bool from_next)
{
    g_autoptr(error) wrong = NULL;
    g_autoptr(matcher) m = matcher_new(text, &wrong);
    int64_t count = log_view_count(v);
    if (m == NULL || count == 0)
        return false;
    int64_t row = v->scroll.at;
    if (from_next)
        row = (row + step + count) % count;
    for (int64_t i = 0; i < count; i++, row = (row + step + count) % count) {
        if (!matcher_find(m, line_of(v, row)->text, -1, 0, NULL, NULL))
            continue;
        v->held = true;
        scroll_to(&v->scroll, row, count);
        return true;
    }
    return false;
}

/* --- what it says ---------------------------------------------------------- */

char *log_view_line(const log_view *v)
{
    if (log_view_count(v) == 0)
        return NULL;
    return g_strdup(line_of(v, v->scroll.at)->text);
}

char *log_view_state(const log_view *v)
{
    GString *text = g_string_new(v->held ? _("held") : _("following"));
    if (v->held && v->arrived > 0) {
        g_autofree char *n = text_count(v->arrived);
        g_string_append_printf(text, _(", %s new"), n);
    }
    if (dropped(v) > 0) {
        g_autofree char *n = text_count(dropped(v));
        g_string_append_printf(text, _(", %s oldest dropped"), n);
    }
    return g_string_free(text, FALSE);
}

char *log_view_extent(const log_view *v)
{
    static const char *const names[] = { [LOG_VIEW_INFO] = N_("all levels"),
                                         [LOG_VIEW_WARNING] = N_("warnings and errors"),
                                         [LOG_VIEW_ERROR] = N_("errors") };
    int64_t count = log_view_count(v);
    g_autofree char *n = text_count(count);
    g_autofree char *lines =
        g_strdup_printf(ngettext("%s line", "%s lines", (unsigned long)count), n);
    if (v->left > 0)
        return g_strdup_printf(_("%s, %s, from column %d"), _(names[v->least]), lines, v->left + 1);
    return g_strdup_printf("%s, %s", _(names[v->least]), lines);
}

/* --- drawing --------------------------------------------------------------- */

static void draw_state(const log_view *v, canvas *c, int y)
{
    int width = canvas_width(c), room = width - STATE_AT - MARGIN;
    g_autofree char *state = log_view_state(v);
    g_autofree char *extent = log_view_extent(v);
    canvas_text(c, y, TEXT_AT, STATE_AT - TEXT_AT - 1, LOOK_PLAIN, _("Log"));
    int used = canvas_text(c, y, STATE_AT, room, v->held ? LOOK_WARNING : LOOK_PLAIN, state);
    if (used + 2 + text_width(extent) <= room)
        canvas_right(c, y, STATE_AT + used + 2, room - used - 2, LOOK_QUIET, extent);
}

static void draw_line(const log_view *v, canvas *c, int y, int64_t row)
{
    static const unsigned looks[] = {
        [LOG_VIEW_INFO] = LOOK_PLAIN, [LOG_VIEW_WARNING] = LOOK_WARNING, [LOG_VIEW_ERROR] = LOOK_BAD
    };
    const log_line *line = line_of(v, row);
    if (line->level > LOG_VIEW_INFO)
        canvas_text(c, y, MARK_AT, 1, looks[line->level], "!");
    size_t size = strlen(line->text);
    int skipped;
    size_t from = text_fit(line->text, size, v->left, &skipped);
    int over = from < size ? v->left - skipped : 0;
    if (over > 0) /* half of a wide character stands before the edge */
        from += (size_t)(g_utf8_next_char(line->text + from) - (line->text + from));
    canvas_text(c, y, TEXT_AT + over, canvas_width(c) - TEXT_AT - over - MARGIN, looks[line->level],
                line->text + from);
}

void log_view_draw(log_view *v, canvas *c, int y, int height, bool focus)
{
    if (height <= 0)
        return;
    int64_t count = log_view_count(v);
    draw_state(v, c, y);
    scroll_fit(&v->scroll, height - 1, count);
    if (!v->held)
        follow(v);
    int64_t shown = MIN(height - 1, count - v->scroll.first);
    for (int i = 0; i < shown; i++)
        draw_line(v, c, y + 1 + i, v->scroll.first + i);
    if (!focus)
        return;
    int at = count > 0 && height > 1 ? y + 1 + (int)(v->scroll.at - v->scroll.first) : y;
    canvas_text(c, at, SELECTED_AT, 1, LOOK_PLAIN, ">");
    canvas_cursor(c, at, SELECTED_AT);
}
