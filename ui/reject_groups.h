/* reject_groups.h - rejects by their reason: many rows usually share one cause.
 *
 * Pure.
 */
#ifndef ROWFERRY_UI_REJECT_GROUPS_H
#define ROWFERRY_UI_REJECT_GROUPS_H

#include <glib.h>
#include <jansson.h>

typedef struct {
    char *class, *column; /* column: of the target, NULL when the row as a whole is refused */
    char *words;          /* the reason, for people */
    GArray *rows;         /* of size_t: places in the array of rejects, ascending */
    unsigned open, edited;
    char *first; /* time of the first one, "" when not known */
} reject_group;

/* Of @rejects (the array of reject.list), most rows first: of reject_group*,
 * with free function. */
GPtrArray *reject_groups_of(const json_t *rejects);
/* Count open and edited rows anew after @rejects changed in place. */
void reject_group_count(reject_group *g, const json_t *rejects);

#endif
