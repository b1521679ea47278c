#include "store_fixture.h"

/* --- states --- */

/* rulings.md 19, written out once more. */
static const struct {
    const char *from, *to;
} allowed[] = {
    { "planned",
      "waiting_time waiting_upstream queued failed cancelled skipped dry_run missed frozen" },
    { "waiting_time",
      "planned waiting_upstream queued failed cancelled skipped dry_run missed frozen" },
    { "waiting_upstream",
      "planned waiting_time queued failed cancelled skipped dry_run missed frozen" },
    { "queued", "planned waiting_time waiting_upstream starting failed cancelled skipped dry_run "
                "missed frozen" },
    { "starting", "running cancelling succeeded failed cancelled held unresolved dry_run queued "
                  "waiting_time" },
    { "running", "cancelling succeeded failed cancelled held unresolved queued waiting_time" },
    { "held", "starting discarded" },
    { "unresolved", "succeeded failed" },
    { "cancelling", "cancelled succeeded failed unresolved" },
    { "succeeded", "" },
    { "failed", "queued" },
    { "cancelled", "queued" },
    { "skipped", "" },
    { "dry_run", "" },
    { "missed", "queued" },
    { "frozen", "planned waiting_time waiting_upstream queued cancelled skipped missed" },
    { "discarded", "" },
};

static void only_the_allowed_moves_are_allowed(void **state)
{
    (void)state;
    assert_int_equal(G_N_ELEMENTS(allowed), RUN_STATES);
    for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++) {
        run_state from;
        assert_true(run_state_from_name(allowed[i].from, &from));
        g_auto(GStrv) to = g_strsplit(allowed[i].to, " ", -1);
        for (int j = 0; j < RUN_STATES; j++) {
            bool want = g_strv_contains((const char *const *)to, run_state_name((run_state)j));
            if (run_state_may_become(from, (run_state)j) != want)
                print_error("%s > %s\n", allowed[i].from, run_state_name((run_state)j));
            assert_int_equal(run_state_may_become(from, (run_state)j), want);
        }
    }
    run_state unknown;
    assert_false(run_state_from_name("lost", &unknown));
}

static void forbidden_move_is_refused_by_the_store(void **state)
{
    fixture *f = *state;
    int64_t run = queued_run(f);
    store_lease lease = acquired(f, run);
    must_fail(store_run_set_state(f->s, &lease, RUN_RUNNING, NULL, &f->err), &f->err,
              ERROR_INTERNAL);
    const run_outcome o = { .state = RUN_SUCCEEDED };
    must_fail(store_run_finish(f->s, &lease, &o, &f->err), &f->err, ERROR_INTERNAL);
    assert_int_equal(state_of(f, run), RUN_QUEUED);
}

static void run_leaves_its_whole_story(void **state)
{
    fixture *f = *state;
    int64_t run = queued_run(f);
    store_lease lease = started(f, run, "erp|orders", "", false);
    must(store_run_set_state(f->s, &lease, RUN_RUNNING, NULL, &f->err), f->err);
    must(store_run_set_files(f->s, &lease, "/l", NULL, &f->err), f->err);
    must(store_run_set_files(f->s, &lease, NULL, "/r", &f->err), f->err);
    must(store_run_progress(f->s, &lease, "read", "{\"rows_read\":1}", &f->err), f->err);
    segment_record segment = { .number = 2, .state = (char *)"running", .what = (char *)"1..9" };
    must(store_segment_save(f->s, &lease, &segment, &f->err), f->err);
    segment.state = (char *)"done";
    segment.rows_read = 9;
    must(store_segment_save(f->s, &lease, &segment, &f->err), f->err);
    g_autoptr(error) failure = NULL;
    error_set(&failure, ERROR_DATA, "bad \"%s\"", "value");
    error_hint(&failure, "fix it");
    error_sqlstate(&failure, "22001");
    const run_outcome first = { .state = RUN_QUEUED, .failure = failure, .exit_status = 1 };
    must(store_run_finish(f->s, &lease, &first, &f->err), f->err);

    lease = acquired(f, run);
    const run_claim same = { 0 };
    int attempt = 0;
    must(store_run_start(f->s, &lease, &same, &attempt, &f->err), f->err);
    assert_int_equal(attempt, 2);
    const run_outcome second = {
        .state = RUN_SUCCEEDED, .published = true, .counters = "{}", .result = "{\"run\":1}"
    };
    must(store_run_finish(f->s, &lease, &second, &f->err), f->err);

    g_autoptr(run_record) r = store_run_get(f->s, run, &f->err);
    must(r != NULL, f->err);
    assert_int_equal(r->state, RUN_SUCCEEDED);
    assert_string_equal(r->claim_target, "erp|orders");
    assert_string_equal(r->plan, "{}");
    assert_string_equal(r->log_path, "/l");
    assert_string_equal(r->reject_path, "/r");
    assert_string_equal(r->counters, "{}");
    assert_string_equal(r->result, "{\"run\":1}");
    assert_null(r->failure);
    assert_int_equal(r->attempt, 2);
    assert_int_equal(r->pid, 0);
    assert_int_equal(strlen(r->token), 16);
    assert_true(r->started_at > 0 && r->finished_at >= r->started_at && r->published_at > 0);

    g_autoptr(GPtrArray) attempts = store_attempt_list(f->s, run, &f->err);
    assert_int_equal(attempts->len, 2);
    const attempt_record *a = attempts->pdata[0];
    assert_string_equal(a->state, "queued");
    assert_int_equal(a->failure->code, ERROR_DATA);
    assert_string_equal(a->failure->message, "bad \"value\"");
    assert_string_equal(a->failure->hint, "fix it");
    assert_string_equal(a->failure->sqlstate, "22001");
    assert_string_equal(a->counters, "{\"rows_read\":1}");
    assert_int_equal(a->exit_status, 1);
    assert_int_equal(a->pid, getpid());
    g_autoptr(GPtrArray) segments = store_segment_list(f->s, run, 1, &f->err);
    assert_int_equal(segments->len, 1);
    assert_string_equal(((segment_record *)segments->pdata[0])->state, "done");
    assert_int_equal(((segment_record *)segments->pdata[0])->rows_read, 9);
    g_autoptr(GPtrArray) none = store_segment_list(f->s, run, 0, &f->err);
    assert_int_equal(none->len, 0);
    g_autoptr(run_record) by_token = store_run_get_by_token(f->s, r->token, &f->err);
    must(by_token != NULL, f->err);
    assert_int_equal(by_token->id, run);
}

/* --- identity --- */

static void identity_of_a_run_is_unique_for_its_kind(void **state)
{
    fixture *f = *state;
    int64_t parent = queued_run(f);
    int64_t other_parent = queued_run(f);
    const run_new base = { .state = RUN_PLANNED,
                           .task_id = f->task_id,
                           .business_date = "2026-03-01",
                           .nominal = "2026-03-02T02:30:00" };
    const struct {
        run_kind kind;
        const char *nominal;
        int fold;
        int64_t parent, backfill;
        bool existed;
    } cases[] = {
        { RUN_SCHEDULED, NULL, 0, 0, 0, false },
        { RUN_SCHEDULED, NULL, 0, 0, 0, true },
        { RUN_SCHEDULED, NULL, 1, 0, 0, false },
        { RUN_SCHEDULED, "2026-03-02T14:30:00", 0, 0, 0, false },
        { RUN_BACKFILL, NULL, 0, 0, 1, false },
        { RUN_BACKFILL, NULL, 0, 0, 1, true },
        { RUN_BACKFILL, NULL, 1, 0, 1, false },
        { RUN_BACKFILL, NULL, 0, 0, 2, false },
        { RUN_UPSTREAM, NULL, 0, parent, 0, false },
        { RUN_UPSTREAM, NULL, 0, parent, 0, true },
        { RUN_UPSTREAM, NULL, 0, other_parent, 0, false },
        { RUN_MANUAL, NULL, 0, 0, 0, false },
        { RUN_MANUAL, NULL, 0, 0, 0, false },
        { RUN_REPLAY, NULL, 0, parent, 0, false },
        { RUN_REPLAY, NULL, 0, parent, 0, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        run_new r = base;
        r.kind = cases[i].kind;
        r.nominal = cases[i].nominal != NULL ? cases[i].nominal : base.nominal;
        r.fold = cases[i].fold;
        r.parent = cases[i].parent;
        r.backfill = cases[i].backfill;
        int64_t id, before = raw_int(f, "SELECT count(*) FROM run");
        bool existed;
        must(store_run_create(f->s, &r, &id, &existed, &f->err), f->err);
        assert_int_equal(existed, cases[i].existed);
        assert_int_equal(raw_int(f, "SELECT count(*) FROM run"), before + !cases[i].existed);
    }
}

static void schema_itself_refuses_a_second_equal_run(void **state)
{
    fixture *f = *state;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO run (token, task_id, task_version, task_name, kind, business_date, nominal,"
        " priority, due_at, state, state_at, created_at, created_by) SELECT"
        " printf('%%016x', random() & 0xffffffff), '%s', 1, 'orders', 'scheduled', '2026-03-01',"
        " '2026-03-02T02:30:00', 5, 0, 'planned', 0, 0, 0",
        f->task_id);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_CONSTRAINT);
    sqlite3_close(db);
}

/* --- claims --- */

static void slices_overlap_unless_certainly_disjoint(void **state)
{
    (void)state;
#define POINT(v)    "day = " v
#define RANGE(a, b) "day from " a " until " b
    static const struct {
        const char *a, *b;
        bool overlap;
    } cases[] = {
        { "", "", true },
        { "", POINT("1"), true },
        { POINT("1"), POINT("1"), true },
        { POINT("1"), POINT("2"), false },
        { POINT("1"), POINT("01"), true },
        { POINT("2026-03-01"), POINT("2026-03-02"), false },
        { POINT("2026-03-01"), POINT("2026-03-01T00:00:00"), true },
        { POINT("20260301"), POINT("20260302"), false },
        { POINT("north"), POINT("south"), false },
        { POINT("north"), POINT("North "), true },
        { POINT("north"), POINT("n\xc3\xb6rth"), true },
        { POINT("1.5"), POINT("1.6"), true },
        { POINT("null"), POINT("1"), true },
        { POINT("1"), "hour = 2", true },
        { POINT("2026-03-01"), RANGE("2026-03-01", "2026-04-01"), true },
        { POINT("2026-04-01"), RANGE("2026-03-01", "2026-04-01"), false },
        { POINT("2026-02-28"), RANGE("2026-03-01", "2026-04-01"), false },
        { RANGE("1", "5"), RANGE("5", "9"), false },
        { RANGE("1", "6"), RANGE("5", "9"), true },
        { RANGE("a", "b"), RANGE("c", "d"), true },
        { "day=1", "day=2", true },
        { POINT("true"), POINT("t"), true },
        { POINT("a0ee-bc99"), POINT("A0EEbc99"), true },
        { POINT("x = 1"), POINT("x = 2"), true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool both = claim_slices_overlap(cases[i].a, cases[i].b);
        if (both != cases[i].overlap)
            print_error("%s / %s\n", cases[i].a, cases[i].b);
        assert_int_equal(both, cases[i].overlap);
        assert_int_equal(claim_slices_overlap(cases[i].b, cases[i].a), cases[i].overlap);
    }
}

static void one_live_writer_per_claim(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *target, *slice;
        bool shared;
        const char *other_target, *other_slice;
        bool other_shared;
        bool busy;
    } cases[] = {
        { "t", "", false, "t", "", false, true },
        { "t", "", false, "u", "", false, false },
        { "t", "", true, "t", "", true, false },
        { "t", "", true, "t", "", false, true },
        { "t", "", false, "t", "", true, true },
        { "t", POINT("1"), false, "t", POINT("1"), false, true },
        { "t", POINT("1"), false, "t", POINT("2"), false, false },
        { "t", POINT("1"), false, "t", "", false, true },
        { "t", "", false, "t", POINT("1"), false, true },
        { "t", POINT("1"), false, "t", "", true, true },
    };
    static const run_state holding[] = { RUN_STARTING, RUN_RUNNING, RUN_CANCELLING, RUN_HELD,
                                         RUN_UNRESOLVED };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(holding); j++) {
            int64_t run = queued_run(f), other = queued_run(f);
            store_lease lease = started(f, run, cases[i].target, cases[i].slice, cases[i].shared);
            bool leased = run_state_is_live(holding[j]) && j < 3;
            if (holding[j] == RUN_RUNNING || holding[j] == RUN_CANCELLING)
                must(store_run_set_state(f->s, &lease, holding[j], NULL, &f->err), f->err);
            else if (!leased)
                finished(f, &lease, holding[j], false);
            store_lease second = acquired(f, other);
            const run_claim claim = { "{}", "h", cases[i].other_target, cases[i].other_slice,
                                      cases[i].other_shared };
            bool ok = store_run_start(f->s, &second, &claim, NULL, &f->err);
            if (ok == cases[i].busy)
                print_error("case %zu, %s\n", i, run_state_name(holding[j]));
            assert_int_equal(ok, !cases[i].busy);
            if (cases[i].busy) {
                g_autofree char *name = g_strdup_printf("run %" G_GINT64_FORMAT " ", run);
                assert_non_null(strstr(f->err->message, name));
                must_fail(ok, &f->err, ERROR_BUSY);
                assert_int_equal(state_of(f, other), RUN_QUEUED);
            }
            const run_state end = holding[j] == RUN_HELD         ? RUN_DISCARDED
                                  : holding[j] == RUN_UNRESOLVED ? RUN_FAILED
                                                                 : RUN_CANCELLED;
            if (leased) {
                finished(f, &lease, end, false);
            } else {
                g_autoptr(run_record) r = store_run_get(f->s, run, &f->err);
                must(store_run_decide(f->s, run, r->epoch, end, false, NULL, &f->err), f->err);
            }
            if (!ok)
                must(store_run_start(f->s, &second, &claim, NULL, &f->err), f->err);
            finished(f, &second, RUN_CANCELLED, false);
        }
    }
}

static void schema_itself_refuses_a_second_writer(void **state)
{
    fixture *f = *state;
    int64_t run = queued_run(f), other = queued_run(f);
    started(f, run, "t", "", false);
    g_autofree char *sql = g_strdup_printf("UPDATE run SET state = 'running', claim_target = 't'"
                                           " WHERE id = %" G_GINT64_FORMAT,
                                           other);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_CONSTRAINT);
    sqlite3_close(db);
}

static void later_publish_to_the_claim_is_found(void **state)
{
    fixture *f = *state;
    int64_t held = queued_run(f), append = queued_run(f), other;
    store_lease lease = started(f, held, "t", POINT("1"), false);
    finished(f, &lease, RUN_HELD, false);
    must(store_run_published_since(f->s, held, &other, &f->err), f->err);
    assert_int_equal(other, 0);
    lease = started(f, append, "t", POINT("2"), false);
    finished(f, &lease, RUN_SUCCEEDED, true);
    must(store_run_published_since(f->s, held, &other, &f->err), f->err);
    assert_int_equal(other, 0);
    raw_sql(f, "UPDATE run SET claim_slice = '' WHERE state = 'succeeded'");
    must(store_run_published_since(f->s, held, &other, &f->err), f->err);
    assert_int_equal(other, append);
}

static void held_run_can_be_approved(void **state)
{
    fixture *f = *state;
    int64_t run = queued_run(f);
    store_lease lease = started(f, run, "t", "", false);
    finished(f, &lease, RUN_HELD, false);
    must_fail(store_run_request_cancel(f->s, run, &f->err), &f->err, ERROR_PLAN);
    lease = acquired(f, run);
    const run_claim same = { 0 };
    must(store_run_start(f->s, &lease, &same, NULL, &f->err), f->err);
    finished(f, &lease, RUN_SUCCEEDED, true);
    assert_int_equal(state_of(f, run), RUN_SUCCEEDED);
}

/* --- leases --- */

static int64_t boot_now;
static int64_t fake_boot(void)
{
    return boot_now;
}

static void reopen_with_fake_clock(fixture *f)
{
    store_options options = local_options;
    options.boot_ms = fake_boot;
    boot_now = 1000000;
    store_close(f->s);
    f->s = store_open(f->path, &options, &f->err);
    must(f->s != NULL, f->err);
}

static void stale_lease_may_not_commit(void **state)
{
    fixture *f = *state;
    reopen_with_fake_clock(f);
    int64_t run = queued_run(f);
    store_lease lease = started(f, run, "t", "", false);
    boot_now += LEASE_COMMIT_MS - 1;
    must(store_lease_may_commit(f->s, &lease, &f->err), f->err);
    boot_now += 1;
    must_fail(store_lease_may_commit(f->s, &lease, &f->err), &f->err, ERROR_LOST);
    must_fail(store_run_committing(f->s, &lease, &f->err), &f->err, ERROR_LOST);
    must(store_lease_renew(f->s, &lease, &f->err), f->err);
    must(store_run_committing(f->s, &lease, &f->err), f->err);
}

static void every_write_with_an_old_epoch_is_lost(void **state)
{
    fixture *f = *state;
    int64_t run = queued_run(f);
    store_lease old = acquired(f, run);
    must_fail(store_lease_acquire(f->s, run, &old, &f->err), &f->err, ERROR_BUSY);
    must(store_lease_release(f->s, &old, &f->err), f->err);
    store_lease lease = started(f, run, "t", "", false);
    assert_int_equal(lease.epoch, old.epoch + 1);
    const run_claim claim = { 0 };
    const run_outcome o = { .state = RUN_FAILED };
    const segment_record segment = { .number = 1, .state = (char *)"running" };
    must_fail(store_run_start(f->s, &old, &claim, NULL, &f->err), &f->err, ERROR_LOST);
    must_fail(store_run_set_state(f->s, &old, RUN_RUNNING, NULL, &f->err), &f->err, ERROR_LOST);
    must_fail(store_run_progress(f->s, &old, "x", "{}", &f->err), &f->err, ERROR_LOST);
    must_fail(store_run_set_files(f->s, &old, "x", "y", &f->err), &f->err, ERROR_LOST);
    must_fail(store_run_committing(f->s, &old, &f->err), &f->err, ERROR_LOST);
    must_fail(store_run_committed(f->s, &old, &f->err), &f->err, ERROR_LOST);
    must_fail(store_run_not_committed(f->s, &old, &f->err), &f->err, ERROR_LOST);
    must_fail(store_run_finish(f->s, &old, &o, &f->err), &f->err, ERROR_LOST);
    must_fail(store_segment_save(f->s, &old, &segment, &f->err), &f->err, ERROR_LOST);
    must_fail(store_lease_renew(f->s, &old, &f->err), &f->err, ERROR_LOST);
    must_fail(store_lease_release(f->s, &old, &f->err), &f->err, ERROR_LOST);
    must_fail(store_lease_may_commit(f->s, &old, &f->err), &f->err, ERROR_LOST);
    assert_int_equal(state_of(f, run), RUN_STARTING);
    must_fail(store_lease_release(f->s, &lease, &f->err), &f->err, ERROR_INTERNAL);
}

static void operator_cannot_move_what_changed_or_is_held_by_a_process(void **state)
{
    fixture *f = *state;
    int64_t run = queued_run(f);
    g_autoptr(run_record) seen = store_run_get(f->s, run, &f->err);
    store_lease lease = acquired(f, run);
    must_fail(store_run_decide(f->s, run, seen->epoch, RUN_FROZEN, false, NULL, &f->err), &f->err,
              ERROR_BUSY);
    must(store_lease_release(f->s, &lease, &f->err), f->err);
    must_fail(store_run_decide(f->s, run, seen->epoch, RUN_FROZEN, false, NULL, &f->err), &f->err,
              ERROR_LOST);
    must(store_run_decide(f->s, run, lease.epoch, RUN_FROZEN, false, "why", &f->err), f->err);
    assert_int_equal(state_of(f, run), RUN_FROZEN);
}

static void cancel_reaches_a_run_wherever_it_is(void **state)
{
    fixture *f = *state;
    int64_t waiting = queued_run(f), live = queued_run(f), taken = queued_run(f);
    must(store_run_request_cancel(f->s, waiting, &f->err), f->err);
    assert_int_equal(state_of(f, waiting), RUN_CANCELLED);
    must_fail(store_run_request_cancel(f->s, waiting, &f->err), &f->err, ERROR_PLAN);

    store_lease lease = started(f, live, "t", "", false);
    assert_false(store_run_cancel_requested(f->s, live));
    must(store_run_request_cancel(f->s, live, &f->err), f->err);
    assert_true(store_run_cancel_requested(f->s, live));
    assert_int_equal(state_of(f, live), RUN_STARTING);
    must(store_run_set_state(f->s, &lease, RUN_CANCELLING, NULL, &f->err), f->err);
    finished(f, &lease, RUN_CANCELLED, false);

    lease = acquired(f, taken);
    must(store_run_request_cancel(f->s, taken, &f->err), f->err);
    const run_claim claim = { "{}", "h", "t", "", false };
    must_fail(store_run_start(f->s, &lease, &claim, NULL, &f->err), &f->err, ERROR_CANCELLED);
    finished(f, &lease, RUN_CANCELLED, false);
    must(store_run_again(f->s, taken, &f->err), f->err);
    assert_false(store_run_cancel_requested(f->s, taken));
}

/* --- reaping --- */

static const struct {
    const char *name;
    const char *sql; /* what makes the lease of a living process look dead */
    bool dead;
} graves[] = {
    { "nothing wrong", "SELECT 1", false },
    { "another boot", "UPDATE lease SET boot_id = 'other'", true },
    { "pid gone", "UPDATE lease SET pid = 4194303", true },
    { "pid used again", "UPDATE lease SET pid_start = pid_start + 1", true },
    { "another namespace, fresh", "UPDATE lease SET pid_namespace = 'other', pid = 1", false },
    { "another namespace, expired",
      "UPDATE lease SET pid_namespace = 'other', until_boot = until_boot - 61000", true },
};

static void only_the_dead_are_reaped(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(graves); i++) {
        int64_t run = queued_run(f);
        store_lease lease = started(f, run, "t", "", false);
        raw_sql(f, graves[i].sql);
        g_autoptr(GPtrArray) reaped = store_lease_reap(f->s, &f->err);
        must(reaped != NULL, f->err);
        if (reaped->len != graves[i].dead)
            print_error("%s\n", graves[i].name);
        assert_int_equal(reaped->len, graves[i].dead);
        if (!graves[i].dead) {
            assert_int_equal(state_of(f, run), RUN_STARTING);
            finished(f, &lease, RUN_FAILED, false);
            continue;
        }
        const reaped_run *found = reaped->pdata[0];
        assert_int_equal(found->finding, LEASE_DEAD);
        assert_int_equal(found->run, run);
        assert_string_equal(found->state, "failed");
        assert_string_equal(found->plan, "{}");
        g_autoptr(run_record) r = store_run_get(f->s, run, &f->err);
        assert_string_equal(r->failure_code, "lost");
        assert_int_equal(r->epoch, lease.epoch + 1);
        assert_true(r->finished_at > 0);
        must_fail(store_run_set_state(f->s, &lease, RUN_RUNNING, NULL, &f->err), &f->err,
                  ERROR_LOST);
        g_autoptr(GPtrArray) attempts = store_attempt_list(f->s, run, &f->err);
        assert_string_equal(((attempt_record *)attempts->pdata[0])->failure_code, "lost");
        g_autoptr(GPtrArray) again = store_lease_reap(f->s, &f->err);
        assert_int_equal(again->len, 0);
    }
}

static void living_process_that_does_not_renew_is_only_reported(void **state)
{
    fixture *f = *state;
    reopen_with_fake_clock(f);
    int64_t run = queued_run(f);
    started(f, run, "t", "", false);
    boot_now += LEASE_MS + 1;
    g_autoptr(GPtrArray) found = store_lease_reap(f->s, &f->err);
    must(found != NULL, f->err);
    assert_int_equal(found->len, 1);
    assert_int_equal(((reaped_run *)found->pdata[0])->finding, LEASE_EXPIRED);
    assert_int_equal(state_of(f, run), RUN_STARTING);
}

static void what_a_dead_run_becomes_depends_on_where_it_was(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *at;
        run_state want;
    } cases[] = {
        { "queued", RUN_FAILED },
        { "running", RUN_FAILED },
        { "cancelling", RUN_CANCELLED },
        { "committing", RUN_UNRESOLVED },
        { "not committed", RUN_FAILED },
        { "committed", RUN_UNRESOLVED },
        { "cancelling a commit", RUN_UNRESOLVED },
        { "held", RUN_HELD },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *at = cases[i].at;
        g_autofree char *target = g_strdup_printf("t%zu", i);
        int64_t run = queued_run(f);
        store_lease lease;
        if (strcmp(at, "queued") == 0) {
            lease = acquired(f, run);
        } else {
            lease = started(f, run, target, "", false);
            if (strstr(at, "commit") != NULL)
                must(store_run_committing(f->s, &lease, &f->err), f->err);
            if (strcmp(at, "not committed") == 0)
                must(store_run_not_committed(f->s, &lease, &f->err), f->err);
            if (strcmp(at, "committed") == 0)
                must(store_run_committed(f->s, &lease, &f->err), f->err);
            if (g_str_has_prefix(at, "cancelling"))
                must(store_run_set_state(f->s, &lease, RUN_CANCELLING, NULL, &f->err), f->err);
            if (strcmp(at, "held") == 0) {
                finished(f, &lease, RUN_HELD, false);
                lease = acquired(f, run);
            }
        }
        raw_sql(f, "UPDATE lease SET boot_id = 'other'");
        g_autoptr(GPtrArray) reaped = store_lease_reap(f->s, &f->err);
        must(reaped != NULL, f->err);
        assert_int_equal(reaped->len, 1);
        if (state_of(f, run) != cases[i].want)
            print_error("%s\n", at);
        assert_int_equal(state_of(f, run), cases[i].want);
        must_fail(store_lease_renew(f->s, &lease, &f->err), &f->err, ERROR_LOST);
    }
}

/* --- lists --- */

static void list_is_filtered_and_newest_first(void **state)
{
    fixture *f = *state;
    static const char *const days[] = { "2026-03-01", "2026-03-02", "2026-03-03", "2026-03-02" };
    int64_t ids[4];
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
        const run_new r = { .kind = i == 3 ? RUN_REPLAY : RUN_MANUAL,
                            .state = RUN_QUEUED,
                            .task_id = f->task_id,
                            .business_date = days[i] };
        must(store_run_create(f->s, &r, &ids[i], NULL, &f->err), f->err);
    }
    must(store_run_request_cancel(f->s, ids[0], &f->err), f->err);
    const struct {
        run_filter filter;
        const char *want; /* indexes, newest first */
    } cases[] = {
        { { 0 }, "3210" },
        { { .limit = 2 }, "32" },
        { { .before = ids[2] }, "10" },
        { { .states = 1u << RUN_QUEUED }, "321" },
        { { .states = 1u << RUN_QUEUED | 1u << RUN_CANCELLED }, "3210" },
        { { .kinds = 1u << RUN_REPLAY }, "3" },
        { { .date_from = "2026-03-02" }, "321" },
        { { .date_from = "2026-03-02", .date_until = "2026-03-02" }, "31" },
        { { .task_name = "orders" }, "3210" },
        { { .task_id = f->task_id, .date_until = "2026-03-01" }, "0" },
        { { .task_name = "other" }, "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) list = store_run_list(f->s, &cases[i].filter, &f->err);
        must(list != NULL, f->err);
        assert_int_equal(list->len, strlen(cases[i].want));
        for (guint j = 0; j < list->len; j++)
            assert_int_equal(((run_record *)list->pdata[j])->id, ids[cases[i].want[j] - '0']);
    }
    g_autoptr(task_record) task = store_task_get(f->s, "orders", 0, &f->err);
    assert_int_equal(task->last_run, ids[3]);
    assert_string_equal(task->last_state, "queued");
}

static void day_shows_the_newest_run_and_reads_one_index(void **state)
{
    fixture *f = *state;
    int64_t first = queued_run(f), second = queued_run(f);
    must(store_run_request_cancel(f->s, first, &f->err), f->err);
    store_lease lease = started(f, second, "t", "", false);
    g_autoptr(GPtrArray) days =
        store_task_days(f->s, f->task_id, "2026-01-01", "2026-12-31", &f->err);
    must(days != NULL, f->err);
    assert_int_equal(days->len, 1);
    const task_day *day = days->pdata[0];
    assert_string_equal(day->business_date, "2026-03-01");
    assert_string_equal(day->state, "starting");
    assert_int_equal(day->run, second);
    finished(f, &lease, RUN_FAILED, false);
    assert_int_equal(raw_int(f, "SELECT count(*) FROM task_day_status WHERE state = 'failed'"), 1);
}

int main(void)
{
#define TASK(test) cmocka_unit_test_setup_teardown(test, setup_task, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_allowed_moves_are_allowed),
        TASK(forbidden_move_is_refused_by_the_store),
        TASK(run_leaves_its_whole_story),
        TASK(identity_of_a_run_is_unique_for_its_kind),
        TASK(schema_itself_refuses_a_second_equal_run),
        cmocka_unit_test(slices_overlap_unless_certainly_disjoint),
        TASK(one_live_writer_per_claim),
        TASK(schema_itself_refuses_a_second_writer),
        TASK(later_publish_to_the_claim_is_found),
        TASK(held_run_can_be_approved),
        TASK(stale_lease_may_not_commit),
        TASK(every_write_with_an_old_epoch_is_lost),
        TASK(operator_cannot_move_what_changed_or_is_held_by_a_process),
        TASK(cancel_reaches_a_run_wherever_it_is),
        TASK(only_the_dead_are_reaped),
        TASK(living_process_that_does_not_renew_is_only_reported),
        TASK(what_a_dead_run_becomes_depends_on_where_it_was),
        TASK(list_is_filtered_and_newest_first),
        TASK(day_shows_the_newest_run_and_reads_one_index),
    };
    return cmocka_run_group_tests_name("store_runs", tests, NULL, NULL);
}
