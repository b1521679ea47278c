#include "ferry/mapping.h"

#include "base/intl.h"
#include "ferry/zone_step.h"
#include "row/convert.h"

#include <string.h>

typedef struct {
    const replace_rule *rule;
    GRegex *regex; /* every rule is a pattern, literal ones are escaped */
} compiled_rule;

struct mapper {
    const mapping *mapping;
    GPtrArray **rules; /* [columns] of compiled_rule*, NULL where none */
    value *scratch;    /* replaced values of one column */
};

static void mapping_column_free(mapping_column *c)
{
    g_free(c->target);
    g_free(c->type_text);
    g_free(c->fixed_text);
    g_free(c);
}

mapping *mapping_new(void)
{
    mapping *m = g_new0(mapping, 1);
    m->columns = g_ptr_array_new_with_free_func((GDestroyNotify)mapping_column_free);
    return m;
}

void mapping_free(mapping *m)
{
    if (m == NULL)
        return;
    g_ptr_array_unref(m->columns);
    zone_free(m->source_zone);
    zone_free(m->target_zone);
    g_free(m);
}

static bool changes_zone(const mapping *m, const mapping_column *c)
{
    return m->source_zone != NULL &&
           (c->type.kind == TYPE_TIMESTAMP || c->type.kind == TYPE_INSTANT);
}

/* Whether every value of @from is a value of @to without a look at it. */
static bool fits_always(const data_type *from, const data_type *to)
{
    if (to->kind == TYPE_ANY || to->kind == TYPE_OTHER)
        return true;
    if (from->kind != to->kind)
        return false;
    switch (to->kind) {
    case TYPE_INT:
        return from->bits != 0 && from->is_unsigned == to->is_unsigned &&
               (to->bits == 0 || from->bits <= to->bits);
    case TYPE_FLOAT:
        return to->bits != 32 || from->bits == 32;
    case TYPE_DECIMAL:
        return to->precision == 0 || (from->precision != 0 && from->scale <= to->scale &&
                                      from->precision - from->scale <= to->precision - to->scale);
    case TYPE_TEXT:
        return to->length == 0 || (from->length != 0 && from->length <= to->length &&
                                   from->length_in_bytes == to->length_in_bytes);
    case TYPE_BYTES:
        return to->length == 0 || (from->length != 0 && from->length <= to->length);
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_INSTANT:
        return to->fraction < 0 || to->fraction >= 6 ||
               (from->fraction >= 0 && from->fraction <= to->fraction);
    case TYPE_BOOL:
    case TYPE_DATE:
    case TYPE_UUID:
    case TYPE_JSON:
    case TYPE_ANY:
    case TYPE_OTHER:
        return true;
    }
    return false;
}

static bool is_number(const data_type *type)
{
    return type->kind == TYPE_INT || type->kind == TYPE_FLOAT || type->kind == TYPE_DECIMAL;
}

/* Whether `round` may change values on their way into @type. */
static bool has_digits(const data_type *type)
{
    return is_number(type) || type->kind == TYPE_TIME || type->kind == TYPE_TIMESTAMP ||
           type->kind == TYPE_INSTANT;
}

void mapping_choose_carry(mapping *m, GPtrArray *source_columns, bool loose_source,
                          bool loose_target)
{
    const data_type any = { .kind = TYPE_ANY };
    for (guint i = 0; i < m->columns->len; i++) {
        mapping_column *c = m->columns->pdata[i];
        if (c->origin != COLUMN_SOURCE) {
            c->carry = CARRY_FIXED;
            continue;
        }
        const column_info *from = source_columns->pdata[c->source];
        const data_type *carried = loose_source ? &any : &from->type;
        bool replaced = c->replace != NULL && c->replace->len > 0;
        bool rounded = m->round && has_digits(&c->type);
        if (changes_zone(m, c))
            c->carry = CARRY_CONVERT;
        else if (replaced ? c->type.kind == TYPE_ANY : fits_always(carried, &c->type))
            c->carry = CARRY_ALIAS;
        else if (loose_source && loose_target && !replaced && !rounded)
            c->carry = CARRY_CHECK;
        else
            c->carry = CARRY_CONVERT;
    }
}

static void compiled_rule_free(compiled_rule *r)
{
    g_clear_pointer(&r->regex, g_regex_unref);
    g_free(r);
}

mapper *mapper_new(const mapping *m, error **err)
{
    g_autoptr(mapper) made = g_new0(mapper, 1);
    made->mapping = m;
    made->rules = g_new0(GPtrArray *, m->columns->len + 1);
    for (guint i = 0; i < m->columns->len; i++) {
        const mapping_column *c = m->columns->pdata[i];
        if (c->replace == NULL || c->replace->len == 0)
            continue;
        made->rules[i] = g_ptr_array_new_with_free_func((GDestroyNotify)compiled_rule_free);
        for (guint k = 0; k < c->replace->len; k++) {
            const replace_rule *rule = c->replace->pdata[k];
            g_autoptr(GError) local = NULL;
            g_autofree char *pattern =
                rule->regex ? g_strdup(rule->find) : g_regex_escape_string(rule->find, -1);
            compiled_rule *compiled = g_new0(compiled_rule, 1);
            compiled->rule = rule;
            compiled->regex = g_regex_new(
                pattern, G_REGEX_OPTIMIZE | (rule->ignore_case ? G_REGEX_CASELESS : 0), 0, &local);
            g_ptr_array_add(made->rules[i], compiled);
            if (compiled->regex == NULL) {
                error_set(err, ERROR_DOCUMENT,
                          _("mapping of column \"%s\": \"%s\" is not a regular expression"),
                          c->target, rule->find);
                error_detail(err, "%s", local->message);
                return NULL;
            }
        }
    }
    made->scratch = g_new(value, BATCH_MAX_ROWS);
    return g_steal_pointer(&made);
}

void mapper_free(mapper *m)
{
    if (m == NULL)
        return;
    for (guint i = 0; i < m->mapping->columns->len; i++)
        g_clear_pointer(&m->rules[i], g_ptr_array_unref);
    g_free(m->rules);
    g_free(m->scratch);
    g_free(m);
}

/* Apply the rules to one text. False when the text is not UTF-8, which the
 * conversion that follows reports. */
static bool replace_text(const GPtrArray *rules, batch *b, value *v)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *start = value_to_text(v, buffer, &size);
    if (!g_utf8_validate_len(start, size, NULL))
        return false;
    g_autofree char *text = g_strndup(start, size);
    bool changed = false;
    for (guint k = 0; k < rules->len; k++) {
        const compiled_rule *r = rules->pdata[k];
        if (!g_regex_match(r->regex, text, 0, NULL))
            continue;
        char *next = r->rule->regex
                         ? g_regex_replace(r->regex, text, -1, 0, r->rule->with, 0, NULL)
                         : g_regex_replace_literal(r->regex, text, -1, 0, r->rule->with, 0, NULL);
        if (next == NULL)
            continue;
        g_free(text);
        text = next;
        changed = true;
    }
    if (changed)
        *v = batch_copy_value(b, VALUE_TEXT, text, strlen(text));
    return true;
}

static void reject_value(batch *b, unsigned row, int column, const mapping_column *c,
                         const convert_error *why)
{
    g_autofree char *message = g_strdup_printf("column \"%s\": %s", c->target, why->message);
    batch_reject(b, row, why->class, column, "", message);
}

/* Whether a value that was only to be checked goes on as it came. A number
 * spelled as text does not: the target would read it by rules of its own and
 * might keep fewer digits than it has. */
static bool keeps_form(const mapping_column *c, const value *in)
{
    return c->carry == CARRY_CHECK && !(in->kind == VALUE_TEXT && is_number(&c->type));
}

/* From one zone to the other: first to a timestamp, whatever the source holds
 * it as, then to the target's type. */
static bool convert_zone(const mapping *m, const mapping_column *c, const value *in,
                         const convert_options *options, batch *b, value *out, convert_error *why)
{
    const data_type local = { .kind = TYPE_TIMESTAMP, .fraction = -1 };
    const data_type instant = { .kind = TYPE_INSTANT, .fraction = -1 };
    value middle;
    if (in->kind == VALUE_NULL || in->kind == VALUE_TIMESTAMP || in->kind == VALUE_INSTANT)
        middle = *in;
    else if (!convert_value(in, &local, options, b, &middle, why) &&
             !convert_value(in, &instant, options, b, &middle, why))
        return false;
    if (middle.kind != VALUE_NULL &&
        !zone_step(m->source_zone, m->target_zone, c->type.kind, &middle, why))
        return false;
    return convert_value(&middle, &c->type, options, b, out, why);
}

static void carry_values(const mapping *m, const mapping_column *c, int column, const value *in,
                         batch *b)
{
    const convert_options options = { .round = m->round };
    value *out = b->target[column];
    bool zoned = changes_zone(m, c);
    convert_error why; /* here: clearing it for each value would cost more than converting */
    for (unsigned row = 0; row < b->n_rows; row++) {
        if (b->status[row] != ROW_OK)
            continue;
        bool done = zoned ? convert_zone(m, c, &in[row], &options, b, &out[row], &why)
                          : convert_value(&in[row], &c->type, &options, b, &out[row], &why);
        if (!done)
            reject_value(b, row, column, c, &why);
        else if (keeps_form(c, &in[row]))
            out[row] = in[row];
    }
}

/* NULL into a column that takes none is found here, not by the server. */
static void reject_nulls(const mapping_column *c, int column, batch *b)
{
    const value *values = b->target[column];
    for (unsigned row = 0; row < b->n_rows; row++) {
        if (values[row].kind != VALUE_NULL || b->status[row] != ROW_OK)
            continue;
        convert_error why = { .class = c->is_key ? REJECT_KEY_NULL : REJECT_NULL };
        g_strlcpy(why.message,
                  c->is_key ? "NULL in a key column" : "NULL, but the column is NOT NULL",
                  sizeof why.message);
        reject_value(b, row, column, c, &why);
    }
}

void mapper_apply(mapper *m, batch *b)
{
    for (guint i = 0; i < m->mapping->columns->len; i++) {
        const mapping_column *c = m->mapping->columns->pdata[i];
        int column = (int)i;
        if (c->carry == CARRY_FIXED) {
            for (unsigned row = 0; row < b->n_rows; row++)
                b->target[i][row] = c->fixed;
            continue;
        }
        const value *in = b->source[c->source];
        if (m->rules[i] != NULL) {
            memcpy(m->scratch, in, b->n_rows * sizeof *in);
            for (unsigned row = 0; row < b->n_rows; row++) {
                value_kind kind = m->scratch[row].kind;
                if (b->status[row] == ROW_OK && kind != VALUE_NULL && kind != VALUE_BYTES)
                    replace_text(m->rules[i], b, &m->scratch[row]);
            }
            in = m->scratch;
        }
        if (c->carry == CARRY_ALIAS && in == b->source[c->source])
            b->target[i] = b->source[c->source];
        else if (c->carry == CARRY_ALIAS)
            memcpy(b->target[i], in, b->n_rows * sizeof *in);
        else
            carry_values(m->mapping, c, column, in, b);
        if (c->not_null || c->is_key)
            reject_nulls(c, column, b);
    }
}
