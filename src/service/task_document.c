#include "service/task_document.h"

#include "base/intl.h"
#include "service/scope.h"

static bool check_connection(engine *e, const task *t, const char *path, const char *name,
                             error **err)
{
    error *local = NULL;
    if (engine_connection(e, name, &local) != NULL)
        return true;
    if (local->code == ERROR_NOT_FOUND)
        local->code = ERROR_DOCUMENT;
    return error_prefix(err, &local, _("task \"%s\": %s"), t->name, path);
}

bool task_document_check(engine *e, const task *t, error **err)
{
    for (char **c = t->source.connections; c != NULL && *c != NULL; c++)
        if (!check_connection(e, t, "source.connections", *c, err))
            return false;
    if (!check_connection(e, t, "source.connection", t->source.connection, err) ||
        !check_connection(e, t, "target.connection", t->target.connection, err))
        return false;
    const scope_request asked = { .task = t };
    g_autoptr(run_scope) scope = run_scope_new(e, &asked, err);
    return scope != NULL && scope_check_task(scope, t, err);
}

bool task_document_is_confirmed(store *s, const char *name, const json_t *document)
{
    g_autoptr(error) why = NULL;
    g_autoptr(GPtrArray) versions = store_task_versions(s, name, &why);
    for (guint i = 0; versions != NULL && i < versions->len; i++) {
        const task_record *v = versions->pdata[i];
        g_autoptr(error) unread = NULL;
        g_autoptr(task_record) r =
            v->confirmed ? store_task_get(s, name, v->version, &unread) : NULL;
        if (r == NULL)
            continue;
        json_t *before = json_loads(r->document, 0, NULL);
        bool needs = before != NULL && task_needs_confirm(before, document);
        json_decref(before);
        return !needs;
    }
    return true;
}
