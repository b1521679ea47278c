/* rows_view.h - the first rows of something, as operations give them, with as
 * many of their columns as there is room for; Left and Right move over the rest.
 */
#ifndef ROWFERRY_UI_ROWS_VIEW_H
#define ROWFERRY_UI_ROWS_VIEW_H

#include "ui/canvas.h"
#include "ui/key.h"

#include <jansson.h>

typedef struct rows_view rows_view;

rows_view *rows_view_new(void);
void rows_view_free(rows_view *v);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rows_view, rows_view_free)

/* Show "columns" (objects with a name) and "rows" (lists of values) of @out, which
 * is kept; NULL: nothing. */
void rows_view_set(rows_view *v, const json_t *out);
int64_t rows_view_count(const rows_view *v);
/* -1 when there are no rows. */
int64_t rows_view_selected(const rows_view *v);

bool rows_view_key(rows_view *v, ui_key k);
bool rows_view_find(rows_view *v, const char *text, int step, bool from_next);
void rows_view_draw(rows_view *v, canvas *c, int y, int height);
/* Which columns the last draw had room for, in words; NULL: all. Caller frees. */
char *rows_view_columns(const rows_view *v);
/* The value of the selected row in the first column shown; NULL when there is
 * none. Caller frees. */
char *rows_view_value(const rows_view *v);
/* The selected row in words, one line and more for each column; NULL when there is
 * none. Caller frees. */
char *rows_view_row(const rows_view *v);

#endif
