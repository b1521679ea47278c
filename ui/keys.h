/* keys.h - every key of every screen, from the tables of actions. */
#ifndef ROWFERRY_UI_KEYS_H
#define ROWFERRY_UI_KEYS_H

/* As plain lines, one action a line, translated; caller frees. */
char *keys_plain(void);
/* The manual page rowferry-keys(7) in mdoc, in English; caller frees. */
char *keys_manual(void);

#endif
