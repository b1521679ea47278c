/* restore.h - the terminal as it was, given back even by a program that crashes.
 *
 * endwin() is not safe in a signal handler, so the bytes and modes that restore
 * the terminal are prepared beforehand; the handler only writes them. One per
 * process, for the thread that draws.
 */
#ifndef ROWFERRY_UI_RESTORE_H
#define ROWFERRY_UI_RESTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#define RESTORE_MAX 512 /* bytes */

/* Catch fatal signals (and exit() by a library) from here on: @modes are set on
 * standard input again, @stderr_fd (-1: none) becomes standard error. The
 * handlers that were there before run afterwards, sanitizers' too. */
void restore_install(const struct termios *modes, int stderr_fd);
/* Forget it all; the previous handlers are back. */
void restore_remove(void);

/* What a crash writes to standard output from now on; NULL: nothing, the screen
 * is not ours at the moment. */
void restore_set(const char *bytes, size_t size);

#endif
