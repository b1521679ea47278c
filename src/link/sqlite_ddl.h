/* sqlite_ddl.h - reads the CREATE TABLE and CREATE INDEX texts that SQLite
 * keeps in sqlite_schema.
 *
 * SQLite's catalogue functions do not show CHECKs, so staging is made from
 * the text itself: cut into columns and clauses, never changed by searching.
 * Spans point into the text, which must outlive what was read from it. Pure.
 */
#ifndef ROWFERRY_LINK_SQLITE_DDL_H
#define ROWFERRY_LINK_SQLITE_DDL_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *start, *end;
} sql_span;

typedef enum {
    TOKEN_END,
    TOKEN_WORD,   /* keyword or bare name */
    TOKEN_QUOTED, /* "name", [name], `name` */
    TOKEN_STRING, /* 'text', also a name in old schemas; x'00' is a word and a string */
    TOKEN_NUMBER,
    TOKEN_SYMBOL, /* one character */
} token_kind;

typedef struct {
    token_kind kind;
    const char *start, *end;
} sql_token;

/* The token at *at, blanks and comments skipped; *at moves behind it. */
sql_token sql_next_token(const char **at, const char *end);
bool sql_token_is(const sql_token *t, const char *keyword_or_symbol);
/* The name without its quotes; caller frees. */
char *sql_token_name(const sql_token *t);

typedef enum {
    CLAUSE_NOT_NULL,
    CLAUSE_DEFAULT,
    CLAUSE_COLLATE,
    CLAUSE_GENERATED,
    CLAUSE_CHECK,
    CLAUSE_PRIMARY_KEY,
    CLAUSE_UNIQUE
} clause_kind;

typedef struct {
    clause_kind kind;
    /* DEFAULT, COLLATE: what follows the word; GENERATED: from AS on; CHECK:
     * with its parentheses; keys of a table: the list with its parentheses,
     * of a column: ASC or DESC or empty. */
    sql_span text;
} ddl_clause;

typedef struct {
    char *name;
    sql_span type;
    GArray *clauses; /* of ddl_clause */
} ddl_column;

typedef struct {
    char *name;         /* of the table */
    GPtrArray *columns; /* of ddl_column* */
    GArray *clauses;    /* of ddl_clause, of the table: CHECK and keys */
    bool without_rowid, strict;
} ddl_table;

/* NULL when the text is not understood. */
ddl_table *ddl_table_read(const char *sql);
void ddl_table_free(ddl_table *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ddl_table, ddl_table_free)

/* The part of a CREATE INDEX from the column list on; false when not understood. */
bool ddl_index_read(const char *sql, sql_span *list);
/* "DELETE", "INSERT" or "UPDATE" of a CREATE TRIGGER: borrowed; NULL when not understood. */
const char *ddl_trigger_event(const char *sql);

/* Append the span to @out on one line, without comments, without the
 * qualifier @table before column names and without the word @left_out. */
void sql_span_write(const sql_span *span, const char *table, const char *left_out, GString *out);
/* Whether the span names the column or table (in any case, quoted or not). */
bool sql_span_mentions(const sql_span *span, const char *name);

#endif
