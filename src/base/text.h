/* text.h - text for people: made safe to show, measured and cut by columns.
 *
 * Pure functions, usable from any thread. Every text that did not come from
 * this program passes text_safe() before it reaches a terminal, a log, a mail
 * or an export (spec/security.md section 7).
 */
#ifndef ROWFERRY_BASE_TEXT_H
#define ROWFERRY_BASE_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A copy of @text (@size bytes, or -1: terminated) that is valid UTF-8, one
 * line, and cannot move a cursor, hide or reorder anything: control characters
 * as pictures, invalid bytes and C1 as \xNN, invisible and direction
 * characters as <U+202E>, at most four combining marks on one base. NULL
 * becomes "". Caller frees. */
char *text_safe(const char *text, gssize size);
void text_append_safe(GString *out, const char *text, gssize size);
/* Whether text_safe() would return it unchanged. */
bool text_is_safe(const char *text, gssize size);

/* Columns that safe UTF-8 @text takes on a terminal. */
int text_width(const char *text);
/* Safe UTF-8 @text cut to at most @columns, the last one "…" when something
 * was cut. Caller frees. */
char *text_clip(const char *text, int columns);
typedef enum { TEXT_LEFT, TEXT_RIGHT } text_side;
/* Append @text clipped and padded with spaces to exactly @columns; TEXT_RIGHT
 * puts the spaces in front. */
void text_append_cell(GString *out, const char *text, int columns, text_side side);

/* The word of NULL-ended @known that @word most likely means, or NULL when
 * none is near. Borrowed. */
const char *text_nearest(const char *word, const char *const *known);

/* "1,234,567". Caller frees, as for all below. */
char *text_count(int64_t n);
/* "999 B", "12.3 MB" (powers of 1000). */
char *text_bytes(int64_t n);
/* "0.42s", "12.3s", "1m05s", "2h05m", "3d04h". */
char *text_duration(double seconds);

#endif
