#include "ui/reject_cells.h"

#include "base/document.h"
#include "base/intl.h"
#include "ui/row_text.h"

#include <string.h>

static void cell_free(gpointer user)
{
    reject_cell *c = user;
    g_free(c->source);
    g_free(c->target);
    g_free(c->type);
    g_free(c->text);
    g_free(c->would);
    g_free(c);
}

/* --- values ---------------------------------------------------------------- */

char *reject_value_text(const json_t *cell)
{
    if (cell == NULL || json_is_null(cell))
        return NULL;
    if (!json_is_object(cell))
        return document_scalar_text(cell);
    void *member = json_object_iter((json_t *)cell);
    return member != NULL ? document_scalar_text(json_object_iter_value(member)) : NULL;
}

json_t *reject_value_from_text(const json_t *cell, const char *text)
{
    static const char *const hex_forms[] = { "b", "t_hex", "json_hex" };
    for (unsigned i = 0; i < G_N_ELEMENTS(hex_forms); i++)
        if (json_object_get(cell, hex_forms[i]) != NULL)
            return json_pack("{s:s}", hex_forms[i], text);
    return json_string(text);
}

json_t *reject_empty_row(const json_t *plan)
{
    json_t *row = json_object();
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(plan, "mapping"), i,
                       one) if (row_text(one, "source")[0] != '\0')
        json_object_set_new(row, row_text(one, "source"), json_string(""));
    json_array_foreach(json_object_get(json_object_get(plan, "source"), "ignored_columns"), i, one)
        json_object_set_new(row, json_string_value(one), json_string(""));
    return row;
}

/* --- side by side ---------------------------------------------------------- */

/* What follows "column "name": " in the reason. */
static const char *reason_of(const json_t *reject)
{
    const char *message = row_text(reject, "message");
    const char *column = row_text(reject, "column");
    g_autofree char *prefix = g_strdup_printf("column \"%s\": ", column);
    return g_str_has_prefix(message, prefix) ? message + strlen(prefix) : message;
}

static char *would_get(const json_t *reject, const reject_cell *c, const char *carried)
{
    if (c->target == NULL)
        return g_strdup(_("not carried"));
    bool open = !json_is_true(json_object_get(reject, "closed"));
    if (c->refused && open && !json_is_true(json_object_get(reject, "edited")))
        return g_strdup_printf(_("nothing: %s"), reason_of(reject));
    if (c->refused && open)
        return g_strdup_printf(_("%s  (checked when sent)"), c->text != NULL ? c->text : "NULL");
    if (c->text != NULL && strcmp(carried, "converted") == 0)
        return g_strdup_printf(_("%s  (as %s)"), c->text, c->type);
    return g_strdup(c->text != NULL ? c->text : "NULL");
}

static reject_cell *add(GPtrArray *cells, const char *from, const char *to, const char *type)
{
    reject_cell *c = g_new0(reject_cell, 1);
    c->source = g_strdup(from);
    c->target = g_strdup(to);
    c->type = g_strdup(type);
    g_ptr_array_add(cells, c);
    return c;
}

static void add_carried(GPtrArray *cells, const json_t *reject, const char *from, const char *to,
                        const char *type, const char *carried)
{
    const char *column = row_text(reject, "column");
    reject_cell *c = add(cells, from, to, type);
    c->text = reject_value_text(json_object_get(json_object_get(reject, "values"), from));
    c->refused = to != NULL && column[0] != '\0' && strcmp(column, to) == 0;
    c->would = would_get(reject, c, carried);
}

static void add_mapped(GPtrArray *cells, const json_t *reject, const json_t *column)
{
    const char *from = json_string_value(json_object_get(column, "source"));
    const char *to = row_text(column, "target"), *type = row_text(column, "type");
    if (from != NULL) {
        add_carried(cells, reject, from, to, type, row_text(column, "carried"));
        return;
    }
    reject_cell *c = add(cells, NULL, to, type);
    const json_t *parameter = json_object_get(column, "parameter");
    const char *fixed =
        json_string_value(parameter != NULL ? parameter : json_object_get(column, "constant"));
    c->would = g_strdup(fixed != NULL ? fixed : "NULL");
    c->refused = strcmp(row_text(reject, "column"), to) == 0;
}

static bool is_there(const GPtrArray *cells, const char *from)
{
    for (guint i = 0; i < cells->len; i++)
        if (g_strcmp0(((const reject_cell *)cells->pdata[i])->source, from) == 0)
            return true;
    return false;
}

GPtrArray *reject_cells_of(const json_t *reject, const json_t *mapping)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(cell_free);
    json_t *values = json_object_get(reject, "values");
    size_t i;
    json_t *column;
    const char *from;
    if (!json_is_object(values))
        return cells;
    json_array_foreach(mapping, i, column) add_mapped(cells, reject, column);
    json_object_foreach(values, from, column) if (!is_there(cells, from))
        add_carried(cells, reject, from, json_is_array(mapping) ? NULL : from, "", "");
    return cells;
}
