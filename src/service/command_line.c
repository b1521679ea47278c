#include "service/command_line.h"

#include "base/document.h"
#include "base/intl.h"
#include "base/paths.h"
#include "base/text.h"
#include "service/help.h"
#include "service/output.h"
#include "service/run_view.h"
#include "service/runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- what to do with the result --- */

static int fail(const error *e, bool json)
{
    if (json) {
        json_t *out = json_pack("{s:o}", "error", error_to_json(e));
        output_json(out);
        json_decref(out);
    }
    output_error(e);
    return error_exit_status(e->code);
}

static int fail_usage(error *e, const operation_noun *n, const operation *o, bool json)
{
    if (e->hint == NULL && e->code == ERROR_USAGE && o != NULL) {
        g_autofree char *usage = help_usage(n, o);
        error_hint(&e, _("usage: %s"), usage);
    }
    int status = fail(e, json);
    error_free(e);
    return status;
}

/* A run that failed still has a result; its `error` says why. */
static int show_result(const operation *o, json_t *out, const error *failure, bool json, bool quiet)
{
    if (failure != NULL && (json || out == NULL)) {
        json_t *shown = out != NULL ? json_incref(out) : json_object();
        if (!json_is_object(json_object_get(shown, "error")))
            json_object_set_new(shown, "error", error_to_json(failure));
        if (json)
            output_json(shown);
        json_decref(shown);
    } else if (json) {
        output_json(out);
    } else if (!quiet || o->list != NULL || o->needs == RIGHT_VIEW) {
        output_show(o, out);
    }
    if (failure == NULL)
        return 0;
    output_error(failure);
    return error_exit_status(failure->code);
}

/* --- operations --- */

static int run_operation(const operation_noun *n, const operation *o, char **words,
                         const volatile sig_atomic_t *interrupts)
{
    bool json, quiet, help;
    error *failure = NULL;
    json_t *in = command_line_input(o, words, &json, &quiet, &help, &failure);
    if (in == NULL)
        return fail_usage(failure, n, o, json);
    if (help) {
        g_autofree char *text = help_operation(n, o);
        fputs(text, stdout);
        json_decref(in);
        return 0;
    }
    json_t *out = NULL;
    int status;
    g_autoptr(engine) e = engine_new(&failure);
    if (e != NULL) {
        e->quiet = quiet;
        e->interrupts = interrupts;
        o->handler(e, in, &out, &failure);
    }
    status = show_result(o, out, failure, json, quiet);
    json_decref(out);
    json_decref(in);
    if (failure != NULL)
        error_free(failure);
    return status;
}

/* The worker that runner_detach() starts. */
static int execute(const char *number, const volatile sig_atomic_t *interrupts)
{
    gint64 run;
    g_autoptr(error) failure = NULL;
    if (!g_ascii_string_to_signed(number, 10, 1, G_MAXINT64, &run, NULL))
        return error_exit_status(ERROR_USAGE);
    g_autoptr(engine) e = engine_new(&failure);
    json_t *result = NULL;
    if (e != NULL) {
        e->quiet = true;
        e->interrupts = interrupts;
        runner_execute(e, run, &result, &failure);
    }
    json_decref(result);
    return failure != NULL ? error_exit_status(failure->code) : 0;
}

/* The door of the screens: the input of an operation on stdin; on stdout a line
 * of JSON for each thing that it reports, then one for what came of it. */
static json_t *read_call(error **err)
{
    enum { LONGEST_INPUT = 32 * 1024 * 1024 };
    g_autoptr(GString) text = g_string_new(NULL);
    if (!file_read_all(STDIN_FILENO, _("standard input"), LONGEST_INPUT, text, err))
        return NULL;
    json_t *in = document_read(_("standard input"), text->str, text->len, err);
    if (in == NULL && (*err)->code == ERROR_DOCUMENT)
        (*err)->code = ERROR_USAGE;
    return in;
}

static void print_line(const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    puts(text);
    fflush(stdout);
    free(text);
}

static void print_report(const json_t *what)
{
    json_t *line = json_pack("{s:O}", "report", what);
    print_line(line);
    json_decref(line);
}

static int call(const char *name, const volatile sig_atomic_t *interrupts)
{
    error *failure = NULL;
    json_t *out = NULL, *in = read_call(&failure);
    g_autoptr(engine) e = in != NULL ? engine_new(&failure) : NULL;
    if (e != NULL) {
        e->quiet = true;
        e->report = print_report;
        e->interrupts = interrupts;
        operation_call(e, name, in, &out, &failure);
    }
    json_t *answer = json_pack("{s:o, s:o}", "out", out != NULL ? out : json_null(), "error",
                               error_to_json(failure));
    print_line(answer);
    json_decref(answer);
    json_decref(in);
    int status = failure != NULL ? error_exit_status(failure->code) : 0;
    error_free(failure);
    return status;
}

/* --- finding the operation --- */

static int print_text(char *text, FILE *to, int status)
{
    fputs(text, to);
    g_free(text);
    return status;
}

static bool holds(char **words, const char *option)
{
    for (; *words != NULL && strcmp(*words, "--") != 0; words++)
        if (strcmp(*words, option) == 0)
            return true;
    return false;
}

static int complete(char **words, bool json)
{
    if (holds(words, "--help"))
        return print_text(g_strdup(_("Usage: rowferry completion bash|zsh\n\n"
                                     "Print the completion script for a shell.\n\n"
                                     "Example:\n  source <(rowferry completion bash)\n")),
                          stdout, 0);
    g_autofree char *script = *words != NULL ? completion_script(*words) : NULL;
    if (script != NULL && words[1] == NULL) {
        fputs(script, stdout);
        return 0;
    }
    g_autoptr(error) e = NULL;
    error_set(&e, ERROR_USAGE, _("completion is for bash or zsh"));
    error_hint(&e, "source <(rowferry completion bash)");
    return fail(e, json);
}

static int unknown(const char *kind, const char *word, GPtrArray *known, const char *help,
                   bool json)
{
    g_ptr_array_add(known, NULL);
    const char *near = text_nearest(word, (const char *const *)known->pdata);
    g_autoptr(error) e = NULL;
    if (near != NULL)
        error_set(&e, ERROR_USAGE, _("unknown %s \"%s\"; did you mean \"%s\"?"), kind, word, near);
    else
        error_set(&e, ERROR_USAGE, _("unknown %s \"%s\""), kind, word);
    error_hint(&e, _("\"%s\" lists them"), help);
    return fail(e, json);
}

static int unknown_noun(const char *word, bool json)
{
    static const char *const later[] = {
        "--tick", "--serve", "backfill", "schedule", "user", NULL
    };
    g_autoptr(error) e = NULL;
    if (g_strv_contains(later, word)) {
        error_set(&e, ERROR_USAGE, _("%s is not in this version"), word);
        return fail(e, json);
    }
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (const operation_noun *n = operation_nouns(); n->name != NULL; n++)
        g_ptr_array_add(known, (gpointer)n->name);
    static const char *const more[] = { "completion", "--run", "--plan", "--help", "--version" };
    for (size_t i = 0; i < G_N_ELEMENTS(more); i++)
        g_ptr_array_add(known, (gpointer)more[i]);
    return unknown(word[0] == '-' ? _("option") : _("command"), word, known, "rowferry --help",
                   json);
}

static int unknown_verb(const operation_noun *n, const char *word, bool json)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (const operation *o = n->operations; o->name != NULL; o++)
        g_ptr_array_add(known, (gpointer)operation_verb(o));
    g_autofree char *help = g_strdup_printf("rowferry %s --help", n->name);
    return unknown(_("verb"), word, known, help, json);
}

static int run_noun(const operation_noun *n, char **words, bool json,
                    const volatile sig_atomic_t *interrupts)
{
    if (operation_is_bare(n))
        return run_operation(n, n->operations, words, interrupts);
    if (*words == NULL)
        return print_text(help_noun(n), stderr, error_exit_status(ERROR_USAGE));
    if (strcmp(*words, "--help") == 0)
        return print_text(help_noun(n), stdout, 0);
    const operation *o = operation_find(n->name, *words);
    return o != NULL ? run_operation(n, o, words + 1, interrupts) : unknown_verb(n, *words, json);
}

/* --json and --quiet may stand before the command too: they go to its end. */
static char **reorder(char **argv)
{
    GPtrArray *words = g_ptr_array_new();
    char **word = argv + 1, **first = word;
    while (*word != NULL && (strcmp(*word, "--json") == 0 || strcmp(*word, "--quiet") == 0))
        word++;
    char **command = word;
    for (; *word != NULL; word++)
        g_ptr_array_add(words, *word);
    guint at = MIN(2, words->len);
    for (; first < command; first++)
        g_ptr_array_insert(words, (gint)at, *first);
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

static int dispatch(char **words, const volatile sig_atomic_t *interrupts)
{
    bool json = holds(words, "--json");
    const char *first = words[0];
    if (first == NULL)
        return print_text(help_program(), stderr, error_exit_status(ERROR_USAGE));
    if (strcmp(first, "--help") == 0)
        return print_text(help_program(), stdout, 0);
    if (strcmp(first, "--version") == 0)
        return print_text(version_text(), stdout, 0);
    if (strcmp(first, "--execute") == 0 && words[1] != NULL)
        return execute(words[1], interrupts);
    if (strcmp(first, "--call") == 0 && words[1] != NULL)
        return call(words[1], interrupts);
    if (strcmp(first, "completion") == 0)
        return complete(words + 1, json);
    bool run = strcmp(first, "--run") == 0;
    if (run || strcmp(first, "--plan") == 0)
        return run_operation(operation_find_noun("task"),
                             operation_find("task", run ? "run" : "plan"), words + 1, interrupts);
    const operation_noun *n = operation_find_noun(first);
    return n != NULL ? run_noun(n, words + 1, json, interrupts) : unknown_noun(first, json);
}

int command_line_main(int argc, char **argv, const volatile sig_atomic_t *interrupts)
{
    (void)argc;
    g_autofree char **words = reorder(argv);
    int status = dispatch(words, interrupts);
    /* A reader that has seen enough ("| head") is not a failure. */
    if (fflush(stdout) != 0 && errno != EPIPE && status == 0) {
        g_autoptr(error) e = NULL;
        error_set(&e, ERROR_IO, _("could not write the output"));
        output_error(e);
        status = error_exit_status(ERROR_IO);
    }
    return status;
}
