/* terminal_signals.c - SIGWINCH, SIGCONT and SIGTSTP reach a loop that polls.
 *
 * ncurses' own SIGWINCH handler sets a flag that getch() looks at; a loop that
 * sleeps in poll() without SIGWINCH among its descriptors would see it only with
 * the next key, and g_unix_signal_add() would replace that handler. So the
 * handlers are ours: they write to a descriptor that the loop polls, and the size
 * is asked of the terminal itself.
 */
#include "base/intl.h"
#include "ui/terminal_private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const struct {
    int number;
    int bit;
} caught[] = {
    { SIGWINCH, SIGNAL_RESIZED },
    { SIGCONT, SIGNAL_CONTINUED },
    { SIGTSTP, SIGNAL_STOP },
};

/* A signal handler can be handed nothing. */
static struct {
    volatile sig_atomic_t came[G_N_ELEMENTS(caught)];
    int descriptor;
    struct sigaction previous[G_N_ELEMENTS(caught)];
} state = { .descriptor = -1 };

static void on_signal(int number)
{
    int saved = errno;
    for (size_t i = 0; i < G_N_ELEMENTS(caught); i++) {
        if (caught[i].number == number)
            state.came[i] = 1;
    }
    const guint64 one = 1;
    ssize_t n = write(state.descriptor, &one, sizeof one); /* full means woken already */
    (void)n;
    errno = saved;
}

bool terminal_signals_install(error **err)
{
    state.descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (state.descriptor < 0)
        return error_set(err, ERROR_IO, _("could not make an event descriptor: %s"),
                         g_strerror(errno));
    struct sigaction catch = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    sigemptyset(&catch.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(caught); i++) {
        state.came[i] = 0;
        (void)sigaction(caught[i].number, &catch, &state.previous[i]);
    }
    return true;
}

void terminal_signals_remove(void)
{
    if (state.descriptor < 0)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(caught); i++)
        (void)sigaction(caught[i].number, &state.previous[i], NULL);
    close(state.descriptor);
    state.descriptor = -1;
}

int terminal_signals_descriptor(void)
{
    return state.descriptor;
}

unsigned terminal_signals_take(void)
{
    guint64 count;
    ssize_t n = read(state.descriptor, &count, sizeof count);
    (void)n; /* nothing to read means that nothing came */
    unsigned came = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(caught); i++) {
        if (state.came[i] != 0) {
            state.came[i] = 0;
            came |= (unsigned)caught[i].bit;
        }
    }
    return came;
}

void terminal_signals_stop(void)
{
    struct sigaction usual = { .sa_handler = SIG_DFL }, ours;
    sigemptyset(&usual.sa_mask);
    (void)sigaction(SIGTSTP, &usual, &ours);
    (void)raise(SIGTSTP);
    (void)sigaction(SIGTSTP, &ours, NULL);
}
