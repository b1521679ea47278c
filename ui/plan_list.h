/* plan_list.h - the lines of a plan as a part of a screen: wrapped to its width,
 * with sections to go to.
 */
#ifndef ROWFERRY_UI_PLAN_LIST_H
#define ROWFERRY_UI_PLAN_LIST_H

#include "ui/canvas.h"
#include "ui/key.h"

typedef struct plan_list plan_list;

plan_list *plan_list_new(void);
void plan_list_free(plan_list *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(plan_list, plan_list_free)

/* @lines of plan_lines() (taken over); NULL: none. */
void plan_list_set(plan_list *p, GPtrArray *lines);
bool plan_list_is_empty(const plan_list *p);

/* Arrows and so on; true when taken. */
bool plan_list_key(plan_list *p, ui_key k);
/* To the next (1) or previous (-1) section. */
void plan_list_section(plan_list *p, int step);
/* As list_find(). */
bool plan_list_find(plan_list *p, const char *text, int step, bool from_next);
/* The whole selected line; NULL when there is none. Caller frees. */
char *plan_list_value(const plan_list *p);

/* Into rows [@y, @y+@height). */
void plan_list_draw(plan_list *p, canvas *c, int y, int height);

#endif
