#include "param/parameter.h"
#include "base/intl.h"
#include "base/text.h"
#include "param/expression.h"
#include "param/macro.h"

#include <string.h>

/* Parameters that refer to parameters; deeper is a mistake. */
#define DEPTH_MAX 16
/* No value of use is longer; expressions that double each other would be. */
#define RESULT_MAX (1024 * 1024)
#define STEPS_MAX 100000

/* The parameters whose expressions are being expanded, innermost first. */
typedef struct chain {
    const char *name;
    int depth;
    const struct chain *outer;
} chain;

/* What is being expanded: a text, or with a @chain a parameter's expression. */
typedef struct {
    const parameter_scope *scope;
    const chain *chain;
    size_t limit;       /* of the result, in bytes */
    int steps;          /* parameters replaced so far */
    bool failed_inside; /* the error is about a parameter's expression */
} job;

typedef enum {
    BUILTIN_BUSINESS, /* the value is expression_business() of the detail */
    BUILTIN_SCHEDULED,
    BUILTIN_NOW,
    BUILTIN_BUSINESS_MONTH,
    BUILTIN_TEXT, /* a member of the scope */
} builtin_kind;

static const struct builtin {
    const char *name;
    builtin_kind kind;
    const char *format;
    size_t offset; /* BUILTIN_TEXT */
} builtins[] = {
    {"bizdate", BUILTIN_BUSINESS, "yyyymmdd", 0},
    {"bizmonth", BUILTIN_BUSINESS_MONTH, NULL, 0},
    {"cyctime", BUILTIN_SCHEDULED, "yyyymmddhh24miss", 0},
    {"gmtdate", BUILTIN_NOW, "yyyymmdd", 0},
    {"jobid", BUILTIN_TEXT, NULL, G_STRUCT_OFFSET(parameter_scope, workflow_id)},
    {"nodeid", BUILTIN_TEXT, NULL, G_STRUCT_OFFSET(parameter_scope, node_id)},
    {"start_time", BUILTIN_TEXT, NULL, G_STRUCT_OFFSET(parameter_scope, start_time)},
    {"task_id", BUILTIN_TEXT, NULL, G_STRUCT_OFFSET(parameter_scope, task_id)},
    {"task_job_name", BUILTIN_TEXT, NULL, G_STRUCT_OFFSET(parameter_scope, job_name)},
    {"taskid", BUILTIN_TEXT, NULL, G_STRUCT_OFFSET(parameter_scope, instance_id)},
};

static const char *const meanings[] = {
    "bizdate", N_("business date, yyyymmdd"),
    "bizmonth", N_("month of the business date; while that month lasts, the month before"),
    "cyctime", N_("scheduled time, yyyymmddhh24miss"),
    "gmtdate", N_("current date, yyyymmdd"),
    "jobid", N_("id of the workflow"),
    "nodeid", N_("id of the node"),
    "start_time", N_("start of the run's first attempt, yyyy-mm-dd hh:mm:ss"),
    "task_id", N_("id of the task"),
    "task_job_name", N_("name of the task"),
    "taskid", N_("id of the run"),
    NULL,
};

G_STATIC_ASSERT(G_N_ELEMENTS(meanings) == 2 * G_N_ELEMENTS(builtins) + 1);

/* Parts of the business date that expressions may also name as $yyyy. */
static const char *const date_parts[] = {"yyyymmdd", "yyyy", "mm", "dd", NULL};

static const struct builtin *builtin_named(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(builtins); i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

const char *const *parameter_builtins(void)
{
    return meanings;
}

/* Put the position of the byte @at of @text into *local and hand it on. */
static bool fail_at(const char *text, size_t at, error **local, error **err)
{
    char *whole = g_strdup_printf(_("%s at position %ld"), (*local)->message,
                                  g_utf8_strlen(text, (gssize)at) + 1);
    g_free((*local)->message);
    (*local)->message = whole;
    return error_propagate(err, local);
}

static bool builtin_value(const parameter_scope *scope, const struct builtin *b, GString *out,
                          error **err)
{
    size_t where;
    switch (b->kind) {
    case BUILTIN_BUSINESS:
        return expression_business(b->format, &scope->business_date, out, &where, err);
    case BUILTIN_SCHEDULED:
        return expression_scheduled(b->format, &scope->scheduled, out, &where, err);
    case BUILTIN_NOW:
        return expression_scheduled(b->format, &scope->now, out, &where, err);
    case BUILTIN_BUSINESS_MONTH: {
        bool current = scope->business_date.year == scope->now.year &&
                       scope->business_date.month == scope->now.month;
        return expression_business(current ? "yyyymm-1" : "yyyymm", &scope->business_date, out,
                                   &where, err);
    }
    case BUILTIN_TEXT: {
        const char *text = G_STRUCT_MEMBER(const char *, scope, b->offset);
        if (text == NULL)
            return error_set(err, ERROR_DOCUMENT, _("parameter \"%s\" has no value here"),
                             b->name);
        g_string_append(out, text);
        return true;
    }
    }
    g_assert_not_reached();
}

static const char *expression_named(const parameter_scope *scope, const char *name)
{
    GHashTable *const tables[] = {scope->overrides, scope->task, scope->global};
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        const char *text = tables[i] == NULL ? NULL : g_hash_table_lookup(tables[i], name);
        if (text != NULL)
            return text;
    }
    return NULL;
}

static bool expand_text(job *j, const char *text, GPtrArray *pieces, GString *out, error **err);

/* Expand the @expression of parameter @name. */
static bool expand_parameter(job *j, const char *name, const char *expression, GString *out,
                             error **err)
{
    for (const chain *c = j->chain; c != NULL; c = c->outer)
        if (strcmp(c->name, name) == 0)
            return error_set(err, ERROR_DOCUMENT, _("parameter \"%s\" refers to itself"), name);
    chain inner = {name, j->chain == NULL ? 1 : j->chain->depth + 1, j->chain};
    if (inner.depth > DEPTH_MAX)
        return error_set(err, ERROR_DOCUMENT,
                         _("parameters refer to each other more than %d deep"), DEPTH_MAX);
    const chain *outer = j->chain;
    j->chain = &inner;
    bool done = expand_text(j, expression, NULL, out, err);
    j->chain = outer;
    j->failed_inside = !done;
    return done;
}

static bool is_name(const char *text)
{
    if (!g_ascii_isalpha(*text) && *text != '_')
        return false;
    for (; *text != '\0'; text++)
        if (!g_ascii_isalnum(*text) && *text != '_')
            return false;
    return true;
}

static bool unknown_name(const parameter_scope *scope, const char *name, error **err)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(builtins); i++)
        g_ptr_array_add(known, (char *)builtins[i].name);
    GHashTable *const tables[] = {scope->overrides, scope->task, scope->global};
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        if (tables[i] == NULL)
            continue;
        GHashTableIter iterator;
        gpointer key;
        g_hash_table_iter_init(&iterator, tables[i]);
        while (g_hash_table_iter_next(&iterator, &key, NULL))
            g_ptr_array_add(known, key);
    }
    g_ptr_array_add(known, (char *)"yyyymmdd");
    g_ptr_array_add(known, NULL);
    error_set(err, ERROR_DOCUMENT, _("unknown parameter \"%s\""), name);
    const char *nearest = text_nearest(name, (const char *const *)known->pdata);
    if (nearest != NULL)
        return error_hint(err, _("Did you mean \"%s\"?"), nearest);
    return error_hint(err, _("Define it in the task, with `rowferry parameter set` or with "
                             "--param."));
}

/* The value of a plain name: parameters first, so that a task can override
 * what a built-in means. */
static bool append_named(job *j, const char *name, GString *out, bool *found, error **err)
{
    const char *expression = expression_named(j->scope, name);
    const struct builtin *b = expression == NULL ? builtin_named(name) : NULL;
    *found = expression != NULL || b != NULL;
    if (expression != NULL)
        return expand_parameter(j, name, expression, out, err);
    return b != NULL && builtin_value(j->scope, b, out, err);
}

typedef bool evaluator(job *j, const char *content, GString *out, size_t *where, error **err);

static bool evaluate_braces(job *j, const char *content, GString *out, size_t *where, error **err)
{
    *where = 0;
    bool found = false;
    bool done = is_name(content) && append_named(j, content, out, &found, err);
    if (found)
        return done;
    if (is_name(content) && !expression_is_format(content))
        return unknown_name(j->scope, content, err);
    return expression_business(content, &j->scope->business_date, out, where, err);
}

static bool evaluate_brackets(job *j, const char *content, GString *out, size_t *where,
                              error **err)
{
    return expression_scheduled(content, &j->scope->scheduled, out, where, err);
}

static bool evaluate_macro(job *j, const char *content, GString *out, size_t *where, error **err)
{
    return macro_evaluate(content, &j->scope->scheduled, out, where, err);
}

static const struct notation {
    const char *open, *close;
    evaluator *evaluate;
} notations[] = {
    {"${", "}", evaluate_braces},
    {"$[", "]", evaluate_brackets},
    {"{{{", "}}}", evaluate_macro},
};

/* The notation that opens at @p, or NULL. Of more than three braces the last
 * three open. */
static const struct notation *notation_at(const char *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(notations); i++)
        if (g_str_has_prefix(p, notations[i].open))
            return g_str_has_prefix(p, "{{{{") ? NULL : &notations[i];
    return NULL;
}

static bool evaluate_at(job *j, const struct notation *n, const char *text, const char *p,
                        const char **after, GString *out, error **err)
{
    const char *content = p + strlen(n->open);
    const char *close = strstr(content, n->close);
    size_t inside = close == NULL ? strlen(content) : (size_t)(close - content);
    g_autoptr(error) local = NULL;
    for (size_t i = 0; i < inside; i++) {
        if (notation_at(content + i) != NULL || content[i] == '\n') {
            close = NULL;
            break;
        }
    }
    if (close == NULL) {
        error_set(&local, ERROR_DOCUMENT, _("\"%s\" without \"%s\""), n->open, n->close);
        if (n->open[0] == '$')
            error_hint(&local, _("A \"%s\" that is meant as text is written \"$%s\"."), n->open,
                       n->open);
        return fail_at(text, (size_t)(p - text), &local, err);
    }
    g_autofree char *copy = g_strndup(content, inside);
    size_t where = 0;
    if (!n->evaluate(j, copy, out, &where, &local)) {
        if (!j->failed_inside)
            return fail_at(text, (size_t)(content - text) + where, &local, err);
        j->failed_inside = false;
        return error_prefix(err, &local, _("parameter \"%s\" at position %ld"), copy,
                            g_utf8_strlen(text, p - text) + 1);
    }
    *after = close + strlen(n->close);
    return true;
}

/* "$bizdate" in a parameter's expression: a built-in by its bare name. When
 * what stands at @p is not one, *after stays NULL and there is no error. */
static void append_bare(job *j, const char *text, const char *p, const char **after, GString *out,
                        error **err)
{
    const char *end = p + 1;
    while (g_ascii_isalnum(*end) || *end == '_')
        end++;
    g_autofree char *name = g_strndup(p + 1, (size_t)(end - p - 1));
    g_autoptr(error) local = NULL;
    size_t where;
    const struct builtin *b = builtin_named(name);
    bool done = false;
    if (b != NULL)
        done = builtin_value(j->scope, b, out, &local);
    else if (g_strv_contains(date_parts, name))
        done = expression_business(name, &j->scope->business_date, out, &where, &local);
    else if (p == text && *end == '\0' && is_name(name))
        unknown_name(j->scope, name, &local);
    if (local != NULL)
        fail_at(text, (size_t)(p - text), &local, err);
    else if (done)
        *after = end;
}

static void piece_free(gpointer data)
{
    parameter_piece *piece = data;
    g_free(piece->text);
    g_free(piece);
}

static void add_piece(GPtrArray *pieces, bool is_value, const char *made, size_t offset,
                      size_t length)
{
    if (pieces == NULL || length == 0)
        return;
    parameter_piece *piece = g_new0(parameter_piece, 1);
    *piece = (parameter_piece){is_value, g_strdup(made), offset, length};
    g_ptr_array_add(pieces, piece);
}

/* Expand @text to the end of @out and, with @pieces, note what became what. */
static bool expand_text(job *j, const char *text, GPtrArray *pieces, GString *out, error **err)
{
    const char *p = text, *literal = text;
    size_t made = out->len; /* where the piece that is being made begins in @out */
    while (*p != '\0') {
        if (g_str_has_prefix(p, "$${") || g_str_has_prefix(p, "$$[")) {
            g_string_append_len(out, p + 1, 2);
            p += 3;
            continue;
        }
        const struct notation *n = notation_at(p);
        const char *after = NULL;
        size_t before = out->len;
        g_autoptr(error) local = NULL;
        if (n != NULL)
            evaluate_at(j, n, text, p, &after, out, &local);
        else if (*p == '$' && j->chain != NULL)
            append_bare(j, text, p, &after, out, &local);
        if (local != NULL)
            return error_propagate(err, &local);
        if (after == NULL) {
            g_string_append_c(out, *p++);
            continue;
        }
        if (out->len > j->limit || ++j->steps > STEPS_MAX) {
            error_set(&local, ERROR_DOCUMENT, _("values of parameters are too long"));
            return fail_at(text, (size_t)(p - text), &local, err);
        }
        if (pieces != NULL) {
            g_autofree char *between = g_strndup(out->str + made, before - made);
            add_piece(pieces, false, between, (size_t)(literal - text), (size_t)(p - literal));
            add_piece(pieces, true, out->str + before, (size_t)(p - text), (size_t)(after - p));
        }
        made = out->len;
        literal = p = after;
    }
    add_piece(pieces, false, out->str + made, (size_t)(literal - text), (size_t)(p - literal));
    return true;
}

static bool expand(const parameter_scope *scope, const char *text, GPtrArray *pieces,
                   GString *out, error **err)
{
    job j = {.scope = scope, .limit = strlen(text) + RESULT_MAX};
    return expand_text(&j, text, pieces, out, err);
}

char *parameter_expand(const parameter_scope *scope, const char *text, error **err)
{
    GString *out = g_string_new(NULL);
    bool done = expand(scope, text, NULL, out, err);
    return g_string_free(out, !done);
}

GPtrArray *parameter_split(const parameter_scope *scope, const char *text, error **err)
{
    g_autoptr(GPtrArray) pieces = g_ptr_array_new_with_free_func(piece_free);
    g_autoptr(GString) out = g_string_new(NULL);
    return expand(scope, text, pieces, out, err) ? g_steal_pointer(&pieces) : NULL;
}

char *parameter_value(const parameter_scope *scope, const char *name, error **err)
{
    g_autoptr(GString) out = g_string_new(NULL);
    job j = {.scope = scope, .limit = RESULT_MAX};
    g_autoptr(error) local = NULL;
    size_t where;
    if (!evaluate_braces(&j, name, out, &where, &local)) {
        if (j.failed_inside)
            error_prefix(err, &local, _("parameter \"%s\""), name);
        else
            error_propagate(err, &local);
        return NULL;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

bool parameter_check(const parameter_scope *scope, const char *text, error **err)
{
    static const civil_time some_day = {2000, 6, 15, 0, 0, 0};
    parameter_scope checked = *scope;
    checked.business_date = checked.scheduled = checked.now = some_day;
    for (size_t i = 0; i < G_N_ELEMENTS(builtins); i++) {
        if (builtins[i].kind != BUILTIN_TEXT)
            continue;
        const char **slot = &G_STRUCT_MEMBER(const char *, &checked, builtins[i].offset);
        *slot = "";
    }
    g_autofree char *out = parameter_expand(&checked, text, err);
    return out != NULL;
}
