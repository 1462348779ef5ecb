/* SPDX-License-Identifier: MIT */
/*
 * golden.h - goldens on disk: JSON Lines, one effect a line; docs/format.md
 */
#ifndef STORE_GOLDEN_H
#define STORE_GOLDEN_H

#include "base/err.h"
#include "base/str.h"
#include "model/golden.h"

/* The text, a pure function of the golden; sorts it first. */
void golden_print(struct str *out, struct golden *g);
/* Above zst_above bytes of text the file is compressed and gets ".zst" behind its name (the
 * other form is removed); 0: never. *written says what was done: false when the file already
 * held it. */
MUST_CHECK int golden_save(
	struct golden *g, const char *path, size_t zst_above, bool *written, struct err *err);
/* path or path.zst. Absent: -1, ERR_MISSING. Conflict markers, foreign files, unknown fields,
 * unsorted or duplicate lines, a newer format: -1 with the line. */
MUST_CHECK int golden_load(struct golden **out, const char *path, struct err *err);
MUST_CHECK int golden_parse(
	struct golden **out, const char *name, const char *text, size_t n, struct err *err);

#endif
