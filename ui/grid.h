/* grid.h - a table whose cells are edited in place: a text where it stands, a
 * choice in a box.
 *
 * It looks like list.h and asks its owner for rows in the same way. Rows are
 * added and removed by actions of the owner's screen. Esc comes to a screen as
 * leave(), which calls grid_cancel() first.
 */
#ifndef ROWFERRY_UI_GRID_H
#define ROWFERRY_UI_GRID_H

#include "ui/app.h"
#include "ui/list.h"

typedef enum {
    CELL_STATIC, /* shown only */
    CELL_TEXT,
    CELL_CHOICE, /* one of choices() */
} cell_kind;

typedef struct {
    int64_t (*count)(void *user);
    /* As in list_source. */
    void (*cell)(void *user, int64_t row, unsigned column, GString *text, list_style *style);
    cell_kind (*kind)(void *user, int64_t row, unsigned column);
    /* The text to be edited; the grid frees it. NULL: what cell() shows. */
    char *(*value)(void *user, int64_t row, unsigned column);
    /* Of a CELL_CHOICE: NULL-ended, the grid frees them; @current is -1 and may
     * be set to the one that is there. NULL when no cell is a choice. */
    char **(*choices)(void *user, int64_t row, unsigned column, int *current);
    /* Keep @text (of a choice, the chosen one). False when it cannot be kept:
     * *message (the grid frees it) is shown below the row, and a text stays
     * in editing until it is right or given up. */
    bool (*set)(void *user, int64_t row, unsigned column, const char *text, char **message);
} grid_source;

typedef struct grid grid;

/* @columns and @source are borrowed and outlive the grid. */
grid *grid_new(app *a, screen *s, const list_column *columns, const grid_source *source,
               void *user);
void grid_free(grid *g);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(grid, grid_free)

/* -1 when there are no rows. */
int64_t grid_row(const grid *g);
unsigned grid_column(const grid *g);
/* The nearest cell there is; what is being edited is given up. */
void grid_select(grid *g, int64_t row, unsigned column);

/* Begin to edit the selected cell; false when it is only shown. */
bool grid_begin(grid *g);
/* Whether a text is being edited: letters are text then. */
bool grid_in_text(const grid *g);
/* Keep what is being edited. False when it cannot be kept: set() said why, and
 * editing goes on. */
bool grid_end(grid *g);
/* Give up what is being edited; false when nothing was. */
bool grid_cancel(grid *g);

/* Arrows and the keys of lists move; Tab and Shift-Tab go to the next cell that
 * can be edited, and are not taken behind the last one; Enter, Space on a
 * choice and F4 begin to edit, Enter ends it. True when taken. */
bool grid_key(grid *g, ui_key k);

/* As list_draw(). The selected column is never left out, so that on a narrow
 * screen Left and Right reach all of them. */
void grid_draw(grid *g, canvas *c, int y, int height, bool focus);

#endif
