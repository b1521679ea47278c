/* Values of rejects: edited, set to NULL, taken back. The source row is what is
 * edited; the target judges it when it is sent again. */
#include "ui/rejects.h"

#include "base/intl.h"

#include <inttypes.h>
#include <string.h>

void reject_change_clear(gpointer change)
{
    reject_change *x = change;
    g_free(x->column);
    json_decref(x->before);
}

const char *reject_cannot_edit(screen *s)
{
    rejects *r = (rejects *)s;
    const json_t *row = rejects_row(r);
    if (row == NULL)
        return N_("no row is selected");
    if (!reject_is_open(row))
        return N_("this row was written by a replay");
    const reject_cell *c = rejects_cell(r);
    if (c != NULL && c->source == NULL)
        return N_("this column gets what the task says; edit the task");
    return NULL;
}

/* --- writing an edit ------------------------------------------------------- */

/* @user: whether the edit can be undone, which is not when it failed. */
static void edited(screen *s, json_t *out, const error *failure, void *user)
{
    rejects *r = (rejects *)s;
    if (failure != NULL) {
        if (user != NULL && r->undo->len > 0)
            g_array_set_size(r->undo, r->undo->len - 1);
        app_say_error(s->app, failure);
        return;
    }
    rejects_replace(r, out);
    app_say(s->app, LOOK_GOOD,
            _("reject %" PRId64 " is edited; s sends it again, u takes the edit back"),
            reject_number(out));
}

static void write_values(rejects *r, int64_t number, json_t *values, bool undoable)
{
    app_run(r->base.app, &r->base, "reject.edit",
            json_pack("{s:I, s:I, s:o}", "run", (json_int_t)r->run, "number", (json_int_t)number,
                      "document", values),
            edited, GINT_TO_POINTER(undoable));
}

/* The value of @column in the row @number as it is now: borrowed, NULL when the
 * row is gone. */
static json_t *present_value(const rejects *r, int64_t number, const char *column)
{
    size_t i;
    json_t *row;
    json_array_foreach(rejects_array(r), i,
                       row) if (reject_number(row) ==
                                number) return json_object_get(json_object_get(row, "values"),
                                                               column);
    return NULL;
}

/* Write @value (taken over) and remember what stood there. */
static void change_value(rejects *r, int64_t number, const char *column, json_t *value)
{
    json_t *before = present_value(r, number, column);
    if (before != NULL && json_equal(before, value)) {
        json_decref(value);
        return;
    }
    const reject_change change = { .number = number,
                                   .column = g_strdup(column),
                                   .before = before != NULL ? json_incref(before) : json_null() };
    g_array_append_val(r->undo, change);
    write_values(r, number, json_pack("{s:o}", column, value), true);
}

/* --- asking for the value --------------------------------------------------- */

static void value_entered(screen *s, const char *text, void *user)
{
    (void)user;
    rejects *r = (rejects *)s;
    g_autofree char *column = g_steal_pointer(&r->editing);
    if (text == NULL || column == NULL)
        return;
    const json_t *before = present_value(r, r->editing_of, column);
    g_autofree char *shown = reject_value_text(before);
    if (g_strcmp0(shown, text) != 0)
        change_value(r, r->editing_of, column, reject_value_from_text(before, text));
}

/* In an editor: a value of several lines. */
static void edit_lines(rejects *r, const json_t *row, const reject_cell *c)
{
    g_autoptr(error) failure = NULL;
    g_autofree char *text = app_edit(r->base.app, c->text, ".txt", &failure);
    if (failure != NULL)
        app_say_error(r->base.app, failure);
    else if (text != NULL)
        change_value(r, reject_number(row), c->source,
                     reject_value_from_text(present_value(r, reject_number(row), c->source), text));
}

/* In an editor: a line that is not a row gets its columns. */
static void edit_malformed(rejects *r, const json_t *row)
{
    json_t *empty = reject_empty_row(json_object_get(r->show.out, "plan"));
    char *shown = json_dumps(empty, JSON_INDENT(2));
    json_decref(empty);
    g_autoptr(error) failure = NULL;
    g_autofree char *text = app_edit(r->base.app, shown, ".json", &failure);
    free(shown);
    json_error_t where;
    json_t *values = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, &where) : NULL;
    if (failure != NULL)
        app_say_error(r->base.app, failure);
    else if (text != NULL && !json_is_object(values))
        app_say(r->base.app, LOOK_BAD, _("that is no JSON object: line %d: %s"), where.line,
                where.text);
    else if (values != NULL)
        write_values(r, reject_number(row), json_incref(values), false);
    json_decref(values);
}

void reject_edit_value(screen *s)
{
    rejects *r = (rejects *)s;
    const json_t *row = rejects_row(r);
    const reject_cell *c = rejects_cell(r);
    if (c == NULL) {
        edit_malformed(r, row);
        return;
    }
    if (r->focus != PANE_VALUES && !c->refused) {
        r->focus = PANE_VALUES;
        app_say(s->app, LOOK_PLAIN, "%s", _("choose the value; Enter edits it"));
        return;
    }
    if (c->text != NULL && strchr(c->text, '\n') != NULL) {
        edit_lines(r, row, c);
        return;
    }
    g_free(r->editing);
    r->editing = g_strdup(c->source);
    r->editing_of = reject_number(row);
    g_autofree char *label = g_strdup_printf("%s =", c->source);
    app_prompt(s->app, s, label, c->text, value_entered, NULL);
}

void reject_set_null(screen *s)
{
    rejects *r = (rejects *)s;
    const reject_cell *c = rejects_cell(r);
    if (c != NULL)
        change_value(r, reject_number(rejects_row(r)), c->source, json_null());
}

/* --- undo ------------------------------------------------------------------ */

const char *reject_cannot_undo(screen *s)
{
    return ((rejects *)s)->undo->len == 0 ? N_("nothing was edited here") : NULL;
}

static void taken_back(screen *s, json_t *out, const error *failure, void *user)
{
    (void)user;
    if (failure != NULL) {
        app_say_error(s->app, failure);
        return;
    }
    rejects_replace((rejects *)s, out);
    app_say(s->app, LOOK_PLAIN, _("the edit of reject %" PRId64 " is taken back"),
            reject_number(out));
}

void reject_undo(screen *s)
{
    rejects *r = (rejects *)s;
    const reject_change *last = &g_array_index(r->undo, reject_change, r->undo->len - 1);
    app_run(s->app, s, "reject.edit",
            json_pack("{s:I, s:I, s:{s:O}}", "run", (json_int_t)r->run, "number",
                      (json_int_t)last->number, "document", last->column, last->before),
            taken_back, NULL);
    g_array_set_size(r->undo, r->undo->len - 1);
}
