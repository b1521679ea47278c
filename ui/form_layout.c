#include "ui/form_layout.h"

#include "base/text.h"

#include <string.h>

#define LABEL_AT      4
#define VALUE_AT      20
#define REMARK_AT     52
#define MARGIN        1                /* free at the right edge */
#define BESIDE_FROM   (REMARK_AT + 16) /* narrower: remarks go below */
#define STACKED_BELOW 40               /* narrower: a label has a row of its own */
#define STACKED_AT    3
#define LINES_LEAST   3 /* rows of a field with lines */
#define REMARK_ROWS   3
#define REMARKS_FROM  6 /* lower: remarks are left to the message line */

/* --- words into rows ---------------------------------------------------------- */

/* Bytes of @text that fill a row of @width columns, and where the next begins. */
static size_t row_end(const char *text, int width, size_t *next)
{
    const char *blank = NULL, *p = text;
    for (int used = 0; *p != '\0'; p = g_utf8_next_char(p)) {
        char one[7] = "";
        g_unichar_to_utf8(g_utf8_get_char(p), one);
        used += text_width(one);
        if (*p == ' ')
            blank = p;
        else if (used > width && p > text)
            break;
    }
    const char *end = *p == '\0' || blank == NULL || blank == text ? p : blank;
    *next = (size_t)(end - text) + (*end == ' ' ? 1 : 0);
    while (end > text && end[-1] == ' ')
        end--;
    return (size_t)(end - text);
}

char **form_wrap(const char *text, int width)
{
    GPtrArray *rows = g_ptr_array_new();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *safe = text_safe(*line, -1);
        const char *p = safe;
        do {
            size_t next = 0, end = row_end(p, MAX(width, 1), &next);
            g_ptr_array_add(rows, g_strndup(p, end));
            p += next;
        } while (*p != '\0');
    }
    if (rows->len == 0)
        g_ptr_array_add(rows, g_strdup(""));
    g_ptr_array_add(rows, NULL);
    return (char **)g_ptr_array_free(rows, FALSE);
}

static int rows_of(const char *text, int width)
{
    g_auto(GStrv) rows = form_wrap(text, width);
    return (int)g_strv_length(rows);
}

/* --- one item ------------------------------------------------------------------ */

static int width_of(const char *text)
{
    g_autofree char *safe = text_safe(text, -1);
    return text_width(safe);
}

static bool has_text(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Beside the value when both fit there. */
static bool remark_beside(const form_item *item, int width)
{
    return width >= BESIDE_FROM && item->kind != ITEM_LINES &&
           item->needs <= REMARK_AT - 2 - VALUE_AT && strchr(item->remark, '\n') == NULL &&
           width_of(item->remark) <= width - REMARK_AT;
}

static void place_remark(const form_item *item, form_place *p, int width, int height)
{
    if (!has_text(item->remark))
        return;
    if (remark_beside(item, width)) {
        p->remark_y = p->y;
        p->remark_x = REMARK_AT;
        p->remark_width = width - REMARK_AT;
        p->remark_rows = 1;
        p->width = MIN(p->width, REMARK_AT - 2 - p->x);
    } else if (height >= REMARKS_FROM) {
        p->remark_y = p->y + p->height;
        p->remark_x = p->x;
        p->remark_width = MAX(width - p->x - MARGIN, 1);
        p->remark_rows = MIN(rows_of(item->remark, p->remark_width), REMARK_ROWS);
    }
}

/* Place @item as if it began at row 0 of a page; the rows that it takes. */
static int measure(const form_item *item, int height, int width, form_place *p)
{
    *p = (form_place){ .page = 0, .height = 1 };
    bool labelled = has_text(item->label), stacked = width < STACKED_BELOW;
    p->label_x = stacked ? STACKED_AT : LABEL_AT;
    p->x = stacked ? STACKED_AT : VALUE_AT;
    p->label_width = MAX(stacked ? width - p->label_x - MARGIN : VALUE_AT - 1 - LABEL_AT, 1);
    if (item->kind == ITEM_STATIC && !labelled)
        p->x = p->label_x;
    if (item->kind == ITEM_STATIC && !has_text(item->text)) /* a heading */
        p->label_width = MAX(width - p->label_x - MARGIN, 1);
    else if (stacked && labelled && item->kind != ITEM_GAP && height > 1)
        p->y = 1;
    int room = MAX(width - p->x - MARGIN, 1);
    p->width = item->wish > 0 ? MIN(item->wish, room) : room;
    if (item->kind == ITEM_GAP)
        return 1;
    if (item->kind == ITEM_LINES)
        p->height = CLAMP(height - p->y, 1, LINES_LEAST);
    place_remark(item, p, width, height);
    if (item->kind == ITEM_STATIC && has_text(item->text))
        p->height = CLAMP(rows_of(item->text, p->width), 1, MAX(height - p->y, 1));
    if (p->remark_rows > 0 && p->remark_y > p->y)
        p->remark_y = p->y + p->height;
    if (p->remark_rows > 0 && p->remark_y + p->remark_rows > height)
        p->remark_rows = MAX(height - p->remark_y, 0);
    return MAX(p->y + p->height, p->remark_y + p->remark_rows);
}

static void move_down(form_place *p, int rows)
{
    p->label_y += rows;
    p->y += rows;
    p->remark_y += rows;
}

/* --- all of them ---------------------------------------------------------------- */

/* Whether a gap before item @i parts two things on one page. */
static bool gap_is_needed(const form_item *items, unsigned n, unsigned i, int y)
{
    if (y == 0)
        return false;
    for (i++; i < n; i++)
        if (!items[i].hidden)
            return items[i].kind != ITEM_GAP;
    return false;
}

/* The rows below the last item of @page go to its fields with lines. */
static void grow_lines(const form_item *items, unsigned n, int page, int spare, form_place *places)
{
    unsigned growing = 0;
    for (unsigned i = 0; i < n; i++)
        if (places[i].page == page && items[i].kind == ITEM_LINES)
            growing++;
    int down = 0;
    for (unsigned i = 0; i < n; i++) {
        if (places[i].page != page)
            continue;
        move_down(&places[i], down);
        if (items[i].kind != ITEM_LINES)
            continue;
        int share = growing > 1 ? spare / (int)growing : spare; /* the last takes the rest */
        places[i].height += share;
        places[i].remark_y += share;
        down += share;
        spare -= share;
        growing--;
    }
}

static int lay_out(const form_item *items, unsigned n, int height, int width, form_place *places)
{
    int page = 0, y = 0;
    for (unsigned i = 0; i < n; i++) {
        places[i] = (form_place){ .page = -1 };
        if (items[i].hidden || (items[i].kind == ITEM_GAP && !gap_is_needed(items, n, i, y)))
            continue;
        form_place p;
        int rows = measure(&items[i], height, width, &p);
        if (y > 0 && y + rows > height) {
            grow_lines(items, i, page, height - y, places);
            page++;
            y = 0;
            if (items[i].kind == ITEM_GAP)
                continue;
        }
        move_down(&p, y);
        p.page = page;
        places[i] = p;
        y += rows;
    }
    grow_lines(items, n, page, height - y, places);
    return page + 1;
}

int form_layout(const form_item *items, unsigned n, int height, int width, form_place *places)
{
    height = MAX(height, 1);
    int pages = lay_out(items, n, height, width, places);
    if (pages > 1 && height >= FORM_NUMBERED_FROM)
        pages = lay_out(items, n, height - 1, width, places);
    return pages;
}
