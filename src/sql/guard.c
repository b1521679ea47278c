#include "sql/guard_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <string.h>

/* --- the target's name (L3) ----------------------------------------------- */

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
    if (!read_parts(p, parts, &n) || n == 0)
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
        for (unsigned skipped = 0; skipped < 2; skipped++)
            if (!guard_advance(p))
                return false;
        if (!read_table(p))
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
    return guard_check_bytes(p, size) && read_statement(p, s, &predicate) &&
           guard_write(p, predicate, s);
}

guard_statement *guard_check(const dialect *d, const guard_target *target, const char *text,
                             size_t size, const guard_options *options, char *reason,
                             error **err)
{
    g_autoptr(guard_statement) s = g_new0(guard_statement, 1);
    s->memory = batch_new(0, 0);
    s->values = g_array_new(FALSE, FALSE, sizeof(value));
    g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func(guard_node_free);
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
    if (options->refused_at != NULL)
        *options->refused_at = p.at;
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
