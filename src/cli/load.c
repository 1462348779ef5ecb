/* SPDX-License-Identifier: MIT */
/* load.c - a golden from whatever file holds one: a golden, or a stored trace */

#include "cli/load.h"

#include "effects/effects.h"
#include "gate/output_maps.h"
#include "judge/judge.h"
#include "store/golden.h"
#include "store/trace.h"

int
load_check_header(const struct trace_header *header, const char *path, struct err *err)
{
	if (!header->is_excerpt)
		return 0;
	err_set(err,
		"trace '%s' holds an excerpt: some calls, or those since it was attached to",
		path);
	err_hint(err, "renacer record without -e, --filter and -p keeps what effects need");
	return err_as(err, ERR_UNSURE);
}

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
replay(struct effects *fx, struct trace_reader *reader, struct err *err)
{
	struct event event;
	int rc;

	while ((rc = trace_read(reader, &event, err)) > 0)
		if (effects_event(fx, &event, err) < 0)
			return -1;
	return rc;
}

static int
read_trace(struct loaded *out, const char *path, enum profile profile, size_t text_limit,
	struct err *err)
{
	struct effects_opts opts = {
		.profile = profile, .text_limit = text_limit, .keep_names = true
	};
	AUTO(trace_reader_free) struct trace_reader *reader = NULL;
	AUTO(effects_free) struct effects *fx = NULL;
	const struct trace_footer *footer;

	if (trace_reader_open(&reader, path, err) < 0)
		return -1;
	if (load_check_header(trace_reader_header(reader), path, err) < 0)
		return -1;
	fx = effects_new(trace_reader_header(reader), &opts);
	if (replay(fx, reader, err) < 0)
		return err_wrap(err, "trace '%s'", path);
	footer = trace_reader_footer(reader);
	if (!footer || !trace_is_complete(footer)) {
		err_set(err, "trace '%s' is not complete: %s", path,
			footer ? footer->reason : "it ends without its footer");
		return err_as(err, ERR_UNSURE);
	}
	if (effects_finish(fx, footer, &out->golden, err) < 0)
		return -1;
	out->is_trace = true;
	out->footer = *footer;
	out->facts = effects_facts(fx);
	out->effects = TAKE(fx);
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
