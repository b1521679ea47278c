/* operations_connection.c - connection save|list|show|test|delete; the rest of the
 * table is in connection_look.c */
#include "base/document.h"
#include "base/intl.h"
#include "base/secret.h"
#include "base/text.h"
#include "link/link.h"
#include "service/connection_look.h"
#include "service/run_view.h"

#include <netdb.h>
#include <string.h>

/* --- documents --- */

/* Words for a secret instead of the reference itself when it is sealed. */
static json_t *shown_document(const json_t *document)
{
    json_t *shown = json_deep_copy(document);
    const json_t *password = json_object_get(document, "password");
    if (json_is_string(password) && g_str_has_prefix(json_string_value(password), "sealed:"))
        json_object_set_new(shown, "password", json_string("sealed"));
    return shown;
}

/* A relative path means the folder of whoever saves, not of whoever runs. */
static void make_path_absolute(json_t *document)
{
    const char *path = document_get_text(document, "path");
    if (path == NULL || *path == '\0' || *path == '~' || g_path_is_absolute(path) ||
        strstr(path, "://") != NULL)
        return;
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    json_object_set_new(document, "path", json_string(absolute));
}

/* What `connection show` prints can be edited and saved: "sealed" stands for
 * the secret that is there already. */
static bool keep_sealed_password(engine *e, json_t *document, error **err)
{
    const char *name = document_get_text(document, "name");
    if (name == NULL || g_strcmp0(document_get_text(document, "password"), "sealed") != 0)
        return true;
    store *s = engine_store(e, err);
    g_autoptr(connection_record) r = s != NULL ? store_connection_get(s, name, err) : NULL;
    json_t *before = r != NULL ? document_read(name, r->document, strlen(r->document), err) : NULL;
    if (before == NULL)
        return false;
    json_t *password = json_object_get(before, "password");
    if (password != NULL)
        json_object_set(document, "password", password);
    json_decref(before);
    return true;
}

static json_t *complete_document(engine *e, const json_t *given, error **err)
{
    json_t *document = json_deep_copy(given);
    json_t *sealed = keep_sealed_password(e, document, err) ? connection_seal(document, err) : NULL;
    json_decref(document);
    return sealed;
}

static bool on_save(engine *e, const json_t *in, json_t **out, error **err)
{
    json_t *document = complete_document(e, json_object_get(in, "document"), err);
    if (document == NULL)
        return false;
    make_path_absolute(document);
    g_autoptr(connection) c = connection_parse(document, err);
    store *s = c != NULL ? engine_store(e, err) : NULL;
    bool done = false;
    if (s != NULL) {
        char *text = connection_export(document);
        done = store_connection_save(s, c->name, text, err);
        free(text);
    }
    if (done)
        *out = shown_document(c->document);
    json_decref(document);
    return done;
}

static char *tell_saved(const json_t *out)
{
    return g_strdup_printf(_("connection \"%s\" saved"), document_get_text(out, "name"));
}

static json_t *read_record(const connection_record *r, error **err)
{
    return document_read(r->name, r->document, strlen(r->document), err);
}

static char *address_of(const json_t *document)
{
    const char *path = document_get_text(document, "path");
    if (path != NULL)
        return g_strdup(path);
    const char *host = document_get_text(document, "host");
    const char *database = document_get_text(document, "database");
    int64_t port = document_get_integer(document, "port", 0);
    g_autofree char *number = port != 0 ? g_strdup_printf(":%d", (int)port) : g_strdup("");
    return g_strdup_printf("%s%s%s%s", host != NULL ? host : "localhost", number,
                           database != NULL ? "/" : "", database != NULL ? database : "");
}

/* The names of the tasks that use the connection, from *at of @uses on; both
 * lists are in the order of names. */
static json_t *take_tasks(const GPtrArray *uses, guint *at, const char *name)
{
    json_t *tasks = json_array();
    for (; *at < uses->len; (*at)++) {
        const connection_use *u = uses->pdata[*at];
        int order = strcmp(u->connection, name);
        if (order > 0)
            break;
        if (order == 0)
            json_array_append_new(tasks, json_string(u->task));
    }
    return tasks;
}

static json_t *connection_row(const engine *e, const connection_record *r, json_t *tasks,
                              error **err)
{
    json_t *document = read_record(r, err);
    if (document == NULL) {
        json_decref(tasks);
        return NULL;
    }
    g_autofree char *address = address_of(document);
    json_t *row = json_pack("{s:s, s:s, s:s, s:b, s:o, s:i, s:o}", "name", r->name, "type",
                            document_get_text(document, "type"), "address", address, "protected",
                            document_get_flag(document, "protected", false), "updated_at",
                            engine_time(e, r->updated_at), "used_by", (int)json_array_size(tasks),
                            "tasks", tasks);
    json_decref(document);
    return row;
}

static bool on_list(engine *e, const json_t *in, json_t **out, error **err)
{
    (void)in;
    store *s = engine_store(e, err);
    g_autoptr(GPtrArray) list = s != NULL ? store_connection_list(s, err) : NULL;
    g_autoptr(GPtrArray) uses = list != NULL ? store_connection_uses(s, err) : NULL;
    if (uses == NULL)
        return false;
    json_t *rows = json_array();
    guint at = 0;
    for (guint i = 0; i < list->len; i++) {
        const connection_record *r = list->pdata[i];
        json_t *row = connection_row(e, r, take_tasks(uses, &at, r->name), err);
        if (row == NULL) {
            json_decref(rows);
            return false;
        }
        json_array_append_new(rows, row);
    }
    *out = json_pack("{s:o}", "connections", rows);
    return true;
}

static bool on_show(engine *e, const json_t *in, json_t **out, error **err)
{
    store *s = engine_store(e, err);
    g_autoptr(connection_record) r =
        s != NULL ? store_connection_get(s, document_get_text(in, "name"), err) : NULL;
    json_t *document = r != NULL ? read_record(r, err) : NULL;
    if (document == NULL)
        return false;
    *out = shown_document(document);
    json_decref(document);
    return true;
}

static bool on_delete(engine *e, const json_t *in, json_t **out, error **err)
{
    const char *name = document_get_text(in, "name");
    store *s = engine_store(e, err);
    if (s == NULL || !store_connection_delete(s, name, err))
        return false;
    *out = json_pack("{s:s, s:b}", "name", name, "deleted", true);
    return true;
}

static char *tell_deleted(const json_t *out)
{
    return g_strdup_printf(_("connection \"%s\" deleted"), document_get_text(out, "name"));
}

/* --- test --- */

typedef struct {
    engine *engine;
    json_t *steps;
    gint64 since;
} test_steps;

static void add_step(test_steps *t, const char *step, bool ok, const char *detail)
{
    gint64 now = g_get_monotonic_time();
    g_autofree char *valid = g_utf8_make_valid(detail, -1);
    json_t *row = json_pack("{s:s, s:b, s:s, s:f}", "step", step, "ok", ok, "detail", valid,
                            "seconds", (double)(now - t->since) / G_USEC_PER_SEC);
    json_array_append_new(t->steps, row);
    if (t->engine->report != NULL)
        t->engine->report(row);
    t->since = now;
}

static bool fail_step(test_steps *t, const char *step, error **cause, error **err)
{
    add_step(t, step, false, (*cause)->message);
    return error_propagate(err, cause);
}

/* Finding the server's address apart from the rest says where a long wait is. */
static bool test_address(test_steps *t, const connection *c, error **err)
{
    if (c->host == NULL || c->host[0] == '/') {
        add_step(t, "address", true,
                 c->path != NULL   ? c->path
                 : c->host != NULL ? c->host
                                   : "local");
        return true;
    }
    struct addrinfo *found = NULL, hints = { .ai_socktype = SOCK_STREAM };
    int status = getaddrinfo(c->host, NULL, &hints, &found);
    if (status != 0) {
        error *cause = NULL;
        error_set(&cause, ERROR_CONNECT, _("cannot find host \"%s\": %s"), c->host,
                  gai_strerror(status));
        return fail_step(t, "address", &cause, err);
    }
    char number[NI_MAXHOST] = "";
    getnameinfo(found->ai_addr, found->ai_addrlen, number, sizeof number, NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
    add_step(t, "address", true, number);
    return true;
}

static void append_right(GString *rights, bool may, const char *word)
{
    if (may)
        g_string_append_printf(rights, "%s%s", rights->len > 0 ? ", " : "", word);
}

static bool test_tables(test_steps *t, session *s, error **err)
{
    error *cause = NULL;
    g_autoptr(GPtrArray) tables = s->ops->list_tables(s, NULL, &cause);
    if (tables == NULL)
        return fail_step(t, "tables", &cause, err);
    g_autofree char *count =
        g_strdup_printf(ngettext("%u table", "%u tables", tables->len), tables->len);
    add_step(t, "tables", true, count);
    if (tables->len == 0)
        return true;
    const table_name *first = tables->pdata[0];
    g_autoptr(table_info) table = s->ops->describe(s, first, &cause);
    if (table == NULL && cause != NULL)
        return fail_step(t, "rights", &cause, err);
    if (table == NULL)
        return true;
    g_autofree char *name = table_name_to_string(first);
    g_autoptr(GString) rights = g_string_new(NULL);
    append_right(rights, table->can_select, "select");
    append_right(rights, table->can_insert, "insert");
    append_right(rights, table->can_update, "update");
    append_right(rights, table->can_delete, "delete");
    append_right(rights, table->can_truncate, "truncate");
    append_right(rights, table->can_create, "create");
    g_autofree char *text = g_strdup_printf("%s: %s", name, rights->len > 0 ? rights->str : "-");
    add_step(t, "rights", true, text);
    return true;
}

static bool run_test(test_steps *t, const connection *c, error **err)
{
    error *cause = NULL;
    if (link_find(c, &cause) == NULL)
        return fail_step(t, "link", &cause, err);
    if (!test_address(t, c, err))
        return false;
    const session_options options = { .read_only = true,
                                      .cancelled = engine_is_interrupted,
                                      .cancel_user = t->engine };
    g_autoptr(session) s = session_open(c, &options, &cause);
    if (s == NULL)
        return fail_step(t, "login", &cause, err);
    add_step(t, "login", true, c->user != NULL ? c->user : "");
    g_autofree char *security = NULL;
    g_autofree char *version = s->ops->version(s, &security, &cause);
    if (version == NULL)
        return fail_step(t, "version", &cause, err);
    add_step(t, "version", true, version);
    if (security != NULL)
        add_step(t, "tls", true, security);
    return test_tables(t, s, err);
}

static json_t *test_connection(engine *e, const connection *c, error **cause)
{
    test_steps t = { .engine = e, .steps = json_array(), .since = g_get_monotonic_time() };
    bool ok = run_test(&t, c, cause);
    return json_pack("{s:s, s:b, s:o, s:o}", "name", c->name, "ok", ok, "steps", t.steps, "error",
                     error_to_json(*cause));
}

/* A connection as it would be saved. */
static connection *unsaved_connection(engine *e, const json_t *given, error **err)
{
    json_t *document = complete_document(e, given, err);
    if (document == NULL)
        return NULL;
    make_path_absolute(document);
    connection *c = connection_parse(document, err);
    json_decref(document);
    return c;
}

static bool on_test(engine *e, const json_t *in, json_t **out, error **err)
{
    const char *name = document_get_text(in, "name");
    const json_t *document = json_object_get(in, "document");
    if ((name == NULL) == (document == NULL))
        return error_set(err, ERROR_USAGE,
                         _("either the NAME of a connection or a --document is needed"));
    g_autoptr(connection) unsaved = document != NULL ? unsaved_connection(e, document, err) : NULL;
    const connection *c = document != NULL ? unsaved : engine_connection(e, name, err);
    if (c == NULL)
        return false;
    error *cause = NULL;
    *out = test_connection(e, c, &cause);
    return cause == NULL || error_propagate(err, &cause);
}

static char *tell_test(const json_t *out)
{
    GString *text = g_string_new(NULL);
    size_t i;
    json_t *step;
    json_array_foreach(json_object_get(out, "steps"), i, step)
    {
        g_autofree char *detail = text_safe(document_get_text(step, "detail"), -1);
        g_string_append_printf(text, "%s%-8s %-6s %6.0f ms  %s", i > 0 ? "\n" : "",
                               document_get_text(step, "step"),
                               json_is_true(json_object_get(step, "ok")) ? _("ok") : _("failed"),
                               1000 * document_get_number(step, "seconds", 0), detail);
    }
    return g_string_free(text, FALSE);
}

/* --- the table --- */

#define NAME_FIELD                                                     \
    {                                                                  \
        "name", INPUT_TEXT, INPUT_REQUIRED | INPUT_POSITIONAL, "NAME", \
            N_("name of the connection"), "connection"                 \
    }
#define END_FIELD                             \
    {                                         \
        NULL, INPUT_TEXT, 0, NULL, NULL, NULL \
    }

static const input_field save_fields[] = {
    { "document", INPUT_DOCUMENT, INPUT_REQUIRED | INPUT_POSITIONAL, "FILE",
      N_("JSON document; - reads standard input"), "file" },
    END_FIELD,
};
static const input_field name_fields[] = { NAME_FIELD, END_FIELD };
static const input_field no_fields[] = { END_FIELD };
static const input_field test_fields[] = {
    { "name", INPUT_TEXT, INPUT_POSITIONAL, "NAME", N_("name of the connection"), "connection" },
    { "document", INPUT_DOCUMENT, 0, "FILE", N_("a document that need not be saved"), "file" },
    END_FIELD,
};
static const input_field tables_fields[] = {
    NAME_FIELD,
    { "pattern", INPUT_TEXT, INPUT_POSITIONAL, "PART", N_("only names that hold this text"), NULL },
    END_FIELD,
};
#define TABLE_FIELD                                                                              \
    {                                                                                            \
        "table", INPUT_TEXT, INPUT_REQUIRED | INPUT_POSITIONAL, "TABLE",                         \
            N_("name, schema.name or [\"schema\", \"name\"]; a file of a file connection"), NULL \
    }
static const input_field columns_fields[] = { NAME_FIELD, TABLE_FIELD, END_FIELD };
static const input_field rows_fields[] = {
    NAME_FIELD,
    TABLE_FIELD,
    { "limit", INPUT_INTEGER, 0, "N", N_("at most N rows; default: 100"), NULL },
    END_FIELD,
};
static const input_field guard_fields[] = {
    NAME_FIELD,
    TABLE_FIELD,
    { "sql", INPUT_TEXT, INPUT_REQUIRED | INPUT_POSITIONAL, "SQL", N_("the statement"), NULL },
    { "allow_full_delete", INPUT_FLAG, 0, NULL, N_("as in the target of a task"), NULL },
    { "date", INPUT_TEXT, 0, "DATE", N_("business date YYYY-MM-DD; default: yesterday"), NULL },
    { "param", INPUT_PAIRS, 0, "NAME=VALUE", N_("set a parameter for this look"), NULL },
    END_FIELD,
};

static const output_column list_columns[] = {
    { "name", N_("NAME"), CELL_TEXT },
    { "type", N_("TYPE"), CELL_TEXT },
    { "address", N_("ADDRESS"), CELL_TEXT },
    { "protected", N_("PROTECTED"), CELL_FLAG },
    { "used_by", N_("TASKS"), CELL_NUMBER },
    { "updated_at", N_("SAVED"), CELL_TIME },
    { NULL, NULL, CELL_TEXT },
};
static const output_column tables_columns[] = { { "schema", N_("SCHEMA"), CELL_TEXT },
                                                { "name", N_("NAME"), CELL_TEXT },
                                                { NULL, NULL, CELL_TEXT } };
static const output_column columns_columns[] = {
    { "name", N_("NAME"), CELL_TEXT },
    { "type", N_("TYPE"), CELL_TEXT },
    { "not_null", N_("NOT NULL"), CELL_FLAG },
    { "key", N_("KEY"), CELL_FLAG },
    { "default", N_("DEFAULT"), CELL_TEXT },
    { "generated", N_("GENERATED"), CELL_FLAG },
    { NULL, NULL, CELL_TEXT },
};

const operation connection_operations[] = {
    { .name = "connection.save",
      .summary = N_("Create or replace a connection from a JSON document"),
      .needs = RIGHT_CONNECT,
      .fields = save_fields,
      .tell = tell_saved,
      .handler = on_save,
      .example = "echo '{\"name\": \"shop\", \"type\": \"sqlite\", \"path\": \"shop.db\"}' |\n"
                 "    rowferry connection save -" },
    { .name = "connection.list",
      .summary = N_("List the connections"),
      .needs = RIGHT_VIEW,
      .fields = no_fields,
      .list = "connections",
      .columns = list_columns,
      .handler = on_list },
    { .name = "connection.show",
      .summary = N_("Print a connection's document, without its secret"),
      .needs = RIGHT_VIEW,
      .fields = name_fields,
      .handler = on_show },
    { .name = "connection.test",
      .summary = N_("Connect step by step and say what works"),
      .needs = RIGHT_CONNECT,
      .fields = test_fields,
      .tell = tell_test,
      .handler = on_test },
    { .name = "connection.delete",
      .summary = N_("Delete a connection that no task uses"),
      .needs = RIGHT_CONNECT,
      .fields = name_fields,
      .tell = tell_deleted,
      .handler = on_delete },
    { .name = "connection.tables",
      .summary = N_("List the tables, views or files of a connection"),
      .needs = RIGHT_CONNECT,
      .fields = tables_fields,
      .list = "tables",
      .columns = tables_columns,
      .handler = connection_tables },
    { .name = "connection.columns",
      .summary = N_("List the columns of a table or file"),
      .needs = RIGHT_CONNECT,
      .fields = columns_fields,
      .list = "columns",
      .columns = columns_columns,
      .handler = connection_columns,
      .example = "rowferry connection columns erp sales.orders" },
    { .name = "connection.rows",
      .summary = N_("Show the first rows of a table, view or file"),
      .needs = RIGHT_CONNECT,
      .fields = rows_fields,
      .tell = tell_rows,
      .handler = connection_rows,
      .example = "rowferry connection rows erp sales.orders --limit 10" },
    { .name = "connection.guard",
      .summary = N_("Say whether a task may run a statement before its load, and how it runs"),
      .needs = RIGHT_CONNECT,
      .fields = guard_fields,
      .tell = tell_verdict,
      .handler = connection_guard,
      .example = "rowferry connection guard shop orders \\\n"
                 "    \"DELETE FROM orders WHERE day = '${yyyy-mm-dd}'\"" },
    { .name = NULL },
};
