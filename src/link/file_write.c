/* Writing one file under a temporary name; the session's commit gives it the
 * final one. */
#include "link/file_private.h"

#include "base/intl.h"
#include "base/paths.h"
#include "row/convert.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define LINE_FLUSH ((size_t)64 << 10)

typedef struct {
    writer base;
    file_session *session;
    write_request request;
    const file_format *format;
    char **names;
    output_stream *out;
    GString *text; /* lines not handed to the stream yet */
    bool at_start; /* nothing is in the file yet */
} file_writer;

/* ---- delimited ------------------------------------------------------------ */

static bool needs_quotes(const file_format *f, const char *text, size_t size)
{
    if (size == 0)
        return f->null_is_empty_unquoted || (f->null_text != NULL && f->null_text[0] == '\0');
    if (f->null_text != NULL && strlen(f->null_text) == size &&
        memcmp(f->null_text, text, size) == 0)
        return true;
    for (size_t i = 0; i < size; i++)
        if (text[i] == f->delimiter || text[i] == f->quote || text[i] == '\n' || text[i] == '\r')
            return true;
    return text[0] == ' ' || text[size - 1] == ' ';
}

static void append_quoted(GString *to, const char *text, size_t size, char quote)
{
    g_string_append_c(to, quote);
    const char *end = text + size;
    for (const char *at = text, *next; at < end; at = next) {
        next = memchr(at, quote, end - at);
        next = next != NULL ? next + 1 : end;
        g_string_append_len(to, at, next - at);
        if (next[-1] == quote)
            g_string_append_c(to, quote);
    }
    g_string_append_c(to, quote);
}

/* Without quotes, what would end a field or a line is escaped. */
static void append_escaped(GString *to, const char *text, size_t size, char delimiter)
{
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (c == '\\' || (c == delimiter && c != '\t'))
            g_string_append_c(to, '\\');
        if (c == '\t' || c == '\n' || c == '\r') {
            g_string_append_c(to, '\\');
            c = c == '\t' ? 't' : c == '\n' ? 'n' : 'r';
        }
        g_string_append_c(to, c);
    }
}

static void append_delimited(GString *to, const file_format *f, const value *v)
{
    if (v->kind == VALUE_NULL) {
        if (!f->null_is_empty_unquoted && f->null_text != NULL)
            g_string_append(to, f->null_text);
        return;
    }
    if (v->kind == VALUE_BYTES) {
        g_autofree char *hex = g_malloc(2 * (size_t)v->size + 1);
        bytes_to_hex(v->data, v->size, hex);
        /* Without quotes a backslash is an escape. */
        g_string_append(to, f->quote != 0 ? "\\x" : "\\\\x");
        g_string_append_len(to, hex, 2 * (gssize)v->size);
        return;
    }
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text = value_to_text(v, buffer, &size);
    if (f->quote == 0)
        append_escaped(to, text, size, f->delimiter);
    else if (value_kind_has_data(v->kind) && needs_quotes(f, text, size))
        append_quoted(to, text, size, f->quote);
    else
        g_string_append_len(to, text, (gssize)size);
}

static void append_header(file_writer *w)
{
    for (unsigned i = 0; w->names[i] != NULL; i++) {
        if (i > 0)
            g_string_append_c(w->text, w->format->delimiter);
        const value name = value_span(VALUE_TEXT, w->names[i], (uint32_t)strlen(w->names[i]));
        append_delimited(w->text, w->format, &name);
    }
    g_string_append_c(w->text, '\n');
}

/* ---- JSON ----------------------------------------------------------------- */

static void append_json_text(GString *to, const char *text, size_t size)
{
    g_string_append_c(to, '"');
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            g_string_append_printf(to, "\\%c", c);
        else if (c < 0x20)
            g_string_append_printf(to, "\\u%04x", c);
        else
            g_string_append_c(to, (char)c);
    }
    g_string_append_c(to, '"');
}

static bool json_begins_with(const char *text, size_t size, char c)
{
    size_t blanks = 0;
    while (blanks < size && g_ascii_isspace(text[blanks]))
        blanks++;
    return blanks < size && text[blanks] == c;
}

static void append_json(GString *to, const value *v)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size = 0;
    const char *text = v->kind != VALUE_NULL ? value_to_text(v, buffer, &size) : NULL;
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        g_string_append(to, "null");
        return;
    case VALUE_FLOAT:
        if (!isfinite(v->f)) {
            append_json_text(to, text, size);
            return;
        }
        break;
    case VALUE_DIGITS:
        if (!g_ascii_isdigit(text[text[0] == '-'])) {
            append_json_text(to, text, size);
            return;
        }
        break;
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_DECIMAL:
        break;
    case VALUE_JSON:
        /* Bare, "x" would come back as a text that is no JSON, and null as NULL. */
        if (json_begins_with(text, size, '"') || json_begins_with(text, size, 'n')) {
            append_json_text(to, text, size);
            return;
        }
        /* A line end can only stand between tokens. */
        for (size_t i = 0; i < size; i++)
            g_string_append_c(to, text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]);
        return;
    case VALUE_BYTES: {
        g_autofree char *hex = g_malloc(2 * (size_t)v->size + 1);
        bytes_to_hex(v->data, v->size, hex);
        g_string_append(to, "\"\\\\x");
        g_string_append_len(to, hex, 2 * (gssize)v->size);
        g_string_append_c(to, '"');
        return;
    }
    case VALUE_TEXT:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
        append_json_text(to, text, size);
        return;
    }
    g_string_append_len(to, text, (gssize)size);
}

/* ---- the writer ----------------------------------------------------------- */

/* An append writes the old content again, so that there never is half a file
 * under the final name. Compressed forms may simply follow each other. */
static bool copy_old(file_writer *w, bool *was_empty, error **err)
{
    const char *path = w->session->final_path;
    *was_empty = true;
    if (!w->request.append || !g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    int from = file_open(path, O_RDONLY, err);
    if (from < 0)
        return false;
    char last = '\n';
    g_autofree char *buffer = g_malloc(LINE_FLUSH);
    bool done = true;
    for (;;) {
        ssize_t n = read(from, buffer, LINE_FLUSH);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            done =
                error_set(err, ERROR_IO, _("could not read \"%s\": %s"), path, g_strerror(errno));
        if (n <= 0 || !(done = file_write_all(w->session->fd, buffer, (size_t)n, path, err)))
            break;
        *was_empty = false;
        last = buffer[n - 1];
    }
    close(from);
    bool packed = g_str_has_suffix(path, ".gz") || g_str_has_suffix(path, ".zst") ||
                  g_str_has_suffix(path, ".zstd");
    if (done && last != '\n' && !packed)
        done = file_write_all(w->session->fd, "\n", 1, path, err);
    return done;
}

writer *file_write_open(session *s, const write_request *request, error **err)
{
    file_writer *w = g_new0(file_writer, 1);
    w->base.ops = &file_link;
    w->session = (file_session *)s;
    w->request = *request;
    w->format = s->connection->format;
    w->text = g_string_sized_new(2 * LINE_FLUSH);
    w->names = g_new0(char *, request->n_columns + 1);
    for (unsigned i = 0; i < request->n_columns; i++)
        w->names[i] = g_strdup(request->columns[i]);
    if (!copy_old(w, &w->at_start, err) ||
        (w->out = output_stream_open(w->session->fd, w->session->final_path, err)) == NULL) {
        file_write_close(&w->base);
        return NULL;
    }
    if (w->at_start && w->format->header && strcmp(w->format->format, "jsonl") != 0)
        append_header(w);
    return &w->base;
}

/* A reader takes U+FEFF at the very start for a mark and drops it: a text that
 * begins with one gets another before it. */
static bool push_text(file_writer *w, error **err)
{
    if (w->at_start && g_str_has_prefix(w->text->str, BYTE_ORDER_MARK))
        g_string_prepend(w->text, BYTE_ORDER_MARK);
    w->at_start &= w->text->len == 0;
    bool done = output_stream_write(w->out, w->text->str, w->text->len, err);
    g_string_truncate(w->text, 0);
    return done;
}

static void append_row(file_writer *w, const batch *b, unsigned row)
{
    bool json = strcmp(w->format->format, "jsonl") == 0;
    for (unsigned i = 0; i < w->request.n_columns; i++) {
        if (json) {
            g_string_append_c(w->text, i == 0 ? '{' : ',');
            append_json_text(w->text, w->names[i], strlen(w->names[i]));
            g_string_append_c(w->text, ':');
            append_json(w->text, &b->target[i][row]);
        } else {
            if (i > 0)
                g_string_append_c(w->text, w->format->delimiter);
            append_delimited(w->text, w->format, &b->target[i][row]);
        }
    }
    g_string_append(w->text, json ? "}\n" : "\n");
}

bool file_write(writer *base, batch *b, error **err)
{
    file_writer *w = (file_writer *)base;
    bool done = true;
    for (unsigned row = 0; row < b->n_rows && done; row++) {
        if (b->status[row] != ROW_OK)
            continue;
        append_row(w, b, row);
        if (w->text->len >= LINE_FLUSH)
            done = push_text(w, err);
    }
    if (done && w->session->cancelled)
        done = error_set(err, ERROR_CANCELLED, _("writing \"%s\" was cancelled"),
                         w->session->final_path);
    w->request.done(w->request.user, b);
    return done;
}

bool file_write_flush(writer *base, error **err)
{
    file_writer *w = (file_writer *)base;
    return push_text(w, err) && output_stream_finish(w->out, err);
}

void file_write_close(writer *base)
{
    file_writer *w = (file_writer *)base;
    output_stream_close(w->out);
    g_string_free(w->text, TRUE);
    g_strfreev(w->names);
    g_free(w);
}
