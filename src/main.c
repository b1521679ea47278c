/* main.c - the door of the program: locale first, then the command line. */
#include "base/intl.h"

#include <glib.h>
#include <jansson.h>
#include <locale.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#ifdef HAVE_LIBPQ
#include <libpq-fe.h>
#endif

static void print_version(void)
{
    printf("%s\n", PACKAGE_STRING);
    printf("GLib %u.%u.%u\n", glib_major_version, glib_minor_version, glib_micro_version);
    printf("SQLite %s\n", sqlite3_libversion());
    printf("jansson %s\n", jansson_version_str());
    printf("libsodium %s\n", sodium_version_string());
    printf("zlib %s\n", zlibVersion());
    printf("zstd %s\n", ZSTD_versionString());
#ifdef HAVE_LIBPQ
    printf("libpq %d.%d\n", PQlibVersion() / 10000, PQlibVersion() % 10000);
#else
    puts(_("libpq: not in this build"));
#endif
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bindtextdomain(PACKAGE_TARNAME, LOCALEDIR);
    bind_textdomain_codeset(PACKAGE_TARNAME, "UTF-8");
    textdomain(PACKAGE_TARNAME);

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        print_version();
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        puts(_("usage: rowferry --version"));
        return 0;
    }
    fputs(_("wrong command line; try: rowferry --help\n"), stderr);
    return 2;
}
