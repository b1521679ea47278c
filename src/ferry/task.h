/* task.h - the task document (design.md section 8, rulings.md 21), parsed.
 *
 * Parsing checks form, not the world: unknown keys (with the nearest known
 * one), types, ranges, what excludes what. Texts that may hold parameters are
 * kept as written; planning expands them. Immutable after parsing.
 */
#ifndef ROWFERRY_FERRY_TASK_H
#define ROWFERRY_FERRY_TASK_H

#include "base/error.h"
#include "link/link.h"

#include <jansson.h>

typedef enum { MODE_APPEND, MODE_OVERWRITE, MODE_UPSERT } write_mode;
typedef enum { MAPPING_BY_NAME, MAPPING_BY_POSITION, MAPPING_CUSTOM } mapping_by;
typedef enum { EMPTY_FAIL, EMPTY_KEEP, EMPTY_CLEAR } empty_source;

typedef struct {
    char *find, *with;
    bool regex, ignore_case;
} replace_rule;

typedef enum { COLUMN_SOURCE, COLUMN_CONSTANT, COLUMN_PARAMETER, COLUMN_SKIP } column_origin;

typedef struct {
    char *target;
    column_origin origin;
    char *source;       /* COLUMN_SOURCE: source column */
    json_t *constant;   /* COLUMN_CONSTANT: plain JSON scalar; text may hold parameters */
    char *parameter;    /* COLUMN_PARAMETER: its name */
    GPtrArray *replace; /* of replace_rule*, may be empty */
} mapped_column;

typedef struct {
    char *column;
    json_t *value;        /* or NULL */
    json_t *from, *until; /* half-open, or NULL */
} slice_spec;

typedef struct task {
    char *name;
    char *description;
    json_t *document; /* as saved: what `task export` prints */

    struct {
        char *connection;
        char **connections; /* for `tables` over several databases, or NULL */
        table_name *table;  /* exactly one of table, tables, query, file */
        GPtrArray *tables;  /* of table_name*, still as patterns */
        char *query;
        char *file;         /* glob */
        char **columns;     /* or NULL: all */
        json_t *filter;     /* structured, or NULL */
        char *where;        /* or NULL */
        char *time_zone;    /* or NULL */
        char *split_column; /* or NULL */
        int split_segments; /* 0: chosen by the plan */
    } source;

    struct {
        char *connection;
        table_name *table;
        write_mode mode;
        char **key;         /* or NULL */
        bool create;        /* default: append and overwrite true, upsert false */
        slice_spec *slice;  /* or NULL */
        empty_source empty; /* default: overwrite fail, else keep */
        char *pre_sql, *post_sql;
        bool allow_full_delete; /* pre_sql may delete every row */
        bool check_types;       /* default true */
        bool round;
        char *time_zone;
        bool publish_truncate;
        char *winner_column; /* upsert: of rows with equal key the highest wins; or NULL */
    } target;

    struct {
        mapping_by by;
        GPtrArray *columns; /* of mapped_column* */
        bool unmapped_null; /* unmapped: "null" */
    } mapping;

    struct {
        int64_t limit;  /* -1 unlimited; with percent < 0 */
        double percent; /* < 0: not a percentage */
    } rejects;          /* default limit 0 */

    struct {
        int64_t rows_per_second, bytes_per_second; /* 0: none */
        int timeout_minutes;                       /* 1-300, default 120 */
        int streams;                               /* 1-16, 0: chosen by the plan */
    } limits;

    int retry_attempts, retry_interval_minutes; /* default 0, 5 */
    GHashTable *parameters; /* char* → char* (expressions), in document order not needed */
    char *time_zone;        /* default: the system's */
} task;

task *task_parse(const json_t *document, error **err);
void task_free(task *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(task, task_free)

/* "append", "overwrite", "upsert" */
const char *write_mode_name(write_mode mode);

/* Whether going from @before to @after asks for the mapping to be confirmed
 * again (rulings.md 16): source columns, table or query, or the target's
 * connection or table changed, and `mapping` did not. */
bool task_needs_confirm(const json_t *before, const json_t *after);

/* The bytes `task export` prints: the document with 2-space indent, keys in
 * the order of the manual, one trailing newline; caller frees with free(). */
char *task_export(const json_t *document);

/* Expand "order_[01-16]", "t[0-99]", "a,b_[0-1]" (spec/datax.md section 6) to
 * names; NULL-terminated; at most 10,000. Caller frees with g_strfreev. */
char **table_pattern_expand(const char *pattern, error **err);

#endif
