/* The wire forms of COPY, without a server. */
#include "link/postgresql_codec.h"
#include "link/postgresql_reject.h"
#include "row/convert.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The text of a value for comparison; caller frees. */
static char *text_of(const value *v)
{
    if (v->kind == VALUE_NULL)
        return g_strdup("NULL");
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text = value_to_text(v, buffer, &size);
    return size == 0 ? g_strdup("") : g_strndup(text, size);
}

static value send_and_receive(pg_form form, const value *v, batch *b)
{
    pg_buffer buffer = { 0 };
    pg_refusal why;
    if (!pg_encode(&buffer, form, v, &why))
        fail_msg("refused: %s", why.message != NULL ? why.message : "wrong kind");
    assert_true(buffer.size >= 4);
    char *copy = batch_copy(b, buffer.data + 4, buffer.size - 4);
    value out;
    assert_true(pg_decode(form, copy, (uint32_t)(buffer.size - 4), b, &out));
    pg_buffer_clear(&buffer);
    return out;
}

static void decimals_come_back_with_value_and_scale(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        value_kind kind;
    } cases[] = {
        { "0", VALUE_DECIMAL },
        { "0.00", VALUE_DECIMAL },
        { "1", VALUE_DECIMAL },
        { "-1", VALUE_DECIMAL },
        { "9999", VALUE_DECIMAL },
        { "10000", VALUE_DECIMAL },
        { "100000000", VALUE_DECIMAL },
        { "0.1", VALUE_DECIMAL },
        { "0.0001", VALUE_DECIMAL },
        { "0.00001", VALUE_DECIMAL },
        { "-0.000000000000000001", VALUE_DECIMAL },
        { "123.4500", VALUE_DECIMAL },
        { "10000.0001", VALUE_DECIMAL },
        { "1.005", VALUE_DECIMAL },
        { "1234567890123456.78", VALUE_DECIMAL },
        { "999999999999999999", VALUE_DECIMAL },
        { "-999999999999999999", VALUE_DECIMAL },
        { "99999999999999999.9", VALUE_DECIMAL },
        { "0.999999999999999999", VALUE_DECIMAL },
        { "1000000000000000000", VALUE_DIGITS },
        { "-1234567890123456789012345678901234567890.12345678901234567890", VALUE_DIGITS },
        { "0.0000000000000000001", VALUE_DIGITS },
        { "0.0000000000000000000", VALUE_DIGITS },
        { "100000000000000000000000000000000", VALUE_DIGITS },
        { "NaN", VALUE_DIGITS },
        { "Infinity", VALUE_DIGITS },
        { "-Infinity", VALUE_DIGITS },
    };
    g_autoptr(batch) b = batch_new(1, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *text = cases[i].text;
        value digits = value_span(VALUE_DIGITS, text, (uint32_t)strlen(text));
        value out = send_and_receive(PG_FORM_NUMERIC, &digits, b);
        assert_int_equal(out.kind, cases[i].kind);
        g_autofree char *shown = text_of(&out);
        assert_string_equal(shown, text);
        if (out.kind != VALUE_DECIMAL)
            continue;
        /* From the short form the same comes out. */
        value again = send_and_receive(PG_FORM_NUMERIC, &out, b);
        assert_int_equal(again.kind, VALUE_DECIMAL);
        assert_int_equal(again.i, out.i);
        assert_int_equal(again.scale, out.scale);
    }
}

static void every_scale_and_length_of_a_decimal_is_exact(void **state)
{
    (void)state;
    g_autoptr(batch) b = batch_new(1, 1);
    int64_t mantissa = 0;
    for (int digits = 1; digits <= 18; digits++) {
        mantissa = mantissa * 10 + digits % 10;
        for (uint8_t scale = 0; scale <= 18; scale++) {
            for (int sign = -1; sign <= 1; sign += 2) {
                value v = value_decimal(sign * mantissa, scale);
                value out = send_and_receive(PG_FORM_NUMERIC, &v, b);
                assert_int_equal(out.kind, VALUE_DECIMAL);
                assert_int_equal(out.i, v.i);
                assert_int_equal(out.scale, scale);
            }
        }
        batch_reset(b);
    }
}

static void decimals_have_the_form_of_the_server(void **state)
{
    (void)state;
    /* As `COPY … (FORMAT binary)` of PostgreSQL 15 writes -12345.6700. */
    static const char want[] = {
        0, 0, 0, 14, 0, 3, 0, 1, 0x40, 0, 0, 4, 0, 1, 9, 0x29, 0x1a, 0x2c
    };
    value v = value_decimal(-123456700, 4);
    pg_buffer buffer = { 0 };
    pg_refusal why;
    assert_true(pg_encode(&buffer, PG_FORM_NUMERIC, &v, &why));
    assert_int_equal(buffer.size, sizeof want);
    assert_memory_equal(buffer.data, want, sizeof want);
    pg_buffer_clear(&buffer);
}

static void values_come_back_as_they_were_sent(void **state)
{
    (void)state;
    static const char uuid[] = "0123456789abcdef";
    const struct {
        pg_form form;
        value v;
    } cases[] = {
        { PG_FORM_BOOL, value_of_kind(VALUE_BOOL, 1) },
        { PG_FORM_BOOL, value_of_kind(VALUE_BOOL, 0) },
        { PG_FORM_INT2, value_int(INT16_MIN) },
        { PG_FORM_INT4, value_int(INT32_MIN) },
        { PG_FORM_INT8, value_int(INT64_MIN) },
        { PG_FORM_INT8, value_int(INT64_MAX) },
        { PG_FORM_OID, value_int(UINT32_MAX) },
        { PG_FORM_FLOAT4, value_float(-1.5) },
        { PG_FORM_FLOAT8, value_float(0.1) },
        { PG_FORM_FLOAT8, value_float(-INFINITY) },
        { PG_FORM_DATE, value_of_kind(VALUE_DATE, 0) },
        { PG_FORM_DATE, value_of_kind(VALUE_DATE, -719528) },
        { PG_FORM_DATE, value_of_kind(VALUE_DATE, VALUE_INFINITY) },
        { PG_FORM_DATE, value_of_kind(VALUE_DATE, VALUE_MINUS_INFINITY) },
        { PG_FORM_TIME, value_of_kind(VALUE_TIME, 86400000000) },
        { PG_FORM_TIMESTAMP, value_of_kind(VALUE_TIMESTAMP, -1) },
        { PG_FORM_TIMESTAMP, value_of_kind(VALUE_TIMESTAMP, VALUE_INFINITY) },
        { PG_FORM_TIMESTAMPTZ, value_of_kind(VALUE_INSTANT, VALUE_MINUS_INFINITY) },
        { PG_FORM_TIMESTAMPTZ, value_of_kind(VALUE_INSTANT, 1767225600000001) },
        { PG_FORM_TEXT, value_span(VALUE_TEXT, "gr\xc3\xb6\xc3\x9f", 6) },
        { PG_FORM_TEXT, value_span(VALUE_TEXT, NULL, 0) },
        { PG_FORM_BYTEA, value_span(VALUE_BYTES, "a\0b", 3) },
        { PG_FORM_UUID, value_span(VALUE_UUID, uuid, 16) },
        { PG_FORM_JSON, value_span(VALUE_JSON, "{ }", 3) },
        { PG_FORM_JSONB, value_span(VALUE_JSON, "{\"a\": 1}", 8) },
    };
    g_autoptr(batch) b = batch_new(1, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const value *v = &cases[i].v;
        value out = send_and_receive(cases[i].form, v, b);
        assert_int_equal(out.kind, v->kind);
        if (v->kind == VALUE_FLOAT) {
            assert_true(out.f == v->f);
        } else if (value_kind_has_data(v->kind)) {
            assert_int_equal(out.size, v->size);
            if (v->size > 0)
                assert_memory_equal(out.data, v->data, v->size);
        } else {
            assert_int_equal(out.i, v->i);
        }
    }
}

static void what_does_not_fit_is_refused_with_its_class(void **state)
{
    (void)state;
    const struct {
        pg_form form;
        value v;
        reject_class class;
        bool wrong_kind;
    } cases[] = {
        { PG_FORM_INT2, value_int(32768), REJECT_RANGE, false },
        { PG_FORM_INT4, value_int(INT64_C(1) << 31), REJECT_RANGE, false },
        { PG_FORM_OID, value_int(-1), REJECT_RANGE, false },
        { PG_FORM_FLOAT4, value_float(1e300), REJECT_RANGE, false },
        { PG_FORM_DATE, value_of_kind(VALUE_DATE, INT64_C(1) << 40), REJECT_RANGE, false },
        { PG_FORM_TIME, value_of_kind(VALUE_TIME, -1), REJECT_RANGE, false },
        { PG_FORM_TIMESTAMP, value_of_kind(VALUE_TIMESTAMP, INT64_MIN + 1), REJECT_RANGE, false },
        { PG_FORM_TEXT, value_span(VALUE_TEXT, "a\0b", 3), REJECT_ENCODING, false },
        { PG_FORM_JSONB, value_span(VALUE_JSON, "\"\0\"", 3), REJECT_ENCODING, false },
        { PG_FORM_NUMERIC, value_span(VALUE_DIGITS, "1e5", 3), REJECT_TYPE, false },
        { PG_FORM_NUMERIC, value_span(VALUE_DIGITS, "-", 1), REJECT_TYPE, false },
        { PG_FORM_INT8, value_span(VALUE_TEXT, "1", 1), REJECT_TYPE, true },
        { PG_FORM_TEXT, value_int(1), REJECT_TYPE, true },
        { PG_FORM_NUMERIC, value_float(1), REJECT_TYPE, true },
        { PG_FORM_TIMESTAMP, value_of_kind(VALUE_INSTANT, 0), REJECT_TYPE, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        pg_buffer buffer = { 0 };
        pg_refusal why = { 0 };
        assert_false(pg_encode(&buffer, cases[i].form, &cases[i].v, &why));
        assert_int_equal(buffer.size, 0);
        assert_int_equal(why.class, cases[i].class);
        assert_int_equal(why.wrong_kind, cases[i].wrong_kind);
        pg_buffer_clear(&buffer);
    }
}

static void broken_fields_are_not_decoded(void **state)
{
    (void)state;
    static const struct {
        pg_form form;
        const char *data;
        uint32_t size;
    } cases[] = {
        { PG_FORM_INT4, "\0\0\0", 3 },
        { PG_FORM_BOOL, "", 0 },
        { PG_FORM_JSONB, "\2{}", 3 },
        { PG_FORM_JSONB, "", 0 },
        { PG_FORM_UUID, "0123", 4 },
        { PG_FORM_NUMERIC, "\0\1\0\0\0\0\0\0", 8 },
        { PG_FORM_NUMERIC, "\0\0\0\0\1\0\0\0", 8 },
        { PG_FORM_NUMERIC, "\0\1\0\0\0\0\0\0\x27\x10", 10 },
        { PG_FORM_TIMESTAMP, "\x7f\xff\xff\xff\xff\xff\xff\xfe", 8 },
    };
    g_autoptr(batch) b = batch_new(1, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        value out;
        assert_false(pg_decode(cases[i].form, cases[i].data, cases[i].size, b, &out));
    }
}

static void text_copy_escapes_what_the_server_reads_otherwise(void **state)
{
    (void)state;
    const struct {
        value v;
        const char *want;
    } cases[] = {
        { value_null(), "\\N" },
        { value_span(VALUE_TEXT, "a\tb\nc\\d\re\bf\fg\vh", 15), "a\\tb\\nc\\\\d\\re\\bf\\fg\\vh" },
        { value_span(VALUE_TEXT, "\\N", 2), "\\\\N" },
        { value_span(VALUE_TEXT, "\\.", 2), "\\\\." },
        { value_span(VALUE_TEXT, NULL, 0), "" },
        { value_span(VALUE_BYTES, "\0\xff", 2), "\\\\x00ff" },
        { value_of_kind(VALUE_BOOL, 1), "true" },
        { value_decimal(-5, 2), "-0.05" },
        { value_of_kind(VALUE_DATE, 0), "1970-01-01" },
        { value_of_kind(VALUE_DATE, VALUE_INFINITY), "infinity" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        pg_buffer buffer = { 0 };
        pg_refusal why;
        assert_true(pg_encode_text(&buffer, &cases[i].v, &why));
        assert_int_equal(buffer.size, strlen(cases[i].want));
        if (buffer.size > 0)
            assert_memory_equal(buffer.data, cases[i].want, buffer.size);
        pg_buffer_clear(&buffer);
    }
}

static void the_context_of_an_error_names_line_and_column(void **state)
{
    (void)state;
    static const char *const columns[] = { "id", "id2", "x y", NULL };
    const pg_refused_columns names = { .table = "a, b", .columns = columns };
    static const struct {
        const char *context;
        int64_t line;
        int column;
    } cases[] = {
        { "COPY a, b, line 12", 12, -1 },
        { "COPY a, b, line 12, column id", 12, 0 },
        { "COPY a, b, line 12, column id2", 12, 1 },
        { "COPY a, b, line 7, column x y: \"1, column id\"", 7, 2 },
        { "COPY a, b, Zeile 3, Spalte id", 3, 0 },
        { "COPY a, b, line 4: \"5, column id\"", 4, -1 },
        { "PL/pgSQL function f() line 3 at RAISE\nCOPY a, b, line 9", 9, -1 },
        { "COPY a, line 12", 0, -1 },
        { "SQL statement \"COPY a, b, line 1\"", 0, -1 },
        { "", 0, -1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int column;
        assert_int_equal(pg_context_line(&names, cases[i].context, &column), cases[i].line);
        assert_int_equal(column, cases[i].column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_come_back_with_value_and_scale),
        cmocka_unit_test(every_scale_and_length_of_a_decimal_is_exact),
        cmocka_unit_test(decimals_have_the_form_of_the_server),
        cmocka_unit_test(values_come_back_as_they_were_sent),
        cmocka_unit_test(what_does_not_fit_is_refused_with_its_class),
        cmocka_unit_test(broken_fields_are_not_decoded),
        cmocka_unit_test(text_copy_escapes_what_the_server_reads_otherwise),
        cmocka_unit_test(the_context_of_an_error_names_line_and_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
