/* wizard_private.h - what the files of the wizard share. Steps use wizard.h. */
#ifndef ROWFERRY_UI_WIZARD_PRIVATE_H
#define ROWFERRY_UI_WIZARD_PRIVATE_H

#include "ui/wizard.h"

struct wizard {
    screen *below;  /* the screen that the wizard was opened from; never NULL in the program */
    unsigned holds; /* of steps, and of a draft being written */

    json_t *document, *opened; /* as it is; as it was read */
    GPtrArray *undo;           /* of json_t*, the newest last */
    char *last_path;           /* of a change of text that goes on; NULL: none */
    gint64 last_change;        /* monotonic time */
    unsigned changes;

    char *task;           /* or NULL: a new one */
    int64_t base_version; /* of the task, when it was read; 0 for a new one */
    json_t *tasks;        /* rows of task.list, or NULL: not read yet */
    json_t *offered;      /* drafts to choose from, or NULL */
    bool loading, saving;

    int64_t draft;    /* its id, 0: none yet */
    unsigned drafted; /* wizard_changes() at the last write */
    job *drafting;    /* writing it, or NULL */
    bool discard;     /* to be deleted after that */

    char *complaint, *complaint_path; /* or NULL */
    unsigned complaint_changes;
    char *json_text; /* edited by hand and not right yet, or NULL */
    char *date;      /* of the plan and the run after saving, or NULL */
    bool run_after;  /* save and run */
    json_t *sending; /* what is being saved, or NULL */
    unsigned sent;   /* its wizard_changes() */
};

/* --- wizard_model.c --- */

wizard *wizard_new(screen *below, const char *task);
wizard *wizard_hold(wizard *w);
/* Frees it with the last hold. */
void wizard_unhold(wizard *w);
/* Replace the whole document (taken over): one undo step. */
void wizard_replace(wizard *w, json_t *document);
/* The document as it was read (taken over): nothing to undo, nothing changed. */
void wizard_set_opened(wizard *w, json_t *document);
/* Whether there is something that a save or a draft would keep. */
bool wizard_is_dirty(const wizard *w);
/* The first step that still lacks what a task needs. */
step_number wizard_first_open(const json_t *document);
/* The step that edits @path of the document. */
step_number wizard_step_of(const char *path);
/* The path that the message of an ERROR_DOCUMENT is about: "source.split.column".
 * NULL when it names none. Caller frees. */
char *wizard_path_in(const char *message);
void wizard_complain(wizard *w, const error *e);

/* --- wizard.c --- */

/* settle() of the step @s. */
bool wizard_settle(screen *s);

/* Replace the step @s by @to without writing a draft. Returns the new step. */
screen *wizard_replace_step(screen *s, step_number to);
/* Go to where @e is about, and show it there. */
void wizard_show_error(screen *s, const error *e);

/* --- wizard_draft.c --- */

/* Write the draft when there is something new in it. */
void wizard_keep_draft(wizard *w);
/* The same when nobody will be there to hear about it. */
void wizard_keep_last_draft(wizard *w);
/* Delete it, now or when it has been written. */
void wizard_drop_draft(wizard *w);
/* Read what wizard_open() was asked for into the first step @s. */
void wizard_read(screen *s, int64_t draft);

#endif
