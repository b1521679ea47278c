/* form_focus.h - libform behind a form: where its fields stand on pages, and
 * which one has the focus.
 *
 * The library's form is posted on a pad that is never shown: values are drawn
 * by form_draw.c on the canvas, because what libform knows of text is a
 * rectangle of cells (screens.md section 4). Needs an open terminal.
 */
#ifndef ROWFERRY_UI_FORM_FOCUS_H
#define ROWFERRY_UI_FORM_FOCUS_H

#include "ui/form_layout.h"

typedef struct form_focus form_focus;

typedef enum { MOVE_NEXT, MOVE_PREVIOUS, MOVE_NEXT_PAGE, MOVE_PREVIOUS_PAGE } form_move;

/* Fields for the placed ones of @n @places; only where @active is true can the
 * focus be. Out of memory ends the program. */
form_focus *form_focus_new(const form_place *places, const bool *active, unsigned n);
void form_focus_free(form_focus *f);

/* Index of the field with the focus; -1: there is none. */
int form_focus_field(const form_focus *f);
/* False when field @index cannot have it. */
bool form_focus_set(form_focus *f, int index);
int form_focus_page(const form_focus *f);
/* Move the focus; without @wrap not beyond the first and the last field. False
 * when it stayed. A page without fields that take the focus is shown only by
 * the moves of pages. */
bool form_focus_move(form_focus *f, form_move move, bool wrap);

#endif
