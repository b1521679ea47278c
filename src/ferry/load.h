/* load.h - moving the rows of all segments: readers, mapping, writers.
 *
 * One thread per reader and per writer; the caller's thread counts, throttles
 * and keeps the time in its tick. Everything has ended when load_run returns.
 */
#ifndef ROWFERRY_FERRY_LOAD_H
#define ROWFERRY_FERRY_LOAD_H

#include "ferry/plan_private.h"
#include "ferry/run.h"
#include "row/checksum.h"
#include "row/reject_file.h"

typedef struct {
    const plan *plan;
    const run_callbacks *callbacks;
    session **writers;      /* [plan->writers], transactions open */
    write_request request;  /* table, columns, types; done and user are set by load_run */
    reject_file **rejects;  /* made when there is the first reject */
    run_counters *counters; /* kept up to date in tick and at the end */
    /* About ten times a second on the caller's thread. False (with *err): stop. */
    bool (*tick)(void *user, error **err);
    void *user;
    row_checksum *checksum; /* what was written, or NULL */
} load_options;

bool load_run(const load_options *options, error **err);

/* Keep the rejected rows of @b; shared with the checks of staging. */
bool load_keep_rejects(const plan *p, const run_callbacks *callbacks, reject_file **file,
                       const batch *b, error **err);

#endif
