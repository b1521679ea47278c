#include "link/sqlite_private.h"

#include "base/intl.h"

typedef struct {
    reader base;
    sqlite_session *session;
    sqlite3_stmt *statement;
    unsigned n_columns;
    int segment;
    int64_t position; /* of the next row in the segment */
    bool at_end;
} sqlite_reader;

reader *sqlite_read_open(session *base, const read_request *request, const data_type *types,
                         unsigned n_columns, error **err)
{
    (void)types; /* every cell carries its own storage class */
    sqlite_session *s = sqlite_of(base);
    sqlite3_stmt *statement = sqlite_prepare_select(s, request->sql, err);
    if (statement == NULL)
        return NULL;
    if ((unsigned)sqlite3_column_count(statement) != n_columns) {
        error_set(err, ERROR_PLAN, _("database \"%s\": the query has %d columns, the plan %u"),
                  s->path, sqlite3_column_count(statement), n_columns);
        error_hint(err, _("The source has changed since the plan was made: plan again"));
    } else if (sqlite_bind(s, statement, request->parameters, request->n_parameters, err)) {
        sqlite_reader *r = g_new0(sqlite_reader, 1);
        *r = (sqlite_reader){ .base.ops = base->ops,
                              .session = s,
                              .statement = statement,
                              .n_columns = n_columns,
                              .segment = request->segment,
                              .position = 1 };
        return &r->base;
    }
    sqlite3_finalize(statement);
    return NULL;
}

/* The connection has no mutex, so its values may be looked at in place; that
 * is much faster than a call through the statement for each question. */
static value read_cell(sqlite3_value *cell, batch *b)
{
    const char *data;
    size_t size;
    switch (sqlite3_value_type(cell)) {
    case SQLITE_INTEGER:
        b->bytes += sizeof(int64_t);
        return value_int(sqlite3_value_int64(cell));
    case SQLITE_FLOAT:
        b->bytes += sizeof(double);
        return value_float(sqlite3_value_double(cell));
    case SQLITE_TEXT:
        data = (const char *)sqlite3_value_text(cell);
        size = (size_t)sqlite3_value_bytes(cell);
        b->bytes += size;
        return batch_copy_value(b, VALUE_TEXT, data, size);
    case SQLITE_BLOB:
        data = sqlite3_value_blob(cell);
        size = (size_t)sqlite3_value_bytes(cell);
        b->bytes += size;
        return batch_copy_value(b, VALUE_BYTES, data, size);
    default:
        return value_null();
    }
}

read_outcome sqlite_read_next(reader *base, batch *b, error **err)
{
    sqlite_reader *r = (sqlite_reader *)base;
    if (!sqlite_check(r->session, err))
        return READ_FAILED;
    b->segment = r->segment;
    b->first_position = r->position;
    while (!r->at_end && !batch_is_full(b)) {
        int code = sqlite3_step(r->statement);
        if (code == SQLITE_DONE) {
            r->at_end = true;
        } else if (code == SQLITE_ROW) {
            unsigned row = b->n_rows++;
            for (unsigned c = 0; c < r->n_columns; c++)
                b->source[c][row] = read_cell(sqlite3_column_value(r->statement, (int)c), b);
        } else {
            sqlite_fail(r->session, err, _("read the next row"));
            return READ_FAILED;
        }
    }
    r->position += b->n_rows;
    return b->n_rows > 0 ? READ_ROWS : READ_END;
}

void sqlite_read_close(reader *base)
{
    sqlite_reader *r = (sqlite_reader *)base;
    if (r == NULL)
        return;
    sqlite3_finalize(r->statement);
    g_free(r);
}
