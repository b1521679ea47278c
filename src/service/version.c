/* version.c - the program and the libraries it runs with. */
#include "base/intl.h"
#include "service/help.h"

#include <sodium.h>
#include <sqlite3.h>
#include <zlib.h>
#include <zstd.h>
#ifdef HAVE_LIBPQ
#include <libpq-fe.h>
#endif
#ifdef HAVE_NCURSES
#include <curses.h>
#endif

char *version_text(void)
{
    GString *out = g_string_new(PACKAGE_STRING "\n");
    g_string_append_printf(out, "GLib %u.%u.%u\n", glib_major_version, glib_minor_version,
                           glib_micro_version);
    g_string_append_printf(out, "SQLite %s\n", sqlite3_libversion());
    g_string_append_printf(out, "jansson %s\n", jansson_version_str());
    g_string_append_printf(out, "libsodium %s\n", sodium_version_string());
    g_string_append_printf(out, "zlib %s\n", zlibVersion());
    g_string_append_printf(out, "zstd %s\n", ZSTD_versionString());
#ifdef HAVE_LIBPQ
    g_string_append_printf(out, "libpq %d.%d\n", PQlibVersion() / 10000, PQlibVersion() % 10000);
#else
    g_string_append(out, _("libpq: not in this build\n"));
#endif
#ifdef HAVE_NCURSES
    g_string_append_printf(out, "ncurses %s.%d\n", NCURSES_VERSION, NCURSES_VERSION_PATCH);
#else
    g_string_append(out, _("ncurses: not in this build, so there is no interface\n"));
#endif
    return g_string_free(out, FALSE);
}
