/* redact.h - the set of known secrets, which text_redact() takes out of texts.
 *
 * The one state of the process that is not handed around: a secret must not
 * reach any sink of any thread, also where nobody thought of it. Serialised
 * inside.
 */
#ifndef ROWFERRY_BASE_REDACT_H
#define ROWFERRY_BASE_REDACT_H

#include <stddef.h>

/* Remember @size bytes and their spellings, in locked memory, until the
 * process ends. Fewer than four bytes are ignored: they would blot out
 * ordinary text. */
void redact_add(const char *bytes, size_t size);

/* @size bytes of locked memory, aligned for any type, kept out of core files;
 * sodium_free() wipes it. Out of memory ends the process. */
void *secret_memory(size_t size);

#endif
