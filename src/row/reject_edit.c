#include "base/intl.h"
#include "row/reject_edits.h"
#include "row/reject_file.h"
#include "row/reject_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static bool check_values(const reject_reader *reader, json_t *values, error **err)
{
    const char *const *names;
    reject_reader_columns(reader, &names, NULL);
    g_autoptr(batch) b = batch_new(0, 0);
    const char *name;
    json_t *json;
    if (!json_is_object(values))
        return error_set(err, ERROR_DOCUMENT, _("the new values are not an object"));
    json_object_foreach(values, name, json)
    {
        if (!g_strv_contains(names, name)) {
            g_autofree char *known = g_strjoinv(", ", (char **)names);
            error_set(err, ERROR_DOCUMENT, _("the source has no column \"%s\""), name);
            return error_hint(err, _("its columns are %s"), known);
        }
        value ignored;
        error *local = NULL;
        if (!value_from_json(json, b, &ignored, &local))
            return error_prefix(err, &local, _("column \"%s\""), name);
    }
    return true;
}

/* A malformed line has no values of its own; none may become NULL unseen. */
static bool check_complete(const reject_reader *reader, const json_t *values, error **err)
{
    const char *const *names;
    reject_reader_columns(reader, &names, NULL);
    for (; *names != NULL; names++)
        if (json_object_get(values, *names) == NULL) {
            error_set(err, ERROR_DOCUMENT, _("column \"%s\" is missing"), *names);
            return error_hint(err, _("the rejected line could not be read, so its edit must give "
                                     "every column"));
        }
    return true;
}

static bool check_edit(const char *path, int64_t number, json_t *values, error **err)
{
    g_autoptr(reject_reader) reader = reject_reader_open(path, err);
    if (reader == NULL || !check_values(reader, values, err))
        return false;
    error *local = NULL;
    for (;;) {
        g_autoptr(reject) kept = reject_reader_next(reader, &local);
        if (kept == NULL && local != NULL)
            return error_propagate(err, &local);
        if (kept == NULL)
            return error_set(err, ERROR_NOT_FOUND,
                             _("reject file \"%s\" has no reject %" PRId64), path, number);
        if (kept->number == number)
            return kept->values != NULL || check_complete(reader, values, err);
    }
}

static bool append(const char *path, const GString *lines, error **err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return reject_store_error(err, errno, _("could not open reject file \"%s\""), path);
    bool done = reject_store_append(fd, path, lines, err);
    if (done && fsync(fd) != 0)
        done = reject_store_error(err, errno, _("could not write reject file \"%s\""), path);
    close(fd);
    return done;
}

bool reject_file_edit(const char *path, int64_t number, json_t *values, error **err)
{
    if (!check_edit(path, number, values, err))
        return false;
    g_autofree char *time = reject_store_time();
    g_autoptr(GString) lines = g_string_new(NULL);
    reject_store_line(lines, json_pack("{s:I, s:s, s:O}", "edit", (json_int_t)number, "time", time,
                                       "values", values));
    return append(path, lines, err);
}

bool reject_file_mark_closed(const char *path, const int64_t *numbers, size_t n, const char *by,
                             error **err)
{
    if (n == 0)
        return true;
    g_autofree char *time = reject_store_time();
    g_autoptr(GString) lines = g_string_new(NULL);
    reject_store_line(lines, json_pack("{s:o, s:s, s:s}", "closed", reject_edits_ranges(numbers, n),
                                       "by", by, "time", time));
    return append(path, lines, err);
}
