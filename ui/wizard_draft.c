/* Drafts: written at every change of step, offered when the same task is edited
 * again, deleted when it is saved. And what the first step begins with. */
#include "base/intl.h"
#include "ui/wizard_private.h"

#include <string.h>

#define MOST_OFFERED 8

static wizard *wizard_of(screen *s)
{
    return ((wizard_step *)s)->wizard;
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text != NULL ? text : "";
}

/* --- writing --------------------------------------------------------------- */

static bool is_new(const wizard *w)
{
    return w->changes != w->drafted && (w->draft != 0 || !json_equal(w->document, w->opened));
}

static json_t *draft_of(const wizard *w)
{
    json_t *in =
        json_pack("{s:s, s:s, s:O, s:I}", "kind", "task", "subject", w->task != NULL ? w->task : "",
                  "document", w->document, "base_version", (json_int_t)w->base_version);
    if (w->draft != 0)
        json_object_set_new(in, "id", json_integer(w->draft));
    return in;
}

static void written(screen *s, json_t *out, const error *failure, void *user)
{
    wizard *w = user;
    w->drafting = NULL;
    if (failure != NULL) {
        w->drafted = 0;
        app_say_error(s->app, failure);
    } else {
        w->draft = json_integer_value(json_object_get(out, "id"));
        if (w->discard)
            wizard_drop_draft(w);
        else
            wizard_keep_draft(w);
    }
    wizard_unhold(w);
}

/* The job belongs to the screen below, which stays when steps come and go. */
void wizard_keep_draft(wizard *w)
{
    if (w->drafting != NULL || !is_new(w))
        return;
    w->drafted = w->changes;
    w->drafting =
        app_run(w->below->app, w->below, "draft.save", draft_of(w), written, wizard_hold(w));
}

void wizard_keep_last_draft(wizard *w)
{
    if (w->drafting != NULL) {
        job_cancel(w->drafting); /* its work is done all the same, only not told */
        w->drafting = NULL;
        wizard_unhold(w);
    }
    if (!is_new(w))
        return;
    w->drafted = w->changes; /* a terminal that goes away may tell it twice */
    app_run(w->below->app, w->below, "draft.save", draft_of(w), NULL, NULL);
}

void wizard_drop_draft(wizard *w)
{
    if (w->drafting != NULL) {
        w->discard = true;
        return;
    }
    if (w->draft != 0)
        app_run(w->below->app, w->below, "draft.delete",
                json_pack("{s:I}", "id", (json_int_t)w->draft), NULL, NULL);
    w->draft = 0;
    w->discard = false;
}

/* --- what the first step begins with ---------------------------------------- */

static void give_up(screen *s, const error *failure)
{
    app *a = s->app;
    app_close(a, s);
    if (failure != NULL)
        app_say_error(a, failure);
}

static void begin(screen *s, json_t *document)
{
    wizard *w = wizard_of(s);
    wizard_set_opened(w, document);
    w->loading = false;
    if (s->ops->resume != NULL)
        s->ops->resume(s);
    app_changed(s->app);
}

static int64_t version_of(const wizard *w, const char *task)
{
    size_t i;
    json_t *row;
    json_array_foreach(w->tasks, i,
                       row) if (strcmp(text_of(row, "name"), task) ==
                                0) return json_integer_value(json_object_get(row, "version"));
    return 0;
}

static void got_task(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    wizard *w = wizard_of(s);
    if (failure != NULL) {
        give_up(s, failure);
        return;
    }
    w->base_version = version_of(w, w->task);
    begin(s, json_deep_copy(out));
}

static void read_task(screen *s)
{
    const wizard *w = wizard_of(s);
    if (w->task == NULL)
        begin(s, json_object());
    else
        app_run(s->app, s, "task.export", json_pack("{s:s}", "name", w->task), got_task, NULL);
}

static void got_draft(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    app *a = s->app;
    wizard *w = wizard_of(s);
    const json_t *document = json_object_get(out, "document");
    if (failure != NULL || !json_is_object(document)) {
        give_up(s, failure);
        return;
    }
    const char *subject = text_of(out, "subject");
    g_free(w->task);
    w->task = subject[0] != '\0' ? g_strdup(subject) : NULL;
    w->draft = json_integer_value(json_object_get(out, "id"));
    w->base_version = json_integer_value(json_object_get(out, "base_version"));
    int64_t now = w->task != NULL ? version_of(w, w->task) : 0;
    bool changed = now != w->base_version;
    begin(s, json_deep_copy(document));
    step_number open = wizard_first_open(w->document);
    if (open != STEP_BASICS)
        wizard_replace_step(s, open);
    if (changed)
        app_say(a, LOOK_WARNING, _("the task was saved anew after this draft was begun"));
}

static void read_draft(screen *s, int64_t id)
{
    app_run(s->app, s, "draft.show", json_pack("{s:I}", "id", (json_int_t)id), got_draft, NULL);
}

static void draft_chosen(screen *s, int index, void *user)
{
    (void)user;
    const json_t *draft = json_array_get(wizard_of(s)->offered, (size_t)MAX(index, 0));
    if (index < 0)
        give_up(s, NULL);
    else if (draft != NULL)
        read_draft(s, json_integer_value(json_object_get(draft, "id")));
    else
        read_task(s);
}

/* "Go on with the draft of 2026-03-17 14:05" */
static char *draft_title(const json_t *draft)
{
    g_autofree char *when = g_strndup(text_of(draft, "updated_at"), strlen("2026-03-17T14:05"));
    g_strdelimit(when, "T", ' ');
    return g_strdup_printf(_("Go on with the draft of %s"), when);
}

static void offer_drafts(screen *s)
{
    const wizard *w = wizard_of(s);
    g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    json_t *draft;
    json_array_foreach(w->offered, i, draft) g_ptr_array_add(titles, draft_title(draft));
    g_ptr_array_add(titles, g_strdup(w->task != NULL ? _("Begin with the task as it is saved")
                                                     : _("Begin with an empty task")));
    g_ptr_array_add(titles, NULL);
    app_choose(s->app, s, _("There is work that was not saved"), (const char *const *)titles->pdata,
               0, draft_chosen, NULL);
}

static void got_drafts(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    wizard *w = wizard_of(s);
    if (failure != NULL) {
        give_up(s, failure);
        return;
    }
    w->offered = json_array();
    const char *subject = w->task != NULL ? w->task : "";
    size_t i;
    json_t *draft;
    json_array_foreach(json_object_get(out, "drafts"), i,
                       draft) if (strcmp(text_of(draft, "kind"), "task") == 0 &&
                                  strcmp(text_of(draft, "subject"), subject) == 0 &&
                                  json_array_size(w->offered) < MOST_OFFERED)
        json_array_append(w->offered, draft);
    if (json_array_size(w->offered) > 0)
        offer_drafts(s);
    else
        read_task(s);
}

static void got_tasks(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    wizard *w = wizard_of(s);
    if (failure != NULL) {
        give_up(s, failure);
        return;
    }
    w->tasks = json_incref(json_object_get(out, "tasks"));
    if (w->draft != 0)
        read_draft(s, w->draft);
    else
        app_run(s->app, s, "draft.list", NULL, got_drafts, NULL);
}

void wizard_read(screen *s, int64_t draft)
{
    wizard_of(s)->draft = draft;
    app_run(s->app, s, "task.list", NULL, got_tasks, NULL);
}
