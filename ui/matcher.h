/* matcher.h - what '/' looks for: literal, or /pattern/; case counts only when
 * a capital is in it (screens.md section 1).
 *
 * Immutable; used from any thread.
 */
#ifndef ROWFERRY_UI_MATCHER_H
#define ROWFERRY_UI_MATCHER_H

#include "base/error.h"

#include <stddef.h>

typedef struct matcher matcher;

/* ERROR_USAGE for an empty text and for a pattern that is wrong. */
matcher *matcher_new(const char *text, error **err);
void matcher_free(matcher *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(matcher, matcher_free)

/* The first place in the @size bytes at @text (-1: terminated; valid UTF-8, as
 * text_safe() makes it) that begins at @from or later. @start and @end may be
 * NULL. A pattern that takes too long matches nothing. */
bool matcher_find(const matcher *m, const char *text, gssize size, size_t from, size_t *start,
                  size_t *end);
/* The last place that begins before @before. */
bool matcher_find_last(const matcher *m, const char *text, gssize size, size_t before,
                       size_t *start, size_t *end);

#endif
