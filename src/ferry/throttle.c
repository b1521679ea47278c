#include "ferry/throttle.h"

#include <glib.h>

/* A stop is noticed after at most this long. */
#define NAP_US 100000

struct throttle {
    GMutex mutex;
    int64_t rows_per_second, bytes_per_second;
    int64_t free_at; /* monotonic microseconds: when all that was taken is paid for */
};

throttle *throttle_new(int64_t rows_per_second, int64_t bytes_per_second)
{
    throttle *t = g_new0(throttle, 1);
    g_mutex_init(&t->mutex);
    t->rows_per_second = rows_per_second;
    t->bytes_per_second = bytes_per_second;
    return t;
}

void throttle_free(throttle *t)
{
    if (t == NULL)
        return;
    g_mutex_clear(&t->mutex);
    g_free(t);
}

static int64_t cost(int64_t amount, int64_t per_second)
{
    return per_second > 0 ? (int64_t)((double)amount * 1e6 / (double)per_second) : 0;
}

int64_t throttle_take(throttle *t, int64_t rows, int64_t bytes, const int *stop)
{
    int64_t due = MAX(cost(rows, t->rows_per_second), cost(bytes, t->bytes_per_second));
    if (due == 0)
        return 0;
    int64_t start = g_get_monotonic_time();
    g_mutex_lock(&t->mutex);
    t->free_at = MAX(t->free_at, start) + due;
    int64_t until = t->free_at;
    g_mutex_unlock(&t->mutex);
    int64_t now = start;
    while (now < until && !g_atomic_int_get(stop)) {
        g_usleep((gulong)MIN(until - now, NAP_US));
        now = g_get_monotonic_time();
    }
    return now - start;
}
