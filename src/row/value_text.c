#include "row/convert.h"
#include "row/number_text.h"
#include "row/time_text.h"

#include <glib.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

void bytes_to_hex(const char *data, size_t size, char *out)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)data[i];
        out[2 * i] = hex_digits[byte >> 4];
        out[2 * i + 1] = hex_digits[byte & 15];
    }
}

bool parse_hex(const char *text, size_t size, uint8_t *out)
{
    if (size % 2 != 0)
        return false;
    for (size_t i = 0; i < size / 2; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]);
        int low = g_ascii_xdigit_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Sizes of the groups of a uuid, in bytes. */
static const uint8_t uuid_groups[5] = { 4, 2, 2, 2, 6 };

bool parse_uuid(const char *text, size_t size, uint8_t out[16])
{
    if (size == 32)
        return parse_hex(text, size, out);
    if (size != 36)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(uuid_groups); i++) {
        if (i > 0 && *text++ != '-')
            return false;
        if (!parse_hex(text, 2 * uuid_groups[i], out))
            return false;
        text += 2 * uuid_groups[i];
        out += uuid_groups[i];
    }
    return true;
}

static size_t write_uuid(const char *data, char *out)
{
    char *p = out;
    for (unsigned i = 0; i < G_N_ELEMENTS(uuid_groups); i++) {
        if (i > 0)
            *p++ = '-';
        bytes_to_hex(data, uuid_groups[i], p);
        data += uuid_groups[i];
        p += 2 * uuid_groups[i];
    }
    return (size_t)(p - out);
}

bool parse_bool(const char *text, size_t size, bool *out)
{
    static const struct {
        const char *word;
        bool is_true;
    } words[] = { { "1", true },    { "0", false },     { "t", true },   { "f", false },
                  { "true", true }, { "false", false }, { "yes", true }, { "no", false },
                  { "on", true },   { "off", false } };
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (strlen(words[i].word) == size && g_ascii_strncasecmp(text, words[i].word, size) == 0) {
            *out = words[i].is_true;
            return true;
        }
    return false;
}

/* Bytes of the character that begins with @lead, 0 for a byte that begins
 * none. C0, C1 and F5 upwards could only spell overlong forms or too much. */
static unsigned character_size(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2)
        return 0;
    if (lead < 0xE0)
        return 2;
    if (lead < 0xF0)
        return 3;
    return lead < 0xF5 ? 4 : 0;
}

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

int64_t utf8_length(const char *data, size_t size)
{
    const unsigned char *p = (const unsigned char *)data, *end = p + size;
    int64_t length = 0;
    while (p < end) {
        while (end - p >= 8) {
            uint64_t word;
            memcpy(&word, p, sizeof word);
            if (word & UINT64_C(0x8080808080808080))
                break;
            p += 8;
            length += 8;
        }
        if (p == end)
            break;
        unsigned n = character_size(*p);
        if (n == 0 || (size_t)(end - p) < n)
            return -1;
        for (unsigned i = 1; i < n; i++)
            if (!is_continuation(p[i]))
                return -1;
        /* Overlong forms, surrogates, beyond U+10FFFF. */
        if ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] > 0x9F) ||
            (*p == 0xF0 && p[1] < 0x90) || (*p == 0xF4 && p[1] > 0x8F))
            return -1;
        p += n;
        length++;
    }
    return length;
}

const char *value_to_text(const value *v, char *buffer, size_t *size)
{
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        *size = 0;
        return NULL;
    case VALUE_BOOL:
        *size = v->i != 0 ? 4 : 5;
        return v->i != 0 ? "true" : "false";
    case VALUE_INT:
        *size = number_write_int(v->i, buffer);
        return buffer;
    case VALUE_FLOAT:
        *size = number_write_float(v->f, buffer);
        return buffer;
    case VALUE_DECIMAL:
        *size = number_write_decimal(v->i, v->scale, buffer);
        return buffer;
    case VALUE_DATE:
        *size = time_write_date(v->i, buffer);
        return buffer;
    case VALUE_TIME:
        *size = time_write_time(v->i, buffer);
        return buffer;
    case VALUE_TIMESTAMP:
        *size = time_write_timestamp(v->i, buffer);
        return buffer;
    case VALUE_INSTANT:
        *size = time_write_instant(v->i, buffer);
        return buffer;
    case VALUE_UUID:
        *size = write_uuid(v->data, buffer);
        return buffer;
    case VALUE_DIGITS:
    case VALUE_TEXT:
    case VALUE_BYTES:
    case VALUE_JSON:
        *size = v->size;
        return v->data;
    }
    g_assert_not_reached();
}
