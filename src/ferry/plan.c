#include "ferry/plan_private.h"

#include "base/intl.h"

#include <string.h>

void plan_warn(plan *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(p->warnings, g_strdup_vprintf(format, args));
    va_end(args);
}

static void add_finding(plan *p, const char *column, bool is_problem, const char *message,
                        const char *hint)
{
    plan_finding *f = g_new0(plan_finding, 1);
    f->column = g_strdup(column);
    f->is_problem = is_problem;
    f->message = g_strdup(message);
    f->hint = g_strdup(hint);
    g_ptr_array_add(p->findings, f);
}

static void plan_finding_free(plan_finding *f)
{
    g_free(f->column);
    g_free(f->message);
    g_free(f->hint);
    g_free(f);
}

void plan_warn_about(plan *p, const char *column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(p->warnings, text);
    add_finding(p, column, false, text, NULL);
}

bool plan_tolerate(plan *p, const char *column, error **err)
{
    if (!p->tolerant)
        return false;
    add_finding(p, column, true, (*err)->message, (*err)->hint);
    error_free(*err);
    *err = NULL;
    return true;
}

char *plan_expand(const plan_context *context, const char *text, const char *where, error **err)
{
    g_autoptr(error) local = NULL;
    char *expanded = parameter_expand(context->parameters, text, &local);
    if (expanded == NULL)
        error_prefix(err, &local, "%s", where);
    return expanded;
}

bool plan_check_name(const connection *c, const table_name *t, error **err)
{
    if (!plan_link_has(c, LINK_SQL))
        return true;
    g_autofree char *quoted = dialect_quote_table(c->dialect, t->schema, t->name, err);
    return quoted != NULL;
}

char *plan_quoted_table(const connection *c, const table_name *t)
{
    if (t->schema == NULL)
        return dialect_quoted(c->dialect, t->name);
    g_autofree char *schema = dialect_quoted(c->dialect, t->schema);
    g_autofree char *name = dialect_quoted(c->dialect, t->name);
    return g_strdup_printf("%s.%s", schema, name);
}

bool plan_is_self_reference(const plan *p, const foreign_key_info *k)
{
    return g_strcmp0(k->references->schema, p->table->schema) == 0 &&
           strcmp(k->references->name, p->table->name) == 0;
}

bool plan_link_has(const connection *c, unsigned capabilities)
{
    const link_ops *ops = link_find(c, NULL);
    return ops != NULL && (ops->capabilities & capabilities) == capabilities;
}

void plan_blank_unverified(const plan *p, value *const *columns, unsigned n_rows)
{
    for (guint i = 0; p->unverified != NULL && i < p->mapping->columns->len; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        if (!g_strv_contains((const char *const *)p->unverified, m->target))
            continue;
        for (unsigned row = 0; row < n_rows; row++)
            columns[i][row] = value_null();
    }
}

row_checksum *plan_checksum_new(const plan *p)
{
    row_checksum *c = row_checksum_new(p->mapping->columns->len);
    for (guint i = 0; i < p->mapping->columns->len; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        if (m->type.fixed_length)
            row_checksum_set_padded(c, i);
    }
    return c;
}

bool plan_append_value(const connection *c, GString *sql, GArray *values, const value *v,
                       error **err)
{
    if (plan_link_has(c, LINK_BIND)) {
        g_array_append_val(values, *v);
        g_autofree char *placeholder = dialect_placeholder(c->dialect, values->len);
        g_string_append(sql, placeholder);
        return true;
    }
    g_autofree char *literal = dialect_literal(c->dialect, v, err);
    if (literal == NULL)
        return false;
    g_string_append(sql, literal);
    return true;
}

session *plan_session(plan *p, const connection *c, error **err)
{
    session *s = g_hash_table_lookup(p->sessions, c);
    if (s != NULL)
        return s;
    const session_options options = { .read_only = true,
                                      .may_be_missing = c == p->target,
                                      .run_token = p->run_token,
                                      .cancelled = p->cancelled,
                                      .cancel_user = p->cancel_user };
    g_autoptr(error) local = NULL;
    s = session_open(c, &options, &local);
    if (s == NULL) {
        error_prefix(err, &local, _("connection \"%s\""), c->name);
        return NULL;
    }
    g_hash_table_insert(p->sessions, (gpointer)c, s);
    return s;
}

static void plan_unit_free(plan_unit *u)
{
    table_name_free(u->table);
    g_free(u->query);
    g_clear_pointer(&u->columns, g_ptr_array_unref);
    g_free(u);
}

static void plan_segment_clear(plan_segment *s)
{
    g_free(s->what);
    g_free(s->sql);
    g_free(s->path);
    g_clear_pointer(&s->values, g_array_unref);
}

plan *plan_new(const plan_context *context)
{
    plan *p = g_new0(plan, 1);
    p->memory = batch_new(0, 0);
    p->business_date = g_strdup(context->business_date);
    p->run_token = g_strdup(context->run_token);
    p->verify = context->verify;
    p->cancelled = context->cancelled;
    p->cancel_user = context->user;
    p->row_estimate = -1;
    p->source_columns = g_ptr_array_new_with_free_func((GDestroyNotify)column_info_free);
    p->ignored_columns = g_ptr_array_new_with_free_func(g_free);
    p->segments = g_array_new(FALSE, TRUE, sizeof(plan_segment));
    g_array_set_clear_func(p->segments, (GDestroyNotify)plan_segment_clear);
    p->warnings = g_ptr_array_new_with_free_func(g_free);
    p->findings = g_ptr_array_new_with_free_func((GDestroyNotify)plan_finding_free);
    p->sessions = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)session_close);
    p->units = g_ptr_array_new_with_free_func((GDestroyNotify)plan_unit_free);
    if (context->replay_file != NULL) {
        p->replay_file = g_strdup(context->replay_file);
        p->replay_numbers = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_array_append_vals(p->replay_numbers, context->replay_numbers, (guint)context->n_replay);
    }
    return p;
}

void plan_free(plan *p)
{
    if (p == NULL)
        return;
    g_clear_pointer(&p->sessions, g_hash_table_unref);
    g_clear_pointer(&p->units, g_ptr_array_unref);
    g_clear_pointer(&p->source_columns, g_ptr_array_unref);
    g_clear_pointer(&p->ignored_columns, g_ptr_array_unref);
    g_clear_pointer(&p->segments, g_array_unref);
    g_clear_pointer(&p->warnings, g_ptr_array_unref);
    g_clear_pointer(&p->findings, g_ptr_array_unref);
    g_clear_pointer(&p->replay_numbers, g_array_unref);
    g_clear_pointer(&p->filter, filter_free);
    g_clear_pointer(&p->mapping, mapping_free);
    g_clear_pointer(&p->pre_sql, guard_statement_free);
    g_clear_pointer(&p->post_sql, guard_statement_free);
    g_clear_pointer(&p->table_info, table_info_free);
    g_clear_pointer(&p->table, table_name_free);
    g_clear_pointer(&p->staging, table_name_free);
    g_clear_pointer(&p->json, json_decref);
    g_strfreev(p->staging_sql);
    g_strfreev(p->publish_sql);
    g_strfreev(p->unverified);
    g_free(p->filter_text);
    g_free(p->replay_file);
    g_free(p->create_sql);
    g_free(p->missing_sql);
    g_free(p->slice_sql);
    g_free(p->slice_text);
    g_free(p->ledger_table);
    g_free(p->ledger_create);
    g_free(p->atomicity);
    g_free(p->claim_target);
    g_free(p->business_date);
    g_free(p->run_token);
    g_free(p->text);
    g_free(p->hash);
    task_free(p->task);
    batch_free(p->memory);
    g_free(p);
}

/* Who writes: the source's and target's words decide how many of each. */
static void choose_streams(plan *p, const plan_context *context)
{
    int streams = p->task->limits.streams > 0 ? p->task->limits.streams : context->streams;
    if (streams == 0)
        streams = CLAMP((int)g_get_num_processors() / 2, 1, 4);
    if (p->target->max_connections > 0)
        streams = MIN(streams, p->target->max_connections);
    p->readers = streams;
    p->writers = plan_link_has(p->target, LINK_PARALLEL_WRITE) ? streams : 1;
}

bool plan_open(plan *p, const task *t, const plan_context *context, error **err)
{
    p->task = task_parse(t->document, err);
    if (p->task == NULL)
        return false;
    p->mode = t->target.mode;
    /* A replay adds to what is there, whatever the task does (rulings.md 3). */
    if (p->replay_file != NULL && p->mode == MODE_OVERWRITE)
        p->mode = MODE_APPEND;
    p->source = context->find_connection(
        context->user,
        t->source.connections != NULL ? t->source.connections[0] : t->source.connection, err);
    if (p->source == NULL)
        return false;
    p->target = context->find_connection(context->user, t->target.connection, err);
    if (p->target == NULL)
        return false;
    choose_streams(p, context);
    return true;
}

plan *plan_build(const task *t, const plan_context *context, error **err)
{
    g_autoptr(plan) p = plan_new(context);
    if (!plan_open(p, t, context, err))
        return NULL;
    if (!plan_source(p, context, err) || !plan_target(p, context, err) ||
        !plan_mapping(p, context, err) || !plan_segments(p, context, err) ||
        !plan_statements(p, context, err))
        return NULL;
    if (context->sample && !plan_sample(p, err))
        return NULL;
    g_clear_pointer(&p->sessions, g_hash_table_unref);
    plan_describe(p);
    return g_steal_pointer(&p);
}

json_t *plan_to_json(const plan *p)
{
    return json_incref(p->json);
}

char *plan_to_text(const plan *p)
{
    return g_strdup(p->text);
}

const char *plan_hash(const plan *p)
{
    return p->hash;
}

const char *plan_claim_target(const plan *p)
{
    return p->claim_target;
}

const char *plan_claim_slice(const plan *p)
{
    return p->slice_text != NULL ? p->slice_text : "";
}

bool plan_claim_shared(const plan *p)
{
    return p->mode == MODE_APPEND && p->pre_sql == NULL && p->post_sql == NULL &&
           p->strategy != STRATEGY_FILE;
}
