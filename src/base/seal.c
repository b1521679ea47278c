#include "base/seal.h"
#include "base/intl.h"
#include "base/paths.h"
#include "base/redact.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION "v1"
#define PREFIX VERSION ":"
#define KEY_SIZE crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* Decode into @out, which holds strlen(sealed) bytes. */
static bool decode(const char *sealed, unsigned char *out, size_t *size)
{
    if (!g_str_has_prefix(sealed, PREFIX))
        return false;
    const char *text = sealed + strlen(PREFIX);
    return sodium_base642bin(out, strlen(sealed), text, strlen(text), NULL, size, NULL, BASE64) ==
               0 &&
           *size >= NONCE_SIZE + TAG_SIZE && *size <= NONCE_SIZE + TAG_SIZE + SECRET_MAX;
}

bool seal_is_well_formed(const char *sealed)
{
    g_autofree unsigned char *bytes = g_malloc(strlen(sealed) + 1);
    size_t size;
    return decode(sealed, bytes, &size);
}

static char *key_path_of(const secret_place *place, error **err)
{
    if (place->key_path != NULL)
        return g_strdup(place->key_path);
    g_autoptr(paths) p = paths_new(err);
    return p == NULL ? NULL : g_build_filename(p->config, "secret.key", NULL);
}

/* The associated data: a sealed value moved to another place does not open. */
static char *binding_of(const secret_place *place)
{
    return g_strdup_printf(VERSION "|%s|%s", place->connection, place->field);
}

static bool read_key(const char *path, unsigned char *key, error **err)
{
    int fd = file_open_private(path, O_RDONLY, err);
    if (fd < 0)
        return false;
    unsigned char extra;
    bool whole = read(fd, key, KEY_SIZE) == KEY_SIZE && read(fd, &extra, 1) == 0;
    close(fd);
    if (!whole)
        return error_set(err, ERROR_IO, _("key file \"%s\" does not hold a key"), path);
    return true;
}

/* Make the key under a name of its own and link it to @path: nobody ever sees
 * half a key, and of two who try at once both end with the same one. */
static bool make_key(const char *path, error **err)
{
    g_autofree char *directory = g_path_get_dirname(path);
    if (!directory_ensure(directory, err))
        return false;
    g_autofree char *temporary =
        g_strdup_printf("%s.%08x%08x", path, randombytes_random(), randombytes_random());
    int fd = file_create(temporary, err);
    if (fd < 0)
        return false;
    unsigned char key[KEY_SIZE];
    randombytes_buf(key, sizeof key);
    bool done = file_write_all(fd, (const char *)key, sizeof key, temporary, err);
    sodium_memzero(key, sizeof key);
    if (done && (fchmod(fd, 0400) != 0 || fsync(fd) != 0 ||
                 (link(temporary, path) != 0 && errno != EEXIST)))
        done = error_set(err, ERROR_IO, _("could not make key file \"%s\": %s"), path,
                         g_strerror(errno));
    close(fd);
    unlink(temporary);
    return done && file_sync_directory(path, err);
}

bool seal_open(const char *sealed, const secret_place *place, secret **out, error **err)
{
    g_autofree char *path = key_path_of(place, err);
    if (path == NULL)
        return false;
    g_autoptr(error) local = NULL;
    unsigned char key[KEY_SIZE];
    if (!read_key(path, key, &local)) {
        local->code = ERROR_CONNECT;
        error_hint(&local, _("Without the key it was sealed with a secret cannot be opened; "
                             "restore \"%s\" or save the connection again with its password."),
                   path);
        return error_prefix(err, &local, _("cannot open the sealed %s of connection \"%s\""),
                            place->field, place->connection);
    }
    g_autofree unsigned char *bytes = g_malloc(strlen(sealed) + 1);
    size_t size = 0;
    unsigned char *plain = secret_memory(SECRET_MAX);
    g_autofree char *binding = binding_of(place);
    unsigned long long plain_size = 0;
    bool done = decode(sealed, bytes, &size) &&
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    plain, &plain_size, NULL, bytes + NONCE_SIZE, size - NONCE_SIZE,
                    (const unsigned char *)binding, strlen(binding), bytes, key) == 0;
    sodium_memzero(key, sizeof key);
    if (done)
        *out = secret_new((const char *)plain, (size_t)plain_size);
    sodium_free(plain);
    if (done)
        return true;
    error_set(err, ERROR_CONNECT, _("cannot open the sealed %s of connection \"%s\""),
              place->field, place->connection);
    return error_hint(err, _("It was sealed for another connection or with another key; save "
                             "the connection again with its password."));
}

char *seal_make(const char *value, const secret_place *place, error **err)
{
    g_autofree char *path = key_path_of(place, err);
    if (path == NULL || (access(path, F_OK) != 0 && !make_key(path, err)))
        return NULL;
    unsigned char key[KEY_SIZE];
    if (!read_key(path, key, err))
        return NULL;
    size_t size = strlen(value);
    g_autofree unsigned char *bytes = g_malloc(NONCE_SIZE + size + TAG_SIZE);
    randombytes_buf(bytes, NONCE_SIZE);
    g_autofree char *binding = binding_of(place);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes + NONCE_SIZE, NULL, (const unsigned char *)value, size,
        (const unsigned char *)binding, strlen(binding), NULL, bytes, key);
    sodium_memzero(key, sizeof key);
    size_t total = NONCE_SIZE + size + TAG_SIZE;
    size_t text_size = sodium_base64_ENCODED_LEN(total, BASE64);
    char *text = g_malloc(strlen(PREFIX) + text_size);
    memcpy(text, PREFIX, strlen(PREFIX));
    sodium_bin2base64(text + strlen(PREFIX), text_size, bytes, total, BASE64);
    return text;
}
