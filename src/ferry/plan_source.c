/* What there is to read: tables, a query, files or kept rejects, and their
 * columns. */
#include "ferry/plan_private.h"

#include "base/intl.h"
#include "base/text.h"
#include "row/reject_file.h"
#include "sql/contain.h"

#include <string.h>

static column_info *column_info_copy(const column_info *c)
{
    column_info *copy = g_memdup2(c, sizeof *c);
    copy->name = g_strdup(c->name);
    copy->type_text = g_strdup(c->type_text);
    copy->default_text = g_strdup(c->default_text);
    return copy;
}

static bool describe_table(plan *p, const connection *c, const table_name *name, error **err)
{
    session *s = plan_session(p, c, err);
    if (s == NULL || !plan_check_name(c, name, err))
        return false;
    g_autoptr(error) local = NULL;
    g_autoptr(table_info) info = s->ops->describe(s, name, &local);
    g_autofree char *shown = table_name_to_string(name);
    if (info == NULL) {
        if (local != NULL)
            return error_prefix(err, &local, _("source \"%s\" of connection \"%s\""), shown,
                                c->name);
        error_set(err, ERROR_PLAN, _("source \"%s\" does not exist in connection \"%s\""), shown,
                  c->name);
        return error_hint(err, _("\"rowferry connection tables %s\" lists what there is"), c->name);
    }
    if (!info->can_select)
        return error_set(err, ERROR_RIGHTS, _("no right to read \"%s\" in connection \"%s\""),
                         shown, c->name);
    plan_unit *u = g_new0(plan_unit, 1);
    u->connection = c;
    u->table = table_name_copy(info->name);
    u->columns = g_ptr_array_ref(info->columns);
    u->row_estimate = info->row_estimate;
    g_ptr_array_add(p->units, u);
    return true;
}

static bool add_query(plan *p, const plan_context *context, error **err)
{
    g_autofree char *expanded = plan_expand(context, p->task->source.query, "source.query", err);
    if (expanded == NULL)
        return false;
    g_autofree char *contained = sql_contain(p->source->dialect, expanded, "source.query", err);
    if (contained == NULL)
        return false;
    session *s = plan_session(p, p->source, err);
    if (s == NULL)
        return false;
    g_autoptr(error) local = NULL;
    GPtrArray *columns = s->ops->describe_query(s, contained, NULL, 0, &local);
    if (columns == NULL)
        return error_prefix(err, &local, "source.query");
    plan_unit *u = g_new0(plan_unit, 1);
    u->connection = p->source;
    u->query = g_steal_pointer(&contained);
    u->columns = columns;
    u->row_estimate = -1;
    g_ptr_array_add(p->units, u);
    return true;
}

static bool add_files(plan *p, const plan_context *context, error **err)
{
    g_autofree char *pattern = plan_expand(context, p->task->source.file, "source.file", err);
    if (pattern == NULL)
        return false;
    session *s = plan_session(p, p->source, err);
    if (s == NULL)
        return false;
    g_autoptr(GPtrArray) files = s->ops->list_tables(s, pattern, err);
    if (files == NULL)
        return false;
    if (files->len == 0) {
        error_set(err, ERROR_PLAN, _("no file matches \"%s\" in \"%s\""), pattern, p->source->path);
        return error_hint(err,
                          _("source.file is a name or pattern relative to the path of "
                            "connection \"%s\""),
                          p->source->name);
    }
    for (guint i = 0; i < files->len; i++)
        if (!describe_table(p, p->source, files->pdata[i], err))
            return false;
    return true;
}

/* One pattern of `tables` in one connection. */
static bool add_pattern(plan *p, const plan_context *context, const connection *c,
                        const table_name *pattern, error **err)
{
    g_autofree char *expanded = plan_expand(context, pattern->name, "source.tables", err);
    if (expanded == NULL)
        return false;
    g_auto(GStrv) names = table_pattern_expand(expanded, err);
    if (names == NULL)
        return false;
    for (char **name = names; *name != NULL; name++) {
        /* "db1.t[1-3]": the schema stands before the dot of the expanded name. */
        const char *dot = pattern->schema == NULL ? strchr(*name, '.') : NULL;
        g_autofree char *schema = dot != NULL ? g_strndup(*name, dot - *name) : NULL;
        g_autoptr(table_name) table = table_name_new(
            pattern->schema != NULL ? pattern->schema : schema, dot != NULL ? dot + 1 : *name);
        if (!describe_table(p, c, table, err))
            return false;
    }
    return true;
}

static bool add_tables(plan *p, const plan_context *context, error **err)
{
    const task *t = p->task;
    char *const one[] = { t->source.connection, NULL };
    char *const *connections = t->source.connections != NULL ? t->source.connections : one;
    for (char *const *name = connections; *name != NULL; name++) {
        const connection *c = context->find_connection(context->user, *name, err);
        if (c == NULL)
            return false;
        for (guint i = 0; i < t->source.tables->len; i++)
            if (!add_pattern(p, context, c, t->source.tables->pdata[i], err))
                return false;
    }
    return true;
}

static bool add_table(plan *p, const plan_context *context, error **err)
{
    g_autofree char *name = plan_expand(context, p->task->source.table->name, "source.table", err);
    if (name == NULL)
        return false;
    g_autoptr(table_name) table = table_name_new(p->task->source.table->schema, name);
    return describe_table(p, p->source, table, err);
}

static bool add_replay(plan *p, error **err)
{
    g_autoptr(reject_reader) kept = reject_reader_open(p->replay_file, err);
    if (kept == NULL)
        return false;
    const char *const *names;
    const data_type *types;
    unsigned n = reject_reader_columns(kept, &names, &types);
    plan_unit *u = g_new0(plan_unit, 1);
    u->connection = p->source;
    u->columns = g_ptr_array_new_with_free_func((GDestroyNotify)column_info_free);
    u->row_estimate = p->replay_numbers->len;
    for (unsigned i = 0; i < n; i++) {
        column_info *c = g_new0(column_info, 1);
        c->name = g_strdup(names[i]);
        c->type_text = data_type_to_string(&types[i]);
        /* An edited value may be of any kind. */
        c->type = (data_type){ .kind = TYPE_ANY };
        g_ptr_array_add(u->columns, c);
    }
    g_ptr_array_add(p->units, u);
    return true;
}

/* Shards must agree in the names of their columns; types may differ in length. */
static bool same_columns(const plan_unit *first, const plan_unit *u, error **err)
{
    g_autofree char *name = u->table != NULL ? table_name_to_string(u->table) : g_strdup("query");
    g_autofree char *first_name =
        first->table != NULL ? table_name_to_string(first->table) : g_strdup("query");
    for (guint i = 0; i < first->columns->len; i++) {
        const column_info *a = first->columns->pdata[i];
        bool found = false;
        for (guint k = 0; k < u->columns->len && !found; k++)
            found = strcmp(a->name, ((const column_info *)u->columns->pdata[k])->name) == 0;
        if (!found)
            return error_set(err, ERROR_PLAN, _("\"%s\" has no column \"%s\", but \"%s\" has"),
                             name, a->name, first_name);
    }
    if (first->columns->len != u->columns->len)
        return error_set(err, ERROR_PLAN, _("\"%s\" has %u columns, but \"%s\" has %u"), name,
                         u->columns->len, first_name, first->columns->len);
    return true;
}

static bool choose_columns(plan *p, error **err)
{
    const plan_unit *first = p->units->pdata[0];
    char **wanted = p->replay_file == NULL ? p->task->source.columns : NULL;
    if (wanted == NULL) {
        for (guint i = 0; i < first->columns->len; i++)
            g_ptr_array_add(p->source_columns, column_info_copy(first->columns->pdata[i]));
        return true;
    }
    for (char **name = wanted; *name != NULL; name++) {
        const column_info *found = NULL;
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        for (guint i = 0; i < first->columns->len; i++) {
            const column_info *c = first->columns->pdata[i];
            g_ptr_array_add(names, c->name);
            if (strcmp(c->name, *name) == 0)
                found = c;
        }
        g_ptr_array_add(names, NULL);
        if (found == NULL) {
            error_set(err, ERROR_PLAN, _("source.columns: the source has no column \"%s\""), *name);
            const char *near = text_nearest(*name, (const char *const *)names->pdata);
            if (near != NULL)
                error_hint(err, _("did you mean \"%s\"?"), near);
            return false;
        }
        g_ptr_array_add(p->source_columns, column_info_copy(found));
    }
    return true;
}

/* Files are named by source.file, tables in the other ways. */
static bool check_place(const plan *p, error **err)
{
    const task *t = p->task;
    bool is_file = !plan_link_has(p->source, LINK_SQL);
    if (is_file == (t->source.file != NULL))
        return true;
    error_set(err, ERROR_PLAN, _("source.%s cannot be used with connection \"%s\" (%s)"),
              t->source.file != NULL     ? "file"
              : t->source.query != NULL  ? "query"
              : t->source.tables != NULL ? "tables"
                                         : "table",
              p->source->name, dialect_title(p->source->dialect));
    return error_hint(err, is_file ? _("name the files by source.file")
                                   : _("name what to read by source.table, tables or query"));
}

bool plan_source(plan *p, const plan_context *context, error **err)
{
    const task *t = p->task;
    if (!check_place(p, err))
        return false;
    bool done = p->replay_file != NULL     ? add_replay(p, err)
                : t->source.file != NULL   ? add_files(p, context, err)
                : t->source.query != NULL  ? add_query(p, context, err)
                : t->source.tables != NULL ? add_tables(p, context, err)
                                           : add_table(p, context, err);
    if (!done)
        return false;
    if (p->units->len == 0)
        return error_set(err, ERROR_PLAN, _("the source names no table"));
    p->row_estimate = 0;
    for (guint i = 0; i < p->units->len; i++) {
        const plan_unit *u = p->units->pdata[i];
        if (!same_columns(p->units->pdata[0], u, err))
            return false;
        p->row_estimate =
            p->row_estimate < 0 || u->row_estimate < 0 ? -1 : p->row_estimate + u->row_estimate;
    }
    return choose_columns(p, err);
}
