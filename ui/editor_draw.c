/* How an editor's text is measured and drawn. */
#include "ui/editor_private.h"

#include "base/text.h"

#include <string.h>

#define TAB_COLUMNS 4
#define EDGES_FROM  4 /* narrower than this there is no room for '<' and '>' */

/* --- columns ---------------------------------------------------------------- */

static bool is_tab(const editor *e, size_t at)
{
    return e->lines && e->text->str[at] == '\t';
}

static int shown_columns(const char *text, size_t size)
{
    char cluster[64];
    if (size < sizeof cluster && text_is_safe(text, (gssize)size)) {
        memcpy(cluster, text, size);
        cluster[size] = '\0';
        return text_width(cluster);
    }
    g_autofree char *safe = text_safe(text, (gssize)size);
    return text_width(safe);
}

int editor_columns(const editor *e, size_t at, size_t end, int column)
{
    const char *text = e->text->str;
    if (e->secret)
        return 1;
    if (is_tab(e, at))
        return TAB_COLUMNS - column % TAB_COLUMNS;
    if (end == at + 1 && text[at] >= ' ' && text[at] < 0x7F)
        return 1;
    /* Ideographs alone; a megabyte of them is walked for every key. */
    if (end == at + 3 && (guchar)text[at] >= 0xE5 && (guchar)text[at] <= 0xE9)
        return 2;
    return shown_columns(text + at, end - at);
}

/* The position behind the character at @at, which begins at *column; that of
 * the next is there then. */
static size_t step(const editor *e, size_t at, int *column)
{
    const char *text = e->text->str + at;
    if (text[0] >= ' ' && text[0] < 0x7F && (guchar)text[1] < 0x80) {
        (*column)++;
        return at + 1;
    }
    size_t next = editor_next(e, at);
    *column += editor_columns(e, at, next, *column);
    return next;
}

int editor_column(const editor *e, size_t at)
{
    int column = 0;
    for (size_t p = editor_line_start(e, at); p < at;)
        p = step(e, p, &column);
    return column;
}

size_t editor_at_column(const editor *e, size_t at, int column)
{
    size_t p = editor_line_start(e, at), end = editor_line_end(e, at);
    for (int reached = 0; p < end;) {
        size_t next = step(e, p, &reached);
        if (reached > column)
            break;
        p = next;
    }
    return p;
}

/* --- scrolling --------------------------------------------------------------- */

/* Whether the line of @at ends within @width columns. */
static bool line_fits(const editor *e, size_t at, int width)
{
    return editor_at_column(e, at, width) == editor_line_end(e, at);
}

/* Move as little as needed up and down, by thirds of the width sideways: every
 * step to the side repaints the rows. The cursor is at @column of its line. */
static void scroll_sideways(editor *e, int column, int width)
{
    size_t end = editor_line_end(e, e->cursor), next = editor_next(e, e->cursor);
    int room = e->cursor < end ? editor_columns(e, e->cursor, next, column) : 1;
    int edge = width >= EDGES_FROM ? 1 : 0;
    int right = edge > 0 && next < end ? 1 : 0;
    if (column + room + right <= width && line_fits(e, e->cursor, width - 1)) {
        e->left = 0;
        return;
    }
    if (column < e->left + (e->left > 0 ? edge : 0))
        e->left = MAX(0, column - edge - width / 3);
    if (column + room + right > e->left + width)
        e->left = column + room + right - width + (width >= 3 * EDGES_FROM ? width / 3 : 0);
    /* A character of two columns may not fit beside the edges. */
    if (column < e->left + (e->left > 0 ? edge : 0))
        e->left = MAX(0, column - edge);
}

static void scroll_lines(editor *e, int height)
{
    size_t line = editor_line_start(e, e->cursor);
    e->top = editor_line_start(e, MIN(e->top, e->text->len));
    if (line < e->top)
        e->top = line;
    size_t lowest = line;
    for (int n = 1; n < height && lowest > e->top; n++)
        lowest = editor_line_start(e, lowest - 1);
    e->top = MAX(e->top, lowest);
    /* No empty rows below while there are lines above. */
    int rows = 1;
    for (size_t end = editor_line_end(e, e->top); rows < height && end < e->text->len; rows++)
        end = editor_line_end(e, end + 1);
    for (; rows < height && e->top > 0; rows++)
        e->top = editor_line_start(e, e->top - 1);
}

/* --- drawing ------------------------------------------------------------------ */

static void append_blanks(GString *out, int n)
{
    for (; n > 0; n--)
        g_string_append_c(out, ' ');
}

static void append_cluster(const editor *e, GString *out, size_t at, size_t end, int columns)
{
    if (e->secret)
        g_string_append_c(out, '*');
    else if (is_tab(e, at))
        append_blanks(out, columns);
    else
        text_append_safe(out, e->text->str + at, (gssize)(end - at));
}

/* The line of @start from column e->left on, in @width columns. What stands
 * across an edge is left blank there. */
static void draw_line(const editor *e, canvas *c, size_t start, int y, int x, int width,
                      unsigned look)
{
    g_autoptr(GString) row = g_string_new(NULL);
    size_t end = editor_line_end(e, start), p = start;
    bool edges = width >= EDGES_FROM, more = false;
    int from = e->left + (edges && e->left > 0 ? 1 : 0), to = e->left + width, column = 0;
    if (edges && !line_fits(e, start, to)) {
        to--;
        more = true;
    }
    int drawn = from;
    while (p < end && column < to) {
        int begins = column;
        size_t next = step(e, p, &column);
        if (begins >= from && column <= to) {
            append_blanks(row, begins - drawn);
            append_cluster(e, row, p, next, column - begins);
            drawn = column;
        }
        p = next;
    }
    canvas_fill(c, y, x, width, look);
    canvas_text(c, y, x + from - e->left, to - from, look, row->str);
    if (from > e->left && end > start)
        canvas_text(c, y, x, 1, look, "<");
    if (more)
        canvas_text(c, y, x + width - 1, 1, look, ">");
}

void editor_draw(editor *e, canvas *c, int y, int x, int height, int width, unsigned look,
                 bool focus)
{
    if (height <= 0 || width <= 0)
        return;
    e->rows = height;
    scroll_lines(e, height);
    int column = editor_column(e, e->cursor);
    scroll_sideways(e, column, width);
    size_t cursor_line = editor_line_start(e, e->cursor);
    size_t line = e->top;
    for (int row = 0; row < height; row++) {
        draw_line(e, c, line, y + row, x, width, look);
        if (focus && line == cursor_line)
            canvas_cursor(c, y + row, x + column - e->left);
        size_t end = editor_line_end(e, line);
        if (end == e->text->len) {
            for (row++; row < height; row++)
                canvas_fill(c, y + row, x, width, look);
            return;
        }
        line = end + 1;
    }
}
