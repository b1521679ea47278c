/* screen.h - what one screen is: a table of functions, and a table of actions
 * that footer, help, palette, key file and manual are made from.
 */
#ifndef ROWFERRY_UI_SCREEN_H
#define ROWFERRY_UI_SCREEN_H

#include "ui/canvas.h"
#include "ui/key.h"

typedef struct app app;
typedef struct screen screen;

enum {
    ACTION_WRITES = 1 << 0,  /* changes data or the store: hidden with --readonly */
    ACTION_IN_TEXT = 1 << 1, /* its key works while a text field has the focus */
};

/* One thing a person can do on a screen. */
typedef struct {
    const char *id;      /* "task.run": its name everywhere. NULL ends a table */
    ui_key key;          /* K_NONE: palette only */
    const char *label;   /* untranslated, one or two words, for the footer; NULL: never there */
    const char *help;    /* untranslated, one sentence without a full stop */
    const char *command; /* the command line that does the same, or NULL */
    unsigned flags;
    /* Do it. The screen is the one whose table holds the action. */
    void (*perform)(screen *s);
    /* Why it cannot be done now (untranslated), NULL when it can; NULL: always can. */
    const char *(*refused)(screen *s);
} action;

typedef struct {
    const char *id;        /* "runs": where the screen's actions live, for help and key file */
    const char *title;     /* untranslated: its crumb, unless title() is there */
    const char *summary;   /* untranslated: one sentence at the top of its help */
    const action *actions; /* in order of importance; the footer shows the first that fit */
    bool box;              /* drawn in a box over the screen below */
    /* The crumb; caller frees. NULL: @title. */
    char *(*name)(screen *s);
    /* Draw into the content area. Layout is a function of its size alone. */
    void (*draw)(screen *s, canvas *c);
    /* Size of the box (rows and columns with its border), for @box. */
    void (*size)(screen *s, int rows, int columns, int *height, int *width);
    /* A key that no action took; true when it was used. */
    bool (*key)(screen *s, ui_key k);
    /* Whether a text field has the focus: letters are text then. NULL: never. */
    bool (*in_text)(screen *s);
    /* The store changed, or a second went by while @wants_tick: look again. */
    void (*refresh)(screen *s);
    bool (*wants_tick)(screen *s);
    /* It became the top screen (again). */
    void (*resume)(screen *s);
    /* Esc or q: true when it may be closed; false when it deals with that itself
     * (unsaved edits). NULL: always. */
    bool (*leave)(screen *s);
    /* The program ends without the person's will (hang-up): save the draft. */
    void (*rescue)(screen *s);
    /* Find: see list_find(); screens that have it get '/', n and N. */
    bool (*find)(screen *s, const char *text, int step, bool from_next);
    /* The value that y and Y copy; caller frees; NULL when there is none. */
    char *(*value)(screen *s);
    void (*free)(screen *s); /* frees @s too */
} screen_ops;

/* Every screen begins with this. */
struct screen {
    const screen_ops *ops;
    app *app;
};

#endif
