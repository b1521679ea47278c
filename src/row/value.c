#include "row/value.h"

#include <glib.h>
#include <inttypes.h>

const char *value_kind_name(value_kind kind)
{
    switch (kind) {
    case VALUE_NULL:
        return "null";
    case VALUE_BOOL:
        return "boolean";
    case VALUE_INT:
        return "integer";
    case VALUE_FLOAT:
        return "float";
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
        return "decimal";
    case VALUE_TEXT:
        return "text";
    case VALUE_BYTES:
        return "bytes";
    case VALUE_DATE:
        return "date";
    case VALUE_TIME:
        return "time";
    case VALUE_TIMESTAMP:
        return "timestamp";
    case VALUE_INSTANT:
        return "instant";
    case VALUE_UUID:
        return "uuid";
    case VALUE_JSON:
        return "json";
    }
    g_assert_not_reached();
}

const char *type_kind_name(type_kind kind)
{
    switch (kind) {
    case TYPE_ANY:
        return "any";
    case TYPE_BOOL:
        return "boolean";
    case TYPE_INT:
        return "integer";
    case TYPE_FLOAT:
        return "float";
    case TYPE_DECIMAL:
        return "decimal";
    case TYPE_TEXT:
        return "text";
    case TYPE_BYTES:
        return "bytes";
    case TYPE_DATE:
        return "date";
    case TYPE_TIME:
        return "time";
    case TYPE_TIMESTAMP:
        return "timestamp";
    case TYPE_INSTANT:
        return "instant";
    case TYPE_UUID:
        return "uuid";
    case TYPE_JSON:
        return "json";
    case TYPE_OTHER:
        return "other";
    }
    g_assert_not_reached();
}

char *data_type_to_string(const data_type *type)
{
    const char *name = type_kind_name(type->kind);
    switch (type->kind) {
    case TYPE_INT: {
        const char *sign = type->is_unsigned ? "unsigned " : "";
        if (type->bits > 0)
            return g_strdup_printf("%s%s(%d)", sign, name, type->bits);
        return g_strdup_printf("%s%s", sign, name);
    }
    case TYPE_FLOAT:
        if (type->bits > 0)
            return g_strdup_printf("%s(%d)", name, type->bits);
        return g_strdup(name);
    case TYPE_DECIMAL:
        if (type->precision > 0)
            return g_strdup_printf("%s(%d,%d)", name, type->precision, type->scale);
        return g_strdup(name);
    case TYPE_TEXT:
    case TYPE_BYTES: {
        const char *fixed = type->fixed_length ? "fixed " : "";
        const char *unit = type->kind == TYPE_TEXT && type->length_in_bytes ? " bytes" : "";
        if (type->length > 0)
            return g_strdup_printf("%s%s(%" PRId64 "%s)", fixed, name, type->length, unit);
        return g_strdup_printf("%s%s", fixed, name);
    }
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_INSTANT:
        if (type->fraction >= 0)
            return g_strdup_printf("%s(%d)", name, type->fraction);
        return g_strdup(name);
    case TYPE_ANY:
    case TYPE_BOOL:
    case TYPE_DATE:
    case TYPE_UUID:
    case TYPE_JSON:
    case TYPE_OTHER:
        return g_strdup(name);
    }
    g_assert_not_reached();
}
