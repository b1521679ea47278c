/* Fuzz target of the parameter evaluator. Input: a text; lines "name=value"
 * before an empty line define parameters. With -DREPLAY a plain program that
 * runs the files it is given. */
#include "param/parameter.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *input = g_strndup((const char *)data, size);
    g_autoptr(GHashTable) task = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    char *text = input;
    char *end;
    while ((end = strchr(text, '\n')) != NULL) {
        *end = '\0';
        char *value = strchr(text, '=');
        if (value != NULL)
            g_hash_table_insert(task, g_strndup(text, (size_t)(value - text)),
                                g_strdup(value + 1));
        text = end + 1;
        if (value == NULL)
            break;
    }
    parameter_scope scope = {
        .business_date = {2024, 2, 29, 0, 0, 0},
        .scheduled = {2024, 3, 1, 2, 30, 45},
        .now = {2024, 3, 1, 2, 31, 0},
        .start_time = "2024-03-01 02:31:00",
        .job_name = "orders",
        .task_id = "1",
        .task = task,
    };
    g_autoptr(error) err = NULL;
    g_autofree char *got = parameter_expand(&scope, text, &err);
    g_assert((got == NULL) == (err != NULL));

    /* The pieces, put together, are the same and cover the text. */
    g_autoptr(error) split_err = NULL;
    g_autoptr(GPtrArray) pieces = parameter_split(&scope, text, &split_err);
    g_assert((pieces == NULL) == (got == NULL));
    if (pieces != NULL) {
        g_autoptr(GString) joined = g_string_new(NULL);
        size_t at = 0;
        for (size_t i = 0; i < pieces->len; i++) {
            const parameter_piece *piece = g_ptr_array_index(pieces, i);
            g_assert(piece->offset == at);
            at += piece->length;
            g_string_append(joined, piece->text);
        }
        g_assert(at == strlen(text));
        g_assert(strcmp(joined->str, got) == 0);
    }
    parameter_check(&scope, text, NULL);
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        g_autofree char *data = NULL;
        gsize size;
        if (!g_file_get_contents(argv[i], &data, &size, NULL)) {
            fprintf(stderr, "could not read \"%s\"\n", argv[i]);
            return 1;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)data, size);
    }
    return 0;
}
#endif
