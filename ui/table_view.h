/* table_view.h - one table of a connection: its columns, or its first rows. */
#ifndef ROWFERRY_UI_TABLE_VIEW_H
#define ROWFERRY_UI_TABLE_VIEW_H

#include "ui/app.h"

/* @table as connection.columns takes it. @rows: begin with the first rows. */
screen *table_view_new(app *a, const char *connection, const char *table, bool rows);

extern const screen_ops table_view_ops;

#endif
