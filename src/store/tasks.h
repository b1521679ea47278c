/* tasks.h - tasks in the store: every saved version is kept for ever.
 *
 * The store does not read documents: it keeps their bytes, and the caller says
 * the name and which connections they use. A deleted task keeps its versions
 * and runs but gives its name free.
 */
#ifndef ROWFERRY_STORE_TASKS_H
#define ROWFERRY_STORE_TASKS_H

#include "store/store.h"

typedef struct {
    char *id; /* uuid */
    char *name;
    uint32_t owner;  /* uid */
    int64_t version; /* of the fields below; store_task_list: the latest */
    bool is_latest;
    bool confirmed;      /* the mapping may be used (rulings.md 16) */
    char *document;      /* exactly the bytes saved; NULL in store_task_versions */
    char *document_hash; /* SHA-256 in hex */
    int64_t created_at;  /* of the task */
    int64_t saved_at;    /* of this version */
    uint32_t saved_by;
    /* The newest run, for lists; last_run 0: never ran. */
    int64_t last_run;
    char *last_state;
    char *last_business_date;
    int64_t last_at; /* when it reached that state */
} task_record;

void task_record_free(task_record *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(task_record, task_record_free)

enum { TASK_ANY_VERSION = 0, TASK_MUST_BE_NEW = -1 };

typedef struct {
    const char *id; /* to rename; NULL: the task called @name, else a new one */
    const char *name;
    const char *document;
    const char *const *connections; /* names it uses, NULL-terminated */
    bool confirmed;
    int64_t expected_version; /* the version that was edited, or one of the enum */
} task_save;

/* Save; a new version unless the bytes equal the latest one (then only
 * `confirmed` may rise). *version (may be NULL) is the latest afterwards.
 * ERROR_DOCUMENT when expected_version is not the latest or the name is taken. */
bool store_task_save(store *s, const task_save *t, int64_t *version, error **err);

/* @version 0: the latest. ERROR_NOT_FOUND. */
task_record *store_task_get(store *s, const char *name, int64_t version, error **err);
task_record *store_task_get_by_id(store *s, const char *id, int64_t version, error **err);
/* All that are not deleted, by name; of task_record*, with free function. */
GPtrArray *store_task_list(store *s, error **err);

typedef struct {
    char *task_id;
    int64_t run;
    char *state;
} task_run;
/* The newest @n runs of every task that is not deleted: task by task in the
 * order of store_task_list, oldest run first; of task_run*, with free function. */
GPtrArray *store_task_recent(store *s, int n, error **err);

/* All versions of one, newest first. */
GPtrArray *store_task_versions(store *s, const char *name, error **err);

/* Confirm the mapping of @version (0: the latest). */
bool store_task_confirm(store *s, const char *name, int64_t version, error **err);
/* ERROR_BUSY while a run of it is live or waiting. */
bool store_task_delete(store *s, const char *name, error **err);

typedef struct {
    char business_date[11];
    char *state; /* of the newest run of that day */
    int64_t run;
} task_day;
/* Days @from..@until (inclusive, "YYYY-MM-DD") that have a run, oldest first;
 * of task_day*, with free function. Reads one index only. */
GPtrArray *store_task_days(store *s, const char *task_id, const char *from, const char *until,
                           error **err);

#endif
