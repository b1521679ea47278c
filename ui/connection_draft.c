#include "ui/connection_draft.h"

#include "base/intl.h"
#include "ui/answer.h"
#include "ui/run_words.h"

#include <string.h>

enum { GO_ON, AS_SAVED };

static void got_draft(screen *s, json_t *out, const error *failure, void *user)
{
    connection_draft *d = user;
    d->read(s, json_object_get(out, "document"), failure);
}

static void chosen(screen *s, int index, void *user)
{
    connection_draft *d = user;
    if (index == GO_ON) {
        d->id = json_integer_value(json_object_get(d->offered, "id"));
        app_run(s->app, s, "draft.show", json_pack("{s:I}", "id", (json_int_t)d->id), got_draft, d);
    } else if (index == AS_SAVED) {
        d->read(s, NULL, NULL);
    } else {
        app_close(s->app, s);
    }
}

static void got_list(screen *s, json_t *out, const error *failure, void *user)
{
    connection_draft *d = user;
    const char *subject = row_text(d->offered, "subject");
    json_t *found = NULL, *row;
    size_t i;
    json_array_foreach(json_object_get(out, "drafts"), i,
                       row) if (found == NULL && strcmp(row_text(row, "kind"), "connection") == 0 &&
                                strcmp(row_text(row, "subject"), subject) == 0) found =
        json_incref(row);
    bool is_new = subject[0] == '\0';
    json_decref(d->offered);
    d->offered = found;
    if (found == NULL) {
        d->read(s, NULL, failure);
        return;
    }
    g_autofree char *when = run_time_words(row_text(found, "updated_at"));
    g_autofree char *go_on = g_strdup_printf(_("Go on with the draft of %s"), when);
    const char *choices[] = { go_on,
                              is_new ? _("Begin with an empty form")
                                     : _("Begin with the connection as it is saved"),
                              NULL };
    app_choose(s->app, s, _("There is work that was not saved"), choices, GO_ON, chosen, d);
}

void connection_draft_offer(connection_draft *d, screen *s, const char *subject,
                            void (*read)(screen *s, json_t *document, const error *failure))
{
    d->read = read;
    d->offered = json_pack("{s:s}", "subject", subject != NULL ? subject : "");
    app_run(s->app, s, "draft.list", NULL, got_list, d);
}

void connection_draft_keep(connection_draft *d, screen *s, const char *subject, json_t *document)
{
    json_t *in = json_pack("{s:s, s:s, s:O}", "kind", "connection", "subject",
                           subject != NULL ? subject : "", "document", document);
    if (d->id != 0)
        json_object_set_new(in, "id", json_integer(d->id));
    app_run(s->app, s, "draft.save", in, NULL, NULL);
}

void connection_draft_drop(connection_draft *d, screen *s)
{
    if (d->id != 0)
        app_run(s->app, s, "draft.delete", json_pack("{s:I}", "id", (json_int_t)d->id), NULL, NULL);
    d->id = 0;
}

void connection_draft_clear(connection_draft *d)
{
    g_clear_pointer(&d->offered, json_decref);
}
