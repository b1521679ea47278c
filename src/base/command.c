#include "base/command.h"
#include "base/intl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between fork and exec: a group of its own, so that its children can be
 * killed with it. */
static void own_group(gpointer user)
{
    (void)user;
    setpgid(0, 0);
}

static int milliseconds_left(int64_t deadline_us)
{
    int64_t left = (deadline_us - g_get_monotonic_time() + 999) / 1000;
    return (int)CLAMP(left, 0, G_MAXINT);
}

typedef enum { READ_ALL, READ_LATE, READ_TOO_MUCH, READ_FAILED } read_result;

static read_result read_output(int fd, int64_t deadline_us, char *buffer, size_t capacity,
                               size_t *size)
{
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int count = poll(&ready, 1, milliseconds_left(deadline_us));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return READ_FAILED;
        if (count == 0)
            return READ_LATE;
        char extra;
        bool full = *size == capacity;
        ssize_t got = read(fd, full ? &extra : buffer + *size, full ? 1 : capacity - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return READ_FAILED;
        if (got == 0)
            return READ_ALL;
        if (full)
            return READ_TOO_MUCH;
        *size += (size_t)got;
    }
}

/* Whether the process ended before the deadline; a closed stdout is not an end. */
static bool wait_until(pid_t pid, int64_t deadline_us, int *status)
{
    for (;;) {
        pid_t done = waitpid(pid, status, WNOHANG);
        if (done == pid)
            return true;
        if (done < 0 && errno != EINTR)
            return false;
        if (milliseconds_left(deadline_us) == 0)
            return false;
        g_usleep(2000);
    }
}

static void kill_group(pid_t pid)
{
    /* The group may not exist yet or any more. */
    if (kill(-pid, SIGKILL) != 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

bool command_output(const char *const *argv, int seconds, char *buffer, size_t capacity,
                    size_t *size, error **err)
{
    *size = 0;
    GPid pid;
    int fd;
    g_autoptr(GError) local = NULL;
    if (!g_spawn_async_with_pipes(NULL, (char **)argv, NULL,
                                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                      G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_CLOEXEC_PIPES,
                                  own_group, NULL, &pid, NULL, &fd, NULL, &local))
        return error_set(err, ERROR_CONNECT, _("could not start command \"%s\": %s"), argv[0],
                         local->message);
    int64_t deadline_us = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    int status = 0;
    read_result result = read_output(fd, deadline_us, buffer, capacity, size);
    bool ended = result == READ_ALL && wait_until(pid, deadline_us, &status);
    close(fd);
    if (!ended)
        kill_group(pid);
    if (result == READ_TOO_MUCH)
        return error_set(err, ERROR_CONNECT, _("command \"%s\" printed more than %zu bytes"),
                         argv[0], capacity);
    if (result == READ_FAILED)
        return error_set(err, ERROR_CONNECT, _("could not read from command \"%s\""), argv[0]);
    if (!ended) {
        error_set(err, ERROR_CONNECT, _("command \"%s\" did not end within %d seconds"), argv[0],
                  seconds);
        return error_hint(err, _("It must answer without asking anybody."));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFEXITED(status))
        return error_set(err, ERROR_CONNECT, _("command \"%s\" failed with exit status %d"),
                         argv[0], WEXITSTATUS(status));
    return error_set(err, ERROR_CONNECT, _("command \"%s\" was ended by signal %d"), argv[0],
                     WTERMSIG(status));
}
