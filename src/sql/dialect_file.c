#include "sql/dialect_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <ini.h>
#include <string.h>

const char *const dialect_features[N_FEATURES] = {
    "transactional_ddl", "transactional_truncate", "multiple_writers", "empty_string_is_null",
    "schemas",           "isolated_readers",       "on_conflict",      "staging_file",
    "glob_patterns",
};

const char *const dialect_limits[N_LIMITS] = {
    "identifier_bytes", "statement_parameters", "lock_timeout_seconds",
    "publish_rows",     "decimal_digits",
};

const template_kind dialect_expressions[N_EXPRESSIONS] = {
    {"is_distinct", "", false},     {"is_same", "", false},
    {"new_value", "column", false}, {"like", "column value", false},
    {"cast_text", "column", false}, {"decimal_order", "column", false},
    {"row_id", "", false},             {"date_plus", "date days", false},
};

const template_kind dialect_statements[] = {
    {"begin", "", false},
    {"begin_read", "", false},
    {"begin_publish", "", false},
    {"commit", "", false},
    {"rollback", "", false},
    {"savepoint", "name", false},
    {"rollback_to", "name", false},
    {"release", "name", false},
    {"create_schema", "schema", false},
    {"create_table", "table columns", false},
    {"drop_table", "table", false},
    {"delete_all", "table", false},
    {"delete_where", "table predicate", false},
    {"truncate", "table", false},
    {"count", "table", false},
    {"lock_table", "table", false},
    {"analyze", "table", false},
    {"swap", "table staging old", false},
    {"insert_select", "table columns select staging", false},
    {"upsert", "table columns select staging key assignments", false},
    {"upsert_counts", "table columns select staging key assignments", false},
    {"upsert_update", "table staging on assignments", false},
    {"upsert_insert_new", "table columns select staging on", false},
    {"ledger_create", "ledger", false},
    {"ledger_insert", "ledger", true},
    {"ledger_select", "ledger", true},
    {NULL, NULL, false},
};

static const struct {
    const char *name;
    const char *variable; /* that it may use, or NULL */
} literal_forms[N_LITERALS] = {
    [LITERAL_PLACEHOLDER] = {"placeholder", "n"},
    [LITERAL_TEXT] = {"text", "value"},
    [LITERAL_BYTES] = {"bytes", "value"},
    [LITERAL_TRUE] = {"true", NULL},
    [LITERAL_FALSE] = {"false", NULL},
    [LITERAL_FLOAT] = {"float", "value"},
    [LITERAL_NAN] = {"float_nan", NULL},
    [LITERAL_INFINITY] = {"float_infinity", NULL},
    [LITERAL_MINUS_INFINITY] = {"float_minus_infinity", NULL},
    [LITERAL_DECIMAL] = {"decimal", "value"},
    [LITERAL_DECIMAL_NAN] = {"decimal_nan", NULL},
    [LITERAL_DECIMAL_INFINITY] = {"decimal_infinity", NULL},
    [LITERAL_DECIMAL_MINUS_INFINITY] = {"decimal_minus_infinity", NULL},
    [LITERAL_DATE] = {"date", "value"},
    [LITERAL_TIME] = {"time", "value"},
    [LITERAL_TIMESTAMP] = {"timestamp", "value"},
    [LITERAL_INSTANT] = {"instant", "value utc"},
    [LITERAL_UUID] = {"uuid", "value"},
    [LITERAL_JSON] = {"json", "value"},
};

static const struct {
    const char *name;
    sql_error_class class;
} error_classes[] = {
    {"data", SQL_ERROR_DATA}, {"connection", SQL_ERROR_CONNECTION},
    {"lock", SQL_ERROR_LOCK}, {"rights", SQL_ERROR_RIGHTS},
    {"disk", SQL_ERROR_DISK}, {"cancelled", SQL_ERROR_CANCELLED},
};

/* --- reading the lines ---------------------------------------------------- */

/* A key with its value, continued lines joined by a blank. */
typedef struct {
    char *section, *key;
    GString *value;
    int line;
} entry;

typedef struct {
    const char *path;
    const char *rest; /* text not yet read */
    int line;         /* of the last line read */
    bool indented;    /* that line begins with a blank: it continues a value */
    GPtrArray *entries;
    GHashTable *by_key; /* "section\nkey" → entry* */
    error *failure;
} source;

static void entry_free(void *data)
{
    entry *e = data;
    g_free(e->section);
    g_free(e->key);
    g_string_free(e->value, TRUE);
    g_free(e);
}

static bool fail_at(source *s, int line, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The first failure stays. */
static bool fail_at(source *s, int line, const char *format, ...)
{
    if (s->failure != NULL)
        return false;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    error_set(&s->failure, ERROR_DOCUMENT, "%s:%d: %s", s->path, line, what);
    return error_hint(&s->failure, _("the README beside the dialect files describes their format"));
}

/* inih asks for one line at a time, so that its number is known here. */
static char *next_line(char *buffer, int size, void *user)
{
    source *s = user;
    if (*s->rest == '\0' || s->failure != NULL)
        return NULL;
    s->line++;
    size_t length = strcspn(s->rest, "\n");
    if (length + 2 > (size_t)size) {
        fail_at(s, s->line, _("the line is longer than %d bytes: continue it on an indented line"),
                size - 2);
        return NULL;
    }
    s->indented = *s->rest == ' ' || *s->rest == '\t';
    memcpy(buffer, s->rest, length);
    buffer[length] = '\n';
    buffer[length + 1] = '\0';
    s->rest += length + (s->rest[length] == '\n' ? 1 : 0);
    return buffer;
}

static int take_line(void *user, const char *section, const char *key, const char *text)
{
    source *s = user;
    if (s->indented && s->entries->len > 0) {
        entry *last = g_ptr_array_index(s->entries, s->entries->len - 1);
        g_string_append_c(last->value, ' ');
        g_string_append(last->value, text);
        return 1;
    }
    g_autofree char *id = g_strconcat(section, "\n", key, NULL);
    const entry *before = g_hash_table_lookup(s->by_key, id);
    if (before != NULL)
        return fail_at(s, s->line, _("the key \"%s\" stands in section [%s] already, on line %d"),
                       key, section, before->line);
    entry *e = g_new0(entry, 1);
    e->section = g_strdup(section);
    e->key = g_strdup(key);
    e->value = g_string_new(text);
    e->line = s->line;
    g_ptr_array_add(s->entries, e);
    g_hash_table_insert(s->by_key, g_steal_pointer(&id), e);
    return 1;
}

static bool read_entries(source *s)
{
    int line = ini_parse_stream(next_line, s, take_line, s);
    if (s->failure == NULL && line != 0)
        fail_at(s, line, _("this is neither \"[section]\" nor \"key = value\""));
    return s->failure == NULL;
}

/* --- what the sections mean ----------------------------------------------- */

static bool fail_unknown(source *s, const entry *e, const char *const *known)
{
    fail_at(s, e->line, _("unknown key \"%s\" in section [%s]"), e->key, e->section);
    const char *nearest = text_nearest(e->key, known);
    if (nearest != NULL)
        error_hint(&s->failure, _("did you mean \"%s\"?"), nearest);
    return false;
}

static bool is_word_of(const char *word, const char *words)
{
    g_auto(GStrv) known = g_strsplit(words, " ", -1);
    return g_strv_contains((const char *const *)known, word);
}

static bool is_parameter_name(const char *name)
{
    return name[0] == 'p' && name[1] >= '1' && name[1] <= '9' &&
           strspn(name + 1, "0123456789") == strlen(name + 1);
}

/* Every {variable} of a template must be one that its users provide. */
static bool check_template(source *s, const entry *e, const char *variables, bool parameters)
{
    const char *position = e->value->str;
    for (;;) {
        g_autofree char *name = template_next_variable(&position);
        if (name == NULL)
            return true;
        if ((*name != '\0' && is_word_of(name, variables)) ||
            (parameters && is_parameter_name(name)))
            continue;
        fail_at(s, e->line, _("unknown variable {%s} in \"%s\""), name, e->key);
        if (*variables != '\0')
            error_hint(&s->failure, _("it may use: %s"), variables);
        else
            error_hint(&s->failure, _("it takes no variables"));
        return false;
    }
}

static bool need_value(source *s, const entry *e)
{
    return e->value->len > 0 || fail_at(s, e->line, _("the key \"%s\" has no value"), e->key);
}

static bool read_string(source *s, const entry *e, char **slot)
{
    if (!need_value(s, e))
        return false;
    *slot = g_strdup(e->value->str);
    return true;
}

static bool take_dialect(source *s, const entry *e, dialect *d)
{
    static const char *const known[] = {"title", "link", "verified", "documentation", NULL};
    char **const slots[] = {&d->title, &d->link, &d->verified, &d->documentation};
    for (size_t i = 0; known[i] != NULL; i++)
        if (strcmp(known[i], e->key) == 0)
            return read_string(s, e, slots[i]);
    return fail_unknown(s, e, known);
}

static bool take_identifiers(source *s, const entry *e, dialect *d)
{
    static const char *const known[] = {"open", "close", NULL};
    char **const slots[] = {&d->open, &d->close};
    for (size_t i = 0; known[i] != NULL; i++)
        if (strcmp(known[i], e->key) == 0)
            return read_string(s, e, slots[i]);
    return fail_unknown(s, e, known);
}

static bool take_escapes(source *s, const entry *e, dialect *d)
{
    d->backslashes = strcmp(e->value->str, "backslashes") == 0;
    return d->backslashes || strcmp(e->value->str, "quotes") == 0 ||
           fail_at(s, e->line, _("\"escapes\" must be quotes or backslashes"));
}

static bool take_years(source *s, const entry *e, dialect *d)
{
    int used = -1;
    d->has_years = sscanf(e->value->str, "%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "%n",
                          &d->first_year, &d->last_year, &used) == 2 &&
                   used == (int)e->value->len && d->first_year <= d->last_year;
    return d->has_years || fail_at(s, e->line, _("\"years\" must be of the form \"0 to 9999\""));
}

static bool take_literals(source *s, const entry *e, dialect *d)
{
    if (strcmp(e->key, "escapes") == 0)
        return take_escapes(s, e, d);
    if (strcmp(e->key, "years") == 0)
        return take_years(s, e, d);
    const char *known[N_LITERALS + 3] = {"escapes", "years"};
    for (int i = 0; i < N_LITERALS; i++) {
        known[i + 2] = literal_forms[i].name;
        if (strcmp(literal_forms[i].name, e->key) != 0)
            continue;
        const char *variables = literal_forms[i].variable;
        return check_template(s, e, variables == NULL ? "" : variables, false) &&
               read_string(s, e, &d->literals[i]);
    }
    return fail_unknown(s, e, known);
}

static bool take_syntax(source *s, const entry *e, dialect *d)
{
    g_autofree char *why = NULL;
    if (d->syntax == NULL)
        d->syntax = g_new0(sql_syntax, 1);
    return need_value(s, e) && (sql_syntax_take(d->syntax, e->key, e->value->str, &why) ||
                                fail_at(s, e->line, "%s", why));
}

static bool take_features(source *s, const entry *e, dialect *d)
{
    for (int i = 0; i < N_FEATURES; i++) {
        if (strcmp(dialect_features[i], e->key) != 0)
            continue;
        d->features[i] = strcmp(e->value->str, "yes") == 0;
        return d->features[i] || strcmp(e->value->str, "no") == 0 ||
               fail_at(s, e->line, _("\"%s\" must be yes or no"), e->key);
    }
    const char *known[N_FEATURES + 1] = {NULL};
    memcpy(known, dialect_features, sizeof dialect_features);
    return fail_unknown(s, e, known);
}

static bool take_limits(source *s, const entry *e, dialect *d)
{
    for (int i = 0; i < N_LIMITS; i++) {
        if (strcmp(dialect_limits[i], e->key) != 0)
            continue;
        guint64 number;
        if (!g_ascii_string_to_unsigned(e->value->str, 10, 0, G_MAXINT64, &number, NULL))
            return fail_at(s, e->line, _("\"%s\" must be a whole number, 0 for none"), e->key);
        d->limits[i] = (int64_t)number;
        return true;
    }
    const char *known[N_LIMITS + 1] = {NULL};
    memcpy(known, dialect_limits, sizeof dialect_limits);
    return fail_unknown(s, e, known);
}

static bool take_types_read(source *s, const entry *e, dialect *d)
{
    type_read_rule *rule = g_new0(type_read_rule, 1);
    g_ptr_array_add(d->read_rules, rule);
    g_autofree char *why = NULL;
    if (!type_read_rule_parse(e->key, e->value->str, rule, &why))
        return fail_at(s, e->line, "%s", why);
    if (rule->wildcard)
        return true;
    if (g_hash_table_contains(d->exact_types, rule->shape))
        return fail_at(s, e->line, _("\"%s\" has the same form as a rule above"), e->key);
    g_hash_table_insert(d->exact_types, rule->shape, rule);
    return true;
}

static bool take_types_write(source *s, const entry *e, dialect *d)
{
    type_write_rule *rule = g_new0(type_write_rule, 1);
    g_ptr_array_add(d->write_rules, rule);
    g_autofree char *why = NULL;
    return type_write_rule_parse(e->key, e->value->str, rule, &why) ||
           fail_at(s, e->line, "%s", why);
}

static bool take_expressions(source *s, const entry *e, dialect *d)
{
    const char *known[N_EXPRESSIONS + 1] = {NULL};
    for (int i = 0; i < N_EXPRESSIONS; i++) {
        known[i] = dialect_expressions[i].name;
        if (strcmp(known[i], e->key) == 0)
            return check_template(s, e, dialect_expressions[i].variables, false) &&
                   read_string(s, e, &d->expressions[i]);
    }
    return fail_unknown(s, e, known);
}

static bool take_statements(source *s, const entry *e, dialect *d)
{
    const char *known[G_N_ELEMENTS(dialect_statements)] = {NULL};
    for (size_t i = 0; dialect_statements[i].name != NULL; i++) {
        const template_kind *kind = &dialect_statements[i];
        known[i] = kind->name;
        if (strcmp(kind->name, e->key) != 0)
            continue;
        if (!need_value(s, e) || !check_template(s, e, kind->variables, kind->parameters))
            return false;
        g_hash_table_insert(d->statements, g_strdup(e->key), g_strdup(e->value->str));
        return true;
    }
    return fail_unknown(s, e, known);
}

static bool take_errors(source *s, const entry *e, dialect *d)
{
    const char *known[G_N_ELEMENTS(error_classes) + 1] = {NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(error_classes); i++) {
        known[i] = error_classes[i].name;
        if (strcmp(known[i], e->key) != 0)
            continue;
        g_auto(GStrv) codes = g_strsplit_set(e->value->str, " ,", -1);
        for (char **code = codes; *code != NULL; code++) {
            size_t length = strlen(*code);
            if (length == 0)
                continue;
            bool prefix = (*code)[length - 1] == '*';
            size_t plain = prefix ? length - 1 : length;
            if (plain == 0 || strcspn(*code, "*") < plain)
                return fail_at(s, e->line, _("\"%s\" is not an error code"), *code);
            error_rule *rule = g_new0(error_rule, 1);
            rule->code = g_strndup(*code, plain);
            rule->prefix = prefix;
            rule->class = error_classes[i].class;
            g_ptr_array_add(d->errors, rule);
        }
        return true;
    }
    return fail_unknown(s, e, known);
}

static const struct {
    const char *name;
    bool (*take)(source *s, const entry *e, dialect *d);
} sections[] = {
    {"dialect", take_dialect},         {"identifiers", take_identifiers},
    {"literals", take_literals},       {"syntax", take_syntax},
    {"features", take_features},
    {"limits", take_limits},           {"types.read", take_types_read},
    {"types.write", take_types_write}, {"expressions", take_expressions},
    {"statements", take_statements},   {"errors", take_errors},
};

static bool take_entry(source *s, const entry *e, dialect *d)
{
    const char *known[G_N_ELEMENTS(sections) + 1] = {NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++) {
        known[i] = sections[i].name;
        if (strcmp(known[i], e->section) == 0)
            return sections[i].take(s, e, d);
    }
    fail_at(s, e->line, _("unknown section [%s]"), e->section);
    const char *nearest = text_nearest(e->section, known);
    if (nearest != NULL)
        error_hint(&s->failure, _("did you mean \"%s\"?"), nearest);
    return false;
}

/* --- what must be there --------------------------------------------------- */

static const struct {
    const char *section, *key;
    bool sql; /* only where the dialect has statements */
} required[] = {
    {"dialect", "title", false},        {"dialect", "link", false},
    {"dialect", "verified", false},     {"identifiers", "open", true},
    {"identifiers", "close", true},     {"literals", "escapes", true},
    {"literals", "placeholder", true},  {"literals", "text", true},
    {"literals", "bytes", true},        {"literals", "true", true},
    {"literals", "false", true},        {"literals", "float", true},
    {"literals", "decimal", true},      {"literals", "date", true},
    {"literals", "time", true},         {"literals", "timestamp", true},
    {"expressions", "is_same", true},   {"expressions", "like", true},
    {"expressions", "cast_text", true},
};

static bool require(source *s, const char *section, const char *key)
{
    g_autofree char *id = g_strconcat(section, "\n", key, NULL);
    return g_hash_table_contains(s->by_key, id) ||
           fail_at(s, s->line, _("the key \"%s\" is missing in section [%s]"), key, section);
}

static bool check_complete(source *s, const dialect *d)
{
    bool sql = g_hash_table_size(d->statements) > 0;
    for (size_t i = 0; i < G_N_ELEMENTS(required); i++)
        if ((sql || !required[i].sql) && !require(s, required[i].section, required[i].key))
            return false;
    for (int i = 0; i < N_FEATURES; i++)
        if (!require(s, "features", dialect_features[i]))
            return false;
    return true;
}

/* A file whose tables need no SQL still names things in messages and plans. */
static void fill_identifiers(dialect *d)
{
    if (d->open == NULL)
        d->open = g_strdup("\"");
    if (d->close == NULL)
        d->close = g_strdup("\"");
}

dialect *dialect_load_file(const char *path, error **err)
{
    g_autoptr(GError) io = NULL;
    g_autofree char *text = NULL;
    gsize size;
    if (!g_file_get_contents(path, &text, &size, &io)) {
        error_set(err, ERROR_IO, _("could not read the dialect file: %s"), io->message);
        return NULL;
    }
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
    g_autoptr(GHashTable) by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    source s = {.path = path, .rest = text, .entries = entries, .by_key = by_key};
    g_autofree char *file = g_path_get_basename(path);
    size_t length = strlen(file);
    g_autofree char *name = g_strndup(file, g_str_has_suffix(file, ".ini") ? length - 4 : length);
    g_autoptr(dialect) d = dialect_new(name);

    bool fine = !g_utf8_validate_len(text, size, NULL) ? fail_at(&s, 1, _("not valid UTF-8 text"))
                                                       : read_entries(&s);
    for (unsigned i = 0; fine && i < entries->len; i++)
        fine = take_entry(&s, g_ptr_array_index(entries, i), d);
    if (!fine || !check_complete(&s, d)) {
        error_propagate(err, &s.failure);
        return NULL;
    }
    fill_identifiers(d);
    if (d->syntax != NULL && d->backslashes)
        d->syntax->forms |= FORM_BACKSLASHES;
    return g_steal_pointer(&d);
}
