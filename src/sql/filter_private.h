/* filter_private.h - what the filter*.c files share. */
#ifndef ROWFERRY_SQL_FILTER_PRIVATE_H
#define ROWFERRY_SQL_FILTER_PRIVATE_H

#include "sql/filter.h"
#include "sql/like_pattern.h"

typedef enum { FILTER_ALL, FILTER_ANY, FILTER_NOT, FILTER_TEST } filter_kind;

/* In the order of filter_operators. */
typedef enum {
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL,
    OP_IN,
    OP_NOT_IN,
    OP_BETWEEN,
    OP_IS_NULL,
    OP_IS_NOT_NULL,
    OP_CONTAINS,
    OP_STARTS_WITH,
    OP_ENDS_WITH,
    OP_LIKE,
    N_OPERATORS
} filter_operator;

typedef enum { WANTS_ONE, WANTS_LIST, WANTS_PAIR, WANTS_NOTHING, WANTS_TEXT } filter_wants;

extern const struct filter_operator_info {
    const char *name; /* in documents */
    const char *sql;
    filter_wants wants;
    bool orders; /* needs an order of the type's values */
} filter_operators[N_OPERATORS];

struct filter {
    filter_kind kind;
    GPtrArray *children; /* of filter*: all, any, not */
    char *path;          /* "filter.all[1]" */
    char *field;         /* of a test */
    filter_operator op;
    GPtrArray *operands; /* of json_t*: text, number or boolean */
};

/* The type of the test's column from @lookup, or NULL with *err set. */
const data_type *filter_column_type(const filter *test, filter_lookup lookup, void *user,
                                    error **err);

/* Whether the type has the test's operator; ERROR_PLAN when not. */
bool filter_check_type(const filter *test, const data_type *type, error **err);

/* Operand @i as a value of @type, without its limits (a comparison with a
 * longer text or finer number is fine). @type is the column's, checked. */
bool filter_operand(const filter *test, unsigned i, const data_type *type, batch *memory,
                    value *out, error **err);

/* What a test of contains, starts with, ends with or like looks for. Caller frees. */
like_pattern *filter_pattern(const filter *test, error **err);

/* Whether operand @i is a JSON number beside a text column. */
bool filter_number_for_text(const filter *test, unsigned i, const data_type *type);

#endif
