/* run_plan.h - the stored plan of a run in words and SQL. */
#ifndef ROWFERRY_UI_RUN_PLAN_H
#define ROWFERRY_UI_RUN_PLAN_H

#include <jansson.h>

/* @plan as run.show gives it; a text of many lines. Caller frees. */
char *run_plan_text(const json_t *plan);

#endif
