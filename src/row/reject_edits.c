#include "row/reject_edits.h"

#include "row/reject_store.h"

#include <string.h>

typedef struct {
    int64_t first, last;
} range;

struct reject_edits {
    GHashTable *values; /* number → json object */
    GArray *closed;     /* of range; sorted and merged when first asked */
    bool merged;
};

static void decref(gpointer json)
{
    json_decref(json);
}

reject_edits *reject_edits_new(void)
{
    reject_edits *e = g_new0(reject_edits, 1);
    e->values = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, decref);
    e->closed = g_array_new(FALSE, FALSE, sizeof(range));
    return e;
}

void reject_edits_free(reject_edits *e)
{
    if (e == NULL)
        return;
    g_hash_table_unref(e->values);
    g_array_free(e->closed, TRUE);
    g_free(e);
}

static gint compare_ranges(gconstpointer a, gconstpointer b)
{
    const range *left = a, *right = b;
    return left->first < right->first ? -1 : left->first > right->first;
}

/* Sort, and join ranges that touch. */
static void merge(GArray *ranges)
{
    g_array_sort(ranges, compare_ranges);
    guint kept = 0;
    for (guint i = 1; i < ranges->len; i++) {
        range *last = &g_array_index(ranges, range, kept);
        const range *next = &g_array_index(ranges, range, i);
        if (next->first <= last->last + 1)
            last->last = MAX(last->last, next->last);
        else
            g_array_index(ranges, range, ++kept) = *next;
    }
    if (ranges->len > 0)
        g_array_set_size(ranges, kept + 1);
}

json_t *reject_edits_ranges(const int64_t *numbers, size_t n)
{
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(range));
    for (size_t i = 0; i < n; i++) {
        range one = { numbers[i], numbers[i] };
        g_array_append_val(ranges, one);
    }
    merge(ranges);
    json_t *json = json_array();
    for (guint i = 0; i < ranges->len; i++) {
        const range *r = &g_array_index(ranges, range, i);
        json_array_append_new(json, json_pack("[I, I]", (json_int_t)r->first, (json_int_t)r->last));
    }
    return json;
}

static bool read_edit(reject_edits *e, const json_t *line)
{
    json_t *values = json_object_get(line, "values");
    const json_t *json_number = json_object_get(line, "edit");
    if (!json_is_object(values) || !json_is_integer(json_number))
        return false;
    int64_t number = json_integer_value(json_number);
    json_t *known = g_hash_table_lookup(e->values, &number);
    if (known != NULL)
        json_object_update(known, values);
    else
        g_hash_table_insert(e->values, g_memdup2(&number, sizeof number), json_incref(values));
    return true;
}

static bool read_closed(reject_edits *e, const json_t *line)
{
    const json_t *ranges = json_object_get(line, "closed");
    if (!json_is_array(ranges))
        return false;
    size_t i;
    const json_t *pair;
    json_array_foreach(ranges, i, pair)
    {
        const json_t *first = json_array_get(pair, 0), *last = json_array_get(pair, 1);
        if (!json_is_integer(first) || !json_is_integer(last))
            return false;
        range r = { json_integer_value(first), json_integer_value(last) };
        g_array_append_val(e->closed, r);
    }
    e->merged = false;
    return true;
}

static bool begins_with(const char *line, size_t size, const char *prefix)
{
    return size > strlen(prefix) && memcmp(line, prefix, strlen(prefix)) == 0;
}

bool reject_edits_read(reject_edits *e, const char *line, size_t size)
{
    bool edit = begins_with(line, size, REJECT_LINE_EDIT);
    if (!edit && !begins_with(line, size, REJECT_LINE_CLOSED))
        return true;
    json_t *json = json_loadb(line, size, 0, NULL);
    bool good = json != NULL && (edit ? read_edit(e, json) : read_closed(e, json));
    json_decref(json);
    return good;
}

json_t *reject_edits_values(const reject_edits *e, int64_t number)
{
    return g_hash_table_lookup(e->values, &number);
}

bool reject_edits_is_closed(reject_edits *e, int64_t number)
{
    if (!e->merged) {
        merge(e->closed);
        e->merged = true;
    }
    guint low = 0, high = e->closed->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        const range *r = &g_array_index(e->closed, range, middle);
        if (number < r->first)
            high = middle;
        else if (number > r->last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}
