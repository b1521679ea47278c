/* task_look.h - looking at what a task would do, saved or not. Handlers of the
 * operations task.plan, check, preview and suggest, and their words. */
#ifndef ROWFERRY_SERVICE_TASK_LOOK_H
#define ROWFERRY_SERVICE_TASK_LOOK_H

#include "service/operation.h"

bool task_plan(engine *e, const json_t *in, json_t **out, error **err);
bool task_check(engine *e, const json_t *in, json_t **out, error **err);
bool task_preview(engine *e, const json_t *in, json_t **out, error **err);
bool task_suggest(engine *e, const json_t *in, json_t **out, error **err);

/* A plan, or {"plans": […]}; a preview; a mapping. Caller frees. */
char *tell_plan(const json_t *out);
char *tell_preview(const json_t *out);
char *tell_suggestion(const json_t *out);

#endif
