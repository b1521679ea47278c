#include "store/audit.h"

#include "base/intl.h"
#include "store/database.h"

enum { PRUNE_CHUNK = 500, KEPT_DAYS = 30 };

void audit_record_free(audit_record *r)
{
    if (r == NULL)
        return;
    g_free(r->operation);
    g_free(r->object);
    g_free(r->old_hash);
    g_free(r->new_hash);
    g_free(r->detail);
    g_free(r);
}

static bool insert_row(store *s, const char *operation, const char *object, const char *old_hash,
                       const char *new_hash, const char *detail, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT INTO audit (at, uid, login_uid, operation, object, old_hash,"
                       " new_hash, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                       err))
        return false;
    query_put_int(&q, store_now(s));
    query_put_int(&q, s->actor.uid);
    query_put_int(&q, s->actor.login_uid);
    query_put_text(&q, operation);
    query_put_text(&q, object);
    query_put_text(&q, old_hash != NULL ? old_hash : "");
    query_put_text(&q, new_hash != NULL ? new_hash : "");
    query_put_text(&q, detail != NULL ? detail : "");
    return query_run(&q, NULL, err);
}

bool store_audit_add(store *s, const char *operation, const char *object, const char *old_hash,
                     const char *new_hash, const char *detail, error **err)
{
    return store_begin(s, err) &&
           store_end(s, insert_row(s, operation, object, old_hash, new_hash, detail, err), err);
}

GPtrArray *store_audit_list(store *s, const char *operation, const char *object, int64_t before,
                            int limit, error **err)
{
    g_autoptr(GString) sql =
        g_string_new("SELECT id, at, uid, login_uid, operation, object, old_hash, new_hash, detail"
                     " FROM audit WHERE id < ?");
    if (operation != NULL)
        g_string_append(sql, " AND operation = ?");
    if (object != NULL)
        g_string_append(sql, " AND object = ?");
    g_string_append(sql, " ORDER BY id DESC LIMIT ?");

    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, sql->str, err))
        return NULL;
    query_put_int(&q, before != 0 ? before : INT64_MAX);
    if (operation != NULL)
        query_put_text(&q, operation);
    if (object != NULL)
        query_put_text(&q, object);
    query_put_int(&q, limit);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)audit_record_free);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        audit_record *r = g_new0(audit_record, 1);
        g_ptr_array_add(list, r);
        r->id = query_take_int(&q);
        r->at = query_take_int(&q);
        r->uid = (uint32_t)query_take_int(&q);
        r->login_uid = (uint32_t)query_take_int(&q);
        r->operation = query_take_text(&q);
        r->object = query_take_text(&q);
        r->old_hash = query_take_text(&q);
        r->new_hash = query_take_text(&q);
        r->detail = query_take_text(&q);
    }
    return step == 0 ? g_steal_pointer(&list) : NULL;
}

static bool delete_old(store *s, int days, int *deleted, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "DELETE FROM audit WHERE id IN"
                       " (SELECT id FROM audit WHERE at < ? ORDER BY at LIMIT ?)",
                       err))
        return false;
    query_put_int(&q, store_now(s) - (int64_t)days * 24 * 3600 * 1000);
    query_put_int(&q, PRUNE_CHUNK);
    return query_run(&q, deleted, err);
}

bool store_audit_prune(store *s, int days, int *deleted, error **err)
{
    if (days < KEPT_DAYS)
        return error_set(err, ERROR_USAGE, _("audit rows are kept for at least %d days"),
                         KEPT_DAYS);
    return store_begin(s, err) && store_end(s, delete_old(s, days, deleted, err), err);
}
