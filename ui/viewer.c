#include "ui/viewer.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/matcher.h"
#include "ui/save_text.h"
#include "ui/scroll.h"
#include "ui/text_rows.h"

#include <string.h>

#define SELECTED_AT 1
#define TEXT_AT     4
#define MARGIN      1
#define SIDE_STEP   8  /* columns that Left and Right move */
#define ROOMY       12 /* rows from which on a blank one below the state is no waste */

typedef struct {
    screen base;
    char *title;
    char *raw, *safe;
    size_t raw_size, safe_size;
    bool wrap, hex;
    int left;        /* columns left out at the left, when not wrapped */
    int width;       /* that @rows was made for; 0: not yet */
    text_rows *rows; /* of @safe */
    int hex_bytes;   /* in a row */
    scroll scroll;
    size_t found, found_end; /* place in @safe (@raw with @hex); equal: none */
} viewer;

/* --- places ---------------------------------------------------------------- */

static int64_t row_count(const viewer *v)
{
    if (!v->hex)
        return v->rows != NULL ? text_rows_count(v->rows) : 1;
    int64_t bytes = MAX(v->hex_bytes, 1);
    return MAX(((int64_t)v->raw_size + bytes - 1) / bytes, 1);
}

/* The byte that the selected row begins with: the place that outlives a layout. */
static size_t place(const viewer *v)
{
    if (v->hex)
        return (size_t)(v->scroll.at * v->hex_bytes);
    size_t start = 0, end;
    if (v->rows != NULL)
        text_rows_get(v->rows, v->scroll.at, &start, &end);
    return start;
}

static int64_t row_of(const viewer *v, size_t at)
{
    return v->hex ? (int64_t)at / MAX(v->hex_bytes, 1) : text_rows_find(v->rows, at);
}

static void go_to(viewer *v, size_t at)
{
    scroll_to(&v->scroll, row_of(v, at), row_count(v));
}

static bool found_is_selected(const viewer *v)
{
    return v->found < v->found_end && row_of(v, v->found) == v->scroll.at;
}

/* 16 bytes take 74 columns; a narrow screen shows 8 or 4. */
static int bytes_for(int width)
{
    return width >= 74 ? 16 : width >= 42 ? 8 : 4;
}

/* Rows for @width columns of text; the place stays. */
static void lay_out(viewer *v, int width)
{
    width = MAX(width, 1);
    if (v->width == width && v->rows != NULL)
        return;
    size_t at = v->rows != NULL && found_is_selected(v) ? v->found : place(v);
    g_clear_pointer(&v->rows, text_rows_free);
    v->rows = text_rows_new(v->safe, v->safe_size, v->wrap ? width : 0);
    v->hex_bytes = bytes_for(width);
    v->width = width;
    if (v->scroll.height > 0)
        go_to(v, at);
}

/* --- drawing --------------------------------------------------------------- */

static char *state_text(const viewer *v)
{
    if (v->hex) {
        g_autofree char *size = text_count((int64_t)v->raw_size);
        return g_strdup_printf(_("byte %zu of %s"), place(v), size);
    }
    g_autofree char *line = text_count(text_rows_line(v->rows, v->scroll.at));
    g_autofree char *lines = text_count(text_rows_lines(v->rows));
    if (v->wrap)
        return g_strdup_printf(_("line %s of %s, wrapped"), line, lines);
    return g_strdup_printf(_("line %s of %s, from column %d"), line, lines, v->left + 1);
}

static void draw_text_row(const viewer *v, canvas *c, int y, int64_t row)
{
    size_t start, end;
    text_rows_get(v->rows, row, &start, &end);
    int skip = v->wrap ? 0 : v->left, skipped;
    size_t from = start + text_fit(v->safe + start, end - start, skip, &skipped);
    if (from >= end)
        return;
    int x = TEXT_AT, over = skip - skipped;
    if (over > 0) { /* half of a wide character stands before the edge */
        from = (size_t)(g_utf8_next_char(v->safe + from) - v->safe);
        x += over;
    }
    int room = canvas_width(c) - MARGIN - x;
    g_autofree char *shown = g_strndup(v->safe + from, end - from);
    canvas_text(c, y, x, room, LOOK_PLAIN, shown);
    size_t found = MAX(v->found, from), found_end = MIN(v->found_end, end);
    if (found >= found_end)
        return;
    int before;
    text_fit(v->safe + from, found - from, room, &before);
    if (before >= room)
        return;
    g_autofree char *hit = g_strndup(v->safe + found, found_end - found);
    canvas_text(c, y, x + before, room - before, LOOK_SELECTED, hit);
}

static void draw_hex_row(const viewer *v, canvas *c, int y, int64_t row)
{
    size_t start = (size_t)(row * v->hex_bytes);
    size_t end = MIN(start + (size_t)v->hex_bytes, v->raw_size);
    int digits = TEXT_AT + 10, letters = digits + v->hex_bytes * 3;
    canvas_format(c, y, TEXT_AT, 9, LOOK_QUIET, "%08zx", start);
    for (size_t at = start; at < end; at++) {
        unsigned char byte = (unsigned char)v->raw[at];
        bool hit = at >= v->found && at < v->found_end;
        int i = (int)(at - start);
        const char letter[] = { byte >= 0x20 && byte < 0x7F ? (char)byte : '.', '\0' };
        canvas_format(c, y, digits + i * 3, 2, hit ? LOOK_SELECTED : LOOK_PLAIN, "%02x", byte);
        canvas_text(c, y, letters + i, 1, hit ? LOOK_SELECTED : LOOK_PLAIN, letter);
    }
}

static void viewer_draw(screen *s, canvas *c)
{
    viewer *v = (viewer *)s;
    int height = canvas_height(c), top = height >= ROOMY ? 2 : 1;
    lay_out(v, canvas_width(c) - TEXT_AT - MARGIN);
    scroll_fit(&v->scroll, height - top, row_count(v));
    g_autofree char *state = state_text(v);
    canvas_text(c, 0, TEXT_AT, canvas_width(c) - TEXT_AT - MARGIN, LOOK_QUIET, state);
    int64_t shown = MIN(row_count(v) - v->scroll.first, height - top);
    for (int i = 0; i < shown; i++) {
        if (v->hex)
            draw_hex_row(v, c, top + i, v->scroll.first + i);
        else
            draw_text_row(v, c, top + i, v->scroll.first + i);
    }
    int at = top + (int)(v->scroll.at - v->scroll.first);
    canvas_text(c, at, SELECTED_AT, 1, LOOK_PLAIN, ">");
    canvas_cursor(c, at, SELECTED_AT);
}

/* --- find ------------------------------------------------------------------ */

/* The line of @safe around byte @at: [*start, *end). */
static void line_around(const viewer *v, size_t at, size_t *start, size_t *end)
{
    const char *before = at > 0 ? memrchr(v->safe, '\n', at) : NULL;
    const char *after = memchr(v->safe + at, '\n', v->safe_size - at);
    *start = before != NULL ? (size_t)(before - v->safe) + 1 : 0;
    *end = after != NULL ? (size_t)(after - v->safe) : v->safe_size;
}

/* From byte @at to the end of the text, in lines. */
static bool find_forward(viewer *v, const matcher *m, size_t at)
{
    while (at <= v->safe_size) {
        size_t start, end, first, last;
        line_around(v, at, &start, &end);
        if (matcher_find(m, v->safe + start, (gssize)(end - start), at - start, &first, &last)) {
            v->found = start + first;
            v->found_end = start + last;
            return true;
        }
        at = end + 1;
    }
    return false;
}

/* The last one that begins before byte @at. */
static bool find_backward(viewer *v, const matcher *m, size_t at)
{
    for (;;) {
        size_t start, end, first, last;
        line_around(v, at, &start, &end);
        if (matcher_find_last(m, v->safe + start, (gssize)(end - start), at - start, &first,
                              &last)) {
            v->found = start + first;
            v->found_end = start + last;
            return true;
        }
        if (start == 0)
            return false;
        at = start - 1;
    }
}

/* As bytes, in the raw text; case counts. */
static bool find_bytes(viewer *v, const char *text, int step, size_t at)
{
    size_t size = strlen(text);
    const char *hit = NULL;
    if (step > 0) {
        hit = at <= v->raw_size ? memmem(v->raw + at, v->raw_size - at, text, size) : NULL;
    } else {
        for (size_t i = at; i-- > 0 && hit == NULL;)
            if (i + size <= v->raw_size && memcmp(v->raw + i, text, size) == 0)
                hit = v->raw + i;
    }
    if (hit == NULL)
        return false;
    v->found = (size_t)(hit - v->raw);
    v->found_end = v->found + size;
    return true;
}

/* Bring the found place into sight, sideways too. */
static void show_found(viewer *v)
{
    go_to(v, v->found);
    if (v->wrap || v->hex)
        return;
    size_t start, end;
    text_rows_get(v->rows, v->scroll.at, &start, &end);
    int before;
    text_fit(v->safe + start, v->found - start, G_MAXINT, &before);
    if (before < v->left || before >= v->left + v->width - 1)
        v->left = MAX(before - v->width / 2, 0);
}

static bool viewer_find(screen *s, const char *text, int step, bool from_next)
{
    viewer *v = (viewer *)s;
    if (v->rows == NULL || text[0] == '\0')
        return false;
    size_t size = v->hex ? v->raw_size : v->safe_size;
    size_t at = place(v);
    if (found_is_selected(v)) {
        at = v->found;
        if (from_next && step > 0)
            at = v->hex ? at + 1 : (size_t)(g_utf8_next_char(v->safe + at) - v->safe);
    }
    bool found;
    if (v->hex) {
        found = find_bytes(v, text, step, at) || find_bytes(v, text, step, step > 0 ? 0 : size);
    } else {
        g_autoptr(error) wrong = NULL;
        g_autoptr(matcher) m = matcher_new(text, &wrong);
        if (m == NULL)
            found = false;
        else if (step > 0)
            found = find_forward(v, m, at) || find_forward(v, m, 0);
        else
            found = find_backward(v, m, at) || find_backward(v, m, size);
    }
    if (found)
        show_found(v);
    else
        v->found = v->found_end = 0;
    return found;
}

/* --- actions --------------------------------------------------------------- */

static void toggle_wrap(screen *s)
{
    viewer *v = (viewer *)s;
    int width = v->width;
    size_t at = found_is_selected(v) ? v->found : place(v);
    v->wrap = !v->wrap;
    v->left = 0;
    v->width = 0;
    lay_out(v, width);
    go_to(v, at);
}

static const char *cannot_wrap(screen *s)
{
    return ((viewer *)s)->hex ? N_("bytes are not wrapped; x shows the text") : NULL;
}

static void toggle_hex(screen *s)
{
    viewer *v = (viewer *)s;
    v->hex = !v->hex;
    v->found = v->found_end = 0;
    v->scroll = (scroll){ .height = v->scroll.height };
}

static void save_to(screen *s, const char *typed, void *user)
{
    (void)user;
    const viewer *v = (viewer *)s;
    save_text(s->app, typed, v->raw, v->raw_size);
}

static void save(screen *s)
{
    app_prompt(s->app, s, _("Save to a new file:"), NULL, save_to, NULL);
}

static bool viewer_key(screen *s, ui_key k)
{
    viewer *v = (viewer *)s;
    if (scroll_key(&v->scroll, k, row_count(v)))
        return true;
    if (v->wrap || v->hex || (k != K_LEFT && k != K_RIGHT))
        return false;
    v->left = MAX(v->left + (k == K_RIGHT ? SIDE_STEP : -SIDE_STEP), 0);
    return true;
}

static char *viewer_name(screen *s)
{
    return g_strdup(((viewer *)s)->title);
}

static char *viewer_value(screen *s)
{
    return g_strdup(((viewer *)s)->raw);
}

static void viewer_free(screen *s)
{
    viewer *v = (viewer *)s;
    text_rows_free(v->rows);
    g_free(v->title);
    g_free(v->raw);
    g_free(v->safe);
    g_free(v);
}

static const action viewer_actions[] = {
    { "text.wrap", 'w', N_("Wrap"), N_("Wrap long lines, or move sideways with Left and Right"),
      NULL, 0, toggle_wrap, cannot_wrap },
    { "text.bytes", 'x', N_("Bytes"), N_("Show the bytes, or the text again"), NULL, 0, toggle_hex,
      NULL },
    { "text.save", 'o', N_("Save"), N_("Save the text to a new file"), NULL, 0, save, NULL },
    { .id = NULL },
};

const screen_ops viewer_ops = {
    .id = "text",
    .title = N_("Text"),
    .summary = N_("A long text or value, all of it."),
    .actions = viewer_actions,
    .name = viewer_name,
    .draw = viewer_draw,
    .key = viewer_key,
    .find = viewer_find,
    .value = viewer_value,
    .free = viewer_free,
};

screen *viewer_new(app *a, const char *title, const char *text)
{
    viewer *v = g_new0(viewer, 1);
    v->base.ops = &viewer_ops;
    v->base.app = a;
    v->title = g_strdup(title);
    v->raw = g_strdup(text != NULL ? text : "");
    v->raw_size = strlen(v->raw);
    v->safe = text_safe_lines(v->raw);
    v->safe_size = strlen(v->safe);
    v->wrap = true;
    return &v->base;
}
