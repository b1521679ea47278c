#include "base/error.h"

#include <string.h>

static const struct {
    error_code code;
    const char *name;
    int exit_status;
} codes[] = {
    {ERROR_USAGE, "usage", 2},
    {ERROR_DOCUMENT, "document", 2},
    {ERROR_NOT_FOUND, "not_found", 2},
    {ERROR_PERMISSION, "permission", 3},
    {ERROR_BUSY, "busy", 4},
    {ERROR_CANCELLED, "cancelled", 5},
    {ERROR_TIMEOUT, "timeout", 6},
    {ERROR_STORE, "store", 7},
    {ERROR_HELD, "held", 8},
    {ERROR_UNRESOLVED, "unresolved", 9},
    {ERROR_REJECTS, "rejects", 10},
    {ERROR_VERIFY, "verify", 11},
    {ERROR_LOST, "lost", 1},
    {ERROR_CONNECT, "connect", 1},
    {ERROR_SQL, "sql", 1},
    {ERROR_DATA, "data", 1},
    {ERROR_LOCK, "lock", 1},
    {ERROR_RIGHTS, "rights", 1},
    {ERROR_DISK, "disk", 1},
    {ERROR_IO, "io", 1},
    {ERROR_PLAN, "plan", 2},
    {ERROR_EMPTY, "empty", 1},
    {ERROR_INTERNAL, "internal", 1},
};

void error_free(error *e)
{
    if (e == NULL)
        return;
    g_free(e->message);
    g_free(e->detail);
    g_free(e->hint);
    g_free(e);
}

bool error_set(error **err, error_code code, const char *format, ...)
{
    if (err == NULL)
        return false;
    g_assert(*err == NULL);
    *err = g_new0(error, 1);
    (*err)->code = code;
    va_list args;
    va_start(args, format);
    (*err)->message = g_strdup_vprintf(format, args);
    va_end(args);
    return false;
}

static G_GNUC_PRINTF(2, 0) void replace_text(char **slot, const char *format, va_list args)
{
    char *text = g_strdup_vprintf(format, args);
    g_free(*slot);
    *slot = text;
}

bool error_detail(error **err, const char *format, ...)
{
    if (err == NULL || *err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    replace_text(&(*err)->detail, format, args);
    va_end(args);
    return false;
}

bool error_hint(error **err, const char *format, ...)
{
    if (err == NULL || *err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    replace_text(&(*err)->hint, format, args);
    va_end(args);
    return false;
}

bool error_sqlstate(error **err, const char *sqlstate)
{
    if (err != NULL && *err != NULL && sqlstate != NULL)
        g_strlcpy((*err)->sqlstate, sqlstate, sizeof (*err)->sqlstate);
    return false;
}

bool error_propagate(error **err, error **local)
{
    g_assert(*local != NULL);
    if (err != NULL) {
        g_assert(*err == NULL);
        *err = *local;
    } else {
        error_free(*local);
    }
    *local = NULL;
    return false;
}

bool error_prefix(error **err, error **local, const char *format, ...)
{
    g_assert(*local != NULL);
    va_list args;
    va_start(args, format);
    g_autofree char *prefix = g_strdup_vprintf(format, args);
    va_end(args);
    char *whole = g_strdup_printf("%s: %s", prefix, (*local)->message);
    g_free((*local)->message);
    (*local)->message = whole;
    return error_propagate(err, local);
}

error *error_copy(const error *e)
{
    if (e == NULL)
        return NULL;
    error *copy = g_memdup2(e, sizeof *e);
    copy->message = g_strdup(e->message);
    copy->detail = g_strdup(e->detail);
    copy->hint = g_strdup(e->hint);
    return copy;
}

const char *error_code_name(error_code code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i].code == code)
            return codes[i].name;
    g_assert_not_reached();
}

error_code error_code_from_name(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (strcmp(codes[i].name, name) == 0)
            return codes[i].code;
    return 0;
}

int error_exit_status(error_code code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i].code == code)
            return codes[i].exit_status;
    g_assert_not_reached();
}
