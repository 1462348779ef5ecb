/* SPDX-License-Identifier: MIT */
/* rule_totals.c - the judges of span_count and memory_usage: totals that the run itself kept */

#include "judge/rule_own.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

void
judge_span_count(const struct judging *j)
{
	const struct rule *rule = j->rule;
	const struct facts *f = j->facts;
	struct arena *arena = j->arena;
	struct call_count *matching = arena_array(arena, f->n_names + 1, sizeof *matching);
	size_t n = 0;
	bool gave_up = false;
	struct measure m = { .limit = rule->max, .unseen = j->unseen };

	for (size_t i = 0; i < f->n_names && !gave_up; i++) {
		if (!rule_matches_call(rule, f->calls[i].name, &gave_up))
			continue;
		matching[n++] = f->calls[i];
		m.value += f->calls[i].n;
	}
	if (gave_up)
		return judging_end(
			j, VERDICT_ERROR, "span_name_pattern takes too long to match");
	if (!f->has_all_calls)
		m.unseen = "only some system calls were traced";
	m.n_events = f->n_calls;
	m.what = rule->pattern ? arena_printf(arena, "calls that match '%s'", rule->pattern)
			       : "calls";
	m.shown = arena_printf(arena, "%" PRIu64, m.value);
	m.shown_limit = arena_printf(arena, "%" PRIu64, m.limit);
	m.more = most_frequent(arena, matching, n);
	judging_measure(j, &m);
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

/* What a tracking mode measures, of the tree and of one process. */
struct memory {
	const char *of_process, *of_tree;
};

static const struct memory memories[] = {
	[TRACK_ALLOCATIONS] = { "memory asked for by mmap, brk and mremap, of any process",
		"memory asked for by mmap, brk and mremap, all processes" },
	[TRACK_RSS] = { "peak resident memory of any process (VmHWM)",
		"peaks of resident memory (VmHWM) of processes that lived at one time, added "
		"up" },
	[TRACK_PEAK] = { "anonymous memory of any process, mapped at one time",
		"anonymous memory of all processes, mapped at one time" },
};

static uint64_t
of_one(const struct process_facts *p, uint32_t mode)
{
	return mode == TRACK_RSS    ? p->peak_rss_bytes
	       : mode == TRACK_PEAK ? p->peak_mapped_bytes
				    : p->allocated_bytes;
}

static uint64_t
of_largest(const struct facts *f, uint32_t mode)
{
	uint64_t most = mode == TRACK_RSS ? f->peak_rss_bytes : 0;

	for (size_t i = 0; i < f->n_processes; i++)
		most = MAX(most, of_one(&f->processes[i], mode));
	return most;
}

static bool
lives_at(const struct process_facts *p, uint64_t ns)
{
	return p->started_ns <= ns && (p->ended_ns > ns || !p->ended_ns);
}

/* Its memory is that of another process, which is there, too. */
static bool
is_counted_already(const struct facts *f, const struct process_facts *p, uint64_t at)
{
	for (size_t i = 0; p->memory_of && i < f->n_processes; i++)
		if (f->processes[i].task == p->memory_of)
			return lives_at(&f->processes[i], at);
	return false;
}

/* The sum is largest when one of them begins. */
static uint64_t
rss_of_tree(const struct facts *f)
{
	uint64_t most = 0;

	for (size_t i = 0; i < f->n_processes; i++) {
		uint64_t at = f->processes[i].started_ns, sum = 0;

		for (size_t k = 0; k < f->n_processes; k++) {
			const struct process_facts *p = &f->processes[k];

			if ((lives_at(p, at) || k == i) && !is_counted_already(f, p, at))
				sum += p->peak_rss_bytes;
		}
		most = MAX(most, sum);
	}
	return most;
}

static uint64_t
of_tree(const struct facts *f, uint32_t mode)
{
	if (mode == TRACK_RSS)
		return rss_of_tree(f);
	return mode == TRACK_PEAK ? f->peak_mapped_bytes : f->allocated_bytes;
}

/* Who has most of it; NULL: not known. */
static const char *
words_of_largest(const struct judging *j, uint32_t mode)
{
	const struct facts *f = j->facts;
	const struct process_facts *most = NULL;

	for (size_t i = 0; i < f->n_processes; i++)
		if (of_one(&f->processes[i], mode) > (most ? of_one(most, mode) : 0))
			most = &f->processes[i];
	return most ? arena_printf(j->arena, "most of it by process %u (%s), %s", most->task,
			      most->program, words_of_bytes(j->arena, of_one(most, mode)))
		    : NULL;
}

static const char *
why_not_known(const struct facts *f, uint32_t mode)
{
	if (mode == TRACK_RSS)
		return f->has_peak_rss && f->peak_rss_bytes
			       ? NULL
			       : "the peak of resident memory (VmHWM) is not known";
	if (!f->has_memory_calls)
		return "mmap, brk and mremap were not traced";
	return mode == TRACK_PEAK && !f->has_peak_mapped ? "what was mapped was not followed"
							 : NULL;
}

void
judge_memory_usage(const struct judging *j)
{
	uint32_t mode = j->rule->choice;
	bool is_tree =
		rule_has(j->rule, "per") ? j->rule->per == PER_RUN : mode == TRACK_ALLOCATIONS;
	const struct facts *f = j->facts;
	const char *why = why_not_known(f, mode);
	struct measure m = { .value = is_tree ? of_tree(f, mode) : of_largest(f, mode),
		.limit = j->rule->max,
		.n_events = mode == TRACK_RSS ? f->n_processes : count_memory_calls(f),
		.what = is_tree ? memories[mode].of_tree : memories[mode].of_process,
		.unseen = j->unseen };

	if (!f->n_processes && !is_tree && !why)
		why = "no process is known";
	if (why)
		return judging_end(j, VERDICT_INCONCLUSIVE, why);
	m.shown = words_of_bytes(j->arena, m.value);
	m.shown_limit = words_of_bytes(j->arena, m.limit);
	m.more = words_of_largest(j, mode);
	judging_measure(j, &m);
}
