/* SPDX-License-Identifier: MIT */
/*
 * text.c - the report for people at a terminal: a line for what is well, all of it for what is
 * not
 *
 * Text that came from a target never starts a line: runners take a line that starts with "::"
 * for a command.
 */

#include "report/clean.h"
#include "report/formats.h"

#include "base/mem.h"
#include "judge/basis.h"

#include <inttypes.h>
#include <string.h>

#define MOST_IN_FULL 20   /* findings of one target with their diffs */
#define MOST_FINDINGS 100 /* … with their sentences */
#define MOST_EXPECTED 5
#define MOST_MEMBERS 8 /* of one finding */
#define INDENT 7

enum color { PLAIN, RED, GREEN, YELLOW, BOLD, DIM };

struct text {
	struct str *out;
	const struct report_opts *opts;
	struct str room;
	bool has_scores; /* of selftest and calibrate */
};

static void
add_colored(struct text *t, enum color color, const char *text)
{
	static const char *const codes[] = { [RED] = "\033[31m",
		[GREEN] = "\033[32m",
		[YELLOW] = "\033[33m",
		[BOLD] = "\033[1m",
		[DIM] = "\033[2m" };

	if (!t->opts->color || color == PLAIN) {
		str_add(t->out, text);
		return;
	}
	str_add(t->out, codes[color]);
	str_add(t->out, text);
	str_add(t->out, "\033[0m");
}

static void
add_clean(struct text *t, enum color color, const char *text)
{
	add_colored(t, color, clean(&t->room, text, LINE_LIMIT, CLEAN_LINE));
}

static size_t
count_columns(const char *text, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/* A sentence, broken at blanks where the terminal ends; `column` is where it starts. */
static void
add_wrapped(struct text *t, enum color color, const char *text, size_t column)
{
	AUTO(str_done) struct str all = { 0 };
	AUTO(str_done) struct str broken = { 0 };
	const char *word = clean(&all, text, LINE_LIMIT, CLEAN_LINE);

	while (*word) {
		size_t n = strcspn(word + 1, " ") + 1; /* with the blank before it */
		size_t columns = count_columns(word, n);

		/* Never before "::": at the start of a line runners take it for a command. */
		if (t->opts->width > 2 * INDENT && *word == ' ' &&
			column + columns > t->opts->width && strncmp(word + 1, "::", 2) != 0) {
			str_addf(&broken, "\n%*s", INDENT, "");
			column = INDENT;
			word++, n--, columns--;
		}
		str_add_n(&broken, word, n);
		column += columns;
		word += n;
	}
	add_colored(t, color, str_text(&broken));
}

static const struct {
	const char *word;
	enum color color;
} words[N_VERDICTS] = {
	[VERDICT_PASS] = { "PASS", GREEN },
	[VERDICT_SKIP] = { "SKIP", YELLOW },
	[VERDICT_FLAKY] = { "FLAKY", YELLOW },
	[VERDICT_INCONCLUSIVE] = { "UNSURE", YELLOW },
	[VERDICT_FAIL] = { "FAIL", RED },
	[VERDICT_MISSING] = { "ERROR", RED },
	[VERDICT_ERROR] = { "ERROR", RED },
};

/* "FAIL    greet-rs  2 differences  0.104 s" */
static void
add_headline(struct text *t, const struct verdict *v, size_t name_width)
{
	const char *word = words[v->kind].word;
	size_t before, shown;

	add_colored(t, words[v->kind].color, word);
	str_addf(t->out, "%*s", (int)(8 - strlen(word)), "");
	before = t->out->n;
	add_clean(t, BOLD, target_of(v));
	shown = strlen(clean(&t->room, target_of(v), LINE_LIMIT, CLEAN_LINE));
	assert(t->out->n >= before + shown);
	str_addf(t->out, "%*s", (int)(name_width > shown ? name_width - shown : 0) + 2, "");
	add_clean(t, PLAIN, v->text);
	str_clear(&t->room);
	str_add(&t->room, "  ");
	add_seconds(&t->room, v->time_ns);
	str_add(&t->room, " s");
	add_colored(t, DIM, str_text(&t->room));
	str_add_char(t->out, '\n');
}

static enum color
line_color(const char *line)
{
	if (str_has_prefix(line, "---") || str_has_prefix(line, "+++"))
		return BOLD;
	return *line == '-' ? RED : *line == '+' ? GREEN : *line == '@' ? YELLOW : PLAIN;
}

/* Several lines, each behind a bar. */
static void
add_block(struct text *t, const char *text)
{
	AUTO(str_done) struct str all = { 0 };
	const char *line = clean(&all, text, TEXT_LIMIT, CLEAN_LINES);

	while (*line) {
		const char *end = strchrnul(line, '\n');

		str_clear(&t->room);
		str_add_n(&t->room, line, (size_t)(end - line));
		str_add(t->out, "       | ");
		add_colored(t, line_color(line), str_text(&t->room));
		str_add_char(t->out, '\n');
		line = *end ? end + 1 : end;
	}
}

static void
add_labelled(struct text *t, const char *label, const char *text)
{
	if (!text)
		return;
	str_addf(t->out, "       %-8s ", label);
	add_clean(t, PLAIN, text);
	str_add_char(t->out, '\n');
}

static void
add_place(struct text *t, const struct pos *at)
{
	AUTO(str_done) struct str place = { 0 };

	if (!at->file || !at->row)
		return; /* of a whole golden nobody needs to be told */
	str_addf(&place, "%s:%u", at->file, at->row);
	add_labelled(t, "at", str_text(&place));
}

/* What else the cause explains: a line each. */
static void
add_members(struct text *t, const struct finding *f)
{
	size_t n =
		t->opts->verbosity > 0 ? f->n_members : MIN(f->n_members, (size_t)MOST_MEMBERS);

	for (size_t i = 0; i < n; i++) {
		str_addf(t->out, "       %-8s ", i ? "" : "with it");
		add_wrapped(t, PLAIN, f->members[i].text, INDENT + 9);
		str_add_char(t->out, '\n');
		if (t->opts->verbosity > 0 && f->members[i].detail)
			add_block(t, f->members[i].detail);
	}
	if (n < f->n_members)
		str_addf(t->out, "                … and %zu more; -v shows them\n",
			f->n_members - n);
}

static bool
is_told(const struct finding *f, const char *side)
{
	return !side || strcmp(side, "yes") == 0 || strstr(f->text, side);
}

/* A diff of one line for one, both of which the sentence has whole. */
static bool
is_told_by_diff(const struct finding *f)
{
	size_t n = 0;

	for (const char *p = f->detail; *p; p++)
		n += *p == '\n';
	return n == 5 && str_has_prefix(f->detail, "--- ") && f->wanted && f->found &&
	       is_told(f, f->wanted) && is_told(f, f->found) && !strstr(f->text, "…");
}

static void
add_finding(
	struct text *t, const struct finding *f, size_t nr, bool in_full, const char *before)
{
	AUTO(str_done) struct str origin = { 0 };
	static const enum color colors[] = {
		[FINDING_NOTE] = PLAIN, [FINDING_WARNING] = YELLOW, [FINDING_ERROR] = RED
	};
	size_t start = t->out->n;

	if (nr)
		str_addf(t->out, "  %3zu. %s", nr, before);
	else
		str_add(t->out, "       note: ");
	if (f->level == FINDING_WARNING)
		add_colored(t, YELLOW, "warning: ");
	if (is_of_rule(f)) {
		str_add(t->out, "rule '");
		add_clean(t, PLAIN, f->subject);
		str_add(t->out, "': ");
	}
	add_wrapped(t, colors[f->level], f->text, t->out->n - start);
	str_add_char(t->out, '\n');
	if (!in_full)
		return;
	if (!is_told(f, f->wanted) || !is_told(f, f->found)) {
		add_labelled(t, is_of_rule(f) ? "wanted" : "golden", f->wanted);
		add_labelled(t, is_of_rule(f) ? "found" : "run", f->found);
	}
	if (f->detail && !is_told_by_diff(f))
		add_block(t, f->detail);
	add_labelled(t, "call", f->evidence);
	if (origin_put(&origin, &f->origin))
		add_labelled(t, "source", str_text(&origin));
	add_members(t, f);
}

static bool
is_same_place(const struct pos *a, const struct pos *b)
{
	return a->file && b->file && a->row == b->row && strcmp(a->file, b->file) == 0;
}

/* With its place, unless the finding before has told it. */
static void
add_placed(struct text *t, const struct verdict *v, size_t i, bool in_full, const char *before)
{
	const struct finding *f = &v->findings[i];

	/* Beside what is wrong, notes are no findings of their own. */
	if (is_bad(v) && f->level == FINDING_NOTE) {
		add_finding(t, f, 0, false, before);
		return;
	}
	add_finding(t, f, i + 1, in_full, before);
	if (in_full && (i == 0 || !is_same_place(&f->at, &f[-1].at)))
		add_place(t, &f->at);
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* What to type; once, however many findings say it. */
static void
add_hints(struct text *t, const struct verdict *v)
{
	const char *last = NULL;

	for (size_t i = 0; i < v->n_findings; i++) {
		const struct finding *f = &v->findings[i];
		bool accepts =
			f->hint && is_difference(f) && str_has_prefix(f->hint, "renacer-gate ");

		if (!f->hint || is_same_text(f->hint, last))
			continue;
		last = f->hint;
		str_add(t->out, accepts ? "       to accept it: " : "       hint: ");
		add_clean(t, BOLD, f->hint);
		str_add_char(t->out, '\n');
	}
}

/* The tables that accept what was found, to be pasted; behind no bar. */
static void
add_known(struct text *t, const struct verdict *v)
{
	AUTO(str_done) struct str all = { 0 };
	bool any = false;

	for (size_t i = 0; i < v->n_findings; i++) {
		if (!v->findings[i].known)
			continue;
		if (!any)
			str_add(t->out,
				t->opts->verbosity > 0
					? "       to accept it until a date, in "
					  "renacer.toml:\n"
					: "       to accept it until a date: -v prints the "
					  "[[known]] table\n");
		any = true;
		if (t->opts->verbosity <= 0)
			return;
		str_addf(t->out, "\n%s",
			clean(&all, v->findings[i].known, TEXT_LIMIT, CLEAN_LINES));
	}
	if (any)
		str_add_char(t->out, '\n');
}

/* The earliest difference is told by finding 1. */
static bool
is_first(const struct verdict *v, size_t i)
{
	return i == 0 && v->first && is_difference(&v->findings[0]);
}

/* One line of stderr that the first finding quotes already. */
static bool
is_output_told(const struct verdict *v)
{
	size_t n = strcspn(v->output, "\n");

	return v->n_findings && !v->output[n + (v->output[n] == '\n')] &&
	       memmem(v->findings[0].text, strlen(v->findings[0].text), v->output, n);
}

static void
add_findings(struct text *t, const struct verdict *v)
{
	bool all = t->opts->verbosity > 0;

	for (size_t i = 0; i < v->n_findings; i++) {
		if (i == MOST_FINDINGS && !all) {
			str_addf(t->out, "       … and %zu more; -v shows them\n",
				v->n_findings - i);
			break;
		}
		add_placed(t, v, i, all || i < MOST_IN_FULL,
			is_first(v, i) ? "first divergence: " : "");
	}
	add_hints(t, v);
	add_known(t, v);
	if (v->output && *v->output && !is_output_told(v)) {
		str_add(t->out, "       the target's stderr ended with\n");
		add_block(t, v->output);
	}
}

/* What a golden does not hold later runs to is for people to approve: all of it is shown. */
static bool
is_of_recording(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_findings; i++)
		if (str_has_prefix(v->findings[i].rule_id, "renacer/record/"))
			return true;
	return false;
}

/* A pass may still carry warnings, or the differences that it was meant to have. */
static void
add_remarks(struct text *t, const struct verdict *v)
{
	size_t n = t->opts->verbosity > 0 || is_of_recording(v)
			   ? v->n_findings
			   : MIN(v->n_findings, (size_t)MOST_EXPECTED);

	for (size_t i = 0; i < n; i++)
		add_placed(t, v, i, t->opts->verbosity > 0, "");
	if (v->n_findings > n)
		str_addf(t->out, "       … and %zu more\n", v->n_findings - n);
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
		add_clean(t, PLAIN, o->text);
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
		add_clean(t, PLAIN, p->program);
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
		add_clean(t, PLAIN, o->name);
		str_add(t->out, ": ");
		add_clean(t, PLAIN, o->text);
		if (!o->text || !strstr(o->text, "looked at)"))
			str_addf(t->out, " (%" PRIu64 " looked at)", o->n_events);
		str_add_char(t->out, '\n');
	}
	add_labelled(t, "command", v->command);
	add_labelled(t, "golden", v->golden_path);
	add_labelled(t, "backend", v->basis.backend);
	add_labelled(t, "because", v->basis.why);
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
	add_wrapped(t, DIM,
		arena_printf(scratch, "rests on %u run%s%s: %s%s%s", v->n_runs,
			v->n_runs == 1 ? "" : "s", of, basis_words(scratch, &v->basis),
			unseen ? "; not seen or not compared: " : "", unseen ? unseen : ""),
		INDENT);
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
	add_wrapped(t, DIM, arena_printf(scratch, "cost, traced: %s", cost), INDENT);
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
		add_findings(t, v);
	else
		add_remarks(t, v);
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
