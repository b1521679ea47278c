#include "ui/run_pages.h"

#define PAGE_ROWS  64
#define MOST_PAGES 64
#define MOST_ASKED 2 /* pages under way at the same time: what is scrolled past is never asked */

typedef struct {
    run_pages *of;
    int64_t number;
    unsigned asked, there; /* counted by run_pages.fresh; 0: never */
    json_t *rows;          /* array, or NULL */
    job *running;          /* or NULL */
} page;

struct run_pages {
    screen *on;
    void (*arrived)(screen *s, int64_t first, int64_t grown);
    json_t *filter;
    GHashTable *pages; /* number → page* */
    unsigned fresh;    /* grows when all that is there may have changed */
    int64_t total;     /* -1: not known yet */
    unsigned under_way;
    error *failure; /* or NULL */
};

static void page_free(gpointer user)
{
    page *g = user;
    job_cancel(g->running);
    json_decref(g->rows);
    g_free(g);
}

run_pages *run_pages_new(screen *s, void (*arrived)(screen *s, int64_t first, int64_t grown))
{
    run_pages *p = g_new0(run_pages, 1);
    p->on = s;
    p->arrived = arrived;
    p->pages = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, page_free);
    p->fresh = 1;
    p->total = -1;
    return p;
}

/* The jobs of a closed screen are gone already: they must not be cancelled again. */
void run_pages_free(run_pages *p)
{
    if (p == NULL)
        return;
    GHashTableIter i;
    gpointer value;
    g_hash_table_iter_init(&i, p->pages);
    while (g_hash_table_iter_next(&i, NULL, &value))
        ((page *)value)->running = NULL;
    g_hash_table_unref(p->pages);
    json_decref(p->filter);
    g_clear_pointer(&p->failure, error_free);
    g_free(p);
}

void run_pages_filter(run_pages *p, json_t *filter)
{
    g_hash_table_remove_all(p->pages);
    json_decref(p->filter);
    p->filter = filter;
    p->total = -1;
    p->under_way = 0;
    g_clear_pointer(&p->failure, error_free);
    run_pages_need(p, 0, 1);
}

void run_pages_refresh(run_pages *p)
{
    p->fresh++;
}

int64_t run_pages_total(const run_pages *p)
{
    return p->total;
}

const error *run_pages_failure(const run_pages *p)
{
    return p->failure;
}

static page *find_page(const run_pages *p, int64_t number)
{
    return g_hash_table_lookup(p->pages, &number);
}

const json_t *run_pages_row(const run_pages *p, int64_t row)
{
    const page *g = find_page(p, row / PAGE_ROWS);
    return g != NULL ? json_array_get(g->rows, (size_t)(row % PAGE_ROWS)) : NULL;
}

/* --- asking ---------------------------------------------------------------- */

/* Room for one more: the page that is farthest from @near goes. */
static void make_room(run_pages *p, int64_t near)
{
    if (g_hash_table_size(p->pages) < MOST_PAGES)
        return;
    GHashTableIter i;
    gpointer value;
    int64_t farthest = -1, distance = -1;
    g_hash_table_iter_init(&i, p->pages);
    while (g_hash_table_iter_next(&i, NULL, &value)) {
        const page *g = value;
        int64_t away = ABS(g->number - near);
        if (g->running == NULL && away > distance) {
            farthest = g->number;
            distance = away;
        }
    }
    if (farthest >= 0)
        g_hash_table_remove(p->pages, &farthest);
}

static void page_arrived(screen *s, json_t *out, const error *failure, void *user)
{
    page *g = user;
    run_pages *p = g->of;
    g->running = NULL;
    g->there = g->asked;
    p->under_way--;
    g_clear_pointer(&p->failure, error_free);
    int64_t first = g->number * PAGE_ROWS, grown = 0;
    if (failure != NULL) {
        p->failure = error_copy(failure);
    } else {
        json_decref(g->rows);
        g->rows = json_incref(json_object_get(out, "runs"));
        int64_t total = json_integer_value(json_object_get(out, "total"));
        if (p->total >= 0)
            grown = total - p->total;
        p->total = total;
    }
    p->arrived(s, first, grown);
}

static void ask(run_pages *p, int64_t number)
{
    page *g = find_page(p, number);
    if (p->under_way >= MOST_ASKED || (g != NULL && (g->running != NULL || g->there == p->fresh)))
        return;
    if (g == NULL) {
        make_room(p, number);
        g = g_new0(page, 1);
        g->of = p;
        g->number = number;
        g_hash_table_insert(p->pages, &g->number, g);
    }
    json_t *in = p->filter != NULL ? json_copy(p->filter) : json_object();
    json_object_set_new(in, "skip", json_integer(number * PAGE_ROWS));
    json_object_set_new(in, "limit", json_integer(PAGE_ROWS));
    g->asked = p->fresh;
    p->under_way++;
    g->running = app_run(p->on->app, p->on, "run.list", in, page_arrived, g);
}

void run_pages_need(run_pages *p, int64_t first, int64_t n)
{
    for (int64_t number = first / PAGE_ROWS; number * PAGE_ROWS < first + n; number++)
        ask(p, number);
}
