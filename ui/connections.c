/* Connections: the systems that tasks read from and write to. */
#include "ui/screens.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/answer.h"
#include "ui/connection_test.h"
#include "ui/list.h"

#include <string.h>

#define LIST_AT          3
#define DETAIL_ROWS      3
#define LEAST_FOR_DETAIL 14

typedef struct {
    screen base;
    list *list;
    answer rows; /* connection.list */
    connection_test test;
} connections;

static const json_t *row_at(const connections *v, int64_t row)
{
    return row < 0 ? NULL : json_array_get(answer_list(&v->rows, "connections"), (size_t)row);
}

static const json_t *selected(const connections *v)
{
    return row_at(v, list_selected(v->list));
}

static const char *name_of(const connections *v)
{
    return row_text(selected(v), "name");
}

/* --- rows ------------------------------------------------------------------ */

enum { COLUMN_NAME, COLUMN_TYPE, COLUMN_WHERE, COLUMN_PROTECTED, COLUMN_TASKS };

static const list_column columns[] = {
    { N_("Connection"), 14, 24, 0, TEXT_LEFT }, { N_("Type"), 10, 10, 1, TEXT_LEFT },
    { N_("Where"), 22, 0, 0, TEXT_LEFT },       { N_("Protected"), 9, 9, 2, TEXT_LEFT },
    { N_("Used by"), 8, 8, 3, TEXT_LEFT },      { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    connections *v = user;
    return (int64_t)json_array_size(answer_list(&v->rows, "connections"));
}

static const char *type_word(const char *type)
{
    static const char *const words[][2] = { { "postgresql", "PostgreSQL" },
                                            { "sqlite", "SQLite" },
                                            { "file", N_("files") } };
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i][0], type) == 0)
            return _(words[i][1]);
    return type;
}

static void append_tasks(GString *text, const json_t *row, list_style *style)
{
    size_t n = json_array_size(json_object_get(row, "tasks"));
    if (n == 0) {
        g_string_append(text, "-");
        style->look = LOOK_QUIET;
    } else {
        g_string_append_printf(text, ngettext("%zu task", "%zu tasks", n), n);
    }
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    const json_t *row = row_at(user, number);
    switch (column) {
    case COLUMN_NAME:
        g_string_append(text, row_text(row, "name"));
        break;
    case COLUMN_TYPE:
        g_string_append(text, type_word(row_text(row, "type")));
        break;
    case COLUMN_WHERE:
        g_string_append(text, row_text(row, "address"));
        style->look = LOOK_QUIET;
        break;
    case COLUMN_PROTECTED:
        if (json_is_true(json_object_get(row, "protected"))) {
            g_string_append(text, _("protected"));
            style->look = LOOK_WARNING;
        }
        break;
    case COLUMN_TASKS:
        append_tasks(text, row, style);
        break;
    default:
        break;
    }
}

static const list_source source = { .count = count_rows, .cell = cell };

/* --- drawing --------------------------------------------------------------- */

static void draw_empty(canvas *c, int y)
{
    canvas_wrap(c, y, 4, canvas_width(c) - 8, canvas_height(c) - y, LOOK_PLAIN,
                _("There are no connections yet.\n\n"
                  "A connection says where a database or a folder with files is and how to log in. "
                  "a makes one; F5 there tests it before anything is saved. Two of them, a source "
                  "and a target, are all that a task needs."));
}

static void draw_count(const connections *v, canvas *c, int y)
{
    unsigned long n = (unsigned long)count_rows((void *)v);
    canvas_format(c, y, 4, -1, LOOK_PLAIN, ngettext("%lu connection", "%lu connections", n), n);
}

/* "a, b, c and 4 more" */
static char *tasks_in_words(const json_t *tasks)
{
    enum { NAMED = 5 };
    size_t n = json_array_size(tasks);
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < MIN(n, NAMED); i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                               json_string_value(json_array_get(tasks, i)));
    if (n > NAMED)
        g_string_append_printf(text, _(" and %zu more"), n - NAMED);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void draw_detail(const connections *v, canvas *c, int y)
{
    const json_t *row = selected(v), *tasks = json_object_get(row, "tasks");
    g_autofree char *names = tasks_in_words(tasks);
    canvas_format(c, y, 4, -1, LOOK_PLAIN, "%s   %s   %s", row_text(row, "name"),
                  type_word(row_text(row, "type")),
                  json_is_true(json_object_get(row, "protected")) ? _("protected") : "");
    canvas_text(c, y + 1, 4, -1, LOOK_PLAIN, row_text(row, "address"));
    if (json_array_size(tasks) > 0)
        canvas_format(c, y + 2, 4, -1, LOOK_QUIET, _("used by %s"), names);
    else
        canvas_text(c, y + 2, 4, -1, LOOK_QUIET, _("used by no task"));
}

static void draw(screen *s, canvas *c)
{
    connections *v = (connections *)s;
    screens_draw_line(c, 0, "connections");
    if (answer_draw_state(&v->rows, c, LIST_AT, _("Reading the connections ...")))
        return;
    draw_count(v, c, 1);
    if (count_rows(v) == 0) {
        draw_empty(c, LIST_AT);
        return;
    }
    int height = canvas_height(c), room = height - LIST_AT;
    bool tested = connection_test_is_shown(&v->test);
    int below = tested                       ? MIN(connection_test_height(&v->test), room / 2)
                : height >= LEAST_FOR_DETAIL ? DETAIL_ROWS
                                             : 0;
    list_draw(v->list, c, LIST_AT, room - (below > 0 ? below + 1 : 0), true);
    if (tested)
        connection_test_draw(&v->test, c, height - below, below);
    else if (below > 0)
        draw_detail(v, c, height - below);
}

/* --- actions --------------------------------------------------------------- */

static const char *none_selected(screen *s)
{
    return selected((connections *)s) == NULL ? N_("no connection is selected") : NULL;
}

static void edit(screen *s)
{
    app_open(s->app, connection_edit_new(s->app, name_of((connections *)s)));
}

static void make(screen *s)
{
    app_open(s->app, connection_edit_new(s->app, NULL));
}

static void test(screen *s)
{
    connections *v = (connections *)s;
    connection_test_start(&v->test, s, name_of(v), NULL);
}

static const char *no_test(screen *s)
{
    return answer_waits(&((connections *)s)->test.answer) ? NULL : N_("no test is running");
}

static void give_up(screen *s)
{
    answer_cancel(&((connections *)s)->test.answer);
}

static void browse(screen *s)
{
    app_open(s->app, tables_new(s->app, name_of((connections *)s), NULL, NULL));
}

static void deleted(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    connections *v = (connections *)s;
    if (failure != NULL)
        app_say_error(s->app, failure);
    else
        app_say(s->app, LOOK_PLAIN, _("Connection %s is deleted."), row_text(out, "name"));
    answer_refresh(&v->rows);
}

static void delete_answered(screen *s, bool yes, void *user)
{
    g_autofree char *name = user;
    if (yes)
        app_run(s->app, s, "connection.delete", json_pack("{s:s}", "name", name), deleted, NULL);
}

static void delete_connection(screen *s)
{
    connections *v = (connections *)s;
    const json_t *row = selected(v), *tasks = json_object_get(row, "tasks");
    const char *name = name_of(v);
    if (json_array_size(tasks) > 0) {
        g_autofree char *names = tasks_in_words(tasks);
        app_say(s->app, LOOK_WARNING, _("%s cannot be deleted: used by %s"), name, names);
        return;
    }
    g_autofree char *title = g_strdup_printf(_("Delete connection %s?"), name);
    const question q = {
        .title = title,
        .text = _("No task uses it. What it points to is not touched, but a password that is kept "
                  "with it is gone."),
        .yes = _("Delete"),
        .no = _("Keep"),
        .type = json_is_true(json_object_get(row, "protected")) ? name : NULL,
    };
    app_ask(s->app, s, &q, delete_answered, g_strdup(name));
}

static const action actions[] = {
    { "connection.test.cancel", K_ESCAPE, N_("Give up"), N_("Give up the test"), NULL, 0, give_up,
      no_test },
    { "connection.edit", K_ENTER, N_("Edit"), N_("Look at the connection and change it"),
      "rowferry connection show NAME", 0, edit, none_selected },
    { "connection.edit.e", 'e', NULL, N_("Look at the connection and change it"), NULL, 0, edit,
      none_selected },
    { "connection.test", 't', N_("Test"), N_("Connect step by step and say what works"),
      "rowferry connection test NAME", 0, test, none_selected },
    { "connection.browse", 'b', N_("Tables"), N_("Look at its tables, columns and first rows"),
      "rowferry connection tables NAME", 0, browse, none_selected },
    { "connection.new", 'a', N_("New"), N_("Make a connection"), "rowferry connection save FILE",
      ACTION_WRITES, make, NULL },
    { "connection.delete", 'D', N_("Delete"), N_("Delete a connection that no task uses"),
      "rowferry connection delete NAME", ACTION_WRITES, delete_connection, none_selected },
    { .id = NULL },
};

static bool key(screen *s, ui_key k)
{
    return list_key(((connections *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(((connections *)s)->list, text, step, from_next);
}

static char *value(screen *s)
{
    const json_t *row = selected((connections *)s);
    return row != NULL ? g_strdup(row_text(row, "name")) : NULL;
}

static void refresh(screen *s)
{
    connections *v = (connections *)s;
    answer_refresh(&v->rows);
    app_changed(s->app);
}

static bool wants_tick(screen *s)
{
    connections *v = (connections *)s;
    return answer_waits(&v->test.answer);
}

static void resume(screen *s)
{
    connections *v = (connections *)s;
    answer_ask(&v->rows, s, "connection.list", NULL);
}

static void free_connections(screen *s)
{
    connections *v = (connections *)s;
    list_free(v->list);
    answer_clear(&v->rows);
    connection_test_clear(&v->test);
    g_free(v);
}

const screen_ops connections_ops = {
    .id = "connections",
    .title = N_("Connections"),
    .summary = N_("The databases and folders that tasks read from and write to."),
    .actions = actions,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .find = find,
    .value = value,
    .free = free_connections,
};

screen *connections_new(app *a)
{
    connections *v = g_new0(connections, 1);
    v->base = (screen){ &connections_ops, a };
    v->list = list_new(columns, &source, v);
    return &v->base;
}
