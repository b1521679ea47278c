/* A look at the first rows: which values will not fit, before anything is
 * written. */
#include "ferry/plan_private.h"

#include "base/intl.h"
#include "base/text.h"

#define SAMPLE_ROWS 10000

typedef struct {
    int64_t rows;
    int64_t *misfits; /* [mapped columns] */
    char **first;     /* [mapped columns] the first message */
} sample;

static void count_misfits(sample *s, const batch *b)
{
    s->rows += b->n_rows;
    for (guint i = 0; i < b->rejects->len; i++) {
        const reject_reason *why = &g_array_index(b->rejects, reject_reason, i);
        if (why->column < 0)
            continue;
        if (s->misfits[why->column]++ == 0)
            s->first[why->column] = g_strdup(why->message);
    }
}

static bool read_sample(plan *p, const plan_segment *segment, sample *s, error **err)
{
    session *from = plan_session(p, segment->connection, err);
    if (from == NULL)
        return false;
    guint n = p->source_columns->len;
    g_autofree const char **columns = g_new0(const char *, n + 1);
    g_autofree data_type *types = g_new0(data_type, n + 1);
    for (guint i = 0; i < n; i++) {
        const column_info *c = p->source_columns->pdata[i];
        columns[i] = c->name;
        types[i] = c->type;
    }
    g_autofree char *limited =
        segment->sql != NULL ? g_strdup_printf("%s LIMIT %d", segment->sql, SAMPLE_ROWS) : NULL;
    const read_request request = {
        .sql = limited,
        .parameters = segment->values != NULL ? (value *)segment->values->data : NULL,
        .n_parameters = segment->values != NULL ? segment->values->len : 0,
        .path = segment->path,
        .columns = columns,
        .n_columns = n
    };
    reader *rows = from->ops->read_open(from, &request, types, n, err);
    if (rows == NULL)
        return false;
    g_autoptr(mapper) map = mapper_new(p->mapping, err);
    g_autoptr(batch) b = batch_new(n, p->mapping->columns->len);
    read_outcome outcome = map != NULL ? READ_ROWS : READ_FAILED;
    while (outcome == READ_ROWS && s->rows < SAMPLE_ROWS) {
        batch_reset(b);
        outcome = from->ops->read_next(rows, b, err);
        if (outcome == READ_ROWS) {
            mapper_apply(map, b);
            count_misfits(s, b);
        }
    }
    from->ops->read_close(rows);
    return outcome != READ_FAILED;
}

bool plan_sample(plan *p, error **err)
{
    if (p->replay_file != NULL)
        return true;
    guint n = p->mapping->columns->len;
    sample s = { .misfits = g_new0(int64_t, n), .first = g_new0(char *, n + 1) };
    const plan_segment *first = &g_array_index(p->segments, plan_segment, 0);
    bool done = read_sample(p, first, &s, err);
    g_autofree char *rows = text_count(s.rows);
    for (guint i = 0; i < n; i++) {
        if (s.misfits[i] == 0)
            continue;
        g_autofree char *count = text_count(s.misfits[i]);
        const mapping_column *m = p->mapping->columns->pdata[i];
        plan_warn_about(p, m->target, _("%s of %s sampled rows would be rejected: %s"), count,
                        rows, s.first[i]);
    }
    for (guint i = 0; i < n; i++)
        g_free(s.first[i]);
    g_free(s.first);
    g_free(s.misfits);
    return done;
}
