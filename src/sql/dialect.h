/* dialect.h - what a system's SQL looks like, read from data/dialects/NAME.ini.
 *
 * A dialect is immutable after loading and may be shared by threads. The
 * format of the files is documented in data/dialects/README.md. A broken file
 * gives ERROR_DOCUMENT with file, line and what is wrong; unknown sections
 * and keys are errors.
 */
#ifndef ROWFERRY_SQL_DIALECT_H
#define ROWFERRY_SQL_DIALECT_H

#include "base/error.h"
#include "row/value.h"

#include <stddef.h>

typedef struct dialect dialect;

/* A template's variables: an array that ends with a NULL name. */
typedef struct {
    const char *name, *text;
} template_variable;

/* What an SQLSTATE or error number of the system means. */
typedef enum {
    SQL_ERROR_OTHER,
    SQL_ERROR_DATA,        /* a value or a row is bad: a reject */
    SQL_ERROR_CONNECTION,  /* the session is lost */
    SQL_ERROR_LOCK,        /* lock timeout, deadlock, serialization: try again */
    SQL_ERROR_RIGHTS,
    SQL_ERROR_DISK,        /* disk full, out of memory, too many connections */
    SQL_ERROR_CANCELLED,
} sql_error_class;

/* Load the dialect @name ("postgresql") from the directories of dialect_path().
 * ERROR_NOT_FOUND names the nearest known one. */
dialect *dialect_load(const char *name, error **err);
/* Load from one file (tests). */
dialect *dialect_load_file(const char *path, error **err);
void dialect_free(dialect *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(dialect, dialect_free)

/* Names of all dialects found, sorted; NULL-terminated; caller frees with g_strfreev. */
char **dialect_list(void);
/* Folders searched, first wins: $ROWFERRY_DIALECTS (tests), data/dialects
 * beside the program when it runs from the build folder (uninstalled), then
 * $(pkgdatadir)/dialects. Caller frees with g_strfreev. */
char **dialect_path(void);

/* --- [dialect] --- borrowed strings */
const char *dialect_name(const dialect *d);
const char *dialect_title(const dialect *d);    /* "PostgreSQL" */
const char *dialect_link(const dialect *d);     /* the link that serves it: "postgresql" … */
const char *dialect_verified(const dialect *d); /* what it was run against */
const char *dialect_documentation(const dialect *d); /* address of the system's manual, or NULL */
/* A flag of section [features]; unknown names are a bug (assert). Known:
 * transactional_ddl, transactional_truncate, multiple_writers,
 * empty_string_is_null, schemas, isolated_readers, on_conflict, staging_file, glob_patterns. */
bool dialect_has(const dialect *d, const char *feature);
/* A number of section [limits]: identifier_bytes, statement_parameters,
 * lock_timeout_seconds, publish_rows, decimal_digits. 0: none. */
int64_t dialect_limit(const dialect *d, const char *name);

/* --- identifiers and literals --- caller frees */
/* Quote one identifier, always. Fails (ERROR_DOCUMENT) on NUL, invalid UTF-8,
 * an empty name or one longer than the limit in bytes. */
char *dialect_quote(const dialect *d, const char *identifier, error **err);
/* "schema"."name", or only "name" when @schema is NULL. */
char *dialect_quote_table(const dialect *d, const char *schema, const char *name, error **err);
/* The same, for names that were quoted before (from a catalogue): cannot fail. */
char *dialect_quoted(const dialect *d, const char *identifier);
/* A list "a", "b" from a NULL-terminated array. */
char *dialect_quoted_list(const dialect *d, const char *const *identifiers);
/* The typed literal printer: exact, safe whatever the bytes, e.g.
 * DATE '2026-01-01', 'it''s', X'00ff', NULL. Text with a NUL is an error. */
char *dialect_literal(const dialect *d, const value *v, error **err);
/* The n-th placeholder (from 1): "?" or "$1". Caller frees. */
char *dialect_placeholder(const dialect *d, unsigned n);

/* --- types --- */
/* What the catalogue's spelling ("character varying(40)", "NUMERIC(10,2)",
 * case-insensitive) means. Unknown spellings give the dialect's default
 * (TYPE_OTHER, or TYPE_ANY for sqlite). */
data_type dialect_read_type(const dialect *d, const char *spelling);
/* How to spell a column of this type in CREATE TABLE; caller frees. NULL with
 * ERROR_PLAN when the system has no such type. */
char *dialect_write_type(const dialect *d, const data_type *type, error **err);

/* --- expressions --- */
/* The text of section [expressions], borrowed; NULL when the system has no
 * such thing. Operators: is_distinct, is_same (NULL equals NULL). row_id
 * is the column that tells a table's rows apart for one statement. Templates
 * for dialect_expression_text(): new_value {column}, like {column} {value},
 * cast_text {column}, decimal_order {column}. Unknown names are a bug. */
const char *dialect_expression(const dialect *d, const char *name);
/* The same with its {variables} expanded. The expression must exist. Caller frees. */
char *dialect_expression_text(const dialect *d, const char *name,
                              const template_variable *variables);

/* --- statements --- */
/* Whether the template exists. data/dialects/README.md lists the names, their
 * variables and what each must do; an unknown name is a bug (assert). */
bool dialect_has_statement(const dialect *d, const char *name);
/* Expand {variables} of the template; {p1}, {p2} … become placeholders. A
 * variable the template uses and @variables lacks is a bug (assert). Ends with
 * an entry whose name is NULL; NULL when the template needs none. Caller frees. */
char *dialect_statement(const dialect *d, const char *name, const template_variable *variables);

/* Class of an SQLSTATE ("23505") or a native number printed as text. */
sql_error_class dialect_error_class(const dialect *d, const char *code);

#endif
