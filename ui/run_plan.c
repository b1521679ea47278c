#include "ui/run_plan.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/row_text.h"

#include <inttypes.h>
#include <stdbool.h>

#define LABEL_COLUMNS 12

static void line(GString *out, const char *label, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void line(GString *out, const char *label, const char *format, ...)
{
    text_append_cell(out, label, LABEL_COLUMNS, TEXT_LEFT);
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(out, format, arguments);
    va_end(arguments);
    g_string_append_c(out, '\n');
}

static void add_source(GString *out, const json_t *plan)
{
    const json_t *source = json_object_get(plan, "source");
    line(out, _("source"), "%s (%s)", row_text(source, "connection"), row_text(source, "type"));
    json_t *estimate = json_object_get(source, "row_estimate");
    if (json_integer_value(estimate) > 0) {
        g_autofree char *rows = text_count(json_integer_value(estimate));
        line(out, "", _("about %s rows"), rows);
    }
    if (row_text(source, "filter")[0] != '\0')
        line(out, _("filter"), "%s", row_text(source, "filter"));
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(source, "ignored_columns"), i, name)
        line(out, i == 0 ? _("ignored") : "", "%s", json_string_value(name));
}

static void add_target(GString *out, const json_t *plan)
{
    const json_t *target = json_object_get(plan, "target");
    line(out, _("target"), "%s: %s (%s)%s", row_text(target, "connection"),
         row_text(target, "table"), row_text(target, "type"),
         json_is_true(json_object_get(target, "created")) ? _(", created") : "");
    line(out, _("mode"), "%s, %s", row_text(plan, "mode"), row_text(plan, "strategy"));
    if (row_text(target, "slice")[0] != '\0')
        line(out, _("slice"), "%s", row_text(target, "slice"));
    line(out, _("readers"), "%s", row_text(plan, "readers_see"));
}

static void add_mapping(GString *out, const json_t *plan)
{
    size_t i;
    json_t *column;
    json_array_foreach(json_object_get(plan, "mapping"), i, column)
    {
        const char *label = i == 0 ? _("columns") : "";
        const char *from = json_string_value(json_object_get(column, "source"));
        if (from != NULL) {
            line(out, label, "%s %s <- %s %s, %s", row_text(column, "target"),
                 row_text(column, "type"), from, row_text(column, "source_type"),
                 row_text(column, "carried"));
        } else {
            bool constant = json_object_get(column, "constant") != NULL;
            line(out, label, "%s %s <- %s '%s'", row_text(column, "target"),
                 row_text(column, "type"), constant ? _("constant") : _("parameter"),
                 row_text(column, constant ? "constant" : "parameter"));
        }
    }
}

static void add_segments(GString *out, const json_t *plan)
{
    size_t i;
    json_t *segment;
    json_array_foreach(json_object_get(plan, "segments"), i, segment)
    {
        const char *sql = json_string_value(json_object_get(segment, "sql"));
        line(out, i == 0 ? _("segments") : "", "%" PRId64 "  %s",
             (int64_t)json_integer_value(json_object_get(segment, "segment")),
             row_text(segment, "what"));
        if (sql != NULL)
            line(out, "", "%s", sql);
    }
}

static void add_statement(GString *out, const char *label, const json_t *statement)
{
    size_t i;
    json_t *one;
    if (json_is_string(statement))
        line(out, label, "%s", json_string_value(statement));
    json_array_foreach(statement, i, one)
        line(out, i == 0 ? label : "", "%s", json_string_value(one));
}

static void add_statements(GString *out, const json_t *plan)
{
    static const struct {
        const char *key, *label;
    } kinds[] = {
        { "create", N_("create") },   { "ledger", N_("ledger") },   { "staging", N_("staging") },
        { "pre_sql", N_("pre-SQL") }, { "publish", N_("publish") }, { "post_sql", N_("post-SQL") },
    };
    const json_t *statements = json_object_get(plan, "statements");
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
        add_statement(out, _(kinds[i].label), json_object_get(statements, kinds[i].key));
}

char *run_plan_text(const json_t *plan)
{
    GString *out = g_string_new(NULL);
    line(out, _("task"), _("%s, business date %s"), row_text(plan, "task"),
         row_text(plan, "business_date"));
    add_source(out, plan);
    add_target(out, plan);
    add_statement(out, _("warning"), json_object_get(plan, "warnings"));
    g_string_append_c(out, '\n');
    add_mapping(out, plan);
    g_string_append_c(out, '\n');
    add_segments(out, plan);
    g_string_append_c(out, '\n');
    add_statements(out, plan);
    return g_string_free(out, FALSE);
}
