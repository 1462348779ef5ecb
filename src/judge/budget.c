/* SPDX-License-Identifier: MIT */
/*
 * budget.c - what a target may cost: the numbers of a run against limits
 *
 * As with rules: a limit that is exceeded is exceeded even if some of the run went unseen; one
 * that is kept is kept only when all of it was seen.
 */

#include "judge/budget.h"

#include "base/clock.h"
#include "base/str.h"
#include "effects/choice.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MOST_GROWN 4 /* names of calls that are told */

/* clang-format off */
const struct budget_row budget_rows[N_BUDGET_METRICS] = {
	[BUDGET_SYSCALLS] = { "syscalls", BUDGET_COUNT, true, true, "system calls",
		"system calls of all processes; one that a signal interrupted and the kernel ran again is one" },
	[BUDGET_CALLS] = { "calls", BUDGET_COUNT, true, true, "calls",
		"a table: of these calls, by name (`openat`), class (`\"%file\"`), family (`\"family:open\"`) or pattern (`\"/^open/\"`)" },
	[BUDGET_BYTES_READ] = { "bytes_read", BUDGET_BYTES, true, true, "bytes read",
		"what read, recv, sendfile, splice, copy_file_range and their kin returned, of any descriptor" },
	[BUDGET_BYTES_WRITTEN] = { "bytes_written", BUDGET_BYTES, true, true, "bytes written",
		"the same of write, send, vmsplice, sendfile, splice, copy_file_range" },
	[BUDGET_FILES_OPENED] = { "files_opened", BUDGET_COUNT, true, true, "files opened",
		"calls of open, openat, openat2, creat and open_by_handle_at that gave a descriptor" },
	[BUDGET_PROCESSES] = { "processes", BUDGET_COUNT, true, false, "processes",
		"the command itself and all that it started, directly or not" },
	[BUDGET_THREADS] = { "threads", BUDGET_COUNT, true, false, "threads",
		"threads started beside the first one of each process" },
	[BUDGET_MAX_FDS] = { "max_fds", BUDGET_COUNT, true, false, "descriptors at one time",
		"the most open descriptors that any one process held" },
	[BUDGET_MAPPED_BYTES] = { "mapped_bytes", BUDGET_BYTES, true, true, "bytes mapped",
		"lengths of all mappings made, and growth by brk and mremap; what was unmapped is not taken off" },
	[BUDGET_MAX_RSS] = { "max_rss", BUDGET_BYTES, false, false, "peak resident memory",
		"of the process that had most" },
	[BUDGET_CONTEXT_SWITCHES] = { "context_switches", BUDGET_COUNT, false, false,
		"context switches", "of it and the children it waited for, in a run without a tracer" },
	[BUDGET_PAGE_FAULTS] = { "page_faults", BUDGET_COUNT, false, false, "page faults",
		"the same, minor and major" },
	[BUDGET_CPU] = { "cpu", BUDGET_NS, false, false, "processor time",
		"the same, user and system" },
	[BUDGET_WALL] = { "wall", BUDGET_NS, false, false, "wall clock time",
		"from before its start to its end, in a run without a tracer" },
};
/* clang-format on */

const char *
budget_say(struct arena *arena, enum budget_metric metric, uint64_t n)
{
	static const char *const sizes[] = { "KiB", "MiB", "GiB", "TiB" };
	double size = (double)n / 1024;
	size_t i = 0;

	if (budget_rows[metric].unit == BUDGET_NS)
		return n < NS_PER_S ? arena_printf(arena, "%.4g ms", (double)n / NS_PER_MS)
				    : arena_printf(arena, "%.4g s", (double)n / NS_PER_S);
	if (budget_rows[metric].unit == BUDGET_COUNT || n < 1024)
		return arena_printf(arena, "%" PRIu64 "%s", n,
			budget_rows[metric].unit == BUDGET_BYTES ? " bytes" : "");
	for (; size >= 1024 && i + 1 < ARRAY_LEN(sizes); i++)
		size /= 1024;
	/* What differs by a few bytes must not look equal. */
	return arena_printf(arena, "%" PRIu64 " bytes (%.1f %s)", n, size, sizes[i]);
}

/* What the calls of one name come to in this metric. */
static uint64_t
of_name(const struct budget *b, const struct call_count *c)
{
	switch (b->metric) {
	case BUDGET_SYSCALLS:
		return c->n;
	case BUDGET_CALLS:
		return call_choice_has(b->calls, c->name) ? c->n : 0;
	case BUDGET_BYTES_READ:
		return c->bytes_in;
	case BUDGET_BYTES_WRITTEN:
		return c->bytes_out;
	default:
		return 0;
	}
}

static uint64_t
number_of(const struct budget *b, const struct facts *f)
{
	uint64_t sum = 0;

	switch (b->metric) {
	case BUDGET_FILES_OPENED:
		return f->n_opened;
	case BUDGET_PROCESSES:
		return f->n_processes;
	case BUDGET_THREADS:
		return f->n_threads;
	case BUDGET_MAX_FDS:
		return f->max_fds;
	case BUDGET_MAPPED_BYTES:
		return f->mapped_bytes;
	case BUDGET_MAX_RSS:
		return f->peak_rss_bytes;
	default:
		break;
	}
	for (size_t i = 0; i < f->n_names; i++)
		sum += of_name(b, &f->calls[i]);
	return sum;
}

/* Why the number may be too small; NULL: it is not. */
static const char *
why_unseen(struct arena *arena, const struct budget *b, const struct facts *f)
{
	if (!trace_is_complete(&f->footer))
		return f->footer.reason[0] ? arena_printf(arena, "the trace is incomplete: %s",
						     f->footer.reason)
					   : "the trace is incomplete";
	if (budget_rows[b->metric].needs_calls && !f->has_all_calls)
		return "not all calls were traced";
	if (b->metric == BUDGET_MAX_RSS && !(f->has_peak_rss && f->peak_rss_bytes))
		return "its memory was not told";
	return NULL;
}

struct named {
	const char *name;
	uint64_t n, before;
};

/* What the golden has for calls of this name. */
static uint64_t
recorded(const struct golden_number *number, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; number && i < number->n_by; i++)
		if (strncmp(number->by[i], name, n) == 0 && number->by[i][n] == ' ')
			return strtoull(number->by[i] + n + 1, NULL, 10);
	return 0;
}

static int
compare_growth(const void *x, const void *y)
{
	const struct named *a = x, *b = y;
	uint64_t grown_a = a->n - a->before, grown_b = b->n - b->before;

	return grown_a != grown_b ? (grown_a < grown_b) - (grown_a > grown_b)
				  : strcmp(a->name, b->name);
}

/* ": openat 12 -> 200, read 3 -> 40": the calls by which it grew, most first; "" when there is
 * nothing to tell. */
static const char *
say_growth(struct arena *arena, const struct budget *b, const struct facts *f,
	const struct golden_number *number)
{
	struct named *grown = arena_array(arena, f->n_names + 1, sizeof *grown);
	AUTO(str_done) struct str s = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < f->n_names; i++) {
		struct named *g = &grown[n];

		*g = (struct named){ f->calls[i].name, of_name(b, &f->calls[i]), 0 };
		if (number && number->n_by)
			g->before = recorded(number, g->name);
		else if (number && b->metric == BUDGET_CALLS)
			g->before = number->high; /* it counts one name alone */
		n += g->n > g->before;
	}
	if (n)
		qsort(grown, n, sizeof *grown, compare_growth);
	for (size_t i = 0; i < MIN(n, (size_t)MOST_GROWN); i++) {
		str_addf(&s, "%s%s ", i ? ", " : ": ", grown[i].name);
		if (number)
			str_addf(&s, "%" PRIu64 " -> ", grown[i].before);
		str_add_uint(&s, grown[i].n);
	}
	if (n > MOST_GROWN)
		str_addf(&s, ", and %zu other%s", n - MOST_GROWN,
			n == MOST_GROWN + 1 ? "" : "s");
	return arena_strdup(arena, str_text(&s));
}

/* " (+10%, the golden has 812 to 815)" */
static const char *
say_golden(struct arena *arena, const struct budget *b, const struct golden_number *number)
{
	const char *sign = b->is_relative ? b->text : "";

	if (!number)
		return "";
	return arena_printf(arena, " (%s%sthe golden has %s%s%s)", sign, *sign ? ", " : "",
		budget_say(arena, b->metric, number->low),
		number->low < number->high ? " to " : "",
		number->low < number->high ? budget_say(arena, b->metric, number->high) : "");
}

static uint64_t
limit_of(const struct budget *b, const struct golden_number *number)
{
	uint64_t base, more = b->amount, limit;

	if (!b->is_relative)
		return b->amount;
	base = number->high;
	if (b->is_share) {
		double part = (double)base * b->share + 1e-9; /* rounded down */

		more = part < 0x1p63 ? (uint64_t)part : UINT64_MAX;
	}
	return __builtin_add_overflow(base, more, &limit) ? UINT64_MAX : limit;
}

static void
end_as(struct outcome *out, enum verdict_kind kind, const char *text)
{
	out->kind = kind;
	out->text = text;
}

static void
judge_unwatched(struct outcome *out, struct arena *arena, const struct budget *b,
	const struct unwatched *u)
{
	uint64_t n;

	if (b->is_relative)
		return end_as(out, VERDICT_SKIP,
			"not measured: time is compared only by pairs of runs: renacer-gate "
			"check --compare-ref REF");
	if (!u)
		return end_as(out, VERDICT_SKIP, "not measured: that takes a run of its own");
	if (u->why_not)
		return end_as(out, VERDICT_INCONCLUSIVE,
			arena_printf(arena, "not measured: the run without a tracer: %s",
				u->why_not));
	n = u->n[b->metric - BUDGET_FIRST_UNWATCHED];
	out->n_events = 1;
	end_as(out, n > b->amount ? VERDICT_FAIL : VERDICT_PASS,
		arena_printf(arena, "%s: %s %s %s, in a run without a tracer",
			budget_rows[b->metric].what, budget_say(arena, b->metric, n),
			n > b->amount ? ">" : "<=", budget_say(arena, b->metric, b->amount)));
}

void
budget_judge(struct outcome *out, struct arena *arena, const struct budget *b,
	const struct facts *f, const struct golden *golden, const struct unwatched *unwatched)
{
	const struct golden_number *number = golden ? golden_number(golden, b->name) : NULL;
	const char *what = budget_rows[b->metric].what, *unseen, *around;
	const char *shown, *shown_limit;
	uint64_t n, limit;

	*out = (struct outcome){ .name = arena_printf(arena, "budget.%s", b->name),
		.type = "budget",
		.is_warning = !b->is_hard,
		.at = b->at };
	if (budget_is_unwatched(b))
		return judge_unwatched(out, arena, b, unwatched);
	if (!f->n_calls)
		return end_as(out, VERDICT_ERROR, "not one call was traced");
	if (b->is_relative && !number)
		return end_as(out, VERDICT_ERROR,
			arena_printf(arena,
				"the golden does not say how many %s: it was recorded before "
				"there was this budget; record it again",
				what));
	n = number_of(b, f);
	limit = limit_of(b, number);
	shown = budget_say(arena, b->metric, n);
	shown_limit = budget_say(arena, b->metric, limit);
	around = say_golden(arena, b, number);
	unseen = why_unseen(arena, b, f);
	out->n_events = f->n_calls;
	if (b->metric == BUDGET_CALLS)
		what = arena_printf(arena, "calls of %s", b->name + strlen("calls."));
	if (n > limit)
		end_as(out, VERDICT_FAIL,
			arena_printf(arena, "%s: %s > %s%s%s", what, shown, shown_limit, around,
				say_growth(arena, b, f, number)));
	else if (unseen)
		end_as(out, VERDICT_INCONCLUSIVE,
			arena_printf(arena, "%s: at least %s, the limit is %s, but %s", what,
				shown, shown_limit, unseen));
	else
		end_as(out, VERDICT_PASS,
			arena_printf(
				arena, "%s: %s <= %s%s", what, shown, shown_limit, around));
}

static int
compare_texts(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* The most of each name, of this run and of what is there. */
static void
note_names(struct golden *golden, struct golden_number *number, const struct budget *b,
	const struct facts *f)
{
	struct arena *a = golden->arena;
	const char **by = arena_array(a, f->n_names + number->n_by + 1, sizeof *by);
	size_t n = 0;

	for (size_t i = 0; i < f->n_names; i++) {
		const char *name = f->calls[i].name;
		uint64_t now = of_name(b, &f->calls[i]),
			 most = MAX(now, recorded(number, name));

		if (most)
			by[n++] = arena_printf(a, "%s %" PRIu64, name, most);
	}
	for (size_t i = 0; i < number->n_by; i++) {
		size_t length = strcspn(number->by[i], " ") + 1;
		bool is_new = true;

		for (size_t k = 0; k < n && is_new; k++)
			is_new = strncmp(by[k], number->by[i], length) != 0;
		if (is_new)
			by[n++] = number->by[i];
	}
	if (n)
		qsort(by, n, sizeof *by, compare_texts);
	number->by = by;
	number->n_by = n;
}

void
budget_note(struct golden *golden, const struct budget *budgets, size_t n,
	const struct facts *facts)
{
	for (size_t i = 0; i < n; i++) {
		const struct budget *b = &budgets[i];
		bool varies = b->metric == BUDGET_MAX_RSS && !b->is_relative;
		uint64_t now = number_of(b, facts);
		struct golden_number *number;
		bool is_new;

		if (budget_is_unwatched(b) || varies)
			continue;
		is_new = !golden_number(golden, b->name);
		number = golden_number_add(golden, b->name);
		number->low = is_new ? now : MIN(number->low, now);
		number->high = MAX(number->high, now);
		note_names(golden, number, b, facts);
	}
}
