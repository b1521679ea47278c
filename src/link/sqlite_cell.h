/* sqlite_cell.h - a value in the form in which SQLite stores it.
 *
 * SQLite changes what it is given by the column's affinity: text that looks
 * like a number becomes one, a number in a text column is printed with 15
 * digits. A cell is chosen so that nothing of that loses anything; what no
 * cell can hold exactly is refused (rulings.md 10). Pure; any thread.
 */
#ifndef ROWFERRY_LINK_SQLITE_CELL_H
#define ROWFERRY_LINK_SQLITE_CELL_H

#include "row/convert.h"
#include "row/value.h"

#include <sqlite3.h>

typedef enum {
    AFFINITY_BLOB,
    AFFINITY_TEXT,
    AFFINITY_NUMERIC,
    AFFINITY_INTEGER,
    AFFINITY_REAL,
} sqlite_affinity;

/* The affinity of a declared type ("" and NULL: none). */
sqlite_affinity sqlite_affinity_of(const char *type_text);

typedef struct {
    int type; /* SQLITE_NULL, SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB */
    union {
        int64_t i;
        double f;
        const char *data; /* in the value itself or in the caller's buffer */
    };
    uint32_t size;
} sqlite_cell;

/* Make *cell from @v for a column of @affinity. @buffer holds VALUE_TEXT_MAX
 * bytes. False when the column cannot keep the value exactly; *why is then
 * filled unless it is NULL. */
bool sqlite_cell_make(const value *v, sqlite_affinity affinity, char *buffer, sqlite_cell *cell,
                      convert_error *why);

/* Whether a text column of a number's affinity (declared STRING, say) gives
 * this text back as it is. */
bool sqlite_text_survives(const value *v);

#endif
