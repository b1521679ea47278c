/* preview.h - the first rows that a task would read, and how many there are. */
#ifndef ROWFERRY_UI_PREVIEW_H
#define ROWFERRY_UI_PREVIEW_H

#include "ui/app.h"

/* @document (copied) needs a source only. Esc stops the reading. */
screen *preview_new(app *a, const json_t *document);

extern const screen_ops preview_ops;

#endif
