#include "base/text.h"

#include <math.h>
#include <string.h>

#define MARKS_PER_BASE 4

/* Fillers of Hangul: letters to Unicode, nothing to the eye. */
static bool is_blank_letter(gunichar c)
{
    return c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || c == 0x034F ||
           c == 0x17B4 || c == 0x17B5 || c == 0x180B || c == 0x180C || c == 0x180D;
}

/* Arabic, Syriac and Kaithi number signs count as format characters but show. */
static bool is_visible_format(gunichar c)
{
    return (c >= 0x0600 && c <= 0x0605) || c == 0x06DD || c == 0x070F || c == 0x0890 ||
           c == 0x0891 || c == 0x08E2 || c == 0x110BD || c == 0x110CD;
}

/* Invisible, or changes the order or the lines of what stands around it. */
static bool is_deceptive(gunichar c)
{
    if (c >= 0xE0000 && c <= 0xE0FFF)
        return true;
    GUnicodeType type = g_unichar_type(c);
    return type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR ||
           (type == G_UNICODE_FORMAT && !is_visible_format(c)) || is_blank_letter(c);
}

static bool is_mark(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK ||
           type == G_UNICODE_SPACING_MARK;
}

/* Append the safe form to @out, or with @out NULL only say whether the text is
 * safe as it is. */
static bool walk(GString *out, const char *text, size_t size)
{
    const char *p = text, *end = text + size;
    int marks = MARKS_PER_BASE; /* a mark without a base is shown by its number */
    while (p < end) {
        gunichar c = g_utf8_get_char_validated(p, end - p);
        bool bad_byte = c == (gunichar)-1 || c == (gunichar)-2 || *p == '\0';
        if (*p == '\0')
            c = 0;
        const char *next = bad_byte ? p + 1 : g_utf8_next_char(p);
        char shown[16] = "";
        if (bad_byte && *p != '\0')
            g_snprintf(shown, sizeof shown, "\\x%02X", (guchar)*p);
        else if (c < 0x20 || c == 0x7F)
            shown[g_unichar_to_utf8(c == 0x7F ? 0x2421 : 0x2400 + c, shown)] = '\0';
        else if (c >= 0x80 && c <= 0x9F)
            g_snprintf(shown, sizeof shown, "\\x%02X", c);
        else if (is_deceptive(c) || (is_mark(c) && marks >= MARKS_PER_BASE))
            g_snprintf(shown, sizeof shown, "<U+%04X>", c);
        if (*shown != '\0') {
            if (out == NULL)
                return false;
            g_string_append(out, shown);
            marks = MARKS_PER_BASE;
        } else {
            if (out != NULL)
                g_string_append_len(out, p, next - p);
            marks = is_mark(c) ? marks + 1 : 0;
        }
        p = next;
    }
    return true;
}

static size_t size_of(const char *text, gssize size)
{
    return text == NULL ? 0 : size < 0 ? strlen(text) : (size_t)size;
}

void text_append_safe(GString *out, const char *text, gssize size)
{
    walk(out, text, size_of(text, size));
}

char *text_safe(const char *text, gssize size)
{
    GString *out = g_string_sized_new(size_of(text, size) + 1);
    text_append_safe(out, text, size);
    return g_string_free(out, FALSE);
}

bool text_is_safe(const char *text, gssize size)
{
    return walk(NULL, text, size_of(text, size));
}

static int columns_of(gunichar c)
{
    return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

int text_width(const char *text)
{
    int width = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        width += columns_of(g_utf8_get_char(p));
    return width;
}

/* Bytes of @text that fit @columns, whole characters with their marks. */
static size_t fitting(const char *text, int columns)
{
    const char *p = text;
    for (int width = 0; *p != '\0'; p = g_utf8_next_char(p)) {
        width += columns_of(g_utf8_get_char(p));
        if (width > columns)
            break;
    }
    return (size_t)(p - text);
}

char *text_clip(const char *text, int columns)
{
    if (columns <= 0)
        return g_strdup("");
    if (text[fitting(text, columns)] == '\0')
        return g_strdup(text);
    return g_strdup_printf("%.*s…", (int)fitting(text, columns - 1), text);
}

void text_append_cell(GString *out, const char *text, int columns, text_side side)
{
    g_autofree char *clipped = text_clip(text, columns);
    int spaces = columns - text_width(clipped);
    if (side == TEXT_LEFT)
        g_string_append(out, clipped);
    for (; spaces > 0; spaces--)
        g_string_append_c(out, ' ');
    if (side == TEXT_RIGHT)
        g_string_append(out, clipped);
}

#define WORD_MAX 64

/* Insertions, deletions, replacements and swaps of neighbours, ASCII case
 * aside; @limit + 1 when more. */
static int edit_distance(const char *a, const char *b, int limit)
{
    int m = (int)strlen(a), n = (int)strlen(b);
    if (m > WORD_MAX || n > WORD_MAX || ABS(m - n) > limit)
        return limit + 1;
    int rows[3][WORD_MAX + 1];
    int *before = rows[0], *above = rows[1], *row = rows[2];
    for (int j = 0; j <= n; j++)
        above[j] = before[j] = j;
    for (int i = 1; i <= m; i++) {
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
            int best = MIN(above[j], row[j - 1]) + 1;
            best = MIN(best, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) &&
                y == g_ascii_tolower(a[i - 2]))
                best = MIN(best, before[j - 2] + 1);
            row[j] = best;
        }
        int *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[n];
}

const char *text_nearest(const char *word, const char *const *known)
{
    const char *nearest = NULL;
    int best = MAX(1, (int)MIN(strlen(word), WORD_MAX) / 3) + 1;
    for (; *known != NULL; known++) {
        int distance = edit_distance(word, *known, best - 1);
        if (distance < best && distance < (int)strlen(*known)) {
            best = distance;
            nearest = *known;
        }
    }
    return nearest;
}

char *text_count(int64_t n)
{
    g_autofree char *digits =
        g_strdup_printf("%" G_GUINT64_FORMAT, n < 0 ? -(guint64)n : (guint64)n);
    GString *out = g_string_new(n < 0 ? "-" : NULL);
    size_t size = strlen(digits);
    for (size_t i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            g_string_append_c(out, ',');
        g_string_append_c(out, digits[i]);
    }
    return g_string_free(out, FALSE);
}

char *text_bytes(int64_t n)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = fabs((double)n);
    if (value < 1000)
        return g_strdup_printf("%" G_GINT64_FORMAT " B", n);
    size_t unit = 0;
    /* 999.95 would be printed as 1000.0. */
    for (value /= 1000; value >= 999.95 && unit + 1 < G_N_ELEMENTS(units); unit++)
        value /= 1000;
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(number, sizeof number, "%.1f", value);
    return g_strdup_printf("%s%s %s", n < 0 ? "-" : "", number, units[unit]);
}

char *text_duration(double seconds)
{
    if (!(seconds > 0))
        seconds = 0;
    if (seconds < 59.95) {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(number, sizeof number, seconds < 0.995 ? "%.2f" : "%.1f", seconds);
        return g_strdup_printf("%ss", number);
    }
    int64_t whole = seconds < 1e15 ? (int64_t)(seconds + 0.5) : (int64_t)1e15;
    int64_t minutes = whole / 60, hours = minutes / 60;
    if (hours == 0)
        return g_strdup_printf("%dm%02ds", (int)minutes, (int)(whole % 60));
    if (hours < 24)
        return g_strdup_printf("%dh%02dm", (int)hours, (int)(minutes % 60));
    return g_strdup_printf("%" G_GINT64_FORMAT "d%02dh", hours / 24, (int)(hours % 24));
}
