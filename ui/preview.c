#include "ui/preview.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/answer.h"
#include "ui/rows_view.h"

#define FIRST_ROWS 100
#define ROWS_AT    2

typedef struct {
    screen base;
    json_t *document;
    answer answer; /* task.preview */
    rows_view *rows;
} preview;

static preview *preview_of(screen *s)
{
    return (preview *)s;
}

static void arrived(screen *s)
{
    preview *v = preview_of(s);
    if (v->answer.failure == NULL)
        rows_view_set(v->rows, v->answer.out);
}

static void load(screen *s)
{
    preview *v = preview_of(s);
    g_clear_pointer(&v->answer.out, json_decref);
    v->answer.arrived = arrived;
    answer_ask(&v->answer, s, "task.preview",
               json_pack("{s:O, s:i}", "document", v->document, "limit", FIRST_ROWS));
}

/* --- actions ------------------------------------------------------------------- */

static const char *not_waiting(screen *s)
{
    return answer_waits(&preview_of(s)->answer) ? NULL : N_("nothing is being read");
}

static void give_up(screen *s)
{
    answer_cancel(&preview_of(s)->answer);
}

static const char *no_row(screen *s)
{
    return rows_view_count(preview_of(s)->rows) == 0 ? N_("no row is selected") : NULL;
}

static void show_row(screen *s)
{
    g_autofree char *text = rows_view_row(preview_of(s)->rows);
    if (text != NULL)
        app_view(s->app, _("Row"), text);
}

static const action actions[] = {
    { "preview.cancel", K_ESCAPE, N_("Give up"), N_("Give up reading"), NULL, 0, give_up,
      not_waiting },
    { "preview.row", K_ENTER, N_("Whole row"), N_("Show all values of the row in full"), NULL, 0,
      show_row, no_row },
    { "preview.reload", K_F(5), N_("Read again"), N_("Read the rows again"), NULL, 0, load, NULL },
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------------- */

/* "first 100 of 9,960,000 rows": a list that stops says so. */
static char *count_words(const preview *v)
{
    int64_t n = rows_view_count(v->rows);
    const json_t *count = json_object_get(v->answer.out, "count");
    const char *why = row_text(v->answer.out, "count_note");
    bool more = json_is_true(json_object_get(v->answer.out, "more"));
    g_autofree char *shown = text_count(n);
    if (json_is_integer(count) && json_integer_value(count) > n) {
        g_autofree char *all = text_count(json_integer_value(count));
        return g_strdup_printf(_("the first %s of %s rows"), shown, all);
    }
    if (more && why[0] != '\0')
        return g_strdup_printf(_("the first %s rows, there are more; not counted: %s"), shown, why);
    if (more)
        return g_strdup_printf(_("the first %s rows, there are more"), shown);
    return g_strdup_printf(
        ngettext("%s row, that is all", "%s rows, that is all", (unsigned long)n), shown);
}

static void draw(screen *s, canvas *c)
{
    preview *v = preview_of(s);
    if (answer_draw_state(&v->answer, c, ROWS_AT, _("Reading the first rows ...")))
        return;
    if (rows_view_count(v->rows) == 0) {
        canvas_text(c, ROWS_AT, 4, -1, LOOK_PLAIN, _("No row passes: a run would read nothing."));
        return;
    }
    rows_view_draw(v->rows, c, ROWS_AT, canvas_height(c) - ROWS_AT);
    g_autofree char *count = count_words(v);
    int used = canvas_text(c, 0, 4, -1, LOOK_PLAIN, count);
    g_autofree char *columns = rows_view_columns(v->rows);
    if (columns != NULL)
        canvas_text(c, 0, 4 + used + 3, -1, LOOK_ACCENT, columns);
}

static bool key(screen *s, ui_key k)
{
    return rows_view_key(preview_of(s)->rows, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return rows_view_find(preview_of(s)->rows, text, step, from_next);
}

static char *row_value(screen *s)
{
    return rows_view_row(preview_of(s)->rows);
}

static bool wants_tick(screen *s)
{
    return answer_waits(&preview_of(s)->answer);
}

static void tick(screen *s)
{
    app_changed(s->app);
}

static void resume(screen *s)
{
    if (preview_of(s)->answer.operation == NULL)
        load(s);
}

static void free_screen(screen *s)
{
    preview *v = preview_of(s);
    answer_clear(&v->answer);
    rows_view_free(v->rows);
    json_decref(v->document);
    g_free(v);
}

const screen_ops preview_ops = {
    .id = "preview",
    .title = N_("Preview"),
    .summary = N_("The first rows that the task would read today, as the source has them."),
    .actions = actions,
    .draw = draw,
    .key = key,
    .refresh = tick,
    .wants_tick = wants_tick,
    .resume = resume,
    .find = find,
    .value = row_value,
    .free = free_screen,
};

screen *preview_new(app *a, const json_t *document)
{
    preview *v = g_new0(preview, 1);
    v->base = (screen){ &preview_ops, a };
    v->document = json_deep_copy(document);
    v->rows = rows_view_new();
    return &v->base;
}
