/* run_view.h - runs as JSON (design.md section 8). */
#ifndef ROWFERRY_SERVICE_RUN_VIEW_H
#define ROWFERRY_SERVICE_RUN_VIEW_H

#include "ferry/run.h"
#include "service/engine.h"
#include "store/runs.h"

/* {"code", "message", "hint", "sqlstate", "detail"}, or JSON null. New reference. */
json_t *error_to_json(const error *e);

/* A row of `run list`. New reference. */
json_t *run_row(const engine *e, const run_record *r);
/* Everything about one run, its segments and attempts included; NULL with *err.
 * @whole_plan: also what its plan says of mapping and segments. */
json_t *run_details(engine *e, const run_record *r, bool whole_plan, error **err);

json_t *counters_to_json(const run_counters *c);

/* The result of a run as it ends: what `--json` prints and the store keeps. */
typedef struct {
    const run_record *run; /* as it was when the attempt began */
    run_state state;
    int attempt;
    const run_result *result;
    double queue_seconds;
    const char *log, *reject_file; /* paths; reject_file NULL when there are none */
    bool verify;
    const error *failure; /* or NULL */
} run_ending;
json_t *run_result_to_json(const run_ending *e);

#endif
