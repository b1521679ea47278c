/* config.h - rowferry.conf (INI): defaults of this machine.
 *
 * Read once at start, immutable afterwards. One table says every key with its
 * type, range and default; the manual and the errors come from it.
 */
#ifndef ROWFERRY_BASE_CONFIG_H
#define ROWFERRY_BASE_CONFIG_H

#include "base/error.h"

typedef struct {
    char *time_zone;     /* [run] of tasks that name none; "" is the system's */
    int streams;         /* [run] 0: chosen by the plan */
    bool allow_network;  /* [store] store on a network file system */
} config;

/* The defaults. Free with config_free(). */
config *config_new(void);
/* The defaults with what @path says; a missing file is fine. ERROR_DOCUMENT
 * names file, line and, for an unknown key, the nearest known one. */
config *config_load(const char *path, error **err);
void config_free(config *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(config, config_free)

/* One row of the table of keys, for the manual and help. */
typedef struct {
    const char *section, *key;
    const char *values;        /* "0-16", "yes|no" …, or "text" */
    const char *default_value;
    const char *summary;       /* untranslated; pass through _() */
} config_key;
/* Ended by a row whose section is NULL. Constant. */
const config_key *config_keys(void);

#endif
