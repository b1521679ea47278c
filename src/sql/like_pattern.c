#include "sql/like_pattern.h"

#include <string.h>

typedef enum { PIECE_BYTE, PIECE_ONE, PIECE_MANY } piece_kind;

typedef struct {
    unsigned char kind; /* piece_kind */
    char byte;
} piece;

struct like_pattern {
    GArray *pieces;
};

static void add(like_pattern *p, piece_kind kind, char byte)
{
    const piece next = {(unsigned char)kind, byte};
    g_array_append_val(p->pieces, next);
}

static like_pattern *pattern_new(void)
{
    like_pattern *p = g_new0(like_pattern, 1);
    p->pieces = g_array_new(FALSE, FALSE, sizeof(piece));
    return p;
}

void like_pattern_free(like_pattern *p)
{
    if (p == NULL)
        return;
    g_array_unref(p->pieces);
    g_free(p);
}

like_pattern *like_pattern_parse(const char *text)
{
    g_autoptr(like_pattern) p = pattern_new();
    for (; *text != '\0'; text++) {
        if (*text == '\\') {
            if (*++text == '\0')
                return NULL;
            add(p, PIECE_BYTE, *text);
        } else {
            add(p, *text == '%' ? PIECE_MANY : *text == '_' ? PIECE_ONE : PIECE_BYTE, *text);
        }
    }
    return g_steal_pointer(&p);
}

like_pattern *like_pattern_plain(const char *text, bool any_before, bool any_after)
{
    like_pattern *p = pattern_new();
    if (any_before)
        add(p, PIECE_MANY, '%');
    for (; *text != '\0'; text++)
        add(p, PIECE_BYTE, *text);
    if (any_after)
        add(p, PIECE_MANY, '%');
    return p;
}

char *like_pattern_to_sql(const like_pattern *p)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < p->pieces->len; i++) {
        const piece *next = &g_array_index(p->pieces, piece, i);
        if (next->kind == PIECE_BYTE && strchr("%_!", next->byte) != NULL)
            g_string_append_c(out, '!');
        g_string_append_c(out, next->byte);
    }
    return g_string_free(out, FALSE);
}

char *like_pattern_to_glob(const like_pattern *p)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < p->pieces->len; i++) {
        const piece *next = &g_array_index(p->pieces, piece, i);
        if (next->kind != PIECE_BYTE)
            g_string_append_c(out, next->kind == PIECE_MANY ? '*' : '?');
        else if (strchr("*?[", next->byte) != NULL)
            g_string_append_printf(out, "[%c]", next->byte);
        else
            g_string_append_c(out, next->byte);
    }
    return g_string_free(out, FALSE);
}

/* Bytes of the character at @text. */
static size_t character_size(const char *text, const char *end)
{
    size_t size = 1;
    while (text + size < end && ((unsigned char)text[size] & 0xC0) == 0x80)
        size++;
    return size;
}

bool like_pattern_match(const like_pattern *p, const char *text, size_t size)
{
    const piece *pieces = (const piece *)p->pieces->data;
    const guint n = p->pieces->len;
    const char *end = text + size;
    guint at = 0;
    /* Where to go on when the text after the last % does not fit: that % takes
     * one character more. Earlier ones need no second look. */
    guint after_many = 0;
    const char *retry = NULL;
    while (text < end) {
        if (at < n && pieces[at].kind == PIECE_MANY) {
            after_many = ++at;
            retry = text;
        } else if (at < n && pieces[at].kind == PIECE_ONE) {
            at++;
            text += character_size(text, end);
        } else if (at < n && pieces[at].byte == *text) {
            at++;
            text++;
        } else if (retry != NULL) {
            retry += character_size(retry, end);
            text = retry;
            at = after_many;
        } else {
            return false;
        }
    }
    while (at < n && pieces[at].kind == PIECE_MANY)
        at++;
    return at == n;
}
