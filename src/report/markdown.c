/* SPDX-License-Identifier: MIT */
/*
 * markdown.c - a job summary: what failed first, in GitHub's Markdown
 *
 * GitHub drops a summary above 1 MiB without failing the step, so detail is left out before
 * that; the table of verdicts always comes whole, or as far as it goes, and what is missing is
 * said.
 */

#include "report/formats.h"

#include "base/mem.h"
#include "judge/basis.h"
#include "report/clean.h"

#include <string.h>

#define LARGEST (900 * 1024)
#define LARGEST_TABLE (400 * 1024)
#define LARGEST_DETAIL 16384 /* of one finding */
#define MOST_FINDINGS 50     /* of one target */
#define MOST_MEMBERS 20      /* of one finding */
#define SPARE 4096           /* kept for the last words */

struct markdown {
	struct str *out;
	size_t start; /* where it begins in out */
	struct str room;
};

static bool
is_full(const struct markdown *m, size_t more)
{
	return m->out->n - m->start + more + SPARE > LARGEST;
}

/* Text that Markdown and HTML take as it is. '@' could name somebody. */
static void
add_text(struct markdown *m, const char *text)
{
	const char *p = clean(&m->room, text, LINE_LIMIT, CLEAN_LINE);

	for (; *p; p++) {
		if (*p == '<')
			str_add(m->out, "&lt;");
		else if (*p == '>')
			str_add(m->out, "&gt;");
		else if (*p == '&')
			str_add(m->out, "&amp;");
		else if (*p == '@')
			str_add(m->out, "&#64;");
		else if (strchr("\\`*_[]#|~$:", *p))
			str_addf(m->out, "&#%d;", *p);
		else
			str_add_char(m->out, *p);
	}
}

/* A fence longer than any run of backticks inside. */
static void
add_fenced(struct markdown *m, const char *language, const char *text, size_t limit)
{
	AUTO(str_done) struct str body = { 0 };
	size_t run = 0, longest = 2;

	clean_add(&body, text, limit, CLEAN_LINES);
	for (size_t i = 0; i < body.n; i++) {
		run = body.data[i] == '`' ? run + 1 : 0;
		longest = MAX(longest, run);
	}
	str_add_char(m->out, '\n');
	for (size_t i = 0; i <= longest; i++)
		str_add_char(m->out, '`');
	str_addf(m->out, "%s\n%s%s", language, str_text(&body),
		str_has_suffix(str_text(&body), "\n") ? "" : "\n");
	for (size_t i = 0; i <= longest; i++)
		str_add_char(m->out, '`');
	str_add(m->out, "\n\n");
}

static const char *const marks[N_VERDICTS] = {
	[VERDICT_PASS] = "✅ pass",
	[VERDICT_SKIP] = "⏭️ skip",
	[VERDICT_FLAKY] = "⚠️ flaky",
	[VERDICT_INCONCLUSIVE] = "❔ inconclusive",
	[VERDICT_FAIL] = "❌ fail",
	[VERDICT_MISSING] = "🚫 no golden",
	[VERDICT_ERROR] = "🚫 error",
};

static void
add_table(struct markdown *m, const struct verdicts *v, const size_t *order)
{
	str_add(m->out, "| verdict | target | why | seconds |\n|---|---|---|--:|\n");
	for (size_t i = 0; i < v->n; i++) {
		const struct verdict *t = &v->items[order[i]];

		if (m->out->n - m->start > LARGEST_TABLE) {
			str_addf(m->out, "| … | %zu more | not shown here | |\n", v->n - i);
			break;
		}
		str_addf(m->out, "| %s | ", marks[t->kind]);
		add_text(m, target_of(t));
		str_add(m->out, " | ");
		add_text(m, t->text);
		str_add(m->out, " | ");
		add_seconds(m->out, t->time_ns);
		str_add(m->out, " |\n");
	}
	str_add_char(m->out, '\n');
}

static void
add_place(struct markdown *m, const struct pos *at)
{
	if (!at->file)
		return;
	str_add(m->out, " (");
	add_text(m, at->file);
	if (at->row)
		str_addf(m->out, ", line %u", at->row);
	str_add_char(m->out, ')');
}

static void
add_finding(struct markdown *m, const struct finding *f)
{
	AUTO(str_done) struct str origin = { 0 };
	str_add(m->out, "- ");
	if (is_of_rule(f)) {
		str_add(m->out, "rule **");
		add_text(m, f->subject);
		str_add(m->out, "** — ");
	}
	add_text(m, f->text);
	add_place(m, &f->at);
	str_add_char(m->out, '\n');
	for (size_t i = 0; i < MIN(f->n_members, (size_t)MOST_MEMBERS); i++) {
		str_add(m->out, "  - with it: ");
		add_text(m, f->members[i].text);
		str_add_char(m->out, '\n');
	}
	if (f->n_members > MOST_MEMBERS)
		str_addf(m->out, "  - … and %zu more\n", f->n_members - MOST_MEMBERS);
	if (f->evidence) {
		str_add(m->out, "  - call: ");
		add_text(m, f->evidence);
		str_add_char(m->out, '\n');
	}
	if (origin_put(&origin, &f->origin)) {
		str_add(m->out, "  - source: ");
		add_text(m, str_text(&origin));
		str_add_char(m->out, '\n');
	}
	if (f->detail && !is_full(m, LARGEST_DETAIL))
		add_fenced(m, "diff", f->detail, LARGEST_DETAIL);
}

static void
add_target(struct markdown *m, const struct verdict *t)
{
	const char *hint = NULL;

	str_add(m->out, "### ");
	add_text(m, target_of(t));
	str_addf(m->out, " — %s\n\n", marks[t->kind]);
	add_text(m, t->text);
	if (t->first) {
		str_add(m->out, "; first divergence: ");
		add_text(m, t->first);
	}
	str_add(m->out, "\n\n");
	for (size_t i = 0; i < t->n_findings; i++) {
		if (i == MOST_FINDINGS || is_full(m, 4 * LINE_LIMIT)) {
			str_addf(m->out, "- … and %zu more\n", t->n_findings - i);
			break;
		}
		add_finding(m, &t->findings[i]);
		hint = t->findings[i].hint ? t->findings[i].hint : hint;
	}
	if (hint) {
		str_add(m->out, "What to do, if this is right:\n");
		add_fenced(m, "", hint, LINE_LIMIT);
	}
	if (t->output && *t->output && !is_full(m, LARGEST_DETAIL)) {
		str_add(m->out, "The target's stderr ended with\n");
		add_fenced(m, "", t->output, LARGEST_DETAIL);
	}
	str_add_char(m->out, '\n');
}

/* What every verdict rests on, and what it cost: passes too. */
static void
add_bases(struct markdown *m, const struct verdicts *v, const size_t *order)
{
	AUTO(arena_free) struct arena *scratch = arena_new();

	str_add(m->out, "<details><summary>What the verdicts rest on</summary>\n\n");
	for (size_t i = 0; i < v->n && !is_full(m, 4 * LINE_LIMIT); i++) {
		const struct verdict *t = &v->items[order[i]];
		const char *unseen = basis_unseen_words(scratch, &t->basis);
		const char *cost = cost_words(scratch, &t->performance);

		if (!t->basis.is_known)
			continue;
		str_add(m->out, "- **");
		add_text(m, target_of(t));
		str_addf(m->out, "**: %u run%s, golden of %u: ", t->n_runs,
			t->n_runs == 1 ? "" : "s", t->golden_runs);
		add_text(m, basis_words(scratch, &t->basis));
		if (unseen) {
			str_add(m->out, "; not seen or not compared: ");
			add_text(m, unseen);
		}
		if (cost) {
			str_add(m->out, "; cost, traced: ");
			add_text(m, cost);
		}
		str_add_char(m->out, '\n');
	}
	str_add(m->out, "\n</details>\n");
}

static void
add_targets(struct markdown *m, const struct verdicts *v, const size_t *order)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct verdict *t = &v->items[order[i]];

		if (!is_bad(t) && !t->n_findings)
			continue;
		if (is_full(m, 8 * LINE_LIMIT)) {
			str_add(m->out, "*The rest is left out: a job summary may not be "
					"longer. The JSON report has all of it.*\n");
			return;
		}
		add_target(m, t);
	}
}

int
markdown_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err)
{
	struct markdown m = { .out = out, .start = out->n };
	struct counts counts = count_verdicts(v);
	AUTO(mem_free) size_t *order = worst_first(v);

	(void)opts;
	(void)err; /* writing to memory does not fail */
	str_addf(out, "## renacer-gate: %s\n\n%zu target%s: ",
		v->exit_status == 0 ? "passed" : "did not pass", v->n, v->n == 1 ? "" : "s");
	add_counts(out, &counts);
	str_add(out, " in ");
	add_seconds(out, v->time_ns);
	str_add(out, " s.\n\n");
	add_table(&m, v, order);
	add_targets(&m, v, order);
	add_bases(&m, v, order);
	str_done(&m.room);
	return 0;
}
