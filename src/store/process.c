#include "store/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* State and start time of @pid. False when /proc does not say. */
static bool read_stat(pid_t pid, char *state, int64_t *start)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return false;
    /* The name in brackets may hold anything: look from its end. Field 3 is
     * the state, field 22 the start time. */
    const char *end = strrchr(text, ')');
    if (end == NULL)
        return false;
    g_auto(GStrv) fields = g_strsplit_set(end + 1, " \n", -1);
    if (g_strv_length(fields) < 22)
        return false;
    *state = fields[1][0];
    *start = g_ascii_strtoll(fields[20], NULL, 10);
    return true;
}

void process_identity_init(process_identity *p)
{
    *p = (process_identity){ .pid = getpid() };
    if (g_file_get_contents("/proc/sys/kernel/random/boot_id", &p->boot_id, NULL, NULL))
        g_strstrip(p->boot_id);
    else
        p->boot_id = g_strdup("");
    p->pid_namespace = g_file_read_link("/proc/self/ns/pid", NULL);
    if (p->pid_namespace == NULL)
        p->pid_namespace = g_strdup("");
    char state;
    read_stat(p->pid, &state, &p->start);
}

void process_identity_clear(process_identity *p)
{
    g_clear_pointer(&p->boot_id, g_free);
    g_clear_pointer(&p->pid_namespace, g_free);
}

process_fate process_look(const process_identity *self, const process_identity *other)
{
    if (self->boot_id[0] != '\0' && other->boot_id[0] != '\0' &&
        strcmp(self->boot_id, other->boot_id) != 0)
        return PROCESS_GONE;
    if (self->pid_namespace[0] == '\0' || strcmp(self->pid_namespace, other->pid_namespace) != 0)
        return PROCESS_UNKNOWN;
    if (kill(other->pid, 0) != 0 && errno == ESRCH)
        return PROCESS_GONE;
    char state;
    int64_t start;
    if (!read_stat(other->pid, &state, &start))
        return PROCESS_UNKNOWN;
    if (state == 'Z' || state == 'X' || (other->start != 0 && start != other->start))
        return PROCESS_GONE;
    return PROCESS_ALIVE;
}
