/* form_private.h - a form's fields and their values; for form_view.c and
 * form_draw.c only. */
#ifndef ROWFERRY_UI_FORM_PRIVATE_H
#define ROWFERRY_UI_FORM_PRIVATE_H

#include "ui/editor.h"
#include "ui/form_focus.h"
#include "ui/form_view.h"

/* A field with what a person made of it. */
typedef struct {
    const form_field *table;
    editor *text;   /* of the kinds with text, else NULL */
    char *value;    /* of the other kinds */
    char *loaded;   /* what form_view_set() put there */
    char **choices; /* instead of the table's, or NULL */
    char *remark;   /* or NULL */
    unsigned remark_look;
    bool shown;
} form_cell;

struct form_view {
    app *app;
    screen *screen;
    void (*changed)(screen *s, const char *id);
    void (*pressed)(screen *s, const char *id);
    form_cell *cells;
    unsigned n;
    int focused;  /* -1: nothing */
    int choosing; /* whose choices are listed in a box */
    int height, width;
    form_place *places; /* of that size */
    int pages;
    form_focus *focus;
};

static inline bool field_is_text(const form_cell *cell)
{
    return cell->text != NULL;
}

const char *field_value(const form_cell *cell);
const char *const *field_choices(const form_cell *cell);
/* Index of the value among the choices; -1: it is none of them. */
int field_choice(const form_cell *cell);
/* A choice as it is shown. Borrowed. */
const char *field_choice_title(const form_cell *cell, int index);

/* Lay the form out for its size and for what its fields hold now. */
void form_arrange(form_view *f);

/* --- form_draw.c --- */
/* Columns that the value takes. */
int field_columns(const form_cell *cell);
/* What a static field shows below each other, "" when only its label is shown. */
const char *field_static_text(const form_cell *cell);

#endif
