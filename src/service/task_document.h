/* task_document.h - what is asked of a task's document besides its form. */
#ifndef ROWFERRY_SERVICE_TASK_DOCUMENT_H
#define ROWFERRY_SERVICE_TASK_DOCUMENT_H

#include "service/engine.h"

/* Whether its connections exist and its parameters are known; errors name the
 * key. */
bool task_document_check(engine *e, const task *t, error **err);

/* Whether the mapping of @document, to be saved as @name, may be used without
 * being confirmed: it is new, or nothing it rests on changed since it was
 * confirmed (rulings.md 16). */
bool task_document_is_confirmed(store *s, const char *name, const json_t *document);

#endif
