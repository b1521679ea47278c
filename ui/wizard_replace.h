/* wizard_replace.h - the replacements of one column: find, with, regex, case.
 * As many as are needed; they are applied one after the other.
 */
#ifndef ROWFERRY_UI_WIZARD_REPLACE_H
#define ROWFERRY_UI_WIZARD_REPLACE_H

#include "ui/app.h"

#include <jansson.h>

/* @rules (may be NULL) is copied. When the screen is left with other rules,
 * @done gets them (taken over by it; NULL: none) on @below. */
screen *wizard_replace_new(app *a, screen *below, const char *column, const json_t *rules,
                           void (*done)(screen *below, json_t *rules));

extern const screen_ops wizard_replace_ops;

#endif
