/* input.h - bytes of a terminal become keys.
 *
 * We read the terminal ourselves instead of through curses: a sequence that is
 * not known is swallowed whole (curses would hand on its letters, which are
 * commands here), a character that arrives in two parts is not lost, a paste
 * stays what was pasted, and the end of the terminal is seen (curses returns
 * ERR for that and for "no key" alike). Pure data, no terminal.
 */
#ifndef ROWFERRY_UI_INPUT_H
#define ROWFERRY_UI_INPUT_H

#include "ui/key.h"

#include <stddef.h>

typedef struct input input;

/* @utf8: characters arrive in UTF-8, else in the encoding of the locale. */
input *input_new(bool utf8);
void input_free(input *in);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(input, input_free)

/* This terminal sends @bytes (more than one, the first Esc) for @k; anything
 * else, also NULL, is ignored. Goes before what is known already. */
void input_define(input *in, const char *bytes, ui_key k);

/* @bytes arrived. */
void input_feed(input *in, const char *bytes, size_t size);

/* The next whole key, K_NONE when there is none. *waiting then tells that an Esc
 * is there, which may be the key or the beginning of one; with @final nothing
 * came after it in time, and it is taken as it stands. */
ui_key input_next(input *in, bool final, bool *waiting);

/* The text of the last K_PASTE as sent, without NUL: borrowed until the next one. */
const char *input_pasted(const input *in);
/* Where the last K_MOUSE was, from 0, and its button: 1 to 3, 4 and 5 the wheel. */
void input_mouse(const input *in, int *y, int *x, int *button);

#endif
