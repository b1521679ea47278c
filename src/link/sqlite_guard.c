#include "link/sqlite.h"
#include "link/sqlite_private.h"

#include "base/intl.h"
#include "sql/guard.h"

/* Operators and keywords that SQLite carries out as functions. */
static const char *const operators[] = { "like", "glob", "current_date", "current_time",
                                         "current_timestamp" };

static bool is_permitted_function(const sqlite_guard *g, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
        if (g_ascii_strcasecmp(operators[i], name) == 0)
            return true;
    for (const char *const *f = g->functions; f != NULL && *f != NULL; f++)
        if (g_ascii_strcasecmp(*f, name) == 0)
            return true;
    return false;
}

/* SQLite looks there for children of the deleted rows. */
static bool is_foreign_key_of_child(const sqlite_guard *g, const char *table, const char *column)
{
    for (guint i = 0; table != NULL && column != NULL && i + 1 < g->children->len; i += 2)
        if (g_ascii_strcasecmp(g_ptr_array_index(g->children, i), table) == 0 &&
            g_ascii_strcasecmp(g_ptr_array_index(g->children, i + 1), column) == 0)
            return true;
    return false;
}

static int authorize_delete(void *user, int action, const char *one, const char *two,
                            const char *schema, const char *trigger)
{
    sqlite_guard *g = user;
    /* Whatever a trigger or a foreign key's action would do is not the delete. */
    if (trigger != NULL)
        return SQLITE_DENY;
    bool on_table = one != NULL && schema != NULL && g_ascii_strcasecmp(schema, "main") == 0 &&
                    g_ascii_strcasecmp(one, g->table) == 0;
    switch (action) {
    case SQLITE_DELETE:
        g->saw_delete |= on_table;
        return on_table ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_READ:
        return on_table || is_foreign_key_of_child(g, one, two) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
        return two != NULL && is_permitted_function(g, two) ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

int sqlite_authorize_select(void *user, int action, const char *one, const char *two,
                            const char *schema, const char *trigger)
{
    (void)user, (void)one, (void)two, (void)schema, (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

void sqlite_session_guard(session *base, const char *table, const char *const *functions)
{
    sqlite_session *s = sqlite_of(base);
    sqlite3_set_authorizer(s->db, NULL, NULL);
    g_clear_pointer(&s->guard.children, g_ptr_array_unref);
    s->guard = (sqlite_guard){ .table = table, .functions = functions };
    if (table == NULL)
        return;
    s->guard.children = sqlite_child_columns(s, table);
    sqlite3_set_authorizer(s->db, authorize_delete, &s->guard);
}

static bool run_delete(sqlite_session *s, const table_info *target, const char *sql,
                       const value *parameters, unsigned n, int64_t *affected, error **err)
{
    sqlite3_stmt *statement = sqlite_prepare(s, sql, _("run the pre-SQL"), err);
    if (statement == NULL)
        return false;
    bool ok = false;
    if (!s->guard.saw_delete || sqlite3_column_count(statement) != 0 ||
        sqlite3_stmt_isexplain(statement) != 0)
        error_set(err, ERROR_PERMISSION, _("the pre-SQL is not a plain delete on table \"%s\""),
                  target->name->name);
    else if (sqlite_bind(s, statement, parameters, n, err))
        ok = sqlite3_step(statement) == SQLITE_DONE || sqlite_fail(s, err, _("run the pre-SQL"));
    if (ok && affected != NULL)
        *affected = sqlite3_changes64(s->db);
    sqlite3_finalize(statement);
    return ok;
}

bool sqlite_guarded_delete(session *base, const table_info *target, const char *sql,
                           const value *parameters, unsigned n, int64_t *affected, error **err)
{
    sqlite_session *s = sqlite_of(base);
    if (!sqlite_check(s, err))
        return false;
    sqlite_session_guard(base, target->name->name, guard_functions(base->connection->dialect));
    bool ok = run_delete(s, target, sql, parameters, n, affected, err);
    sqlite_session_guard(base, NULL, NULL);
    return ok;
}
