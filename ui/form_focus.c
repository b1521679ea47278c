#include "ui/form_focus.h"

#include <form.h>

struct form_focus {
    WINDOW *pad;
    FORM *form;     /* NULL: there are no fields */
    FIELD **fields; /* those placed, in order; NULL-ended */
    int *indices;   /* of the fields, in the caller's table */
    unsigned n;
    int pages;
};

static FIELD *field_new(const form_place *p, bool active, bool begins_page)
{
    FIELD *field = new_field(p->height, p->width, p->y, p->x, 0, 0);
    g_assert(field != NULL);
    /* Nobody types into the library's buffers. */
    field_opts_off(field, O_EDIT | O_BLANK | O_AUTOSKIP | (active ? 0 : O_ACTIVE));
    set_new_page(field, begins_page);
    return field;
}

form_focus *form_focus_new(const form_place *places, const bool *active, unsigned n)
{
    form_focus *f = g_new0(form_focus, 1);
    f->fields = g_new0(FIELD *, n + 1);
    f->indices = g_new0(int, n + 1);
    int page = -1;
    for (unsigned i = 0; i < n; i++) {
        if (places[i].page < 0)
            continue;
        f->fields[f->n] = field_new(&places[i], active[i], places[i].page != page);
        f->indices[f->n++] = (int)i;
        page = places[i].page;
    }
    f->pages = page + 1;
    if (f->n == 0)
        return f;
    f->form = new_form(f->fields);
    g_assert(f->form != NULL);
    int rows = 1, columns = 1;
    scale_form(f->form, &rows, &columns);
    f->pad = newpad(rows, columns);
    g_assert(f->pad != NULL);
    set_form_win(f->form, f->pad);
    set_form_sub(f->form, f->pad);
    int posted = post_form(f->form);
    g_assert(posted == E_OK);
    return f;
}

void form_focus_free(form_focus *f)
{
    if (f == NULL)
        return;
    if (f->form != NULL) {
        unpost_form(f->form);
        free_form(f->form);
        delwin(f->pad);
    }
    for (unsigned i = 0; i < f->n; i++)
        free_field(f->fields[i]);
    g_free(f->fields);
    g_free(f->indices);
    g_free(f);
}

static bool is_active(const FIELD *field)
{
    return field != NULL && (field_opts(field) & O_ACTIVE) != 0;
}

int form_focus_field(const form_focus *f)
{
    FIELD *current = f->form == NULL ? NULL : current_field(f->form);
    return is_active(current) ? f->indices[field_index(current)] : -1;
}

bool form_focus_set(form_focus *f, int index)
{
    for (unsigned i = 0; i < f->n; i++)
        if (f->indices[i] == index && is_active(f->fields[i]))
            return set_current_field(f->form, f->fields[i]) == E_OK;
    return false;
}

int form_focus_page(const form_focus *f)
{
    return f->form == NULL ? 0 : form_page(f->form);
}

/* REQ_NEXT_FIELD goes round within a page, so the way to the next page is ours. */
static bool step_field(form_focus *f, int step, bool wrap)
{
    FIELD *current = current_field(f->form);
    int from = field_index(current), n = (int)f->n;
    for (int i = from + step; wrap ? i != from : i >= 0 && i < n; i += step) {
        if (wrap && (i < 0 || i >= n)) {
            i = i < 0 ? n : -1;
            continue;
        }
        if (!is_active(f->fields[i]))
            continue;
        int page = form_page(f->form);
        form_driver(f->form, step > 0 ? REQ_NEXT_FIELD : REQ_PREV_FIELD);
        if (current_field(f->form) != f->fields[i] || form_page(f->form) != page)
            set_current_field(f->form, f->fields[i]);
        return true;
    }
    return false;
}

static bool step_page(form_focus *f, int step)
{
    int page = form_page(f->form) + step;
    if (page < 0 || page >= f->pages)
        return false;
    form_driver(f->form, step > 0 ? REQ_NEXT_PAGE : REQ_PREV_PAGE);
    return true;
}

bool form_focus_move(form_focus *f, form_move move, bool wrap)
{
    if (f->form == NULL)
        return false;
    switch (move) {
    case MOVE_NEXT:
        return step_field(f, 1, wrap);
    case MOVE_PREVIOUS:
        return step_field(f, -1, wrap);
    case MOVE_NEXT_PAGE:
        return step_page(f, 1);
    case MOVE_PREVIOUS_PAGE:
        return step_page(f, -1);
    }
    g_assert_not_reached();
}
