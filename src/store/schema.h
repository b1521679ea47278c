/* schema.h - the schema's steps, embedded from schema_NNN.sql by embed.sh. */
#ifndef ROWFERRY_STORE_SCHEMA_H
#define ROWFERRY_STORE_SCHEMA_H

#include "store/store.h"

extern const store_step schema_steps[];
extern const size_t schema_n_steps;

#endif
