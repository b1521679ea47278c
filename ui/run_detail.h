/* run_detail.h - one run: what its screen knows, and how it is drawn.
 *
 * Shared by run_detail.c (keys, actions, reading) and run_detail_draw.c.
 */
#ifndef ROWFERRY_UI_RUN_DETAIL_H
#define ROWFERRY_UI_RUN_DETAIL_H

#include "ui/answer.h"
#include "ui/list.h"
#include "ui/log_view.h"
#include "ui/rate.h"
#include "ui/run_actions.h"

typedef enum { PANE_LOG, PANE_SEGMENTS } run_pane;

typedef struct {
    screen base;
    int64_t run;
    answer show, log, plan;
    int64_t log_next;  /* where the log goes on */
    bool log_complete; /* all of it was read after the run was over */
    bool over_asked;   /* the log that is being read was asked for after the run was over */
    log_view *lines;
    rate *rows, *bytes;
    list *segments;
    run_pane pane;
    char *save_to; /* where the log is saved to, or NULL */
    run_asking asking;
} run_detail;

/* Whether it may still change by itself; false while nothing is known. */
bool run_detail_is_live(const run_detail *d);

/* The list of segments' rows; its user is the run_detail. */
extern const list_column run_segment_columns[];
extern const list_source run_segment_source;

/* screen_ops.draw of the screen. */
void run_detail_draw(screen *s, canvas *c);

#endif
