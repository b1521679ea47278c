#include "service/run_command.h"

#include "base/document.h"
#include "base/intl.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

run_request run_request_from_input(const json_t *in)
{
    return (run_request){
        .task = document_get_text(in, "name"),
        .options = { .parameters = json_object_get(in, "param"),
                     .verify = document_get_flag(in, "verify", false),
                     .attempt_limit = (int)document_get_integer(in, "attempt_limit", 0) },
    };
}

GPtrArray *run_dates(const json_t *in, error **err)
{
    g_autoptr(GPtrArray) dates = g_ptr_array_new_with_free_func(g_free);
    const char *text = document_get_text(in, "date");
    civil_time day, last;
    if (text == NULL) {
        g_ptr_array_add(dates, NULL);
        return g_steal_pointer(&dates);
    }
    if (!civil_parse_range(text, &day, &last, err))
        return NULL;
    for (; civil_compare(&day, &last) <= 0; civil_add_days(&day, 1)) {
        g_ptr_array_add(dates, civil_format_date(&day));
        if (civil_compare(&day, &last) == 0)
            break;
    }
    return g_steal_pointer(&dates);
}

static bool run_once(engine *e, const json_t *in, const char *date, json_t **out, error **err)
{
    run_request r = run_request_from_input(in);
    r.business_date = date;
    int64_t run;
    return runner_execute_new(e, &r, &run, out, err);
}

bool run_now(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autoptr(GPtrArray) dates = run_dates(in, err);
    if (dates == NULL)
        return false;
    if (dates->len == 1)
        return run_once(e, in, dates->pdata[0], out, err);
    json_t *results = json_array();
    bool done = true;
    error *cause = NULL;
    for (guint i = 0; i < dates->len && done; i++) {
        json_t *result = NULL;
        done = run_once(e, in, dates->pdata[i], &result, &cause);
        if (result != NULL)
            json_array_append_new(results, result);
    }
    *out = json_pack("{s:o}", "runs", results);
    return done || error_propagate(err, &cause);
}

static void append_count(GString *text, const json_t *result, const char *key, const char *word)
{
    const json_t *count = json_object_get(result, key);
    if (!json_is_integer(count))
        return;
    g_autofree char *number = text_count(json_integer_value(count));
    g_string_append_printf(text, ", %s %s", number, word);
}

static void tell_result(GString *text, const json_t *result)
{
    g_autofree char *name = text_safe(document_get_text(result, "task"), -1);
    g_autofree char *read = text_count(document_get_integer(result, "rows_read", 0));
    g_autofree char *time = text_duration(document_get_number(result, "seconds", 0));
    gint64 run = document_get_integer(result, "run", 0);
    g_string_append_printf(text, _("run %" PRId64 " of task \"%s\" for %s %s in %s: %s rows read"),
                           run, name, document_get_text(result, "business_date"),
                           document_get_text(result, "state"), time, read);
    append_count(text, result, "rows_written", _("written"));
    append_count(text, result, "rows_inserted", _("inserted"));
    append_count(text, result, "rows_updated", _("updated"));
    append_count(text, result, "rows_unchanged", _("unchanged"));
    append_count(text, result, "rows_rejected", _("rejected"));
    append_count(text, result, "rows_filtered", _("filtered"));
    bool published = document_get_flag(result, "published", false);
    if (g_strcmp0(document_get_text(result, "state"), "succeeded") != 0 && !published)
        g_string_append(text, _("; nothing was published"));
    else if (document_get_flag(result, "kept_empty", false))
        g_string_append(text, _("; the target was kept as it was"));
    if (document_get_integer(result, "rows_rejected", 0) > 0)
        g_string_append_printf(
            text, _("\n\"rowferry reject list %" PRId64 "\" shows the rejected rows"), run);
}

char *tell_results(const json_t *out)
{
    GString *text = g_string_new(NULL);
    const json_t *runs = json_object_get(out, "runs");
    if (runs == NULL)
        tell_result(text, out);
    for (size_t i = 0; i < json_array_size(runs); i++) {
        if (i > 0)
            g_string_append_c(text, '\n');
        tell_result(text, json_array_get(runs, i));
    }
    return g_string_free(text, FALSE);
}
