/* The slices of the source, each with the statement or file it is read from. */
#include "ferry/file_filter.h"
#include "ferry/plan_private.h"

#include "base/intl.h"
#include "row/convert.h"
#include "sql/contain.h"

#include <inttypes.h>
#include <string.h>

/* ---- statements ---------------------------------------------------------- */

static const data_type *column_type(void *user, const char *name)
{
    const plan_unit *u = user;
    for (guint i = 0; i < u->columns->len; i++) {
        const column_info *c = u->columns->pdata[i];
        if (strcmp(c->name, name) == 0)
            return &c->type;
    }
    return NULL;
}

/* "FROM table" or "FROM (query) AS source_query". */
static void append_from(GString *sql, const plan_unit *u)
{
    if (u->table != NULL) {
        g_autofree char *table = plan_quoted_table(u->connection, u->table);
        g_string_append_printf(sql, " FROM %s", table);
    } else {
        g_string_append_printf(sql, " FROM (\n%s\n) AS source_query", u->query);
    }
}

/* The conditions that do not depend on the segment, joined by AND; empty: none. */
static bool append_conditions(plan *p, const plan_context *context, plan_unit *u, GString *sql,
                              GArray *values, error **err)
{
    if (p->replay_file != NULL)
        return true;
    if (p->filter != NULL) {
        bool bind = plan_link_has(u->connection, LINK_BIND);
        return filter_to_sql(p->filter, u->connection->dialect, column_type, u, sql,
                             bind ? values : NULL, p->memory, err);
    }
    if (p->task->source.where == NULL)
        return true;
    g_autofree char *where = plan_expand(context, p->task->source.where, "source.where", err);
    if (where == NULL)
        return false;
    g_autofree char *contained = sql_contain(u->connection->dialect, where, "source.where", err);
    if (contained == NULL)
        return false;
    g_string_append_printf(sql, "(\n%s\n)", contained);
    return true;
}

static void append_columns(const plan *p, const connection *c, GString *sql)
{
    for (guint i = 0; i < p->source_columns->len; i++) {
        const column_info *column = p->source_columns->pdata[i];
        g_autofree char *name = dialect_quoted(c->dialect, column->name);
        g_string_append_printf(sql, "%s%s", i > 0 ? ", " : "", name);
    }
}

/* ---- key ranges ---------------------------------------------------------- */

typedef struct {
    value from, until; /* VALUE_NULL: open */
    bool is_null;      /* the segment of rows whose key is NULL */
    char *what;
} key_range;

static void key_range_clear(key_range *r)
{
    g_free(r->what);
}

/* A value that lives as long as the plan. */
static value keep_value(plan *p, const value *v)
{
    if (!value_kind_has_data((value_kind)v->kind))
        return *v;
    return batch_copy_value(p->memory, (value_kind)v->kind, v->data, v->size);
}

/* The key at row @offset in key order, exactly as the system has it: a spelling
 * of our own might stand elsewhere in that order, and ranges overlap. False:
 * past the end, or *err is set. */
static bool key_at(plan *p, const plan_unit *u, const char *key, const data_type *type,
                   int64_t offset, value *out, error **err)
{
    session *s = plan_session(p, u->connection, err);
    if (s == NULL)
        return false;
    GString *sql = g_string_new(NULL);
    g_string_append_printf(sql, "SELECT %s", key);
    append_from(sql, u);
    g_string_append_printf(sql, " WHERE %s IS NOT NULL ORDER BY %s LIMIT 1 OFFSET %" PRId64, key,
                           key, offset);
    g_autofree char *text = g_string_free(sql, FALSE);
    const read_request request = { .sql = text, .n_columns = 1 };
    reader *rows = s->ops->read_open(s, &request, type, 1, err);
    if (rows == NULL)
        return false;
    g_autoptr(batch) b = batch_new(1, 0);
    bool found = s->ops->read_next(rows, b, err) == READ_ROWS && b->n_rows == 1;
    if (found)
        *out = keep_value(p, &b->source[0][0]);
    s->ops->read_close(rows);
    return found;
}

static char *key_text(const value *v)
{
    if (v->kind == VALUE_BYTES) {
        char *hex = g_malloc0(2 * (size_t)v->size + 1);
        bytes_to_hex(v->data, v->size, hex);
        return hex;
    }
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text = value_to_text(v, buffer, &size);
    return size == 0 ? g_strdup("") : g_strndup(text, size);
}

static int64_t count_keys(plan *p, const plan_unit *u, const char *key, error **err)
{
    session *s = plan_session(p, u->connection, err);
    if (s == NULL)
        return -1;
    GString *sql = g_string_new(NULL);
    g_string_append_printf(sql, "SELECT count(%s)", key);
    append_from(sql, u);
    g_autofree char *text = g_string_free(sql, FALSE);
    g_autoptr(query_result) r = s->ops->query(s, text, NULL, 0, err);
    return r != NULL ? g_ascii_strtoll(((char **)r->rows->pdata[0])[0], NULL, 10) : -1;
}

/* Cut by quantiles of the key, never by (max - min) / n: keys have holes. */
static bool cut_ranges(plan *p, const plan_unit *u, GArray *ranges, error **err)
{
    const task *t = p->task;
    const char *column = t->source.split_column;
    const data_type *type = column_type((void *)u, column);
    if (type == NULL)
        return error_set(err, ERROR_PLAN, _("source.split: the source has no column \"%s\""),
                         column);
    int wanted = t->source.split_segments > 0 ? t->source.split_segments : p->readers;
    g_autofree char *key = dialect_quoted(u->connection->dialect, column);
    int64_t rows = count_keys(p, u, key, err);
    if (rows < 0)
        return false;
    value from = value_null();
    g_autofree char *from_text = NULL;
    for (int i = 1; i < wanted && rows >= wanted; i++) {
        g_autoptr(error) local = NULL;
        value until;
        if (!key_at(p, u, key, type, rows * i / wanted, &until, &local)) {
            if (local != NULL)
                return error_propagate(err, &local);
            continue;
        }
        g_autofree char *text = key_text(&until);
        if (g_strcmp0(text, from_text) == 0)
            continue;
        key_range r = { .from = from, .until = until };
        r.what = from_text == NULL
                     ? g_strdup_printf(_("%s below %s"), column, text)
                     : g_strdup_printf(_("%s from %s to below %s"), column, from_text, text);
        g_array_append_val(ranges, r);
        from = until;
        g_free(from_text);
        from_text = g_steal_pointer(&text);
    }
    /* The last range is open: rows that arrive meanwhile belong to it. */
    key_range last = { .from = from, .until = value_null() };
    last.what = from_text != NULL ? g_strdup_printf(_("%s from %s"), column, from_text)
                                  : g_strdup_printf(_("all of %s"), column);
    g_array_append_val(ranges, last);
    key_range none = { .is_null = true, .what = g_strdup_printf(_("%s is NULL"), column) };
    g_array_append_val(ranges, none);
    return true;
}

static bool append_range(const plan_unit *u, const char *column, const key_range *r, GString *sql,
                         GArray *values, error **err)
{
    g_autofree char *key = dialect_quoted(u->connection->dialect, column);
    const char *and = sql->len > 0 ? " AND " : "";
    if (r->is_null) {
        g_string_append_printf(sql, "%s%s IS NULL", and, key);
        return true;
    }
    if (r->from.kind == VALUE_NULL && r->until.kind == VALUE_NULL) {
        g_string_append_printf(sql, "%s%s IS NOT NULL", and, key);
        return true;
    }
    if (r->from.kind != VALUE_NULL) {
        g_string_append_printf(sql, "%s%s >= ", and, key);
        if (!plan_append_value(u->connection, sql, values, &r->from, err))
            return false;
        and = " AND ";
    }
    if (r->until.kind == VALUE_NULL)
        return true;
    g_string_append_printf(sql, "%s%s < ", and, key);
    return plan_append_value(u->connection, sql, values, &r->until, err);
}

/* ---- segments ------------------------------------------------------------ */

static bool add_segment(plan *p, const plan_context *context, plan_unit *u, const key_range *range,
                        error **err)
{
    plan_segment s = { .connection = u->connection,
                       .values = g_array_new(FALSE, FALSE, sizeof(value)) };
    g_autofree char *name = u->table != NULL ? table_name_to_string(u->table) : g_strdup("query");
    s.what = range != NULL ? g_strdup_printf("%s, %s", name, range->what) : g_strdup(name);
    g_autoptr(GString) conditions = g_string_new(NULL);
    bool done = append_conditions(p, context, u, conditions, s.values, err) &&
                (range == NULL ||
                 append_range(u, p->task->source.split_column, range, conditions, s.values, err));
    GString *sql = g_string_new("SELECT ");
    append_columns(p, u->connection, sql);
    append_from(sql, u);
    if (conditions->len > 0)
        g_string_append_printf(sql, " WHERE %s", conditions->str);
    s.sql = g_string_free(sql, FALSE);
    g_array_append_val(p->segments, s);
    return done;
}

static bool cut_unit(plan *p, const plan_context *context, plan_unit *u, error **err)
{
    if (p->task->source.split_column == NULL)
        return add_segment(p, context, u, NULL, err);
    g_autoptr(GArray) ranges = g_array_new(FALSE, TRUE, sizeof(key_range));
    g_array_set_clear_func(ranges, (GDestroyNotify)key_range_clear);
    if (!cut_ranges(p, u, ranges, err))
        return false;
    for (guint i = 0; i < ranges->len; i++)
        if (!add_segment(p, context, u, &g_array_index(ranges, key_range, i), err))
            return false;
    return true;
}

/* The operator's SQL must be one SELECT: the server says so before anything
 * is read. */
static bool prepare_segment(plan *p, const plan_unit *u, error **err)
{
    session *s = plan_session(p, u->connection, err);
    if (s == NULL)
        return false;
    const plan_segment *first = &g_array_index(p->segments, plan_segment, p->segments->len - 1);
    g_autoptr(error) local = NULL;
    g_autoptr(GPtrArray) columns = s->ops->describe_query(
        s, first->sql, (value *)first->values->data, first->values->len, &local);
    return columns != NULL || error_prefix(err, &local, "%s", first->what);
}

static bool refuse_for_files(const plan *p, error **err)
{
    const task *t = p->task;
    const char *key = t->source.where != NULL          ? "source.where"
                      : t->source.split_column != NULL ? "source.split"
                      : t->source.query != NULL        ? "source.query"
                                                       : NULL;
    if (key == NULL)
        return true;
    error_set(err, ERROR_PLAN, _("%s needs a database, but connection \"%s\" is files"), key,
              p->source->name);
    return strcmp(key, "source.where") == 0 ? error_hint(err, _("use source.filter instead"))
                                            : false;
}

static void add_file_segment(plan *p, const plan_unit *u)
{
    plan_segment s = { .connection = u->connection,
                       .what = g_strdup(u->table->name),
                       .path = g_strdup(u->table->name) };
    g_array_append_val(p->segments, s);
}

bool plan_segments(plan *p, const plan_context *context, error **err)
{
    bool is_sql = plan_link_has(p->source, LINK_SQL);
    if (p->replay_file != NULL) {
        plan_segment s = { .connection = p->source,
                           .what = g_strdup_printf(_("%u kept rejects"), p->replay_numbers->len),
                           .path = g_strdup(p->replay_file) };
        g_array_append_val(p->segments, s);
    } else if (!is_sql && !refuse_for_files(p, err)) {
        return false;
    }
    for (guint i = 0; i < p->units->len && p->replay_file == NULL; i++) {
        plan_unit *u = p->units->pdata[i];
        if (!is_sql)
            add_file_segment(p, u);
        else if (!cut_unit(p, context, u, err) || !prepare_segment(p, u, err))
            return false;
    }
    if (is_sql) {
        g_clear_pointer(&p->filter, filter_free);
    } else if (p->filter != NULL) {
        g_autoptr(file_filter) ready = file_filter_new(p, err);
        if (ready == NULL)
            return false;
    }
    p->readers = MIN(p->readers, (int)p->segments->len);
    if (p->readers > 1 && is_sql) {
        bool same = true;
        for (guint i = 0; i < p->units->len; i++)
            same &= ((plan_unit *)p->units->pdata[i])->connection == p->source;
        p->shared_snapshot = same && plan_link_has(p->source, LINK_SNAPSHOT);
        if (!p->shared_snapshot)
            plan_warn(p, _("the segments are read at slightly different moments: "
                           "rows that change meanwhile may be old in one and new in another"));
    }
    p->writers = MIN(p->writers, p->readers);
    return true;
}
