#include "ui/form_private.h"

#include "base/intl.h"

#include <string.h>

#define FIRST_HEIGHT 20 /* until the form is drawn: keys may come before */
#define FIRST_WIDTH  80

/* --- fields --------------------------------------------------------------------- */

const char *field_value(const form_cell *cell)
{
    return field_is_text(cell) ? editor_text(cell->text) : cell->value;
}

const char *const *field_choices(const form_cell *cell)
{
    static const char *const none[] = { NULL };
    if (cell->choices != NULL)
        return (const char *const *)cell->choices;
    return cell->table->choices != NULL ? cell->table->choices : none;
}

int field_choice(const form_cell *cell)
{
    const char *const *choices = field_choices(cell);
    for (int i = 0; choices[i] != NULL; i++)
        if (strcmp(choices[i], cell->value) == 0)
            return i;
    return -1;
}

const char *field_choice_title(const form_cell *cell, int index)
{
    if (cell->choices == NULL && cell->table->titles != NULL)
        return _(cell->table->titles[index]);
    return field_choices(cell)[index];
}

static bool takes_focus(const form_cell *cell)
{
    return cell->shown && cell->table->kind != FIELD_STATIC && cell->table->kind != FIELD_GAP;
}

static form_cell *focused_cell(const form_view *f)
{
    return f->focused >= 0 && takes_focus(&f->cells[f->focused]) ? &f->cells[f->focused] : NULL;
}

static form_cell *find(const form_view *f, const char *id)
{
    for (unsigned i = 0; i < f->n; i++)
        if (strcmp(f->cells[i].table->id, id) == 0)
            return &f->cells[i];
    g_error("a form has no field \"%s\"", id);
}

static void set_text(char **to, const char *text)
{
    if (text == *to)
        return;
    g_free(*to);
    *to = g_strdup(text);
}

static void init_cell(form_cell *cell, const form_field *table)
{
    *cell = (form_cell){ .table = table, .shown = true };
    if (table->kind == FIELD_TEXT || table->kind == FIELD_SECRET || table->kind == FIELD_LINES)
        cell->text = editor_new("", table->kind == FIELD_LINES, table->kind == FIELD_SECRET);
    cell->value = g_strdup("");
    cell->loaded = g_strdup("");
}

static void wipe(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    g_free(text);
}

static void clear_cell(form_cell *cell)
{
    editor_free(cell->text);
    g_free(cell->value);
    wipe(cell->loaded);
    g_strfreev(cell->choices);
    g_free(cell->remark);
}

/* --- arrangement ------------------------------------------------------------------ */

static form_item item_of(const form_cell *cell)
{
    form_item item = { .kind = ITEM_FIELD,
                       .hidden = !cell->shown,
                       .wish = cell->table->width,
                       .remark = cell->remark };
    if (cell->table->label != NULL && cell->table->label[0] != '\0')
        item.label = _(cell->table->label);
    if (cell->table->kind == FIELD_GAP)
        item.kind = ITEM_GAP;
    else if (cell->table->kind == FIELD_LINES)
        item.kind = ITEM_LINES;
    else if (cell->table->kind == FIELD_STATIC)
        item.kind = ITEM_STATIC;
    item.needs = MAX(field_columns(cell), item.kind == ITEM_FIELD ? item.wish : 0);
    item.text = field_static_text(cell);
    if (cell->table->kind == FIELD_BUTTON)
        item.label = NULL; /* it stands on the button */
    return item;
}

/* The field with the focus, or the nearest that can have it, keeps it. */
static void restore_focus(form_view *f)
{
    int wanted = MAX(f->focused, 0);
    for (int i = wanted; i < (int)f->n; i++)
        if (form_focus_set(f->focus, i))
            return;
    for (int i = wanted; i-- > 0;)
        if (form_focus_set(f->focus, i))
            return;
}

static void rebuild(form_view *f)
{
    g_autofree bool *active = g_new0(bool, f->n + 1);
    for (unsigned i = 0; i < f->n; i++)
        active[i] = takes_focus(&f->cells[i]);
    form_focus_free(f->focus);
    f->focus = form_focus_new(f->places, active, f->n);
    restore_focus(f);
}

void form_arrange(form_view *f)
{
    g_autofree form_item *items = g_new0(form_item, f->n + 1);
    for (unsigned i = 0; i < f->n; i++)
        items[i] = item_of(&f->cells[i]);
    g_autofree form_place *places = g_new0(form_place, f->n + 1);
    f->pages = form_layout(items, f->n, f->height, f->width, places);
    if (f->focus == NULL || memcmp(places, f->places, f->n * sizeof *places) != 0) {
        g_free(f->places);
        f->places = g_steal_pointer(&places);
        rebuild(f);
    }
    f->focused = form_focus_field(f->focus);
}

/* --- changes by the person ---------------------------------------------------------- */

static void tell_changed(form_view *f, const form_cell *cell)
{
    if (f->changed != NULL)
        f->changed(f->screen, cell->table->id);
}

static void choose(form_view *f, form_cell *cell, int index)
{
    const char *chosen = field_choices(cell)[index];
    if (strcmp(chosen, cell->value) == 0)
        return;
    set_text(&cell->value, chosen);
    tell_changed(f, cell);
}

static int count_choices(const form_cell *cell)
{
    return (int)g_strv_length((char **)field_choices(cell));
}

static void step_choice(form_view *f, form_cell *cell, int step)
{
    int n = count_choices(cell), at = field_choice(cell);
    if (n > 0)
        choose(f, cell, at < 0 ? (step > 0 ? 0 : n - 1) : (at + step + n) % n);
}

/* -1 also comes when the screen with the form is being closed. */
static void chosen(screen *s, int index, void *user)
{
    (void)s;
    if (index < 0)
        return;
    form_view *f = user;
    form_cell *cell = &f->cells[f->choosing];
    if (index < count_choices(cell))
        choose(f, cell, index);
}

static void list_choices(form_view *f, const form_cell *cell)
{
    int n = count_choices(cell);
    if (n == 0) {
        app_say(f->app, LOOK_WARNING, _("there is nothing to choose from"));
        return;
    }
    g_autofree const char **titles = g_new0(const char *, (unsigned)n + 1);
    for (int i = 0; i < n; i++)
        titles[i] = field_choice_title(cell, i);
    f->choosing = (int)(cell - f->cells);
    app_choose(f->app, f->screen, _(cell->table->label), titles, MAX(field_choice(cell), 0), chosen,
               f);
}

static void toggle(form_view *f, form_cell *cell)
{
    set_text(&cell->value, cell->value[0] == '\0' ? "yes" : "");
    tell_changed(f, cell);
}

static bool press(form_view *f, const form_cell *cell)
{
    if (f->pressed == NULL)
        return false;
    f->pressed(f->screen, cell->table->id);
    return true;
}

/* --- keys ----------------------------------------------------------------------------- */

static bool text_key(form_view *f, form_cell *cell, ui_key k)
{
    if (k == K_F(4))
        return press(f, cell);
    unsigned before = editor_revision(cell->text);
    bool taken = editor_key(cell->text, k, k == K_PASTE ? app_pasted(f->app) : NULL);
    if (editor_revision(cell->text) != before)
        tell_changed(f, cell);
    return taken;
}

static bool choice_key(form_view *f, form_cell *cell, ui_key k)
{
    if (k == K_SPACE || k == K_RIGHT)
        step_choice(f, cell, 1);
    else if (k == K_LEFT)
        step_choice(f, cell, -1);
    else if (k == K_ENTER || k == K_F(4))
        list_choices(f, cell);
    else
        return false;
    return true;
}

static bool cell_key(form_view *f, form_cell *cell, ui_key k)
{
    switch (cell->table->kind) {
    case FIELD_TEXT:
    case FIELD_SECRET:
    case FIELD_LINES:
        return text_key(f, cell, k);
    case FIELD_CHOICE:
        return choice_key(f, cell, k);
    case FIELD_FLAG:
        if (k == K_SPACE)
            toggle(f, cell);
        return k == K_SPACE;
    case FIELD_BUTTON:
        return (k == K_ENTER || k == K_SPACE) && press(f, cell);
    case FIELD_STATIC:
    case FIELD_GAP:
        break;
    }
    return false;
}

static bool move(form_view *f, form_move how, bool wrap)
{
    bool moved = form_focus_move(f->focus, how, wrap);
    f->focused = form_focus_field(f->focus);
    return moved;
}

bool form_view_key(form_view *f, ui_key k)
{
    form_arrange(f);
    form_cell *cell = focused_cell(f);
    if (cell != NULL && cell_key(f, cell, k))
        return true;
    switch (k) {
    case K_TAB:
        return move(f, MOVE_NEXT, true);
    case K_BACKTAB:
        return move(f, MOVE_PREVIOUS, true);
    case K_DOWN:
    case K_ENTER:
        return move(f, MOVE_NEXT, false);
    case K_UP:
        return move(f, MOVE_PREVIOUS, false);
    case K_PAGE_DOWN:
        return move(f, MOVE_NEXT_PAGE, false);
    case K_PAGE_UP:
        return move(f, MOVE_PREVIOUS_PAGE, false);
    default:
        return false;
    }
}

/* --- for the owner ---------------------------------------------------------------------- */

form_view *form_view_new(app *a, screen *s, const form_field *fields,
                         void (*changed)(screen *s, const char *id),
                         void (*pressed)(screen *s, const char *id))
{
    form_view *f = g_new0(form_view, 1);
    f->app = a;
    f->screen = s;
    f->changed = changed;
    f->pressed = pressed;
    while (fields[f->n].id != NULL)
        f->n++;
    f->cells = g_new0(form_cell, f->n);
    for (unsigned i = 0; i < f->n; i++)
        init_cell(&f->cells[i], &fields[i]);
    f->focused = -1;
    f->height = FIRST_HEIGHT;
    f->width = FIRST_WIDTH;
    form_arrange(f);
    return f;
}

void form_view_free(form_view *f)
{
    if (f == NULL)
        return;
    form_focus_free(f->focus);
    for (unsigned i = 0; i < f->n; i++)
        clear_cell(&f->cells[i]);
    g_free(f->cells);
    g_free(f->places);
    g_free(f);
}

const char *form_view_get(const form_view *f, const char *id)
{
    return field_value(find(f, id));
}

void form_view_set(form_view *f, const char *id, const char *value)
{
    form_cell *cell = find(f, id);
    const char *text = value == NULL ? "" : value;
    if (!field_is_text(cell)) {
        set_text(&cell->value, text);
    } else if (strcmp(editor_text(cell->text), text) != 0) {
        /* What was loaded is where undo ends. */
        editor *fresh =
            editor_new(text, cell->table->kind == FIELD_LINES, cell->table->kind == FIELD_SECRET);
        editor_free(cell->text);
        cell->text = fresh;
    }
    wipe(cell->loaded);
    cell->loaded = g_strdup(field_value(cell));
}

void form_view_set_choices(form_view *f, const char *id, const char *const *choices)
{
    form_cell *cell = find(f, id);
    char **copy = g_strdupv((char **)choices);
    g_strfreev(cell->choices);
    cell->choices = copy;
    if (field_choice(cell) < 0)
        set_text(&cell->value, "");
}

void form_view_remark(form_view *f, const char *id, unsigned look, const char *text)
{
    form_cell *cell = find(f, id);
    set_text(&cell->remark, text);
    cell->remark_look = look;
}

void form_view_show(form_view *f, const char *id, bool shown)
{
    find(f, id)->shown = shown;
}

const char *form_view_focus(const form_view *f)
{
    const form_cell *cell = focused_cell(f);
    return cell == NULL ? NULL : cell->table->id;
}

void form_view_set_focus(form_view *f, const char *id)
{
    form_arrange(f);
    form_focus_set(f->focus, (int)(find(f, id) - f->cells));
    f->focused = form_focus_field(f->focus);
}

bool form_view_in_text(const form_view *f)
{
    const form_cell *cell = focused_cell(f);
    return cell != NULL && field_is_text(cell);
}

bool form_view_is_changed(const form_view *f)
{
    for (unsigned i = 0; i < f->n; i++)
        if (strcmp(field_value(&f->cells[i]), f->cells[i].loaded) != 0)
            return true;
    return false;
}
