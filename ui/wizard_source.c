/* Step 2: where the rows come from. */
#include "base/civil.h"
#include "base/intl.h"
#include "ui/answer.h"
#include "ui/expansions.h"
#include "ui/preview.h"
#include "ui/typed_value.h"
#include "ui/wizard_fields.h"

#include <string.h>

#define FORM_AT 2

typedef struct {
    wizard_step step;
    form_view *form;
    answer connections; /* connection.list */
    answer columns;     /* connection.columns of the table */
    char *asked_about;  /* connection and table of that, or NULL */
    json_t *before;     /* the connections before a new one was made, or NULL */
    char *choosing;     /* the field that F4 chooses for, or NULL */
    unsigned loaded;    /* wizard_changes() that the form shows */
} source_step;

static const char *const kinds[] = { "table", "query", "tables", NULL };
static const char *const kind_titles[] = { N_("one table or view"), N_("own SQL"),
                                           N_("several tables, one after the other"), NULL };
static const char *const no_connections[] = { "", NULL };

static const form_field form_fields[] = {
    { .id = "connection",
      .kind = FIELD_CHOICE,
      .label = N_("Connection"),
      .width = 30,
      .choices = no_connections,
      .help = N_("Where the rows are; F4 lists, F7 makes a new one") },
    { .id = "kind",
      .kind = FIELD_CHOICE,
      .label = N_("Read"),
      .choices = kinds,
      .titles = kind_titles,
      .width = 36,
      .help = N_("Space changes it") },
    { .id = "table",
      .kind = FIELD_TEXT,
      .label = N_("Table"),
      .width = 30,
      .help = N_("name or schema.name; F4 chooses from what is there") },
    { .id = "tables",
      .kind = FIELD_TEXT,
      .label = N_("Tables"),
      .help = N_("orders_[01-16] stands for sixteen tables; commas separate") },
    { .id = "connections",
      .kind = FIELD_TEXT,
      .label = N_("Of all these"),
      .help = N_("Several connections: the tables are read from each of them; F4 adds one") },
    { .id = "file",
      .kind = FIELD_TEXT,
      .label = N_("File"),
      .help = N_("A name below the connection's folder, or a pattern with * ? [abc]; F4 lists") },
    { .id = "query",
      .kind = FIELD_LINES,
      .label = N_("Query"),
      .help = N_("One SELECT; it runs in a read-only session") },
    { .id = "gap", .kind = FIELD_GAP },
    { .id = "columns",
      .kind = FIELD_TEXT,
      .label = N_("Only columns"),
      .width = 30,
      .help = N_("Names with commas between; empty: all of them; F4 adds one") },
    { .id = "split_column",
      .kind = FIELD_TEXT,
      .label = N_("Split by"),
      .width = 30,
      .help = N_("A column whose ranges are read at the same time; F4 chooses") },
    { .id = "split_segments",
      .kind = FIELD_TEXT,
      .label = N_("Into parts"),
      .width = 6,
      .help = N_("From 1 to 1000; empty: as many as there are streams") },
    { .id = "time_zone",
      .kind = FIELD_TEXT,
      .label = N_("Time zone"),
      .width = 30,
      .help = N_("Of timestamps without a zone; converted when the target names one too") },
    { .id = NULL },
};

static const wizard_field values[] = {
    { "connection", "source.connection", VALUE_TEXT },
    { "table", "source.table", VALUE_TABLE },
    { "tables", "source.tables", VALUE_TABLE },
    { "connections", "source.connections", VALUE_TEXTS },
    { "file", "source.file", VALUE_TEXT },
    { "query", "source.query", VALUE_TEXT },
    { "columns", "source.columns", VALUE_TEXTS },
    { "split_column", "source.split.column", VALUE_TEXT },
    { "split_segments", "source.split.segments", VALUE_INTEGER },
    { "time_zone", "source.time_zone", VALUE_TEXT },
    { NULL, NULL, VALUE_TEXT },
};

static source_step *step_of(screen *s)
{
    return (source_step *)s;
}

static wizard *wizard_of(screen *s)
{
    return step_of(s)->step.wizard;
}

static const char *typed(const source_step *p, const char *id)
{
    return form_view_get(p->form, id);
}

static const json_t *connection_row(const source_step *p, const char *name)
{
    size_t i;
    json_t *row;
    json_array_foreach(answer_list(&p->connections, "connections"), i,
                       row) if (strcmp(row_text(row, "name"), name) == 0) return row;
    return NULL;
}

static bool of_files(const source_step *p)
{
    const json_t *row = connection_row(p, typed(p, "connection"));
    return row != NULL ? strcmp(row_text(row, "type"), "file") == 0
                       : wizard_value(p->step.wizard, "source.file") != NULL;
}

/* "table", "query", "tables" or "file": the key that says what is read. */
static const char *kind_of(const source_step *p)
{
    return of_files(p) ? "file" : typed(p, "kind");
}

/* --- what is shown ----------------------------------------------------------- */

static void show_fields(source_step *p)
{
    const char *kind = kind_of(p);
    bool file = strcmp(kind, "file") == 0, tables = strcmp(kind, "tables") == 0;
    form_view_show(p->form, "kind", !file);
    form_view_show(p->form, "table", strcmp(kind, "table") == 0);
    form_view_show(p->form, "query", strcmp(kind, "query") == 0);
    form_view_show(p->form, "tables", tables);
    form_view_show(p->form, "connections", tables);
    form_view_show(p->form, "file", file);
    form_view_show(p->form, "split_column", !file);
    form_view_show(p->form, "split_segments", !file && typed(p, "split_column")[0] != '\0');
}

static void remark_connection(source_step *p)
{
    const char *name = typed(p, "connection");
    const json_t *row = connection_row(p, name);
    const json_t *all = answer_list(&p->connections, "connections");
    if (all == NULL)
        form_view_remark(p->form, "connection", LOOK_PLAIN, NULL);
    else if (json_array_size(all) == 0)
        form_view_remark(p->form, "connection", LOOK_WARNING, _("none yet: F7 makes one"));
    else if (row == NULL && name[0] != '\0')
        form_view_remark(p->form, "connection", LOOK_BAD, _("there is no such one"));
    else
        form_view_remark(p->form, "connection", LOOK_QUIET, row_text(row, "type"));
}

static void remark_table(source_step *p)
{
    const char *id = of_files(p) ? "file" : "table";
    const json_t *columns = answer_list(&p->columns, "columns");
    if (p->columns.failure != NULL) {
        form_view_remark(p->form, id, LOOK_WARNING, p->columns.failure->message);
    } else if (answer_waits(&p->columns)) {
        form_view_remark(p->form, id, LOOK_QUIET, _("looking at it ..."));
    } else if (columns != NULL) {
        size_t n = json_array_size(columns);
        g_autofree char *text = g_strdup_printf(ngettext("%zu column", "%zu columns", n), n);
        form_view_remark(p->form, id, LOOK_QUIET, text);
    } else {
        form_view_remark(p->form, id, LOOK_PLAIN, NULL);
    }
}

static void remark_zone(source_step *p)
{
    const char *name = typed(p, "time_zone");
    g_autoptr(error) wrong = NULL;
    g_autoptr(zone) z = name[0] != '\0' ? zone_open(name, &wrong) : NULL;
    bool bad = name[0] != '\0' && z == NULL;
    form_view_remark(p->form, "time_zone", LOOK_BAD, bad ? _("there is no such zone") : NULL);
}

static void remark_all(source_step *p)
{
    remark_connection(p);
    remark_table(p);
    remark_zone(p);
    const char *several = typed(p, "connections");
    form_view_remark(p->form, "connections", LOOK_QUIET,
                     several[0] != '\0' ? _("in place of the connection above") : NULL);
    form_view_remark(p->form, "columns", LOOK_QUIET,
                     typed(p, "columns")[0] == '\0' ? _("all") : NULL);
}

/* --- asking ------------------------------------------------------------------ */

static void columns_arrived(screen *s)
{
    remark_table(step_of(s));
}

static void forget_columns(source_step *p)
{
    answer_clear(&p->columns);
    g_clear_pointer(&p->asked_about, g_free);
}

/* The columns of the table, once per table; for its remark and F4. */
static void ask_columns(source_step *p)
{
    const char *connection = typed(p, "connection"), *kind = kind_of(p);
    bool table = strcmp(kind, "table") == 0, file = strcmp(kind, "file") == 0;
    const char *name = table || file ? typed(p, kind) : "";
    if (connection[0] == '\0' || name[0] == '\0' || expansions_has_any(name) ||
        (file && strpbrk(name, "*?[") != NULL)) {
        forget_columns(p);
        remark_table(p);
        return;
    }
    g_autofree char *about = g_strdup_printf("%s\n%s", connection, name);
    if (g_strcmp0(about, p->asked_about) == 0)
        return;
    g_free(p->asked_about);
    p->asked_about = g_steal_pointer(&about);
    answer_clear(&p->columns);
    p->columns.arrived = columns_arrived;
    answer_ask(&p->columns, &p->step.base, "connection.columns",
               json_pack("{s:s, s:s}", "name", connection, "table", name));
    remark_table(p);
}

static void load(source_step *p)
{
    const wizard *w = p->step.wizard;
    g_autofree char *kind = g_strdup(typed(p, "kind"));
    wizard_fields_load(p->form, w, values);
    for (unsigned i = 0; kinds[i] != NULL; i++) {
        g_autofree char *path = g_strconcat("source.", kinds[i], NULL);
        if (wizard_value(w, path) != NULL) {
            g_free(kind);
            kind = g_strdup(kinds[i]);
        }
    }
    form_view_set(p->form, "kind", kind[0] != '\0' ? kind : "table");
    p->loaded = wizard_changes(w);
    show_fields(p);
    remark_all(p);
    ask_columns(p);
}

/* All there are, and what the document names when that is none of them: nothing
 * yet, or one that is gone. */
static void offer_connections(source_step *p)
{
    const char *own = wizard_text(p->step.wizard, "source.connection");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    if (connection_row(p, own) == NULL)
        g_ptr_array_add(names, (gpointer)own);
    size_t i;
    json_t *row;
    json_array_foreach(answer_list(&p->connections, "connections"), i, row)
        g_ptr_array_add(names, (gpointer)row_text(row, "name"));
    g_ptr_array_add(names, NULL);
    form_view_set_choices(p->form, "connection", (const char *const *)names->pdata);
    form_view_set(p->form, "connection", own);
}

/* --- changing ---------------------------------------------------------------- */

/* What is read and from where exclude each other: all of it is put together anew,
 * as one change. The fields keep what was typed for the other kinds. */
static void store_kind(source_step *p)
{
    wizard *w = p->step.wizard;
    const json_t *before = wizard_value(w, "source");
    json_t *source = before != NULL ? json_deep_copy(before) : json_object();
    static const char *const exclusive[] = { "table", "query",      "tables",
                                             "file",  "connection", "connections" };
    for (unsigned i = 0; i < G_N_ELEMENTS(exclusive); i++)
        json_object_del(source, exclusive[i]);
    const char *kind = kind_of(p), *text = typed(p, kind);
    bool several = strcmp(kind, "tables") == 0 && typed(p, "connections")[0] != '\0';
    if (several)
        json_object_set_new(source, "connections", typed_texts_read(typed(p, "connections")));
    else if (typed(p, "connection")[0] != '\0')
        json_object_set_new(source, "connection", json_string(typed(p, "connection")));
    bool table = g_str_has_prefix(kind, "table");
    if (text[0] != '\0')
        json_object_set_new(source, kind, table ? typed_table_read(text) : json_string(text));
    if (of_files(p)) {
        json_object_del(source, "split");
        json_object_del(source, "where");
    }
    bool empty = json_object_size(source) == 0;
    wizard_change(w, "source", empty ? NULL : json_incref(source));
    json_decref(source);
}

static void changed(screen *s, const char *id)
{
    source_step *p = step_of(s);
    wizard *w = wizard_of(s);
    bool was_several = wizard_value(w, "source.connections") != NULL;
    bool several = typed(p, "connections")[0] != '\0';
    if (strcmp(id, "kind") == 0 || strcmp(id, "connection") == 0 ||
        (strcmp(id, "connections") == 0 && several != was_several))
        store_kind(p);
    else
        wizard_fields_store(p->form, w, values, id);
    if (strcmp(id, "split_column") == 0 && typed(p, "split_column")[0] == '\0')
        wizard_change(w, "source.split", NULL);
    if (strcmp(id, "table") == 0 || strcmp(id, "file") == 0)
        forget_columns(p);
    p->loaded = wizard_changes(w);
    show_fields(p);
    remark_all(p);
    if (strcmp(id, "kind") == 0 || strcmp(id, "connection") == 0)
        ask_columns(p);
    if (strcmp(id, "connection") == 0)
        offer_connections(p);
}

/* A value that was chosen instead of typed. */
static void put(source_step *p, const char *id, const char *value)
{
    form_view_set(p->form, id, value);
    changed(&p->step.base, id);
    ask_columns(p);
}

/* Another one of a list with commas. */
static void add(source_step *p, const char *id, const char *value)
{
    json_t *list = typed_texts_read(typed(p, id));
    if (list == NULL)
        list = json_array();
    json_array_append_new(list, json_string(value));
    g_autofree char *line = typed_texts(list);
    json_decref(list);
    put(p, id, line);
}

/* --- choosing ---------------------------------------------------------------- */

static void table_chosen(screen *s, const char *table)
{
    source_step *p = step_of(s);
    if (g_strcmp0(p->choosing, "tables") == 0 && typed(p, "tables")[0] != '\0') {
        g_autofree char *both = g_strdup_printf("%s, %s", typed(p, "tables"), table);
        put(p, "tables", both);
    } else if (p->choosing != NULL) {
        put(p, p->choosing, table);
    }
}

static void name_chosen(screen *s, int index, void *user)
{
    source_step *p = step_of(s);
    const answer *from = user;
    const json_t *rows = answer_list(from, from == &p->columns ? "columns" : "connections");
    const json_t *row = index >= 0 ? json_array_get(rows, (size_t)index) : NULL;
    if (row == NULL || p->choosing == NULL)
        return;
    if (strcmp(p->choosing, "split_column") == 0)
        put(p, p->choosing, row_text(row, "name"));
    else
        add(p, p->choosing, row_text(row, "name"));
}

static void choose_name(source_step *p, const char *title, answer *from, const char *key)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    size_t i;
    json_t *row;
    json_array_foreach(answer_list(from, key), i, row)
        g_ptr_array_add(names, (gpointer)row_text(row, "name"));
    g_ptr_array_add(names, NULL);
    app_choose(p->step.base.app, &p->step.base, title, (const char *const *)names->pdata, 0,
               name_chosen, from);
}

static void pressed(screen *s, const char *id)
{
    source_step *p = step_of(s);
    app *a = s->app;
    const char *connection = typed(p, "connection");
    g_free(p->choosing);
    p->choosing = g_strdup(id);
    if (strcmp(id, "connections") == 0) {
        choose_name(p, _("Add a connection"), &p->connections, "connections");
    } else if (strcmp(id, "columns") == 0 || strcmp(id, "split_column") == 0) {
        if (answer_list(&p->columns, "columns") != NULL)
            choose_name(p, _("Column"), &p->columns, "columns");
        else
            app_say(a, LOOK_WARNING, _("the columns are known when one table is chosen"));
    } else if (strcmp(id, "table") == 0 || strcmp(id, "tables") == 0 || strcmp(id, "file") == 0) {
        if (connection[0] != '\0')
            app_open(a, tables_new(a, connection, s, table_chosen));
        else
            app_say(a, LOOK_WARNING, _("choose a connection first"));
    } else {
        app_say(a, LOOK_WARNING, _("there is nothing to choose from here"));
    }
}

/* --- connections ------------------------------------------------------------- */

/* One that was made from here is what the person wants. */
static void choose_new_connection(source_step *p, const json_t *rows)
{
    size_t i;
    json_t *row;
    json_t *before = g_steal_pointer(&p->before);
    if (before == NULL || rows == NULL) {
        p->before = before;
        return;
    }
    json_array_foreach(rows, i, row)
    {
        const char *name = row_text(row, "name");
        if (json_object_get(before, name) == NULL) {
            put(p, "connection", name);
            break;
        }
    }
    json_decref(before);
}

static void connections_arrived(screen *s)
{
    source_step *p = step_of(s);
    const json_t *rows = answer_list(&p->connections, "connections");
    if (p->connections.failure != NULL)
        app_say_error(s->app, p->connections.failure);
    offer_connections(p);
    show_fields(p);
    remark_all(p);
    ask_columns(p);
    choose_new_connection(p, rows);
}

static void load_connections(source_step *p)
{
    p->connections.arrived = connections_arrived;
    answer_ask(&p->connections, &p->step.base, "connection.list", NULL);
}

static void new_connection(screen *s)
{
    source_step *p = step_of(s);
    size_t i;
    json_t *row;
    json_decref(p->before);
    p->before = json_object();
    json_array_foreach(answer_list(&p->connections, "connections"), i, row)
        json_object_set_new(p->before, row_text(row, "name"), json_true());
    app_open(s->app, connection_edit_new(s->app, NULL));
}

static const char *cannot_preview(screen *s)
{
    const source_step *p = step_of(s);
    bool some = typed(p, "connection")[0] != '\0' || typed(p, "connections")[0] != '\0';
    return !some || typed(p, kind_of(p))[0] == '\0' ? N_("say first what is to be read") : NULL;
}

static void preview(screen *s)
{
    app_open(s->app, preview_new(s->app, wizard_document(wizard_of(s))));
}

static const action actions[] = {
    { "wizard.preview", K_F(5), N_("Preview"),
      N_("Look at the first rows that the task would read"), "rowferry task preview FILE",
      ACTION_IN_TEXT, preview, cannot_preview },
    { "wizard.connection.new", K_F(7), N_("New connection"),
      N_("Make a connection and come back here"), "rowferry connection save FILE",
      ACTION_IN_TEXT | ACTION_WRITES, new_connection, NULL },
    WIZARD_ACTIONS,
    { .id = NULL },
};

/* --- the screen -------------------------------------------------------------- */

static void draw(screen *s, canvas *c)
{
    source_step *p = step_of(s);
    wizard_draw_steps(&p->step, c, 0);
    form_view_draw(p->form, c, FORM_AT, canvas_height(c) - FORM_AT, true);
}

static bool key(screen *s, ui_key k)
{
    source_step *p = step_of(s);
    g_autofree char *before = g_strdup(form_view_focus(p->form));
    bool taken = form_view_key(p->form, k);
    if (g_strcmp0(before, form_view_focus(p->form)) != 0)
        ask_columns(p);
    return taken;
}

static bool in_text(screen *s)
{
    return form_view_in_text(step_of(s)->form);
}

static void resume(screen *s)
{
    source_step *p = step_of(s);
    load_connections(p);
    if (p->loaded != wizard_changes(wizard_of(s)))
        load(p);
    wizard_fields_focus(p->form, wizard_of(s), values);
}

static void free_screen(screen *s)
{
    source_step *p = step_of(s);
    form_view_free(p->form);
    answer_clear(&p->connections);
    answer_clear(&p->columns);
    json_decref(p->before);
    g_free(p->asked_about);
    g_free(p->choosing);
    wizard_release(&p->step);
    g_free(p);
}

const screen_ops wizard_source_ops = {
    .id = "wizard.source",
    .title = N_("Task: source"),
    .summary = N_("Where the rows come from: a table, several, a query of your own, or files."),
    .actions = actions,
    .name = wizard_crumb,
    .draw = draw,
    .key = key,
    .in_text = in_text,
    .resume = resume,
    .leave = wizard_leave,
    .rescue = wizard_rescue,
    .free = free_screen,
};

wizard_step *wizard_source_new(app *a, wizard *w)
{
    (void)w;
    source_step *p = g_new0(source_step, 1);
    p->step.base = (screen){ &wizard_source_ops, a };
    p->form = form_view_new(a, &p->step.base, form_fields, changed, pressed);
    return &p->step;
}
