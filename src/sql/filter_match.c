/* The filter applied by us, for sources that have no SQL. Everything that
 * does not depend on the row is done once, in filter_compile(). */
#include "sql/filter_private.h"

#include "row/convert.h"
#include "sql/value_compare.h"

#include <string.h>

typedef struct node {
    filter_kind kind;
    GPtrArray *children; /* of node* */
    filter_operator op;
    unsigned column;
    bool mixed;      /* the column's values have kinds of their own */
    bool as_numbers; /* its texts are read as numbers */
    value *operands;
    unsigned n_operands;
    like_pattern *pattern;
} node;

struct filter_program {
    node *root;
    batch *memory;  /* of the operands */
    batch *scratch; /* of one row's number */
};

static void node_free(void *data)
{
    node *n = data;
    if (n == NULL)
        return;
    g_ptr_array_unref(n->children);
    g_free(n->operands);
    like_pattern_free(n->pattern);
    g_free(n);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(node, node_free)

void filter_program_free(filter_program *p)
{
    if (p == NULL)
        return;
    node_free(p->root);
    batch_free(p->memory);
    batch_free(p->scratch);
    g_free(p);
}

/* --- compiling ------------------------------------------------------------ */

typedef struct {
    const char *const *names;
    const data_type *types;
    batch *memory;
} columns_info;

static const data_type *type_by_name(void *user, const char *field)
{
    const columns_info *columns = user;
    for (unsigned i = 0; columns->names[i] != NULL; i++)
        if (strcmp(columns->names[i], field) == 0)
            return &columns->types[i];
    return NULL;
}

static bool compile_test(node *n, const filter *f, columns_info *columns, error **err)
{
    const data_type *type = filter_column_type(f, type_by_name, columns, err);
    if (type == NULL || !filter_check_type(f, type, err))
        return false;
    n->op = f->op;
    n->column = (unsigned)(type - columns->types);
    n->mixed = type->kind == TYPE_ANY;
    if (filter_operators[f->op].wants == WANTS_TEXT)
        return (n->pattern = filter_pattern(f, err)) != NULL;
    n->n_operands = f->operands->len;
    n->operands = g_new(value, n->n_operands);
    for (unsigned i = 0; i < n->n_operands; i++)
        n->as_numbers |= filter_number_for_text(f, i, type);
    const data_type number = {.kind = TYPE_DECIMAL};
    for (unsigned i = 0; i < n->n_operands; i++)
        if (!filter_operand(f, i, n->as_numbers ? &number : type, columns->memory, &n->operands[i],
                            err))
            return false;
    return true;
}

static node *compile(const filter *f, columns_info *columns, error **err)
{
    g_autoptr(node) n = g_new0(node, 1);
    n->kind = f->kind;
    n->children = g_ptr_array_new_with_free_func(node_free);
    if (f->kind == FILTER_TEST && !compile_test(n, f, columns, err))
        return NULL;
    for (guint i = 0; i < f->children->len; i++) {
        node *child = compile(f->children->pdata[i], columns, err);
        if (child == NULL)
            return NULL;
        g_ptr_array_add(n->children, child);
    }
    return g_steal_pointer(&n);
}

filter_program *filter_compile(const filter *f, const char *const *names, const data_type *types,
                               error **err)
{
    if (!filter_check_fields(f, names, err))
        return NULL;
    g_autoptr(filter_program) p = g_new0(filter_program, 1);
    p->memory = batch_new(0, 0);
    p->scratch = batch_new(0, 0);
    columns_info columns = {names, types, p->memory};
    p->root = compile(f, &columns, err);
    return p->root != NULL ? g_steal_pointer(&p) : NULL;
}

/* --- matching ------------------------------------------------------------- */

static filter_truth truth(bool is_true)
{
    return is_true ? FILTER_TRUE : FILTER_FALSE;
}

static filter_truth negated(filter_truth t)
{
    return FILTER_TRUE - t;
}

/* Which orders of value and operand make a comparison true. */
static const struct {
    bool less, equal, greater;
} accepted[N_OPERATORS] = {
    [OP_EQUAL] = {false, true, false},   [OP_NOT_EQUAL] = {true, false, true},
    [OP_LESS] = {true, false, false},    [OP_LESS_EQUAL] = {true, true, false},
    [OP_GREATER] = {false, false, true}, [OP_GREATER_EQUAL] = {false, true, true},
};

static filter_truth compare_with(const node *n, const value *v, unsigned i, filter_operator op)
{
    int order;
    if (!value_compare(v, &n->operands[i], n->mixed, &order))
        return FILTER_UNKNOWN;
    return truth(order < 0   ? accepted[op].less
                 : order > 0 ? accepted[op].greater
                             : accepted[op].equal);
}

static filter_truth is_in(const node *n, const value *v)
{
    filter_truth found = FILTER_FALSE;
    for (unsigned i = 0; i < n->n_operands && found != FILTER_TRUE; i++)
        found = MAX(found, compare_with(n, v, i, OP_EQUAL));
    return found;
}

static filter_truth match_pattern(const node *n, const value *v)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text = value_to_text(v, buffer, &size);
    return truth(like_pattern_match(n->pattern, text, size));
}

static filter_truth match_test(filter_program *p, const node *n, const value *v)
{
    if (n->op == OP_IS_NULL || n->op == OP_IS_NOT_NULL)
        return truth((v->kind == VALUE_NULL) == (n->op == OP_IS_NULL));
    if (v->kind == VALUE_NULL)
        return FILTER_UNKNOWN;
    if (n->pattern != NULL)
        return match_pattern(n, v);
    value number;
    if (n->as_numbers && v->kind == VALUE_TEXT) {
        batch_reset(p->scratch);
        if (!parse_decimal(v->data, v->size, p->scratch, &number))
            return FILTER_UNKNOWN;
        v = &number;
    }
    if (n->op == OP_IN)
        return is_in(n, v);
    if (n->op == OP_NOT_IN)
        return negated(is_in(n, v));
    if (n->op == OP_BETWEEN)
        return MIN(compare_with(n, v, 0, OP_GREATER_EQUAL), compare_with(n, v, 1, OP_LESS_EQUAL));
    return compare_with(n, v, 0, n->op);
}

static filter_truth match_node(filter_program *p, const node *n, value *const *columns,
                               unsigned row)
{
    if (n->kind == FILTER_TEST)
        return match_test(p, n, &columns[n->column][row]);
    filter_truth result = n->kind == FILTER_ANY ? FILTER_FALSE : FILTER_TRUE;
    for (guint i = 0; i < n->children->len; i++) {
        filter_truth t = match_node(p, n->children->pdata[i], columns, row);
        if (n->kind == FILTER_NOT)
            return negated(t);
        result = n->kind == FILTER_ANY ? MAX(result, t) : MIN(result, t);
    }
    return result;
}

filter_truth filter_match(filter_program *p, value *const *columns, unsigned row)
{
    return match_node(p, p->root, columns, row);
}
