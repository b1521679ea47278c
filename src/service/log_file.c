#include "service/log_file.h"

#include "base/civil.h"
#include "base/document.h"
#include "base/intl.h"
#include "base/paths.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LONGEST_MESSAGE = 15 * 1024,
    LONGEST_LOG = 64 * 1024 * 1024,
    FIRST_PART = 64 * 1024,
};

struct log_file {
    int fd;
    char *path;
    error *failure;
};

static const char *const level_names[] = {
    [LOG_INFO] = "info", [LOG_WARNING] = "warning", [LOG_ERROR] = "error"
};

log_file *log_file_open(const char *path, error **err)
{
    int fd = access(path, F_OK) == 0 ? file_open_private(path, O_WRONLY | O_APPEND, err)
                                     : file_create(path, err);
    if (fd < 0)
        return NULL;
    log_file *f = g_new0(log_file, 1);
    f->fd = fd;
    f->path = g_strdup(path);
    return f;
}

void log_file_close(log_file *f)
{
    if (f == NULL)
        return;
    fsync(f->fd);
    close(f->fd);
    g_free(f->path);
    g_clear_pointer(&f->failure, error_free);
    g_free(f);
}

void log_file_add(log_file *f, log_level level, const char *message)
{
    if (f->failure != NULL)
        return;
    g_autofree char *redacted = text_redact(message);
    g_autofree char *valid = g_utf8_make_valid(redacted, MIN(strlen(redacted), LONGEST_MESSAGE));
    g_autofree char *time = instant_format(NULL, clock_now(NULL));
    json_t *event =
        json_pack("{s:s, s:s, s:s}", "time", time, "level", level_names[level], "message", valid);
    char *line = json_dumps(event, JSON_COMPACT);
    g_autofree char *whole = g_strconcat(line, "\n", NULL);
    free(line);
    json_decref(event);
    if (file_write_all(f->fd, whole, strlen(whole), f->path, &f->failure) && level != LOG_INFO)
        fdatasync(f->fd);
}

const error *log_file_failure(const log_file *f)
{
    return f->failure;
}

bool log_level_from_name(const char *name, log_level *level)
{
    for (size_t i = 0; i < G_N_ELEMENTS(level_names); i++) {
        if (g_strcmp0(level_names[i], name) == 0) {
            *level = (log_level)i;
            return true;
        }
    }
    return false;
}

/* --- reading --- */

static bool is_wanted(const log_query *q, const char *folded, const json_t *event)
{
    log_level level = LOG_INFO;
    log_level_from_name(document_get_text(event, "level"), &level);
    if (!json_is_object(event) || level < q->level)
        return false;
    const char *message = document_get_text(event, "message");
    if (folded == NULL || message == NULL)
        return folded == NULL;
    g_autofree char *in = g_utf8_casefold(message, -1);
    return strstr(in, folded) != NULL;
}

/* The wanted events of the whole lines of @text; *used is their size. */
static json_t *read_lines(GString *text, const log_query *q, gsize *used)
{
    g_autofree char *folded = q->grep != NULL ? g_utf8_casefold(q->grep, -1) : NULL;
    json_t *events = json_array();
    char *line = text->str, *end;
    for (; (end = memchr(line, '\n', text->len - (gsize)(line - text->str))) != NULL;
         line = end + 1) {
        json_t *event = json_loadb(line, (size_t)(end - line), 0, NULL);
        if (is_wanted(q, folded, event))
            json_array_append(events, event);
        json_decref(event);
    }
    *used = (gsize)(line - text->str);
    return events;
}

static void keep_last(json_t *events, int64_t tail)
{
    while (tail > 0 && (int64_t)json_array_size(events) > tail)
        json_array_remove(events, 0);
}

/* From the offset @from on, from the next line on when it is inside of one. */
static json_t *read_from(int fd, const char *path, const log_query *q, int64_t from, int64_t *next,
                         error **err)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int64_t start = from > q->after ? from - 1 : from;
    if (lseek(fd, start, SEEK_SET) < 0) {
        error_set(err, ERROR_IO, _("could not read \"%s\": %s"), path, g_strerror(errno));
        return NULL;
    }
    if (!file_read_all(fd, path, LONGEST_LOG, text, err))
        return NULL;
    if (from > q->after) {
        const char *end = memchr(text->str, '\n', text->len);
        gsize skipped = end != NULL ? (gsize)(end + 1 - text->str) : text->len;
        g_string_erase(text, 0, (gssize)skipped);
        start += (int64_t)skipped;
    }
    gsize used;
    json_t *events = read_lines(text, q, &used);
    *next = start + (int64_t)used;
    return events;
}

json_t *log_file_read(const char *path, const log_query *q, int64_t *next, error **err)
{
    int fd = file_open(path, O_RDONLY, err);
    if (fd < 0)
        return NULL;
    struct stat status;
    int64_t size = fstat(fd, &status) == 0 ? status.st_size : 0;
    /* The tail is looked for from the end on, in parts that grow. */
    int64_t part = q->tail > 0 ? FIRST_PART : INT64_MAX;
    json_t *events = NULL;
    for (;;) {
        int64_t from = part < size - q->after ? size - part : q->after;
        json_decref(events);
        events = read_from(fd, path, q, from, next, err);
        if (events == NULL || from == q->after || (int64_t)json_array_size(events) >= q->tail)
            break;
        part *= 8;
    }
    close(fd);
    if (events != NULL)
        keep_last(events, q->tail);
    return events;
}
