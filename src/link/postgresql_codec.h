/* postgresql_codec.h - values in the wire forms of COPY: binary both ways,
 * text for what has no exact binary form here.
 *
 * Pure: no connection, any thread. Numbers are big-endian on the wire; times
 * count from 2000-01-01.
 */
#ifndef ROWFERRY_LINK_POSTGRESQL_CODEC_H
#define ROWFERRY_LINK_POSTGRESQL_CODEC_H

#include "base/error.h"
#include "row/batch.h"

#include <stddef.h>

/* The column types that have an exact binary form here. */
typedef enum {
    PG_FORM_NONE, /* by text */
    PG_FORM_BOOL,
    PG_FORM_INT2,
    PG_FORM_INT4,
    PG_FORM_INT8,
    PG_FORM_OID,
    PG_FORM_FLOAT4,
    PG_FORM_FLOAT8,
    PG_FORM_NUMERIC,
    PG_FORM_TEXT, /* text, varchar, bpchar, name */
    PG_FORM_BYTEA,
    PG_FORM_DATE,
    PG_FORM_TIME,
    PG_FORM_TIMESTAMP,
    PG_FORM_TIMESTAMPTZ,
    PG_FORM_UUID,
    PG_FORM_JSON,
    PG_FORM_JSONB,
} pg_form;

/* The form of the built-in type with this oid. */
pg_form pg_form_of(unsigned oid);
/* The kind of type that a column in this form holds; TYPE_OTHER for NONE. */
type_kind pg_form_kind(pg_form form);

/* The eleven bytes every binary COPY begins with, then two zero words. */
#define PG_COPY_HEADER_SIZE 19
extern const char pg_copy_header[PG_COPY_HEADER_SIZE];

/* --- decoding --- */

/* The value of a field. Text and bytes stay where they are (the caller copied
 * the row into @b before); long decimals are written into @b. False: the
 * field is not of that form. */
bool pg_decode(pg_form form, const char *data, uint32_t size, batch *b, value *out);

/* --- encoding --- */

/* A growing buffer for the rows of a COPY. */
typedef struct {
    char *data;
    size_t size, capacity;
} pg_buffer;

void pg_buffer_clear(pg_buffer *b);
/* Make room for @size more bytes. */
void pg_buffer_grow(pg_buffer *b, size_t size);
static inline void pg_buffer_reserve(pg_buffer *b, size_t size)
{
    if (G_UNLIKELY(b->capacity - b->size < size))
        pg_buffer_grow(b, size);
}

/* Why a value cannot be sent. */
typedef struct {
    reject_class class;
    const char *message; /* static, translated */
    bool wrong_kind;     /* a bug of the caller: not a value of the column's type */
} pg_refusal;

/* Append one field, length word included. False: nothing was appended. */
bool pg_encode(pg_buffer *b, pg_form form, const value *v, pg_refusal *why);
/* Append one field of a text COPY, escaped, without separator. */
bool pg_encode_text(pg_buffer *b, const value *v, pg_refusal *why);

#endif
