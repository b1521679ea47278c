/* The way of batches between threads: order, starvation, stop, many of each. */
#include "ferry/batch_queue.h"

#include "thread_sanitizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Long enough that a thread which can go on has done so. */
#define WHILE_US 50000

static batch *take(batch_flow *f, int number)
{
    batch *b = batch_flow_take(f);
    assert_non_null(b);
    b->segment = number;
    b->n_rows = 1;
    return b;
}

static void batches_arrive_in_the_order_they_were_sent(void **state)
{
    (void)state;
    batch_flow *f = batch_flow_new(5, 1, 1, 2);
    batch_flow_begin(f, 1);
    for (int i = 0; i < 4; i++)
        batch_flow_send(f, (unsigned)i % 2, take(f, i));
    for (int i = 0; i < 4; i++) {
        batch *b;
        assert_int_equal(batch_flow_next(f, (unsigned)i % 2, false, &b), FLOW_BATCH);
        assert_int_equal(b->segment, i);
        batch_flow_give_back(f, b);
    }
    batch_flow_reader_done(f);
    batch *b;
    assert_int_equal(batch_flow_next(f, 0, false, &b), FLOW_END);
    assert_int_equal(batch_flow_next(f, 1, true, &b), FLOW_END);
    batch_flow_free(f);
}

static void a_batch_that_is_taken_is_empty(void **state)
{
    (void)state;
    batch_flow *f = batch_flow_new(1, 1, 1, 1);
    batch *b = take(f, 7);
    batch_reject(b, 0, REJECT_OTHER, -1, "", "bad");
    batch_flow_give_back(f, b);
    b = batch_flow_take(f);
    assert_int_equal(b->n_rows, 0);
    assert_int_equal(b->n_rejected, 0);
    assert_int_equal(b->segment, 0);
    assert_int_equal(b->status[0], ROW_OK);
    batch_flow_free(f);
}

static void what_was_sent_before_the_last_reader_ended_still_arrives(void **state)
{
    (void)state;
    batch_flow *f = batch_flow_new(2, 1, 1, 1);
    batch_flow_begin(f, 2);
    batch_flow_send(f, 0, take(f, 1));
    batch_flow_reader_done(f);
    batch_flow_send(f, 0, take(f, 2));
    batch_flow_reader_done(f);
    batch *b;
    assert_int_equal(batch_flow_next(f, 0, false, &b), FLOW_BATCH);
    assert_int_equal(batch_flow_next(f, 0, false, &b), FLOW_BATCH);
    assert_int_equal(b->segment, 2);
    assert_int_equal(batch_flow_next(f, 0, true, &b), FLOW_END);
    batch_flow_free(f);
}

/* ---- waits ------------------------------------------------------------------- */

typedef struct {
    batch_flow *flow;
    batch *taken;
    flow_event event;
    bool holding;
    _Atomic bool ended;
} waiter;

static gpointer wait_for_empty(gpointer data)
{
    waiter *w = data;
    w->taken = batch_flow_take(w->flow);
    w->ended = true;
    return NULL;
}

static gpointer wait_for_full(gpointer data)
{
    waiter *w = data;
    w->event = batch_flow_next(w->flow, 0, w->holding, &w->taken);
    w->ended = true;
    return NULL;
}

static void a_writer_that_holds_batches_lets_go_when_readers_starve(void **state)
{
    (void)state;
    batch_flow *f = batch_flow_new(2, 1, 1, 1);
    batch_flow_begin(f, 1);
    batch_flow_send(f, 0, take(f, 1));
    batch_flow_send(f, 0, take(f, 2));
    waiter reader = { .flow = f };
    GThread *thread = g_thread_new("reader", wait_for_empty, &reader);
    batch *held[2];
    /* What is there comes first, starving or not. */
    assert_int_equal(batch_flow_next(f, 0, false, &held[0]), FLOW_BATCH);
    assert_int_equal(batch_flow_next(f, 0, true, &held[1]), FLOW_BATCH);
    batch *none;
    assert_int_equal(batch_flow_next(f, 0, true, &none), FLOW_FLUSH);
    assert_false(reader.ended);
    batch_flow_give_back(f, held[0]);
    g_thread_join(thread);
    assert_ptr_equal(reader.taken, held[0]);
    batch_flow_free(f);
}

static void a_writer_that_holds_nothing_waits_however_readers_starve(void **state)
{
    (void)state;
    batch_flow *f = batch_flow_new(1, 1, 1, 1);
    batch_flow_begin(f, 1);
    batch *only = take(f, 1);
    waiter reader = { .flow = f }, writer = { .flow = f };
    GThread *reads = g_thread_new("reader", wait_for_empty, &reader);
    GThread *writes = g_thread_new("writer", wait_for_full, &writer);
    g_usleep(WHILE_US);
    assert_false(writer.ended);
    assert_false(reader.ended);
    batch_flow_send(f, 0, only);
    g_thread_join(writes);
    assert_int_equal(writer.event, FLOW_BATCH);
    batch_flow_give_back(f, writer.taken);
    g_thread_join(reads);
    assert_ptr_equal(reader.taken, only);
    batch_flow_free(f);
}

static void a_stop_ends_all_waits(void **state)
{
    (void)state;
    batch_flow *f = batch_flow_new(1, 1, 1, 1);
    batch_flow_begin(f, 1);
    take(f, 1);
    waiter reader = { .flow = f }, writer = { .flow = f, .holding = false };
    GThread *reads = g_thread_new("reader", wait_for_empty, &reader);
    GThread *writes = g_thread_new("writer", wait_for_full, &writer);
    g_usleep(WHILE_US);
    assert_false(reader.ended);
    assert_false(writer.ended);
    batch_flow_stop(f);
    g_thread_join(reads);
    g_thread_join(writes);
    assert_null(reader.taken);
    assert_int_equal(writer.event, FLOW_END);
    batch_flow_free(f);
}

static void nothing_is_handed_out_after_a_stop(void **state)
{
    (void)state;
    batch_flow *f = batch_flow_new(3, 1, 1, 1);
    batch_flow_begin(f, 1);
    batch_flow_send(f, 0, take(f, 1));
    batch_flow_stop(f);
    batch *b;
    assert_int_equal(batch_flow_next(f, 0, true, &b), FLOW_END);
    assert_null(batch_flow_take(f));
    /* Who comes late may still send and give back. */
    batch_flow_reader_done(f);
    batch_flow_free(f);
}

/* ---- many ---------------------------------------------------------------------- */

enum { READERS = 5, WRITERS = 3, BATCHES = 4, SENT = 400, GROUP = 3 };

typedef struct {
    batch_flow *flow;
    _Atomic int64_t sent, written, flushed;
} crowd;

typedef struct {
    crowd *crowd;
    unsigned index;
    bool in_order;
} member;

static gpointer read_many(gpointer data)
{
    member *m = data;
    for (int i = 1; i <= SENT; i++) {
        batch *b = batch_flow_take(m->crowd->flow);
        b->segment = (int)m->index;
        b->first_position = i;
        m->crowd->sent += i;
        batch_flow_send(m->crowd->flow, m->index % WRITERS, b);
    }
    batch_flow_reader_done(m->crowd->flow);
    return NULL;
}

static void let_go(member *m, batch **held, unsigned *n)
{
    for (unsigned i = 0; i < *n; i++) {
        m->crowd->written += held[i]->first_position;
        batch_flow_give_back(m->crowd->flow, held[i]);
    }
    *n = 0;
}

/* Holds a group before it lets go, as a writer of PostgreSQL does; more than
 * there are batches, so that only the flush keeps the readers going. */
static gpointer write_many(gpointer data)
{
    member *m = data;
    batch *held[GROUP], *b;
    unsigned n = 0;
    int64_t last[READERS] = { 0 };
    m->in_order = true;
    for (;;) {
        switch (batch_flow_next(m->crowd->flow, m->index, n > 0, &b)) {
        case FLOW_BATCH:
            m->in_order &= b->first_position == ++last[b->segment];
            held[n++] = b;
            if (n == GROUP)
                let_go(m, held, &n);
            continue;
        case FLOW_FLUSH:
            m->crowd->flushed++;
            let_go(m, held, &n);
            continue;
        case FLOW_END:
            let_go(m, held, &n);
            return NULL;
        }
    }
}

static void many_readers_and_writers_lose_and_double_nothing(void **state)
{
    (void)state;
    crowd c = { .flow = batch_flow_new(BATCHES, 1, 1, WRITERS) };
    batch_flow_begin(c.flow, READERS);
    member members[WRITERS + READERS];
    GThread *threads[WRITERS + READERS];
    for (unsigned i = 0; i < WRITERS + READERS; i++) {
        bool writes = i < WRITERS;
        members[i] = (member){ .crowd = &c, .index = writes ? i : i - WRITERS };
        threads[i] = g_thread_new("member", writes ? write_many : read_many, &members[i]);
    }
    for (unsigned i = 0; i < WRITERS + READERS; i++)
        g_thread_join(threads[i]);
    assert_int_equal(c.sent, (int64_t)READERS * SENT * (SENT + 1) / 2);
    assert_int_equal(c.written, c.sent);
    assert_true(c.flushed > 0);
    for (unsigned i = 0; i < WRITERS; i++)
        assert_true(members[i].in_order);
    batch_flow_free(c.flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_arrive_in_the_order_they_were_sent),
        cmocka_unit_test(a_batch_that_is_taken_is_empty),
        cmocka_unit_test(what_was_sent_before_the_last_reader_ended_still_arrives),
        cmocka_unit_test(a_writer_that_holds_batches_lets_go_when_readers_starve),
        cmocka_unit_test(a_writer_that_holds_nothing_waits_however_readers_starve),
        cmocka_unit_test(a_stop_ends_all_waits),
        cmocka_unit_test(nothing_is_handed_out_after_a_stop),
        cmocka_unit_test(many_readers_and_writers_lose_and_double_nothing),
    };
    return cmocka_run_group_tests_name("batch queue", tests, NULL, NULL);
}
