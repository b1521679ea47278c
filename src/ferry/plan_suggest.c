/* The mapping that a plan would have, column by column of the target, with
 * everything that stands against it. */
#include "ferry/first_rows.h"
#include "ferry/plan_private.h"

#include "base/intl.h"

#include <string.h>

static const plan_finding *finding_about(const plan *p, const char *column)
{
    const plan_finding *found = NULL;
    for (guint i = 0; i < p->findings->len; i++) {
        const plan_finding *f = p->findings->pdata[i];
        if (g_strcmp0(f->column, column) == 0 && (found == NULL || f->is_problem))
            found = f;
    }
    return found;
}

static const mapping_column *mapped_to(const plan *p, const char *target)
{
    for (guint i = 0; i < p->mapping->columns->len; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        if (strcmp(m->target, target) == 0)
            return m;
    }
    return NULL;
}

static bool is_listed(const plan *p, const char *target)
{
    for (guint i = 0; i < p->task->mapping.columns->len; i++)
        if (strcmp(((mapped_column *)p->task->mapping.columns->pdata[i])->target, target) == 0)
            return true;
    return false;
}

/* What the grid says of a column: a word of JSON, never translated. */
static const char *rule_of(const plan *p, const column_info *c, const mapping_column *m)
{
    if (m == NULL)
        return c->generated || c->identity_always ? "generated"
               : c->has_default                   ? "default"
                                                  : "not mapped";
    if (m->source >= 0)
        return m->replace != NULL && m->replace->len > 0 ? "replace" : "copy";
    if (m->is_parameter)
        return "parameter";
    return is_listed(p, c->name) ? "constant" : "not mapped";
}

static json_t *optional(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static bool is_key(const plan *p, const char *name)
{
    char **key = p->task->target.key;
    return key != NULL && g_strv_contains((const char *const *)key, name);
}

static json_t *row_of(const plan *p, const column_info *c)
{
    const mapping_column *m = mapped_to(p, c->name);
    const column_info *source =
        m != NULL && m->source >= 0 ? p->source_columns->pdata[m->source] : NULL;
    const plan_finding *f = finding_about(p, c->name);
    json_t *row = json_pack("{s:s, s:s, s:b, s:b, s:s}", "target", c->name, "target_type",
                            c->type_text != NULL ? c->type_text : "", "key", is_key(p, c->name),
                            "not_null", c->not_null, "rule", rule_of(p, c, m));
    json_object_set_new(row, "source", optional(source != NULL ? source->name : NULL));
    json_object_set_new(row, "source_type", optional(source != NULL ? source->type_text : NULL));
    json_object_set_new(row, "value", optional(m != NULL ? m->fixed_text : NULL));
    json_object_set_new(row, "problem", json_boolean(f != NULL && f->is_problem));
    json_object_set_new(row, "warning", json_boolean(f != NULL && !f->is_problem));
    json_object_set_new(row, "message", optional(f != NULL ? f->message : NULL));
    json_object_set_new(row, "hint", optional(f != NULL ? f->hint : NULL));
    return row;
}

static json_t *rows_of(const plan *p)
{
    json_t *rows = json_array();
    for (guint i = 0; i < p->table_info->columns->len; i++)
        json_array_append_new(rows, row_of(p, p->table_info->columns->pdata[i]));
    return rows;
}

static json_t *target_columns(const plan *p)
{
    json_t *list = json_array();
    for (guint i = 0; i < p->table_info->columns->len; i++) {
        const column_info *c = p->table_info->columns->pdata[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o, s:b}", "name", c->name, "type",
                                              c->type_text != NULL ? c->type_text : "", "not_null",
                                              c->not_null, "default", optional(c->default_text),
                                              "writable", !c->generated && !c->identity_always));
    }
    return list;
}

/* Keys of the target by which an upsert could find its rows. */
static json_t *keys_of(const plan *p)
{
    json_t *list = json_array();
    for (guint i = 0; i < p->table_info->keys->len; i++) {
        const key_info *k = p->table_info->keys->pdata[i];
        json_t *columns = json_array();
        for (char **c = k->columns; *c != NULL; c++)
            json_array_append_new(columns, json_string(*c));
        json_array_append_new(list, json_pack("{s:o, s:b, s:b}", "columns", columns, "primary",
                                              k->primary, "usable", k->plain));
    }
    return list;
}

/* What is said about no column that the target has. */
static json_t *problems_of(const plan *p)
{
    json_t *list = json_array();
    for (guint i = 0; i < p->findings->len; i++) {
        const plan_finding *f = p->findings->pdata[i];
        if (f->column == NULL || table_info_column(p->table_info, f->column) < 0)
            json_array_append_new(list, json_pack("{s:s?, s:s, s:s?}", "column", f->column,
                                                  "message", f->message, "hint", f->hint));
    }
    return list;
}

static json_t *unmapped_of(const plan *p)
{
    json_t *list = json_array();
    for (guint i = 0; i < p->ignored_columns->len; i++)
        json_array_append_new(list, json_string(p->ignored_columns->pdata[i]));
    return list;
}

/* Sampling needs a mapping; what goes wrong with it is one more finding. */
static bool look_at_rows(plan *p, const plan_context *context, error **err)
{
    if (p->mapping->columns->len == 0)
        return true;
    error *why = NULL;
    if (plan_segments(p, context, &why) && plan_sample(p, &why))
        return true;
    if (why->code == ERROR_CANCELLED)
        return error_propagate(err, &why);
    return plan_tolerate(p, NULL, &why);
}

json_t *plan_suggest(const task *t, const plan_context *context, error **err)
{
    g_autoptr(plan) p = plan_new(context);
    p->tolerant = true;
    if (!plan_open(p, t, context, err) || !plan_source(p, context, err) ||
        !plan_target(p, context, err))
        return NULL;
    json_t *source_columns = first_rows_columns(p->source_columns);
    error *why = NULL;
    if (!plan_mapping(p, context, &why) || !look_at_rows(p, context, &why)) {
        json_decref(source_columns);
        error_propagate(err, &why);
        return NULL;
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "rows", rows_of(p), "source_columns",
                     source_columns, "unmapped", unmapped_of(p), "target_columns",
                     target_columns(p), "keys", keys_of(p), "created", p->creates_table, "problems",
                     problems_of(p));
}
