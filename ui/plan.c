/* The plan of a task: what a run would do, in words and SQL; changes nothing. */
#include "ui/screens.h"

#include "base/intl.h"
#include "ui/answer.h"
#include "ui/plan_lines.h"
#include "ui/plan_list.h"

#include <string.h>

#define LIST_AT 2

typedef struct {
    screen base;
    plan_list *list;
    answer answer; /* task.plan or task.check */
    answer connections;
    char *task;
    json_t *document; /* or NULL: the task as it is saved */
    char *date;       /* business date, or NULL: the usual one */
    job *starting;    /* or NULL */
} plan_screen;

static const json_t *plan_of(const plan_screen *v)
{
    const json_t *inner = json_object_get(v->answer.out, "plan");
    return json_is_object(inner) ? inner : v->answer.out;
}

static void arrived(screen *s)
{
    plan_screen *v = (plan_screen *)s;
    bool planned = v->answer.failure == NULL && v->answer.out != NULL;
    plan_list_set(v->list, planned ? plan_lines(plan_of(v)) : NULL);
}

/* --- loading ---------------------------------------------------------------- */

static void load(plan_screen *v)
{
    json_t *in = v->document != NULL ? json_pack("{s:O}", "document", v->document)
                                     : json_pack("{s:s}", "name", v->task);
    if (v->date != NULL)
        json_object_set_new(in, "date", json_string(v->date));
    g_clear_pointer(&v->answer.out, json_decref);
    plan_list_set(v->list, NULL);
    answer_ask(&v->answer, &v->base, v->document != NULL ? "task.check" : "task.plan", in);
}

static void reload(screen *s)
{
    load((plan_screen *)s);
}

static const char *not_waiting(screen *s)
{
    return answer_waits(&((plan_screen *)s)->answer) ? NULL : N_("nothing is being planned");
}

static void give_up(screen *s)
{
    answer_cancel(&((plan_screen *)s)->answer);
}

static void date_entered(screen *s, const char *text, void *user)
{
    (void)user;
    plan_screen *v = (plan_screen *)s;
    if (text == NULL)
        return;
    g_free(v->date);
    v->date = text[0] != '\0' ? g_strdup(text) : NULL;
    load(v);
}

static const char *date_of(const plan_screen *v)
{
    const char *planned = row_text(plan_of(v), "business_date");
    return v->date != NULL ? v->date : planned;
}

static void change_date(screen *s)
{
    app_prompt(s->app, s, _("Business date (empty: yesterday)"), date_of((plan_screen *)s),
               date_entered, NULL);
}

/* --- starting --------------------------------------------------------------- */

static const char *cannot_start(screen *s)
{
    plan_screen *v = (plan_screen *)s;
    if (v->document != NULL)
        return N_("the task is not saved yet");
    if (plan_list_is_empty(v->list))
        return N_("there is no plan to start");
    if (v->starting != NULL)
        return N_("the run is being started");
    return json_is_false(json_object_get(plan_of(v), "confirmed"))
               ? N_("the mapping must be confirmed first: c on the tasks screen")
               : NULL;
}

static void started(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    plan_screen *v = (plan_screen *)s;
    v->starting = NULL;
    if (failure != NULL)
        app_say_error(s->app, failure);
    else
        app_open(s->app, run_detail_new(s->app, json_integer_value(json_object_get(out, "run"))));
}

static void start_answered(screen *s, bool yes, void *user)
{
    (void)user;
    plan_screen *v = (plan_screen *)s;
    if (!yes)
        return;
    app_say(s->app, LOOK_PLAIN, _("Starting %s ..."), v->task);
    v->starting =
        app_run(s->app, s, "run.start",
                json_pack("{s:s, s:s}", "name", v->task, "date", date_of(v)), started, NULL);
}

/* The name of the target's connection when it is protected, else NULL. */
static const char *protected_target(const plan_screen *v)
{
    const char *target = row_text(json_object_get(plan_of(v), "target"), "connection");
    size_t i;
    json_t *row;
    json_array_foreach(answer_list(&v->connections, "connections"), i,
                       row) if (strcmp(row_text(row, "name"), target) ==
                                0) return json_is_true(json_object_get(row, "protected"))
        ? row_text(row, "name")
        : NULL;
    /* Whether it is protected is not known (yet): ask as if it were. */
    return target;
}

static void start(screen *s)
{
    plan_screen *v = (plan_screen *)s;
    const json_t *plan = plan_of(v);
    g_autofree char *title =
        g_strdup_printf(_("Run %s for business date %s?"), v->task, date_of(v));
    g_autofree char *consequence = plan_consequence(plan);
    size_t warnings = json_array_size(json_object_get(plan, "warnings"));
    g_autoptr(GString) text = g_string_new(consequence);
    if (warnings > 0) {
        g_string_append_c(text, '\n');
        g_string_append_printf(
            text, ngettext("The plan has %zu warning.", "The plan has %zu warnings.", warnings),
            warnings);
    }
    const question q = { .title = title,
                         .text = text->str,
                         .yes = _("Run"),
                         .no = _("Not now"),
                         .type = protected_target(v) };
    app_ask(s->app, s, &q, start_answered, NULL);
}

/* --- moving ----------------------------------------------------------------- */

static void next_section(screen *s)
{
    plan_list_section(((plan_screen *)s)->list, 1);
}

static void previous_section(screen *s)
{
    plan_list_section(((plan_screen *)s)->list, -1);
}

static const char *no_plan(screen *s)
{
    return plan_list_is_empty(((plan_screen *)s)->list) ? N_("there is no plan") : NULL;
}

static char *value(screen *s)
{
    return plan_list_value(((plan_screen *)s)->list);
}

/* What does not fit the width of a small screen is read at ease there. */
static void view_line(screen *s)
{
    g_autofree char *text = value(s);
    app_view(s->app, _("Line of the plan"), text);
}

static const action actions[] = {
    { "plan.cancel", K_ESCAPE, N_("Give up"), N_("Give up planning"), NULL, 0, give_up,
      not_waiting },
    { "plan.start", 's', N_("Start"), N_("Start a run as planned"), "rowferry run start TASK",
      ACTION_WRITES, start, cannot_start },
    { "plan.date", 'd', N_("Date"), N_("Plan for another business date"),
      "rowferry task plan TASK --date DATE", 0, change_date, NULL },
    { "plan.again", K_F(5), N_("Plan again"), N_("Plan anew: tables may have changed"),
      "rowferry task plan TASK", 0, reload, NULL },
    { "plan.next", ']', N_("Next part"), N_("Go to the next section"), NULL, 0, next_section,
      no_plan },
    { "plan.previous", '[', NULL, N_("Go to the section before"), NULL, 0, previous_section,
      no_plan },
    { "plan.line", K_ENTER, N_("Whole line"), N_("Show the line by itself"), NULL, 0, view_line,
      no_plan },
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------- */

static char *name(screen *s)
{
    plan_screen *v = (plan_screen *)s;
    return g_strdup_printf(_("plan of %s"), v->task);
}

static void draw_head(const plan_screen *v, canvas *c)
{
    const char *date = date_of(v);
    size_t warnings = json_array_size(json_object_get(plan_of(v), "warnings"));
    int x = 4;
    if (date[0] != '\0')
        x += canvas_format(c, 0, x, -1, LOOK_PLAIN, _("business date %s"), date) + 3;
    if (v->document != NULL)
        x += canvas_text(c, 0, x, -1, LOOK_ACCENT, _("not saved")) + 3;
    if (!plan_list_is_empty(v->list) && warnings > 0)
        canvas_format(c, 0, x, -1, LOOK_WARNING, ngettext("%zu warning", "%zu warnings", warnings),
                      warnings);
}

static void draw(screen *s, canvas *c)
{
    plan_screen *v = (plan_screen *)s;
    draw_head(v, c);
    if (v->answer.failure != NULL && !answer_waits(&v->answer)) {
        answer_draw_failure(c, LIST_AT, v->answer.failure);
        return;
    }
    if (answer_draw_state(&v->answer, c, LIST_AT, _("Planning: looking at both tables ...")))
        return;
    plan_list_draw(v->list, c, LIST_AT, canvas_height(c) - LIST_AT);
}

static bool key(screen *s, ui_key k)
{
    return plan_list_key(((plan_screen *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return plan_list_find(((plan_screen *)s)->list, text, step, from_next);
}

static bool wants_tick(screen *s)
{
    return answer_waits(&((plan_screen *)s)->answer);
}

static void refresh(screen *s)
{
    if (wants_tick(s))
        app_changed(s->app);
}

static void resume(screen *s)
{
    plan_screen *v = (plan_screen *)s;
    if (v->answer.operation == NULL)
        load(v);
    answer_ask(&v->connections, s, "connection.list", NULL);
}

static void free_plan(screen *s)
{
    plan_screen *v = (plan_screen *)s;
    plan_list_free(v->list);
    answer_clear(&v->answer);
    answer_clear(&v->connections);
    json_decref(v->document);
    g_free(v->task);
    g_free(v->date);
    g_free(v);
}

const screen_ops plan_view_ops = {
    .id = "plan",
    .title = N_("Plan"),
    .summary = N_("What a run would do, in words and SQL. Looking changes nothing."),
    .actions = actions,
    .name = name,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .find = find,
    .value = value,
    .free = free_plan,
};

screen *plan_view_new(app *a, const char *task, const json_t *document)
{
    plan_screen *v = g_new0(plan_screen, 1);
    v->base = (screen){ &plan_view_ops, a };
    v->list = plan_list_new();
    v->answer.arrived = arrived;
    v->task = g_strdup(task != NULL ? task : row_text(document, "name"));
    v->document = document != NULL ? json_deep_copy(document) : NULL;
    return &v->base;
}
