#include "service/task_look.h"

#include "base/document.h"
#include "base/intl.h"
#include "base/text.h"
#include "service/output.h"
#include "service/planning.h"
#include "service/run_command.h"
#include "service/task_document.h"

#include <inttypes.h>
#include <string.h>

enum { PREVIEW_ROWS = 100, MOST_ROWS = 10000 };

/* --- plan --- */

static json_t *plan_view(const plan *p, bool confirmed)
{
    json_t *json = plan_to_json(p);
    g_autofree char *text = plan_to_text(p);
    json_object_set_new(json, "plan_hash", json_string(plan_hash(p)));
    json_object_set_new(json, "confirmed", json_boolean(confirmed));
    json_object_set_new(json, "text", json_string(text));
    return json;
}

static json_t *plan_once(engine *e, const json_t *in, const char *date, error **err)
{
    const run_request asked = run_request_from_input(in);
    store *s = engine_store(e, err);
    g_autoptr(task_record) record = s != NULL ? store_task_get(s, asked.task, 0, err) : NULL;
    if (record == NULL)
        return NULL;
    const planning_request r = { .business_date = date, .options = asked.options };
    g_autoptr(planned_task) p = planned_task_new(e, record, &r, err);
    if (p == NULL)
        return NULL;
    return plan_view(p->plan, record->confirmed);
}

bool task_plan(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autoptr(GPtrArray) dates = run_dates(in, err);
    if (dates == NULL)
        return false;
    if (dates->len == 1)
        return (*out = plan_once(e, in, dates->pdata[0], err)) != NULL;
    json_t *plans = json_array();
    for (guint i = 0; i < dates->len; i++) {
        json_t *plan_json = plan_once(e, in, dates->pdata[i], err);
        if (plan_json == NULL) {
            json_decref(plans);
            return false;
        }
        json_array_append_new(plans, plan_json);
    }
    *out = json_pack("{s:o}", "plans", plans);
    return true;
}

static void tell_one_plan(GString *text, const json_t *out)
{
    const char *plan_text = document_get_text(out, "text");
    g_auto(GStrv) lines = g_strsplit(plan_text != NULL ? plan_text : "", "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (line[1] == NULL && **line == '\0')
            break;
        text_append_safe(text, *line, -1);
        g_string_append_c(text, '\n');
    }
    if (!document_get_flag(out, "confirmed", true))
        g_string_append_printf(text, _("The mapping waits for \"rowferry task confirm %s\".\n"),
                               document_get_text(out, "task"));
}

char *tell_plan(const json_t *out)
{
    GString *text = g_string_new(NULL);
    const json_t *plans = json_object_get(out, "plans");
    if (plans == NULL)
        tell_one_plan(text, out);
    for (size_t i = 0; i < json_array_size(plans); i++) {
        if (i > 0)
            g_string_append_c(text, '\n');
        tell_one_plan(text, json_array_get(plans, i));
    }
    return g_strchomp(g_string_free(text, FALSE));
}

/* --- documents that need not be saved --- */

static planning_request request_of(const json_t *in)
{
    return (planning_request){ .business_date = document_get_text(in, "date"),
                               .options = run_request_from_input(in).options };
}

bool task_check(engine *e, const json_t *in, json_t **out, error **err)
{
    const json_t *document = json_object_get(in, "document");
    g_autoptr(task) t = task_parse(document, err);
    store *s = t != NULL ? engine_store(e, err) : NULL;
    if (s == NULL || !task_document_check(e, t, err))
        return false;
    const planning_request r = request_of(in);
    g_autoptr(planned_task) p = planned_task_of_document(e, document, NULL, &r, err);
    if (p == NULL)
        return false;
    *out = plan_view(p->plan, task_document_is_confirmed(s, t->name, document));
    return true;
}

/* The document that was given, or that of the saved task "name". New reference. */
static json_t *document_of(engine *e, const json_t *in, char **task_id, error **err)
{
    json_t *given = json_object_get(in, "document");
    const char *name = document_get_text(in, "name");
    if ((given == NULL) == (name == NULL)) {
        error_set(err, ERROR_USAGE, _("either a document or --name of a saved task is needed"));
        return NULL;
    }
    if (given != NULL)
        return json_incref(given);
    store *s = engine_store(e, err);
    g_autoptr(task_record) record = s != NULL ? store_task_get(s, name, 0, err) : NULL;
    if (record == NULL)
        return NULL;
    *task_id = g_strdup(record->id);
    return document_read(name, record->document, strlen(record->document), err);
}

bool task_preview(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autofree char *task_id = NULL;
    json_t *document = document_of(e, in, &task_id, err);
    if (document == NULL)
        return false;
    const planning_request r = request_of(in);
    int64_t limit = document_get_integer(in, "limit", PREVIEW_ROWS);
    *out = planned_preview(e, document, task_id, &r, (unsigned)MIN(limit, MOST_ROWS), err);
    json_decref(document);
    return *out != NULL;
}

bool task_suggest(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autofree char *task_id = NULL;
    json_t *document = document_of(e, in, &task_id, err);
    if (document == NULL)
        return false;
    const planning_request r = request_of(in);
    *out = planned_suggestion(e, document, task_id, &r, err);
    json_decref(document);
    return *out != NULL;
}

/* --- words --- */

char *tell_preview(const json_t *out)
{
    GString *text = g_string_new(NULL);
    g_autofree char *rows = output_rows(out, output_columns());
    g_string_append(text, rows);
    const json_t *count = json_object_get(out, "count");
    g_autofree char *number = text_count(json_integer_value(count));
    const char *note = document_get_text(out, "count_note");
    if (json_is_integer(count))
        g_string_append_printf(text, _("%s rows\n"), number);
    else if (note != NULL)
        g_string_append_printf(text, _("not counted: %s\n"), note);
    return g_strchomp(g_string_free(text, FALSE));
}

static void tell_row(GString *text, const json_t *row)
{
    const char *message = document_get_text(row, "message");
    const char *source = document_get_text(row, "source");
    const char *fixed = document_get_text(row, "value");
    const char *from = source != NULL ? source : fixed != NULL ? fixed : "";
    g_autofree char *target = text_safe(document_get_text(row, "target"), -1);
    g_autofree char *origin = text_safe(from, -1);
    g_autofree char *remark = text_safe(message, -1);
    text_append_cell(text, target, 24, TEXT_LEFT);
    g_string_append_c(text, ' ');
    text_append_cell(text, document_get_text(row, "rule"), 12, TEXT_LEFT);
    g_string_append_printf(text, " %s%s%s\n", origin, *remark != '\0' ? "  ! " : "", remark);
}

char *tell_suggestion(const json_t *out)
{
    GString *text = g_string_new(NULL);
    size_t i;
    json_t *element;
    json_array_foreach(json_object_get(out, "rows"), i, element) tell_row(text, element);
    json_array_foreach(json_object_get(out, "unmapped"), i, element)
    {
        g_autofree char *name = text_safe(json_string_value(element), -1);
        g_string_append_printf(text, _("source column %s is not mapped\n"), name);
    }
    json_array_foreach(json_object_get(out, "problems"), i, element)
    {
        g_autofree char *message = text_safe(document_get_text(element, "message"), -1);
        g_string_append_printf(text, "! %s\n", message);
    }
    return g_strchomp(g_string_free(text, FALSE));
}
