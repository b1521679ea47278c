#include "ui/wizard_verdict.h"

#include "base/intl.h"
#include "base/text.h"

#include <string.h>

#define TEXT_AT 4

void verdict_clear(verdict *v)
{
    answer_clear(&v->answer);
    g_clear_pointer(&v->sql, g_free);
    g_clear_pointer(&v->in, json_decref);
}

void verdict_ask(verdict *v, screen *s, const verdict_question *q)
{
    g_autofree char *blank = g_strstrip(g_strdup(q->sql));
    if (blank[0] == '\0' || q->connection[0] == '\0' || q->table[0] == '\0') {
        verdict_clear(v);
        return;
    }
    json_t *in = json_pack("{s:s, s:s, s:s, s:b}", "name", q->connection, "table", q->table, "sql",
                           q->sql, "allow_full_delete", q->full_delete);
    if (json_is_object(q->parameters))
        json_object_set_new(in, "param", json_deep_copy(q->parameters));
    if (json_equal(in, v->in)) {
        json_decref(in);
        return;
    }
    verdict_clear(v);
    v->sql = g_strdup(q->sql);
    v->in = in;
    answer_ask(&v->answer, s, "connection.guard", json_incref(in));
}

static bool is_accepted(const verdict *v)
{
    return json_is_true(json_object_get(v->answer.out, "accepted"));
}

const char *verdict_word(const verdict *v, unsigned *look)
{
    *look = LOOK_QUIET;
    if (v->sql == NULL)
        return NULL;
    if (v->answer.out == NULL)
        return answer_waits(&v->answer) ? _("being checked") : _("not checked");
    *look = is_accepted(v) ? LOOK_GOOD : LOOK_BAD;
    return is_accepted(v) ? _("ok") : _("refused");
}

/* The line of @sql that holds byte @at, made safe, and the column of @at in it. */
static char *faulty_line(const char *sql, size_t at, int *column)
{
    at = MIN(at, strlen(sql));
    size_t first = at;
    while (first > 0 && sql[first - 1] != '\n')
        first--;
    size_t length = strcspn(sql + first, "\n");
    g_autofree char *before = text_safe(sql + first, (gssize)(at - first));
    *column = text_width(before);
    return text_safe(sql + first, (gssize)length);
}

/* The line at fault and a mark below the place, moved left when the place is
 * too far right. */
static int draw_place(const verdict *v, canvas *c, int y, int width)
{
    const json_t *at = json_object_get(v->answer.out, "at");
    if (!json_is_integer(at) || json_integer_value(at) < 0)
        return 0;
    int column = 0;
    g_autofree char *line = faulty_line(v->sql, (size_t)json_integer_value(at), &column);
    const char *shown = line;
    int hidden = MAX(0, column - width / 2);
    while (hidden > 0 && *shown != '\0') {
        const char *next = g_utf8_next_char(shown);
        g_autofree char *one = g_strndup(shown, (gsize)(next - shown));
        int used = text_width(one);
        hidden -= used;
        column -= used;
        shown = next;
    }
    canvas_text(c, y, TEXT_AT, width, LOOK_PLAIN, shown);
    canvas_text(c, y + 1, TEXT_AT + column, 1, LOOK_BAD, "^");
    return 2;
}

int verdict_draw(const verdict *v, canvas *c, int y, int height)
{
    int width = canvas_width(c) - 2 * TEXT_AT;
    if (v->sql == NULL || height <= 0)
        return 0;
    g_autoptr(canvas) part = canvas_part(c, y, 0, height, canvas_width(c));
    if (answer_draw_state(&v->answer, part, 0, _("The guard is asked ...")))
        return height;
    const json_t *out = v->answer.out;
    if (is_accepted(v)) {
        canvas_text(part, 0, TEXT_AT, width, LOOK_GOOD, _("Accepted. This is what will run:"));
        return 1 +
               canvas_wrap(part, 1, TEXT_AT, width, height - 1, LOOK_PLAIN, row_text(out, "sql"));
    }
    int used = canvas_wrap(part, 0, TEXT_AT, width, height, LOOK_BAD, row_text(out, "message"));
    if (used + 1 < height)
        used += draw_place(v, part, used, width);
    if (used < height)
        used += canvas_wrap(part, used, TEXT_AT, width, height - used, LOOK_PLAIN,
                            row_text(out, "hint"));
    return used;
}
