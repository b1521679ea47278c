/* planning.h - from a stored task to a plan: document, parameters, connections. */
#ifndef ROWFERRY_SERVICE_PLANNING_H
#define ROWFERRY_SERVICE_PLANNING_H

#include "ferry/plan.h"
#include "service/engine.h"
#include "service/scope.h"
#include "store/runs.h"

/* What the caller of a run asked for; kept as JSON with the run, so that its
 * own process, or whoever settles it later, plans the same. */
typedef struct {
    const json_t *parameters; /* object of --param, or NULL */
    bool verify;
    int attempt_limit;     /* 0: the task's retries */
    const json_t *rejects; /* replay: array of numbers, or NULL */
} run_options;

/* New reference. */
json_t *run_options_to_json(const run_options *o);
/* Borrows from @json, which may be NULL. */
run_options run_options_from_json(const json_t *json);

typedef struct {
    task *task;
    run_scope *scope;
    plan *plan; /* borrows from the engine's connections */
} planned_task;

typedef struct {
    const char *token;         /* of the run; NULL: nothing will be run */
    const char *business_date; /* or NULL: the default */
    int64_t run, started_at;   /* 0: none yet */
    run_options options;
    const char *replay_file; /* the rejects to read instead of the source, or NULL */
} planning_request;

/* Plan the task of @record. NULL with *err set. */
planned_task *planned_task_new(engine *e, const task_record *record, const planning_request *r,
                               error **err);
/* The same of a document that need not be saved; @task_id NULL: it is not. */
planned_task *planned_task_of_document(engine *e, const json_t *document, const char *task_id,
                                       const planning_request *r, error **err);
/* What plan_preview() says of the document's source; it may have no name and no
 * target yet. */
json_t *planned_preview(engine *e, const json_t *document, const char *task_id,
                        const planning_request *r, unsigned limit, error **err);
/* What plan_suggest() says of the document. */
json_t *planned_suggestion(engine *e, const json_t *document, const char *task_id,
                           const planning_request *r, error **err);

/* Plan @run again as it was asked for. */
planned_task *planned_task_of_run(engine *e, const run_record *run, error **err);
void planned_task_free(planned_task *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(planned_task, planned_task_free)

#endif
