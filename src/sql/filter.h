/* filter.h - the structured filter of a task (source.filter): conditions on
 * columns joined by all, any and not.
 *
 * Pushed down as SQL where the source is a database, applied by us where it is
 * a file, with the same meaning: SQL's three-valued logic, so a condition on a
 * NULL is neither true nor false and "!=" and "not in" do not match NULL; only
 * rows for which the whole is true pass. Texts are compared with case, in
 * files by their bytes, in a database by the column's collation.
 */
#ifndef ROWFERRY_SQL_FILTER_H
#define ROWFERRY_SQL_FILTER_H

#include "base/error.h"
#include "row/batch.h"
#include "sql/dialect.h"

#include <jansson.h>

typedef struct filter filter;

/* Check the form and keep it. ERROR_DOCUMENT names the place
 * ("filter.all[1].op") and, for an unknown operator or key, the nearest one. */
filter *filter_parse(const json_t *json, error **err);
void filter_free(filter *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(filter, filter_free)

/* The columns that it names, each once, in order; NULL-terminated; caller
 * frees with g_strfreev. */
char **filter_fields(const filter *f);

/* Put every text value through @expand (parameters, macros), which returns a
 * new string or NULL with *err set. Once, before the calls below. */
typedef char *(*filter_expander)(void *user, const char *text, error **err);
bool filter_expand(filter *f, filter_expander expand, void *user, error **err);

/* In words, for plans: day >= '2026-01-01' and (status in ('paid', 'sent')).
 * Caller frees. */
char *filter_to_text(const filter *f);

/* ERROR_PLAN, with the nearest name as hint, when a field is not one of the
 * NULL-terminated @names. */
bool filter_check_fields(const filter *f, const char *const *names, error **err);

/* The type of a column by its exact name, or NULL when there is none. */
typedef const data_type *(*filter_lookup)(void *user, const char *field);

/* Append the condition to @sql. Values are converted to the column's type;
 * they are appended to @values (of value), whose memory comes from @memory, and
 * stand as placeholders numbered on from what @values holds already; where
 * @values is NULL they are written by dialect_literal(). ERROR_PLAN for an
 * unknown column, a value that is not of its type, or an operator that the
 * type does not have. On failure @sql and @values are as before. */
bool filter_to_sql(const filter *f, const dialect *d, filter_lookup lookup, void *user,
                   GString *sql, GArray *values, batch *memory, error **err);

/* A filter made ready for rows whose columns are @names (NULL-terminated) of
 * @types. Used by one thread. Fails as filter_to_sql() does. In a text column
 * a JSON number asks for a comparison as numbers; a text that is no number
 * then gives unknown. */
typedef struct filter_program filter_program;
filter_program *filter_compile(const filter *f, const char *const *names, const data_type *types,
                               error **err);
void filter_program_free(filter_program *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(filter_program, filter_program_free)

typedef enum { FILTER_FALSE, FILTER_UNKNOWN, FILTER_TRUE } filter_truth;

/* The filter's truth for row @row of @columns (as in batch->source). Only
 * FILTER_TRUE passes. */
filter_truth filter_match(filter_program *p, value *const *columns, unsigned row);

#endif
