#include "ui/expansions.h"

#include <string.h>

typedef struct {
    job *running; /* or NULL */
    char *value;  /* or NULL: not known yet */
    bool wrong;
} expansion;

static void expansion_free(void *user)
{
    expansion *e = user;
    job_cancel(e->running);
    g_free(e->value);
    g_free(e);
}

void expansions_init(expansions *x, screen *s)
{
    *x = (expansions){ .on = s };
    x->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, expansion_free);
}

void expansions_clear(expansions *x)
{
    g_clear_pointer(&x->known, g_hash_table_unref);
    g_clear_pointer(&x->parameters, json_decref);
}

bool expansions_has_any(const char *text)
{
    return strstr(text, "${") != NULL || strstr(text, "$[") != NULL || strstr(text, "{{{") != NULL;
}

static void arrived(screen *s, json_t *out, const error *failure, void *user)
{
    expansion *e = user;
    e->running = NULL;
    e->wrong = failure != NULL;
    const char *value = json_string_value(json_object_get(out, "value"));
    e->value = g_strdup(failure != NULL ? failure->message : value != NULL ? value : "");
    app_changed(s->app);
}

/* Only what the operation takes as pairs. */
static json_t *pairs_of(const json_t *parameters)
{
    json_t *pairs = json_object();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)parameters, name,
                        value) if (!json_is_object(value) && !json_is_array(value) &&
                                   !json_is_null(value)) json_object_set(pairs, name, value);
    return pairs;
}

static void ask(expansions *x, expansion *e, const char *text)
{
    json_t *in = json_pack("{s:s}", "text", text);
    if (json_object_size(x->parameters) > 0)
        json_object_set_new(in, "param", pairs_of(x->parameters));
    e->running = app_run(x->on->app, x->on, "parameter.preview", in, arrived, e);
}

const char *expansions_get(expansions *x, const json_t *parameters, const char *text, bool *wrong)
{
    bool same = parameters == NULL ? json_object_size(x->parameters) == 0
                                   : json_equal(x->parameters, (json_t *)parameters);
    if (x->parameters == NULL || !same) {
        g_hash_table_remove_all(x->known);
        json_decref(x->parameters);
        x->parameters = parameters != NULL ? json_deep_copy(parameters) : json_object();
    }
    expansion *e = g_hash_table_lookup(x->known, text);
    if (e == NULL) {
        e = g_new0(expansion, 1);
        g_hash_table_insert(x->known, g_strdup(text), e);
        ask(x, e, text);
    }
    *wrong = e->wrong;
    return e->value;
}
