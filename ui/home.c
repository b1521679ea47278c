/* Home: the tasks, how they ran, and the selected one in detail. */
#include "ui/screens.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/answer.h"
#include "ui/list.h"
#include "ui/run_words.h"

#include <inttypes.h>
#include <string.h>

#define STRIP       13
#define DETAIL_ROWS 5

typedef struct {
    screen base;
    list *list;
    answer rows;
    json_t *tasks;    /* the array that is shown, or NULL: not loaded yet */
    GPtrArray *shown; /* of json_t* in tasks, borrowed: those that the filter lets pass */
    char *filter_name;
    const char *filter_state; /* or NULL */
} home;

static int64_t number_of(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

static const json_t *last_run(const json_t *row)
{
    return json_object_get(row, "last");
}

static bool is_live(const json_t *row)
{
    return json_is_integer(json_object_get(row, "live_run"));
}

/* "warehouse mart.orders". Caller frees. */
static char *side_words(const json_t *row, const char *side)
{
    const json_t *where = json_object_get(row, side);
    return g_strdup_printf("%s %s", row_text(where, "connection"), row_text(where, "object"));
}

static const json_t *selected(const home *h)
{
    int64_t row = list_selected(h->list);
    return row >= 0 ? h->shown->pdata[row] : NULL;
}

static const char *task_of(const home *h)
{
    const json_t *row = selected(h);
    return row != NULL ? row_text(row, "name") : NULL;
}

/* --- rows ------------------------------------------------------------------ */

enum { COLUMN_NAME, COLUMN_ROUTE, COLUMN_STRIP, COLUMN_STATE, COLUMN_LAST, COLUMN_ROWS };

static const list_column columns[] = {
    { N_("Task"), 14, 28, 0, TEXT_LEFT },
    { N_("Route"), 18, 0, 2, TEXT_LEFT },
    { N_("Last runs"), STRIP, STRIP, 1, TEXT_LEFT },
    { N_("State"), 12, 24, 0, TEXT_LEFT },
    { N_("Last run"), 16, 16, 3, TEXT_LEFT },
    { N_("Rows"), 13, 13, 4, TEXT_RIGHT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    home *h = user;
    return h->shown->len;
}

static bool needs_attention(const json_t *row)
{
    const char *state = row_text(row, "last_state");
    return strcmp(state, "failed") == 0 || strcmp(state, "held") == 0 ||
           strcmp(state, "unresolved") == 0 || json_is_true(json_object_get(row, "needs_confirm"));
}

/* "running 42%", "ok", "confirm mapping". */
static void append_state(const json_t *row, GString *text, list_style *style)
{
    if (is_live(row)) {
        const json_t *percent = json_object_get(row, "percent");
        g_string_append(text, run_state_word(row_text(row, "last_state")));
        if (json_is_number(percent))
            g_string_append_printf(text, " %d%%", (int)json_number_value(percent));
        style->look = LOOK_ACCENT;
    } else if (json_is_true(json_object_get(row, "needs_confirm"))) {
        g_string_append(text, _("confirm mapping"));
        style->look = LOOK_WARNING;
    } else {
        const char *state = row_text(row, "last_state");
        bool rejects = number_of(last_run(row), "rows_rejected") > 0;
        g_string_append(text, state[0] == '\0' ? _("never run") : run_state_word(state));
        if (rejects && strcmp(state, "succeeded") == 0)
            g_string_append(text, _(", rejects"));
        style->look =
            rejects && strcmp(state, "succeeded") == 0 ? LOOK_WARNING : run_state_look(state);
    }
}

static void append_strip(const json_t *row, GString *text)
{
    const json_t *recent = json_object_get(row, "recent");
    size_t n = json_array_size(recent);
    for (size_t i = n; i < STRIP; i++)
        g_string_append_c(text, ' ');
    for (size_t i = n > STRIP ? n - STRIP : 0; i < n; i++)
        g_string_append_c(text, run_state_letter(json_string_value(json_array_get(recent, i))));
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    home *h = user;
    const json_t *row = h->shown->pdata[number];
    switch (column) {
    case COLUMN_NAME:
        g_string_append(text, row_text(row, "name"));
        style->mark = needs_attention(row) ? '!' : ' ';
        break;
    case COLUMN_ROUTE:
        g_string_append_printf(text, "%s > %s",
                               row_text(json_object_get(row, "source"), "connection"),
                               row_text(json_object_get(row, "target"), "connection"));
        style->look = LOOK_QUIET;
        break;
    case COLUMN_STRIP:
        append_strip(row, text);
        break;
    case COLUMN_STATE:
        append_state(row, text, style);
        break;
    case COLUMN_LAST: {
        g_autofree char *when = run_time_words(row_text(row, "last_at"));
        g_string_append(text, when);
        break;
    }
    case COLUMN_ROWS:
        if (json_is_object(last_run(row))) {
            g_autofree char *rows = text_count(number_of(last_run(row), "rows_written"));
            g_string_append(text, rows);
        }
        break;
    default:
        break;
    }
}

static const list_source source = { .count = count_rows, .cell = cell };

/* --- loading and filter ----------------------------------------------------- */

static const char *state_of(const json_t *row)
{
    return is_live(row) ? "running" : row_text(row, "last_state");
}

static bool passes(const home *h, const json_t *row)
{
    if (h->filter_state != NULL && strcmp(state_of(row), h->filter_state) != 0)
        return false;
    if (h->filter_name == NULL)
        return true;
    g_autofree char *name = g_utf8_casefold(row_text(row, "name"), -1);
    g_autofree char *wanted = g_utf8_casefold(h->filter_name, -1);
    return strstr(name, wanted) != NULL;
}

/* The rows that the filter lets pass; task @keep stays selected. */
static void choose_rows(home *h, const char *keep)
{
    g_ptr_array_set_size(h->shown, 0);
    int64_t select = MAX(list_selected(h->list), 0);
    size_t i;
    json_t *row;
    json_array_foreach(h->tasks, i, row)
    {
        if (!passes(h, row))
            continue;
        if (keep != NULL && strcmp(row_text(row, "name"), keep) == 0)
            select = h->shown->len;
        g_ptr_array_add(h->shown, row);
    }
    list_select(h->list, MIN(select, (int64_t)h->shown->len - 1));
}

static void filter_again(home *h)
{
    g_autofree char *keep = g_strdup(task_of(h));
    choose_rows(h, keep);
    app_changed(h->base.app);
}

static void arrived(screen *s)
{
    home *h = (home *)s;
    json_t *tasks = json_object_get(h->rows.out, "tasks");
    if (h->rows.failure != NULL || tasks == h->tasks)
        return;
    g_autofree char *keep = g_strdup(task_of(h));
    json_decref(h->tasks);
    h->tasks = json_incref(tasks);
    choose_rows(h, keep);
}

static void load(home *h)
{
    if (h->rows.operation != NULL)
        answer_refresh(&h->rows);
    else
        answer_ask(&h->rows, &h->base, "task.list", NULL);
}

static void refresh(screen *s)
{
    load((home *)s);
}

/* --- drawing --------------------------------------------------------------- */

static void draw_counts(home *h, canvas *c, int y)
{
    unsigned running = 0, failed = 0, attention = 0;
    size_t i;
    json_t *row;
    json_array_foreach(h->tasks, i, row)
    {
        running += is_live(row);
        bool bad = strcmp(row_text(row, "last_state"), "failed") == 0;
        failed += bad;
        attention += !bad && needs_attention(row);
    }
    size_t n = json_array_size(h->tasks);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, ngettext("%zu task", "%zu tasks", n), n);
    if (running > 0)
        g_string_append_printf(line, _("   %u running"), running);
    if (failed > 0)
        g_string_append_printf(line, _("   %u failed"), failed);
    if (attention > 0)
        g_string_append_printf(line, _("   %u need you"), attention);
    canvas_text(c, y, 4, -1, LOOK_PLAIN, line->str);
    if (h->filter_name != NULL || h->filter_state != NULL) {
        const char *state = h->filter_state != NULL ? run_state_word(h->filter_state) : "";
        g_autofree char *filter =
            g_strdup_printf(_("filter %s %s"), h->filter_name != NULL ? h->filter_name : "", state);
        canvas_right(c, y, 40, canvas_width(c) - 42, LOOK_ACCENT, g_strstrip(filter));
    }
}

static void draw_live(canvas *c, int y, const json_t *row)
{
    g_autofree char *done = text_count(number_of(last_run(row), "rows_read"));
    canvas_format(c, y, 4, -1, LOOK_PLAIN, _("run %" PRId64 "   %s rows so far"),
                  number_of(row, "live_run"), done);
    const json_t *percent = json_object_get(row, "percent");
    if (json_is_number(percent))
        canvas_bar(c, y + 1, 4, MIN(canvas_width(c) - 8, 60), json_number_value(percent) / 100);
}

static void draw_last(canvas *c, int y, const json_t *row)
{
    if (!json_is_integer(json_object_get(row, "last_run"))) {
        canvas_text(c, y, 4, -1, LOOK_QUIET, _("Never run. p shows what a run would do."));
        return;
    }
    const char *state = row_text(row, "last_state");
    g_autofree char *when = run_time_words(row_text(row, "last_at"));
    g_autofree char *rows = text_count(number_of(last_run(row), "rows_written"));
    g_autofree char *rejects = text_count(number_of(last_run(row), "rows_rejected"));
    canvas_format(c, y, 4, -1, LOOK_PLAIN, _("run %" PRId64 "   %s   %s   %s rows   %s rejects"),
                  number_of(row, "last_run"), when, run_state_word(state), rows, rejects);
    canvas_text(c, y + 1, 4, -1, run_state_look(state), row_text(last_run(row), "error"));
}

static void draw_detail(const home *h, canvas *c, int y)
{
    const json_t *row = selected(h);
    if (row == NULL)
        return;
    g_autofree char *from = side_words(row, "source"), *to = side_words(row, "target");
    canvas_format(c, y, 4, -1, LOOK_PLAIN, "%s   %s > %s   %s", row_text(row, "name"), from, to,
                  row_text(row, "mode"));
    canvas_text(c, y + 1, 4, -1, LOOK_QUIET, row_text(row, "description"));
    if (is_live(row))
        draw_live(c, y + 2, row);
    else
        draw_last(c, y + 2, row);
}

/* What to do first, when there is nothing to list. */
static void draw_empty(const home *h, canvas *c, int y)
{
    int width = canvas_width(c) - 8, height = canvas_height(c) - y;
    if (answer_draw_state(&h->rows, c, y, _("Reading the tasks ...")))
        return;
    if (json_array_size(h->tasks) > 0) {
        canvas_text(c, y, 4, width, LOOK_QUIET, _("No task passes the filter. f changes it."));
    } else {
        canvas_wrap(c, y, 4, width, height, LOOK_PLAIN,
                    _("There are no tasks yet.\n\n"
                      "A task carries rows from a source to a target. First say where both are: 3 "
                      "goes to the connections. Then a makes a task, step by step; nothing "
                      "is written before you have seen its plan."));
    }
}

static void draw(screen *s, canvas *c)
{
    home *h = (home *)s;
    int height = canvas_height(c);
    screens_draw_line(c, 0, "tasks");
    if (h->tasks == NULL || h->shown->len == 0) {
        if (h->tasks != NULL)
            draw_counts(h, c, 1);
        draw_empty(h, c, 3);
        return;
    }
    draw_counts(h, c, 1);
    bool detail = height >= 14;
    int room = height - 3 - (detail ? DETAIL_ROWS : 0);
    list_draw(h->list, c, 3, room, true);
    if (detail)
        draw_detail(h, c, height - DETAIL_ROWS + 1);
}

/* --- actions --------------------------------------------------------------- */

static const char *none_selected(screen *s)
{
    return selected((home *)s) == NULL ? N_("no task is selected") : NULL;
}

static void open_runs(screen *s)
{
    app_open(s->app, runs_new(s->app, task_of((home *)s), NULL));
}

static void open_task(screen *s)
{
    const json_t *row = selected((home *)s);
    if (is_live(row))
        app_open(s->app, run_detail_new(s->app, number_of(row, "live_run")));
    else
        open_runs(s);
}

static void edit_task(screen *s)
{
    wizard_open(s, task_of((home *)s), 0);
}

static void new_task(screen *s)
{
    wizard_open(s, NULL, 0);
}

static void show_plan(screen *s)
{
    app_open(s->app, plan_view_new(s->app, task_of((home *)s), NULL));
}

static void started(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    if (failure != NULL) {
        app_say_error(s->app, failure);
        return;
    }
    app_say(s->app, LOOK_PLAIN, "%s", "");
    app_open(s->app, run_detail_new(s->app, number_of(out, "run")));
}

static void start_answered(screen *s, bool yes, void *user)
{
    g_autofree char *task = user;
    if (!yes)
        return;
    app_say(s->app, LOOK_PLAIN, _("Starting %s ..."), task);
    app_run(s->app, s, "run.start", json_pack("{s:s}", "name", task), started, NULL);
}

/* The connections are known: a protected target asks for its name. */
static void ask_to_start(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    const json_t *row = selected((home *)s);
    if (failure != NULL || row == NULL) {
        if (failure != NULL)
            app_say_error(s->app, failure);
        return;
    }
    const char *task = row_text(row, "name");
    const char *target = row_text(json_object_get(row, "target"), "connection");
    const char *type = NULL;
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(out, "connections"), i,
                       one) if (strcmp(row_text(one, "name"), target) == 0 &&
                                json_is_true(json_object_get(one, "protected"))) type = target;
    g_autofree char *title = g_strdup_printf(_("Run %s now?"), task);
    g_autofree char *from = side_words(row, "source"), *to = side_words(row, "target");
    g_autofree char *text = g_strdup_printf(
        _("Rows go from %s to %s (%s).\np shows the plan first."), from, to, row_text(row, "mode"));
    const question q = {
        .title = title, .text = text, .yes = _("Run"), .no = _("Not now"), .type = type
    };
    app_ask(s->app, s, &q, start_answered, g_strdup(task));
}

static void start_run(screen *s)
{
    app_run(s->app, s, "connection.list", NULL, ask_to_start, NULL);
}

static void confirmed(screen *s, json_t *out, const error *failure, void *user)
{
    (void)out;
    (void)user;
    if (failure != NULL)
        app_say_error(s->app, failure);
    else
        app_say(s->app, LOOK_GOOD, _("The mapping is confirmed."));
    load((home *)s);
}

static const char *nothing_to_confirm(screen *s)
{
    const json_t *row = selected((home *)s);
    if (row == NULL)
        return none_selected(s);
    return json_is_true(json_object_get(row, "needs_confirm"))
               ? NULL
               : N_("the mapping of this task needs no confirmation");
}

static void confirm_task(screen *s)
{
    app_run(s->app, s, "task.confirm", json_pack("{s:s}", "name", task_of((home *)s)), confirmed,
            NULL);
}

static void deleted(screen *s, json_t *out, const error *failure, void *user)
{
    (void)out;
    g_autofree char *task = user;
    if (failure != NULL)
        app_say_error(s->app, failure);
    else
        app_say(s->app, LOOK_PLAIN, _("Task %s is deleted; its runs stay."), task);
    load((home *)s);
}

static void delete_answered(screen *s, bool yes, void *user)
{
    g_autofree char *task = user;
    if (yes)
        app_run(s->app, s, "task.delete", json_pack("{s:s}", "name", task), deleted,
                g_strdup(task));
}

static void delete_task(screen *s)
{
    const char *task = task_of((home *)s);
    g_autofree char *title = g_strdup_printf(_("Delete task %s?"), task);
    const question q = { .title = title,
                         .text = _("Its versions and runs stay; no table is touched."),
                         .yes = _("Delete"),
                         .no = _("Keep"),
                         .type = task };
    app_ask(s->app, s, &q, delete_answered, g_strdup(task));
}

/* --- filter ---------------------------------------------------------------- */

static const char *const filter_states[] = { NULL,     "running",    "succeeded",
                                             "failed", "unresolved", "cancelled" };

static void state_chosen(screen *s, int index, void *user)
{
    (void)user;
    home *h = (home *)s;
    if (index < 0)
        return;
    h->filter_state = filter_states[index];
    filter_again(h);
}

static void filter_by_state(screen *s)
{
    home *h = (home *)s;
    const char *titles[G_N_ELEMENTS(filter_states) + 1] = { N_("all") };
    int current = 0;
    for (unsigned i = 1; i < G_N_ELEMENTS(filter_states); i++) {
        titles[i] = run_state_word(filter_states[i]);
        if (filter_states[i] == h->filter_state)
            current = (int)i;
    }
    titles[0] = _("all");
    app_choose(s->app, s, _("State"), titles, current, state_chosen, NULL);
}

static void name_entered(screen *s, const char *text, void *user)
{
    (void)user;
    home *h = (home *)s;
    if (text == NULL)
        return;
    g_free(h->filter_name);
    h->filter_name = text[0] != '\0' ? g_strdup(text) : NULL;
    filter_again(h);
}

static void filter_by_name(screen *s)
{
    app_prompt(s->app, s, _("Tasks whose name holds (empty: all)"), ((home *)s)->filter_name,
               name_entered, NULL);
}

/* --- the screen ------------------------------------------------------------ */

static const action actions[] = {
    { "task.open", K_ENTER, N_("Runs"), N_("Open the live run of the task, or its runs"),
      "rowferry task history TASK", 0, open_task, none_selected },
    { "task.run", 'r', N_("Run"), N_("Run the task now; it goes on when you leave"),
      "rowferry run start TASK", ACTION_WRITES, start_run, none_selected },
    { "task.plan", 'p', N_("Plan"), N_("Show what a run would do; changes nothing"),
      "rowferry task plan TASK", 0, show_plan, none_selected },
    { "task.edit", 'e', N_("Edit"), N_("Change the task step by step"), "rowferry task save FILE",
      ACTION_WRITES, edit_task, none_selected },
    { "task.new", 'a', N_("New"), N_("Make a task step by step"), "rowferry task save FILE",
      ACTION_WRITES, new_task, NULL },
    { "task.filter", 'f', N_("Filter"), N_("Show only tasks whose name holds a text"), NULL, 0,
      filter_by_name, NULL },
    { "task.filter.state", 'F', NULL, N_("Show only tasks in one state"), NULL, 0, filter_by_state,
      NULL },
    { "task.runs", 'h', NULL, N_("Open all runs of the task"), "rowferry task history TASK", 0,
      open_runs, none_selected },
    { "task.confirm", 'c', N_("Confirm"),
      N_("Confirm the mapping after a change of source or target"), "rowferry task confirm TASK",
      ACTION_WRITES, confirm_task, nothing_to_confirm },
    { "task.delete", 'D', NULL, N_("Delete the task; its versions and runs are kept"),
      "rowferry task delete TASK", ACTION_WRITES, delete_task, none_selected },
    { .id = NULL },
};

static bool key(screen *s, ui_key k)
{
    return list_key(((home *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(((home *)s)->list, text, step, from_next);
}

static char *value(screen *s)
{
    return g_strdup(task_of((home *)s));
}

static bool wants_tick(screen *s)
{
    home *h = (home *)s;
    size_t i;
    json_t *row;
    json_array_foreach(h->tasks, i, row) if (is_live(row)) return true;
    return false;
}

static void free_home(screen *s)
{
    home *h = (home *)s;
    list_free(h->list);
    g_ptr_array_unref(h->shown);
    json_decref(h->tasks);
    answer_clear(&h->rows);
    g_free(h->filter_name);
    g_free(h);
}

const screen_ops home_ops = {
    .id = "tasks",
    .title = N_("Tasks"),
    .summary = N_("All tasks: where their rows come from and go to, and how they ran last."),
    .actions = actions,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .resume = refresh,
    .wants_tick = wants_tick,
    .find = find,
    .value = value,
    .free = free_home,
};

screen *home_new(app *a)
{
    home *h = g_new0(home, 1);
    h->base = (screen){ &home_ops, a };
    h->rows.arrived = arrived;
    h->shown = g_ptr_array_new();
    h->list = list_new(columns, &source, h);
    return &h->base;
}
