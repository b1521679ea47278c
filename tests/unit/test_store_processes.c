/* Real processes that write at once and are killed at random moments. */
#include "store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

enum { WORKERS = 8, KILLS = 1000 };

/* What a worker reports once its write has been acknowledged: one line of one
 * write(), so that a kill cannot split it. */
typedef struct {
    int reports;
    int claim_lock; /* held while the claim is: two holders are a double claim */
    int number;
    char *task_id;
} worker;

static void report(const worker *w, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void report(const worker *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    if (write(w->reports, line, strlen(line)) != (ssize_t)strlen(line))
        _exit(9);
}

static void report_error(const worker *w, const char *where, error **err)
{
    report(w, "error %s: %s %s\n", where, (*err)->message,
           (*err)->detail != NULL ? (*err)->detail : "");
    g_clear_pointer(err, error_free);
}

static void set_parameter(const worker *w, store *s, int sequence)
{
    g_autoptr(error) err = NULL;
    g_autofree char *name = g_strdup_printf("p%d_%d", w->number, sequence);
    const global_parameter p = { .name = name, .expression = name };
    if (store_parameter_set(s, &p, &err))
        report(w, "parameter %s\n", name);
    else
        report_error(w, "parameter", &err);
}

/* Start a run that claims the one target; most are told that it is busy. */
static void run_once(const worker *w, store *s)
{
    g_autoptr(error) err = NULL;
    const run_new new_run = { .kind = RUN_MANUAL,
                              .state = RUN_QUEUED,
                              .task_id = w->task_id,
                              .business_date = "2026-03-01" };
    const run_claim claim = { "{}", "h", "target", "", false };
    int64_t run;
    store_lease lease;
    if (!store_run_create(s, &new_run, &run, NULL, &err) ||
        !store_lease_acquire(s, run, &lease, &err)) {
        report_error(w, "create", &err);
        return;
    }
    run_outcome o = { .state = RUN_FAILED };
    if (store_run_start(s, &lease, &claim, NULL, &err)) {
        if (flock(w->claim_lock, LOCK_EX | LOCK_NB) != 0)
            report(w, "error: two runs hold the claim\n");
        o.state = RUN_SUCCEEDED;
        o.published = true;
        if (!store_run_set_state(s, &lease, RUN_RUNNING, NULL, &err) ||
            !store_run_progress(s, &lease, "read", "{}", &err))
            report_error(w, "run", &err);
        flock(w->claim_lock, LOCK_UN);
    } else if (err->code != ERROR_BUSY) {
        report_error(w, "start", &err);
    }
    g_clear_pointer(&err, error_free);
    if (store_run_finish(s, &lease, &o, &err))
        report(w, "run %" G_GINT64_FORMAT " %s\n", run, run_state_name(o.state));
    else
        report_error(w, "finish", &err);
}

static void reap(const worker *w, store *s)
{
    g_autoptr(error) err = NULL;
    g_autoptr(GPtrArray) reaped = store_lease_reap(s, &err);
    if (reaped == NULL) {
        report_error(w, "reap", &err);
        return;
    }
    for (guint i = 0; i < reaped->len; i++) {
        const reaped_run *r = reaped->pdata[i];
        if (r->finding == LEASE_DEAD)
            report(w, "reaped %" G_GINT64_FORMAT "\n", r->run);
    }
}

static G_GNUC_NORETURN void work(const fixture *f, const char *reports, const char *lock,
                                 int number)
{
    g_autoptr(error) err = NULL;
    worker w = { .number = number, .task_id = f->task_id };
    w.reports = open(reports, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    w.claim_lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    store *s = store_open(f->path, &local_options, &err);
    if (s == NULL) {
        report_error(&w, "open", &err);
        _exit(1);
    }
    for (int i = 0;; i++) {
        set_parameter(&w, s, i);
        run_once(&w, s);
        reap(&w, s);
    }
}

static pid_t start_worker(const fixture *f, const char *reports, const char *lock, int number)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        work(f, reports, lock, number);
    return pid;
}

static void end_worker(pid_t pid)
{
    int status;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static int kills_wanted(void)
{
    const char *scale = getenv("ROWFERRY_TEST_SCALE");
    double factor = scale != NULL ? g_ascii_strtod(scale, NULL) : 0.2;
    /* Fewer might by chance never kill a run under way. */
    return MAX(150, (int)(KILLS * factor));
}

static void check_reports(fixture *f, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GHashTable) reaped = g_hash_table_new(g_str_hash, g_str_equal);
    int parameters = 0, succeeded = 0;
    for (char **line = lines; **line != '\0'; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", -1);
        if (g_str_has_prefix(*line, "error"))
            fail_msg("%s", *line);
        if (strcmp(words[0], "parameter") == 0) {
            g_autoptr(global_parameter) p = store_parameter_get(f->s, words[1], &f->err);
            must(p != NULL, f->err);
            parameters++;
        } else if (strcmp(words[0], "run") == 0) {
            run_state state = state_of(f, g_ascii_strtoll(words[1], NULL, 10));
            assert_string_equal(run_state_name(state), words[2]);
            succeeded += state == RUN_SUCCEEDED;
        } else {
            assert_string_equal(words[0], "reaped");
            /* Each dead run is settled exactly once. */
            assert_true(g_hash_table_add(reaped, *line));
        }
    }
    print_message("# %d parameters, %d runs that held the claim, %u reaped\n", parameters,
                  succeeded, g_hash_table_size(reaped));
    assert_true(parameters > 0 && succeeded > 0 && g_hash_table_size(reaped) > 0);
}

static void killed_writers_lose_nothing_that_was_acknowledged(void **state)
{
    fixture *f = *state;
    /* No handle may be open across fork(). */
    g_clear_pointer(&f->s, store_close);
    g_autofree char *reports = g_build_filename(f->folder, "reports", NULL);
    g_autofree char *lock = g_build_filename(f->folder, "lock", NULL);
    pid_t pids[WORKERS];
    int number = 0;
    for (int i = 0; i < WORKERS; i++)
        pids[i] = start_worker(f, reports, lock, number++);
    int kills = kills_wanted();
    for (int i = 0; i < kills; i++) {
        g_usleep((gulong)g_random_int_range(1000, 40000));
        int victim = g_random_int_range(0, WORKERS);
        end_worker(pids[victim]);
        pids[victim] = start_worker(f, reports, lock, number++);
    }
    for (int i = 0; i < WORKERS; i++)
        end_worker(pids[i]);

    fixture_reopen(f);
    must(store_check(f->s, true, &f->err), f->err);
    g_autoptr(GPtrArray) reaped = store_lease_reap(f->s, &f->err);
    must(reaped != NULL, f->err);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(reports, &text, NULL, NULL));
    check_reports(f, text);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM lease"), 0);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM run WHERE state IN ('starting', 'running',"
                                " 'cancelling')"),
                     0);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM attempt WHERE finished_at IS NULL"), 0);
    /* A change and its audit row are one. */
    assert_int_equal(raw_int(f, "SELECT (SELECT count(*) FROM parameter) ="
                                " (SELECT count(*) FROM audit WHERE operation = 'parameter.set')"),
                     1);
    assert_int_equal(raw_int(f, "SELECT (SELECT count(*) FROM run) ="
                                " (SELECT count(*) FROM audit WHERE operation = 'run.create')"),
                     1);
}

static void processes_that_start_together_make_one_store(void **state)
{
    fixture *f = *state;
    pid_t pids[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            g_autoptr(error) err = NULL;
            store *s = store_open(f->path, &local_options, &err);
            if (s == NULL)
                print_error("%s\n", err->message);
            _exit(s != NULL ? 0 : 1);
        }
    }
    for (int i = 0; i < WORKERS; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    fixture_reopen(f);
    must(store_check(f->s, true, &f->err), f->err);
    g_autofree char *marker = g_strconcat(f->path, ".made", NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(marker, &text, NULL, NULL));
    assert_string_equal(g_strchomp(text), store_uuid(f->s));
}

/* A child that died and was not waited for is dead all the same. */
static void zombie_does_not_keep_its_run(void **state)
{
    fixture *f = *state;
    int64_t run = queued_run(f);
    g_clear_pointer(&f->s, store_close);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        store_lease lease;
        const run_claim claim = { "{}", "h", "t", "", false };
        store *s = store_open(f->path, &local_options, NULL);
        bool ok = s != NULL && store_lease_acquire(s, run, &lease, NULL) &&
                  store_run_start(s, &lease, &claim, NULL, NULL);
        _exit(ok ? 0 : 1);
    }
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(info.si_status, 0);
    fixture_reopen(f);
    g_autoptr(GPtrArray) reaped = store_lease_reap(f->s, &f->err);
    must(reaped != NULL, f->err);
    assert_int_equal(reaped->len, 1);
    assert_int_equal(((reaped_run *)reaped->pdata[0])->pid, pid);
    assert_int_equal(state_of(f, run), RUN_FAILED);
    waitpid(pid, NULL, 0);
}

int main(void)
{
#define CLOSED(test) cmocka_unit_test_setup_teardown(test, setup_closed, teardown)
#define TASK(test)   cmocka_unit_test_setup_teardown(test, setup_task, teardown)
    const struct CMUnitTest tests[] = {
        TASK(killed_writers_lose_nothing_that_was_acknowledged),
        CLOSED(processes_that_start_together_make_one_store),
        TASK(zombie_does_not_keep_its_run),
    };
    return cmocka_run_group_tests_name("store_processes", tests, NULL, NULL);
}
