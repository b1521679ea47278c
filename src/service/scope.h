/* scope.h - the parameter scope of a task for one business date (rulings.md 11). */
#ifndef ROWFERRY_SERVICE_SCOPE_H
#define ROWFERRY_SERVICE_SCOPE_H

#include "param/parameter.h"
#include "service/engine.h"

typedef struct {
    parameter_scope scope; /* points into the rest */
    char *business_date;   /* "2026-03-01" */
    char *start_time, *job_name, *task_id, *instance_id;
    GHashTable *globals, *overrides;
} run_scope;

typedef struct {
    const task *task;          /* or NULL: only globals and built-ins; outlives the scope */
    const char *task_id;       /* or NULL */
    const char *business_date; /* or NULL: yesterday in the task's time zone */
    const json_t *overrides;   /* object of --param, or NULL; wins over all */
    int64_t started_at;        /* ms; of the first attempt; 0: now */
    int64_t run;               /* 0: not known yet */
} scope_request;

run_scope *run_scope_new(engine *e, const scope_request *r, error **err);
void run_scope_free(run_scope *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(run_scope, run_scope_free)

/* Check every text of the task that may hold parameters; errors name the key. */
bool scope_check_task(const run_scope *s, const task *t, error **err);

#endif
