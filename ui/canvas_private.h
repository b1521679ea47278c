/* canvas_private.h - what is behind a canvas, for terminal.c, canvas.c,
 * form_view.c and the tests of what they draw. Nobody else includes it.
 */
#ifndef ROWFERRY_UI_CANVAS_PRIVATE_H
#define ROWFERRY_UI_CANVAS_PRIVATE_H

#include "ui/canvas.h"
#include "ui/look.h"

/* What all canvases of one window share. */
typedef struct {
    look_table looks;
    bool utf8;              /* lines, bars and sparklines beyond ASCII */
    int cursor_y, cursor_x; /* in the window; -1: nobody placed the cursor */
} canvas_style;

struct canvas {
    WINDOW *window;      /* borrowed */
    canvas_style *style; /* borrowed */
    int y, x;            /* of its corner, in the window */
    int height, width;
    bool utf8;
};

/* The whole of @w. Both are borrowed; free with canvas_free(). */
canvas *canvas_new(WINDOW *w, canvas_style *style);

#endif
