#include "ui/connection_test.h"

#include "base/intl.h"

#include <string.h>

#define LABEL_AT   4
#define VERDICT_AT 20
#define ROOMY      72 /* columns from which on steps stand below the verdict */
/* From where the state of a step stands. */
#define STEP_AFTER   8
#define DETAIL_AFTER 19
#define TIME_WIDTH   7
/* For what went wrong, in full: message, detail and hint. */
#define FAILURE_ROWS 4

static void told(screen *s, json_t *what, void *user)
{
    (void)s;
    connection_test *t = user; /* begins with the answer, whose job it is */
    json_array_append(t->told, what);
}

void connection_test_start(connection_test *t, screen *s, const char *name, const json_t *document)
{
    g_autofree char *subject = g_strdup(name);
    connection_test_clear(t);
    t->subject = g_steal_pointer(&subject);
    t->told = json_array();
    answer_ask(&t->answer, s, "connection.test",
               document != NULL ? json_pack("{s:O}", "document", document)
                                : json_pack("{s:s}", "name", t->subject));
    job_listen(t->answer.running, told);
}

bool connection_test_is_shown(const connection_test *t)
{
    return t->subject != NULL;
}

void connection_test_clear(connection_test *t)
{
    answer_clear(&t->answer);
    g_clear_pointer(&t->subject, g_free);
    g_clear_pointer(&t->told, json_decref);
}

static const json_t *steps_of(const connection_test *t)
{
    const json_t *all = answer_list(&t->answer, "steps");
    return all != NULL ? all : t->told;
}

int connection_test_height(const connection_test *t)
{
    if (!connection_test_is_shown(t))
        return 0;
    const error *e = t->answer.failure;
    int steps = (int)json_array_size(steps_of(t));
    return 1 + steps + (e != NULL ? FAILURE_ROWS : 0);
}

/* The names of connection.test's steps, for people. */
static const char *step_word(const char *step)
{
    static const char *const words[][2] = {
        { "document", N_("document") }, { "link", N_("driver") },     { "address", N_("address") },
        { "login", N_("login") },       { "version", N_("version") }, { "tls", N_("encryption") },
        { "tables", N_("tables") },     { "rights", N_("rights") },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i][0], step) == 0)
            return _(words[i][1]);
    return step;
}

static int steps_at(const canvas *c)
{
    return canvas_width(c) >= ROOMY ? VERDICT_AT : LABEL_AT;
}

static void draw_step(canvas *c, int y, const json_t *step)
{
    int x = steps_at(c);
    bool ok = json_is_true(json_object_get(step, "ok"));
    const char *state = ok ? row_text(step, "state") : "failed";
    bool warned = strcmp(state, "warning") == 0;
    unsigned look = !ok ? LOOK_BAD : warned ? LOOK_WARNING : LOOK_GOOD;
    canvas_text(c, y, x, STEP_AFTER - 1, look, !ok ? _("failed") : warned ? _("warning") : _("ok"));
    canvas_text(c, y, x + STEP_AFTER, DETAIL_AFTER - STEP_AFTER - 1, LOOK_PLAIN,
                step_word(row_text(step, "step")));
    int right = canvas_width(c) - 1 - TIME_WIDTH;
    /* What went wrong stands below the steps, where there is room for it. */
    if (ok)
        canvas_text(c, y, x + DETAIL_AFTER, right - x - DETAIL_AFTER - 1, LOOK_PLAIN,
                    row_text(step, "detail"));
    g_autofree char *time =
        g_strdup_printf(_("%.0f ms"), 1000 * json_number_value(json_object_get(step, "seconds")));
    canvas_right(c, y, right, TIME_WIDTH, LOOK_QUIET, time);
}

static double seconds_of(const json_t *steps)
{
    double sum = 0;
    size_t i;
    json_t *step;
    json_array_foreach(steps, i, step) sum += json_number_value(json_object_get(step, "seconds"));
    return sum;
}

static void draw_verdict(const connection_test *t, canvas *c, int y)
{
    const answer *a = &t->answer;
    canvas_text(c, y, LABEL_AT, VERDICT_AT - LABEL_AT - 1, LOOK_PLAIN, _("Test"));
    if (answer_waits(a)) {
        canvas_format(c, y, VERDICT_AT, -1, LOOK_ACCENT,
                      _("connecting to %s, %.0f s, Esc gives up"), t->subject,
                      job_seconds(a->running));
    } else if (a->given_up) {
        canvas_text(c, y, VERDICT_AT, -1, LOOK_WARNING, _("given up"));
    } else if (a->failure != NULL) {
        canvas_format(c, y, VERDICT_AT, -1, LOOK_BAD, _("%s: failed"), t->subject);
    } else {
        canvas_format(c, y, VERDICT_AT, -1, LOOK_GOOD, _("%s: good, %.0f ms"), t->subject,
                      1000 * seconds_of(steps_of(t)));
    }
}

void connection_test_draw(const connection_test *t, canvas *c, int y, int height)
{
    int end = y + height;
    if (!connection_test_is_shown(t) || y >= end)
        return;
    draw_verdict(t, c, y++);
    const json_t *steps = steps_of(t);
    size_t i;
    json_t *step;
    json_array_foreach(steps, i, step) if (y < end) draw_step(c, y++, step);
    const error *e = t->answer.failure;
    int x = steps_at(c), width = canvas_width(c) - x - 1;
    if (e != NULL && y < end)
        y += canvas_wrap(c, y, x, width, end - y, LOOK_BAD, e->message);
    if (e != NULL && e->detail != NULL && y < end)
        y += canvas_wrap(c, y, x, width, end - y, LOOK_PLAIN, e->detail);
    if (e != NULL && e->hint != NULL && y < end)
        canvas_wrap(c, y, x, width, end - y, LOOK_PLAIN, e->hint);
}
