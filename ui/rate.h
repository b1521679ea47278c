/* rate.h - how fast something went, second by second, for a sparkline.
 *
 * Pure data. The whole time is kept in bounded memory: when it grows long,
 * neighbours are merged. What is drawn changes at its end only, so that a slow
 * line carries a few bytes a second.
 */
#ifndef ROWFERRY_UI_RATE_H
#define ROWFERRY_UI_RATE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct rate rate;

rate *rate_new(void);
void rate_free(rate *r);

/* @count of something had happened after @seconds of work. A smaller count or
 * time than before begins anew. */
void rate_add(rate *r, int64_t count, double seconds);

/* Into @values, at most @width of them, per second, oldest first: returns how
 * many. Each stands for the same time. */
unsigned rate_values(const rate *r, double *values, unsigned width);
/* Per second over the last @seconds that were seen; 0 when nothing was. */
double rate_recent(const rate *r, double seconds);

#endif
