/* run_filter.h - which runs the list of runs shows.
 *
 * Pure; texts are the filter's own.
 */
#ifndef ROWFERRY_UI_RUN_FILTER_H
#define ROWFERRY_UI_RUN_FILTER_H

#include "base/error.h"

#include <jansson.h>

typedef struct {
    char *task, *state, *kind; /* NULL: all; state as on the command line: "failed,held" */
    char *since, *until;       /* business dates, both included; NULL: open */
} run_list_filter;

void run_list_filter_clear(run_list_filter *f);
bool run_list_filter_is_set(const run_list_filter *f);

/* "2026-03-01", "2026-03-01..2026-03-07", "2026-03-01..", "..2026-03-07" or "" for
 * all. ERROR_USAGE, and @f stays as it was. */
bool run_list_filter_set_dates(run_list_filter *f, const char *text, error **err);
/* The same back, "" for all. Caller frees. */
char *run_list_filter_dates(const run_list_filter *f);

/* The input of run.list without skip and limit: new reference. */
json_t *run_list_filter_input(const run_list_filter *f);
/* "orders, failed, from 2026-03-01" for people, NULL when nothing is left out.
 * Caller frees. */
char *run_list_filter_words(const run_list_filter *f);

#endif
