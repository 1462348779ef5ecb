/* SPDX-License-Identifier: MIT */
/*
 * session.h - the runs of one recording, and whether they agree; for the files of this room
 * only
 */
#ifndef GATE_SESSION_H
#define GATE_SESSION_H

#include "effects/learn.h"
#include "gate/inner.h"

/* The runs of one recording. */
struct session {
	struct gate *gate;
	const struct target *target;
	struct verdict *verdict;
	struct run *runs;
	unsigned *perturbed; /* of each */
	bool *is_held;
	uint32_t n, n_done;
	const struct golden *settled; /* the first that was made of all: what varies in names */
};

/* Run i (from 0), with what is to be changed in it; false: the verdict says why it is of no
 * use. */
bool session_run(struct session *s, uint32_t i);
void session_note(struct session *s, enum finding_level level, const char *rule_id,
	const char *text, const char *detail);
/* Merges what agrees into *out; false: the verdict says why there is nothing to save. */
bool session_agree(struct session *s, struct golden **out, struct merged *result);

#endif
