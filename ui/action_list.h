/* action_list.h - the actions of a screen and those of everywhere as a list:
 * what help and palette show.
 */
#ifndef ROWFERRY_UI_ACTION_LIST_H
#define ROWFERRY_UI_ACTION_LIST_H

#include "ui/actions.h"
#include "ui/list.h"

/* What a column shows. */
typedef enum {
    SHOW_ID,
    SHOW_KEY,
    SHOW_HELP,
    SHOW_WHERE,
    SHOW_WRITES, /* "yes" or "no" */
    SHOW_COMMAND,
} action_part;

typedef struct action_list action_list;

/* The actions for @below. @columns and @parts, one for each column, are borrowed. */
action_list *action_list_new(app *a, screen *below, const list_column *columns,
                             const action_part *parts);
void action_list_free(action_list *l);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(action_list, action_list_free)

/* Show the actions that have every word of @text somewhere; "" shows all. With
 * @by_id those come first whose id is or begins with @text. Selects the first. */
void action_list_filter(action_list *l, const char *text, bool by_id);
/* "4 of 61 actions". Caller frees. */
char *action_list_extent(const action_list *l);

list *action_list_rows(action_list *l); /* borrowed */
/* Borrowed; NULL when no action is shown. */
const action_entry *action_list_selected(const action_list *l);
/* What @text can be completed to: as far as all ids shown that begin with it
 * agree. NULL when that is no more than @text. Caller frees. */
char *action_list_complete(const action_list *l, const char *text);

/* What the selected action does, why not now, and its command line; rows [@y,
 * @y+@height). */
void action_list_draw_detail(const action_list *l, canvas *c, int y, int height);

#endif
