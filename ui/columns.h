/* columns.h - which columns of a list are shown, where, and how wide.
 *
 * A pure function of the width.
 */
#ifndef ROWFERRY_UI_COLUMNS_H
#define ROWFERRY_UI_COLUMNS_H

#include "ui/list.h"

#define COLUMN_GAP 2 /* blanks between two columns */

/* Where a column stands; width 0 when there is no room for it. */
typedef struct {
    int x, width;
} column_place;

/* Number of entries before the one without a title. */
unsigned columns_count(const list_column *columns);

/* Lay the @n @columns out from @x on in @width: columns are left out by
 * priority until the least widths fit; what is left over lets all of them grow
 * alike, each up to its most. When even those of priority 0 do not fit, the
 * widest ones shrink. Fills @places, an array of @n. */
void columns_place(const list_column *columns, unsigned n, int x, int width, column_place *places);

#endif
