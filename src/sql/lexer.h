/* lexer.h - SQL text as the dialect's own server splits it into tokens.
 *
 * Shared by the guard and by contained source SQL. It decides only where a
 * token ends; what may stand there is its user's rule. Linear; any thread.
 */
#ifndef ROWFERRY_SQL_LEXER_H
#define ROWFERRY_SQL_LEXER_H

#include "sql/syntax.h"

typedef enum {
    TOKEN_END,
    TOKEN_COMMENT,
    TOKEN_NAME,   /* without quotes: keywords too */
    TOKEN_QUOTED, /* a quoted name */
    TOKEN_TEXT,
    TOKEN_BYTES,  /* X'00ff' where that is a value */
    TOKEN_NUMBER,
    TOKEN_MACRO,  /* ${…}, $[…], {{{…}}}, only when asked for */
    TOKEN_SYMBOL, /* one character, or one of <= >= <> != :: := || == */
} token_kind;

typedef struct {
    token_kind kind;
    size_t at, size;      /* in the text, bytes */
    size_t body, body_size; /* between the quotes or comment marks */
    char quote;           /* how it ends: ' " ` ] $; of comments * or - */
    bool escapes;         /* a text in which \ escapes */
    bool prefixed;        /* E'…' */
} token;

typedef struct {
    const char *text;
    size_t size, at;
    uint32_t forms;
    bool macros;
    char last;            /* kind of character before: for numbers like .5 */
} lexer;

/* @text is lent; it must be valid UTF-8. */
void lexer_init(lexer *l, const dialect *d, const char *text, size_t size, bool macros);

/* The next token, TOKEN_END at the end. False: something is not closed; then
 * t->kind and t->at say what and where, and *err in words. */
bool lexer_next(lexer *l, token *t, error **err);

/* Whether @t is the unquoted word @word, in any case. */
bool token_is_word(const lexer *l, const token *t, const char *word);
/* Whether @t is the symbol @symbol. */
bool token_is_symbol(const lexer *l, const token *t, const char *symbol);

/* The text or name that the quoted token spells: doubled quotes and escapes
 * undone; it may hold NUL. Terminated; caller frees. */
char *token_decode(const lexer *l, const token *t, size_t *size);

/* Where the macro that opens at @p (before @end) ends: just behind it. 0: no
 * macro opens there; *closed is false when it opens and is not closed or
 * holds another one. */
size_t macro_length(const char *p, const char *end, bool *closed);

/* Set *err to "line 1, column 13: …" for byte @at of @text. Returns false. */
bool lexer_fail(const char *text, size_t at, error **err, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

#endif
