/* log_view.h - the live log of a run: a part of a screen, fed line by line.
 *
 * It follows the end until the person moves up; then it holds still, whatever
 * arrives, until End. The last LOG_VIEW_LINES lines are kept.
 */
#ifndef ROWFERRY_UI_LOG_VIEW_H
#define ROWFERRY_UI_LOG_VIEW_H

#include "ui/canvas.h"
#include "ui/key.h"

#define LOG_VIEW_LINES 20000

typedef enum { LOG_VIEW_INFO, LOG_VIEW_WARNING, LOG_VIEW_ERROR, LOG_VIEW_LEVELS } log_view_level;

typedef struct log_view log_view;

log_view *log_view_new(void);
void log_view_free(log_view *v);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(log_view, log_view_free)

/* Texts are copied. @time as it is to be shown ("14:04:31"), @level as in the
 * log file: "info", "warning", "error"; another word counts as info. */
void log_view_add(log_view *v, const char *time, const char *level, const char *message);
/* Forget all lines, for the log of another run. */
void log_view_clear(log_view *v);

/* The least level that is shown. The place stays: the selected line or, when it
 * is not shown any more, the one before it. */
void log_view_set_level(log_view *v, log_view_level least);
log_view_level log_view_get_level(const log_view *v);

bool log_view_is_held(const log_view *v);
/* Stand still here, or follow the end again. */
void log_view_hold(log_view *v, bool hold);

/* Arrows, j k g G, Home, End, PgUp, PgDn; Left and Right sideways. True when
 * taken. */
bool log_view_key(log_view *v, ui_key k);
/* As list_find(), in the lines that are shown; holds when found. */
bool log_view_find(log_view *v, const char *text, int step, bool from_next);

/* Lines shown with the present level. */
int64_t log_view_count(const log_view *v);
/* The selected line, "14:04:31  info  chunk 413"; NULL when there is none.
 * Caller frees. */
char *log_view_line(const log_view *v);
/* "following", "held, 214 new", "held, 214 new, 3,000 oldest dropped", and with
 * the level the number of lines: "warnings and errors, 17 lines". Caller
 * frees both. */
char *log_view_state(const log_view *v);
char *log_view_extent(const log_view *v);

/* Rows [@y, @y+@height): one row of state, then lines; marks in columns 2 and
 * 3, text from column 5. @focus false: no cursor, no mark of the selected line. */
void log_view_draw(log_view *v, canvas *c, int y, int height, bool focus);

#endif
