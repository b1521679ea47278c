/* form_view.h - a page of labelled fields: text, secrets, choices, flags and
 * remarks beside them. libform places the fields and moves the focus; the text
 * is edited by editor.h (screens.md section 4). No value ever traps the person:
 * a wrong one gets a message beside its field.
 */
#ifndef ROWFERRY_UI_FORM_VIEW_H
#define ROWFERRY_UI_FORM_VIEW_H

#include "ui/app.h"

typedef enum {
    FIELD_TEXT,
    FIELD_SECRET,
    FIELD_LINES,  /* several rows; grows with the room there is */
    FIELD_CHOICE, /* one of words; Space and Left/Right change it, Enter and F4 list all */
    FIELD_FLAG,   /* [x] */
    FIELD_BUTTON, /* Enter performs pressed() */
    FIELD_STATIC, /* shown, never focused */
    FIELD_GAP,    /* an empty line */
} field_kind;

typedef struct {
    const char *id; /* key of the value; NULL ends a table */
    field_kind kind;
    const char *label;          /* untranslated */
    const char *help;           /* untranslated, in the message line while focused; or NULL */
    const char *const *choices; /* FIELD_CHOICE: values as in documents, NULL-ended */
    const char *const *titles;  /* untranslated, as shown; NULL: the values */
    int width;                  /* columns of the value; 0: to the right edge or the remark */
} form_field;

typedef struct form_view form_view;

/* Needs an open terminal, and is freed before that is closed. @fields is
 * borrowed; what looks a field up by its id insists on one that is there.
 * @changed (may be NULL) is called after every change by
 * the person, @pressed for buttons and F4 on text fields (may be NULL). */
form_view *form_view_new(app *a, screen *s, const form_field *fields,
                         void (*changed)(screen *s, const char *id),
                         void (*pressed)(screen *s, const char *id));
void form_view_free(form_view *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(form_view, form_view_free)

/* Values are texts; a flag is "" or "yes". Borrowed until the next change. */
const char *form_view_get(const form_view *f, const char *id);
void form_view_set(form_view *f, const char *id, const char *value);
/* Replace the choices of a field (copied); the value stays when it is still one. */
void form_view_set_choices(form_view *f, const char *id, const char *const *choices);
/* Shown beside the field (copied); NULL takes it away. */
void form_view_remark(form_view *f, const char *id, unsigned look, const char *text);
/* A hidden field keeps its value. */
void form_view_show(form_view *f, const char *id, bool shown);

const char *form_view_focus(const form_view *f); /* borrowed; NULL: none */
void form_view_set_focus(form_view *f, const char *id);
bool form_view_in_text(const form_view *f);
/* Whether a value differs from what form_view_set() put there last. */
bool form_view_is_changed(const form_view *f);

/* Tab and Shift-Tab go round the fields; Up, Down and Enter stop at the first and
 * the last, PgUp and PgDn turn pages; everything else goes to the focused field.
 * False when it was not taken. */
bool form_view_key(form_view *f, ui_key k);
/* Labels from column 5, values from 21, remarks from 53 or below; pages when
 * the height is too small, the focused field is always visible. */
void form_view_draw(form_view *f, canvas *c, int y, int height, bool focus);

#endif
