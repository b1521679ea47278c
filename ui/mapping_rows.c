#include "ui/mapping_rows.h"

#include <string.h>

struct mapping_rows {
    json_t *mapping; /* a copy; an object */
    const GPtrArray *sources, *targets;
    GArray *rows;   /* of mapping_row */
    unsigned taken; /* by position: target columns that take a source column */
    bool by_position;
};

/* --- columns --------------------------------------------------------------- */

static void table_column_free(gpointer p)
{
    table_column *c = p;
    g_free(c->name);
    g_free(c->type);
    g_free(c);
}

GPtrArray *table_columns_from_json(const json_t *columns)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(table_column_free);
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)columns, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        const char *type = json_string_value(json_object_get(one, "type"));
        const json_t *filled = json_object_get(one, "default");
        if (name == NULL)
            continue;
        table_column *c = g_new0(table_column, 1);
        c->name = g_strdup(name);
        c->type = g_strdup(type != NULL ? type : "");
        c->key = json_is_true(json_object_get(one, "key"));
        c->not_null = json_is_true(json_object_get(one, "not_null"));
        c->has_default = filled != NULL && !json_is_null(filled);
        c->generated = json_is_true(json_object_get(one, "generated")) ||
                       json_is_false(json_object_get(one, "writable"));
        g_ptr_array_add(list, c);
    }
    return list;
}

static const table_column *column_at(const GPtrArray *columns, int i)
{
    return i >= 0 ? columns->pdata[i] : NULL;
}

int table_columns_find(const GPtrArray *columns, const char *name)
{
    for (guint i = 0; i < columns->len; i++)
        if (strcmp(((const table_column *)columns->pdata[i])->name, name) == 0)
            return (int)i;
    return -1;
}

/* Exact, else the only one that differs in case alone; -2: several do. */
static int match(const GPtrArray *columns, const char *name)
{
    int found = table_columns_find(columns, name);
    if (found >= 0)
        return found;
    g_autofree char *folded = g_utf8_casefold(name, -1);
    for (guint i = 0; i < columns->len; i++) {
        g_autofree char *other =
            g_utf8_casefold(((const table_column *)columns->pdata[i])->name, -1);
        if (strcmp(folded, other) != 0)
            continue;
        if (found >= 0)
            return -2;
        found = (int)i;
    }
    return found;
}

/* --- one row --------------------------------------------------------------- */

static json_t *entries(const mapping_rows *m)
{
    return json_object_get(m->mapping, "columns");
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const json_t *own_of(const mapping_rows *m, const char *target)
{
    size_t i;
    json_t *entry;
    json_array_foreach(entries(m), i, entry)
    {
        if (g_strcmp0(text_at(entry, "target"), target) == 0)
            return entry;
    }
    return NULL;
}

static mapping_row *add_row(mapping_rows *m, const char *target, const table_column *column)
{
    const mapping_row row = { .rule = RULE_NONE, .target = target, .target_column = column };
    g_array_append_val(m->rows, row);
    return &g_array_index(m->rows, mapping_row, m->rows->len - 1);
}

static void set_source(const mapping_rows *m, mapping_row *row, const char *name, int found)
{
    row->rule = RULE_COPY;
    row->source_column = column_at(m->sources, found);
    row->source = row->source_column != NULL ? row->source_column->name : name;
    row->problem = found == -2 ? MAPPING_AMBIGUOUS : found < 0 ? MAPPING_NO_SOURCE : MAPPING_FINE;
}

/* What the entry @own says; one with nothing but replacements is the source
 * column of the same name. */
static void set_own(const mapping_rows *m, mapping_row *row, const json_t *own)
{
    row->own = own;
    const char *source = text_at(own, "source");
    bool constant = json_object_get(own, "constant") != NULL;
    bool parameter = text_at(own, "parameter") != NULL;
    bool skip = json_is_true(json_object_get(own, "skip"));
    bool replaces = json_array_size(json_object_get(own, "replace")) > 0;
    int said = (source != NULL) + constant + parameter + skip;
    if (said > 1 || (said == 0 && !replaces) || row->target == NULL) {
        row->rule = RULE_UNKNOWN;
        row->problem = MAPPING_MALFORMED;
    } else if (constant) {
        row->rule = RULE_CONSTANT;
    } else if (parameter) {
        row->rule = RULE_PARAMETER;
    } else if (skip) {
        row->rule = RULE_SKIP;
    } else {
        const char *name = source != NULL ? source : row->target;
        set_source(m, row, name, match(m->sources, name));
    }
}

/* Nothing is mapped to it. */
static void leave(mapping_row *row)
{
    const table_column *c = row->target_column;
    if (c != NULL && c->not_null && !c->has_default)
        row->problem = MAPPING_NEEDED;
}

/* --- all of them ----------------------------------------------------------- */

static bool by_is(const mapping_rows *m, const char *by)
{
    const char *own = text_at(m->mapping, "by");
    return strcmp(own != NULL ? own : "name", by) == 0;
}

static void match_target(mapping_rows *m, mapping_row *row)
{
    if (m->by_position) {
        if (m->taken < m->sources->len)
            set_source(m, row, NULL, (int)m->taken);
        else
            leave(row);
        m->taken++;
        return;
    }
    int found = by_is(m, "custom") ? -1 : match(m->sources, row->target);
    if (found != -1)
        set_source(m, row, row->target, found);
    else
        leave(row);
}

static void add_existing(mapping_rows *m)
{
    for (guint i = 0; i < m->targets->len; i++) {
        const table_column *c = m->targets->pdata[i];
        const json_t *own = own_of(m, c->name);
        mapping_row *row = add_row(m, c->name, c);
        if (own != NULL) {
            set_own(m, row, own);
            if (row->rule == RULE_SKIP && !c->generated)
                leave(row);
            else if (row->rule != RULE_SKIP && c->generated && row->problem == MAPPING_FINE)
                row->problem = MAPPING_NOT_TAKEN;
        } else if (c->generated) {
            row->rule = RULE_GENERATED;
        } else {
            match_target(m, row);
        }
    }
}

/* A new table gets the source's columns, unless only listed ones are mapped;
 * the listed ones besides follow in add_listed(). */
static void add_designed(mapping_rows *m)
{
    for (guint i = 0; !by_is(m, "custom") && i < m->sources->len; i++) {
        const table_column *c = m->sources->pdata[i];
        const json_t *own = own_of(m, c->name);
        mapping_row *row = add_row(m, c->name, NULL);
        if (own != NULL)
            set_own(m, row, own);
        else
            set_source(m, row, c->name, (int)i);
    }
}

static bool is_shown(const mapping_rows *m, const json_t *entry)
{
    for (guint i = 0; i < m->rows->len; i++)
        if (g_array_index(m->rows, mapping_row, i).own == entry)
            return true;
    return false;
}

static void add_listed(mapping_rows *m, bool is_new)
{
    size_t i;
    json_t *entry;
    json_array_foreach(entries(m), i, entry)
    {
        if (is_shown(m, entry))
            continue;
        const char *target = text_at(entry, "target");
        bool twice = target != NULL && own_of(m, target) != entry;
        mapping_row *row = add_row(m, target, NULL);
        set_own(m, row, entry);
        if (twice)
            row->problem = MAPPING_TWICE;
        else if (row->problem == MAPPING_FINE && !is_new)
            row->problem = MAPPING_NO_TARGET;
    }
}

static void add_unused(mapping_rows *m)
{
    guint n = m->rows->len;
    for (guint i = 0; i < m->sources->len; i++) {
        const table_column *c = m->sources->pdata[i];
        bool used = false;
        for (guint k = 0; k < n && !used; k++) {
            const mapping_row *row = &g_array_index(m->rows, mapping_row, k);
            used = row->rule == RULE_COPY && row->source_column == c;
        }
        if (used)
            continue;
        mapping_row *row = add_row(m, NULL, NULL);
        row->rule = RULE_UNUSED;
        row->source_column = c;
        row->source = c->name;
    }
}

mapping_rows *mapping_rows_new(const json_t *mapping, const GPtrArray *sources,
                               const GPtrArray *targets, bool is_new)
{
    mapping_rows *m = g_new0(mapping_rows, 1);
    m->mapping = json_is_object(mapping) ? json_deep_copy(mapping) : json_object();
    m->sources = sources;
    m->targets = targets;
    m->rows = g_array_new(FALSE, FALSE, sizeof(mapping_row));
    m->by_position = by_is(m, "position") && !is_new;
    if (is_new)
        add_designed(m);
    else
        add_existing(m);
    add_listed(m, is_new);
    add_unused(m);
    return m;
}

void mapping_rows_free(mapping_rows *m)
{
    if (m == NULL)
        return;
    json_decref(m->mapping);
    g_array_unref(m->rows);
    g_free(m);
}

unsigned mapping_rows_count(const mapping_rows *m)
{
    return m->rows->len;
}

const mapping_row *mapping_rows_get(const mapping_rows *m, unsigned i)
{
    return &g_array_index(m->rows, mapping_row, i);
}

int mapping_rows_find(const mapping_rows *m, const char *target)
{
    for (guint i = 0; i < m->rows->len; i++)
        if (g_strcmp0(mapping_rows_get(m, i)->target, target) == 0)
            return (int)i;
    return -1;
}

bool mapping_rows_differ(const mapping_rows *m, unsigned *sources, unsigned *targets)
{
    *sources = m->sources->len;
    *targets = m->taken;
    return m->by_position && m->taken != m->sources->len;
}

/* --- changes --------------------------------------------------------------- */

static json_t *copy_of(const json_t *mapping)
{
    return json_is_object(mapping) ? json_deep_copy(mapping) : json_object();
}

/* Without what is empty. */
static json_t *tidy(json_t *mapping)
{
    if (json_array_size(json_object_get(mapping, "columns")) == 0)
        json_object_del(mapping, "columns");
    if (json_object_size(mapping) > 0)
        return mapping;
    json_decref(mapping);
    return NULL;
}

static json_t *entries_to_fill(json_t *mapping)
{
    json_t *list = json_object_get(mapping, "columns");
    if (!json_is_array(list)) {
        list = json_array();
        json_object_set_new(mapping, "columns", list);
    }
    return list;
}

/* The keys of @rule behind "target", as the manual has them. */
static json_t *entry_for(const char *target, json_t *rule)
{
    json_t *entry = json_pack("{s:s}", "target", target);
    json_object_update(entry, rule);
    json_object_set_new(entry, "target", json_string(target));
    json_decref(rule);
    return entry;
}

json_t *mapping_with_rule(const json_t *mapping, const char *target, json_t *rule)
{
    json_t *changed = copy_of(mapping), *list = entries_to_fill(changed);
    size_t i = 0;
    while (i < json_array_size(list) &&
           g_strcmp0(text_at(json_array_get(list, i), "target"), target) != 0)
        i++;
    bool there = i < json_array_size(list);
    if (rule == NULL && there)
        json_array_remove(list, i);
    else if (rule != NULL && there)
        json_array_set_new(list, i, entry_for(target, rule));
    else if (rule != NULL)
        json_array_append_new(list, entry_for(target, rule));
    return tidy(changed);
}

json_t *mapping_without_own(const mapping_rows *m, unsigned i)
{
    json_t *changed = copy_of(m->mapping), *list = entries_to_fill(changed);
    const json_t *own = mapping_rows_get(m, i)->own;
    for (size_t k = 0; own != NULL && k < json_array_size(entries(m)); k++)
        if (json_array_get(entries(m), k) == own)
            json_array_remove(list, k);
    return tidy(changed);
}

static void set_or_delete(json_t *object, const char *key, const char *text)
{
    if (text != NULL)
        json_object_set_new(object, key, json_string(text));
    else
        json_object_del(object, key);
}

json_t *mapping_with_by(const json_t *mapping, const char *by, bool keep)
{
    json_t *changed = copy_of(mapping);
    set_or_delete(changed, "by", by);
    if (!keep)
        json_object_del(changed, "columns");
    return tidy(changed);
}

json_t *mapping_frozen(const mapping_rows *m)
{
    json_t *changed = copy_of(m->mapping), *list = entries_to_fill(changed);
    json_object_set_new(changed, "by", json_string("custom"));
    for (guint i = 0; i < m->rows->len; i++) {
        const mapping_row *row = mapping_rows_get(m, i);
        if (row->rule == RULE_COPY && row->own == NULL && row->problem == MAPPING_FINE)
            json_array_append_new(
                list, json_pack("{s:s, s:s}", "target", row->target, "source", row->source));
    }
    return tidy(changed);
}

json_t *mapping_with_unmapped(const json_t *mapping, const char *unmapped)
{
    json_t *changed = copy_of(mapping);
    set_or_delete(changed, "unmapped", unmapped);
    return tidy(changed);
}
