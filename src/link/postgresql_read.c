#include "link/postgresql_private.h"

#include "link/postgresql_bytes.h"
#include "link/postgresql_codec.h"

#include <inttypes.h>
#include <string.h>

/* A reader is one COPY (SELECT …) TO STDOUT (FORMAT binary). Columns whose
 * type has no exact binary form here are selected as text. */
typedef struct {
    reader base;
    pg_session *session;
    pg_form *forms; /* [n_columns] */
    unsigned n_columns;
    bool has_data;       /* some column's values point into the row */
    bool in_transaction; /* begun by us for a snapshot */
    bool header_seen, trailer_seen;
    int segment;
    int64_t position; /* rows read */
} pg_reader;

/* --- snapshots --------------------------------------------------------------- */

char *pg_snapshot_export(session *base, error **err)
{
    pg_session *s = pg_of(base);
    const char *doing = _("share a snapshot");
    if (PQtransactionStatus(s->conn) == PQTRANS_IDLE &&
        !pg_do(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", doing, err))
        return NULL;
    g_autoptr(pg_result) r =
        pg_query(s, "SELECT pg_catalog.pg_export_snapshot()", 0, NULL, doing, err);
    return r != NULL ? g_strdup(pg_text(r, 0, 0)) : NULL;
}

/* The session that exported it, or already took it, is inside its transaction. */
static bool enter_snapshot(pg_reader *r, const char *snapshot, error **err)
{
    pg_session *s = r->session;
    if (snapshot == NULL || PQtransactionStatus(s->conn) != PQTRANS_IDLE)
        return true;
    const char *doing = _("take over the snapshot");
    value name = value_span(VALUE_TEXT, snapshot, (uint32_t)strlen(snapshot));
    g_autofree char *literal = dialect_literal(s->base.connection->dialect, &name, err);
    if (literal == NULL)
        return false;
    g_autofree char *sql = g_strdup_printf("SET TRANSACTION SNAPSHOT %s", literal);
    if (!pg_do(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", doing, err))
        return false;
    r->in_transaction = true;
    return pg_do(s, sql, doing, err);
}

/* --- opening ----------------------------------------------------------------- */

static bool form_has_data(pg_form form)
{
    switch (form) {
    case PG_FORM_NONE:
    case PG_FORM_TEXT:
    case PG_FORM_BYTEA:
    case PG_FORM_UUID:
    case PG_FORM_JSON:
    case PG_FORM_JSONB:
        return true;
    case PG_FORM_BOOL:
    case PG_FORM_INT2:
    case PG_FORM_INT4:
    case PG_FORM_INT8:
    case PG_FORM_OID:
    case PG_FORM_FLOAT4:
    case PG_FORM_FLOAT8:
    case PG_FORM_NUMERIC:
    case PG_FORM_DATE:
    case PG_FORM_TIME:
    case PG_FORM_TIMESTAMP:
    case PG_FORM_TIMESTAMPTZ:
        return false;
    }
    g_assert_not_reached();
}

/* How column @i travels, when the query's type is still what was planned. */
static bool choose_form(pg_reader *r, unsigned i, const PGresult *described, const data_type *type,
                        error **err)
{
    pg_form form = pg_form_of(PQftype(described, (int)i));
    if (form != PG_FORM_NONE && pg_form_kind(form) == type->kind) {
        r->forms[i] = form;
        return true;
    }
    if (type->kind == TYPE_TEXT || type->kind == TYPE_OTHER || type->kind == TYPE_ANY) {
        r->forms[i] = PG_FORM_NONE;
        return true;
    }
    return error_set(err, ERROR_PLAN, _("column \"%s\" of the source is no longer of type %s"),
                     PQfname(described, (int)i), type_kind_name(type->kind));
}

/* Columns are renamed by position, because a query may give two the same
 * name. The query stands where describe_query() put it: in parentheses. */
static char *copy_statement(const pg_reader *r, const char *query)
{
    GString *wanted = g_string_new(NULL);
    GString *names = g_string_new(NULL);
    for (unsigned i = 0; i < r->n_columns; i++) {
        const char *comma = i > 0 ? ", " : "";
        g_string_append_printf(wanted, "%sc%u%s", comma, i,
                               r->forms[i] == PG_FORM_NONE ? "::pg_catalog.text" : "");
        g_string_append_printf(names, "%sc%u", comma, i);
    }
    char *sql = g_strdup_printf("COPY (SELECT %s FROM (%s\n) AS q(%s)) TO STDOUT (FORMAT binary)",
                                wanted->str, query, names->str);
    g_string_free(wanted, TRUE);
    g_string_free(names, TRUE);
    return sql;
}

static bool start_copy(pg_reader *r, const char *sql, error **err)
{
    pg_session *s = r->session;
    const char *doing = _("read the source");
    if (!pg_check(s, err))
        return false;
    /* The extended protocol refuses more than one statement. */
    if (!PQsendQueryParams(s->conn, sql, 0, NULL, NULL, NULL, NULL, 0))
        return pg_fail(s, NULL, doing, err);
    g_autoptr(pg_result) result = NULL;
    if (!pg_next_result(s, &result, doing, err))
        return false;
    if (result != NULL && PQresultStatus(result) == PGRES_COPY_OUT)
        return true;
    pg_fail(s, result, doing, err);
    pg_drain(s, false);
    return false;
}

reader *pg_read_open(session *base, const read_request *request, const data_type *types,
                     unsigned n_columns, error **err)
{
    pg_session *s = pg_of(base);
    g_assert(request->n_parameters == 0); /* this link does not bind: LINK_BIND */
    pg_reader *r = g_new0(pg_reader, 1);
    r->base.ops = &postgresql_link;
    r->session = s;
    r->n_columns = n_columns;
    r->segment = request->segment;
    r->forms = g_new0(pg_form, n_columns);

    g_autofree char *probe = g_strdup_printf("SELECT * FROM (%s\n) AS q", request->sql);
    g_autoptr(pg_result) described = NULL;
    if (enter_snapshot(r, request->snapshot, err))
        described = pg_describe_statement(s, probe, _("read the source"), err);
    bool ok = described != NULL;
    if (ok && (unsigned)PQnfields(described) != n_columns)
        ok = error_set(err, ERROR_PLAN, _("the source gives %d columns instead of %u"),
                       PQnfields(described), n_columns);
    for (unsigned i = 0; ok && i < n_columns; i++) {
        ok = choose_form(r, i, described, &types[i], err);
        r->has_data = r->has_data || form_has_data(r->forms[i]);
    }
    if (ok) {
        g_autofree char *sql = copy_statement(r, request->sql);
        ok = start_copy(r, sql, err);
    }
    if (!ok) {
        pg_read_close(&r->base);
        return NULL;
    }
    return &r->base;
}

/* --- rows -------------------------------------------------------------------- */

static bool malformed(const pg_reader *r, error **err)
{
    return error_set(
        err, ERROR_SQL,
        _("connection \"%s\": row %" PRId64 " of the source is not in the form of COPY"),
        r->session->base.connection->name, (gint64)r->position + 1);
}

static bool bad_field(const pg_reader *r, unsigned column, error **err)
{
    return error_set(err, ERROR_DATA,
                     _("connection \"%s\": row %" PRId64
                       " of the source: the value of column %u is outside of what can be moved"),
                     r->session->base.connection->name, (gint64)r->position + 1, column + 1);
}

/* Decode the row whose fields are at @data. */
static bool decode_row(pg_reader *r, batch *b, const char *data, const char *end, error **err)
{
    unsigned row = b->n_rows;
    for (unsigned i = 0; i < r->n_columns; i++) {
        if (end - data < 4)
            return malformed(r, err);
        int32_t size = (int32_t)get32(data);
        data += 4;
        if (size < 0) {
            b->source[i][row] = value_null();
            continue;
        }
        if (end - data < size)
            return malformed(r, err);
        if (!pg_decode(r->forms[i], data, (uint32_t)size, b, &b->source[i][row]))
            return bad_field(r, i, err);
        data += size;
    }
    if (data != end)
        return malformed(r, err);
    b->n_rows++;
    r->position++;
    return true;
}

/* One message of the server is one row; the first one also holds the header,
 * the last one is the trailer. */
static bool take_message(pg_reader *r, batch *b, const char *message, size_t size, error **err)
{
    const char *data = message, *end = message + size;
    if (!r->header_seen) {
        if (size < PG_COPY_HEADER_SIZE || memcmp(data, pg_copy_header, 11) != 0)
            return malformed(r, err);
        data += PG_COPY_HEADER_SIZE;
        r->header_seen = true;
        if (data == end)
            return true;
    }
    if (end - data < 2 || r->trailer_seen)
        return malformed(r, err);
    int16_t fields = (int16_t)get16(data);
    data += 2;
    if (fields == -1 && data == end) {
        r->trailer_seen = true;
        return true;
    }
    if (fields < 0 || (unsigned)fields != r->n_columns)
        return malformed(r, err);
    size_t row_size = (size_t)(end - data);
    /* Copied once, because libpq's row is freed; values point into the copy. */
    if (r->has_data)
        data = batch_copy(b, data, row_size);
    b->bytes += row_size;
    return decode_row(r, b, data, data + row_size, err);
}

static read_outcome finish(pg_reader *r, error **err)
{
    pg_session *s = r->session;
    const char *doing = _("read the source");
    for (;;) {
        g_autoptr(pg_result) result = NULL;
        if (!pg_next_result(s, &result, doing, err))
            return READ_FAILED;
        if (result == NULL)
            break;
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            pg_fail(s, result, doing, err);
            pg_drain(s, false);
            return READ_FAILED;
        }
    }
    if (!r->trailer_seen) {
        malformed(r, err);
        return READ_FAILED;
    }
    return READ_END;
}

/* Wait for more rows. */
static bool receive(pg_session *s, error **err)
{
    if (pg_wait(s, false, PG_NO_DEADLINE) == PG_READY && PQconsumeInput(s->conn))
        return true;
    if (!pg_check(s, err))
        return false;
    return pg_fail(s, NULL, _("read the source"), err);
}

read_outcome pg_read_next(reader *base, batch *b, error **err)
{
    pg_reader *r = (pg_reader *)base;
    pg_session *s = r->session;
    b->segment = r->segment;
    b->first_position = r->position + 1;
    if (!pg_check(s, err))
        return READ_FAILED;
    while (!batch_is_full(b)) {
        char *message;
        int size = PQgetCopyData(s->conn, &message, 1);
        if (size > 0) {
            bool ok = take_message(r, b, message, (size_t)size, err);
            PQfreemem(message);
            if (!ok)
                return READ_FAILED;
        } else if (size == 0) {
            if (!receive(s, err))
                return READ_FAILED;
        } else if (r->trailer_seen && b->n_rows > 0) {
            /* The end is told with the next call. */
            return READ_ROWS;
        } else {
            return finish(r, err);
        }
    }
    return READ_ROWS;
}

void pg_read_close(reader *base)
{
    pg_reader *r = (pg_reader *)base;
    /* A COPY that is still running is stopped on the server. */
    pg_drain(r->session, true);
    if (r->in_transaction)
        pg_rollback(&r->session->base);
    g_free(r->forms);
    g_free(r);
}
