/* Values of a filter as values of the column that they are compared with. */
#include "sql/filter_private.h"

#include "base/intl.h"
#include "base/text.h"
#include "row/convert.h"

#include <string.h>

const data_type *filter_column_type(const filter *test, filter_lookup lookup, void *user,
                                    error **err)
{
    const data_type *type = lookup(user, test->field);
    if (type == NULL) {
        g_autofree char *shown = text_safe(test->field, -1);
        error_set(err, ERROR_PLAN, _("the filter's column \"%s\" is not in the source"), shown);
    }
    return type;
}

static bool refuse_operator(const filter *test, const data_type *type, error **err)
{
    g_autofree char *shown = text_safe(test->field, -1);
    return error_set(err, ERROR_PLAN, _("%s: \"%s\" cannot be asked of column \"%s\" of type %s"),
                     test->path, filter_operators[test->op].name, shown,
                     type_kind_name(type->kind));
}

bool filter_check_type(const filter *test, const data_type *type, error **err)
{
    const struct filter_operator_info *op = &filter_operators[test->op];
    if (op->wants == WANTS_NOTHING)
        return true;
    if (op->wants == WANTS_TEXT)
        return type->kind == TYPE_TEXT || type->kind == TYPE_ANY || type->kind == TYPE_OTHER ||
               type->kind == TYPE_JSON || refuse_operator(test, type, err);
    /* Two spellings of one JSON value would be different here and equal there. */
    if (type->kind == TYPE_JSON) {
        refuse_operator(test, type, err);
        return error_hint(err, _("use contains, like, is null or is not null"));
    }
    return true;
}

/* A JSON value as we find it. */
static value plain_value(const json_t *operand, batch *memory)
{
    if (json_is_string(operand))
        return batch_copy_value(memory, VALUE_TEXT, json_string_value(operand),
                                json_string_length(operand));
    if (json_is_integer(operand))
        return value_int(json_integer_value(operand));
    if (json_is_real(operand))
        return value_float(json_real_value(operand));
    return value_of_kind(VALUE_BOOL, json_is_true(operand));
}

/* What values compare as; limits on what can be stored do not matter. */
static data_type without_limits(const data_type *type)
{
    return (data_type){
        .kind = type->kind,
        .is_unsigned = type->is_unsigned,
        .bits = type->kind == TYPE_FLOAT ? type->bits : 64,
        .fraction = -1,
    };
}

bool filter_number_for_text(const filter *test, unsigned i, const data_type *type)
{
    return type->kind == TYPE_TEXT && json_is_number((const json_t *)test->operands->pdata[i]);
}

bool filter_operand(const filter *test, unsigned i, const data_type *type, batch *memory,
                    value *out, error **err)
{
    const value in = plain_value(test->operands->pdata[i], memory);
    /* A float column takes the nearest float, as a literal in SQL does. */
    const convert_options options = { .round = type->kind == TYPE_FLOAT, .compact_dates = true };
    const data_type wide = without_limits(type);
    convert_error why;
    if (convert_value(&in, &wide, &options, memory, out, &why))
        return true;
    g_autofree char *shown = text_safe(test->field, -1);
    error_set(err, ERROR_PLAN, _("%s: column \"%s\": %s"), test->path, shown, why.message);
    if (type->kind == TYPE_INSTANT)
        error_hint(err, _("write date, time and zone: \"2026-01-31 00:00:00+08:00\""));
    return false;
}

like_pattern *filter_pattern(const filter *test, error **err)
{
    const char *text = json_string_value(test->operands->pdata[0]);
    like_pattern *pattern =
        test->op == OP_LIKE
            ? like_pattern_parse(text)
            : like_pattern_plain(text, test->op != OP_STARTS_WITH, test->op != OP_ENDS_WITH);
    if (pattern == NULL)
        error_set(err, ERROR_PLAN, _("%s.value: the pattern ends with a single \\"), test->path);
    return pattern;
}
