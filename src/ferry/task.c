#include "ferry/task.h"

#include "base/civil.h"
#include "base/intl.h"
#include "ferry/task_private.h"
#include "sql/filter.h"

#include <string.h>

enum { LONGEST_NAME = 128 };

/* --- the parts --- */

static bool check_zone(const char *subject, const char *path, const char *name, error **err)
{
    if (name == NULL)
        return true;
    error *local = NULL;
    g_autoptr(zone) z = zone_open(name, &local);
    return z != NULL || error_prefix(err, &local, "%s: %s", subject, path);
}

static bool check_name(const char *subject, const char *name, error **err)
{
    if (strlen(name) > LONGEST_NAME)
        return document_error(err, subject, _("the name is longer than %d bytes"), LONGEST_NAME);
    if (g_ascii_isspace(name[0]) || g_ascii_isspace(name[strlen(name) - 1]) || name[0] == '-')
        return document_error(err, subject,
                              _("the name must not begin with \"-\" nor have a space at an end"));
    for (const char *p = name; *p != '\0'; p++)
        if (g_ascii_iscntrl(*p) || *p == '/')
            return document_error(err, subject,
                                  _("the name must not hold \"/\" or control characters"));
    return true;
}

static bool check_filter(const char *subject, const json_t *document, error **err)
{
    error *local = NULL;
    g_autoptr(filter) f = filter_parse(document, &local);
    return f != NULL || error_prefix(err, &local, "%s: source.filter", subject);
}

/* Exactly one of @keys may be in @object; its index, or -1 with *err set. */
static int only_one(const char *subject, const char *path, const json_t *object,
                    const char *const *keys, error **err)
{
    int found = -1;
    for (int i = 0; keys[i] != NULL; i++) {
        if (json_object_get(object, keys[i]) == NULL)
            continue;
        if (found >= 0) {
            document_error(err, subject, _("%s has both \"%s\" and \"%s\": only one is allowed"),
                           path, keys[found], keys[i]);
            return -1;
        }
        found = i;
    }
    if (found < 0) {
        g_autofree char *list = g_strjoinv(", ", (char **)keys);
        document_error(err, subject, _("%s needs one of: %s"), path, list);
    }
    return found;
}

static bool read_rows(task *t, const char *subject, const json_t *source, error **err)
{
    static const char *const kinds[] = { "table", "tables", "query", "file", NULL };
    switch (only_one(subject, "source", source, kinds, err)) {
    case 0:
        t->source.table =
            task_table(subject, "source.table", json_object_get(source, "table"), err);
        return t->source.table != NULL;
    case 1:
        t->source.tables = g_ptr_array_new_with_free_func((GDestroyNotify)table_name_free);
        return task_tables(subject, json_object_get(source, "tables"), t->source.tables, err);
    case 2:
        t->source.query = g_strdup(document_get_text(source, "query"));
        return true;
    case 3:
        t->source.file = g_strdup(document_get_text(source, "file"));
        return true;
    default:
        return false;
    }
}

static bool check_source(const task *t, const char *subject, const json_t *source, error **err)
{
    if (t->source.connections != NULL && t->source.tables == NULL)
        return document_error(err, subject, _("source.connections needs \"tables\" beside it"));
    if (t->source.filter != NULL && t->source.where != NULL)
        return document_error(err, subject,
                              _("source has both \"filter\" and \"where\": only one is allowed"));
    if (t->source.file != NULL && t->source.where != NULL) {
        document_error(err, subject, _("source.where is SQL and cannot be used on a file"));
        return error_hint(err, _("use source.filter"));
    }
    if (t->source.file != NULL && json_object_get(source, "split") != NULL)
        return document_error(err, subject,
                              _("source.split cannot be used on files: each file is a segment"));
    return check_zone(subject, "source.time_zone", t->source.time_zone, err);
}

static bool read_source(task *t, const char *subject, const json_t *source, error **err)
{
    static const char *const ways[] = { "connection", "connections", NULL };
    if (only_one(subject, "source", source, ways, err) < 0 || !read_rows(t, subject, source, err))
        return false;
    t->source.connections = document_get_texts(source, "connections");
    const char *first = t->source.connections != NULL ? t->source.connections[0]
                                                      : document_get_text(source, "connection");
    t->source.connection = g_strdup(first);
    t->source.columns = document_get_texts(source, "columns");
    t->source.where = g_strdup(document_get_text(source, "where"));
    t->source.time_zone = g_strdup(document_get_text(source, "time_zone"));
    const json_t *split = json_object_get(source, "split");
    t->source.split_column = g_strdup(document_get_text(split, "column"));
    t->source.split_segments = (int)document_get_integer(split, "segments", 0);
    json_t *conditions = json_object_get(source, "filter");
    if (conditions != NULL && !check_filter(subject, conditions, err))
        return false;
    t->source.filter = json_incref(conditions);
    return check_source(t, subject, source, err);
}

static bool read_slice(task *t, const char *subject, const json_t *slice, error **err)
{
    if (slice == NULL)
        return true;
    json_t *only = json_object_get(slice, "value");
    json_t *from = json_object_get(slice, "from"), *until = json_object_get(slice, "until");
    bool point = only != NULL && from == NULL && until == NULL;
    bool range = only == NULL && from != NULL && until != NULL;
    if (!point && !range)
        return document_error(err, subject,
                              _("target.slice needs either \"value\" or \"from\" and \"until\""));
    if (json_is_null(only) || json_is_null(from) || json_is_null(until))
        return document_error(err, subject, _("target.slice cannot be null"));
    t->target.slice = g_new0(slice_spec, 1);
    t->target.slice->column = g_strdup(document_get_text(slice, "column"));
    t->target.slice->value = json_incref(only);
    t->target.slice->from = json_incref(from);
    t->target.slice->until = json_incref(until);
    return true;
}

/* What only makes sense in some modes is refused elsewhere, never ignored. */
static bool check_target(const task *t, const char *subject, const json_t *target, error **err)
{
    write_mode mode = t->target.mode;
    const char *name = write_mode_name(mode);
    const struct {
        bool wrong;
        const char *what;
    } rules[] = {
        { t->target.slice != NULL && mode != MODE_OVERWRITE, "target.slice" },
        { t->target.publish_truncate && mode != MODE_OVERWRITE, "target.publish.truncate" },
        { t->target.winner_column != NULL && mode != MODE_UPSERT, "target.winner_column" },
        { t->target.empty == EMPTY_CLEAR && mode != MODE_OVERWRITE,
          "target.empty_source \"clear\"" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if (rules[i].wrong)
            return document_error(err, subject, _("%s cannot be used with mode \"%s\""),
                                  rules[i].what, name);
    if (mode == MODE_UPSERT && t->target.key == NULL) {
        document_error(err, subject, _("target.key is missing"));
        return error_hint(err, _("mode \"upsert\" needs the columns by which rows match"));
    }
    if (g_strcmp0(document_get_text(target, "commit"), "segment") == 0)
        return document_error(err, subject, _("target.commit \"segment\" is not in this version"));
    if (t->target.publish_truncate && t->target.slice != NULL)
        return document_error(err, subject,
                              _("target.publish.truncate would remove more than target.slice"));
    return check_zone(subject, "target.time_zone", t->target.time_zone, err);
}

static bool read_target_name(task *t, const char *subject, const json_t *target, error **err)
{
    static const char *const kinds[] = { "table", "file", NULL };
    switch (only_one(subject, "target", target, kinds, err)) {
    case 0:
        t->target.table =
            task_table(subject, "target.table", json_object_get(target, "table"), err);
        return t->target.table != NULL;
    case 1:
        t->target.table = table_name_new(NULL, document_get_text(target, "file"));
        return true;
    default:
        return false;
    }
}

static bool read_target(task *t, const char *subject, const json_t *target, error **err)
{
    if (!read_target_name(t, subject, target, err))
        return false;
    const char *mode = document_get_text(target, "mode");
    t->target.mode = strcmp(mode, "append") == 0      ? MODE_APPEND
                     : strcmp(mode, "overwrite") == 0 ? MODE_OVERWRITE
                                                      : MODE_UPSERT;
    t->target.connection = g_strdup(document_get_text(target, "connection"));
    t->target.key = document_get_texts(target, "key");
    t->target.winner_column = g_strdup(document_get_text(target, "winner_column"));
    t->target.create = document_get_flag(target, "create", t->target.mode != MODE_UPSERT);
    const char *empty = document_get_text(target, "empty_source");
    t->target.empty = empty == NULL ? t->target.mode == MODE_OVERWRITE ? EMPTY_FAIL : EMPTY_KEEP
                      : strcmp(empty, "fail") == 0 ? EMPTY_FAIL
                      : strcmp(empty, "keep") == 0 ? EMPTY_KEEP
                                                   : EMPTY_CLEAR;
    const json_t *publish = json_object_get(target, "publish");
    t->target.publish_truncate = document_get_flag(publish, "truncate", false);
    t->target.pre_sql = g_strdup(document_get_text(target, "pre_sql"));
    t->target.post_sql = g_strdup(document_get_text(target, "post_sql"));
    t->target.allow_full_delete = document_get_flag(target, "allow_full_delete", false);
    t->target.check_types = document_get_flag(target, "check_types", true);
    t->target.round = document_get_flag(target, "round", false);
    t->target.time_zone = g_strdup(document_get_text(target, "time_zone"));
    return read_slice(t, subject, json_object_get(target, "slice"), err) &&
           check_target(t, subject, target, err);
}

/* "none", "unlimited", a number of rows, or a percentage such as "0.5%". */
static bool read_rejects(task *t, const char *subject, const json_t *rejects, error **err)
{
    t->rejects.percent = -1;
    const json_t *limit = json_object_get(rejects, "limit");
    if (limit == NULL)
        return true;
    const char *text = json_string_value(limit);
    if (json_is_integer(limit) && json_integer_value(limit) >= 0) {
        t->rejects.limit = json_integer_value(limit);
        return true;
    }
    if (g_strcmp0(text, "none") == 0)
        return true;
    if (g_strcmp0(text, "unlimited") == 0) {
        t->rejects.limit = -1;
        return true;
    }
    if (text != NULL && g_ascii_isdigit(text[0])) {
        char *end;
        double percent = g_ascii_strtod(text, &end);
        if (strcmp(end, "%") == 0 && percent <= 100) {
            t->rejects.limit = -1;
            t->rejects.percent = percent;
            return true;
        }
    }
    return document_error(err, subject,
                          _("rejects.limit must be a number of rows, a percentage such as "
                            "\"0.5%%\", \"none\" or \"unlimited\""));
}

static bool is_parameter_name(const char *name)
{
    if (!g_ascii_isalpha(name[0]) && name[0] != '_')
        return false;
    for (const char *p = name; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && *p != '_')
            return false;
    return true;
}

static bool read_parameters(task *t, const char *subject, const json_t *parameters, error **err)
{
    t->parameters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *name;
    json_t *expression;
    json_object_foreach((json_t *)parameters, name, expression)
    {
        if (!is_parameter_name(name))
            return document_error(
                err, subject, _("parameters: \"%s\" is not a name of letters, digits and _"), name);
        g_hash_table_insert(t->parameters, g_strdup(name), document_scalar_text(expression));
    }
    return true;
}

static bool check_schedule(const char *subject, const json_t *schedule, error **err)
{
    static const char *const kinds[] = { "manual", "clock", "upstream", NULL };
    static const document_field fields[] = {
        { .key = "kind", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .words = kinds },
        { .key = "every", .kind = FIELD_ANY },
        { .key = "days", .kind = FIELD_ANY },
        { .key = "at", .kind = FIELD_ANY },
        { .key = "cron", .kind = FIELD_ANY },
        { .key = "time_zone", .kind = FIELD_TEXT },
        { .key = NULL },
    };
    if (schedule == NULL)
        return true;
    if (!document_check(subject, "schedule", schedule, fields, err))
        return false;
    const char *kind = document_get_text(schedule, "kind");
    if (strcmp(kind, "manual") != 0)
        return document_error(err, subject, _("schedule.kind \"%s\" is not in this version"), kind);
    if (json_object_size(schedule) > 1)
        return document_error(err, subject, _("a manual schedule has no other key"));
    return true;
}

/* --- the whole --- */

const char *write_mode_name(write_mode mode)
{
    switch (mode) {
    case MODE_APPEND:
        return "append";
    case MODE_OVERWRITE:
        return "overwrite";
    case MODE_UPSERT:
        return "upsert";
    }
    g_assert_not_reached();
}

static bool read_task(task *t, const char *subject, const json_t *document, error **err)
{
    t->name = g_strdup(document_get_text(document, "name"));
    t->description = g_strdup(document_get_text(document, "description"));
    t->time_zone = g_strdup(document_get_text(document, "time_zone"));
    const json_t *limits = json_object_get(document, "limits");
    t->limits.rows_per_second = document_get_integer(limits, "rows_per_second", 0);
    t->limits.bytes_per_second = document_get_integer(limits, "bytes_per_second", 0);
    t->limits.timeout_minutes = (int)document_get_integer(limits, "timeout_minutes", 120);
    t->limits.streams = (int)document_get_integer(limits, "streams", 0);
    const json_t *retries = json_object_get(document, "retries");
    t->retry_attempts = (int)document_get_integer(retries, "attempts", 0);
    t->retry_interval_minutes = (int)document_get_integer(retries, "interval_minutes", 5);
    return check_name(subject, t->name, err) &&
           read_source(t, subject, json_object_get(document, "source"), err) &&
           read_target(t, subject, json_object_get(document, "target"), err) &&
           task_read_mapping(t, subject, json_object_get(document, "mapping"), err) &&
           read_rejects(t, subject, json_object_get(document, "rejects"), err) &&
           read_parameters(t, subject, json_object_get(document, "parameters"), err) &&
           check_schedule(subject, json_object_get(document, "schedule"), err) &&
           check_zone(subject, "time_zone", t->time_zone, err);
}

task *task_parse(const json_t *document, error **err)
{
    const char *name = document_get_text(document, "name");
    g_autofree char *subject =
        name != NULL ? g_strdup_printf(_("task \"%s\""), name) : g_strdup(_("task"));
    if (!document_check(subject, "", document, task_fields, err))
        return NULL;
    g_autoptr(task) t = g_new0(task, 1);
    t->document = document_ordered(document, task_fields);
    if (!read_task(t, subject, document, err))
        return NULL;
    return g_steal_pointer(&t);
}

static void slice_free(slice_spec *s)
{
    if (s == NULL)
        return;
    g_free(s->column);
    json_decref(s->value);
    json_decref(s->from);
    json_decref(s->until);
    g_free(s);
}

void task_free(task *t)
{
    if (t == NULL)
        return;
    g_free(t->name);
    g_free(t->description);
    json_decref(t->document);
    g_free(t->source.connection);
    g_strfreev(t->source.connections);
    table_name_free(t->source.table);
    g_clear_pointer(&t->source.tables, g_ptr_array_unref);
    g_free(t->source.query);
    g_free(t->source.file);
    g_strfreev(t->source.columns);
    json_decref(t->source.filter);
    g_free(t->source.where);
    g_free(t->source.time_zone);
    g_free(t->source.split_column);
    g_free(t->target.connection);
    table_name_free(t->target.table);
    g_strfreev(t->target.key);
    slice_free(t->target.slice);
    g_free(t->target.pre_sql);
    g_free(t->target.post_sql);
    g_free(t->target.time_zone);
    g_free(t->target.winner_column);
    g_clear_pointer(&t->mapping.columns, g_ptr_array_unref);
    g_clear_pointer(&t->parameters, g_hash_table_unref);
    g_free(t->time_zone);
    g_free(t);
}
