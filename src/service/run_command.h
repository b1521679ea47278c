/* run_command.h - what `task run`, `run start` and their likes share. */
#ifndef ROWFERRY_SERVICE_RUN_COMMAND_H
#define ROWFERRY_SERVICE_RUN_COMMAND_H

#include "service/operation.h"
#include "service/runner.h"

/* The fields --date, --param, --verify and those of later versions, to be put
 * into a table of fields. */
#define RUN_FIELDS                                                                            \
    { "date",                                                                                 \
      INPUT_TEXT,                                                                             \
      0,                                                                                      \
      "DATE",                                                                                 \
      N_("business date YYYY-MM-DD or range A..B; default: yesterday"),                       \
      NULL },                                                                                 \
        { "param", INPUT_PAIRS, 0, "NAME=VALUE", N_("set a parameter for this run"), NULL },  \
        { "verify", INPUT_FLAG, 0, NULL, N_("compare checksums before publishing"), NULL },   \
        { "attempt_limit", INPUT_INTEGER, 0, "N", N_("try at most N times"), NULL },          \
        { "resume", INPUT_LATER, 0, NULL, N_("go on with the newest unfinished run"), NULL }, \
    {                                                                                         \
        "env", INPUT_LATER, 0, "NAME", N_("environment of the connections"), NULL             \
    }

/* Read them. The result borrows from @in. */
run_request run_request_from_input(const json_t *in);

/* The business dates that "date" of @in names, of char*, with free function;
 * one NULL entry when it names none. NULL with *err set. */
GPtrArray *run_dates(const json_t *in, error **err);

/* Run the task of @in now, once for each date in order, until one fails.
 * *out is the result, or {"runs": […]} of several. */
bool run_now(engine *e, const json_t *in, json_t **out, error **err);

/* A result of run_now() in words. Caller frees. */
char *tell_results(const json_t *out);

#endif
