#include "ui/terminal.h"

#include "base/intl.h"
#include "ui/restore.h"
#include "ui/terminal_private.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ESCAPE_DELAY_MS 50
#define COPY_MAX        (1024 * 1024) /* bytes; terminals refuse more */

/* --- opening --- */

/* Lines and bars beyond ASCII are of ambiguous width: double in the terminals of
 * these languages. */
static bool may_use_utf8(bool ascii)
{
    static const char *const wide[] = { "zh", "ja", "ko" };
    if (ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return false;
    const char *name = setlocale(LC_CTYPE, NULL);
    for (size_t i = 0; name != NULL && i < G_N_ELEMENTS(wide); i++) {
        if (g_str_has_prefix(name, wide[i]))
            return false;
    }
    return true;
}

static int escape_delay(void)
{
    const char *text = g_getenv("ESCDELAY");
    guint64 ms = 0;
    bool given = text != NULL && g_ascii_string_to_unsigned(text, 10, 1, 5000, &ms, NULL);
    return given ? (int)ms : ESCAPE_DELAY_MS;
}

/* Start curses for TERM, or for what most terminals understand. */
static bool start_screen(terminal *t, char **note, error **err)
{
    const char *wanted = g_getenv("TERM");
    const char *const tried[] = { wanted, "xterm-256color", "xterm", "vt100" };
    for (size_t i = 0; i < G_N_ELEMENTS(tried) && t->screen == NULL; i++) {
        if (tried[i] == NULL || *tried[i] == '\0' || !terminal_is_described(tried[i]))
            continue;
        t->screen = newterm(tried[i], stdout, stdin);
        t->name = t->screen != NULL ? g_strdup(tried[i]) : NULL;
    }
    if (t->screen == NULL) {
        error_set(err, ERROR_USAGE, _("the terminal \"%s\" is not known here, nor is any other"),
                  wanted != NULL ? wanted : "");
        return error_hint(err, _("install the terminal descriptions (ncurses-base), or set TERM"));
    }
    if (note != NULL && g_strcmp0(t->name, wanted) != 0)
        *note = g_strdup_printf(_("TERM \"%s\" is not known here; going on as %s"),
                                wanted != NULL ? wanted : "", t->name);
    return true;
}

static void define_keys(input *in)
{
    static const struct {
        const char *capability;
        ui_key key;
    } keys[] = {
        { "kcuu1", K_UP },      { "kcud1", K_DOWN },    { "kcub1", K_LEFT },
        { "kcuf1", K_RIGHT },   { "khome", K_HOME },    { "kend", K_END },
        { "kpp", K_PAGE_UP },   { "knp", K_PAGE_DOWN }, { "kdch1", K_DELETE },
        { "kich1", K_INSERT },  { "kcbt", K_BACKTAB },  { "kent", K_ENTER },
        { "kbs", K_BACKSPACE }, { "kf1", K_F(1) },      { "kf2", K_F(2) },
        { "kf3", K_F(3) },      { "kf4", K_F(4) },      { "kf5", K_F(5) },
        { "kf6", K_F(6) },      { "kf7", K_F(7) },      { "kf8", K_F(8) },
        { "kf9", K_F(9) },      { "kf10", K_F(10) },    { "kf11", K_F(11) },
        { "kf12", K_F(12) },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *bytes = tigetstr((char *)keys[i].capability);
        if (bytes != (const char *)-1)
            input_define(in, bytes, keys[i].key);
    }
}

/* Consoles and true VT terminals print or misread what they do not know. */
static bool is_plain(const char *name)
{
    return g_str_has_prefix(name, "linux") || g_str_has_prefix(name, "vt");
}

static void new_canvas(terminal *t)
{
    canvas_free(t->canvas);
    t->canvas = canvas_new(stdscr, &t->style);
}

static void prepare_screen(terminal *t, const terminal_options *options)
{
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    idlok(stdscr, TRUE); /* a log that moves up by a line costs a line */
    typeahead(-1);       /* a frame is sent whole, keys or not */
    look_prepare(&t->style.looks,
                 look_choose(options->colour, g_getenv("NO_COLOR"), tigetnum("colors")));
    t->style.utf8 = may_use_utf8(options->ascii);
    new_canvas(t);
    /* The C locale knows no encoding; its terminals speak UTF-8 today. */
    const char *codeset = nl_langinfo(CODESET);
    t->input = input_new(strcmp(codeset, "UTF-8") == 0 || strcmp(codeset, "ANSI_X3.4-1968") == 0);
    define_keys(t->input);
}

/* No terminal at all is a mistake of the caller, who may use the command line. */
static bool is_terminal(terminal *t, error **err)
{
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetattr(STDIN_FILENO, &t->modes) == 0)
        return true;
    error_set(err, ERROR_USAGE, _("the interface needs a terminal as standard input and output"));
    return error_hint(err, _("use the command line: rowferry --help"));
}

terminal *terminal_open(const terminal_options *options, char **note, error **err)
{
    g_autoptr(terminal) t = g_new0(terminal, 1);
    t->stderr_fd = -1;
    if (note != NULL)
        *note = NULL;
    if (!is_terminal(t, err))
        return NULL;
    /* Exported, they would fix the size for ever. */
    g_unsetenv("LINES");
    g_unsetenv("COLUMNS");
    /* Else terminals that stopped needing padding decades ago get NUL bytes. */
    g_setenv("NCURSES_NO_PADDING", "1", FALSE);
    if (!start_screen(t, note, err))
        return NULL;
    if (!terminal_can("cup")) {
        error_set(err, ERROR_USAGE, _("the terminal \"%s\" cannot place its cursor"), t->name);
        error_hint(err, _("use the command line: rowferry --help"));
        return NULL;
    }
    if (!terminal_signals_install(err))
        return NULL;
    t->escape_delay_ms = escape_delay();
    t->log_path = g_strdup(options->log_path);
    t->brackets = !is_plain(t->name);
    t->mouse = options->mouse;
    prepare_screen(t, options);
    if (isatty(STDERR_FILENO))
        t->stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    restore_install(&t->modes, t->stderr_fd);
    terminal_divert_errors(t);
    t->up = true;
    terminal_modes_on(t);
    return g_steal_pointer(&t);
}

void terminal_close(terminal *t)
{
    if (t == NULL)
        return;
    if (t->screen != NULL) {
        terminal_leave(t);
        delscreen(t->screen);
    }
    restore_remove();
    terminal_signals_remove();
    if (t->stderr_fd >= 0)
        close(t->stderr_fd);
    canvas_free(t->canvas);
    input_free(t->input);
    g_free(t->log_path);
    g_free(t->name);
    g_free(t);
}

canvas *terminal_canvas(terminal *t)
{
    return t->canvas;
}

bool terminal_is_wide(const terminal *t)
{
    return t->style.utf8;
}

/* --- keys --- */

/* Take the size that the terminal has now. */
static void take_size(terminal *t)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
        (size.ws_row != LINES || size.ws_col != COLS))
        (void)resize_term(size.ws_row, size.ws_col);
    new_canvas(t);
    terminal_forget(t);
}

/* True when the screen must be drawn anew. */
static bool handle_signals(terminal *t)
{
    unsigned came = terminal_signals_take();
    if ((came & SIGNAL_STOP) != 0 && t->up)
        terminal_suspend(t);
    else if ((came & SIGNAL_CONTINUED) != 0 && t->up) {
        /* Stopped by SIGSTOP: the shell has changed modes and screen meanwhile. */
        terminal_leave(t);
        terminal_return(t);
    } else if ((came & SIGNAL_RESIZED) != 0)
        take_size(t);
    return came != 0;
}

/* Feed what arrived within @wait_ms; false when nothing did. */
static bool feed(terminal *t, int wait_ms)
{
    struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
    int ready = poll(&in, 1, wait_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR))
        return false;
    char bytes[4096];
    ssize_t n = ready > 0 ? read(STDIN_FILENO, bytes, sizeof bytes) : -1;
    if (n > 0)
        input_feed(t->input, bytes, (size_t)n);
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        t->gone = true;
    return n > 0;
}

ui_key terminal_read(terminal *t)
{
    bool fed = true;
    while (!t->gone) {
        if (handle_signals(t))
            return K_RESIZE;
        bool waiting;
        ui_key k = input_next(t->input, !fed, &waiting);
        if (k == K_PASTE)
            t->paste_accepted = t->accept_paste;
        if (k != K_NONE || (!fed && !waiting))
            return k;
        fed = feed(t, waiting ? t->escape_delay_ms : 0);
    }
    return K_HANGUP;
}

int terminal_wakeup(const terminal *t)
{
    (void)t;
    return terminal_signals_descriptor();
}

const char *terminal_pasted(const terminal *t)
{
    return t->paste_accepted ? input_pasted(t->input) : NULL;
}

void terminal_accept_paste(terminal *t, bool accept)
{
    t->accept_paste = accept;
}

void terminal_use_mouse(terminal *t, bool use)
{
    if (t->mouse == use)
        return;
    /* Never a word about a mouse that was never wanted. */
    if (t->up)
        terminal_modes_off(t);
    t->mouse = use;
    if (t->up)
        terminal_modes_on(t);
}

void terminal_mouse(const terminal *t, int *y, int *x, int *button)
{
    input_mouse(t->input, y, x, button);
}

/* --- frames --- */

void terminal_begin(terminal *t)
{
    werase(stdscr);
    t->style.cursor_y = t->style.cursor_x = -1;
}

void terminal_end(terminal *t)
{
    if (t->gone || !t->up)
        return;
    bool placed = t->style.cursor_y >= 0;
    wmove(stdscr, placed ? t->style.cursor_y : LINES - 1, placed ? t->style.cursor_x : COLS - 1);
    wnoutrefresh(stdscr);
    doupdate();
}

void terminal_forget(terminal *t)
{
    (void)t;
    clearok(curscr, TRUE);
}

/* --- giving it away --- */

void terminal_leave(terminal *t)
{
    if (!t->up) {
        /* Opening failed half way. */
        if (!isendwin())
            endwin();
        return;
    }
    t->up = false;
    terminal_modes_off(t);
    endwin();
    terminal_step_below(t);
    restore_set(NULL, 0);
    terminal_return_errors(t);
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &t->modes);
}

void terminal_return(terminal *t)
{
    if (t->up)
        return;
    terminal_divert_errors(t);
    t->up = true;
    take_size(t);
    doupdate(); /* modes and alternate screen, before ours */
    terminal_modes_on(t);
}

void terminal_suspend(terminal *t)
{
    terminal_leave(t);
    terminal_signals_stop();
    terminal_return(t);
    terminal_signals_take();
}

bool terminal_copy(terminal *t, const char *text)
{
    if (is_plain(t->name) || !t->up)
        return false;
    g_autofree char *coded = g_base64_encode((const guchar *)text, MIN(strlen(text), COPY_MAX));
    g_autofree char *sequence = g_strdup_printf("\033]52;c;%s\a", coded);
    terminal_write(t, sequence, strlen(sequence));
    return true;
}
