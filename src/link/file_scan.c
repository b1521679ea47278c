#include "link/file_scan.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first delimiter or line end at or after @at, or @end. */
static const char *next_mark(const char *at, const char *end, char delimiter)
{
#ifdef __SSE2__
    const __m128i delimiters = _mm_set1_epi8(delimiter), ends = _mm_set1_epi8('\n');
    for (; end - at >= 16; at += 16) {
        const __m128i text = _mm_loadu_si128((const __m128i *)(const void *)at);
        int found = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(text, delimiters), _mm_cmpeq_epi8(text, ends)));
        if (found != 0)
            return at + __builtin_ctz((unsigned)found);
    }
#endif
    while (at < end && *at != delimiter && *at != '\n')
        at++;
    return at;
}

bool text_is_ascii(const char *text, size_t size)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; size - i >= 16; i += 16)
        if (_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)(text + i))) != 0)
            return false;
#endif
    for (; i < size; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

/* The closing quote of a field that begins at @at, or NULL. */
static const char *closing_quote(const char *at, const char *end, char quote, bool *has_doubled)
{
    for (;;) {
        const char *close = memchr(at, quote, (size_t)(end - at));
        /* The byte after it decides; it may not have been read yet. */
        if (close == NULL || close + 1 == end)
            return NULL;
        if (close[1] != quote)
            return close;
        *has_doubled = true;
        at = close + 2;
    }
}

bool scan_record(const char *text, const char *end, char delimiter, char quote,
                 scanned_field *fields, unsigned max_fields, scanned_record *out)
{
    const char *at = text;
    *out = (scanned_record){ 0 };
    for (;;) {
        if (out->n_fields == max_fields)
            return false;
        scanned_field *field = &fields[out->n_fields++];
        *field = (scanned_field){ 0 };
        const char *start = at, *close;
        if (at < end && *at == quote) {
            start++;
            close = closing_quote(start, end, quote, &field->has_doubled);
            if (close == NULL)
                return false;
            field->is_quoted = out->has_quoted = true;
            at = close + 1;
        } else {
            at = close = next_mark(at, end, delimiter);
        }
        field->start = (uint32_t)(start - text);
        field->size = (uint32_t)(close - start);
        if (at == end)
            return false;
        if (*at == delimiter) {
            at++;
            continue;
        }
        out->text_size = (size_t)(at - text);
        if (field->is_quoted && *at == '\r' && at + 1 < end) {
            at++;
        } else if (!field->is_quoted && close > start && close[-1] == '\r') {
            field->size--;
            out->text_size--;
        }
        out->size = (size_t)(at - text) + 1;
        return *at == '\n';
    }
}
