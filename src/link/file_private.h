/* file_private.h - what the parts of the file link share. */
#ifndef ROWFERRY_LINK_FILE_PRIVATE_H
#define ROWFERRY_LINK_FILE_PRIVATE_H

#include "link/file_scan.h"
#include "link/file_stream.h"
#include "link/link.h"
#include "link/links.h"

#include <stdatomic.h>

typedef struct {
    session base;
    _Atomic bool cancelled;
    char *token; /* of the run, or NULL */
    /* while a target is being written */
    char *final_path;
    char *temporary_path;
    int fd; /* of the temporary file, or -1 */
    char *lock_path;
    int lock_fd; /* or -1 */
} file_session;

/* The path of file @name in the connection's folder. ERROR_PLAN when it leads
 * out of it. Caller frees. */
char *file_path(const connection *c, const char *name, error **err);

/* --- records: the text of one row at a time --- */

/* A buffer over an input stream that hands out text and remembers its line.
 * Text stays where it is until the next call of text_buffer_more(). */
typedef struct {
    input_stream *in;
    char *data;
    size_t start, end, capacity;
    int64_t line; /* of data[start], from 1 */
    bool at_end;
} text_buffer;

/* U+FEFF in UTF-8, which some programs put before the text of a file. */
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* A row may be this large; beyond it a quote was probably never closed. */
#define RECORD_MAX ((size_t)64 << 20)

bool text_buffer_open(text_buffer *b, const char *path, error **err);
void text_buffer_close(text_buffer *b);
typedef enum { MORE_TEXT, MORE_END, MORE_TOO_LARGE, MORE_FAILED } more_outcome;
/* Read on behind data[end]; what lies before data[start] is dropped, so that
 * offsets relative to start stay true. */
more_outcome text_buffer_more(text_buffer *b, error **err);

/* --- readers of one format each --- */

typedef struct {
    reader base;
    file_session *session;
    const file_format *format;
    char *path;
    text_buffer text;
    char **columns; /* wanted, NULL-terminated */
    unsigned n_columns;
    int *place;             /* delimited: field index → wanted column or -1 */
    unsigned n_fields;      /* delimited: fields that a row must have */
    GArray *fields;         /* delimited: scratch, of value */
    scanned_field *scanned; /* delimited: scratch, [n_fields] */
    GHashTable *by_name;    /* jsonl: name → wanted column + 1 */
} file_reader;

/* Names of a delimited file's columns: its header, or column1 … by its first
 * record. NULL-terminated; an empty file has none. */
char **delimited_columns(text_buffer *text, const file_format *format, const char *path,
                         error **err);
bool delimited_open(file_reader *r, error **err);
read_outcome delimited_next(file_reader *r, batch *b, error **err);

/* Names of the members seen in the first records, in order of appearance. */
char **json_lines_columns(text_buffer *text, const char *path, error **err);
bool json_lines_open(file_reader *r, error **err);
read_outcome json_lines_next(file_reader *r, batch *b, error **err);

reader *file_read_open(session *s, const read_request *request, const data_type *types,
                       unsigned n_columns, error **err);
read_outcome file_read_next(reader *r, batch *b, error **err);
void file_read_close(reader *r);

/* --- the writer --- */

writer *file_write_open(session *s, const write_request *request, error **err);
bool file_write(writer *w, batch *b, error **err);
bool file_write_flush(writer *w, error **err);
void file_write_close(writer *w);

#endif
