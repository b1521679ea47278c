/* The wizard's mapping: the grid of which column gets what. */
#include "ui/wizard_mapping.h"

#include "base/intl.h"

#include <string.h>

#define SUMMARY_AT 1
#define TEXT_AT    4
#define NOTE_ROWS  5
#define STOPS_MS   500 /* changes have stopped */

/* --- columns and rows ------------------------------------------------------- */

static void make_rows(mapping_step *m)
{
    mapping_rows_free(m->rows);
    m->rows = mapping_rows_new(mapping_value(m), m->sources, m->targets, m->is_new);
    m->loaded = wizard_changes(m->step.wizard);
    app_changed(m->step.base.app);
}

const json_t *mapping_value(const mapping_step *m)
{
    return wizard_value(m->step.wizard, "mapping");
}

const mapping_row *mapping_selected(const mapping_step *m)
{
    int64_t row = list_selected(m->list);
    return row >= 0 ? mapping_rows_get(m->rows, (unsigned)row) : NULL;
}

static void suggested(screen *s)
{
    mapping_step *m = (mapping_step *)s;
    const json_t *out = m->suggestion.out;
    if (m->suggestion.failure != NULL || out == NULL)
        return;
    g_ptr_array_unref(m->sources);
    g_ptr_array_unref(m->targets);
    m->sources = table_columns_from_json(json_object_get(out, "source_columns"));
    m->targets = table_columns_from_json(json_object_get(out, "target_columns"));
    m->is_new = json_is_true(json_object_get(out, "created"));
    m->known = true;
    make_rows(m);
}

void mapping_suggest(mapping_step *m)
{
    answer_ask(&m->suggestion, &m->step.base, "task.suggest",
               json_pack("{s:O}", "document", wizard_document(m->step.wizard)));
}

static gboolean changes_stopped(gpointer user)
{
    mapping_step *m = user;
    m->timer = 0;
    mapping_suggest(m);
    return G_SOURCE_REMOVE;
}

static void suggest_soon(mapping_step *m)
{
    if (m->timer != 0)
        g_source_remove(m->timer);
    m->timer = g_timeout_add(STOPS_MS, changes_stopped, m);
}

void mapping_put(mapping_step *m, json_t *mapping)
{
    const mapping_row *r = mapping_selected(m);
    g_autofree char *target = r != NULL ? g_strdup(r->target) : NULL;
    wizard_change(m->step.wizard, "mapping", mapping);
    make_rows(m);
    int row = target != NULL ? mapping_rows_find(m->rows, target) : -1;
    if (row >= 0)
        list_select(m->list, row);
    suggest_soon(m);
}

/* --- the grid -------------------------------------------------------------- */

enum { COLUMN_SOURCE_NAME, COLUMN_SOURCE_TYPE, COLUMN_RULE, COLUMN_TARGET, COLUMN_TARGET_TYPE };

static const list_column columns[] = {
    { N_("Source"), 12, 30, 0, TEXT_LEFT }, { N_("Type"), 11, 24, 3, TEXT_LEFT },
    { N_("Rule"), 12, 30, 0, TEXT_LEFT },   { N_("Target"), 12, 30, 0, TEXT_LEFT },
    { N_("Type"), 11, 30, 2, TEXT_LEFT },   { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    const mapping_step *m = user;
    return m->rows != NULL ? mapping_rows_count(m->rows) : 0;
}

static bool is_quiet(mapping_rule rule)
{
    return rule == RULE_NONE || rule == RULE_SKIP || rule == RULE_GENERATED || rule == RULE_UNUSED;
}

static const char *target_type(const mapping_step *m, const mapping_row *r)
{
    if (r->target_column != NULL)
        return r->target_column->type;
    return row_text(mapping_suggested(m, r->target), "target_type");
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    mapping_step *m = user;
    const mapping_row *r = mapping_rows_get(m->rows, (unsigned)number);
    bool wrong = m->known && r->problem != MAPPING_FINE, is_problem;
    if (is_quiet(r->rule))
        style->look = LOOK_QUIET;
    switch (column) {
    case COLUMN_SOURCE_NAME:
        g_string_append(text, r->source != NULL ? r->source : "");
        style->mark = wrong || mapping_warning(m, r, &is_problem) != NULL ? '!' : ' ';
        break;
    case COLUMN_SOURCE_TYPE:
        g_string_append(text, r->source_column != NULL ? r->source_column->type : "");
        break;
    case COLUMN_RULE:
        mapping_append_rule(m, r, text);
        style->look = wrong ? LOOK_BAD : style->look;
        break;
    case COLUMN_TARGET:
        g_string_append(text, r->target != NULL ? r->target : "");
        break;
    case COLUMN_TARGET_TYPE:
        g_string_append(text, r->target != NULL ? target_type(m, r) : "");
        if (json_is_true(json_object_get(mapping_suggested(m, r->target), "key")))
            g_string_append(text, _(" key"));
        break;
    default:
        break;
    }
}

static const list_source source = { .count = count_rows, .cell = cell };

static void draw(screen *s, canvas *c)
{
    mapping_step *m = (mapping_step *)s;
    int height = canvas_height(c), width = canvas_width(c);
    wizard_draw_steps(&m->step, c, 0);
    int list_at = height >= 18 ? SUMMARY_AT + 3 : SUMMARY_AT + 1;
    int summary_at = height >= 18 ? SUMMARY_AT + 1 : SUMMARY_AT;
    if (!m->known && mapping_rows_count(m->rows) == 0 &&
        answer_draw_state(&m->suggestion, c, list_at, _("Reading the columns of both sides ...")))
        return;
    g_autofree char *summary = mapping_summary(m);
    if (m->known)
        canvas_text(c, summary_at, TEXT_AT, width - TEXT_AT, LOOK_QUIET, summary);
    int note = MIN(NOTE_ROWS, (height - list_at) / 2);
    int shown = MIN(height - list_at - note - 1, 1 + (int)mapping_rows_count(m->rows));
    list_draw(m->list, c, list_at, shown, true);
    mapping_draw_note(m, c, list_at + shown + 1, note);
}

/* --- the screen ------------------------------------------------------------ */

static bool key(screen *s, ui_key k)
{
    return list_key(((mapping_step *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(((mapping_step *)s)->list, text, step, from_next);
}

static char *value(screen *s)
{
    const mapping_row *r = mapping_selected((mapping_step *)s);
    return r == NULL ? NULL : g_strdup(r->target != NULL ? r->target : r->source);
}

/* The rule that the last complaint is about gets the selection. */
static void select_complaint(mapping_step *m)
{
    const char *path = NULL;
    unsigned i;
    if (wizard_complaint(m->step.wizard, &path) == NULL || path == NULL ||
        sscanf(path, "mapping.columns[%u]", &i) != 1)
        return;
    const json_t *entry = json_array_get(json_object_get(mapping_value(m), "columns"), i);
    int row = mapping_rows_find(m->rows, row_text(entry, "target"));
    if (row >= 0)
        list_select(m->list, row);
}

static void resume(screen *s)
{
    mapping_step *m = (mapping_step *)s;
    bool first = m->suggestion.operation == NULL;
    if (first || m->loaded != wizard_changes(m->step.wizard)) {
        make_rows(m);
        mapping_suggest(m);
        select_complaint(m);
    }
    if (first)
        answer_ask(&m->parameters, s, "parameter.list", NULL);
}

static void parameters_arrived(screen *s)
{
    mapping_prepare_parameters((mapping_step *)s);
}

static bool wants_tick(screen *s)
{
    mapping_step *m = (mapping_step *)s;
    return answer_waits(&m->suggestion);
}

static void refresh(screen *s)
{
    if (wants_tick(s))
        app_changed(s->app);
}

static bool leave(screen *s)
{
    mapping_step *m = (mapping_step *)s;
    return !answer_cancel(&m->suggestion) && wizard_leave(s);
}

static void free_step(screen *s)
{
    mapping_step *m = (mapping_step *)s;
    if (m->timer != 0)
        g_source_remove(m->timer);
    list_free(m->list);
    answer_clear(&m->suggestion);
    answer_clear(&m->parameters);
    expansions_clear(&m->today);
    mapping_rows_free(m->rows);
    g_ptr_array_unref(m->sources);
    g_ptr_array_unref(m->targets);
    g_clear_pointer(&m->offered, g_ptr_array_unref);
    g_free(m->editing);
    wizard_release(&m->step);
    g_free(m);
}

const screen_ops wizard_mapping_ops = {
    .id = "wizard.mapping",
    .title = N_("Mapping"),
    .summary = N_("Which column of the target gets what."),
    .actions = wizard_mapping_actions,
    .name = wizard_crumb,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .leave = leave,
    .rescue = wizard_rescue,
    .find = find,
    .value = value,
    .free = free_step,
};

wizard_step *wizard_mapping_new(app *a, wizard *w)
{
    mapping_step *m = g_new0(mapping_step, 1);
    m->step.base = (screen){ &wizard_mapping_ops, a };
    m->step.wizard = w;
    m->list = list_new(columns, &source, m);
    m->sources = table_columns_from_json(NULL);
    m->targets = table_columns_from_json(NULL);
    m->is_new = true;
    m->suggestion.arrived = suggested;
    m->parameters.arrived = parameters_arrived;
    expansions_init(&m->today, &m->step.base);
    make_rows(m);
    return &m->step;
}
