/* dialect_private.h - what dialect.c, dialect_file.c, dialect_types.c and
 * literal.c share. Not for use outside these files.
 */
#ifndef ROWFERRY_SQL_DIALECT_PRIVATE_H
#define ROWFERRY_SQL_DIALECT_PRIVATE_H

#include "sql/dialect.h"
#include "sql/syntax.h"

/* --- types (dialect_types.c) --- */

/* One thing in a type's parentheses: a variable, a number, or both with
 * `compare` between ("p>15"). */
typedef struct {
    char variable; /* n, p, s, f, or 0 */
    char compare;  /* '<', '>', or 0 */
    int64_t number;
} type_argument;

/* "int 16 unsigned", "text(n) fixed", "decimal(p>15,s)" */
typedef struct {
    data_type type; /* kind, bits and flags */
    type_argument arguments[2];
    unsigned n_arguments;
} type_pattern;

typedef struct {
    char *shape;       /* "character varying(#)" */
    char variables[4]; /* what the # are called, in order: "n", "ps" */
    bool wildcard;     /* has a * that stands for any text */
    type_pattern meaning;
} type_read_rule;

typedef struct {
    type_pattern pattern;
    char *spelling; /* "numeric({p},{s})" */
} type_write_rule;

/* Parse a line of [types.read] or [types.write]; *why says what is wrong on
 * failure, caller frees it. */
bool type_read_rule_parse(const char *spelling, const char *meaning, type_read_rule *rule,
                          char **why);
bool type_write_rule_parse(const char *pattern, const char *spelling, type_write_rule *rule,
                           char **why);
void type_read_rule_clear(type_read_rule *rule);
void type_write_rule_clear(type_write_rule *rule);

/* --- the file (dialect_file.c) --- */

typedef enum {
    LITERAL_PLACEHOLDER,
    LITERAL_TEXT,
    LITERAL_BYTES,
    LITERAL_TRUE,
    LITERAL_FALSE,
    LITERAL_FLOAT,
    LITERAL_NAN,
    LITERAL_INFINITY,
    LITERAL_MINUS_INFINITY,
    LITERAL_DECIMAL,
    LITERAL_DECIMAL_NAN,
    LITERAL_DECIMAL_INFINITY,
    LITERAL_DECIMAL_MINUS_INFINITY,
    LITERAL_DATE,
    LITERAL_TIME,
    LITERAL_TIMESTAMP,
    LITERAL_INSTANT,
    LITERAL_UUID,
    LITERAL_JSON,
    N_LITERALS
} literal_form;

#define N_FEATURES    9
#define N_LIMITS      5
#define N_EXPRESSIONS 8

/* A template that a dialect may give, with the variables that it may use. */
typedef struct {
    const char *name;
    const char *variables; /* words with blanks between */
    bool parameters;       /* {p1}, {p2} … are allowed */
} template_kind;

extern const char *const dialect_features[N_FEATURES];
extern const char *const dialect_limits[N_LIMITS];
extern const template_kind dialect_expressions[N_EXPRESSIONS];
/* Ended by a NULL name. */
extern const template_kind dialect_statements[];

typedef struct {
    char *code; /* without the * of a prefix */
    bool prefix;
    sql_error_class class;
} error_rule;

struct dialect {
    char *name, *title, *link, *verified, *documentation;
    char *open, *close; /* quotes of identifiers */
    bool backslashes;   /* are escapes in text literals */
    bool has_years;     /* dates outside first_year … last_year do not exist */
    int64_t first_year, last_year;
    char *literals[N_LITERALS]; /* NULL: the system has none */
    bool features[N_FEATURES];
    int64_t limits[N_LIMITS];
    char *expressions[N_EXPRESSIONS];
    sql_syntax *syntax;      /* or NULL */
    GHashTable *statements;  /* char* → char* */
    GHashTable *exact_types; /* shape → type_read_rule*, borrowed from read_rules */
    GPtrArray *read_rules;   /* of type_read_rule*, in the file's order */
    GPtrArray *write_rules;  /* of type_write_rule*, in the file's order */
    GPtrArray *errors;       /* of error_rule* */
};

dialect *dialect_new(const char *name);

/* --- templates (dialect.c) --- */

/* Append @text to @out with {name} replaced through @variables and {p1} …
 * through @d's placeholders (NULL: none). All variables must be known. */
void template_expand(GString *out, const char *text, const template_variable *variables,
                     const dialect *d);
/* The next {name} at or after *position: its name (caller frees) and *position
 * behind it; NULL when there is none. An unclosed brace gives the rest. */
char *template_next_variable(const char **position);

#endif
