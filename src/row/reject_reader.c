#include "base/intl.h"
#include "row/convert.h"
#include "row/reject_edits.h"
#include "row/reject_file.h"
#include "row/reject_json.h"
#include "row/reject_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reject_reader {
    FILE *file;
    char *path;
    GPtrArray *names; /* NULL-terminated */
    GArray *types;
    GPtrArray *key; /* NULL-terminated */
    reject_edits *edits;
    char *line; /* getline's buffer */
    size_t line_room;
    int64_t line_number;
    off_t end; /* of the last whole line when the file was opened */
};

void reject_free(reject *r)
{
    if (r == NULL)
        return;
    g_free(r->time);
    g_free(r->class);
    g_free(r->column);
    g_free(r->sqlstate);
    g_free(r->message);
    g_free(r->raw);
    json_decref(r->values);
    g_free(r);
}

void reject_reader_close(reject_reader *r)
{
    if (r == NULL)
        return;
    fclose(r->file);
    g_free(r->path);
    g_ptr_array_free(r->names, TRUE);
    g_ptr_array_free(r->key, TRUE);
    g_array_free(r->types, TRUE);
    reject_edits_free(r->edits);
    free(r->line);
    g_free(r);
}

/* The next whole line. *size is 0 at the end or before a torn line; false
 * when reading fails. */
static bool next_line(reject_reader *r, size_t *size, error **err)
{
    *size = 0;
    errno = 0;
    ssize_t n = getline(&r->line, &r->line_room, r->file);
    if (n < 0 && ferror(r->file))
        return reject_store_error(err, errno, _("could not read reject file \"%s\""), r->path);
    if (n <= 0 || r->line[n - 1] != '\n')
        return true;
    r->line_number++;
    *size = (size_t)n;
    return true;
}

static bool damaged(const reject_reader *r, error **err)
{
    return error_set(err, ERROR_IO, _("reject file \"%s\" is damaged in line %" PRId64),
                     r->path, r->line_number);
}

static bool read_columns(reject_reader *r, const json_t *source)
{
    size_t i;
    const json_t *column;
    json_array_foreach(source, i, column)
    {
        data_type type;
        const char *name = json_string_value(json_object_get(column, "name"));
        if (name == NULL || !data_type_from_json(json_object_get(column, "type"), &type))
            return false;
        g_ptr_array_add(r->names, g_strdup(name));
        g_array_append_val(r->types, type);
    }
    g_ptr_array_add(r->names, NULL);
    return json_is_array(source);
}

static bool read_header(reject_reader *r, error **err)
{
    size_t size;
    if (!next_line(r, &size, err))
        return false;
    json_t *header = json_loadb(r->line, size, 0, NULL);
    const json_t *version = json_object_get(header, "rowferry_rejects");
    bool known = json_is_integer(version);
    int64_t number = json_integer_value(version);
    bool good = known && number == REJECT_FILE_VERSION &&
                read_columns(r, json_object_get(header, "source"));
    size_t i;
    const json_t *name;
    json_array_foreach(json_object_get(header, "key"), i, name)
        g_ptr_array_add(r->key, g_strdup(json_string_value(name)));
    g_ptr_array_add(r->key, NULL);
    json_decref(header);
    if (good)
        return true;
    if (!known)
        return error_set(err, ERROR_IO, _("\"%s\" is not a reject file"), r->path);
    if (number != REJECT_FILE_VERSION)
        return error_set(
            err, ERROR_IO,
            _("reject file \"%s\" has format %" PRId64 ", this program reads %d"), r->path,
            number, REJECT_FILE_VERSION);
    return damaged(r, err);
}

/* First pass: gather the edits, find the end. */
static bool read_edits(reject_reader *r, error **err)
{
    off_t start = ftello(r->file);
    size_t size;
    r->end = start;
    do {
        if (!next_line(r, &size, err))
            return false;
        if (size > 0 && !reject_edits_read(r->edits, r->line, size))
            return damaged(r, err);
        r->end += (off_t)size;
    } while (size > 0);
    r->line_number = 1;
    if (fseeko(r->file, start, SEEK_SET) != 0)
        return reject_store_error(err, errno, _("could not read reject file \"%s\""), r->path);
    return true;
}

reject_reader *reject_reader_open(const char *path, error **err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        reject_store_error(err, errno, _("could not open reject file \"%s\""), path);
        return NULL;
    }
    g_autoptr(reject_reader) r = g_new0(reject_reader, 1);
    r->file = file;
    r->path = g_strdup(path);
    r->names = g_ptr_array_new_with_free_func(g_free);
    r->types = g_array_new(FALSE, FALSE, sizeof(data_type));
    r->key = g_ptr_array_new_with_free_func(g_free);
    r->edits = reject_edits_new();
    if (!read_header(r, err) || !read_edits(r, err))
        return NULL;
    return g_steal_pointer(&r);
}

static char *copy_string(const json_t *line, const char *key)
{
    return g_strdup(json_string_value(json_object_get(line, key)));
}

static bool read_raw(const json_t *line, reject *out)
{
    const json_t *raw = json_object_get(line, "raw"), *hex = json_object_get(line, "raw_hex");
    size_t size = json_string_length(raw != NULL ? raw : hex);
    if (raw != NULL) {
        out->raw = g_strndup(json_string_value(raw), size);
        out->raw_size = size;
    } else if (hex != NULL) {
        out->raw = g_malloc0(size / 2 + 1);
        out->raw_size = size / 2;
        return parse_hex(json_string_value(hex), size, (uint8_t *)out->raw);
    }
    return true;
}

static reject *read_reject(reject_reader *r, const json_t *line)
{
    g_autoptr(reject) out = g_new0(reject, 1);
    out->number = json_integer_value(json_object_get(line, "reject"));
    out->attempt = (int)json_integer_value(json_object_get(line, "attempt"));
    out->segment = (int)json_integer_value(json_object_get(line, "segment"));
    out->position = json_integer_value(json_object_get(line, "position"));
    out->line = json_integer_value(json_object_get(line, "line"));
    out->time = copy_string(line, "time");
    out->class = copy_string(line, "class");
    out->column = copy_string(line, "column");
    out->sqlstate = copy_string(line, "sqlstate");
    out->message = copy_string(line, "message");
    json_t *values = json_object_get(line, "values");
    json_t *edit = reject_edits_values(r->edits, out->number);
    if (!read_raw(line, out) || (out->raw == NULL && !json_is_object(values)) ||
        out->class == NULL || out->message == NULL)
        return NULL;
    out->values = values != NULL ? json_incref(values) : edit != NULL ? json_object() : NULL;
    if (edit != NULL) {
        json_object_update(out->values, edit);
        out->edited = true;
    }
    out->closed = reject_edits_is_closed(r->edits, out->number);
    return g_steal_pointer(&out);
}

reject *reject_reader_next(reject_reader *r, error **err)
{
    const size_t prefix = strlen(REJECT_LINE_ROW);
    size_t size;
    do {
        /* What came after the first pass has edits that were not seen. */
        if (ftello(r->file) >= r->end || !next_line(r, &size, err) || size == 0)
            return NULL;
    } while (size < prefix || memcmp(r->line, REJECT_LINE_ROW, prefix) != 0);
    json_t *line = json_loadb(r->line, size, 0, NULL);
    reject *out = line != NULL ? read_reject(r, line) : NULL;
    json_decref(line);
    if (out == NULL)
        damaged(r, err);
    return out;
}

unsigned reject_reader_columns(const reject_reader *r, const char *const **names,
                               const data_type **types)
{
    if (names != NULL)
        *names = (const char *const *)r->names->pdata;
    if (types != NULL)
        *types = (const data_type *)(const void *)r->types->data;
    return r->types->len;
}

const char *const *reject_reader_key(const reject_reader *r)
{
    return (const char *const *)r->key->pdata;
}
