/* Questions, choices, help, palette and viewer, over an app that only counts. */
#include "ui/boxes.h"
#include "ui/help.h"
#include "ui/palette.h"
#include "ui/viewer.h"

#include "ui/actions.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_canvas.h"

/* --- an app of one screen -------------------------------------------------- */

struct app {
    screen *top; /* over the one below, or NULL */
    char *said;
    const char *pasted;
    GPtrArray *history;
    int performed[4];
    void (*entered)(screen *s, const char *text, void *user);
};

void app_open(app *a, screen *s)
{
    a->top = s;
}

void app_close(app *a, screen *s)
{
    assert_ptr_equal(a->top, s);
    a->top = NULL;
    s->ops->free(s);
}

void app_say(app *a, unsigned look, const char *format, ...)
{
    (void)look;
    va_list arguments;
    va_start(arguments, format);
    g_free(a->said);
    a->said = g_strdup_vprintf(format, arguments);
    va_end(arguments);
}

void app_say_error(app *a, const error *e)
{
    app_say(a, LOOK_BAD, "%s", e->message);
}

const char *app_pasted(app *a)
{
    return a->pasted;
}

GPtrArray *app_history(app *a)
{
    return a->history;
}

void app_prompt(app *a, screen *s, const char *label, const char *text,
                void (*entered)(screen *s, const char *text, void *user), void *user)
{
    (void)s;
    (void)label;
    (void)text;
    (void)user;
    a->entered = entered;
}

static void perform_run(screen *s)
{
    s->app->performed[0]++;
}

static void perform_cancel(screen *s)
{
    s->app->performed[1]++;
}

static void perform_back(screen *s)
{
    s->app->performed[2]++;
}

static const char *nothing_runs(screen *s)
{
    (void)s;
    return "no run is under way";
}

static const action below_actions[] = {
    { "run.start", 'r', "Run", "Start a run of the task", "rowferry --run TASK", ACTION_WRITES,
      perform_run, NULL },
    { "run.cancel", 's', "Stop", "Cancel the run", "rowferry run cancel RUN", ACTION_WRITES,
      perform_cancel, nothing_runs },
    { .id = NULL },
};
static const action global_actions[] = {
    { "back", K_ESCAPE, NULL, "Go back", NULL, ACTION_IN_TEXT, perform_back, NULL },
    { .id = NULL },
};
static const screen_ops below_ops = {
    .id = "runs", .title = "Runs", .summary = "The runs of a task.", .actions = below_actions
};

GArray *actions_for(app *a, screen *s)
{
    (void)a;
    GArray *all = g_array_new(FALSE, FALSE, sizeof(action_entry));
    for (int t = 0; t < 2; t++)
        for (const action *one = t == 0 ? below_actions : global_actions; one->id != NULL; one++) {
            action_entry e = { one, t == 0 ? "Runs" : "everywhere", one->key, s };
            g_array_append_val(all, e);
        }
    return all;
}

const char *action_refused(const action_entry *e)
{
    return e->action->refused != NULL ? e->action->refused(e->on) : NULL;
}

void action_perform(app *a, const action_entry *e)
{
    (void)a;
    e->action->perform(e->on);
}

/* What the program does with a key: the screen's actions first. */
static void press(app *a, ui_key k)
{
    screen *s = a->top;
    assert_non_null(s);
    bool in_text = s->ops->in_text != NULL && s->ops->in_text(s);
    for (const action *one = s->ops->actions; one->id != NULL; one++)
        if (one->key == k && (!in_text || (one->flags & ACTION_IN_TEXT) != 0)) {
            one->perform(s);
            return;
        }
    if (k == K_ESCAPE) {
        if (s->ops->leave == NULL || s->ops->leave(s))
            app_close(a, s);
        return;
    }
    s->ops->key(s, k);
}

static void type(app *a, const char *text)
{
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        press(a, g_utf8_get_char(p));
}

/* As the program draws it: the content area of a @rows by @columns terminal. */
static void draw(app *a, fake_screen *grid, int rows, int columns)
{
    screen *s = a->top;
    canvas c = fake_canvas(grid, rows - 4, columns);
    if (!s->ops->box) {
        s->ops->draw(s, &c);
        return;
    }
    int height = 0, width = 0;
    s->ops->size(s, rows - 4, columns, &height, &width);
    assert_in_range(height, 3, rows - 4);
    assert_in_range(width, 5, columns);
    canvas inside = { .on = grid, .y = 1, .x = 2, .height = height - 2, .width = width - 4 };
    s->ops->draw(s, &inside);
}

typedef struct {
    app app;
    screen below;
    int answers, answer; /* of questions and choices; the last one */
    fake_screen grid;
} fixture;

static int setup(void **state)
{
    fixture *f = g_new0(fixture, 1);
    f->app.history = g_ptr_array_new_with_free_func(g_free);
    f->below = (screen){ .ops = &below_ops, .app = &f->app };
    f->answer = -9;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    if (f->app.top != NULL)
        app_close(&f->app, f->app.top);
    g_ptr_array_unref(f->app.history);
    g_free(f->app.said);
    g_free(f);
    return 0;
}

/* --- questions ------------------------------------------------------------- */

static void answered(screen *s, bool yes, void *user)
{
    fixture *f = user;
    assert_ptr_equal(s, &f->below);
    f->answers++;
    f->answer = yes;
}

static const question stop = { .title = "Stop run 1042 of orders_daily?",
                               .text = "4,180,000 rows are committed and stay in dwh_my.\n"
                                       "The next run goes on from order_id 88,013,220.",
                               .yes = "Stop run",
                               .no = "Keep running" };
static const question stop_prod = { .title = "Stop run 1042 of 订单_daily?",
                                    .text = "dwh_my is protected.",
                                    .yes = "Stop run",
                                    .no = "Keep running",
                                    .type = "订单_daily" };

static void only_a_deliberate_key_means_yes(void **state)
{
    fixture *f = *state;
    static const struct {
        ui_key keys[6];
        int want; /* -1: still open */
    } cases[] = {
        { { K_ENTER }, false },
        { { K_ESCAPE }, false },
        { { 'n' }, false },
        { { 'y' }, true },
        { { K_RIGHT, K_ENTER }, true },
        { { K_TAB, K_ENTER }, true },
        { { K_TAB, K_TAB, K_ENTER }, false },
        { { K_RIGHT, K_LEFT, K_ENTER }, false },
        { { K_BACKTAB, K_ENTER }, true },
        { { 'x', K_SPACE, 'Y', K_PAGE_DOWN }, -1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        f->answers = 0;
        app_ask(&f->app, &f->below, &stop, answered, f);
        for (const ui_key *k = cases[i].keys; *k != K_NONE; k++)
            press(&f->app, *k);
        assert_int_equal(f->answers, cases[i].want >= 0);
        if (cases[i].want >= 0)
            assert_int_equal(f->answer, cases[i].want);
        else
            app_close(&f->app, f->app.top);
        assert_int_equal(f->answers, 1);
    }
}

static void a_question_shows_the_safe_choice_first_and_selected(void **state)
{
    fixture *f = *state;
    app_ask(&f->app, &f->below, &stop, answered, f);
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, "Stop run 1042 of orders_daily?"));
    assert_true(fake_shows(&f->grid, "The next run goes on from order_id 88,013,220."));
    assert_true(fake_shows(&f->grid, "> [ Keep running ]    [ Stop run ]"));
    g_autofree char *row = fake_row(&f->grid, f->grid.cursor_y);
    assert_true(strstr(row, "> [ Keep running ]") != NULL);
    assert_int_equal(f->grid.looks[f->grid.cursor_y][f->grid.cursor_x + 2], LOOK_SELECTED);
}

static void the_name_must_be_typed_exactly(void **state)
{
    fixture *f = *state;
    app_ask(&f->app, &f->below, &stop_prod, answered, f);
    press(&f->app, K_ENTER);
    assert_int_equal(f->answers, 0);
    assert_non_null(f->app.said);
    type(&f->app, "y订单_dail");
    press(&f->app, K_ENTER);
    press(&f->app, K_TAB);
    press(&f->app, K_TAB); /* on the button of yes */
    press(&f->app, K_ENTER);
    press(&f->app, 'y');
    assert_int_equal(f->answers, 0);
    press(&f->app, K_TAB);
    for (int i = 0; i < 10; i++)
        press(&f->app, K_BACKSPACE);
    type(&f->app, "订单_daily");
    assert_int_equal(f->answers, 0);
    press(&f->app, K_ENTER);
    assert_int_equal(f->answers, 1);
    assert_true(f->answer);
}

static void boxes_fit_the_smallest_screen(void **state)
{
    fixture *f = *state;
    static const int sizes[][2] = { { 24, 80 }, { 20, 60 }, { 10, 40 }, { 50, 132 } };
    const question *both[] = { &stop, &stop_prod };
    for (size_t q = 0; q < 2; q++)
        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
            app_ask(&f->app, &f->below, both[q], answered, f);
            draw(&f->app, &f->grid, sizes[i][0], sizes[i][1]);
            assert_true(fake_shows(&f->grid, "[ Keep running ]"));
            assert_true(fake_shows(&f->grid, "[ Stop run ]"));
            assert_true(fake_shows(&f->grid, "Stop run 1042 of"));
            assert_true(q == 0 || fake_shows(&f->grid, "Type 订单_daily to go on:"));
            assert_true(f->grid.cursor_y > 0);
            app_close(&f->app, f->app.top);
        }
}

/* --- choices --------------------------------------------------------------- */

static void chosen(screen *s, int index, void *user)
{
    answered(s, true, user);
    ((fixture *)user)->answer = index;
}

static const char *const fruits[] = { "append", "overwrite", "upsert", "名前", NULL };

static void typing_finds_and_enter_chooses(void **state)
{
    fixture *f = *state;
    static const struct {
        int current;
        const char *typed;
        ui_key then[4];
        int want;
    } cases[] = {
        { 0, "", { K_ENTER }, 0 },         { 2, "", { K_ENTER }, 2 },
        { -1, "", { K_ENTER }, 0 },        { 99, "", { K_ENTER }, 3 },
        { 0, "ups", { K_ENTER }, 2 },      { 0, "名", { K_ENTER }, 3 },
        { 0, "", { K_DOWN, K_ENTER }, 1 }, { 2, "ov", { K_ENTER }, 1 },
        { 0, "p", { K_TAB, K_ENTER }, 2 }, { 0, "", { K_ESCAPE }, -1 },
        { 0, "zz", { K_ENTER }, 0 },       { 0, "", { K_END, K_UP, K_ENTER }, 2 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        app_choose(&f->app, &f->below, "Mode", fruits, cases[i].current, chosen, f);
        draw(&f->app, &f->grid, i % 2 ? 10 : 24, i % 2 ? 40 : 80);
        type(&f->app, cases[i].typed);
        for (const ui_key *k = cases[i].then; *k != K_NONE; k++)
            press(&f->app, *k);
        assert_int_equal(f->answers, i + 1);
        assert_int_equal(f->answer, cases[i].want);
    }
}

/* --- help ------------------------------------------------------------------ */

static void help_lists_keys_and_command_lines(void **state)
{
    fixture *f = *state;
    app_open(&f->app, help_new(&f->app, &f->below));
    draw(&f->app, &f->grid, 24, 80);
    static const char *const shown[] = {
        "The runs of a task.", "Start a run of the task", "rowferry --run TASK",
        "Esc       Go back",   "3 of 3 actions",          "From a shell: rowferry --run TASK"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(shown); i++)
        if (!fake_shows(&f->grid, shown[i]))
            fail_msg("\"%s\" is not shown", shown[i]);
    draw(&f->app, &f->grid, 10, 40);
    assert_true(fake_shows(&f->grid, " >  r"));
    assert_true(f->grid.cursor_y >= 0);
}

static void help_filters_and_performs(void **state)
{
    fixture *f = *state;
    app_open(&f->app, help_new(&f->app, &f->below));
    type(&f->app, "/back");
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, "/back"));
    assert_true(fake_shows(&f->grid, "1 of 3 actions"));
    assert_false(fake_shows(&f->grid, "Cancel the run"));
    press(&f->app, K_ENTER);
    assert_null(f->app.top);
    assert_int_equal(f->app.performed[2], 1);

    app_open(&f->app, help_new(&f->app, &f->below));
    type(&f->app, "/cancel run");
    press(&f->app, K_ENTER); /* it says why not, and stays */
    assert_non_null(f->app.top);
    assert_string_equal(f->app.said, "no run is under way");
    press(&f->app, K_ESCAPE); /* first out of the filter, then out of the help */
    assert_non_null(f->app.top);
    press(&f->app, K_ESCAPE);
    assert_null(f->app.top);
    assert_int_equal(f->app.performed[1], 0);
}

/* --- palette --------------------------------------------------------------- */

static void the_palette_completes_and_performs(void **state)
{
    fixture *f = *state;
    app_open(&f->app, palette_new(&f->app, &f->below));
    draw(&f->app, &f->grid, 24, 80);
    press(&f->app, K_ENTER); /* nothing was chosen yet */
    assert_non_null(f->app.top);
    type(&f->app, "ru");
    press(&f->app, K_TAB);
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, ":run."));
    assert_true(fake_shows(&f->grid, "2 of 3 actions"));
    type(&f->app, "s");
    press(&f->app, K_TAB);
    press(&f->app, K_ENTER);
    assert_null(f->app.top);
    assert_int_equal(f->app.performed[0], 1);
    assert_string_equal(f->app.history->pdata[0], "run.start");
}

static void the_palette_remembers(void **state)
{
    fixture *f = *state;
    g_ptr_array_add(f->app.history, g_strdup("back"));
    g_ptr_array_add(f->app.history, g_strdup("run.start"));
    app_open(&f->app, palette_new(&f->app, &f->below));
    press(&f->app, K_UP);
    press(&f->app, K_UP);
    draw(&f->app, &f->grid, 20, 60);
    assert_true(fake_shows(&f->grid, ":back"));
    press(&f->app, K_UP);
    assert_non_null(f->app.said);
    press(&f->app, K_DOWN);
    press(&f->app, K_ENTER);
    assert_int_equal(f->app.performed[0], 1);
    assert_int_equal(f->app.history->len, 2); /* each once, the last one last */

    app_open(&f->app, palette_new(&f->app, &f->below));
    press(&f->app, K_DOWN); /* moves in the list */
    press(&f->app, K_DOWN);
    press(&f->app, K_ENTER);
    assert_int_equal(f->app.performed[2], 1);
    assert_string_equal(f->app.history->pdata[1], "back");
}

static void the_palette_says_why_not(void **state)
{
    fixture *f = *state;
    app_open(&f->app, palette_new(&f->app, &f->below));
    type(&f->app, "run.cancel");
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, "no run is under way"));
    press(&f->app, K_ENTER);
    assert_string_equal(f->app.said, "no run is under way");
    assert_int_equal(f->app.performed[1], 0);
    type(&f->app, "zzz");
    draw(&f->app, &f->grid, 10, 40);
    press(&f->app, K_ENTER);
    assert_string_equal(f->app.said, "there is no such action");
    press(&f->app, K_ESCAPE);
    assert_null(f->app.top);
}

/* --- viewer ---------------------------------------------------------------- */

static void the_viewer_wraps_moves_and_finds(void **state)
{
    fixture *f = *state;
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 1; i <= 200; i++)
        g_string_append_printf(text, "line %d: %s end of %d\n", i,
                               i == 150 ? "名前の長い値です\x1b[2J, and much more than one row of"
                                          " it, so that it is wrapped, with a Needle near the"
                                        : "short",
                               i);
    app_open(&f->app, viewer_new(&f->app, "Log", text->str));
    screen *s = f->app.top;
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, " >  line 1: short end of 1"));
    assert_true(fake_shows(&f->grid, "line 1 of 200, wrapped"));
    assert_true(s->ops->find(s, "needle", 1, false));
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, "line 150 of 200"));
    assert_true(fake_shows(&f->grid, "Needle"));
    assert_true(fake_shows(&f->grid, "␛[2J"));
    assert_false(s->ops->find(s, "NEEDLE", 1, false));
    assert_true(s->ops->find(s, "Needle", 1, false));
    press(&f->app, 'w');
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, "line 150 of 200, from column 1"));
    assert_true(s->ops->find(s, "Needle", 1, false));
    draw(&f->app, &f->grid, 20, 60);
    assert_true(fake_shows(&f->grid, "Needle"));
    press(&f->app, K_HOME);
    for (int i = 0; i < 30; i++)
        press(&f->app, K_LEFT);
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, "line 1 of 200, from column 1"));
    assert_true(s->ops->find(s, "end of 2", 1, false));
    assert_true(s->ops->find(s, "end of 2", 1, true));
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, "line 20 of 200"));
    assert_true(s->ops->find(s, "end of 2", -1, true));
    assert_true(s->ops->find(s, "end of 2", -1, true)); /* around the beginning */
    draw(&f->app, &f->grid, 10, 40);
    assert_true(fake_shows(&f->grid, "line 200 of 200"));
    assert_int_equal(f->grid.cursor_x, 1);
}

static void the_viewer_keeps_its_place_when_resized(void **state)
{
    fixture *f = *state;
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 1; i <= 100; i++)
        g_string_append_printf(text, "%d %s\n", i,
                               "words that go on and on and on until the row has no room left for"
                               " any of them and a second one must be begun");
    app_open(&f->app, viewer_new(&f->app, "Text", text->str));
    draw(&f->app, &f->grid, 24, 80);
    for (int i = 0; i < 81; i++)
        press(&f->app, K_DOWN);
    static const int widths[] = { 80, 40, 200, 60, 132 };
    for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
        draw(&f->app, &f->grid, 24, widths[i]);
        if (!fake_shows(&f->grid, "line 41 of 100"))
            fail_msg("the place is lost at %d columns", widths[i]);
    }
}

static void the_viewer_shows_bytes(void **state)
{
    fixture *f = *state;
    app_open(&f->app, viewer_new(&f->app, "Value", "Hello\x1b[2J\xff\tworld, this is long"));
    draw(&f->app, &f->grid, 24, 80);
    press(&f->app, 'x');
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(
        &f->grid, "00000000  48 65 6c 6c 6f 1b 5b 32 4a ff 09 77 6f 72 6c 64 Hello.[2J..world"));
    screen *s = f->app.top;
    assert_true(s->ops->find(s, "long", 1, false));
    draw(&f->app, &f->grid, 10, 40);
    assert_true(fake_shows(&f->grid, "00000018  73 20 6c 6f s lo"));
    assert_false(s->ops->find(s, "short", 1, false));
    press(&f->app, 'x');
    draw(&f->app, &f->grid, 24, 80);
    assert_true(fake_shows(&f->grid, "Hello␛[2J\\xFF␉world"));
}

static void saving_never_overwrites(void **state)
{
    fixture *f = *state;
    g_autofree char *folder = g_dir_make_tmp("rowferry-viewer-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "out.txt", NULL);
    app_open(&f->app, viewer_new(&f->app, "Text", "one\xff\ntwo\n"));
    press(&f->app, 'o');
    f->app.entered(f->app.top, path, NULL);
    g_autofree char *saved = NULL;
    assert_true(g_file_get_contents(path, &saved, NULL, NULL));
    assert_string_equal(saved, "one\xff\ntwo\n");
    assert_true(g_file_set_contents(path, "mine", -1, NULL));
    press(&f->app, 'o');
    f->app.entered(f->app.top, path, NULL);
    g_autofree char *kept = NULL;
    assert_true(g_file_get_contents(path, &kept, NULL, NULL));
    assert_string_equal(kept, "mine");
    assert_non_null(strstr(f->app.said, path));
    f->app.entered(f->app.top, NULL, NULL);
    g_unlink(path);
    g_rmdir(folder);
}

static void an_empty_text_can_be_viewed(void **state)
{
    fixture *f = *state;
    app_open(&f->app, viewer_new(&f->app, "Text", ""));
    screen *s = f->app.top;
    for (int round = 0; round < 3; round++) {
        draw(&f->app, &f->grid, 10, 40);
        assert_true(f->grid.cursor_y >= 0);
        assert_false(s->ops->find(s, "x", round % 2 ? 1 : -1, true));
        press(&f->app, K_END);
        press(&f->app, K_PAGE_UP);
        press(&f->app, round == 0 ? 'w' : 'x');
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_a_deliberate_key_means_yes),
        TEST(a_question_shows_the_safe_choice_first_and_selected),
        TEST(the_name_must_be_typed_exactly),
        TEST(boxes_fit_the_smallest_screen),
        TEST(typing_finds_and_enter_chooses),
        TEST(help_lists_keys_and_command_lines),
        TEST(help_filters_and_performs),
        TEST(the_palette_completes_and_performs),
        TEST(the_palette_remembers),
        TEST(the_palette_says_why_not),
        TEST(the_viewer_wraps_moves_and_finds),
        TEST(the_viewer_keeps_its_place_when_resized),
        TEST(the_viewer_shows_bytes),
        TEST(saving_never_overwrites),
        TEST(an_empty_text_can_be_viewed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
