/* replay.h - kept rejects read as a source. */
#ifndef ROWFERRY_FERRY_REPLAY_H
#define ROWFERRY_FERRY_REPLAY_H

#include "base/error.h"
#include "link/link.h"

typedef struct replay_reader replay_reader;

/* Read the rejects @numbers (of int64_t, any order) of the file at @path. */
replay_reader *replay_reader_open(const char *path, const GArray *numbers, error **err);
void replay_reader_close(replay_reader *r);
/* Fill @b as link_ops.read_next does. A reject that is a malformed line has
 * no values and becomes a reject again. */
read_outcome replay_reader_next(replay_reader *r, batch *b, error **err);

#endif
