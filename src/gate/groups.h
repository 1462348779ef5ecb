/* SPDX-License-Identifier: MIT */
/* groups.h - [[cluster]] files: which system calls belong together */
#ifndef GATE_GROUPS_H
#define GATE_GROUPS_H

#include "gate/config.h"
#include "gate/key.h"
#include "judge/group.h"

/* read() of the key `clusters`; field: struct config. The file is read at once. What it says
 * and we do not go by is a note of the configuration. */
MUST_CHECK int groups_read(
	struct key_context *k, const struct toml *value, void *field, struct err *err);

#endif
