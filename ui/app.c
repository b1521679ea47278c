#include "ui/app_private.h"

#include "base/intl.h"
#include "base/text.h"
#include "service/engine.h"
#include "ui/help.h"
#include "ui/palette.h"
#include "ui/screens.h"
#include "ui/viewer.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TICK_MS 1000

/* --- the stack ------------------------------------------------------------- */

void app_changed(app *a)
{
    a->changed = true;
}

void app_open(app *a, screen *s)
{
    s->app = a;
    prompt_drop(a);
    g_ptr_array_add(a->stack, s);
    if (s->ops->resume != NULL)
        s->ops->resume(s);
    app_changed(a);
}

void app_close(app *a, screen *s)
{
    guint at;
    /* Boxes over it ask about it: they go first, unanswered. */
    while (g_ptr_array_find(a->stack, s, &at) && at + 1 < a->stack->len &&
           ((screen *)a->stack->pdata[at + 1])->ops->box)
        app_close(a, a->stack->pdata[at + 1]);
    if (s == NULL || !g_ptr_array_find(a->stack, s, NULL))
        return;
    bool was_top = app_top(a) == s;
    if (a->asking != NULL && a->asking->on == s)
        prompt_drop(a);
    jobs_cancel_of(a, s);
    g_ptr_array_remove(a->stack, s);
    s->ops->free(s);
    screen *top = app_top(a);
    if (top == NULL)
        app_quit(a);
    else if (was_top && top->ops->resume != NULL)
        top->ops->resume(top);
    app_changed(a);
}

void app_back(app *a)
{
    screen *top = app_top(a);
    if (top->ops->leave == NULL || top->ops->leave(top))
        app_close(a, top);
}

void app_quit(app *a)
{
    a->ended = true;
    g_main_loop_quit(a->loop);
}

bool app_go(app *a, const screen_ops *ops)
{
    while (a->stack->len > 1 && app_top(a)->ops != ops) {
        screen *top = app_top(a);
        if (top->ops->leave != NULL && !top->ops->leave(top))
            return false;
        app_close(a, top);
    }
    return true;
}

engine *app_engine(app *a)
{
    return a->engine;
}

bool app_is_readonly(const app *a)
{
    return a->options.readonly;
}

int app_refresh_seconds(const app *a)
{
    return a->refresh_seconds;
}

void app_set_refresh_seconds(app *a, int seconds)
{
    a->refresh_seconds = seconds;
}

GPtrArray *app_history(app *a)
{
    return a->history;
}

const char *app_pasted(app *a)
{
    return terminal_pasted(a->terminal);
}

const key_file *app_keys(const app *a)
{
    return a->keys;
}

/* --- messages -------------------------------------------------------------- */

static void drop_message(app *a)
{
    g_clear_pointer(&a->message, g_free);
    g_clear_pointer(&a->message_error, error_free);
}

void app_say(app *a, unsigned look, const char *format, ...)
{
    drop_message(a);
    va_list arguments;
    va_start(arguments, format);
    a->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    a->message_look = look;
    app_changed(a);
}

void app_hint(app *a, const char *text)
{
    g_free(a->hint);
    a->hint = g_strdup(text);
}

void app_say_error(app *a, const error *e)
{
    if (e->hint != NULL)
        app_say(a, LOOK_BAD, "%s (%s)", e->message, e->hint);
    else
        app_say(a, LOOK_BAD, "%s", e->message);
    a->message_error = error_copy(e);
}

/* --- a value out, a text to an editor -------------------------------------- */

void app_view(app *a, const char *title, const char *text)
{
    app_open(a, viewer_new(a, title, text));
}

static char *edited(app *a, const char *path, error **err)
{
    const char *program = g_getenv("VISUAL");
    if (program == NULL || program[0] == '\0')
        program = g_getenv("EDITOR");
    if (program == NULL || program[0] == '\0')
        program = "vi";
    g_autofree char *quoted = g_shell_quote(path);
    g_autofree char *line = g_strconcat(program, " ", quoted, NULL);
    const char *argv[] = { "/bin/sh", "-c", line, NULL };
    g_autoptr(GError) failure = NULL;
    int status = 0;
    terminal_leave(a->terminal);
    bool ran = g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL,
                            NULL, NULL, &status, &failure) &&
               g_spawn_check_wait_status(status, &failure);
    terminal_return(a->terminal);
    char *text = NULL;
    if (!ran || !g_file_get_contents(path, &text, NULL, &failure))
        error_set(err, ERROR_IO, _("the editor \"%s\" failed: %s"), program, failure->message);
    return text;
}

char *app_edit(app *a, const char *text, const char *suffix, error **err)
{
    g_autofree char *template = g_strconcat("rowferry-XXXXXX", suffix, NULL);
    g_autofree char *path = NULL;
    g_autoptr(GError) failure = NULL;
    int fd = g_file_open_tmp(template, &path, &failure);
    if (fd < 0) {
        error_set(err, ERROR_IO, _("could not make a file for the editor: %s"), failure->message);
        return NULL;
    }
    g_autofree char *result = NULL;
    if (file_write_all(fd, text, strlen(text), path, err))
        result = edited(a, path, err);
    close(fd);
    unlink(path);
    app_changed(a);
    if (result == NULL || strcmp(result, text) == 0)
        return NULL;
    return g_steal_pointer(&result);
}

/* --- actions of every screen ----------------------------------------------- */

static void go_back(screen *s)
{
    app_back(s->app);
}

/* One Esc too many must not end the program. */
static void escape(screen *s)
{
    if (s->app->stack->len == 1)
        app_say(s->app, LOOK_PLAIN, _("q leaves Rowferry; runs go on"));
    else
        app_back(s->app);
}

static void show_help(screen *s)
{
    app_open(s->app, help_new(s->app, s));
}

static void show_palette(screen *s)
{
    app_open(s->app, palette_new(s->app, s));
}

static const char *cannot_find(screen *s)
{
    return s->ops->find == NULL ? N_("there is no list to find something in") : NULL;
}

static void find(screen *s)
{
    prompt_find(s->app, s);
}

static void find_next(screen *s)
{
    prompt_find_again(s->app, s, 1);
}

static void find_previous(screen *s)
{
    prompt_find_again(s->app, s, -1);
}

static const char *no_value(screen *s)
{
    return s->ops->value == NULL ? N_("there is no value to copy here") : NULL;
}

static void copy_value(screen *s)
{
    g_autofree char *text = s->ops->value(s);
    if (text == NULL) {
        app_say(s->app, LOOK_WARNING, _("there is no value to copy here"));
        return;
    }
    terminal_copy(s->app->terminal, text);
    app_say(s->app, LOOK_PLAIN,
            _("sent to the terminal's clipboard; if it does not arrive, Y prints the value"));
}

static void print_value(screen *s)
{
    g_autofree char *text = s->ops->value(s);
    if (text == NULL)
        return;
    terminal_leave(s->app->terminal);
    /* Printed to be copied, not to be obeyed: the terminal gets it made safe. */
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++) {
        g_autofree char *safe = text_safe(lines[i], -1);
        printf("%s\n", safe);
    }
    printf("\n%s", _("Enter goes back to Rowferry. "));
    fflush(stdout);
    for (int c = getchar(); c != EOF && c != '\n';)
        c = getchar();
    terminal_return(s->app->terminal);
    app_changed(s->app);
}

static void redraw(screen *s)
{
    terminal_forget(s->app->terminal);
    app_changed(s->app);
}

static void suspend(screen *s)
{
    terminal_suspend(s->app->terminal);
    app_changed(s->app);
}

static void toggle_mouse(screen *s)
{
    app *a = s->app;
    a->options.mouse = !a->options.mouse;
    terminal_use_mouse(a->terminal, a->options.mouse);
    app_say(a, LOOK_PLAIN, "%s",
            a->options.mouse ? _("mouse on; Shift and drag selects text") : _("mouse off"));
}

static const char *no_error(screen *s)
{
    return s->app->message_error == NULL ? N_("no error is shown") : NULL;
}

static void show_error(screen *s)
{
    const error *e = s->app->message_error;
    g_autoptr(GString) text = g_string_new(e->message);
    if (e->detail != NULL)
        g_string_append_printf(text, "\n\n%s", e->detail);
    if (e->hint != NULL)
        g_string_append_printf(text, "\n\n%s", e->hint);
    if (e->sqlstate[0] != '\0')
        g_string_append_printf(text, "\n\nSQLSTATE %s", e->sqlstate);
    app_view(s->app, _("Error"), text->str);
}

static void quit(screen *s)
{
    app *a = s->app;
    if (app_go(a, NULL) && a->stack->len == 1)
        app_back(a);
}

static const action everywhere[] = {
    { "help", '?', N_("Help"), N_("Show what can be done here"), NULL, 0, show_help, NULL },
    { "help.text", K_F(1), N_("Help"), N_("Show what can be done here, also in a text field"), NULL,
      ACTION_IN_TEXT, show_help, NULL },
    { "palette", ':', NULL, N_("Do something by its name"), NULL, 0, show_palette, NULL },
    { "palette.text", KEY_CONTROL('P'), NULL, N_("Do something by its name, also in a text field"),
      NULL, ACTION_IN_TEXT, show_palette, NULL },
    { "back", K_ESCAPE, NULL, N_("Go back, or leave a question"), NULL, ACTION_IN_TEXT, escape,
      NULL },
    { "back.q", 'q', NULL, N_("Go back"), NULL, 0, go_back, NULL },
    { "find", '/', NULL, N_("Find in the list"), NULL, 0, find, cannot_find },
    { "find.next", 'n', NULL, N_("Find the next"), NULL, 0, find_next, cannot_find },
    { "find.previous", 'N', NULL, N_("Find the previous"), NULL, 0, find_previous, cannot_find },
    { "copy", 'y', NULL, N_("Copy the value to the terminal's clipboard"), NULL, 0, copy_value,
      no_value },
    { "copy.print", 'Y', NULL, N_("Print the value on the plain screen, to be selected there"),
      NULL, 0, print_value, no_value },
    { "error.show", '!', NULL, N_("Show all of the last error"), NULL, 0, show_error, no_error },
    { "go.tasks", '1', NULL, N_("Go to the tasks"), "rowferry task list", 0, screens_go_tasks,
      NULL },
    { "go.runs", '2', NULL, N_("Go to the runs"), "rowferry run list", 0, screens_go_runs, NULL },
    { "go.connections", '3', NULL, N_("Go to the connections"), "rowferry connection list", 0,
      screens_go_connections, NULL },
    { "go.parameters", '4', NULL, N_("Go to the parameters"), "rowferry parameter list", 0,
      screens_go_parameters, NULL },
    { "go.audit", '5', NULL, N_("Go to the audit"), "rowferry audit list", 0, screens_go_audit,
      NULL },
    { "go.doctor", '6', NULL, N_("Go to the doctor"), "rowferry doctor", 0, screens_go_doctor,
      NULL },
    { "mouse", 'M', NULL, N_("Turn the mouse on or off"), NULL, 0, toggle_mouse, NULL },
    { "redraw", KEY_CONTROL('L'), NULL, N_("Draw the whole screen again"), NULL, ACTION_IN_TEXT,
      redraw, NULL },
    { "suspend", KEY_CONTROL('Z'), NULL, N_("Suspend; fg in the shell comes back"), NULL,
      ACTION_IN_TEXT, suspend, NULL },
    { "quit", K_NONE, NULL, N_("Leave Rowferry; runs go on"), NULL, 0, quit, NULL },
    { .id = NULL },
};

const action *app_actions(void)
{
    return everywhere;
}

static bool table_holds(const action *table, const char *id)
{
    for (; table != NULL && table->id != NULL; table++)
        if (strcmp(table->id, id) == 0)
            return true;
    return false;
}

bool app_knows_action(const char *id)
{
    for (const screen_ops *const *one = screens_all(); *one != NULL; one++)
        if (table_holds((*one)->actions, id))
            return true;
    return table_holds(everywhere, id);
}

/* --- the mouse -------------------------------------------------------------- */

#define WHEEL_ROWS 3

/* In lists the wheel moves the selection and a click takes it to its row, where
 * the hardware cursor always stands. Elsewhere the mouse does nothing. */
static void take_mouse(app *a, screen *top)
{
    int y, x, button;
    terminal_mouse(a->terminal, &y, &x, &button);
    if (top->ops->find == NULL || top->ops->key == NULL)
        return;
    int rows = button == 4 ? -WHEEL_ROWS : button == 5 ? WHEEL_ROWS : 0;
    int selected = canvas_cursor_row(terminal_canvas(a->terminal));
    if (button == 1 && selected >= 0)
        rows = y - selected;
    for (; rows != 0; rows += rows < 0 ? 1 : -1)
        top->ops->key(top, rows < 0 ? K_UP : K_DOWN);
}

/* --- keys ------------------------------------------------------------------ */

static void take_key(app *a, ui_key k)
{
    if (k == K_RESIZE) {
        app_changed(a);
        return;
    }
    if (a->asking != NULL) {
        prompt_key(a, k);
        return;
    }
    screen *top = app_top(a);
    if (k == K_MOUSE) {
        take_mouse(a, top);
        app_changed(a);
        return;
    }
    bool in_text = top->ops->in_text != NULL && top->ops->in_text(top);
    action_entry entry;
    bool known = action_find(a, top, k, in_text, &entry);
    if (!known || strcmp(entry.action->id, "error.show") != 0)
        drop_message(a);
    app_changed(a);
    if (k == K_PASTE && !in_text)
        app_say(a, LOOK_WARNING, _("pasted text was dropped: no text field has the focus"));
    else if (known)
        action_perform(a, &entry);
    else if (top->ops->key != NULL)
        top->ops->key(top, k);
}

/* The signal and the closed terminal come together: work is saved once. */
static void hung_up(app *a)
{
    if (a->ended)
        return;
    for (guint i = a->stack->len; i-- > 0;) {
        screen *s = a->stack->pdata[i];
        if (s->ops->rescue != NULL)
            s->ops->rescue(s);
    }
    app_quit(a);
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer user)
{
    (void)fd;
    app *a = user;
    for (;;) {
        ui_key k = terminal_read(a->terminal);
        if (k == K_NONE)
            break;
        if (k == K_HANGUP) {
            hung_up(a);
            return G_SOURCE_REMOVE;
        }
        take_key(a, k);
        if (a->ended)
            return G_SOURCE_REMOVE;
    }
    if ((condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL)) != 0) {
        hung_up(a);
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static gboolean on_end_signal(gpointer user)
{
    hung_up(user);
    return G_SOURCE_CONTINUE;
}

/* --- time ------------------------------------------------------------------ */

static bool minute_passed(const app *a)
{
    civil_time now;
    zone_now(a->engine->zone, a->engine->clock, &now);
    return now.minute != a->clock_minute;
}

/* The store is looked at, never held: a poll of its change counter. */
static void look_again(app *a)
{
    bool changed = a->engine->store != NULL && store_changed(a->engine->store, &a->store_version);
    for (guint i = 0; i < a->stack->len; i++) {
        screen *s = a->stack->pdata[i];
        bool ticks = s->ops->wants_tick != NULL && s->ops->wants_tick(s);
        if (s->ops->refresh != NULL && (changed || ticks))
            s->ops->refresh(s);
    }
}

static gboolean on_tick(gpointer user)
{
    app *a = user;
    a->seconds++;
    if (a->refresh_seconds > 0 && a->seconds % a->refresh_seconds == 0)
        look_again(a);
    if (minute_passed(a))
        app_changed(a);
    return G_SOURCE_CONTINUE;
}

/* One frame right before the loop waits, however many keys came. */
static void run_loop(app *a)
{
    GMainContext *context = g_main_loop_get_context(a->loop);
    while (!a->ended) {
        while (!a->ended && g_main_context_iteration(context, FALSE)) {}
        if (a->ended)
            break;
        if (a->changed)
            frame_draw(a);
        g_main_context_iteration(context, TRUE);
    }
}

/* --- start and end --------------------------------------------------------- */

static void free_all(app *a)
{
    while (a->stack->len > 0) {
        screen *s = g_ptr_array_steal_index(a->stack, a->stack->len - 1);
        jobs_cancel_of(a, s);
        s->ops->free(s);
    }
    jobs_end(a);
    prompt_drop(a);
    drop_message(a);
    terminal_close(a->terminal);
    key_file_free(a->keys);
    g_ptr_array_unref(a->stack);
    g_ptr_array_unref(a->jobs);
    g_ptr_array_unref(a->history);
    g_main_loop_unref(a->loop);
    g_free(a->find_text);
    g_free(a->hint);
    g_free(a);
}

static bool start(app *a, error **err)
{
    g_autofree char *keys = g_build_filename(a->engine->paths->config, "keys.conf", NULL);
    a->keys = key_file_load(keys, err);
    if (a->keys == NULL || engine_store(a->engine, err) == NULL)
        return false;
    store_changed(a->engine->store, &a->store_version);
    g_autofree char *log = g_build_filename(a->engine->paths->data, "terminal.log", NULL);
    const terminal_options options = { .ascii = a->options.ascii,
                                       .colour = a->options.colour,
                                       .mouse = a->options.mouse,
                                       .log_path = log };
    g_autofree char *note = NULL;
    a->terminal = terminal_open(&options, &note, err);
    if (a->terminal == NULL)
        return false;
    app_open(a, screens_home(a));
    if (note != NULL)
        app_say(a, LOOK_WARNING, "%s", note);
    return true;
}

bool app_main(engine *e, const app_options *options, error **err)
{
    app *a = g_new0(app, 1);
    a->engine = e;
    a->options = *options;
    a->refresh_seconds = 1;
    a->stack = g_ptr_array_new();
    a->jobs = g_ptr_array_new();
    a->history = g_ptr_array_new_with_free_func(g_free);
    a->loop = g_main_loop_new(NULL, FALSE);
    bool started = start(a, err);
    if (started) {
        guint sources[] = {
            g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, a),
            g_unix_fd_add(terminal_wakeup(a->terminal), G_IO_IN, on_input, a),
            g_unix_signal_add(SIGHUP, on_end_signal, a),
            g_unix_signal_add(SIGTERM, on_end_signal, a),
            g_unix_signal_add(SIGINT, on_end_signal, a),
            g_timeout_add(TICK_MS, on_tick, a),
        };
        run_loop(a);
        for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
            if (g_main_context_find_source_by_id(NULL, sources[i]) != NULL)
                g_source_remove(sources[i]);
    }
    free_all(a);
    return started;
}
