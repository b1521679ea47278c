/* plan.h - a task resolved for one business date: every parameter expanded,
 * every statement written out, every column typed. Running is executing a
 * plan, nothing else. Planning reads catalogues and samples, changes nothing.
 */
#ifndef ROWFERRY_FERRY_PLAN_H
#define ROWFERRY_FERRY_PLAN_H

#include "base/error.h"
#include "ferry/task.h"
#include "param/parameter.h"
#include "sql/guard.h"

typedef struct plan plan;

/* What the plan needs from outside; borrowed during plan_build(). */
typedef struct {
    /* Find a connection by name; the plan keeps it (never frees it), so it
     * must outlive the plan. NULL with *err set when there is none. */
    const connection *(*find_connection)(void *user, const char *name, error **err);
    void *user;
    const parameter_scope *parameters; /* dates, built-ins, globals and overrides */
    const char *run_token;             /* 16 hex digits */
    const char *business_date;         /* "2026-03-01", for the ledger and the record */
    bool verify;                       /* --verify */
    bool sample;                       /* look at the first rows and warn (rowferry --plan) */
    int streams;                       /* for a task that names none; 0: our choice */
    bool (*cancelled)(void *user);     /* polled while systems are waited for; or NULL */
    /* Set for a replay (rulings.md 3): read these rejects instead of the source. */
    const char *replay_file;
    const int64_t *replay_numbers;
    size_t n_replay;
} plan_context;

plan *plan_build(const task *t, const plan_context *context, error **err);
void plan_free(plan *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(plan, plan_free)

/* What the source of @t gives, whatever its target: its columns, the first
 * @limit rows as text, how many rows there are when that can be counted
 * quickly. New reference:
 * {"columns": [{"name", "type"}], "rows": [[text or null]], "more", "malformed",
 *  "cut", "sql", "values", "count", "count_note", "seconds"}. */
json_t *plan_preview(const task *t, const plan_context *context, unsigned limit, error **err);

/* The mapping that a plan of @t would have, with everything that stands against
 * it, not the first thing only. New reference:
 * {"rows": [{"source", "source_type", "target", "target_type", "key", "not_null",
 *  "rule", "value", "problem", "message", "hint"}], "source_columns", "unmapped",
 *  "target_columns", "keys", "created", "problems"}. */
json_t *plan_suggest(const task *t, const plan_context *context, error **err);

/* Put @text, which speaks of @t in @c, through the guard. */
guard_statement *plan_guard(const connection *c, const table_info *t, bool schema_is_default,
                            const char *text, const guard_options *options, char *reason,
                            error **err);

/* The plan as JSON (stored with the run, printed with --json): new reference.
 * Holds no secret. */
json_t *plan_to_json(const plan *p);
/* The plan in words and SQL for people; caller frees. */
char *plan_to_text(const plan *p);
/* SHA-256 of the plan's JSON in hex: borrowed. */
const char *plan_hash(const plan *p);

/* What a run of this plan claims (rulings.md 8): "connection identity|table"
 * and the slice ("" when none): borrowed. */
const char *plan_claim_target(const plan *p);
const char *plan_claim_slice(const plan *p);
/* Whether it only adds rows, so that it may share its claim with other appends. */
bool plan_claim_shared(const plan *p);

#endif
