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
	struct run *runs;    /* room for n_most; not settled */
	unsigned *perturbed; /* of each */
	bool *is_held;
	uint32_t n, n_done; /* n_asked at first */
	uint32_t n_asked, n_most;
	bool is_plain; /* nothing is changed any more that every check keeps equal */
};

/* Recordings: an order of two has come up both ways but once in 2048. */
#define SESSION_MOST 12

/* One run more, the next; false: as above. */
bool session_more(struct session *s);
/* Run i (from 0), with what is to be changed in it; false: the verdict says why it is of no
 * use. */
bool session_run(struct session *s, uint32_t i);
void session_note(struct session *s, enum finding_level level, const char *rule_id,
	const char *text, const char *detail);
/* Merges what agrees into *out; false: the verdict says why there is nothing to save. */
bool session_agree(struct session *s, struct golden **out, struct merged *result);

#endif
