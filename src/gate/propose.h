/* SPDX-License-Identifier: MIT */
/* propose.h - a renacer.toml for a command, from what several runs of it did */
#ifndef GATE_PROPOSE_H
#define GATE_PROPOSE_H

#include "base/str.h"
#include "gate/gate.h"

/* Appends the text of a configuration of one target to out, with limits that opts->runs
 * recordings (3) kept, and sentences for people to notes. It is meant to lie in dir (absolute).
 * A command that could not be run, was cut off, or ends otherwise each time is an error; one
 * that cannot be recorded as it is gets a configuration that says so, with *is_recorded false.
 */
MUST_CHECK int propose(struct str *out, struct str *notes, bool *is_recorded,
	const char *const *argv, const char *dir, const struct gate_opts *opts,
	struct err *err);

#endif
