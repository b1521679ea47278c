#include "ui/canvas.h"

#include "base/text.h"
#include "ui/canvas_private.h"

#include <math.h>
#include <string.h>
#include <wchar.h>

#define MARKS_PER_BASE 4

/* One character with its combining marks, as it is put into a cell. */
typedef struct {
    wchar_t text[1 + MARKS_PER_BASE + 1];
    int columns;
} glyph;

canvas *canvas_new(WINDOW *w, canvas_style *style)
{
    canvas *c = g_new0(canvas, 1);
    c->window = w;
    c->style = style;
    c->utf8 = style->utf8;
    getmaxyx(w, c->height, c->width);
    return c;
}

canvas *canvas_part(const canvas *c, int y, int x, int height, int width)
{
    canvas *part = g_new(canvas, 1);
    *part = *c;
    int top = CLAMP(y, 0, c->height), left = CLAMP(x, 0, c->width);
    part->y = c->y + top;
    part->x = c->x + left;
    part->height = CLAMP(y + height, top, c->height) - top;
    part->width = CLAMP(x + width, left, c->width) - left;
    return part;
}

void canvas_free(canvas *c)
{
    g_free(c);
}

int canvas_height(const canvas *c)
{
    return c->height;
}

int canvas_width(const canvas *c)
{
    return c->width;
}

/* Columns from @x on that may be drawn, at most @width (-1: all). */
static int room(const canvas *c, int y, int x, int width)
{
    if (y < 0 || y >= c->height || x < 0 || x >= c->width)
        return 0;
    return width < 0 ? c->width - x : MIN(width, c->width - x);
}

static void put(canvas *c, int y, int x, unsigned look, const wchar_t *text)
{
    short pair;
    attr_t attributes = look_attributes(&c->style->looks, look, &pair);
    cchar_t cell;
    /* The last cell of the window gives ERR, but is drawn. */
    if (setcchar(&cell, text, attributes, pair, NULL) == OK)
        (void)mvwadd_wch(c->window, c->y + y, c->x + x, &cell);
}

/* How the base @u of a glyph looks where the locale cannot show it or where the
 * C library thinks its width another than ours: then curses would place what
 * follows elsewhere than the layout did. */
static wchar_t shown(gunichar u, int columns)
{
    return wcwidth((wchar_t)u) == columns ? (wchar_t)u : L'?';
}

/* Read the glyph at *p of safe text. */
static glyph next_glyph(const char **p)
{
    gunichar base = g_utf8_get_char(*p);
    glyph g = { .columns = g_unichar_iszerowidth(base) ? 0 : g_unichar_iswide(base) ? 2 : 1 };
    g.text[0] = shown(base, g.columns);
    size_t n = 1;
    *p = g_utf8_next_char(*p);
    while (**p != '\0' && g_unichar_iszerowidth(g_utf8_get_char(*p))) {
        wchar_t mark = (wchar_t)g_utf8_get_char(*p);
        if (n <= MARKS_PER_BASE && g.text[0] != L'?' && wcwidth(mark) == 0)
            g.text[n++] = mark;
        *p = g_utf8_next_char(*p);
    }
    return g;
}

static void put_glyph(canvas *c, int y, int x, unsigned look, const glyph *g)
{
    put(c, y, x, look, g->text);
    if (g->columns == 2 && g->text[0] == L'?')
        put(c, y, x + 1, look, L"?");
}

/* Draw safe @text; what does not fit ends in '~'. */
static int draw(canvas *c, int y, int x, int columns, unsigned look, const char *text)
{
    bool cut = text_width(text) > columns;
    int used = 0, limit = cut ? columns - 1 : columns;
    for (const char *p = text; *p != '\0';) {
        glyph g = next_glyph(&p);
        if (used + g.columns > limit)
            break;
        if (g.columns > 0)
            put_glyph(c, y, x + used, look, &g);
        used += g.columns;
    }
    if (cut)
        put(c, y, x + used++, look, L"~");
    return used;
}

int canvas_text(canvas *c, int y, int x, int width, unsigned look, const char *text)
{
    int columns = room(c, y, x, width);
    if (columns <= 0 || text == NULL)
        return 0;
    g_autofree char *safe = text_safe(text, -1);
    return draw(c, y, x, columns, look, safe);
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
    int columns = room(c, y, x, width);
    if (columns <= 0 || text == NULL)
        return;
    g_autofree char *safe = text_safe(text, -1);
    int spare = MAX(0, columns - text_width(safe));
    draw(c, y, x + spare, columns - spare, look, safe);
}

/* Bytes of the first row of safe @line in @columns, with the blanks that end it. */
static size_t first_row(const char *line, int columns)
{
    const char *p = line, *last = NULL;
    int used = 0;
    while (*p != '\0') {
        const char *at = p;
        glyph g = next_glyph(&p);
        bool blank = *at == ' ';
        /* Between ideographs there are no blanks: a row may end at each. */
        if (g.columns == 2 && at != line)
            last = at;
        if (!blank && used + g.columns > columns)
            return (size_t)((last != NULL ? last : at != line ? at : p) - line);
        used += g.columns;
        if (blank || g.columns == 2)
            last = p;
    }
    return (size_t)(p - line);
}

int canvas_wrap(canvas *c, int y, int x, int width, int height, unsigned look, const char *text)
{
    int columns = room(c, y, x, width);
    if (columns <= 0 || text == NULL)
        return 0;
    int rows = 0;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL && rows < height; line++) {
        g_autofree char *plain = g_strdelimit(g_strdup(*line), "\t", ' ');
        g_strchomp(plain);
        g_autofree char *safe = text_safe(plain, -1);
        const char *p = safe;
        do {
            size_t size = first_row(p, columns);
            g_autofree char *row = g_strchomp(g_strndup(p, size));
            draw(c, y + rows, x, room(c, y + rows, x, columns), look, row);
            p += size;
            rows++;
        } while (*p != '\0' && rows < height);
    }
    return rows;
}

/* Blank the outer half of a wide glyph of which [@x, @x + @columns) covers the
 * other one: curses keeps the whole glyph for shown and would not draw it again. */
static void drop_halves(canvas *c, int y, int x, int columns)
{
    int first = c->x + x, end = first + columns, width;
    for (int at = 0; at < end; at += width) {
        cchar_t cell;
        wchar_t text[CCHARW_MAX + 1] = L"";
        attr_t attributes;
        short pair;
        if (mvwin_wch(c->window, c->y + y, at, &cell) == OK)
            (void)getcchar(&cell, text, &attributes, &pair, NULL);
        width = wcwidth(text[0]) == 2 ? 2 : 1;
        if (width == 2 && at + 1 == first)
            put(c, y, x - 1, LOOK_PLAIN, L" ");
        else if (width == 2 && at + 1 == end)
            put(c, y, x + columns, LOOK_PLAIN, L" ");
    }
}

void canvas_fill(canvas *c, int y, int x, int width, unsigned look)
{
    int columns = room(c, y, x, width);
    drop_halves(c, y, x, columns);
    for (int i = 0; i < columns; i++)
        put(c, y, x + i, look, L" ");
}

void canvas_rule(canvas *c, int y, int x, int width)
{
    int columns = room(c, y, x, width);
    for (int i = 0; i < columns; i++)
        put(c, y, x + i, LOOK_PLAIN, c->utf8 ? L"─" : L"-");
}

void canvas_bar(canvas *c, int y, int x, int width, double share)
{
    static const wchar_t *const eighths[] = { L"", L"▏", L"▎", L"▍", L"▌", L"▋", L"▊", L"▉" };
    int columns = room(c, y, x, width);
    share = share >= 0 ? MIN(share, 1.0) : 0; /* also when it is not a number */
    if (c->utf8) {
        int parts = (int)floor(share * columns * 8);
        for (int i = 0; i < columns; i++) {
            int here = CLAMP(parts - i * 8, 0, 8);
            put(c, y, x + i, LOOK_PLAIN, here == 8 ? L"█" : here > 0 ? eighths[here] : L"─");
        }
    } else if (columns > 2) {
        int full = (int)floor(share * (columns - 2));
        put(c, y, x, LOOK_PLAIN, L"[");
        for (int i = 0; i < columns - 2; i++)
            put(c, y, x + 1 + i, LOOK_PLAIN, i < full ? L"#" : L".");
        put(c, y, x + columns - 1, LOOK_PLAIN, L"]");
    }
}

void canvas_sparkline(canvas *c, int y, int x, int width, const double *values, unsigned n)
{
    static const wchar_t *const ascii[] = { L"_", L".", L":", L"|" };
    static const wchar_t *const blocks[] = { L"▁", L"▂", L"▃", L"▄", L"▅", L"▆", L"▇", L"█" };
    const wchar_t *const *levels = c->utf8 ? blocks : ascii;
    int top = (int)(c->utf8 ? G_N_ELEMENTS(blocks) : G_N_ELEMENTS(ascii)) - 1;
    unsigned columns = (unsigned)MAX(0, room(c, y, x, width));
    unsigned first = n > columns ? n - columns : 0;
    double most = 0;
    for (unsigned i = first; i < n; i++)
        most = values[i] > most ? values[i] : most;
    for (unsigned i = first; i < n; i++) {
        bool some = values[i] > 0 && most > 0;
        int level = some && values[i] < most ? (int)lround(values[i] / most * top) : some ? top : 0;
        put(c, y, x + (int)(i - first), LOOK_PLAIN, levels[level]);
    }
}

void canvas_box(canvas *c)
{
    static const wchar_t *const ascii[] = { L"-", L"|", L"+", L"+", L"+", L"+" };
    static const wchar_t *const lines[] = { L"─", L"│", L"┌", L"┐", L"└", L"┘" };
    const wchar_t *const *set = c->utf8 ? lines : ascii;
    int bottom = c->height - 1, right = c->width - 1;
    if (bottom < 1 || right < 1)
        return;
    for (int x = 1; x < right; x++) {
        put(c, 0, x, LOOK_PLAIN, set[0]);
        put(c, bottom, x, LOOK_PLAIN, set[0]);
    }
    for (int y = 1; y < bottom; y++) {
        put(c, y, 0, LOOK_PLAIN, set[1]);
        put(c, y, right, LOOK_PLAIN, set[1]);
    }
    put(c, 0, 0, LOOK_PLAIN, set[2]);
    put(c, 0, right, LOOK_PLAIN, set[3]);
    put(c, bottom, 0, LOOK_PLAIN, set[4]);
    put(c, bottom, right, LOOK_PLAIN, set[5]);
}

int canvas_cursor_row(const canvas *c)
{
    return c->style->cursor_y;
}

void canvas_cursor(canvas *c, int y, int x)
{
    if (c->height <= 0 || c->width <= 0)
        return;
    c->style->cursor_y = c->y + CLAMP(y, 0, c->height - 1);
    c->style->cursor_x = c->x + CLAMP(x, 0, c->width - 1);
}
