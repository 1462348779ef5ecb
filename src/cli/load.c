/* SPDX-License-Identifier: MIT */
/* load.c - a golden from whatever file holds one: a golden, or a stored trace */

#include "cli/load.h"

#include "cli/replay.h"
#include "gate/output_maps.h"
#include "judge/judge.h"
#include "store/golden.h"

/* Files that are there, and whose content nobody looked at. */
static size_t
count_unread(const struct golden *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_effects; i++) {
		const struct value *known = effect_value(&g->effects[i], "content_known");

		n += known && !known->number;
	}
	return n;
}

void
load_doubt_contents(struct differences *d, struct arena *arena, const struct golden *a,
	const struct golden *b)
{
	bool by_state = a->profile == PROFILE_EFFECTS || a->profile == PROFILE_TRANSPILE;
	size_t n = MAX(count_unread(a), count_unread(b));
	struct doubt *doubts;

	if (!by_state || !n || d->n)
		return;
	doubts = arena_array(arena, d->n_doubts + 1, sizeof *doubts);
	for (size_t i = 0; i < d->n_doubts; i++)
		doubts[i] = d->doubts[i];
	doubts[d->n_doubts++] = (struct doubt){ .thing = "contents of files",
		.text = arena_printf(arena,
			"what %zu file%s held in the end is not in a trace; --profile io "
			"compares what was written",
			n, n == 1 ? "" : "s") };
	d->doubts = doubts;
}

static int
read_trace(struct loaded *out, const char *path, enum profile profile, size_t text_limit,
	struct err *err)
{
	struct effects_opts opts = {
		.profile = profile, .text_limit = text_limit, .keep_names = true
	};
	AUTO(replayed_done) struct replayed r = { 0 };

	if (replay_file(&r, path, &opts, err) < 0)
		return -1;
	out->is_trace = true;
	out->footer = r.footer;
	out->facts = effects_facts(r.effects);
	out->golden = TAKE(r.golden);
	out->effects = TAKE(r.effects);
	return 0;
}

int
load_file(struct loaded *out, const char *path, enum profile profile, size_t text_limit,
	struct err *err)
{
	enum file_kind kind;

	*out = (struct loaded){ 0 };
	if (store_file_kind(&kind, path, err) < 0)
		return -1;
	if (kind == FILE_TRACE)
		return read_trace(out, path, profile, text_limit, err);
	out->footer.n_calls = 1; /* what was recorded had run */
	return golden_load(&out->golden, path, err);
}

void
loaded_done(struct loaded *l)
{
	golden_free(l->golden);
	effects_free(l->effects);
	*l = (struct loaded){ 0 };
}

int
load_golden(struct golden **out, const char *path, enum profile profile, struct err *err)
{
	AUTO(loaded_done) struct loaded l = { 0 };

	if (load_file(&l, path, profile, output_maps_limit(NULL, profile), err) < 0)
		return -1;
	effects_settle(l.golden, NULL);
	*out = TAKE(l.golden);
	return 0;
}
