#include "store/parameters.h"

#include "base/intl.h"
#include "store/audit.h"
#include "store/database.h"

#define COLUMNS "name, expression, type, description, default_value, updated_at, updated_by"

void global_parameter_free(global_parameter *p)
{
    if (p == NULL)
        return;
    g_free(p->name);
    g_free(p->expression);
    g_free(p->type);
    g_free(p->description);
    g_free(p->default_value);
    g_free(p);
}

static global_parameter *take_parameter(query *q)
{
    global_parameter *p = g_new0(global_parameter, 1);
    p->name = query_take_text(q);
    p->expression = query_take_text(q);
    p->type = query_take_text(q);
    p->description = query_take_text(q);
    p->default_value = query_take_text(q);
    p->updated_at = query_take_int(q);
    p->updated_by = (uint32_t)query_take_int(q);
    return p;
}

/* Of everything that a person can change. */
static char *parameter_hash(const char *expression, const char *type, const char *description,
                            const char *default_value)
{
    g_autofree char *text = g_strjoin("\x1f", expression, type, description, default_value, NULL);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

/* NULL without an error when there is none. */
static bool find(store *s, const char *name, global_parameter **found, error **err)
{
    g_auto(query) q = { 0 };
    *found = NULL;
    if (!query_prepare(&q, s, "SELECT " COLUMNS " FROM parameter WHERE name = ?", err))
        return false;
    query_put_text(&q, name);
    int step = query_step(&q, err);
    if (step == 1)
        *found = take_parameter(&q);
    return step >= 0;
}

static char *hash_of(const global_parameter *p)
{
    return p == NULL ? NULL
                     : parameter_hash(p->expression, p->type, p->description, p->default_value);
}

static bool set_inside(store *s, const global_parameter *p, error **err)
{
    const char *type = p->type != NULL ? p->type : "";
    const char *description = p->description != NULL ? p->description : "";
    g_autoptr(global_parameter) old = NULL;
    if (!find(s, p->name, &old, err))
        return false;
    g_autofree char *old_hash = hash_of(old);
    g_autofree char *new_hash = parameter_hash(p->expression, type, description, p->default_value);
    if (g_strcmp0(old_hash, new_hash) == 0)
        return true;

    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "INSERT INTO parameter (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)"
                       " ON CONFLICT (name) DO UPDATE SET expression = excluded.expression,"
                       " type = excluded.type, description = excluded.description,"
                       " default_value = excluded.default_value,"
                       " updated_at = excluded.updated_at, updated_by = excluded.updated_by",
                       err))
        return false;
    query_put_text(&q, p->name);
    query_put_text(&q, p->expression);
    query_put_text(&q, type);
    query_put_text(&q, description);
    query_put_text(&q, p->default_value);
    query_put_int(&q, store_now(s));
    query_put_int(&q, s->actor.uid);
    return query_run(&q, NULL, err) &&
           store_audit_add(s, "parameter.set", p->name, old_hash, new_hash, NULL, err);
}

bool store_parameter_set(store *s, const global_parameter *p, error **err)
{
    return store_begin(s, err) && store_end(s, set_inside(s, p, err), err);
}

static bool no_such_parameter(const char *name, error **err)
{
    return error_set(err, ERROR_NOT_FOUND, _("there is no parameter \"%s\""), name);
}

static bool unset_inside(store *s, const char *name, error **err)
{
    g_autoptr(global_parameter) old = NULL;
    g_auto(query) q = { 0 };
    if (!find(s, name, &old, err))
        return false;
    if (old == NULL)
        return no_such_parameter(name, err);
    if (!query_prepare(&q, s, "DELETE FROM parameter WHERE name = ?", err))
        return false;
    query_put_text(&q, name);
    g_autofree char *old_hash = hash_of(old);
    return query_run(&q, NULL, err) &&
           store_audit_add(s, "parameter.unset", name, old_hash, NULL, NULL, err);
}

bool store_parameter_unset(store *s, const char *name, error **err)
{
    return store_begin(s, err) && store_end(s, unset_inside(s, name, err), err);
}

global_parameter *store_parameter_get(store *s, const char *name, error **err)
{
    global_parameter *p = NULL;
    if (find(s, name, &p, err) && p == NULL)
        no_such_parameter(name, err);
    return p;
}

GPtrArray *store_parameter_list(store *s, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "SELECT " COLUMNS " FROM parameter ORDER BY name", err))
        return NULL;
    g_autoptr(GPtrArray) list =
        g_ptr_array_new_with_free_func((GDestroyNotify)global_parameter_free);
    int step;
    while ((step = query_step(&q, err)) == 1)
        g_ptr_array_add(list, take_parameter(&q));
    return step == 0 ? g_steal_pointer(&list) : NULL;
}
