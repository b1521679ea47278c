/* sqlite.h - what the SQLite link offers beyond link.h. */
#ifndef ROWFERRY_LINK_SQLITE_H
#define ROWFERRY_LINK_SQLITE_H

#include "link/link.h"

/* From now on let the session prepare only a DELETE on main.@table that calls
 * no other functions than @functions (NULL-terminated); everything else
 * fails to prepare with ERROR_PERMISSION. @table NULL lifts the guard. Both are borrowed while the
 * guard stands. @s is a session of the SQLite link. */
void sqlite_session_guard(session *s, const char *table, const char *const *functions);

#endif
