/* help.h - '?': all that can be done on a screen and everywhere, with keys and
 * command lines; Enter does it.
 */
#ifndef ROWFERRY_UI_HELP_H
#define ROWFERRY_UI_HELP_H

#include "ui/app.h"

/* The help of @below, which stays open under it. */
screen *help_new(app *a, screen *below);

extern const screen_ops help_ops;

#endif
