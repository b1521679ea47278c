/* leases.h - which live process holds a run (spec/scheduling.md 7, rulings.md 18).
 *
 * A worker acquires the lease of a run, renews it every 10 s from a thread
 * with a store handle of its own, and hands the lease to every state write.
 * A lease that somebody reaped or took over fails them all with ERROR_LOST:
 * the worker must roll back and leave.
 */
#ifndef ROWFERRY_STORE_LEASES_H
#define ROWFERRY_STORE_LEASES_H

#include "store/store.h"

enum {
    LEASE_MS = 60 * 1000,        /* a lease lasts, counted from its renewal */
    LEASE_RENEW_MS = 10 * 1000,  /* how often to renew */
    LEASE_COMMIT_MS = 45 * 1000, /* older renewals do not allow a commit */
};

/* A value; copy it freely, also to the renewing thread. */
typedef struct {
    int64_t run;
    int64_t epoch;
} store_lease;

/* Take the lease of @run for this process. ERROR_BUSY (naming the pid) when a
 * live process holds it, ERROR_NOT_FOUND, ERROR_PLAN when the run is over.
 * A dead holder must be reaped first. */
bool store_lease_acquire(store *s, int64_t run, store_lease *lease, error **err);

/* 60 s more. ERROR_LOST when the lease is not ours any more. */
bool store_lease_renew(store *s, const store_lease *lease, error **err);

/* Give it back without a change of state, as long as the run is not starting,
 * running or cancelling (store_run_finish gives it back by itself). */
bool store_lease_release(store *s, const store_lease *lease, error **err);

/* True when the lease is ours and was renewed less than 45 s ago; else false
 * with ERROR_LOST (or ERROR_STORE when that cannot be known). */
bool store_lease_may_commit(store *s, const store_lease *lease, error **err);

typedef enum {
    LEASE_DEAD,    /* its process is gone: the run was moved to `state` */
    LEASE_EXPIRED, /* its process lives but does not renew: nothing was changed; signal it */
} lease_finding;

typedef struct {
    lease_finding finding;
    int64_t run;
    char *token; /* of the run, for sweeping its staging */
    char *task_name;
    char *state; /* now: "failed" (error lost), "unresolved", "cancelled" … */
    char *plan;  /* JSON or NULL: to find the target */
    int64_t pid; /* of the process that held it */
} reaped_run;

void reaped_run_free(reaped_run *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(reaped_run, reaped_run_free)

/* Find leases whose process died and settle their runs, each exactly once:
 * another boot id is dead at once; in our pid namespace a pid that is gone or
 * has another start time; elsewhere an expired lease. A run that died between
 * committing and recorded becomes `unresolved`, one that was being cancelled
 * `cancelled`, any other `failed` with error code "lost". Of reaped_run*, with
 * free function. */
GPtrArray *store_lease_reap(store *s, error **err);

#endif
