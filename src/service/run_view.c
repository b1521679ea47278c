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

json_t *run_row(const engine *e, const run_record *r)
{
    return json_pack("{s:I, s:s, s:s, s:o, s:s, s:s, s:i, s:o, s:o, s:o}", "run", (json_int_t)r->id,
                     "task", r->task_name, "business_date", r->business_date, "slot", slot_of(r),
                     "kind", run_kind_name(r->kind), "state", run_state_name(r->state), "attempt",
                     r->attempt, "started_at", engine_time(e, r->started_at), "finished_at",
                     engine_time(e, r->finished_at), "error",
                     optional_text(has_failed(r) ? r->failure_code : NULL));
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

static void merge_text(json_t *into, const char *text)
{
    json_t *more = text != NULL ? json_loads(text, 0, NULL) : NULL;
    if (json_is_object(more))
        json_object_update_missing(into, more);
    json_decref(more);
}

json_t *run_details(engine *e, const run_record *r, error **err)
{
    store *s = engine_store(e, err);
    json_t *attempts = s != NULL ? attempts_of(e, s, r->id, err) : NULL;
    json_t *segments = attempts != NULL ? segments_of(s, r->id, err) : NULL;
    if (segments == NULL) {
        json_decref(attempts);
        return NULL;
    }
    json_t *o = run_row(e, r);
    json_object_set_new(o, "error", error_to_json(has_failed(r) ? r->failure : NULL));
    json_object_set_new(o, "task_version", json_integer(r->task_version));
    json_object_set_new(o, "reason", optional_text(r->reason));
    json_object_set_new(o, "parent", r->parent != 0 ? json_integer(r->parent) : json_null());
    json_object_set_new(o, "pid", r->pid != 0 ? json_integer(r->pid) : json_null());
    json_object_set_new(o, "token", json_string(r->token));
    json_object_set_new(o, "created_at", engine_time(e, r->created_at));
    json_object_set_new(o, "cancel_requested_at", engine_time(e, r->cancel_requested_at));
    /* The stored result is older than the record: it only adds. */
    merge_text(o, r->result);
    merge_text(o, r->counters);
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
