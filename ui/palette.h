/* palette.h - ':': every action by its id, with completion and history.
 */
#ifndef ROWFERRY_UI_PALETTE_H
#define ROWFERRY_UI_PALETTE_H

#include "ui/app.h"

/* The palette over @below, which stays open under it. */
screen *palette_new(app *a, screen *below);

/* Ids performed from the palette, oldest first (char *, freed with the array);
 * the palette adds to it. Made and freed by the program: borrowed. */
GPtrArray *app_history(app *a);

extern const screen_ops palette_ops;

#endif
