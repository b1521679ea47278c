/* guard_fixture.h - a target and its parameters, for tests of the guard. */
#ifndef ROWFERRY_TESTS_GUARD_FIXTURE_H
#define ROWFERRY_TESTS_GUARD_FIXTURE_H

#include "sql/guard.h"

#include <string.h>

static const char *const fixture_columns[] = {"id", "d", "day", "n", "date", "flag", "b", "at"};
static const data_type fixture_types[] = {
    {.kind = TYPE_INT, .bits = 32},
    {.kind = TYPE_TEXT, .length = 5},
    {.kind = TYPE_DATE, .fraction = -1},
    {.kind = TYPE_DECIMAL, .precision = 10, .scale = 2},
    {.kind = TYPE_DATE, .fraction = -1},
    {.kind = TYPE_BOOL},
    {.kind = TYPE_BYTES},
    {.kind = TYPE_TIMESTAMP, .fraction = -1},
};

static char *fixture_expand(void *user, const char *text, error **err)
{
    static const struct {
        const char *text, *value;
    } known[] = {
        {"{{{today-30days}}}", "2026-01-01"},
        {"{{{today}}}", "2026-01-31"},
        {"${bizdate}", "20260131"},
        {"${evil}", "' OR 1=1 --"},
        {"${n}", "7"},
        {"$[yyyy-mm-dd]", "2026-02-01"},
        {"${empty}", ""},
    };
    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i].text, text) == 0)
            return g_strdup(known[i].value);
    error_set(err, ERROR_DOCUMENT, "unknown parameter \"%s\"", text);
    return NULL;
}

static inline guard_target fixture_target(const char *schema, const char *name)
{
    return (guard_target){
        .catalog = "db",
        .schema = schema,
        .name = name,
        .schema_is_default = true,
        .columns = fixture_columns,
        .types = fixture_types,
        .n_columns = G_N_ELEMENTS(fixture_columns),
    };
}

#endif
