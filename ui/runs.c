/* Runs: all of them, newest first, through a filter; the selected one in words. */
#include "ui/screens.h"

#include "base/intl.h"
#include "base/text.h"
#include "service/engine.h"
#include "ui/answer.h"
#include "ui/list.h"
#include "ui/run_actions.h"
#include "ui/run_filter.h"
#include "ui/run_hunt.h"
#include "ui/run_pages.h"
#include "ui/run_words.h"

#include <inttypes.h>
#include <string.h>

#define DETAIL_ROWS       3
#define LEAST_WITH_DETAIL 12

typedef struct {
    screen base;
    list *list;
    run_pages *pages;
    run_list_filter filter;
    run_asking asking;
    run_hunt hunt;
    bool finding;         /* list_find() looks at what is there and asks for nothing */
    int64_t selected_run; /* as last drawn, 0 none: stays selected when others come above it */
    int this_year;
} runs;

static const json_t *selected(const runs *r)
{
    int64_t row = list_selected(r->list);
    return row >= 0 ? run_pages_row(r->pages, row) : NULL;
}

static int64_t number_of(const json_t *row)
{
    return json_integer_value(json_object_get(row, "run"));
}

static bool has_rejects(const json_t *row)
{
    return json_integer_value(json_object_get(row, "rows_rejected")) > 0;
}

/* --- rows ------------------------------------------------------------------ */

enum {
    COLUMN_RUN,
    COLUMN_TASK,
    COLUMN_DATE,
    COLUMN_STARTED,
    COLUMN_TOOK,
    COLUMN_ROWS,
    COLUMN_REJECTS,
    COLUMN_KIND,
    COLUMN_STATE,
    COLUMN_ERROR,
};

static const list_column columns[] = {
    { N_("Run"), 7, 10, 0, TEXT_RIGHT },    { N_("Task"), 11, 32, 0, TEXT_LEFT },
    { N_("Date"), 10, 10, 4, TEXT_LEFT },   { N_("Started"), 11, 11, 2, TEXT_LEFT },
    { N_("Took"), 6, 8, 3, TEXT_RIGHT },    { N_("Rows"), 9, 9, 1, TEXT_RIGHT },
    { N_("Rejects"), 7, 9, 3, TEXT_RIGHT }, { N_("Kind"), 9, 10, 5, TEXT_LEFT },
    { N_("State"), 12, 14, 0, TEXT_LEFT },  { N_("Error"), 20, 0, 6, TEXT_LEFT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    runs *r = user;
    return MAX(run_pages_total(r->pages), 0);
}

static void need_rows(void *user, int64_t first, int64_t n)
{
    runs *r = user;
    if (!r->finding)
        run_pages_need(r->pages, first, n);
}

/* "11-21 05:52", of another year the date alone. */
static void append_started(const runs *r, const char *instant, GString *text)
{
    if (strlen(instant) < 16)
        return;
    if (atoi(instant) == r->this_year)
        g_string_append_printf(text, "%.5s %.5s", instant + 5, instant + 11);
    else
        g_string_append_len(text, instant, 10);
}

/* In nine columns: "1,322,104", "310.2 M"; the line below the list has all digits. */
static void append_count(const json_t *count, GString *text)
{
    int64_t n = json_integer_value(count);
    if (!json_is_integer(count))
        return;
    if (n >= 10000000) {
        /* TRANSLATORS: millions */
        g_string_append_printf(text, _("%.1f M"), (double)n / 1e6);
        return;
    }
    g_autofree char *shown = text_count(n);
    g_string_append(text, shown);
}

static void append_state(const json_t *row, GString *text, list_style *style)
{
    const char *state = row_text(row, "state");
    bool with_rejects = strcmp(state, "succeeded") == 0 && has_rejects(row);
    style->look = with_rejects ? LOOK_WARNING : run_state_look(state);
    g_string_append_printf(text, "%c %s", with_rejects ? '~' : run_state_letter(state),
                           run_state_word(state));
}

static bool needs_attention(const json_t *row)
{
    const char *state = row_text(row, "state");
    return strcmp(state, "failed") == 0 || strcmp(state, "held") == 0 ||
           strcmp(state, "unresolved") == 0;
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    runs *r = user;
    const json_t *row = run_pages_row(r->pages, number);
    if (row == NULL)
        return;
    switch (column) {
    case COLUMN_RUN:
        g_string_append_printf(text, "%" PRId64, number_of(row));
        style->mark = needs_attention(row) ? '!' : '\0';
        break;
    case COLUMN_TASK:
        g_string_append(text, row_text(row, "task"));
        break;
    case COLUMN_DATE:
        g_string_append(text, row_text(row, "business_date"));
        break;
    case COLUMN_STARTED:
        append_started(r, row_text(row, "started_at"), text);
        break;
    case COLUMN_TOOK:
        if (json_is_number(json_object_get(row, "seconds"))) {
            g_autofree char *took =
                text_duration(json_number_value(json_object_get(row, "seconds")));
            g_string_append(text, took);
        }
        break;
    case COLUMN_ROWS:
        append_count(json_object_get(row, "rows_written"), text);
        break;
    case COLUMN_REJECTS:
        append_count(json_object_get(row, "rows_rejected"), text);
        style->look = has_rejects(row) ? LOOK_WARNING : LOOK_PLAIN;
        break;
    case COLUMN_KIND:
        g_string_append(text, run_kind_word(row_text(row, "kind")));
        break;
    case COLUMN_STATE:
        append_state(row, text, style);
        break;
    case COLUMN_ERROR:
        g_string_append(text, row_text(row, "message"));
        style->look = LOOK_BAD;
        break;
    default:
        break;
    }
}

static const list_source source = { .count = count_rows, .cell = cell, .need = need_rows };

/* --- loading --------------------------------------------------------------- */

/* The same run stays selected, wherever it stands now. */
static void arrived(screen *s, int64_t first, int64_t grown)
{
    runs *r = (runs *)s;
    if (r->selected_run == 0)
        return;
    if (grown != 0)
        list_select(r->list, MAX(list_selected(r->list) + grown, 0));
    for (int64_t row = first;; row++) {
        const json_t *one = run_pages_row(r->pages, row);
        if (one == NULL || number_of(one) < r->selected_run)
            break;
        if (number_of(one) == r->selected_run)
            list_select(r->list, row);
    }
}

static void refresh(screen *s)
{
    run_pages_refresh(((runs *)s)->pages);
    app_changed(s->app);
}

static void apply_filter(runs *r)
{
    r->selected_run = 0;
    run_pages_filter(r->pages, run_list_filter_input(&r->filter));
    list_select(r->list, 0);
    app_changed(r->base.app);
}

/* --- drawing --------------------------------------------------------------- */

static void draw_counts(const runs *r, canvas *c, int y)
{
    g_autofree char *filter = run_list_filter_words(&r->filter);
    int64_t total = run_pages_total(r->pages);
    int used = 4;
    if (total >= 0) {
        g_autofree char *count = text_count(total);
        used += canvas_format(c, y, 4, -1, LOOK_PLAIN,
                              ngettext("%s run", "%s runs", (unsigned long)total), count);
    }
    if (filter != NULL) {
        g_autofree char *said = g_strdup_printf(_("filter: %s"), filter);
        canvas_right(c, y, used + 3, canvas_width(c) - used - 5, LOOK_ACCENT, said);
    }
}

static void draw_detail(const runs *r, canvas *c, int y)
{
    const json_t *row = selected(r);
    if (row == NULL)
        return;
    int width = canvas_width(c) - 6;
    g_autofree char *when = run_time_words(row_text(row, "started_at"));
    g_autoptr(GString) line = g_string_new(NULL);
    /* TRANSLATORS: task, date, kind of run ("manual"), account */
    g_string_append_printf(line, _("%s   business date %s   %s by %s"), row_text(row, "task"),
                           row_text(row, "business_date"), run_kind_word(row_text(row, "kind")),
                           row_text(row, "created_by"));
    int attempt = (int)json_integer_value(json_object_get(row, "attempt"));
    if (attempt > 1)
        g_string_append_printf(line, _("   attempt %d"), attempt);
    g_string_append_printf(line, "   %s", when);
    canvas_text(c, y, 4, width, LOOK_PLAIN, line->str);
    if (row_text(row, "message")[0] == '\0' && json_is_integer(json_object_get(row, "rows_read"))) {
        g_autofree char *read = text_count(json_integer_value(json_object_get(row, "rows_read")));
        g_autofree char *written =
            text_count(json_integer_value(json_object_get(row, "rows_written")));
        canvas_format(c, y + 1, 4, width, LOOK_QUIET, _("%s rows read, %s written"), read, written);
    }
    canvas_wrap(c, y + 1, 4, width, DETAIL_ROWS - 1, run_state_look(row_text(row, "state")),
                row_text(row, "message"));
}

static void draw_nothing(const runs *r, canvas *c, int y)
{
    int width = canvas_width(c) - 8, height = canvas_height(c) - y;
    const error *failure = run_pages_failure(r->pages);
    if (failure != NULL)
        answer_draw_failure(c, y, failure);
    else if (run_pages_total(r->pages) < 0)
        canvas_text(c, y, 4, width, LOOK_QUIET, _("Reading the runs ..."));
    else if (run_list_filter_is_set(&r->filter))
        canvas_wrap(c, y, 4, width, height, LOOK_QUIET,
                    _("No run passes the filter. f changes it, F takes it away."));
    else
        canvas_wrap(c, y, 4, width, height, LOOK_PLAIN,
                    _("There are no runs yet.\n\n"
                      "A run is one execution of a task. 1 goes to the tasks; r there starts the "
                      "selected one, and here you see how it went."));
}

static void draw(screen *s, canvas *c)
{
    runs *r = (runs *)s;
    civil_time now;
    zone_now(app_engine(s->app)->zone, app_engine(s->app)->clock, &now);
    r->this_year = now.year;
    screens_draw_line(c, 0, "runs");
    draw_counts(r, c, 1);
    if (run_pages_total(r->pages) <= 0) {
        run_pages_need(r->pages, 0, 1);
        draw_nothing(r, c, 3);
        return;
    }
    int height = canvas_height(c);
    bool detail = height >= LEAST_WITH_DETAIL;
    list_draw(r->list, c, 3, height - 3 - (detail ? DETAIL_ROWS + 1 : 0), true);
    if (detail)
        draw_detail(r, c, height - DETAIL_ROWS);
    const json_t *row = selected(r);
    if (row != NULL)
        r->selected_run = number_of(row);
}

/* --- actions --------------------------------------------------------------- */

static const char *none_selected(screen *s)
{
    return selected((runs *)s) == NULL ? N_("no run is selected") : NULL;
}

static void open_run(screen *s)
{
    app_open(s->app, run_detail_new(s->app, number_of(selected((runs *)s))));
}

static const char *cannot_rerun(screen *s)
{
    return run_cannot_start_again(selected((runs *)s));
}

static void rerun(screen *s)
{
    runs *r = (runs *)s;
    run_ask_again(s, &r->asking, number_of(selected(r)));
}

static const char *cannot_cancel(screen *s)
{
    return run_cannot_cancel(selected((runs *)s));
}

static void cancel(screen *s)
{
    runs *r = (runs *)s;
    run_ask_cancel(s, &r->asking, number_of(selected(r)));
}

static const char *no_rejects(screen *s)
{
    const json_t *row = selected((runs *)s);
    if (row == NULL)
        return N_("no run is selected");
    return has_rejects(row) ? NULL : N_("this run rejected no rows");
}

static void open_rejects(screen *s)
{
    app_open(s->app, rejects_new(s->app, number_of(selected((runs *)s))));
}

/* --- filter ---------------------------------------------------------------- */

static const struct {
    const char *states; /* NULL: all */
    const char *title;
} state_choices[] = {
    { NULL, N_("all") },
    { "queued,starting,running,cancelling", N_("running or queued") },
    { "succeeded", N_("ok") },
    { "failed", N_("failed") },
    { "failed,held,unresolved", N_("failed, held or unresolved") },
    { "cancelled", N_("cancelled") },
};

static const char *const kind_choices[] = { NULL,       "manual",   "scheduled",
                                            "upstream", "backfill", "replay" };

static void state_chosen(screen *s, int index, void *user)
{
    (void)user;
    runs *r = (runs *)s;
    if (index < 0)
        return;
    g_free(r->filter.state);
    r->filter.state = g_strdup(state_choices[index].states);
    apply_filter(r);
}

static void choose_state(runs *r)
{
    const char *titles[G_N_ELEMENTS(state_choices) + 1] = { NULL };
    int current = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(state_choices); i++) {
        titles[i] = _(state_choices[i].title);
        if (g_strcmp0(state_choices[i].states, r->filter.state) == 0)
            current = (int)i;
    }
    app_choose(r->base.app, &r->base, _("State"), titles, current, state_chosen, NULL);
}

static void kind_chosen(screen *s, int index, void *user)
{
    (void)user;
    runs *r = (runs *)s;
    if (index < 0)
        return;
    g_free(r->filter.kind);
    r->filter.kind = g_strdup(kind_choices[index]);
    apply_filter(r);
}

static void choose_kind(runs *r)
{
    const char *titles[G_N_ELEMENTS(kind_choices) + 1] = { NULL };
    int current = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(kind_choices); i++) {
        titles[i] = kind_choices[i] != NULL ? run_kind_word(kind_choices[i]) : _("all");
        if (g_strcmp0(kind_choices[i], r->filter.kind) == 0)
            current = (int)i;
    }
    app_choose(r->base.app, &r->base, _("Kind"), titles, current, kind_chosen, NULL);
}

static void task_entered(screen *s, const char *text, void *user)
{
    (void)user;
    runs *r = (runs *)s;
    if (text == NULL)
        return;
    g_free(r->filter.task);
    r->filter.task = text[0] != '\0' ? g_strdup(text) : NULL;
    apply_filter(r);
}

static void dates_entered(screen *s, const char *text, void *user)
{
    (void)user;
    runs *r = (runs *)s;
    g_autoptr(error) wrong = NULL;
    if (text == NULL)
        return;
    if (run_list_filter_set_dates(&r->filter, text, &wrong))
        apply_filter(r);
    else
        app_say_error(s->app, wrong);
}

static void clear_filter(screen *s)
{
    runs *r = (runs *)s;
    run_list_filter_clear(&r->filter);
    apply_filter(r);
}

static const char *no_filter(screen *s)
{
    return run_list_filter_is_set(&((runs *)s)->filter) ? NULL : N_("all runs are shown");
}

enum { FILTER_TASK, FILTER_STATE, FILTER_KIND, FILTER_DATE, FILTER_CLEAR };

static void filter_chosen(screen *s, int index, void *user)
{
    (void)user;
    runs *r = (runs *)s;
    const json_t *row = selected(r);
    const char *near = r->filter.task != NULL ? r->filter.task
                       : row != NULL          ? row_text(row, "task")
                                              : "";
    g_autofree char *dates = run_list_filter_dates(&r->filter);
    switch (index) {
    case FILTER_TASK:
        app_prompt(s->app, s, _("Runs of task (empty: all):"), near, task_entered, NULL);
        break;
    case FILTER_STATE:
        choose_state(r);
        break;
    case FILTER_KIND:
        choose_kind(r);
        break;
    case FILTER_DATE:
        app_prompt(s->app, s, _("Business date, or FROM..TO (empty: all):"), dates, dates_entered,
                   NULL);
        break;
    case FILTER_CLEAR:
        clear_filter(s);
        break;
    default:
        break;
    }
}

static void filter_runs(screen *s)
{
    runs *r = (runs *)s;
    g_autofree char *dates = run_list_filter_dates(&r->filter);
    const char *all = _("all");
    g_autofree char *of_task =
        g_strdup_printf(_("Task: %s"), r->filter.task != NULL ? r->filter.task : all);
    const run_list_filter state_only = { .state = r->filter.state };
    g_autofree char *states = run_list_filter_words(&state_only);
    g_autofree char *state = g_strdup_printf(_("State: %s"), states != NULL ? states : all);
    g_autofree char *kind = g_strdup_printf(
        _("Kind: %s"), r->filter.kind != NULL ? run_kind_word(r->filter.kind) : all);
    g_autofree char *date = g_strdup_printf(_("Business date: %s"), dates[0] != '\0' ? dates : all);
    const char *const choices[] = {
        of_task, state, kind, date, run_list_filter_is_set(&r->filter) ? _("Show all runs") : NULL,
        NULL
    };
    app_choose(s->app, s, _("Filter"), choices, 0, filter_chosen, NULL);
}

/* --- the screen ------------------------------------------------------------ */

static const action actions[] = {
    { "run.open", K_ENTER, N_("Open"), N_("Open the run: counters, log, segments"),
      "rowferry run show RUN", 0, open_run, none_selected },
    { "run.rerun", 'r', N_("Rerun"), N_("Run the same task for the same business date again"),
      "rowferry run start TASK --date DATE", ACTION_WRITES, rerun, cannot_rerun },
    { "run.cancel", 'c', N_("Cancel"), N_("Stop the run: roll back, clean up, record it"),
      "rowferry run cancel RUN", ACTION_WRITES, cancel, cannot_cancel },
    { "run.rejects", 'd', N_("Rejects"), N_("The rows that the run rejected"),
      "rowferry reject list RUN", 0, open_rejects, no_rejects },
    { "runs.filter", 'f', N_("Filter"), N_("Show runs of one task, state, kind or date only"),
      "rowferry run list --state failed", 0, filter_runs, NULL },
    { "runs.all", 'F', NULL, N_("Take the filter away"), "rowferry run list", 0, clear_filter,
      no_filter },
    { .id = NULL },
};

static char *name(screen *s)
{
    const runs *r = (runs *)s;
    return r->filter.task != NULL ? g_strdup_printf(_("Runs of %s"), r->filter.task)
                                  : g_strdup(_("Runs"));
}

static bool key(screen *s, ui_key k)
{
    return list_key(((runs *)s)->list, k);
}

static void found(screen *s, int64_t row)
{
    list_select(((runs *)s)->list, row);
    app_changed(s->app);
}

/* At once in the rows that were read; in the others as they come. */
static bool find(screen *s, const char *text, int step, bool from_next)
{
    runs *r = (runs *)s;
    int64_t selected_row = list_selected(r->list);
    run_hunt_stop(&r->hunt);
    r->finding = true;
    bool there = list_find(r->list, text, step, from_next);
    r->finding = false;
    if (!there)
        run_hunt_start(&r->hunt, s, run_list_filter_input(&r->filter), text, step,
                       selected_row + (from_next ? step : 0), run_pages_total(r->pages), found);
    return there;
}

static char *run_number(screen *s)
{
    const json_t *row = selected((runs *)s);
    return row != NULL ? g_strdup_printf("%" PRId64, number_of(row)) : NULL;
}

static void resume(screen *s)
{
    refresh(s);
}

static void free_runs(screen *s)
{
    runs *r = (runs *)s;
    list_free(r->list);
    run_pages_free(r->pages);
    run_list_filter_clear(&r->filter);
    run_asking_clear(&r->asking);
    run_hunt_stop(&r->hunt);
    g_free(r);
}

const screen_ops runs_ops = {
    .id = "runs",
    .title = N_("Runs"),
    .summary = N_("All runs, newest first; filter, open, run again, cancel."),
    .actions = actions,
    .name = name,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .resume = resume,
    .find = find,
    .value = run_number,
    .free = free_runs,
};

screen *runs_new(app *a, const char *of_task, const char *state)
{
    runs *r = g_new0(runs, 1);
    r->base.ops = &runs_ops;
    r->base.app = a;
    r->list = list_new(columns, &source, r);
    r->pages = run_pages_new(&r->base, arrived);
    r->filter.task = g_strdup(of_task);
    r->filter.state = g_strdup(state);
    run_pages_filter(r->pages, run_list_filter_input(&r->filter));
    return &r->base;
}
