#include "row/checksum.h"
#include "row/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define TEXT(s)   value_span(VALUE_TEXT, s, sizeof s - 1)
#define DIGITS(s) value_span(VALUE_DIGITS, s, sizeof s - 1)
#define BYTES(s)  value_span(VALUE_BYTES, s, sizeof s - 1)

/* Total of one row of the given values. */
static char *total_of(const value *values, unsigned n)
{
    g_autoptr(row_checksum) c = row_checksum_new(n);
    value *columns[8];
    for (unsigned i = 0; i < n; i++)
        columns[i] = (value *)&values[i];
    row_checksum_add(c, columns, 0);
    return checksum128_to_string(row_checksum_total(c));
}

static bool same(value a, value b)
{
    g_autofree char *left = total_of(&a, 1);
    g_autofree char *right = total_of(&b, 1);
    return strcmp(left, right) == 0;
}

static void equal_values_meet_whatever_their_kind(void **state G_GNUC_UNUSED)
{
    static const char uuid[16] = "\x12\x3e\x45\x67\xe8\x9b\x12\xd3\xa4\x56\x42\x66\x14\x17\x40\x00";
    const struct {
        const char *name;
        value a, b;
    } cases[] = {
        { "5 and 5.00", value_int(5), value_decimal(500, 2) },
        { "5 and 5.0", value_int(5), value_float(5) },
        { "true and 1", value_of_kind(VALUE_BOOL, 1), value_int(1) },
        { "false and 0", value_of_kind(VALUE_BOOL, 0), value_int(0) },
        { "0 and -0.0", value_int(0), value_float(-0.0) },
        { "0 and 0.00", value_int(0), value_decimal(0, 2) },
        { "-0 as digits", value_int(0), DIGITS("-0.000") },
        { "0.10 and 0.1", value_decimal(10, 2), value_float(0.1) },
        { "1e20", value_float(1e20), DIGITS("100000000000000000000.000") },
        { "1e300 is plain", value_float(-1e17), value_int(-100000000000000000) },
        { "1.25e-7", value_float(1.25e-7), value_decimal(125, 9) },
        { "100 keeps its zeros", value_int(100), value_decimal(100, 0) },
        { "NaN", value_float((double)NAN), DIGITS("NaN") },
        { "Infinity", value_float(-(double)INFINITY), DIGITS("-Infinity") },
        { "date and its text", value_of_kind(VALUE_DATE, 0), TEXT("1970-01-01") },
        { "timestamp and its text", value_of_kind(VALUE_TIMESTAMP, 1500000),
          TEXT("1970-01-01 00:00:01.5") },
        { "instant and its text", value_of_kind(VALUE_INSTANT, 0), TEXT("1970-01-01 00:00:00+00") },
        { "uuid and its text", value_span(VALUE_UUID, uuid, 16),
          TEXT("123e4567-e89b-12d3-a456-426614174000") },
        { "json and its text", value_span(VALUE_JSON, "{}", 2), TEXT("{}") },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        if (!same(cases[i].a, cases[i].b))
            fail_msg("%s differ", cases[i].name);
}

static void different_values_differ(void **state G_GNUC_UNUSED)
{
    const value values[] = {
        value_null(),
        TEXT(""),
        BYTES(""),
        TEXT("5"),
        BYTES("5"),
        value_int(5),
        value_int(50),
        value_int(-5),
        value_decimal(5, 1),
        value_decimal(5, 2),
        TEXT("5.00"),
        value_float(5.000000000000001),
        TEXT("a"),
        TEXT("a "),
        TEXT("A"),
        TEXT("a\0"),
        value_of_kind(VALUE_DATE, 5),
        TEXT("true"),
        TEXT("\xc3\xa9"),
        TEXT("e\xcc\x81"),
        value_float(5e-324),
        value_float(1e-323),
        value_float(1.7976931348623157e308),
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++)
        for (unsigned k = 0; k < i; k++)
            if (same(values[i], values[k]))
                fail_msg("values %u and %u meet", i, k);
}

static void bytes_that_move_between_columns_are_seen(void **state G_GNUC_UNUSED)
{
    const value rows[][2] = {
        { TEXT("ab"), TEXT("c") }, { TEXT("a"), TEXT("bc") },     { TEXT("abc"), TEXT("") },
        { TEXT(""), TEXT("abc") }, { TEXT("abc"), value_null() }, { TEXT("c"), TEXT("ab") },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        for (unsigned k = 0; k < i; k++) {
            g_autofree char *left = total_of(rows[i], 2);
            g_autofree char *right = total_of(rows[k], 2);
            assert_string_not_equal(left, right);
        }
}

/* Columns "id" and "note" of three rows. */
static row_checksum *sum_rows(const value rows[][2], const unsigned *order, unsigned n)
{
    row_checksum *c = row_checksum_new(2);
    g_autoptr(batch) b = batch_new(2, 0);
    for (unsigned i = 0; i < n; i++) {
        b->source[0][i] = rows[order[i]][0];
        b->source[1][i] = rows[order[i]][1];
    }
    for (unsigned i = 0; i < n; i++)
        row_checksum_add(c, b->source, i);
    return c;
}

static const value three[][2] = {
    { { .i = 1, .kind = VALUE_INT }, { .data = "x", .size = 1, .kind = VALUE_TEXT } },
    { { .i = 2, .kind = VALUE_INT }, { .data = "y", .size = 1, .kind = VALUE_TEXT } },
    { { .i = 3, .kind = VALUE_INT }, { .kind = VALUE_NULL } },
};

static void the_order_of_rows_does_not_matter(void **state G_GNUC_UNUSED)
{
    g_autoptr(row_checksum) a = sum_rows(three, (const unsigned[]){ 0, 1, 2 }, 3);
    g_autoptr(row_checksum) b = sum_rows(three, (const unsigned[]){ 2, 0, 1 }, 3);
    checksum128 left = row_checksum_total(a), right = row_checksum_total(b);
    assert_memory_equal(&left, &right, sizeof left);
    assert_int_equal(row_checksum_first_difference(a, b), -1);
    assert_int_equal(row_checksum_rows(a), 3);
}

static void sums_of_parts_are_the_sum_of_the_whole(void **state G_GNUC_UNUSED)
{
    g_autoptr(row_checksum) whole = sum_rows(three, (const unsigned[]){ 0, 1, 2 }, 3);
    g_autoptr(row_checksum) parts = sum_rows(three, (const unsigned[]){ 1 }, 1);
    g_autoptr(row_checksum) rest = sum_rows(three, (const unsigned[]){ 0, 2 }, 2);
    row_checksum_add_all(parts, rest);
    checksum128 left = row_checksum_total(whole), right = row_checksum_total(parts);
    assert_memory_equal(&left, &right, sizeof left);
    assert_int_equal(row_checksum_rows(parts), 3);
    assert_int_equal(row_checksum_first_difference(whole, parts), -1);
}

static void lost_doubled_and_exchanged_rows_are_seen(void **state G_GNUC_UNUSED)
{
    g_autoptr(row_checksum) good = sum_rows(three, (const unsigned[]){ 0, 1, 2 }, 3);
    g_autoptr(row_checksum) doubled = sum_rows(three, (const unsigned[]){ 0, 1, 1 }, 3);
    assert_int_equal(row_checksum_first_difference(good, doubled), 0);
    value changed[3][2];
    memcpy(changed, three, sizeof changed);
    changed[0][1] = three[1][1];
    g_autoptr(row_checksum) note = sum_rows(changed, (const unsigned[]){ 0, 1, 2 }, 3);
    assert_int_equal(row_checksum_first_difference(good, note), 1);
    /* Exchanged between rows: each column's sum is right, the total is not. */
    changed[1][1] = three[0][1];
    g_autoptr(row_checksum) exchanged = sum_rows(changed, (const unsigned[]){ 0, 1, 2 }, 3);
    assert_int_equal(row_checksum_first_difference(good, exchanged), -1);
    checksum128 left = row_checksum_total(good), right = row_checksum_total(exchanged);
    assert_memory_not_equal(&left, &right, sizeof left);
}

static void blanks_of_a_padded_column_do_not_count(void **state G_GNUC_UNUSED)
{
    g_autoptr(row_checksum) a = row_checksum_new(1);
    g_autoptr(row_checksum) b = row_checksum_new(1);
    row_checksum_set_padded(a, 0);
    row_checksum_set_padded(b, 0);
    value plain = TEXT("ab"), padded = TEXT("ab   "), *column = &plain;
    row_checksum_add(a, &column, 0);
    column = &padded;
    row_checksum_add(b, &column, 0);
    assert_int_equal(row_checksum_first_difference(a, b), -1);
}

static void the_sum_is_stable_between_versions(void **state G_GNUC_UNUSED)
{
    /* Stored in ledgers: a change of the canonical form must be a decision. */
    const value row[] = { value_int(1), TEXT("x"), value_null(), value_decimal(1250, 2) };
    g_autofree char *sum = total_of(row, 4);
    assert_string_equal(sum, "9ceda00ac0d96d0807e7c4bb0a7e6f20");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_values_meet_whatever_their_kind),
        cmocka_unit_test(different_values_differ),
        cmocka_unit_test(bytes_that_move_between_columns_are_seen),
        cmocka_unit_test(the_order_of_rows_does_not_matter),
        cmocka_unit_test(sums_of_parts_are_the_sum_of_the_whole),
        cmocka_unit_test(lost_doubled_and_exchanged_rows_are_seen),
        cmocka_unit_test(blanks_of_a_padded_column_do_not_count),
        cmocka_unit_test(the_sum_is_stable_between_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
