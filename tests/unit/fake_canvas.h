/* fake_canvas.h - canvas.h without a terminal: a grid that tests read.
 *
 * Included by one source file of a test program.
 */
#ifndef ROWFERRY_TESTS_FAKE_CANVAS_H
#define ROWFERRY_TESTS_FAKE_CANVAS_H

#include "base/text.h"
#include "ui/canvas.h"

#include <stdarg.h>
#include <string.h>

#define FAKE_ROWS    60
#define FAKE_COLUMNS 220

typedef struct {
    gunichar cells[FAKE_ROWS][FAKE_COLUMNS]; /* 0: second half of a wide one */
    unsigned looks[FAKE_ROWS][FAKE_COLUMNS];
    int cursor_y, cursor_x; /* -1: nobody put it anywhere */
} fake_screen;

struct canvas {
    fake_screen *on;
    int y, x, height, width;
};

/* A blank canvas of @height by @width on @s. */
static inline canvas fake_canvas(fake_screen *s, int height, int width)
{
    for (int y = 0; y < FAKE_ROWS; y++)
        for (int x = 0; x < FAKE_COLUMNS; x++) {
            s->cells[y][x] = ' ';
            s->looks[y][x] = LOOK_PLAIN;
        }
    s->cursor_y = s->cursor_x = -1;
    return (canvas){ .on = s, .height = height, .width = width };
}

/* Row @y without the blanks at its end. Caller frees. */
static inline char *fake_row(const fake_screen *s, int y)
{
    GString *row = g_string_new(NULL);
    for (int x = 0; x < FAKE_COLUMNS; x++)
        if (s->cells[y][x] != 0)
            g_string_append_unichar(row, s->cells[y][x]);
    return g_strchomp(g_string_free(row, FALSE));
}

/* Whether @text is somewhere on the screen. */
static inline bool fake_shows(const fake_screen *s, const char *text)
{
    bool found = false;
    for (int y = 0; y < FAKE_ROWS && !found; y++) {
        g_autofree char *row = fake_row(s, y);
        found = strstr(row, text) != NULL;
    }
    return found;
}

int canvas_height(const canvas *c)
{
    return c->height;
}

int canvas_width(const canvas *c)
{
    return c->width;
}

canvas *canvas_part(const canvas *c, int y, int x, int height, int width)
{
    canvas *part = g_new(canvas, 1);
    *part = (canvas){ .on = c->on, .y = c->y + y, .x = c->x + x, .height = height, .width = width };
    return part;
}

void canvas_free(canvas *c)
{
    g_free(c);
}

static int fake_put(canvas *c, int y, int x, int room, unsigned look, const char *safe)
{
    int used = 0, width = text_width(safe);
    for (const char *p = safe; *p != '\0' && used < room; p = g_utf8_next_char(p)) {
        gunichar u = g_utf8_get_char(p);
        int columns = g_unichar_iszerowidth(u) ? 0 : g_unichar_iswide(u) ? 2 : 1;
        if (columns == 0)
            continue;
        bool cut = width > room && used + columns >= room;
        for (int i = 0; i < (cut ? 1 : columns); i++) {
            c->on->cells[c->y + y][c->x + x + used + i] = cut ? '~' : i == 0 ? u : 0;
            c->on->looks[c->y + y][c->x + x + used + i] = look;
        }
        used += cut ? room : columns;
    }
    return MIN(used, room);
}

static int fake_room(const canvas *c, int y, int x, int width)
{
    if (y < 0 || y >= c->height || x < 0 || x >= c->width)
        return 0;
    return width < 0 ? c->width - x : MIN(width, c->width - x);
}

int canvas_text(canvas *c, int y, int x, int width, unsigned look, const char *text)
{
    if (text == NULL)
        return 0;
    g_autofree char *safe = text_safe(text, -1);
    return fake_put(c, y, x, fake_room(c, y, x, width), look, safe);
}

int canvas_format(canvas *c, int y, int x, int width, unsigned look, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return canvas_text(c, y, x, width, look, text);
}

void canvas_right(canvas *c, int y, int x, int width, unsigned look, const char *text)
{
    if (text == NULL)
        return;
    g_autofree char *safe = text_safe(text, -1);
    int room = fake_room(c, y, x, width), spare = MAX(room - text_width(safe), 0);
    fake_put(c, y, x + spare, room - spare, look, safe);
}

int canvas_wrap(canvas *c, int y, int x, int width, int height, unsigned look, const char *text)
{
    if (text == NULL)
        return 0;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    int rows = 0, room = fake_room(c, y, x, width);
    for (unsigned i = 0; lines[i] != NULL && room > 0; i++) {
        const char *p = lines[i];
        do {
            size_t size = MIN(strlen(p), (size_t)room);
            if (p[size] != '\0')
                for (size_t at = size; at > 0; at--)
                    if (p[at] == ' ') {
                        size = at + 1;
                        break;
                    }
            g_autofree char *row = g_strchomp(g_strndup(p, size));
            if (rows < height)
                canvas_text(c, y + rows, x, width, look, row);
            rows++;
            p += size;
        } while (*p != '\0');
    }
    return MIN(rows, height);
}

void canvas_fill(canvas *c, int y, int x, int width, unsigned look)
{
    for (int i = 0; i < fake_room(c, y, x, width); i++) {
        c->on->cells[c->y + y][c->x + x + i] = ' ';
        c->on->looks[c->y + y][c->x + x + i] = look;
    }
}

void canvas_cursor(canvas *c, int y, int x)
{
    c->on->cursor_y = c->y + y;
    c->on->cursor_x = c->x + x;
}

#endif
