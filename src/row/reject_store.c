#include "row/reject_store.h"

#include "base/intl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_WAIT_SECONDS      10
#define LOCK_STEP_MICROSECONDS 5000

bool reject_store_error(error **err, int number, const char *format, ...)
{
    error_code code = ERROR_IO;
    if (number == ENOSPC || number == EDQUOT)
        code = ERROR_DISK;
    else if (number == EACCES || number == EPERM || number == EROFS)
        code = ERROR_RIGHTS;
    else if (number == ENOENT)
        code = ERROR_NOT_FOUND;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set(err, code, "%s: %s", what, g_strerror(number));
}

char *reject_store_time(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    return g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
}

static int append_to_string(const char *data, size_t size, void *lines)
{
    g_string_append_len(lines, data, (gssize)size);
    return 0;
}

void reject_store_line(GString *lines, json_t *json)
{
    int failed = json_dump_callback(json, append_to_string, lines, JSON_COMPACT);
    g_assert(failed == 0);
    g_string_append_c(lines, '\n');
    json_decref(json);
}

/* An open-file-description lock: it serialises processes and, unlike a
 * process lock, is not lost when another descriptor of the file is closed. */
static bool lock(int fd, short type)
{
    struct flock all = { .l_type = type, .l_whence = SEEK_SET };
    gint64 deadline = g_get_monotonic_time() + LOCK_WAIT_SECONDS * G_USEC_PER_SEC;
    while (fcntl(fd, F_OFD_SETLK, &all) != 0) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return false;
        if (g_get_monotonic_time() >= deadline) {
            errno = EAGAIN;
            return false;
        }
        g_usleep(LOCK_STEP_MICROSECONDS);
    }
    return true;
}

/* Cut off what follows the last line end; *out is then the file's size. */
static bool cut_torn_line(int fd, off_t *out)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    off_t end = status.st_size;
    while (end > 0) {
        char buffer[4096];
        size_t want = (size_t)MIN(end, (off_t)sizeof buffer);
        ssize_t got = pread(fd, buffer, want, end - (off_t)want);
        if (got < 0)
            return false;
        const char *last = memrchr(buffer, '\n', (size_t)got);
        if (last != NULL) {
            end += last + 1 - buffer - got;
            break;
        }
        if (got == 0)
            break;
        end -= got;
    }
    *out = end;
    return end == status.st_size || ftruncate(fd, end) == 0;
}

static bool write_all(int fd, const char *data, size_t size, off_t offset)
{
    while (size > 0) {
        ssize_t n = pwrite(fd, data, size, offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        size -= (size_t)n;
        offset += n;
    }
    return true;
}

bool reject_store_append(int fd, const char *path, const GString *lines, error **err)
{
    if (!lock(fd, F_WRLCK)) {
        if (errno == EAGAIN) {
            error_set(err, ERROR_LOCK, _("could not lock reject file \"%s\""), path);
            return error_hint(err, _("another process is writing it; try again later"));
        }
        return reject_store_error(err, errno, _("could not lock reject file \"%s\""), path);
    }
    off_t end;
    bool done = cut_torn_line(fd, &end);
    int failure = errno;
    if (done && !write_all(fd, lines->str, lines->len, end)) {
        done = false;
        failure = errno;
        /* What was written of it is a torn line; should even this fail, the
         * next append cuts it and a reader stops before it. */
        if (ftruncate(fd, end) != 0)
            g_debug("%s: %s", path, g_strerror(errno));
    }
    lock(fd, F_UNLCK);
    return done || reject_store_error(err, failure, _("could not write reject file \"%s\""), path);
}
