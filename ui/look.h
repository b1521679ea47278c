/* look.h - the roles of canvas.h as attributes of this terminal (the table of
 * screens.md section 1): 256 colours, 8 colours, or none.
 */
#ifndef ROWFERRY_UI_LOOK_H
#define ROWFERRY_UI_LOOK_H

#include "ui/canvas.h"

#include <curses.h>

typedef enum { LOOK_NO_COLOURS, LOOK_8_COLOURS, LOOK_256_COLOURS } look_level;

typedef struct {
    attr_t attributes[LOOK_ROLES];
    short pairs[LOOK_ROLES]; /* 0: the terminal's own colours */
} look_table;

/* @option is "auto", "always" or "never" (NULL: "auto"), @no_color the variable
 * NO_COLOR or NULL, @colours what the terminal has. */
look_level look_choose(const char *option, const char *no_color, int colours);

/* Fill @t. Starts the colours of the current curses screen when @level has any. */
void look_prepare(look_table *t, look_level level);

/* The attributes of @look (a role with flags), its colour pair in *pair. */
attr_t look_attributes(const look_table *t, unsigned look, short *pair);

#endif
