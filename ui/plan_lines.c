#include "ui/plan_lines.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/canvas.h"
#include "ui/row_text.h"

#include <inttypes.h>
#include <string.h>

static void line_free(gpointer data)
{
    plan_line *l = data;
    g_free(l->label);
    g_free(l->text);
    g_free(l);
}

static void add(GPtrArray *lines, unsigned look, const char *label, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
static void add(GPtrArray *lines, unsigned look, const char *label, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    plan_line *l = g_new0(plan_line, 1);
    l->label = g_strdup(label);
    l->text = text_safe(g_strdelimit(text, "\r\n\t", ' '), -1);
    l->look = look;
    g_ptr_array_add(lines, l);
}

static void add_title(GPtrArray *lines, const char *title)
{
    if (lines->len > 0)
        add(lines, LOOK_PLAIN, "", "%s", "");
    add(lines, LOOK_ACCENT, title, "%s", "");
    ((plan_line *)lines->pdata[lines->len - 1])->is_title = true;
}

/* A text, or several. */
static void add_texts(GPtrArray *lines, unsigned look, const char *label, const json_t *texts)
{
    size_t i;
    json_t *one;
    if (json_is_string(texts))
        add(lines, look, label, "%s", json_string_value(texts));
    json_array_foreach(texts, i, one)
        add(lines, look, i == 0 ? label : "", "%s", json_string_value(one));
}

/* --- what happens ----------------------------------------------------------- */

static void add_rejects(GPtrArray *lines, const json_t *plan)
{
    json_t *percent = json_object_get(plan, "reject_percent");
    json_int_t limit = json_integer_value(json_object_get(plan, "reject_limit"));
    if (json_is_number(percent))
        add(lines, LOOK_PLAIN, _("Rejects"), _("up to %.3g %% of the rows"),
            json_number_value(percent));
    else if (limit < 0)
        add(lines, LOOK_PLAIN, _("Rejects"), _("any number"));
    else if (limit == 0)
        add(lines, LOOK_PLAIN, _("Rejects"), _("none: the first one fails the run"));
    else
        add(lines, LOOK_PLAIN, _("Rejects"), _("up to %" PRId64), (int64_t)limit);
}

static void add_source(GPtrArray *lines, const json_t *plan)
{
    const json_t *source = json_object_get(plan, "source");
    add(lines, LOOK_PLAIN, _("Source"), "%s (%s)", row_text(source, "connection"),
        row_text(source, "type"));
    json_int_t rows = json_integer_value(json_object_get(source, "row_estimate"));
    if (rows > 0) {
        g_autofree char *count = text_count(rows);
        add(lines, LOOK_PLAIN, "", _("about %s rows"), count);
    }
    if (row_text(source, "filter")[0] != '\0')
        add(lines, LOOK_PLAIN, _("Filter"), "%s", row_text(source, "filter"));
}

static void add_target(GPtrArray *lines, const json_t *plan)
{
    const json_t *target = json_object_get(plan, "target");
    const char *slice = row_text(target, "slice");
    add(lines, LOOK_PLAIN, _("Target"), "%s: %s (%s)%s", row_text(target, "connection"),
        row_text(target, "table"), row_text(target, "type"),
        json_is_true(json_object_get(target, "created")) ? _(", will be created") : "");
    add(lines, LOOK_PLAIN, _("Mode"), "%s%s%s%s", row_text(plan, "mode"),
        slice[0] != '\0' ? _(" of the slice ") : "", slice,
        json_is_true(json_object_get(plan, "verify")) ? _(", verified by checksums") : "");
    add(lines, LOOK_PLAIN, _("Readers see"), "%s", row_text(plan, "readers_see"));
    add_rejects(lines, plan);
}

/* --- columns ---------------------------------------------------------------- */

static void add_column(GPtrArray *lines, const json_t *column)
{
    const char *target = row_text(column, "target"), *type = row_text(column, "type");
    const char *from = row_text(column, "source");
    if (from[0] != '\0')
        add(lines, LOOK_PLAIN, "", _("%s %s from %s %s, %s"), target, type, from,
            row_text(column, "source_type"), row_text(column, "carried"));
    else if (json_is_string(json_object_get(column, "parameter")))
        add(lines, LOOK_PLAIN, "", _("%s %s from a parameter: %s"), target, type,
            row_text(column, "parameter"));
    else if (json_is_string(json_object_get(column, "constant")))
        add(lines, LOOK_PLAIN, "", _("%s %s always '%s'"), target, type,
            row_text(column, "constant"));
    else
        add(lines, LOOK_PLAIN, "", _("%s %s always NULL"), target, type);
}

static void add_columns(GPtrArray *lines, const json_t *plan)
{
    const json_t *mapping = json_object_get(plan, "mapping");
    const json_t *ignored = json_object_get(json_object_get(plan, "source"), "ignored_columns");
    size_t i;
    json_t *column;
    add_title(lines, _("Columns"));
    json_array_foreach(mapping, i, column) add_column(lines, column);
    add_texts(lines, LOOK_QUIET, _("Not used"), ignored);
}

/* --- SQL -------------------------------------------------------------------- */

static void add_reading(GPtrArray *lines, const json_t *plan)
{
    size_t i;
    json_t *segment;
    add_title(lines, _("Reading"));
    json_array_foreach(json_object_get(plan, "segments"), i, segment)
    {
        g_autofree char *number = g_strdup_printf(_("Segment %zu"), i + 1);
        add(lines, LOOK_PLAIN, number, "%s", row_text(segment, "what"));
        add_texts(lines, LOOK_PLAIN, _("SQL"), json_object_get(segment, "sql"));
        add_texts(lines, LOOK_PLAIN, _("File"), json_object_get(segment, "file"));
    }
}

static void add_writing(GPtrArray *lines, const json_t *plan)
{
    static const char *const kinds[][2] = {
        { "create", N_("Create") },   { "ledger", N_("Ledger") },   { "staging", N_("Staging") },
        { "pre_sql", N_("Pre-SQL") }, { "publish", N_("Publish") }, { "post_sql", N_("Post-SQL") },
    };
    const json_t *statements = json_object_get(plan, "statements");
    add_title(lines, _("Writing"));
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
        add_texts(lines, LOOK_PLAIN, _(kinds[i][1]), json_object_get(statements, kinds[i][0]));
    /* Kinds of statements that are not known here are shown all the same. */
    const char *key;
    json_t *statement;
    json_object_foreach((json_t *)statements, key, statement)
    {
        bool known = false;
        for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
            known |= strcmp(kinds[i][0], key) == 0;
        if (!known)
            add_texts(lines, LOOK_PLAIN, key, statement);
    }
}

/* --- all of it -------------------------------------------------------------- */

GPtrArray *plan_lines(const json_t *plan)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);
    add_title(lines, _("What happens"));
    add_source(lines, plan);
    add_target(lines, plan);
    add_texts(lines, LOOK_WARNING, _("Warning"), json_object_get(plan, "warnings"));
    if (json_is_false(json_object_get(plan, "confirmed")))
        add(lines, LOOK_WARNING, _("Warning"),
            _("source or target changed: the mapping must be confirmed before a run"));
    add_columns(lines, plan);
    add_reading(lines, plan);
    add_writing(lines, plan);
    return lines;
}

char *plan_consequence(const json_t *plan)
{
    const json_t *target = json_object_get(plan, "target");
    const char *mode = row_text(plan, "mode"), *slice = row_text(target, "slice");
    g_autofree char *table =
        g_strdup_printf("%s: %s", row_text(target, "connection"), row_text(target, "table"));
    if (json_is_true(json_object_get(target, "created")))
        return g_strdup_printf(_("%s is made and filled."), table);
    if (strcmp(mode, "append") == 0)
        return g_strdup_printf(_("Rows are added to %s; those that are there stay."), table);
    if (strcmp(mode, "upsert") == 0)
        return g_strdup_printf(
            _("Rows with a known key are changed in %s, new ones are added, others stay."), table);
    if (slice[0] != '\0')
        return g_strdup_printf(_("The rows of the slice %s in %s are replaced."), slice, table);
    return g_strdup_printf(_("All rows of %s are replaced."), table);
}
