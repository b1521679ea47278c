/* store.h - the store: one SQLite file with everything Rowferry remembers.
 *
 * A handle belongs to one thread and does not survive fork(); open one per
 * thread and per process. Every write is a BEGIN IMMEDIATE transaction of its
 * own and leaves its audit row there. Times are milliseconds since 1970 UTC
 * ("_at") unless the name says boot time. The entities are in connections.h,
 * tasks.h, parameters.h, runs.h, leases.h, drafts.h and audit.h.
 */
#ifndef ROWFERRY_STORE_STORE_H
#define ROWFERRY_STORE_STORE_H

#include "base/error.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

typedef struct store store;

/* One step of the schema: @sql takes the store from version - 1 to version. */
typedef struct {
    int version;
    const char *sql;
} store_step;

/* All fields may be 0: that is the default, as is a NULL pointer to options. */
typedef struct {
    bool must_exist;    /* do not make a store when there is none */
    bool allow_network; /* the operator insists on a network file system */
    int busy_seconds;   /* how long to wait for other writers; 0: 30 */
    /* Seams for tests. */
    const store_step *steps; /* the schema's steps, oldest first; NULL: the built-in ones */
    size_t n_steps;
    /* The name of the network file system that holds @folder ("NFS"), or NULL
     * when it is local: borrowed. NULL: base/paths.h is asked. */
    const char *(*network_file_system)(const char *folder);
    int64_t (*wall_ms)(void); /* NULL: the system's clock */
    int64_t (*boot_ms)(void); /* NULL: CLOCK_BOOTTIME */
} store_options;

/* Open (or make) the store in the file @path; its folder is made with mode
 * 0700, files get 0600, the umask of the process becomes 077. An older schema
 * is brought up to date after a backup into the folder "backups" beside it.
 * Errors are ERROR_STORE: network file system, newer schema, not a store,
 * damaged, missing though its marker file says that there was one, busy. */
store *store_open(const char *path, const store_options *options, error **err);
void store_close(store *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(store, store_close)

/* The file's path, the store's own uuid: borrowed. */
const char *store_path(const store *s);
const char *store_uuid(const store *s);
int store_schema_version(const store *s);

/* Who acts through this handle, for the audit. At first: the process's user. */
typedef struct {
    uint32_t uid;
    uint32_t login_uid; /* UINT32_MAX: unknown */
} store_actor;
void store_set_actor(store *s, const store_actor *actor);
const store_actor *store_get_actor(const store *s);

/* Put several calls into one transaction: they join it. Calls nest. After a
 * call inside has failed, commit refuses; roll back then. Errors: ERROR_STORE
 * when other writers did not let us in within busy_seconds. */
bool store_begin(store *s, error **err);
bool store_commit(store *s, error **err);
void store_rollback(store *s);

/* True when another handle or process has written since *seen, which is
 * updated (start with 0). Cheap: made for polling. */
bool store_changed(store *s, int64_t *seen);

/* Copy the live store to the new file @path (mode 0600) and prove the copy by
 * a quick check. */
bool store_backup(store *s, const char *path, error **err);

/* SQLite's quick check (@full: the integrity check, and foreign keys).
 * ERROR_STORE with the findings as detail. */
bool store_check(store *s, bool full, error **err);

/* Wall clock of this handle. */
int64_t store_now(const store *s);

#endif
