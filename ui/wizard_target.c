/* The wizard's target: where the rows go, and what happens to those there. */
#include "ui/wizard.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/answer.h"
#include "ui/expansions.h"
#include "ui/mapping_rows.h"
#include "ui/typed_value.h"
#include "ui/wizard_fields.h"
#include "ui/wizard_verdict.h"

#include <string.h>

#define FORM_AT   2
#define TEXT_AT   4
#define NOTE_ROWS 6   /* below the form */
#define STOPS_MS  500 /* typing has stopped */

typedef struct {
    wizard_step step;
    form_view *form;
    answer connections, columns;
    verdict pre, post;
    expansions today;
    char *asked;        /* connection and table that the columns were asked for, or NULL */
    GPtrArray *found;   /* of table_column*, or NULL */
    const char *picked; /* the field that a choice of columns is for: constant */
    unsigned loaded;    /* wizard_changes() that the form shows */
    guint timer;        /* or 0 */
} target_step;

/* --- the form -------------------------------------------------------------- */

static const char *const no_choices[] = { "", NULL };
static const char *const modes[] = { "append", "overwrite", "upsert", NULL };
static const char *const file_modes[] = { "append", "overwrite", NULL };
static const char *const slices[] = { "", "value", "range", NULL };
static const char *const slice_titles[] = { N_("whole table"), N_("one value"), N_("a range"),
                                            NULL };
static const char *const empties[] = { "", "fail", "keep", "clear", NULL };
static const char *const empty_titles[] = { N_("as usual for the mode"), N_("fail"),
                                            N_("keep the target"), N_("clear the target"), NULL };

static const form_field fields[] = {
    { "connection", FIELD_CHOICE, N_("Connection"), N_("Where the rows are written"), no_choices,
      NULL, 28 },
    { "table", FIELD_TEXT, N_("Table"),
      N_("F4 lists the tables; a name that is not there yet makes a new table"), NULL, NULL, 28 },
    { "file", FIELD_TEXT, N_("File"),
      N_("Below the connection's folder, such as stock-${yyyymmdd}.csv; F4 lists the files"), NULL,
      NULL, 28 },
    { "create", FIELD_FLAG, N_("Create"), N_("Make the table or file when it is missing"), NULL,
      NULL, 0 },
    { "mode", FIELD_CHOICE, N_("Mode"), N_("What happens to the rows that are there"), modes, NULL,
      48 },
    { "key", FIELD_TEXT, N_("Key"),
      N_("Columns by which rows match, with commas between; F4 lists them"), NULL, NULL, 28 },
    { "winner", FIELD_TEXT, N_("Winner"),
      N_("Of rows with one key the highest in this column is written; empty: all are rejected"),
      NULL, NULL, 28 },
    { "slice", FIELD_CHOICE, N_("Replace"), N_("Which part of the table is replaced"), slices,
      slice_titles, 48 },
    { "slice_column", FIELD_TEXT, N_("Slice column"), N_("F4 lists the columns"), NULL, NULL, 28 },
    { "slice_value", FIELD_TEXT, N_("Value"),
      N_("Rows with this value are replaced, such as ${yyyy-mm-dd}"), NULL, NULL, 28 },
    { "slice_from", FIELD_TEXT, N_("From"), N_("The first value of the slice"), NULL, NULL, 28 },
    { "slice_until", FIELD_TEXT, N_("Until"), N_("The first value behind the slice"), NULL, NULL,
      28 },
    { "empty", FIELD_CHOICE, N_("Empty source"), N_("What happens when the source gives no rows"),
      empties, empty_titles, 24 },
    { "time_zone", FIELD_TEXT, N_("Time zone"),
      N_("Of the target's timestamps without a zone, such as Europe/Berlin"), NULL, NULL, 28 },
    { "truncate", FIELD_FLAG, N_("Truncate"),
      N_("Faster, but readers wait, and older transactions see an empty table"), NULL, NULL, 0 },
    { "pre_sql", FIELD_LINES, N_("Pre-SQL"),
      N_("One DELETE or TRUNCATE of the target, in the publish before the new rows"), NULL, NULL,
      0 },
    { "post_sql", FIELD_LINES, N_("Post-SQL"),
      N_("One DELETE or TRUNCATE of the target, in the publish after the new rows"), NULL, NULL,
      0 },
    { "full_delete", FIELD_FLAG, N_("Delete all"),
      N_("Pre-SQL and post-SQL may delete every row, or more than half of them"), NULL, NULL, 0 },
    { .id = NULL },
};

static const wizard_field values[] = {
    { "connection", "target.connection", VALUE_TEXT },
    { "table", "target.table", VALUE_TABLE },
    { "file", "target.file", VALUE_TEXT },
    { "mode", "target.mode", VALUE_TEXT },
    { "key", "target.key", VALUE_TEXTS },
    { "winner", "target.winner_column", VALUE_TEXT },
    { "slice_column", "target.slice.column", VALUE_TEXT },
    { "slice_value", "target.slice.value", VALUE_SCALAR },
    { "slice_from", "target.slice.from", VALUE_SCALAR },
    { "slice_until", "target.slice.until", VALUE_SCALAR },
    { "empty", "target.empty_source", VALUE_TEXT },
    { "time_zone", "target.time_zone", VALUE_TEXT },
    { "truncate", "target.publish.truncate", VALUE_FLAG },
    { "pre_sql", "target.pre_sql", VALUE_TEXT },
    { "post_sql", "target.post_sql", VALUE_TEXT },
    { "full_delete", "target.allow_full_delete", VALUE_FLAG },
    { .id = NULL },
};

static const char *get(const target_step *t, const char *id)
{
    return form_view_get(t->form, id);
}

static bool is(const target_step *t, const char *id, const char *value)
{
    return strcmp(get(t, id), value) == 0;
}

static bool has(const target_step *t, const char *id)
{
    return get(t, id)[0] != '\0';
}

static const json_t *connection_row(const target_step *t)
{
    const json_t *rows = answer_list(&t->connections, "connections");
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (is(t, "connection", row_text(json_array_get(rows, i), "name")))
            return json_array_get(rows, i);
    return NULL;
}

static bool is_file(const target_step *t)
{
    const json_t *row = connection_row(t);
    return row != NULL ? strcmp(row_text(row, "type"), "file") == 0
                       : wizard_value(t->step.wizard, "target.file") != NULL;
}

/* What the document holds is shown, whether or not it makes sense. */
static void show_fields(target_step *t)
{
    bool file = is_file(t), upsert = is(t, "mode", "upsert");
    bool overwrite = is(t, "mode", "overwrite");
    const struct {
        const char *id;
        bool shown;
    } rules[] = {
        { "table", !file },
        { "file", file },
        { "create", !upsert && !(file && overwrite) },
        { "winner", upsert },
        { "slice", overwrite && !file },
        { "slice_column", has(t, "slice") },
        { "slice_value", is(t, "slice", "value") },
        { "slice_from", is(t, "slice", "range") },
        { "slice_until", is(t, "slice", "range") },
        { "truncate", overwrite && !file && !has(t, "slice") },
        { "pre_sql", !file },
        { "post_sql", !file },
        { "full_delete", has(t, "pre_sql") || has(t, "post_sql") },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        bool kept = has(t, rules[i].id) && strcmp(rules[i].id, "create") != 0;
        form_view_show(t->form, rules[i].id, rules[i].shown || kept);
    }
}

/* Timestamps are converted only when both zones are named. */
static void remark_zone(target_step *t)
{
    bool from = wizard_value(t->step.wizard, "source.time_zone") != NULL;
    bool to = has(t, "time_zone");
    form_view_remark(t->form, "time_zone", from != to ? LOOK_WARNING : LOOK_PLAIN,
                     from == to ? NULL
                     : to       ? _("needs the source's zone too")
                                : _("the source has one"));
}

static void remark_key(target_step *t)
{
    if (is(t, "mode", "upsert") && !has(t, "key"))
        form_view_remark(t->form, "key", LOOK_WARNING, _("an upsert needs it"));
    else
        form_view_remark(t->form, "key", LOOK_PLAIN, NULL);
}

static void remark_verdicts(target_step *t)
{
    unsigned look;
    const char *word = verdict_word(&t->pre, &look);
    form_view_remark(t->form, "pre_sql", look, word);
    word = verdict_word(&t->post, &look);
    form_view_remark(t->form, "post_sql", look, word);
}

/* --- what is there --------------------------------------------------------- */

static bool is_missing(const target_step *t)
{
    return t->columns.failure != NULL && t->columns.failure->code == ERROR_NOT_FOUND;
}

static char *table_words(const target_step *t, unsigned *look)
{
    *look = LOOK_QUIET;
    if (t->asked == NULL)
        return NULL;
    if (answer_waits(&t->columns))
        return g_strdup(_("looking ..."));
    if (is_missing(t)) {
        bool made = has(t, "create") && !is(t, "mode", "upsert");
        *look = made ? LOOK_ACCENT : LOOK_WARNING;
        return g_strdup(made ? _("new: will be created") : _("does not exist"));
    }
    if (t->columns.failure != NULL) {
        *look = LOOK_BAD;
        return g_strdup(_("could not be looked at"));
    }
    guint n = t->found != NULL ? t->found->len : 0;
    return g_strdup_printf(ngettext("there, %u column", "there, %u columns", n), n);
}

static void remark_table(target_step *t)
{
    unsigned look;
    g_autofree char *words = table_words(t, &look);
    form_view_remark(t->form, is_file(t) ? "file" : "table", look, words);
}

static void columns_arrived(screen *s)
{
    target_step *t = (target_step *)s;
    g_clear_pointer(&t->found, g_ptr_array_unref);
    if (t->columns.failure == NULL)
        t->found = table_columns_from_json(answer_list(&t->columns, "columns"));
    remark_table(t);
}

/* Names with parameters in them are known only in a run. */
static void ask_columns(target_step *t)
{
    const char *connection = get(t, "connection"), *table = get(t, is_file(t) ? "file" : "table");
    bool known = connection[0] != '\0' && table[0] != '\0' && strstr(table, "${") == NULL &&
                 strstr(table, "$[") == NULL && strstr(table, "{{{") == NULL;
    g_autofree char *now = known ? g_strdup_printf("%s\n%s", connection, table) : NULL;
    if (g_strcmp0(now, t->asked) == 0)
        return;
    answer_clear(&t->columns);
    g_clear_pointer(&t->found, g_ptr_array_unref);
    g_free(t->asked);
    t->asked = g_steal_pointer(&now);
    if (known)
        answer_ask(&t->columns, &t->step.base, "connection.columns",
                   json_pack("{s:s, s:s}", "name", connection, "table", table));
    remark_table(t);
}

static void ask_guard(target_step *t)
{
    verdict_question q = { .connection = get(t, "connection"),
                           .table = is_file(t) ? "" : get(t, "table"),
                           .sql = get(t, "pre_sql"),
                           .full_delete = has(t, "full_delete"),
                           .parameters = wizard_value(t->step.wizard, "parameters") };
    verdict_ask(&t->pre, &t->step.base, &q);
    q.sql = get(t, "post_sql");
    verdict_ask(&t->post, &t->step.base, &q);
    remark_verdicts(t);
}

static void verdict_arrived(screen *s)
{
    remark_verdicts((target_step *)s);
}

static gboolean typing_stopped(gpointer user)
{
    target_step *t = user;
    t->timer = 0;
    ask_columns(t);
    ask_guard(t);
    app_changed(t->step.base.app);
    return G_SOURCE_REMOVE;
}

static void ask_soon(target_step *t)
{
    if (t->timer != 0)
        g_source_remove(t->timer);
    t->timer = g_timeout_add(STOPS_MS, typing_stopped, t);
}

/* --- loading and changes --------------------------------------------------- */

static void connections_arrived(screen *s)
{
    target_step *t = (target_step *)s;
    const json_t *rows = answer_list(&t->connections, "connections");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *own = wizard_text(t->step.wizard, "target.connection");
    bool known = false;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *name = row_text(json_array_get(rows, i), "name");
        known |= strcmp(name, own) == 0;
        g_ptr_array_add(names, (char *)name);
    }
    if (!known)
        g_ptr_array_insert(names, 0, (char *)own);
    g_ptr_array_add(names, NULL);
    form_view_set_choices(t->form, "connection", (const char *const *)names->pdata);
    form_view_set(t->form, "connection", own);
    if (t->connections.failure != NULL)
        app_say_error(s->app, t->connections.failure);
    else if (!known && own[0] != '\0')
        form_view_remark(t->form, "connection", LOOK_BAD, _("there is no such connection"));
    form_view_set_choices(t->form, "mode",
                          is_file(t) && !is(t, "mode", "upsert") ? file_modes : modes);
    show_fields(t);
    ask_soon(t);
}

static void load(target_step *t)
{
    const wizard *w = t->step.wizard;
    wizard_fields_load(t->form, w, values);
    if (!has(t, "mode"))
        form_view_set(t->form, "mode", modes[0]);
    const json_t *create = wizard_value(w, "target.create");
    bool made = create != NULL ? json_is_true(create) : !is(t, "mode", "upsert");
    form_view_set(t->form, "create", made ? "yes" : "");
    if (has(t, "slice_from") || has(t, "slice_until"))
        form_view_set(t->form, "slice", "range");
    else if (has(t, "slice_value") || has(t, "slice_column"))
        form_view_set(t->form, "slice", "value");
    else
        form_view_set(t->form, "slice", "");
    t->loaded = wizard_changes(w);
    show_fields(t);
    remark_key(t);
    remark_zone(t);
}

/* Values of the other kind of slice, or of none, go away. */
static void store_slice(target_step *t)
{
    wizard *w = t->step.wizard;
    if (is(t, "slice", "")) {
        wizard_change(w, "target.slice", NULL);
    } else if (is(t, "slice", "value")) {
        wizard_change(w, "target.slice.from", NULL);
        wizard_change(w, "target.slice.until", NULL);
    } else {
        wizard_change(w, "target.slice.value", NULL);
    }
    g_autofree char *kind = g_strdup(get(t, "slice"));
    wizard_fields_load(t->form, w, values);
    form_view_set(t->form, "slice", kind);
}

static void store_create(target_step *t)
{
    bool made = has(t, "create"), usual = !is(t, "mode", "upsert");
    wizard_change(t->step.wizard, "target.create",
                  made == usual ? NULL
                  : made        ? json_true()
                                : json_false());
}

/* A file has no table, a table no file. */
static void store_connection(target_step *t)
{
    wizard *w = t->step.wizard;
    wizard_change(w, is_file(t) ? "target.table" : "target.file", NULL);
    form_view_set(t->form, is_file(t) ? "table" : "file", "");
    form_view_set_choices(t->form, "mode", is_file(t) ? file_modes : modes);
    form_view_remark(t->form, "connection", LOOK_PLAIN, NULL);
}

static void changed(screen *s, const char *id)
{
    target_step *t = (target_step *)s;
    wizard *w = t->step.wizard;
    wizard_fields_store(t->form, w, values, id);
    if (strcmp(id, "connection") == 0)
        store_connection(t);
    else if (strcmp(id, "slice") == 0)
        store_slice(t);
    else if (strcmp(id, "create") == 0)
        store_create(t);
    else if (strcmp(id, "mode") == 0 && wizard_value(w, "target.create") == NULL)
        form_view_set(t->form, "create", is(t, "mode", "upsert") ? "" : "yes");
    /* The mode that is shown is the one that is meant. */
    wizard_fields_store(t->form, w, values, "mode");
    t->loaded = wizard_changes(w);
    show_fields(t);
    remark_key(t);
    remark_zone(t);
    remark_table(t);
    ask_soon(t);
    app_changed(s->app);
}

/* --- F4 -------------------------------------------------------------------- */

static void put(target_step *t, const char *id, const char *text)
{
    form_view_set(t->form, id, text);
    changed(&t->step.base, id);
}

static void table_chosen(screen *below, const char *table)
{
    target_step *t = (target_step *)below;
    put(t, is_file(t) ? "file" : "table", table);
}

static bool in_list(const json_t *list, const char *text, size_t *at)
{
    for (*at = 0; *at < json_array_size(list); ++*at)
        if (g_strcmp0(json_string_value(json_array_get(list, *at)), text) == 0)
            return true;
    return false;
}

/* A column of the key more or less. */
static void toggle_key(target_step *t, const char *column)
{
    json_t *key = typed_texts_read(get(t, "key"));
    if (key == NULL)
        key = json_array();
    size_t at;
    if (in_list(key, column, &at))
        json_array_remove(key, at);
    else
        json_array_append_new(key, json_string(column));
    g_autofree char *line = typed_texts(key);
    put(t, "key", line);
    json_decref(key);
}

static void choose_column(target_step *t, const char *id, int current);

static void column_chosen(screen *s, int index, void *user)
{
    (void)user;
    target_step *t = (target_step *)s;
    if (index < 0 || t->found == NULL || (guint)index >= t->found->len)
        return;
    const table_column *c = t->found->pdata[index];
    if (strcmp(t->picked, "key") != 0) {
        put(t, t->picked, c->name);
        return;
    }
    toggle_key(t, c->name);
    choose_column(t, "key", index);
}

/* "[x] order_id  bigint, primary key" */
static char *column_line(const table_column *c, bool several, bool chosen)
{
    return g_strdup_printf("%s%s  %s%s",
                           !several ? ""
                           : chosen ? "[x] "
                                    : "[ ] ",
                           c->name, c->type, c->key ? _(", primary key") : "");
}

static void choose_column(target_step *t, const char *id, int current)
{
    app *a = t->step.base.app;
    if (t->found == NULL || t->found->len == 0) {
        app_say(a, LOOK_WARNING, _("the columns are known when the table is there"));
        return;
    }
    bool several = strcmp(id, "key") == 0;
    json_t *key = several ? typed_texts_read(get(t, "key")) : NULL;
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < t->found->len; i++) {
        const table_column *c = t->found->pdata[i];
        size_t at;
        g_ptr_array_add(lines, column_line(c, several, in_list(key, c->name, &at)));
    }
    g_ptr_array_add(lines, NULL);
    json_decref(key);
    t->picked = id;
    app_choose(a, &t->step.base,
               several ? _("Key: Enter adds or takes away, Esc ends") : _("Column"),
               (const char *const *)lines->pdata, current, column_chosen, NULL);
}

static void pressed(screen *s, const char *id)
{
    static const char *const of_columns[] = { "key", "winner", "slice_column", NULL };
    target_step *t = (target_step *)s;
    if (strcmp(id, "table") == 0 || strcmp(id, "file") == 0) {
        if (has(t, "connection"))
            app_open(s->app, tables_new(s->app, get(t, "connection"), s, table_chosen));
        else
            app_say(s->app, LOOK_WARNING, _("choose the connection first"));
        return;
    }
    for (size_t i = 0; of_columns[i] != NULL; i++)
        if (strcmp(id, of_columns[i]) == 0)
            choose_column(t, of_columns[i], 0);
}

/* --- drawing --------------------------------------------------------------- */

static const char *mode_words(const target_step *t)
{
    if (is(t, "mode", "upsert"))
        return _("Upsert: rows whose key is there are updated, the others are inserted, all in one "
                 "transaction. A row that would change nothing is not touched.");
    if (is(t, "mode", "overwrite") && has(t, "slice"))
        return _("Overwrite: the rows of the slice are replaced in one transaction. The rest of "
                 "the table stays; a run that fails leaves the old rows.");
    if (is(t, "mode", "overwrite"))
        return is_file(t)
                   ? _("Overwrite: the file is replaced when the new one is complete. A run that "
                       "fails leaves the old file.")
                   : _("Overwrite: all rows of the table are replaced in one transaction. A run "
                       "that fails leaves the old rows.");
    return _("Append: the rows are added, all of them or none. Rows that are there stay as they "
             "are; a row whose key is there already is rejected.");
}

static const char *table_sentence(const target_step *t)
{
    if (is_missing(t) && is(t, "mode", "upsert"))
        return _("The table does not exist. An upsert needs one with its key.");
    if (is_missing(t) && is_file(t))
        return _("The file does not exist yet: the first run makes it.");
    if (is_missing(t) && has(t, "create"))
        return _("The table does not exist yet: the first run creates it from the mapped columns. "
                 "The review shows its CREATE TABLE.");
    if (is_missing(t))
        return _("The table does not exist, and the task may not create it.");
    return NULL;
}

/* What belongs to the focused field: the verdict, else what a run does here. */
static void draw_note(target_step *t, canvas *c, int y, int height)
{
    const char *focus = form_view_focus(t->form);
    int width = canvas_width(c) - 2 * TEXT_AT;
    if (g_strcmp0(focus, "pre_sql") == 0 && verdict_draw(&t->pre, c, y, height) > 0)
        return;
    if (g_strcmp0(focus, "post_sql") == 0 && verdict_draw(&t->post, c, y, height) > 0)
        return;
    int used = canvas_wrap(c, y, TEXT_AT, width, height, LOOK_PLAIN, mode_words(t));
    const char *sentence = table_sentence(t);
    bool failed = t->columns.failure != NULL && !is_missing(t);
    if (failed && used < height)
        canvas_wrap(c, y + used, TEXT_AT, width, height - used, LOOK_BAD,
                    t->columns.failure->message);
    else if (sentence != NULL && used < height)
        canvas_wrap(c, y + used, TEXT_AT, width, height - used, LOOK_WARNING, sentence);
}

/* What texts with dates in them stand for today. */
static void remark_today(target_step *t)
{
    static const char *const ids[] = { "slice_value", "slice_from", "slice_until" };
    const json_t *parameters = wizard_value(t->step.wizard, "parameters");
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        bool wrong = false;
        const char *text = get(t, ids[i]);
        const char *value =
            expansions_has_any(text) ? expansions_get(&t->today, parameters, text, &wrong) : NULL;
        form_view_remark(t->form, ids[i], wrong ? LOOK_BAD : LOOK_QUIET, value);
    }
}

static void draw(screen *s, canvas *c)
{
    target_step *t = (target_step *)s;
    remark_today(t);
    wizard_draw_steps(&t->step, c, 0);
    int room = canvas_height(c) - FORM_AT;
    int note = MIN(NOTE_ROWS, room / 3);
    form_view_draw(t->form, c, FORM_AT, room - note - 1, true);
    draw_note(t, c, canvas_height(c) - note, note);
}

/* --- the screen ------------------------------------------------------------ */

static const action actions[] = {
    WIZARD_ACTIONS,
    { .id = NULL },
};

static bool key(screen *s, ui_key k)
{
    return form_view_key(((target_step *)s)->form, k);
}

static bool in_text(screen *s)
{
    return form_view_in_text(((target_step *)s)->form);
}

static void resume(screen *s)
{
    target_step *t = (target_step *)s;
    if (t->loaded != wizard_changes(t->step.wizard))
        load(t);
    answer_ask(&t->connections, s, "connection.list", NULL);
    wizard_fields_focus(t->form, t->step.wizard, values);
    ask_soon(t);
}

static bool wants_tick(screen *s)
{
    target_step *t = (target_step *)s;
    return answer_waits(&t->pre.answer) || answer_waits(&t->post.answer);
}

static void refresh(screen *s)
{
    if (wants_tick(s))
        app_changed(s->app);
}

static bool leave(screen *s)
{
    target_step *t = (target_step *)s;
    if (answer_cancel(&t->pre.answer) || answer_cancel(&t->post.answer) ||
        answer_cancel(&t->columns))
        return false;
    return wizard_leave(s);
}

static void free_step(screen *s)
{
    target_step *t = (target_step *)s;
    if (t->timer != 0)
        g_source_remove(t->timer);
    form_view_free(t->form);
    answer_clear(&t->connections);
    answer_clear(&t->columns);
    verdict_clear(&t->pre);
    verdict_clear(&t->post);
    expansions_clear(&t->today);
    g_free(t->asked);
    g_clear_pointer(&t->found, g_ptr_array_unref);
    wizard_release(&t->step);
    g_free(t);
}

const screen_ops wizard_target_ops = {
    .id = "wizard.target",
    .title = N_("Target"),
    .summary = N_("Where the rows are written, and what happens to the rows that are there."),
    .actions = actions,
    .name = wizard_crumb,
    .draw = draw,
    .key = key,
    .in_text = in_text,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .leave = leave,
    .rescue = wizard_rescue,
    .free = free_step,
};

wizard_step *wizard_target_new(app *a, wizard *w)
{
    target_step *t = g_new0(target_step, 1);
    t->step.base = (screen){ &wizard_target_ops, a };
    t->form = form_view_new(a, &t->step.base, fields, changed, pressed);
    t->connections.arrived = connections_arrived;
    t->columns.arrived = columns_arrived;
    t->pre.answer.arrived = t->post.answer.arrived = verdict_arrived;
    t->loaded = wizard_changes(w) - 1;
    expansions_init(&t->today, &t->step.base);
    return &t->step;
}
