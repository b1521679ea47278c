#include "base/redact.h"
#include "base/secret.h"

#include <sodium.h>
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#define SHORTEST 4

/* One spelling of a secret, in locked memory, terminated. */
typedef struct {
    char *text;
    size_t size;
} spelling;

static GMutex lock;
static GArray *spellings; /* of spelling, longest first; guarded by lock */

void *secret_memory(size_t size)
{
    /* Locked blocks end at a guard page: only round sizes begin aligned. */
    size_t round = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    void *memory = sodium_init() < 0 ? NULL : sodium_malloc(round);
    if (memory == NULL)
        g_error("no locked memory for a secret");
    return memory;
}

static void add_spelling(const char *text, size_t size)
{
    if (size < SHORTEST)
        return;
    guint place = 0;
    for (guint i = 0; i < spellings->len; i++) {
        const spelling *s = &g_array_index(spellings, spelling, i);
        if (s->size == size && sodium_memcmp(s->text, text, size) == 0)
            return;
        if (s->size >= size)
            place = i + 1;
    }
    spelling s = {secret_memory(size), size};
    memcpy(s.text, text, size);
    g_array_insert_val(spellings, place, s);
}

/* A buffer that is wiped: the spellings are secrets too. */
typedef struct {
    char *text;
    size_t size;
} scratch;

static void put(scratch *out, const char *bytes, size_t size)
{
    memcpy(out->text + out->size, bytes, size);
    out->size += size;
}

typedef void encoder(scratch *out, unsigned char c);

static void encode_percent(scratch *out, unsigned char c, const char *digits)
{
    if (g_ascii_isalnum((char)c) || strchr("-._~", c) != NULL) {
        put(out, (char[]){(char)c}, 1);
        return;
    }
    put(out, (char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
}

static void encode_url_upper(scratch *out, unsigned char c)
{
    encode_percent(out, c, "0123456789ABCDEF");
}

static void encode_url_lower(scratch *out, unsigned char c)
{
    encode_percent(out, c, "0123456789abcdef");
}

static void encode_form(scratch *out, unsigned char c)
{
    if (c == ' ')
        put(out, "+", 1);
    else
        encode_url_upper(out, c);
}

/* SQL: the quote doubled. */
static void encode_sql(scratch *out, unsigned char c)
{
    put(out, (char[]){(char)c, (char)c}, c == '\'' ? 2 : 1);
}

static void encode_identifier(scratch *out, unsigned char c)
{
    put(out, (char[]){(char)c, (char)c}, c == '"' ? 2 : 1);
}

/* ODBC: a value in braces doubles the closing one. */
static void encode_braces(scratch *out, unsigned char c)
{
    put(out, (char[]){(char)c, (char)c}, c == '}' ? 2 : 1);
}

/* Connection strings of libpq and C-like literals. */
static void encode_backslash(scratch *out, unsigned char c)
{
    bool special = c == '\'' || c == '\\';
    put(out, special ? (char[]){'\\', (char)c} : (char[]){(char)c, 0}, special ? 2 : 1);
}

static void encode_json(scratch *out, unsigned char c)
{
    static const char names[] = "b\bf\fn\nr\rt\t\"\"\\\\";
    for (const char *n = names; *n != '\0'; n += 2)
        if ((unsigned char)n[1] == c) {
            put(out, (char[]){'\\', n[0]}, 2);
            return;
        }
    if (c >= 0x20) {
        put(out, (char[]){(char)c}, 1);
        return;
    }
    char escaped[8];
    g_snprintf(escaped, sizeof escaped, "\\u%04x", c);
    put(out, escaped, 6);
}

static encoder *const encoders[] = {
    encode_url_upper, encode_url_lower, encode_form, encode_sql,
    encode_identifier, encode_braces, encode_backslash, encode_json,
};

/* base64 of the secret inside a longer text begins at one of three phases: of
 * each, only the characters that depend on nothing but the secret. */
static void add_base64(const char *bytes, size_t size, scratch *work)
{
    static const int variants[] = {sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING};
    unsigned char *shifted = secret_memory(size + 2);
    for (size_t v = 0; v < G_N_ELEMENTS(variants); v++) {
        for (size_t phase = 0; phase < 3; phase++) {
            memset(shifted, 0, phase);
            memcpy(shifted + phase, bytes, size);
            size_t total = size + phase;
            sodium_bin2base64(work->text, sodium_base64_ENCODED_LEN(total, variants[v]), shifted,
                              total, variants[v]);
            size_t skip = phase == 0 ? 0 : phase + 1;
            size_t whole = total * 8 / 6;
            if (whole > skip)
                add_spelling(work->text + skip, whole - skip);
        }
    }
    sodium_free(shifted);
}

void redact_add(const char *bytes, size_t size)
{
    if (size < SHORTEST)
        return;
    scratch work = {secret_memory(size * 6 + 16), 0};
    g_mutex_lock(&lock);
    if (spellings == NULL)
        spellings = g_array_new(FALSE, FALSE, sizeof(spelling));
    add_spelling(bytes, size);
    for (size_t e = 0; e < G_N_ELEMENTS(encoders); e++) {
        work.size = 0;
        for (size_t i = 0; i < size; i++)
            encoders[e](&work, (unsigned char)bytes[i]);
        add_spelling(work.text, work.size);
    }
    add_base64(bytes, size, &work);
    g_mutex_unlock(&lock);
    sodium_free(work.text);
}

static const spelling *spelling_at(const char *text, size_t left)
{
    for (guint i = 0; i < spellings->len; i++) {
        const spelling *s = &g_array_index(spellings, spelling, i);
        if (s->size <= left && memcmp(s->text, text, s->size) == 0)
            return s;
    }
    return NULL;
}

char *text_redact(const char *text)
{
    if (text == NULL)
        return NULL;
    size_t size = strlen(text);
    GString *out = g_string_sized_new(size);
    g_mutex_lock(&lock);
    for (size_t i = 0; i < size;) {
        const spelling *s = spellings == NULL ? NULL : spelling_at(text + i, size - i);
        if (s != NULL) {
            g_string_append(out, "***");
            i += s->size;
        } else {
            g_string_append_c(out, text[i++]);
        }
    }
    g_mutex_unlock(&lock);
    return g_string_free(out, FALSE);
}
