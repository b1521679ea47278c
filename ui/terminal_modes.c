/* terminal_modes.c - what is switched on beside curses, and how all is switched
 * off again by a program that can no longer call curses.
 */
#include "ui/restore.h"
#include "ui/terminal_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

#define BRACKETS_ON  "\033[?2004h"
#define BRACKETS_OFF "\033[?2004l"
#define MOUSE_ON     "\033[?1000h\033[?1006h"
#define MOUSE_OFF    "\033[?1006l\033[?1000l"

void terminal_write(terminal *t, const char *bytes, size_t size)
{
    while (size > 0 && !t->gone) {
        ssize_t n = write(STDOUT_FILENO, bytes, size);
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
        } else if (errno == EAGAIN) {
            struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
            (void)poll(&out, 1, -1);
        } else if (errno != EINTR) {
            t->gone = true;
        }
    }
}

/* Append the string capability @name, without its padding. */
static void append_capability(GString *out, const char *name)
{
    const char *s = tigetstr(name);
    if (s == NULL || s == (const char *)-1)
        return;
    while (*s != '\0') {
        const char *end = g_str_has_prefix(s, "$<") ? strchr(s, '>') : NULL;
        if (end != NULL)
            s = end + 1;
        else
            g_string_append_c(out, *s++);
    }
}

bool terminal_is_described(const char *name)
{
    int found = 0;
    TERMINAL *before = cur_term;
    if (setupterm(name, STDOUT_FILENO, &found) != OK)
        return false;
    TERMINAL *made = set_curterm(before);
    (void)del_curterm(made);
    return true;
}

bool terminal_can(const char *capability)
{
    const char *s = tigetstr(capability);
    return s != NULL && s != (const char *)-1;
}

static void append_own_modes_off(const terminal *t, GString *out)
{
    if (t->mouse)
        g_string_append(out, MOUSE_OFF);
    if (t->brackets)
        g_string_append(out, BRACKETS_OFF);
}

static void prepare_restore(terminal *t)
{
    g_autoptr(GString) out = g_string_new(NULL);
    append_own_modes_off(t, out);
    append_capability(out, "sgr0");
    append_capability(out, "op");
    append_capability(out, "rmkx");
    append_capability(out, "cnorm");
    if (terminal_can("rmcup")) {
        append_capability(out, "rmcup");
    } else {
        const char *last = tiparm(tigetstr("cup"), LINES - 1, 0);
        g_string_append(out, last != NULL ? last : "");
    }
    g_string_append(out, "\r\n");
    restore_set(out->str, out->len);
}

void terminal_modes_on(terminal *t)
{
    if (t->mouse)
        terminal_write(t, MOUSE_ON, strlen(MOUSE_ON));
    if (t->brackets)
        terminal_write(t, BRACKETS_ON, strlen(BRACKETS_ON));
    prepare_restore(t);
}

void terminal_modes_off(terminal *t)
{
    g_autoptr(GString) out = g_string_new(NULL);
    append_own_modes_off(t, out);
    terminal_write(t, out->str, out->len);
}

void terminal_step_below(terminal *t)
{
    if (!terminal_can("rmcup"))
        terminal_write(t, "\r\n", 2);
}

void terminal_divert_errors(terminal *t)
{
    if (t->stderr_fd < 0)
        return;
    int log = t->log_path != NULL
                  ? open(t->log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)
                  : -1;
    if (log < 0)
        log = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (log >= 0) {
        (void)dup2(log, STDERR_FILENO);
        close(log);
    }
}

void terminal_return_errors(terminal *t)
{
    if (t->stderr_fd >= 0)
        (void)dup2(t->stderr_fd, STDERR_FILENO);
}
