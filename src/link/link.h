/* link.h - the only way to a system: one table of functions per link.
 *
 * A session belongs to one thread at a time; only session_cancel() may be
 * called from another. Every wait inside a link has a deadline or ends on
 * session_cancel(). Errors carry the server's own words in `detail`, the
 * SQLSTATE (or the native number as text) and a code from the dialect's error
 * classes: ERROR_DATA, ERROR_CONNECT, ERROR_LOCK, ERROR_RIGHTS, ERROR_DISK,
 * ERROR_CANCELLED, else ERROR_SQL. No secret is ever in an error.
 */
#ifndef ROWFERRY_LINK_LINK_H
#define ROWFERRY_LINK_LINK_H

#include "base/error.h"
#include "link/connection.h"
#include "row/batch.h"
#include "row/value.h"

/* ---- names and descriptions --------------------------------------------- */

typedef struct {
    char *schema; /* NULL: the system's default */
    char *name;
} table_name;

table_name *table_name_new(const char *schema, const char *name);
table_name *table_name_copy(const table_name *t);
void table_name_free(table_name *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(table_name, table_name_free)
/* "schema.name" for messages; caller frees. */
char *table_name_to_string(const table_name *t);

typedef struct {
    char *name;
    char *type_text; /* as the catalogue spells it */
    data_type type;
    bool not_null;
    bool has_default;
    char *default_text; /* or NULL */
    bool generated;     /* GENERATED ALWAYS AS (…): cannot be written */
    bool identity_always;
} column_info;

typedef struct {
    char *name; /* of the index or constraint, or NULL (rowid key) */
    bool primary;
    bool plain; /* all rows, plain columns: usable for ON CONFLICT */
    bool nulls_distinct;
    char **columns; /* NULL-terminated, in order; expressions are left out and plain is false */
} key_info;

typedef struct {
    char *name;     /* or NULL */
    char **columns; /* NULL-terminated, of this table */
    table_name *references;
    char **referenced_columns;
} foreign_key_info;

typedef enum {
    TABLE_PLAIN,
    TABLE_PARTITIONED,
    TABLE_PARTITION,
    TABLE_VIEW,
    TABLE_FOREIGN,
    TABLE_VIRTUAL,
    TABLE_SYSTEM,
    TABLE_FILE
} table_kind;

typedef struct {
    table_name *name; /* exactly as the catalogue spells it, schema resolved */
    table_kind kind;
    char
        *identity; /* catalogue identity: PostgreSQL oid; SQLite rootpage-independent "main.name" */
    GPtrArray *columns;          /* of column_info* */
    GPtrArray *keys;             /* of key_info*: primary first, then unique */
    GPtrArray *foreign_keys;     /* of foreign_key_info*, outbound */
    GPtrArray *checked_together; /* of char*: columns of CHECKs that speak of several columns,
                                    where the system makes them before it looks for a conflict */
    GPtrArray *dependents;       /* of char*: sentences, e.g. "view \"sales.v\" reads it" */
    GPtrArray *delete_effects;   /* of char*: triggers, rules, ON DELETE CASCADE children */
    char *delete_hazard;         /* the first effect by which a delete changes other tables or is no
                             delete at all; NULL: there is none */
    int64_t row_estimate;        /* -1 unknown */
    bool can_select, can_insert, can_update, can_delete, can_truncate;
    bool can_create; /* may create a table in the same schema */
} table_info;

void column_info_free(column_info *c);
void key_info_free(key_info *k);
void foreign_key_info_free(foreign_key_info *k);
/* With empty arrays; takes nothing. */
table_info *table_info_new(const table_name *name);
void table_info_free(table_info *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(table_info, table_info_free)
/* Index of the column of exactly this name, or -1. */
int table_info_column(const table_info *t, const char *name);

/* ---- sessions ------------------------------------------------------------ */

typedef struct link_ops link_ops;

/* Every link's session begins with this. */
typedef struct session {
    const link_ops *ops;
    const connection *connection; /* borrowed; outlives the session */
    /* Called by commit(), if set, when COMMIT was sent and its reply is not
     * read; where there is no such moment, right before it. */
    void (*commit_sent)(void *user);
    void *commit_user;
    /* From session_options. */
    bool (*cancelled)(void *user);
    void *cancel_user;
} session;

static inline bool session_is_asked_to_stop(const session *s)
{
    return s->cancelled != NULL && s->cancelled(s->cancel_user);
}

static inline void session_commit_sent(session *s)
{
    if (s->commit_sent != NULL)
        s->commit_sent(s->commit_user);
}

typedef struct {
    bool read_only;           /* refuse every write, in the system where it can */
    bool may_be_missing;      /* with read_only: a database file that does not exist yet is empty */
    const char *run_token;    /* 16 hex digits, into application_name and staging names; or NULL */
    int lock_timeout_seconds; /* for statements that wait for locks; 0: the dialect's */
    /* Polled, if set, by waits of the session from open() on, on the thread
     * that uses it; true counts as cancel(). Outlives the session. */
    bool (*cancelled)(void *user);
    void *cancel_user;
} session_options;

/* One row set of a small query, as text. */
typedef struct {
    unsigned n_columns;
    GPtrArray *rows; /* of char** (n_columns entries, NULL for NULL) */
} query_result;
void query_result_free(query_result *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(query_result, query_result_free)

typedef enum { COMMIT_DONE, COMMIT_FAILED, COMMIT_UNKNOWN } commit_outcome;

/* ---- reading ------------------------------------------------------------- */

typedef struct {
    const char *sql;         /* SQL links: one SELECT with ? placeholders */
    const value *parameters; /* [n_parameters] */
    unsigned n_parameters;
    const char *path;           /* file link: one file of this segment */
    const char *const *columns; /* file link: names of the columns wanted, in order */
    unsigned n_columns;
    int segment;
    const char *snapshot; /* from snapshot_export, or NULL */
} read_request;

typedef struct reader {
    const link_ops *ops;
} reader;

typedef enum { READ_ROWS, READ_END, READ_FAILED } read_outcome;

/* ---- writing ------------------------------------------------------------- */

typedef struct {
    const table_name *table;       /* where the rows go (staging or target) */
    const char *const *columns;    /* [n_columns] names in the order of batch->target */
    const data_type *types;        /* [n_columns] types of those columns in that table */
    const char *const *type_texts; /* [n_columns] the catalogue's spelling */
    unsigned n_columns;
    /* Find and mark the rows that the server refuses (rejects are allowed);
     * false: the first one is marked, then the load fails with ERROR_DATA. */
    bool isolate;
    /* Called on the writer's thread when the fate of every row of @b is known:
     * rows still ROW_OK are stored (in the open transaction). @b goes back to
     * its owner. */
    void (*done)(void *user, batch *b);
    void *user;
    const file_format *format; /* file link */
    bool append;               /* file link */
} write_request;

typedef struct writer {
    const link_ops *ops;
} writer;

/* ---- the table of functions ---------------------------------------------- */

enum {
    LINK_SQL = 1 << 0,            /* has tables, statements, transactions */
    LINK_PARALLEL_WRITE = 1 << 1, /* several writers may load one table */
    LINK_BIND = 1 << 2,           /* read_request.parameters may be used; else literals */
    LINK_SNAPSHOT = 1 << 3,
    LINK_STAGING_FILE = 1 << 4, /* staging lives in a file of its own beside the target */
    LINK_LOOSE_VALUES = 1 << 5, /* a value's kind is its own, whatever the column declares */
};

enum {
    STAGING_WITHOUT_KEYS = 1 << 0, /* leave out unique keys (upsert: analysed there) */
};

struct link_ops {
    const char *name;
    unsigned capabilities;

    /* Open a session. Fails within connect_timeout_seconds. */
    session *(*open)(const connection *c, const session_options *options, error **err);
    void (*close)(session *s);
    /* From any thread, at any time while the session is open: make what it
     * does now fail with ERROR_CANCELLED soon (rulings.md 24). Sticky. */
    void (*cancel)(session *s);

    /* "PostgreSQL 15.18" and, in *security, "verified", "encrypted, not
     * verified" or "plaintext" measured from the live session. Caller frees. */
    char *(*version)(session *s, char **security, error **err);

    /* Tables and views whose "schema.name" holds @pattern (NULL: all), of
     * table_name*, sorted. Caller frees the array. */
    GPtrArray *(*list_tables)(session *s, const char *pattern, error **err);
    /* NULL without an error when it does not exist: *err stays unset. A name
     * without schema is looked up the way the system does. */
    table_info *(*describe)(session *s, const table_name *name, error **err);
    /* Columns of a SELECT without running it, of column_info*; @parameters as
     * in read_request. Refuses (ERROR_PLAN) what is not one row-returning
     * statement. */
    GPtrArray *(*describe_query)(session *s, const char *sql, const value *parameters,
                                 unsigned n_parameters, error **err);

    /* Run one statement; *affected gets the rows (or -1). Placeholders as
     * dialect_placeholder() writes them. */
    bool (*execute)(session *s, const char *sql, const value *parameters, unsigned n_parameters,
                    int64_t *affected, error **err);
    /* Run one DELETE that the pre-SQL guard wrote for @target, under the
     * system's own second lock (rulings.md 13): SQLite's authorizer permits
     * nothing but that delete, PostgreSQL's EXPLAIN (VERBOSE, FORMAT JSON) must
     * show exactly one delete, on @target. Refuses (ERROR_PERMISSION) what the
     * lock does not let pass. NULL where a system has no such lock. */
    bool (*guarded_delete)(session *s, const table_info *target, const char *sql,
                           const value *parameters, unsigned n, int64_t *affected, error **err);
    /* Run one query whose result is small (at most 10,000 rows, else ERROR_PLAN). */
    query_result *(*query)(session *s, const char *sql, const value *parameters,
                           unsigned n_parameters, error **err);

    /* --- transactions --- */
    /* Ordinary, to load @table (a target or staging). SQLite takes the write
     * lock at once for a table of the database itself, but a plain BEGIN for
     * staging in its own file: that must not lock the target. */
    bool (*begin)(session *s, const table_name *table, error **err);
    /* The publish transaction: exclusive for @table over all Rowferry stores
     * (rulings.md 1). @lock_table also keeps other writers out. ERROR_BUSY
     * names the holder when somebody else holds it. */
    bool (*begin_publish)(session *s, const table_name *table, bool lock_table, error **err);
    commit_outcome (*commit)(session *s, error **err); /* *err is set unless COMMIT_DONE */
    void (*rollback)(session *s); /* never fails: discards at worst the session */

    /* --- staging --- */
    /* The name under which staging for @target in run @token stands:
     * "rf_<token>_<target cut to fit>" in the schema (or attached file) where
     * it belongs. Caller frees. */
    table_name *(*staging_name)(session *s, const table_name *target, const char *token);
    /* The statements that make it, NULL-terminated, from the target's
     * description; @columns are the mapped ones (the others are left out
     * unless NOT NULL defaults need them). Caller frees with g_strfreev. */
    char **(*staging_sql)(session *s, const table_info *target, const table_name *staging,
                          const char *const *columns, unsigned flags, error **err);
    /* Make ready (SQLite: attach the file), run staging_sql's statements. */
    bool (*staging_create)(session *s, const table_name *staging, const char *token,
                           char *const *statements, error **err);
    /* Attach existing staging to another session of the same run. */
    bool (*staging_open)(session *s, const table_name *staging, const char *token, error **err);
    /* Remove it, whatever state it is in; no error when it is gone. */
    bool (*staging_drop)(session *s, const table_name *staging, const char *token, error **err);
    /* Run tokens of all staging found beside @target, of char*. */
    GPtrArray *(*staging_list)(session *s, const table_name *target, error **err);

    /* --- reading --- */
    /* A snapshot that other sessions can share; NULL when it cannot. Caller frees. */
    char *(*snapshot_export)(session *s, error **err);
    reader *(*read_open)(session *s, const read_request *request, const data_type *types,
                         unsigned n_columns, error **err);
    /* Fill @b->source (already reset). A malformed line becomes a row with
     * batch_reject_raw(). */
    read_outcome (*read_next)(reader *r, batch *b, error **err);
    void (*read_close)(reader *r);

    /* --- writing --- */
    /* SQL links: inside the session's open transaction. */
    writer *(*write_open)(session *s, const write_request *request, error **err);
    /* Take @b; request->done gives it back, during this call or a later one.
     * On failure every batch taken is given back too, before it returns. */
    bool (*write)(writer *w, batch *b, error **err);
    /* Push out what is held; afterwards the fate of every row is known. */
    bool (*write_flush)(writer *w, error **err);
    void (*write_close)(writer *w);
};

/* The link that serves a dialect ("postgresql", "sqlite", "file"), or NULL
 * with ERROR_PLAN when this build has none. */
const link_ops *link_find(const connection *c, error **err);

/* Shorthands. */
session *session_open(const connection *c, const session_options *options, error **err);
void session_close(session *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(session, session_close)

/* Turn a server's error into ours: message "could not DOING", class from the
 * dialect. @sqlstate or native number as text. */
bool link_error(error **err, const connection *c, const char *code, const char *doing,
                const char *server_message);

#endif
