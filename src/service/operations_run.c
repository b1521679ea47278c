/* operations_run.c - run start|list|show|log|cancel */
#include "base/document.h"
#include "base/intl.h"
#include "base/text.h"
#include "service/log_file.h"
#include "service/operation.h"
#include "service/recovery.h"
#include "service/run_command.h"
#include "service/run_view.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { CANCEL_WAIT_US = 5 * G_USEC_PER_SEC, CANCEL_STEP_US = 100 * 1000 };

/* --- start --- */

static json_t *start_once(engine *e, const json_t *in, const char *date, error **err)
{
    run_request r = run_request_from_input(in);
    r.business_date = date;
    int64_t run;
    if (!runner_create(e, &r, &run, err) || !runner_detach(e, run, err))
        return NULL;
    g_autoptr(run_record) record = store_run_get(e->store, run, err);
    return record != NULL ? run_row(e, record) : NULL;
}

static bool on_start(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autoptr(GPtrArray) dates = run_dates(in, err);
    if (dates == NULL)
        return false;
    /* Detached runs of one task would only hinder each other. */
    if (dates->len > 1)
        return error_set(err, ERROR_USAGE, _("--date: run start takes a single date"));
    return (*out = start_once(e, in, dates->pdata[0], err)) != NULL;
}

static char *tell_started(const json_t *out)
{
    gint64 run = document_get_integer(out, "run", 0);
    return g_strdup_printf(_("run %" PRId64 " of task \"%s\" for %s started\n"
                             "\"rowferry run show %" PRId64 "\" tells how it goes"),
                           run, document_get_text(out, "task"),
                           document_get_text(out, "business_date"), run);
}

/* --- list and show --- */

/* The bits of the words of @text, separated by commas; @known NULL-ended. */
static bool read_words(const char *option, const char *text, const char *const *known,
                       uint32_t *bits, error **err)
{
    g_auto(GStrv) names = g_strsplit(text != NULL ? text : "", ",", -1);
    for (char **name = names; *name != NULL; name++) {
        unsigned i = 0;
        while (known[i] != NULL && strcmp(known[i], *name) != 0)
            i++;
        if (known[i] != NULL) {
            *bits |= 1u << i;
            continue;
        }
        g_autofree char *all = g_strjoinv(", ", (char **)known);
        const char *near = text_nearest(*name, known);
        error_set(err, ERROR_USAGE, _("--%s: \"%s\" is none of %s"), option, *name, all);
        return near == NULL ? false : error_hint(err, _("did you mean \"%s\"?"), near);
    }
    return true;
}

static bool read_day(const char *text, char **date, error **err)
{
    civil_time day;
    if (text == NULL)
        return true;
    if (!civil_parse_date(text, &day, err))
        return false;
    *date = civil_format_date(&day);
    return true;
}

/* --date A..B, or an open range by --since and --until. */
static bool read_dates(const json_t *in, char **from, char **until, error **err)
{
    const char *dates = document_get_text(in, "date");
    const char *since = document_get_text(in, "since"), *last_day = document_get_text(in, "until");
    if (dates != NULL && (since != NULL || last_day != NULL))
        return error_set(err, ERROR_USAGE, _("--date goes without --since and --until"));
    civil_time first, last;
    if (dates == NULL)
        return read_day(since, from, err) && read_day(last_day, until, err);
    if (!civil_parse_range(dates, &first, &last, err))
        return false;
    *from = civil_format_date(&first);
    *until = civil_format_date(&last);
    return true;
}

static bool on_list(engine *e, const json_t *in, json_t **out, error **err)
{
    enum { MOST = 10000 };
    int64_t limit = document_get_integer(in, "limit", 0);
    run_filter filter = { .task_name = document_get_text(in, "task"),
                          .limit = (int)MIN(limit, MOST) };
    g_autofree char *from = NULL, *until = NULL;
    if (!read_dates(in, &from, &until, err))
        return false;
    filter.date_from = from;
    filter.date_until = until;
    const char *states[RUN_STATES + 1] = { NULL }, *kinds[RUN_REPLAY + 2] = { NULL };
    for (int i = 0; i < RUN_STATES; i++)
        states[i] = run_state_name((run_state)i);
    for (int i = 0; i <= RUN_REPLAY; i++)
        kinds[i] = run_kind_name((run_kind)i);
    if (!read_words("state", document_get_text(in, "state"), states, &filter.states, err) ||
        !read_words("kind", document_get_text(in, "kind"), kinds, &filter.kinds, err))
        return false;
    store *s = recovery_reap(e, err) ? engine_store(e, err) : NULL;
    int64_t total = 0;
    g_autoptr(GPtrArray) list =
        s != NULL ? store_run_page(s, &filter, document_get_integer(in, "skip", 0), &total, err)
                  : NULL;
    if (list == NULL)
        return false;
    json_t *rows = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(rows, run_row(e, list->pdata[i]));
    *out = json_pack("{s:o, s:I}", "runs", rows, "total", (json_int_t)total);
    return true;
}

static bool on_show(engine *e, const json_t *in, json_t **out, error **err)
{
    int64_t id = document_get_integer(in, "run", 0);
    store *s = recovery_reap(e, err) ? engine_store(e, err) : NULL;
    g_autoptr(run_record) r = s != NULL ? store_run_get(s, id, err) : NULL;
    if (r == NULL)
        return false;
    g_autoptr(error) why = NULL;
    if (r->state == RUN_UNRESOLVED && r->pid == 0) {
        if (!recovery_resolve(e, id, &why))
            engine_note(e, _("run %" PRId64 " stays unresolved: %s"), id, why->message);
        run_record_free(r);
        r = store_run_get(s, id, err);
    }
    bool whole_plan = document_get_flag(in, "plan", false);
    return r != NULL && (*out = run_details(e, r, whole_plan, err)) != NULL;
}

static void tell_field(GString *text, const char *name, const json_t *given)
{
    if (given == NULL || json_is_null(given) || json_is_object(given) || json_is_array(given))
        return;
    g_autofree char *shown = document_scalar_text(given);
    g_autofree char *safe = text_safe(shown, -1);
    g_string_append_printf(text, "%-20s %s\n", name, safe);
}

static void tell_segments(GString *text, const json_t *segments)
{
    size_t i;
    json_t *segment;
    json_array_foreach(segments, i, segment)
    {
        g_autofree char *what = text_safe(document_get_text(segment, "what"), -1);
        g_autofree char *read = text_count(document_get_integer(segment, "rows_read", 0));
        g_string_append_printf(text, _("segment %-12d %-8s %s rows read  %s\n"),
                               (int)document_get_integer(segment, "segment", 0),
                               document_get_text(segment, "state"), read, what);
    }
}

static char *tell_run(const json_t *out)
{
    GString *text = g_string_new(NULL);
    const char *key;
    json_t *given;
    json_object_foreach((json_t *)out, key, given) tell_field(text, key, given);
    const json_t *failure = json_object_get(out, "error");
    if (json_is_object(failure)) {
        tell_field(text, "error", json_object_get(failure, "message"));
        tell_field(text, "detail", json_object_get(failure, "detail"));
        tell_field(text, "hint", json_object_get(failure, "hint"));
    }
    tell_segments(text, json_object_get(out, "segment_list"));
    return g_strchomp(g_string_free(text, FALSE));
}

/* --- log --- */

static bool on_log(engine *e, const json_t *in, json_t **out, error **err)
{
    log_query q = { .after = document_get_integer(in, "after", 0),
                    .tail = document_get_integer(in, "tail", 0),
                    .grep = document_get_text(in, "grep") };
    const char *level = document_get_text(in, "level");
    if (level != NULL && !log_level_from_name(level, &q.level))
        return error_set(err, ERROR_USAGE, _("--level is info, warning or error, not \"%s\""),
                         level);
    store *s = engine_store(e, err);
    g_autoptr(run_record) r =
        s != NULL ? store_run_get(s, document_get_integer(in, "run", 0), err) : NULL;
    if (r == NULL)
        return false;
    g_autofree char *path =
        r->log_path != NULL ? g_strdup(r->log_path) : engine_run_file(e, r->id, "log.jsonl");
    int64_t next = q.after;
    json_t *events = access(path, F_OK) == 0 ? log_file_read(path, &q, &next, err) : json_array();
    if (events == NULL)
        return false;
    *out = json_pack("{s:I, s:o, s:I}", "run", (json_int_t)r->id, "events", events, "next",
                     (json_int_t)next);
    return true;
}

static char *tell_log(const json_t *out)
{
    GString *text = g_string_new(NULL);
    size_t i;
    json_t *event;
    json_array_foreach(json_object_get(out, "events"), i, event)
    {
        g_autofree char *message = text_safe(document_get_text(event, "message"), -1);
        g_string_append_printf(text, "%.19sZ  %-7s  %s\n", document_get_text(event, "time"),
                               document_get_text(event, "level"), message);
    }
    return g_strchomp(g_string_free(text, FALSE));
}

/* --- cancel --- */

/* Whether @pid runs this very program, so that a signal cannot hit a stranger
 * that got the number of a process that is gone. */
static bool is_our_program(int64_t pid)
{
    g_autofree char *link = g_strdup_printf("/proc/%d/exe", (int)pid);
    g_autofree char *theirs = g_file_read_link(link, NULL);
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    return theirs != NULL && g_strcmp0(theirs, own) == 0;
}

static bool on_cancel(engine *e, const json_t *in, json_t **out, error **err)
{
    int64_t id = document_get_integer(in, "run", 0);
    store *s = recovery_reap(e, err) ? engine_store(e, err) : NULL;
    if (s == NULL || !store_run_request_cancel(s, id, err))
        return false;
    g_autoptr(run_record) r = store_run_get(s, id, err);
    if (r == NULL)
        return false;
    if (r->pid != 0 && r->pid != getpid() && is_our_program(r->pid))
        kill((pid_t)r->pid, SIGTERM);
    gint64 until = g_get_monotonic_time() + CANCEL_WAIT_US;
    while (!run_state_is_terminal(r->state) && g_get_monotonic_time() < until) {
        g_usleep(CANCEL_STEP_US);
        run_record_free(r);
        r = store_run_get(s, id, err);
        if (r == NULL)
            return false;
    }
    *out = run_row(e, r);
    return true;
}

static char *tell_cancelled(const json_t *out)
{
    gint64 run = document_get_integer(out, "run", 0);
    const char *state = document_get_text(out, "state");
    run_state known;
    bool over = run_state_from_name(state, &known) && run_state_is_terminal(known);
    return g_strdup_printf(over ? _("run %" PRId64 " is %s")
                                : _("run %" PRId64 " was asked to stop and is still %s"),
                           run, state);
}

/* --- the table --- */

#define END_FIELD                             \
    {                                         \
        NULL, INPUT_TEXT, 0, NULL, NULL, NULL \
    }
#define RUN_FIELD                                                                                \
    {                                                                                            \
        "run", INPUT_INTEGER, INPUT_REQUIRED | INPUT_POSITIONAL, "RUN", N_("number of the run"), \
            NULL                                                                                 \
    }

static const input_field start_fields[] = {
    { "name", INPUT_TEXT, INPUT_REQUIRED | INPUT_POSITIONAL, "TASK", N_("name of the task"),
      "task" },
    RUN_FIELDS,
    END_FIELD,
};
static const input_field list_fields[] = {
    { "task", INPUT_TEXT, 0, "TASK", N_("only runs of this task"), "task" },
    { "state", INPUT_TEXT, 0, "STATE", N_("only these states, separated by commas"),
      "queued running succeeded failed cancelled unresolved held" },
    { "kind", INPUT_TEXT, 0, "KIND", N_("only these kinds, separated by commas"),
      "manual scheduled upstream backfill replay" },
    { "date", INPUT_TEXT, 0, "DATE", N_("only this business date, or range A..B"), NULL },
    { "since", INPUT_TEXT, 0, "DATE", N_("only business dates from this one on"), NULL },
    { "until", INPUT_TEXT, 0, "DATE", N_("only business dates up to this one"), NULL },
    { "skip", INPUT_INTEGER, 0, "N", N_("leave out the N newest of them"), NULL },
    { "limit", INPUT_INTEGER, 0, "N", N_("at most N runs; default: 200"), NULL },
    END_FIELD,
};
static const input_field run_fields[] = { RUN_FIELD, END_FIELD };
static const input_field show_fields[] = {
    RUN_FIELD,
    { "plan", INPUT_FLAG, 0, NULL, N_("with --json: the whole plan, mapping and segments too"),
      NULL },
    END_FIELD,
};
static const input_field log_fields[] = {
    RUN_FIELD,
    { "level", INPUT_TEXT, 0, "LEVEL", N_("only this level and worse: info, warning, error"),
      "info warning error" },
    { "tail", INPUT_INTEGER, 0, "N", N_("only the last N lines"), NULL },
    { "grep", INPUT_TEXT, 0, "TEXT", N_("only messages that hold this text"), NULL },
    { "after", INPUT_INTEGER, 0, "CURSOR", N_("only what came after \"next\" of an earlier call"),
      NULL },
    END_FIELD,
};

static const output_column list_columns[] = {
    { "run", N_("RUN"), CELL_NUMBER },          { "task", N_("TASK"), CELL_TEXT },
    { "business_date", N_("DATE"), CELL_TEXT }, { "kind", N_("KIND"), CELL_TEXT },
    { "state", N_("STATE"), CELL_STATE },       { "attempt", N_("ATTEMPT"), CELL_NUMBER },
    { "started_at", N_("STARTED"), CELL_TIME }, { "finished_at", N_("FINISHED"), CELL_TIME },
    { "error", N_("ERROR"), CELL_TEXT },        { NULL, NULL, CELL_TEXT },
};

const operation run_operations[] = {
    { .name = "run.start",
      .summary = N_("Start a run in a process of its own and return"),
      .needs = RIGHT_RUN,
      .fields = start_fields,
      .tell = tell_started,
      .handler = on_start },
    { .name = "run.list",
      .summary = N_("List runs, newest first"),
      .needs = RIGHT_VIEW,
      .fields = list_fields,
      .list = "runs",
      .columns = list_columns,
      .handler = on_list,
      .example = "rowferry run list --task orders --state failed,cancelled" },
    { .name = "run.show",
      .summary = N_("Everything about one run"),
      .needs = RIGHT_VIEW,
      .fields = show_fields,
      .tell = tell_run,
      .handler = on_show },
    { .name = "run.log",
      .summary = N_("Print the log of a run"),
      .needs = RIGHT_VIEW,
      .fields = log_fields,
      .tell = tell_log,
      .handler = on_log,
      .example = "rowferry run log 12 --level warning --tail 20" },
    { .name = "run.cancel",
      .summary = N_("Stop a run: roll back, clean up, record it"),
      .needs = RIGHT_RUN,
      .fields = run_fields,
      .tell = tell_cancelled,
      .handler = on_cancel },
    { .name = NULL },
};
