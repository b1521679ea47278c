/* audit.h - who changed what: one row per mutation, written by the store's own
 * functions in the transaction of the change; rows cannot be altered. */
#ifndef ROWFERRY_STORE_AUDIT_H
#define ROWFERRY_STORE_AUDIT_H

#include "store/store.h"

typedef struct {
    int64_t id;
    int64_t at;
    uint32_t uid, login_uid; /* login_uid UINT32_MAX: unknown */
    char *operation;         /* "task.save", "run.state" … */
    char *object;            /* name of a task or connection, number of a run */
    char *old_hash;          /* SHA-256 of the document before, "" none */
    char *new_hash;          /* after, "" none */
    char *detail;            /* in short words ("queued > starting"), "" none */
} audit_record;

void audit_record_free(audit_record *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(audit_record, audit_record_free)

/* Add a row for a change made outside the store (a reject edited …). Texts
 * may be NULL for "", but @operation and @object may not. */
bool store_audit_add(store *s, const char *operation, const char *object, const char *old_hash,
                     const char *new_hash, const char *detail, error **err);

/* Newest first, at most @limit with id < @before (0: from the newest); @object
 * and @operation may be NULL for all. Of audit_record*, with free function. */
GPtrArray *store_audit_list(store *s, const char *operation, const char *object, int64_t before,
                            int limit, error **err);

/* Delete rows older than @days, which must be 30 or more, at most 500 in one
 * call. *deleted is how many; call again while it is 500. */
bool store_audit_prune(store *s, int days, int *deleted, error **err);

#endif
