/* sqlite_feed.h - rows of a batch as a table that SQL can read.
 *
 * A read-only virtual table of one connection; `INSERT … SELECT` from it
 * writes a batch with one statement (rulings.md 29). Text and bytes are handed
 * over where they stand: the batch must outlive the statement.
 */
#ifndef ROWFERRY_LINK_SQLITE_FEED_H
#define ROWFERRY_LINK_SQLITE_FEED_H

#include "link/sqlite_cell.h"
#include "row/batch.h"

typedef struct {
    unsigned n_columns;
    const sqlite_affinity *affinities; /* [n_columns], of the columns written */
    const batch *rows;
    unsigned first, end; /* rows [first, end) that are ROW_OK are given */
    unsigned at;         /* the row given last; end after all */
} sqlite_feed;

/* Make @feed (borrowed until it is removed) readable as table @name with
 * columns c0, c1 … Returns SQLite's code. */
int sqlite_feed_add(sqlite3 *db, const char *name, sqlite_feed *feed);
void sqlite_feed_remove(sqlite3 *db, const char *name);

#endif
