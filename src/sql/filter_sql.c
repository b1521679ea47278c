/* The filter as SQL. Every name is quoted, every value bound or printed by
 * dialect_literal(): nothing of a task's text becomes SQL by itself. */
#include "sql/filter_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    const dialect *d;
    filter_lookup lookup;
    void *user;
    GString *sql;
    GArray *values;
    batch *memory;
} writer_state;

static bool write_value(writer_state *w, const value *v, error **err)
{
    if (w->values == NULL) {
        g_autofree char *literal = dialect_literal(w->d, v, err);
        if (literal == NULL)
            return false;
        g_string_append(w->sql, literal);
        return true;
    }
    int64_t most = dialect_limit(w->d, "statement_parameters");
    if (most > 0 && w->values->len >= most)
        return error_set(err, ERROR_PLAN,
                         _("the filter has more than %" PRId64 " values: %s takes no more"), most,
                         dialect_title(w->d));
    g_array_append_val(w->values, *v);
    g_autofree char *placeholder = dialect_placeholder(w->d, w->values->len);
    g_string_append(w->sql, placeholder);
    return true;
}

static bool write_operand(writer_state *w, const filter *f, unsigned i, const data_type *type,
                          error **err)
{
    if (filter_operators[f->op].orders && filter_number_for_text(f, i, type)) {
        g_autofree char *shown = text_safe(f->field, -1);
        error_set(err, ERROR_PLAN,
                  _("%s: column \"%s\" is text and cannot be compared with a "
                    "number"),
                  f->path, shown);
        return error_hint(err, _("put the value in quotes to compare as text"));
    }
    value v;
    return filter_operand(f, i, type, w->memory, &v, err) && write_value(w, &v, err);
}

/* The column, or what its values must go through before they compare. */
static char *column_sql(const writer_state *w, const filter *f, const data_type *type)
{
    char *column = dialect_quoted(w->d, f->field);
    int64_t digits = dialect_limit(w->d, "decimal_digits");
    bool long_decimal = type->kind == TYPE_DECIMAL && digits > 0 &&
                        (type->precision == 0 || type->precision > digits) &&
                        dialect_expression(w->d, "decimal_order") != NULL;
    if (!long_decimal || filter_operators[f->op].wants == WANTS_NOTHING)
        return column;
    const template_variable variables[] = {{"column", column}, {NULL, NULL}};
    char *ordered = dialect_expression_text(w->d, "decimal_order", variables);
    g_free(column);
    return ordered;
}

static bool write_like(writer_state *w, const filter *f, const data_type *type, error **err)
{
    g_autoptr(like_pattern) pattern = filter_pattern(f, err);
    if (pattern == NULL)
        return false;
    g_autofree char *text = dialect_has(w->d, "glob_patterns") ? like_pattern_to_glob(pattern)
                                                               : like_pattern_to_sql(pattern);
    const value v = batch_copy_value(w->memory, VALUE_TEXT, text, strlen(text));
    GString *outer = w->sql;
    g_autoptr(GString) inner = g_string_new(NULL);
    w->sql = inner;
    bool written = write_value(w, &v, err);
    w->sql = outer;
    if (!written)
        return false;
    g_autofree char *column = dialect_quoted(w->d, f->field);
    const template_variable bare[] = {{"column", column}, {NULL, NULL}};
    /* char(n): the blanks that the system adds are no part of the value. */
    bool plain = type->kind == TYPE_TEXT && !type->fixed_length;
    g_autofree char *operand =
        plain ? g_strdup(column) : dialect_expression_text(w->d, "cast_text", bare);
    const template_variable variables[] = {
        {"column", operand}, {"value", inner->str}, {NULL, NULL}};
    g_autofree char *condition = dialect_expression_text(w->d, "like", variables);
    g_string_append(w->sql, condition);
    return true;
}

static bool write_test(writer_state *w, const filter *f, error **err)
{
    const struct filter_operator_info *op = &filter_operators[f->op];
    const data_type *type = filter_column_type(f, w->lookup, w->user, err);
    if (type == NULL || !filter_check_type(f, type, err))
        return false;
    if (op->wants == WANTS_TEXT)
        return write_like(w, f, type, err);
    g_autofree char *column = column_sql(w, f, type);
    g_string_append_printf(w->sql, "%s %s", column, op->sql);
    g_string_append(w->sql, op->wants == WANTS_NOTHING ? "" : op->wants == WANTS_LIST ? " (" : " ");
    for (guint i = 0; i < f->operands->len; i++) {
        g_string_append(w->sql, i == 0 ? "" : op->wants == WANTS_PAIR ? " AND " : ", ");
        if (!write_operand(w, f, i, type, err))
            return false;
    }
    g_string_append(w->sql, op->wants == WANTS_LIST ? ")" : "");
    return true;
}

static bool write_node(writer_state *w, const filter *f, error **err)
{
    if (f->kind == FILTER_TEST)
        return write_test(w, f, err);
    g_string_append(w->sql, f->kind == FILTER_NOT ? "NOT (" : "(");
    for (guint i = 0; i < f->children->len; i++) {
        g_string_append(w->sql, i == 0 ? "" : f->kind == FILTER_ALL ? " AND " : " OR ");
        if (!write_node(w, f->children->pdata[i], err))
            return false;
    }
    g_string_append_c(w->sql, ')');
    return true;
}

bool filter_to_sql(const filter *f, const dialect *d, filter_lookup lookup, void *user,
                   GString *sql, GArray *values, batch *memory, error **err)
{
    writer_state w = {d, lookup, user, sql, values, memory};
    const gsize sql_before = sql->len;
    const guint values_before = values != NULL ? values->len : 0;
    if (write_node(&w, f, err))
        return true;
    g_string_truncate(sql, sql_before);
    if (values != NULL)
        g_array_set_size(values, values_before);
    return false;
}
