/* key.h - one number for every key, whatever the terminal sends for it.
 *
 * A character is its code point; Ctrl and a letter is 1 to 26; all other keys
 * are the constants below. Pure functions.
 */
#ifndef ROWFERRY_UI_KEY_H
#define ROWFERRY_UI_KEY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint32_t ui_key;

#define KEY_CONTROL(letter) ((ui_key)((letter)&31)) /* letter: 'A' … 'Z' */

enum {
    K_NONE = 0,
    K_TAB = '\t',
    K_ENTER = '\r',
    K_ESCAPE = 27,
    K_SPACE = ' ',
    K_BACKSPACE = 0x110000, /* beyond Unicode */
    K_DELETE,
    K_INSERT,
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_BACKTAB,
    K_F1, /* to K_F1 + 11 */
    K_F12 = K_F1 + 11,
    K_RESIZE,
    K_PASTE, /* the text is app_pasted() */
    K_MOUSE,
    K_HANGUP, /* the terminal is gone, and so is every later key */
};
#define K_F(n) ((ui_key)(K_F1 + (n)-1))

/* Whether the key is a character that a text field takes. */
bool key_is_text(ui_key k);

/* "Enter", "Esc", "Tab", "F5", "^P", "PgUp", "Space", "/", "é": what screens,
 * help and the key file write. Caller frees. */
char *key_label(ui_key k); /* not key_name(), which is a function of curses */
/* The same back, also "Ctrl-P" and names in any case; K_NONE for an unknown name. */
ui_key key_from_name(const char *name);

#endif
