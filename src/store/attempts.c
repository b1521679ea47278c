/* Attempts of a run and their segments. */
#include "store/runs.h"

#include "base/intl.h"
#include "store/runs_private.h"

void attempt_record_free(attempt_record *r)
{
    if (r == NULL)
        return;
    g_free(r->state);
    error_free(r->failure);
    g_free(r->failure_code);
    g_free(r->counters);
    g_free(r);
}

void segment_record_free(segment_record *r)
{
    if (r == NULL)
        return;
    g_free(r->state);
    g_free(r->what);
    g_free(r);
}

bool attempt_open(store *s, int64_t run, int number, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT INTO attempt (run_id, number, state, started_at, pid)"
                       " VALUES (?, ?, 'running', ?, ?)",
                       err))
        return false;
    query_put_int(&q, run);
    query_put_int(&q, number);
    query_put_int(&q, store_now(s));
    query_put_int(&q, s->self.pid);
    return query_run(&q, NULL, err);
}

bool attempt_close(store *s, int64_t run, run_state state, const error *failure,
                   const char *counters, int exit_status, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "UPDATE attempt SET state = ?, finished_at = ?, error_code = ?,"
                       " error_message = ?, error_detail = ?, error_hint = ?, error_sqlstate = ?,"
                       " counters = coalesce(?, (SELECT counters FROM run WHERE id = run_id)),"
                       " exit_status = nullif(?, -1) WHERE run_id = ? AND finished_at IS NULL",
                       err))
        return false;
    query_put_text(&q, run_state_name(state));
    query_put_int(&q, store_now(s));
    query_put_error(&q, failure);
    query_put_text(&q, counters);
    query_put_int(&q, exit_status);
    query_put_int(&q, run);
    return query_run(&q, NULL, err);
}

GPtrArray *store_attempt_list(store *s, int64_t run, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT run_id, number, state, started_at, finished_at, error_code,"
                       " error_message, error_detail, error_hint, error_sqlstate, counters, pid,"
                       " coalesce(exit_status, -1) FROM attempt WHERE run_id = ? ORDER BY number",
                       err))
        return NULL;
    query_put_int(&q, run);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)attempt_record_free);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        attempt_record *r = g_new0(attempt_record, 1);
        g_ptr_array_add(list, r);
        r->run = query_take_int(&q);
        r->number = (int)query_take_int(&q);
        r->state = query_take_text(&q);
        r->started_at = query_take_int(&q);
        r->finished_at = query_take_int(&q);
        r->failure = query_take_error(&q, &r->failure_code);
        r->counters = query_take_text(&q);
        r->pid = query_take_int(&q);
        r->exit_status = (int)query_take_int(&q);
    }
    return step == 0 ? g_steal_pointer(&list) : NULL;
}

static bool save_segment_inside(store *s, const store_lease *lease, const segment_record *segment,
                                error **err)
{
    g_auto(run_head) h = { 0 };
    if (!run_head_load_leased(s, lease, &h, err))
        return false;
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT OR REPLACE INTO segment (run_id, attempt, number, state, what,"
                       " rows_read, rows_written, rows_rejected, rows_filtered)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       err))
        return false;
    query_put_int(&q, lease->run);
    query_put_int(&q, segment->attempt != 0 ? segment->attempt : h.attempt);
    query_put_int(&q, segment->number);
    query_put_text(&q, segment->state);
    query_put_text(&q, segment->what != NULL ? segment->what : "");
    query_put_int(&q, segment->rows_read);
    query_put_int(&q, segment->rows_written);
    query_put_int(&q, segment->rows_rejected);
    query_put_int(&q, segment->rows_filtered);
    return query_run(&q, NULL, err);
}

bool store_segment_save(store *s, const store_lease *lease, const segment_record *segment,
                        error **err)
{
    return store_begin(s, err) && store_end(s, save_segment_inside(s, lease, segment, err), err);
}

GPtrArray *store_segment_list(store *s, int64_t run, int attempt, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT attempt, number, state, what, rows_read, rows_written,"
                       " rows_rejected, rows_filtered FROM segment WHERE run_id = ?1 AND attempt ="
                       " coalesce(?2, (SELECT attempt FROM run WHERE id = ?1)) ORDER BY number",
                       err))
        return NULL;
    query_put_int(&q, run);
    query_put_optional(&q, attempt);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)segment_record_free);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        segment_record *r = g_new0(segment_record, 1);
        g_ptr_array_add(list, r);
        r->attempt = (int)query_take_int(&q);
        r->number = (int)query_take_int(&q);
        r->state = query_take_text(&q);
        r->what = query_take_text(&q);
        r->rows_read = query_take_int(&q);
        r->rows_written = query_take_int(&q);
        r->rows_rejected = query_take_int(&q);
        r->rows_filtered = query_take_int(&q);
    }
    return step == 0 ? g_steal_pointer(&list) : NULL;
}
