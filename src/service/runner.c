#include "service/runner.h"

#include "base/intl.h"
#include "base/paths.h"
#include "ferry/run.h"
#include "service/keeper.h"
#include "service/log_file.h"
#include "service/progress.h"
#include "service/recovery.h"
#include "service/run_view.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STORED_EVERY_US = G_USEC_PER_SEC,
    WAIT_STEP_US = 100 * 1000,
    TAKEN_WITHIN_US = 60 * G_USEC_PER_SEC,
};

/* A run in this process. */
typedef struct {
    engine *engine;
    store *store; /* borrowed */
    run_record *record;
    store_lease lease;
    keeper *keeper;
    log_file *log;
    char *log_path, *reject_path;
    progress *progress;
    planned_task *planned;
    json_t *options_json;
    run_options options; /* borrows from options_json */
    int attempt;
    bool is_running; /* the state says so: it may become `cancelling` */
    bool cancelling;
    gint64 stored_us;      /* when the counters were stored last */
    const GThread *thread; /* the one that owns the store's handle */
    const char *kill_at;
    double timeout_seconds; /* 0: the task's own */
} execution;

static void execution_clear(execution *x)
{
    progress_free(x->progress);
    keeper_stop(x->keeper);
    log_file_close(x->log);
    planned_task_free(x->planned);
    json_decref(x->options_json);
    run_record_free(x->record);
    g_free(x->log_path);
    g_free(x->reject_path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(execution, execution_clear)

/* --- callbacks of the engine --- */

static void pass(execution *x, const char *point)
{
    if (g_strcmp0(x->kill_at, point) == 0)
        kill(getpid(), SIGKILL);
}

static void on_reached(void *user, const char *point)
{
    pass(user, point);
}

/* By address: at a call @stored and @why are evaluated in any order. */
static void note_store_failure(execution *x, bool stored, error *const *why)
{
    if (!stored)
        log_file_add(x->log, LOG_WARNING, (*why)->message);
}

static void on_progress(void *user, const run_counters *now)
{
    execution *x = user;
    progress_update(x->progress, now);
    gint64 time = g_get_monotonic_time();
    if (time - x->stored_us < STORED_EVERY_US)
        return;
    x->stored_us = time;
    json_t *json = counters_to_json(now);
    char *counters = json_dumps(json, JSON_COMPACT);
    g_autoptr(error) why = NULL;
    note_store_failure(x, store_run_progress(x->store, &x->lease, now->phase, counters, &why),
                       &why);
    free(counters);
    json_decref(json);
}

static void on_segment(void *user, const run_segment *now)
{
    execution *x = user;
    const segment_record record = {
        .number = now->number,
        .state = (char *)now->state,
        .what = (char *)now->what,
        .rows_read = now->rows_read,
        .rows_written = now->rows_written,
        .rows_rejected = now->rows_rejected,
        .rows_filtered = now->rows_filtered,
    };
    g_autoptr(error) why = NULL;
    note_store_failure(x, store_segment_save(x->store, &x->lease, &record, &why), &why);
}

static void on_log(void *user, log_level level, const char *message)
{
    execution *x = user;
    log_file_add(x->log, level, message);
    /* Errors are shown by the door when the run has ended. */
    if (level != LOG_WARNING)
        return;
    progress_clear(x->progress);
    engine_note(x->engine, "%s", message);
}

/* The store must know that a COMMIT is on its way before it is sent, else the
 * death of this process could pass for a failure. */
static bool on_may_commit(void *user, error **err)
{
    execution *x = user;
    if (keeper_lost(x->keeper))
        return error_set(err, ERROR_LOST, _("this process lost its lease: nothing is published"));
    return store_run_committing(x->store, &x->lease, err);
}

static void on_committing(void *user)
{
    execution *x = user;
    log_file_add(x->log, LOG_INFO, _("committing"));
}

static bool wants_to_stop(const execution *x)
{
    return (x->engine->interrupts != NULL && *x->engine->interrupts > 0) ||
           keeper_cancelled(x->keeper) || keeper_lost(x->keeper);
}

static bool on_cancelled(void *user)
{
    execution *x = user;
    if (!wants_to_stop(x))
        return false;
    /* Any thread may ask, but only ours may write to the store; it asks too. */
    if (g_thread_self() == x->thread && x->is_running && !x->cancelling) {
        g_autoptr(error) why = NULL;
        x->cancelling = true;
        log_file_add(x->log, LOG_WARNING, _("cancelling"));
        note_store_failure(x, store_run_set_state(x->store, &x->lease, RUN_CANCELLING, NULL, &why),
                           &why);
        pass(x, "K24");
    }
    return true;
}

/* --- one attempt --- */

/* What is known of an attempt that has not begun. */
static const run_result no_result = {
    .counters = { .rows_inserted = -1, .rows_updated = -1, .rows_unchanged = -1,
                  .rows_expected = -1 }
};

static bool start_attempt(execution *x, error **err)
{
    json_t *json = plan_to_json(x->planned->plan);
    char *text = json_dumps(json, JSON_COMPACT);
    const run_claim claim = {
        .plan = text,
        .plan_hash = plan_hash(x->planned->plan),
        .claim_target = plan_claim_target(x->planned->plan),
        .claim_slice = plan_claim_slice(x->planned->plan),
        .claim_shared = plan_claim_shared(x->planned->plan),
    };
    bool started = store_run_start(x->store, &x->lease, &claim, &x->attempt, err);
    free(text);
    json_decref(json);
    if (!started)
        return false;
    pass(x, "K2");
    /* Now it says when the first attempt began. */
    run_record *record = store_run_get(x->store, x->record->id, err);
    if (record == NULL)
        return false;
    run_record_free(x->record);
    x->record = record;
    if (!store_run_set_files(x->store, &x->lease, x->log_path, x->reject_path, err) ||
        !store_run_set_state(x->store, &x->lease, RUN_RUNNING, NULL, err))
        return false;
    x->is_running = true;
    return true;
}

static bool make_plan(execution *x, error **err)
{
    g_clear_pointer(&x->planned, planned_task_free);
    x->planned = planned_task_of_run(x->engine, x->record, err);
    if (x->planned == NULL)
        return false;
    if (wants_to_stop(x))
        return error_set(err, ERROR_CANCELLED, _("cancelled"));
    return true;
}

static bool run_attempt(execution *x, run_result *result, error **err)
{
    x->is_running = x->cancelling = false;
    if (!make_plan(x, err) || !start_attempt(x, err))
        return false;
    recovery_sweep_target(x->engine, x->planned, x->record->token);
    /* The attempt begins anew: what an earlier one rejected was not published. */
    if (x->attempt > 1 && unlink(x->reject_path) != 0 && errno != ENOENT)
        return error_set(err, ERROR_IO, _("could not remove \"%s\": %s"), x->reject_path,
                         g_strerror(errno));
    g_autofree char *began =
        g_strdup_printf(_("attempt %d of run %" PRId64), x->attempt, x->record->id);
    log_file_add(x->log, LOG_INFO, began);
    const run_callbacks callbacks = {
        .progress = on_progress,
        .segment = on_segment,
        .log = on_log,
        .may_commit = on_may_commit,
        .committing = on_committing,
        .cancelled = on_cancelled,
        .reached = on_reached,
        .user = x,
        .reject_path = x->reject_path,
        .attempt = x->attempt,
        .timeout_seconds = x->timeout_seconds,
    };
    x->progress = progress_new(x->record->task_name, x->engine->quiet);
    bool done = run_execute(x->planned->plan, &callbacks, result, err);
    g_clear_pointer(&x->progress, progress_free);
    return done;
}

/* --- the end of an attempt --- */

static run_state state_after(const error *failure)
{
    if (failure == NULL)
        return RUN_SUCCEEDED;
    if (failure->code == ERROR_CANCELLED)
        return RUN_CANCELLED;
    if (failure->code == ERROR_UNRESOLVED)
        return RUN_UNRESOLVED;
    if (failure->code == ERROR_HELD)
        return RUN_HELD;
    return RUN_FAILED;
}

static json_t *make_result(const execution *x, const run_result *result, const error *failure)
{
    int64_t started = x->record->started_at != 0 ? x->record->started_at : store_now(x->store);
    const run_ending ending = {
        .run = x->record,
        .state = state_after(failure),
        .attempt = x->attempt,
        .result = result,
        .queue_seconds = (double)MAX(0, started - x->record->created_at) / 1000.0,
        .log = x->log_path,
        .reject_file = access(x->reject_path, F_OK) == 0 ? x->reject_path : NULL,
        .verify = x->options.verify,
        .failure = failure,
    };
    return run_result_to_json(&ending);
}

/* Record how the attempt ended; @again puts the run back in the queue. */
static bool finish(execution *x, const run_result *result, const error *failure, bool again,
                   json_t **json, error **err)
{
    *json = make_result(x, result, failure);
    json_t *counted = counters_to_json(&result->counters);
    char *text = json_dumps(*json, JSON_COMPACT), *counters = json_dumps(counted, JSON_COMPACT);
    const run_outcome outcome = {
        .state = again ? RUN_QUEUED : state_after(failure),
        .published = result->committed,
        .failure = failure,
        .counters = counters,
        .result = text,
        .exit_status = failure != NULL ? error_exit_status(failure->code) : 0,
    };
    bool stored = store_run_finish(x->store, &x->lease, &outcome, err);
    free(text);
    free(counters);
    json_decref(counted);
    return stored;
}

/* --- retries --- */

static bool may_retry(const execution *x, const run_result *result, const error *failure)
{
    if (x->planned == NULL || x->attempt == 0 || result->committed || wants_to_stop(x))
        return false;
    int attempts = 1 + x->planned->task->retry_attempts;
    if (x->options.attempt_limit > 0)
        attempts = MIN(attempts, x->options.attempt_limit);
    bool passing = failure->retryable || failure->code == ERROR_CONNECT ||
                   failure->code == ERROR_LOCK || failure->code == ERROR_BUSY;
    return passing && x->attempt < attempts;
}

/* The lease is taken again at once: if this process dies while it waits, the
 * run does not stay in the queue for ever. */
static bool wait_for_retry(execution *x, const error *failure, error **err)
{
    g_clear_pointer(&x->keeper, keeper_stop);
    if (!store_lease_acquire(x->store, x->record->id, &x->lease, err))
        return false;
    x->keeper = keeper_start(x->engine, &x->lease, err);
    if (x->keeper == NULL)
        return false;
    int minutes = x->planned->task->retry_interval_minutes;
    g_autofree char *text =
        g_strdup_printf(ngettext("%s; another try in %d minute", "%s; another try in %d minutes",
                                 (unsigned)minutes),
                        failure->message, minutes);
    on_log(x, LOG_WARNING, text);
    gint64 until = g_get_monotonic_time() + minutes * G_TIME_SPAN_MINUTE;
    while (g_get_monotonic_time() < until) {
        if (wants_to_stop(x))
            return error_set(err, ERROR_CANCELLED, _("cancelled while waiting for another try"));
        g_usleep(WAIT_STEP_US);
    }
    return true;
}

/* --- the run --- */

static bool prepare(execution *x, error **err)
{
    g_autofree char *folder = engine_run_folder(x->engine, x->record->id);
    if (!directory_ensure(folder, err))
        return false;
    x->log = log_file_open(x->log_path, err);
    x->keeper = x->log != NULL ? keeper_start(x->engine, &x->lease, err) : NULL;
    return x->keeper != NULL;
}

static bool end_unstarted(execution *x, json_t **json, error **cause, error **err)
{
    g_autoptr(error) why = NULL;
    g_clear_pointer(json, json_decref);
    if (!finish(x, &no_result, *cause, false, json, &why))
        engine_note(x->engine, "%s", why->message);
    return error_propagate(err, cause);
}

static bool run_to_the_end(execution *x, json_t **json, error **err)
{
    for (;;) {
        run_result result = no_result;
        error *failure = NULL;
        bool done = run_attempt(x, &result, &failure);
        if (!done && !x->is_running) /* else the engine has logged it */
            log_file_add(x->log, LOG_ERROR, failure->message);
        bool again = !done && may_retry(x, &result, failure);
        g_clear_pointer(json, json_decref);
        bool stored = finish(x, &result, failure, again, json, done ? err : NULL);
        run_result_clear(&result);
        if (!stored || !again)
            return done ? stored : error_propagate(err, &failure);
        error *stop = NULL;
        bool ready = wait_for_retry(x, failure, &stop);
        error_free(failure);
        if (!ready)
            return end_unstarted(x, json, &stop, err);
    }
}

/* --- creating --- */

/* With @lease the run is ours at once: no moment in which it waits for nobody. */
static bool create(store *s, const run_new *r, int64_t *run, store_lease *lease, error **err)
{
    if (!store_begin(s, err))
        return false;
    if (store_run_create(s, r, run, NULL, err) &&
        (lease == NULL || store_lease_acquire(s, *run, lease, err)))
        return store_commit(s, err);
    store_rollback(s);
    return false;
}

static bool create_run(engine *e, const run_request *r, int64_t *run, store_lease *lease,
                       error **err)
{
    g_autoptr(task_record) record = NULL;
    g_autoptr(task) t = engine_task(e, r->task, 0, &record, err);
    if (t == NULL)
        return false;
    if (!record->confirmed) {
        error_set(err, ERROR_DOCUMENT,
                  _("task \"%s\": source or target changed, the mapping is not confirmed yet"),
                  t->name);
        return error_hint(err,
                          _("look at \"rowferry --plan %s\", then \"rowferry task confirm %s\""),
                          t->name, t->name);
    }
    const scope_request asked = { .task = t, .business_date = r->business_date };
    g_autoptr(run_scope) scope = run_scope_new(e, &asked, err);
    if (scope == NULL)
        return false;
    json_t *json = run_options_to_json(&r->options);
    char *options = json_dumps(json, JSON_COMPACT);
    const run_new created = {
        .kind = r->replay_of != 0 ? RUN_REPLAY : RUN_MANUAL,
        .state = RUN_QUEUED,
        .task_id = record->id,
        .task_version = record->version,
        .business_date = scope->business_date,
        .parent = r->replay_of,
        .options = options,
    };
    bool done = create(e->store, &created, run, lease, err);
    free(options);
    json_decref(json);
    return done;
}

bool runner_create(engine *e, const run_request *r, int64_t *run, error **err)
{
    return create_run(e, r, run, NULL, err);
}

/* --- executing --- */

static bool execute(engine *e, const store_lease *lease, json_t **result, error **err)
{
    g_auto(execution) x = { .engine = e, .store = e->store, .lease = *lease };
    x.thread = g_thread_self();
    /* For tests: die at a named point, or have less time than any task may say. */
    x.kill_at = g_getenv("ROWFERRY_TEST_KILL_AT");
    const char *seconds = g_getenv("ROWFERRY_TEST_TIMEOUT");
    x.timeout_seconds = seconds != NULL ? g_ascii_strtod(seconds, NULL) : 0;
    pass(&x, "K1");
    x.record = store_run_get(x.store, lease->run, err);
    if (x.record == NULL)
        return false;
    if (x.record->options != NULL)
        x.options_json = json_loads(x.record->options, 0, NULL);
    x.options = run_options_from_json(x.options_json);
    x.log_path = engine_run_file(e, lease->run, "log.jsonl");
    x.reject_path = engine_run_file(e, lease->run, "rejects.jsonl");
    error *cause = NULL;
    return prepare(&x, &cause) ? run_to_the_end(&x, result, err)
                               : end_unstarted(&x, result, &cause, err);
}

bool runner_execute(engine *e, int64_t run, json_t **result, error **err)
{
    store_lease lease = { 0 };
    *result = NULL;
    return recovery_run(e, err) && store_lease_acquire(e->store, run, &lease, err) &&
           execute(e, &lease, result, err);
}

bool runner_execute_new(engine *e, const run_request *r, int64_t *run, json_t **result, error **err)
{
    store_lease lease = { 0 };
    *result = NULL;
    return recovery_run(e, err) && create_run(e, r, run, &lease, err) &&
           execute(e, &lease, result, err);
}

/* --- detaching --- */

static void own_session(gpointer unused)
{
    (void)unused;
    setsid();
}

/* Until the child holds the run, or has ended without it. */
static bool wait_until_taken(store *s, int64_t run, GPid child, error **err)
{
    gint64 until = g_get_monotonic_time() + TAKEN_WITHIN_US;
    while (g_get_monotonic_time() < until) {
        g_autoptr(run_record) r = store_run_get(s, run, err);
        if (r == NULL)
            return false;
        if (r->pid != 0 || r->state != RUN_QUEUED)
            return true;
        int status;
        if (waitpid(child, &status, WNOHANG) == child) {
            store_run_request_cancel(s, run, NULL);
            return error_set(err, ERROR_INTERNAL, _("the process of run %" PRId64 " ended at once"),
                             run);
        }
        g_usleep(WAIT_STEP_US / 5);
    }
    return true; /* slow, but alive: `run show` tells more */
}

bool runner_detach(engine *e, int64_t run, error **err)
{
    store *s = engine_store(e, err);
    g_autofree char *number = g_strdup_printf("%" PRId64, run);
    if (s == NULL)
        return false;
    /* The link itself: it leads to this program also after an upgrade replaced the file. */
    char program[] = "/proc/self/exe", name[] = PACKAGE_NAME, verb[] = "--execute";
    char *arguments[] = { program, name, verb, number, NULL };
    g_autoptr(GError) problem = NULL;
    GPid child;
    const GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO |
                              G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;
    if (!g_spawn_async("/", arguments, NULL, flags, own_session, NULL, &child, &problem))
        return error_set(err, ERROR_INTERNAL, _("could not start a process: %s"), problem->message);
    return wait_until_taken(s, run, child, err);
}
