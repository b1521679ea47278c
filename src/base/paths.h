/* paths.h - where our files live and how they are made (design.md section 6,
 * spec/security.md section 10).
 *
 * Directories are 0700, files 0600, never reached through a symbolic link at
 * their last step, always close-on-exec. Errors are ERROR_IO, ERROR_DISK (no
 * space) or ERROR_PERMISSION (owner or mode is wrong).
 */
#ifndef ROWFERRY_BASE_PATHS_H
#define ROWFERRY_BASE_PATHS_H

#include "base/error.h"

#include <sys/types.h>

typedef struct {
    char *data;    /* store, runs */
    char *config;  /* rowferry.conf, secret.key */
    char *runtime; /* sockets */
} paths;

/* From ROWFERRY_HOME, which holds everything, else the XDG variables. Makes
 * nothing. ERROR_USAGE when a variable is not an absolute path. */
paths *paths_new(error **err);
/* Make the three directories where missing and check them. */
bool paths_prepare(const paths *p, error **err);
void paths_free(paths *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(paths, paths_free)

/* Make @path and missing parents, 0700; an existing one must be a directory,
 * ours, and not writable by group or others. */
bool directory_ensure(const char *path, error **err);
/* The check alone. */
bool directory_check(const char *path, error **err);

/* Open a new file, 0600, for writing; refuses an existing one (ERROR_IO, says
 * so). Returns the descriptor or -1. */
int file_create(const char *path, error **err);
/* Open an existing regular file with @flags (O_RDONLY …); refuses symbolic
 * links, devices, FIFOs. Returns the descriptor or -1. */
int file_open(const char *path, int flags, error **err);
/* The same, and it must be ours and closed to group and others. */
int file_open_private(const char *path, int flags, error **err);

/* A file that takes the place of @path at once or not at all: written under a
 * temporary name in the same directory, then synced and renamed. */
typedef struct file_replacement file_replacement;
/* @mode is the new file's mode, whatever the umask. A @path that exists must be
 * a regular file. */
file_replacement *file_replacement_open(const char *path, mode_t mode, error **err);
/* The descriptor to write to: borrowed. */
int file_replacement_fd(const file_replacement *f);
/* The temporary path: borrowed. */
const char *file_replacement_path(const file_replacement *f);
/* Sync, rename, sync the directory. After true only _close() is left. */
bool file_replacement_commit(file_replacement *f, error **err);
/* Without a commit before it, the temporary file goes away. NULL is fine. */
void file_replacement_close(file_replacement *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(file_replacement, file_replacement_close)

/* Replace @path by @size bytes of @data in one step, mode 0600. */
bool file_replace(const char *path, const char *data, size_t size, error **err);
/* Write all of it, however many calls that takes. @path only for the error. */
bool file_write_all(int fd, const char *data, size_t size, const char *path, error **err);
/* Append all that @fd still gives to @text, at most @limit bytes in the whole;
 * more is ERROR_DOCUMENT. @path only for the error (ERROR_IO). */
bool file_read_all(int fd, const char *path, size_t limit, GString *text, error **err);
/* fsync the directory that holds @path. */
bool file_sync_directory(const char *path, error **err);

/* The kind of network file system ("NFS", "FUSE" …) that holds @path or its
 * nearest existing parent, or NULL when it is local or unknown. Constant. */
const char *path_network_file_system(const char *path);

#endif
