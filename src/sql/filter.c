#include "sql/filter_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 32

const struct filter_operator_info filter_operators[N_OPERATORS] = {
    [OP_EQUAL] = {"=", "=", WANTS_ONE, false},
    [OP_NOT_EQUAL] = {"!=", "<>", WANTS_ONE, false},
    [OP_LESS] = {"<", "<", WANTS_ONE, true},
    [OP_LESS_EQUAL] = {"<=", "<=", WANTS_ONE, true},
    [OP_GREATER] = {">", ">", WANTS_ONE, true},
    [OP_GREATER_EQUAL] = {">=", ">=", WANTS_ONE, true},
    [OP_IN] = {"in", "IN", WANTS_LIST, false},
    [OP_NOT_IN] = {"not in", "NOT IN", WANTS_LIST, false},
    [OP_BETWEEN] = {"between", "BETWEEN", WANTS_PAIR, true},
    [OP_IS_NULL] = {"is null", "IS NULL", WANTS_NOTHING, false},
    [OP_IS_NOT_NULL] = {"is not null", "IS NOT NULL", WANTS_NOTHING, false},
    [OP_CONTAINS] = {"contains", NULL, WANTS_TEXT, false},
    [OP_STARTS_WITH] = {"starts with", NULL, WANTS_TEXT, false},
    [OP_ENDS_WITH] = {"ends with", NULL, WANTS_TEXT, false},
    [OP_LIKE] = {"like", NULL, WANTS_TEXT, false},
};

/* --- life ----------------------------------------------------------------- */

static void free_child(void *child)
{
    filter_free(child);
}

static void free_operand(void *operand)
{
    json_decref(operand);
}

static filter *filter_new(filter_kind kind, const char *path)
{
    filter *f = g_new0(filter, 1);
    f->kind = kind;
    f->path = g_strdup(path);
    f->children = g_ptr_array_new_with_free_func(free_child);
    f->operands = g_ptr_array_new_with_free_func(free_operand);
    return f;
}

void filter_free(filter *f)
{
    if (f == NULL)
        return;
    g_ptr_array_unref(f->children);
    g_ptr_array_unref(f->operands);
    g_free(f->path);
    g_free(f->field);
    g_free(f);
}

/* --- parsing -------------------------------------------------------------- */

static filter *refuse(error **err, const char *path, const char *key, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* "filter.all[1].op: …"; @key may be NULL. */
static filter *refuse(error **err, const char *path, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    error_set(err, ERROR_DOCUMENT, "%s%s%s: %s", path, key != NULL ? "." : "",
              key != NULL ? key : "", what);
    return NULL;
}

static bool is_one_of(const char *key, const char *const *known)
{
    return g_strv_contains(known, key);
}

static bool check_keys(const json_t *json, const char *path, const char *const *known, error **err)
{
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)json, key, member)
    {
        if (is_one_of(key, known))
            continue;
        g_autofree char *shown = text_safe(key, -1);
        refuse(err, path, NULL, _("unknown key \"%s\""), shown);
        const char *nearest = text_nearest(key, known);
        return nearest != NULL && error_hint(err, _("did you mean \"%s\"?"), nearest);
    }
    return true;
}

static bool add_operand(filter *f, json_t *json, const char *key, error **err)
{
    if (json_is_null(json)) {
        refuse(err, f->path, key, _("a comparison with null is never true"));
        return error_hint(err, _("use the operators \"is null\" and \"is not null\""));
    }
    if (!json_is_string(json) && !json_is_number(json) && !json_is_boolean(json))
        return refuse(err, f->path, key, _("must be text, a number or true or false")) != NULL;
    if (json_is_string(json) && strlen(json_string_value(json)) != json_string_length(json))
        return refuse(err, f->path, key, _("a text cannot hold a NUL character")) != NULL;
    g_ptr_array_add(f->operands, json_incref(json));
    return true;
}

static bool parse_list(filter *f, json_t *json, error **err)
{
    size_t i;
    json_t *member;
    json_array_foreach(json, i, member)
    {
        g_autofree char *key = g_strdup_printf("value[%zu]", i);
        if (!add_operand(f, member, key, err))
            return false;
    }
    return true;
}

static bool parse_value(filter *f, json_t *json, error **err)
{
    const struct filter_operator_info *op = &filter_operators[f->op];
    if (op->wants == WANTS_NOTHING)
        return json == NULL ||
               refuse(err, f->path, "value", _("\"%s\" takes no value"), op->name) != NULL;
    if (json == NULL)
        return refuse(err, f->path, NULL, _("the key \"value\" is missing")) != NULL;
    switch (op->wants) {
    case WANTS_NOTHING:
        break;
    case WANTS_LIST:
        if (!json_is_array(json) || json_array_size(json) == 0)
            return refuse(err, f->path, "value", _("\"%s\" needs a list with at least one value"),
                          op->name) != NULL;
        return parse_list(f, json, err);
    case WANTS_PAIR:
        if (!json_is_array(json) || json_array_size(json) != 2)
            return refuse(err, f->path, "value", _("\"%s\" needs a list of two values"),
                          op->name) != NULL;
        return parse_list(f, json, err);
    case WANTS_TEXT:
        if (!json_is_string(json))
            return refuse(err, f->path, "value", _("\"%s\" needs a text"), op->name) != NULL;
        return add_operand(f, json, "value", err);
    case WANTS_ONE:
        return add_operand(f, json, "value", err);
    }
    g_assert_not_reached();
}

static bool parse_operator(filter *f, const json_t *json, error **err)
{
    const char *known[N_OPERATORS + 1] = {NULL};
    const char *name = json_string_value(json);
    if (name == NULL)
        return refuse(err, f->path, "op", _("an operator is missing")) != NULL;
    for (unsigned i = 0; i < N_OPERATORS; i++) {
        known[i] = filter_operators[i].name;
        if (strcmp(name, known[i]) == 0) {
            f->op = (filter_operator)i;
            return true;
        }
    }
    g_autofree char *shown = text_safe(name, -1);
    refuse(err, f->path, "op", _("unknown operator \"%s\""), shown);
    const char *nearest = text_nearest(name, known);
    if (nearest != NULL)
        return error_hint(err, _("did you mean \"%s\"?"), nearest);
    g_autofree char *all = g_strjoinv(", ", (char **)known);
    return error_hint(err, _("operators: %s"), all);
}

static filter *parse_test(const json_t *json, const char *path, error **err)
{
    static const char *const keys[] = {"field", "op", "value", NULL};
    if (!check_keys(json, path, keys, err))
        return NULL;
    g_autoptr(filter) f = filter_new(FILTER_TEST, path);
    const char *field = json_string_value(json_object_get(json, "field"));
    if (field == NULL || *field == '\0')
        return refuse(err, path, "field", _("the name of a column is missing"));
    f->field = g_strdup(field);
    if (!parse_operator(f, json_object_get(json, "op"), err) ||
        !parse_value(f, json_object_get(json, "value"), err))
        return NULL;
    return g_steal_pointer(&f);
}

static filter *parse_node(const json_t *json, const char *path, int depth, error **err);

static bool parse_members(filter *f, json_t *list, const char *key, int depth, error **err)
{
    if (!json_is_array(list) || json_array_size(list) == 0)
        return refuse(err, f->path, key, _("must be a list with at least one condition")) != NULL;
    size_t i;
    json_t *member;
    json_array_foreach(list, i, member)
    {
        g_autofree char *path = g_strdup_printf("%s.%s[%zu]", f->path, key, i);
        filter *child = parse_node(member, path, depth + 1, err);
        if (child == NULL)
            return false;
        g_ptr_array_add(f->children, child);
    }
    return true;
}

static filter *parse_group(const json_t *json, filter_kind kind, const char *key, const char *path,
                           int depth, error **err)
{
    const char *const keys[] = {key, NULL};
    if (!check_keys(json, path, keys, err))
        return NULL;
    g_autoptr(filter) f = filter_new(kind, path);
    json_t *inner = json_object_get(json, key);
    if (kind != FILTER_NOT)
        return parse_members(f, inner, key, depth, err) ? g_steal_pointer(&f) : NULL;
    g_autofree char *inner_path = g_strconcat(path, ".", key, NULL);
    filter *child = parse_node(inner, inner_path, depth + 1, err);
    if (child == NULL)
        return NULL;
    g_ptr_array_add(f->children, child);
    return g_steal_pointer(&f);
}

static filter *parse_node(const json_t *json, const char *path, int depth, error **err)
{
    static const char *const groups[] = {"all", "any", "not"};
    if (!json_is_object(json))
        return refuse(err, path, NULL, _("must be an object"));
    if (depth > DEEPEST)
        return refuse(err, path, NULL, _("conditions are nested more than %d deep"), DEEPEST);
    for (unsigned i = 0; i < G_N_ELEMENTS(groups); i++)
        if (json_object_get(json, groups[i]) != NULL)
            return parse_group(json, (filter_kind)i, groups[i], path, depth, err);
    if (json_object_get(json, "field") != NULL || json_object_get(json, "op") != NULL)
        return parse_test(json, path, err);
    static const char *const keys[] = {"all", "any", "not", "field", "op", "value", NULL};
    if (!check_keys(json, path, keys, err))
        return NULL;
    return refuse(err, path, NULL, _("must hold \"all\", \"any\", \"not\" or \"field\""));
}

filter *filter_parse(const json_t *json, error **err)
{
    return parse_node(json, "filter", 0, err);
}

/* --- fields, parameters --------------------------------------------------- */

static void collect_fields(const filter *f, GPtrArray *fields)
{
    if (f->kind == FILTER_TEST) {
        if (!g_ptr_array_find_with_equal_func(fields, f->field, g_str_equal, NULL))
            g_ptr_array_add(fields, g_strdup(f->field));
    }
    for (guint i = 0; i < f->children->len; i++)
        collect_fields(f->children->pdata[i], fields);
}

char **filter_fields(const filter *f)
{
    GPtrArray *fields = g_ptr_array_new();
    collect_fields(f, fields);
    g_ptr_array_add(fields, NULL);
    return (char **)g_ptr_array_free(fields, FALSE);
}

bool filter_check_fields(const filter *f, const char *const *names, error **err)
{
    g_auto(GStrv) fields = filter_fields(f);
    for (char **field = fields; *field != NULL; field++) {
        if (g_strv_contains(names, *field))
            continue;
        g_autofree char *shown = text_safe(*field, -1);
        error_set(err, ERROR_PLAN, _("the filter's column \"%s\" is not in the source"), shown);
        const char *nearest = text_nearest(*field, names);
        return nearest != NULL && error_hint(err, _("did you mean \"%s\"?"), nearest);
    }
    return true;
}

bool filter_expand(filter *f, filter_expander expand, void *user, error **err)
{
    for (guint i = 0; i < f->operands->len; i++) {
        json_t *operand = f->operands->pdata[i];
        if (!json_is_string(operand))
            continue;
        g_autoptr(error) local = NULL;
        g_autofree char *text = expand(user, json_string_value(operand), &local);
        if (text == NULL)
            return error_prefix(err, &local, "%s.value", f->path);
        json_t *expanded = json_string(text);
        if (expanded == NULL)
            return refuse(err, f->path, "value", _("not valid UTF-8 text")) != NULL;
        json_decref(operand);
        f->operands->pdata[i] = expanded;
    }
    for (guint i = 0; i < f->children->len; i++)
        if (!filter_expand(f->children->pdata[i], expand, user, err))
            return false;
    return true;
}

/* --- in words ------------------------------------------------------------- */

static void append_operand(GString *out, const json_t *operand)
{
    if (json_is_string(operand)) {
        g_auto(GStrv) parts = g_strsplit(json_string_value(operand), "'", -1);
        g_autofree char *doubled = g_strjoinv("''", parts);
        g_string_append_c(out, '\'');
        text_append_safe(out, doubled, -1);
        g_string_append_c(out, '\'');
    } else {
        char *dumped = json_dumps(operand, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        g_string_append(out, dumped);
        free(dumped);
    }
}

static void append_test(GString *out, const filter *f)
{
    const struct filter_operator_info *op = &filter_operators[f->op];
    text_append_safe(out, f->field, -1);
    g_string_append_printf(out, " %s", op->name);
    g_string_append(out, op->wants == WANTS_NOTHING ? "" : op->wants == WANTS_LIST ? " (" : " ");
    for (guint i = 0; i < f->operands->len; i++) {
        g_string_append(out, i == 0 ? "" : op->wants == WANTS_PAIR ? " and " : ", ");
        append_operand(out, f->operands->pdata[i]);
    }
    g_string_append(out, op->wants == WANTS_LIST ? ")" : "");
}

static void append_words(GString *out, const filter *f, bool outermost)
{
    if (f->kind == FILTER_TEST) {
        append_test(out, f);
        return;
    }
    g_string_append(out, f->kind == FILTER_NOT ? "not (" : outermost ? "" : "(");
    for (guint i = 0; i < f->children->len; i++) {
        g_string_append(out, i == 0 ? "" : f->kind == FILTER_ALL ? " and " : " or ");
        append_words(out, f->children->pdata[i], f->kind == FILTER_NOT);
    }
    g_string_append(out, f->kind == FILTER_NOT || !outermost ? ")" : "");
}

char *filter_to_text(const filter *f)
{
    GString *out = g_string_new(NULL);
    append_words(out, f, true);
    return g_string_free(out, FALSE);
}
