#include "row/convert.h"
#include "row/reject_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *folder, *path;
    error *err;
} fixture;

static const char *const source_columns[] = { "id", "note", NULL };
static const char *const target_columns[] = { "Note", "Id" };
static const char *const key[] = { "id", NULL };
static const data_type source_types[] = {
    { .kind = TYPE_INT, .bits = 32, .is_unsigned = true },
    { .kind = TYPE_TEXT, .length = 40, .fixed_length = true, .length_in_bytes = true }
};
static const reject_layout layout = { .source_columns = source_columns,
                                      .source_types = source_types,
                                      .n_source = 2,
                                      .target_columns = target_columns,
                                      .n_target = 2,
                                      .key_columns = key };

static int set_up(void **state)
{
    fixture *f = g_new0(fixture, 1);
    f->folder = g_dir_make_tmp("rowferry-rejects-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "rejects.jsonl", NULL);
    *state = f;
    return f->folder != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    g_unlink(f->path);
    int result = g_rmdir(f->folder); /* fails when something is left over */
    error_free(f->err);
    g_free(f->folder);
    g_free(f->path);
    g_free(f);
    return result;
}

static void fill_row(batch *b, unsigned row, value id, value note)
{
    b->source[0][row] = id;
    b->source[1][row] = note;
    if (b->n_rows <= row)
        b->n_rows = row + 1;
}

#define T(s) value_span(VALUE_TEXT, s, sizeof s - 1)

/* Rejects 1 (row 1), 2 (row 3) and 3 (malformed, row 4) of a batch of five. */
static void write_three(fixture *f)
{
    reject_file *file = reject_file_create(f->path, &layout, &f->err);
    assert_non_null(file);
    g_autoptr(batch) b = batch_new(2, 0);
    for (unsigned i = 0; i < 5; i++)
        fill_row(b, i, value_int(10 + i), T("good"));
    b->first_position = 101;
    b->segment = 2;
    b->line[4] = 77;
    fill_row(b, 1, value_int(11), T("too \"long\"\n\xe2\x82\xac"));
    fill_row(b, 3, value_null(), T(""));
    batch_reject(b, 1, REJECT_LENGTH, 0, "22001", "text is longer than text(3)");
    batch_reject(b, 3, REJECT_NULL, 1, NULL, "server said \xff no");
    batch_reject_raw(b, 4, "3 fields, expected 2", "14;a;b", 6);
    assert_true(reject_file_add_batch(file, 1, b, &f->err));
    assert_int_equal(reject_file_count(file), 3);
    assert_true(reject_file_close(file, &f->err));
}

static reject_reader *open_reader(fixture *f)
{
    reject_reader *r = reject_reader_open(f->path, &f->err);
    if (r == NULL)
        fail_msg("%s", f->err->message);
    return r;
}

/* The rejects as "number:values;" or "number:raw;", "*" when edited, "x" when
 * closed. */
static char *summary(fixture *f)
{
    g_autoptr(reject_reader) r = open_reader(f);
    GString *out = g_string_new(NULL);
    for (;;) {
        g_autoptr(reject) one = reject_reader_next(r, &f->err);
        if (one == NULL)
            break;
        char *values = one->values != NULL ? json_dumps(one->values, JSON_COMPACT) : NULL;
        g_string_append_printf(out, "%d:%s%s%s;", (int)one->number,
                               values != NULL ? values : one->raw, one->edited ? "*" : "",
                               one->closed ? "x" : "");
        free(values);
    }
    assert_null(f->err);
    return g_string_free(out, FALSE);
}

#define FIRST  "1:{\"id\":{\"i\":11},\"note\":{\"t\":\"too \\\"long\\\"\\n\xe2\x82\xac\"}}"
#define SECOND "2:{\"id\":null,\"note\":{\"t\":\"\"}}"
#define THIRD  "3:14;a;b"

static void a_reject_comes_back_with_all_that_is_known(void **state)
{
    fixture *f = *state;
    write_three(f);
    g_autoptr(reject_reader) r = open_reader(f);
    g_autoptr(reject) one = reject_reader_next(r, &f->err);
    assert_int_equal(one->number, 1);
    assert_int_equal(one->attempt, 1);
    assert_int_equal(one->segment, 2);
    assert_int_equal(one->position, 102);
    assert_int_equal(one->line, 0);
    assert_string_equal(one->class, "length");
    assert_string_equal(one->column, "Note");
    assert_string_equal(one->sqlstate, "22001");
    assert_string_equal(one->message, "text is longer than text(3)");
    assert_int_equal(strlen(one->time), 20);
    assert_null(one->raw);
    assert_false(one->closed || one->edited);
    g_autoptr(reject) two = reject_reader_next(r, &f->err);
    assert_string_equal(two->class, "null");
    assert_string_equal(two->column, "Id");
    assert_null(two->sqlstate);
    assert_string_equal(two->message, "server said \xef\xbf\xbd no");
    g_autoptr(reject) three = reject_reader_next(r, &f->err);
    assert_string_equal(three->class, "malformed");
    assert_null(three->column);
    assert_null(three->values);
    assert_int_equal(three->line, 77);
    assert_int_equal(three->position, 105);
    assert_string_equal(three->raw, "14;a;b");
    assert_int_equal(three->raw_size, 6);
    assert_null(reject_reader_next(r, &f->err));
    assert_null(f->err);
}

static void the_header_gives_columns_types_and_key(void **state)
{
    fixture *f = *state;
    write_three(f);
    g_autoptr(reject_reader) r = open_reader(f);
    const char *const *names;
    const data_type *types;
    assert_int_equal(reject_reader_columns(r, &names, &types), 2);
    assert_string_equal(names[0], "id");
    assert_string_equal(names[1], "note");
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(types[i].kind, source_types[i].kind);
        assert_int_equal(types[i].bits, source_types[i].bits);
        assert_int_equal(types[i].is_unsigned, source_types[i].is_unsigned);
        assert_int_equal(types[i].length, source_types[i].length);
        assert_int_equal(types[i].fixed_length, source_types[i].fixed_length);
        assert_int_equal(types[i].length_in_bytes, source_types[i].length_in_bytes);
    }
    assert_string_equal(reject_reader_key(r)[0], "id");
    assert_null(reject_reader_key(r)[1]);
}

static void the_file_is_private_and_never_replaced(void **state)
{
    fixture *f = *state;
    write_three(f);
    struct stat status;
    assert_int_equal(stat(f->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_null(reject_file_create(f->path, &layout, &f->err));
    assert_int_equal(f->err->code, ERROR_IO);
    g_clear_pointer(&f->err, error_free);
    g_autofree char *kept = summary(f);
    assert_string_equal(kept, FIRST ";" SECOND ";" THIRD ";");
}

static void columns_of_the_same_name_both_keep_their_values(void **state)
{
    fixture *f = *state;
    static const char *const twice[] = { "a", "a" };
    reject_layout same = layout;
    same.source_columns = twice;
    reject_file *file = reject_file_create(f->path, &same, &f->err);
    g_autoptr(batch) b = batch_new(2, 0);
    fill_row(b, 0, value_int(1), value_int(2));
    batch_reject(b, 0, REJECT_OTHER, -1, "", "no");
    assert_true(reject_file_add_batch(file, 1, b, &f->err));
    assert_true(reject_file_close(file, &f->err));
    g_autofree char *got = summary(f);
    assert_string_equal(got, "1:{\"a\":{\"i\":1},\"a (2)\":{\"i\":2}};");
}

static void edits_replace_values_and_the_last_one_wins(void **state)
{
    fixture *f = *state;
    write_three(f);
    json_t *first = json_pack("{s:s}", "note", "short");
    json_t *second = json_pack("{s:{s:s}, s:i}", "note", "t", "ok", "id", 5);
    json_t *whole = json_pack("{s:i, s:n}", "id", 14, "note");
    assert_true(reject_file_edit(f->path, 1, first, &f->err));
    assert_true(reject_file_edit(f->path, 1, second, &f->err));
    assert_true(reject_file_edit(f->path, 3, whole, &f->err));
    g_autofree char *got = summary(f);
    assert_string_equal(got, "1:{\"id\":5,\"note\":{\"t\":\"ok\"}}*;" SECOND
                             ";3:{\"id\":14,\"note\":null}*;");
    /* A malformed line that was edited can be edited in part. */
    assert_true(reject_file_edit(f->path, 3, first, &f->err));
    g_autofree char *again = summary(f);
    assert_non_null(strstr(again, "3:{\"id\":14,\"note\":\"short\"}*;"));
    json_decref(first);
    json_decref(second);
    json_decref(whole);
}

static void a_wrong_edit_is_refused_and_changes_nothing(void **state)
{
    fixture *f = *state;
    static const struct {
        int64_t number;
        const char *values;
        error_code code;
        const char *message;
    } cases[] = {
        { 4, "{\"id\": 1}", ERROR_NOT_FOUND, "has no reject 4" },
        { 0, "{\"id\": 1}", ERROR_NOT_FOUND, "has no reject 0" },
        { 1, "{\"ID\": 1}", ERROR_DOCUMENT, "the source has no column \"ID\"" },
        { 1, "{\"id\": [1]}", ERROR_DOCUMENT, "column \"id\": [1] is not a value" },
        { 1, "{\"id\": {\"i\": \"1\"}}", ERROR_DOCUMENT, "is not a value" },
        { 1, "{\"id\": {\"b\": \"0\"}}", ERROR_DOCUMENT, "is not a value" },
        { 1, "[1]", ERROR_DOCUMENT, "not an object" },
        { 3, "{\"id\": 1}", ERROR_DOCUMENT, "column \"note\" is missing" },
    };
    write_three(f);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *values = json_loads(cases[i].values, 0, NULL);
        assert_false(reject_file_edit(f->path, cases[i].number, values, &f->err));
        json_decref(values);
        assert_int_equal(f->err->code, cases[i].code);
        if (strstr(f->err->message, cases[i].message) == NULL)
            fail_msg("case %u: %s", i, f->err->message);
        g_clear_pointer(&f->err, error_free);
    }
    g_autofree char *got = summary(f);
    assert_string_equal(got, FIRST ";" SECOND ";" THIRD ";");
}

static void closed_rejects_are_marked_whatever_their_order(void **state)
{
    fixture *f = *state;
    write_three(f);
    static const int64_t some[] = { 3, 1, 3 };
    assert_true(reject_file_mark_closed(f->path, some, 3, "run 7", &f->err));
    g_autofree char *got = summary(f);
    assert_string_equal(got, FIRST "x;" SECOND ";" THIRD "x;");
    static const int64_t rest[] = { 2 };
    assert_true(reject_file_mark_closed(f->path, rest, 1, "run 8", &f->err));
    g_autofree char *all = summary(f);
    assert_string_equal(all, FIRST "x;" SECOND "x;" THIRD "x;");
    assert_true(reject_file_mark_closed(f->path, NULL, 0, "run 9", &f->err));
}

static void a_torn_last_line_ends_the_file_and_the_next_line_replaces_it(void **state)
{
    fixture *f = *state;
    write_three(f);
    g_autofree char *whole = NULL;
    gsize size;
    assert_true(g_file_get_contents(f->path, &whole, &size, NULL));
    /* Cut anywhere in the last line: two rejects are left, and an edit after
     * that is neither lost nor glued to the torn line. */
    gsize last = size - 1;
    while (whole[last - 1] != '\n')
        last--;
    json_t *edit = json_pack("{s:i}", "id", 1);
    for (gsize cut = last; cut < size; cut += 13) {
        assert_true(g_file_set_contents(f->path, whole, (gssize)cut, NULL));
        g_autofree char *got = summary(f);
        assert_string_equal(got, FIRST ";" SECOND ";");
        assert_true(reject_file_edit(f->path, 2, edit, &f->err));
        g_autofree char *edited = summary(f);
        assert_string_equal(edited, FIRST ";2:{\"id\":1,\"note\":{\"t\":\"\"}}*;");
    }
    json_decref(edit);
}

static void a_damaged_file_is_an_error_that_names_the_line(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *content, *message;
    } cases[] = {
        { "", "is not a reject file" },
        { "\n", "is not a reject file" },
        { "{\"rowferry_rejects\":1", "is not a reject file" },
        { "[]\n", "is not a reject file" },
        { "{\"rowferry_rejects\":2,\"source\":[]}\n", "has format 2" },
        { "{\"rowferry_rejects\":1}\n", "is damaged in line 1" },
        { "{\"rowferry_rejects\":1,\"source\":[{\"name\":\"a\",\"type\":{\"kind\":\"x\"}}]}\n",
          "is damaged in line 1" },
        { "{\"rowferry_rejects\":1,\"source\":[]}\n{\"reject\":1}\n", "is damaged in line 2" },
        { "{\"rowferry_rejects\":1,\"source\":[]}\n{\"reject\":1,\n", "is damaged in line 2" },
        { "{\"rowferry_rejects\":1,\"source\":[]}\n{\"reject\":1,\"class\":\"type\","
          "\"message\":\"m\",\"values\":[]}\n",
          "is damaged in line 2" },
        { "{\"rowferry_rejects\":1,\"source\":[]}\n{\"reject\":1,\"class\":\"malformed\","
          "\"message\":\"m\",\"raw_hex\":\"0\"}\n",
          "is damaged in line 2" },
        { "{\"rowferry_rejects\":1,\"source\":[]}\n\n{\"edit\":1}\n", "is damaged in line 3" },
        { "{\"rowferry_rejects\":1,\"source\":[]}\n{\"closed\":[1]}\n", "is damaged in line 2" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_true(g_file_set_contents(f->path, cases[i].content, -1, NULL));
        reject_reader *r = reject_reader_open(f->path, &f->err);
        if (r != NULL)
            assert_null(reject_reader_next(r, &f->err));
        reject_reader_close(r);
        if (f->err == NULL || strstr(f->err->message, cases[i].message) == NULL)
            fail_msg("case %u: %s", i, f->err != NULL ? f->err->message : "no error");
        g_clear_pointer(&f->err, error_free);
    }
    g_unlink(f->path);
    assert_null(reject_reader_open(f->path, &f->err));
    assert_int_equal(f->err->code, ERROR_NOT_FOUND);
}

static void a_full_disk_fails_the_batch_and_leaves_the_file_whole(void **state)
{
    fixture *f = *state;
    reject_file *file = reject_file_create(f->path, &layout, &f->err);
    g_autoptr(batch) b = batch_new(2, 0);
    fill_row(b, 0, value_int(1), T("kept"));
    batch_reject(b, 0, REJECT_OTHER, -1, "", "no");
    assert_true(reject_file_add_batch(file, 1, b, &f->err));

    /* A limit on the size of files stands for the full disk. */
    struct stat status;
    assert_int_equal(stat(f->path, &status), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = (rlim_t)status.st_size + 50;
    setrlimit(RLIMIT_FSIZE, &limit);
    bool added = reject_file_add_batch(file, 1, b, &f->err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(added);
    assert_non_null(f->err);
    assert_int_equal(reject_file_count(file), 1);
    g_clear_pointer(&f->err, error_free);
    struct stat after;
    assert_int_equal(stat(f->path, &after), 0);
    assert_int_equal(after.st_size, status.st_size);

    assert_true(reject_file_add_batch(file, 2, b, &f->err));
    assert_true(reject_file_close(file, &f->err));
    g_autofree char *got = summary(f);
    assert_string_equal(got, "1:{\"id\":{\"i\":1},\"note\":{\"t\":\"kept\"}};"
                             "2:{\"id\":{\"i\":1},\"note\":{\"t\":\"kept\"}};");
}

typedef struct {
    reject_file *file;
    int thread;
} adder;

static gpointer add_many(gpointer data)
{
    const adder *a = data;
    g_autoptr(batch) b = batch_new(2, 0);
    for (int round = 0; round < 20; round++) {
        batch_reset(b);
        for (unsigned i = 0; i < 50; i++) {
            fill_row(b, i, value_int(a->thread), value_int(round * 50 + (int)i));
            batch_reject(b, i, REJECT_OTHER, -1, "", "no");
        }
        if (!reject_file_add_batch(a->file, 1, b, NULL))
            return GINT_TO_POINTER(1);
    }
    return NULL;
}

static void rows_of_several_batches_and_threads_are_all_kept(void **state)
{
    fixture *f = *state;
    reject_file *file = reject_file_create(f->path, &layout, &f->err);
    adder adders[3];
    GThread *threads[3];
    for (int i = 0; i < 3; i++) {
        adders[i] = (adder){ file, i };
        threads[i] = g_thread_new("adder", add_many, &adders[i]);
    }
    /* Meanwhile an operator edits. */
    json_t *edit = json_pack("{s:i}", "id", 9);
    for (int i = 0; i < 5; i++)
        if (!reject_file_edit(f->path, 1, edit, &f->err))
            g_clear_pointer(&f->err, error_free);
    json_decref(edit);
    for (int i = 0; i < 3; i++)
        assert_null(g_thread_join(threads[i]));
    assert_int_equal(reject_file_count(file), 3000);
    assert_true(reject_file_close(file, &f->err));
    g_autoptr(reject_reader) r = open_reader(f);
    int64_t count = 0;
    for (;;) {
        g_autoptr(reject) one = reject_reader_next(r, &f->err);
        if (one == NULL)
            break;
        assert_int_equal(one->number, ++count);
    }
    assert_null(f->err);
    assert_int_equal(count, 3000);
}

static void every_value_survives_its_json_form(void **state G_GNUC_UNUSED)
{
    const struct {
        value v;
        const char *json; /* or NULL: not checked */
    } cases[] = {
        { value_null(), "null" },
        { value_of_kind(VALUE_BOOL, 1), "{\"bool\":true}" },
        { value_int(INT64_MIN), "{\"i\":-9223372036854775808}" },
        { value_int(INT64_MAX), "{\"i\":9223372036854775807}" },
        { value_float(0.1), "{\"f\":\"0.1\"}" },
        { value_float(-0.0), "{\"f\":\"-0.0\"}" },
        { value_float(5e-324), "{\"f\":\"5e-324\"}" },
        { value_float((double)INFINITY), "{\"f\":\"Infinity\"}" },
        { value_float((double)NAN), "{\"f\":\"NaN\"}" },
        { value_decimal(1250, 2), "{\"n\":\"12.50\"}" },
        { value_decimal(-999999999999999999, 18), NULL },
        { value_span(VALUE_DIGITS, "-123456789012345678901.10", 25),
          "{\"n\":\"-123456789012345678901.10\"}" },
        { value_span(VALUE_DIGITS, "NaN", 3), "{\"n\":\"NaN\"}" },
        { T(""), "{\"t\":\"\"}" },
        { T("a\"\\\n\t\x7f\xf0\x9f\x98\x80"), NULL },
        { T("a\0b"), "{\"t_hex\":\"610062\"}" },
        { T("\xff"), "{\"t_hex\":\"ff\"}" },
        { value_span(VALUE_BYTES, "\0\xff", 2), "{\"b\":\"00ff\"}" },
        { value_span(VALUE_BYTES, "", 0), "{\"b\":\"\"}" },
        { value_span(VALUE_JSON, "{\"a\": 1.0}", 10), "{\"json\":\"{\\\"a\\\": 1.0}\"}" },
        { value_span(VALUE_JSON, "\xff", 1), "{\"json_hex\":\"ff\"}" },
        { value_span(VALUE_UUID, "0123456789abcdef", 16),
          "{\"uuid\":\"30313233-3435-3637-3839-616263646566\"}" },
        { value_of_kind(VALUE_DATE, -719163), "{\"date\":\"0001-12-31 BC\"}" },
        { value_of_kind(VALUE_DATE, VALUE_INFINITY), "{\"date\":\"infinity\"}" },
        { value_of_kind(VALUE_DATE, INT64_C(2145042540)), "{\"date\":2145042540}" },
        { value_of_kind(VALUE_TIME, INT64_C(86400000000)), "{\"time\":\"24:00:00\"}" },
        { value_of_kind(VALUE_TIMESTAMP, 1), "{\"timestamp\":\"1970-01-01 00:00:00.000001\"}" },
        { value_of_kind(VALUE_TIMESTAMP, INT64_MIN + 1), NULL },
        { value_of_kind(VALUE_INSTANT, 0), "{\"instant\":\"1970-01-01 00:00:00+00\"}" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        const value *v = &cases[i].v;
        g_autoptr(batch) b = batch_new(0, 0);
        json_t *json = value_to_json(v);
        char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
        if (cases[i].json != NULL)
            assert_string_equal(text, cases[i].json);
        json_t *read = json_loads(text, JSON_DECODE_ANY, NULL);
        value again;
        assert_true(value_from_json(read, b, &again, NULL));
        json_decref(json);
        json_decref(read);
        free(text);
        assert_int_equal(again.kind, v->kind);
        assert_int_equal(again.scale, v->scale);
        assert_int_equal(again.size, v->size);
        if (value_kind_has_data(v->kind))
            assert_memory_equal(again.data, v->data, v->size);
        else if (v->kind != VALUE_FLOAT || !isnan(v->f))
            assert_memory_equal(&again.i, &v->i, sizeof v->i);
        else
            assert_true(isnan(again.f));
    }
}

static void plain_json_is_a_value_too(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *json;
        value_kind kind;
        const char *text;
    } cases[] = {
        { "\"12.50\"", VALUE_TEXT, "12.50" }, { "5", VALUE_INT, "5" },
        { "1.5", VALUE_FLOAT, "1.5" },        { "true", VALUE_BOOL, "true" },
        { "false", VALUE_BOOL, "false" },
    };
    g_autoptr(batch) b = batch_new(0, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        char buffer[VALUE_TEXT_MAX];
        size_t size;
        value v;
        json_t *json = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
        assert_true(value_from_json(json, b, &v, NULL));
        json_decref(json);
        assert_int_equal(v.kind, cases[i].kind);
        const char *text = value_to_text(&v, buffer, &size);
        assert_int_equal(size, strlen(cases[i].text));
        assert_memory_equal(text, cases[i].text, size);
    }
    static const char *const bad[] = { "[]",
                                       "{}",
                                       "{\"i\": 1, \"t\": \"a\"}",
                                       "{\"x\": 1}",
                                       "{\"i\": 1.5}",
                                       "{\"f\": 1.5}",
                                       "{\"n\": \"1,5\"}",
                                       "{\"date\": \"2026-02-30\"}",
                                       "{\"time\": 86400000001}",
                                       "{\"uuid\": \"12\"}",
                                       "{\"bool\": 1}",
                                       "{\"t\": null}",
                                       "{\"b\": \"0g\"}",
                                       "{\"b\": 5}" };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        value v;
        error *err = NULL;
        json_t *json = json_loads(bad[i], JSON_DECODE_ANY, NULL);
        assert_false(value_from_json(json, b, &v, &err));
        assert_int_equal(err->code, ERROR_DOCUMENT);
        json_decref(json);
        error_free(err);
    }
}

static void a_killed_writer_leaves_whole_batches(void **state)
{
    fixture *f = *state;
    for (int round = 0; round < 10; round++) {
        g_unlink(f->path);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            reject_file *file = reject_file_create(f->path, &layout, NULL);
            for (;;) {
                adder a = { file, 1 };
                add_many(&a);
            }
        }
        g_usleep(5000 + (gulong)round * 3000);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        if (g_access(f->path, F_OK) != 0)
            continue;
        reject_reader *r = reject_reader_open(f->path, NULL);
        if (r == NULL)
            continue; /* killed within the header */
        int64_t count = 0;
        for (;;) {
            g_autoptr(reject) one = reject_reader_next(r, &f->err);
            if (one == NULL)
                break;
            assert_int_equal(one->number, ++count);
        }
        reject_reader_close(r);
        assert_null(f->err);
    }
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_reject_comes_back_with_all_that_is_known),
        WITH_FOLDER(the_header_gives_columns_types_and_key),
        WITH_FOLDER(the_file_is_private_and_never_replaced),
        WITH_FOLDER(rows_of_several_batches_and_threads_are_all_kept),
        WITH_FOLDER(columns_of_the_same_name_both_keep_their_values),
        WITH_FOLDER(edits_replace_values_and_the_last_one_wins),
        WITH_FOLDER(a_wrong_edit_is_refused_and_changes_nothing),
        WITH_FOLDER(closed_rejects_are_marked_whatever_their_order),
        WITH_FOLDER(a_torn_last_line_ends_the_file_and_the_next_line_replaces_it),
        WITH_FOLDER(a_damaged_file_is_an_error_that_names_the_line),
        WITH_FOLDER(a_full_disk_fails_the_batch_and_leaves_the_file_whole),
        WITH_FOLDER(a_killed_writer_leaves_whole_batches),
        cmocka_unit_test(every_value_survives_its_json_form),
        cmocka_unit_test(plain_json_is_a_value_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
