/* SPDX-License-Identifier: MIT */
/*
 * perturb.h - what is changed from one recording to the next, so that noise shows at once
 *
 * None of it is part of a target's configuration: variables that it inherits or sets keep their
 * values, a working directory that is not in a sandbox stays where it is, arguments and input
 * are the same. Some of it the gate keeps equal in every check anyway (the length of the
 * sandbox's name, the environment, the layout of addresses): what depends on that is told, and
 * no reason to refuse a recording. The rest nobody can keep equal.
 */
#ifndef GATE_PERTURB_H
#define GATE_PERTURB_H

#include "base/err.h"

#include <sched.h>

enum {
	PERTURB_PATHS = 1, /* the sandbox has a longer name, and so has what lies in it */
	PERTURB_ENV = 2,   /* more variables */
	PERTURB_TMP = 4,   /* TMPDIR has another name */
	PERTURB_ASLR = 8,  /* addresses are random */
	PERTURB_HELD = PERTURB_PATHS | PERTURB_ENV | PERTURB_TMP | PERTURB_ASLR,
	PERTURB_PIDS = 16,  /* some process numbers are used up first */
	PERTURB_CPU = 32,   /* one CPU */
	PERTURB_TIME = 64,  /* it starts in another second */
	PERTURB_SLOW = 128, /* it is held up now and then, as on a machine under load */
	PERTURB_FREE = PERTURB_PIDS | PERTURB_CPU | PERTURB_TIME | PERTURB_SLOW,
	N_PERTURBATIONS = 8,
};

struct perturbation {
	unsigned bit;
	const char *had;      /* "had a longer name of its sandbox" */
	const char *question; /* "does the program print its path?" */
};
extern const struct perturbation perturbations[N_PERTURBATIONS];

/* What recording nr (from 1) of n is changed in. The first is plain; the second differs in all
 * that cannot be kept equal, the third in all that is; more than three differ in one thing
 * each. */
unsigned perturb_choose(uint32_t nr);
/* "had a longer name of its sandbox and more variables"; "" for none. */
struct str;
void perturb_say(struct str *out, unsigned bits);

struct perturb_cpus {
	cpu_set_t ours;
	bool is_changed;
};
/* Does what concerns the whole process, right before the target starts: waits, uses up process
 * numbers, leaves one CPU. perturb_end() undoes the last. */
MUST_CHECK int perturb_begin(unsigned bits, struct perturb_cpus *cpus, struct err *err);
void perturb_end(const struct perturb_cpus *cpus);
/* PERTURB_SLOW: to be called for each event while its task stands still; *next: 0 at first. */
void perturb_hold_up(uint64_t nr, uint64_t *next);

#endif
