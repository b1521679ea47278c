#include "row/reject_json.h"

#include "base/document.h"
#include "base/intl.h"
#include "row/convert.h"
#include "row/reject_file.h"

#include <string.h>

static json_t *pack(const char *key, json_t *inner)
{
    json_t *object = json_object();
    json_object_set_new(object, key, inner);
    return object;
}

static json_t *pack_hex(const char *key, const char *data, size_t size)
{
    g_autofree char *hex = g_malloc(2 * size + 1);
    bytes_to_hex(data, size, hex);
    return pack(key, json_stringn(hex, 2 * size));
}

/* Text as a JSON string when JSON can hold it, else the hex of its bytes
 * under @hex_key. */
static json_t *pack_text(const char *key, const char *hex_key, const value *v)
{
    bool holds = utf8_length(v->data, v->size) >= 0 &&
                 (v->size == 0 || memchr(v->data, '\0', v->size) == NULL);
    return holds ? pack(key, json_stringn(v->size > 0 ? v->data : "", v->size))
                 : pack_hex(hex_key, v->data, v->size);
}

typedef bool (*parse_function)(const char *text, size_t size, int64_t *out);

/* Kinds that are one number inside: as text for people, or as the number when
 * the text is outside of what can be read back. */
static const struct {
    const char *key;
    value_kind kind;
    parse_function parse;
} moments[] = {
    { "date", VALUE_DATE, parse_date },
    { "time", VALUE_TIME, parse_time },
    { "timestamp", VALUE_TIMESTAMP, parse_timestamp },
    { "instant", VALUE_INSTANT, parse_instant },
};

static json_t *pack_moment(const value *v)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(moments); i++) {
        if (moments[i].kind != v->kind)
            continue;
        char buffer[VALUE_TEXT_MAX];
        size_t size;
        int64_t again;
        const char *text = value_to_text(v, buffer, &size);
        bool same = moments[i].parse(text, size, &again) && again == v->i;
        return pack(moments[i].key, same ? json_stringn(text, size) : json_integer(v->i));
    }
    g_assert_not_reached();
}

json_t *value_to_json(const value *v)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text;
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        return json_null();
    case VALUE_BOOL:
        return pack("bool", json_boolean(v->i != 0));
    case VALUE_INT:
        return pack("i", json_integer(v->i));
    case VALUE_FLOAT:
        text = value_to_text(v, buffer, &size);
        return pack("f", json_stringn(text, size));
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
        text = value_to_text(v, buffer, &size);
        return pack("n", json_stringn(text, size));
    case VALUE_TEXT:
        return pack_text("t", "t_hex", v);
    case VALUE_JSON:
        return pack_text("json", "json_hex", v);
    case VALUE_BYTES:
        return pack_hex("b", v->data, v->size);
    case VALUE_UUID:
        text = value_to_text(v, buffer, &size);
        return pack("uuid", json_stringn(text, size));
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
        return pack_moment(v);
    }
    g_assert_not_reached();
}

char *reject_cell_text(const json_t *cell)
{
    if (cell == NULL || json_is_null(cell))
        return NULL;
    if (!json_is_object(cell))
        return document_scalar_text(cell);
    void *member = json_object_iter((json_t *)cell);
    return member != NULL ? document_scalar_text(json_object_iter_value(member)) : NULL;
}

/* --- back --- */

static bool read_bool(const json_t *json, batch *b G_GNUC_UNUSED, value *out)
{
    *out = value_of_kind(VALUE_BOOL, json_is_true(json));
    return json_is_boolean(json);
}

static bool read_int(const json_t *json, batch *b G_GNUC_UNUSED, value *out)
{
    *out = value_int(json_integer_value(json));
    return json_is_integer(json);
}

static bool read_float(const json_t *json, batch *b G_GNUC_UNUSED, value *out)
{
    double f;
    if (!json_is_string(json) ||
        !parse_float(json_string_value(json), json_string_length(json), &f))
        return false;
    *out = value_float(f);
    return true;
}

static bool read_decimal(const json_t *json, batch *b, value *out)
{
    if (!json_is_string(json))
        return false;
    size_t size = json_string_length(json);
    /* A long decimal points into its text. */
    return parse_decimal(batch_copy(b, json_string_value(json), size), size, b, out);
}

static bool read_span(value_kind kind, const json_t *json, batch *b, value *out)
{
    if (!json_is_string(json) || json_string_length(json) > UINT32_MAX)
        return false;
    *out = batch_copy_value(b, kind, json_string_value(json), json_string_length(json));
    return true;
}

static bool read_hex(value_kind kind, const json_t *json, batch *b, value *out)
{
    size_t size = json_string_length(json);
    if (!json_is_string(json) || size / 2 > UINT32_MAX)
        return false;
    char *bytes = batch_alloc(b, size / 2);
    if (!parse_hex(json_string_value(json), size, (uint8_t *)bytes))
        return false;
    *out = value_span(kind, bytes, (uint32_t)(size / 2));
    return true;
}

static bool read_text(const json_t *json, batch *b, value *out)
{
    return read_span(VALUE_TEXT, json, b, out);
}

static bool read_text_hex(const json_t *json, batch *b, value *out)
{
    return read_hex(VALUE_TEXT, json, b, out);
}

static bool read_json(const json_t *json, batch *b, value *out)
{
    return read_span(VALUE_JSON, json, b, out);
}

static bool read_json_hex(const json_t *json, batch *b, value *out)
{
    return read_hex(VALUE_JSON, json, b, out);
}

static bool read_bytes(const json_t *json, batch *b, value *out)
{
    return read_hex(VALUE_BYTES, json, b, out);
}

static bool read_uuid(const json_t *json, batch *b, value *out)
{
    uint8_t *bytes = (uint8_t *)batch_alloc(b, 16);
    *out = value_span(VALUE_UUID, (const char *)bytes, 16);
    return json_is_string(json) &&
           parse_uuid(json_string_value(json), json_string_length(json), bytes);
}

static const struct {
    const char *key;
    bool (*read)(const json_t *json, batch *b, value *out);
} forms[] = {
    { "bool", read_bool }, { "i", read_int },     { "f", read_float },
    { "n", read_decimal }, { "t", read_text },    { "t_hex", read_text_hex },
    { "b", read_bytes },   { "json", read_json }, { "json_hex", read_json_hex },
    { "uuid", read_uuid },
};

static bool read_moment(unsigned i, const json_t *json, value *out)
{
    int64_t number = json_integer_value(json);
    bool good = json_is_string(json)
                    ? moments[i].parse(json_string_value(json), json_string_length(json), &number)
                    : json_is_integer(json);
    /* The one kind whose numbers have bounds. */
    if (moments[i].kind == VALUE_TIME)
        good = good && number >= 0 && number <= INT64_C(86400000000);
    *out = value_of_kind(moments[i].kind, number);
    return good;
}

static bool read_form(const char *key, const json_t *json, batch *b, value *out)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(forms); i++)
        if (strcmp(forms[i].key, key) == 0)
            return forms[i].read(json, b, out);
    for (unsigned i = 0; i < G_N_ELEMENTS(moments); i++)
        if (strcmp(moments[i].key, key) == 0)
            return read_moment(i, json, out);
    return false;
}

bool value_from_json(const json_t *json, batch *b, value *out, error **err)
{
    switch (json_typeof(json)) {
    case JSON_NULL:
        *out = value_null();
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        return read_bool(json, b, out);
    case JSON_INTEGER:
        return read_int(json, b, out);
    case JSON_REAL:
        *out = value_float(json_real_value(json));
        return true;
    case JSON_STRING:
        if (read_text(json, b, out))
            return true;
        break;
    case JSON_OBJECT: {
        void *first = json_object_iter((json_t *)json);
        if (json_object_size(json) == 1 &&
            read_form(json_object_iter_key(first), json_object_iter_value(first), b, out))
            return true;
        break;
    }
    case JSON_ARRAY:
        break;
    }
    g_autofree char *shown = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    error_set(err, ERROR_DOCUMENT, _("%.60s is not a value of a reject"),
              shown != NULL ? shown : "");
    return error_hint(err, _("write a string, a number, true, false, null, or a form such as "
                             "{\"n\": \"12.50\"}, {\"t\": \"text\"}, {\"b\": \"00ff\"}"));
}

/* --- types --- */

json_t *data_type_to_json(const data_type *type)
{
    json_t *json = pack("kind", json_string(type_kind_name(type->kind)));
    const struct {
        const char *key;
        bool set;
    } flags[] = { { "unsigned", type->is_unsigned },
                  { "length_in_bytes", type->length_in_bytes },
                  { "fixed_length", type->fixed_length } };
    for (unsigned i = 0; i < G_N_ELEMENTS(flags); i++)
        if (flags[i].set)
            json_object_set_new(json, flags[i].key, json_true());
    const struct {
        const char *key;
        int64_t number;
    } numbers[] = { { "bits", type->bits },
                    { "precision", type->precision },
                    { "scale", type->scale },
                    { "fraction", type->fraction },
                    { "length", type->length } };
    for (unsigned i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (numbers[i].number != 0)
            json_object_set_new(json, numbers[i].key, json_integer(numbers[i].number));
    return json;
}

static int16_t get_short(const json_t *json, const char *key)
{
    return (int16_t)json_integer_value(json_object_get(json, key));
}

bool data_type_from_json(const json_t *json, data_type *out)
{
    const char *name = json_string_value(json_object_get(json, "kind"));
    *out = (data_type){
        .is_unsigned = json_is_true(json_object_get(json, "unsigned")),
        .length_in_bytes = json_is_true(json_object_get(json, "length_in_bytes")),
        .fixed_length = json_is_true(json_object_get(json, "fixed_length")),
        .bits = get_short(json, "bits"),
        .precision = get_short(json, "precision"),
        .scale = get_short(json, "scale"),
        .fraction = get_short(json, "fraction"),
        .length = json_integer_value(json_object_get(json, "length")),
    };
    for (type_kind kind = TYPE_ANY; name != NULL && kind <= TYPE_OTHER; kind++)
        if (strcmp(type_kind_name(kind), name) == 0) {
            out->kind = kind;
            return true;
        }
    return false;
}
