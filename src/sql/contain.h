/* contain.h - the operator's own SQL (source.where, source.query) kept inside
 * the place it is put (rulings.md 12).
 *
 * Lexed per dialect: no semicolon outside literals, parentheses never below
 * zero and closed at the end, no unterminated literal or comment, valid
 * UTF-8, no NUL. Whether it is one SELECT is settled by preparing it.
 */
#ifndef ROWFERRY_SQL_CONTAIN_H
#define ROWFERRY_SQL_CONTAIN_H

#include "base/error.h"
#include "sql/dialect.h"

/* @what names it in errors ("source.where"). A trailing semicolon is allowed
 * for queries and cut: the result is a copy, to be put between "(\n" and
 * "\n)". Caller frees; NULL with ERROR_DOCUMENT (line and column). */
char *sql_contain(const dialect *d, const char *text, const char *what, error **err);

#endif
