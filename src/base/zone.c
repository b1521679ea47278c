#include "base/civil.h"
#include "base/intl.h"
#include "base/text.h"

#include <string.h>

struct zone {
    char *name;
    GTimeZone *rules;
};

/* GLib knows a zone's last rule up to about the year 3000. The calendar, and
 * with it every such rule, repeats after 400 years. */
#define CYCLE_YEARS 400
#define CYCLE_SECONDS (INT64_C(146097) * 86400)
#define CYCLE_FROM_YEAR 2500
#define CYCLE_FROM_SECONDS INT64_C(16725225600)

/* Further than any zone was ever from UTC. */
#define REACH_SECONDS (36 * 3600)

#define NAME_MAX_BYTES 100

static const char *database_directory(void)
{
    const char *directory = g_getenv("TZDIR");
    return directory != NULL && g_path_is_absolute(directory) ? directory : "/usr/share/zoneinfo";
}

/* scheduling.md section 6. Tables with leap seconds ("right/…") are not civil
 * time. */
static bool name_is_plain(const char *name)
{
    if (name[0] == '\0' || name[0] == '/' || strlen(name) > NAME_MAX_BYTES ||
        g_str_has_prefix(name, "right/") || strstr(name, "..") != NULL)
        return false;
    for (const char *p = name; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && strchr("_+-/", *p) == NULL)
            return false;
    return true;
}

/* GLib also takes offsets and rules as names ("12", "EST5EDT,M3…") and guesses;
 * only what the database holds counts. */
static bool is_in_database(const char *name)
{
    if (!name_is_plain(name))
        return false;
    if (strcmp(name, "UTC") == 0)
        return true;
    g_autofree char *path = g_build_filename(database_directory(), name, NULL);
    g_autoptr(GMappedFile) file =
        g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_mapped_file_new(path, FALSE, NULL) : NULL;
    return file != NULL && g_mapped_file_get_length(file) > 44 &&
           memcmp(g_mapped_file_get_contents(file), "TZif", 4) == 0;
}

/* The part of a path below the zone database's directory, or NULL. */
static const char *below_database(const char *path)
{
    const char *found = strstr(path, "/zoneinfo/");
    return found == NULL ? NULL : found + strlen("/zoneinfo/");
}

char *zone_system_name(void)
{
    const char *variable = g_getenv("TZ");
    if (variable != NULL) {
        if (*variable == ':')
            variable++;
        if (*variable == '/' && below_database(variable) != NULL)
            variable = below_database(variable);
        if (is_in_database(variable))
            return g_strdup(variable);
    }
    g_autofree char *link = g_file_read_link("/etc/localtime", NULL);
    const char *name = link == NULL ? NULL : below_database(link);
    if (name != NULL && is_in_database(name))
        return g_strdup(name);
    g_autofree char *text = NULL;
    if (g_file_get_contents("/etc/timezone", &text, NULL, NULL) &&
        is_in_database(g_strstrip(text)))
        return g_steal_pointer(&text);
    return g_strdup("UTC");
}

zone *zone_open(const char *name, error **err)
{
    g_autofree char *system_name = NULL;
    if (name == NULL || *name == '\0')
        name = system_name = zone_system_name();
    GTimeZone *rules = NULL;
    if (strcmp(name, "UTC") == 0)
        rules = g_time_zone_new_utc();
    else if (is_in_database(name))
        rules = g_time_zone_new_identifier(name);
    if (rules == NULL) {
        g_autofree char *safe = text_safe(name, -1);
        g_autofree char *shown = text_clip(safe, 60);
        error_set(err, ERROR_DOCUMENT, _("time zone \"%s\" is not in the zone database"), shown);
        error_hint(err, _("Use a name such as Europe/Berlin, Asia/Shanghai or UTC."));
        return NULL;
    }
    zone *z = g_new0(zone, 1);
    z->name = g_strdup(name);
    z->rules = rules;
    return z;
}

void zone_free(zone *z)
{
    if (z == NULL)
        return;
    g_free(z->name);
    g_time_zone_unref(z->rules);
    g_free(z);
}

const char *zone_name(const zone *z)
{
    return z->name;
}

static int interval_at(const zone *z, int64_t seconds)
{
    return g_time_zone_find_interval(z->rules, G_TIME_TYPE_UNIVERSAL, seconds);
}

static int offset_of(const zone *z, int interval)
{
    return g_time_zone_get_offset(z->rules, interval);
}

static int64_t floor_seconds(int64_t microseconds)
{
    int64_t seconds = microseconds / G_USEC_PER_SEC;
    return microseconds % G_USEC_PER_SEC < 0 ? seconds - 1 : seconds;
}

int zone_offset(const zone *z, int64_t instant_us)
{
    int64_t seconds = floor_seconds(instant_us);
    if (seconds >= CYCLE_FROM_SECONDS)
        seconds -= ((seconds - CYCLE_FROM_SECONDS) / CYCLE_SECONDS + 1) * CYCLE_SECONDS;
    return offset_of(z, interval_at(z, seconds));
}

bool zone_local(const zone *z, int64_t instant_us, civil_time *out)
{
    return civil_of_seconds(floor_seconds(instant_us) + zone_offset(z, instant_us), out);
}

void zone_now(const zone *z, const struct clock *clock, civil_time *out)
{
    bool in_range = zone_local(z, clock_now(clock), out);
    g_assert(in_range);
}

/* First second of the interval after @interval, which begins within reach of
 * @near. */
static int64_t interval_end(const zone *z, int interval, int64_t near)
{
    int64_t low = near - REACH_SECONDS, high = near + REACH_SECONDS;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (interval_at(z, middle) > interval)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* rulings.md 25: every interval of the zone near the local time is asked
 * whether it holds it; GLib's own answer for local times depends on which
 * side is called standard time. */
static local_kind find_instants(const zone *z, int64_t local, int64_t *first, int64_t *last)
{
    int low = interval_at(z, local - REACH_SECONDS);
    int high = interval_at(z, local + REACH_SECONDS);
    int found = 0;
    for (int i = low; i <= high; i++) {
        int64_t candidate = local - offset_of(z, i);
        if (interval_at(z, candidate) != i)
            continue;
        *last = candidate;
        if (found++ == 0)
            *first = candidate;
    }
    if (found > 0)
        return found == 1 ? LOCAL_ONCE : LOCAL_TWICE;
    for (int i = low; i < high; i++) {
        int64_t change = interval_end(z, i, local);
        if (local >= change + offset_of(z, i) && local < change + offset_of(z, i + 1)) {
            *first = *last = change;
            return LOCAL_NEVER;
        }
    }
    g_assert_not_reached();
}

local_kind zone_instants(const zone *z, const civil_time *local, int64_t *first, int64_t *last)
{
    g_assert(civil_is_valid(local));
    int64_t cycles = 0;
    if (local->year >= CYCLE_FROM_YEAR)
        cycles = (local->year - CYCLE_FROM_YEAR) / CYCLE_YEARS + 1;
    local_kind kind = find_instants(z, civil_seconds(local) - cycles * CYCLE_SECONDS, first, last);
    *first = (*first + cycles * CYCLE_SECONDS) * G_USEC_PER_SEC;
    *last = (*last + cycles * CYCLE_SECONDS) * G_USEC_PER_SEC;
    return kind;
}

int64_t zone_instant(const zone *z, const civil_time *local)
{
    int64_t first, last;
    zone_instants(z, local, &first, &last);
    return first;
}
