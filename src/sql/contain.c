#include "sql/contain.h"

#include "base/intl.h"
#include "sql/lexer.h"

#include <string.h>

typedef struct {
    lexer lexer;
    unsigned open;      /* parentheses not closed yet */
    size_t outermost;   /* where the first of them is */
    bool anything;      /* besides comments */
    bool after_escaped; /* the token before is an E'…' */
} containment;

static bool symbol_may_stand(containment *c, const token *t, error **err)
{
    const char *text = c->lexer.text;
    switch (text[t->at]) {
    case '(':
        if (c->open++ == 0)
            c->outermost = t->at;
        return true;
    case ')':
        if (c->open-- == 0)
            return lexer_fail(text, t->at, err, _("\")\" closes what was not opened here"));
        return true;
    case '$':
    case ':':
    case '@':
    case '#':
        /* SQLite reads "$a(')" as one name of a variable. */
        if ((c->lexer.forms & FORM_VARIABLES) != 0)
            return lexer_fail(text, t->at, err, _("variables and placeholders cannot be used"));
        return true;
    }
    return true;
}

static bool comment_may_stand(const containment *c, const token *t, error **err)
{
    const char *body = c->lexer.text + t->body;
    bool executed = t->quote == '*' && (c->lexer.forms & FORM_EXECUTED_COMMENTS) != 0 &&
                    t->body_size > 0 && (body[0] == '!' || g_str_has_prefix(body, "M!"));
    return !executed ||
           lexer_fail(c->lexer.text, t->at, err, _("the server would execute this comment"));
}

static bool token_may_stand(containment *c, const token *t, error **err)
{
    /* After a line break the text goes on, with the first part's rules for \. */
    if (c->after_escaped && t->kind == TOKEN_TEXT)
        return lexer_fail(c->lexer.text, t->at, err,
                          _("a text directly after another one: write them as one"));
    c->after_escaped = t->prefixed;
    c->anything = true;
    return t->kind != TOKEN_SYMBOL || symbol_may_stand(c, t, err);
}

/* Nothing but comments may follow the semicolon that ends the text. */
static bool nothing_follows(containment *c, error **err)
{
    token t;
    do {
        if (!lexer_next(&c->lexer, &t, err))
            return false;
        if (t.kind == TOKEN_COMMENT && !comment_may_stand(c, &t, err))
            return false;
    } while (t.kind == TOKEN_COMMENT);
    return t.kind == TOKEN_END ||
           lexer_fail(c->lexer.text, t.at, err, _("only one statement is possible here"));
}

/* The size of what may be copied in *size. */
static bool contain(containment *c, size_t *size, error **err)
{
    token t;
    for (;;) {
        if (!lexer_next(&c->lexer, &t, err))
            return false;
        *size = t.at;
        if (t.kind == TOKEN_END)
            break;
        if (t.kind == TOKEN_COMMENT) {
            if (!comment_may_stand(c, &t, err))
                return false;
            continue;
        }
        if (token_is_symbol(&c->lexer, &t, ";")) {
            if (!nothing_follows(c, err))
                return false;
            break;
        }
        if (!token_may_stand(c, &t, err))
            return false;
    }
    if (c->open > 0)
        return lexer_fail(c->lexer.text, c->outermost, err, _("\"(\" is not closed"));
    return c->anything || error_set(err, ERROR_DOCUMENT, _("there is no SQL in it"));
}

char *sql_contain(const dialect *d, const char *text, const char *what, error **err)
{
    g_autoptr(error) local = NULL;
    const char *bad;
    containment c = {0};
    size_t size = strlen(text);
    lexer_init(&c.lexer, d, text, size, false);
    if (dialect_syntax(d) == NULL)
        error_set(&local, ERROR_DOCUMENT, _("%s has no SQL"), dialect_title(d));
    else if (!g_utf8_validate(text, -1, &bad))
        lexer_fail(text, (size_t)(bad - text), &local, _("not valid UTF-8"));
    else if (contain(&c, &size, &local))
        return g_strndup(text, size);
    error_prefix(err, &local, "%s", what);
    return NULL;
}
