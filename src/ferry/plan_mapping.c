/* Which column gets what. */
#include "ferry/plan_private.h"

#include "base/intl.h"
#include "base/text.h"
#include "row/convert.h"

#include <string.h>

static int source_index(const plan *p, const char *name)
{
    for (guint i = 0; i < p->source_columns->len; i++)
        if (strcmp(((const column_info *)p->source_columns->pdata[i])->name, name) == 0)
            return (int)i;
    return -1;
}

/* Exact, else the only one that differs in case alone; -2: several do. */
static int source_match(const plan *p, const char *name)
{
    int found = source_index(p, name);
    if (found >= 0)
        return found;
    g_autofree char *folded = g_utf8_casefold(name, -1);
    for (guint i = 0; i < p->source_columns->len; i++) {
        const column_info *c = p->source_columns->pdata[i];
        g_autofree char *other = g_utf8_casefold(c->name, -1);
        if (strcmp(folded, other) != 0)
            continue;
        if (found >= 0)
            return -2;
        found = (int)i;
    }
    return found;
}

static const mapped_column *listed(const plan *p, const char *target)
{
    for (guint i = 0; i < p->task->mapping.columns->len; i++) {
        const mapped_column *c = p->task->mapping.columns->pdata[i];
        if (strcmp(c->target, target) == 0)
            return c;
    }
    return NULL;
}

/* ---- fixed values -------------------------------------------------------- */

static bool constant_text(const plan_context *context, const mapped_column *c, char **text,
                          error **err)
{
    g_autofree char *where = g_strdup_printf("mapping of column \"%s\"", c->target);
    if (c->origin == COLUMN_PARAMETER) {
        g_autoptr(error) local = NULL;
        *text = parameter_value(context->parameters, c->parameter, &local);
        return *text != NULL || error_prefix(err, &local, "%s", where);
    }
    if (json_is_null(c->constant)) {
        *text = NULL;
    } else if (json_is_string(c->constant)) {
        *text = plan_expand(context, json_string_value(c->constant), where, err);
        return *text != NULL;
    } else {
        char *dumped = json_dumps(c->constant, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
        *text = g_strdup(dumped);
        free(dumped);
    }
    return true;
}

static bool set_fixed(plan *p, const plan_context *context, mapping_column *m,
                      const mapped_column *c, error **err)
{
    if (!constant_text(context, c, &m->fixed_text, err))
        return false;
    m->is_parameter = c->origin == COLUMN_PARAMETER;
    if (m->fixed_text == NULL) {
        m->fixed = value_null();
        return true;
    }
    value text = batch_copy_value(p->memory, VALUE_TEXT, m->fixed_text, strlen(m->fixed_text));
    const convert_options options = { .round = p->task->target.round, .compact_dates = true };
    convert_error why;
    if (convert_value(&text, &m->type, &options, p->memory, &m->fixed, &why))
        return true;
    return error_set(err, ERROR_PLAN, _("mapping of column \"%s\": %s"), m->target, why.message);
}

/* ---- one column ---------------------------------------------------------- */

static mapping_column *add_column(plan *p, const column_info *target)
{
    mapping_column *m = g_new0(mapping_column, 1);
    m->target = g_strdup(target->name);
    m->type = p->task->target.check_types ? target->type : (data_type){ .kind = TYPE_ANY };
    m->type_text = g_strdup(target->type_text);
    m->not_null = target->not_null;
    m->source = -1;
    g_ptr_array_add(p->mapping->columns, m);
    return m;
}

static bool set_source(plan *p, mapping_column *m, const char *name, error **err)
{
    m->origin = COLUMN_SOURCE;
    m->source = source_match(p, name);
    if (m->source >= 0)
        return true;
    if (m->source == -2)
        return error_set(err, ERROR_PLAN,
                         _("mapping of column \"%s\": several source columns are called \"%s\" "
                           "when case is ignored"),
                         m->target, name);
    error_set(err, ERROR_PLAN, _("mapping of column \"%s\": the source has no column \"%s\""),
              m->target, name);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < p->source_columns->len; i++)
        g_ptr_array_add(names, ((column_info *)p->source_columns->pdata[i])->name);
    g_ptr_array_add(names, NULL);
    const char *near = text_nearest(name, (const char *const *)names->pdata);
    return near != NULL ? error_hint(err, _("did you mean \"%s\"?"), near) : false;
}

static bool add_listed(plan *p, const plan_context *context, const column_info *target,
                       const mapped_column *c, error **err)
{
    mapping_column *m = add_column(p, target);
    m->origin = c->origin;
    m->replace = c->replace;
    bool done = c->origin == COLUMN_SOURCE ? set_source(p, m, c->source, err)
                                           : set_fixed(p, context, m, c, err);
    if (done || !plan_tolerate(p, target->name, err))
        return done;
    g_ptr_array_set_size(p->mapping->columns, (int)p->mapping->columns->len - 1);
    return true;
}

/* ---- a table that exists ------------------------------------------------- */

static bool is_writable(const column_info *c)
{
    return !c->generated && !c->identity_always;
}

static bool leave_unmapped(plan *p, const column_info *c, error **err)
{
    /* A line of a file has all of its columns. */
    bool is_file = p->table_info->kind == TABLE_FILE;
    if ((p->task->mapping.unmapped_null || is_file) && !c->not_null) {
        mapping_column *m = add_column(p, c);
        m->origin = COLUMN_CONSTANT;
        m->fixed = value_null();
        return true;
    }
    if (c->not_null && !c->has_default) {
        error_set(err, ERROR_PLAN,
                  _("target column \"%s\" is NOT NULL without a default and gets nothing"),
                  c->name);
        error_hint(err, _("map it in mapping.columns: {\"target\": \"%s\", …}"), c->name);
        return plan_tolerate(p, c->name, err);
    }
    plan_warn_about(p, c->name, _("target column \"%s\" is not mapped: it gets %s"), c->name,
                    c->has_default ? _("its default") : "NULL");
    return true;
}

static bool map_by_name(plan *p, const plan_context *context, error **err)
{
    for (guint i = 0; i < p->table_info->columns->len; i++) {
        const column_info *c = p->table_info->columns->pdata[i];
        const mapped_column *own = listed(p, c->name);
        if (own != NULL && own->origin != COLUMN_SKIP) {
            if (!add_listed(p, context, c, own, err))
                return false;
            continue;
        }
        if (!is_writable(c))
            continue;
        int source = own != NULL ? -1 : source_match(p, c->name);
        if (source == -2) {
            error_set(err, ERROR_PLAN,
                      _("target column \"%s\" matches several source columns when case is "
                        "ignored; map it in mapping.columns"),
                      c->name);
            if (!plan_tolerate(p, c->name, err))
                return false;
            continue;
        }
        if (source < 0) {
            if (!leave_unmapped(p, c, err))
                return false;
            continue;
        }
        mapping_column *m = add_column(p, c);
        m->origin = COLUMN_SOURCE;
        m->source = source;
    }
    return true;
}

static bool map_by_position(plan *p, const plan_context *context, error **err)
{
    unsigned next = 0, writable = 0;
    for (guint i = 0; i < p->table_info->columns->len; i++) {
        const column_info *c = p->table_info->columns->pdata[i];
        const mapped_column *own = listed(p, c->name);
        if (own != NULL && own->origin != COLUMN_SKIP) {
            if (!add_listed(p, context, c, own, err))
                return false;
            continue;
        }
        if (!is_writable(c) || own != NULL)
            continue;
        writable++;
        if (next >= p->source_columns->len)
            continue;
        mapping_column *m = add_column(p, c);
        m->origin = COLUMN_SOURCE;
        m->source = (int)next++;
    }
    if (writable == p->source_columns->len)
        return true;
    error_set(err, ERROR_PLAN,
              _("mapping by position: the source has %u columns, the target takes %u"),
              p->source_columns->len, writable);
    error_hint(err, _("limit source.columns, or map by name"));
    return plan_tolerate(p, NULL, err);
}

static bool map_listed_only(plan *p, const plan_context *context, error **err)
{
    for (guint i = 0; i < p->table_info->columns->len; i++) {
        const column_info *c = p->table_info->columns->pdata[i];
        const mapped_column *own = listed(p, c->name);
        if (own != NULL && own->origin != COLUMN_SKIP) {
            if (!add_listed(p, context, c, own, err))
                return false;
        } else if (is_writable(c) && !leave_unmapped(p, c, err)) {
            return false;
        }
    }
    return true;
}

static bool check_one_listed(const plan *p, const mapped_column *c, error **err)
{
    int column = table_info_column(p->table_info, c->target);
    if (column < 0) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        for (guint k = 0; k < p->table_info->columns->len; k++)
            g_ptr_array_add(names, ((column_info *)p->table_info->columns->pdata[k])->name);
        g_ptr_array_add(names, NULL);
        error_set(err, ERROR_PLAN, _("mapping: the target has no column \"%s\""), c->target);
        const char *near = text_nearest(c->target, (const char *const *)names->pdata);
        return near != NULL ? error_hint(err, _("did you mean \"%s\"?"), near) : false;
    }
    const column_info *info = p->table_info->columns->pdata[column];
    return is_writable(info) || c->origin == COLUMN_SKIP ||
           error_set(err, ERROR_PLAN,
                     _("mapping: target column \"%s\" is generated and cannot be written"),
                     c->target);
}

static bool check_listed(plan *p, error **err)
{
    for (guint i = 0; i < p->task->mapping.columns->len; i++) {
        const mapped_column *c = p->task->mapping.columns->pdata[i];
        if (!check_one_listed(p, c, err) && !plan_tolerate(p, c->target, err))
            return false;
    }
    return true;
}

/* ---- a table that the run will create ------------------------------------ */

static data_type constant_type(const mapped_column *c)
{
    switch (c->origin == COLUMN_CONSTANT ? json_typeof(c->constant) : JSON_STRING) {
    case JSON_INTEGER:
        return (data_type){ .kind = TYPE_INT, .bits = 64 };
    case JSON_REAL:
        return (data_type){ .kind = TYPE_FLOAT, .bits = 64 };
    case JSON_TRUE:
    case JSON_FALSE:
        return (data_type){ .kind = TYPE_BOOL };
    case JSON_STRING:
    case JSON_NULL:
    case JSON_OBJECT:
    case JSON_ARRAY:
        break;
    }
    if (c->origin == COLUMN_PARAMETER && strcmp(c->parameter, "start_time") == 0)
        return (data_type){ .kind = TYPE_TIMESTAMP, .fraction = 0 };
    return (data_type){ .kind = TYPE_TEXT };
}

static bool new_column(plan *p, const char *name, const data_type *from, bool not_null, error **err)
{
    g_autoptr(error) local = NULL;
    column_info *c = g_new0(column_info, 1);
    c->name = g_strdup(name);
    c->not_null = not_null;
    c->type_text = dialect_write_type(p->target->dialect, from, &local);
    g_ptr_array_add(p->table_info->columns, c);
    if (c->type_text == NULL)
        return error_prefix(err, &local, _("column \"%s\""), name);
    c->type = dialect_read_type(p->target->dialect, c->type_text);
    return true;
}

static bool is_key(const plan *p, const char *name)
{
    return p->task->target.key != NULL &&
           g_strv_contains((const char *const *)p->task->target.key, name);
}

/* The columns a new table gets: the source's (unless only listed ones are
 * mapped), then those that are listed besides. */
static bool design_table(plan *p, error **err)
{
    p->table_info = table_info_new(p->table);
    p->table_info->kind = plan_link_has(p->target, LINK_SQL) ? TABLE_PLAIN : TABLE_FILE;
    p->table_info->row_estimate = 0;
    const task *t = p->task;
    for (guint i = 0; t->mapping.by != MAPPING_CUSTOM && i < p->source_columns->len; i++) {
        const column_info *c = p->source_columns->pdata[i];
        const mapped_column *own = listed(p, c->name);
        if (own != NULL && own->origin == COLUMN_SKIP)
            continue;
        data_type type = own == NULL || own->origin == COLUMN_SOURCE ? c->type : constant_type(own);
        if (!new_column(p, c->name, &type, is_key(p, c->name), err))
            return false;
    }
    for (guint i = 0; i < t->mapping.columns->len; i++) {
        const mapped_column *c = t->mapping.columns->pdata[i];
        if (c->origin == COLUMN_SKIP || table_info_column(p->table_info, c->target) >= 0)
            continue;
        data_type type = constant_type(c);
        if (c->origin == COLUMN_SOURCE) {
            int source = source_match(p, c->source);
            if (source >= 0)
                type = ((const column_info *)p->source_columns->pdata[source])->type;
        }
        if (!new_column(p, c->target, &type, is_key(p, c->target), err))
            return false;
    }
    for (guint i = 0; i < p->table_info->columns->len; i++)
        for (guint k = 0; k < i; k++) {
            const column_info *a = p->table_info->columns->pdata[i];
            const column_info *b = p->table_info->columns->pdata[k];
            if (g_ascii_strcasecmp(a->name, b->name) == 0)
                return error_set(err, ERROR_PLAN,
                                 _("the new table would have two columns called \"%s\""), a->name);
        }
    return true;
}

/* ---- what is left of the source ------------------------------------------ */

static bool filter_needs(const plan *p, const char *name)
{
    if (p->filter == NULL || plan_link_has(p->source, LINK_SQL))
        return false;
    g_auto(GStrv) fields = filter_fields(p->filter);
    return g_strv_contains((const char *const *)fields, name);
}

/* Read only what is mapped, filtered on here or a key; name the rest. */
static void prune_source(plan *p)
{
    g_autofree int *moved = g_new(int, p->source_columns->len + 1);
    GPtrArray *kept = g_ptr_array_new_with_free_func((GDestroyNotify)column_info_free);
    for (guint i = 0; i < p->source_columns->len; i++) {
        column_info *c = p->source_columns->pdata[i];
        bool used = filter_needs(p, c->name);
        for (guint k = 0; k < p->mapping->columns->len && !used; k++)
            used = ((mapping_column *)p->mapping->columns->pdata[k])->source == (int)i;
        moved[i] = used ? (int)kept->len : -1;
        if (used) {
            g_ptr_array_add(kept, c);
            p->source_columns->pdata[i] = NULL;
        } else {
            g_ptr_array_add(p->ignored_columns, g_strdup(c->name));
        }
    }
    for (guint k = 0; k < p->mapping->columns->len; k++) {
        mapping_column *m = p->mapping->columns->pdata[k];
        if (m->source >= 0)
            m->source = moved[m->source];
    }
    g_ptr_array_set_free_func(p->source_columns, NULL);
    for (guint i = 0; i < p->source_columns->len; i++)
        column_info_free(p->source_columns->pdata[i]);
    g_ptr_array_unref(p->source_columns);
    p->source_columns = kept;
}

static bool check_key(plan *p, error **err)
{
    if (p->task->target.key == NULL)
        return true;
    for (char **name = p->task->target.key; *name != NULL; name++) {
        mapping_column *found = NULL;
        for (guint i = 0; i < p->mapping->columns->len; i++) {
            mapping_column *m = p->mapping->columns->pdata[i];
            if (strcmp(m->target, *name) == 0)
                found = m;
        }
        if (found == NULL) {
            error_set(err, ERROR_PLAN, _("key column \"%s\" of the target is not mapped"), *name);
            if (!plan_tolerate(p, *name, err))
                return false;
            continue;
        }
        found->is_key = p->mode == MODE_UPSERT;
    }
    return true;
}

/* Values convert only when both zones are known. */
static bool open_zones(plan *p, error **err)
{
    const task *t = p->task;
    if (t->source.time_zone == NULL || t->target.time_zone == NULL) {
        if (t->source.time_zone != NULL || t->target.time_zone != NULL)
            plan_warn(p, _("only one of source.time_zone and target.time_zone is set: "
                           "timestamps are not converted"));
        return true;
    }
    p->mapping->source_zone = zone_open(t->source.time_zone, err);
    if (p->mapping->source_zone == NULL)
        return false;
    p->mapping->target_zone = zone_open(t->target.time_zone, err);
    return p->mapping->target_zone != NULL;
}

bool plan_mapping(plan *p, const plan_context *context, error **err)
{
    const task *t = p->task;
    p->mapping = mapping_new();
    p->mapping->round = t->target.round;
    if (!open_zones(p, err))
        return false;
    if (!plan_filter(p, context, err))
        return false;
    if (p->creates_table && !design_table(p, err))
        return false;
    if (!check_listed(p, err))
        return false;
    bool done = t->mapping.by == MAPPING_CUSTOM ? map_listed_only(p, context, err)
                : t->mapping.by == MAPPING_BY_POSITION && !p->creates_table
                    ? map_by_position(p, context, err)
                    : map_by_name(p, context, err);
    if (!done)
        return false;
    bool any = false;
    for (guint i = 0; i < p->mapping->columns->len; i++)
        any |= ((mapping_column *)p->mapping->columns->pdata[i])->origin == COLUMN_SOURCE;
    if (!any) {
        error_set(err, ERROR_PLAN, _("no column of the source is mapped to the target"));
        error_hint(err, _("the names differ: map by position or list mapping.columns"));
        if (!plan_tolerate(p, NULL, err))
            return false;
    }
    if (!check_key(p, err))
        return false;
    prune_source(p);
    mapping_choose_carry(p->mapping, p->source_columns, plan_link_has(p->source, LINK_LOOSE_VALUES),
                         plan_link_has(p->target, LINK_LOOSE_VALUES));
    return true;
}

/* ---- the filter ---------------------------------------------------------- */

static char *expand_for_filter(void *user, const char *text, error **err)
{
    return plan_expand(user, text, "source.filter", err);
}

bool plan_filter(plan *p, const plan_context *context, error **err)
{
    if (p->task->source.filter == NULL || p->replay_file != NULL)
        return true;
    p->filter = filter_parse(p->task->source.filter, err);
    if (p->filter == NULL || !filter_expand(p->filter, expand_for_filter, (void *)context, err))
        return false;
    p->filter_text = filter_to_text(p->filter);
    return true;
}
