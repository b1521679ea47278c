/* connection.h - the connection document (design.md section 8): a named way
 * to reach one system.
 *
 * Parsed once, immutable afterwards, shared by threads. A secret is a
 * reference; it is resolved only when a session is opened.
 */
#ifndef ROWFERRY_LINK_CONNECTION_H
#define ROWFERRY_LINK_CONNECTION_H

#include "base/error.h"
#include "sql/dialect.h"

#include <jansson.h>

typedef enum { TLS_DEFAULT, TLS_OFF, TLS_REQUIRE, TLS_VERIFY_FULL } tls_mode;

/* How delimited files look; defaults depend on the format. */
typedef struct {
    char *format;    /* "csv", "tsv", "jsonl" */
    char delimiter;  /* csv ',', tsv '\t' */
    char quote;      /* '"'; 0: no quoting (tsv default) */
    bool header;     /* default true for csv and tsv */
    char *null_text; /* spelling of NULL; csv default: the empty unquoted field; tsv "\\N" */
    bool null_is_empty_unquoted; /* csv default true: ,, is NULL and ,"", is '' */
    char *encoding;              /* only "utf-8" in this version */
} file_format;

typedef struct connection {
    char *name;
    char *type; /* dialect name */
    dialect *dialect;
    /* servers */
    char *host, *database, *user;
    int port;         /* 0: the system's default */
    json_t *password; /* a reference: string "env:…" or object {"command": […]}, or NULL */
    tls_mode tls;
    char *tls_ca; /* path of the CA bundle or NULL */
    /* sqlite, file */
    char *path;
    file_format *format; /* file only */
    /* all */
    char *ledger_schema;  /* or NULL */
    char *staging_schema; /* or NULL */
    bool is_protected;
    int max_connections;         /* 0: the default */
    int connect_timeout_seconds; /* default 10 */
    json_t *document;            /* as saved (sealed secrets) */
} connection;

/* Parse a document. ERROR_DOCUMENT names the key, what is wrong and, for an
 * unknown key, the nearest known one. Keys of later versions (tunnel,
 * environments, sftp:// paths …) are refused as "not in this version".
 * A literal password is an error here: connection_seal() comes first. */
connection *connection_parse(const json_t *document, error **err);
void connection_free(connection *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(connection, connection_free)

/* A copy of @document in which a literal password is replaced by a "sealed:"
 * reference bound to the connection's name (security.md section 2). */
json_t *connection_seal(const json_t *document, error **err);

/* The bytes kept in the store and printed by `connection show`: keys in the
 * order of the manual, 2-space indent; caller frees with free(). */
char *connection_export(const json_t *document);

/* The secret's value in locked memory (base/secret.h), or NULL with *err set.
 * NULL without an error when the connection has none. */
struct secret *connection_password(const connection *c, error **err);

#endif
