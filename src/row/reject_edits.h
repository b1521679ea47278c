/* reject_edits.h - what was appended to a reject file about its rejects:
 * edits and closings, gathered before the rejects are read. For the files of
 * row/ only. Memory grows with the edits and with runs of closed numbers, not
 * with the rejects.
 */
#ifndef ROWFERRY_ROW_REJECT_EDITS_H
#define ROWFERRY_ROW_REJECT_EDITS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct reject_edits reject_edits;

reject_edits *reject_edits_new(void);
void reject_edits_free(reject_edits *e);

/* Take in one line of the file, if it is about a reject: later ones win.
 * False when it is damaged. */
bool reject_edits_read(reject_edits *e, const char *line, size_t size);

/* The new values (column → value) of @number, borrowed, or NULL. */
json_t *reject_edits_values(const reject_edits *e, int64_t number);
bool reject_edits_is_closed(reject_edits *e, int64_t number);

/* The JSON of a closing: [[first, last], …] from numbers in any order. */
json_t *reject_edits_ranges(const int64_t *numbers, size_t n);

#endif
