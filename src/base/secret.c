#include "base/secret.h"
#include "base/command.h"
#include "base/intl.h"
#include "base/paths.h"
#include "base/redact.h"
#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMAND_TIMEOUT_SECONDS 5
#define COMMAND_ARGUMENTS_MAX 64

struct secret {
    size_t size;
    char text[];
};

secret *secret_new(const char *bytes, size_t size)
{
    g_assert(size <= SECRET_MAX);
    secret *s = secret_memory(sizeof *s + size + 1);
    s->size = size;
    memcpy(s->text, bytes, size);
    s->text[size] = '\0';
    redact_add(bytes, size);
    return s;
}

void secret_free(secret *s)
{
    sodium_free(s); /* wipes; NULL is fine */
}

const char *secret_text(const secret *s)
{
    return s->text;
}

size_t secret_size(const secret *s)
{
    return s->size;
}

/* The value in @buffer as people write it into files: without the newline at
 * its end. A NUL would cut it short in every driver. */
static bool take_value(const char *buffer, size_t size, const char *from, secret **out,
                       error **err)
{
    if (size > 0 && buffer[size - 1] == '\n')
        size--;
    if (size > 0 && buffer[size - 1] == '\r')
        size--;
    if (size == 0)
        return error_set(err, ERROR_CONNECT, _("secret from %s is empty"), from);
    if (memchr(buffer, '\0', size) != NULL)
        return error_set(err, ERROR_CONNECT, _("secret from %s holds a zero byte"), from);
    *out = secret_new(buffer, size);
    return true;
}

static bool read_file(int fd, const char *from, secret **out, error **err)
{
    char *buffer = secret_memory(SECRET_MAX + 1);
    size_t size = 0;
    ssize_t got;
    do {
        got = read(fd, buffer + size, SECRET_MAX + 1 - size);
        if (got > 0)
            size += (size_t)got;
    } while ((got > 0 && size <= SECRET_MAX) || (got < 0 && errno == EINTR));
    bool done;
    if (got < 0)
        done = error_set(err, ERROR_CONNECT, _("could not read the secret from %s: %s"), from,
                         g_strerror(errno));
    else if (size > SECRET_MAX)
        done = error_set(err, ERROR_CONNECT, _("secret from %s is longer than 64 KiB"), from);
    else
        done = take_value(buffer, size, from, out, err);
    sodium_free(buffer);
    return done;
}

static bool resolve_env(const char *name, const secret_place *place, secret **out, error **err)
{
    (void)place;
    const char *value = getenv(name);
    if (value == NULL) {
        error_set(err, ERROR_CONNECT, _("environment variable \"%s\" is not set"), name);
        return error_hint(err, _("Set it where rowferry is started, cron and services included."));
    }
    if (strlen(value) > SECRET_MAX)
        return error_set(err, ERROR_CONNECT, _("environment variable \"%s\" is too long"), name);
    g_autofree char *from = g_strdup_printf("env:%s", name);
    return take_value(value, strlen(value), from, out, err);
}

static bool resolve_file(const char *path, const secret_place *place, secret **out, error **err)
{
    (void)place;
    g_autofree char *full = path[0] == '~' ? g_build_filename(g_get_home_dir(), path + 1, NULL)
                                           : g_strdup(path);
    g_autoptr(error) local = NULL;
    int fd = file_open_private(full, O_RDONLY, &local);
    if (fd < 0) {
        local->code = ERROR_CONNECT;
        return error_propagate(err, &local);
    }
    g_autofree char *from = g_strdup_printf("file:%s", path);
    bool done = read_file(fd, from, out, err);
    close(fd);
    return done;
}

static bool resolve_credential(const char *name, const secret_place *place, secret **out,
                               error **err)
{
    (void)place;
    const char *directory = g_getenv("CREDENTIALS_DIRECTORY");
    if (directory == NULL || !g_path_is_absolute(directory)) {
        error_set(err, ERROR_CONNECT, _("could not read credential \"%s\": there are none here"),
                  name);
        return error_hint(err, _("Credentials come from LoadCredential= of a systemd unit."));
    }
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autoptr(error) local = NULL;
    /* systemd owns these files and may open them to us by an access list. */
    int fd = file_open(path, O_RDONLY, &local);
    if (fd < 0) {
        local->code = ERROR_CONNECT;
        return error_propagate(err, &local);
    }
    g_autofree char *from = g_strdup_printf("credential:%s", name);
    bool done = read_file(fd, from, out, err);
    close(fd);
    return done;
}

static bool resolve_sealed(const char *sealed, const secret_place *place, secret **out,
                           error **err)
{
    return seal_open(sealed, place, out, err);
}

static bool check_env(const char *name)
{
    if (*name == '\0' || g_ascii_isdigit(*name))
        return false;
    for (; *name != '\0'; name++)
        if (!g_ascii_isalnum(*name) && *name != '_')
            return false;
    return true;
}

static bool check_file(const char *path)
{
    return g_path_is_absolute(path) || (g_str_has_prefix(path, "~/") && path[2] != '\0');
}

static bool check_credential(const char *name)
{
    return *name != '\0' && *name != '.' && strchr(name, '/') == NULL;
}

static const struct scheme {
    const char *prefix;
    bool (*is_well_formed)(const char *rest);
    bool (*resolve)(const char *rest, const secret_place *place, secret **out, error **err);
    const char *expected;
    bool says_rest; /* the rest may be shown */
} schemes[] = {
    {"env:", check_env, resolve_env, N_("env: and the name of an environment variable"), true},
    {"file:", check_file, resolve_file, N_("file: and an absolute path, or one with ~/"), true},
    {"credential:", check_credential, resolve_credential,
     N_("credential: and the name of a systemd credential"), true},
    {"sealed:", seal_is_well_formed, resolve_sealed,
     N_("sealed: and what rowferry wrote after it"), false},
};

static const struct scheme *scheme_of(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_str_has_prefix(text, schemes[i].prefix))
            return &schemes[i];
    return NULL;
}

bool secret_is_reference(const json_t *reference)
{
    if (json_is_object(reference))
        return json_object_get(reference, "command") != NULL;
    const char *text = json_string_value(reference);
    return text != NULL && (strcmp(text, "pgpass") == 0 || scheme_of(text) != NULL);
}

static bool check_command(const json_t *reference, error **err)
{
    const json_t *arguments = json_object_get(reference, "command");
    size_t count = json_array_size(arguments);
    bool good = json_object_size(reference) == 1 && count >= 1 && count <= COMMAND_ARGUMENTS_MAX;
    for (size_t i = 0; good && i < count; i++) {
        const json_t *argument = json_array_get(arguments, i);
        const char *text = json_string_value(argument);
        good = text != NULL && strlen(text) == json_string_length(argument) &&
               (i > 0 || *text != '\0');
    }
    if (good)
        return true;
    error_set(err, ERROR_DOCUMENT, _("command of a secret is not a list of texts"));
    return error_hint(err, _("Write {\"command\": [\"pass\", \"show\", \"name\"]}."));
}

bool secret_check(const json_t *reference, error **err)
{
    if (json_is_object(reference))
        return check_command(reference, err);
    const char *text = json_string_value(reference);
    if (text != NULL && strcmp(text, "pgpass") == 0)
        return true;
    const struct scheme *scheme = text == NULL ? NULL : scheme_of(text);
    if (scheme == NULL) {
        error_set(err, ERROR_DOCUMENT, _("secret is not a reference"));
        return error_hint(err, _("Use env:, file:, credential:, pgpass, sealed: or "
                                 "{\"command\": […]}."));
    }
    /* The text itself stays out: it may be a password that looks like one. */
    if (strlen(text) != json_string_length(reference) ||
        !scheme->is_well_formed(text + strlen(scheme->prefix)))
        return error_set(err, ERROR_DOCUMENT, _("secret reference is malformed; expected %s"),
                         _(scheme->expected));
    return true;
}

char *secret_describe(const json_t *reference)
{
    if (json_is_object(reference)) {
        const char *program =
            json_string_value(json_array_get(json_object_get(reference, "command"), 0));
        return g_strdup_printf("command %s", program == NULL ? "?" : program);
    }
    const char *text = json_string_value(reference);
    const struct scheme *scheme = text == NULL ? NULL : scheme_of(text);
    if (scheme != NULL && scheme->says_rest)
        return g_strdup(text);
    if (scheme != NULL)
        return g_strdup("sealed");
    return g_strdup(text != NULL && strcmp(text, "pgpass") == 0 ? "pgpass" : "literal");
}

static bool resolve_command(const json_t *reference, secret **out, error **err)
{
    const json_t *arguments = json_object_get(reference, "command");
    size_t count = json_array_size(arguments);
    const char *argv[COMMAND_ARGUMENTS_MAX + 1] = {NULL};
    for (size_t i = 0; i < count; i++)
        argv[i] = json_string_value(json_array_get(arguments, i));
    char *buffer = secret_memory(SECRET_MAX);
    size_t size = 0;
    g_autofree char *from = g_strdup_printf(_("command \"%s\""), argv[0]);
    bool done = command_output(argv, COMMAND_TIMEOUT_SECONDS, buffer, SECRET_MAX, &size, err) &&
                take_value(buffer, size, from, out, err);
    sodium_free(buffer);
    return done;
}

bool secret_resolve(const json_t *reference, const secret_place *place, secret **out,
                    error **err)
{
    *out = NULL;
    if (!secret_check(reference, err))
        return false;
    if (json_is_object(reference))
        return resolve_command(reference, out, err);
    const char *text = json_string_value(reference);
    const struct scheme *scheme = scheme_of(text);
    return scheme == NULL || scheme->resolve(text + strlen(scheme->prefix), place, out, err);
}

char *secret_seal(const char *value, const secret_place *place, error **err)
{
    if (strlen(value) > SECRET_MAX) {
        error_set(err, ERROR_DOCUMENT, _("secret is longer than 64 KiB"));
        return NULL;
    }
    redact_add(value, strlen(value));
    g_autofree char *sealed = seal_make(value, place, err);
    return sealed == NULL ? NULL : g_strconcat("sealed:", sealed, NULL);
}

bool process_harden(error **err)
{
    umask(077);
    if (sodium_init() < 0)
        return error_set(err, ERROR_INTERNAL, _("could not start the cryptography library"));
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return error_set(err, ERROR_INTERNAL, _("could not forbid core files: %s"),
                         g_strerror(errno));
    return true;
}
