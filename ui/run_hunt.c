#include "ui/run_hunt.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/matcher.h"
#include "ui/row_text.h"
#include "ui/run_words.h"

#include <inttypes.h>

#define PAGE_ROWS 500
#define MOST_ROWS 10000 /* looked at by one find, as in every list */

void run_hunt_stop(run_hunt *h)
{
    job_cancel(g_steal_pointer(&h->running));
    g_clear_pointer(&h->text, g_free);
    g_clear_pointer(&h->filter, json_decref);
}

static bool matches(const matcher *m, const json_t *row)
{
    g_autofree char *all =
        g_strdup_printf("%" PRId64 "\n%s\n%s\n%s\n%s\n%s\n%s",
                        (int64_t)json_integer_value(json_object_get(row, "run")),
                        row_text(row, "task"), row_text(row, "business_date"),
                        row_text(row, "started_at"), run_kind_word(row_text(row, "kind")),
                        run_state_word(row_text(row, "state")), row_text(row, "message"));
    return matcher_find(m, all, -1, 0, NULL, NULL);
}

/* The place in @rows of the first match in the direction of the hunt, -1: none. */
static int64_t first_match(const run_hunt *h, const json_t *rows)
{
    g_autoptr(error) wrong = NULL;
    g_autoptr(matcher) m = matcher_new(h->text, &wrong);
    int64_t n = (int64_t)json_array_size(rows);
    for (int64_t i = 0; m != NULL && i < n; i++) {
        int64_t at = h->step > 0 ? i : n - 1 - i;
        if (matches(m, json_array_get(rows, (size_t)at)))
            return at;
    }
    return -1;
}

static void ask(run_hunt *h);

static void page_arrived(screen *s, json_t *out, const error *failure, void *user)
{
    run_hunt *h = user;
    h->running = NULL;
    if (failure != NULL) {
        app_say_error(s->app, failure);
        run_hunt_stop(h);
        return;
    }
    const json_t *rows = json_object_get(out, "runs");
    int64_t n = (int64_t)json_array_size(rows), at = first_match(h, rows);
    if (at >= 0) {
        int64_t first = h->step > 0 ? h->next : MAX(h->next - PAGE_ROWS + 1, 0);
        run_hunt_stop(h);
        app_say(s->app, LOOK_PLAIN, "%s", "");
        h->found(s, first + at);
        return;
    }
    h->looked += n;
    h->next += h->step * PAGE_ROWS;
    /* Around the end, as in every list. */
    if (h->next < 0 || h->next >= h->total)
        h->next = h->step > 0 ? 0 : h->total - 1;
    if (n == 0 || h->looked >= MIN(MOST_ROWS, h->total)) {
        g_autofree char *looked = text_count(h->looked);
        app_say(s->app, LOOK_WARNING, _("not in %s runs; f filters all"), looked);
        run_hunt_stop(h);
        return;
    }
    ask(h);
}

static void ask(run_hunt *h)
{
    int64_t first = h->step > 0 ? h->next : MAX(h->next - PAGE_ROWS + 1, 0);
    int64_t n = h->step > 0 ? PAGE_ROWS : h->next - first + 1;
    json_t *in = json_copy(h->filter);
    json_object_set_new(in, "skip", json_integer(first));
    json_object_set_new(in, "limit", json_integer(n));
    h->running = app_run(h->on->app, h->on, "run.list", in, page_arrived, h);
}

void run_hunt_start(run_hunt *h, screen *s, json_t *filter, const char *text, int step,
                    int64_t from, int64_t total, void (*found)(screen *s, int64_t row))
{
    run_hunt_stop(h);
    if (from < 0 || from >= total) {
        json_decref(filter);
        return;
    }
    *h = (run_hunt){ .on = s,
                     .text = g_strdup(text),
                     .step = step,
                     .next = from,
                     .total = total,
                     .filter = filter,
                     .found = found };
    ask(h);
}
