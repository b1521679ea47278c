/* error.h - the one error type of the program.
 *
 * Whoever fails first fills it, callers pass it up untouched (or put their own
 * object in front with error_prefix), the door shows it. A bool function
 * returns true on success, a pointer function NULL on failure; both then have
 * set *err. An error belongs to one thread at a time.
 */
#ifndef ROWFERRY_BASE_ERROR_H
#define ROWFERRY_BASE_ERROR_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    ERROR_USAGE = 1,   /* wrong command line */
    ERROR_DOCUMENT,    /* invalid task, connection or configuration document */
    ERROR_NOT_FOUND,   /* no such task, connection, run … in the store */
    ERROR_PERMISSION,  /* the operator may not do this */
    ERROR_BUSY,        /* the target is being written by somebody else */
    ERROR_CANCELLED,
    ERROR_TIMEOUT,
    ERROR_STORE,       /* the store is unavailable */
    ERROR_HELD,        /* held by the publish guard */
    ERROR_UNRESOLVED,  /* the reply to COMMIT was lost */
    ERROR_REJECTS,     /* more rejects than the limit allows */
    ERROR_VERIFY,      /* verification found a difference */
    ERROR_LOST,        /* the process of a run died */
    ERROR_CONNECT,     /* could not reach or log in to a system */
    ERROR_SQL,         /* the system refused a statement */
    ERROR_DATA,        /* the system (or our own check) refused a value */
    ERROR_LOCK,        /* lock timeout, deadlock, database is locked */
    ERROR_RIGHTS,      /* the system refused for missing rights */
    ERROR_DISK,        /* disk full, quota */
    ERROR_IO,          /* reading or writing a file failed */
    ERROR_PLAN,        /* the task cannot be carried out as it stands */
    ERROR_EMPTY,       /* empty source and empty_source = fail */
    ERROR_INTERNAL,
} error_code;

typedef struct {
    error_code code;
    bool retryable;   /* the same action may succeed later without a change */
    char sqlstate[6]; /* or "" */
    char *message;    /* one line, no full stop: what failed, on what, why */
    char *detail;     /* whole sentences or the server's own words, or NULL */
    char *hint;       /* what the operator can do next, or NULL */
} error;

void error_free(error *e);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(error, error_free)

/* Set *err (when err is not NULL) to a new error. Returns false, so that a
 * bool function can end with `return error_set(...)`. *err must be NULL. */
bool error_set(error **err, error_code code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Add to the error in *err; a no-op when err or *err is NULL. Return false. */
bool error_detail(error **err, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool error_hint(error **err, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool error_sqlstate(error **err, const char *sqlstate);

/* Move *local to *err with "FORMAT: " put before its message. *local becomes
 * NULL. Returns false. */
bool error_prefix(error **err, error **local, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Move *local to *err as it is. Returns false. */
bool error_propagate(error **err, error **local);
error *error_copy(const error *e);

/* The code's name in JSON and the store ("usage", "document", "lost" …):
 * borrowed. error_code_from_name returns 0 for an unknown name. */
const char *error_code_name(error_code code);
error_code error_code_from_name(const char *name);

/* The exit status of design.md section 8 for this code. */
int error_exit_status(error_code code);

#endif
