/* The wizard's review: what a run of the unsaved task would do. */
#include "ui/wizard_private.h"

#include "base/intl.h"
#include "ui/answer.h"
#include "ui/plan_lines.h"
#include "ui/plan_list.h"

#include <string.h>

#define HEAD_AT 1
#define LIST_AT 3
#define TEXT_AT 4

typedef struct {
    wizard_step step;
    plan_list *list;
    answer check;       /* of task.check */
    answer connections; /* of connection.list: which are protected */
    unsigned checked;   /* wizard_changes() that it was asked for */
} review;

static wizard *wizard_of(screen *s)
{
    return ((review *)s)->step.wizard;
}

static const json_t *plan_of(const review *r)
{
    const json_t *inner = json_object_get(r->check.out, "plan");
    return json_is_object(inner) ? inner : r->check.out;
}

static bool has_failed(const review *r)
{
    return r->check.failure != NULL && !answer_waits(&r->check);
}

/* --- the plan -------------------------------------------------------------- */

/* What needs the person comes first. */
static GPtrArray *warnings_first(GPtrArray *lines)
{
    int at = 0;
    for (guint i = 0; i < lines->len; i++) {
        const plan_line *line = lines->pdata[i];
        if (line->look != LOOK_WARNING)
            continue;
        gpointer moved = g_ptr_array_steal_index(lines, i);
        g_ptr_array_insert(lines, at++, moved);
    }
    if (at > 0) {
        plan_line *gap = g_new0(plan_line, 1);
        gap->label = g_strdup("");
        gap->text = g_strdup("");
        g_ptr_array_insert(lines, at, gap);
    }
    return lines;
}

static void check(review *r)
{
    wizard *w = r->step.wizard;
    json_t *in = json_pack("{s:O}", "document", wizard_document(w));
    if (wizard_date(w) != NULL)
        json_object_set_new(in, "date", json_string(wizard_date(w)));
    r->checked = wizard_changes(w);
    g_clear_pointer(&r->check.out, json_decref);
    plan_list_set(r->list, NULL);
    answer_ask(&r->check, &r->step.base, "task.check", in);
}

static void arrived(screen *s)
{
    review *r = (review *)s;
    bool planned = r->check.failure == NULL && r->check.out != NULL;
    plan_list_set(r->list, planned ? warnings_first(plan_lines(plan_of(r))) : NULL);
}

static void check_again(screen *s)
{
    check((review *)s);
}

/* --- where an error is mended ---------------------------------------------- */

static bool names(const error *e, const char *name)
{
    g_autofree char *quoted = g_strdup_printf("\"%s\"", name);
    return name[0] != '\0' && strstr(e->message, quoted) != NULL;
}

/* The path in the message says it; else the connection that it names; what the
 * plan refuses besides is about columns. */
static step_number step_for(const wizard *w, const error *e)
{
    g_autofree char *path = wizard_path_in(e->message);
    bool exact = path != NULL && strpbrk(path, ".[") != NULL;
    if (exact || (path != NULL && e->code == ERROR_DOCUMENT))
        return wizard_step_of(path);
    const char *from = wizard_text(w, "source.connection");
    const char *to = wizard_text(w, "target.connection");
    if (strcmp(from, to) != 0 && names(e, to))
        return STEP_TARGET;
    if (strcmp(from, to) != 0 && names(e, from))
        return STEP_SOURCE;
    if (e->code == ERROR_PLAN && path != NULL && strcmp(path, "target") != 0)
        return wizard_step_of(path);
    return e->code == ERROR_PLAN ? STEP_MAPPING : STEP_SOURCE;
}

static const char *no_failure(screen *s)
{
    return has_failed((review *)s) ? NULL : N_("the check found nothing wrong");
}

static void go_to_failure(screen *s)
{
    review *r = (review *)s;
    app *a = s->app;
    g_autoptr(error) e = error_copy(r->check.failure);
    g_autofree char *path = wizard_path_in(e->message);
    step_number to = step_for(wizard_of(s), e);
    if (path != NULL && wizard_step_of(path) == to) {
        wizard_show_error(s, e);
        return;
    }
    wizard_go(s, to);
    app_say_error(a, e);
}

/* --- the date -------------------------------------------------------------- */

static const char *date_of(screen *s)
{
    const char *own = wizard_date(wizard_of(s));
    return own != NULL ? own : row_text(plan_of((review *)s), "business_date");
}

static void date_entered(screen *s, const char *text, void *user)
{
    (void)user;
    if (text == NULL)
        return;
    wizard_set_date(wizard_of(s), text[0] != '\0' ? text : NULL);
    check((review *)s);
}

static void change_date(screen *s)
{
    app_prompt(s->app, s, _("Business date (empty: yesterday):"), date_of(s), date_entered, NULL);
}

/* --- saving and running ---------------------------------------------------- */

static const char *no_plan(screen *s)
{
    review *r = (review *)s;
    if (answer_waits(&r->check))
        return N_("the plan is still being made");
    return plan_list_is_empty(r->list) ? N_("there is no plan") : NULL;
}

static void dry_run(screen *s)
{
    app_view(s->app, _("Dry run"), row_text(plan_of((review *)s), "text"));
}

static void run_answered(screen *s, bool yes, void *user)
{
    (void)user;
    if (yes)
        wizard_save_and_run(s);
}

/* The target's connection when it is protected, or when that is not known. */
static const char *protected_target(const review *r)
{
    const char *target = wizard_text(r->step.wizard, "target.connection");
    const json_t *rows = answer_list(&r->connections, "connections");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (strcmp(row_text(row, "name"), target) == 0)
            return json_is_true(json_object_get(row, "protected")) ? target : NULL;
    }
    return target;
}

static void save_and_run(screen *s)
{
    review *r = (review *)s;
    g_autofree char *title = g_strdup_printf(_("Save %s and run it for business date %s?"),
                                             wizard_text(r->step.wizard, "name"), date_of(s));
    g_autofree char *consequence = plan_consequence(plan_of(r));
    g_autoptr(GString) text = g_string_new(consequence);
    size_t warnings = json_array_size(json_object_get(plan_of(r), "warnings"));
    if (warnings > 0) {
        g_string_append_c(text, '\n');
        g_string_append_printf(
            text, ngettext("The plan has %zu warning.", "The plan has %zu warnings.", warnings),
            warnings);
    }
    const question q = { .title = title,
                         .text = text->str,
                         .yes = _("Save and run"),
                         .no = _("Not now"),
                         .type = protected_target(r) };
    app_ask(s->app, s, &q, run_answered, NULL);
}

/* --- moving ---------------------------------------------------------------- */

static void next_section(screen *s)
{
    plan_list_section(((review *)s)->list, 1);
}

static void previous_section(screen *s)
{
    plan_list_section(((review *)s)->list, -1);
}

static char *value(screen *s)
{
    return plan_list_value(((review *)s)->list);
}

/* What does not fit the width of a small screen is read at ease there. */
static void view_line(screen *s)
{
    g_autofree char *text = value(s);
    app_view(s->app, _("Line of the plan"), text);
}

/* --- the screen ------------------------------------------------------------ */

static const action actions[] = {
    { "review.mend", K_ENTER, N_("Mend it"), N_("Go to the step that the error is about"), NULL, 0,
      go_to_failure, no_failure },
    { "review.line", K_SPACE, NULL, N_("Show the whole line by itself"), NULL, 0, view_line,
      no_plan },
    { "review.run", 'r', N_("Save and run"), N_("Save the task and run it once"),
      "rowferry --run TASK", ACTION_WRITES, save_and_run, no_plan },
    { "review.dry", 'p', N_("Dry run"), N_("What a run would do, as --plan prints it"),
      "rowferry --plan TASK", 0, dry_run, no_plan },
    { "review.date", 'd', N_("Date"), N_("Plan and run for another business date"),
      "rowferry --plan TASK --date DATE", 0, change_date, NULL },
    { "review.again", K_F(5), NULL, N_("Plan again: tables may have changed"), NULL, 0, check_again,
      NULL },
    { "review.next", ']', NULL, N_("Go to the next section"), NULL, 0, next_section, no_plan },
    { "review.previous", '[', NULL, N_("Go to the section before"), NULL, 0, previous_section,
      no_plan },
    { "review.undo", 'u', NULL, N_("Take back the last change"), NULL, 0, wizard_take_back,
      wizard_cannot_take_back },
    WIZARD_ACTIONS,
    { .id = NULL },
};

static void draw_failure(review *r, canvas *c)
{
    int width = canvas_width(c) - 2 * TEXT_AT;
    g_autofree char *step = wizard_step_title(step_for(r->step.wizard, r->check.failure));
    canvas_text(c, LIST_AT, TEXT_AT, width, LOOK_BAD | LOOK_STRONG,
                _("The task cannot be run as it is:"));
    int used = answer_draw_failure(c, LIST_AT + 2, r->check.failure);
    canvas_format(c, LIST_AT + 3 + used, TEXT_AT, width, LOOK_ACCENT,
                  _("Enter goes to the step %s."), step);
}

static void draw_head(review *r, canvas *c)
{
    size_t warnings = json_array_size(json_object_get(plan_of(r), "warnings"));
    const char *date = date_of(&r->step.base);
    int x = TEXT_AT;
    if (date[0] != '\0')
        x += 3 + canvas_format(c, HEAD_AT, x, -1, LOOK_PLAIN, _("business date %s"), date);
    if (!plan_list_is_empty(r->list) && warnings > 0)
        x += 3 + canvas_format(c, HEAD_AT, x, -1, LOOK_WARNING,
                               ngettext("%zu warning", "%zu warnings", warnings), warnings);
    canvas_text(c, HEAD_AT, x, -1, LOOK_QUIET, _("not saved yet"));
}

static void draw(screen *s, canvas *c)
{
    review *r = (review *)s;
    wizard_draw_steps(&r->step, c, 0);
    draw_head(r, c);
    if (has_failed(r))
        draw_failure(r, c);
    else if (!answer_draw_state(&r->check, c, LIST_AT,
                                _("Planning: looking at both tables and the first rows ...")))
        plan_list_draw(r->list, c, LIST_AT, canvas_height(c) - LIST_AT);
}

static bool key(screen *s, ui_key k)
{
    return plan_list_key(((review *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return plan_list_find(((review *)s)->list, text, step, from_next);
}

static bool wants_tick(screen *s)
{
    return answer_waits(&((review *)s)->check);
}

static void refresh(screen *s)
{
    if (wants_tick(s))
        app_changed(s->app);
}

static void resume(screen *s)
{
    review *r = (review *)s;
    if (r->check.operation == NULL || r->checked != wizard_changes(r->step.wizard))
        check(r);
    if (r->connections.operation == NULL)
        answer_ask(&r->connections, s, "connection.list", NULL);
}

static bool leave(screen *s)
{
    return !answer_cancel(&((review *)s)->check) && wizard_leave(s);
}

static void free_step(screen *s)
{
    review *r = (review *)s;
    plan_list_free(r->list);
    answer_clear(&r->check);
    answer_clear(&r->connections);
    wizard_release(&r->step);
    g_free(r);
}

const screen_ops wizard_review_ops = {
    .id = "wizard.review",
    .title = N_("Review"),
    .summary = N_("What a run of the task would do, in words and SQL, before it is saved."),
    .actions = actions,
    .name = wizard_crumb,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .leave = leave,
    .rescue = wizard_rescue,
    .find = find,
    .value = value,
    .free = free_step,
};

wizard_step *wizard_review_new(app *a, wizard *w)
{
    (void)w;
    review *r = g_new0(review, 1);
    r->step.base = (screen){ &wizard_review_ops, a };
    r->list = plan_list_new();
    r->check.arrived = arrived;
    return &r->step;
}
