/* The wizard's limits: rejects, speed, time, retries, and how values are taken. */
#include "ui/wizard.h"

#include "base/intl.h"
#include "ui/typed_value.h"
#include "ui/wizard_fields.h"

#include <inttypes.h>
#include <string.h>

#define FORM_AT   2
#define TEXT_AT   4
#define NOTE_ROWS 3
#define WIDE      80

typedef struct {
    wizard_step step;
    form_view *form;
    unsigned loaded; /* wizard_changes() that the form shows */
} limits_step;

/* --- the form -------------------------------------------------------------- */

static const char *const kinds[] = { "", "rows", "share", "unlimited", NULL };
static const char *const kind_titles[] = { N_("none"), N_("a number of rows"),
                                           N_("a share of the rows"), N_("any number"), NULL };

static const form_field fields[] = {
    { "rejects", FIELD_CHOICE, N_("Rejects"),
      N_("How many rows that cannot be written are set aside before the run fails"), kinds,
      kind_titles, 26 },
    { "rows", FIELD_TEXT, N_("At most"), N_("So many rejects; one more fails the run at once"),
      NULL, NULL, 14 },
    { "share", FIELD_TEXT, N_("At most"),
      N_("Percent of the rows read, such as 0.5; judged at the end, before the publish"), NULL,
      NULL, 14 },
    { "round", FIELD_FLAG, N_("Round"),
      N_("Excess digits of decimals and fractions of a second are rounded, not rejected"), NULL,
      NULL, 0 },
    { "check_types", FIELD_FLAG, N_("Check types"),
      N_("A value must fit the declared type, also where the database takes any (SQLite)"), NULL,
      NULL, 0 },
    { "gap", FIELD_GAP, NULL, NULL, NULL, NULL, 0 },
    { "rows_per_second", FIELD_TEXT, N_("Rows a second"),
      N_("Read no faster than this, all segments together"), NULL, NULL, 14 },
    { "bytes_per_second", FIELD_TEXT, N_("Bytes a second"),
      N_("Read no faster than this, all segments together"), NULL, NULL, 14 },
    { "timeout", FIELD_TEXT, N_("Timeout"), N_("Minutes after which the run fails"), NULL, NULL,
      14 },
    { "streams", FIELD_TEXT, N_("Streams"),
      N_("Segments that are read, and written where the target can, at once"), NULL, NULL, 14 },
    { "attempts", FIELD_TEXT, N_("Retries"),
      N_("How many more times a run is tried whose failure may pass: a lost connection, a lock"),
      NULL, NULL, 14 },
    { "interval", FIELD_TEXT, N_("Wait"), N_("Minutes between two attempts"), NULL, NULL, 14 },
    { .id = NULL },
};

static const wizard_field values[] = {
    { "round", "target.round", VALUE_FLAG },
    { "check_types", "target.check_types", VALUE_FLAG_ON },
    { "rows_per_second", "limits.rows_per_second", VALUE_INTEGER },
    { "bytes_per_second", "limits.bytes_per_second", VALUE_INTEGER },
    { "timeout", "limits.timeout_minutes", VALUE_INTEGER },
    { "streams", "limits.streams", VALUE_INTEGER },
    { "attempts", "retries.attempts", VALUE_INTEGER },
    { "interval", "retries.interval_minutes", VALUE_INTEGER },
    { .id = NULL },
};

/* The complaint of a check names this path too. */
static const wizard_field reject_values[] = {
    { "rejects", "rejects", VALUE_SCALAR },
    { .id = NULL },
};

/* What may be in a field, and what it is when nothing is. */
static const struct {
    const char *id;
    int64_t min, max;
    const char *usual; /* untranslated */
} ranges[] = {
    { "rows_per_second", 0, INT64_MAX, N_("empty: no limit") },
    { "bytes_per_second", 0, INT64_MAX, N_("empty: no limit") },
    { "timeout", 1, 300, N_("minutes; empty: 120") },
    { "streams", 1, 16, N_("empty: as many as suit") },
    { "attempts", 0, 10, N_("times; empty: none") },
    { "interval", 1, 30, N_("minutes; empty: 5") },
    { "rows", 0, INT64_MAX, "" },
};

static const char *get(const limits_step *l, const char *id)
{
    return form_view_get(l->form, id);
}

static bool is(const limits_step *l, const char *id, const char *value)
{
    return strcmp(get(l, id), value) == 0;
}

/* --- rejects --------------------------------------------------------------- */

static bool is_share(const char *text)
{
    return g_str_has_suffix(text, "%");
}

static void load_rejects(limits_step *l)
{
    const json_t *limit = wizard_value(l->step.wizard, "rejects.limit");
    const char *text = json_string_value(limit);
    bool none = limit == NULL || g_strcmp0(text, "none") == 0 ||
                (json_is_integer(limit) && json_integer_value(limit) == 0);
    g_autofree char *number = !none ? typed_integer(limit) : g_strdup("");
    const char *kind = none                                ? ""
                       : g_strcmp0(text, "unlimited") == 0 ? "unlimited"
                       : is_share(number)                  ? "share"
                                                           : "rows";
    form_view_set(l->form, "rejects", kind);
    form_view_set(l->form, "rows", strcmp(kind, "rows") == 0 ? number : "");
    if (strcmp(kind, "share") == 0)
        number[strlen(number) - 1] = '\0';
    form_view_set(l->form, "share", strcmp(kind, "share") == 0 ? number : "");
}

static void store_rejects(limits_step *l)
{
    json_t *limit = NULL;
    if (is(l, "rejects", "unlimited"))
        limit = json_string("unlimited");
    else if (is(l, "rejects", "rows") && !is(l, "rows", ""))
        limit = typed_integer_read(get(l, "rows"));
    else if (is(l, "rejects", "share") && !is(l, "share", ""))
        limit = json_sprintf("%s%%", get(l, "share"));
    wizard_change(l->step.wizard, "rejects.limit", limit);
}

static char *rejects_words(const limits_step *l)
{
    if (is(l, "rejects", "unlimited"))
        return g_strdup(_("Rows that cannot be written are set aside, any number of them. They can "
                          "be looked at, mended and replayed."));
    if (is(l, "rejects", "rows") && !is(l, "rows", ""))
        return g_strdup_printf(_("Up to %s rows that cannot be written are set aside; one more "
                                 "fails the run at once, and the target stays as it was."),
                               get(l, "rows"));
    if (is(l, "rejects", "share") && !is(l, "share", ""))
        return g_strdup_printf(_("Up to %s percent of the rows are set aside. It is judged before "
                                 "the publish: a run with more fails, and the target stays as it "
                                 "was."),
                               get(l, "share"));
    return g_strdup(_("The first row that cannot be written fails the run, and the target stays as "
                      "it was."));
}

/* --- remarks --------------------------------------------------------------- */

static void remark_range(limits_step *l, const char *id, int64_t min, int64_t max,
                         const char *usual)
{
    json_t *number = typed_integer_read(get(l, id));
    bool fits = json_is_integer(number) && json_integer_value(number) >= min &&
                json_integer_value(number) <= max;
    json_decref(number);
    g_autofree char *wrong = max == INT64_MAX
                                 ? g_strdup(_("a whole number is needed"))
                                 : g_strdup_printf(_("from %" PRId64 " to %" PRId64), min, max);
    if (fits || is(l, id, ""))
        form_view_remark(l->form, id, LOOK_QUIET, usual[0] != '\0' ? _(usual) : NULL);
    else
        form_view_remark(l->form, id, LOOK_BAD, wrong);
}

static void remark_share(limits_step *l)
{
    const char *text = get(l, "share");
    char *end;
    double share = g_ascii_strtod(text, &end);
    bool fits = g_ascii_isdigit(text[0]) && *end == '\0' && share <= 100;
    if (fits || text[0] == '\0')
        form_view_remark(l->form, "share", LOOK_QUIET, _("percent"));
    else
        form_view_remark(l->form, "share", LOOK_BAD, _("from 0 to 100"));
}

static void show_fields(limits_step *l)
{
    form_view_show(l->form, "rows", is(l, "rejects", "rows"));
    form_view_show(l->form, "share", is(l, "rejects", "share"));
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        remark_range(l, ranges[i].id, ranges[i].min, ranges[i].max, ranges[i].usual);
    remark_share(l);
}

/* --- loading and changes --------------------------------------------------- */

static void load(limits_step *l)
{
    wizard_fields_load(l->form, l->step.wizard, values);
    load_rejects(l);
    l->loaded = wizard_changes(l->step.wizard);
    show_fields(l);
}

static void changed(screen *s, const char *id)
{
    limits_step *l = (limits_step *)s;
    if (!wizard_fields_store(l->form, l->step.wizard, values, id))
        store_rejects(l);
    l->loaded = wizard_changes(l->step.wizard);
    show_fields(l);
    app_changed(s->app);
}

/* --- the screen ------------------------------------------------------------ */

static void draw(screen *s, canvas *c)
{
    limits_step *l = (limits_step *)s;
    wizard_draw_steps(&l->step, c, 0);
    int room = canvas_height(c) - FORM_AT;
    int note = room > 3 * NOTE_ROWS ? NOTE_ROWS : 0;
    int form = note > 0 ? room - note - 1 : room;
    if (canvas_width(c) >= WIDE) /* each field and its remark in one row */
        form = MIN(form, (int)G_N_ELEMENTS(fields) - 1);
    form_view_draw(l->form, c, FORM_AT, form, true);
    g_autofree char *words = rejects_words(l);
    canvas_wrap(c, FORM_AT + form + 1, TEXT_AT, canvas_width(c) - 2 * TEXT_AT, note, LOOK_PLAIN,
                words);
}

static const action actions[] = {
    WIZARD_ACTIONS,
    { .id = NULL },
};

static bool key(screen *s, ui_key k)
{
    return form_view_key(((limits_step *)s)->form, k);
}

static bool in_text(screen *s)
{
    return form_view_in_text(((limits_step *)s)->form);
}

static void resume(screen *s)
{
    limits_step *l = (limits_step *)s;
    if (l->loaded != wizard_changes(l->step.wizard))
        load(l);
    wizard_fields_focus(l->form, l->step.wizard, values);
    wizard_fields_focus(l->form, l->step.wizard, reject_values);
}

static void free_step(screen *s)
{
    limits_step *l = (limits_step *)s;
    form_view_free(l->form);
    wizard_release(&l->step);
    g_free(l);
}

const screen_ops wizard_limits_ops = {
    .id = "wizard.limits",
    .title = N_("Limits"),
    .summary = N_("How many rejects a run may have, how fast and how long it may work."),
    .actions = actions,
    .name = wizard_crumb,
    .draw = draw,
    .key = key,
    .in_text = in_text,
    .resume = resume,
    .leave = wizard_leave,
    .rescue = wizard_rescue,
    .free = free_step,
};

wizard_step *wizard_limits_new(app *a, wizard *w)
{
    limits_step *l = g_new0(limits_step, 1);
    l->step.base = (screen){ &wizard_limits_ops, a };
    l->form = form_view_new(a, &l->step.base, fields, changed, NULL);
    l->loaded = wizard_changes(w) - 1;
    return &l->step;
}
