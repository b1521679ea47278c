#include "ui/look.h"

#include <string.h>

typedef struct {
    short colour; /* -1: the terminal's own */
    attr_t attributes;
} role_look;

/* The 256-colour hues have a contrast of at least 2.9 on black, white and both
 * Solarized grounds. Of the eight only red is legible on both black and white. */
static const role_look looks[][LOOK_ROLES] = {
    [LOOK_NO_COLOURS] = {
        [LOOK_PLAIN] = { -1, A_NORMAL }, [LOOK_ACCENT] = { -1, A_BOLD },
        [LOOK_GOOD] = { -1, A_NORMAL }, [LOOK_WARNING] = { -1, A_BOLD },
        [LOOK_BAD] = { -1, A_REVERSE }, [LOOK_QUIET] = { -1, A_NORMAL },
    },
    [LOOK_8_COLOURS] = {
        [LOOK_PLAIN] = { -1, A_NORMAL }, [LOOK_ACCENT] = { -1, A_BOLD },
        [LOOK_GOOD] = { -1, A_NORMAL }, [LOOK_WARNING] = { -1, A_BOLD },
        [LOOK_BAD] = { COLOR_RED, A_BOLD }, [LOOK_QUIET] = { -1, A_NORMAL },
    },
    [LOOK_256_COLOURS] = {
        [LOOK_PLAIN] = { -1, A_NORMAL }, [LOOK_ACCENT] = { 30, A_NORMAL },
        [LOOK_GOOD] = { 28, A_NORMAL }, [LOOK_WARNING] = { 130, A_NORMAL },
        [LOOK_BAD] = { 161, A_NORMAL }, [LOOK_QUIET] = { 243, A_NORMAL },
    },
};

look_level look_choose(const char *option, const char *no_color, int colours)
{
    if (option != NULL && strcmp(option, "never") == 0)
        return LOOK_NO_COLOURS;
    bool always = option != NULL && strcmp(option, "always") == 0;
    if (!always && no_color != NULL && *no_color != '\0')
        return LOOK_NO_COLOURS;
    return colours >= 256 ? LOOK_256_COLOURS : colours >= 8 ? LOOK_8_COLOURS : LOOK_NO_COLOURS;
}

void look_prepare(look_table *t, look_level level)
{
    /* A terminal that cannot go back to its own colours would get black ones. */
    if (level != LOOK_NO_COLOURS && (start_color() == ERR || use_default_colors() == ERR))
        level = LOOK_NO_COLOURS;
    memset(t, 0, sizeof *t);
    for (int role = 0; role < LOOK_ROLES; role++) {
        const role_look *l = &looks[level][role];
        short pair = (short)(role + 1);
        t->attributes[role] = l->attributes;
        if (l->colour >= 0 && init_pair(pair, l->colour, -1) != ERR)
            t->pairs[role] = pair;
    }
}

attr_t look_attributes(const look_table *t, unsigned look, short *pair)
{
    unsigned role = look & (LOOK_SELECTED - 1);
    g_assert(role < LOOK_ROLES);
    *pair = t->pairs[role];
    return t->attributes[role] | ((look & LOOK_SELECTED) != 0 ? A_REVERSE : 0) |
           ((look & LOOK_STRONG) != 0 ? A_BOLD : 0) |
           ((look & LOOK_UNDERLINE) != 0 ? A_UNDERLINE : 0);
}
