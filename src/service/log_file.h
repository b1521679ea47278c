/* log_file.h - the log of one run: JSON Lines, one event a line, 0600
 * (spec/store.md section 6). Written by one process, readable at any time. */
#ifndef ROWFERRY_SERVICE_LOG_FILE_H
#define ROWFERRY_SERVICE_LOG_FILE_H

#include "base/error.h"
#include "ferry/run.h"

typedef struct log_file log_file;

/* Open for appending, made when missing. */
log_file *log_file_open(const char *path, error **err);
/* Sync and close. */
void log_file_close(log_file *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(log_file, log_file_close)

/* Add a line: redacted, cut at 16 KiB; warnings and errors are synced. A log
 * that cannot be written does not stop a run: the first failure is kept. */
void log_file_add(log_file *f, log_level level, const char *message);
/* Why lines are missing, or NULL: borrowed. */
const error *log_file_failure(const log_file *f);

/* Which events are wanted; all 0: all. */
typedef struct {
    int64_t after;    /* a cursor of an earlier call: only what was written since */
    int64_t tail;     /* at most the last so many; 0: all */
    log_level level;  /* this level or a worse one */
    const char *grep; /* messages that hold this text, case ignored; or NULL */
} log_query;

/* The events of the log at @path: array of {"time", "level", "message"}, new
 * reference. *next is the cursor for what comes later. A torn last line is left
 * for then. */
json_t *log_file_read(const char *path, const log_query *q, int64_t *next, error **err);

/* False when @name is no level. */
bool log_level_from_name(const char *name, log_level *level);

#endif
