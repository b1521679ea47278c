#include "row/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

static void an_empty_batch_has_rows_that_are_ok(void **state G_GNUC_UNUSED)
{
    g_autoptr(batch) b = batch_new(3, 2);
    assert_int_equal(b->n_rows, 0);
    assert_false(batch_is_full(b));
    for (unsigned i = 0; i < BATCH_MAX_ROWS; i++) {
        assert_int_equal(b->status[i], ROW_OK);
        assert_int_equal(b->line[i], 0);
    }
    b->source[2][BATCH_MAX_ROWS - 1] = value_int(1);
    b->target[1][BATCH_MAX_ROWS - 1] = value_int(2);
    assert_int_equal(b->source[2][BATCH_MAX_ROWS - 1].i, 1);
}

static void memory_lives_until_reset_and_is_reused(void **state G_GNUC_UNUSED)
{
    g_autoptr(batch) b = batch_new(1, 1);
    enum { N = 20000 };
    g_autofree char **places = g_new(char *, N);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < N; i++) {
            char text[32];
            int size = g_snprintf(text, sizeof text, "value %d", i);
            places[i] = batch_copy(b, text, (size_t)size + 1);
        }
        for (int i = 0; i < N; i++) {
            char text[32];
            g_snprintf(text, sizeof text, "value %d", i);
            assert_string_equal(places[i], text);
        }
        size_t held = batch_memory(b);
        batch_reset(b);
        assert_int_equal(batch_memory(b), held);
    }
}

static void a_large_value_is_given_back_on_reset(void **state G_GNUC_UNUSED)
{
    g_autoptr(batch) b = batch_new(0, 0);
    size_t size = (size_t)10 << 20;
    memset(batch_alloc(b, size), 'x', size);
    assert_true(batch_memory(b) >= size);
    batch_reset(b);
    assert_true(batch_memory(b) < size);
}

static void a_peak_of_blocks_is_given_back_on_reset(void **state G_GNUC_UNUSED)
{
    g_autoptr(batch) b = batch_new(0, 0);
    for (int i = 0; i < 1000; i++)
        memset(batch_alloc(b, 60000), 1, 60000);
    assert_true(batch_memory(b) > (size_t)50 << 20);
    batch_reset(b);
    assert_true(batch_memory(b) <= (size_t)4 << 20);
}

static void no_bytes_are_never_null(void **state G_GNUC_UNUSED)
{
    g_autoptr(batch) b = batch_new(0, 0);
    assert_non_null(batch_alloc(b, 0));
    value v = batch_copy_value(b, VALUE_TEXT, NULL, 0);
    assert_int_equal(v.kind, VALUE_TEXT);
    assert_non_null(v.data);
    assert_int_equal(v.size, 0);
}

static void a_batch_is_full_by_rows_or_by_bytes(void **state G_GNUC_UNUSED)
{
    g_autoptr(batch) b = batch_new(0, 0);
    b->n_rows = BATCH_MAX_ROWS - 1;
    b->bytes = BATCH_MAX_BYTES - 1;
    assert_false(batch_is_full(b));
    b->n_rows++;
    assert_true(batch_is_full(b));
    b->n_rows = 1;
    b->bytes++;
    assert_true(batch_is_full(b));
}

static void rejects_stand_in_order_of_row_whatever_the_order_of_finding(void **state G_GNUC_UNUSED)
{
    static const unsigned rows[] = { 7, 3, 2047, 0, 5 };
    g_autoptr(batch) b = batch_new(1, 1);
    b->n_rows = BATCH_MAX_ROWS;
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *message = g_strdup_printf("row %u", rows[i]);
        batch_reject(b, rows[i], REJECT_RANGE, 0, "22003", message);
    }
    assert_int_equal(b->n_rejected, G_N_ELEMENTS(rows));
    for (unsigned i = 1; i < b->rejects->len; i++)
        assert_true(g_array_index(b->rejects, reject_reason, i - 1).row <
                    g_array_index(b->rejects, reject_reason, i).row);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *message = g_strdup_printf("row %u", rows[i]);
        assert_int_equal(b->status[rows[i]], ROW_REJECTED);
        assert_string_equal(batch_reason(b, rows[i])->message, message);
        assert_string_equal(batch_reason(b, rows[i])->sqlstate, "22003");
    }
    assert_null(batch_reason(b, 1));
    assert_null(batch_reason(b, 2046));
}

static void a_malformed_line_keeps_its_bytes_and_has_no_values(void **state G_GNUC_UNUSED)
{
    g_autoptr(batch) b = batch_new(2, 0);
    b->n_rows = 1;
    b->source[0][0] = value_int(5);
    batch_reject_raw(b, 0, "3 fields, expected 2", "a,\0b,c", 6);
    const reject_reason *reason = batch_reason(b, 0);
    assert_int_equal(reason->class, REJECT_MALFORMED);
    assert_int_equal(reason->column, -1);
    assert_int_equal(reason->raw_size, 6);
    assert_memory_equal(reason->raw, "a,\0b,c", 7);
    assert_int_equal(b->source[0][0].kind, VALUE_NULL);
}

static void reset_forgets_rejects_filters_and_aliases(void **state G_GNUC_UNUSED)
{
    g_autoptr(batch) b = batch_new(2, 2);
    value *own = b->target[0];
    b->target[0] = b->source[1];
    b->n_rows = 3;
    b->line[2] = 40;
    batch_reject(b, 0, REJECT_NULL, 1, NULL, "NULL in \"a\"");
    batch_filter(b, 1);
    assert_int_equal(b->n_filtered, 1);
    batch_reset(b);
    assert_ptr_equal(b->target[0], own);
    assert_int_equal(b->n_rows, 0);
    assert_int_equal(b->n_rejected, 0);
    assert_int_equal(b->n_filtered, 0);
    assert_int_equal(b->rejects->len, 0);
    assert_int_equal(b->status[0], ROW_OK);
    assert_int_equal(b->status[1], ROW_OK);
    assert_int_equal(b->line[2], 0);
}

static void types_have_names_for_people(void **state G_GNUC_UNUSED)
{
    static const struct {
        data_type type;
        const char *want;
    } cases[] = {
        { { .kind = TYPE_DECIMAL, .precision = 12, .scale = 2 }, "decimal(12,2)" },
        { { .kind = TYPE_DECIMAL }, "decimal" },
        { { .kind = TYPE_TEXT, .length = 40 }, "text(40)" },
        { { .kind = TYPE_TEXT, .length = 40, .length_in_bytes = true }, "text(40 bytes)" },
        { { .kind = TYPE_TEXT, .length = 3, .fixed_length = true }, "fixed text(3)" },
        { { .kind = TYPE_INT, .bits = 32 }, "integer(32)" },
        { { .kind = TYPE_INT, .bits = 64, .is_unsigned = true }, "unsigned integer(64)" },
        { { .kind = TYPE_FLOAT, .bits = 32 }, "float(32)" },
        { { .kind = TYPE_TIMESTAMP, .fraction = -1 }, "timestamp" },
        { { .kind = TYPE_TIMESTAMP, .fraction = 3 }, "timestamp(3)" },
        { { .kind = TYPE_JSON }, "json" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = data_type_to_string(&cases[i].type);
        assert_string_equal(got, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_batch_has_rows_that_are_ok),
        cmocka_unit_test(memory_lives_until_reset_and_is_reused),
        cmocka_unit_test(a_large_value_is_given_back_on_reset),
        cmocka_unit_test(a_peak_of_blocks_is_given_back_on_reset),
        cmocka_unit_test(no_bytes_are_never_null),
        cmocka_unit_test(a_batch_is_full_by_rows_or_by_bytes),
        cmocka_unit_test(rejects_stand_in_order_of_row_whatever_the_order_of_finding),
        cmocka_unit_test(a_malformed_line_keeps_its_bytes_and_has_no_values),
        cmocka_unit_test(reset_forgets_rejects_filters_and_aliases),
        cmocka_unit_test(types_have_names_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
