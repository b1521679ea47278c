/* reject_export.h - rejects written for other programs. */
#ifndef ROWFERRY_SERVICE_REJECT_EXPORT_H
#define ROWFERRY_SERVICE_REJECT_EXPORT_H

#include "base/error.h"

#include <jansson.h>

/* The rejects of the file at @path as @format, "csv" (NULL: that) or "jsonl":
 * CSV has the reject's number, class, column and message and every source
 * column, exact bytes. Written to the new file @to, or returned when @to is
 * NULL (else the result is ""). *rows is how many. Caller frees. */
char *reject_export(const char *path, const char *format, const char *to, int64_t *rows,
                    error **err);

#endif
