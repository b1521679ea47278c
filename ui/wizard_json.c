/* The whole task as JSON in the person's editor. A text that is not right is
 * kept and edited on; the steps go on with what they had. */
#include "base/document.h"
#include "base/intl.h"
#include "ferry/task.h"
#include "ui/json_place.h"
#include "ui/wizard_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wizard *wizard_of(screen *s)
{
    return ((wizard_step *)s)->wizard;
}

static void edit(screen *s, const char *text);

/* --- a text that is not right ----------------------------------------------- */

static void edit_again_answered(screen *s, bool yes, void *user)
{
    (void)user;
    wizard *w = wizard_of(s);
    if (yes) {
        g_autofree char *text = g_strdup(w->json_text);
        edit(s, text);
    } else {
        app_say(s->app, LOOK_WARNING,
                _("your JSON text is kept; ^E goes on with it, the steps show the task "
                  "without it"));
    }
}

/* The line that @e is about: parsers name it, checks name a path. */
static unsigned line_of(const char *text, const error *e)
{
    const char *at = strstr(e->message, ": ");
    unsigned line;
    for (; at != NULL; at = strstr(at + 1, ": "))
        if (sscanf(at, ": line %u", &line) == 1)
            return line;
    g_autofree char *path = wizard_path_in(e->message);
    /* An unknown key is named beside the object that holds it. */
    g_auto(GStrv) quoted = g_strsplit(e->message, "\"", -1);
    unsigned best = path != NULL ? json_place_line(text, path) : 0;
    for (unsigned i = 1; quoted[i] != NULL && quoted[i + 1] != NULL; i += 2) {
        g_autofree char *inside =
            path != NULL ? g_strconcat(path, ".", quoted[i], NULL) : g_strdup(quoted[i]);
        best = MAX(best, json_place_line(text, inside));
    }
    return best;
}

static void show_wrong(screen *s, const error *e)
{
    wizard *w = wizard_of(s);
    unsigned line = line_of(w->json_text, e);
    g_autofree char *excerpt = line > 0 ? json_place_excerpt(w->json_text, line) : g_strdup("");
    g_autofree char *text =
        g_strdup_printf("%s\n%s%s%s", e->message, e->hint != NULL ? e->hint : "",
                        e->hint != NULL ? "\n\n" : "\n", excerpt);
    const question q = {
        .title = _("The JSON text is not right"),
        .text = text,
        .yes = _("Edit it again"),
        .no = _("Back to the steps, keep the text"),
    };
    app_ask(s->app, s, &q, edit_again_answered, NULL);
}

/* --- a text that came back --------------------------------------------------- */

/* Whether @document is right as far as it goes: whole parts that were not come
 * to yet may be missing, as in the steps. */
static bool is_right(const json_t *document, error **err)
{
    json_t *whole = json_deep_copy(document);
    json_t *missing =
        json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s}}", "name", "?", "source", "connection",
                  "?", "table", "?", "target", "connection", "?", "table", "?", "mode", "append");
    json_object_update_missing(whole, missing);
    g_autoptr(task) t = task_parse(whole, err);
    json_decref(missing);
    json_decref(whole);
    return t != NULL;
}

static void take_text(screen *s, char *text)
{
    wizard *w = wizard_of(s);
    g_free(w->json_text);
    w->json_text = text;
    g_autoptr(error) failure = NULL;
    json_t *document = document_read("JSON", text, strlen(text), &failure);
    if (document == NULL || !is_right(document, &failure)) {
        json_decref(document);
        show_wrong(s, failure);
        return;
    }
    g_clear_pointer(&w->json_text, g_free);
    wizard_replace(w, document);
    if (s->ops->resume != NULL)
        s->ops->resume(s);
    app_say(s->app, LOOK_GOOD, _("the steps show the edited task now; nothing is saved yet"));
}

static void edit(screen *s, const char *text)
{
    wizard *w = wizard_of(s);
    g_autoptr(error) failure = NULL;
    char *edited = app_edit(s->app, text, ".json", &failure);
    if (edited != NULL)
        take_text(s, edited);
    else if (failure != NULL)
        app_say_error(s->app, failure);
    else if (w->json_text != NULL)
        take_text(s, g_strdup(w->json_text));
    else
        app_say(s->app, LOOK_PLAIN, _("nothing was changed"));
}

/* --- the action ---------------------------------------------------------------- */

static void edit_task(screen *s)
{
    const wizard *w = wizard_of(s);
    char *text = task_export(w->document);
    edit(s, text);
    free(text);
}

enum { GO_ON, BEGIN_ANEW };

static void text_chosen(screen *s, int index, void *user)
{
    (void)user;
    wizard *w = wizard_of(s);
    g_autofree char *text = g_strdup(w->json_text);
    if (index == GO_ON) {
        edit(s, text);
    } else if (index == BEGIN_ANEW) {
        g_clear_pointer(&w->json_text, g_free);
        edit_task(s);
    }
}

void wizard_edit_json(screen *s)
{
    const wizard *w = wizard_of(s);
    if (w->loading || w->saving || !wizard_settle(s))
        return;
    if (w->json_text == NULL) {
        edit_task(s);
        return;
    }
    const char *const choices[] = { [GO_ON] = _("Go on with the text that is not right yet"),
                                    [BEGIN_ANEW] = _("Throw it away, edit the task of the steps"),
                                    NULL };
    app_choose(s->app, s, _("Edit as JSON"), choices, GO_ON, text_chosen, NULL);
}
