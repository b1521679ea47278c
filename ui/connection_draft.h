/* connection_draft.h - a connection that was being edited and not saved: kept in
 * the store, offered when the same one is edited again.
 */
#ifndef ROWFERRY_UI_CONNECTION_DRAFT_H
#define ROWFERRY_UI_CONNECTION_DRAFT_H

#include "ui/app.h"

typedef struct {
    int64_t id; /* in the store; 0: there is none */
    json_t *offered;
    /* @document is borrowed, NULL: begin with what is saved. */
    void (*read)(screen *s, json_t *document, const error *failure);
} connection_draft;

/* Look for a draft of @subject (NULL: of a new connection); ask whether to go
 * on with it; then @read is called once. */
void connection_draft_offer(connection_draft *d, screen *s, const char *subject,
                            void (*read)(screen *s, json_t *document, const error *failure));
/* Keep @document (lent), which must hold no secret. */
void connection_draft_keep(connection_draft *d, screen *s, const char *subject, json_t *document);
/* It was saved or thrown away. */
void connection_draft_drop(connection_draft *d, screen *s);
void connection_draft_clear(connection_draft *d);

#endif
