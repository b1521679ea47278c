/* row_text.h - texts of the rows that operations answer with. */
#ifndef ROWFERRY_UI_ROW_TEXT_H
#define ROWFERRY_UI_ROW_TEXT_H

#include <jansson.h>

/* The text @key of @row, "" when there is none: borrowed. */
const char *row_text(const json_t *row, const char *key);

#endif
