/* JSON Lines: one object a line. Numbers are taken from their text, so that
 * no digit is lost; nested arrays and objects stay JSON text. */
#include "link/file_private.h"

#include "base/intl.h"
#include "row/convert.h"

#include <string.h>

/* Records looked at to learn the names of the columns. */
#define LOOK_RECORDS 1000
#define DEPTH_MAX    64
#define RAW_MAX      ((size_t)64 << 10)

typedef struct {
    const char *at, *end;
    batch *memory;
    const char *why;
} scanner;

static bool fail(scanner *s, const char *why)
{
    s->why = why;
    return false;
}

static void skip_blanks(scanner *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r' || *s->at == '\n'))
        s->at++;
}

static bool take(scanner *s, char c)
{
    skip_blanks(s);
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

/* ---- strings -------------------------------------------------------------- */

static bool scan_hex4(const char *at, const char *end, gunichar *out)
{
    if (end - at < 4)
        return false;
    *out = 0;
    for (int i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(at[i]);
        if (digit < 0)
            return false;
        *out = *out * 16 + (gunichar)digit;
    }
    return true;
}

/* The character after "\u", surrogate pairs joined. */
static bool scan_escape_u(scanner *s, char **to)
{
    gunichar c, low;
    if (!scan_hex4(s->at, s->end, &c))
        return fail(s, _("a broken \\u escape"));
    s->at += 4;
    if (c >= 0xD800 && c < 0xDC00) {
        if (s->end - s->at < 6 || s->at[0] != '\\' || s->at[1] != 'u' ||
            !scan_hex4(s->at + 2, s->end, &low) || low < 0xDC00 || low > 0xDFFF)
            return fail(s, _("half a surrogate pair"));
        s->at += 6;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    } else if (c >= 0xDC00 && c <= 0xDFFF) {
        return fail(s, _("half a surrogate pair"));
    }
    *to += g_unichar_to_utf8(c, *to);
    return true;
}

/* A string after its opening quote; unescaped text in the batch. */
static bool scan_string(scanner *s, value *out)
{
    const char *start = s->at;
    bool escaped = false;
    while (s->at < s->end && *s->at != '"') {
        if ((unsigned char)*s->at < 0x20)
            return fail(s, _("a control character inside a string"));
        if (*s->at == '\\') {
            escaped = true;
            s->at++;
        }
        s->at++;
    }
    if (s->at >= s->end)
        return fail(s, _("a string is never closed"));
    const char *close = s->at;
    char *copy = batch_copy(s->memory, start, (size_t)(close - start));
    char *to = copy + (close - start);
    if (escaped) {
        to = copy;
        scanner inner = { .at = start, .end = close };
        while (inner.at < inner.end) {
            if (*inner.at != '\\') {
                *to++ = *inner.at++;
                continue;
            }
            char c = inner.at[1];
            inner.at += 2;
            static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
            const char *found = c != '\0' ? strchr(letters, c) : NULL;
            if (found != NULL)
                *to++ = meanings[found - letters];
            else if (c != 'u')
                return fail(s, _("an unknown escape in a string"));
            else if (!scan_escape_u(&inner, &to))
                return fail(s, inner.why);
        }
    }
    s->at = close + 1;
    *out = value_span(VALUE_TEXT, copy, (uint32_t)(to - copy));
    return true;
}

/* ---- other values --------------------------------------------------------- */

/* Only a float keeps the sign of a zero. */
static bool is_minus_zero(const char *text, size_t size)
{
    size_t zeros = 1;
    while (zeros < size && (text[zeros] == '0' || text[zeros] == '.'))
        zeros++;
    return size > 1 && text[0] == '-' && zeros == size;
}

static bool scan_number(scanner *s, value *out)
{
    const char *start = s->at;
    while (s->at < s->end && (g_ascii_isdigit(*s->at) || strchr("+-.eE", *s->at) != NULL) &&
           *s->at != '\0')
        s->at++;
    size_t size = (size_t)(s->at - start);
    char *text = batch_copy(s->memory, start, size);
    int64_t i;
    double f;
    if (is_minus_zero(start, size) && parse_float(start, size, &f)) {
        *out = value_float(f);
        return true;
    }
    if (parse_int(text, size, &i)) {
        *out = value_int(i);
        return true;
    }
    return parse_decimal(text, size, s->memory, out) || fail(s, _("a broken number"));
}

/* A nested array or object, as its text. */
static bool scan_nested(scanner *s, value *out)
{
    const char *start = s->at;
    int depth = 0;
    bool inside = false;
    for (; s->at < s->end; s->at++) {
        char c = *s->at;
        if (inside) {
            if (c == '\\')
                s->at++;
            else if (c == '"')
                inside = false;
        } else if (c == '"') {
            inside = true;
        } else if (c == '[' || c == '{') {
            if (++depth > DEPTH_MAX)
                return fail(s, _("too deeply nested"));
        } else if ((c == ']' || c == '}') && --depth == 0) {
            s->at++;
            size_t size = (size_t)(s->at - start);
            g_autofree char *text = g_strndup(start, size);
            json_t *parsed = json_loadb(text, size, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
            if (parsed == NULL)
                return fail(s, _("a nested value is not JSON"));
            json_decref(parsed);
            *out = batch_copy_value(s->memory, VALUE_JSON, start, size);
            return true;
        }
    }
    return fail(s, _("a nested value is never closed"));
}

static bool scan_word(scanner *s, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(s->end - s->at) < size || memcmp(s->at, word, size) != 0)
        return false;
    s->at += size;
    return true;
}

static bool scan_value(scanner *s, value *out)
{
    skip_blanks(s);
    if (s->at == s->end)
        return fail(s, _("a value is missing"));
    switch (*s->at) {
    case '"':
        s->at++;
        return scan_string(s, out);
    case '{':
    case '[':
        return scan_nested(s, out);
    default:
        break;
    }
    if (scan_word(s, "null"))
        *out = value_null();
    else if (scan_word(s, "true"))
        *out = value_of_kind(VALUE_BOOL, 1);
    else if (scan_word(s, "false"))
        *out = value_of_kind(VALUE_BOOL, 0);
    else
        return scan_number(s, out);
    return true;
}

/* Call @member for each member of the object on the line. */
static bool scan_object(scanner *s, void (*member)(void *user, const value *name, const value *v),
                        void *user)
{
    if (!take(s, '{'))
        return fail(s, _("the line is not a JSON object"));
    if (!take(s, '}')) {
        do {
            value name, v;
            if (!take(s, '"'))
                return fail(s, _("a member's name is missing"));
            if (!scan_string(s, &name))
                return false;
            if (!take(s, ':'))
                return fail(s, _("':' is missing"));
            if (!scan_value(s, &v))
                return false;
            member(user, &name, &v);
        } while (take(s, ','));
        if (!take(s, '}'))
            return fail(s, _("'}' is missing"));
    }
    skip_blanks(s);
    return s->at == s->end || fail(s, _("text after the object"));
}

/* ---- lines ---------------------------------------------------------------- */

typedef enum { LINE_TEXT, LINE_END, LINE_FAILED } line_outcome;

/* The line at the buffer's start; *next is what to move on by. */
static line_outcome find_line(text_buffer *t, size_t *size, size_t *next, error **err)
{
    for (size_t looked = 0;;) {
        const char *start = t->data + t->start;
        const char *end = memchr(start + looked, '\n', t->end - t->start - looked);
        if (end != NULL) {
            *size = (size_t)(end - start);
            *next = *size + 1;
            return LINE_TEXT;
        }
        looked = t->end - t->start;
        switch (text_buffer_more(t, err)) {
        case MORE_TEXT:
            continue;
        case MORE_FAILED:
            return LINE_FAILED;
        case MORE_TOO_LARGE:
        case MORE_END:
            *size = *next = t->end - t->start;
            return *size > 0 ? LINE_TEXT : LINE_END;
        }
    }
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    return true;
}

/* ---- columns -------------------------------------------------------------- */

typedef struct {
    GPtrArray *names;
    GHashTable *seen;
} name_list;

static void add_name(void *user, const value *name, const value *v)
{
    (void)v;
    name_list *list = user;
    if (memchr(name->data, '\0', name->size) != NULL)
        return; /* no column of a table can be called so */
    g_autofree char *text = g_strndup(name->data, name->size);
    if (!g_hash_table_add(list->seen, g_strdup(text)))
        return;
    g_ptr_array_add(list->names, g_steal_pointer(&text));
}

static void forget_names(name_list *list, guint known)
{
    for (guint i = known; i < list->names->len; i++)
        g_hash_table_remove(list->seen, list->names->pdata[i]);
    g_ptr_array_set_size(list->names, (int)known);
}

char **json_lines_columns(text_buffer *t, const char *path, error **err)
{
    (void)path;
    g_autoptr(batch) memory = batch_new(0, 0);
    name_list list = { .names = g_ptr_array_new_with_free_func(g_free),
                       .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
    line_outcome outcome = LINE_TEXT;
    for (int i = 0; i < LOOK_RECORDS && outcome == LINE_TEXT; i++) {
        size_t size, next;
        outcome = find_line(t, &size, &next, err);
        if (outcome != LINE_TEXT)
            break;
        batch_reset(memory);
        scanner s = { .at = t->data + t->start,
                      .end = t->data + t->start + size,
                      .memory = memory };
        /* A malformed line is a reject of the run; its names are no columns. */
        guint known = list.names->len;
        if (utf8_length(s.at, size) < 0 || !scan_object(&s, add_name, &list))
            forget_names(&list, known);
        t->start += next;
    }
    g_hash_table_unref(list.seen);
    if (outcome == LINE_FAILED) {
        g_ptr_array_unref(list.names);
        return NULL;
    }
    g_ptr_array_set_free_func(list.names, NULL);
    g_ptr_array_add(list.names, NULL);
    return (char **)g_ptr_array_free(list.names, FALSE);
}

/* Names are not terminated where they stand; lookups take a value. */
static guint name_hash(gconstpointer key)
{
    const value *v = key;
    guint hash = 5381;
    for (uint32_t i = 0; i < v->size; i++)
        hash = hash * 33 + (unsigned char)v->data[i];
    return hash;
}

static gboolean name_equal(gconstpointer a, gconstpointer b)
{
    const value *left = a, *right = b;
    return left->size == right->size && memcmp(left->data, right->data, left->size) == 0;
}

bool json_lines_open(file_reader *r, error **err)
{
    (void)err;
    r->by_name = g_hash_table_new_full(name_hash, name_equal, g_free, NULL);
    for (unsigned i = 0; i < r->n_columns; i++) {
        value name = value_span(VALUE_TEXT, r->columns[i], (uint32_t)strlen(r->columns[i]));
        g_hash_table_insert(r->by_name, g_memdup2(&name, sizeof name), GUINT_TO_POINTER(i + 1));
    }
    return true;
}

/* ---- rows ----------------------------------------------------------------- */

typedef struct {
    file_reader *reader;
    batch *b;
    unsigned row;
} row_target;

static void set_member(void *user, const value *name, const value *v)
{
    row_target *to = user;
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(to->reader->by_name, name));
    if (place > 0)
        to->b->source[place - 1][to->row] = *v;
}

read_outcome json_lines_next(file_reader *r, batch *b, error **err)
{
    while (!batch_is_full(b)) {
        size_t size, next;
        line_outcome outcome = find_line(&r->text, &size, &next, err);
        if (outcome == LINE_FAILED)
            return READ_FAILED;
        if (outcome == LINE_END)
            break;
        const char *text = r->text.data + r->text.start;
        if (!is_blank(text, size)) {
            unsigned row = b->n_rows++;
            b->line[row] = r->text.line;
            b->bytes += size;
            for (unsigned i = 0; i < r->n_columns; i++)
                b->source[i][row] = value_null();
            scanner s = { .at = text, .end = text + size, .memory = b };
            row_target to = { .reader = r, .b = b, .row = row };
            bool is_utf8 = utf8_length(text, size) >= 0;
            if (!is_utf8 || !scan_object(&s, set_member, &to)) {
                g_autofree char *message =
                    g_strdup_printf(_("\"%s\" line %d: %s"), r->path, (int)r->text.line,
                                    is_utf8 ? s.why : _("it is not UTF-8"));
                batch_reject_raw(b, row, message, text, MIN(size, RAW_MAX));
            }
        }
        r->text.start += next;
        r->text.line++;
    }
    return b->n_rows > 0 ? READ_ROWS : READ_END;
}
