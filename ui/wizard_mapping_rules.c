/* What a person can do in the mapping grid. */
#include "ui/wizard_mapping.h"

#include "base/intl.h"
#include "ui/typed_value.h"
#include "ui/wizard_replace.h"

#include <string.h>

static mapping_step *step_of(screen *s)
{
    return (mapping_step *)s;
}

/* The question that comes next is about the selected target column. */
static const char *begin_edit(mapping_step *m)
{
    const mapping_row *r = mapping_selected(m);
    g_free(m->editing);
    m->editing = g_strdup(r != NULL ? r->target : NULL);
    g_clear_pointer(&m->offered, g_ptr_array_unref);
    m->offered = g_ptr_array_new_with_free_func(g_free);
    return m->editing;
}

static void put_rule(mapping_step *m, const char *target, json_t *rule)
{
    mapping_put(m, mapping_with_rule(mapping_value(m), target, rule));
}

static const mapping_row *row_of(const mapping_step *m, const char *target)
{
    int row = target != NULL ? mapping_rows_find(m->rows, target) : -1;
    return row >= 0 ? mapping_rows_get(m->rows, (unsigned)row) : NULL;
}

/* --- why not --------------------------------------------------------------- */

static const char *no_target(screen *s)
{
    const mapping_row *r = mapping_selected(step_of(s));
    if (r == NULL)
        return N_("no column is selected");
    if (r->target == NULL)
        return r->rule == RULE_UNUSED ? N_("this source column has no target: Enter chooses one")
                                      : N_("the rule names no target column: x takes it away");
    return r->rule == RULE_GENERATED ? N_("the database makes this value") : NULL;
}

static const char *no_row(screen *s)
{
    const mapping_row *r = mapping_selected(step_of(s));
    if (r == NULL)
        return N_("no column is selected");
    return r->rule == RULE_GENERATED ? N_("the database makes this value") : NULL;
}

static const char *not_mapped(screen *s)
{
    const mapping_row *r = mapping_selected(step_of(s));
    bool mapped = r != NULL && (r->own != NULL || r->rule == RULE_COPY) && r->rule != RULE_SKIP;
    return mapped ? NULL : N_("nothing is mapped here");
}

static const char *no_own(screen *s)
{
    const mapping_row *r = mapping_selected(step_of(s));
    return r == NULL || r->own == NULL ? N_("the column has no rule of its own") : NULL;
}

static const char *not_copied(screen *s)
{
    const mapping_row *r = mapping_selected(step_of(s));
    return r == NULL || r->rule != RULE_COPY ? N_("replacements need a source column") : NULL;
}

/* --- a source column ------------------------------------------------------- */

static void source_chosen(screen *s, int index, void *user)
{
    (void)user;
    mapping_step *m = step_of(s);
    if (index < 0 || m->editing == NULL || (guint)index >= m->offered->len)
        return;
    const mapping_row *r = row_of(m, m->editing);
    json_t *rule = json_pack("{s:s}", "source", m->offered->pdata[index]);
    const json_t *replace = r != NULL ? json_object_get(r->own, "replace") : NULL;
    if (replace != NULL)
        json_object_set_new(rule, "replace", json_deep_copy(replace));
    put_rule(m, m->editing, rule);
}

static void choose_source(screen *s)
{
    mapping_step *m = step_of(s);
    const mapping_row *r = mapping_selected(m);
    const char *target = begin_edit(m);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    int current = 0;
    for (guint i = 0; i < m->sources->len; i++) {
        const table_column *c = m->sources->pdata[i];
        if (r->source_column == c)
            current = (int)i;
        g_ptr_array_add(m->offered, g_strdup(c->name));
        g_ptr_array_add(lines, g_strdup_printf("%s  %s", c->name, c->type));
    }
    g_ptr_array_add(lines, NULL);
    if (m->offered->len == 0) {
        app_say(s->app, LOOK_WARNING, _("the columns of the source are not known yet"));
        return;
    }
    g_autofree char *title = g_strdup_printf(_("Source column for %s"), target);
    app_choose(s->app, s, title, (const char *const *)lines->pdata, current, source_chosen, NULL);
}

/* --- a target column for a source column ----------------------------------- */

static void target_chosen(screen *s, int index, void *user)
{
    g_autofree char *from = user;
    mapping_step *m = step_of(s);
    if (index >= 0 && (guint)index < m->offered->len)
        put_rule(m, m->offered->pdata[index], json_pack("{s:s}", "source", from));
}

/* Target columns that a source column goes to, or (@taken false) that none does. */
static void offer_targets(mapping_step *m, GPtrArray *lines, bool taken)
{
    for (unsigned i = 0; i < mapping_rows_count(m->rows); i++) {
        const mapping_row *to = mapping_rows_get(m->rows, i);
        if (to->target == NULL || to->rule == RULE_GENERATED || (to->source != NULL) != taken)
            continue;
        g_ptr_array_add(m->offered, g_strdup(to->target));
        g_ptr_array_add(lines, taken ? g_strdup_printf(_("%s  now from %s"), to->target, to->source)
                                     : g_strdup(to->target));
    }
}

static void choose_target(screen *s)
{
    mapping_step *m = step_of(s);
    const mapping_row *r = mapping_selected(m);
    begin_edit(m);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    if (m->is_new && row_of(m, r->source) == NULL) {
        g_ptr_array_add(m->offered, g_strdup(r->source));
        g_ptr_array_add(lines, g_strdup_printf(_("%s  a new column"), r->source));
    }
    offer_targets(m, lines, false);
    offer_targets(m, lines, true);
    g_ptr_array_add(lines, NULL);
    if (m->offered->len == 0) {
        app_say(s->app, LOOK_WARNING, _("the target has no column that takes it"));
        return;
    }
    g_autofree char *title = g_strdup_printf(_("%s goes to"), r->source);
    app_choose(s->app, s, title, (const char *const *)lines->pdata, 0, target_chosen,
               g_strdup(r->source));
}

/* --- constants and parameters ---------------------------------------------- */

static void constant_entered(screen *s, const char *text, void *user)
{
    (void)user;
    mapping_step *m = step_of(s);
    if (text != NULL && m->editing != NULL)
        put_rule(m, m->editing, json_pack("{s:o}", "constant", typed_scalar_read(text)));
}

static void ask_constant(screen *s)
{
    mapping_step *m = step_of(s);
    const mapping_row *r = mapping_selected(m);
    const char *target = begin_edit(m);
    g_autofree char *now = typed_scalar(json_object_get(r->own, "constant"));
    g_autofree char *label = g_strdup_printf(_("Constant for %s:"), target);
    app_prompt(s->app, s, label, now, constant_entered, NULL);
}

/* Built-ins in the order of the manual. */
static const char *const built_ins[] = {
    "bizdate", "cyctime", "gmtdate", "bizmonth", "start_time", "task_job_name",
    "task_id", "jobid",   "nodeid",  "taskid",   NULL,
};

static void add_name(GPtrArray *names, const char *name)
{
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_strdup(name));
}

/* The task's, those of the store, the built-ins. */
static GPtrArray *parameter_names(const mapping_step *m)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    json_t *expression;
    json_object_foreach((json_t *)wizard_value(m->step.wizard, "parameters"), name, expression)
    {
        add_name(names, name);
    }
    const json_t *rows = answer_list(&m->parameters, "parameters");
    for (size_t i = 0; i < json_array_size(rows); i++)
        add_name(names, row_text(json_array_get(rows, i), "name"));
    for (size_t i = 0; built_ins[i] != NULL; i++)
        add_name(names, built_ins[i]);
    return names;
}

static const char *value_today(mapping_step *m, const char *name, bool *wrong)
{
    g_autofree char *text = g_strdup_printf("${%s}", name);
    return expansions_get(&m->today, wizard_value(m->step.wizard, "parameters"), text, wrong);
}

void mapping_prepare_parameters(mapping_step *m)
{
    g_autoptr(GPtrArray) names = parameter_names(m);
    bool wrong;
    for (guint i = 0; i < names->len; i++)
        value_today(m, names->pdata[i], &wrong);
}

static void parameter_chosen(screen *s, int index, void *user)
{
    (void)user;
    mapping_step *m = step_of(s);
    if (index >= 0 && m->editing != NULL && (guint)index < m->offered->len)
        put_rule(m, m->editing, json_pack("{s:s}", "parameter", m->offered->pdata[index]));
}

static void choose_parameter(screen *s)
{
    mapping_step *m = step_of(s);
    const mapping_row *r = mapping_selected(m);
    const char *now = row_text(r->own, "parameter"), *target = begin_edit(m);
    g_autoptr(GPtrArray) names = parameter_names(m);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    int current = 0;
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        bool wrong = false;
        const char *value = value_today(m, name, &wrong);
        if (strcmp(name, now) == 0)
            current = (int)i;
        g_ptr_array_add(m->offered, g_strdup(name));
        g_ptr_array_add(lines,
                        g_strdup_printf("%-14s  %s", name, value != NULL && !wrong ? value : ""));
    }
    g_ptr_array_add(lines, NULL);
    g_autofree char *title = g_strdup_printf(_("Parameter for %s, with today's value"), target);
    app_choose(s->app, s, title, (const char *const *)lines->pdata, current, parameter_chosen,
               NULL);
}

/* --- replacements ---------------------------------------------------------- */

static void replaced(screen *s, json_t *rules)
{
    mapping_step *m = step_of(s);
    const mapping_row *r = row_of(m, m->editing);
    if (r == NULL || r->source == NULL) {
        json_decref(rules);
        return;
    }
    json_t *rule = json_pack("{s:s}", "source", r->source);
    if (rules != NULL)
        json_object_set_new(rule, "replace", rules);
    put_rule(m, m->editing, rule);
}

static void edit_replace(screen *s)
{
    mapping_step *m = step_of(s);
    const mapping_row *r = mapping_selected(m);
    const char *target = begin_edit(m);
    app_open(s->app,
             wizard_replace_new(s->app, s, target, json_object_get(r->own, "replace"), replaced));
}

/* --- away ------------------------------------------------------------------ */

static void drop_own(screen *s)
{
    mapping_step *m = step_of(s);
    mapping_put(m, mapping_without_own(m->rows, (unsigned)list_selected(m->list)));
}

/* What `by` would map is left out by a rule; what only a rule maps loses it. */
static void unmap(screen *s)
{
    mapping_step *m = step_of(s);
    const mapping_row *r = mapping_selected(m);
    bool custom = strcmp(row_text(mapping_value(m), "by"), "custom") == 0;
    bool in_target = r->target_column != NULL || m->is_new;
    if (r->own != NULL && (custom || !in_target || r->rule == RULE_UNKNOWN)) {
        drop_own(s);
        return;
    }
    put_rule(m, r->target, json_pack("{s:b}", "skip", 1));
}

/* --- Enter ----------------------------------------------------------------- */

enum { WAY_SOURCE, WAY_CONSTANT, WAY_PARAMETER, WAY_REPLACE, WAY_SKIP, WAY_OWN };

static void way_chosen(screen *s, int index, void *user)
{
    (void)user;
    static const struct {
        void (*perform)(screen *s);
        const char *(*refused)(screen *s);
    } ways[] = {
        [WAY_SOURCE] = { choose_source, no_target },
        [WAY_CONSTANT] = { ask_constant, no_target },
        [WAY_PARAMETER] = { choose_parameter, no_target },
        [WAY_REPLACE] = { edit_replace, not_copied },
        [WAY_SKIP] = { unmap, not_mapped },
        [WAY_OWN] = { drop_own, no_own },
    };
    if (index < 0)
        return;
    const char *refused = ways[index].refused(s);
    if (refused != NULL)
        app_say(s->app, LOOK_WARNING, "%s", _(refused));
    else
        ways[index].perform(s);
}

static void change_rule(screen *s)
{
    const mapping_row *r = mapping_selected(step_of(s));
    if (r->rule == RULE_UNUSED) {
        choose_target(s);
        return;
    }
    if (r->target == NULL) {
        app_say(s->app, LOOK_WARNING, "%s", _(no_target(s)));
        return;
    }
    const char *const ways[] = { [WAY_SOURCE] = _("A source column"),
                                 [WAY_CONSTANT] = _("A constant"),
                                 [WAY_PARAMETER] = _("A parameter"),
                                 [WAY_REPLACE] = _("Replacements in its text"),
                                 [WAY_SKIP] = _("Nothing: leave it out"),
                                 [WAY_OWN] = _("As the others: no rule of its own"),
                                 NULL };
    static const int now[] = { [RULE_COPY] = WAY_SOURCE,         [RULE_CONSTANT] = WAY_CONSTANT,
                               [RULE_PARAMETER] = WAY_PARAMETER, [RULE_SKIP] = WAY_SKIP,
                               [RULE_NONE] = WAY_SOURCE,         [RULE_GENERATED] = WAY_OWN,
                               [RULE_UNUSED] = WAY_SOURCE,       [RULE_UNKNOWN] = WAY_OWN };
    g_autofree char *title = g_strdup_printf(_("%s gets"), r->target);
    app_choose(s->app, s, title, ways, now[r->rule], way_chosen, NULL);
}

/* --- all rules ------------------------------------------------------------- */

enum { AUTO_NAME, AUTO_POSITION, AUTO_FREEZE, AUTO_CUSTOM, AUTO_FORGET };

static void auto_chosen(screen *s, int index, void *user)
{
    (void)user;
    mapping_step *m = step_of(s);
    const json_t *now = mapping_value(m);
    if (index == AUTO_NAME || index == AUTO_FORGET)
        mapping_put(m, mapping_with_by(now, NULL, index == AUTO_NAME));
    else if (index == AUTO_POSITION)
        mapping_put(m, mapping_with_by(now, "position", true));
    else if (index == AUTO_CUSTOM)
        mapping_put(m, mapping_with_by(now, "custom", true));
    else if (index == AUTO_FREEZE)
        mapping_put(m, mapping_frozen(m->rows));
}

static void choose_auto(screen *s)
{
    const char *by = row_text(mapping_value(step_of(s)), "by");
    const char *const ways[] = {
        [AUTO_NAME] = _("By name: same names match, rules stay"),
        [AUTO_POSITION] = _("By position: the first to the first, and so on"),
        [AUTO_FREEZE] = _("Only what is listed, beginning with the present pairs"),
        [AUTO_CUSTOM] = _("Only what is listed: no automatic pairs"),
        [AUTO_FORGET] = _("By name, and forget all rules"),
        NULL,
    };
    int current = strcmp(by, "position") == 0 ? AUTO_POSITION
                  : strcmp(by, "custom") == 0 ? AUTO_CUSTOM
                                              : AUTO_NAME;
    app_choose(s->app, s, _("Map columns"), ways, current, auto_chosen, NULL);
}

static void toggle_unmapped(screen *s)
{
    mapping_step *m = step_of(s);
    bool null = strcmp(row_text(mapping_value(m), "unmapped"), "null") == 0;
    mapping_put(m, mapping_with_unmapped(mapping_value(m), null ? NULL : "null"));
    app_say(s->app, LOOK_PLAIN, "%s",
            null ? _("columns that nothing is mapped to get their default")
                 : _("columns that nothing is mapped to get NULL"));
}

static void target_entered(screen *s, const char *text, void *user)
{
    (void)user;
    mapping_step *m = step_of(s);
    if (text == NULL || text[0] == '\0')
        return;
    if (row_of(m, text) == NULL)
        put_rule(m, text, json_pack("{s:n}", "constant"));
    int row = mapping_rows_find(m->rows, text);
    if (row >= 0)
        list_select(m->list, row);
    change_rule(s);
}

static const char *not_new(screen *s)
{
    const mapping_step *m = step_of(s);
    return m->known && m->is_new ? NULL : N_("only a table that is created gets other columns");
}

static void add_target(screen *s)
{
    app_prompt(s->app, s, _("Name of the new column:"), "", target_entered, NULL);
}

/* --- ways out -------------------------------------------------------------- */

static void toggle_round(screen *s)
{
    mapping_step *m = step_of(s);
    bool round = json_is_true(wizard_value(m->step.wizard, "target.round"));
    wizard_change(m->step.wizard, "target.round", round ? NULL : json_true());
    s->ops->resume(s);
    app_say(s->app, LOOK_PLAIN, "%s",
            round ? _("excess digits are rejected") : _("excess digits are rounded"));
}

static void limit_entered(screen *s, const char *text, void *user)
{
    (void)user;
    wizard *w = step_of(s)->step.wizard;
    if (text == NULL)
        return;
    wizard_change(w, "rejects.limit", text[0] != '\0' ? typed_integer_read(text) : NULL);
    s->ops->resume(s);
}

static void allow_rejects(screen *s)
{
    const wizard *w = step_of(s)->step.wizard;
    g_autofree char *now = typed_integer(wizard_value(w, "rejects.limit"));
    app_prompt(s->app, s, _("Rejects allowed (100, 0.5%, unlimited):"), now, limit_entered, NULL);
}

static void look_again(screen *s)
{
    mapping_suggest(step_of(s));
}

const action wizard_mapping_actions[] = {
    { "mapping.rule", K_ENTER, N_("Rule"), N_("Change what the column gets"), NULL, 0, change_rule,
      no_row },
    { "mapping.auto", 'a', N_("Auto map"), N_("Map by name, by position, or only what is listed"),
      NULL, 0, choose_auto, NULL },
    { "mapping.unmap", 'd', N_("Unmap"), N_("Leave the column out"), NULL, 0, unmap, not_mapped },
    { "mapping.test", 't', N_("Test"), N_("Look at both sides and at the first rows again"),
      "rowferry task suggest FILE", 0, look_again, NULL },
    { "mapping.undo", 'u', N_("Undo"), N_("Take back the last change"), NULL, 0, wizard_take_back,
      wizard_cannot_take_back },
    { "mapping.source", 's', NULL, N_("Choose the source column"), NULL, 0, choose_source,
      no_target },
    { "mapping.constant", 'c', NULL, N_("The same value in every row"), NULL, 0, ask_constant,
      no_target },
    { "mapping.parameter", 'p', NULL, N_("The value of a parameter"), NULL, 0, choose_parameter,
      no_target },
    { "mapping.replace", 'r', NULL, N_("Replace parts of the source column's text"), NULL, 0,
      edit_replace, not_copied },
    { "mapping.drop", 'x', NULL, N_("Take the column's own rule away"), NULL, 0, drop_own, no_own },
    { "mapping.add", '+', NULL, N_("Add a column to the new table"), NULL, 0, add_target, not_new },
    { "mapping.unmapped", 'm', NULL,
      N_("Columns that nothing is mapped to: their default, or NULL"), NULL, 0, toggle_unmapped,
      NULL },
    { "mapping.round", 'o', NULL, N_("Round excess digits, or reject them"), NULL, 0, toggle_round,
      NULL },
    { "mapping.rejects", 'k', NULL, N_("Keep the rule and allow rejects"), NULL, 0, allow_rejects,
      NULL },
    WIZARD_ACTIONS,
    { .id = NULL },
};
