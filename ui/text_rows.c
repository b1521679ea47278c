#include "ui/text_rows.h"

#include "base/text.h"

#include <string.h>

typedef struct {
    size_t start;
    int64_t line;
} text_row;

struct text_rows {
    const char *text;
    size_t size;
    GArray *rows; /* of text_row */
};

char *text_safe_lines(const char *text)
{
    GString *out = g_string_sized_new(strlen(text) + 1);
    for (;;) {
        const char *end = strchrnul(text, '\n');
        text_append_safe(out, text, end - text);
        if (*end == '\0')
            return g_string_free(out, FALSE);
        g_string_append_c(out, '\n');
        text = end + 1;
    }
}

static int columns_of(gunichar c)
{
    return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

size_t text_fit(const char *text, size_t size, int columns, int *used)
{
    const char *p = text;
    int width = 0;
    while (p < text + size) {
        int more = columns_of(g_utf8_get_char(p));
        if (width + more > columns)
            break;
        width += more;
        p = g_utf8_next_char(p);
    }
    if (used != NULL)
        *used = width;
    return (size_t)(p - text);
}

/* Bytes of the line at @text that its first row takes, with the blanks that end
 * it: the same places where canvas_wrap() begins a new row. */
static size_t row_size(const char *text, size_t size, int width)
{
    if (width <= 0)
        return size;
    const char *p = text, *last = NULL;
    int used = 0;
    while (p < text + size) {
        const char *next = g_utf8_next_char(p);
        int columns = columns_of(g_utf8_get_char(p));
        bool blank = *p == ' ';
        /* Between ideographs there are no blanks: a row may end at each. */
        if (columns == 2 && p != text)
            last = p;
        if (!blank && used + columns > width)
            return (size_t)((last != NULL ? last : p != text ? p : next) - text);
        used += columns;
        if (blank || columns == 2 || (columns == 0 && last == p))
            last = next;
        p = next;
    }
    return size;
}

text_rows *text_rows_new(const char *text, size_t size, int width)
{
    text_rows *r = g_new0(text_rows, 1);
    r->text = text;
    r->size = size;
    r->rows = g_array_new(FALSE, FALSE, sizeof(text_row));
    int64_t line = 1;
    size_t at = 0;
    do {
        const char *newline = memchr(text + at, '\n', size - at);
        size_t end = newline != NULL ? (size_t)(newline - text) : size;
        do {
            text_row row = { .start = at, .line = line };
            g_array_append_val(r->rows, row);
            at += row_size(text + at, end - at, width);
        } while (at < end);
        at = end + 1;
        line++;
    } while (at < size);
    return r;
}

void text_rows_free(text_rows *r)
{
    if (r == NULL)
        return;
    g_array_unref(r->rows);
    g_free(r);
}

static const text_row *get(const text_rows *r, int64_t row)
{
    return &g_array_index(r->rows, text_row, (guint)row);
}

int64_t text_rows_count(const text_rows *r)
{
    return r->rows->len;
}

void text_rows_get(const text_rows *r, int64_t row, size_t *start, size_t *end)
{
    bool last = row + 1 == text_rows_count(r);
    *start = get(r, row)->start;
    *end = last ? r->size : get(r, row + 1)->start;
    if (*end > *start && r->text[*end - 1] == '\n')
        (*end)--;
    else if (!last)
        while (*end > *start && r->text[*end - 1] == ' ')
            (*end)--;
}

int64_t text_rows_find(const text_rows *r, size_t at)
{
    int64_t low = 0, high = text_rows_count(r) - 1;
    while (low < high) {
        int64_t middle = (low + high + 1) / 2;
        if (get(r, middle)->start <= at)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

int64_t text_rows_line(const text_rows *r, int64_t row)
{
    return get(r, row)->line;
}

int64_t text_rows_lines(const text_rows *r)
{
    return get(r, text_rows_count(r) - 1)->line;
}
