#include "ui/screens.h"

#include "base/intl.h"
#include "base/text.h"
#include "ui/boxes.h"
#include "ui/condition.h"
#include "ui/help.h"
#include "ui/palette.h"
#include "ui/parameter_edit.h"
#include "ui/preview.h"
#include "ui/table_view.h"
#include "ui/viewer.h"
#include "ui/wizard.h"
#include "ui/wizard_replace.h"

#include <string.h>

static const screen_ops *const all[] = {
    &home_ops,
    &runs_ops,
    &run_detail_ops,
    &rejects_ops,
    &connections_ops,
    &connection_edit_ops,
    &tables_ops,
    &table_view_ops,
    &wizard_basics_ops,
    &wizard_source_ops,
    &wizard_filter_ops,
    &wizard_target_ops,
    &wizard_mapping_ops,
    &wizard_limits_ops,
    &wizard_review_ops,
    &wizard_replace_ops,
    &condition_ops,
    &preview_ops,
    &plan_view_ops,
    &parameters_ops,
    &parameter_edit_ops,
    &audit_ops,
    &doctor_ops,
    &viewer_ops,
    &help_ops,
    &palette_ops,
    &question_ops,
    &chooser_ops,
    NULL,
};

const screen_ops *const *screens_all(void)
{
    return all;
}

screen *screens_home(app *a)
{
    return home_new(a);
}

static void go(screen *s, const screen_ops *ops, screen *(*make)(app *a))
{
    app *a = s->app;
    if (s->ops != ops && app_go(a, NULL) && make != NULL)
        app_open(a, make(a));
}

static screen *all_runs(app *a)
{
    return runs_new(a, NULL, NULL);
}

void screens_go_tasks(screen *s)
{
    go(s, &home_ops, NULL);
}

void screens_go_runs(screen *s)
{
    go(s, &runs_ops, all_runs);
}

void screens_go_connections(screen *s)
{
    go(s, &connections_ops, connections_new);
}

void screens_go_parameters(screen *s)
{
    go(s, &parameters_ops, parameters_new);
}

void screens_go_audit(screen *s)
{
    go(s, &audit_ops, audit_new);
}

void screens_go_doctor(screen *s)
{
    go(s, &doctor_ops, doctor_new);
}

void screens_draw_line(canvas *c, int y, const char *current)
{
    static const struct {
        const char *id, *title;
    } entries[] = {
        { "tasks", N_("1 Tasks") },
        { "runs", N_("2 Runs") },
        { "connections", N_("3 Connections") },
        { "parameters", N_("4 Parameters") },
        { "audit", N_("5 Audit") },
        { "doctor", N_("6 Doctor") },
    };
    int x = 4;
    for (unsigned i = 0; i < G_N_ELEMENTS(entries); i++) {
        bool here = strcmp(entries[i].id, current) == 0;
        g_autofree char *shown = g_strdup_printf(here ? "[%s]" : " %s ", _(entries[i].title));
        if (x + text_width(shown) > canvas_width(c))
            break;
        x += canvas_text(c, y, x, -1, here ? LOOK_ACCENT | LOOK_STRONG : LOOK_QUIET, shown) + 1;
    }
}
