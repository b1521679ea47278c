/* Rows go to the server in groups of batches, one COPY FROM STDIN each, with a
 * savepoint before it. A batch is kept until the COPY of its group has ended
 * well: only then is the fate of its rows known. When the server refuses a
 * group for the data in it, the group is sent again in pieces around the rows
 * that are to blame (postgresql_reject.c says which). */
#include "link/postgresql_private.h"

#include "link/postgresql_bytes.h"
#include "link/postgresql_codec.h"
#include "link/postgresql_reject.h"

#include <inttypes.h>
#include <string.h>

/* A group ends at either. Each COPY costs the server 1.4 ms before its first
 * row (it makes a thousand slots), so groups are large; once a row was refused
 * they are smaller, because each refusal sends half a group twice. */
#define GROUP_BATCHES         16
#define CAREFUL_GROUP_BATCHES 6
#define GROUP_BYTES           ((size_t)8 << 20)

/* Handed to libpq at once. */
#define PUT_BYTES ((size_t)64 << 10)

/* Pieces of a refused group are halved at every refusal down to this, and
 * doubled when they pass: the cost stays linear, however many rows are bad. */
#define SMALLEST_PIECE 32

#define SAVEPOINT "SAVEPOINT rowferry_rows"

typedef struct {
    writer base;
    pg_session *session;
    pg_refused_columns names;
    char *table;  /* bare name, as in the server's CONTEXT */
    char *quoted; /* with its schema */
    char **columns;
    char *start;    /* the COPY statement */
    pg_form *forms; /* [n_columns] when binary */
    unsigned n_columns;
    bool binary;
    bool isolate;
    bool whole; /* one COPY for the whole load, without savepoints */
    bool in_copy;
    bool has_savepoint; /* of the group before */
    unsigned group_batches;
    void (*done)(void *user, batch *b);
    void *user;
    GPtrArray *held; /* of batch*, of the group */
    size_t held_bytes;
    int64_t sent;   /* rows of this COPY */
    int64_t passed; /* those in batches that were given back */
    pg_buffer buffer;
} pg_writer;

/* One row of the group. */
typedef struct {
    batch *b;
    unsigned row;
} place;

static const char *doing_store(void)
{
    return _("store the rows");
}

/* --- opening ----------------------------------------------------------------- */

/* Binary when every column has an exact form that fits what we are given. The
 * statement is only prepared, so that the right to INSERT is enough. */
static bool choose_forms(pg_writer *w, const write_request *request, const char *table,
                         const char *columns, error **err)
{
    g_autofree char *sql = g_strdup_printf("SELECT %s FROM %s", columns, table);
    g_autoptr(pg_result) described =
        pg_describe_statement(w->session, sql, _("look at the target's columns"), err);
    if (described == NULL)
        return false;
    w->binary = true;
    for (unsigned i = 0; i < w->n_columns; i++) {
        w->forms[i] = pg_form_of(PQftype(described, (int)i));
        if (w->forms[i] == PG_FORM_NONE || pg_form_kind(w->forms[i]) != request->types[i].kind)
            w->binary = false;
    }
    return true;
}

/* The server checks foreign keys at the end of each COPY. A table that refers
 * to itself may need rows of a later group, so it is loaded by one COPY; its
 * bad rows cannot be isolated then. */
static bool refers_to_itself(pg_session *s, const char *table, bool *itself, error **err)
{
    const char *values[] = { table };
    g_autoptr(pg_result) r =
        pg_query(s,
                 "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contype = 'f'"
                 " AND conrelid = confrelid AND conrelid = pg_catalog.to_regclass($1))",
                 1, values, _("look at the target's keys"), err);
    if (r == NULL)
        return false;
    *itself = pg_true(r, 0, 0);
    return true;
}

writer *pg_write_open(session *base, const write_request *request, error **err)
{
    pg_session *s = pg_of(base);
    pg_writer *w = g_new0(pg_writer, 1);
    w->base.ops = &postgresql_link;
    w->session = s;
    w->n_columns = request->n_columns;
    w->isolate = request->isolate;
    w->done = request->done;
    w->user = request->user;
    w->forms = g_new0(pg_form, request->n_columns);
    w->held = g_ptr_array_new();
    w->table = g_strdup(request->table->name);
    GPtrArray *names = g_ptr_array_new();
    for (unsigned i = 0; i < request->n_columns; i++)
        g_ptr_array_add(names, g_strdup(request->columns[i]));
    g_ptr_array_add(names, NULL);
    w->columns = (char **)g_ptr_array_free(names, FALSE);
    w->names =
        (pg_refused_columns){ .table = w->table, .columns = (const char *const *)w->columns };

    w->quoted = pg_quoted_table(s, request->table);
    g_autofree char *columns = dialect_quoted_list(s->base.connection->dialect, w->names.columns);
    bool itself = false;
    if (!choose_forms(w, request, w->quoted, columns, err) ||
        (!w->isolate && !refers_to_itself(s, w->quoted, &itself, err))) {
        pg_write_close(&w->base);
        return NULL;
    }
    w->whole = itself;
    w->group_batches = GROUP_BATCHES;
    w->start = g_strdup_printf("COPY %s (%s) FROM STDIN (FORMAT %s)", w->quoted, columns,
                               w->binary ? "binary" : "text");
    return &w->base;
}

/* --- one COPY ---------------------------------------------------------------- */

static bool start_copy(pg_writer *w, error **err)
{
    pg_session *s = w->session;
    if (!pg_check(s, err))
        return false;
    const char *before = "";
    if (!w->whole)
        before = w->has_savepoint ? "RELEASE " SAVEPOINT "; " SAVEPOINT "; " : SAVEPOINT "; ";
    g_autofree char *sql = g_strconcat(before, w->start, NULL);
    if (!PQsendQuery(s->conn, sql))
        return pg_fail(s, NULL, doing_store(), err);
    for (;;) {
        g_autoptr(pg_result) result = NULL;
        if (!pg_next_result(s, &result, doing_store(), err))
            return false;
        if (result != NULL && PQresultStatus(result) == PGRES_COMMAND_OK)
            continue;
        if (result == NULL || PQresultStatus(result) != PGRES_COPY_IN)
            return pg_fail(s, result, doing_store(), err);
        break;
    }
    w->has_savepoint = !w->whole;
    w->in_copy = true;
    w->sent = w->passed = 0;
    w->buffer.size = 0;
    if (w->binary) {
        pg_buffer_reserve(&w->buffer, PG_COPY_HEADER_SIZE);
        memcpy(w->buffer.data, pg_copy_header, PG_COPY_HEADER_SIZE);
        w->buffer.size = PG_COPY_HEADER_SIZE;
    }
    return true;
}

/* Hand the buffer to the server. The wait for the socket bounds what libpq
 * holds to one buffer. */
static bool put(pg_writer *w, error **err)
{
    pg_session *s = w->session;
    if (!pg_check(s, err))
        return false;
    for (size_t sent = 0; sent < w->buffer.size;) {
        int size = (int)MIN(w->buffer.size - sent, G_MAXINT / 2);
        int taken = PQputCopyData(s->conn, w->buffer.data + sent, size);
        if (taken < 0)
            return pg_fail(s, NULL, doing_store(), err);
        if (taken > 0)
            sent += (size_t)size;
        if (!pg_flush(s, doing_store(), err))
            return false;
    }
    w->buffer.size = 0;
    return true;
}

static bool expect_all_taken(const pg_writer *w, PGresult *result, error **err)
{
    int64_t taken = g_ascii_strtoll(PQcmdTuples(result), NULL, 10);
    if (taken == w->sent)
        return true;
    error_set(err, ERROR_VERIFY,
              _("%" PRId64 " rows were sent to table \"%s\", but it took %" PRId64), w->sent,
              w->table, taken);
    return error_hint(err, _("a trigger of the table may swallow rows"));
}

/* End the COPY. True with *refused set: the server refused a row, and the
 * group is undone by undo(). */
static bool finish_copy(pg_writer *w, PGresult **refused, error **err)
{
    pg_session *s = w->session;
    *refused = NULL;
    if (w->binary) {
        pg_buffer_reserve(&w->buffer, 2);
        put16(w->buffer.data + w->buffer.size, UINT16_MAX);
        w->buffer.size += 2;
    }
    if (!put(w, err))
        return false;
    int ended;
    while ((ended = PQputCopyEnd(s->conn, NULL)) == 0) {
        if (!pg_flush(s, doing_store(), err))
            return false;
    }
    if (ended < 0)
        return pg_fail(s, NULL, doing_store(), err);
    w->in_copy = false;
    for (;;) {
        PGresult *result;
        if (!pg_next_result(s, &result, doing_store(), err)) {
            g_clear_pointer(refused, PQclear);
            return false;
        }
        if (result == NULL)
            return true;
        bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;
        sql_error_class class =
            ok ? SQL_ERROR_OTHER
               : dialect_error_class(s->base.connection->dialect, pg_sqlstate(result));
        if (class == SQL_ERROR_DATA && *refused == NULL) {
            *refused = result;
            continue;
        }
        if (!ok)
            pg_fail(s, result, doing_store(), err);
        else
            ok = expect_all_taken(w, result, err);
        PQclear(result);
        if (!ok) {
            pg_drain(s, false);
            g_clear_pointer(refused, PQclear);
            return false;
        }
    }
}

static bool undo(pg_writer *w, error **err)
{
    return pg_do(w->session, "ROLLBACK TO " SAVEPOINT, doing_store(), err);
}

/* --- rows -------------------------------------------------------------------- */

/* Append row @row of @b. False: the row is not in the buffer; *column is the
 * one to blame. */
static bool append_binary(pg_writer *w, const batch *b, unsigned row, unsigned *column,
                          pg_refusal *why)
{
    pg_buffer *buffer = &w->buffer;
    size_t before = buffer->size;
    pg_buffer_reserve(buffer, 2);
    put16(buffer->data + before, (uint16_t)w->n_columns);
    buffer->size += 2;
    for (unsigned i = 0; i < w->n_columns; i++) {
        if (!pg_encode(buffer, w->forms[i], &b->target[i][row], why)) {
            buffer->size = before;
            *column = i;
            return false;
        }
    }
    return true;
}

static bool append_text(pg_writer *w, const batch *b, unsigned row, unsigned *column,
                        pg_refusal *why)
{
    pg_buffer *buffer = &w->buffer;
    size_t before = buffer->size;
    for (unsigned i = 0; i < w->n_columns; i++) {
        if (!pg_encode_text(buffer, &b->target[i][row], why)) {
            buffer->size = before;
            *column = i;
            return false;
        }
        pg_buffer_reserve(buffer, 1);
        buffer->data[buffer->size++] = i + 1 < w->n_columns ? '\t' : '\n';
    }
    return true;
}

static bool append_row(pg_writer *w, const batch *b, unsigned row, unsigned *column,
                       pg_refusal *why)
{
    bool appended =
        w->binary ? append_binary(w, b, row, column, why) : append_text(w, b, row, column, why);
    w->sent += appended;
    return appended;
}

/* A row that we refuse ourselves. */
static bool refuse(pg_writer *w, batch *b, unsigned row, unsigned column, const pg_refusal *why,
                   error **err)
{
    const char *name = w->names.columns[column];
    if (why->wrong_kind)
        return error_set(err, ERROR_DATA, _("column \"%s\" was handed a value of kind %s"), name,
                         value_kind_name(b->target[column][row].kind));
    batch_reject(b, row, why->class, (int)column, NULL, why->message);
    if (w->isolate)
        return true;
    return error_set(err, ERROR_DATA, _("column \"%s\": %s"), name, why->message);
}

static bool append_batch(pg_writer *w, batch *b, error **err)
{
    for (unsigned row = 0; row < b->n_rows; row++) {
        if (b->status[row] != ROW_OK)
            continue;
        unsigned column;
        pg_refusal why;
        if (!append_row(w, b, row, &column, &why) && !refuse(w, b, row, column, &why, err))
            return false;
        if (w->buffer.size >= PUT_BYTES && !put(w, err))
            return false;
    }
    return true;
}

/* --- groups ------------------------------------------------------------------ */

static void give_back(pg_writer *w)
{
    for (guint i = 0; i < w->held->len; i++) {
        batch *b = g_ptr_array_index(w->held, i);
        w->passed += b->n_rows - b->n_rejected - b->n_filtered;
        w->done(w->user, b);
    }
    g_ptr_array_set_size(w->held, 0);
    w->held_bytes = 0;
}

static bool fail(pg_writer *w)
{
    pg_drain(w->session, true);
    w->in_copy = false;
    give_back(w);
    return false;
}

/* The rows of the group in the order they were sent: lines of the COPY. */
static GArray *sent_rows(const pg_writer *w)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(place));
    for (guint i = 0; i < w->held->len; i++) {
        batch *b = g_ptr_array_index(w->held, i);
        for (unsigned row = 0; row < b->n_rows; row++) {
            place p = { b, row };
            if (b->status[row] == ROW_OK)
                g_array_append_val(rows, p);
        }
    }
    return rows;
}

static bool copy_rows(pg_writer *w, const GArray *rows, guint from, guint until, PGresult **refused,
                      error **err)
{
    if (!start_copy(w, err))
        return false;
    for (guint i = from; i < until; i++) {
        const place *p = &g_array_index(rows, place, i);
        unsigned column;
        pg_refusal why;
        bool appended = append_row(w, p->b, p->row, &column, &why);
        g_assert(appended); /* it was before */
        if (w->buffer.size >= PUT_BYTES && !put(w, err))
            return false;
    }
    return finish_copy(w, refused, err);
}

/* The server names the rule that a row breaks, but not its column. A check of
 * several columns is about none of them alone; a key is called by its first. */
static bool learn_rules(pg_writer *w, error **err)
{
    static const char sql[] =
        "SELECT o.conname, a.attname FROM pg_catalog.pg_constraint o"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[1]"
        " WHERE o.conrelid = pg_catalog.to_regclass($1)"
        " AND (o.contype <> 'c' OR pg_catalog.cardinality(o.conkey) = 1)"
        " UNION SELECT c.relname, a.attname FROM pg_catalog.pg_index i"
        " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indrelid = pg_catalog.to_regclass($1) AND i.indisunique";
    if (w->names.rules != NULL)
        return true;
    const char *values[] = { w->quoted };
    g_autoptr(pg_result) r =
        pg_query(w->session, sql, 1, values, _("look at the target's keys"), err);
    if (r == NULL)
        return false;
    w->names.rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (int i = 0; i < PQntuples(r); i++)
        g_hash_table_insert(w->names.rules, g_strdup(pg_text(r, i, 0)), g_strdup(pg_text(r, i, 1)));
    return true;
}

/* Mark a row that the server refused; false when none may be. */
static bool blame(pg_writer *w, const place *p, const PGresult *refused, error **err)
{
    /* Not amid a transaction that has failed. */
    if (!w->whole && !learn_rules(w, err))
        return false;
    pg_reject(p->b, p->row, &w->names, refused);
    return w->isolate || pg_fail(w->session, refused, doing_store(), err);
}

/* Store rows [from, until), the group having been undone. @refused, taken, is
 * the server's answer when they were sent together. The line that it names is
 * to blame; without one (keys that are checked at the end of the statement)
 * the piece is halved until it is one row. */
static bool store_around(pg_writer *w, const GArray *rows, guint from, guint until,
                         PGresult *refused, error **err)
{
    g_autoptr(pg_result) answer = refused;
    guint end = until;
    guint piece = until - from;
    while (from < until) {
        if (answer == NULL) {
            end = from + MIN(piece, until - from);
            if (!copy_rows(w, rows, from, end, &answer, err))
                return false;
            if (answer == NULL) {
                from = end;
                piece = MIN(2 * piece, until);
                continue;
            }
            if (!undo(w, err))
                return false;
        }
        g_autoptr(pg_result) why = g_steal_pointer(&answer);
        int64_t line = pg_refused_line(&w->names, why);
        if (line > 0 && line <= end - from) {
            guint bad = from + (guint)line - 1;
            if (!blame(w, &g_array_index(rows, place, bad), why, err))
                return false;
            if (bad > from && !store_around(w, rows, from, bad, NULL, err))
                return false;
            from = bad + 1;
            piece = MAX(piece / 2, SMALLEST_PIECE);
        } else if (end - from == 1) {
            if (!blame(w, &g_array_index(rows, place, from), why, err))
                return false;
            from++;
        } else {
            piece = (end - from + 1) / 2;
        }
    }
    return true;
}

/* One COPY for all: the row is found only if its batch is still here. */
static bool blame_in_whole(pg_writer *w, const PGresult *refused, error **err)
{
    g_autoptr(GArray) rows = sent_rows(w);
    int64_t line = pg_refused_line(&w->names, refused) - w->passed;
    if (line > 0 && line <= rows->len)
        return blame(w, &g_array_index(rows, place, line - 1), refused, err);
    return pg_fail(w->session, refused, doing_store(), err);
}

static bool end_group(pg_writer *w, error **err)
{
    PGresult *refused;
    if (!finish_copy(w, &refused, err))
        return fail(w);
    if (refused != NULL && w->whole) {
        blame_in_whole(w, refused, err);
        PQclear(refused);
        return fail(w);
    }
    if (refused != NULL) {
        g_autoptr(GArray) rows = sent_rows(w);
        w->group_batches = CAREFUL_GROUP_BATCHES;
        if (!undo(w, err)) {
            PQclear(refused);
            return fail(w);
        }
        if (!store_around(w, rows, 0, rows->len, refused, err))
            return fail(w);
    }
    give_back(w);
    return true;
}

bool pg_write(writer *base, batch *b, error **err)
{
    pg_writer *w = (pg_writer *)base;
    g_ptr_array_add(w->held, b);
    w->held_bytes += batch_memory(b);
    if ((!w->in_copy && !start_copy(w, err)) || !append_batch(w, b, err))
        return fail(w);
    if (w->held->len < w->group_batches && w->held_bytes < GROUP_BYTES)
        return true;
    if (!w->whole)
        return end_group(w, err);
    if (!put(w, err))
        return fail(w);
    give_back(w);
    return true;
}

bool pg_write_flush(writer *base, error **err)
{
    pg_writer *w = (pg_writer *)base;
    return !w->in_copy || end_group(w, err);
}

void pg_write_close(writer *base)
{
    pg_writer *w = (pg_writer *)base;
    if (w->in_copy)
        fail(w);
    g_ptr_array_unref(w->held);
    pg_buffer_clear(&w->buffer);
    g_strfreev(w->columns);
    g_free(w->table);
    g_free(w->quoted);
    g_clear_pointer(&w->names.rules, g_hash_table_unref);
    g_free(w->start);
    g_free(w->forms);
    g_free(w);
}
