/* intl.h - marks text for translation; the catalogue is po/rowferry.pot. */
#ifndef ROWFERRY_BASE_INTL_H
#define ROWFERRY_BASE_INTL_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text

#endif
