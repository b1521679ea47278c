/* The rejects of one run: by reason, then the rows of a reason, then one row side
 * by side with what the target would get. */
#include "ui/rejects.h"

#include "base/intl.h"
#include "base/text.h"
#include "service/engine.h"
#include "ui/run_words.h"
#include "ui/screens.h"

#include <inttypes.h>
#include <string.h>

#define MOST_ROWS   10000 /* read at once; more are told */
#define THREE_PANES 14    /* rows from which on all three panes have room */

/* --- what is there --------------------------------------------------------- */

const json_t *rejects_array(const rejects *r)
{
    return answer_list(&r->rejects, "rejects");
}

const reject_group *rejects_group(const rejects *r)
{
    int64_t at = list_selected(r->reasons);
    return at >= 0 ? r->groups->pdata[at] : NULL;
}

const json_t *rejects_row(const rejects *r)
{
    const reject_group *g = rejects_group(r);
    int64_t at = list_selected(r->rows);
    return g != NULL && at >= 0
               ? json_array_get(rejects_array(r), g_array_index(g->rows, size_t, at))
               : NULL;
}

const json_t *rejects_mapping(const rejects *r)
{
    return json_object_get(json_object_get(r->show.out, "plan"), "mapping");
}

int64_t reject_number(const json_t *row)
{
    return json_integer_value(json_object_get(row, "number"));
}

bool reject_is_open(const json_t *row)
{
    return row != NULL && !json_is_true(json_object_get(row, "closed"));
}

/* The cells are those of the selected row. */
static void cells_again(rejects *r)
{
    const json_t *row = rejects_row(r);
    int64_t number = row != NULL ? reject_number(row) : 0;
    if (number == r->cells_of)
        return;
    g_ptr_array_unref(r->cells);
    r->cells = reject_cells_of(row, rejects_mapping(r));
    r->cells_of = number;
    list_select(r->values, 0);
    for (guint i = 0; i < r->cells->len; i++)
        if (((const reject_cell *)r->cells->pdata[i])->refused)
            list_select(r->values, i);
}

const reject_cell *rejects_cell(rejects *r)
{
    cells_again(r);
    int64_t at = list_selected(r->values);
    return at >= 0 ? r->cells->pdata[at] : NULL;
}

void rejects_replace(rejects *r, const json_t *row)
{
    const json_t *all = rejects_array(r);
    size_t i;
    json_t *old;
    json_array_foreach(all, i, old) if (reject_number(old) == reject_number(row))
    {
        json_array_set((json_t *)all, i, (json_t *)row);
        break;
    }
    for (guint k = 0; k < r->groups->len; k++)
        reject_group_count(r->groups->pdata[k], all);
    int64_t at = list_selected(r->values);
    if (r->cells_of == reject_number(row)) {
        r->cells_of = 0;
        cells_again(r);
        list_select(r->values, at);
    }
    app_changed(r->base.app);
}

/* --- reading --------------------------------------------------------------- */

/* The group and row of reject @number stay selected. */
static void select_number(rejects *r, int64_t number)
{
    const json_t *all = rejects_array(r);
    for (guint k = 0; k < r->groups->len; k++) {
        const reject_group *g = r->groups->pdata[k];
        for (guint i = 0; i < g->rows->len; i++)
            if (reject_number(json_array_get(all, g_array_index(g->rows, size_t, i))) == number) {
                list_select(r->reasons, k);
                list_select(r->rows, i);
                return;
            }
    }
}

static void rejects_arrived(screen *s)
{
    rejects *r = (rejects *)s;
    if (r->rejects.failure != NULL)
        return;
    int64_t number = r->cells_of;
    g_ptr_array_unref(r->groups);
    r->groups = reject_groups_of(rejects_array(r));
    r->cells_of = 0;
    select_number(r, number);
}

static void show_arrived(screen *s)
{
    ((rejects *)s)->cells_of = 0;
}

void rejects_reload(rejects *r)
{
    answer_ask(&r->rejects, &r->base, "reject.list",
               json_pack("{s:I, s:i}", "run", (json_int_t)r->run, "limit", MOST_ROWS));
    answer_ask(&r->show, &r->base, "run.show",
               json_pack("{s:I, s:b}", "run", (json_int_t)r->run, "plan", 1));
}

static void reload(screen *s)
{
    rejects_reload((rejects *)s);
}

/* --- the list of reasons --------------------------------------------------- */

static const list_column reason_columns[] = {
    { N_("Reason"), 24, 0, 0, TEXT_LEFT },      { N_("Rows"), 6, 6, 0, TEXT_RIGHT },
    { N_("Left"), 6, 6, 1, TEXT_RIGHT },        { N_("Edited"), 6, 6, 2, TEXT_RIGHT },
    { N_("First seen"), 10, 10, 3, TEXT_LEFT }, { NULL, 0, 0, 0, TEXT_LEFT },
};
enum { REASON_WORDS, REASON_ROWS, REASON_OPEN, REASON_EDITED, REASON_FIRST };

static int64_t count_reasons(void *user)
{
    return ((const rejects *)user)->groups->len;
}

static void append_count(GString *text, unsigned n)
{
    g_autofree char *shown = text_count(n);
    g_string_append(text, shown);
}

static void append_clock(const rejects *r, GString *text, const char *instant)
{
    g_autofree char *shown = run_clock_words(app_engine(r->base.app)->zone, instant);
    g_string_append(text, shown);
}

static void reason_cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    const reject_group *g = ((const rejects *)user)->groups->pdata[row];
    switch (column) {
    case REASON_WORDS:
        g_string_append(text, g->words);
        style->mark = g->open > 0 ? '!' : '\0';
        break;
    case REASON_ROWS:
        append_count(text, g->rows->len);
        break;
    case REASON_OPEN:
        append_count(text, g->open);
        break;
    case REASON_EDITED:
        append_count(text, g->edited);
        break;
    case REASON_FIRST:
        append_clock(user, text, g->first);
        break;
    default:
        break;
    }
}

static const list_source reason_source = { .count = count_reasons, .cell = reason_cell };

/* --- the list of rows ------------------------------------------------------ */

static const list_column row_columns[] = {
    { "#", 5, 5, 0, TEXT_RIGHT },          { N_("Row"), 18, 26, 2, TEXT_LEFT },
    { N_("Value"), 16, 32, 0, TEXT_LEFT }, { N_("Next"), 10, 10, 0, TEXT_LEFT },
    { N_("Why"), 30, 0, 3, TEXT_LEFT },    { NULL, 0, 0, 0, TEXT_LEFT },
};
enum { ROW_NUMBER, ROW_FIRST, ROW_VALUE, ROW_NEXT, ROW_WHY };

static const json_t *row_at(const rejects *r, int64_t row)
{
    const reject_group *g = rejects_group(r);
    return g != NULL ? json_array_get(rejects_array(r), g_array_index(g->rows, size_t, row)) : NULL;
}

static int64_t count_group_rows(void *user)
{
    const reject_group *g = rejects_group(user);
    return g != NULL ? g->rows->len : 0;
}

/* The source column whose value was refused, NULL when no single one was. */
static const char *refused_source(const rejects *r, const json_t *row)
{
    const char *target = row_text(row, "column");
    size_t i;
    json_t *column;
    if (target[0] == '\0')
        return NULL;
    json_array_foreach(rejects_mapping(r), i,
                       column) if (strcmp(row_text(column, "target"), target) ==
                                   0) return json_string_value(json_object_get(column, "source"));
    return target;
}

static void append_value(GString *text, const json_t *values, const char *column)
{
    g_autofree char *shown = reject_value_text(json_object_get(values, column));
    g_string_append(text, shown != NULL ? shown : "NULL");
}

static void row_cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    rejects *r = user;
    const json_t *row = row_at(r, number);
    json_t *values = json_object_get(row, "values");
    const char *source = refused_source(r, row);
    int64_t own = reject_number(row), line = json_integer_value(json_object_get(row, "line"));
    switch (column) {
    case ROW_NUMBER:
        g_string_append_printf(text, "%" PRId64, own);
        style->mark = g_hash_table_contains(r->marked, &own) ? '*' : '\0';
        break;
    case ROW_FIRST:
        if (line > 0) {
            g_string_append_printf(text, _("line %" PRId64), line);
        } else if (json_object_size(values) > 0) {
            const char *first = json_object_iter_key(json_object_iter(values));
            g_string_append_printf(text, "%s ", first);
            append_value(text, values, first);
        }
        break;
    case ROW_VALUE:
        if (!json_is_object(values))
            g_string_append(text, row_text(row, "raw"));
        else if (source != NULL)
            append_value(text, values, source);
        break;
    case ROW_NEXT:
        if (!reject_is_open(row)) {
            g_string_append(text, _("written"));
            style->look = LOOK_GOOD;
        } else if (json_is_true(json_object_get(row, "edited"))) {
            g_string_append(text, _("edited"));
            style->look = LOOK_ACCENT;
        } else {
            g_string_append(text, _("set aside"));
        }
        break;
    case ROW_WHY:
        g_string_append(text, row_text(row, "message"));
        break;
    default:
        break;
    }
}

static const list_source row_source = { .count = count_group_rows, .cell = row_cell };

/* --- one row --------------------------------------------------------------- */

static const list_column value_columns[] = {
    { N_("Column"), 12, 22, 0, TEXT_LEFT },
    { N_("Source has"), 16, 40, 0, TEXT_LEFT },
    { N_("Target would get"), 34, 0, 0, TEXT_LEFT },
    { N_("Target column"), 13, 22, 1, TEXT_LEFT },
    { N_("Type"), 10, 16, 2, TEXT_LEFT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};
enum { VALUE_COLUMN, VALUE_SOURCE, VALUE_WOULD, VALUE_TARGET, VALUE_TYPE };

static int64_t count_cells(void *user)
{
    return ((const rejects *)user)->cells->len;
}

static void value_cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    const reject_cell *c = ((const rejects *)user)->cells->pdata[row];
    switch (column) {
    case VALUE_COLUMN:
        g_string_append(text, c->source != NULL ? c->source : c->target);
        style->mark = c->refused ? '!' : '\0';
        break;
    case VALUE_SOURCE:
        if (c->source == NULL) {
            g_string_append(text, _("fixed by the task"));
            style->look = LOOK_QUIET;
        } else {
            g_string_append(text, c->text != NULL ? c->text : "NULL");
        }
        break;
    case VALUE_WOULD:
        g_string_append(text, c->would);
        style->look = c->refused ? LOOK_BAD : LOOK_PLAIN;
        break;
    case VALUE_TARGET:
        g_string_append(text, c->target != NULL ? c->target : "-");
        break;
    case VALUE_TYPE:
        g_string_append(text, c->type);
        style->look = LOOK_QUIET;
        break;
    default:
        break;
    }
}

static const list_source value_source = { .count = count_cells, .cell = value_cell };

/* --- drawing --------------------------------------------------------------- */

static void draw_counts(const rejects *r, canvas *c, int y)
{
    size_t n = json_array_size(rejects_array(r));
    unsigned open = 0, edited = 0;
    for (guint i = 0; i < r->groups->len; i++) {
        open += ((const reject_group *)r->groups->pdata[i])->open;
        edited += ((const reject_group *)r->groups->pdata[i])->edited;
    }
    g_autofree char *rows = text_count((int64_t)n);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, ngettext("%s row", "%s rows", n), rows);
    g_string_append_printf(line, ngettext(", %u reason", ", %u reasons", r->groups->len),
                           r->groups->len);
    g_string_append_printf(line, _("   %u open"), open);
    if (edited > 0)
        g_string_append_printf(line, _("   %u edited"), edited);
    if (g_hash_table_size(r->marked) > 0)
        g_string_append_printf(line, _("   %u marked"), g_hash_table_size(r->marked));
    int used = 4 + canvas_text(c, y, 4, -1, LOOK_PLAIN, line->str);
    int64_t all = json_integer_value(json_object_get(r->show.out, "rows_rejected"));
    if ((int64_t)n >= MOST_ROWS && all > (int64_t)n) {
        g_autofree char *total = text_count(all);
        g_autofree char *said = g_strdup_printf(_("the first %s of %s are shown"), rows, total);
        canvas_right(c, y, used + 2, canvas_width(c) - used - 3, LOOK_WARNING, said);
    }
}

static void draw_values(rejects *r, canvas *c, int y, int height)
{
    const json_t *row = rejects_row(r);
    const char *raw = row_text(row, "raw");
    cells_again(r);
    if (row == NULL)
        return;
    int used = 0;
    if (r->cells->len == 0 || row_text(row, "column")[0] == '\0')
        used = canvas_wrap(c, y, 4, canvas_width(c) - 6, MIN(2, height), LOOK_BAD,
                           row_text(row, "message"));
    if (r->cells->len > 0)
        list_draw(r->values, c, y + used, height - used, r->focus == PANE_VALUES);
    else
        canvas_wrap(c, y + used, 4, canvas_width(c) - 6, height - used, LOOK_PLAIN, raw);
}

static void draw_panes(rejects *r, canvas *c, int y)
{
    int height = canvas_height(c) - y;
    if (height < THREE_PANES - 2) {
        if (r->focus == PANE_REASONS)
            list_draw(r->reasons, c, y, height, true);
        else if (r->focus == PANE_ROWS)
            list_draw(r->rows, c, y, height, true);
        else
            draw_values(r, c, y, height);
        return;
    }
    int reasons = 1 + MIN((int)r->groups->len, MAX(height / 5, 2));
    int left = height - reasons - 2;
    int rows = 1 + CLAMP((int)count_group_rows(r), 1, MAX(left * 2 / 5 - 1, 2));
    list_draw(r->reasons, c, y, reasons, r->focus == PANE_REASONS);
    list_draw(r->rows, c, y + reasons + 1, rows, r->focus == PANE_ROWS);
    draw_values(r, c, y + reasons + rows + 2, left - rows);
}

static void draw(screen *s, canvas *c)
{
    rejects *r = (rejects *)s;
    if (answer_draw_state(&r->rejects, c, 0, _("Reading the rejects ...")))
        return;
    if (r->groups->len == 0) {
        canvas_wrap(c, 1, 4, canvas_width(c) - 8, canvas_height(c) - 1, LOOK_PLAIN,
                    _("This run rejected no rows.\n\n"
                      "A reject is a row that the target refused; as many as a task's limit of "
                      "rejects allows are set aside here, to be corrected and sent again."));
        return;
    }
    draw_counts(r, c, 0);
    draw_panes(r, c, 2);
}

/* --- moving between the panes ---------------------------------------------- */

static list *focused_list(const rejects *r)
{
    return r->focus == PANE_REASONS ? r->reasons : r->focus == PANE_ROWS ? r->rows : r->values;
}

static void enter(screen *s)
{
    rejects *r = (rejects *)s;
    if (r->focus == PANE_VALUES)
        reject_edit_value(s);
    else
        r->focus++;
}

static const char *cannot_enter(screen *s)
{
    rejects *r = (rejects *)s;
    if (rejects_row(r) == NULL)
        return N_("no row is selected");
    return r->focus == PANE_VALUES ? reject_cannot_edit(s) : NULL;
}

static bool key(screen *s, ui_key k)
{
    rejects *r = (rejects *)s;
    if (k == K_TAB || k == K_BACKTAB) {
        r->focus = (reject_pane)((r->focus + (k == K_TAB ? 1 : 2)) % 3);
        return true;
    }
    int64_t group = list_selected(r->reasons);
    bool taken = list_key(focused_list(r), k);
    if (list_selected(r->reasons) != group)
        list_select(r->rows, 0);
    return taken;
}

static bool leave(screen *s)
{
    rejects *r = (rejects *)s;
    if (r->sending != NULL)
        reject_ask_stop(r);
    return r->sending == NULL;
}

static const char *at_reasons(screen *s)
{
    return ((rejects *)s)->focus == PANE_REASONS ? N_("these are the reasons; q goes back") : NULL;
}

static void pane_before(screen *s)
{
    ((rejects *)s)->focus--;
    app_changed(s->app);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(focused_list((rejects *)s), text, step, from_next);
}

static char *selected_value(screen *s)
{
    rejects *r = (rejects *)s;
    const reject_cell *c = rejects_cell(r);
    const json_t *row = rejects_row(r);
    if (row == NULL)
        return NULL;
    if (r->focus == PANE_REASONS)
        return g_strdup(row_text(row, "message"));
    if (c == NULL)
        return g_strdup(row_text(row, "raw"));
    return g_strdup(c->source != NULL ? c->text : c->would);
}

/* --- the screen ------------------------------------------------------------ */

static const action actions[] = {
    { "reject.back", K_ESCAPE, NULL, N_("Go back to the rows, then to the reasons"), NULL, 0,
      pane_before, at_reasons },
    { "reject.open", K_ENTER, N_("Open"), N_("Go to the rows, then to the values; then edit one"),
      "rowferry reject show RUN NUMBER", 0, enter, cannot_enter },
    { "reject.edit", 'e', N_("Edit value"), N_("Change a source value before it is sent again"),
      "rowferry reject edit RUN NUMBER --set COLUMN=VALUE", ACTION_WRITES, reject_edit_value,
      reject_cannot_edit },
    { "reject.send", 's', N_("Send again"),
      N_("Write rows again, as they are or as edited, by a run of their own"),
      "rowferry reject replay RUN NUMBER", ACTION_WRITES, reject_send, reject_cannot_send },
    { "reject.mark", K_SPACE, N_("Mark"), N_("Mark the row, to send the marked ones together"),
      NULL, 0, reject_mark, reject_cannot_mark },
    { "reject.undo", 'u', N_("Undo"), N_("Take back the last edit"), NULL, ACTION_WRITES,
      reject_undo, reject_cannot_undo },
    { "reject.export", 'o', N_("Export"), N_("Write the rejects to a CSV or JSON Lines file"),
      "rowferry reject export RUN --output FILE", 0, rejects_export, rejects_cannot_export },
    { "reject.null", '0', NULL, N_("Set the value to NULL"), NULL, ACTION_WRITES, reject_set_null,
      reject_cannot_edit },
    { "refresh.now", '.', NULL, N_("Look again now"), "rowferry reject list RUN", 0, reload, NULL },
    { .id = NULL },
};

static char *name(screen *s)
{
    const rejects *r = (rejects *)s;
    return g_strdup_printf(_("Rejects of run %" PRId64), r->run);
}

static void free_rejects(screen *s)
{
    rejects *r = (rejects *)s;
    answer_clear(&r->rejects);
    answer_clear(&r->show);
    g_ptr_array_unref(r->groups);
    g_ptr_array_unref(r->cells);
    list_free(r->reasons);
    list_free(r->rows);
    list_free(r->values);
    g_hash_table_unref(r->marked);
    g_array_unref(r->undo);
    g_array_unref(r->send);
    g_free(r->editing);
    json_decref(r->numbers);
    g_free(r);
}

const screen_ops rejects_ops = {
    .id = "rejects",
    .title = N_("Rejects"),
    .summary = N_("Rows that the target refused: correct them and send them again."),
    .actions = actions,
    .name = name,
    .draw = draw,
    .key = key,
    .leave = leave,
    .find = find,
    .value = selected_value,
    .free = free_rejects,
};

screen *rejects_new(app *a, int64_t run)
{
    rejects *r = g_new0(rejects, 1);
    r->base.ops = &rejects_ops;
    r->base.app = a;
    r->run = run;
    r->groups = g_ptr_array_new();
    r->cells = g_ptr_array_new();
    r->reasons = list_new(reason_columns, &reason_source, r);
    r->rows = list_new(row_columns, &row_source, r);
    r->values = list_new(value_columns, &value_source, r);
    r->marked = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    r->undo = g_array_new(FALSE, FALSE, sizeof(reject_change));
    g_array_set_clear_func(r->undo, reject_change_clear);
    r->send = g_array_new(FALSE, FALSE, sizeof(int));
    r->rejects.arrived = rejects_arrived;
    r->show.arrived = show_arrived;
    rejects_reload(r);
    return &r->base;
}
