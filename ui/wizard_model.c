/* The document behind the steps: values by path, undo, what an error is about. */
#include "ui/wizard_private.h"

#include <stdlib.h>
#include <string.h>

#define MOST_UNDO 500
#define PAUSE_US  (2 * G_USEC_PER_SEC)

/* --- life ------------------------------------------------------------------ */

static void free_json(void *json)
{
    json_decref(json);
}

wizard *wizard_new(screen *below, const char *task)
{
    wizard *w = g_new0(wizard, 1);
    w->below = below;
    w->holds = 1;
    w->document = json_object();
    w->opened = json_object();
    w->undo = g_ptr_array_new_with_free_func(free_json);
    w->task = g_strdup(task);
    return w;
}

wizard *wizard_hold(wizard *w)
{
    w->holds++;
    return w;
}

void wizard_unhold(wizard *w)
{
    if (--w->holds > 0)
        return;
    json_decref(w->document);
    json_decref(w->opened);
    json_decref(w->tasks);
    json_decref(w->offered);
    json_decref(w->sending);
    g_ptr_array_unref(w->undo);
    g_free(w->last_path);
    g_free(w->task);
    g_free(w->complaint);
    g_free(w->complaint_path);
    g_free(w->json_text);
    g_free(w->date);
    g_free(w);
}

/* --- paths ----------------------------------------------------------------- */

/* One part of a path: a name, or (@name NULL) the index of a list. */
typedef struct {
    char *name;
    size_t index;
} path_part;

/* Cut the first part off @path. */
static const char *first_part(const char *path, path_part *part)
{
    *part = (path_part){ NULL, 0 };
    if (*path == '[') {
        char *end;
        part->index = (size_t)strtoul(path + 1, &end, 10);
        path = *end == ']' ? end + 1 : end;
    } else {
        size_t length = strcspn(path, ".[");
        part->name = g_strndup(path, length);
        path += length;
    }
    return *path == '.' ? path + 1 : path;
}

static json_t *member(const json_t *parent, const path_part *part)
{
    return part->name != NULL ? json_object_get(parent, part->name)
                              : json_array_get(parent, part->index);
}

static void remove_member(json_t *parent, const path_part *part)
{
    if (part->name != NULL)
        json_object_del(parent, part->name);
    else
        json_array_remove(parent, part->index);
}

/* @value is taken over. */
static void set_member(json_t *parent, const path_part *part, json_t *value)
{
    if (part->name != NULL)
        json_object_set_new(parent, part->name, value);
    else if (part->index < json_array_size(parent))
        json_array_set_new(parent, part->index, value);
    else
        json_array_append_new(parent, value);
}

static bool is_empty(const json_t *json)
{
    return json_is_object(json) ? json_object_size(json) == 0
                                : json_is_array(json) && json_array_size(json) == 0;
}

static void put(json_t *parent, const char *path, json_t *value)
{
    path_part part;
    const char *rest = first_part(path, &part);
    if (*rest == '\0') {
        if (value != NULL)
            set_member(parent, &part, value);
        else
            remove_member(parent, &part);
        g_free(part.name);
        return;
    }
    bool list = *rest == '[';
    json_t *child = member(parent, &part);
    if (list ? !json_is_array(child) : !json_is_object(child)) {
        child = list ? json_array() : json_object();
        set_member(parent, &part, child);
    }
    put(child, rest, value);
    if (is_empty(child))
        remove_member(parent, &part);
    g_free(part.name);
}

const json_t *wizard_value(const wizard *w, const char *path)
{
    const json_t *at = w->document;
    while (at != NULL && *path != '\0') {
        path_part part;
        path = first_part(path, &part);
        at = member(at, &part);
        g_free(part.name);
    }
    return at;
}

const char *wizard_text(const wizard *w, const char *path)
{
    const char *text = json_string_value(wizard_value(w, path));
    return text != NULL ? text : "";
}

/* --- changes --------------------------------------------------------------- */

const json_t *wizard_document(const wizard *w)
{
    return w->document;
}

unsigned wizard_changes(const wizard *w)
{
    return w->changes;
}

const char *wizard_task(const wizard *w)
{
    return w->task;
}

const char *wizard_date(const wizard *w)
{
    return w->date;
}

void wizard_set_date(wizard *w, const char *date)
{
    char *copy = g_strdup(date);
    g_free(w->date);
    w->date = copy;
}

static void remember(wizard *w)
{
    if (w->undo->len >= MOST_UNDO)
        g_ptr_array_remove_index(w->undo, 0);
    g_ptr_array_add(w->undo, json_deep_copy(w->document));
}

static bool is_text(const json_t *value)
{
    return value == NULL || json_is_string(value);
}

void wizard_change(wizard *w, const char *path, json_t *value)
{
    const json_t *before = wizard_value(w, path);
    if (before == value || (value != NULL && json_equal((json_t *)before, value))) {
        json_decref(value);
        return;
    }
    bool text = is_text(before) && is_text(value);
    gint64 now = g_get_monotonic_time();
    /* Letters of one text that are typed without a pause are taken back together. */
    if (!text || g_strcmp0(w->last_path, path) != 0 || now - w->last_change > PAUSE_US)
        remember(w);
    w->last_change = now;
    g_free(w->last_path);
    w->last_path = text ? g_strdup(path) : NULL;
    put(w->document, path, value);
    w->changes++;
}

void wizard_replace(wizard *w, json_t *document)
{
    if (!json_equal(w->document, document)) {
        remember(w);
        w->changes++;
    }
    g_clear_pointer(&w->last_path, g_free);
    json_decref(w->document);
    w->document = document;
}

void wizard_set_opened(wizard *w, json_t *document)
{
    json_decref(w->document);
    json_decref(w->opened);
    w->document = document;
    w->opened = json_deep_copy(document);
    g_ptr_array_set_size(w->undo, 0);
    g_clear_pointer(&w->last_path, g_free);
    w->changes++;
    w->drafted = w->changes;
}

bool wizard_undo(wizard *w)
{
    if (w->undo->len == 0)
        return false;
    json_decref(w->document);
    w->document = g_ptr_array_steal_index(w->undo, w->undo->len - 1);
    g_clear_pointer(&w->last_path, g_free);
    w->changes++;
    return true;
}

bool wizard_is_dirty(const wizard *w)
{
    return w->json_text != NULL || !json_equal(w->document, w->opened);
}

/* --- steps ----------------------------------------------------------------- */

static bool has_one(const json_t *object, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        if (json_object_get(object, *keys) != NULL)
            return true;
    return false;
}

step_number wizard_first_open(const json_t *document)
{
    static const char *const ways[] = { "connection", "connections", NULL };
    static const char *const rows[] = { "table", "tables", "query", "file", NULL };
    static const char *const places[] = { "table", "file", NULL };
    const json_t *source = json_object_get(document, "source");
    const json_t *target = json_object_get(document, "target");
    if (json_object_get(document, "name") == NULL)
        return STEP_BASICS;
    if (!has_one(source, ways) || !has_one(source, rows))
        return STEP_SOURCE;
    if (json_object_get(target, "connection") == NULL || !has_one(target, places) ||
        json_object_get(target, "mode") == NULL)
        return STEP_TARGET;
    return STEP_REVIEW;
}

/* Longer beginnings first. */
static const struct {
    const char *beginning;
    step_number step;
} places[] = {
    { "source.filter", STEP_FILTER }, { "source.where", STEP_FILTER }, { "source", STEP_SOURCE },
    { "target", STEP_TARGET },        { "mapping", STEP_MAPPING },     { "rejects", STEP_LIMITS },
    { "limits", STEP_LIMITS },        { "retries", STEP_LIMITS },      { "name", STEP_BASICS },
    { "description", STEP_BASICS },   { "parameters", STEP_BASICS },   { "time_zone", STEP_BASICS },
    { "schedule", STEP_REVIEW },
};

static bool begins(const char *path, const char *beginning)
{
    size_t length = strlen(beginning);
    return strncmp(path, beginning, length) == 0 && strchr(".[", path[length]) != NULL;
}

step_number wizard_step_of(const char *path)
{
    for (size_t i = 0; path != NULL && i < G_N_ELEMENTS(places); i++)
        if (begins(path, places[i].beginning))
            return places[i].step;
    return STEP_REVIEW;
}

/* The length of a path at @text, 0 when there is none. */
static size_t path_length(const char *text)
{
    size_t n = 0;
    while (g_ascii_islower(text[n]) || text[n] == '_' ||
           (text[n] == '.' && g_ascii_islower(text[n + 1])))
        n++;
    while (n > 0 && text[n] == '[' && g_ascii_isdigit(text[n + 1])) {
        size_t end = n + 1 + strspn(text + n + 1, "0123456789");
        if (text[end] != ']')
            break;
        n = end + 1;
        if (text[n] == '.' && g_ascii_islower(text[n + 1]))
            n += 1 + strspn(text + n + 1, "abcdefghijklmnopqrstuvwxyz_.");
    }
    return n;
}

static bool is_known(const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        if (begins(path, places[i].beginning))
            return true;
    return false;
}

char *wizard_path_in(const char *message)
{
    g_autofree char *plain = NULL; /* a word such as "source", when nothing better comes */
    for (const char *at = message; *at != '\0';) {
        if (*at == '"') { /* names and values of people, which may look like anything */
            const char *end = strchr(at + 1, '"');
            at = end != NULL ? end + 1 : at + strlen(at);
            continue;
        }
        size_t n = path_length(at);
        if (n == 0) {
            at++;
            continue;
        }
        g_autofree char *path = g_strndup(at, n);
        at += n;
        if (!is_known(path))
            continue;
        if (strpbrk(path, ".[") != NULL)
            return g_steal_pointer(&path);
        if (plain == NULL)
            plain = g_steal_pointer(&path);
    }
    return g_steal_pointer(&plain);
}

void wizard_complain(wizard *w, const error *e)
{
    g_free(w->complaint);
    g_free(w->complaint_path);
    w->complaint = g_strdup(e->message);
    w->complaint_path = wizard_path_in(e->message);
    w->complaint_changes = w->changes;
}

const char *wizard_complaint(const wizard *w, const char **path)
{
    bool fresh = w->complaint != NULL && w->complaint_changes == w->changes;
    if (path != NULL)
        *path = fresh ? w->complaint_path : NULL;
    return fresh ? w->complaint : NULL;
}
