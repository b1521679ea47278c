#include "service/help.h"

#include "base/intl.h"
#include "base/text.h"

#include <string.h>

enum { NAME_COLUMNS = 26 };

static void append_entry(GString *out, const char *name, const char *text)
{
    g_string_append(out, "  ");
    if (text_width(name) <= NAME_COLUMNS)
        text_append_cell(out, name, NAME_COLUMNS, TEXT_LEFT);
    else
        g_string_append_printf(out, "%s\n%*s", name, NAME_COLUMNS + 2, "");
    g_string_append_printf(out, " %s\n", text);
}

char *help_option(const char *field)
{
    char *option = g_strconcat("--", field, NULL);
    return g_strdelimit(option, "_", '-');
}

static char *option_with_value(const input_field *f)
{
    g_autofree char *option = help_option(f->name);
    return f->shown != NULL ? g_strdup_printf("%s %s", option, f->shown) : g_strdup(option);
}

char *help_usage(const operation_noun *n, const operation *o)
{
    GString *out = g_string_new("rowferry ");
    g_string_append(out, n->name);
    if (!operation_is_bare(n))
        g_string_append_printf(out, " %s", operation_verb(o));
    bool options = false;
    for (const input_field *f = o->fields; f->name != NULL; f++) {
        if ((f->flags & INPUT_POSITIONAL) == 0) {
            options |= f->kind != INPUT_LATER;
            continue;
        }
        bool required = (f->flags & INPUT_REQUIRED) != 0;
        g_string_append_printf(out, required ? " %s" : " [%s]", f->shown);
        if (f->kind == INPUT_INTEGERS)
            g_string_append(out, "…");
    }
    if (options)
        g_string_append(out, _(" [OPTION]…"));
    return g_string_free(out, FALSE);
}

static void append_common(GString *out)
{
    append_entry(out, "--json", _("print one JSON document on standard output"));
    append_entry(out, "--quiet", _("print nothing but results and errors"));
    append_entry(out, "--help", _("print this help"));
}

static void append_example(GString *out, const char *example)
{
    g_string_append_printf(out, _("\nExample:\n"));
    g_auto(GStrv) lines = g_strsplit(example, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        g_string_append_printf(out, "  %s\n", *line);
}

char *help_operation(const operation_noun *n, const operation *o)
{
    g_autofree char *usage = help_usage(n, o);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, _("Usage: %s\n\n%s.\n"), usage, _(o->summary));
    bool titled = false;
    for (const input_field *f = o->fields; f->name != NULL; f++) {
        if ((f->flags & INPUT_POSITIONAL) == 0)
            continue;
        if (!titled)
            g_string_append(out, _("\nArguments:\n"));
        titled = true;
        append_entry(out, f->shown, _(f->help));
    }
    g_string_append(out, _("\nOptions:\n"));
    for (const input_field *f = o->fields; f->name != NULL; f++) {
        if ((f->flags & INPUT_POSITIONAL) != 0 || f->kind == INPUT_LATER)
            continue;
        g_autofree char *option = option_with_value(f);
        append_entry(out, option, _(f->help));
    }
    append_common(out);
    if (o->example != NULL)
        append_example(out, o->example);
    return g_string_free(out, FALSE);
}

char *help_noun(const operation_noun *n)
{
    if (operation_is_bare(n))
        return help_operation(n, n->operations);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, _("Usage: rowferry %s VERB [ARGUMENT]…\n\n%s.\n\nVerbs:\n"),
                           n->name, _(n->summary));
    for (const operation *o = n->operations; o->name != NULL; o++)
        append_entry(out, operation_verb(o), _(o->summary));
    g_string_append_printf(out, _("\n\"rowferry %s VERB --help\" says more about one of them.\n"),
                           n->name);
    return g_string_free(out, FALSE);
}

char *help_program(void)
{
    GString *out = g_string_new(NULL);
    g_string_append(out, _("Usage: rowferry                        the terminal interface\n"
                           "       rowferry NOUN VERB [ARGUMENT]…\n"
                           "       rowferry --run TASK [--date DATE] [--param NAME=VALUE]…\n"
                           "       rowferry --plan TASK [--date DATE]\n\n"
                           "Move rows between databases: a target table is always either what it "
                           "was\nbefore the run or exactly what the run promised.\n\nNouns:\n"));
    for (const operation_noun *n = operation_nouns(); n->name != NULL; n++)
        append_entry(out, n->name, _(n->summary));
    append_entry(out, "completion", _("Print the completion script for bash or zsh"));
    g_string_append(out, _("\nOptions:\n"));
    append_entry(out, "--run TASK", _("run a task now and wait for its end"));
    append_entry(out, "--plan TASK", _("print what a run would do; change nothing"));
#ifdef HAVE_NCURSES
    append_entry(out, "--ascii", _("screens: ASCII characters only"));
    append_entry(out, "--readonly", _("screens: hide what would change something"));
    append_entry(out, "--mouse", _("screens: use the mouse"));
    append_entry(out, "--color=WHEN", _("screens: auto, always or never"));
    append_entry(out, "--keys", _("print the keys of the screens"));
#endif
    append_common(out);
    append_entry(out, "--version", _("print the versions of the program and its libraries"));
    g_string_append(
        out, _("\nExit status: 0 success, 1 the run failed, 2 wrong usage or document, 3 not "
               "permitted,\n4 the target is being written, 5 cancelled, 6 timed out, 7 store "
               "unavailable, 8 held,\n9 unresolved commit, 10 too many rejects, 11 verification "
               "differs.\n\n\"rowferry NOUN --help\" lists the verbs of a noun.\n"));
    return g_string_free(out, FALSE);
}
