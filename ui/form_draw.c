/* How a form is drawn: where libform placed its fields, on the canvas. */
#include "ui/form_private.h"

#include "base/intl.h"
#include "base/text.h"

#include <string.h>

#define FOCUS_AT     1 /* '>' */
#define ATTENTION_AT 2 /* '!' */
#define PAGE_AT      4
#define ROW_CHOICES  4 /* more choices are not shown in a row */
#define CHOICE_GAP   4

/* --- measures -------------------------------------------------------------------- */

static int width_of(const char *text)
{
    g_autofree char *safe = text_safe(text, -1);
    return text_width(safe);
}

/* "(*) one    ( ) two". */
static int row_columns(const form_cell *cell)
{
    int columns = 0;
    for (int i = 0; field_choices(cell)[i] != NULL; i++)
        columns += (i > 0 ? CHOICE_GAP : 0) + 4 + width_of(field_choice_title(cell, i));
    return columns;
}

static bool shown_in_row(const form_cell *cell, int room)
{
    int n = (int)g_strv_length((char **)field_choices(cell));
    return n > 1 && n <= ROW_CHOICES && field_choice(cell) >= 0 && row_columns(cell) <= room;
}

static const char *choice_text(const form_cell *cell)
{
    int at = field_choice(cell);
    if (at >= 0)
        return field_choice_title(cell, at);
    return cell->value[0] == '\0' ? _("not chosen") : cell->value;
}

int field_columns(const form_cell *cell)
{
    switch (cell->table->kind) {
    case FIELD_TEXT:
        /* How long a text is matters only up to what a row can hold. */
        if (strlen(editor_text(cell->text)) > 1000)
            return 1000;
        return width_of(editor_text(cell->text)) + 1;
    case FIELD_SECRET:
        return (int)MIN(g_utf8_strlen(editor_text(cell->text), 1000), 1000) + 1;
    case FIELD_CHOICE:
        if (cell->table->width == 0 && shown_in_row(cell, G_MAXINT))
            return row_columns(cell);
        return width_of(choice_text(cell));
    case FIELD_FLAG:
        return 3;
    case FIELD_BUTTON:
        return width_of(_(cell->table->label)) + 4;
    case FIELD_STATIC:
        return width_of(field_static_text(cell));
    case FIELD_LINES:
    case FIELD_GAP:
        break;
    }
    return 1;
}

const char *field_static_text(const form_cell *cell)
{
    return cell->table->kind == FIELD_STATIC ? cell->value : "";
}

/* --- values -------------------------------------------------------------------------- */

static void draw_choice(const form_cell *cell, canvas *c, int y, const form_place *p, bool focus)
{
    if (!shown_in_row(cell, p->width)) {
        unsigned look = field_choice(cell) < 0 ? LOOK_WARNING : LOOK_PLAIN;
        int used = canvas_text(c, y, p->x, p->width, look | (focus ? LOOK_UNDERLINE : 0),
                               choice_text(cell));
        if (focus) {
            canvas_text(c, y, p->x + used + 1, p->width - used - 1, LOOK_QUIET, "< >");
            canvas_cursor(c, y, p->x);
        }
        return;
    }
    int x = p->x, at = field_choice(cell);
    for (int i = 0; field_choices(cell)[i] != NULL; i++) {
        if (focus && i == at)
            canvas_cursor(c, y, x + 1);
        canvas_text(c, y, x, 4, LOOK_PLAIN, i == at ? "(*) " : "( ) ");
        x += 4;
        x += canvas_text(c, y, x, p->x + p->width - x,
                         focus && i == at ? LOOK_UNDERLINE : LOOK_PLAIN,
                         field_choice_title(cell, i));
        x += CHOICE_GAP;
    }
}

static void draw_flag(const form_cell *cell, canvas *c, int y, const form_place *p, bool focus)
{
    canvas_text(c, y, p->x, p->width, LOOK_PLAIN, cell->value[0] != '\0' ? "[x]" : "[ ]");
    if (focus)
        canvas_cursor(c, y, p->x + (p->width > 1 ? 1 : 0));
}

static void draw_button(const form_cell *cell, canvas *c, int y, const form_place *p, bool focus)
{
    canvas_format(c, y, p->x, p->width, focus ? LOOK_SELECTED : LOOK_PLAIN, "[ %s ]",
                  _(cell->table->label));
    if (focus)
        canvas_cursor(c, y, p->x);
}

static void draw_rows(canvas *c, int y, int x, int rows, int width, unsigned look, const char *text)
{
    g_auto(GStrv) lines = form_wrap(text, width);
    for (int i = 0; i < rows && lines[i] != NULL; i++) {
        bool cut = i == rows - 1 && lines[i + 1] != NULL;
        g_autofree char *last = cut ? g_strjoinv(" ", lines + i) : NULL;
        canvas_text(c, y + i, x, width, look, cut ? last : lines[i]);
    }
}

static void draw_value(form_view *f, form_cell *cell, canvas *c, int top, bool focus)
{
    const form_place *p = &f->places[cell - f->cells];
    int y = top + p->y;
    switch (cell->table->kind) {
    case FIELD_TEXT:
    case FIELD_SECRET:
    case FIELD_LINES:
        editor_draw(cell->text, c, y, p->x, p->height, p->width,
                    focus ? LOOK_UNDERLINE : LOOK_PLAIN, focus);
        break;
    case FIELD_CHOICE:
        draw_choice(cell, c, y, p, focus);
        break;
    case FIELD_FLAG:
        draw_flag(cell, c, y, p, focus);
        break;
    case FIELD_BUTTON:
        draw_button(cell, c, y, p, focus);
        break;
    case FIELD_STATIC:
        draw_rows(c, y, p->x, p->height, p->width, LOOK_PLAIN, cell->value);
        break;
    case FIELD_GAP:
        break;
    }
}

/* --- fields ---------------------------------------------------------------------------- */

static bool needs_attention(const form_cell *cell)
{
    return cell->remark != NULL && cell->remark[0] != '\0' &&
           (cell->remark_look == LOOK_BAD || cell->remark_look == LOOK_WARNING);
}

static void draw_field(form_view *f, form_cell *cell, canvas *c, int top, bool focus)
{
    const form_place *p = &f->places[cell - f->cells];
    const char *label = cell->table->label;
    if (focus)
        canvas_text(c, top + p->y, FOCUS_AT, 1, LOOK_PLAIN, ">");
    if (needs_attention(cell))
        canvas_text(c, top + p->y, ATTENTION_AT, 1, LOOK_BAD, "!");
    if (cell->table->kind != FIELD_BUTTON && label != NULL && label[0] != '\0')
        canvas_text(c, top + p->label_y, p->label_x, p->label_width,
                    focus ? LOOK_STRONG : LOOK_PLAIN, _(label));
    draw_value(f, cell, c, top, focus);
    if (p->remark_rows > 0)
        draw_rows(c, top + p->remark_y, p->remark_x, p->remark_rows, p->remark_width,
                  cell->remark_look, cell->remark);
}

/* Where the cursor is in a text of which a part is shown. */
static char *line_number(const form_cell *cell, int rows)
{
    const char *text = editor_text(cell->text);
    size_t cursor = editor_cursor(cell->text);
    int lines = 1, at = 1;
    for (const char *p = strchr(text, '\n'); p != NULL; p = strchr(p + 1, '\n')) {
        lines++;
        if ((size_t)(p - text) < cursor)
            at++;
    }
    return lines > rows ? g_strdup_printf(_("line %d of %d"), at, lines) : NULL;
}

/* A remark without room on the page goes before the help of the field. */
static void hint(const form_view *f, const form_cell *cell)
{
    const form_place *p = &f->places[cell - f->cells];
    g_autofree char *line = cell->table->kind == FIELD_LINES ? line_number(cell, p->height) : NULL;
    const char *help = cell->table->help;
    if (cell->remark != NULL && cell->remark[0] != '\0' && p->remark_rows == 0)
        app_hint(f->app, cell->remark);
    else if (line != NULL)
        app_hint(f->app, line);
    else if (help != NULL && help[0] != '\0')
        app_hint(f->app, _(help));
}

void form_view_draw(form_view *f, canvas *c, int y, int height, bool focus)
{
    f->height = MAX(height, 1);
    f->width = MAX(canvas_width(c), 1);
    form_arrange(f);
    int page = form_focus_page(f->focus);
    bool numbered = f->pages > 1 && f->height >= FORM_NUMBERED_FROM;
    g_autoptr(canvas) part = canvas_part(c, y, 0, f->height, f->width);
    for (unsigned i = 0; i < f->n; i++)
        if (f->places[i].page == page)
            draw_field(f, &f->cells[i], part, 0, focus && (int)i == f->focused);
    if (numbered)
        canvas_format(part, f->height - 1, PAGE_AT, -1, LOOK_QUIET, _("page %d of %d: PgUp, PgDn"),
                      page + 1, f->pages);
    if (focus && f->focused >= 0)
        hint(f, &f->cells[f->focused]);
}
