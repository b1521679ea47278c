/* How one run is drawn: counters above, log or segments below. */
#include "ui/run_detail.h"

#include "base/civil.h"
#include "base/intl.h"
#include "base/text.h"
#include "service/engine.h"
#include "ui/run_words.h"

#include <inttypes.h>
#include <string.h>

#define LABEL_AT     4
#define VALUE_AT     14
#define REMARK_AT    52
#define BAR_WIDTH    62
#define SPARK_WIDTH  36
#define NARROW       60
#define LEAST_ROWS   12 /* below it the log needs the room of what matters less */
#define ROOMY_ROWS   18 /* from this height on there are empty rows between the groups */
#define RATE_SECONDS 10
#define LEFT_SECONDS 60

static int64_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static double real(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static char *count_of(const json_t *o, const char *key)
{
    return text_count(number(o, key));
}

/* "13:59:01" of an instant as the operations write it. */
static const char *clock_of(const char *instant)
{
    return strlen(instant) >= 19 ? instant + 11 : instant;
}

/* A label, its value, and a remark on the right when both have room. */
static void draw_line(canvas *c, int y, const char *label, const char *text, unsigned look,
                      const char *remark)
{
    int width = canvas_width(c) - 1;
    g_autofree char *safe = text_safe(text, -1);
    g_autofree char *note = text_safe(remark, -1);
    canvas_text(c, y, LABEL_AT, VALUE_AT - LABEL_AT - 1, LOOK_QUIET, label);
    int end = VALUE_AT + text_width(safe), at = MAX(REMARK_AT, end + 2);
    if (at + text_width(note) > width)
        at = width - text_width(note);
    bool both = note[0] != '\0' && at >= end + 2;
    canvas_text(c, y, VALUE_AT, (both ? at - 2 : width) - VALUE_AT, LOOK_PLAIN, text);
    if (both)
        canvas_text(c, y, at, width - at, look, remark);
}

/* --- parts ----------------------------------------------------------------- */

static int draw_start(const run_detail *d, canvas *c, int y)
{
    const json_t *run = d->show.out;
    const char *state = row_text(run, "state"), *phase = row_text(run, "phase");
    const char *started = row_text(run, "started_at");
    bool live = run_detail_is_live(d);
    g_autofree char *when =
        live ? g_strdup_printf("%.8s", clock_of(started)) : run_time_words(started);
    g_autoptr(GString) text = g_string_new(NULL);
    if (started[0] != '\0')
        g_string_append(text, when);
    else
        g_string_append(text, _("not yet"));
    g_string_append_printf(text, _(" by %s, %s"), row_text(run, "created_by"),
                           run_kind_word(row_text(run, "kind")));
    if (number(run, "attempt") > 1)
        g_string_append_printf(text, _(", attempt %d"), (int)number(run, "attempt"));
    g_autofree char *remark = NULL;
    if (live && phase[0] != '\0')
        remark =
            g_strdup_printf("%c %s: %s", run_state_letter(state), run_state_word(state), phase);
    else
        remark = g_strdup_printf("%c %s", run_state_letter(state), run_state_word(state));
    if (canvas_width(c) >= NARROW) {
        draw_line(c, y, _("Started"), text->str, run_state_look(state), remark);
    } else {
        /* The state is what must not be cut off. */
        draw_line(c, y, _("State"), remark, LOOK_PLAIN, NULL);
    }
    return 1;
}

/* "left 8m34s, near 14:14"; coarse, so that it does not flicker. */
static char *left_words(const run_detail *d, int64_t read, int64_t expected)
{
    double speed = rate_recent(d->rows, LEFT_SECONDS);
    if (speed <= 0 && real(d->show.out, "seconds") > 0)
        speed = (double)read / real(d->show.out, "seconds");
    if (speed <= 0 || read >= expected)
        return NULL;
    double left = (double)(expected - read) / speed;
    if (left > 120)
        left = 10.0 * (double)(int64_t)(left / 10);
    const engine *e = app_engine(d->base.app);
    civil_time near;
    if (!zone_local(e->zone, clock_now(e->clock) + (int64_t)(left * 1e6), &near))
        return NULL;
    g_autofree char *shown =
        left < 60 ? g_strdup_printf(_("%ds"), (int)left + 1) : text_duration((double)(int64_t)left);
    return g_strdup_printf(_("left %s, near %02d:%02d"), shown, near.hour, near.minute);
}

static int draw_rows_live(const run_detail *d, canvas *c, int y)
{
    const json_t *run = d->show.out;
    int64_t read = number(run, "rows_read"), expected = number(run, "rows_expected");
    g_autofree char *rows = text_count(read);
    if (expected <= 0) {
        g_autofree char *text = g_strdup_printf(_("%s read"), rows);
        draw_line(c, y, _("Rows"), text, LOOK_PLAIN, NULL);
        return 1;
    }
    double share = MIN((double)read / (double)expected, 1);
    g_autofree char *all = text_count(expected);
    /* TRANSLATORS: rows read, rows expected, share of them */
    g_autofree char *text =
        g_strdup_printf(_("%s of about %s  %d%%"), rows, all, (int)(share * 100));
    g_autofree char *left = left_words(d, read, expected);
    draw_line(c, y, _("Rows"), text, LOOK_PLAIN, left);
    canvas_bar(c, y + 1, VALUE_AT, MIN(canvas_width(c) - VALUE_AT - 2, BAR_WIDTH), share);
    return 2;
}

static int draw_rows_over(const run_detail *d, canvas *c, int y)
{
    const json_t *run = d->show.out;
    g_autofree char *read = count_of(run, "rows_read");
    g_autofree char *written = count_of(run, "rows_written");
    g_autofree char *filtered = count_of(run, "rows_filtered");
    g_autofree char *took = text_duration(real(run, "seconds"));
    g_autofree char *text =
        g_strdup_printf(_("%s read, %s written, %s filtered"), read, written, filtered);
    g_autofree char *remark = g_strdup_printf(_("took %s"), took);
    draw_line(c, y, _("Rows"), text, LOOK_PLAIN, remark);
    if (!json_is_integer(json_object_get(run, "rows_inserted")))
        return 1;
    g_autofree char *inserted = count_of(run, "rows_inserted");
    g_autofree char *updated = count_of(run, "rows_updated");
    g_autofree char *unchanged = count_of(run, "rows_unchanged");
    g_autofree char *more =
        g_strdup_printf(_("%s inserted, %s updated, %s unchanged"), inserted, updated, unchanged);
    draw_line(c, y + 1, "", more, LOOK_PLAIN, NULL);
    return 2;
}

static int draw_speed(const run_detail *d, canvas *c, int y)
{
    const json_t *run = d->show.out;
    bool live = run_detail_is_live(d);
    double seconds = real(run, "seconds");
    double rows = live ? rate_recent(d->rows, RATE_SECONDS) : 0;
    double bytes = live ? rate_recent(d->bytes, RATE_SECONDS) : 0;
    if (!live && seconds > 0) {
        rows = (double)number(run, "rows_read") / seconds;
        bytes = (double)number(run, "bytes") / seconds;
    }
    g_autofree char *per_second = text_count((int64_t)(rows + 0.5));
    g_autofree char *volume = text_bytes((int64_t)bytes);
    g_autofree char *text = g_strdup_printf(_("%s rows/s   %s/s"), per_second, volume);
    double values[SPARK_WIDTH];
    int width = MIN(SPARK_WIDTH, canvas_width(c) - VALUE_AT - text_width(text) - 3);
    unsigned n = rate_values(d->rows, values, (unsigned)MAX(width, 0));
    if (n < 2) {
        draw_line(c, y, _("Speed"), text, LOOK_PLAIN, NULL);
        return 1;
    }
    draw_line(c, y, _("Speed"), "", LOOK_PLAIN, text);
    canvas_sparkline(c, y, VALUE_AT, (int)n, values, n);
    return 1;
}

static int draw_waits(const run_detail *d, canvas *c, int y)
{
    static const struct {
        const char *key, *label;
        bool always;
    } kinds[] = {
        { "source", N_("source"), true }, { "transform", N_("transform"), true },
        { "target", N_("target"), true }, { "throttle", N_("throttle"), false },
        { "lock", N_("lock"), false },
    };
    const json_t *waits = json_object_get(d->show.out, "waits");
    if (!json_is_object(waits))
        return 0;
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        int percent = (int)(real(waits, kinds[i].key) * 100 + 0.5);
        if (percent > 0 || kinds[i].always)
            g_string_append_printf(text, "%s%s %d%%", text->len > 0 ? "   " : "", _(kinds[i].label),
                                   percent);
    }
    draw_line(c, y, _("Waits"), text->str, LOOK_PLAIN, NULL);
    return 1;
}

static int draw_rejects(const run_detail *d, canvas *c, int y)
{
    const json_t *run = d->show.out;
    int64_t rejected = number(run, "rows_rejected");
    const json_t *limit = json_object_get(json_object_get(run, "plan"), "reject_limit");
    g_autofree char *rows = text_count(rejected);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(
        text, ngettext("%s row set aside", "%s rows set aside", (unsigned long)rejected), rows);
    if (json_is_integer(limit) && json_integer_value(limit) >= 0) {
        g_autofree char *most = text_count(json_integer_value(limit));
        g_string_append_printf(text, _(", limit %s"), most);
    }
    draw_line(c, y, _("Rejects"), text->str, LOOK_WARNING,
              rejected > 0 ? _("! d shows them") : NULL);
    return 1;
}

/* What readers of the target have: a run that published nothing left it alone. */
static int draw_target(const run_detail *d, canvas *c, int y)
{
    const json_t *run = d->show.out;
    const char *published = row_text(run, "published_at");
    if (!json_is_object(json_object_get(run, "plan")))
        return 0;
    g_autofree char *target = run_target_words(run);
    g_autofree char *remark = NULL;
    if (published[0] != '\0')
        remark = g_strdup_printf(_("published %.8s"), clock_of(published));
    else
        remark = g_strdup(run_detail_is_live(d) ? _("not published yet") : _("left as it was"));
    draw_line(c, y, _("Target"), target, LOOK_PLAIN, remark);
    return 1;
}

/* Why it failed, or why it waits; at most @height rows. */
static int draw_reason(const run_detail *d, canvas *c, int y, int height)
{
    const json_t *failure = json_object_get(d->show.out, "error");
    bool failed = json_is_object(failure);
    const char *message = row_text(failed ? failure : d->show.out, failed ? "message" : "reason");
    const char *hint = row_text(failure, "hint");
    int width = canvas_width(c) - VALUE_AT - 1;
    if (message[0] == '\0' || height <= 0)
        return 0;
    canvas_text(c, y, LABEL_AT, VALUE_AT - LABEL_AT - 1, LOOK_QUIET,
                failed ? _("Error") : _("Reason"));
    int used = canvas_wrap(c, y, VALUE_AT, width, height, failed ? LOOK_BAD : LOOK_PLAIN, message);
    if (hint[0] != '\0' && used < height)
        used += canvas_wrap(c, y + used, VALUE_AT, width, height - used, LOOK_PLAIN, hint);
    return used;
}

/* --- segments -------------------------------------------------------------- */

enum { COLUMN_SEGMENT, COLUMN_STATE, COLUMN_READ, COLUMN_WRITTEN, COLUMN_REJECTED, COLUMN_WHAT };

const list_column run_segment_columns[] = {
    { N_("Segment"), 7, 8, 0, TEXT_RIGHT }, { N_("State"), 8, 10, 0, TEXT_LEFT },
    { N_("Read"), 11, 15, 1, TEXT_RIGHT },  { N_("Written"), 11, 15, 2, TEXT_RIGHT },
    { N_("Rejects"), 7, 9, 3, TEXT_RIGHT }, { N_("What"), 14, 0, 0, TEXT_LEFT },
    { NULL, 0, 0, 0, TEXT_LEFT },
};

static const json_t *segment_list(const run_detail *d)
{
    return answer_list(&d->show, "segment_list");
}

static int64_t count_segments(void *user)
{
    return (int64_t)json_array_size(segment_list(user));
}

static const char *segment_word(const char *state)
{
    static const char *const words[] = { N_("waiting"), N_("running"), N_("done"), N_("failed") };
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i], state) == 0)
            return _(words[i]);
    return state;
}

static void segment_cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    static const char *const counts[] = { [COLUMN_SEGMENT] = "segment",
                                          [COLUMN_READ] = "rows_read",
                                          [COLUMN_WRITTEN] = "rows_written",
                                          [COLUMN_REJECTED] = "rows_rejected" };
    const json_t *segment = json_array_get(segment_list(user), (size_t)row);
    const char *state = row_text(segment, "state");
    if (column == COLUMN_STATE) {
        g_string_append(text, segment_word(state));
        style->look = strcmp(state, "failed") == 0 ? LOOK_BAD : LOOK_PLAIN;
    } else if (column == COLUMN_WHAT) {
        g_string_append(text, row_text(segment, "what"));
    } else {
        g_autofree char *shown = count_of(segment, counts[column]);
        g_string_append(text, shown);
        if (column == COLUMN_SEGMENT && strcmp(state, "failed") == 0)
            style->mark = '!';
    }
}

const list_source run_segment_source = { .count = count_segments, .cell = segment_cell };

static void draw_segments(const run_detail *d, canvas *c, int y, int height)
{
    size_t n = json_array_size(segment_list(d)), done = 0, i;
    json_t *segment;
    json_array_foreach(segment_list(d), i, segment) done +=
        strcmp(row_text(segment, "state"), "done") == 0;
    g_autofree char *text = g_strdup_printf(_("%zu of %zu done"), done, n);
    draw_line(c, y, _("Segments"), text, LOOK_PLAIN, NULL);
    if (n > 0)
        list_draw(d->segments, c, y + 1, height - 1, true);
    else
        canvas_text(c, y + 1, LABEL_AT, -1, LOOK_QUIET,
                    _("The run has not cut its source into segments yet."));
}

static void draw_log(const run_detail *d, canvas *c, int y, int height)
{
    log_view_draw(d->lines, c, y, height, true);
    if (log_view_count(d->lines) > 0 || height < 2)
        return;
    if (d->log.failure != NULL)
        answer_draw_failure(c, y + 1, d->log.failure);
    else if (answer_waits(&d->log))
        canvas_text(c, y + 1, LABEL_AT, -1, LOOK_QUIET, _("Reading the log ..."));
    else if (log_view_get_level(d->lines) != LOG_VIEW_INFO)
        canvas_text(c, y + 1, LABEL_AT, -1, LOOK_QUIET,
                    _("No line of this level. l shows others."));
    else
        canvas_text(c, y + 1, LABEL_AT, -1, LOOK_QUIET, _("The log has no lines."));
}

/* --- all of it ------------------------------------------------------------- */

void run_detail_draw(screen *s, canvas *c)
{
    run_detail *d = (run_detail *)s;
    if (answer_draw_state(&d->show, c, 0, _("Reading the run ...")))
        return;
    int height = canvas_height(c), y = 0;
    bool roomy = height >= ROOMY_ROWS, live = run_detail_is_live(d);
    y += draw_start(d, c, y) + roomy;
    y += live ? draw_rows_live(d, c, y) : draw_rows_over(d, c, y);
    y += roomy;
    y += draw_speed(d, c, y);
    if (height >= LEAST_ROWS)
        y += draw_waits(d, c, y);
    y += draw_rejects(d, c, y);
    if (height >= LEAST_ROWS)
        y += draw_target(d, c, y);
    y += draw_reason(d, c, y, MAX(height / 5, 1));
    if (d->show.failure != NULL)
        canvas_text(c, y++, LABEL_AT, -1, LOOK_BAD, d->show.failure->message);
    y += roomy;
    if (d->pane == PANE_SEGMENTS)
        draw_segments(d, c, y, height - y);
    else
        draw_log(d, c, y, height - y);
}
