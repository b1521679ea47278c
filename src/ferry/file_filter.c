#include "ferry/file_filter.h"

struct file_filter {
    filter_program *program;
};

file_filter *file_filter_new(const plan *p, error **err)
{
    guint n = p->source_columns->len;
    g_autofree const char **names = g_new0(const char *, n + 1);
    g_autofree data_type *types = g_new0(data_type, n + 1);
    for (guint i = 0; i < n; i++) {
        const column_info *c = p->source_columns->pdata[i];
        names[i] = c->name;
        types[i] = c->type;
    }
    filter_program *program = filter_compile(p->filter, names, types, err);
    if (program == NULL)
        return NULL;
    file_filter *f = g_new0(file_filter, 1);
    f->program = program;
    return f;
}

void file_filter_free(file_filter *f)
{
    if (f == NULL)
        return;
    filter_program_free(f->program);
    g_free(f);
}

void file_filter_apply(file_filter *f, batch *b)
{
    for (unsigned row = 0; row < b->n_rows; row++)
        if (b->status[row] == ROW_OK && filter_match(f->program, b->source, row) != FILTER_TRUE)
            batch_filter(b, row);
}
