#include "ui/keys.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/app_private.h"
#include "ui/screens.h"

#include <string.h>

/* Several screens may share an action: it is told once, where it first is. */
static bool seen_before(GHashTable *seen, const char *id)
{
    return !g_hash_table_add(seen, (gpointer)id);
}

/* --- plain ----------------------------------------------------------------- */

static void append_plain(GString *out, const char *title, const action *actions)
{
    g_string_append_printf(out, "%s%s\n", out->len > 0 ? "\n" : "", title);
    for (; actions != NULL && actions->id != NULL; actions++) {
        g_autofree char *name = key_label(actions->key);
        g_string_append(out, "  ");
        text_append_cell(out, name, 10, TEXT_LEFT);
        text_append_cell(out, actions->id, 26, TEXT_LEFT);
        g_string_append_printf(out, "%s\n", _(actions->help));
    }
}

char *keys_plain(void)
{
    GString *out = g_string_new(NULL);
    for (const screen_ops *const *one = screens_all(); *one != NULL; one++)
        append_plain(out, _((*one)->title), (*one)->actions);
    append_plain(out, _("Everywhere"), app_actions());
    return g_string_free(out, FALSE);
}

/* --- mdoc ------------------------------------------------------------------ */

/* Text that roff takes as it is; each sentence on a line of its own. */
static void append_roff(GString *out, const char *text)
{
    for (char before = '\0'; *text != '\0'; before = *text++) {
        if (*text == '\\')
            g_string_append(out, "\\e");
        else if (*text == '-')
            g_string_append(out, "\\-");
        else if (*text == ' ' && before == '.')
            g_string_append_c(out, '\n');
        else
            g_string_append_c(out, *text);
    }
}

/* An argument of a macro. */
static void append_argument(GString *out, const char *text)
{
    /* Punctuation alone would not be taken as an argument. */
    g_string_append(out, "\"\\&");
    for (; *text != '\0'; text++) {
        if (*text == '"')
            g_string_append(out, "\\(dq");
        else if (*text == '\\')
            g_string_append(out, "\\e");
        else if (*text == '^')
            g_string_append(out, "\\(ha");
        else
            g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

static void append_manual(GString *out, const char *title, const char *summary,
                          const action *actions, GHashTable *seen)
{
    g_string_append(out, ".Ss ");
    append_argument(out, title);
    g_string_append_c(out, '\n');
    if (summary != NULL) {
        append_roff(out, summary);
        g_string_append_c(out, '\n');
    }
    g_string_append(out, ".Bl -tag -width \"Ctrl-PgDn\"\n");
    for (; actions != NULL && actions->id != NULL; actions++) {
        g_autofree char *name = key_label(actions->key);
        g_string_append(out, ".It ");
        if (actions->key != K_NONE) {
            g_string_append(out, "Ic ");
            append_argument(out, name);
            g_string_append(out, " Pq ");
        }
        append_argument(out, actions->id);
        g_string_append_c(out, '\n');
        append_roff(out, actions->help);
        g_string_append(out, ".\n");
        if (actions->command != NULL && !seen_before(seen, actions->id)) {
            g_string_append(out, "In a shell:\n.Ql ");
            append_argument(out, actions->command);
            g_string_append(out, " .\n");
        }
    }
    g_string_append(out, ".El\n");
}

char *keys_manual(void)
{
    GString *out = g_string_new(
        ".\\\" Made by `rowferry --keys=mdoc` from the tables of actions (ui/).\n"
        ".Dd November 21, 2026\n.Dt ROWFERRY-KEYS 7\n.Os\n.Sh NAME\n.Nm rowferry-keys\n"
        ".Nd keys and actions of the terminal interface of rowferry\n.Sh DESCRIPTION\n"
        "The interface opens when\n.Xr rowferry 1\nis called without a command.\n"
        "The last line of every screen shows the keys that work there;\n.Ic \\&?\n"
        "lists all of them.\n"
        "Each action has a name, given in parentheses:\n.Ic \\&:\n"
        "finds and performs an action by its name.\n"
        "In a text field letters are text; there the keys F1 to F12 and those with Ctrl\n"
        "(written ^) work.\n"
        "Every function key is also Esc followed by its digit.\n.Pp\n"
        "In lists the arrow keys, j, k, g and G, PgUp, PgDn, Home and End move.\n"
        ".Sh ACTIONS\n");
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (const screen_ops *const *one = screens_all(); *one != NULL; one++)
        append_manual(out, (*one)->title, (*one)->summary, (*one)->actions, seen);
    append_manual(out, "Everywhere", NULL, app_actions(), seen);
    g_string_append(out, ".Sh FILES\n.Bl -tag -width Ds\n"
                         ".It Pa keys.conf\n"
                         "In the folder of\n.Pa rowferry.conf :\n"
                         "other keys for actions, one\n.Ql action = key\n"
                         "a line; the key\n.Ql none\ntakes it away.\n"
                         "A line that begins with\n.Ql #\nis a comment.\n.El\n"
                         ".Sh SEE ALSO\n.Xr rowferry 1 ,\n.Xr rowferry.conf 5\n");
    return g_string_free(out, FALSE);
}
