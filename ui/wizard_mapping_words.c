/* The mapping step in words. */
#include "ui/wizard_mapping.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/typed_value.h"

#include <string.h>

#define TEXT_AT 4

/* --- the rule -------------------------------------------------------------- */

static bool by_position(const mapping_step *m)
{
    return strcmp(row_text(mapping_value(m), "by"), "position") == 0;
}

static bool unmapped_null(const mapping_step *m)
{
    return strcmp(row_text(mapping_value(m), "unmapped"), "null") == 0 ||
           wizard_value(m->step.wizard, "target.file") != NULL;
}

static const char *nothing_words(const mapping_step *m, const mapping_row *r)
{
    const table_column *c = r->target_column;
    if (m->is_new)
        return _("no column");
    if (c != NULL && c->has_default && (!unmapped_null(m) || c->not_null))
        return _("its default");
    return c != NULL && c->not_null ? _("nothing") : "NULL";
}

void mapping_append_rule(mapping_step *m, const mapping_row *r, GString *text)
{
    size_t replaced = json_array_size(json_object_get(r->own, "replace"));
    switch (r->rule) {
    case RULE_COPY:
        if (replaced > 0)
            g_string_append_printf(text, ngettext("replace %zu", "replace %zu", replaced),
                                   replaced);
        else
            g_string_append(text, r->own != NULL                 ? _("copy")
                                  : by_position(m) && !m->is_new ? _("same place")
                                                                 : _("same name"));
        break;
    case RULE_CONSTANT: {
        g_autofree char *constant = typed_scalar(json_object_get(r->own, "constant"));
        g_string_append_printf(text, "= %s", constant);
        break;
    }
    case RULE_PARAMETER:
        g_string_append_printf(text, "${%s}", row_text(r->own, "parameter"));
        break;
    case RULE_SKIP:
    case RULE_NONE:
        g_string_append_printf(text, r->rule == RULE_SKIP ? _("left out: %s") : "%s",
                               nothing_words(m, r));
        break;
    case RULE_GENERATED:
        g_string_append(text, _("generated"));
        break;
    case RULE_UNUSED:
        g_string_append(text, _("not mapped"));
        break;
    case RULE_UNKNOWN: {
        char *entry = json_dumps(r->own, JSON_COMPACT);
        g_string_append(text, entry);
        free(entry);
        break;
    }
    }
}

const char *mapping_problem_words(mapping_problem problem)
{
    switch (problem) {
    case MAPPING_FINE:
        return NULL;
    case MAPPING_NO_TARGET:
        return N_("The target has no such column.");
    case MAPPING_NO_SOURCE:
        return N_("The source has no such column.");
    case MAPPING_AMBIGUOUS:
        return N_("Several source columns have this name when case is ignored.");
    case MAPPING_NEEDED:
        return N_("The column is NOT NULL without a default and gets nothing.");
    case MAPPING_TWICE:
        return N_("Another rule is for the same column.");
    case MAPPING_NOT_TAKEN:
        return N_("The database makes this value; it cannot be written.");
    case MAPPING_MALFORMED:
        return N_("The rule must say exactly one of source, constant, parameter, skip.");
    }
    g_assert_not_reached();
}

/* --- warnings -------------------------------------------------------------- */

const json_t *mapping_suggested(const mapping_step *m, const char *target)
{
    const json_t *rows = answer_list(&m->suggestion, "rows");
    for (size_t i = 0; target != NULL && i < json_array_size(rows); i++)
        if (strcmp(row_text(json_array_get(rows, i), "target"), target) == 0)
            return json_array_get(rows, i);
    return NULL;
}

const char *mapping_warning(const mapping_step *m, const mapping_row *r, bool *is_problem)
{
    const json_t *row = mapping_suggested(m, r->target);
    *is_problem = json_is_true(json_object_get(row, "problem"));
    return json_string_value(json_object_get(row, "message"));
}

/* --- about all of it ------------------------------------------------------- */

static const char *by_words(const mapping_step *m)
{
    const char *by = row_text(mapping_value(m), "by");
    return strcmp(by, "custom") == 0     ? _("only what is listed")
           : strcmp(by, "position") == 0 ? _("by position")
                                         : _("by name");
}

char *mapping_summary(const mapping_step *m)
{
    unsigned sources, targets, unused = 0, wrong = 0, warned = 0;
    for (unsigned i = 0; i < mapping_rows_count(m->rows); i++) {
        const mapping_row *r = mapping_rows_get(m->rows, i);
        bool is_problem;
        bool told = mapping_warning(m, r, &is_problem) != NULL;
        unused += r->rule == RULE_UNUSED;
        wrong += r->problem != MAPPING_FINE || is_problem;
        warned += r->problem == MAPPING_FINE && told && !is_problem;
    }
    g_autoptr(GString) text = g_string_new(by_words(m));
    if (mapping_rows_differ(m->rows, &sources, &targets))
        g_string_append_printf(text, _("   source has %u columns, target takes %u"), sources,
                               targets);
    else
        g_string_append_printf(text, _("   %u of %u source columns mapped"),
                               m->sources->len - unused, m->sources->len);
    if (m->is_new)
        g_string_append(text, _("   new table"));
    if (wrong > 0)
        g_string_append_printf(text, _("   %u wrong"), wrong);
    if (warned > 0)
        g_string_append_printf(text, ngettext("   %u warning", "   %u warnings", warned), warned);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* --- about the selected row ------------------------------------------------ */

static char *replace_words(const json_t *rules)
{
    GString *text = g_string_new(NULL);
    size_t i;
    json_t *rule;
    json_array_foreach(rules, i, rule)
    {
        bool regex = json_is_true(json_object_get(rule, "regex"));
        g_string_append_printf(text, "%s%s%s%s > \"%s\"", i > 0 ? ", " : "", regex ? "/" : "\"",
                               row_text(rule, "find"), regex ? "/" : "\"", row_text(rule, "with"));
    }
    return g_string_free(text, FALSE);
}

/* What the parameter or the text in the constant stands for today. */
static char *today_words(mapping_step *m, const char *text)
{
    bool wrong = false;
    const char *value =
        expansions_get(&m->today, wizard_value(m->step.wizard, "parameters"), text, &wrong);
    if (value == NULL)
        return NULL;
    return g_strdup_printf(wrong ? _("%s: %s") : _("%s is %s today"), text, value);
}

static char *row_words(mapping_step *m, const mapping_row *r)
{
    const char *target = r->target != NULL ? r->target : "";
    const char *constant = json_string_value(json_object_get(r->own, "constant"));
    const json_t *replace = json_object_get(r->own, "replace");
    g_autofree char *name = NULL;
    switch (r->rule) {
    case RULE_COPY:
        if (json_array_size(replace) == 0)
            return g_strdup_printf(_("%s goes to %s as it is."), r->source, target);
        name = replace_words(replace);
        return g_strdup_printf(_("%s goes to %s with replacements: %s"), r->source, target, name);
    case RULE_CONSTANT:
        if (constant == NULL || !expansions_has_any(constant))
            return g_strdup_printf(_("%s gets the same value in every row."), target);
        return today_words(m, constant);
    case RULE_PARAMETER:
        name = g_strdup_printf("${%s}", row_text(r->own, "parameter"));
        return today_words(m, name);
    case RULE_SKIP:
    case RULE_NONE:
        if (m->is_new)
            return g_strdup_printf(_("%s is left out of the new table."), target);
        return g_strdup_printf(_("Nothing is mapped to %s: it gets %s."), target,
                               nothing_words(m, r));
    case RULE_GENERATED:
        return g_strdup_printf(_("The database makes the value of %s."), target);
    case RULE_UNUSED:
        return g_strdup_printf(_("%s is not read: nothing is mapped from it."), r->source);
    case RULE_UNKNOWN:
        break;
    }
    return NULL;
}

/* Short enough for one line of a narrow screen. */
static const char *ways_out(const mapping_step *m, const mapping_row *r, bool warned)
{
    if (r->rule == RULE_NONE || r->rule == RULE_SKIP)
        return _("Ways out   s column  c constant  p parameter");
    if (r->own != NULL && r->problem != MAPPING_FINE)
        return _("Ways out   s column  x rule away  d leave out");
    if (r->problem != MAPPING_FINE)
        return _("Ways out   s column  a auto map  d leave out");
    if (!warned)
        return NULL;
    return json_is_true(wizard_value(m->step.wizard, "target.round"))
               ? _("Ways out   s column  r replace  k rejects")
               : _("Ways out   s column  r replace  o round  k rejects");
}

/* What stands against the mapping as a whole; "" when nothing does. */
static const char *first_problem(const mapping_step *m)
{
    const json_t *problems = answer_list(&m->suggestion, "problems");
    return row_text(json_array_get(problems, 0), "message");
}

/* Draws @text below what is there; @used rows of @height so far. */
static int add_note(canvas *c, int y, int used, int height, unsigned look, const char *text)
{
    int width = canvas_width(c) - 2 * TEXT_AT;
    if (text == NULL || text[0] == '\0' || used >= height)
        return used;
    return used + canvas_wrap(c, y + used, TEXT_AT, width, height - used, look, text);
}

void mapping_draw_note(mapping_step *m, canvas *c, int y, int height)
{
    const mapping_row *r = mapping_selected(m);
    if (m->suggestion.failure != NULL && !answer_waits(&m->suggestion)) {
        answer_draw_failure(c, y, m->suggestion.failure);
        return;
    }
    if (r == NULL)
        return;
    const char *own = m->known ? mapping_problem_words(r->problem) : NULL;
    bool is_problem;
    const char *warning = mapping_warning(m, r, &is_problem);
    const char *out = m->known ? ways_out(m, r, warning != NULL) : NULL;
    g_autofree char *words = row_words(m, r);
    /* The last row is kept for the ways out. */
    int room = height - (out != NULL), used = 0;
    used = add_note(c, y, used, room, LOOK_BAD, own != NULL ? _(own) : NULL);
    if (own == NULL)
        used = add_note(c, y, used, room, is_problem ? LOOK_BAD : LOOK_WARNING, warning);
    used = add_note(c, y, used, room, LOOK_PLAIN, words);
    used = add_note(c, y, used, room, LOOK_BAD, first_problem(m));
    add_note(c, y, used, height, LOOK_ACCENT, out);
}
