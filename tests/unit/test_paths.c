/* Directories and files: modes, owners, links, and replacement in one step. */
#include "base/paths.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int make_folder(void **state)
{
    *state = g_dir_make_tmp("rowferry-paths-XXXXXX", NULL);
    return *state == NULL;
}

static int remove_folder(void **state)
{
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", (char *)*state);
    g_free(*state);
    return g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL) ? 0 : 1;
}

static mode_t mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    return info.st_mode & 07777;
}

static size_t files_in(const char *folder)
{
    size_t count = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    while (g_dir_read_name(dir) != NULL)
        count++;
    return count;
}

static void rowferry_home_holds_everything(void **state)
{
    g_autofree char *home = g_build_filename(*state, "home", NULL);
    g_setenv("ROWFERRY_HOME", home, TRUE);
    g_autoptr(paths) p = paths_new(NULL);
    assert_non_null(p);
    assert_string_equal(p->data, home);
    assert_string_equal(p->config, home);
    assert_true(g_str_has_prefix(p->runtime, home));
    assert_true(paths_prepare(p, NULL));
    assert_int_equal(mode_of(home), 0700);
    assert_int_equal(mode_of(p->runtime), 0700);
    g_setenv("ROWFERRY_HOME", "relative/path", TRUE);
    g_autoptr(error) err = NULL;
    assert_null(paths_new(&err));
    assert_int_equal(err->code, ERROR_USAGE);
    g_unsetenv("ROWFERRY_HOME");
}

static void the_xdg_variables_are_followed(void **state)
{
    (void)state;
    g_setenv("XDG_DATA_HOME", "/x/data", TRUE);
    g_setenv("XDG_CONFIG_HOME", "relative", TRUE);
    g_unsetenv("XDG_RUNTIME_DIR");
    g_autoptr(paths) p = paths_new(NULL);
    assert_string_equal(p->data, "/x/data/rowferry");
    assert_true(g_str_has_suffix(p->config, "/.config/rowferry"));
    assert_string_equal(p->runtime, "/x/data/rowferry/run");
    g_unsetenv("XDG_DATA_HOME");
    g_unsetenv("XDG_CONFIG_HOME");
}

static void a_directory_that_others_may_write_is_refused(void **state)
{
    g_autofree char *path = g_build_filename(*state, "open", NULL);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(directory_ensure(path, NULL));
    assert_int_equal(chmod(path, 0770), 0);
    g_autoptr(error) err = NULL;
    assert_false(directory_ensure(path, &err));
    assert_int_equal(err->code, ERROR_PERMISSION);
    g_autofree char *file = g_build_filename(*state, "file", NULL);
    assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_autoptr(error) file_err = NULL;
    assert_false(directory_ensure(file, &file_err));
    assert_int_equal(file_err->code, ERROR_IO);
}

static void new_files_are_private_and_never_replace(void **state)
{
    g_autofree char *path = g_build_filename(*state, "new", NULL);
    int fd = file_create(path, NULL);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    close(fd);
    assert_int_equal(mode_of(path), 0600);
    g_autoptr(error) err = NULL;
    assert_int_equal(file_create(path, &err), -1);
    assert_int_equal(err->code, ERROR_IO);
}

static void links_fifos_and_open_files_are_refused(void **state)
{
    g_autofree char *file = g_build_filename(*state, "f", NULL);
    g_autofree char *link = g_build_filename(*state, "l", NULL);
    g_autofree char *fifo = g_build_filename(*state, "p", NULL);
    assert_true(g_file_set_contents(file, "x", 1, NULL));
    assert_int_equal(symlink(file, link), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(file_open(link, O_RDONLY, NULL), -1);
    assert_int_equal(file_open(fifo, O_RDONLY, NULL), -1);
    assert_int_equal(file_open(*state, O_RDONLY, NULL), -1);
    assert_int_equal(chmod(file, 0640), 0);
    int fd = file_open(file, O_RDONLY, NULL);
    assert_true(fd >= 0);
    close(fd);
    g_autoptr(error) err = NULL;
    assert_int_equal(file_open_private(file, O_RDONLY, &err), -1);
    assert_int_equal(err->code, ERROR_PERMISSION);
    assert_int_equal(chmod(file, 0400), 0);
    fd = file_open_private(file, O_RDONLY, NULL);
    assert_true(fd >= 0);
    close(fd);
    assert_null(file_replacement_open(link, 0600, NULL));
}

static void a_replacement_shows_old_or_new_and_leaves_nothing(void **state)
{
    g_autofree char *folder = g_build_filename(*state, "replace", NULL);
    g_autofree char *path = g_build_filename(folder, "f", NULL);
    assert_true(directory_ensure(folder, NULL));
    assert_true(file_replace(path, "old", 3, NULL));
    {
        g_autoptr(file_replacement) f = file_replacement_open(path, 0640, NULL);
        assert_true(file_write_all(file_replacement_fd(f), "half", 4, path, NULL));
        assert_int_equal(files_in(folder), 2);
    }
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, "old");
    assert_int_equal(files_in(folder), 1);
    {
        g_autoptr(file_replacement) f = file_replacement_open(path, 0640, NULL);
        assert_true(file_write_all(file_replacement_fd(f), "new", 3, path, NULL));
        assert_true(file_replacement_commit(f, NULL));
    }
    g_free(text);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, "new");
    assert_int_equal(mode_of(path), 0640);
    assert_int_equal(files_in(folder), 1);
}

static void a_full_disk_is_said_to_be_full(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        skip();
    g_autoptr(error) err = NULL;
    assert_false(file_write_all(fd, "x", 1, "x", &err));
    assert_int_equal(err->code, ERROR_DISK);
    close(fd);
}

static void local_paths_are_not_network_paths(void **state)
{
    g_autofree char *below = g_build_filename(*state, "not", "there", "yet", NULL);
    assert_null(path_network_file_system(below));
    assert_null(path_network_file_system("/proc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rowferry_home_holds_everything),
        cmocka_unit_test(the_xdg_variables_are_followed),
        cmocka_unit_test(a_directory_that_others_may_write_is_refused),
        cmocka_unit_test(new_files_are_private_and_never_replace),
        cmocka_unit_test(links_fifos_and_open_files_are_refused),
        cmocka_unit_test(a_replacement_shows_old_or_new_and_leaves_nothing),
        cmocka_unit_test(a_full_disk_is_said_to_be_full),
        cmocka_unit_test(local_paths_are_not_network_paths),
    };
    return cmocka_run_group_tests_name("paths", tests, make_folder, remove_folder);
}
