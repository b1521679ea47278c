/* reject_file.h - rows that a target refused, kept with their reason.
 *
 * One file per run, JSON Lines, 0600, in the run's folder; the first line is
 * a header that names the source and target columns with their types. Calls
 * are serialised inside, any thread may add. Storing must not fail silently:
 * if a row cannot be kept, the run stops (spec/pitfalls.md, "Rejects lost").
 * Values are lossless: JSON null; {"i":…}, {"f":"…"}, {"n":"…"} (decimal),
 * {"t":"…"} (text), {"b":"hex"}, {"date":…} … so that an edited or replayed
 * reject is exactly the source row.
 */
#ifndef ROWFERRY_ROW_REJECT_FILE_H
#define ROWFERRY_ROW_REJECT_FILE_H

#include "base/error.h"
#include "row/batch.h"

#include <jansson.h>

typedef struct reject_file reject_file;

typedef struct {
    const char *const *source_columns; /* [n_source] */
    const data_type *source_types;
    unsigned n_source;
    const char *const *target_columns; /* [n_target] */
    unsigned n_target;
    const char *const
        *key_columns; /* names of source columns that identify a row; NULL-terminated */
} reject_layout;

/* Create the file; fails if it exists. The layout is copied. */
reject_file *reject_file_create(const char *path, const reject_layout *layout, error **err);
/* Flush to disk and close. */
bool reject_file_close(reject_file *f, error **err);

/* Keep every rejected row of @b (its source values, position, line, reason)
 * for @attempt of the run. The first row of a batch that cannot be stored
 * fails the whole call. */
bool reject_file_add_batch(reject_file *f, int attempt, const batch *b, error **err);

/* Rows kept so far. */
int64_t reject_file_count(const reject_file *f);

/* --- reading --- */

/* One reject as read back. Values point into memory owned by the reject. */
typedef struct {
    int64_t number; /* from 1, its place in the file */
    int attempt, segment;
    int64_t position, line;
    char *time; /* RFC 3339, UTC */
    char *class, *column, *sqlstate, *message;
    char *raw; /* malformed text, terminated, or NULL */
    size_t raw_size;
    json_t *values; /* object: source column → lossless form, or NULL when raw */
    bool closed;    /* a later replay wrote it */
    bool edited;    /* values hold the operator's edit */
} reject;

void reject_free(reject *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(reject, reject_free)

typedef struct reject_reader reject_reader;
reject_reader *reject_reader_open(const char *path, error **err);
void reject_reader_close(reject_reader *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(reject_reader, reject_reader_close)
/* The next reject, edits and closings applied; NULL at the end with *err
 * unset, or on failure with *err set. A torn last line (the writer was
 * killed) ends the file. */
reject *reject_reader_next(reject_reader *r, error **err);
/* From the header: column names in order (borrowed), types. Either may be
 * NULL. A name that the source has twice stands as "name (2)" here and in
 * the values. */
unsigned reject_reader_columns(const reject_reader *r, const char *const **names,
                               const data_type **types);
/* Names of the source columns that identify a row; NULL-terminated, borrowed. */
const char *const *reject_reader_key(const reject_reader *r);

/* Append an edit of reject @number: @values replaces the named source values,
 * in the lossless form or as plain JSON (string, number, boolean, null). The
 * first edit of a malformed line must name every column. ERROR_NOT_FOUND when
 * there is no such reject, ERROR_DOCUMENT for an unknown column or a bad
 * value. */
bool reject_file_edit(const char *path, int64_t number, json_t *values, error **err);
/* Append that the rejects @numbers were closed by run @by. */
bool reject_file_mark_closed(const char *path, const int64_t *numbers, size_t n, const char *by,
                             error **err);

/* A value and its lossless JSON form, one of
 *   null  {"bool": true}  {"i": 5}  {"f": "0.1"}  {"n": "12.50"}  {"t": "text"}
 *   {"b": "00ff"}  {"date": "2026-01-31"}  {"time": …}  {"timestamp": …}
 *   {"instant": …}  {"uuid": …}  {"json": "text as spelled"}
 * with {"t_hex": "00"} and {"json_hex": …} for text that JSON cannot hold (NUL,
 * invalid UTF-8) and a number (days, microseconds) in place of the text of a
 * date or time that parse_date() … cannot read back. value_from_json() also
 * takes plain JSON: text, integers, floats, booleans. It allocates bytes in
 * @b; ERROR_DOCUMENT otherwise. */
json_t *value_to_json(const value *v);
/* Such a form for people and for CSV: the text in it, NULL for null. Caller
 * frees. */
char *reject_cell_text(const json_t *cell);
bool value_from_json(const json_t *json, batch *b, value *out, error **err);

#endif
