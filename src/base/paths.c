#include "base/paths.h"
#include "base/intl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

static bool fail(error **err, int number, const char *what, const char *path)
{
    error_code code = number == ENOSPC || number == EDQUOT ? ERROR_DISK
                      : number == EACCES || number == EPERM ? ERROR_PERMISSION
                                                            : ERROR_IO;
    if (number == ELOOP)
        return error_set(err, code, _("%s \"%s\": it is a symbolic link"), what, path);
    return error_set(err, code, "%s \"%s\": %s", what, path, g_strerror(number));
}

/* $@variable, else $HOME/@fallback, with our folder below. */
static char *xdg_directory(const char *variable, const char *fallback, error **err)
{
    const char *base = g_getenv(variable);
    /* The XDG rules: a relative path counts as not set. */
    if (base != NULL && g_path_is_absolute(base))
        return g_build_filename(base, "rowferry", NULL);
    const char *home = g_get_home_dir();
    if (home == NULL || !g_path_is_absolute(home)) {
        error_set(err, ERROR_USAGE, _("cannot tell where the home directory is"));
        error_hint(err, _("Set HOME or ROWFERRY_HOME."));
        return NULL;
    }
    return g_build_filename(home, fallback, "rowferry", NULL);
}

paths *paths_new(error **err)
{
    g_autoptr(paths) p = g_new0(paths, 1);
    const char *home = g_getenv("ROWFERRY_HOME");
    if (home != NULL && *home != '\0') {
        if (!g_path_is_absolute(home)) {
            error_set(err, ERROR_USAGE, _("ROWFERRY_HOME is not an absolute path: \"%s\""), home);
            return NULL;
        }
        p->data = g_canonicalize_filename(home, NULL);
        p->config = g_strdup(p->data);
        p->runtime = g_build_filename(p->data, "run", NULL);
        return g_steal_pointer(&p);
    }
    p->data = xdg_directory("XDG_DATA_HOME", ".local/share", err);
    if (p->data == NULL)
        return NULL;
    p->config = xdg_directory("XDG_CONFIG_HOME", ".config", err);
    if (p->config == NULL)
        return NULL;
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");
    p->runtime = runtime != NULL && g_path_is_absolute(runtime)
                     ? g_build_filename(runtime, "rowferry", NULL)
                     : g_build_filename(p->data, "run", NULL);
    return g_steal_pointer(&p);
}

bool paths_prepare(const paths *p, error **err)
{
    return directory_ensure(p->data, err) && directory_ensure(p->config, err) &&
           directory_ensure(p->runtime, err);
}

void paths_free(paths *p)
{
    if (p == NULL)
        return;
    g_free(p->data);
    g_free(p->config);
    g_free(p->runtime);
    g_free(p);
}

bool directory_ensure(const char *path, error **err)
{
    if (g_mkdir_with_parents(path, 0700) != 0)
        return fail(err, errno, _("could not make directory"), path);
    return directory_check(path, err);
}

bool directory_check(const char *path, error **err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return fail(err, errno, _("could not look at directory"), path);
    if (!S_ISDIR(info.st_mode))
        return fail(err, ENOTDIR, _("cannot use directory"), path);
    if (info.st_uid != geteuid()) {
        error_set(err, ERROR_PERMISSION, _("directory \"%s\" belongs to another user"), path);
        return error_hint(err, _("Use a directory of your own: set ROWFERRY_HOME."));
    }
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        error_set(err, ERROR_PERMISSION, _("directory \"%s\" is writable by other users"), path);
        return error_hint(err, _("Close it with: chmod 700 \"%s\""), path);
    }
    return true;
}

int file_create(const char *path, error **err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        fail(err, errno, _("could not create file"), path);
    return fd;
}

int file_open(const char *path, int flags, error **err)
{
    /* Without O_NONBLOCK a FIFO would hold us here; on files it means nothing. */
    int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        int number = errno;
        if (fd >= 0)
            close(fd);
        fail(err, number, _("could not open file"), path);
        return -1;
    }
    if (!S_ISREG(info.st_mode)) {
        close(fd);
        error_set(err, ERROR_IO, _("cannot use \"%s\": it is not a regular file"), path);
        return -1;
    }
    return fd;
}

int file_open_private(const char *path, int flags, error **err)
{
    int fd = file_open(path, flags, err);
    if (fd < 0)
        return -1;
    struct stat info;
    bool known = fstat(fd, &info) == 0;
    if (known && info.st_uid == geteuid() && (info.st_mode & 077) == 0)
        return fd;
    close(fd);
    if (known && info.st_uid != geteuid())
        error_set(err, ERROR_PERMISSION, _("file \"%s\" belongs to another user"), path);
    else
        error_set(err, ERROR_PERMISSION, _("file \"%s\" is open to other users"), path);
    error_hint(err, _("It must be yours and closed to others: chmod 600 \"%s\""), path);
    return -1;
}

struct file_replacement {
    char *path;
    char *directory;
    char *temporary;
    int fd;
    bool committed;
};

file_replacement *file_replacement_open(const char *path, mode_t mode, error **err)
{
    struct stat info;
    if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        error_set(err, ERROR_IO, _("cannot replace \"%s\": it is not a regular file"), path);
        return NULL;
    }
    g_autoptr(file_replacement) f = g_new0(file_replacement, 1);
    f->path = g_strdup(path);
    f->directory = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    /* mkostemp makes the file 0600, and with O_EXCL. */
    f->temporary = g_strdup_printf("%s/.%.200s.XXXXXX", f->directory, name);
    f->fd = mkostemp(f->temporary, O_CLOEXEC);
    if (f->fd < 0) {
        int number = errno;
        g_clear_pointer(&f->temporary, g_free);
        fail(err, number, _("could not create a file in"), f->directory);
        return NULL;
    }
    if (fchmod(f->fd, mode) != 0) {
        fail(err, errno, _("could not set the mode of"), f->temporary);
        return NULL;
    }
    return g_steal_pointer(&f);
}

int file_replacement_fd(const file_replacement *f)
{
    return f->fd;
}

const char *file_replacement_path(const file_replacement *f)
{
    return f->temporary;
}

static bool sync_directory(const char *directory, error **err)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, errno, _("could not open directory"), directory);
    int result = fsync(fd);
    int number = errno;
    close(fd);
    /* Some file systems cannot sync a directory; then there is nothing to do. */
    if (result != 0 && number != EINVAL && number != ENOTSUP)
        return fail(err, number, _("could not sync directory"), directory);
    return true;
}

bool file_replacement_commit(file_replacement *f, error **err)
{
    g_assert(!f->committed);
    if (fsync(f->fd) != 0)
        return fail(err, errno, _("could not write file"), f->temporary);
    if (rename(f->temporary, f->path) != 0)
        return fail(err, errno, _("could not replace file"), f->path);
    f->committed = true;
    return sync_directory(f->directory, err);
}

void file_replacement_close(file_replacement *f)
{
    if (f == NULL)
        return;
    if (f->fd >= 0)
        close(f->fd);
    if (!f->committed && f->temporary != NULL)
        unlink(f->temporary);
    g_free(f->path);
    g_free(f->directory);
    g_free(f->temporary);
    g_free(f);
}

bool file_replace(const char *path, const char *data, size_t size, error **err)
{
    g_autoptr(file_replacement) f = file_replacement_open(path, 0600, err);
    return f != NULL && file_write_all(f->fd, data, size, f->temporary, err) &&
           file_replacement_commit(f, err);
}

bool file_write_all(int fd, const char *data, size_t size, const char *path, error **err)
{
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail(err, errno, _("could not write file"), path);
        data += written;
        size -= (size_t)written;
    }
    return true;
}

bool file_read_all(int fd, const char *path, size_t limit, GString *text, error **err)
{
    char buffer[16384];
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n == 0)
            return true;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(err, ERROR_IO, _("could not read \"%s\": %s"), path,
                             g_strerror(errno));
        if (text->len + (size_t)n > limit)
            return error_set(err, ERROR_DOCUMENT, _("\"%s\" is too long"), path);
        g_string_append_len(text, buffer, n);
    }
}

bool file_sync_directory(const char *path, error **err)
{
    g_autofree char *directory = g_path_get_dirname(path);
    return sync_directory(directory, err);
}

/* store.md section 4; the numbers are the kernel's. */
static const struct {
    uint32_t magic;
    const char *name;
} network_file_systems[] = {
    {0x00006969, "NFS"},    {0xFF534D42, "CIFS"},   {0xFE534D42, "SMB2"},
    {0x0000517B, "SMB"},    {0x01021997, "9p"},     {0x5346414F, "AFS"},
    {0x6B414653, "kAFS"},   {0x00C36400, "Ceph"},   {0x0BD00BD0, "Lustre"},
    {0x47504653, "GPFS"},   {0x65735546, "FUSE"},   {0x73757245, "Coda"},
    {0x7461636F, "OCFS2"},  {0x01161970, "GFS2"},   {0x786F4256, "vboxsf"},
    {0xBACBACBC, "vmhgfs"}, {0x0000564C, "NCP"},
};

const char *path_network_file_system(const char *path)
{
    g_autofree char *parent = g_canonicalize_filename(path, NULL);
    struct statfs info;
    while (statfs(parent, &info) != 0) {
        if (errno != ENOENT || strcmp(parent, "/") == 0)
            return NULL;
        char *above = g_path_get_dirname(parent);
        g_free(parent);
        parent = above;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(network_file_systems); i++)
        if (network_file_systems[i].magic == (uint32_t)info.f_type)
            return network_file_systems[i].name;
    return NULL;
}
