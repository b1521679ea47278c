#include "service/keeper.h"

#include "store/runs.h"

#include <stdatomic.h>

enum { POLL_MS = 300 };

struct keeper {
    store *store;
    store_lease lease;
    GThread *thread;
    GMutex mutex;
    GCond stop_cond;
    bool stop;
    atomic_bool lost, cancelled;
};

/* Only the word of the store that the lease is not ours counts as lost; a busy
 * store is asked again. */
static void renew(keeper *k)
{
    g_autoptr(error) why = NULL;
    if (!store_lease_renew(k->store, &k->lease, &why) && why->code == ERROR_LOST)
        atomic_store(&k->lost, true);
}

static bool wait_for_stop(keeper *k)
{
    gint64 until = g_get_monotonic_time() + POLL_MS * G_TIME_SPAN_MILLISECOND;
    g_mutex_lock(&k->mutex);
    while (!k->stop && g_cond_wait_until(&k->stop_cond, &k->mutex, until))
        continue;
    bool stop = k->stop;
    g_mutex_unlock(&k->mutex);
    return stop;
}

static gpointer keep(gpointer data)
{
    keeper *k = data;
    gint64 renewed = g_get_monotonic_time();
    int64_t seen = 0;
    while (!wait_for_stop(k)) {
        if (g_get_monotonic_time() - renewed >= LEASE_RENEW_MS * G_TIME_SPAN_MILLISECOND) {
            renew(k);
            renewed = g_get_monotonic_time();
        }
        if (store_changed(k->store, &seen) && store_run_cancel_requested(k->store, k->lease.run))
            atomic_store(&k->cancelled, true);
    }
    return NULL;
}

keeper *keeper_start(const engine *e, const store_lease *lease, error **err)
{
    store *s = engine_open_store(e, err);
    if (s == NULL)
        return NULL;
    keeper *k = g_new0(keeper, 1);
    k->store = s;
    k->lease = *lease;
    g_mutex_init(&k->mutex);
    g_cond_init(&k->stop_cond);
    k->thread = g_thread_new("lease", keep, k);
    return k;
}

void keeper_stop(keeper *k)
{
    if (k == NULL)
        return;
    g_mutex_lock(&k->mutex);
    k->stop = true;
    g_cond_signal(&k->stop_cond);
    g_mutex_unlock(&k->mutex);
    g_thread_join(k->thread);
    store_close(k->store);
    g_mutex_clear(&k->mutex);
    g_cond_clear(&k->stop_cond);
    g_free(k);
}

bool keeper_lost(const keeper *k)
{
    return atomic_load(&k->lost);
}

bool keeper_cancelled(const keeper *k)
{
    return atomic_load(&k->cancelled);
}
