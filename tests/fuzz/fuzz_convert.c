/* fuzz_convert.c - the decoders of values, fed with anything.
 *
 * What must hold for every input: nothing outside of the input is read, what
 * a decoder accepts is written and read back as the same value, a conversion
 * that fails says why in valid UTF-8, and what a conversion accepts it
 * accepts again unchanged. Built with libFuzzer, or with -DREPLAY as a
 * program that runs the files it is given.
 */
#include "row/convert.h"
#include "row/reject_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef bool (*parse_function)(const char *text, size_t size, int64_t *out);

static void check_whole_numbers(const char *text, size_t size)
{
    static const struct {
        parse_function parse;
        value_kind kind;
    } parsers[] = { { parse_int, VALUE_INT },
                    { parse_date, VALUE_DATE },
                    { parse_time, VALUE_TIME },
                    { parse_timestamp, VALUE_TIMESTAMP },
                    { parse_instant, VALUE_INSTANT } };
    for (unsigned i = 0; i < G_N_ELEMENTS(parsers); i++) {
        char buffer[VALUE_TEXT_MAX];
        int64_t number, again;
        if (!parsers[i].parse(text, size, &number))
            continue;
        value v = value_of_kind(parsers[i].kind, number);
        size_t written;
        const char *shown = value_to_text(&v, buffer, &written);
        g_assert_true(written <= VALUE_TEXT_MAX);
        g_assert_true(parsers[i].parse(shown, written, &again) && again == number);
    }
}

static void check_numbers(const char *text, size_t size, batch *b)
{
    char buffer[VALUE_TEXT_MAX];
    size_t written;
    double f, float_again;
    value v, again;
    if (parse_float(text, size, &f)) {
        v = value_float(f);
        const char *shown = value_to_text(&v, buffer, &written);
        g_assert_true(written <= VALUE_TEXT_MAX);
        g_assert_true(parse_float(shown, written, &float_again));
        g_assert_true(float_again == f || (isnan(f) && isnan(float_again)));
    }
    if (parse_decimal(text, size, b, &v)) {
        const char *shown = value_to_text(&v, buffer, &written);
        g_assert_true(parse_decimal(shown, written, b, &again));
        g_assert_true(again.kind == v.kind && again.scale == v.scale && again.size == v.size);
        g_assert_true(v.kind == VALUE_DIGITS ? memcmp(v.data, again.data, v.size) == 0
                                             : v.i == again.i);
    }
}

static const data_type types[] = {
    { .kind = TYPE_BOOL },
    { .kind = TYPE_INT, .bits = 8 },
    { .kind = TYPE_INT, .bits = 64, .is_unsigned = true },
    { .kind = TYPE_FLOAT, .bits = 32 },
    { .kind = TYPE_FLOAT, .bits = 64 },
    { .kind = TYPE_DECIMAL },
    { .kind = TYPE_DECIMAL, .precision = 12, .scale = 2 },
    { .kind = TYPE_DECIMAL, .precision = 3, .scale = 5 },
    { .kind = TYPE_DECIMAL, .precision = 30, .scale = -2 },
    { .kind = TYPE_TEXT },
    { .kind = TYPE_TEXT, .length = 5, .fixed_length = true },
    { .kind = TYPE_TEXT, .length = 5, .length_in_bytes = true },
    { .kind = TYPE_BYTES, .length = 9 },
    { .kind = TYPE_DATE },
    { .kind = TYPE_TIME, .fraction = 2 },
    { .kind = TYPE_TIMESTAMP, .fraction = 0 },
    { .kind = TYPE_INSTANT, .fraction = -1 },
    { .kind = TYPE_UUID },
    { .kind = TYPE_JSON },
    { .kind = TYPE_OTHER },
};

static void check_conversions(const value *in, const convert_options *options, batch *b)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
        value out, again;
        convert_error why = { .class = REJECT_OTHER };
        if (!convert_value(in, &types[i], options, b, &out, &why)) {
            g_assert_true(why.class != REJECT_OTHER && g_utf8_validate(why.message, -1, NULL));
            continue;
        }
        if (out.kind == VALUE_NULL)
            continue;
        g_assert_true(convert_value(&out, &types[i], options, b, &again, NULL));
        g_assert_true(again.kind == out.kind && again.size == out.size);
        if (value_kind_has_data(out.kind))
            g_assert_true(memcmp(out.data, again.data, out.size) == 0);
        else
            g_assert_true(out.i == again.i);
    }
}

static void check_json(const value *v, batch *b)
{
    json_t *json = value_to_json(v);
    value again;
    g_assert_true(value_from_json(json, b, &again, NULL));
    g_assert_true(again.kind == v->kind && again.size == v->size);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const value_kind kinds[] = { VALUE_TEXT, VALUE_BYTES, VALUE_JSON };
    static const value_kind numbers[] = { VALUE_INT,  VALUE_FLOAT,     VALUE_DECIMAL,
                                          VALUE_DATE, VALUE_TIMESTAMP, VALUE_INSTANT };
    /* A copy of the exact size, so that reading past it is noticed. */
    g_autofree char *text = g_memdup2(data, size);
    const char *start = text != NULL ? text : "";
    g_autoptr(batch) b = batch_new(0, 0);
    uint8_t bytes[16];
    bool flag;

    check_whole_numbers(start, size);
    check_numbers(start, size, b);
    parse_bool(start, size, &flag);
    parse_uuid(start, size, bytes);
    g_assert_true(utf8_length(start, size) < 0 || g_utf8_validate_len(start, size, NULL) ||
                  memchr(start, '\0', size) != NULL);

    for (unsigned round = 0; round < 2; round++) {
        const convert_options options = { .round = round == 1, .empty_is_null = round == 1 };
        for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
            value v = value_span(kinds[i], start, (uint32_t)size);
            check_conversions(&v, &options, b);
            check_json(&v, b);
        }
        for (unsigned i = 0; size >= 9 && i < G_N_ELEMENTS(numbers); i++) {
            value v = { .kind = (uint8_t)numbers[i] };
            memcpy(&v.i, start, sizeof v.i);
            if (numbers[i] == VALUE_DECIMAL) {
                v.i %= 1000000000000000000;
                v.scale = (uint8_t)start[8] % 19;
            }
            check_conversions(&v, &options, b);
            check_json(&v, b);
        }
    }
    json_t *json = json_loadb(start, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (json != NULL) {
        value v;
        value_from_json(json, b, &v, NULL);
        json_decref(json);
    }
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        g_autofree char *data = NULL;
        gsize size;
        if (!g_file_get_contents(argv[i], &data, &size, NULL)) {
            g_printerr("could not read %s\n", argv[i]);
            return EXIT_FAILURE;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)data, size);
    }
    return EXIT_SUCCESS;
}
#endif
