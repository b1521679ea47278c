/* parameter.h - parameters and macros: ${…}, $[…], {{{…}}} (spec/parameters.md).
 *
 * Pure: the clock, zone and values come in a parameter_scope. Every error is
 * ERROR_DOCUMENT and names the position (character, from 1) in the text.
 */
#ifndef ROWFERRY_PARAM_PARAMETER_H
#define ROWFERRY_PARAM_PARAMETER_H

#include "base/civil.h"
#include "base/error.h"

#include <glib.h>

typedef struct parameter_scope {
    civil_time business_date; /* time part 0 */
    civil_time scheduled;     /* T, in the task's zone (rulings.md 11) */
    civil_time now;           /* for bizmonth's "current month" and gmtdate, in the task's zone */
    /* "2026-03-02 00:00:05", fixed by the first attempt; or NULL while checking */
    const char *start_time;
    const char *job_name;     /* task_job_name: the task's name */
    const char *task_id, *workflow_id, *node_id, *instance_id; /* texts or NULL */
    GHashTable *task;         /* char* → char* expression of the task document, or NULL */
    GHashTable *global;       /* char* → char* expression of the store, or NULL */
    GHashTable *overrides;    /* --param, win over both; or NULL */
} parameter_scope;

/* Replace all parameters and macros in @text. A text that must hold "${" or
 * "$[" as such writes "$${" or "$$[". "$name" without brackets is left alone
 * in @text; in a parameter's own expression it is a built-in ("$bizdate").
 * Caller frees. */
char *parameter_expand(const parameter_scope *scope, const char *text, error **err);

/* The text split at its parameters, for places where a value must be bound,
 * never pasted (the guard, filters). */
typedef struct {
    bool is_value;  /* true: came from a parameter or macro */
    char *text;
    size_t offset, length; /* in the original, bytes */
} parameter_piece;
/* GPtrArray of parameter_piece*, with free function. NULL on error. */
GPtrArray *parameter_split(const parameter_scope *scope, const char *text, error **err);

/* The value of one name as `${name}` gives it; NULL with *err when unknown.
 * Caller frees. */
char *parameter_value(const parameter_scope *scope, const char *name, error **err);

/* Check at save time: names and expressions of @text are known and well
 * formed, whatever the date. @names may hold names allowed besides the scope's. */
bool parameter_check(const parameter_scope *scope, const char *text, error **err);

/* Built-in names and what they are, for help: pairs name, meaning, NULL-ended. */
const char *const *parameter_builtins(void);

#endif
