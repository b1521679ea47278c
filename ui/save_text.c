#include "ui/save_text.h"

#include "base/intl.h"
#include "base/paths.h"
#include "base/text.h"

#include <unistd.h>

char *save_path(const char *typed)
{
    if (typed == NULL || typed[0] == '\0')
        return NULL;
    return g_str_has_prefix(typed, "~/") ? g_build_filename(g_get_home_dir(), typed + 2, NULL)
                                         : g_strdup(typed);
}

void save_text(app *a, const char *typed, const char *text, size_t size)
{
    g_autofree char *path = save_path(typed);
    if (path == NULL)
        return;
    g_autoptr(error) failure = NULL;
    int fd = file_create(path, &failure);
    if (fd < 0) {
        app_say_error(a, failure);
        return;
    }
    bool written = file_write_all(fd, text, size, path, &failure);
    close(fd);
    if (!written) {
        unlink(path);
        app_say_error(a, failure);
        return;
    }
    g_autofree char *bytes = text_bytes((int64_t)size);
    app_say(a, LOOK_GOOD, _("saved %s to \"%s\""), bytes, path);
}
