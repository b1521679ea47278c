/* emulator - the terminal that tests/screen.py looks at: bytes in, cells out.
 *
 * Commands on standard input, one line each:
 *   feed N     and N bytes that the program sent; answers "N" and the N bytes
 *              that the terminal sends back to the program
 *   size R C   the terminal has R rows and C columns now; answers "0"
 *   show       answers one line of JSON: "rows" (text), "cells" ([colour, flags]
 *              of each), "cursor" [row, column], "alternate" (screen)
 * Colour -1 is the terminal's own; flags: 1 bold, 2 reverse, 4 underlined, 8 blinking.
 */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

enum { BOLD = 1, REVERSE = 2, UNDERLINED = 4, BLINKING = 8 };

typedef struct {
    VTerm *vt;
    VTermScreen *screen;
    bool alternate, cursor_visible;
} emulator;

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    emulator *e = user;
    if (property == VTERM_PROP_ALTSCREEN)
        e->alternate = value->boolean;
    else if (property == VTERM_PROP_CURSORVISIBLE)
        e->cursor_visible = value->boolean;
    return 1;
}

static int colour_of(const VTermScreenCell *cell)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(&cell->fg))
        return -1;
    return VTERM_COLOR_IS_INDEXED(&cell->fg) ? cell->fg.indexed.idx : 999;
}

static int flags_of(const VTermScreenCell *cell)
{
    return (cell->attrs.bold ? BOLD : 0) | (cell->attrs.reverse ? REVERSE : 0) |
           (cell->attrs.underline ? UNDERLINED : 0) | (cell->attrs.blink ? BLINKING : 0);
}

/* Append the UTF-8 of @c to @out of @size bytes. */
static size_t append(char *out, size_t size, uint32_t c)
{
    if (c < 0x80) {
        out[size++] = (char)c;
    } else if (c < 0x800) {
        out[size++] = (char)(0xC0 | (c >> 6));
        out[size++] = (char)(0x80 | (c & 0x3F));
    } else {
        if (c < 0x10000) {
            out[size++] = (char)(0xE0 | (c >> 12));
        } else {
            out[size++] = (char)(0xF0 | (c >> 18));
            out[size++] = (char)(0x80 | ((c >> 12) & 0x3F));
        }
        out[size++] = (char)(0x80 | ((c >> 6) & 0x3F));
        out[size++] = (char)(0x80 | (c & 0x3F));
    }
    return size;
}

static void show_row(const emulator *e, int row, int columns, json_t *rows, json_t *cells)
{
    char *text = malloc((size_t)columns * 4 * VTERM_MAX_CHARS_PER_CELL + 1);
    if (text == NULL)
        abort();
    size_t size = 0;
    json_t *looks = json_array();
    int colour = -1, flags = 0;
    for (int column = 0; column < columns; column++) {
        VTermScreenCell cell;
        memset(&cell, 0, sizeof cell);
        vterm_screen_get_cell(e->screen, (VTermPos){ .row = row, .col = column }, &cell);
        /* The right half of a wide character looks like the left one; the library
         * leaves there what was before. */
        bool right_half = cell.chars[0] == (uint32_t)-1;
        colour = right_half ? colour : colour_of(&cell);
        flags = right_half ? flags : flags_of(&cell);
        json_array_append_new(looks, json_pack("[ii]", colour, flags));
        if (right_half)
            continue;
        if (cell.chars[0] == 0)
            text[size++] = ' ';
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
            size = append(text, size, cell.chars[i]);
    }
    json_array_append_new(rows, json_stringn_nocheck(text, size));
    json_array_append_new(cells, looks);
    free(text);
}

static void show(const emulator *e)
{
    int height, width;
    vterm_get_size(e->vt, &height, &width);
    json_t *rows = json_array(), *cells = json_array();
    for (int row = 0; row < height; row++)
        show_row(e, row, width, rows, cells);
    VTermPos cursor;
    vterm_state_get_cursorpos(vterm_obtain_state(e->vt), &cursor);
    json_t *out =
        json_pack("{s:o, s:o, s:[ii], s:b, s:b}", "rows", rows, "cells", cells, "cursor",
                  cursor.row, cursor.col, "alternate", e->alternate, "visible", e->cursor_visible);
    json_dumpf(out, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(out);
}

static bool feed(emulator *e, size_t size)
{
    char bytes[4096];
    while (size > 0) {
        size_t n = fread(bytes, 1, size < sizeof bytes ? size : sizeof bytes, stdin);
        if (n == 0)
            return false;
        vterm_input_write(e->vt, bytes, n);
        size -= n;
    }
    size_t answered = vterm_output_read(e->vt, bytes, sizeof bytes);
    printf("%zu\n", answered);
    fwrite(bytes, 1, answered, stdout);
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: emulator ROWS COLUMNS\n", stderr);
        return 2;
    }
    emulator e = { .vt = vterm_new(atoi(argv[1]), atoi(argv[2])), .cursor_visible = true };
    static const VTermScreenCallbacks callbacks = { .settermprop = on_property };
    vterm_set_utf8(e.vt, 1);
    e.screen = vterm_obtain_screen(e.vt);
    vterm_screen_set_callbacks(e.screen, &callbacks, &e);
    vterm_screen_enable_altscreen(e.screen, 1);
    vterm_screen_reset(e.screen, 1);

    char line[100];
    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t size;
        int height, width;
        if (sscanf(line, "feed %zu", &size) == 1) {
            if (!feed(&e, size))
                break;
        } else if (sscanf(line, "size %d %d", &height, &width) == 2) {
            vterm_set_size(e.vt, height, width);
            puts("0");
        } else if (strcmp(line, "show\n") == 0) {
            show(&e);
        } else {
            fprintf(stderr, "emulator: unknown command: %s", line);
            return 2;
        }
        fflush(stdout);
    }
    vterm_free(e.vt);
    return 0;
}
