#include "ui/run_words.h"

#include "base/civil.h"
#include "base/intl.h"
#include "ui/canvas.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *state;
    const char *word;
    char letter;
    unsigned look;
    bool live;
} states[] = {
    { "planned", N_("planned"), '.', LOOK_QUIET, false },
    { "waiting_time", N_("waiting"), '.', LOOK_QUIET, false },
    { "waiting_upstream", N_("waiting"), '.', LOOK_QUIET, false },
    { "queued", N_("queued"), '.', LOOK_QUIET, true },
    { "starting", N_("starting"), '>', LOOK_ACCENT, true },
    { "running", N_("running"), '>', LOOK_ACCENT, true },
    { "cancelling", N_("cancelling"), '>', LOOK_WARNING, true },
    { "held", N_("held"), '?', LOOK_WARNING, false },
    { "unresolved", N_("unresolved"), '?', LOOK_BAD, false },
    { "succeeded", N_("ok"), 'o', LOOK_GOOD, false },
    { "failed", N_("failed"), 'x', LOOK_BAD, false },
    { "cancelled", N_("cancelled"), 'c', LOOK_WARNING, false },
    { "skipped", N_("skipped"), '-', LOOK_QUIET, false },
    { "dry_run", N_("dry run"), '-', LOOK_QUIET, false },
    { "missed", N_("missed"), '-', LOOK_WARNING, false },
    { "frozen", N_("frozen"), '-', LOOK_QUIET, false },
    { "discarded", N_("discarded"), '-', LOOK_QUIET, false },
};

static unsigned find(const char *state)
{
    unsigned i = 0;
    while (i < G_N_ELEMENTS(states) && strcmp(states[i].state, state) != 0)
        i++;
    return i;
}

const char *run_state_word(const char *state)
{
    unsigned i = find(state);
    return i < G_N_ELEMENTS(states) ? _(states[i].word) : state;
}

char run_state_letter(const char *state)
{
    unsigned i = find(state);
    return i < G_N_ELEMENTS(states) ? states[i].letter : '?';
}

unsigned run_state_look(const char *state)
{
    unsigned i = find(state);
    return i < G_N_ELEMENTS(states) ? states[i].look : LOOK_PLAIN;
}

bool run_state_word_is_live(const char *state)
{
    unsigned i = find(state);
    return i < G_N_ELEMENTS(states) && states[i].live;
}

const char *run_kind_word(const char *kind)
{
    static const struct {
        const char *kind, *word;
    } kinds[] = {
        { "manual", N_("manual") },     { "scheduled", N_("scheduled") },
        { "upstream", N_("upstream") }, { "backfill", N_("backfill") },
        { "replay", N_("replay") },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return _(kinds[i].word);
    return kind;
}

char *run_time_words(const char *instant)
{
    static const char *const days[] = { N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"),
                                        N_("Fri"), N_("Sat"), N_("Sun") };
    static const char *const months[] = { N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"),
                                          N_("May"), N_("Jun"), N_("Jul"), N_("Aug"),
                                          N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec") };
    civil_time t = { 0 };
    if (sscanf(instant, "%d-%d-%dT%d:%d:%d", &t.year, &t.month, &t.day, &t.hour, &t.minute,
               &t.second) != 6 ||
        !civil_is_valid(&t))
        return g_strdup(instant);
    /* TRANSLATORS: day of the week, day, month, hour, minute; at most 16 columns wide */
    return g_strdup_printf(_("%s %02d %s %02d:%02d"), _(days[civil_weekday(&t)]), t.day,
                           _(months[t.month - 1]), t.hour, t.minute);
}

char *run_clock_words(const zone *z, const char *instant)
{
    int64_t at;
    civil_time t;
    g_autoptr(error) wrong = NULL;
    if (!instant_parse(instant, &at, &wrong) || !zone_local(z, at, &t))
        return g_strdup("");
    return g_strdup_printf("%02d:%02d:%02d", t.hour, t.minute, t.second);
}
