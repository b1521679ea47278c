#include "ui/answer.h"

#include "base/intl.h"

#define TEXT_AT      4
#define SHOW_SECONDS 2.0 /* a wait is told from here on */

bool answer_waits(const answer *x)
{
    return x->running != NULL;
}

static void ask_now(answer *x);

static void arrived(screen *s, json_t *out, const error *failure, void *user)
{
    answer *x = user;
    x->running = NULL;
    g_clear_pointer(&x->failure, error_free);
    if (failure != NULL)
        x->failure = error_copy(failure);
    if (failure == NULL || out != NULL) {
        json_decref(x->out);
        x->out = json_incref(out);
    }
    if (x->again)
        ask_now(x);
    if (x->arrived != NULL)
        x->arrived(s);
}

static void ask_now(answer *x)
{
    x->again = x->given_up = false;
    x->running = app_run(x->on->app, x->on, x->operation, json_deep_copy(x->in), arrived, x);
    app_changed(x->on->app);
}

void answer_ask(answer *x, screen *s, const char *operation, json_t *in)
{
    job_cancel(g_steal_pointer(&x->running));
    json_decref(x->in);
    x->in = in != NULL ? in : json_object();
    x->operation = operation;
    x->on = s;
    ask_now(x);
}

void answer_refresh(answer *x)
{
    if (x->operation == NULL)
        return;
    x->again = answer_waits(x);
    if (!x->again)
        ask_now(x);
}

bool answer_cancel(answer *x)
{
    if (!answer_waits(x))
        return false;
    job_cancel(g_steal_pointer(&x->running));
    x->again = false;
    x->given_up = true;
    app_changed(x->on->app);
    return true;
}

void answer_clear(answer *x)
{
    job_cancel(g_steal_pointer(&x->running));
    g_clear_pointer(&x->in, json_decref);
    g_clear_pointer(&x->out, json_decref);
    g_clear_pointer(&x->failure, error_free);
    x->operation = NULL;
    x->again = x->given_up = false;
}

const json_t *answer_list(const answer *x, const char *key)
{
    const json_t *list = json_object_get(x->out, key);
    return json_is_array(list) ? list : NULL;
}

int answer_draw_failure(canvas *c, int y, const error *e)
{
    int width = canvas_width(c) - 2 * TEXT_AT, used = 0;
    const struct {
        unsigned look;
        const char *text;
    } parts[] = { { LOOK_BAD, e->message }, { LOOK_PLAIN, e->detail }, { LOOK_PLAIN, e->hint } };
    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].text != NULL && y + used < canvas_height(c))
            used += canvas_wrap(c, y + used, TEXT_AT, width, canvas_height(c) - y - used,
                                parts[i].look, parts[i].text);
    return used;
}

bool answer_draw_state(const answer *x, canvas *c, int y, const char *loading)
{
    if (x->failure != NULL && x->out == NULL && !answer_waits(x)) {
        answer_draw_failure(c, y, x->failure);
        return true;
    }
    if (x->out != NULL)
        return false;
    int width = canvas_width(c) - 2 * TEXT_AT;
    if (x->given_up)
        canvas_text(c, y, TEXT_AT, width, LOOK_QUIET, _("Given up."));
    else if (answer_waits(x) && job_seconds(x->running) >= SHOW_SECONDS)
        canvas_format(c, y, TEXT_AT, width, LOOK_QUIET, _("%s %.0f s, Esc gives up"), loading,
                      job_seconds(x->running));
    else
        canvas_text(c, y, TEXT_AT, width, LOOK_QUIET, loading);
    return true;
}
