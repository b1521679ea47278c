/* macro.h - the date macros {{{today - 1 days}}} (spec/parameters.md section
 * 2.1). Private to param/. */
#ifndef ROWFERRY_PARAM_MACRO_H
#define ROWFERRY_PARAM_MACRO_H

#include "base/civil.h"
#include "base/error.h"

/* The date that @text, what stands between the braces, means on the day of
 * @today, appended to @out as "yyyy-MM-dd". On an error *where is the byte of
 * @text it is about. */
bool macro_evaluate(const char *text, const civil_time *today, GString *out, size_t *where,
                    error **err);

#endif
