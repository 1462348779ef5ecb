/* SPDX-License-Identifier: MIT */
/* verdict_maps.c - what output maps did, as findings */

#include "judge/verdict_maps.h"

#include "base/str.h"
#include "judge/output_map.h"

#define MOST_THINGS 5 /* named for one map */

/* "3 places on stdout, 1 place in file <cwd>/x"; NULL: it did nothing. */
static const char *
places_of(struct arena *arena, const struct differences *d, size_t map)
{
	const char *text = NULL;
	size_t n = 0;

	for (size_t i = 0; i < d->n_uses; i++) {
		const struct map_use *use = &d->uses[i];

		if (use->map != map || ++n > MOST_THINGS)
			continue;
		text = arena_printf(arena, "%s%s%zu place%s %s %s", text ? text : "",
			text ? ", " : "", use->places, use->places == 1 ? "" : "s",
			str_has_prefix(use->thing, "file ") ? "in" : "on", use->thing);
	}
	return n > MOST_THINGS
		       ? arena_printf(arena, "%s, and in %zu more", text, n - MOST_THINGS)
		       : text;
}

static void
add_map(struct verdict *v, struct arena *arena, const struct output_map *map,
	const char *places)
{
	const char *name = output_map_names[map->kind];

	verdict_add_finding(v, arena,
		&(struct finding){
			.level = places ? FINDING_NOTE : FINDING_WARNING,
			.rule_id = places ? "renacer/output-map" : "renacer/output-map/stale",
			.subject = name,
			.text = places ? arena_printf(
						 arena, "output map '%s': %s", name, places)
				       : arena_printf(arena,
						 "output map '%s' was not needed: nothing "
						 "differs in what it names",
						 name),
			.hint = places ? NULL : "take it out of output_maps",
			.at = map->at.file ? map->at : v->at,
		});
}

void
verdict_add_maps(struct verdict *v, struct arena *arena, const struct verdict_parts *parts)
{
	const struct differences *d = parts->differences;

	for (size_t i = 0; d && i < d->n_doubts; i++)
		verdict_add_finding(v, arena,
			&(struct finding){ .level = FINDING_WARNING,
				.rule_id = "renacer/inconclusive",
				.subject = d->doubts[i].thing,
				.text = d->doubts[i].text,
				.at = v->at });
	for (size_t i = 0; d && parts->maps && i < parts->maps->n; i++) {
		const char *places = places_of(arena, d, i);

		/* With something else amiss, a map may have had no chance yet. */
		if (places || (v->kind == VERDICT_PASS && !d->n))
			add_map(v, arena, &parts->maps->items[i], places);
	}
}
