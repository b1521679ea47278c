/* One line of text asked for in the message line: names, paths, what to find. */
#include "ui/app_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <string.h>

void prompt_drop(app *a)
{
    prompt *p = g_steal_pointer(&a->asking);
    if (p == NULL)
        return;
    terminal_accept_paste(a->terminal, false);
    editor_free(p->text);
    g_free(p->label);
    g_free(p);
    app_changed(a);
}

static prompt *begin(app *a, screen *s, const char *label, const char *text)
{
    prompt_drop(a);
    prompt *p = g_new0(prompt, 1);
    p->on = s;
    p->label = g_strdup(label);
    p->text = editor_new(text != NULL ? text : "", false, false);
    a->asking = p;
    app_changed(a);
    return p;
}

void app_prompt(app *a, screen *s, const char *label, const char *text,
                void (*entered)(screen *s, const char *text, void *user), void *user)
{
    prompt *p = begin(a, s, label, text);
    p->entered = entered;
    p->user = user;
}

/* --- find ------------------------------------------------------------------ */

void prompt_find(app *a, screen *s)
{
    begin(a, s, "/", NULL)->finding = true;
}

static void say_not_found(app *a, const char *text)
{
    app_say(a, LOOK_WARNING, _("\"%s\" was not found"), text);
}

void prompt_find_again(app *a, screen *s, int step)
{
    if (a->find_text == NULL)
        prompt_find(a, s);
    else if (!s->ops->find(s, a->find_text, step, true))
        say_not_found(a, a->find_text);
    app_changed(a);
}

static void find_now(app *a, prompt *p)
{
    const char *text = editor_text(p->text);
    g_free(a->find_text);
    a->find_text = text[0] != '\0' ? g_strdup(text) : NULL;
    if (a->find_text != NULL && !p->on->ops->find(p->on, text, 1, false))
        say_not_found(a, text);
    else
        app_say(a, LOOK_PLAIN, "%s", "");
}

/* --- keys ------------------------------------------------------------------ */

static void finish(app *a, bool entered)
{
    prompt *p = a->asking;
    g_autofree char *text = entered ? g_strdup(editor_text(p->text)) : NULL;
    screen *on = p->on;
    void *user = p->user;
    void (*answer)(screen *, const char *, void *) = p->entered;
    prompt_drop(a);
    if (answer != NULL)
        answer(on, text, user);
}

void prompt_key(app *a, ui_key k)
{
    prompt *p = a->asking;
    if (k == K_ESCAPE || k == K_ENTER) {
        finish(a, k == K_ENTER);
        return;
    }
    /* Backspace in an empty prompt leaves it, as in less. */
    if (k == K_BACKSPACE && p->finding && editor_text(p->text)[0] == '\0') {
        finish(a, false);
        return;
    }
    if (editor_key(p->text, k, app_pasted(a)) && p->finding)
        find_now(a, p);
    app_changed(a);
}

void prompt_draw(app *a, canvas *c, int y)
{
    prompt *p = a->asking;
    int x = 1 + canvas_text(c, y, 1, canvas_width(c) / 2, LOOK_ACCENT, p->label);
    if (!p->finding)
        x++;
    int room = canvas_width(c) - x - 1;
    if (p->finding && a->message != NULL && a->message[0] != '\0') {
        canvas_right(c, y, x + room / 2, room - room / 2, a->message_look, a->message);
        room /= 2;
    }
    editor_draw(p->text, c, y, x, 1, room, LOOK_PLAIN, true);
}
