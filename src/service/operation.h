/* operation.h - the one table of everything a person can do (design.md
 * section 2). The command line, help, completion and later the local API read
 * it; a door turns its own input into JSON, calls the handler and shows what
 * comes back.
 */
#ifndef ROWFERRY_SERVICE_OPERATION_H
#define ROWFERRY_SERVICE_OPERATION_H

#include "service/engine.h"

#include <jansson.h>

typedef enum { RIGHT_VIEW, RIGHT_RUN, RIGHT_EDIT, RIGHT_CONNECT } right;

typedef enum {
    INPUT_TEXT,
    INPUT_INTEGER,
    INPUT_FLAG,
    INPUT_DOCUMENT, /* JSON from a file, or "-" for standard input */
    INPUT_PAIRS,    /* "name=value", may be repeated: an object */
    INPUT_INTEGERS, /* the remaining arguments: an array */
    INPUT_LATER,    /* known, but of a later version: refused */
} input_kind;

enum {
    INPUT_REQUIRED = 1 << 0,
    INPUT_POSITIONAL = 1 << 1, /* an argument; else the option --name */
};

typedef struct {
    const char *name; /* key of the input; '_' is '-' in the option. NULL ends the table */
    input_kind kind;
    unsigned flags;
    const char *shown;    /* what stands for the value in help: "FILE" */
    const char *help;     /* untranslated */
    const char *complete; /* what completion offers: "task", "connection", "file",
                             or words separated by spaces; NULL nothing */
} input_field;

typedef enum { CELL_TEXT, CELL_NUMBER, CELL_TIME, CELL_STATE, CELL_FLAG, CELL_SECONDS } cell_kind;

typedef struct {
    const char *key;   /* of a row; NULL ends the table */
    const char *title; /* untranslated */
    cell_kind kind;
} output_column;

typedef struct operation {
    const char *name;    /* "task.save" */
    const char *summary; /* untranslated, one line */
    right needs;
    const input_field *fields;
    /* Lists: the key of the array in the output, and its columns. */
    const char *list;
    const output_column *columns;
    /* Everything else: the output in words, NULL for nothing; caller frees.
     * NULL: the JSON itself is shown. */
    char *(*tell)(const json_t *out);
    /* True: *out (new reference) is the output. False: *err is set; *out may
     * still hold a result that tells more (a failed run). */
    bool (*handler)(engine *e, const json_t *in, json_t **out, error **err);
    const char *example; /* command lines for help, or NULL; not translated */
} operation;

typedef struct {
    const char *name;            /* "task" */
    const char *summary;         /* untranslated */
    const operation *operations; /* ended by a NULL name */
} operation_noun;

/* All nouns, ended by a NULL name. Constant. */
const operation_noun *operation_nouns(void);

/* NULL when there is none: borrowed. */
const operation_noun *operation_find_noun(const char *noun);
const operation *operation_find(const char *noun, const char *verb);
/* "save" of "task.save": borrowed. */
const char *operation_verb(const operation *o);
/* Whether a noun has one operation that is called by the noun alone (doctor). */
bool operation_is_bare(const operation_noun *n);

/* Carry out the operation @name ("task.list", "doctor") with @in, an object that
 * is held against its fields first: an unknown key, one that is missing or of
 * the wrong type is ERROR_USAGE. A null counts as not given. *out is a new
 * reference or NULL; after a failure it may still hold a result that tells
 * more (a failed run). */
bool operation_call(engine *e, const char *name, const json_t *in, json_t **out, error **err);

/* The tables of the nouns. */
extern const operation connection_operations[], task_operations[], parameter_operations[],
    run_operations[], reject_operations[], draft_operations[], audit_operations[],
    doctor_operations[];

#endif
