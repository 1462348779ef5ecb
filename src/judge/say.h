/* SPDX-License-Identifier: MIT */
/*
 * say.h - effects and their values in words: "file <cwd>/x", "mode 0644, the golden has 0600"
 *
 * What is said of which kind and field stands in two tables; a field without a row of its own
 * gets the common form, so that nothing new goes unsaid.
 */
#ifndef JUDGE_SAY_H
#define JUDGE_SAY_H

#include "judge/judge.h"

/* "stdout", "file <cwd>/x", "program /bin/sh". Printable. */
const char *say_thing(struct arena *arena, const struct effect *e);
/* The text made printable, and cut when it is very long. */
const char *say_text(struct arena *arena, const char *text);
/* A value in short: "0644", "yes", "'text'", "a b c"; NULL for NULL. */
const char *say_value(struct arena *arena, const struct value *v);
/* The golden keeps this value open: it varied when it was recorded. Only numbers vary. */
bool say_is_open(const struct value *golden, const struct value *run);

const char *say_removed(struct arena *arena, const struct effect *golden);
const char *say_added(struct arena *arena, const struct effect *run);
/* Fills class, field, wanted, found, sentence for one field (not of the content) that differs.
 */
void say_changed(struct difference *d, struct arena *arena, const struct effect *golden,
	const struct effect *run, const char *field);
/* The same for how the command ended, which is one difference whatever differs in it. */
void say_exit(struct difference *d, struct arena *arena, const struct effect *golden,
	const struct effect *run);
/* Which field makes the rest of the effect moot when it differs ("type" of a path); NULL: none.
 * The i-th one of that kind. */
const char *say_first_field(enum effect_kind kind, size_t i);

#endif
