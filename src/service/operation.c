#include "service/operation.h"

#include "base/intl.h"

#include <string.h>

static const operation_noun nouns[] = {
    { "connection", N_("Ways to reach databases and files"), connection_operations },
    { "task", N_("What to move and how"), task_operations },
    { "parameter", N_("Values that texts may use as ${name}"), parameter_operations },
    { "run", N_("Executions of tasks"), run_operations },
    { "reject", N_("Rows that a target refused"), reject_operations },
    { "doctor", N_("Look whether everything is in order"), doctor_operations },
    { NULL, NULL, NULL },
};

const operation_noun *operation_nouns(void)
{
    return nouns;
}

const operation_noun *operation_find_noun(const char *noun)
{
    for (const operation_noun *n = nouns; n->name != NULL; n++)
        if (strcmp(n->name, noun) == 0)
            return n;
    return NULL;
}

const char *operation_verb(const operation *o)
{
    const char *dot = strchr(o->name, '.');
    return dot != NULL ? dot + 1 : o->name;
}

const operation *operation_find(const char *noun, const char *verb)
{
    const operation_noun *n = operation_find_noun(noun);
    if (n == NULL)
        return NULL;
    for (const operation *o = n->operations; o->name != NULL; o++)
        if (strcmp(operation_verb(o), verb) == 0)
            return o;
    return NULL;
}

bool operation_is_bare(const operation_noun *n)
{
    return strchr(n->operations[0].name, '.') == NULL;
}
