/* Bytes of terminals become keys. */
#include "ui/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <locale.h>
#include <string.h>

/* The names of the keys in @bytes, which arrive in pieces of @step. */
static char *keys_of(input *in, const char *bytes, size_t size, size_t step)
{
    GString *out = g_string_new(NULL);
    for (size_t at = 0; at < size || size == 0; at += step) {
        bool last = at + step >= size, waiting = false, final = false;
        input_feed(in, bytes + at, MIN(step, size - at));
        for (;;) {
            ui_key k = input_next(in, final, &waiting);
            if (k != K_NONE) {
                g_autofree char *name = key_label(k);
                g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", name);
            } else if (!final && last && waiting) {
                final = true;
            } else {
                break;
            }
        }
        if (last)
            break;
    }
    return g_string_free(out, FALSE);
}

static const struct {
    const char *what, *bytes, *keys;
} cases[] = {
    { "characters", "aZ9 ", "a Z 9 Space" },
    { "both Enters", "\r\n", "Enter Enter" },
    { "both Backspaces", "\b\177", "Backspace Backspace" },
    { "Ctrl", "\020\032\003", "^P ^Z ^C" },
    { "UTF-8", "\xC3\xA9\xE6\x97\xA5\xF0\x9F\x98\x80", "é 日 😀" },
    { "bytes that are no UTF-8", "a\xFF\xC3(b\x80", "a ( b" },
    { "control characters beyond ASCII",
      "a\xC2\x9B"
      "b",
      "a b" },
    { "arrows in both modes", "\033[A\033OB\033[C\033OD", "Up Down Right Left" },
    { "Home and End of four makers", "\033[H\033[1~\033[7~\033OH\033[F\033[4~\033[8~\033OF",
      "Home Home Home Home End End End End" },
    { "pages and the six keys", "\033[5~\033[6~\033[2~\033[3~", "PgUp PgDn Ins Del" },
    { "F-keys of xterm", "\033OP\033OS\033[15~\033[24~", "F1 F4 F5 F12" },
    { "F-keys of VT220 and rxvt", "\033[11~\033[14~", "F1 F4" },
    { "F-keys of the Linux console", "\033[[A\033[[E", "F1 F5" },
    { "Esc and a digit", "\0331\0339\0330", "F1 F9 F10" },
    { "Shift-Tab", "\033[Z", "Shift-Tab" },
    { "arrows with Shift and Ctrl are arrows", "\033[1;2A\033[1;5D", "Up Left" },
    { "F-keys with Shift are none", "\033[15;2~\033[1;2P", "" },
    { "number pad", "\033Oq\033Oy\033OM\033Ok", "1 9 Enter +" },
    { "a lone Esc", "\033", "Esc" },
    { "Esc twice", "\033\033", "Esc Esc" },
    { "Esc and a letter are two keys", "\033q", "Esc q" },
    { "Esc and a bracket", "\033[", "Esc [" },
    { "an unknown sequence has no letters", "\033[99;1;2xq", "q" },
    { "a sequence with intermediates", "\033[?1;2$yq", "q" },
    { "an answer to somebody else's question", "\033]11;rgb:0000/0000/0000\aq", "q" },
    { "the same with ST", "\033P1$r0m\033\\q", "q" },
    { "a sequence that breaks off", "\033[1;2", "" },
    { "a sequence with a control character in it", "\033[1\003", "^C" },
    { "the mouse", "\033[<0;10;5M\033[<0;10;5m", "Mouse" },
    { "mouse of old is not asked for", "\033[M", "" },
    { "a paste", "a\033[200~x\ry\033[201~b", "a Paste b" },
    { "numbers beyond measure", "\033[99999999999999999999~q", "q" },
};

static void bytes_become_keys(void **state)
{
    (void)state;
    /* Whole, and split everywhere: what a slow line does. */
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t step = 1; step <= 64; step = step == 1 ? 2 : step == 2 ? 3 : step + 61) {
            g_autoptr(input) in = input_new(true);
            g_autofree char *got = keys_of(in, cases[i].bytes, strlen(cases[i].bytes), step);
            if (strcmp(got, cases[i].keys) != 0)
                fail_msg("%s, %zu at a time: got \"%s\", want \"%s\"", cases[i].what, step, got,
                         cases[i].keys);
        }
    }
}

static void a_paste_is_what_was_sent(void **state)
{
    (void)state;
    static const char bytes[] = "\033[200~one\rtwo\033[31m\0\xFF\033[201\033[201~";
    for (size_t step = 1; step < sizeof bytes; step++) {
        g_autoptr(input) in = input_new(true);
        g_autofree char *got = keys_of(in, bytes, sizeof bytes - 1, step);
        assert_string_equal(got, "Paste");
        assert_string_equal(input_pasted(in), "one\rtwo\033[31m\xFF\033[201");
    }
}

static void a_long_paste_is_cut_and_ends_all_the_same(void **state)
{
    (void)state;
    g_autoptr(GString) bytes = g_string_new("\033[200~");
    for (int i = 0; i < 9 * 1024; i++)
        g_string_append_printf(bytes, "%01024d", i);
    g_string_append(bytes, "\033[201~q");
    g_autoptr(input) in = input_new(true);
    g_autofree char *got = keys_of(in, bytes->str, bytes->len, 4096);
    assert_string_equal(got, "Paste q");
    assert_int_equal(strlen(input_pasted(in)), 8 * 1024 * 1024);
}

static void a_terminal_s_own_sequences_go_first(void **state)
{
    (void)state;
    g_autoptr(input) in = input_new(true);
    input_define(in, "\033[A", K_F(7));
    input_define(in, "\033[Ax", K_F(8));
    input_define(in, "q", K_F(9)); /* never a plain character */
    input_define(in, NULL, K_F(9));
    static const char bytes[] = "\033[A\033[Axq";
    g_autofree char *got = keys_of(in, bytes, strlen(bytes), 64);
    assert_string_equal(got, "F7 F8 q");
}

static void the_mouse_says_where(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int y, x, button;
    } places[] = {
        { "\033[<0;1;1M", 0, 0, 1 },
        { "\033[<2;200;50M", 49, 199, 3 },
        { "\033[<64;3;4M", 3, 2, 4 },
        { "\033[<69;3;4M", 3, 2, 5 }, /* with Shift */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(input) in = input_new(true);
        g_autofree char *got = keys_of(in, places[i].bytes, strlen(places[i].bytes), 64);
        assert_string_equal(got, "Mouse");
        int y, x, button;
        input_mouse(in, &y, &x, &button);
        assert_int_equal(y, places[i].y);
        assert_int_equal(x, places[i].x);
        assert_int_equal(button, places[i].button);
    }
}

static void names_go_there_and_back(void **state)
{
    (void)state;
    static const ui_key keys[] = { K_TAB,
                                   K_ENTER,
                                   K_ESCAPE,
                                   K_SPACE,
                                   K_BACKSPACE,
                                   K_DELETE,
                                   K_INSERT,
                                   K_UP,
                                   K_DOWN,
                                   K_LEFT,
                                   K_RIGHT,
                                   K_HOME,
                                   K_END,
                                   K_PAGE_UP,
                                   K_PAGE_DOWN,
                                   K_BACKTAB,
                                   K_F(1),
                                   K_F(12),
                                   K_RESIZE,
                                   K_PASTE,
                                   K_MOUSE,
                                   K_HANGUP,
                                   '/',
                                   '^',
                                   'F',
                                   0xE9,
                                   0x65E5,
                                   KEY_CONTROL('P'),
                                   KEY_CONTROL('Z') };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *name = key_label(keys[i]);
        assert_int_equal(key_from_name(name), keys[i]);
    }
    assert_int_equal(key_from_name("ctrl-p"), KEY_CONTROL('P'));
    assert_int_equal(key_from_name("pgup"), K_PAGE_UP);
    assert_int_equal(key_from_name("escape"), K_ESCAPE);
    assert_int_equal(key_from_name("F13"), K_NONE);
    assert_int_equal(key_from_name("Nonsense"), K_NONE);
    assert_int_equal(key_from_name(""), K_NONE);
    assert_int_equal(key_from_name("\x01"), K_NONE);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_keys),
        cmocka_unit_test(a_paste_is_what_was_sent),
        cmocka_unit_test(a_long_paste_is_cut_and_ends_all_the_same),
        cmocka_unit_test(a_terminal_s_own_sequences_go_first),
        cmocka_unit_test(the_mouse_says_where),
        cmocka_unit_test(names_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
