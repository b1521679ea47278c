/* form_probe - the least program on form_view.h and grid.h, for forms.test.
 *
 *   form_probe [--grid]
 *
 * A form with a field of every kind, or a grid. Esc ends it and prints the
 * values. ^T hides and shows the field "number", ^O writes "filled" into "name".
 */
#include "base/intl.h"
#include "ui/form_view.h"
#include "ui/grid.h"
#include "ui/terminal.h"

#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GRID_ROWS 12

struct app {
    terminal *terminal;
    form_view *form;
    grid *grid; /* or NULL */
    screen screen;
    char *hint, *said;
    bool number_hidden, ended;
    char *cells[GRID_ROWS][3];
};

/* --- the program behind the screen ----------------------------------------------- */

void app_hint(app *a, const char *text)
{
    g_free(a->hint);
    a->hint = g_strdup(text);
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

const char *app_pasted(app *a)
{
    return terminal_pasted(a->terminal);
}

/* The person always takes the last one. */
void app_choose(app *a, screen *s, const char *title, const char *const *choices, int current,
                void (*chosen)(screen *s, int index, void *user), void *user)
{
    int last = (int)g_strv_length((char **)choices) - 1;
    app_say(a, LOOK_PLAIN, "%s: %s, was %s", title, choices[last], choices[current]);
    chosen(s, last, user);
}

/* --- a form ------------------------------------------------------------------------ */

static const char *const timings[] = { "clock", "after", "hand", NULL };
static const char *const timing_titles[] = { "clock", "after another", "by hand", NULL };
static const char *const kinds[] = { "postgresql", "mysql", "oracle", "sqlite", "csv", NULL };

static const form_field fields[] = {
    { "heading", FIELD_STATIC, "A form with a field of every kind", NULL, NULL, NULL, 0 },
    { "gap", FIELD_GAP, NULL, NULL, NULL, NULL, 0 },
    { "name", FIELD_TEXT, "Name", "Tasks call it by this name", NULL, NULL, 30 },
    { "number", FIELD_TEXT, "Number", "Digits", NULL, NULL, 12 },
    { "password", FIELD_SECRET, "Password", NULL, NULL, NULL, 30 },
    { "timing", FIELD_CHOICE, "Timing", "Left and Right change it", timings, timing_titles, 0 },
    { "kind", FIELD_CHOICE, "Kind", "F4 lists all", kinds, NULL, 30 },
    { "flag", FIELD_FLAG, "Flag", NULL, NULL, NULL, 0 },
    { "sql", FIELD_LINES, "SQL", NULL, NULL, NULL, 0 },
    { "note", FIELD_STATIC, "Note", NULL, NULL, NULL, 0 },
    { "test", FIELD_BUTTON, "Test now", "Enter tests", NULL, NULL, 0 },
    { .id = NULL },
};

static void changed(screen *s, const char *id)
{
    form_view *f = s->app->form;
    if (strcmp(id, "number") != 0)
        return;
    const char *text = form_view_get(f, "number");
    bool wrong = text[strspn(text, "0123456789")] != '\0';
    form_view_remark(f, "number", wrong ? LOOK_BAD : LOOK_GOOD,
                     wrong ? "only digits can be part of a number" : "fine");
}

static void pressed(screen *s, const char *id)
{
    app_say(s->app, LOOK_PLAIN, "pressed %s", id);
}

static void make_form(app *a)
{
    a->form = form_view_new(a, &a->screen, fields, changed, pressed);
    form_view_set(a->form, "timing", "clock");
    form_view_set(a->form, "kind", "postgresql");
    form_view_set(a->form, "note", "words that are only read, and wrapped where they are long");
}

/* --- a grid ------------------------------------------------------------------------ */

static const list_column columns[] = {
    { "Field", 10, 20, 0, TEXT_LEFT },
    { "Operator", 8, 10, 2, TEXT_LEFT },
    { "Value", 12, 20, 1, TEXT_LEFT },
    { .title = NULL },
};

static int64_t count(void *user)
{
    (void)user;
    return GRID_ROWS;
}

static void cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    (void)style;
    g_string_append(text, ((const app *)user)->cells[row][column]);
}

static cell_kind kind(void *user, int64_t row, unsigned column)
{
    (void)user;
    (void)row;
    return column == 1 ? CELL_CHOICE : CELL_TEXT;
}

static char **choices(void *user, int64_t row, unsigned column, int *current)
{
    (void)user;
    (void)row;
    (void)column;
    *current = 0;
    return g_strsplit("=,<>,is null", ",", -1);
}

static bool set(void *user, int64_t row, unsigned column, const char *text, char **message)
{
    char **to = &((app *)user)->cells[row][column];
    if (text[0] == '\0') {
        *message = g_strdup("a value is needed");
        return false;
    }
    g_free(*to);
    *to = g_strdup(text);
    return true;
}

static const grid_source source = {
    .count = count, .cell = cell, .kind = kind, .choices = choices, .set = set
};

static void make_grid(app *a)
{
    for (int i = 0; i < GRID_ROWS; i++) {
        a->cells[i][0] = g_strdup_printf("field%d", i);
        a->cells[i][1] = g_strdup("=");
        a->cells[i][2] = g_strdup_printf("value%d", i);
    }
    a->grid = grid_new(a, &a->screen, columns, &source, a);
}

/* --- keys and frames ----------------------------------------------------------------- */

static void draw(app *a)
{
    terminal_begin(a->terminal);
    canvas *c = terminal_canvas(a->terminal);
    int height = canvas_height(c), width = canvas_width(c);
    app_hint(a, NULL);
    canvas_format(c, 0, 1, -1, LOOK_ACCENT, "Probe %dx%d", width, height);
    g_autoptr(canvas) content = canvas_part(c, 1, 0, height - 2, width);
    if (a->grid != NULL)
        grid_draw(a->grid, content, 0, height - 2, true);
    else
        form_view_draw(a->form, content, 0, height - 2, true);
    canvas_text(c, height - 1, 1, width - 2, LOOK_QUIET, a->said != NULL ? a->said : a->hint);
    terminal_accept_paste(a->terminal,
                          a->grid != NULL ? grid_in_text(a->grid) : form_view_in_text(a->form));
    terminal_end(a->terminal);
}

static void take_key(app *a, ui_key k)
{
    if (k != K_RESIZE)
        g_clear_pointer(&a->said, g_free);
    if (k == K_HANGUP || (k == K_ESCAPE && (a->grid == NULL || !grid_cancel(a->grid)))) {
        a->ended = true;
    } else if (k == KEY_CONTROL('T')) {
        a->number_hidden = !a->number_hidden;
        form_view_show(a->form, "number", !a->number_hidden);
    } else if (k == KEY_CONTROL('O')) {
        form_view_set(a->form, "name", "filled");
    } else if (k != K_RESIZE) {
        bool taken = a->grid != NULL ? grid_key(a->grid, k) : form_view_key(a->form, k);
        g_autofree char *label = key_label(k);
        if (!taken)
            app_say(a, LOOK_PLAIN, "not taken: %s", label);
    }
}

static void loop(app *a)
{
    while (!a->ended) {
        draw(a);
        struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                                { .fd = terminal_wakeup(a->terminal), .events = POLLIN } };
        (void)poll(fds, G_N_ELEMENTS(fds), -1);
        for (ui_key k; !a->ended && (k = terminal_read(a->terminal)) != K_NONE;)
            take_key(a, k);
    }
}

static GString *values_of(const app *a)
{
    GString *out = g_string_new(NULL);
    for (int i = 0; a->grid != NULL && i < GRID_ROWS; i++)
        g_string_append_printf(out, "%s|%s|%s\n", a->cells[i][0], a->cells[i][1], a->cells[i][2]);
    for (const form_field *f = fields; a->grid == NULL && f->id != NULL; f++) {
        g_autofree char *value = g_strescape(form_view_get(a->form, f->id), NULL);
        if (f->kind != FIELD_STATIC && f->kind != FIELD_GAP)
            g_string_append_printf(out, "%s=[%s]\n", f->id, value);
    }
    g_string_append_printf(out, "changed=%d\n", form_view_is_changed(a->form));
    return out;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    const terminal_options options = { .colour = "auto" };
    app a = { .ended = false };
    a.screen.app = &a;
    g_autoptr(error) failure = NULL;
    a.terminal = terminal_open(&options, NULL, &failure);
    if (a.terminal == NULL) {
        fprintf(stderr, "%s\n", failure->message);
        return 1;
    }
    if (argc > 1 && strcmp(argv[1], "--grid") == 0)
        make_grid(&a);
    make_form(&a);
    loop(&a);
    /* Before the terminal goes: it has the library's form. */
    g_autoptr(GString) values = values_of(&a);
    form_view_free(a.form);
    terminal_close(a.terminal);
    printf("\n%s", values->str);
    grid_free(a.grid);
    for (int i = 0; i < GRID_ROWS; i++)
        for (int n = 0; n < 3; n++)
            g_free(a.cells[i][n]);
    g_free(a.hint);
    g_free(a.said);
    return 0;
}
