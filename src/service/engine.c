#include "service/engine.h"

#include "base/document.h"
#include "base/intl.h"
#include "base/secret.h"
#include "base/text.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

engine *engine_new(error **err)
{
    g_autoptr(engine) e = g_new0(engine, 1);
    e->connections = g_ptr_array_new_with_free_func((GDestroyNotify)connection_free);
    e->users = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    e->paths = paths_new(err);
    if (e->paths == NULL || !paths_prepare(e->paths, err))
        return NULL;
    g_autofree char *file = g_build_filename(e->paths->config, "rowferry.conf", NULL);
    e->config = config_load(file, err);
    if (e->config == NULL)
        return NULL;
    e->zone = zone_open(e->config->time_zone, err);
    return e->zone != NULL ? g_steal_pointer(&e) : NULL;
}

void engine_free(engine *e)
{
    if (e == NULL)
        return;
    g_ptr_array_unref(e->connections);
    g_hash_table_unref(e->users);
    store_close(e->store);
    zone_free(e->zone);
    config_free(e->config);
    paths_free(e->paths);
    g_free(e);
}

store *engine_open_store(const engine *e, error **err)
{
    const store_options options = { .allow_network = e->config->allow_network };
    g_autofree char *path = g_build_filename(e->paths->data, "store.db", NULL);
    return store_open(path, &options, err);
}

store *engine_store(engine *e, error **err)
{
    if (e->store == NULL)
        e->store = engine_open_store(e, err);
    return e->store;
}

const connection *engine_connection(engine *e, const char *name, error **err)
{
    for (guint i = 0; i < e->connections->len; i++) {
        const connection *c = e->connections->pdata[i];
        if (strcmp(c->name, name) == 0)
            return c;
    }
    store *s = engine_store(e, err);
    g_autoptr(connection_record) record = s != NULL ? store_connection_get(s, name, err) : NULL;
    if (record == NULL)
        return NULL;
    json_t *document = document_read(name, record->document, strlen(record->document), err);
    connection *c = document != NULL ? connection_parse(document, err) : NULL;
    json_decref(document);
    if (c != NULL)
        g_ptr_array_add(e->connections, c);
    return c;
}

task *engine_task_of_record(const task_record *record, error **err)
{
    json_t *document = document_read(record->name, record->document, strlen(record->document), err);
    task *t = document != NULL ? task_parse(document, err) : NULL;
    json_decref(document);
    return t;
}

task *engine_task(engine *e, const char *name, int64_t version, task_record **record, error **err)
{
    store *s = engine_store(e, err);
    g_autoptr(task_record) found = s != NULL ? store_task_get(s, name, version, err) : NULL;
    task *t = found != NULL ? engine_task_of_record(found, err) : NULL;
    if (t != NULL && record != NULL)
        *record = g_steal_pointer(&found);
    return t;
}

char *engine_run_folder(const engine *e, int64_t run)
{
    g_autofree char *number = g_strdup_printf("%" PRId64, run);
    return g_build_filename(e->paths->data, "runs", number, NULL);
}

char *engine_run_file(const engine *e, int64_t run, const char *name)
{
    g_autofree char *folder = engine_run_folder(e, run);
    return g_build_filename(folder, name, NULL);
}

json_t *engine_time(const engine *e, int64_t at_ms)
{
    if (at_ms == 0)
        return json_null();
    g_autofree char *text = instant_format(e->zone, at_ms / 1000 * G_USEC_PER_SEC);
    return json_string(text);
}

const char *engine_user(const engine *e, uint32_t uid)
{
    const char *known = g_hash_table_lookup(e->users, GUINT_TO_POINTER(uid));
    if (known != NULL)
        return known;
    char buffer[4096];
    struct passwd entry, *found = NULL;
    char *name = getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found != NULL
                     ? g_utf8_make_valid(found->pw_name, -1)
                     : g_strdup_printf("%" PRIu32, uid);
    g_hash_table_insert(e->users, GUINT_TO_POINTER(uid), name);
    return name;
}

bool engine_is_interrupted(void *e)
{
    const engine *own = e;
    return own->interrupts != NULL && *own->interrupts > 0;
}

void engine_note(const engine *e, const char *format, ...)
{
    if (e->quiet)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *redacted = text_redact(text);
    g_autofree char *safe = text_safe(redacted, -1);
    fprintf(stderr, "rowferry: %s\n", safe);
}
