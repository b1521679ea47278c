#include "service/planning.h"

#include "base/document.h"
#include "base/intl.h"

#include <string.h>

/* Stands where a run's token would be in a plan that is only looked at. */
#define NO_TOKEN "0000000000000000"

json_t *run_options_to_json(const run_options *o)
{
    json_t *json = json_object();
    if (json_object_size(o->parameters) > 0)
        json_object_set(json, "parameters", (json_t *)o->parameters);
    if (o->verify)
        json_object_set_new(json, "verify", json_true());
    if (o->attempt_limit > 0)
        json_object_set_new(json, "attempt_limit", json_integer(o->attempt_limit));
    if (o->rejects != NULL)
        json_object_set(json, "rejects", (json_t *)o->rejects);
    return json;
}

run_options run_options_from_json(const json_t *json)
{
    return (run_options){
        .parameters = json_object_get(json, "parameters"),
        .verify = json_is_true(json_object_get(json, "verify")),
        .attempt_limit = (int)json_integer_value(json_object_get(json, "attempt_limit")),
        .rejects = json_object_get(json, "rejects"),
    };
}

static const connection *find_connection(void *user, const char *name, error **err)
{
    return engine_connection(user, name, err);
}

static GArray *reject_numbers(const json_t *rejects)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(int64_t));
    size_t i;
    json_t *element;
    json_array_foreach(rejects, i, element)
    {
        int64_t number = json_integer_value(element);
        g_array_append_val(numbers, number);
    }
    return numbers;
}

/* The task and its scope; the plan is made by the callers. */
static planned_task *prepare(engine *e, const json_t *document, const char *task_id,
                             const planning_request *r, error **err)
{
    g_autoptr(planned_task) p = g_new0(planned_task, 1);
    p->task = task_parse(document, err);
    if (p->task == NULL)
        return NULL;
    const scope_request asked = {
        .task = p->task,
        .task_id = task_id,
        .business_date = r->business_date,
        .overrides = r->options.parameters,
        .started_at = r->started_at,
        .run = r->run,
    };
    p->scope = run_scope_new(e, &asked, err);
    return p->scope != NULL ? g_steal_pointer(&p) : NULL;
}

static plan_context context_of(engine *e, const planned_task *p, const planning_request *r)
{
    return (plan_context){
        .find_connection = find_connection,
        .user = e,
        .parameters = &p->scope->scope,
        .run_token = r->token != NULL ? r->token : NO_TOKEN,
        .business_date = p->scope->business_date,
        .verify = r->options.verify,
        .sample = r->token == NULL,
        .streams = e->config->streams,
        .cancelled = engine_is_interrupted,
        .replay_file = r->replay_file,
    };
}

planned_task *planned_task_of_document(engine *e, const json_t *document, const char *task_id,
                                       const planning_request *r, error **err)
{
    g_autoptr(planned_task) p = prepare(e, document, task_id, r, err);
    if (p == NULL)
        return NULL;
    g_autoptr(GArray) numbers = reject_numbers(r->options.rejects);
    plan_context context = context_of(e, p, r);
    context.replay_numbers = (const int64_t *)(void *)numbers->data;
    context.n_replay = numbers->len;
    error *local = NULL;
    p->plan = plan_build(p->task, &context, &local);
    if (p->plan == NULL) {
        /* A statement of the task that the system does not take. */
        if (local->code == ERROR_SQL)
            local->code = ERROR_PLAN;
        error_prefix(err, &local, _("cannot plan task \"%s\""), p->task->name);
        return NULL;
    }
    return g_steal_pointer(&p);
}

planned_task *planned_task_new(engine *e, const task_record *record, const planning_request *r,
                               error **err)
{
    json_t *document = document_read(record->name, record->document, strlen(record->document), err);
    planned_task *p =
        document != NULL ? planned_task_of_document(e, document, record->id, r, err) : NULL;
    json_decref(document);
    return p;
}

/* As much of @document as its source needs, made a task by what is missing. */
static json_t *source_alone(const json_t *document)
{
    static const char *const kept[] = { "source", "parameters", "time_zone" };
    json_t *alone = json_object();
    const char *name = document_get_text(document, "name");
    json_object_set_new(alone, "name", json_string(name != NULL && *name != '\0' ? name : "new"));
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        json_t *given = json_object_get(document, kept[i]);
        if (given != NULL)
            json_object_set_new(alone, kept[i], json_deep_copy(given));
    }
    json_t *source = json_object_get(alone, "source");
    json_object_del(source, "split");
    const char *connection_name = document_get_text(source, "connection");
    json_object_set_new(alone, "target",
                        json_pack("{s:s, s:s, s:s}", "connection",
                                  connection_name != NULL ? connection_name : "new", "table", "new",
                                  "mode", "append"));
    return alone;
}

json_t *planned_preview(engine *e, const json_t *document, const char *task_id,
                        const planning_request *r, unsigned limit, error **err)
{
    json_t *alone = source_alone(document);
    g_autoptr(planned_task) p = prepare(e, alone, task_id, r, err);
    json_decref(alone);
    if (p == NULL)
        return NULL;
    const plan_context context = context_of(e, p, r);
    return plan_preview(p->task, &context, limit, err);
}

json_t *planned_suggestion(engine *e, const json_t *document, const char *task_id,
                           const planning_request *r, error **err)
{
    g_autoptr(planned_task) p = prepare(e, document, task_id, r, err);
    if (p == NULL)
        return NULL;
    const plan_context context = context_of(e, p, r);
    return plan_suggest(p->task, &context, err);
}

planned_task *planned_task_of_run(engine *e, const run_record *run, error **err)
{
    store *s = engine_store(e, err);
    g_autoptr(task_record) record =
        s != NULL ? store_task_get_by_id(s, run->task_id, run->task_version, err) : NULL;
    if (record == NULL)
        return NULL;
    g_autofree char *replay_file =
        run->kind == RUN_REPLAY ? engine_run_file(e, run->parent, "rejects.jsonl") : NULL;
    json_t *options = run->options != NULL ? json_loads(run->options, 0, NULL) : NULL;
    const planning_request r = {
        .token = run->token,
        .business_date = run->business_date,
        .run = run->id,
        .started_at = run->started_at,
        .options = run_options_from_json(options),
        .replay_file = replay_file,
    };
    planned_task *p = planned_task_new(e, record, &r, err);
    json_decref(options);
    return p;
}

void planned_task_free(planned_task *p)
{
    if (p == NULL)
        return;
    plan_free(p->plan);
    run_scope_free(p->scope);
    task_free(p->task);
    g_free(p);
}
