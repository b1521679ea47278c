#include "store/connections.h"

#include "base/intl.h"
#include "store/audit.h"
#include "store/database.h"

#include <string.h>

#define COLUMNS "id, name, document, created_at, created_by, updated_at, updated_by"

void connection_record_free(connection_record *r)
{
    if (r == NULL)
        return;
    g_free(r->id);
    g_free(r->name);
    g_free(r->document);
    g_free(r);
}

static connection_record *take_connection(query *q)
{
    connection_record *r = g_new0(connection_record, 1);
    r->id = query_take_text(q);
    r->name = query_take_text(q);
    r->document = query_take_text(q);
    r->created_at = query_take_int(q);
    r->created_by = (uint32_t)query_take_int(q);
    r->updated_at = query_take_int(q);
    r->updated_by = (uint32_t)query_take_int(q);
    return r;
}

/* NULL without an error when there is none. */
static bool find(store *s, const char *name, connection_record **found, error **err)
{
    g_auto(query) q = { 0 };
    *found = NULL;
    if (!query_prepare(&q, s, "SELECT " COLUMNS " FROM connection WHERE name = ?", err))
        return false;
    query_put_text(&q, name);
    int step = query_step(&q, err);
    if (step == 1)
        *found = take_connection(&q);
    return step >= 0;
}

static char *hash_of(const char *document)
{
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, document, -1);
}

static bool save_inside(store *s, const char *name, const char *document, error **err)
{
    g_autoptr(connection_record) old = NULL;
    if (!find(s, name, &old, err))
        return false;
    if (old != NULL && strcmp(old->document, document) == 0)
        return true;

    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT INTO connection (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)"
                       " ON CONFLICT (name) DO UPDATE SET document = excluded.document,"
                       " updated_at = excluded.updated_at, updated_by = excluded.updated_by",
                       err))
        return false;
    g_autofree char *id = g_uuid_string_random();
    int64_t now = store_now(s);
    query_put_text(&q, id);
    query_put_text(&q, name);
    query_put_text(&q, document);
    query_put_int(&q, now);
    query_put_int(&q, s->actor.uid);
    query_put_int(&q, now);
    query_put_int(&q, s->actor.uid);
    g_autofree char *old_hash = old != NULL ? hash_of(old->document) : NULL;
    g_autofree char *new_hash = hash_of(document);
    return query_run(&q, NULL, err) &&
           store_audit_add(s, "connection.save", name, old_hash, new_hash, NULL, err);
}

bool store_connection_save(store *s, const char *name, const char *document, error **err)
{
    return store_begin(s, err) && store_end(s, save_inside(s, name, document, err), err);
}

static bool no_such_connection(const char *name, error **err)
{
    return error_set(err, ERROR_NOT_FOUND, _("there is no connection \"%s\""), name);
}

connection_record *store_connection_get(store *s, const char *name, error **err)
{
    connection_record *r = NULL;
    if (find(s, name, &r, err) && r == NULL)
        no_such_connection(name, err);
    return r;
}

GPtrArray *store_connection_list(store *s, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "SELECT " COLUMNS " FROM connection ORDER BY name", err))
        return NULL;
    g_autoptr(GPtrArray) list =
        g_ptr_array_new_with_free_func((GDestroyNotify)connection_record_free);
    int step;
    while ((step = query_step(&q, err)) == 1)
        g_ptr_array_add(list, take_connection(&q));
    return step == 0 ? g_steal_pointer(&list) : NULL;
}

/* Names of the tasks that use @name, "a", "b"; NULL when none does. */
static bool users_of(store *s, const char *name, char **users, error **err)
{
    g_auto(query) q = { 0 };
    *users = NULL;
    if (!query_prepare(&q, s,
                       "SELECT group_concat('\"' || name || '\"', ', ') FROM"
                       " (SELECT t.name FROM task_connection c JOIN task t ON t.id = c.task_id"
                       "  WHERE c.connection = ? AND t.deleted_at IS NULL ORDER BY t.name)",
                       err))
        return false;
    query_put_text(&q, name);
    int step = query_step(&q, err);
    if (step == 1)
        *users = query_take_text(&q);
    return step >= 0;
}

static bool delete_inside(store *s, const char *name, error **err)
{
    g_autoptr(connection_record) old = NULL;
    g_autofree char *users = NULL;
    if (!find(s, name, &old, err))
        return false;
    if (old == NULL)
        return no_such_connection(name, err);
    if (!users_of(s, name, &users, err))
        return false;
    if (users != NULL) {
        error_set(err, ERROR_DOCUMENT, _("cannot delete the connection \"%s\": used by %s"), name,
                  users);
        return error_hint(err, _("Change or delete those tasks first."));
    }

    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "DELETE FROM connection WHERE id = ?", err))
        return false;
    query_put_text(&q, old->id);
    g_autofree char *old_hash = hash_of(old->document);
    return query_run(&q, NULL, err) &&
           store_audit_add(s, "connection.delete", name, old_hash, NULL, NULL, err);
}

bool store_connection_delete(store *s, const char *name, error **err)
{
    return store_begin(s, err) && store_end(s, delete_inside(s, name, err), err);
}

/* --- uses --- */

static void connection_use_free(connection_use *u)
{
    g_free(u->connection);
    g_free(u->task);
    g_free(u);
}

GPtrArray *store_connection_uses(store *s, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT c.connection, t.name FROM task_connection c"
                       " JOIN task t ON t.id = c.task_id WHERE t.deleted_at IS NULL"
                       " ORDER BY c.connection, t.name",
                       err))
        return NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)connection_use_free);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        connection_use *u = g_new0(connection_use, 1);
        g_ptr_array_add(list, u);
        u->connection = query_take_text(&q);
        u->task = query_take_text(&q);
    }
    return step == 0 ? g_steal_pointer(&list) : NULL;
}
