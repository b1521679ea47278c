/* wizard_mapping.h - what the files of the mapping step share. */
#ifndef ROWFERRY_UI_WIZARD_MAPPING_H
#define ROWFERRY_UI_WIZARD_MAPPING_H

#include "ui/answer.h"
#include "ui/expansions.h"
#include "ui/list.h"
#include "ui/mapping_rows.h"
#include "ui/wizard.h"

typedef struct {
    wizard_step step;
    list *list;
    answer suggestion; /* of task.suggest: columns, types, what stands against it */
    answer parameters; /* of parameter.list */
    expansions today;
    GPtrArray *sources, *targets; /* of table_column* */
    bool is_new;                  /* the target's table will be created */
    bool known;                   /* columns have been told at least once */
    mapping_rows *rows;
    unsigned loaded;    /* wizard_changes() that the rows show */
    guint timer;        /* or 0 */
    char *editing;      /* target column that a question is about, or NULL */
    GPtrArray *offered; /* of char*: what the open choice stands for, or NULL */
} mapping_step;

/* The selected row: borrowed, NULL when there is none. */
const mapping_row *mapping_selected(const mapping_step *m);
/* Put @mapping (taken over, NULL: none) into the document and show it. */
void mapping_put(mapping_step *m, json_t *mapping);
const json_t *mapping_value(const mapping_step *m);
/* Ask for types and warnings of the mapping as it is. */
void mapping_suggest(mapping_step *m);

/* --- wizard_mapping_words.c --- */

/* The rule of @r in the grid: "same name", "= bi", "${start_time}". */
void mapping_append_rule(mapping_step *m, const mapping_row *r, GString *text);
/* What is wrong with @r (untranslated); NULL when nothing is. */
const char *mapping_problem_words(mapping_problem problem);
/* The row of the suggestion for target column @target, or NULL. */
const json_t *mapping_suggested(const mapping_step *m, const char *target);
/* What the suggestion has against @r, NULL when nothing: borrowed. *is_problem:
 * the task cannot run so. */
const char *mapping_warning(const mapping_step *m, const mapping_row *r, bool *is_problem);
/* One line about all rows. Caller frees. */
char *mapping_summary(const mapping_step *m);
/* What is said about the selected row, into the last @height rows from @y. */
void mapping_draw_note(mapping_step *m, canvas *c, int y, int height);

/* --- wizard_mapping_rules.c: the actions --- */

extern const action wizard_mapping_actions[];
/* The names of parameters, so that the choice has their values at once. */
void mapping_prepare_parameters(mapping_step *m);

#endif
