/* SPDX-License-Identifier: MIT */
/*
 * rule_judge.c - a rule against a run: which judge it has, and what all of them conclude alike
 *
 * A limit that is exceeded is exceeded even if some of the run went unseen; one that is kept is
 * kept only when all of it was seen.
 */

#include "judge/rule_own.h"

#include "base/clock.h"
#include "judge/antipattern.h"

#include <inttypes.h>
#include <string.h>

#define DETAIL_ROWS 8
#define MOST_PROGRAMS 8

void
judging_end(const struct judging *j, enum verdict_kind kind, const char *text)
{
	j->out->kind = kind;
	j->out->text = text;
}

const char *
words_of_ns(struct arena *arena, uint64_t ns)
{
	return arena_printf(arena, "%.3f ms", (double)ns / NS_PER_MS);
}

const char *
words_of_bytes(struct arena *arena, uint64_t n)
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

const char *
words_of_n(struct arena *arena, uint64_t n, const char *one, const char *many)
{
	return arena_printf(arena, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

const char *
words_of_programs(const struct judging *j)
{
	const char *text = "";

	for (size_t i = 0; i < MIN(j->facts->n_processes, (size_t)MOST_PROGRAMS); i++)
		text = arena_printf(j->arena, "%s%s'%s'", text, i ? ", " : "",
			j->facts->processes[i].program ? j->facts->processes[i].program : "");
	return *text ? text : "there was none";
}

void
judging_measure(const struct judging *j, const struct measure *m)
{
	struct outcome *out = j->out;
	const char *looked = arena_printf(j->arena, "(%" PRIu64 " looked at)", m->n_events);

	out->n_events = m->n_events;
	out->wanted = m->shown_limit;
	out->found = m->shown;
	if (m->value > m->limit) {
		out->kind = VERDICT_FAIL;
		out->text = arena_printf(j->arena, "%s: %s > %s %s%s%s", m->what, m->shown,
			m->shown_limit, looked, m->more ? ": " : "", m->more ? m->more : "");
	} else if (m->unseen) {
		out->kind = VERDICT_INCONCLUSIVE;
		out->text =
			arena_printf(j->arena, "%s: at least %s, the limit is %s %s, but %s",
				m->what, m->shown, m->shown_limit, looked, m->unseen);
	} else {
		out->kind = VERDICT_PASS;
		out->text = arena_printf(
			j->arena, "%s: %s <= %s %s", m->what, m->shown, m->shown_limit, looked);
	}
}

/* The first rows: one as evidence, all of them in the detail. */
static void
show_rows(const struct judging *j, const struct finding_of_rule *f)
{
	AUTO(str_done) struct str lines = { 0 };

	if (!f->n_rows)
		return;
	j->out->evidence = row_words(j, f->rows[0]);
	j->out->call = row_call(j, f->rows[0]);
	j->out->seq = (uint64_t)columns_number(j->columns, COLUMN_SEQ, f->rows[0]);
	for (size_t i = 0; i < MIN(f->n_rows, (size_t)DETAIL_ROWS); i++)
		str_addf(&lines, "%s%s\n", row_words(j, f->rows[i]), row_origin(j, f->rows[i]));
	if (f->n_rows > DETAIL_ROWS)
		str_addf(&lines, "… and %zu more\n", f->n_rows - DETAIL_ROWS);
	if (f->n_rows > 1)
		j->out->detail = arena_strdup(j->arena, lines.data);
}

void
judging_conclude(const struct judging *j, const struct finding_of_rule *f)
{
	struct outcome *out = j->out;
	const char *looked =
		words_of_n(j->arena, f->n_looked, "event looked at", "events looked at");
	const char *open = f->is_broken && f->open ? f->open : j->unseen;

	out->n_events = f->n_looked;
	out->wanted = f->wanted;
	out->found = f->found;
	if (f->is_broken && (f->is_certain || !open)) {
		out->kind = VERDICT_FAIL;
		out->text = arena_printf(
			j->arena, "%s; wanted: %s (%s)", f->found, f->wanted, looked);
		show_rows(j, f);
	} else if (open) {
		out->kind = VERDICT_INCONCLUSIVE;
		out->text = arena_printf(j->arena, "%s; wanted: %s (%s), but %s", f->found,
			f->wanted, looked, open);
	} else {
		out->kind = VERDICT_PASS;
		out->text = arena_printf(
			j->arena, "%s; wanted: %s (%s)", f->found, f->wanted, looked);
	}
}

bool
judging_select(const struct judging *j, struct selection *out, const struct selector *s)
{
	struct err err = { 0 };

	*out = (struct selection){ 0 };
	if (expr_select(out, s->expr, j->columns, SIZE_MAX, &err) == 0)
		return true;
	judging_end(j, err.kind == ERR_UNSURE ? VERDICT_INCONCLUSIVE : VERDICT_ERROR,
		arena_printf(j->arena, "'%s': %s", s->said, err.text));
	j->out->detail = arena_strdup(j->arena, err.place);
	err_done(&err);
	return false;
}

bool
judging_is_empty(const struct judging *j, uint64_t n, uint64_t n_looked, const char *of)
{
	if (n)
		return false;
	j->out->n_events = n_looked;
	if (j->unseen)
		judging_end(j, VERDICT_INCONCLUSIVE,
			arena_printf(j->arena,
				"there is no %s among %" PRIu64 " events, but %s", of, n_looked,
				j->unseen));
	else if (j->rule->allows_empty)
		judging_end(j, VERDICT_PASS,
			arena_printf(j->arena,
				"there is no %s among %" PRIu64 " events; allow_empty = true",
				of, n_looked));
	else
		judging_end(j, VERDICT_ERROR,
			arena_printf(j->arena,
				"there is no %s among %" PRIu64 " events: nothing was tested "
				"(if that is right: allow_empty = true)",
				of, n_looked));
	return true;
}

static const struct judge {
	void (*run)(const struct judging *j); /* NULL: nobody can judge it yet */
	bool is_over_events;                  /* it reads the columns */
} judges[N_RULE_KINDS] = {
	[RULE_CRITICAL_PATH] = { judge_critical_path, false },
	[RULE_SPAN_COUNT] = { judge_span_count, false },
	[RULE_MEMORY_USAGE] = { judge_memory_usage, false },
	[RULE_ANTI_PATTERN] = { judge_anti_pattern, true },
	[RULE_CUSTOM] = { judge_custom, true },
	[RULE_COUNT] = { judge_count, true },
	[RULE_NEVER] = { judge_never, true },
	[RULE_EXISTS] = { judge_exists, true },
	[RULE_ALL] = { judge_all, true },
	[RULE_BEFORE] = { judge_before, true },
	[RULE_BETWEEN] = { judge_between, true },
	[RULE_WITHIN] = { judge_within, true },
	[RULE_LATENCY] = { judge_latency, true },
	[RULE_BYTES] = { judge_bytes, true },
	[RULE_COVERAGE] = { judge_coverage, true },
	[RULE_FD_LEAK] = { judge_fd_leak, true },
	[RULE_EXEC_POLICY] = { judge_exec_policy, true },
	[RULE_NETWORK_POLICY] = { judge_network_policy, true },
	[RULE_PATH_POLICY] = { judge_path_policy, true },
	[RULE_DURABILITY] = { judge_durability, true },
	[RULE_CLUSTER] = { judge_cluster, true },
	[RULE_SEQUENCE] = { judge_sequence, true },
	[RULE_TIME_ATTRIBUTION] = { judge_time_attribution, true },
};

bool
rule_kind_is_judged(enum rule_kind kind)
{
	return judges[kind].run;
}

/* Which columns a judge reads by itself. */
static uint64_t
own_columns(enum rule_kind kind)
{
#define C(id_) COLUMN_BIT(COLUMN_##id_)
	static const uint64_t columns[N_RULE_KINDS] = {
		[RULE_BEFORE] = C(SEQ) | C(TASK) | C(PROCESS) | C(START) | C(END),
		[RULE_BETWEEN] = C(TASK) | C(PROCESS),
		[RULE_WITHIN] = C(TASK) | C(PROCESS) | C(END),
		[RULE_LATENCY] = C(DURATION),
		[RULE_BYTES] = C(BYTES),
		[RULE_COVERAGE] = C(FAMILY) | C(PATH) | C(ERRNO) | C(STATE),
		[RULE_FD_LEAK] = C(SEQ) | C(PROCESS),
		[RULE_EXEC_POLICY] =
			C(EVENT) | C(FAMILY) | C(EXEC) | C(PATH) | C(ERRNO) | C(STATE),
		[RULE_NETWORK_POLICY] = C(SYSCALL) | C(PEER),
		[RULE_PATH_POLICY] = C(PATH) | C(FROM) | C(TO) | C(ACCESS),
		[RULE_DURABILITY] = C(FD) | C(FD_KIND) | C(FD_NAME) | C(PROCESS) | C(FAMILY) |
				    C(SYSCALL) | C(PATH) | C(FROM) | C(TO) | C(ACCESS) |
				    C(ERRNO) | C(STATE),
		[RULE_CLUSTER] = C(SYSCALL) | C(PATH),
		[RULE_SEQUENCE] =
			C(FAMILY) | C(CLASS) | C(REGION) | C(STATE) | C(TASK) | C(PROCESS),
		[RULE_TIME_ATTRIBUTION] = C(SYSCALL) | C(PATH) | C(DURATION),
	};
#undef C

	return columns[kind] | row_words_columns;
}

static uint64_t
selector_columns(const struct selector *s)
{
	return s->expr ? expr_columns(s->expr) : 0;
}

static uint64_t
asked_columns(const struct rule *rule)
{
	return selector_columns(&rule->where) | selector_columns(&rule->other) |
	       selector_columns(&rule->third);
}

static bool
asks_for_stacks(const struct rule *rule)
{
	return asked_columns(rule) & COLUMNS_OF_STACKS;
}

void
rule_needs(const struct rule *rule, struct rule_needs *needs)
{
	bool is_memory = rule->kind == RULE_MEMORY_USAGE;
	bool has_spans = rule->kind == RULE_CRITICAL_PATH && rule->pattern;

	if (!rule->is_enabled)
		return;
	needs->all_calls |= rule->kind == RULE_SPAN_COUNT || has_spans;
	needs->memory_calls |= is_memory && rule->choice != TRACK_RSS;
	needs->peak_memory |= is_memory && rule->choice == TRACK_PEAK;
	needs->critical |= rule->kind == RULE_CRITICAL_PATH;
	needs->clocks |= rule->kind == RULE_BEFORE;
	needs->leaks |= rule->kind == RULE_FD_LEAK;
	if (has_spans)
		needs->columns |= COLUMN_BIT(COLUMN_SYSCALL) | COLUMN_BIT(COLUMN_TASK) |
				  COLUMN_BIT(COLUMN_START) | COLUMN_BIT(COLUMN_END);
	if (!judges[rule->kind].is_over_events)
		return;
	if (rule->kind == RULE_ANTI_PATTERN)
		needs->columns |= antipattern_columns((enum antipattern)rule->choice);
	needs->all_calls = true;
	needs->stacks |= asks_for_stacks(rule);
	needs->columns |= own_columns(rule->kind) | asked_columns(rule);
	needs->busy |= (needs->columns & COLUMN_BIT(COLUMN_BUSY)) != 0;
}

static const char *
why_unseen(struct arena *arena, const struct facts *f)
{
	if (trace_is_complete(&f->footer))
		return NULL;
	return arena_printf(arena, "the trace is incomplete%s%s",
		f->footer.reason[0] ? ": " : "", f->footer.reason);
}

/* Of all selectors together. Errors come again when they are asked. */
static uint64_t
places_open(const struct judging *j)
{
	const struct selector *all[] = { &j->rule->where, &j->rule->other, &j->rule->third };
	uint64_t sum = 0, n;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct err err = { 0 };

		if (!all[i]->expr)
			continue;
		if (expr_places_open(&n, all[i]->expr, j->columns, &err) < 0)
			err_drop(&err); /* judging_select() and judge_custom() say it */
		else
			sum += n;
	}
	return sum;
}

static const char *
why_unplaced(const struct judging *j)
{
	uint64_t n;

	if (!asks_for_stacks(j->rule))
		return NULL;
	n = columns_unfollowed(j->columns);
	if (n)
		return arena_printf(j->arena, "the stacks of %s could not be followed",
			words_of_n(j->arena, n, "call", "calls"));
	n = places_open(j);
	if (n)
		return arena_printf(j->arena,
			"where in a program %s made is not known (stripped, without -g, or "
			"code made at run time)",
			words_of_n(j->arena, n, "call was", "calls were"));
	return NULL;
}

/* What keeps a rule over events from being judged at all. */
static const char *
why_blind(const struct judging *j)
{
	if (!j->columns)
		return "the events of the run were not kept";
	if (!columns_calls(j->columns))
		return "not one call was kept";
	return NULL;
}

static void
judge(struct outcome *out, struct arena *arena, const struct rule *rule, const char *target,
	const struct rule_run *run, const struct suspects *before)
{
	const struct facts *facts = run ? run->facts : NULL;
	struct judging j = { out, arena, rule, facts, run ? run->columns : NULL,
		run ? run->effects : NULL, run ? run->golden : NULL,
		run && run->groups ? run->groups : &groups_default, NULL, before };
	const struct judge *own = &judges[rule->kind];

	*out = (struct outcome){ .name = rule->name,
		.type = rule->type,
		.is_warning = !rule->fails,
		.at = rule->at };
	if (!rule->is_enabled)
		return judging_end(&j, VERDICT_SKIP, "disabled in the configuration");
	if (!rule_applies(rule, target))
		return judging_end(&j, VERDICT_SKIP,
			arena_printf(arena, "is for targets '%s'", rule->target));
	if (!facts)
		return judging_end(&j, VERDICT_ERROR, "the target never ran");
	if (!facts->n_calls)
		return judging_end(&j, VERDICT_ERROR, "not one call was traced");
	assert(own->run); /* others do not load enabled */
	j.unseen = why_unseen(arena, facts);
	if (own->is_over_events && why_blind(&j))
		return judging_end(&j, VERDICT_INCONCLUSIVE, why_blind(&j));
	if (own->is_over_events && !j.unseen && !facts->has_all_calls)
		j.unseen = "only some system calls were traced";
	if (own->is_over_events && !j.unseen && columns_gap(j.columns))
		j.unseen = arena_printf(
			arena, "the trace is incomplete: %s", columns_gap(j.columns));
	if (!j.unseen && own->is_over_events)
		j.unseen = why_unplaced(&j);
	own->run(&j);
}

void
rule_judge(struct outcome *out, struct arena *arena, const struct rule *rule,
	const char *target, const struct rule_run *run)
{
	judge(out, arena, rule, target, run, NULL);
}

void
rule_judge_again(struct outcome *out, struct arena *arena, const struct rule *rule,
	const char *target, const struct rule_run *run)
{
	judge(out, arena, rule, target, run, out->suspects);
}

const char *
rule_doubt(struct arena *arena, const struct rule *rule, const char *target,
	const struct rule_run *runs, size_t n)
{
	struct outcome unused;
	struct judging *judgings = arena_array(arena, n, sizeof *judgings);

	if (rule->kind != RULE_SEQUENCE || !rule->is_enabled || !rule_applies(rule, target))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!runs[i].columns)
			return NULL;
		judgings[i] = (struct judging){ &unused, arena, rule, runs[i].facts,
			runs[i].columns, runs[i].effects, NULL,
			runs[i].groups ? runs[i].groups : &groups_default, NULL, NULL };
	}
	return doubt_sequences(judgings, n);
}

void
rule_note(struct golden *golden, struct arena *arena, const struct rule *rule,
	const char *target, const struct rule_run *run)
{
	struct outcome unused;
	struct judging j = { &unused, arena, rule, run->facts, run->columns, run->effects, NULL,
		run->groups ? run->groups : &groups_default, NULL, NULL };

	if (!rule->is_enabled || !rule_applies(rule, target) || !run->columns)
		return;
	if (rule->kind == RULE_CLUSTER)
		note_clusters(&j, golden);
	else if (rule->kind == RULE_SEQUENCE)
		note_sequences(&j, golden);
}
