/* runner.h - runs: recorded, executed under a lease, watched, finished.
 *
 * A run executes in the process that calls runner_execute(); runner_detach()
 * makes such a process of its own. In the environment, ROWFERRY_TEST_KILL_AT
 * names a point of spec/reliability.md ("K5") at which the process kills
 * itself, for the tests of what survives that.
 */
#ifndef ROWFERRY_SERVICE_RUNNER_H
#define ROWFERRY_SERVICE_RUNNER_H

#include "service/engine.h"
#include "service/planning.h"

typedef struct {
    const char *task;
    const char *business_date; /* or NULL: yesterday in the task's time zone */
    run_options options;
    int64_t replay_of; /* the run whose rejects are replayed; 0: none */
} run_request;

/* Record a queued run: *run is its number. Refuses a task whose mapping waits
 * to be confirmed (ERROR_DOCUMENT). */
bool runner_create(engine *e, const run_request *r, int64_t *run, error **err);

/* Execute the queued run @run to its end. *result (new reference) is its
 * result also when it failed; NULL when it could not even begin. */
bool runner_execute(engine *e, int64_t run, json_t **result, error **err);

/* Record a run that is this process's from its first moment, and execute it:
 * runner_create() and runner_execute() in one. */
bool runner_execute_new(engine *e, const run_request *r, int64_t *run, json_t **result,
                        error **err);

/* Start a process of its own for the queued run @run, in its own session; wait
 * until it has taken the run. */
bool runner_detach(engine *e, int64_t run, error **err);

#endif
