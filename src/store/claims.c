/* Whether two slices may share rows. Only a certain no lets two runs write at
 * the same time, so everything not understood overlaps. */
#include "store/runs.h"

#include <string.h>

typedef enum {
    VALUE_UNKNOWN, /* may equal anything */
    VALUE_INTEGER,
    VALUE_TIME, /* text in an ISO form: text order is time order within one form */
    VALUE_WORD, /* text that can only be text: equal or not, no order */
} value_kind;

typedef struct {
    value_kind kind;
    int64_t integer;
    const char *text;
} slice_value;

typedef struct {
    const char *column;
    bool is_range;
    slice_value value, from, until;
} slice;

/* "2026-03-01", "2026-03-01 02:30", "2026-03-01T02:30:00" */
static bool is_time(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    size_t length = strlen(text);
    if (length != 10 && length != 16 && length != 19)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool fits = form[i] == 'd'   ? g_ascii_isdigit(text[i])
                    : form[i] == 'T' ? text[i] == 'T' || text[i] == ' '
                                     : text[i] == form[i];
        if (!fits)
            return false;
    }
    return true;
}

/* An integer in the one spelling that equals only itself. */
static bool is_integer(const char *text, int64_t *value)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t length = strlen(digits);
    if (length == 0 || length > 18 || strspn(digits, "0123456789") != length)
        return false;
    if (digits[0] == '0' && (length > 1 || digits != text))
        return false;
    *value = g_ascii_strtoll(text, NULL, 10);
    return true;
}

/* Spellings of true and false, which equal others of the same meaning. */
static bool is_truth(const char *text)
{
    static const char *const words[] = { "t", "true",  "y", "yes", "on",
                                         "f", "false", "n", "no",  "off" };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

static void read_value(const char *text, slice_value *v)
{
    *v = (slice_value){ VALUE_UNKNOWN, 0, text };
    if (is_integer(text, &v->integer))
        v->kind = VALUE_INTEGER;
    else if (is_time(text))
        v->kind = VALUE_TIME;
    else if (g_ascii_isalpha(text[0]) && g_str_is_ascii(text) && !is_truth(text))
        v->kind = VALUE_WORD;
}

/* Cut @text in two at @separator, which must be there exactly once. */
static char *cut(char *text, const char *separator)
{
    char *at = strstr(text, separator);
    if (at == NULL || strstr(at + 1, separator) != NULL)
        return NULL;
    *at = '\0';
    return at + strlen(separator);
}

/* "COLUMN = VALUE" or "COLUMN from A until B"; @text is cut into pieces. */
static bool read_slice(char *text, slice *s)
{
    s->column = text;
    char *value = cut(text, " = ");
    s->is_range = value == NULL;
    if (value != NULL) {
        read_value(value, &s->value);
        return true;
    }
    char *from = cut(text, " from ");
    char *until = from != NULL ? cut(from, " until ") : NULL;
    if (until == NULL)
        return false;
    read_value(from, &s->from);
    read_value(until, &s->until);
    return true;
}

static bool have_order(const slice_value *a, const slice_value *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == VALUE_TIME) {
        size_t length = strlen(a->text);
        return length == strlen(b->text) && (length == 10 || a->text[10] == b->text[10]);
    }
    return a->kind == VALUE_INTEGER;
}

/* Only for values that have an order. */
static int compare(const slice_value *a, const slice_value *b)
{
    if (a->kind == VALUE_TIME)
        return strcmp(a->text, b->text);
    return (a->integer > b->integer) - (a->integer < b->integer);
}

/* Systems compare words without regard to case, blanks at the end, hyphens of
 * a uuid: they surely differ when their letters and digits do. */
static char *essence(const char *text)
{
    GString *kept = g_string_new(NULL);
    for (; *text != '\0'; text++)
        if (g_ascii_isalnum(*text))
            g_string_append_c(kept, g_ascii_tolower(*text));
    return g_string_free(kept, FALSE);
}

static bool words_differ(const char *a, const char *b)
{
    g_autofree char *left = essence(a);
    g_autofree char *right = essence(b);
    return strcmp(left, right) != 0;
}

static bool surely_before(const slice_value *a, const slice_value *b, bool or_equal)
{
    return have_order(a, b) && (or_equal ? compare(a, b) <= 0 : compare(a, b) < 0);
}

static bool are_disjoint(const slice *a, const slice *b)
{
    if (strcmp(a->column, b->column) != 0)
        return false;
    if (!a->is_range && !b->is_range) {
        if (a->value.kind == VALUE_WORD && b->value.kind == VALUE_WORD)
            return words_differ(a->value.text, b->value.text);
        return have_order(&a->value, &b->value) && compare(&a->value, &b->value) != 0;
    }
    if (a->is_range && b->is_range)
        return surely_before(&a->until, &b->from, true) || surely_before(&b->until, &a->from, true);
    if (a->is_range)
        return are_disjoint(b, a);
    return surely_before(&a->value, &b->from, false) || surely_before(&b->until, &a->value, true);
}

bool claim_slices_overlap(const char *a, const char *b)
{
    if (a[0] == '\0' || b[0] == '\0' || strcmp(a, b) == 0)
        return true;
    g_autofree char *left = g_strdup(a);
    g_autofree char *right = g_strdup(b);
    slice x, y;
    bool disjoint = read_slice(left, &x) && read_slice(right, &y) && are_disjoint(&x, &y);
    return !disjoint;
}
