#include "link/postgresql_reject.h"

#include <glib.h>
#include <string.h>

static const struct {
    const char *sqlstate;
    reject_class class;
    bool wants_detail; /* the detail names the key; others repeat the row */
} classes[] = {
    { "23502", REJECT_NULL, false },    { "23505", REJECT_KEY, true },
    { "23P01", REJECT_KEY, true },      { "23503", REJECT_FOREIGN_KEY, true },
    { "23514", REJECT_CHECK, false },   { "44000", REJECT_CHECK, false },
    { "22001", REJECT_LENGTH, false },  { "54000", REJECT_LENGTH, true },
    { "22003", REJECT_RANGE, true },    { "22008", REJECT_RANGE, false },
    { "22015", REJECT_RANGE, false },   { "22021", REJECT_ENCODING, false },
    { "22P05", REJECT_ENCODING, true }, { "22007", REJECT_TYPE, false },
    { "22P02", REJECT_TYPE, true },     { "22P03", REJECT_TYPE, true },
};

static size_t find_class(const char *sqlstate)
{
    size_t i = 0;
    while (i < G_N_ELEMENTS(classes) && strcmp(classes[i].sqlstate, sqlstate) != 0)
        i++;
    return i;
}

reject_class pg_reject_class(const char *sqlstate)
{
    size_t i = find_class(sqlstate);
    return i < G_N_ELEMENTS(classes) ? classes[i].class : REJECT_OTHER;
}

static int column_of_name(const pg_refused_columns *names, const char *name)
{
    for (int i = 0; name != NULL && names->columns[i] != NULL; i++) {
        if (strcmp(names->columns[i], name) == 0)
            return i;
    }
    return -1;
}

/* After the line: ", column NAME", and for text ": "value"" behind it. The
 * longest name wins, since one may begin another. */
static int column_of_context(const pg_refused_columns *names, const char *rest)
{
    const char *name = *rest == ',' ? strchr(rest, ' ') : NULL;
    name = name != NULL ? strchr(name + 1, ' ') : NULL;
    int found = -1;
    size_t longest = 0;
    for (int i = 0; name != NULL && names->columns[i] != NULL; i++) {
        size_t size = strlen(names->columns[i]);
        if (size <= longest || strncmp(name + 1, names->columns[i], size) != 0)
            continue;
        char after = name[1 + size];
        if (after == '\0' || after == ':' || after == '\n') {
            found = i;
            longest = size;
        }
    }
    return found;
}

int64_t pg_context_line(const pg_refused_columns *names, const char *context, int *column)
{
    *column = -1;
    /* Functions of triggers stand on lines of their own before it. The words
     * behind the table's name are in the server's language. */
    g_autofree char *head = g_strdup_printf("COPY %s, ", names->table);
    const char *place = context;
    while ((place = strstr(place, head)) != NULL) {
        if (place == context || place[-1] == '\n')
            break;
        place++;
    }
    if (place == NULL)
        return 0;
    const char *number = place + strlen(head);
    while (*number != '\0' && *number != '\n' && !g_ascii_isdigit(*number))
        number++;
    char *end = NULL;
    gint64 line = g_ascii_isdigit(*number) ? g_ascii_strtoll(number, &end, 10) : 0;
    if (end != NULL)
        *column = column_of_context(names, end);
    return line;
}

int64_t pg_refused_line(const pg_refused_columns *names, const PGresult *answer)
{
    const char *context = PQresultErrorField(answer, PG_DIAG_CONTEXT);
    int column;
    return context != NULL ? pg_context_line(names, context, &column) : 0;
}

void pg_reject(batch *b, unsigned row, const pg_refused_columns *names, const PGresult *answer)
{
    const char *sqlstate = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(answer, PG_DIAG_MESSAGE_DETAIL);
    const char *context = PQresultErrorField(answer, PG_DIAG_CONTEXT);
    int column = column_of_name(names, PQresultErrorField(answer, PG_DIAG_COLUMN_NAME));
    const char *rule = PQresultErrorField(answer, PG_DIAG_CONSTRAINT_NAME);
    if (column < 0 && rule != NULL && names->rules != NULL)
        column = column_of_name(names, g_hash_table_lookup(names->rules, rule));
    if (column < 0 && context != NULL)
        pg_context_line(names, context, &column);
    size_t i = find_class(sqlstate);
    bool with_detail = detail != NULL && i < G_N_ELEMENTS(classes) && classes[i].wants_detail;
    g_autofree char *message =
        with_detail ? g_strdup_printf("%s: %s", primary, detail) : g_strdup(primary);
    batch_reject(b, row, pg_reject_class(sqlstate), column, sqlstate, message);
}
