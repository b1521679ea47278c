/* viewer.h - a screen with a long text: wrapped or moved sideways, searched,
 * seen as bytes, saved to a file.
 */
#ifndef ROWFERRY_UI_VIEWER_H
#define ROWFERRY_UI_VIEWER_H

#include "ui/app.h"

/* Texts are copied. The text may be anything; it is shown through text_safe(). */
screen *viewer_new(app *a, const char *title, const char *text);

extern const screen_ops viewer_ops;

#endif
