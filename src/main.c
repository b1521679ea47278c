/* main.c - the doors of the program: locale, hardening, then the screens or signals and the
 * command line. */
#include "base/intl.h"
#include "base/secret.h"
#include "service/command_line.h"
#include "service/output.h"
#ifdef HAVE_NCURSES
#include "ui/interface.h"
#endif

#include <locale.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t interrupts;

/* The first signal asks for an orderly end, the second forces it. */
static void on_signal(int number)
{
    if (++interrupts > 1) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

static void catch_signals(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    const struct sigaction stop = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigaction(SIGPIPE, &ignore, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        struct sigaction before;
        sigaction(numbers[i], NULL, &before);
        /* nohup ignores on purpose. */
        if (numbers[i] != SIGHUP || before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &stop, NULL);
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bindtextdomain(PACKAGE_NAME, LOCALEDIR);
    bind_textdomain_codeset(PACKAGE_NAME, "UTF-8");
    textdomain(PACKAGE_NAME);
    g_autoptr(error) failure = NULL;
    if (!process_harden(&failure)) {
        output_error(failure);
        return error_exit_status(failure->code);
    }
#ifdef HAVE_NCURSES
    if (interface_wanted(argc, argv))
        return interface_main(argc, argv);
#endif
    catch_signals();
    return command_line_main(argc, argv, &interrupts);
}
