#include "store/database.h"

#include "base/intl.h"
#include "base/paths.h"
#include "store/schema.h"

#include <string.h>

/* "RwFy" */
enum { APPLICATION_ID = 0x52774679 };

static const store_step *steps_of(const store *s, size_t *n)
{
    if (s->options.steps != NULL) {
        *n = s->options.n_steps;
        return s->options.steps;
    }
    *n = schema_n_steps;
    return schema_steps;
}

/* What file is this? *version 0: an empty one. */
static bool recognise(store *s, int *version, error **err)
{
    /* One statement, so that a store in the making is seen before or after. */
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s,
                       "SELECT application_id, user_version,"
                       " (SELECT count(*) FROM sqlite_schema)"
                       " FROM pragma_application_id, pragma_user_version",
                       err) ||
        query_step(&q, err) != 1)
        return false;
    int64_t application = query_take_int(&q);
    int64_t user_version = query_take_int(&q);
    int64_t objects = query_take_int(&q);
    bool empty = application == 0 && user_version == 0 && objects == 0;
    if (!empty && (application != APPLICATION_ID || user_version < 1)) {
        error_set(err, ERROR_STORE, _("\"%s\" is an SQLite database, but not a Rowferry store"),
                  s->path);
        return error_hint(err, _("Choose another data directory."));
    }
    *version = (int)user_version;
    return true;
}

static bool foreign_keys_hold(store *s, error **err)
{
    g_auto(query) q = { 0 };
    if (!query_prepare(&q, s, "PRAGMA foreign_key_check", err))
        return false;
    int step = query_step(&q, err);
    if (step != 1)
        return step == 0;
    g_autofree char *table = query_take_text(&q);
    return error_set(err, ERROR_STORE,
                     _("cannot bring the store \"%s\" up to date: a row of its table \"%s\" points "
                       "nowhere"),
                     s->path, table);
}

/* Inside BEGIN EXCLUSIVE. */
static bool take_step(store *s, const store_step *step, bool had_marker, error **err)
{
    if (!recognise(s, &s->version, err))
        return false;
    if (s->version >= step->version)
        return true; /* somebody else was faster */
    if (s->version == 0 && had_marker) {
        error_set(err, ERROR_STORE, _("the store \"%s\" is empty, though there was one"), s->path);
        return error_hint(err,
                          _("Put the newest file of the folder \"backups\" in its place; a new "
                            "store would run again what has run already."));
    }
    if (!store_exec(s, step->sql, err))
        return false;
    if (s->version == 0) {
        g_autofree char *uuid = g_uuid_string_random();
        g_autofree char *id = g_strdup_printf("PRAGMA application_id = %d", APPLICATION_ID);
        if (!store_meta_set(s, "uuid", uuid, err) || !store_exec(s, id, err))
            return false;
    }
    g_autofree char *set = g_strdup_printf("PRAGMA user_version = %d", step->version);
    return foreign_keys_hold(s, err) && store_exec(s, set, err);
}

static bool take_steps(store *s, const store_step *steps, size_t n, bool had_marker, error **err)
{
    for (size_t i = 0; i < n; i++) {
        if (steps[i].version <= s->version)
            continue;
        if (!store_exec(s, "BEGIN EXCLUSIVE", err))
            return false;
        s->depth = 1;
        g_autoptr(error) local = NULL;
        bool ok = take_step(s, &steps[i], had_marker, &local);
        if (!store_end(s, ok, &local))
            return error_prefix(err, &local, _("cannot bring the store to schema version %d"),
                                steps[i].version);
        s->version = MAX(s->version, steps[i].version);
    }
    return true;
}

bool store_migrate(store *s, const char *marker, bool had_marker, error **err)
{
    size_t n;
    const store_step *steps = steps_of(s, &n);
    int newest = steps[n - 1].version;
    if (!recognise(s, &s->version, err))
        return false;
    if (s->version > newest) {
        error_set(err, ERROR_STORE,
                  _("the store \"%s\" has schema version %d, this program knows versions up to %d"),
                  s->path, s->version, newest);
        return error_hint(err, _("A newer Rowferry wrote it: use that one."));
    }
    if (s->version < newest) {
        if (s->version > 0 && !store_backup_before_migration(s, err))
            return false;
        /* Counts only before the first page is written. */
        if (s->version == 0 && !store_exec(s, "PRAGMA auto_vacuum = INCREMENTAL", err))
            return false;
        /* Steps may rebuild tables; the keys are checked before each commit. */
        if (!store_exec(s, "PRAGMA foreign_keys = OFF", err) ||
            !take_steps(s, steps, n, had_marker, err) ||
            !store_exec(s, "PRAGMA foreign_keys = ON", err))
            return false;
    }
    if (!store_meta_get(s, "uuid", &s->uuid, err))
        return false;
    if (had_marker)
        return true;
    g_autofree char *text = g_strdup_printf("%s\n", s->uuid);
    return file_replace(marker, text, strlen(text), err);
}
