/* expansions.h - what texts with parameters and dates stand for today, asked for
 * beside the keys and remembered.
 */
#ifndef ROWFERRY_UI_EXPANSIONS_H
#define ROWFERRY_UI_EXPANSIONS_H

#include "ui/app.h"

typedef struct {
    screen *on;
    GHashTable *known;  /* text → what it stands for */
    json_t *parameters; /* of the task, that known rests on; or NULL */
} expansions;

/* For @s, before it is closed: its free() calls expansions_clear(). */
void expansions_init(expansions *x, screen *s);
void expansions_clear(expansions *x);

/* Whether @text holds a parameter or a date at all. */
bool expansions_has_any(const char *text);
/* What @text stands for with the task's @parameters (NULL: none): borrowed until
 * the next call. NULL while it is not known yet; it is asked for then, and the
 * screen drawn again when it has come. *wrong: the text is why it stands for
 * nothing. */
const char *expansions_get(expansions *x, const json_t *parameters, const char *text, bool *wrong);

#endif
