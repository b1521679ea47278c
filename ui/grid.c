#include "ui/grid.h"

#include "base/intl.h"
#include "ui/columns.h"
#include "ui/editor.h"
#include "ui/scroll.h"

#include <string.h>

#define SELECTED_AT 1 /* '>' */
#define MARK_AT     2 /* '!' */
#define CELLS_AT    4
#define MARGIN      1  /* free at the right edge */
#define EDIT_LEAST  24 /* columns for a text being edited, over its neighbours */

struct grid {
    app *app;
    screen *screen;
    const list_column *columns;
    unsigned n;
    const grid_source *source;
    void *user;
    scroll scroll;
    unsigned column;
    editor *edited;       /* of the selected cell, or NULL */
    char *message;        /* below the selected row, or NULL */
    int64_t choosing_row; /* the cell whose choices are listed */
    unsigned choosing_column;
    list_column *shown_columns; /* with the selected one always there */
    column_place *places;
    GString *cell;
};

grid *grid_new(app *a, screen *s, const list_column *columns, const grid_source *source, void *user)
{
    grid *g = g_new0(grid, 1);
    g->app = a;
    g->screen = s;
    g->columns = columns;
    g->n = columns_count(columns);
    g->source = source;
    g->user = user;
    g->shown_columns = g_new0(list_column, g->n);
    g->places = g_new0(column_place, g->n);
    g->cell = g_string_new(NULL);
    return g;
}

void grid_free(grid *g)
{
    if (g == NULL)
        return;
    editor_free(g->edited);
    g_free(g->message);
    g_free(g->shown_columns);
    g_free(g->places);
    g_string_free(g->cell, TRUE);
    g_free(g);
}

static int64_t count_rows(const grid *g)
{
    return g->source->count(g->user);
}

int64_t grid_row(const grid *g)
{
    int64_t count = count_rows(g);
    return count <= 0 ? -1 : MIN(g->scroll.at, count - 1);
}

unsigned grid_column(const grid *g)
{
    return g->column;
}

static void stop_editing(grid *g)
{
    g_clear_pointer(&g->edited, editor_free);
    g_clear_pointer(&g->message, g_free);
}

void grid_select(grid *g, int64_t row, unsigned column)
{
    stop_editing(g);
    scroll_to(&g->scroll, row, count_rows(g));
    g->column = MIN(column, g->n - 1);
}

/* The text of a cell in g->cell. */
static list_style read_cell(grid *g, int64_t row, unsigned column)
{
    list_style style = { .look = LOOK_PLAIN };
    g_string_truncate(g->cell, 0);
    g->source->cell(g->user, row, column, g->cell, &style);
    return style;
}

/* --- editing ------------------------------------------------------------------- */

static bool keep(grid *g, int64_t row, unsigned column, const char *text)
{
    g_clear_pointer(&g->message, g_free);
    return g->source->set(g->user, row, column, text, &g->message);
}

/* -1 also comes when the screen with the grid is being closed. */
static void chosen(screen *s, int index, void *user)
{
    (void)s;
    if (index < 0)
        return;
    grid *g = user;
    if (g->choosing_row >= count_rows(g))
        return;
    int current = -1;
    g_auto(GStrv) choices =
        g->source->choices(g->user, g->choosing_row, g->choosing_column, &current);
    if ((unsigned)index < g_strv_length(choices))
        keep(g, g->choosing_row, g->choosing_column, choices[index]);
}

static void list_choices(grid *g, int64_t row)
{
    int current = -1;
    g_auto(GStrv) choices = g->source->choices(g->user, row, g->column, &current);
    if (choices[0] == NULL) {
        app_say(g->app, LOOK_WARNING, _("there is nothing to choose from"));
        return;
    }
    g->choosing_row = row;
    g->choosing_column = g->column;
    app_choose(g->app, g->screen, _(g->columns[g->column].title), (const char *const *)choices,
               MAX(current, 0), chosen, g);
}

static void edit_text(grid *g, int64_t row)
{
    g_autofree char *text = NULL;
    if (g->source->value != NULL) {
        text = g->source->value(g->user, row, g->column);
    } else {
        read_cell(g, row, g->column);
        text = g_strdup(g->cell->str);
    }
    g->edited = editor_new(text, false, false);
}

bool grid_begin(grid *g)
{
    int64_t row = grid_row(g);
    stop_editing(g);
    if (row < 0)
        return false;
    switch (g->source->kind(g->user, row, g->column)) {
    case CELL_STATIC:
        return false;
    case CELL_TEXT:
        edit_text(g, row);
        return true;
    case CELL_CHOICE:
        list_choices(g, row);
        return true;
    }
    g_assert_not_reached();
}

bool grid_in_text(const grid *g)
{
    return g->edited != NULL;
}

bool grid_cancel(grid *g)
{
    bool was = g->edited != NULL;
    stop_editing(g);
    return was;
}

bool grid_end(grid *g)
{
    int64_t row = grid_row(g);
    if (g->edited == NULL || row < 0)
        return true;
    g_autofree char *text = g_strdup(editor_text(g->edited));
    if (!keep(g, row, g->column, text))
        return false;
    stop_editing(g);
    return true;
}

/* --- keys ------------------------------------------------------------------------ */

/* To the next cell in the direction of @step that can be edited. */
static bool next_cell(grid *g, int step)
{
    int64_t cells = count_rows(g) * g->n;
    int64_t at = MAX(grid_row(g), 0) * g->n + g->column;
    for (at += step; at >= 0 && at < cells; at += step) {
        int64_t row = at / g->n;
        unsigned column = (unsigned)(at % g->n);
        if (g->source->kind(g->user, row, column) == CELL_STATIC)
            continue;
        grid_select(g, row, column);
        return true;
    }
    return false;
}

static bool edit_key(grid *g, ui_key k)
{
    switch (k) {
    case K_ENTER:
        grid_end(g);
        return true;
    case K_ESCAPE:
        return grid_cancel(g);
    case K_TAB:
    case K_BACKTAB:
        if (grid_end(g))
            next_cell(g, k == K_TAB ? 1 : -1);
        return true;
    case K_UP:
    case K_DOWN:
        if (grid_end(g))
            scroll_key(&g->scroll, k, count_rows(g));
        return true;
    default:
        return editor_key(g->edited, k, k == K_PASTE ? app_pasted(g->app) : NULL);
    }
}

static bool begins_choice(const grid *g)
{
    int64_t row = grid_row(g);
    return row >= 0 && g->source->kind(g->user, row, g->column) == CELL_CHOICE;
}

bool grid_key(grid *g, ui_key k)
{
    if (g->edited != NULL)
        return edit_key(g, k);
    g_clear_pointer(&g->message, g_free);
    switch (k) {
    case K_LEFT:
    case K_RIGHT:
        g->column = (unsigned)CLAMP((int)g->column + (k == K_LEFT ? -1 : 1), 0, (int)g->n - 1);
        return true;
    case K_TAB:
        return next_cell(g, 1);
    case K_BACKTAB:
        return next_cell(g, -1);
    case K_ENTER:
        return grid_begin(g);
    case K_SPACE:
    case K_F(4):
        return begins_choice(g) && grid_begin(g);
    default:
        return scroll_key(&g->scroll, k, count_rows(g));
    }
}

/* --- drawing ---------------------------------------------------------------------- */

static void place_columns(grid *g, int width)
{
    memcpy(g->shown_columns, g->columns, g->n * sizeof *g->columns);
    g->shown_columns[g->column].priority = 0;
    columns_place(g->shown_columns, g->n, CELLS_AT, MAX(width - CELLS_AT - MARGIN, 0), g->places);
}

static void draw_aligned(const grid *g, canvas *c, int y, unsigned column, unsigned look,
                         const char *text)
{
    const column_place *p = &g->places[column];
    if (g->columns[column].side == TEXT_RIGHT)
        canvas_right(c, y, p->x, p->width, look, text);
    else
        canvas_text(c, y, p->x, p->width, look, text);
}

static void draw_titles(const grid *g, canvas *c, int y)
{
    for (unsigned i = 0; i < g->n; i++)
        if (g->places[i].width > 0 && g->columns[i].title[0] != '\0')
            draw_aligned(g, c, y, i, LOOK_QUIET, _(g->columns[i].title));
}

static void draw_selected_cell(grid *g, canvas *c, int y, unsigned look)
{
    const column_place *p = &g->places[g->column];
    if (g->edited != NULL) {
        int room = canvas_width(c) - MARGIN - p->x;
        int width = MAX(1, MIN(MAX(p->width, EDIT_LEAST), room));
        editor_draw(g->edited, c, y, p->x, 1, width, LOOK_UNDERLINE, true);
        return;
    }
    canvas_fill(c, y, p->x, p->width, LOOK_SELECTED);
    draw_aligned(g, c, y, g->column, look | LOOK_SELECTED, g->cell->str);
    canvas_cursor(c, y, p->x);
}

static void draw_row(grid *g, canvas *c, int y, int64_t row, bool selected, bool focus)
{
    unsigned look = LOOK_PLAIN;
    for (unsigned i = 0; i < g->n; i++) {
        list_style style = read_cell(g, row, i);
        if (i == 0 && style.mark != '\0') {
            const char mark[] = { style.mark, '\0' };
            canvas_text(c, y, MARK_AT, 1, LOOK_BAD, mark);
        }
        if (i == g->column)
            look = style.look;
        if (g->places[i].width > 0)
            draw_aligned(g, c, y, i, style.look, g->cell->str);
    }
    if (!selected)
        return;
    canvas_text(c, y, SELECTED_AT, 1, LOOK_PLAIN, ">");
    if (focus) {
        read_cell(g, row, g->column);
        draw_selected_cell(g, c, y, look);
    }
}

void grid_draw(grid *g, canvas *c, int y, int height, bool focus)
{
    if (height <= 0)
        return;
    int titles = height > 1 ? 1 : 0, note = g->message != NULL && height > titles + 1 ? 1 : 0;
    int64_t count = count_rows(g);
    place_columns(g, canvas_width(c));
    scroll_fit(&g->scroll, height - titles - note, count);
    if (titles > 0)
        draw_titles(g, c, y);
    if (count <= 0 && focus)
        canvas_cursor(c, y + titles, SELECTED_AT);
    y += titles;
    int64_t end = MIN(count, g->scroll.first + height - titles - note);
    for (int64_t row = g->scroll.first; row < end; row++) {
        bool selected = row == g->scroll.at;
        draw_row(g, c, y++, row, selected, focus);
        if (selected && note > 0) {
            canvas_text(c, y, MARK_AT, 1, LOOK_BAD, "!");
            canvas_text(c, y++, CELLS_AT, canvas_width(c) - CELLS_AT - MARGIN, LOOK_BAD,
                        g->message);
        }
    }
    if (g->message != NULL && note == 0)
        app_hint(g->app, g->message);
}
