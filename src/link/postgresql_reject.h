/* postgresql_reject.h - which row the server means when it refuses a COPY, and
 * why, from the fields of its answer.
 */
#ifndef ROWFERRY_LINK_POSTGRESQL_REJECT_H
#define ROWFERRY_LINK_POSTGRESQL_REJECT_H

#include "row/batch.h"

#include <libpq-fe.h>

/* Borrowed. */
typedef struct {
    const char *table;          /* bare name of the table that is copied into */
    const char *const *columns; /* NULL-terminated, in the order of batch->target */
    GHashTable *rules;          /* constraint or unique index → the column it is about; or NULL */
} pg_refused_columns;

/* The line of the COPY, from 1, that its CONTEXT names; 0 when it names none. */
int64_t pg_refused_line(const pg_refused_columns *names, const PGresult *answer);
/* The same from the text of a CONTEXT; *column gets the index of the column
 * that it names, or -1. */
int64_t pg_context_line(const pg_refused_columns *names, const char *context, int *column);
reject_class pg_reject_class(const char *sqlstate);
/* Mark the row with what the server said. */
void pg_reject(batch *b, unsigned row, const pg_refused_columns *names, const PGresult *answer);

#endif
