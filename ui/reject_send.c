/* Rejects that are written again by a replay, and rejects for other programs. */
#include "ui/rejects.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/run_actions.h"
#include "ui/save_text.h"

#include <inttypes.h>
#include <string.h>

typedef enum { SEND_MARKED, SEND_ROW, SEND_EDITED, SEND_REASON, SEND_ALL } send_choice;

/* --- marks ----------------------------------------------------------------- */

const char *reject_cannot_mark(screen *s)
{
    rejects *r = (rejects *)s;
    if (r->focus == PANE_REASONS)
        return N_("Enter goes to the rows, which can be marked");
    const json_t *row = rejects_row(r);
    if (row == NULL)
        return N_("no row is selected");
    return reject_is_open(row) ? NULL : N_("this row was written by a replay");
}

void reject_mark(screen *s)
{
    rejects *r = (rejects *)s;
    int64_t number = reject_number(rejects_row(r));
    if (!g_hash_table_remove(r->marked, &number))
        g_hash_table_add(r->marked, g_memdup2(&number, sizeof number));
    list_key(r->rows, K_DOWN);
}

/* --- which rows ------------------------------------------------------------ */

static bool is_meant(const rejects *r, const json_t *row, send_choice choice)
{
    int64_t number = reject_number(row);
    if (!reject_is_open(row))
        return false;
    switch (choice) {
    case SEND_MARKED:
        return g_hash_table_contains(r->marked, &number);
    case SEND_ROW:
        return r->focus != PANE_REASONS && rejects_row(r) == row;
    case SEND_EDITED:
        return json_is_true(json_object_get(row, "edited"));
    case SEND_REASON: {
        const json_t *selected = rejects_row(r);
        return strcmp(row_text(row, "class"), row_text(selected, "class")) == 0 &&
               strcmp(row_text(row, "column"), row_text(selected, "column")) == 0;
    }
    case SEND_ALL:
        return true;
    }
    return false;
}

/* New reference. */
static json_t *numbers_of(const rejects *r, send_choice choice)
{
    json_t *numbers = json_array();
    size_t i;
    json_t *row;
    json_array_foreach(rejects_array(r), i, row) if (is_meant(r, row, choice))
        json_array_append_new(numbers, json_integer(reject_number(row)));
    return numbers;
}

const char *reject_cannot_send(screen *s)
{
    rejects *r = (rejects *)s;
    if (r->sending != NULL)
        return N_("rows are being sent now");
    for (guint i = 0; i < r->groups->len; i++)
        if (((const reject_group *)r->groups->pdata[i])->open > 0)
            return NULL;
    return N_("there is no open reject");
}

/* --- sending --------------------------------------------------------------- */

/* A row that was refused again is a reject of the replay, and stays open here. */
static void say_outcome(rejects *r, const json_t *out)
{
    const json_t *run = json_object_get(out, "runs") != NULL
                            ? json_array_get(json_object_get(out, "runs"), 0)
                            : out;
    int64_t again = json_integer_value(json_object_get(run, "rows_rejected"));
    int64_t wrote = json_integer_value(json_object_get(run, "rows_written"));
    g_autofree char *written = text_count(wrote);
    g_autofree char *rejected = text_count(again);
    app_say(r->base.app, again > 0 ? LOOK_WARNING : LOOK_GOOD,
            _("run %" PRId64 ": %s written, %s refused again and kept here"),
            (int64_t)json_integer_value(json_object_get(run, "run")), written, rejected);
}

static void sent(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    rejects *r = (rejects *)s;
    r->sending = NULL;
    if (failure != NULL)
        app_say_error(s->app, failure);
    else
        say_outcome(r, out);
    g_hash_table_remove_all(r->marked);
    g_array_set_size(r->undo, 0);
    rejects_reload(r);
}

static void send_answered(screen *s, bool yes, void *user)
{
    (void)user;
    rejects *r = (rejects *)s;
    json_t *numbers = g_steal_pointer(&r->numbers);
    if (!yes) {
        json_decref(numbers);
        return;
    }
    app_say(s->app, LOOK_PLAIN, "%s", _("Sending ... Esc asks whether to stop"));
    r->sending =
        app_run(s->app, s, "reject.replay",
                json_pack("{s:I, s:o}", "run", (json_int_t)r->run, "numbers", numbers), sent, NULL);
}

static void ask_to_send(rejects *r)
{
    const json_t *plan = json_object_get(r->show.out, "plan");
    size_t n = json_array_size(r->numbers);
    g_autofree char *target = run_target_words(r->show.out);
    g_autofree char *rows = text_count((int64_t)n);
    g_autofree char *title = g_strdup_printf(
        ngettext("Send %s row to %s again?", "Send %s rows to %s again?", n), rows, target);
    const question q = {
        .title = title,
        .text = strcmp(row_text(plan, "mode"), "upsert") == 0
                    ? _("Rows with the same key are updated, others are added,\n"
                        "by a run of their own, all or none.\n"
                        "What is refused again stays here.")
                    : _("They are added to what is there by a run of their own,\n"
                        "all or none; nothing is overwritten.\n"
                        "What is refused again stays here."),
        .yes = _("Send"),
        .no = _("Not now"),
        .type = run_protected_target(r->show.out),
    };
    app_ask(r->base.app, &r->base, &q, send_answered, NULL);
}

static void choice_made(screen *s, int index, void *user)
{
    (void)user;
    rejects *r = (rejects *)s;
    if (index < 0)
        return;
    json_decref(r->numbers);
    r->numbers = numbers_of(r, (send_choice)g_array_index(r->send, int, index));
    ask_to_send(r);
}

static void offer(rejects *r, GPtrArray *titles, send_choice choice, const char *format)
{
    json_t *numbers = numbers_of(r, choice);
    size_t n = json_array_size(numbers);
    json_decref(numbers);
    if (n == 0)
        return;
    g_autofree char *rows = text_count((int64_t)n);
    g_ptr_array_add(titles, g_strdup_printf("%s (%s)", format, rows));
    int kind = (int)choice;
    g_array_append_val(r->send, kind);
}

void reject_send(screen *s)
{
    rejects *r = (rejects *)s;
    g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);
    g_array_set_size(r->send, 0);
    offer(r, titles, SEND_MARKED, _("Marked rows"));
    offer(r, titles, SEND_ROW, _("This row"));
    offer(r, titles, SEND_EDITED, _("All edited rows"));
    offer(r, titles, SEND_REASON, _("Open rows of this reason"));
    offer(r, titles, SEND_ALL, _("All open rows"));
    g_ptr_array_add(titles, NULL);
    app_choose(s->app, s, _("Send again"), (const char *const *)titles->pdata, 0, choice_made,
               NULL);
}

static void stop_answered(screen *s, bool yes, void *user)
{
    (void)user;
    rejects *r = (rejects *)s;
    if (!yes || r->sending == NULL)
        return;
    job_cancel(g_steal_pointer(&r->sending));
    app_say(s->app, LOOK_WARNING, "%s", _("stopped; . looks what was written"));
}

void reject_ask_stop(rejects *r)
{
    const question q = { .title = _("Stop sending the rows?"),
                         .text = _("Its run is cancelled. As long as it has not published,\n"
                                   "nothing of it reaches the target."),
                         .yes = _("Stop"),
                         .no = _("Go on") };
    app_ask(r->base.app, &r->base, &q, stop_answered, NULL);
}

/* --- export ---------------------------------------------------------------- */

const char *rejects_cannot_export(screen *s)
{
    return ((rejects *)s)->groups->len == 0 ? N_("there are no rejects") : NULL;
}

static void exported(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    if (failure != NULL) {
        app_say_error(s->app, failure);
        return;
    }
    int64_t n = json_integer_value(json_object_get(out, "rejects"));
    g_autofree char *rows = text_count(n);
    app_say(
        s->app, LOOK_GOOD,
        ngettext("%s reject written to \"%s\"", "%s rejects written to \"%s\"", (unsigned long)n),
        rows, row_text(out, "file"));
}

static void path_entered(screen *s, const char *typed, void *user)
{
    (void)user;
    g_autofree char *path = save_path(typed);
    if (path == NULL)
        return;
    bool lines = g_str_has_suffix(path, ".jsonl") || g_str_has_suffix(path, ".json");
    app_run(s->app, s, "reject.export",
            json_pack("{s:I, s:s, s:s}", "run", (json_int_t)((rejects *)s)->run, "format",
                      lines ? "jsonl" : "csv", "output", path),
            exported, NULL);
}

void rejects_export(screen *s)
{
    g_autofree char *path = g_strdup_printf("rejects-%" PRId64 ".csv", ((rejects *)s)->run);
    app_prompt(s->app, s, _("Export to a new file (.csv or .jsonl):"), path, path_entered, NULL);
}
