/* doctor.c - whether everything is in order on this machine. */
#include "base/document.h"
#include "base/intl.h"
#include "base/text.h"
#include "link/link.h"
#include "service/operation.h"
#include "service/recovery.h"
#include "sql/dialect.h"
#include "store/runs.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>

typedef enum { FINDING_OK, FINDING_WARNING, FINDING_FAILED } finding;

static const char *const finding_names[] = {
    [FINDING_OK] = "ok", [FINDING_WARNING] = "warning", [FINDING_FAILED] = "failed"
};

typedef struct {
    engine *engine;
    json_t *checks;
    bool failed;
} examination;

static void add(examination *x, const char *check, finding f, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static void add(examination *x, const char *check, finding f, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    json_array_append_new(x->checks, json_pack("{s:s, s:s, s:s}", "check", check, "state",
                                               finding_names[f], "detail", valid));
    x->failed |= f == FINDING_FAILED;
}

static void add_error(examination *x, const char *check, finding f, const error *e)
{
    add(x, check, f, e->hint != NULL ? "%s; %s" : "%s", e->message, e->hint);
}

static void check_folders(examination *x)
{
    const paths *p = x->engine->paths;
    const char *const folders[] = { p->data, p->config, p->runtime };
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autoptr(error) why = NULL;
        if (directory_check(folders[i], &why))
            add(x, "folder", FINDING_OK, "%s", folders[i]);
        else
            add_error(x, "folder", FINDING_FAILED, why);
    }
    const char *network = path_network_file_system(p->data);
    if (network != NULL)
        add(x, "folder", FINDING_FAILED, _("%s lies on a network file system (%s)"), p->data,
            network);
}

static void check_store(examination *x)
{
    g_autoptr(error) why = NULL;
    store *s = engine_store(x->engine, &why);
    if (s == NULL || !store_check(s, false, &why)) {
        add_error(x, "store", FINDING_FAILED, why);
        return;
    }
    GStatBuf status;
    if (g_stat(store_path(s), &status) == 0 && (status.st_mode & 077) != 0)
        add(x, "store", FINDING_FAILED, _("%s is open to others (mode %03o)"), store_path(s),
            status.st_mode & 0777);
    g_autofree char *wal = g_strconcat(store_path(s), "-wal", NULL);
    add(x, "store", FINDING_OK, _("%s, schema %d, SQLite %s, %s journal"), store_path(s),
        store_schema_version(s), sqlite3_libversion(),
        g_file_test(wal, G_FILE_TEST_EXISTS) ? "WAL" : "rollback");
}

static void check_dialects(examination *x)
{
    g_auto(GStrv) names = dialect_list();
    if (names[0] == NULL) {
        g_auto(GStrv) folders = dialect_path();
        g_autofree char *searched = g_strjoinv(", ", folders);
        add(x, "dialects", FINDING_FAILED, _("none found in %s"), searched);
        return;
    }
    for (char **name = names; *name != NULL; name++) {
        g_autoptr(error) why = NULL;
        g_autoptr(dialect) d = dialect_load(*name, &why);
        if (d == NULL) {
            add_error(x, "dialect", FINDING_FAILED, why);
            continue;
        }
        const connection probe = { .name = *name, .type = *name, .dialect = d };
        bool linked = link_find(&probe, NULL) != NULL;
        add(x, "dialect", FINDING_OK,
            linked ? _("%s, link %s") : _("%s, link %s not in this build"), *name, dialect_link(d));
    }
}

static void check_zones(examination *x)
{
    g_autoptr(error) why = NULL;
    g_autoptr(zone) z = zone_open("Europe/Berlin", &why);
    if (z == NULL)
        add_error(x, "zones", FINDING_FAILED, why);
    else
        add(x, "zones", FINDING_OK, _("zone database found; this machine is in %s"),
            zone_name(x->engine->zone));
}

static void check_staging_of(examination *x, const task *t)
{
    g_autoptr(error) why = NULL;
    g_autofree char *table = table_name_to_string(t->target.table);
    if (strpbrk(table, "${[") != NULL)
        return; /* its name depends on the run */
    g_autoptr(GPtrArray) unknown =
        recovery_unknown_staging(x->engine, t->target.connection, t->target.table, &why);
    if (unknown == NULL) {
        add_error(x, "leftovers", FINDING_WARNING, why);
        return;
    }
    for (guint i = 0; i < unknown->len; i++)
        add(x, "leftovers", FINDING_WARNING,
            _("staging of run %s beside \"%s\" in connection \"%s\" is not of this store"),
            (char *)unknown->pdata[i], table, t->target.connection);
}

/* Staging that another store made is reported, never dropped (rulings.md 2). */
static void check_tasks(examination *x)
{
    g_autoptr(error) why = NULL;
    store *s = engine_store(x->engine, &why);
    g_autoptr(GPtrArray) list = s != NULL ? store_task_list(s, &why) : NULL;
    if (list == NULL)
        return; /* said by check_store() */
    for (guint i = 0; i < list->len; i++) {
        const task_record *r = list->pdata[i];
        g_autoptr(error) unread = NULL;
        g_autoptr(task) t = engine_task(x->engine, r->name, 0, NULL, &unread);
        if (t == NULL)
            add_error(x, "task", FINDING_FAILED, unread);
        else
            check_staging_of(x, t);
    }
}

static void check_runs(examination *x)
{
    const run_filter open = { .states = 1u << RUN_UNRESOLVED | 1u << RUN_HELD | 1u << RUN_QUEUED };
    g_autoptr(error) why = NULL;
    store *s = engine_store(x->engine, &why);
    g_autoptr(GPtrArray) runs = s != NULL ? store_run_list(s, &open, &why) : NULL;
    for (guint i = 0; runs != NULL && i < runs->len; i++) {
        const run_record *r = runs->pdata[i];
        if (r->pid == 0)
            add(x, "run", FINDING_WARNING,
                _("run %" PRId64 " of task \"%s\" is %s and no process holds it"), r->id,
                r->task_name, run_state_name(r->state));
    }
}

static bool on_doctor(engine *e, const json_t *in, json_t **out, error **err)
{
    (void)in;
    examination x = { .engine = e, .checks = json_array() };
    check_folders(&x);
    check_store(&x);
    check_dialects(&x);
    check_zones(&x);
    check_tasks(&x);
    check_runs(&x);
    *out = json_pack("{s:b, s:o}", "ok", !x.failed, "checks", x.checks);
    if (!x.failed)
        return true;
    error *why = NULL;
    error_set(&why, ERROR_STORE, _("not everything is in order"));
    json_object_set_new(
        *out, "error",
        json_pack("{s:s, s:s}", "code", error_code_name(why->code), "message", why->message));
    return error_propagate(err, &why);
}

static const input_field no_fields[] = { { NULL, INPUT_TEXT, 0, NULL, NULL, NULL } };
static const output_column columns[] = {
    { "check", N_("CHECK"), CELL_TEXT },
    { "state", N_("STATE"), CELL_STATE },
    { "detail", N_("DETAIL"), CELL_TEXT },
    { NULL, NULL, CELL_TEXT },
};

const operation doctor_operations[] = {
    { .name = "doctor",
      .summary = N_("Check store, folders, dialects, links, time zones and leftovers"),
      .needs = RIGHT_VIEW,
      .fields = no_fields,
      .list = "checks",
      .columns = columns,
      .handler = on_doctor },
    { .name = NULL },
};
