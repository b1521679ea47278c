#include "ui/filter_rows.h"

#include "ui/typed_value.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    operand_kind operand;
} operators[] = {
    { "=", OPERAND_ONE },
    { "!=", OPERAND_ONE },
    { "<", OPERAND_ONE },
    { "<=", OPERAND_ONE },
    { ">", OPERAND_ONE },
    { ">=", OPERAND_ONE },
    { "in", OPERAND_LIST },
    { "not in", OPERAND_LIST },
    { "between", OPERAND_PAIR },
    { "is null", OPERAND_NONE },
    { "is not null", OPERAND_NONE },
    { "contains", OPERAND_TEXT },
    { "starts with", OPERAND_TEXT },
    { "ends with", OPERAND_TEXT },
    { "like", OPERAND_TEXT },
};

static const char *const names[] = {
    "=",       "!=",      "<",           "<=",       ">",           ">=",        "in",   "not in",
    "between", "is null", "is not null", "contains", "starts with", "ends with", "like", NULL
};

static const char *const group_keys[] = { [ROW_ALL] = "all", [ROW_ANY] = "any", [ROW_NOT] = "not" };

const char *const *filter_row_operators(void)
{
    return names;
}

operand_kind filter_row_operand(const char *op)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(operators); i++)
        if (strcmp(operators[i].name, op) == 0)
            return operators[i].operand;
    return OPERAND_ONE;
}

static const char *known_operator(const json_t *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(operators); i++)
        if (g_strcmp0(operators[i].name, json_string_value(name)) == 0)
            return operators[i].name;
    return NULL;
}

/* --- rows -------------------------------------------------------------------- */

filter_row *filter_row_new(filter_row_kind kind, const char *field, const char *op, json_t *value)
{
    filter_row *r = g_new0(filter_row, 1);
    *r = (filter_row){ .kind = kind, .field = g_strdup(field), .op = op, .value = value };
    return r;
}

void filter_row_free(filter_row *r)
{
    if (r == NULL)
        return;
    g_free(r->field);
    json_decref(r->value);
    g_free(r);
}

static void free_row(void *row)
{
    filter_row_free(row);
}

static filter_row *row_at(const GPtrArray *rows, unsigned at)
{
    return rows->pdata[at];
}

static bool is_group(const filter_row *r)
{
    return r->kind == ROW_ALL || r->kind == ROW_ANY || r->kind == ROW_NOT;
}

/* The index behind the row @at and all its members. */
static unsigned end_of(const GPtrArray *rows, unsigned at)
{
    unsigned end = at + 1;
    while (end < rows->len && row_at(rows, end)->depth > row_at(rows, at)->depth)
        end++;
    return end;
}

/* The group that the row @at is a member of; -1 for the outermost row. */
static int parent_of(const GPtrArray *rows, unsigned at)
{
    int i = (int)at - 1;
    while (i >= 0 && row_at(rows, (unsigned)i)->depth >= row_at(rows, at)->depth)
        i--;
    return i;
}

/* --- from and to documents ---------------------------------------------------- */

static void read_node(GPtrArray *rows, json_t *json, unsigned depth);

static void add_row(GPtrArray *rows, filter_row *row, unsigned depth)
{
    row->depth = depth;
    g_ptr_array_add(rows, row);
}

static bool read_group(GPtrArray *rows, json_t *json, unsigned depth)
{
    if (json_object_size(json) != 1)
        return false;
    for (filter_row_kind kind = ROW_ALL; kind <= ROW_NOT; kind++) {
        json_t *inner = json_object_get(json, group_keys[kind]);
        if (inner == NULL || (kind != ROW_NOT && json_array_size(inner) == 0))
            continue;
        add_row(rows, filter_row_new(kind, NULL, NULL, NULL), depth);
        if (kind == ROW_NOT)
            read_node(rows, inner, depth + 1);
        size_t i;
        json_t *member;
        json_array_foreach(kind != ROW_NOT ? inner : NULL, i, member)
            read_node(rows, member, depth + 1);
        return true;
    }
    return false;
}

static bool read_test(GPtrArray *rows, const json_t *json, unsigned depth)
{
    const char *field = json_string_value(json_object_get(json, "field"));
    const char *op = known_operator(json_object_get(json, "op"));
    json_t *value = json_object_get(json, "value");
    if (field == NULL || op == NULL || json_object_size(json) != (value != NULL ? 3 : 2) ||
        strlen(field) != json_string_length(json_object_get(json, "field")))
        return false;
    add_row(rows, filter_row_new(ROW_TEST, field, op, json_incref(value)), depth);
    return true;
}

static void read_node(GPtrArray *rows, json_t *json, unsigned depth)
{
    if (!read_group(rows, json, depth) && !read_test(rows, json, depth))
        add_row(rows, filter_row_new(ROW_OTHER, NULL, NULL, json_incref(json)), depth);
}

GPtrArray *filter_rows_read(const json_t *json)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(free_row);
    if (json != NULL) {
        json_t *copy = json_deep_copy(json);
        read_node(rows, copy, 0);
        json_decref(copy);
    }
    return rows;
}

static json_t *write_node(const GPtrArray *rows, unsigned *at);

static json_t *write_group(const GPtrArray *rows, const filter_row *r, unsigned *at)
{
    json_t *members = json_array();
    while (*at < rows->len && row_at(rows, *at)->depth > r->depth) {
        json_t *member = write_node(rows, at);
        if (member != NULL)
            json_array_append_new(members, member);
    }
    json_t *group = NULL;
    if (json_array_size(members) > 0)
        group = r->kind == ROW_NOT ? json_pack("{s:O}", "not", json_array_get(members, 0))
                                   : json_pack("{s:O}", group_keys[r->kind], members);
    json_decref(members);
    return group;
}

static json_t *write_node(const GPtrArray *rows, unsigned *at)
{
    const filter_row *r = row_at(rows, (*at)++);
    if (is_group(r))
        return write_group(rows, r, at);
    if (r->kind == ROW_OTHER)
        return json_deep_copy(r->value);
    json_t *test = json_pack("{s:s, s:s}", "field", r->field, "op", r->op);
    if (r->value != NULL)
        json_object_set_new(test, "value", json_deep_copy(r->value));
    return test;
}

json_t *filter_rows_write(const GPtrArray *rows)
{
    unsigned at = 0;
    return rows->len > 0 ? write_node(rows, &at) : NULL;
}

/* --- changing ------------------------------------------------------------------ */

static void shift(GPtrArray *rows, unsigned from, unsigned until, int by)
{
    for (unsigned i = from; i < until; i++)
        row_at(rows, i)->depth = (unsigned)((int)row_at(rows, i)->depth + by);
}

/* A group around the rows [@from, @until). */
static void wrap(GPtrArray *rows, unsigned from, unsigned until, filter_row_kind kind)
{
    filter_row *group = filter_row_new(kind, NULL, NULL, NULL);
    group->depth = row_at(rows, from)->depth;
    shift(rows, from, until, 1);
    g_ptr_array_insert(rows, (int)from, group);
}

/* The document has one outermost condition, and one in a "not". */
static void make_single(GPtrArray *rows)
{
    if (rows->len > 0 && end_of(rows, 0) < rows->len)
        wrap(rows, 0, rows->len, ROW_ALL);
    for (unsigned i = 0; i < rows->len; i++)
        if (row_at(rows, i)->kind == ROW_NOT && i + 1 < end_of(rows, i) &&
            end_of(rows, i + 1) < end_of(rows, i))
            wrap(rows, i + 1, end_of(rows, i), ROW_ALL);
}

void filter_rows_add(GPtrArray *rows, unsigned at, filter_row *row)
{
    unsigned place = rows->len;
    row->depth = 0;
    if (at < rows->len) {
        row->depth = row_at(rows, at)->depth + is_group(row_at(rows, at));
        place = end_of(rows, at);
    }
    g_ptr_array_insert(rows, (int)place, row);
    make_single(rows);
}

void filter_rows_remove(GPtrArray *rows, unsigned at)
{
    g_ptr_array_remove_range(rows, at, end_of(rows, at) - at);
}

/* Move the @n rows from @from on so that they begin at @to. */
static void transfer(GPtrArray *rows, unsigned from, unsigned n, unsigned to)
{
    g_autofree gpointer *moved = g_new(gpointer, n);
    memcpy(moved, rows->pdata + from, n * sizeof *moved);
    if (to < from)
        memmove(rows->pdata + to + n, rows->pdata + to, (from - to) * sizeof *moved);
    else
        memmove(rows->pdata + from, rows->pdata + from + n, (to - from) * sizeof *moved);
    memcpy(rows->pdata + to, moved, n * sizeof *moved);
}

/* The row before @at in the same group; -1: it is the first. */
static int sibling_before(const GPtrArray *rows, unsigned at)
{
    int i = (int)at - 1;
    unsigned depth = row_at(rows, at)->depth;
    while (i >= 0 && row_at(rows, (unsigned)i)->depth > depth)
        i--;
    return i >= 0 && row_at(rows, (unsigned)i)->depth == depth ? i : -1;
}

bool filter_rows_move(GPtrArray *rows, unsigned at, int step)
{
    unsigned end = end_of(rows, at), n = end - at;
    if (step < 0) {
        int before = sibling_before(rows, at);
        if (before < 0)
            return false;
        transfer(rows, at, n, (unsigned)before);
        return true;
    }
    if (end >= rows->len || row_at(rows, end)->depth != row_at(rows, at)->depth)
        return false;
    transfer(rows, at, n, at + end_of(rows, end) - end);
    return true;
}

void filter_rows_in(GPtrArray *rows, unsigned at)
{
    int before = sibling_before(rows, at);
    if (before >= 0 && is_group(row_at(rows, (unsigned)before)))
        shift(rows, at, end_of(rows, at), 1);
    else
        wrap(rows, at, end_of(rows, at), ROW_ANY);
    make_single(rows);
}

bool filter_rows_out(GPtrArray *rows, unsigned at)
{
    int parent = parent_of(rows, at);
    if (parent < 0 || row_at(rows, (unsigned)parent)->depth == 0)
        return false;
    unsigned end = end_of(rows, at), group_end = end_of(rows, (unsigned)parent);
    shift(rows, at, end, -1);
    transfer(rows, at, end - at, group_end - (end - at));
    make_single(rows);
    return true;
}

bool filter_rows_cycle(GPtrArray *rows, unsigned at)
{
    filter_row *r = row_at(rows, at);
    if (!is_group(r))
        return false;
    if (r->kind == ROW_NOT && at + 1 < rows->len && row_at(rows, at + 1)->kind == ROW_ALL) {
        /* The "all" that a "not" of several has around them. */
        shift(rows, at + 2, end_of(rows, at), -1);
        g_ptr_array_remove_index(rows, at + 1);
    }
    r->kind = r->kind == ROW_NOT ? ROW_ALL : r->kind + 1;
    make_single(rows);
    return true;
}

/* --- values ---------------------------------------------------------------------- */

/* The end of a list's member that begins at @text: the comma, not one inside of
 * brackets such as add_months(yyyymmdd,-1). */
static size_t member_length(const char *text)
{
    size_t n = 0;
    int depth = 0;
    for (; text[n] != '\0' && (text[n] != ',' || depth > 0); n++) {
        if (strchr("([{", text[n]) != NULL)
            depth++;
        else if (strchr(")]}", text[n]) != NULL && depth > 0)
            depth--;
    }
    return n;
}

/* A member in quotes at @text; *length is how far it goes. NULL: none. */
static json_t *read_quoted(const char *text, size_t *length)
{
    json_error_t end;
    json_t *member = json_loads(text, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &end);
    if (json_is_string(member)) {
        *length = (size_t)end.position;
        return member;
    }
    json_decref(member);
    return NULL;
}

static json_t *read_list(const char *text)
{
    json_t *list = json_array();
    while (*text != '\0') {
        text += strspn(text, " \t");
        size_t n = 0;
        json_t *quoted = *text == '"' ? read_quoted(text, &n) : NULL;
        if (quoted != NULL) {
            json_array_append_new(list, quoted);
            n += member_length(text + n);
        } else {
            n = member_length(text);
            g_autofree char *member = g_strchomp(g_strndup(text, n));
            if (member[0] != '\0')
                json_array_append_new(list, typed_scalar_read(member));
        }
        text += n + (text[n] == ',');
    }
    return list;
}

/* @member as it stands between commas. */
static char *member_text(const json_t *member)
{
    g_autofree char *plain = typed_scalar(member);
    g_autofree char *line = g_strconcat(plain, ", x", NULL);
    json_t *again = read_list(line);
    bool same =
        json_array_size(again) == 2 && json_equal(json_array_get(again, 0), (json_t *)member);
    json_decref(again);
    if (same)
        return g_steal_pointer(&plain);
    char *dumped = json_dumps(member, JSON_ENCODE_ANY);
    char *copy = g_strdup(dumped);
    free(dumped);
    return copy;
}

char *filter_value_text(const char *op, const json_t *value)
{
    if (value == NULL)
        return g_strdup("");
    if (filter_row_operand(op) == OPERAND_TEXT && json_is_string(value))
        return g_strdup(json_string_value(value));
    if (!json_is_array(value))
        return typed_scalar(value);
    GString *line = g_string_new(NULL);
    size_t i;
    json_t *member;
    json_array_foreach(value, i, member)
    {
        g_autofree char *text = member_text(member);
        g_string_append_printf(line, "%s%s", i > 0 ? ", " : "", text);
    }
    return g_string_free(line, FALSE);
}

json_t *filter_value_read(const char *op, const char *text)
{
    switch (filter_row_operand(op)) {
    case OPERAND_NONE:
        return NULL;
    case OPERAND_ONE:
        return typed_scalar_read(text);
    case OPERAND_TEXT:
        return json_string(text);
    case OPERAND_LIST:
    case OPERAND_PAIR:
        return read_list(text);
    }
    g_assert_not_reached();
}
