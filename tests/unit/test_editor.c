/* Text being edited: what keys make of it, and that undo leads back. */
#include "ui/editor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fake_canvas.h"

/* An editor from "text with a | where the cursor is". */
static editor *editor_at(const char *marked, bool lines)
{
    const char *mark = strchr(marked, '|');
    g_autofree char *text = g_strdup_printf("%.*s%s", (int)(mark - marked), marked, mark + 1);
    editor *e = editor_new(text, lines, false);
    editor_set_cursor(e, (size_t)(mark - marked));
    return e;
}

static char *marked(const editor *e)
{
    const char *text = editor_text(e);
    size_t cursor = editor_cursor(e);
    return g_strdup_printf("%.*s|%s", (int)cursor, text, text + cursor);
}

/* Press @keys: characters, "<Left>" and other names, "<paste:any text>". */
static void press(editor *e, const char *keys)
{
    while (*keys != '\0') {
        const char *end = *keys == '<' ? strchr(keys, '>') : NULL;
        if (end == NULL) {
            editor_key(e, g_utf8_get_char(keys), NULL);
            keys = g_utf8_next_char(keys);
            continue;
        }
        g_autofree char *name = g_strndup(keys + 1, (size_t)(end - keys - 1));
        if (g_str_has_prefix(name, "paste:"))
            assert_true(editor_key(e, K_PASTE, name + strlen("paste:")));
        else if (key_from_name(name) == K_NONE)
            fail_msg("no key is named %s", name);
        else
            editor_key(e, key_from_name(name), NULL);
        keys = end + 1;
    }
}

typedef struct {
    const char *before, *keys, *after;
} edit;

static void expect_edits(const edit *edits, size_t n, bool lines)
{
    for (size_t i = 0; i < n; i++) {
        g_autoptr(editor) e = editor_at(edits[i].before, lines);
        press(e, edits[i].keys);
        g_autofree char *got = marked(e);
        if (strcmp(got, edits[i].after) != 0)
            fail_msg("%s and %s: %s, not %s", edits[i].before, edits[i].keys, got, edits[i].after);
        assert_true(g_utf8_validate(editor_text(e), -1, NULL));
    }
}

static void keys_edit_one_line(void **state)
{
    (void)state;
    static const edit edits[] = {
        { "|", "abc", "abc|" },
        { "ac|", "<Left>b", "ab|c" },
        { "|abc", "<Left>", "|abc" },
        { "abc|", "<Right>", "abc|" },
        { "a|bc", "<Home>x", "x|abc" },
        { "a|bc", "<End>x", "abcx|" },
        { "ab|c", "<Backspace>", "a|c" },
        { "|abc", "<Backspace>", "|abc" },
        { "a|bc", "<Del>", "a|c" },
        { "abc|", "<Del>", "abc|" },
        { "one two|", "<^W>", "one |" },
        { "one two  |", "<^W>", "one |" },
        { "one tw|o", "<^W>", "one |o" },
        { "|one", "<^W>", "|one" },
        { "one t|wo", "<^U>", "|" },
        { "one t|wo", "<^K>", "one t|" },
        { "one|", "<^K>", "one|" },
        /* Keys of several lines are somebody else's. */
        { "a|b", "<Enter><Up><Down><PgUp><PgDn><Tab>", "a|b" },
        /* What a person sees as one character is one. */
        { "e\u0301|", "<Left>", "|e\u0301" },
        { "e\u0301\u0323|x", "<Backspace>", "|x" },
        { "|e\u0301x", "<Right>", "e\u0301|x" },
        { "|e\u0301x", "<Del>", "|x" },
        { "|", "e\u0301t", "e\u0301t|" },
        { "日|本", "<Right>語", "日本語|" },
        { "日本|", "<Backspace>", "日|" },
        { "😀|", "<Left>x", "x|😀" },
        { "\u1112\u1161\u11ab|", "<Backspace>", "|" },
        { "नि|x", "<Backspace>", "|x" },
        /* A cursor never stands between a character and its mark. */
        { "x|\u0301y", "<Left>", "|x\u0301y" },
        { "a|b\u0301", "<Del>", "a|" },
        /* One paste is one line. */
        { "a|d", "<paste:b\nc>", "ab c|d" },
        { "|", "<paste:one\r\ntwo\rthree>", "one two three|" },
        { "|", "<paste:secret\r\n\n>", "secret|" },
        { "|", "<paste:\x1b[31mred\x07>", "[31mred|" },
        { "|", "<paste:a\tb>", "a\tb|" },
        { "|", "<paste:x\xff\xfey\xe6\x97>", "x\ufffd\ufffdy\ufffd\ufffd|" },
        { "|", "<paste:>", "|" },
    };
    expect_edits(edits, G_N_ELEMENTS(edits), false);
}

static void keys_edit_lines(void **state)
{
    (void)state;
    static const edit edits[] = {
        { "ab|cd", "<Enter>", "ab\n|cd" },
        { "ab\n|cd", "<Backspace>", "ab|cd" },
        { "ab|\ncd", "<Del>", "ab|cd" },
        { "ab|\ncd", "<Right>", "ab\n|cd" },
        { "ab\n|cd", "<Left>", "ab|\ncd" },
        { "abc\nd|ef", "<Up>", "a|bc\ndef" },
        { "a|bc\ndef", "<Down>", "abc\nd|ef" },
        { "ab|c\ndef", "<Home>", "|abc\ndef" },
        { "ab|c\ndef", "<End>", "abc|\ndef" },
        /* Through a short line the column is kept. */
        { "abcd|\nx\nefgh", "<Down><Down>", "abcd\nx\nefgh|" },
        { "abcd|\nx\nefgh", "<Down><Left><Down>", "abcd\nx\n|efgh" },
        /* Columns are those of the screen. */
        { "日本|語\nabcdef", "<Down>", "日本語\nabcd|ef" },
        { "abc|def\n日本語", "<Down>", "abcdef\n日|本語" },
        { "e\u0301e\u0301|x\nabc", "<Down>", "e\u0301e\u0301x\nab|c" },
        { "\tx|\nabcdefgh", "<Down>", "\tx\nabcde|fgh" },
        { "a|\nb", "<^K>", "a|b" },
        { "a|x\nb", "<^K>", "a|\nb" },
        { "a\nb|b\nc", "<^U>", "a\n|c" },
        { "a\n|b", "<^W>", "a|b" },
        { "a\nb |", "<^W>", "a\n|" },
        { "a\n|\nb", "<Up>", "|a\n\nb" },
        { "a|", "<paste:b\r\nc\rd\n>", "ab\nc\nd\n|" },
        /* A mark that lost its line's start belongs to what is before it now. */
        { "e\n|\u0301x", "<Backspace>", "e\u0301|x" },
    };
    expect_edits(edits, G_N_ELEMENTS(edits), true);
}

static void undo_takes_back_one_step_at_a_time(void **state)
{
    (void)state;
    static const edit edits[] = {
        { "a|", "bcd<F3>", "a|" },
        { "a|", "<paste:one two><F3>", "a|" },
        { "|", "ab<paste:cd>ef<F3>", "abcd|" },
        { "|", "ab<paste:cd>ef<F3><F3>", "ab|" },
        { "|", "ab<Left>x<F3>", "a|b" },
        { "|", "ab<Left><Right>c<F3>", "ab|" },
        { "abc|", "<Backspace><Backspace><F3>", "abc|" },
        { "|abc", "<Del><Del><F3>", "|abc" },
        { "abc|", "<Backspace>x<F3>", "ab|" },
        { "abc|", "<Backspace>x<F3><F3>", "abc|" },
        { "one two|", "<^W><^W><F3>", "one |" },
        { "one t|wo", "<^U><F3>", "one t|wo" },
        { "one t|wo", "<^K><F3>", "one t|wo" },
        { "a|b", "<F3>", "a|b" },
        { "a|", "b<F3>c<F3><F3>", "a|" },
        { "x|\u0301", "y", "x\u0301y|" },
    };
    expect_edits(edits, G_N_ELEMENTS(edits), false);
    static const edit lines[] = {
        { "a|", "b<Enter>c<F3>", "ab\n|" },
        { "a|", "b<Enter>c<F3><F3>", "ab|" },
        { "a|", "b<Enter>c<F3><F3><F3>", "a|" },
    };
    expect_edits(lines, G_N_ELEMENTS(lines), true);
}

static void setting_a_text_is_one_step(void **state)
{
    (void)state;
    g_autoptr(editor) e = editor_new("old", false, false);
    unsigned before = editor_revision(e);
    editor_set(e, "new text");
    assert_string_equal(editor_text(e), "new text");
    assert_int_equal(editor_cursor(e), 8);
    assert_int_not_equal(editor_revision(e), before);
    assert_true(editor_undo(e));
    assert_string_equal(editor_text(e), "old");
    assert_false(editor_undo(e));
    before = editor_revision(e);
    editor_set(e, "old");
    editor_key(e, K_LEFT, NULL);
    assert_int_equal(editor_revision(e), before);
    assert_false(editor_undo(e));
}

static void what_is_not_an_edit_is_left_to_others(void **state)
{
    (void)state;
    static const ui_key never[] = { K_TAB,           K_BACKTAB, K_ESCAPE,
                                    K_F(2),          K_F(3),    K_INSERT,
                                    K_RESIZE,        K_NONE,    KEY_CONTROL('P'),
                                    KEY_CONTROL('A') };
    g_autoptr(editor) one = editor_new("x", false, false);
    g_autoptr(editor) many = editor_new("x\ny", true, false);
    for (size_t i = 0; i < G_N_ELEMENTS(never); i++) {
        assert_false(editor_key(one, never[i], NULL));
        assert_false(editor_key(many, never[i], NULL));
    }
    assert_false(editor_key(one, K_UP, NULL));
    assert_false(editor_key(one, K_ENTER, NULL));
    assert_false(editor_key(many, K_DOWN, NULL)); /* it is in the last line */
    assert_true(editor_key(many, K_UP, NULL));
    assert_false(editor_key(many, K_UP, NULL));
    assert_string_equal(editor_text(one), "x");
    assert_string_equal(editor_text(many), "x\ny");
}

static void a_word_of_a_secret_is_all_of_it(void **state)
{
    (void)state;
    g_autoptr(editor) e = editor_new("pass phrase", false, true);
    editor_key(e, KEY_CONTROL('W'), NULL);
    assert_string_equal(editor_text(e), "");
}

/* --- what is seen ------------------------------------------------------------------ */

/* Draw @e into @height by @width; rows are parted by '/', the cursor's place is
 * "y,x". Caller frees. */
static char *drawn(editor *e, int height, int width)
{
    fake_screen screen;
    canvas c = fake_canvas(&screen, height, width);
    editor_draw(e, &c, 0, 0, height, width, LOOK_UNDERLINE, true);
    GString *out = g_string_new(NULL);
    for (int y = 0; y < height; y++) {
        g_autofree char *row = fake_row(&screen, y);
        g_string_append_printf(out, "%s%s", y > 0 ? "/" : "", row);
        for (int x = 0; x < width; x++)
            assert_int_equal(screen.looks[y][x], LOOK_UNDERLINE);
    }
    assert_in_range(screen.cursor_x, 0, width - 1);
    assert_in_range(screen.cursor_y, 0, height - 1);
    g_string_append_printf(out, " %d,%d", screen.cursor_y, screen.cursor_x);
    return g_string_free(out, FALSE);
}

static void the_part_around_the_cursor_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *text, *keys;
        int height, width;
        const char *want;
    } cases[] = {
        { "|", "", 1, 10, " 0,0" },
        { "abc|", "", 1, 10, "abc 0,3" },
        { "a|bc", "", 1, 10, "abc 0,1" },
        { "123456789|", "", 1, 10, "123456789 0,9" },
        { "1234567890|", "", 1, 10, "<34567890 0,9" },
        { "|12345678901", "", 1, 10, "123456789> 0,0" },
        { "12345678|90123", "", 1, 10, "123456789> 0,8" },
        { "123456789|0123", "", 1, 10, "<34567890> 0,8" },
        /* Wide characters are whole or not there. */
        { "日本語日本|", "", 1, 10, "<本語日本 0,9" },
        { "|日本語日本語", "", 1, 10, "日本語日 > 0,0" },
        { "e\u0301x|", "", 1, 10, "ex 0,2" },
        /* What would move the cursor or lie is shown, and counted as shown. */
        { "a\tb|", "", 1, 10, "a␉b 0,3" },
        { "a\u202eb|", "", 1, 12, "a<U+202E>b 0,10" },
        { "ab|cdef", "", 1, 1, "c 0,0" },
        { "abcdef|", "", 1, 2, "f 0,1" },
        { "日本|", "", 1, 3, "本 0,2" },
        /* Lines. */
        { "a\nb\nc|", "", 2, 10, "b/c 1,1" },
        { "a\nb\nc|", "<Up><Up>", 2, 10, "a/b 0,1" },
        { "a\n|b\nc", "", 5, 10, "a/b/c// 1,0" },
        { "a\tb|", "<Enter>", 2, 10, "a   b/ 1,0" },
        { "short\n12345678901234|", "", 2, 10, "</<78901234 1,9" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(editor) e = editor_at(cases[i].text, cases[i].height > 1);
        /* What is seen depends on what was seen before. */
        g_free(drawn(e, cases[i].height, cases[i].width));
        press(e, cases[i].keys);
        g_autofree char *got = drawn(e, cases[i].height, cases[i].width);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s: %s, not %s", cases[i].text, got, cases[i].want);
    }
    g_autoptr(editor) secret = editor_new("pâss日", false, true);
    g_autofree char *stars = drawn(secret, 1, 10);
    assert_string_equal(stars, "***** 0,5");
}

static void pages_are_as_high_as_what_is_seen(void **state)
{
    (void)state;
    g_autoptr(editor) e = editor_new("0\n1\n2\n3\n4\n5\n6\n7\n8\n9", true, false);
    g_free(drawn(e, 4, 10));
    press(e, "<PgUp>");
    g_autofree char *up = drawn(e, 4, 10);
    assert_string_equal(up, "6/7/8/9 0,1");
    press(e, "<PgUp><PgUp><PgUp>");
    g_autofree char *first = drawn(e, 4, 10);
    assert_string_equal(first, "0/1/2/3 0,1");
    press(e, "<PgDn>");
    g_autofree char *down = drawn(e, 4, 10);
    assert_string_equal(down, "0/1/2/3 3,1");
}

static void any_text_is_drawn_at_any_size(void **state)
{
    (void)state;
    static const char *const parts[] = { "a", "日", "e\u0301", "\t", "\n", "\u202e", "😀", " " };
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    for (int round = 0; round < 3000; round++) {
        g_autoptr(editor) e = editor_new("", true, g_rand_int_range(random, 0, 10) == 0);
        for (int n = g_rand_int_range(random, 0, 60); n > 0; n--)
            editor_key(e, K_PASTE, parts[g_rand_int_range(random, 0, G_N_ELEMENTS(parts))]);
        for (int n = 0; n < 4; n++) {
            editor_set_cursor(e, (size_t)g_rand_int_range(random, 0, 100));
            g_free(drawn(e, g_rand_int_range(random, 1, 6), g_rand_int_range(random, 1, 30)));
        }
    }
}

/* --- random keys against a model that is too simple to be wrong ------------------- */

#define MODEL_MOST 64

/* Every character is one code point, a base with U+0301 is MARKED | base. */
#define MARKED 0x80000000U

typedef struct {
    guint32 text[MODEL_MOST];
    int n, cursor;
} model;

static void model_insert(model *m, guint32 c)
{
    memmove(m->text + m->cursor + 1, m->text + m->cursor,
            (size_t)(m->n - m->cursor) * sizeof *m->text);
    m->text[m->cursor++] = c;
    m->n++;
}

static void model_delete(model *m, int from, int to)
{
    memmove(m->text + from, m->text + to, (size_t)(m->n - to) * sizeof *m->text);
    m->n -= to - from;
    m->cursor = from;
}

static void model_line(const model *m, int *start, int *end)
{
    for (*start = m->cursor; *start > 0 && m->text[*start - 1] != '\n'; (*start)--) {}
    for (*end = m->cursor; *end < m->n && m->text[*end] != '\n'; (*end)++) {}
}

static char *model_marked(const model *m)
{
    GString *out = g_string_new(NULL);
    for (int i = 0; i <= m->n; i++) {
        if (i == m->cursor)
            g_string_append_c(out, '|');
        if (i == m->n)
            break;
        g_string_append_unichar(out, m->text[i] & ~MARKED);
        if ((m->text[i] & MARKED) != 0)
            g_string_append_unichar(out, 0x301);
    }
    return g_string_free(out, FALSE);
}

/* One random key to both. True when it may have changed the text. */
static bool random_key(GRand *random, editor *e, model *m)
{
    static const guint32 characters[] = { 'a', 'b', ' ', 0xE9, 0x65E5, 0x1F600 };
    int start, end;
    model_line(m, &start, &end);
    switch (g_rand_int_range(random, 0, 14)) {
    case 0:
        editor_key(e, K_LEFT, NULL);
        m->cursor = MAX(m->cursor - 1, 0);
        return false;
    case 1:
        editor_key(e, K_RIGHT, NULL);
        m->cursor = MIN(m->cursor + 1, m->n);
        return false;
    case 2:
        editor_key(e, K_HOME, NULL);
        m->cursor = start;
        return false;
    case 3:
        editor_key(e, K_END, NULL);
        m->cursor = end;
        return false;
    case 4:
        editor_key(e, K_BACKSPACE, NULL);
        model_delete(m, MAX(m->cursor - 1, 0), m->cursor);
        return true;
    case 5:
        editor_key(e, K_DELETE, NULL);
        model_delete(m, m->cursor, MIN(m->cursor + 1, m->n));
        return true;
    case 6:
        editor_key(e, KEY_CONTROL('K'), NULL);
        model_delete(m, m->cursor, end > m->cursor ? end : MIN(end + 1, m->n));
        return true;
    case 7:
        editor_key(e, KEY_CONTROL('U'), NULL);
        model_delete(m, start, MIN(end + 1, m->n));
        return true;
    case 8:
        editor_key(e, K_PASTE, "x\r\ne\u0301");
        model_insert(m, 'x');
        model_insert(m, '\n');
        model_insert(m, MARKED | 'e');
        return true;
    case 9:
        editor_key(e, K_ENTER, NULL);
        model_insert(m, '\n');
        return true;
    default: {
        guint32 c = characters[g_rand_int_range(random, 0, G_N_ELEMENTS(characters))];
        editor_key(e, c, NULL);
        model_insert(m, c);
        return true;
    }
    }
}

static void random_keys_do_what_the_model_does_and_undo_leads_back(void **state)
{
    (void)state;
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int round = 0; round < 300; round++) {
        g_autoptr(editor) e = editor_new("", true, false);
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_add(seen, g_strdup(""));
        model m = { .n = 0 };
        while (m.n < MODEL_MOST - 4 && g_rand_int_range(random, 0, 200) > 0) {
            random_key(random, e, &m);
            g_autofree char *want = model_marked(&m);
            g_autofree char *got = marked(e);
            assert_string_equal(got, want);
            g_hash_table_add(seen, g_strdup(editor_text(e)));
        }
        while (editor_undo(e)) {
            assert_true(g_hash_table_contains(seen, editor_text(e)));
            editor_set_cursor(e, editor_cursor(e)); /* it stands between characters */
        }
        assert_string_equal(editor_text(e), "");
    }
}

static void a_long_text_stays_quick(void **state)
{
    (void)state;
    GString *text = g_string_new(NULL);
    while (text->len < 1U << 20)
        g_string_append(text, "日本語 select some_column, ");
    g_autoptr(editor) e = editor_new(text->str, true, false);
    gint64 began = g_get_monotonic_time();
    for (int i = 0; i < 500; i++) {
        press(e, "<Left>x<Backspace><Left>y");
        press(e, "<F3>");
        if (i % 100 == 0)
            g_free(drawn(e, 20, 80));
    }
    press(e, "<Home><Del><End><^W><^U><F3><F3><F3>");
    assert_string_equal(editor_text(e), text->str);
    /* Some 2,500 changes of a megabyte; a second would be 0.4 ms for each. */
    assert_true(g_get_monotonic_time() - began < 5 * G_USEC_PER_SEC);
    g_string_free(text, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_edit_one_line),
        cmocka_unit_test(keys_edit_lines),
        cmocka_unit_test(undo_takes_back_one_step_at_a_time),
        cmocka_unit_test(setting_a_text_is_one_step),
        cmocka_unit_test(what_is_not_an_edit_is_left_to_others),
        cmocka_unit_test(a_word_of_a_secret_is_all_of_it),
        cmocka_unit_test(the_part_around_the_cursor_is_seen),
        cmocka_unit_test(pages_are_as_high_as_what_is_seen),
        cmocka_unit_test(any_text_is_drawn_at_any_size),
        cmocka_unit_test(random_keys_do_what_the_model_does_and_undo_leads_back),
        cmocka_unit_test(a_long_text_stays_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
