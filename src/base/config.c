#include "base/config.h"
#include "base/civil.h"
#include "base/intl.h"
#include "base/text.h"

#include <errno.h>
#include <ini.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool set_zone(char **slot, const char *text, error **err)
{
    if (*text != '\0') {
        g_autoptr(zone) z = zone_open(text, err);
        if (z == NULL)
            return false;
    }
    g_free(*slot);
    *slot = g_strdup(text);
    return true;
}

typedef enum { KEY_TEXT, KEY_NUMBER, KEY_BOOL } key_type;

/* The same rows as config_keys(), with what it takes to read them. */
static const struct {
    key_type type;
    size_t offset;
    int low, high; /* KEY_NUMBER */
    bool (*set)(char **slot, const char *text, error **err); /* KEY_TEXT */
} readers[] = {
    {KEY_TEXT, offsetof(config, time_zone), 0, 0, set_zone},
    {KEY_NUMBER, offsetof(config, streams), 0, 16, NULL},
    {KEY_BOOL, offsetof(config, allow_network), 0, 0, NULL},
};

static const config_key keys[] = {
    {"run", "time_zone", N_("a name of the zone database"), "",
     N_("time zone of tasks that name none; empty: the system's")},
    {"run", "streams", "0-16", "0",
     N_("segments moved at once by tasks that name no limits.streams; 0: the plan decides")},
    {"store", "allow_network", "yes|no", "no",
     N_("open the store on a network file system; one host at a time")},
    {NULL, NULL, NULL, NULL, NULL},
};

G_STATIC_ASSERT(G_N_ELEMENTS(keys) == G_N_ELEMENTS(readers) + 1);

const config_key *config_keys(void)
{
    return keys;
}

static bool set_number(int *slot, const char *text, int low, int high, error **err)
{
    gint64 number;
    if (!g_ascii_string_to_signed(text, 10, low, high, &number, NULL))
        return error_set(err, ERROR_DOCUMENT, _("\"%s\" is not a number from %d to %d"), text,
                         low, high);
    *slot = (int)number;
    return true;
}

static bool set_bool(bool *slot, const char *text, error **err)
{
    static const char *const yes[] = {"yes", "true", "on", "1", NULL};
    static const char *const no[] = {"no", "false", "off", "0", NULL};
    if (!g_strv_contains(yes, text) && !g_strv_contains(no, text))
        return error_set(err, ERROR_DOCUMENT, _("\"%s\" is neither yes nor no"), text);
    *slot = g_strv_contains(yes, text);
    return true;
}

static bool set_key(config *c, size_t index, const char *text, error **err)
{
    char *slot = (char *)c + readers[index].offset;
    switch (readers[index].type) {
    case KEY_TEXT:
        return readers[index].set((char **)(void *)slot, text, err);
    case KEY_NUMBER:
        return set_number((int *)(void *)slot, text, readers[index].low, readers[index].high,
                          err);
    case KEY_BOOL:
        return set_bool((bool *)(void *)slot, text, err);
    }
    g_assert_not_reached();
}

config *config_new(void)
{
    config *c = g_new0(config, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
        bool good = set_key(c, i, keys[i].default_value, NULL);
        g_assert(good);
    }
    return c;
}

void config_free(config *c)
{
    if (c == NULL)
        return;
    g_free(c->time_zone);
    g_free(c);
}

/* "did you mean", from the keys of @section, or with @section NULL from the
 * sections. */
static void hint_nearest(const char *section, const char *word, error **err)
{
    const char *known[G_N_ELEMENTS(keys)];
    size_t count = 0;
    for (const config_key *k = keys; k->section != NULL; k++)
        if (section == NULL || strcmp(k->section, section) == 0)
            known[count++] = section == NULL ? k->section : k->key;
    known[count] = NULL;
    const char *nearest = text_nearest(word, known);
    if (nearest != NULL)
        error_hint(err, _("Did you mean \"%s\"?"), nearest);
    else
        error_hint(err, _("rowferry.conf(5) lists what can be set."));
}

static bool set_named(config *c, const char *section, const char *key, const char *text,
                      error **err)
{
    bool section_known = false;
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
        if (strcmp(keys[i].section, section) != 0)
            continue;
        section_known = true;
        if (strcmp(keys[i].key, key) != 0)
            continue;
        g_autoptr(error) local = NULL;
        return set_key(c, i, text, &local) || error_prefix(err, &local, "[%s] %s", section, key);
    }
    g_autofree char *safe_section = text_safe(section, -1);
    g_autofree char *safe_key = text_safe(key, -1);
    if (section_known) {
        error_set(err, ERROR_DOCUMENT, _("unknown key \"%s\" in section [%s]"), safe_key,
                  safe_section);
        hint_nearest(section, key, err);
    } else if (*section == '\0') {
        error_set(err, ERROR_DOCUMENT, _("key \"%s\" stands before the first section"), safe_key);
        error_hint(err, _("Put [run] or [store] above it."));
    } else {
        error_set(err, ERROR_DOCUMENT, _("unknown section [%s]"), safe_section);
        hint_nearest(NULL, section, err);
    }
    return false;
}

typedef struct {
    FILE *file;
    const char *path;
    int line; /* of what was read last */
    bool cut; /* a line did not fit inih's buffer */
    config *into;
    error *failure; /* the first one */
} loading;

/* inih does not tell its handler the line, so we count while it reads. */
static char *next_line(char *buffer, int size, void *stream)
{
    loading *l = stream;
    if (fgets(buffer, size, l->file) == NULL)
        return NULL;
    l->line++;
    if (strchr(buffer, '\n') == NULL && !feof(l->file))
        l->cut = true;
    return l->cut ? NULL : buffer;
}

static int on_key(void *user, const char *section, const char *name, const char *value)
{
    loading *l = user;
    if (l->failure != NULL)
        return 1;
    g_autoptr(error) local = NULL;
    /* Without a value inih passes NULL when it is built to allow that. */
    if (set_named(l->into, section, name, value == NULL ? "" : value, &local))
        return 1;
    error_prefix(&l->failure, &local, "%s:%d", l->path, l->line);
    return 1;
}

config *config_load(const char *path, error **err)
{
    g_autoptr(config) c = config_new();
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT)
        return g_steal_pointer(&c);
    if (file == NULL) {
        error_set(err, ERROR_IO, _("could not open file \"%s\": %s"), path, g_strerror(errno));
        return NULL;
    }
    loading l = {.file = file, .path = path, .into = c};
    int bad_line = ini_parse_stream(next_line, &l, on_key, &l);
    bool unreadable = ferror(file) != 0;
    fclose(file);
    if (l.failure == NULL && (unreadable || bad_line < 0))
        error_set(&l.failure, ERROR_IO, _("could not read file \"%s\""), path);
    else if (l.failure == NULL && l.cut)
        error_set(&l.failure, ERROR_DOCUMENT, _("%s:%d: line is too long"), path, l.line);
    else if (l.failure == NULL && bad_line > 0)
        error_set(&l.failure, ERROR_DOCUMENT,
                  _("%s:%d: neither [section] nor \"key = value\""), path, bad_line);
    if (l.failure != NULL) {
        error_propagate(err, &l.failure);
        return NULL;
    }
    return g_steal_pointer(&c);
}
