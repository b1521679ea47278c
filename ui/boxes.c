#include "ui/boxes.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/editor.h"
#include "ui/list.h"
#include "ui/text_rows.h"

#include <string.h>

#define BOX_EDGES_HIGH 2 /* rows and columns that the border takes */
#define BOX_EDGES_WIDE 4
#define QUESTION_WIDE  66
#define CHOOSER_LEAST  30
#define LIST_EDGES     6 /* columns of a list beside its text */

/* --- a question ------------------------------------------------------------ */

typedef enum { FOCUS_NAME, FOCUS_NO, FOCUS_YES } question_focus;

typedef struct {
    screen base;
    screen *on;
    char *title, *text, *yes, *no;
    char *type;   /* or NULL */
    editor *name; /* what was typed, with @type */
    question_focus focus;
    bool answer;
    void (*answered)(screen *s, bool yes, void *user);
    void *user;
} question_box;

/* The rows that canvas_wrap() will use. */
static int rows_of(const char *text, int width)
{
    g_autofree char *safe = text_safe_lines(text);
    g_autoptr(text_rows) rows = text_rows_new(safe, strlen(safe), MAX(width, 1));
    return (int)text_rows_count(rows);
}

static char *typing_hint(const question_box *q)
{
    return g_strdup_printf(_("Type %s to go on:"), q->type);
}

/* "[ Keep running ]". Returns the columns up to the next one. */
static int draw_button(canvas *c, int y, int x, const char *label, bool focus, bool possible)
{
    g_autofree char *shown = g_strdup_printf("[ %s ]", label);
    unsigned look = focus ? LOOK_SELECTED : possible ? LOOK_PLAIN : LOOK_QUIET;
    if (focus) {
        canvas_text(c, y, x, 1, LOOK_PLAIN, ">");
        canvas_cursor(c, y, x);
    }
    return 2 + canvas_text(c, y, x + 2, -1, look, shown) + 2;
}

static bool name_matches(const question_box *q)
{
    return q->type == NULL || strcmp(editor_text(q->name), q->type) == 0;
}

static int button_width(const char *label)
{
    g_autofree char *safe = text_safe(label, -1);
    return 2 + text_width(safe) + 4 + 2;
}

static bool buttons_fit(const question_box *q, int width)
{
    return button_width(q->no) + button_width(q->yes) <= width;
}

/* Rows below the text: a blank, the name with its hint and a blank, the buttons. */
static int rows_below(const question_box *q, int width)
{
    int rows = 1 + (buttons_fit(q, width) ? 1 : 2);
    if (q->type == NULL)
        return rows;
    g_autofree char *hint = typing_hint(q);
    return rows + rows_of(hint, width) + 2;
}

static void question_size(screen *s, int rows, int columns, int *height, int *width)
{
    const question_box *q = (question_box *)s;
    *width = MIN(columns, QUESTION_WIDE);
    int inside = *width - BOX_EDGES_WIDE;
    *height = BOX_EDGES_HIGH + rows_of(q->title, inside) + rows_below(q, inside);
    if (q->text != NULL)
        *height += 1 + rows_of(q->text, inside);
    *height = MIN(*height, rows);
}

/* What must be seen to answer comes first: when the box is too low, the text
 * gives way. */
static void question_draw(screen *s, canvas *c)
{
    question_box *q = (question_box *)s;
    int width = canvas_width(c), height = canvas_height(c);
    int bottom = height - rows_below(q, width) + 1; /* without the blank row */
    int y = canvas_wrap(c, 0, 0, width, MAX(bottom, 1), LOOK_STRONG, q->title);
    if (q->text != NULL && y + 1 < bottom)
        canvas_wrap(c, y + 1, 0, width, bottom - y - 2, LOOK_PLAIN, q->text);
    y = MAX(bottom, y);
    if (q->type != NULL) {
        g_autofree char *hint = typing_hint(q);
        y += canvas_wrap(c, y, 0, width, MAX(height - y - 2, 1), LOOK_WARNING, hint);
        editor_draw(q->name, c, y, 2, 1, width - 2,
                    q->focus == FOCUS_NAME ? LOOK_UNDERLINE : LOOK_PLAIN, q->focus == FOCUS_NAME);
        y += height - y > 2 ? 2 : 1;
    }
    bool beside = buttons_fit(q, width);
    int used = draw_button(c, y, 0, q->no, q->focus == FOCUS_NO, true);
    draw_button(c, beside ? y : y + 1, beside ? used : 0, q->yes, q->focus == FOCUS_YES,
                name_matches(q));
}

/* Closing frees the box, and that answers. */
static void say_yes(screen *s)
{
    question_box *q = (question_box *)s;
    if (!name_matches(q)) {
        app_say(s->app, LOOK_WARNING, _("type %s first: what is typed is not the same"), q->type);
        return;
    }
    q->answer = true;
    app_close(s->app, s);
}

static void say_no(screen *s)
{
    app_close(s->app, s);
}

static void enter(screen *s)
{
    const question_box *q = (question_box *)s;
    if (q->focus == FOCUS_NO)
        say_no(s);
    else
        say_yes(s);
}

static void move_focus(question_box *q, int step)
{
    int first = q->type != NULL ? FOCUS_NAME : FOCUS_NO;
    int n = FOCUS_YES - first + 1;
    q->focus = (question_focus)(first + ((int)q->focus - first + step + n) % n);
}

static void next_choice(screen *s)
{
    move_focus((question_box *)s, 1);
}

static bool question_in_text(screen *s)
{
    return ((question_box *)s)->focus == FOCUS_NAME;
}

static bool question_key(screen *s, ui_key k)
{
    question_box *q = (question_box *)s;
    if (k == K_BACKTAB || k == K_UP || (k == K_LEFT && q->focus != FOCUS_NAME))
        move_focus(q, -1);
    else if (k == K_DOWN || (k == K_RIGHT && q->focus != FOCUS_NAME))
        move_focus(q, 1);
    else
        return q->focus == FOCUS_NAME && editor_key(q->name, k, app_pasted(s->app));
    return true;
}

static void question_free(screen *s)
{
    question_box *q = (question_box *)s;
    screen *on = q->on;
    bool yes = q->answer;
    void (*answered)(screen *, bool, void *) = q->answered;
    void *user = q->user;
    g_free(q->title);
    g_free(q->text);
    g_free(q->yes);
    g_free(q->no);
    g_free(q->type);
    editor_free(q->name);
    g_free(q);
    answered(on, yes, user);
}

static const action question_actions[] = {
    { "question.enter", K_ENTER, N_("Answer"), N_("Give the selected answer"), NULL, ACTION_IN_TEXT,
      enter, NULL },
    { "question.next", K_TAB, N_("Next"), N_("Move to the next answer"), NULL, ACTION_IN_TEXT,
      next_choice, NULL },
    { "question.leave", K_ESCAPE, N_("No"), N_("Give the answer that changes nothing"), NULL,
      ACTION_IN_TEXT, say_no, NULL },
    { "question.no", 'n', NULL, N_("Give the answer that changes nothing"), NULL, 0, say_no, NULL },
    { "question.yes", 'y', N_("Yes"), N_("Do it"), NULL, 0, say_yes, NULL },
    { .id = NULL },
};

const screen_ops question_ops = {
    .id = "question",
    .title = N_("Question"),
    .summary = N_("A question before something that cannot be undone."),
    .actions = question_actions,
    .box = true,
    .draw = question_draw,
    .size = question_size,
    .key = question_key,
    .in_text = question_in_text,
    .free = question_free,
};

screen *question_new(app *a, screen *s, const question *asked,
                     void (*answer)(screen *s, bool yes, void *user), void *user)
{
    question_box *q = g_new0(question_box, 1);
    q->base.ops = &question_ops;
    q->base.app = a;
    q->on = s;
    q->title = g_strdup(asked->title);
    q->text = g_strdup(asked->text);
    q->yes = g_strdup(asked->yes);
    q->no = g_strdup(asked->no);
    q->type = g_strdup(asked->type);
    q->name = editor_new("", false, false);
    q->focus = q->type != NULL ? FOCUS_NAME : FOCUS_NO;
    q->answered = answer;
    q->user = user;
    return &q->base;
}

void app_ask(app *a, screen *s, const question *q, void (*answer)(screen *s, bool yes, void *user),
             void *user)
{
    app_open(a, question_new(a, s, q, answer, user));
}

/* --- a choice -------------------------------------------------------------- */

typedef struct {
    screen base;
    screen *on;
    char *title;
    char **choices;
    int n;
    list *rows;
    editor *find;
    int answer;
    void (*chosen)(screen *s, int index, void *user);
    void *user;
} chooser;

static const list_column choice_columns[] = {
    { "", 1, 0, 0, TEXT_LEFT },
    { .title = NULL },
};

static int64_t count_choices(void *user)
{
    return ((const chooser *)user)->n;
}

static void choice_cell(void *user, int64_t row, unsigned column, GString *text, list_style *style)
{
    (void)column;
    (void)style;
    g_string_append(text, ((const chooser *)user)->choices[row]);
}

static void chooser_size(screen *s, int rows, int columns, int *height, int *width)
{
    const chooser *b = (chooser *)s;
    g_autofree char *title = text_safe(b->title, -1);
    int widest = MAX(CHOOSER_LEAST, text_width(title));
    for (int i = 0; i < b->n; i++) {
        g_autofree char *safe = text_safe(b->choices[i], -1);
        widest = MAX(widest, text_width(safe) + LIST_EDGES);
    }
    *width = MIN(widest + BOX_EDGES_WIDE, columns);
    /* The title, the choices below a row of titles (blank), what was typed. */
    *height = MIN(BOX_EDGES_HIGH + b->n + 3, rows);
}

static void chooser_draw(screen *s, canvas *c)
{
    chooser *b = (chooser *)s;
    int width = canvas_width(c), height = canvas_height(c);
    canvas_text(c, 0, 0, width, LOOK_STRONG, b->title);
    list_draw(b->rows, c, 1, height - 2, true);
    if (editor_text(b->find)[0] == '\0') {
        canvas_text(c, height - 1, 0, width, LOOK_QUIET, _("Typing finds."));
        return;
    }
    canvas_text(c, height - 1, 0, 1, LOOK_ACCENT, "/");
    editor_draw(b->find, c, height - 1, 1, 1, width - 1, LOOK_PLAIN, false);
}

static void choose(screen *s)
{
    chooser *b = (chooser *)s;
    b->answer = (int)list_selected(b->rows);
    app_close(s->app, s);
}

static void choose_nothing(screen *s)
{
    app_close(s->app, s);
}

static void find_again(screen *s)
{
    chooser *b = (chooser *)s;
    list_find(b->rows, editor_text(b->find), 1, true);
}

static bool chooser_in_text(screen *s)
{
    (void)s;
    return true;
}

static bool chooser_key(screen *s, ui_key k)
{
    chooser *b = (chooser *)s;
    if (!key_is_text(k) && list_key(b->rows, k))
        return true;
    if (!editor_key(b->find, k, app_pasted(s->app)))
        return false;
    const char *text = editor_text(b->find);
    if (text[0] != '\0' && !list_find(b->rows, text, 1, false))
        app_say(s->app, LOOK_WARNING, _("\"%s\" was not found"), text);
    return true;
}

static void chooser_free(screen *s)
{
    chooser *b = (chooser *)s;
    screen *on = b->on;
    int answer = b->answer;
    void (*chosen)(screen *, int, void *) = b->chosen;
    void *user = b->user;
    list_free(b->rows);
    editor_free(b->find);
    g_strfreev(b->choices);
    g_free(b->title);
    g_free(b);
    chosen(on, answer, user);
}

static const action chooser_actions[] = {
    { "choice.choose", K_ENTER, N_("Choose"), N_("Take the selected one"), NULL, ACTION_IN_TEXT,
      choose, NULL },
    { "choice.next", K_TAB, N_("Find next"), N_("Find the next one with the text typed"), NULL,
      ACTION_IN_TEXT, find_again, NULL },
    { "choice.leave", K_ESCAPE, N_("Close"), N_("Choose nothing"), NULL, ACTION_IN_TEXT,
      choose_nothing, NULL },
    { .id = NULL },
};

const screen_ops chooser_ops = {
    .id = "choice",
    .title = N_("Choice"),
    .summary = N_("One of several."),
    .actions = chooser_actions,
    .box = true,
    .draw = chooser_draw,
    .size = chooser_size,
    .key = chooser_key,
    .in_text = chooser_in_text,
    .free = chooser_free,
};

screen *chooser_new(app *a, screen *s, const char *title, const char *const *choices, int current,
                    void (*chosen)(screen *s, int index, void *user), void *user)
{
    static const list_source source = { .count = count_choices, .cell = choice_cell };
    chooser *b = g_new0(chooser, 1);
    b->base.ops = &chooser_ops;
    b->base.app = a;
    b->on = s;
    b->title = g_strdup(title);
    b->choices = g_strdupv((char **)choices);
    b->n = (int)g_strv_length(b->choices);
    b->rows = list_new(choice_columns, &source, b);
    list_select(b->rows, MAX(current, 0));
    b->find = editor_new("", false, false);
    b->answer = -1;
    b->chosen = chosen;
    b->user = user;
    return &b->base;
}

void app_choose(app *a, screen *s, const char *title, const char *const *choices, int current,
                void (*chosen)(screen *s, int index, void *user), void *user)
{
    app_open(a, chooser_new(a, s, title, choices, current, chosen, user));
}
