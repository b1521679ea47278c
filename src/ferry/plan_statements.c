/* How the rows become visible: the strategy and every statement of it. */
#include "ferry/plan_private.h"

#include "base/intl.h"
#include "row/convert.h"

#include <string.h>
#include <sys/stat.h>

static const dialect *target_dialect(const plan *p)
{
    return p->target->dialect;
}

/* ---- a new table --------------------------------------------------------- */

static bool write_create(plan *p, error **err)
{
    if (!p->creates_table || !plan_link_has(p->target, LINK_SQL))
        return true;
    if (!dialect_has(target_dialect(p), "transactional_ddl"))
        return error_set(err, ERROR_PLAN,
                         _("target \"%s\" does not exist, and %s cannot create "
                           "it within the transaction of the load"),
                         p->table->name, dialect_title(target_dialect(p)));
    g_autoptr(GString) columns = g_string_new(NULL);
    for (guint i = 0; i < p->table_info->columns->len; i++) {
        const column_info *c = p->table_info->columns->pdata[i];
        g_autofree char *name = dialect_quote(target_dialect(p), c->name, err);
        if (name == NULL)
            return false;
        g_string_append_printf(columns, "%s%s %s%s", i > 0 ? ", " : "", name, c->type_text,
                               c->not_null ? " NOT NULL" : "");
    }
    if (p->task->target.key != NULL) {
        g_autofree char *key =
            dialect_quoted_list(target_dialect(p), (const char *const *)p->task->target.key);
        g_string_append_printf(columns, ", PRIMARY KEY (%s)", key);
    }
    g_autofree char *table = plan_quoted_table(p->target, p->table);
    const template_variable variables[] = { { "table", table },
                                            { "columns", columns->str },
                                            { NULL, NULL } };
    p->create_sql = dialect_statement(target_dialect(p), "create_table", variables);
    return true;
}

/* ---- the slice ----------------------------------------------------------- */

static bool slice_literal(plan *p, const plan_context *context, const data_type *type,
                          const json_t *json, GString *sql, GString *text, error **err)
{
    g_autofree char *expanded = NULL;
    if (json_is_string(json)) {
        expanded = plan_expand(context, json_string_value(json), "target.slice", err);
        if (expanded == NULL)
            return false;
    } else {
        char *dumped = json_dumps(json, JSON_ENCODE_ANY);
        expanded = g_strdup(dumped);
        free(dumped);
    }
    value raw = value_span(VALUE_TEXT, expanded, (uint32_t)strlen(expanded)), v;
    const convert_options options = { .compact_dates = true };
    convert_error why;
    if (!convert_value(&raw, type, &options, p->memory, &v, &why))
        return error_set(err, ERROR_PLAN, "target.slice: %s", why.message);
    g_autofree char *literal = dialect_literal(target_dialect(p), &v, err);
    if (literal == NULL)
        return false;
    g_string_append(sql, literal);
    /* One spelling for one value: claims on slices are compared. */
    char buffer[VALUE_TEXT_MAX];
    size_t size = 0;
    const char *shown = value_to_text(&v, buffer, &size);
    g_string_append_len(text, shown, (gssize)size);
    return true;
}

/* Decimals that the target has no number for. */
static bool compares_as_text(const plan *p, const data_type *type)
{
    int64_t digits = dialect_limit(target_dialect(p), "decimal_digits");
    return type->kind == TYPE_DECIMAL && digits > 0 &&
           (type->precision == 0 || type->precision > digits);
}

static bool write_slice(plan *p, const plan_context *context, error **err)
{
    const slice_spec *slice = p->task->target.slice;
    if (slice == NULL)
        return true;
    if (p->mode != MODE_OVERWRITE && p->replay_file == NULL)
        return error_set(err, ERROR_PLAN, _("target.slice goes with mode overwrite"));
    if (!plan_link_has(p->target, LINK_SQL))
        return error_set(err, ERROR_PLAN, _("target.slice needs a table; \"%s\" is a file"),
                         p->table->name);
    int column = table_info_column(p->table_info, slice->column);
    bool mapped = false;
    for (guint i = 0; i < p->mapping->columns->len; i++)
        mapped |=
            strcmp(((mapping_column *)p->mapping->columns->pdata[i])->target, slice->column) == 0;
    if (column < 0 || !mapped)
        return error_set(err, ERROR_PLAN, _("target.slice: column \"%s\" %s"), slice->column,
                         column < 0 ? _("does not exist in the target") : _("is not mapped"));
    const data_type *type = &((column_info *)p->table_info->columns->pdata[column])->type;
    if (slice->value == NULL && compares_as_text(p, type)) {
        error_set(err, ERROR_PLAN,
                  _("target.slice: column \"%s\" keeps its numbers as text, in whose order 100 "
                    "comes before 20"),
                  slice->column);
        return error_hint(err, _("a slice of one value is possible"));
    }
    g_autofree char *name = dialect_quoted(target_dialect(p), slice->column);
    g_autoptr(GString) sql = g_string_new(NULL);
    g_autoptr(GString) text = g_string_new(slice->column);
    if (slice->value != NULL) {
        g_string_append_printf(sql, "%s = ", name);
        g_string_append(text, " = ");
        if (!slice_literal(p, context, type, slice->value, sql, text, err))
            return false;
    } else {
        g_string_append_printf(sql, "%s >= ", name);
        g_string_append(text, " from ");
        if (!slice_literal(p, context, type, slice->from, sql, text, err))
            return false;
        g_string_append_printf(sql, " AND %s < ", name);
        g_string_append(text, " until ");
        if (!slice_literal(p, context, type, slice->until, sql, text, err))
            return false;
    }
    p->slice_sql = g_string_free(g_steal_pointer(&sql), FALSE);
    p->slice_text = g_string_free(g_steal_pointer(&text), FALSE);
    return true;
}

/* ---- pre- and post-SQL --------------------------------------------------- */

static char *expand_for_guard(void *user, const char *text, error **err)
{
    return plan_expand(user, text, "target.pre_sql", err);
}

guard_statement *plan_guard(const connection *c, const table_info *t, bool schema_is_default,
                            const char *text, const guard_options *options, char *reason,
                            error **err)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GArray) types = g_array_new(FALSE, FALSE, sizeof(data_type));
    for (guint i = 0; i < t->columns->len; i++) {
        const column_info *column = t->columns->pdata[i];
        g_ptr_array_add(names, column->name);
        g_array_append_val(types, column->type);
    }
    const guard_target target = {
        .catalog = c->database,
        .schema = t->name->schema,
        .name = t->name->name,
        .schema_is_default = schema_is_default,
        .columns = (const char *const *)names->pdata,
        .types = (const data_type *)types->data,
        .n_columns = names->len,
        .refused = t->delete_hazard,
    };
    return guard_check(c->dialect, &target, text, strlen(text), options, reason, err);
}

static bool write_guarded(plan *p, const plan_context *context, const char *key, const char *text,
                          guard_statement **out, error **err)
{
    if (text == NULL || p->replay_file != NULL)
        return true;
    if (!plan_link_has(p->target, LINK_SQL))
        return error_set(err, ERROR_PLAN, _("%s needs a table; \"%s\" is a file"), key,
                         p->table->name);
    if (p->creates_table)
        return error_set(err, ERROR_PLAN, _("%s: target \"%s\" does not exist yet"), key,
                         p->table->name);
    const guard_options options = { .expand = expand_for_guard,
                                    .user = (void *)context,
                                    .allow_full_delete = p->task->target.allow_full_delete };
    char reason;
    g_autoptr(error) local = NULL;
    *out = plan_guard(p->target, p->table_info, p->task->target.table->schema == NULL, text,
                      &options, &reason, &local);
    return *out != NULL || error_prefix(err, &local, "target.%s", key);
}

/* ---- what publishes ------------------------------------------------------ */

static char **mapped_names(const plan *p)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < p->mapping->columns->len; i++)
        g_ptr_array_add(names, g_strdup(((mapping_column *)p->mapping->columns->pdata[i])->target));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

/* "t.k = s.k AND …" */
static char *join_on_key(const plan *p)
{
    GString *on = g_string_new(NULL);
    for (char **key = p->task->target.key; *key != NULL; key++) {
        g_autofree char *name = dialect_quoted(target_dialect(p), *key);
        g_string_append_printf(on, "%st.%s = s.%s", on->len > 0 ? " AND " : "", name, name);
    }
    return g_string_free(on, FALSE);
}

/* The new value of a column: of the row that conflicts, or of staging. */
static char *new_value(const plan *p, const char *quoted)
{
    if (!p->on_conflict)
        return g_strconcat("s.", quoted, NULL);
    const template_variable variables[] = { { "column", quoted }, { NULL, NULL } };
    return dialect_expression_text(target_dialect(p), "new_value", variables);
}

/* Types that the target compares by rules of their own, or not at all (json,
 * point, xml), are compared by their text. */
static char *comparable(const plan *p, const mapping_column *m, const char *expression)
{
    const column_info *c =
        p->table_info->columns->pdata[table_info_column(p->table_info, m->target)];
    bool by_text = c->type.kind == TYPE_JSON || c->type.kind == TYPE_OTHER;
    if (!by_text || plan_link_has(p->target, LINK_LOOSE_VALUES))
        return g_strdup(expression);
    const template_variable variables[] = { { "column", expression }, { NULL, NULL } };
    return dialect_expression_text(target_dialect(p), "cast_text", variables);
}

/* SET list and the condition that the row changes at all; NULL when every
 * mapped column is a key. */
static char *assignments(const plan *p, char **changed)
{
    g_autoptr(GString) set = g_string_new(NULL);
    g_autoptr(GString) differs = g_string_new(NULL);
    const char *distinct = dialect_expression(target_dialect(p), "is_distinct");
    for (guint i = 0; i < p->mapping->columns->len; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        if (m->is_key)
            continue;
        g_autofree char *name = dialect_quoted(target_dialect(p), m->target);
        g_autofree char *new = new_value(p, name);
        g_string_append_printf(set, "%s%s = %s", set->len > 0 ? ", " : "", name, new);
        if (m->is_parameter)
            continue; /* its value alone is no change */
        g_autofree char *bare = g_strconcat("t.", name, NULL);
        g_autofree char *before = comparable(p, m, bare);
        g_autofree char *after = comparable(p, m, new);
        g_string_append_printf(differs, "%s%s %s %s", differs->len > 0 ? " OR " : "", before,
                               distinct, after);
    }
    *changed = differs->len > 0 ? g_string_free(g_steal_pointer(&differs), FALSE) : NULL;
    return set->len > 0 ? g_string_free(g_steal_pointer(&set), FALSE) : NULL;
}

static bool has_unique_key(const plan *p)
{
    guint wanted = g_strv_length(p->task->target.key);
    for (guint i = 0; i < p->table_info->keys->len; i++) {
        const key_info *k = p->table_info->keys->pdata[i];
        if (!k->plain || g_strv_length(k->columns) != wanted)
            continue;
        bool same = true;
        for (char **name = k->columns; *name != NULL; name++)
            same &= g_strv_contains((const char *const *)p->task->target.key, *name);
        if (same)
            return true;
    }
    return false;
}

/* INSERT … ON CONFLICT checks the row as it would be inserted, with defaults
 * for what is not mapped, even where it then updates. */
static bool maps_what_is_checked(const plan *p)
{
    const GPtrArray *checked = p->table_info->checked_together;
    for (guint i = 0; i < checked->len; i++) {
        bool mapped = false;
        for (guint k = 0; k < p->mapping->columns->len && !mapped; k++) {
            const mapping_column *m = p->mapping->columns->pdata[k];
            mapped = strcmp(m->target, checked->pdata[i]) == 0;
        }
        if (!mapped)
            return false;
    }
    return true;
}

static void add_upsert(plan *p, GPtrArray *list, const char *table, const char *staging,
                       const char *columns, const char *select)
{
    const dialect *d = target_dialect(p);
    g_autofree char *key = dialect_quoted_list(d, (const char *const *)p->task->target.key);
    g_autofree char *on = join_on_key(p);
    p->key_is_unique = has_unique_key(p);
    p->missing_sql = g_strdup_printf("SELECT count(*) FROM %s AS s WHERE NOT EXISTS (SELECT 1 "
                                     "FROM %s AS t WHERE %s)",
                                     staging, table, on);
    /* The count needs a system column, which a partitioned table does not give. */
    p->on_conflict = p->key_is_unique && p->table_info->kind != TABLE_PARTITIONED &&
                     dialect_has_statement(d, "upsert_counts") && maps_what_is_checked(p);
    g_autofree char *changed = NULL;
    g_autofree char *set = assignments(p, &changed);
    /* Nothing but the key is mapped: rows that exist are unchanged. */
    p->on_conflict = p->on_conflict && set != NULL;
    p->lock_table = !p->on_conflict;
    g_autofree char *update =
        set == NULL      ? NULL
        : p->on_conflict ? g_strdup_printf("%s WHERE %s", set, changed != NULL ? changed : "false")
                         : g_strdup(set);
    g_autofree char *matches = changed != NULL ? g_strdup_printf("%s AND (%s)", on, changed)
                                               : g_strdup_printf("%s AND false", on);
    const template_variable variables[] = { { "table", table },
                                            { "staging", staging },
                                            { "columns", columns },
                                            { "select", select },
                                            { "key", key },
                                            { "on", matches },
                                            { "assignments", update != NULL ? update : "" },
                                            { NULL, NULL } };
    if (p->on_conflict) {
        g_ptr_array_add(list, dialect_statement(d, "upsert_counts", variables));
        return;
    }
    if (set != NULL)
        g_ptr_array_add(list, dialect_statement(d, "upsert_update", variables));
    const template_variable insert[] = { { "table", table },     { "staging", staging },
                                         { "columns", columns }, { "select", select },
                                         { "on", on },           { NULL, NULL } };
    g_ptr_array_add(list, dialect_statement(d, "upsert_insert_new", insert));
}

static void write_publish(plan *p)
{
    const dialect *d = target_dialect(p);
    g_auto(GStrv) names = mapped_names(p);
    g_autofree char *columns = dialect_quoted_list(d, (const char *const *)names);
    GString *qualified = g_string_new(NULL);
    for (char **name = names; *name != NULL; name++) {
        g_autofree char *quoted = dialect_quoted(d, *name);
        g_string_append_printf(qualified, "%ss.%s", qualified->len > 0 ? ", " : "", quoted);
    }
    g_autofree char *select = g_string_free(qualified, FALSE);
    g_autofree char *table = plan_quoted_table(p->target, p->table);
    g_autofree char *staging = plan_quoted_table(p->target, p->staging);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    const template_variable variables[] = { { "table", table },
                                            { "staging", staging },
                                            { "columns", columns },
                                            { "select", select },
                                            { "predicate",
                                              p->slice_sql != NULL ? p->slice_sql : "" },
                                            { NULL, NULL } };
    switch (p->mode) {
    case MODE_OVERWRITE:
        p->lock_table = true;
        g_ptr_array_add(list, dialect_statement(d,
                                                p->slice_sql != NULL               ? "delete_where"
                                                : p->task->target.publish_truncate ? "truncate"
                                                                                   : "delete_all",
                                                variables));
        g_ptr_array_add(list, dialect_statement(d, "insert_select", variables));
        break;
    case MODE_APPEND:
        g_ptr_array_add(list, dialect_statement(d, "insert_select", variables));
        break;
    case MODE_UPSERT:
        add_upsert(p, list, table, staging, columns, select);
        break;
    }
    g_ptr_array_add(list, NULL);
    p->publish_sql = (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}

/* ---- strategy ------------------------------------------------------------ */

/* The losers of a declared winner are told by the system's own name of a row,
 * which a column of that name hides. */
static bool check_row_id(const plan *p, error **err)
{
    const char *id = dialect_expression(target_dialect(p), "row_id");
    if (p->task->target.winner_column == NULL)
        return true;
    for (guint i = 0; i < p->table_info->columns->len; i++) {
        const column_info *c = p->table_info->columns->pdata[i];
        if (id == NULL || g_ascii_strcasecmp(c->name, id) == 0)
            return error_set(err, ERROR_PLAN,
                             _("target.winner_column cannot be used with target \"%s\": its "
                               "column \"%s\" hides what tells its rows apart"),
                             p->table->name, c->name);
    }
    return true;
}

/* Rows may refer to rows that are read later: all must come in one statement. */
static bool refers_to_itself(const plan *p)
{
    for (guint i = 0; i < p->table_info->foreign_keys->len; i++)
        if (plan_is_self_reference(p, p->table_info->foreign_keys->pdata[i]))
            return true;
    return false;
}

/* Who writes a database in one file would wait for the readers of the same
 * file, and they for the writer. */
static bool reads_own_file(const plan *p)
{
    struct stat ours, theirs;
    if (!plan_link_has(p->target, LINK_STAGING_FILE) || p->target->path == NULL ||
        stat(p->target->path, &ours) != 0)
        return false;
    for (guint i = 0; i < p->segments->len; i++) {
        const connection *c = g_array_index(p->segments, plan_segment, i).connection;
        if (c->path != NULL && stat(c->path, &theirs) == 0 && theirs.st_dev == ours.st_dev &&
            theirs.st_ino == ours.st_ino)
            return true;
    }
    return false;
}

static bool choose_strategy(plan *p, error **err)
{
    if (!plan_link_has(p->target, LINK_SQL)) {
        p->strategy = STRATEGY_FILE;
        if (p->mode == MODE_UPSERT)
            return error_set(err, ERROR_PLAN, _("mode upsert needs a table; \"%s\" is a file"),
                             p->table->name);
        if (p->verify)
            return error_set(err, ERROR_PLAN, _("--verify needs a table; \"%s\" is a file"),
                             p->table->name);
        p->writers = 1;
        return true;
    }
    if (p->mode == MODE_UPSERT && !check_row_id(p, err))
        return false;
    if (p->mode == MODE_OVERWRITE && p->table_info->delete_hazard != NULL) {
        error_set(err, ERROR_PLAN, _("replacing the rows of \"%s\" would do more than that: %s"),
                  p->table->name, p->table_info->delete_hazard);
        return error_hint(err, _("use mode upsert, or remove that from the target"));
    }
    bool plain_append = p->mode == MODE_APPEND && p->pre_sql == NULL && p->post_sql == NULL &&
                        !p->verify && p->writers == 1 && !refers_to_itself(p);
    bool direct = (p->creates_table || plain_append) && !reads_own_file(p);
    p->strategy = direct ? STRATEGY_DIRECT : STRATEGY_STAGED;
    if (p->creates_table)
        p->writers = 1;
    return true;
}

static bool write_staging(plan *p, error **err)
{
    session *s = plan_session(p, p->target, err);
    if (s == NULL)
        return false;
    bool elsewhere =
        plan_link_has(p->target, LINK_STAGING_FILE) || p->target->staging_schema != NULL;
    if (!elsewhere && !p->table_info->can_create) {
        error_set(err, ERROR_RIGHTS, _("no right to create the staging table beside target \"%s\""),
                  p->table->name);
        return error_hint(err,
                          _("grant CREATE on the schema, or name a schema where it may be "
                            "made: \"staging_schema\" in connection \"%s\""),
                          p->target->name);
    }
    p->staging = s->ops->staging_name(s, p->table, p->run_token);
    p->staging_flags = p->mode == MODE_UPSERT ? STAGING_WITHOUT_KEYS : 0;
    g_auto(GStrv) names = mapped_names(p);
    p->staging_sql = s->ops->staging_sql(s, p->table_info, p->staging, (const char *const *)names,
                                         p->staging_flags, err);
    return p->staging_sql != NULL;
}

static bool write_ledger(plan *p, error **err)
{
    const dialect *d = target_dialect(p);
    if (!plan_link_has(p->target, LINK_SQL))
        return true;
    const char *schema =
        p->target->ledger_schema != NULL ? p->target->ledger_schema : p->table->schema;
    g_autoptr(table_name) name = table_name_new(schema, "rowferry_ledger");
    session *s = plan_session(p, p->target, err);
    if (s == NULL)
        return false;
    g_autoptr(error) local = NULL;
    g_autoptr(table_info) existing = s->ops->describe(s, name, &local);
    bool usable = existing != NULL ? existing->can_insert && existing->can_select
                                   : p->table_info->can_create || p->creates_table ||
                                         p->target->ledger_schema != NULL;
    if (!usable) {
        plan_warn(p, _("there is no ledger and no right to create one: if the reply to COMMIT is "
                       "lost, the commit cannot be proven"));
        return true;
    }
    p->ledger_table = plan_quoted_table(p->target, name);
    if (existing == NULL) {
        const template_variable variables[] = { { "ledger", p->ledger_table }, { NULL, NULL } };
        p->ledger_create = dialect_statement(d, "ledger_create", variables);
    }
    return true;
}

static char *describe_atomicity(const plan *p)
{
    switch (p->strategy) {
    case STRATEGY_FILE:
        return g_strdup(_("atomic: a new file is written beside it and renamed over it"));
    case STRATEGY_DIRECT:
        return g_strdup(p->creates_table
                            ? _("atomic: the table is created and filled in one transaction")
                            : _("atomic: all rows are added in one transaction"));
    case STRATEGY_STAGED:
        break;
    }
    if (p->mode == MODE_OVERWRITE && p->task->target.publish_truncate)
        return g_strdup(_("atomic, but readers wait for the publish and snapshots begun before it "
                          "see an empty table (TRUNCATE)"));
    return g_strdup(_("atomic: readers see all old or all new rows"));
}

/* Columns whose text the server may spell anew cannot be compared. */
static void choose_unverified(plan *p)
{
    if (!p->verify)
        return;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < p->mapping->columns->len; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        const column_info *c =
            p->table_info->columns->pdata[table_info_column(p->table_info, m->target)];
        if (c->type.kind == TYPE_JSON || c->type.kind == TYPE_OTHER)
            g_ptr_array_add(names, g_strdup(m->target));
    }
    if (names->len > 0) {
        g_ptr_array_add(names, NULL);
        g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
        plan_warn(p, _("not in the checksum, because the server may spell them anew: %s"), list);
        p->unverified = g_strdupv((char **)names->pdata);
    }
}

bool plan_statements(plan *p, const plan_context *context, error **err)
{
    const task *t = p->task;
    if (!write_create(p, err) || !write_slice(p, context, err) ||
        !write_guarded(p, context, "pre_sql", t->target.pre_sql, &p->pre_sql, err) ||
        !write_guarded(p, context, "post_sql", t->target.post_sql, &p->post_sql, err) ||
        !choose_strategy(p, err) || !write_ledger(p, err))
        return false;
    if (p->strategy == STRATEGY_STAGED) {
        if (!write_staging(p, err))
            return false;
        write_publish(p);
    }
    if (p->mode == MODE_UPSERT && !p->key_is_unique)
        plan_warn(p, _("no unique index of the target is on the key columns: the table is locked "
                       "for writers during the publish"));
    if (p->readers > 1 && p->writers == 1 && p->strategy != STRATEGY_FILE)
        plan_warn(p, _("%d readers run in parallel; the target is written by one"), p->readers);
    for (guint i = 0; p->mode == MODE_OVERWRITE && i < p->table_info->delete_effects->len; i++)
        plan_warn(p, _("replacing the rows: %s"), (char *)p->table_info->delete_effects->pdata[i]);
    p->atomicity = describe_atomicity(p);
    choose_unverified(p);
    return true;
}
