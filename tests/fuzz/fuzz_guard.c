/* Fuzz target of the guard and of contained source SQL. The first byte of the
 * input chooses the dialect, the rest is the text. What is accepted must be a
 * DELETE on the target with nothing in it that a text could have smuggled in.
 * The dialect files are those of the source tree. With -DREPLAY a plain program
 * that runs the files it is given. */
#include "sql/contain.h"
#include "sql/guard.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"postgresql", "sqlite", "mysql"};

static dialect *load(size_t which)
{
    g_autoptr(error) err = NULL;
    g_autofree char *path = g_strdup_printf("%s/data/dialects/%s.ini", SRCDIR, names[which]);
    dialect *d = dialect_load_file(path, &err);
    if (d == NULL)
        g_error("%s", err->message);
    return d;
}

static char *expand(void *user, const char *text, error **err)
{
    (void)user;
    if (strlen(text) % 2 == 0)
        return g_strdup("2026-01-31");
    error_set(err, ERROR_DOCUMENT, "unknown parameter");
    return NULL;
}

static guard_statement *check(const dialect *d, const char *text, size_t size)
{
    static const char *const columns[] = {"id", "d", "day", "date", "n", "at", "o"};
    static const data_type types[] = {
        {.kind = TYPE_INT, .bits = 64},          {.kind = TYPE_TEXT},
        {.kind = TYPE_DATE, .fraction = -1},     {.kind = TYPE_DATE, .fraction = -1},
        {.kind = TYPE_DECIMAL},                  {.kind = TYPE_INSTANT, .fraction = -1},
        {.kind = TYPE_OTHER},
    };
    const guard_target target = {
        .name = "t",
        .schema_is_default = true,
        .columns = columns,
        .types = types,
        .n_columns = G_N_ELEMENTS(columns),
    };
    const guard_options options = {.expand = expand, .allow_full_delete = true};
    g_autoptr(error) err = NULL;
    char reason = 0;
    guard_statement *s = guard_check(d, &target, text, size, &options, &reason, &err);
    g_assert((s == NULL) == (err != NULL));
    g_assert((s == NULL) == (strchr("KMTCSFXLPQ", reason) != NULL && reason != 0));
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dialect *dialects[G_N_ELEMENTS(names)];
    if (size == 0)
        return 0;
    size_t which = data[0] % G_N_ELEMENTS(names);
    if (dialects[which] == NULL)
        dialects[which] = load(which);
    const char *text = (const char *)data + 1;

    g_autoptr(guard_statement) s = check(dialects[which], text, size - 1);
    if (s != NULL) {
        size_t placeholders = 0;
        g_assert(g_utf8_validate(s->sql, -1, NULL));
        g_assert(g_str_has_prefix(s->sql, which == 2 ? "DELETE FROM `t`" : "DELETE FROM \"t\""));
        g_assert(strchr(s->sql, ';') == NULL && strstr(s->sql, "--") == NULL &&
                 strstr(s->sql, "/*") == NULL);
        for (const char *c = s->sql; *c != '\0'; c++)
            placeholders += *c == (which == 0 ? '$' : '?');
        g_assert(placeholders == s->values->len);
    }

    g_autofree char *copy = g_strndup(text, size - 1);
    g_autofree char *contained = sql_contain(dialects[which], copy, "source.where", NULL);
    g_assert(contained == NULL || g_str_has_prefix(copy, contained));
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
