/* The steps of the wizard as screens: going from one to the other, leaving. */
#include "base/intl.h"
#include "base/text.h"
#include "ui/wizard_private.h"

#include <string.h>

/* Short enough that all of them fit into 80 columns. */
static const struct {
    const char *title;
    wizard_step *(*make)(app *a, wizard *w);
} steps[STEPS] = {
    [STEP_BASICS] = { N_("Basics"), wizard_basics_new },
    [STEP_SOURCE] = { N_("Source"), wizard_source_new },
    [STEP_FILTER] = { N_("Filter"), wizard_filter_new },
    [STEP_TARGET] = { N_("Target"), wizard_target_new },
    [STEP_MAPPING] = { N_("Mapping"), wizard_mapping_new },
    [STEP_LIMITS] = { N_("Limits"), wizard_limits_new },
    [STEP_REVIEW] = { N_("Review"), wizard_review_new },
};

static wizard_step *step_of(screen *s)
{
    return (wizard_step *)s;
}

/* --- going ----------------------------------------------------------------- */

static screen *open_step(app *a, wizard *w, step_number number)
{
    wizard_step *step = steps[number].make(a, w);
    step->wizard = wizard_hold(w);
    step->number = number;
    app_open(a, &step->base);
    return &step->base;
}

screen *wizard_replace_step(screen *s, step_number to)
{
    app *a = s->app;
    wizard *w = step_of(s)->wizard;
    g_clear_pointer(&w->last_path, g_free);
    screen *opened = open_step(a, w, to);
    app_close(a, s);
    return opened;
}

bool wizard_settle(screen *s)
{
    wizard_step *step = step_of(s);
    return step->settle == NULL || step->settle(s);
}

void wizard_go(screen *s, step_number to)
{
    wizard *w = step_of(s)->wizard;
    if (w->loading || w->saving || to == step_of(s)->number || !wizard_settle(s))
        return;
    wizard_keep_draft(w);
    wizard_replace_step(s, to);
}

void wizard_show_error(screen *s, const error *e)
{
    app *a = s->app;
    wizard *w = step_of(s)->wizard;
    wizard_complain(w, e);
    step_number to = wizard_step_of(w->complaint_path);
    if (w->complaint_path != NULL && to != step_of(s)->number)
        wizard_replace_step(s, to);
    else if (s->ops->resume != NULL)
        s->ops->resume(s);
    app_say_error(a, e);
}

void wizard_open(screen *below, const char *task, int64_t draft)
{
    wizard *w = wizard_new(below, task);
    w->loading = true;
    wizard_read(open_step(below->app, w, STEP_BASICS), draft);
    wizard_unhold(w);
}

void wizard_release(wizard_step *s)
{
    wizard_unhold(s->wizard);
}

/* --- actions --------------------------------------------------------------- */

void wizard_next(screen *s)
{
    wizard_go(s, step_of(s)->number + 1);
}

void wizard_previous(screen *s)
{
    wizard_go(s, step_of(s)->number - 1);
}

const char *wizard_cannot_go_on(screen *s)
{
    return step_of(s)->number + 1 == STEPS ? N_("this is the last step") : NULL;
}

const char *wizard_cannot_go_back(screen *s)
{
    return step_of(s)->number == STEP_BASICS ? N_("this is the first step") : NULL;
}

const char *wizard_cannot_take_back(screen *s)
{
    return step_of(s)->wizard->undo->len == 0 ? N_("there is nothing to undo") : NULL;
}

void wizard_take_back(screen *s)
{
    if (!wizard_settle(s))
        return;
    wizard_undo(step_of(s)->wizard);
    if (s->ops->resume != NULL)
        s->ops->resume(s);
    app_changed(s->app);
}

static void step_chosen(screen *s, int index, void *user)
{
    (void)user;
    if (index >= 0)
        wizard_go(s, (step_number)index);
}

void wizard_choose_step(screen *s)
{
    const char *titles[STEPS + 1] = { NULL };
    for (int i = 0; i < STEPS; i++)
        titles[i] = _(steps[i].title);
    app_choose(s->app, s, _("Go to step"), titles, (int)step_of(s)->number, step_chosen, NULL);
}

/* --- what every step's screen_ops has --------------------------------------- */

char *wizard_crumb(screen *s)
{
    const wizard *w = step_of(s)->wizard;
    return w->task != NULL ? g_strdup_printf(_("Edit %s"), w->task) : g_strdup(_("New task"));
}

enum { STAY, KEEP, THROW_AWAY };

static void leave_chosen(screen *s, int index, void *user)
{
    (void)user;
    app *a = s->app;
    wizard *w = step_of(s)->wizard;
    if (index != KEEP && index != THROW_AWAY)
        return;
    if (index == KEEP)
        wizard_keep_draft(w);
    else
        wizard_drop_draft(w);
    app_close(a, s);
    if (index == KEEP)
        app_say(a, LOOK_PLAIN, _("kept as a draft; the list of tasks offers it again"));
}

bool wizard_leave(screen *s)
{
    const wizard *w = step_of(s)->wizard;
    if (w->loading || !wizard_is_dirty(w))
        return true;
    const char *const choices[] = { [STAY] = _("Stay and go on"),
                                    [KEEP] = _("Leave, keep the changes as a draft"),
                                    [THROW_AWAY] = _("Leave, throw the changes away"),
                                    NULL };
    app_choose(s->app, s, _("The changes are not saved"), choices, STAY, leave_chosen, NULL);
    return false;
}

void wizard_rescue(screen *s)
{
    wizard_settle(s);
    wizard_keep_last_draft(step_of(s)->wizard);
}

/* --- the line of steps ------------------------------------------------------ */

/* Full titles, or only that of the step @here. */
static char *step_title(step_number number, step_number here, bool full)
{
    if (full || number == here)
        return g_strdup_printf("%d %s", (int)number + 1, _(steps[number].title));
    return g_strdup_printf("%d", (int)number + 1);
}

char *wizard_step_title(step_number number)
{
    return step_title(number, number, true);
}

static int line_width(step_number here, bool full, int gap)
{
    int width = 0;
    for (int i = 0; i < STEPS; i++) {
        g_autofree char *title = step_title(i, here, full);
        width += text_width(title) + 2 + gap;
    }
    return width - gap - 1; /* the last one may lose its closing blank */
}

void wizard_draw_steps(const wizard_step *s, canvas *c, int y)
{
    enum { LEFT = 3 };
    int room = canvas_width(c) - LEFT;
    bool full = line_width(s->number, true, 0) <= room;
    int gap = line_width(s->number, full, 2) <= room   ? 2
              : line_width(s->number, full, 1) <= room ? 1
                                                       : 0;
    int x = LEFT;
    for (int i = 0; i < STEPS; i++) {
        bool here = (step_number)i == s->number;
        g_autofree char *title = step_title(i, s->number, full);
        g_autofree char *shown = g_strdup_printf(here ? "[%s]" : " %s ", title);
        canvas_text(c, y, x, text_width(shown), here ? LOOK_ACCENT | LOOK_STRONG : LOOK_QUIET,
                    shown);
        x += text_width(shown) + gap;
    }
}
