/* throttle.h - a token bucket for rows and bytes per second, shared by all
 * streams of a run. Any thread.
 */
#ifndef ROWFERRY_FERRY_THROTTLE_H
#define ROWFERRY_FERRY_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct throttle throttle;

/* 0: no limit. */
throttle *throttle_new(int64_t rows_per_second, int64_t bytes_per_second);
void throttle_free(throttle *t);

/* Account for what was read and wait until it was allowed; returns the
 * microseconds waited. Ends early when @stop becomes true. */
int64_t throttle_take(throttle *t, int64_t rows, int64_t bytes, const int *stop);

#endif
