/* first_rows.h - a look at the first rows of something, as text in JSON. */
#ifndef ROWFERRY_FERRY_FIRST_ROWS_H
#define ROWFERRY_FERRY_FIRST_ROWS_H

#include "link/link.h"

#include <jansson.h>

struct file_filter;

typedef struct {
    session *from;
    const char *sql;  /* one SELECT that a LIMIT may follow, or NULL: */
    const char *path; /* a file */
    const value *parameters;
    unsigned n_parameters;
    GPtrArray *columns;         /* of column_info*, those of the SELECT or wanted of the file */
    struct file_filter *filter; /* or NULL */
    unsigned limit;
} first_rows;

/* What came of it: start with {0}. */
typedef struct {
    bool more;         /* there are more rows than the limit */
    int64_t malformed; /* lines of a file that are no rows: left out */
    int64_t cut;       /* values that are longer than FIRST_ROWS_CELL */
} first_rows_found;

/* A longer value is cut: a look must not carry whole documents. */
enum { FIRST_ROWS_CELL = 16 * 1024 };

/* Append to @rows, until it holds @f->limit of them, rows as arrays of text
 * (null for NULL; spelled as values of rejects are). */
bool first_rows_read(const first_rows *f, json_t *rows, first_rows_found *found, error **err);

/* [{"name", "type"}] of the columns. New reference. */
json_t *first_rows_columns(const GPtrArray *columns);

#endif
