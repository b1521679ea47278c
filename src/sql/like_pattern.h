/* like_pattern.h - what contains, starts with, ends with and like look for.
 *
 * In a task's pattern % is any text, _ one character and \ takes the next
 * character as itself, whatever the system's own habits. Immutable.
 */
#ifndef ROWFERRY_SQL_LIKE_PATTERN_H
#define ROWFERRY_SQL_LIKE_PATTERN_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct like_pattern like_pattern;

/* A pattern of operator like; NULL when it ends with a single \. */
like_pattern *like_pattern_parse(const char *text);
/* @text itself, with any text before and after where asked. */
like_pattern *like_pattern_plain(const char *text, bool any_before, bool any_after);
void like_pattern_free(like_pattern *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(like_pattern, like_pattern_free)

/* For LIKE … ESCAPE '!', or for GLOB. Caller frees. */
char *like_pattern_to_sql(const like_pattern *p);
char *like_pattern_to_glob(const like_pattern *p);

/* Whether the UTF-8 text is of this form; case counts. */
bool like_pattern_match(const like_pattern *p, const char *text, size_t size);

#endif
