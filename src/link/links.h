/* links.h - the links of this build; only link.c looks here. */
#ifndef ROWFERRY_LINK_LINKS_H
#define ROWFERRY_LINK_LINKS_H

#include "link/link.h"

extern const link_ops sqlite_link;
extern const link_ops file_link;
#ifdef HAVE_LIBPQ
extern const link_ops postgresql_link;
#endif

#endif
