/* run_pages.h - the rows of run.list, page by page, as they are needed.
 *
 * What was not asked for or is not there yet is NULL; a million runs cost what
 * a screen of them costs.
 */
#ifndef ROWFERRY_UI_RUN_PAGES_H
#define ROWFERRY_UI_RUN_PAGES_H

#include "ui/app.h"

typedef struct run_pages run_pages;

/* For screen @s; @arrived is called when a page came or could not be read:
 * @first is its first row, @grown by how many rows the whole grew. */
run_pages *run_pages_new(screen *s, void (*arrived)(screen *s, int64_t first, int64_t grown));
void run_pages_free(run_pages *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(run_pages, run_pages_free)

/* Forget all, and ask with @filter (taken over; as run_list_filter_input()). */
void run_pages_filter(run_pages *p, json_t *filter);
/* What is needed next is asked for again; until it is there the old rows stay. */
void run_pages_refresh(run_pages *p);
/* Rows [@first, @first + @n) are about to be shown. */
void run_pages_need(run_pages *p, int64_t first, int64_t n);

/* -1 until the first page is there. */
int64_t run_pages_total(const run_pages *p);
/* Borrowed until the next call of a function that is not const. */
const json_t *run_pages_row(const run_pages *p, int64_t row);
/* Why the last page could not be read, or NULL: borrowed. */
const error *run_pages_failure(const run_pages *p);

#endif
