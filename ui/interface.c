#include "ui/interface.h"

#include "base/intl.h"
#include "service/engine.h"
#include "service/output.h"
#include "ui/app.h"
#include "ui/keys.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char color_option[] = "--color=";

static bool is_option(const char *word)
{
    static const char *const known[] = { "--ascii", "--readonly",  "--mouse",
                                         "--keys",  "--keys=mdoc", NULL };
    return g_strv_contains(known, word) || g_str_has_prefix(word, color_option);
}

bool interface_wanted(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!is_option(argv[i]))
            return false;
    return argc > 1 || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
}

static bool read_options(int argc, char **argv, app_options *options, error **err)
{
    static const char *const whens[] = { "auto", "always", "never", NULL };
    *options = (app_options){ .colour = "auto" };
    for (int i = 1; i < argc; i++) {
        options->ascii |= strcmp(argv[i], "--ascii") == 0;
        options->readonly |= strcmp(argv[i], "--readonly") == 0;
        options->mouse |= strcmp(argv[i], "--mouse") == 0;
        if (g_str_has_prefix(argv[i], color_option))
            options->colour = argv[i] + strlen(color_option);
    }
    if (!g_strv_contains(whens, options->colour))
        return error_set(err, ERROR_USAGE, _("--color is auto, always or never, not \"%s\""),
                         options->colour);
    return true;
}

static int print_keys(bool manual)
{
    g_autofree char *text = manual ? keys_manual() : keys_plain();
    fputs(text, stdout);
    return fflush(stdout) == 0 ? 0 : error_exit_status(ERROR_IO);
}

int interface_main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (g_str_has_prefix(argv[i], "--keys"))
            return print_keys(strcmp(argv[i], "--keys=mdoc") == 0);
    app_options options;
    g_autoptr(error) failure = NULL;
    g_autoptr(engine) e = NULL;
    if (read_options(argc, argv, &options, &failure) && (e = engine_new(&failure)) != NULL)
        app_main(e, &options, &failure);
    if (failure == NULL)
        return 0;
    output_error(failure);
    return error_exit_status(failure->code);
}
