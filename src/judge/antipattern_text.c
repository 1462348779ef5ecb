/* SPDX-License-Identifier: MIT */
/* antipattern_text.c - what the table of anti-patterns says to people */

#include "judge/antipattern_own.h"

#include <string.h>

struct parts {
	const char *where, *of, *excuse, *aside;
	const char *columns[2]; /* NULL: none */
};

static const char *
column_name(enum column column)
{
	return column < N_COLUMNS ? column_specs[column].name : NULL;
}

static struct parts
parts_of(enum antipattern which)
{
	switch (which) {
#define GROUPED(id_, name_, one_, two_, where_, of_, excuse_, ...)                             \
	case ANTIPATTERN_##id_:                                                                \
		return (struct parts){ (where_), (of_), (excuse_), NULL,                       \
			{ column_name(one_), column_name(two_) } };
#define OTHER(id_, name_, columns_, where_, aside_, ...)                                       \
	case ANTIPATTERN_##id_:                                                                \
		return (struct parts){ .where = (where_), .aside = (aside_) };
#include "judge/antipattern.def"
	default:
		return (struct parts){ 0 };
	}
}

static void
add_least(struct str *out, const struct antipattern_spec *spec)
{
	if (spec->least > 1)
		str_addf(out, "at least %llu calls", (unsigned long long)spec->least);
	if (spec->least_ns)
		str_addf(out, "%sat least %g ms together", spec->least > 1 ? ", " : "",
			(double)spec->least_ns / 1e6);
}

static void
add_part(struct str *out, const char *item, const char *label, const char *text,
	const char *quote)
{
	if (text)
		str_addf(out, "%s%s%s%s%s\n", item, label, quote, text, quote);
}

/* In plain text or in Markdown. */
static void
add_details(struct str *out, enum antipattern which, bool is_markdown)
{
	const struct antipattern_spec *spec = &antipattern_specs[which];
	struct parts parts = parts_of(which);
	const char *quote = is_markdown ? "`" : "", *item = is_markdown ? "- " : "  ";
	bool is_of_any = parts.of && parts.columns[1] && !strcmp(parts.columns[1], "syscall");
	AUTO(str_done) struct str least = { 0 };

	add_part(out, item, "Counted: ", parts.where, quote);
	add_part(out, item, "Set aside: ", parts.aside, quote);
	add_part(out, item, "As a share of: ", parts.of, quote);
	add_part(out, item, "Each of these pays for one: ", parts.excuse, quote);
	if (parts.columns[0])
		str_addf(out, "%sIn groups of one program, %s%s%s%s\n", item, parts.columns[0],
			parts.columns[1] ? " and " : "",
			parts.columns[1] ? parts.columns[1] : "",
			is_of_any ? "; the share is that in all calls alike" : "");
	add_least(&least, spec);
	add_part(out, item, "A finding from: ", least.n ? str_text(&least) : NULL, "");
	str_addf(out, "%sConfidence: %s.\n", item, spec->formula);
	str_addf(out, "%sInstead: %s\n", item, spec->remedy);
}

void
antipattern_explain(struct str *out, enum antipattern which)
{
	str_addf(out, "%s: %s\n", antipattern_specs[which].name,
		antipattern_specs[which].meaning);
	add_details(out, which, false);
}

void
antipatterns_markdown(struct str *out)
{
	for (enum antipattern i = 0; i < N_ANTIPATTERNS; i++) {
		str_addf(out, "\n### %s\n\n%s\n\n", antipattern_specs[i].name,
			antipattern_specs[i].meaning);
		add_details(out, i, true);
	}
}
