/* wizard.h - a task being made or changed: one document that several screens,
 * the steps, work on.
 *
 * Each step is a screen of its own that begins with struct wizard_step; going to
 * another step replaces it. Nothing reaches the store before Save, except the
 * draft, which every change of step writes. The wizard fills in wizard and number
 * of a new step and counts its hold; a step that has loaded its fields for one
 * wizard_changes() loads them again when that differs.
 */
#ifndef ROWFERRY_UI_WIZARD_H
#define ROWFERRY_UI_WIZARD_H

#include "ui/screens.h"

typedef enum {
    STEP_BASICS,  /* name, description, time zone, parameters */
    STEP_SOURCE,  /* connection, table, query, tables, file */
    STEP_FILTER,  /* conditions, or SQL text; preview */
    STEP_TARGET,  /* connection, table, mode, key, slice, pre-SQL, post-SQL */
    STEP_MAPPING, /* the grid */
    STEP_LIMITS,  /* rejects, limits, retries, verification */
    STEP_REVIEW,  /* the plan; save, save and run, dry run */
    STEPS,
} step_number;

typedef struct wizard wizard;

typedef struct {
    screen base;
    wizard *wizard; /* borrowed */
    step_number number;
    /* Put what is being typed into the document, before it is saved or another step
     * shown; false: it is wrong, and the step says why. NULL: it is there already. */
    bool (*settle)(screen *s);
} wizard_step;

/* The document as `task save` reads it: borrowed; steps change it in place
 * through wizard_change(). */
const json_t *wizard_document(const wizard *w);
/* Put @value (taken over; NULL takes it away) at @path ("target.mode",
 * "mapping.columns[2].source"); objects and lists on the way are made, emptied
 * ones are removed. One undo step; letters of one text typed without a pause are
 * one together. A value that is there already changes nothing. */
void wizard_change(wizard *w, const char *path, json_t *value);
/* The value at @path: borrowed, NULL when there is none. */
const json_t *wizard_value(const wizard *w, const char *path);
/* The text at @path, "" when there is none or it is no text: borrowed. */
const char *wizard_text(const wizard *w, const char *path);
/* Take back the last change; false when there is none. */
bool wizard_undo(wizard *w);
/* Counts changes, so that a step knows when to load its fields again. */
unsigned wizard_changes(const wizard *w);
/* The task being edited, NULL for a new one: borrowed. */
const char *wizard_task(const wizard *w);
/* The business date that the review plans and a first run takes; NULL: the usual
 * one. No part of the document. Borrowed. */
const char *wizard_date(const wizard *w);
void wizard_set_date(wizard *w, const char *date);
/* What the last save or check found wrong, until the next change; *path (may be
 * NULL) is what it is about ("source.split.column"), or NULL. The step is the
 * right one already: it puts the focus on the field in resume(). Borrowed. */
const char *wizard_complaint(const wizard *w, const char **path);

/* --- for the ops of the steps --- */

/* Go to another step: writes the draft, replaces the screen. */
void wizard_go(screen *s, step_number to);
/* Actions that every step has, to be put into its table of actions. */
void wizard_next(screen *s);     /* F10 */
void wizard_previous(screen *s); /* F9 */
void wizard_save(screen *s);     /* F2: checks, saves, says what happened, closes */
void wizard_save_and_run(screen *s);
void wizard_edit_json(screen *s); /* ^E: the document in $EDITOR, errors at their place */
void wizard_take_back(screen *s); /* F3 */
void wizard_choose_step(screen *s);
const char *wizard_cannot_go_on(screen *s); /* refused() of wizard_next */
const char *wizard_cannot_go_back(screen *s);
const char *wizard_cannot_take_back(screen *s);
/* The actions above in a table of actions, after those of the step itself. */
#define WIZARD_ACTIONS                                                                       \
    { "wizard.next", K_F(10),        N_("Next"),  N_("Go to the next step"),                 \
      NULL,          ACTION_IN_TEXT, wizard_next, wizard_cannot_go_on },                     \
        { "wizard.previous",                                                                 \
          K_F(9),                                                                            \
          N_("Back"),                                                                        \
          N_("Go to the step before"),                                                       \
          NULL,                                                                              \
          ACTION_IN_TEXT,                                                                    \
          wizard_previous,                                                                   \
          wizard_cannot_go_back },                                                           \
        { "wizard.save",                                                                     \
          K_F(2),                                                                            \
          N_("Save"),                                                                        \
          N_("Check the task and save it"),                                                  \
          "rowferry task save FILE",                                                         \
          ACTION_IN_TEXT | ACTION_WRITES,                                                    \
          wizard_save,                                                                       \
          NULL },                                                                            \
        { "wizard.json",                                                                     \
          KEY_CONTROL('E'),                                                                  \
          N_("JSON"),                                                                        \
          N_("Edit the whole task as JSON in your editor"),                                  \
          "rowferry task export TASK",                                                       \
          ACTION_IN_TEXT,                                                                    \
          wizard_edit_json,                                                                  \
          NULL },                                                                            \
        { "wizard.undo", K_F(3),         N_("Undo"),       N_("Take back the last change"),  \
          NULL,          ACTION_IN_TEXT, wizard_take_back, wizard_cannot_take_back },        \
        { "wizard.step",  KEY_CONTROL('G'),   NULL, N_("Go to a step of your choice"), NULL, \
          ACTION_IN_TEXT, wizard_choose_step, NULL },                                        \
    {                                                                                        \
        "wizard.save_run", K_NONE, NULL, N_("Save the task and run it once"), NULL,          \
            ACTION_IN_TEXT | ACTION_WRITES, wizard_save_and_run, NULL                        \
    }
/* screen_ops functions that every step uses. */
char *wizard_crumb(screen *s);
bool wizard_leave(screen *s); /* asks: keep the draft, throw away, stay */
void wizard_rescue(screen *s);
/* Frees nothing but its hold on the model; a step's free() calls it. */
void wizard_release(wizard_step *s);

/* "4 Target", translated. Caller frees. */
char *wizard_step_title(step_number number);
/* The line of steps at row @y. */
void wizard_draw_steps(const wizard_step *s, canvas *c, int y);

/* --- the steps, each made by the file of its name --- */
wizard_step *wizard_basics_new(app *a, wizard *w);
wizard_step *wizard_source_new(app *a, wizard *w);
wizard_step *wizard_filter_new(app *a, wizard *w);
wizard_step *wizard_target_new(app *a, wizard *w);
wizard_step *wizard_mapping_new(app *a, wizard *w);
wizard_step *wizard_limits_new(app *a, wizard *w);
wizard_step *wizard_review_new(app *a, wizard *w);

extern const screen_ops wizard_basics_ops, wizard_source_ops, wizard_filter_ops, wizard_target_ops,
    wizard_mapping_ops, wizard_limits_ops, wizard_review_ops;

#endif
