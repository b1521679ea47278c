/* wizard_verdict.h - what the guard says about pre-SQL or post-SQL while it is
 * being typed: the SQL that will really run, or why not and where.
 */
#ifndef ROWFERRY_UI_WIZARD_VERDICT_H
#define ROWFERRY_UI_WIZARD_VERDICT_H

#include "ui/answer.h"

typedef struct {
    answer answer;
    char *sql;    /* asked about, or NULL */
    char *target; /* connection and table it was asked with */
} verdict;

/* Ask connection.guard for @s, unless just this was asked last; an empty @sql,
 * connection or table forgets the verdict. */
void verdict_ask(verdict *v, screen *s, const char *connection, const char *table,
                 const char *sql, bool full_delete);
void verdict_clear(verdict *v);

/* "ok", "refused" and their look, for the remark beside the field; NULL when
 * there is none. */
const char *verdict_word(const verdict *v, unsigned *look);
/* Into rows [@y, @y+@height); returns the rows used. */
int verdict_draw(const verdict *v, canvas *c, int y, int height);

#endif
