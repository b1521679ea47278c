/* expression.h - the date expressions inside ${…} and $[…]
 * (spec/parameters.md sections 1.3 to 1.5). Private to param/.
 *
 * Both take the text between the brackets and append the result to @out. On
 * an error *where is the byte of @text it is about; the caller adds the
 * position to the message.
 */
#ifndef ROWFERRY_PARAM_EXPRESSION_H
#define ROWFERRY_PARAM_EXPRESSION_H

#include "base/civil.h"
#include "base/error.h"

/* Whether @text is made of format tokens only, as "yyyymmdd" is. */
bool expression_is_format(const char *text);

/* "yyyymmdd-1": tokens of the date; the offset counts in the smallest unit
 * that the format holds. */
bool expression_business(const char *text, const civil_time *date, GString *out, size_t *where,
                         error **err);

/* "hh24miss-15/24/60", "add_months(yyyymmdd,-1)-1/24": all tokens; offsets in
 * days, applied to the whole time before it is formatted. */
bool expression_scheduled(const char *text, const civil_time *time, GString *out, size_t *where,
                          error **err);

#endif
