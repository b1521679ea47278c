/* list.h - a table of rows of which only the visible ones are asked for.
 *
 * The list knows the selected row, the first visible one and the find text; the
 * rows are their owner's. A million rows cost what fifty cost.
 */
#ifndef ROWFERRY_UI_LIST_H
#define ROWFERRY_UI_LIST_H

#include "base/text.h"
#include "ui/canvas.h"
#include "ui/key.h"

#include <stdint.h>

typedef struct {
    const char *title; /* untranslated; NULL ends a table */
    int least, most;   /* columns on the screen; most 0: as wide as there is room */
    int priority;      /* 0 is always shown; the highest is left out first */
    text_side side;
} list_column;

typedef struct {
    unsigned look;
    char mark; /* '!' before the row when it needs attention; only read in column 0 */
} list_style;

typedef struct {
    int64_t (*count)(void *user);
    /* Append the text of a cell to @text. @style starts as plain. */
    void (*cell)(void *user, int64_t row, unsigned column, GString *text, list_style *style);
    /* Before drawing: rows [@first, @first + @n) will be asked for. NULL: all are there. */
    void (*need)(void *user, int64_t first, int64_t n);
} list_source;

typedef struct list list;

/* @columns and @source are borrowed and outlive the list. */
list *list_new(const list_column *columns, const list_source *source, void *user);
void list_free(list *l);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(list, list_free)

/* -1 when there are no rows. */
int64_t list_selected(const list *l);
void list_select(list *l, int64_t row);
/* Arrows, j k g G, Home, End, PgUp, PgDn, '[' ']' not. True when taken. */
bool list_key(list *l, ui_key k);

/* Rows @y to @y+@height of @c: a line of titles, then rows; marks in columns 2
 * and 3, cells from column 5. The cursor is put on the selected row. @focus
 * false: no cursor, no reverse video. */
void list_draw(list *l, canvas *c, int y, int height, bool focus);

/* Find (literal, or /pattern/; case counts only when a capital is in it) from
 * the selected row on, in all columns, hidden ones too; @step 1 or -1; @from_next
 * skips the selected row. Looks at no more than 10,000 rows. Selects and
 * returns true when found. */
bool list_find(list *l, const char *text, int step, bool from_next);

#endif
