#include "ferry/batch_queue.h"

struct batch_flow {
    GMutex mutex;
    GCond changed;
    GPtrArray *all; /* owned */
    GQueue free;    /* of batch* */
    GQueue *queues; /* [n_queues] of batch* */
    unsigned n_queues;
    unsigned readers;  /* still reading */
    unsigned starving; /* readers that wait for an empty batch */
    bool stopped;
};

batch_flow *batch_flow_new(unsigned n_batches, unsigned n_source, unsigned n_target,
                           unsigned n_queues)
{
    batch_flow *f = g_new0(batch_flow, 1);
    g_mutex_init(&f->mutex);
    g_cond_init(&f->changed);
    f->all = g_ptr_array_new_with_free_func((GDestroyNotify)batch_free);
    g_queue_init(&f->free);
    f->n_queues = n_queues;
    f->queues = g_new(GQueue, n_queues);
    for (unsigned i = 0; i < n_queues; i++)
        g_queue_init(&f->queues[i]);
    for (unsigned i = 0; i < n_batches; i++) {
        batch *b = batch_new(n_source, n_target);
        g_ptr_array_add(f->all, b);
        g_queue_push_tail(&f->free, b);
    }
    return f;
}

void batch_flow_free(batch_flow *f)
{
    if (f == NULL)
        return;
    g_queue_clear(&f->free);
    for (unsigned i = 0; i < f->n_queues; i++)
        g_queue_clear(&f->queues[i]);
    g_free(f->queues);
    g_ptr_array_unref(f->all);
    g_cond_clear(&f->changed);
    g_mutex_clear(&f->mutex);
    g_free(f);
}

batch *batch_flow_take(batch_flow *f)
{
    g_mutex_lock(&f->mutex);
    if (g_queue_is_empty(&f->free) && !f->stopped) {
        f->starving++;
        g_cond_broadcast(&f->changed);
        while (g_queue_is_empty(&f->free) && !f->stopped)
            g_cond_wait(&f->changed, &f->mutex);
        f->starving--;
    }
    /* Last in, first out: what was touched last is still in the cache. */
    batch *b = f->stopped ? NULL : g_queue_pop_tail(&f->free);
    g_mutex_unlock(&f->mutex);
    if (b != NULL)
        batch_reset(b);
    return b;
}

void batch_flow_send(batch_flow *f, unsigned queue, batch *b)
{
    g_mutex_lock(&f->mutex);
    g_queue_push_tail(&f->queues[queue], b);
    g_cond_broadcast(&f->changed);
    g_mutex_unlock(&f->mutex);
}

void batch_flow_begin(batch_flow *f, unsigned n_readers)
{
    g_mutex_lock(&f->mutex);
    f->readers = n_readers;
    g_mutex_unlock(&f->mutex);
}

void batch_flow_reader_done(batch_flow *f)
{
    g_mutex_lock(&f->mutex);
    f->readers--;
    g_cond_broadcast(&f->changed);
    g_mutex_unlock(&f->mutex);
}

flow_event batch_flow_next(batch_flow *f, unsigned queue, bool holding, batch **b)
{
    g_mutex_lock(&f->mutex);
    flow_event event;
    for (;;) {
        if (f->stopped) {
            event = FLOW_END;
            break;
        }
        *b = g_queue_pop_head(&f->queues[queue]);
        if (*b != NULL) {
            event = FLOW_BATCH;
            break;
        }
        if (f->readers == 0) {
            event = FLOW_END;
            break;
        }
        if (holding && f->starving > 0) {
            event = FLOW_FLUSH;
            break;
        }
        g_cond_wait(&f->changed, &f->mutex);
    }
    g_mutex_unlock(&f->mutex);
    return event;
}

void batch_flow_give_back(batch_flow *f, batch *b)
{
    g_mutex_lock(&f->mutex);
    g_queue_push_tail(&f->free, b);
    g_cond_broadcast(&f->changed);
    g_mutex_unlock(&f->mutex);
}

void batch_flow_stop(batch_flow *f)
{
    g_mutex_lock(&f->mutex);
    f->stopped = true;
    g_cond_broadcast(&f->changed);
    g_mutex_unlock(&f->mutex);
}
