#include "ferry/first_rows.h"

#include "base/intl.h"
#include "ferry/file_filter.h"
#include "row/reject_file.h"

#include <string.h>

/* @v cut to what a look shows; never inside of a character. */
static value cut_value(value v, first_rows_found *found)
{
    if (!value_kind_has_data((value_kind)v.kind) || v.size <= FIRST_ROWS_CELL)
        return v;
    uint32_t size = FIRST_ROWS_CELL;
    while (v.kind != VALUE_BYTES && size > 0 && (v.data[size] & 0xC0) == 0x80)
        size--;
    v.size = size;
    found->cut++;
    return v;
}

static json_t *cell(const value *v, first_rows_found *found)
{
    value shown = cut_value(*v, found);
    json_t *form = value_to_json(&shown);
    g_autofree char *text = reject_cell_text(form);
    json_decref(form);
    return text != NULL ? json_string(text) : json_null();
}

static void take_rows(const first_rows *f, const batch *b, json_t *rows, first_rows_found *found)
{
    for (unsigned row = 0; row < b->n_rows && !found->more; row++) {
        if (b->status[row] == ROW_REJECTED)
            found->malformed++;
        if (b->status[row] != ROW_OK)
            continue;
        if (json_array_size(rows) >= f->limit) {
            found->more = true;
            break;
        }
        json_t *cells = json_array();
        for (unsigned i = 0; i < b->n_source; i++)
            json_array_append_new(cells, cell(&b->source[i][row], found));
        json_array_append_new(rows, cells);
    }
}

bool first_rows_read(const first_rows *f, json_t *rows, first_rows_found *found, error **err)
{
    guint n = f->columns->len;
    g_autofree const char **names = g_new0(const char *, n + 1);
    g_autofree data_type *types = g_new0(data_type, n + 1);
    for (guint i = 0; i < n; i++) {
        const column_info *c = f->columns->pdata[i];
        names[i] = c->name;
        types[i] = c->type;
    }
    /* One more tells whether there are more. */
    unsigned wanted = f->limit - (unsigned)MIN(json_array_size(rows), f->limit) + 1;
    g_autofree char *sql = f->sql != NULL ? g_strdup_printf("%s LIMIT %u", f->sql, wanted) : NULL;
    const read_request request = { .sql = sql,
                                   .parameters = f->parameters,
                                   .n_parameters = f->n_parameters,
                                   .path = f->path,
                                   .columns = names,
                                   .n_columns = n };
    reader *source = f->from->ops->read_open(f->from, &request, types, n, err);
    if (source == NULL)
        return false;
    g_autoptr(batch) b = batch_new(n, 0);
    read_outcome outcome = READ_ROWS;
    while (outcome == READ_ROWS && !found->more) {
        if (session_is_asked_to_stop(f->from)) {
            outcome = READ_FAILED;
            error_set(err, ERROR_CANCELLED, _("cancelled"));
            break;
        }
        batch_reset(b);
        outcome = f->from->ops->read_next(source, b, err);
        if (outcome != READ_ROWS)
            break;
        if (f->filter != NULL)
            file_filter_apply(f->filter, b);
        take_rows(f, b, rows, found);
    }
    f->from->ops->read_close(source);
    return outcome != READ_FAILED;
}

json_t *first_rows_columns(const GPtrArray *columns)
{
    json_t *list = json_array();
    for (guint i = 0; i < columns->len; i++) {
        const column_info *c = columns->pdata[i];
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", c->name, "type",
                                              c->type_text != NULL ? c->type_text : ""));
    }
    return list;
}
