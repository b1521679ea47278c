#include "store/tasks.h"

#include "base/intl.h"
#include "store/audit.h"
#include "store/database.h"

#include <inttypes.h>
#include <string.h>

/* What take_task reads. */
#define TASK_COLUMNS                                                                             \
    "t.id, t.name, t.owner, v.version, v.version = t.latest, v.confirmed, v.hash, t.created_at," \
    " v.saved_at, v.saved_by"
#define FROM_VERSIONS " FROM task t JOIN task_version v ON v.task_id = t.id"

void task_record_free(task_record *r)
{
    if (r == NULL)
        return;
    g_free(r->id);
    g_free(r->name);
    g_free(r->document);
    g_free(r->document_hash);
    g_free(r->last_state);
    g_free(r->last_business_date);
    g_free(r);
}

static task_record *take_task(query *q)
{
    task_record *r = g_new0(task_record, 1);
    r->id = query_take_text(q);
    r->name = query_take_text(q);
    r->owner = (uint32_t)query_take_int(q);
    r->version = query_take_int(q);
    r->is_latest = query_take_bool(q);
    r->confirmed = query_take_bool(q);
    r->document_hash = query_take_text(q);
    r->created_at = query_take_int(q);
    r->saved_at = query_take_int(q);
    r->saved_by = (uint32_t)query_take_int(q);
    return r;
}

static void take_last_run(query *q, task_record *r)
{
    r->last_run = query_take_int(q);
    r->last_state = query_take_text(q);
    r->last_business_date = query_take_text(q);
    r->last_at = query_take_int(q);
}

/* By name (not deleted) or by id. NULL without an error when there is none. */
static bool find(store *s, const char *name, const char *id, int64_t version, task_record **found,
                 error **err)
{
    g_auto(query) q = { 0 };
    g_autofree char *sql =
        g_strdup_printf("SELECT " TASK_COLUMNS ", v.document, r.id, r.state, r.business_date,"
                        " r.state_at" FROM_VERSIONS
                        " LEFT JOIN run r ON r.id = (SELECT max(id) FROM run WHERE task_id = t.id)"
                        " WHERE %s AND v.version = coalesce(?, t.latest)",
                        id != NULL ? "t.id = ?" : "t.name = ? AND t.deleted_at IS NULL");
    *found = NULL;
    if (!query_prepare(&q, s, sql, err))
        return false;
    query_put_text(&q, id != NULL ? id : name);
    query_put_optional(&q, version);
    int step = query_step(&q, err);
    if (step == 1) {
        *found = take_task(&q);
        (*found)->document = query_take_text(&q);
        take_last_run(&q, *found);
    }
    return step >= 0;
}

static bool no_such_task(const char *name, int64_t version, error **err)
{
    if (version > 0)
        return error_set(err, ERROR_NOT_FOUND,
                         _("there is no version %" PRId64 " of the task \"%s\""), version, name);
    return error_set(err, ERROR_NOT_FOUND, _("there is no task \"%s\""), name);
}

task_record *store_task_get(store *s, const char *name, int64_t version, error **err)
{
    task_record *r = NULL;
    if (find(s, name, NULL, version, &r, err) && r == NULL)
        no_such_task(name, version, err);
    return r;
}

task_record *store_task_get_by_id(store *s, const char *id, int64_t version, error **err)
{
    task_record *r = NULL;
    if (find(s, NULL, id, version, &r, err) && r == NULL)
        no_such_task(id, version, err);
    return r;
}

GPtrArray *store_task_list(store *s, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT " TASK_COLUMNS ", v.document, r.id, r.state, r.business_date,"
                       " r.state_at" FROM_VERSIONS " AND v.version = t.latest"
                       " LEFT JOIN run r ON r.id = (SELECT max(id) FROM run WHERE task_id = t.id)"
                       " WHERE t.deleted_at IS NULL ORDER BY t.name",
                       err))
        return NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)task_record_free);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        task_record *r = take_task(&q);
        r->document = query_take_text(&q);
        take_last_run(&q, r);
        g_ptr_array_add(list, r);
    }
    return step == 0 ? g_steal_pointer(&list) : NULL;
}

static void task_run_free(task_run *r)
{
    g_free(r->task_id);
    g_free(r->state);
    g_free(r);
}

GPtrArray *store_task_recent(store *s, int n, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT t.id, r.id, r.state FROM task t JOIN run r ON r.id IN"
                       " (SELECT id FROM run WHERE task_id = t.id ORDER BY id DESC LIMIT ?)"
                       " WHERE t.deleted_at IS NULL ORDER BY t.name, r.id",
                       err))
        return NULL;
    query_put_int(&q, n);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)task_run_free);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        task_run *r = g_new0(task_run, 1);
        g_ptr_array_add(list, r);
        r->task_id = query_take_text(&q);
        r->run = query_take_int(&q);
        r->state = query_take_text(&q);
    }
    return step == 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *store_task_versions(store *s, const char *name, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT " TASK_COLUMNS FROM_VERSIONS
                       " WHERE t.name = ? AND t.deleted_at IS NULL ORDER BY v.version DESC",
                       err))
        return NULL;
    query_put_text(&q, name);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)task_record_free);
    int step;
    while ((step = query_step(&q, err)) == 1)
        g_ptr_array_add(list, take_task(&q));
    if (step == 0 && list->len > 0)
        return g_steal_pointer(&list);
    if (step == 0)
        no_such_task(name, 0, err);
    return NULL;
}

/* --- save --- */

static bool check_expected(const task_save *t, const task_record *old, error **err)
{
    if (t->expected_version == TASK_ANY_VERSION)
        return true;
    if (t->expected_version == TASK_MUST_BE_NEW)
        return old == NULL ||
               error_set(err, ERROR_DOCUMENT, _("there is already a task \"%s\""), t->name);
    if (old != NULL && old->version == t->expected_version)
        return true;
    if (old == NULL)
        return error_set(err, ERROR_DOCUMENT, _("the task \"%s\" was deleted meanwhile"), t->name);
    error_set(err, ERROR_DOCUMENT,
              _("the task \"%s\" was changed meanwhile: its version is %" PRId64 ", not %" PRId64),
              t->name, old->version, t->expected_version);
    return error_hint(err, _("Load it again and repeat the edit."));
}

static bool insert_task(store *s, const char *id, const char *name, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "INSERT INTO task (id, name, owner, created_at) VALUES (?, ?, ?, ?)",
                       err))
        return false;
    query_put_text(&q, id);
    query_put_text(&q, name);
    query_put_int(&q, s->actor.uid);
    query_put_int(&q, store_now(s));
    return query_run(&q, NULL, err);
}

static bool insert_version(store *s, const char *id, int64_t version, const task_save *t,
                           const char *hash, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT INTO task_version (task_id, version, document, hash, confirmed,"
                       " saved_at, saved_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
                       err))
        return false;
    query_put_text(&q, id);
    query_put_int(&q, version);
    query_put_text(&q, t->document);
    query_put_text(&q, hash);
    query_put_int(&q, t->confirmed);
    query_put_int(&q, store_now(s));
    query_put_int(&q, s->actor.uid);
    return query_run(&q, NULL, err);
}

static bool set_latest(store *s, const char *id, const char *name, int64_t version, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "UPDATE task SET name = ?, latest = ? WHERE id = ?", err))
        return false;
    query_put_text(&q, name);
    query_put_int(&q, version);
    query_put_text(&q, id);
    return query_run(&q, NULL, err);
}

static bool set_connections(store *s, const char *id, const char *const *connections, error **err)
{
    g_auto(query) clear = { 0 };
    if (!query_prepare(&clear, s, "DELETE FROM task_connection WHERE task_id = ?", err))
        return false;
    query_put_text(&clear, id);
    if (!query_run(&clear, NULL, err))
        return false;
    for (size_t i = 0; connections != NULL && connections[i] != NULL; i++) {
        g_auto(query) add = { 0 };
        if (!query_prepare(&add, s,
                           "INSERT OR IGNORE INTO task_connection (task_id, connection)"
                           " VALUES (?, ?)",
                           err))
            return false;
        query_put_text(&add, id);
        query_put_text(&add, connections[i]);
        if (!query_run(&add, NULL, err))
            return false;
    }
    return true;
}

static bool confirm_version(store *s, const task_record *r, error **err)
{
    if (r->confirmed)
        return true;
    g_auto(query) q = { 0 };
    if (!query_prepare(
            &q, s, "UPDATE task_version SET confirmed = 1 WHERE task_id = ? AND version = ?", err))
        return false;
    query_put_text(&q, r->id);
    query_put_int(&q, r->version);
    g_autofree char *detail = g_strdup_printf("version %" PRId64, r->version);
    return query_run(&q, NULL, err) && store_audit_add(s, "task.confirm", r->name, r->document_hash,
                                                       r->document_hash, detail, err);
}

static bool name_is_free(store *s, const char *name, const task_record *old, error **err)
{
    if (old != NULL && strcmp(old->name, name) == 0)
        return true;
    g_autoptr(task_record) other = NULL;
    if (!find(s, name, NULL, 0, &other, err))
        return false;
    return other == NULL ||
           error_set(err, ERROR_DOCUMENT, _("there is already a task \"%s\""), name);
}

static bool save_inside(store *s, const task_save *t, int64_t *version, error **err)
{
    g_autoptr(task_record) old = NULL;
    if (!find(s, t->name, t->id, 0, &old, err))
        return false;
    if (t->id != NULL && old == NULL)
        return no_such_task(t->name, 0, err);
    if (!check_expected(t, old, err) || !name_is_free(s, t->name, old, err))
        return false;
    if (version != NULL)
        *version = old != NULL ? old->version : 0;
    if (old != NULL && strcmp(old->name, t->name) == 0 && strcmp(old->document, t->document) == 0)
        return set_connections(s, old->id, t->connections, err) &&
               (!t->confirmed || confirm_version(s, old, err));

    g_autofree char *id = old != NULL ? g_strdup(old->id) : g_uuid_string_random();
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, t->document, -1);
    int64_t next = old != NULL ? old->version + 1 : 1;
    g_autofree char *detail =
        old != NULL && strcmp(old->name, t->name) != 0
            ? g_strdup_printf("version %" PRId64 ", renamed from \"%s\"", next, old->name)
            : g_strdup_printf("version %" PRId64, next);
    if ((old == NULL && !insert_task(s, id, t->name, err)) ||
        !insert_version(s, id, next, t, hash, err) || !set_latest(s, id, t->name, next, err) ||
        !set_connections(s, id, t->connections, err) ||
        !store_audit_add(s, "task.save", t->name, old != NULL ? old->document_hash : NULL, hash,
                         detail, err))
        return false;
    if (version != NULL)
        *version = next;
    return true;
}

bool store_task_save(store *s, const task_save *t, int64_t *version, error **err)
{
    return store_begin(s, err) && store_end(s, save_inside(s, t, version, err), err);
}

static bool confirm_inside(store *s, const char *name, int64_t version, error **err)
{
    g_autoptr(task_record) r = store_task_get(s, name, version, err);
    return r != NULL && confirm_version(s, r, err);
}

bool store_task_confirm(store *s, const char *name, int64_t version, error **err)
{
    return store_begin(s, err) && store_end(s, confirm_inside(s, name, version, err), err);
}

/* --- delete --- */

static bool refuse_open_runs(store *s, const task_record *r, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT id, state FROM run WHERE task_id = ? AND state IN ('planned',"
                       " 'waiting_time', 'waiting_upstream', 'queued', 'starting', 'running',"
                       " 'held', 'unresolved', 'cancelling', 'frozen') ORDER BY id LIMIT 1",
                       err))
        return false;
    query_put_text(&q, r->id);
    int step = query_step(&q, err);
    if (step != 1)
        return step == 0;
    int64_t run = query_take_int(&q);
    g_autofree char *state = query_take_text(&q);
    error_set(err, ERROR_BUSY, _("cannot delete the task \"%s\": its run %" PRId64 " is %s"),
              r->name, run, state);
    return error_hint(err, _("Cancel the run, or wait for its end."));
}

static bool delete_inside(store *s, const char *name, error **err)
{
    g_autoptr(task_record) r = store_task_get(s, name, 0, err);
    if (r == NULL || !refuse_open_runs(s, r, err) || !set_connections(s, r->id, NULL, err))
        return false;
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "UPDATE task SET deleted_at = ? WHERE id = ?", err))
        return false;
    query_put_int(&q, store_now(s));
    query_put_text(&q, r->id);
    return query_run(&q, NULL, err) &&
           store_audit_add(s, "task.delete", name, r->document_hash, NULL, NULL, err);
}

bool store_task_delete(store *s, const char *name, error **err)
{
    return store_begin(s, err) && store_end(s, delete_inside(s, name, err), err);
}

/* --- days --- */

static void task_day_free(task_day *d)
{
    g_free(d->state);
    g_free(d);
}

GPtrArray *store_task_days(store *s, const char *task_id, const char *from, const char *until,
                           error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT business_date, state, run_id FROM task_day_status"
                       " WHERE task_id = ? AND business_date BETWEEN ? AND ?"
                       " ORDER BY business_date",
                       err))
        return NULL;
    query_put_text(&q, task_id);
    query_put_text(&q, from);
    query_put_text(&q, until);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)task_day_free);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        task_day *d = g_new0(task_day, 1);
        g_ptr_array_add(list, d);
        g_autofree char *date = query_take_text(&q);
        g_strlcpy(d->business_date, date, sizeof d->business_date);
        d->state = query_take_text(&q);
        d->run = query_take_int(&q);
    }
    return step == 0 ? g_steal_pointer(&list) : NULL;
}
