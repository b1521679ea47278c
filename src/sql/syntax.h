/* syntax.h - how a dialect's text is read: section [syntax] of its file.
 *
 * Borrowed from the dialect and as immutable as it is.
 */
#ifndef ROWFERRY_SQL_SYNTAX_H
#define ROWFERRY_SQL_SYNTAX_H

#include "sql/dialect.h"

/* What a dialect's text may hold; data/dialects/README.md says what each is. */
typedef enum {
    FORM_DOUBLE_QUOTED_NAMES = 1 << 0,
    FORM_DOUBLE_QUOTED_TEXT = 1 << 1,
    FORM_BACKQUOTED_NAMES = 1 << 2,
    FORM_BRACKETED_NAMES = 1 << 3,
    FORM_LINE_COMMENTS = 1 << 4,
    FORM_BLANK_LINE_COMMENTS = 1 << 5,
    FORM_HASH_COMMENTS = 1 << 6,
    FORM_CR_ENDS_COMMENTS = 1 << 7,
    FORM_NESTED_COMMENTS = 1 << 8,
    FORM_EXECUTED_COMMENTS = 1 << 9,
    FORM_ESCAPE_TEXT = 1 << 10,
    FORM_DOLLAR_TEXT = 1 << 11,
    FORM_BYTE_TEXT = 1 << 12,
    FORM_VARIABLES = 1 << 13,
    FORM_TYPED_TEXT = 1 << 14,
    FORM_INTERVAL_TEXT = 1 << 15,
    FORM_INTERVAL_UNITS = 1 << 16,
    FORM_TRUNCATE_WAIT = 1 << 17,
    FORM_BACKSLASHES = 1 << 18, /* from [literals] escapes */
} syntax_form;

/* How a name without quotes finds a name of the catalogue. */
typedef enum { NAMES_EXACT, NAMES_LOWER, NAMES_ANY_CASE } name_rule;

typedef struct {
    uint32_t forms;
    name_rule tables, columns;
    char **functions;      /* as they are written: "pg_catalog.lower()", "current_date" */
    char **function_names; /* without schema and parentheses: "lower", "current_date" */
    char **cast_types;     /* lower case: "double precision" */
} sql_syntax;

/* NULL when the dialect's file has no such section. */
const sql_syntax *dialect_syntax(const dialect *d);

/* Take one key of the section. False with what is wrong in *why; caller frees. */
bool sql_syntax_take(sql_syntax *s, const char *key, const char *text, char **why);
void sql_syntax_free(sql_syntax *s);

/* How to call the function (@called) or constant @name, in any case, without
 * the parentheses: "pg_catalog.lower". Caller frees. NULL: not permitted. */
char *sql_syntax_function(const sql_syntax *s, const char *name, bool called);

#endif
