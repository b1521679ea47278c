#include "ui/columns.h"

#define SHRINK_TO 4 /* columns on the screen: below this a value says nothing */

unsigned columns_count(const list_column *columns)
{
    unsigned n = 0;
    while (columns[n].title != NULL)
        n++;
    return n;
}

/* Columns on the screen that those shown take with their gaps. */
static int taken(const column_place *places, unsigned n)
{
    int sum = 0;
    for (unsigned i = 0; i < n; i++)
        if (places[i].width > 0)
            sum += places[i].width + (sum > 0 ? COLUMN_GAP : 0);
    return sum;
}

/* Leave out the shown column with the highest priority, the last one of equals. */
static bool leave_one_out(const list_column *columns, unsigned n, column_place *places)
{
    int highest = 0;
    unsigned victim = n;
    for (unsigned i = 0; i < n; i++)
        if (places[i].width > 0 && columns[i].priority > 0 && columns[i].priority >= highest) {
            highest = columns[i].priority;
            victim = i;
        }
    if (victim == n)
        return false;
    places[victim].width = 0;
    return true;
}

static bool shrink_widest(unsigned n, column_place *places)
{
    unsigned widest = 0;
    for (unsigned i = 1; i < n; i++)
        if (places[i].width > places[widest].width)
            widest = i;
    if (places[widest].width <= SHRINK_TO)
        return false;
    places[widest].width--;
    return true;
}

/* One more for each in turn, so that no column waits for another. */
static void grow(const list_column *columns, unsigned n, int room, column_place *places)
{
    bool grew = true;
    while (room > 0 && grew) {
        grew = false;
        for (unsigned i = 0; i < n && room > 0; i++) {
            if (places[i].width == 0 || (columns[i].most > 0 && places[i].width >= columns[i].most))
                continue;
            places[i].width++;
            room--;
            grew = true;
        }
    }
}

void columns_place(const list_column *columns, unsigned n, int x, int width, column_place *places)
{
    for (unsigned i = 0; i < n; i++)
        places[i] = (column_place){ .width = MAX(columns[i].least, 1) };
    while (taken(places, n) > width && leave_one_out(columns, n, places)) {}
    while (taken(places, n) > width && shrink_widest(n, places)) {}
    grow(columns, n, width - taken(places, n), places);
    int end = x + width;
    for (unsigned i = 0; i < n; i++) {
        if (places[i].width == 0)
            continue;
        places[i].x = x;
        places[i].width = CLAMP(end - x, 0, places[i].width);
        x += places[i].width + COLUMN_GAP;
    }
}
