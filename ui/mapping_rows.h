/* mapping_rows.h - the rows of the mapping grid: which target column gets what.
 *
 * Pure data. The rows are made from the document by the rules of the plan
 * (src/ferry/plan_mapping.c), so that the grid answers every key at once; a
 * change makes a new document of which everything else stays as it was.
 */
#ifndef ROWFERRY_UI_MAPPING_ROWS_H
#define ROWFERRY_UI_MAPPING_ROWS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* A column of the source or target, as connection.columns and task.suggest tell
 * it. */
typedef struct {
    char *name;
    char *type; /* "" when it is not known */
    bool key, not_null, has_default, generated;
} table_column;

/* Of the rows of "columns"; NULL gives none. Array of table_column*, which it
 * frees; caller frees it with g_ptr_array_unref(). */
GPtrArray *table_columns_from_json(const json_t *columns);
/* -1 when there is none. */
int table_columns_find(const GPtrArray *columns, const char *name);

typedef enum {
    RULE_COPY, /* a source column's value, perhaps with replacements */
    RULE_CONSTANT,
    RULE_PARAMETER,
    RULE_SKIP,      /* left out by a rule of its own */
    RULE_NONE,      /* nothing is mapped to it */
    RULE_GENERATED, /* the database makes the value */
    RULE_UNUSED,    /* a source column that nothing is mapped from */
    RULE_UNKNOWN,   /* an entry of the document that is no rule */
} mapping_rule;

typedef enum {
    MAPPING_FINE,
    MAPPING_NO_TARGET, /* the target has no such column */
    MAPPING_NO_SOURCE, /* the source has no such column */
    MAPPING_AMBIGUOUS, /* several source columns match when case is ignored */
    MAPPING_NEEDED,    /* NOT NULL without a default gets nothing */
    MAPPING_TWICE,     /* another rule is for the same column */
    MAPPING_NOT_TAKEN, /* the database makes the value; a rule is an error */
    MAPPING_MALFORMED, /* says no source, or several */
} mapping_problem;

typedef struct {
    mapping_rule rule;
    mapping_problem problem;
    const char *target;                /* name, NULL for RULE_UNUSED and nameless entries */
    const table_column *target_column; /* NULL when it is not in the target yet */
    const char *source;                /* name as it is meant, NULL for none */
    const table_column *source_column; /* NULL when there is none */
    const json_t *own;                 /* its entry in mapping.columns, NULL: comes of `by` */
} mapping_row;

typedef struct mapping_rows mapping_rows;

/* @mapping (may be NULL) is the document's. @sources and @targets (borrowed
 * as long as the rows) are arrays of table_column*; @is_new: the target's
 * table will be created, @targets is not looked at. */
mapping_rows *mapping_rows_new(const json_t *mapping, const GPtrArray *sources,
                               const GPtrArray *targets, bool is_new);
void mapping_rows_free(mapping_rows *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mapping_rows, mapping_rows_free)

/* Target columns in their order, then rules for columns that the target does
 * not have, then source columns that nothing is mapped from. */
unsigned mapping_rows_count(const mapping_rows *m);
const mapping_row *mapping_rows_get(const mapping_rows *m, unsigned i);
/* The row of target column @target, -1 when there is none. */
int mapping_rows_find(const mapping_rows *m, const char *target);
/* By position with unequal numbers of columns, which the plan refuses. */
bool mapping_rows_differ(const mapping_rows *m, unsigned *sources, unsigned *targets);

/* --- changes: new references, NULL when nothing is left of the mapping --- */

/* @target gets @rule ({"source": …}, taken over) in place of its own one; NULL:
 * what `by` gives it. The rule keeps its place among the others. */
json_t *mapping_with_rule(const json_t *mapping, const char *target, json_t *rule);
/* The rule of row @i of @m away, also when it has no valid target. */
json_t *mapping_without_own(const mapping_rows *m, unsigned i);
/* Another `by`; NULL: the default. @keep false forgets all rules. */
json_t *mapping_with_by(const json_t *mapping, const char *by, bool keep);
/* `by` custom with the present pairs written out as rules. */
json_t *mapping_frozen(const mapping_rows *m);
/* `unmapped`: "null", or NULL for the default. */
json_t *mapping_with_unmapped(const json_t *mapping, const char *unmapped);

#endif
