/* thread_sanitizer.h - GLib's locks as the thread sanitizer must see them.
 *
 * GLib's mutexes and conditions are made of system calls of its own, which the
 * sanitizer does not know: without this every use of what they guard is a
 * race to it. A test that runs threads includes this file.
 */
#ifndef ROWFERRY_TESTS_THREAD_SANITIZER_H
#define ROWFERRY_TESTS_THREAD_SANITIZER_H

#ifdef __SANITIZE_THREAD__

#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>

/* The function of GLib that ours stands before. */
#define BEHIND(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

void g_mutex_lock(GMutex *mutex)
{
    BEHIND(g_mutex_lock)(mutex);
    __tsan_acquire(mutex);
}

gboolean g_mutex_trylock(GMutex *mutex)
{
    gboolean locked = BEHIND(g_mutex_trylock)(mutex);
    if (locked)
        __tsan_acquire(mutex);
    return locked;
}

void g_mutex_unlock(GMutex *mutex)
{
    __tsan_release(mutex);
    BEHIND(g_mutex_unlock)(mutex);
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    __tsan_release(mutex);
    BEHIND(g_cond_wait)(cond, mutex);
    __tsan_acquire(mutex);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
    __tsan_release(mutex);
    gboolean woken = BEHIND(g_cond_wait_until)(cond, mutex, end_time);
    __tsan_acquire(mutex);
    return woken;
}

#endif

#endif
