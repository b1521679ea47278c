#include "ui/rows_view.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/columns.h"
#include "ui/list.h"

#include <stdlib.h>
#include <string.h>

#define CELLS_AT    4 /* as list.h draws them */
#define MARGIN      1
#define LEAST_WIDTH 4
#define FAIR_WIDTH  12 /* what a column of long values gets when there is little room */
#define MOST_WIDTH  40

struct rows_view {
    json_t *out;         /* or NULL */
    unsigned n, left;    /* columns; the first one shown */
    unsigned shown;      /* that the last draw had room for */
    list_column *places; /* of the columns from left on */
    list *list;          /* or NULL */
};

static const json_t *value_at(const rows_view *v, int64_t row, unsigned column)
{
    return json_array_get(json_array_get(json_object_get(v->out, "rows"), (size_t)row), column);
}

static const char *column_name(const rows_view *v, unsigned column)
{
    const json_t *one = json_array_get(json_object_get(v->out, "columns"), column);
    const char *name = json_string_value(json_object_get(one, "name"));
    return name != NULL ? name : "";
}

/* Append a value; false for NULL. */
static bool append_value(GString *text, const json_t *one)
{
    if (one == NULL || json_is_null(one)) {
        g_string_append(text, "NULL");
        return false;
    }
    if (json_is_string(one)) {
        g_string_append_len(text, json_string_value(one), (gssize)json_string_length(one));
        return true;
    }
    char *dumped = json_dumps(one, JSON_ENCODE_ANY | JSON_COMPACT);
    g_string_append(text, dumped != NULL ? dumped : "");
    free(dumped);
    return true;
}

static int64_t count_rows(void *user)
{
    return rows_view_count(user);
}

static void cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    rows_view *v = user;
    if (!append_value(text, value_at(v, row, column + v->left)))
        style->look = LOOK_QUIET;
}

static const list_source source = { .count = count_rows, .cell = cell };

static int widest(const rows_view *v, unsigned column)
{
    g_autofree char *title = text_safe(column_name(v, column), -1);
    int width = MAX(text_width(title), LEAST_WIDTH);
    g_autoptr(GString) text = g_string_new(NULL);
    for (int64_t row = 0; row < rows_view_count(v) && width < MOST_WIDTH; row++) {
        g_string_truncate(text, 0);
        append_value(text, value_at(v, row, column));
        g_autofree char *safe = text_safe(text->str, MIN((gssize)text->len, 4 * MOST_WIDTH));
        width = MAX(width, text_width(safe));
    }
    return MIN(width, MOST_WIDTH);
}

/* The leftmost columns are the last to be dropped. */
static void lay_out(rows_view *v)
{
    int64_t selected = v->list != NULL ? list_selected(v->list) : 0;
    g_clear_pointer(&v->list, list_free);
    g_free(v->places);
    unsigned shown = v->n - v->left;
    v->places = g_new0(list_column, shown + 1);
    for (unsigned i = 0; i < shown; i++) {
        int width = widest(v, v->left + i);
        /* Titles are drawn here: names of columns are not for translation. */
        v->places[i] = (list_column){ " ", MIN(width, FAIR_WIDTH), width, (int)i, TEXT_LEFT };
    }
    v->list = list_new(v->places, &source, v);
    list_select(v->list, MAX(selected, 0));
}

rows_view *rows_view_new(void)
{
    return g_new0(rows_view, 1);
}

void rows_view_free(rows_view *v)
{
    if (v == NULL)
        return;
    list_free(v->list);
    g_free(v->places);
    json_decref(v->out);
    g_free(v);
}

void rows_view_set(rows_view *v, const json_t *out)
{
    json_decref(v->out);
    v->out = json_incref((json_t *)out);
    v->n = (unsigned)json_array_size(json_object_get(out, "columns"));
    v->left = v->shown = 0;
    lay_out(v);
}

int64_t rows_view_count(const rows_view *v)
{
    return (int64_t)json_array_size(json_object_get(v->out, "rows"));
}

int64_t rows_view_selected(const rows_view *v)
{
    return v->list != NULL ? list_selected(v->list) : -1;
}

bool rows_view_key(rows_view *v, ui_key k)
{
    if (k == K_RIGHT && v->left + 1 < v->n)
        v->left++;
    else if (k == K_LEFT && v->left > 0)
        v->left--;
    else
        return v->list != NULL && list_key(v->list, k);
    lay_out(v);
    return true;
}

bool rows_view_find(rows_view *v, const char *text, int step, bool from_next)
{
    return v->list != NULL && list_find(v->list, text, step, from_next);
}

void rows_view_draw(rows_view *v, canvas *c, int y, int height)
{
    if (v->list == NULL || v->n == 0)
        return;
    unsigned n = v->n - v->left;
    g_autofree column_place *places = g_new0(column_place, n);
    list_draw(v->list, c, y, height, true);
    columns_place(v->places, n, CELLS_AT, MAX(canvas_width(c) - CELLS_AT - MARGIN, 0), places);
    v->shown = 0;
    for (unsigned i = 0; i < n; i++) {
        if (places[i].width == 0)
            continue;
        canvas_text(c, y, places[i].x, places[i].width, LOOK_QUIET, column_name(v, v->left + i));
        v->shown++;
    }
}

char *rows_view_columns(const rows_view *v)
{
    if (v->shown == v->n)
        return NULL;
    return g_strdup_printf(_("columns %u to %u of %u, Left and Right move"), v->left + 1,
                           v->left + v->shown, v->n);
}

char *rows_view_value(const rows_view *v)
{
    int64_t row = rows_view_selected(v);
    if (row < 0)
        return NULL;
    GString *text = g_string_new(NULL);
    append_value(text, value_at(v, row, v->left));
    return g_string_free(text, FALSE);
}

char *rows_view_row(const rows_view *v)
{
    int64_t row = rows_view_selected(v);
    if (row < 0)
        return NULL;
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < v->n; i++) {
        g_autoptr(GString) one = g_string_new(NULL);
        append_value(one, value_at(v, row, i));
        g_string_append_printf(text, "%s:%s%s\n", column_name(v, i),
                               strchr(one->str, '\n') != NULL ? "\n" : " ", one->str);
    }
    return g_string_free(text, FALSE);
}
