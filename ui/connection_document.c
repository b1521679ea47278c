#include "ui/connection_document.h"

#include "base/document.h"
#include "base/intl.h"
#include "base/secret.h"

#include <string.h>

#define SEALED "sealed" /* connection.show's word for a secret that is kept */

enum { SERVER = 1, SQLITE = 2, FILES = 4, EVERY = 7 };

typedef enum { AS_TEXT, AS_INTEGER, AS_FLAG, AS_MARK, AS_SPECIAL } conversion;

/* The keys that become fields, in the order of the form. */
static const struct {
    const char *id;
    unsigned systems;
    conversion as;
    bool in_format;
    const char *remark;
} fields[] = {
    { "name", EVERY, AS_TEXT, false, N_("tasks use this name") },
    { "type", EVERY, AS_TEXT, false, NULL },
    { "description", EVERY, AS_TEXT, false, NULL },
    { "path", SQLITE, AS_TEXT, false, N_("the database file") },
    { "path", FILES, AS_TEXT, false, N_("the folder") },
    { "host", SERVER, AS_TEXT, false, N_("empty: the local socket") },
    { "port", SERVER, AS_INTEGER, false, N_("empty: 5432") },
    { "database", SERVER, AS_TEXT, false, N_("empty: named as the user") },
    { "user", SERVER, AS_TEXT, false, N_("empty: your login") },
    { "password_from", SERVER, AS_SPECIAL, false, NULL },
    { "password", SERVER, AS_SPECIAL, false, N_("kept sealed, never shown") },
    { "reference", SERVER, AS_SPECIAL, false, NULL },
    { "tls", SERVER, AS_TEXT, false, NULL },
    { "tls_ca", SERVER, AS_TEXT, false, N_("empty: as the system") },
    { "staging_schema", SERVER, AS_TEXT, false, N_("empty: the target's own") },
    { "ledger_schema", SERVER, AS_TEXT, false, N_("empty: the target's own") },
    { "format", FILES, AS_SPECIAL, false, NULL },
    { "delimiter", FILES, AS_MARK, true, NULL },
    { "quote", FILES, AS_MARK, true, NULL },
    { "header", FILES, AS_SPECIAL, true, N_("first line: names") },
    { "null", FILES, AS_TEXT, true, NULL },
    { "null_empty", FILES, AS_SPECIAL, true, N_("instead of \\N") },
    { "encoding", FILES, AS_SPECIAL, true, NULL },
    { "protected", EVERY, AS_FLAG, false, N_("runs ask for its name") },
    { "max_connections", EVERY, AS_INTEGER, false, N_("empty: as the task says") },
    { "connect_timeout_seconds", EVERY, AS_INTEGER, false, N_("empty: 10") },
};

/* Kinds of references that are a prefix and a text. */
static const char *const prefixes[] = { "env", "file", "credential" };

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static bool is(const json_t *values, const char *id, const char *word)
{
    return strcmp(text_of(values, id), word) == 0;
}

static unsigned system_of(const json_t *values)
{
    return is(values, "type", "sqlite") ? SQLITE : is(values, "type", "file") ? FILES : SERVER;
}

/* --- document to values ---------------------------------------------------- */

/* A mark is one character; those that cannot be seen get a name. */
static char *mark_to_text(const char *key, const char *mark)
{
    if (mark[0] == '\0')
        return g_strdup(strcmp(key, "quote") == 0 ? "none" : "");
    return g_strdup(strcmp(mark, "\t") == 0 ? "\\t" : mark);
}

static char *mark_from_text(const char *text)
{
    return g_strdup(strcmp(text, "\\t") == 0 ? "\t" : strcmp(text, "none") == 0 ? "" : text);
}

static char *joined_command(const json_t *command)
{
    g_autoptr(GString) line = g_string_new(NULL);
    size_t i;
    json_t *word;
    json_array_foreach(command, i, word)
    {
        const char *text = json_string_value(word);
        bool plain =
            text != NULL && text[0] != '\0' && strpbrk(text, " \t\"'\\$`*?;&|<>()#~") == NULL;
        g_autofree char *quoted = plain ? g_strdup(text) : g_shell_quote(text != NULL ? text : "");
        g_string_append_printf(line, "%s%s", i > 0 ? " " : "", quoted);
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

static void set(json_t *values, const char *id, const char *text)
{
    json_object_set_new(values, id, json_string(text));
}

static void read_password(json_t *values, const json_t *password)
{
    const char *text = json_string_value(password);
    set(values, "password_from", "none");
    if (json_is_object(password)) {
        g_autofree char *line = joined_command(json_object_get(password, "command"));
        set(values, "password_from", "command");
        set(values, "reference", line);
    } else if (text != NULL && strcmp(text, "pgpass") == 0) {
        set(values, "password_from", "pgpass");
    } else if (text != NULL) {
        bool sealed = strcmp(text, SEALED) == 0 || g_str_has_prefix(text, "sealed:");
        set(values, "password_from", "typed");
        set(values, "password", sealed ? CONNECTION_KEPT : text);
        for (unsigned i = 0; i < G_N_ELEMENTS(prefixes); i++) {
            size_t length = strlen(prefixes[i]);
            if (strncmp(text, prefixes[i], length) != 0 || text[length] != ':')
                continue;
            set(values, "password_from", prefixes[i]);
            set(values, "password", "");
            set(values, "reference", text + length + 1);
        }
    }
}

static void read_format(json_t *values, const json_t *format)
{
    const char *type = json_is_object(format) ? text_of(format, "type") : json_string_value(format);
    set(values, "format", type != NULL ? type : "csv");
    set(values, "header", json_is_false(json_object_get(format, "header")) ? "" : "yes");
    const json_t *null_text = json_object_get(format, "null");
    bool empty = json_is_string(null_text) && json_string_length(null_text) == 0;
    set(values, "null_empty", empty ? "yes" : "");
    set(values, "encoding", "utf-8");
}

json_t *connection_values(const json_t *document)
{
    json_t *values = json_object();
    const json_t *format = json_object_get(document, "format");
    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++) {
        const json_t *one = json_object_get(fields[i].in_format ? format : document, fields[i].id);
        g_autofree char *text = NULL;
        if (json_is_string(one))
            text = fields[i].as == AS_MARK ? mark_to_text(fields[i].id, json_string_value(one))
                                           : g_strdup(json_string_value(one));
        else if (json_is_integer(one))
            text = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(one));
        else if (json_is_true(one))
            text = g_strdup("yes");
        set(values, fields[i].id, text != NULL && fields[i].as != AS_SPECIAL ? text : "");
    }
    if (text_of(values, "type")[0] == '\0')
        set(values, "type", "sqlite");
    read_password(values, json_object_get(document, "password"));
    read_format(values, format);
    return values;
}

/* --- values to document ---------------------------------------------------- */

static json_t *number_or_text(const char *text)
{
    char *end = NULL;
    gint64 number = g_ascii_strtoll(text, &end, 10);
    return *end == '\0' && end - text < 10 ? json_integer(number) : json_string(text);
}

/* The value of a field that is one key; NULL when it is left out. */
static json_t *plain_value(conversion as, const char *text)
{
    if (text[0] == '\0')
        return NULL;
    if (as == AS_FLAG)
        return json_true();
    if (as == AS_INTEGER)
        return number_or_text(text);
    if (as != AS_MARK)
        return json_string(text);
    g_autofree char *mark = mark_from_text(text);
    return json_string(mark);
}

static json_t *command_of(const char *line, error **err)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) wrong = NULL;
    if (!g_shell_parse_argv(line, NULL, &words, &wrong)) {
        error_set(err, ERROR_DOCUMENT, _("password: the command cannot be split into words: %s"),
                  wrong->message);
        return NULL;
    }
    json_t *list = json_array();
    for (char **word = words; *word != NULL; word++)
        json_array_append_new(list, json_string(*word));
    return json_pack("{s:o}", "command", list);
}

static bool write_password(json_t *document, const json_t *values, error **err)
{
    const char *from = text_of(values, "password_from"), *reference = text_of(values, "reference");
    const char *typed = text_of(values, "password");
    json_t *password = NULL;
    if (strcmp(from, "typed") == 0) {
        password = json_string(strcmp(typed, CONNECTION_KEPT) == 0 ? SEALED : typed);
    } else if (strcmp(from, "pgpass") == 0) {
        password = json_string("pgpass");
    } else if (strcmp(from, "command") == 0) {
        password = command_of(reference, err);
        if (password == NULL)
            return false;
    } else if (strcmp(from, "none") != 0) {
        g_autofree char *whole = g_strconcat(from, ":", reference, NULL);
        password = json_string(whole);
    }
    if (password != NULL)
        json_object_set_new(document, "password", password);
    return true;
}

/* A word alone when nothing but the type is said. */
static void write_format(json_t *document, const json_t *values, const json_t *base)
{
    const char *type = text_of(values, "format");
    json_t *format = json_pack("{s:s}", "type", type);
    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (!fields[i].in_format || fields[i].as == AS_SPECIAL ||
            !connection_field_is_shown(fields[i].id, values))
            continue;
        json_t *value = plain_value(fields[i].as, text_of(values, fields[i].id));
        if (value != NULL)
            json_object_set_new(format, fields[i].id, value);
    }
    if (connection_field_is_shown("header", values) && is(values, "header", ""))
        json_object_set_new(format, "header", json_false());
    if (connection_field_is_shown("null_empty", values) && !is(values, "null_empty", ""))
        json_object_set_new(format, "null", json_string(""));
    json_t *encoding = json_object_get(json_object_get(base, "format"), "encoding");
    if (encoding != NULL)
        json_object_set(format, "encoding", encoding);
    bool plain = json_object_size(format) == 1;
    if (!plain)
        json_object_set(document, "format", format);
    else if (strcmp(type, "csv") != 0 || json_object_get(base, "format") != NULL)
        json_object_set_new(document, "format", json_string(type));
    json_decref(format);
}

json_t *connection_from_values(const json_t *values, const json_t *base, error **err)
{
    json_t *document = json_is_object(base) ? json_deep_copy(base) : json_object();
    unsigned systems = system_of(values);
    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++)
        if (!fields[i].in_format)
            json_object_del(document, fields[i].id);
    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (fields[i].in_format || fields[i].as == AS_SPECIAL || (fields[i].systems & systems) == 0)
            continue;
        json_t *value = plain_value(fields[i].as, text_of(values, fields[i].id));
        if (value != NULL)
            json_object_set_new(document, fields[i].id, value);
    }
    if (systems == FILES)
        write_format(document, values, base);
    if (systems == SERVER && !write_password(document, values, err)) {
        json_decref(document);
        return NULL;
    }
    return document;
}

/* --- what is shown --------------------------------------------------------- */

bool connection_field_is_shown(const char *id, const json_t *values)
{
    bool known = false;
    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++)
        known |= strcmp(fields[i].id, id) == 0 && (fields[i].systems & system_of(values)) != 0;
    if (!known)
        return false;
    if (strcmp(id, "password") == 0)
        return is(values, "password_from", "typed");
    if (strcmp(id, "reference") == 0)
        return !is(values, "password_from", "none") && !is(values, "password_from", "typed") &&
               !is(values, "password_from", "pgpass");
    if (strcmp(id, "tls_ca") == 0)
        return is(values, "tls", "") || is(values, "tls", "verify-full");
    if (strcmp(id, "null_empty") == 0)
        return is(values, "format", "tsv") && is(values, "null", "");
    if (strcmp(id, "null") == 0)
        return !is(values, "format", "jsonl") &&
               !(is(values, "format", "tsv") && is(values, "null_empty", "yes"));
    if (strcmp(id, "delimiter") == 0 || strcmp(id, "quote") == 0 || strcmp(id, "header") == 0)
        return !is(values, "format", "jsonl");
    return true;
}

static const char *reference_remark(const json_t *values)
{
    return is(values, "password_from", "env")       ? _("name of the variable")
           : is(values, "password_from", "file")    ? _("absolute path, mode 0600")
           : is(values, "password_from", "command") ? _("its output is the password")
                                                    : _("as in LoadCredential=");
}

static const char *tls_remark(const json_t *values)
{
    const char *host = text_of(values, "host");
    bool local = host[0] == '\0' || host[0] == '/' || strcmp(host, "localhost") == 0 ||
                 g_str_has_prefix(host, "127.") || strcmp(host, "::1") == 0;
    if (is(values, "tls", ""))
        return local ? _("off: it is this machine") : _("verify-full");
    return is(values, "tls", "require") ? _("encrypted, not verified")
           : is(values, "tls", "off")   ? _("nothing is encrypted")
                                        : _("encrypted, verified");
}

const char *connection_field_remark(const char *id, const json_t *values)
{
    bool tsv = is(values, "format", "tsv");
    if (strcmp(id, "reference") == 0)
        return reference_remark(values);
    if (strcmp(id, "tls") == 0)
        return tls_remark(values);
    if (strcmp(id, "delimiter") == 0)
        return tsv ? _("empty: the tab (\\t)") : _("empty: the comma");
    if (strcmp(id, "quote") == 0)
        return tsv ? _("empty: none") : _("empty: \"; none: no quotes");
    if (strcmp(id, "null") == 0)
        return tsv ? _("empty: \\N") : _("empty: the empty field");
    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strcmp(fields[i].id, id) == 0 && (fields[i].systems & system_of(values)) != 0)
            return fields[i].remark != NULL ? _(fields[i].remark) : NULL;
    return NULL;
}

/* --- errors ---------------------------------------------------------------- */

/* The message without `connection "x": `. */
static const char *after_subject(const char *message)
{
    const char *quoted = strstr(message, "\": ");
    return quoted != NULL ? quoted + 3 : message;
}

const char *connection_error_field(const error *e)
{
    const char *text = after_subject(e->message);
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz_.");
    g_autofree char *path = g_strndup(text, length);
    const char *last = strrchr(path, '.');
    const char *key = last != NULL ? last + 1 : path;
    if (last != NULL && strcmp(key, "type") == 0)
        return "format";
    if (g_str_has_prefix(text, "the name "))
        return "name";
    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strcmp(fields[i].id, key) == 0)
            return fields[i].id;
    return NULL;
}

const char *connection_error_reason(const error *e)
{
    const char *text = after_subject(e->message), *field = connection_error_field(e);
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz_.");
    g_autofree char *path = g_strndup(text, length);
    if (field == NULL || (!g_str_has_suffix(path, field) && strchr(path, '.') == NULL))
        return text;
    if (text[length] == ':')
        length++;
    while (text[length] == ' ')
        length++;
    return text[length] != '\0' ? text + length : text;
}

/* --- texts ----------------------------------------------------------------- */

json_t *connection_without_secret(const json_t *document)
{
    json_t *copy = json_deep_copy(document);
    const json_t *password = json_object_get(copy, "password");
    if (json_is_string(password) && !secret_is_reference(password))
        set(copy, "password", SEALED);
    return copy;
}

char *connection_text(const json_t *document)
{
    char *text = document_write(document);
    char *copy = g_strdup(text);
    free(text);
    return copy;
}

json_t *connection_from_text(const char *text, error **err)
{
    json_t *document = document_read(_("connection"), text, strlen(text), err);
    if (document == NULL || json_is_object(document))
        return document;
    json_decref(document);
    error_set(err, ERROR_DOCUMENT, _("connection: not an object ({ … })"));
    return NULL;
}
