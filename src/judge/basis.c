/* SPDX-License-Identifier: MIT */
/* basis.c - counted from the run's effects, its facts and the end of its trace */

#include "judge/basis.h"

#include "base/clock.h"
#include "base/str.h"
#include "judge/content.h"

#include <inttypes.h>
#include <string.h>

static int64_t
number_of(const struct effect *e, const char *name)
{
	const struct value *v = effect_value(e, name);

	return v && v->kind == VALUE_NUMBER && v->number > 0 ? v->number : 0;
}

static bool
is_true(const struct effect *e, const char *name)
{
	const struct value *v = effect_value(e, name);

	return v && v->kind == VALUE_BOOL && v->number;
}

static bool
is_false(const struct effect *e, const char *name)
{
	const struct value *v = effect_value(e, name);

	return v && v->kind == VALUE_BOOL && !v->number;
}

static bool
holds_bytes(const struct effect *e)
{
	return e->kind == EFFECT_STREAM || e->kind == EFFECT_PATH || e->kind == EFFECT_NET;
}

static uint64_t
bytes_of(const struct golden *g)
{
	uint64_t n = 0;

	for (size_t i = 0; g && i < g->n_effects; i++)
		if (holds_bytes(&g->effects[i]))
			n += (uint64_t)MAX(content_size(&g->effects[i]), 0);
	return n;
}

static void
count_effects(struct basis *b, const struct golden *g)
{
	for (size_t i = 0; i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];

		b->n_paths += e->kind == EFFECT_PATH || e->kind == EFFECT_READ;
		b->n_streams += e->kind == EFFECT_STREAM;
		if (e->kind == EFFECT_NET)
			b->n_connections += (size_t)MAX(number_of(e, "connections"), 1);
	}
	b->n_effects = g->n_effects;
	b->n_bytes = bytes_of(g);
}

void
basis_unseen(
	struct basis *b, struct arena *arena, const char *key, const char *words, uint64_t n)
{
	struct unseen *more;

	if (!n)
		return;
	more = arena_array(arena, b->n_unseen + 1, sizeof *more);
	if (b->n_unseen)
		memcpy(more, b->unseen, b->n_unseen * sizeof *more);
	more[b->n_unseen++] = (struct unseen){ key, words, n };
	b->unseen = more;
}

static void
add_blind_effects(struct basis *b, struct arena *arena, const struct golden *g)
{
	uint64_t opaque = 0, sealed = 0, unread = 0, undigested = 0;

	for (size_t i = 0; i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];

		opaque += (uint64_t)number_of(e, "opaque_bytes");
		sealed += is_true(e, "sealed");
		unread += is_false(e, "content_known");
		undigested += e->kind == EFFECT_STREAM && !content_is_known(e);
	}
	basis_unseen(b, arena, "opaque_bytes",
		"byte[s] counted but not seen (sendfile, splice)", opaque);
	basis_unseen(b, arena, "sealed_connections",
		"encrypted connection[s] whose bytes are not compared", sealed);
	basis_unseen(
		b, arena, "content_unknown", "file[s] whose content could not be read", unread);
	basis_unseen(b, arena, "streams_uncompared",
		"stream[s] of which only the size is compared", undigested);
}

static void
add_holes(struct basis *b, struct arena *arena, const struct trace_footer *f)
{
	const struct {
		const char *key, *words;
		uint64_t n;
	} rows[] = {
		{ "lost_events", "lost event[s]", f->n_lost },
		{ "escaped_tasks", "escaped task[s]", f->n_escaped },
		{ "io_uring_rings", "io_uring ring[s]", f->n_rings },
		{ "untraceable_tasks", "untraceable task[s]", f->n_untraceable },
		{ "cut", "trace cut short", f->was_cut },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		basis_unseen(b, arena, rows[i].key, rows[i].words, rows[i].n);
}

/* What profile strict leaves out of the calls of each process. */
static void
add_cuts(struct basis *b, struct arena *arena, const struct facts *f)
{
	uint64_t outside = 0, between = 0;

	for (size_t i = 0; f->processes && i < f->n_processes; i++) {
		outside += f->processes[i].n_startup + f->processes[i].n_shutdown;
		between += f->processes[i].n_runtime;
	}
	basis_unseen(
		b, arena, "startup_calls", "call[s] of start-up and shut-down cut", outside);
	basis_unseen(
		b, arena, "runtime_calls", "call[s] about the runtime's own files", between);
}

void
basis_of(struct basis *out, struct arena *arena, const struct golden *run,
	const struct facts *facts, const struct trace_footer *footer,
	const struct differences *differences)
{
	uint64_t mapped = 0;

	*out = (struct basis){ .is_known = true,
		.n_calls = facts ? facts->n_calls : 0,
		.n_processes = facts ? facts->n_processes : 0 };
	if (facts)
		add_cuts(out, arena, facts);
	if (run) {
		count_effects(out, run);
		add_blind_effects(out, arena, run);
	}
	if (footer)
		add_holes(out, arena, footer);
	if (!differences)
		return;
	basis_unseen(out, arena, "open_values", "value[s] that the golden keeps open",
		differences->n_open);
	basis_unseen(out, arena, "optional_absent", "optional effect[s] that did not happen",
		differences->n_optional);
	for (size_t i = 0; i < differences->n_uses; i++)
		mapped += differences->uses[i].places;
	basis_unseen(
		out, arena, "output_map_places", "place[s] that output maps allowed", mapped);
}

void
basis_golden(struct basis *b, struct arena *arena, const struct golden *golden)
{
	uint64_t n = 0;

	for (size_t i = 0; i < golden->n_effects; i++)
		n += (uint64_t)number_of(&golden->effects[i], "holes");
	basis_unseen(b, arena, "typed_holes", "typed hole[s] of the golden", n);
}

static void
add_count(struct str *out, uint64_t n, const char *one, const char *many)
{
	str_addf(out, "%s%" PRIu64 " %s", out->n ? ", " : "", n, n == 1 ? one : many);
}

const char *
basis_words(struct arena *arena, const struct basis *b)
{
	AUTO(str_done) struct str s = { 0 };

	if (b->n_calls) /* 0: of a golden only its effects are known */
		add_count(&s, b->n_calls, "call", "calls");
	add_count(&s, b->n_bytes, "byte", "bytes");
	add_count(&s, b->n_paths, "path", "paths");
	add_count(&s, b->n_streams, "stream", "streams");
	if (b->n_calls)
		add_count(&s, b->n_processes, "process", "processes");
	add_count(&s, b->n_connections, "connection", "connections");
	return arena_strdup(arena, str_text(&s));
}

/* "2 lost events" of "lost event[s]"; words without that are what they are. */
static void
add_unseen(struct str *out, const struct unseen *u)
{
	static const char plural[] = "[s]";
	const char *at = strstr(u->words, plural);
	int n = at ? (int)(at - u->words) : (int)strlen(u->words);

	str_addf(out, "%s%" PRIu64 " %.*s", out->n ? ", " : "", u->n, n, u->words);
	if (at)
		str_addf(out, "%s%s", u->n == 1 ? "" : "s", at + strlen(plural));
}

const char *
basis_unseen_words(struct arena *arena, const struct basis *b)
{
	AUTO(str_done) struct str s = { 0 };

	for (size_t i = 0; i < b->n_unseen; i++)
		add_unseen(&s, &b->unseen[i]);
	return s.n ? arena_strdup(arena, str_text(&s)) : NULL;
}

/*
 * What it cost.
 */
struct cost
cost_of(const struct facts *facts, const struct golden *golden)
{
	struct cost c = { 0 };

	if (!facts)
		return c;
	c.is_known = true;
	c.has_rss = facts->has_peak_rss;
	c.wall_ns = facts->wall_ns;
	c.n_calls = facts->n_calls;
	c.n_bytes = bytes_of(golden);
	c.peak_rss_bytes = facts->peak_rss_bytes;
	c.n_processes = facts->n_processes;
	return c;
}

double
cost_speedup(const struct performance *p)
{
	if (!p->golden.is_known || !p->run.is_known || !p->golden.wall_ns || !p->run.wall_ns)
		return 0;
	return (double)p->golden.wall_ns / (double)p->run.wall_ns;
}

static void
add_ms(struct str *out, uint64_t ns)
{
	uint64_t tenths = (ns + NS_PER_MS / 20) / (NS_PER_MS / 10);

	str_addf(out, "%" PRIu64 ".%u ms", tenths / 10, (unsigned)(tenths % 10));
}

static void
add_speedup(struct str *out, double speedup)
{
	double factor = speedup >= 1 ? speedup : 1 / speedup;
	uint64_t tenths = (uint64_t)(factor * 10 + 0.5);

	str_addf(out, " (%" PRIu64 ".%u times as %s)", tenths / 10, (unsigned)(tenths % 10),
		speedup >= 1 ? "fast" : "slow");
}

/* "82 against 585 calls"; what is the same on both sides is said once. */
static void
add_pair(struct str *out, uint64_t run, const struct cost *golden, uint64_t of_golden,
	const char *one, const char *many)
{
	bool is_pair = golden->is_known && of_golden != run;

	str_addf(out, ", %" PRIu64, run);
	if (is_pair)
		str_addf(out, " against %" PRIu64, of_golden);
	str_addf(out, " %s", run == 1 && !is_pair ? one : many);
}

const char *
cost_words(struct arena *arena, const struct performance *p)
{
	const struct cost *a = &p->golden, *b = &p->run;
	AUTO(str_done) struct str s = { 0 };

	if (!b->is_known)
		return NULL;
	add_ms(&s, b->wall_ns);
	if (a->is_known) {
		str_add(&s, " against ");
		add_ms(&s, a->wall_ns);
		if (cost_speedup(p) > 0)
			add_speedup(&s, cost_speedup(p));
	}
	add_pair(&s, b->n_calls, a, a->n_calls, "call", "calls");
	add_pair(&s, b->n_bytes, a, a->n_bytes, "byte", "bytes");
	if (b->has_rss && (!a->is_known || a->has_rss))
		add_pair(&s, b->peak_rss_bytes >> 10, a, a->peak_rss_bytes >> 10,
			"KiB at most in memory", "KiB at most in memory");
	add_pair(&s, b->n_processes, a, a->n_processes, "process", "processes");
	return arena_strdup(arena, str_text(&s));
}
