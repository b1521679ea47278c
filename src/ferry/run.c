#include "ferry/run_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define PROGRESS_US 100000

/* ---- what the phases share ----------------------------------------------- */

void run_log(run_state *r, log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    r->callbacks->log(r->callbacks->user, level, message);
}

static void progress(run_state *r)
{
    run_counters *c = &r->result->counters;
    int64_t now = g_get_monotonic_time();
    c->seconds = (double)(now - r->started_us) / 1e6;
    c->wait_lock = c->seconds > 0 ? (double)r->lock_us / 1e6 / c->seconds : 0;
    r->last_progress_us = now;
    r->callbacks->progress(r->callbacks->user, c);
}

void run_phase(run_state *r, const char *phase)
{
    r->result->counters.phase = phase;
    progress(r);
}

void run_reach(run_state *r, const char *point)
{
    r->callbacks->reached(r->callbacks->user, point);
}

bool run_tick(void *state, error **err)
{
    run_state *r = state;
    if (g_get_monotonic_time() - r->last_progress_us >= PROGRESS_US)
        progress(r);
    if (r->callbacks->cancelled(r->callbacks->user))
        return error_set(err, ERROR_CANCELLED, _("cancelled"));
    if (g_get_monotonic_time() >= r->deadline_us) {
        error_set(err, ERROR_TIMEOUT, _("timed out after %d minutes"),
                  r->plan->task->limits.timeout_minutes);
        return error_hint(err, _("limits.timeout_minutes of the task allows up to 300"));
    }
    return true;
}

#define WATCH_US 100000

static bool is_over(void *user)
{
    const run_state *r = user;
    return r->callbacks->cancelled(r->callbacks->user) || g_get_monotonic_time() >= r->deadline_us;
}

static gpointer watch(gpointer data)
{
    run_state *r = data;
    g_mutex_lock(&r->mutex);
    while (!r->done) {
        if (is_over(r)) {
            r->target->ops->cancel(r->target);
            break;
        }
        g_cond_wait_until(&r->wake, &r->mutex, g_get_monotonic_time() + WATCH_US);
    }
    g_mutex_unlock(&r->mutex);
    return NULL;
}

void run_watch_begin(run_state *r)
{
    g_mutex_init(&r->mutex);
    g_cond_init(&r->wake);
    r->done = false;
    r->watchdog = g_thread_new("watchdog", watch, r);
}

void run_watch_end(run_state *r)
{
    if (r->watchdog == NULL)
        return;
    g_mutex_lock(&r->mutex);
    r->done = true;
    g_cond_signal(&r->wake);
    g_mutex_unlock(&r->mutex);
    g_thread_join(r->watchdog);
    r->watchdog = NULL;
    g_cond_clear(&r->wake);
    g_mutex_clear(&r->mutex);
}

bool run_sql(run_state *r, const char *sql, int64_t *affected, error **err)
{
    int64_t ignored;
    return r->target->ops->execute(r->target, sql, NULL, 0, affected != NULL ? affected : &ignored,
                                   err);
}

bool run_number(run_state *r, const char *sql, int64_t *number, error **err)
{
    g_autoptr(query_result) q = r->target->ops->query(r->target, sql, NULL, 0, err);
    if (q == NULL)
        return false;
    const char *text = q->rows->len > 0 ? ((char **)q->rows->pdata[0])[0] : NULL;
    *number = text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
    return true;
}

bool run_all_rejected(const run_state *r, error **err)
{
    error_set(err, ERROR_EMPTY, _("every row was rejected: \"%s\" was left as it is"),
              r->plan->table->name);
    return error_hint(err, _("\"rowferry reject list RUN\" shows them"));
}

bool run_judge_rejects(run_state *r, error **err)
{
    const task *t = r->plan->task;
    const run_counters *c = &r->result->counters;
    if (t->rejects.percent >= 0) {
        double share =
            c->rows_read > 0 ? 100.0 * (double)c->rows_rejected / (double)c->rows_read : 0;
        if (share <= t->rejects.percent)
            return true;
        return error_set(err, ERROR_REJECTS,
                         _("%.3g %% of the rows were rejected, the limit is %.3g %%"), share,
                         t->rejects.percent);
    }
    if (t->rejects.limit < 0 || c->rows_rejected <= t->rejects.limit)
        return true;
    error_set(err, ERROR_REJECTS, _("%" PRId64 " rows were rejected, the limit is %" PRId64),
              c->rows_rejected, t->rejects.limit);
    return error_hint(err, _("\"rowferry reject list RUN\" shows them; mend the source, or raise "
                             "rejects.limit in the task"));
}

/* ---- sessions ------------------------------------------------------------ */

static session *open_session(const plan *p, const session_options *options, error **err)
{
    g_autoptr(error) local = NULL;
    session *s = session_open(p->target, options, &local);
    if (s == NULL)
        error_prefix(err, &local, _("target connection \"%s\""), p->target->name);
    return s;
}

static session *open_target(run_state *r, error **err)
{
    const session_options options = { .run_token = r->plan->run_token,
                                      .cancelled = is_over,
                                      .cancel_user = r };
    return open_session(r->plan, &options, err);
}

/* Whatever state the run's own sessions are in, a new one can clean up. */
static void drop_staging(run_state *r)
{
    const plan *p = r->plan;
    if (p->staging == NULL)
        return;
    run_reach(r, "K20");
    error *cause = NULL;
    /* Also for a run that is asked to stop. */
    const session_options options = { .run_token = p->run_token };
    g_autoptr(session) s = open_session(p, &options, &cause);
    if (s == NULL || !s->ops->staging_drop(s, p->staging, p->run_token, &cause)) {
        run_log(r, LOG_WARNING,
                _("staging table \"%s\" could not be removed: %s; the next run "
                  "of this task removes it"),
                p->staging->name, cause->message);
        error_free(cause);
    }
    run_reach(r, "K21");
}

/* ---- loading ------------------------------------------------------------- */

static bool load_into(run_state *r, const table_name *table, session **writers, error **err)
{
    const plan *p = r->plan;
    guint n = p->mapping->columns->len;
    g_autofree const char **names = g_new0(const char *, n + 1);
    g_autofree const char **type_texts = g_new0(const char *, n + 1);
    g_autofree data_type *types = g_new0(data_type, n + 1);
    for (guint i = 0; i < n; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        names[i] = m->target;
        type_texts[i] = m->type_text;
        types[i] = m->type;
    }
    const load_options options = {
        .plan = p,
        .callbacks = r->callbacks,
        .writers = writers,
        .request = { .table = table,
                     .columns = names,
                     .types = types,
                     .type_texts = type_texts,
                     .n_columns = n,
                     .isolate = p->task->rejects.limit != 0 || p->task->rejects.percent >= 0,
                     .format = p->target->format,
                     .append = p->mode == MODE_APPEND && !p->creates_table },
        .rejects = &r->rejects,
        .counters = &r->result->counters,
        .tick = run_tick,
        .user = r,
        .checksum = r->checksum,
    };
    run_phase(r, "load");
    return load_run(&options, err);
}

/* An empty source is treated as the task says, never by accident; true in
 * *stop: there is nothing to publish and the run has succeeded. */
static bool judge_empty(run_state *r, int64_t rows, bool *stop, error **err)
{
    *stop = false;
    if (rows > 0)
        return true;
    /* A source whose rows were all refused is not empty. */
    if (r->result->counters.rows_rejected > 0 && r->plan->mode == MODE_OVERWRITE)
        return run_all_rejected(r, err);
    switch (r->plan->task->target.empty) {
    case EMPTY_FAIL:
        error_set(err, ERROR_EMPTY, _("the source gave no rows for target \"%s\""),
                  r->plan->table->name);
        return error_hint(err, _("the target was left as it is; set target.empty_source to "
                                 "\"keep\" or \"clear\" if an empty source is right"));
    case EMPTY_KEEP:
        run_log(r, LOG_INFO, _("the source gave no rows: the target is kept as it is"));
        r->result->kept_empty = true;
        *stop = true;
        return true;
    case EMPTY_CLEAR:
        run_log(r, LOG_WARNING, _("the source gave no rows: the target is cleared"));
        return true;
    }
    return true;
}

/* Systems whose CREATE TABLE IF NOT EXISTS is no lock refuse it to one of two
 * runs that make the first ledger at once. */
static bool make_ledger(run_state *r, error **err)
{
    const plan *p = r->plan;
    error *cause = NULL;
    if (p->ledger_create == NULL || run_sql(r, p->ledger_create, NULL, &cause))
        return true;
    const template_variable variables[] = { { "ledger", p->ledger_table }, { NULL, NULL } };
    g_autofree char *sql = dialect_statement(p->target->dialect, "ledger_select", variables);
    const value token = value_span(VALUE_TEXT, p->run_token, (uint32_t)strlen(p->run_token));
    g_autoptr(query_result) q = r->target->ops->query(r->target, sql, &token, 1, NULL);
    if (q == NULL)
        return error_propagate(err, &cause);
    error_free(cause);
    return true;
}

/* ---- the three ways ------------------------------------------------------ */

static bool run_direct(run_state *r, error **err)
{
    const plan *p = r->plan;
    const link_ops *ops = r->target->ops;
    bool is_file = p->strategy == STRATEGY_FILE, stop;
    if (!is_file && !make_ledger(r, err))
        return false;
    if (is_file ? !ops->begin_publish(r->target, p->table, true, err)
                : !ops->begin(r->target, p->table, err))
        return false;
    if (p->create_sql != NULL && !run_sql(r, p->create_sql, NULL, err))
        return false;
    if (!load_into(r, p->table, &r->target, err) || !run_judge_rejects(r, err) ||
        !judge_empty(r, r->result->counters.rows_written, &stop, err))
        return false;
    if (stop && (!p->creates_table || p->replaces_file)) {
        ops->rollback(r->target);
        return true;
    }
    if (p->verify) {
        run_phase(r, "verify");
        if (!run_verify(r, r->target, p->table, err))
            return false;
    }
    run_phase(r, "publish");
    return run_tick(r, err) && run_commit(r, r->result->counters.rows_written, err);
}

bool run_commit_staging(session *s, error **err)
{
    g_autoptr(error) local = NULL;
    switch (s->ops->commit(s, &local)) {
    case COMMIT_DONE:
        return true;
    case COMMIT_FAILED:
        break;
    case COMMIT_UNKNOWN:
        local->code = ERROR_CONNECT;
        local->retryable = true;
        error_detail(&local, _("Only staging was in it: nothing was published."));
        break;
    }
    return error_propagate(err, &local);
}

static bool load_staging(run_state *r, error **err)
{
    const plan *p = r->plan;
    const link_ops *ops = r->target->ops;
    /* An attempt before this one may have lost the connection that it needed
     * to clean up; all attempts of a run share its token. */
    if (r->callbacks->attempt > 1 && !ops->staging_drop(r->target, p->staging, p->run_token, err))
        return false;
    if (!ops->staging_create(r->target, p->staging, p->run_token, p->staging_sql, err))
        return false;
    run_reach(r, "K6");
    g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func((GDestroyNotify)session_close);
    g_autofree session **writers = g_new0(session *, p->writers);
    bool done = true;
    for (int i = 0; i < p->writers && done; i++) {
        if (i == 0) {
            writers[0] = r->target;
        } else {
            writers[i] = open_target(r, err);
            if (writers[i] == NULL)
                return false;
            g_ptr_array_add(others, writers[i]);
            done = ops->staging_open(writers[i], p->staging, p->run_token, err);
        }
        done = done && ops->begin(writers[i], p->staging, err);
    }
    done = done && load_into(r, p->staging, writers, err);
    for (int i = 0; i < p->writers && done; i++)
        done = run_commit_staging(writers[i], err);
    return done;
}

static bool run_staged(run_state *r, error **err)
{
    bool stop;
    if (!make_ledger(r, err) || !load_staging(r, err))
        return false;
    run_phase(r, "check");
    run_reach(r, "K11");
    if (!run_check_staging(r, err) || !run_judge_rejects(r, err) ||
        !judge_empty(r, r->staged, &stop, err))
        return false;
    run_reach(r, "K12");
    if (stop)
        return true;
    run_phase(r, "publish");
    return run_tick(r, err) && run_publish(r, err);
}

/* ---- the run ------------------------------------------------------------- */

bool run_counts_agree(const run_state *r, error **err)
{
    const run_counters *c = &r->result->counters;
    if (c->rows_read == c->rows_written + c->rows_rejected + c->rows_filtered)
        return true;
    return error_set(err, ERROR_INTERNAL,
                     _("the counts do not agree: %" PRId64 " read, %" PRId64 " written, %" PRId64
                       " rejected, %" PRId64 " filtered"),
                     c->rows_read, c->rows_written, c->rows_rejected, c->rows_filtered);
}

static void log_end(run_state *r, const error *failure)
{
    const run_counters *c = &r->result->counters;
    if (failure != NULL) {
        run_log(r, LOG_ERROR, "%s", failure->message);
        if (failure->detail != NULL)
            run_log(r, LOG_ERROR, "%s", failure->detail);
        return;
    }
    run_log(r, LOG_INFO,
            _("%" PRId64 " rows read, %" PRId64 " written, %" PRId64 " rejected, %" PRId64
              " filtered in %.1f s"),
            c->rows_read, c->rows_written, c->rows_rejected, c->rows_filtered, c->seconds);
}

bool run_execute(plan *p, const run_callbacks *callbacks, run_result *result, error **err)
{
    run_state r = { .plan = p, .callbacks = callbacks, .result = result };
    *result = (run_result){ .segments = p->segments->len };
    run_counters *c = &result->counters;
    c->rows_expected = p->row_estimate;
    c->rows_inserted = c->rows_updated = c->rows_unchanged = -1;
    r.started_us = g_get_monotonic_time();
    double limit = callbacks->timeout_seconds > 0 ? callbacks->timeout_seconds
                                                  : 60.0 * p->task->limits.timeout_minutes;
    r.deadline_us = r.started_us + (int64_t)(limit * 1e6);
    if (p->verify)
        r.checksum = plan_checksum_new(p);

    run_phase(&r, "connect");
    error *cause = NULL;
    r.target = open_target(&r, &cause);
    bool done = r.target != NULL;
    if (done) {
        run_reach(&r, "K4");
        run_watch_begin(&r);
        done = p->strategy == STRATEGY_STAGED ? run_staged(&r, &cause) : run_direct(&r, &cause);
    }
    run_watch_end(&r);
    /* A statement that was cancelled because the time was up says only that
     * it was cancelled. */
    if (cause != NULL && cause->code == ERROR_CANCELLED) {
        error *why = NULL;
        if (!run_tick(&r, &why)) {
            error_free(cause);
            cause = why;
        }
    }
    if (r.target != NULL && !done)
        r.target->ops->rollback(r.target);
    g_clear_pointer(&r.target, session_close);
    if (cause == NULL || cause->code != ERROR_UNRESOLVED)
        drop_staging(&r);
    if (r.rejects != NULL && !reject_file_close(r.rejects, done ? &cause : NULL))
        done = false;
    if (r.checksum != NULL && done)
        result->checksum = checksum128_to_string(row_checksum_total(r.checksum));
    g_clear_pointer(&r.checksum, row_checksum_free);
    run_phase(&r, "done");
    log_end(&r, cause);
    return done || error_propagate(err, &cause);
}

void run_result_clear(run_result *r)
{
    g_clear_pointer(&r->checksum, g_free);
}

/* A COMMIT that was sent may still be under way: the dead process's session
 * then holds its row of the ledger, and a second one with the same key waits
 * for its end. True when our row went in: nothing was committed, and nothing
 * is on its way. */
static bool ledger_is_free(session *s, const run_proof *proof, error **err)
{
    const value token = value_span(VALUE_TEXT, proof->token, (uint32_t)strlen(proof->token));
    const value values[] = { token, value_int(-1), value_int(0), token,
                             token, token,         value_int(0), value_null() };
    const template_variable variables[] = { { "ledger", proof->ledger }, { NULL, NULL } };
    g_autofree char *sql = dialect_statement(s->connection->dialect, "ledger_insert", variables);
    int64_t affected;
    if (!s->ops->begin(s, proof->table, err))
        return false;
    bool went_in = s->ops->execute(s, sql, values, G_N_ELEMENTS(values), &affected, err);
    s->ops->rollback(s);
    return went_in;
}

static int ask_ledger(session *s, const run_proof *proof, error **err)
{
    error *refused = NULL;
    if (ledger_is_free(s, proof, &refused))
        return 0;
    const template_variable variables[] = { { "ledger", proof->ledger }, { NULL, NULL } };
    g_autofree char *sql = dialect_statement(s->connection->dialect, "ledger_select", variables);
    const value token = value_span(VALUE_TEXT, proof->token, (uint32_t)strlen(proof->token));
    g_autoptr(error) unreadable = NULL;
    g_autoptr(query_result) q = s->ops->query(s, sql, &token, 1, &unreadable);
    if (q != NULL && q->rows->len > 0) {
        error_free(refused);
        return 1;
    }
    error_propagate(err, &refused);
    return -1;
}

/* The rename of a file is its commit: until then the temporary file is there. */
static int look_for_temporary(session *s, const run_proof *proof, error **err)
{
    g_autoptr(GPtrArray) tokens = s->ops->staging_list(s, proof->table, err);
    if (tokens == NULL)
        return -1;
    for (guint i = 0; i < tokens->len; i++)
        if (strcmp(tokens->pdata[i], proof->token) == 0)
            return 0;
    return 1;
}

int run_resolve(const run_proof *proof, error **err)
{
    const session_options options = { .run_token = proof->token };
    g_autoptr(session) s = session_open(proof->target, &options, err);
    if (s == NULL)
        return -1;
    if ((s->ops->capabilities & LINK_SQL) == 0)
        return look_for_temporary(s, proof, err);
    if (proof->ledger != NULL)
        return ask_ledger(s, proof, err);
    error_set(err, ERROR_UNRESOLVED,
              _("whether the last commit to \"%s\" took place cannot be proven: there is no "
                "ledger"),
              proof->table->name);
    return -1;
}

bool run_sweep(const connection *c, const table_name *target, const char *token, error **err)
{
    const session_options options = { .run_token = token };
    g_autoptr(session) s = session_open(c, &options, err);
    if (s == NULL)
        return false;
    if (s->ops->staging_name == NULL)
        return true;
    g_autoptr(table_name) staging = s->ops->staging_name(s, target, token);
    return s->ops->staging_drop(s, staging, token, err);
}
