/* operations_reject.c - reject list|show|export|edit|replay */
#include "base/document.h"
#include "base/intl.h"
#include "base/text.h"
#include "row/reject_file.h"
#include "service/operation.h"
#include "service/recovery.h"
#include "service/reject_export.h"
#include "service/run_command.h"
#include "service/runner.h"
#include "store/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { LIST_LIMIT = 1000 };

/* --- reading --- */

/* The reject file of @run; NULL without an error when it has none. */
static char *reject_path(engine *e, int64_t run, error **err)
{
    store *s = engine_store(e, err);
    g_autoptr(run_record) r = s != NULL ? store_run_get(s, run, err) : NULL;
    if (r == NULL)
        return NULL;
    g_autofree char *path = engine_run_file(e, run, "rejects.jsonl");
    return access(path, F_OK) == 0 ? g_steal_pointer(&path) : NULL;
}

/* The same where rejects are needed. */
static char *needed_path(engine *e, int64_t run, error **err)
{
    error *local = NULL;
    char *path = reject_path(e, run, &local);
    if (path == NULL && local == NULL)
        error_set(&local, ERROR_NOT_FOUND, _("run %" PRId64 " has no rejects"), run);
    if (path == NULL)
        error_propagate(err, &local);
    return path;
}

static json_t *optional_text(const char *text)
{
    return text != NULL && *text != '\0' ? json_string(text) : json_null();
}

static json_t *reject_row(const reject *r)
{
    json_t *row = json_pack("{s:I, s:i, s:i, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "number",
                            (json_int_t)r->number, "attempt", r->attempt, "segment", r->segment,
                            "position", (json_int_t)r->position, "line", (json_int_t)r->line,
                            "time", optional_text(r->time), "class", optional_text(r->class),
                            "column", optional_text(r->column), "sqlstate",
                            optional_text(r->sqlstate), "message", optional_text(r->message));
    json_object_set_new(row, "closed", json_boolean(r->closed));
    json_object_set_new(row, "edited", json_boolean(r->edited));
    json_object_set_new(row, "raw", optional_text(r->raw));
    json_object_set_new(row, "values", r->values != NULL ? json_incref(r->values) : json_null());
    return row;
}

static bool on_list(engine *e, const json_t *in, json_t **out, error **err)
{
    error *local = NULL;
    g_autofree char *path = reject_path(e, document_get_integer(in, "run", 0), &local);
    if (local != NULL)
        return error_propagate(err, &local);
    int64_t limit = document_get_integer(in, "limit", LIST_LIMIT);
    bool open_only = document_get_flag(in, "open", false);
    json_t *rows = json_array();
    g_autoptr(reject_reader) rejects = path != NULL ? reject_reader_open(path, &local) : NULL;
    while (rejects != NULL && (int64_t)json_array_size(rows) < limit) {
        g_autoptr(reject) r = reject_reader_next(rejects, &local);
        if (r == NULL)
            break;
        if (!open_only || !r->closed)
            json_array_append_new(rows, reject_row(r));
    }
    *out = json_pack("{s:o}", "rejects", rows);
    return local == NULL || error_propagate(err, &local);
}

static reject *find_reject(const char *path, int64_t number, error **err)
{
    error *local = NULL;
    g_autoptr(reject_reader) rejects = reject_reader_open(path, err);
    while (rejects != NULL) {
        g_autoptr(reject) r = reject_reader_next(rejects, &local);
        if (r == NULL)
            break;
        if (r->number == number)
            return g_steal_pointer(&r);
    }
    if (local != NULL)
        error_propagate(err, &local);
    else if (rejects != NULL)
        error_set(err, ERROR_NOT_FOUND, _("there is no reject %" PRId64), number);
    return NULL;
}

static bool on_show(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autofree char *path = needed_path(e, document_get_integer(in, "run", 0), err);
    g_autoptr(reject) r =
        path != NULL ? find_reject(path, document_get_integer(in, "number", 0), err) : NULL;
    if (r != NULL)
        *out = reject_row(r);
    return r != NULL;
}

static char *tell_reject(const json_t *out)
{
    static const char *const keys[] = { "number", "time",  "segment",  "position", "line",
                                        "column", "class", "sqlstate", "message",  "closed",
                                        "edited", "raw",   NULL };
    GString *text = g_string_new(NULL);
    for (const char *const *key = keys; *key != NULL; key++) {
        const json_t *given = json_object_get(out, *key);
        if (given == NULL || json_is_null(given))
            continue;
        g_autofree char *plain = document_scalar_text(given);
        g_autofree char *safe = text_safe(plain, -1);
        g_string_append_printf(text, "%-10s %s\n", *key, safe);
    }
    const char *name;
    json_t *cell;
    json_object_foreach(json_object_get(out, "values"), name, cell)
    {
        g_autofree char *plain = reject_cell_text(cell);
        g_autofree char *safe = text_safe(plain != NULL ? plain : "NULL", -1);
        g_autofree char *column = text_safe(name, -1);
        g_string_append_printf(text, "  %s = %s\n", column, safe);
    }
    return g_strchomp(g_string_free(text, FALSE));
}

/* --- export --- */

static bool on_export(engine *e, const json_t *in, json_t **out, error **err)
{
    g_autofree char *path = needed_path(e, document_get_integer(in, "run", 0), err);
    if (path == NULL)
        return false;
    const char *to = document_get_text(in, "output");
    int64_t rows;
    g_autofree char *text = reject_export(path, document_get_text(in, "format"), to, &rows, err);
    if (text == NULL)
        return false;
    *out = to != NULL ? json_pack("{s:s, s:I}", "file", to, "rejects", (json_int_t)rows)
                      : json_pack("{s:s, s:I}", "text", text, "rejects", (json_int_t)rows);
    return true;
}

static char *tell_export(const json_t *out)
{
    const char *text = document_get_text(out, "text");
    if (text != NULL)
        return g_strchomp(g_strdup(text));
    return g_strdup_printf(_("%" PRId64 " rejects written to \"%s\""),
                           (gint64)document_get_integer(out, "rejects", 0),
                           document_get_text(out, "file"));
}

/* --- edit --- */

static bool on_edit(engine *e, const json_t *in, json_t **out, error **err)
{
    int64_t run = document_get_integer(in, "run", 0),
            number = document_get_integer(in, "number", 0);
    json_t *pairs = json_object_get(in, "set"), *document = json_object_get(in, "document");
    if ((pairs == NULL) == (document == NULL))
        return error_set(err, ERROR_USAGE,
                         _("give the new values either by --set COLUMN=VALUE or by a document"));
    g_autofree char *path = needed_path(e, run, err);
    if (path == NULL || !reject_file_edit(path, number, pairs != NULL ? pairs : document, err))
        return false;
    g_autofree char *object = g_strdup_printf("%" PRId64, run);
    g_autofree char *detail = g_strdup_printf("reject %" PRId64, number);
    if (!store_audit_add(e->store, "reject.edit", object, NULL, NULL, detail, err))
        return false;
    g_autoptr(reject) r = find_reject(path, number, err);
    if (r != NULL)
        *out = reject_row(r);
    return r != NULL;
}

/* --- replay --- */

/* Which rejects to replay: those asked for, else all that are open. */
static json_t *choose(const char *path, const json_t *asked, error **err)
{
    g_autoptr(GHashTable) wanted = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (size_t i = 0; i < json_array_size(asked); i++) {
        int64_t number = json_integer_value(json_array_get(asked, i));
        g_hash_table_add(wanted, g_memdup2(&number, sizeof number));
    }
    error *local = NULL;
    json_t *numbers = json_array();
    g_autoptr(reject_reader) rejects = reject_reader_open(path, &local);
    while (rejects != NULL) {
        g_autoptr(reject) r = reject_reader_next(rejects, &local);
        if (r == NULL)
            break;
        bool meant = g_hash_table_remove(wanted, &r->number) || json_array_size(asked) == 0;
        if (meant && !r->closed)
            json_array_append_new(numbers, json_integer(r->number));
        else if (meant && json_array_size(asked) > 0)
            error_set(&local, ERROR_USAGE, _("reject %" PRId64 " was replayed already"), r->number);
        if (local != NULL)
            break;
    }
    if (local == NULL && g_hash_table_size(wanted) > 0)
        error_set(&local, ERROR_NOT_FOUND, _("there is no reject of that number"));
    if (local == NULL && json_array_size(numbers) == 0)
        error_set(&local, ERROR_NOT_FOUND, _("there is no open reject to replay"));
    if (local == NULL)
        return numbers;
    json_decref(numbers);
    error_propagate(err, &local);
    return NULL;
}

/* Without the rows of its run a reject would stand in the target alone. */
static bool check_published(const run_record *r, error **err)
{
    if (r->published_at != 0)
        return true;
    error_set(err, ERROR_PLAN, _("run %" PRId64 " published nothing, so its rejects cannot be "
                                 "added to it"),
              r->id);
    return error_hint(err, _("mend the source or raise rejects.limit, and run the task again"));
}

/* Rejects of rows that were replaced since would bring old values back
 * (rulings.md 3); other replays of the same run and plain appends do not. */
static bool check_not_replaced(store *s, const run_record *r, error **err)
{
    const run_filter published = { .states = 1u << RUN_SUCCEEDED, .limit = 10000 };
    g_autoptr(GPtrArray) runs = store_run_list(s, &published, err);
    if (runs == NULL)
        return false;
    for (guint i = 0; i < runs->len; i++) {
        const run_record *later = runs->pdata[i];
        if (later->id <= r->id)
            break;
        if (later->published_at == 0 || (later->kind == RUN_REPLAY && later->parent == r->id) ||
            (later->claim_shared && r->claim_shared) ||
            g_strcmp0(later->claim_target, r->claim_target) != 0 ||
            !claim_slices_overlap(later->claim_slice, r->claim_slice))
            continue;
        error_set(err, ERROR_PLAN,
                  _("run %" PRId64 " has written this target since: its rows are newer"),
                  later->id);
        return error_hint(err, _("replay the rejects of that run, or run the task again"));
    }
    return true;
}

static GHashTable *open_rejects(const char *path, error **err)
{
    g_autoptr(GHashTable) open = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    error *local = NULL;
    g_autoptr(reject_reader) rejects = reject_reader_open(path, &local);
    while (rejects != NULL) {
        g_autoptr(reject) r = reject_reader_next(rejects, &local);
        if (r == NULL)
            break;
        if (!r->closed)
            g_hash_table_add(open, g_memdup2(&r->number, sizeof r->number));
    }
    if (local == NULL)
        return g_steal_pointer(&open);
    error_propagate(err, &local);
    return NULL;
}

/* Close what the replay wrote: all but the rows that it rejected again. */
static bool close_replayed(engine *e, const char *path, const json_t *numbers, int64_t replay,
                           error **err)
{
    size_t n = json_array_size(numbers);
    g_autofree bool *again = g_new0(bool, n + 1);
    g_autofree char *rejected_path = engine_run_file(e, replay, "rejects.jsonl");
    error *local = NULL;
    g_autoptr(reject_reader) rejects =
        access(rejected_path, F_OK) == 0 ? reject_reader_open(rejected_path, &local) : NULL;
    while (rejects != NULL) {
        g_autoptr(reject) r = reject_reader_next(rejects, &local);
        if (r == NULL)
            break;
        /* A replay reads the chosen rejects in the order of their numbers. */
        if (r->position < 1 || r->position > (int64_t)n)
            return true;
        again[r->position - 1] = true;
    }
    if (local != NULL)
        return error_propagate(err, &local);
    g_autoptr(GHashTable) open = open_rejects(path, err);
    if (open == NULL)
        return false;
    g_autoptr(GArray) closed = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (size_t i = 0; i < n; i++) {
        int64_t number = json_integer_value(json_array_get(numbers, i));
        if (!again[i] && g_hash_table_contains(open, &number))
            g_array_append_val(closed, number);
    }
    g_autofree char *by = g_strdup_printf("%" PRId64, replay);
    return closed->len == 0 || reject_file_mark_closed(path, (const int64_t *)(void *)closed->data,
                                                       closed->len, by, err);
}

static bool replay(engine *e, const run_record *r, const char *path, const json_t *numbers,
                   json_t **out, error **err)
{
    const run_request request = {
        .task = r->task_name,
        .business_date = r->business_date,
        .options = { .rejects = numbers },
        .replay_of = r->id,
    };
    int64_t run;
    return runner_execute_new(e, &request, &run, out, err) &&
           close_replayed(e, path, numbers, run, err);
}

/* A replay that died after its commit did not come to close what it wrote; as
 * long as it is not known whether it committed, nothing is replayed. */
static bool settle_replays(engine *e, const run_record *r, const char *path, error **err)
{
    const run_filter replays = { .kinds = 1u << RUN_REPLAY, .limit = 10000 };
    g_autoptr(GPtrArray) runs =
        recovery_run(e, err) ? store_run_list(e->store, &replays, err) : NULL;
    bool done = runs != NULL;
    for (guint i = 0; done && i < runs->len; i++) {
        const run_record *earlier = runs->pdata[i];
        if (earlier->parent != r->id)
            continue;
        if (run_state_is_live(earlier->state))
            return error_set(err, ERROR_BUSY,
                             _("run %" PRId64 ", a replay of these rejects, is %s"), earlier->id,
                             run_state_name(earlier->state));
        json_t *options = json_loads(earlier->options != NULL ? earlier->options : "{}", 0, NULL);
        done = earlier->state != RUN_SUCCEEDED ||
               close_replayed(e, path, json_object_get(options, "rejects"), earlier->id, err);
        json_decref(options);
    }
    return done;
}

/* One replay of a run's rejects at a time: what the other is about to write
 * would be written twice. Held until the descriptor is closed. */
static int lock_replays(engine *e, int64_t run, error **err)
{
    g_autofree char *path = engine_run_file(e, run, "replay.lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    int reason = errno;
    if (fd >= 0 && reason == EWOULDBLOCK)
        error_set(err, ERROR_BUSY, _("the rejects of run %" PRId64 " are being replayed"), run);
    else
        error_set(err, ERROR_IO, _("could not lock \"%s\": %s"), path, g_strerror(reason));
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool replay_locked(engine *e, const run_record *r, const char *path, const json_t *asked,
                          json_t **out, error **err)
{
    if (!check_published(r, err) || !settle_replays(e, r, path, err) ||
        !check_not_replaced(e->store, r, err))
        return false;
    json_t *numbers = choose(path, asked, err);
    bool done = numbers != NULL && replay(e, r, path, numbers, out, err);
    json_decref(numbers);
    return done;
}

static bool on_replay(engine *e, const json_t *in, json_t **out, error **err)
{
    int64_t run = document_get_integer(in, "run", 0);
    g_autofree char *path = needed_path(e, run, err);
    g_autoptr(run_record) r = path != NULL ? store_run_get(e->store, run, err) : NULL;
    int lock = r != NULL ? lock_replays(e, run, err) : -1;
    if (lock < 0)
        return false;
    bool done = replay_locked(e, r, path, json_object_get(in, "numbers"), out, err);
    close(lock);
    return done;
}

/* --- the table --- */

#define END_FIELD                             \
    {                                         \
        NULL, INPUT_TEXT, 0, NULL, NULL, NULL \
    }
#define RUN_FIELD                                                                                \
    {                                                                                            \
        "run", INPUT_INTEGER, INPUT_REQUIRED | INPUT_POSITIONAL, "RUN", N_("number of the run"), \
            NULL                                                                                 \
    }
#define NUMBER_FIELD                                                          \
    {                                                                         \
        "number", INPUT_INTEGER, INPUT_REQUIRED | INPUT_POSITIONAL, "NUMBER", \
            N_("number of the reject"), NULL                                  \
    }

static const input_field list_fields[] = {
    RUN_FIELD,
    { "open", INPUT_FLAG, 0, NULL, N_("only those that no replay has written"), NULL },
    { "limit", INPUT_INTEGER, 0, "N", N_("at most N rejects; default: 1000"), NULL },
    END_FIELD,
};
static const input_field show_fields[] = { RUN_FIELD, NUMBER_FIELD, END_FIELD };
static const input_field export_fields[] = {
    RUN_FIELD,
    { "format", INPUT_TEXT, 0, "FORMAT", N_("csv (default) or jsonl"), "csv jsonl" },
    { "output", INPUT_TEXT, 0, "FILE", N_("a new file; default: standard output"), "file" },
    END_FIELD,
};
static const input_field edit_fields[] = {
    RUN_FIELD,
    NUMBER_FIELD,
    { "document", INPUT_DOCUMENT, INPUT_POSITIONAL, "FILE",
      N_("JSON object of source columns and their new values; - reads standard input"), "file" },
    { "set", INPUT_PAIRS, 0, "COLUMN=VALUE", N_("a new value for a source column"), NULL },
    END_FIELD,
};
static const input_field replay_fields[] = {
    RUN_FIELD,
    { "numbers", INPUT_INTEGERS, INPUT_POSITIONAL, "NUMBER",
      N_("only these rejects; default: all that are open"), NULL },
    END_FIELD,
};

static const output_column list_columns[] = {
    { "number", N_("NUMBER"), CELL_NUMBER }, { "line", N_("LINE"), CELL_NUMBER },
    { "column", N_("COLUMN"), CELL_TEXT },   { "class", N_("CLASS"), CELL_TEXT },
    { "edited", N_("EDITED"), CELL_FLAG },   { "closed", N_("CLOSED"), CELL_FLAG },
    { "message", N_("MESSAGE"), CELL_TEXT }, { NULL, NULL, CELL_TEXT },
};

const operation reject_operations[] = {
    { .name = "reject.list",
      .summary = N_("List the rows that a run rejected"),
      .needs = RIGHT_VIEW,
      .fields = list_fields,
      .list = "rejects",
      .columns = list_columns,
      .handler = on_list },
    { .name = "reject.show",
      .summary = N_("Everything about one reject"),
      .needs = RIGHT_VIEW,
      .fields = show_fields,
      .tell = tell_reject,
      .handler = on_show },
    { .name = "reject.export",
      .summary = N_("Write the rejects of a run as CSV or JSON Lines"),
      .needs = RIGHT_VIEW,
      .fields = export_fields,
      .tell = tell_export,
      .handler = on_export,
      .example = "rowferry reject export 12 --output rejects.csv" },
    { .name = "reject.edit",
      .summary = N_("Change source values of a reject before its replay"),
      .needs = RIGHT_EDIT,
      .fields = edit_fields,
      .tell = tell_reject,
      .handler = on_edit,
      .example = "rowferry reject edit 12 1 --set amount=19.90" },
    { .name = "reject.replay",
      .summary = N_("Write rejects again, as they are or as edited"),
      .needs = RIGHT_RUN,
      .fields = replay_fields,
      .tell = tell_results,
      .handler = on_replay,
      .example = "rowferry reject replay 12 1 4" },
    { .name = NULL },
};
