/* app_private.h - what the files of the program behind the screens share. */
#ifndef ROWFERRY_UI_APP_PRIVATE_H
#define ROWFERRY_UI_APP_PRIVATE_H

#include "ui/actions.h"
#include "ui/editor.h"
#include "ui/terminal.h"

/* One line of text being asked for in the message line. */
typedef struct {
    screen *on;
    char *label;
    editor *text;
    bool finding; /* '/': the screen's find() follows every key */
    void (*entered)(screen *s, const char *text, void *user);
    void *user;
} prompt;

struct app {
    engine *engine;
    app_options options;
    terminal *terminal;
    key_file *keys;
    GMainLoop *loop;
    GPtrArray *stack; /* of screen*; the last one is on top */
    GPtrArray *jobs;  /* of job*, all that somebody waits for */
    struct job_thread *thread;
    char *message; /* or NULL */
    unsigned message_look;
    char *hint;           /* of the frame being drawn, or NULL */
    error *message_error; /* whose message it is, or NULL */
    prompt *asking;       /* or NULL */
    char *find_text;      /* or NULL */
    GPtrArray *history;   /* of char*: see app_history() */
    int64_t store_version;
    int clock_minute;             /* the one that the header shows */
    int refresh_seconds, seconds; /* screens look again when the second is a multiple; 0: never */
    bool changed, ended;
};

static inline screen *app_top(app *a)
{
    return a->stack->len > 0 ? a->stack->pdata[a->stack->len - 1] : NULL;
}

/* The actions that work everywhere. Constant. */
const action *app_actions(void);
const key_file *app_keys(const app *a);
/* Whether some screen, or everywhere, has the action @id. */
bool app_knows_action(const char *id);

/* --- frame.c --- */
/* Draw everything and send what changed. */
void frame_draw(app *a);

/* --- prompt.c --- */
/* A key while something is asked for in the message line. */
void prompt_key(app *a, ui_key k);
void prompt_draw(app *a, canvas *c, int y);
/* Ask for what to find; find the last text again. */
void prompt_find(app *a, screen *s);
void prompt_find_again(app *a, screen *s, int step);
/* Nobody waits for the answer any more. */
void prompt_drop(app *a);

/* --- job.c --- */
/* Forget all jobs of @s (NULL: of everybody) and tell their processes to stop. */
void jobs_cancel_of(app *a, const screen *s);
/* End the thread; waits for what it does now. */
void jobs_end(app *a);

#endif
