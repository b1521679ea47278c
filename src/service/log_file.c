#include "service/log_file.h"

#include "base/civil.h"
#include "base/intl.h"
#include "base/paths.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_MESSAGE = 15 * 1024, LONGEST_LOG = 64 * 1024 * 1024 };

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

json_t *log_file_read(const char *path, error **err)
{
    int fd = file_open(path, O_RDONLY, err);
    if (fd < 0)
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    bool done = file_read_all(fd, path, LONGEST_LOG, text, err);
    close(fd);
    if (!done)
        return NULL;
    json_t *events = json_array();
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        json_t *event = json_loads(*line, 0, NULL);
        if (event != NULL)
            json_array_append_new(events, event);
    }
    return events;
}
