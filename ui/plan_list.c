#include "ui/plan_list.h"

#include "ui/list.h"
#include "ui/plan_lines.h"
#include "ui/text_rows.h"

#include <string.h>

#define LABEL_WIDTH 12
#define TEXT_MARGIN (4 + LABEL_WIDTH + 2 + 1) /* what list.h leaves of a row */

/* A row of the screen: part of a line. */
typedef struct {
    guint line;
    size_t start, end;
} plan_row;

struct plan_list {
    list *list;
    GPtrArray *lines; /* of plan_line*, or NULL */
    GArray *rows;     /* of plan_row, for the width below */
    int width;        /* of the text; 0: rows are to be made */
};

static const list_column columns[] = {
    { "", LABEL_WIDTH, LABEL_WIDTH, 0, TEXT_LEFT },
    { "", 10, 0, 0, TEXT_LEFT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    return ((plan_list *)user)->rows->len;
}

static const plan_row *row_at(const plan_list *p, int64_t number)
{
    return number >= 0 ? &g_array_index(p->rows, plan_row, number) : NULL;
}

static const plan_line *line_of(const plan_list *p, const plan_row *row)
{
    return p->lines->pdata[row->line];
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    const plan_list *p = user;
    const plan_row *row = row_at(p, number);
    const plan_line *line = line_of(p, row);
    if (column == 1)
        g_string_append_len(text, line->text + row->start, (gssize)(row->end - row->start));
    else if (row->start == 0)
        g_string_append(text, line->label);
    style->look = line->is_title                            ? LOOK_ACCENT | LOOK_STRONG
                  : column == 0 && line->look == LOOK_PLAIN ? LOOK_QUIET
                                                            : line->look;
    if (column == 0 && row->start == 0 && line->look == LOOK_WARNING)
        style->mark = '!';
}

static const list_source source = { .count = count_rows, .cell = cell };

plan_list *plan_list_new(void)
{
    plan_list *p = g_new0(plan_list, 1);
    p->rows = g_array_new(FALSE, FALSE, sizeof(plan_row));
    p->list = list_new(columns, &source, p);
    return p;
}

void plan_list_free(plan_list *p)
{
    if (p == NULL)
        return;
    list_free(p->list);
    g_array_unref(p->rows);
    g_clear_pointer(&p->lines, g_ptr_array_unref);
    g_free(p);
}

/* Cut the lines anew for @width columns; the selected line stays. */
static void wrap(plan_list *p, int width)
{
    const plan_row *selected = row_at(p, list_selected(p->list));
    guint keep = selected != NULL ? selected->line : 0;
    int64_t select = 0;
    g_array_set_size(p->rows, 0);
    p->width = width;
    for (guint i = 0; p->lines != NULL && i < p->lines->len; i++) {
        const plan_line *line = p->lines->pdata[i];
        g_autoptr(text_rows) cut = text_rows_new(line->text, strlen(line->text), MAX(width, 1));
        if (i == keep)
            select = p->rows->len;
        for (int64_t k = 0; k < text_rows_count(cut); k++) {
            plan_row row = { .line = i };
            text_rows_get(cut, k, &row.start, &row.end);
            g_array_append_val(p->rows, row);
        }
    }
    list_select(p->list, select);
}

void plan_list_set(plan_list *p, GPtrArray *lines)
{
    g_clear_pointer(&p->lines, g_ptr_array_unref);
    g_array_set_size(p->rows, 0);
    p->lines = lines;
    p->width = 0;
    list_select(p->list, 0);
}

bool plan_list_is_empty(const plan_list *p)
{
    return p->lines == NULL;
}

bool plan_list_key(plan_list *p, ui_key k)
{
    return list_key(p->list, k);
}

void plan_list_section(plan_list *p, int step)
{
    for (int64_t at = list_selected(p->list) + step; at >= 0 && at < count_rows(p); at += step)
        if (line_of(p, row_at(p, at))->is_title) {
            list_select(p->list, at);
            return;
        }
}

bool plan_list_find(plan_list *p, const char *text, int step, bool from_next)
{
    return list_find(p->list, text, step, from_next);
}

char *plan_list_value(const plan_list *p)
{
    const plan_row *row = row_at(p, list_selected(p->list));
    return row != NULL ? g_strdup(line_of(p, row)->text) : NULL;
}

void plan_list_draw(plan_list *p, canvas *c, int y, int height)
{
    int width = canvas_width(c) - TEXT_MARGIN;
    if (width != p->width)
        wrap(p, width);
    /* The line of titles is empty here: it is drawn above, where nothing stands. */
    list_draw(p->list, c, y - 1, height + 1, true);
}
