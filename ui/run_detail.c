/* One run: its counters while it goes, its log, segments and plan. */
#include "ui/run_detail.h"

#include "base/intl.h"
#include "service/engine.h"
#include "ui/run_plan.h"
#include "ui/run_words.h"
#include "ui/save_text.h"
#include "ui/screens.h"

#include <inttypes.h>
#include <string.h>

bool run_detail_is_live(const run_detail *d)
{
    return run_state_word_is_live(row_text(d->show.out, "state"));
}

/* --- reading --------------------------------------------------------------- */

static void read_log(run_detail *d);

static void log_arrived(screen *s)
{
    run_detail *d = (run_detail *)s;
    const zone *z = app_engine(s->app)->zone;
    size_t i;
    json_t *event;
    json_array_foreach(answer_list(&d->log, "events"), i, event)
    {
        g_autofree char *shown = run_clock_words(z, row_text(event, "time"));
        log_view_add(d->lines, shown, row_text(event, "level"), row_text(event, "message"));
    }
    if (d->log.failure == NULL)
        d->log_next = json_integer_value(json_object_get(d->log.out, "next"));
    d->log_complete = d->over_asked && d->log.failure == NULL;
    if (!run_detail_is_live(d) && d->show.out != NULL && !d->over_asked)
        read_log(d);
}

static void read_log(run_detail *d)
{
    if (answer_waits(&d->log) || d->log_complete)
        return;
    d->over_asked = d->show.out != NULL && !run_detail_is_live(d);
    json_t *in = json_pack("{s:I}", "run", (json_int_t)d->run);
    if (d->log_next > 0)
        json_object_set_new(in, "after", json_integer(d->log_next));
    else
        json_object_set_new(in, "tail", json_integer(LOG_VIEW_LINES));
    answer_ask(&d->log, &d->base, "run.log", in);
}

static void show_arrived(screen *s)
{
    run_detail *d = (run_detail *)s;
    if (d->show.failure == NULL && run_detail_is_live(d)) {
        double seconds = json_number_value(json_object_get(d->show.out, "seconds"));
        rate_add(d->rows, json_integer_value(json_object_get(d->show.out, "rows_read")), seconds);
        rate_add(d->bytes, json_integer_value(json_object_get(d->show.out, "bytes")), seconds);
        d->log_complete = false;
    }
    read_log(d);
}

static void refresh(screen *s)
{
    run_detail *d = (run_detail *)s;
    answer_refresh(&d->show);
}

static bool wants_tick(screen *s)
{
    return run_detail_is_live((run_detail *)s);
}

/* --- the pane below -------------------------------------------------------- */

static const char *no_log(screen *s)
{
    return ((run_detail *)s)->pane == PANE_LOG ? NULL : N_("g shows the log");
}

static void hold(screen *s)
{
    run_detail *d = (run_detail *)s;
    log_view_hold(d->lines, !log_view_is_held(d->lines));
}

static void next_level(screen *s)
{
    run_detail *d = (run_detail *)s;
    log_view_level least = log_view_get_level(d->lines);
    log_view_set_level(d->lines, (log_view_level)((least + 1) % LOG_VIEW_LEVELS));
}

static void toggle_pane(screen *s)
{
    run_detail *d = (run_detail *)s;
    d->pane = d->pane == PANE_LOG ? PANE_SEGMENTS : PANE_LOG;
}

/* --- saving the log --------------------------------------------------------- */

/* All of it, as it is on disk: the view may have dropped its beginning. */
static void whole_log(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    if (failure != NULL) {
        app_say_error(s->app, failure);
        return;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    size_t i;
    json_t *event;
    json_array_foreach(json_object_get(out, "events"), i, event)
        g_string_append_printf(text, "%s  %-7s  %s\n", row_text(event, "time"),
                               row_text(event, "level"), row_text(event, "message"));
    save_text(s->app, ((run_detail *)s)->save_to, text->str, text->len);
}

static void save_entered(screen *s, const char *typed, void *user)
{
    (void)user;
    run_detail *d = (run_detail *)s;
    if (typed == NULL || typed[0] == '\0')
        return;
    g_free(d->save_to);
    d->save_to = g_strdup(typed);
    app_run(s->app, s, "run.log", json_pack("{s:I}", "run", (json_int_t)d->run), whole_log, NULL);
}

static void save_log(screen *s)
{
    g_autofree char *path = g_strdup_printf("run-%" PRId64 ".log", ((run_detail *)s)->run);
    app_prompt(s->app, s, _("Save the log to a new file:"), path, save_entered, NULL);
}

/* --- plan ------------------------------------------------------------------ */

static void plan_arrived(screen *s)
{
    run_detail *d = (run_detail *)s;
    const json_t *plan = json_object_get(d->plan.out, "plan");
    if (d->plan.failure != NULL) {
        app_say_error(s->app, d->plan.failure);
    } else if (!json_is_object(plan)) {
        app_say(s->app, LOOK_WARNING, "%s", _("this run has no plan yet"));
    } else {
        g_autofree char *title = g_strdup_printf(_("Plan of run %" PRId64), d->run);
        g_autofree char *text = run_plan_text(plan);
        app_view(s->app, title, text);
    }
}

static void show_plan(screen *s)
{
    run_detail *d = (run_detail *)s;
    answer_ask(&d->plan, s, "run.show",
               json_pack("{s:I, s:b}", "run", (json_int_t)d->run, "plan", 1));
}

/* --- the run itself -------------------------------------------------------- */

static const char *not_read(screen *s)
{
    return ((run_detail *)s)->show.out == NULL ? N_("the run was not read yet") : NULL;
}

static const char *cannot_cancel(screen *s)
{
    run_detail *d = (run_detail *)s;
    return d->show.out == NULL ? not_read(s) : run_cannot_cancel(d->show.out);
}

static void cancel(screen *s)
{
    run_detail *d = (run_detail *)s;
    run_ask_cancel(s, &d->asking, d->run);
}

static const char *cannot_rerun(screen *s)
{
    run_detail *d = (run_detail *)s;
    return d->show.out == NULL ? not_read(s) : run_cannot_start_again(d->show.out);
}

static void rerun(screen *s)
{
    run_detail *d = (run_detail *)s;
    run_ask_again(s, &d->asking, d->run);
}

static const char *no_rejects(screen *s)
{
    run_detail *d = (run_detail *)s;
    return json_integer_value(json_object_get(d->show.out, "rows_rejected")) > 0
               ? NULL
               : N_("this run rejected no rows");
}

static void open_rejects(screen *s)
{
    app_open(s->app, rejects_new(s->app, ((run_detail *)s)->run));
}

/* --- how often ------------------------------------------------------------- */

static void set_interval(screen *s, int seconds)
{
    app_set_refresh_seconds(s->app, seconds);
    if (seconds == 0)
        app_say(s->app, LOOK_PLAIN, "%s", _("looks again when you press . (+ looks more often)"));
    else
        app_say(s->app, LOOK_PLAIN,
                ngettext("looks again every second", "looks again every %d seconds",
                         (unsigned long)seconds),
                seconds);
}

static const char *most_often(screen *s)
{
    return app_refresh_seconds(s->app) == 1 ? N_("every second is the most often") : NULL;
}

static void more_often(screen *s)
{
    set_interval(s, app_refresh_seconds(s->app) == 0 ? 5 : 1);
}

static const char *least_often(screen *s)
{
    return app_refresh_seconds(s->app) == 0 ? N_("it looks again only by hand already") : NULL;
}

static void less_often(screen *s)
{
    set_interval(s, app_refresh_seconds(s->app) == 1 ? 5 : 0);
}

/* --- the screen ------------------------------------------------------------ */

static const action actions[] = {
    { "run.cancel", 'c', N_("Cancel"), N_("Stop the run: roll back, clean up, record it"),
      "rowferry run cancel RUN", ACTION_WRITES, cancel, cannot_cancel },
    { "run.rejects", 'd', N_("Rejects"), N_("The rows that the run rejected"),
      "rowferry reject list RUN", 0, open_rejects, no_rejects },
    { "log.hold", K_SPACE, N_("Hold"), N_("Hold the log still, or follow its end again"), NULL, 0,
      hold, no_log },
    { "log.level", 'l', N_("Level"), N_("Show all lines, warnings and errors, or errors only"),
      "rowferry run log RUN --level warning", 0, next_level, no_log },
    { "run.segments", 'g', N_("Segments"), N_("Show the segments in place of the log, and back"),
      "rowferry run show RUN", 0, toggle_pane, not_read },
    { "run.plan", 'p', N_("Plan"), N_("The plan that this run executes, in words and SQL"),
      "rowferry run show RUN --plan", 0, show_plan, NULL },
    { "run.rerun", 'r', N_("Rerun"), N_("Run the same task for the same business date again"),
      "rowferry run start TASK --date DATE", ACTION_WRITES, rerun, cannot_rerun },
    { "log.save", 'o', N_("Save log"), N_("Save the whole log to a new file"),
      "rowferry run log RUN", 0, save_log, NULL },
    { "refresh.more", '+', NULL, N_("Look again more often: 5 seconds, 1 second"), NULL, 0,
      more_often, most_often },
    { "refresh.less", '-', NULL, N_("Look again less often: 5 seconds, by hand"), NULL, 0,
      less_often, least_often },
    { "refresh.now", '.', NULL, N_("Look again now"), NULL, 0, refresh, NULL },
    { .id = NULL },
};

static char *name(screen *s)
{
    const run_detail *d = (run_detail *)s;
    const char *of = row_text(d->show.out, "task");
    return of[0] != '\0' ? g_strdup_printf(_("%s, run %" PRId64), of, d->run)
                         : g_strdup_printf(_("Run %" PRId64), d->run);
}

static bool key(screen *s, ui_key k)
{
    run_detail *d = (run_detail *)s;
    return d->pane == PANE_SEGMENTS ? list_key(d->segments, k) : log_view_key(d->lines, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    run_detail *d = (run_detail *)s;
    return d->pane == PANE_SEGMENTS ? list_find(d->segments, text, step, from_next)
                                    : log_view_find(d->lines, text, step, from_next);
}

static char *line_or_segment(screen *s)
{
    run_detail *d = (run_detail *)s;
    if (d->pane == PANE_LOG)
        return log_view_line(d->lines);
    int64_t row = list_selected(d->segments);
    const json_t *all = answer_list(&d->show, "segment_list");
    return row >= 0 ? g_strdup(row_text(json_array_get(all, (size_t)row), "what")) : NULL;
}

static void resume(screen *s)
{
    refresh(s);
}

static void free_detail(screen *s)
{
    run_detail *d = (run_detail *)s;
    answer_clear(&d->show);
    answer_clear(&d->log);
    answer_clear(&d->plan);
    run_asking_clear(&d->asking);
    log_view_free(d->lines);
    rate_free(d->rows);
    rate_free(d->bytes);
    list_free(d->segments);
    g_free(d->save_to);
    g_free(d);
}

const screen_ops run_detail_ops = {
    .id = "run",
    .title = N_("Run"),
    .summary = N_("One run: counters while it goes, log, segments, plan."),
    .actions = actions,
    .name = name,
    .draw = run_detail_draw,
    .key = key,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .find = find,
    .value = line_or_segment,
    .free = free_detail,
};

screen *run_detail_new(app *a, int64_t run)
{
    run_detail *d = g_new0(run_detail, 1);
    d->base.ops = &run_detail_ops;
    d->base.app = a;
    d->run = run;
    d->lines = log_view_new();
    d->rows = rate_new();
    d->bytes = rate_new();
    d->segments = list_new(run_segment_columns, &run_segment_source, d);
    d->show.arrived = show_arrived;
    d->log.arrived = log_arrived;
    d->plan.arrived = plan_arrived;
    answer_ask(&d->show, &d->base, "run.show", json_pack("{s:I}", "run", (json_int_t)run));
    return &d->base;
}
