/* SPDX-License-Identifier: MIT */
/*
 * ref.h - the project as it was at another commit, built beside this one
 */
#ifndef GATE_REF_H
#define GATE_REF_H

#include "gate/run.h"

struct ref;

/* Checks `name` (whatever git takes for a commit) out into a directory of its own and runs
 * config->build there. The targets are those of this configuration, their paths those of the
 * other tree. What git or the build printed goes to *printed when it failed. */
MUST_CHECK int ref_checkout(struct ref **out, const struct config *config, const char *name,
	const struct run_opts *opts, char **printed, struct err *err);
/* Runs config->build, if there is one, in this tree. */
MUST_CHECK int ref_build(const struct config *config, const struct run_opts *opts,
	char **printed, struct err *err);
const struct config *ref_config(const struct ref *r);
const char *ref_commit(const struct ref *r); /* its full name */
void ref_free(struct ref *r);                /* removes the tree, too */
AUTO_DEFINE(struct ref *, ref_free)

#endif
