/* terminal.h - the terminal itself: taking it over, giving it back whatever
 * happens, keys in, frames out (screens.md sections 1 and 5).
 *
 * One per process, used by the thread that opened it.
 */
#ifndef ROWFERRY_UI_TERMINAL_H
#define ROWFERRY_UI_TERMINAL_H

#include "base/error.h"
#include "ui/canvas.h"
#include "ui/key.h"

typedef struct {
    bool ascii;         /* --ascii: no characters beyond ASCII of our own */
    const char *colour; /* "auto", "always", "never" */
    bool mouse;
    const char *log_path; /* where stderr goes while the screen is up, or NULL */
} terminal_options;

typedef struct terminal terminal;

/* Take over the terminal on standard input and output. ERROR_USAGE when they
 * are none. An unknown TERM falls back; *note (may be NULL; caller frees) then
 * says so. Fatal signals restore the terminal from here on. */
terminal *terminal_open(const terminal_options *options, char **note, error **err);
/* Restore it; what is written afterwards stands below what was there. NULL is fine. */
void terminal_close(terminal *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(terminal, terminal_close)

/* The whole screen as a canvas: borrowed, valid until the next resize. */
canvas *terminal_canvas(terminal *t);
/* Whether lines, bars and sparklines may use UTF-8. */
bool terminal_is_wide(const terminal *t);

/* The next key that has arrived, K_NONE when there is none; never waits, except
 * up to ESCDELAY (50 ms) after an Esc. A loop polls standard input and
 * terminal_wakeup() for reading and then reads until K_NONE. A bracketed paste is
 * one K_PASTE. K_RESIZE: the canvas is a new one, draw it all (the size changed,
 * or the program was stopped and goes on). K_HANGUP: the terminal is gone; every
 * later read says so again. */
ui_key terminal_read(terminal *t);
/* Becomes readable when there is something to read that is not on standard input
 * (a signal came). Borrowed. */
int terminal_wakeup(const terminal *t);
/* The text of the last K_PASTE, as sent: borrowed until the next read. NULL when
 * no text field had the focus: it is dropped. */
const char *terminal_pasted(const terminal *t);
/* Whether a text field has the focus. Bracketed paste is always on, since else a
 * text pasted into a list would be taken for commands. */
void terminal_accept_paste(terminal *t, bool accept);
void terminal_use_mouse(terminal *t, bool use);
/* Where the last K_MOUSE was, and its button: 1 to 3, 4 and 5 are the wheel. */
void terminal_mouse(const terminal *t, int *y, int *x, int *button);

/* Begin a frame: the canvas is blank, the cursor in its last corner. */
void terminal_begin(terminal *t);
/* Send what changed since the last frame, and nothing else. */
void terminal_end(terminal *t);
/* The next frame is sent whole (^L, after other programs wrote). */
void terminal_forget(terminal *t);

/* Give the terminal to somebody else for a while (an editor, the shell after
 * ^Z, a plain print), and take it back with the size it has then. */
void terminal_leave(terminal *t);
void terminal_return(terminal *t);
/* ^Z: leave, stop this process alone, return. */
void terminal_suspend(terminal *t);
/* Set the clipboard with OSC 52. @text is any bytes. False when this terminal is
 * known to have none; true does not mean that it listened. */
bool terminal_copy(terminal *t, const char *text);

#endif
