/* document.h - strict reading of JSON documents by a table of their keys.
 *
 * document_check() holds an object against its table once: unknown keys (with
 * the nearest known one), wrong types, ranges, missing keys. After it the
 * document_get_…() functions cannot fail. The same table gives the order of
 * the keys when a document is written. Every error is ERROR_DOCUMENT and
 * begins with the subject (`task "x"`) and the path (`source.split.column`).
 */
#ifndef ROWFERRY_BASE_DOCUMENT_H
#define ROWFERRY_BASE_DOCUMENT_H

#include "base/error.h"

#include <jansson.h>

typedef enum {
    FIELD_TEXT,    /* a string, not empty unless FIELD_EMPTY */
    FIELD_FLAG,    /* true or false */
    FIELD_INTEGER, /* a whole number from min to max */
    FIELD_NUMBER,  /* a number from min to max */
    FIELD_SCALAR,  /* string, number, boolean or null */
    FIELD_TEXTS,   /* a list of different strings, at least one */
    FIELD_OBJECT,  /* an object with the keys of `fields` */
    FIELD_OBJECTS, /* a list of such objects */
    FIELD_MAP,     /* an object of free names, each a string, number or boolean */
    FIELD_ANY,     /* the caller checks it */
    FIELD_LATER,   /* known, but of a later version: refused */
} field_kind;

enum {
    FIELD_REQUIRED = 1 << 0,
    FIELD_EMPTY = 1 << 1, /* the empty string is a value */
};

typedef struct document_field {
    const char *key; /* NULL ends the table */
    field_kind kind;
    unsigned flags;
    const char *const *words;            /* FIELD_TEXT: the only values, NULL-terminated */
    int64_t min, max;                    /* FIELD_INTEGER, FIELD_NUMBER */
    const struct document_field *fields; /* FIELD_OBJECT, FIELD_OBJECTS */
} document_field;

/* Whether @object (any JSON) is an object as @fields say. @path is "" at the
 * top. */
bool document_check(const char *subject, const char *path, const json_t *object,
                    const document_field *fields, error **err);

/* Set ERROR_DOCUMENT "SUBJECT: …". Returns false. */
bool document_error(error **err, const char *subject, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Of an object that passed document_check(); text is borrowed, NULL or
 * @fallback when the key is absent. @object may be NULL. */
const char *document_get_text(const json_t *object, const char *key);
int64_t document_get_integer(const json_t *object, const char *key, int64_t fallback);
double document_get_number(const json_t *object, const char *key, double fallback);
bool document_get_flag(const json_t *object, const char *key, bool fallback);
/* A copy of a FIELD_TEXTS value; NULL when absent. Caller frees with g_strfreev. */
char **document_get_texts(const json_t *object, const char *key);
/* A FIELD_SCALAR or FIELD_MAP value as text (true, 12, 0.5 …); caller frees. */
char *document_scalar_text(const json_t *scalar);

/* --- text form (document_text.c) --- */

/* Parse @length bytes. @subject names where they come from ("orders.json").
 * Duplicate keys and numbers that a double cannot hold exactly are errors.
 * New reference. */
json_t *document_read(const char *subject, const char *text, size_t length, error **err);
/* A copy with the keys in the order of @fields, those of maps sorted. The
 * document must have passed document_check(). New reference. */
json_t *document_ordered(const json_t *object, const document_field *fields);
/* Two spaces of indent, lists of scalars on one line, numbers as short as
 * they read back equal, one newline at the end. Caller frees with free(). */
char *document_write(const json_t *document);

#endif
