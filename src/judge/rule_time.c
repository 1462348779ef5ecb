/* SPDX-License-Identifier: MIT */
/* rule_time.c - the judge of critical_path: how long what is selected took, and whom that
 * waited for
 */

#include "judge/rule_own.h"

#include "base/clock.h"
#include "base/map.h"
#include "effects/critical.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_LINES 24

struct span {
	uint32_t task; /* of a call: who made it; else 0 */
	uint64_t from, to;
};

/* What the pattern selects: processes, or calls. */
struct selected {
	struct span *spans;
	size_t n, capacity;
	bool *process;                   /* by index in facts: selected */
	uint64_t n_processes;            /* of them */
	bool is_all, is_calls, has_open; /* has_open: an end was not seen */
	uint32_t last;                   /* leader of the process that ended last */
	uint64_t last_ns;                /* when it did */
	uint64_t cpu_ns;
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

static void
add_span(struct selected *s, struct span span)
{
	s->spans = mem_grow(s->spans, s->n, &s->capacity, sizeof *s->spans);
	s->spans[s->n++] = span;
}

static void
add_process(struct selected *s, const struct facts *f, size_t i)
{
	const struct process_facts *p = &f->processes[i];

	s->process[i] = true;
	s->n_processes++;
	s->has_open |= p->ended_ns < p->started_ns || !p->ended_ns;
	s->cpu_ns += p->user_ns + p->system_ns;
	if (p->ended_ns >= s->last_ns) {
		s->last = p->task;
		s->last_ns = p->ended_ns;
	}
	add_span(s, (struct span){ 0, MAX(p->started_ns, f->began_ns), p->ended_ns });
}

/* False: the outcome says why not. */
static bool
select_processes(const struct judging *j, struct selected *s)
{
	const struct facts *f = j->facts;
	bool gave_up = false;

	for (size_t i = 0; i < f->n_processes && !gave_up; i++) {
		const char *program = f->processes[i].program ? f->processes[i].program : "";

		if (!j->rule->compiled || regex_find(j->rule->compiled, program,
						  strlen(program), 0, NULL, NULL, &gave_up))
			add_process(s, f, i);
	}
	s->is_all = s->n_processes == f->n_processes;
	if (gave_up)
		judging_end(j, VERDICT_ERROR, "trace_name_pattern takes too long to match");
	else if (!s->n_processes && j->rule->compiled)
		judging_end(j, VERDICT_ERROR,
			arena_printf(j->arena,
				"trace_name_pattern '%s' matches no program of this run: %s",
				j->rule->pattern, words_of_programs(j)));
	else
		return true;
	return false;
}

/* Which names the pattern matches is asked once each. */
static bool
select_calls(const struct judging *j, struct selected *s)
{
	const struct columns *c = j->columns;
	AUTO(map_free) struct map *names = map_new();
	bool gave_up = false, matches;

	for (size_t i = 0; c && i < j->facts->n_names && !gave_up; i++)
		if (rule_matches_call(j->rule, j->facts->calls[i].name, &gave_up))
			*map_text(names, j->facts->calls[i].name) = s;
	for (size_t row = 0; c && row < columns_rows(c) && !gave_up; row++) {
		const char *name = columns_text(c, COLUMN_SYSCALL, row, 0);
		int64_t from = columns_number(c, COLUMN_START, row);
		int64_t to = columns_number(c, COLUMN_END, row);

		matches = name && map_get_text(names, name);
		if (matches && from != COLUMN_NULL && to != COLUMN_NULL)
			add_span(
				s, (struct span){ (uint32_t)columns_number(c, COLUMN_TASK, row),
					   (uint64_t)from, (uint64_t)to });
	}
	s->is_calls = true;
	if (gave_up)
		judging_end(j, VERDICT_ERROR, "trace_name_pattern takes too long to match");
	else if (!c)
		judging_end(j, VERDICT_INCONCLUSIVE, "the events of the run were not kept");
	else if (!s->n)
		judging_end(j, VERDICT_ERROR,
			arena_printf(j->arena,
				"trace_name_pattern '%s' matches no call of this run",
				j->rule->pattern));
	return s->n;
}

static bool
is_on(const struct judging *j, const struct selected *s, const struct path_step *step)
{
	if (!j->rule->compiled)
		return true;
	for (size_t i = 0; !s->is_calls && i < j->facts->n_processes; i++)
		if (j->facts->processes[i].task == step->process)
			return s->process[i];
	return false;
}

static int
by_task(const void *x, const void *y)
{
	const struct span *a = x, *b = y;

	if (a->task != b->task)
		return a->task < b->task ? -1 : 1;
	return by_start(x, y);
}

/* What of a step its task spent in the calls selected; these are sorted by task, then by time,
 * and a task's calls do not overlap. */
static uint64_t
in_calls_ns(const struct selected *s, const struct path_step *step)
{
	size_t low = 0, high = s->n;
	uint64_t total = 0;

	while (low < high) {
		const struct span *m = &s->spans[low + (high - low) / 2];

		if (m->task < step->task || (m->task == step->task && m->to <= step->from_ns))
			low = (size_t)(m - s->spans) + 1;
		else
			high = (size_t)(m - s->spans);
	}
	for (; low < s->n && s->spans[low].task == step->task &&
		s->spans[low].from < step->to_ns;
		low++)
		total += MIN(s->spans[low].to, step->to_ns) -
			 MAX(s->spans[low].from, step->from_ns);
	return total;
}

/* What of the path lies in the selection. */
static uint64_t
on_path_ns(const struct judging *j, struct selected *s, const struct path_step *steps, size_t n)
{
	uint64_t total = 0;

	if (s->is_calls && s->n)
		qsort(s->spans, s->n, sizeof *s->spans, by_task);
	for (size_t i = 0; i < n; i++) {
		if (is_on(j, s, &steps[i]))
			total += steps[i].to_ns - steps[i].from_ns;
		else if (s->is_calls)
			total += in_calls_ns(s, &steps[i]);
	}
	return total;
}

static void
add_step(struct str *out, const struct path_step *step, const struct path_step *next)
{
	str_addf(out, "%10.3f ms  +%.3f ms  %s (task %u)", (double)step->from_ns / NS_PER_MS,
		(double)(step->to_ns - step->from_ns) / NS_PER_MS, step->program, step->task);
	if (step->released && next && strcmp(step->released, "start") == 0)
		str_addf(out, ", which started task %u", next->task);
	else if (step->released && next)
		str_addf(out, ", which ended the %s of task %u", step->released, next->task);
	str_add_char(out, '\n');
}

static void
show_chain(const struct judging *j, const struct path_step *steps, size_t n)
{
	AUTO(str_done) struct str out = { 0 };
	const struct path_step *longest = steps;

	if (!n) {
		j->out->detail = "the chain of causes is not known";
		return;
	}
	str_addf(&out, "the chain, %s:\n", words_of_n(j->arena, n, "step", "steps"));
	for (size_t i = 0; i < n; i++) {
		if (i < CHAIN_LINES)
			add_step(&out, &steps[i], i + 1 < n ? &steps[i + 1] : NULL);
		if (steps[i].to_ns - steps[i].from_ns > longest->to_ns - longest->from_ns)
			longest = &steps[i];
	}
	if (n > CHAIN_LINES)
		str_addf(&out, "… and %zu more\n", n - CHAIN_LINES);
	j->out->detail = arena_strdup(j->arena, out.data);
	j->out->evidence = arena_printf(j->arena, "longest: %s of %s (task %u)",
		words_of_ns(j->arena, longest->to_ns - longest->from_ns), longest->program,
		longest->task);
}

static const char *
words_of_selection(const struct judging *j, const struct selected *s)
{
	if (s->is_calls)
		return arena_printf(j->arena, "calls that match '%s' (%zu of them)",
			j->rule->pattern, s->n);
	return arena_printf(j->arena, "%s '%s'%s (%" PRIu64 " of %zu processes)",
		j->rule->choice == CLOCK_WALL ? "a program that matches"
					      : "programs that match",
		j->rule->pattern, j->rule->choice == CLOCK_WALL ? " ran" : "", s->n_processes,
		j->facts->n_processes);
}

/* The number that the clock gives, and what it is called. */
static bool
measure(const struct judging *j, struct selected *s, const struct path_step *steps, size_t n,
	struct measure *m)
{
	bool is_whole = s->is_all && !s->is_calls;
	const char *what = is_whole ? "the whole run" : words_of_selection(j, s);

	if (j->rule->choice == CLOCK_ON_PATH) {
		m->value = on_path_ns(j, s, steps, n);
		m->what = arena_printf(j->arena, "time on the critical path of %s", what);
		if (!n)
			judging_end(
				j, VERDICT_INCONCLUSIVE, "the chain of causes is not known");
		return n;
	}
	if (j->rule->choice == CLOCK_CPU) {
		m->value = s->cpu_ns;
		m->what = arena_printf(j->arena, "CPU time of %s", what);
		if (is_whole)
			m->what = "CPU time of the run";
		if (s->is_calls)
			judging_end(j, VERDICT_ERROR,
				"clock = \"cpu\" is of processes: what single calls took is "
				"not "
				"known");
		return !s->is_calls;
	}
	m->value = is_whole ? j->facts->wall_ns : union_ns(s->spans, s->n);
	m->what = is_whole ? "wall clock of the run"
			   : arena_printf(j->arena, "wall clock %s%s",
				     s->is_calls ? "of " : "while ", what);
	return true;
}

static void
judge_selected(const struct judging *j, struct selected *s)
{
	bool is_part = !s->is_all && !s->is_calls && j->rule->choice == CLOCK_WALL;
	struct path_step *steps = NULL;
	size_t n = j->effects
			   ? critical_path(j->effects, j->arena, is_part ? s->last : 0, &steps)
			   : 0;
	struct measure m = { .limit = j->rule->max * NS_PER_MS,
		.n_events = s->is_calls ? s->n : s->n_processes,
		.unseen = j->unseen };

	if (!measure(j, s, steps, n, &m))
		return;
	if (s->has_open && !m.unseen && !s->is_all)
		m.unseen = "the end of one of them was not seen";
	if (!m.value && j->rule->choice != CLOCK_ON_PATH)
		return judging_end(j, VERDICT_INCONCLUSIVE, "no time was measured");
	m.shown = words_of_ns(j->arena, m.value);
	m.shown_limit = words_of_ns(j->arena, m.limit);
	judging_measure(j, &m);
	if (j->out->kind == VERDICT_FAIL)
		show_chain(j, steps, n);
}

void
judge_critical_path(const struct judging *j)
{
	struct selected s = { .process = arena_array(j->arena, j->facts->n_processes + 1, 1) };
	bool is_calls = j->rule->pattern && strstr(j->rule->pattern, "syscall:");

	if (is_calls ? select_calls(j, &s) : select_processes(j, &s))
		judge_selected(j, &s);
	mem_free(s.spans);
}
