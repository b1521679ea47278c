/* Saving: what it would replace is asked before, a mapping that must be
 * confirmed after it; an error of the document leads to its field. */
#include "base/intl.h"
#include "ui/wizard_private.h"

#include <inttypes.h>
#include <string.h>

static wizard *wizard_of(screen *s)
{
    return ((wizard_step *)s)->wizard;
}

/* --- after it -------------------------------------------------------------- */

static void run_started(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    app *a = s->app;
    if (failure != NULL) {
        wizard_of(s)->saving = false;
        app_say_error(a, failure);
        return;
    }
    app_close(a, s);
    app_open(a, run_detail_new(a, json_integer_value(json_object_get(out, "run"))));
}

static void finish(screen *s)
{
    app *a = s->app;
    wizard *w = wizard_of(s);
    if (w->run_after) {
        app_say(a, LOOK_PLAIN, _("\"%s\" is saved; starting a run ..."), w->task);
        json_t *in = json_pack("{s:s}", "name", w->task);
        if (w->date != NULL)
            json_object_set_new(in, "date", json_string(w->date));
        app_run(a, s, "run.start", in, run_started, NULL);
        return;
    }
    w->saving = false;
    if (w->changes != w->sent) {
        app_say(a, LOOK_WARNING, _("saved; what was changed since then is not"));
        return;
    }
    g_autofree char *name = g_strdup(w->task);
    int64_t version = w->base_version;
    app_close(a, s);
    app_say(a, LOOK_GOOD, _("\"%s\" is saved as version %" PRId64), name, version);
}

static void confirmed(screen *s, json_t *out, const error *failure, void *user)
{
    (void)out;
    (void)user;
    if (failure == NULL) {
        finish(s);
        return;
    }
    wizard_of(s)->saving = false;
    app_say_error(s->app, failure);
}

static void confirm_answered(screen *s, bool yes, void *user)
{
    (void)user;
    wizard *w = wizard_of(s);
    if (yes) {
        app_run(s->app, s, "task.confirm", json_pack("{s:s}", "name", w->task), confirmed, NULL);
        return;
    }
    app *a = s->app;
    w->saving = false;
    wizard_go(s, STEP_MAPPING);
    app_say(a, LOOK_WARNING, _("\"%s\" is saved; it does not run before its mapping is confirmed"),
            w->task);
}

static void ask_confirm(screen *s)
{
    const question q = {
        .title = _("Is the mapping still right?"),
        .text = _("The task is saved. Its source or its target changed and the mapping did not, "
                  "so it does not run before you confirm that the columns still go where they "
                  "should. The step Mapping shows them."),
        .yes = _("Confirm the mapping"),
        .no = _("Look at it first"),
    };
    app_ask(s->app, s, &q, confirm_answered, NULL);
}

static void saved(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    wizard *w = wizard_of(s);
    if (failure != NULL) {
        w->saving = false;
        wizard_show_error(s, failure);
        return;
    }
    json_decref(w->opened);
    w->opened = g_steal_pointer(&w->sending);
    wizard_drop_draft(w);
    w->drafted = w->sent;
    g_free(w->task);
    w->task = g_strdup(json_string_value(json_object_get(out, "name")));
    w->base_version = json_integer_value(json_object_get(out, "version"));
    if (json_is_false(json_object_get(out, "confirmed")))
        ask_confirm(s);
    else
        finish(s);
}

/* --- before it ------------------------------------------------------------- */

static void send_document(screen *s)
{
    wizard *w = wizard_of(s);
    json_decref(w->sending);
    w->sending = json_deep_copy(w->document);
    w->sent = w->changes;
    app_say(s->app, LOOK_PLAIN, _("Checking and saving ..."));
    app_run(s->app, s, "task.save", json_pack("{s:O}", "document", w->sending), saved, NULL);
}

static void replace_answered(screen *s, bool yes, void *user)
{
    (void)user;
    if (yes)
        send_document(s);
    else
        wizard_of(s)->saving = false;
}

static void ask_replace(screen *s, char *title, const char *text, const char *yes)
{
    const question q = { .title = title, .text = text, .yes = yes, .no = _("Go back") };
    app_ask(s->app, s, &q, replace_answered, NULL);
    g_free(title);
}

static const json_t *task_named(const json_t *tasks, const char *name)
{
    size_t i;
    json_t *row;
    json_array_foreach(tasks, i, row) if (g_strcmp0(json_string_value(json_object_get(row, "name")),
                                                    name) == 0) return row;
    return NULL;
}

static void got_tasks(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    wizard *w = wizard_of(s);
    if (failure != NULL) {
        w->saving = false;
        app_say_error(s->app, failure);
        return;
    }
    const char *name = wizard_text(w, "name");
    const json_t *there = task_named(json_object_get(out, "tasks"), name);
    int64_t version = json_integer_value(json_object_get(there, "version"));
    bool same = g_strcmp0(name, w->task) == 0;
    if (!same && there != NULL)
        ask_replace(s, g_strdup_printf(_("Replace the task \"%s\"?"), name),
                    _("There is a task of this name already. It gets a new version with what is "
                      "here; its older versions and its runs are kept."),
                    _("Replace it"));
    else if (!same && w->task != NULL && name[0] != '\0')
        ask_replace(s, g_strdup_printf(_("Save as a new task \"%s\"?"), name),
                    _("The name was changed. The task that was opened stays as it is, under its "
                      "own name."),
                    _("Save as a new task"));
    else if (same && version != w->base_version)
        ask_replace(s, g_strdup_printf(_("Save over the new version of \"%s\"?"), name),
                    _("The task was saved or deleted by somebody else after it was opened here. "
                      "What is here takes its place; older versions are kept."),
                    _("Save over it"));
    else
        send_document(s);
}

static void start(screen *s, bool run_after)
{
    wizard *w = wizard_of(s);
    if (w->loading || w->saving)
        return;
    if (w->json_text != NULL) {
        app_say(s->app, LOOK_WARNING, _("the JSON text is not right yet: ^E goes on with it"));
        return;
    }
    if (!wizard_settle(s))
        return;
    w->saving = true;
    w->run_after = run_after;
    app_run(s->app, s, "task.list", NULL, got_tasks, NULL);
}

void wizard_save(screen *s)
{
    start(s, false);
}

void wizard_save_and_run(screen *s)
{
    start(s, true);
}
