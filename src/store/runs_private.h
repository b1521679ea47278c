/* runs_private.h - what runs.c, run_moves.c, attempts.c and leases.c share. */
#ifndef ROWFERRY_STORE_RUNS_PRIVATE_H
#define ROWFERRY_STORE_RUNS_PRIVATE_H

#include "store/database.h"
#include "store/runs.h"

#define LIVE_STATES "('starting', 'running', 'held', 'unresolved', 'cancelling')"

/* As much of a run as a change of it must know. */
typedef struct {
    int64_t id;
    run_state state;
    int64_t epoch;
    char *task_name;
    char *claim_target, *claim_slice;
    bool claim_shared;
    int attempt;
    bool committing;
    bool cancel_requested;
    bool published;       /* since the newest attempt began */
    int64_t holder;       /* pid that holds the lease, 0 none */
    int64_t renewed_boot; /* of its lease */
} run_head;

void run_head_clear(run_head *h);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(run_head, run_head_clear)

/* " AND state IN (…) AND kind IN (…)" for what @f names of them; @prefix is
 * the table's ("r." or ""). */
void run_filter_append_sets(const run_filter *f, const char *prefix, GString *sql);

/* ERROR_NOT_FOUND when there is no such run. */
bool run_head_load(store *s, int64_t id, run_head *h, error **err);
/* And ERROR_LOST unless @lease holds it. */
bool run_head_load_leased(store *s, const store_lease *lease, run_head *h, error **err);

/* Always false, ERROR_LOST. */
bool run_is_lost(const store_lease *lease, error **err);

/* The one place where a state is written: checks the table, sets state_at,
 * finished_at, reason, leaves the audit row. @epoch_step is added to the epoch. */
bool run_move(store *s, run_head *h, run_state to, const char *reason, int epoch_step, error **err);

/* Whether the lease of @h is fresh enough for a commit; else ERROR_LOST. */
bool lease_is_fresh(store *s, const run_head *h, error **err);
bool lease_delete(store *s, int64_t run, error **err);

bool attempt_open(store *s, int64_t run, int number, error **err);
/* A no-op when there is no open one. @exit_status < 0: not known. */
bool attempt_close(store *s, int64_t run, run_state state, const error *failure,
                   const char *counters, int exit_status, error **err);
/* Set the run's five error columns. */
bool run_set_failure(store *s, int64_t run, const error *failure, error **err);

/* One audit row about run @id. */
bool run_audit(store *s, const char *operation, int64_t id, const char *detail, error **err);

#endif
