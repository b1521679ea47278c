/* What the source of a task gives, before there need be a target. */
#include "ferry/file_filter.h"
#include "ferry/first_rows.h"
#include "ferry/plan_private.h"

#include "base/intl.h"

#define COUNT_SECONDS 2

/* ---- rows ---------------------------------------------------------------- */

static bool read_rows(plan *p, unsigned limit, json_t *rows, first_rows_found *found, error **err)
{
    g_autoptr(file_filter) rule = p->filter != NULL ? file_filter_new(p, err) : NULL;
    if (p->filter != NULL && rule == NULL)
        return false;
    for (guint i = 0; i < p->segments->len && !found->more; i++) {
        const plan_segment *s = &g_array_index(p->segments, plan_segment, i);
        session *from = plan_session(p, s->connection, err);
        if (from == NULL)
            return false;
        const first_rows f = {
            .from = from,
            .sql = s->sql,
            .path = s->path,
            .parameters = s->values != NULL ? (const value *)s->values->data : NULL,
            .n_parameters = s->values != NULL ? s->values->len : 0,
            .columns = p->source_columns,
            .filter = rule,
            .limit = limit,
        };
        if (!first_rows_read(&f, rows, found, err))
            return false;
    }
    return true;
}

/* ---- the count ----------------------------------------------------------- */

typedef struct {
    const plan *plan;
    int64_t until_us;
    bool late;
} counting;

static bool count_is_over(void *user)
{
    counting *c = user;
    c->late = g_get_monotonic_time() >= c->until_us;
    return c->late || (c->plan->cancelled != NULL && c->plan->cancelled(c->plan->cancel_user));
}

static bool count_by_query(session *s, const plan_segment *segment, int64_t *rows, error **err)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT count(*) FROM (\n%s\n) AS counted", segment->sql);
    g_autoptr(query_result) r =
        s->ops->query(s, sql, (const value *)segment->values->data, segment->values->len, err);
    if (r == NULL)
        return false;
    *rows += g_ascii_strtoll(((char **)r->rows->pdata[0])[0], NULL, 10);
    return true;
}

static bool count_by_reading(session *s, plan *p, const plan_segment *segment, int64_t *rows,
                             error **err)
{
    guint n = p->source_columns->len;
    g_autofree const char **names = g_new0(const char *, n + 1);
    g_autofree data_type *types = g_new0(data_type, n + 1);
    for (guint i = 0; i < n; i++) {
        const column_info *c = p->source_columns->pdata[i];
        names[i] = c->name;
        types[i] = c->type;
    }
    g_autoptr(file_filter) rule = p->filter != NULL ? file_filter_new(p, err) : NULL;
    const read_request request = { .path = segment->path, .columns = names, .n_columns = n };
    reader *source = s->ops->read_open(s, &request, types, n, err);
    if (source == NULL)
        return false;
    g_autoptr(batch) b = batch_new(n, 0);
    read_outcome outcome = READ_ROWS;
    while (outcome == READ_ROWS) {
        if (session_is_asked_to_stop(s)) {
            outcome = READ_FAILED;
            error_set(err, ERROR_CANCELLED, _("cancelled"));
            break;
        }
        batch_reset(b);
        outcome = s->ops->read_next(source, b, err);
        if (outcome == READ_ROWS && rule != NULL)
            file_filter_apply(rule, b);
        for (unsigned row = 0; outcome == READ_ROWS && row < b->n_rows; row++)
            *rows += b->status[row] == ROW_OK;
    }
    s->ops->read_close(source);
    return outcome != READ_FAILED;
}

static bool count_segments(plan *p, counting *c, int64_t *rows, error **err)
{
    const session_options options = {
        .read_only = true, .run_token = p->run_token, .cancelled = count_is_over, .cancel_user = c
    };
    for (guint i = 0; i < p->segments->len; i++) {
        const plan_segment *segment = &g_array_index(p->segments, plan_segment, i);
        g_autoptr(session) s = session_open(segment->connection, &options, err);
        if (s == NULL || !(segment->sql != NULL ? count_by_query(s, segment, rows, err)
                                                : count_by_reading(s, p, segment, rows, err)))
            return false;
    }
    return true;
}

/* The exact count, or the reason why there is none: a look must not wait. */
static bool add_count(plan *p, json_t *out, error **err)
{
    counting c = { .plan = p,
                   .until_us = g_get_monotonic_time() + COUNT_SECONDS * (int64_t)G_USEC_PER_SEC };
    int64_t rows = 0;
    g_autoptr(error) why = NULL;
    bool done = count_segments(p, &c, &rows, &why);
    if (!done && !c.late && p->cancelled != NULL && p->cancelled(p->cancel_user))
        return error_set(err, ERROR_CANCELLED, _("cancelled"));
    g_autofree char *note =
        done     ? NULL
        : c.late ? g_strdup_printf(_("counting takes longer than %d seconds"), COUNT_SECONDS)
                 : g_utf8_make_valid(why->message, -1);
    json_object_set_new(out, "count", done ? json_integer(rows) : json_null());
    json_object_set_new(out, "count_note", note != NULL ? json_string(note) : json_null());
    return true;
}

/* ---- the whole ----------------------------------------------------------- */

static json_t *values_of(const plan_segment *s)
{
    json_t *list = json_array();
    for (guint i = 0; s->values != NULL && i < s->values->len; i++) {
        g_autofree char *literal =
            dialect_literal(s->connection->dialect, &g_array_index(s->values, value, i), NULL);
        json_array_append_new(list, json_string(literal != NULL ? literal : "?"));
    }
    return list;
}

static bool open_source(plan *p, const task *t, const plan_context *context, error **err)
{
    p->task = task_parse(t->document, err);
    if (p->task == NULL)
        return false;
    p->source = context->find_connection(
        context->user,
        t->source.connections != NULL ? t->source.connections[0] : t->source.connection, err);
    p->readers = p->writers = 1;
    return p->source != NULL && plan_source(p, context, err) && plan_filter(p, context, err) &&
           plan_segments(p, context, err);
}

json_t *plan_preview(const task *t, const plan_context *context, unsigned limit, error **err)
{
    int64_t began = g_get_monotonic_time();
    g_autoptr(plan) p = plan_new(context);
    if (!open_source(p, t, context, err))
        return NULL;
    first_rows_found found = { 0 };
    json_t *rows = json_array();
    if (!read_rows(p, limit, rows, &found, err)) {
        json_decref(rows);
        return NULL;
    }
    double seconds = (double)(g_get_monotonic_time() - began) / 1e6;
    const plan_segment *first = &g_array_index(p->segments, plan_segment, 0);
    json_t *out = json_pack("{s:o, s:o, s:b, s:I, s:I, s:s?, s:o, s:s?, s:f}", "columns",
                            first_rows_columns(p->source_columns), "rows", rows, "more", found.more,
                            "malformed", (json_int_t)found.malformed, "cut", (json_int_t)found.cut,
                            "sql", first->sql, "values", values_of(first), "filter", p->filter_text,
                            "seconds", seconds);
    if (add_count(p, out, err))
        return out;
    json_decref(out);
    return NULL;
}
