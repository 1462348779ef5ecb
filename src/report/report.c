/* SPDX-License-Identifier: MIT */
/* report.c - which formats there are, and what their writers share */

#include "report/report.h"

#include "base/clock.h"
#include "base/mem.h"
#include "report/formats.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

const struct report_format report_formats[] = {
	{ "text", text_write },
	{ "json", json_write },
	{ "junit", junit_write },
	{ "sarif", sarif_write },
	{ "markdown", markdown_write },
	{ "github", github_write },
	{ NULL, NULL },
};

const struct report_format *
report_format_by_name(const char *name)
{
	for (const struct report_format *f = report_formats; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

struct counts
count_verdicts(const struct verdicts *v)
{
	struct counts c = { { 0 } };

	for (size_t i = 0; i < v->n; i++)
		c.of[v->items[i].kind]++;
	return c;
}

void
add_counts(struct str *out, const struct counts *counts)
{
	static const struct {
		enum verdict_kind kind;
		const char *words;
	} rows[] = {
		{ VERDICT_ERROR, "with an error" },
		{ VERDICT_MISSING, "without a golden" },
		{ VERDICT_FAIL, "failed" },
		{ VERDICT_INCONCLUSIVE, "inconclusive" },
		{ VERDICT_FLAKY, "flaky" },
		{ VERDICT_PASS, "passed" },
		{ VERDICT_SKIP, "skipped" },
	};
	bool any = false;

	_Static_assert(ARRAY_LEN(rows) == N_VERDICTS, "a kind without words");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!counts->of[rows[i].kind])
			continue;
		str_addf(out, "%s%zu %s", any ? ", " : "", counts->of[rows[i].kind],
			rows[i].words);
		any = true;
	}
	str_add(out, any ? "" : "nothing judged");
}

const char *
target_of(const struct verdict *v)
{
	if (v->target && *v->target)
		return v->target;
	return v->command && *v->command ? v->command : "(no name)";
}

bool
is_bad(const struct verdict *v)
{
	return v->kind != VERDICT_PASS && v->kind != VERDICT_SKIP;
}

bool
is_of_rule(const struct finding *f)
{
	return str_has_prefix(f->rule_id, "renacer/rule/");
}

bool
is_difference(const struct finding *f)
{
	static const char prefix[] = "renacer/";

	if (!str_has_prefix(f->rule_id, prefix))
		return false;
	for (int i = 0; i < N_DIFFERENCE_CLASSES; i++)
		if (strcmp(f->rule_id + strlen(prefix), difference_class_names[i]) == 0)
			return true;
	return false;
}

size_t *
worst_first(const struct verdicts *v)
{
	size_t *order = mem_array(v->n, sizeof *order), n = 0;

	for (int kind = N_VERDICTS - 1; kind >= 0; kind--)
		for (size_t i = 0; i < v->n; i++)
			if ((int)v->items[i].kind == kind)
				order[n++] = i;
	return order;
}

void
add_time(struct str *out, uint64_t wall_ns, bool with_zone)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	str_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (with_zone)
		str_addf(out, ".%03uZ", (unsigned)(wall_ns % NS_PER_S / NS_PER_MS));
}

void
add_seconds(struct str *out, uint64_t ns)
{
	uint64_t ms = (ns + NS_PER_MS / 2) / NS_PER_MS;

	str_addf(out, "%" PRIu64 ".%03u", ms / 1000, (unsigned)(ms % 1000));
}
