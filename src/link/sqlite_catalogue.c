#include "link/sqlite_ddl.h"
#include "link/sqlite_private.h"

#include "base/intl.h"

#include <string.h>
#include <unistd.h>

/* ---- small queries ------------------------------------------------------- */

static const char *const reading = N_("read the catalogue");

/* Prepare catalogue SQL whose parameters are text (NULL-terminated). */
static sqlite3_stmt *ask(sqlite_session *s, error **err, const char *sql, ...)
{
    sqlite3_stmt *statement = sqlite_prepare(s, sql, _(reading), err);
    va_list parameters;
    va_start(parameters, sql);
    const char *text;
    for (int i = 1; statement != NULL && (text = va_arg(parameters, const char *)) != NULL; i++)
        sqlite3_bind_text(statement, i, text, -1, SQLITE_TRANSIENT);
    va_end(parameters);
    return statement;
}

/* Step; at the end or on an error the statement is gone and *statement NULL. */
static bool next(sqlite_session *s, sqlite3_stmt **statement, error **err)
{
    if (*statement == NULL)
        return false;
    int code = sqlite3_step(*statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE && (err == NULL || *err == NULL))
        sqlite_fail(s, err, _(reading));
    sqlite3_finalize(*statement);
    *statement = NULL;
    return false;
}

static char *text_at(sqlite3_stmt *statement, int column)
{
    return g_strdup((const char *)sqlite3_column_text(statement, column));
}

static char **strings_take(GPtrArray *strings)
{
    g_ptr_array_add(strings, NULL);
    return (char **)g_ptr_array_free(strings, FALSE);
}

static bool same_name(const char *a, const char *b)
{
    return g_ascii_strcasecmp(a, b) == 0;
}

/* ---- tables -------------------------------------------------------------- */

GPtrArray *sqlite_list_tables(session *base, const char *pattern, error **err)
{
    sqlite_session *s = sqlite_of(base);
    error *local = NULL;
    g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func((GDestroyNotify)table_name_free);
    sqlite3_stmt *q = ask(s, &local,
                          "SELECT name FROM pragma_table_list WHERE schema = 'main'"
                          " AND type IN ('table', 'view', 'virtual')"
                          " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                          " AND instr(lower('main.' || name), lower(?1)) > 0 ORDER BY name",
                          pattern == NULL ? "" : pattern, NULL);
    while (next(s, &q, &local))
        g_ptr_array_add(tables, table_name_new("main", (const char *)sqlite3_column_text(q, 0)));
    if (local != NULL) {
        error_propagate(err, &local);
        return NULL;
    }
    return g_steal_pointer(&tables);
}

/* Name as spelled in the catalogue and kind; NULL when there is none. */
static table_info *find_table(sqlite_session *s, const char *schema, const char *name,
                              bool *without_rowid, error **err)
{
    static const struct {
        const char *word;
        table_kind kind;
    } kinds[] = { { "view", TABLE_VIEW },
                  { "virtual", TABLE_VIRTUAL },
                  { "shadow", TABLE_SYSTEM } };
    table_info *t = NULL;
    sqlite3_stmt *q = ask(s, err,
                          "SELECT name, type, wr FROM pragma_table_list"
                          " WHERE schema = ?1 AND name = ?2 COLLATE NOCASE",
                          schema, name, NULL);
    while (next(s, &q, err)) {
        if (t != NULL)
            continue;
        table_name found = { (char *)schema, (char *)sqlite3_column_text(q, 0) };
        t = table_info_new(&found);
        t->identity = table_name_to_string(&found);
        const char *type = (const char *)sqlite3_column_text(q, 1);
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
            if (strcmp(kinds[i].word, type) == 0)
                t->kind = kinds[i].kind;
        if (g_ascii_strncasecmp(found.name, "sqlite_", 7) == 0)
            t->kind = TABLE_SYSTEM;
        *without_rowid = sqlite3_column_int(q, 2) != 0;
    }
    return t;
}

static void read_columns(sqlite_session *s, table_info *t, GPtrArray *primary, error **err)
{
    sqlite3_stmt *q = ask(s, err,
                          "SELECT name, type, \"notnull\", dflt_value, hidden, pk"
                          " FROM pragma_table_xinfo(?1, ?2) WHERE hidden <> 1 ORDER BY cid",
                          t->name->name, t->name->schema, NULL);
    while (next(s, &q, err)) {
        column_info *c = g_new0(column_info, 1);
        c->name = text_at(q, 0);
        c->type_text = text_at(q, 1);
        c->type = dialect_read_type(s->base.connection->dialect, c->type_text);
        c->not_null = sqlite3_column_int(q, 2) != 0;
        c->default_text = text_at(q, 3);
        c->has_default = c->default_text != NULL;
        c->generated = sqlite3_column_int(q, 4) >= 2;
        g_ptr_array_add(t->columns, c);
        int place = sqlite3_column_int(q, 5);
        if (place > 0) {
            if ((guint)place > primary->len)
                g_ptr_array_set_size(primary, place);
            primary->pdata[place - 1] = c->name;
        }
    }
}

/* ---- keys ---------------------------------------------------------------- */

/* ON CONFLICT finds an index only by the column's own collation. */
static bool has_own_collation(sqlite_session *s, const table_info *t, const char *column,
                              const char *collation)
{
    const char *own = NULL;
    return sqlite3_table_column_metadata(s->db, t->name->schema, t->name->name, column, NULL, &own,
                                         NULL, NULL, NULL) == SQLITE_OK &&
           own != NULL && collation != NULL && same_name(own, collation);
}

static void read_key_columns(sqlite_session *s, const table_info *t, key_info *k, error **err)
{
    GPtrArray *names = g_ptr_array_new();
    sqlite3_stmt *q = ask(s, err,
                          "SELECT name, coll FROM pragma_index_xinfo(?1, ?2)"
                          " WHERE key ORDER BY seqno",
                          k->name, t->name->schema, NULL);
    while (next(s, &q, err)) {
        char *name = text_at(q, 0);
        if (name == NULL || !has_own_collation(s, t, name, (const char *)sqlite3_column_text(q, 1)))
            k->plain = false;
        if (name != NULL)
            g_ptr_array_add(names, name);
    }
    k->columns = strings_take(names);
}

static void add_rowid_key(table_info *t, const char *column)
{
    key_info *k = g_new0(key_info, 1);
    k->primary = k->plain = k->nulls_distinct = true;
    k->columns = g_new0(char *, 2);
    k->columns[0] = g_strdup(column);
    g_ptr_array_insert(t->keys, 0, k);
    column_info *c = g_ptr_array_index(t->columns, table_info_column(t, column));
    c->has_default = true; /* SQLite makes the number when the column is left out */
}

/* Whether the primary key needs no index because it is the rowid. */
static bool is_rowid_key(const table_info *t, const GPtrArray *primary, bool without_rowid)
{
    if (t->kind != TABLE_PLAIN || without_rowid || primary->len != 1)
        return false;
    const column_info *c = g_ptr_array_index(t->columns, table_info_column(t, primary->pdata[0]));
    return same_name(c->type_text, "INTEGER");
}

static void read_keys(sqlite_session *s, table_info *t, const GPtrArray *primary,
                      bool without_rowid, error **err)
{
    bool has_primary_index = false;
    sqlite3_stmt *q = ask(s, err,
                          "SELECT name, origin = 'pk', partial FROM pragma_index_list(?1, ?2)"
                          " WHERE \"unique\" ORDER BY origin <> 'pk', name",
                          t->name->name, t->name->schema, NULL);
    while (next(s, &q, err)) {
        key_info *k = g_new0(key_info, 1);
        k->name = text_at(q, 0);
        k->primary = sqlite3_column_int(q, 1) != 0;
        k->plain = sqlite3_column_int(q, 2) == 0;
        k->nulls_distinct = true;
        has_primary_index |= k->primary;
        g_ptr_array_add(t->keys, k);
        read_key_columns(s, t, k, err);
    }
    if (!has_primary_index && is_rowid_key(t, primary, without_rowid))
        add_rowid_key(t, primary->pdata[0]);
}

char *sqlite_rowid_column(sqlite_session *s, const char *schema, const char *table)
{
    char *column = NULL;
    sqlite3_stmt *q =
        ask(s, NULL,
            "SELECT c.name FROM pragma_table_list AS t, pragma_table_xinfo(t.name, t.schema) AS c"
            " WHERE t.schema = ?1 AND t.name = ?2 COLLATE NOCASE AND t.type = 'table'"
            " AND NOT t.wr AND upper(c.type) = 'INTEGER' AND c.pk = 1"
            " AND NOT EXISTS (SELECT 1 FROM pragma_table_xinfo(t.name, t.schema) WHERE pk = 2)"
            " AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name, t.schema)"
            " WHERE origin = 'pk')",
            schema, table, NULL);
    while (next(s, &q, NULL))
        if (column == NULL)
            column = text_at(q, 0);
    return column;
}

/* ---- what hangs on a table ----------------------------------------------- */

static char **primary_columns(sqlite_session *s, const char *schema, const char *table, error **err)
{
    GPtrArray *names = g_ptr_array_new();
    sqlite3_stmt *q =
        ask(s, err, "SELECT name FROM pragma_table_xinfo(?1, ?2) WHERE pk > 0 ORDER BY pk", table,
            schema, NULL);
    while (next(s, &q, err))
        g_ptr_array_add(names, text_at(q, 0));
    return strings_take(names);
}

static void finish_foreign_key(sqlite_session *s, table_info *t, foreign_key_info *k,
                               GPtrArray *from, GPtrArray *to, bool to_primary, error **err)
{
    k->columns = strings_take(from);
    k->referenced_columns = strings_take(to);
    if (to_primary) {
        g_strfreev(k->referenced_columns);
        k->referenced_columns = primary_columns(s, t->name->schema, k->references->name, err);
    }
    g_ptr_array_add(t->foreign_keys, k);
}

static void read_foreign_keys(sqlite_session *s, table_info *t, error **err)
{
    foreign_key_info *k = NULL;
    GPtrArray *from = NULL, *to = NULL;
    bool to_primary = false;
    sqlite3_stmt *q = ask(s, err,
                          "SELECT seq, \"table\", \"from\", \"to\""
                          " FROM pragma_foreign_key_list(?1, ?2) ORDER BY id, seq",
                          t->name->name, t->name->schema, NULL);
    while (next(s, &q, err)) {
        if (sqlite3_column_int(q, 0) == 0) {
            if (k != NULL)
                finish_foreign_key(s, t, k, from, to, to_primary, err);
            k = g_new0(foreign_key_info, 1);
            /* It may be written in another case than the table itself is. */
            const char *name = (const char *)sqlite3_column_text(q, 1);
            bool itself = g_ascii_strcasecmp(name, t->name->name) == 0;
            k->references = table_name_new(t->name->schema, itself ? t->name->name : name);
            from = g_ptr_array_new();
            to = g_ptr_array_new();
        }
        g_ptr_array_add(from, text_at(q, 2));
        to_primary = sqlite3_column_type(q, 3) == SQLITE_NULL;
        if (!to_primary)
            g_ptr_array_add(to, text_at(q, 3));
    }
    if (k != NULL)
        finish_foreign_key(s, t, k, from, to, to_primary, err);
}

static void read_children(sqlite_session *s, table_info *t, error **err)
{
    sqlite3_stmt *q =
        ask(s, err,
            "SELECT DISTINCT m.name, f.on_delete FROM pragma_table_list AS m,"
            " pragma_foreign_key_list(m.name, m.schema) AS f WHERE m.schema = ?1"
            " AND m.type = 'table' AND f.\"table\" = ?2 COLLATE NOCASE ORDER BY m.name",
            t->name->schema, t->name->name, NULL);
    while (next(s, &q, err)) {
        const char *child = (const char *)sqlite3_column_text(q, 0);
        const char *action = (const char *)sqlite3_column_text(q, 1);
        g_ptr_array_add(t->dependents, g_strdup_printf(_("table \"%s\" refers to it"), child));
        if (strcmp(action, "NO ACTION") == 0 || strcmp(action, "RESTRICT") == 0)
            continue;
        char *effect =
            g_strdup_printf(_("a delete changes table \"%s\" (ON DELETE %s)"), child, action);
        g_ptr_array_add(t->delete_effects, effect);
        if (t->delete_hazard == NULL)
            t->delete_hazard = g_strdup(effect);
    }
}

GPtrArray *sqlite_child_columns(sqlite_session *s, const char *table)
{
    GPtrArray *children = g_ptr_array_new_with_free_func(g_free);
    sqlite3_stmt *q = ask(s, NULL,
                          "SELECT m.name, f.\"from\" FROM pragma_table_list AS m,"
                          " pragma_foreign_key_list(m.name, 'main') AS f WHERE m.schema = 'main'"
                          " AND m.type = 'table' AND f.\"table\" = ?1 COLLATE NOCASE",
                          table, NULL);
    while (next(s, &q, NULL)) {
        g_ptr_array_add(children, text_at(q, 0));
        g_ptr_array_add(children, text_at(q, 1));
    }
    return children;
}

static void read_triggers_and_views(sqlite_session *s, table_info *t, error **err)
{
    g_autofree char *sql = g_strdup_printf("SELECT type, name, tbl_name, sql FROM %s.sqlite_schema"
                                           " WHERE type IN ('trigger', 'view') ORDER BY type, name",
                                           t->name->schema);
    sqlite3_stmt *q = ask(s, err, sql, NULL);
    while (next(s, &q, err)) {
        const char *name = (const char *)sqlite3_column_text(q, 1);
        const char *on = (const char *)sqlite3_column_text(q, 2);
        const char *text = (const char *)sqlite3_column_text(q, 3);
        if (strcmp((const char *)sqlite3_column_text(q, 0), "view") == 0) {
            sql_span whole = { text, text + strlen(text) };
            if (!same_name(name, t->name->name) && sql_span_mentions(&whole, t->name->name))
                g_ptr_array_add(t->dependents, g_strdup_printf(_("view \"%s\" reads it"), name));
            continue;
        }
        if (!same_name(on, t->name->name))
            continue;
        const char *event = ddl_trigger_event(text);
        g_ptr_array_add(event == NULL || strcmp(event, "DELETE") == 0 ? t->delete_effects
                                                                      : t->dependents,
                        g_strdup_printf(_("trigger \"%s\" runs on %s"), name,
                                        event == NULL ? "DELETE" : event));
    }
}

/* ---- rows and rights ----------------------------------------------------- */

/* Statistics when there are any, else the highest rowid: a good guess for a
 * table that only grows, and found without reading it. */
static int64_t estimate_rows(sqlite_session *s, const table_info *t, bool without_rowid)
{
    int64_t rows = -1;
    char *sql = sqlite3_mprintf("SELECT stat FROM \"%w\".sqlite_stat1 WHERE tbl = %Q LIMIT 1",
                                t->name->schema, t->name->name);
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW && sqlite3_column_type(q, 0) == SQLITE_TEXT)
        rows = g_ascii_strtoll((const char *)sqlite3_column_text(q, 0), NULL, 10);
    sqlite3_finalize(q);
    sqlite3_free(sql);
    if (rows >= 0 || without_rowid || t->kind != TABLE_PLAIN)
        return rows;
    sql = sqlite3_mprintf("SELECT max(rowid) FROM \"%w\".\"%w\"", t->name->schema, t->name->name);
    q = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        rows = MAX(sqlite3_column_int64(q, 0), 0);
    sqlite3_finalize(q);
    sqlite3_free(sql);
    return rows;
}

/* What the file permits, not this session: a plan is made on a read-only one. */
static void set_rights(const sqlite_session *s, table_info *t)
{
    g_autofree char *folder = g_path_get_dirname(s->path);
    bool writable = access(s->path, W_OK) == 0 && access(folder, W_OK) == 0;
    bool takes_rows = t->kind == TABLE_PLAIN || t->kind == TABLE_VIRTUAL;
    t->can_select = true;
    t->can_insert = t->can_update = t->can_delete = writable && takes_rows;
    t->can_create = writable;
}

table_info *sqlite_describe(session *base, const table_name *name, error **err)
{
    sqlite_session *s = sqlite_of(base);
    const char *schema = name->schema == NULL || same_name(name->schema, "main") ? "main"
                         : same_name(name->schema, SQLITE_STAGING)               ? SQLITE_STAGING
                                                                                 : NULL;
    if (schema == NULL)
        return NULL;
    error *local = NULL;
    bool without_rowid = false;
    g_autoptr(table_info) t = find_table(s, schema, name->name, &without_rowid, &local);
    if (t != NULL) {
        g_autoptr(GPtrArray) primary = g_ptr_array_new();
        read_columns(s, t, primary, &local);
        if (local == NULL)
            read_keys(s, t, primary, without_rowid, &local);
        if (local == NULL)
            read_foreign_keys(s, t, &local);
        if (local == NULL)
            read_children(s, t, &local);
        if (local == NULL)
            read_triggers_and_views(s, t, &local);
        t->row_estimate = estimate_rows(s, t, without_rowid);
        set_rights(s, t);
    }
    if (local == NULL)
        return g_steal_pointer(&t);
    error_propagate(err, &local);
    return NULL;
}

/* SQLite does not tell apart names that differ in case only: of two such
 * columns it would read the first twice. */
static bool names_differ(const GPtrArray *columns, error **err)
{
    for (guint i = 1; i < columns->len; i++) {
        const column_info *c = columns->pdata[i];
        for (guint k = 0; k < i; k++) {
            const column_info *other = columns->pdata[k];
            if (g_ascii_strcasecmp(c->name, other->name) != 0)
                continue;
            error_set(err, ERROR_PLAN, _("the columns \"%s\" and \"%s\" have one name"),
                      other->name, c->name);
            return error_hint(err, _("SQLite ignores the case of names; give one of them another "
                                     "name with AS"));
        }
    }
    return true;
}

GPtrArray *sqlite_describe_query(session *base, const char *sql, const value *parameters,
                                 unsigned n_parameters, error **err)
{
    (void)parameters, (void)n_parameters;
    sqlite_session *s = sqlite_of(base);
    sqlite3_stmt *statement = sqlite_prepare_select(s, sql, err);
    if (statement == NULL)
        return NULL;
    g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func((GDestroyNotify)column_info_free);
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        column_info *c = g_new0(column_info, 1);
        const char *type = sqlite3_column_decltype(statement, i);
        c->name = g_strdup(sqlite3_column_name(statement, i));
        c->type_text = g_strdup(type == NULL ? "" : type);
        c->type = dialect_read_type(base->connection->dialect, c->type_text);
        g_ptr_array_add(columns, c);
    }
    sqlite3_finalize(statement);
    return names_differ(columns, err) ? g_steal_pointer(&columns) : NULL;
}
