/* wizard_verdict.h - what the guard says about pre-SQL or post-SQL while it is
 * being typed: the SQL that will really run, or why not and where.
 */
#ifndef ROWFERRY_UI_WIZARD_VERDICT_H
#define ROWFERRY_UI_WIZARD_VERDICT_H

#include "ui/answer.h"

typedef struct {
    answer answer;
    char *sql;  /* asked about, or NULL */
    json_t *in; /* asked with, or NULL */
} verdict;

/* What the guard is asked with; texts are copied. */
typedef struct {
    const char *connection, *table, *sql;
    bool full_delete;         /* target.allow_full_delete */
    const json_t *parameters; /* of the task, or NULL */
} verdict_question;

/* Ask connection.guard for @s, unless just this was asked last; an empty
 * statement, connection or table forgets the verdict. */
void verdict_ask(verdict *v, screen *s, const verdict_question *q);
void verdict_clear(verdict *v);

/* "ok", "refused" and their look, for the remark beside the field; NULL when
 * there is none. */
const char *verdict_word(const verdict *v, unsigned *look);
/* Into rows [@y, @y+@height); returns the rows used. */
int verdict_draw(const verdict *v, canvas *c, int y, int height);

#endif
