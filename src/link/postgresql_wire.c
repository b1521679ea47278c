#include "link/postgresql_private.h"
#include "row/convert.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* Rows that pg_small_query() takes at most (link.h). */
#define SMALL_QUERY_ROWS 10000

/* --- waits ------------------------------------------------------------------- */

bool pg_is_cancelled(pg_session *s)
{
    if (g_atomic_int_get(&s->cancelled) == 0 && session_is_asked_to_stop(&s->base))
        pg_cancel(&s->base);
    return g_atomic_int_get(&s->cancelled) != 0;
}

static bool lost(const pg_session *s, error **err)
{
    error_set(err, ERROR_CONNECT, _("the connection to \"%s\" was lost"), s->base.connection->name);
    if (err != NULL)
        (*err)->retryable = true;
    return error_sqlstate(err, "08006");
}

static bool cancelled(const pg_session *s, error **err)
{
    return error_set(err, ERROR_CANCELLED, _("cancelled while working in \"%s\""),
                     s->base.connection->name);
}

bool pg_check(pg_session *s, error **err)
{
    if (pg_is_cancelled(s))
        return cancelled(s, err);
    if (s->broken || PQstatus(s->conn) != CONNECTION_OK)
        return lost(s, err);
    return true;
}

/* Milliseconds for poll(), rounded up so that it never returns too early. */
static int poll_timeout(gint64 deadline)
{
    if (deadline == PG_NO_DEADLINE)
        return -1;
    gint64 left = deadline - g_get_monotonic_time();
    return left <= 0 ? 0 : (int)MIN(left / 1000 + 1, 60000);
}

pg_wait_outcome pg_wait(pg_session *s, bool writing, gint64 deadline)
{
    int socket = PQsocket(s->conn);
    if (s->broken || socket < 0)
        return PG_LOST;
    struct pollfd fds[] = {
        { .fd = socket, .events = (short)(POLLIN | (writing ? POLLOUT : 0)) },
        { .fd = s->wake, .events = POLLIN },
    };
    /* A wait with a deadline is the tidying after a cancel: it goes on. */
    nfds_t n = deadline == PG_NO_DEADLINE ? 2 : 1;
    for (;;) {
        int timeout = poll_timeout(deadline);
        if (n == 2 && s->base.cancelled != NULL)
            timeout = PG_ASK_MILLISECONDS;
        int ready = poll(fds, n, timeout);
        if (ready < 0 && errno != EINTR)
            return PG_LOST;
        if (n == 2 && pg_is_cancelled(s))
            return PG_CANCELLED;
        if (ready > 0)
            return PG_READY;
        if (ready == 0 && timeout == 0)
            return PG_TIMED_OUT;
    }
}

void pg_pause(pg_session *s, int milliseconds)
{
    struct pollfd fd = { .fd = s->wake, .events = POLLIN };
    poll(&fd, 1, milliseconds);
}

bool pg_flush(pg_session *s, const char *doing, error **err)
{
    for (;;) {
        int left = PQflush(s->conn);
        if (left == 0)
            return true;
        if (left < 0)
            return pg_fail(s, NULL, doing, err);
        switch (pg_wait(s, true, PG_NO_DEADLINE)) {
        case PG_CANCELLED:
            return cancelled(s, err);
        case PG_LOST:
        case PG_TIMED_OUT:
            return lost(s, err);
        case PG_READY:
            break;
        }
        if (!PQconsumeInput(s->conn))
            return pg_fail(s, NULL, doing, err);
    }
}

bool pg_next_result(pg_session *s, PGresult **result, const char *doing, error **err)
{
    *result = NULL;
    for (;;) {
        int left = PQflush(s->conn);
        if (left < 0)
            return pg_fail(s, NULL, doing, err);
        if (!PQisBusy(s->conn)) {
            *result = PQgetResult(s->conn);
            return true;
        }
        switch (pg_wait(s, left > 0, PG_NO_DEADLINE)) {
        case PG_CANCELLED:
            pg_drain(s, true);
            return cancelled(s, err);
        case PG_LOST:
        case PG_TIMED_OUT:
            return lost(s, err);
        case PG_READY:
            break;
        }
        if (!PQconsumeInput(s->conn))
            return pg_fail(s, NULL, doing, err);
    }
}

/* --- ending what runs -------------------------------------------------------- */

/* A request to the server to stop, sent by a thread of its own, because
 * libpq's call blocks for as long as the network likes. */
typedef struct {
    PGcancel *handle;
    int done; /* eventfd */
} cancel_request;

static void cancel_request_clear(gpointer data)
{
    cancel_request *request = data;
    PQfreeCancel(request->handle);
    close(request->done);
}

static gpointer send_cancel(gpointer data)
{
    cancel_request *request = data;
    char message[256];
    PQcancel(request->handle, message, sizeof message);
    eventfd_write(request->done, 1);
    g_atomic_rc_box_release_full(request, cancel_request_clear);
    return NULL;
}

static cancel_request *cancel_request_start(pg_session *s)
{
    PGcancel *handle = PQgetCancel(s->conn);
    if (handle == NULL)
        return NULL;
    cancel_request *request = g_atomic_rc_box_new0(cancel_request);
    request->handle = handle;
    request->done = eventfd(0, EFD_CLOEXEC);
    g_atomic_rc_box_acquire(request);
    GThread *thread = g_thread_try_new("cancel", send_cancel, request, NULL);
    if (thread == NULL)
        g_atomic_rc_box_release_full(request, cancel_request_clear);
    else
        g_thread_unref(thread);
    return request;
}

/* Until it has arrived it could hit the session's next statement. */
static bool cancel_request_finish(cancel_request *request, gint64 deadline)
{
    struct pollfd fd = { .fd = request->done, .events = POLLIN };
    int ready;
    do
        ready = poll(&fd, 1, poll_timeout(deadline));
    while (ready < 0 && errno == EINTR);
    g_atomic_rc_box_release_full(request, cancel_request_clear);
    return ready > 0;
}

static void give_up(pg_session *s)
{
    int socket = PQsocket(s->conn);
    if (socket >= 0)
        shutdown(socket, SHUT_RDWR);
    s->broken = true;
}

static bool wait_and_read(pg_session *s, bool writing, gint64 deadline)
{
    return pg_wait(s, writing, deadline) == PG_READY && PQconsumeInput(s->conn) != 0;
}

static bool end_copy_in(pg_session *s, gint64 deadline)
{
    int sent;
    while ((sent = PQputCopyEnd(s->conn, "cancelled")) == 0) {
        if (!wait_and_read(s, true, deadline))
            return false;
    }
    return sent > 0;
}

static bool skip_copy_out(pg_session *s, gint64 deadline)
{
    for (;;) {
        char *row = NULL;
        int size = PQgetCopyData(s->conn, &row, 1);
        if (size < 0)
            return true;
        PQfreemem(row);
        if (size == 0 && !wait_and_read(s, false, deadline))
            return false;
        if (g_get_monotonic_time() > deadline)
            return false;
    }
}

/* True once the connection has nothing more to say. */
static bool drain_until(pg_session *s, gint64 deadline)
{
    for (;;) {
        int left = PQflush(s->conn);
        if (left < 0)
            return false;
        if (left > 0 || PQisBusy(s->conn)) {
            if (!wait_and_read(s, left > 0, deadline))
                return false;
            continue;
        }
        g_autoptr(pg_result) result = PQgetResult(s->conn);
        if (result == NULL)
            return PQstatus(s->conn) == CONNECTION_OK;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_COPY_IN && !end_copy_in(s, deadline))
            return false;
        if (status == PGRES_COPY_OUT && !skip_copy_out(s, deadline))
            return false;
    }
}

void pg_drain(pg_session *s, bool cancel)
{
    if (s->broken || PQstatus(s->conn) != CONNECTION_OK ||
        PQtransactionStatus(s->conn) != PQTRANS_ACTIVE)
        return;
    gint64 deadline = g_get_monotonic_time() + PG_GRACE_SECONDS * G_USEC_PER_SEC;
    cancel_request *request = cancel ? cancel_request_start(s) : NULL;
    bool quiet = drain_until(s, deadline);
    if (request != NULL && !cancel_request_finish(request, deadline))
        quiet = false;
    if (!quiet)
        give_up(s);
}

/* --- errors ------------------------------------------------------------------ */

const char *pg_sqlstate(const PGresult *result)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    return state != NULL ? state : "";
}

bool pg_fail(pg_session *s, const PGresult *result, const char *doing, error **err)
{
    if (pg_is_cancelled(s))
        return cancelled(s, err);
    const char *primary =
        result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (primary == NULL) {
        /* libpq's own words: the server said nothing. */
        const char *words = result != NULL ? PQresultErrorMessage(result) : "";
        g_autofree char *message = g_strdup(*words != '\0' ? words : PQerrorMessage(s->conn));
        link_error(err, s->base.connection, "08006", doing, g_strstrip(message));
        return false;
    }
    GString *words = g_string_new(primary);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    if (detail != NULL)
        g_string_append_printf(words, "\n%s", detail);
    if (context != NULL)
        g_string_append_printf(words, "\n%s", context);
    link_error(err, s->base.connection, pg_sqlstate(result), doing, words->str);
    g_string_free(words, TRUE);
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    if (hint != NULL)
        error_hint(err, "%s", hint);
    return false;
}

/* --- statements -------------------------------------------------------------- */

static bool is_success(ExecStatusType status)
{
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

static bool is_copy(ExecStatusType status)
{
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/* All results of what was sent: the last one, or the first error. */
static PGresult *collect(pg_session *s, const char *doing, error **err)
{
    g_autoptr(pg_result) last = NULL;
    bool failed = false;
    for (;;) {
        PGresult *result;
        if (!pg_next_result(s, &result, doing, failed ? NULL : err))
            return NULL;
        if (result == NULL)
            break;
        ExecStatusType status = PQresultStatus(result);
        if (is_copy(status)) {
            PQclear(result);
            pg_drain(s, status == PGRES_COPY_OUT);
            error_set(failed ? NULL : err, ERROR_PLAN, _("could not %s: COPY cannot be used here"),
                      doing);
            return NULL;
        }
        if (!is_success(status) && !failed) {
            failed = true;
            pg_fail(s, result, doing, err);
        }
        g_clear_pointer(&last, PQclear);
        last = result;
    }
    if (failed)
        return NULL;
    if (last == NULL)
        pg_fail(s, NULL, doing, err);
    return g_steal_pointer(&last);
}

PGresult *pg_query(pg_session *s, const char *sql, int n, const char *const *values,
                   const char *doing, error **err)
{
    if (!pg_check(s, err))
        return NULL;
    if (!PQsendQueryParams(s->conn, sql, n, NULL, values, NULL, NULL, 0)) {
        pg_fail(s, NULL, doing, err);
        return NULL;
    }
    return collect(s, doing, err);
}

PGresult *pg_script(pg_session *s, const char *sql, const char *doing, error **err)
{
    if (!pg_check(s, err))
        return NULL;
    if (!PQsendQuery(s->conn, sql)) {
        pg_fail(s, NULL, doing, err);
        return NULL;
    }
    return collect(s, doing, err);
}

bool pg_do(pg_session *s, const char *sql, const char *doing, error **err)
{
    g_autoptr(pg_result) result = pg_script(s, sql, doing, err);
    return result != NULL;
}

PGresult *pg_describe_statement(pg_session *s, const char *sql, const char *doing, error **err)
{
    if (!pg_check(s, err))
        return NULL;
    if (!PQsendPrepare(s->conn, "", sql, 0, NULL)) {
        pg_fail(s, NULL, doing, err);
        return NULL;
    }
    g_autoptr(pg_result) prepared = collect(s, doing, err);
    if (prepared == NULL)
        return NULL;
    if (!PQsendDescribePrepared(s->conn, "")) {
        pg_fail(s, NULL, doing, err);
        return NULL;
    }
    return collect(s, doing, err);
}

static char *parameter_text(const value *v)
{
    switch ((value_kind)v->kind) {
    case VALUE_NULL:
        return NULL;
    case VALUE_BYTES: {
        char *text = g_malloc(2 * (size_t)v->size + 3);
        memcpy(text, "\\x", 2);
        bytes_to_hex(v->data, v->size, text + 2);
        text[2 * (size_t)v->size + 2] = '\0';
        return text;
    }
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_FLOAT:
    case VALUE_DECIMAL:
    case VALUE_DIGITS:
    case VALUE_TEXT:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
    case VALUE_INSTANT:
    case VALUE_UUID:
    case VALUE_JSON:
        break;
    }
    char buffer[VALUE_TEXT_MAX];
    size_t size;
    const char *text = value_to_text(v, buffer, &size);
    /* Empty text may have no address at all. */
    return size == 0 ? g_strdup("") : g_strndup(text, size);
}

bool pg_parameters_init(pg_parameters *p, const value *values, unsigned n, error **err)
{
    p->texts = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < n; i++) {
        const value *v = &values[i];
        bool is_text = v->kind == VALUE_TEXT || v->kind == VALUE_JSON;
        if (is_text && v->size > 0 && memchr(v->data, '\0', v->size) != NULL)
            return error_set(err, ERROR_DATA,
                             _("text with a NUL character cannot be used in PostgreSQL"));
        g_ptr_array_add(p->texts, parameter_text(v));
    }
    return true;
}

void pg_parameters_clear(pg_parameters *p)
{
    g_clear_pointer(&p->texts, g_ptr_array_unref);
}

bool pg_execute(session *base, const char *sql, const value *parameters, unsigned n_parameters,
                int64_t *affected, error **err)
{
    pg_session *s = pg_of(base);
    g_auto(pg_parameters) texts = { 0 };
    if (!pg_parameters_init(&texts, parameters, n_parameters, err))
        return false;
    g_autoptr(pg_result) result =
        pg_query(s, sql, (int)n_parameters, (const char *const *)texts.texts->pdata,
                 _("run a statement"), err);
    if (result == NULL)
        return false;
    const char *rows = PQcmdTuples(result);
    if (affected != NULL)
        *affected = *rows != '\0' ? g_ascii_strtoll(rows, NULL, 10) : -1;
    return true;
}

static char **copy_row(const PGresult *result, int row, unsigned n_columns)
{
    char **cells = g_new0(char *, n_columns + 1);
    for (unsigned i = 0; i < n_columns; i++)
        cells[i] = g_strdup(pg_text(result, row, (int)i));
    return cells;
}

query_result *pg_small_query(session *base, const char *sql, const value *parameters,
                             unsigned n_parameters, error **err)
{
    pg_session *s = pg_of(base);
    const char *doing = _("run a query");
    g_auto(pg_parameters) texts = { 0 };
    if (!pg_check(s, err) || !pg_parameters_init(&texts, parameters, n_parameters, err))
        return NULL;
    if (!PQsendQueryParams(s->conn, sql, (int)n_parameters, NULL,
                           (const char *const *)texts.texts->pdata, NULL, NULL, 0)) {
        pg_fail(s, NULL, doing, err);
        return NULL;
    }
    /* Row by row, so that a result that is too large is never held whole. */
    PQsetSingleRowMode(s->conn);
    g_autoptr(query_result) rows = g_new0(query_result, 1);
    rows->rows = g_ptr_array_new();
    bool failed = false;
    for (;;) {
        g_autoptr(pg_result) result = NULL;
        if (!pg_next_result(s, &result, doing, failed ? NULL : err))
            return NULL;
        if (result == NULL)
            break;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_SINGLE_TUPLE && rows->rows->len == SMALL_QUERY_ROWS) {
            pg_drain(s, true);
            error_set(err, ERROR_PLAN, _("the query gives more than %d rows"), SMALL_QUERY_ROWS);
            return NULL;
        }
        if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK) {
            rows->n_columns = (unsigned)PQnfields(result);
            for (int i = 0; i < PQntuples(result); i++)
                g_ptr_array_add(rows->rows, copy_row(result, i, rows->n_columns));
        } else if (status != PGRES_COMMAND_OK && !failed) {
            failed = true;
            pg_fail(s, result, doing, err);
            if (is_copy(status))
                pg_drain(s, true);
        }
    }
    return failed ? NULL : g_steal_pointer(&rows);
}

char *pg_quoted_table(const pg_session *s, const table_name *t)
{
    const dialect *d = s->base.connection->dialect;
    g_autofree char *name = dialect_quoted(d, t->name);
    if (t->schema == NULL)
        return g_steal_pointer(&name);
    g_autofree char *schema = dialect_quoted(d, t->schema);
    return g_strdup_printf("%s.%s", schema, name);
}
