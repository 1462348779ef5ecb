/* SPDX-License-Identifier: MIT */
/*
 * text.c - the report for people at a terminal: a line for what is well, all of it for what is
 * not
 */

#include "report/text.h"

#include "base/mem.h"
#include "judge/basis.h"
#include "report/clean.h"

#include <inttypes.h>
#include <string.h>

static const struct {
	const char *word;
	enum text_color color;
} words[N_VERDICTS] = {
	[VERDICT_PASS] = { "PASS", TEXT_GREEN },
	[VERDICT_SKIP] = { "SKIP", TEXT_YELLOW },
	[VERDICT_FLAKY] = { "FLAKY", TEXT_YELLOW },
	[VERDICT_INCONCLUSIVE] = { "UNSURE", TEXT_YELLOW },
	[VERDICT_FAIL] = { "FAIL", TEXT_RED },
	[VERDICT_MISSING] = { "ERROR", TEXT_RED },
	[VERDICT_ERROR] = { "ERROR", TEXT_RED },
};

/* "FAIL    greet-rs  2 differences  0.104 s" */
static void
add_headline(struct text *t, const struct verdict *v, size_t name_width)
{
	const char *word = words[v->kind].word;
	size_t before, shown;

	text_colored(t, words[v->kind].color, word);
	str_addf(t->out, "%*s", (int)(8 - strlen(word)), "");
	before = t->out->n;
	text_clean(t, TEXT_BOLD, target_of(v));
	shown = strlen(clean(&t->room, target_of(v), LINE_LIMIT, CLEAN_LINE));
	assert(t->out->n >= before + shown);
	str_addf(t->out, "%*s", (int)(name_width > shown ? name_width - shown : 0) + 2, "");
	text_clean(t, TEXT_PLAIN, v->text);
	str_clear(&t->room);
	str_add(&t->room, "  ");
	add_seconds(&t->room, v->time_ns);
	str_add(&t->room, " s");
	text_colored(t, TEXT_DIM, str_text(&t->room));
	str_add_char(t->out, '\n');
}

/* The scores of selftest and calibrate are what was asked for. */
static void
add_scores(struct text *t, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_outcomes; i++) {
		const struct outcome *o = &v->outcomes[i];

		if (o->kind == VERDICT_SKIP)
			continue;
		str_addf(t->out, "       %-18s ", o->name);
		text_clean(t, TEXT_PLAIN, o->text);
		str_add_char(t->out, '\n');
	}
}

/* Profile strict: how many calls of each process were not compared, being its runtime's. */
static void
add_cuts(struct text *t, const struct facts *f)
{
	for (size_t i = 0; f && f->processes && i < f->n_processes; i++) {
		const struct process_facts *p = &f->processes[i];

		if (!p->runtime)
			continue;
		str_add(t->out, "       cut ");
		text_clean(t, TEXT_PLAIN, p->program);
		str_addf(t->out,
			": %" PRIu64 " calls of the start-up of %s, %" PRIu64
			" of its end, %" PRIu64 " about its files in between\n",
			p->n_startup, p->runtime, p->n_shutdown, p->n_runtime);
	}
}

static void
add_everything(struct text *t, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_outcomes; i++) {
		const struct outcome *o = &v->outcomes[i];

		str_addf(t->out, "       rule %-12s ", verdict_names[o->kind]);
		text_clean(t, TEXT_PLAIN, o->name);
		str_add(t->out, ": ");
		text_clean(t, TEXT_PLAIN, o->text);
		if (!o->text || !strstr(o->text, "looked at)"))
			str_addf(t->out, " (%" PRIu64 " looked at)", o->n_events);
		str_add_char(t->out, '\n');
	}
	text_labelled(t, "command", v->command);
	text_labelled(t, "golden", v->golden_path);
	text_labelled(t, "backend", v->basis.backend);
	text_labelled(t, "because", v->basis.why);
	add_cuts(t, v->facts);
}

/* "rests on 1 run and a golden of 3: 712 calls, …; not seen: …" */
static void
add_basis(struct text *t, const struct verdict *v)
{
	AUTO(arena_free) struct arena *scratch = arena_new();
	const char *unseen = basis_unseen_words(scratch, &v->basis), *of;

	if (!v->basis.is_known)
		return;
	of = v->performance.golden_name
		     ? arena_printf(scratch, " and one of %s", v->performance.golden_name)
	     : v->golden_runs ? arena_printf(scratch, " and a golden of %u", v->golden_runs)
			      : "";
	str_add(t->out, "       ");
	text_wrapped(t, TEXT_DIM,
		arena_printf(scratch, "rests on %u run%s%s: %s%s%s", v->n_runs,
			v->n_runs == 1 ? "" : "s", of, basis_words(scratch, &v->basis),
			unseen ? "; not seen or not compared: " : "", unseen ? unseen : ""),
		TEXT_INDENT);
	str_add_char(t->out, '\n');
}

static void
add_performance(struct text *t, const struct verdict *v)
{
	AUTO(arena_free) struct arena *scratch = arena_new();
	const char *cost = cost_words(scratch, &v->performance);

	if (!cost || (t->opts->verbosity <= 0 && !v->performance.golden.is_known))
		return;
	str_add(t->out, "       ");
	text_wrapped(t, TEXT_DIM, arena_printf(scratch, "cost, traced: %s", cost), TEXT_INDENT);
	str_add_char(t->out, '\n');
}

static void
add_verdict(struct text *t, const struct verdict *v, size_t name_width)
{
	if (t->opts->verbosity < 0 && !is_bad(v))
		return;
	add_headline(t, v, name_width);
	if (t->opts->verbosity < 0)
		return;
	if (is_bad(v))
		text_findings(t, v);
	else
		text_remarks(t, v);
	add_basis(t, v);
	add_performance(t, v);
	if (t->has_scores)
		add_scores(t, v);
	if (t->opts->verbosity > 0)
		add_everything(t, v);
}

static size_t
widest_name(const struct verdicts *v)
{
	size_t widest = 0;

	for (size_t i = 0; i < v->n; i++)
		widest = MAX(widest, strlen(target_of(&v->items[i])));
	return MIN(widest, (size_t)32);
}

int
text_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err)
{
	struct text t = { .out = out,
		.opts = opts,
		.has_scores = v->command && (strcmp(v->command, "selftest") == 0 ||
						    strcmp(v->command, "calibrate") == 0) };
	struct counts counts = count_verdicts(v);

	(void)err; /* writing to memory does not fail */
	for (size_t i = 0; i < v->n; i++)
		add_verdict(&t, &v->items[i], widest_name(v));
	str_addf(out, "%zu target%s: ", v->n, v->n == 1 ? "" : "s");
	add_counts(out, &counts);
	str_add(out, " in ");
	add_seconds(out, v->time_ns);
	str_add(out, " s\n");
	str_done(&t.room);
	return 0;
}
