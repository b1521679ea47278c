/* What there is to write to. */
#include "ferry/plan_private.h"

#include "base/intl.h"

#include <string.h>

/* A claim must name the table, not the connection: two connections may lead
 * to the same place. */
static char *claim_of(const connection *c, const table_name *t)
{
    g_autofree char *table = table_name_to_string(t);
    if (c->path != NULL) {
        g_autofree char *path = realpath(c->path, NULL);
        return g_strdup_printf("%s:%s|%s", c->type, path != NULL ? path : c->path, table);
    }
    return g_strdup_printf("%s:%s:%d/%s|%s", c->type, c->host != NULL ? c->host : "", c->port,
                           c->database != NULL ? c->database : "", table);
}

static bool check_kind(const plan *p, const char *shown, error **err)
{
    switch (p->table_info->kind) {
    case TABLE_PLAIN:
    case TABLE_PARTITIONED:
    case TABLE_FILE:
        return true;
    case TABLE_PARTITION:
    case TABLE_VIEW:
    case TABLE_FOREIGN:
    case TABLE_VIRTUAL:
    case TABLE_SYSTEM:
        error_set(err, ERROR_PLAN, _("target \"%s\" is not an ordinary table"), shown);
        return error_hint(err, _("views, foreign and system tables cannot be written to"));
    }
    return true;
}

static bool check_rights(const plan *p, const char *shown, error **err)
{
    const table_info *t = p->table_info;
    const char *missing = !t->can_insert                                ? "INSERT"
                          : p->mode == MODE_OVERWRITE && !t->can_delete ? "DELETE"
                          : p->mode == MODE_UPSERT && !t->can_update    ? "UPDATE"
                          : p->mode == MODE_UPSERT && !t->can_select    ? "SELECT"
                                                                        : NULL;
    if (missing == NULL)
        return true;
    if (p->target->path != NULL) {
        error_set(err, ERROR_RIGHTS,
                  _("target \"%s\" cannot be written: \"%s\" is read-only"), shown,
                  p->target->path);
        return error_hint(err, _("who runs rowferry needs the right to write to it and to create "
                                 "files in its folder"));
    }
    error_set(err, ERROR_RIGHTS, _("no right to %s on target \"%s\""), missing, shown);
    return error_hint(err, _("ask its owner for: GRANT %s ON %s TO %s"), missing, shown,
                      p->target->user != NULL ? p->target->user : "…");
}

/* Tables are named by "table", files by "file". */
static bool check_place(const plan *p, error **err)
{
    bool is_file = !plan_link_has(p->target, LINK_SQL);
    const char *given = is_file ? "table" : "file", *wanted = is_file ? "file" : "table";
    if (json_object_get(json_object_get(p->task->document, "target"), given) == NULL)
        return true;
    error_set(err, ERROR_PLAN, _("target.%s cannot be used with connection \"%s\" (%s)"), given,
              p->target->name, dialect_title(p->target->dialect));
    return error_hint(err, _("name the target by target.%s"), wanted);
}

static void warn_of_empty_text(plan *p)
{
    const file_format *f = p->target->format;
    if (f != NULL && f->delimiter != 0 && f->quote == 0 && f->null_text[0] == '\0')
        plan_warn(p, _("a file without quotes and without a spelling of NULL cannot tell the empty "
                       "text and NULL apart: set format.null of connection \"%s\""),
                  p->target->name);
}

bool plan_target(plan *p, const plan_context *context, error **err)
{
    const task *t = p->task;
    if (!check_place(p, err))
        return false;
    g_autofree char *name = plan_expand(context, t->target.table->name, "target.table", err);
    if (name == NULL)
        return false;
    g_autoptr(table_name) wanted = table_name_new(t->target.table->schema, name);
    g_autofree char *shown = table_name_to_string(wanted);
    session *s = plan_session(p, p->target, err);
    if (s == NULL || !plan_check_name(p->target, wanted, err))
        return false;
    g_autoptr(error) local = NULL;
    p->table_info = s->ops->describe(s, wanted, &local);
    if (p->table_info == NULL && local != NULL)
        return error_prefix(err, &local, _("target \"%s\" of connection \"%s\""), shown,
                            p->target->name);
    /* A file that is replaced takes the columns that are mapped, not its own. */
    if (p->table_info != NULL && p->mode == MODE_OVERWRITE && p->table_info->kind == TABLE_FILE) {
        g_clear_pointer(&p->table_info, table_info_free);
        p->replaces_file = true;
    }
    if (p->table_info != NULL) {
        p->table = table_name_copy(p->table_info->name);
        if (!check_kind(p, shown, err) || !check_rights(p, shown, err))
            return false;
    } else {
        if (p->mode == MODE_UPSERT) {
            error_set(err, ERROR_PLAN, _("target \"%s\" does not exist in connection \"%s\""),
                      shown, p->target->name);
            return error_hint(err, _("create it first: an upsert needs a table with its key"));
        }
        if ((!t->target.create || p->replay_file != NULL) && !p->replaces_file) {
            error_set(err, ERROR_PLAN, _("target \"%s\" does not exist in connection \"%s\""),
                      shown, p->target->name);
            return error_hint(err, _("create it, or set \"create\": true in the target"));
        }
        p->creates_table = true;
        p->table = table_name_copy(wanted);
    }
    for (guint i = 0; i < p->units->len; i++) {
        const plan_unit *u = p->units->pdata[i];
        if (u->table == NULL || p->replay_file != NULL)
            continue;
        g_autofree char *from = claim_of(u->connection, u->table);
        g_autofree char *to = claim_of(p->target, p->table);
        if (strcmp(from, to) == 0)
            return error_set(err, ERROR_PLAN, _("source and target are the same table \"%s\""),
                             shown);
    }
    warn_of_empty_text(p);
    p->claim_target = claim_of(p->target, p->table);
    return true;
}
