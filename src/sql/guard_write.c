/* SQL from the tree: names from the catalogue, values bound, every pair of
 * parentheses ours. */
#include "sql/guard_private.h"

#include "base/intl.h"
#include "base/text.h"
#include "row/convert.h"

#include <string.h>

/* The same walk writes the statement, which collects the values, and then the
 * text for people, which takes them in the same order. */
typedef struct {
    guard_parser *p;
    GArray *values;
    bool literals; /* write the values themselves */
    unsigned next; /* value to be written */
    GString *out;
} writer;

static bool write_node(writer *w, const guard_node *n);

static bool write_bound(writer *w, const guard_node *n, const value *v)
{
    if (!w->literals) {
        g_array_append_val(w->values, *v);
        g_autofree char *placeholder = dialect_placeholder(w->p->d, w->values->len);
        g_string_append(w->out, placeholder);
        return true;
    }
    g_autoptr(error) local = NULL;
    g_autofree char *literal =
        dialect_literal(w->p->d, &g_array_index(w->values, value, w->next++), &local);
    if (literal == NULL)
        return guard_refuse(w->p, 'P', n->at, "%s", local->message);
    g_string_append(w->out, literal);
    return true;
}

/* A value that is compared with @column, or with no column (-1). */
static bool write_value(writer *w, const guard_node *n, int column)
{
    value v = n->v;
    if (column >= 0) {
        if (!w->literals && !guard_convert(w->p, n, (size_t)column, &v))
            return false;
        return write_bound(w, n, &v);
    }
    int64_t number;
    switch (n->form) {
    case VALUE_AS_NUMBER:
    case VALUE_AS_TRUTH:
    case VALUE_AS_NULL: {
        /* Bound, it would have no type: date + ? is not date + 1. */
        g_autofree char *literal = dialect_literal(w->p->d, &v, NULL);
        g_string_append(w->out, literal);
        return true;
    }
    case VALUE_AS_MACRO:
        /* Without quotes a number is a number. */
        if (parse_int(v.data, v.size, &number))
            v = value_int(number);
        return write_bound(w, n, &v);
    case VALUE_AS_TEXT:
    case VALUE_AS_BYTES:
        break;
    }
    if (n->text == NULL)
        return write_bound(w, n, &v);
    g_string_append(w->out, "CAST(");
    if (!write_bound(w, n, &v))
        return false;
    g_string_append_printf(w->out, " AS %s)", n->text);
    return true;
}

static void write_column(writer *w, const guard_node *n)
{
    g_autofree char *name = dialect_quoted(w->p->d, w->p->target->columns[n->column]);
    g_string_append(w->out, name);
}

static const guard_node *part(const guard_node *n, unsigned i)
{
    return n->parts->pdata[i];
}

static unsigned n_parts(const guard_node *n)
{
    return n->parts != NULL ? n->parts->len : 0;
}

/* The column that the values of a comparison are compared with, or -1. */
static int column_of(const guard_node *n)
{
    for (unsigned i = 0; i < n_parts(n); i++)
        if (part(n, i)->kind == NODE_COLUMN)
            return (int)part(n, i)->column;
    return -1;
}

/* An operand of a comparison. */
static bool write_side(writer *w, const guard_node *n, int column)
{
    return n->kind == NODE_VALUE ? write_value(w, n, column) : write_node(w, n);
}

/* Parts with @between between them, the first @from of them left out. */
static bool write_sides(writer *w, const guard_node *n, unsigned from, const char *between,
                        int column)
{
    for (unsigned i = from; i < n_parts(n); i++) {
        if (i > from)
            g_string_append(w->out, between);
        if (!write_side(w, part(n, i), column))
            return false;
    }
    return true;
}

static bool write_joined(writer *w, const guard_node *n, const char *between)
{
    g_string_append_c(w->out, '(');
    for (unsigned i = 0; i < n_parts(n); i++) {
        if (i > 0)
            g_string_append(w->out, between);
        if (!write_node(w, part(n, i)))
            return false;
    }
    g_string_append_c(w->out, ')');
    return true;
}

static bool write_in(writer *w, const guard_node *n)
{
    int column = column_of(n);
    if (!write_side(w, part(n, 0), column))
        return false;
    g_string_append(w->out, n->negated ? " NOT IN (" : " IN (");
    if (!write_sides(w, n, 1, ", ", column))
        return false;
    g_string_append_c(w->out, ')');
    return true;
}

static bool write_between(writer *w, const guard_node *n)
{
    int column = column_of(n);
    if (!write_side(w, part(n, 0), column))
        return false;
    g_string_append(w->out, n->negated ? " NOT BETWEEN " : " BETWEEN ");
    return write_sides(w, n, 1, " AND ", column);
}

static bool is_text_column(const writer *w, const guard_node *n)
{
    switch (w->p->target->types[n->column].kind) {
    case TYPE_TEXT:
    case TYPE_ANY:
        return true;
    case TYPE_BOOL:
    case TYPE_INT:
    case TYPE_FLOAT:
    case TYPE_DECIMAL:
    case TYPE_BYTES:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_INSTANT:
    case TYPE_UUID:
    case TYPE_JSON:
    case TYPE_OTHER:
        return false;
    }
    g_assert_not_reached();
}

/* LIKE is about texts: other columns are read as text, patterns are never
 * converted. */
static bool write_like(writer *w, const guard_node *n)
{
    const guard_node *left = part(n, 0), *pattern = part(n, 1);
    if (pattern->kind == NODE_VALUE && pattern->v.kind != VALUE_TEXT)
        return guard_refuse(w->p, 'P', pattern->at, _("LIKE takes a text in quotes"));
    if (left->kind == NODE_COLUMN && !is_text_column(w, left)) {
        g_autofree char *name = dialect_quoted(w->p->d, w->p->target->columns[left->column]);
        g_autofree char *text = dialect_expression_text(
            w->p->d, "cast_text", (template_variable[]){{"column", name}, {NULL, NULL}});
        g_string_append(w->out, text);
    } else if (!write_side(w, left, -1)) {
        return false;
    }
    g_string_append(w->out, n->negated ? " NOT LIKE " : " LIKE ");
    if (pattern->kind == NODE_VALUE ? !write_bound(w, pattern, &pattern->v)
                                    : !write_node(w, pattern))
        return false;
    if (n_parts(n) < 3)
        return true;
    g_string_append(w->out, " ESCAPE ");
    return write_bound(w, part(n, 2), &part(n, 2)->v);
}

static bool write_wrapped(writer *w, const char *open, const guard_node *inner, const char *close)
{
    g_string_append(w->out, open);
    if (!write_node(w, inner))
        return false;
    g_string_append(w->out, close);
    return true;
}

static bool write_call(writer *w, const guard_node *n)
{
    g_string_append_printf(w->out, "%s(", n->text);
    if (!write_sides(w, n, 0, ", ", -1))
        return false;
    g_string_append_c(w->out, ')');
    return true;
}

static bool write_cast(writer *w, const guard_node *n)
{
    g_autofree char *close = g_strdup_printf(" AS %s)", n->text);
    return write_wrapped(w, "CAST(", part(n, 0), close);
}

static bool write_days(writer *w, const guard_node *n)
{
    g_autofree char *today =
        g_strconcat(part(n, 0)->text, part(n, 0)->kind == NODE_CALL ? "()" : "", NULL);
    g_autofree char *sum = dialect_expression_text(
        w->p->d, "date_plus",
        (template_variable[]){{"date", today}, {"days", n->text}, {NULL, NULL}});
    g_string_append(w->out, sum);
    return true;
}

static bool write_shift(writer *w, const guard_node *n)
{
    g_autofree char *close = g_strdup_printf(" %s %s)", n->text, part(n, 1)->text);
    return write_wrapped(w, "(", part(n, 0), close);
}

static bool write_node(writer *w, const guard_node *n)
{
    switch (n->kind) {
    case NODE_AND:
        return write_joined(w, n, " AND ");
    case NODE_OR:
        return write_joined(w, n, " OR ");
    case NODE_NOT:
        return write_wrapped(w, "NOT (", part(n, 0), ")");
    case NODE_COMPARE: {
        g_autofree char *between = g_strdup_printf(" %s ", n->text);
        return write_sides(w, n, 0, between, column_of(n));
    }
    case NODE_IN:
        return write_in(w, n);
    case NODE_BETWEEN:
        return write_between(w, n);
    case NODE_LIKE:
        return write_like(w, n);
    case NODE_IS_NULL:
        return write_wrapped(w, "", part(n, 0), n->negated ? " IS NOT NULL" : " IS NULL");
    case NODE_COLUMN:
        write_column(w, n);
        return true;
    case NODE_VALUE:
        return write_value(w, n, -1);
    case NODE_CALL:
        return write_call(w, n);
    case NODE_CONSTANT:
    case NODE_INTERVAL:
        g_string_append(w->out, n->text);
        return true;
    case NODE_CAST:
        return write_cast(w, n);
    case NODE_DAYS:
        return write_days(w, n);
    case NODE_SHIFT:
        return write_shift(w, n);
    }
    g_assert_not_reached();
}

/* The predicate in one of the two forms; caller frees. */
static char *write_predicate(guard_parser *p, const guard_node *n, guard_statement *s,
                             bool literals)
{
    g_autoptr(GString) out = g_string_new(NULL);
    writer w = {.p = p, .values = s->values, .literals = literals, .out = out};
    return write_node(&w, n) ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

bool guard_write(guard_parser *p, const guard_node *predicate, guard_statement *s)
{
    g_autofree char *name = dialect_quoted(p->d, p->target->name);
    g_autofree char *schema =
        p->target->schema != NULL ? dialect_quoted(p->d, p->target->schema) : NULL;
    g_autofree char *table = schema != NULL ? g_strconcat(schema, ".", name, NULL)
                                            : g_strdup(name);
    g_autofree char *all = g_strconcat("DELETE FROM ", table, NULL);
    if (predicate == NULL) {
        s->sql = g_steal_pointer(&all);
        g_autofree char *truncate = g_strconcat("TRUNCATE TABLE ", table, NULL);
        s->shown = text_safe(s->truncate ? truncate : s->sql, -1);
        return true;
    }
    s->predicate = write_predicate(p, predicate, s, false);
    g_autofree char *literals =
        s->predicate != NULL ? write_predicate(p, predicate, s, true) : NULL;
    if (literals == NULL)
        return false;
    s->sql = g_strconcat(all, " WHERE ", s->predicate, NULL);
    g_autofree char *shown = g_strconcat(all, " WHERE ", literals, NULL);
    s->shown = text_safe(shown, -1);
    return true;
}
