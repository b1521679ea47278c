#include "service/connection_look.h"

#include "base/document.h"
#include "base/intl.h"
#include "base/text.h"
#include "ferry/first_rows.h"
#include "ferry/plan.h"
#include "service/output.h"
#include "service/scope.h"

#include <string.h>

static session *open_session(engine *e, const char *name, error **err)
{
    const connection *c = engine_connection(e, name, err);
    const session_options options = { .read_only = true,
                                      .cancelled = engine_is_interrupted,
                                      .cancel_user = e };
    return c != NULL ? session_open(c, &options, err) : NULL;
}

static json_t *optional_text(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

bool connection_tables(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autoptr(session) s = open_session(e, document_get_text(in, "name"), err);
    g_autoptr(GPtrArray) list =
        s != NULL ? s->ops->list_tables(s, document_get_text(in, "pattern"), err) : NULL;
    if (list == NULL)
        return false;
    json_t *rows = json_array();
    for (guint i = 0; i < list->len; i++) {
        const table_name *t = list->pdata[i];
        json_array_append_new(
            rows, json_pack("{s:o, s:s}", "schema", optional_text(t->schema), "name", t->name));
    }
    *out = json_pack("{s:o}", "tables", rows);
    return true;
}

/* "name", "schema.name" or the list form as JSON text. */
static table_name *read_table(const char *text, bool is_sql, error **err)
{
    if (text[0] == '[') {
        json_t *list = json_loads(text, 0, NULL);
        const char *schema = json_string_value(json_array_get(list, 0));
        const char *name = json_string_value(json_array_get(list, 1));
        table_name *t = schema != NULL && name != NULL ? table_name_new(schema, name) : NULL;
        if (t == NULL)
            error_set(err, ERROR_USAGE,
                      _("a table is \"name\", \"schema.name\" or "
                        "[\"schema\", \"name\"], not \"%s\""),
                      text);
        json_decref(list);
        return t;
    }
    const char *dot = is_sql ? strchr(text, '.') : NULL;
    if (dot == NULL)
        return table_name_new(NULL, text);
    g_autofree char *schema = g_strndup(text, dot - text);
    return table_name_new(schema, dot + 1);
}

/* The table of that name; *has_schema (may be NULL): whether @text names it. */
static table_info *find_table(session *s, const char *text, bool *has_schema, error **err)
{
    g_autoptr(table_name) name = read_table(text, (s->ops->capabilities & LINK_SQL) != 0, err);
    if (name == NULL)
        return NULL;
    if (has_schema != NULL)
        *has_schema = name->schema != NULL;
    error *local = NULL;
    table_info *table = s->ops->describe(s, name, &local);
    if (table != NULL)
        return table;
    if (local != NULL) {
        error_propagate(err, &local);
        return NULL;
    }
    error_set(err, ERROR_NOT_FOUND, _("connection \"%s\" has no table \"%s\""), s->connection->name,
              text);
    error_hint(err, _("\"rowferry connection tables %s\" lists them"), s->connection->name);
    return NULL;
}

static bool is_key_column(const table_info *t, const char *column)
{
    if (t->keys->len == 0)
        return false;
    const key_info *key = t->keys->pdata[0];
    return key->primary && g_strv_contains((const char *const *)key->columns, column);
}

bool connection_columns(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autoptr(session) s = open_session(e, document_get_text(in, "name"), err);
    if (s == NULL)
        return false;
    g_autoptr(table_info) table = find_table(s, document_get_text(in, "table"), NULL, err);
    if (table == NULL)
        return false;
    json_t *rows = json_array();
    for (guint i = 0; i < table->columns->len; i++) {
        const column_info *c = table->columns->pdata[i];
        json_array_append_new(rows,
                              json_pack("{s:s, s:s, s:b, s:b, s:o, s:b}", "name", c->name, "type",
                                        c->type_text != NULL ? c->type_text : "", "not_null",
                                        c->not_null, "key", is_key_column(table, c->name),
                                        "default", optional_text(c->default_text), "generated",
                                        c->generated || c->identity_always));
    }
    *out = json_pack("{s:o}", "columns", rows);
    return true;
}

/* --- rows --- */

static char *select_all(const connection *c, const table_info *t, error **err)
{
    g_autofree char *table = dialect_quote_table(c->dialect, t->name->schema, t->name->name, err);
    if (table == NULL)
        return NULL;
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < t->columns->len; i++) {
        const column_info *column = t->columns->pdata[i];
        g_autofree char *name = dialect_quoted(c->dialect, column->name);
        g_string_append_printf(sql, "%s%s", i > 0 ? ", " : "", name);
    }
    g_string_append_printf(sql, " FROM %s", table);
    return g_string_free(sql, FALSE);
}

bool connection_rows(engine *e, const json_t *in, json_t **out, error **err)
{
    enum { ROWS = 100, MOST_ROWS = 10000 };
    g_autoptr(session) s = open_session(e, document_get_text(in, "name"), err);
    g_autoptr(table_info) table =
        s != NULL ? find_table(s, document_get_text(in, "table"), NULL, err) : NULL;
    if (table == NULL)
        return false;
    bool is_sql = (s->ops->capabilities & LINK_SQL) != 0;
    g_autofree char *sql = is_sql ? select_all(s->connection, table, err) : NULL;
    if (is_sql && sql == NULL)
        return false;
    const first_rows f = {
        .from = s,
        .sql = sql,
        .path = is_sql ? NULL : table->name->name,
        .columns = table->columns,
        .limit = (unsigned)MIN(document_get_integer(in, "limit", ROWS), MOST_ROWS),
    };
    first_rows_found found = { 0 };
    json_t *rows = json_array();
    if (!first_rows_read(&f, rows, &found, err)) {
        json_decref(rows);
        return false;
    }
    *out =
        json_pack("{s:o, s:o, s:b, s:I, s:I, s:o}", "columns", first_rows_columns(table->columns),
                  "rows", rows, "more", found.more, "malformed", (json_int_t)found.malformed, "cut",
                  (json_int_t)found.cut, "row_estimate",
                  table->row_estimate >= 0 ? json_integer(table->row_estimate) : json_null());
    return true;
}

char *tell_rows(const json_t *out)
{
    g_autofree char *rows = output_rows(out, output_columns());
    bool more = document_get_flag(out, "more", false);
    return g_strchomp(g_strconcat(rows, more ? _("there are more rows") : "", NULL));
}

/* --- the guard --- */

static char *expand(void *user, const char *text, error **err)
{
    const run_scope *scope = user;
    return parameter_expand(&scope->scope, text, err);
}

bool connection_guard(engine *e, const json_t *in, json_t **out, error **err)
{
    const scope_request asked = { .business_date = document_get_text(in, "date"),
                                  .overrides = json_object_get(in, "param") };
    g_autoptr(run_scope) scope = run_scope_new(e, &asked, err);
    g_autoptr(session) s =
        scope != NULL ? open_session(e, document_get_text(in, "name"), err) : NULL;
    bool has_schema = false;
    g_autoptr(table_info) table =
        s != NULL ? find_table(s, document_get_text(in, "table"), &has_schema, err) : NULL;
    if (table == NULL)
        return false;
    if ((s->ops->capabilities & LINK_SQL) == 0)
        return error_set(err, ERROR_PLAN, _("%s needs a table; \"%s\" is a file"), "pre_sql",
                         table->name->name);
    size_t at = 0;
    char reason = '\0';
    const guard_options options = {
        .expand = expand,
        .user = scope,
        .allow_full_delete = document_get_flag(in, "allow_full_delete", false),
        .refused_at = &at,
    };
    g_autoptr(error) why = NULL;
    g_autoptr(guard_statement) statement = plan_guard(
        s->connection, table, !has_schema, document_get_text(in, "sql"), &options, &reason, &why);
    bool accepted = statement != NULL;
    const char code[] = { reason, '\0' };
    *out = json_pack("{s:b, s:s?, s:s?, s:s?, s:s?, s:o}", "accepted", accepted, "sql",
                     accepted ? statement->shown : NULL, "reason", accepted ? NULL : code,
                     "message", accepted ? NULL : why->message, "hint", accepted ? NULL : why->hint,
                     "at", accepted ? json_null() : json_integer((json_int_t)at));
    return true;
}

char *tell_verdict(const json_t *out)
{
    if (document_get_flag(out, "accepted", false))
        return text_safe(document_get_text(out, "sql"), -1);
    g_autofree char *message = text_safe(document_get_text(out, "message"), -1);
    g_autofree char *hint = text_safe(document_get_text(out, "hint"), -1);
    return g_strdup_printf(_("refused: %s%s%s"), message, *hint != '\0' ? "\n" : "", hint);
}
