#include "link/sqlite_feed.h"
#include "link/sqlite_private.h"

#include "base/intl.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct {
    writer base;
    sqlite_session *session;
    table_name *table;
    char *table_prefix; /* "name.", as SQLite's messages have it */
    char **columns;     /* NULL-terminated */
    bool *is_text;      /* [n] text whatever the affinity */
    sqlite_affinity *affinities;
    int rowid_column; /* index of the column that is the rowid, or -1 */
    bool isolate;
    void (*done)(void *user, batch *b);
    void *user;
    char *feed_name;
    sqlite_feed feed;
    sqlite3_stmt *insert, *savepoint, *release, *rollback_to;
} sqlite_writer;

/* Why a statement that wrote a range of rows was refused. */
typedef struct {
    int code;     /* SQLite's extended code; 0: rows were dropped without an error */
    unsigned row; /* the row it stood at; meaningless when not in the range */
    char *message;
} refusal;

static void refusal_clear(refusal *r)
{
    g_clear_pointer(&r->message, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(refusal, refusal_clear)

/* ---- opening ------------------------------------------------------------- */

static char *insert_sql(const sqlite_writer *w)
{
    /* OR ABORT overrides ON CONFLICT clauses of the table, which would drop
     * or replace rows without a word. */
    g_autoptr(GString) into = g_string_new(NULL);
    g_autoptr(GString) from = g_string_new(NULL);
    for (unsigned i = 0; i < w->feed.n_columns; i++) {
        char *name = sqlite3_mprintf("%s\"%w\"", i == 0 ? "" : ", ", w->columns[i]);
        g_string_append(into, name);
        sqlite3_free(name);
        g_string_append_printf(from, "%sc%u", i == 0 ? "" : ", ", i);
    }
    char *sql =
        sqlite3_mprintf("INSERT OR ABORT INTO \"%w\".\"%w\" (%s) SELECT %s FROM \"%w\"",
                        w->table->schema, w->table->name, into->str, from->str, w->feed_name);
    char *copy = g_strdup(sql);
    sqlite3_free(sql);
    return copy;
}

static bool prepare_all(sqlite_writer *w, error **err)
{
    sqlite_session *s = w->session;
    if (sqlite_feed_add(s->db, w->feed_name, &w->feed) != SQLITE_OK)
        return sqlite_fail(s, err, _("prepare to write"));
    g_autofree char *sql = insert_sql(w);
    g_autofree char *doing = g_strdup_printf(_("write to table \"%s\""), w->table->name);
    return (w->insert = sqlite_prepare(s, sql, doing, err)) != NULL &&
           (w->savepoint = sqlite_prepare(s, "SAVEPOINT rf_rows", doing, err)) != NULL &&
           (w->release = sqlite_prepare(s, "RELEASE rf_rows", doing, err)) != NULL &&
           (w->rollback_to = sqlite_prepare(s, "ROLLBACK TO rf_rows", doing, err)) != NULL;
}

writer *sqlite_write_open(session *base, const write_request *request, error **err)
{
    sqlite_session *s = sqlite_of(base);
    g_assert(request->n_columns > 0);
    sqlite_writer *w = g_new0(sqlite_writer, 1);
    unsigned n = request->n_columns;
    const char *schema = request->table->schema != NULL ? request->table->schema : "main";
    w->base.ops = base->ops;
    w->session = s;
    w->table = table_name_new(schema, request->table->name);
    w->table_prefix = g_strconcat(request->table->name, ".", NULL);
    w->columns = g_new0(char *, n + 1);
    w->is_text = g_new0(bool, n);
    w->affinities = g_new0(sqlite_affinity, n);
    w->rowid_column = -1;
    g_autofree char *rowid = sqlite_rowid_column(s, schema, request->table->name);
    for (unsigned i = 0; i < n; i++) {
        w->columns[i] = g_strdup(request->columns[i]);
        w->affinities[i] = sqlite_affinity_of(request->type_texts[i]);
        w->is_text[i] = request->types[i].kind == TYPE_TEXT || request->types[i].kind == TYPE_JSON;
        if (rowid != NULL && strcmp(rowid, w->columns[i]) == 0)
            w->rowid_column = (int)i;
    }
    w->isolate = request->isolate;
    w->done = request->done;
    w->user = request->user;
    /* A name that no table of the database has. */
    w->feed_name = g_strdup_printf("rf_feed_%08x%08x", g_random_int(), g_random_int());
    w->feed = (sqlite_feed){ .n_columns = n, .affinities = w->affinities };
    if (prepare_all(w, err))
        return &w->base;
    sqlite_write_close(&w->base);
    return NULL;
}

void sqlite_write_close(writer *base)
{
    sqlite_writer *w = (sqlite_writer *)base;
    if (w == NULL)
        return;
    sqlite3_finalize(w->insert);
    sqlite3_finalize(w->savepoint);
    sqlite3_finalize(w->release);
    sqlite3_finalize(w->rollback_to);
    sqlite_feed_remove(w->session->db, w->feed_name);
    table_name_free(w->table);
    g_free(w->table_prefix);
    g_strfreev(w->columns);
    g_free(w->is_text);
    g_free(w->affinities);
    g_free(w->feed_name);
    g_free(w);
}

/* ---- values that SQLite cannot keep -------------------------------------- */

static bool cell_fits(const value *v, sqlite_affinity affinity, convert_error *why)
{
    char buffer[VALUE_TEXT_MAX];
    sqlite_cell cell;
    return sqlite_cell_make(v, affinity, buffer, &cell, why);
}

static bool check_value(const sqlite_writer *w, unsigned column, const value *v, convert_error *why)
{
    sqlite_affinity affinity = w->affinities[column];
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        if ((int)column != w->rowid_column)
            return true;
        /* SQLite would make a number up, and staging another one than the target. */
        why->class = REJECT_NULL;
        g_snprintf(why->message, sizeof why->message, _("NULL in the table's key \"%s\""),
                   w->columns[column]);
        return false;
    case VALUE_TEXT:
    case VALUE_JSON:
        if (!w->is_text[column] || affinity == AFFINITY_TEXT || affinity == AFFINITY_BLOB ||
            sqlite_text_survives(v))
            return true;
        why->class = REJECT_TYPE;
        g_snprintf(why->message, sizeof why->message,
                   _("text \"%.*s\" would be stored as a number in column \"%s\""),
                   (int)MIN(v->size, 40U), v->data, w->columns[column]);
        return false;
    case VALUE_INT:
        /* REAL keeps 53 bits of an integer, and text keeps its spelling. */
        if (affinity != AFFINITY_REAL && affinity != AFFINITY_TEXT)
            return true;
        return cell_fits(v, affinity, why);
    case VALUE_FLOAT:
        if (isfinite(v->f) && (affinity == AFFINITY_NUMERIC || affinity == AFFINITY_REAL))
            return true;
        return cell_fits(v, affinity, why);
    case VALUE_BOOL:
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
        return cell_fits(v, affinity, why);
    case VALUE_BYTES:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
        return true;
    }
    g_assert_not_reached();
}

/* ---- rows that SQLite refuses -------------------------------------------- */

static reject_class class_of(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_NOTNULL:
        return REJECT_NULL;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return REJECT_KEY;
    case SQLITE_CONSTRAINT_CHECK:
        return REJECT_CHECK;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return REJECT_FOREIGN_KEY;
    case SQLITE_CONSTRAINT_DATATYPE:
    case SQLITE_MISMATCH:
        return REJECT_TYPE;
    case SQLITE_TOOBIG:
        return REJECT_LENGTH;
    default:
        return REJECT_OTHER;
    }
}

static bool is_refusal(int code)
{
    int primary = code & 0xff;
    return primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG;
}

/* The first column that "UNIQUE constraint failed: t.a, t.b" or "cannot store
 * TEXT value in INTEGER column t.a" names, or -1. */
static int named_column(const sqlite_writer *w, const char *message)
{
    const char *at = strstr(message, w->table_prefix);
    if (at == NULL)
        return -1;
    at += strlen(w->table_prefix);
    g_autofree char *next = g_strconcat(", ", w->table_prefix, NULL);
    const char *end = strstr(at, next);
    size_t size = end == NULL ? strlen(at) : (size_t)(end - at);
    for (unsigned i = 0; i < w->feed.n_columns; i++)
        if (strlen(w->columns[i]) == size && memcmp(w->columns[i], at, size) == 0)
            return (int)i;
    return -1;
}

/* The name of a staging table says nothing to people. */
static char *without_table(const sqlite_writer *w, const char *message)
{
    g_auto(GStrv) parts = g_strsplit(message, w->table_prefix, -1);
    return g_strjoinv("", parts);
}

/* The load fails with this row. */
static bool fail_with_reject(const sqlite_writer *w, const batch *b, unsigned row, error **err)
{
    const reject_reason *reason = batch_reason(b, row);
    error_set(err, ERROR_DATA, _("table \"%s\" refused row %" PRId64 ": %s"),
              w->table->name, b->first_position + row, reason->message);
    error_sqlstate(err, reason->sqlstate);
    if (reason->column < 0)
        return false;
    char buffer[VALUE_TEXT_MAX];
    size_t size = 0;
    const value *v = &b->target[reason->column][row];
    if (v->kind == VALUE_NULL || v->kind == VALUE_BYTES)
        return error_detail(err, _("Column \"%s\" is %s"), w->columns[reason->column],
                            v->kind == VALUE_NULL ? "NULL" : value_kind_name(v->kind));
    const char *text = value_to_text(v, buffer, &size);
    return error_detail(err, _("Column \"%s\" is \"%.*s%s\""), w->columns[reason->column],
                        (int)MIN(size, (size_t)40), text, size > 40 ? "…" : "");
}

/* Reject @row. False with *err set where a reject ends the load. */
static bool mark(const sqlite_writer *w, batch *b, unsigned row, const refusal *why, error **err)
{
    char number[16] = "";
    if (why->code != 0)
        g_snprintf(number, sizeof number, "%d", why->code);
    g_autofree char *message = without_table(w, why->message);
    batch_reject(b, row, class_of(why->code), named_column(w, why->message), number, message);
    return w->isolate || fail_with_reject(w, b, row, err);
}

/* Reject the rows with values that SQLite cannot keep; where a reject ends
 * the load, only the first of them. */
static bool reject_values(const sqlite_writer *w, batch *b, error **err)
{
    unsigned end = b->n_rows;
    int first_column = -1;
    convert_error why, first_why = { 0 }; /* not in the loop: locals are cleared each time */
    for (unsigned c = 0; c < w->feed.n_columns; c++) {
        const value *column = b->target[c];
        for (unsigned row = 0; row < end; row++) {
            if (b->status[row] != ROW_OK || check_value(w, c, &column[row], &why))
                continue;
            if (w->isolate) {
                batch_reject(b, row, why.class, (int)c, NULL, why.message);
                continue;
            }
            end = row;
            first_column = (int)c;
            first_why = why;
        }
    }
    if (first_column < 0)
        return true;
    batch_reject(b, end, first_why.class, first_column, NULL, first_why.message);
    return fail_with_reject(w, b, end, err);
}

static bool step(sqlite_writer *w, sqlite3_stmt *statement, error **err)
{
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (code == SQLITE_DONE)
        return true;
    g_autofree char *doing = g_strdup_printf(_("write to table \"%s\""), w->table->name);
    return sqlite_fail(w->session, err, doing);
}

static unsigned good_rows(const batch *b, unsigned first, unsigned end, unsigned *one)
{
    unsigned n = 0;
    for (unsigned row = first; row < end; row++)
        if (b->status[row] == ROW_OK) {
            *one = row;
            n++;
        }
    return n;
}

typedef enum { ROWS_STORED, ROWS_REFUSED, ROWS_FAILED } rows_outcome;

/* Write the good rows of [first, end) with one statement: all or none. */
static rows_outcome try_rows(sqlite_writer *w, batch *b, unsigned first, unsigned end, refusal *why,
                             error **err)
{
    unsigned unused;
    unsigned n = good_rows(b, first, end, &unused);
    if (n == 0)
        return ROWS_STORED;
    refusal_clear(why);
    /* The savepoint takes back what a trigger's RAISE(FAIL) or a row too big
     * leaves behind, where a statement does not undo itself. */
    if (!step(w, w->savepoint, err))
        return ROWS_FAILED;
    w->feed.rows = b;
    w->feed.first = first;
    w->feed.end = end;
    int code = sqlite3_step(w->insert);
    if (code == SQLITE_DONE) {
        sqlite3_reset(w->insert);
        if (sqlite3_changes64(w->session->db) == n)
            return step(w, w->release, err) ? ROWS_STORED : ROWS_FAILED;
        *why = (refusal){ .row = end, .message = g_strdup(_("a trigger left the row out")) };
    } else if (is_refusal(code)) {
        *why = (refusal){ .code = code,
                          .row = w->feed.at,
                          .message = g_strdup(sqlite3_errmsg(w->session->db)) };
        sqlite3_reset(w->insert);
        if (sqlite3_get_autocommit(w->session->db)) {
            error_set(err, ERROR_SQL,
                      _("table \"%s\": a trigger rolled the whole transaction back: %s"),
                      w->table->name, why->message);
            return ROWS_FAILED;
        }
    } else {
        g_autofree char *doing = g_strdup_printf(_("write to table \"%s\""), w->table->name);
        sqlite_fail(w->session, err, doing);
        sqlite3_reset(w->insert);
        return ROWS_FAILED;
    }
    return step(w, w->rollback_to, err) && step(w, w->release, err) ? ROWS_REFUSED : ROWS_FAILED;
}

/* [first, end) was refused for *why: store its good rows, mark the others.
 * With SQLite's own word about the row this costs three statements for a bad
 * row, else bisection at most two for each halving. */
static bool split_rows(sqlite_writer *w, batch *b, unsigned first, unsigned end, refusal *why,
                       error **err);

/* Store the good rows of [first, end); true when the fate of each is known. */
static bool store_rows(sqlite_writer *w, batch *b, unsigned first, unsigned end, error **err)
{
    g_auto(refusal) why = { 0 };
    rows_outcome outcome = try_rows(w, b, first, end, &why, err);
    return outcome == ROWS_STORED ||
           (outcome == ROWS_REFUSED && split_rows(w, b, first, end, &why, err));
}

static bool split_rows(sqlite_writer *w, batch *b, unsigned first, unsigned end, refusal *why,
                       error **err)
{
    rows_outcome outcome = ROWS_REFUSED;
    while (outcome == ROWS_REFUSED) {
        unsigned row;
        if (!sqlite_check(w->session, err))
            return false;
        if (good_rows(b, first, end, &row) == 1)
            return mark(w, b, row, why, err);
        if (why->row >= first && why->row < end && b->status[why->row] == ROW_OK) {
            row = why->row;
            if (!store_rows(w, b, first, row, err))
                return false;
            outcome = try_rows(w, b, row, row + 1, why, err);
            if (outcome == ROWS_FAILED || (outcome == ROWS_REFUSED && !mark(w, b, row, why, err)))
                return false;
            first = row + 1;
            outcome = try_rows(w, b, first, end, why, err);
            continue;
        }
        unsigned middle = first + (end - first) / 2;
        g_auto(refusal) left = { 0 };
        outcome = try_rows(w, b, first, middle, &left, err);
        if (outcome == ROWS_FAILED)
            return false;
        if (outcome == ROWS_REFUSED && !split_rows(w, b, first, middle, &left, err))
            return false;
        first = middle;
        /* When the left half went in, what was refused stands in the right
         * one, which need not be tried as a whole. */
        outcome = outcome == ROWS_STORED ? ROWS_REFUSED : try_rows(w, b, first, end, why, err);
    }
    return outcome == ROWS_STORED;
}

bool sqlite_write(writer *base, batch *b, error **err)
{
    sqlite_writer *w = (sqlite_writer *)base;
    bool ok = sqlite_check(w->session, err) && reject_values(w, b, err) &&
              store_rows(w, b, 0, b->n_rows, err);
    w->feed.rows = NULL;
    w->done(w->user, b);
    return ok;
}

bool sqlite_write_flush(writer *base, error **err)
{
    sqlite_writer *w = (sqlite_writer *)base;
    return sqlite_check(w->session, err);
}
