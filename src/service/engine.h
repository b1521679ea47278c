/* engine.h - what an operation works with: folders, configuration, store,
 * clock, the connections opened so far.
 *
 * One per process, used by one thread. Nothing is opened before it is needed,
 * so that help and plain errors work without a store.
 */
#ifndef ROWFERRY_SERVICE_ENGINE_H
#define ROWFERRY_SERVICE_ENGINE_H

#include "base/civil.h"
#include "base/config.h"
#include "base/error.h"
#include "base/paths.h"
#include "ferry/task.h"
#include "link/connection.h"
#include "store/connections.h"
#include "store/store.h"
#include "store/tasks.h"

#include <jansson.h>
#include <signal.h>

typedef struct engine {
    paths *paths;
    config *config;
    const struct clock *clock;               /* NULL: the system's */
    zone *zone;                              /* the operator's, for times that are shown */
    store *store;                            /* NULL until engine_store() */
    GPtrArray *connections;                  /* of connection*, as long as the engine */
    GHashTable *users;                       /* uid → name, those asked for so far */
    bool quiet;                              /* no progress, no notes */
    /* Told what a long operation did so far (a step of connection.test), or NULL. */
    void (*report)(const json_t *what);
    const volatile sig_atomic_t *interrupts; /* signals that asked to stop so far, or NULL */
} engine;

/* Find and make the folders, read the configuration. */
engine *engine_new(error **err);
void engine_free(engine *e);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(engine, engine_free)

/* The store, opened on first use: borrowed. */
store *engine_store(engine *e, error **err);
/* Another handle on it, for another thread. */
store *engine_open_store(const engine *e, error **err);

/* The connection @name from the store: borrowed, lives as long as the engine. */
const connection *engine_connection(engine *e, const char *name, error **err);

/* The task @name (@version 0: the latest), parsed; *record (may be NULL) is
 * what the store says about it. Caller frees both. */
task *engine_task(engine *e, const char *name, int64_t version, task_record **record, error **err);
/* The same from a record that was read already. */
task *engine_task_of_record(const task_record *record, error **err);

/* The folder of a run's files, and one file in it; caller frees. */
char *engine_run_folder(const engine *e, int64_t run);
char *engine_run_file(const engine *e, int64_t run, const char *name);

/* "2026-03-02T00:00:05+01:00" of a time of the store (ms), or JSON null for 0.
 * New reference. */
json_t *engine_time(const engine *e, int64_t at_ms);

/* The name of the account @uid, its number when it has none: borrowed. */
const char *engine_user(const engine *e, uint32_t uid);

/* Whether this process was asked to stop; as a callback: @e is an engine. */
bool engine_is_interrupted(void *e);

/* A note for people on stderr, made safe to show; silent when quiet. */
void engine_note(const engine *e, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
