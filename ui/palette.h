/* palette.h - ':': every action by its id, with completion and history.
 */
#ifndef ROWFERRY_UI_PALETTE_H
#define ROWFERRY_UI_PALETTE_H

#include "ui/app.h"

/* The palette over @below, which stays open under it. @history (char *, with a
 * free function, oldest first) is borrowed and outlives the palette, which adds
 * the ids that it performs. */
screen *palette_new(app *a, screen *below, GPtrArray *history);

#endif
