#include "ferry/load.h"

#include "base/intl.h"
#include "ferry/batch_queue.h"
#include "ferry/file_filter.h"
#include "ferry/replay.h"
#include "ferry/throttle.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

/* Memory for batches of one run; with the links' own buffers and the caches of
 * the libraries a run stays under 64 MiB (rulings.md 28). */
#define FLOW_BYTES       ((size_t)20 << 20)
#define FLOW_BATCHES_MIN 3
#define FLOW_BATCHES_MAX 24
#define TICK_US          100000

typedef struct {
    _Atomic int64_t read, written, rejected, filtered;
    _Atomic int state; /* index into segment_states */
    _Atomic bool changed;
} segment_count;

static const char *const segment_states[] = { "waiting", "running", "done", "failed" };
enum { SEGMENT_WAITING, SEGMENT_RUNNING, SEGMENT_DONE, SEGMENT_FAILED };

typedef struct load load;

typedef struct {
    load *load;
    unsigned index;
    session *session; /* registered in load->live while open */
} reader_thread;

typedef struct {
    load *load;
    unsigned index;
    bool holding; /* batches taken and not given back yet */
    unsigned held;
    row_checksum *checksum;
} writer_thread;

struct load {
    const load_options *options;
    const plan *plan;
    batch_flow *flow;
    throttle *throttle;
    char *snapshot;
    segment_count *segments;
    _Atomic unsigned next_segment;
    _Atomic unsigned reader_count, running_threads;
    _Atomic int64_t bytes, source_us, transform_us, target_us, throttle_us;
    _Atomic bool first_batch_written;
    int stop; /* g_atomic: throttle reads it */

    GMutex mutex; /* guards failure, live, wake */
    GCond wake;
    error *failure;
    GPtrArray *live; /* sessions to cancel when stopping */
    GMutex reject_mutex;
};

/* ---- stopping ------------------------------------------------------------ */

/* Take over @cause (the first one counts) and bring everything to an end. */
static void stop_with(load *l, error *cause)
{
    g_mutex_lock(&l->mutex);
    if (l->failure == NULL)
        l->failure = cause;
    else
        error_free(cause);
    g_atomic_int_set(&l->stop, 1);
    for (guint i = 0; i < l->live->len; i++) {
        session *s = l->live->pdata[i];
        s->ops->cancel(s);
    }
    g_cond_broadcast(&l->wake);
    g_mutex_unlock(&l->mutex);
    batch_flow_stop(l->flow);
}

static bool is_stopped(void *user)
{
    load *l = user;
    return g_atomic_int_get(&l->stop) != 0;
}

/* Register a session so that a stop reaches it; one that comes too late is
 * cancelled at once. */
static void register_session(load *l, session *s)
{
    g_mutex_lock(&l->mutex);
    g_ptr_array_add(l->live, s);
    if (g_atomic_int_get(&l->stop))
        s->ops->cancel(s);
    g_mutex_unlock(&l->mutex);
}

static void unregister_session(load *l, session *s)
{
    g_mutex_lock(&l->mutex);
    g_ptr_array_remove_fast(l->live, s);
    g_mutex_unlock(&l->mutex);
}

static void thread_ends(load *l)
{
    g_mutex_lock(&l->mutex);
    l->running_threads--;
    g_cond_broadcast(&l->wake);
    g_mutex_unlock(&l->mutex);
}

/* ---- rejects ------------------------------------------------------------- */

bool load_keep_rejects(const plan *p, const run_callbacks *callbacks, reject_file **file,
                       const batch *b, error **err)
{
    if (*file == NULL) {
        g_autofree const char **source = g_new0(const char *, p->source_columns->len + 1);
        g_autofree data_type *types = g_new0(data_type, p->source_columns->len + 1);
        g_autofree const char **target = g_new0(const char *, p->mapping->columns->len + 1);
        g_autoptr(GPtrArray) keys = g_ptr_array_new();
        for (guint i = 0; i < p->source_columns->len; i++) {
            const column_info *c = p->source_columns->pdata[i];
            source[i] = c->name;
            types[i] = c->type;
        }
        for (guint i = 0; i < p->mapping->columns->len; i++) {
            const mapping_column *m = p->mapping->columns->pdata[i];
            target[i] = m->target;
            if (m->source >= 0 && p->task->target.key != NULL &&
                g_strv_contains((const char *const *)p->task->target.key, m->target))
                g_ptr_array_add(keys, (gpointer)source[m->source]);
        }
        g_ptr_array_add(keys, NULL);
        const reject_layout layout = { .source_columns = source,
                                       .source_types = types,
                                       .n_source = p->source_columns->len,
                                       .target_columns = target,
                                       .n_target = p->mapping->columns->len,
                                       .key_columns = (const char *const *)keys->pdata };
        *file = reject_file_create(callbacks->reject_path, &layout, err);
        if (*file == NULL)
            return false;
    }
    return reject_file_add_batch(*file, callbacks->attempt, b, err);
}

/* More rejects than a number allows end the run at once; a percentage is
 * judged at the end, when the whole is known. */
static void judge_rejects(load *l, const batch *b)
{
    const task *t = l->plan->task;
    int64_t limit = t->rejects.limit;
    if (limit < 0 || t->rejects.percent >= 0)
        return;
    int64_t rejected = 0;
    for (guint i = 0; i < l->plan->segments->len; i++)
        rejected += l->segments[i].rejected;
    if (rejected <= limit)
        return;
    const reject_reason *first = &g_array_index(b->rejects, reject_reason, 0);
    error *cause = NULL;
    if (limit == 0)
        error_set(&cause, ERROR_REJECTS, _("a row was rejected: %s"), first->message);
    else
        error_set(&cause, ERROR_REJECTS, _("%" PRId64 " rows were rejected, the limit is %" PRId64),
                  rejected, limit);
    error_detail(&cause, _("First of the last batch: %s."), first->message);
    error_hint(&cause, _("\"rowferry reject list RUN\" shows them; mend the source, or raise "
                         "rejects.limit in the task"));
    stop_with(l, cause);
}

/* ---- writers ------------------------------------------------------------- */

/* What was written, as it is to be read back. */
static void add_to_checksum(const plan *p, row_checksum *c, batch *b)
{
    /* Aliases of one source column must not share what is blanked. */
    for (unsigned i = 0; p->unverified != NULL && i < b->n_target; i++)
        if (b->target[i] != b->own_target[i])
            b->target[i] = memcpy(b->own_target[i], b->target[i], b->n_rows * sizeof(value));
    plan_blank_unverified(p, b->target, b->n_rows);
    for (unsigned row = 0; row < b->n_rows; row++)
        if (b->status[row] == ROW_OK)
            row_checksum_add(c, b->target, row);
}

/* The fate of every row of @b is known. */
static void batch_done(void *user, batch *b)
{
    writer_thread *w = user;
    load *l = w->load;
    segment_count *count = &l->segments[b->segment];
    w->held--;
    count->rejected += b->n_rejected;
    count->written += b->n_rows - b->n_rejected - b->n_filtered;
    count->filtered += b->n_filtered;
    count->changed = true;
    if (b->n_rejected > 0 && l->options->callbacks->reject_path != NULL) {
        error *cause = NULL;
        g_mutex_lock(&l->reject_mutex);
        bool kept =
            load_keep_rejects(l->plan, l->options->callbacks, l->options->rejects, b, &cause);
        g_mutex_unlock(&l->reject_mutex);
        if (!kept)
            stop_with(l, cause);
        else
            judge_rejects(l, b);
    }
    if (w->checksum != NULL)
        add_to_checksum(l->plan, w->checksum, b);
    batch_flow_give_back(l->flow, b);
}

static void reach(const load *l, const char *point)
{
    l->options->callbacks->reached(l->options->callbacks->user, point);
}

static bool write_batches(writer_thread *w, writer *out, const link_ops *ops, error **err)
{
    load *l = w->load;
    for (;;) {
        batch *b;
        flow_event event = batch_flow_next(l->flow, w->index, w->held > 0, &b);
        if (event == FLOW_END)
            break;
        if (event == FLOW_FLUSH) {
            if (!ops->write_flush(out, err))
                return false;
            continue;
        }
        w->held++;
        if (!ops->write(out, b, err))
            return false;
        if (!atomic_exchange(&l->first_batch_written, true))
            reach(l, "K7");
        else
            reach(l, "K8");
    }
    if (g_atomic_int_get(&l->stop))
        return true;
    reach(l, "K9");
    if (!ops->write_flush(out, err))
        return false;
    reach(l, "K10");
    return true;
}

static gpointer run_writer(gpointer data)
{
    writer_thread *w = data;
    load *l = w->load;
    session *s = l->options->writers[w->index];
    write_request request = l->options->request;
    request.done = batch_done;
    request.user = w;
    register_session(l, s);
    error *cause = NULL;
    writer *out = s->ops->write_open(s, &request, &cause);
    if (out != NULL) {
        if (!write_batches(w, out, s->ops, &cause))
            g_assert(cause != NULL);
        s->ops->write_close(out);
    }
    if (cause != NULL)
        stop_with(l, cause);
    unregister_session(l, s);
    thread_ends(l);
    return NULL;
}

/* ---- readers ------------------------------------------------------------- */

static int64_t elapsed(int64_t *since)
{
    int64_t now = g_get_monotonic_time(), passed = now - *since;
    *since = now;
    return passed;
}

typedef struct {
    const link_ops *ops; /* NULL: a replay */
    reader *rows;
    replay_reader *replay;
} row_source;

static bool source_open(reader_thread *r, const plan_segment *segment, int number, row_source *out,
                        error **err)
{
    load *l = r->load;
    const plan *p = l->plan;
    if (p->replay_file != NULL) {
        out->replay = replay_reader_open(p->replay_file, p->replay_numbers, err);
        return out->replay != NULL;
    }
    if (r->session != NULL && r->session->connection != segment->connection) {
        unregister_session(l, r->session);
        g_clear_pointer(&r->session, session_close);
    }
    if (r->session == NULL) {
        const session_options options = {
            .read_only = true, .run_token = p->run_token, .cancelled = is_stopped, .cancel_user = l
        };
        r->session = session_open(segment->connection, &options, err);
        if (r->session == NULL)
            return false;
        register_session(l, r->session);
        reach(l, "K3");
    }
    g_autofree const char **columns = g_new0(const char *, p->source_columns->len + 1);
    g_autofree data_type *types = g_new0(data_type, p->source_columns->len + 1);
    for (guint i = 0; i < p->source_columns->len; i++) {
        const column_info *c = p->source_columns->pdata[i];
        columns[i] = c->name;
        types[i] = c->type;
    }
    const read_request request = {
        .sql = segment->sql,
        .parameters = segment->values != NULL ? (value *)segment->values->data : NULL,
        .n_parameters = segment->values != NULL ? segment->values->len : 0,
        .path = segment->path,
        .columns = columns,
        .n_columns = p->source_columns->len,
        .segment = number,
        .snapshot = l->snapshot
    };
    out->ops = r->session->ops;
    out->rows = out->ops->read_open(r->session, &request, types, p->source_columns->len, err);
    return out->rows != NULL;
}

static read_outcome source_next(row_source *s, batch *b, error **err)
{
    return s->replay != NULL ? replay_reader_next(s->replay, b, err)
                             : s->ops->read_next(s->rows, b, err);
}

static void source_close(row_source *s)
{
    g_clear_pointer(&s->replay, replay_reader_close);
    if (s->rows != NULL)
        s->ops->read_close(s->rows);
}

static bool read_segment(reader_thread *r, mapper *map, file_filter *rule, int number, error **err)
{
    load *l = r->load;
    const plan_segment *segment = &g_array_index(l->plan->segments, plan_segment, (guint)number);
    segment_count *count = &l->segments[number];
    row_source source = { 0 };
    if (!source_open(r, segment, number, &source, err))
        return false;
    int64_t position = 1, since = g_get_monotonic_time();
    read_outcome outcome = READ_ROWS;
    while (outcome == READ_ROWS) {
        batch *b = batch_flow_take(l->flow);
        l->target_us += elapsed(&since);
        if (b == NULL)
            break;
        b->segment = number;
        b->first_position = position;
        outcome = source_next(&source, b, err);
        l->source_us += elapsed(&since);
        if (outcome != READ_ROWS || b->n_rows == 0) {
            batch_flow_give_back(l->flow, b);
            continue;
        }
        position += b->n_rows;
        count->read += b->n_rows;
        l->bytes += (int64_t)b->bytes;
        if (rule != NULL)
            file_filter_apply(rule, b);
        mapper_apply(map, b);
        l->transform_us += elapsed(&since);
        l->throttle_us += throttle_take(l->throttle, b->n_rows, (int64_t)b->bytes, &l->stop);
        since = g_get_monotonic_time();
        batch_flow_send(l->flow, r->index % (unsigned)l->plan->writers, b);
    }
    source_close(&source);
    return outcome != READ_FAILED;
}

static void read_segments(reader_thread *r, error **err)
{
    load *l = r->load;
    g_autoptr(mapper) map = mapper_new(l->plan->mapping, err);
    if (map == NULL)
        return;
    g_autoptr(file_filter) rule = l->plan->filter != NULL ? file_filter_new(l->plan, err) : NULL;
    if (l->plan->filter != NULL && rule == NULL)
        return;
    for (;;) {
        unsigned number = l->next_segment++;
        if (number >= l->plan->segments->len || g_atomic_int_get(&l->stop))
            return;
        l->segments[number].state = SEGMENT_RUNNING;
        l->segments[number].changed = true;
        bool done = read_segment(r, map, rule, (int)number, err);
        bool whole = done && !g_atomic_int_get(&l->stop);
        l->segments[number].state = whole ? SEGMENT_DONE : SEGMENT_FAILED;
        l->segments[number].changed = true;
        if (!done)
            return;
    }
}

static gpointer run_reader(gpointer data)
{
    reader_thread *r = data;
    load *l = r->load;
    error *cause = NULL;
    read_segments(r, &cause);
    if (cause != NULL)
        stop_with(l, cause);
    if (r->session != NULL) {
        unregister_session(l, r->session);
        session_close(r->session);
    }
    batch_flow_reader_done(l->flow);
    thread_ends(l);
    return NULL;
}

/* ---- the whole ----------------------------------------------------------- */

static unsigned choose_batches(const plan *p)
{
    /* What a full batch holds: the arrays of both sides and the bytes read. */
    size_t columns = p->source_columns->len + p->mapping->columns->len;
    size_t arrays = columns * BATCH_MAX_ROWS * sizeof(value);
    size_t one = MIN(arrays, 2 * BATCH_MAX_BYTES) + BATCH_MAX_BYTES / 2;
    return (unsigned)CLAMP(FLOW_BYTES / one, FLOW_BATCHES_MIN, FLOW_BATCHES_MAX) +
           (unsigned)(p->readers + p->writers) - 2;
}

static void report_segment(load *l, guint i)
{
    segment_count *count = &l->segments[i];
    if (!atomic_exchange(&count->changed, false))
        return;
    const run_segment now = {
        .number = (int)i,
        .state = segment_states[atomic_load(&count->state)],
        .what = g_array_index(l->plan->segments, plan_segment, i).what,
        .rows_read = count->read,
        .rows_written = count->written,
        .rows_rejected = count->rejected,
        .rows_filtered = count->filtered,
    };
    l->options->callbacks->segment(l->options->callbacks->user, &now);
}

static void count_up(load *l)
{
    run_counters *c = l->options->counters;
    c->rows_read = c->rows_written = c->rows_rejected = c->rows_filtered = 0;
    for (guint i = 0; i < l->plan->segments->len; i++) {
        c->rows_read += l->segments[i].read;
        c->rows_written += l->segments[i].written;
        c->rows_rejected += l->segments[i].rejected;
        c->rows_filtered += l->segments[i].filtered;
        report_segment(l, i);
    }
    c->bytes = l->bytes;
    double source = (double)l->source_us, transform = (double)l->transform_us;
    double target = (double)l->target_us, held_back = (double)l->throttle_us;
    double whole = source + transform + target + held_back;
    if (whole > 0) {
        c->wait_source = source / whole;
        c->wait_transform = transform / whole;
        c->wait_target = target / whole;
        c->wait_throttle = held_back / whole;
    }
}

/* Count and keep the time until all threads have ended. */
static void watch(load *l)
{
    for (;;) {
        g_mutex_lock(&l->mutex);
        gint64 until = g_get_monotonic_time() + TICK_US;
        while (l->running_threads > 0 && g_cond_wait_until(&l->wake, &l->mutex, until))
            ;
        bool running = l->running_threads > 0;
        g_mutex_unlock(&l->mutex);
        count_up(l);
        error *cause = NULL;
        if (!l->options->tick(l->options->user, &cause) && !g_atomic_int_get(&l->stop))
            stop_with(l, cause);
        else
            error_free(cause);
        if (!running)
            return;
    }
}

/* The session that holds the snapshot of all segments stays open meanwhile. */
static bool export_snapshot(load *l, session **holder, error **err)
{
    if (!l->plan->shared_snapshot)
        return true;
    const session_options options = { .read_only = true,
                                      .run_token = l->plan->run_token,
                                      .cancelled = l->options->callbacks->cancelled,
                                      .cancel_user = l->options->callbacks->user };
    *holder = session_open(l->plan->source, &options, err);
    if (*holder == NULL)
        return false;
    l->snapshot = (*holder)->ops->snapshot_export(*holder, err);
    return l->snapshot != NULL;
}

bool load_run(const load_options *options, error **err)
{
    const plan *p = options->plan;
    load l = { .options = options, .plan = p };
    g_autoptr(session) holder = NULL;
    if (!export_snapshot(&l, &holder, err))
        return false;
    g_mutex_init(&l.mutex);
    g_mutex_init(&l.reject_mutex);
    g_cond_init(&l.wake);
    l.live = g_ptr_array_new();
    l.segments = g_new0(segment_count, p->segments->len);
    l.throttle = throttle_new(p->task->limits.rows_per_second, p->task->limits.bytes_per_second);
    l.flow = batch_flow_new(choose_batches(p), p->source_columns->len, p->mapping->columns->len,
                            (unsigned)p->writers);
    unsigned n_readers = (unsigned)p->readers, n_writers = (unsigned)p->writers;
    batch_flow_begin(l.flow, n_readers);
    l.running_threads = n_readers + n_writers;

    g_autofree reader_thread *readers = g_new0(reader_thread, n_readers);
    g_autofree writer_thread *writers = g_new0(writer_thread, n_writers);
    g_autofree GThread **threads = g_new0(GThread *, n_readers + n_writers);
    for (unsigned i = 0; i < n_writers; i++) {
        writers[i] = (writer_thread){ .load = &l, .index = i };
        if (options->checksum != NULL)
            writers[i].checksum = plan_checksum_new(p);
        threads[i] = g_thread_new("writer", run_writer, &writers[i]);
    }
    for (unsigned i = 0; i < n_readers; i++) {
        readers[i] = (reader_thread){ .load = &l, .index = i };
        threads[n_writers + i] = g_thread_new("reader", run_reader, &readers[i]);
    }
    watch(&l);
    for (unsigned i = 0; i < n_readers + n_writers; i++)
        g_thread_join(threads[i]);
    count_up(&l);
    for (unsigned i = 0; i < n_writers; i++)
        if (writers[i].checksum != NULL) {
            row_checksum_add_all(options->checksum, writers[i].checksum);
            row_checksum_free(writers[i].checksum);
        }

    batch_flow_free(l.flow);
    throttle_free(l.throttle);
    g_free(l.segments);
    g_free(l.snapshot);
    g_ptr_array_unref(l.live);
    g_cond_clear(&l.wake);
    g_mutex_clear(&l.reject_mutex);
    g_mutex_clear(&l.mutex);
    return l.failure == NULL || error_propagate(err, &l.failure);
}
