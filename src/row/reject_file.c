#include "row/reject_file.h"

#include "base/intl.h"
#include "row/convert.h"
#include "row/reject_json.h"
#include "row/reject_store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct reject_file {
    int fd;
    char *path;
    GMutex mutex;
    GPtrArray *source; /* names under which source values are kept */
    GPtrArray *target;
    GString *lines; /* of the batch that is being added */
    int64_t count;
};

static void reject_file_free(reject_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    g_mutex_clear(&f->mutex);
    g_ptr_array_free(f->source, TRUE);
    g_ptr_array_free(f->target, TRUE);
    g_string_free(f->lines, TRUE);
    g_free(f->path);
    g_free(f);
}

/* A JSON string of what somebody else wrote, valid or not. */
static json_t *any_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return json_string(valid);
}

/* Names of columns need not be unique in a query; the keys of an object must
 * be: "a", "a (2)". */
static char *unique_name(const GPtrArray *taken, const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    char *candidate = g_strdup(valid);
    for (unsigned n = 2;
         g_ptr_array_find_with_equal_func((GPtrArray *)taken, candidate, g_str_equal, NULL); n++) {
        g_free(candidate);
        candidate = g_strdup_printf("%s (%u)", valid, n);
    }
    return candidate;
}

static json_t *header_to_json(const reject_file *f, const reject_layout *layout)
{
    json_t *source = json_array(), *target = json_array(), *key = json_array();
    for (unsigned i = 0; i < layout->n_source; i++) {
        json_t *column = json_object();
        json_object_set_new(column, "name", json_string(f->source->pdata[i]));
        json_object_set_new(column, "type", data_type_to_json(&layout->source_types[i]));
        json_array_append_new(source, column);
    }
    for (unsigned i = 0; i < layout->n_target; i++)
        json_array_append_new(target, json_string(f->target->pdata[i]));
    for (unsigned i = 0; layout->key_columns != NULL && layout->key_columns[i] != NULL; i++)
        json_array_append_new(key, any_text(layout->key_columns[i]));
    return json_pack("{s:i, s:o, s:o, s:o}", "rowferry_rejects", REJECT_FILE_VERSION, "source",
                     source, "target", target, "key", key);
}

reject_file *reject_file_create(const char *path, const reject_layout *layout, error **err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        reject_store_error(err, errno, _("could not create reject file \"%s\""), path);
        return NULL;
    }
    reject_file *f = g_new0(reject_file, 1);
    f->fd = fd;
    f->path = g_strdup(path);
    g_mutex_init(&f->mutex);
    f->source = g_ptr_array_new_with_free_func(g_free);
    f->target = g_ptr_array_new_with_free_func(g_free);
    f->lines = g_string_new(NULL);
    for (unsigned i = 0; i < layout->n_source; i++)
        g_ptr_array_add(f->source, unique_name(f->source, layout->source_columns[i]));
    for (unsigned i = 0; i < layout->n_target; i++)
        g_ptr_array_add(f->target, g_utf8_make_valid(layout->target_columns[i], -1));

    reject_store_line(f->lines, header_to_json(f, layout));
    if (!reject_store_append(fd, path, f->lines, err)) {
        reject_file_free(f);
        unlink(path);
        return NULL;
    }
    return f;
}

/* The file's name must survive a power failure as well as its content. */
static bool sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool done = fsync(fd) == 0;
    int failure = errno;
    close(fd);
    errno = failure;
    return done;
}

bool reject_file_close(reject_file *f, error **err)
{
    bool done = fsync(f->fd) == 0;
    int failure = errno;
    if (close(f->fd) != 0 && done) {
        done = false;
        failure = errno;
    }
    f->fd = -1;
    if (done && !sync_folder(f->path)) {
        done = false;
        failure = errno;
    }
    if (!done)
        reject_store_error(err, failure, _("could not write reject file \"%s\""), f->path);
    reject_file_free(f);
    return done;
}

static void set_raw(json_t *line, const reject_reason *reason)
{
    bool holds = utf8_length(reason->raw, reason->raw_size) >= 0 &&
                 memchr(reason->raw, '\0', reason->raw_size) == NULL;
    if (holds) {
        json_object_set_new(line, "raw", json_stringn(reason->raw, reason->raw_size));
    } else {
        g_autofree char *hex = g_malloc(2 * reason->raw_size + 1);
        bytes_to_hex(reason->raw, reason->raw_size, hex);
        json_object_set_new(line, "raw_hex", json_stringn(hex, 2 * reason->raw_size));
    }
}

static json_t *reject_to_json(const reject_file *f, int64_t number, int attempt, const char *time,
                              const batch *b, const reject_reason *reason)
{
    json_t *line = json_pack(
        "{s:I, s:i, s:i, s:I, s:I, s:s, s:s}", "reject", (json_int_t)number, "attempt", attempt,
        "segment", b->segment, "position", (json_int_t)(b->first_position + reason->row), "line",
        (json_int_t)b->line[reason->row], "time", time, "class", reject_class_name(reason->class));
    if (reason->column >= 0 && (unsigned)reason->column < f->target->len)
        json_object_set_new(line, "column", json_string(f->target->pdata[reason->column]));
    if (reason->sqlstate[0] != '\0')
        json_object_set_new(line, "sqlstate", any_text(reason->sqlstate));
    json_object_set_new(line, "message", any_text(reason->message != NULL ? reason->message : ""));
    if (reason->raw != NULL) {
        set_raw(line, reason);
        return line;
    }
    json_t *values = json_object();
    for (unsigned i = 0; i < f->source->len; i++)
        json_object_set_new(values, f->source->pdata[i], value_to_json(&b->source[i][reason->row]));
    json_object_set_new(line, "values", values);
    return line;
}

bool reject_file_add_batch(reject_file *f, int attempt, const batch *b, error **err)
{
    if (b->rejects->len == 0)
        return true;
    g_assert(b->n_source == f->source->len);
    g_autofree char *time = reject_store_time();
    g_mutex_lock(&f->mutex);
    g_string_truncate(f->lines, 0);
    int64_t number = f->count;
    for (unsigned i = 0; i < b->rejects->len; i++) {
        const reject_reason *reason = &g_array_index(b->rejects, reject_reason, i);
        reject_store_line(f->lines, reject_to_json(f, ++number, attempt, time, b, reason));
    }
    bool done = reject_store_append(f->fd, f->path, f->lines, err);
    if (done)
        f->count = number;
    g_mutex_unlock(&f->mutex);
    return done;
}

int64_t reject_file_count(const reject_file *f)
{
    GMutex *mutex = (GMutex *)&f->mutex;
    g_mutex_lock(mutex);
    int64_t count = f->count;
    g_mutex_unlock(mutex);
    return count;
}
