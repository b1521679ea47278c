#include "service/progress.h"

#include "base/intl.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_WIDTH = 20, LINE_SECONDS = 10, DEFAULT_COLUMNS = 80 };

struct progress {
    char *name;
    bool live;
    bool shown; /* a live line stands on the terminal */
    gint64 last_us;
};

progress *progress_new(const char *name, bool quiet)
{
    if (quiet)
        return NULL;
    progress *p = g_new0(progress, 1);
    p->name = text_safe(name, -1);
    const char *term = g_getenv("TERM");
    p->live = isatty(STDERR_FILENO) == 1 && g_strcmp0(term, "dumb") != 0;
    p->last_us = g_get_monotonic_time();
    return p;
}

static int terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                           : DEFAULT_COLUMNS;
}

static void append_share(GString *line, const run_counters *now)
{
    double share = CLAMP((double)now->rows_read / (double)now->rows_expected, 0, 1);
    int filled = (int)(share * BAR_WIDTH);
    g_string_append_printf(line, "%3d %% [", (int)(share * 100));
    for (int i = 0; i < BAR_WIDTH; i++)
        g_string_append_c(line, i < filled ? '#' : '.');
    g_string_append(line, "]  ");
}

char *progress_line(const char *name, const run_counters *now, int columns)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "%s: %s  ", name, now->phase != NULL ? now->phase : "");
    if (now->rows_expected > 0)
        append_share(line, now);
    double rate = now->seconds > 0 ? (double)now->rows_read / now->seconds : 0;
    g_autofree char *rows = text_count(now->rows_read);
    g_autofree char *per_second = text_count((int64_t)rate);
    g_string_append_printf(line, _("%s rows  %s/s"), rows, per_second);
    if (now->rows_rejected > 0) {
        g_autofree char *rejects = text_count(now->rows_rejected);
        g_string_append_printf(line, _("  %s rejects"), rejects);
    }
    if (now->rows_expected > now->rows_read && rate > 0) {
        g_autofree char *left = text_duration((double)(now->rows_expected - now->rows_read) / rate);
        g_string_append_printf(line, _("  %s left"), left);
    }
    return text_clip(line->str, columns);
}

void progress_update(progress *p, const run_counters *now)
{
    if (p == NULL)
        return;
    gint64 time = g_get_monotonic_time();
    if (!p->live && time - p->last_us < LINE_SECONDS * G_USEC_PER_SEC)
        return;
    p->last_us = time;
    g_autofree char *line =
        progress_line(p->name, now, p->live ? terminal_columns() - 1 : 4 * DEFAULT_COLUMNS);
    if (p->live)
        fprintf(stderr, "\r%s\033[K", line);
    else
        fprintf(stderr, "%s\n", line);
    fflush(stderr);
    p->shown = p->live;
}

void progress_clear(progress *p)
{
    if (p == NULL || !p->shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    p->shown = false;
}

void progress_free(progress *p)
{
    if (p == NULL)
        return;
    progress_clear(p);
    g_free(p->name);
    g_free(p);
}
