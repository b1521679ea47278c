/* Doctor: whether everything is in order on this machine. */
#include "ui/screens.h"

#include "base/intl.h"
#include "ui/answer.h"
#include "ui/list.h"

#include <string.h>

#define LIST_AT     3
#define DETAIL_ROWS 4

typedef struct {
    screen base;
    list *list;
    answer checks; /* doctor */
} doctor;

static const json_t *row_at(const doctor *v, int64_t row)
{
    return row < 0 ? NULL : json_array_get(answer_list(&v->checks, "checks"), (size_t)row);
}

static const json_t *selected(const doctor *v)
{
    return row_at(v, list_selected(v->list));
}

/* --- rows ------------------------------------------------------------------- */

enum { COLUMN_STATE, COLUMN_CHECK, COLUMN_DETAIL };

static const list_column columns[] = {
    { N_("State"), 8, 10, 0, TEXT_LEFT },
    { N_("Check"), 10, 16, 0, TEXT_LEFT },
    { N_("Found"), 20, 0, 0, TEXT_LEFT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};

static int64_t count_rows(void *user)
{
    doctor *v = user;
    return (int64_t)json_array_size(answer_list(&v->checks, "checks"));
}

static bool is_state(const json_t *row, const char *state)
{
    return strcmp(row_text(row, "state"), state) == 0;
}

static void cell(void *user, int64_t number, unsigned column, GString *text, list_style *style)
{
    const json_t *row = row_at(user, number);
    bool failed = is_state(row, "failed"), warned = is_state(row, "warning");
    switch (column) {
    case COLUMN_STATE:
        g_string_append(text, failed ? _("failed") : warned ? _("warning") : _("ok"));
        style->look = failed ? LOOK_BAD : warned ? LOOK_WARNING : LOOK_GOOD;
        style->mark = failed || warned ? '!' : ' ';
        break;
    case COLUMN_CHECK:
        g_string_append(text, row_text(row, "check"));
        break;
    default:
        g_string_append(text, row_text(row, "detail"));
        style->look = failed ? LOOK_BAD : LOOK_PLAIN;
        break;
    }
}

static const list_source source = { .count = count_rows, .cell = cell };

/* --- drawing ---------------------------------------------------------------- */

static void draw_verdict(const doctor *v, canvas *c, int y)
{
    unsigned long failed = 0, warned = 0, ok = 0;
    for (int64_t i = 0; i < count_rows((void *)v); i++) {
        const json_t *row = row_at(v, i);
        failed += is_state(row, "failed");
        warned += is_state(row, "warning");
        ok += is_state(row, "ok");
    }
    int x = 4;
    if (failed > 0)
        x += canvas_format(c, y, x, -1, LOOK_BAD, _("%lu failed"), failed) + 3;
    if (warned > 0)
        x += canvas_format(c, y, x, -1, LOOK_WARNING,
                           ngettext("%lu warning", "%lu warnings", warned), warned) +
             3;
    x += canvas_format(c, y, x, -1, failed + warned == 0 ? LOOK_GOOD : LOOK_PLAIN, _("%lu ok"), ok);
    if (answer_waits(&v->checks))
        canvas_format(c, y, x + 3, -1, LOOK_QUIET, _("looking again, %.0f s"),
                      job_seconds(v->checks.running));
}

/* All of what was found about the selected check: lines are long. */
static void draw_detail(const doctor *v, canvas *c, int y, int height)
{
    canvas_wrap(c, y, 4, canvas_width(c) - 8, height, LOOK_PLAIN, row_text(selected(v), "detail"));
}

static void draw(screen *s, canvas *c)
{
    doctor *v = (doctor *)s;
    int height = canvas_height(c);
    screens_draw_line(c, 0, "doctor");
    if (answer_draw_state(&v->checks, c, LIST_AT,
                          _("Looking at folders, store, dialects, zones and leftovers ...")))
        return;
    if (count_rows(v) == 0 && v->checks.failure != NULL) {
        answer_draw_failure(c, LIST_AT, v->checks.failure);
        return;
    }
    draw_verdict(v, c, 1);
    int detail = height >= 16 ? DETAIL_ROWS : 0;
    list_draw(v->list, c, LIST_AT, height - LIST_AT - detail, true);
    if (detail > 0)
        draw_detail(v, c, height - detail + 1, detail - 1);
}

/* --- actions ---------------------------------------------------------------- */

static const char *none_selected(screen *s)
{
    return selected((doctor *)s) == NULL ? N_("no check is selected") : NULL;
}

static const char *not_waiting(screen *s)
{
    return answer_waits(&((doctor *)s)->checks) ? NULL : N_("nothing is being checked");
}

static void give_up(screen *s)
{
    answer_cancel(&((doctor *)s)->checks);
}

static void look(screen *s)
{
    answer_ask(&((doctor *)s)->checks, s, "doctor", NULL);
}

static void open_check(screen *s)
{
    const json_t *row = selected((doctor *)s);
    app_view(s->app, row_text(row, "check"), row_text(row, "detail"));
}

static const action actions[] = {
    { "doctor.cancel", K_ESCAPE, N_("Give up"), N_("Give up looking"), NULL, 0, give_up,
      not_waiting },
    { "doctor.open", K_ENTER, N_("Open"), N_("Show all of what was found"), NULL, 0, open_check,
      none_selected },
    { "doctor.again", 'r', N_("Run again"), N_("Look at everything again"), "rowferry doctor", 0,
      look, NULL },
    { "doctor.again.f5", K_F(5), NULL, N_("Look at everything again"), NULL, 0, look, NULL },
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------- */

static bool key(screen *s, ui_key k)
{
    return list_key(((doctor *)s)->list, k);
}

static bool find(screen *s, const char *text, int step, bool from_next)
{
    return list_find(((doctor *)s)->list, text, step, from_next);
}

static char *value(screen *s)
{
    const json_t *row = selected((doctor *)s);
    return row != NULL ? g_strdup(row_text(row, "detail")) : NULL;
}

static bool wants_tick(screen *s)
{
    return answer_waits(&((doctor *)s)->checks);
}

static void refresh(screen *s)
{
    if (wants_tick(s))
        app_changed(s->app);
}

static void resume(screen *s)
{
    if (((doctor *)s)->checks.operation == NULL)
        look(s);
}

static void free_doctor(screen *s)
{
    doctor *v = (doctor *)s;
    list_free(v->list);
    answer_clear(&v->checks);
    g_free(v);
}

const screen_ops doctor_ops = {
    .id = "doctor",
    .title = N_("Doctor"),
    .summary = N_("Whether everything is in order on this machine."),
    .actions = actions,
    .draw = draw,
    .key = key,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .find = find,
    .value = value,
    .free = free_doctor,
};

screen *doctor_new(app *a)
{
    doctor *v = g_new0(doctor, 1);
    v->base = (screen){ &doctor_ops, a };
    v->list = list_new(columns, &source, v);
    return &v->base;
}
