/* SPDX-License-Identifier: MIT */
/*
 * attributes.h - the extended attributes of a path: what users and administrators set
 */
#ifndef EFFECTS_ATTRIBUTES_H
#define EFFECTS_ATTRIBUTES_H

#include "base/mem.h"
#include "model/golden.h"

/* "NAME=VALUE\n" for each, sorted, both escaped (base/str.h), long values as their SHA-256.
 * NULL: there are none, or they cannot be read. In the arena. */
const char *attributes_take(struct arena *arena, const char *path);
/* The same as the list of an effect. */
void attributes_put(struct golden *g, struct effect *e, const char *attributes);

#endif
