/* plan_private.h - the inside of a plan, for ferry/ only. */
#ifndef ROWFERRY_FERRY_PLAN_PRIVATE_H
#define ROWFERRY_FERRY_PLAN_PRIVATE_H

#include "ferry/mapping.h"
#include "ferry/plan.h"
#include "link/link.h"
#include "row/checksum.h"
#include "sql/filter.h"
#include "sql/guard.h"

/* One slice of the source, read by one session. */
typedef struct {
    const connection *connection; /* borrowed */
    char *what;                   /* "sales.orders, id from 1 up to 5000", for people */
    char *sql;                    /* SQL sources, else NULL */
    GArray *values;               /* of value, bound to sql; memory in plan->memory */
    char *path;                   /* file sources, else NULL */
} plan_segment;

typedef enum {
    STRATEGY_DIRECT, /* load into the target inside one transaction */
    STRATEGY_STAGED, /* load staging, check, publish */
    STRATEGY_FILE,   /* write a new file beside the target, rename */
} plan_strategy;

struct plan {
    task *task;
    char *task_name, *business_date, *run_token;
    bool verify;
    batch *memory; /* bytes that values of the plan point to */

    /* source */
    const connection *source;   /* the first one */
    GPtrArray *source_columns;  /* of column_info*: those that are read, in order */
    GPtrArray *ignored_columns; /* of char*: source columns that nothing is mapped from */
    GArray *segments;           /* of plan_segment */
    filter *filter;             /* file sources: applied by us; else NULL */
    char *filter_text;          /* in words, or NULL */
    int64_t row_estimate;       /* -1 unknown */
    int readers, writers;
    bool shared_snapshot; /* all segments read one exported snapshot */
    char *replay_file;
    GArray *replay_numbers; /* of int64_t */

    /* target */
    const connection *target;
    table_name *table;      /* resolved */
    table_info *table_info; /* as it is, or as it will be created */
    bool creates_table;     /* or a file anew */
    bool replaces_file;     /* creates_table, but there is one of that name */
    char *create_sql;
    mapping *mapping;
    plan_strategy strategy;
    write_mode mode;
    table_name *staging; /* or NULL */
    char **staging_sql;
    unsigned staging_flags;
    char *slice_sql;  /* predicate over the target's columns with literals, or NULL */
    char *slice_text; /* identity of the slice for claims, or NULL */
    guard_statement *pre_sql, *post_sql;
    char **publish_sql; /* delete, update, insert … in order; NULL-terminated */
    char *missing_sql;  /* upsert: counts the staged rows whose key is not in the target */
    bool on_conflict;   /* upsert by INSERT … ON CONFLICT: counts come from one query */
    bool lock_table;
    bool key_is_unique;
    char *ledger_table; /* quoted, or NULL: a lost commit cannot be proven */
    char *ledger_create;
    char **unverified; /* target columns left out of the checksum, NULL-terminated */
    char *atomicity;   /* what readers will see, in words */
    char *claim_target;

    GPtrArray *warnings; /* of char* */
    GPtrArray *findings; /* of plan_finding*: what is to be said about single columns */
    bool tolerant;       /* the mapping is only looked at: problems are findings */
    char *text;          /* in words */
    json_t *json;
    char *hash;

    GHashTable *sessions;          /* while planning: connection* → session* */
    bool (*cancelled)(void *user); /* while planning */
    void *cancel_user;
    GPtrArray *units; /* while planning: of plan_unit* */
};

/* A table, query or file that rows come from, before it is cut into segments. */
typedef struct {
    const connection *connection;
    table_name *table;  /* or NULL: a query */
    char *query;        /* contained, or NULL */
    GPtrArray *columns; /* of column_info* */
    int64_t row_estimate;
} plan_unit;

typedef struct {
    char *column;         /* of the target, or NULL: of the whole mapping */
    bool is_problem;      /* a plan would fail; else a warning */
    char *message, *hint; /* hint or NULL */
} plan_finding;

plan *plan_new(const plan_context *context);
/* The task, its connections, the number of streams. */
bool plan_open(plan *p, const task *t, const plan_context *context, error **err);

void plan_warn(plan *p, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A warning about a column of the target. */
void plan_warn_about(plan *p, const char *column, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* When the mapping is only looked at, take *err as a finding about @column and
 * return true; else leave it and return false. */
bool plan_tolerate(plan *p, const char *column, error **err);

/* The parts of plan_build(), in order: what there is to read; what there is
 * to write to; which column gets what; the slices of the source; the
 * statements of the publish; a look at the first rows. */
bool plan_source(plan *p, const plan_context *context, error **err);
bool plan_target(plan *p, const plan_context *context, error **err);
bool plan_filter(plan *p, const plan_context *context, error **err); /* of plan_mapping */
bool plan_mapping(plan *p, const plan_context *context, error **err);
bool plan_segments(plan *p, const plan_context *context, error **err);
bool plan_statements(plan *p, const plan_context *context, error **err);
bool plan_sample(plan *p, error **err);
/* p->json, p->text and p->hash. */
void plan_describe(plan *p);

/* A read-only session of @c that lives as long as the planning. */
session *plan_session(plan *p, const connection *c, error **err);

/* Expand parameters of a text of the task; @where names it in errors. */
char *plan_expand(const plan_context *context, const char *text, const char *where, error **err);

/* Append @v to @sql as a literal, or as a placeholder and to @values where
 * the link binds. */
bool plan_append_value(const connection *c, GString *sql, GArray *values, const value *v,
                       error **err);

/* Whether the system can have a table of this name. Longer ones are cut there
 * without a word and would be another table. */
bool plan_check_name(const connection *c, const table_name *t, error **err);

/* A schema.table of the target's dialect, quoted. */
char *plan_quoted_table(const connection *c, const table_name *t);

/* Whether a foreign key of the target refers to the target. */
bool plan_is_self_reference(const plan *p, const foreign_key_info *k);

/* Values that the checksum leaves out become NULL on both sides: @columns is
 * [mapped columns][n_rows]. */
void plan_blank_unverified(const plan *p, value *const *columns, unsigned n_rows);

/* A sum over the mapped columns; trailing blanks of char(n) do not count. */
row_checksum *plan_checksum_new(const plan *p);

/* Whether the link of @c has all of @capabilities. */
bool plan_link_has(const connection *c, unsigned capabilities);

#endif
