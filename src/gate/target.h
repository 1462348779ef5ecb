/* SPDX-License-Identifier: MIT */
/* target.h - the [[target]] tables of renacer.toml, and [gate], which they take defaults from
 */
#ifndef GATE_TARGET_H
#define GATE_TARGET_H

#include "base/toml.h"
#include "gate/config.h"
#include "gate/key.h"

/* Reads one [[target]] table into *out, which is overwritten by the defaults first. */
MUST_CHECK int target_read(
	struct target *out, struct config *c, const struct toml *table, struct err *err);
/* What only all targets together can show: names and goldens used twice, equivalent_to. */
MUST_CHECK int targets_check(const struct config *c, struct err *err);
/* NULL: no target has this name. */
extern const struct key target_keys[], target_redact_keys[];
extern const struct key_conflict target_conflicts[];
const struct target *target_by_name(const struct config *c, const char *name);

#endif
