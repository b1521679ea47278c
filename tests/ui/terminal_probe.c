/* terminal_probe - the least program on terminal.h and canvas.h, for terminal.test.
 *
 *   terminal_probe [--ascii] [--mouse] [--color WHEN] [--log FILE] [--strings FILE]
 *
 * Draws every role and widget and the name of each key. Keys: q ends, p and P
 * paste on and off, m and M the mouse, s suspends, c copies, e writes to stderr,
 * t leaves and returns, x dies of a null pointer, o of a stack that is full, h
 * draws the strings of FILE, a NUL after each, one screen after the other.
 */
#include "base/intl.h"
#include "ui/terminal.h"

#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    terminal *terminal;
    GString *keys; /* names of the last ones */
    char *pasted;
    gchar *strings;
    gsize strings_size, strings_at;
    int depth;
    bool hostile, ended;
} probe;

static void draw_roles(canvas *c)
{
    static const struct {
        const char *name;
        unsigned look;
    } roles[] = {
        { "plain", LOOK_PLAIN },     { "accent", LOOK_ACCENT }, { "good", LOOK_GOOD },
        { "warning", LOOK_WARNING }, { "bad", LOOK_BAD },       { "quiet", LOOK_QUIET },
    };
    for (int i = 0; i < (int)G_N_ELEMENTS(roles); i++) {
        canvas_text(c, 3 + i, 4, 10, roles[i].look, roles[i].name);
        canvas_text(c, 3 + i, 16, 10, roles[i].look | LOOK_STRONG, roles[i].name);
        canvas_fill(c, 3 + i, 28, 10, roles[i].look | LOOK_SELECTED);
        canvas_text(c, 3 + i, 28, 10, roles[i].look | LOOK_SELECTED, roles[i].name);
    }
}

static void draw_widgets(canvas *c)
{
    static const double rates[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 4, 0 };
    canvas_bar(c, 10, 4, 32, 0.42);
    canvas_sparkline(c, 11, 4, 32, rates, G_N_ELEMENTS(rates));
    canvas_text(c, 12, 4, 12, LOOK_PLAIN, "a value that does not fit");
    canvas_text(c, 13, 4, 12, LOOK_PLAIN,
                "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E"
                "abcdef");
    canvas_text(c, 13, 20, -1, LOOK_PLAIN, "e\xCC\x81t\xC3\xA9|");
    canvas_right(c, 14, 4, 12, LOOK_PLAIN, "1,234");
    canvas_wrap(c, 10, 44, 30, 4, LOOK_PLAIN, "Words are wrapped at blanks\nand at line ends.");
    g_autoptr(canvas) box = canvas_part(c, 15, 44, 3, 20);
    canvas_box(box);
    canvas_text(box, 1, 2, -1, LOOK_PLAIN, "in a box");
}

static void draw(probe *p)
{
    terminal_begin(p->terminal);
    canvas *c = terminal_canvas(p->terminal);
    int height = canvas_height(c), width = canvas_width(c);
    canvas_format(c, 0, 1, -1, LOOK_ACCENT, "Probe %dx%d %s", width, height,
                  terminal_is_wide(p->terminal) ? "utf8" : "ascii");
    canvas_rule(c, 1, 0, width);
    if (p->hostile) {
        for (int y = 2; y < height - 1 && p->strings_at < p->strings_size; y++) {
            const char *s = p->strings + p->strings_at;
            canvas_text(c, y, 4, -1, LOOK_PLAIN, s);
            p->strings_at += strlen(s) + 1;
        }
        canvas_text(c, height - 1, 0, -1, LOOK_PLAIN,
                    p->strings_at < p->strings_size ? "more" : "all drawn");
    } else {
        draw_roles(c);
        draw_widgets(c);
        canvas_format(c, height - 3, 1, -1, LOOK_PLAIN, "keys %s", p->keys->str);
        if (p->pasted != NULL)
            canvas_format(c, height - 2, 1, -1, LOOK_PLAIN, "pasted [%s]", p->pasted);
        canvas_fill(c, height - 1, 0, -1, LOOK_SELECTED);
        canvas_text(c, height - 1, width - 5, -1, LOOK_SELECTED, "corner");
        canvas_cursor(c, 4, 4);
    }
    terminal_end(p->terminal);
}

static int overflow(volatile int depth)
{
    volatile char room[4096];
    room[0] = (char)depth;
    return depth < 0 ? 0 : overflow(depth + 1) + room[0];
}

/* A real fault: the sanitizer would end the program before it. */
__attribute__((no_sanitize("undefined"))) static void crash(void)
{
    volatile int *nowhere = NULL;
    *nowhere = 1; /* NOLINT: this is the test */
}

static void leave_and_return(terminal *t)
{
    terminal_leave(t);
    puts("a plain print");
    fflush(stdout);
    terminal_return(t);
}

static void take_key(probe *p, ui_key k)
{
    g_autofree char *name = key_label(k);
    if (k != K_RESIZE)
        g_string_append_printf(p->keys, "%s ", name);
    if (p->keys->len > 70)
        g_string_erase(p->keys, 0, 35);
    switch (k) {
    case 'q':
    case K_HANGUP:
        p->ended = true;
        break;
    case 'p':
    case 'P':
        terminal_accept_paste(p->terminal, k == 'p');
        break;
    case 'm':
    case 'M':
        terminal_use_mouse(p->terminal, k == 'm');
        break;
    case 's':
        terminal_suspend(p->terminal);
        break;
    case 'c':
        terminal_copy(p->terminal, "copied");
        break;
    case 'e':
        fputs("complaint of a library\n", stderr);
        break;
    case 't':
        leave_and_return(p->terminal);
        break;
    case 'x':
        crash();
        break;
    case 'o':
        p->depth = overflow(1);
        break;
    case 'h':
        p->hostile = true;
        break;
    case KEY_CONTROL('L'):
        terminal_forget(p->terminal);
        break;
    case K_PASTE: {
        g_free(p->pasted);
        const char *text = terminal_pasted(p->terminal);
        p->pasted = g_strdup(text != NULL ? text : "dropped");
        break;
    }
    case K_MOUSE: {
        int y, x, button;
        terminal_mouse(p->terminal, &y, &x, &button);
        g_string_append_printf(p->keys, "%d,%d,%d ", y, x, button);
        break;
    }
    default:
        break;
    }
}

static void loop(probe *p)
{
    while (!p->ended) {
        draw(p);
        struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                                { .fd = terminal_wakeup(p->terminal), .events = POLLIN } };
        (void)poll(fds, G_N_ELEMENTS(fds), -1);
        for (ui_key k; !p->ended && (k = terminal_read(p->terminal)) != K_NONE;)
            take_key(p, k);
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    terminal_options options = { .colour = "auto" };
    probe p = { .keys = g_string_new(NULL) };
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--ascii") == 0)
            options.ascii = true;
        else if (strcmp(argv[i], "--mouse") == 0)
            options.mouse = true;
        else if (strcmp(argv[i], "--color") == 0)
            options.colour = next;
        else if (strcmp(argv[i], "--log") == 0)
            options.log_path = next;
        else if (strcmp(argv[i], "--strings") == 0 &&
                 !g_file_get_contents(next, &p.strings, &p.strings_size, NULL))
            return 1;
    }
    g_autofree char *note = NULL;
    g_autoptr(error) e = NULL;
    p.terminal = terminal_open(&options, &note, &e);
    if (p.terminal == NULL) {
        fprintf(stderr, "%s\n", e->message);
        return 1;
    }
    if (note != NULL)
        g_string_append_printf(p.keys, "%s ", note);
    loop(&p);
    terminal_close(p.terminal);
    puts("goodbye");
    g_string_free(p.keys, TRUE);
    g_free(p.pasted);
    g_free(p.strings);
    return 0;
}
