/* recovery.h - what dead processes left: their runs are settled, their staging
 * is removed, lost commits are proven (spec/scheduling.md 7, rulings.md 2, 4). */
#ifndef ROWFERRY_SERVICE_RECOVERY_H
#define ROWFERRY_SERVICE_RECOVERY_H

#include "service/engine.h"
#include "service/planning.h"

/* Settle runs whose process died and remove their staging, so that no record
 * says of a dead run that it is running. What cannot be done now is a note,
 * and is tried again by the next run; only a store that cannot be used is an
 * error. */
bool recovery_reap(engine *e, error **err);

/* The same, and ask the targets of unresolved runs again. */
bool recovery_run(engine *e, error **err);

/* Ask the target of the unresolved run @id whether its commit took place, and
 * move the run accordingly. False with ERROR_UNRESOLVED when it cannot be
 * proven. */
bool recovery_resolve(engine *e, int64_t id, error **err);

/* Remove staging of dead runs of our own store beside the target of @p.
 * @token is the live run's own. */
void recovery_sweep_target(engine *e, const planned_task *p, const char *token);

/* Tokens of staging beside @table that our store does not know, of char*, with
 * free function; NULL with *err set. */
GPtrArray *recovery_unknown_staging(engine *e, const char *connection_name, const table_name *table,
                                    error **err);

#endif
