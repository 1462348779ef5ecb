/* SPDX-License-Identifier: MIT */
/*
 * learn.h - what differs between recordings only in spans of known types becomes a template
 *
 * Texts are aligned line by line and token by token. A hole is made where every recording has a
 * token of one type; where tokens of no common type differ, or their number does, nothing is
 * learned and the reason is given.
 */
#ifndef EFFECTS_LEARN_H
#define EFFECTS_LEARN_H

#include "base/str.h"
#include "effects/template.h"

struct arena;

/* One hole, for whoever has to approve it. */
struct learned {
	const char *where;   /* "stdout line 3" */
	const char *words;   /* "a duration" */
	const char *samples; /* "0.012 s, 0.015 s", printable */
	bool is_weak;
};

struct learning {
	struct arena *arena; /* of what is learned */
	const struct hole_set *set;
	struct golden *const *runs;
	size_t n_runs;
	bool is_trial; /* plain numbers may be learned from two runs */
	struct learned *items;
	size_t n, capacity, n_weak;
	uint64_t n_bytes, n_weak_bytes; /* in holes, of the first recording */
};
void learning_done(struct learning *l);

/* Why a text could not be learned. */
struct unlearned {
	const char *reason; /* "line 3 is 'a' and 'b'" */
	uint32_t other;     /* the recording that differs from the first, from 0 */
	size_t row;         /* the line, from 1; 0: their number differs */
};

/* Learns from l->n_runs texts; the template is appended to out. thing: "stdout". False: see
 * *why, and nothing was noted. No hole at all is learned from texts that are equal. */
bool learn_text(struct learning *l, const char *thing, const char *const *texts,
	struct str *out, struct unlearned *why);
/* May it hold a duration that was too short to be measured? Such a one becomes a hole even when
 * it is the same in all recordings. */
bool learn_is_faint(const char *text);
/* Redactions that make the texts equal, or learnable, as they stand between the brackets of
 * `redact` in renacer.toml. They were tried on these texts. NULL: none were found. */
const char *learn_advice(const struct learning *l, const char *const *texts);
/* Is it too much to call the rest a golden? A sentence, NULL: no. n_text: bytes of all texts.
 */
const char *learn_excess(const struct learning *l, uint64_t n_text);

#endif
