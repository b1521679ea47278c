/* What the guard's files do with tokens: go on, look ahead, refuse; nodes. */
#include "sql/guard_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <string.h>

/* --- refusing ------------------------------------------------------------- */

bool guard_refuse(guard_parser *p, char reason, size_t at, const char *format, ...)
{
    if (p->failure != NULL)
        return false;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    p->reason = reason;
    p->at = at;
    return lexer_fail(p->lexer.text, at, &p->failure, "%s", what);
}

bool guard_hint(guard_parser *p, const char *format, ...)
{
    if (p->failure == NULL || p->failure->hint != NULL)
        return false;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return error_hint(&p->failure, "%s", what);
}

/* Words that begin a statement, and words that the grammar has no place for.
 * Neither may be an alias: "DELETE FROM t DROP TABLE v" has two statements in
 * some systems. */
static const char *const statement_words[] = {
    "delete", "truncate", "insert",   "update", "drop",   "create",  "alter",     "grant",
    "revoke", "merge",    "replace",  "exec",   "execute", "call",   "declare",   "begin",
    "commit", "rollback", "savepoint", "set",   "go",     "lock",    "prepare",   "attach",
    "detach", "pragma",   "vacuum",   "copy",   "do",     "explain", NULL};
static const char *const query_words[] = {"select", "exists", "values", "table", "any",
                                          "all",    "some",   NULL};
static const char *const clause_words[] = {
    "using",     "join",   "inner",  "left",    "right",   "full",     "cross",   "natural",
    "on",        "order",  "limit",  "offset",  "fetch",   "returning", "output", "partition",
    "subpartition", "with", "option", "for",    "group",   "having",   "union",   "intersect",
    "except",    "indexed", "cascade", "restrict", "restart", "continue", "only", "as",
    "current",   "case",   "array",  "row",     "collate", "window",   "low_priority", "quick",
    "ignore",    "top",    "history", "ilike",  "similar", "regexp",   "rlike",   "glob",
    "match",     "escape", "waitfor", "distinct", "straight_join", "wait", "nowait", NULL};
static const char *const grammar_words[] = {"from", "where",   "and",  "or",       "not",  "in",
                                            "is",   "between", "like", "null",     "true", "false",
                                            "cast", "interval", "operator", NULL};

static bool is_word_of(const guard_parser *p, const token *t, const char *const *words)
{
    for (; *words != NULL; words++)
        if (token_is_word(&p->lexer, t, *words))
            return true;
    return false;
}

bool guard_is_reserved(const guard_parser *p, const token *t)
{
    return is_word_of(p, t, statement_words) || is_word_of(p, t, query_words) ||
           is_word_of(p, t, clause_words) || is_word_of(p, t, grammar_words);
}

bool guard_refuse_token(guard_parser *p)
{
    const token *t = &p->token;
    g_autofree char *shown = text_safe(p->lexer.text + t->at, (gssize)MIN(t->size, 40));
    if (t->kind == TOKEN_END)
        return guard_refuse(p, 'L', t->at, _("the statement ends too early"));
    if (is_word_of(p, t, query_words)) {
        guard_refuse(p, 'S', t->at, _("queries of tables (\"%s\") are not possible here"), shown);
        return guard_hint(p, _("compare the columns of the target with values"));
    }
    if (is_word_of(p, t, statement_words)) {
        guard_refuse(p, 'M', t->at, _("\"%s\" would begin a second statement"), shown);
        return guard_hint(p, _("one DELETE or TRUNCATE is possible"));
    }
    if (is_word_of(p, t, clause_words) || token_is_symbol(&p->lexer, t, ",")) {
        guard_refuse(p, 'X', t->at, _("\"%s\" is not possible here"), shown);
        return guard_hint(p, _("the form is: DELETE FROM table WHERE conditions"));
    }
    return guard_refuse(p, 'L', t->at, _("\"%s\" was not expected here"), shown);
}

/* --- bytes and tokens (L0, L1) -------------------------------------------- */

/* Characters that look like a blank or like nothing, or turn the direction of
 * what follows: what people see would not be what the server reads. */
static bool is_deceptive(gunichar c)
{
    return (c >= 0x7F && c <= 0xA0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x2069) || c == 0x3000 ||
           c == 0xFEFF;
}

bool guard_check_bytes(guard_parser *p, size_t size)
{
    const char *text = p->lexer.text;
    const char *end;
    if (size > GUARD_TEXT_BYTES)
        return guard_refuse(p, 'L', 0, _("the statement is longer than %d bytes"),
                            GUARD_TEXT_BYTES);
    const char *nul = memchr(text, '\0', size);
    if (nul != NULL)
        return guard_refuse(p, 'L', (size_t)(nul - text), _("the statement holds a NUL byte"));
    if (!g_utf8_validate_len(text, size, &end))
        return guard_refuse(p, 'L', (size_t)(end - text), _("the statement is not valid UTF-8"));
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        bool line_end = c == '\r' && i + 1 < size && text[i + 1] == '\n';
        if (c >= ' ' || c == '\t' || c == '\n' || line_end)
            continue;
        return guard_refuse(p, 'L', i, _("the statement holds the control character 0x%02x"), c);
    }
    return true;
}

static bool check_visible(guard_parser *p, const token *t)
{
    const char *end = p->lexer.text + t->at + t->size;
    for (const char *c = p->lexer.text + t->at; c < end; c = g_utf8_next_char(c)) {
        gunichar u = g_utf8_get_char(c);
        if (is_deceptive(u))
            return guard_refuse(p, 'L', (size_t)(c - p->lexer.text),
                                _("the statement holds the invisible character U+%04X"), u);
    }
    return true;
}

static bool check_comment(guard_parser *p, const token *t)
{
    const char *body = p->lexer.text + t->body;
    if (t->quote != '*')
        return true;
    if (g_str_has_prefix(body, "!") || g_str_has_prefix(body, "M!"))
        return guard_refuse(p, 'C', t->at, _("some servers would execute this comment"));
    if (*body == '+')
        return guard_refuse(p, 'C', t->at, _("hints for the server are not possible"));
    if (g_strstr_len(body, (gssize)t->body_size, "/*") != NULL)
        return guard_refuse(p, 'C', t->at,
                            _("a comment inside a comment: systems differ on where it ends"));
    return true;
}

/* Texts with a word glued to them are something else in every system. */
static bool check_prefix(guard_parser *p, const token *t)
{
    size_t left = p->lexer.size - p->lexer.at;
    const char *next = p->lexer.text + p->lexer.at;
    bool double_quoted = (p->lexer.forms & FORM_DOUBLE_QUOTED_TEXT) != 0;
    bool unicode = left > 1 && next[0] == '&' && (next[1] == '\'' || next[1] == '"');
    if (t->prefixed || unicode ||
        (left > 0 && (next[0] == '\'' || (next[0] == '"' && double_quoted)))) {
        guard_refuse(p, 'L', t->at, _("texts and names with a prefix are not possible"));
        return guard_hint(p, _("write them in plain quotes, with a blank before"));
    }
    return true;
}

static bool check_number(guard_parser *p, const token *t)
{
    size_t left = p->lexer.size - p->lexer.at;
    const char *next = p->lexer.text + p->lexer.at;
    if (left > 0 && (g_ascii_isalnum(*next) || strchr("_$'\".`", *next) != NULL ||
                     (*next & 0x80) != 0))
        return guard_refuse(p, 'L', t->at, _("a number must end at a blank or a sign"));
    return true;
}

static bool check_token(guard_parser *p, const token *t)
{
    switch (t->kind) {
    case TOKEN_COMMENT:
        return check_comment(p, t) && check_visible(p, t);
    case TOKEN_NAME:
        return check_visible(p, t) && check_prefix(p, t);
    case TOKEN_NUMBER:
        return check_number(p, t);
    case TOKEN_TEXT:
        return !t->prefixed || check_prefix(p, t);
    case TOKEN_MACRO:
        return check_visible(p, t);
    case TOKEN_END:
    case TOKEN_QUOTED:
    case TOKEN_BYTES:
    case TOKEN_SYMBOL:
        return true;
    }
    g_assert_not_reached();
}

bool guard_advance(guard_parser *p)
{
    do {
        if (p->failure != NULL)
            return false;
        if (!lexer_next(&p->lexer, &p->token, &p->failure)) {
            p->reason = p->token.kind == TOKEN_COMMENT ? 'C' : 'L';
            p->at = p->token.at;
            return false;
        }
        if (!check_token(p, &p->token))
            return false;
    } while (p->token.kind == TOKEN_COMMENT);
    return true;
}

token guard_peek(const guard_parser *p)
{
    lexer ahead = p->lexer;
    token t;
    do {
        if (!lexer_next(&ahead, &t, NULL))
            return (token){.kind = TOKEN_END};
    } while (t.kind == TOKEN_COMMENT);
    return t;
}

bool guard_at_word(const guard_parser *p, const char *word)
{
    return token_is_word(&p->lexer, &p->token, word);
}

bool guard_at_symbol(const guard_parser *p, const char *symbol)
{
    return token_is_symbol(&p->lexer, &p->token, symbol);
}

bool guard_expect_symbol(guard_parser *p, const char *symbol)
{
    return guard_at_symbol(p, symbol) ? guard_advance(p) : guard_refuse_token(p);
}

bool guard_skip_word(guard_parser *p, const char *word, bool *was_there)
{
    *was_there = guard_at_word(p, word);
    return !*was_there || guard_advance(p);
}

bool guard_enter(guard_parser *p)
{
    return ++p->depth <= GUARD_DEPTH ||
           guard_refuse(p, 'L', p->token.at, _("conditions are nested more than %d deep"),
                        GUARD_DEPTH);
}

/* --- nodes ---------------------------------------------------------------- */

void guard_node_free(void *data)
{
    guard_node *n = data;
    if (n->parts != NULL)
        g_ptr_array_unref(n->parts);
    g_free(n);
}

guard_node *guard_node_new(guard_parser *p, node_kind kind, size_t at)
{
    guard_node *n = g_new0(guard_node, 1);
    n->kind = kind;
    n->at = at;
    n->named_column = -1;
    n->has_column = kind == NODE_COLUMN;
    g_ptr_array_add(p->nodes, n);
    return n;
}

void guard_node_add(guard_node *n, guard_node *part)
{
    if (n->parts == NULL)
        n->parts = g_ptr_array_new();
    g_ptr_array_add(n->parts, part);
    n->has_column |= part->has_column;
}

/* --- names ---------------------------------------------------------------- */

const char *guard_name(guard_parser *p, const token *t)
{
    if (t->kind == TOKEN_NAME) {
        char *name = batch_alloc(p->memory, t->size + 1);
        memcpy(name, p->lexer.text + t->at, t->size);
        name[t->size] = '\0';
        return name;
    }
    size_t size;
    g_autofree char *decoded = token_decode(&p->lexer, t, &size);
    return batch_copy(p->memory, decoded, size + 1);
}

bool guard_same_name(name_rule rule, bool quoted, const char *name, const char *wanted)
{
    if (!quoted && rule == NAMES_ANY_CASE)
        return g_ascii_strcasecmp(name, wanted) == 0;
    if (quoted || rule == NAMES_EXACT)
        return strcmp(name, wanted) == 0;
    g_autofree char *folded = g_ascii_strdown(name, -1);
    return strcmp(folded, wanted) == 0;
}
