/* zone_step.h - timestamps from the source's time zone to the target's.
 *
 * Used only when a task names both zones (source.time_zone, target.time_zone).
 * A timestamp without a zone is a local time of the source's zone, and
 * becomes one of the target's; an instant has its place in time already.
 */
#ifndef ROWFERRY_FERRY_ZONE_STEP_H
#define ROWFERRY_FERRY_ZONE_STEP_H

#include "base/civil.h"
#include "row/convert.h"

/* Bring @v, a VALUE_TIMESTAMP or VALUE_INSTANT, to what a column of @kind
 * (TYPE_TIMESTAMP or TYPE_INSTANT) takes. A local time that occurs twice is
 * the earlier one; one that a clock change skips is refused. Infinities stay. */
bool zone_step(const zone *source, const zone *target, type_kind kind, value *v,
               convert_error *why);

#endif
