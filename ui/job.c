/* Operations beside the keys. Short reads and writes of the store run in one
 * thread with an engine of its own; all that reaches a database or a file runs
 * as `rowferry --call OPERATION` in a process of its own, which can be stopped
 * whatever its driver does. */
#include "ui/app_private.h"

#include "base/intl.h"
#include "service/engine.h"
#include "service/operation.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>

#define SECOND_SIGNAL_SECONDS 5
#define KILL_SECONDS          20

struct job {
    app *app; /* NULL: nobody waits any more */
    screen *on;
    char *name;
    json_t *in;
    job_done done;
    void (*told)(screen *s, json_t *what, void *user); /* or NULL */
    void *user;
    gint64 started;
    GSubprocess *process;    /* or NULL: in the thread */
    GDataInputStream *lines; /* what it answers, line by line */
    json_t *answer;          /* its last line, or NULL */
    json_t *out;             /* of the thread */
    error *failure;
};

struct job_thread {
    GThread *thread;
    GAsyncQueue *queue; /* of job*; the thread ends at one without a name */
};

static void job_free(job *j)
{
    g_clear_object(&j->process);
    g_clear_object(&j->lines);
    json_decref(j->answer);
    g_free(j->name);
    json_decref(j->in);
    json_decref(j->out);
    if (j->failure != NULL)
        error_free(j->failure);
    g_free(j);
}

double job_seconds(const job *j)
{
    return (double)(g_get_monotonic_time() - j->started) / G_USEC_PER_SEC;
}

/* Hand the result over; @j is gone afterwards. */
static void deliver(job *j, json_t *out, const error *failure)
{
    app *a = j->app;
    if (a != NULL) {
        g_ptr_array_remove_fast(a->jobs, j);
        if (j->done != NULL)
            j->done(j->on, out, failure, j->user);
        app_changed(a);
    }
    job_free(j);
}

/* The error of an answer, NULL when it is null. */
static error *error_of_json(const json_t *json)
{
    const char *code = json_string_value(json_object_get(json, "code"));
    if (code == NULL)
        return NULL;
    error *e = NULL;
    error_code known = error_code_from_name(code);
    const char *text = json_string_value(json_object_get(json, "message"));
    error_set(&e, known != 0 ? known : ERROR_INTERNAL, "%s", text != NULL ? text : code);
    if ((text = json_string_value(json_object_get(json, "detail"))) != NULL)
        error_detail(&e, "%s", text);
    if ((text = json_string_value(json_object_get(json, "hint"))) != NULL)
        error_hint(&e, "%s", text);
    if ((text = json_string_value(json_object_get(json, "sqlstate"))) != NULL)
        error_sqlstate(&e, text);
    return e;
}

/* --- in the thread --------------------------------------------------------- */

static const char *const store_operations[] = {
    "audit.list",  "connection.list", "connection.show", "draft.delete",     "draft.list",
    "draft.save",  "draft.show",      "parameter.list",  "parameter.macros", "parameter.preview",
    "reject.list", "reject.show",     "run.list",        "run.log",
    "run.show",    "task.export",     "task.list",       "task.show",        "task.versions",
    NULL,
};

static gboolean delivered(gpointer user)
{
    job *j = user;
    deliver(j, j->out, j->failure);
    return G_SOURCE_REMOVE;
}

static gpointer work(gpointer user)
{
    GAsyncQueue *queue = user;
    g_autoptr(engine) e = NULL;
    for (;;) {
        job *j = g_async_queue_pop(queue);
        if (j->name == NULL) {
            job_free(j);
            return NULL;
        }
        if (e == NULL && (e = engine_new(&j->failure)) != NULL)
            e->quiet = true;
        if (e != NULL)
            operation_call(e, j->name, j->in, &j->out, &j->failure);
        g_idle_add_full(G_PRIORITY_DEFAULT, delivered, j, NULL);
    }
}

static void start_in_thread(app *a, job *j)
{
    if (a->thread == NULL) {
        a->thread = g_new0(struct job_thread, 1);
        a->thread->queue = g_async_queue_new();
        a->thread->thread = g_thread_new("store", work, a->thread->queue);
    }
    g_async_queue_push(a->thread->queue, j);
}

/* --- in a process of its own ----------------------------------------------- */

static gboolean failed_to_start(gpointer user)
{
    job *j = user;
    deliver(j, NULL, j->failure);
    return G_SOURCE_REMOVE;
}

/* The process ended: its last line is the answer. */
static void ended(GObject *source, GAsyncResult *result, gpointer user)
{
    job *j = user;
    g_autoptr(error) failure = NULL;
    json_t *out = NULL;
    GSubprocess *process = G_SUBPROCESS(source);
    g_subprocess_wait_finish(process, result, NULL);
    if (json_object_get(j->answer, "error") != NULL) {
        out = json_object_get(j->answer, "out");
        failure = error_of_json(json_object_get(j->answer, "error"));
    } else if (g_subprocess_get_if_signaled(process)) {
        error_set(&failure, ERROR_INTERNAL, _("%s died of signal %d"), j->name,
                  g_subprocess_get_term_sig(process));
    } else {
        error_set(&failure, ERROR_INTERNAL, _("%s ended without an answer"), j->name);
    }
    deliver(j, json_is_null(out) ? NULL : out, failure);
}

static void read_line(job *j);

static void got_line(GObject *source, GAsyncResult *result, gpointer user)
{
    job *j = user;
    g_autofree char *line =
        g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result, NULL, NULL);
    if (line == NULL) {
        g_subprocess_wait_async(j->process, NULL, ended, j);
        return;
    }
    json_decref(j->answer);
    j->answer = json_loads(line, 0, NULL);
    json_t *what = json_object_get(j->answer, "report");
    if (what != NULL && j->app != NULL && j->told != NULL) {
        j->told(j->on, what, j->user);
        app_changed(j->app);
    }
    read_line(j);
}

static void read_line(job *j)
{
    g_data_input_stream_read_line_async(j->lines, G_PRIORITY_DEFAULT, NULL, got_line, j);
}

/* A process that does not read its input tells why itself, or by its end. */
static void wrote_input(GObject *source, GAsyncResult *result, gpointer user)
{
    g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, NULL);
    g_output_stream_close_async(G_OUTPUT_STREAM(source), G_PRIORITY_DEFAULT, NULL, NULL, NULL);
    g_free(user); /* the input, which may outlive the job */
}

static bool start_process(job *j)
{
    g_autofree char *in = json_dumps(j->in, 0);
    g_autoptr(GError) failure = NULL;
    j->process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                  &failure, "/proc/self/exe", "--call", j->name, NULL);
    if (j->process == NULL)
        return error_set(&j->failure, ERROR_INTERNAL, _("could not start %s: %s"), j->name,
                         failure->message);
    size_t size = strlen(in);
    char *input = g_steal_pointer(&in);
    g_output_stream_write_all_async(g_subprocess_get_stdin_pipe(j->process), input, size,
                                    G_PRIORITY_DEFAULT, NULL, wrote_input, input);
    j->lines = g_data_input_stream_new(g_subprocess_get_stdout_pipe(j->process));
    read_line(j);
    return true;
}

void job_listen(job *j, void (*told)(screen *s, json_t *what, void *user))
{
    j->told = told;
}

/* --- for the screens ------------------------------------------------------- */

job *app_run(app *a, screen *s, const char *name, json_t *in, job_done done, void *user)
{
    job *j = g_new0(job, 1);
    *j = (job){ .app = a,
                .on = s,
                .name = g_strdup(name),
                .in = in != NULL ? in : json_object(),
                .done = done,
                .user = user,
                .started = g_get_monotonic_time() };
    g_ptr_array_add(a->jobs, j);
    if (g_strv_contains(store_operations, name))
        start_in_thread(a, j);
    else if (!start_process(j))
        g_idle_add(failed_to_start, j);
    return j;
}

static gboolean stop_harder(gpointer user)
{
    g_subprocess_send_signal(user, SIGINT);
    return G_SOURCE_REMOVE;
}

static gboolean stop_at_last(gpointer user)
{
    g_subprocess_force_exit(user);
    return G_SOURCE_REMOVE;
}

void job_cancel(job *j)
{
    if (j == NULL || j->app == NULL)
        return;
    g_ptr_array_remove_fast(j->app->jobs, j);
    j->app = NULL;
    if (j->process == NULL)
        return;
    g_subprocess_send_signal(j->process, SIGINT);
    g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, SECOND_SIGNAL_SECONDS, stop_harder,
                               g_object_ref(j->process), g_object_unref);
    g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, KILL_SECONDS, stop_at_last,
                               g_object_ref(j->process), g_object_unref);
}

void jobs_cancel_of(app *a, const screen *s)
{
    for (guint i = a->jobs->len; i-- > 0;) {
        job *j = a->jobs->pdata[i];
        if (s == NULL || j->on == s)
            job_cancel(j);
    }
}

void jobs_end(app *a)
{
    jobs_cancel_of(a, NULL);
    if (a->thread == NULL)
        return;
    g_async_queue_push(a->thread->queue, g_new0(job, 1));
    g_thread_join(a->thread->thread);
    g_async_queue_unref(a->thread->queue);
    g_clear_pointer(&a->thread, g_free);
    /* What it still handed over. */
    while (g_main_context_iteration(NULL, FALSE)) {}
}
