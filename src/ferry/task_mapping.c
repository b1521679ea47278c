/* task_mapping.c - `mapping` of the task document. */
#include "base/intl.h"
#include "ferry/task_private.h"

#include <string.h>

static void replace_rule_free(replace_rule *r)
{
    g_free(r->find);
    g_free(r->with);
    g_free(r);
}

static void mapped_column_free(mapped_column *c)
{
    g_free(c->target);
    g_free(c->source);
    json_decref(c->constant);
    g_free(c->parameter);
    g_ptr_array_unref(c->replace);
    g_free(c);
}

static bool read_replace(mapped_column *c, const char *subject, const char *path,
                         const json_t *rules, error **err)
{
    size_t i;
    json_t *element;
    json_array_foreach(rules, i, element)
    {
        replace_rule *rule = g_new0(replace_rule, 1);
        g_ptr_array_add(c->replace, rule);
        rule->find = g_strdup(document_get_text(element, "find"));
        rule->with = g_strdup(document_get_text(element, "with"));
        rule->regex = document_get_flag(element, "regex", false);
        rule->ignore_case = document_get_flag(element, "ignore_case", false);
        if (!rule->regex)
            continue;
        g_autoptr(GError) problem = NULL;
        g_autoptr(GRegex) regex = g_regex_new(rule->find, 0, 0, &problem);
        if (regex == NULL || !g_regex_check_replacement(rule->with, NULL, &problem))
            return document_error(err, subject, "%s.replace[%zu]: %s", path, i, problem->message);
    }
    return true;
}

/* Where the value comes from: exactly one key says it; a column with nothing
 * but replacements is the source column of the same name. */
static bool read_origin(mapped_column *c, const char *subject, const char *path,
                        const json_t *element, error **err)
{
    json_t *constant = json_object_get(element, "constant");
    const char *source = document_get_text(element, "source");
    const char *parameter = document_get_text(element, "parameter");
    bool skip = document_get_flag(element, "skip", false);
    bool replaces = json_array_size(json_object_get(element, "replace")) > 0;
    int said = (source != NULL) + (constant != NULL) + (parameter != NULL) + skip;
    if (said > 1 || (said == 0 && !replaces))
        return document_error(
            err, subject, _("%s needs exactly one of: source, constant, parameter, skip"), path);
    if (replaces && said == 1 && source == NULL)
        return document_error(err, subject, _("%s.replace works on a source column only"), path);
    c->origin = constant != NULL    ? COLUMN_CONSTANT
                : parameter != NULL ? COLUMN_PARAMETER
                : skip              ? COLUMN_SKIP
                                    : COLUMN_SOURCE;
    if (c->origin == COLUMN_SOURCE)
        c->source = g_strdup(source != NULL ? source : c->target);
    c->constant = json_incref(constant);
    c->parameter = g_strdup(parameter);
    return true;
}

bool task_read_mapping(task *t, const char *subject, const json_t *mapping, error **err)
{
    const char *by = document_get_text(mapping, "by");
    t->mapping.by = g_strcmp0(by, "position") == 0 ? MAPPING_BY_POSITION
                    : g_strcmp0(by, "custom") == 0 ? MAPPING_CUSTOM
                                                   : MAPPING_BY_NAME;
    t->mapping.unmapped_null = g_strcmp0(document_get_text(mapping, "unmapped"), "null") == 0;
    t->mapping.columns = g_ptr_array_new_with_free_func((GDestroyNotify)mapped_column_free);
    const json_t *columns = json_object_get(mapping, "columns");
    if (t->mapping.by == MAPPING_CUSTOM && json_array_size(columns) == 0)
        return document_error(err, subject,
                              _("mapping.by \"custom\" maps only what mapping.columns lists, "
                                "and it lists nothing"));
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    size_t i;
    json_t *element;
    json_array_foreach(columns, i, element)
    {
        g_autofree char *path = g_strdup_printf("mapping.columns[%zu]", i);
        mapped_column *c = g_new0(mapped_column, 1);
        c->target = g_strdup(document_get_text(element, "target"));
        c->replace = g_ptr_array_new_with_free_func((GDestroyNotify)replace_rule_free);
        g_ptr_array_add(t->mapping.columns, c);
        if (!g_hash_table_add(seen, c->target))
            return document_error(err, subject, _("%s maps target column \"%s\" again"), path,
                                  c->target);
        if (!read_origin(c, subject, path, element, err) ||
            !read_replace(c, subject, path, json_object_get(element, "replace"), err))
            return false;
    }
    return true;
}
