#include "sql/dialect_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- life ----------------------------------------------------------------- */

static void free_read_rule(void *rule)
{
    type_read_rule_clear(rule);
    g_free(rule);
}

static void free_write_rule(void *rule)
{
    type_write_rule_clear(rule);
    g_free(rule);
}

static void free_error_rule(void *data)
{
    error_rule *rule = data;
    g_free(rule->code);
    g_free(rule);
}

dialect *dialect_new(const char *name)
{
    dialect *d = g_new0(dialect, 1);
    d->name = g_strdup(name);
    d->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    d->exact_types = g_hash_table_new(g_str_hash, g_str_equal);
    d->read_rules = g_ptr_array_new_with_free_func(free_read_rule);
    d->write_rules = g_ptr_array_new_with_free_func(free_write_rule);
    d->errors = g_ptr_array_new_with_free_func(free_error_rule);
    return d;
}

void dialect_free(dialect *d)
{
    if (d == NULL)
        return;
    g_free(d->name);
    g_free(d->title);
    g_free(d->link);
    g_free(d->verified);
    g_free(d->documentation);
    g_free(d->open);
    g_free(d->close);
    for (int i = 0; i < N_LITERALS; i++)
        g_free(d->literals[i]);
    for (int i = 0; i < N_EXPRESSIONS; i++)
        g_free(d->expressions[i]);
    sql_syntax_free(d->syntax);
    g_hash_table_unref(d->statements);
    g_hash_table_unref(d->exact_types);
    g_ptr_array_unref(d->read_rules);
    g_ptr_array_unref(d->write_rules);
    g_ptr_array_unref(d->errors);
    g_free(d);
}

/* --- where the files are -------------------------------------------------- */

/* The dialects beside the program when it runs from the folder that it was
 * built in, or from one or two below (tests). */
static char *uninstalled_folder(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    if (program == NULL)
        return NULL;
    g_autofree char *folder = g_path_get_dirname(program);
    for (int level = 0; level < 3; level++) {
        g_autofree char *mark = g_build_filename(folder, "config.status", NULL);
        if (g_file_test(mark, G_FILE_TEST_EXISTS)) {
            g_autofree char *beside = g_build_filename(folder, "data", "dialects", NULL);
            return g_file_test(beside, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&beside) : NULL;
        }
        char *up = g_path_get_dirname(folder);
        g_free(folder);
        folder = up;
    }
    return NULL;
}

char **dialect_path(void)
{
    g_autoptr(GStrvBuilder) folders = g_strv_builder_new();
    const char *given = g_getenv("ROWFERRY_DIALECTS");
    if (given != NULL && *given != '\0') {
        g_auto(GStrv) parts = g_strsplit(given, ":", -1);
        g_strv_builder_addv(folders, (const char **)parts);
    }
    g_autofree char *uninstalled = uninstalled_folder();
    if (uninstalled != NULL)
        g_strv_builder_add(folders, uninstalled);
    g_strv_builder_add(folders, PKGDATADIR "/dialects");
    return g_strv_builder_end(folders);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **dialect_list(void)
{
    g_auto(GStrv) folders = dialect_path();
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (char **folder = folders; *folder != NULL; folder++) {
        g_autoptr(GDir) dir = g_dir_open(*folder, 0, NULL);
        if (dir == NULL)
            continue;
        const char *file;
        while ((file = g_dir_read_name(dir)) != NULL)
            if (g_str_has_suffix(file, ".ini") && file[0] != '.')
                g_hash_table_add(names, g_strndup(file, strlen(file) - strlen(".ini")));
    }
    guint count;
    g_autofree char **keys = (char **)g_hash_table_get_keys_as_array(names, &count);
    qsort(keys, count, sizeof *keys, compare_names);
    return g_strdupv(keys);
}

/* A name comes from a document and becomes part of a path. */
static bool is_plain_name(const char *name)
{
    return *name != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(name);
}

dialect *dialect_load(const char *name, error **err)
{
    if (is_plain_name(name)) {
        g_auto(GStrv) folders = dialect_path();
        g_autofree char *file = g_strconcat(name, ".ini", NULL);
        for (char **folder = folders; *folder != NULL; folder++) {
            g_autofree char *path = g_build_filename(*folder, file, NULL);
            if (g_file_test(path, G_FILE_TEST_EXISTS))
                return dialect_load_file(path, err);
        }
    }
    g_auto(GStrv) known = dialect_list();
    const char *nearest = text_nearest(name, (const char *const *)known);
    g_autofree char *shown = text_safe(name, -1);
    error_set(err, ERROR_NOT_FOUND, _("no system is called \"%s\""), shown);
    if (nearest != NULL) {
        error_hint(err, _("did you mean \"%s\"?"), nearest);
    } else if (*known != NULL) {
        g_autofree char *all = g_strjoinv(", ", known);
        error_hint(err, _("known systems: %s"), all);
    } else {
        g_auto(GStrv) folders = dialect_path();
        g_autofree char *searched = g_strjoinv(", ", folders);
        error_hint(err, _("no dialect files were found in %s"), searched);
    }
    return NULL;
}

/* --- plain facts ---------------------------------------------------------- */

const char *dialect_name(const dialect *d)
{
    return d->name;
}

const char *dialect_title(const dialect *d)
{
    return d->title;
}

const char *dialect_link(const dialect *d)
{
    return d->link;
}

const char *dialect_verified(const dialect *d)
{
    return d->verified;
}

const char *dialect_documentation(const dialect *d)
{
    return d->documentation;
}

const sql_syntax *dialect_syntax(const dialect *d)
{
    return d->syntax;
}

bool dialect_has(const dialect *d, const char *feature)
{
    for (int i = 0; i < N_FEATURES; i++)
        if (strcmp(dialect_features[i], feature) == 0)
            return d->features[i];
    g_assert_not_reached();
}

int64_t dialect_limit(const dialect *d, const char *name)
{
    for (int i = 0; i < N_LIMITS; i++)
        if (strcmp(dialect_limits[i], name) == 0)
            return d->limits[i];
    g_assert_not_reached();
}

/* --- identifiers ---------------------------------------------------------- */

char *dialect_quoted(const dialect *d, const char *identifier)
{
    GString *out = g_string_new(d->open);
    size_t close = strlen(d->close);
    for (const char *c = identifier; *c != '\0';) {
        if (strncmp(c, d->close, close) == 0) {
            g_string_append(out, d->close);
            g_string_append(out, d->close);
            c += close;
        } else {
            g_string_append_c(out, *c++);
        }
    }
    g_string_append(out, d->close);
    return g_string_free(out, FALSE);
}

char *dialect_quote(const dialect *d, const char *identifier, error **err)
{
    if (*identifier == '\0') {
        error_set(err, ERROR_DOCUMENT, _("a name of a table or column is empty"));
        return NULL;
    }
    if (!g_utf8_validate(identifier, -1, NULL)) {
        g_autofree char *shown = text_safe(identifier, -1);
        error_set(err, ERROR_DOCUMENT, _("the name \"%s\" is not valid UTF-8"), shown);
        return NULL;
    }
    int64_t limit = dialect_limit(d, "identifier_bytes");
    if (limit > 0 && strlen(identifier) > (size_t)limit) {
        g_autofree char *shown = text_safe(identifier, -1);
        error_set(err, ERROR_DOCUMENT, _("the name \"%s\" is too long for %s: %zu bytes"), shown,
                  d->title, strlen(identifier));
        error_hint(err, _("names may have at most %" PRId64 " bytes there"), limit);
        return NULL;
    }
    return dialect_quoted(d, identifier);
}

char *dialect_quote_table(const dialect *d, const char *schema, const char *name, error **err)
{
    g_autofree char *quoted = dialect_quote(d, name, err);
    if (quoted == NULL || schema == NULL)
        return g_steal_pointer(&quoted);
    g_autofree char *before = dialect_quote(d, schema, err);
    return before == NULL ? NULL : g_strconcat(before, ".", quoted, NULL);
}

char *dialect_quoted_list(const dialect *d, const char *const *identifiers)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; identifiers[i] != NULL; i++) {
        g_autofree char *quoted = dialect_quoted(d, identifiers[i]);
        g_string_append(out, i == 0 ? "" : ", ");
        g_string_append(out, quoted);
    }
    return g_string_free(out, FALSE);
}

/* --- templates ------------------------------------------------------------ */

char *template_next_variable(const char **position)
{
    const char *open = strchr(*position, '{');
    if (open == NULL)
        return NULL;
    size_t length = strcspn(open + 1, "}");
    const char *close = open + 1 + length;
    *position = *close == '}' ? close + 1 : close;
    return g_strndup(open + 1, length);
}

static const char *find_variable(const template_variable *variables, const char *name)
{
    for (size_t i = 0; variables != NULL && variables[i].name != NULL; i++)
        if (strcmp(variables[i].name, name) == 0)
            return variables[i].text;
    return NULL;
}

static bool is_parameter(const char *name, unsigned *number)
{
    if (name[0] != 'p' || !g_ascii_isdigit(name[1]))
        return false;
    *number = (unsigned)strtoul(name + 1, NULL, 10);
    return true;
}

void template_expand(GString *out, const char *text, const template_variable *variables,
                     const dialect *d)
{
    const char *position = text;
    for (;;) {
        const char *from = position;
        g_autofree char *name = template_next_variable(&position);
        if (name == NULL) {
            g_string_append(out, from);
            return;
        }
        g_string_append_len(out, from, strchr(from, '{') - from);
        const char *found = find_variable(variables, name);
        unsigned number;
        if (found != NULL) {
            g_string_append(out, found);
        } else if (d != NULL && is_parameter(name, &number)) {
            g_autofree char *placeholder = dialect_placeholder(d, number);
            g_string_append(out, placeholder);
        } else {
            g_error("template \"%s\" was expanded without {%s}", text, name);
        }
    }
}

char *dialect_placeholder(const dialect *d, unsigned n)
{
    g_assert(d->literals[LITERAL_PLACEHOLDER] != NULL);
    g_autofree char *number = g_strdup_printf("%u", n);
    GString *out = g_string_new(NULL);
    template_expand(out, d->literals[LITERAL_PLACEHOLDER],
                    (template_variable[]){{"n", number}, {NULL, NULL}}, NULL);
    return g_string_free(out, FALSE);
}

const char *dialect_expression(const dialect *d, const char *name)
{
    for (int i = 0; i < N_EXPRESSIONS; i++)
        if (strcmp(dialect_expressions[i].name, name) == 0)
            return d->expressions[i];
    g_assert_not_reached();
}

char *dialect_expression_text(const dialect *d, const char *name,
                              const template_variable *variables)
{
    const char *text = dialect_expression(d, name);
    g_assert(text != NULL);
    GString *out = g_string_new(NULL);
    template_expand(out, text, variables, NULL);
    return g_string_free(out, FALSE);
}

static bool is_statement(const char *name)
{
    for (const template_kind *kind = dialect_statements; kind->name != NULL; kind++)
        if (strcmp(kind->name, name) == 0)
            return true;
    return false;
}

bool dialect_has_statement(const dialect *d, const char *name)
{
    g_assert(is_statement(name));
    return g_hash_table_contains(d->statements, name);
}

char *dialect_statement(const dialect *d, const char *name, const template_variable *variables)
{
    const char *text = g_hash_table_lookup(d->statements, name);
    if (text == NULL)
        g_error("dialect \"%s\" has no statement \"%s\"", d->name, name);
    GString *out = g_string_new(NULL);
    template_expand(out, text, variables, d);
    return g_string_free(out, FALSE);
}

/* --- errors --------------------------------------------------------------- */

sql_error_class dialect_error_class(const dialect *d, const char *code)
{
    sql_error_class class = SQL_ERROR_OTHER;
    size_t best = 0;
    for (unsigned i = 0; i < d->errors->len; i++) {
        const error_rule *rule = g_ptr_array_index(d->errors, i);
        size_t length = strlen(rule->code);
        if (!rule->prefix && strcmp(rule->code, code) == 0)
            return rule->class;
        if (rule->prefix && length > best && strncmp(rule->code, code, length) == 0) {
            best = length;
            class = rule->class;
        }
    }
    return class;
}
