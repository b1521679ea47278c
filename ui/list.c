#include "ui/list.h"

#include "base/intl.h"
#include "ui/columns.h"
#include "ui/matcher.h"
#include "ui/scroll.h"

#define SELECTED_AT 1 /* '>' */
#define MARK_AT     2 /* '!' */
#define CELLS_AT    4
#define MARGIN      1 /* free at the right edge */

#define FIND_ROWS  10000 /* looked at by one find */
#define FIND_CHUNK 200   /* asked for at once */

struct list {
    const list_column *columns;
    unsigned n;
    const list_source *source;
    void *user;
    scroll scroll;
    column_place *places;
    GString *cell, *safe; /* used again for every cell */
};

list *list_new(const list_column *columns, const list_source *source, void *user)
{
    list *l = g_new0(list, 1);
    l->columns = columns;
    l->n = columns_count(columns);
    l->source = source;
    l->user = user;
    l->places = g_new0(column_place, l->n);
    l->cell = g_string_new(NULL);
    l->safe = g_string_new(NULL);
    return l;
}

void list_free(list *l)
{
    if (l == NULL)
        return;
    g_free(l->places);
    g_string_free(l->cell, TRUE);
    g_string_free(l->safe, TRUE);
    g_free(l);
}

static int64_t count_rows(const list *l)
{
    return l->source->count(l->user);
}

int64_t list_selected(const list *l)
{
    int64_t count = count_rows(l);
    return count <= 0 ? -1 : MIN(l->scroll.at, count - 1);
}

void list_select(list *l, int64_t row)
{
    scroll_to(&l->scroll, row, count_rows(l));
}

bool list_key(list *l, ui_key k)
{
    return scroll_key(&l->scroll, k, count_rows(l));
}

/* The text of a cell in l->cell. */
static list_style read_cell(list *l, int64_t row, unsigned column)
{
    list_style style = { .look = LOOK_PLAIN };
    g_string_truncate(l->cell, 0);
    l->source->cell(l->user, row, column, l->cell, &style);
    return style;
}

/* --- drawing --------------------------------------------------------------- */

static void draw_titles(const list *l, canvas *c, int y)
{
    for (unsigned i = 0; i < l->n; i++) {
        const column_place *p = &l->places[i];
        const char *title = l->columns[i].title;
        if (p->width == 0 || title[0] == '\0') /* "" would be the catalogue's header */
            continue;
        if (l->columns[i].side == TEXT_RIGHT)
            canvas_right(c, y, p->x, p->width, LOOK_QUIET, _(title));
        else
            canvas_text(c, y, p->x, p->width, LOOK_QUIET, _(title));
    }
}

static void draw_row(list *l, canvas *c, int y, int64_t row, bool selected)
{
    unsigned extra = selected ? LOOK_SELECTED : 0;
    if (selected)
        canvas_fill(c, y, 0, canvas_width(c), LOOK_SELECTED);
    for (unsigned i = 0; i < l->n; i++) {
        const column_place *p = &l->places[i];
        if (p->width == 0 && i > 0)
            continue;
        list_style style = read_cell(l, row, i);
        if (i == 0 && style.mark != '\0') {
            const char mark[] = { style.mark, '\0' };
            canvas_text(c, y, MARK_AT, 1, LOOK_BAD | extra, mark);
        }
        if (p->width == 0)
            continue;
        if (l->columns[i].side == TEXT_RIGHT)
            canvas_right(c, y, p->x, p->width, style.look | extra, l->cell->str);
        else
            canvas_text(c, y, p->x, p->width, style.look | extra, l->cell->str);
    }
}

void list_draw(list *l, canvas *c, int y, int height, bool focus)
{
    if (height <= 0)
        return;
    int titles = height > 1 ? 1 : 0;
    int64_t count = count_rows(l);
    scroll_fit(&l->scroll, height - titles, count);
    columns_place(l->columns, l->n, CELLS_AT, MAX(canvas_width(c) - CELLS_AT - MARGIN, 0),
                  l->places);
    if (titles > 0)
        draw_titles(l, c, y);
    int64_t first = l->scroll.first, shown = MIN(height - titles, count - first);
    if (l->source->need != NULL && shown > 0)
        l->source->need(l->user, first, shown);
    for (int64_t i = 0; i < shown; i++) {
        bool selected = first + i == l->scroll.at;
        draw_row(l, c, y + titles + (int)i, first + i, selected && focus);
        if (selected)
            canvas_text(c, y + titles + (int)i, SELECTED_AT, 1, focus ? LOOK_SELECTED : LOOK_PLAIN,
                        ">");
    }
    if (focus)
        canvas_cursor(c, y + titles + (int)(l->scroll.at - first), SELECTED_AT);
}

/* --- find ------------------------------------------------------------------ */

static bool row_matches(list *l, const matcher *m, int64_t row)
{
    for (unsigned i = 0; i < l->n; i++) {
        read_cell(l, row, i);
        g_string_truncate(l->safe, 0);
        text_append_safe(l->safe, l->cell->str, (gssize)l->cell->len);
        if (matcher_find(m, l->safe->str, (gssize)l->safe->len, 0, NULL, NULL))
            return true;
    }
    return false;
}

/* Say that the rows from @row on in the direction of @step will be looked at. */
static void announce(const list *l, int64_t row, int step, int64_t count)
{
    if (l->source->need == NULL)
        return;
    int64_t first = step > 0 ? row : MAX(row - FIND_CHUNK + 1, 0);
    int64_t last = step > 0 ? MIN(row + FIND_CHUNK, count) : row + 1;
    l->source->need(l->user, first, last - first);
}

bool list_find(list *l, const char *text, int step, bool from_next)
{
    g_autoptr(error) wrong = NULL;
    g_autoptr(matcher) m = matcher_new(text, &wrong);
    int64_t count = count_rows(l);
    if (m == NULL || count <= 0)
        return false;
    int64_t row = list_selected(l);
    if (from_next)
        row = (row + step + count) % count;
    int64_t announced = 0;
    for (int64_t i = 0; i < MIN(count, FIND_ROWS); i++) {
        if (announced == 0 || row == (step > 0 ? 0 : count - 1)) {
            announce(l, row, step, count);
            announced = FIND_CHUNK;
        }
        announced--;
        if (row_matches(l, m, row)) {
            scroll_to(&l->scroll, row, count);
            return true;
        }
        row = (row + step + count) % count;
    }
    return false;
}
