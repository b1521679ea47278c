/* A page of the list of runs, found by indexes alone: rows are read only for
 * the runs that are on it. */
#include "base/intl.h"
#include "store/runs_private.h"

enum {
    PAGE_LIMIT = 200,
    SORTED_AT_MOST = 20000, /* so many ids are gathered and sorted; else the list is walked */
};

typedef struct {
    GString *conditions; /* " AND …" */
    const char *texts[3];
    unsigned n_texts;
} selection;

static void add_text(selection *w, const char *condition, const char *text)
{
    if (text == NULL)
        return;
    g_string_append(w->conditions, condition);
    w->texts[w->n_texts++] = text;
}

static bool prepare(query *q, store *s, const char *sql, const selection *w, error **err)
{
    if (!query_prepare(q, s, sql, err))
        return false;
    for (unsigned i = 0; i < w->n_texts; i++)
        query_put_text(q, w->texts[i]);
    return true;
}

static bool count_runs(store *s, const char *what, const selection *w, int64_t *total, error **err)
{
    g_autofree char *sql = g_strdup_printf("SELECT %s WHERE 1%s", what, w->conditions->str);
    g_auto(query) q = { 0 };
    if (!prepare(&q, s, sql, w, err) || query_step(&q, err) != 1)
        return false;
    *total = query_take_int(&q);
    return true;
}

/* The index by which the wanted ids are found soonest. */
static const char *index_for(const run_filter *f, int64_t total)
{
    bool few = total <= SORTED_AT_MOST;
    if (few && (f->date_from != NULL || f->date_until != NULL))
        return "run_date";
    if (few && f->states != 0)
        return "run_state";
    return f->task_name != NULL ? "run_name" : "run_page";
}

/* Behind the middle the list is walked from its other end. */
static GArray *find_ids(store *s, const run_filter *f, const selection *w, int64_t skip,
                        int64_t limit, int64_t total, error **err)
{
    bool backwards = skip > total / 2;
    int64_t wanted = CLAMP(total - skip, 0, limit);
    g_autofree char *sql =
        g_strdup_printf("SELECT id FROM run INDEXED BY %s WHERE 1%s"
                        " ORDER BY id %s LIMIT ? OFFSET ?",
                        index_for(f, total), w->conditions->str, backwards ? "ASC" : "DESC");
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_auto(query) q = { 0 };
    if (wanted == 0)
        return g_steal_pointer(&ids);
    if (!prepare(&q, s, sql, w, err))
        return NULL;
    query_put_int(&q, wanted);
    query_put_int(&q, backwards ? total - skip - wanted : skip);
    int step;
    while ((step = query_step(&q, err)) == 1) {
        int64_t id = query_take_int(&q);
        g_array_append_val(ids, id);
    }
    return step == 0 ? g_steal_pointer(&ids) : NULL;
}

static GPtrArray *read_page(store *s, const run_filter *f, int64_t skip, int64_t *total,
                            error **err)
{
    g_autoptr(GString) conditions = g_string_new(NULL);
    selection w = { .conditions = conditions };
    add_text(&w, " AND task_name = ?", f->task_name);
    run_filter_append_sets(f, "", conditions);
    bool counted = f->date_from == NULL && f->date_until == NULL;
    if (counted && !count_runs(s, "coalesce(sum(runs), 0) FROM run_count", &w, total, err))
        return NULL;
    add_text(&w, " AND business_date >= ?", f->date_from);
    add_text(&w, " AND business_date <= ?", f->date_until);
    if (!counted && !count_runs(s, "count(*) FROM run INDEXED BY run_date", &w, total, err))
        return NULL;
    int64_t limit = f->limit != 0 ? f->limit : PAGE_LIMIT;
    g_autoptr(GArray) ids = find_ids(s, f, &w, skip, limit, *total, err);
    return ids != NULL ? store_run_list_of(s, ids, err) : NULL;
}

GPtrArray *store_run_page(store *s, const run_filter *filter, int64_t skip, int64_t *total,
                          error **err)
{
    /* One snapshot: the count, the ids and the rows belong together. */
    sqlite3_exec(s->db, "SAVEPOINT page", NULL, NULL, NULL);
    GPtrArray *list = read_page(s, filter, skip, total, err);
    sqlite3_exec(s->db, "RELEASE page", NULL, NULL, NULL);
    return list;
}
