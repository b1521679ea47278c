/* A plan as JSON and in words. */
#include "ferry/plan_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

static const char *strategy_name(plan_strategy s)
{
    switch (s) {
    case STRATEGY_DIRECT:
        return "direct";
    case STRATEGY_STAGED:
        return "staged";
    case STRATEGY_FILE:
        return "file";
    }
    return "";
}

static json_t *strings(GPtrArray *list)
{
    json_t *array = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(array, json_string(list->pdata[i]));
    return array;
}

static json_t *strings_of(char *const *list)
{
    json_t *array = json_array();
    for (; list != NULL && *list != NULL; list++)
        json_array_append_new(array, json_string(*list));
    return array;
}

static json_t *optional(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static json_t *segments_to_json(const plan *p)
{
    json_t *array = json_array();
    for (guint i = 0; i < p->segments->len; i++) {
        const plan_segment *s = &g_array_index(p->segments, plan_segment, i);
        g_autoptr(GPtrArray) shown = g_ptr_array_new_with_free_func(g_free);
        for (guint k = 0; s->values != NULL && k < s->values->len; k++) {
            char *literal =
                dialect_literal(s->connection->dialect, &g_array_index(s->values, value, k), NULL);
            g_ptr_array_add(shown, literal != NULL ? literal : g_strdup("?"));
        }
        json_array_append_new(array, json_pack("{s:i, s:s, s:s, s:o, s:o, s:o}", "segment", (int)i,
                                               "what", s->what, "connection", s->connection->name,
                                               "sql", optional(s->sql), "values", strings(shown),
                                               "file", optional(s->path)));
    }
    return array;
}

static json_t *mapping_to_json(const plan *p)
{
    json_t *array = json_array();
    for (guint i = 0; i < p->mapping->columns->len; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        json_t *o = json_pack("{s:s, s:s}", "target", m->target, "type", m->type_text);
        if (m->source >= 0) {
            const column_info *c = p->source_columns->pdata[m->source];
            json_object_set_new(o, "source", json_string(c->name));
            json_object_set_new(o, "source_type", json_string(c->type_text));
            static const char *const carries[] = { "as it is", "checked", "converted", "fixed" };
            json_object_set_new(o, "carried", json_string(carries[m->carry]));
        } else {
            json_object_set_new(o, m->is_parameter ? "parameter" : "constant",
                                optional(m->fixed_text));
        }
        json_array_append_new(array, o);
    }
    return array;
}

static json_t *statements_to_json(const plan *p)
{
    json_t *o = json_object();
    if (p->create_sql != NULL)
        json_object_set_new(o, "create", json_string(p->create_sql));
    if (p->ledger_create != NULL)
        json_object_set_new(o, "ledger", json_string(p->ledger_create));
    if (p->staging_sql != NULL)
        json_object_set_new(o, "staging", strings_of(p->staging_sql));
    if (p->pre_sql != NULL)
        json_object_set_new(o, "pre_sql", json_string(p->pre_sql->shown));
    if (p->publish_sql != NULL)
        json_object_set_new(o, "publish", strings_of(p->publish_sql));
    if (p->post_sql != NULL)
        json_object_set_new(o, "post_sql", json_string(p->post_sql->shown));
    return o;
}

static json_t *to_json(const plan *p)
{
    g_autofree char *table = table_name_to_string(p->table);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s}", "task", p->task->name, "business_date",
                          p->business_date, "mode", write_mode_name(p->mode), "strategy",
                          strategy_name(p->strategy), "readers_see", p->atomicity);
    json_object_set_new(o, "source",
                        json_pack("{s:s, s:s, s:o, s:I, s:o}", "connection", p->source->name,
                                  "type", p->source->type, "filter", optional(p->filter_text),
                                  "row_estimate", (json_int_t)p->row_estimate, "ignored_columns",
                                  strings(p->ignored_columns)));
    json_object_set_new(o, "target",
                        json_pack("{s:s, s:s, s:s, s:b, s:o}", "connection", p->target->name,
                                  "type", p->target->type, "table", table, "created",
                                  p->creates_table && !p->replaces_file, "slice",
                                  optional(p->slice_text)));
    if (p->ledger_table != NULL)
        json_object_set_new(json_object_get(o, "target"), "ledger", json_string(p->ledger_table));
    json_object_set_new(o, "mapping", mapping_to_json(p));
    json_object_set_new(o, "segments", segments_to_json(p));
    json_object_set_new(o, "readers", json_integer(p->readers));
    json_object_set_new(o, "writers", json_integer(p->writers));
    json_object_set_new(o, "statements", statements_to_json(p));
    json_object_set_new(o, "reject_limit", json_integer(p->task->rejects.limit));
    if (p->task->rejects.percent >= 0)
        json_object_set_new(o, "reject_percent", json_real(p->task->rejects.percent));
    json_object_set_new(o, "timeout_minutes", json_integer(p->task->limits.timeout_minutes));
    json_object_set_new(o, "verify", json_boolean(p->verify));
    json_object_set_new(o, "warnings", strings(p->warnings));
    return o;
}

/* ---- words ---------------------------------------------------------------- */

#define LABEL_COLUMNS 10
#define LINE_COLUMNS  79

static void line(GString *out, const char *label, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* "label      text", broken between words so that it fits a terminal; the SQL
 * among it stays SQL. */
static void line(GString *out, const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *raw = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *safe = text_safe(raw, -1);
    text_append_cell(out, label, LABEL_COLUMNS, TEXT_LEFT);
    int column = LABEL_COLUMNS;
    g_auto(GStrv) words = g_strsplit(safe, " ", -1);
    for (char **word = words; *word != NULL; word++) {
        int width = text_width(*word);
        if (column > LABEL_COLUMNS + 1 && column + 1 + width > LINE_COLUMNS) {
            g_string_append_printf(out, "\n%*s", LABEL_COLUMNS, "");
            column = LABEL_COLUMNS;
        }
        g_string_append_printf(out, " %s", *word);
        column += 1 + width;
    }
    g_string_append_c(out, '\n');
}

static void describe_mapping(const plan *p, GString *out)
{
    int widest = 0;
    for (guint i = 0; i < p->mapping->columns->len; i++)
        widest = MAX(widest, text_width(((mapping_column *)p->mapping->columns->pdata[i])->target));
    for (guint i = 0; i < p->mapping->columns->len; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        g_autofree char *safe = text_safe(m->target, -1);
        g_autoptr(GString) name = g_string_new(NULL);
        text_append_cell(name, safe, MIN(widest, 30), TEXT_LEFT);
        const char *label = i == 0 ? _("mapping") : "";
        if (m->source < 0) {
            line(out, label, "%s %s ← %s", name->str, m->type_text,
                 m->fixed_text != NULL ? m->fixed_text : "NULL");
            continue;
        }
        const column_info *c = p->source_columns->pdata[m->source];
        line(out, label, "%s %s ← %s %s%s", name->str, m->type_text, c->name, c->type_text,
             m->replace != NULL && m->replace->len > 0 ? _(", with replacements") : "");
    }
}

static void describe_sql(GString *out, const char *label, char *const *statements)
{
    for (; statements != NULL && *statements != NULL; statements++) {
        g_autofree char *flat = g_strdup(*statements);
        for (char *c = flat; *c != '\0'; c++)
            if (*c == '\n' || *c == '\t')
                *c = ' ';
        line(out, label, "%s", flat);
        label = "";
    }
}

static void describe_source(const plan *p, GString *out)
{
    line(out, _("source"), "%s (%s)", p->source->name, dialect_title(p->source->dialect));
    for (guint i = 0; i < p->segments->len; i++) {
        const plan_segment *s = &g_array_index(p->segments, plan_segment, i);
        if (i == 3 && p->segments->len > 4) {
            line(out, "", _("… and %u more segments"), p->segments->len - i);
            break;
        }
        line(out, i == 0 ? _("read") : "", "%s", s->what);
    }
    if (p->row_estimate >= 0) {
        g_autofree char *count = text_count(p->row_estimate);
        line(out, "", _("about %s rows"), count);
    }
    if (p->filter_text != NULL)
        line(out, _("filter"), "%s", p->filter_text);
    const plan_segment *first = &g_array_index(p->segments, plan_segment, 0);
    char *sql[] = { first->sql, NULL };
    describe_sql(out, "sql", sql);
    if (p->ignored_columns->len > 0) {
        g_ptr_array_add(p->ignored_columns, NULL);
        g_autofree char *list = g_strjoinv(", ", (char **)p->ignored_columns->pdata);
        g_ptr_array_set_size(p->ignored_columns, (int)p->ignored_columns->len - 1);
        line(out, _("ignored"), _("source columns that nothing is mapped from: %s"), list);
    }
}

static char *to_text(const plan *p)
{
    GString *out = g_string_new(NULL);
    g_autofree char *table = table_name_to_string(p->table);
    bool is_new = p->creates_table && !p->replaces_file;
    line(out, _("task"), _("%s, business date %s"), p->task->name, p->business_date);
    describe_source(p, out);
    line(out, _("target"), "%s: %s (%s)%s", p->target->name, table,
         dialect_title(p->target->dialect), is_new ? _(", will be created") : "");
    line(out, _("mode"), "%s%s%s%s", write_mode_name(p->mode),
         p->slice_text != NULL ? _(" of the slice ") : "",
         p->slice_text != NULL ? p->slice_text : "", p->verify ? _(", verified by checksums") : "");
    line(out, _("readers"), "%s", p->atomicity);
    if (p->mapping->source_zone != NULL)
        line(out, _("zones"), _("timestamps are converted from %s to %s"),
             zone_name(p->mapping->source_zone), zone_name(p->mapping->target_zone));
    describe_mapping(p, out);
    char *create[] = { p->create_sql, NULL };
    describe_sql(out, _("create"), create);
    describe_sql(out, _("staging"), p->staging_sql);
    char *pre[] = { p->pre_sql != NULL ? p->pre_sql->shown : NULL, NULL };
    describe_sql(out, "pre_sql", pre);
    describe_sql(out, _("publish"), p->publish_sql);
    char *post[] = { p->post_sql != NULL ? p->post_sql->shown : NULL, NULL };
    describe_sql(out, "post_sql", post);
    if (p->task->rejects.percent >= 0)
        line(out, _("rejects"), _("up to %.3g %% of the rows"), p->task->rejects.percent);
    else if (p->task->rejects.limit < 0)
        line(out, _("rejects"), _("any number"));
    else if (p->task->rejects.limit == 0)
        line(out, _("rejects"), _("none: the first one fails the run"));
    else
        line(out, _("rejects"), _("up to %" PRId64), p->task->rejects.limit);
    for (guint i = 0; i < p->warnings->len; i++)
        line(out, i == 0 ? _("warning") : "", "%s", (char *)p->warnings->pdata[i]);
    return g_string_free(out, FALSE);
}

void plan_describe(plan *p)
{
    p->json = to_json(p);
    p->text = to_text(p);
    char *bytes = json_dumps(p->json, JSON_COMPACT | JSON_SORT_KEYS);
    p->hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, bytes, -1);
    free(bytes);
}
