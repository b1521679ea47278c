#include "link/postgresql_private.h"

#include <string.h>

/* The server cuts longer names without a word. */
#define NAME_BYTES   63
#define TOKEN_DIGITS 16

/* --- names ------------------------------------------------------------------- */

/* "rf_TOKEN_TABLE", the table's name cut between two characters. */
static char *make_name(const char *token, const char *table)
{
    g_autofree char *prefix = g_strdup_printf("rf_%s_", token);
    size_t room = NAME_BYTES - strlen(prefix);
    size_t size = strlen(table);
    if (size > room) {
        size = room;
        /* Not into the middle of a character: its later bytes are 10xxxxxx. */
        while (size > 0 && ((unsigned char)table[size] & 0xC0) == 0x80)
            size--;
    }
    return g_strdup_printf("%s%.*s", prefix, (int)size, table);
}

static const char *staging_schema(const pg_session *s, const table_name *target)
{
    const char *own = s->base.connection->staging_schema;
    return own != NULL ? own : target->schema;
}

table_name *pg_staging_name(session *base, const table_name *target, const char *token)
{
    g_autofree char *name = make_name(token, target->name);
    return table_name_new(staging_schema(pg_of(base), target), name);
}

GPtrArray *pg_staging_list(session *base, const table_name *target, error **err)
{
    static const char sql[] =
        "SELECT c.relname FROM pg_catalog.pg_class c"
        " WHERE c.relkind = 'r' AND c.relname ~ '^rf_[0-9a-f]{16}_' AND"
        " CASE WHEN $1::text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid)"
        " ELSE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1) END"
        " ORDER BY c.relname COLLATE \"C\"";
    const char *values[] = { staging_schema(pg_of(base), target) };
    g_autoptr(pg_result) r =
        pg_query(pg_of(base), sql, 1, values, _("list the staging tables"), err);
    if (r == NULL)
        return NULL;
    GPtrArray *tokens = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < PQntuples(r); i++) {
        const char *name = pg_text(r, i, 0);
        g_autofree char *token = g_strndup(name + strlen("rf_"), TOKEN_DIGITS);
        /* Others in the schema belong to other targets. */
        g_autofree char *ours = make_name(token, target->name);
        if (strcmp(name, ours) == 0)
            g_ptr_array_add(tokens, g_steal_pointer(&token));
    }
    return tokens;
}

/* --- the statements ---------------------------------------------------------- */

/* An unmapped identity column is NOT NULL and has no default: staging then
 * counts for itself. */
static bool needs_identity(pg_session *s, const table_info *target, const char *const *columns,
                           bool *needed, error **err)
{
    const char *values[] = { target->identity };
    g_autoptr(pg_result) r = pg_query(s,
                                      "SELECT attname FROM pg_catalog.pg_attribute"
                                      " WHERE attrelid = $1::oid AND attidentity <> ''"
                                      " AND NOT attisdropped",
                                      1, values, _("read the identity columns"), err);
    if (r == NULL)
        return false;
    *needed = false;
    for (int i = 0; i < PQntuples(r); i++) {
        if (!g_strv_contains(columns, pg_text(r, i, 0)))
            *needed = true;
    }
    return true;
}

/* Unique indexes and exclusion constraints as the server writes them, so that
 * operator classes, collations, predicates and expressions come along; only
 * the table's name is ours. Other indexes would only slow the load. */
static bool add_keys(pg_session *s, const table_info *target, const char *staging, GPtrArray *out,
                     error **err)
{
    static const char sql[] =
        "SELECT pg_catalog.pg_get_indexdef(i.indexrelid),"
        " pg_catalog.format('CREATE UNIQUE INDEX %I ON ', x.relname),"
        " pg_catalog.format('%I.%I ', n.nspname, t.relname), NULL"
        " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
        " JOIN pg_catalog.pg_class t ON t.oid = i.indrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace"
        " WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid"
        " UNION ALL SELECT NULL, NULL, NULL, pg_catalog.pg_get_constraintdef(oid)"
        " FROM pg_catalog.pg_constraint WHERE conrelid = $1::oid AND contype = 'x'";
    const char *values[] = { target->identity };
    g_autoptr(pg_result) r = pg_query(s, sql, 1, values, _("read the keys"), err);
    if (r == NULL)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        const char *constraint = pg_text(r, i, 3);
        if (constraint != NULL) {
            g_ptr_array_add(out, g_strdup_printf("ALTER TABLE %s ADD %s", staging, constraint));
            continue;
        }
        const char *rest = pg_text(r, i, 0);
        const char *head = pg_text(r, i, 1), *name = pg_text(r, i, 2);
        g_assert(rest != NULL && head != NULL && name != NULL); /* else it is a constraint */
        const char *skipped[] = { head, "ONLY ", name };
        for (size_t j = 0; j < G_N_ELEMENTS(skipped); j++) {
            if (g_str_has_prefix(rest, skipped[j]))
                rest += strlen(skipped[j]);
        }
        g_ptr_array_add(out, g_strdup_printf("CREATE UNIQUE INDEX ON %s %s", staging, rest));
    }
    return true;
}

/* An upsert leaves the columns that are not mapped as they are in the target:
 * a check that speaks of one of them can only be made there. */
static bool add_checks(pg_session *s, const table_info *target, const char *staging,
                       const char *const *columns, GPtrArray *out, error **err)
{
    static const char sql[] = "SELECT o.oid, pg_catalog.pg_get_constraintdef(o.oid), a.attname"
                              " FROM pg_catalog.pg_constraint o LEFT JOIN pg_catalog.pg_attribute a"
                              " ON a.attrelid = o.conrelid AND a.attnum = ANY (o.conkey)"
                              " WHERE o.conrelid = $1::oid AND o.contype = 'c' ORDER BY o.oid";
    const char *values[] = { target->identity };
    g_autoptr(pg_result) r = pg_query(s, sql, 1, values, _("read the checks"), err);
    if (r == NULL)
        return false;
    int next;
    for (int i = 0; i < PQntuples(r); i = next) {
        bool mapped = true;
        for (next = i; next < PQntuples(r) && strcmp(pg_text(r, next, 0), pg_text(r, i, 0)) == 0;
             next++) {
            const char *name = pg_text(r, next, 2);
            mapped = mapped && (name == NULL || g_strv_contains(columns, name));
        }
        if (mapped)
            g_ptr_array_add(out,
                            g_strdup_printf("ALTER TABLE %s ADD %s", staging, pg_text(r, i, 1)));
    }
    return true;
}

char **pg_staging_sql(session *base, const table_info *target, const table_name *staging,
                      const char *const *columns, unsigned flags, error **err)
{
    pg_session *s = pg_of(base);
    g_autofree char *quoted = pg_quoted_table(s, staging);
    g_autofree char *like = pg_quoted_table(s, target->name);
    bool identity;
    if (!needs_identity(s, target, columns, &identity, err))
        return NULL;
    g_autoptr(GPtrArray) statements = g_ptr_array_new_with_free_func(g_free);
    /* Logged, so that a run can be resumed after a crash (rulings.md 4). */
    bool is_upsert = (flags & STAGING_WITHOUT_KEYS) != 0;
    g_ptr_array_add(statements,
                    g_strdup_printf("CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS "
                                    "INCLUDING STORAGE INCLUDING GENERATED%s%s)",
                                    quoted, like, is_upsert ? "" : " INCLUDING CONSTRAINTS",
                                    identity ? " INCLUDING IDENTITY" : ""));
    if (!(is_upsert ? add_checks(s, target, quoted, columns, statements, err)
                    : add_keys(s, target, quoted, statements, err)))
        return NULL;
    g_ptr_array_add(statements, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&statements), FALSE);
}

/* --- making and removing ----------------------------------------------------- */

bool pg_staging_create(session *base, const table_name *staging, const char *token,
                       char *const *statements, error **err)
{
    pg_session *s = pg_of(base);
    (void)token;
    g_autofree char *name = table_name_to_string(staging);
    g_autofree char *doing = g_strdup_printf(_("make the staging table \"%s\""), name);
    /* All or nothing. */
    bool own = PQtransactionStatus(s->conn) == PQTRANS_IDLE;
    if (own && !pg_begin(base, staging, err))
        return false;
    for (size_t i = 0; statements[i] != NULL; i++) {
        if (!pg_do(s, statements[i], doing, err)) {
            if (own)
                pg_rollback(base);
            return false;
        }
    }
    return !own || pg_do(s, "COMMIT", doing, err);
}

bool pg_staging_open(session *base, const table_name *staging, const char *token, error **err)
{
    (void)staging;
    (void)token;
    /* A table like any other: every session sees it. */
    return pg_check(pg_of(base), err);
}

bool pg_staging_drop(session *base, const table_name *staging, const char *token, error **err)
{
    pg_session *s = pg_of(base);
    (void)token;
    if (PQtransactionStatus(s->conn) == PQTRANS_INERROR)
        pg_rollback(base);
    g_autofree char *quoted = pg_quoted_table(s, staging);
    g_autofree char *sql = g_strdup_printf("DROP TABLE IF EXISTS %s", quoted);
    g_autofree char *name = table_name_to_string(staging);
    g_autofree char *doing = g_strdup_printf(_("drop the staging table \"%s\""), name);
    return pg_do(s, sql, doing, err);
}
