/* SPDX-License-Identifier: MIT */
/*
 * sandbox.h - the private directory of one run
 *
 * Its name has the same length each time, since lengths of paths show in what programs do:
 * /tmp/renacer-XXXXXX with home/, tmp/, bin/ and work/ inside. It keeps runs apart; it does not
 * lock a program in.
 */
#ifndef GATE_SANDBOX_H
#define GATE_SANDBOX_H

#include "gate/config.h"

struct sandbox {
	struct arena *arena; /* owns the texts */
	const char *root, *home, *tmp, *bin, *work;
	unsigned perturbed; /* bits of gate/perturb.h */
	int lock;           /* held while the gate lives: gate/leftover.h */
	bool keep;          /* stays behind, for people to look at */
};

/* perturbed: PERTURB_PATHS gives it a longer name, PERTURB_TMP another one to its tmp/. */
MUST_CHECK int sandbox_open(struct sandbox **out, unsigned perturbed, struct err *err);
/* Copies the target's fixtures into work/. */
MUST_CHECK int sandbox_fill(struct sandbox *s, const struct target *target, struct err *err);
/* The target's argv[0]: a relative path that is not among the fixtures but names a program as
 * seen from dir is copied to bin/ and becomes the relative path to it, so that the command
 * reads the same wherever the project lies. *out is argv itself when nothing has to change. */
MUST_CHECK int sandbox_argv(struct sandbox *s, const struct target *target, const char *dir,
	const char *const **out, struct err *err);
/* Removes the sandboxes of gates that were killed. How many. */
unsigned sandbox_remove_leftovers(void);
/* Removes everything. The sandbox is used up whatever comes of it. */
MUST_CHECK int sandbox_remove(struct sandbox *s, struct err *err);
void sandbox_free(struct sandbox *s); /* for ways out: removes, too, what can be removed */
AUTO_DEFINE(struct sandbox *, sandbox_free)

#endif
