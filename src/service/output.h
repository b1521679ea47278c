/* output.h - what a person or a program sees of an operation. */
#ifndef ROWFERRY_SERVICE_OUTPUT_H
#define ROWFERRY_SERVICE_OUTPUT_H

#include "service/operation.h"

/* Whether @fd is a terminal that may be coloured (NO_COLOR, TERM). */
bool output_may_colour(int fd);

/* The rows of @out as an aligned table: made safe, colour only when @colour;
 * the last column is cut at @columns (0: never). Caller frees; "" without
 * rows. */
char *output_table(const operation *o, const json_t *out, bool colour, int columns);

/* {"columns": [{"name"}], "rows": [[text or null]]} as an aligned table, values
 * cut; lines at @columns (0: never). Caller frees. */
char *output_rows(const json_t *out, int columns);
/* Columns of the terminal on stdout, 0 when it is none. */
int output_columns(void);

/* Print @out on stdout for people: table, words or the JSON itself. */
void output_show(const operation *o, const json_t *out);
/* Print one JSON document on stdout. */
void output_json(const json_t *out);
/* Print @e for people on stderr: message, detail, hint. */
void output_error(const error *e);

#endif
