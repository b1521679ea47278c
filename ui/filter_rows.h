/* filter_rows.h - the structured filter of a task as rows that are edited: one
 * per condition, one per group, the members of a group one step further in.
 *
 * Pure data. Whatever a document holds is kept: what cannot be edited here is a
 * row of its own and goes back as it came.
 */
#ifndef ROWFERRY_UI_FILTER_ROWS_H
#define ROWFERRY_UI_FILTER_ROWS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef enum { ROW_TEST, ROW_ALL, ROW_ANY, ROW_NOT, ROW_OTHER } filter_row_kind;

typedef struct {
    filter_row_kind kind;
    unsigned depth;
    char *field;    /* ROW_TEST */
    const char *op; /* ROW_TEST: one of filter_row_operators() */
    json_t *value;  /* ROW_TEST, NULL: none; ROW_OTHER: all of it */
} filter_row;

/* Takes over @value. */
filter_row *filter_row_new(filter_row_kind kind, const char *field, const char *op, json_t *value);
void filter_row_free(filter_row *r);

/* As in documents; NULL-ended. */
const char *const *filter_row_operators(void);
typedef enum { OPERAND_NONE, OPERAND_ONE, OPERAND_TEXT, OPERAND_LIST, OPERAND_PAIR } operand_kind;
operand_kind filter_row_operand(const char *op);

/* Rows (of filter_row*, with free function) of the filter @json (NULL: none), and
 * back: a new reference, NULL when there is no condition. Groups without members
 * are left out. */
GPtrArray *filter_rows_read(const json_t *json);
json_t *filter_rows_write(const GPtrArray *rows);

/* Add @row (taken over): into the group at @at, behind the row at @at, or as the
 * only one. Where a place takes one row only, an "all" group is put around. Find
 * its index with g_ptr_array_find(). */
void filter_rows_add(GPtrArray *rows, unsigned at, filter_row *row);
/* The row with its members. */
void filter_rows_remove(GPtrArray *rows, unsigned at);
/* Change places with the one before (-1) or behind (1) in the same group. */
bool filter_rows_move(GPtrArray *rows, unsigned at, int step);
/* Into the group before it, else into a new "any" group; out of its group. */
void filter_rows_in(GPtrArray *rows, unsigned at);
bool filter_rows_out(GPtrArray *rows, unsigned at);
/* All, any, not, all ... False for a row that is no group. */
bool filter_rows_cycle(GPtrArray *rows, unsigned at);

/* The value as one line, and such a line for the operator @op. Lists have commas
 * between; a text that would read as something else is in quotes. Caller frees;
 * new reference, NULL when there is none. */
char *filter_value_text(const char *op, const json_t *value);
json_t *filter_value_read(const char *op, const char *text);

#endif
