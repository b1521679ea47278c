#include "ui/scroll.h"

static int64_t clamp(int64_t row, int64_t count)
{
    return count <= 0 ? 0 : CLAMP(row, 0, count - 1);
}

bool scroll_key(scroll *s, ui_key k, int64_t count)
{
    /* One row of the old page stays in sight. */
    int64_t page = MAX(s->height - 1, 1);
    s->at = clamp(s->at, count);
    switch (k) {
    case K_UP:
    case 'k':
        s->at--;
        break;
    case K_DOWN:
    case 'j':
        s->at++;
        break;
    case K_HOME:
    case 'g':
        s->at = 0;
        break;
    case K_END:
    case 'G':
        s->at = count - 1;
        break;
    case K_PAGE_UP:
        s->at -= page;
        s->first -= page;
        break;
    case K_PAGE_DOWN:
        s->at += page;
        s->first += page;
        break;
    default:
        return false;
    }
    s->at = clamp(s->at, count);
    if (s->height > 0)
        scroll_fit(s, s->height, count);
    return true;
}

void scroll_to(scroll *s, int64_t row, int64_t count)
{
    s->at = clamp(row, count);
    if (s->height == 0)
        return;
    /* Rows before it give it a context. */
    if (s->at < s->first || s->at >= s->first + s->height)
        s->first = s->at - s->height / 3;
    scroll_fit(s, s->height, count);
}

void scroll_fit(scroll *s, int height, int64_t count)
{
    s->height = MAX(height, 0);
    s->at = clamp(s->at, count);
    s->first = CLAMP(s->first, s->at - MAX(s->height, 1) + 1, s->at);
    s->first = CLAMP(s->first, 0, MAX(count - MAX(s->height, 1), 0));
}
