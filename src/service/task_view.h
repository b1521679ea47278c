/* task_view.h - tasks as JSON. */
#ifndef ROWFERRY_SERVICE_TASK_VIEW_H
#define ROWFERRY_SERVICE_TASK_VIEW_H

#include "service/operation.h"

/* What the store says about a task, without its document. New reference. */
json_t *task_row(const engine *e, const task_record *r);

/* The handler of task.list. */
bool task_list(engine *e, const json_t *in, json_t **out, error **err);

#endif
