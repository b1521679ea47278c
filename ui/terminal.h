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
    bool ascii;           /* --ascii: no characters beyond ASCII of our own */
    const char *colour;   /* "auto", "always", "never" */
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
 * up to ESCDELAY (50 ms) after an Esc. A bracketed paste is one K_PASTE. After
 * K_RESIZE the canvas is a new one. */
ui_key terminal_read(terminal *t);
/* The text of the last K_PASTE, as sent: borrowed until the next read. */
const char *terminal_pasted(const terminal *t);
/* Whether a text field has the focus: only then bracketed paste is on. */
void terminal_accept_paste(terminal *t, bool accept);
void terminal_use_mouse(terminal *t, bool use);

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
/* Set the clipboard with OSC 52. @text is any bytes. */
void terminal_copy(terminal *t, const char *text);

#endif
