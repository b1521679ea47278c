/* reject_cells.h - one rejected row side by side: what the source has, and what
 * the target would get.
 *
 * Pure.
 */
#ifndef ROWFERRY_UI_REJECT_CELLS_H
#define ROWFERRY_UI_REJECT_CELLS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct {
    char *source; /* column of the source; NULL: a constant or parameter */
    char *target; /* column of the target; NULL: it is not carried */
    char *type;   /* of the target's column, "" when not known */
    char *text;   /* the source's value as text, NULL for NULL or none */
    char *would;  /* what the target would get, in words */
    bool refused; /* this column is why the row was rejected */
} reject_cell;

/* Of @reject (of reject.list) and @mapping (that of the run's plan; NULL: equal
 * names): of reject_cell*, with free function, refused ones where they stand.
 * Empty for a line that is not a row. */
GPtrArray *reject_cells_of(const json_t *reject, const json_t *mapping);

/* The value of @cell (lossless form of reject_file.h) as text; NULL for NULL.
 * Caller frees. */
char *reject_value_text(const json_t *cell);
/* @text as the new value in place of @cell: text, except where only the form of
 * @cell can hold it (bytes in hex). New reference. */
json_t *reject_value_from_text(const json_t *cell, const char *text);

/* All source columns as the plan names them, for a line that is not a row: an
 * object of empty texts. New reference. */
json_t *reject_empty_row(const json_t *plan);

#endif
