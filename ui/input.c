#include "ui/input.h"

#include <string.h>
#include <wchar.h>

#define PASTE_MAX    (8 * 1024 * 1024) /* bytes; what is longer is cut */
#define SEQUENCE_MAX 4096              /* bytes of a sequence that does not end */
#define PASTE_END    "\033[201~"

typedef struct {
    char *bytes;
    ui_key key;
} definition;

struct input {
    GString *bytes; /* that arrived and are no key yet */
    GArray *definitions;
    bool utf8;
    bool pasting;
    GString *paste;
    int mouse_y, mouse_x, mouse_button;
};

/* What a sequence turned out to be. */
typedef enum { NOTHING_YET, SWALLOWED, IS_KEY } verdict;

static void definition_clear(void *item)
{
    g_free(((definition *)item)->bytes);
}

/* The F-keys of the Linux console and of PuTTY under another one's entry, which
 * have no form that sequence_key() knows. */
static const struct {
    const char *bytes;
    ui_key key;
} usual[] = {
    { "\033[[A", K_F(1) }, { "\033[[B", K_F(2) }, { "\033[[C", K_F(3) },
    { "\033[[D", K_F(4) }, { "\033[[E", K_F(5) },
};

input *input_new(bool utf8)
{
    input *in = g_new0(input, 1);
    in->utf8 = utf8;
    in->bytes = g_string_new(NULL);
    in->paste = g_string_new(NULL);
    in->definitions = g_array_new(FALSE, FALSE, sizeof(definition));
    g_array_set_clear_func(in->definitions, definition_clear);
    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++)
        input_define(in, usual[i].bytes, usual[i].key);
    return in;
}

void input_free(input *in)
{
    if (in == NULL)
        return;
    g_string_free(in->bytes, TRUE);
    g_string_free(in->paste, TRUE);
    g_array_unref(in->definitions);
    g_free(in);
}

void input_define(input *in, const char *bytes, ui_key k)
{
    if (bytes == NULL || bytes[0] != K_ESCAPE || bytes[1] == '\0')
        return;
    definition d = { g_strdup(bytes), k };
    g_array_prepend_val(in->definitions, d);
}

void input_feed(input *in, const char *bytes, size_t size)
{
    g_string_append_len(in->bytes, bytes, (gssize)size);
}

const char *input_pasted(const input *in)
{
    return in->paste->str;
}

void input_mouse(const input *in, int *y, int *x, int *button)
{
    *y = in->mouse_y;
    *x = in->mouse_x;
    *button = in->mouse_button;
}

static void drop(input *in, size_t size)
{
    g_string_erase(in->bytes, 0, (gssize)size);
}

/* The defined key that the bytes begin with; *size is its length. *longer tells
 * that they may become another one. */
static ui_key defined_key(const input *in, size_t *size, bool *longer)
{
    ui_key found = K_NONE;
    *size = 0;
    *longer = false;
    for (guint i = 0; i < in->definitions->len; i++) {
        const definition *d = &g_array_index(in->definitions, definition, i);
        size_t length = strlen(d->bytes), have = MIN(length, in->bytes->len);
        if (memcmp(d->bytes, in->bytes->str, have) != 0)
            continue;
        if (have < length) {
            *longer = true;
        } else if (length > *size) {
            found = d->key;
            *size = length;
        }
    }
    return found;
}

/* "CSI n ~" of VT220 and its descendants; holes are keys that nobody has. */
static ui_key numbered_key(int n)
{
    static const ui_key keys[] = {
        [1] = K_HOME,      [2] = K_INSERT, [3] = K_DELETE, [4] = K_END,    [5] = K_PAGE_UP,
        [6] = K_PAGE_DOWN, [7] = K_HOME,   [8] = K_END,    [11] = K_F(1),  [12] = K_F(2),
        [13] = K_F(3),     [14] = K_F(4),  [15] = K_F(5),  [17] = K_F(6),  [18] = K_F(7),
        [19] = K_F(8),     [20] = K_F(9),  [21] = K_F(10), [23] = K_F(11), [24] = K_F(12),
    };
    return n >= 0 && n < (int)G_N_ELEMENTS(keys) ? keys[n] : K_NONE;
}

/* The last letter of CSI and SS3 sequences, in both cursor modes. */
static ui_key lettered_key(char letter)
{
    static const struct {
        char letter;
        ui_key key;
    } keys[] = {
        { 'A', K_UP },   { 'B', K_DOWN }, { 'C', K_RIGHT },   { 'D', K_LEFT },
        { 'H', K_HOME }, { 'F', K_END },  { 'Z', K_BACKTAB }, { 'P', K_F(1) },
        { 'Q', K_F(2) }, { 'R', K_F(3) }, { 'S', K_F(4) },    { 'M', K_ENTER },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (keys[i].letter == letter)
            return keys[i].key;
    }
    return K_NONE;
}

/* The next of the numbers that ';' separates, @missing when there is none. */
static int next_number(const char **p, int missing)
{
    if (!g_ascii_isdigit(**p))
        return missing;
    int n = 0;
    for (; g_ascii_isdigit(**p); (*p)++)
        n = MIN(n * 10 + (**p - '0'), 100000);
    if (**p == ';')
        (*p)++;
    return n;
}

/* "button;column;row" and M (pressed) or m (released, which is no key here). */
static ui_key mouse_key(input *in, const char *parameters, char letter)
{
    int button = next_number(&parameters, -1);
    int x = next_number(&parameters, 0), y = next_number(&parameters, 0);
    if (button < 0 || letter != 'M')
        return K_NONE;
    int plain = button & ~0x1C; /* Shift, Alt and Ctrl aside */
    bool wheel = plain == 64 || plain == 65;
    if ((!wheel && plain > 2) || x < 1 || y < 1)
        return K_NONE;
    in->mouse_button = wheel ? plain - 60 : plain + 1;
    in->mouse_x = x - 1;
    in->mouse_y = y - 1;
    return K_MOUSE;
}

/* A whole CSI: @parameters, then @letter. */
static ui_key sequence_key(input *in, const char *parameters, char letter)
{
    if (parameters[0] == '<')
        return mouse_key(in, parameters + 1, letter);
    int number = next_number(&parameters, 1), modifier = next_number(&parameters, 1);
    if (letter == '~' && number == 200 && modifier == 1) {
        in->pasting = true;
        g_string_truncate(in->paste, 0);
        return K_NONE;
    }
    if (letter == 'M') /* the mouse of old, which we never ask for */
        return K_NONE;
    ui_key k = letter == '~' ? numbered_key(number) : lettered_key(letter);
    /* Nothing is bound to Shift, Alt or Ctrl with an arrow, which then is a plain
     * one; an F-key with them is another key. */
    return modifier > 1 && k >= K_F1 && k <= K_F12 ? K_NONE : k;
}

/* CSI: parameters 0x30 to 0x3F, intermediates 0x20 to 0x2F, a letter. */
static verdict read_csi(input *in, ui_key *k)
{
    const char *s = in->bytes->str;
    size_t i = 2;
    while (i < in->bytes->len && s[i] >= 0x20 && s[i] <= 0x3F)
        i++;
    if (i == in->bytes->len && i < SEQUENCE_MAX)
        return NOTHING_YET;
    *k = K_NONE;
    if (i < in->bytes->len && s[i] >= 0x40 && s[i] <= 0x7E) {
        g_autofree char *parameters = g_strndup(s + 2, i - 2);
        *k = sequence_key(in, parameters, s[i]);
        i++;
    }
    drop(in, i);
    return *k != K_NONE ? IS_KEY : SWALLOWED;
}

/* SS3: keys in application mode; the letters from 'j' on are the number pad. */
static verdict read_ss3(input *in, ui_key *k)
{
    static const char pad[] = "*+,-./0123456789";
    size_t at = in->bytes->len > 2 && g_ascii_isdigit(in->bytes->str[2]) ? 3 : 2;
    if (in->bytes->len <= at)
        return NOTHING_YET;
    char letter = in->bytes->str[at];
    *k = letter >= 'j' && letter <= 'y' ? (ui_key)pad[letter - 'j'] : lettered_key(letter);
    drop(in, at + 1);
    return *k != K_NONE ? IS_KEY : SWALLOWED;
}

/* OSC, DCS, APC, PM, SOS: an answer to a question that some program before us
 * asked. Up to BEL or ST. */
static verdict read_string(input *in)
{
    const char *s = in->bytes->str;
    for (size_t i = 2; i < in->bytes->len; i++) {
        if (s[i] == '\a' || s[i] == K_ESCAPE) {
            bool st = s[i] == K_ESCAPE && s[i + 1] == '\\'; /* GString ends in NUL */
            if (s[i] == K_ESCAPE && i + 1 == in->bytes->len)
                return NOTHING_YET;
            drop(in, i + (st ? 2 : s[i] == '\a' ? 1 : 0));
            return SWALLOWED;
        }
    }
    if (in->bytes->len < SEQUENCE_MAX)
        return NOTHING_YET;
    drop(in, in->bytes->len);
    return SWALLOWED;
}

/* The bytes begin with Esc. */
static verdict read_escape(input *in, bool final, ui_key *k)
{
    size_t size;
    bool longer;
    *k = defined_key(in, &size, &longer);
    if (size > 0 && (!longer || final)) {
        drop(in, size);
        return IS_KEY;
    }
    verdict v = NOTHING_YET;
    char next = in->bytes->str[1];
    if (in->bytes->len == 1 || (longer && !final))
        v = NOTHING_YET;
    else if (next == '[')
        v = read_csi(in, k);
    else if (next == 'O')
        v = read_ss3(in, k);
    else if (strchr("]PX^_", next) != NULL && next != '\0')
        v = read_string(in);
    else if (g_ascii_isdigit(next)) {
        *k = next == '0' ? K_F(10) : K_F(next - '0');
        drop(in, 2);
        return IS_KEY;
    } else {
        *k = K_ESCAPE; /* and the next byte is a key of its own */
        drop(in, 1);
        return IS_KEY;
    }
    if (v == NOTHING_YET && final) {
        /* Esc, then perhaps Esc's neighbour typed with Alt; but the beginning of
         * a sequence that breaks off must not turn into commands. */
        bool broken = in->bytes->len > 2;
        drop(in, broken ? in->bytes->len : 1);
        *k = broken ? K_NONE : K_ESCAPE;
        return broken ? SWALLOWED : IS_KEY;
    }
    return v;
}

/* Move what was pasted out of the bytes; true at its end. */
static bool read_paste(input *in)
{
    const char *s = in->bytes->str;
    const char *end = memmem(s, in->bytes->len, PASTE_END, strlen(PASTE_END));
    size_t keep = MIN(in->bytes->len, strlen(PASTE_END) - 1); /* may be half of the end */
    size_t size = end != NULL ? (size_t)(end - s) : in->bytes->len - keep;
    for (size_t i = 0; i < size && in->paste->len < PASTE_MAX; i++) {
        if (s[i] != '\0')
            g_string_append_c(in->paste, s[i]);
    }
    drop(in, size + (end != NULL ? strlen(PASTE_END) : 0));
    in->pasting = end == NULL;
    return end != NULL;
}

/* One character in the locale's encoding. */
static verdict read_other(input *in, ui_key *k)
{
    mbstate_t state = { 0 };
    wchar_t w = 0;
    size_t size = mbrtowc(&w, in->bytes->str, in->bytes->len, &state);
    if (size == (size_t)-2)
        return NOTHING_YET;
    *k = size == (size_t)-1 ? K_NONE : (ui_key)w;
    drop(in, size == (size_t)-1 || size == 0 ? 1 : size);
    return key_is_text(*k) ? IS_KEY : SWALLOWED;
}

static verdict read_character(input *in, ui_key *k)
{
    guchar first = (guchar)in->bytes->str[0];
    if (first < 0x80) {
        drop(in, 1);
        *k = first == '\n' ? K_ENTER : first == '\b' || first == 0x7F ? K_BACKSPACE : first;
        return *k != K_NONE ? IS_KEY : SWALLOWED;
    }
    if (!in->utf8)
        return read_other(in, k);
    gunichar c = g_utf8_get_char_validated(in->bytes->str, (gssize)in->bytes->len);
    if (c == (gunichar)-2 && in->bytes->len < 6)
        return NOTHING_YET;
    bool valid = c != (gunichar)-1 && c != (gunichar)-2;
    drop(in, valid ? (size_t)g_utf8_skip[first] : 1);
    *k = c;
    return valid && key_is_text(c) ? IS_KEY : SWALLOWED;
}

ui_key input_next(input *in, bool final, bool *waiting)
{
    *waiting = false;
    while (in->bytes->len > 0) {
        ui_key k = K_NONE;
        if (in->pasting) {
            if (read_paste(in))
                return K_PASTE;
            return K_NONE;
        }
        bool escape = in->bytes->str[0] == K_ESCAPE;
        verdict v = escape ? read_escape(in, final, &k) : read_character(in, &k);
        if (v == IS_KEY)
            return k;
        if (v == NOTHING_YET) {
            *waiting = escape;
            return K_NONE;
        }
    }
    return K_NONE;
}
