/* The connection editor: one form whose fields follow from the type. */
#include "ui/screens.h"

#include "base/intl.h"
#include "ui/answer.h"
#include "ui/connection_document.h"
#include "ui/connection_draft.h"
#include "ui/connection_test.h"
#include "ui/form_view.h"

#include <string.h>

typedef struct {
    screen base;
    form_view *form; /* NULL: the document is not there yet */
    char *name;      /* of the saved connection, or NULL: a new one */
    json_t *saved;   /* the document as it is saved, {} for a new one */
    json_t *origin;  /* what the form was filled from: keys without a field stay */
    json_t *known;   /* names of all connections */
    error *failure;  /* why there is no document, or NULL */
    connection_test test;
    connection_draft draft;
    job *saving;     /* or NULL */
    bool kept;       /* the password field stands for the saved secret */
    char *json_text; /* a document that could not be read, to go on with; or NULL */
} connection_edit;

/* --- fields ---------------------------------------------------------------- */

static const char *const types[] = { "sqlite", "postgresql", "file", NULL };
static const char *const type_titles[] = { "SQLite", "PostgreSQL", N_("files"), NULL };
static const char *const tls_words[] = { "", "verify-full", "require", "off", NULL };
static const char *const tls_titles[] = { N_("as usual"), N_("verify-full"), N_("require"),
                                          N_("off"), NULL };
static const char *const formats[] = { "csv", "tsv", "jsonl", NULL };
static const char *const sources[] = { "none",       "typed",  "env",     "file",
                                       "credential", "pgpass", "command", NULL };
static const char *const source_titles[] = { N_("none"),
                                             N_("typed here, kept sealed"),
                                             N_("environment variable"),
                                             N_("file"),
                                             N_("systemd credential"),
                                             N_("~/.pgpass"),
                                             N_("output of a command"),
                                             NULL };

static const form_field fields[] = {
    { "name", FIELD_TEXT, N_("Name"), N_("Tasks call the connection by this name"), NULL, NULL,
      30 },
    { "saved_name", FIELD_STATIC, N_("Name"), NULL, NULL, NULL, 30 },
    { "type", FIELD_CHOICE, N_("Type"), N_("Left and Right change it, F4 shows all"), types,
      type_titles, 30 },
    { "description", FIELD_TEXT, N_("Description"), N_("A text for people"), NULL, NULL, 0 },
    { "gap", FIELD_GAP, NULL, NULL, NULL, NULL, 0 },
    { "path", FIELD_TEXT, N_("Path"), N_("An absolute path, or one that begins with ~/"), NULL,
      NULL, 0 },
    { "host", FIELD_TEXT, N_("Host"), N_("A name, an address, or the folder of a local socket"),
      NULL, NULL, 30 },
    { "port", FIELD_TEXT, N_("Port"), NULL, NULL, NULL, 8 },
    { "database", FIELD_TEXT, N_("Database"), NULL, NULL, NULL, 30 },
    { "user", FIELD_TEXT, N_("User"), NULL, NULL, NULL, 30 },
    { "password_from", FIELD_CHOICE, N_("Password from"),
      N_("Where the password comes from when a session is opened"), sources, source_titles, 30 },
    { "password", FIELD_SECRET, N_("Password"),
      N_("Sealed when saved; nothing shows it again. Type to replace it"), NULL, NULL, 30 },
    { "reference", FIELD_TEXT, N_("Reference"),
      N_("The name, path or command; the secret itself is not kept"), NULL, NULL, 30 },
    { "tls", FIELD_CHOICE, N_("TLS"), N_("How the way to the server is protected"), tls_words,
      tls_titles, 30 },
    { "tls_ca", FIELD_TEXT, N_("Trusted certs"),
      N_("A file with the certificates that are trusted"), NULL, NULL, 30 },
    { "staging_schema", FIELD_TEXT, N_("Staging schema"),
      N_("Where staging tables are made; the role must be able to create tables there"), NULL, NULL,
      30 },
    { "ledger_schema", FIELD_TEXT, N_("Ledger schema"),
      N_("Where the table is that proves which run was committed"), NULL, NULL, 30 },
    { "format", FIELD_CHOICE, N_("Format"), N_("Left and Right change it"), formats, NULL, 30 },
    { "delimiter", FIELD_TEXT, N_("Delimiter"), N_("One ASCII character; \\t is the tab"), NULL,
      NULL, 8 },
    { "quote", FIELD_TEXT, N_("Quote"), N_("One ASCII character, or the word none"), NULL, NULL,
      8 },
    { "header", FIELD_FLAG, N_("Header"), NULL, NULL, NULL, 0 },
    { "null", FIELD_TEXT, N_("NULL is"), N_("The spelling of NULL"), NULL, NULL, 20 },
    { "null_empty", FIELD_FLAG, N_("Empty is NULL"), NULL, NULL, NULL, 0 },
    { "encoding", FIELD_STATIC, N_("Encoding"), NULL, NULL, NULL, 30 },
    { "gap_limits", FIELD_GAP, NULL, NULL, NULL, NULL, 0 },
    { "protected", FIELD_FLAG, N_("Protected"),
      N_("For connections whose tables matter most: writing asks for the typed name"), NULL, NULL,
      0 },
    { "max_connections", FIELD_TEXT, N_("Connections"),
      N_("At most this many streams of a run write here, 1 to 1000"), NULL, NULL, 8 },
    { "connect_timeout_seconds", FIELD_TEXT, N_("Timeout, s"),
      N_("Seconds to wait for a connection, 1 to 300"), NULL, NULL, 8 },
    { .id = NULL },
};

static bool is_value(const form_field *f)
{
    return f->kind != FIELD_GAP && strcmp(f->id, "saved_name") != 0;
}

/* --- form and document ----------------------------------------------------- */

static json_t *values_of(const connection_edit *v)
{
    json_t *values = json_object();
    for (const form_field *f = fields; f->id != NULL; f++)
        if (is_value(f))
            json_object_set_new(values, f->id, json_string(form_view_get(v->form, f->id)));
    return values;
}

/* The document as the form says it; new reference, NULL with *err. */
static json_t *document_of(const connection_edit *v, error **err)
{
    json_t *values = values_of(v);
    json_t *document = connection_from_values(values, v->origin, err);
    json_decref(values);
    return document;
}

static void show_fields(connection_edit *v)
{
    json_t *values = values_of(v);
    for (const form_field *f = fields; f->id != NULL; f++) {
        if (!is_value(f))
            continue;
        form_view_show(v->form, f->id,
                       connection_field_is_shown(f->id, values) &&
                           (strcmp(f->id, "name") != 0 || v->name == NULL));
        form_view_remark(v->form, f->id, LOOK_QUIET, connection_field_remark(f->id, values));
    }
    form_view_show(v->form, "saved_name", v->name != NULL);
    json_decref(values);
}

static void changed(screen *s, const char *id)
{
    connection_edit *v = (connection_edit *)s;
    /* The stars of a kept secret are no text: whatever is typed replaces them. */
    if (v->kept && strcmp(id, "password") == 0) {
        const char *text = form_view_get(v->form, id);
        bool longer = g_str_has_prefix(text, CONNECTION_KEPT);
        g_autofree char *typed = g_strdup(longer ? text + strlen(CONNECTION_KEPT) : "");
        v->kept = false;
        form_view_set(v->form, id, typed);
    }
    if (!answer_waits(&v->test.answer))
        connection_test_clear(&v->test);
    show_fields(v);
}

/* Types that a further dialect file gives stay what they are. */
static void add_type(connection_edit *v, const char *type)
{
    if (g_strv_contains(types, type))
        return;
    const char *more[G_N_ELEMENTS(types) + 1] = { type };
    memcpy(more + 1, types, sizeof types);
    form_view_set_choices(v->form, "type", more);
}

static void fill(connection_edit *v, const json_t *document)
{
    json_t *values = connection_values(document), *before = v->origin;
    v->origin = json_deep_copy(document);
    json_decref(before);
    const char *id;
    json_t *text;
    add_type(v, row_text(values, "type"));
    json_object_foreach(values, id, text) form_view_set(v->form, id, json_string_value(text));
    form_view_set(v->form, "saved_name", v->name);
    v->kept = strcmp(row_text(values, "password"), CONNECTION_KEPT) == 0;
    json_decref(values);
    show_fields(v);
}

static void begin(connection_edit *v, const json_t *document)
{
    v->form = form_view_new(v->base.app, &v->base, fields, changed, NULL);
    fill(v, document);
    if (v->name != NULL) {
        /* Not the type: a key too many would change it. */
        json_t *values = values_of(v);
        form_view_set_focus(v->form, connection_field_is_shown("path", values) ? "path" : "host");
        json_decref(values);
    }
    app_changed(v->base.app);
}

/* Whether there is something that Save would change. */
static bool is_changed(const connection_edit *v)
{
    if (v->form == NULL)
        return false;
    g_autoptr(error) unread = NULL;
    json_t *values = connection_values(v->saved);
    json_t *as_saved = connection_from_values(values, v->saved, NULL);
    json_t *now = document_of(v, &unread);
    bool differs = now == NULL || !json_equal(now, as_saved);
    json_decref(values);
    json_decref(as_saved);
    json_decref(now);
    return differs;
}

/* --- reading --------------------------------------------------------------- */

static void draft_read(screen *s, json_t *document, const error *failure)
{
    connection_edit *v = (connection_edit *)s;
    if (failure != NULL)
        app_say_error(s->app, failure);
    begin(v, failure == NULL && document != NULL ? document : v->saved);
}

static void got_document(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    connection_edit *v = (connection_edit *)s;
    if (failure != NULL) {
        v->failure = error_copy(failure);
        return;
    }
    v->saved = json_deep_copy(out);
    connection_draft_offer(&v->draft, s, v->name, draft_read);
}

static void got_names(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    connection_edit *v = (connection_edit *)s;
    if (failure != NULL) {
        v->failure = error_copy(failure);
        return;
    }
    v->known = json_incref(json_object_get(out, "connections"));
    if (v->name != NULL) {
        app_run(s->app, s, "connection.show", json_pack("{s:s}", "name", v->name), got_document,
                NULL);
        return;
    }
    v->saved = json_object();
    connection_draft_offer(&v->draft, s, NULL, draft_read);
}

/* --- saving ---------------------------------------------------------------- */

static void show_error(connection_edit *v, const error *failure)
{
    const char *id = connection_error_field(failure);
    app_say_error(v->base.app, failure);
    if (id == NULL)
        return;
    form_view_set_focus(v->form, id);
    form_view_remark(v->form, id, LOOK_BAD, connection_error_reason(failure));
}

static void saved(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    connection_edit *v = (connection_edit *)s;
    app *a = s->app;
    v->saving = NULL;
    if (failure != NULL) {
        show_error(v, failure);
        return;
    }
    g_autofree char *name = g_strdup(row_text(out, "name"));
    connection_draft_drop(&v->draft, s);
    app_close(a, s);
    app_say(a, LOOK_GOOD, _("Connection %s is saved."), name);
}

static bool is_taken(const connection_edit *v, const char *name)
{
    size_t i;
    json_t *row;
    json_array_foreach(v->known, i, row) if (v->name == NULL &&
                                             strcmp(row_text(row, "name"), name) == 0) return true;
    return false;
}

static bool check_name(const connection_edit *v, const json_t *document, error **err)
{
    const char *name = row_text(document, "name");
    if (name[0] == '\0')
        return error_set(err, ERROR_DOCUMENT, _("name: the connection needs a name"));
    return !is_taken(v, name) ||
           error_set(err, ERROR_DOCUMENT, _("name: there is a connection of this name already"));
}

static void save(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    if (v->saving != NULL)
        return;
    g_autoptr(error) wrong = NULL;
    json_t *document = document_of(v, &wrong);
    if (document == NULL || !check_name(v, document, &wrong)) {
        show_error(v, wrong);
        json_decref(document);
        return;
    }
    app_say(s->app, LOOK_PLAIN, _("Saving ..."));
    v->saving = app_run(s->app, s, "connection.save", json_pack("{s:o}", "document", document),
                        saved, NULL);
}

/* --- leaving --------------------------------------------------------------- */

enum { STAY, SAVE, KEEP_DRAFT, THROW_AWAY };

/* What may be written down: a password that was typed is not. */
static void keep_draft(connection_edit *v)
{
    json_t *document = document_of(v, NULL);
    if (document == NULL)
        return;
    json_t *open = connection_without_secret(document);
    connection_draft_keep(&v->draft, &v->base, v->name, open);
    json_decref(open);
    json_decref(document);
}

static void leave_chosen(screen *s, int index, void *user)
{
    (void)user;
    connection_edit *v = (connection_edit *)s;
    app *a = s->app;
    if (index == SAVE) {
        save(s);
    } else if (index == KEEP_DRAFT) {
        keep_draft(v);
        app_close(a, s);
        app_say(a, LOOK_PLAIN, _("The draft is kept; a password that was typed is not in it."));
    } else if (index == THROW_AWAY) {
        connection_draft_drop(&v->draft, s);
        app_close(a, s);
    }
}

static bool leave(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    if (!is_changed(v))
        return true;
    const char *choices[] = { _("Stay here"), _("Save and leave"), _("Keep a draft and leave"),
                              _("Throw the changes away"), NULL };
    const char *without_saving[] = { choices[STAY], choices[THROW_AWAY], NULL };
    if (app_is_readonly(s->app))
        app_choose(s->app, s, _("There are changes that are not saved"), without_saving, 0,
                   leave_chosen, NULL);
    else
        app_choose(s->app, s, _("There are changes that are not saved"), choices, 0, leave_chosen,
                   NULL);
    return false;
}

static void rescue(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    if (is_changed(v))
        keep_draft(v);
}

/* --- the document as JSON --------------------------------------------------- */

static void take_text(connection_edit *v, const char *text)
{
    app *a = v->base.app;
    g_autoptr(error) wrong = NULL;
    json_t *document = connection_from_text(text, &wrong);
    g_free(v->json_text);
    v->json_text = document == NULL ? g_strdup(text) : NULL;
    if (document == NULL) {
        error_hint(&wrong, _("^E goes on"));
        app_say_error(a, wrong);
        return;
    }
    /* "sealed" stands for the secret that is there already or was just typed. */
    g_autofree char *typed = g_strdup(v->kept ? "" : form_view_get(v->form, "password"));
    bool keep = strcmp(row_text(document, "password"), "sealed") == 0 && typed[0] != '\0';
    if (v->name != NULL && strcmp(row_text(document, "name"), v->name) != 0) {
        json_object_set_new(document, "name", json_string(v->name));
        app_say(a, LOOK_WARNING, _("The name of a saved connection stays as it is."));
    }
    fill(v, document);
    json_decref(document);
    if (keep) {
        form_view_set(v->form, "password", typed);
        v->kept = false;
    }
}

static void edit_json(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    g_autoptr(error) wrong = NULL;
    g_autofree char *text = g_strdup(v->json_text);
    if (text == NULL) {
        json_t *document = document_of(v, &wrong);
        if (document == NULL) {
            show_error(v, wrong);
            return;
        }
        json_t *open = connection_without_secret(document);
        text = connection_text(open);
        json_decref(open);
        json_decref(document);
    }
    g_autofree char *edited = app_edit(s->app, text, ".json", &wrong);
    if (edited != NULL)
        take_text(v, edited);
    else if (wrong != NULL)
        app_say_error(s->app, wrong);
    else if (v->json_text == NULL)
        app_say(s->app, LOOK_PLAIN, _("Nothing was changed."));
}

/* --- actions --------------------------------------------------------------- */

static const char *not_there(screen *s)
{
    return ((connection_edit *)s)->form == NULL ? N_("the connection is not read yet") : NULL;
}

static const char *cannot_save(screen *s)
{
    return ((connection_edit *)s)->saving != NULL ? N_("it is being saved") : not_there(s);
}

static const char *no_test(screen *s)
{
    return answer_waits(&((connection_edit *)s)->test.answer) ? NULL : N_("no test is running");
}

static void test(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    g_autoptr(error) wrong = NULL;
    json_t *document = document_of(v, &wrong);
    if (document == NULL) {
        show_error(v, wrong);
        return;
    }
    const char *name = row_text(document, "name");
    if (name[0] == '\0')
        json_object_set_new(document, "name", json_string("new"));
    connection_test_start(&v->test, s, row_text(document, "name"), document);
    json_decref(document);
}

static void tested(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    const error *failure = v->test.answer.failure;
    const char *id =
        failure != NULL && failure->code == ERROR_DOCUMENT ? connection_error_field(failure) : NULL;
    if (id != NULL)
        show_error(v, failure);
}

static void give_up(screen *s)
{
    answer_cancel(&((connection_edit *)s)->test.answer);
}

static void take_back(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    if (!form_view_key(v->form, K_F(3)))
        app_say(s->app, LOOK_PLAIN, _("There is nothing to take back in this field."));
}

static const action actions[] = {
    { "connection.edit.cancel", K_ESCAPE, N_("Give up"), N_("Give up the test"), NULL,
      ACTION_IN_TEXT, give_up, no_test },
    { "connection.edit.test", K_F(5), N_("Test"),
      N_("Connect with what the form says, step by step; nothing is saved"),
      "rowferry connection test NAME", ACTION_IN_TEXT, test, not_there },
    { "connection.edit.save", K_F(2), N_("Save"), N_("Check the connection and keep it"),
      "rowferry connection save FILE", ACTION_IN_TEXT | ACTION_WRITES, save, cannot_save },
    { "connection.edit.undo", K_F(3), N_("Undo"), N_("Take back the last change of the field"),
      NULL, ACTION_IN_TEXT, take_back, not_there },
    { "connection.edit.json", KEY_CONTROL('E'), N_("As JSON"),
      N_("Edit the document in your editor"), "rowferry connection show NAME", ACTION_IN_TEXT,
      edit_json, not_there },
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------ */

static char *name(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    return g_strdup(v->name != NULL ? v->name : _("new connection"));
}

static void draw(screen *s, canvas *c)
{
    connection_edit *v = (connection_edit *)s;
    if (v->form == NULL) {
        if (v->failure != NULL)
            answer_draw_failure(c, 1, v->failure);
        else
            canvas_text(c, 1, 4, -1, LOOK_QUIET, _("Reading the connection ..."));
        return;
    }
    int height = canvas_height(c), test_rows = connection_test_height(&v->test);
    test_rows = MIN(test_rows, height / 2);
    form_view_draw(v->form, c, 0, height - (test_rows > 0 ? test_rows + 1 : 0), true);
    connection_test_draw(&v->test, c, height - test_rows, test_rows);
}

static bool key(screen *s, ui_key k)
{
    connection_edit *v = (connection_edit *)s;
    return v->form != NULL && form_view_key(v->form, k);
}

static bool in_text(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    return v->form != NULL && form_view_in_text(v->form);
}

static bool wants_tick(screen *s)
{
    return answer_waits(&((connection_edit *)s)->test.answer);
}

static void refresh(screen *s)
{
    if (wants_tick(s))
        app_changed(s->app);
}

static void resume(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    if (v->known == NULL && v->failure == NULL)
        app_run(s->app, s, "connection.list", NULL, got_names, NULL);
}

static void free_edit(screen *s)
{
    connection_edit *v = (connection_edit *)s;
    form_view_free(v->form);
    connection_test_clear(&v->test);
    connection_draft_clear(&v->draft);
    json_decref(v->saved);
    json_decref(v->origin);
    json_decref(v->known);
    g_clear_pointer(&v->failure, error_free);
    g_free(v->json_text);
    g_free(v->name);
    g_free(v);
}

const screen_ops connection_edit_ops = {
    .id = "connection",
    .title = N_("Connection"),
    .summary = N_("Where a system is and how to log in. Nothing is saved before F2."),
    .actions = actions,
    .name = name,
    .draw = draw,
    .key = key,
    .in_text = in_text,
    .refresh = refresh,
    .wants_tick = wants_tick,
    .resume = resume,
    .leave = leave,
    .rescue = rescue,
    .free = free_edit,
};

screen *connection_edit_new(app *a, const char *name_or_null)
{
    connection_edit *v = g_new0(connection_edit, 1);
    v->base = (screen){ &connection_edit_ops, a };
    v->name = g_strdup(name_or_null);
    v->test.answer.arrived = tested;
    return &v->base;
}
