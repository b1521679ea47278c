#include "service/operation.h"

#include "base/intl.h"
#include "base/text.h"

#include <string.h>

static const operation_noun nouns[] = {
    { "connection", N_("Ways to reach databases and files"), connection_operations },
    { "task", N_("What to move and how"), task_operations },
    { "parameter", N_("Values that texts may use as ${name}"), parameter_operations },
    { "run", N_("Executions of tasks"), run_operations },
    { "reject", N_("Rows that a target refused"), reject_operations },
    { "draft", N_("Unfinished work on tasks and connections"), draft_operations },
    { "audit", N_("Who changed what"), audit_operations },
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

/* --- a call with JSON --- */

static const operation *find_by_name(const char *name)
{
    const char *dot = strchr(name, '.');
    if (dot == NULL) {
        const operation_noun *n = operation_find_noun(name);
        return n != NULL && operation_is_bare(n) ? n->operations : NULL;
    }
    g_autofree char *noun = g_strndup(name, (gsize)(dot - name));
    return operation_find(noun, dot + 1);
}

static bool are_integers(const json_t *given)
{
    size_t i;
    json_t *element;
    json_array_foreach(given, i, element) if (!json_is_integer(element)) return false;
    return json_is_array(given);
}

static bool are_scalars(const json_t *given)
{
    const char *key;
    json_t *element;
    json_object_foreach((json_t *)given, key, element) if (json_is_object(element) ||
                                                           json_is_array(element)) return false;
    return json_is_object(given);
}

static bool check_given(const operation *o, const input_field *f, const json_t *given, error **err)
{
    bool good = false;
    const char *wanted = "";
    switch (f->kind) {
    case INPUT_TEXT:
        good = json_is_string(given);
        wanted = _("a text");
        break;
    case INPUT_INTEGER:
        good = json_is_integer(given) && json_integer_value(given) >= 0;
        wanted = _("a whole number");
        break;
    case INPUT_FLAG:
        good = json_is_boolean(given);
        wanted = _("true or false");
        break;
    case INPUT_DOCUMENT:
        good = json_is_object(given);
        wanted = _("an object");
        break;
    case INPUT_PAIRS:
        good = are_scalars(given);
        wanted = _("an object of texts");
        break;
    case INPUT_INTEGERS:
        good = are_integers(given);
        wanted = _("a list of whole numbers");
        break;
    case INPUT_LATER:
        return error_set(err, ERROR_USAGE, _("%s: \"%s\" is not in this version"), o->name,
                         f->name);
    }
    return good ||
           error_set(err, ERROR_USAGE, _("%s: \"%s\" must be %s"), o->name, f->name, wanted);
}

static bool unknown_key(const operation *o, const char *key, error **err)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (const input_field *f = o->fields; f->name != NULL; f++)
        g_ptr_array_add(known, (gpointer)f->name);
    g_ptr_array_add(known, NULL);
    const char *near = text_nearest(key, (const char *const *)known->pdata);
    error_set(err, ERROR_USAGE, _("%s: unknown key \"%s\""), o->name, key);
    return near != NULL ? error_hint(err, _("did you mean \"%s\"?"), near) : false;
}

/* A copy of @in without its nulls, NULL when it does not fit the fields. */
static json_t *checked_input(const operation *o, const json_t *in, error **err)
{
    if (!json_is_object(in)) {
        error_set(err, ERROR_USAGE, _("%s: the input must be an object"), o->name);
        return NULL;
    }
    json_t *checked = json_object();
    bool good = true;
    const char *key;
    json_t *given;
    json_object_foreach((json_t *)in, key, given)
    {
        const input_field *f = o->fields;
        while (f->name != NULL && strcmp(f->name, key) != 0)
            f++;
        if (f->name == NULL)
            good = unknown_key(o, key, err);
        else if (!json_is_null(given))
            good = check_given(o, f, given, err) && json_object_set(checked, key, given) == 0;
        if (!good)
            break;
    }
    for (const input_field *f = o->fields; f->name != NULL && good; f++)
        if ((f->flags & INPUT_REQUIRED) != 0 && json_object_get(checked, f->name) == NULL)
            good = error_set(err, ERROR_USAGE, _("%s: \"%s\" is missing"), o->name, f->name);
    if (good)
        return checked;
    json_decref(checked);
    return NULL;
}

bool operation_call(engine *e, const char *name, const json_t *in, json_t **out, error **err)
{
    *out = NULL;
    const operation *o = find_by_name(name);
    if (o == NULL)
        return error_set(err, ERROR_USAGE, _("there is no operation \"%s\""), name);
    json_t *checked = checked_input(o, in, err);
    if (checked == NULL)
        return false;
    bool done = o->handler(e, checked, out, err);
    json_decref(checked);
    return done;
}
