/* task_private.h - what the files of the task document share. */
#ifndef ROWFERRY_FERRY_TASK_PRIVATE_H
#define ROWFERRY_FERRY_TASK_PRIVATE_H

#include "base/document.h"
#include "ferry/task.h"

/* The keys of a task document, in the order of the manual. */
extern const document_field task_fields[];

/* Read "name", "schema.name" or ["schema", "odd.name"]; @what is the path in
 * the document. NULL with ERROR_DOCUMENT. */
table_name *task_table(const char *subject, const char *what, const json_t *given, error **err);

/* Append the tables of `source.tables`, patterns not expanded, to @tables (of
 * table_name*). A table that is named twice is an error. */
bool task_tables(const char *subject, const json_t *given, GPtrArray *tables, error **err);

/* The part of task_parse() that reads `mapping`; NULL is an absent one. */
bool task_read_mapping(task *t, const char *subject, const json_t *mapping, error **err);

#endif
