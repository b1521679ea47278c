/* operations_audit.c - audit list */
#include "base/document.h"
#include "base/intl.h"
#include "service/operation.h"
#include "store/audit.h"

enum { LIST_LIMIT = 200, LIST_MOST = 10000 };

static json_t *optional_text(const char *text)
{
    return *text != '\0' ? json_string(text) : json_null();
}

static json_t *audit_row(const engine *e, const audit_record *r)
{
    json_t *row =
        json_pack("{s:I, s:o, s:s, s:s, s:s, s:o, s:o, s:o}", "id", (json_int_t)r->id, "at",
                  engine_time(e, r->at), "user", engine_user(e, r->uid), "action", r->operation,
                  "object", r->object, "detail", optional_text(r->detail), "old_hash",
                  optional_text(r->old_hash), "new_hash", optional_text(r->new_hash));
    bool other = r->login_uid != UINT32_MAX && r->login_uid != r->uid;
    json_object_set_new(row, "login",
                        other ? json_string(engine_user(e, r->login_uid)) : json_null());
    return row;
}

static bool on_list(engine *e, const json_t *in, json_t **out, error **err)
{
    int64_t limit = document_get_integer(in, "limit", LIST_LIMIT);
    store *s = engine_store(e, err);
    g_autoptr(GPtrArray) list = s != NULL ? store_audit_list(s, document_get_text(in, "action"),
                                                             document_get_text(in, "object"),
                                                             document_get_integer(in, "before", 0),
                                                             (int)MIN(limit, LIST_MOST), err)
                                          : NULL;
    if (list == NULL)
        return false;
    json_t *rows = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(rows, audit_row(e, list->pdata[i]));
    *out = json_pack("{s:o}", "entries", rows);
    return true;
}

static const input_field list_fields[] = {
    { "object", INPUT_TEXT, 0, "NAME", N_("only changes of this task, connection or run"), NULL },
    { "action", INPUT_TEXT, 0, "ACTION", N_("only this action, as in task.save"), NULL },
    { "before", INPUT_INTEGER, 0, "ID", N_("only entries older than this one"), NULL },
    { "limit", INPUT_INTEGER, 0, "N", N_("at most N entries; default: 200"), NULL },
    { NULL, INPUT_TEXT, 0, NULL, NULL, NULL },
};
static const output_column columns[] = {
    { "id", N_("ID"), CELL_NUMBER },
    { "at", N_("AT"), CELL_TIME },
    { "user", N_("USER"), CELL_TEXT },
    { "action", N_("ACTION"), CELL_TEXT },
    { "object", N_("OBJECT"), CELL_TEXT },
    { "detail", N_("DETAIL"), CELL_TEXT },
    { NULL, NULL, CELL_TEXT },
};

const operation audit_operations[] = {
    { .name = "audit.list",
      .summary = N_("List who changed what, newest first"),
      .needs = RIGHT_VIEW,
      .fields = list_fields,
      .list = "entries",
      .columns = columns,
      .handler = on_list,
      .example = "rowferry audit list --object orders --action task.save" },
    { .name = NULL },
};
