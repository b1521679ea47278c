#include "ui/run_actions.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/run_words.h"
#include "ui/screens.h"

#include <inttypes.h>
#include <string.h>

/* The screen's run_asking travels as the user's pointer of each step. */

static int64_t number_of(const json_t *row)
{
    return json_integer_value(json_object_get(row, "run"));
}

const char *run_cannot_cancel(const json_t *row)
{
    if (row == NULL)
        return N_("no run is selected");
    const char *state = row_text(row, "state");
    if (strcmp(state, "cancelling") == 0)
        return N_("this run is being cancelled already");
    return run_state_word_is_live(state) ? NULL : N_("this run is over");
}

const char *run_cannot_start_again(const json_t *row)
{
    if (row == NULL)
        return N_("no run is selected");
    if (strcmp(row_text(row, "kind"), "replay") == 0)
        return N_("this run sent rejects again; d of the run before it does that");
    return run_state_word_is_live(row_text(row, "state")) ? N_("this run is not over; c cancels it")
                                                          : NULL;
}

static const json_t *target_of(const json_t *run)
{
    return json_object_get(json_object_get(run, "plan"), "target");
}

char *run_target_words(const json_t *run)
{
    const json_t *target = target_of(run);
    if (target == NULL)
        return g_strdup(_("the target"));
    return g_strdup_printf("%s %s", row_text(target, "connection"), row_text(target, "table"));
}

const char *run_protected_target(const json_t *run)
{
    return json_is_true(json_object_get(run, "protected")) ? row_text(target_of(run), "connection")
                                                           : NULL;
}

/* --- doing ----------------------------------------------------------------- */

static void cancelled(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    if (failure != NULL) {
        app_say_error(s->app, failure);
        return;
    }
    const char *state = row_text(out, "state");
    if (run_state_word_is_live(state))
        app_say(s->app, LOOK_WARNING, _("run %" PRId64 " was asked to stop and is still %s"),
                number_of(out), run_state_word(state));
    else
        app_say(s->app, LOOK_PLAIN, _("run %" PRId64 " is %s"), number_of(out),
                run_state_word(state));
    if (s->ops->refresh != NULL)
        s->ops->refresh(s);
}

static void started(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    if (failure != NULL)
        app_say_error(s->app, failure);
    else
        app_open(s->app, run_detail_new(s->app, number_of(out)));
}

static void answered(screen *s, bool yes, void *user)
{
    run_asking *x = user;
    if (!yes)
        return;
    const json_t *run = x->run;
    if (x->cancel) {
        app_say(s->app, LOOK_PLAIN, _("Cancelling run %" PRId64 " ..."), number_of(run));
        app_run(s->app, s, "run.cancel", json_pack("{s:I}", "run", (json_int_t)number_of(run)),
                cancelled, NULL);
        return;
    }
    app_say(s->app, LOOK_PLAIN, _("Starting %s ..."), row_text(run, "task"));
    app_run(s->app, s, "run.start",
            json_pack("{s:s, s:s}", "name", row_text(run, "task"), "date",
                      row_text(run, "business_date")),
            started, NULL);
}

/* --- asking ---------------------------------------------------------------- */

static void ask_cancel(screen *s, run_asking *x)
{
    const json_t *run = x->run;
    g_autofree char *target = run_target_words(run);
    g_autofree char *read = text_count(json_integer_value(json_object_get(run, "rows_read")));
    g_autofree char *title =
        g_strdup_printf(_("Cancel run %" PRId64 " of %s?"), number_of(run), row_text(run, "task"));
    g_autofree char *text =
        json_is_true(json_object_get(run, "published"))
            ? g_strdup_printf(_("Its rows are published and stay in %s.\n"
                                "What is left of its work is cleaned up."),
                              target)
            : g_strdup_printf(_("%s rows were read. A run publishes all or nothing:\n"
                                "as long as it has not published, nothing of it reaches\n"
                                "%s, which stays as it was.\n"
                                "Its staging tables are dropped, its rejects are kept."),
                              read, target);
    const question q = { .title = title,
                         .text = text,
                         .yes = _("Cancel run"),
                         .no = _("Keep running"),
                         .type = run_protected_target(run) };
    app_ask(s->app, s, &q, answered, x);
}

static void ask_again(screen *s, run_asking *x)
{
    const json_t *run = x->run;
    g_autofree char *target = run_target_words(run);
    g_autofree char *title = g_strdup_printf(_("Run %s for %s again?"), row_text(run, "task"),
                                             row_text(run, "business_date"));
    g_autofree char *text = g_strdup_printf(_("The task as it is now writes %s.\n"
                                              "Run %" PRId64 " stays in the list."),
                                            target, number_of(run));
    const question q = { .title = title,
                         .text = text,
                         .yes = _("Run again"),
                         .no = _("Not now"),
                         .type = run_protected_target(run) };
    app_ask(s->app, s, &q, answered, x);
}

static void know_run(screen *s, json_t *out, const error *failure, void *user)
{
    run_asking *x = user;
    x->running = NULL;
    if (failure != NULL) {
        app_say_error(s->app, failure);
        return;
    }
    x->run = json_incref(out);
    const char *refusal = x->cancel ? run_cannot_cancel(out) : run_cannot_start_again(out);
    if (refusal != NULL)
        app_say(s->app, LOOK_WARNING, "%s", _(refusal));
    else if (x->cancel)
        ask_cancel(s, x);
    else
        ask_again(s, x);
}

static void read_run(screen *s, run_asking *x, int64_t run, bool cancel)
{
    run_asking_clear(x);
    x->cancel = cancel;
    x->running =
        app_run(s->app, s, "run.show", json_pack("{s:I}", "run", (json_int_t)run), know_run, x);
}

void run_ask_cancel(screen *s, run_asking *x, int64_t run)
{
    read_run(s, x, run, true);
}

void run_ask_again(screen *s, run_asking *x, int64_t run)
{
    read_run(s, x, run, false);
}

void run_asking_clear(run_asking *x)
{
    job_cancel(g_steal_pointer(&x->running));
    g_clear_pointer(&x->run, json_decref);
}
