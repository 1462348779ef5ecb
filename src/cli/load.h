/* SPDX-License-Identifier: MIT */
/*
 * load.h - a golden from whatever file holds one: a golden, or a stored trace
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "base/err.h"
#include "model/golden.h"

/* A trace is turned into the golden of that profile; one with holes is ERR_UNSURE. */
MUST_CHECK int load_golden(
	struct golden **out, const char *path, enum profile profile, struct err *err);

#endif
