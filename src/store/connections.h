/* connections.h - connection documents in the store, found by name. */
#ifndef ROWFERRY_STORE_CONNECTIONS_H
#define ROWFERRY_STORE_CONNECTIONS_H

#include "store/store.h"

typedef struct {
    char *id; /* uuid */
    char *name;
    char *document; /* JSON text as saved; secrets are references or sealed */
    int64_t created_at, updated_at;
    uint32_t created_by, updated_by; /* uid */
} connection_record;

void connection_record_free(connection_record *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(connection_record, connection_record_free)

/* Create or replace the connection @name. @document is lent. An equal
 * document changes nothing. */
bool store_connection_save(store *s, const char *name, const char *document, error **err);
/* ERROR_NOT_FOUND when there is none. */
connection_record *store_connection_get(store *s, const char *name, error **err);
/* All, by name: of connection_record*, with free function. */
GPtrArray *store_connection_list(store *s, error **err);

typedef struct {
    char *connection, *task;
} connection_use;
/* Which task uses which connection, by connection and task; of
 * connection_use*, with free function. */
GPtrArray *store_connection_uses(store *s, error **err);

/* ERROR_DOCUMENT naming the tasks that use it; ERROR_NOT_FOUND. */
bool store_connection_delete(store *s, const char *name, error **err);

#endif
