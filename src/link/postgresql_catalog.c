/* Descriptions come from the catalogues by oid, never from spelled names, so
 * that search_path and quoting cannot lead elsewhere. */
#include "link/postgresql_private.h"

#include <string.h>

/* --- tables and views -------------------------------------------------------- */

GPtrArray *pg_list_tables(session *base, const char *pattern, error **err)
{
    static const char sql[] =
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND n.nspname !~ '^pg_(toast|temp)'"
        " AND c.relname !~ '^rf_[0-9a-f]{16}_'"
        " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
        " AND ($1::text IS NULL OR pg_catalog.strpos(pg_catalog.lower(n.nspname || '.' ||"
        " c.relname), pg_catalog.lower($1)) > 0)"
        " ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"";
    const char *values[] = { pattern };
    g_autoptr(pg_result) result = pg_query(pg_of(base), sql, 1, values, _("list the tables"), err);
    if (result == NULL)
        return NULL;
    GPtrArray *tables = g_ptr_array_new_with_free_func((GDestroyNotify)table_name_free);
    for (int i = 0; i < PQntuples(result); i++)
        g_ptr_array_add(tables, table_name_new(pg_text(result, i, 0), pg_text(result, i, 1)));
    return tables;
}

/* --- one table --------------------------------------------------------------- */

enum {
    FIND_OID,
    FIND_SCHEMA,
    FIND_NAME,
    FIND_KIND,
    FIND_PARTITION,
    FIND_ROWS,
    FIND_SYSTEM,
    FIND_RIGHTS
};

/* $2 NULL: looked up along search_path, as the server does. */
static const char find_sql[] =
    "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition,"
    " CASE WHEN c.reltuples < 0 OR (c.reltuples = 0 AND c.relpages = 0) THEN -1"
    " ELSE c.reltuples::bigint END,"
    " n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast'),"
    " pg_catalog.has_any_column_privilege(c.oid, 'SELECT'),"
    " pg_catalog.has_any_column_privilege(c.oid, 'INSERT'),"
    " pg_catalog.has_any_column_privilege(c.oid, 'UPDATE'),"
    " pg_catalog.has_table_privilege(c.oid, 'DELETE'),"
    " pg_catalog.has_table_privilege(c.oid, 'TRUNCATE'),"
    " pg_catalog.has_schema_privilege(n.oid, 'CREATE')"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND CASE WHEN $2::text IS NULL"
    " THEN c.oid = pg_catalog.to_regclass(pg_catalog.quote_ident($1))"
    " ELSE c.relname = $1 AND n.nspname = $2 END";

static table_kind kind_of(const PGresult *r)
{
    if (pg_true(r, 0, FIND_SYSTEM))
        return TABLE_SYSTEM;
    switch (PQgetvalue(r, 0, FIND_KIND)[0]) {
    case 'p':
        return TABLE_PARTITIONED;
    case 'v':
    case 'm':
        return TABLE_VIEW;
    case 'f':
        return TABLE_FOREIGN;
    default:
        return pg_true(r, 0, FIND_PARTITION) ? TABLE_PARTITION : TABLE_PLAIN;
    }
}

static table_info *find_table(pg_session *s, const table_name *name, error **err)
{
    const char *values[] = { name->name, name->schema };
    g_autofree char *shown = table_name_to_string(name);
    g_autofree char *doing = g_strdup_printf(_("look up table \"%s\""), shown);
    g_autoptr(pg_result) r = pg_query(s, find_sql, 2, values, doing, err);
    if (r == NULL || PQntuples(r) == 0)
        return NULL;
    g_autoptr(table_name) found =
        table_name_new(pg_text(r, 0, FIND_SCHEMA), pg_text(r, 0, FIND_NAME));
    table_info *t = table_info_new(found);
    t->identity = g_strdup(pg_text(r, 0, FIND_OID));
    t->kind = kind_of(r);
    t->row_estimate = g_ascii_strtoll(pg_text(r, 0, FIND_ROWS), NULL, 10);
    t->can_select = pg_true(r, 0, FIND_RIGHTS);
    t->can_insert = pg_true(r, 0, FIND_RIGHTS + 1);
    t->can_update = pg_true(r, 0, FIND_RIGHTS + 2);
    t->can_delete = pg_true(r, 0, FIND_RIGHTS + 3);
    t->can_truncate = pg_true(r, 0, FIND_RIGHTS + 4);
    t->can_create = pg_true(r, 0, FIND_RIGHTS + 5);
    return t;
}

/* What is below a domain decides how its values travel. */
static const char columns_sql[] =
    "WITH RECURSIVE base(attnum, type, modifier) AS ("
    "SELECT attnum, atttypid, atttypmod FROM pg_catalog.pg_attribute"
    " WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped"
    " UNION ALL SELECT b.attnum, t.typbasetype,"
    " CASE WHEN b.modifier < 0 THEN t.typtypmod ELSE b.modifier END"
    " FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype = 'd')"
    " SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),"
    " pg_catalog.format_type(b.type, b.modifier),"
    " a.attnotnull OR (a.attidentity = '' AND EXISTS (SELECT FROM pg_catalog.pg_type t"
    "  WHERE t.oid = a.atttypid AND t.typnotnull)),"
    " a.atthasdef OR a.attidentity <> '' OR EXISTS (SELECT FROM pg_catalog.pg_type t"
    "  WHERE t.oid = a.atttypid AND t.typdefault IS NOT NULL),"
    " pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '', a.attidentity = 'a'"
    " FROM pg_catalog.pg_attribute a"
    " JOIN base b ON b.attnum = a.attnum AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t"
    "  WHERE t.oid = b.type AND t.typtype = 'd')"
    " LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

static bool read_columns(pg_session *s, table_info *t, error **err)
{
    const char *values[] = { t->identity };
    g_autoptr(pg_result) r = pg_query(s, columns_sql, 1, values, _("read the columns"), err);
    if (r == NULL)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        column_info *c = g_new0(column_info, 1);
        c->name = g_strdup(pg_text(r, i, 0));
        c->type_text = g_strdup(pg_text(r, i, 1));
        c->type = dialect_read_type(s->base.connection->dialect, pg_text(r, i, 2));
        c->not_null = pg_true(r, i, 3);
        c->has_default = pg_true(r, i, 4);
        c->default_text = g_strdup(pg_text(r, i, 5));
        c->generated = pg_true(r, i, 6);
        c->identity_always = pg_true(r, i, 7);
        g_ptr_array_add(t->columns, c);
    }
    return true;
}

/* Lists of column names travel as one row per name, in order. Rows of one
 * object stand together: @key is its first row. */
static char **take_names(const PGresult *r, int first, int end, int column)
{
    GPtrArray *names = g_ptr_array_new();
    for (int i = first; i < end; i++) {
        if (pg_text(r, i, column) != NULL)
            g_ptr_array_add(names, g_strdup(pg_text(r, i, column)));
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

/* The row after the last one that has the same value in @column as @first. */
static int end_of_group(const PGresult *r, int first, int column)
{
    int end = first + 1;
    while (end < PQntuples(r) && strcmp(pg_text(r, end, column), pg_text(r, first, column)) == 0)
        end++;
    return end;
}

/* A column of server 15 that older ones lack is asked for through JSON. */
static const char keys_sql[] =
    "SELECT i.indexrelid, c.relname, i.indisprimary,"
    " i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate AND i.indisvalid,"
    " NOT coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),"
    " a.attname FROM pg_catalog.pg_index i"
    " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
    " CROSS JOIN LATERAL pg_catalog.generate_series(0, i.indnkeyatts - 1) AS k(n)"
    " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n]"
    " AND a.attnum > 0 WHERE i.indrelid = $1::oid AND i.indisunique AND i.indislive"
    " ORDER BY NOT i.indisprimary, c.relname COLLATE \"C\", k.n";

static bool read_keys(pg_session *s, table_info *t, error **err)
{
    const char *values[] = { t->identity };
    g_autoptr(pg_result) r = pg_query(s, keys_sql, 1, values, _("read the keys"), err);
    if (r == NULL)
        return false;
    for (int i = 0, end; i < PQntuples(r); i = end) {
        end = end_of_group(r, i, 0);
        key_info *k = g_new0(key_info, 1);
        k->name = g_strdup(pg_text(r, i, 1));
        k->primary = pg_true(r, i, 2);
        k->plain = pg_true(r, i, 3);
        k->nulls_distinct = pg_true(r, i, 4);
        k->columns = take_names(r, i, end, 5);
        g_ptr_array_add(t->keys, k);
    }
    return true;
}

/* For a partitioned table on the other side the server keeps one more
 * constraint for each partition; those are left out. */
static const char foreign_keys_sql[] =
    "SELECT o.oid, o.conname, n.nspname, c.relname, a.attname, b.attname"
    " FROM pg_catalog.pg_constraint o"
    " JOIN pg_catalog.pg_class c ON c.oid = o.confrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " CROSS JOIN LATERAL pg_catalog.generate_subscripts(o.conkey, 1) AS k(i)"
    " JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[k.i]"
    " JOIN pg_catalog.pg_attribute b ON b.attrelid = o.confrelid AND b.attnum = o.confkey[k.i]"
    " WHERE o.conrelid = $1::oid AND o.contype = 'f'"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p WHERE p.oid = o.conparentid"
    " AND p.conrelid = o.conrelid) ORDER BY o.conname COLLATE \"C\", o.oid, k.i";

static bool read_foreign_keys(pg_session *s, table_info *t, error **err)
{
    const char *values[] = { t->identity };
    g_autoptr(pg_result) r =
        pg_query(s, foreign_keys_sql, 1, values, _("read the foreign keys"), err);
    if (r == NULL)
        return false;
    for (int i = 0, end; i < PQntuples(r); i = end) {
        end = end_of_group(r, i, 0);
        foreign_key_info *k = g_new0(foreign_key_info, 1);
        k->name = g_strdup(pg_text(r, i, 1));
        k->references = table_name_new(pg_text(r, i, 2), pg_text(r, i, 3));
        k->columns = take_names(r, i, end, 4);
        k->referenced_columns = take_names(r, i, end, 5);
        g_ptr_array_add(t->foreign_keys, k);
    }
    return true;
}

static bool read_checks(pg_session *s, table_info *t, error **err)
{
    static const char sql[] =
        "SELECT DISTINCT a.attname FROM pg_catalog.pg_constraint o"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = ANY (o.conkey)"
        " WHERE o.conrelid = $1::oid AND o.contype = 'c' AND pg_catalog.cardinality(o.conkey) > 1";
    const char *values[] = { t->identity };
    g_autoptr(pg_result) r = pg_query(s, sql, 1, values, _("read the checks"), err);
    for (int i = 0; r != NULL && i < PQntuples(r); i++)
        g_ptr_array_add(t->checked_together, g_strdup(pg_text(r, i, 0)));
    return r != NULL;
}

/* --- what hangs on it -------------------------------------------------------- */

/* Everything that a new table under the same name would not have
 * (spec/safety.md section 4): kind, name, second name. */
static const char dependents_sql[] =
    "SELECT DISTINCT 'view', n.nspname || '.' || c.relname, NULL FROM pg_catalog.pg_depend d"
    " JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid"
    " JOIN pg_catalog.pg_class c ON c.oid = w.ev_class"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass"
    " AND d.refclassid = 'pg_catalog.pg_class'::regclass"
    " AND d.refobjid = $1::oid AND w.ev_class <> $1::oid"
    " UNION ALL SELECT DISTINCT 'function', n.nspname || '.' || p.proname, NULL"
    " FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p ON p.oid = d.objid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
    " WHERE d.classid = 'pg_catalog.pg_proc'::regclass"
    " AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = $1::oid"
    " UNION ALL SELECT 'reference', n.nspname || '.' || c.relname, o.conname"
    " FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE o.contype = 'f' AND o.confrelid = $1::oid"
    " UNION ALL SELECT 'trigger', tgname, NULL FROM pg_catalog.pg_trigger"
    " WHERE tgrelid = $1::oid AND NOT tgisinternal"
    " UNION ALL SELECT 'rule', rulename, NULL FROM pg_catalog.pg_rewrite"
    " WHERE ev_class = $1::oid AND rulename <> '_RETURN'"
    " UNION ALL SELECT 'policy', polname, NULL FROM pg_catalog.pg_policy WHERE polrelid = $1::oid"
    " UNION ALL SELECT 'rowsecurity', NULL, NULL FROM pg_catalog.pg_class"
    " WHERE oid = $1::oid AND relrowsecurity"
    " UNION ALL SELECT 'publication', p.pubname, NULL FROM pg_catalog.pg_publication_rel r"
    " JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = $1::oid"
    " UNION ALL SELECT 'owner', pg_catalog.pg_get_userbyid(relowner), NULL"
    " FROM pg_catalog.pg_class WHERE oid = $1::oid"
    " AND pg_catalog.pg_get_userbyid(relowner) <> current_user"
    " UNION ALL SELECT DISTINCT 'grant', CASE WHEN g.grantee = 0 THEN 'public'"
    "  ELSE pg_catalog.pg_get_userbyid(g.grantee)::text END, NULL"
    " FROM pg_catalog.pg_class c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS g"
    " WHERE c.oid = $1::oid AND g.grantee <> c.relowner"
    " UNION ALL SELECT 'columngrant', attname, NULL FROM pg_catalog.pg_attribute"
    " WHERE attrelid = $1::oid AND attacl IS NOT NULL"
    " UNION ALL SELECT 'sequence', n.nspname || '.' || c.relname, NULL"
    " FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid"
    "  AND c.relkind = 'S' JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE d.classid = 'pg_catalog.pg_class'::regclass"
    " AND d.refclassid = 'pg_catalog.pg_class'::regclass"
    " AND d.refobjid = $1::oid AND d.deptype IN ('a', 'i')"
    " UNION ALL SELECT 'option', o, NULL FROM pg_catalog.pg_class"
    " CROSS JOIN LATERAL pg_catalog.unnest(reloptions) AS u(o) WHERE oid = $1::oid"
    " UNION ALL SELECT 'identity', NULL, NULL FROM pg_catalog.pg_class"
    " WHERE oid = $1::oid AND relkind IN ('r', 'p') AND relreplident NOT IN ('d', 'n')"
    " UNION ALL SELECT 'cluster', c.relname, NULL FROM pg_catalog.pg_index i"
    " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
    " WHERE i.indrelid = $1::oid AND i.indisclustered"
    " UNION ALL SELECT 'child', n.nspname || '.' || c.relname, NULL"
    " FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE h.inhparent = $1::oid"
    " UNION ALL SELECT 'parent', n.nspname || '.' || c.relname, NULL"
    " FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid = h.inhparent"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE h.inhrelid = $1::oid"
    " UNION ALL SELECT 'statistics', attname, NULL FROM pg_catalog.pg_attribute"
    " WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped"
    " AND (attstattarget > 0 OR attoptions IS NOT NULL)";

/* What deleting its rows also does. */
static const char delete_effects_sql[] =
    "SELECT 'rule', rulename, NULL FROM pg_catalog.pg_rewrite"
    " WHERE ev_class = $1::oid AND ev_type = '4' AND ev_enabled <> 'D'"
    " UNION ALL SELECT CASE WHEN tgtype & 64 <> 0 THEN 'instead'"
    " WHEN tgtype & 2 <> 0 THEN 'before' ELSE 'after' END, tgname, NULL"
    " FROM pg_catalog.pg_trigger"
    " WHERE tgrelid = $1::oid AND NOT tgisinternal AND tgtype & 8 <> 0 AND tgenabled <> 'D'"
    " UNION ALL SELECT CASE o.confdeltype WHEN 'c' THEN 'cascade' ELSE 'set' END,"
    " n.nspname || '.' || c.relname, o.conname"
    " FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE o.contype = 'f' AND o.confrelid = $1::oid AND o.confdeltype IN ('c', 'n', 'd')";

typedef struct {
    const char *kind;
    const char *sentence; /* with one or two names */
    bool is_hazard;       /* see table_info.delete_hazard */
} effect;

static const effect dependents[] = {
    { "view", N_("view \"%s\" reads it"), false },
    { "function", N_("function \"%s\" uses it"), false },
    { "reference", N_("table \"%s\" refers to it (foreign key \"%s\")"), false },
    { "trigger", N_("trigger \"%s\" is on it"), false },
    { "rule", N_("rule \"%s\" is on it"), false },
    { "policy", N_("policy \"%s\" is on it"), false },
    { "rowsecurity", N_("row security is enabled on it"), false },
    { "publication", N_("publication \"%s\" carries it"), false },
    { "owner", N_("its owner is \"%s\""), false },
    { "grant", N_("rights on it are granted to \"%s\""), false },
    { "columngrant", N_("rights on its column \"%s\" are granted"), false },
    { "sequence", N_("sequence \"%s\" belongs to it"), false },
    { "option", N_("storage option %s is set on it"), false },
    { "identity", N_("its replica identity is set"), false },
    { "cluster", N_("it is clustered on index \"%s\""), false },
    { "child", N_("table \"%s\" inherits from it or is its partition"), false },
    { "parent", N_("it inherits from table \"%s\" or is its partition"), false },
    { "statistics", N_("statistics options are set on its column \"%s\""), false },
};

static const effect delete_effects[] = {
    { "rule", N_("rule \"%s\" acts when its rows are deleted"), true },
    { "instead", N_("trigger \"%s\" runs instead of deleting its rows"), true },
    { "before", N_("trigger \"%s\" runs before its rows are deleted"), false },
    { "after", N_("trigger \"%s\" runs after its rows were deleted"), false },
    { "cascade", N_("deleting its rows deletes rows of table \"%s\" too (foreign key \"%s\")"),
      true },
    { "set", N_("deleting its rows changes rows of table \"%s\" (foreign key \"%s\")"), true },
};

/* The sentence with its names put where %s stands. Not by a printf function,
 * which wants its format at compile time. */
static char *say(const char *sentence, const char *first, const char *second)
{
    const char *names[] = { first, second };
    GString *said = g_string_new(NULL);
    size_t n = 0;
    for (const char *p = sentence; *p != '\0'; p++) {
        if (p[0] == '%' && p[1] == 's' && n < G_N_ELEMENTS(names)) {
            g_string_append(said, names[n] != NULL ? names[n] : "");
            n++;
            p++;
        } else {
            g_string_append_c(said, *p);
        }
    }
    return g_string_free(said, FALSE);
}

static bool read_effects(pg_session *s, const char *identity, const char *sql,
                         const effect *effects, size_t n, GPtrArray *out, char **hazard,
                         error **err)
{
    const char *values[] = { identity };
    g_autoptr(pg_result) r = pg_query(s, sql, 1, values, _("read what depends on the table"), err);
    if (r == NULL)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        for (size_t j = 0; j < n; j++) {
            if (strcmp(effects[j].kind, pg_text(r, i, 0)) != 0)
                continue;
            char *said = say(_(effects[j].sentence), pg_text(r, i, 1), pg_text(r, i, 2));
            g_ptr_array_add(out, said);
            if (effects[j].is_hazard && *hazard == NULL)
                *hazard = g_strdup(said);
        }
    }
    return true;
}

table_info *pg_describe(session *base, const table_name *name, error **err)
{
    pg_session *s = pg_of(base);
    g_autoptr(table_info) t = find_table(s, name, err);
    if (t == NULL || !read_columns(s, t, err) || !read_keys(s, t, err) ||
        !read_foreign_keys(s, t, err) || !read_checks(s, t, err) ||
        !read_effects(s, t->identity, dependents_sql, dependents, G_N_ELEMENTS(dependents),
                      t->dependents, &t->delete_hazard, err) ||
        !read_effects(s, t->identity, delete_effects_sql, delete_effects,
                      G_N_ELEMENTS(delete_effects), t->delete_effects, &t->delete_hazard, err))
        return NULL;
    return g_steal_pointer(&t);
}

/* --- the columns of a query -------------------------------------------------- */

/* The catalogue's spelling of each column's type, in order. */
static PGresult *spell_types(pg_session *s, const PGresult *described, error **err)
{
    GString *oids = g_string_new("{");
    GString *modifiers = g_string_new("{");
    for (int i = 0; i < PQnfields(described); i++) {
        g_string_append_printf(oids, "%s%u", i > 0 ? "," : "", PQftype(described, i));
        g_string_append_printf(modifiers, "%s%d", i > 0 ? "," : "", PQfmod(described, i));
    }
    g_string_append_c(oids, '}');
    g_string_append_c(modifiers, '}');
    const char *values[] = { oids->str, modifiers->str };
    PGresult *r = pg_query(s,
                           "SELECT pg_catalog.format_type(($1::oid[])[i], ($2::integer[])[i])"
                           " FROM pg_catalog.generate_subscripts($1::oid[], 1) AS g(i) ORDER BY i",
                           2, values, _("read the columns of the query"), err);
    g_string_free(oids, TRUE);
    g_string_free(modifiers, TRUE);
    return r;
}

static GPtrArray *read_query_columns(pg_session *s, const char *sql, error **err)
{
    g_autofree char *wrapped = g_strdup_printf("SELECT * FROM (%s\n) AS q", sql);
    g_autoptr(pg_result) described =
        pg_describe_statement(s, wrapped, _("read the columns of the query"), err);
    if (described == NULL)
        return NULL;
    g_autoptr(pg_result) spelled = spell_types(s, described, err);
    if (spelled == NULL)
        return NULL;
    GPtrArray *columns = g_ptr_array_new_with_free_func((GDestroyNotify)column_info_free);
    for (int i = 0; i < PQnfields(described); i++) {
        column_info *c = g_new0(column_info, 1);
        c->name = g_strdup(PQfname(described, i));
        c->type_text = g_strdup(pg_text(spelled, i, 0));
        c->type = dialect_read_type(s->base.connection->dialect, c->type_text);
        g_ptr_array_add(columns, c);
    }
    return columns;
}

/* What the server says of text that is not one row-returning statement: a
 * syntax error behind our parenthesis, or a writing WITH that is not on top. */
static void say_it_is_no_select(error *e)
{
    if (strcmp(e->sqlstate, "42601") != 0 && strcmp(e->sqlstate, "0A000") != 0)
        return;
    e->code = ERROR_PLAN;
    e->retryable = false;
    if (e->hint == NULL)
        e->hint = g_strdup(_("a source query must be one SELECT"));
}

GPtrArray *pg_describe_query(session *base, const char *sql, const value *parameters,
                             unsigned n_parameters, error **err)
{
    pg_session *s = pg_of(base);
    (void)parameters;
    g_assert(n_parameters == 0); /* this link does not bind: LINK_BIND */
    /* Preparing runs nothing; the read-only transaction makes sure of it. */
    bool own = PQtransactionStatus(s->conn) == PQTRANS_IDLE;
    if (own && !pg_do(s, "BEGIN READ ONLY", _("begin a transaction"), err))
        return NULL;
    error *local = NULL;
    GPtrArray *columns = read_query_columns(s, sql, &local);
    if (own)
        pg_rollback(base);
    if (columns == NULL) {
        say_it_is_no_select(local);
        error_propagate(err, &local);
    }
    return columns;
}
