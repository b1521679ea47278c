/* CSV and TSV: RFC 4180 and what is met beyond it.
 *
 * With a quote character: fields may be quoted, quotes inside are doubled, a
 * quoted field may hold delimiters and line ends. Without one (TSV by
 * default) backslash escapes stand for what a field cannot hold, as
 * PostgreSQL's text form has them. A byte order mark is skipped; lines end
 * with LF or CRLF.
 */
#include "link/file_private.h"

#include "base/intl.h"
#include "row/convert.h"

#include <string.h>

/* A malformed text is kept up to this size. */
#define RAW_MAX ((size_t)64 << 10)

/* ---- text_buffer ---------------------------------------------------------- */

bool text_buffer_open(text_buffer *b, const char *path, error **err)
{
    *b = (text_buffer){ .line = 1, .capacity = (size_t)512 << 10 };
    b->in = input_stream_open(path, err);
    if (b->in == NULL)
        return false;
    b->data = g_malloc(b->capacity);
    if (text_buffer_more(b, err) == MORE_FAILED)
        return false;
    if (b->end - b->start >= 3 && memcmp(b->data + b->start, BYTE_ORDER_MARK, 3) == 0)
        b->start += 3;
    return true;
}

void text_buffer_close(text_buffer *b)
{
    g_clear_pointer(&b->in, input_stream_close);
    g_clear_pointer(&b->data, g_free);
}

more_outcome text_buffer_more(text_buffer *b, error **err)
{
    if (b->at_end)
        return MORE_END;
    size_t kept = b->end - b->start;
    if (kept >= RECORD_MAX)
        return MORE_TOO_LARGE;
    memmove(b->data, b->data + b->start, kept);
    b->start = 0;
    b->end = kept;
    if (b->end > b->capacity / 2) {
        b->capacity *= 2;
        b->data = g_realloc(b->data, b->capacity);
    }
    int64_t n = input_stream_read(b->in, b->data + b->end, b->capacity - b->end, err);
    if (n < 0)
        return MORE_FAILED;
    b->end += (size_t)n;
    b->at_end = n == 0;
    return n == 0 ? MORE_END : MORE_TEXT;
}

/* ---- one record ----------------------------------------------------------- */

typedef enum { RECORD_ROW, RECORD_MALFORMED, RECORD_END, RECORD_FAILED } record_kind;

typedef struct {
    record_kind kind;
    size_t size;      /* bytes of the record with its line end */
    size_t text_size; /* without */
    int64_t lines;
    const char *why; /* RECORD_MALFORMED */
} record;

/* Find the end of the record at the buffer's start. */
static record find_record(text_buffer *t, const file_format *f, error **err)
{
    record r = { .kind = RECORD_ROW };
    size_t at = 0;
    bool inside = false, field_is_quoted = false;
    for (;;) {
        const char *text = t->data + t->start;
        size_t have = t->end - t->start;
        while (at < have) {
            if (inside) {
                const char *next = memchr(text + at, f->quote, have - at);
                const char *stop = next != NULL ? next : text + have;
                for (const char *p = text + at; (p = memchr(p, '\n', stop - p)) != NULL; p++)
                    r.lines++;
                at = (size_t)(stop - text);
                if (next == NULL)
                    break;
                /* A doubled quote leaves and enters again. */
                inside = false;
                at++;
                continue;
            }
            char c = text[at];
            if (c == '\n') {
                r.lines++;
                r.text_size = at > 0 && text[at - 1] == '\r' ? at - 1 : at;
                r.size = at + 1;
                return r;
            }
            /* A quote opens a field at its beginning, or goes on after a
             * doubled one; elsewhere it is a character like others. */
            if (c == f->delimiter)
                field_is_quoted = false;
            else if (f->quote != 0 && c == f->quote &&
                     (field_is_quoted || at == 0 || text[at - 1] == f->delimiter))
                inside = field_is_quoted = true;
            at++;
        }
        switch (text_buffer_more(t, err)) {
        case MORE_TEXT:
            continue;
        case MORE_FAILED:
            r.kind = RECORD_FAILED;
            return r;
        case MORE_TOO_LARGE:
        case MORE_END:
            break;
        }
        have = t->end - t->start;
        if (have == 0) {
            r.kind = RECORD_END;
            return r;
        }
        if (inside) {
            /* The first line is the malformed one; reading goes on behind it. */
            const char *end = memchr(t->data + t->start, '\n', have);
            r.kind = RECORD_MALFORMED;
            r.why = _("a quoted field is never closed");
            r.size = end != NULL ? (size_t)(end - t->data) - t->start + 1 : have;
            r.text_size = end != NULL ? r.size - 1 : r.size;
            r.lines = end != NULL;
            return r;
        }
        r.text_size = r.size = have;
        return r;
    }
}

static value null_or_text(const file_format *f, const char *start, size_t size, bool quoted)
{
    if (!quoted) {
        if (size == 0 && f->null_is_empty_unquoted)
            return value_null();
        if (f->null_text != NULL && strlen(f->null_text) == size &&
            (size == 0 || memcmp(f->null_text, start, size) == 0))
            return value_null();
    }
    return value_span(VALUE_TEXT, start, (uint32_t)size);
}

/* Take doubled quotes out of @start … @end in place; the new size. */
static size_t undouble(char *start, const char *end, char quote)
{
    char *to = start;
    for (const char *from = start; from < end; from++) {
        *to++ = *from;
        if (*from == quote)
            from++;
    }
    return (size_t)(to - start);
}

static size_t unescape(char *start, size_t size)
{
    char *to = start;
    for (const char *from = start, *end = start + size; from < end; from++) {
        if (*from != '\\' || from + 1 == end) {
            *to++ = *from;
            continue;
        }
        from++;
        static const char letters[] = "tnrbfv", meanings[] = "\t\n\r\b\f\v";
        const char *found = strchr(letters, *from);
        *to++ = found != NULL && *from != '\0' ? meanings[found - letters] : *from;
    }
    return (size_t)(to - start);
}

/* The delimiter at or after @at that no backslash takes, or @end. */
static char *bare_delimiter(char *at, char *end, char delimiter)
{
    for (; at < end && *at != delimiter; at++)
        if (*at == '\\' && at + 1 < end)
            at++;
    return at;
}

/* Cut @text (a copy that may be changed) into fields. NULL, or why not. */
static const char *cut_fields(const file_format *f, char *text, size_t size, GArray *fields)
{
    g_array_set_size(fields, 0);
    char *at = text, *end = text + size;
    for (;;) {
        value v;
        if (f->quote != 0 && at < end && *at == f->quote) {
            char *start = ++at, *close = start;
            while ((close = memchr(close, f->quote, end - close)) != NULL && close + 1 < end &&
                   close[1] == f->quote)
                close += 2;
            if (close == NULL)
                return _("a quoted field is never closed");
            at = close + 1;
            if (at < end && *at != f->delimiter)
                return _("text after a closing quote");
            v = null_or_text(f, start, undouble(start, close, f->quote), true);
        } else {
            char *close = f->quote == 0 ? bare_delimiter(at, end, f->delimiter)
                                        : memchr(at, f->delimiter, end - at);
            if (close == NULL)
                close = end;
            size_t length = (size_t)(close - at);
            v = null_or_text(f, at, length, false);
            if (f->quote == 0 && v.kind == VALUE_TEXT)
                v.size = (uint32_t)unescape(at, length);
            at = close;
        }
        g_array_append_val(fields, v);
        if (at >= end)
            return NULL;
        at++; /* the delimiter; a field follows even at the end */
    }
}

/* ---- columns -------------------------------------------------------------- */

char **delimited_columns(text_buffer *t, const file_format *f, const char *path, error **err)
{
    record r;
    for (;;) {
        r = find_record(t, f, err);
        if (r.kind == RECORD_FAILED)
            return NULL;
        if (r.kind == RECORD_END)
            return g_new0(char *, 1);
        if (r.kind != RECORD_ROW || r.text_size > 0)
            break;
        t->start += r.size;
        t->line += r.lines;
    }
    g_autofree char *text = g_memdup2(t->data + t->start, r.text_size);
    g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(value));
    /* Cutting changes the text, so it is looked at before. */
    const char *why = r.kind == RECORD_MALFORMED ? r.why : NULL;
    if (why == NULL && utf8_length(text, r.text_size) < 0)
        why = _("it is not UTF-8");
    if (why == NULL && memchr(text, '\0', r.text_size) != NULL)
        why = _("it holds a NUL byte");
    if (why == NULL)
        why = cut_fields(f, text, r.text_size, fields);
    if (why != NULL) {
        error_set(err, ERROR_DATA, _("\"%s\" line %d: %s"), path, (int)t->line, why);
        return NULL;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < fields->len; i++) {
        const value *v = &g_array_index(fields, value, i);
        bool named = f->header && v->kind == VALUE_TEXT && v->size > 0;
        g_ptr_array_add(names,
                        named ? g_strndup(v->data, v->size) : g_strdup_printf("column%u", i + 1));
    }
    for (guint i = 0; i < names->len; i++)
        for (guint k = 0; k < i; k++)
            if (strcmp(names->pdata[i], names->pdata[k]) == 0) {
                error_set(err, ERROR_DATA, _("\"%s\": two columns are called \"%s\""), path,
                          (char *)names->pdata[i]);
                return NULL;
            }
    if (f->header) {
        t->start += r.size;
        t->line += r.lines;
    }
    g_ptr_array_set_free_func(names, NULL);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

bool delimited_open(file_reader *r, error **err)
{
    g_auto(GStrv) names = delimited_columns(&r->text, r->format, r->path, err);
    if (names == NULL)
        return false;
    r->n_fields = g_strv_length(names);
    r->place = g_new(int, r->n_fields + 1);
    r->fields = g_array_new(FALSE, FALSE, sizeof(value));
    r->scanned = g_new(scanned_field, r->n_fields + 1);
    g_autofree bool *found = g_new0(bool, r->n_columns + 1);
    for (unsigned i = 0; i < r->n_fields; i++) {
        r->place[i] = -1;
        for (unsigned k = 0; k < r->n_columns; k++)
            if (strcmp(names[i], r->columns[k]) == 0) {
                r->place[i] = (int)k;
                found[k] = true;
            }
    }
    for (unsigned k = 0; r->n_fields > 0 && k < r->n_columns; k++)
        if (!found[k])
            return error_set(err, ERROR_DATA, _("\"%s\" has no column \"%s\""), r->path,
                             r->columns[k]);
    return true;
}

/* ---- rows ----------------------------------------------------------------- */

static void add_malformed(file_reader *r, batch *b, const record *found, const char *why)
{
    unsigned row = b->n_rows++;
    b->line[row] = r->text.line;
    for (unsigned i = 0; i < r->n_columns; i++)
        b->source[i][row] = value_null();
    size_t size = MIN(found->text_size, RAW_MAX);
    b->bytes += size;
    g_autofree char *message =
        g_strdup_printf(_("\"%s\" line %d: %s"), r->path, (int)r->text.line, why);
    batch_reject_raw(b, row, message, r->text.data + r->text.start, size);
}

static void add_row(file_reader *r, batch *b, const record *found)
{
    char *text = batch_copy(b, r->text.data + r->text.start, found->text_size);
    const char *why = found->why;
    g_autofree char *counted = NULL;
    if (why == NULL && utf8_length(text, found->text_size) < 0)
        why = _("it is not UTF-8");
    if (why == NULL)
        why = cut_fields(r->format, text, found->text_size, r->fields);
    if (why == NULL && r->fields->len != r->n_fields)
        why = counted =
            g_strdup_printf(_("%u fields, but there are %u columns"), r->fields->len, r->n_fields);
    if (why != NULL) {
        add_malformed(r, b, found, why);
        return;
    }
    unsigned row = b->n_rows++;
    b->line[row] = r->text.line;
    b->bytes += found->text_size;
    const value *fields = (const value *)r->fields->data;
    for (unsigned i = 0; i < r->n_fields; i++)
        if (r->place[i] >= 0)
            b->source[r->place[i]][row] = fields[i];
}

/* A well-formed row that lies in the buffer whole. */
static bool add_scanned(file_reader *r, batch *b)
{
    text_buffer *t = &r->text;
    const file_format *f = r->format;
    const char *text = t->data + t->start;
    scanned_record found;
    if (!scan_record(text, t->data + t->end, f->delimiter, f->quote, r->scanned, r->n_fields,
                     &found) ||
        found.n_fields != r->n_fields || found.text_size == 0 ||
        (!text_is_ascii(text, found.text_size) && utf8_length(text, found.text_size) < 0))
        return false;
    char *copy = batch_copy(b, text, found.text_size);
    unsigned row = b->n_rows++;
    b->line[row] = t->line;
    b->bytes += found.text_size;
    for (unsigned i = 0; i < r->n_fields; i++) {
        if (r->place[i] < 0)
            continue;
        const scanned_field *field = &r->scanned[i];
        char *start = copy + field->start;
        size_t size =
            field->has_doubled ? undouble(start, start + field->size, f->quote) : field->size;
        b->source[r->place[i]][row] = null_or_text(f, start, size, field->is_quoted);
    }
    t->line++;
    for (const char *p = text, *end = text + found.text_size;
         found.has_quoted && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        t->line++;
    t->start += found.size;
    return true;
}

read_outcome delimited_next(file_reader *r, batch *b, error **err)
{
    while (!batch_is_full(b)) {
        if (r->format->quote != 0 && add_scanned(r, b))
            continue;
        record found = find_record(&r->text, r->format, err);
        if (found.kind == RECORD_FAILED)
            return READ_FAILED;
        if (found.kind == RECORD_END)
            break;
        /* In a file of one column an empty line is a row. */
        if (found.text_size > 0 || r->n_fields == 1)
            add_row(r, b, &found);
        r->text.start += found.size;
        r->text.line += found.lines;
    }
    return b->n_rows > 0 ? READ_ROWS : READ_END;
}
