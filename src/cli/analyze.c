/* SPDX-License-Identifier: MIT */
/* analyze.c - the command analyze of renacer: what a run does badly */

#include "cli/analyze.h"

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/table.h"
#include "judge/antipattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_THRESHOLD 0.5

struct values {
	bool help, list;
	unsigned format;
	struct option_list patterns;
	const char *threshold;
};

enum { FORMAT_TEXT, FORMAT_JSON };
static const char *const formats[] = { "text", "json", NULL };

#define AT(field) offsetof(struct values, field)

/* clang-format off */
static const struct option options[] = {
	{ "pattern", 'p', OPTION_LIST, AT(patterns), "NAME", "look for this one only; may be given again", NULL },
	{ "threshold", 0, OPTION_TEXT, AT(threshold), "SHARE", "what is less sure is not shown: 0 to 1 (0.5)", NULL },
	{ "format", 0, OPTION_CHOICE, AT(format), "FORMAT", "text or json", formats },
	{ "list", 'l', OPTION_FLAG, AT(list), NULL, "what there is to look for, and how", NULL },
	{ "help", 'h', OPTION_FLAG, AT(help), NULL, "this text", NULL },
	{ 0 },
};
/* clang-format on */

static const char usage[] =
	"renacer analyze - look for what a run does badly\n"
	"\n"
	"usage: renacer analyze [options] FILE\n"
	"\n"
	"FILE is a stored trace (renacer record -o FILE -- CMD). Each finding says how sure "
	"it\n"
	"is, whose calls they are, the first of them, and what to do instead.\n"
	"\n"
	"options:\n";

static const char epilogue[] =
	"\n"
	"exit status: 0 nothing was found; 1 something was; 2 usage; 3 the file could not be\n"
	"  read; 4 the trace is not complete\n";

struct analysis {
	const char *path;
	double threshold;
	bool is_wanted[N_ANTIPATTERNS];
	struct columns *columns;
	struct arena *arena;
	struct str text;
	struct json_writer json;
	size_t n_found, n_looked_for;
	bool as_json;
};

static int
help(struct err *err)
{
	AUTO(str_done) struct str text = { 0 };

	str_add(&text, usage);
	options_help(&text, options);
	str_add(&text, epilogue);
	return cli_print(&text, err);
}

static int
list(const struct analysis *a, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };

	for (enum antipattern i = 0; i < N_ANTIPATTERNS; i++) {
		if (!a->is_wanted[i])
			continue;
		str_add(&text, text.n ? "\n" : "");
		antipattern_explain(&text, i);
	}
	return cli_print(&text, err);
}

/* The trace's own lines are printed to the same place: what is pending goes first. */
static int
tell(struct analysis *a, enum antipattern which, const struct antipattern_hit *hit,
	struct err *err)
{
	uint32_t rows[ANTIPATTERN_ROWS];

	for (size_t i = 0; i < hit->n_rows; i++)
		rows[i] = (uint32_t)hit->rows[i];
	str_addf(&a->text, "%s%.2f %s\n", a->n_found ? "\n" : "", hit->confidence, hit->text);
	if (cli_print(&a->text, err) < 0)
		return -1;
	str_clear(&a->text);
	if (table_print_lines(a->path, a->columns, rows, MIN(hit->n_rows, 3u), err) < 0)
		return -1;
	str_addf(&a->text, "hint: %s\n", antipattern_specs[which].remedy);
	return 0;
}

static void
tell_json(struct analysis *a, enum antipattern which, const struct antipattern_hit *hit)
{
	struct json_writer *w = &a->json;

	json_begin(w, '{');
	json_key(w, "pattern");
	json_text(w, antipattern_specs[which].name);
	json_key(w, "confidence");
	json_double(w, hit->confidence);
	json_key(w, "count");
	json_uint(w, hit->n);
	json_key(w, "of");
	json_uint(w, hit->n_of);
	json_key(w, "cost_ns");
	json_uint(w, hit->cost_ns);
	json_key(w, "where");
	json_text(w, hit->where);
	json_key(w, "text");
	json_text(w, hit->text);
	json_key(w, "remedy");
	json_text(w, antipattern_specs[which].remedy);
	json_key(w, "fingerprint");
	json_text(w, hit->fingerprint);
	json_key(w, "events");
	json_begin(w, '[');
	for (size_t i = 0; i < hit->n_rows; i++)
		json_int(w, columns_number(a->columns, COLUMN_SEQ, hit->rows[i]));
	json_end(w, ']');
	json_end(w, '}');
}

static int
look_for(struct analysis *a, enum antipattern which, bool was_named, struct err *err)
{
	struct antipattern_hits hits;

	if (antipattern_find(&hits, a->arena, a->columns, which, err) < 0) {
		/* One that this trace cannot show is only then an error when it was asked for.
		 */
		if (was_named || err->kind != ERR_UNSURE)
			return -1;
		err_drop(err);
		return 0;
	}
	if (hits.lack && (!hits.n || hits.items[0].confidence < a->threshold)) {
		if (!was_named)
			return 0;
		err_set(err, "%s: %s", antipattern_specs[which].name, hits.lack);
		err_hint(err, "renacer record looks for it, unless -e or -p is given");
		return err_as(err, ERR_UNSURE);
	}
	a->n_looked_for++;
	for (size_t i = 0; i < hits.n; i++) {
		if (hits.items[i].confidence < a->threshold)
			break;
		if (a->as_json)
			tell_json(a, which, &hits.items[i]);
		else if (tell(a, which, &hits.items[i], err) < 0)
			return -1;
		a->n_found++;
	}
	return 0;
}

static void
begin_json(struct analysis *a)
{
	const char *gap = columns_gap(a->columns);
	struct json_writer *w = &a->json;

	*w = (struct json_writer){ .out = &a->text, .indent = 2 };
	json_begin(w, '{');
	json_key(w, "schema");
	json_text(w, "renacer.analysis.v1");
	json_key(w, "file");
	json_text(w, a->path);
	json_key(w, "complete");
	json_bool(w, !gap);
	json_key(w, "gap");
	json_text(w, gap);
	json_key(w, "findings");
	json_begin(w, '[');
}

static int
look(struct analysis *a, bool were_named, struct err *err)
{
	uint64_t wanted = COLUMN_BIT(COLUMN_SEQ) | COLUMN_BIT(COLUMN_EVENT);

	for (enum antipattern i = 0; i < N_ANTIPATTERNS; i++)
		wanted |= a->is_wanted[i] ? antipattern_columns(i) : 0;
	if (table_load(&a->columns, a->path, wanted, err) < 0)
		return -1;
	if (a->as_json)
		begin_json(a);
	for (enum antipattern i = 0; i < N_ANTIPATTERNS; i++) {
		if (a->is_wanted[i] && look_for(a, i, were_named, err) < 0)
			return -1;
	}
	if (!a->as_json)
		return cli_print(&a->text, err);
	json_end(&a->json, ']');
	json_end(&a->json, '}');
	str_add_char(&a->text, '\n');
	return cli_print(&a->text, err);
}

static int
choose(struct analysis *a, const struct values *v, struct err *err)
{
	char *end = NULL;

	for (size_t i = 0; i < N_ANTIPATTERNS; i++)
		a->is_wanted[i] = !v->patterns.n;
	for (size_t i = 0; i < v->patterns.n; i++) {
		enum antipattern which = antipattern_by_name(v->patterns.items[i]);

		if (which == N_ANTIPATTERNS)
			return cli_usage(err, "renacer analyze --list tells them",
				"there is no anti-pattern '%s'", v->patterns.items[i]);
		a->is_wanted[which] = true;
	}
	a->threshold = v->threshold ? strtod(v->threshold, &end) : USUAL_THRESHOLD;
	if (v->threshold &&
		(end == v->threshold || *end || !(a->threshold >= 0) || a->threshold > 1))
		return cli_usage(err, "a number from 0 to 1, such as 0.7",
			"'%s' is no threshold", v->threshold);
	return 0;
}

static void
conclude(int *status, const struct analysis *a)
{
	const char *gap = columns_gap(a->columns);

	*status = gap ? 4 : a->n_found > 0;
	if (gap)
		fprintf(stderr, "renacer: the trace is not complete: %s\n", gap);
	if (!a->as_json)
		fprintf(stderr,
			"renacer: %zu findings; looked for %zu anti-patterns in %zu events\n",
			a->n_found, a->n_looked_for, columns_rows(a->columns));
}

int
analyze_main(int *status, const char **argv, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct values values = { 0 };
	struct analysis a = { .arena = arena };
	struct parsed parsed;
	int rc;

	if (options_read(&parsed, options, &values, argv, false, err) < 0)
		return -1;
	if (values.help)
		return help(err);
	if (choose(&a, &values, err) < 0)
		return -1;
	if (values.list)
		return list(&a, err);
	if (parsed.n_words != 1 || parsed.command)
		return cli_usage(err, "renacer analyze FILE", "analyze takes one file, not %zu",
			parsed.n_words);
	a.path = parsed.words[0];
	a.as_json = values.format == FORMAT_JSON;
	rc = look(&a, values.patterns.n, err);
	if (rc == 0)
		conclude(status, &a);
	columns_free(a.columns);
	str_done(&a.text);
	return rc;
}
