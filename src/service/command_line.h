/* command_line.h - the command line over the table of operations. */
#ifndef ROWFERRY_SERVICE_COMMAND_LINE_H
#define ROWFERRY_SERVICE_COMMAND_LINE_H

#include "service/operation.h"

#include <signal.h>

/* Carry out the command line; the exit status (design.md section 8).
 * @interrupts counts the signals that asked to stop. */
int command_line_main(int argc, char **argv, const volatile sig_atomic_t *interrupts);

/* The words after noun and verb as the input of @o: new reference, or NULL
 * with ERROR_USAGE. Documents are read from their files. @json, @quiet and
 * @help (all may be NULL) are set when such an option is among them. */
json_t *command_line_input(const operation *o, char **words, bool *json, bool *quiet, bool *help,
                           error **err);

#endif
