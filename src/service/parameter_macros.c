#include "service/parameter_macros.h"

#include "base/document.h"
#include "base/intl.h"
#include "service/scope.h"
#include "store/parameters.h"

/* Forms that people ask for most; each can be changed after it was picked. */
static const struct {
    const char *text, *meaning; /* untranslated */
} forms[] = {
    { "${yyyymmdd}", N_("business date") },
    { "${yyyy-mm-dd}", N_("business date, with dashes") },
    { "${yyyymmdd-1}", N_("the day before the business date") },
    { "${yyyymmdd-7}", N_("seven days before the business date") },
    { "${yyyymm}", N_("month of the business date") },
    { "${yyyymm-1}", N_("the month before") },
    { "${yyyy}", N_("year of the business date") },
    { "$[yyyymmdd]", N_("day of the scheduled time") },
    { "$[yyyy-mm-dd hh24:mi:ss]", N_("scheduled time") },
    { "$[yyyymmddhh24miss-1/24]", N_("an hour before the scheduled time") },
    { "$[add_months(yyyymmdd,-1)]", N_("a month before the scheduled time") },
    { "{{{today}}}", N_("day of the scheduled time, in words") },
    { "{{{today - 1 days}}}", N_("the day before") },
    { "{{{first day of this month}}}", N_("first day of the month") },
    { "{{{first day of last month}}}", N_("first day of the month before") },
    { "{{{last day of last month}}}", N_("last day of the month before") },
    { "{{{first day of this quarter}}}", N_("first day of the quarter") },
    { "{{{first day of this year}}}", N_("first day of the year") },
    { "{{{monday last week}}}", N_("Monday of the week before") },
};

/* A value that cannot be had today is null, with the reason. */
static void add(json_t *rows, const run_scope *scope, const char *sort, const char *text,
                const char *meaning)
{
    g_autoptr(error) why = NULL;
    g_autofree char *expanded = parameter_expand(&scope->scope, text, &why);
    json_array_append_new(rows, json_pack("{s:s, s:s, s:s?, s:s, s:s?}", "sort", sort, "text", text,
                                          "value", expanded, "meaning", meaning, "error",
                                          why != NULL ? why->message : NULL));
}

static void add_named(json_t *rows, const run_scope *scope, const char *sort, const char *name,
                      const char *meaning)
{
    g_autofree char *text = g_strdup_printf("${%s}", name);
    add(rows, scope, sort, text, meaning);
}

static void add_task(json_t *rows, const run_scope *scope, const task *t)
{
    if (t == NULL)
        return;
    g_autoptr(GList) names = g_hash_table_get_keys(t->parameters);
    names = g_list_sort(names, (GCompareFunc)g_strcmp0);
    for (GList *name = names; name != NULL; name = name->next)
        add_named(rows, scope, "task", name->data, g_hash_table_lookup(t->parameters, name->data));
}

static bool add_globals(json_t *rows, const run_scope *scope, store *s, error **err)
{
    g_autoptr(GPtrArray) list = store_parameter_list(s, err);
    for (guint i = 0; list != NULL && i < list->len; i++) {
        const global_parameter *p = list->pdata[i];
        add_named(rows, scope, "global", p->name,
                  *p->description != '\0' ? p->description : p->expression);
    }
    return list != NULL;
}

bool parameter_macros(engine *e, const json_t *in, json_t **out, error **err)
{
    const char *name = document_get_text(in, "task");
    g_autoptr(task_record) record = NULL;
    g_autoptr(task) t = name != NULL ? engine_task(e, name, 0, &record, err) : NULL;
    if (name != NULL && t == NULL)
        return false;
    const scope_request asked = {
        .task = t,
        .task_id = record != NULL ? record->id : NULL,
        .business_date = document_get_text(in, "date"),
    };
    g_autoptr(run_scope) scope = run_scope_new(e, &asked, err);
    if (scope == NULL)
        return false;
    json_t *rows = json_array();
    add_task(rows, scope, t);
    if (!add_globals(rows, scope, e->store, err)) {
        json_decref(rows);
        return false;
    }
    for (const char *const *known = parameter_builtins(); *known != NULL; known += 2)
        add_named(rows, scope, "built-in", known[0], _(known[1]));
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
        add(rows, scope, "macro", forms[i].text, _(forms[i].meaning));
    g_autofree char *scheduled = civil_format(&scope->scope.scheduled);
    *out = json_pack("{s:o, s:s, s:s}", "macros", rows, "business_date", scope->business_date,
                     "scheduled", scheduled);
    return true;
}
