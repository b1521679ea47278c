/* guard.h - the pre-SQL guard (spec/presql-guard.md, layers L0 to L4).
 *
 * The operator's text is parsed by a grammar that knows only DELETE and
 * TRUNCATE on one target; what runs is SQL written anew from the tree, with
 * quoted identifiers from the catalogue and bound values. Pure, linear in the
 * length of the text, any thread. L5 is link_ops.guarded_delete, L7 the
 * engine's count before it runs.
 */
#ifndef ROWFERRY_SQL_GUARD_H
#define ROWFERRY_SQL_GUARD_H

#include "base/error.h"
#include "row/batch.h"
#include "sql/dialect.h"

/* The target as the catalogue spells it; all borrowed. */
typedef struct {
    const char *catalog; /* database name accepted as first of three parts, or NULL */
    const char *schema;  /* or NULL where the system has none */
    const char *name;
    bool schema_is_default;     /* an unqualified name means this table */
    const char *const *columns; /* [n_columns] */
    const data_type *types;
    size_t n_columns;
    const char *refused; /* why no DELETE may run on it at all (a view, a rule …), or NULL */
} guard_target;

typedef struct {
    /* Give the text of one parameter or macro, "${name}" as written, braces
     * included; NULL with *err set when unknown. Caller frees. */
    char *(*expand)(void *user, const char *text, error **err);
    void *user;
    bool allow_full_delete;      /* DELETE without WHERE is accepted */
    bool allow_truncate_restart; /* TRUNCATE … RESTART IDENTITY (never set in this version) */
    size_t *refused_at;          /* gets the byte where a refused text cannot stay; or NULL */
} guard_options;

typedef struct {
    bool truncate;   /* was a TRUNCATE: delete_all in an atomic publish */
    char *sql;       /* canonical DELETE with placeholders */
    char *predicate; /* its WHERE part with placeholders, or NULL */
    GArray *values;  /* of value, bound in order; memory below */
    batch *memory;
    char *shown; /* canonical SQL with literals, for people */
} guard_statement;

void guard_statement_free(guard_statement *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(guard_statement, guard_statement_free)

/* Parse and regenerate. NULL: refused; *reason gets the corpus's code ('K',
 * 'M', 'T', 'C', 'S', 'F', 'X', 'L', 'P', 'Q') and *err (ERROR_DOCUMENT) says
 * in words what, where (line and column) and what is possible instead. */
guard_statement *guard_check(const dialect *d, const guard_target *target, const char *text,
                             size_t size, const guard_options *options, char *reason, error **err);

/* Names of the functions a predicate may call in this dialect, NULL-ended. */
const char *const *guard_functions(const dialect *d);

#endif
