/* editor.h - text being edited: one line or many, UTF-8, with undo and paste.
 *
 * Pure data, no terminal: fields, prompts and the SQL editor draw it. The
 * cursor moves by what a person sees as one character (a base with its
 * combining marks). Positions are bytes into the text.
 */
#ifndef ROWFERRY_UI_EDITOR_H
#define ROWFERRY_UI_EDITOR_H

#include "ui/canvas.h"
#include "ui/key.h"

typedef struct editor editor;

/* @lines: Enter makes a new line; else line ends in a paste become blanks.
 * @secret: draws stars. */
editor *editor_new(const char *text, bool lines, bool secret);
void editor_free(editor *e);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(editor, editor_free)

/* Borrowed until the next change. Always valid UTF-8. */
const char *editor_text(const editor *e);
/* Another number after every change. */
unsigned editor_revision(const editor *e);
size_t editor_cursor(const editor *e);
/* Replace everything; one undo takes it back. The cursor is at the end. */
void editor_set(editor *e, const char *text);
void editor_set_cursor(editor *e, size_t at);

/* Whether the key was taken. Characters, arrows, Home, End, Backspace, Delete,
 * ^U (all of the line), ^W (word), ^K (to the end), F3 (undo); with lines also
 * Enter, Up, Down, PgUp, PgDn. Up on the first line and Down on the last are not
 * taken, nor F3 when nothing is left to undo. @pasted goes with K_PASTE. */
bool editor_key(editor *e, ui_key k, const char *pasted);
/* Take back the last paste, run of typing or run of deleting. */
bool editor_undo(editor *e);

/* Draw the part around the cursor into rows [@y, @y+@height) and @width columns;
 * '<' and '>' at the edges tell that text is hidden. With @focus the hardware
 * cursor is put there. */
void editor_draw(editor *e, canvas *c, int y, int x, int height, int width, unsigned look,
                 bool focus);

#endif
