#include "link/postgresql_private.h"

#include "base/secret.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* generated columns, REPEATABLE READ snapshots, xact functions by their names of today */
#define OLDEST_SERVER      120000
#define OLDEST_SERVER_NAME "12"

#define CONNECT_TIMEOUT_SECONDS 10
#define LOCK_TIMEOUT_SECONDS    5

/* Where Debian and its like keep the certificates they trust. */
#define SYSTEM_CA_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

/* What every statement here relies on, whatever the role or the database
 * set. search_path keeps the order in which the role looks tables up, but
 * pg_catalog stands first and temporary tables last. */
static const char session_sql[] =
    "SET standard_conforming_strings = on;"
    "SET client_encoding = 'UTF8';"
    "SET DateStyle = 'ISO, YMD';"
    "SET IntervalStyle = 'postgres';"
    "SET TimeZone = 'UTC';"
    "SET extra_float_digits = 1;"
    "SET bytea_output = 'hex';"
    "SET xmloption = 'content';"
    "SET statement_timeout = 0;"
    "SET idle_in_transaction_session_timeout = 0;"
    "SET client_min_messages = 'warning';"
    "SELECT pg_catalog.set_config('search_path', coalesce((SELECT"
    " pg_catalog.string_agg(pg_catalog.quote_ident(n), ', ' ORDER BY i) || ', pg_temp'"
    " FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS p(n, i)"
    " WHERE n <> 'pg_catalog' AND n !~ '^pg_temp'), ''), false)";

static bool is_loopback(const char *host)
{
    return host == NULL || *host == '\0' || *host == '/' || strcmp(host, "localhost") == 0 ||
           strcmp(host, "::1") == 0 || g_str_has_prefix(host, "127.");
}

static const char *ssl_mode(const connection *c)
{
    switch (c->tls) {
    case TLS_OFF:
        return "disable";
    case TLS_REQUIRE:
        return "require";
    case TLS_VERIFY_FULL:
        return "verify-full";
    case TLS_DEFAULT:
        return is_loopback(c->host) ? "disable" : "verify-full";
    }
    g_assert_not_reached();
}

/* libpq 15 knows no "system" roots: without a bundle of its own the
 * connection trusts what the user's file or else the system trusts. */
static const char *ssl_roots(const connection *c, const char *mode)
{
    if (c->tls_ca != NULL)
        return c->tls_ca;
    if (strcmp(mode, "verify-full") != 0)
        return NULL;
    g_autofree char *own = g_build_filename(g_get_home_dir(), ".postgresql", "root.crt", NULL);
    if (g_file_test(own, G_FILE_TEST_EXISTS) || !g_file_test(SYSTEM_CA_BUNDLE, G_FILE_TEST_EXISTS))
        return NULL;
    return SYSTEM_CA_BUNDLE;
}

/* libpq copies what it is given; it skips keywords whose value is NULL. */
static PGconn *start(const connection *c, const session_options *options, const secret *password)
{
    g_autofree char *port = c->port > 0 ? g_strdup_printf("%d", c->port) : NULL;
    g_autofree char *application = options->run_token != NULL
                                       ? g_strdup_printf("rowferry %s", options->run_token)
                                       : g_strdup("rowferry");
    const char *mode = ssl_mode(c);
    const struct {
        const char *keyword, *value;
    } parameters[] = {
        { "host", c->host },
        { "port", port },
        { "dbname", c->database },
        { "user", c->user },
        { "password", password != NULL ? secret_text(password) : NULL },
        { "sslmode", mode },
        { "sslrootcert", ssl_roots(c, mode) },
        { "gssencmode", "disable" },
        { "application_name", application },
        { "client_encoding", "UTF8" },
        { "keepalives", "1" },
        { "keepalives_idle", "30" },
        { "keepalives_interval", "10" },
        { "keepalives_count", "3" },
    };
    const char *keywords[G_N_ELEMENTS(parameters) + 1] = { NULL };
    const char *values[G_N_ELEMENTS(parameters) + 1] = { NULL };
    for (size_t i = 0, n = 0; i < G_N_ELEMENTS(parameters); i++) {
        if (parameters[i].value == NULL)
            continue;
        keywords[n] = parameters[i].keyword;
        values[n++] = parameters[i].value;
    }
    return PQconnectStartParams(keywords, values, 0);
}

static pg_wait_outcome wait_for_socket(pg_session *s, PostgresPollingStatusType want,
                                       gint64 deadline)
{
    struct pollfd fd = { .fd = PQsocket(s->conn),
                         .events = want == PGRES_POLLING_WRITING ? POLLOUT : POLLIN };
    for (;;) {
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        if (left <= 0)
            return PG_TIMED_OUT;
        if (poll(&fd, 1, (int)MIN(left + 1, PG_ASK_MILLISECONDS)) > 0)
            return PG_READY;
        if (pg_is_cancelled(s))
            return PG_CANCELLED;
    }
}

static bool log_in(pg_session *s, error **err)
{
    const connection *c = s->base.connection;
    const char *doing = _("connect");
    int seconds =
        c->connect_timeout_seconds > 0 ? c->connect_timeout_seconds : CONNECT_TIMEOUT_SECONDS;
    gint64 deadline = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    if (PQstatus(s->conn) == CONNECTION_BAD)
        goto failed;
    for (PostgresPollingStatusType state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;
         state = PQconnectPoll(s->conn)) {
        if (state == PGRES_POLLING_FAILED)
            goto failed;
        pg_wait_outcome outcome = wait_for_socket(s, state, deadline);
        if (outcome == PG_CANCELLED)
            return error_set(err, ERROR_CANCELLED, _("cancelled while connecting to \"%s\""),
                             c->name);
        if (outcome == PG_TIMED_OUT) {
            error_set(err, ERROR_CONNECT,
                      _("connection \"%s\": no answer from the server within %d seconds"), c->name,
                      seconds);
            if (err != NULL)
                (*err)->retryable = true;
            return false;
        }
    }
    return true;

failed:;
    g_autofree char *words = g_strdup(PQerrorMessage(s->conn));
    return link_error(err, c, "08001", doing, g_strstrip(words));
}

static bool check_version(pg_session *s, error **err)
{
    int version = PQserverVersion(s->conn);
    if (version >= OLDEST_SERVER)
        return true;
    return error_set(err, ERROR_PLAN,
                     _("connection \"%s\": the server is older than PostgreSQL %s"),
                     s->base.connection->name, OLDEST_SERVER_NAME);
}

/* A statement whose client died is to end soon: it holds locks. A server on a
 * system that cannot look for that refuses to, and is left as it is. */
#define SESSION_SQL_14                                         \
    "SET idle_session_timeout = 0;"                            \
    "DO $$ BEGIN SET client_connection_check_interval = '2s';" \
    " EXCEPTION WHEN invalid_parameter_value THEN NULL; END $$;"

static bool fix_semantics(pg_session *s, error **err)
{
    const char *doing = _("prepare the session");
    g_autofree char *own =
        g_strdup_printf("SET lock_timeout = '%ds';%s%s", s->lock_timeout_seconds,
                        PQserverVersion(s->conn) >= 140000 ? SESSION_SQL_14 : "",
                        s->read_only ? "SET default_transaction_read_only = on"
                                     : "SET default_transaction_read_only = off");
    return pg_do(s, session_sql, doing, err) && pg_do(s, own, doing, err);
}

static void ignore_notice(void *user, const PGresult *notice)
{
    (void)user;
    (void)notice;
}

session *pg_open(const connection *c, const session_options *options, error **err)
{
    error *local = NULL;
    g_autoptr(secret) password = connection_password(c, &local);
    if (local != NULL) {
        error_propagate(err, &local);
        return NULL;
    }
    pg_session *s = g_new0(pg_session, 1);
    s->base.ops = &postgresql_link;
    s->base.connection = c;
    s->base.cancelled = options->cancelled;
    s->base.cancel_user = options->cancel_user;
    s->read_only = options->read_only;
    s->lock_timeout_seconds = options->lock_timeout_seconds;
    if (s->lock_timeout_seconds <= 0)
        s->lock_timeout_seconds = (int)dialect_limit(c->dialect, "lock_timeout_seconds");
    if (s->lock_timeout_seconds <= 0)
        s->lock_timeout_seconds = LOCK_TIMEOUT_SECONDS;
    s->tls_verified = strcmp(ssl_mode(c), "verify-full") == 0;
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->conn = s->wake >= 0 ? start(c, options, password) : NULL;
    if (s->conn == NULL) {
        error_set(err, ERROR_CONNECT, _("connection \"%s\": could not connect: out of resources"),
                  c->name);
        pg_close(&s->base);
        return NULL;
    }
    PQsetNoticeReceiver(s->conn, ignore_notice, NULL);
    if (!log_in(s, err) || !check_version(s, err) || PQsetnonblocking(s->conn, 1) != 0 ||
        !fix_semantics(s, err)) {
        pg_close(&s->base);
        return NULL;
    }
    return &s->base;
}

void pg_close(session *base)
{
    pg_session *s = pg_of(base);
    if (s->conn != NULL)
        PQfinish(s->conn);
    if (s->wake >= 0)
        close(s->wake);
    g_free(s);
}

void pg_cancel(session *base)
{
    pg_session *s = pg_of(base);
    g_atomic_int_set(&s->cancelled, 1);
    eventfd_write(s->wake, 1);
}

char *pg_version(session *base, char **security, error **err)
{
    pg_session *s = pg_of(base);
    if (!pg_check(s, err))
        return NULL;
    if (security != NULL) {
        const char *state = "plaintext";
        if (PQsslInUse(s->conn))
            state = s->tls_verified ? "verified" : "encrypted, not verified";
        *security = g_strdup(state);
    }
    /* "15.20 (Debian 15.20-0+deb12u1)": the packager's words are cut. */
    const char *version = PQparameterStatus(s->conn, "server_version");
    g_auto(GStrv) words = g_strsplit(version != NULL ? version : "", " ", 2);
    return g_strdup_printf("PostgreSQL %s", words[0] != NULL ? words[0] : "");
}

const link_ops postgresql_link = {
    .name = "postgresql",
    .capabilities = LINK_SQL | LINK_PARALLEL_WRITE | LINK_SNAPSHOT,
    .open = pg_open,
    .close = pg_close,
    .cancel = pg_cancel,
    .version = pg_version,
    .list_tables = pg_list_tables,
    .describe = pg_describe,
    .describe_query = pg_describe_query,
    .execute = pg_execute,
    .guarded_delete = pg_guarded_delete,
    .query = pg_small_query,
    .begin = pg_begin,
    .begin_publish = pg_begin_publish,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .staging_name = pg_staging_name,
    .staging_sql = pg_staging_sql,
    .staging_create = pg_staging_create,
    .staging_open = pg_staging_open,
    .staging_drop = pg_staging_drop,
    .staging_list = pg_staging_list,
    .snapshot_export = pg_snapshot_export,
    .read_open = pg_read_open,
    .read_next = pg_read_next,
    .read_close = pg_read_close,
    .write_open = pg_write_open,
    .write = pg_write,
    .write_flush = pg_write_flush,
    .write_close = pg_write_close,
};
