#include "link/sqlite_ddl.h"

#include <string.h>

/* ---- tokens -------------------------------------------------------------- */

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end) {
        if (g_ascii_isspace(*p)) {
            p++;
        } else if (end - p >= 2 && p[0] == '-' && p[1] == '-') {
            while (p < end && *p != '\n')
                p++;
        } else if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
            p += 2;
            while (p < end && !(p[0] == '*' && end - p >= 2 && p[1] == '/'))
                p++;
            p = MIN(p + 2, end);
        } else {
            break;
        }
    }
    return p;
}

static bool is_word_byte(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Behind the closing quote of what opens at @p; a doubled quote stays inside. */
static const char *skip_quoted(const char *p, const char *end, char close)
{
    for (p++; p < end; p++) {
        if (*p != close)
            continue;
        if (close == ']' || end - p < 2 || p[1] != close)
            return p + 1;
        p++;
    }
    return end;
}

sql_token sql_next_token(const char **at, const char *end)
{
    const char *p = skip_blanks(*at, end);
    sql_token t = { .kind = TOKEN_END, .start = p, .end = p };
    if (p == end) {
        *at = p;
        return t;
    }
    switch (*p) {
    case '"':
    case '`':
        t.kind = TOKEN_QUOTED;
        t.end = skip_quoted(p, end, *p);
        break;
    case '[':
        t.kind = TOKEN_QUOTED;
        t.end = skip_quoted(p, end, ']');
        break;
    case '\'':
        t.kind = TOKEN_STRING;
        t.end = skip_quoted(p, end, '\'');
        break;
    default:
        if (g_ascii_isdigit(*p) || (*p == '.' && end - p >= 2 && g_ascii_isdigit(p[1]))) {
            t.kind = TOKEN_NUMBER;
            while (p < end && (is_word_byte(*p) || *p == '.' ||
                               ((*p == '+' || *p == '-') && g_ascii_tolower(p[-1]) == 'e' &&
                                g_ascii_tolower(t.start[1]) != 'x')))
                p++;
            t.end = p;
        } else if (is_word_byte(*p)) {
            t.kind = TOKEN_WORD;
            while (p < end && is_word_byte(*p))
                p++;
            t.end = p;
        } else {
            t.kind = TOKEN_SYMBOL;
            t.end = p + 1;
        }
    }
    *at = t.end;
    return t;
}

bool sql_token_is(const sql_token *t, const char *wanted)
{
    size_t size = (size_t)(t->end - t->start);
    return (t->kind == TOKEN_WORD || t->kind == TOKEN_SYMBOL) && strlen(wanted) == size &&
           g_ascii_strncasecmp(t->start, wanted, size) == 0;
}

char *sql_token_name(const sql_token *t)
{
    if (t->kind != TOKEN_QUOTED && t->kind != TOKEN_STRING)
        return g_strndup(t->start, (gsize)(t->end - t->start));
    char close = t->start[0] == '[' ? ']' : t->start[0];
    GString *name = g_string_new(NULL);
    for (const char *p = t->start + 1; p < t->end - 1; p++) {
        g_string_append_c(name, *p);
        if (*p == close && close != ']')
            p++;
    }
    return g_string_free(name, FALSE);
}

static bool token_names(const sql_token *t, const char *name)
{
    if (t->kind == TOKEN_WORD)
        return strlen(name) == (size_t)(t->end - t->start) &&
               g_ascii_strncasecmp(t->start, name, strlen(name)) == 0;
    if (t->kind != TOKEN_QUOTED)
        return false;
    g_autofree char *own = sql_token_name(t);
    return g_ascii_strcasecmp(own, name) == 0;
}

void sql_span_write(const sql_span *span, const char *table, const char *left_out, GString *out)
{
    const char *at = span->start, *before = NULL;
    for (;;) {
        sql_token t = sql_next_token(&at, span->end);
        if (t.kind == TOKEN_END)
            return;
        const char *behind = at;
        sql_token point = sql_next_token(&behind, span->end);
        if (table != NULL && token_names(&t, table) && sql_token_is(&point, ".")) {
            at = behind;
            before = NULL;
            continue;
        }
        if (left_out != NULL && sql_token_is(&t, left_out))
            continue;
        if (before != NULL && before != t.start)
            g_string_append_c(out, ' ');
        g_string_append_len(out, t.start, t.end - t.start);
        before = t.end;
    }
}

bool sql_span_mentions(const sql_span *span, const char *name)
{
    const char *at = span->start;
    for (;;) {
        sql_token t = sql_next_token(&at, span->end);
        if (t.kind == TOKEN_END)
            return false;
        if (token_names(&t, name))
            return true;
    }
}

/* ---- a cursor over one statement ----------------------------------------- */

typedef struct {
    const char *at, *end;
    sql_token now;
    bool failed;
} parser;

static void advance(parser *p)
{
    p->now = sql_next_token(&p->at, p->end);
}

static void parser_start(parser *p, const char *sql)
{
    *p = (parser){ .at = sql, .end = sql + strlen(sql) };
    advance(p);
}

static bool is(const parser *p, const char *wanted)
{
    return sql_token_is(&p->now, wanted);
}

static bool take(parser *p, const char *wanted)
{
    if (!is(p, wanted))
        return false;
    advance(p);
    return true;
}

static bool is_name(const parser *p)
{
    return p->now.kind == TOKEN_WORD || p->now.kind == TOKEN_QUOTED || p->now.kind == TOKEN_STRING;
}

static char *take_name(parser *p)
{
    if (!is_name(p)) {
        p->failed = true;
        return g_strdup("");
    }
    char *name = sql_token_name(&p->now);
    advance(p);
    return name;
}

static void skip_name(parser *p)
{
    g_free(take_name(p));
}

/* "( … )" with its parentheses. */
static sql_span take_group(parser *p)
{
    sql_span span = { p->now.start, p->now.start };
    int depth = 0;
    if (!is(p, "("))
        p->failed = true;
    while (!p->failed) {
        depth += is(p, "(");
        depth -= is(p, ")");
        span.end = p->now.end;
        p->failed = p->now.kind == TOKEN_END;
        advance(p);
        if (depth == 0)
            break;
    }
    return span;
}

/* IF NOT EXISTS and "schema.name"; returns the last part. */
static char *take_object_name(parser *p)
{
    if (take(p, "IF") && !(take(p, "NOT") && take(p, "EXISTS")))
        p->failed = true;
    char *name = take_name(p);
    if (take(p, ".")) {
        g_free(name);
        name = take_name(p);
    }
    return name;
}

/* ---- clauses ------------------------------------------------------------- */

static void add_clause(GArray *clauses, clause_kind kind, sql_span text)
{
    ddl_clause c = { kind, text };
    g_array_append_val(clauses, c);
}

static void skip_conflict(parser *p)
{
    if (take(p, "ON")) {
        p->failed |= !take(p, "CONFLICT");
        skip_name(p);
    }
}

static void skip_references(parser *p)
{
    skip_name(p);
    if (is(p, "("))
        take_group(p);
    for (;;) {
        if (take(p, "ON")) {
            advance(p); /* DELETE, UPDATE */
            if (take(p, "SET") || take(p, "NO"))
                advance(p);
            else
                advance(p); /* CASCADE, RESTRICT */
        } else if (take(p, "MATCH")) {
            skip_name(p);
        } else if (take(p, "DEFERRABLE")) {
            continue;
        } else if (take(p, "INITIALLY")) {
            advance(p);
        } else if (is(p, "NOT")) {
            const char *behind = p->at;
            sql_token next = sql_next_token(&behind, p->end);
            if (!sql_token_is(&next, "DEFERRABLE"))
                return;
            advance(p);
        } else {
            return;
        }
    }
}

static sql_span take_default(parser *p)
{
    if (is(p, "("))
        return take_group(p);
    sql_span span = { p->now.start, p->now.end };
    if (take(p, "-") || take(p, "+"))
        span.end = p->now.end;
    bool is_hex = is(p, "x");
    advance(p);
    if (is_hex && p->now.kind == TOKEN_STRING && p->now.start == span.end) {
        span.end = p->now.end;
        advance(p);
    }
    return span;
}

static const char *const column_clauses[] = { "CONSTRAINT", "PRIMARY",   "NOT",     "NULL",
                                              "UNIQUE",     "CHECK",     "DEFAULT", "COLLATE",
                                              "REFERENCES", "GENERATED", "AS" };

static bool at_column_clause(const parser *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(column_clauses); i++)
        if (is(p, column_clauses[i]))
            return true;
    return false;
}

static sql_span take_type(parser *p)
{
    sql_span span = { p->now.start, p->now.start };
    while (!p->failed && is_name(p) && !at_column_clause(p)) {
        span.end = p->now.end;
        advance(p);
        if (is(p, "(")) {
            span.end = take_group(p).end;
            break;
        }
    }
    return span;
}

static void take_column_clause(parser *p, GArray *clauses)
{
    sql_span span = { p->now.start, p->now.start };
    if (take(p, "CONSTRAINT")) {
        skip_name(p);
    } else if (take(p, "NOT")) {
        p->failed |= !take(p, "NULL");
        skip_conflict(p);
        add_clause(clauses, CLAUSE_NOT_NULL, span);
    } else if (take(p, "NULL")) {
        skip_conflict(p);
    } else if (take(p, "PRIMARY")) {
        p->failed |= !take(p, "KEY");
        span = (sql_span){ p->now.start, p->now.start };
        if (is(p, "ASC") || is(p, "DESC")) {
            span.end = p->now.end;
            advance(p);
        }
        skip_conflict(p);
        take(p, "AUTOINCREMENT");
        add_clause(clauses, CLAUSE_PRIMARY_KEY, span);
    } else if (take(p, "UNIQUE")) {
        skip_conflict(p);
        add_clause(clauses, CLAUSE_UNIQUE, span);
    } else if (take(p, "CHECK")) {
        add_clause(clauses, CLAUSE_CHECK, take_group(p));
        skip_conflict(p);
    } else if (take(p, "DEFAULT")) {
        add_clause(clauses, CLAUSE_DEFAULT, take_default(p));
    } else if (take(p, "COLLATE")) {
        span = (sql_span){ p->now.start, p->now.end };
        skip_name(p);
        add_clause(clauses, CLAUSE_COLLATE, span);
    } else if (take(p, "REFERENCES")) {
        skip_references(p);
    } else {
        if (take(p, "GENERATED"))
            p->failed |= !take(p, "ALWAYS");
        span.start = p->now.start;
        p->failed |= !take(p, "AS");
        span.end = take_group(p).end;
        if (is(p, "STORED") || is(p, "VIRTUAL")) {
            span.end = p->now.end;
            advance(p);
        }
        add_clause(clauses, CLAUSE_GENERATED, span);
    }
}

static void column_free(gpointer data)
{
    ddl_column *c = data;
    g_free(c->name);
    g_array_unref(c->clauses);
    g_free(c);
}

static void take_column(parser *p, ddl_table *t)
{
    ddl_column *c = g_new0(ddl_column, 1);
    c->clauses = g_array_new(FALSE, FALSE, sizeof(ddl_clause));
    g_ptr_array_add(t->columns, c);
    c->name = take_name(p);
    c->type = take_type(p);
    while (!p->failed && !is(p, ",") && !is(p, ")")) {
        if (!at_column_clause(p))
            p->failed = true;
        else
            take_column_clause(p, c->clauses);
    }
}

static bool at_table_clause(const parser *p)
{
    return is(p, "CONSTRAINT") || is(p, "PRIMARY") || is(p, "UNIQUE") || is(p, "CHECK") ||
           is(p, "FOREIGN");
}

static void take_table_clause(parser *p, GArray *clauses)
{
    if (take(p, "CONSTRAINT")) {
        skip_name(p);
    } else if (take(p, "PRIMARY")) {
        p->failed |= !take(p, "KEY");
        add_clause(clauses, CLAUSE_PRIMARY_KEY, take_group(p));
        skip_conflict(p);
    } else if (take(p, "UNIQUE")) {
        add_clause(clauses, CLAUSE_UNIQUE, take_group(p));
        skip_conflict(p);
    } else if (take(p, "CHECK")) {
        add_clause(clauses, CLAUSE_CHECK, take_group(p));
        skip_conflict(p);
    } else if (take(p, "FOREIGN")) {
        p->failed |= !take(p, "KEY");
        take_group(p);
        p->failed |= !take(p, "REFERENCES");
        skip_references(p);
    } else {
        p->failed = true;
    }
}

static void take_options(parser *p, ddl_table *t)
{
    while (!p->failed && p->now.kind != TOKEN_END && !is(p, ";")) {
        if (take(p, "WITHOUT")) {
            p->failed |= !take(p, "ROWID");
            t->without_rowid = true;
        } else if (take(p, "STRICT")) {
            t->strict = true;
        } else if (!take(p, ",")) {
            p->failed = true;
        }
    }
}

/* ---- statements ---------------------------------------------------------- */

ddl_table *ddl_table_read(const char *sql)
{
    parser p;
    parser_start(&p, sql);
    g_autoptr(ddl_table) t = g_new0(ddl_table, 1);
    t->columns = g_ptr_array_new_with_free_func(column_free);
    t->clauses = g_array_new(FALSE, FALSE, sizeof(ddl_clause));
    p.failed = !take(&p, "CREATE");
    if (!take(&p, "TEMP"))
        take(&p, "TEMPORARY");
    p.failed |= !take(&p, "TABLE");
    t->name = take_object_name(&p);
    p.failed |= !take(&p, "(");
    do
        take_column(&p, t);
    while (!p.failed && take(&p, ",") && !at_table_clause(&p));
    /* The commas between a table's constraints may be missing. */
    while (!p.failed && !is(&p, ")")) {
        take(&p, ",");
        take_table_clause(&p, t->clauses);
    }
    advance(&p);
    take_options(&p, t);
    return p.failed ? NULL : g_steal_pointer(&t);
}

void ddl_table_free(ddl_table *t)
{
    if (t == NULL)
        return;
    g_free(t->name);
    g_ptr_array_unref(t->columns);
    g_array_unref(t->clauses);
    g_free(t);
}

bool ddl_index_read(const char *sql, sql_span *list)
{
    parser p;
    parser_start(&p, sql);
    p.failed = !take(&p, "CREATE");
    take(&p, "UNIQUE");
    p.failed |= !take(&p, "INDEX");
    g_free(take_object_name(&p));
    p.failed |= !take(&p, "ON");
    skip_name(&p);
    *list = (sql_span){ p.now.start, p.end };
    return !p.failed && is(&p, "(");
}

const char *ddl_trigger_event(const char *sql)
{
    static const char *const events[] = { "DELETE", "INSERT", "UPDATE" };
    parser p;
    parser_start(&p, sql);
    p.failed = !take(&p, "CREATE");
    if (!take(&p, "TEMP"))
        take(&p, "TEMPORARY");
    p.failed |= !take(&p, "TRIGGER");
    g_free(take_object_name(&p));
    if (take(&p, "INSTEAD"))
        take(&p, "OF");
    else if (!take(&p, "BEFORE"))
        take(&p, "AFTER");
    for (size_t i = 0; !p.failed && i < G_N_ELEMENTS(events); i++)
        if (is(&p, events[i]))
            return events[i];
    return NULL;
}
