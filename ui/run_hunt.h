/* run_hunt.h - find among runs that the list has not read: page after page, from
 * the selected one on, until one matches or enough were looked at.
 */
#ifndef ROWFERRY_UI_RUN_HUNT_H
#define ROWFERRY_UI_RUN_HUNT_H

#include "ui/app.h"

typedef struct {
    screen *on;
    char *text; /* looked for, or NULL */
    int step;   /* 1 or -1 */
    int64_t next, looked, total;
    json_t *filter;
    job *running; /* or NULL */
    void (*found)(screen *s, int64_t row);
} run_hunt;

/* Look for @text (as list_find()) among the @total runs that @filter (taken over;
 * input of run.list) lets pass, from row @from on; one that goes on ends. @found
 * is called at most once; nothing found is said in the message line. */
void run_hunt_start(run_hunt *h, screen *s, json_t *filter, const char *text, int step,
                    int64_t from, int64_t total, void (*found)(screen *s, int64_t row));
void run_hunt_stop(run_hunt *h);

#endif
