/* text_rows.h - a long text cut into the rows that a screen shows.
 *
 * Pure; the text is safe but for its line ends, and stays its owner's.
 */
#ifndef ROWFERRY_UI_TEXT_ROWS_H
#define ROWFERRY_UI_TEXT_ROWS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* text_safe() of every line of @text. Caller frees. */
char *text_safe_lines(const char *text);

/* Bytes of @text (@size of them) that fit @columns, whole characters only;
 * *used (may be NULL) the columns that they take. */
size_t text_fit(const char *text, size_t size, int columns, int *used);

typedef struct text_rows text_rows;

/* Rows of @text, borrowed. @width > 0 wraps there, at blanks and between
 * ideographs, as canvas_wrap() does; 0 makes one row of each line. */
text_rows *text_rows_new(const char *text, size_t size, int width);
void text_rows_free(text_rows *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(text_rows, text_rows_free)

/* At least 1. */
int64_t text_rows_count(const text_rows *r);
/* Bytes [*start, *end) of the text that row @row shows. */
void text_rows_get(const text_rows *r, int64_t row, size_t *start, size_t *end);
/* The row that holds byte @at. */
int64_t text_rows_find(const text_rows *r, size_t at);
/* Number of the line that row @row belongs to, from 1; of the last line. */
int64_t text_rows_line(const text_rows *r, int64_t row);
int64_t text_rows_lines(const text_rows *r);

#endif
