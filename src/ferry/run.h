/* run.h - executing a plan.
 *
 * run_execute() uses threads of its own and returns when everything has
 * ended. The callbacks are called on the caller's thread, except cancelled()
 * and reached(), which any thread may call. It never looks at leases: the
 * caller's may_commit() answers whether this process may still publish
 * (rulings.md 22).
 */
#ifndef ROWFERRY_FERRY_RUN_H
#define ROWFERRY_FERRY_RUN_H

#include "base/error.h"
#include "ferry/plan.h"

#include <jansson.h>

/* Counters while it runs, and at the end. */
typedef struct {
    int64_t rows_read, rows_written, rows_rejected, rows_filtered;
    int64_t rows_inserted, rows_updated, rows_unchanged; /* upsert; -1 when not known */
    int64_t rows_expected;                               /* estimate of the source, -1 unknown */
    int64_t bytes;
    double seconds;
    /* shares of time, sum about 1 */
    double wait_source, wait_transform, wait_target, wait_throttle, wait_lock;
    const char *phase; /* "plan", "read", "check", "publish" …: borrowed */
} run_counters;

typedef struct {
    int number;
    const char *state; /* "waiting", "running", "done", "failed" */
    const char *what;  /* key range, table or file, in words */
    int64_t rows_read, rows_written, rows_rejected, rows_filtered;
} run_segment;

typedef enum { LOG_INFO, LOG_WARNING, LOG_ERROR } log_level;

typedef struct {
    /* About ten times a second and at every change of phase. */
    void (*progress)(void *user, const run_counters *now);
    void (*segment)(void *user, const run_segment *now);
    void (*log)(void *user, log_level level, const char *message);
    /* Asked before every commit of the target. False with *err set: roll back. */
    bool (*may_commit)(void *user, error **err);
    /* Before COMMIT is sent and after it is known: recorded as `unresolved`
     * if the process dies between the two. */
    void (*committing)(void *user);
    /* Polled; true once asked to stop. */
    bool (*cancelled)(void *user);
    /* A named point of spec/reliability.md ("K5" …) was passed. */
    void (*reached)(void *user, const char *point);
    void *user;
    const char *reject_path; /* where rejects are kept; made when there is the first */
    int attempt;
    double timeout_seconds; /* 0: the task's */
} run_callbacks;

typedef struct {
    run_counters counters;
    int64_t segments;
    char *checksum;  /* hex, or NULL */
    bool committed;  /* the target was changed */
    bool kept_empty; /* empty source, target kept */
} run_result;

/* True: the run succeeded. False: *err says why (ERROR_CANCELLED,
 * ERROR_TIMEOUT, ERROR_REJECTS, ERROR_UNRESOLVED, ERROR_VERIFY …); the
 * counters in *result are valid in both cases. */
bool run_execute(plan *p, const run_callbacks *callbacks, run_result *result, error **err);
void run_result_clear(run_result *r);

/* Where the proof of a run's commit is: all of it is in the plan's JSON, so
 * that neither the task nor its source is needed. Borrowed. */
typedef struct {
    const connection *target;
    const table_name *table;
    const char *ledger; /* quoted; NULL: none */
    const char *token;
} run_proof;

/* Settle a run whose COMMIT reply was lost: 1 committed, 0 not (and it never
 * will be), -1 cannot be proven now (then *err says why). */
int run_resolve(const run_proof *proof, error **err);

/* Remove what a dead run left in the target: staging of @token. */
bool run_sweep(const connection *c, const table_name *target, const char *token, error **err);

#endif
