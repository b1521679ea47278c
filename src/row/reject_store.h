/* reject_store.h - the bytes of a reject file: appending whole lines under a
 * lock. For the files of row/ only.
 */
#ifndef ROWFERRY_ROW_REJECT_STORE_H
#define ROWFERRY_ROW_REJECT_STORE_H

#include "base/error.h"

#include <glib.h>
#include <jansson.h>

/* What each line begins with, so that a reader can tell them apart unparsed. */
#define REJECT_LINE_HEADER  "{\"rowferry_rejects\":"
#define REJECT_LINE_ROW     "{\"reject\":"
#define REJECT_LINE_EDIT    "{\"edit\":"
#define REJECT_LINE_CLOSED  "{\"closed\":"
#define REJECT_FILE_VERSION 1

/* Append @lines (each ended) to the file in one piece: under the file's lock,
 * after cutting off a line that a killed writer left torn. On failure the
 * file is as it was. @path is for the message. */
bool reject_store_append(int fd, const char *path, const GString *lines, error **err);

/* Add @json and a line end to @lines; takes @json. */
void reject_store_line(GString *lines, json_t *json);

/* Fail with ERROR_DISK, ERROR_RIGHTS, ERROR_NOT_FOUND or ERROR_IO for @number
 * (errno), whose text is put behind the message. */
bool reject_store_error(error **err, int number, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* "2026-01-31T12:34:56Z", now; caller frees. */
char *reject_store_time(void);

#endif
