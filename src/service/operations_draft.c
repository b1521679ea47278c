/* operations_draft.c - draft save|list|show|delete: the caller's own only */
#include "base/document.h"
#include "base/intl.h"
#include "service/operation.h"
#include "store/drafts.h"

#include <inttypes.h>
#include <string.h>

static json_t *draft_row(const engine *e, const draft_record *r)
{
    return json_pack("{s:I, s:s, s:s, s:I, s:o, s:o}", "id", (json_int_t)r->id, "kind", r->kind,
                     "subject", r->subject, "base_version", (json_int_t)r->base_version,
                     "created_at", engine_time(e, r->created_at), "updated_at",
                     engine_time(e, r->updated_at));
}

static bool is_own(store *s, const draft_record *r)
{
    return r->owner == store_get_actor(s)->uid;
}

/* Somebody else's draft is none. */
static draft_record *get_own(engine *e, int64_t id, error **err)
{
    store *s = engine_store(e, err);
    g_autoptr(draft_record) r = s != NULL ? store_draft_get(s, id, err) : NULL;
    if (r == NULL || is_own(s, r))
        return g_steal_pointer(&r);
    error_set(err, ERROR_NOT_FOUND, _("there is no draft %" PRId64), id);
    return NULL;
}

static bool on_save(engine *e, const json_t *in, json_t **out, error **err)
{
    int64_t id = document_get_integer(in, "id", 0);
    g_autoptr(draft_record) before = id != 0 ? get_own(e, id, err) : NULL;
    store *s = id == 0 || before != NULL ? engine_store(e, err) : NULL;
    if (s == NULL)
        return false;
    const char *subject = document_get_text(in, "subject");
    char *text = json_dumps(json_object_get(in, "document"), JSON_COMPACT);
    bool saved =
        store_draft_save(s, &id, document_get_text(in, "kind"), subject != NULL ? subject : "",
                         text, document_get_integer(in, "base_version", 0), err);
    free(text);
    if (saved)
        *out = json_pack("{s:I}", "id", (json_int_t)id);
    return saved;
}

static char *tell_saved(const json_t *out)
{
    return g_strdup_printf(_("draft %" PRId64 " saved"), document_get_integer(out, "id", 0));
}

static bool on_list(engine *e, const json_t *in, json_t **out, error **err)
{
    const char *kind = document_get_text(in, "kind");
    store *s = engine_store(e, err);
    g_autoptr(GPtrArray) list = s != NULL ? store_draft_list(s, err) : NULL;
    if (list == NULL)
        return false;
    json_t *rows = json_array();
    for (guint i = 0; i < list->len; i++) {
        const draft_record *r = list->pdata[i];
        if (is_own(s, r) && (kind == NULL || strcmp(kind, r->kind) == 0))
            json_array_append_new(rows, draft_row(e, r));
    }
    *out = json_pack("{s:o}", "drafts", rows);
    return true;
}

static bool on_show(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autoptr(draft_record) r = get_own(e, document_get_integer(in, "id", 0), err);
    json_t *document =
        r != NULL ? document_read(_("draft"), r->document, strlen(r->document), err) : NULL;
    if (document == NULL)
        return false;
    *out = draft_row(e, r);
    json_object_set_new(*out, "document", document);
    return true;
}

static bool on_delete(engine *e, const json_t *in, json_t **out, error **err)
{
    int64_t id = document_get_integer(in, "id", 0);
    g_autoptr(draft_record) r = get_own(e, id, err);
    if (r == NULL || !store_draft_delete(e->store, id, err))
        return false;
    *out = json_pack("{s:I, s:b}", "id", (json_int_t)id, "deleted", true);
    return true;
}

static char *tell_deleted(const json_t *out)
{
    return g_strdup_printf(_("draft %" PRId64 " deleted"), document_get_integer(out, "id", 0));
}

#define END_FIELD                             \
    {                                         \
        NULL, INPUT_TEXT, 0, NULL, NULL, NULL \
    }

static const input_field save_fields[] = {
    { "document", INPUT_DOCUMENT, INPUT_REQUIRED | INPUT_POSITIONAL, "FILE",
      N_("what there is of it, JSON; - reads standard input"), "file" },
    { "kind", INPUT_TEXT, INPUT_REQUIRED, "KIND", N_("what it is to become: task, connection"),
      "task connection" },
    { "subject", INPUT_TEXT, 0, "NAME", N_("what is being edited; default: something new"), NULL },
    { "base_version", INPUT_INTEGER, 0, "N", N_("the version that the edit started from"), NULL },
    { "id", INPUT_INTEGER, 0, "DRAFT", N_("replace this draft"), NULL },
    END_FIELD,
};
static const input_field list_fields[] = {
    { "kind", INPUT_TEXT, 0, "KIND", N_("only drafts of this kind"), "task connection" },
    END_FIELD,
};
static const input_field id_fields[] = {
    { "id", INPUT_INTEGER, INPUT_REQUIRED | INPUT_POSITIONAL, "DRAFT", N_("number of the draft"),
      NULL },
    END_FIELD,
};
static const output_column columns[] = {
    { "id", N_("DRAFT"), CELL_NUMBER },       { "kind", N_("KIND"), CELL_TEXT },
    { "subject", N_("SUBJECT"), CELL_TEXT },  { "base_version", N_("VERSION"), CELL_NUMBER },
    { "updated_at", N_("SAVED"), CELL_TIME }, { NULL, NULL, CELL_TEXT },
};

const operation draft_operations[] = {
    { .name = "draft.save",
      .summary = N_("Keep unfinished work"),
      .needs = RIGHT_EDIT,
      .fields = save_fields,
      .tell = tell_saved,
      .handler = on_save,
      .example = "rowferry draft save orders.json --kind task" },
    { .name = "draft.list",
      .summary = N_("List your own drafts"),
      .needs = RIGHT_VIEW,
      .fields = list_fields,
      .list = "drafts",
      .columns = columns,
      .handler = on_list },
    { .name = "draft.show",
      .summary = N_("Print a draft"),
      .needs = RIGHT_VIEW,
      .fields = id_fields,
      .handler = on_show },
    { .name = "draft.delete",
      .summary = N_("Throw a draft away"),
      .needs = RIGHT_EDIT,
      .fields = id_fields,
      .tell = tell_deleted,
      .handler = on_delete },
    { .name = NULL },
};
