/* What staging holds is what was read, and it will go in. */
#include "ferry/run_private.h"

#include "base/intl.h"

#include <inttypes.h>
#include <string.h>

static char *quoted_staging(const plan *p)
{
    return plan_quoted_table(p->target, p->staging);
}

/* ---- moving rows from staging to the rejects ------------------------------ */

/* Read a staged row back as the source row it was made from. */
static void staged_to_source(const plan *p, const batch *staged, unsigned row, batch *b,
                             unsigned to)
{
    for (guint i = 0; i < p->source_columns->len; i++)
        b->source[i][to] = value_null();
    for (guint i = 0; i < p->mapping->columns->len; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        if (m->source >= 0)
            b->source[m->source][to] = staged->source[i][row];
    }
}

static bool keep_staged(run_state *r, reader *rows, reject_class class, int column,
                        const char *message, int64_t *kept, error **err)
{
    const plan *p = r->plan;
    g_autoptr(batch) staged = batch_new(p->mapping->columns->len, 0);
    g_autoptr(batch) b = batch_new(p->source_columns->len, 0);
    for (;;) {
        batch_reset(staged);
        switch (r->target->ops->read_next(rows, staged, err)) {
        case READ_FAILED:
            return false;
        case READ_END:
            return true;
        case READ_ROWS:
            break;
        }
        batch_reset(b);
        for (unsigned row = 0; row < staged->n_rows; row++) {
            staged_to_source(p, staged, row, b, b->n_rows);
            batch_reject(b, b->n_rows++, class, column, "", message);
        }
        *kept += b->n_rows;
        if (!load_keep_rejects(p, r->callbacks, &r->rejects, b, err))
            return false;
    }
}

/* The mapped columns of staging, for reading back. */
static char *select_staged(const plan *p)
{
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < p->mapping->columns->len; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        g_autofree char *name = dialect_quoted(p->target->dialect, m->target);
        g_string_append_printf(sql, "%ss.%s", i > 0 ? ", " : "", name);
    }
    return g_string_free(sql, FALSE);
}

static reader *read_mapped(run_state *r, session *s, const char *sql, error **err)
{
    const plan *p = r->plan;
    guint n = p->mapping->columns->len;
    g_autofree data_type *types = g_new0(data_type, n + 1);
    for (guint i = 0; i < n; i++) {
        const mapping_column *m = p->mapping->columns->pdata[i];
        int column = table_info_column(p->table_info, m->target);
        types[i] = ((column_info *)p->table_info->columns->pdata[column])->type;
    }
    const read_request request = { .sql = sql, .n_columns = n };
    return s->ops->read_open(s, &request, types, n, err);
}

/* Rows of staging (as s) for which @condition holds become rejects. */
static bool reject_staged(run_state *r, const char *condition, reject_class class, int column,
                          const char *message, error **err)
{
    const plan *p = r->plan;
    g_autofree char *staging = quoted_staging(p);
    g_autofree char *select = select_staged(p);
    g_autofree char *sql = g_strdup_printf("%s FROM %s AS s WHERE %s", select, staging, condition);
    reader *rows = read_mapped(r, r->target, sql, err);
    if (rows == NULL)
        return false;
    int64_t kept = 0, removed = 0;
    bool done = keep_staged(r, rows, class, column, message, &kept, err);
    r->target->ops->read_close(rows);
    if (!done || kept == 0)
        return done;
    g_autofree char *delete = g_strdup_printf("DELETE FROM %s AS s WHERE %s", staging, condition);
    if (!run_sql(r, delete, &removed, err))
        return false;
    if (removed != kept)
        return error_set(err, ERROR_INTERNAL, _("staging changed while it was checked"));
    r->result->counters.rows_rejected += kept;
    r->result->counters.rows_written -= kept;
    run_log(r, LOG_WARNING, _("%" PRId64 " rows rejected: %s"), kept, message);
    return true;
}

/* ---- the checks ----------------------------------------------------------- */

/* Before anything is moved: as many rows as the writers counted. */
static bool check_count(run_state *r, error **err)
{
    g_autofree char *staging = quoted_staging(r->plan);
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM %s", staging);
    int64_t found;
    if (!run_number(r, sql, &found, err))
        return false;
    if (found == r->result->counters.rows_written)
        return true;
    return error_set(err, ERROR_VERIFY,
                     _("staging holds %" PRId64 " rows, but %" PRId64 " were loaded"), found,
                     r->result->counters.rows_written);
}

static bool check_slice(run_state *r, error **err)
{
    const plan *p = r->plan;
    if (p->slice_sql == NULL)
        return true;
    g_autofree char *staging = quoted_staging(p);
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM %s WHERE NOT coalesce(%s, %s)",
                                           staging, p->slice_sql, "1=0");
    int64_t outside;
    if (!run_number(r, sql, &outside, err))
        return false;
    if (outside == 0)
        return true;
    error_set(err, ERROR_DATA, _("%" PRId64 " loaded rows lie outside the slice %s"), outside,
              p->slice_text);
    return error_hint(err, _("filter the source to the slice; nothing was published"));
}

static char *key_list(const plan *p, const char *prefix)
{
    GString *list = g_string_new(NULL);
    for (char **key = p->task->target.key; *key != NULL; key++) {
        g_autofree char *name = dialect_quoted(p->target->dialect, *key);
        g_string_append_printf(list, "%s%s%s", list->len > 0 ? ", " : "", prefix, name);
    }
    return g_string_free(list, FALSE);
}

/* Of rows with equal keys the highest winner stays; the losers are filtered. */
static bool drop_losers(run_state *r, error **err)
{
    const plan *p = r->plan;
    if (p->task->target.winner_column == NULL)
        return true;
    const dialect *d = p->target->dialect;
    g_autofree char *staging = quoted_staging(p);
    g_autofree char *keys = key_list(p, "");
    g_autofree char *winner = dialect_quoted(d, p->task->target.winner_column);
    const char *id = dialect_expression(d, "row_id");
    g_autofree char *sql = g_strdup_printf(
        "DELETE FROM %s WHERE %s IN (SELECT row_id FROM (SELECT %s AS row_id, rank() OVER "
        "(PARTITION BY %s ORDER BY %s DESC NULLS LAST) AS place FROM %s) AS ranked "
        "WHERE place > 1)",
        staging, id, id, keys, winner, staging);
    int64_t losers;
    if (!run_sql(r, sql, &losers, err))
        return false;
    r->result->counters.rows_filtered += losers;
    r->result->counters.rows_written -= losers;
    if (losers > 0)
        run_log(r, LOG_INFO,
                _("%" PRId64 " rows filtered: another row of the same key "
                  "has a higher \"%s\""),
                losers, p->task->target.winner_column);
    return true;
}

static bool check_duplicates(run_state *r, error **err)
{
    const plan *p = r->plan;
    if (p->mode != MODE_UPSERT)
        return true;
    if (!drop_losers(r, err))
        return false;
    g_autofree char *staging = quoted_staging(p);
    g_autofree char *own = key_list(p, "s.");
    g_autofree char *keys = key_list(p, "");
    g_autofree char *condition = g_strdup_printf(
        "(%s) IN (SELECT %s FROM %s GROUP BY %s HAVING count(*) > 1)", own, keys, staging, keys);
    return reject_staged(r, condition, REJECT_KEY, -1, _("several rows of the load have this key"),
                         err);
}

/* Where the mapping writes this column of the target, or -1. */
static int mapped_index(const plan *p, const char *column)
{
    for (guint i = 0; i < p->mapping->columns->len; i++)
        if (strcmp(((const mapping_column *)p->mapping->columns->pdata[i])->target, column) == 0)
            return (int)i;
    return -1;
}

static bool all_mapped(const plan *p, char *const *columns)
{
    for (; *columns != NULL; columns++)
        if (mapped_index(p, *columns) < 0)
            return false;
    return true;
}

/* Append "a.x = s.y AND …". */
static void append_equal(const plan *p, GString *sql, const char *alias, char *const *theirs,
                         char *const *ours)
{
    for (int i = 0; ours[i] != NULL; i++) {
        g_autofree char *left = dialect_quoted(p->target->dialect, theirs[i]);
        g_autofree char *right = dialect_quoted(p->target->dialect, ours[i]);
        g_string_append_printf(sql, "%s%s.%s = s.%s", i > 0 ? " AND " : "", alias, left, right);
    }
}

bool run_reject_existing_keys(run_state *r, error **err)
{
    const plan *p = r->plan;
    if (p->mode != MODE_APPEND && (p->mode != MODE_OVERWRITE || p->slice_sql == NULL))
        return true;
    g_autofree char *table = plan_quoted_table(p->target, p->table);
    for (guint i = 0; i < p->table_info->keys->len; i++) {
        const key_info *k = p->table_info->keys->pdata[i];
        if (!k->plain || !all_mapped(p, k->columns))
            continue;
        g_autoptr(GString) condition = g_string_new(NULL);
        g_string_append_printf(condition, "EXISTS (SELECT 1 FROM %s AS t WHERE ", table);
        append_equal(p, condition, "t", k->columns, k->columns);
        /* Its names without a table are those of t, which is nearest. */
        if (p->mode == MODE_OVERWRITE)
            g_string_append_printf(condition, " AND NOT coalesce(%s, 1=0)", p->slice_sql);
        g_string_append(condition, ")");
        g_autofree char *message =
            g_strdup_printf(_("the target has a row with this key already (\"%s\")"),
                            k->name != NULL ? k->name : k->columns[0]);
        if (!reject_staged(r, condition->str, REJECT_KEY, mapped_index(p, k->columns[0]), message,
                           err))
            return false;
    }
    r->staged = r->result->counters.rows_written;
    return run_judge_rejects(r, err);
}

/* Append "AND NOT EXISTS (…)": no row of @table has the key that s refers to. */
static void append_missing(const plan *p, GString *sql, const char *table,
                           const foreign_key_info *k, const char *also)
{
    g_string_append_printf(sql, " AND NOT EXISTS (SELECT 1 FROM %s AS f WHERE ", table);
    append_equal(p, sql, "f", k->referenced_columns, k->columns);
    g_string_append_printf(sql, "%s)", also);
}

/* The rows of staging (as s) that refer to a key which is not there. */
static char *dangling(const plan *p, const foreign_key_info *k)
{
    g_autofree char *referenced = plan_quoted_table(p->target, k->references);
    GString *condition = g_string_new(NULL);
    for (char **name = k->columns; *name != NULL; name++) {
        g_autofree char *quoted = dialect_quoted(p->target->dialect, *name);
        g_string_append_printf(condition, "%ss.%s IS NOT NULL", condition->len > 0 ? " AND " : "",
                               quoted);
    }
    if (!plan_is_self_reference(p, k)) {
        append_missing(p, condition, referenced, k, "");
        return g_string_free(condition, FALSE);
    }
    /* New rows may refer to each other, and to those that stay. */
    g_autofree char *staging = quoted_staging(p);
    append_missing(p, condition, staging, k, "");
    if (p->mode != MODE_OVERWRITE) {
        append_missing(p, condition, referenced, k, "");
    } else if (p->slice_sql != NULL) {
        g_autofree char *outside = g_strdup_printf(" AND NOT coalesce(%s, 1=0)", p->slice_sql);
        append_missing(p, condition, referenced, k, outside);
    }
    return g_string_free(condition, FALSE);
}

/* Rows whose foreign key has no counterpart. */
static bool check_foreign_keys(run_state *r, error **err)
{
    const plan *p = r->plan;
    for (guint i = 0; i < p->table_info->foreign_keys->len && !p->creates_table; i++) {
        const foreign_key_info *k = p->table_info->foreign_keys->pdata[i];
        bool itself = plan_is_self_reference(p, k);
        if (!all_mapped(p, k->columns) || (itself && !all_mapped(p, k->referenced_columns)))
            continue;
        g_autofree char *condition = dangling(p, k);
        g_autofree char *message =
            g_strdup_printf(_("no row of \"%s\" has the key that column \"%s\" refers to"),
                            k->references->name, k->columns[0]);
        /* Where rows refer to each other, those of a reject are next. */
        int64_t before;
        do {
            before = r->result->counters.rows_rejected;
            if (!reject_staged(r, condition, REJECT_FOREIGN_KEY, mapped_index(p, k->columns[0]),
                               message, err))
                return false;
        } while (itself && r->result->counters.rows_rejected > before && run_tick(r, NULL));
    }
    return true;
}

/* ---- verification --------------------------------------------------------- */

bool run_verify(run_state *r, session *s, const table_name *table, error **err)
{
    const plan *p = r->plan;
    g_autofree char *quoted = plan_quoted_table(p->target, table);
    g_autofree char *select = select_staged(p);
    g_autofree char *sql = g_strdup_printf("%s FROM %s AS s", select, quoted);
    reader *rows = read_mapped(r, s, sql, err);
    if (rows == NULL)
        return false;
    g_autoptr(row_checksum) found = plan_checksum_new(p);
    g_autoptr(batch) b = batch_new(p->mapping->columns->len, 0);
    read_outcome outcome;
    bool done = true;
    do {
        batch_reset(b);
        outcome = s->ops->read_next(rows, b, err);
        if (outcome == READ_ROWS) {
            plan_blank_unverified(p, b->source, b->n_rows);
            for (unsigned row = 0; row < b->n_rows; row++)
                row_checksum_add(found, b->source, row);
            done = run_tick(r, err);
        }
    } while (outcome == READ_ROWS && done);
    s->ops->read_close(rows);
    if (outcome == READ_FAILED || !done)
        return false;
    if (row_checksum_rows(found) != row_checksum_rows(r->checksum))
        return error_set(err, ERROR_VERIFY,
                         _("verification: %" PRId64 " rows were sent, %" PRId64 " read back"),
                         row_checksum_rows(r->checksum), row_checksum_rows(found));
    int column = row_checksum_first_difference(found, r->checksum);
    if (column >= 0) {
        const mapping_column *m = p->mapping->columns->pdata[column];
        error_set(err, ERROR_VERIFY,
                  _("verification: column \"%s\" reads back differently than it was sent"),
                  m->target);
        return error_hint(err, _("nothing was published"));
    }
    run_log(r, LOG_INFO, _("verified: %" PRId64 " rows read back equal"), row_checksum_rows(found));
    return true;
}

bool run_check_staging(run_state *r, error **err)
{
    const plan *p = r->plan;
    if (!check_count(r, err))
        return false;
    if (p->verify) {
        run_phase(r, "verify");
        if (!run_verify(r, r->target, p->staging, err))
            return false;
        run_phase(r, "check");
    }
    if (!r->target->ops->begin(r->target, p->staging, err))
        return false;
    if (!check_slice(r, err) || !run_tick(r, err) || !check_duplicates(r, err) ||
        !check_foreign_keys(r, err))
        return false;
    r->staged = r->result->counters.rows_written;
    return run_commit_staging(r->target, err);
}
