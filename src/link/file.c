/* The file link: delimited files and JSON Lines in one folder. */
#include "link/file_private.h"

#include "base/intl.h"
#include "base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much of a file is looked at to guess its number of rows. */
#define GUESS_BYTES 65536
#define LOCK_SUFFIX "lock"

static file_session *as_file(session *s)
{
    return (file_session *)s;
}

char *file_path(const connection *c, const char *name, error **err)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    bool leaves = name[0] == '/' || name[0] == '\0';
    for (char **part = parts; *part != NULL; part++)
        leaves |= strcmp(*part, "..") == 0;
    if (leaves) {
        error_set(err, ERROR_PLAN, _("file \"%s\" is not in the folder of connection \"%s\""), name,
                  c->name);
        error_hint(err, _("name files relative to \"%s\""), c->path);
        return NULL;
    }
    return g_build_filename(c->path, name, NULL);
}

/* ---- session -------------------------------------------------------------- */

static session *file_session_open(const connection *c, const session_options *options, error **err)
{
    if (!g_file_test(c->path, G_FILE_TEST_IS_DIR)) {
        error_set(err, ERROR_CONNECT, _("folder \"%s\" does not exist"), c->path);
        error_hint(err, _("\"path\" of a file connection is a folder; tasks name files in it"));
        return NULL;
    }
    file_session *s = g_new0(file_session, 1);
    s->base = (session){ .ops = &file_link, .connection = c };
    s->token = g_strdup(options->run_token);
    s->fd = s->lock_fd = -1;
    return &s->base;
}

static void file_rollback(session *base)
{
    file_session *s = as_file(base);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    if (s->temporary_path != NULL)
        unlink(s->temporary_path);
    g_clear_pointer(&s->temporary_path, g_free);
    g_clear_pointer(&s->final_path, g_free);
    if (s->lock_fd >= 0) {
        unlink(s->lock_path);
        close(s->lock_fd);
    }
    s->lock_fd = -1;
    g_clear_pointer(&s->lock_path, g_free);
}

static void file_session_close(session *base)
{
    file_rollback(base);
    g_free(as_file(base)->token);
    g_free(base);
}

static void file_cancel(session *base)
{
    as_file(base)->cancelled = true;
}

static char *file_version(session *base, char **security, error **err)
{
    (void)err;
    if (security != NULL)
        *security = g_strdup("local");
    return g_strdup_printf(_("files (%s)"), base->connection->format->format);
}

/* ---- catalogue ------------------------------------------------------------ */

static gint compare_tables(gconstpointer a, gconstpointer b)
{
    return strcmp((*(table_name *const *)a)->name, (*(table_name *const *)b)->name);
}

static GPtrArray *file_list_tables(session *base, const char *pattern, error **err)
{
    const connection *c = base->connection;
    g_autofree char *full = file_path(c, pattern != NULL ? pattern : "*", err);
    if (full == NULL)
        return NULL;
    /* The folder's own name is no pattern. */
    g_autoptr(GString) escaped = g_string_new(NULL);
    size_t folder = strlen(full) - strlen(pattern != NULL ? pattern : "*");
    for (size_t i = 0; full[i] != '\0'; i++) {
        if (i < folder && strchr("*?[]\\", full[i]) != NULL)
            g_string_append_c(escaped, '\\');
        g_string_append_c(escaped, full[i]);
    }
    GPtrArray *tables = g_ptr_array_new_with_free_func((GDestroyNotify)table_name_free);
    glob_t found;
    int status = glob(escaped->str, GLOB_NOSORT, NULL, &found);
    for (size_t i = 0; status == 0 && i < found.gl_pathc; i++)
        if (g_file_test(found.gl_pathv[i], G_FILE_TEST_IS_REGULAR))
            g_ptr_array_add(tables, table_name_new(NULL, found.gl_pathv[i] + folder));
    globfree(&found);
    if (status != 0 && status != GLOB_NOMATCH) {
        error_set(err, ERROR_IO, _("could not read folder \"%s\""), c->path);
        g_ptr_array_unref(tables);
        return NULL;
    }
    g_ptr_array_sort(tables, compare_tables);
    return tables;
}

static int64_t guess_rows(const char *path, const text_buffer *t)
{
    struct stat st;
    size_t looked = MIN(t->end - t->start, GUESS_BYTES), lines = 0;
    for (size_t i = 0; i < looked; i++)
        lines += t->data[t->start + i] == '\n';
    bool packed = g_str_has_suffix(path, ".gz") || g_str_has_suffix(path, ".zst");
    if (packed || lines == 0 || stat(path, &st) != 0)
        return -1;
    return (int64_t)((double)st.st_size / ((double)looked / (double)lines));
}

static table_info *file_describe(session *base, const table_name *name, error **err)
{
    const connection *c = base->connection;
    g_autofree char *path = file_path(c, name->name, err);
    if (path == NULL || !g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    text_buffer text;
    if (!text_buffer_open(&text, path, err)) {
        text_buffer_close(&text);
        return NULL;
    }
    bool json = strcmp(c->format->format, "jsonl") == 0;
    int64_t rows = guess_rows(path, &text);
    g_auto(GStrv) columns = json ? json_lines_columns(&text, path, err)
                                 : delimited_columns(&text, c->format, path, err);
    text_buffer_close(&text);
    if (columns == NULL)
        return NULL;
    table_info *t = table_info_new(name);
    t->kind = TABLE_FILE;
    t->identity = g_strdup(path);
    t->row_estimate = rows;
    for (char **column = columns; *column != NULL; column++) {
        column_info *info = g_new0(column_info, 1);
        info->name = g_strdup(*column);
        info->type_text = g_strdup(json ? "any" : "text");
        info->type = (data_type){ .kind = json ? TYPE_ANY : TYPE_TEXT };
        g_ptr_array_add(t->columns, info);
    }
    t->can_select = access(path, R_OK) == 0;
    t->can_insert = t->can_delete = t->can_create = access(c->path, W_OK) == 0;
    return t;
}

/* ---- the target's short step ---------------------------------------------- */

static char *beside(const char *path, const char *suffix)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    return g_strdup_printf("%s/.%s.rf-%s", folder, name, suffix);
}

/* Lock the path for one writer. The lock file goes away with the lock, so
 * what was opened may have been removed meanwhile: then it is tried again. */
static bool lock_target(file_session *s, error **err)
{
    s->lock_path = beside(s->final_path, LOCK_SUFFIX);
    for (;;) {
        int fd = open(s->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return error_set(err, errno == ENOSPC ? ERROR_DISK : ERROR_IO,
                             _("could not write in the folder of \"%s\": %s"), s->final_path,
                             g_strerror(errno));
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
            close(fd);
            return error_set(err, ERROR_BUSY, _("file \"%s\" is being written by another run"),
                             s->final_path);
        }
        struct stat ours, there;
        if (fstat(fd, &ours) == 0 && stat(s->lock_path, &there) == 0 &&
            ours.st_ino == there.st_ino) {
            s->lock_fd = fd;
            return true;
        }
        close(fd);
    }
}

static bool file_begin_publish(session *base, const table_name *table, bool lock_table, error **err)
{
    (void)lock_table;
    file_session *s = as_file(base);
    s->final_path = file_path(base->connection, table->name, err);
    if (s->final_path == NULL || !lock_target(s, err))
        return false;
    char *temporary = beside(s->final_path, s->token != NULL ? s->token : "new");
    unlink(temporary);
    s->fd = file_create(temporary, err);
    if (s->fd < 0) {
        g_free(temporary);
        return false;
    }
    s->temporary_path = temporary;
    struct stat st;
    if (stat(s->final_path, &st) == 0 && fchmod(s->fd, st.st_mode & 0777) != 0)
        return error_set(err, ERROR_IO, _("could not give \"%s\" its old mode: %s"), s->final_path,
                         g_strerror(errno));
    return true;
}

/* The temporary file, emptied, stays until the run's end is recorded: as long
 * as it is there, the commit did not take place. The next run removes it. */
static commit_outcome not_committed(file_session *s, int reason, error **err)
{
    if (truncate(s->temporary_path, 0) != 0)
        g_debug("%s: %s", s->temporary_path, g_strerror(errno));
    g_clear_pointer(&s->temporary_path, g_free);
    error_set(err, reason == ENOSPC || reason == EDQUOT ? ERROR_DISK : ERROR_IO,
              _("could not put \"%s\" in its place: %s"), s->final_path, g_strerror(reason));
    return COMMIT_FAILED;
}

static commit_outcome file_commit(session *base, error **err)
{
    file_session *s = as_file(base);
    int fd = s->fd;
    s->fd = -1;
    int reason = fsync(fd) == 0 ? 0 : errno;
    if (close(fd) != 0 && reason == 0)
        reason = errno;
    session_commit_sent(base);
    if (reason == 0 && rename(s->temporary_path, s->final_path) != 0)
        reason = errno;
    if (reason != 0)
        return not_committed(s, reason, err);
    g_clear_pointer(&s->temporary_path, g_free);
    bool done = file_sync_directory(s->final_path, err);
    file_rollback(base);
    return done ? COMMIT_DONE : COMMIT_UNKNOWN;
}

/* ---- leftovers of dead runs ------------------------------------------------ */

static table_name *file_staging_name(session *base, const table_name *target, const char *token)
{
    (void)base;
    g_autofree char *path = beside(target->name, token);
    return table_name_new(NULL, g_str_has_prefix(path, "./") ? path + 2 : path);
}

/* The lock file of a target, unless somebody holds it. */
static void drop_lock(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fd < 0)
        return;
    if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
        unlink(path);
    close(fd);
}

static bool file_staging_drop(session *base, const table_name *staging, const char *token,
                              error **err)
{
    g_autofree char *path = file_path(base->connection, staging->name, err);
    if (path == NULL)
        return false;
    if (unlink(path) != 0 && errno != ENOENT)
        return error_set(err, ERROR_IO, _("could not remove \"%s\": %s"), path, g_strerror(errno));
    g_autofree char *stem = g_strndup(path, strlen(path) - strlen(token));
    g_autofree char *lock_path = g_strconcat(stem, LOCK_SUFFIX, NULL);
    drop_lock(lock_path);
    return true;
}

static GPtrArray *file_staging_list(session *base, const table_name *target, error **err)
{
    g_autoptr(table_name) pattern = file_staging_name(base, target, "????????????????");
    g_autoptr(GPtrArray) files = file_list_tables(base, pattern->name, err);
    if (files == NULL)
        return NULL;
    GPtrArray *tokens = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < files->len; i++) {
        const char *name = ((table_name *)files->pdata[i])->name;
        g_ptr_array_add(tokens, g_strdup(name + strlen(name) - 16));
    }
    return tokens;
}

const link_ops file_link = {
    .name = "file",
    .capabilities = 0,
    .open = file_session_open,
    .close = file_session_close,
    .cancel = file_cancel,
    .version = file_version,
    .list_tables = file_list_tables,
    .describe = file_describe,
    .begin_publish = file_begin_publish,
    .commit = file_commit,
    .rollback = file_rollback,
    .staging_name = file_staging_name,
    .staging_drop = file_staging_drop,
    .staging_list = file_staging_list,
    .read_open = file_read_open,
    .read_next = file_read_next,
    .read_close = file_read_close,
    .write_open = file_write_open,
    .write = file_write,
    .write_flush = file_write_flush,
    .write_close = file_write_close,
};
