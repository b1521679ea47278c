#include "store/database.h"

#include "base/intl.h"

#include <string.h>

/* A race between a checkpoint and the restart of the log can damage a WAL file
 * that several processes share; these versions have it closed (spec/store.md
 * section 1). */
bool sqlite_wal_is_safe(int version)
{
    if (version / 1000 == 3052)
        return false; /* 3.52.0 was withdrawn */
    return version >= 3051003 || (version >= 3050007 && version <= 3050999) ||
           (version >= 3044006 && version <= 3044999);
}

/* @mode: "wal", "truncate". *now is what the file has afterwards. */
static bool set_mode(store *s, const char *mode, bool *done, error **err)
{
    g_autofree char *sql = g_strdup_printf("PRAGMA journal_mode = %s", mode);
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, sql, err) || query_step(&q, err) != 1)
        return false;
    g_autofree char *now = query_take_text(&q);
    *done = g_strcmp0(now, mode) == 0;
    return true;
}

static bool has_mode(store *s, const char *mode, bool *yes, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "PRAGMA journal_mode", err) || query_step(&q, err) != 1)
        return false;
    g_autofree char *now = query_take_text(&q);
    *yes = g_strcmp0(now, mode) == 0;
    return true;
}

static bool use_rollback_journal(store *s, error **err)
{
    bool done = false;
    if (!set_mode(s, "truncate", &done, err))
        return false;
    if (!done) {
        error_set(err, ERROR_STORE,
                  _("cannot use the store \"%s\": another process keeps it in WAL mode, which is "
                    "not safe with SQLite %s"),
                  s->path, sqlite3_libversion());
        return error_hint(err, _("Stop the other Rowferry processes, or use one version of SQLite "
                                 "for all of them."));
    }
    return store_exec(s, "PRAGMA synchronous = EXTRA", err);
}

bool store_choose_journal(store *s, bool first, error **err)
{
    bool safe = sqlite_wal_is_safe(sqlite3_libversion_number()) && !s->options.allow_network;
    if (first) {
        bool wal = false;
        if (!has_mode(s, "wal", &wal, err))
            return false;
        return wal && safe ? store_exec(s, "PRAGMA synchronous = FULL", err)
                           : use_rollback_journal(s, err);
    }

    /* One unsafe library among the clients rules WAL out for all. */
    g_autofree char *unsafe = NULL;
    if (!store_meta_get(s, "unsafe_sqlite", &unsafe, err))
        return false;
    if (!safe) {
        return unsafe != NULL ||
               (store_begin(s, err) &&
                store_end(s, store_meta_set(s, "unsafe_sqlite", sqlite3_sourceid(), err), err));
    }
    if (unsafe != NULL)
        return true;
    bool done = false;
    return set_mode(s, "wal", &done, err) &&
           (!done || store_exec(s, "PRAGMA synchronous = FULL", err));
}
