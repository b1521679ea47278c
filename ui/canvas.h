/* canvas.h - a part of the screen that a screen or widget draws on.
 *
 * Everything is clipped to the canvas. Text may come from anywhere: it passes
 * text_safe() here, and what is cut ends in '~' (screens.md section 1). Only
 * the thread of the screen draws.
 */
#ifndef ROWFERRY_UI_CANVAS_H
#define ROWFERRY_UI_CANVAS_H

#include <glib.h>
#include <stdbool.h>

/* Roles, not colours. LOOK_SELECTED and LOOK_STRONG are added with |. */
enum {
    LOOK_PLAIN,
    LOOK_ACCENT, /* where am I */
    LOOK_GOOD,
    LOOK_WARNING,
    LOOK_BAD,
    LOOK_QUIET,
    LOOK_ROLES,
    LOOK_SELECTED = 1 << 4, /* reverse video */
    LOOK_STRONG = 1 << 5,   /* bold */
    LOOK_UNDERLINE = 1 << 6,
};

typedef struct canvas canvas;

int canvas_height(const canvas *c);
int canvas_width(const canvas *c);

/* A part of @c, clipped to it; the result shares its screen. Caller frees with
 * canvas_free(). */
canvas *canvas_part(const canvas *c, int y, int x, int height, int width);
void canvas_free(canvas *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(canvas, canvas_free)

/* Draw @text in at most @width columns (-1: up to the right edge) at row @y,
 * column @x. Returns the columns used. NULL draws nothing. */
int canvas_text(canvas *c, int y, int x, int width, unsigned look, const char *text);
int canvas_format(canvas *c, int y, int x, int width, unsigned look, const char *format, ...)
    G_GNUC_PRINTF(6, 7);
/* Right-aligned within @width. */
void canvas_right(canvas *c, int y, int x, int width, unsigned look, const char *text);
/* Words wrapped into @width columns, at most @height rows; '\n' ends a line.
 * Returns the rows used. */
int canvas_wrap(canvas *c, int y, int x, int width, int height, unsigned look, const char *text);
/* Blanks, so that the look covers the whole row or part. */
void canvas_fill(canvas *c, int y, int x, int width, unsigned look);
/* A horizontal rule; a bar that is @share (0 to 1) full; a sparkline of the
 * last @width of @n values between 0 and the greatest. ASCII or UTF-8 as set. */
void canvas_rule(canvas *c, int y, int x, int width);
void canvas_bar(canvas *c, int y, int x, int width, double share);
void canvas_sparkline(canvas *c, int y, int x, int width, const double *values, unsigned n);
/* A box around the whole canvas. */
void canvas_box(canvas *c);
/* Where the hardware cursor stands after drawing: on the selected row or in
 * the focused field. */
void canvas_cursor(canvas *c, int y, int x);
/* Its row on the whole screen in the last frame, -1 when nobody placed it. */
int canvas_cursor_row(const canvas *c);

#endif
