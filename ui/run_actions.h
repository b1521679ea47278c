/* run_actions.h - cancel a run, or run its task and date again: what is read
 * first, the question, and what follows. For the screens that show runs.
 */
#ifndef ROWFERRY_UI_RUN_ACTIONS_H
#define ROWFERRY_UI_RUN_ACTIONS_H

#include "ui/answer.h"

/* A run that something is about to be done to; part of its screen. */
typedef struct {
    json_t *run;  /* as run.show gives it; NULL before */
    job *running; /* or NULL */
    bool cancel;  /* else: again */
} run_asking;

/* Each reads the run, asks, and does it when the answer is yes; what came of it
 * stands in the message line. */
void run_ask_cancel(screen *s, run_asking *x, int64_t run);
/* Opens the new run. */
void run_ask_again(screen *s, run_asking *x, int64_t run);
void run_asking_clear(run_asking *x);

/* Why run @row (of run.list or run.show; NULL: none) cannot be cancelled or run
 * again: untranslated; NULL when it can. */
const char *run_cannot_cancel(const json_t *row);
const char *run_cannot_start_again(const json_t *row);

/* "shop main.customer" of @run (of run.show), "the target" before it has a plan.
 * Caller frees. */
char *run_target_words(const json_t *run);
/* The name that must be typed before the target of @run (of run.show) is written:
 * its connection's when that is protected, else NULL. Borrowed. */
const char *run_protected_target(const json_t *run);

#endif
