/* SPDX-License-Identifier: MIT */
/* unite.h - one effect per key */
#ifndef EFFECTS_UNITE_H
#define EFFECTS_UNITE_H

#include "model/golden.h"

/* Sorts, drops what is said twice, numbers what has one name and is not the same. */
void golden_unite(struct golden *g);
/* The same kind, key and values. */
bool effects_are_equal(const struct effect *a, const struct effect *b);

#endif
