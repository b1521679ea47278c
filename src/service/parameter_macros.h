/* parameter_macros.h - what may stand in a text, with its value on a day. The
 * handler of parameter.macros. */
#ifndef ROWFERRY_SERVICE_PARAMETER_MACROS_H
#define ROWFERRY_SERVICE_PARAMETER_MACROS_H

#include "service/operation.h"

bool parameter_macros(engine *e, const json_t *in, json_t **out, error **err);

#endif
