#include "ui/run_filter.h"

#include "base/civil.h"
#include "base/intl.h"
#include "ui/run_words.h"

#include <string.h>

void run_list_filter_clear(run_list_filter *f)
{
    g_clear_pointer(&f->task, g_free);
    g_clear_pointer(&f->state, g_free);
    g_clear_pointer(&f->kind, g_free);
    g_clear_pointer(&f->since, g_free);
    g_clear_pointer(&f->until, g_free);
}

bool run_list_filter_is_set(const run_list_filter *f)
{
    return f->task != NULL || f->state != NULL || f->kind != NULL || f->since != NULL ||
           f->until != NULL;
}

/* --- dates ----------------------------------------------------------------- */

/* *out stays NULL for "", an open end. */
static bool read_end(const char *text, char **out, error **err)
{
    civil_time day;
    if (text[0] == '\0')
        return true;
    if (!civil_parse_date(text, &day, err))
        return false;
    *out = civil_format_date(&day);
    return true;
}

bool run_list_filter_set_dates(run_list_filter *f, const char *text, error **err)
{
    g_autofree char *since = NULL, *until = NULL;
    g_autofree char *typed = g_strstrip(g_strdup(text));
    char *dots = strstr(typed, "..");
    if (dots != NULL)
        *dots = '\0';
    if (!read_end(typed, &since, err))
        return false;
    if (dots == NULL)
        until = g_strdup(since);
    else if (!read_end(dots + 2, &until, err))
        return false;
    if (since != NULL && until != NULL && strcmp(since, until) > 0)
        return error_set(err, ERROR_USAGE, _("%s is after %s"), since, until);
    g_free(f->since);
    g_free(f->until);
    f->since = g_steal_pointer(&since);
    f->until = g_steal_pointer(&until);
    return true;
}

char *run_list_filter_dates(const run_list_filter *f)
{
    if (f->since == NULL && f->until == NULL)
        return g_strdup("");
    if (g_strcmp0(f->since, f->until) == 0)
        return g_strdup(f->since);
    return g_strdup_printf("%s..%s", f->since != NULL ? f->since : "",
                           f->until != NULL ? f->until : "");
}

/* --- for the operation and for people -------------------------------------- */

json_t *run_list_filter_input(const run_list_filter *f)
{
    const struct {
        const char *key, *value;
    } fields[] = { { "task", f->task },
                   { "state", f->state },
                   { "kind", f->kind },
                   { "since", f->since },
                   { "until", f->until } };
    json_t *in = json_object();
    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++)
        if (fields[i].value != NULL)
            json_object_set_new(in, fields[i].key, json_string(fields[i].value));
    return in;
}

static void add_words(GString *text, const char *words)
{
    if (words == NULL)
        return;
    if (text->len > 0)
        g_string_append(text, ", ");
    g_string_append(text, words);
}

/* The words of the states, each once: "waiting" stands for two. */
static char *state_words(const char *states)
{
    g_auto(GStrv) names = g_strsplit(states, ",", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (char **name = names; *name != NULL; name++) {
        const char *word = run_state_word(*name);
        if (!g_ptr_array_find_with_equal_func(words, word, g_str_equal, NULL))
            g_ptr_array_add(words, (gpointer)word);
    }
    g_ptr_array_add(words, NULL);
    /* TRANSLATORS: between two states of runs: "failed or held" */
    return g_strjoinv(_(" or "), (char **)words->pdata);
}

static char *date_words(const run_list_filter *f)
{
    if (f->since == NULL && f->until == NULL)
        return NULL;
    if (g_strcmp0(f->since, f->until) == 0)
        return g_strdup(f->since);
    if (f->until == NULL)
        return g_strdup_printf(_("from %s"), f->since);
    if (f->since == NULL)
        return g_strdup_printf(_("until %s"), f->until);
    return g_strdup_printf(_("%s to %s"), f->since, f->until);
}

char *run_list_filter_words(const run_list_filter *f)
{
    if (!run_list_filter_is_set(f))
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *states = f->state != NULL ? state_words(f->state) : NULL;
    g_autofree char *dates = date_words(f);
    add_words(text, f->task);
    add_words(text, states);
    add_words(text, f->kind != NULL ? run_kind_word(f->kind) : NULL);
    add_words(text, dates);
    return g_string_free(g_steal_pointer(&text), FALSE);
}
