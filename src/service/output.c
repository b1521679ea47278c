#include "service/output.h"

#include "base/document.h"
#include "base/intl.h"
#include "base/secret.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define RESET "\033[0m"
#define BOLD  "\033[1m"

static const struct {
    const char *state, *colour;
} state_colours[] = {
    { "succeeded", "\033[32m" }, { "ok", "\033[32m" },         { "failed", "\033[31m" },
    { "cancelled", "\033[33m" }, { "unresolved", "\033[31m" }, { "held", "\033[33m" },
    { "running", "\033[36m" },   { "starting", "\033[36m" },   { "warning", "\033[33m" },
};

bool output_may_colour(int fd)
{
    const char *no_colour = g_getenv("NO_COLOR"), *term = g_getenv("TERM");
    return isatty(fd) == 1 && (no_colour == NULL || *no_colour == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

/* --- tables --- */

static char *cell_text(const json_t *cell, cell_kind kind)
{
    if (cell == NULL || json_is_null(cell))
        return g_strdup("");
    if (kind == CELL_FLAG)
        return g_strdup(json_is_true(cell) ? _("yes") : "");
    if (kind == CELL_SECONDS)
        return text_duration(json_number_value(cell));
    g_autofree char *plain = document_scalar_text(cell);
    if (kind == CELL_TIME && strlen(plain) >= 19) {
        plain[10] = ' ';
        plain[19] = '\0';
    }
    return text_safe(plain, -1);
}

static const char *colour_of(const char *text, cell_kind kind)
{
    for (size_t i = 0; kind == CELL_STATE && i < G_N_ELEMENTS(state_colours); i++)
        if (strcmp(state_colours[i].state, text) == 0)
            return state_colours[i].colour;
    return NULL;
}

typedef struct {
    const output_column *columns;
    unsigned n;
    GPtrArray *cells; /* of char*, row by row */
    int *widths;
} table;

static void measure(table *t, const json_t *rows)
{
    size_t i;
    json_t *row;
    for (unsigned c = 0; c < t->n; c++)
        t->widths[c] = text_width(_(t->columns[c].title));
    json_array_foreach(rows, i, row)
    {
        for (unsigned c = 0; c < t->n; c++) {
            char *text = cell_text(json_object_get(row, t->columns[c].key), t->columns[c].kind);
            g_ptr_array_add(t->cells, text);
            t->widths[c] = MAX(t->widths[c], text_width(text));
        }
    }
}

/* Only the last column gives way: the others are short words and names. */
static void fit(table *t, int columns)
{
    int used = 0;
    for (unsigned c = 0; c + 1 < t->n; c++)
        used += t->widths[c] + 2;
    int rest = columns - used;
    enum { NARROWEST = 20 };
    if (columns > 0 && t->widths[t->n - 1] > MAX(rest, NARROWEST))
        t->widths[t->n - 1] = MAX(rest, NARROWEST);
}

static void append_row(GString *out, const table *t, const char *const *texts, const char *colour,
                       bool coloured)
{
    for (unsigned c = 0; c < t->n; c++) {
        bool last = c + 1 == t->n, is_number = t->columns[c].kind == CELL_NUMBER;
        const char *on = colour != NULL ? colour
                         : coloured     ? colour_of(texts[c], t->columns[c].kind)
                                        : NULL;
        if (on != NULL)
            g_string_append(out, on);
        if (last && !is_number) {
            g_autofree char *clipped = text_clip(texts[c], t->widths[c]);
            g_string_append(out, clipped);
        } else {
            text_append_cell(out, texts[c], t->widths[c], is_number ? TEXT_RIGHT : TEXT_LEFT);
        }
        if (on != NULL)
            g_string_append(out, RESET);
        if (!last)
            g_string_append(out, "  ");
    }
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

char *output_table(const operation *o, const json_t *out, bool colour, int columns)
{
    const json_t *rows = json_object_get(out, o->list);
    if (json_array_size(rows) == 0)
        return g_strdup("");
    table t = { .columns = o->columns };
    while (t.columns[t.n].key != NULL)
        t.n++;
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    g_autofree int *widths = g_new0(int, t.n);
    g_autofree const char **titles = g_new0(const char *, t.n);
    t.cells = cells;
    t.widths = widths;
    measure(&t, rows);
    fit(&t, columns);
    for (unsigned c = 0; c < t.n; c++)
        titles[c] = _(t.columns[c].title);
    GString *text = g_string_new(NULL);
    append_row(text, &t, titles, colour ? BOLD : NULL, false);
    for (guint i = 0; i < cells->len; i += t.n)
        append_row(text, &t, (const char *const *)cells->pdata + i, NULL, colour);
    return g_string_free(text, FALSE);
}

/* --- showing --- */

int output_columns(void)
{
    struct winsize size;
    return isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col
                                                                                      : 0;
}

/* Cells of rows that are arrays: the titles first. */
static GPtrArray *safe_cells(const json_t *out, size_t n)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    size_t i, c;
    json_t *element, *row;
    json_array_foreach(json_object_get(out, "columns"), i, element)
        g_ptr_array_add(cells, text_safe(document_get_text(element, "name"), -1));
    json_array_foreach(json_object_get(out, "rows"), i, row)
    {
        for (c = 0; c < n; c++) {
            const char *text = json_string_value(json_array_get(row, c));
            g_ptr_array_add(cells, text_safe(text != NULL ? text : "NULL", -1));
        }
    }
    return cells;
}

char *output_rows(const json_t *out, int columns)
{
    enum { WIDEST = 40 };
    size_t n = json_array_size(json_object_get(out, "columns"));
    g_autoptr(GPtrArray) cells = safe_cells(out, n);
    g_autofree int *widths = g_new0(int, n + 1);
    for (guint i = 0; i < cells->len; i++)
        widths[i % n] = MAX(widths[i % n], MIN(text_width(cells->pdata[i]), WIDEST));
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < cells->len; i += (guint)n) {
        g_autoptr(GString) line = g_string_new(NULL);
        for (size_t c = 0; c < n; c++) {
            text_append_cell(line, cells->pdata[i + c], widths[c], TEXT_LEFT);
            g_string_append(line, c + 1 < n ? "  " : "");
        }
        g_autofree char *shown = columns > 0 ? text_clip(line->str, columns) : g_strdup(line->str);
        g_string_append_printf(text, "%s\n", g_strchomp(shown));
    }
    return g_string_free(text, FALSE);
}

void output_json(const json_t *out)
{
    char *text = document_write(out);
    fputs(text, stdout);
    free(text);
}

void output_show(const operation *o, const json_t *out)
{
    if (o->list != NULL) {
        g_autofree char *text =
            output_table(o, out, output_may_colour(STDOUT_FILENO), output_columns());
        fputs(text, stdout);
        return;
    }
    if (o->tell == NULL) {
        output_json(out);
        return;
    }
    g_autofree char *text = o->tell(out);
    if (text != NULL && *text != '\0')
        printf("%s\n", text);
}

static void print_safe(const char *label, const char *text)
{
    g_autofree char *redacted = text_redact(text);
    g_auto(GStrv) lines = g_strsplit(redacted, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *safe = text_safe(*line, -1);
        if (*safe != '\0')
            fprintf(stderr, "%s%s\n", line == lines ? label : "  ", safe);
    }
}

void output_error(const error *e)
{
    bool colour = output_may_colour(STDERR_FILENO);
    fprintf(stderr, "%srowferry: %s", colour ? "\033[31m" : "", colour ? RESET : "");
    print_safe("", e->message);
    if (e->detail != NULL)
        print_safe(_("detail: "), e->detail);
    if (e->hint != NULL)
        print_safe(_("hint: "), e->hint);
}
