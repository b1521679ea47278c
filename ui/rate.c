#include "ui/rate.h"

#include <glib.h>
#include <math.h>

#define MOST_VALUES 4096 /* even: neighbours are merged in pairs */
#define LEAST_STEP  0.5  /* seconds between two counts that tell a rate */

struct rate {
    double *values; /* each the mean of @each seconds */
    unsigned n, each;
    double sum; /* of the seconds that make no whole value yet */
    unsigned seconds;
    bool begun;
    int64_t count; /* as added last */
    double at;
};

rate *rate_new(void)
{
    rate *r = g_new0(rate, 1);
    r->values = g_new0(double, MOST_VALUES);
    r->each = 1;
    return r;
}

void rate_free(rate *r)
{
    if (r == NULL)
        return;
    g_free(r->values);
    g_free(r);
}

static void begin(rate *r, int64_t count, double seconds)
{
    r->begun = true;
    r->count = count;
    r->at = seconds;
}

static void merge(rate *r)
{
    for (unsigned i = 0; i < MOST_VALUES / 2; i++)
        r->values[i] = (r->values[2 * i] + r->values[2 * i + 1]) / 2;
    r->n = MOST_VALUES / 2;
    r->each *= 2;
}

static void add_second(rate *r, double per_second)
{
    r->sum += per_second;
    if (++r->seconds < r->each)
        return;
    if (r->n == MOST_VALUES)
        merge(r);
    r->values[r->n++] = r->sum / r->seconds;
    r->sum = 0;
    r->seconds = 0;
}

void rate_add(rate *r, int64_t count, double seconds)
{
    if (!r->begun || count < r->count || seconds < r->at) {
        begin(r, count, seconds);
        return;
    }
    double step = seconds - r->at;
    if (step < LEAST_STEP)
        return;
    double per_second = (double)(count - r->count) / step;
    for (unsigned n = (unsigned)MIN(floor(step + 0.5), MOST_VALUES); n > 0; n--)
        add_second(r, per_second);
    begin(r, count, seconds);
}

unsigned rate_values(const rate *r, double *values, unsigned width)
{
    unsigned together = 1, n = 0;
    if (width == 0)
        return 0;
    while ((r->n + together - 1) / together > width)
        together *= 2;
    for (unsigned i = 0; i < r->n; i += together) {
        unsigned last = MIN(i + together, r->n);
        double sum = 0;
        for (unsigned k = i; k < last; k++)
            sum += r->values[k];
        values[n++] = sum / (last - i);
    }
    return n;
}

double rate_recent(const rate *r, double seconds)
{
    unsigned n = (unsigned)MAX(seconds / r->each, 1);
    n = MIN(n, r->n);
    double sum = 0;
    for (unsigned i = r->n - n; i < r->n; i++)
        sum += r->values[i];
    return n > 0 ? sum / n : 0;
}
