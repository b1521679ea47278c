/* The boolean part of the grammar: every comparison must mention a column. */
#include "sql/guard_private.h"

#include "base/intl.h"

#include <string.h>

static bool is_truth(const guard_node *n)
{
    return n->kind <= NODE_IS_NULL;
}

static guard_node *refuse_constant(guard_parser *p, const guard_node *n)
{
    guard_refuse(p, 'P', n->at, _("this condition does not depend on the row"));
    guard_hint(p, _("compare a column of the target with a value"));
    return NULL;
}

/* Whether a condition could end here; else what is here is the mistake. */
static bool at_an_end(const guard_parser *p)
{
    return p->token.kind == TOKEN_END || guard_at_symbol(p, ";") || guard_at_symbol(p, ")") ||
           guard_at_word(p, "and") || guard_at_word(p, "or");
}

/* @n is about to be joined, negated or the whole: it must be a condition. */
static bool need_truth(guard_parser *p, const guard_node *n)
{
    if (is_truth(n))
        return true;
    if (!at_an_end(p))
        return guard_refuse_token(p);
    if (!n->has_column) {
        refuse_constant(p, n);
        return false;
    }
    guard_refuse(p, 'P', n->at, _("a value is not a condition"));
    return guard_hint(p, _("compare it: column = value"));
}

static bool need_operand(guard_parser *p, const guard_node *n)
{
    return !is_truth(n) ||
           guard_refuse(p, 'P', n->at, _("a condition cannot be compared with something"));
}

static guard_node *parse_operand(guard_parser *p)
{
    guard_node *n = guard_parse_operand(p);
    return n != NULL && need_operand(p, n) ? n : NULL;
}

/* --- one comparison ------------------------------------------------------- */

/* "date" <= "{{{today}}}" where double quotes make texts: the manual's own
 * example means the column. Beside a plain text it stays a text, and is
 * refused, because the server would compare two texts. */
static void settle_double_quotes(guard_node *n)
{
    bool parameter = false;
    for (unsigned i = 0; i < n->parts->len; i++)
        parameter |= ((guard_node *)n->parts->pdata[i])->is_parameter;
    for (unsigned i = 0; parameter && !n->has_column && i < n->parts->len; i++) {
        guard_node *part = n->parts->pdata[i];
        if (part->named_column < 0)
            continue;
        part->kind = NODE_COLUMN;
        part->column = (size_t)part->named_column;
        part->has_column = n->has_column = true;
    }
}

static guard_node *finish(guard_parser *p, guard_node *n)
{
    settle_double_quotes(n);
    for (unsigned i = 0; i < n->parts->len; i++) {
        const guard_node *part = n->parts->pdata[i];
        if (part->kind == NODE_VALUE && part->form == VALUE_AS_NULL) {
            guard_refuse(p, 'P', part->at, _("a comparison with NULL is never true"));
            guard_hint(p, _("write IS NULL or IS NOT NULL"));
            return NULL;
        }
    }
    if (n->has_column)
        return n;
    for (unsigned i = 0; i < n->parts->len; i++) {
        const guard_node *part = n->parts->pdata[i];
        if (part->named_column < 0)
            continue;
        g_autofree char *name =
            dialect_quoted(p->d, p->target->columns[part->named_column]);
        guard_refuse(p, 'P', part->at, _("this is a text in %s, not a column"),
                     dialect_title(p->d));
        guard_hint(p, _("write %s for the column"), name);
        return NULL;
    }
    return refuse_constant(p, n);
}

/* Read one more operand into @n. */
static bool take_operand(guard_parser *p, guard_node *n)
{
    guard_node *part = parse_operand(p);
    if (part == NULL)
        return false;
    guard_node_add(n, part);
    return true;
}

static guard_node *parse_compare(guard_parser *p, guard_node *left, const char *operator)
{
    guard_node *n = guard_node_new(p, NODE_COMPARE, left->at);
    n->text = operator;
    guard_node_add(n, left);
    return guard_advance(p) && take_operand(p, n) ? finish(p, n) : NULL;
}

static guard_node *parse_in(guard_parser *p, guard_node *left)
{
    guard_node *n = guard_node_new(p, NODE_IN, left->at);
    guard_node_add(n, left);
    if (!guard_advance(p))
        return NULL;
    if (!guard_at_symbol(p, "(")) {
        guard_refuse_token(p);
        return NULL;
    }
    do {
        if (n->parts->len > GUARD_LIST) {
            guard_refuse(p, 'L', p->token.at, _("a list holds more than %d values"), GUARD_LIST);
            return NULL;
        }
        if (!guard_advance(p) || !take_operand(p, n))
            return NULL;
    } while (guard_at_symbol(p, ","));
    return guard_expect_symbol(p, ")") ? finish(p, n) : NULL;
}

static guard_node *parse_between(guard_parser *p, guard_node *left)
{
    guard_node *n = guard_node_new(p, NODE_BETWEEN, left->at);
    guard_node_add(n, left);
    if (!guard_advance(p) || !take_operand(p, n))
        return NULL;
    if (!guard_at_word(p, "and")) {
        guard_refuse_token(p);
        return NULL;
    }
    return guard_advance(p) && take_operand(p, n) ? finish(p, n) : NULL;
}

static guard_node *parse_like(guard_parser *p, guard_node *left)
{
    guard_node *n = guard_node_new(p, NODE_LIKE, left->at);
    guard_node_add(n, left);
    bool escape;
    if (!guard_advance(p) || !take_operand(p, n) || !guard_skip_word(p, "escape", &escape))
        return NULL;
    if (!escape)
        return finish(p, n);
    size_t at = p->token.at;
    if (!take_operand(p, n))
        return NULL;
    const guard_node *character = n->parts->pdata[2];
    if (character->kind != NODE_VALUE || character->form != VALUE_AS_TEXT ||
        g_utf8_strlen(character->v.data, character->v.size) != 1) {
        guard_refuse(p, 'P', at, _("ESCAPE takes one character in quotes"));
        return NULL;
    }
    return finish(p, n);
}

static guard_node *parse_is_null(guard_parser *p, guard_node *left)
{
    guard_node *n = guard_node_new(p, NODE_IS_NULL, left->at);
    guard_node_add(n, left);
    if (!guard_advance(p) || !guard_skip_word(p, "not", &n->negated))
        return NULL;
    if (!guard_at_word(p, "null")) {
        guard_refuse_token(p);
        return NULL;
    }
    if (!n->has_column)
        return refuse_constant(p, n);
    return guard_advance(p) ? n : NULL;
}

static const struct {
    const char *word;
    guard_node *(*parse)(guard_parser *p, guard_node *left);
} negatable[] = {{"in", parse_in}, {"between", parse_between}, {"like", parse_like}};

/* @left and what it is compared with; @left itself when nothing follows. */
static guard_node *parse_comparison(guard_parser *p, guard_node *left)
{
    static const char *const operators[] = {"=", "<>", "!=", "<", "<=", ">", ">="};
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
        if (guard_at_symbol(p, operators[i]))
            return need_operand(p, left) ? parse_compare(p, left, operators[i]) : NULL;
    if (guard_at_word(p, "is"))
        return need_operand(p, left) ? parse_is_null(p, left) : NULL;
    bool negated;
    if (!guard_skip_word(p, "not", &negated))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(negatable); i++) {
        if (!guard_at_word(p, negatable[i].word))
            continue;
        guard_node *n = need_operand(p, left) ? negatable[i].parse(p, left) : NULL;
        if (n != NULL)
            n->negated = negated;
        return n;
    }
    if (!negated)
        return left;
    guard_refuse_token(p);
    return NULL;
}

/* --- AND, OR, NOT --------------------------------------------------------- */

static guard_node *parse_not(guard_parser *p)
{
    size_t at = p->token.at;
    if (!guard_at_word(p, "not")) {
        guard_node *left = guard_parse_operand(p);
        return left != NULL ? parse_comparison(p, left) : NULL;
    }
    if (!guard_enter(p) || !guard_advance(p))
        return NULL;
    guard_node *inner = parse_not(p);
    p->depth--;
    if (inner == NULL || !need_truth(p, inner))
        return NULL;
    guard_node *n = guard_node_new(p, NODE_NOT, at);
    guard_node_add(n, inner);
    return n;
}

/* Items of @parse with @word between them. */
static guard_node *parse_chain(guard_parser *p, node_kind kind, const char *word,
                               guard_node *(*parse)(guard_parser *))
{
    guard_node *first = parse(p);
    if (first == NULL || !guard_at_word(p, word))
        return first;
    guard_node *n = guard_node_new(p, kind, first->at);
    if (!need_truth(p, first))
        return NULL;
    guard_node_add(n, first);
    while (guard_at_word(p, word)) {
        guard_node *next = guard_advance(p) ? parse(p) : NULL;
        if (next == NULL || !need_truth(p, next))
            return NULL;
        guard_node_add(n, next);
        if (n->parts->len <= GUARD_CHAIN)
            continue;
        guard_refuse(p, 'L', next->at, _("more than %d conditions are joined"), GUARD_CHAIN);
        guard_hint(p, _("use IN for many values"));
        return NULL;
    }
    return n;
}

static guard_node *parse_and(guard_parser *p)
{
    return parse_chain(p, NODE_AND, "and", parse_not);
}

guard_node *guard_parse_any(guard_parser *p)
{
    return parse_chain(p, NODE_OR, "or", parse_and);
}

guard_node *guard_parse_predicate(guard_parser *p)
{
    guard_node *n = guard_parse_any(p);
    return n != NULL && need_truth(p, n) ? n : NULL;
}
