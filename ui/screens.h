/* screens.h - the screens there are, and how to reach the main ones. */
#ifndef ROWFERRY_UI_SCREENS_H
#define ROWFERRY_UI_SCREENS_H

#include "ui/app.h"

/* Every screen's table, ended by NULL, for the key file, the manual and tests. */
const screen_ops *const *screens_all(void);

screen *screens_home(app *a);

/* Actions: go to a main screen from anywhere. */
void screens_go_tasks(screen *s);
void screens_go_runs(screen *s);
void screens_go_connections(screen *s);
void screens_go_parameters(screen *s);
void screens_go_audit(screen *s);
void screens_go_doctor(screen *s);

/* The line of main screens ("[1 Tasks]  2 Runs …") at row @y. @current is the
 * ops->id of the one that is shown. */
void screens_draw_line(canvas *c, int y, const char *current);

/* --- opened by other screens; each is made by the file of its name --- */

screen *home_new(app *a);
/* @task and @state may be NULL: all. */
screen *runs_new(app *a, const char *task, const char *state);
screen *run_detail_new(app *a, int64_t run);
screen *rejects_new(app *a, int64_t run);
screen *connections_new(app *a);
/* @name NULL: a new one. */
screen *connection_edit_new(app *a, const char *name);
/* Tables of a connection, their columns and first rows. With @chosen: Enter on a
 * table calls it (on @below) and closes. */
screen *tables_new(app *a, const char *connection, screen *below,
                   void (*chosen)(screen *below, const char *table));
/* A task being made (@task NULL) or changed, or the draft @draft (0: none) taken
 * up: reads what it needs, then opens the first step over @below. */
void wizard_open(screen *below, const char *task, int64_t draft);
screen *parameters_new(app *a);
screen *audit_new(app *a);
screen *doctor_new(app *a);
/* The plan of a task or, with @document, of one that is not saved. */
screen *plan_view_new(app *a, const char *task, const json_t *document);

extern const screen_ops home_ops, runs_ops, run_detail_ops, rejects_ops, connections_ops,
    connection_edit_ops, tables_ops, parameters_ops, audit_ops, doctor_ops, plan_view_ops;

#endif
