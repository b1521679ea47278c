/* drafts.h - unfinished work of the wizard, kept until saved or thrown away.
 * Drafts change nothing that runs, so they leave no audit rows. */
#ifndef ROWFERRY_STORE_DRAFTS_H
#define ROWFERRY_STORE_DRAFTS_H

#include "store/store.h"

typedef struct {
    int64_t id;
    char *kind;           /* "task", "connection" … */
    char *subject;        /* name of the object being edited, "" for a new one */
    char *document;       /* whatever the wizard wrote */
    int64_t base_version; /* task version that the edit started from, 0 none */
    int64_t created_at, updated_at;
    uint32_t owner; /* uid */
} draft_record;

void draft_record_free(draft_record *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(draft_record, draft_record_free)

/* Save the draft *id (0: a new one, *id is set). ERROR_NOT_FOUND when it was
 * deleted meanwhile. */
bool store_draft_save(store *s, int64_t *id, const char *kind, const char *subject,
                      const char *document, int64_t base_version, error **err);
draft_record *store_draft_get(store *s, int64_t id, error **err);
/* Newest first; of draft_record*, with free function. */
GPtrArray *store_draft_list(store *s, error **err);
bool store_draft_delete(store *s, int64_t id, error **err);

#endif
