/* completion.c - completion scripts for bash and zsh from the table of
 * operations. Names of tasks, connections and parameters are asked from the
 * program itself when they are needed. */
#include "service/help.h"

#include <string.h>

/* "--date --param …" of an operation. */
static void append_options(GString *out, const operation *o)
{
    g_string_append(out, "--json --quiet --help");
    for (const input_field *f = o->fields; f->name != NULL; f++) {
        if ((f->flags & INPUT_POSITIONAL) != 0 || f->kind == INPUT_LATER)
            continue;
        g_autofree char *option = help_option(f->name);
        g_string_append_printf(out, " %s", option);
    }
}

/* What the first argument is: "task", "file", …; "" when nothing is known. */
static const char *first_argument(const operation *o)
{
    for (const input_field *f = o->fields; f->name != NULL; f++)
        if ((f->flags & INPUT_POSITIONAL) != 0)
            return f->complete != NULL ? f->complete : "";
    return "";
}

static void append_nouns(GString *out)
{
    for (const operation_noun *n = operation_nouns(); n->name != NULL; n++)
        g_string_append_printf(out, "%s ", n->name);
    g_string_append(out, "completion");
}

static void append_verbs(GString *out, const operation_noun *n)
{
    for (const operation *o = n->operations; o->name != NULL; o++)
        g_string_append_printf(out, "%s%s", o == n->operations ? "" : " ", operation_verb(o));
}

/* case "$noun $verb" of the options and first arguments. */
static void append_cases(GString *out)
{
    for (const operation_noun *n = operation_nouns(); n->name != NULL; n++) {
        for (const operation *o = n->operations; o->name != NULL; o++) {
            g_string_append_printf(out, "    '%s %s') what='%s' options='", n->name,
                                   operation_is_bare(n) ? "" : operation_verb(o),
                                   first_argument(o));
            append_options(out, o);
            g_string_append(out, "' ;;\n");
        }
    }
}

static void append_verb_cases(GString *out)
{
    for (const operation_noun *n = operation_nouns(); n->name != NULL; n++) {
        if (operation_is_bare(n))
            continue;
        g_string_append_printf(out, "    %s) echo '", n->name);
        append_verbs(out, n);
        g_string_append(out, "' ;;\n");
    }
    g_string_append(out, "    completion) echo 'bash zsh' ;;\n");
}

/* Shell functions that both shells understand: _rowferry_words WORD… prints
 * what may follow the words already on the line. */
static char *shared_functions(void)
{
    GString *out =
        g_string_new("# Completion for rowferry; made by \"rowferry completion\".\n"
                     "_rowferry_names() {\n"
                     "    rowferry \"$1\" list --quiet 2>/dev/null | awk 'NR > 1 { print $1 }'\n"
                     "}\n"
                     "_rowferry_verbs() {\n"
                     "    case \"$1\" in\n");
    append_verb_cases(out);
    g_string_append(out, "    esac\n"
                         "}\n"
                         "_rowferry_words() {\n"
                         "    local what='' options=''\n"
                         "    case \"$1\" in\n"
                         "    '') echo '");
    append_nouns(out);
    g_string_append(out, " --run --plan --help --version'; return ;;\n"
                         "    --run|--plan) _rowferry_names task\n"
                         "        echo '--date --param --verify --json --quiet'; return ;;\n"
                         "    esac\n"
                         "    if [ -z \"$2\" ]; then _rowferry_verbs \"$1\"; fi\n"
                         "    case \"$1 $2\" in\n");
    append_cases(out);
    g_string_append(out, "    esac\n"
                         "    case \"$what\" in\n"
                         "    task|connection|parameter) _rowferry_names \"$what\" ;;\n"
                         "    esac\n"
                         "    echo \"$options\"\n"
                         "}\n");
    return g_string_free(out, FALSE);
}

static const char bash_function[] =
    "_rowferry() {\n"
    "    local word=\"${COMP_WORDS[COMP_CWORD]}\" noun='' verb=''\n"
    "    [ \"$COMP_CWORD\" -gt 1 ] && noun=\"${COMP_WORDS[1]}\"\n"
    "    [ \"$COMP_CWORD\" -gt 2 ] && verb=\"${COMP_WORDS[2]}\"\n"
    "    COMPREPLY=($(compgen -W \"$(_rowferry_words \"$noun\" \"$verb\")\" -- \"$word\"))\n"
    "}\n"
    "complete -o default -F _rowferry rowferry\n";

static const char zsh_function[] = "_rowferry() {\n"
                                   "    local noun='' verb=''\n"
                                   "    (( CURRENT > 2 )) && noun=\"${words[2]}\"\n"
                                   "    (( CURRENT > 3 )) && verb=\"${words[3]}\"\n"
                                   "    compadd -- ${=\"$(_rowferry_words \"$noun\" \"$verb\")\"}\n"
                                   "    _files\n"
                                   "}\n"
                                   "compdef _rowferry rowferry\n";

char *completion_script(const char *shell)
{
    bool bash = strcmp(shell, "bash") == 0;
    if (!bash && strcmp(shell, "zsh") != 0)
        return NULL;
    g_autofree char *shared = shared_functions();
    return g_strconcat(bash ? "" : "#compdef rowferry\n", shared,
                       bash ? bash_function : zsh_function, NULL);
}
