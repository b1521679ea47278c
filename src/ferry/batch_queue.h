/* batch_queue.h - the bounded way of batches between threads.
 *
 * A pool holds the empty batches of a run: their number bounds its memory. A
 * queue carries full ones from readers to a writer. All waits end when the
 * run is stopped.
 */
#ifndef ROWFERRY_FERRY_BATCH_QUEUE_H
#define ROWFERRY_FERRY_BATCH_QUEUE_H

#include "row/batch.h"

typedef struct batch_flow batch_flow;

/* @n_batches of the given shape, for @n_queues writers. */
batch_flow *batch_flow_new(unsigned n_batches, unsigned n_source, unsigned n_target,
                           unsigned n_queues);
void batch_flow_free(batch_flow *f);

/* Readers: an empty batch (reset), or NULL when stopped. */
batch *batch_flow_take(batch_flow *f);
/* Readers: hand a full batch to a writer's queue. */
void batch_flow_send(batch_flow *f, unsigned queue, batch *b);
/* Readers: one of them has ended; @n_readers of batch_flow_begin must. */
void batch_flow_begin(batch_flow *f, unsigned n_readers);
void batch_flow_reader_done(batch_flow *f);

typedef enum {
    FLOW_BATCH, /* *b is the next one */
    FLOW_FLUSH, /* readers starve: the writer must let go of what it holds */
    FLOW_END,   /* no more will come */
} flow_event;
/* Writers: what to do next; @holding tells whether the writer holds batches. */
flow_event batch_flow_next(batch_flow *f, unsigned queue, bool holding, batch **b);
/* Anybody: a batch is empty again. */
void batch_flow_give_back(batch_flow *f, batch *b);

/* End all waits: take gives NULL, next gives FLOW_END. */
void batch_flow_stop(batch_flow *f);

#endif
