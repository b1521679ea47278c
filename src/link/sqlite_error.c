#include "link/sqlite_private.h"

#include "base/intl.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static bool is_full(int system_error)
{
    return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

static error_code code_of(int code, int system_error)
{
    switch (code & 0xff) {
    case SQLITE_INTERRUPT:
        return ERROR_CANCELLED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERROR_LOCK;
    case SQLITE_FULL:
        return ERROR_DISK;
    case SQLITE_IOERR:
        return is_full(system_error) ? ERROR_DISK : ERROR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_PROTOCOL:
        return ERROR_IO;
    case SQLITE_CANTOPEN:
        return is_full(system_error)                             ? ERROR_DISK
               : system_error == EACCES || system_error == EROFS ? ERROR_RIGHTS
                                                                 : ERROR_CONNECT;
    case SQLITE_NOTADB:
        return ERROR_CONNECT;
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return ERROR_RIGHTS;
    case SQLITE_AUTH:
        return ERROR_PERMISSION;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
        return ERROR_DATA;
    default:
        return ERROR_SQL;
    }
}

static void add_hint(error **err, error_code code, int sqlite_code)
{
    if ((sqlite_code & 0xff) == SQLITE_NOTADB)
        error_hint(err, _("Check the connection's \"path\": the file is not a SQLite database, "
                          "or it is encrypted"));
    else if ((sqlite_code & 0xff) == SQLITE_CORRUPT)
        error_hint(err, _("Run \"PRAGMA integrity_check\" on the database"));
    else if (code == ERROR_DISK)
        error_hint(err, _("Make room on the file system of the database, and in the folder for "
                          "temporary files"));
    else if (code == ERROR_RIGHTS)
        error_hint(err, _("Rowferry needs the right to write the database file and its folder, "
                          "where SQLite keeps the journal"));
}

bool sqlite_fail_code(const sqlite_session *s, error **err, const char *doing, int code,
                      const char *message)
{
    int system_error = s->db == NULL ? 0 : sqlite3_system_errno(s->db);
    error_code ours = code_of(code, system_error);
    /* A busy handler that gave up because of the cancel comes back as BUSY. */
    if (g_atomic_int_get(&s->cancelled) && (ours == ERROR_LOCK || ours == ERROR_CANCELLED)) {
        error_set(err, ERROR_CANCELLED, _("database \"%s\": cancelled"), s->path);
    } else if (ours == ERROR_LOCK) {
        g_autofree char *holder = sqlite_lock_holder(s);
        error_set(err, ours, _("database \"%s\" is locked%s: could not %s"), s->path, holder,
                  doing);
        error_hint(err, _("Try again when the other one has finished"));
        if (err != NULL)
            (*err)->retryable = true;
    } else {
        error_set(err, ours, _("database \"%s\": could not %s"), s->path, doing);
        add_hint(err, ours, code);
    }
    char number[16];
    snprintf(number, sizeof number, "%d", code);
    error_sqlstate(err, number);
    if (is_full(system_error) || ours == ERROR_IO || ours == ERROR_RIGHTS)
        return error_detail(err, "%s (%s)", message,
                            system_error != 0 ? g_strerror(system_error) : sqlite3_errstr(code));
    return error_detail(err, "%s", message);
}

bool sqlite_fail(const sqlite_session *s, error **err, const char *doing)
{
    return sqlite_fail_code(s, err, doing, sqlite3_extended_errcode(s->db), sqlite3_errmsg(s->db));
}

/* ---- who holds the lock -------------------------------------------------- */

static bool stat_beside(const char *path, const char *suffix, struct stat *out)
{
    g_autofree char *name = g_strconcat(path, suffix, NULL);
    return stat(name, out) == 0;
}

static char *describe_process(long pid)
{
    if (pid == getpid())
        return g_strdup(_(" by another session of this process"));
    g_autofree char *file = g_strdup_printf("/proc/%ld/comm", pid);
    g_autofree char *name = NULL;
    if (!g_file_get_contents(file, &name, NULL, NULL))
        return g_strdup_printf(_(" by process %ld"), pid);
    return g_strdup_printf(_(" by process %ld (%s)"), pid, g_strchomp(name));
}

/* F_GETLK would need a descriptor of our own on the file, and closing that
 * one drops every lock that SQLite holds in this process: ask the kernel's
 * list instead. */
char *sqlite_lock_holder(const sqlite_session *s)
{
    struct stat files[2];
    int n_files = 0;
    n_files += stat_beside(s->path, "", &files[n_files]);
    n_files += stat_beside(s->path, "-shm", &files[n_files]);
    FILE *list = fopen("/proc/locks", "re");
    long writing = 0, reading = 0;
    char line[256];
    while (list != NULL && fgets(line, sizeof line, list) != NULL) {
        char mode[8];
        long pid;
        unsigned major_number, minor_number;
        unsigned long long inode;
        /* 5: POSIX  ADVISORY  WRITE 4711 08:01:123456 1073741825 1073741825 */
        if (sscanf(line, "%*d: %*s %*s %7s %ld %x:%x:%llu", mode, &pid, &major_number,
                   &minor_number, &inode) != 5)
            continue;
        for (int i = 0; i < n_files; i++) {
            if (files[i].st_ino != inode || major(files[i].st_dev) != major_number ||
                minor(files[i].st_dev) != minor_number)
                continue;
            if (mode[0] == 'W')
                writing = pid;
            else if (pid != getpid())
                reading = pid;
        }
    }
    if (list != NULL)
        fclose(list);
    long holder = writing != 0 ? writing : reading;
    return holder > 0 ? describe_process(holder) : g_strdup(_(" by another process"));
}
