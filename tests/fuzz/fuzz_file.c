/* The readers of CSV, TSV and JSON Lines, packed or not, on any bytes: no
 * crash, and what was read is the same after it was written and read again.
 * The first byte chooses the format. With -DREPLAY: a program that runs the
 * files it is given.
 */
#include "base/error.h"
#include "link/link.h"
#include "row/checksum.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    const char *format, *name, *copy;
} kinds[] = {
    { "{\"type\": \"csv\"}", "in.csv", "out.csv" },
    { "{\"type\": \"csv\", \"header\": false, \"delimiter\": \";\"}", "in.csv", "out.csv" },
    { "{\"type\": \"csv\", \"null\": \"NULL\"}", "in.csv", "out.csv" },
    { "{\"type\": \"tsv\"}", "in.tsv", "out.tsv" },
    { "{\"type\": \"jsonl\"}", "in.jsonl", "out.jsonl" },
    { "{\"type\": \"csv\"}", "in.csv.gz", "out.csv.gz" },
    { "{\"type\": \"csv\"}", "in.csv.zst", "out.csv.zst" },
};

static const char *folder(void)
{
    static char path[64];
    if (path[0] == '\0') {
        const char *base = g_file_test("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : "/tmp";
        g_snprintf(path, sizeof path, "%s/rowferry-fuzz.XXXXXX", base);
        if (g_mkdtemp(path) == NULL)
            abort();
    }
    return path;
}

/* Read @name; each batch also goes to @copy_to. False: it cannot be read. */
static bool read_all(session *s, const char *name, row_checksum **sum, GPtrArray *names,
                     bool (*also)(void *user, batch *b), void *user)
{
    g_autoptr(table_name) table = table_name_new(NULL, name);
    g_autoptr(table_info) info = s->ops->describe(s, table, NULL);
    if (info == NULL || info->columns->len == 0 || info->columns->len > 40)
        return false;
    unsigned n = info->columns->len;
    g_autofree data_type *types = g_new0(data_type, n);
    for (unsigned i = 0; i < n; i++) {
        const column_info *c = info->columns->pdata[i];
        types[i] = c->type;
        g_ptr_array_add(names, g_strdup(c->name));
    }
    const read_request request = { .path = name,
                                   .columns = (const char *const *)names->pdata,
                                   .n_columns = n };
    reader *rows = s->ops->read_open(s, &request, types, n, NULL);
    if (rows == NULL)
        return false;
    g_autoptr(batch) b = batch_new(n, n);
    *sum = row_checksum_new(n);
    bool good = true;
    for (;;) {
        batch_reset(b);
        read_outcome outcome = s->ops->read_next(rows, b, NULL);
        if (outcome != READ_ROWS) {
            good = outcome == READ_END;
            break;
        }
        for (unsigned row = 0; row < b->n_rows; row++)
            if (b->status[row] == ROW_OK)
                row_checksum_add(*sum, b->source, row);
        if (also != NULL && !also(user, b))
            good = false;
    }
    s->ops->read_close(rows);
    return good;
}

typedef struct {
    session *s;
    writer *out;
    const char *name;
    GPtrArray *names;
} copying;

static void returned(void *user, batch *b)
{
    (void)user;
    (void)b;
}

static bool copy_batch(void *user, batch *b)
{
    copying *c = user;
    if (c->out == NULL) {
        g_autoptr(table_name) table = table_name_new(NULL, c->name);
        if (!c->s->ops->begin_publish(c->s, table, true, NULL))
            return false;
        const write_request request = { .table = table,
                                        .columns = (const char *const *)c->names->pdata,
                                        .n_columns = c->names->len,
                                        .done = returned };
        c->out = c->s->ops->write_open(c->s, &request, NULL);
        if (c->out == NULL)
            return false;
    }
    for (unsigned i = 0; i < b->n_target; i++)
        b->target[i] = b->source[i];
    return c->s->ops->write(c->out, b, NULL);
}

static void check(const char *format, size_t kind, const uint8_t *data, size_t size)
{
    g_autofree char *document =
        g_strdup_printf("{\"name\": \"f\", \"type\": \"file\", \"path\": \"%s\", \"format\": %s}",
                        folder(), format);
    json_t *json = json_loads(document, 0, NULL);
    g_autoptr(connection) c = connection_parse(json, NULL);
    json_decref(json);
    if (c == NULL)
        abort();
    g_autofree char *path = g_build_filename(folder(), kinds[kind].name, NULL);
    if (!g_file_set_contents(path, (const char *)data, (gssize)size, NULL))
        abort();
    const session_options options = { .run_token = "0123456789abcdef" };
    g_autoptr(session) from = session_open(c, &options, NULL);
    g_autoptr(session) to = session_open(c, &options, NULL);
    g_autoptr(row_checksum) first = NULL, second = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func(g_free);
    copying copy = { .s = to, .name = kinds[kind].copy, .names = names };
    bool good = read_all(from, kinds[kind].name, &first, names, copy_batch, &copy);
    if (copy.out != NULL) {
        good = to->ops->write_flush(copy.out, NULL) && good;
        to->ops->write_close(copy.out);
    }
    if (!good || copy.out == NULL || row_checksum_rows(first) == 0)
        return;
    if (to->ops->commit(to, NULL) != COMMIT_DONE)
        abort();
    if (!read_all(from, kinds[kind].copy, &second, again, NULL, NULL) ||
        row_checksum_rows(first) != row_checksum_rows(second) ||
        row_checksum_first_difference(first, second) >= 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t kind = data[0] % G_N_ELEMENTS(kinds);
    check(kinds[kind].format, kind, data + 1, size - 1);
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        g_autofree char *data = NULL;
        gsize size;
        if (!g_file_get_contents(argv[i], &data, &size, NULL)) {
            g_printerr("could not read %s\n", argv[i]);
            return EXIT_FAILURE;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)data, size);
    }
    return EXIT_SUCCESS;
}
#endif
