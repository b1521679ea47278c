#include "sql/dialect_private.h"

#include "base/intl.h"

#include <string.h>

/* --- spellings and their shapes ------------------------------------------- */

/* Lower case, one blank between words, none around parentheses and commas. */
static char *normalise(const char *spelling)
{
    GString *out = g_string_new(NULL);
    bool blank = false;
    for (const char *c = spelling; *c != '\0'; c++) {
        if (g_ascii_isspace(*c)) {
            blank = true;
            continue;
        }
        char last = out->len > 0 ? out->str[out->len - 1] : '(';
        if (blank && last != '(' && last != ',' && strchr("(),", *c) == NULL)
            g_string_append_c(out, ' ');
        blank = false;
        g_string_append_c(out, g_ascii_tolower(*c));
    }
    return g_string_free(out, FALSE);
}

#define MOST_NUMBERS 3

/* "numeric(10,2)" → "numeric(#,#)" with its numbers. A parenthesis that holds
 * anything but a few numbers keeps its text and gives false. */
static bool shape_of_numbers(const char *normal, GString *shape, int64_t *numbers, unsigned *n)
{
    *n = 0;
    for (const char *c = normal; *c != '\0'; c++) {
        g_string_append_c(shape, *c);
        if (*c != '(')
            continue;
        for (;;) {
            char *end;
            const char *digits = c[1] == '-' ? c + 2 : c + 1;
            if (*n == MOST_NUMBERS || !g_ascii_isdigit(*digits))
                return false;
            numbers[*n] = g_ascii_strtoll(c + 1, &end, 10);
            (*n)++;
            g_string_append_c(shape, '#');
            c = end;
            if (*c != ',' && *c != ')')
                return false;
            g_string_append_c(shape, *c);
            if (*c == ')')
                break;
        }
    }
    return true;
}

/* "enum('a','b')" → "enum(*)": whatever stands between the first parenthesis
 * and the last. */
static char *shape_of_anything(const char *normal)
{
    const char *open = strchr(normal, '(');
    const char *close = strrchr(normal, ')');
    if (open == NULL || close == NULL || close < open)
        return g_strdup(normal);
    return g_strdup_printf("%.*s(*)%s", (int)(open - normal), normal, close + 1);
}

/* --- the language of logical types ---------------------------------------- */

static const struct {
    const char *name;
    type_kind kind;
    const char *variables; /* that may stand in its parentheses */
} logical_types[] = {
    {"any", TYPE_ANY, ""},           {"bool", TYPE_BOOL, ""},
    {"int", TYPE_INT, ""},           {"float", TYPE_FLOAT, ""},
    {"decimal", TYPE_DECIMAL, "ps"}, {"text", TYPE_TEXT, "n"},
    {"bytes", TYPE_BYTES, "n"},      {"date", TYPE_DATE, ""},
    {"time", TYPE_TIME, "f"},        {"timestamp", TYPE_TIMESTAMP, "f"},
    {"instant", TYPE_INSTANT, "f"},  {"uuid", TYPE_UUID, ""},
    {"json", TYPE_JSON, ""},         {"other", TYPE_OTHER, ""},
};

static bool parse_number(const char *text, int64_t *number)
{
    char *end;
    *number = g_ascii_strtoll(text, &end, 10);
    return g_ascii_isdigit(*text) && *end == '\0';
}

/* "p", "40", "p>15", "n<256" */
static bool parse_argument(const char *text, type_argument *argument)
{
    *argument = (type_argument){0};
    if (parse_number(text, &argument->number))
        return true;
    if (*text == '\0' || strchr("npsf", *text) == NULL)
        return false;
    argument->variable = *text++;
    if (*text == '\0')
        return true;
    if (*text != '<' && *text != '>')
        return false;
    argument->compare = *text++;
    return parse_number(text, &argument->number);
}

static bool parse_arguments(const char *list, const char *variables, type_pattern *pattern,
                            char **why)
{
    g_auto(GStrv) parts = g_strsplit(list, ",", -1);
    if (g_strv_length(parts) != strlen(variables)) {
        *why = g_strdup_printf(_("wrong number of arguments in \"(%s)\""), list);
        return false;
    }
    for (; parts[pattern->n_arguments] != NULL; pattern->n_arguments++) {
        const char *part = parts[pattern->n_arguments];
        if (!parse_argument(part, &pattern->arguments[pattern->n_arguments])) {
            *why = g_strdup_printf(_("\"%s\" is neither a number nor one of n, p, s, f"), part);
            return false;
        }
    }
    return true;
}

static bool parse_flag(const char *word, data_type *type)
{
    int64_t bits;
    if (parse_number(word, &bits) && (type->kind == TYPE_INT || type->kind == TYPE_FLOAT)) {
        type->bits = (int16_t)bits;
        return type->kind == TYPE_INT
                   ? bits == 8 || bits == 16 || bits == 24 || bits == 32 || bits == 64
                   : bits == 32 || bits == 64;
    }
    if (strcmp(word, "unsigned") == 0 && type->kind == TYPE_INT)
        return type->is_unsigned = true;
    if (strcmp(word, "fixed") == 0 && (type->kind == TYPE_TEXT || type->kind == TYPE_BYTES))
        return type->fixed_length = true;
    if (strcmp(word, "bytes") == 0 && type->kind == TYPE_TEXT)
        return type->length_in_bytes = true;
    return false;
}

/* "decimal(p,s)", "int 16 unsigned", "text(n) fixed bytes" */
static bool parse_pattern(const char *text, type_pattern *pattern, char **why)
{
    g_autofree char *normal = normalise(text);
    size_t length = strcspn(normal, " (");
    *pattern = (type_pattern){0};
    size_t i = 0;
    while (i < G_N_ELEMENTS(logical_types) &&
           !(strlen(logical_types[i].name) == length &&
             strncmp(logical_types[i].name, normal, length) == 0))
        i++;
    if (i == G_N_ELEMENTS(logical_types)) {
        *why = g_strdup_printf(_("\"%.*s\" is not a logical type"), (int)length, normal);
        return false;
    }
    pattern->type = (data_type){.kind = logical_types[i].kind, .fraction = -1};
    const char *rest = normal + length;
    if (*rest == '(') {
        const char *close = strchr(rest, ')');
        if (close == NULL) {
            *why = g_strdup_printf(_("\"%s\" lacks a closing parenthesis"), normal);
            return false;
        }
        g_autofree char *list = g_strndup(rest + 1, (gsize)(close - rest - 1));
        if (!parse_arguments(list, logical_types[i].variables, pattern, why))
            return false;
        rest = close + 1;
    }
    g_auto(GStrv) words = g_strsplit(rest, " ", -1);
    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0' && !parse_flag(*word, &pattern->type)) {
            *why = g_strdup_printf(_("\"%s\" cannot stand in a type \"%s\""), *word,
                                   logical_types[i].name);
            return false;
        }
    }
    return true;
}

/* --- reading -------------------------------------------------------------- */

void type_read_rule_clear(type_read_rule *rule)
{
    g_free(rule->shape);
}

/* Replace "(p,s)" of a rule's left side by "(#,#)" and remember the names.
 * Parentheses with numbers or a * stay. */
static bool parse_read_shape(const char *spelling, type_read_rule *rule, char **why)
{
    g_autofree char *normal = normalise(spelling);
    GString *shape = g_string_new(NULL);
    size_t n = 0;
    bool inside = false;
    for (const char *c = normal; *c != '\0'; c++) {
        bool variable = inside && strchr("npsf", *c) != NULL && strchr(",)", c[1]) != NULL;
        inside = *c == '(' || (inside && *c != ')');
        if (variable && n + 1 == sizeof rule->variables) {
            *why = g_strdup_printf(_("too many variables in \"%s\""), spelling);
            g_string_free(shape, TRUE);
            return false;
        }
        if (variable)
            rule->variables[n++] = *c;
        else if (*c == '*' && !inside)
            rule->wildcard = true;
        g_string_append_c(shape, variable ? '#' : *c);
    }
    rule->shape = g_string_free(shape, FALSE);
    return true;
}

bool type_read_rule_parse(const char *spelling, const char *meaning, type_read_rule *rule,
                          char **why)
{
    *rule = (type_read_rule){0};
    if (!parse_read_shape(spelling, rule, why) || !parse_pattern(meaning, &rule->meaning, why))
        return false;
    for (unsigned i = 0; i < rule->meaning.n_arguments; i++) {
        const type_argument *argument = &rule->meaning.arguments[i];
        if (argument->compare != 0) {
            *why = g_strdup_printf(_("a comparison cannot stand in [types.read]: \"%s\""), meaning);
            return false;
        }
        if (argument->variable != 0 && strchr(rule->variables, argument->variable) == NULL) {
            *why = g_strdup_printf(_("the variable %c is not in \"%s\""), argument->variable,
                                   spelling);
            return false;
        }
    }
    return true;
}

static int64_t argument_value(const type_read_rule *rule, unsigned i, const int64_t *numbers)
{
    const type_argument *argument = &rule->meaning.arguments[i];
    if (argument->variable == 0)
        return argument->number;
    return numbers[strchr(rule->variables, argument->variable) - rule->variables];
}

/* What a rule means with the numbers of a spelling. Numbers that make no
 * sense to us leave the type without limit: the system checks its own. */
static data_type meaning_with(const type_read_rule *rule, const int64_t *numbers)
{
    data_type type = rule->meaning.type;
    if (rule->meaning.n_arguments == 0)
        return type;
    int64_t first = argument_value(rule, 0, numbers);
    if (type.kind == TYPE_TEXT || type.kind == TYPE_BYTES) {
        type.length = MAX(first, 0);
    } else if (type.kind == TYPE_DECIMAL) {
        int64_t scale = argument_value(rule, 1, numbers);
        if (first > 0 && first <= INT16_MAX && scale >= 0 && scale <= first) {
            type.precision = (int16_t)first;
            type.scale = (int16_t)scale;
        }
    } else if (first >= 0 && first <= 6) {
        type.fraction = (int16_t)first;
    }
    return type;
}

data_type dialect_read_type(const dialect *d, const char *spelling)
{
    int64_t numbers[MOST_NUMBERS] = {0};
    unsigned n_numbers;
    g_autofree char *normal = normalise(spelling);
    const type_read_rule *rule = g_hash_table_lookup(d->exact_types, normal);
    if (rule != NULL)
        return meaning_with(rule, numbers);

    g_autofree char *anything = shape_of_anything(normal);
    g_autoptr(GString) shape = g_string_new(NULL);
    if (shape_of_numbers(normal, shape, numbers, &n_numbers)) {
        rule = g_hash_table_lookup(d->exact_types, shape->str);
        if (rule != NULL)
            return meaning_with(rule, numbers);
    } else {
        g_string_assign(shape, anything);
    }
    rule = g_hash_table_lookup(d->exact_types, anything);
    if (rule != NULL)
        return meaning_with(rule, numbers);
    for (unsigned i = 0; i < d->read_rules->len; i++) {
        rule = g_ptr_array_index(d->read_rules, i);
        if (rule->wildcard && g_pattern_match_simple(rule->shape, shape->str))
            return meaning_with(rule, numbers);
    }
    return (data_type){.kind = TYPE_OTHER, .fraction = -1};
}

/* --- writing -------------------------------------------------------------- */

void type_write_rule_clear(type_write_rule *rule)
{
    g_free(rule->spelling);
}

bool type_write_rule_parse(const char *pattern, const char *spelling, type_write_rule *rule,
                           char **why)
{
    *rule = (type_write_rule){0};
    if (!parse_pattern(pattern, &rule->pattern, why))
        return false;
    char bound[3] = "";
    for (unsigned i = 0; i < rule->pattern.n_arguments; i++) {
        bound[i] = rule->pattern.arguments[i].variable;
        if (bound[i] == 0) {
            *why =
                g_strdup_printf(_("a number cannot stand alone in [types.write]: \"%s\""), pattern);
            return false;
        }
    }
    const char *position = spelling;
    for (;;) {
        g_autofree char *name = template_next_variable(&position);
        if (name == NULL)
            break;
        if (strlen(name) != 1 || strchr(bound, name[0]) == NULL) {
            *why = g_strdup_printf(_("the variable {%s} is not in \"%s\""), name, pattern);
            return false;
        }
    }
    rule->spelling = g_strdup(spelling);
    return true;
}

static int64_t type_argument_of(const data_type *type, char variable)
{
    switch (variable) {
    case 'n':
        return type->length;
    case 'p':
        return type->precision;
    case 's':
        return type->scale;
    default:
        return type->fraction;
    }
}

/* Whether the type has the limits that the pattern's parentheses ask for. */
static bool is_limited(const data_type *type)
{
    if (type->kind == TYPE_DECIMAL)
        return type->precision > 0;
    if (type->kind == TYPE_TEXT || type->kind == TYPE_BYTES)
        return type->length > 0;
    return type->fraction >= 0;
}

static bool write_rule_fits(const type_write_rule *rule, const data_type *type)
{
    const data_type *wanted = &rule->pattern.type;
    if (wanted->kind != type->kind)
        return false;
    if (wanted->bits > 0 && (type->bits == 0 ? wanted->bits < 64 : type->bits > wanted->bits))
        return false;
    if (type->kind == TYPE_INT && wanted->is_unsigned != type->is_unsigned)
        return false;
    if ((wanted->fixed_length && !type->fixed_length) ||
        (wanted->length_in_bytes && !type->length_in_bytes))
        return false;
    if (rule->pattern.n_arguments > 0 && !is_limited(type))
        return false;
    for (unsigned i = 0; i < rule->pattern.n_arguments; i++) {
        const type_argument *argument = &rule->pattern.arguments[i];
        int64_t number = type_argument_of(type, argument->variable);
        if ((argument->compare == '<' && number >= argument->number) ||
            (argument->compare == '>' && number <= argument->number))
            return false;
    }
    return true;
}

char *dialect_write_type(const dialect *d, const data_type *type, error **err)
{
    for (unsigned i = 0; i < d->write_rules->len; i++) {
        const type_write_rule *rule = g_ptr_array_index(d->write_rules, i);
        if (!write_rule_fits(rule, type))
            continue;
        g_autofree char *n = g_strdup_printf("%" G_GINT64_FORMAT, type->length);
        g_autofree char *p = g_strdup_printf("%d", type->precision);
        g_autofree char *s = g_strdup_printf("%d", type->scale);
        g_autofree char *f = g_strdup_printf("%d", type->fraction);
        GString *out = g_string_new(NULL);
        template_expand(out, rule->spelling,
                        (template_variable[]){{"n", n}, {"p", p}, {"s", s}, {"f", f}, {NULL, NULL}},
                        NULL);
        return g_string_free(out, FALSE);
    }
    g_autofree char *wanted = data_type_to_string(type);
    error_set(err, ERROR_PLAN, _("%s has no type for %s"), d->title, wanted);
    error_hint(err, _("create the table by hand with a type that fits, then run again"));
    return NULL;
}
