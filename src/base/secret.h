/* secret.h - secrets: kept in locked memory, found by reference, taken out of
 * texts (spec/security.md section 2).
 *
 * A secret belongs to one thread; the redaction of texts may be called from
 * any. No function puts a secret's value into an error.
 */
#ifndef ROWFERRY_BASE_SECRET_H
#define ROWFERRY_BASE_SECRET_H

#include "base/error.h"

#include <jansson.h>
#include <stddef.h>

/* Longest secret, in bytes. */
#define SECRET_MAX 65536

typedef struct secret secret;

/* A copy of @size bytes (at most SECRET_MAX) in locked memory, wiped when
 * freed. From here on text_redact() knows the value, until the process ends:
 * drivers keep copies and may print them long after we are done. */
secret *secret_new(const char *bytes, size_t size);
void secret_free(secret *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(secret, secret_free)
/* Terminated, borrowed. */
const char *secret_text(const secret *s);
size_t secret_size(const secret *s);

/* Whose secret a reference is: a sealed value opens only where it was sealed. */
typedef struct {
    const char *connection; /* the connection's name */
    const char *field;      /* "password" */
    const char *key_path;   /* or NULL: secret.key in the configuration directory */
} secret_place;

/* Whether @reference has the form of one: "env:NAME", "file:PATH",
 * "credential:NAME", "pgpass", "sealed:…" or {"command": ["pass", "show", "x"]}.
 * False for a literal; says nothing about whether it can be found. */
bool secret_is_reference(const json_t *reference);
/* The form checked without looking for the value. ERROR_DOCUMENT. */
bool secret_check(const json_t *reference, error **err);
/* Where it comes from, in words that hold no value: "env:ERP_PASSWORD",
 * "command pass", "sealed". Caller frees. */
char *secret_describe(const json_t *reference);
/* Find the value. True with *out NULL: the driver finds it itself (pgpass).
 * ERROR_DOCUMENT for a bad reference, else ERROR_CONNECT. */
bool secret_resolve(const json_t *reference, const secret_place *place, secret **out,
                    error **err);
/* A "sealed:…" text for @value that only @place opens. Makes the key file when
 * there is none. Caller frees. */
char *secret_seal(const char *value, const secret_place *place, error **err);

/* @text with every known secret of at least four bytes replaced by "***", as
 * it is, URL-encoded, in base64 or quoted for SQL, JSON and connection
 * strings. NULL stays NULL. Caller frees. */
char *text_redact(const char *text);

/* Once, first thing in main(), before any driver: umask 077, no core files,
 * no reading of our memory by others, locked memory ready. */
bool process_harden(error **err);

#endif
