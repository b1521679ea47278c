/* reject_json.h - what the reject file holds, as JSON; for the files of row/
 * only. Values have their functions in reject_file.h.
 */
#ifndef ROWFERRY_ROW_REJECT_JSON_H
#define ROWFERRY_ROW_REJECT_JSON_H

#include "row/value.h"

#include <jansson.h>

/* A column's type and back; members that are zero are left out. */
json_t *data_type_to_json(const data_type *type);
bool data_type_from_json(const json_t *json, data_type *out);

#endif
