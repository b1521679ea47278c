/* How runs change: every move goes through run_move(). */
#include "store/runs.h"

#include "base/intl.h"
#include "store/runs_private.h"

#include <inttypes.h>
#include <sys/statvfs.h>

enum { FREE_BYTES = 64 * 1024 * 1024 };

bool run_move(store *s, run_head *h, run_state to, const char *reason, int epoch_step, error **err)
{
    if (!run_state_may_become(h->state, to))
        return error_set(err, ERROR_INTERNAL,
                         _("cannot move the run %" PRId64 " from %s to %s"), h->id,
                         run_state_name(h->state), run_state_name(to));
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "UPDATE run SET state = ?, state_at = ?, reason = ?, finished_at = ?,"
                       " epoch = epoch + ? WHERE id = ? AND epoch = ?",
                       err))
        return false;
    int64_t now = store_now(s);
    query_put_text(&q, run_state_name(to));
    query_put_int(&q, now);
    query_put_text(&q, reason);
    query_put_optional(&q, run_state_is_terminal(to) ? now : 0);
    query_put_int(&q, epoch_step);
    query_put_int(&q, h->id);
    query_put_int(&q, h->epoch);
    if (!query_run(&q, NULL, err))
        return false;
    g_autofree char *detail =
        g_strdup_printf("%s > %s", run_state_name(h->state), run_state_name(to));
    h->state = to;
    h->epoch += epoch_step;
    return run_audit(s, "run.state", h->id, detail, err);
}

bool run_set_failure(store *s, int64_t run, const error *failure, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "UPDATE run SET error_code = ?, error_message = ?, error_detail = ?,"
                       " error_hint = ?, error_sqlstate = ? WHERE id = ?",
                       err))
        return false;
    query_put_error(&q, failure);
    query_put_int(&q, run);
    return query_run(&q, NULL, err);
}

/* --- start --- */

static bool refuse_full_disk(store *s, error **err)
{
    struct statvfs info;
    int64_t pages, page_size;
    if (!store_read_int(s, "PRAGMA page_count", &pages, err) ||
        !store_read_int(s, "PRAGMA page_size", &page_size, err))
        return false;
    if (statvfs(s->path, &info) != 0)
        return true;
    uint64_t needed = MAX((uint64_t)FREE_BYTES, 2 * (uint64_t)(pages * page_size));
    uint64_t available = (uint64_t)info.f_bavail * info.f_frsize;
    if (available >= needed)
        return true;
    error_set(err, ERROR_DISK,
              _("not started: %" PRIu64
                " MiB are free for the store \"%s\", %" PRIu64 " MiB are needed"),
              (guint64)(available >> 20), s->path, (guint64)(needed >> 20));
    return error_hint(err, _("Free some space on that file system."));
}

static bool write_claim(store *s, run_head *h, const run_claim *claim, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "UPDATE run SET plan = ?, plan_hash = ?, claim_target = ?, claim_slice = ?,"
                       " claim_shared = ? WHERE id = ?",
                       err))
        return false;
    query_put_text(&q, claim->plan);
    query_put_text(&q, claim->plan_hash);
    query_put_text(&q, claim->claim_target);
    query_put_text(&q, claim->claim_slice);
    query_put_int(&q, claim->claim_shared);
    query_put_int(&q, h->id);
    g_free(h->claim_target);
    g_free(h->claim_slice);
    h->claim_target = g_strdup(claim->claim_target);
    h->claim_slice = g_strdup(claim->claim_slice);
    h->claim_shared = claim->claim_shared;
    return query_run(&q, NULL, err);
}

static bool target_is_busy(int64_t run, const char *task_name, const char *state, error **err)
{
    error_set(err, ERROR_BUSY,
              _("the target is being written by run %" PRId64 " of the task \"%s\" (%s)"),
              run, task_name, state);
    error_hint(err, _("Wait for its end, cancel it, or approve or discard it when it is held."));
    if (err != NULL)
        (*err)->retryable = true;
    return false;
}

/* rulings.md 8 */
static bool refuse_claimed(store *s, const run_head *h, error **err)
{
    if (h->claim_target[0] == '\0')
        return true;
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT claim_slice, claim_shared, id, task_name, state FROM run"
                       " WHERE claim_target = ? AND id <> ? AND state IN " LIVE_STATES
                       " ORDER BY id",
                       err))
        return false;
    query_put_text(&q, h->claim_target);
    query_put_int(&q, h->id);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        g_autofree char *slice = query_take_text(&q);
        bool shared = query_take_bool(&q);
        int64_t run = query_take_int(&q);
        g_autofree char *task_name = query_take_text(&q);
        g_autofree char *state = query_take_text(&q);
        if (!(shared && h->claim_shared) && claim_slices_overlap(slice, h->claim_slice))
            return target_is_busy(run, task_name, state, err);
    }
    return step == 0;
}

static bool begin_attempt(store *s, const run_head *h, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "UPDATE run SET attempt = ?, started_at = coalesce(started_at, ?),"
                       " committing = 0, phase = NULL WHERE id = ?",
                       err))
        return false;
    query_put_int(&q, h->attempt + 1);
    query_put_int(&q, store_now(s));
    query_put_int(&q, h->id);
    return query_run(&q, NULL, err) && attempt_open(s, h->id, h->attempt + 1, err);
}

static bool start_inside(store *s, const store_lease *lease, const run_claim *claim, int *attempt,
                         error **err)
{
    g_auto(run_head) h = { 0 };
    if (!run_head_load_leased(s, lease, &h, err))
        return false;
    if (h.cancel_requested)
        return error_set(err, ERROR_CANCELLED,
                         _("the run %" PRId64 " was cancelled before it started"), h.id);
    if ((claim->plan != NULL && !write_claim(s, &h, claim, err)) || !refuse_claimed(s, &h, err) ||
        !refuse_full_disk(s, err) || !run_move(s, &h, RUN_STARTING, NULL, 0, err) ||
        !run_set_failure(s, h.id, NULL, err) || !begin_attempt(s, &h, err))
        return false;
    if (attempt != NULL)
        *attempt = h.attempt + 1;
    return true;
}

bool store_run_start(store *s, const store_lease *lease, const run_claim *claim, int *attempt,
                     error **err)
{
    return store_begin(s, err) && store_end(s, start_inside(s, lease, claim, attempt, err), err);
}

/* --- while it runs --- */

static bool set_state_inside(store *s, const store_lease *lease, run_state state,
                             const char *reason, error **err)
{
    g_auto(run_head) h = { 0 };
    g_assert(state == RUN_RUNNING || state == RUN_CANCELLING);
    return run_head_load_leased(s, lease, &h, err) && run_move(s, &h, state, reason, 0, err);
}

bool store_run_set_state(store *s, const store_lease *lease, run_state state, const char *reason,
                         error **err)
{
    return store_begin(s, err) && store_end(s, set_state_inside(s, lease, state, reason, err), err);
}

/* "UPDATE run SET @assignments" of a run that @lease holds; the assignments
 * have two values, @a and @b. */
static bool update_leased(store *s, const store_lease *lease, const char *assignments,
                          const char *a, const char *b, error **err)
{
    g_autofree char *sql =
        g_strdup_printf("UPDATE run SET %s WHERE id = ? AND epoch = ?"
                        " AND EXISTS (SELECT 1 FROM lease WHERE run_id = run.id)",
                        assignments);
    g_auto(query) q = { 0 };
    int changes;
    if (!query_prepare(&q, s, sql, err))
        return false;
    query_put_text(&q, a);
    query_put_text(&q, b);
    query_put_int(&q, lease->run);
    query_put_int(&q, lease->epoch);
    return query_run(&q, &changes, err) && (changes == 1 || run_is_lost(lease, err));
}

bool store_run_set_files(store *s, const store_lease *lease, const char *log_path,
                         const char *reject_path, error **err)
{
    return store_begin(s, err) && store_end(s,
                                            update_leased(s, lease,
                                                          "log_path = coalesce(?, log_path),"
                                                          " reject_path = coalesce(?, reject_path)",
                                                          log_path, reject_path, err),
                                            err);
}

bool store_run_progress(store *s, const store_lease *lease, const char *phase, const char *counters,
                        error **err)
{
    return store_begin(s, err) &&
           store_end(s,
                     update_leased(s, lease, "phase = ?, counters = coalesce(?, counters)", phase,
                                   counters, err),
                     err);
}

/* @assignments has no values. */
static bool update_head(store *s, const run_head *h, const char *assignments, error **err)
{
    g_autofree char *sql = g_strdup_printf("UPDATE run SET %s WHERE id = ?", assignments);
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, sql, err))
        return false;
    query_put_int(&q, h->id);
    return query_run(&q, NULL, err);
}

static bool mark_published(store *s, const run_head *h, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "UPDATE run SET published_at = ? WHERE id = ?", err))
        return false;
    query_put_int(&q, store_now(s));
    query_put_int(&q, h->id);
    return query_run(&q, NULL, err);
}

static bool committing_inside(store *s, const store_lease *lease, error **err)
{
    g_auto(run_head) h = { 0 };
    return run_head_load_leased(s, lease, &h, err) && lease_is_fresh(s, &h, err) &&
           update_head(s, &h, "committing = 1", err) &&
           run_audit(s, "run.commit", h.id, "sent", err);
}

bool store_run_committing(store *s, const store_lease *lease, error **err)
{
    return store_begin(s, err) && store_end(s, committing_inside(s, lease, err), err);
}

static bool commit_known_inside(store *s, const store_lease *lease, bool committed, error **err)
{
    g_auto(run_head) h = { 0 };
    return run_head_load_leased(s, lease, &h, err) && update_head(s, &h, "committing = 0", err) &&
           (!committed || mark_published(s, &h, err)) &&
           run_audit(s, "run.commit", h.id, committed ? "done" : "not done", err);
}

bool store_run_not_committed(store *s, const store_lease *lease, error **err)
{
    return store_begin(s, err) && store_end(s, commit_known_inside(s, lease, false, err), err);
}

bool store_run_committed(store *s, const store_lease *lease, error **err)
{
    return store_begin(s, err) && store_end(s, commit_known_inside(s, lease, true, err), err);
}

/* --- the end --- */

static bool write_outcome(store *s, const run_head *h, const run_outcome *o, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "UPDATE run SET counters = coalesce(?, counters),"
                       " result = coalesce(?, result), due_at = coalesce(?, due_at),"
                       " committing = 0, phase = NULL WHERE id = ?",
                       err))
        return false;
    query_put_text(&q, o->counters);
    query_put_text(&q, o->result);
    query_put_optional(&q, o->due_at);
    query_put_int(&q, h->id);
    return query_run(&q, NULL, err);
}

static bool finish_inside(store *s, const store_lease *lease, const run_outcome *o, error **err)
{
    g_auto(run_head) h = { 0 };
    return run_head_load_leased(s, lease, &h, err) &&
           run_move(s, &h, o->state, o->reason, 0, err) && write_outcome(s, &h, o, err) &&
           (!o->published || h.published || mark_published(s, &h, err)) &&
           run_set_failure(s, h.id, o->failure, err) &&
           attempt_close(s, h.id, o->state, o->failure, o->counters, o->exit_status, err) &&
           lease_delete(s, h.id, err);
}

bool store_run_finish(store *s, const store_lease *lease, const run_outcome *outcome, error **err)
{
    return store_begin(s, err) && store_end(s, finish_inside(s, lease, outcome, err), err);
}

/* --- the operator --- */

static bool cancel_inside(store *s, int64_t id, error **err)
{
    g_auto(run_head) h = { 0 };
    if (!run_head_load(s, id, &h, err))
        return false;
    if (run_state_is_terminal(h.state))
        return error_set(err, ERROR_PLAN, _("the run %" PRId64 " is over: %s"), id,
                         run_state_name(h.state));
    if (h.holder == 0 && (h.state == RUN_HELD || h.state == RUN_UNRESOLVED)) {
        error_set(err, ERROR_PLAN, _("cannot cancel the run %" PRId64 ": it is %s"), id,
                  run_state_name(h.state));
        return error_hint(err, h.state == RUN_HELD ? _("Approve or discard it.")
                                                   : _("Resolve it first."));
    }
    if (h.holder == 0 && !run_state_is_live(h.state))
        return run_move(s, &h, RUN_CANCELLED, NULL, 1, err);
    if (h.cancel_requested)
        return true;
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "UPDATE run SET cancel_requested_at = ? WHERE id = ?", err))
        return false;
    query_put_int(&q, store_now(s));
    query_put_int(&q, id);
    return query_run(&q, NULL, err) && run_audit(s, "run.cancel", id, NULL, err);
}

bool store_run_request_cancel(store *s, int64_t id, error **err)
{
    return store_begin(s, err) && store_end(s, cancel_inside(s, id, err), err);
}

bool store_run_cancel_requested(store *s, int64_t id)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "SELECT cancel_requested_at IS NOT NULL FROM run WHERE id = ?", NULL))
        return false;
    query_put_int(&q, id);
    return query_step(&q, NULL) == 1 && query_take_bool(&q);
}

static bool load_free(store *s, int64_t id, run_head *h, error **err)
{
    if (!run_head_load(s, id, h, err))
        return false;
    return h->holder == 0 || error_set(err, ERROR_BUSY,
                                       _("the run %" PRId64
                                         " is in the hands of the process %" PRId64),
                                       id, h->holder);
}

static bool decide_inside(store *s, int64_t id, int64_t epoch, run_state state, bool published,
                          const char *reason, error **err)
{
    g_auto(run_head) h = { 0 };
    if (!load_free(s, id, &h, err))
        return false;
    if (h.epoch != epoch)
        return error_set(err, ERROR_LOST,
                         _("the run %" PRId64 " has changed meanwhile: it is %s"), id,
                         run_state_name(h.state));
    g_assert(!run_state_is_live(state));
    return run_move(s, &h, state, reason, 1, err) && (!published || mark_published(s, &h, err));
}

bool store_run_decide(store *s, int64_t id, int64_t epoch, run_state state, bool published,
                      const char *reason, error **err)
{
    return store_begin(s, err) &&
           store_end(s, decide_inside(s, id, epoch, state, published, reason, err), err);
}

static bool again_inside(store *s, int64_t id, error **err)
{
    g_auto(run_head) h = { 0 };
    if (!load_free(s, id, &h, err))
        return false;
    if (!run_state_is_terminal(h.state) || !run_state_may_become(h.state, RUN_QUEUED))
        return error_set(err, ERROR_PLAN, _("cannot run %" PRId64 " again: it is %s"), id,
                         run_state_name(h.state));
    if (!run_move(s, &h, RUN_QUEUED, NULL, 1, err))
        return false;
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "UPDATE run SET cancel_requested_at = NULL, due_at = ? WHERE id = ?",
                       err))
        return false;
    query_put_int(&q, store_now(s));
    query_put_int(&q, id);
    return query_run(&q, NULL, err);
}

bool store_run_again(store *s, int64_t id, error **err)
{
    return store_begin(s, err) && store_end(s, again_inside(s, id, err), err);
}

bool store_run_published_since(store *s, int64_t id, int64_t *other, error **err)
{
    g_auto(run_head) h = { 0 };
    *other = 0;
    if (!run_head_load(s, id, &h, err))
        return false;
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT o.id, o.claim_slice FROM run r JOIN run o"
                       " ON o.claim_target = r.claim_target AND o.id <> r.id"
                       " AND o.published_at >= coalesce(r.finished_at, r.state_at)"
                       " WHERE r.id = ? AND r.claim_target <> '' ORDER BY o.published_at DESC",
                       err))
        return false;
    query_put_int(&q, id);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        int64_t run = query_take_int(&q);
        g_autofree char *slice = query_take_text(&q);
        if (claim_slices_overlap(slice, h.claim_slice)) {
            *other = run;
            return true;
        }
    }
    return step == 0;
}
