/* SPDX-License-Identifier: MIT */
/* packs.h - rule packs: how an include names one, and where it lies */
#ifndef GATE_PACKS_H
#define GATE_PACKS_H

#include "base/err.h"
#include "base/mem.h"
#include "base/toml.h"
#include "gate/key.h"
#include "judge/judge.h"

/* One item of `include`: "PATH", or { path = "PATH", target = "GLOB" or ["GLOB", …] }. */
struct pack_wish {
	const char *path;
	struct pos at;
	struct rule_targets *targets; /* that it is for; NULL: whatever its rules say */
};
extern const struct key pack_wish_keys[];

/* Everything in *out is of k's arena. */
MUST_CHECK int pack_wish_read(
	struct key_context *k, struct pack_wish *out, const struct toml *item, struct err *err);

/* The file that is meant, as `shown` (the including file) sees it. The project's own comes
 * first; what is called "assertions/NAME.toml" and is not there is one of those that came with
 * renacer-gate:
 * ../share/renacer/assertions beside the program's directory, ../assertions in a build tree,
 * then those of /usr/local and /usr. */
MUST_CHECK int pack_find(const char **out, struct arena *arena, const struct pack_wish *wish,
	const char *shown, struct err *err);
/* It demands nothing and includes nothing: a file that was emptied must not pass for a pack. */
bool pack_is_empty(const struct toml *document);
/* Directories of packs that came with us: number i of those that there are; NULL: no more. */
const char *pack_dir(struct arena *arena, size_t i);
/* The pack that "assertions/NAME.toml" means in the configuration `shown` (NULL: there is none,
 * it is one that came with us); NULL: there is none. */
const char *pack_named(struct arena *arena, const char *name, const char *shown);
/* Names of those in the first of the directories, in order; no array when there is none. */
const char *const *pack_names(struct arena *arena, size_t *n);

#endif
