#include "ui/editor_private.h"

#include <string.h>

#define STEPS_MOST 1000
#define KEPT_MOST  (64U << 20)

/* --- clusters and lines ----------------------------------------------------- */

/* Whether @c is seen on the character before it: marks, and the vowels and
 * finals of Hangul syllables written in parts. */
static bool combines(gunichar c)
{
    if (c < 0x300)
        return false;
    switch (g_unichar_type(c)) {
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_SPACING_MARK:
        return true;
    case G_UNICODE_OTHER_LETTER:
        return g_unichar_iszerowidth(c);
    default:
        return false;
    }
}

static bool combines_at(const editor *e, size_t at)
{
    return at < e->text->len && combines(g_utf8_get_char(e->text->str + at));
}

size_t editor_next(const editor *e, size_t at)
{
    const char *text = e->text->str;
    if (at >= e->text->len)
        return e->text->len;
    if (text[at] == '\n')
        return at + 1;
    do
        at = (size_t)(g_utf8_next_char(text + at) - text);
    while (combines_at(e, at));
    return at;
}

size_t editor_previous(const editor *e, size_t at)
{
    const char *text = e->text->str;
    while (at > 0) {
        at = (size_t)(g_utf8_prev_char(text + at) - text);
        if (at == 0 || text[at - 1] == '\n' || !combines_at(e, at))
            break;
    }
    return at;
}

/* The nearest position at or behind @at that does not part a character. */
static size_t whole(const editor *e, size_t at)
{
    if (at == 0 || e->text->str[at - 1] == '\n')
        return at;
    while (combines_at(e, at))
        at = (size_t)(g_utf8_next_char(e->text->str + at) - e->text->str);
    return at;
}

size_t editor_line_start(const editor *e, size_t at)
{
    const char *end = memrchr(e->text->str, '\n', at);
    return end == NULL ? 0 : (size_t)(end - e->text->str) + 1;
}

size_t editor_line_end(const editor *e, size_t at)
{
    const char *end = memchr(e->text->str + at, '\n', e->text->len - at);
    return end == NULL ? e->text->len : (size_t)(end - e->text->str);
}

/* --- history ------------------------------------------------------------------ */

static void wipe(GString *text)
{
    explicit_bzero(text->str, text->allocated_len);
    g_string_free(text, TRUE);
}

static void clear_step(edit_step *step)
{
    wipe(step->removed);
}

static edit_step *last_step(const editor *e)
{
    return e->steps->len == 0 ? NULL : &g_array_index(e->steps, edit_step, e->steps->len - 1);
}

static void forget_oldest(editor *e)
{
    while (e->steps->len > 1 && (e->steps->len > STEPS_MOST || e->kept > KEPT_MOST)) {
        e->kept -= g_array_index(e->steps, edit_step, 0).removed->len;
        g_array_remove_index(e->steps, 0);
    }
}

/* Whether the change goes on where the run of the last step ended. */
static bool continues(const editor *e, edit_run run, size_t at, size_t removed)
{
    const edit_step *step = last_step(e);
    if (run == RUN_NONE || e->run != run || step == NULL)
        return false;
    switch (run) {
    case RUN_TYPED:
        return at == step->at + step->added && removed == 0;
    case RUN_BACKWARDS:
        return at + removed == step->at;
    case RUN_FORWARDS:
        return at == step->at;
    case RUN_NONE:
        break;
    }
    return false;
}

static void replace(editor *e, size_t at, size_t removed, const char *with, size_t added)
{
    g_string_erase(e->text, (gssize)at, (gssize)removed);
    g_string_insert_len(e->text, (gssize)at, with, (gssize)added);
    e->revision++;
    e->goal = -1;
}

/* Every change goes through here. @with is valid UTF-8. */
static void change(editor *e, edit_run run, size_t at, size_t removed, const char *with,
                   size_t added)
{
    if (removed == 0 && added == 0)
        return;
    const char *gone = e->text->str + at;
    if (continues(e, run, at, removed)) {
        edit_step *step = last_step(e);
        step->added += added;
        if (run == RUN_BACKWARDS) {
            g_string_prepend_len(step->removed, gone, (gssize)removed);
            step->at = at;
        } else {
            g_string_append_len(step->removed, gone, (gssize)removed);
        }
    } else {
        edit_step step = { at, added, e->cursor, g_string_new_len(gone, (gssize)removed) };
        g_array_append_val(e->steps, step);
    }
    e->kept += removed;
    forget_oldest(e);
    replace(e, at, removed, with, added);
    e->cursor = whole(e, at + added);
    e->run = run;
}

bool editor_undo(editor *e)
{
    edit_step *step = last_step(e);
    if (step == NULL)
        return false;
    replace(e, step->at, step->added, step->removed->str, step->removed->len);
    e->cursor = step->cursor;
    e->kept -= step->removed->len;
    e->run = RUN_NONE;
    g_array_set_size(e->steps, e->steps->len - 1);
    return true;
}

/* --- text that comes in ------------------------------------------------------- */

/* @text as it may be kept: valid UTF-8, '\n' or (in one line) a blank for every
 * line end, no other control characters than tabs. In one line the line ends
 * that a copy leaves at the end are no part of the value. */
static GString *acceptable(const editor *e, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    size_t size = strlen(valid);
    GString *out = g_string_sized_new(size + 1);
    if (!e->lines)
        while (size > 0 && (valid[size - 1] == '\n' || valid[size - 1] == '\r'))
            size--;
    for (size_t i = 0; i < size; i++) {
        char c = valid[i];
        if (c == '\r' && valid[i + 1] == '\n')
            continue;
        if (c == '\r' || c == '\n')
            g_string_append_c(out, e->lines ? '\n' : ' ');
        else if (c == '\t' || !g_ascii_iscntrl(c))
            g_string_append_c(out, c);
    }
    if (e->secret)
        explicit_bzero(valid, strlen(valid));
    return out;
}

static void paste(editor *e, const char *text)
{
    GString *in = acceptable(e, text);
    change(e, RUN_NONE, e->cursor, 0, in->str, in->len);
    wipe(in);
}

static void type(editor *e, gunichar c)
{
    char bytes[6];
    int size = g_unichar_to_utf8(c, bytes);
    change(e, RUN_TYPED, e->cursor, 0, bytes, (size_t)size);
}

/* --- keys ----------------------------------------------------------------------- */

static void move_to(editor *e, size_t at)
{
    e->cursor = at;
    e->run = RUN_NONE;
    e->goal = -1;
}

static void erase(editor *e, edit_run run, size_t from, size_t to)
{
    change(e, run, from, to - from, "", 0);
}

/* The blanks before the cursor and the word before them, within the line. A
 * secret is one word: its blanks are nobody's business. */
static size_t word_start(const editor *e)
{
    size_t start = editor_line_start(e, e->cursor), at = e->cursor;
    if (e->secret)
        return start;
    if (at == start)
        return editor_previous(e, at);
    while (at > start && g_ascii_isspace(e->text->str[at - 1]))
        at--;
    while (at > start && !g_ascii_isspace(e->text->str[at - 1]))
        at = editor_previous(e, at);
    return at;
}

static void erase_line(editor *e)
{
    size_t start = editor_line_start(e, e->cursor), end = editor_line_end(e, e->cursor);
    erase(e, RUN_NONE, start, editor_next(e, end));
}

static void erase_to_end(editor *e)
{
    size_t end = editor_line_end(e, e->cursor);
    erase(e, RUN_NONE, e->cursor, end == e->cursor ? editor_next(e, end) : end);
}

/* Up or down by @rows lines; false when the cursor is in the last one already. */
static bool move_lines(editor *e, int rows)
{
    int goal = e->goal >= 0 ? e->goal : editor_column(e, e->cursor);
    size_t at = e->cursor;
    for (int n = 0; n < ABS(rows); n++) {
        size_t start = editor_line_start(e, at), end = editor_line_end(e, at);
        if (rows < 0 ? start == 0 : end == e->text->len)
            break;
        at = rows < 0 ? start - 1 : end + 1;
    }
    if (editor_line_start(e, at) == editor_line_start(e, e->cursor))
        return false;
    move_to(e, editor_at_column(e, at, goal));
    e->goal = goal;
    return true;
}

static bool lines_key(editor *e, ui_key k)
{
    switch (k) {
    case K_ENTER:
        change(e, RUN_NONE, e->cursor, 0, "\n", 1);
        return true;
    case K_UP:
        return move_lines(e, -1);
    case K_DOWN:
        return move_lines(e, 1);
    case K_PAGE_UP:
        return move_lines(e, -MAX(1, e->rows - 1));
    case K_PAGE_DOWN:
        return move_lines(e, MAX(1, e->rows - 1));
    default:
        return false;
    }
}

bool editor_key(editor *e, ui_key k, const char *pasted)
{
    switch (k) {
    case K_PASTE:
        if (pasted != NULL)
            paste(e, pasted);
        return pasted != NULL;
    case K_LEFT:
        move_to(e, editor_previous(e, e->cursor));
        return true;
    case K_RIGHT:
        move_to(e, editor_next(e, e->cursor));
        return true;
    case K_HOME:
        move_to(e, editor_line_start(e, e->cursor));
        return true;
    case K_END:
        move_to(e, editor_line_end(e, e->cursor));
        return true;
    case K_BACKSPACE:
        erase(e, RUN_BACKWARDS, editor_previous(e, e->cursor), e->cursor);
        return true;
    case K_DELETE:
        erase(e, RUN_FORWARDS, e->cursor, editor_next(e, e->cursor));
        return true;
    case KEY_CONTROL('W'):
        erase(e, RUN_NONE, word_start(e), e->cursor);
        return true;
    case KEY_CONTROL('U'):
        erase_line(e);
        return true;
    case KEY_CONTROL('K'):
        erase_to_end(e);
        return true;
    case K_F(3):
        return editor_undo(e);
    default:
        break;
    }
    if (key_is_text(k)) {
        type(e, k);
        return true;
    }
    return e->lines && lines_key(e, k);
}

/* --- the rest ------------------------------------------------------------------- */

editor *editor_new(const char *text, bool lines, bool secret)
{
    editor *e = g_new0(editor, 1);
    e->lines = lines;
    e->secret = secret;
    e->goal = -1;
    e->rows = 1;
    e->text = acceptable(e, text == NULL ? "" : text);
    e->cursor = e->text->len;
    e->steps = g_array_new(FALSE, FALSE, sizeof(edit_step));
    g_array_set_clear_func(e->steps, (GDestroyNotify)clear_step);
    return e;
}

void editor_free(editor *e)
{
    if (e == NULL)
        return;
    wipe(e->text);
    g_array_unref(e->steps);
    g_free(e);
}

const char *editor_text(const editor *e)
{
    return e->text->str;
}

unsigned editor_revision(const editor *e)
{
    return e->revision;
}

size_t editor_cursor(const editor *e)
{
    return e->cursor;
}

void editor_set(editor *e, const char *text)
{
    GString *in = acceptable(e, text);
    if (strcmp(in->str, e->text->str) != 0)
        change(e, RUN_NONE, 0, e->text->len, in->str, in->len);
    move_to(e, e->text->len);
    wipe(in);
}

void editor_set_cursor(editor *e, size_t at)
{
    at = MIN(at, e->text->len);
    while (at > 0 && ((guchar)e->text->str[at] & 0xC0) == 0x80)
        at--;
    move_to(e, whole(e, at));
}
