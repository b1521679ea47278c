/* file_filter.h - the structured filter applied by us, to sources that cannot
 * filter themselves. One per reader thread.
 */
#ifndef ROWFERRY_FERRY_FILE_FILTER_H
#define ROWFERRY_FERRY_FILE_FILTER_H

#include "ferry/plan_private.h"

typedef struct file_filter file_filter;

file_filter *file_filter_new(const plan *p, error **err);
void file_filter_free(file_filter *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(file_filter, file_filter_free)

/* Rows of b->source that do not match become ROW_FILTERED. */
void file_filter_apply(file_filter *f, batch *b);

#endif
