/* runs.h - runs, their attempts and segments, states and claims
 * (rulings.md 8, 18, 19).
 *
 * The way of a run: store_run_create (planned, waiting_… or queued),
 * store_lease_acquire, store_run_start (claims the target, `starting`, opens
 * an attempt), store_run_set_state (`running` …), store_run_finish. Writes of
 * the worker carry its lease; the operator's (cancel, decide) the epoch seen.
 */
#ifndef ROWFERRY_STORE_RUNS_H
#define ROWFERRY_STORE_RUNS_H

#include "store/leases.h"
#include "store/store.h"

typedef enum {
    RUN_PLANNED,
    RUN_WAITING_TIME,
    RUN_WAITING_UPSTREAM,
    RUN_QUEUED,
    RUN_STARTING,
    RUN_RUNNING,
    RUN_HELD,
    RUN_UNRESOLVED,
    RUN_CANCELLING,
    RUN_SUCCEEDED,
    RUN_FAILED,
    RUN_CANCELLED,
    RUN_SKIPPED,
    RUN_DRY_RUN,
    RUN_MISSED,
    RUN_FROZEN,
    RUN_DISCARDED,
} run_state;
enum { RUN_STATES = RUN_DISCARDED + 1 };

typedef enum { RUN_MANUAL, RUN_SCHEDULED, RUN_UPSTREAM, RUN_BACKFILL, RUN_REPLAY } run_kind;

/* Names as in JSON and the store: borrowed. False for an unknown name. */
const char *run_state_name(run_state state);
bool run_state_from_name(const char *name, run_state *state);
const char *run_kind_name(run_kind kind);
bool run_kind_from_name(const char *name, run_kind *kind);
/* Whether a run in this state has ended for good (failed, cancelled and missed
 * ones may be run again). */
bool run_state_is_terminal(run_state state);
/* Whether it holds its claim: starting, running, held, unresolved, cancelling. */
bool run_state_is_live(run_state state);
/* The table of allowed moves. */
bool run_state_may_become(run_state from, run_state to);

/* Whether two claimed slices may share rows. "" (no slice) overlaps
 * everything. Else the text is "COLUMN = VALUE" or "COLUMN from A until B"
 * (half-open); slices are disjoint only where that is certain: same column,
 * and integers, or dates and times of one ISO form that differ, or words whose
 * letters and digits differ without regard to case. */
bool claim_slices_overlap(const char *a, const char *b);

typedef struct {
    run_kind kind;
    run_state state;   /* first state: up to `queued`, or skipped, dry_run, missed, frozen */
    const char *token; /* 16 hex digits; NULL: made here */
    const char *task_id;
    int64_t task_version;      /* 0: the latest */
    const char *business_date; /* "2026-03-01" */
    const char *nominal;       /* scheduled local time "2026-03-02T02:30:00"; NULL: none */
    int fold;                  /* 1: the second of two equal local times */
    int64_t parent;            /* upstream: the triggering run; replay: the replayed one; else 0 */
    int64_t backfill;          /* backfill: its number; else 0 */
    const char *environment;   /* or NULL */
    const char *options;       /* JSON text of what the caller asked for (overrides …), or NULL */
    const char *reason;        /* why it waits or was skipped, for people, or NULL */
    const char *resource_group; /* or NULL */
    int priority;               /* 1-8; 0: 5 */
    int64_t due_at;             /* 0: now */
    bool tainted;               /* upstream data may be wrong */
} run_new;

/* Create; *id is its number. When a run with the same identity exists (rulings.md
 * 18) nothing is made, *id is that one and *existed (may be NULL) is true. */
bool store_run_create(store *s, const run_new *r, int64_t *id, bool *existed, error **err);

typedef struct {
    int64_t id;
    char *token;
    char *task_id, *task_name;
    int64_t task_version;
    run_kind kind;
    run_state state;
    int64_t epoch;
    char *business_date;
    char *nominal; /* or NULL */
    int fold;
    int64_t parent, backfill;                              /* 0 none */
    char *environment, *options, *reason, *resource_group; /* or NULL */
    int priority;
    bool tainted;
    int64_t due_at;
    char *claim_target; /* "" before the plan */
    char *claim_slice;
    bool claim_shared;
    char *plan;         /* JSON or NULL; always NULL in lists */
    char *plan_hash;    /* or NULL */
    int attempt;        /* number of the newest, 0 none */
    char *phase;        /* of the running attempt, or NULL */
    char *counters;     /* JSON or NULL */
    char *result;       /* JSON or NULL */
    error *failure;     /* or NULL; owned by the record */
    char *failure_code; /* the code's name, also when this program does not know it; or NULL */
    char *log_path, *reject_path; /* or NULL */
    bool committing;              /* COMMIT was sent and its outcome is not recorded yet */
    int64_t cancel_requested_at;  /* 0: not */
    int64_t created_at, state_at;
    int64_t started_at;   /* of the first attempt, 0 not yet */
    int64_t finished_at;  /* 0 not yet */
    int64_t published_at; /* when the target was changed, 0 not */
    uint32_t created_by;
    int64_t pid; /* of the process that holds its lease, 0 none */
} run_record;

void run_record_free(run_record *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(run_record, run_record_free)

run_record *store_run_get(store *s, int64_t id, error **err);
run_record *store_run_get_by_token(store *s, const char *token, error **err);

typedef struct {
    const char *task_id;                /* or NULL */
    const char *task_name;              /* or NULL; also finds runs of deleted tasks */
    const char *date_from, *date_until; /* business dates, inclusive, or NULL */
    uint32_t states;                    /* bits 1u << run_state; 0: all */
    uint32_t kinds;                     /* bits 1u << run_kind; 0: all */
    const char *nominal;                /* or NULL */
    int64_t before;                     /* id below; 0: from the newest */
    int limit;                          /* 0: 200 */
} run_filter;

/* Newest first; of run_record* (without plan), with free function. @filter NULL: all. */
GPtrArray *store_run_list(store *s, const run_filter *filter, error **err);

/* The same from the newest but @skip on, and in *total how many the filter lets
 * pass; `task_id`, `nominal` and `before` are not looked at. Reads the rows of
 * this page and narrow indexes only, wherever the page is. */
GPtrArray *store_run_page(store *s, const run_filter *filter, int64_t skip, int64_t *total,
                          error **err);

/* The runs of @ids (of int64_t), newest first, without their plans. */
GPtrArray *store_run_list_of(store *s, const GArray *ids, error **err);

/* What a run is about to execute. */
typedef struct {
    const char *plan; /* JSON; NULL: the stored plan and claim stay (resume, approve) */
    const char *plan_hash;
    const char *claim_target;
    const char *claim_slice; /* "" none; see claim_slices_overlap */
    bool claim_shared;
} run_claim;

/* Claim the target and move to `starting`, in one transaction; *attempt (may be
 * NULL) is the number of the new attempt. ERROR_BUSY names the run that holds
 * an overlapping claim; ERROR_DISK when there is no room to record a run. */
bool store_run_start(store *s, const store_lease *lease, const run_claim *claim, int *attempt,
                     error **err);

/* Move on within an attempt: running, cancelling. ERROR_LOST when the lease is
 * not ours; a move that the table forbids is ERROR_INTERNAL. @reason or NULL. */
bool store_run_set_state(store *s, const store_lease *lease, run_state state, const char *reason,
                         error **err);

/* Where its files are; NULL leaves a path as it is. */
bool store_run_set_files(store *s, const store_lease *lease, const char *log_path,
                         const char *reject_path, error **err);
/* Numbers so far: about once a second. */
bool store_run_progress(store *s, const store_lease *lease, const char *phase, const char *counters,
                        error **err);
/* Before COMMIT is sent; refuses like store_lease_may_commit. If the process
 * dies afterwards without store_run_finish, the run is `unresolved`. */
bool store_run_committing(store *s, const store_lease *lease, error **err);
/* The COMMIT is known to have been refused or rolled back; the run goes on. */
bool store_run_not_committed(store *s, const store_lease *lease, error **err);
/* The COMMIT is known to have happened; the rest (dropping staging …) goes on. */
bool store_run_committed(store *s, const store_lease *lease, error **err);

/* How an attempt ended. */
typedef struct {
    run_state state;               /* succeeded, failed, cancelled, held, unresolved, dry_run; or
                              queued, waiting_time for another try */
    bool published;                /* the target was changed */
    const error *failure;          /* or NULL: lent */
    const char *counters, *result; /* JSON or NULL: as they are */
    const char *reason;            /* or NULL */
    int exit_status;
    int64_t due_at; /* waiting_time: when to try again */
} run_outcome;

/* Record the end: state, attempt, published_at; gives the lease back. Also
 * ends a run that never started (state queued or before). */
bool store_run_finish(store *s, const store_lease *lease, const run_outcome *outcome, error **err);

/* --- the operator --- */

/* Ask for a cancel. A run that nobody holds and that has not started is
 * cancelled at once; a live one gets the flag that its worker polls.
 * ERROR_PLAN when it is over. */
bool store_run_request_cancel(store *s, int64_t id, error **err);
/* Polled by the worker; false also when it cannot be known. */
bool store_run_cancel_requested(store *s, int64_t id);
/* Move a run that no process holds: discard a held one, settle an unresolved
 * one, freeze, skip, release. @epoch is the one of the record that the operator
 * saw: ERROR_LOST when it changed since, ERROR_BUSY when a process holds it. */
bool store_run_decide(store *s, int64_t id, int64_t epoch, run_state state, bool published,
                      const char *reason, error **err);
/* Put a failed, cancelled or missed run back to `queued` (resume, rerun). */
bool store_run_again(store *s, int64_t id, error **err);
/* The newest run whose publish to an overlapping claim came after this run was
 * held or ended: *other, 0 when there is none. */
bool store_run_published_since(store *s, int64_t id, int64_t *other, error **err);

/* --- attempts and segments --- */

typedef struct {
    int64_t run;
    int number;
    char *state; /* "running", then the state its run went to */
    int64_t started_at, finished_at;
    error *failure;     /* or NULL */
    char *failure_code; /* or NULL */
    char *counters;     /* or NULL */
    int64_t pid;
    int exit_status; /* -1: not known */
} attempt_record;

void attempt_record_free(attempt_record *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(attempt_record, attempt_record_free)
/* Oldest first; of attempt_record*, with free function. */
GPtrArray *store_attempt_list(store *s, int64_t run, error **err);

typedef struct {
    int attempt; /* 0 when saving: the newest */
    int number;
    char *state; /* "waiting", "running", "done", "failed" */
    char *what;  /* in words */
    int64_t rows_read, rows_written, rows_rejected, rows_filtered;
} segment_record;

void segment_record_free(segment_record *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(segment_record, segment_record_free)
/* Create or replace one segment of the newest attempt. @segment is lent. */
bool store_segment_save(store *s, const store_lease *lease, const segment_record *segment,
                        error **err);
/* Of @attempt (0: the newest), by number; of segment_record*, with free function. */
GPtrArray *store_segment_list(store *s, int64_t run, int attempt, error **err);

#endif
