/* SPDX-License-Identifier: MIT */
/* propose_text.c - a proposal as the text of a renacer.toml */

#include "gate/propose_own.h"

#include "gate/paths.h"
#include "judge/budget.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define LEAST_SHARE_PCT 10
#define MIB ((uint64_t)1 << 20)

void
proposal_text(struct str *out, const char *text)
{
	str_add_char(out, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			str_addf(out, "\\%c", c);
		else if (c == '\n' || c == '\t')
			str_add(out, c == '\n' ? "\\n" : "\\t");
		else if (c < ' ' || c == 0x7f)
			str_addf(out, "\\u%04x", c);
		else
			str_add_char(out, (char)c);
	}
	str_add_char(out, '"');
}

static void
put_list(struct str *out, const char *before, const char *const *items, size_t n)
{
	str_add(out, before);
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? ", " : "");
		proposal_text(out, items[i]);
	}
	str_add(out, "]\n");
}

/* A name of what the command is called, in the letters that a target may have. */
void
proposal_name(struct proposal *p)
{
	const char *last = paths_last(p->argv[0]);
	char *name = arena_strdup(p->arena, last);

	if (strlen(name) > 60)
		name[60] = '\0';
	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			*c = '-';
	p->name = isalnum((unsigned char)name[0]) ? name : "target";
}

/* What varied gets twice the room that it took, and a tenth at least. */
static void
put_room(struct str *out, uint64_t spread, uint64_t high)
{
	uint64_t pct;

	if (!spread) {
		str_add(out, "\"+0\"");
		return;
	}
	pct = MAX((uint64_t)ceil(200.0 * (double)spread / (double)high),
		(uint64_t)LEAST_SHARE_PCT);
	if (high * pct / 100 >= 2 * spread)
		str_addf(out, "\"+%" PRIu64 "%%\"", pct);
	else
		str_addf(out, "\"+%" PRIu64 "\"", 2 * spread + 1);
}

static uint64_t
highest(const struct proposal *p, enum budget_metric metric)
{
	const struct golden_number *n = golden_number(p->golden, budget_rows[metric].name);

	return n ? n->high : 0;
}

/* A name of a temporary file is drawn again when the draw cannot be used: of who draws more
 * than once (the first is malloc's), some calls more are chance. */
#define DRAWN_AGAIN 3u

static bool
draws_names(const struct golden_number *n)
{
	for (size_t i = 0; i < n->n_by; i++)
		if (str_has_prefix(n->by[i], "getrandom ") &&
			strcmp(n->by[i], "getrandom 1") != 0)
			return true;
	return false;
}

/* How far the number may vary, be it that it did not in a few recordings: who waits for whom is
 * seldom the same among several tasks, and what varies in its text may vary in its length. */
static uint64_t
spread_of(const struct proposal *p, enum budget_metric metric, const struct golden_number *n)
{
	uint64_t spread = n->high - n->low, some = MAX(n->high / 20, (uint64_t)1);
	bool is_calls = metric == BUDGET_SYSCALLS || metric == BUDGET_MAPPED_BYTES;
	bool is_bytes = metric == BUDGET_BYTES_READ || metric == BUDGET_BYTES_WRITTEN;
	bool has_tasks = highest(p, BUDGET_THREADS) > 0 || highest(p, BUDGET_PROCESSES) > 1;

	if ((is_calls && has_tasks) || ((is_calls || is_bytes) && p->varies))
		return MAX(spread, some);
	if (metric == BUDGET_SYSCALLS && draws_names(n))
		return MAX(spread, DRAWN_AGAIN);
	return spread;
}

static void
put_budget(const struct proposal *p, struct str *out, bool is_trial)
{
	str_add(out, "\n[target.budget]\n");
	for (int m = 0; m < BUDGET_MAX_RSS; m++) {
		const struct budget_row *row = &budget_rows[m];
		const struct golden_number *n =
			p->golden ? golden_number(p->golden, row->name) : NULL;

		if (m == BUDGET_CALLS || (!is_trial && !n))
			continue;
		str_addf(out, "%s = ", row->name);
		put_room(out, is_trial ? 0 : spread_of(p, (enum budget_metric)m, n),
			is_trial ? 0 : n->high);
		if (!is_trial && n->low == n->high)
			str_addf(out, "    # %s in every recording",
				budget_say(p->arena, (enum budget_metric)m, n->high));
		else if (!is_trial)
			str_addf(out, "    # %s to %s in the recordings",
				budget_say(p->arena, (enum budget_metric)m, n->low),
				budget_say(p->arena, (enum budget_metric)m, n->high));
		str_add_char(out, '\n');
	}
	if (!is_trial && p->peak_rss_bytes)
		str_addf(out, "max_rss = \"%" PRIu64 "MiB\"    # twice what it was; warns\n",
			p->peak_rss_bytes * 2 / MIB + 1);
}

void
proposal_target(const struct proposal *p, struct str *out, bool is_trial)
{
	size_t n = 0;

	while (p->argv[n])
		n++;
	str_add(out, "[[target]]\nname = ");
	proposal_text(out, p->name);
	put_list(out, "\ncommand = [", p->argv, n);
	if (p->sandbox) {
		str_add(out, "sandbox = true");
		str_add(out, is_trial         ? "\n"
			     : p->writes_here ? "    # it writes where it runs\n"
					      : "    # it lists the directory where it runs\n");
	}
	if (p->sandbox && p->inputs.n)
		put_list(out, "fixtures = [", p->inputs.items, p->inputs.n);
	if (p->expect_exit)
		str_addf(out, "expect_exit = %d%s\n", p->expect_exit,
			is_trial ? "" : "    # it ended so: is that right?");
	if (p->denies_rings)
		str_addf(out, "io_uring = \"deny\"%s\n",
			is_trial ? "" : "    # what goes through its rings would not be seen");
	if (p->redact.n)
		str_addf(out, "redact = [%s]\n", p->redact.data);
	if (p->ignore.n)
		str_addf(out, "ignore_paths = [%s]\n", p->ignore.data);
	if (is_trial || p->golden)
		put_budget(p, out, is_trial);
}

static void
put_policy(const struct proposal *p, struct str *out, const char *type, const char *name,
	const char *more, const struct name_list *list)
{
	str_addf(out, "\n# [[assertion]]\n# name = \"%s-%s\"\n# type = \"%s\"\n%s", p->name,
		name, type, more);
	if (list->n)
		put_list(out, "# allow = [", list->items, list->n);
	else
		str_add(out, "# deny = [\"**\"]    # none was seen\n");
}

static void
put_packs(const struct proposal *p, struct str *out)
{
	if (!p->packs.n)
		return;
	str_add(out, "# Packs of rules that this command keeps (renacer-gate explain NAME says "
		     "what they\n# demand). Remove the # of those that it is meant to keep.\n"
		     "# include = [\n");
	for (size_t i = 0; i < p->packs.n; i++)
		str_addf(out, "#     \"assertions/%s.toml\",\n", p->packs.items[i]);
	str_add(out, "# ]\n\n");
}

void
proposal_write(const struct proposal *p, struct str *out)
{
	str_add(out,
		"# Proposed by renacer-gate init from what several runs did: read it, then\n"
		"# `renacer-gate record` and commit both. docs/renacer-toml.md has all "
		"keys.\n\n");
	put_packs(p, out);
	str_add(out, "[gate]\ngolden_dir = \"golden\"\n\n");
	if (p->refused)
		str_addf(out, "# It could not be recorded as it stands; record says why and "
			      "what to do.\n");
	if (p->left_sandbox)
		str_add(out,
			"# It writes or lists files where it runs, but what it needs there is "
			"not known:\n# with the right `fixtures` it could have a fresh "
			"directory (sandbox = true).\n");
	proposal_target(p, out, false);
	str_add(out, "\n# What it did, as rules: remove the # to hold it to that.\n");
	put_policy(p, out, "exec_policy", "programs", "", &p->programs);
	put_policy(p, out, "network_policy", "network", "", &p->peers);
	put_policy(p, out, "path_policy", "writes", "# access = \"write\"\n", &p->written);
}

static void
say_text(struct str *notes, const char *text)
{
	str_add_printable(notes, text, strlen(text));
	str_add_char(notes, '\n');
}

void
proposal_say(const struct proposal *p, struct str *notes)
{
	str_addf(notes, "target '%s': ", p->name);
	if (p->golden)
		str_addf(notes, "%u recordings agree, exit status %d, %s", p->golden->n_runs,
			p->expect_exit, p->sandbox ? "in a sandbox\n" : "in this directory\n");
	else
		say_text(notes, p->refused);
	if (p->left_sandbox) {
		str_add(notes, "not in a sandbox: ");
		say_text(notes, p->left_sandbox);
	}
	if (p->denies_rings)
		str_add(notes, "it uses io_uring, whose operations are not seen: io_uring = "
			       "\"deny\" makes it fall back to calls that are\n");
	if (p->redact.n || p->ignore.n)
		str_add(notes, "what varied is left out by redact and ignore_paths: look at "
			       "each\n");
}
