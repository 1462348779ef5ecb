/* SPDX-License-Identifier: MIT */
/* text_findings.c - findings for people: each told once, the first of them in full */

#include "report/text.h"

#include "report/clean.h"

#include <string.h>

#define MOST_IN_FULL 20   /* findings of one target with their diffs */
#define MOST_FINDINGS 100 /* … with their sentences */
#define MOST_EXPECTED 5
#define MOST_MEMBERS 8 /* of one finding */

static void
add_place(struct text *t, const struct pos *at)
{
	AUTO(str_done) struct str place = { 0 };

	if (!at->file || !at->row)
		return; /* of a whole golden nobody needs to be told */
	str_addf(&place, "%s:%u", at->file, at->row);
	text_labelled(t, "at", str_text(&place));
}

/* What else the cause explains: a line each. */
static void
add_members(struct text *t, const struct finding *f)
{
	size_t n =
		t->opts->verbosity > 0 ? f->n_members : MIN(f->n_members, (size_t)MOST_MEMBERS);

	for (size_t i = 0; i < n; i++) {
		str_addf(t->out, "       %-8s ", i ? "" : "with it");
		text_wrapped(t, TEXT_PLAIN, f->members[i].text, TEXT_INDENT + 9);
		str_add_char(t->out, '\n');
		if (t->opts->verbosity > 0 && f->members[i].detail)
			text_block(t, f->members[i].detail);
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
	static const enum text_color colors[] = { [FINDING_NOTE] = TEXT_PLAIN,
		[FINDING_WARNING] = TEXT_YELLOW,
		[FINDING_ERROR] = TEXT_RED };
	size_t start = t->out->n;

	if (nr)
		str_addf(t->out, "  %3zu. %s", nr, before);
	else
		str_add(t->out, "       note: ");
	if (f->level == FINDING_WARNING)
		text_colored(t, TEXT_YELLOW, "warning: ");
	if (is_of_rule(f)) {
		str_add(t->out, "rule '");
		text_clean(t, TEXT_PLAIN, f->subject);
		str_add(t->out, "': ");
	}
	text_wrapped(t, colors[f->level], f->text, t->out->n - start);
	str_add_char(t->out, '\n');
	if (!in_full)
		return;
	if (!is_told(f, f->wanted) || !is_told(f, f->found)) {
		text_labelled(t, is_of_rule(f) ? "wanted" : "golden", f->wanted);
		text_labelled(t, is_of_rule(f) ? "found" : "run", f->found);
	}
	if (f->detail && !is_told_by_diff(f))
		text_block(t, f->detail);
	text_labelled(t, "call", f->evidence);
	if (origin_put(&origin, &f->origin))
		text_labelled(t, "source", str_text(&origin));
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
		text_clean(t, TEXT_BOLD, f->hint);
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

void
text_findings(struct text *t, const struct verdict *v)
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
		text_block(t, v->output);
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

void
text_remarks(struct text *t, const struct verdict *v)
{
	size_t n = t->opts->verbosity > 0 || is_of_recording(v)
			   ? v->n_findings
			   : MIN(v->n_findings, (size_t)MOST_EXPECTED);

	for (size_t i = 0; i < n; i++)
		add_placed(t, v, i, t->opts->verbosity > 0, "");
	if (v->n_findings > n)
		str_addf(t->out, "       … and %zu more\n", v->n_findings - n);
}
