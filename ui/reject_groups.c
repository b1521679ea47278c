#include "ui/reject_groups.h"

#include "base/intl.h"
#include "ui/row_text.h"

#include <stdbool.h>
#include <string.h>

static void group_free(gpointer user)
{
    reject_group *g = user;
    g_free(g->class);
    g_free(g->column);
    g_free(g->words);
    g_free(g->first);
    g_array_unref(g->rows);
    g_free(g);
}

/* What the classes mean; @with_column is said after the column's name. */
static const struct {
    const char *class;
    const char *with_column, *alone;
} reasons[] = {
    { "malformed", N_("not readable"), N_("the line is not a row") },
    { "type", N_("not a value of its type"), N_("not a value of the column's type") },
    { "range", N_("out of range, or digits would be lost"),
      N_("out of range, or digits would be lost") },
    { "length", N_("too long"), N_("a value is too long") },
    { "encoding", N_("not valid text"), N_("a value is not valid text") },
    { "null", N_("NULL, but a value is needed"), N_("NULL, but a value is needed") },
    { "check", N_("refused by a CHECK of the target"), N_("refused by a CHECK of the target") },
    { "key", N_("exists already, or twice"), N_("the key exists already, or twice") },
    { "key_null", N_("NULL in the key"), N_("NULL in the key") },
    { "foreign_key", N_("refers to a row that is not there"),
      N_("refers to a row that is not there") },
};

static char *reason_words(const json_t *reject)
{
    const char *class = row_text(reject, "class"), *column = row_text(reject, "column");
    for (unsigned i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (strcmp(reasons[i].class, class) != 0)
            continue;
        return column[0] != '\0' ? g_strdup_printf("%s: %s", column, _(reasons[i].with_column))
                                 : g_strdup(_(reasons[i].alone));
    }
    return g_strdup(row_text(reject, "message"));
}

static bool is_one_of(const reject_group *g, const json_t *reject)
{
    return strcmp(g->class, row_text(reject, "class")) == 0 &&
           strcmp(g->column != NULL ? g->column : "", row_text(reject, "column")) == 0;
}

static reject_group *find_or_add(GPtrArray *groups, const json_t *reject)
{
    for (guint i = 0; i < groups->len; i++)
        if (is_one_of(groups->pdata[i], reject))
            return groups->pdata[i];
    reject_group *g = g_new0(reject_group, 1);
    const char *column = row_text(reject, "column");
    g->class = g_strdup(row_text(reject, "class"));
    g->column = column[0] != '\0' ? g_strdup(column) : NULL;
    g->words = reason_words(reject);
    g->first = g_strdup(row_text(reject, "time"));
    g->rows = g_array_new(FALSE, FALSE, sizeof(size_t));
    g_ptr_array_add(groups, g);
    return g;
}

void reject_group_count(reject_group *g, const json_t *rejects)
{
    g->open = g->edited = 0;
    for (guint i = 0; i < g->rows->len; i++) {
        const json_t *reject = json_array_get(rejects, g_array_index(g->rows, size_t, i));
        bool open = !json_is_true(json_object_get(reject, "closed"));
        g->open += open;
        g->edited += open && json_is_true(json_object_get(reject, "edited"));
    }
}

/* Most rows first, equal ones as they came. */
static gint by_size(gconstpointer a, gconstpointer b)
{
    const reject_group *x = *(reject_group *const *)a, *y = *(reject_group *const *)b;
    if (x->rows->len != y->rows->len)
        return x->rows->len > y->rows->len ? -1 : 1;
    size_t first = g_array_index(x->rows, size_t, 0), other = g_array_index(y->rows, size_t, 0);
    return first < other ? -1 : first > other;
}

GPtrArray *reject_groups_of(const json_t *rejects)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);
    size_t i;
    json_t *reject;
    json_array_foreach(rejects, i, reject) g_array_append_val(find_or_add(groups, reject)->rows, i);
    for (guint k = 0; k < groups->len; k++)
        reject_group_count(groups->pdata[k], rejects);
    g_ptr_array_sort(groups, by_size);
    return groups;
}
