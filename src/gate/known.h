/* SPDX-License-Identifier: MIT */
/* known.h - the [[known]] tables of renacer.toml: differences accepted until a date */
#ifndef GATE_KNOWN_H
#define GATE_KNOWN_H

#include "gate/config.h"
#include "gate/key.h"

extern const struct key known_keys[];

/* Reads all of them, after the targets: every key is required, a target must be there, a
 * difference must end in the imprint that reports print, the same one may stand there once. */
MUST_CHECK int known_read(struct config *c, const struct toml *document, struct err *err);
/* Today, UTC, as their dates are written: "2026-11-21". */
const char *known_today(struct arena *arena);

#endif
