#include "ui/actions.h"

#include "base/intl.h"
#include "ui/app_private.h"

#include <errno.h>
#include <string.h>

GArray *actions_for(app *a, screen *s)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(action_entry));
    const struct {
        const action *actions;
        const char *where;
    } tables[] = {
        { s->ops->actions, s->ops->title },
        { app_actions(), N_("everywhere") },
    };
    for (unsigned t = 0; t < G_N_ELEMENTS(tables); t++)
        for (const action *one = tables[t].actions; one != NULL && one->id != NULL; one++) {
            if ((one->flags & ACTION_WRITES) != 0 && app_is_readonly(a))
                continue;
            const action_entry entry = { .action = one,
                                         .where = tables[t].where,
                                         .key = key_file_key(app_keys(a), one->id, one->key),
                                         .on = s };
            g_array_append_val(all, entry);
        }
    return all;
}

const char *action_refused(const action_entry *e)
{
    const char *why = e->action->refused != NULL ? e->action->refused(e->on) : NULL;
    return why != NULL ? _(why) : NULL;
}

void action_perform(app *a, const action_entry *e)
{
    const char *why = action_refused(e);
    if (why != NULL)
        app_say(a, LOOK_WARNING, "%s", why);
    else
        e->action->perform(e->on);
}

bool action_find(app *a, screen *s, ui_key k, bool in_text, action_entry *found)
{
    if (k == K_NONE)
        return false;
    g_autoptr(GArray) all = actions_for(a, s);
    bool seen = false;
    for (guint i = 0; i < all->len; i++) {
        const action_entry *e = &g_array_index(all, action_entry, i);
        if (e->key != k || (in_text && (e->action->flags & ACTION_IN_TEXT) == 0))
            continue;
        /* Two actions may share a key when only one of them is possible at a time. */
        if (!seen || action_refused(found) != NULL)
            *found = *e;
        seen = true;
    }
    return seen;
}

/* --- the key file --------------------------------------------------------- */

struct key_file {
    GHashTable *keys; /* id → GUINT_TO_POINTER(ui_key) */
};

void key_file_free(key_file *f)
{
    if (f == NULL)
        return;
    g_hash_table_unref(f->keys);
    g_free(f);
}

ui_key key_file_key(const key_file *f, const char *id, ui_key usual)
{
    gpointer found;
    if (f != NULL && g_hash_table_lookup_extended(f->keys, id, NULL, &found))
        return GPOINTER_TO_UINT(found);
    return usual;
}

static bool read_line(key_file *f, char *line, error **err)
{
    char *comment = line[0] == '#' ? line : NULL;
    if (comment != NULL)
        *comment = '\0';
    g_strstrip(line);
    if (line[0] == '\0')
        return true;
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return error_set(err, ERROR_DOCUMENT, _("\"%s\" is not ACTION = KEY"), line);
    *equals = '\0';
    const char *id = g_strstrip(line), *name = g_strstrip(equals + 1);
    if (!app_knows_action(id))
        return error_set(err, ERROR_DOCUMENT, _("there is no action \"%s\""), id) ||
               error_hint(err, _("rowferry-keys(7) lists them"));
    ui_key k = strcmp(name, "none") == 0 ? K_NONE : key_from_name(name);
    if (k == K_NONE && strcmp(name, "none") != 0)
        return error_set(err, ERROR_DOCUMENT, _("there is no key \"%s\""), name) ||
               error_hint(err,
                          _("keys are written like r, F5, ^P, Enter; none takes the key away"));
    g_hash_table_insert(f->keys, g_strdup(id), GUINT_TO_POINTER(k));
    return true;
}

key_file *key_file_load(const char *path, error **err)
{
    g_autoptr(key_file) f = g_new0(key_file, 1);
    f->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) failure = NULL;
    if (!g_file_get_contents(path, &text, NULL, &failure)) {
        if (g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return g_steal_pointer(&f);
        error_set(err, ERROR_IO, _("could not read \"%s\": %s"), path, failure->message);
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++) {
        error *wrong = NULL;
        if (!read_line(f, lines[i], &wrong)) {
            error_prefix(err, &wrong, _("%s, line %u"), path, i + 1);
            return NULL;
        }
    }
    return g_steal_pointer(&f);
}
