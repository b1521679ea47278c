#include "store/runs.h"

#include "base/intl.h"
#include "store/audit.h"
#include "store/runs_private.h"
#include "store/tasks.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

enum { LIST_LIMIT = 200, PRIORITY = 5 };

#define COLUMNS(plan)                                                                            \
    "r.id, r.token, r.task_id, r.task_name, r.task_version, r.kind, r.state, r.epoch,"           \
    " r.business_date, r.nominal, r.fold, r.parent, r.backfill, r.environment, r.options,"       \
    " r.reason, r.resource_group, r.priority, r.tainted, r.due_at, r.claim_target,"              \
    " r.claim_slice, r.claim_shared, " plan ", r.plan_hash, r.attempt, r.phase, r.counters,"     \
    " r.result, r.error_code, r.error_message, r.error_detail, r.error_hint, r.error_sqlstate,"  \
    " r.log_path, r.reject_path, r.committing, r.cancel_requested_at, r.created_at, r.state_at," \
    " r.started_at, r.finished_at, r.published_at, r.created_by, l.pid"
#define FROM " FROM run r LEFT JOIN lease l ON l.run_id = r.id"

void run_record_free(run_record *r)
{
    if (r == NULL)
        return;
    g_free(r->token);
    g_free(r->task_id);
    g_free(r->task_name);
    g_free(r->business_date);
    g_free(r->nominal);
    g_free(r->environment);
    g_free(r->options);
    g_free(r->reason);
    g_free(r->resource_group);
    g_free(r->claim_target);
    g_free(r->claim_slice);
    g_free(r->plan);
    g_free(r->plan_hash);
    g_free(r->phase);
    g_free(r->counters);
    g_free(r->result);
    error_free(r->failure);
    g_free(r->failure_code);
    g_free(r->log_path);
    g_free(r->reject_path);
    g_free(r);
}

/* The schema's CHECKs admit known names only. */
static run_state take_state(query *q)
{
    g_autofree char *name = query_take_text(q);
    run_state state = RUN_PLANNED;
    bool known = run_state_from_name(name, &state);
    g_assert(known);
    return state;
}

static run_kind take_kind(query *q)
{
    g_autofree char *name = query_take_text(q);
    run_kind kind = RUN_MANUAL;
    bool known = run_kind_from_name(name, &kind);
    g_assert(known);
    return kind;
}

static run_record *take_run(query *q)
{
    run_record *r = g_new0(run_record, 1);
    r->id = query_take_int(q);
    r->token = query_take_text(q);
    r->task_id = query_take_text(q);
    r->task_name = query_take_text(q);
    r->task_version = query_take_int(q);
    r->kind = take_kind(q);
    r->state = take_state(q);
    r->epoch = query_take_int(q);
    r->business_date = query_take_text(q);
    r->nominal = query_take_text(q);
    r->fold = (int)query_take_int(q);
    r->parent = query_take_int(q);
    r->backfill = query_take_int(q);
    r->environment = query_take_text(q);
    r->options = query_take_text(q);
    r->reason = query_take_text(q);
    r->resource_group = query_take_text(q);
    r->priority = (int)query_take_int(q);
    r->tainted = query_take_bool(q);
    r->due_at = query_take_int(q);
    r->claim_target = query_take_text(q);
    r->claim_slice = query_take_text(q);
    r->claim_shared = query_take_bool(q);
    r->plan = query_take_text(q);
    r->plan_hash = query_take_text(q);
    r->attempt = (int)query_take_int(q);
    r->phase = query_take_text(q);
    r->counters = query_take_text(q);
    r->result = query_take_text(q);
    r->failure = query_take_error(q, &r->failure_code);
    r->log_path = query_take_text(q);
    r->reject_path = query_take_text(q);
    r->committing = query_take_bool(q);
    r->cancel_requested_at = query_take_int(q);
    r->created_at = query_take_int(q);
    r->state_at = query_take_int(q);
    r->started_at = query_take_int(q);
    r->finished_at = query_take_int(q);
    r->published_at = query_take_int(q);
    r->created_by = (uint32_t)query_take_int(q);
    r->pid = query_take_int(q);
    return r;
}

static bool no_such_run(int64_t id, error **err)
{
    return error_set(err, ERROR_NOT_FOUND, _("there is no run %" PRId64), id);
}

run_record *store_run_get(store *s, int64_t id, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "SELECT " COLUMNS("r.plan") FROM " WHERE r.id = ?", err))
        return NULL;
    query_put_int(&q, id);
    int step = query_step(&q, err);
    if (step == 1)
        return take_run(&q);
    if (step == 0)
        no_such_run(id, err);
    return NULL;
}

run_record *store_run_get_by_token(store *s, const char *token, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "SELECT " COLUMNS("r.plan") FROM " WHERE r.token = ?", err))
        return NULL;
    query_put_text(&q, token);
    int step = query_step(&q, err);
    if (step == 1)
        return take_run(&q);
    if (step == 0)
        error_set(err, ERROR_NOT_FOUND, _("there is no run with the token \"%s\""), token);
    return NULL;
}

/* " AND column IN ('a', 'b')" for the bits of @set; names are constants. */
static void append_names(GString *sql, const char *column, uint32_t set, int n,
                         const char *(*name)(int))
{
    if (set == 0)
        return;
    g_string_append_printf(sql, " AND %s IN (", column);
    const char *separator = "";
    for (int i = 0; i < n; i++) {
        if ((set & (1u << i)) != 0) {
            g_string_append_printf(sql, "%s'%s'", separator, name(i));
            separator = ", ";
        }
    }
    g_string_append_c(sql, ')');
}

static const char *name_of_state(int i)
{
    return run_state_name((run_state)i);
}

static const char *name_of_kind(int i)
{
    return run_kind_name((run_kind)i);
}

void run_filter_append_sets(const run_filter *f, const char *prefix, GString *sql)
{
    g_autofree char *state = g_strconcat(prefix, "state", NULL);
    g_autofree char *kind = g_strconcat(prefix, "kind", NULL);
    append_names(sql, state, f->states, RUN_STATES, name_of_state);
    append_names(sql, kind, f->kinds, RUN_REPLAY + 1, name_of_kind);
}

static GPtrArray *take_runs(query *q, error **err)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)run_record_free);
    int step;
    while ((step = query_step(q, err)) == 1)
        g_ptr_array_add(list, take_run(q));
    return step == 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *store_run_list_of(store *s, const GArray *ids, error **err)
{
    g_autoptr(GString) sql = g_string_new("SELECT " COLUMNS("NULL") FROM " WHERE r.id IN (");
    for (guint i = 0; i < ids->len; i++)
        g_string_append_printf(sql, "%s%" PRId64, i > 0 ? ", " : "",
                               g_array_index(ids, int64_t, i));
    g_string_append(sql, ") ORDER BY r.id DESC");
    g_auto(query) q = { 0 };
    return query_prepare(&q, s, sql->str, err) ? take_runs(&q, err) : NULL;
}

GPtrArray *store_run_list(store *s, const run_filter *filter, error **err)
{
    static const run_filter all;
    const run_filter *f = filter != NULL ? filter : &all;
    const struct {
        const char *condition, *value;
    } texts[] = {
        { " AND r.task_id = ?", f->task_id },
        { " AND r.task_name = ?", f->task_name },
        { " AND r.business_date >= ?", f->date_from },
        { " AND r.business_date <= ?", f->date_until },
        { " AND r.nominal = ?", f->nominal },
    };
    g_autoptr(GString) sql = g_string_new("SELECT " COLUMNS("NULL") FROM " WHERE r.id < ?");
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i].value != NULL)
            g_string_append(sql, texts[i].condition);
    run_filter_append_sets(f, "r.", sql);
    g_string_append(sql, " ORDER BY r.id DESC LIMIT ?");

    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, sql->str, err))
        return NULL;
    query_put_int(&q, f->before != 0 ? f->before : INT64_MAX);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i].value != NULL)
            query_put_text(&q, texts[i].value);
    query_put_int(&q, f->limit != 0 ? f->limit : LIST_LIMIT);
    return take_runs(&q, err);
}

/* --- create --- */

static bool make_token(char token[17], error **err)
{
    uint64_t bits;
    if (getrandom(&bits, sizeof bits, 0) != sizeof bits)
        return error_set(err, ERROR_INTERNAL, _("could not get random numbers: %s"),
                         g_strerror(errno));
    g_snprintf(token, 17, "%016" G_GINT64_MODIFIER "x", bits);
    return true;
}

/* rulings.md 18. *id 0: no run has this identity. */
static bool find_same(store *s, const run_new *r, int64_t *id, error **err)
{
    *id = 0;
    if (r->kind == RUN_MANUAL || r->kind == RUN_REPLAY)
        return true;
    g_autofree char *sql =
        g_strconcat("SELECT id FROM run WHERE task_id = ? AND ",
                    r->kind == RUN_SCHEDULED  ? "kind = 'scheduled' AND nominal = ? AND fold = ?"
                    : r->kind == RUN_UPSTREAM ? "kind = 'upstream' AND parent = ?"
                                              : "kind = 'backfill' AND nominal = ? AND fold = ?"
                                                " AND backfill = ?",
                    NULL);
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, sql, err))
        return false;
    query_put_text(&q, r->task_id);
    if (r->kind != RUN_UPSTREAM) {
        query_put_text(&q, r->nominal);
        query_put_int(&q, r->fold);
    }
    if (r->kind != RUN_SCHEDULED)
        query_put_int(&q, r->kind == RUN_UPSTREAM ? r->parent : r->backfill);
    int step = query_step(&q, err);
    if (step == 1)
        *id = query_take_int(&q);
    return step >= 0;
}

static bool insert_run(store *s, const run_new *r, const task_record *task, int64_t *id,
                       error **err)
{
    char token[17];
    if (r->token != NULL)
        g_strlcpy(token, r->token, sizeof token);
    else if (!make_token(token, err))
        return false;
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT INTO run (token, task_id, task_version, task_name, kind,"
                       " business_date, nominal, fold, parent, backfill, environment, options,"
                       " resource_group, priority, tainted, due_at, state, reason, state_at,"
                       " created_at, created_by, finished_at)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       err))
        return false;
    int64_t now = store_now(s);
    query_put_text(&q, token);
    query_put_text(&q, task->id);
    query_put_int(&q, task->version);
    query_put_text(&q, task->name);
    query_put_text(&q, run_kind_name(r->kind));
    query_put_text(&q, r->business_date);
    query_put_text(&q, r->nominal);
    query_put_int(&q, r->fold);
    query_put_optional(&q, r->parent);
    query_put_optional(&q, r->backfill);
    query_put_text(&q, r->environment);
    query_put_text(&q, r->options);
    query_put_text(&q, r->resource_group);
    query_put_int(&q, r->priority != 0 ? r->priority : PRIORITY);
    query_put_int(&q, r->tainted);
    query_put_int(&q, r->due_at != 0 ? r->due_at : now);
    query_put_text(&q, run_state_name(r->state));
    query_put_text(&q, r->reason);
    query_put_int(&q, now);
    query_put_int(&q, now);
    query_put_int(&q, s->actor.uid);
    query_put_optional(&q, run_state_is_terminal(r->state) ? now : 0);
    if (!query_run(&q, NULL, err))
        return false;
    *id = sqlite3_last_insert_rowid(s->db);
    g_autofree char *detail = g_strdup_printf("task \"%s\", %s, %s", task->name,
                                              run_kind_name(r->kind), r->business_date);
    return run_audit(s, "run.create", *id, detail, err);
}

static bool create_inside(store *s, const run_new *r, int64_t *id, bool *existed, error **err)
{
    if (!find_same(s, r, id, err))
        return false;
    if (existed != NULL)
        *existed = *id != 0;
    if (*id != 0)
        return true;
    g_autoptr(task_record) task = store_task_get_by_id(s, r->task_id, r->task_version, err);
    return task != NULL && insert_run(s, r, task, id, err);
}

bool store_run_create(store *s, const run_new *r, int64_t *id, bool *existed, error **err)
{
    g_assert(!run_state_is_live(r->state));
    return store_begin(s, err) && store_end(s, create_inside(s, r, id, existed, err), err);
}

/* --- heads --- */

void run_head_clear(run_head *h)
{
    g_free(h->task_name);
    g_free(h->claim_target);
    g_free(h->claim_slice);
    *h = (run_head){ 0 };
}

bool run_head_load(store *s, int64_t id, run_head *h, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT r.id, r.state, r.epoch, r.task_name, r.claim_target, r.claim_slice,"
                       " r.claim_shared, r.attempt, r.committing,"
                       " r.cancel_requested_at IS NOT NULL,"
                       " coalesce(r.published_at >= a.started_at, 0), l.pid, l.renewed_boot" FROM
                       " LEFT JOIN attempt a ON a.run_id = r.id AND a.number = r.attempt"
                       " WHERE r.id = ?",
                       err))
        return false;
    query_put_int(&q, id);
    int step = query_step(&q, err);
    if (step == 0)
        return no_such_run(id, err);
    if (step < 0)
        return false;
    h->id = query_take_int(&q);
    h->state = take_state(&q);
    h->epoch = query_take_int(&q);
    h->task_name = query_take_text(&q);
    h->claim_target = query_take_text(&q);
    h->claim_slice = query_take_text(&q);
    h->claim_shared = query_take_bool(&q);
    h->attempt = (int)query_take_int(&q);
    h->committing = query_take_bool(&q);
    h->cancel_requested = query_take_bool(&q);
    h->published = query_take_bool(&q);
    h->holder = query_take_int(&q);
    h->renewed_boot = query_take_int(&q);
    return true;
}

bool run_is_lost(const store_lease *lease, error **err)
{
    error_set(err, ERROR_LOST, _("this process does not hold the run %" PRId64 " any more"),
              lease->run);
    return error_hint(err, _("It was taken for dead, or the run was given to another process."));
}

bool run_head_load_leased(store *s, const store_lease *lease, run_head *h, error **err)
{
    if (!run_head_load(s, lease->run, h, err))
        return false;
    return (h->holder != 0 && h->epoch == lease->epoch) || run_is_lost(lease, err);
}

bool run_audit(store *s, const char *operation, int64_t id, const char *detail, error **err)
{
    g_autofree char *object = g_strdup_printf("%" PRId64, id);
    return store_audit_add(s, operation, object, NULL, NULL, detail, err);
}
