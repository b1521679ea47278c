/* scroll.h - which of many rows is selected and which one is the first shown.
 *
 * Pure; the rows are somebody else's, their number may change at any time.
 */
#ifndef ROWFERRY_UI_SCROLL_H
#define ROWFERRY_UI_SCROLL_H

#include "ui/key.h"

typedef struct {
    int64_t at, first; /* at is 0 when there are no rows */
    int height;        /* rows shown by the last scroll_fit(); 0 before it */
} scroll;

/* Arrows, j k g G, Home, End, PgUp, PgDn. True when the key is one of these. */
bool scroll_key(scroll *s, ui_key k, int64_t count);
/* Select @row, or the nearest one there is. */
void scroll_to(scroll *s, int64_t row, int64_t count);
/* Before drawing into @height rows: the selected row is one of them, and no
 * room is left below the last row while there are rows above. */
void scroll_fit(scroll *s, int height, int64_t count);

#endif
