/* rejects.h - the rejects of one run: what their screen knows.
 *
 * Shared by rejects.c (panes, keys, reading), reject_edit.c (values) and
 * reject_send.c (sending again, export).
 */
#ifndef ROWFERRY_UI_REJECTS_H
#define ROWFERRY_UI_REJECTS_H

#include "ui/answer.h"
#include "ui/list.h"
#include "ui/reject_cells.h"
#include "ui/reject_groups.h"

typedef enum { PANE_REASONS, PANE_ROWS, PANE_VALUES } reject_pane;

typedef struct {
    screen base;
    int64_t run;
    answer rejects, show; /* reject.list; run.show with its plan */
    GPtrArray *groups;    /* of reject_group* */
    GPtrArray *cells;     /* of reject_cell*: of the row @cells_of */
    int64_t cells_of;     /* number of a reject; 0: none */
    list *reasons, *rows, *values;
    reject_pane focus;
    GHashTable *marked; /* of int64_t: numbers */
    GArray *undo;       /* of reject_change, oldest first */
    char *editing;      /* column that is being edited, or NULL */
    int64_t editing_of; /* number of its reject */
    GArray *send;       /* what app_choose() offered: of send_choice */
    json_t *numbers;    /* rejects that are about to be sent; NULL: all that are open */
    job *sending;       /* or NULL */
} rejects;

/* A value as it was before an edit. */
typedef struct {
    int64_t number;
    char *column;
    json_t *before;
} reject_change;

/* --- rejects.c --- */
const json_t *rejects_array(const rejects *r);       /* borrowed, NULL before it was read */
const reject_group *rejects_group(const rejects *r); /* the selected one, or NULL */
/* The selected row: borrowed, NULL when there is none. */
const json_t *rejects_row(const rejects *r);
const reject_cell *rejects_cell(rejects *r);
const json_t *rejects_mapping(const rejects *r);
int64_t reject_number(const json_t *row);
bool reject_is_open(const json_t *row);
/* The row with the same number as @row takes its place. */
void rejects_replace(rejects *r, const json_t *row);
/* Read all again. */
void rejects_reload(rejects *r);

/* --- reject_edit.c: actions --- */
const char *reject_cannot_edit(screen *s);
void reject_edit_value(screen *s);
void reject_set_null(screen *s);
const char *reject_cannot_undo(screen *s);
void reject_undo(screen *s);
/* For g_array_set_clear_func(). */
void reject_change_clear(gpointer change);

/* --- reject_send.c: actions --- */
const char *reject_cannot_send(screen *s);
void reject_send(screen *s);
const char *reject_cannot_mark(screen *s);
void reject_mark(screen *s);
const char *rejects_cannot_export(screen *s);
void rejects_export(screen *s);
/* Esc while rows are being sent: asks whether to stop. */
void reject_ask_stop(rejects *r);

#endif
