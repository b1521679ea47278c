/* form_layout.h - where the fields of a form stand.
 *
 * A pure function of the fields and of the size; no terminal.
 */
#ifndef ROWFERRY_UI_FORM_LAYOUT_H
#define ROWFERRY_UI_FORM_LAYOUT_H

#include <glib.h>
#include <stdbool.h>

typedef enum { ITEM_FIELD, ITEM_LINES, ITEM_STATIC, ITEM_GAP } form_item_kind;

/* What is to be placed. Texts are borrowed. */
typedef struct {
    form_item_kind kind;
    bool hidden;
    int wish;           /* columns of the value that its table asks for; 0: all there are */
    int needs;          /* columns that the value takes now */
    const char *text;   /* ITEM_STATIC: what is wrapped into the columns of the value */
    const char *label;  /* or NULL */
    const char *remark; /* or NULL */
} form_item;

/* Where it stands: rows count from the top of its page. Nothing of a hidden
 * item, or of a gap where none is needed, is placed: its page is -1. */
typedef struct {
    int page;
    int label_y, label_x, label_width;
    int y, x, height, width;
    int remark_y, remark_x, remark_rows, remark_width; /* rows 0: there is no room for it */
} form_place;

#define FORM_NUMBERED_FROM 4 /* rows; lower forms have none for the number of the page */

/* Fill @places for the @n @items; returns the number of pages. With more than
 * one, the last row of each is left free from FORM_NUMBERED_FROM on. */
int form_layout(const form_item *items, unsigned n, int height, int width, form_place *places);

/* Safe @text in lines of at most @width columns, words whole where they fit;
 * never empty. Caller frees with g_strfreev(). */
char **form_wrap(const char *text, int width);

#endif
