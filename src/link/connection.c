#include "link/connection.h"

#include "base/document.h"
#include "base/intl.h"
#include "base/secret.h"

#include <string.h>

enum { LONGEST_NAME = 128, CONNECT_TIMEOUT_SECONDS = 10 };

static const char *const tls_words[] = { "verify-full", "require", "off", NULL };
static const char *const format_words[] = { "csv", "tsv", "jsonl", NULL };
static const char *const encoding_words[] = { "utf-8", NULL };

static const document_field connection_fields[] = {
    { .key = "name", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { .key = "description", .kind = FIELD_TEXT, .flags = FIELD_EMPTY },
    { .key = "type", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { .key = "host", .kind = FIELD_TEXT },
    { .key = "port", .kind = FIELD_INTEGER, .min = 1, .max = 65535 },
    { .key = "database", .kind = FIELD_TEXT },
    { .key = "user", .kind = FIELD_TEXT },
    { .key = "password", .kind = FIELD_ANY },
    { .key = "tls", .kind = FIELD_TEXT, .words = tls_words },
    { .key = "tls_ca", .kind = FIELD_TEXT },
    { .key = "path", .kind = FIELD_TEXT },
    { .key = "format", .kind = FIELD_ANY },
    { .key = "ledger_schema", .kind = FIELD_TEXT },
    { .key = "staging_schema", .kind = FIELD_TEXT },
    { .key = "protected", .kind = FIELD_FLAG },
    { .key = "max_connections", .kind = FIELD_INTEGER, .min = 1, .max = 1000 },
    { .key = "connect_timeout_seconds", .kind = FIELD_INTEGER, .min = 1, .max = 300 },
    { .key = "via", .kind = FIELD_LATER },
    { .key = "dsn", .kind = FIELD_LATER },
    { .key = "driver", .kind = FIELD_LATER },
    { .key = "options", .kind = FIELD_LATER },
    { .key = "tunnel", .kind = FIELD_LATER },
    { .key = "environments", .kind = FIELD_LATER },
    { .key = NULL },
};

static const document_field format_fields[] = {
    { .key = "type", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .words = format_words },
    { .key = "delimiter", .kind = FIELD_TEXT },
    { .key = "quote", .kind = FIELD_TEXT, .flags = FIELD_EMPTY },
    { .key = "header", .kind = FIELD_FLAG },
    { .key = "null", .kind = FIELD_TEXT, .flags = FIELD_EMPTY },
    { .key = "encoding", .kind = FIELD_TEXT, .words = encoding_words },
    { .key = NULL },
};

/* --- which keys a system has --- */

typedef enum { SYSTEM_SERVER = 1, SYSTEM_SQLITE = 2, SYSTEM_FILE = 4 } system_kind;

/* Keys that not every system knows. */
static const struct {
    const char *key;
    unsigned systems;
} special_keys[] = {
    { "host", SYSTEM_SERVER },           { "port", SYSTEM_SERVER },
    { "database", SYSTEM_SERVER },       { "user", SYSTEM_SERVER },
    { "password", SYSTEM_SERVER },       { "tls", SYSTEM_SERVER },
    { "tls_ca", SYSTEM_SERVER },         { "ledger_schema", SYSTEM_SERVER },
    { "staging_schema", SYSTEM_SERVER }, { "path", SYSTEM_SQLITE | SYSTEM_FILE },
    { "format", SYSTEM_FILE },
};

static system_kind kind_of(const dialect *d)
{
    const char *link = dialect_link(d);
    return strcmp(link, "sqlite") == 0 ? SYSTEM_SQLITE
           : strcmp(link, "file") == 0 ? SYSTEM_FILE
                                       : SYSTEM_SERVER;
}

static bool check_keys(const connection *c, const char *subject, const json_t *document,
                       error **err)
{
    system_kind kind = kind_of(c->dialect);
    for (size_t i = 0; i < G_N_ELEMENTS(special_keys); i++)
        if ((special_keys[i].systems & kind) == 0 &&
            json_object_get(document, special_keys[i].key) != NULL)
            return document_error(err, subject, _("a connection of type \"%s\" has no \"%s\""),
                                  c->type, special_keys[i].key);
    if (kind != SYSTEM_SERVER && json_object_get(document, "path") == NULL)
        return document_error(err, subject, _("path is missing"));
    return true;
}

/* --- the parts --- */

static bool check_name(const char *subject, const char *name, error **err)
{
    if (strlen(name) > LONGEST_NAME)
        return document_error(err, subject, _("the name is longer than %d bytes"), LONGEST_NAME);
    if (g_ascii_isspace(name[0]) || g_ascii_isspace(name[strlen(name) - 1]) || name[0] == '-')
        return document_error(err, subject,
                              _("the name must not begin with \"-\" nor have a space at an end"));
    for (const char *p = name; *p != '\0'; p++)
        if (g_ascii_iscntrl(*p) || *p == '/')
            return document_error(err, subject,
                                  _("the name must not hold \"/\" or control characters"));
    return true;
}

static char *expand_home(const char *path)
{
    if (path != NULL && path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
        return g_strconcat(g_get_home_dir(), path + 1, NULL);
    return g_strdup(path);
}

static bool read_path(connection *c, const char *subject, const char *path, error **err)
{
    if (path != NULL && strstr(path, "://") != NULL) {
        g_autofree char *scheme = g_strndup(path, strstr(path, "://") - path);
        return document_error(err, subject, _("path: %s:// is not in this version"), scheme);
    }
    c->path = expand_home(path);
    return true;
}

static bool read_password(connection *c, const char *subject, json_t *password, error **err)
{
    if (password == NULL)
        return true;
    if (!secret_is_reference(password)) {
        document_error(err, subject, _("password is neither a reference nor sealed"));
        return error_hint(err, _("references: env:NAME, file:PATH, credential:NAME, pgpass, "
                                 "{\"command\": [\"pass\", \"show\", \"x\"]}"));
    }
    error *local = NULL;
    if (!secret_check(password, &local))
        return error_prefix(err, &local, "%s: password", subject);
    c->password = json_incref(password);
    return true;
}

/* One ASCII character that cannot be mistaken for data of a line. */
static bool read_mark(const char *subject, const char *key, const char *text, char *out,
                      error **err)
{
    if (text == NULL)
        return true;
    if (text[0] != '\0' &&
        (text[1] != '\0' || (unsigned char)text[0] >= 0x80 || text[0] == '\n' || text[0] == '\r'))
        return document_error(err, subject, _("format.%s must be one ASCII character"), key);
    *out = text[0];
    return true;
}

static bool check_format(const file_format *f, const char *subject, const json_t *format,
                         error **err)
{
    static const char *const delimited[] = { "delimiter", "quote", "header", "null", NULL };
    if (strcmp(f->format, "jsonl") == 0)
        for (const char *const *key = delimited; *key != NULL; key++)
            if (json_object_get(format, *key) != NULL)
                return document_error(err, subject, _("format.%s cannot be used with jsonl"), *key);
    if (f->delimiter == f->quote)
        return document_error(err, subject,
                              _("format.delimiter and format.quote must be different"));
    if (f->null_text != NULL && strpbrk(f->null_text, "\r\n") != NULL)
        return document_error(err, subject, _("format.null must not hold a line end"));
    return true;
}

static bool read_format(connection *c, const char *subject, const json_t *given, error **err)
{
    g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    const json_t *format = given;
    if (!json_is_object(given)) {
        /* "csv" alone is the format with its defaults. */
        json_t *name = given == NULL ? json_string("csv") : json_incref((json_t *)given);
        json_t *short_form = json_pack("{s:o}", "type", name);
        g_ptr_array_add(owned, short_form);
        format = short_form;
    }
    if (!document_check(subject, "format", format, format_fields, err))
        return false;
    file_format *f = c->format = g_new0(file_format, 1);
    f->format = g_strdup(document_get_text(format, "type"));
    bool csv = strcmp(f->format, "csv") == 0, tsv = strcmp(f->format, "tsv") == 0;
    f->delimiter = tsv ? '\t' : ',';
    f->quote = tsv ? '\0' : '"';
    f->header = document_get_flag(format, "header", csv || tsv);
    const char *null_text = document_get_text(format, "null");
    f->null_is_empty_unquoted = csv && (null_text == NULL || *null_text == '\0');
    f->null_text = g_strdup(null_text != NULL ? null_text : tsv ? "\\N" : "");
    f->encoding = g_strdup("utf-8");
    return read_mark(subject, "delimiter", document_get_text(format, "delimiter"), &f->delimiter,
                     err) &&
           read_mark(subject, "quote", document_get_text(format, "quote"), &f->quote, err) &&
           check_format(f, subject, format, err);
}

static tls_mode read_tls(const char *word)
{
    return word == NULL                   ? TLS_DEFAULT
           : strcmp(word, "off") == 0     ? TLS_OFF
           : strcmp(word, "require") == 0 ? TLS_REQUIRE
                                          : TLS_VERIFY_FULL;
}

static bool read_connection(connection *c, const char *subject, const json_t *document, error **err)
{
    c->name = g_strdup(document_get_text(document, "name"));
    c->type = g_strdup(document_get_text(document, "type"));
    error *local = NULL;
    c->dialect = dialect_load(c->type, &local);
    if (c->dialect == NULL) {
        if (local->code == ERROR_NOT_FOUND)
            local->code = ERROR_DOCUMENT;
        return error_prefix(err, &local, "%s: type", subject);
    }
    c->host = g_strdup(document_get_text(document, "host"));
    c->port = (int)document_get_integer(document, "port", 0);
    c->database = g_strdup(document_get_text(document, "database"));
    c->user = g_strdup(document_get_text(document, "user"));
    c->tls = read_tls(document_get_text(document, "tls"));
    c->tls_ca = expand_home(document_get_text(document, "tls_ca"));
    c->ledger_schema = g_strdup(document_get_text(document, "ledger_schema"));
    c->staging_schema = g_strdup(document_get_text(document, "staging_schema"));
    c->is_protected = document_get_flag(document, "protected", false);
    c->max_connections = (int)document_get_integer(document, "max_connections", 0);
    c->connect_timeout_seconds =
        (int)document_get_integer(document, "connect_timeout_seconds", CONNECT_TIMEOUT_SECONDS);
    return check_name(subject, c->name, err) && check_keys(c, subject, document, err) &&
           read_path(c, subject, document_get_text(document, "path"), err) &&
           read_password(c, subject, json_object_get(document, "password"), err) &&
           (kind_of(c->dialect) != SYSTEM_FILE ||
            read_format(c, subject, json_object_get(document, "format"), err));
}

/* --- the whole --- */

static char *subject_of(const json_t *document)
{
    const char *name = document_get_text(document, "name");
    return name != NULL ? g_strdup_printf(_("connection \"%s\""), name) : g_strdup(_("connection"));
}

connection *connection_parse(const json_t *document, error **err)
{
    g_autofree char *subject = subject_of(document);
    if (!document_check(subject, "", document, connection_fields, err))
        return NULL;
    g_autoptr(connection) c = g_new0(connection, 1);
    c->document = document_ordered(document, connection_fields);
    if (!read_connection(c, subject, document, err))
        return NULL;
    return g_steal_pointer(&c);
}

static void file_format_free(file_format *f)
{
    if (f == NULL)
        return;
    g_free(f->format);
    g_free(f->null_text);
    g_free(f->encoding);
    g_free(f);
}

void connection_free(connection *c)
{
    if (c == NULL)
        return;
    g_free(c->name);
    g_free(c->type);
    dialect_free(c->dialect);
    g_free(c->host);
    g_free(c->database);
    g_free(c->user);
    json_decref(c->password);
    g_free(c->tls_ca);
    g_free(c->path);
    file_format_free(c->format);
    g_free(c->ledger_schema);
    g_free(c->staging_schema);
    json_decref(c->document);
    g_free(c);
}

/* A mistyped or outdated scheme must not be sealed as if it were the password. */
static bool check_literal(const char *subject, const char *text, error **err)
{
    static const char *const schemes[] = { "command:", "cmd:", "cred:", "keyring:" };
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
        if (!g_str_has_prefix(text, schemes[i]))
            continue;
        document_error(err, subject, _("password: \"%s\" is not a known kind of reference"),
                       schemes[i]);
        return error_hint(err, _("references: env:NAME, file:PATH, credential:NAME, pgpass, "
                                 "{\"command\": [\"pass\", \"show\", \"x\"]}"));
    }
    return *text != '\0' || document_error(err, subject, _("password must not be empty"));
}

json_t *connection_seal(const json_t *document, error **err)
{
    const char *name = document_get_text(document, "name");
    const json_t *password = json_object_get(document, "password");
    if (name == NULL || !json_is_string(password) || secret_is_reference(password))
        return json_deep_copy(document);
    g_autofree char *subject = subject_of(document);
    const char *literal = json_string_value(password);
    if (!check_literal(subject, literal, err))
        return NULL;
    const secret_place place = { .connection = name, .field = "password" };
    g_autofree char *sealed = secret_seal(literal, &place, err);
    if (sealed == NULL)
        return NULL;
    json_t *copy = json_deep_copy(document);
    json_object_set_new(copy, "password", json_string(sealed));
    return copy;
}

char *connection_export(const json_t *document)
{
    json_t *ordered = document_ordered(document, connection_fields);
    char *text = document_write(ordered);
    json_decref(ordered);
    return text;
}

struct secret *connection_password(const connection *c, error **err)
{
    if (c->password == NULL)
        return NULL;
    const secret_place place = { .connection = c->name, .field = "password" };
    secret *s = NULL;
    error *local = NULL;
    if (!secret_resolve(c->password, &place, &s, &local)) {
        error_prefix(err, &local, _("connection \"%s\": password"), c->name);
        return NULL;
    }
    return s;
}
