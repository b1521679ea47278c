/* seal.h - values encrypted for the store: "v1:" and base64 of nonce and
 * ciphertext (XChaCha20-Poly1305), bound to the connection and field they
 * belong to. Private to secret.c.
 *
 * Protects backups and copied files; not against root or the same user, who
 * can read the key file as we do.
 */
#ifndef ROWFERRY_BASE_SEAL_H
#define ROWFERRY_BASE_SEAL_H

#include "base/secret.h"

bool seal_is_well_formed(const char *sealed);
/* ERROR_CONNECT when the key is missing or the value was not sealed with it
 * for this place. */
bool seal_open(const char *sealed, const secret_place *place, secret **out, error **err);
/* Makes the key file when there is none. Caller frees. */
char *seal_make(const char *value, const secret_place *place, error **err);

#endif
