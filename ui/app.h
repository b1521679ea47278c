/* app.h - the program behind the screens: the stack, the loop, messages,
 * questions, and operations that run beside the keys.
 *
 * All functions belong to the one thread of the loop.
 */
#ifndef ROWFERRY_UI_APP_H
#define ROWFERRY_UI_APP_H

#include "base/error.h"
#include "ui/screen.h"

#include <jansson.h>
#include <stdint.h>

typedef struct engine engine;

typedef struct {
    bool ascii, readonly, mouse;
    const char *colour; /* "auto", "always", "never" */
} app_options;

/* Open the terminal, show the home screen, return when the person leaves.
 * False when it could not begin. @e stays the caller's; the loop alone uses it
 * meanwhile. */
bool app_main(engine *e, const app_options *options, error **err);

/* --- screens --- */

/* Put @s (taken over) on top. */
void app_open(app *a, screen *s);
/* Close the top screen; the one below resumes. Closing the last ends the program. */
void app_close(app *a, screen *s);
/* As Esc: asks the screen first. */
void app_back(app *a);
void app_quit(app *a);
/* Leave screens until one with @ops (NULL: the first) is on top. False when one
 * did not want to be left. */
bool app_go(app *a, const screen_ops *ops);
/* Something to be seen changed: draw again before the loop waits. */
void app_changed(app *a);

/* The engine, for configuration, zone and clock; not for operations: borrowed. */
engine *app_engine(app *a);
bool app_is_readonly(const app *a);
/* How often screens look again: every second, every five, or 0: by hand only. */
int app_refresh_seconds(const app *a);
void app_set_refresh_seconds(app *a, int seconds);
/* Text of the last K_PASTE: borrowed. */
const char *app_pasted(app *a);

/* The message line, until the next key. @look as in canvas.h. */
void app_say(app *a, unsigned look, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* While drawing: what the message line tells when there is no message, in this
 * frame only. NULL tells nothing. */
void app_hint(app *a, const char *text);
/* Message and hint of @e there; its detail can be opened. */
void app_say_error(app *a, const error *e);

/* --- asking --- */

typedef struct {
    const char *title; /* "Cancel run 1042 of orders_daily?" */
    const char *text;  /* the consequence, several lines, or NULL */
    const char *yes;   /* label of the action: "Cancel run" */
    const char *no;    /* label of the safe choice, which comes first: "Keep running" */
    const char *type;  /* the exact name that must be typed first, or NULL */
} question;

/* Ask in a box; Enter never means yes by itself. @answer is called once, with
 * true only for yes. Texts are copied. The question goes away unanswered
 * (false) when @s is closed. */
void app_ask(app *a, screen *s, const question *q, void (*answer)(screen *s, bool yes, void *user),
             void *user);

/* Choose one of @choices (NULL-ended, copied) in a box; @chosen gets its index,
 * or -1. @current is selected first. */
void app_choose(app *a, screen *s, const char *title, const char *const *choices, int current,
                void (*chosen)(screen *s, int index, void *user), void *user);

/* Ask for one line of text in the message line; @entered gets it, or NULL. */
void app_prompt(app *a, screen *s, const char *label, const char *text,
                void (*entered)(screen *s, const char *text, void *user), void *user);

/* Show a long text in a viewer with find and wrap. */
void app_view(app *a, const char *title, const char *text);

/* Edit @text in $VISUAL, $EDITOR or vi; @suffix for its file name (".json").
 * Waits for the editor with the terminal given away. The new text, NULL when
 * unchanged (*err unset) or when it failed. Caller frees. */
char *app_edit(app *a, const char *text, const char *suffix, error **err);

/* --- operations, beside the keys --- */

typedef struct job job;

/* @out is borrowed, NULL when it failed without a result; @failure is NULL on
 * success. Not called after job_cancel() or after the screen is closed. */
typedef void (*job_done)(screen *s, json_t *out, const error *failure, void *user);

/* Carry out operation @name ("task.list") with @in (taken over; NULL: {}) for
 * @s. Reads of the store go to a thread; everything else to a process of its
 * own, so that a driver that hangs or dies hurts nothing. NULL never. */
job *app_run(app *a, screen *s, const char *name, json_t *in, job_done done, void *user);
/* Have @told called for everything that the operation reports while it runs (a
 * step of connection.test), with the same @user as @done. @what is borrowed. */
void job_listen(job *j, void (*told)(screen *s, json_t *what, void *user));
/* Give up: its process is told to stop. @j is gone afterwards. NULL is fine. */
void job_cancel(job *j);
/* Seconds since it started. */
double job_seconds(const job *j);

#endif
