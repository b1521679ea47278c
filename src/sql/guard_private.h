/* guard_private.h - what the files of the guard share. Not for use outside.
 *
 * guard_token.c gives tokens, guard.c reads the statement, guard_predicate.c
 * and guard_operand.c its WHERE part into a tree, guard_write.c writes SQL from
 * the tree, guard_value.c turns what was written as a value into one of its
 * column's type.
 */
#ifndef ROWFERRY_SQL_GUARD_PRIVATE_H
#define ROWFERRY_SQL_GUARD_PRIVATE_H

#include "sql/guard.h"
#include "sql/lexer.h"

#define GUARD_TEXT_BYTES 65536
#define GUARD_DEPTH 32
#define GUARD_LIST 1000
#define GUARD_CHAIN 500 /* SQLite builds one level of its tree for each */

typedef enum {
    /* truth values */
    NODE_AND,
    NODE_OR,
    NODE_NOT,
    NODE_COMPARE, /* text: the operator */
    NODE_IN,      /* the first part in the others; negated */
    NODE_BETWEEN,
    NODE_LIKE,    /* column or call, pattern, escape character if given */
    NODE_IS_NULL,
    /* operands */
    NODE_COLUMN,
    NODE_VALUE,
    NODE_CALL,     /* text: the function as it is to be called */
    NODE_CONSTANT, /* text: current_date */
    NODE_CAST,     /* text: the type */
    NODE_DAYS,     /* a date, then text: a whole number of days to add */
    NODE_SHIFT,    /* an operand, "+" or "-" in text, an interval */
    NODE_INTERVAL, /* text: the whole of it, written by us */
} node_kind;

typedef enum {
    VALUE_AS_TEXT,   /* a literal in quotes, parameters in it replaced */
    VALUE_AS_NUMBER,
    VALUE_AS_BYTES,
    VALUE_AS_TRUTH,
    VALUE_AS_NULL,
    VALUE_AS_MACRO,  /* a parameter without quotes */
} value_form;

typedef struct guard_node {
    node_kind kind;
    bool negated;
    bool has_column;    /* below or itself */
    bool is_parameter;  /* NODE_VALUE: a parameter is in it */
    int named_column;   /* NODE_VALUE: the column that its double quotes may mean, or -1 */
    value_form form;
    value v;
    size_t column;
    size_t at;          /* in the operator's text */
    const char *text;   /* borrowed from the memory of the statement */
    GPtrArray *parts;   /* of guard_node*, or NULL */
} guard_node;

typedef struct {
    const dialect *d;
    const sql_syntax *syntax;
    const guard_target *target;
    const guard_options *options;
    lexer lexer;
    token token;       /* the one to be read next */
    unsigned depth;
    GPtrArray *nodes;  /* owns them all */
    batch *memory;
    const char *alias; /* of T, or NULL */
    char reason;
    size_t at;         /* where it was refused */
    error *failure;    /* the first */
} guard_parser;

/* --- guard_token.c --- */

/* Note why @at of the text cannot stay, with the corpus's code. The first
 * refusal counts. Returns false. */
bool guard_refuse(guard_parser *p, char reason, size_t at, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
bool guard_hint(guard_parser *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Refuse the token that is there, for what it is. */
bool guard_refuse_token(guard_parser *p);
/* L0: size, UTF-8, control characters. */
bool guard_check_bytes(guard_parser *p, size_t size);
/* Go to the next token, behind comments. */
bool guard_advance(guard_parser *p);
/* The token after this one, without going there; TOKEN_END when it is broken. */
token guard_peek(const guard_parser *p);
bool guard_at_word(const guard_parser *p, const char *word);
bool guard_at_symbol(const guard_parser *p, const char *symbol);
bool guard_expect_symbol(guard_parser *p, const char *symbol);
/* Go past @word if it is there. False only when what follows is broken. */
bool guard_skip_word(guard_parser *p, const char *word, bool *was_there);
bool guard_enter(guard_parser *p);
/* Whether the word begins another statement or clause, or joins predicates:
 * no alias and no column without quotes. */
bool guard_is_reserved(const guard_parser *p, const token *t);

/* One part of a name: a token NAME or QUOTED, decoded; in the statement's memory. */
const char *guard_name(guard_parser *p, const token *t);
/* Whether @name, quoted or not, is @wanted of the catalogue by @rule. */
bool guard_same_name(name_rule rule, bool quoted, const char *name, const char *wanted);
void guard_node_free(void *n);
guard_node *guard_node_new(guard_parser *p, node_kind kind, size_t at);
/* Make @part one of @n's. */
void guard_node_add(guard_node *n, guard_node *part);

/* --- guard_predicate.c --- */

/* A predicate or, in parentheses, an operand. NULL: refused. */
guard_node *guard_parse_any(guard_parser *p);
/* The whole WHERE part. NULL: refused. */
guard_node *guard_parse_predicate(guard_parser *p);

/* --- guard_operand.c --- */

guard_node *guard_parse_operand(guard_parser *p);
/* Index of the column of this name, or -1. */
int guard_find_column(const guard_parser *p, bool quoted, const char *name);

/* --- guard_value.c --- */

/* What the token (TEXT, QUOTED with parameters in it, NUMBER, BYTES, MACRO)
 * means. NULL: refused. */
guard_node *guard_read_value(guard_parser *p, const token *t, bool negative);
/* Whether a double-quoted token holds a parameter. */
bool guard_has_macro(const guard_parser *p, const token *t);
/* @n as a value of @type. False: refused. */
bool guard_convert(guard_parser *p, const guard_node *n, size_t column, value *out);

/* --- guard_write.c --- */

/* Fill @s from the tree (NULL: no predicate). False: refused. */
bool guard_write(guard_parser *p, const guard_node *predicate, guard_statement *s);

#endif
