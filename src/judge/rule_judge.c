/* SPDX-License-Identifier: MIT */
/*
 * rule_judge.c - rules against the facts of a run
 *
 * A limit that is exceeded is exceeded even if some of the run went unseen; one that is kept is
 * kept only when all of it was seen.
 */

#include "judge/rule.h"

#include "base/clock.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One measurement to be held against the rule's limit. */
struct measure {
	uint64_t value, limit;
	uint64_t n_events;
	const char *what; /* "wall clock of the run", "calls" */
	const char *shown, *shown_limit;
	const char *unseen; /* why the value may be too small; NULL: it is not */
	const char *more;   /* what to know when it is exceeded; NULL */
};

static void
conclude(struct outcome *out, struct arena *arena, const struct measure *m)
{
	out->n_events = m->n_events;
	if (m->value > m->limit) {
		out->kind = VERDICT_FAIL;
		out->text = arena_printf(arena, "%s: %s > %s%s%s", m->what, m->shown,
			m->shown_limit, m->more ? ": " : "", m->more ? m->more : "");
	} else if (m->unseen) {
		out->kind = VERDICT_INCONCLUSIVE;
		out->text = arena_printf(arena, "%s: at least %s, the limit is %s, but %s",
			m->what, m->shown, m->shown_limit, m->unseen);
	} else {
		out->kind = VERDICT_PASS;
		out->text =
			arena_printf(arena, "%s: %s <= %s", m->what, m->shown, m->shown_limit);
	}
}

static void
end_as(struct outcome *out, enum verdict_kind kind, const char *text)
{
	out->kind = kind;
	out->text = text;
}

static const char *
why_unseen(struct arena *arena, const struct facts *f)
{
	if (trace_is_complete(&f->footer))
		return NULL;
	return arena_printf(arena, "the trace is incomplete%s%s",
		f->footer.reason[0] ? ": " : "", f->footer.reason);
}

static const char *
ms(struct arena *arena, uint64_t ns)
{
	return arena_printf(arena, "%.3f ms", (double)ns / NS_PER_MS);
}

static const char *
bytes(struct arena *arena, uint64_t n)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double scaled = (double)n / 1024;
	size_t unit = 0;

	if (n < 1024)
		return arena_printf(arena, "%" PRIu64 " bytes", n);
	for (; scaled >= 1024 && unit + 1 < ARRAY_LEN(units); unit++)
		scaled /= 1024;
	return arena_printf(arena, "%" PRIu64 " bytes (%.1f %s)", n, scaled, units[unit]);
}

/*
 * critical_path: time on the clock.
 */
struct span {
	uint64_t from, to;
};

static int
by_start(const void *x, const void *y)
{
	const struct span *a = x, *b = y;

	return (a->from > b->from) - (a->from < b->from);
}

/* How long at least one of them was there. */
static uint64_t
union_ns(struct span *spans, size_t n)
{
	uint64_t total = 0, end = 0;

	if (n)
		qsort(spans, n, sizeof *spans, by_start);
	for (size_t i = 0; i < n; i++) {
		uint64_t from = MAX(spans[i].from, end);

		if (spans[i].to > from)
			total += spans[i].to - from;
		end = MAX(end, spans[i].to);
	}
	return total;
}

struct selection {
	struct span *spans;
	size_t n;
	bool gave_up, has_open; /* open: a process whose end was not seen */
	const char *programs;   /* of the whole run, for a message */
};

static struct selection
select_processes(struct arena *arena, const struct rule *rule, const struct facts *f)
{
	struct selection s = { .programs = "" };

	s.spans = arena_array(arena, f->n_processes + 1, sizeof *s.spans);
	for (size_t i = 0; i < f->n_processes && !s.gave_up; i++) {
		const struct process_facts *p = &f->processes[i];
		const char *program = p->program ? p->program : "";

		if (i < 8)
			s.programs = arena_printf(
				arena, "%s%s'%s'", s.programs, i ? ", " : "", program);
		if (!regex_find(rule->compiled, program, strlen(program), 0, NULL, NULL,
			    &s.gave_up))
			continue;
		s.has_open |= p->ended_ns < p->started_ns || !p->ended_ns;
		s.spans[s.n++] = (struct span){ p->started_ns, p->ended_ns };
	}
	return s;
}

static void
judge_critical_path(struct outcome *out, struct arena *arena, const struct rule *rule,
	const struct facts *f)
{
	struct measure m = { .value = f->wall_ns,
		.limit = rule->max * NS_PER_MS,
		.n_events = f->n_processes,
		.what = "wall clock of the run",
		.unseen = why_unseen(arena, f) };

	if (rule->compiled) {
		struct selection s = select_processes(arena, rule, f);

		if (s.gave_up)
			return end_as(out, VERDICT_ERROR,
				"trace_name_pattern takes too long to match");
		if (!s.n)
			return end_as(out, VERDICT_ERROR,
				arena_printf(arena,
					"trace_name_pattern '%s' matches no program of this "
					"run: %s",
					rule->pattern,
					*s.programs ? s.programs : "there was none"));
		if (s.n < f->n_processes) {
			m.n_events = s.n;
			m.value = union_ns(s.spans, s.n);
			m.what = arena_printf(arena,
				"wall clock while a program that matches '%s' ran (%zu of "
				"%zu processes)",
				rule->pattern, s.n, f->n_processes);
			if (s.has_open && !m.unseen)
				m.unseen = "the end of one of them was not seen";
		}
	}
	if (!m.value)
		return end_as(out, VERDICT_INCONCLUSIVE, "no time was measured");
	m.shown = ms(arena, m.value);
	m.shown_limit = ms(arena, m.limit);
	conclude(out, arena, &m);
}

/*
 * span_count: calls.
 */
#define MOST_NAMED 3

static int
by_number(const void *x, const void *y)
{
	const struct call_count *a = x, *b = y;

	if (a->n != b->n)
		return a->n < b->n ? 1 : -1;
	return strcmp(a->name, b->name);
}

/* "most of them: read 60, mmap 20, brk 4" */
static const char *
most_frequent(struct arena *arena, struct call_count *calls, size_t n)
{
	const char *text = "most of them: ";

	if (n)
		qsort(calls, n, sizeof *calls, by_number);
	for (size_t i = 0; i < MIN(n, (size_t)MOST_NAMED); i++)
		text = arena_printf(arena, "%s%s%s %" PRIu64, text, i ? ", " : "",
			calls[i].name, calls[i].n);
	return n > 1 ? text : NULL;
}

static void
judge_span_count(struct outcome *out, struct arena *arena, const struct rule *rule,
	const struct facts *f)
{
	struct call_count *matching = arena_array(arena, f->n_names + 1, sizeof *matching);
	size_t n = 0;
	bool gave_up = false;
	struct measure m = { .limit = rule->max, .unseen = why_unseen(arena, f) };

	for (size_t i = 0; i < f->n_names && !gave_up; i++) {
		if (!rule_matches_call(rule, f->calls[i].name, &gave_up))
			continue;
		matching[n++] = f->calls[i];
		m.value += f->calls[i].n;
	}
	if (gave_up)
		return end_as(out, VERDICT_ERROR, "span_name_pattern takes too long to match");
	if (!f->has_all_calls)
		m.unseen = "only some system calls were traced";
	m.n_events = f->n_calls;
	m.what = rule->pattern ? arena_printf(arena, "calls that match '%s'", rule->pattern)
			       : "calls";
	m.shown = arena_printf(arena, "%" PRIu64, m.value);
	m.shown_limit = arena_printf(arena, "%" PRIu64, m.limit);
	m.more = most_frequent(arena, matching, n);
	conclude(out, arena, &m);
}

/*
 * memory_usage: bytes.
 */
static uint64_t
count_memory_calls(const struct facts *f)
{
	static const char *const names[] = { "mmap", "brk", "mremap" };
	uint64_t n = 0;

	for (size_t i = 0; i < f->n_names; i++)
		for (size_t j = 0; j < ARRAY_LEN(names); j++)
			if (strcmp(f->calls[i].name, names[j]) == 0)
				n += f->calls[i].n;
	return n;
}

static void
judge_memory_usage(struct outcome *out, struct arena *arena, const struct rule *rule,
	const struct facts *f)
{
	bool is_rss = rule->choice == TRACK_RSS;
	struct measure m = { .value = is_rss ? f->peak_rss_bytes : f->allocated_bytes,
		.limit = rule->max,
		.n_events = is_rss ? f->n_processes : count_memory_calls(f),
		.what = is_rss ? "peak resident memory of any process (VmHWM)"
			       : "memory asked for by mmap, brk and mremap, all processes",
		.unseen = why_unseen(arena, f) };

	if (is_rss && (!f->has_peak_rss || !f->peak_rss_bytes))
		return end_as(out, VERDICT_INCONCLUSIVE,
			"the peak of resident memory (VmHWM) is not known");
	if (!is_rss && !f->has_memory_calls)
		return end_as(
			out, VERDICT_INCONCLUSIVE, "mmap, brk and mremap were not traced");
	m.shown = bytes(arena, m.value);
	m.shown_limit = bytes(arena, m.limit);
	conclude(out, arena, &m);
}

static void (*const judges[N_RULE_KINDS])(struct outcome *out, struct arena *arena,
	const struct rule *rule, const struct facts *facts) = {
	[RULE_CRITICAL_PATH] = judge_critical_path,
	[RULE_SPAN_COUNT] = judge_span_count,
	[RULE_MEMORY_USAGE] = judge_memory_usage,
};

bool
rule_kind_is_judged(enum rule_kind kind)
{
	return judges[kind];
}

void
rule_judge(struct outcome *out, struct arena *arena, const struct rule *rule,
	const char *target, const struct facts *facts)
{
	*out = (struct outcome){ .name = rule->name,
		.type = rule->type,
		.is_warning = !rule->fails,
		.at = rule->at };
	if (!rule->is_enabled)
		return end_as(out, VERDICT_SKIP, "disabled in the configuration");
	if (!rule_applies(rule, target))
		return end_as(out, VERDICT_SKIP,
			arena_printf(arena, "is for targets '%s'", rule->target));
	if (!facts)
		return end_as(out, VERDICT_ERROR, "the target never ran");
	if (!facts->n_calls)
		return end_as(out, VERDICT_ERROR, "not one call was traced");
	assert(rule_kind_is_judged(rule->kind)); /* others do not load enabled */
	judges[rule->kind](out, arena, rule, facts);
}
