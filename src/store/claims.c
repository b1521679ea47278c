/* Whether two slices may share rows. Only a certain no lets two runs write at
 * the same time, so everything not understood overlaps. */
#include "store/runs.h"

#include <jansson.h>
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

static slice_value read_value(const json_t *json)
{
    slice_value v = {VALUE_UNKNOWN, 0, NULL};
    if (json_is_integer(json)) {
        v.kind = VALUE_INTEGER;
        v.integer = json_integer_value(json);
    } else if (json_is_string(json)) {
        v.text = json_string_value(json);
        if (is_integer(v.text, &v.integer))
            v.kind = VALUE_INTEGER;
        else if (is_time(v.text))
            v.kind = VALUE_TIME;
        else if (g_ascii_isalpha(v.text[0]) && g_str_is_ascii(v.text))
            v.kind = VALUE_WORD;
    }
    return v;
}

static bool read_slice(const json_t *json, slice *s)
{
    s->column = json_string_value(json_object_get(json, "column"));
    const json_t *value = json_object_get(json, "value");
    s->is_range = value == NULL;
    s->value = read_value(value);
    s->from = read_value(json_object_get(json, "from"));
    s->until = read_value(json_object_get(json, "until"));
    return s->column != NULL;
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

/* Words may be compared without regard to case and to blanks at the end. */
static bool words_differ(const char *a, const char *b)
{
    g_autofree char *left = g_strchomp(g_strdup(a));
    g_autofree char *right = g_strchomp(g_strdup(b));
    return g_ascii_strcasecmp(left, right) != 0;
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
        return surely_before(&a->until, &b->from, true) ||
               surely_before(&b->until, &a->from, true);
    if (a->is_range)
        return are_disjoint(b, a);
    return surely_before(&a->value, &b->from, false) || surely_before(&b->until, &a->value, true);
}

bool claim_slices_overlap(const char *a, const char *b)
{
    if (a[0] == '\0' || b[0] == '\0' || strcmp(a, b) == 0)
        return true;
    json_t *left = json_loads(a, JSON_REJECT_DUPLICATES, NULL);
    json_t *right = json_loads(b, JSON_REJECT_DUPLICATES, NULL);
    slice x, y;
    bool disjoint = read_slice(left, &x) && read_slice(right, &y) && are_disjoint(&x, &y);
    json_decref(left);
    json_decref(right);
    return !disjoint;
}
