/* boxes.h - the boxes of app_ask() and app_choose() as screens. */
#ifndef ROWFERRY_UI_BOXES_H
#define ROWFERRY_UI_BOXES_H

#include "ui/app.h"

/* See app_ask() and app_choose(): those open what these make. */
screen *question_new(app *a, screen *s, const question *q,
                     void (*answer)(screen *s, bool yes, void *user), void *user);
screen *chooser_new(app *a, screen *s, const char *title, const char *const *choices, int current,
                    void (*chosen)(screen *s, int index, void *user), void *user);

extern const screen_ops question_ops, chooser_ops;

#endif
