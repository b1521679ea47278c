/* The one short step that makes loaded rows visible (rulings.md 6): lock,
 * pre-SQL, delete or merge, insert, post-SQL, ledger, commit. */
#include "ferry/run_private.h"

#include "base/intl.h"

#include <inttypes.h>
#include <string.h>

/* A pre-SQL that would delete more than this needs allow_full_delete
 * (spec/presql-guard.md, L7). */
#define DELETE_ROWS_MAX 1000000

/* ---- pre- and post-SQL ---------------------------------------------------- */

static bool preview_delete(run_state *r, const guard_statement *s, const char *key, error **err)
{
    const plan *p = r->plan;
    if (p->task->target.allow_full_delete)
        return true;
    g_autofree char *table = plan_quoted_table(p->target, p->table);
    g_autofree char *count_all = g_strdup_printf("SELECT count(*) FROM %s", table);
    int64_t all, hit;
    if (!run_number(r, count_all, &all, err))
        return false;
    if (s->predicate == NULL) {
        hit = all;
    } else {
        g_autofree char *sql =
            g_strdup_printf("SELECT count(*) FROM %s WHERE %s", table, s->predicate);
        g_autoptr(query_result) q =
            r->target->ops->query(r->target, sql, (value *)s->values->data, s->values->len, err);
        if (q == NULL)
            return false;
        hit = g_ascii_strtoll(((char **)q->rows->pdata[0])[0], NULL, 10);
    }
    /* A TRUNCATE says itself that all rows go. */
    if (s->truncate || (hit <= DELETE_ROWS_MAX && 2 * hit <= all))
        return true;
    error_set(err, ERROR_DATA, _("%s would delete %" PRId64 " of %" PRId64 " rows of \"%s\""), key,
              hit, all, p->table->name);
    return error_hint(err, _("more than half of the rows or a million needs "
                             "\"allow_full_delete\": true in the target"));
}

static bool run_guarded(run_state *r, const guard_statement *s, const char *key, error **err)
{
    if (s == NULL)
        return true;
    int64_t deleted;
    if (!preview_delete(r, s, key, err) ||
        !r->target->ops->guarded_delete(r->target, r->plan->table_info, s->sql,
                                        (value *)s->values->data, s->values->len, &deleted, err))
        return false;
    run_log(r, LOG_INFO, _("%s deleted %" PRId64 " rows: %s"), key, deleted, s->shown);
    return true;
}

/* ---- the rows ------------------------------------------------------------- */

static bool expect_rows(int64_t wanted, int64_t affected, error **err)
{
    if (affected == wanted)
        return true;
    error_set(err, ERROR_VERIFY,
              _("%" PRId64 " rows were to be published, but the target took %" PRId64), wanted,
              affected);
    return error_hint(err, _("a rule or trigger of the target may swallow rows; nothing was "
                             "published"));
}

/* Rows that a trigger of the target swallows would pass for unchanged ones. */
static bool expect_keys(run_state *r, error **err)
{
    const plan *p = r->plan;
    int64_t missing;
    if (r->result->counters.rows_unchanged == 0)
        return true;
    return run_number(r, p->missing_sql, &missing, err) &&
           expect_rows(r->staged, r->staged - missing, err);
}

static bool merge(run_state *r, error **err)
{
    const plan *p = r->plan;
    run_counters *c = &r->result->counters;
    if (p->on_conflict) {
        g_autoptr(query_result) q =
            r->target->ops->query(r->target, p->publish_sql[0], NULL, 0, err);
        if (q == NULL)
            return false;
        char **row = q->rows->pdata[0];
        c->rows_inserted = g_ascii_strtoll(row[0], NULL, 10);
        c->rows_updated = g_ascii_strtoll(row[1], NULL, 10);
        c->rows_unchanged = r->staged - c->rows_inserted - c->rows_updated;
        return true;
    }
    char **sql = p->publish_sql;
    c->rows_updated = 0;
    if (sql[1] != NULL && !run_sql(r, *sql++, &c->rows_updated, err))
        return false;
    run_reach(r, "K14");
    if (!run_sql(r, *sql, &c->rows_inserted, err))
        return false;
    c->rows_unchanged = MAX(0, r->staged - c->rows_inserted - c->rows_updated);
    return true;
}

static bool publish_rows(run_state *r, error **err)
{
    const plan *p = r->plan;
    if (p->mode == MODE_UPSERT)
        return merge(r, err) && expect_keys(r, err);
    int64_t affected = 0;
    for (char **sql = p->publish_sql; *sql != NULL; sql++) {
        if (!run_sql(r, *sql, &affected, err))
            return false;
        if (sql[1] != NULL) {
            run_reach(r, "K14");
            run_log(r, LOG_INFO, _("%" PRId64 " old rows deleted"), affected);
        }
    }
    return expect_rows(r->staged, affected, err);
}

/* The table that is locked now must be the one that was planned for. */
static bool same_table(run_state *r, error **err)
{
    const plan *p = r->plan;
    g_autoptr(error) local = NULL;
    g_autoptr(table_info) now = r->target->ops->describe(r->target, p->table, &local);
    if (now == NULL && local != NULL)
        return error_propagate(err, &local);
    bool same = now != NULL && g_strcmp0(now->identity, p->table_info->identity) == 0 &&
                now->columns->len == p->table_info->columns->len;
    for (guint i = 0; same && i < now->columns->len; i++) {
        const column_info *a = now->columns->pdata[i], *b = p->table_info->columns->pdata[i];
        same = strcmp(a->name, b->name) == 0 && g_strcmp0(a->type_text, b->type_text) == 0;
    }
    return same ||
           error_set(err, ERROR_PLAN, _("target \"%s\" was changed or created anew during the run"),
                     p->table->name);
}

bool run_publish(run_state *r, error **err)
{
    const plan *p = r->plan;
    int64_t since = g_get_monotonic_time();
    bool locked = r->target->ops->begin_publish(r->target, p->table, p->lock_table, err);
    r->lock_us += g_get_monotonic_time() - since;
    if (!locked)
        return false;
    run_reach(r, "K13");
    if (p->create_sql != NULL ? !run_sql(r, p->create_sql, NULL, err) : !same_table(r, err))
        return false;
    if (!run_guarded(r, p->pre_sql, "pre_sql", err))
        return false;
    run_reach(r, "K5");
    int64_t loaded = r->staged;
    if (!run_reject_existing_keys(r, err))
        return false;
    /* Not only the rows of an overwrite went: pre-SQL has deleted some too. */
    if (r->staged == 0 && loaded > 0 && (p->mode == MODE_OVERWRITE || p->pre_sql != NULL))
        return run_all_rejected(r, err);
    if (!publish_rows(r, err))
        return false;
    run_reach(r, "K15");
    return run_guarded(r, p->post_sql, "post_sql", err) && run_tick(r, err) &&
           run_commit(r, r->staged, err);
}

/* ---- commit --------------------------------------------------------------- */

static value text_value(const char *text)
{
    return text != NULL ? value_span(VALUE_TEXT, text, (uint32_t)strlen(text)) : value_null();
}

static bool write_ledger(run_state *r, int64_t rows, error **err)
{
    const plan *p = r->plan;
    if (p->ledger_table == NULL)
        return true;
    const dialect *d = p->target->dialect;
    g_autofree char *checksum =
        r->checksum != NULL ? checksum128_to_string(row_checksum_total(r->checksum)) : NULL;
    const value values[] = { text_value(p->run_token),
                             value_int(-1),
                             value_int(r->callbacks->attempt),
                             text_value(p->task->name),
                             text_value(p->business_date),
                             text_value(p->hash),
                             value_int(rows),
                             text_value(checksum) };
    const template_variable variables[] = { { "ledger", p->ledger_table }, { NULL, NULL } };
    g_autofree char *sql = dialect_statement(d, "ledger_insert", variables);
    int64_t affected;
    return r->target->ops->execute(r->target, sql, values, G_N_ELEMENTS(values), &affected, err);
}

/* The reply to COMMIT was lost: only the target knows. */
static bool settle(run_state *r, error **cause, error **err)
{
    g_autoptr(error) local = NULL;
    const plan *p = r->plan;
    const run_proof proof = {
        .target = p->target, .table = p->table, .ledger = p->ledger_table, .token = p->run_token
    };
    /* What this session still holds would be in the way of the proof. */
    g_clear_pointer(&r->target, session_close);
    int committed = run_resolve(&proof, &local);
    if (committed == 1) {
        run_log(r, LOG_WARNING,
                _("the reply to COMMIT was lost; the ledger proves that it took "
                  "place"));
        g_clear_pointer(cause, error_free);
        return true;
    }
    if (committed == 0) {
        run_log(r, LOG_WARNING,
                _("the reply to COMMIT was lost; the ledger proves that it did "
                  "not take place"));
        if ((*cause)->code == ERROR_UNRESOLVED)
            (*cause)->code = ERROR_CONNECT;
        error_detail(cause, _("Nothing was published: the target has no trace of the commit."));
        return error_propagate(err, cause);
    }
    error_set(err, ERROR_UNRESOLVED, _("the reply to COMMIT was lost: %s"), (*cause)->message);
    error_detail(err, "%s.", local->message);
    error_hint(err, _("\"rowferry run show RUN\" asks the target again"));
    g_clear_pointer(cause, error_free);
    return false;
}

static void commit_sent(void *user)
{
    run_reach(user, "K16");
}

bool run_commit(run_state *r, int64_t rows, error **err)
{
    if (!run_counts_agree(r, err))
        return false;
    /* Rows that are not written must be safe before those that are. */
    reject_file *rejects = g_steal_pointer(&r->rejects);
    if (rejects != NULL && !reject_file_close(rejects, err))
        return false;
    if (!write_ledger(r, rows, err))
        return false;
    if (!r->callbacks->may_commit(r->callbacks->user, err))
        return false;
    run_watch_end(r);
    if (!run_tick(r, err))
        return false;
    r->callbacks->committing(r->callbacks->user);
    r->target->commit_sent = commit_sent;
    r->target->commit_user = r;
    error *cause = NULL;
    switch (r->target->ops->commit(r->target, &cause)) {
    case COMMIT_DONE:
        break;
    case COMMIT_FAILED:
        return error_propagate(err, &cause);
    case COMMIT_UNKNOWN:
        if (!settle(r, &cause, err))
            return false;
        break;
    }
    r->result->committed = true;
    run_reach(r, "K17");
    return true;
}
