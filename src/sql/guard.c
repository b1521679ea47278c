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

static char *target_name(const guard_target *t)
{
    g_autofree char *whole =
        t->schema != NULL ? g_strdup_printf("%s.%s", t->schema, t->name) : g_strdup(t->name);
    return text_safe(whole, -1);
}

static char *quoted_target(const guard_parser *p)
{
    g_autofree char *name = dialect_quoted(p->d, p->target->name);
    if (p->target->schema == NULL)
        return g_steal_pointer(&name);
    g_autofree char *schema = dialect_quoted(p->d, p->target->schema);
    return g_strconcat(schema, ".", name, NULL);
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

static bool check_bytes(guard_parser *p, size_t size)
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
        if (c >= ' ' || c == '\t' || c == '\n' || (c == '\r' && i + 1 < size && text[i + 1] == '\n'))
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

static void free_node(void *data)
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

/* --- the target's name (L3) ----------------------------------------------- */

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

typedef struct {
    const char *name;
    bool quoted;
    size_t at;
} name_part;

static bool is_name(const token *t)
{
    return t->kind == TOKEN_NAME || t->kind == TOKEN_QUOTED;
}

/* "delete from (", "from table(…)", "from only t", a parameter or a text. */
static bool refuse_table(guard_parser *p)
{
    const token *t = &p->token;
    token next = guard_peek(p);
    if (token_is_symbol(&p->lexer, t, "(") || token_is_symbol(&p->lexer, &next, "("))
        return guard_refuse(p, 'X', t->at, _("only a table's name is possible here"));
    if (t->kind == TOKEN_TEXT)
        return guard_refuse(p, 'Q', t->at, _("a text is not a table's name"));
    if (t->kind == TOKEN_MACRO)
        return guard_refuse(p, 'T', t->at, _("a parameter cannot name the table"));
    return guard_refuse_token(p);
}

static bool read_parts(guard_parser *p, name_part *parts, unsigned *n)
{
    for (*n = 0;;) {
        const token *t = &p->token;
        if (!is_name(t) || (t->kind == TOKEN_NAME && guard_is_reserved(p, t)))
            return refuse_table(p);
        if (*n == 3)
            return guard_refuse(p, 'T', t->at, _("the table's name has too many parts"));
        parts[(*n)++] = (name_part){guard_name(p, t), t->kind == TOKEN_QUOTED, t->at};
        if (!guard_advance(p))
            return false;
        if (!guard_at_symbol(p, "."))
            return true;
        if (!guard_advance(p))
            return false;
    }
}

/* Whether the parts are the target's name. *nearly: it is written so that the
 * server would find another table, or would find T only by folding case or by
 * cutting the name. */
static bool is_target(const guard_parser *p, const name_part *parts, unsigned n, bool *nearly)
{
    const guard_target *t = p->target;
    const char *wanted[3];
    unsigned n_wanted = 0;
    if (t->catalog != NULL && t->schema != NULL)
        wanted[n_wanted++] = t->catalog;
    if (t->schema != NULL)
        wanted[n_wanted++] = t->schema;
    wanted[n_wanted++] = t->name;
    *nearly = false;
    if (n > n_wanted || (n == 1 && t->schema != NULL && !t->schema_is_default))
        return false;
    bool same = true, alike = true;
    int64_t limit = dialect_limit(p->d, "identifier_bytes");
    for (unsigned i = 0; i < n; i++) {
        const char *name = parts[i].name, *want = wanted[n_wanted - n + i];
        same &= guard_same_name(p->syntax->tables, parts[i].quoted, name, want);
        bool cut = limit > 0 && strlen(name) > (size_t)limit &&
                   g_ascii_strncasecmp(name, want, (size_t)limit) == 0;
        alike &= cut || g_ascii_strcasecmp(name, want) == 0;
    }
    *nearly = alike;
    return same;
}

/* Read name[.name[.name]]; anything but the target is refused. */
static bool read_table(guard_parser *p)
{
    name_part parts[3];
    unsigned n;
    size_t at = p->token.at;
    if (!read_parts(p, parts, &n))
        return false;
    bool nearly;
    if (is_target(p, parts, n, &nearly))
        return true;
    g_autofree char *written = g_strdup(parts[n - 1].name);
    if (n > 1) {
        g_free(written);
        written = g_strdup_printf("%s.%s", parts[n - 2].name, parts[n - 1].name);
    }
    g_autofree char *shown = text_safe(written, -1);
    g_autofree char *target = target_name(p->target);
    g_autofree char *quoted = quoted_target(p);
    if (nearly) {
        guard_refuse(p, 'Q', at, _("\"%s\" is not how the target \"%s\" is spelled"), shown,
                     target);
        return guard_hint(p, _("write %s"), quoted);
    }
    guard_refuse(p, 'T', at, _("only the target \"%s\" may be deleted from, not \"%s\""), target,
                 shown);
    return guard_hint(p, _("write %s; to change another table, make it the target of its own task"),
                      quoted);
}

static bool read_target(guard_parser *p)
{
    size_t at = p->token.at;
    if (!read_table(p))
        return false;
    if (p->target->refused == NULL)
        return true;
    g_autofree char *target = target_name(p->target);
    return guard_refuse(p, 'T', at, _("rows of \"%s\" cannot be deleted safely: %s"), target,
                        p->target->refused);
}

/* --- statements (L2) ------------------------------------------------------ */

/* Only one semicolon, and comments, may follow. */
static bool read_end(guard_parser *p)
{
    if (p->token.kind == TOKEN_END)
        return true;
    if (!guard_at_symbol(p, ";"))
        return guard_refuse_token(p);
    if (!guard_advance(p))
        return false;
    if (p->token.kind == TOKEN_END)
        return true;
    guard_refuse(p, 'M', p->token.at, _("a second statement begins here"));
    return guard_hint(p, _("one DELETE or TRUNCATE is possible"));
}

/* DELETE without FROM: options, a list of tables, an alias, TOP … */
static bool refuse_without_from(guard_parser *p)
{
    size_t at = p->token.at;
    token next = guard_peek(p);
    if (is_name(&p->token) && !guard_is_reserved(p, &p->token) &&
        token_is_word(&p->lexer, &next, "from")) {
        /* The alias of some other table could be spelled like T. */
        if (!guard_advance(p) || !guard_advance(p) || !read_table(p))
            return false;
    }
    guard_refuse(p, 'X', at, _("FROM must follow DELETE"));
    return guard_hint(p, _("the form is: DELETE FROM table WHERE conditions"));
}

static bool read_alias(guard_parser *p)
{
    bool as;
    if (!guard_skip_word(p, "as", &as))
        return false;
    bool possible = is_name(&p->token) &&
                    (p->token.kind == TOKEN_QUOTED || !guard_is_reserved(p, &p->token));
    if (!possible)
        return !as || guard_refuse_token(p);
    p->alias = guard_name(p, &p->token);
    return guard_advance(p);
}

static bool read_delete(guard_parser *p, guard_node **predicate)
{
    bool there;
    if (!guard_advance(p))
        return false;
    if (!guard_at_word(p, "from"))
        return refuse_without_from(p);
    if (!guard_advance(p) || !read_target(p) || !read_alias(p) ||
        !guard_skip_word(p, "where", &there))
        return false;
    if (there) {
        *predicate = guard_parse_predicate(p);
        return *predicate != NULL && read_end(p);
    }
    size_t at = p->token.at;
    if (!read_end(p))
        return false;
    if (p->options->allow_full_delete)
        return true;
    guard_refuse(p, 'P', at, _("DELETE without WHERE would delete all rows"));
    return guard_hint(p, _("add WHERE, or \"allow_full_delete\": true to the target"));
}

static bool read_restart(guard_parser *p)
{
    if (!p->options->allow_truncate_restart || !guard_at_word(p, "restart"))
        return true;
    if (!guard_advance(p))
        return false;
    return guard_at_word(p, "identity") ? guard_advance(p) : guard_refuse_token(p);
}

/* TRUNCATE t WAIT n: how long to wait is the connection's, not the text's. */
static bool read_wait(guard_parser *p)
{
    if ((p->syntax->forms & FORM_TRUNCATE_WAIT) == 0)
        return true;
    bool there;
    if (!guard_skip_word(p, "nowait", &there) || there)
        return there;
    if (!guard_skip_word(p, "wait", &there))
        return false;
    if (!there)
        return true;
    return p->token.kind == TOKEN_NUMBER ? guard_advance(p) : guard_refuse_token(p);
}

static bool read_truncate(guard_parser *p)
{
    bool there;
    if (!guard_advance(p) || !guard_skip_word(p, "table", &there) || !read_target(p))
        return false;
    if (guard_at_symbol(p, ",")) {
        guard_refuse(p, 'T', p->token.at, _("only the target may be truncated"));
        return guard_hint(p, _("name one table"));
    }
    return read_restart(p) && read_wait(p) && read_end(p);
}

static bool read_statement(guard_parser *p, guard_statement *s, guard_node **predicate)
{
    if (!guard_advance(p))
        return false;
    if (guard_at_word(p, "delete"))
        return read_delete(p, predicate);
    s->truncate = guard_at_word(p, "truncate");
    if (s->truncate)
        return read_truncate(p);
    size_t at = p->token.at;
    if (p->token.kind == TOKEN_END || guard_at_symbol(p, ";")) {
        guard_refuse(p, 'K', at, _("there is no statement"));
        return guard_hint(p, _("leave the setting out when nothing is to be deleted"));
    }
    g_autofree char *shown = text_safe(p->lexer.text + at, (gssize)MIN(p->token.size, 40));
    bool with = guard_at_word(p, "with");
    guard_refuse(p, with ? 'X' : 'K', at, _("only DELETE and TRUNCATE are possible, not \"%s\""),
                 shown);
    return guard_hint(p, _("the form is: DELETE FROM table WHERE conditions"));
}

/* --- the door ------------------------------------------------------------- */

void guard_statement_free(guard_statement *s)
{
    if (s == NULL)
        return;
    g_free(s->sql);
    g_free(s->predicate);
    g_free(s->shown);
    if (s->values != NULL)
        g_array_unref(s->values);
    batch_free(s->memory);
    g_free(s);
}

static bool check(guard_parser *p, size_t size, guard_statement *s)
{
    guard_node *predicate = NULL;
    if (p->syntax == NULL)
        return guard_refuse(p, 'L', 0, _("%s has no SQL to run before a load"),
                            dialect_title(p->d));
    return check_bytes(p, size) && read_statement(p, s, &predicate) &&
           guard_write(p, predicate, s);
}

guard_statement *guard_check(const dialect *d, const guard_target *target, const char *text,
                             size_t size, const guard_options *options, char *reason,
                             error **err)
{
    g_autoptr(guard_statement) s = g_new0(guard_statement, 1);
    s->memory = batch_new(0, 0);
    s->values = g_array_new(FALSE, FALSE, sizeof(value));
    g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func(free_node);
    guard_parser p = {
        .d = d,
        .syntax = dialect_syntax(d),
        .target = target,
        .options = options,
        .nodes = nodes,
        .memory = s->memory,
    };
    /* A copy that ends with a NUL; what is too long is refused unread. */
    g_autofree char *copy = g_malloc(MIN(size, GUARD_TEXT_BYTES) + 1);
    memcpy(copy, text, MIN(size, GUARD_TEXT_BYTES));
    copy[MIN(size, GUARD_TEXT_BYTES)] = '\0';
    lexer_init(&p.lexer, d, copy, MIN(size, GUARD_TEXT_BYTES), true);
    bool fine = check(&p, size, s);
    g_assert(fine == (p.failure == NULL));
    *reason = p.reason;
    if (fine)
        return g_steal_pointer(&s);
    error_propagate(err, &p.failure);
    return NULL;
}

const char *const *guard_functions(const dialect *d)
{
    static const char *const none[] = {NULL};
    const sql_syntax *syntax = dialect_syntax(d);
    return syntax != NULL && syntax->function_names != NULL
               ? (const char *const *)syntax->function_names
               : none;
}
