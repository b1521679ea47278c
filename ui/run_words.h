/* run_words.h - how states and times of runs are written on every screen. */
#ifndef ROWFERRY_UI_RUN_WORDS_H
#define ROWFERRY_UI_RUN_WORDS_H

#include "base/civil.h"

/* @state as the operations spell it ("succeeded"); unknown ones as they are. */
const char *run_state_word(const char *state); /* translated, borrowed */
char run_state_letter(const char *state);      /* o ok, x failed, > running … (screens.md 2) */
unsigned run_state_look(const char *state);    /* as in canvas.h */
bool run_state_word_is_live(const char *state);
/* The word for a kind ("manual"); unknown ones as they are: translated, borrowed. */
const char *run_kind_word(const char *kind);

/* "2026-03-17T13:59:01+01:00" as "Tue 17 Mar 13:59"; "" for "". Caller frees. */
char *run_time_words(const char *instant);
/* "13:59:01" of any instant in the zone @z; "" when it is none. Caller frees. */
char *run_clock_words(const zone *z, const char *instant);

#endif
