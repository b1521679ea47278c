#include "store/drafts.h"

#include "base/intl.h"
#include "store/database.h"

#include <inttypes.h>

#define COLUMNS "id, kind, subject, document, base_version, created_at, updated_at, owner"

void draft_record_free(draft_record *r)
{
    if (r == NULL)
        return;
    g_free(r->kind);
    g_free(r->subject);
    g_free(r->document);
    g_free(r);
}

static draft_record *take_draft(query *q)
{
    draft_record *r = g_new0(draft_record, 1);
    r->id = query_take_int(q);
    r->kind = query_take_text(q);
    r->subject = query_take_text(q);
    r->document = query_take_text(q);
    r->base_version = query_take_int(q);
    r->created_at = query_take_int(q);
    r->updated_at = query_take_int(q);
    r->owner = (uint32_t)query_take_int(q);
    return r;
}

static bool no_such_draft(int64_t id, error **err)
{
    return error_set(err, ERROR_NOT_FOUND, _("there is no draft %" PRId64), id);
}

static bool insert_draft(store *s, int64_t *id, const char *kind, const char *subject,
                         const char *document, int64_t base_version, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT INTO draft (kind, subject, document, base_version, owner,"
                       " created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                       err))
        return false;
    query_put_text(&q, kind);
    query_put_text(&q, subject);
    query_put_text(&q, document);
    query_put_int(&q, base_version);
    query_put_int(&q, s->actor.uid);
    int64_t now = store_now(s);
    query_put_int(&q, now);
    query_put_int(&q, now);
    if (!query_run(&q, NULL, err))
        return false;
    *id = sqlite3_last_insert_rowid(s->db);
    return true;
}

static bool update_draft(store *s, int64_t id, const char *kind, const char *subject,
                         const char *document, int64_t base_version, error **err)
{
    g_auto(query) q = { 0 };
    int changes;
    if (!query_prepare(&q, s,
                       "UPDATE draft SET kind = ?, subject = ?, document = ?, base_version = ?,"
                       " updated_at = ? WHERE id = ?",
                       err))
        return false;
    query_put_text(&q, kind);
    query_put_text(&q, subject);
    query_put_text(&q, document);
    query_put_int(&q, base_version);
    query_put_int(&q, store_now(s));
    query_put_int(&q, id);
    return query_run(&q, &changes, err) && (changes == 1 || no_such_draft(id, err));
}

bool store_draft_save(store *s, int64_t *id, const char *kind, const char *subject,
                      const char *document, int64_t base_version, error **err)
{
    if (!store_begin(s, err))
        return false;
    bool ok = *id == 0 ? insert_draft(s, id, kind, subject, document, base_version, err)
                       : update_draft(s, *id, kind, subject, document, base_version, err);
    return store_end(s, ok, err);
}

draft_record *store_draft_get(store *s, int64_t id, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "SELECT " COLUMNS " FROM draft WHERE id = ?", err))
        return NULL;
    query_put_int(&q, id);
    int step = query_step(&q, err);
    if (step == 1)
        return take_draft(&q);
    if (step == 0)
        no_such_draft(id, err);
    return NULL;
}

GPtrArray *store_draft_list(store *s, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "SELECT " COLUMNS " FROM draft ORDER BY updated_at DESC, id DESC",
                       err))
        return NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)draft_record_free);
    int step;
    while ((step = query_step(&q, err)) == 1)
        g_ptr_array_add(list, take_draft(&q));
    return step == 0 ? g_steal_pointer(&list) : NULL;
}

bool store_draft_delete(store *s, int64_t id, error **err)
{
    if (!store_begin(s, err))
        return false;
    g_auto(query) q = { 0 };
    int changes = 0;
    bool ok = query_prepare(&q, s, "DELETE FROM draft WHERE id = ?", err);
    if (ok) {
        query_put_int(&q, id);
        ok = query_run(&q, &changes, err) && (changes == 1 || no_such_draft(id, err));
    }
    query_clear(&q);
    return store_end(s, ok, err);
}
