#include "ui/key.h"

#include <string.h>

static const struct {
    ui_key key;
    const char *name;
} names[] = {
    { K_TAB, "Tab" },
    { K_ENTER, "Enter" },
    { K_ESCAPE, "Esc" },
    { K_SPACE, "Space" },
    { K_BACKSPACE, "Backspace" },
    { K_DELETE, "Del" },
    { K_INSERT, "Ins" },
    { K_UP, "Up" },
    { K_DOWN, "Down" },
    { K_LEFT, "Left" },
    { K_RIGHT, "Right" },
    { K_HOME, "Home" },
    { K_END, "End" },
    { K_PAGE_UP, "PgUp" },
    { K_PAGE_DOWN, "PgDn" },
    { K_BACKTAB, "Shift-Tab" },
    { K_RESIZE, "Resize" },
    { K_PASTE, "Paste" },
    { K_MOUSE, "Mouse" },
    { K_HANGUP, "Hangup" },
};

/* What else people write for them. */
static const struct {
    ui_key key;
    const char *name;
} synonyms[] = {
    { K_ENTER, "Return" },    { K_ESCAPE, "Escape" },    { K_DELETE, "Delete" },
    { K_INSERT, "Insert" },   { K_PAGE_UP, "PageUp" },   { K_PAGE_DOWN, "PageDown" },
    { K_BACKTAB, "Backtab" }, { K_BACKSPACE, "Backsp" },
};

bool key_is_text(ui_key k)
{
    return k >= K_SPACE && k < K_BACKSPACE && k != 0x7F && g_unichar_validate(k) &&
           !(k >= 0x80 && k <= 0x9F);
}

char *key_label(ui_key k)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (names[i].key == k)
            return g_strdup(names[i].name);
    }
    if (k >= K_F1 && k <= K_F12)
        return g_strdup_printf("F%u", k - K_F1 + 1);
    if (k > 0 && k < K_SPACE)
        return g_strdup_printf("^%c", (char)(k + '@'));
    if (!key_is_text(k))
        return g_strdup("");
    char text[7] = "";
    g_unichar_to_utf8(k, text);
    return g_strdup(text);
}

/* "^P", "Ctrl-P", "C-p": the control character of a letter. */
static ui_key control_from_name(const char *name)
{
    static const char *const prefixes[] = { "^", "Ctrl-", "Ctrl+", "C-" };
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        size_t size = strlen(prefixes[i]);
        if (g_ascii_strncasecmp(name, prefixes[i], size) == 0 && g_ascii_isalpha(name[size]) &&
            name[size + 1] == '\0')
            return KEY_CONTROL(name[size]);
    }
    return K_NONE;
}

static ui_key function_from_name(const char *name)
{
    if ((name[0] != 'F' && name[0] != 'f') || !g_ascii_isdigit(name[1]))
        return K_NONE;
    char *end = NULL;
    guint64 n = g_ascii_strtoull(name + 1, &end, 10);
    return *end == '\0' && n >= 1 && n <= 12 ? K_F(n) : K_NONE;
}

ui_key key_from_name(const char *name)
{
    if (!g_utf8_validate(name, -1, NULL))
        return K_NONE;
    gunichar first = g_utf8_get_char(name);
    if (first != 0 && *g_utf8_next_char(name) == '\0')
        return key_is_text(first) ? first : K_NONE;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_ascii_strcasecmp(names[i].name, name) == 0)
            return names[i].key;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(synonyms); i++) {
        if (g_ascii_strcasecmp(synonyms[i].name, name) == 0)
            return synonyms[i].key;
    }
    ui_key k = control_from_name(name);
    return k != K_NONE ? k : function_from_name(name);
}
