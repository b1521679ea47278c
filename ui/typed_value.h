/* typed_value.h - values of documents as one line of text that a person types,
 * and back. Pure; what goes to text and back is the same value.
 */
#ifndef ROWFERRY_UI_TYPED_VALUE_H
#define ROWFERRY_UI_TYPED_VALUE_H

#include <jansson.h>

/* A text, number, true, false or null. A text stands for itself; one that reads
 * as something else is written in quotes: "12". NULL gives "". Caller frees. */
char *typed_scalar(const json_t *scalar);
/* New reference; "" is the empty text. */
json_t *typed_scalar_read(const char *text);

/* "a, b, \"c, d\"": a list of texts; anything else as JSON. Caller frees. */
char *typed_texts(const json_t *texts);
/* New reference; NULL when it holds none. */
json_t *typed_texts_read(const char *line);

/* A table: "name", "schema.name", or the list form as JSON. Caller frees. */
char *typed_table(const json_t *table);
/* New reference. */
json_t *typed_table_read(const char *text);

/* A whole number; what is none is kept as text, and the check says so. Caller
 * frees the text; NULL gives "". New reference. */
char *typed_integer(const json_t *number);
json_t *typed_integer_read(const char *text);

#endif
