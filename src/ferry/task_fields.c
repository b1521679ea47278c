/* task_fields.c - the keys of the task document; writing one, comparing two. */
#include "ferry/task_private.h"

#include <string.h>

static const char *const modes[] = { "append", "overwrite", "upsert", NULL };
static const char *const empties[] = { "fail", "keep", "clear", NULL };
static const char *const commits[] = { "run", "segment", NULL };
static const char *const mappings[] = { "name", "position", "custom", NULL };
static const char *const unmapped[] = { "default", "null", NULL };

static const document_field split_fields[] = {
    { .key = "column", .kind = FIELD_TEXT },
    { .key = "segments", .kind = FIELD_INTEGER, .min = 1, .max = 1000 },
    { .key = NULL },
};

static const document_field source_fields[] = {
    { .key = "connection", .kind = FIELD_TEXT },
    { .key = "connections", .kind = FIELD_TEXTS },
    { .key = "table", .kind = FIELD_ANY },
    { .key = "tables", .kind = FIELD_ANY },
    { .key = "query", .kind = FIELD_TEXT },
    { .key = "file", .kind = FIELD_TEXT },
    { .key = "columns", .kind = FIELD_TEXTS },
    { .key = "filter", .kind = FIELD_ANY },
    { .key = "where", .kind = FIELD_TEXT },
    { .key = "time_zone", .kind = FIELD_TEXT },
    { .key = "split", .kind = FIELD_OBJECT, .fields = split_fields },
    { .key = "watermark", .kind = FIELD_LATER },
    { .key = NULL },
};

static const document_field slice_fields[] = {
    { .key = "column", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { .key = "value", .kind = FIELD_SCALAR },
    { .key = "from", .kind = FIELD_SCALAR },
    { .key = "until", .kind = FIELD_SCALAR },
    { .key = NULL },
};

static const document_field publish_fields[] = {
    { .key = "truncate", .kind = FIELD_FLAG },
    { .key = "max_change_percent", .kind = FIELD_LATER },
    { .key = "max_reject_percent", .kind = FIELD_LATER },
    { .key = "min_rows", .kind = FIELD_LATER },
    { .key = NULL },
};

static const document_field target_fields[] = {
    { .key = "connection", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { .key = "table", .kind = FIELD_ANY },
    { .key = "file", .kind = FIELD_TEXT },
    { .key = "mode", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .words = modes },
    { .key = "key", .kind = FIELD_TEXTS },
    { .key = "winner_column", .kind = FIELD_TEXT },
    { .key = "create", .kind = FIELD_FLAG },
    { .key = "slice", .kind = FIELD_OBJECT, .fields = slice_fields },
    { .key = "empty_source", .kind = FIELD_TEXT, .words = empties },
    { .key = "commit", .kind = FIELD_TEXT, .words = commits },
    { .key = "publish", .kind = FIELD_OBJECT, .fields = publish_fields },
    { .key = "pre_sql", .kind = FIELD_TEXT },
    { .key = "post_sql", .kind = FIELD_TEXT },
    { .key = "allow_full_delete", .kind = FIELD_FLAG },
    { .key = "check_types", .kind = FIELD_FLAG },
    { .key = "round", .kind = FIELD_FLAG },
    { .key = "time_zone", .kind = FIELD_TEXT },
    { .key = "undo_hours", .kind = FIELD_LATER },
    { .key = NULL },
};

static const document_field replace_fields[] = {
    { .key = "find", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { .key = "with", .kind = FIELD_TEXT, .flags = FIELD_EMPTY | FIELD_REQUIRED },
    { .key = "regex", .kind = FIELD_FLAG },
    { .key = "ignore_case", .kind = FIELD_FLAG },
    { .key = NULL },
};

static const document_field column_fields[] = {
    { .key = "target", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { .key = "source", .kind = FIELD_TEXT },
    { .key = "constant", .kind = FIELD_SCALAR },
    { .key = "parameter", .kind = FIELD_TEXT },
    { .key = "skip", .kind = FIELD_FLAG },
    { .key = "replace", .kind = FIELD_OBJECTS, .fields = replace_fields },
    { .key = NULL },
};

static const document_field mapping_fields[] = {
    { .key = "by", .kind = FIELD_TEXT, .words = mappings },
    { .key = "unmapped", .kind = FIELD_TEXT, .words = unmapped },
    { .key = "columns", .kind = FIELD_OBJECTS, .fields = column_fields },
    { .key = NULL },
};

static const document_field rejects_fields[] = {
    { .key = "limit", .kind = FIELD_ANY },
    { .key = NULL },
};

static const document_field limits_fields[] = {
    { .key = "rows_per_second", .kind = FIELD_INTEGER, .min = 0, .max = INT64_MAX },
    { .key = "bytes_per_second", .kind = FIELD_INTEGER, .min = 0, .max = INT64_MAX },
    { .key = "timeout_minutes", .kind = FIELD_INTEGER, .min = 1, .max = 300 },
    { .key = "streams", .kind = FIELD_INTEGER, .min = 1, .max = 16 },
    { .key = NULL },
};

static const document_field retries_fields[] = {
    { .key = "attempts", .kind = FIELD_INTEGER, .min = 0, .max = 10 },
    { .key = "interval_minutes", .kind = FIELD_INTEGER, .min = 1, .max = 30 },
    { .key = NULL },
};

const document_field task_fields[] = {
    { .key = "name", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { .key = "description", .kind = FIELD_TEXT, .flags = FIELD_EMPTY },
    { .key = "source", .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED, .fields = source_fields },
    { .key = "target", .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED, .fields = target_fields },
    { .key = "mapping", .kind = FIELD_OBJECT, .fields = mapping_fields },
    { .key = "rejects", .kind = FIELD_OBJECT, .fields = rejects_fields },
    { .key = "limits", .kind = FIELD_OBJECT, .fields = limits_fields },
    { .key = "retries", .kind = FIELD_OBJECT, .fields = retries_fields },
    { .key = "parameters", .kind = FIELD_MAP },
    { .key = "time_zone", .kind = FIELD_TEXT },
    { .key = "schedule", .kind = FIELD_ANY },
    { .key = "depends_on", .kind = FIELD_LATER },
    { .key = "environments", .kind = FIELD_LATER },
    { .key = NULL },
};

char *task_export(const json_t *document)
{
    json_t *ordered = document_ordered(document, task_fields);
    char *text = document_write(ordered);
    json_decref(ordered);
    return text;
}

/* "sales.orders" and ["sales", "orders"] are the same table. */
static bool same_table(const json_t *a, const json_t *b)
{
    if (json_equal((json_t *)a, (json_t *)b) || (a == NULL && b == NULL))
        return true;
    g_autoptr(table_name) x = task_table("", "", a, NULL), y = task_table("", "", b, NULL);
    return x != NULL && y != NULL && strcmp(x->name, y->name) == 0 &&
           g_strcmp0(x->schema, y->schema) == 0;
}

static bool same(const json_t *a, const json_t *b, const char *part, const char *key)
{
    const json_t *x = json_object_get(json_object_get(a, part), key);
    const json_t *y = json_object_get(json_object_get(b, part), key);
    if (strcmp(key, "table") == 0)
        return same_table(x, y);
    return x == y || json_equal((json_t *)x, (json_t *)y);
}

bool task_needs_confirm(const json_t *before, const json_t *after)
{
    static const char *const asked[][2] = {
        { "source", "columns" }, { "source", "table" }, { "source", "tables" },
        { "source", "query" },   { "source", "file" },  { "target", "connection" },
        { "target", "table" },   { "target", "file" },
    };
    const json_t *x = json_object_get(before, "mapping"), *y = json_object_get(after, "mapping");
    if (x != y && !json_equal((json_t *)x, (json_t *)y))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++)
        if (!same(before, after, asked[i][0], asked[i][1]))
            return true;
    return false;
}
