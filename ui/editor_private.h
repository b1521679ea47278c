/* editor_private.h - an editor's text, its history and how it is measured;
 * for editor.c and editor_draw.c only.
 *
 * A cluster is what a person sees as one character: a base and what combines
 * with it, or a line end. Positions are bytes and stand between clusters.
 */
#ifndef ROWFERRY_UI_EDITOR_PRIVATE_H
#define ROWFERRY_UI_EDITOR_PRIVATE_H

#include "ui/editor.h"

typedef enum { RUN_NONE, RUN_TYPED, RUN_BACKWARDS, RUN_FORWARDS } edit_run;

/* At @at, @removed gave way to @added bytes; the cursor was at @cursor. */
typedef struct {
    size_t at, added, cursor;
    GString *removed;
} edit_step;

struct editor {
    GString *text; /* valid UTF-8 without NUL */
    size_t cursor;
    bool lines, secret;
    unsigned revision;
    GArray *steps; /* edit_step, the oldest first */
    size_t kept;   /* bytes removed that the steps hold */
    edit_run run;  /* what the last step is a run of */
    int goal;      /* column that Up and Down aim at, -1: the cursor's own */
    size_t top;    /* what is drawn first: a position in that line */
    int left;      /* columns hidden on the left */
    int rows;      /* as last drawn: a page */
};

size_t editor_next(const editor *e, size_t at);
size_t editor_previous(const editor *e, size_t at);
size_t editor_line_start(const editor *e, size_t at);
/* Where the line of @at ends: at its '\n' or at the end of the text. */
size_t editor_line_end(const editor *e, size_t at);

/* Columns of the cluster from @at to @end when it begins at @column. */
int editor_columns(const editor *e, size_t at, size_t end, int column);
/* Column of @at in its line. */
int editor_column(const editor *e, size_t at);
/* The last position in the line of @at that is not beyond @column. */
size_t editor_at_column(const editor *e, size_t at, int column);

#endif
