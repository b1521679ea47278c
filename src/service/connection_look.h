/* connection_look.h - looking into a system, read only. Handlers of the
 * operations connection.tables, columns, rows and guard, and their words. */
#ifndef ROWFERRY_SERVICE_CONNECTION_LOOK_H
#define ROWFERRY_SERVICE_CONNECTION_LOOK_H

#include "service/operation.h"

bool connection_tables(engine *e, const json_t *in, json_t **out, error **err);
bool connection_columns(engine *e, const json_t *in, json_t **out, error **err);
bool connection_rows(engine *e, const json_t *in, json_t **out, error **err);
bool connection_guard(engine *e, const json_t *in, json_t **out, error **err);

/* First rows as a table; what the guard says of a statement. Caller frees. */
char *tell_rows(const json_t *out);
char *tell_verdict(const json_t *out);

#endif
