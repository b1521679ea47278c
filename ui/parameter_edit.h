/* parameter_edit.h - one global parameter, new or changed, in a box. */
#ifndef ROWFERRY_UI_PARAMETER_EDIT_H
#define ROWFERRY_UI_PARAMETER_EDIT_H

#include "ui/app.h"

/* @row as parameter.list gives it, lent; NULL: a new one. @known: the rows that
 * there are, lent. */
screen *parameter_edit_new(app *a, const json_t *row, const json_t *known);

extern const screen_ops parameter_edit_ops;

#endif
