#include "service/run_view.h"

#include <string.h>

/* Words of a server need not be valid UTF-8. */
static json_t *valid_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return json_string(valid);
}

static json_t *optional_text(const char *text)
{
    return text != NULL && *text != '\0' ? valid_text(text) : json_null();
}

static json_t *known_count(int64_t n)
{
    return n >= 0 ? json_integer(n) : json_null();
}

json_t *error_to_json(const error *e)
{
    if (e == NULL)
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:b}", "code", error_code_name(e->code), "message",
                     valid_text(e->message), "hint", optional_text(e->hint), "sqlstate",
                     optional_text(e->sqlstate), "detail", optional_text(e->detail), "retryable",
                     e->retryable);
}

/* The position of the scheduled time among the day's is for display only; a
 * manual run has the only one. */
static json_t *slot_of(const run_record *r)
{
    return json_integer(r->fold);
}

/* A run whose commit was proven afterwards has succeeded, whatever its process
 * said at last. */
static bool has_failed(const run_record *r)
{
    return r->state != RUN_SUCCEEDED && r->failure_code != NULL;
}

/* What the run has counted, empty before it has. New reference. */
static json_t *counters_of(const run_record *r)
{
    json_t *counters = r->counters != NULL ? json_loads(r->counters, 0, NULL) : NULL;
    return counters != NULL ? counters : json_object();
}

static json_t *seconds_of(const engine *e, const run_record *r)
{
    if (r->started_at == 0)
        return json_null();
    int64_t until = r->finished_at != 0 ? r->finished_at : store_now(e->store);
    return json_real((double)MAX(0, until - r->started_at) / 1000.0);
}

json_t *run_row(const engine *e, const run_record *r)
{
    json_t *row = json_pack(
        "{s:I, s:s, s:s, s:o, s:s, s:s, s:i, s:o, s:o, s:o}", "run", (json_int_t)r->id, "task",
        r->task_name, "business_date", r->business_date, "slot", slot_of(r), "kind",
        run_kind_name(r->kind), "state", run_state_name(r->state), "attempt", r->attempt,
        "started_at", engine_time(e, r->started_at), "finished_at", engine_time(e, r->finished_at),
        "error", optional_text(has_failed(r) ? r->failure_code : NULL));
    const error *failure = has_failed(r) ? r->failure : NULL;
    json_object_set_new(row, "message", optional_text(failure != NULL ? failure->message : NULL));
    json_object_set_new(row, "seconds", seconds_of(e, r));
    static const char *const counts[] = { "rows_read", "rows_written", "rows_rejected" };
    json_t *counters = counters_of(r);
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        json_t *count = json_object_get(counters, counts[i]);
        json_object_set_new(row, counts[i], count != NULL ? json_incref(count) : json_null());
    }
    json_decref(counters);
    json_object_set_new(row, "created_by", json_string(engine_user(e, r->created_by)));
    json_object_set_new(row, "parent", r->parent != 0 ? json_integer(r->parent) : json_null());
    return row;
}

static json_t *attempts_of(engine *e, store *s, int64_t run, error **err)
{
    g_autoptr(GPtrArray) list = store_attempt_list(s, run, err);
    if (list == NULL)
        return NULL;
    json_t *array = json_array();
    for (guint i = 0; i < list->len; i++) {
        const attempt_record *a = list->pdata[i];
        json_array_append_new(
            array, json_pack("{s:i, s:s, s:o, s:o, s:o}", "attempt", a->number, "state", a->state,
                             "started_at", engine_time(e, a->started_at), "finished_at",
                             engine_time(e, a->finished_at), "error", error_to_json(a->failure)));
    }
    return array;
}

static json_t *segments_of(store *s, int64_t run, error **err)
{
    g_autoptr(GPtrArray) list = store_segment_list(s, run, 0, err);
    if (list == NULL)
        return NULL;
    json_t *array = json_array();
    for (guint i = 0; i < list->len; i++) {
        const segment_record *g = list->pdata[i];
        json_array_append_new(array, json_pack("{s:i, s:s, s:s, s:I, s:I, s:I, s:I}", "segment",
                                               g->number, "state", g->state, "what", g->what,
                                               "rows_read", (json_int_t)g->rows_read,
                                               "rows_written", (json_int_t)g->rows_written,
                                               "rows_rejected", (json_int_t)g->rows_rejected,
                                               "rows_filtered", (json_int_t)g->rows_filtered));
    }
    return array;
}

static json_t *rate(const json_t *counters, const char *key)
{
    double seconds = json_number_value(json_object_get(counters, "seconds"));
    const json_t *count = json_object_get(counters, key);
    return seconds > 0 && json_is_integer(count)
               ? json_real((double)json_integer_value(count) / seconds)
               : json_null();
}

/* Counters are of the newest attempt; a stored result may be of an earlier one
 * and only adds. */
static void add_numbers(json_t *into, const run_record *r)
{
    json_t *counters = counters_of(r);
    json_t *result = r->result != NULL ? json_loads(r->result, 0, NULL) : NULL;
    json_object_update(into, counters);
    json_object_set_new(into, "rows_per_second", rate(counters, "rows_read"));
    json_object_set_new(into, "bytes_per_second", rate(counters, "bytes"));
    if (json_is_object(result))
        json_object_update_missing(into, result);
    json_decref(result);
    json_decref(counters);
}

/* What was planned; unless the whole of it is asked for without what is told
 * elsewhere. */
static void add_plan(json_t *into, const run_record *r, bool whole)
{
    json_t *planned = r->plan != NULL ? json_loads(r->plan, 0, NULL) : NULL;
    json_t *expected = json_object_get(into, "rows_expected");
    if (expected == NULL || json_is_null(expected)) {
        json_t *estimate = json_object_get(json_object_get(planned, "source"), "row_estimate");
        json_object_set_new(into, "rows_expected",
                            known_count(estimate != NULL ? json_integer_value(estimate) : -1));
    }
    static const char *const left_out[] = { "mapping", "segments", "task", "business_date" };
    for (size_t i = 0; i < G_N_ELEMENTS(left_out) && planned != NULL && !whole; i++)
        json_object_del(planned, left_out[i]);
    json_object_set_new(into, "plan", planned != NULL ? planned : json_null());
}

/* How often the run may be tried: what the task says, or the caller's limit. */
static json_t *attempts_allowed(store *s, const run_record *r, const json_t *options)
{
    g_autoptr(error) why = NULL;
    g_autoptr(task_record) record = store_task_get_by_id(s, r->task_id, r->task_version, &why);
    g_autoptr(task) t = record != NULL ? engine_task_of_record(record, &why) : NULL;
    if (t == NULL)
        return json_null();
    int64_t limit = json_integer_value(json_object_get(options, "attempt_limit"));
    int64_t allowed = 1 + t->retry_attempts;
    return json_integer(limit > 0 ? MIN(limit, allowed) : allowed);
}

static bool is_protected(engine *e, const json_t *planned)
{
    g_autoptr(error) why = NULL;
    const json_t *target = json_object_get(planned, "target");
    const char *name = json_string_value(json_object_get(target, "connection"));
    const connection *c = name != NULL ? engine_connection(e, name, &why) : NULL;
    return c != NULL && c->is_protected;
}

json_t *run_details(engine *e, const run_record *r, bool whole_plan, error **err)
{
    store *s = engine_store(e, err);
    json_t *attempts = s != NULL ? attempts_of(e, s, r->id, err) : NULL;
    json_t *segments = attempts != NULL ? segments_of(s, r->id, err) : NULL;
    if (segments == NULL) {
        json_decref(attempts);
        return NULL;
    }
    json_t *options = r->options != NULL ? json_loads(r->options, 0, NULL) : NULL;
    json_t *o = run_row(e, r);
    json_object_set_new(o, "error", error_to_json(has_failed(r) ? r->failure : NULL));
    json_object_del(o, "message"); /* the error holds it */
    json_object_set_new(o, "phase", optional_text(run_state_is_live(r->state) ? r->phase : NULL));
    json_object_set_new(o, "task_version", json_integer(r->task_version));
    json_object_set_new(o, "attempts_allowed", attempts_allowed(s, r, options));
    json_object_set_new(o, "reason", optional_text(r->reason));
    json_object_set_new(o, "pid", r->pid != 0 ? json_integer(r->pid) : json_null());
    json_object_set_new(o, "token", json_string(r->token));
    json_object_set_new(o, "created_at", engine_time(e, r->created_at));
    json_object_set_new(o, "cancel_requested_at", engine_time(e, r->cancel_requested_at));
    json_object_set_new(o, "committing", json_boolean(r->committing));
    json_object_set_new(o, "published_at", engine_time(e, r->published_at));
    json_object_set_new(o, "claim", optional_text(r->claim_target));
    json_object_set_new(o, "claim_slice", optional_text(r->claim_slice));
    add_numbers(o, r);
    add_plan(o, r, whole_plan);
    json_object_set_new(o, "protected", json_boolean(is_protected(e, json_object_get(o, "plan"))));
    json_object_set_new(o, "options", options != NULL ? options : json_object());
    json_object_set_new(o, "log", optional_text(r->log_path));
    json_object_set_new(o, "attempts", attempts);
    json_object_set_new(o, "segment_list", segments);
    return o;
}

json_t *counters_to_json(const run_counters *c)
{
    json_t *o = json_pack(
        "{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:I, s:f}", "rows_read", (json_int_t)c->rows_read,
        "rows_written", (json_int_t)c->rows_written, "rows_rejected", (json_int_t)c->rows_rejected,
        "rows_filtered", (json_int_t)c->rows_filtered, "rows_inserted",
        known_count(c->rows_inserted), "rows_updated", known_count(c->rows_updated),
        "rows_unchanged", known_count(c->rows_unchanged), "bytes", (json_int_t)c->bytes, "seconds",
        c->seconds);
    json_object_set_new(o, "rows_expected", known_count(c->rows_expected));
    json_object_set_new(o, "waits",
                        json_pack("{s:f, s:f, s:f, s:f, s:f}", "source", c->wait_source,
                                  "transform", c->wait_transform, "target", c->wait_target,
                                  "throttle", c->wait_throttle, "lock", c->wait_lock));
    return o;
}

json_t *run_result_to_json(const run_ending *e)
{
    const run_record *r = e->run;
    json_t *o =
        json_pack("{s:I, s:s, s:s, s:o, s:s, s:s, s:i}", "run", (json_int_t)r->id, "task",
                  r->task_name, "business_date", r->business_date, "slot", slot_of(r), "kind",
                  run_kind_name(r->kind), "state", run_state_name(e->state), "attempt", e->attempt);
    json_t *counters = counters_to_json(&e->result->counters);
    json_object_update(o, counters);
    json_decref(counters);
    json_object_set_new(o, "queue_seconds", json_real(e->queue_seconds));
    json_object_set_new(o, "segments", json_integer(e->result->segments));
    json_object_set_new(o, "published", json_boolean(e->result->committed));
    json_object_set_new(o, "kept_empty", json_boolean(e->result->kept_empty));
    json_object_set_new(o, "verified", json_boolean(e->verify && e->failure == NULL));
    json_object_set_new(o, "checksum", optional_text(e->result->checksum));
    json_object_set_new(o, "log", optional_text(e->log));
    json_object_set_new(o, "reject_file", optional_text(e->reject_file));
    json_object_set_new(o, "error", error_to_json(e->failure));
    return o;
}
