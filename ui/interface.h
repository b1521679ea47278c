/* interface.h - the door to the screens: `rowferry` without a command. */
#ifndef ROWFERRY_UI_INTERFACE_H
#define ROWFERRY_UI_INTERFACE_H

#include <stdbool.h>

/* Whether the command line asks for the interface: no argument on a terminal,
 * or nothing but its options. */
bool interface_wanted(int argc, char **argv);

/* Open it; the exit status. */
int interface_main(int argc, char **argv);

#endif
