/* mapping.h - which target column gets what, and the step that makes a
 * batch's target columns from its source columns.
 *
 * A mapping is immutable once resolved and shared by threads; the state of a
 * thread (compiled expressions, scratch) is a mapper.
 */
#ifndef ROWFERRY_FERRY_MAPPING_H
#define ROWFERRY_FERRY_MAPPING_H

#include "base/civil.h"
#include "base/error.h"
#include "ferry/task.h"
#include "link/link.h"
#include "row/batch.h"

typedef enum {
    CARRY_ALIAS,   /* the source's values as they are */
    CARRY_CHECK,   /* checked against the target's type, kept as they are (not numbers in text) */
    CARRY_CONVERT, /* converted to the target's type */
    CARRY_FIXED,   /* a constant or parameter: `fixed` */
} mapping_carry;

typedef struct {
    char *target;   /* column name */
    data_type type; /* of the target column */
    char *type_text;
    bool not_null;
    bool is_key;       /* upsert: NULL is a reject */
    bool is_parameter; /* does not make a row changed (rulings.md 11) */
    column_origin origin;
    int source; /* index of the source column, or -1 */
    mapping_carry carry;
    value fixed;        /* memory in the plan */
    char *fixed_text;   /* for the plan's words */
    GPtrArray *replace; /* of replace_rule*, borrowed from the task; may be NULL */
} mapping_column;

typedef struct mapping {
    GPtrArray *columns; /* of mapping_column*, in the order they are written */
    bool round;
    zone *source_zone, *target_zone; /* both or none; owned */
} mapping;

mapping *mapping_new(void);
void mapping_free(mapping *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mapping, mapping_free)

/* Decide how each column is carried, from the source's types. @loose_source,
 * @loose_target: values have kinds of their own whatever the columns declare;
 * between two such systems a value that fits keeps its form. */
void mapping_choose_carry(mapping *m, GPtrArray *source_columns, bool loose_source,
                          bool loose_target);

typedef struct mapper mapper;

mapper *mapper_new(const mapping *m, error **err);
void mapper_free(mapper *m);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mapper, mapper_free)

/* Make b->target from b->source; rows whose values do not fit become rejects. */
void mapper_apply(mapper *m, batch *b);

#endif
