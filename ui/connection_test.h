/* connection_test.h - the test of a connection with its steps, as a part of a
 * screen.
 */
#ifndef ROWFERRY_UI_CONNECTION_TEST_H
#define ROWFERRY_UI_CONNECTION_TEST_H

#include "ui/answer.h"

typedef struct {
    answer answer;
    char *subject; /* name of the connection, or NULL: none tested yet */
    json_t *told;  /* array: the steps of the test that runs */
} connection_test;

/* Test @name as it is saved or, with @document (lent), as it is there. */
void connection_test_start(connection_test *t, screen *s, const char *name, const json_t *document);
bool connection_test_is_shown(const connection_test *t);
/* Take the result away. */
void connection_test_clear(connection_test *t);

/* Rows that connection_test_draw() would like to have. */
int connection_test_height(const connection_test *t);
void connection_test_draw(const connection_test *t, canvas *c, int y, int height);

#endif
