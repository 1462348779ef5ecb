/* SPDX-License-Identifier: MIT */
/* output_maps.h - the output maps of a target, from renacer.toml and from options */
#ifndef GATE_OUTPUT_MAPS_H
#define GATE_OUTPUT_MAPS_H

#include "gate/config.h"
#include "gate/key.h"

extern const struct key output_maps_tolerance_keys[];

/* read() of the key: an array of names, and of tables that give a name its parameter. field:
 * struct output_maps. */
MUST_CHECK int output_maps_read(
	struct key_context *k, const struct toml *value, void *field, struct err *err);
/* One as an option gives it: "json", "float_tolerance=1e-6". Given twice is an error. */
MUST_CHECK int output_maps_add(
	struct output_maps *maps, struct arena *arena, const char *text, struct err *err);
/* Profiles that maps go with: those that compare texts alone. */
bool output_maps_fit(enum profile profile);
/* All that were given as options (NULL: none), for that profile. What is wrong with them is
 * ERR_USAGE. */
MUST_CHECK int output_maps_add_all(struct output_maps *maps, struct arena *arena,
	const char *const *texts, size_t n, enum profile profile, struct err *err);
/* How much text of one stream or file is kept for a comparison with these maps (NULL: none). */
size_t output_maps_limit(const struct output_maps *maps, enum profile profile);
/* How much text of one stream or file is kept for this target: much more when maps will want
 * it. */
size_t output_maps_text_limit(const struct config *c, const struct target *target);

#endif
