#include "service/reject_export.h"

#include "base/document.h"
#include "base/intl.h"
#include "base/paths.h"
#include "row/reject_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_BYTES = 256 * 1024 };

typedef struct {
    GString *text;
    int fd; /* -1: all of it stays in text */
    const char *path;
    int64_t rows;
} output;

static void append_csv(GString *line, const char *text)
{
    if (line->len > 0)
        g_string_append_c(line, ',');
    if (text == NULL)
        return;
    if (*text != '\0' && strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append(line, text);
        return;
    }
    g_string_append_c(line, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            g_string_append_c(line, '"');
        g_string_append_c(line, *text);
    }
    g_string_append_c(line, '"');
}

static void add_line(output *o, const char *line, const char *end)
{
    g_string_append(o->text, line);
    g_string_append(o->text, end);
}

static void csv_header(output *o, const reject_reader *reader)
{
    const char *const *names;
    unsigned n = reject_reader_columns(reader, &names, NULL);
    g_autoptr(GString) line = g_string_new("reject");
    append_csv(line, "reject_class");
    append_csv(line, "reject_column");
    append_csv(line, "reject_message");
    append_csv(line, "reject_raw");
    for (unsigned i = 0; i < n; i++)
        append_csv(line, names[i]);
    add_line(o, line->str, "\r\n");
}

static void csv_row(output *o, const reject_reader *reader, const reject *r)
{
    const char *const *names;
    unsigned n = reject_reader_columns(reader, &names, NULL);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "%" PRId64, r->number);
    append_csv(line, r->class);
    append_csv(line, r->column);
    append_csv(line, r->message);
    append_csv(line, r->raw);
    for (unsigned i = 0; i < n; i++) {
        g_autofree char *cell = reject_cell_text(json_object_get(r->values, names[i]));
        append_csv(line, cell);
    }
    add_line(o, line->str, "\r\n");
}

static void json_row(output *o, const reject_reader *reader, const reject *r)
{
    const char *const *names;
    unsigned n = reject_reader_columns(reader, &names, NULL);
    json_t *cells = json_object();
    for (unsigned i = 0; i < n; i++) {
        json_t *cell = json_object_get(r->values, names[i]);
        json_object_set(cells, names[i], cell != NULL ? cell : json_null());
    }
    json_t *row = json_pack("{s:I, s:s?, s:s?, s:s?, s:s?, s:o}", "reject", (json_int_t)r->number,
                            "class", r->class, "column", r->column, "message", r->message, "raw",
                            r->raw, "values", cells);
    char *line = json_dumps(row, JSON_COMPACT);
    add_line(o, line, "\n");
    free(line);
    json_decref(row);
}

static bool flush(output *o, error **err)
{
    if (o->fd < 0)
        return true;
    bool done = file_write_all(o->fd, o->text->str, o->text->len, o->path, err);
    g_string_truncate(o->text, 0);
    return done;
}

static bool write_all(output *o, reject_reader *reader, bool csv, error **err)
{
    error *local = NULL;
    if (csv)
        csv_header(o, reader);
    for (;;) {
        g_autoptr(reject) r = reject_reader_next(reader, &local);
        if (r == NULL)
            break;
        if (csv)
            csv_row(o, reader, r);
        else
            json_row(o, reader, r);
        o->rows++;
        if (o->text->len > FLUSH_BYTES && !flush(o, err))
            return false;
    }
    return local == NULL ? flush(o, err) : error_propagate(err, &local);
}

static bool close_file(const output *o, error **err)
{
    int failed = fsync(o->fd) != 0 ? errno : 0;
    if (close(o->fd) != 0 && failed == 0)
        failed = errno;
    return failed == 0 ||
           error_set(err, ERROR_IO, _("could not write \"%s\": %s"), o->path, g_strerror(failed));
}

char *reject_export(const char *path, const char *format, const char *to, int64_t *rows,
                    error **err)
{
    bool csv = format == NULL || strcmp(format, "csv") == 0;
    if (!csv && strcmp(format, "jsonl") != 0) {
        error_set(err, ERROR_USAGE, _("--format is csv or jsonl, not \"%s\""), format);
        return NULL;
    }
    g_autoptr(reject_reader) reader = reject_reader_open(path, err);
    if (reader == NULL)
        return NULL;
    output o = { .text = g_string_new(NULL), .fd = -1, .path = to };
    bool done = to == NULL || (o.fd = file_create(to, err)) >= 0;
    if (done) {
        done = write_all(&o, reader, csv, err);
        if (o.fd >= 0)
            done = close_file(&o, done ? err : NULL) && done;
    }
    *rows = o.rows;
    return g_string_free(o.text, !done);
}
