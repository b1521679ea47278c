/* process.h - who a process is, so that others can tell whether it still
 * lives: boot id, pid namespace, pid and start time. Only for src/store. */
#ifndef ROWFERRY_STORE_PROCESS_H
#define ROWFERRY_STORE_PROCESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    char *boot_id;       /* "" when /proc does not say */
    char *pid_namespace; /* "" when /proc does not say */
    pid_t pid;
    int64_t start; /* clock ticks since boot, 0 unknown */
} process_identity;

/* This process. */
void process_identity_init(process_identity *p);
void process_identity_clear(process_identity *p);

typedef enum { PROCESS_ALIVE, PROCESS_GONE, PROCESS_UNKNOWN } process_fate;

/* What became of @other as @self can see it. A zombie is gone. UNKNOWN: it
 * lives in another pid namespace, or /proc is closed to us. */
process_fate process_look(const process_identity *self, const process_identity *other);

#endif
