/* answer.h - the answer to one operation that a screen shows: asked for, waited
 * for, there, or failed. Lives in its screen, which must be the one it was
 * asked for; closing the screen stops the waiting.
 */
#ifndef ROWFERRY_UI_ANSWER_H
#define ROWFERRY_UI_ANSWER_H

#include "ui/app.h"
#include "ui/row_text.h"

typedef struct {
    screen *on;
    const char *operation; /* asked for last: constant */
    json_t *in;            /* asked with */
    job *running;          /* or NULL */
    json_t *out;           /* or NULL; stays while a newer one is waited for */
    error *failure;        /* or NULL */
    bool again;            /* ask once more as soon as it is there */
    bool given_up;
    /* It is there, or failed. NULL: nobody wants to know. */
    void (*arrived)(screen *s);
} answer;

/* Ask @operation (constant) with @in (taken over; NULL: {}) for @s. One that is
 * still running is cancelled. The last answer stays. */
void answer_ask(answer *x, screen *s, const char *operation, json_t *in);
/* The same again; now, or after the one that is running. Before the first
 * answer_ask() nothing happens. */
void answer_refresh(answer *x);
/* Give up waiting; false when nothing ran. */
bool answer_cancel(answer *x);
/* Forget question and answer. */
void answer_clear(answer *x);

bool answer_waits(const answer *x);
/* The array @key of the answer: borrowed, NULL when there is none. */
const json_t *answer_list(const answer *x, const char *key);

/* While there is no answer: @loading with the seconds, or why it failed, at row
 * @y. False when there is one, and nothing was drawn. */
bool answer_draw_state(const answer *x, canvas *c, int y, const char *loading);
/* Message, detail and hint of @e from row @y on; returns the rows used. */
int answer_draw_failure(canvas *c, int y, const error *e);

#endif
