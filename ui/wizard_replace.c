#include "ui/wizard_replace.h"

#include "base/intl.h"
#include "ui/list.h"

#include <string.h>

typedef struct {
    screen base;
    screen *below;
    char *column;
    list *list;
    json_t *rules;   /* an array */
    GPtrArray *undo; /* of json_t* */
    char *find;      /* entered for a new rule, or NULL */
    bool adding;
    void (*done)(screen *below, json_t *rules);
} replacements;

static json_t *rule_at(const replacements *v, int64_t row)
{
    return row >= 0 ? json_array_get(v->rules, (size_t)row) : NULL;
}

static json_t *selected(const replacements *v)
{
    return rule_at(v, list_selected(v->list));
}

static const char *text_of(const json_t *rule, const char *key)
{
    const char *text = json_string_value(json_object_get(rule, key));
    return text != NULL ? text : "";
}

static bool is_on(const json_t *rule, const char *key)
{
    return json_is_true(json_object_get(rule, key));
}

/* --- tabs and line ends, which no prompt takes ----------------------------- */

/* A regular expression knows \t by itself; in plain text we make it one. */
static char *to_prompt(const char *text, bool regex)
{
    GString *out = g_string_new(NULL);
    for (; *text != '\0'; text++) {
        const char *name = *text == '\t'             ? "\\t"
                           : *text == '\n'           ? "\\n"
                           : *text == '\r'           ? "\\r"
                           : *text == '\\' && !regex ? "\\\\"
                                                     : NULL;
        if (name != NULL)
            g_string_append(out, name);
        else
            g_string_append_c(out, *text);
    }
    return g_string_free(out, FALSE);
}

static char *from_prompt(const char *text, bool regex)
{
    GString *out = g_string_new(NULL);
    for (; *text != '\0'; text++) {
        static const char names[] = "tnr\\", meant[] = "\t\n\r\\";
        const char *name =
            !regex && text[0] == '\\' && text[1] != '\0' ? strchr(names, text[1]) : NULL;
        if (name != NULL)
            text++;
        g_string_append_c(out, name != NULL ? meant[name - names] : *text);
    }
    return g_string_free(out, FALSE);
}

/* --- rows ------------------------------------------------------------------ */

enum { COLUMN_FIND, COLUMN_WITH, COLUMN_KIND, COLUMN_CASE };

static const list_column columns[] = {
    { N_("Find"), 12, 40, 0, TEXT_LEFT }, { N_("Replace with"), 12, 40, 0, TEXT_LEFT },
    { N_("As"), 8, 10, 1, TEXT_LEFT },    { N_("Letters"), 9, 12, 2, TEXT_LEFT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    return (int64_t)json_array_size(((replacements *)user)->rules);
}

/* In quotes when it would be taken for less than it is. */
static void append_shown(GString *out, const char *text, bool regex)
{
    g_autofree char *shown = to_prompt(text, regex);
    size_t n = strlen(shown);
    bool quotes = n == 0 || shown[0] == ' ' || shown[n - 1] == ' ';
    g_string_append_printf(out, quotes ? "\"%s\"" : "%s", shown);
}

/* NULL when the rule will do. Caller frees. */
static char *wrong_with(const json_t *rule)
{
    g_autoptr(GError) problem = NULL;
    if (!is_on(rule, "regex"))
        return NULL;
    g_autoptr(GRegex) regex = g_regex_new(text_of(rule, "find"), 0, 0, &problem);
    if (regex == NULL || !g_regex_check_replacement(text_of(rule, "with"), NULL, &problem))
        return g_strdup(problem->message);
    return NULL;
}

static void cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    const json_t *rule = rule_at(user, row);
    bool regex = is_on(rule, "regex");
    switch (column) {
    case COLUMN_FIND: {
        g_autofree char *wrong = wrong_with(rule);
        append_shown(text, text_of(rule, "find"), regex);
        style->mark = wrong != NULL ? '!' : ' ';
        break;
    }
    case COLUMN_WITH:
        append_shown(text, text_of(rule, "with"), regex);
        break;
    case COLUMN_KIND:
        g_string_append(text, regex ? _("pattern") : _("text"));
        break;
    case COLUMN_CASE:
        g_string_append(text, is_on(rule, "ignore_case") ? _("any case") : _("exact"));
        break;
    default:
        break;
    }
}

static const list_source source = { .count = count_rows, .cell = cell };

static void draw(screen *s, canvas *c)
{
    enum { TEXT_AT = 4, LIST_AT = 2, NOTE_ROWS = 3 };
    replacements *v = (replacements *)s;
    int width = canvas_width(c) - 2 * TEXT_AT, height = canvas_height(c);
    canvas_format(c, 0, TEXT_AT, width, LOOK_PLAIN,
                  _("Replacements in the text of %s, one after the other"), v->column);
    if (count_rows(v) == 0) {
        canvas_text(c, LIST_AT, TEXT_AT, width, LOOK_QUIET, _("There is none yet: + adds one."));
        return;
    }
    list_draw(v->list, c, LIST_AT, height - LIST_AT - NOTE_ROWS - 1, true);
    const json_t *rule = selected(v);
    g_autofree char *wrong = wrong_with(rule);
    if (wrong != NULL)
        canvas_wrap(c, height - NOTE_ROWS, TEXT_AT, width, NOTE_ROWS, LOOK_BAD, wrong);
    else
        canvas_wrap(c, height - NOTE_ROWS, TEXT_AT, width, NOTE_ROWS, LOOK_QUIET,
                    is_on(rule, "regex")
                        ? _("A Perl-compatible regular expression; \\1 is its first group.")
                        : _("\\t is a tab, \\n a line end, \\\\ a backslash."));
}

/* --- changes --------------------------------------------------------------- */

static void remember(replacements *v)
{
    g_ptr_array_add(v->undo, json_deep_copy(v->rules));
    app_changed(v->base.app);
}

static void put(replacements *v, const char *key, json_t *value)
{
    json_t *rule = selected(v);
    remember(v);
    if (value != NULL)
        json_object_set_new(rule, key, value);
    else
        json_object_del(rule, key);
}

static const char *none_selected(screen *s)
{
    return selected((replacements *)s) == NULL ? N_("there is no replacement") : NULL;
}

static void with_entered(screen *s, const char *text, void *user)
{
    (void)user;
    replacements *v = (replacements *)s;
    g_autofree char *find = g_steal_pointer(&v->find);
    if (text == NULL)
        return;
    bool regex = !v->adding && is_on(selected(v), "regex");
    g_autofree char *with = from_prompt(text, regex);
    if (v->adding) {
        remember(v);
        json_array_append_new(v->rules, json_pack("{s:s, s:s}", "find", find, "with", with));
        list_select(v->list, count_rows(v) - 1);
        return;
    }
    put(v, "find", json_string(find));
    json_object_set_new(selected(v), "with", json_string(with));
}

static void find_entered(screen *s, const char *text, void *user)
{
    (void)user;
    replacements *v = (replacements *)s;
    if (text == NULL || text[0] == '\0')
        return;
    const json_t *rule = v->adding ? NULL : selected(v);
    bool regex = is_on(rule, "regex");
    g_free(v->find);
    v->find = from_prompt(text, regex);
    g_autofree char *with = to_prompt(text_of(rule, "with"), regex);
    app_prompt(s->app, s, _("Replace with:"), with, with_entered, NULL);
}

static void edit(screen *s)
{
    replacements *v = (replacements *)s;
    v->adding = false;
    g_autofree char *find = to_prompt(text_of(selected(v), "find"), is_on(selected(v), "regex"));
    app_prompt(s->app, s, _("Find:"), find, find_entered, NULL);
}

static void add(screen *s)
{
    ((replacements *)s)->adding = true;
    app_prompt(s->app, s, _("Find:"), "", find_entered, NULL);
}

static void toggle(screen *s, const char *key)
{
    replacements *v = (replacements *)s;
    put(v, key, is_on(selected(v), key) ? NULL : json_true());
}

static void toggle_regex(screen *s)
{
    toggle(s, "regex");
}

static void toggle_case(screen *s)
{
    toggle(s, "ignore_case");
}

static void delete_rule(screen *s)
{
    replacements *v = (replacements *)s;
    remember(v);
    json_array_remove(v->rules, (size_t)list_selected(v->list));
}

static void shift(screen *s, int step)
{
    replacements *v = (replacements *)s;
    int64_t from = list_selected(v->list), to = from + step;
    if (to < 0 || to >= count_rows(v))
        return;
    remember(v);
    json_t *rule = json_incref(selected(v));
    json_array_remove(v->rules, (size_t)from);
    json_array_insert_new(v->rules, (size_t)to, rule);
    list_select(v->list, to);
}

static void earlier(screen *s)
{
    shift(s, -1);
}

static void later(screen *s)
{
    shift(s, 1);
}

static const char *nothing_to_undo(screen *s)
{
    return ((replacements *)s)->undo->len == 0 ? N_("there is nothing to undo") : NULL;
}

static void undo(screen *s)
{
    replacements *v = (replacements *)s;
    json_decref(v->rules);
    v->rules = g_ptr_array_steal_index(v->undo, v->undo->len - 1);
    app_changed(s->app);
}

static void done(screen *s)
{
    app_back(s->app);
}

static const action actions[] = {
    { "replace.edit", K_ENTER, N_("Edit"), N_("Change what is found and what it becomes"), NULL, 0,
      edit, none_selected },
    { "replace.add", '+', N_("Add"), N_("Add a replacement"), NULL, 0, add, NULL },
    { "replace.regex", 'x', N_("Pattern"), N_("Find plain text, or by a regular expression"), NULL,
      0, toggle_regex, none_selected },
    { "replace.case", 'i', N_("Case"), N_("Ignore the case of letters, or not"), NULL, 0,
      toggle_case, none_selected },
    { "replace.delete", 'd', N_("Delete"), N_("Take the replacement away"), NULL, 0, delete_rule,
      none_selected },
    { "replace.undo", 'u', N_("Undo"), N_("Take back the last change"), NULL, 0, undo,
      nothing_to_undo },
    { "replace.earlier", '[', NULL, N_("Apply it earlier"), NULL, 0, earlier, none_selected },
    { "replace.later", ']', NULL, N_("Apply it later"), NULL, 0, later, none_selected },
    { "replace.done", K_F(2), N_("Done"), N_("Go back to the mapping"), NULL, 0, done, NULL },
    { .id = NULL },
};

static bool key(screen *s, ui_key k)
{
    return list_key(((replacements *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(((replacements *)s)->list, text, step, from_next);
}

/* Leaving keeps what was changed: it is a draft until the task is saved. */
static void hand_over(screen *s)
{
    replacements *v = (replacements *)s;
    if (v->undo->len > 0)
        v->done(v->below, json_array_size(v->rules) > 0 ? json_deep_copy(v->rules) : NULL);
}

static bool leave(screen *s)
{
    hand_over(s);
    return true;
}

static void free_screen(screen *s)
{
    replacements *v = (replacements *)s;
    list_free(v->list);
    json_decref(v->rules);
    g_ptr_array_unref(v->undo);
    g_free(v->column);
    g_free(v->find);
    g_free(v);
}

const screen_ops wizard_replace_ops = {
    .id = "wizard.replace",
    .title = N_("Replacements"),
    .summary = N_("Parts of a column's text that are replaced, one after the other."),
    .actions = actions,
    .draw = draw,
    .key = key,
    .leave = leave,
    .rescue = hand_over,
    .find = find,
    .free = free_screen,
};

static void free_json(void *json)
{
    json_decref(json);
}

screen *wizard_replace_new(app *a, screen *below, const char *column, const json_t *rules,
                           void (*finished)(screen *below, json_t *rules))
{
    replacements *v = g_new0(replacements, 1);
    v->base = (screen){ &wizard_replace_ops, a };
    v->below = below;
    v->column = g_strdup(column);
    v->rules = json_is_array(rules) ? json_deep_copy(rules) : json_array();
    v->undo = g_ptr_array_new_with_free_func(free_json);
    v->list = list_new(columns, &source, v);
    v->done = finished;
    return &v->base;
}
