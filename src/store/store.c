#include "store/database.h"

#include "base/civil.h"
#include "base/intl.h"
#include "base/paths.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUSY_SECONDS = 30, BUSY_HANDLER_SECONDS = 10 };

static int64_t system_wall_ms(void)
{
    return clock_now(NULL) / 1000;
}

static int64_t system_boot_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint32_t read_login_uid(void)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents("/proc/self/loginuid", &text, NULL, NULL))
        return UINT32_MAX;
    return (uint32_t)g_ascii_strtoull(text, NULL, 10);
}

static bool refuse_network(const store *s, const char *folder, error **err)
{
    const char *kind = s->options.network_file_system(folder);
    if (kind == NULL || s->options.allow_network)
        return true;
    error_set(err, ERROR_STORE,
              _("cannot keep the store in \"%s\": it is on a network file system (%s), where "
                "locks are not reliable"),
              folder, kind);
    return error_hint(err, _("Set ROWFERRY_HOME to a local folder, for example "
                             "/var/lib/rowferry, /var/tmp/rowferry-USER or a folder of a local "
                             "disk."));
}

static bool check_file(const char *path, error **err)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return error_set(err, ERROR_STORE, _("could not look at the store \"%s\": %s"), path,
                         g_strerror(errno));
    if (!S_ISREG(info.st_mode))
        return error_set(err, ERROR_STORE, _("the store \"%s\" is not a regular file"), path);
    if (info.st_uid != geteuid())
        return error_set(err, ERROR_STORE, _("the store \"%s\" belongs to somebody else (user %u)"),
                         path, (unsigned)info.st_uid);
    if ((info.st_mode & 077) != 0 && chmod(path, 0600) != 0)
        return error_set(err, ERROR_STORE, _("could not close the store \"%s\" to other users: %s"),
                         path, g_strerror(errno));
    return true;
}

/* Whether a store may be made here, and how to open the file. */
static bool open_file(store *s, bool had_marker, error **err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    struct stat info;
    if (lstat(s->path, &info) != 0) {
        if (errno != ENOENT)
            return error_set(err, ERROR_STORE, _("could not look at the store \"%s\": %s"), s->path,
                             g_strerror(errno));
        if (had_marker) {
            error_set(err, ERROR_STORE, _("the store \"%s\" is missing, though there was one"),
                      s->path);
            return error_hint(err, _("Put the newest file of the folder \"backups\" in its place; "
                                     "a new store would run again what has run already."));
        }
        if (s->options.must_exist)
            return error_set(err, ERROR_STORE, _("there is no store \"%s\""), s->path);
        flags |= SQLITE_OPEN_CREATE;
    } else if (!check_file(s->path, err)) {
        return false;
    }
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK) {
        error_set(err, ERROR_STORE, _("could not open the store \"%s\""), s->path);
        return error_detail(err, "SQLite: %s",
                            s->db != NULL ? sqlite3_errmsg(s->db) : "out of memory");
    }
    return check_file(s->path, err);
}

static bool configure(store *s, error **err)
{
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, MIN(s->options.busy_seconds, BUSY_HANDLER_SECONDS) * 1000);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    return store_exec(s,
                      "PRAGMA foreign_keys = ON;"
                      "PRAGMA cell_size_check = ON;"
                      "PRAGMA mmap_size = 0;"
                      "PRAGMA temp_store = MEMORY;"
                      "PRAGMA recursive_triggers = OFF",
                      err);
}

/* Locks of a network file system hold within one host at best. */
static bool pin_host(store *s, error **err)
{
    g_autofree char *machine = NULL;
    g_autofree char *known = NULL;
    if (!g_file_get_contents("/etc/machine-id", &machine, NULL, NULL))
        machine = g_strdup(g_get_host_name());
    g_autofree char *host = g_compute_checksum_for_string(G_CHECKSUM_SHA256, machine, -1);
    if (!store_meta_get(s, "host", &known, err))
        return false;
    if (known == NULL)
        return store_begin(s, err) && store_end(s, store_meta_set(s, "host", host, err), err);
    return strcmp(known, host) == 0 ||
           error_set(err, ERROR_STORE,
                     _("the store \"%s\" is on a network file system and belongs to another host"),
                     s->path);
}

static bool prepare(store *s, error **err)
{
    g_autofree char *folder = g_path_get_dirname(s->path);
    if (!refuse_network(s, folder, err) || !directory_ensure(folder, err))
        return false;
    /* The marker is written after the store, so look at it before the store. */
    g_autofree char *marker = g_strconcat(s->path, ".made", NULL);
    bool had_marker = g_file_test(marker, G_FILE_TEST_EXISTS);
    bool network = s->options.allow_network && s->options.network_file_system(folder) != NULL;
    return open_file(s, had_marker, err) && configure(s, err) &&
           store_choose_journal(s, true, err) && store_migrate(s, marker, had_marker, err) &&
           store_choose_journal(s, false, err) && (!network || pin_host(s, err));
}

store *store_open(const char *path, const store_options *options, error **err)
{
    umask(077);
    g_assert(sqlite3_threadsafe());
    g_autoptr(store) s = g_new0(store, 1);
    s->path = g_strdup(path);
    if (options != NULL)
        s->options = *options;
    if (s->options.busy_seconds == 0)
        s->options.busy_seconds = BUSY_SECONDS;
    if (s->options.network_file_system == NULL)
        s->options.network_file_system = path_network_file_system;
    if (s->options.wall_ms == NULL)
        s->options.wall_ms = system_wall_ms;
    if (s->options.boot_ms == NULL)
        s->options.boot_ms = system_boot_ms;
    s->actor = (store_actor){ .uid = (uint32_t)getuid(), .login_uid = read_login_uid() };
    process_identity_init(&s->self);

    g_autoptr(error) local = NULL;
    if (prepare(s, &local))
        return g_steal_pointer(&s);
    /* Whatever stands in the way, for the caller the store is unavailable. */
    local->code = ERROR_STORE;
    error_propagate(err, &local);
    return NULL;
}

void store_close(store *s)
{
    if (s == NULL)
        return;
    if (s->depth > 0)
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(s->db);
    process_identity_clear(&s->self);
    g_free(s->path);
    g_free(s->uuid);
    g_free(s);
}

const char *store_path(const store *s)
{
    return s->path;
}

const char *store_uuid(const store *s)
{
    return s->uuid;
}

int store_schema_version(const store *s)
{
    return s->version;
}

void store_set_actor(store *s, const store_actor *actor)
{
    s->actor = *actor;
}

const store_actor *store_get_actor(const store *s)
{
    return &s->actor;
}

bool store_changed(store *s, int64_t *seen)
{
    int64_t now;
    if (!store_read_int(s, "PRAGMA data_version", &now, NULL) || now == *seen)
        return false;
    *seen = now;
    return true;
}

int64_t store_now(const store *s)
{
    return s->options.wall_ms();
}
