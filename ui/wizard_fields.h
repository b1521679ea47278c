/* wizard_fields.h - fields of a form that are values of the wizard's document. */
#ifndef ROWFERRY_UI_WIZARD_FIELDS_H
#define ROWFERRY_UI_WIZARD_FIELDS_H

#include "ui/form_view.h"
#include "ui/wizard.h"

typedef enum {
    VALUE_TEXT,
    VALUE_INTEGER,
    VALUE_SCALAR,
    VALUE_TEXTS,
    VALUE_TABLE,
    VALUE_FLAG,    /* false when it is left out */
    VALUE_FLAG_ON, /* true when it is left out */
} value_kind;

typedef struct {
    const char *id;   /* of the form's field; NULL ends a table */
    const char *path; /* in the document */
    value_kind kind;
} wizard_field;

/* Put the document's values into the form. */
void wizard_fields_load(form_view *f, const wizard *w, const wizard_field *fields);
/* Put the value of field @id into the document, or take it away when it is
 * empty or what it would be anyway. False when @id is not in @fields. */
bool wizard_fields_store(const form_view *f, wizard *w, const wizard_field *fields, const char *id);
/* The field whose value the last complaint is about gets the focus. */
void wizard_fields_focus(form_view *f, const wizard *w, const wizard_field *fields);

#endif
