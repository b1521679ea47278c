/* actions.h - all actions that can be performed now: those of the screen, then
 * the global ones, with the keys that the key file gave them.
 */
#ifndef ROWFERRY_UI_ACTIONS_H
#define ROWFERRY_UI_ACTIONS_H

#include "ui/app.h"

typedef struct {
    const action *action;
    const char *where; /* untranslated: title of the screen, or "everywhere" */
    ui_key key;        /* the key file's, else the action's own; K_NONE: none */
    screen *on;        /* what perform() and refused() get */
} action_entry;

/* The actions for screen @s, global ones last: array of action_entry, without
 * those that --readonly hides. Caller frees with g_array_unref(). */
GArray *actions_for(app *a, screen *s);

/* Perform @e, or say why it cannot be done. */
void action_perform(app *a, const action_entry *e);
/* Why it cannot be done now, translated; NULL when it can. Borrowed. */
const char *action_refused(const action_entry *e);

/* The entry of @s that @k performs; false when there is none. With @in_text
 * only actions that work in a text field. */
bool action_find(app *a, screen *s, ui_key k, bool in_text, action_entry *found);

/* Keys that the key file (keys.conf beside rowferry.conf, "ID = KEY" lines)
 * gives instead of an action's own: made once at start. A missing file is fine;
 * ERROR_DOCUMENT names file and line. */
typedef struct key_file key_file;
key_file *key_file_load(const char *path, error **err);
void key_file_free(key_file *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(key_file, key_file_free)
/* The key for action @id, or @usual. */
ui_key key_file_key(const key_file *f, const char *id, ui_key usual);

#endif
