/* Reading one file, whatever its format. */
#include "link/file_private.h"

#include "base/intl.h"

#include <string.h>

static bool is_json(const file_reader *r)
{
    return strcmp(r->format->format, "jsonl") == 0;
}

reader *file_read_open(session *s, const read_request *request, const data_type *types,
                       unsigned n_columns, error **err)
{
    (void)types;
    file_reader *r = g_new0(file_reader, 1);
    r->base.ops = &file_link;
    r->session = (file_session *)s;
    r->format = s->connection->format;
    r->n_columns = n_columns;
    r->columns = g_new0(char *, n_columns + 1);
    for (unsigned i = 0; i < n_columns; i++)
        r->columns[i] = g_strdup(request->columns[i]);
    r->path = file_path(s->connection, request->path, err);
    if (r->path == NULL || !text_buffer_open(&r->text, r->path, err) ||
        !(is_json(r) ? json_lines_open(r, err) : delimited_open(r, err))) {
        file_read_close(&r->base);
        return NULL;
    }
    return &r->base;
}

read_outcome file_read_next(reader *base, batch *b, error **err)
{
    file_reader *r = (file_reader *)base;
    if (r->session->cancelled) {
        error_set(err, ERROR_CANCELLED, _("reading \"%s\" was cancelled"), r->path);
        return READ_FAILED;
    }
    return is_json(r) ? json_lines_next(r, b, err) : delimited_next(r, b, err);
}

void file_read_close(reader *base)
{
    file_reader *r = (file_reader *)base;
    text_buffer_close(&r->text);
    g_strfreev(r->columns);
    g_free(r->path);
    g_free(r->place);
    g_free(r->scanned);
    g_clear_pointer(&r->fields, g_array_unref);
    g_clear_pointer(&r->by_name, g_hash_table_unref);
    g_free(r);
}
