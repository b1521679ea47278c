/* terminal_private.h - what the files of the terminal share: the object, its
 * signals and its modes.
 */
#ifndef ROWFERRY_UI_TERMINAL_PRIVATE_H
#define ROWFERRY_UI_TERMINAL_PRIVATE_H

#include "ui/canvas_private.h"
#include "ui/input.h"
#include "ui/terminal.h"

#include <termios.h>

struct terminal {
    SCREEN *screen;
    canvas *canvas;
    canvas_style style;
    input *input;
    char *name;           /* of the terminfo entry in use */
    struct termios modes; /* as they were */
    int escape_delay_ms;
    int stderr_fd; /* the real one, -1: it stayed where it was */
    char *log_path;
    bool up;       /* the screen is ours at the moment */
    bool gone;     /* hung up */
    bool brackets; /* the terminal knows bracketed paste */
    bool accept_paste, paste_accepted;
    bool mouse;
};

/* --- modes (terminal_modes.c) --- */

/* Whether terminfo knows @name. newterm() for one that it does not would leak. */
bool terminal_is_described(const char *name);
/* Whether the terminal in use has the string @capability of terminfo. */
bool terminal_can(const char *capability);
/* Write all of @bytes, however slow the line is. */
void terminal_write(terminal *t, const char *bytes, size_t size);
/* Switch on what the screen needs beyond curses, and prepare what a crash writes. */
void terminal_modes_on(terminal *t);
void terminal_modes_off(terminal *t);
/* Standard error goes to the log while the screen is up, and back. */
void terminal_divert_errors(terminal *t);
void terminal_return_errors(terminal *t);
/* A newline, so that the shell does not write over our last line where there was
 * no alternate screen. */
void terminal_step_below(terminal *t);

/* --- signals (terminal_signals.c) --- */

enum { SIGNAL_RESIZED = 1, SIGNAL_CONTINUED = 2, SIGNAL_STOP = 4 };

/* Catch SIGWINCH, SIGCONT and SIGTSTP. The previous handlers are kept. */
bool terminal_signals_install(error **err);
void terminal_signals_remove(void);
int terminal_signals_descriptor(void);
/* What came since the last call, a set of the above. */
unsigned terminal_signals_take(void);
/* Stop this process alone, until it is continued. */
void terminal_signals_stop(void);

#endif
