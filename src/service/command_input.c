/* command_input.c - words of the command line to the input of an operation. */
#include "base/document.h"
#include "base/intl.h"
#include "base/paths.h"
#include "base/text.h"
#include "service/command_line.h"
#include "service/help.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_DOCUMENT = 16 * 1024 * 1024 };

typedef struct {
    const operation *operation;
    json_t *input;
    bool json, quiet, help;
    const input_field *argument; /* the next positional one */
} reading;

/* --- documents --- */

static json_t *read_document(const char *file, error **err)
{
    bool standard = strcmp(file, "-") == 0;
    const char *name = standard ? _("standard input") : file;
    int fd = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        error_set(err, ERROR_USAGE, _("could not open \"%s\": %s"), file, g_strerror(errno));
        return NULL;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    bool done = file_read_all(fd, name, LONGEST_DOCUMENT, text, err);
    /* A document that cannot be read is a wrong argument. */
    if (!done && err != NULL && (*err)->code == ERROR_IO)
        (*err)->code = ERROR_USAGE;
    if (!standard)
        close(fd);
    return done ? document_read(name, text->str, text->len, err) : NULL;
}

/* --- values --- */

static bool read_integer(const char *shown, const char *word, json_t **out, error **err)
{
    gint64 number;
    if (!g_ascii_string_to_signed(word, 10, 0, G_MAXINT64, &number, NULL))
        return error_set(err, ERROR_USAGE, _("%s must be a number, not \"%s\""), shown, word);
    *out = json_integer(number);
    return true;
}

static bool add_pair(reading *r, const input_field *f, const char *word, error **err)
{
    const char *equals = strchr(word, '=');
    if (equals == NULL || equals == word)
        return error_set(err, ERROR_USAGE, _("--%s takes %s, not \"%s\""), f->name, f->shown, word);
    json_t *pairs = json_object_get(r->input, f->name);
    if (pairs == NULL) {
        pairs = json_object();
        json_object_set_new(r->input, f->name, pairs);
    }
    g_autofree char *name = g_strndup(word, equals - word);
    return json_object_set_new(pairs, name, json_string(equals + 1)) == 0 ||
           error_set(err, ERROR_USAGE, _("--%s: \"%s\" is not valid UTF-8"), f->name, word);
}

static bool add_integer(reading *r, const input_field *f, const char *word, error **err)
{
    json_t *number;
    if (!read_integer(f->shown, word, &number, err))
        return false;
    json_t *list = json_object_get(r->input, f->name);
    if (list == NULL) {
        list = json_array();
        json_object_set_new(r->input, f->name, list);
    }
    json_array_append_new(list, number);
    return true;
}

static bool set_value(reading *r, const input_field *f, const char *word, error **err)
{
    json_t *given = NULL;
    switch (f->kind) {
    case INPUT_TEXT:
        given = json_string(word);
        if (given == NULL)
            error_set(err, ERROR_USAGE, _("%s is not valid UTF-8"), f->shown);
        break;
    case INPUT_INTEGER:
        read_integer(f->shown, word, &given, err);
        break;
    case INPUT_FLAG:
        given = json_true();
        break;
    case INPUT_DOCUMENT:
        given = read_document(word, err);
        break;
    case INPUT_PAIRS:
        return add_pair(r, f, word, err);
    case INPUT_INTEGERS:
        return add_integer(r, f, word, err);
    case INPUT_LATER: {
        g_autofree char *option = help_option(f->name);
        return error_set(err, ERROR_USAGE, _("%s is not in this version"), option);
    }
    }
    return given != NULL && json_object_set_new(r->input, f->name, given) == 0;
}

/* --- words --- */

static bool unknown_option(const operation *o, const char *option, error **err)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
    for (const input_field *f = o->fields; f->name != NULL; f++)
        if ((f->flags & INPUT_POSITIONAL) == 0)
            g_ptr_array_add(known, help_option(f->name));
    static const char *const common[] = { "--json", "--quiet", "--help" };
    for (size_t i = 0; i < G_N_ELEMENTS(common); i++)
        g_ptr_array_add(known, g_strdup(common[i]));
    g_ptr_array_add(known, NULL);
    const char *near = text_nearest(option, (const char *const *)known->pdata);
    if (near == NULL)
        return error_set(err, ERROR_USAGE, _("unknown option \"%s\""), option);
    return error_set(err, ERROR_USAGE, _("unknown option \"%s\"; did you mean \"%s\"?"), option,
                     near);
}

static bool common_option(reading *r, const char *name)
{
    bool *flag = strcmp(name, "--json") == 0    ? &r->json
                 : strcmp(name, "--quiet") == 0 ? &r->quiet
                 : strcmp(name, "--help") == 0  ? &r->help
                                                : NULL;
    if (flag != NULL)
        *flag = true;
    return flag != NULL;
}

static const input_field *find_option(const operation *o, const char *name)
{
    for (const input_field *f = o->fields; f->name != NULL; f++) {
        g_autofree char *option = help_option(f->name);
        if ((f->flags & INPUT_POSITIONAL) == 0 && strcmp(option, name) == 0)
            return f;
    }
    return NULL;
}

/* Read the option at *@word; a value may be the next word. */
static bool read_option(reading *r, char ***word, error **err)
{
    const char *equals = strchr(**word, '=');
    g_autofree char *name = equals != NULL ? g_strndup(**word, equals - **word) : g_strdup(**word);
    if (equals == NULL && common_option(r, name))
        return true;
    const input_field *f = find_option(r->operation, name);
    if (f == NULL)
        return unknown_option(r->operation, name, err);
    bool takes_value = f->kind != INPUT_FLAG && f->kind != INPUT_LATER;
    if (!takes_value && equals != NULL && f->kind == INPUT_FLAG)
        return error_set(err, ERROR_USAGE, _("%s takes no value"), name);
    if (f->kind != INPUT_PAIRS && json_object_get(r->input, f->name) != NULL)
        return error_set(err, ERROR_USAGE, _("%s is given twice"), name);
    if (!takes_value || equals != NULL)
        return set_value(r, f, equals != NULL ? equals + 1 : "", err);
    if ((*word)[1] == NULL)
        return error_set(err, ERROR_USAGE, _("%s needs a value: %s"), name, f->shown);
    ++*word;
    return set_value(r, f, **word, err);
}

static bool read_argument(reading *r, const char *word, error **err)
{
    while (r->argument->name != NULL && (r->argument->flags & INPUT_POSITIONAL) == 0)
        r->argument++;
    if (r->argument->name == NULL)
        return error_set(err, ERROR_USAGE, _("too many arguments: \"%s\""), word);
    const input_field *f = r->argument;
    if (f->kind != INPUT_INTEGERS)
        r->argument++;
    return set_value(r, f, word, err);
}

static bool read_words(reading *r, char **words, error **err)
{
    bool options = true;
    for (char **word = words; *word != NULL; word++) {
        if (options && strcmp(*word, "--") == 0) {
            options = false;
            continue;
        }
        bool is_option = options && (*word)[0] == '-' && (*word)[1] != '\0';
        if (is_option ? !read_option(r, &word, err) : !read_argument(r, *word, err))
            return false;
    }
    for (const input_field *f = r->operation->fields; f->name != NULL && !r->help; f++)
        if ((f->flags & INPUT_REQUIRED) != 0 && json_object_get(r->input, f->name) == NULL)
            return error_set(err, ERROR_USAGE, _("%s is missing"), f->shown);
    return true;
}

json_t *command_line_input(const operation *o, char **words, bool *json, bool *quiet, bool *help,
                           error **err)
{
    reading r = { .operation = o, .input = json_object(), .argument = o->fields };
    /* They also count when another word is wrong; --help then wins. */
    for (char **word = words; *word != NULL && strcmp(*word, "--") != 0; word++)
        common_option(&r, *word);
    bool done = r.help || read_words(&r, words, err);
    if (json != NULL)
        *json = r.json;
    if (quiet != NULL)
        *quiet = r.quiet;
    if (help != NULL)
        *help = r.help;
    if (done)
        return r.input;
    json_decref(r.input);
    return NULL;
}
