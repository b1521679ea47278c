#include "ferry/zone_step.h"

#include "base/intl.h"

#define SECOND INT64_C(1000000)

static bool refuse(convert_error *why, const value *v, const char *reason, const char *zone_name)
{
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text = value_to_text(v, buffer, &size);
    why->class = REJECT_RANGE;
    g_snprintf(why->message, sizeof why->message, "%s %.*s %s %s", value_kind_name(v->kind),
               (int)size, text, reason, zone_name);
    return false;
}

static bool to_instant(const zone *source, value *v, convert_error *why)
{
    int64_t seconds = v->i / SECOND, rest = v->i % SECOND;
    if (rest < 0) {
        seconds--;
        rest += SECOND;
    }
    civil_time local;
    int64_t first, last;
    if (!civil_of_seconds(seconds, &local))
        return refuse(why, v, _("cannot be placed in time zone"), zone_name(source));
    if (zone_instants(source, &local, &first, &last) == LOCAL_NEVER)
        return refuse(why, v, _("is skipped by a clock change of"), zone_name(source));
    *v = value_of_kind(VALUE_INSTANT, first + rest);
    return true;
}

bool zone_step(const zone *source, const zone *target, type_kind kind, value *v,
               convert_error *why)
{
    bool is_infinite = v->i == VALUE_INFINITY || v->i == VALUE_MINUS_INFINITY;
    value_kind wanted = kind == TYPE_INSTANT ? VALUE_INSTANT : VALUE_TIMESTAMP;
    if (is_infinite) {
        v->kind = (uint8_t)wanted;
        return true;
    }
    if (v->kind == VALUE_TIMESTAMP && !to_instant(source, v, why))
        return false;
    if (wanted == VALUE_INSTANT)
        return true;
    civil_time local;
    if (!zone_local(target, v->i, &local))
        return refuse(why, v, _("has no local time in"), zone_name(target));
    *v = value_of_kind(VALUE_TIMESTAMP, v->i + zone_offset(target, v->i) * SECOND);
    return true;
}
