#include "row/batch.h"

#include <string.h>

#define BLOCK_SIZE ((size_t)256 << 10)
/* A value from this size on is allocated alone, so that a block never wastes
 * more than a quarter. */
#define LARGE_SIZE (BLOCK_SIZE / 4)
/* Blocks that a batch keeps when it is reset; one wide batch must not hold its
 * peak for the rest of the run. */
#define BLOCKS_KEPT 8

static void reject_reason_clear(gpointer data)
{
    reject_reason *reason = data;
    g_free(reason->message);
    g_free(reason->raw);
}

/* Columns in one allocation, whose pages are touched only when used: a target
 * that aliases the source costs no memory. */
static value **columns_new(unsigned n)
{
    value **columns = g_new0(value *, n + 1);
    value *cells = g_new(value, (size_t)n * BATCH_MAX_ROWS);
    for (unsigned i = 0; i < n; i++)
        columns[i] = cells + (size_t)i * BATCH_MAX_ROWS;
    return columns;
}

static void columns_free(value **columns)
{
    g_free(columns[0]);
    g_free(columns);
}

batch *batch_new(unsigned n_source, unsigned n_target)
{
    batch *b = g_new0(batch, 1);
    b->n_source = n_source;
    b->n_target = n_target;
    b->source = columns_new(n_source);
    b->own_target = columns_new(n_target);
    b->target = g_new(value *, n_target + 1);
    b->status = g_new(uint8_t, BATCH_MAX_ROWS);
    b->line = g_new(int64_t, BATCH_MAX_ROWS);
    b->rejects = g_array_new(FALSE, FALSE, sizeof(reject_reason));
    g_array_set_clear_func(b->rejects, reject_reason_clear);
    b->blocks = g_ptr_array_new_with_free_func(g_free);
    b->large = g_ptr_array_new_with_free_func(g_free);
    batch_reset(b);
    return b;
}

void batch_free(batch *b)
{
    if (b == NULL)
        return;
    columns_free(b->source);
    columns_free(b->own_target);
    g_free(b->target);
    g_free(b->status);
    g_free(b->line);
    g_array_free(b->rejects, TRUE);
    g_ptr_array_free(b->blocks, TRUE);
    g_ptr_array_free(b->large, TRUE);
    g_free(b);
}

void batch_reset(batch *b)
{
    b->n_rows = 0;
    b->first_position = 0;
    b->segment = 0;
    b->bytes = 0;
    b->n_rejected = 0;
    b->n_filtered = 0;
    g_array_set_size(b->rejects, 0);
    memset(b->status, ROW_OK, BATCH_MAX_ROWS * sizeof *b->status);
    memset(b->line, 0, BATCH_MAX_ROWS * sizeof *b->line);
    for (unsigned i = 0; i < b->n_target; i++)
        b->target[i] = b->own_target[i];
    if (b->blocks->len > BLOCKS_KEPT)
        g_ptr_array_set_size(b->blocks, BLOCKS_KEPT);
    b->block_used = 0;
    b->block_fill = BLOCK_SIZE;
    g_ptr_array_set_size(b->large, 0);
    b->large_bytes = 0;
}

char *batch_alloc(batch *b, size_t size)
{
    if (size >= LARGE_SIZE) {
        char *alone = g_malloc(size);
        g_ptr_array_add(b->large, alone);
        b->large_bytes += size;
        return alone;
    }
    /* Aligned for words, whatever a caller puts here; even 0 bytes get a place. */
    size = size == 0 ? 8 : (size + 7) & ~(size_t)7;
    if (b->block_fill + size > BLOCK_SIZE) {
        if (b->block_used == b->blocks->len)
            g_ptr_array_add(b->blocks, g_malloc(BLOCK_SIZE));
        b->block_used++;
        b->block_fill = 0;
    }
    char *place = b->blocks->pdata[b->block_used - 1];
    place += b->block_fill;
    b->block_fill += size;
    return place;
}

char *batch_copy(batch *b, const char *data, size_t size)
{
    char *copy = batch_alloc(b, size);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

value batch_copy_value(batch *b, value_kind kind, const char *data, size_t size)
{
    g_assert(value_kind_has_data(kind) && size <= UINT32_MAX);
    return value_span(kind, batch_copy(b, data, size), (uint32_t)size);
}

size_t batch_memory(const batch *b)
{
    return b->blocks->len * BLOCK_SIZE + b->large_bytes;
}

/* Where the reason of @row stands, or would stand. */
static unsigned reason_place(const batch *b, unsigned row)
{
    unsigned low = 0, high = b->rejects->len;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (g_array_index(b->rejects, reject_reason, middle).row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_reason(batch *b, reject_reason reason)
{
    g_assert(reason.row < BATCH_MAX_ROWS && b->status[reason.row] == ROW_OK);
    b->status[reason.row] = ROW_REJECTED;
    b->n_rejected++;
    g_array_insert_val(b->rejects, reason_place(b, reason.row), reason);
}

void batch_reject(batch *b, unsigned row, reject_class class, int column, const char *sqlstate,
                  const char *message)
{
    reject_reason reason = {
        .row = row, .class = class, .column = column, .message = g_strdup(message)
    };
    if (sqlstate != NULL)
        g_strlcpy(reason.sqlstate, sqlstate, sizeof reason.sqlstate);
    add_reason(b, reason);
}

void batch_reject_raw(batch *b, unsigned row, const char *message, const char *raw, size_t raw_size)
{
    /* One more byte, so that the text can be printed and is never NULL. */
    char *copy = g_malloc(raw_size + 1);
    if (raw_size > 0)
        memcpy(copy, raw, raw_size);
    copy[raw_size] = '\0';
    add_reason(b, (reject_reason){ .row = row,
                                   .class = REJECT_MALFORMED,
                                   .column = -1,
                                   .message = g_strdup(message),
                                   .raw = copy,
                                   .raw_size = raw_size });
    for (unsigned i = 0; i < b->n_source; i++)
        b->source[i][row] = value_null();
}

void batch_filter(batch *b, unsigned row)
{
    g_assert(row < BATCH_MAX_ROWS && b->status[row] == ROW_OK);
    b->status[row] = ROW_FILTERED;
    b->n_filtered++;
}

const reject_reason *batch_reason(const batch *b, unsigned row)
{
    unsigned place = reason_place(b, row);
    if (place >= b->rejects->len)
        return NULL;
    const reject_reason *reason = &g_array_index(b->rejects, reject_reason, place);
    return reason->row == row ? reason : NULL;
}

const char *reject_class_name(reject_class class)
{
    switch (class) {
    case REJECT_MALFORMED:
        return "malformed";
    case REJECT_TYPE:
        return "type";
    case REJECT_RANGE:
        return "range";
    case REJECT_LENGTH:
        return "length";
    case REJECT_ENCODING:
        return "encoding";
    case REJECT_NULL:
        return "null";
    case REJECT_CHECK:
        return "check";
    case REJECT_KEY:
        return "key";
    case REJECT_KEY_NULL:
        return "key_null";
    case REJECT_FOREIGN_KEY:
        return "foreign_key";
    case REJECT_OTHER:
        return "other";
    }
    g_assert_not_reached();
}
