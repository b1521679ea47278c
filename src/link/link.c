#include "link/link.h"

#include "base/intl.h"
#include "link/links.h"

#include <string.h>

static const link_ops *const links[] = {
    &sqlite_link,
    &file_link,
#ifdef HAVE_LIBPQ
    &postgresql_link,
#endif
};

/* ---- names and descriptions --------------------------------------------- */

table_name *table_name_new(const char *schema, const char *name)
{
    table_name *t = g_new0(table_name, 1);
    t->schema = g_strdup(schema);
    t->name = g_strdup(name);
    return t;
}

table_name *table_name_copy(const table_name *t)
{
    return t == NULL ? NULL : table_name_new(t->schema, t->name);
}

void table_name_free(table_name *t)
{
    if (t == NULL)
        return;
    g_free(t->schema);
    g_free(t->name);
    g_free(t);
}

char *table_name_to_string(const table_name *t)
{
    return t->schema == NULL ? g_strdup(t->name) : g_strconcat(t->schema, ".", t->name, NULL);
}

void column_info_free(column_info *c)
{
    if (c == NULL)
        return;
    g_free(c->name);
    g_free(c->type_text);
    g_free(c->default_text);
    g_free(c);
}

void key_info_free(key_info *k)
{
    if (k == NULL)
        return;
    g_free(k->name);
    g_strfreev(k->columns);
    g_free(k);
}

void foreign_key_info_free(foreign_key_info *k)
{
    if (k == NULL)
        return;
    g_free(k->name);
    g_strfreev(k->columns);
    table_name_free(k->references);
    g_strfreev(k->referenced_columns);
    g_free(k);
}

table_info *table_info_new(const table_name *name)
{
    table_info *t = g_new0(table_info, 1);
    t->name = table_name_copy(name);
    t->columns = g_ptr_array_new_with_free_func((GDestroyNotify)column_info_free);
    t->keys = g_ptr_array_new_with_free_func((GDestroyNotify)key_info_free);
    t->foreign_keys = g_ptr_array_new_with_free_func((GDestroyNotify)foreign_key_info_free);
    t->checked_together = g_ptr_array_new_with_free_func(g_free);
    t->dependents = g_ptr_array_new_with_free_func(g_free);
    t->delete_effects = g_ptr_array_new_with_free_func(g_free);
    t->row_estimate = -1;
    return t;
}

void table_info_free(table_info *t)
{
    if (t == NULL)
        return;
    table_name_free(t->name);
    g_free(t->identity);
    g_ptr_array_unref(t->columns);
    g_ptr_array_unref(t->keys);
    g_ptr_array_unref(t->foreign_keys);
    g_ptr_array_unref(t->checked_together);
    g_ptr_array_unref(t->dependents);
    g_ptr_array_unref(t->delete_effects);
    g_free(t->delete_hazard);
    g_free(t);
}

int table_info_column(const table_info *t, const char *name)
{
    for (guint i = 0; i < t->columns->len; i++) {
        const column_info *c = g_ptr_array_index(t->columns, i);
        if (strcmp(c->name, name) == 0)
            return (int)i;
    }
    return -1;
}

/* ---- sessions ------------------------------------------------------------ */

void query_result_free(query_result *r)
{
    if (r == NULL)
        return;
    for (guint i = 0; i < r->rows->len; i++) {
        char **row = g_ptr_array_index(r->rows, i);
        for (unsigned c = 0; c < r->n_columns; c++)
            g_free(row[c]);
        g_free(row);
    }
    g_ptr_array_unref(r->rows);
    g_free(r);
}

const link_ops *link_find(const connection *c, error **err)
{
    const char *wanted = dialect_link(c->dialect);
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++)
        if (strcmp(links[i]->name, wanted) == 0)
            return links[i];
    error_set(err, ERROR_PLAN, _("connection \"%s\": this build has no link to %s"), c->name,
              dialect_title(c->dialect));
    error_hint(err, _("`rowferry --version` names the systems that are built in"));
    return NULL;
}

session *session_open(const connection *c, const session_options *options, error **err)
{
    const link_ops *ops = link_find(c, err);
    return ops == NULL ? NULL : ops->open(c, options, err);
}

void session_close(session *s)
{
    if (s != NULL)
        s->ops->close(s);
}

/* ---- errors -------------------------------------------------------------- */

static error_code code_of_class(sql_error_class class)
{
    switch (class) {
    case SQL_ERROR_OTHER:
        return ERROR_SQL;
    case SQL_ERROR_DATA:
        return ERROR_DATA;
    case SQL_ERROR_CONNECTION:
        return ERROR_CONNECT;
    case SQL_ERROR_LOCK:
        return ERROR_LOCK;
    case SQL_ERROR_RIGHTS:
        return ERROR_RIGHTS;
    case SQL_ERROR_DISK:
        return ERROR_DISK;
    case SQL_ERROR_CANCELLED:
        return ERROR_CANCELLED;
    }
    g_assert_not_reached();
}

bool link_error(error **err, const connection *c, const char *code, const char *doing,
                const char *server_message)
{
    sql_error_class class = code == NULL ? SQL_ERROR_OTHER : dialect_error_class(c->dialect, code);
    error_set(err, code_of_class(class), _("connection \"%s\": could not %s"), c->name, doing);
    if (err == NULL)
        return false;
    (*err)->retryable = class == SQL_ERROR_LOCK || class == SQL_ERROR_CONNECTION;
    if (code != NULL)
        error_sqlstate(err, code);
    if (server_message != NULL) {
        g_autofree char *words = g_strchomp(g_strdup(server_message));
        error_detail(err, "%s", words);
    }
    return false;
}
