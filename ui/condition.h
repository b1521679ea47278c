/* condition.h - one condition of a filter in a box: field, operator, value. */
#ifndef ROWFERRY_UI_CONDITION_H
#define ROWFERRY_UI_CONDITION_H

#include "ui/app.h"
#include "ui/filter_rows.h"

/* Change @row (copied; NULL: a new one). @columns are rows of connection.columns
 * to choose from, or NULL; @parameters the task's. @done gets a row of its own
 * (taken over) on @below; not called when the person leaves. */
screen *condition_new(app *a, screen *below, const filter_row *row, const json_t *columns,
                      const json_t *parameters, void (*done)(screen *below, filter_row *row));

extern const screen_ops condition_ops;

#endif
