/* progress.h - how far a run is, on stderr: a live line on a terminal, a line
 * every ten seconds elsewhere. */
#ifndef ROWFERRY_SERVICE_PROGRESS_H
#define ROWFERRY_SERVICE_PROGRESS_H

#include "ferry/run.h"

typedef struct progress progress;

/* @name is the task's. NULL when there is nothing to show (@quiet); all other
 * functions accept that. */
progress *progress_new(const char *name, bool quiet);
void progress_update(progress *p, const run_counters *now);
/* Take the live line away before something else is printed. */
void progress_clear(progress *p);
/* Ends the display. */
void progress_free(progress *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(progress, progress_free)

/* "orders: load  45 % [####......]  1,234,567 rows  120,000/s  3 rejects
 * 12s left", at most @columns wide. Caller frees. */
char *progress_line(const char *name, const run_counters *now, int columns);

#endif
