/* save_text.h - a text that a screen holds, written to a file that a person
 * named. */
#ifndef ROWFERRY_UI_SAVE_TEXT_H
#define ROWFERRY_UI_SAVE_TEXT_H

#include "ui/app.h"

/* @typed as it was entered, with "~/" for the home folder; NULL for "". Caller
 * frees. */
char *save_path(const char *typed);

/* Write the @size bytes at @text to the new file @typed and say so in the message
 * line; an existing file stays as it is. "" does nothing. */
void save_text(app *a, const char *typed, const char *text, size_t size);

#endif
