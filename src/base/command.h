/* command.h - the output of a short helper command. Any thread. */
#ifndef ROWFERRY_BASE_COMMAND_H
#define ROWFERRY_BASE_COMMAND_H

#include "base/error.h"

#include <stddef.h>

/* Run @argv (NULL-ended, found by PATH, no shell, stdin and stderr empty) and
 * put what it prints into @buffer. ERROR_CONNECT when it cannot be started,
 * fails, prints more than @capacity bytes or takes longer than @seconds; then
 * it and its children are killed. The output never reaches an error. */
bool command_output(const char *const *argv, int seconds, char *buffer, size_t capacity,
                    size_t *size, error **err);

#endif
