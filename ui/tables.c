/* The tables, views or files of a connection; also where one of them is chosen. */
#include "ui/screens.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/answer.h"
#include "ui/list.h"
#include "ui/table_view.h"

#include <string.h>

#define LIST_AT 2

typedef struct {
    screen base;
    list *list;
    answer rows;                /* connection.tables */
    char *connection, *pattern; /* pattern or NULL */
    screen *below;
    void (*chosen)(screen *below, const char *table); /* or NULL */
} tables;

static const json_t *row_at(const tables *v, int64_t row)
{
    return row < 0 ? NULL : json_array_get(answer_list(&v->rows, "tables"), (size_t)row);
}

static const json_t *selected(const tables *v)
{
    return row_at(v, list_selected(v->list));
}

/* --- rows ------------------------------------------------------------------ */

enum { COLUMN_NAME, COLUMN_SCHEMA };

static const list_column columns[] = {
    { N_("Table"), 20, 0, 0, TEXT_LEFT },
    { N_("Schema"), 12, 30, 1, TEXT_LEFT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    tables *v = user;
    return (int64_t)json_array_size(answer_list(&v->rows, "tables"));
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    const json_t *row = row_at(user, number);
    g_string_append(text, row_text(row, column == COLUMN_NAME ? "name" : "schema"));
    if (column == COLUMN_SCHEMA)
        style->look = LOOK_QUIET;
}

static const list_source source = { .count = count_rows, .cell = cell };

/* The table of @row as the operations and documents name it. */
static char *table_of(const json_t *row)
{
    const char *schema = row_text(row, "schema"), *name = row_text(row, "name");
    if (schema[0] == '\0')
        return g_strdup(name);
    if (strchr(schema, '.') == NULL && schema[0] != '[')
        return g_strdup_printf("%s.%s", schema, name);
    json_t *both = json_pack("[s, s]", schema, name);
    char *text = json_dumps(both, JSON_COMPACT);
    char *copy = g_strdup(text);
    free(text);
    json_decref(both);
    return copy;
}

/* --- loading --------------------------------------------------------------- */

static void load(tables *v)
{
    json_t *in = json_pack("{s:s}", "name", v->connection);
    if (v->pattern != NULL)
        json_object_set_new(in, "pattern", json_string(v->pattern));
    g_clear_pointer(&v->rows.out, json_decref);
    answer_ask(&v->rows, &v->base, "connection.tables", in);
}

static void reload(screen *s)
{
    load((tables *)s);
}

static void arrived(screen *s)
{
    list_select(((tables *)s)->list, 0);
}

static void pattern_entered(screen *s, const char *text, void *user)
{
    (void)user;
    tables *v = (tables *)s;
    if (text == NULL)
        return;
    g_free(v->pattern);
    v->pattern = text[0] != '\0' ? g_strdup(text) : NULL;
    load(v);
}

static void filter_tables(screen *s)
{
    app_prompt(s->app, s, _("Names that hold (empty: all)"), ((tables *)s)->pattern,
               pattern_entered, NULL);
}

/* --- drawing --------------------------------------------------------------- */

static void draw_empty(const tables *v, canvas *c, int y)
{
    int width = canvas_width(c) - 8, height = canvas_height(c) - y;
    if (v->pattern != NULL)
        canvas_wrap(c, y, 4, width, height, LOOK_PLAIN,
                    _("No name holds this text. f changes it; empty shows all."));
    else
        canvas_wrap(c, y, 4, width, height, LOOK_PLAIN,
                    _("There is nothing in here that this login may see: no table, no view, no "
                      "file. Is it the right database or folder, and does the login have the "
                      "right to look? F5 reads again."));
}

static void draw(screen *s, canvas *c)
{
    tables *v = (tables *)s;
    if (v->pattern != NULL) {
        g_autofree char *filter = g_strdup_printf(_("filter %s"), v->pattern);
        canvas_right(c, 0, 34, canvas_width(c) - 36, LOOK_ACCENT, filter);
    }
    if (answer_draw_state(&v->rows, c, LIST_AT, _("Reading the tables ...")))
        return;
    unsigned long n = (unsigned long)count_rows(v);
    canvas_format(c, 0, 4, 30, LOOK_PLAIN, ngettext("%lu table", "%lu tables", n), n);
    if (n == 0)
        draw_empty(v, c, LIST_AT);
    else
        list_draw(v->list, c, LIST_AT, canvas_height(c) - LIST_AT, true);
}

/* --- actions --------------------------------------------------------------- */

static const char *none_selected(screen *s)
{
    return selected((tables *)s) == NULL ? N_("no table is selected") : NULL;
}

static const char *cannot_choose(screen *s)
{
    return ((tables *)s)->chosen == NULL ? N_("nobody asked for a table") : none_selected(s);
}

static const char *not_waiting(screen *s)
{
    return answer_waits(&((tables *)s)->rows) ? NULL : N_("nothing is being read");
}

static void choose(screen *s)
{
    tables *v = (tables *)s;
    g_autofree char *table = table_of(selected(v));
    screen *below = v->below;
    void (*chosen)(screen *, const char *) = v->chosen;
    app_close(s->app, s);
    chosen(below, table);
}

static void open_table(screen *s, bool rows)
{
    tables *v = (tables *)s;
    g_autofree char *table = table_of(selected(v));
    app_open(s->app, table_view_new(s->app, v->connection, table, rows));
}

static void open_columns(screen *s)
{
    open_table(s, false);
}

static void open_rows(screen *s)
{
    open_table(s, true);
}

static void give_up(screen *s)
{
    answer_cancel(&((tables *)s)->rows);
}

static const action actions[] = {
    { "tables.cancel", K_ESCAPE, N_("Give up"), N_("Give up reading"), NULL, 0, give_up,
      not_waiting },
    { "tables.choose", K_ENTER, N_("Choose"), N_("Take this table"), NULL, 0, choose,
      cannot_choose },
    { "tables.columns", K_ENTER, N_("Columns"), N_("Look at the columns of the table"),
      "rowferry connection columns NAME TABLE", 0, open_columns, none_selected },
    { "tables.columns.c", 'c', N_("Columns"), N_("Look at the columns of the table"), NULL, 0,
      open_columns, cannot_choose },
    { "tables.rows", 'p', N_("First rows"), N_("Look at the first rows of the table"),
      "rowferry connection rows NAME TABLE", 0, open_rows, none_selected },
    { "tables.filter", 'f', N_("Filter"), N_("Show only names that hold a text"),
      "rowferry connection tables NAME PART", 0, filter_tables, NULL },
    { "tables.reload", K_F(5), N_("Again"), N_("Read the list again"), NULL, 0, reload, NULL },
    { .id = NULL },
};

static char *name(screen *s)
{
    tables *v = (tables *)s;
    return g_strdup_printf(_("tables of %s"), v->connection);
}

static bool key(screen *s, ui_key k)
{
    return list_key(((tables *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(((tables *)s)->list, text, step, from_next);
}

static char *value(screen *s)
{
    const json_t *row = selected((tables *)s);
    return row != NULL ? table_of(row) : NULL;
}

/* Only the seconds of a wait change by themselves: a database is not read
 * again unasked. */
static void refresh(screen *s)
{
    if (answer_waits(&((tables *)s)->rows))
        app_changed(s->app);
}

static bool wants_tick(screen *s)
{
    return answer_waits(&((tables *)s)->rows);
}

static void resume(screen *s)
{
    tables *v = (tables *)s;
    if (v->rows.operation == NULL)
        load(v);
}

static void free_tables(screen *s)
{
    tables *v = (tables *)s;
    list_free(v->list);
    answer_clear(&v->rows);
    g_free(v->connection);
    g_free(v->pattern);
    g_free(v);
}

const screen_ops tables_ops = {
    .id = "tables",
    .title = N_("Tables"),
    .summary = N_("The tables, views or files that a connection can see."),
    .actions = actions,
    .name = name,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .find = find,
    .value = value,
    .free = free_tables,
};

screen *tables_new(app *a, const char *connection, screen *below,
                   void (*chosen)(screen *below, const char *table))
{
    tables *v = g_new0(tables, 1);
    v->base = (screen){ &tables_ops, a };
    v->list = list_new(columns, &source, v);
    v->rows.arrived = arrived;
    v->connection = g_strdup(connection);
    v->below = below;
    v->chosen = chosen;
    return &v->base;
}
