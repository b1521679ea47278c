/* Audit: who changed what, newest first, read page by page. */
#include "ui/screens.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/answer.h"
#include "ui/list.h"
#include "ui/run_words.h"

#include <inttypes.h>
#include <string.h>

#define LIST_AT  3
#define PAGE     200
#define NEAR_END 20 /* rows before the end at which the next page is asked for */

typedef struct {
    screen base;
    list *list;
    json_t *entries;       /* array; NULL: not read yet */
    GHashTable *seen;      /* actions of entries that were read: their names */
    char *object, *action; /* filter, or NULL */
    error *failure;        /* or NULL */
    job *reading;          /* or NULL */
    bool more, stale;      /* older entries exist; newer ones do */
} audit;

static const json_t *row_at(const audit *v, int64_t row)
{
    return row < 0 ? NULL : json_array_get(v->entries, (size_t)row);
}

static const json_t *selected(const audit *v)
{
    return row_at(v, list_selected(v->list));
}

/* --- reading ---------------------------------------------------------------- */

static void take(audit *v, json_t *out, bool append)
{
    json_t *page = json_object_get(out, "entries");
    int64_t keep = json_integer_value(json_object_get(selected(v), "id"));
    bool at_top = list_selected(v->list) <= 0;
    if (append) {
        json_array_extend(v->entries, page);
    } else {
        json_decref(v->entries);
        v->entries = json_incref(page);
        v->stale = false;
    }
    v->more = json_array_size(page) == PAGE;
    size_t i;
    json_t *row;
    json_array_foreach(v->entries, i, row)
    {
        g_hash_table_add(v->seen, g_strdup(row_text(row, "action")));
        if (!at_top && json_integer_value(json_object_get(row, "id")) == keep)
            list_select(v->list, (int64_t)i);
    }
    if (at_top)
        list_select(v->list, 0);
}

static void arrived(audit *v, json_t *out, const error *failure, bool append)
{
    v->reading = NULL;
    g_clear_pointer(&v->failure, error_free);
    if (failure != NULL)
        v->failure = error_copy(failure);
    else
        take(v, out, append);
}

static void got_first(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    arrived((audit *)s, out, failure, false);
}

static void got_more(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    arrived((audit *)s, out, failure, true);
}

static json_t *filter_of(const audit *v)
{
    json_t *in = json_pack("{s:i}", "limit", PAGE);
    if (v->object != NULL)
        json_object_set_new(in, "object", json_string(v->object));
    if (v->action != NULL)
        json_object_set_new(in, "action", json_string(v->action));
    return in;
}

static void read_first(audit *v)
{
    job_cancel(v->reading);
    v->reading = app_run(v->base.app, &v->base, "audit.list", filter_of(v), got_first, NULL);
}

static void read_more(audit *v)
{
    if (v->reading != NULL || !v->more || v->failure != NULL)
        return;
    const json_t *last = row_at(v, (int64_t)json_array_size(v->entries) - 1);
    json_t *in = filter_of(v);
    json_object_set(in, "before", json_object_get(last, "id"));
    v->reading = app_run(v->base.app, &v->base, "audit.list", in, got_more, NULL);
}

/* --- rows ------------------------------------------------------------------- */

enum { COLUMN_AT, COLUMN_WHO, COLUMN_ACTION, COLUMN_OBJECT, COLUMN_DETAIL };

static const list_column columns[] = {
    { N_("When"), 16, 16, 0, TEXT_LEFT },   { N_("Who"), 8, 14, 2, TEXT_LEFT },
    { N_("Action"), 14, 20, 0, TEXT_LEFT }, { N_("Object"), 14, 28, 0, TEXT_LEFT },
    { N_("Detail"), 10, 0, 3, TEXT_LEFT },  { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    return (int64_t)json_array_size(((audit *)user)->entries);
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    static const char *const keys[] = { [COLUMN_WHO] = "user",
                                        [COLUMN_ACTION] = "action",
                                        [COLUMN_OBJECT] = "object",
                                        [COLUMN_DETAIL] = "detail" };
    const json_t *row = row_at(user, number);
    if (column == COLUMN_AT) {
        g_autofree char *when = run_time_words(row_text(row, "at"));
        g_string_append(text, when);
    } else {
        g_string_append(text, row_text(row, keys[column]));
    }
    if (column == COLUMN_DETAIL || column == COLUMN_WHO)
        style->look = LOOK_QUIET;
}

static void need(void *user, int64_t first, int64_t n)
{
    audit *v = user;
    if (first + n >= count_rows(v) - NEAR_END)
        read_more(v);
}

static const list_source source = { .count = count_rows, .cell = cell, .need = need };

/* --- drawing ---------------------------------------------------------------- */

static void draw_head(audit *v, canvas *c, int y)
{
    unsigned long n = (unsigned long)count_rows(v);
    g_autofree char *count = text_count((int64_t)n);
    int x =
        4 + canvas_format(c, y, 4, -1, LOOK_PLAIN, ngettext("%s entry", "%s entries", n), count);
    if (v->more)
        x += canvas_text(c, y, x, -1, LOOK_QUIET, _(", older ones follow"));
    if (v->stale)
        canvas_text(c, y, x + 3, -1, LOOK_ACCENT, _("newer ones: F5"));
    if (v->object == NULL && v->action == NULL)
        return;
    bool both = v->action != NULL && v->object != NULL;
    g_autofree char *what = g_strconcat(v->action != NULL ? v->action : "", both ? " " : "",
                                        v->object != NULL ? v->object : "", NULL);
    g_autofree char *filter = g_strdup_printf(_("filter %s"), what);
    canvas_right(c, y, 40, canvas_width(c) - 42, LOOK_ACCENT, filter);
}

static void draw(screen *s, canvas *c)
{
    audit *v = (audit *)s;
    int width = canvas_width(c) - 8;
    screens_draw_line(c, 0, "audit");
    if (v->failure != NULL) {
        answer_draw_failure(c, LIST_AT, v->failure);
        return;
    }
    if (v->entries == NULL) {
        canvas_text(c, LIST_AT, 4, width, LOOK_QUIET, _("Reading the audit ..."));
        return;
    }
    draw_head(v, c, 1);
    if (count_rows(v) > 0)
        list_draw(v->list, c, LIST_AT, canvas_height(c) - LIST_AT, true);
    else if (v->object != NULL || v->action != NULL)
        canvas_wrap(c, LIST_AT, 4, width, 3, LOOK_PLAIN,
                    _("No entry passes the filter. f and F change it."));
    else
        canvas_wrap(c, LIST_AT, 4, width, canvas_height(c) - LIST_AT, LOOK_PLAIN,
                    _("Nothing was changed yet. Every task, connection and parameter that is saved "
                      "or deleted, and every run, leaves an entry here that nobody can alter."));
}

/* --- actions ---------------------------------------------------------------- */

static const char *none_selected(screen *s)
{
    return selected((audit *)s) == NULL ? N_("no entry is selected") : NULL;
}

static void add_line(GString *text, const char *label, const char *what)
{
    if (what[0] == '\0')
        return;
    text_append_cell(text, label, 14, TEXT_LEFT);
    g_string_append_printf(text, "%s\n", what);
}

static void open_entry(screen *s)
{
    const json_t *row = selected((audit *)s);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *id =
        g_strdup_printf("%" PRId64, (int64_t)json_integer_value(json_object_get(row, "id")));
    add_line(text, _("entry"), id);
    add_line(text, _("at"), row_text(row, "at"));
    add_line(text, _("user"), row_text(row, "user"));
    add_line(text, _("logged in as"), row_text(row, "login"));
    add_line(text, _("action"), row_text(row, "action"));
    add_line(text, _("object"), row_text(row, "object"));
    add_line(text, _("detail"), row_text(row, "detail"));
    add_line(text, _("hash before"), row_text(row, "old_hash"));
    add_line(text, _("hash after"), row_text(row, "new_hash"));
    g_autofree char *title = g_strdup_printf(_("entry %s"), id);
    app_view(s->app, title, text->str);
}

static void filter_again(audit *v)
{
    g_clear_pointer(&v->entries, json_decref);
    v->more = false;
    read_first(v);
    app_changed(v->base.app);
}

static void object_entered(screen *s, const char *text, void *user)
{
    (void)user;
    audit *v = (audit *)s;
    if (text == NULL)
        return;
    g_free(v->object);
    v->object = text[0] != '\0' ? g_strdup(text) : NULL;
    filter_again(v);
}

static void filter_by_object(screen *s)
{
    audit *v = (audit *)s;
    const char *now = v->object != NULL ? v->object : row_text(selected(v), "object");
    app_prompt(s->app, s, _("Name of a task or connection, number of a run (empty: all)"), now,
               object_entered, NULL);
}

/* The actions to choose from, sorted; NULL-ended after "all". Borrowed texts. */
static GPtrArray *action_choices(const audit *v)
{
    GPtrArray *choices = g_ptr_array_new();
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(v->seen), (GCompareFunc)strcmp);
    g_ptr_array_add(choices, (char *)_("all"));
    for (const GList *one = names; one != NULL; one = one->next)
        g_ptr_array_add(choices, one->data);
    g_ptr_array_add(choices, NULL);
    return choices;
}

static void action_chosen(screen *s, int index, void *user)
{
    (void)user;
    audit *v = (audit *)s;
    if (index < 0)
        return;
    g_autoptr(GPtrArray) choices = action_choices(v);
    g_free(v->action);
    v->action = index > 0 && index + 1 < (int)choices->len ? g_strdup(choices->pdata[index]) : NULL;
    filter_again(v);
}

static void filter_by_action(screen *s)
{
    audit *v = (audit *)s;
    g_autoptr(GPtrArray) choices = action_choices(v);
    int current = 0;
    for (guint i = 1; i + 1 < choices->len; i++)
        if (g_strcmp0(choices->pdata[i], v->action) == 0)
            current = (int)i;
    app_choose(s->app, s, _("Action"), (const char *const *)choices->pdata, current, action_chosen,
               NULL);
}

static void reload(screen *s)
{
    audit *v = (audit *)s;
    list_select(v->list, 0);
    read_first(v);
}

static const action actions[] = {
    { "audit.open", K_ENTER, N_("Open"), N_("Show all of the entry"), NULL, 0, open_entry,
      none_selected },
    { "audit.filter", 'f', N_("Filter"), N_("Show only changes of one task, connection or run"),
      "rowferry audit list --object NAME", 0, filter_by_object, NULL },
    { "audit.filter.action", 'F', N_("Action"), N_("Show only one kind of change"),
      "rowferry audit list --action ACTION", 0, filter_by_action, NULL },
    { "audit.reload", K_F(5), N_("Again"), N_("Read the newest entries again"),
      "rowferry audit list", 0, reload, NULL },
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------- */

static bool key(screen *s, ui_key k)
{
    return list_key(((audit *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(((audit *)s)->list, text, step, from_next);
}

static char *value(screen *s)
{
    const json_t *row = selected((audit *)s);
    return row != NULL ? g_strdup(row_text(row, "object")) : NULL;
}

/* Whoever reads far down keeps the place; newer entries are only told. */
static void refresh(screen *s)
{
    audit *v = (audit *)s;
    if (count_rows(v) > PAGE) {
        v->stale = true;
        app_changed(s->app);
    } else if (v->reading == NULL) {
        read_first(v);
    }
}

static void resume(screen *s)
{
    audit *v = (audit *)s;
    if (v->entries == NULL && v->reading == NULL)
        read_first(v);
}

static void free_audit(screen *s)
{
    audit *v = (audit *)s;
    list_free(v->list);
    json_decref(v->entries);
    g_hash_table_unref(v->seen);
    g_clear_pointer(&v->failure, error_free);
    g_free(v->object);
    g_free(v->action);
    g_free(v);
}

const screen_ops audit_ops = {
    .id = "audit",
    .title = N_("Audit"),
    .summary = N_("Who changed what, newest first. Entries cannot be altered."),
    .actions = actions,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .resume = resume,
    .find = find,
    .value = value,
    .free = free_audit,
};

screen *audit_new(app *a)
{
    audit *v = g_new0(audit, 1);
    v->base = (screen){ &audit_ops, a };
    v->list = list_new(columns, &source, v);
    v->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return &v->base;
}
