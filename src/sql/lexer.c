#include "sql/lexer.h"

#include "base/intl.h"

#include <string.h>

void lexer_init(lexer *l, const dialect *d, const char *text, size_t size, bool macros)
{
    const sql_syntax *syntax = dialect_syntax(d);
    *l = (lexer){
        .text = text,
        .size = size,
        .forms = syntax != NULL ? syntax->forms : 0,
        .macros = macros,
    };
}

bool lexer_fail(const char *text, size_t at, error **err, const char *format, ...)
{
    unsigned line = 1;
    size_t start = 0;
    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    unsigned column = 1;
    for (size_t i = start; i < at; i++)
        column += (text[i] & 0xC0) != 0x80;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set(err, ERROR_DOCUMENT, _("line %u, column %u: %s"), line, column, what);
}

/* --- characters ----------------------------------------------------------- */

/* 0 behind the end: the text may not hold NUL. */
static char peek(const lexer *l, size_t ahead)
{
    return l->at + ahead < l->size ? l->text[l->at + ahead] : '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name_start(char c)
{
    return g_ascii_isalpha(c) || c == '_' || (c & 0x80) != 0;
}

static bool is_name_part(char c)
{
    return is_name_start(c) || g_ascii_isdigit(c) || c == '$';
}

static bool has(const lexer *l, uint32_t form)
{
    return (l->forms & form) != 0;
}

/* --- macros --------------------------------------------------------------- */

static const struct {
    const char *open, *close;
} macros[] = {{"${", "}"}, {"$[", "]"}, {"{{{", "}}}"}};

static bool starts(const char *p, const char *end, const char *with)
{
    size_t size = strlen(with);
    return (size_t)(end - p) >= size && memcmp(p, with, size) == 0;
}

/* Of more than three braces the last three open. */
static int macro_at(const char *p, const char *end)
{
    for (int i = 0; i < (int)G_N_ELEMENTS(macros); i++)
        if (starts(p, end, macros[i].open))
            return starts(p, end, "{{{{") ? -1 : i;
    return -1;
}

size_t macro_length(const char *p, const char *end, bool *closed)
{
    int which = macro_at(p, end);
    if (which < 0)
        return 0;
    *closed = true;
    const char *inside = p + strlen(macros[which].open);
    for (const char *c = inside; c < end && *c != '\n'; c++) {
        if (starts(c, end, macros[which].close))
            return (size_t)(c - p) + strlen(macros[which].close);
        if (macro_at(c, end) >= 0)
            break;
    }
    *closed = false;
    return strlen(macros[which].open);
}

/* --- comments ------------------------------------------------------------- */

static bool opens_line_comment(const lexer *l, size_t *mark)
{
    *mark = 2;
    if (peek(l, 0) == '-' && peek(l, 1) == '-') {
        char next = peek(l, 2);
        return has(l, FORM_LINE_COMMENTS) ||
               (has(l, FORM_BLANK_LINE_COMMENTS) && (unsigned char)next <= ' ');
    }
    *mark = 1;
    return peek(l, 0) == '#' && has(l, FORM_HASH_COMMENTS);
}

static bool line_comment(lexer *l, token *t, size_t mark)
{
    t->kind = TOKEN_COMMENT;
    t->quote = '-';
    l->at += mark;
    t->body = l->at;
    while (l->at < l->size && l->text[l->at] != '\n' &&
           !(l->text[l->at] == '\r' && has(l, FORM_CR_ENDS_COMMENTS)))
        l->at++;
    t->body_size = l->at - t->body;
    return true;
}

static bool block_comment(lexer *l, token *t, error **err)
{
    t->kind = TOKEN_COMMENT;
    t->quote = '*';
    t->body = l->at + 2;
    size_t depth = 1;
    for (l->at += 2; l->at < l->size;) {
        if (peek(l, 0) == '*' && peek(l, 1) == '/') {
            l->at += 2;
            if (--depth > 0)
                continue;
            t->body_size = l->at - 2 - t->body;
            return true;
        }
        if (peek(l, 0) == '/' && peek(l, 1) == '*' && has(l, FORM_NESTED_COMMENTS)) {
            depth++;
            l->at++;
        }
        l->at++;
    }
    return lexer_fail(l->text, t->at, err, _("a comment is not closed"));
}

/* --- quotes --------------------------------------------------------------- */

/* From the opening quote at l->at to behind the closing one. */
static bool quoted(lexer *l, token *t, token_kind kind, char close, bool escapes, error **err)
{
    t->kind = kind;
    t->quote = close;
    t->escapes = escapes;
    t->body = ++l->at;
    for (; l->at < l->size; l->at++) {
        char c = l->text[l->at];
        if (c == '\\' && escapes) {
            l->at++;
        } else if (c == close) {
            if (close == ']' || peek(l, 1) != close) {
                t->body_size = l->at++ - t->body;
                return true;
            }
            l->at++;
        }
    }
    l->at = l->size;
    return lexer_fail(l->text, t->at, err,
                      kind == TOKEN_QUOTED ? _("a quoted name is not closed")
                                           : _("a text is not closed"));
}

/* The size of "$tag$" at l->at, or 0. */
static size_t dollar_tag(const lexer *l)
{
    size_t size = 1;
    if (peek(l, 0) != '$' || g_ascii_isdigit(peek(l, 1)))
        return 0;
    while (is_name_part(peek(l, size)) && peek(l, size) != '$')
        size++;
    return peek(l, size) == '$' ? size + 1 : 0;
}

static bool dollar_text(lexer *l, token *t, size_t tag, error **err)
{
    t->kind = TOKEN_TEXT;
    t->quote = '$';
    const char *opening = l->text + l->at;
    t->body = l->at + tag;
    for (l->at += tag; l->at + tag <= l->size; l->at++) {
        if (l->text[l->at] != '$' || memcmp(l->text + l->at, opening, tag) != 0)
            continue;
        t->body_size = l->at - t->body;
        l->at += tag;
        return true;
    }
    l->at = l->size;
    return lexer_fail(l->text, t->at, err, _("a text is not closed"));
}

/* The quoted thing that opens at l->at, if one does. */
static bool any_quoted(lexer *l, token *t, bool *ok, error **err)
{
    token_kind kind = TOKEN_QUOTED;
    char close = peek(l, 0);
    bool opens = false;
    if (close == '\'' || (close == '"' && has(l, FORM_DOUBLE_QUOTED_TEXT))) {
        kind = TOKEN_TEXT;
        opens = true;
    } else if (close == '"') {
        opens = has(l, FORM_DOUBLE_QUOTED_NAMES);
    } else if (close == '`') {
        opens = has(l, FORM_BACKQUOTED_NAMES);
    } else if (close == '[') {
        opens = has(l, FORM_BRACKETED_NAMES);
        close = ']';
    }
    if (opens) {
        *ok = quoted(l, t, kind, close, kind == TOKEN_TEXT && has(l, FORM_BACKSLASHES), err);
        return true;
    }
    size_t tag = has(l, FORM_DOLLAR_TEXT) ? dollar_tag(l) : 0;
    if (tag > 0)
        *ok = dollar_text(l, t, tag, err);
    return tag > 0;
}

/* --- words and numbers ---------------------------------------------------- */

static bool word(lexer *l, token *t, error **err)
{
    t->kind = TOKEN_NAME;
    while (is_name_part(peek(l, 0))) {
        bool closed;
        const char *here = l->text + l->at;
        if (l->macros && macro_length(here, l->text + l->size, &closed) > 0)
            break;
        l->at++;
    }
    if (l->at - t->at != 1 || peek(l, 0) != '\'')
        return true;
    char prefix = g_ascii_tolower(l->text[t->at]);
    if (prefix == 'e' && has(l, FORM_ESCAPE_TEXT)) {
        t->prefixed = true;
        return quoted(l, t, TOKEN_TEXT, '\'', true, err);
    }
    if (prefix == 'x' && has(l, FORM_BYTE_TEXT))
        return quoted(l, t, TOKEN_BYTES, '\'', false, err);
    return true;
}

static bool number(lexer *l, token *t)
{
    t->kind = TOKEN_NUMBER;
    while (g_ascii_isdigit(peek(l, 0)))
        l->at++;
    if (peek(l, 0) == '.') {
        l->at++;
        while (g_ascii_isdigit(peek(l, 0)))
            l->at++;
    }
    if (g_ascii_tolower(peek(l, 0)) == 'e') {
        size_t sign = peek(l, 1) == '+' || peek(l, 1) == '-' ? 2 : 1;
        if (g_ascii_isdigit(peek(l, sign))) {
            l->at += sign;
            while (g_ascii_isdigit(peek(l, 0)))
                l->at++;
        }
    }
    return true;
}

static bool symbol(lexer *l, token *t)
{
    static const char *const pairs[] = {"<=", ">=", "<>", "!=", "::", ":=", "||", "=="};
    t->kind = TOKEN_SYMBOL;
    size_t size = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++)
        if (peek(l, 0) == pairs[i][0] && peek(l, 1) == pairs[i][1])
            size = 2;
    l->at += size;
    return true;
}

/* ".5" is a number, but not after a name or a closing quote: "t.5". */
static bool opens_number(const lexer *l, size_t before)
{
    if (g_ascii_isdigit(peek(l, 0)))
        return true;
    if (peek(l, 0) != '.' || !g_ascii_isdigit(peek(l, 1)))
        return false;
    return l->at != before || strchr("(,=<>+-", l->last) != NULL;
}

static bool scan(lexer *l, token *t, size_t before, error **err)
{
    size_t mark;
    if (opens_line_comment(l, &mark))
        return line_comment(l, t, mark);
    if (peek(l, 0) == '/' && peek(l, 1) == '*')
        return block_comment(l, t, err);
    const char *here = l->text + l->at;
    bool closed;
    size_t length = l->macros ? macro_length(here, l->text + l->size, &closed) : 0;
    if (length > 0) {
        t->kind = TOKEN_MACRO;
        l->at += length;
        return closed || lexer_fail(l->text, t->at, err,
                                    _("a parameter is not closed, or holds another one"));
    }
    bool ok;
    if (any_quoted(l, t, &ok, err))
        return ok;
    if (is_name_start(peek(l, 0)))
        return word(l, t, err);
    if (opens_number(l, before))
        return number(l, t);
    return symbol(l, t);
}

bool lexer_next(lexer *l, token *t, error **err)
{
    size_t before = l->at;
    while (l->at < l->size && is_blank(l->text[l->at]))
        l->at++;
    *t = (token){.kind = TOKEN_END, .at = l->at};
    if (l->at == l->size)
        return true;
    bool ok = scan(l, t, before, err);
    t->size = l->at - t->at;
    l->last = l->text[l->at - 1];
    return ok;
}

/* --- what a token says ---------------------------------------------------- */

bool token_is_word(const lexer *l, const token *t, const char *word)
{
    return t->kind == TOKEN_NAME && strlen(word) == t->size &&
           g_ascii_strncasecmp(l->text + t->at, word, t->size) == 0;
}

bool token_is_symbol(const lexer *l, const token *t, const char *symbol)
{
    return t->kind == TOKEN_SYMBOL && strlen(symbol) == t->size &&
           memcmp(l->text + t->at, symbol, t->size) == 0;
}

/* MySQL's escapes; \% and \_ keep their backslash there, for LIKE. */
static void append_escaped(GString *out, char c)
{
    static const char letters[] = "0bnrtZ", means[] = "\0\b\n\r\t\x1a";
    const char *found = c != '\0' ? strchr(letters, c) : NULL;
    if (c == '%' || c == '_')
        g_string_append_c(out, '\\');
    g_string_append_c(out, found != NULL ? means[found - letters] : c);
}

char *token_decode(const lexer *l, const token *t, size_t *size)
{
    const char *p = l->text + t->body;
    const char *end = p + t->body_size;
    bool doubled = t->quote == '\'' || t->quote == '"' || t->quote == '`';
    GString *out = g_string_sized_new(t->body_size);
    while (p < end) {
        if (*p == '\\' && t->escapes) {
            append_escaped(out, p[1]);
            p += 2;
        } else {
            g_string_append_c(out, *p);
            p += doubled && *p == t->quote ? 2 : 1;
        }
    }
    *size = out->len;
    return g_string_free(out, FALSE);
}
