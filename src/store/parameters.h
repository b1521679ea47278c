/* parameters.h - global parameters in the store. */
#ifndef ROWFERRY_STORE_PARAMETERS_H
#define ROWFERRY_STORE_PARAMETERS_H

#include "store/store.h"

typedef struct {
    char *name;
    char *expression;    /* as written; parameter.h evaluates it */
    char *type;          /* "text", "number", "date" …: words of the caller; "" none */
    char *description;   /* "" none */
    char *default_value; /* or NULL */
    int64_t updated_at;
    uint32_t updated_by;
} global_parameter;

void global_parameter_free(global_parameter *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(global_parameter, global_parameter_free)

/* Create or replace. @p is lent; updated_* are filled by the store; NULL type
 * and description mean "". */
bool store_parameter_set(store *s, const global_parameter *p, error **err);
/* ERROR_NOT_FOUND when there is none. */
bool store_parameter_unset(store *s, const char *name, error **err);
global_parameter *store_parameter_get(store *s, const char *name, error **err);
/* All, by name; of global_parameter*, with free function. */
GPtrArray *store_parameter_list(store *s, error **err);

#endif
