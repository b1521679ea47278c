/* help.h - help, completion and version, made from the table of operations. */
#ifndef ROWFERRY_SERVICE_HELP_H
#define ROWFERRY_SERVICE_HELP_H

#include "service/operation.h"

/* Caller frees all of them. */
char *help_program(void);
char *help_noun(const operation_noun *n);
char *help_operation(const operation_noun *n, const operation *o);
/* "rowferry task save FILE [--confirm]" */
char *help_usage(const operation_noun *n, const operation *o);
/* "--attempt-limit" of "attempt_limit" */
char *help_option(const char *field);

/* The completion script for "bash" or "zsh"; NULL for another shell. */
char *completion_script(const char *shell);

/* Name and version of the program and of the libraries in it. */
char *version_text(void);

#endif
