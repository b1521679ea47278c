/* run_private.h - what the phases of a run share. */
#ifndef ROWFERRY_FERRY_RUN_PRIVATE_H
#define ROWFERRY_FERRY_RUN_PRIVATE_H

#include "ferry/load.h"

typedef struct {
    const plan *plan;
    const run_callbacks *callbacks;
    run_result *result;
    reject_file *rejects;   /* NULL until the first reject */
    row_checksum *checksum; /* what was loaded, when the plan verifies */
    session *target;        /* loads (first writer), checks and publishes */
    int64_t started_us, deadline_us, last_progress_us;
    int64_t lock_us;   /* waited for locks of the publish */
    int64_t staged;    /* rows in staging after the checks */
    GThread *watchdog; /* cancels the target's session when it is time */
    GMutex mutex;      /* guards done */
    GCond wake;
    bool done; /* the watchdog may go */
} run_state;

void run_log(run_state *r, log_level level, const char *format, ...) G_GNUC_PRINTF(3, 4);
void run_phase(run_state *r, const char *phase);
void run_reach(run_state *r, const char *point);
/* Counters out, cancel and timeout in: false with ERROR_CANCELLED or
 * ERROR_TIMEOUT. The tick of load_run, and between the steps of a publish. */
bool run_tick(void *state, error **err);
/* Run a statement of the target's session. */
bool run_sql(run_state *r, const char *sql, int64_t *affected, error **err);
/* Watch the target's session while this thread waits for its answers: a
 * cancelled or overdue run is cancelled there too. Ends before COMMIT is sent:
 * from then on only the outcome counts. */
void run_watch_begin(run_state *r);
void run_watch_end(run_state *r);
/* The first cell of a query, as a number. */
bool run_number(run_state *r, const char *sql, int64_t *number, error **err);
/* read = written + rejected + filtered, or something was lost on the way: asked
 * before the commit, while nothing of it can be seen. */
bool run_counts_agree(const run_state *r, error **err);
/* COMMIT of a transaction that touched staging alone: a lost reply leaves
 * nothing unresolved. */
bool run_commit_staging(session *s, error **err);
/* An overwrite that has no row left: false with ERROR_EMPTY. */
bool run_all_rejected(const run_state *r, error **err);
/* Whether the rejects so far are within the task's limit, at the end. */
bool run_judge_rejects(run_state *r, error **err);

/* check.c: what staging holds is what was read, and it will go in. Rows that
 * would not become rejects or, losing to a declared winner, filtered. */
bool run_check_staging(run_state *r, error **err);
/* Staged rows that meet keys of rows which stay in the target become rejects:
 * all of them in an append, those outside the slice in an overwrite. Within
 * the publish, when pre-SQL has made room and nobody else can add any more. */
bool run_reject_existing_keys(run_state *r, error **err);
/* Read @table back and compare with what was loaded. */
bool run_verify(run_state *r, session *s, const table_name *table, error **err);

/* publish.c: the one short step that makes loaded rows visible. */
bool run_publish(run_state *r, error **err);
/* Ledger, the last question whether we may, COMMIT, and what to make of its
 * outcome. @rows as recorded in the ledger. */
bool run_commit(run_state *r, int64_t rows, error **err);

#endif
