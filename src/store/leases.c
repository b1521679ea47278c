#include "store/leases.h"

#include "base/intl.h"
#include "store/runs_private.h"

#include <inttypes.h>

/* --- hold --- */

static bool acquire_inside(store *s, int64_t run, store_lease *lease, error **err)
{
    g_auto(run_head) h = { 0 };
    if (!run_head_load(s, run, &h, err))
        return false;
    if (run_state_is_terminal(h.state))
        return error_set(err, ERROR_PLAN, _("the run %" PRId64 " is over: %s"), run,
                         run_state_name(h.state));
    if (h.holder != 0)
        return error_set(
            err, ERROR_BUSY,
            _("the run %" PRId64 " is in the hands of the process %" PRId64), run,
            h.holder);

    g_auto(query) bump = { 0 };
    if (!query_prepare(&bump, s, "UPDATE run SET epoch = epoch + 1 WHERE id = ?", err))
        return false;
    query_put_int(&bump, run);
    if (!query_run(&bump, NULL, err))
        return false;

    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT INTO lease (run_id, epoch, boot_id, pid_namespace, pid, pid_start,"
                       " renewed_boot, until_boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                       err))
        return false;
    int64_t now = s->options.boot_ms();
    query_put_int(&q, run);
    query_put_int(&q, h.epoch + 1);
    query_put_text(&q, s->self.boot_id);
    query_put_text(&q, s->self.pid_namespace);
    query_put_int(&q, s->self.pid);
    query_put_int(&q, s->self.start);
    query_put_int(&q, now);
    query_put_int(&q, now + LEASE_MS);
    g_autofree char *detail = g_strdup_printf("process %d", (int)s->self.pid);
    if (!query_run(&q, NULL, err) || !run_audit(s, "run.acquire", run, detail, err))
        return false;
    *lease = (store_lease){ .run = run, .epoch = h.epoch + 1 };
    return true;
}

bool store_lease_acquire(store *s, int64_t run, store_lease *lease, error **err)
{
    return store_begin(s, err) && store_end(s, acquire_inside(s, run, lease, err), err);
}

static bool renew_inside(store *s, const store_lease *lease, error **err)
{
    g_auto(query) q = { 0 };
    int changes;
    if (!query_prepare(&q, s,
                       "UPDATE lease SET renewed_boot = ?, until_boot = ?"
                       " WHERE run_id = ? AND epoch = ?",
                       err))
        return false;
    int64_t now = s->options.boot_ms();
    query_put_int(&q, now);
    query_put_int(&q, now + LEASE_MS);
    query_put_int(&q, lease->run);
    query_put_int(&q, lease->epoch);
    return query_run(&q, &changes, err) && (changes == 1 || run_is_lost(lease, err));
}

bool store_lease_renew(store *s, const store_lease *lease, error **err)
{
    return store_begin(s, err) && store_end(s, renew_inside(s, lease, err), err);
}

bool lease_delete(store *s, int64_t run, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "DELETE FROM lease WHERE run_id = ?", err))
        return false;
    query_put_int(&q, run);
    return query_run(&q, NULL, err);
}

static bool release_inside(store *s, const store_lease *lease, error **err)
{
    g_auto(run_head) h = { 0 };
    if (!run_head_load_leased(s, lease, &h, err))
        return false;
    if (h.state == RUN_STARTING || h.state == RUN_RUNNING || h.state == RUN_CANCELLING)
        return error_set(err, ERROR_INTERNAL,
                         _("cannot give the run %" PRId64 " back while it is %s"), h.id,
                         run_state_name(h.state));
    return lease_delete(s, h.id, err) && run_audit(s, "run.release", h.id, NULL, err);
}

bool store_lease_release(store *s, const store_lease *lease, error **err)
{
    return store_begin(s, err) && store_end(s, release_inside(s, lease, err), err);
}

bool lease_is_fresh(store *s, const run_head *h, error **err)
{
    int64_t age = s->options.boot_ms() - h->renewed_boot;
    if (age < LEASE_COMMIT_MS)
        return true;
    error_set(err, ERROR_LOST,
              _("may not commit: the lease of run %" PRId64
                " was renewed %" PRId64 " s ago"),
              h->id, age / 1000);
    return error_hint(err, _("The process was stopped, or could not reach the store."));
}

bool store_lease_may_commit(store *s, const store_lease *lease, error **err)
{
    g_auto(run_head) h = { 0 };
    return run_head_load_leased(s, lease, &h, err) && lease_is_fresh(s, &h, err);
}

/* --- reap --- */

void reaped_run_free(reaped_run *r)
{
    if (r == NULL)
        return;
    g_free(r->token);
    g_free(r->task_name);
    g_free(r->state);
    g_free(r->plan);
    g_free(r);
}

/* What a look at all leases found: nothing is written yet. */
typedef struct {
    int64_t run, epoch, renewed_boot;
    lease_finding finding;
    pid_t pid;
} suspect;

static bool judge(store *s, const process_identity *holder, int64_t until, lease_finding *finding)
{
    bool expired = s->options.boot_ms() > until;
    switch (process_look(&s->self, holder)) {
    case PROCESS_GONE:
        *finding = LEASE_DEAD;
        return true;
    case PROCESS_UNKNOWN:
        *finding = LEASE_DEAD;
        return expired;
    case PROCESS_ALIVE:
        *finding = LEASE_EXPIRED;
        return expired;
    }
    return false;
}

static bool find_suspects(store *s, GArray *suspects, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT run_id, epoch, boot_id, pid_namespace, pid, pid_start, until_boot,"
                       " renewed_boot FROM lease ORDER BY run_id",
                       err))
        return false;
    int step;
    while ((step = query_step(&q, err)) == 1) {
        suspect found = { .run = query_take_int(&q), .epoch = query_take_int(&q) };
        process_identity holder = { .boot_id = query_take_text(&q) };
        holder.pid_namespace = query_take_text(&q);
        holder.pid = (pid_t)query_take_int(&q);
        holder.start = query_take_int(&q);
        found.pid = holder.pid;
        bool suspicious = judge(s, &holder, query_take_int(&q), &found.finding);
        found.renewed_boot = query_take_int(&q);
        if (suspicious)
            g_array_append_val(suspects, found);
        process_identity_clear(&holder);
    }
    return step == 0;
}

/* Where a run goes whose process died; false: it stays where it is. */
static bool fate_of(const run_head *h, run_state *to)
{
    switch (h->state) {
    case RUN_STARTING:
    case RUN_RUNNING:
    case RUN_CANCELLING:
        /* Whether the target was changed is for the ledger to say. */
        if (h->committing || h->published)
            *to = RUN_UNRESOLVED;
        else
            *to = h->state == RUN_CANCELLING ? RUN_CANCELLED : RUN_FAILED;
        return true;
    case RUN_PLANNED:
    case RUN_WAITING_TIME:
    case RUN_WAITING_UPSTREAM:
    case RUN_QUEUED:
        *to = h->cancel_requested ? RUN_CANCELLED : RUN_FAILED;
        return true;
    case RUN_HELD:
    case RUN_UNRESOLVED:
    case RUN_FROZEN:
    case RUN_SUCCEEDED:
    case RUN_FAILED:
    case RUN_CANCELLED:
    case RUN_SKIPPED:
    case RUN_DRY_RUN:
    case RUN_MISSED:
    case RUN_DISCARDED:
        return false;
    }
    return false;
}

static bool settle(store *s, run_head *h, const suspect *dead, error **err)
{
    run_state to = h->state;
    g_autoptr(error) lost = NULL;
    error_set(&lost, ERROR_LOST, _("the process %d of the run ended without a report"),
              (int)dead->pid);
    error_hint(&lost, _("Its log shows how far it came; perhaps it was killed or ran out of "
                        "memory."));
    if (!fate_of(h, &to)) {
        g_auto(query) q = { 0 };
        if (!query_prepare(&q, s, "UPDATE run SET epoch = epoch + 1 WHERE id = ?", err))
            return false;
        query_put_int(&q, h->id);
        return query_run(&q, NULL, err) && lease_delete(s, h->id, err) &&
               run_audit(s, "run.reap", h->id, run_state_name(h->state), err);
    }
    g_autofree char *reason = g_strdup_printf("lost: process %d", (int)dead->pid);
    return run_move(s, h, to, reason, 1, err) && run_set_failure(s, h->id, lost, err) &&
           attempt_close(s, h->id, to, lost, NULL, -1, err) && lease_delete(s, h->id, err) &&
           run_audit(s, "run.reap", h->id, run_state_name(to), err);
}

static reaped_run *describe(store *s, const suspect *found, error **err)
{
    g_autoptr(run_record) record = store_run_get(s, found->run, err);
    if (record == NULL)
        return NULL;
    reaped_run *r = g_new0(reaped_run, 1);
    r->finding = found->finding;
    r->run = found->run;
    r->token = g_steal_pointer(&record->token);
    r->task_name = g_steal_pointer(&record->task_name);
    r->state = g_strdup(run_state_name(record->state));
    r->plan = g_steal_pointer(&record->plan);
    r->pid = found->pid;
    return r;
}

/* Settle one, unless it was renewed or somebody else was faster. */
static bool reap_one(store *s, const suspect *found, GPtrArray *list, error **err)
{
    g_auto(run_head) h = { 0 };
    if (!run_head_load(s, found->run, &h, err))
        return false;
    if (h.holder == 0 || h.epoch != found->epoch || h.renewed_boot != found->renewed_boot)
        return true;
    if (found->finding == LEASE_DEAD && !settle(s, &h, found, err))
        return false;
    reaped_run *r = describe(s, found, err);
    if (r == NULL)
        return false;
    g_ptr_array_add(list, r);
    return true;
}

GPtrArray *store_lease_reap(store *s, error **err)
{
    g_autoptr(GArray) suspects = g_array_new(false, false, sizeof(suspect));
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)reaped_run_free);
    if (!find_suspects(s, suspects, err))
        return NULL;
    for (guint i = 0; i < suspects->len; i++) {
        const suspect *found = &g_array_index(suspects, suspect, i);
        if (!store_begin(s, err) || !store_end(s, reap_one(s, found, list, err), err))
            return NULL;
    }
    return g_steal_pointer(&list);
}
