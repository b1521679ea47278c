/* json_place.h - where in a JSON text the value of a path stands.
 *
 * Pure functions for texts that people wrote: nothing is expected of them.
 */
#ifndef ROWFERRY_UI_JSON_PLACE_H
#define ROWFERRY_UI_JSON_PLACE_H

/* The line (from 1) of the member @path ("source.split.column",
 * "mapping.columns[2].target") in @text; of the innermost one above it that is
 * there when it is not; 0 when there is none. */
unsigned json_place_line(const char *text, const char *path);

/* The lines around @line with their numbers, the line itself marked by '>'.
 * Caller frees. */
char *json_place_excerpt(const char *text, unsigned line);

#endif
