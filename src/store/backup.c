#include "store/database.h"

#include "base/intl.h"
#include "base/paths.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGES_PER_STEP = 200, PAUSE_US = 50 * 1000, GENERATIONS = 3 };

/* The first row of a check is "ok", or every row is a finding. */
static bool check_database(sqlite3 *db, const char *path, const char *pragma, error **err)
{
    sqlite3_stmt *statement = NULL;
    g_autoptr(GString) findings = g_string_new(NULL);
    int code = sqlite3_prepare_v2(db, pragma, -1, &statement, NULL);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW)
            break;
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        if (text != NULL && strcmp(text, "ok") != 0)
            g_string_append_printf(findings, "%s%s", findings->len > 0 ? "\n" : "", text);
    }
    if (code != SQLITE_DONE)
        g_string_append_printf(findings, "%s%s", findings->len > 0 ? "\n" : "", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    if (findings->len == 0)
        return true;
    error_set(err, ERROR_STORE, _("the store \"%s\" is damaged"), path);
    error_detail(err, "%s", findings->str);
    return error_hint(err, _("Stop all runs, move the file aside and put the newest file of the "
                             "folder \"backups\" in its place."));
}

bool store_check(store *s, bool full, error **err)
{
    if (!check_database(s->db, s->path, full ? "PRAGMA integrity_check" : "PRAGMA quick_check",
                        err))
        return false;
    return !full || check_database(s->db, s->path, "PRAGMA foreign_key_check", err);
}

/* Copy all pages; other writers may come in between the steps. */
static bool copy_pages(store *s, sqlite3 *to, const char *path, error **err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", s->db, "main");
    if (backup == NULL)
        return error_set(err, ERROR_STORE, _("could not start a backup to \"%s\": %s"), path,
                         sqlite3_errmsg(to));
    int64_t deadline = g_get_monotonic_time() + (int64_t)s->options.busy_seconds * G_USEC_PER_SEC;
    int code;
    for (;;) {
        code = sqlite3_backup_step(backup, PAGES_PER_STEP);
        if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
            break;
        if (code == SQLITE_OK)
            deadline = g_get_monotonic_time() + (int64_t)s->options.busy_seconds * G_USEC_PER_SEC;
        else if (g_get_monotonic_time() > deadline)
            break;
        g_usleep(PAUSE_US);
    }
    sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ||
           error_set(err, ERROR_STORE, _("could not back the store up to \"%s\": %s"), path,
                     sqlite3_errstr(code));
}

bool store_backup(store *s, const char *path, error **err)
{
    /* The file is made by us first: new, and closed to others. */
    int fd = file_create(path, err);
    if (fd < 0)
        return false;
    close(fd);
    sqlite3 *to = NULL;
    bool ok = true;
    if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        ok = error_set(err, ERROR_STORE, _("could not open the backup \"%s\": %s"), path,
                       sqlite3_errmsg(to));
    ok = ok && copy_pages(s, to, path, err) && check_database(to, path, "PRAGMA quick_check", err);
    sqlite3_close(to);
    if (!ok)
        unlink(path);
    return ok && file_sync_directory(path, err);
}

static int by_name_descending(const void *a, const void *b)
{
    return -strcmp(*(char *const *)a, *(char *const *)b);
}

/* Keep the newest copies; the names begin with the time. */
static void remove_old_generations(const char *folder)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    if (dir == NULL)
        return;
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL)
        if (g_str_has_prefix(name, "store-") && g_str_has_suffix(name, ".db"))
            g_ptr_array_add(names, g_strdup(name));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name_descending);
    for (guint i = GENERATIONS; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        unlink(path);
    }
}

bool store_backup_before_migration(store *s, error **err)
{
    g_autofree char *parent = g_path_get_dirname(s->path);
    g_autofree char *folder = g_build_filename(parent, "backups", NULL);
    if (!directory_ensure(folder, err))
        return false;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y%m%dT%H%M%S.%fZ");
    g_autofree char *name =
        g_strdup_printf("store-%s-v%03d-%d.db", time, s->version, (int)getpid());
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (!store_backup(s, path, err))
        return false;
    remove_old_generations(folder);
    return true;
}
