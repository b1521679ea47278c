#include "ui/parameter_edit.h"

#include "base/intl.h"
#include "ui/answer.h"
#include "ui/form_view.h"

#include <string.h>

#define BOX_WIDTH  76
#define BOX_HEIGHT 12

typedef struct {
    screen base;
    form_view *form;
    json_t *known;
    bool is_new;
    job *saving;    /* or NULL */
    answer preview; /* parameter.preview of the value */
} parameter_edit;

static const char *const types[] = { "", "text", "number", "date", NULL };
static const char *const type_titles[] = { N_("not said"), N_("text"), N_("number"), N_("date"),
                                           NULL };

static const form_field fields[] = {
    { "name", FIELD_TEXT, N_("Name"), N_("Letters, digits and _"), NULL, NULL, 30 },
    { "saved_name", FIELD_STATIC, N_("Name"), NULL, NULL, NULL, 30 },
    { "value", FIELD_TEXT, N_("Value"), N_("A text; may use other parameters and macros"), NULL,
      NULL, 0 },
    { "type", FIELD_CHOICE, N_("Type"), N_("A word for people"), types, type_titles, 16 },
    { "description", FIELD_TEXT, N_("Description"), N_("What it is for"), NULL, NULL, 0 },
    { "gap", FIELD_GAP, NULL, NULL, NULL, NULL, 0 },
    { "today", FIELD_STATIC, N_("Today"), NULL, NULL, NULL, 0 },
    { .id = NULL },
};

static const char *get(const parameter_edit *v, const char *id)
{
    return form_view_get(v->form, id);
}

/* --- today's value ---------------------------------------------------------- */

static void previewed(screen *s)
{
    parameter_edit *v = (parameter_edit *)s;
    const error *failure = v->preview.failure;
    form_view_set(v->form, "today",
                  failure == NULL ? row_text(v->preview.out, "value") : failure->message);
}

static void ask_preview(parameter_edit *v)
{
    if (get(v, "value")[0] == '\0') {
        answer_clear(&v->preview);
        form_view_set(v->form, "today", "");
        return;
    }
    answer_ask(&v->preview, &v->base, "parameter.preview",
               json_pack("{s:s}", "text", get(v, "value")));
}

static void changed(screen *s, const char *id)
{
    parameter_edit *v = (parameter_edit *)s;
    form_view_remark(v->form, id, LOOK_QUIET, NULL);
    if (strcmp(id, "value") == 0)
        ask_preview(v);
}

/* --- saving ----------------------------------------------------------------- */

static void refuse(parameter_edit *v, const char *id, const char *why)
{
    form_view_set_focus(v->form, id);
    form_view_remark(v->form, id, LOOK_BAD, why);
    app_say(v->base.app, LOOK_BAD, "%s", why);
}

static void saved(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    parameter_edit *v = (parameter_edit *)s;
    app *a = s->app;
    v->saving = NULL;
    if (failure != NULL) {
        app_say_error(a, failure);
        return;
    }
    g_autofree char *name = g_strdup(row_text(out, "name"));
    app_close(a, s);
    app_say(a, LOOK_GOOD, _("Parameter %s is saved."), name);
}

static bool is_taken(const parameter_edit *v)
{
    size_t i;
    json_t *row;
    json_array_foreach(v->known, i, row) if (v->is_new && strcmp(row_text(row, "name"),
                                                                 get(v, "name")) == 0) return true;
    return false;
}

static void save(screen *s)
{
    parameter_edit *v = (parameter_edit *)s;
    if (v->saving != NULL)
        return;
    if (get(v, "name")[0] == '\0') {
        refuse(v, "name", _("a parameter needs a name"));
    } else if (is_taken(v)) {
        refuse(v, "name", _("there is one of this name already"));
    } else {
        json_t *in = json_pack("{s:s, s:s, s:s}", "name", get(v, "name"), "value", get(v, "value"),
                               "description", get(v, "description"));
        if (get(v, "type")[0] != '\0')
            json_object_set_new(in, "type", json_string(get(v, "type")));
        v->saving = app_run(s->app, s, "parameter.set", in, saved, NULL);
    }
}

static void take_back(screen *s)
{
    parameter_edit *v = (parameter_edit *)s;
    if (!form_view_key(v->form, K_F(3)))
        app_say(s->app, LOOK_PLAIN, _("There is nothing to take back in this field."));
}

/* --- leaving ---------------------------------------------------------------- */

static void leave_answered(screen *s, bool yes, void *user)
{
    (void)user;
    if (yes)
        app_close(s->app, s);
}

static bool leave(screen *s)
{
    const parameter_edit *v = (parameter_edit *)s;
    if (!form_view_is_changed(v->form))
        return true;
    const question q = { .title = _("Leave without saving the parameter?"),
                         .text = _("What you typed is lost."),
                         .yes = _("Leave"),
                         .no = _("Stay") };
    app_ask(s->app, s, &q, leave_answered, NULL);
    return false;
}

static const action actions[] = {
    { "parameter.save", K_F(2), N_("Save"), N_("Check the parameter and keep it"),
      "rowferry parameter set NAME VALUE", ACTION_IN_TEXT | ACTION_WRITES, save, NULL },
    { "parameter.undo", K_F(3), N_("Undo"), N_("Take back the last change of the field"), NULL,
      ACTION_IN_TEXT, take_back, NULL },
    { .id = NULL },
};

/* --- the screen ------------------------------------------------------------- */

static void draw(screen *s, canvas *c)
{
    parameter_edit *v = (parameter_edit *)s;
    form_view_draw(v->form, c, 0, canvas_height(c), true);
}

static void size(screen *s, int rows, int columns, int *height, int *width)
{
    (void)s;
    *height = MIN(rows, BOX_HEIGHT);
    *width = MIN(columns, BOX_WIDTH);
}

static bool key(screen *s, ui_key k)
{
    return form_view_key(((parameter_edit *)s)->form, k);
}

static bool in_text(screen *s)
{
    return form_view_in_text(((parameter_edit *)s)->form);
}

static void free_edit(screen *s)
{
    parameter_edit *v = (parameter_edit *)s;
    form_view_free(v->form);
    answer_clear(&v->preview);
    json_decref(v->known);
    g_free(v);
}

const screen_ops parameter_edit_ops = {
    .id = "parameter",
    .title = N_("Parameter"),
    .summary = N_("One global parameter. Nothing is saved before F2."),
    .actions = actions,
    .box = true,
    .draw = draw,
    .size = size,
    .key = key,
    .in_text = in_text,
    .leave = leave,
    .free = free_edit,
};

screen *parameter_edit_new(app *a, const json_t *row, const json_t *known)
{
    parameter_edit *v = g_new0(parameter_edit, 1);
    v->base = (screen){ &parameter_edit_ops, a };
    v->known = json_deep_copy(known);
    v->is_new = row == NULL;
    v->preview.arrived = previewed;
    v->form = form_view_new(a, &v->base, fields, changed, NULL);
    static const char *const keys[] = { "name", "value", "type", "description" };
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        form_view_set(v->form, keys[i], row_text(row, keys[i]));
    form_view_set(v->form, "saved_name", row_text(row, "name"));
    form_view_show(v->form, "name", v->is_new);
    form_view_show(v->form, "saved_name", !v->is_new);
    form_view_set_focus(v->form, v->is_new ? "name" : "value");
    ask_preview(v);
    return &v->base;
}
