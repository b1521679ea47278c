/* What stands beside a comparison: columns, values, permitted functions. */
#include "sql/guard_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <string.h>

/* Days that "current_date - 30" may add: a century. */
#define DAYS_DIGITS 5

static const char *keep(guard_parser *p, const char *text)
{
    return batch_copy(p->memory, text, strlen(text) + 1);
}

/* --- columns -------------------------------------------------------------- */

int guard_find_column(const guard_parser *p, bool quoted, const char *name)
{
    for (size_t i = 0; i < p->target->n_columns; i++)
        if (guard_same_name(p->syntax->columns, quoted, name, p->target->columns[i]))
            return (int)i;
    return -1;
}

static guard_node *refuse_column(guard_parser *p, const token *t, const char *name)
{
    g_autofree char *shown = text_safe(name, -1);
    guard_refuse(p, 'Q', t->at, _("the target has no column \"%s\""), shown);
    g_autofree const char **known = g_new0(const char *, p->target->n_columns + 1);
    for (size_t i = 0; i < p->target->n_columns; i++)
        known[i] = p->target->columns[i];
    const char *nearest = text_nearest(name, known);
    if (nearest != NULL) {
        g_autofree char *quoted = dialect_quoted(p->d, nearest);
        guard_hint(p, _("did you mean %s? texts are written in single quotes"), quoted);
    } else {
        guard_hint(p, _("texts are written in single quotes"));
    }
    return NULL;
}

/* What stands before "." must be T, or its alias. */
static bool check_qualifier(guard_parser *p, const token *t, bool last)
{
    const char *name = guard_name(p, t);
    bool quoted = t->kind == TOKEN_QUOTED;
    const char *wanted = p->alias != NULL && last ? p->alias
                         : last                   ? p->target->name
                                                  : p->target->schema;
    bool possible = wanted != NULL && (last || p->alias == NULL);
    if (possible && p->alias != NULL && g_ascii_strcasecmp(name, wanted) == 0)
        return true;
    if (possible && guard_same_name(p->syntax->tables, quoted, name, wanted))
        return true;
    g_autofree char *shown = text_safe(name, -1);
    guard_refuse(p, 'S', t->at, _("\"%s\" is not the target: only its columns may be used"), shown);
    return guard_hint(p, _("write the column's name alone"));
}

static guard_node *parse_column(guard_parser *p)
{
    for (unsigned parts = 0;; parts++) {
        token t = p->token;
        if (t.kind != TOKEN_NAME && t.kind != TOKEN_QUOTED) {
            guard_refuse_token(p);
            return NULL;
        }
        if (!guard_advance(p))
            return NULL;
        if (guard_at_symbol(p, "(")) {
            guard_refuse(p, 'F', t.at, _("functions may not be quoted or named with a schema"));
            return NULL;
        }
        if (!guard_at_symbol(p, ".")) {
            const char *name = guard_name(p, &t);
            int column = guard_find_column(p, t.kind == TOKEN_QUOTED, name);
            if (column < 0)
                return refuse_column(p, &t, name);
            guard_node *n = guard_node_new(p, NODE_COLUMN, t.at);
            n->column = (size_t)column;
            return n;
        }
        /* "schema.table.column": which part this is shows at the next dot. */
        if (!guard_advance(p))
            return NULL;
        token next = guard_peek(p);
        if (token_is_symbol(&p->lexer, &next, "(")) {
            guard_refuse(p, 'F', t.at, _("functions may not be quoted or named with a schema"));
            return NULL;
        }
        bool last = !token_is_symbol(&p->lexer, &next, ".");
        if (parts == 2 || !check_qualifier(p, &t, last)) {
            guard_refuse(p, 'Q', t.at, _("the column's name has too many parts"));
            return NULL;
        }
    }
}

/* --- intervals ------------------------------------------------------------ */

/* "30 days", "-1 month 2 days", "01:30:00": nothing but words and numbers. */
static bool is_interval_text(const char *text)
{
    return *text != '\0' && strlen(text) <= 60 &&
           strspn(text, "0123456789 +-.:"
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(text);
}

static guard_node *interval_text(guard_parser *p, size_t at)
{
    size_t size;
    g_autofree char *text = token_decode(&p->lexer, &p->token, &size);
    if (size != strlen(text) || !is_interval_text(text)) {
        guard_refuse(p, 'L', p->token.at, _("this is not an interval"));
        guard_hint(p, _("write it like INTERVAL '30 days'"));
        return NULL;
    }
    guard_node *n = guard_node_new(p, NODE_INTERVAL, at);
    g_autofree char *whole = g_strdup_printf("INTERVAL '%s'", text);
    n->text = keep(p, whole);
    return guard_advance(p) ? n : NULL;
}

static guard_node *interval_units(guard_parser *p, size_t at)
{
    static const char *const units[] = {"SECOND", "MINUTE", "HOUR",    "DAY",
                                        "WEEK",   "MONTH",  "QUARTER", "YEAR"};
    token number = p->token;
    const char *digits = p->lexer.text + number.at;
    size_t size = number.size;
    if (number.kind == TOKEN_TEXT) {
        digits = p->lexer.text + number.body;
        size = number.body_size;
    }
    bool whole = (number.kind == TOKEN_NUMBER || number.kind == TOKEN_TEXT) && size > 0 &&
                 size <= 9 && strspn(digits, "0123456789") >= size;
    if (!whole || !guard_advance(p)) {
        guard_refuse(p, 'L', number.at, _("this is not an interval"));
        guard_hint(p, _("write it like INTERVAL 30 DAY"));
        return NULL;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (!guard_at_word(p, units[i]))
            continue;
        guard_node *n = guard_node_new(p, NODE_INTERVAL, at);
        g_autofree char *text = g_strdup_printf("INTERVAL %.*s %s", (int)size, digits, units[i]);
        n->text = keep(p, text);
        return guard_advance(p) ? n : NULL;
    }
    guard_refuse_token(p);
    return NULL;
}

/* Behind the word INTERVAL. */
static guard_node *parse_interval(guard_parser *p)
{
    size_t at = p->token.at;
    if (!guard_advance(p))
        return NULL;
    if ((p->syntax->forms & FORM_INTERVAL_UNITS) != 0)
        return interval_units(p, at);
    if ((p->syntax->forms & FORM_INTERVAL_TEXT) != 0 && p->token.kind == TOKEN_TEXT)
        return interval_text(p, at);
    guard_refuse(p, 'L', at, _("intervals are not possible here in %s"), dialect_title(p->d));
    return NULL;
}

/* --- functions ------------------------------------------------------------ */

static guard_node *refuse_function(guard_parser *p, size_t at, const char *name)
{
    g_autofree char *shown = text_safe(name, -1);
    g_autofree char *known = g_strjoinv(", ", p->syntax->function_names);
    guard_refuse(p, 'F', at, _("the function \"%s\" is not permitted"), shown);
    guard_hint(p, _("permitted are: %s"), known);
    return NULL;
}

static guard_node *parse_argument(guard_parser *p)
{
    bool interval = guard_at_word(p, "interval");
    guard_node *n = interval ? parse_interval(p) : guard_parse_operand(p);
    if (n != NULL && n->kind <= NODE_IS_NULL) {
        guard_refuse(p, 'P', n->at, _("a condition cannot be an argument"));
        return NULL;
    }
    return n;
}

static guard_node *parse_call(guard_parser *p)
{
    token t = p->token;
    const char *name = guard_name(p, &t);
    g_autofree char *spelled = sql_syntax_function(p->syntax, name, true);
    if (spelled == NULL)
        return refuse_function(p, t.at, name);
    guard_node *n = guard_node_new(p, NODE_CALL, t.at);
    n->text = keep(p, spelled);
    if (!guard_enter(p) || !guard_advance(p) || !guard_expect_symbol(p, "("))
        return NULL;
    bool more = !guard_at_symbol(p, ")");
    while (more) {
        guard_node *argument = parse_argument(p);
        if (argument == NULL)
            return NULL;
        guard_node_add(n, argument);
        more = guard_at_symbol(p, ",");
        if (more && !guard_advance(p))
            return NULL;
    }
    p->depth--;
    return guard_expect_symbol(p, ")") ? n : NULL;
}

/* --- CAST ----------------------------------------------------------------- */

/* "double precision", "numeric(10,2)": words, then perhaps numbers. */
static const char *parse_type(guard_parser *p)
{
    size_t at = p->token.at;
    g_autoptr(GString) type = g_string_new(NULL);
    while (p->token.kind == TOKEN_NAME) {
        g_autofree char *word = g_ascii_strdown(p->lexer.text + p->token.at,
                                                (gssize)p->token.size);
        g_string_append_printf(type, "%s%s", type->len > 0 ? " " : "", word);
        if (!guard_advance(p))
            return NULL;
    }
    char **known = p->syntax->cast_types;
    if (known == NULL || !g_strv_contains((const char *const *)known, type->str)) {
        g_autofree char *list = known != NULL ? g_strjoinv(", ", known) : g_strdup("");
        guard_refuse(p, 'F', at, _("CAST to this type is not permitted"));
        guard_hint(p, _("permitted are: %s"), list);
        return NULL;
    }
    if (!guard_at_symbol(p, "("))
        return keep(p, type->str);
    for (unsigned i = 0; i < 2 && !guard_at_symbol(p, ")"); i++) {
        if (!guard_advance(p))
            return NULL;
        const token *t = &p->token;
        if (t->kind != TOKEN_NUMBER || t->size > 5 ||
            strspn(p->lexer.text + t->at, "0123456789") < t->size) {
            guard_refuse_token(p);
            return NULL;
        }
        g_string_append_printf(type, "%s%.*s", i == 0 ? "(" : ",", (int)t->size,
                               p->lexer.text + t->at);
        if (!guard_advance(p))
            return NULL;
        if (!guard_at_symbol(p, ",") && !guard_at_symbol(p, ")")) {
            guard_refuse_token(p);
            return NULL;
        }
    }
    g_string_append_c(type, ')');
    return guard_expect_symbol(p, ")") ? keep(p, type->str) : NULL;
}

static guard_node *parse_cast(guard_parser *p)
{
    guard_node *n = guard_node_new(p, NODE_CAST, p->token.at);
    if (!guard_enter(p) || !guard_advance(p) || !guard_expect_symbol(p, "("))
        return NULL;
    guard_node *what = parse_argument(p);
    if (what == NULL)
        return NULL;
    guard_node_add(n, what);
    if (!guard_at_word(p, "as")) {
        guard_refuse_token(p);
        return NULL;
    }
    n->text = guard_advance(p) ? parse_type(p) : NULL;
    p->depth--;
    return n->text != NULL && guard_expect_symbol(p, ")") ? n : NULL;
}

/* DATE '2026-01-01' */
static guard_node *parse_typed_text(guard_parser *p)
{
    static const char *const types[] = {"date", "time", "timestamp"};
    if ((p->syntax->forms & FORM_TYPED_TEXT) == 0)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        token next = guard_peek(p);
        if (!guard_at_word(p, types[i]) || next.kind != TOKEN_TEXT || !guard_advance(p))
            continue;
        guard_node *n = guard_read_value(p, &p->token, false);
        if (n == NULL || !guard_advance(p))
            return NULL;
        n->text = types[i];
        return n;
    }
    return NULL;
}

/* --- words ---------------------------------------------------------------- */

static guard_node *truth_value(guard_parser *p, value_form form, bool is_true)
{
    guard_node *n = guard_node_new(p, NODE_VALUE, p->token.at);
    n->form = form;
    n->v = form == VALUE_AS_NULL ? value_null() : value_of_kind(VALUE_BOOL, is_true);
    return guard_advance(p) ? n : NULL;
}

static guard_node *parse_word(guard_parser *p)
{
    token next = guard_peek(p);
    bool called = token_is_symbol(&p->lexer, &next, "(");
    if (guard_at_word(p, "cast") && called)
        return parse_cast(p);
    if (guard_at_word(p, "null"))
        return truth_value(p, VALUE_AS_NULL, false);
    if (guard_at_word(p, "true") || guard_at_word(p, "false"))
        return truth_value(p, VALUE_AS_TRUTH, guard_at_word(p, "true"));
    guard_node *typed = parse_typed_text(p);
    if (typed != NULL || p->failure != NULL)
        return typed;
    const char *name = guard_name(p, &p->token);
    g_autofree char *spelled = sql_syntax_function(p->syntax, name, called);
    if (spelled != NULL && called)
        return parse_call(p);
    if (spelled != NULL) {
        guard_node *n = guard_node_new(p, NODE_CONSTANT, p->token.at);
        n->text = keep(p, spelled);
        return guard_advance(p) ? n : NULL;
    }
    if (guard_is_reserved(p, &p->token)) {
        int column = guard_find_column(p, false, name);
        guard_refuse_token(p);
        if (column >= 0) {
            g_autofree char *quoted = dialect_quoted(p->d, p->target->columns[column]);
            g_clear_pointer(&p->failure->hint, g_free);
            guard_hint(p, _("write %s for the column"), quoted);
        }
        return NULL;
    }
    return called ? refuse_function(p, p->token.at, name) : parse_column(p);
}

/* "(…)": a condition or an operand, but no query and no row of values. */
static guard_node *parse_parentheses(guard_parser *p)
{
    if (!guard_enter(p) || !guard_advance(p))
        return NULL;
    guard_node *n = guard_parse_any(p);
    if (n == NULL)
        return NULL;
    if (guard_at_symbol(p, ",")) {
        guard_refuse(p, 'X', p->token.at, _("rows of values are not possible"));
        guard_hint(p, _("compare one column at a time"));
        return NULL;
    }
    p->depth--;
    return guard_expect_symbol(p, ")") ? n : NULL;
}

static guard_node *parse_value(guard_parser *p, bool negative)
{
    token t = p->token;
    guard_node *n = guard_read_value(p, &t, negative);
    if (n == NULL || !guard_advance(p))
        return NULL;
    if (t.kind == TOKEN_TEXT && p->token.kind == TOKEN_TEXT) {
        guard_refuse(p, 'L', p->token.at, _("two texts side by side: some systems join them"));
        return NULL;
    }
    return n;
}

static guard_node *parse_signed(guard_parser *p)
{
    bool negative = guard_at_symbol(p, "-");
    if (!guard_advance(p))
        return NULL;
    if (p->token.kind != TOKEN_NUMBER) {
        guard_refuse_token(p);
        return NULL;
    }
    return parse_value(p, negative);
}

static guard_node *parse_primary(guard_parser *p)
{
    switch (p->token.kind) {
    case TOKEN_NAME:
        return parse_word(p);
    case TOKEN_QUOTED:
        if (p->token.quote == '"' && guard_has_macro(p, &p->token))
            return parse_value(p, false);
        return parse_column(p);
    case TOKEN_TEXT:
    case TOKEN_BYTES:
    case TOKEN_NUMBER:
    case TOKEN_MACRO:
        return parse_value(p, false);
    case TOKEN_SYMBOL:
        if (guard_at_symbol(p, "("))
            return parse_parentheses(p);
        if (guard_at_symbol(p, "-") || guard_at_symbol(p, "+"))
            return parse_signed(p);
        break;
    case TOKEN_END:
    case TOKEN_COMMENT:
        break;
    }
    guard_refuse_token(p);
    return NULL;
}

/* --- sums ----------------------------------------------------------------- */

static bool is_today(const guard_node *n)
{
    const char *dot = n->text != NULL ? strrchr(n->text, '.') : NULL;
    const char *name = dot != NULL ? dot + 1 : n->text;
    if (n->kind != NODE_CONSTANT && (n->kind != NODE_CALL || n->parts != NULL))
        return false;
    return g_strcmp0(name, "current_date") == 0 || g_strcmp0(name, "curdate") == 0;
}

static guard_node *add_days(guard_parser *p, guard_node *left, bool minus)
{
    const token *t = &p->token;
    if (!is_today(left) || dialect_expression(p->d, "date_plus") == NULL ||
        t->size > DAYS_DIGITS || strspn(p->lexer.text + t->at, "0123456789") < t->size) {
        guard_refuse(p, 'L', t->at, _("this sum is not possible"));
        guard_hint(p, _("whole days may be added to current_date; or use {{{today-30days}}}"));
        return NULL;
    }
    guard_node *n = guard_node_new(p, NODE_DAYS, left->at);
    g_autofree char *days = g_strdup_printf("%s%.*s", minus ? "-" : "", (int)t->size,
                                            p->lexer.text + t->at);
    n->text = keep(p, days);
    guard_node_add(n, left);
    return guard_advance(p) ? n : NULL;
}

static guard_node *add_interval(guard_parser *p, guard_node *left, bool minus)
{
    /* A value of no known type: "'2026-01-01' - INTERVAL '1 day'". */
    if (left->kind == NODE_VALUE && left->text == NULL) {
        guard_refuse(p, 'P', left->at, _("the type of this value is not known"));
        guard_hint(p, _("write CAST(… AS date), or compute with {{{today-30days}}}"));
        return NULL;
    }
    guard_node *n = guard_node_new(p, NODE_SHIFT, left->at);
    n->text = minus ? "-" : "+";
    guard_node *interval = parse_interval(p);
    if (interval == NULL)
        return NULL;
    guard_node_add(n, left);
    guard_node_add(n, interval);
    return n;
}

guard_node *guard_parse_operand(guard_parser *p)
{
    guard_node *left = parse_primary(p);
    unsigned terms = 0;
    while (left != NULL && left->kind > NODE_IS_NULL &&
           (guard_at_symbol(p, "-") || guard_at_symbol(p, "+"))) {
        bool minus = guard_at_symbol(p, "-");
        if (++terms > GUARD_DEPTH) {
            guard_refuse(p, 'L', p->token.at, _("the sum has more than %d terms"), GUARD_DEPTH);
            return NULL;
        }
        if (!guard_advance(p))
            return NULL;
        if (guard_at_word(p, "interval")) {
            left = add_interval(p, left, minus);
        } else if (p->token.kind == TOKEN_NUMBER) {
            left = add_days(p, left, minus);
        } else {
            guard_refuse_token(p);
            return NULL;
        }
    }
    if (left != NULL && (guard_at_symbol(p, "::") || guard_at_word(p, "operator"))) {
        guard_refuse(p, 'F', p->token.at, _("own operators and \"::\" are not possible"));
        guard_hint(p, _("write CAST(value AS type)"));
        return NULL;
    }
    return left;
}
