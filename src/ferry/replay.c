#include "ferry/replay.h"

#include "base/intl.h"
#include "row/reject_file.h"

struct replay_reader {
    reject_reader *file;
    GHashTable *wanted; /* of int64_t* */
    const char *const *columns;
    unsigned n_columns;
};

replay_reader *replay_reader_open(const char *path, const GArray *numbers, error **err)
{
    reject_reader *file = reject_reader_open(path, err);
    if (file == NULL)
        return NULL;
    replay_reader *r = g_new0(replay_reader, 1);
    r->file = file;
    r->n_columns = reject_reader_columns(file, &r->columns, NULL);
    r->wanted = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (guint i = 0; i < numbers->len; i++)
        g_hash_table_add(r->wanted,
                         g_memdup2(&g_array_index(numbers, int64_t, i), sizeof(int64_t)));
    return r;
}

void replay_reader_close(replay_reader *r)
{
    if (r == NULL)
        return;
    reject_reader_close(r->file);
    g_hash_table_unref(r->wanted);
    g_free(r);
}

static bool add_row(replay_reader *r, const reject *kept, batch *b, error **err)
{
    unsigned row = b->n_rows++;
    b->line[row] = kept->line;
    if (kept->values == NULL) {
        for (unsigned i = 0; i < r->n_columns; i++)
            b->source[i][row] = value_null();
        const char *raw = kept->raw != NULL ? kept->raw : "";
        batch_reject_raw(b, row, kept->message, raw, kept->raw_size);
        return true;
    }
    for (unsigned i = 0; i < r->n_columns; i++) {
        const json_t *json = json_object_get(kept->values, r->columns[i]);
        b->source[i][row] = value_null();
        if (json != NULL && !value_from_json(json, b, &b->source[i][row], err))
            return false;
        if (value_kind_has_data(b->source[i][row].kind))
            b->bytes += b->source[i][row].size;
    }
    return true;
}

read_outcome replay_reader_next(replay_reader *r, batch *b, error **err)
{
    while (!batch_is_full(b)) {
        error *local = NULL;
        g_autoptr(reject) kept = reject_reader_next(r->file, &local);
        if (kept == NULL && local != NULL) {
            error_propagate(err, &local);
            return READ_FAILED;
        }
        if (kept == NULL)
            return b->n_rows > 0 ? READ_ROWS : READ_END;
        if (g_hash_table_contains(r->wanted, &kept->number) && !add_row(r, kept, b, err))
            return READ_FAILED;
    }
    return READ_ROWS;
}
