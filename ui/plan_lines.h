/* plan_lines.h - a plan as labelled lines in sections, from its JSON.
 *
 * Pure functions.
 */
#ifndef ROWFERRY_UI_PLAN_LINES_H
#define ROWFERRY_UI_PLAN_LINES_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct {
    char *label;   /* "" for one that goes on */
    char *text;    /* safe, one line */
    unsigned look; /* as in canvas.h */
    bool is_title; /* begins a section */
} plan_line;

/* Of plan_line*, with free function; @plan as task.plan gives it. */
GPtrArray *plan_lines(const json_t *plan);

/* What starting it would do, one or two sentences. Caller frees. */
char *plan_consequence(const json_t *plan);

#endif
