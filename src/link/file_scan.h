/* file_scan.h - the short way through well-formed records of a CSV file.
 *
 * One pass over the text, a few bytes at a time where the processor can. What
 * is out of the ordinary (a record that goes on beyond the buffer, a quote in
 * the wrong place, more fields than expected) is left to file_delimited.c.
 */
#ifndef ROWFERRY_LINK_FILE_SCAN_H
#define ROWFERRY_LINK_FILE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t start, size; /* within the record; without the outer quotes */
    bool is_quoted;
    bool has_doubled; /* doubled quotes are still in it */
} scanned_field;

typedef struct {
    unsigned n_fields;
    size_t size;      /* with the line end */
    size_t text_size; /* without */
    bool has_quoted;
} scanned_record;

/* Scan the record at @text, which must end before @end, into at most
 * @max_fields @fields. False: take the long way. */
bool scan_record(const char *text, const char *end, char delimiter, char quote,
                 scanned_field *fields, unsigned max_fields, scanned_record *out);

/* Whether all bytes are below 0x80. */
bool text_is_ascii(const char *text, size_t size);

#endif
