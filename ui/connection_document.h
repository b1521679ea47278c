/* connection_document.h - the connection document as the texts of a form, and
 * back.
 *
 * Values are a JSON object of texts by the ids of connection_edit.c's fields;
 * what a form leaves empty is left out of the document. Pure functions.
 */
#ifndef ROWFERRY_UI_CONNECTION_DOCUMENT_H
#define ROWFERRY_UI_CONNECTION_DOCUMENT_H

#include "base/error.h"

#include <jansson.h>

/* What the password field holds while the saved secret is kept. */
#define CONNECTION_KEPT "********"

/* The values of @document as connection.show gives it, a text for every field.
 * New reference. */
json_t *connection_values(const json_t *document);
/* @base with what @values say instead; keys that no field shows stay as they are in
 * @base. A wrong number stays a text, so that whoever checks the document names
 * it. ERROR_DOCUMENT for a command that cannot be split. New reference. */
json_t *connection_from_values(const json_t *values, const json_t *base, error **err);

/* Whether a connection of that type, with that password and format, has the
 * field. */
bool connection_field_is_shown(const char *id, const json_t *values);
/* What an empty field means or what it is for, translated; NULL for nothing.
 * Borrowed. */
const char *connection_field_remark(const char *id, const json_t *values);
/* The field that @e is about; NULL when it names none. Borrowed. */
const char *connection_error_field(const error *e);
/* What is wrong, without the object's name and the field in front: borrowed from @e. */
const char *connection_error_reason(const error *e);

/* @document without a password that was typed: what may be shown or kept in a
 * file. New reference. */
json_t *connection_without_secret(const json_t *document);

/* As it is edited; caller frees. */
char *connection_text(const json_t *document);
json_t *connection_from_text(const char *text, error **err);

#endif
