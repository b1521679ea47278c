/* file_stream.h - bytes in and out of files, compressed by suffix (.gz, .zst).
 *
 * One thread at a time. Messages name the path.
 */
#ifndef ROWFERRY_LINK_FILE_STREAM_H
#define ROWFERRY_LINK_FILE_STREAM_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

typedef struct input_stream input_stream;

/* Open for reading. Fails on anything but a regular file. */
input_stream *input_stream_open(const char *path, error **err);
void input_stream_close(input_stream *s);
/* Up to @size bytes into @buffer: their number, 0 at the end, -1 on failure. */
int64_t input_stream_read(input_stream *s, char *buffer, size_t size, error **err);

typedef struct output_stream output_stream;

/* Write to @fd, which stays the caller's; @path (for its suffix and messages)
 * is the file's final name. */
output_stream *output_stream_open(int fd, const char *path, error **err);
bool output_stream_write(output_stream *s, const char *data, size_t size, error **err);
/* Write what is buffered and the end of the compressed form; more may follow
 * as a new member. */
bool output_stream_finish(output_stream *s, error **err);
void output_stream_close(output_stream *s);

#endif
