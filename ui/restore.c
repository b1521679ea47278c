#include "ui/restore.h"

#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_SIZE (64 * 1024)

static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

/* A signal handler can be handed nothing. Two texts, so that the one in use is
 * never the one that is being written. */
static struct {
    struct {
        char bytes[RESTORE_MAX];
        size_t size;
    } texts[2];
    volatile sig_atomic_t current; /* -1: none */
    struct termios modes;
    int stderr_fd;
    pid_t owner;
    struct sigaction previous[G_N_ELEMENTS(fatal)];
    bool installed, at_exit;
    char stack[STACK_SIZE];
} state = { .current = -1, .stderr_fd = -1 };

/* Async-signal-safe. Every step is tried, whatever happened to the others. */
static void restore_now(void)
{
    int current = state.current;
    if (current < 0 || getpid() != state.owner)
        return;
    state.current = -1;
    const char *p = state.texts[current].bytes, *end = p + state.texts[current].size;
    while (p < end) {
        ssize_t n = write(STDOUT_FILENO, p, (size_t)(end - p));
        if (n <= 0)
            break;
        p += n;
    }
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &state.modes);
    if (state.stderr_fd >= 0)
        (void)dup2(state.stderr_fd, STDERR_FILENO);
}

static void on_fatal(int number, siginfo_t *info, void *context)
{
    (void)context;
    restore_now();
    for (size_t i = 0; i < G_N_ELEMENTS(fatal); i++) {
        if (fatal[i] == number)
            (void)sigaction(number, &state.previous[i], NULL);
    }
    /* A fault happens again when we return, and the previous handler then sees
     * the true place; what somebody sent must be sent again. */
    if (info->si_code <= 0)
        (void)raise(number);
}

void restore_install(const struct termios *modes, int stderr_fd)
{
    state.modes = *modes;
    state.stderr_fd = stderr_fd;
    state.owner = getpid();
    state.current = -1;
    if (!state.at_exit)
        state.at_exit = atexit(restore_now) == 0;
    if (state.installed)
        return;
    /* A stack of its own, since an overflow of the usual one is a crash too. The
     * one of a sanitizer stays: it would unmap ours. */
    stack_t have;
    if (sigaltstack(NULL, &have) == 0 && (have.ss_flags & SS_DISABLE) != 0) {
        stack_t own = { .ss_sp = state.stack, .ss_size = sizeof state.stack };
        (void)sigaltstack(&own, NULL);
    }
    struct sigaction catch = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigemptyset(&catch.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(fatal); i++)
        (void)sigaction(fatal[i], &catch, &state.previous[i]);
    state.installed = true;
}

void restore_remove(void)
{
    state.current = -1;
    if (!state.installed)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(fatal); i++)
        (void)sigaction(fatal[i], &state.previous[i], NULL);
    stack_t have;
    if (sigaltstack(NULL, &have) == 0 && have.ss_sp == state.stack) {
        stack_t none = { .ss_flags = SS_DISABLE };
        (void)sigaltstack(&none, NULL);
    }
    state.installed = false;
}

void restore_set(const char *bytes, size_t size)
{
    if (bytes == NULL) {
        state.current = -1;
        return;
    }
    int next = state.current == 0 ? 1 : 0;
    state.texts[next].size = MIN(size, (size_t)RESTORE_MAX);
    memcpy(state.texts[next].bytes, bytes, state.texts[next].size);
    state.current = next;
}
