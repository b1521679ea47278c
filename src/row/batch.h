/* batch.h - the unit that travels through the pipeline: some thousand rows as
 * columns of values, with the bytes they point to.
 *
 * A reader fills `source`, the mapping makes `target` from it (a target
 * column may be the very array of a source column), a writer consumes
 * `target`. The source columns live as long as the batch, so that a row which
 * the target refuses can be kept whole. A batch is used by one thread at a
 * time and is recycled: in steady state nothing is allocated for a row.
 */
#ifndef ROWFERRY_ROW_BATCH_H
#define ROWFERRY_ROW_BATCH_H

#include "row/value.h"

#include <glib.h>
#include <stddef.h>

/* Readers fill a batch until one of the two is reached. */
#define BATCH_MAX_ROWS  2048
#define BATCH_MAX_BYTES ((size_t)1 << 20)

typedef enum {
    ROW_OK = 0,
    ROW_REJECTED, /* its reason is in batch->rejects */
    ROW_FILTERED, /* dropped by a declared rule */
} row_status;

typedef enum {
    REJECT_MALFORMED, /* the source's text is not a row: no source values, only `raw` */
    REJECT_TYPE,      /* the value is not of the target column's type */
    REJECT_RANGE,     /* out of range, too many digits, would be rounded */
    REJECT_LENGTH,    /* longer than the column */
    REJECT_ENCODING,  /* not valid UTF-8, NUL in text, not in the target's character set */
    REJECT_NULL,      /* NULL into NOT NULL */
    REJECT_CHECK,     /* a CHECK of the target */
    REJECT_KEY,       /* unique key exists already, or twice in the load */
    REJECT_KEY_NULL,  /* upsert: a key column is NULL */
    REJECT_FOREIGN_KEY,
    REJECT_OTHER, /* the server called it bad data in another way */
} reject_class;

typedef struct {
    unsigned row; /* index in the batch */
    reject_class class;
    int column;       /* index of the target column, or -1 */
    char sqlstate[6]; /* or "" */
    char *message;    /* owned */
    char *raw;        /* owned; the malformed text with its size, or NULL */
    size_t raw_size;
} reject_reason;

typedef struct batch {
    unsigned n_rows;
    unsigned n_source, n_target;
    value **source;         /* [n_source][BATCH_MAX_ROWS] */
    value **target;         /* [n_target]: own arrays or aliases of source columns */
    uint8_t *status;        /* [BATCH_MAX_ROWS] row_status */
    int64_t first_position; /* ordinal of the first row in its segment, from 1 */
    int64_t *line;          /* [BATCH_MAX_ROWS] line of the file where the row began; 0 elsewhere */
    int segment;
    size_t bytes; /* bytes of values read from the source, for limits and counts */
    unsigned n_rejected, n_filtered;
    GArray *rejects; /* of reject_reason, in order of row */

    /* private */
    value **own_target;
    GPtrArray *blocks;   /* memory that values point into */
    unsigned block_used; /* blocks in use */
    size_t block_fill;   /* bytes used of the last one */
    GPtrArray *large;    /* single allocations for large values */
    size_t large_bytes;
} batch;

batch *batch_new(unsigned n_source, unsigned n_target);
void batch_free(batch *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(batch, batch_free)

/* Make it empty: no rows, statuses ROW_OK, target columns its own arrays. */
void batch_reset(batch *b);

/* Room for @size bytes that lives until batch_reset(). Never NULL for size 0. */
char *batch_alloc(batch *b, size_t size);
/* Copy @size bytes of @data into the batch. */
char *batch_copy(batch *b, const char *data, size_t size);
/* A VALUE_TEXT, VALUE_BYTES … of the given kind with its bytes copied in. */
value batch_copy_value(batch *b, value_kind kind, const char *data, size_t size);

/* Memory held for values now, in bytes. */
size_t batch_memory(const batch *b);

/* Whether a reader should stop filling it. */
static inline bool batch_is_full(const batch *b)
{
    return b->n_rows >= BATCH_MAX_ROWS || b->bytes >= BATCH_MAX_BYTES;
}

/* Mark @row (which must be ROW_OK) as rejected. @message is copied; @column is
 * the target column's index or -1. */
void batch_reject(batch *b, unsigned row, reject_class class, int column, const char *sqlstate,
                  const char *message);
/* The same with the text of a line that is no row. */
void batch_reject_raw(batch *b, unsigned row, const char *message, const char *raw,
                      size_t raw_size);
void batch_filter(batch *b, unsigned row);
const reject_reason *batch_reason(const batch *b, unsigned row);

/* "type", "length", "key" …: borrowed. */
const char *reject_class_name(reject_class class);

#endif
